/* ledger/sqlite_ops.c - the ledger's operations on SQLite. Uniqueness is the database's: an insert that does
 * nothing on a conflict comes first, and only then a comparison says whether the row that was in
 * the way holds the same bytes. There is no moment between a check and an insert for two writers
 * to meet in. */
#include "ledger/sqlite_steps.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

/* 0 with *entry as stored when the row that was in the way is the same, else KERR_NOT_FOUND. */
static int
compare(
    struct sqlite_ledger *ledger, struct ledger_entry *entry, const uint8_t *envelope, size_t len)
{
    int r = bind_entry(ledger, LEDGER_Q_SAME, entry, envelope, len);
    r = r == 0 ? fetch(ledger, LEDGER_Q_SAME) : r;
    r = r == 0 ? read_entry(ledger->queries[LEDGER_Q_SAME], entry) : r;
    done(ledger, LEDGER_Q_SAME);
    return r;
}

static int
set_aside(struct sqlite_ledger *ledger, const struct ledger_entry *entry, const uint8_t *envelope,
    size_t len)
{
    int r = begin(ledger);
    if (r < 0) {
        return r;
    }
    r = bind_entry(ledger, LEDGER_Q_SET_ASIDE, entry, envelope, len);
    r = r == 0 ? run(ledger, LEDGER_Q_SET_ASIDE) : r;
    if (r == 0 && sqlite3_changes64(ledger->db) > 0) {
        r = run(ledger, LEDGER_Q_BUMP);
    }
    return finish(ledger, r);
}

static int
op_receipt(struct ledger *any, const uint8_t id[LEDGER_ID_LEN], struct buf *ret_receipt)
{
    struct sqlite_ledger *ledger = of(any);
    sqlite3_stmt *query = ledger->queries[LEDGER_Q_RECEIPT];
    int r = bind_blob(ledger, LEDGER_Q_RECEIPT, 1, id, LEDGER_ID_LEN);
    r = r == 0 ? fetch(ledger, LEDGER_Q_RECEIPT) : r;
    if (r == 0) {
        bool is_there = sqlite3_column_type(query, 0) == SQLITE_BLOB;
        r = is_there ? append_blob(query, 0, ret_receipt) : KERR_NOT_FOUND;
    }
    done(ledger, LEDGER_Q_RECEIPT);
    return r;
}

static int
read_chain(sqlite3_stmt *query, struct ledger_chain *ret_chain)
{
    *ret_chain = (struct ledger_chain){
        .largest = {.epoch = (uint64_t)sqlite3_column_int64(query, CHAIN_EPOCH),
            .size = (uint64_t)sqlite3_column_int64(query, CHAIN_SIZE),
            .at = sqlite3_column_int64(query, CHAIN_SEEN_AT)},
        .alarms = (uint64_t)sqlite3_column_int64(query, CHAIN_ALARMS),
        .alarm_at = sqlite3_column_int64(query, CHAIN_ALARM_AT),
        .bytes = sqlite3_column_blob(query, CHAIN_BYTES),
        .len = (size_t)sqlite3_column_bytes(query, CHAIN_BYTES),
        .alarm_bytes = sqlite3_column_blob(query, CHAIN_ALARM_BYTES),
        .alarm_len = (size_t)sqlite3_column_bytes(query, CHAIN_ALARM_BYTES),
    };
    struct ledger_point *largest = &ret_chain->largest;
    int r = read_text(query, CHAIN_KIOSK, largest->kiosk, sizeof(largest->kiosk));
    return r == 0 ? read_blob(query, CHAIN_HEAD, largest->head, sizeof(largest->head)) : r;
}

/* What a point is beside the chain that is stored; is_known when it raised its last alarm. */
static enum ledger_point_verdict
judge_point(const struct ledger_chain *chain, const struct ledger_work *work, bool *ret_is_known)
{
    const struct ledger_point *point = work->point, *largest = &chain->largest;
    bool is_head = memcmp(point->head, largest->head, sizeof(point->head)) == 0;
    int64_t apart = point->at - largest->at;
    *ret_is_known = chain->alarm_bytes != NULL && chain->alarm_len == work->len &&
                    memcmp(chain->alarm_bytes, work->envelope, work->len) == 0;
    if (point->size > largest->size) {
        return LEDGER_POINT_NEWER;
    }
    if (point->size == largest->size) {
        return is_head ? LEDGER_POINT_SAME : LEDGER_POINT_FORK;
    }
    return apart >= -LEDGER_POINT_LATE_S && apart <= LEDGER_POINT_LATE_S ? LEDGER_POINT_LATE
                                                                         : LEDGER_POINT_BACK;
}

/* A point, inside a transaction. The verdict. */
static int
write_point(struct sqlite_ledger *ledger, struct ledger_work *work)
{
    const struct ledger_point *point = work->point;
    struct ledger_chain chain;
    bool is_known = false;
    int r = bind_text(ledger, LEDGER_Q_CHAIN, 1, point->kiosk);
    r = r == 0 ? bind_number(ledger, LEDGER_Q_CHAIN, 2, (int64_t)point->epoch) : r;
    r = r == 0 ? fetch(ledger, LEDGER_Q_CHAIN) : r;
    r = r == 0 ? read_chain(ledger->queries[LEDGER_Q_CHAIN], &chain) : r;
    int verdict = r == 0 ? (int)judge_point(&chain, work, &is_known) : LEDGER_POINT_NEWER;
    done(ledger, LEDGER_Q_CHAIN);
    if (r < 0 && r != KERR_NOT_FOUND) {
        return r;
    }
    if (verdict == LEDGER_POINT_SAME || verdict == LEDGER_POINT_LATE || is_known) {
        return verdict;
    }
    bool is_alarm = verdict != LEDGER_POINT_NEWER;
    enum ledger_query which = is_alarm ? LEDGER_Q_CHAIN_ALARM : LEDGER_Q_CHAIN_KEEP;
    r = bind_text(ledger, which, 1, point->kiosk);
    r = r == 0 ? bind_number(ledger, which, 2, (int64_t)point->epoch) : r;
    r = r == 0 ? bind_number(ledger, which, 3, (int64_t)point->size) : r;
    r = r == 0 ? bind_blob(ledger, which, 4, point->head, sizeof(point->head)) : r;
    r = r == 0 ? bind_number(ledger, which, 5, point->at) : r;
    r = r == 0 ? bind_blob(ledger, which, 6, work->envelope, work->len) : r;
    r = r == 0 ? run(ledger, which) : r;
    r = r == 0 && is_alarm ? run(ledger, LEDGER_Q_BUMP) : r;
    work->is_written = r == 0;
    return r < 0 ? r : verdict;
}

static int
write_report(struct sqlite_ledger *ledger, struct ledger_work *work)
{
    const struct ledger_report *report = work->report;
    int r = bind_text(ledger, LEDGER_Q_REPORT, 1, report->kiosk);
    r = r == 0 ? bind_number(ledger, LEDGER_Q_REPORT, 2, report->at) : r;
    r = r == 0 ? bind_blob(ledger, LEDGER_Q_REPORT, 3, report->bytes, report->len) : r;
    r = r == 0 ? run(ledger, LEDGER_Q_REPORT) : r;
    work->is_written = r == 0;
    return r;
}

static int
write_receipt(struct sqlite_ledger *ledger, const uint8_t *id, const uint8_t *receipt, size_t len)
{
    int r = bind_blob(ledger, LEDGER_Q_RECEIPT_KEEP, 1, id, LEDGER_ID_LEN);
    r = r == 0 ? bind_blob(ledger, LEDGER_Q_RECEIPT_KEEP, 2, receipt, len) : r;
    return r == 0 ? run(ledger, LEDGER_Q_RECEIPT_KEEP) : r;
}

/* An entry, with its receipt if that can be made now. */
static int
write_entry(struct sqlite_ledger *ledger, struct ledger_work *work)
{
    int r = bind_entry(ledger, LEDGER_Q_INSERT, work->entry, work->envelope, work->len);
    r = r == 0 ? run(ledger, LEDGER_Q_INSERT) : r;
    if (r < 0 || sqlite3_changes64(ledger->db) == 0) {
        return r;
    }
    work->position = (uint64_t)sqlite3_last_insert_rowid(ledger->db);
    r = run(ledger, LEDGER_Q_BUMP);
    if (r == 0 && work->sign != NULL && ledger_make_receipt(work, work->position)) {
        r = write_receipt(ledger, work->entry->id, work->made->data, work->made->len);
        work->is_signed = r == 0;
    }
    work->is_written = r == 0;
    return r;
}

/* One work inside a transaction; is_written says whether it changed anything. */
static int
write_one(struct sqlite_ledger *ledger, struct ledger_work *work)
{
    if (work->point != NULL) {
        return write_point(ledger, work);
    }
    if (work->report != NULL) {
        return write_report(ledger, work);
    }
    if (work->call != NULL) {
        return sqlite_write_call(ledger, work);
    }
    if (work->is_keep) {
        int r = write_receipt(ledger, work->id, work->receipt, work->receipt_len);
        work->is_written = r == 0 && sqlite3_changes64(ledger->db) > 0;
        return r;
    }
    return write_entry(ledger, work);
}

/* All of them in one transaction. What changes nothing, or fails on its own, is undone alone (an insert that meets a
 * conflict would use up a position). An error: nothing of all was done. */
static int
write_all(struct sqlite_ledger *ledger, struct ledger_work *const *works, size_t count)
{
    bool is_any = false;
    int r = begin(ledger);
    for (size_t i = 0; i < count && r == 0; i++) {
        works[i]->is_written = false;
        r = run(ledger, LEDGER_Q_MARK_HERE);
        works[i]->result = r == 0 ? write_one(ledger, works[i]) : r;
        if (sqlite3_get_autocommit(ledger->db) != 0) {
            return works[i]->result < 0 ? works[i]->result : KERR_STORE; /* it undid them all */
        }
        r = r == 0 && !works[i]->is_written ? run(ledger, LEDGER_Q_BACK_TO_MARK) : r;
        r = r == 0 ? run(ledger, LEDGER_Q_FORGET_MARK) : r;
        is_any = is_any || works[i]->is_written;
    }
    return r == 0 && !is_any ? run(ledger, LEDGER_Q_ROLLBACK) : finish(ledger, r);
}

/* After the commit: what became of a put. */
static int
verdict_of(struct sqlite_ledger *ledger, struct ledger_work *work)
{
    struct ledger_entry *entry = work->entry;
    if (work->is_written) {
        entry->position = work->position;
        (void)snprintf(entry->state, sizeof(entry->state), "new");
        entry->state_at = entry->received_at;
        entry->state_by[0] = 0;
        entry->holder[0] = 0;
        return LEDGER_NEW;
    }
    int r = compare(ledger, entry, work->envelope, work->len);
    if (r == KERR_NOT_FOUND) {
        r = set_aside(ledger, entry, work->envelope, work->len);
        return r < 0 ? r : LEDGER_CONFLICT;
    }
    return r < 0 ? r : LEDGER_SAME;
}

/* The receipt that counts. Of a record that was deleted by rule none is stored any more: a terminal that asks again
 * after all that time gets the one just made. */
static int
kept_receipt(struct ledger *any, const struct ledger_work *work)
{
    struct sqlite_ledger *ledger = of(any);
    int r = op_receipt(any, work->id, work->ret_receipt);
    if (r != KERR_NOT_FOUND) {
        return r;
    }
    r = bind_blob(ledger, LEDGER_Q_IS_GONE, 1, work->id, LEDGER_ID_LEN);
    r = r == 0 ? fetch(ledger, LEDGER_Q_IS_GONE) : r;
    done(ledger, LEDGER_Q_IS_GONE);
    return r == 0 ? buf_add(work->ret_receipt, work->receipt, work->receipt_len) : r;
}

static void
op_work(struct ledger *any, struct ledger_work *const *works, size_t count)
{
    struct sqlite_ledger *ledger = of(any);
    int r = write_all(ledger, works, count);
    for (size_t i = 0; i < count; i++) {
        if (r < 0) {
            works[i]->result = r;
        } else if (works[i]->result == 0 && works[i]->point == NULL && works[i]->report == NULL &&
                   works[i]->call == NULL) {
            works[i]->result =
                works[i]->is_keep ? kept_receipt(any, works[i]) : verdict_of(ledger, works[i]);
        }
    }
}

static int
op_put(struct ledger *any, struct ledger_entry *entry, const uint8_t *envelope, size_t len)
{
    struct ledger_work work = {.entry = entry, .envelope = envelope, .len = len};
    struct ledger_work *const works[] = {&work};
    op_work(any, works, 1);
    return work.result;
}

static int
op_receipt_keep(struct ledger *any, const uint8_t id[LEDGER_ID_LEN], const uint8_t *receipt,
    size_t len, struct buf *ret_receipt)
{
    struct ledger_work work = {.is_keep = true,
        .id = id,
        .receipt = receipt,
        .receipt_len = len,
        .ret_receipt = ret_receipt};
    struct ledger_work *const works[] = {&work};
    op_work(any, works, 1);
    return work.result;
}

static int
op_list(struct ledger *any, const struct ledger_filter *filter, uint64_t before, size_t limit,
    ledger_each *each, void *ctx)
{
    struct sqlite_ledger *ledger = of(any);
    const char *only = filter->state != NULL ? filter->state : filter->holder;
    enum ledger_query which = filter->state != NULL    ? LEDGER_Q_BEFORE_STATE
                              : filter->holder != NULL ? LEDGER_Q_BEFORE_HELD
                                                       : LEDGER_Q_BEFORE;
    sqlite3_stmt *query = ledger->queries[which];
    int64_t below = before == 0 || before > INT64_MAX ? INT64_MAX : (int64_t)before;
    int r = 0;
    AUTO_BUF envelope;
    buf_init(&envelope, LEDGER_ENVELOPE_MAX);
    /* A row a query: a reader that takes long would keep every writer out (rollback journal). */
    for (size_t i = 0; i < limit && r == 0; i++) {
        struct ledger_entry entry;
        buf_clear(&envelope);
        r = bind_number(ledger, which, 1, below);
        r = r == 0 && only != NULL ? bind_text(ledger, which, 2, only) : r;
        r = r == 0 ? fetch(ledger, which) : r;
        r = r == 0 ? read_entry(query, &entry) : r;
        r = r == 0 ? append_blob(query, COLUMN_ENVELOPE, &envelope) : r;
        done(ledger, which);
        if (r == KERR_NOT_FOUND) {
            return 0;
        }
        if (r == 0) {
            below = (int64_t)entry.position;
            r = each(&entry, envelope.data, envelope.len, ctx);
        }
    }
    return r;
}

static int
op_get(struct ledger *any, const uint8_t id[LEDGER_ID_LEN], struct ledger_entry *ret_entry,
    struct buf *ret_envelope)
{
    struct sqlite_ledger *ledger = of(any);
    sqlite3_stmt *query = ledger->queries[LEDGER_Q_GET];
    struct ledger_entry entry;
    int r = bind_blob(ledger, LEDGER_Q_GET, 1, id, LEDGER_ID_LEN);
    r = r == 0 ? fetch(ledger, LEDGER_Q_GET) : r;
    r = r == 0 ? read_entry(query, &entry) : r;
    if (r == 0 && ret_envelope != NULL) {
        r = append_blob(query, COLUMN_ENVELOPE, ret_envelope);
    }
    done(ledger, LEDGER_Q_GET);
    if (r == 0) {
        *ret_entry = entry;
    }
    return r;
}

static int
op_newest(struct ledger *any, uint64_t *ret_position, uint64_t *ret_changes)
{
    struct sqlite_ledger *ledger = of(any);
    sqlite3_stmt *query = ledger->queries[LEDGER_Q_NEWEST];
    int r = fetch(ledger, LEDGER_Q_NEWEST);
    if (r == 0) {
        *ret_position = (uint64_t)sqlite3_column_int64(query, 0);
        *ret_changes = (uint64_t)sqlite3_column_int64(query, 1);
    }
    done(ledger, LEDGER_Q_NEWEST);
    return r;
}

static int
op_quarantined(struct ledger *any, uint64_t *ret_count)
{
    struct sqlite_ledger *ledger = of(any);
    int r = fetch(ledger, LEDGER_Q_QUARANTINED);
    if (r == 0) {
        *ret_count = (uint64_t)sqlite3_column_int64(ledger->queries[LEDGER_Q_QUARANTINED], 0);
    }
    done(ledger, LEDGER_Q_QUARANTINED);
    return r;
}

/* What LEDGER_Q_DECISION gives, in this order. */
enum { DECISION_NUMBER, DECISION_ID, DECISION_STATE, DECISION_SLOT, DECISION_AT, DECISION_BY };

/* The newest decision of a record below a number. KERR_NOT_FOUND. */
static int
op_decided(struct ledger *any, const uint8_t id[LEDGER_ID_LEN], uint64_t below,
    struct ledger_decision *ret_decision)
{
    struct sqlite_ledger *ledger = of(any);
    sqlite3_stmt *query = ledger->queries[LEDGER_Q_DECISION];
    struct ledger_decision decision;
    int r = bind_blob(ledger, LEDGER_Q_DECISION, 1, id, LEDGER_ID_LEN);
    r = r == 0 ? bind_number(ledger, LEDGER_Q_DECISION, 2, (int64_t)below) : r;
    r = r == 0 ? fetch(ledger, LEDGER_Q_DECISION) : r;
    if (r == 0) {
        decision = (struct ledger_decision){
            .number = (uint64_t)sqlite3_column_int64(query, DECISION_NUMBER),
            .decided_at = sqlite3_column_int64(query, DECISION_AT),
        };
        r = read_blob(query, DECISION_ID, decision.id, sizeof(decision.id));
    }
    r = r == 0 ? read_text(query, DECISION_STATE, decision.state, sizeof(decision.state)) : r;
    r = r == 0 ? read_text(query, DECISION_SLOT, decision.slot, sizeof(decision.slot)) : r;
    r = r == 0 ? read_text(query, DECISION_BY, decision.decided_by, sizeof(decision.decided_by))
               : r;
    done(ledger, LEDGER_Q_DECISION);
    if (r == 0) {
        *ret_decision = decision;
    }
    return r;
}

static int
op_booked(
    struct ledger *any, const char *slot, int64_t until, uint64_t *ret_all, uint64_t *ret_until)
{
    struct sqlite_ledger *ledger = of(any);
    sqlite3_stmt *query = ledger->queries[LEDGER_Q_BOOKED];
    int r = bind_number(ledger, LEDGER_Q_BOOKED, 1, until);
    r = r == 0 ? bind_text(ledger, LEDGER_Q_BOOKED, 3, slot) : r;
    r = r == 0 ? fetch(ledger, LEDGER_Q_BOOKED) : r;
    if (r == 0) {
        *ret_all = (uint64_t)sqlite3_column_int64(query, 0);
        *ret_until = (uint64_t)sqlite3_column_int64(query, 1);
    }
    done(ledger, LEDGER_Q_BOOKED);
    return r;
}

/* Lets the record's decision rest and adds the new one, which stands when there is a place. */
static int
decide(struct sqlite_ledger *ledger, const struct ledger_decision *decision, int32_t places)
{
    int r = bind_blob(ledger, LEDGER_Q_DECISION_REST, 1, decision->id, LEDGER_ID_LEN);
    r = r == 0 ? run(ledger, LEDGER_Q_DECISION_REST) : r;
    r = r == 0 ? bind_blob(ledger, LEDGER_Q_DECISION_INSERT, 1, decision->id, LEDGER_ID_LEN) : r;
    r = r == 0 ? bind_text(ledger, LEDGER_Q_DECISION_INSERT, 2, decision->state) : r;
    r = r == 0 ? bind_text(ledger, LEDGER_Q_DECISION_INSERT, 3, decision->slot) : r;
    r = r == 0 ? bind_number(ledger, LEDGER_Q_DECISION_INSERT, 4, decision->decided_at) : r;
    r = r == 0 ? bind_text(ledger, LEDGER_Q_DECISION_INSERT, 5, decision->decided_by) : r;
    r = r == 0 ? bind_number(ledger, LEDGER_Q_DECISION_INSERT, 6, places) : r;
    r = r == 0 ? run(ledger, LEDGER_Q_DECISION_INSERT) : r;
    if (r < 0 || sqlite3_changes64(ledger->db) == 0) {
        return r < 0 ? r : LEDGER_FULL;
    }
    r = run(ledger, LEDGER_Q_BUMP);
    return r < 0 ? r : LEDGER_DECIDED;
}

static int
op_decide(struct ledger *any, struct ledger_decision *decision, uint64_t seen, int32_t places)
{
    struct sqlite_ledger *ledger = of(any);
    struct ledger_entry entry;
    struct ledger_decision now = {.state = "open"}; /* while nobody decided */
    memcpy(now.id, decision->id, sizeof(now.id));
    memcpy(now.slot, decision->slot, sizeof(now.slot));
    int r = begin(ledger); /* from here on nobody else writes: what is read now still holds below */
    if (r < 0) {
        return r;
    }
    r = op_get(any, decision->id, &entry, NULL);
    if (r == 0) {
        r = op_decided(any, decision->id, INT64_MAX, &now);
        r = r == KERR_NOT_FOUND ? 0 : r;
    }
    int verdict = LEDGER_DECIDED;
    if (r == 0 && strcmp(now.state, decision->state) == 0 &&
        strcmp(now.slot, decision->slot) == 0) {
        verdict = LEDGER_DECIDED_SO;
    } else if (r == 0 && now.number != seen) {
        verdict = LEDGER_DECIDED_ELSE;
    } else if (r == 0) {
        verdict = decide(ledger, decision, places);
        r = verdict < 0 ? verdict : 0;
    }
    if (r == 0 && verdict != LEDGER_DECIDED) {
        r = run(ledger, LEDGER_Q_ROLLBACK);
    } else {
        r = finish(ledger, r);
        r = r == 0 ? op_decided(any, decision->id, INT64_MAX, &now) : r;
    }
    if (r == 0 && verdict != LEDGER_FULL) {
        *decision = now;
    }
    return r < 0 ? r : verdict;
}

/* Others can read meanwhile, and write when it is done. */
static int
op_runs(struct ledger *any, ledger_each_run *each, void *ctx)
{
    struct sqlite_ledger *ledger = of(any);
    sqlite3_stmt *query = ledger->queries[LEDGER_Q_RUNS];
    int r;
    while ((r = fetch(ledger, LEDGER_Q_RUNS)) == 0) {
        uint64_t half = (uint64_t)sqlite3_column_int64(query, RUN_HALF) << 63;
        struct ledger_run run = {.epoch = (uint64_t)sqlite3_column_int64(query, RUN_EPOCH),
            .first = half | (uint64_t)sqlite3_column_int64(query, RUN_FIRST),
            .last = half | (uint64_t)sqlite3_column_int64(query, RUN_LAST),
            .last_at = sqlite3_column_int64(query, RUN_LAST_AT),
            .conflicts = (uint64_t)sqlite3_column_int64(query, RUN_CONFLICTS)};
        r = read_text(query, RUN_KIOSK, run.kiosk, sizeof(run.kiosk));
        r = r == 0 ? each(&run, ctx) : r;
        if (r != 0) {
            break;
        }
    }
    done(ledger, LEDGER_Q_RUNS);
    return r == KERR_NOT_FOUND ? 0 : r;
}

static int
op_chains(struct ledger *any, ledger_each_chain *each, void *ctx)
{
    struct sqlite_ledger *ledger = of(any);
    int r;
    while ((r = fetch(ledger, LEDGER_Q_CHAINS)) == 0) {
        struct ledger_chain chain;
        r = read_chain(ledger->queries[LEDGER_Q_CHAINS], &chain);
        r = r == 0 ? each(&chain, ctx) : r;
        if (r != 0) {
            break;
        }
    }
    done(ledger, LEDGER_Q_CHAINS);
    return r == KERR_NOT_FOUND ? 0 : r;
}

static int
op_reports(struct ledger *any, ledger_each_report *each, void *ctx)
{
    struct sqlite_ledger *ledger = of(any);
    sqlite3_stmt *query = ledger->queries[LEDGER_Q_REPORTS];
    int r;
    while ((r = fetch(ledger, LEDGER_Q_REPORTS)) == 0) {
        struct ledger_report report = {.at = sqlite3_column_int64(query, REPORT_AT),
            .bytes = sqlite3_column_blob(query, REPORT_BYTES),
            .len = (size_t)sqlite3_column_bytes(query, REPORT_BYTES)};
        r = read_text(query, REPORT_KIOSK, report.kiosk, sizeof(report.kiosk));
        r = r == 0 ? each(&report, ctx) : r;
        if (r != 0) {
            break;
        }
    }
    done(ledger, LEDGER_Q_REPORTS);
    return r == KERR_NOT_FOUND ? 0 : r;
}

static int
op_alarms(struct ledger *any, uint64_t *ret_chains)
{
    struct sqlite_ledger *ledger = of(any);
    int r = fetch(ledger, LEDGER_Q_ALARMS);
    if (r == 0) {
        *ret_chains = (uint64_t)sqlite3_column_int64(ledger->queries[LEDGER_Q_ALARMS], 0);
    }
    done(ledger, LEDGER_Q_ALARMS);
    return r;
}

static int
op_settle(struct ledger *any, const char *kiosk, int64_t now)
{
    struct sqlite_ledger *ledger = of(any);
    int r = begin(ledger);
    if (r < 0) {
        return r;
    }
    r = bind_text(ledger, LEDGER_Q_SETTLE, 1, kiosk);
    r = r == 0 ? bind_number(ledger, LEDGER_Q_SETTLE, 2, now) : r;
    r = r == 0 ? run(ledger, LEDGER_Q_SETTLE) : r;
    bool is_any = r == 0 && sqlite3_changes64(ledger->db) > 0;
    r = is_any ? run(ledger, LEDGER_Q_BUMP) : r;
    r = finish(ledger, r);
    return r == 0 && !is_any ? KERR_NOT_FOUND : r;
}

const struct ledger_backend ledger_sqlite = {.close = ledger_sqlite_close,
    .put = op_put,
    .work = op_work,
    .receipt = op_receipt,
    .receipt_keep = op_receipt_keep,
    .list = op_list,
    .get = op_get,
    .newest = op_newest,
    .change = sqlite_change,
    .acted = sqlite_acted,
    .counts = sqlite_counts,
    .quarantined = op_quarantined,
    .hand = sqlite_hand,
    .batch = sqlite_batch,
    .batch_written = sqlite_batch_written,
    .handed = sqlite_handed,
    .hand_next = sqlite_hand_next,
    .decide = op_decide,
    .decided = op_decided,
    .booked = op_booked,
    .runs = op_runs,
    .chains = op_chains,
    .alarms = op_alarms,
    .settle = op_settle,
    .reports = op_reports,
    .ask = ledger_sqlite_ask,
    .tidy = ledger_sqlite_tidy,
    .call_answer = sqlite_call_answer,
    .calls = sqlite_calls};
