/* store/store.c - the queue's operations. Each one that writes is one BEGIN IMMEDIATE transaction, so
 * that two processes take turns instead of failing in the middle. */
#include "store_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

#define ROW "SELECT place, id, hash, tries, envelope, epoch, sequence FROM queue" /* read_row */
static const char *const texts[STORE_STATEMENT_COUNT] = {
    [STORE_BEGIN] = "BEGIN IMMEDIATE",
    [STORE_COMMIT] = "COMMIT",
    [STORE_ROLLBACK] = "ROLLBACK",
    [STORE_READ_HEAD] = "SELECT epoch, next_sequence, last_hash, next_place FROM head"
                        " WHERE only = 1",
    [STORE_WRITE_HEAD] = "UPDATE head SET next_sequence = ?1, last_hash = ?2, next_place = ?3"
                         " WHERE only = 1",
    [STORE_INSERT] =
        "INSERT INTO queue(place, epoch, sequence, id, hash, previous, queued_at, next_try,"
        " envelope) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8)",
    /* The index tells at once that nothing is due; else rows are walked in their order, as the first
     * one is nearly always due. By the index alone all due rows would be read and sorted each time. */
    [STORE_NEXT_DUE] = ROW " NOT INDEXED WHERE place > ?2 AND state = 0 AND next_try <= ?1"
                           " AND EXISTS(SELECT 1 FROM queue WHERE state = 0 AND next_try <= ?1)"
                           " ORDER BY place LIMIT ?3",
    [STORE_NEXT] = ROW " WHERE place > ?1 ORDER BY place LIMIT 1",
    [STORE_FIND] = ROW " WHERE id = ?1",
    [STORE_READ_ROW] = "SELECT id, hash, previous FROM queue WHERE place = ?1",
    [STORE_INSERT_SENT] = "INSERT INTO sent(place, epoch, sequence, id, hash, previous,"
                          " receipt_hash, sent_at) SELECT place, epoch, sequence, id, hash,"
                          " previous, ?2, ?3 FROM queue WHERE place = ?1",
    [STORE_READ_SENT] = "SELECT receipt_hash FROM sent WHERE place = ?1",
    [STORE_DELETE] = "DELETE FROM queue WHERE place = ?1",
    [STORE_SET_TRY] = "UPDATE queue SET next_try = ?2, tries = tries + 1"
                      " WHERE place = ?1 AND state = 0",
    [STORE_SET_ASIDE] = "UPDATE queue SET state = 1, status = ?2 WHERE place = ?1",
    [STORE_READ_EVENT] = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1",
    [STORE_INSERT_EVENT] = "INSERT INTO audit(number, at, kind, a, b, hash)"
                           " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [STORE_COUNT_QUEUE] = "SELECT count(*) FILTER (WHERE state = 0),"
                          " count(*) FILTER (WHERE state = 1),"
                          " min(queued_at) FILTER (WHERE state = 0),"
                          " min(next_try) FILTER (WHERE state = 0) FROM queue",
    [STORE_COUNT_SENT] = "SELECT count(*) + ifnull((SELECT a FROM audit WHERE kind = 6"
                         " ORDER BY number DESC LIMIT 1), 0) FROM sent",
    [STORE_OLDEST] = "SELECT queued_at FROM queue WHERE state = 0 ORDER BY place LIMIT 1",
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

static void
close_file(struct store *store)
{
    for (int i = 0; i < STORE_STATEMENT_COUNT; i++) {
        (void)sqlite3_finalize(store->statements[i]); /* repeats the last code of step */
        store->statements[i] = NULL;
    }
    (void)sqlite3_close(store->db); /* everything is finalized, so it can't be busy */
    store->db = NULL;
}

static int
open_file(struct store *store)
{
    int code = sqlite3_open_v2(store->path, &store->db,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
        NULL);
    int r = store_error(store->db, code);
    if (r == 0 && sqlite3_db_readonly(store->db, "main") == 1) {
        r = KERR_STORE_READ_ONLY; /* SQLite falls back to reading by itself */
    }
    if (r == 0) {
        r = store_prepare_file(store->db, store->path);
    }
    if ((r == 0 || r == KERR_STORE_READ_ONLY) && store_raw_is_damaged(store->path)) {
        r = KERR_STORE_CORRUPT;
    }
    return r == 0 ? prepare_statements(store) : r;
}

int
store_open(const char *path, struct store **ret_store)
{
    struct store *store = xcalloc(1, sizeof(*store));
    store->path = xstrdup(path);
    int r = open_file(store);
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
    close_file(store);
    free(store->path);
    free(store);
}

int
store_follow(struct store *store)
{
    if (store->db != NULL) {
        int moved = 0;
        (void)sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved); /* 0 then */
        if (moved == 0) {
            return 0;
        }
    }
    close_file(store);
    int r = open_file(store);
    if (r < 0) {
        close_file(store); /* the next call tries again */
    }
    return r;
}

/* Starts a transaction on the file that the path names now: after a recovery by the other process our
 * handle still has the one that was moved aside. */
int
store_begin_write(struct store *store)
{
    int r = store_follow(store);
    if (r == 0) {
        r = store_run(store, STORE_BEGIN);
    }
    if (r < 0) {
        return r;
    }
    int moved = 0;
    (void)sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved); /* 0 then */
    if (moved == 0) {
        return 0;
    }
    store_roll_back(store); /* moved while we waited for the lock */
    r = store_follow(store);
    return r == 0 ? store_run(store, STORE_BEGIN) : r;
}

struct head {
    struct store_slot slot;
    uint64_t place; /* the key of the next row; never used twice, also not after a recovery */
};

static int
read_head(struct store *store, struct head *ret_head)
{
    sqlite3_stmt *statement = store->statements[STORE_READ_HEAD];
    int code = sqlite3_step(statement);
    int r = store_error(store->db, code);
    if (r == 0 && (code != SQLITE_ROW || sqlite3_column_bytes(statement, 2) != STORE_HASH_LEN)) {
        r = KERR_STORE_CORRUPT;
    }
    if (r == 0) {
        ret_head->slot.epoch = (uint64_t)sqlite3_column_int64(statement, 0);
        ret_head->slot.sequence = (uint64_t)sqlite3_column_int64(statement, 1);
        memcpy(ret_head->slot.previous, sqlite3_column_blob(statement, 2), STORE_HASH_LEN);
        ret_head->place = (uint64_t)sqlite3_column_int64(statement, 3);
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
    int r = store_begin_write(store);
    if (r < 0) {
        return r;
    }
    struct head head;
    r = read_head(store, &head);
    if (r < 0) {
        store_roll_back(store);
        return r;
    }
    *ret_slot = head.slot;
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
write_head(struct store *store, const struct head *head)
{
    sqlite3_stmt *statement = store->statements[STORE_WRITE_HEAD];
    bind_number(statement, 1, (int64_t)head->slot.sequence);
    bind_blob(statement, 2, head->slot.previous, STORE_HASH_LEN);
    bind_number(statement, 3, (int64_t)head->place);
    return store_run(store, STORE_WRITE_HEAD);
}

static int
insert(struct store *store, const struct head *head, const uint8_t id[STORE_ID_LEN],
    const uint8_t *envelope, size_t len, int64_t now)
{
    struct head next = *head;
    store_hash(envelope, len, next.slot.previous);
    sqlite3_stmt *statement = store->statements[STORE_INSERT];
    bind_number(statement, 1, (int64_t)head->place);
    bind_number(statement, 2, (int64_t)head->slot.epoch);
    bind_number(statement, 3, (int64_t)head->slot.sequence);
    bind_blob(statement, 4, id, STORE_ID_LEN);
    bind_blob(statement, 5, next.slot.previous, STORE_HASH_LEN);
    bind_blob(statement, 6, head->slot.previous, STORE_HASH_LEN);
    bind_number(statement, 7, now);
    bind_blob(statement, 8, envelope, len);
    int r = store_run(store, STORE_INSERT);
    if (r < 0) {
        return r;
    }
    next.slot.sequence++;
    next.place++;
    r = write_head(store, &next);
    return r == 0 ? store_add_event(store, STORE_EVENT_QUEUED, (int64_t)head->place,
                        (int64_t)head->slot.sequence)
                  : r;
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

/* Is this place in the queue with these bytes? */
static bool
row_is_there(struct store *store, uint64_t place, const uint8_t hash[STORE_HASH_LEN])
{
    sqlite3_stmt *statement = store->statements[STORE_READ_ROW];
    bind_number(statement, 1, (int64_t)place);
    bool there = sqlite3_step(statement) == SQLITE_ROW &&
                 sqlite3_column_bytes(statement, 1) == STORE_HASH_LEN &&
                 memcmp(sqlite3_column_blob(statement, 1), hash, STORE_HASH_LEN) == 0;
    (void)sqlite3_reset(statement); /* repeats the code of step */
    return there;
}

/* 0 when the row went before with this receipt, KERR_CONFLICT with another, KERR_NOT_FOUND. */
static int
sent_before(struct store *store, uint64_t place, const uint8_t receipt_hash[STORE_HASH_LEN])
{
    sqlite3_stmt *statement = store->statements[STORE_READ_SENT];
    bind_number(statement, 1, (int64_t)place);
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
settle(struct store *store, uint64_t place, const uint8_t hash[STORE_HASH_LEN], int error)
{
    store_roll_back(store);
    /* nobody else gives this place, so a row of it, waiting or sent meanwhile, is ours */
    if (!row_is_there(store, place, hash) && sent_before(store, place, hash) == KERR_NOT_FOUND) {
        return error;
    }
    struct head head;
    int r = store_run(store, STORE_BEGIN);
    if (r == 0) {
        r = read_head(store, &head);
    }
    if (r == 0) {
        r = write_head(store, &head);
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
    struct head head = {0};
    if (r == 0) {
        r = read_head(store, &head);
    }
    if (r == 0 && (head.slot.sequence != slot->sequence || head.slot.epoch != slot->epoch)) {
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
            r = settle(store, head.place, hash, r);
        }
    }
    store_roll_back(store);
    store->slot_open = false;
    return r;
}

/* The row that a statement stands at. False when its bytes no longer have their hash; only its place is sure then.
 * ret_bytes: in the statement, until its next step. */
static bool
at_row(sqlite3_stmt *statement, struct store_row *ret_row, const uint8_t **ret_bytes, size_t *len)
{
    struct store_row row = {.place = (uint64_t)sqlite3_column_int64(statement, 0),
        .epoch = (uint64_t)sqlite3_column_int64(statement, 5),
        .sequence = (uint64_t)sqlite3_column_int64(statement, 6)};
    *ret_bytes = sqlite3_column_blob(statement, 4);
    *len = (size_t)sqlite3_column_bytes(statement, 4);
    bool is_whole = *ret_bytes != NULL && sqlite3_column_bytes(statement, 1) == STORE_ID_LEN &&
                    sqlite3_column_bytes(statement, 2) == STORE_HASH_LEN;
    if (is_whole) { /* else an empty envelope, or columns that the schema forbids */
        uint8_t hash[STORE_HASH_LEN];
        memcpy(row.id, sqlite3_column_blob(statement, 1), STORE_ID_LEN);
        memcpy(row.hash, sqlite3_column_blob(statement, 2), STORE_HASH_LEN);
        row.tries = (unsigned)sqlite3_column_int64(statement, 3);
        store_hash(*ret_bytes, *len, hash);
        is_whole = memcmp(hash, row.hash, STORE_HASH_LEN) == 0;
    }
    *ret_row = row;
    return is_whole;
}

/* Reads the row that a bound statement gives. *ret_whole says whether its bytes still have their hash. */
static int
read_row(struct store *store, enum store_statement which, struct store_row *ret_row,
    struct buf *ret_envelope, bool *ret_whole)
{
    sqlite3_stmt *statement = store->statements[which];
    int code = sqlite3_step(statement);
    int r = code == SQLITE_DONE ? KERR_NOT_FOUND : store_error(store->db, code);
    if (r == 0) {
        const uint8_t *bytes;
        size_t len;
        *ret_whole = at_row(statement, ret_row, &bytes, &len);
        r = *ret_whole ? buf_add(ret_envelope, bytes, len) : 0;
    }
    (void)sqlite3_reset(statement); /* repeats the code of step */
    return r;
}

int
store_next_due(
    struct store *store, int64_t now, struct store_row *ret_row, struct buf *ret_envelope)
{
    return store_next_due_after(store, now, 0, ret_row, ret_envelope);
}

/* One row that is copied. */
struct copy {
    struct store_row *row;
    struct buf *envelope;
};

static int
take_copy(void *ctx, const struct store_row *row, const uint8_t *envelope, size_t len)
{
    struct copy *copy = ctx;
    *copy->row = *row;
    return buf_add(copy->envelope, envelope, len);
}

int
store_next_due_after(struct store *store, int64_t now, uint64_t after, struct store_row *ret_row,
    struct buf *ret_envelope)
{
    struct copy copy = {ret_row, ret_envelope};
    int r = store_due_rows(store, now, after, 1, take_copy, &copy);
    return r == 0 ? KERR_NOT_FOUND : r < 0 ? r : 0;
}

int
store_due_rows(struct store *store, int64_t now, uint64_t after, unsigned most,
    int (*each)(void *ctx, const struct store_row *row, const uint8_t *envelope, size_t len),
    void *ctx)
{
    int r = store->slot_open ? 0 : store_follow(store);
    unsigned count = 0;
    while (r == 0 && count < most) {
        sqlite3_stmt *statement = store->statements[STORE_NEXT_DUE];
        struct store_row row = {0};
        bool is_whole = true;
        bind_number(statement, 1, now);
        bind_number(statement, 2, (int64_t)after);
        bind_number(statement, 3, most - count);
        int code = SQLITE_ROW;
        while (r == 0 && is_whole && (code = sqlite3_step(statement)) == SQLITE_ROW) {
            const uint8_t *bytes;
            size_t len;
            is_whole = at_row(statement, &row, &bytes, &len);
            r = is_whole ? each(ctx, &row, bytes, len) : 0;
            count += is_whole && r == 0;
            after = row.place;
        }
        (void)sqlite3_reset(statement); /* repeats the code of step */
        if (r == 0 && is_whole) {
            r = store_error(store->db, code);
            break;
        }
        r = r == 0 ? store_quarantine(store, row.place, STORE_STATUS_DAMAGED) : r;
    }
    return r < 0 ? r : (int)count;
}

int
store_next(struct store *store, uint64_t after, struct store_row *ret_row, struct buf *ret_envelope)
{
    int r = store->slot_open ? 0 : store_follow(store);
    bool whole = false;
    struct store_row row = {.place = after};
    while (r == 0 && !whole) {
        bind_number(store->statements[STORE_NEXT], 1, (int64_t)row.place);
        r = read_row(store, STORE_NEXT, &row, ret_envelope, &whole);
    }
    if (r == 0) {
        *ret_row = row;
    }
    return r;
}

int
store_find(struct store *store, const uint8_t id[STORE_ID_LEN], struct store_row *ret_row,
    struct buf *ret_envelope)
{
    int r = store->slot_open ? 0 : store_follow(store);
    bool whole = false;
    if (r == 0) {
        bind_blob(store->statements[STORE_FIND], 1, id, STORE_ID_LEN);
        r = read_row(store, STORE_FIND, ret_row, ret_envelope, &whole);
    }
    return r == 0 && !whole ? KERR_NOT_FOUND : r;
}

struct change {
    enum store_statement which;
    uint64_t place;
    int64_t value;
};

/* Runs one statement with two numbers in a transaction of its own. KERR_NOT_FOUND when it changed no
 * row. */
static int
change_one(struct store *store, const void *ctx)
{
    const struct change *change = ctx;
    const enum store_statement which = change->which;
    int r = store->slot_open ? KERR_STATE : store_begin_write(store);
    if (r < 0) {
        return r;
    }
    bind_number(store->statements[which], 1, (int64_t)change->place);
    bind_number(store->statements[which], 2, change->value);
    r = store_run(store, which);
    if (r == 0 && sqlite3_changes(store->db) == 0) {
        r = KERR_NOT_FOUND;
    }
    if (r == 0 && which == STORE_SET_ASIDE) {
        r = store_add_event(store, STORE_EVENT_ASIDE, (int64_t)change->place, change->value);
    }
    if (r == 0) {
        r = store_run(store, STORE_COMMIT);
    }
    store_roll_back(store);
    return r;
}

int
store_probe(struct store *store)
{
    struct head head;
    int r = store->slot_open ? KERR_STATE : store_begin_write(store);
    if (r < 0) {
        return r;
    }
    r = read_head(store, &head);
    r = r == 0 ? write_head(store, &head) : r;
    r = r == 0 ? store_run(store, STORE_COMMIT) : r;
    store_roll_back(store);
    return r;
}

/* Inside a transaction: moves the row to the sent ones. */
static int
move_to_sent(
    struct store *store, uint64_t place, const uint8_t receipt_hash[STORE_HASH_LEN], int64_t now)
{
    int r = sent_before(store, place, receipt_hash);
    if (r != KERR_NOT_FOUND) {
        return r;
    }
    sqlite3_stmt *statement = store->statements[STORE_INSERT_SENT];
    bind_number(statement, 1, (int64_t)place);
    bind_blob(statement, 2, receipt_hash, STORE_HASH_LEN);
    bind_number(statement, 3, now);
    r = store_run(store, STORE_INSERT_SENT);
    if (r == 0 && sqlite3_changes(store->db) == 0) {
        r = KERR_NOT_FOUND;
    }
    if (r == 0) {
        bind_number(store->statements[STORE_DELETE], 1, (int64_t)place);
        r = store_run(store, STORE_DELETE);
    }
    return r == 0 ? store_add_event(store, STORE_EVENT_SENT, (int64_t)place, 0) : r;
}

int
store_sent(
    struct store *store, uint64_t place, const uint8_t receipt_hash[STORE_HASH_LEN], int64_t now)
{
    int r = store->slot_open ? KERR_STATE : store_begin_write(store);
    if (r < 0) {
        return r;
    }
    r = move_to_sent(store, place, receipt_hash, now);
    if (r == 0) {
        r = store_run(store, STORE_COMMIT);
    }
    store_roll_back(store);
    return r;
}

struct gone {
    const struct store_receipt *receipts;
    size_t count;
    int64_t now;
};

static int
let_go(struct store *store, const void *ctx)
{
    const struct gone *gone = ctx;
    int r = store->slot_open ? KERR_STATE : store_begin_write(store);
    if (r < 0) {
        return r;
    }
    for (size_t i = 0; i < gone->count && r == 0; i++) {
        r = move_to_sent(store, gone->receipts[i].place, gone->receipts[i].hash, gone->now);
        r = r == KERR_NOT_FOUND || r == KERR_CONFLICT ? 0 : r; /* gone already */
    }
    if (r == 0) {
        r = store_run(store, STORE_COMMIT);
    }
    store_roll_back(store);
    return r;
}

int
store_sent_all(struct store *store, const struct store_receipt *receipts, size_t count, int64_t now)
{
    const struct gone gone = {receipts, count, now};
    return store_with_reserve(store, let_go, &gone);
}

int
store_delay(struct store *store, uint64_t place, int64_t next_try)
{
    const struct change change = {STORE_SET_TRY, place, next_try};
    return store_with_reserve(store, change_one, &change);
}

int
store_quarantine(struct store *store, uint64_t place, int status)
{
    const struct change change = {STORE_SET_ASIDE, place, status};
    return store_with_reserve(store, change_one, &change);
}

int
store_counts(struct store *store, struct store_counts *ret_counts)
{
    struct store_counts counts = {0};
    struct head head = {0};
    int r = store->slot_open ? 0 : store_follow(store);
    if (r == 0) {
        r = read_head(store, &head);
    }
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
        counts.epoch = head.slot.epoch;
        counts.next_sequence = head.slot.sequence;
        *ret_counts = counts;
    }
    (void)sqlite3_reset(statement); /* repeats the code of step */
    return r;
}

int
store_oldest(struct store *store, int64_t *ret_queued_at)
{
    int r = store->slot_open ? 0 : store_follow(store);
    if (r < 0) {
        return r;
    }
    sqlite3_stmt *statement = store->statements[STORE_OLDEST];
    int code = sqlite3_step(statement);
    r = store_error(store->db, code);
    if (r == 0 && code == SQLITE_ROW) {
        *ret_queued_at = sqlite3_column_int64(statement, 0);
    }
    (void)sqlite3_reset(statement); /* repeats the code of step */
    return r < 0 ? r : code == SQLITE_ROW ? 0 : KERR_NOT_FOUND;
}
