/* What terminals say of themselves on the work page. Calls for staff: what stands there, who comes, what is too late; a
 * city key past its end. Text of outside stays text. */
#include "base/report.h"
#include "desk/fixture.h"

static struct ledger_call
say(struct fixture *f, const char *kiosk, uint64_t id, const char *state, const char *page)
{
    struct ledger_call call = {
        .id = id, .said_at = 1, .heard_at = clock_wall_s(&f->clock.clock), .reason = "help"};
    (void)snprintf(call.kiosk, sizeof(call.kiosk), "%s", kiosk);
    (void)snprintf(call.state, sizeof(call.state), "%s", state);
    (void)snprintf(call.page, sizeof(call.page), "%s", page);
    assert_int_equal(0, ledger_call_note(f->filled.ledger, &call));
    return call;
}

static unsigned
come(struct fixture *f, const char *rest)
{
    char body[256];
    (void)snprintf(body, sizeof(body), "token=%s%s", f->token, rest);
    struct desk_reply reply = post(f, "/calls/coming", body);
    buf_release(&reply.body);
    return reply.status;
}

static void
test_rings_and_is_answered(void **state)
{
    struct fixture *f = *state;
    AUTO_BUF page;
    buf_init(&page, DESK_PAGE_MAX);
    assert_int_equal(get(f, "/calls", &page), 200);
    assert_non_null(strstr(buf_str(&page), "data-ringing=\"0\""));
    (void)say(f, "kiosk-001", 5, "rings", "question");
    (void)say(f, "kiosk-002", 6, "rings", "fault-card-busy");
    (void)say(f, "<b>", 7, "rings", "x\"><i>");
    assert_int_equal(
        get(f, "/", &page), 200); /* also on the page itself, for those without scripts */
    const char *text = buf_str(&page);
    assert_non_null(strstr(text, "data-ringing=\"3\""));
    assert_non_null(strstr(text, desk_word(f->desk.assets, "call.page.question")));
    assert_non_null(strstr(text, desk_word(f->desk.assets, "call.page.fault")));
    assert_null(strstr(text, "<b>\""));
    assert_null(strstr(text, "x\"><i>"));
    assert_int_equal(3, times_in(text, "action=\"/calls/coming\""));
    assert_int_equal(303, come(f, "&kiosk=kiosk-001&call=5"));
    assert_string_equal("coming", say(f, "kiosk-001", 5, "rings", "question").state);
    log_in(f, "森");
    assert_int_equal(303, come(f, "&kiosk=kiosk-001&call=5")); /* the first stays */
    assert_int_equal(get(f, "/calls", &page), 200);
    text = buf_str(&page);
    assert_non_null(strstr(text, "data-ringing=\"2\""));
    assert_int_equal(2, times_in(text, "action=\"/calls/coming\""));
    assert_non_null(strstr(text, "佐藤"));
    assert_null(strstr(text, "森"));
}

static void
test_too_late(void **state)
{
    struct fixture *f = *state;
    AUTO_BUF page;
    buf_init(&page, DESK_PAGE_MAX);
    (void)say(f, "kiosk-001", 5, "rings", "home");
    assert_int_equal(
        303, come(f, "&kiosk=kiosk-001&call=4")); /* a page that was not looked at anew */
    assert_string_equal("rings", say(f, "kiosk-001", 5, "rings", "home").state);
    assert_int_equal(403, come(f, "&kiosk=kiosk-001"));
    assert_int_equal(403, come(f, "&kiosk=&call=5"));
    assert_int_equal(403, come(f, "&kiosk=kiosk-001&call=5x"));
    assert_string_equal("rings", say(f, "kiosk-001", 5, "rings", "home").state);
    assert_int_equal(get(f, "/calls", &page), 200);
    assert_null(strstr(buf_str(&page), "call-silent"));
    f->clock.wall_s += 31;
    assert_int_equal(get(f, "/calls", &page), 200);
    assert_non_null(
        strstr(buf_str(&page), "call-silent")); /* its line broke: it stays, and says so */
    f->clock.wall_s += LEDGER_CALL_S;
    assert_int_equal(get(f, "/calls", &page), 200);
    assert_null(strstr(buf_str(&page), "call-kiosk-001"));
}

/* Terminals that seal with a key of the city past its end are named until they say that they have another. */
static void
test_late_key(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *kiosk;
        int64_t until;
    } said[] = {{"kiosk-001", NOW - 1}, {"kiosk-002", NOW}, {"kiosk-003", 0}, {"<b>", NOW - 9}};
    for (int64_t later = 0; later <= 10; later += 10) {
        for (size_t i = 0; i < ARRAY_LEN(said); i++) {
            const struct report report = {.version = "1.0",
                .at = NOW - 9,
                .epoch = 1,
                .next_sequence = 1,
                .key_until = said[i].until + (said[i].until != 0 ? 10 * later : 0)};
            AUTO_BUF line;
            buf_init(&line, REPORT_MAX);
            assert_int_equal(report_write(&report, &line), 0);
            struct ledger_report kept = {.at = NOW, .bytes = line.data, .len = line.len};
            (void)snprintf(kept.kiosk, sizeof(kept.kiosk), "%s", said[i].kiosk);
            assert_int_equal(ledger_report_keep(f->filled.ledger, &kept), 0);
        }
        fake_clock_pass(&f->clock, later); /* the reports are not read for each list */
        struct desk_reply reply =
            ask(f, (struct desk_request){.method = "GET", .path = "/list", .show = "new"});
        assert_int_equal(reply.status, 200);
        const char *alarm = strstr(buf_str(&reply.body), "id=\"alarm-key\"");
        assert_true((alarm != NULL) == (later == 0));
        assert_true(alarm == NULL || strstr(alarm, "<bdi>&lt;b&gt;, kiosk-001</bdi>") != NULL);
        buf_release(&reply.body);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rings_and_is_answered),
        TEST(test_too_late),
        TEST(test_late_key),
    };
    return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}
