/* Personal data go by rule: which records, when, and that nothing goes by a clock that jumped; what the lead sees, and whoever
 * asks for a record that went. */
#include "base/err.h"
#include "base/report.h"
#include "desk/find_priv.h"
#include "desk/fixture.h"
#include "desk/keep_priv.h"

enum { DAY = 86400 };
#define ROOM "mihon-meeting/%s/09:00"

static void
put_visit(struct fixture *f, const char *procedure, const char *key, const char *value,
    int64_t ago_days, uint8_t id[RECORD_ID_LEN], char number[RECORD_NUMBER_LEN])
{
    const struct filled_fact facts[] = {
        {"applicant.name", "見本　太郎", FACT_ORIGIN_PERSON}, {key, value, FACT_ORIGIN_PERSON}};
    struct filled_visit visit = {.procedure = procedure,
        .language = "ja",
        .fee = -1,
        .at = NOW - ago_days * DAY,
        .facts = facts,
        .count = ARRAY_LEN(facts)};
    filled_put(&f->filled, &visit, id, number);
}

static void
set_state(struct fixture *f, const uint8_t id[RECORD_ID_LEN], const char *state, int64_t at)
{
    const struct ledger_change change = {.id = id, .state = state, .by = "sato", .at = at};
    assert_int_equal(ledger_change(f->filled.ledger, &change, LEDGER_SEEN_ANY), LEDGER_CHANGED);
}

/* A terminal told its own time; the city's clock then. */
static void
tell_time(struct fixture *f, const char *kiosk, int64_t at, int64_t heard_at)
{
    const struct report report = {.version = "1.0", .at = at, .epoch = 1, .next_sequence = 1};
    AUTO_BUF line;
    buf_init(&line, REPORT_MAX);
    assert_int_equal(report_write(&report, &line), 0);
    struct ledger_report said = {.at = heard_at, .bytes = line.data, .len = line.len};
    (void)snprintf(said.kiosk, sizeof(said.kiosk), "%s", kiosk);
    assert_int_equal(ledger_report_keep(f->filled.ledger, &said), 0);
}

static void
ran_at(struct fixture *f, int64_t at, const char *word)
{
    struct ledger_sweep sweep = {.at = at, .trusted_at = at};
    (void)snprintf(sweep.word, sizeof(sweep.word), "%s", word);
    assert_int_equal(ledger_sweep_add(f->filled.ledger, &sweep), 0);
}

static bool
is_there(struct fixture *f, const uint8_t id[RECORD_ID_LEN])
{
    struct ledger_entry entry;
    return ledger_get(f->filled.ledger, id, &entry, NULL) == 0;
}

static int
keep_tally(const struct ledger_tally *tally, void *ctx)
{
    *(struct ledger_tally *)ctx = *tally;
    return 0;
}

/* The same services, one of them with a legal period. */
static void
load_with_period(struct fixture *f)
{
    char line[1024];
    char *assets = fs_join(f->home, "assets");
    (void)snprintf(line, sizeof(line),
        "mkdir %s && cp -r assets/procedures assets/dictionary assets/city assets/forms "
        "assets/pages %s"
        " && sed -i 's/^minutes:/keep-days: 365\\nminutes:/' %s/procedures/move-in.yaml",
        assets, assets, assets);
    assert_int_equal(system(line), 0);
    struct procedure_set *before = f->procedures;
    assert_int_equal(procedure_load(assets, NULL, NULL, &f->procedures), 0);
    procedure_set_free(before);
    f->desk.config.procedures = f->procedures;
    free(assets);
}

static void
begin(struct fixture *f, char **ret_ledger)
{
    *ret_ledger = fs_join(f->home, "ledger.db");
    f->desk.config.ledger = *ret_ledger;
    f->desk.config.retain_days = 90;
    f->desk.config.access_days = 1095;
    tell_time(f, "kiosk-001", NOW - 60, NOW - 60);
    tell_time(f, "kiosk-002", NOW - 90, NOW - 60);
    ran_at(f, NOW - DAY, "done");
}

static void
test_who_goes(void **state)
{
    enum { OLD, YOUNG, WAITING, BACK, LEGAL, LEGAL_OLD, SLOT_AHEAD, SLOT_PAST, UNREAD, COUNT };
    static const bool stays[COUNT] = {false, true, true, false, true, false, true, false, true};
    struct fixture *f = *state;
    uint8_t id[COUNT][RECORD_ID_LEN];
    char number[COUNT][RECORD_NUMBER_LEN], slot[64], day[CLOCK_DAY_LEN], *ledger;
    struct desk_retained retained;
    struct ledger_tally tally = {.records = 0};
    load_with_period(f);
    begin(f, &ledger);
    for (int i = 0; i < COUNT; i++) {
        const char *procedure = i == LEGAL || i == LEGAL_OLD        ? "move-in"
                                : i == SLOT_AHEAD || i == SLOT_PAST ? "community-room"
                                                                    : "resident-record";
        clock_day_text(clock_japan_day(NOW) - (i == SLOT_PAST ? 91 : 89), day);
        (void)snprintf(slot, sizeof(slot), ROOM, day);
        if (i == UNREAD) {
            struct filled_visit visit = {.procedure = "resident-record",
                .language = "ja",
                .at = NOW - 400 * DAY,
                .harm = FILLED_NO_RECORD};
            filled_put(&f->filled, &visit, id[i], number[i]);
        } else {
            put_visit(f, procedure, "community-room.slot", slot, 400, id[i], number[i]);
        }
        if (i != WAITING) {
            int64_t days = i == YOUNG ? 89 : i == LEGAL_OLD ? 365 : 91;
            set_state(f, id[i], i == BACK ? "back" : "done", NOW - days * DAY);
        }
    }
    assert_int_equal(desk_retain(&f->desk.config, false, &retained), 0);
    for (int i = 0; i < COUNT; i++) {
        if (is_there(f, id[i]) != stays[i]) {
            fail_msg("record %d", i);
        }
    }
    assert_int_equal(retained.deleted, 4);
    assert_int_equal(retained.kept, 3); /* a law, a slot, nobody can open it */
    struct ledger_gone gone;
    assert_int_equal(ledger_gone(f->filled.ledger, id[LEGAL_OLD], &gone), 0);
    assert_string_equal(gone.rule, "keep-days 365");
    assert_string_equal(gone.number, number[LEGAL_OLD]);
    assert_int_equal(ledger_gone(f->filled.ledger, id[OLD], &gone), 0);
    assert_string_equal(gone.rule, "retain-days 90");
    assert_true(gone.deleted_at == NOW && gone.done_at == NOW - 91 * DAY);
    assert_int_equal(
        ledger_tallies(f->filled.ledger, "2025-01-01", "2026-12-31", keep_tally, &tally), 0);
    assert_string_equal(tally.language, "ja");
    assert_string_equal(tally.assisted, "no");
    /* again: nothing more */
    assert_int_equal(desk_retain(&f->desk.config, false, &retained), 0);
    assert_int_equal(retained.deleted, 0);
    f->desk.config.ledger = NULL;
    free(ledger);
}

/* Each row: how far the clock of the city and those of two terminals are ahead, when the rule ran last, and what becomes of a
 * record that is done for ten days by the right time. */
static void
test_clock(void **state)
{
    static const struct {
        const char *what;
        int64_t city_days, first_days, second_days, ran_days_ago;
        bool is_right, held, goes;
    } rows[] = {
        {"the city's clock jumps", 400, 0, 0, 1, false, true, false},
        {"somebody says it is right", 400, 0, 0, 1, true, false, false},
        {"a smaller jump", 6, 0, 0, 1, false, false, false},
        {"with one terminal", 400, 400, 0, 1, true, false, false},
        {"after a month without runs", 81, 81, 81, 31, false, true, false},
        {"somebody looked", 81, 81, 81, 31, true, false, true},
    };
    struct fixture *f = *state;
    char *ledger;
    begin(f, &ledger);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t id[RECORD_ID_LEN];
        char number[RECORD_NUMBER_LEN];
        struct desk_retained retained;
        int64_t now = NOW + rows[i].city_days * DAY;
        put_visit(f, "resident-record", "resident-record.copies", "1", 10, id, number);
        set_state(f, id, "done", NOW - 10 * DAY);
        fake_clock_init(&f->clock, now);
        tell_time(f, "kiosk-001", NOW + rows[i].first_days * DAY, now - 60);
        tell_time(f, "kiosk-002", NOW + rows[i].second_days * DAY, now - 60);
        /* its own hand in the records counts as a witness, too */
        if (rows[i].ran_days_ago > 1) {
            ran_at(f, now - rows[i].ran_days_ago * DAY, "done");
        } else {
            ran_at(f, NOW - rows[i].ran_days_ago * DAY, "done");
        }
        int r = desk_retain(&f->desk.config, rows[i].is_right, &retained);
        if (r != (rows[i].held ? KERR_STATE : 0) || is_there(f, id) == rows[i].goes) {
            fail_msg("%s: %d", rows[i].what, r);
        }
        if (rows[i].held) { /* nor the next day: the run that was held believed nothing */
            fake_clock_init(&f->clock, now + DAY);
            assert_int_equal(desk_retain(&f->desk.config, false, &retained), KERR_STATE);
            assert_true(is_there(f, id));
        }
    }
    f->desk.config.ledger = NULL;
    free(ledger);
}

/* No terminal ever told anything: nothing goes. */
static void
test_no_witness(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    char number[RECORD_NUMBER_LEN];
    struct desk_retained retained;
    struct filled_visit visit = {.procedure = "resident-record",
        .language = "ja",
        .at = NOW - 4 * DAY,
        .harm = FILLED_NO_RECORD};
    char *ledger = fs_join(f->home, "ledger.db");
    f->desk.config.ledger = ledger;
    f->desk.config.retain_days = 90;
    filled_put(&f->filled, &visit, id, number);
    set_state(f, id, "done", NOW - 4000 * (int64_t)DAY);
    assert_int_equal(desk_retain(&f->desk.config, true, &retained), KERR_STATE);
    assert_true(is_there(f, id));
    f->desk.config.ledger = NULL;
    free(ledger);
}

/* The index of a desk that runs forgets what went by rule: by its thread, and by the next poll of a page. The record is one that
 * the thread doesn't look after just then. */
static void
test_index_forgets(void **state)
{
    enum { COUNT = 24, BY_THREAD = 7, BY_POLL = 8 };
    struct fixture *f = *state;
    uint8_t id[COUNT + 1][RECORD_ID_LEN];
    char number[RECORD_NUMBER_LEN], *ledger;
    struct desk_retained retained;
    struct desk_row row;
    size_t done = 1;
    begin(f, &ledger);
    f->desk.config.retain_days = 30;
    for (uint64_t i = 1; i <= COUNT; i++) { /* its position */
        put_visit(f, "resident-record", "resident-record.copies", "1", 60, id[i], number);
    }
    while (done > 0) {
        assert_int_equal(desk_index_step(f->desk.index, f->desk.ledger, 100, &done), 0);
    }
    desk_forget_gone(&f->desk);
    for (uint64_t i = BY_THREAD; i <= BY_POLL; i++) {
        set_state(f, id[i], "done", NOW - 40 * DAY);
        assert_true(desk_index_at(f->desk.index, i, &row));
        assert_int_equal(desk_retain(&f->desk.config, false, &retained), 0);
        assert_int_equal(retained.deleted, 1);
        if (i == BY_THREAD) {
            assert_int_equal(desk_index_step(f->desk.index, f->desk.ledger, 0, &done), 0);
        } else {
            desk_forget_gone(&f->desk);
        }
        assert_false(desk_index_at(f->desk.index, i, &row));
        assert_false(desk_index_number(f->desk.index, row.number, &row));
    }
    assert_true(desk_index_at(f->desk.index, BY_POLL + 1, &row));
    f->desk.config.ledger = NULL;
    free(ledger);
}

static void
test_page(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN], wish[RECORD_ID_LEN];
    char number[RECORD_NUMBER_LEN], other[RECORD_NUMBER_LEN], path[64], form[256], *ledger;
    char day[CLOCK_DAY_LEN], slot[64];
    struct desk_retained retained;
    struct desk_wish *wishes;
    AUTO_BUF body;
    buf_init(&body, DESK_PAGE_MAX);
    begin(f, &ledger);
    log_in_as(f, "責任者", DESK_LEAD);
    f->desk.config.retain_days = 30;
    put_visit(f, "resident-record", "resident-record.copies", "1", 60, id, number);
    set_state(f, id, "done", NOW - 40 * DAY);
    clock_day_text(clock_japan_day(NOW) - 30, day);
    (void)snprintf(slot, sizeof(slot), ROOM, day);
    put_visit(f, "community-room", "community-room.slot", slot, 60, wish, other);
    set_state(f, wish, "done", NOW - 31 * DAY);
    desk_forget_gone(&f->desk);
    assert_int_equal(desk_wishes_read(&f->desk, 100), 0);
    assert_int_equal(desk_wishes_for(&f->desk, slot, &wishes), 1);
    free(wishes);
    assert_int_equal(get(f, "/retention", &body), 200);
    assert_non_null(strstr(buf_str(&body), "id=\"retention-due\" data-value=\"2\""));
    assert_non_null(strstr(buf_str(&body), "id=\"retention-clock\" data-value=\"good\""));
    assert_int_equal(times_in(buf_str(&body), "<tr id=\"due-"), 2);
    assert_int_equal(desk_retain(&f->desk.config, false, &retained), 0);
    assert_int_equal(retained.deleted, 1); /* the slot was 30 days ago, its end not yet */
    fake_clock_init(&f->clock, NOW + DAY);
    tell_time(f, "kiosk-001", NOW + DAY, NOW + DAY);
    tell_time(f, "kiosk-002", NOW + DAY, NOW + DAY);
    assert_int_equal(desk_retain(&f->desk.config, false, &retained), 0);
    assert_int_equal(retained.deleted, 1);
    assert_int_equal(get(f, "/retention", &body), 200);
    assert_int_equal(times_in(buf_str(&body), "<tr id=\"gone-"), 2);
    assert_non_null(strstr(buf_str(&body), "日（市の決まり）"));
    record_path(id, "", path);
    assert_int_equal(get(f, path, &body), 410);
    assert_non_null(strstr(buf_str(&body), "id=\"gone-hash\""));
    (void)snprintf(form, sizeof(form), "token=%s&number=%s", f->token, number);
    struct desk_reply reply = post(f, "/search", form);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(buf_str(&reply.body), "決まりにより消しました"));
    buf_release(&reply.body);
    assert_int_equal(get(f, "/events", NULL), 200);
    assert_int_equal(desk_wishes_for(&f->desk, slot, &wishes), 0);
    free(wishes);
    f->desk.config.ledger = NULL;
    free(ledger);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_who_goes),
        TEST(test_clock),
        TEST(test_no_witness),
        TEST(test_index_forgets),
        TEST(test_page),
    };
    return cmocka_run_group_tests_name("retain", tests, NULL, NULL);
}
