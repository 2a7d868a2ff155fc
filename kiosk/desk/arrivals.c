/* desk/arrivals.c - who checked in: for each procedure of that kind one list of people in the order in which they came, and
 * the same as a table for a spreadsheet. Who laid a card down twice stands there once, with the first time. The only page
 * that opens many records at once; all of them are wiped when it has been made. */
#include "desk_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/hex.h"

enum {
    WALK_MAX = INT32_MAX,
    WALK_STOP = 1,
    ARRIVALS_MAX = 10000, /* people; the bound on what one page opens */
    KEYS_MAX = 24, /* columns of answers */
    TAG_SHOWN = 8 /* digits of a card's tag by which staff tell two apart */
};
static const char tag_key[] = "card.tag";

struct arrival {
    struct record *record;
    struct ledger_entry entry;
    unsigned times; /* how often the same card was laid down */
    const char *tag; /* of the record; NULL: came without a card */
};

struct arrivals {
    struct desk *desk;
    const char *procedure;
    struct arrival *all; /* newest first */
    size_t count;
    bool more; /* there are more than a page opens */
    const char *keys[KEYS_MAX]; /* answers that somebody gave; belong to records */
    size_t key_count;
};

/* The same card, seen on the way back in time: the earlier record stands for the person. */
static struct arrival *
same_card(struct arrivals *arrivals, const char *tag)
{
    for (size_t i = 0; tag != NULL && i < arrivals->count; i++) {
        const char *other = arrivals->all[i].tag;
        if (other != NULL && strcmp(other, tag) == 0) {
            return &arrivals->all[i];
        }
    }
    return NULL;
}

static int
each_record(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx)
{
    struct arrivals *arrivals = ctx;
    const char *reason = NULL;
    struct record *record =
        desk_open_record(&arrivals->desk->config, entry, envelope, len, &reason);
    if (record == NULL || strcmp(record_head(record)->procedure, arrivals->procedure) != 0) {
        record_free(record);
        return 0;
    }
    const char *tag = fact_set_value(record_facts(record), tag_key);
    struct arrival *known = same_card(arrivals, tag);
    if (known == NULL && arrivals->count == ARRIVALS_MAX) {
        arrivals->more = true;
        record_free(record);
        return WALK_STOP;
    }
    if (known == NULL) {
        known = &arrivals->all[arrivals->count++];
        *known = (struct arrival){.times = 0};
    }
    record_free(known->record);
    known->record = record;
    known->entry = *entry;
    known->tag = tag;
    known->times++;
    return 0;
}

static void
collect_keys(struct arrivals *arrivals)
{
    for (size_t i = 0; i < arrivals->count; i++) {
        const struct fact_set *facts = record_facts(arrivals->all[i].record);
        for (size_t f = 0; f < fact_set_count(facts); f++) {
            const char *key = fact_set_at(facts, f)->key;
            size_t k = 0;
            while (k < arrivals->key_count && strcmp(arrivals->keys[k], key) != 0) {
                k++;
            }
            if (k == arrivals->key_count && k < KEYS_MAX && strcmp(key, tag_key) != 0) {
                arrivals->keys[arrivals->key_count++] = key;
            }
        }
    }
}

static int
collect(struct desk *desk, const char *procedure, struct arrivals *ret)
{
    *ret = (struct arrivals){.desk = desk, .procedure = procedure};
    ret->all = xcalloc(ARRIVALS_MAX, sizeof(*ret->all));
    int r = ledger_list(desk->ledger, 0, WALK_MAX, each_record, ret);
    collect_keys(ret);
    return r < 0 ? r : 0;
}

static void
release(struct arrivals *arrivals)
{
    for (size_t i = 0; i < arrivals->count; i++) {
        record_free(arrivals->all[i].record);
    }
    free(arrivals->all);
}

static const char *
label_of(const struct arrivals *arrivals, const char *key)
{
    struct question question;
    bool known = procedure_fact_words(
        arrivals->desk->config.procedures, arrivals->procedure, key, &question);
    if (!known) {
        return key;
    }
    return question.name.source != NULL ? question.name.source : question.label.source;
}

/* An answer as the sheet shows it; "" when it was not given. */
static void
add_answer(const struct arrivals *arrivals, const struct arrival *arrival, const char *key,
    struct buf *out)
{
    struct question question;
    const char *value = fact_set_value(record_facts(arrival->record), key);
    if (value == NULL) {
        return;
    }
    if (procedure_fact_words(
            arrivals->desk->config.procedures, arrivals->procedure, key, &question)) {
        desk_value_text(arrivals->desk, out, &question, value);
    } else {
        (void)buf_add_str(out, value);
    }
}

static void
add_tag(const struct arrival *arrival, struct buf *out)
{
    if (arrival->tag != NULL) {
        (void)buf_printf(out, "%.*s", TAG_SHOWN, arrival->tag);
    }
}

/* ---- the page ---- */

static void
add_cell(const struct arrivals *arrivals, struct buf *row, const char *text)
{
    DESK_PART(arrivals->desk->assets, row, "arrival-cell", FILL("text", text));
}

static void
add_arrival(const struct arrivals *arrivals, const struct arrival *arrival, struct buf *rows)
{
    struct desk *desk = arrivals->desk;
    char id[DESK_ID_LEN], times[16];
    AUTO_BUF number;
    AUTO_BUF when;
    AUTO_BUF tag;
    AUTO_BUF cells;
    buf_init(&number, 64);
    buf_init(&when, 512);
    buf_init(&tag, 64);
    buf_init(&cells, DESK_PAGE_MAX);
    hex_encode(arrival->entry.id, LEDGER_ID_LEN, id);
    (void)i18n_receipt_number(&number, record_head(arrival->record)->number);
    desk_when(desk, &when, false, record_head(arrival->record)->submitted_at);
    add_tag(arrival, &tag);
    (void)snprintf(times, sizeof(times), "%u", arrival->times);
    for (size_t k = 0; k < arrivals->key_count; k++) {
        AUTO_BUF text;
        buf_init(&text, DESK_PAGE_MAX);
        add_answer(arrivals, arrival, arrivals->keys[k], &text);
        add_cell(arrivals, &cells, buf_str(&text));
    }
    DESK_PART(desk->assets, rows, "arrival", FILL("id", id), FILL("number", buf_str(&number)),
        FILL("kiosk", arrival->entry.kiosk), FILL("tag", buf_str(&tag)), FILL("times", times),
        FILL_HTML("when", &when), FILL_HTML("cells", &cells));
}

int
desk_arrivals_html(struct desk *desk, const char *procedure, struct buf *out)
{
    struct arrivals arrivals;
    const struct procedure *found = procedure_find(desk->config.procedures, procedure);
    if (found == NULL || procedure_info(found).kind != PROCEDURE_CHECK_IN) {
        return KERR_NOT_FOUND;
    }
    AUTO_BUF rows;
    AUTO_BUF heads;
    buf_init(&rows, DESK_PAGE_MAX);
    buf_init(&heads, DESK_PAGE_MAX);
    int r = collect(desk, procedure, &arrivals);
    for (size_t k = 0; r == 0 && k < arrivals.key_count; k++) {
        DESK_PART(desk->assets, &heads, "arrival-head",
            FILL("text", label_of(&arrivals, arrivals.keys[k])));
    }
    for (size_t i = 0; r == 0 && i < arrivals.count; i++) {
        add_arrival(&arrivals, &arrivals.all[i], &rows);
    }
    char count[24];
    (void)snprintf(count, sizeof(count), "%zu", arrivals.count);
    if (r == 0) {
        DESK_PART(desk->assets, out, "arrivals", FILL("title", procedure_info(found).title.source),
            FILL("procedure", procedure), FILL("count", count),
            FILL("more", arrivals.more ? desk_word(desk->assets, "arrivals.more") : ""),
            FILL_HTML("heads", &heads), FILL_HTML("rows", &rows));
    }
    release(&arrivals);
    return r < 0 ? r : buf_error(out);
}

/* ---- the table (RFC 4180, UTF-8 with a mark by which spreadsheets know it) ---- */

static void
csv_row(const struct arrivals *arrivals, const struct arrival *arrival, struct buf *out)
{
    const struct record_head *head = record_head(arrival->record);
    struct clock_date at = clock_japan(head->submitted_at);
    char when[48];
    char times[16];
    AUTO_BUF tag;
    buf_init(&tag, 64);
    (void)snprintf(when, sizeof(when), "%04d-%02d-%02d %02d:%02d", at.year, at.month, at.day,
        at.hour, at.minute);
    (void)snprintf(times, sizeof(times), "%u", arrival->times);
    add_tag(arrival, &tag);
    desk_csv_cell(out, head->number, true);
    desk_csv_cell(out, when, false);
    desk_csv_cell(out, arrival->entry.kiosk, false);
    desk_csv_cell(out, buf_str(&tag), false);
    desk_csv_cell(out, times, false);
    for (size_t k = 0; k < arrivals->key_count; k++) {
        AUTO_BUF text;
        buf_init(&text, DESK_PAGE_MAX);
        add_answer(arrivals, arrival, arrivals->keys[k], &text);
        desk_csv_cell(out, buf_str(&text), false);
    }
    (void)buf_add_str(out, "\r\n");
}

int
desk_arrivals_csv(struct desk *desk, const char *procedure, struct buf *out)
{
    static const char *const heads[] = {
        "arrivals.number", "arrivals.when", "arrivals.kiosk", "arrivals.card", "arrivals.times"};
    struct arrivals arrivals;
    const struct procedure *found = procedure_find(desk->config.procedures, procedure);
    if (found == NULL || procedure_info(found).kind != PROCEDURE_CHECK_IN) {
        return KERR_NOT_FOUND;
    }
    int r = collect(desk, procedure, &arrivals);
    (void)buf_add_str(out, "\xEF\xBB\xBF");
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        desk_csv_cell(out, desk_word(desk->assets, heads[i]), i == 0);
    }
    for (size_t k = 0; k < arrivals.key_count; k++) {
        desk_csv_cell(out, label_of(&arrivals, arrivals.keys[k]), false);
    }
    (void)buf_add_str(out, "\r\n");
    for (size_t i = 0; i < arrivals.count; i++) {
        csv_row(&arrivals, &arrivals.all[i], out);
    }
    release(&arrivals);
    return r < 0 ? r : buf_error(out);
}

void
desk_arrivals_tabs(struct desk *desk, struct buf *out)
{
    const struct procedure_set *set = desk->config.procedures;
    for (size_t i = 0; i < procedure_count(set); i++) {
        struct procedure_info info = procedure_info(procedure_at(set, i));
        if (info.kind == PROCEDURE_CHECK_IN) {
            DESK_PART(desk->assets, out, "tab-arrivals", FILL("procedure", info.id),
                FILL("text", info.title.source));
        }
    }
}
