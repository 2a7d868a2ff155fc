/* ledger/sqlite_acts.c - what the staff did, on SQLite: changes in one transaction with the acts that say so, and the
 * counts. */
#include "ledger/sqlite_steps.h"

/* What LEDGER_Q_ACT gives, in this order. */
enum { ACT_NUMBER, ACT_KIND, ACT_VALUE, ACT_AT, ACT_BY };

int
sqlite_acted(
    struct ledger *any, const uint8_t id[LEDGER_ID_LEN], uint64_t below, struct ledger_act *ret_act)
{
    struct sqlite_ledger *ledger = of(any);
    sqlite3_stmt *query = ledger->queries[LEDGER_Q_ACT];
    int r = bind_blob(ledger, LEDGER_Q_ACT, 1, id, LEDGER_ID_LEN);
    r = r == 0 ? bind_number(ledger, LEDGER_Q_ACT, 2, (int64_t)below) : r;
    r = r == 0 ? fetch(ledger, LEDGER_Q_ACT) : r;
    if (r == 0) {
        ret_act->number = (uint64_t)sqlite3_column_int64(query, ACT_NUMBER);
        ret_act->at = sqlite3_column_int64(query, ACT_AT);
        r = read_text(query, ACT_KIND, ret_act->kind, sizeof(ret_act->kind));
        r = r == 0 ? read_text(query, ACT_VALUE, ret_act->value, sizeof(ret_act->value)) : r;
        r = r == 0 ? read_text(query, ACT_BY, ret_act->by, sizeof(ret_act->by)) : r;
    }
    done(ledger, LEDGER_Q_ACT);
    return r;
}

/* The number of a record's newest act, 0 for none. */
static int
newest_act(struct sqlite_ledger *ledger, const uint8_t *id, uint64_t *ret_number)
{
    struct ledger_act act = {0};
    int r = sqlite_acted(&ledger->ledger, id, INT64_MAX, &act);
    *ret_number = act.number;
    return r == KERR_NOT_FOUND ? 0 : r;
}

/* 0 when this note came since seen, from the same person: a form that was sent twice. KERR_NOT_FOUND. */
static int
find_note(struct sqlite_ledger *ledger, const struct ledger_change *change, uint64_t seen)
{
    int r = bind_blob(ledger, LEDGER_Q_ACT_NOTE, 1, change->id, LEDGER_ID_LEN);
    r = r == 0 ? bind_number(ledger, LEDGER_Q_ACT_NOTE, 2, (int64_t)seen) : r;
    r = r == 0 ? bind_text(ledger, LEDGER_Q_ACT_NOTE, 3, change->note) : r;
    r = r == 0 ? bind_text(ledger, LEDGER_Q_ACT_NOTE, 4, change->by) : r;
    r = r == 0 ? fetch(ledger, LEDGER_Q_ACT_NOTE) : r;
    done(ledger, LEDGER_Q_ACT_NOTE);
    return r;
}

/* Leaves in *change what is not so yet. */
static int
leave_new(struct sqlite_ledger *ledger, struct ledger_change *change, uint64_t seen)
{
    struct ledger_entry entry;
    int r = ledger->ledger.backend->get(&ledger->ledger, change->id, &entry, NULL);
    if (r < 0) {
        return r;
    }
    if (change->state != NULL && strcmp(change->state, entry.state) == 0) {
        change->state = NULL;
    }
    if (change->holder != NULL && strcmp(change->holder, entry.holder) == 0) {
        change->holder = NULL;
    }
    if (change->note != NULL) {
        r = find_note(ledger, change, seen);
        change->note = r == 0 ? NULL : change->note;
    }
    return r == KERR_NOT_FOUND ? 0 : r;
}

static int
add_act(struct sqlite_ledger *ledger, const struct ledger_change *change, const char *kind,
    const char *value)
{
    int r = bind_blob(ledger, LEDGER_Q_ACT_ADD, 1, change->id, LEDGER_ID_LEN);
    r = r == 0 ? bind_text(ledger, LEDGER_Q_ACT_ADD, 2, kind) : r;
    r = r == 0 ? bind_text(ledger, LEDGER_Q_ACT_ADD, 3, value) : r;
    r = r == 0 ? bind_number(ledger, LEDGER_Q_ACT_ADD, 4, change->at) : r;
    r = r == 0 ? bind_text(ledger, LEDGER_Q_ACT_ADD, 5, change->by) : r;
    return r == 0 ? run(ledger, LEDGER_Q_ACT_ADD) : r;
}

/* The acts, and after each the entry that it speaks of. */
static int
write_change(struct sqlite_ledger *ledger, const struct ledger_change *change)
{
    int r = 0;
    if (change->state != NULL) {
        r = add_act(ledger, change, "state", change->state);
        r = r == 0 ? bind_blob(ledger, LEDGER_Q_SET_STATE, 1, change->id, LEDGER_ID_LEN) : r;
        r = r == 0 ? bind_text(ledger, LEDGER_Q_SET_STATE, 2, change->state) : r;
        r = r == 0 ? bind_text(ledger, LEDGER_Q_SET_STATE, 3, change->by) : r;
        r = r == 0 ? bind_number(ledger, LEDGER_Q_SET_STATE, 4, change->at) : r;
        r = r == 0 ? run(ledger, LEDGER_Q_SET_STATE) : r;
    }
    if (r == 0 && change->holder != NULL) {
        r = add_act(ledger, change, "holder", change->holder);
        r = r == 0 ? bind_blob(ledger, LEDGER_Q_SET_HOLDER, 1, change->id, LEDGER_ID_LEN) : r;
        r = r == 0 ? bind_text(ledger, LEDGER_Q_SET_HOLDER, 2, change->holder) : r;
        r = r == 0 ? run(ledger, LEDGER_Q_SET_HOLDER) : r;
    }
    if (r == 0 && change->note != NULL) {
        r = add_act(ledger, change, "note", change->note);
    }
    return r == 0 ? run(ledger, LEDGER_Q_BUMP) : r;
}

int
sqlite_change(struct ledger *any, const struct ledger_change *asked, uint64_t seen)
{
    struct sqlite_ledger *ledger = of(any);
    struct ledger_change change = *asked;
    uint64_t newest = 0;
    int verdict = LEDGER_CHANGED;
    int r = begin(ledger); /* from here on nobody else writes: what is read now still holds below */
    if (r < 0) {
        return r;
    }
    r = leave_new(ledger, &change, seen);
    r = r == 0 ? newest_act(ledger, change.id, &newest) : r;
    bool is_set = change.state != NULL || change.holder != NULL;
    if (r == 0 && !is_set && change.note == NULL) {
        verdict = LEDGER_CHANGED_SO;
    } else if (r == 0 && is_set && seen != newest && seen != LEDGER_SEEN_ANY) {
        verdict = LEDGER_CHANGED_ELSE;
    } else if (r == 0) {
        r = write_change(ledger, &change);
    }
    r = r == 0 && verdict != LEDGER_CHANGED ? run(ledger, LEDGER_Q_ROLLBACK) : finish(ledger, r);
    return r < 0 ? r : verdict;
}

int
sqlite_counts(struct ledger *any, const char *holder, struct ledger_counts *ret_counts)
{
    struct sqlite_ledger *ledger = of(any);
    sqlite3_stmt *query = ledger->queries[LEDGER_Q_COUNTS];
    int r = bind_text(ledger, LEDGER_Q_COUNTS, 1, holder);
    r = r == 0 ? fetch(ledger, LEDGER_Q_COUNTS) : r;
    for (int i = 0; r == 0 && i < LEDGER_STATE_COUNT; i++) {
        ret_counts->states[i] = (uint64_t)sqlite3_column_int64(query, i);
    }
    if (r == 0) {
        ret_counts->held = (uint64_t)sqlite3_column_int64(query, LEDGER_STATE_COUNT);
    }
    done(ledger, LEDGER_Q_COUNTS);
    return r;
}
