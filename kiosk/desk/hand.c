/* desk/hand.c - what is handed over to a system: which records it gets, in which batch, and each of them as a row or as
 * JSON. A record that can't be opened is never handed over: it waits until it can. */
#include "hand_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"

enum { OPENAPI_MAX = 256 * 1024 };

struct desk_hand {
    struct desk_fields *fields;
    struct desk_substitutes *substitutes;
    struct buf openapi;
    struct desk_layout
        *layouts; /* by place of the procedure in the set; made when it is asked for */
    size_t layout_count;
};

int
desk_hand_load(const char *folder, const struct procedure_set *set, struct desk_hand **ret_hand)
{
    struct desk_hand *hand = xcalloc(1, sizeof(*hand));
    int line = 0;
    char *fields = fs_join(folder, "fields.tsv");
    char *substitutes = fs_join(folder, "substitutes.tsv");
    char *openapi = fs_join(folder, "openapi.json");
    buf_init(&hand->openapi, OPENAPI_MAX);
    hand->layout_count = procedure_count(set);
    hand->layouts = xcalloc(hand->layout_count + 1, sizeof(*hand->layouts));
    int r = desk_fields_load(fields, &hand->fields, &line);
    r = r == 0 ? desk_substitutes_load(substitutes, &hand->substitutes, &line) : r;
    r = r == 0 ? fs_read(openapi, &hand->openapi) : r;
    free(openapi);
    free(substitutes);
    free(fields);
    if (r < 0) {
        desk_hand_free(hand);
        return r;
    }
    *ret_hand = hand;
    return 0;
}

void
desk_hand_free(struct desk_hand *hand)
{
    if (hand == NULL) {
        return;
    }
    for (size_t i = 0; i < hand->layout_count; i++) {
        desk_layout_free(&hand->layouts[i]);
    }
    free(hand->layouts);
    buf_release(&hand->openapi);
    desk_substitutes_free(hand->substitutes);
    desk_fields_free(hand->fields);
    free(hand);
}

const struct buf *
desk_hand_openapi(const struct desk_hand *hand)
{
    return &hand->openapi;
}

const struct desk_layout *
desk_hand_layout(struct desk *desk, const char *procedure)
{
    const struct procedure_set *set = desk->config.procedures;
    for (size_t i = 0; i < desk->hand->layout_count; i++) {
        const struct procedure *at = procedure_at(set, i);
        if (strcmp(procedure_info(at).id, procedure) != 0) {
            continue;
        }
        struct desk_layout *layout = &desk->hand->layouts[i];
        if (layout->columns == NULL) {
            desk_layout_make(desk->hand->fields, set, at, layout);
        }
        return layout;
    }
    static const struct desk_layout none;
    return &none; /* a service that is gone: each of its facts is told in the report */
}

/* ---- which records ---- */

/* The first record behind a position that this client may have and does not have yet, of any of its states. */
static int
next_entry(struct desk *desk, const struct desk_client *client, uint64_t after,
    struct ledger_entry *ret_entry, struct buf *ret_envelope)
{
    char states[sizeof(client->states)];
    memcpy(states, client->states, sizeof(states));
    char *rest = states;
    int r = KERR_NOT_FOUND;
    for (char *state; (state = strsep(&rest, ",")) != NULL;) {
        struct ledger_entry entry;
        AUTO_BUF envelope;
        buf_init(&envelope, LEDGER_ENVELOPE_MAX);
        int found =
            ledger_hand_next(desk->ledger, client->name, 0, state, after, &entry, &envelope);
        if (found < 0 && found != KERR_NOT_FOUND) {
            return found;
        }
        if (found == 0 && (r < 0 || entry.position < ret_entry->position)) {
            *ret_entry = entry;
            buf_clear(ret_envelope);
            r = buf_add(ret_envelope, envelope.data, envelope.len);
        }
    }
    return r;
}

int
desk_hand_next(struct desk *desk, const struct desk_client *client, uint64_t *after, size_t *looks,
    struct ledger_entry *ret_entry, struct record **ret_record)
{
    while (*looks > 0) {
        const char *reason = NULL;
        struct record_head known;
        AUTO_BUF envelope;
        buf_init(&envelope, LEDGER_ENVELOPE_MAX);
        int r = next_entry(desk, client, *after, ret_entry, &envelope);
        if (r < 0) {
            return r;
        }
        *after = ret_entry->position;
        if (desk_find_head(desk, ret_entry, &known) &&
            !desk_client_takes(client, known.procedure)) {
            --*looks;
            continue;
        }
        struct record *record =
            desk_open_record(&desk->config, ret_entry, envelope.data, envelope.len, &reason);
        if (record != NULL && desk_client_takes(client, record_head(record)->procedure)) {
            *ret_record = record;
            return 0;
        }
        record_free(record);
        *looks -= *looks > DESK_LOOK_OPENED ? DESK_LOOK_OPENED : *looks;
    }
    return KERR_TOO_BIG;
}

int
desk_hand_get(struct desk *desk, const struct desk_client *client, const uint8_t id[LEDGER_ID_LEN],
    struct ledger_entry *ret_entry, struct record **ret_record)
{
    const char *reason = NULL;
    AUTO_BUF envelope;
    buf_init(&envelope, LEDGER_ENVELOPE_MAX);
    int r = ledger_get(desk->ledger, id, ret_entry, &envelope);
    if (r < 0) {
        return r;
    }
    uint64_t number = 0;
    r = ledger_handed(desk->ledger, client->name, id, &number);
    if (r < 0 && (r != KERR_NOT_FOUND || !desk_client_sees(client, ret_entry->state))) {
        return r;
    }
    struct record *record =
        desk_open_record(&desk->config, ret_entry, envelope.data, envelope.len, &reason);
    if (record == NULL || !desk_client_takes(client, record_head(record)->procedure)) {
        record_free(record);
        return KERR_NOT_FOUND;
    }
    *ret_record = record;
    return 0;
}

/* ---- batches ---- */

struct seen {
    const struct desk_client *client;
    bool was_seen;
};

static int
look_at_act(const struct ledger_act *act, void *ctx)
{
    struct seen *seen = ctx;
    seen->was_seen |= strcmp(act->kind, "state") == 0 && desk_client_sees(seen->client, act->value);
    return 0;
}

/* Was it ever in one of the client's states? All records were new. */
static int
find_state(struct desk *desk, const struct ledger_entry *entry, struct seen *seen)
{
    seen->was_seen =
        desk_client_sees(seen->client, "new") || desk_client_sees(seen->client, entry->state);
    return seen->was_seen ? 0 : ledger_acts(desk->ledger, entry->id, look_at_act, seen);
}

int
desk_hand_may_mark(
    struct desk *desk, const struct desk_client *client, const uint8_t id[LEDGER_ID_LEN])
{
    struct seen seen = {.client = client};
    struct ledger_entry entry;
    struct record_head known;
    uint64_t number = 0;
    AUTO_BUF envelope;
    buf_init(&envelope, LEDGER_ENVELOPE_MAX);
    int r = ledger_handed(desk->ledger, client->name, id, &number);
    if (r != KERR_NOT_FOUND) {
        return r;
    }
    r = ledger_get(desk->ledger, id, &entry, &envelope);
    r = r == 0 ? find_state(desk, &entry, &seen) : r;
    if (r < 0 || !seen.was_seen) {
        return r < 0 ? r : KERR_NOT_FOUND;
    }
    if (desk_find_head(desk, &entry, &known)) {
        return desk_client_takes(client, known.procedure) ? 0 : KERR_NOT_FOUND;
    }
    const char *reason = NULL;
    struct record *record =
        desk_open_record(&desk->config, &entry, envelope.data, envelope.len, &reason);
    bool takes = record != NULL && desk_client_takes(client, record_head(record)->procedure);
    record_free(record);
    return takes ? 0 : KERR_NOT_FOUND;
}

static int
compare_ids(const void *one, const void *other)
{
    return memcmp(one, other, LEDGER_ID_LEN);
}

/* The same records are the same question, in whatever order. */
static void
hash_ids(const uint8_t (*ids)[LEDGER_ID_LEN], size_t count, uint8_t ret_hash[LEDGER_HASH_LEN])
{
    uint8_t(*sorted)[LEDGER_ID_LEN] = xcalloc(count + 1, LEDGER_ID_LEN);
    size_t unique = 0;
    memcpy(sorted, ids, count * LEDGER_ID_LEN);
    qsort(sorted, count, LEDGER_ID_LEN, compare_ids);
    for (size_t i = 0; i < count; i++) {
        if (unique == 0 || memcmp(sorted[unique - 1], sorted[i], LEDGER_ID_LEN) != 0) {
            memmove(sorted[unique++], sorted[i], LEDGER_ID_LEN);
        }
    }
    seal_hash((const uint8_t *)sorted, unique * LEDGER_ID_LEN, ret_hash);
    free(sorted);
}

int
desk_hand_mark(struct desk *desk, const struct desk_client *client, struct ledger_batch *batch,
    const uint8_t (*ids)[LEDGER_ID_LEN], size_t count)
{
    (void)snprintf(batch->client, sizeof(batch->client), "%s", client->name);
    batch->at = clock_wall_s(desk->config.clock);
    hash_ids(ids, count, batch->asked);
    return ledger_hand(desk->ledger, batch, ids, count);
}

int
desk_hand_make(struct desk *desk, const struct desk_client *client, uint64_t *after, size_t looks,
    struct ledger_batch *batch)
{
    uint8_t(*ids)[LEDGER_ID_LEN] = xcalloc(LEDGER_BATCH_MAX, LEDGER_ID_LEN);
    size_t count = 0;
    int r = 0;
    while (r == 0 && count < LEDGER_BATCH_MAX) {
        struct ledger_entry entry;
        struct record *record = NULL;
        r = desk_hand_next(desk, client, after, &looks, &entry, &record);
        if (r == 0) {
            memcpy(ids[count++], entry.id, LEDGER_ID_LEN);
            record_free(record);
        }
    }
    r = r == KERR_NOT_FOUND || (r == KERR_TOO_BIG && count > 0) ? 0 : r;
    if (r == 0) {
        batch->number = 0;
        r = desk_hand_mark(desk, client, batch, (const uint8_t(*)[LEDGER_ID_LEN])ids, count);
    }
    free(ids);
    return r;
}

static bool
is_anothers(struct desk *desk, const struct ledger_entry *entry, const char *procedure)
{
    struct record_head known;
    return procedure != NULL && desk_find_head(desk, entry, &known) &&
           strcmp(known.procedure, procedure) != 0;
}

int
desk_batch_each(
    struct desk *desk, const struct desk_batch_walk *walk, desk_each_handed *each, void *ctx)
{
    uint64_t after = 0;
    int r = 0;
    while (r == 0) {
        struct ledger_entry entry;
        const char *reason = NULL;
        AUTO_BUF envelope;
        buf_init(&envelope, LEDGER_ENVELOPE_MAX);
        r = ledger_hand_next(
            desk->ledger, walk->client, walk->number, NULL, after, &entry, &envelope);
        if (r < 0) {
            return r == KERR_NOT_FOUND ? 0 : r;
        }
        after = entry.position;
        if (is_anothers(desk, &entry, walk->procedure)) {
            continue;
        }
        struct record *record = walk->stay_closed ? NULL
                                                  : desk_open_record(&desk->config, &entry,
                                                        envelope.data, envelope.len, &reason);
        r = each(&entry, record, ctx);
        record_free(record);
    }
    return r;
}

static int
note_procedure(const struct ledger_entry *entry, const struct record *record, void *ctx)
{
    struct desk_batch_content *content = ctx;
    (void)entry; /* what is inside counts */
    const char *id = record != NULL ? record_head(record)->procedure : NULL;
    if (id == NULL) {
        return KERR_SEAL_OPEN; /* it could be opened when the batch was made */
    }
    for (size_t i = 0; i < content->count; i++) {
        if (strcmp(content->procedures[i], id) == 0) {
            content->records[i]++;
            return 0;
        }
    }
    if (content->count == DESK_BATCH_PROCEDURES_MAX) {
        return KERR_TOO_BIG;
    }
    (void)snprintf(content->procedures[content->count], RECORD_NAME_MAX, "%s", id);
    content->records[content->count++] = 1;
    return 0;
}

int
desk_batch_look(
    struct desk *desk, const char *client, uint64_t number, struct desk_batch_content *ret_content)
{
    *ret_content = (struct desk_batch_content){.count = 0};
    const struct desk_batch_walk all = {.client = client, .number = number};
    return desk_batch_each(desk, &all, note_procedure, ret_content);
}

struct table_walk {
    struct desk_table *table;
    const struct desk_layout *layout;
    const char *procedure;
};

static int
add_row(const struct ledger_entry *entry, const struct record *record, void *ctx)
{
    const struct table_walk *walk = ctx;
    if (record == NULL) {
        return KERR_SEAL_OPEN;
    }
    if (strcmp(record_head(record)->procedure, walk->procedure) == 0) {
        desk_hand_row(walk->table, walk->layout, entry, record);
    }
    return buf_error(walk->table->out);
}

int
desk_batch_csv(
    struct desk *desk, const struct desk_batch_table *which, struct buf *out, struct buf *report)
{
    struct desk_table table = {.desk = desk,
        .fit = which->cp932 ? desk_fit_new(desk->hand->substitutes) : NULL,
        .substitute = desk->config.substitute,
        .out = out,
        .report = report};
    struct table_walk walk = {&table, desk_hand_layout(desk, which->procedure), which->procedure};
    desk_table_begin(&table);
    desk_hand_head(&table, walk.layout);
    const struct desk_batch_walk own = {
        .client = which->client, .number = which->number, .procedure = which->procedure};
    int r = desk_batch_each(desk, &own, add_row, &walk);
    desk_fit_free(table.fit);
    r = r == 0 ? buf_error(out) : r;
    return r == 0 && report != NULL ? buf_error(report) : r;
}

/* ---- JSON ---- */

static void
add_member(struct buf *out, const char *name, const char *value, bool first)
{
    (void)buf_add_str(out, first ? "\"" : ",\"");
    (void)buf_add_str(out, name);
    (void)buf_add_str(out, "\":");
    desk_json_text(out, value);
}

void
desk_hand_json(struct desk *desk, const struct ledger_entry *entry, const struct record *record,
    struct buf *out)
{
    const struct record_head *head = record_head(record);
    const struct fact_set *facts = record_facts(record);
    const struct desk_layout *layout = desk_hand_layout(desk, head->procedure);
    const struct procedure *procedure = procedure_find(desk->config.procedures, head->procedure);
    char id[DESK_ID_LEN], submitted[DESK_TIME_LEN], received[DESK_TIME_LEN];
    struct desk_fixes fixes;
    int r = desk_fixes_read(&desk->config, desk->ledger, entry->id, &fixes);
    out->failed = r < 0 ? r : out->failed;
    hex_encode(entry->id, LEDGER_ID_LEN, id);
    desk_japan_time(head->submitted_at, submitted);
    desk_japan_time(entry->received_at, received);
    (void)buf_add_byte(out, '{');
    add_member(out, "id", id, true);
    add_member(out, "number", head->number, false);
    add_member(out, "procedure", head->procedure, false);
    add_member(
        out, "title", procedure != NULL ? procedure_info(procedure).title.source : "", false);
    add_member(out, "submittedAt", submitted, false);
    add_member(out, "receivedAt", received, false);
    add_member(out, "kiosk", entry->kiosk, false);
    add_member(out, "language", head->language, false);
    add_member(out, "state", entry->state, false);
    (void)buf_printf(out, ",\"position\":%" PRIu64 ",\"fields\":[", entry->position);
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        const struct fact *fact = fact_set_at(facts, i);
        const struct desk_column *column = desk_layout_find(layout, fact->key);
        const char *value = desk_fixed(&fixes, fact);
        AUTO_BUF text;
        buf_init(&text, DESK_PAGE_MAX);
        desk_column_value(desk, column, value, &text);
        (void)buf_add_str(out, i > 0 ? ",{" : "{");
        add_member(out, "key", fact->key, true);
        add_member(out, "name", column != NULL ? column->name : fact->key, false);
        add_member(out, "term", column != NULL ? column->english : fact->key, false);
        add_member(out, "value", value, false);
        if (strcmp(value, fact->value) != 0) {
            add_member(out, "own", fact->value, false);
        }
        add_member(out, "text", buf_str(&text), false);
        add_member(out, "origin", fact_origin_name(fact->origin), false);
        (void)buf_add_byte(out, '}');
    }
    desk_fixes_free(&fixes);
    (void)buf_add_str(out, "]}");
}
