/* Figures without persons: what is counted, that no count tells of few, nothing of a month that is not over, and the same table
 * before and after the records went. */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/report.h"
#include "desk/fixture.h"
#include "desk/keep_priv.h"

enum { DAY = 86400, HOUR = 3600 };

struct visits {
    const char *procedure, *language, *state;
    enum fact_origin origin;
    int count;
    int64_t ago_days; /* NOW is 2026-11-22, 11:00 in Japan */
    int64_t took_s;
};

static void
put_visits(struct fixture *f, const struct visits *visits)
{
    for (int i = 0; i < visits->count; i++) {
        const struct filled_fact facts[] = {{"applicant.name", "見本　太郎", visits->origin}};
        const struct filled_visit visit = {.procedure = visits->procedure,
            .language = visits->language,
            .fee = -1,
            .at = NOW - visits->ago_days * DAY,
            .facts = facts,
            .count = ARRAY_LEN(facts)};
        uint8_t id[RECORD_ID_LEN];
        filled_put(&f->filled, &visit, id, NULL);
        const struct ledger_change change = {
            .id = id, .state = visits->state, .by = "sato", .at = visit.at + visits->took_s};
        assert_in_range(ledger_change(f->filled.ledger, &change, LEDGER_SEEN_ANY), 0, 1);
        struct ledger_decision decision = {.state = "booked", .slot = "hall/2026-09-20/09:00"};
        if (strcmp(visits->procedure, "hall-booking") == 0) {
            memcpy(decision.id, id, sizeof(decision.id));
            assert_int_equal(
                ledger_decide(f->filled.ledger, &decision, 0, LEDGER_PLACES_ANY), LEDGER_DECIDED);
        }
    }
}

static char *
table(struct fixture *f)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    assert_int_equal(desk_export_statistics(&f->desk.config, out), 0);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void
assert_row(const char *text, const char *row, bool is_there)
{
    char line[512];
    (void)snprintf(line, sizeof(line), "\"082023\",\"茨城県日立市\",%s\r\n", row);
    if ((strstr(text, line) != NULL) != is_there) {
        fail_msg("%s %s in\n%s", row, is_there ? "is not" : "is", text);
    }
}

/* Each line's count is a multiple of five and more than none. */
static void
assert_coarse(const char *text)
{
    size_t lines = 0;
    for (const char *at = strchr(text, '\n'); at != NULL && at[1] != 0; at = strchr(at + 1, '\n')) {
        const char *cell = at + 1;
        for (int i = 0; i < 7; i++) {
            cell = strchr(cell, ',') + 1;
        }
        long count = strtol(cell + 1, NULL, 10);
        assert_true(count > 0 && count % 5 == 0);
        lines++;
    }
    assert_true(lines > 10);
}

/* The page of a table that was made so long ago. */
static void
assert_age(struct fixture *f, const char *file, int64_t ago_s, const char *text)
{
    const struct timespec times[2] = {
        {.tv_sec = (time_t)(NOW - ago_s)}, {.tv_sec = (time_t)(NOW - ago_s)}};
    AUTO_BUF body;
    buf_init(&body, DESK_PAGE_MAX);
    assert_int_equal(utimensat(AT_FDCWD, file, times, 0), 0);
    assert_int_equal(get(f, "/statistics", &body), 200);
    if (strstr(buf_str(&body), text) == NULL) {
        fail_msg("%s is not in\n%.3000s", text, buf_str(&body));
    }
}

/* Two nights may pass; then it says whom to ask. */
static void
assert_ages(struct fixture *f, const char *file)
{
    assert_age(f, file, 2 * DAY, "<p id=\"statistics-when\" data-value=\"2\">");
    assert_age(
        f, file, 2 * DAY + 1, "<p class=\"notice care\" id=\"statistics-when\" data-value=\"2\">");
    assert_age(f, file, 40 * DAY, "40日たっています");
    assert_age(f, file, 40 * DAY, "2026年"); /* of the day on which it was made, with its era */
}

/* The page shows the file that the timer wrote, and gives it. */
static void
check_page(struct fixture *f, const char *written)
{
    AUTO_BUF body;
    buf_init(&body, DESK_PAGE_MAX);
    log_in_as(f, "責任者", DESK_LEAD);
    assert_int_equal(get(f, "/statistics", &body), 200);
    assert_non_null(strstr(buf_str(&body), "id=\"statistics-none\""));
    assert_int_equal(get(f, "/statistics.csv", &body), 404);
    char *file = fs_join(f->home, "statistics.csv");
    assert_int_equal(fs_write_atomic(file, written, strlen(written), 0600), 0);
    f->desk.config.statistics = file;
    assert_int_equal(get(f, "/statistics", &body), 200);
    assert_non_null(strstr(buf_str(&body), "<td>窓口での申請サポート件数</td><td>5</td>"));
    assert_int_equal(get(f, "/statistics.csv", &body), 200);
    assert_string_equal(buf_str(&body), written);
    assert_ages(f, file);
    f->desk.config.statistics = NULL;
    free(file);
}

static void
test_table(void **state)
{
    static const struct visits all[] = {
        {"resident-record", "ja", "done", FACT_ORIGIN_PERSON, 12, 35, 20 * 60},
        {"resident-record", "ja", "done", FACT_ORIGIN_STAFF, 4, 35, 40 * 60},
        {"resident-record", "vi", "back", FACT_ORIGIN_PERSON, 2, 40, HOUR}, /* too few to tell */
        {"health-checkup", "ja", "done", FACT_ORIGIN_PERSON, 7, 40, HOUR},
        /* booked and done, booked and sent back: the first have a time */
        {"hall-booking", "th", "done", FACT_ORIGIN_PERSON, 10, 70, 15 * 60},
        {"hall-booking", "th", "back", FACT_ORIGIN_PERSON, 2, 70, HOUR},
        {"move-in", "ne", "work", FACT_ORIGIN_PERSON, 9, 10, HOUR}, /* this month is not over */
    };
    struct fixture *f = *state;
    char *ledger = fs_join(f->home, "ledger.db");
    f->desk.config.ledger = ledger;
    f->desk.config.pages = "assets/desk";
    f->desk.config.retain_days = 30;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        put_visits(f, &all[i]);
    }
    char *before = table(f);
    assert_int_equal(strncmp(before, "\xEF\xBB\xBF\"全国地方公共団体コード\",", 30), 0);
    assert_coarse(before);
    assert_row(before, "\"2026-10-18\",\"2026-10-18\",\"日別\",\"\",\"\",\"15\",\"25\"", true);
    assert_row(before, "\"2026-10-01\",\"2026-10-31\",\"合計\",\"\",\"\",\"25\",\"35\"", true);
    assert_row(before,
        "\"2026-10-01\",\"2026-10-31\",\"手続き別\",\"resident-record\",\"住民票の写し\",\"20\","
        "\"25\"",
        true);
    assert_row(before,
        "\"2026-10-01\",\"2026-10-31\",\"手続き別\",\"health-checkup\","
        "\"健診・がん検診の申し込み\",\"5\",\"\"",
        true); /* too few times for a mean */
    assert_row(
        before, "\"2026-10-01\",\"2026-10-31\",\"言語別\",\"ja\",\"日本語\",\"25\",\"35\"", true);
    assert_null(strstr(before, "\"vi\""));
    assert_null(strstr(before, "\"ne\""));
    assert_null(strstr(before, "2026-11"));
    assert_null(strstr(before, "\"back\""));
    assert_row(before,
        "\"2026-10-01\",\"2026-10-31\",\"職員の補助\",\"yes\",\"職員が手伝った\",\"5\",\"\"", true);
    assert_row(before,
        "\"2026-04-01\",\"2027-03-31\",\"計画の指標\",\"assisted.yes\","
        "\"窓口での申請サポート件数\","
        "\"5\",\"\"",
        true);
    assert_row(before,
        "\"2026-10-01\",\"2026-10-31\",\"端末別\",\"kiosk-001\",\"kiosk-001\",\"25\",\"35\"", true);

    assert_row(before,
        "\"2026-09-01\",\"2026-09-30\",\"手続き別\",\"hall-booking\",\"hall-booking\",\"10\","
        "\"15\"",
        true);

    const struct report report = {.version = "1.0", .at = NOW, .epoch = 1, .next_sequence = 1};
    struct desk_retained retained;
    AUTO_BUF line;
    buf_init(&line, REPORT_MAX);
    assert_int_equal(report_write(&report, &line), 0);
    const struct ledger_report said = {
        .kiosk = "kiosk-001", .at = NOW, .bytes = line.data, .len = line.len};
    assert_int_equal(ledger_report_keep(f->filled.ledger, &said), 0);
    assert_int_equal(desk_retain(&f->desk.config, true, &retained), 0);
    assert_int_equal(retained.deleted, 37);
    char *after = table(f);
    assert_string_equal(before, after);
    free(after);

    /* what a record says of itself is no formula in the city's spreadsheets */
    const struct visits formula = {"=1+1", "ja", "done", FACT_ORIGIN_PERSON, 5, 100, HOUR};
    put_visits(f, &formula);
    after = table(f);
    assert_row(
        after, "\"2026-08-01\",\"2026-08-31\",\"手続き別\",\"'=1+1\",\"'=1+1\",\"5\",\"\"", true);
    free(after);

    check_page(f, before);
    f->desk.config.pages = NULL;
    f->desk.config.ledger = NULL;
    free(before);
    free(ledger);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_table),
    };
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
