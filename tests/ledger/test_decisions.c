/* Decisions about slots: the newest of a record stands and who decided what is kept; a slot is given out as often as
 * it has places, whoever asks at once, and more often on purpose only. */
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

static void
put_some(struct ledger *ledger, uint8_t count)
{
    for (uint8_t i = 1; i <= count; i++) {
        struct ledger_entry entry = entry_of(i, "kiosk-001", 1, i, i);
        assert_int_equal(LEDGER_NEW, put(ledger, &entry, "body"));
    }
}

static struct ledger_decision
decision_of(uint8_t id, const char *state, const char *slot, const char *by, int64_t at)
{
    struct ledger_decision decision = {.decided_at = at};
    memset(decision.id, id, sizeof(decision.id));
    snprintf(decision.state, sizeof(decision.state), "%s", state);
    snprintf(decision.slot, sizeof(decision.slot), "%s", slot);
    snprintf(decision.decided_by, sizeof(decision.decided_by), "%s", by);
    return decision;
}

#define HALL "hall/2026-12-01/09:00"
#define ROOM "room/2026-12-01/09:00"

/* Each row is one act; what stands afterwards, and how many are booked for the hall. */
static void
test_decisions(void **state)
{
    static const struct {
        const char *what;
        uint8_t id;
        const char *state, *slot, *by;
        uint64_t seen;
        int32_t places;
        int result;
        uint64_t number; /* of what stands for the record then */
        const char *is_state, *is_by;
        uint64_t booked;
    } rows[] = {
        {"open already", 1, "open", HALL, "sato", 0, 1, LEDGER_DECIDED_SO, 0, "open", "", 0},
        {"booked", 1, "booked", HALL, "sato", 0, 1, LEDGER_DECIDED, 1, "booked", "sato", 1},
        {"again", 1, "booked", HALL, "ito", 0, 1, LEDGER_DECIDED_SO, 1, "booked", "sato", 1},
        {"no place left", 2, "booked", HALL, "ito", 0, 1, LEDGER_FULL, 0, "open", "", 1},
        {"no place at all", 3, "booked", ROOM, "ito", 0, 0, LEDGER_FULL, 0, "open", "", 1},
        {"taken", 2, "taken", HALL, "ito", 0, 1, LEDGER_DECIDED, 2, "taken", "ito", 1},
        {"who saw nothing", 2, "booked", HALL, "abe", 0, 2, LEDGER_DECIDED_ELSE, 2, "taken", "ito",
            1},
        {"who saw it", 2, "booked", HALL, "abe", 2, 2, LEDGER_DECIDED, 3, "booked", "abe", 2},
        {"one too many", 3, "booked", HALL, "abe", 0, 2, LEDGER_FULL, 0, "open", "", 2},
        {"on purpose", 3, "booked", HALL, "abe", 0, LEDGER_PLACES_ANY, LEDGER_DECIDED, 4, "booked",
            "abe", 3},
        {"taken back", 2, "open", HALL, "abe", 3, 2, LEDGER_DECIDED, 5, "open", "abe", 2},
        {"back again", 2, "open", HALL, "ito", 3, 2, LEDGER_DECIDED_SO, 5, "open", "abe", 2},
        {"still two of two", 4, "booked", HALL, "abe", 0, 2, LEDGER_FULL, 0, "open", "", 2},
        {"a third place", 4, "booked", HALL, "abe", 0, 3, LEDGER_DECIDED, 6, "booked", "abe", 3},
        {"to another slot", 4, "booked", ROOM, "abe", 6, 1, LEDGER_DECIDED, 7, "booked", "abe", 2},
        {"no such record", 9, "taken", HALL, "abe", 0, 1, KERR_NOT_FOUND, 0, NULL, NULL, 2},
        {"no such state", 1, "done", HALL, "abe", 1, 1, KERR_INVALID, 1, "booked", "sato", 2},
        {"no slot", 1, "taken", "", "abe", 1, 1, KERR_INVALID, 1, "booked", "sato", 2},
        {"fewer than none", 1, "taken", HALL, "abe", 1, -1, KERR_INVALID, 1, "booked", "sato", 2},
        {"too many", 1, "taken", HALL, "abe", 1, 1000, KERR_INVALID, 1, "booked", "sato", 2},
    };
    struct scene *scene = *state;
    uint64_t position = 0, before = 0, changes = 0, all = 0, until = 0;
    put_some(scene->ledger, 4);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct ledger_decision decision =
            decision_of(rows[i].id, rows[i].state, rows[i].slot, rows[i].by, 2000 + (int64_t)i);
        struct ledger_decision stands = {.state = "open"};
        assert_int_equal(0, ledger_newest(scene->ledger, &position, &before));
        int r = ledger_decide(scene->ledger, &decision, rows[i].seen, rows[i].places);
        assert_int_equal(0, ledger_newest(scene->ledger, &position, &changes));
        assert_int_equal(0, ledger_booked(scene->ledger, HALL, 0, &all, &until));
        int found = ledger_decided(scene->ledger, decision.id, &stands);
        assert_int_equal(rows[i].number == 0 ? KERR_NOT_FOUND : 0, found);
        if (r != rows[i].result || stands.number != rows[i].number || all != rows[i].booked ||
            changes - before != (r == LEDGER_DECIDED ? 1 : 0)) {
            fail_msg("%s: %d, number %llu, booked %llu", rows[i].what, r,
                (unsigned long long)stands.number, (unsigned long long)all);
        }
        if (rows[i].is_state != NULL) {
            assert_string_equal(rows[i].is_state, stands.state);
            assert_string_equal(rows[i].is_by, stands.decided_by);
        }
        if (r >= 0 && r != LEDGER_FULL) {
            assert_int_equal(stands.number, decision.number);
            assert_string_equal(rows[i].is_state, decision.state);
        }
    }
    /* Booked at 2001 and 2009 (one went to the room). */
    static const uint64_t times[][2] = {{2000, 0}, {2001, 1}, {2008, 1}, {2009, 2}, {9999, 2}};
    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        assert_int_equal(0, ledger_booked(scene->ledger, HALL, (int64_t)times[i][0], &all, &until));
        assert_int_equal(2, all);
        assert_int_equal(times[i][1], until);
    }
}

static int
note_decision(const struct ledger_decision *decision, void *ctx)
{
    struct ledger_decision *all = ctx;
    size_t count = 0;
    while (count < 8 && all[count].number != 0) {
        count++;
    }
    assert_true(count < 8);
    all[count] = *decision;
    return count == 2 ? 42 : 0;
}

static void
test_decisions_are_kept(void **state)
{
    static const char *const states[] = {"booked", "taken", "open", "booked"};
    struct scene *scene = *state;
    struct ledger_decision all[8] = {0};
    put_some(scene->ledger, 2);
    for (uint64_t i = 0; i < ARRAY_LEN(states); i++) {
        struct ledger_decision decision =
            decision_of(1, states[i], HALL, i % 2 == 0 ? "sato" : "ito", 50 + (int64_t)i);
        assert_int_equal(LEDGER_DECIDED, ledger_decide(scene->ledger, &decision, i, 1));
    }
    struct ledger_decision none = decision_of(2, "open", HALL, "", 0);
    assert_int_equal(0, ledger_decisions(scene->ledger, none.id, note_decision, all));
    assert_int_equal(0, all[0].number);
    struct ledger_decision asked = decision_of(1, "open", HALL, "", 0);
    assert_int_equal(42, ledger_decisions(scene->ledger, asked.id, note_decision, all));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(4 - i, all[i].number);
        assert_string_equal(states[3 - i], all[i].state);
        assert_string_equal((3 - i) % 2 == 0 ? "sato" : "ito", all[i].decided_by);
        assert_int_equal(53 - i, all[i].decided_at);
        assert_string_equal(HALL, all[i].slot);
        assert_memory_equal(asked.id, all[i].id, sizeof(asked.id));
    }
}

/* Runs SQL that a constraint has to refuse, or not. */
static bool
is_refused(const struct scene *scene, const char *sql)
{
    if (scene->is_postgres) {
        PGconn *line = PQconnectdb(scene->path);
        PGresult *result = PQexec(line, sql);
        const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        bool refused = state != NULL && strncmp(state, "23", 2) == 0; /* integrity constraint */
        assert_true(refused || PQresultStatus(result) == PGRES_COMMAND_OK);
        PQclear(result);
        PQfinish(line);
        return refused;
    }
    sqlite3 *db;
    assert_int_equal(SQLITE_OK, sqlite3_open(scene->path, &db));
    assert_int_equal(SQLITE_OK, sqlite3_exec(db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL));
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_close(db);
    assert_true(code == SQLITE_OK || code == SQLITE_CONSTRAINT);
    return code == SQLITE_CONSTRAINT;
}

/* What no program of ours would write is refused by the storage itself. */
static void
test_decisions_by_constraint(void **state)
{
    static const struct {
        const char *id, *state, *seat;
        bool refused;
    } rows[] = {
        {"02", "booked", "1", true}, /* the seat is somebody's */
        {"01", "taken", "NULL", true}, /* two that stand */
        {"02", "booked", "NULL", true},
        {"02", "taken", "2", true},
        {"02", "gone", "NULL", true},
        {"09", "taken", "NULL", true}, /* of no record */
        {"02", "booked", "2", false},
    };
    struct scene *scene = *state;
    put_some(scene->ledger, 2);
    struct ledger_decision decision = decision_of(1, "booked", HALL, "sato", 1);
    assert_int_equal(LEDGER_DECIDED, ledger_decide(scene->ledger, &decision, 0, 1));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char id[2 * LEDGER_ID_LEN + 1] = "", sql[320];
        for (size_t k = 0; k < LEDGER_ID_LEN; k++) {
            memcpy(id + 2 * k, rows[i].id, 3);
        }
        snprintf(sql, sizeof(sql),
            "INSERT INTO decision(number, id, state, slot, seat, decided_at, decided_by)"
            " VALUES(%zu, %s%s', '%s', '" HALL "', %s, 1, 'x')",
            100 + i, scene->is_postgres ? "'\\x" : "x'", id, rows[i].state, rows[i].seat);
        if (is_refused(scene, sql) != rows[i].refused) {
            fail_msg("%s", sql);
        }
    }
}

struct racer {
    pthread_t thread;
    const char *path;
    unsigned self;
    int counts[3];
};

/* Staff at desks of their own: everybody books every record for one slot of three places. */
enum { DESKS = 4, WISHES = 24, PLACES = 3 };

static void *
race_for_places(void *arg)
{
    struct racer *racer = arg;
    struct ledger *ledger;
    if (ledger_open(racer->path, &ledger) < 0) {
        return NULL;
    }
    for (uint8_t i = 0; i < WISHES; i++) {
        uint8_t id = (uint8_t)(1 + (i + racer->self * WISHES / DESKS) % WISHES);
        struct ledger_decision decision = decision_of(id, "booked", HALL, "desk", 1);
        int ruling = ledger_decide(ledger, &decision, 0, PLACES);
        if (ruling == LEDGER_DECIDED || ruling == LEDGER_FULL) {
            racer->counts[ruling == LEDGER_FULL ? 1 : 0]++;
        } else if (ruling == LEDGER_DECIDED_SO) {
            racer->counts[2]++;
        }
    }
    ledger_close(ledger);
    return NULL;
}

static void
test_desks_race(void **state)
{
    struct scene *scene = *state;
    struct racer racers[DESKS];
    int counts[3] = {0, 0, 0};
    memset(racers, 0, sizeof(racers));
    put_some(scene->ledger, WISHES);
    for (unsigned i = 0; i < DESKS; i++) {
        racers[i].path = scene->path;
        racers[i].self = i;
        assert_int_equal(0, pthread_create(&racers[i].thread, NULL, race_for_places, &racers[i]));
    }
    for (unsigned i = 0; i < DESKS; i++) {
        pthread_join(racers[i].thread, NULL);
        for (int k = 0; k < 3; k++) {
            counts[k] += racers[i].counts[k];
        }
    }
    uint64_t all = 0, until = 0;
    assert_int_equal(0, ledger_booked(scene->ledger, HALL, 1, &all, &until));
    assert_int_equal(PLACES, all);
    assert_int_equal(PLACES, counts[0]);
    assert_int_equal(DESKS * WISHES, counts[0] + counts[1] + counts[2]);
    assert_int_equal(PLACES, ask(scene->path, "SELECT max(seat) FROM decision"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_decisions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_decisions_are_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_decisions_by_constraint, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_desks_race, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("decisions", tests, NULL, NULL);
}
