/* store/schema.c - opening: the settings that make a commit survive a power cut, the check of the whole
 * file, and the tables. Reasons for each setting: kiosk/decisions/0001-rollback-journal.md. */
#include "store_priv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/rng.h"

enum {
    BUSY_MS = 5000, /* the other process holds the file for milliseconds */
    HEAP_LIMIT = 64 * 1024 * 1024,
    EPOCH_BITS = 53 /* whole in a double, so that any JSON reader keeps it */
};

int
store_error(sqlite3 *db, int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_FULL:
        return KERR_NO_SPACE;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return KERR_BUSY;
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return KERR_STORE_READ_ONLY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return KERR_STORE_CORRUPT;
    case SQLITE_NOMEM:
        return KERR_NO_MEMORY;
    case SQLITE_TOOBIG:
        return KERR_TOO_BIG;
    case SQLITE_CONSTRAINT:
        return KERR_CONFLICT;
    case SQLITE_IOERR: {
        int reason = db != NULL ? sqlite3_system_errno(db) : 0;
        return reason == ENOSPC || reason == EDQUOT ? KERR_NO_SPACE : KERR_IO;
    }
    default:
        return KERR_STORE;
    }
}

/* While a file is opened every statement is ours and fixed: what SQLite can't make sense of is the file. */
static int
opening_error(sqlite3 *db, int code)
{
    return (code & 0xff) == SQLITE_ERROR ? KERR_STORE_CORRUPT : store_error(db, code);
}

int
store_run(struct store *store, enum store_statement which)
{
    sqlite3_stmt *statement = store->statements[which];
    int code = sqlite3_step(statement);
    int r = store_error(store->db, code);
    (void)sqlite3_reset(statement); /* repeats the code of step */
    (void)sqlite3_clear_bindings(statement); /* can't fail */
    return r;
}

void
store_roll_back(struct store *store)
{
    if (sqlite3_get_autocommit(store->db) == 0) {
        (void)store_run(store, STORE_ROLLBACK); /* see the header */
    }
}

static int
run_sql(sqlite3 *db, const char *sql)
{
    return opening_error(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

/* The one integer that a pragma answers. */
static int
ask_number(sqlite3 *db, const char *sql, int64_t *ret_number)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(statement);
        if (code == SQLITE_ROW) {
            *ret_number = sqlite3_column_int64(statement, 0);
        }
    }
    int r = opening_error(db, code);
    (void)sqlite3_finalize(statement); /* repeats the code of step */
    return r;
}

/* 0 when the statement's first answer is this text, refusal when it is another. */
static int
expect_text(sqlite3 *db, const char *sql, const char *wanted, int refusal)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    int r = opening_error(db, code);
    if (r == 0) {
        code = sqlite3_step(statement);
        r = opening_error(db, code);
        if (r == 0) {
            const char *text = (const char *)sqlite3_column_text(statement, 0);
            r = text != NULL && strcmp(text, wanted) == 0 ? 0 : refusal;
        }
    }
    (void)sqlite3_finalize(statement); /* repeats the code of step */
    return r;
}

/* Nothing that the file's content could make SQLite do; limits far below the defaults (sqlite.org,
 * "Defense Against The Dark Arts"). */
static void
harden(sqlite3 *db)
{
    static const struct {
        int id;
        int value;
    } limits[] = {
        {SQLITE_LIMIT_LENGTH, 2 * STORE_ENVELOPE_MAX},
        {SQLITE_LIMIT_SQL_LENGTH, 100000},
        {SQLITE_LIMIT_COLUMN, 100},
        {SQLITE_LIMIT_EXPR_DEPTH, 10},
        {SQLITE_LIMIT_COMPOUND_SELECT, 3},
        {SQLITE_LIMIT_VDBE_OP, 25000},
        {SQLITE_LIMIT_FUNCTION_ARG, 8},
        {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_VARIABLE_NUMBER, 10},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
    };
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        (void)sqlite3_limit(db, limits[i].id, limits[i].value); /* answers the old value */
    }
    /* an older SQLite that does not know one of these is no worse than before */
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    (void)sqlite3_extended_result_codes(db, 1);
    (void)sqlite3_busy_timeout(db, BUSY_MS);
}

static int
set_pragmas(sqlite3 *db)
{
    int r =
        run_sql(db, "PRAGMA page_size=4096; PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA "
                    "trusted_schema=OFF;"
                    "PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON; PRAGMA auto_vacuum=NONE;"
                    "PRAGMA synchronous=EXTRA;");
    if (r == 0) {
        /* a setting that did not take would be found on the day of a power cut */
        r = expect_text(db, "PRAGMA journal_mode=DELETE", "delete", KERR_STORE);
    }
    if (r == 0) {
        r = expect_text(db, "PRAGMA synchronous", "3", KERR_STORE);
    }
    if (r == 0) {
        r = expect_text(db, "PRAGMA secure_delete", "1", KERR_STORE);
    }
    return r;
}

/* What sqlite_schema says of a file of ours, in the order of creation. */
static const char *const schema[] = {
    /* one row: where the next record goes */
    "CREATE TABLE head("
    " only INTEGER PRIMARY KEY CHECK(only = 1),"
    " epoch INTEGER NOT NULL CHECK(epoch > 0),"
    " next_sequence INTEGER NOT NULL CHECK(next_sequence > 0),"
    " next_place INTEGER NOT NULL CHECK(next_place > 0),"
    " last_hash BLOB NOT NULL CHECK(length(last_hash) = 32)) STRICT",
    /* waiting, or set aside (state 1) with the status that refused it */
    "CREATE TABLE queue("
    " place INTEGER PRIMARY KEY CHECK(place > 0),"
    " epoch INTEGER NOT NULL,"
    " sequence INTEGER NOT NULL CHECK(sequence > 0),"
    " id BLOB NOT NULL UNIQUE CHECK(length(id) = 16),"
    " hash BLOB NOT NULL CHECK(length(hash) = 32),"
    " previous BLOB NOT NULL CHECK(length(previous) = 32),"
    " state INTEGER NOT NULL DEFAULT 0 CHECK(state IN (0, 1)),"
    " status INTEGER NOT NULL DEFAULT 0,"
    " tries INTEGER NOT NULL DEFAULT 0,"
    " queued_at INTEGER NOT NULL,"
    " next_try INTEGER NOT NULL,"
    " envelope BLOB NOT NULL) STRICT",
    "CREATE INDEX queue_due ON queue(state, next_try, place)",
    /* what the city has: no envelope any more */
    "CREATE TABLE sent("
    " place INTEGER PRIMARY KEY,"
    " epoch INTEGER NOT NULL,"
    " sequence INTEGER NOT NULL,"
    " id BLOB NOT NULL UNIQUE CHECK(length(id) = 16),"
    " hash BLOB NOT NULL CHECK(length(hash) = 32),"
    " previous BLOB NOT NULL CHECK(length(previous) = 32),"
    " receipt_hash BLOB NOT NULL CHECK(length(receipt_hash) = 32),"
    " sent_at INTEGER NOT NULL) STRICT",
    /* what happened (audit.c), and signed points of it */
    "CREATE TABLE audit("
    " number INTEGER PRIMARY KEY,"
    " at INTEGER NOT NULL,"
    " kind INTEGER NOT NULL,"
    " a INTEGER NOT NULL,"
    " b INTEGER NOT NULL,"
    " hash BLOB NOT NULL CHECK(length(hash) = 32)) STRICT",
    "CREATE TABLE point("
    " size INTEGER PRIMARY KEY,"
    " at INTEGER NOT NULL,"
    " bytes BLOB NOT NULL) STRICT",
};
enum { SCHEMA_COUNT = sizeof(schema) / sizeof(schema[0]) };

static uint64_t
new_epoch(void)
{
    uint64_t epoch = 0;
    while (epoch == 0) {
        rng_fill(&epoch, sizeof(epoch));
        epoch >>= 64 - EPOCH_BITS;
    }
    return epoch;
}

/* Inside a transaction: an empty file gets its tables and a new epoch. */
static int
create(sqlite3 *db)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < SCHEMA_COUNT; i++) {
        r = run_sql(db, schema[i]);
    }
    if (r < 0) {
        return r;
    }
    char sql[256];
    (void)snprintf(sql, sizeof(sql),
        "INSERT INTO head VALUES(1, %llu, 1, 1, zeroblob(%d));"
        "PRAGMA application_id=%d; PRAGMA user_version=%d;",
        (unsigned long long)new_epoch(), STORE_HASH_LEN, STORE_APPLICATION_ID,
        STORE_SCHEMA_VERSION);
    return run_sql(db, sql);
}

/* Are the tables ours to the letter? A flipped bit in one would change what SQLite accepts or finds. */
static int
check_schema(sqlite3 *db, bool *ret_ours)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db,
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid", -1, &statement, NULL);
    size_t at = 0;
    bool ours = true;
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(statement);
        if (code == SQLITE_ROW) {
            const char *text = (const char *)sqlite3_column_text(statement, 0);
            ours = ours && at < SCHEMA_COUNT && text != NULL && strcmp(text, schema[at]) == 0;
            at++;
        } else {
            break;
        }
    }
    int r = opening_error(db, code);
    (void)sqlite3_finalize(statement); /* repeats the code of step */
    *ret_ours = ours && at == SCHEMA_COUNT;
    return r;
}

/* Whose file is it, and which version? An empty one is made ours. Inside a transaction. */
static int
check_owner(sqlite3 *db)
{
    int64_t application = 0;
    int64_t version = 0;
    int64_t objects = 0;
    bool ours = false;
    int r = ask_number(db, "PRAGMA application_id", &application);
    if (r == 0) {
        r = ask_number(db, "PRAGMA user_version", &version);
    }
    if (r == 0) {
        r = ask_number(db, "SELECT count(*) FROM sqlite_schema", &objects);
    }
    if (r < 0) {
        return r;
    }
    if (application == 0 && version == 0 && objects == 0) {
        return create(db);
    }
    r = check_schema(db, &ours);
    if (r < 0) {
        return r;
    }
    if (application == STORE_APPLICATION_ID && version > STORE_SCHEMA_VERSION && !ours) {
        return KERR_STORE_VERSION;
    }
    /* somebody else's database, a broken header, or a broken number of the version */
    return application == STORE_APPLICATION_ID && version == STORE_SCHEMA_VERSION && ours
               ? 0
               : KERR_STORE_CORRUPT;
}

/* Does the head fit the last record that was given a place? Else the next one would leave a gap, or
 * take a sequence twice. */
static int
check_head(sqlite3 *db)
{
    static const char *const sums[] = {"SELECT count(*) FROM head", "SELECT next_place FROM head",
        "SELECT max(place) FROM queue", "SELECT max(place) FROM sent",
        "SELECT next_sequence FROM head",
        "SELECT count(*) FROM head WHERE last_hash = zeroblob(32)",
        "SELECT count(*) FROM queue JOIN head ON place = next_place - 1"
        " WHERE sequence = next_sequence - 1 AND queue.epoch = head.epoch AND hash = last_hash",
        "SELECT count(*) FROM sent JOIN head ON place = next_place - 1"
        " WHERE sequence = next_sequence - 1 AND sent.epoch = head.epoch AND hash = last_hash"};
    enum { HEADS, PLACE, QUEUE_MAX, SENT_MAX, SEQUENCE, IS_FIRST, IN_QUEUE, IN_SENT, COUNT };
    int64_t is[COUNT] = {0};
    int r = 0;
    for (int i = 0; r == 0 && i < COUNT; i++) {
        r = ask_number(db, sums[i], &is[i]); /* max of nothing reads as 0 */
    }
    bool fits = is[HEADS] == 1 && is[PLACE] > is[QUEUE_MAX] && is[PLACE] > is[SENT_MAX] &&
                (is[SEQUENCE] == 1 ? is[IS_FIRST] == 1 : is[IN_QUEUE] + is[IN_SENT] == 1);
    return r == 0 && !fits ? KERR_STORE_CORRUPT : r;
}

static int
claim(sqlite3 *db)
{
    int r = run_sql(db, "BEGIN IMMEDIATE");
    if (r < 0) {
        return r;
    }
    r = check_owner(db);
    if (r == 0) {
        r = run_sql(db, "COMMIT");
    }
    if (r < 0 && sqlite3_get_autocommit(db) == 0) {
        (void)run_sql(db, "ROLLBACK"); /* the first error is the one to tell */
    }
    return r;
}

/* Damage is found at the start, not in front of a visitor. A large file is looked at in slices, later
 * (store_check): one start costs as much as the other. */
static int
check_small(sqlite3 *db)
{
    int64_t pages = 0;
    int r = ask_number(db, "PRAGMA page_count", &pages);
    if (r == 0 && pages <= STORE_CHECK_AT_ONCE) {
        r = expect_text(db, "PRAGMA quick_check(1)", "ok", KERR_STORE_CORRUPT);
    }
    return r == 0 ? check_head(db) : r;
}

int
store_prepare_file(sqlite3 *db, const char *path)
{
    harden(db);
    (void)sqlite3_soft_heap_limit64(HEAP_LIMIT); /* answers the old value */
    int r = set_pragmas(db);
    if (r == 0) {
        r = claim(db);
    }
    if (r == 0) {
        r = check_small(db);
    }
    if (r == 0) {
        /* by path: opening and closing the file a second time would drop SQLite's locks */
        (void)chmod(path, 0600); /* the folder is closed to others anyway */
    }
    return r;
}
