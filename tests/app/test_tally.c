/* Counts of records by procedure and day in Japan: what is counted, what is dropped, what a broken file does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "app/app_priv.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "harness/harness.h"

enum { NOON = 1795316400 /* 2026-11-22 12:00 in Japan */, DAY = 86400, HOUR = 3600 };

static char folder[HARNESS_FOLDER_LEN];

static void
expect(
    const char *path, const char *procedure, int64_t at, unsigned long today, unsigned long month)
{
    struct tally_counts counts = tally_read(path, procedure, at);
    assert_int_equal(counts.today, today);
    assert_int_equal(counts.month, month);
}

static void
test_counts(void **state)
{
    (void)state;
    char *path = fs_join(folder, "counts.tsv");
    expect(path, "a", NOON, 0, 0);
    assert_int_equal(tally_add(path, "a", NOON), 0);
    assert_int_equal(tally_add(path, "b", NOON), 0);
    assert_int_equal(tally_add(path, "a", NOON + HOUR), 0);
    expect(path, "a", NOON, 2, 2);
    expect(path, "b", NOON, 1, 1);
    expect(path, "ab", NOON, 0, 0);
    /* the day ends at midnight in Japan: 15:00 UTC */
    assert_int_equal(tally_add(path, "a", NOON + 12 * HOUR - 1), 0);
    expect(path, "a", NOON + 12 * HOUR - 1, 3, 3);
    expect(path, "a", NOON + 12 * HOUR, 0, 3);
    assert_int_equal(tally_add(path, "a", NOON + 12 * HOUR), 0);
    expect(path, "a", NOON + 12 * HOUR, 1, 4);
    /* after 31 days a day is gone */
    assert_int_equal(tally_add(path, "b", NOON + (int64_t)30 * DAY), 0);
    expect(path, "a", NOON + (int64_t)30 * DAY, 0, 4);
    assert_int_equal(tally_add(path, "b", NOON + (int64_t)31 * DAY), 0);
    expect(path, "a", NOON + (int64_t)31 * DAY, 0, 1);
    expect(path, "b", NOON + (int64_t)31 * DAY, 1, 2);
    free(path);
}

/* What was cut or altered counts as far as it can be read, and the next count mends it. */
static void
test_broken(void **state)
{
    (void)state;
    static const char *const files[] = {"2026-11-22\ta\t5\n2026-11-22\tb",
        "2026-11-22\ta\t5\n<html>\n", "2026-11-22\ta\t5\n2026-11-22\tb\t1x\n"};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char *path = fs_join(folder, "broken.tsv");
        assert_int_equal(fs_write_atomic(path, files[i], strlen(files[i]), 0600), 0);
        expect(path, "a", NOON, 5, 5);
        assert_int_equal(tally_add(path, "a", NOON), 0);
        expect(path, "a", NOON, 6, 6);
        expect(path, "b", NOON, 0, 0);
        free(path);
    }
    char *none = fs_join(folder, "none/counts.tsv");
    assert_true(tally_add(none, "a", NOON) < 0);
    free(none);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_broken),
    };
    harness_folder_make(folder);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return harness_folder_remove(folder) == 0 ? failed : 1;
}
