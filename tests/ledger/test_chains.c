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

/* ---- calls for staff ---- */

static int
see_call(const struct ledger_call *call, void *ctx)
{
    char *text = ctx;
    size_t len = strlen(text);
    snprintf(text + len, 1024 - len, "%s %llu %s %s/%s %lld %lld %lld %s|", call->kiosk,
        (unsigned long long)call->id, call->state, call->page, call->reason,
        (long long)call->began_at, (long long)call->heard_at, (long long)call->answered_at,
        call->answered_by);
    return 0;
}

static const char *
calls(struct ledger *ledger, int64_t now)
{
    static char text[1024];
    text[0] = 0;
    assert_int_equal(0, ledger_calls(ledger, now, see_call, text));
    return text;
}

static void
test_calls(void **state)
{
    struct ledger *ledger = ((struct scene *)*state)->ledger;
    static const struct {
        const char *kiosk;
        uint64_t id;
        const char *says;
        int64_t said_at, at;
        const char *stands; /* what the kiosk hears; NULL: a clerk comes; "": that is too late */
        uint64_t changes;
        const char *seen;
    } rows[] = {
        {"k-1", 5, "over", 100, 1000, "over", 0, ""}, /* of which nothing was heard */
        {"k-1", 5, "rings", 100, 1000, "rings", 1, "k-1 5 rings home/help 1000 1000 0 |"},
        {"k-1", 5, "rings", 100, 1004, "rings", 1, "k-1 5 rings home/help 1000 1000 0 |"},
        {"k-1", 5, "rings", 100, 1005, "rings", 1, "k-1 5 rings home/help 1000 1005 0 |"},
        {"k-1", 4, "over", 90, 1006, "over", 1, "k-1 5 rings home/help 1000 1005 0 |"},
        {"k-1", 4, "rings", 90, 1006, "over", 1, "k-1 5 rings home/help 1000 1005 0 |"}, /* late */
        {"k-1", 4, "sato", 0, 1006, "", 1, "k-1 5 rings home/help 1000 1005 0 |"},
        {"k-1", 5, "sato", 0, 1007, NULL, 2, "k-1 5 coming home/help 1000 1005 1007 sato|"},
        {"k-1", 5, "mori", 0, 1008, NULL, 2, "k-1 5 coming home/help 1000 1005 1007 sato|"},
        {"k-1", 5, "rings", 100, 1010, "coming", 2, "k-1 5 coming home/help 1000 1010 1007 sato|"},
        {"k-1", 5, "over", 100, 1011, "over", 3, ""},
        {"k-1", 5, "rings", 100, 1012, "over", 3, ""}, /* the same, repeated on the line */
        {"k-1", 5, "sato", 0, 1012, "", 3, ""},
        {"k-1", 6, "rings", 100, 1013, "rings", 4, "k-1 6 rings home/help 1013 1013 0 |"},
        /* a terminal whose clock went back: taken when the one before was silent for a minute */
        {"k-1", 7, "rings", 50, 1073, "over", 4, "k-1 6 rings home/help 1013 1013 0 |"},
        {"k-1", 7, "rings", 50, 1074, "rings", 5, "k-1 7 rings home/help 1074 1074 0 |"},
        {"k-2", 7, "rings", 60, 1075, "rings", 6,
            "k-1 7 rings home/help 1074 1074 0 |k-2 7 rings home/help 1075 1075 0 |"},
        {"k-2", 7, "rings", 60, 2873, "rings", 6,
            "k-1 7 rings home/help 1074 1074 0 |k-2 7 rings home/help 1075 2873 0 |"},
        {"k-2", 7, "rings", 60, 2874, "rings", 6, "k-2 7 rings home/help 1075 2873 0 |"},
        {"k-2", 7, "rings", 60, 2875, "over", 6, ""}, /* half an hour: nobody rings for ever */
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct ledger_call call = {.id = rows[i].id,
            .said_at = rows[i].said_at,
            .heard_at = rows[i].at,
            .page = "home",
            .reason = "help"};
        snprintf(call.kiosk, sizeof(call.kiosk), "%s", rows[i].kiosk);
        snprintf(call.state, sizeof(call.state), "%s", rows[i].says);
        if (rows[i].stands == NULL || rows[i].stands[0] == 0) {
            assert_int_equal(rows[i].stands == NULL ? 0 : KERR_NOT_FOUND,
                ledger_call_answer(ledger, rows[i].kiosk, rows[i].id, rows[i].says, rows[i].at));
        } else {
            assert_int_equal(0, ledger_call_note(ledger, &call));
            if (strcmp(rows[i].stands, call.state) != 0) {
                fail_msg("row %zu: %s", i, call.state);
            }
        }
        if (strcmp(rows[i].seen, calls(ledger, rows[i].at)) != 0 ||
            changes(ledger) != rows[i].changes) {
            fail_msg("row %zu: %s, %llu changes", i, calls(ledger, rows[i].at),
                (unsigned long long)changes(ledger));
        }
    }
}

static void
test_call_bounds(void **state)
{
    struct ledger *ledger = ((struct scene *)*state)->ledger;
    const struct ledger_call good = {
        .kiosk = "k-1", .id = 1, .state = "rings", .page = "home", .reason = "help"};
    struct ledger_call wrong[] = {good, good, good, good, good, good, good};
    wrong[0].kiosk[0] = 0;
    wrong[1].id = 0;
    wrong[2].id = (uint64_t)INT64_MAX + 1;
    snprintf(wrong[3].state, sizeof(wrong[3].state), "coming"); /* no kiosk says that */
    wrong[4].page[0] = 0;
    wrong[5].reason[0] = 0;
    memset(wrong[6].kiosk, 'k', sizeof(wrong[6].kiosk));
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_int_equal(KERR_INVALID, ledger_call_note(ledger, &wrong[i]));
    }
    assert_int_equal(KERR_INVALID, ledger_call_answer(ledger, "", 1, "sato", 1));
    assert_int_equal(KERR_INVALID, ledger_call_answer(ledger, "k-1", 0, "sato", 1));
    assert_int_equal(KERR_INVALID, ledger_call_answer(ledger, "k-1", 1, "", 1));
    assert_string_equal("", calls(ledger, 0));
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
        cmocka_unit_test_setup_teardown(test_calls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_call_bounds, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("chains", tests, NULL, NULL);
}
