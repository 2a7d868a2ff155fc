/* ledger/postgres_work.c - what an intake writes on PostgreSQL: one work by one statement, or several in one transaction,
 * where new records go in by one statement with their receipts. */
#include "ledger/postgres_rows.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"

/* Columns of what ledger_put answers. */
enum { PUT_VERDICT, PUT_POSITION, PUT_RECEIVED_AT, PUT_STATE, PUT_STATE_AT, PUT_STATE_BY };

static int
read_verdict(const struct pg_rows *rows, struct ledger_entry *entry)
{
    int64_t verdict = pg_rows_count(rows) == 1 ? pg_number(rows, 0, PUT_VERDICT) : -1;
    if (verdict == LEDGER_CONFLICT) {
        return LEDGER_CONFLICT;
    }
    if (verdict != LEDGER_NEW && verdict != LEDGER_SAME) {
        return KERR_STORE;
    }
    struct ledger_entry stored = *entry;
    stored.position = (uint64_t)pg_number(rows, 0, PUT_POSITION);
    stored.received_at = pg_number(rows, 0, PUT_RECEIVED_AT);
    stored.state_at = pg_number(rows, 0, PUT_STATE_AT);
    int r = read_text(rows, 0, PUT_STATE, stored.state, sizeof(stored.state));
    r = r == 0 ? read_text(rows, 0, PUT_STATE_BY, stored.state_by, sizeof(stored.state_by)) : r;
    if (r < 0) {
        return r;
    }
    *entry = stored;
    return (int)verdict;
}

/* The statement of a work. */
static void
ask_of(const struct ledger_work *work, struct pg_asked *ret_asked)
{
    struct pg_args *args = &ret_asked->args;
    *args = (struct pg_args){0};
    if (work->point != NULL) {
        ret_asked->which = PG_POINT;
        pg_add_text(args, work->point->kiosk);
        pg_add_number(args, (int64_t)work->point->epoch);
        pg_add_number(args, (int64_t)work->point->size);
        pg_add_bytes(args, work->point->head, sizeof(work->point->head));
        pg_add_number(args, work->point->at);
        pg_add_bytes(args, work->envelope, work->len);
        pg_add_number(args, LEDGER_POINT_LATE_S);
    } else if (work->report != NULL) {
        ret_asked->which = PG_REPORT;
        pg_add_text(args, work->report->kiosk);
        pg_add_number(args, work->report->at);
        pg_add_bytes(args, work->report->bytes, work->report->len);
    } else if (work->call != NULL) {
        ret_asked->which = PG_CALL;
        pg_add_text(args, work->call->kiosk);
        pg_add_number(args, (int64_t)work->call->id);
        pg_add_text(args, work->call->state);
        pg_add_number(args, work->call->said_at);
        pg_add_text(args, work->call->page);
        pg_add_text(args, work->call->reason);
        pg_add_number(args, work->call->heard_at);
        pg_add_number(args, LEDGER_CALL_S);
        pg_add_number(args, LEDGER_CALL_LATE_S);
        pg_add_number(args, LEDGER_CALL_HEARD_S);
    } else if (work->is_keep) {
        ret_asked->which = PG_RECEIPT_KEEP;
        pg_add_bytes(args, work->id, LEDGER_ID_LEN);
        pg_add_bytes(args, work->receipt, work->receipt_len);
    } else {
        ret_asked->which = PG_PUT;
        pg_add_bytes(args, work->entry->id, sizeof(work->entry->id));
        pg_add_text(args, work->entry->kiosk);
        pg_add_number(args, (int64_t)work->entry->epoch);
        pg_add_number(args, (int64_t)work->entry->sequence);
        pg_add_bytes(args, work->entry->hash, sizeof(work->entry->hash));
        pg_add_number(args, work->entry->received_at);
        pg_add_bytes(args, work->envelope, work->len);
    }
}

/* What the answer to a work's statement says, which is committed. */
static int
result_of(const struct ledger_work *work, const struct pg_rows *rows)
{
    if (work->report != NULL) {
        return 0;
    }
    if (work->point != NULL) {
        return pg_rows_count(rows) == 1 ? (int)pg_number(rows, 0, 0) : KERR_STORE;
    }
    if (work->call != NULL) {
        return pg_rows_count(rows) == 1
                   ? read_text(rows, 0, 0, work->call->state, sizeof(work->call->state))
                   : KERR_STORE;
    }
    return work->is_keep ? append_field(rows, 0, 0, work->ret_receipt)
                         : read_verdict(rows, work->entry);
}

void
pg_work_alone(struct ledger *ledger, struct ledger_work *work)
{
    struct pg_asked asked;
    struct pg_rows *rows = NULL;
    ask_of(work, &asked);
    int r = pg_ask(of(ledger), asked.which, &asked.args, &rows);
    work->result = r == 0 ? result_of(work, rows) : r;
    pg_rows_free(rows);
}

/* ---- new records, with their receipts ---- */

/* Types of PostgreSQL by their numbers (pg_type.dat), which never change. */
enum { OID_BYTEA = 17, OID_BIGINT = 20, OID_TEXT = 25 };

static void
add_int(struct buf *buf, uint32_t number)
{
    const uint8_t bytes[] = {
        (uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};
    (void)buf_add(buf, bytes, sizeof(bytes)); /* sticky; looked at in the end */
}

/* An array in the server's binary form (its arrayfuncs.c): dimensions, whether there are NULLs, type; length and first index. */
static void
array_begin(struct buf *array, uint32_t type, size_t count)
{
    enum { HEAD = 64 };
    buf_init(array, HEAD + LEDGER_WORKS_MAX * (sizeof(uint32_t) + LEDGER_ENVELOPE_MAX));
    add_int(array, 1);
    add_int(array, 1);
    add_int(array, type);
    add_int(array, (uint32_t)count);
    add_int(array, 1);
}

/* NULL: SQL's NULL. */
static void
array_add(struct buf *array, const void *bytes, size_t len)
{
    add_int(array, bytes != NULL ? (uint32_t)len : UINT32_MAX);
    if (bytes != NULL) {
        (void)buf_add(array, bytes, len);
    }
}

static void
array_add_number(struct buf *array, int64_t number)
{
    add_int(array, sizeof(number));
    add_int(array, (uint32_t)((uint64_t)number >> 32));
    add_int(array, (uint32_t)number);
}

/* In the order of PG_FRESH. */
enum {
    FRESH_ID,
    FRESH_KIOSK,
    FRESH_EPOCH,
    FRESH_SEQUENCE,
    FRESH_HASH,
    FRESH_AT,
    FRESH_RECEIPT,
    FRESH_ENVELOPE,
    FRESH_ARRAYS
};

/* The statement that puts them all in, behind a position. */
static int
ask_fresh(struct ledger_work *const *works, size_t count, int64_t behind,
    struct buf arrays[FRESH_ARRAYS], struct pg_asked *ret_asked)
{
    static const uint32_t types[FRESH_ARRAYS] = {[FRESH_ID] = OID_BYTEA,
        [FRESH_KIOSK] = OID_TEXT,
        [FRESH_EPOCH] = OID_BIGINT,
        [FRESH_SEQUENCE] = OID_BIGINT,
        [FRESH_HASH] = OID_BYTEA,
        [FRESH_AT] = OID_BIGINT,
        [FRESH_RECEIPT] = OID_BYTEA,
        [FRESH_ENVELOPE] = OID_BYTEA};
    for (size_t i = 0; i < FRESH_ARRAYS; i++) {
        array_begin(&arrays[i], types[i], count);
    }
    for (size_t i = 0; i < count; i++) {
        const struct ledger_work *work = works[i];
        const struct ledger_entry *entry = work->entry;
        array_add(&arrays[FRESH_ID], entry->id, sizeof(entry->id));
        array_add(&arrays[FRESH_KIOSK], entry->kiosk, strlen(entry->kiosk));
        array_add_number(&arrays[FRESH_EPOCH], (int64_t)entry->epoch);
        array_add_number(&arrays[FRESH_SEQUENCE], (int64_t)entry->sequence);
        array_add(&arrays[FRESH_HASH], entry->hash, sizeof(entry->hash));
        array_add_number(&arrays[FRESH_AT], entry->received_at);
        array_add(
            &arrays[FRESH_RECEIPT], work->is_signed ? work->made->data : NULL, work->made->len);
        array_add(&arrays[FRESH_ENVELOPE], work->envelope, work->len);
    }
    *ret_asked = (struct pg_asked){.which = PG_FRESH};
    pg_add_number(&ret_asked->args, behind);
    for (size_t i = 0; i < FRESH_ARRAYS; i++) {
        if (buf_error(&arrays[i]) < 0) {
            return buf_error(&arrays[i]);
        }
        pg_add_bytes(&ret_asked->args, arrays[i].data, arrays[i].len);
    }
    return 0;
}

/* Begins the transaction and takes the next positions; the last one before them in *ret_behind. */
static int
take_places(struct pg_ledger *pg, size_t count, int64_t *ret_behind)
{
    struct pg_asked asked[] = {{.which = PG_BEGIN}, {.which = PG_PLACES}};
    struct pg_rows *rows[] = {NULL, NULL};
    pg_add_number(&asked[1].args, (int64_t)count);
    int r = pg_ask_part(pg, asked, ARRAY_LEN(asked), rows);
    if (r == 0) {
        *ret_behind = pg_number(rows[1], 0, 0);
    }
    pg_rows_free(rows[0]);
    pg_rows_free(rows[1]);
    return r;
}

/* What stands now of a put that was the first. */
static void
tell_new(struct ledger_work *work, int64_t position)
{
    struct ledger_entry *entry = work->entry;
    entry->position = (uint64_t)position;
    (void)snprintf(entry->state, sizeof(entry->state), "new");
    entry->state_at = entry->received_at;
    entry->state_by[0] = 0;
    entry->holder[0] = 0;
    work->result = LEDGER_NEW;
}

enum { UNFORESEEN = -1 };

/* Works in one transaction, the first `fresh` of them puts with a receipt, at least one. An error: none is done.
 *
 * The position before theirs, where it was foreseen, is right while nobody else writes: then all is one way to the server, and
 * KERR_STATE when somebody did. Else (UNFORESEEN) the server is asked for it first; it waits for us then, and all writers for
 * it: only the receipts are made there. */
static int
work_fresh(struct ledger *ledger, struct ledger_work *const *works, size_t fresh, size_t count,
    int64_t behind)
{
    enum { BEFORE = 2, MORE = 2 }; /* PG_BEGIN, the positions; the new ones are one, PG_COMMIT */
    struct pg_asked asked[BEFORE + LEDGER_WORKS_MAX + MORE] = {
        {.which = PG_BEGIN}, {.which = PG_PLACES_BEHIND}};
    struct pg_rows *rows[BEFORE + LEDGER_WORKS_MAX + MORE] = {NULL};
    struct buf arrays[FRESH_ARRAYS];
    size_t at = 0, others = count - fresh;
    if (behind != UNFORESEEN) {
        pg_add_number(&asked[1].args, (int64_t)fresh);
        pg_add_number(&asked[1].args, behind);
        at = BEFORE;
    } else {
        int r = take_places(of(ledger), fresh, &behind);
        if (r < 0) {
            return r;
        }
    }
    for (size_t i = 0; i < fresh; i++) {
        works[i]->is_signed = ledger_make_receipt(works[i], (uint64_t)behind + i + 1);
    }
    int r = ask_fresh(works, fresh, behind, arrays, &asked[at]);
    for (size_t i = 0; i < others; i++) {
        ask_of(works[fresh + i], &asked[at + 1 + i]);
    }
    asked[at + 1 + others] = (struct pg_asked){.which = PG_COMMIT};
    r = r == 0 ? pg_ask_part(of(ledger), asked, at + others + MORE, rows)
               : pg_give_up(of(ledger), r);
    for (size_t i = 0; r == 0 && i < fresh; i++) {
        tell_new(works[i], behind + (int64_t)i + 1);
    }
    for (size_t i = 0; r == 0 && i < others; i++) {
        works[fresh + i]->result = result_of(works[fresh + i], rows[at + 1 + i]);
    }
    for (size_t i = 0; i < at + others + MORE; i++) {
        pg_rows_free(rows[i]);
    }
    for (size_t i = 0; i < FRESH_ARRAYS; i++) {
        buf_release(&arrays[i]);
    }
    return r;
}

/* The new ones at the positions that were foreseen, or at those that are free. */
static int
work_at_places(struct ledger *ledger, struct ledger_work *const *works, size_t fresh, size_t count)
{
    uint64_t first = works[0]->foreseen; /* ledger_work has sorted them */
    bool is_foreseen = first > 0 && first < INT64_MAX;
    int r = is_foreseen ? work_fresh(ledger, works, fresh, count, (int64_t)first - 1) : KERR_STATE;
    return r == KERR_STATE ? work_fresh(ledger, works, fresh, count, UNFORESEEN) : r;
}

static int
work_others(struct ledger *ledger, struct ledger_work *const *works, size_t count)
{
    struct pg_asked asked[LEDGER_WORKS_MAX] = {0};
    struct pg_rows *rows[LEDGER_WORKS_MAX] = {NULL};
    for (size_t i = 0; i < count; i++) {
        ask_of(works[i], &asked[i]);
    }
    int r = pg_ask_all(of(ledger), asked, count, rows);
    for (size_t i = 0; i < count; i++) {
        if (r == 0) {
            works[i]->result = result_of(works[i], rows[i]);
        }
        pg_rows_free(rows[i]);
    }
    return r;
}

/* All in one transaction. Where one is refused, each gets a transaction of its own: what is wrong with one harms no
 * other. Where nobody knows what the server did, nobody asks again but the terminals. */
void
pg_work(struct ledger *ledger, struct ledger_work *const *works, size_t count)
{
    struct ledger_work *sorted[LEDGER_WORKS_MAX] = {NULL};
    size_t fresh = 0, at = 0;
    for (size_t i = 0; i < count; i++) {
        fresh += works[i]->sign != NULL;
    }
    for (size_t i = 0, other = fresh; i < count; i++) {
        sorted[works[i]->sign != NULL ? at++ : other++] = works[i];
    }
    int r = fresh > 0   ? work_at_places(ledger, sorted, fresh, count)
            : count > 1 ? work_others(ledger, sorted, count)
                        : KERR_STATE;
    for (size_t i = 0; i < count && r < 0; i++) {
        if (r == KERR_BUSY) {
            works[i]->result = r;
        } else {
            works[i]->is_signed = false; /* alone it gets another position */
            pg_work_alone(ledger, works[i]);
        }
    }
}
