/* desk/counts.c - figures without persons, as open data: what a record is in them, and the table. Each count stands alone (a month
 * and one property, never two properties crossed), is rounded to a multiple of five, and is told when its month is over. */
#include "keep_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

enum { MINUTE_S = 60 };
static const char OUTCOME_BACK[] = "back";

/* Staff stood beside the visitor: the head says it, of later records; or an answer is theirs. */
static bool
is_assisted(const struct record *record)
{
    const struct fact_set *facts = record_facts(record);
    if (record_head(record)->assisted) {
        return true;
    }
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        if (fact_set_at(facts, i)->origin == FACT_ORIGIN_STAFF) {
            return true;
        }
    }
    return false;
}

int
desk_tally_of(struct ledger *ledger, const struct ledger_entry *entry, const struct record *record,
    struct ledger_tally *ret_tally)
{
    struct ledger_decision decision = {.state = "open"};
    *ret_tally = (struct ledger_tally){.records = 1};
    int r = ledger_decided(ledger, entry->id, &decision);
    if (r < 0 && r != KERR_NOT_FOUND) {
        return r;
    }
    bool is_back = strcmp(entry->state, OUTCOME_BACK) == 0; /* whatever it had been given */
    bool is_decided = !is_back && strcmp(decision.state, "open") != 0;
    clock_day_text(clock_japan_day(entry->received_at), ret_tally->day);
    (void)snprintf(ret_tally->kiosk, sizeof(ret_tally->kiosk), "%s", entry->kiosk);
    (void)snprintf(ret_tally->outcome, sizeof(ret_tally->outcome), "%s",
        is_decided ? decision.state : entry->state);
    if (record != NULL) {
        const struct record_head *head = record_head(record);
        (void)snprintf(ret_tally->procedure, sizeof(ret_tally->procedure), "%s", head->procedure);
        (void)snprintf(ret_tally->language, sizeof(ret_tally->language), "%s", head->language);
    }
    (void)snprintf(ret_tally->assisted, sizeof(ret_tally->assisted), "%s",
        record == NULL        ? ""
        : is_assisted(record) ? "yes"
                              : "no");
    int64_t took = strcmp(entry->state, "done") == 0 ? entry->state_at - entry->received_at : 0;
    ret_tally->minutes = took > 0 ? took / MINUTE_S : 0;
    return 0;
}

/* ---- the table ---- */

/* What is counted of a record, a column of the table each; FIGURE_ALL counts all of them. */
enum figure {
    FIGURE_DAY,
    FIGURE_ALL,
    FIGURE_PROCEDURE,
    FIGURE_LANGUAGE,
    FIGURE_KIOSK,
    FIGURE_ASSISTED,
    FIGURE_OUTCOME,
    FIGURE_INDICATOR,
    FIGURE_COUNT
};
static const char *const figure_names[FIGURE_COUNT] = {
    "day", "all", "procedure", "language", "kiosk", "assisted", "outcome", "indicator"};

enum {
    COARSE = 5, /* every count is rounded to a multiple of it */
    MEAN_LEAST = 10, /* records behind a mean time */
    FISCAL_FIRST = 4, /* a fiscal year begins in April */
    KEY_MAX = LEDGER_NAME_MAX + 16
};

struct cell {
    enum figure figure;
    char from[LEDGER_DAY_LEN], to[LEDGER_DAY_LEN];
    char value[KEY_MAX];
    uint64_t records, timed;
    int64_t minutes;
};

struct figures {
    const struct desk_config *config;
    const struct desk_assets *assets;
    struct ledger *ledger;
    bool is_timed; /* the records that are counted now are done: their minutes have a mean */
    char first_open[LEDGER_DAY_LEN]; /* the first day of the month that is not over */
    struct cell *cells; /* owned; a table by hash, open addressing */
    size_t count, room; /* room: a power of two */
};

static uint64_t
hash_of(const struct cell *cell)
{
    const char *const texts[] = {cell->from, cell->to, cell->value};
    uint64_t hash = 14695981039346656037U + (uint64_t)cell->figure; /* FNV-1a */
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        for (const char *at = texts[i]; *at != 0; at++) {
            hash = (hash ^ (uint8_t)*at) * 1099511628211U;
        }
        hash = (hash ^ 0xff) * 1099511628211U;
    }
    return hash;
}

static int
by_key(const void *a, const void *b)
{
    const struct cell *one = a, *other = b;
    int order = (int)one->figure - (int)other->figure;
    order = order != 0 ? order : strcmp(one->from, other->from);
    return order != 0 ? order : strcmp(one->value, other->value);
}

/* The place of a cell with this key, or the free one for it. */
static struct cell *
place_of(struct cell *cells, size_t room, const struct cell *key)
{
    size_t at = (size_t)hash_of(key) & (room - 1);
    while (cells[at].from[0] != 0 &&
           (by_key(&cells[at], key) != 0 || strcmp(cells[at].to, key->to) != 0)) {
        at = (at + 1) & (room - 1);
    }
    return &cells[at];
}

static void
grow(struct figures *figures)
{
    enum { FIRST_ROOM = 1024 };
    size_t room = figures->room == 0 ? FIRST_ROOM : 2 * figures->room;
    struct cell *cells = xcalloc(room, sizeof(*cells));
    for (size_t i = 0; i < figures->room; i++) {
        if (figures->cells[i].from[0] != 0) {
            *place_of(cells, room, &figures->cells[i]) = figures->cells[i];
        }
    }
    free(figures->cells);
    figures->cells = cells;
    figures->room = room;
}

static void
count_in(struct figures *figures, const struct cell *key, const struct ledger_tally *tally)
{
    if (2 * (figures->count + 1) > figures->room) {
        grow(figures);
    }
    struct cell *cell = place_of(figures->cells, figures->room, key);
    if (cell->from[0] == 0) {
        *cell = *key;
        figures->count++;
    }
    cell->records += tally->records;
    cell->timed += figures->is_timed ? tally->records : 0;
    cell->minutes += tally->minutes;
}

/* The first and the last day of the month, or of the fiscal year, of a day. */
static void
span_of(const char *day, bool is_year, char from[LEDGER_DAY_LEN], char to[LEDGER_DAY_LEN])
{
    int year = (int)strtol(day, NULL, 10);
    int month = (int)strtol(day + 5, NULL, 10);
    int months = is_year ? 12 : 1;
    if (is_year) {
        year -= month < FISCAL_FIRST ? 1 : 0;
        month = FISCAL_FIRST;
    }
    int next = month + months;
    clock_day_text(clock_days_from_civil(year, month, 1), from);
    clock_day_text(
        clock_days_from_civil(year + (next > 12 ? 1 : 0), (next - 1) % 12 + 1, 1) - 1, to);
}

/* An indicator of the city's plans that this value is counted for (words.conf: indicator.FIGURE.VALUE), by fiscal year. */
static void
count_indicator(struct figures *figures, enum figure figure, const char *value,
    const struct ledger_tally *tally)
{
    struct cell key = {.figure = FIGURE_INDICATOR};
    (void)snprintf(key.value, sizeof(key.value), "%s.%s", figure_names[figure], value);
    if (desk_word_of(figures->assets, "indicator.", key.value, NULL) != NULL) {
        span_of(tally->day, true, key.from, key.to);
        count_in(figures, &key, tally);
    }
}

/* A row of counts goes into all figures that it belongs to. Of a month that is not over nothing is told: two tables of
 * unlike days would tell what came between. */
static int
count_tally(const struct ledger_tally *tally, void *ctx)
{
    struct figures *figures = ctx;
    const struct {
        enum figure figure;
        const char *value;
    } values[] = {{FIGURE_ALL, ""}, {FIGURE_PROCEDURE, tally->procedure},
        {FIGURE_LANGUAGE, tally->language}, {FIGURE_KIOSK, tally->kiosk},
        {FIGURE_ASSISTED, tally->assisted}, {FIGURE_OUTCOME, tally->outcome}};
    if (strcmp(tally->day, figures->first_open) >= 0) {
        return 0;
    }
    struct cell key = {.figure = FIGURE_DAY};
    memcpy(key.from, tally->day, sizeof(key.from));
    memcpy(key.to, tally->day, sizeof(key.to));
    count_in(figures, &key, tally);
    span_of(tally->day, false, key.from, key.to);
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        key.figure = values[i].figure;
        (void)snprintf(key.value, sizeof(key.value), "%s", values[i].value);
        count_in(figures, &key, tally);
        count_indicator(figures, values[i].figure, values[i].value, tally);
    }
    return 0;
}

/* What is gone was done, but for what was sent back. */
static int
count_gone(const struct ledger_tally *tally, void *ctx)
{
    struct figures *figures = ctx;
    figures->is_timed = strcmp(tally->outcome, OUTCOME_BACK) != 0;
    return count_tally(tally, figures);
}

static int
count_entry(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx)
{
    struct figures *figures = ctx;
    struct ledger_tally tally;
    const char *reason = NULL;
    char day[LEDGER_DAY_LEN];
    clock_day_text(clock_japan_day(entry->received_at), day);
    if (strcmp(day, figures->first_open) >= 0) {
        return 0; /* not opened for nothing */
    }
    struct record *record = desk_open_record(figures->config, entry, envelope, len, &reason);
    int r = desk_tally_of(figures->ledger, entry, record, &tally);
    figures->is_timed = strcmp(entry->state, "done") == 0;
    record_free(record);
    return r == 0 ? count_tally(&tally, figures) : r;
}

static int
note_line(const struct ledger_gone *gone, void *ctx)
{
    *(uint64_t *)ctx = gone->line;
    return 0;
}

/* All that is there and all that is gone. A record that goes meanwhile would be counted twice or never: then it is
 * counted anew. */
static int
count_all(struct figures *figures)
{
    enum { TRIES = 3 };
    int r = KERR_BUSY;
    for (int i = 0; i < TRIES && r == KERR_BUSY; i++) {
        uint64_t before = 0, after = 0;
        free(figures->cells);
        figures->cells = NULL;
        figures->count = figures->room = 0;
        r = ledger_gone_before(figures->ledger, 0, 1, note_line, &before);
        r = r == 0 ? ledger_list(figures->ledger, 0, INT32_MAX, count_entry, figures) : r;
        r = r == 0
                ? ledger_tallies(figures->ledger, "0000-01-01", "9999-12-31", count_gone, figures)
                : r;
        r = r == 0 ? ledger_gone_before(figures->ledger, 0, 1, note_line, &after) : r;
        r = r == 0 && before != after ? KERR_BUSY : r;
    }
    return r;
}

/* Words for a value as staff and citizens read them. */
static const char *
value_words(const struct figures *figures, const struct cell *cell)
{
    const struct procedure *procedure =
        cell->figure == FIGURE_PROCEDURE ? procedure_find(figures->config->procedures, cell->value)
                                         : NULL;
    if (procedure != NULL) {
        return procedure_info(procedure).title.source;
    }
    const char *const prefixes[FIGURE_COUNT] = {[FIGURE_LANGUAGE] = "language.",
        [FIGURE_ASSISTED] = "assisted.",
        [FIGURE_OUTCOME] = "outcome.",
        [FIGURE_INDICATOR] = "indicator."};
    const char *prefix = prefixes[cell->figure];
    return cell->value[0] == 0 && cell->figure > FIGURE_ALL
               ? desk_word(figures->assets, "figure.unknown")
           : prefix != NULL ? desk_word_of(figures->assets, prefix, cell->value, cell->value)
                            : cell->value;
}

static int
write_line(FILE *out, struct buf *line)
{
    (void)buf_add_str(line, "\r\n");
    if (buf_error(line) != 0) {
        return buf_error(line);
    }
    return fwrite(line->data, 1, line->len, out) == line->len ? 0 : KERR_IO;
}

/* To the nearest multiple: 1 and 2 are as 0, so a row tells neither that there was somebody nor that there was nobody. */
static uint64_t
coarse(uint64_t count)
{
    return (count + COARSE / 2) / COARSE * COARSE;
}

static int
write_cell(const struct figures *figures, const struct cell *cell, FILE *out)
{
    enum { LINE = 4096 };
    char count[24], mean[24] = "";
    char figure[32];
    AUTO_BUF line;
    buf_init(&line, LINE);
    uint64_t records = coarse(cell->records);
    if (records == 0) {
        return 0;
    }
    (void)snprintf(count, sizeof(count), "%" PRIu64, records);
    if (cell->timed >= MEAN_LEAST) {
        uint64_t minutes = (uint64_t)cell->minutes / cell->timed;
        (void)snprintf(mean, sizeof(mean), "%" PRIu64, coarse(minutes));
    }
    (void)snprintf(figure, sizeof(figure), "figure.%s", figure_names[cell->figure]);
    desk_csv_cell(&line, desk_word(figures->assets, "figure.code"), line.len == 0);
    desk_csv_cell(&line, desk_word(figures->assets, "figure.city"), line.len == 0);
    desk_csv_cell(&line, cell->from, line.len == 0);
    desk_csv_cell(&line, cell->to, line.len == 0);
    desk_csv_cell(&line, desk_word(figures->assets, figure), line.len == 0);
    desk_csv_cell(&line, cell->value, line.len == 0);
    desk_csv_cell(
        &line, cell->figure <= FIGURE_ALL ? "" : value_words(figures, cell), line.len == 0);
    desk_csv_cell(&line, count, line.len == 0);
    desk_csv_cell(&line, mean, line.len == 0);
    return write_line(out, &line);
}

static int
write_all(struct figures *figures, FILE *out)
{
    static const char *const heads[] = {
        "code", "city", "from", "to", "item", "id", "name", "count", "minutes"};
    AUTO_BUF head;
    buf_init(&head, 4096);
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        desk_csv_cell(&head, desk_word_of(figures->assets, "figure.head.", heads[i], heads[i]),
            head.len == 0);
    }
    int r = fputs("\xEF\xBB\xBF", out) >= 0 ? write_line(out, &head) : KERR_IO;
    size_t count = 0;
    for (size_t i = 0; i < figures->room; i++) { /* the full places to the front */
        if (figures->cells[i].from[0] != 0) {
            figures->cells[count++] = figures->cells[i];
        }
    }
    if (count > 0) {
        qsort(figures->cells, count, sizeof(*figures->cells), by_key);
    }
    for (size_t i = 0; r == 0 && i < count; i++) {
        r = write_cell(figures, &figures->cells[i], out);
    }
    return r == 0 && fflush(out) != 0 ? KERR_IO : r;
}

int
desk_export_statistics(const struct desk_config *config, FILE *out)
{
    struct figures figures = {.config = config};
    struct desk_assets *assets = NULL;
    char to[LEDGER_DAY_LEN], today[LEDGER_DAY_LEN];
    clock_day_text(clock_japan_day(clock_wall_s(config->clock)), today);
    span_of(today, false, figures.first_open, to);
    int r = desk_assets_load(config->pages, &assets);
    figures.assets = assets;
    r = r == 0 ? ledger_open(config->ledger, &figures.ledger) : r;
    r = r == 0 ? count_all(&figures) : r;
    r = r == 0 ? write_all(&figures, out) : r;
    free(figures.cells);
    ledger_close(figures.ledger);
    desk_assets_free(assets);
    return r;
}
