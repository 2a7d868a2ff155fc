/* store/check.c - the slow look at a whole queue, in slices: first SQLite's own check of every page and
 * index, then row by row what no database can know: is the envelope what was stored, and do the
 * columns that lead to it say the truth? A row that a flipped bit hid would never be sent. */
#include "store_priv.h"

#include <string.h>

#include "base/err.h"

enum { OPCODES_BETWEEN_STOPS = 2000 };

static int
is_to_stop(void *arg)
{
    const struct store_check *check = arg;
    return check->stop(check->ctx) ? 1 : 0;
}

static int
check_pages(struct store *store, struct store_check *check)
{
    if (check->stop != NULL) {
        sqlite3_progress_handler(store->db, OPCODES_BETWEEN_STOPS, is_to_stop, check);
    }
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->db, "PRAGMA integrity_check(1)", -1, &statement, NULL);
    int r = store_error(store->db, code);
    if (r == 0) {
        code = sqlite3_step(statement);
        r = (code & 0xff) == SQLITE_INTERRUPT ? KERR_CANCELLED : store_error(store->db, code);
    }
    if (r == 0) {
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        r = text != NULL && strcmp(text, "ok") == 0 ? 0 : KERR_STORE_CORRUPT;
    }
    (void)sqlite3_finalize(statement); /* repeats the code of step */
    sqlite3_progress_handler(store->db, 0, NULL, NULL);
    return r;
}

enum { PLACE, EPOCH, SEQUENCE, ID, HASH, STATE, STATUS, ENVELOPE };

static const char row_sql[] = "SELECT place, epoch, sequence, id, hash, state, status, envelope"
                              " FROM queue WHERE place > ?1 ORDER BY place LIMIT 1";

static bool
column_is(sqlite3_stmt *row, int column, const uint8_t *bytes, size_t len)
{
    return sqlite3_column_bytes(row, column) == (int)len &&
           memcmp(sqlite3_column_blob(row, column), bytes, len) == 0;
}

/* 0 when all is well with the row, KERR_STORE_CORRUPT when its columns hide a good envelope,
 * KERR_INVALID when the envelope itself is lost and nobody noticed yet. */
static int
judge_row(sqlite3_stmt *row, const struct store_judge *judge)
{
    const uint8_t *bytes = sqlite3_column_blob(row, ENVELOPE);
    size_t len = (size_t)sqlite3_column_bytes(row, ENVELOPE);
    bool is_aside = sqlite3_column_int64(row, STATE) != 0;
    bool is_lost = is_aside && sqlite3_column_int64(row, STATUS) == STORE_STATUS_DAMAGED;
    uint8_t hash[STORE_HASH_LEN];
    store_hash(bytes, len, hash);
    bool has_hash = column_is(row, HASH, hash, sizeof(hash));
    struct store_claim claim = {0};
    if (judge->verify(judge->ctx, bytes, len, &claim) < 0) {
        return has_hash || is_aside ? 0 : KERR_INVALID;
    }
    bool fits = has_hash && !is_lost && column_is(row, ID, claim.id, sizeof(claim.id)) &&
                (uint64_t)sqlite3_column_int64(row, EPOCH) == claim.epoch &&
                (uint64_t)sqlite3_column_int64(row, SEQUENCE) == claim.sequence;
    return fits ? 0 : KERR_STORE_CORRUPT;
}

/* The row after check->place. 1 when there was one, 0 at the end. */
static int
check_row(struct store *store, const struct store_judge *judge, struct store_check *check,
    sqlite3_stmt *row)
{
    (void)sqlite3_bind_int64(row, 1, (int64_t)check->place); /* can't fail */
    int code = sqlite3_step(row);
    int r = store_error(store->db, code);
    bool is_there = code == SQLITE_ROW;
    if (is_there) {
        check->place = (uint64_t)sqlite3_column_int64(row, PLACE);
        r = judge_row(row, judge);
    }
    (void)sqlite3_reset(row); /* repeats the code of step */
    if (r == KERR_INVALID) {
        r = store_quarantine(store, check->place, STORE_STATUS_DAMAGED);
        r = r == KERR_NOT_FOUND ? 0 : r;
    }
    return r < 0 ? r : (is_there ? 1 : 0);
}

int
store_check(
    struct store *store, const struct store_judge *judge, struct store_check *check, unsigned rows)
{
    int r = store->slot_open ? KERR_STATE : store_follow(store);
    if (r < 0) {
        return r;
    }
    if (!check->has_pages) {
        r = check_pages(store, check);
        check->has_pages = r == 0;
        return r == 0 ? 1 : r;
    }
    sqlite3_stmt *row = NULL;
    r = store_error(store->db, sqlite3_prepare_v2(store->db, row_sql, -1, &row, NULL));
    r = r == 0 ? 1 : r;
    for (unsigned i = 0; r == 1 && i < rows; i++) {
        r = check_row(store, judge, check, row);
    }
    (void)sqlite3_finalize(row); /* repeats the code of step */
    return r;
}
