/* desk/hand_pages.c - handing over by hand or by robot: what a system does not have yet, its batches as tables, and a record as
 * a screen to be copied from. Ids of elements stay (README.md): robots read them. */
#include "hand_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/log.h"

enum { WAITING_SHOWN = 50, BATCHES_SHOWN = 20 };

/* The client of the path, when staff may make its batches. False: the answer is made. */
static bool
find_client(struct desk_ask *ask, const char *name, struct desk_client *ret_client)
{
    const char *path = ask->desk->config.clients;
    int r = path != NULL ? desk_client_named(path, name, ret_client) : KERR_NOT_FOUND;
    if (r < 0 || (ret_client->rights & DESK_RIGHT_PAGE) == 0) {
        desk_reply_message(ask, HTTP_NOT_FOUND, "not-found");
        return false;
    }
    return true;
}

/* ---- /hand-over ---- */

struct overview {
    const struct desk *desk;
    struct buf *rows;
};

static int
add_client(const struct desk_client *client, void *ctx)
{
    struct overview *overview = ctx;
    if ((client->rights & DESK_RIGHT_PAGE) != 0 && (client->rights & DESK_RIGHT_REVOKED) == 0) {
        DESK_PART(
            overview->desk->assets, overview->rows, "hand-client", FILL("client", client->name));
    }
    return 0;
}

void
desk_get_hand_over(struct desk_ask *ask)
{
    struct desk *desk = ask->desk;
    int line = 0;
    AUTO_BUF rows;
    AUTO_BUF content;
    buf_init(&rows, DESK_PAGE_MAX);
    buf_init(&content, DESK_PAGE_MAX);
    struct overview overview = {desk, &rows};
    int r = desk->config.clients != NULL
                ? desk_clients_each(desk->config.clients, add_client, &overview, &line)
                : KERR_NOT_FOUND;
    LOG(LOG_INFO, "desk.clients", LOG_INT("line", line), LOG_ERR(r));
    if (rows.len == 0 || (r < 0 && r != KERR_NOT_FOUND)) {
        buf_clear(&rows);
        DESK_PART(desk->assets, &rows, "hand-none",
            FILL("text",
                desk_word(desk->assets, r == KERR_INVALID ? "hand.broken" : "hand.no-client")));
    }
    DESK_PART(desk->assets, &content, "hand-clients", FILL_HTML("rows", &rows));
    desk_reply_page(ask, HTTP_OK, "hand-page", "page.hand", &content);
}

/* ---- /hand-over/CLIENT ---- */

static void
add_record(struct desk *desk, const struct ledger_entry *entry, const struct record *record,
    struct buf *rows)
{
    char id[DESK_ID_LEN];
    AUTO_BUF number;
    AUTO_BUF when;
    buf_init(&number, 64);
    buf_init(&when, 512);
    hex_encode(entry->id, LEDGER_ID_LEN, id);
    const struct record_head *head = record_head(record);
    const struct procedure *procedure = procedure_find(desk->config.procedures, head->procedure);
    (void)i18n_receipt_number(&number, head->number);
    desk_when(desk, &when, false, entry->received_at);
    DESK_PART(desk->assets, rows, "hand-record", FILL("id", id), FILL("number", buf_str(&number)),
        FILL("title", procedure != NULL ? procedure_info(procedure).title.source : head->procedure),
        FILL_HTML("when", &when));
}

/* Where the last look ended; a place that is none is the beginning. */
static uint64_t
position(const char *after)
{
    uint64_t number = desk_query_number(after, 0);
    return number <= INT64_MAX ? number : 0;
}

/* The first ones behind *after that it does not have. KERR_TOO_BIG: up to *after, and there may be more. */
static int
add_waiting(struct desk *desk, const struct desk_client *client, uint64_t *after, struct buf *rows,
    size_t *ret_count)
{
    size_t looks = DESK_LOOKS_MAX;
    int r = 0;
    for (*ret_count = 0; r == 0 && *ret_count < WAITING_SHOWN; ++*ret_count) {
        struct ledger_entry entry;
        struct record *record = NULL;
        r = desk_hand_next(desk, client, after, &looks, &entry, &record);
        if (r < 0) {
            break;
        }
        add_record(desk, &entry, record, rows);
        record_free(record);
    }
    return r == KERR_NOT_FOUND ? 0 : r;
}

static int
add_batches(struct desk *desk, const struct desk_client *client, struct buf *rows)
{
    uint64_t upto = INT64_MAX;
    int r = 0;
    for (int i = 0; r == 0 && i < BATCHES_SHOWN && upto > 0; i++) {
        struct ledger_batch batch;
        char number[24], count[24];
        AUTO_BUF when;
        buf_init(&when, 512);
        r = ledger_batch_upto(desk->ledger, client->name, upto, &batch);
        if (r < 0) {
            break;
        }
        upto = batch.number - 1;
        (void)snprintf(number, sizeof(number), "%" PRIu64, batch.number);
        (void)snprintf(count, sizeof(count), "%" PRIu64, batch.count);
        desk_when(desk, &when, false, batch.at);
        DESK_PART(desk->assets, rows, "hand-batch-row", FILL("client", client->name),
            FILL("number", number), FILL("count", count), FILL("by", batch.by),
            FILL_HTML("when", &when));
    }
    return r == KERR_NOT_FOUND ? 0 : r;
}

static void
client_page(struct desk_ask *ask, const char *name)
{
    struct desk *desk = ask->desk;
    struct desk_client client;
    size_t count = 0;
    char shown[24];
    char begin[24];
    char next[24];
    AUTO_BUF more;
    AUTO_BUF waiting;
    AUTO_BUF batches;
    AUTO_BUF content;
    buf_init(&more, DESK_PAGE_MAX);
    buf_init(&waiting, DESK_PAGE_MAX);
    buf_init(&batches, DESK_PAGE_MAX);
    buf_init(&content, DESK_PAGE_MAX);
    if (!find_client(ask, name, &client)) {
        return;
    }
    uint64_t from = position(ask->request->after);
    uint64_t upto = from;
    int r = add_waiting(desk, &client, &upto, &waiting, &count);
    bool has_more = r == KERR_TOO_BIG;
    r = r == 0 || has_more ? add_batches(desk, &client, &batches) : r;
    if (r < 0) {
        desk_reply_error(ask, r);
        return;
    }
    (void)snprintf(shown, sizeof(shown), "%zu", count);
    const char *word = has_more                 ? "hand.more"
                       : count == 0             ? "hand.nothing"
                       : count == WAITING_SHOWN ? "hand.first"
                                                : "hand.all";
    (void)snprintf(begin, sizeof(begin), "%" PRIu64, from);
    (void)snprintf(next, sizeof(next), "%" PRIu64, upto);
    if (has_more) {
        DESK_PART(
            desk->assets, &more, "hand-more", FILL("client", client.name), FILL("after", next));
    }
    DESK_PART(desk->assets, &content, "hand-waiting", FILL("client", client.name),
        FILL("token", ask->form_token), FILL("after", begin), FILL("count", shown),
        FILL("text", desk_word(desk->assets, word)), FILL_HTML("more", &more),
        FILL_HTML("rows", &waiting), FILL_HTML("batches", &batches));
    desk_reply_page(ask, HTTP_OK, "hand-page", "page.hand", &content);
}

/* ---- /hand-over/CLIENT/NUMBER, and its tables ---- */

static void
batch_page(struct desk_ask *ask, const struct ledger_batch *batch)
{
    struct desk *desk = ask->desk;
    struct desk_batch_content tables;
    char number[24], count[24];
    AUTO_BUF rows;
    AUTO_BUF when;
    AUTO_BUF content;
    buf_init(&rows, DESK_PAGE_MAX);
    buf_init(&when, 512);
    buf_init(&content, DESK_PAGE_MAX);
    int r = desk_batch_look(desk, batch->client, batch->number, &tables);
    if (r < 0) {
        desk_reply_error(ask, r);
        return;
    }
    (void)snprintf(number, sizeof(number), "%" PRIu64, batch->number);
    for (size_t i = 0; i < tables.count; i++) {
        const struct procedure *procedure =
            procedure_find(desk->config.procedures, tables.procedures[i]);
        (void)snprintf(count, sizeof(count), "%zu", tables.records[i]);
        DESK_PART(desk->assets, &rows, "hand-table", FILL("client", batch->client),
            FILL("number", number), FILL("procedure", tables.procedures[i]), FILL("count", count),
            FILL("title",
                procedure != NULL ? procedure_info(procedure).title.source : tables.procedures[i]));
    }
    (void)snprintf(count, sizeof(count), "%" PRIu64, batch->count);
    desk_when(desk, &when, true, batch->at);
    DESK_PART(desk->assets, &content, "hand-batch", FILL("client", batch->client),
        FILL("number", number), FILL("count", count), FILL("by", batch->by),
        FILL_HTML("when", &when), FILL_HTML("rows", &rows));
    desk_reply_page(ask, HTTP_OK, "hand-page", "page.hand", &content);
}

/* "PROCEDURE.csv", "PROCEDURE.cp932.csv": which table, or false. */
static bool
table_named(const char *file, char procedure[RECORD_NAME_MAX], bool *ret_cp932)
{
    static const char *const endings[] = {".cp932.csv", ".csv"};
    size_t len = strlen(file);
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        size_t end = strlen(endings[i]);
        if (len > end && len - end < RECORD_NAME_MAX && strcmp(file + len - end, endings[i]) == 0) {
            memcpy(procedure, file, len - end);
            procedure[len - end] = 0;
            *ret_cp932 = i == 0;
            return true;
        }
    }
    return false;
}

static void
table_file(struct desk_ask *ask, const struct ledger_batch *batch, const char *file)
{
    struct desk *desk = ask->desk;
    struct desk_batch_content tables;
    char procedure[RECORD_NAME_MAX];
    bool report = strcmp(file, "report.csv") == 0;
    bool cp932 = true, found = report;
    AUTO_BUF other;
    buf_init(&other, DESK_PAPER_MAX);
    ask->reply->body.max = DESK_PAPER_MAX;
    struct buf *out = &ask->reply->body;
    int r = desk_batch_look(desk, batch->client, batch->number, &tables);
    if (r == 0 && !report && !table_named(file, procedure, &cp932)) {
        r = KERR_NOT_FOUND;
    }
    for (size_t i = 0; r == 0 && i < tables.count; i++) {
        struct desk_batch_table which = {.client = batch->client,
            .procedure = tables.procedures[i],
            .number = batch->number,
            .cp932 = cp932};
        if (report) {
            buf_clear(&other);
            r = desk_batch_csv(desk, &which, &other, out);
        } else if (strcmp(procedure, tables.procedures[i]) == 0) {
            found = true;
            r = desk_batch_csv(desk, &which, out, NULL);
        }
    }
    if (r < 0 || !found) {
        desk_reply_error(ask, r < 0 ? r : KERR_NOT_FOUND);
        return;
    }
    ask->reply->status = HTTP_OK;
    ask->reply->type = cp932 && !report ? "text/csv; charset=Shift_JIS" : "text/csv; charset=utf-8";
    ask->reply->table = true;
}

/* CLIENT, CLIENT/NUMBER or CLIENT/NUMBER/FILE */
void
desk_get_hand_client(struct desk_ask *ask)
{
    char name[LEDGER_NAME_MAX], digits[24];
    struct desk_client client;
    struct ledger_batch batch;
    const char *slash = strchr(ask->name, '/');
    size_t len = slash != NULL ? (size_t)(slash - ask->name) : strlen(ask->name);
    (void)snprintf(name, sizeof(name), "%.*s", (int)len, ask->name);
    if (slash == NULL) {
        client_page(ask, name);
        return;
    }
    if (!find_client(ask, name, &client)) {
        return;
    }
    const char *file = strchr(slash + 1, '/');
    len = file != NULL ? (size_t)(file - slash - 1) : strlen(slash + 1);
    (void)snprintf(digits, sizeof(digits), "%.*s", (int)len, slash + 1);
    uint64_t number = desk_query_number(digits, 0);
    int r = ledger_batch_upto(ask->desk->ledger, client.name, number, &batch);
    r = r == 0 && batch.number != number ? KERR_NOT_FOUND : r;
    LOG(LOG_INFO, "desk.hand-batch", LOG_ID("client", client.name), LOG_INT("number", number),
        LOG_ERR(r));
    if (r < 0) {
        desk_reply_error(ask, r);
    } else if (file == NULL) {
        batch_page(ask, &batch);
    } else {
        table_file(ask, &batch, file + 1);
    }
}

/* What it does not have, as a batch. A second press finds nothing more and makes none. */
void
desk_post_hand_client(struct desk_ask *ask)
{
    struct desk_client client;
    struct ledger_batch batch = {.is_written = true};
    char where[DESK_LOCATION_MAX];
    if (!find_client(ask, ask->name, &client)) {
        return;
    }
    (void)snprintf(batch.by, sizeof(batch.by), "%s", ask->who.name);
    uint64_t after = position(ask->request->after);
    int r = desk_hand_make(ask->desk, &client, &after, DESK_LOOKS_MAX, &batch);
    LOG(LOG_INFO, "desk.hand-made", LOG_ID("client", client.name), LOG_INT("result", r),
        LOG_INT("count", r == LEDGER_HANDED ? (int64_t)batch.count : 0));
    if (r == KERR_TOO_BIG) { /* only others' so far: the page goes on from there */
        (void)snprintf(where, sizeof(where), "/hand-over/%s?after=%" PRIu64, client.name, after);
        desk_reply_go(ask, where);
    } else if (r < 0) {
        desk_reply_error(ask, r);
    } else if (r == LEDGER_HANDED) {
        (void)snprintf(where, sizeof(where), "/hand-over/%s/%" PRIu64, client.name, batch.number);
        desk_reply_go(ask, where);
    } else {
        (void)snprintf(where, sizeof(where), "/hand-over/%s", client.name);
        desk_reply_go(ask, where);
    }
}

/* ---- /record/ID/hand: to be copied from, by a person or a robot ---- */

static void
add_item(const struct desk *desk, struct buf *rows, const char *id, const char *name,
    const char *value, const char *raw, const char *came)
{
    AUTO_BUF own;
    buf_init(&own, DESK_PAGE_MAX);
    if (strcmp(raw, came) != 0) { /* staff corrected the form of a character */
        DESK_PART(desk->assets, &own, "hand-own", FILL("id", id), FILL("own", came));
    }
    DESK_PART(desk->assets, rows, "hand-item", FILL("id", id), FILL("name", name),
        FILL("value", value), FILL("raw", raw), FILL_HTML("own", &own));
}

static void
add_items(struct desk *desk, const struct ledger_entry *entry, const struct record *record,
    struct buf *rows)
{
    const struct record_head *head = record_head(record);
    const struct fact_set *facts = record_facts(record);
    const struct desk_layout *layout = desk_hand_layout(desk, head->procedure);
    char submitted[DESK_TIME_LEN], received[DESK_TIME_LEN];
    struct desk_fixes fixes;
    int r = desk_fixes_read(&desk->config, desk->ledger, entry->id, &fixes);
    rows->failed = r < 0 ? r : rows->failed;
    desk_japan_time(head->submitted_at, submitted);
    desk_japan_time(entry->received_at, received);
    const char *const heads[][2] = {{"number", head->number}, {"procedure", head->procedure},
        {"submitted", submitted}, {"received", received}, {"kiosk", entry->kiosk},
        {"language", head->language}};
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        add_item(desk, rows, heads[i][0], desk_word_of(desk->assets, "hand.head.", heads[i][0], ""),
            heads[i][1], heads[i][1], heads[i][1]);
    }
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        const struct fact *fact = fact_set_at(facts, i);
        const struct desk_column *column = desk_layout_find(layout, fact->key);
        const char *value = desk_fixed(&fixes, fact);
        AUTO_BUF text;
        buf_init(&text, DESK_PAGE_MAX);
        desk_column_value(desk, column, value, &text);
        add_item(desk, rows, fact->key, column != NULL ? column->name : fact->key, buf_str(&text),
            value, fact->value);
    }
    desk_fixes_free(&fixes);
}

struct marks {
    struct desk_ask *ask;
    struct buf *out;
    int result;
};

/* Whether this client has the record, or the button that says so. */
static int
add_mark(const struct desk_client *client, void *ctx)
{
    struct marks *marks = ctx;
    struct desk *desk = marks->ask->desk;
    uint64_t number = 0;
    char text[24];
    if ((client->rights & DESK_RIGHT_PAGE) == 0 || (client->rights & DESK_RIGHT_REVOKED) != 0) {
        return 0;
    }
    int r = ledger_handed(desk->ledger, client->name, marks->ask->id, &number);
    (void)snprintf(text, sizeof(text), "%" PRIu64, number);
    if (r == 0) {
        DESK_PART(desk->assets, marks->out, "hand-has", FILL("client", client->name),
            FILL("number", text));
    } else if (r == KERR_NOT_FOUND) {
        DESK_PART(desk->assets, marks->out, "hand-mark", FILL("client", client->name),
            FILL("id", marks->ask->view.open), FILL("token", marks->ask->form_token));
    } else {
        marks->result = r;
    }
    return 0;
}

void
desk_get_hand_record(struct desk_ask *ask)
{
    struct desk *desk = ask->desk;
    struct ledger_entry entry;
    const char *reason = NULL;
    int line = 0;
    AUTO_BUF envelope;
    AUTO_BUF items;
    AUTO_BUF clients;
    AUTO_BUF content;
    buf_init(&envelope, LEDGER_ENVELOPE_MAX);
    buf_init(&items, DESK_PAGE_MAX);
    buf_init(&clients, DESK_PAGE_MAX);
    buf_init(&content, DESK_PAGE_MAX);
    int r = ledger_get(desk->ledger, ask->id, &entry, &envelope);
    struct record *record =
        r == 0 ? desk_open_record(&desk->config, &entry, envelope.data, envelope.len, &reason)
               : NULL;
    if (record == NULL) {
        desk_reply_error(ask, r < 0 ? r : KERR_NOT_FOUND);
        return;
    }
    const char *id = record_head(record)->procedure;
    const struct procedure *procedure = procedure_find(desk->config.procedures, id);
    struct marks marks = {.ask = ask, .out = &clients};
    add_items(desk, &entry, record, &items);
    if (desk->config.clients != NULL) {
        (void)desk_clients_each(desk->config.clients, add_mark, &marks, &line);
    }
    DESK_PART(desk->assets, &content, "hand-copy", FILL("id", ask->view.open),
        FILL("title", procedure != NULL ? procedure_info(procedure).title.source : id),
        FILL_HTML("items", &items), FILL_HTML("clients", &clients));
    record_free(record);
    if (marks.result < 0) {
        desk_reply_error(ask, marks.result);
        return;
    }
    desk_reply_page(ask, HTTP_OK, "hand-page", "page.hand", &content);
}

/* It was typed in elsewhere: that system has it. Pressed again it changes nothing. */
void
desk_post_hand_record(struct desk_ask *ask)
{
    struct desk_client client;
    struct ledger_batch batch = {.is_written = true};
    char where[DESK_LOCATION_MAX];
    AUTO_BUF name;
    buf_init(&name, DESK_FIELD_MAX);
    if (!desk_ask_field(ask, "client", &name)) {
        desk_reply_message(ask, HTTP_NOT_FOUND, "not-found");
        return;
    }
    if (!find_client(ask, buf_str(&name), &client)) {
        return;
    }
    (void)snprintf(batch.by, sizeof(batch.by), "%s", ask->who.name);
    int r =
        desk_hand_mark(ask->desk, &client, &batch, (const uint8_t(*)[LEDGER_ID_LEN]) & ask->id, 1);
    LOG(LOG_INFO, "desk.hand-marked", LOG_ID("client", client.name),
        LOG_HEX("id", ask->id, sizeof(ask->id)), LOG_INT("result", r));
    if (r < 0) {
        desk_reply_error(ask, r);
        return;
    }
    (void)snprintf(where, sizeof(where), "/record/%s/hand", ask->view.open);
    desk_reply_go(ask, where);
}
