/* The ledger's promises: one row an id and a place, whoever writes at once; other bytes go to
 * quarantine; positions only grow. On SQLite, or on PostgreSQL (scene.h).
 * waits */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <libpq-fe.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "harness/harness.h"
#include "ledger/ledger.h"
#include "ledger/scene.h"

static void
test_put_verdicts(void **state)
{
    static const struct {
        const char *what;
        uint8_t id;
        const char *kiosk;
        uint64_t epoch, sequence;
        uint8_t hash;
        const char *bytes;
        int verdict;
        uint64_t position, quarantined;
    } rows[] = {
        {"first", 1, "kiosk-001", 7, 1, 1, "one", LEDGER_NEW, 1, 0},
        {"the same again", 1, "kiosk-001", 7, 1, 1, "one", LEDGER_SAME, 1, 0},
        {"second", 2, "kiosk-001", 7, 2, 2, "two", LEDGER_NEW, 2, 0},
        {"same id, other bytes", 1, "kiosk-001", 7, 1, 9, "uno", LEDGER_CONFLICT, 0, 1},
        {"that conflict again", 1, "kiosk-001", 7, 1, 9, "uno", LEDGER_CONFLICT, 0, 1},
        {"same id, other kiosk", 1, "kiosk-002", 7, 1, 1, "one", LEDGER_CONFLICT, 0, 2},
        {"same id, other sequence", 1, "kiosk-001", 7, 3, 1, "one", LEDGER_CONFLICT, 0, 3},
        {"same place, other id", 3, "kiosk-001", 7, 2, 3, "three", LEDGER_CONFLICT, 0, 4},
        {"hash lies, bytes differ", 2, "kiosk-001", 7, 2, 2, "TWO", LEDGER_CONFLICT, 0, 5},
        {"other epoch", 4, "kiosk-001", 8, 1, 4, "four", LEDGER_NEW, 3, 5},
        {"other kiosk", 5, "kiosk-002", 7, 1, 5, "five", LEDGER_NEW, 4, 5},
        {"largest numbers", 6, "kiosk-001", UINT64_MAX, UINT64_MAX, 6, "six", LEDGER_NEW, 5, 5},
        {"largest again", 6, "kiosk-001", UINT64_MAX, UINT64_MAX, 6, "six", LEDGER_SAME, 5, 5},
        {"the first is still the same", 1, "kiosk-001", 7, 1, 1, "one", LEDGER_SAME, 1, 5},
    };
    struct scene *scene = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct ledger_entry entry =
            entry_of(rows[i].id, rows[i].kiosk, rows[i].epoch, rows[i].sequence, rows[i].hash);
        entry.received_at = 1000 + (int64_t)i;
        int verdict = put(scene->ledger, &entry, rows[i].bytes);
        uint64_t quarantined = 99;
        assert_int_equal(0, ledger_quarantined(scene->ledger, &quarantined));
        if (verdict != rows[i].verdict || entry.position != rows[i].position ||
            quarantined != rows[i].quarantined) {
            fail_msg("%s: verdict %d, position %llu, quarantined %llu", rows[i].what, verdict,
                (unsigned long long)entry.position, (unsigned long long)quarantined);
        }
        if (verdict == LEDGER_NEW || verdict == LEDGER_SAME) {
            assert_string_equal("new", entry.state);
            assert_int_equal(entry.epoch, rows[i].epoch);
            assert_int_equal(entry.sequence, rows[i].sequence);
        }
    }
    struct ledger_entry first = entry_of(1, "kiosk-001", 7, 1, 1);
    first.received_at = 5000;
    assert_int_equal(LEDGER_SAME, put(scene->ledger, &first, "one"));
    assert_int_equal(1000, first.received_at); /* as stored, not as asked */
}

static void
test_put_bounds(void **state)
{
    struct scene *scene = *state;
    uint8_t *large = calloc(1, LEDGER_ENVELOPE_MAX + 1);
    assert_non_null(large);
    struct ledger_entry entry = entry_of(1, "kiosk-001", 1, 1, 1);
    assert_int_equal(KERR_INVALID, ledger_put(scene->ledger, &entry, large, 0));
    assert_int_equal(
        KERR_INVALID, ledger_put(scene->ledger, &entry, large, LEDGER_ENVELOPE_MAX + 1));
    assert_int_equal(LEDGER_NEW, ledger_put(scene->ledger, &entry, large, LEDGER_ENVELOPE_MAX));
    entry = entry_of(2, "", 1, 2, 1);
    assert_int_equal(KERR_INVALID, put(scene->ledger, &entry, "x"));
    memset(entry.kiosk, 'k', sizeof(entry.kiosk));
    assert_int_equal(KERR_INVALID, put(scene->ledger, &entry, "x"));
    free(large);
}

static void
test_receipt_first_writer_wins(void **state)
{
    struct scene *scene = *state;
    struct ledger_entry entry = entry_of(1, "kiosk-001", 1, 1, 1);
    AUTO_BUF receipt;
    buf_init(&receipt, 100);
    assert_int_equal(KERR_NOT_FOUND, ledger_receipt(scene->ledger, entry.id, &receipt));
    assert_int_equal(KERR_NOT_FOUND,
        ledger_receipt_keep(scene->ledger, entry.id, (const uint8_t *)"r0", 2, &receipt));
    assert_int_equal(LEDGER_NEW, put(scene->ledger, &entry, "one"));
    assert_int_equal(KERR_NOT_FOUND, ledger_receipt(scene->ledger, entry.id, &receipt));
    assert_int_equal(KERR_INVALID,
        ledger_receipt_keep(scene->ledger, entry.id, (const uint8_t *)"", 0, &receipt));
    static const char *const tries[] = {"first", "second", "first"};
    for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
        buf_clear(&receipt);
        assert_int_equal(0, ledger_receipt_keep(scene->ledger, entry.id, (const uint8_t *)tries[i],
                                strlen(tries[i]), &receipt));
        assert_string_equal("first", buf_str(&receipt));
    }
    buf_clear(&receipt);
    assert_int_equal(0, ledger_receipt(scene->ledger, entry.id, &receipt));
    assert_string_equal("first", buf_str(&receipt));
}

/* Several works at once: each has the result that it would have alone, and harms no other. */
static void
test_works_at_once(void **state)
{
    struct scene *scene = *state;
    struct ledger_entry first = entry_of(1, "kiosk-001", 1, 1, 1);
    assert_int_equal(LEDGER_NEW, put(scene->ledger, &first, "body"));
    struct {
        const char *what;
        struct ledger_entry entry;
        const char *bytes; /* NULL: a keep */
        int result;
        uint64_t position;
    } rows[] = {
        {"new", entry_of(2, "kiosk-001", 1, 2, 2), "two", LEDGER_NEW, 2},
        {"there already", entry_of(1, "kiosk-001", 1, 1, 1), "body", LEDGER_SAME, 1},
        {"the same in one go", entry_of(2, "kiosk-001", 1, 2, 2), "two", LEDGER_SAME, 2},
        {"other bytes in one go", entry_of(2, "kiosk-001", 1, 2, 9), "TWO", LEDGER_CONFLICT, 0},
        {"too short", entry_of(3, "kiosk-001", 1, 3, 3), "", KERR_INVALID, 0},
        {"a receipt", entry_of(1, "", 0, 0, 0), NULL, 0, 0},
        {"a second receipt", entry_of(1, "", 0, 0, 0), NULL, 0, 0},
        {"a receipt of nothing", entry_of(7, "", 0, 0, 0), NULL, KERR_NOT_FOUND, 0},
        {"new, after all that", entry_of(4, "kiosk-001", 1, 4, 4), "four", LEDGER_NEW, 3},
        {"a receipt of a new one", entry_of(4, "", 0, 0, 0), NULL, 0, 0},
    };
    struct ledger_work works[ARRAY_LEN(rows)], *all[ARRAY_LEN(rows)];
    struct buf receipts[ARRAY_LEN(rows)];
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        buf_init(&receipts[i], 100);
        works[i] = (struct ledger_work){.entry = &rows[i].entry,
            .envelope = (const uint8_t *)rows[i].bytes,
            .len = rows[i].bytes != NULL ? strlen(rows[i].bytes) : 0,
            .is_keep = rows[i].bytes == NULL,
            .id = rows[i].entry.id,
            .receipt = (const uint8_t *)rows[i].what,
            .receipt_len = strlen(rows[i].what),
            .ret_receipt = &receipts[i]};
        all[i] = &works[i];
    }
    ledger_work(scene->ledger, all, ARRAY_LEN(rows));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (works[i].result != rows[i].result || rows[i].entry.position != rows[i].position) {
            fail_msg("%s: %d, position %llu", rows[i].what, works[i].result,
                (unsigned long long)rows[i].entry.position);
        }
    }
    assert_string_equal("a receipt", buf_str(&receipts[5]));
    assert_string_equal("a receipt", buf_str(&receipts[6]));
    assert_string_equal("a receipt of a new one", buf_str(&receipts[9]));
    uint64_t position, changes, quarantined;
    assert_int_equal(0, ledger_newest(scene->ledger, &position, &changes));
    assert_int_equal(3, position);
    assert_int_equal(4, changes); /* three entries, one conflict */
    assert_int_equal(0, ledger_quarantined(scene->ledger, &quarantined));
    assert_int_equal(1, quarantined);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        buf_release(&receipts[i]);
    }
}

/* What the storage itself refuses of one (here by a trigger) is that one's alone; nobody is locked out after it. */
static void
test_one_refused_of_several(void **state)
{
    struct scene *scene = *state;
    ask(scene->path,
        scene->is_postgres
            ? "CREATE FUNCTION harm() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
              " RAISE EXCEPTION 'harm'; END $$; CREATE TRIGGER harm BEFORE INSERT ON entry"
              " FOR EACH ROW WHEN (NEW.sequence = 2) EXECUTE FUNCTION harm()"
            : "CREATE TRIGGER harm BEFORE INSERT ON entry WHEN NEW.sequence = 2"
              " BEGIN SELECT RAISE(ABORT, 'harm'); END");
    struct ledger_entry entries[3];
    struct ledger_work works[3], *all[3];
    for (uint8_t i = 0; i < 3; i++) {
        entries[i] = entry_of((uint8_t)(i + 1), "kiosk-001", 1, i + 1u, 1);
        works[i] = (struct ledger_work){
            .entry = &entries[i], .envelope = (const uint8_t *)"body", .len = 4};
        all[i] = &works[i];
    }
    ledger_work(scene->ledger, all, 3);
    assert_int_equal(LEDGER_NEW, works[0].result);
    assert_int_equal(KERR_STORE, works[1].result);
    assert_int_equal(LEDGER_NEW, works[2].result);
    assert_int_equal(1, entries[0].position);
    assert_int_equal(2, entries[2].position);
    assert_int_equal(2, ask(scene->path, "SELECT count(*) FROM entry"));
}

/* How many commits a ledger has seen: of SQLite the file's change counter (sqlite.org/fileformat.html section 1.3.7), of
 * PostgreSQL the transactions that wrote entries. */
static uint32_t
commits(const struct scene *scene)
{
    if (scene->is_postgres) {
        return (uint32_t)ask(scene->path, "SELECT count(DISTINCT xmin::text) FROM entry");
    }
    uint8_t counter[4];
    FILE *file = fopen(scene->path, "rb");
    assert_non_null(file);
    assert_int_equal(0, fseek(file, 24, SEEK_SET));
    assert_int_equal(4, fread(counter, 1, sizeof(counter), file));
    (void)fclose(file);
    return (uint32_t)counter[0] << 24 | (uint32_t)counter[1] << 16 | (uint32_t)counter[2] << 8 |
           counter[3];
}

static void
put_three(struct scene *scene, int results[3])
{
    struct ledger_entry entries[3];
    struct ledger_work works[3], *all[3];
    for (uint8_t i = 0; i < 3; i++) {
        entries[i] = entry_of((uint8_t)(i + 1), "kiosk-001", 1, i + 1u, 1);
        works[i] = (struct ledger_work){
            .entry = &entries[i], .envelope = (const uint8_t *)"body", .len = 4};
        all[i] = &works[i];
    }
    ledger_work(scene->ledger, all, 3);
    for (size_t i = 0; i < 3; i++) {
        results[i] = works[i].result;
    }
}

static void
test_several_are_one_commit(void **state)
{
    struct scene *scene = *state;
    uint32_t before = commits(scene);
    int results[3];
    put_three(scene, results);
    assert_int_equal(LEDGER_NEW, results[0]);
    assert_int_equal(LEDGER_NEW, results[2]);
    assert_int_equal(before + 1, commits(scene));
}

/* A commit that is refused has done nothing, and each is tried alone; of one that came with a warning (the standby has not
 * confirmed it) nobody knows. */
static void
test_commit_of_several(void **state)
{
    struct scene *scene = *state;
    static const char *const levels[] = {"EXCEPTION", "WARNING"};
    for (size_t i = 0; i < 2; i++) {
        char sql[512];
        (void)snprintf(sql, sizeof(sql),
            "TRUNCATE entry CASCADE; CREATE OR REPLACE FUNCTION late() RETURNS trigger LANGUAGE "
            "plpgsql AS $$"
            " BEGIN RAISE %s 'late'; RETURN NULL; END $$; DROP TRIGGER IF EXISTS late ON entry;"
            " CREATE CONSTRAINT TRIGGER late AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW WHEN (NEW.sequence = 2) EXECUTE FUNCTION late()",
            levels[i]);
        ask(scene->path, sql);
        int results[3];
        put_three(scene, results);
        if (i == 0) {
            assert_int_equal(LEDGER_NEW, results[0]);
            assert_int_equal(KERR_STORE, results[1]);
            assert_int_equal(LEDGER_NEW, results[2]);
            assert_int_equal(2, ask(scene->path, "SELECT count(*) FROM entry"));
        } else {
            assert_int_equal(KERR_BUSY, results[0]);
            assert_int_equal(KERR_BUSY, results[1]);
            assert_int_equal(KERR_BUSY, results[2]);
            put_three(scene, results);
            assert_int_equal(LEDGER_SAME, results[1]);
        }
    }
}

struct listing {
    struct ledger *ledger;
    uint64_t positions[64];
    size_t count;
    size_t stop_after;
};

static int
note(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx)
{
    struct listing *listing = ctx;
    char expect[16];
    int n = snprintf(expect, sizeof(expect), "body %llu", (unsigned long long)entry->position);
    assert_int_equal(n, len);
    assert_memory_equal(expect, envelope, len);
    /* No lock is held: the ledger may be written from here. */
    assert_int_equal(0, mark(listing->ledger, entry->id, "done", "staff", 5));
    listing->positions[listing->count++] = entry->position;
    return listing->count == listing->stop_after ? 42 : 0;
}

static void
test_list_newest_first(void **state)
{
    struct scene *scene = *state;
    for (uint8_t i = 1; i <= 10; i++) {
        struct ledger_entry entry = entry_of(i, "kiosk-001", 1, i, i);
        char body[16];
        snprintf(body, sizeof(body), "body %u", i);
        assert_int_equal(LEDGER_NEW, put(scene->ledger, &entry, body));
    }
    static const struct {
        uint64_t before;
        size_t limit, stop_after, count;
        uint64_t first;
        int result;
    } rows[] = {
        {0, 100, 0, 10, 10, 0},
        {0, 3, 0, 3, 10, 0},
        {8, 3, 0, 3, 7, 0},
        {3, 9, 0, 2, 2, 0},
        {1, 9, 0, 0, 0, 0},
        {0, 0, 0, 0, 0, 0},
        {UINT64_MAX, 1, 0, 1, 10, 0},
        {0, 100, 4, 4, 10, 42},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct listing listing = {.ledger = scene->ledger, .stop_after = rows[i].stop_after};
        assert_int_equal(rows[i].result,
            ledger_list(scene->ledger, rows[i].before, rows[i].limit, note, &listing));
        assert_int_equal(rows[i].count, listing.count);
        for (size_t k = 0; k < listing.count; k++) {
            assert_int_equal(rows[i].first - k, listing.positions[k]);
        }
    }
}

static void
test_marks_and_changes(void **state)
{
    struct scene *scene = *state;
    uint64_t position = 9, changes = 9;
    assert_int_equal(0, ledger_newest(scene->ledger, &position, &changes));
    assert_int_equal(0, position);
    assert_int_equal(0, changes);
    struct ledger_entry entry = entry_of(1, "kiosk-001", 1, 1, 1);
    assert_int_equal(KERR_NOT_FOUND, mark(scene->ledger, entry.id, "done", "a", 1));
    assert_int_equal(LEDGER_NEW, put(scene->ledger, &entry, "one"));
    static const struct {
        const char *state, *by;
        int64_t now;
        int result;
        uint64_t changes;
        const char *is_state, *is_by;
        int64_t is_at;
    } rows[] = {
        {"new", "anyone", 2, 0, 1, "new", "", 1000},
        {"done", "sato", 3, 0, 2, "done", "sato", 3},
        {"done", "suzuki", 4, 0, 2, "done", "sato", 3},
        {"gone", "sato", 5, KERR_INVALID, 2, "done", "sato", 3},
        {"", "sato", 5, KERR_INVALID, 2, "done", "sato", 3},
        {"unread", "sato", 5, KERR_INVALID, 2, "done", "sato", 3},
        {"back", "", 5, KERR_INVALID, 2, "done", "sato", 3},
        {"back", "desk", 6, 0, 3, "back", "desk", 6},
        {"new", "suzuki", 7, 0, 4, "new", "suzuki", 7},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(
            rows[i].result, mark(scene->ledger, entry.id, rows[i].state, rows[i].by, rows[i].now));
        assert_int_equal(0, ledger_newest(scene->ledger, &position, &changes));
        assert_int_equal(1, position);
        assert_int_equal(rows[i].changes, changes);
        assert_int_equal(0, ledger_get(scene->ledger, entry.id, &entry, NULL));
        assert_string_equal(rows[i].is_state, entry.state);
        assert_string_equal(rows[i].is_by, entry.state_by);
        assert_int_equal(rows[i].is_at, entry.state_at);
    }
    entry.id[0] ^= 1;
    assert_int_equal(KERR_NOT_FOUND, ledger_get(scene->ledger, entry.id, &entry, NULL));
}

/* A second opener of a live file finds the same ledger; a file of somebody else is refused. */
static void
test_open_checks_whose_file(void **state)
{
    struct scene *scene = *state;
    struct ledger_entry entry = entry_of(1, "kiosk-001", 1, 1, 1);
    assert_int_equal(LEDGER_NEW, put(scene->ledger, &entry, "one"));
    struct ledger *second;
    assert_int_equal(0, ledger_open(scene->path, &second));
    assert_int_equal(LEDGER_SAME, put(second, &entry, "one"));
    ledger_close(second);
    ledger_close(NULL);
    char prefixed[280];
    snprintf(prefixed, sizeof(prefixed), "sqlite:%s", scene->path);
    assert_int_equal(0, ledger_open(prefixed, &second));
    assert_int_equal(LEDGER_SAME, put(second, &entry, "one"));
    ledger_close(second);

    char path[128];
    snprintf(path, sizeof(path), "%s/none/ledger.db", scene->folder);
    assert_int_equal(KERR_STORE, ledger_open(path, &second));
    static const struct {
        const char *sql;
        int result;
    } rows[] = {
        {"PRAGMA user_version = 999; PRAGMA application_id = 1296321585", KERR_STORE_VERSION},
        {"CREATE TABLE other(x)", KERR_STORE},
        {"PRAGMA application_id = 77", KERR_STORE},
    };
    snprintf(path, sizeof(path), "%s/other.db", scene->folder);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        sqlite3 *db;
        assert_int_equal(SQLITE_OK, sqlite3_open(path, &db));
        assert_int_equal(SQLITE_OK, sqlite3_exec(db, rows[i].sql, NULL, NULL, NULL));
        sqlite3_close(db);
        assert_int_equal(rows[i].result, ledger_open(path, &second));
        unlink(path);
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 4096; i++) {
        fputc('x', file);
    }
    fclose(file);
    assert_int_equal(KERR_STORE_CORRUPT, ledger_open(path, &second));
    unlink(path);
}

/* The setting as the programs read it. */
static void
test_where(void **state)
{
    (void)state;
    static const struct {
        const char *setting, *where;
    } rows[] = {
        {"ledger.db", "/set/up/ledger.db"},
        {"/var/ledger.db", "/var/ledger.db"},
        {"sqlite:ledger.db", "/set/up/ledger.db"},
        {"sqlite:/var/ledger.db", "/var/ledger.db"},
        {"postgresql://db/ledger", "postgresql://db/ledger"},
        {"postgres://db/ledger", "postgres://db/ledger"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char *where = ledger_where(rows[i].setting, "/set/up");
        assert_string_equal(rows[i].where, where);
        free(where);
    }
}

/* The same on a server: whose tables these are, and who answers there. */
static void
test_open_checks_the_database(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *sql;
        int result;
    } rows[] = {
        {"UPDATE ledger_version SET version = 1000", KERR_STORE_VERSION},
        {"UPDATE ledger_version SET version = -1", KERR_STORE},
        {"DELETE FROM ledger_version", KERR_STORE},
        {"DROP TABLE ledger_version", KERR_STORE}, /* a table "entry" of somebody else */
    };
    struct ledger *second = NULL;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        ask(scene->path, rows[i].sql);
        assert_int_equal(rows[i].result, ledger_open(scene->path, &second));
    }
    assert_int_equal(KERR_NET, ledger_open("postgresql://127.0.0.1:1/ledger", &second));
    assert_int_equal(KERR_NET, ledger_open("postgresql://ledger@/?nonsense=1", &second));
}

/* What a server may refuse with, raised by a trigger: told by its meaning, nothing is stored, and the next try goes
 * through. A warning leaves open what was done; a notice does not. */
static void
test_what_a_server_says(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *level, *code;
        int result;
    } rows[] = {
        {"EXCEPTION", "53100", KERR_NO_SPACE}, /* disk full */
        {"EXCEPTION", "53200", KERR_BUSY}, /* out of memory */
        {"EXCEPTION", "53300", KERR_BUSY}, /* too many connections */
        {"EXCEPTION", "25006", KERR_BUSY}, /* read-only: a standby */
        {"EXCEPTION", "40001", KERR_BUSY}, /* serialization */
        {"EXCEPTION", "40P01", KERR_BUSY}, /* deadlock */
        {"EXCEPTION", "55P03", KERR_BUSY}, /* a lock that did not come */
        {"EXCEPTION", "57014", KERR_BUSY}, /* cancelled */
        {"EXCEPTION", "57P01", KERR_BUSY}, /* shutting down */
        {"EXCEPTION", "08006", KERR_BUSY},
        {"EXCEPTION", "58030", KERR_IO},
        {"EXCEPTION", "XX001", KERR_STORE_CORRUPT},
        {"EXCEPTION", "XX002", KERR_STORE_CORRUPT},
        {"EXCEPTION", "42501", KERR_STORE}, /* not allowed to */
        {"EXCEPTION", "P0001", KERR_STORE},
        {"WARNING", "01000", KERR_BUSY}, /* stored, but who knows where */
        {"NOTICE", "00000", LEDGER_NEW},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char sql[512];
        snprintf(sql, sizeof(sql),
            "CREATE OR REPLACE FUNCTION harm() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE %s 'harm' USING ERRCODE = '%s'; RETURN NEW; END $$;"
            "CREATE TRIGGER harm BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION harm()",
            rows[i].level, rows[i].code);
        ask(scene->path, sql);
        struct ledger_entry entry = entry_of((uint8_t)(i + 1), "kiosk-001", 1, i + 1, 1);
        int r = put(scene->ledger, &entry, "one");
        ask(scene->path, "DROP TRIGGER harm ON entry");
        if (r != rows[i].result) {
            fail_msg("%s %s: %s", rows[i].level, rows[i].code, err_str(r));
        }
        bool is_stored = rows[i].level[0] != 'E';
        assert_int_equal(is_stored ? LEDGER_SAME : LEDGER_NEW, put(scene->ledger, &entry, "one"));
        assert_int_equal(i + 1, entry.position);
    }
}

/* Of the file; what a session of a server sets is in test_postgres.sh. */
static void
test_settings_are_durable(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(1296321585, ask(scene->path, "PRAGMA application_id"));
    assert_in_range(ask(scene->path, "PRAGMA user_version"), 4, 998);
    assert_int_equal(0, ask(scene->path, "SELECT count(*) FROM pragma_journal_mode"
                                         " WHERE journal_mode <> 'delete'"));
    assert_in_range(ask(scene->path, "SELECT count(*) FROM pragma_table_list"
                                     " WHERE strict AND name NOT LIKE 'sqlite%'"),
        9, 99);
    assert_int_equal(0, ask(scene->path, "SELECT count(*) FROM pragma_table_list"
                                         " WHERE NOT strict AND name NOT LIKE 'sqlite%'"));
}

/* Writers that race: handles of their own, the same ids, half of them with bytes of their own. */
enum { RACERS = 4, RACE_IDS = 40 };

struct racer {
    pthread_t thread;
    const char *path;
    unsigned self;
    int counts[3];
};

static void *
race(void *arg)
{
    struct racer *racer = arg;
    struct ledger *ledger;
    int opened = ledger_open(racer->path, &ledger);
    if (opened < 0) {
        print_error("a racer can't open: %s\n", err_str(opened));
        return NULL;
    }
    for (uint8_t i = 1; i <= RACE_IDS; i++) {
        /* Odd ids: everybody sends the same. Even ids: each racer has bytes of its own. */
        uint8_t hash = i % 2 == 1 ? i : (uint8_t)(100 + racer->self);
        struct ledger_entry entry = entry_of(i, "kiosk-001", 1, i, hash);
        char body[16];
        snprintf(body, sizeof(body), "b%u", hash);
        int verdict = put(ledger, &entry, body);
        if (verdict >= 0) {
            racer->counts[verdict]++;
        }
    }
    ledger_close(ledger);
    return NULL;
}

static void
test_two_handles_race(void **state)
{
    struct scene *scene = *state;
    struct racer racers[RACERS];
    memset(racers, 0, sizeof(racers));
    for (unsigned i = 0; i < RACERS; i++) {
        racers[i].path = scene->path;
        racers[i].self = i;
        assert_int_equal(0, pthread_create(&racers[i].thread, NULL, race, &racers[i]));
    }
    int counts[3] = {0, 0, 0};
    for (unsigned i = 0; i < RACERS; i++) {
        pthread_join(racers[i].thread, NULL);
        for (int k = 0; k < 3; k++) {
            counts[k] += racers[i].counts[k];
        }
    }
    assert_int_equal(RACE_IDS, counts[LEDGER_NEW]);
    assert_int_equal(RACE_IDS / 2 * (RACERS - 1), counts[LEDGER_SAME]);
    assert_int_equal(RACE_IDS / 2 * (RACERS - 1), counts[LEDGER_CONFLICT]);
    uint64_t position, changes, quarantined;
    assert_int_equal(0, ledger_newest(scene->ledger, &position, &changes));
    assert_int_equal(RACE_IDS, position); /* no position is used up by a loser */
    assert_int_equal(0, ledger_quarantined(scene->ledger, &quarantined));
    assert_int_equal(RACE_IDS / 2 * (RACERS - 1), quarantined);
    assert_int_equal(RACE_IDS + quarantined, changes);
}

/* A deleted newest row must not give its position to another: receipts name positions. */
static void
test_positions_never_come_back(void **state)
{
    struct scene *scene = *state;
    struct ledger_entry entry = entry_of(1, "kiosk-001", 1, 1, 1);
    assert_int_equal(LEDGER_NEW, put(scene->ledger, &entry, "one"));
    ask(scene->path, "DELETE FROM entry");
    entry = entry_of(2, "kiosk-001", 1, 2, 2);
    assert_int_equal(LEDGER_NEW, put(scene->ledger, &entry, "two"));
    assert_int_equal(2, entry.position);
}

/* Somebody holds the writers' lock for longer than anybody waits. */
static void
test_busy_is_told(void **state)
{
    struct scene *scene = *state;
    sqlite3 *db = NULL;
    PGconn *line = NULL;
    if (scene->is_postgres) {
        line = PQconnectdb(scene->path);
        PQclear(PQexec(line, "BEGIN; UPDATE change_count SET count = count"));
    } else {
        assert_int_equal(SQLITE_OK, sqlite3_open(scene->path, &db));
        assert_int_equal(SQLITE_OK, sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
    }
    struct ledger_entry entry = entry_of(1, "kiosk-001", 1, 1, 1);
    assert_int_equal(KERR_BUSY, put(scene->ledger, &entry, "one"));
    PQfinish(line);
    sqlite3_close(db);
    assert_int_equal(LEDGER_NEW, put(scene->ledger, &entry, "one"));
}

/* Openers that meet in an empty database: one makes the tables, all go on. */
static void
test_openers_race(void **state)
{
    struct scene *scene = *state;
    ledger_close(scene->ledger);
    scene->ledger = NULL;
    if (scene->is_postgres) {
        ask(scene->path, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    } else {
        assert_int_equal(0, unlink(scene->path));
    }
    struct racer racers[RACERS];
    memset(racers, 0, sizeof(racers));
    for (unsigned i = 0; i < RACERS; i++) {
        racers[i].path = scene->path;
        assert_int_equal(0, pthread_create(&racers[i].thread, NULL, race, &racers[i]));
    }
    int stored = 0, same = 0;
    for (unsigned i = 0; i < RACERS; i++) {
        pthread_join(racers[i].thread, NULL);
        stored += racers[i].counts[LEDGER_NEW];
        same += racers[i].counts[LEDGER_SAME];
    }
    assert_int_equal(RACE_IDS, stored);
    assert_int_equal(RACE_IDS * (RACERS - 1), same);
    assert_int_equal(0, ledger_open(scene->path, &scene->ledger));
}

/* Works of one commit, about two kiosks. */
struct reporter {
    pthread_t thread;
    struct ledger *ledger;
    int results[2];
    atomic_bool is_done;
};

static void *
report_two(void *arg)
{
    struct reporter *reporter = arg;
    const struct ledger_report reports[2] = {
        {.kiosk = "kiosk-002", .at = 1, .bytes = (const uint8_t *)"b", .len = 1},
        {.kiosk = "kiosk-001", .at = 1, .bytes = (const uint8_t *)"a", .len = 1}};
    struct ledger_work works[2] = {{.report = &reports[0]}, {.report = &reports[1]}};
    struct ledger_work *const all[2] = {&works[0], &works[1]};
    ledger_work(reporter->ledger, all, 2);
    reporter->results[0] = works[0].result;
    reporter->results[1] = works[1].result;
    atomic_store(&reporter->is_done, true);
    return NULL;
}

static void
tell(PGconn *line, const char *sql)
{
    PGresult *result = PQexec(line, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        fail_msg("%s: %s", sql, PQerrorMessage(line));
    }
    PQclear(result);
}

/* Two intakes write about the same kiosks, each in an order of its own: whoever comes second waits for the writers' turn with
 * nothing in hand, so that nobody waits in a circle. */
static void
test_turn_comes_first(void **state)
{
    struct scene *scene = *state;
    struct reporter second = {.ledger = scene->ledger};
    PGconn *first = PQconnectdb(scene->path);
    tell(first, "BEGIN; UPDATE change_count SET count = count;"
                "INSERT INTO report VALUES('kiosk-001', 1, 'a')");
    assert_int_equal(0, pthread_create(&second.thread, NULL, report_two, &second));
    int64_t waiting = 0;
    while (waiting == 0 && !atomic_load(&second.is_done)) {
        waiting = ask(scene->path, "SELECT count(*) FROM pg_locks WHERE NOT granted");
    }
    assert_int_equal(1, waiting);
    tell(first, "INSERT INTO report VALUES('kiosk-002', 1, 'b')");
    tell(first, "COMMIT");
    PQfinish(first);
    assert_int_equal(0, pthread_join(second.thread, NULL));
    assert_int_equal(0, second.results[0]);
    assert_int_equal(0, second.results[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
/* What both storages promise. */
#define OF_BOTH                                                                                    \
    TEST(test_put_verdicts), TEST(test_put_bounds), TEST(test_receipt_first_writer_wins),          \
        TEST(test_works_at_once), TEST(test_one_refused_of_several),                               \
        TEST(test_several_are_one_commit), TEST(test_list_newest_first),                           \
        TEST(test_marks_and_changes), TEST(test_two_handles_race), TEST(test_openers_race),        \
        TEST(test_positions_never_come_back), TEST(test_busy_is_told)

int
main(void)
{
    const struct CMUnitTest of_file[] = {
        OF_BOTH,
        TEST(test_open_checks_whose_file),
        TEST(test_settings_are_durable),
        cmocka_unit_test(test_where),
    };
    const struct CMUnitTest of_server[] = {
        OF_BOTH,
        TEST(test_open_checks_the_database),
        TEST(test_what_a_server_says),
        TEST(test_commit_of_several),
        TEST(test_turn_comes_first),
    };
    return getenv("LEDGER_AT") == NULL
               ? cmocka_run_group_tests_name("ledger in a file", of_file, NULL, NULL)
               : cmocka_run_group_tests_name("ledger on a server", of_server, NULL, NULL);
}
