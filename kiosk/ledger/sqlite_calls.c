/* ledger/sqlite_calls.c - calls for staff on SQLite: of each kiosk the newest, what was said of it, and who comes. */
#include "ledger/sqlite_steps.h"

#include <stdio.h>

static int
read_call(sqlite3_stmt *query, struct ledger_call *call)
{
    *call = (struct ledger_call){.id = (uint64_t)sqlite3_column_int64(query, CALL_ID),
        .said_at = sqlite3_column_int64(query, CALL_SAID_AT),
        .began_at = sqlite3_column_int64(query, CALL_BEGAN_AT),
        .heard_at = sqlite3_column_int64(query, CALL_HEARD_AT),
        .answered_at = sqlite3_column_int64(query, CALL_ANSWERED_AT)};
    int r = read_text(query, CALL_KIOSK, call->kiosk, sizeof(call->kiosk));
    r = r == 0 ? read_text(query, CALL_STATE, call->state, sizeof(call->state)) : r;
    r = r == 0 ? read_text(query, CALL_PAGE, call->page, sizeof(call->page)) : r;
    r = r == 0 ? read_text(query, CALL_REASON, call->reason, sizeof(call->reason)) : r;
    return r == 0 ? read_text(query, CALL_ANSWERED_BY, call->answered_by, sizeof(call->answered_by))
                  : r;
}

static int
find(struct sqlite_ledger *ledger, const char *kiosk, struct ledger_call *ret_call)
{
    int r = bind_text(ledger, LEDGER_Q_CALL, 1, kiosk);
    r = r == 0 ? fetch(ledger, LEDGER_Q_CALL) : r;
    r = r == 0 ? read_call(ledger->queries[LEDGER_Q_CALL], ret_call) : r;
    done(ledger, LEDGER_Q_CALL);
    return r;
}

static int64_t
apart(int64_t one, int64_t other)
{
    return one < other ? other - one : one - other;
}

/* A call that was not known. */
static int
keep(struct sqlite_ledger *ledger, const struct ledger_call *call)
{
    int r = bind_text(ledger, LEDGER_Q_CALL_KEEP, 1, call->kiosk);
    r = r == 0 ? bind_number(ledger, LEDGER_Q_CALL_KEEP, 2, (int64_t)call->id) : r;
    r = r == 0 ? bind_number(ledger, LEDGER_Q_CALL_KEEP, 3, call->said_at) : r;
    r = r == 0 ? bind_text(ledger, LEDGER_Q_CALL_KEEP, 4, call->page) : r;
    r = r == 0 ? bind_text(ledger, LEDGER_Q_CALL_KEEP, 5, call->reason) : r;
    r = r == 0 ? bind_number(ledger, LEDGER_Q_CALL_KEEP, 6, call->heard_at) : r;
    r = r == 0 ? run(ledger, LEDGER_Q_CALL_KEEP) : r;
    return r == 0 ? run(ledger, LEDGER_Q_BUMP) : r;
}

/* The call that is known was heard of again; when it is over, staff see that. */
static int
hear(struct sqlite_ledger *ledger, const struct ledger_call *call, bool is_over)
{
    int r = bind_text(ledger, LEDGER_Q_CALL_HEARD, 1, call->kiosk);
    r = r == 0 ? bind_text(ledger, LEDGER_Q_CALL_HEARD, 2, call->state) : r;
    r = r == 0 ? bind_number(ledger, LEDGER_Q_CALL_HEARD, 3, call->heard_at) : r;
    r = r == 0 ? run(ledger, LEDGER_Q_CALL_HEARD) : r;
    return r == 0 && is_over ? run(ledger, LEDGER_Q_BUMP) : r;
}

static void
set_state(struct ledger_call *call, const char *state)
{
    (void)snprintf(call->state, sizeof(call->state), "%s", state);
}

int
sqlite_write_call(struct sqlite_ledger *ledger, struct ledger_work *work)
{
    struct ledger_call *call = work->call, known;
    bool is_over = strcmp(call->state, "over") == 0;
    int r = find(ledger, call->kiosk, &known);
    if (r < 0 && r != KERR_NOT_FOUND) {
        return r;
    }
    bool is_there = r == 0, is_same = is_there && known.id == call->id;
    if (is_same) {
        if (strcmp(known.state, "over") == 0 || known.began_at + LEDGER_CALL_S <= call->heard_at) {
            set_state(call, "over");
            return 0;
        }
        set_state(call, is_over ? "over" : known.state);
        if (!is_over && apart(call->heard_at, known.heard_at) < LEDGER_CALL_HEARD_S) {
            return 0;
        }
        r = hear(ledger, call, is_over);
    } else {
        bool is_late = is_there && call->said_at < known.said_at &&
                       apart(call->heard_at, known.heard_at) <= LEDGER_CALL_LATE_S;
        if (is_over || is_late) {
            set_state(call, "over");
            return 0;
        }
        r = keep(ledger, call);
    }
    work->is_written = r == 0;
    return r;
}

int
sqlite_call_answer(struct ledger *any, const char *kiosk, uint64_t id, const char *by, int64_t now)
{
    struct sqlite_ledger *ledger = of(any);
    struct ledger_call known = {.id = 0};
    int r = begin(ledger);
    if (r < 0) {
        return r;
    }
    r = bind_text(ledger, LEDGER_Q_CALL_ANSWER, 1, kiosk);
    r = r == 0 ? bind_number(ledger, LEDGER_Q_CALL_ANSWER, 2, (int64_t)id) : r;
    r = r == 0 ? bind_text(ledger, LEDGER_Q_CALL_ANSWER, 3, by) : r;
    r = r == 0 ? bind_number(ledger, LEDGER_Q_CALL_ANSWER, 4, now) : r;
    r = r == 0 ? run(ledger, LEDGER_Q_CALL_ANSWER) : r;
    bool is_new = r == 0 && sqlite3_changes64(ledger->db) > 0;
    r = is_new ? run(ledger, LEDGER_Q_BUMP) : r;
    if (r == 0 && !is_new) { /* somebody else may have said so */
        r = find(ledger, kiosk, &known);
        bool is_coming = r == 0 && known.id == id && strcmp(known.state, "coming") == 0;
        r = r == 0 && !is_coming ? KERR_NOT_FOUND : r;
    }
    return finish(ledger, r);
}

int
sqlite_calls(struct ledger *any, int64_t after, ledger_each_call *each, void *ctx)
{
    struct sqlite_ledger *ledger = of(any);
    int r = bind_number(ledger, LEDGER_Q_CALLS, 1, after);
    while (r == 0 && (r = fetch(ledger, LEDGER_Q_CALLS)) == 0) {
        struct ledger_call call;
        r = read_call(ledger->queries[LEDGER_Q_CALLS], &call);
        r = r == 0 ? each(&call, ctx) : r;
        if (r != 0) {
            break;
        }
    }
    done(ledger, LEDGER_Q_CALLS);
    return r == KERR_NOT_FOUND ? 0 : r;
}
