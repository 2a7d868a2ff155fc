/* What the staff do with a record: states, holders, notes and who did what. Two at once: the second is told and nothing of
 * the first is lost; the acts are only added, and what an entry says is what they say, whoever writes past the program. */
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
#include "ledger/sqlite_priv.h"

static void
put_some(struct ledger *ledger, uint8_t count)
{
    for (uint8_t i = 1; i <= count; i++) {
        struct ledger_entry entry = entry_of(i, "kiosk-001", 1, i, i);
        assert_int_equal(LEDGER_NEW, put(ledger, &entry, "body"));
    }
}

struct story {
    char text[1024]; /* newest first, "number kind=value by at;" */
    uint64_t newest;
};

static int
tell(const struct ledger_act *act, void *ctx)
{
    struct story *story = ctx;
    size_t len = strlen(story->text);
    story->newest = story->newest == 0 ? act->number : story->newest;
    snprintf(story->text + len, sizeof(story->text) - len, "%s=%s %s %lld;", act->kind, act->value,
        act->by, (long long)act->at);
    return 0;
}

static struct story
story_of(struct ledger *ledger, uint8_t id)
{
    struct story story = {.text = ""};
    uint8_t bytes[LEDGER_ID_LEN];
    memset(bytes, id, sizeof(bytes));
    assert_int_equal(0, ledger_acts(ledger, bytes, tell, &story));
    return story;
}

/* Each row is one change of record 1 by somebody who has seen everything up to the row `seen` (0: nothing, -1: all). */
static void
test_changes(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *what, *state, *holder, *note, *by;
        int seen;
        int result;
        const char *is_state, *is_holder, *newest;
    } rows[] = {
        {"nothing at all", NULL, NULL, NULL, "sato", -1, LEDGER_CHANGED_SO, "new", "", ""},
        {"as it is", "new", "", "", "sato", -1, LEDGER_CHANGED_SO, "new", "", ""},
        {"takes it", "work", "sato", NULL, "sato", -1, LEDGER_CHANGED, "work", "sato",
            "holder=sato sato 3;state=work sato 3;"},
        {"twice", "work", "sato", NULL, "sato", 0, LEDGER_CHANGED_SO, "work", "sato",
            "holder=sato"},
        {"a second clerk, who has not seen it", "work", "suzuki", "mine", "suzuki", 0,
            LEDGER_CHANGED_ELSE, "work", "sato", "holder=sato"},
        {"a note goes to whatever stands there", NULL, NULL, "called", "suzuki", 0, LEDGER_CHANGED,
            "work", "sato", "note=called suzuki 6;holder=sato"},
        {"the form sent twice", NULL, NULL, "called", "suzuki", 0, LEDGER_CHANGED_SO, "work",
            "sato", "note=called suzuki 6;holder=sato"},
        {"the same words by somebody else", NULL, NULL, "called", "sato", 0, LEDGER_CHANGED, "work",
            "sato", "note=called sato 8;note=called suzuki 6;"},
        {"the same words again, later", NULL, NULL, "called", "sato", -1, LEDGER_CHANGED, "work",
            "sato", "note=called sato 9;note=called sato 8;"},
        {"a note that came meanwhile is read first", "done", NULL, NULL, "sato", 4,
            LEDGER_CHANGED_ELSE, "work", "sato", "note=called sato 9;"},
        {"all of it", "papers", "", "brings the lease", "sato", -1, LEDGER_CHANGED, "papers", "",
            "note=brings the lease sato 11;holder= sato 11;state=papers sato 11;"},
        {"back", "back", NULL, NULL, "sato", -1, LEDGER_CHANGED, "back", "", "state=back sato 12;"},
        {"new again", "new", NULL, NULL, "sato", -1, LEDGER_CHANGED, "new", "",
            "state=new sato 13;"},
        {"a state that nobody knows", "gone", NULL, NULL, "sato", -1, KERR_INVALID, "new", "",
            "state=new sato 13;"},
        {"by nobody", "done", NULL, NULL, "", -1, KERR_INVALID, "new", "", "state=new sato 13;"},
    };
    put_some(scene->ledger, 2);
    uint64_t changes = 0, position = 0, before = 0;
    uint64_t newest[ARRAY_LEN(rows) + 1] = {0};
    assert_int_equal(0, ledger_newest(scene->ledger, &position, &before));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct ledger_entry entry = entry_of(1, "", 0, 0, 0);
        struct ledger_change change = {.id = entry.id,
            .state = rows[i].state,
            .holder = rows[i].holder,
            .note = rows[i].note,
            .by = rows[i].by,
            .at = (int64_t)i + 1};
        uint64_t seen = rows[i].seen < 0 ? newest[i] : newest[rows[i].seen];
        int r = ledger_change(scene->ledger, &change, seen);
        if (r != rows[i].result) {
            fail_msg("%s: %d", rows[i].what, r);
        }
        assert_int_equal(0, ledger_newest(scene->ledger, &position, &changes));
        assert_int_equal(before + (r == LEDGER_CHANGED ? 1 : 0), changes);
        before = changes;
        assert_int_equal(0, ledger_get(scene->ledger, entry.id, &entry, NULL));
        assert_string_equal(rows[i].is_state, entry.state);
        assert_string_equal(rows[i].is_holder, entry.holder);
        struct story story = story_of(scene->ledger, 1);
        newest[i + 1] = story.newest;
        story.text[strlen(rows[i].newest)] = 0;
        assert_string_equal(rows[i].newest, story.text);
    }
    assert_string_equal("", story_of(scene->ledger, 2).text);
    struct ledger_entry none = entry_of(9, "", 0, 0, 0);
    const struct ledger_change change = {.id = none.id, .state = "done", .by = "sato"};
    assert_int_equal(KERR_NOT_FOUND, ledger_change(scene->ledger, &change, 0));
}

static void
test_bounds(void **state)
{
    struct scene *scene = *state;
    static char text[LEDGER_NOTE_MAX + 1];
    memset(text, 'a', sizeof(text) - 1);
    put_some(scene->ledger, 1);
    struct ledger_entry entry = entry_of(1, "", 0, 0, 0);
    struct ledger_change change = {.id = entry.id, .note = text, .by = "sato"};
    assert_int_equal(KERR_INVALID, ledger_change(scene->ledger, &change, 0));
    text[LEDGER_NOTE_MAX - 1] = 0;
    assert_int_equal(LEDGER_CHANGED, ledger_change(scene->ledger, &change, 0));
    change = (struct ledger_change){.id = entry.id, .holder = text, .by = "sato"};
    assert_int_equal(KERR_INVALID, ledger_change(scene->ledger, &change, 0));
    assert_int_equal(KERR_INVALID, ledger_change(scene->ledger, &change, UINT64_MAX));
}

static int
add_position(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx)
{
    char *out = ctx;
    size_t at = strlen(out);
    (void)envelope;
    assert_int_equal(4, len);
    snprintf(out + at, 64 - at, "%llu ", (unsigned long long)entry->position);
    return 0;
}

static void
assert_listed(
    struct ledger *ledger, enum ledger_state state, const char *holder, const char *positions)
{
    char out[64] = "";
    assert_int_equal(0, ledger_list_of(ledger, state, holder, 0, 100, add_position, out));
    assert_string_equal(positions, out);
}

/* Lists by state and by holder, and the counts beside them. */
static void
test_lists_and_counts(void **state)
{
    struct scene *scene = *state;
    struct ledger *ledger = scene->ledger;
    struct ledger_counts counts;
    put_some(ledger, 8);
    static const struct {
        uint8_t id;
        const char *state, *holder;
    } rows[] = {{2, "work", "sato"}, {3, "done", "sato"}, {4, "papers", "sato"},
        {5, "back", "sato"}, {6, "work", "suzuki"}, {7, "work", NULL}, {3, "new", NULL},
        {3, "done", NULL}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct ledger_entry entry = entry_of(rows[i].id, "", 0, 0, 0);
        const struct ledger_change change = {.id = entry.id,
            .state = rows[i].state,
            .holder = rows[i].holder,
            .by = "sato",
            .at = 5};
        assert_int_equal(LEDGER_CHANGED, ledger_change(ledger, &change, LEDGER_SEEN_ANY));
    }
    assert_listed(ledger, LEDGER_STATE_NEW, NULL, "8 1 ");
    assert_listed(ledger, LEDGER_STATE_WORK, NULL, "7 6 2 ");
    assert_listed(ledger, LEDGER_STATE_PAPERS, NULL, "4 ");
    assert_listed(ledger, LEDGER_STATE_DONE, NULL, "3 ");
    assert_listed(ledger, LEDGER_STATE_BACK, NULL, "5 ");
    assert_listed(ledger, LEDGER_STATE_COUNT, "sato", "4 2 ");
    assert_listed(ledger, LEDGER_STATE_COUNT, "nobody", "");
    char out[64] = "";
    assert_int_equal(0, ledger_list_of(ledger, LEDGER_STATE_WORK, NULL, 7, 1, add_position, out));
    assert_string_equal("6 ", out);
    assert_int_equal(
        KERR_INVALID, ledger_list_of(ledger, LEDGER_STATE_COUNT, "", 0, 9, add_position, out));
    assert_int_equal(0, ledger_counts(ledger, "sato", &counts));
    static const uint64_t expected[] = {2, 3, 1, 1, 1};
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_int_equal(expected[i], counts.states[i]);
    }
    assert_int_equal(2, counts.held);
    assert_int_equal(0, ledger_counts(ledger, "", &counts));
    assert_int_equal(0, counts.held);
}

/* SQL past the ledger: whether the storage took it. */
static bool
takes(const struct scene *scene, const char *sql)
{
    if (scene->is_postgres) {
        PGconn *line = PQconnectdb(scene->path);
        PGresult *result = PQexec(line, sql);
        bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
        PQfinish(line);
        return good;
    }
    sqlite3 *db;
    assert_int_equal(SQLITE_OK, sqlite3_open(scene->path, &db));
    assert_int_equal(SQLITE_OK, sqlite3_exec(db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL));
    bool good = sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_close(db);
    return good;
}

/* Whoever writes past the program: no act is changed or taken away, no entry says what no act says; an entry that goes takes
 * its acts along, in one transaction. */
static void
test_only_added(void **state)
{
    struct scene *scene = *state;
    put_some(scene->ledger, 2);
    struct ledger_entry entry = entry_of(1, "", 0, 0, 0);
    const struct ledger_change change = {
        .id = entry.id, .state = "work", .holder = "sato", .note = "n", .by = "sato", .at = 5};
    assert_int_equal(LEDGER_CHANGED, ledger_change(scene->ledger, &change, 0));
    static const char *const refused[] = {
        "UPDATE act SET acted_by = 'suzuki'",
        "UPDATE act SET value = 'x' WHERE kind = 'note'",
        "DELETE FROM act",
        "DELETE FROM act WHERE kind = 'note'",
        "UPDATE entry SET state = 'done' WHERE position = 1",
        "UPDATE entry SET state = 'done' WHERE position = 2",
        "UPDATE entry SET holder = 'suzuki' WHERE position = 1",
        "UPDATE entry SET holder = 'suzuki' WHERE position = 2",
        "DELETE FROM entry WHERE position = 1", /* its acts would be left */
        "INSERT INTO act(number, id, kind, value, acted_at, acted_by)"
        " SELECT 99, id, 'else', 'x', 1, 'sato' FROM entry WHERE position = 1",
    };
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        if (takes(scene, refused[i])) {
            fail_msg("taken: %s", refused[i]);
        }
    }
    assert_string_equal(
        "note=n sato 5;holder=sato sato 5;state=work sato 5;", story_of(scene->ledger, 1).text);
    assert_true(
        takes(scene, "BEGIN; DELETE FROM entry WHERE position = 1; DELETE FROM act; COMMIT"));
    assert_string_equal("", story_of(scene->ledger, 1).text);
    struct ledger_counts counts;
    assert_int_equal(0, ledger_counts(scene->ledger, "sato", &counts));
    assert_int_equal(0, counts.states[LEDGER_STATE_WORK]);
    assert_int_equal(1, counts.states[LEDGER_STATE_NEW]);
    assert_int_equal(0, counts.held);
}

enum { CLERKS = 4, ROUNDS = 12 };
struct clerk {
    pthread_t thread;
    const char *path;
    unsigned number, won;
};

static void *
take_all(void *arg)
{
    struct clerk *clerk = arg;
    struct ledger *ledger;
    char name[16];
    snprintf(name, sizeof(name), "clerk-%u", clerk->number);
    assert_int_equal(0, ledger_open(clerk->path, &ledger));
    for (uint8_t id = 1; id <= ROUNDS; id++) {
        struct ledger_entry entry = entry_of(id, "", 0, 0, 0);
        const struct ledger_change change = {
            .id = entry.id, .state = "work", .holder = name, .note = name, .by = name, .at = 5};
        int r = ledger_change(ledger, &change, 0);
        while (r == KERR_BUSY) {
            r = ledger_change(ledger, &change, 0);
        }
        assert_true(r == LEDGER_CHANGED || r == LEDGER_CHANGED_ELSE);
        clerk->won += r == LEDGER_CHANGED;
    }
    ledger_close(ledger);
    return NULL;
}

/* Several clerks take the same records at once: each record has one, and nothing of the others. */
static void
test_at_once(void **state)
{
    struct scene *scene = *state;
    struct clerk clerks[CLERKS];
    put_some(scene->ledger, ROUNDS);
    memset(clerks, 0, sizeof(clerks));
    for (unsigned i = 0; i < CLERKS; i++) {
        clerks[i].path = scene->path;
        clerks[i].number = i;
        assert_int_equal(0, pthread_create(&clerks[i].thread, NULL, take_all, &clerks[i]));
    }
    unsigned won = 0;
    for (unsigned i = 0; i < CLERKS; i++) {
        pthread_join(clerks[i].thread, NULL);
        won += clerks[i].won;
    }
    assert_int_equal(ROUNDS, won);
    for (uint8_t id = 1; id <= ROUNDS; id++) {
        struct ledger_entry entry = entry_of(id, "", 0, 0, 0);
        char expected[512];
        assert_int_equal(0, ledger_get(scene->ledger, entry.id, &entry, NULL));
        snprintf(expected, sizeof(expected), "note=%s %s 5;holder=%s %s 5;state=work %s 5;",
            entry.holder, entry.holder, entry.holder, entry.holder, entry.holder);
        assert_string_equal(expected, story_of(scene->ledger, id).text);
    }
}

static int
tell_correction(const struct ledger_correction *is, void *ctx)
{
    struct story *story = ctx;
    size_t len = strlen(story->text);
    snprintf(story->text + len, sizeof(story->text) - len, "%s %s>%s %s %s %d;", is->fact,
        is->before, is->after, is->reason, is->by, (int)is->at);
    story->newest = is->number;
    return 0;
}

static struct story
corrections_of(struct ledger *ledger, const uint8_t *id)
{
    struct story story = {.newest = 0};
    assert_int_equal(0, ledger_corrections(ledger, id, tell_correction, &story));
    return story;
}

/* Corrections stand beside the record, in their order; who did not see the newest changes nothing; they are only added, and go when the
 * record goes. */
static void
test_corrections(void **state)
{
    struct scene *scene = *state;
    struct ledger *ledger = scene->ledger;
    uint8_t id[LEDGER_ID_LEN];
    uint64_t position, before, after;
    struct ledger_correction is = {.fact = "applicant.name",
        .before = "a",
        .after = "b",
        .reason = "register",
        .at = 5,
        .by = "sato"};
    put_some(ledger, 2);
    memset(id, 1, sizeof(id));
    assert_int_equal(0, ledger_newest(ledger, &position, &before));
    assert_int_equal(LEDGER_CHANGED, ledger_correct(ledger, id, &is, 0));
    assert_int_equal(LEDGER_CHANGED, ledger_correct(ledger, id, &is, 0)); /* sent twice */
    assert_int_equal(0, ledger_newest(ledger, &position, &after));
    assert_int_equal(before + 1, after);
    struct ledger_correction other = is;
    snprintf(other.by, sizeof(other.by), "ono");
    assert_int_equal(LEDGER_CHANGED_ELSE, ledger_correct(ledger, id, &other, 0));
    assert_string_equal("applicant.name a>b register sato 5;", corrections_of(ledger, id).text);
    snprintf(other.after, sizeof(other.after), "a");
    snprintf(other.before, sizeof(other.before), "b");
    assert_int_equal(
        LEDGER_CHANGED, ledger_correct(ledger, id, &other, corrections_of(ledger, id).newest));
    assert_string_equal("applicant.name a>b register sato 5;applicant.name b>a register ono 5;",
        corrections_of(ledger, id).text);
    other.reason[0] = 0;
    assert_int_equal(KERR_INVALID, ledger_correct(ledger, id, &other, 0));
    memset(id, 9, sizeof(id));
    assert_int_equal(KERR_NOT_FOUND, ledger_correct(ledger, id, &is, 0));

    assert_false(takes(scene, "UPDATE correction SET new_value = 'c'"));
    assert_false(takes(scene, "DELETE FROM correction"));
    memset(id, 1, sizeof(id));
    const struct ledger_change change = {.id = id, .state = "done", .by = "sato", .at = 100};
    assert_int_equal(LEDGER_CHANGED, ledger_change(ledger, &change, LEDGER_SEEN_ANY));
    struct ledger_gone gone = {.deleted_at = 5000, .rule = "30 days"};
    memcpy(gone.id, id, sizeof(id));
    assert_int_equal(0, ledger_forget(ledger, &gone, 100, NULL));
    assert_int_equal(0, ask(scene->path, "SELECT count(*) FROM correction"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* ---- a page of a million records ---- */

/* Whether a statement goes by this index in each table that it reads, and neither walks through one nor sorts. */
static bool
goes_by(sqlite3 *db, const char *sql, const char *index)
{
    char text[4096];
    sqlite3_stmt *plan = NULL;
    bool found = false;
    bool walks = false;
    snprintf(text, sizeof(text), "EXPLAIN QUERY PLAN %s", sql);
    assert_int_equal(SQLITE_OK, sqlite3_prepare_v2(db, text, -1, &plan, NULL));
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *line = (const char *)sqlite3_column_text(plan, 3);
        found = found || strstr(line, index) != NULL;
        walks = walks || strstr(line, "TEMP B-TREE") != NULL ||
                (strncmp(line, "SCAN ", 5) == 0 && strcmp(line, "SCAN CONSTANT ROW") != 0);
    }
    sqlite3_finalize(plan);
    return found && !walks;
}

/* The list, its tabs and counts, a record and its acts each go by an index; without it the same question says so. */
static void
test_plans(void **state)
{
    struct scene *scene = *state;
    static const struct {
        enum ledger_query query;
        const char *index; /* words of the plan */
        const char *drop; /* an index that can be taken away; NULL: a part of its table */
    } rows[] = {
        {LEDGER_Q_BEFORE, "USING INTEGER PRIMARY KEY (rowid<?)", NULL},
        {LEDGER_Q_BEFORE_STATE, "USING INDEX entry_state (state=? AND position<?)", "entry_state"},
        {LEDGER_Q_BEFORE_HELD, "USING INDEX entry_held (holder=? AND position<?)", "entry_held"},
        {LEDGER_Q_COUNTS, "INDEX entry_held (holder=?)", "entry_held"},
        {LEDGER_Q_GET, "USING INDEX sqlite_autoindex_entry_1 (id=?)", NULL},
        {LEDGER_Q_ACT, "USING INDEX act_record (id=? AND number<?)", "act_record"},
        {LEDGER_Q_DECISION, "USING INDEX decision_record (id=? AND number<?)", "decision_record"},
    };
    if (scene->is_postgres) {
        return; /* these are plans of SQLite, without statistics: the same whatever a table holds */
    }
    struct sqlite_ledger *ledger = (struct sqlite_ledger *)scene->ledger; /* its first member */
    sqlite3 *db = NULL;
    char drop[64];
    assert_int_equal(SQLITE_OK, sqlite3_open(scene->path, &db));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *sql = sqlite3_sql(ledger->queries[rows[i].query]);
        if (!goes_by(db, sql, rows[i].index)) {
            fail_msg("%s: not %s", sql, rows[i].index);
        }
        if (rows[i].drop != NULL) {
            snprintf(drop, sizeof(drop), "BEGIN; DROP INDEX %s", rows[i].drop);
            assert_int_equal(SQLITE_OK, sqlite3_exec(db, drop, NULL, NULL, NULL));
            assert_false(goes_by(db, sql, rows[i].index));
            assert_int_equal(SQLITE_OK, sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL));
        }
    }
    sqlite3_close(db);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_changes),
        TEST(test_bounds),
        TEST(test_lists_and_counts),
        TEST(test_only_added),
        TEST(test_corrections),
        TEST(test_at_once),
        TEST(test_plans),
    };
    return cmocka_run_group_tests_name("acts", tests, NULL, NULL);
}
