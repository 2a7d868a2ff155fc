/* What kiosks say of themselves: the largest point of each chain of events stays, one that does not fit it is an alarm until
 * somebody settles it, and the newest report of each kiosk stays. On SQLite, or on PostgreSQL (scene.h). */
#include "ledger/scene.h"

#include <pthread.h>

#include "base/err.h"

enum { SEEN_MAX = 8 };

struct seen {
    struct ledger_chain chains[SEEN_MAX];
    char bytes[SEEN_MAX][32], alarm_bytes[SEEN_MAX][32];
    size_t count;
};

static int
see_chain(const struct ledger_chain *chain, void *ctx)
{
    struct seen *seen = ctx;
    assert_true(seen->count < SEEN_MAX);
    seen->chains[seen->count] = *chain;
    snprintf(seen->bytes[seen->count], 32, "%.*s", (int)chain->len, (const char *)chain->bytes);
    snprintf(seen->alarm_bytes[seen->count], 32, "%.*s", (int)chain->alarm_len,
        chain->alarm_bytes != NULL ? (const char *)chain->alarm_bytes : "");
    seen->count++;
    return 0;
}

static int
note(
    struct ledger *ledger, const char *kiosk, uint64_t epoch, uint64_t size, char story, int64_t at)
{
    char bytes[32];
    struct ledger_point point = {.epoch = epoch, .size = size, .at = at};
    snprintf(point.kiosk, sizeof(point.kiosk), "%s", kiosk);
    memset(point.head, story, sizeof(point.head));
    snprintf(bytes, sizeof(bytes), "%c%llu", story, (unsigned long long)size);
    return ledger_point_note(ledger, &point, (const uint8_t *)bytes, strlen(bytes));
}

static uint64_t
alarms(struct ledger *ledger)
{
    uint64_t count = 99;
    assert_int_equal(0, ledger_alarms(ledger, &count));
    return count;
}

static uint64_t
changes(struct ledger *ledger)
{
    uint64_t position, count = 0;
    assert_int_equal(0, ledger_newest(ledger, &position, &count));
    return count;
}

static void
test_points(void **state)
{
    struct ledger *ledger = ((struct scene *)*state)->ledger;
    static const struct {
        const char *kiosk;
        uint64_t epoch, size;
        char story;
        int64_t at;
        int verdict;
        uint64_t alarms, changes; /* after it */
    } rows[] = {
        {"kiosk-001", 7, 5, 'a', 1000, LEDGER_POINT_NEWER, 0, 0},
        {"kiosk-001", 7, 5, 'a', 9000, LEDGER_POINT_SAME, 0, 0},
        {"kiosk-001", 7, 9, 'a', 2000, LEDGER_POINT_NEWER, 0, 0},
        {"kiosk-001", 7, 5, 'a', 2120, LEDGER_POINT_LATE, 0, 0}, /* overtaken on the line */
        {"kiosk-001", 7, 7, 'a', 1880, LEDGER_POINT_LATE, 0, 0}, /* the city's clock went back */
        {"kiosk-001", 7, 7, 'a', 2121, LEDGER_POINT_BACK, 1, 1}, /* a copy of yesterday */
        {"kiosk-001", 7, 7, 'a', 2200, LEDGER_POINT_BACK, 1, 1}, /* the same point is one alarm */
        {"kiosk-001", 7, 8, 'b', 2201, LEDGER_POINT_BACK, 1, 2}, /* and goes on from there */
        {"kiosk-001", 7, 9, 'b', 2001, LEDGER_POINT_FORK, 1, 3}, /* at once: no clock in it */
        {"kiosk-001", 7, 9, 'a', 2300, LEDGER_POINT_SAME, 1, 3}, /* the other of the two */
        {"kiosk-001", 7, 10, 'b', 2301, LEDGER_POINT_NEWER, 1, 3}, /* the alarm stays */
        {"kiosk-001", 8, 1, 'a', 2302, LEDGER_POINT_NEWER, 1, 3}, /* a new queue */
        {"kiosk-001", UINT64_MAX, 0, 'a', 2302, LEDGER_POINT_NEWER, 1, 3},
        {"kiosk-002", 7, INT64_MAX, 'a', 2302, LEDGER_POINT_NEWER, 1, 3},
        {"kiosk-002", 7, 1, 'a', 0, LEDGER_POINT_BACK, 2, 4}, /* years back on the city's clock */
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int verdict =
            note(ledger, rows[i].kiosk, rows[i].epoch, rows[i].size, rows[i].story, rows[i].at);
        if (verdict != rows[i].verdict || alarms(ledger) != rows[i].alarms ||
            changes(ledger) != rows[i].changes) {
            fail_msg("row %zu: verdict %d, %llu alarms, %llu changes", i, verdict,
                (unsigned long long)alarms(ledger), (unsigned long long)changes(ledger));
        }
    }
    struct seen seen = {.count = 0};
    assert_int_equal(0, ledger_chains(ledger, see_chain, &seen));
    assert_int_equal(4, seen.count);
    const struct ledger_chain *chain = &seen.chains[1];
    assert_true(seen.chains[0].largest.epoch == UINT64_MAX && seen.chains[0].alarms == 0);
    assert_string_equal("kiosk-001", chain->largest.kiosk);
    assert_int_equal(7, chain->largest.epoch);
    assert_int_equal(10, chain->largest.size);
    assert_int_equal('b', chain->largest.head[31]);
    assert_int_equal(2301, chain->largest.at);
    assert_int_equal(3, chain->alarms);
    assert_int_equal(2001, chain->alarm_at);
    assert_string_equal("b10", seen.bytes[1]);
    assert_string_equal("b9", seen.alarm_bytes[1]);
    assert_string_equal("a0", seen.bytes[0]);
    assert_string_equal("", seen.alarm_bytes[2]);
}

/* After somebody looked, what the kiosk shows counts: the next points are nothing to say, or alarms, from there on. */
static void
test_settling(void **state)
{
    struct ledger *ledger = ((struct scene *)*state)->ledger;
    assert_int_equal(KERR_NOT_FOUND, ledger_settle(ledger, "kiosk-001", 1000));
    assert_int_equal(LEDGER_POINT_NEWER, note(ledger, "kiosk-001", 7, 50, 'a', 1000));
    assert_int_equal(LEDGER_POINT_NEWER, note(ledger, "kiosk-001", 8, 50, 'a', 1000));
    assert_int_equal(KERR_NOT_FOUND, ledger_settle(ledger, "kiosk-001", 1000));
    assert_int_equal(LEDGER_POINT_BACK, note(ledger, "kiosk-001", 7, 20, 'a', 5000));
    assert_int_equal(1, changes(ledger));
    assert_int_equal(KERR_NOT_FOUND, ledger_settle(ledger, "kiosk-002", 5000));
    assert_int_equal(1, changes(ledger));
    assert_int_equal(0, ledger_settle(ledger, "kiosk-001", 6000));
    assert_int_equal(2, changes(ledger));
    assert_int_equal(0, alarms(ledger));
    assert_int_equal(LEDGER_POINT_SAME, note(ledger, "kiosk-001", 7, 20, 'a', 7000));
    assert_int_equal(LEDGER_POINT_LATE, note(ledger, "kiosk-001", 7, 19, 'a', 6100));
    assert_int_equal(LEDGER_POINT_NEWER, note(ledger, "kiosk-001", 7, 21, 'b', 7000));
    assert_int_equal(LEDGER_POINT_FORK, note(ledger, "kiosk-001", 7, 21, 'a', 7000));
    assert_int_equal(LEDGER_POINT_SAME, note(ledger, "kiosk-001", 8, 50, 'a', 7000));
    assert_int_equal(1, alarms(ledger));
}

static int
see_report(const struct ledger_report *report, void *ctx)
{
    char *text = ctx;
    snprintf(text + strlen(text), 200 - strlen(text), "%s %lld %.*s;", report->kiosk,
        (long long)report->at, (int)report->len, (const char *)report->bytes);
    return report->kiosk[8] == '2' ? 42 : 0;
}

static void
test_reports(void **state)
{
    struct ledger *ledger = ((struct scene *)*state)->ledger;
    char text[200] = "";
    struct ledger_report report = {
        .kiosk = "kiosk-001", .at = 1000, .bytes = (const uint8_t *)"old", .len = 3};
    assert_int_equal(0, ledger_reports(ledger, see_report, text));
    assert_string_equal("", text);
    assert_int_equal(0, ledger_report_keep(ledger, &report));
    report.at = 900; /* the newest that came, whatever the clock says */
    report.bytes = (const uint8_t *)"new";
    assert_int_equal(0, ledger_report_keep(ledger, &report));
    memcpy(report.kiosk, "kiosk-000", 10);
    assert_int_equal(0, ledger_report_keep(ledger, &report));
    assert_int_equal(0, ledger_reports(ledger, see_report, text));
    assert_string_equal("kiosk-000 900 new;kiosk-001 900 new;", text);
    memcpy(report.kiosk, "kiosk-002", 10);
    assert_int_equal(0, ledger_report_keep(ledger, &report));
    assert_int_equal(42, ledger_reports(ledger, see_report, text));
    assert_int_equal(0, changes(ledger)); /* nothing that the staff's page shows */
}

static void
test_bounds(void **state)
{
    struct ledger *ledger = ((struct scene *)*state)->ledger;
    static uint8_t bytes[LEDGER_POINT_MAX + 1];
    struct ledger_point point = {.kiosk = "kiosk-001", .size = 1}, wrong = point;
    struct ledger_report report = {.kiosk = "kiosk-001", .bytes = bytes};
    assert_int_equal(
        LEDGER_POINT_NEWER, ledger_point_note(ledger, &point, bytes, LEDGER_POINT_MAX));
    assert_int_equal(KERR_INVALID, ledger_point_note(ledger, &point, bytes, LEDGER_POINT_MAX + 1));
    assert_int_equal(KERR_INVALID, ledger_point_note(ledger, &point, bytes, 0));
    wrong.size = (uint64_t)INT64_MAX + 1;
    assert_int_equal(KERR_INVALID, ledger_point_note(ledger, &wrong, bytes, 1));
    wrong = point;
    memset(wrong.kiosk, 'k', sizeof(wrong.kiosk));
    assert_int_equal(KERR_INVALID, ledger_point_note(ledger, &wrong, bytes, 1));
    wrong.kiosk[0] = 0;
    assert_int_equal(KERR_INVALID, ledger_point_note(ledger, &wrong, bytes, 1));
    assert_int_equal(KERR_INVALID, ledger_settle(ledger, "", 1));
    assert_int_equal(KERR_INVALID, ledger_report_keep(ledger, &report));
    report.len = LEDGER_REPORT_MAX + 1;
    assert_int_equal(KERR_INVALID, ledger_report_keep(ledger, &report));
    report.len = LEDGER_REPORT_MAX;
    assert_int_equal(0, ledger_report_keep(ledger, &report));
    /* the same bounds as one of several works */
    struct ledger_work works[] = {{.point = &point, .envelope = bytes, .len = 0},
        {.report = &report}, {.point = &wrong},
        {.envelope = bytes, .len = 1}}; /* the last: nothing */
    struct ledger_work *const all[] = {&works[0], &works[1], &works[2], &works[3]};
    ledger_work(ledger, all, ARRAY_LEN(all));
    assert_int_equal(KERR_INVALID, works[0].result);
    assert_int_equal(0, works[1].result);
    assert_int_equal(KERR_INVALID, works[2].result);
    assert_int_equal(KERR_INVALID, works[3].result);
}

enum { WRITERS = 4, POINTS = 40 };
struct writer {
    pthread_t thread;
    const char *path;
    unsigned number;
};

static void *
write_points(void *arg)
{
    struct writer *writer = arg;
    struct ledger *ledger;
    assert_int_equal(0, ledger_open(writer->path, &ledger));
    for (unsigned i = 0; i < POINTS; i++) {
        int r = note(ledger, "kiosk-001", 7, i * WRITERS + writer->number, 'a', 1000);
        assert_true(r == LEDGER_POINT_NEWER || r == LEDGER_POINT_LATE);
    }
    ledger_close(ledger);
    return NULL;
}

/* Whoever writes at once, the largest stays. */
static void
test_writers(void **state)
{
    struct scene *scene = *state;
    struct writer writers[WRITERS];
    struct seen seen = {.count = 0};
    for (unsigned i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){.path = scene->path, .number = i};
        assert_int_equal(0, pthread_create(&writers[i].thread, NULL, write_points, &writers[i]));
    }
    for (unsigned i = 0; i < WRITERS; i++) {
        pthread_join(writers[i].thread, NULL);
    }
    assert_int_equal(0, ledger_chains(scene->ledger, see_chain, &seen));
    assert_int_equal(1, seen.count);
    assert_int_equal(POINTS * WRITERS - 1, seen.chains[0].largest.size);
    assert_int_equal(0, alarms(scene->ledger));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_points, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_settling, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reports, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_writers, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("chains", tests, NULL, NULL);
}
