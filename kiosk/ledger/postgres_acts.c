/* ledger/postgres_acts.c - what the staff did, on PostgreSQL; the function that changes is in the schema. */
#include "ledger/postgres_rows.h"

int
pg_change(struct ledger *ledger, const struct ledger_change *change, uint64_t seen)
{
    struct pg_args args = {0};
    pg_add_bytes(&args, change->id, LEDGER_ID_LEN);
    pg_add_text(&args, change->state);
    pg_add_text(&args, change->holder);
    pg_add_text(&args, change->note);
    pg_add_number(&args, change->at);
    pg_add_text(&args, change->by);
    pg_add_number(&args, (int64_t)seen);
    struct pg_rows *rows = NULL;
    int r = pg_ask(of(ledger), PG_CHANGE, &args, &rows);
    if (r == 0) {
        size_t len;
        bool is_there = pg_rows_count(rows) == 1 && pg_bytes(rows, 0, 0, &len) != NULL;
        r = is_there ? (int)pg_number(rows, 0, 0) : KERR_NOT_FOUND;
    }
    pg_rows_free(rows);
    return r;
}

int
pg_acted(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], uint64_t below,
    struct ledger_act *ret_act)
{
    enum { ACT_NUMBER, ACT_KIND, ACT_VALUE, ACT_AT, ACT_BY };
    struct pg_args args = {0};
    pg_add_bytes(&args, id, LEDGER_ID_LEN);
    pg_add_number(&args, (int64_t)below);
    struct pg_rows *rows = NULL;
    int r = pg_ask(of(ledger), PG_ACT, &args, &rows);
    r = r == 0 && pg_rows_count(rows) == 0 ? KERR_NOT_FOUND : r;
    if (r == 0) {
        ret_act->number = (uint64_t)pg_number(rows, 0, ACT_NUMBER);
        ret_act->at = pg_number(rows, 0, ACT_AT);
        r = read_text(rows, 0, ACT_KIND, ret_act->kind, sizeof(ret_act->kind));
        r = r == 0 ? read_text(rows, 0, ACT_VALUE, ret_act->value, sizeof(ret_act->value)) : r;
        r = r == 0 ? read_text(rows, 0, ACT_BY, ret_act->by, sizeof(ret_act->by)) : r;
    }
    pg_rows_free(rows);
    return r;
}

int
pg_counts(struct ledger *ledger, const char *holder, struct ledger_counts *ret_counts)
{
    struct pg_args args = {0};
    pg_add_text(&args, holder);
    struct pg_rows *rows = NULL;
    int r = pg_ask(of(ledger), PG_COUNTS, &args, &rows);
    r = r == 0 && pg_rows_count(rows) != 1 ? KERR_STORE : r;
    for (int i = 0; r == 0 && i < LEDGER_STATE_COUNT; i++) {
        ret_counts->states[i] = (uint64_t)pg_number(rows, 0, i);
    }
    if (r == 0) {
        ret_counts->held = (uint64_t)pg_number(rows, 0, LEDGER_STATE_COUNT);
    }
    pg_rows_free(rows);
    return r;
}
