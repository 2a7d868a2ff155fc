/* tests/base/test_log.c - what a log line looks like, and what can never get into one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"

static char written[8192];
static int caught[2];
static int kept;

/* Turns standard error into a pipe until caught_text. */
static void
catch_stderr(void)
{
    assert_int_equal(pipe(caught), 0);
    kept = dup(STDERR_FILENO);
    assert_true(kept >= 0);
    assert_true(dup2(caught[1], STDERR_FILENO) >= 0);
    assert_int_equal(close(caught[1]), 0);
}

static const char *
caught_text(void)
{
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    assert_int_equal(close(kept), 0);
    size_t len = 0;
    ssize_t got;
    while ((got = read(caught[0], written + len, sizeof(written) - 1 - len)) > 0) {
        len += (size_t)got;
    }
    assert_int_equal(close(caught[0]), 0);
    written[len] = 0;
    return written;
}

static void
test_line(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x00, 0x6f, 0xff};
    catch_stderr();
    LOG(LOG_WARN, "queue.full", LOG_INT("rows", -12), LOG_ERR(KERR_NO_SPACE),
        LOG_LITERAL("why", "disk"), LOG_HEX("hash", bytes, sizeof(bytes)),
        LOG_ID("kiosk", "kiosk-001"));
    const char *line = caught_text();
    assert_int_equal(line[10], 'T');
    assert_int_equal(line[19], 'Z');
    assert_string_equal(line + 20, " level=warn event=queue.full rows=-12 error=KERR_NO_SPACE "
                                   "why=disk hash=006fff kiosk=kiosk-001\n");
}

static void
test_ids_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        bool written;
    } cases[] = {
        {"kiosk-001", true},
        {"service:move-in", true},
        {"a.b_c", true},
        {"123456789012345678901234567890123456789012345678", true}, /* 48 */
        {"1234567890123456789012345678901234567890123456789", false},
        {"", false},
        {NULL, false},
        {"Hanako", false},
        {"日立", false},
        {"a b", false},
        {"a\nevent=forged", false},
        {"a=b", false},
        {"\x1b[2J", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        catch_stderr();
        LOG(LOG_ERROR, "e", LOG_ID("id", cases[i].id));
        const char *value = strstr(caught_text(), " id=");
        assert_non_null(value);
        if (cases[i].written) {
            assert_memory_equal(value + 4, cases[i].id, strlen(cases[i].id));
        } else {
            assert_string_equal(value, " id=?\n");
        }
    }
}

static void
test_threshold(void **state)
{
    (void)state;
    static const struct {
        enum log_level threshold, level;
        bool written;
    } cases[] = {
        {LOG_INFO, LOG_DEBUG, false},
        {LOG_INFO, LOG_INFO, true},
        {LOG_ERROR, LOG_WARN, false},
        {LOG_DEBUG, LOG_DEBUG, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        log_set_level(cases[i].threshold);
        catch_stderr();
        LOG(cases[i].level, "e", LOG_INT("n", 1));
        assert_true((caught_text()[0] != 0) == cases[i].written);
    }
    log_set_level(LOG_INFO);
}

/* A line that is too long is cut, says so, and still ends: the next one starts on its own. */
static void
test_long_line(void **state)
{
    (void)state;
    static const uint8_t bytes[1000] = {0xee};
    struct log_field fields[40];
    for (size_t i = 0; i < 40; i++) {
        fields[i] = LOG_HEX("hash", bytes, sizeof(bytes));
    }
    catch_stderr();
    log_event(LOG_ERROR, "long", fields, 40);
    log_event(LOG_ERROR, "next", NULL, 0);
    const char *text = caught_text();
    const char *end = strchr(text, '\n');
    assert_non_null(end);
    assert_true(end - text <= 1024 + 8);
    assert_memory_equal(end - 4, " ...", 4);
    assert_non_null(strstr(end, " level=error event=next\n"));
    /* hex shows the first 32 bytes at most */
    catch_stderr();
    log_event(LOG_ERROR, "hex", fields, 1);
    const char *hex = strstr(caught_text(), "hash=");
    assert_non_null(hex);
    assert_int_equal(strlen(hex), 5 + 64 + 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_ids_are_checked),
        cmocka_unit_test(test_threshold),
        cmocka_unit_test(test_long_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
