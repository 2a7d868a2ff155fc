/* desk/list.c - the list on the left: newest first, a page at a time. Only the rows that are shown
 * are looked at, and of each only its head: as the index knows it, else the record is opened. */
#include "desk_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/report.h"

/* The ledger gives entries one by one; a page ends the walk by itself. */
enum { WALK_MAX = INT32_MAX, WALK_STOP = 1, LATE_KEYS_MS = 10 * 1000 };

const char *
desk_show_name(enum desk_show show)
{
    return show < DESK_SHOW_STATES  ? ledger_state_name((enum ledger_state)show)
           : show == DESK_SHOW_MINE ? "mine"
                                    : "all";
}

enum desk_show
desk_show_read(const char *name)
{
    for (int show = 0; name != NULL && show < DESK_SHOW_COUNT; show++) {
        if (strcmp(name, desk_show_name((enum desk_show)show)) == 0) {
            return (enum desk_show)show;
        }
    }
    return (enum desk_show)LEDGER_STATE_NEW;
}

/* How many a list has. */
static uint64_t
count_of(const struct ledger_counts *counts, int show)
{
    uint64_t all = 0;
    for (int i = 0; i < LEDGER_STATE_COUNT; i++) {
        all += counts->states[i];
    }
    return show < DESK_SHOW_STATES  ? counts->states[show]
           : show == DESK_SHOW_MINE ? counts->held
                                    : all;
}

void
desk_tabs_html(struct desk *desk, const struct desk_view *view, struct buf *out)
{
    struct ledger_counts counts;
    int r = ledger_counts(desk->ledger, view->me, &counts);
    if (r < 0) {
        out->failed = r;
        return;
    }
    for (int show = 0; show < DESK_SHOW_COUNT; show++) {
        const char *name = desk_show_name((enum desk_show)show);
        char count[24];
        (void)snprintf(count, sizeof(count), "%" PRIu64, count_of(&counts, show));
        DESK_PART(desk->assets, out, show == (int)view->show ? "tab-current" : "tab",
            FILL("show", name), FILL("text", desk_word_of(desk->assets, "show.", name, name)),
            FILL("count", count));
    }
}

void
desk_when(struct desk *desk, struct buf *out, bool full, int64_t wall_s)
{
    struct clock_date at = clock_japan(wall_s);
    struct clock_date now = clock_japan(clock_wall_s(desk->config.clock));
    char rfc3339[CLOCK_RFC3339_LEN];
    char iso[CLOCK_DAY_LEN], month[12], day[12], time[16];
    AUTO_BUF date;
    buf_init(&date, 256);
    clock_rfc3339(wall_s, rfc3339);
    clock_day_text(clock_japan_day(wall_s), iso);
    (void)snprintf(month, sizeof(month), "%d", at.month);
    (void)snprintf(day, sizeof(day), "%d", at.day);
    (void)snprintf(time, sizeof(time), "%d:%02d", at.hour, at.minute);
    (void)i18n_date(desk->config.words, &date, iso); /* appends the date as it is when in doubt */
    bool today = at.year == now.year && at.month == now.month && at.day == now.day;
    const char *part = full ? "when-full" : today ? "when-today" : "when-day";
    DESK_PART(desk->assets, out, part, FILL("rfc3339", rfc3339), FILL("date", buf_str(&date)),
        FILL("month", month), FILL("day", day), FILL("time", time));
}

struct page {
    struct desk *desk;
    const struct desk_view *view;
    struct buf rows;
    size_t count;
    uint64_t last; /* position of the last row */
    bool more;
};

/* What was decided about its slot; nothing while that is open. */
static void
add_decision(struct page *page, const struct ledger_entry *entry, struct buf *out)
{
    struct ledger_decision decision;
    int r = ledger_decided(page->desk->ledger, entry->id, &decision);
    if (r == 0 && strcmp(decision.state, "open") != 0) {
        desk_decision_mark(page->desk, out, decision.state);
    } else if (r < 0 && r != KERR_NOT_FOUND) {
        out->failed = r; /* then there is no page */
    }
}

static void
add_row(struct page *page, const struct ledger_entry *entry, const struct record_head *head)
{
    struct desk *desk = page->desk;
    const struct desk_assets *assets = desk->assets;
    const struct procedure *procedure =
        head != NULL ? procedure_find(desk->config.procedures, head->procedure) : NULL;
    char id[DESK_ID_LEN], before[24], position[24];
    AUTO_BUF number;
    AUTO_BUF when;
    AUTO_BUF state;
    AUTO_BUF current;
    AUTO_BUF decision;
    AUTO_BUF holder;
    buf_init(&holder, 1024);
    buf_init(&number, 64);
    buf_init(&when, 512);
    buf_init(&state, 512);
    buf_init(&current, 64);
    buf_init(&decision, 512);
    add_decision(page, entry, &decision);
    if (entry->holder[0] != 0) {
        DESK_PART(assets, &holder, "row-holder", FILL("name", entry->holder));
    }
    hex_encode(entry->id, LEDGER_ID_LEN, id);
    (void)snprintf(before, sizeof(before), "%" PRIu64, page->view->before);
    (void)snprintf(position, sizeof(position), "%" PRIu64, entry->position);
    if (head != NULL) {
        (void)i18n_receipt_number(&number, head->number);
    } else {
        (void)buf_add_str(&number, desk_word(assets, "number.unread"));
    }
    desk_when(desk, &when, false, entry->received_at);
    desk_state_mark(desk, &state, head != NULL ? entry->state : "unread");
    if (strcmp(id, page->view->open) == 0) {
        desk_part(assets, &current, "row-current", NULL, 0);
    }
    const char *title = head == NULL        ? desk_word(assets, "title.unread")
                        : procedure != NULL ? procedure_info(procedure).title.source
                                            : head->procedure;
    const char *language =
        head == NULL ? "" : desk_word_of(assets, "language.", head->language, head->language);
    DESK_PART(assets, &page->rows, "row", FILL("id", id), FILL("before", before),
        FILL("show", desk_show_name(page->view->show)), FILL("position", position),
        FILL("number", buf_str(&number)), FILL("title", title), FILL("kiosk", entry->kiosk),
        FILL("language", language), FILL_HTML("when", &when), FILL_HTML("state", &state),
        FILL_HTML("decision", &decision), FILL_HTML("current", &current),
        FILL_HTML("holder", &holder));
}

static int
each_row(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx)
{
    struct page *page = ctx;
    if (page->count == DESK_ROWS) {
        page->more = true;
        return WALK_STOP;
    }
    struct record_head known;
    if (desk_find_head(page->desk, entry, &known)) {
        add_row(page, entry, &known);
    } else {
        const char *reason = NULL;
        struct record *record =
            desk_open_record(&page->desk->config, entry, envelope, len, &reason);
        add_row(page, entry, record != NULL ? record_head(record) : NULL);
        record_free(record);
    }
    page->count++;
    page->last = entry->position;
    return 0;
}

/* The ledger's rows that belong here; each_row ends the walk. */
static int
list_entries(struct page *page)
{
    const struct desk_view *view = page->view;
    struct ledger *ledger = page->desk->ledger;
    if (view->show == DESK_SHOW_ALL) {
        return ledger_list(ledger, view->before, WALK_MAX, each_row, page);
    }
    enum ledger_state state =
        view->show < DESK_SHOW_STATES ? (enum ledger_state)view->show : LEDGER_STATE_COUNT;
    return ledger_list_of(ledger, state, view->me, view->before, WALK_MAX, each_row, page);
}

struct alarms {
    struct buf names;
    char last[LEDGER_NAME_MAX];
};

/* ledger_chains' each: the kiosks' names, each once (they come in order). */
static int
add_alarm(const struct ledger_chain *chain, void *ctx)
{
    struct alarms *alarms = ctx;
    const char *kiosk = chain->largest.kiosk;
    if (chain->alarms > 0 && strcmp(alarms->last, kiosk) != 0) { /* errors are sticky */
        (void)buf_printf(&alarms->names, "%s%s", alarms->names.len > 0 ? ", " : "", kiosk);
        (void)snprintf(alarms->last, sizeof(alarms->last), "%s", kiosk);
    }
    return 0;
}

struct late_keys {
    struct buf names;
    int64_t now;
};

/* ledger_reports' each, one a kiosk. */
static int
add_late_key(const struct ledger_report *said, void *ctx)
{
    struct late_keys *late = ctx;
    struct report report;
    if (report_read_bytes(said->bytes, said->len, &report) == 0 &&
        report_key_is_late(&report, late->now)) {
        (void)buf_printf(&late->names, "%s%s", late->names.len > 0 ? ", " : "", said->kiosk);
    }
    return 0;
}

/* Terminals that seal with a key of the city past its end. Lists are asked for every few seconds, so the reports of all terminals are
 * not read for each. */
static int
look_at_keys(struct desk *desk)
{
    int64_t now = clock_mono_ms(desk->config.clock);
    if (now < desk->late_keys_ms) {
        return 0;
    }
    struct late_keys late = {.now = clock_wall_s(desk->config.clock)};
    buf_init(&late.names, sizeof(desk->late_keys) - 1);
    int r = ledger_reports(desk->ledger, add_late_key, &late);
    if (r == 0) {
        (void)snprintf(desk->late_keys, sizeof(desk->late_keys), "%s", buf_str(&late.names));
        desk->late_keys_ms = now + LATE_KEYS_MS;
    }
    buf_release(&late.names);
    return r;
}

/* Terminals whose chain of events went back or has two stories: somebody must look before their records are worked on.
 * And those that seal with a key of the city past its end. */
int
desk_alarms_html(struct desk *desk, struct buf *out)
{
    struct alarms alarms = {.last = ""};
    buf_init(&alarms.names, DESK_ALARM_NAMES_MAX);
    int r = ledger_chains(desk->ledger, add_alarm, &alarms);
    r = r == 0 ? look_at_keys(desk) : r;
    if (r == 0 && alarms.names.len > 0) {
        DESK_PART(desk->assets, out, "list-alarm", FILL("kiosks", buf_str(&alarms.names)));
    }
    if (r == 0 && desk->late_keys[0] != 0) {
        DESK_PART(desk->assets, out, "list-late-key", FILL("kiosks", desk->late_keys));
    }
    buf_release(&alarms.names);
    return r;
}

/* "new 3 work 2 ...": the page's script puts them into the tabs. */
static int
add_counts(struct desk *desk, const struct desk_view *view, struct buf *out)
{
    struct ledger_counts counts;
    int r = ledger_counts(desk->ledger, view->me, &counts);
    for (int show = 0; r == 0 && show < DESK_SHOW_COUNT; show++) {
        (void)buf_printf(out, "%s%s %" PRIu64, show > 0 ? " " : "",
            desk_show_name((enum desk_show)show), count_of(&counts, show));
    }
    return r;
}

int
desk_list_html(struct desk *desk, const struct desk_view *view, struct buf *out)
{
    struct page page = {.desk = desk, .view = view};
    uint64_t newest = 0, changes = 0;
    char changes_text[24], newest_text[24], last[24];
    AUTO_BUF paging;
    AUTO_BUF alarms;
    AUTO_BUF counts;
    buf_init(&counts, 1024);
    buf_init(&paging, 4096);
    buf_init(&alarms, 2 * DESK_ALARM_NAMES_MAX);
    buf_init(&page.rows, DESK_PAGE_MAX);
    /* The count is read first: what changes while we list is told by the next poll */
    int r = ledger_newest(desk->ledger, &newest, &changes);
    if (r == 0) {
        r = list_entries(&page);
    }
    r = r < 0 ? r : desk_alarms_html(desk, &alarms);
    r = r < 0 ? r : add_counts(desk, view, &counts);
    if (r < 0) {
        goto out;
    }
    r = 0;
    (void)snprintf(changes_text, sizeof(changes_text), "%" PRIu64, changes);
    (void)snprintf(newest_text, sizeof(newest_text), "%" PRIu64, newest);
    (void)snprintf(last, sizeof(last), "%" PRIu64, page.last);
    const char *show = desk_show_name(view->show);
    if (page.count == 0) {
        DESK_PART(desk->assets, &page.rows, "list-empty",
            FILL("text", desk_word_of(desk->assets, "list.empty.", show, "")));
    }
    if (view->before != 0) {
        DESK_PART(desk->assets, &paging, "page-newest", FILL("show", show));
    }
    if (page.more) {
        DESK_PART(desk->assets, &paging, "page-older", FILL("show", show), FILL("before", last));
    }
    DESK_PART(desk->assets, out, "list", FILL_HTML("rows", &page.rows),
        FILL_HTML("paging", &paging), FILL_HTML("alarms", &alarms), FILL("changes", changes_text),
        FILL("newest", newest_text), FILL("counts", buf_str(&counts)));
out:
    buf_release(&page.rows);
    return r;
}
