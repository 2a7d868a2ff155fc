/* ledger/postgres_ops.c - the ledger's operations on PostgreSQL. Each is one statement, so one way to
 * the server and back, and one transaction, or one of several in one; the writing ones are functions of the schema. */
#include "ledger/postgres_rows.h"

#include <string.h>

#include "base/err.h"

#define BIGINT(number) number "::bigint"

const char *const pg_queries[PG_QUERY_COUNT] = {
    [PG_RUNS] = LEDGER_RUNS(BIGINT),
    [PG_POINT] = "SELECT ledger_point($1, $2, $3, $4, $5, $6, $7)",
    [PG_CHAINS] = "SELECT " LEDGER_CHAIN " ORDER BY kiosk, epoch",
    [PG_ALARMS] = "SELECT count(*) FROM chain WHERE alarms > 0",
    [PG_SETTLE] = "SELECT ledger_settle($1, $2)",
    [PG_REPORT] = "INSERT INTO report(kiosk, at, bytes) VALUES($1, $2, $3)"
                  " ON CONFLICT (kiosk) DO UPDATE SET at = $2, bytes = $3",
    [PG_CALL] = "SELECT ledger_call($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    [PG_CALL_ANSWER] = "SELECT ledger_call_answer($1, $2, $3, $4)",
    [PG_CALLS] = "SELECT " LEDGER_CALL " WHERE state <> 'over' AND began_at > $1"
                 " ORDER BY began_at, kiosk",
    [PG_REPORTS] = "SELECT kiosk, at, bytes FROM report ORDER BY kiosk",
    [PG_BEGIN] = "BEGIN",
    [PG_COMMIT] = "COMMIT",
    [PG_TURN] = "UPDATE change_count SET count = count",
    [PG_PLACES] = "UPDATE change_count SET count = count + $1, position = position + $1"
                  " RETURNING position - $1",
    [PG_PLACES_BEHIND] = "UPDATE change_count SET count = count + $1, position = position + $1"
                         " RETURNING 1 / (position - $1 = $2)::integer",
    /* No ON CONFLICT, no look at each row: one that is there, or was, refuses the whole, which costs the others a third less. */
    [PG_FRESH] =
        "INSERT INTO entry(position, id, kiosk, epoch, sequence, hash, received_at,"
        " state_at, receipt, envelope) SELECT $1 + r.turn, r.id, r.kiosk, r.epoch, r.sequence, "
        "r.hash,"
        " r.at, r.at, r.receipt, r.envelope FROM unnest($2::bytea[], $3::text[], $4::bigint[],"
        " $5::bigint[], $6::bytea[], $7::bigint[], $8::bytea[], $9::bytea[]) WITH ORDINALITY"
        " r(id, kiosk, epoch, sequence, hash, at, receipt, envelope, turn)"
        " WHERE 1 / (NOT EXISTS (SELECT 1 FROM gone g WHERE g.id = ANY($2)) AND NOT EXISTS"
        " (SELECT 1 FROM unnest($3, $4, $5) n(kiosk, epoch, sequence)"
        " JOIN gone g USING (kiosk, epoch, sequence)))::integer = 1",
    [PG_PUT] = "SELECT * FROM ledger_put($1, $2, $3, $4, $5, $6, $7)",
    [PG_RECEIPT] = "SELECT * FROM ledger_receipt($1)",
    [PG_RECEIPT_KEEP] = "SELECT * FROM ledger_receipt_keep($1, $2)",
    [PG_GET] = "SELECT " LEDGER_COLUMNS ", envelope FROM entry WHERE id = $1",
    [PG_BEFORE] = "SELECT " LEDGER_COLUMNS ", envelope FROM entry WHERE position < $1"
                  " ORDER BY position DESC LIMIT $2",
    [PG_BEFORE_STATE] = "SELECT " LEDGER_COLUMNS ", envelope FROM entry WHERE position < $1"
                        " AND state = $3 ORDER BY position DESC LIMIT $2",
    [PG_BEFORE_HELD] = "SELECT " LEDGER_COLUMNS ", envelope FROM entry WHERE position < $1"
                       " AND " LEDGER_HELD("$3") " ORDER BY position DESC LIMIT $2",
    [PG_COUNTS] = LEDGER_COUNTS("$1"),
    [PG_ACT] = "SELECT number, kind, value, acted_at, acted_by FROM act"
               " WHERE id = $1 AND number < $2 ORDER BY number DESC LIMIT 1",
    [PG_NEWEST] = "SELECT coalesce(max(position), 0), (SELECT count FROM change_count) FROM entry",
    [PG_CHANGE] = "SELECT ledger_change($1, $2, $3, $4, $5, $6, $7)",
    [PG_HAND] = "SELECT * FROM ledger_hand($1, $2, $3, $4, $5, $6, $7)",
    [PG_BATCH_UPTO] = LEDGER_BATCH_UPTO("$1", "$2"),
    [PG_BATCH_OPEN] = LEDGER_BATCH_OPEN("$1"),
    [PG_BATCH_WRITTEN] = "UPDATE batch SET written = 1 WHERE client = $1 AND number = $2",
    [PG_HANDED] = LEDGER_HANDED_BATCH("$1", "$2"),
    [PG_NOT_HANDED] = LEDGER_NOT_HANDED("$1", "$2", "$3"),
    [PG_OF_BATCH] = LEDGER_OF_BATCH("$1", "$2", "$3"),
    [PG_QUARANTINED] = "SELECT count(*) FROM quarantine",
    [PG_DECIDE] = "SELECT * FROM ledger_decide($1, $2, $3, $4, $5, $6, $7)",
    [PG_DECIDED] = "SELECT 0::bigint, number, id, state, slot, decided_at, decided_by FROM decision"
                   " WHERE id = $1 AND number < $2 ORDER BY number DESC LIMIT 1",
    [PG_BOOKED] = "SELECT count(*), count(*) FILTER (WHERE decided_at <= $1) FROM decision"
                  " WHERE slot = $2 AND stands AND seat IS NOT NULL",
};

static int
read_entry(const struct pg_rows *rows, int row, struct ledger_entry *ret_entry)
{
    struct ledger_entry entry = {
        .epoch = (uint64_t)pg_number(rows, row, COLUMN_EPOCH),
        .sequence = (uint64_t)pg_number(rows, row, COLUMN_SEQUENCE),
        .received_at = pg_number(rows, row, COLUMN_RECEIVED_AT),
        .position = (uint64_t)pg_number(rows, row, COLUMN_POSITION),
        .state_at = pg_number(rows, row, COLUMN_STATE_AT),
    };
    int r = read_blob(rows, row, COLUMN_ID, entry.id, sizeof(entry.id));
    r = r == 0 ? read_text(rows, row, COLUMN_KIOSK, entry.kiosk, sizeof(entry.kiosk)) : r;
    r = r == 0 ? read_blob(rows, row, COLUMN_HASH, entry.hash, sizeof(entry.hash)) : r;
    r = r == 0 ? read_text(rows, row, COLUMN_STATE, entry.state, sizeof(entry.state)) : r;
    r = r == 0 ? read_text(rows, row, COLUMN_STATE_BY, entry.state_by, sizeof(entry.state_by)) : r;
    r = r == 0 ? read_text(rows, row, COLUMN_HOLDER, entry.holder, sizeof(entry.holder)) : r;
    if (r == 0) {
        *ret_entry = entry;
    }
    return r;
}

static int
op_receipt(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], struct buf *ret_receipt)
{
    struct pg_args args = {0};
    pg_add_bytes(&args, id, LEDGER_ID_LEN);
    struct pg_rows *rows = NULL;
    int r = pg_ask(of(ledger), PG_RECEIPT, &args, &rows);
    r = r == 0 ? append_field(rows, 0, 0, ret_receipt) : r;
    pg_rows_free(rows);
    return r;
}

static int
op_put(struct ledger *ledger, struct ledger_entry *entry, const uint8_t *envelope, size_t len)
{
    struct ledger_work work = {.entry = entry, .envelope = envelope, .len = len};
    pg_work_alone(ledger, &work);
    return work.result;
}

static int
op_receipt_keep(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], const uint8_t *receipt,
    size_t len, struct buf *ret_receipt)
{
    struct ledger_work work = {.is_keep = true,
        .id = id,
        .receipt = receipt,
        .receipt_len = len,
        .ret_receipt = ret_receipt};
    pg_work_alone(ledger, &work);
    return work.result;
}

/* ---- reading ---- */

/* Hands a batch to each; *below becomes the last one's position. */
static int
walk(const struct pg_rows *rows, int64_t *below, ledger_each *each, void *ctx)
{
    int r = 0;
    for (int row = 0; row < pg_rows_count(rows) && r == 0; row++) {
        struct ledger_entry entry;
        size_t len;
        r = read_entry(rows, row, &entry);
        if (r == 0) {
            const uint8_t *envelope = pg_bytes(rows, row, COLUMN_ENVELOPE, &len);
            *below = (int64_t)entry.position;
            r = each(&entry, envelope, len, ctx);
        }
    }
    return r;
}

static int
op_list(struct ledger *ledger, const struct ledger_filter *filter, uint64_t before, size_t limit,
    ledger_each *each, void *ctx)
{
    const char *only = filter->state != NULL ? filter->state : filter->holder;
    enum pg_query which = filter->state != NULL    ? PG_BEFORE_STATE
                          : filter->holder != NULL ? PG_BEFORE_HELD
                                                   : PG_BEFORE;
    enum { BATCH = 16 }; /* at most 8 MB of envelopes */
    int64_t below = before == 0 || before > INT64_MAX ? INT64_MAX : (int64_t)before;
    int r = 0;
    bool more = true;
    while (limit > 0 && more && r == 0) {
        size_t count = limit < BATCH ? limit : BATCH;
        struct pg_args args = {0};
        pg_add_number(&args, below);
        pg_add_number(&args, (int64_t)count);
        if (only != NULL) {
            pg_add_text(&args, only);
        }
        struct pg_rows *rows = NULL;
        r = pg_ask(of(ledger), which, &args, &rows);
        if (r == 0) {
            more = (size_t)pg_rows_count(rows) == count;
            r = walk(rows, &below, each, ctx);
        }
        pg_rows_free(rows);
        limit -= count;
    }
    return r;
}

static int
op_get(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], struct ledger_entry *ret_entry,
    struct buf *ret_envelope)
{
    struct pg_args args = {0};
    pg_add_bytes(&args, id, LEDGER_ID_LEN);
    struct pg_rows *rows = NULL;
    struct ledger_entry entry;
    int r = pg_ask(of(ledger), PG_GET, &args, &rows);
    r = r == 0 && pg_rows_count(rows) == 0 ? KERR_NOT_FOUND : r;
    r = r == 0 ? read_entry(rows, 0, &entry) : r;
    if (r == 0 && ret_envelope != NULL) {
        r = append_field(rows, 0, COLUMN_ENVELOPE, ret_envelope);
    }
    pg_rows_free(rows);
    if (r == 0) {
        *ret_entry = entry;
    }
    return r;
}

/* A statement that answers one row of numbers. */
static int
ask_numbers(struct ledger *ledger, enum pg_query which, const struct pg_args *args,
    uint64_t *ret_first, uint64_t *ret_second)
{
    struct pg_rows *rows = NULL;
    int r = pg_ask(of(ledger), which, args, &rows);
    r = r == 0 && pg_rows_count(rows) != 1 ? KERR_STORE : r;
    if (r == 0) {
        *ret_first = (uint64_t)pg_number(rows, 0, 0);
        if (ret_second != NULL) {
            *ret_second = (uint64_t)pg_number(rows, 0, 1);
        }
    }
    pg_rows_free(rows);
    return r;
}

static int
op_newest(struct ledger *ledger, uint64_t *ret_position, uint64_t *ret_changes)
{
    const struct pg_args none = {0};
    return ask_numbers(ledger, PG_NEWEST, &none, ret_position, ret_changes);
}

static int
op_quarantined(struct ledger *ledger, uint64_t *ret_count)
{
    const struct pg_args none = {0};
    return ask_numbers(ledger, PG_QUARANTINED, &none, ret_count, NULL);
}

/* Columns of a decision, the ruling before it. */
enum {
    DECISION_RULING,
    DECISION_NUMBER,
    DECISION_ID,
    DECISION_STATE,
    DECISION_SLOT,
    DECISION_AT,
    DECISION_BY
};

static int
read_decision(const struct pg_rows *rows, struct ledger_decision *ret_decision)
{
    if (pg_rows_count(rows) == 0) {
        return KERR_NOT_FOUND;
    }
    struct ledger_decision decision = {
        .number = (uint64_t)pg_number(rows, 0, DECISION_NUMBER),
        .decided_at = pg_number(rows, 0, DECISION_AT),
    };
    int r = read_blob(rows, 0, DECISION_ID, decision.id, sizeof(decision.id));
    r = r == 0 ? read_text(rows, 0, DECISION_STATE, decision.state, sizeof(decision.state)) : r;
    r = r == 0 ? read_text(rows, 0, DECISION_SLOT, decision.slot, sizeof(decision.slot)) : r;
    r = r == 0 ? read_text(rows, 0, DECISION_BY, decision.decided_by, sizeof(decision.decided_by))
               : r;
    if (r == 0) {
        *ret_decision = decision;
    }
    return r;
}

static int
op_decide(struct ledger *ledger, struct ledger_decision *decision, uint64_t seen, int32_t places)
{
    struct pg_args args = {0};
    pg_add_bytes(&args, decision->id, sizeof(decision->id));
    pg_add_text(&args, decision->state);
    pg_add_text(&args, decision->slot);
    pg_add_number(&args, decision->decided_at);
    pg_add_text(&args, decision->decided_by);
    pg_add_number(&args, (int64_t)seen);
    pg_add_number(&args, places);
    struct pg_rows *rows = NULL;
    struct ledger_decision now;
    int r = pg_ask(of(ledger), PG_DECIDE, &args, &rows);
    r = r == 0 ? read_decision(rows, &now) : r;
    int ruling = r == 0 ? (int)pg_number(rows, 0, DECISION_RULING) : r;
    pg_rows_free(rows);
    if (r == 0 && ruling != LEDGER_FULL) {
        *decision = now;
    }
    return ruling;
}

static int
op_decided(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], uint64_t below,
    struct ledger_decision *ret_decision)
{
    struct pg_args args = {0};
    pg_add_bytes(&args, id, LEDGER_ID_LEN);
    pg_add_number(&args, (int64_t)below);
    struct pg_rows *rows = NULL;
    int r = pg_ask(of(ledger), PG_DECIDED, &args, &rows);
    r = r == 0 ? read_decision(rows, ret_decision) : r;
    pg_rows_free(rows);
    return r;
}

static int
op_booked(
    struct ledger *ledger, const char *slot, int64_t until, uint64_t *ret_all, uint64_t *ret_until)
{
    struct pg_args args = {0};
    pg_add_number(&args, until);
    pg_add_text(&args, slot);
    return ask_numbers(ledger, PG_BOOKED, &args, ret_all, ret_until);
}

static int
op_runs(struct ledger *ledger, ledger_each_run *each, void *ctx)
{
    const struct pg_args none = {0};
    struct pg_rows *rows = NULL;
    int r = pg_ask(of(ledger), PG_RUNS, &none, &rows);
    for (int row = 0; r == 0 && row < pg_rows_count(rows); row++) {
        uint64_t half = (uint64_t)pg_number(rows, row, RUN_HALF) << 63;
        struct ledger_run run = {.epoch = (uint64_t)pg_number(rows, row, RUN_EPOCH),
            .first = half | (uint64_t)pg_number(rows, row, RUN_FIRST),
            .last = half | (uint64_t)pg_number(rows, row, RUN_LAST),
            .last_at = pg_number(rows, row, RUN_LAST_AT),
            .conflicts = (uint64_t)pg_number(rows, row, RUN_CONFLICTS)};
        r = read_text(rows, row, RUN_KIOSK, run.kiosk, sizeof(run.kiosk));
        r = r == 0 ? each(&run, ctx) : r;
    }
    pg_rows_free(rows);
    return r;
}

static int
op_chains(struct ledger *ledger, ledger_each_chain *each, void *ctx)
{
    const struct pg_args none = {0};
    struct pg_rows *rows = NULL;
    int r = pg_ask(of(ledger), PG_CHAINS, &none, &rows);
    for (int row = 0; r == 0 && row < pg_rows_count(rows); row++) {
        struct ledger_chain chain = {
            .largest = {.epoch = (uint64_t)pg_number(rows, row, CHAIN_EPOCH),
                .size = (uint64_t)pg_number(rows, row, CHAIN_SIZE),
                .at = pg_number(rows, row, CHAIN_SEEN_AT)},
            .alarms = (uint64_t)pg_number(rows, row, CHAIN_ALARMS),
            .alarm_at = pg_number(rows, row, CHAIN_ALARM_AT),
        };
        struct ledger_point *largest = &chain.largest;
        chain.bytes = pg_bytes(rows, row, CHAIN_BYTES, &chain.len);
        chain.alarm_bytes = pg_bytes(rows, row, CHAIN_ALARM_BYTES, &chain.alarm_len);
        r = read_text(rows, row, CHAIN_KIOSK, largest->kiosk, sizeof(largest->kiosk));
        r = r == 0 ? read_blob(rows, row, CHAIN_HEAD, largest->head, sizeof(largest->head)) : r;
        r = r == 0 ? each(&chain, ctx) : r;
    }
    pg_rows_free(rows);
    return r;
}

static int
op_alarms(struct ledger *ledger, uint64_t *ret_chains)
{
    const struct pg_args none = {0};
    return ask_numbers(ledger, PG_ALARMS, &none, ret_chains, NULL);
}

static int
op_settle(struct ledger *ledger, const char *kiosk, int64_t now)
{
    struct pg_args args = {0};
    uint64_t settled = 0;
    pg_add_text(&args, kiosk);
    pg_add_number(&args, now);
    int r = ask_numbers(ledger, PG_SETTLE, &args, &settled, NULL);
    return r == 0 && settled == 0 ? KERR_NOT_FOUND : r;
}

static int
op_reports(struct ledger *ledger, ledger_each_report *each, void *ctx)
{
    const struct pg_args none = {0};
    struct pg_rows *rows = NULL;
    int r = pg_ask(of(ledger), PG_REPORTS, &none, &rows);
    for (int row = 0; r == 0 && row < pg_rows_count(rows); row++) {
        struct ledger_report report = {.at = pg_number(rows, row, REPORT_AT)};
        report.bytes = pg_bytes(rows, row, REPORT_BYTES, &report.len);
        r = read_text(rows, row, REPORT_KIOSK, report.kiosk, sizeof(report.kiosk));
        r = r == 0 ? each(&report, ctx) : r;
    }
    pg_rows_free(rows);
    return r;
}

static int
op_call_answer(struct ledger *ledger, const char *kiosk, uint64_t id, const char *by, int64_t now)
{
    struct pg_args args = {0};
    uint64_t coming = 0;
    pg_add_text(&args, kiosk);
    pg_add_number(&args, (int64_t)id);
    pg_add_text(&args, by);
    pg_add_number(&args, now);
    int r = ask_numbers(ledger, PG_CALL_ANSWER, &args, &coming, NULL);
    return r == 0 && coming == 0 ? KERR_NOT_FOUND : r;
}

static int
read_call(const struct pg_rows *rows, int row, struct ledger_call *call)
{
    *call = (struct ledger_call){.id = (uint64_t)pg_number(rows, row, CALL_ID),
        .said_at = pg_number(rows, row, CALL_SAID_AT),
        .began_at = pg_number(rows, row, CALL_BEGAN_AT),
        .heard_at = pg_number(rows, row, CALL_HEARD_AT),
        .answered_at = pg_number(rows, row, CALL_ANSWERED_AT)};
    int r = read_text(rows, row, CALL_KIOSK, call->kiosk, sizeof(call->kiosk));
    r = r == 0 ? read_text(rows, row, CALL_STATE, call->state, sizeof(call->state)) : r;
    r = r == 0 ? read_text(rows, row, CALL_PAGE, call->page, sizeof(call->page)) : r;
    r = r == 0 ? read_text(rows, row, CALL_REASON, call->reason, sizeof(call->reason)) : r;
    return r == 0 ? read_text(
                        rows, row, CALL_ANSWERED_BY, call->answered_by, sizeof(call->answered_by))
                  : r;
}

static int
op_calls(struct ledger *ledger, int64_t after, ledger_each_call *each, void *ctx)
{
    struct pg_args args = {0};
    struct pg_rows *rows = NULL;
    pg_add_number(&args, after);
    int r = pg_ask(of(ledger), PG_CALLS, &args, &rows);
    for (int row = 0; r == 0 && row < pg_rows_count(rows); row++) {
        struct ledger_call call;
        r = read_call(rows, row, &call);
        r = r == 0 ? each(&call, ctx) : r;
    }
    pg_rows_free(rows);
    return r;
}

const struct ledger_backend ledger_postgres = {.close = ledger_postgres_close,
    .put = op_put,
    .work = pg_work,
    .receipt = op_receipt,
    .receipt_keep = op_receipt_keep,
    .list = op_list,
    .get = op_get,
    .newest = op_newest,
    .change = pg_change,
    .acted = pg_acted,
    .counts = pg_counts,
    .quarantined = op_quarantined,
    .hand = pg_hand,
    .batch = pg_batch,
    .batch_written = pg_batch_written,
    .handed = pg_handed,
    .hand_next = pg_hand_next,
    .decide = op_decide,
    .decided = op_decided,
    .booked = op_booked,
    .runs = op_runs,
    .chains = op_chains,
    .alarms = op_alarms,
    .settle = op_settle,
    .reports = op_reports,
    .ask = ledger_postgres_ask,
    .tidy = ledger_postgres_tidy,
    .call_answer = op_call_answer,
    .calls = op_calls};
