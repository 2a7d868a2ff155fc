/* desk/retention.c - the lead's page about what goes by rule: what goes next, what went, when the rule ran; and the answer to
 * whoever asks for a record that went. */
#include "keep_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/log.h"

enum {
    ROWS = 50, /* of each table; opening one record takes 0.6 ms */
    DUE_COUNTED = 10000,
    DAY_S = 86400,
    GONE_A_POLL = 200,
    HASH_LEN = 2 * LEDGER_HASH_LEN + 1,
    NUMBER_TEXT = 64
};

struct page {
    struct desk *desk;
    struct buf rows;
    size_t count;
};

/* "retain-days 90": the days and the words for the rest. */
static const char *
rule_words(const struct desk *desk, const char *rule, char days[16])
{
    char name[LEDGER_NAME_MAX];
    const char *space = strchr(rule, ' ');
    size_t len = space != NULL ? (size_t)(space - rule) : strlen(rule);
    (void)snprintf(name, sizeof(name), "%.*s", (int)len, rule);
    (void)snprintf(days, 16, "%s", space != NULL ? space + 1 : "");
    return desk_word_of(desk->assets, "rule.", name, name);
}

/* A number as staff write it; for a record that nobody could open, the words for that. */
static void
add_number(struct desk *desk, struct buf *out, const char *number)
{
    if (number[0] == 0) {
        (void)buf_add_str(out, desk_word(desk->assets, "number.unread"));
    } else {
        (void)i18n_receipt_number(out, number);
    }
}

static int
add_gone(const struct ledger_gone *gone, void *ctx)
{
    struct page *page = ctx;
    char id[DESK_ID_LEN], hash[HASH_LEN], days[16];
    AUTO_BUF number;
    AUTO_BUF received;
    AUTO_BUF deleted;
    buf_init(&number, NUMBER_TEXT);
    buf_init(&received, 512);
    buf_init(&deleted, 512);
    hex_encode(gone->id, sizeof(gone->id), id);
    hex_encode(gone->hash, sizeof(gone->hash), hash);
    add_number(page->desk, &number, gone->number);
    desk_when(page->desk, &received, true, gone->received_at);
    desk_when(page->desk, &deleted, true, gone->deleted_at);
    const char *rule = rule_words(page->desk, gone->rule, days);
    DESK_PART(page->desk->assets, &page->rows, "gone-row", FILL("id", id),
        FILL("number", buf_str(&number)), FILL("days", days), FILL("rule", rule),
        FILL("hash", hash), FILL_HTML("received", &received), FILL_HTML("deleted", &deleted));
    return 0;
}

static int
add_sweep(const struct ledger_sweep *sweep, void *ctx)
{
    struct page *page = ctx;
    char count[24];
    AUTO_BUF when;
    buf_init(&when, 512);
    (void)snprintf(count, sizeof(count), "%" PRIu64, sweep->deleted);
    desk_when(page->desk, &when, true, sweep->at);
    DESK_PART(page->desk->assets, &page->rows, "sweep-row", FILL("count", count),
        FILL("word", desk_word_of(page->desk->assets, "sweep.", sweep->word, sweep->word)),
        FILL_HTML("when", &when));
    return 0;
}

/* One that is over: which record, and when it goes. */
static int
add_due(struct page *page, const uint8_t entry_id[LEDGER_ID_LEN])
{
    struct desk *desk = page->desk;
    struct ledger_entry entry;
    struct desk_rule rule;
    const char *reason = NULL;
    char id[DESK_ID_LEN], days[16];
    AUTO_BUF envelope;
    AUTO_BUF number;
    AUTO_BUF done;
    AUTO_BUF goes;
    buf_init(&envelope, LEDGER_ENVELOPE_MAX);
    buf_init(&number, NUMBER_TEXT);
    buf_init(&done, 512);
    buf_init(&goes, 512);
    int r = ledger_get(desk->ledger, entry_id, &entry, &envelope);
    if (r < 0) {
        return r == KERR_NOT_FOUND ? 0 : r; /* it went just now */
    }
    struct record *record =
        desk_open_record(&desk->config, &entry, envelope.data, envelope.len, &reason);
    const struct record_head *head = record != NULL ? record_head(record) : NULL;
    const struct procedure *procedure =
        head != NULL ? procedure_find(desk->config.procedures, head->procedure) : NULL;
    desk_retain_rule(&desk->config, &entry, record, &rule);
    hex_encode(entry.id, sizeof(entry.id), id);
    add_number(desk, &number, head != NULL ? head->number : "");
    desk_when(desk, &done, true, entry.state_at);
    desk_when(desk, &goes, true, rule.due_at);
    const char *words = rule_words(desk, rule.name, days);
    DESK_PART(desk->assets, &page->rows, "due-row", FILL("id", id),
        FILL("number", buf_str(&number)),
        FILL("title", head == NULL        ? desk_word(desk->assets, "title.unread")
                      : procedure != NULL ? procedure_info(procedure).title.source
                                          : head->procedure),
        FILL("days", days), FILL("rule", words), FILL_HTML("done", &done),
        FILL_HTML("goes", &goes));
    record_free(record);
    return 0;
}

/* Those that are over, the longest so first: ROWS of them as rows, and how many of all are past the general rule. */
static int
add_all_due(struct page *page, const struct desk_trust *trust)
{
    struct desk *desk = page->desk;
    struct ledger_entry due[LEDGER_DUE_MAX];
    struct ledger_entry behind = {.position = 0};
    size_t count = LEDGER_DUE_MAX;
    size_t rows = 0;
    int64_t until = trust->trusted == INT64_MIN
                        ? INT64_MIN
                        : trust->trusted - (int64_t)desk->config.retain_days * DAY_S;
    int r = 0;
    for (bool first = true; r == 0 && count == LEDGER_DUE_MAX && page->count < DUE_COUNTED;
         first = false) {
        r = ledger_due(
            desk->ledger, INT64_MAX, first ? NULL : &behind, LEDGER_DUE_MAX, due, &count);
        for (size_t i = 0; r == 0 && i < count; i++) {
            bool is_due = due[i].state_at <= until;
            page->count += is_due ? 1 : 0;
            r = rows < ROWS ? add_due(page, due[i].id) : 0;
            rows++;
            behind = due[i];
        }
        count = count > 0 && behind.state_at > until && rows >= ROWS ? 0 : count;
    }
    return r;
}

static const char *
clock_word(const struct desk_trust *trust)
{
    return trust->trusted == INT64_MIN   ? "silent"
           : trust->is_held              ? "held"
           : trust->trusted < trust->now ? "behind"
                                         : "good";
}

void
desk_get_retention(struct desk_ask *ask)
{
    struct desk *desk = ask->desk;
    struct desk_trust trust;
    struct page due = {.desk = desk};
    struct page gone = {.desk = desk};
    struct page sweeps = {.desk = desk};
    char days[16], count[24], most[16];
    AUTO_BUF content;
    buf_init(&content, DESK_PAGE_MAX);
    buf_init(&due.rows, DESK_PAGE_MAX);
    buf_init(&gone.rows, DESK_PAGE_MAX);
    buf_init(&sweeps.rows, DESK_PAGE_MAX);
    int r = desk_trust(&desk->config, desk->ledger, false, &trust);
    r = r == 0 ? add_all_due(&due, &trust) : r;
    r = r == 0 ? ledger_gone_before(desk->ledger, 0, ROWS, add_gone, &gone) : r;
    r = r == 0 ? ledger_sweeps(desk->ledger, ROWS, add_sweep, &sweeps) : r;
    if (r < 0) {
        desk_reply_error(ask, r);
    } else {
        const char *clock = clock_word(&trust);
        (void)snprintf(days, sizeof(days), "%d", desk->config.retain_days);
        (void)snprintf(count, sizeof(count), "%zu", due.count);
        (void)snprintf(most, sizeof(most), "%d", ROWS);
        DESK_PART(desk->assets, &content, "retention", FILL("days", days), FILL("due", count),
            FILL("most", most), FILL("clock", clock),
            FILL("care", strcmp(clock, "good") == 0 ? "" : "care"),
            FILL("word", desk_word_of(desk->assets, "retention.clock.", clock, clock)),
            FILL_HTML("rows", &due.rows), FILL_HTML("gone", &gone.rows),
            FILL_HTML("sweeps", &sweeps.rows));
        desk_reply_page(ask, HTTP_OK, "retention-page", "page.retention", &content);
    }
    buf_release(&sweeps.rows);
    buf_release(&gone.rows);
    buf_release(&due.rows);
}

/* ---- whoever asks for a record that went ---- */

static void
reply_gone(struct desk_ask *ask, const struct ledger_gone *gone, unsigned status)
{
    struct desk *desk = ask->desk;
    char hash[HASH_LEN], days[16];
    AUTO_BUF content;
    AUTO_BUF number;
    AUTO_BUF received;
    AUTO_BUF deleted;
    buf_init(&content, DESK_PAGE_MAX);
    buf_init(&number, NUMBER_TEXT);
    buf_init(&received, 512);
    buf_init(&deleted, 512);
    hex_encode(gone->hash, sizeof(gone->hash), hash);
    add_number(desk, &number, gone->number);
    desk_when(desk, &received, true, gone->received_at);
    desk_when(desk, &deleted, true, gone->deleted_at);
    const char *rule = rule_words(desk, gone->rule, days);
    DESK_PART(desk->assets, &content, "gone", FILL("number", buf_str(&number)), FILL("days", days),
        FILL("rule", rule), FILL("hash", hash), FILL_HTML("received", &received),
        FILL_HTML("deleted", &deleted));
    desk_reply_page(ask, status, "message-page", "page.message", &content);
}

static int
keep_gone(const struct ledger_gone *gone, void *ctx)
{
    *(struct ledger_gone *)ctx = *gone;
    return 1;
}

bool
desk_reply_gone_number(struct desk_ask *ask, const char *number)
{
    struct ledger_gone gone;
    int r = ledger_gone_number(ask->desk->ledger, number, 1, keep_gone, &gone);
    if (r <= 0) {
        return false;
    }
    memcpy(ask->id, gone.id, sizeof(ask->id)); /* for the log of what was done */
    reply_gone(ask, &gone, HTTP_OK);
    return true;
}

bool
desk_reply_gone(struct desk_ask *ask, const uint8_t id[LEDGER_ID_LEN])
{
    struct ledger_gone gone;
    if (ledger_gone(ask->desk->ledger, id, &gone) < 0) {
        return false;
    }
    reply_gone(ask, &gone, HTTP_GONE);
    return true;
}

/* ---- memory ---- */

struct forgetting {
    struct desk *desk;
    uint64_t newest;
};

static int
forget_one(const struct ledger_gone *gone, void *ctx)
{
    struct forgetting *forgetting = ctx;
    desk_wishes_forget(forgetting->desk->wishes, gone->id);
    desk_index_forget(forgetting->desk, gone->id); /* its thread may have done so */
    forgetting->newest = gone->line;
    return 0;
}

static int
note_line(const struct ledger_gone *gone, void *ctx)
{
    *(uint64_t *)ctx = gone->line;
    return 0;
}

void
desk_forget_gone(struct desk *desk)
{
    if (desk->gone == 0) { /* what went before the desk began was never in its memory */
        uint64_t newest = 0;
        if (ledger_gone_before(desk->ledger, 0, 1, note_line, &newest) == 0) {
            desk->gone = newest + 1;
        }
        return;
    }
    struct forgetting forgetting = {.desk = desk, .newest = desk->gone - 1};
    if (ledger_gone_after(desk->ledger, desk->gone - 1, GONE_A_POLL, forget_one, &forgetting) ==
        0) {
        desk->gone = forgetting.newest + 1;
    }
}
