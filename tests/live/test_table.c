/* A file of live data: what is taken, what is refused and at which line, slots, keys, the folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "live/live.h"

#define HEAD "# as-of 2026-11-22T08:00:00+09:00\n# form "
#define SLOTS HEAD "slots\n"
#define ANSWERS HEAD "answers\n"
#define BALANCES HEAD "balances\n"

static struct live_table *
good(const char *text)
{
    struct live_table *table = NULL;
    int line = -1;
    assert_int_equal(live_parse(text, strlen(text), &table, &line), 0);
    assert_int_equal(line, 0);
    return table;
}

static void
test_as_of(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t wall_s;
    } rows[] = {
        {"# as-of 2026-11-22T08:00:00+09:00\n# form rows\n", 1795302000},
        {"# as-of 2026-11-21T23:00:00Z\n# form rows\n", 1795302000},
        {"# as-of 2026-11-21T18:30:00-04:30\n# form rows\n", 1795302000},
        {"# as-of 1970-01-01T00:00:01Z\n# form rows\n", 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct live_table *table = good(rows[i].text);
        assert_int_equal(live_as_of(table), rows[i].wall_s);
        assert_int_equal(live_form(table), LIVE_ROWS);
        assert_int_equal(live_count(table), 0);
        live_table_free(table);
    }
}

static void
test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line; /* 0: not one line's fault */
    } rows[] = {
        {"", 1},
        {"# as-of 2026-11-22T08:00:00+09:00\n", 2},
        {"# form slots\n# as-of 2026-11-22T08:00:00+09:00\n", 1},
        {"# as-of yesterday\n# form rows\n", 1},
        {"# as-of 2026-02-30T08:00:00+09:00\n# form rows\n", 1},
        {"# as-of 2026-11-22T24:00:00+09:00\n# form rows\n", 1},
        {"# as-of 2026-11-22T08:00:00\n# form rows\n", 1},
        {"# as-of 2026-11-22T08:00:00+09:00x\n# form rows\n", 1},
        {HEAD "slot\n", 2},
        {HEAD "slots", 2}, /* cut */
        {SLOTS "taga-hall\t2026-12-01\t09:00\n", 3},
        {SLOTS "taga-hall\t2026-12-01\t09:00\t1\t2\n", 3},
        {SLOTS "# note\nTaga\t2026-12-01\t09:00\t1\n", 4},
        {SLOTS "taga-hall\t2026-12-32\t09:00\t1\n", 3},
        {SLOTS "taga-hall\t2026-2-01\t09:00\t1\n", 3},
        {SLOTS "taga-hall\t2026-12-01\t9:00\t1\n", 3},
        {SLOTS "taga-hall\t2026-12-01\t09:60\t1\n", 3},
        {SLOTS "taga-hall\t2026-12-01\t09:00\t\n", 3},
        {SLOTS "taga-hall\t2026-12-01\t09:00\t-1\n", 3},
        {SLOTS "taga-hall\t2026-12-01\t09:00\t1000\n", 3},
        {SLOTS "taga-hall\t2026-12-01\t09:00\t1", 3}, /* cut */
        {SLOTS "a\t2026-12-01\t09:00\t1\na\t2026-12-01\t09:00\t2\n", 0},
        {SLOTS "a\t2026-12-01\t09:00\t1\n\n", 4},
        {ANSWERS "1234567\tbooked\n", 3},
        {ANSWERS "12345678\tBooked\n", 3},
        {ANSWERS "12345678\tbooked\tsome-day\n", 3},
        {ANSWERS "12345678\tbooked\na", 4},
        {ANSWERS "12345678\tbooked\n12345678\ttaken\n", 0},
        {BALANCES "123\t5\n", 3},
        {BALANCES "123456789012\t5\n", 3}, /* as long as a My Number */
        {BALANCES "1234\t1000000000\n", 3},
        {HEAD "rows\n1\t2\t3\t4\t5\t6\t7\t8\t9\n", 3},
        {HEAD "rows\n\xff\n", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct live_table *table = NULL;
        int line = -1;
        int r = live_parse(rows[i].text, strlen(rows[i].text), &table, &line);
        if (r != KERR_INVALID || line != rows[i].line || table != NULL) {
            fail_msg("row %zu: %s line %d", i, err_str(r), line);
        }
    }
}

static void
test_bounds(void **state)
{
    (void)state;
    char *text = malloc(LIVE_BYTES_MAX + 64);
    struct live_table *table = NULL;
    int line;
    size_t len = strlen(HEAD "rows\n");
    memcpy(text, HEAD "rows\n", len);
    for (int i = 0; i < LIVE_ROWS_MAX; i++) {
        memcpy(text + len, "a\n", 2);
        len += 2;
    }
    assert_int_equal(live_parse(text, len, &table, &line), 0);
    assert_int_equal(live_count(table), LIVE_ROWS_MAX);
    live_table_free(table);
    memcpy(text + len, "a\n", 2);
    assert_int_equal(live_parse(text, len + 2, &table, &line), KERR_INVALID);
    assert_int_equal(line, LIVE_ROWS_MAX + 3);
    assert_int_equal(live_parse(text, LIVE_BYTES_MAX + 1, &table, &line), KERR_TOO_BIG);
    free(text);
}

static void
test_slots(void **state)
{
    (void)state;
    struct live_table *table = good(SLOTS "taga-hall\t2026-12-01\t13:00\t0\n"
                                          "# in between\n"
                                          "kuji-room\t2026-12-02\t09:00\t12\n"
                                          "taga-hall\t2026-12-01\t09:00\t3\n");
    struct live_slot slot;
    assert_int_equal(live_count(table), 3);
    assert_int_equal(live_slot_at(table, 0, &slot), 0);
    assert_string_equal(slot.resource, "kuji-room");
    assert_int_equal(slot.free, 12);
    assert_int_equal(live_slot_at(table, 1, &slot), 0);
    assert_string_equal(slot.time, "09:00");
    assert_string_equal(slot.date, "2026-12-01");
    assert_int_equal(slot.starts_at, 1796083200); /* 2026-12-01T00:00:00Z */
    assert_int_equal(live_slot_at(table, 2, &slot), 0);
    assert_int_equal(slot.free, 0);
    assert_int_equal(live_slot_at(table, 3, &slot), KERR_NOT_FOUND);
    assert_null(live_field(table, 3, 0));
    assert_null(live_field(table, 0, 4));
    live_table_free(table);
    table = good(ANSWERS);
    assert_int_equal(live_slot_at(table, 0, &slot), KERR_STATE);
    live_table_free(table);
}

static void
test_slot_names(void **state)
{
    (void)state;
    struct live_slot_name name;
    assert_true(live_slot_name("taga-hall/2026-12-01/09:00", &name));
    assert_string_equal(name.resource, "taga-hall");
    assert_string_equal(name.date, "2026-12-01");
    assert_string_equal(name.time, "09:00");
    static const char *const none[] = {"", "a", "a/2026-12-01", "a/2026-12-01/9:00",
        "/2026-12-01/09:00", "a/2026-12-01/09:00/", "a/2026-13-01/09:00", "A/2026-12-01/09:00",
        "a/2026-12-01-09:00",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/2026-12-01/09:00"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_false(live_slot_name(none[i], &name));
    }
}

static void
test_find(void **state)
{
    (void)state;
    struct live_table *table =
        good(BALANCES "0555\t10\n00055\t7\n90000000001\t0\n1234\t999999999\n");
    size_t row = 99;
    assert_int_equal(live_find(table, "1234", &row), 0);
    assert_string_equal(live_field(table, row, 1), "999999999");
    assert_int_equal(live_find(table, "00055", &row), 0);
    assert_string_equal(live_field(table, row, 1), "7");
    assert_int_equal(live_find(table, "55", &row), KERR_NOT_FOUND);
    assert_int_equal(live_find(table, "", &row), KERR_NOT_FOUND);
    assert_int_equal(live_find(table, "99999999999", &row), KERR_NOT_FOUND);
    live_table_free(table);
    table = good(ANSWERS "00012345\ttaken\ttaga-hall/2026-12-01/09:00\n00012346\tasked\n");
    assert_int_equal(live_find(table, "00012345", &row), 0);
    assert_string_equal(live_field(table, row, 2), "taga-hall/2026-12-01/09:00");
    assert_int_equal(live_find(table, "00012346", &row), 0);
    assert_null(live_field(table, row, 2));
    live_table_free(table);
}

static void
put(const char *folder, const char *name, const char *text)
{
    char *path = fs_join(folder, name);
    assert_int_equal(fs_write_atomic(path, text, strlen(text), 0600), 0);
    free(path);
}

/* A file changes between two visits only; a bad one leaves the last good one; none leaves none. */
static void
test_folder(void **state)
{
    (void)state;
    char folder[HARNESS_FOLDER_LEN];
    harness_folder_make(folder);
    struct live *live = live_open(folder);
    assert_null(live_table(live, "rooms"));
    assert_null(live_table(live, "../rooms"));
    assert_null(live_table(live, ""));
    put(folder, "rooms.tsv", SLOTS "a\t2026-12-01\t09:00\t1\n");
    assert_null(live_table(live, "rooms")); /* the visit began without it */
    assert_int_equal(live_refresh(live), 0);
    const struct live_table *table = live_table(live, "rooms");
    assert_non_null(table);
    assert_int_equal(live_count(table), 1);

    put(folder, "rooms.tsv", SLOTS "a\t2026-12-01\t09:00\t0\nb\t2026-12-01\t09:00\t1\n");
    assert_ptr_equal(live_table(live, "rooms"), table);
    assert_int_equal(live_refresh(live), 0);
    assert_int_equal(live_count(live_table(live, "rooms")), 2);

    put(folder, "rooms.tsv", SLOTS "a\t2026-12-01\t09:00");
    (void)live_refresh(live);
    assert_int_equal(live_count(live_table(live, "rooms")), 2);
    assert_int_equal(live_refresh(live), 1); /* and the log hears of it */

    char *path = fs_join(folder, "rooms.tsv");
    assert_int_equal(unlink(path), 0);
    free(path);
    assert_null(live_table(live, "rooms"));
    assert_int_equal(live_refresh(live), 0);
    live_close(live);
    assert_int_equal(harness_folder_remove(folder), 0);
}

static void
point(const char *folder, const char *to)
{
    char *link = fs_join(folder, "now");
    (void)unlink(link);
    assert_int_equal(symlink(to, link), 0);
    free(link);
}

/* What came as a bundle lies over the folder; a visit sees one bundle, whatever comes down meanwhile. */
static void
test_over(void **state)
{
    (void)state;
    char folder[HARNESS_FOLDER_LEN];
    harness_folder_make(folder);
    char *one = fs_join(folder, "t-1");
    char *two = fs_join(folder, "t-2");
    assert_int_equal(fs_make_dirs(one), 0);
    assert_int_equal(fs_make_dirs(two), 0);
    put(folder, "points.tsv", BALANCES "1234\t1\n");
    put(folder, "mine.tsv", BALANCES "1234\t9\n");
    put(one, "points.tsv", BALANCES "1234\t2\n");
    put(two, "points.tsv", BALANCES "1234\t3\n");
    put(one, "later.tsv", BALANCES "1234\t4\n");
    put(two, "later.tsv", BALANCES "1234\t5\n");
    struct live *live = live_open(folder);
    live_over(live, folder);
    (void)live_refresh(live);
    assert_string_equal(live_field(live_table(live, "points"), 0, 1), "1"); /* none came yet */
    point(folder, "t-1");
    (void)live_refresh(live);
    assert_string_equal(live_field(live_table(live, "points"), 0, 1), "2");
    assert_string_equal(live_field(live_table(live, "mine"), 0, 1), "9");
    point(folder, "t-2");
    assert_string_equal(live_field(live_table(live, "later"), 0, 1), "4"); /* the same visit */
    (void)live_refresh(live);
    assert_string_equal(live_field(live_table(live, "later"), 0, 1), "5");
    assert_string_equal(live_field(live_table(live, "points"), 0, 1), "3");
    static const char *const elsewhere[] = {"../t-2", "/", ".", "..", "t-2/.."};
    for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
        point(folder, elsewhere[i]);
        assert_null(fs_shown(folder, "now"));
    }
    (void)live_refresh(live);
    assert_string_equal(live_field(live_table(live, "points"), 0, 1), "1");
    live_close(live);
    free(one);
    free(two);
    assert_int_equal(harness_folder_remove(folder), 0);
}

/* Unchanged files are not read again: a table that was given stays what it was. */
static void
test_unchanged(void **state)
{
    (void)state;
    char folder[HARNESS_FOLDER_LEN];
    harness_folder_make(folder);
    put(folder, "points.tsv", BALANCES "1234\t5\n");
    struct live *live = live_open(folder);
    const struct live_table *table = live_table(live, "points");
    assert_non_null(table);
    (void)live_refresh(live);
    assert_ptr_equal(live_table(live, "points"), table);
    live_close(live);
    assert_int_equal(harness_folder_remove(folder), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_of),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_slots),
        cmocka_unit_test(test_slot_names),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_folder),
        cmocka_unit_test(test_over),
        cmocka_unit_test(test_unchanged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
