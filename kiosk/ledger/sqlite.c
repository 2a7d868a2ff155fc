/* ledger/sqlite.c - opens the ledger's SQLite file: settings, schema, prepared statements, and the
 * translation of SQLite's codes.
 *
 * Rollback journal and synchronous=EXTRA: a commit that was answered survives a power cut, the
 * unlinked journal included (sqlite.org/pragma.html#pragma_synchronous). Not WAL: several handles
 * and programs share the file, and SQLite before 3.51.3 has a WAL-reset fault with two connections.
 * Locking stays normal for the same reason. */
#include "ledger/sqlite_priv.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"

enum {
    LEDGER_APPLICATION_ID = 0x4d444c31, /* "MDL1": tells file(1) and us that the file is a ledger */
    LEDGER_VERSION = 9, /* user_version: how many of the steps below a file has had */
    LEDGER_BUSY_MS = 5000 /* well under the kiosk's 30 s for a whole request */
};

/* Step n makes a file of version n - 1 one of version n. A step that was released is never changed
 * (tests/ledger/schema-1.sql is what the first one made).
 *
 * epoch and sequence are unsigned 64-bit numbers kept as the signed integer of the same bits.
 * AUTOINCREMENT: a position is never given twice, whatever happens to the newest row. */
static const char STEP_1[] =
    "CREATE TABLE entry("
    " position INTEGER PRIMARY KEY AUTOINCREMENT,"
    " id BLOB NOT NULL UNIQUE CHECK(length(id) = 16),"
    " kiosk TEXT NOT NULL CHECK(length(kiosk) > 0),"
    " epoch INTEGER NOT NULL,"
    " sequence INTEGER NOT NULL,"
    " hash BLOB NOT NULL CHECK(length(hash) = 32),"
    " received_at INTEGER NOT NULL,"
    " state TEXT NOT NULL DEFAULT 'new' CHECK(state IN ('new', 'done', 'unread')),"
    " state_at INTEGER NOT NULL,"
    " state_by TEXT NOT NULL DEFAULT '',"
    " receipt BLOB,"
    " envelope BLOB NOT NULL,"
    " UNIQUE(kiosk, epoch, sequence)) STRICT;"
    "CREATE TABLE quarantine("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " id BLOB NOT NULL,"
    " kiosk TEXT NOT NULL,"
    " epoch INTEGER NOT NULL,"
    " sequence INTEGER NOT NULL,"
    " hash BLOB NOT NULL,"
    " received_at INTEGER NOT NULL,"
    " envelope BLOB NOT NULL,"
    " UNIQUE(id, kiosk, epoch, sequence, hash)) STRICT;"
    "CREATE TABLE change_count(one INTEGER PRIMARY KEY CHECK(one = 1), count INTEGER NOT NULL) "
    "STRICT;"
    "INSERT INTO change_count(one, count) VALUES(1, 0);";

/* Decisions are only added; of a record's the newest stands. A booked record has a seat of its slot: two staff
 * who book the last place at once meet at decision_seat. */
static const char STEP_2[] =
    "CREATE TABLE decision("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " id BLOB NOT NULL REFERENCES entry(id),"
    " state TEXT NOT NULL CHECK(state IN ('booked', 'taken', 'open')),"
    " slot TEXT NOT NULL CHECK(length(slot) > 0),"
    " seat INTEGER CHECK((seat IS NOT NULL) = (state = 'booked')),"
    " decided_at INTEGER NOT NULL,"
    " decided_by TEXT NOT NULL,"
    " stands INTEGER NOT NULL DEFAULT 1 CHECK(stands IN (0, 1))) STRICT;"
    "CREATE UNIQUE INDEX decision_standing ON decision(id) WHERE stands = 1;"
    "CREATE UNIQUE INDEX decision_seat ON decision(slot, seat) WHERE stands = 1;"
    "CREATE INDEX decision_record ON decision(id, number);";

/* What kiosks say of themselves: the largest signed point of each chain of events, the last one that did not fit
 * it, and the newest report. */
static const char STEP_3[] = "CREATE TABLE chain("
                             " kiosk TEXT NOT NULL CHECK(length(kiosk) > 0),"
                             " epoch INTEGER NOT NULL,"
                             " size INTEGER NOT NULL CHECK(size >= 0),"
                             " head BLOB NOT NULL CHECK(length(head) = 32),"
                             " seen_at INTEGER NOT NULL,"
                             " bytes BLOB NOT NULL,"
                             " alarms INTEGER NOT NULL DEFAULT 0,"
                             " alarm_at INTEGER NOT NULL DEFAULT 0,"
                             " alarm_size INTEGER,"
                             " alarm_head BLOB,"
                             " alarm_bytes BLOB CHECK((alarm_bytes IS NOT NULL) = (alarms > 0)),"
                             " PRIMARY KEY(kiosk, epoch)) STRICT;"
                             "CREATE TABLE report("
                             " kiosk TEXT NOT NULL PRIMARY KEY CHECK(length(kiosk) > 0),"
                             " at INTEGER NOT NULL,"
                             " bytes BLOB NOT NULL) STRICT;";

/* What the staff do with a record: acts, only added to while the record is there. What an entry says of its state and its
 * holder is what the newest act says, and how many are in each state is counted as they come and go. */
static const char STEP_4[] =
    "CREATE TABLE act("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " id BLOB NOT NULL REFERENCES entry(id) DEFERRABLE INITIALLY DEFERRED,"
    " kind TEXT NOT NULL CHECK(kind IN ('state', 'holder', 'note')),"
    " value TEXT NOT NULL,"
    " acted_at INTEGER NOT NULL,"
    " acted_by TEXT NOT NULL) STRICT;"
    "CREATE INDEX act_record ON act(id, number);"
    "CREATE TRIGGER act_stays BEFORE UPDATE ON act"
    " BEGIN SELECT RAISE(ABORT, 'acts are only added'); END;"
    "CREATE TRIGGER act_goes_with_entry BEFORE DELETE ON act"
    " WHEN EXISTS (SELECT 1 FROM entry WHERE id = OLD.id)"
    " BEGIN SELECT RAISE(ABORT, 'acts are only added'); END;"
    "INSERT INTO act(id, kind, value, acted_at, acted_by)"
    " SELECT id, 'state', 'done', state_at, state_by FROM entry WHERE state = 'done'"
    " ORDER BY state_at, position;"
    "ALTER TABLE entry ADD COLUMN stage TEXT NOT NULL DEFAULT 'new'"
    " CHECK(stage IN ('new', 'work', 'papers', 'done', 'back'));"
    "UPDATE entry SET stage = 'done' WHERE state = 'done';"
    "ALTER TABLE entry DROP COLUMN state;"
    "ALTER TABLE entry RENAME COLUMN stage TO state;"
    "ALTER TABLE entry ADD COLUMN holder TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX entry_state ON entry(state, position);"
    "CREATE INDEX entry_held ON entry(holder, position)"
    " WHERE holder <> '' AND state IN ('new', 'work', 'papers');"
    "CREATE TABLE state_count(state TEXT NOT NULL PRIMARY KEY, count INTEGER NOT NULL"
    " CHECK(count >= 0)) STRICT;"
    "INSERT INTO state_count(state, count)"
    " SELECT column1, (SELECT count(*) FROM entry WHERE state = column1)"
    " FROM (VALUES ('new'), ('work'), ('papers'), ('done'), ('back'));"
    "CREATE TRIGGER entry_comes AFTER INSERT ON entry"
    " BEGIN UPDATE state_count SET count = count + 1 WHERE state = NEW.state; END;"
    "CREATE TRIGGER entry_goes AFTER DELETE ON entry"
    " BEGIN UPDATE state_count SET count = count - 1 WHERE state = OLD.state; END;"
    "CREATE TRIGGER entry_state_moves AFTER UPDATE OF state ON entry WHEN NEW.state <> OLD.state"
    " BEGIN UPDATE state_count SET count = count - 1 WHERE state = OLD.state;"
    " UPDATE state_count SET count = count + 1 WHERE state = NEW.state; END;"
    "CREATE TRIGGER entry_state_by_act BEFORE UPDATE OF state ON entry"
    " WHEN NEW.state <> OLD.state AND NEW.state IS NOT (SELECT value FROM act"
    "  WHERE id = NEW.id AND kind = 'state' ORDER BY number DESC LIMIT 1)"
    " BEGIN SELECT RAISE(ABORT, 'no act says so'); END;"
    "CREATE TRIGGER entry_holder_by_act BEFORE UPDATE OF holder ON entry"
    " WHEN NEW.holder <> OLD.holder AND NEW.holder IS NOT (SELECT value FROM act"
    "  WHERE id = NEW.id AND kind = 'holder' ORDER BY number DESC LIMIT 1)"
    " BEGIN SELECT RAISE(ABORT, 'no act says so'); END;";
/* What stays of records whose data were deleted by rule: a line of proof each, and counts without persons. Lines are only
 * added, whoever writes: one that was changed would prove nothing. */
#define STAYS(table)                                                                               \
    "CREATE TRIGGER " table "_unchanged BEFORE UPDATE ON " table                                   \
    " BEGIN SELECT RAISE(ABORT, '" table " is only added to'); END;"                               \
    "CREATE TRIGGER " table "_kept BEFORE DELETE ON " table " BEGIN SELECT RAISE(ABORT, '" table   \
    " is only added to'); END;"
static const char STEP_5[] =
    "CREATE INDEX entry_over ON entry(state_at, position) WHERE state IN ('done', 'back');"
    "CREATE TABLE gone("
    " line INTEGER PRIMARY KEY AUTOINCREMENT,"
    " position INTEGER NOT NULL UNIQUE,"
    " id BLOB NOT NULL UNIQUE CHECK(length(id) = 16),"
    " kiosk TEXT NOT NULL,"
    " epoch INTEGER NOT NULL,"
    " sequence INTEGER NOT NULL,"
    " hash BLOB NOT NULL CHECK(length(hash) = 32),"
    " received_at INTEGER NOT NULL,"
    " done_at INTEGER NOT NULL,"
    " deleted_at INTEGER NOT NULL,"
    " rule TEXT NOT NULL CHECK(length(rule) > 0),"
    " number TEXT NOT NULL,"
    " UNIQUE(kiosk, epoch, sequence)) STRICT;"
    "CREATE INDEX gone_number ON gone(number, line);" STAYS(
        "gone") "CREATE TABLE sweep("
                " line INTEGER PRIMARY KEY AUTOINCREMENT,"
                " at INTEGER NOT NULL,"
                " trusted_at INTEGER NOT NULL,"
                " deleted INTEGER NOT NULL,"
                " word TEXT NOT NULL) STRICT;" STAYS(
                    "sweep") "CREATE TABLE tally("
                             " day TEXT NOT NULL CHECK(length(day) = 10),"
                             " procedure TEXT NOT NULL,"
                             " language TEXT NOT NULL,"
                             " kiosk TEXT NOT NULL,"
                             " assisted TEXT NOT NULL,"
                             " outcome TEXT NOT NULL,"
                             " records INTEGER NOT NULL CHECK(records > 0),"
                             " minutes INTEGER NOT NULL,"
                             " PRIMARY KEY(day, procedure, language, kiosk, assisted, outcome)) "
                             "STRICT;";

/* Calls for staff: of each kiosk the newest. */
static const char STEP_6[] =
    "CREATE TABLE kiosk_call("
    " kiosk TEXT NOT NULL PRIMARY KEY CHECK(length(kiosk) > 0),"
    " id INTEGER NOT NULL,"
    " state TEXT NOT NULL DEFAULT 'rings' CHECK(state IN ('rings', 'coming', 'over')),"
    " said_at INTEGER NOT NULL,"
    " page TEXT NOT NULL,"
    " reason TEXT NOT NULL,"
    " began_at INTEGER NOT NULL,"
    " heard_at INTEGER NOT NULL,"
    " answered_at INTEGER NOT NULL DEFAULT 0,"
    " answered_by TEXT NOT NULL DEFAULT '') STRICT;";

/* What was handed over. A client has a record in one batch at most (handed's key); rows stay when the record goes, so that a
 * number is never another batch's. */
static const char STEP_HAND[] =
    "CREATE TABLE batch("
    " client TEXT NOT NULL CHECK(length(client) > 0),"
    " number INTEGER NOT NULL CHECK(number > 0),"
    " asked BLOB NOT NULL CHECK(length(asked) = 32),"
    " made_at INTEGER NOT NULL,"
    " made_by TEXT NOT NULL,"
    " records INTEGER NOT NULL,"
    " written INTEGER NOT NULL CHECK(written IN (0, 1)),"
    " PRIMARY KEY(client, number)) STRICT;"
    "CREATE INDEX batch_open ON batch(client, number) WHERE written = 0;"
    "CREATE TABLE handed("
    " client TEXT NOT NULL,"
    " id BLOB NOT NULL CHECK(length(id) = 16),"
    " batch INTEGER NOT NULL,"
    " position INTEGER NOT NULL,"
    " PRIMARY KEY(client, id),"
    " UNIQUE(client, position),"
    " FOREIGN KEY(client, batch) REFERENCES batch(client, number)) STRICT;"
    "CREATE INDEX handed_batch ON handed(client, batch, position);";

/* Who looked at what: lines that follow each other by their hashes. The oldest go by rule, up to a cut that says so. */
static const char STEP_LOOK[] =
    "CREATE TABLE look("
    " line INTEGER PRIMARY KEY AUTOINCREMENT,"
    " at INTEGER NOT NULL,"
    " by_whom TEXT NOT NULL,"
    " act TEXT NOT NULL,"
    " id BLOB NOT NULL CHECK(length(id) = 16),"
    " status INTEGER NOT NULL,"
    " previous BLOB NOT NULL UNIQUE CHECK(length(previous) = 32),"
    " hash BLOB NOT NULL UNIQUE CHECK(length(hash) = 32)) STRICT;"
    "CREATE INDEX look_at ON look(at, line);"
    "CREATE TABLE look_cut("
    " line INTEGER PRIMARY KEY AUTOINCREMENT,"
    " upto INTEGER NOT NULL,"
    " hash BLOB NOT NULL CHECK(length(hash) = 32),"
    " at INTEGER NOT NULL) STRICT;"
    "CREATE TRIGGER look_unchanged BEFORE UPDATE ON look"
    " BEGIN SELECT RAISE(ABORT, 'look is only added to'); END;"
    "CREATE TRIGGER look_kept BEFORE DELETE ON look"
    " WHEN OLD.line > coalesce((SELECT max(upto) FROM look_cut), 0)"
    " BEGIN SELECT RAISE(ABORT, 'look is only added to'); END;" STAYS("look_cut");

/* Forms of characters that staff corrected: only added to while the record is there. */
static const char STEP_CORRECTION[] =
    "CREATE TABLE correction("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " id BLOB NOT NULL REFERENCES entry(id) DEFERRABLE INITIALLY DEFERRED,"
    " fact TEXT NOT NULL,"
    " old_value TEXT NOT NULL,"
    " new_value TEXT NOT NULL,"
    " reason TEXT NOT NULL CHECK(reason <> ''),"
    " corrected_at INTEGER NOT NULL,"
    " corrected_by TEXT NOT NULL) STRICT;"
    "CREATE INDEX correction_record ON correction(id, number);"
    "CREATE TRIGGER correction_stays BEFORE UPDATE ON correction"
    " BEGIN SELECT RAISE(ABORT, 'corrections are only added'); END;"
    "CREATE TRIGGER correction_goes_with_entry BEFORE DELETE ON correction"
    " WHEN EXISTS (SELECT 1 FROM entry WHERE id = OLD.id)"
    " BEGIN SELECT RAISE(ABORT, 'corrections are only added'); END;";

static const char *const STEPS[LEDGER_VERSION] = {
    STEP_1, STEP_2, STEP_3, STEP_4, STEP_5, STEP_6, STEP_HAND, STEP_LOOK, STEP_CORRECTION};

/* The records that are booked for the slot ?3. */
#define BOOKED_NOW "FROM decision WHERE slot = ?3 AND stands = 1 AND seat IS NOT NULL"

#define AS_IT_IS(number) number

static const char *const QUERIES[LEDGER_Q_COUNT] = {
    [LEDGER_Q_RUNS] = LEDGER_RUNS(AS_IT_IS),
    [LEDGER_Q_BEGIN] = "BEGIN IMMEDIATE",
    [LEDGER_Q_COMMIT] = "COMMIT",
    [LEDGER_Q_ROLLBACK] = "ROLLBACK",
    [LEDGER_Q_MARK_HERE] = "SAVEPOINT here",
    [LEDGER_Q_BACK_TO_MARK] = "ROLLBACK TO here",
    [LEDGER_Q_FORGET_MARK] = "RELEASE here",
    [LEDGER_Q_INSERT] =
        "INSERT INTO entry(id, kiosk, epoch, sequence, hash, received_at, state_at, envelope)"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7"
        " WHERE NOT EXISTS (SELECT 1 FROM gone WHERE id = ?1)"
        " AND NOT EXISTS (SELECT 1 FROM gone WHERE kiosk = ?2 AND epoch = ?3 AND sequence = ?4)"
        " ON CONFLICT DO NOTHING",
    [LEDGER_Q_SAME] = "SELECT " LEDGER_COLUMNS " FROM entry WHERE id = ?1 AND kiosk = ?2"
                      " AND epoch = ?3 AND sequence = ?4 AND hash = ?5 AND envelope = ?7"
                      " UNION ALL SELECT id, kiosk, epoch, sequence, hash, received_at, position,"
                      " 'deleted', deleted_at, '', '' FROM gone WHERE id = ?1 AND kiosk = ?2"
                      " AND epoch = ?3 AND sequence = ?4 AND hash = ?5",
    [LEDGER_Q_SET_ASIDE] =
        "INSERT INTO quarantine(id, kiosk, epoch, sequence, hash, received_at, envelope)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
    [LEDGER_Q_BUMP] = "UPDATE change_count SET count = count + 1",
    [LEDGER_Q_RECEIPT] = "SELECT receipt FROM entry WHERE id = ?1",
    [LEDGER_Q_RECEIPT_KEEP] = "UPDATE entry SET receipt = ?2 WHERE id = ?1 AND receipt IS NULL",
    [LEDGER_Q_GET] = "SELECT " LEDGER_COLUMNS ", envelope FROM entry WHERE id = ?1",
    [LEDGER_Q_BEFORE] = "SELECT " LEDGER_COLUMNS ", envelope FROM entry WHERE position < ?1"
                        " ORDER BY position DESC LIMIT 1",
    [LEDGER_Q_BEFORE_STATE] = "SELECT " LEDGER_COLUMNS ", envelope FROM entry WHERE position < ?1"
                              " AND state = ?2 ORDER BY position DESC LIMIT 1",
    [LEDGER_Q_BEFORE_HELD] = "SELECT " LEDGER_COLUMNS ", envelope FROM entry WHERE position < ?1"
                             " AND " LEDGER_HELD("?2") " ORDER BY position DESC LIMIT 1",
    [LEDGER_Q_COUNTS] = LEDGER_COUNTS("?1"),
    [LEDGER_Q_NEWEST] = "SELECT coalesce(max(position), 0), (SELECT count FROM change_count)"
                        " FROM entry",
    [LEDGER_Q_ACT] = "SELECT number, kind, value, acted_at, acted_by FROM act"
                     " WHERE id = ?1 AND number < ?2 ORDER BY number DESC LIMIT 1",
    [LEDGER_Q_ACT_NOTE] = "SELECT 1 FROM act WHERE id = ?1 AND number > ?2 AND kind = 'note'"
                          " AND value = ?3 AND acted_by = ?4 LIMIT 1",
    [LEDGER_Q_ACT_ADD] = "INSERT INTO act(id, kind, value, acted_at, acted_by)"
                         " VALUES(?1, ?2, ?3, ?4, ?5)",
    [LEDGER_Q_SET_STATE] =
        "UPDATE entry SET state = ?2, state_by = ?3, state_at = ?4 WHERE id = ?1",
    [LEDGER_Q_SET_HOLDER] = "UPDATE entry SET holder = ?2 WHERE id = ?1",
    [LEDGER_Q_IS_GONE] = "SELECT 1 FROM gone WHERE id = ?1",
    [LEDGER_Q_BATCH_MAKE] =
        "INSERT INTO batch(client, number, asked, made_at, made_by, records, written)"
        " VALUES(?1, ?2, ?3, ?4, ?5, 0, ?6)",
    [LEDGER_Q_BATCH_COUNT] = "UPDATE batch SET records = ?3 WHERE client = ?1 AND number = ?2",
    [LEDGER_Q_BATCH_UPTO] = LEDGER_BATCH_UPTO("?1", "?2"),
    [LEDGER_Q_BATCH_OPEN] = LEDGER_BATCH_OPEN("?1"),
    [LEDGER_Q_BATCH_WRITTEN] = "UPDATE batch SET written = 1 WHERE client = ?1 AND number = ?2",
    [LEDGER_Q_HAND] = "INSERT INTO handed(client, id, batch, position) VALUES(?1, ?2, ?3, ?4)"
                      " ON CONFLICT DO NOTHING",
    [LEDGER_Q_HANDED] = LEDGER_HANDED_BATCH("?1", "?2"),
    [LEDGER_Q_NOT_HANDED] = LEDGER_NOT_HANDED("?1", "?2", "?3"),
    [LEDGER_Q_OF_BATCH] = LEDGER_OF_BATCH("?1", "?2", "?3"),
    [LEDGER_Q_QUARANTINED] = "SELECT count(*) FROM quarantine",
    [LEDGER_Q_DECISION] = "SELECT number, id, state, slot, decided_at, decided_by FROM decision"
                          " WHERE id = ?1 AND number < ?2 ORDER BY number DESC LIMIT 1",
    [LEDGER_Q_DECISION_REST] = "UPDATE decision SET stands = 0 WHERE id = ?1 AND stands = 1",
    /* A booked record gets the lowest free seat, when fewer than ?6 are booked. */
    [LEDGER_Q_DECISION_INSERT] =
        "INSERT INTO decision(id, state, slot, seat, decided_at, decided_by)"
        " SELECT ?1, ?2, ?3, CASE WHEN ?2 = 'booked' THEN"
        " (SELECT min(free) FROM (SELECT 1 AS free UNION ALL SELECT seat + 1 " BOOKED_NOW ")"
        " WHERE free NOT IN (SELECT seat " BOOKED_NOW ")) END, ?4, ?5"
        " WHERE ?2 <> 'booked' OR (SELECT count(*) " BOOKED_NOW ") < ?6 ON CONFLICT DO NOTHING",
    [LEDGER_Q_CHAIN] = "SELECT " LEDGER_CHAIN " WHERE kiosk = ?1 AND epoch = ?2",
    [LEDGER_Q_CHAINS] = "SELECT " LEDGER_CHAIN " ORDER BY kiosk, epoch",
    [LEDGER_Q_CHAIN_KEEP] =
        "INSERT INTO chain(kiosk, epoch, size, head, seen_at, bytes) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
        " ON CONFLICT DO UPDATE SET size = ?3, head = ?4, seen_at = ?5, bytes = ?6",
    [LEDGER_Q_CHAIN_ALARM] =
        "UPDATE chain SET alarms = alarms + 1, alarm_size = ?3, alarm_head = ?4, alarm_at = ?5,"
        " alarm_bytes = ?6 WHERE kiosk = ?1 AND epoch = ?2",
    [LEDGER_Q_ALARMS] = "SELECT count(*) FROM chain WHERE alarms > 0",
    [LEDGER_Q_SETTLE] = LEDGER_SETTLE("?1", "?2"),
    [LEDGER_Q_REPORT] = "INSERT INTO report(kiosk, at, bytes) VALUES(?1, ?2, ?3)"
                        " ON CONFLICT DO UPDATE SET at = ?2, bytes = ?3",
    [LEDGER_Q_REPORTS] = "SELECT kiosk, at, bytes FROM report ORDER BY kiosk",
    [LEDGER_Q_CALL] = "SELECT " LEDGER_CALL " WHERE kiosk = ?1",
    [LEDGER_Q_CALL_KEEP] =
        "INSERT INTO kiosk_call(kiosk, id, said_at, page, reason, began_at, heard_at)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT DO UPDATE SET id = ?2, state = 'rings',"
        " said_at = ?3, page = ?4, reason = ?5, began_at = ?6, heard_at = ?6, answered_at = 0,"
        " answered_by = ''",
    [LEDGER_Q_CALL_HEARD] = "UPDATE kiosk_call SET state = ?2, heard_at = ?3 WHERE kiosk = ?1",
    [LEDGER_Q_CALL_ANSWER] = "UPDATE kiosk_call SET state = 'coming', answered_by = ?3,"
                             " answered_at = ?4 WHERE kiosk = ?1 AND id = ?2 AND state = 'rings'",
    [LEDGER_Q_CALLS] = "SELECT " LEDGER_CALL " WHERE state <> 'over' AND began_at > ?1"
                       " ORDER BY began_at, kiosk",
    [LEDGER_Q_BOOKED] = "SELECT count(*), count(*) FILTER (WHERE decided_at <= ?1) " BOOKED_NOW,
};

int
ledger_error(int code)
{
    switch (code & 0xff) { /* the primary code of an extended one */
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_FULL:
        return KERR_NO_SPACE;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return KERR_BUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return KERR_STORE_CORRUPT;
    case SQLITE_READONLY:
        return KERR_STORE_READ_ONLY;
    case SQLITE_IOERR:
        return KERR_IO;
    case SQLITE_NOMEM:
        return KERR_NO_MEMORY;
    default:
        return KERR_STORE;
    }
}

static int
run(sqlite3 *db, const char *sql)
{
    return ledger_error(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static int
read_number(sqlite3 *db, const char *sql, int64_t *ret_number)
{
    sqlite3_stmt *query = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &query, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(query);
        if (code == SQLITE_ROW) {
            *ret_number = sqlite3_column_int64(query, 0);
        }
    }
    (void)sqlite3_finalize(query); /* repeats the error of the step */
    return ledger_error(code);
}

/* Bounds of sqlite.org/security.html, as far as a 512 KiB envelope lets them. */
static void
set_limits(sqlite3 *db)
{
    static const struct {
        int limit, value;
    } limits[] = {
        {SQLITE_LIMIT_LENGTH, 1000000},
        {SQLITE_LIMIT_SQL_LENGTH, 100000},
        {SQLITE_LIMIT_COLUMN, 100},
        {SQLITE_LIMIT_EXPR_DEPTH, 20},
        {SQLITE_LIMIT_VDBE_OP, 25000},
        {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_VARIABLE_NUMBER, 10},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        (void)sqlite3_limit(db, limits[i].limit, limits[i].value); /* answers the old value */
    }
}

static int
set_up(sqlite3 *db)
{
    (void)sqlite3_busy_timeout(db, LEDGER_BUSY_MS); /* can't fail on an open handle */
    (void)sqlite3_extended_result_codes(db, 1);
    set_limits(db);
    int code = sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, (int *)NULL);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    }
    if (code != SQLITE_OK) {
        return ledger_error(code);
    }
    return run(db, "PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
                   "PRAGMA secure_delete = ON; PRAGMA journal_mode = DELETE;"
                   "PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON;");
}

/* Whose file it is and how far it is: 0 for an empty one. KERR_STORE, KERR_STORE_VERSION. */
static int
read_version(sqlite3 *db, int64_t *ret_version)
{
    int64_t application = 0, tables = 0;
    int r = read_number(db, "PRAGMA user_version", ret_version);
    r = r == 0 ? read_number(db, "PRAGMA application_id", &application) : r;
    r = r == 0 ? read_number(db, "SELECT count(*) FROM sqlite_schema", &tables) : r;
    if (r < 0) {
        return r;
    }
    bool empty = *ret_version == 0 && application == 0 && tables == 0;
    if (!empty && (application != LEDGER_APPLICATION_ID || *ret_version < 1)) {
        return KERR_STORE;
    }
    return *ret_version > LEDGER_VERSION ? KERR_STORE_VERSION : 0;
}

/* Makes the tables of a new file, or what an older one lacks, all or nothing. Two openers may meet
 * here: the second finds the version set. */
static int
make_schema(sqlite3 *db)
{
    int64_t version = 0;
    char mark[96];
    int r = run(db, "BEGIN IMMEDIATE");
    if (r < 0) {
        return r;
    }
    r = read_version(db, &version);
    for (int64_t step = version; step < LEDGER_VERSION && r == 0; step++) {
        r = run(db, STEPS[step]);
    }
    (void)snprintf(mark, sizeof(mark), "PRAGMA application_id = %d; PRAGMA user_version = %d;",
        LEDGER_APPLICATION_ID, LEDGER_VERSION);
    r = r == 0 ? run(db, mark) : r;
    r = r == 0 ? run(db, "COMMIT") : r;
    if (r < 0) {
        (void)run(db, "ROLLBACK"); /* the error before it is what counts */
    }
    return r;
}

/* The schema is made only when the file lacks some of it, so that opening needs no write lock. */
static int
check_schema(sqlite3 *db)
{
    int64_t version = 0, application = 0;
    int r = read_number(db, "PRAGMA user_version", &version);
    if (r == 0) {
        r = read_number(db, "PRAGMA application_id", &application);
    }
    if (r < 0 || (application == LEDGER_APPLICATION_ID && version == LEDGER_VERSION)) {
        return r;
    }
    return make_schema(db);
}

int
ledger_sqlite_open(const char *path, struct ledger **ret_ledger)
{
    struct sqlite_ledger *ledger = xcalloc(1, sizeof(*ledger));
    ledger->ledger.backend = &ledger_sqlite;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    int r = ledger_error(sqlite3_open_v2(path, &ledger->db, flags, NULL));
    if (r < 0) {
        r = KERR_STORE; /* folder missing, no permission: a set-up fault */
    } else {
        r = set_up(ledger->db);
    }
    r = r == 0 ? check_schema(ledger->db) : r;
    for (size_t i = 0; i < LEDGER_Q_COUNT && r == 0; i++) {
        r = ledger_error(sqlite3_prepare_v3(
            ledger->db, QUERIES[i], -1, SQLITE_PREPARE_PERSISTENT, &ledger->queries[i], NULL));
    }
    if (r < 0) {
        ledger_sqlite_close(&ledger->ledger);
        return r;
    }
    *ret_ledger = &ledger->ledger;
    return 0;
}

void
ledger_sqlite_close(struct ledger *any)
{
    struct sqlite_ledger *ledger = (struct sqlite_ledger *)any; /* its first member */
    for (size_t i = 0; i < LEDGER_Q_COUNT; i++) {
        (void)sqlite3_finalize(ledger->queries[i]); /* repeats an error that was told already */
    }
    for (size_t i = 0; i < LEDGER_ASK_COUNT; i++) {
        (void)sqlite3_finalize(ledger->asks[i]); /* the same */
    }
    (void)sqlite3_close(ledger->db); /* every statement is finalized, so it can't refuse */
    free(ledger);
}
