/* ledger/sqlite_hand.c - handing over, on SQLite. */
#include "ledger/sqlite_steps.h"

static int
read_batch(sqlite3_stmt *query, const char *client, struct ledger_batch *ret_batch)
{
    struct ledger_batch batch = {
        .number = (uint64_t)sqlite3_column_int64(query, BATCH_NUMBER),
        .at = sqlite3_column_int64(query, BATCH_AT),
        .count = (uint64_t)sqlite3_column_int64(query, BATCH_RECORDS),
        .is_written = sqlite3_column_int64(query, BATCH_WRITTEN) != 0,
    };
    memcpy(batch.client, client, strnlen(client, sizeof(batch.client) - 1));
    int r = read_blob(query, BATCH_ASKED, batch.asked, sizeof(batch.asked));
    r = r == 0 ? read_text(query, BATCH_BY, batch.by, sizeof(batch.by)) : r;
    if (r == 0) {
        *ret_batch = batch;
    }
    return r;
}

int
sqlite_batch(
    struct ledger *any, const char *client, uint64_t number, struct ledger_batch *ret_batch)
{
    struct sqlite_ledger *ledger = of(any);
    enum ledger_query which = number == 0 ? LEDGER_Q_BATCH_OPEN : LEDGER_Q_BATCH_UPTO;
    int r = bind_text(ledger, which, 1, client);
    r = r == 0 && number > 0 ? bind_number(ledger, which, 2, (int64_t)number) : r;
    r = r == 0 ? fetch(ledger, which) : r;
    r = r == 0 ? read_batch(ledger->queries[which], client, ret_batch) : r;
    done(ledger, which);
    return r;
}

/* A record into the batch: 1 when the client did not have it, 0, or KERR_NOT_FOUND. */
static int
hand_one(struct ledger *any, const struct ledger_batch *batch, const uint8_t id[LEDGER_ID_LEN])
{
    struct sqlite_ledger *ledger = of(any);
    struct ledger_entry entry;
    int r = any->backend->get(any, id, &entry, NULL);
    r = r == 0 ? bind_text(ledger, LEDGER_Q_HAND, 1, batch->client) : r;
    r = r == 0 ? bind_blob(ledger, LEDGER_Q_HAND, 2, id, LEDGER_ID_LEN) : r;
    r = r == 0 ? bind_number(ledger, LEDGER_Q_HAND, 3, (int64_t)batch->number) : r;
    r = r == 0 ? bind_number(ledger, LEDGER_Q_HAND, 4, (int64_t)entry.position) : r;
    r = r == 0 ? run(ledger, LEDGER_Q_HAND) : r;
    return r < 0 ? r : sqlite3_changes64(ledger->db) > 0;
}

/* Inside a transaction: the batch with its records. How many it took. */
static int
fill_batch(struct ledger *any, const struct ledger_batch *batch,
    const uint8_t (*ids)[LEDGER_ID_LEN], size_t count)
{
    struct sqlite_ledger *ledger = of(any);
    int taken = 0;
    int r = bind_text(ledger, LEDGER_Q_BATCH_MAKE, 1, batch->client);
    r = r == 0 ? bind_number(ledger, LEDGER_Q_BATCH_MAKE, 2, (int64_t)batch->number) : r;
    r = r == 0 ? bind_blob(ledger, LEDGER_Q_BATCH_MAKE, 3, batch->asked, LEDGER_HASH_LEN) : r;
    r = r == 0 ? bind_number(ledger, LEDGER_Q_BATCH_MAKE, 4, batch->at) : r;
    r = r == 0 ? bind_text(ledger, LEDGER_Q_BATCH_MAKE, 5, batch->by) : r;
    r = r == 0 ? bind_number(ledger, LEDGER_Q_BATCH_MAKE, 6, batch->is_written ? 1 : 0) : r;
    r = r == 0 ? run(ledger, LEDGER_Q_BATCH_MAKE) : r;
    for (size_t i = 0; i < count && r >= 0; i++) {
        r = hand_one(any, batch, ids[i]);
        taken += r > 0 ? 1 : 0;
    }
    r = r < 0 ? r : bind_text(ledger, LEDGER_Q_BATCH_COUNT, 1, batch->client);
    r = r == 0 ? bind_number(ledger, LEDGER_Q_BATCH_COUNT, 2, (int64_t)batch->number) : r;
    r = r == 0 ? bind_number(ledger, LEDGER_Q_BATCH_COUNT, 3, taken) : r;
    r = r == 0 ? run(ledger, LEDGER_Q_BATCH_COUNT) : r;
    r = r == 0 ? run(ledger, LEDGER_Q_BUMP) : r;
    return r < 0 ? r : taken;
}

/* What is to be done about a batch, inside a transaction: is it there, which number has it? */
static int
look(struct ledger *any, struct ledger_batch *batch, struct ledger_batch *ret_there)
{
    bool is_next = batch->number == 0;
    int r = sqlite_batch(any, batch->client, is_next ? INT64_MAX : batch->number, ret_there);
    if (is_next) {
        batch->number = r == 0 ? ret_there->number + 1 : 1;
    }
    if (r == KERR_NOT_FOUND || (r == 0 && ret_there->number != batch->number)) {
        return LEDGER_HANDED;
    }
    if (r < 0) {
        return r;
    }
    bool is_same = memcmp(ret_there->asked, batch->asked, LEDGER_HASH_LEN) == 0;
    return is_same ? LEDGER_HANDED_SO : LEDGER_HANDED_ELSE;
}

int
sqlite_hand(struct ledger *any, struct ledger_batch *batch, const uint8_t (*ids)[LEDGER_ID_LEN],
    size_t count)
{
    struct sqlite_ledger *ledger = of(any);
    struct ledger_batch made = *batch, there;
    int r = begin(ledger); /* from here on nobody else writes: what is read now still holds below */
    if (r < 0) {
        return r;
    }
    int verdict = look(any, &made, &there);
    r = verdict == LEDGER_HANDED ? fill_batch(any, &made, ids, count) : verdict < 0 ? verdict : 0;
    if (verdict == LEDGER_HANDED && r == 0 && batch->number == 0) {
        verdict = LEDGER_HANDED_NONE;
    }
    if (r >= 0 && verdict != LEDGER_HANDED) {
        r = run(ledger, LEDGER_Q_ROLLBACK);
    } else {
        r = finish(ledger, r < 0 ? r : 0);
        r = r == 0 ? sqlite_batch(any, made.client, made.number, &there) : r;
    }
    if (r == 0 && verdict != LEDGER_HANDED_NONE) {
        *batch = there;
    }
    return r < 0 ? r : verdict;
}

int
sqlite_batch_written(struct ledger *any, const char *client, uint64_t number)
{
    struct sqlite_ledger *ledger = of(any);
    int r = bind_text(ledger, LEDGER_Q_BATCH_WRITTEN, 1, client);
    r = r == 0 ? bind_number(ledger, LEDGER_Q_BATCH_WRITTEN, 2, (int64_t)number) : r;
    return r == 0 ? run(ledger, LEDGER_Q_BATCH_WRITTEN) : r;
}

int
sqlite_handed(
    struct ledger *any, const char *client, const uint8_t id[LEDGER_ID_LEN], uint64_t *ret_number)
{
    struct sqlite_ledger *ledger = of(any);
    int r = bind_text(ledger, LEDGER_Q_HANDED, 1, client);
    r = r == 0 ? bind_blob(ledger, LEDGER_Q_HANDED, 2, id, LEDGER_ID_LEN) : r;
    r = r == 0 ? fetch(ledger, LEDGER_Q_HANDED) : r;
    if (r == 0) {
        *ret_number = (uint64_t)sqlite3_column_int64(ledger->queries[LEDGER_Q_HANDED], 0);
    }
    done(ledger, LEDGER_Q_HANDED);
    return r;
}

int
sqlite_hand_next(struct ledger *any, const char *client, uint64_t number, const char *state,
    uint64_t after, uint8_t ret_id[LEDGER_ID_LEN])
{
    struct sqlite_ledger *ledger = of(any);
    enum ledger_query which = state != NULL ? LEDGER_Q_NOT_HANDED : LEDGER_Q_OF_BATCH;
    int r = bind_text(ledger, which, 1, client);
    r = r == 0 ? bind_number(ledger, which, 2, (int64_t)after) : r;
    r = r < 0           ? r
        : state != NULL ? bind_text(ledger, which, 3, state)
                        : bind_number(ledger, which, 3, (int64_t)number);
    r = r == 0 ? fetch(ledger, which) : r;
    r = r == 0 ? read_blob(ledger->queries[which], 0, ret_id, LEDGER_ID_LEN) : r;
    done(ledger, which);
    return r;
}
