/* desk/api.c - records for other systems, as JSON (assets/handover/openapi.json says how). Order of the guards, Host before
 * them: key, how often, right; only then anything is looked up. No cookie counts here, so no page can use a clerk's. */
#include "hand_priv.h"

#include <cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/log.h"

enum {
    LIMIT_DEFAULT = 20,
    LIMIT_MAX = 100,
    LOOKS =
        500, /* at others' records, for each that is asked for (desk_hand_next): 25 are opened, in 15 ms */
    LIST_BYTES = 3 * 1024 * 1024, /* a list ends when it is that long; the rest comes next */
    HTTP_CONFLICT = 409
};

static const char type_json[] = "application/json";

/* RFC 9457. */
static void
problem(struct desk_ask *ask, unsigned status, const char *title, const char *detail)
{
    desk_reply_empty(ask, status);
    ask->reply->type = "application/problem+json";
    (void)buf_printf(&ask->reply->body, "{\"title\":\"%s\",\"status\":%u,\"detail\":\"%s\"}\n",
        title, status, detail);
}

static void
store_problem(struct desk_ask *ask, int r)
{
    LOG(LOG_WARN, "desk.api-failed", LOG_ERR(r));
    ask->reply->wait_s = r == KERR_BUSY ? 1 : 0;
    problem(ask, HTTP_ERROR, "Not now", "The records can't be read now. Ask again.");
}

/* Who asks, and whether it may. False: the answer is made. */
static bool
passes(struct desk_ask *ask, unsigned right, struct desk_client *ret_client)
{
    static const char scheme[] = "Bearer ";
    const char *given = ask->request->authorization;
    struct desk *desk = ask->desk;
    bool has_key = given != NULL && strncmp(given, scheme, sizeof(scheme) - 1) == 0;
    int r = has_key && desk->config.clients != NULL
                ? desk_client_with_key(desk->config.clients, given + sizeof(scheme) - 1, ret_client)
                : KERR_NOT_FOUND;
    if (r < 0) {
        LOG(LOG_WARN, "desk.api-key", LOG_ERR(r));
        problem(ask, HTTP_UNAUTHORIZED, "No key",
            "Authorization: Bearer KEY, with a key of this desk.");
        return false;
    }
    (void)snprintf(ask->who.name, sizeof(ask->who.name), "api %.*s", /* for the log of access */
        (int)sizeof(ask->who.name) - 5, ret_client->name);
    int wait_s = desk_rate_take(desk->rates, ret_client);
    if (wait_s > 0) {
        LOG(LOG_WARN, "desk.api-rate", LOG_ID("client", ret_client->name));
        ask->reply->wait_s = wait_s;
        problem(ask, HTTP_TOO_MANY, "Too often", "Ask again after Retry-After seconds.");
        return false;
    }
    if ((ret_client->rights & right) == 0) {
        LOG(LOG_WARN, "desk.api-right", LOG_ID("client", ret_client->name));
        problem(ask, HTTP_FORBIDDEN, "Not yours", "This key may not do that.");
        return false;
    }
    return true;
}

static void
reply_json(struct desk_ask *ask)
{
    ask->reply->status = HTTP_OK;
    ask->reply->type = type_json;
    if (buf_error(&ask->reply->body) != 0) {
        store_problem(ask, buf_error(&ask->reply->body));
    }
}

void
desk_api_not_found(struct desk_ask *ask)
{
    struct desk_client client;
    if (passes(ask, DESK_RIGHT_READ | DESK_RIGHT_MARK, &client)) {
        problem(ask, HTTP_NOT_FOUND, "Not there", "See /api/v1/openapi.json.");
    }
}

void
desk_api_openapi(struct desk_ask *ask)
{
    const struct buf *text = desk_hand_openapi(ask->desk->hand);
    (void)buf_add(&ask->reply->body, text->data, text->len);
    reply_json(ask);
}

/* What this client does not have yet, oldest first. */
void
desk_api_records(struct desk_ask *ask)
{
    struct desk_client client;
    struct buf *out = &ask->reply->body;
    if (!passes(ask, DESK_RIGHT_READ, &client)) {
        return;
    }
    uint64_t after = desk_query_number(ask->request->after, 0);
    uint64_t limit = desk_query_number(ask->request->limit, LIMIT_DEFAULT);
    limit = limit > LIMIT_MAX ? LIMIT_MAX : limit;
    uint64_t count = 0;
    size_t looks = limit * LOOKS < DESK_LOOKS_MAX ? (size_t)limit * LOOKS : DESK_LOOKS_MAX;
    int r = 0;
    after = after > INT64_MAX ? INT64_MAX : after;
    (void)buf_add_str(out, "{\"records\":[");
    while (count < limit && out->len < LIST_BYTES) {
        struct ledger_entry entry;
        struct record *record = NULL;
        r = desk_hand_next(ask->desk, &client, &after, &looks, &entry, &record);
        if (r < 0) {
            break;
        }
        (void)buf_add_str(out, count > 0 ? "," : "");
        desk_hand_json(ask->desk, &entry, record, out);
        record_free(record);
        count++;
    }
    if (r < 0 && r != KERR_NOT_FOUND && r != KERR_TOO_BIG) {
        store_problem(ask, r);
        return;
    }
    (void)buf_printf(out, "],\"next\":%" PRIu64 ",\"more\":%s}\n", after,
        r == KERR_NOT_FOUND ? "false" : "true");
    LOG(LOG_INFO, "desk.api-records", LOG_ID("client", client.name), LOG_INT("count", count));
    reply_json(ask);
}

void
desk_api_record(struct desk_ask *ask)
{
    struct desk_client client;
    struct ledger_entry entry;
    struct record *record = NULL;
    if (!passes(ask, DESK_RIGHT_READ, &client)) {
        return;
    }
    int r = desk_hand_get(ask->desk, &client, ask->id, &entry, &record);
    LOG(LOG_INFO, "desk.api-record", LOG_ID("client", client.name),
        LOG_HEX("id", ask->id, sizeof(ask->id)), LOG_ERR(r));
    if (r == KERR_NOT_FOUND) {
        problem(ask, HTTP_NOT_FOUND, "Not there", "There is no such record for this key.");
        return;
    }
    if (r < 0) {
        store_problem(ask, r);
        return;
    }
    desk_hand_json(ask->desk, &entry, record, &ask->reply->body);
    (void)buf_add_byte(&ask->reply->body, '\n');
    record_free(record);
    reply_json(ask);
}

/* ---- batches ---- */

static bool
read_number(struct desk_ask *ask, uint64_t *ret_number)
{
    *ret_number = desk_query_number(ask->name, 0);
    if (*ret_number > 0 && *ret_number <= INT64_MAX) {
        return true;
    }
    problem(ask, HTTP_NOT_FOUND, "Not there", "A batch has a number from 1.");
    return false;
}

static void
add_batch(struct buf *out, const struct ledger_batch *batch)
{
    char at[DESK_TIME_LEN];
    desk_japan_time(batch->at, at);
    (void)buf_printf(out,
        "{\"number\":%" PRIu64 ",\"handedAt\":\"%s\",\"count\":%" PRIu64 ",\"records\":[",
        batch->number, at, batch->count);
}

static int
add_handed(const struct ledger_entry *entry, const struct record *record, void *ctx)
{
    struct buf *out = ctx;
    char id[DESK_ID_LEN];
    (void)record; /* its id is all that is told */
    hex_encode(entry->id, LEDGER_ID_LEN, id);
    bool first = out->len > 0 && out->data[out->len - 1] == '[';
    return buf_printf(out, "%s\"%s\"", first ? "" : ",", id);
}

void
desk_api_batch(struct desk_ask *ask)
{
    struct desk_client client;
    struct ledger_batch batch = {.number = 0};
    uint64_t number = 0;
    if (!passes(ask, DESK_RIGHT_READ, &client) || !read_number(ask, &number)) {
        return;
    }
    int r = ledger_batch_upto(ask->desk->ledger, client.name, number, &batch);
    if (r == KERR_NOT_FOUND || (r == 0 && batch.number != number)) {
        problem(ask, HTTP_NOT_FOUND, "Not there", "This client has no batch of that number.");
        return;
    }
    add_batch(&ask->reply->body, &batch);
    const struct desk_batch_walk all = {
        .client = client.name, .number = number, .stay_closed = true};
    r = r < 0 ? r : desk_batch_each(ask->desk, &all, add_handed, &ask->reply->body);
    (void)buf_add_str(&ask->reply->body, "]}\n");
    if (r < 0) {
        store_problem(ask, r);
        return;
    }
    reply_json(ask);
}

/* {"records": ["32 digits", ...]} and nothing else. The ids (the caller frees), or NULL. */
uint8_t (*desk_api_ids(const struct desk_request *request, size_t *ret_count))[LEDGER_ID_LEN]
{
    cJSON *root = cJSON_ParseWithLength((const char *)request->body, request->body_len);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "records");
    uint8_t(*ids)[LEDGER_ID_LEN] = xcalloc(LEDGER_BATCH_MAX, LEDGER_ID_LEN);
    bool good = cJSON_IsObject(root) && cJSON_IsArray(list) && list->next == NULL &&
                list->prev == list && cJSON_GetArraySize(list) <= LEDGER_BATCH_MAX;
    size_t count = 0;
    for (const cJSON *item = good ? list->child : NULL; item != NULL && good; item = item->next) {
        good = cJSON_IsString(item) &&
               hex_decode(cJSON_GetStringValue(item), ids[count], LEDGER_ID_LEN) == 0;
        count += good ? 1 : 0;
    }
    cJSON_Delete(root);
    if (!good) {
        free(ids);
        return NULL;
    }
    *ret_count = count;
    return ids;
}

/* In which batch each of them is: that of the first call that named it. */
static int
add_marks(struct desk_ask *ask, const struct desk_client *client,
    const uint8_t (*ids)[LEDGER_ID_LEN], size_t count)
{
    struct buf *out = &ask->reply->body;
    for (size_t i = 0; i < count; i++) {
        char id[DESK_ID_LEN];
        uint64_t number = 0;
        int r = ledger_handed(ask->desk->ledger, client->name, ids[i], &number);
        if (r < 0) {
            return r;
        }
        hex_encode(ids[i], LEDGER_ID_LEN, id);
        (void)buf_printf(
            out, "%s{\"id\":\"%s\",\"batch\":%" PRIu64 "}", i > 0 ? "," : "", id, number);
    }
    return 0;
}

static void
mark(struct desk_ask *ask, const struct desk_client *client, struct ledger_batch *batch,
    const uint8_t (*ids)[LEDGER_ID_LEN], size_t count)
{
    uint64_t number = batch->number;
    int r = 0;
    for (size_t i = 0; i < count && r == 0; i++) {
        r = desk_hand_may_mark(ask->desk, client, ids[i]);
    }
    r = r == 0 ? desk_hand_mark(ask->desk, client, batch, ids, count) : r;
    LOG(LOG_INFO, "desk.api-batch", LOG_ID("client", client->name), LOG_INT("number", number),
        LOG_INT("count", count), LOG_INT("result", r));
    if (r == LEDGER_HANDED_ELSE) {
        problem(ask, HTTP_CONFLICT, "Another batch",
            "This number stands for other records. Take the next one.");
        return;
    }
    if (r == KERR_NOT_FOUND) {
        problem(ask, HTTP_NOT_FOUND, "Not there",
            "One of the records is not there for this key; none is marked.");
        return;
    }
    if (r >= 0) {
        add_batch(&ask->reply->body, batch);
        r = add_marks(ask, client, ids, count);
        (void)buf_add_str(&ask->reply->body, "]}\n");
    }
    if (r < 0) {
        store_problem(ask, r);
        return;
    }
    reply_json(ask);
}

void
desk_api_mark(struct desk_ask *ask)
{
    struct desk_client client;
    struct ledger_batch batch = {.is_written = true};
    size_t count = 0;
    if (!passes(ask, DESK_RIGHT_MARK, &client) || !read_number(ask, &batch.number)) {
        return;
    }
    if (ask->request->type == NULL ||
        strncmp(ask->request->type, type_json, sizeof(type_json) - 1) != 0) {
        problem(ask, HTTP_TYPE, "JSON", "Content-Type: application/json");
        return;
    }
    uint8_t(*ids)[LEDGER_ID_LEN] = desk_api_ids(ask->request, &count);
    if (ids == NULL) {
        problem(ask, HTTP_BAD_REQUEST, "Not understood",
            "An object with records: at most 1000 ids of 32 hexadecimal digits.");
        return;
    }
    mark(ask, &client, &batch, (const uint8_t(*)[LEDGER_ID_LEN])ids, count);
    free(ids);
}
