/* desk/bookings.c - deciding who gets a slot: what a record asks for, how many places are left of it, who else asks for the
 * same, what was decided; and the decision itself. The desk's own page of what visitors later hear with their number. */
#include "desk_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"

/* How many records may be booked for a slot. The list of free places that came last knows of what was decided until its
 * moment; what was decided here since then is taken off it. */
struct places {
    bool listed; /* the list has this slot; else one place is taken for granted */
    int free; /* as the list says */
    int64_t as_of;
    uint64_t booked, since; /* here: in all, since the list */
    int32_t all; /* what ledger_decide goes by */
    int32_t left;
};

static bool
find_slot(struct desk *desk, const struct question *question, const char *slot,
    struct live_slot *ret_slot, int64_t *ret_as_of)
{
    struct live_slot_name name;
    const struct live_table *table = NULL;
    if (question->live != NULL && live_slot_name(slot, &name)) {
        table = live_table(desk->live, question->live);
    }
    for (size_t row = 0; table != NULL && live_slot_at(table, row, ret_slot) == 0; row++) {
        if (strcmp(ret_slot->resource, name.resource) == 0 &&
            strcmp(ret_slot->date, name.date) == 0 && strcmp(ret_slot->time, name.time) == 0) {
            *ret_as_of = live_as_of(table);
            return true;
        }
    }
    return false;
}

static int
read_places(
    struct desk *desk, const struct question *question, const char *slot, struct places *ret_places)
{
    struct live_slot row;
    struct places places = {0};
    uint64_t known = 0;
    (void)live_refresh(desk->live); /* a list that can't be read: the last good one stays */
    places.listed = find_slot(desk, question, slot, &row, &places.as_of);
    places.free = places.listed ? row.free : 1;
    int r = ledger_booked(
        desk->ledger, slot, places.listed ? places.as_of : INT64_MIN, &places.booked, &known);
    if (r < 0) {
        return r;
    }
    places.since = places.booked - known;
    int64_t all = places.free + (int64_t)known;
    int64_t left = places.free - (int64_t)places.since;
    places.all = (int32_t)(all < LEDGER_PLACES_MAX ? all : LEDGER_PLACES_MAX);
    places.left = (int32_t)(left > 0 ? left : 0);
    *ret_places = places;
    return 0;
}

void
desk_slot_text(
    struct desk *desk, struct buf *out, const struct question *question, const char *value)
{
    struct live_slot_name name;
    const struct procedure_list *places =
        question->live != NULL ? procedure_list(desk->config.procedures, question->live) : NULL;
    if (!live_slot_name(value, &name)) {
        (void)buf_add_str(out, value);
        return;
    }
    const struct procedure_entry *entry =
        places != NULL ? procedure_entry(places, name.resource) : NULL;
    const struct procedure_entry *above = entry != NULL && entry->within != NULL
                                              ? procedure_entry(places->above, entry->within)
                                              : NULL;
    if (above != NULL) { /* a room is known by its house */
        (void)buf_printf(out, "%s　", above->name.source);
    }
    (void)buf_printf(out, "%s　", entry != NULL ? entry->name.source : name.resource);
    (void)i18n_day(desk->config.words, out, name.date);
    (void)buf_printf(out, " %s", name.time[0] == '0' ? name.time + 1 : name.time);
}

/* ---- the page ---- */

/* What stands for a record; "open" while nobody decided. */
static int
standing(struct desk *desk, const uint8_t id[LEDGER_ID_LEN], struct ledger_decision *ret_decision)
{
    *ret_decision = (struct ledger_decision){.state = "open"};
    int r = ledger_decided(desk->ledger, id, ret_decision);
    return r == KERR_NOT_FOUND ? 0 : r;
}

void
desk_decision_mark(struct desk *desk, struct buf *out, const char *state)
{
    char part[LEDGER_NAME_MAX + 16];
    (void)snprintf(part, sizeof(part), "decision-%s", state);
    desk_part(desk->assets, out, part, NULL, 0);
}

/* One of the slots that the record beside the list asks for. */
struct asked {
    const struct desk_view *view;
    const struct ledger_decision *decision; /* that stands for the record */
    const struct question *question;
    const char *slot;
    char index[24]; /* from 1, for the ids of the page */
};

static int
add_wish(struct desk *desk, struct buf *rows, const struct asked *asked,
    const struct desk_wish *wish, size_t place)
{
    char hex[DESK_ID_LEN];
    char order[24];
    struct ledger_decision decision;
    AUTO_BUF number;
    AUTO_BUF when;
    AUTO_BUF state;
    buf_init(&number, 64);
    buf_init(&when, 1024);
    buf_init(&state, 1024);
    int r = standing(desk, wish->id, &decision);
    if (r < 0) {
        return r;
    }
    hex_encode(wish->id, LEDGER_ID_LEN, hex);
    (void)snprintf(order, sizeof(order), "%zu", place);
    (void)i18n_receipt_number(&number, wish->number);
    desk_when(desk, &when, false, wish->asked_at);
    desk_decision_mark(desk, &state, decision.state);
    /* Booked or given away for another slot of the same record: it says so, without a word too many */
    bool other = decision.slot[0] != 0 && strcmp(decision.slot, wish->slot) != 0 &&
                 strcmp(decision.state, "open") != 0;
    DESK_PART(desk->assets, rows, strcmp(hex, asked->view->open) == 0 ? "wish-this" : "wish",
        FILL("id", hex), FILL("index", asked->index), FILL("order", order),
        FILL("number", buf_str(&number)), FILL_HTML("when", &when), FILL_HTML("state", &state),
        FILL("other", other ? desk_word(desk->assets, "decide.other-slot") : ""));
    return 0;
}

static int
add_wishes(struct desk *desk, struct buf *out, const struct asked *asked)
{
    struct desk_wish *wishes = NULL;
    char count_text[24];
    AUTO_BUF rows;
    buf_init(&rows, DESK_PAGE_MAX);
    int r = desk_wishes_read(desk, UINT64_MAX);
    if (r < 0) {
        return r;
    }
    size_t count = desk_wishes_for(desk, asked->slot, &wishes);
    for (size_t i = 0; i < count && r == 0; i++) {
        r = add_wish(desk, &rows, asked, &wishes[i], i + 1);
    }
    free(wishes);
    (void)snprintf(count_text, sizeof(count_text), "%zu", count);
    if (r == 0 && count > 1) {
        DESK_PART(desk->assets, out, "wishes", FILL("index", asked->index),
            FILL("count", count_text), FILL_HTML("rows", &rows));
    } else if (r == 0 && count == 1) { /* long past: nobody is kept in mind for it */
        DESK_PART(desk->assets, out, "wishes-one", FILL("index", asked->index));
    }
    return r;
}

static void
add_places(
    struct desk *desk, struct buf *out, const struct asked *asked, const struct places *places)
{
    char left[24], free[24], since[24], booked[24];
    AUTO_BUF when;
    buf_init(&when, 1024);
    (void)snprintf(left, sizeof(left), "%d", (int)places->left);
    (void)snprintf(free, sizeof(free), "%d", places->free);
    (void)snprintf(since, sizeof(since), "%" PRIu64, places->since);
    (void)snprintf(booked, sizeof(booked), "%" PRIu64, places->booked);
    desk_when(desk, &when, false, places->as_of);
    /* Nothing to warn of where the last place is this record's own */
    bool own = strcmp(asked->decision->state, "booked") == 0 &&
               strcmp(asked->decision->slot, asked->slot) == 0;
    const char *part = places->left == 0 && !own ? "places-full" : "places";
    AUTO_BUF why;
    buf_init(&why, 2048);
    DESK_PART(desk->assets, &why, places->listed ? "places-listed" : "places-unlisted",
        FILL("free", free), FILL("since", since), FILL("booked", booked), FILL_HTML("when", &when));
    DESK_PART(desk->assets, out, part, FILL("left", left), FILL("index", asked->index),
        FILL_HTML("why", &why));
}

/* The buttons. Each keeps its place whatever stands, so that the second half of a double click never undoes the first: what
 * would change nothing can't be pressed. A full slot is booked by a button that comes with the warning, after all others. */
static void
add_acts(struct desk *desk, struct buf *out, const struct asked *asked)
{
    const struct ledger_decision *decision = asked->decision;
    bool here = strcmp(decision->slot, asked->slot) == 0;
    bool booked = here && strcmp(decision->state, "booked") == 0;
    bool taken = here && strcmp(decision->state, "taken") == 0;
    bool full = strcmp(asked->view->full, asked->slot) == 0;
    const char *const parts[] = {booked || full ? "act-booked-not" : "act-booked",
        taken ? "act-taken-not" : "act-taken", booked || taken ? "act-open" : NULL,
        full && !booked ? "act-anyway" : NULL};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (parts[i] != NULL) {
            DESK_PART(desk->assets, out, parts[i], FILL("id", asked->view->open),
                FILL("index", asked->index));
        }
    }
}

/* A time of today counts as past from the next day on. */
static void
add_past(struct desk *desk, struct buf *out, const struct asked *asked)
{
    struct live_slot_name name;
    char today[CLOCK_DAY_LEN];
    clock_day_text(clock_japan_day(clock_wall_s(desk->config.clock)), today);
    if (live_slot_name(asked->slot, &name) && strcmp(name.date, today) < 0) {
        DESK_PART(desk->assets, out, "slot-past", FILL("index", asked->index));
    }
}

static int
add_slot(struct desk *desk, struct buf *out, const struct asked *asked, const char *form_token)
{
    const struct desk_view *view = asked->view;
    struct places places;
    char seen[24], before[24];
    AUTO_BUF name;
    AUTO_BUF past;
    AUTO_BUF left;
    AUTO_BUF wishes;
    AUTO_BUF acts;
    buf_init(&name, 4096);
    buf_init(&past, 4096);
    buf_init(&left, 8192);
    buf_init(&wishes, DESK_PAGE_MAX);
    buf_init(&acts, 8192);
    int r = read_places(desk, asked->question, asked->slot, &places);
    r = r == 0 ? add_wishes(desk, &wishes, asked) : r;
    if (r < 0) {
        return r;
    }
    desk_slot_text(desk, &name, asked->question, asked->slot);
    add_past(desk, &past, asked);
    add_places(desk, &left, asked, &places);
    add_acts(desk, &acts, asked);
    (void)snprintf(seen, sizeof(seen), "%" PRIu64, asked->decision->number);
    (void)snprintf(before, sizeof(before), "%" PRIu64, view->before);
    DESK_PART(desk->assets, out, "booking-slot", FILL("id", view->open), FILL("token", form_token),
        FILL("show", desk_show_name(view->show)), FILL("before", before), FILL("slot", asked->slot),
        FILL("index", asked->index), FILL("seen", seen), FILL("name", buf_str(&name)),
        FILL_HTML("past", &past), FILL_HTML("places", &left), FILL_HTML("wishes", &wishes),
        FILL_HTML("acts", &acts));
    return 0;
}

struct history {
    struct desk *desk;
    struct buf *rows;
};

static int
each_decision(const struct ledger_decision *decision, void *ctx)
{
    struct history *history = ctx;
    AUTO_BUF when;
    AUTO_BUF mark;
    buf_init(&when, 1024);
    buf_init(&mark, 1024);
    desk_when(history->desk, &when, true, decision->decided_at);
    desk_decision_mark(history->desk, &mark, decision->state);
    DESK_PART(history->desk->assets, history->rows, "decided", FILL_HTML("state", &mark),
        FILL("by", decision->decided_by), FILL_HTML("when", &when));
    return 0;
}

static int
add_history(struct desk *desk, struct buf *out, const uint8_t id[LEDGER_ID_LEN])
{
    AUTO_BUF rows;
    buf_init(&rows, DESK_PAGE_MAX);
    struct history history = {.desk = desk, .rows = &rows};
    int r = ledger_decisions(desk->ledger, id, each_decision, &history);
    if (r == 0 && rows.len > 0) {
        DESK_PART(desk->assets, out, "decisions", FILL_HTML("rows", &rows));
    }
    return r;
}

int
desk_bookings_html(struct desk *desk, const struct desk_view *view,
    const struct ledger_entry *entry, const struct record *record, const char *form_token,
    struct buf *out)
{
    struct ledger_decision decision;
    struct question question;
    struct asked asked = {.view = view, .decision = &decision, .question = &question};
    AUTO_BUF slots;
    AUTO_BUF state;
    AUTO_BUF history;
    buf_init(&slots, DESK_PAGE_MAX);
    buf_init(&state, 1024);
    buf_init(&history, DESK_PAGE_MAX);
    if (!desk_wish_at(&desk->config, record, 0, &question, &asked.slot)) {
        return 0;
    }
    int r = standing(desk, entry->id, &decision);
    for (size_t i = 0; r == 0 && desk_wish_at(&desk->config, record, i, &question, &asked.slot);
         i++) {
        (void)snprintf(asked.index, sizeof(asked.index), "%zu", i + 1);
        r = add_slot(desk, &slots, &asked, form_token);
    }
    r = r == 0 ? add_history(desk, &history, entry->id) : r;
    if (r == 0) {
        desk_decision_mark(desk, &state, decision.state);
        DESK_PART(desk->assets, out, "booking", FILL("decision", decision.state),
            FILL_HTML("state", &state), FILL_HTML("slots", &slots), FILL_HTML("history", &history));
    }
    return r;
}

/* ---- the decision ---- */

/* The slot among those that the record asks for. KERR_INVALID: it asks for no such one. */
static int
asked_slot(struct desk *desk, const uint8_t id[LEDGER_ID_LEN], const char *slot,
    struct question *ret_question)
{
    struct ledger_entry entry;
    const char *reason = NULL;
    const char *asked = NULL;
    AUTO_BUF envelope;
    buf_init(&envelope, LEDGER_ENVELOPE_MAX);
    int r = ledger_get(desk->ledger, id, &entry, &envelope);
    if (r < 0) {
        return r;
    }
    struct record *record =
        desk_open_record(&desk->config, &entry, envelope.data, envelope.len, &reason);
    r = KERR_INVALID;
    for (size_t i = 0;
         record != NULL && r != 0 && desk_wish_at(&desk->config, record, i, ret_question, &asked);
         i++) {
        r = strcmp(asked, slot) == 0 ? 0 : r;
    }
    record_free(record);
    return r;
}

int
desk_decide(struct desk *desk, const struct desk_act *act, const uint8_t id[LEDGER_ID_LEN])
{
    struct question question;
    struct places places = {0};
    struct ledger_decision decision = {.decided_at = clock_wall_s(desk->config.clock)};
    int r = asked_slot(desk, id, act->slot, &question);
    if (r == 0) {
        r = read_places(desk, &question, act->slot, &places);
    }
    if (r < 0) {
        return r;
    }
    memcpy(decision.id, id, sizeof(decision.id));
    (void)snprintf(decision.state, sizeof(decision.state), "%s", act->state);
    (void)snprintf(decision.slot, sizeof(decision.slot), "%s", act->slot);
    (void)snprintf(decision.decided_by, sizeof(decision.decided_by), "%s", act->by);
    return ledger_decide(
        desk->ledger, &decision, act->seen, act->anyway ? LEDGER_PLACES_ANY : places.all);
}
