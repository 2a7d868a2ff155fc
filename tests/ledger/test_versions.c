/* A ledger of an older version is carried on: opened by this program it holds what it held, and its tables are those
 * of a new one (on PostgreSQL test_postgres.sh compares them). On SQLite, or on PostgreSQL (scene.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "harness/harness.h"
#include "ledger/ledger.h"
#include "ledger/scene.h"

enum { OPENERS = 4 };

struct opener {
    pthread_t thread;
    const char *path;
    int result;
};

/* A ledger of an older version, as SQL in the tree. */
static void
make_version(const struct scene *scene, unsigned version, const char *path)
{
    static char sql[65536];
    char name[64];
    snprintf(name, sizeof(name), "tests/ledger/schema-%u%s.sql", version,
        scene->is_postgres ? ".postgres" : "");
    FILE *file = fopen(name, "r");
    assert_non_null(file);
    size_t len = fread(sql, 1, sizeof(sql) - 1, file);
    fclose(file);
    assert_in_range(len, 1000, sizeof(sql) - 2);
    sql[len] = 0;
    if (scene->is_postgres) {
        ask(path, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        ask(path, sql);
        return;
    }
    sqlite3 *db;
    assert_int_equal(SQLITE_OK, sqlite3_open(path, &db));
    assert_int_equal(SQLITE_OK, sqlite3_exec(db, sql, NULL, NULL, NULL));
    sqlite3_close(db);
}

static void *
open_once(void *arg)
{
    struct opener *opener = arg;
    struct ledger *ledger;
    opener->result = ledger_open(opener->path, &ledger);
    if (opener->result == 0) {
        ledger_close(ledger);
    }
    return NULL;
}

/* Every table and index of one is in the other, word for word. */
static void
assert_same_tables(const char *folder, const char *one, const char *other)
{
    char path[128], attach[256];
    sqlite3 *db;
    sqlite3_stmt *query;
    snprintf(path, sizeof(path), "%s/%s", folder, one);
    snprintf(attach, sizeof(attach), "ATTACH '%s/%s' AS other", folder, other);
    assert_int_equal(SQLITE_OK, sqlite3_open(path, &db));
    assert_int_equal(SQLITE_OK, sqlite3_exec(db, attach, NULL, NULL, NULL));
    assert_int_equal(
        SQLITE_OK, sqlite3_prepare_v2(db,
                       "SELECT count(*) FROM (SELECT type, name, sql FROM main.sqlite_schema"
                       " EXCEPT SELECT type, name, sql FROM other.sqlite_schema)",
                       -1, &query, NULL));
    assert_int_equal(SQLITE_ROW, sqlite3_step(query));
    assert_int_equal(0, sqlite3_column_int(query, 0));
    sqlite3_finalize(query);
    sqlite3_close(db);
}

static int
add_act(const struct ledger_act *act, void *ctx)
{
    assert_string_equal("state", act->kind);
    assert_string_equal("done", act->value);
    assert_string_equal("sato", act->by);
    assert_int_equal(1100, act->at);
    ++*(uint64_t *)ctx;
    return 0;
}

static uint64_t
acts_of(struct ledger *ledger, const uint8_t *id)
{
    uint64_t count = 0;
    assert_int_equal(0, ledger_acts(ledger, id, add_act, &count));
    return count;
}

/* Opened by this program, it holds what it held, and its tables are those of a new file. Several may
 * open it at once. */
static void
carry_on(struct scene *scene, unsigned version)
{
    char path[256];
    struct opener openers[OPENERS];
    snprintf(path, sizeof(path), "%s/old.db", scene->folder);
    if (scene->is_postgres) {
        memcpy(path, scene->path, sizeof(path)); /* a new one and an old one in turn */
    }
    make_version(scene, version, path);
    memset(openers, 0, sizeof(openers));
    for (unsigned i = 0; i < OPENERS; i++) {
        openers[i].path = path;
        assert_int_equal(0, pthread_create(&openers[i].thread, NULL, open_once, &openers[i]));
    }
    for (unsigned i = 0; i < OPENERS; i++) {
        pthread_join(openers[i].thread, NULL);
        assert_int_equal(0, openers[i].result);
    }
    struct ledger *old;
    struct ledger_entry entry = entry_of(1, "kiosk-001", 7, 1, 1);
    uint64_t position = 0, changes = 0, quarantined = 0;
    AUTO_BUF receipt;
    buf_init(&receipt, 100);
    assert_int_equal(0, ledger_open(path, &old));
    assert_int_equal(0, ledger_newest(old, &position, &changes));
    assert_int_equal(2, position);
    assert_int_equal(4, changes);
    assert_int_equal(0, ledger_quarantined(old, &quarantined));
    assert_int_equal(1, quarantined);
    assert_int_equal(LEDGER_SAME, put(old, &entry, "one"));
    assert_string_equal("done", entry.state);
    assert_string_equal("sato", entry.state_by);
    assert_int_equal(1100, entry.state_at);
    assert_int_equal(1, acts_of(old, entry.id)); /* who had it done stands among the acts */
    struct ledger_counts counts;
    assert_int_equal(0, ledger_counts(old, "sato", &counts));
    assert_int_equal(1, counts.states[LEDGER_STATE_NEW]);
    assert_int_equal(1, counts.states[LEDGER_STATE_DONE]);
    assert_int_equal(0, ledger_receipt(old, entry.id, &receipt));
    assert_string_equal("receipt1", buf_str(&receipt));
    entry = entry_of(2, "kiosk-001", UINT64_MAX, UINT64_MAX, 2);
    assert_int_equal(LEDGER_SAME, put(old, &entry, "two"));
    struct ledger_decision decision = {.state = "booked", .slot = "hall/2026-12-01/10:00"};
    memset(decision.id, 2, sizeof(decision.id));
    assert_int_equal(
        version < 2 ? LEDGER_DECIDED : LEDGER_DECIDED_SO, ledger_decide(old, &decision, 0, 1));
    assert_int_equal(version < 2 ? 1 : 2, decision.number);
    struct ledger_call call = {.kiosk = "kiosk-001",
        .id = 1,
        .state = "rings",
        .page = "home",
        .reason = "help",
        .heard_at = 9000};
    assert_int_equal(0, ledger_call_note(old, &call));
    assert_string_equal("rings", call.state);
    struct ledger_point point = {.kiosk = "kiosk-001", .epoch = UINT64_MAX, .size = 1};
    assert_int_equal(LEDGER_POINT_NEWER, ledger_point_note(old, &point, (const uint8_t *)"p", 1));
    entry = entry_of(3, "kiosk-001", 7, 2, 3);
    assert_int_equal(LEDGER_NEW, put(old, &entry, "three"));
    assert_int_equal(3, entry.position);
    ledger_close(old);
    if (scene->is_postgres) {
        return;
    }

    assert_same_tables(scene->folder, "old.db", "ledger.db");
    assert_same_tables(scene->folder, "ledger.db", "old.db");
    unlink(path);
}

static void
test_first_version(void **state)
{
    carry_on(*state, 1);
}

static void
test_second_version(void **state)
{
    carry_on(*state, 2);
}

static void
test_third_version(void **state)
{
    carry_on(*state, 3);
}

/* A large ledger takes a server longer than any answer otherwise may: it is waited for. */
static void
test_slow_server(void **state)
{
    struct scene *scene = *state;
    struct ledger *old;
    if (!scene->is_postgres) {
        return;
    }
    make_version(scene, 3, scene->path);
    ask(scene->path, "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS"
                     " $$ BEGIN PERFORM pg_sleep(5.5); RETURN NEW; END $$;"
                     "CREATE TRIGGER late BEFORE UPDATE ON ledger_version FOR EACH ROW"
                     " WHEN (NEW.version = 4) EXECUTE FUNCTION late()");
    assert_int_equal(0, ledger_open(scene->path, &old));
    ledger_close(old);
    ask(scene->path, "DROP FUNCTION late() CASCADE"); /* the tables are compared afterwards */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_slow_server, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_first_version, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_second_version, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_third_version, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("versions", tests, NULL, NULL);
}
