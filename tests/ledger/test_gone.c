/* What is deleted by rule: only what is done for long enough goes, all of it, once; the line of proof and the counts stay and
 * can't be changed; a record that comes again is known by its line. On SQLite, or on PostgreSQL (scene.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "ledger/ledger.h"
#include "ledger/scene.h"

#define SLOT "hall/2026-12-01/09:00"

/* Bytes that stand nowhere else; four pages of them. */
static void
fill(uint8_t *bytes, size_t len, uint8_t which)
{
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)("SealedWords-"[i % 12] ^ (which & 0x0f));
    }
}
enum { BODY_LEN = 16 * 1024, PATTERN_LEN = 24 };

static void
put_long(struct ledger *ledger, uint8_t id, uint64_t sequence, int verdict)
{
    static uint8_t body[BODY_LEN];
    struct ledger_entry entry = entry_of(id, "kiosk-001", 7, sequence, id);
    fill(body, sizeof(body), id);
    assert_int_equal(verdict, ledger_put(ledger, &entry, body, sizeof(body)));
    if (verdict == LEDGER_SAME) {
        assert_string_equal("deleted", entry.state);
        assert_int_equal(5000, entry.state_at);
    }
}

static struct ledger_gone
gone_of(uint8_t id, const char *number)
{
    struct ledger_gone gone = {.deleted_at = 5000, .rule = "30 days"};
    memset(gone.id, id, sizeof(gone.id));
    snprintf(gone.number, sizeof(gone.number), "%s", number);
    return gone;
}

static const struct ledger_tally TALLY = {.day = "2026-11-22",
    .procedure = "resident-record",
    .language = "vi",
    .kiosk = "kiosk-001",
    .assisted = "no",
    .outcome = "done",
    .minutes = 12};

static void
be_marked(struct ledger *ledger, uint8_t which, const char *state, int64_t at)
{
    uint8_t id[LEDGER_ID_LEN];
    memset(id, which, sizeof(id));
    const struct ledger_change change = {
        .id = id, .state = state, .note = "NoteOfTheClerk", .by = "sato", .at = at};
    assert_int_equal(LEDGER_CHANGED, ledger_change(ledger, &change, LEDGER_SEEN_ANY));
}

static int
sum_up(const struct ledger_tally *tally, void *ctx)
{
    struct ledger_tally *sum = ctx;
    uint64_t records = sum->records + tally->records;
    int64_t minutes = sum->minutes + tally->minutes;
    *sum = *tally;
    sum->records = records;
    sum->minutes = minutes;
    return 0;
}

static int
keep_line(const struct ledger_gone *gone, void *ctx)
{
    *(struct ledger_gone *)ctx = *gone;
    return 0;
}

/* Which entries are due, and what is refused: what was taken back, is not done for long enough, or is not there. */
static void
test_due(void **state)
{
    struct scene *scene = *state;
    struct ledger *ledger = scene->ledger;
    struct ledger_entry due[LEDGER_DUE_MAX];
    size_t count = 0;
    for (uint8_t i = 1; i <= 5; i++) {
        struct ledger_entry entry = entry_of(i, "kiosk-001", 7, i, i);
        assert_int_equal(LEDGER_NEW, put(ledger, &entry, "body"));
    }
    be_marked(ledger, 1, "done", 3000);
    be_marked(ledger, 2, "done", 2000);
    be_marked(ledger, 3, "done", 3001);
    be_marked(ledger, 4, "back", 3000);
    assert_int_equal(0, ledger_due(ledger, 3000, NULL, LEDGER_DUE_MAX, due, &count));
    assert_int_equal(3, count);
    assert_int_equal(2, due[0].id[0]);
    assert_int_equal(1, due[1].id[0]);
    assert_int_equal(4, due[2].id[0]);
    assert_int_equal(0, ledger_due(ledger, 3000, &due[1], LEDGER_DUE_MAX, due, &count));
    assert_int_equal(1, count);
    assert_int_equal(4, due[0].id[0]);
    assert_int_equal(0, ledger_due(ledger, 3000, NULL, 1, due, &count));
    assert_int_equal(1, count);

    struct ledger_gone gone = gone_of(3, "00100038");
    assert_int_equal(KERR_STATE, ledger_forget(ledger, &gone, 3000, &TALLY)); /* too young */
    gone = gone_of(5, "");
    assert_int_equal(KERR_STATE, ledger_forget(ledger, &gone, 9000, &TALLY)); /* nobody did it */
    be_marked(ledger, 1, "new", 3100);
    gone = gone_of(1, "");
    assert_int_equal(KERR_STATE, ledger_forget(ledger, &gone, 9000, &TALLY)); /* taken back */
    gone = gone_of(9, "");
    assert_int_equal(KERR_NOT_FOUND, ledger_forget(ledger, &gone, 9000, &TALLY));
    gone.rule[0] = 0;
    assert_int_equal(KERR_INVALID, ledger_forget(ledger, &gone, 9000, NULL));
    assert_int_equal(5, ask(scene->path, "SELECT count(*) FROM entry"));
    assert_int_equal(0, ask(scene->path, "SELECT count(*) FROM gone"));
    assert_int_equal(0, ask(scene->path, "SELECT count(*) FROM tally"));
    assert_int_equal(KERR_NOT_FOUND, ledger_gone(ledger, due[0].id, &gone));
}

/* All of a record goes, once; its line and the counts stay. */
static void
test_forgotten(void **state)
{
    struct scene *scene = *state;
    struct ledger *ledger = scene->ledger;
    struct ledger_decision decision = {.state = "booked", .slot = SLOT};
    struct ledger_tally sum = {.records = 0};
    struct ledger_gone line = {.line = 0};
    struct ledger_entry entry;
    uint64_t position, before, after, booked, until;
    AUTO_BUF receipt;
    buf_init(&receipt, 100);
    for (uint8_t i = 1; i <= 3; i++) {
        put_long(ledger, i, i, LEDGER_NEW);
        be_marked(ledger, i, "done", 2000);
    }
    memset(decision.id, 2, sizeof(decision.id));
    assert_int_equal(LEDGER_DECIDED, ledger_decide(ledger, &decision, 0, 1));
    struct ledger_entry other = entry_of(2, "kiosk-001", 7, 2, 99);
    assert_int_equal(LEDGER_CONFLICT, put(ledger, &other, "other words"));
    assert_int_equal(
        0, ledger_receipt_keep(ledger, decision.id, (const uint8_t *)"r1", 2, &receipt));
    assert_int_equal(0, ledger_newest(ledger, &position, &before));

    struct ledger_gone gone = gone_of(2, "00100029");
    assert_int_equal(0, ledger_forget(ledger, &gone, 2000, &TALLY));
    assert_int_equal(0, ledger_forget(ledger, &gone, 2000, &TALLY)); /* a second time: nothing */
    assert_int_equal(0, ledger_newest(ledger, &position, &after));
    assert_int_equal(before + 1, after);
    assert_int_equal(KERR_NOT_FOUND, ledger_get(ledger, gone.id, &entry, NULL));
    assert_int_equal(KERR_NOT_FOUND, ledger_receipt(ledger, gone.id, &receipt));
    assert_int_equal(KERR_NOT_FOUND, ledger_decided(ledger, gone.id, &decision));
    assert_int_equal(0, ledger_booked(ledger, SLOT, 9000, &booked, &until));
    assert_int_equal(0, booked);
    assert_int_equal(4, ask(scene->path, "SELECT count(*) FROM act"));
    assert_int_equal(2, ask(scene->path, "SELECT count FROM state_count WHERE state = 'done'"));
    assert_int_equal(1, ask(scene->path, "SELECT count(*) FROM quarantine"));
    assert_int_equal(0, ask(scene->path, "SELECT length(envelope) FROM quarantine"));

    assert_int_equal(0, ledger_gone(ledger, gone.id, &line));
    assert_int_equal(2, line.position);
    assert_int_equal(2, line.hash[5]);
    assert_string_equal("30 days", line.rule);
    assert_true(line.done_at == 2000 && line.deleted_at == 5000 && line.received_at == 1000);
    line.line = 0;
    assert_int_equal(0, ledger_gone_number(ledger, "00100029", 1, keep_line, &line));
    assert_int_equal(1, line.line);
    assert_int_equal(0, ledger_tallies(ledger, "2026-11-01", "2026-11-30", sum_up, &sum));
    assert_int_equal(1, sum.records);
    gone = gone_of(3, "00100038");
    assert_int_equal(0, ledger_forget(ledger, &gone, 2000, &TALLY));
    sum.records = 0;
    sum.minutes = 0;
    assert_int_equal(0, ledger_tallies(ledger, "2026-11-22", "2026-11-22", sum_up, &sum));
    assert_true(sum.records == 2 && sum.minutes == 24 && strcmp(sum.language, "vi") == 0);
    assert_int_equal(0, ledger_gone_after(ledger, 1, 10, keep_line, &line));
    assert_int_equal(3, line.id[0]);
    assert_int_equal(0, ledger_gone_before(ledger, 2, 10, keep_line, &line));
    assert_int_equal(2, line.id[0]);
    assert_int_equal(0, ledger_tidy(ledger));
}

static int
count_span(const struct ledger_span *span, void *ctx)
{
    *(struct ledger_span *)ctx = *span;
    return 0;
}

/* Comes again on a stick, by a code, from a late terminal: known, answered, not stored. Its place counts as come. Other bytes
 * with its id or its place are a conflict as before. */
static void
test_comes_again(void **state)
{
    struct scene *scene = *state;
    struct ledger *ledger = scene->ledger;
    struct ledger_span span = {.highest = 0};
    AUTO_BUF receipt;
    buf_init(&receipt, 100);
    for (uint8_t i = 1; i <= 3; i++) {
        put_long(ledger, i, i, LEDGER_NEW);
    }
    be_marked(ledger, 2, "done", 2000);
    be_marked(ledger, 3, "done", 2000);
    struct ledger_gone gone = gone_of(3, "");
    assert_int_equal(0, ledger_forget(ledger, &gone, 2000, NULL));
    gone = gone_of(2, "00100029");
    assert_int_equal(0, ledger_forget(ledger, &gone, 2000, NULL));
    put_long(ledger, 2, 2, LEDGER_SAME);
    assert_int_equal(KERR_NOT_FOUND, ledger_receipt(ledger, gone.id, &receipt));
    assert_int_equal(0, ledger_receipt_keep(ledger, gone.id, (const uint8_t *)"new", 3, &receipt));
    assert_string_equal("new", buf_str(&receipt));
    struct ledger_entry other = entry_of(2, "kiosk-001", 7, 2, 99);
    assert_int_equal(LEDGER_CONFLICT, put(ledger, &other, "other words"));
    other = entry_of(20, "kiosk-001", 7, 2, 20);
    assert_int_equal(LEDGER_CONFLICT, put(ledger, &other, "another's place"));
    other = entry_of(2, "kiosk-001", 7, 9, 2);
    assert_int_equal(LEDGER_CONFLICT, put(ledger, &other, "its id at a place of its own"));
    assert_int_equal(1, ask(scene->path, "SELECT count(*) FROM entry"));
    assert_int_equal(0, ledger_fleet(ledger, count_span, &span));
    assert_true(span.highest == 3 && span.missing == 0 && span.last_at == 1000);
    other = entry_of(4, "kiosk-001", 7, 4, 4);
    assert_int_equal(LEDGER_NEW, put(ledger, &other, "the next"));
    assert_int_equal(4, other.position); /* no position is given twice */
}

/* SQL past the ledger, which has to be refused. */
static void
refuse(const char *path, const char *sql)
{
    if (strncmp(path, "postgres", 8) == 0) {
        PGconn *line = PQconnectdb(path);
        PGresult *result = PQexec(line, sql);
        const char *text = PQresultErrorMessage(result);
        if (PQresultStatus(result) != PGRES_FATAL_ERROR || strstr(text, "only added to") == NULL) {
            fail_msg("not refused: %s", sql);
        }
        PQclear(result);
        PQfinish(line);
        return;
    }
    sqlite3 *db;
    assert_int_equal(SQLITE_OK, sqlite3_open(path, &db));
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_CONSTRAINT) {
        fail_msg("not refused: %s", sql);
    }
    sqlite3_close(db);
}

static int
keep_sweep(const struct ledger_sweep *sweep, void *ctx)
{
    *(struct ledger_sweep *)ctx = *sweep;
    return 1;
}

static void
test_lines_stay(void **state)
{
    struct scene *scene = *state;
    struct ledger_sweep sweep = {.at = 5000, .trusted_at = 4000, .deleted = 1, .word = "done"};
    put_long(scene->ledger, 1, 1, LEDGER_NEW);
    be_marked(scene->ledger, 1, "done", 2000);
    struct ledger_gone gone = gone_of(1, "00100011");
    assert_int_equal(0, ledger_forget(scene->ledger, &gone, 2000, NULL));
    assert_int_equal(0, ledger_sweep_add(scene->ledger, &sweep));
    refuse(scene->path, "DELETE FROM gone");
    refuse(scene->path, "UPDATE gone SET rule = 'none'");
    refuse(scene->path, "DELETE FROM sweep");
    refuse(scene->path, "UPDATE sweep SET deleted = 0");
    memset(&sweep, 0, sizeof(sweep));
    assert_int_equal(1, ledger_sweeps(scene->ledger, 9, keep_sweep, &sweep));
    assert_true(sweep.at == 5000 && sweep.trusted_at == 4000 && sweep.deleted == 1);
}

static struct ledger_look
look_of(uint8_t previous, uint8_t hash, int64_t at)
{
    struct ledger_look look = {.at = at, .by = "佐藤", .act = "open", .status = 200};
    memset(look.previous, previous, sizeof(look.previous));
    memset(look.hash, hash, sizeof(look.hash));
    return look;
}

static int
keep_look(const struct ledger_look *look, void *ctx)
{
    *(struct ledger_look *)ctx = *look;
    return 0;
}

/* Lines of access follow each other, whoever writes at once; they can't be changed, and only the old end goes, by a cut. */
static void
test_looks(void **state)
{
    struct scene *scene = *state;
    struct ledger *ledger = scene->ledger;
    uint8_t hash[LEDGER_HASH_LEN];
    uint64_t line = 9;
    assert_int_equal(0, ledger_look_end(ledger, hash));
    assert_int_equal(0, hash[0]);
    for (uint8_t i = 0; i < 5; i++) {
        struct ledger_look look = look_of(i, i + 1, 1000 * (i + 1));
        assert_int_equal(0, ledger_look_add(ledger, &look));
        assert_int_equal(0, ledger_look_add(ledger, &look)); /* an answer was lost: once */
    }
    struct ledger_look look = look_of(2, 99, 1);
    assert_int_equal(KERR_CONFLICT, ledger_look_add(ledger, &look)); /* no second story */
    look.act[0] = 0;
    assert_int_equal(KERR_INVALID, ledger_look_add(ledger, &look));
    assert_int_equal(5, ask(scene->path, "SELECT count(*) FROM look"));
    refuse(scene->path, "UPDATE look SET by_whom = 'ito'");
    refuse(scene->path, "DELETE FROM look WHERE line = 1");
    assert_int_equal(0, ledger_look_first(ledger, &line, hash));
    assert_int_equal(0, line);
    assert_int_equal(0, ledger_look_trim(ledger, 3000, 7000));
    assert_int_equal(3, ask(scene->path, "SELECT count(*) FROM look"));
    assert_int_equal(0, ledger_look_first(ledger, &line, hash));
    assert_true(line == 2 && hash[0] == 2);
    refuse(scene->path, "DELETE FROM look");
    refuse(scene->path, "DELETE FROM look_cut");
    refuse(scene->path, "UPDATE look_cut SET upto = 99");
    assert_int_equal(0, ledger_look_after(ledger, 0, 1, keep_look, &look));
    assert_true(look.at == 3000 && look.previous[5] == 2 && strcmp(look.by, "佐藤") == 0);
    assert_int_equal(0, ledger_look_before(ledger, 5, 1, keep_look, &look));
    assert_int_equal(4000, look.at);
    assert_int_equal(0, ledger_look_trim(ledger, 99000, 7000)); /* the newest stays */
    assert_int_equal(1, ask(scene->path, "SELECT count(*) FROM look"));
    look = look_of(5, 6, 1);
    assert_int_equal(0, ledger_look_add(ledger, &look));
}

/* How often bytes of a body stand in a file; 0 when there is no file. */
static unsigned
found_in(const char *path, uint8_t which)
{
    uint8_t pattern[PATTERN_LEN];
    unsigned found = 0;
    AUTO_BUF file;
    buf_init(&file, (size_t)16 * 1024 * 1024);
    fill(pattern, sizeof(pattern), which);
    if (!fs_exists(path)) {
        return 0;
    }
    assert_int_equal(0, fs_read(path, &file));
    for (size_t i = 0; i + sizeof(pattern) <= file.len; i++) {
        found += memcmp(file.data + i, pattern, sizeof(pattern)) == 0;
    }
    return found;
}

/* Nothing of it is left in the file, nor beside it. */
static void
test_nothing_left(void **state)
{
    struct scene *scene = *state;
    static const char *const beside[] = {"", "-journal", "-wal", "-shm"};
    if (scene->is_postgres) {
        return; /* the storage of a server is the server's: README */
    }
    for (uint8_t i = 1; i <= 9; i++) {
        put_long(scene->ledger, i, i, LEDGER_NEW);
        be_marked(scene->ledger, i, "done", 2000);
    }
    assert_true(found_in(scene->path, 5) > 100); /* the scan can find */
    for (uint8_t i = 1; i <= 8; i++) {
        struct ledger_gone gone = gone_of(i, "00100011");
        assert_int_equal(0, ledger_forget(scene->ledger, &gone, 2000, NULL));
    }
    assert_int_equal(0, ledger_tidy(scene->ledger));
    for (size_t i = 0; i < ARRAY_LEN(beside); i++) {
        char path[512];
        snprintf(path, sizeof(path), "%s%s", scene->path, beside[i]);
        for (uint8_t id = 1; id <= 8; id++) {
            assert_int_equal(0, found_in(path, id));
        }
    }
    assert_true(found_in(scene->path, 9) > 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_due, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_comes_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lines_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_looks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_left, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("gone", tests, NULL, NULL);
}
