/* store/store.c - the queue's operations. Each one that writes is one BEGIN IMMEDIATE transaction, so
 * that two processes take turns instead of failing in the middle. */
#include "store_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

static const char *const texts[STORE_STATEMENT_COUNT] = {
    [STORE_BEGIN] = "BEGIN IMMEDIATE",
    [STORE_COMMIT] = "COMMIT",
    [STORE_ROLLBACK] = "ROLLBACK",
    [STORE_READ_HEAD] = "SELECT epoch, next_sequence, last_hash FROM head WHERE only = 1",
    [STORE_WRITE_HEAD] = "UPDATE head SET next_sequence = ?1, last_hash = ?2 WHERE only = 1",
    [STORE_INSERT] =
        "INSERT INTO queue(sequence, id, hash, previous, queued_at, next_try, envelope)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?5, ?6)",
    [STORE_NEXT_DUE] = "SELECT sequence, id, hash, tries, envelope FROM queue"
                       " WHERE state = 0 AND next_try <= ?1 ORDER BY sequence LIMIT 1",
    [STORE_READ_ROW] = "SELECT id, hash, previous FROM queue WHERE sequence = ?1",
    [STORE_INSERT_SENT] = "INSERT INTO sent(sequence, id, hash, previous, receipt_hash, sent_at)"
                          " SELECT sequence, id, hash, previous, ?2, ?3 FROM queue"
                          " WHERE sequence = ?1",
    [STORE_READ_SENT] = "SELECT receipt_hash FROM sent WHERE sequence = ?1",
    [STORE_DELETE] = "DELETE FROM queue WHERE sequence = ?1",
    [STORE_SET_TRY] = "UPDATE queue SET next_try = ?2, tries = tries + 1"
                      " WHERE sequence = ?1 AND state = 0",
    [STORE_SET_ASIDE] = "UPDATE queue SET state = 1, status = ?2 WHERE sequence = ?1",
    [STORE_COUNT_QUEUE] = "SELECT count(*) FILTER (WHERE state = 0),"
                          " count(*) FILTER (WHERE state = 1),"
                          " min(queued_at) FILTER (WHERE state = 0),"
                          " min(next_try) FILTER (WHERE state = 0) FROM queue",
    [STORE_COUNT_SENT] = "SELECT count(*) FROM sent",
};

static int
prepare_statements(struct store *store)
{
    for (int i = 0; i < STORE_STATEMENT_COUNT; i++) {
        int code = sqlite3_prepare_v3(
            store->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &store->statements[i], NULL);
        if (code != SQLITE_OK) {
            /* a table or column of ours that isn't there: the file was tampered with */
            return code == SQLITE_ERROR ? KERR_STORE_CORRUPT : store_error(store->db, code);
        }
    }
    return 0;
}

int
store_open(const char *path, struct store **ret_store)
{
    struct store *store = xcalloc(1, sizeof(*store));
    int code = sqlite3_open_v2(path, &store->db,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
        NULL);
    int r = store_error(store->db, code);
    if (r == 0 && sqlite3_db_readonly(store->db, "main") == 1) {
        r = KERR_STORE_READ_ONLY; /* SQLite falls back to reading by itself */
    }
    if (r == 0) {
        r = store_prepare_file(store, path);
    }
    if (r == 0) {
        r = prepare_statements(store);
    }
    if (r < 0) {
        store_close(store);
        return r;
    }
    *ret_store = store;
    return 0;
}

void
store_close(struct store *store)
{
    if (store == NULL) {
        return;
    }
    if (store->slot_open) {
        store_abandon(store);
    }
    for (int i = 0; i < STORE_STATEMENT_COUNT; i++) {
        (void)sqlite3_finalize(store->statements[i]); /* repeats the last code of step */
    }
    (void)sqlite3_close(store->db); /* everything is finalized, so it can't be busy */
    free(store);
}

static int
read_head(struct store *store, struct store_slot *ret_slot)
{
    sqlite3_stmt *statement = store->statements[STORE_READ_HEAD];
    int code = sqlite3_step(statement);
    int r = store_error(store->db, code);
    if (r == 0 && (code != SQLITE_ROW || sqlite3_column_bytes(statement, 2) != STORE_HASH_LEN)) {
        r = KERR_STORE_CORRUPT;
    }
    if (r == 0) {
        ret_slot->epoch = (uint64_t)sqlite3_column_int64(statement, 0);
        ret_slot->sequence = (uint64_t)sqlite3_column_int64(statement, 1);
        memcpy(ret_slot->previous, sqlite3_column_blob(statement, 2), STORE_HASH_LEN);
    }
    (void)sqlite3_reset(statement); /* repeats the code of step */
    return r;
}

int
store_begin(struct store *store, struct store_slot *ret_slot)
{
    if (store->slot_open) {
        return KERR_STATE;
    }
    int r = store_run(store, STORE_BEGIN);
    if (r < 0) {
        return r;
    }
    r = read_head(store, ret_slot);
    if (r < 0) {
        store_roll_back(store);
        return r;
    }
    store->slot_open = true;
    return 0;
}

void
store_abandon(struct store *store)
{
    if (store->slot_open) {
        store_roll_back(store);
        store->slot_open = false;
    }
}

static void
bind_blob(sqlite3_stmt *statement, int at, const void *bytes, size_t len)
{
    /* the caller's bytes outlive the step; a failure shows there as NULL against NOT NULL */
    (void)sqlite3_bind_blob(statement, at, bytes, (int)len, SQLITE_STATIC);
}

/* Binds a 64-bit number; can't fail with an index of ours. */
static void
bind_number(sqlite3_stmt *statement, int at, int64_t number)
{
    (void)sqlite3_bind_int64(statement, at, number);
}

static int
insert(struct store *store, const struct store_slot *slot, const uint8_t id[STORE_ID_LEN],
    const uint8_t *envelope, size_t len, int64_t now)
{
    uint8_t hash[STORE_HASH_LEN];
    store_hash(envelope, len, hash);
    sqlite3_stmt *statement = store->statements[STORE_INSERT];
    bind_number(statement, 1, (int64_t)slot->sequence);
    bind_blob(statement, 2, id, STORE_ID_LEN);
    bind_blob(statement, 3, hash, STORE_HASH_LEN);
    bind_blob(statement, 4, slot->previous, STORE_HASH_LEN);
    bind_number(statement, 5, now);
    bind_blob(statement, 6, envelope, len);
    int r = store_run(store, STORE_INSERT);
    if (r < 0) {
        return r;
    }
    statement = store->statements[STORE_WRITE_HEAD];
    bind_number(statement, 1, (int64_t)slot->sequence + 1);
    bind_blob(statement, 2, hash, STORE_HASH_LEN);
    return store_run(store, STORE_WRITE_HEAD);
}

/* The id was sent already, in an earlier life of this record. */
static int
already_sent(struct store *store, const uint8_t id[STORE_ID_LEN])
{
    sqlite3_stmt *statement = NULL;
    int code =
        sqlite3_prepare_v2(store->db, "SELECT 1 FROM sent WHERE id = ?1", -1, &statement, NULL);
    if (code == SQLITE_OK) {
        bind_blob(statement, 1, id, STORE_ID_LEN);
        code = sqlite3_step(statement);
    }
    int r = code == SQLITE_ROW ? KERR_CONFLICT : store_error(store->db, code);
    (void)sqlite3_finalize(statement); /* repeats the code of step */
    return r;
}

/* Is this sequence in the queue with these bytes? */
static bool
row_is_there(struct store *store, uint64_t sequence, const uint8_t hash[STORE_HASH_LEN])
{
    sqlite3_stmt *statement = store->statements[STORE_READ_ROW];
    bind_number(statement, 1, (int64_t)sequence);
    bool there = sqlite3_step(statement) == SQLITE_ROW &&
                 sqlite3_column_bytes(statement, 1) == STORE_HASH_LEN &&
                 memcmp(sqlite3_column_blob(statement, 1), hash, STORE_HASH_LEN) == 0;
    (void)sqlite3_reset(statement); /* repeats the code of step */
    return there;
}

/* 0 when the row went before with this receipt, KERR_CONFLICT with another, KERR_NOT_FOUND. */
static int
sent_before(struct store *store, uint64_t sequence, const uint8_t receipt_hash[STORE_HASH_LEN])
{
    sqlite3_stmt *statement = store->statements[STORE_READ_SENT];
    bind_number(statement, 1, (int64_t)sequence);
    int code = sqlite3_step(statement);
    int r = code == SQLITE_DONE ? KERR_NOT_FOUND : store_error(store->db, code);
    if (r == 0) {
        bool same = sqlite3_column_bytes(statement, 0) == STORE_HASH_LEN &&
                    memcmp(sqlite3_column_blob(statement, 0), receipt_hash, STORE_HASH_LEN) == 0;
        r = same ? 0 : KERR_CONFLICT;
    }
    (void)sqlite3_reset(statement); /* repeats the code of step */
    return r;
}

/* After a COMMIT that failed. Nearly always nothing was stored. But when the very last step fails, the
 * sync of the folder after the journal's removal, the row is there and only its durability is open:
 * then one more transaction that commits proves both. */
static int
settle(struct store *store, uint64_t sequence, const uint8_t hash[STORE_HASH_LEN], int error)
{
    store_roll_back(store);
    /* nobody else gives this sequence, so a row of it, waiting or sent meanwhile, is ours */
    if (!row_is_there(store, sequence, hash) &&
        sent_before(store, sequence, hash) == KERR_NOT_FOUND) {
        return error;
    }
    struct store_slot slot;
    int r = store_run(store, STORE_BEGIN);
    if (r == 0) {
        r = read_head(store, &slot);
    }
    if (r == 0) {
        sqlite3_stmt *statement = store->statements[STORE_WRITE_HEAD];
        bind_number(statement, 1, (int64_t)slot.sequence);
        bind_blob(statement, 2, slot.previous, STORE_HASH_LEN);
        r = store_run(store, STORE_WRITE_HEAD);
    }
    if (r == 0) {
        r = store_run(store, STORE_COMMIT);
    }
    store_roll_back(store);
    return r == 0 ? 0 : error;
}

int
store_put(struct store *store, const struct store_slot *slot, const uint8_t id[STORE_ID_LEN],
    const uint8_t *envelope, size_t len, int64_t now)
{
    if (!store->slot_open) {
        return KERR_STATE;
    }
    int r = len > 0 && len <= STORE_ENVELOPE_MAX ? 0 : KERR_TOO_BIG;
    struct store_slot head = {0};
    if (r == 0) {
        r = read_head(store, &head);
    }
    if (r == 0 && (head.sequence != slot->sequence || head.epoch != slot->epoch)) {
        r = KERR_STATE; /* not the slot that was handed out */
    }
    if (r == 0) {
        r = already_sent(store, id);
    }
    if (r == 0) {
        r = insert(store, &head, id, envelope, len, now);
    }
    if (r == 0) {
        r = store_run(store, STORE_COMMIT);
        if (r < 0) {
            uint8_t hash[STORE_HASH_LEN];
            store_hash(envelope, len, hash);
            r = settle(store, head.sequence, hash, r);
        }
    }
    store_roll_back(store);
    store->slot_open = false;
    return r;
}

/* Reads the row that is due. *ret_whole says whether its bytes still have their hash. */
static int
read_due(struct store *store, int64_t now, struct store_row *ret_row, struct buf *ret_envelope,
    bool *ret_whole)
{
    sqlite3_stmt *statement = store->statements[STORE_NEXT_DUE];
    bind_number(statement, 1, now);
    int code = sqlite3_step(statement);
    int r = code == SQLITE_DONE ? KERR_NOT_FOUND : store_error(store->db, code);
    if (r == 0) {
        struct store_row row = {.sequence = (uint64_t)sqlite3_column_int64(statement, 0)};
        const void *bytes = sqlite3_column_blob(statement, 4);
        size_t len = (size_t)sqlite3_column_bytes(statement, 4);
        uint8_t hash[STORE_HASH_LEN];
        if (bytes == NULL || sqlite3_column_bytes(statement, 1) != STORE_ID_LEN ||
            sqlite3_column_bytes(statement, 2) != STORE_HASH_LEN) {
            *ret_whole = false; /* an empty envelope, or columns that the schema forbids */
        } else {
            memcpy(row.id, sqlite3_column_blob(statement, 1), STORE_ID_LEN);
            memcpy(row.hash, sqlite3_column_blob(statement, 2), STORE_HASH_LEN);
            row.tries = (unsigned)sqlite3_column_int64(statement, 3);
            store_hash(bytes, len, hash);
            *ret_whole = memcmp(hash, row.hash, STORE_HASH_LEN) == 0;
        }
        *ret_row = row;
        r = *ret_whole ? buf_add(ret_envelope, bytes, len) : 0;
    }
    (void)sqlite3_reset(statement); /* repeats the code of step */
    return r;
}

int
store_next_due(
    struct store *store, int64_t now, struct store_row *ret_row, struct buf *ret_envelope)
{
    for (;;) {
        struct store_row row = {0};
        bool whole = false;
        int r = read_due(store, now, &row, ret_envelope, &whole);
        if (r == 0 && whole) {
            *ret_row = row;
            return 0;
        }
        if (r == 0) {
            r = store_quarantine(store, row.sequence, STORE_STATUS_DAMAGED);
        }
        if (r < 0) {
            return r;
        }
    }
}

/* Runs one bound statement in a transaction of its own. KERR_NOT_FOUND when it changed no row. */
static int
change_one(struct store *store, enum store_statement which)
{
    int r = store->slot_open ? KERR_STATE : store_run(store, STORE_BEGIN);
    if (r < 0) {
        (void)sqlite3_clear_bindings(store->statements[which]); /* can't fail */
        return r;
    }
    r = store_run(store, which);
    if (r == 0 && sqlite3_changes(store->db) == 0) {
        r = KERR_NOT_FOUND;
    }
    if (r == 0) {
        r = store_run(store, STORE_COMMIT);
    }
    store_roll_back(store);
    return r;
}

int
store_sent(
    struct store *store, uint64_t sequence, const uint8_t receipt_hash[STORE_HASH_LEN], int64_t now)
{
    int r = store->slot_open ? KERR_STATE : store_run(store, STORE_BEGIN);
    if (r < 0) {
        return r;
    }
    r = sent_before(store, sequence, receipt_hash);
    if (r != KERR_NOT_FOUND) {
        store_roll_back(store);
        return r;
    }
    sqlite3_stmt *statement = store->statements[STORE_INSERT_SENT];
    bind_number(statement, 1, (int64_t)sequence);
    bind_blob(statement, 2, receipt_hash, STORE_HASH_LEN);
    bind_number(statement, 3, now);
    r = store_run(store, STORE_INSERT_SENT);
    if (r == 0 && sqlite3_changes(store->db) == 0) {
        r = KERR_NOT_FOUND;
    }
    if (r == 0) {
        bind_number(store->statements[STORE_DELETE], 1, (int64_t)sequence);
        r = store_run(store, STORE_DELETE);
    }
    if (r == 0) {
        r = store_run(store, STORE_COMMIT);
    }
    store_roll_back(store);
    return r;
}

int
store_delay(struct store *store, uint64_t sequence, int64_t next_try)
{
    sqlite3_stmt *statement = store->statements[STORE_SET_TRY];
    bind_number(statement, 1, (int64_t)sequence);
    bind_number(statement, 2, next_try);
    return change_one(store, STORE_SET_TRY);
}

int
store_quarantine(struct store *store, uint64_t sequence, int status)
{
    sqlite3_stmt *statement = store->statements[STORE_SET_ASIDE];
    bind_number(statement, 1, (int64_t)sequence);
    bind_number(statement, 2, status);
    return change_one(store, STORE_SET_ASIDE);
}

int
store_counts(struct store *store, struct store_counts *ret_counts)
{
    struct store_counts counts = {0};
    struct store_slot head = {0};
    int r = read_head(store, &head);
    if (r < 0) {
        return r;
    }
    sqlite3_stmt *statement = store->statements[STORE_COUNT_QUEUE];
    r = store_error(store->db, sqlite3_step(statement));
    if (r == 0) {
        counts.queued = (uint64_t)sqlite3_column_int64(statement, 0);
        counts.quarantined = (uint64_t)sqlite3_column_int64(statement, 1);
        counts.oldest_queued_at = sqlite3_column_int64(statement, 2); /* NULL reads as 0 */
        counts.next_try = sqlite3_column_int64(statement, 3);
    }
    (void)sqlite3_reset(statement); /* repeats the code of step */
    if (r < 0) {
        return r;
    }
    statement = store->statements[STORE_COUNT_SENT];
    r = store_error(store->db, sqlite3_step(statement));
    if (r == 0) {
        counts.sent = (uint64_t)sqlite3_column_int64(statement, 0);
        counts.epoch = head.epoch;
        counts.next_sequence = head.sequence;
        *ret_counts = counts;
    }
    (void)sqlite3_reset(statement); /* repeats the code of step */
    return r;
}
