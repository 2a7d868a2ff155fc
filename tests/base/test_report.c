/* What a terminal says of itself, and of a call for staff: one spelling each, bounds, and nothing else is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <string.h>

#include "base/attr.h"
#include "base/call.h"
#include "base/err.h"
#include "base/report.h"

static const struct report some = {.version = "0.1.0",
    .at = 1800000000,
    .waiting = 3,
    .oldest_at = 1700000000,
    .aside = 1,
    .had = 40,
    .epoch = 9007199254740991,
    .next_sequence = 44,
    .tls_until = 1900000000,
    .kiosk_until = 253402300799,
    .content = 5,
    .keys = 6,
    .live = 0,
    .answers = 8,
    .key_until = 1850000000,
    .full = 1};
static const char line[] =
    "madoguchi-report 1; version=0.1.0; at=1800000000; waiting=3; oldest=1700000000; aside=1; "
    "had=40;"
    " epoch=9007199254740991; next=44; tls-until=1900000000; kiosk-until=253402300799; content=5;"
    " keys=6; live=0; answers=8; key-until=1850000000; full=1";

static void
test_there_and_back(void **state)
{
    (void)state;
    struct report read;
    AUTO_BUF text;
    buf_init(&text, REPORT_MAX);
    assert_int_equal(0, report_write(&some, &text));
    assert_string_equal(line, buf_str(&text));
    memset(&read, 1, sizeof(read));
    assert_int_equal(0, report_read(line, &read));
    assert_memory_equal(&some, &read, sizeof(read));
    struct buf small;
    buf_init(&small, strlen(line) - 1);
    assert_true(report_write(&some, &small) < 0);
    buf_release(&small);
}

/* A terminal of before says nothing of its key; what is not known has one spelling, too. */
static void
test_older_line(void **state)
{
    (void)state;
    char older[sizeof(line)];
    struct report read;
    AUTO_BUF text;
    buf_init(&text, REPORT_MAX);
    strcpy(older, line);
    *strstr(older, "; key-until") = 0;
    strcat(older, "; full=1"); /* each of the later parts may be missing */
    assert_int_equal(0, report_read(older, &read));
    assert_true(read.key_until == 0 && read.full == 1);
    *strstr(older, "; full") = 0;
    assert_int_equal(0, report_read(older, &read));
    assert_true(read.key_until == 0 && read.full == 0);
    assert_int_equal(8, read.answers);
    assert_int_equal(0, report_write(&read, &text));
    assert_string_equal(older, buf_str(&text));
    assert_int_equal(
        0, report_read_bytes((const uint8_t *)line, strlen(line), &read)); /* as a ledger has it */
    assert_memory_equal(&some, &read, sizeof(read));
    assert_int_equal(
        KERR_INVALID, report_read_bytes((const uint8_t *)line, sizeof(line), &read)); /* a NUL */
    char many[2 * REPORT_MAX] = "";
    assert_int_equal(KERR_INVALID, report_read_bytes((const uint8_t *)many, sizeof(many), &read));
    static const char *const wrong[] = {"; key-until=0", "; key-until=", "; key-until=-1", ";",
        "; key-until=1; key-until=1", "; key-until=253402300800"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        char longer[sizeof(line) + 64];
        strcpy(longer, older);
        strcat(longer, wrong[i]);
        assert_int_equal(KERR_INVALID, report_read(longer, &read));
    }
}

/* Past its end by the city's clock or by the terminal's own. */
static void
test_late_key(void **state)
{
    (void)state;
    static const struct {
        int64_t at, until, now;
        bool is_late;
    } cases[] = {
        {1000, 2000, 1000, false}, {1000, 2000, 2000, false},
        {1000, 2000, 2001, true}, /* also when the terminal's clock is behind */
        {2001, 2000, 1000, true}, /* also when the city's is */
        {3000, 0, 3000, false}, /* not said */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct report report = {.at = cases[i].at, .key_until = cases[i].until};
        assert_int_equal(cases[i].is_late, report_key_is_late(&report, cases[i].now));
    }
}

static void
test_bounds(void **state)
{
    (void)state;
    const struct {
        size_t at;
        int64_t value;
    } wrong[] = {
        {offsetof(struct report, at), -1},
        {offsetof(struct report, at), 253402300800},
        {offsetof(struct report, waiting), -1},
        {offsetof(struct report, epoch), 9007199254740992},
        {offsetof(struct report, kiosk_until), 253402300800},
        {offsetof(struct report, answers), INT64_MIN},
        {offsetof(struct report, key_until), -1},
        {offsetof(struct report, key_until), 253402300800},
    };
    AUTO_BUF text;
    buf_init(&text, REPORT_MAX);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct report report = some;
        memcpy((char *)&report + wrong[i].at, &wrong[i].value, sizeof(wrong[i].value));
        buf_clear(&text);
        assert_int_equal(KERR_INVALID, report_write(&report, &text));
    }
    static const char *const versions[] = {"", "1 2", "1;2", "1\n", "\xe3\x81\x82"};
    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        struct report report = some;
        strcpy(report.version, versions[i]);
        assert_int_equal(KERR_INVALID, report_write(&report, &text));
    }
    struct report endless = some;
    memset(endless.version, '1', sizeof(endless.version));
    assert_int_equal(KERR_INVALID, report_write(&endless, &text));
}

/* Each byte left out, doubled, or made another one: refused, or a report that is spelt so. */
static void
test_hostile(void **state)
{
    (void)state;
    static const char *const lines[] = {"", "madoguchi-report 1",
        "madoguchi-report 1; version=", "madoguchi-report 1; version=0.1.0",
        "madoguchi-report 2; version=0.1.0; at=1"};
    struct report read;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        assert_int_equal(KERR_INVALID, report_read(lines[i], &read));
    }
    char text[2 * REPORT_MAX];
    size_t taken = 0;
    for (size_t i = 0; i < sizeof(line); i++) {
        for (int byte = 1; byte < 256; byte++) {
            memcpy(text, line, sizeof(line));
            text[i] = (char)byte;
            text[sizeof(line)] = 0;
            AUTO_BUF again;
            buf_init(&again, REPORT_MAX);
            if (report_read(text, &read) == 0) {
                assert_int_equal(0, report_write(&read, &again));
                assert_string_equal(text, buf_str(&again));
                taken++;
            }
        }
        memcpy(text, line, i);
        strcpy(text + i, line + i + (i + 1 < sizeof(line)));
        if (report_read(text, &read) == 0) {
            taken++;
        }
    }
    assert_in_range(taken, 400, 2000); /* digits and letters of the version, that is */
    memset(text, '0', sizeof(text));
    memcpy(text, line, sizeof(line) - 1);
    text[sizeof(text) - 1] = 0;
    assert_int_equal(KERR_INVALID, report_read(text, &read));
    static const char *const spellings[] = {"; at=+1", "; at= 1", "; at=01", "; at=-0", "; at=1 ",
        "; at=0x1", "; at=99999999999999999999"};
    for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
        const char *rest = strstr(line, "; waiting");
        strcpy(text, "madoguchi-report 1; version=0.1.0");
        strcat(text, spellings[i]);
        strcat(text, rest);
        assert_int_equal(KERR_INVALID, report_read(text, &read));
    }
}

/* ---- calls ---- */

static const struct call a_call = {.id = 9007199254740991,
    .state = CALL_OVER,
    .at = 1800000000,
    .page = "pin-last",
    .reason = "help"};
static const char call_line[] =
    "madoguchi-call 1; id=9007199254740991; state=over; at=1800000000; page=pin-last; reason=help";

static void
test_call(void **state)
{
    (void)state;
    struct call read;
    AUTO_BUF text;
    buf_init(&text, CALL_TEXT_MAX);
    assert_int_equal(0, call_write(&a_call, &text));
    assert_string_equal(call_line, buf_str(&text));
    memset(&read, 1, sizeof(read));
    assert_int_equal(0, call_read(call_line, &read));
    assert_int_equal(a_call.id, read.id);
    assert_int_equal(a_call.state, read.state);
    assert_int_equal(a_call.at, read.at);
    assert_string_equal(a_call.page, read.page);
    assert_string_equal(a_call.reason, read.reason);
    struct call wrong[] = {a_call, a_call, a_call, a_call, a_call, a_call, a_call};
    wrong[0].id = 0;
    wrong[1].id++;
    wrong[2].state = CALL_COMING; /* is the city's to say */
    wrong[3].at = 253402300800;
    wrong[4].page[0] = 0;
    strcpy(wrong[5].page, "a b");
    memset(wrong[6].reason, 'a', sizeof(wrong[6].reason));
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_int_equal(KERR_INVALID, call_write(&wrong[i], &text));
    }
}

static void
test_call_answer(void **state)
{
    (void)state;
    static const char line_of_answer[] = "madoguchi-call-answer 1; id=7; state=coming";
    enum call_state stands = CALL_RINGS;
    uint64_t id = 0;
    AUTO_BUF text;
    buf_init(&text, CALL_TEXT_MAX);
    assert_int_equal(0, call_answer_write(7, CALL_COMING, &text));
    assert_string_equal(line_of_answer, buf_str(&text));
    assert_int_equal(0, call_answer_read(line_of_answer, &id, &stands));
    assert_int_equal(7, id);
    assert_int_equal(CALL_COMING, stands);
    assert_int_equal(KERR_INVALID, call_answer_write(0, CALL_COMING, &text));
    static const char *const others[] = {"", "madoguchi-call-answer 1; id=0; state=coming",
        "madoguchi-call-answer 1; id=07; state=coming", "madoguchi-call-answer 1; id=7; state=went",
        "madoguchi-call-answer 1; id=7; state=coming ", "madoguchi-call-answer 1; id=7",
        "<html>madoguchi-call-answer 1; id=7; state=coming"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        assert_int_equal(KERR_INVALID, call_answer_read(others[i], &id, &stands));
    }
}

/* Each byte of the line made another one, and each beginning of it: refused, or another line that is well formed. */
static void
test_calls_from_outside(void **state)
{
    (void)state;
    char changed[sizeof(call_line)];
    struct call read;
    AUTO_BUF again;
    buf_init(&again, CALL_TEXT_MAX);
    for (size_t at = 0; at + 1 < sizeof(call_line); at++) {
        memcpy(changed, call_line, sizeof(call_line));
        changed[at] = 0;
        assert_true(at > sizeof(call_line) - sizeof("help") || call_read(changed, &read) < 0);
        for (int byte = 1; byte < 256; byte++) {
            changed[at] = (char)byte;
            if (call_read(changed, &read) == 0) {
                buf_clear(&again);
                assert_int_equal(0, call_write(&read, &again));
                assert_string_equal(changed, buf_str(&again));
            }
        }
    }
    char longer[CALL_TEXT_MAX + 2];
    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = 0;
    memcpy(longer, call_line, sizeof(call_line) - 1);
    assert_int_equal(KERR_INVALID, call_read(longer, &read));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_older_line),
        cmocka_unit_test(test_late_key),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_call),
        cmocka_unit_test(test_call_answer),
        cmocka_unit_test(test_calls_from_outside),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
