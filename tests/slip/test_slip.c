/* The lines of a guide slip: those of a procedure of the content, in a language and in Japanese; what is too much is refused;
 * and of the ticket of a visit that pauses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "slip/slip.h"

static struct i18n *i18n;
static struct procedure_set *set;

static struct slip *
slip_of(const char *procedure, const char *language, int64_t fee)
{
    struct fact_set *facts = fact_set_new();
    const struct procedure *found = procedure_find(set, procedure);
    assert_non_null(found);
    struct interview *interview = interview_new(found, facts, clock_system());
    const struct slip_about about = {
        .words = i18n, .language = language, .number = "00100737", .made = 1795305600, .fee = fee};
    struct slip *slip = NULL;
    assert_int_equal(slip_new(&about, interview, &slip), 0);
    interview_free(interview);
    fact_set_free(facts);
    return slip;
}

static bool
has(const struct slip *slip, enum print_slip_kind kind, const char *own, const char *japanese)
{
    for (size_t i = 0; i < slip_count(slip); i++) {
        const struct print_slip_line *line = slip_at(slip, i);
        if (line->kind == kind && strcmp(line->own, own) == 0 &&
            strcmp(line->japanese, japanese) == 0) {
            return true;
        }
    }
    return false;
}

static void
test_lines(void **state)
{
    (void)state;
    assert_int_equal(i18n_use(i18n, "ko"), 0);
    struct slip *slip = slip_of("move-out", "en", 300);
    struct procedure_info info = procedure_info(procedure_find(set, "move-out"));
    assert_string_equal(i18n_current(i18n)->code, "ko"); /* as it was */
    assert_int_equal(i18n_use(i18n, "en"), 0);
    assert_true(has(slip, PRINT_SLIP_HEADING,
        i18n_content(i18n, info.title.context, info.title.source), info.title.source));
    for (size_t i = 0; i < info.next_count; i++) {
        assert_true(has(slip, PRINT_SLIP_ITEM,
            i18n_content(i18n, info.next[i].context, info.next[i].source), info.next[i].source));
    }
    assert_true(has(slip, PRINT_SLIP_HEADING, i18n_text_in(i18n, "en", "explain.bring"),
        i18n_text_in(i18n, "ja", "explain.bring")));
    AUTO_BUF own;
    AUTO_BUF japanese;
    buf_init(&own, 64);
    buf_init(&japanese, 64);
    (void)i18n_money(i18n, &own, 300);
    assert_int_equal(i18n_use(i18n, "ja"), 0);
    (void)i18n_money(i18n, &japanese, 300);
    assert_true(has(slip, PRINT_SLIP_TEXT, buf_str(&own), buf_str(&japanese)));
    slip_free(slip);
    /* no fee, no line; a language that is not here is Japanese */
    slip = slip_of("move-out", "xx", 0);
    assert_false(has(slip, PRINT_SLIP_HEADING, i18n_text_in(i18n, "ja", "check.fee"),
        i18n_text_in(i18n, "ja", "check.fee")));
    assert_string_equal(slip_at(slip, 0)->own, info.title.source);
    slip_free(slip);
    slip_free(NULL);
}

static void
test_too_much(void **state)
{
    (void)state;
    struct slip *slip = slip_of("move-out", "ja", 0);
    while (slip_count(slip) < SLIP_LINES_MAX) {
        assert_int_equal(slip_add(slip, PRINT_SLIP_ITEM, "a", "a"), 0);
    }
    assert_int_equal(slip_add(slip, PRINT_SLIP_ITEM, "a", "a"), KERR_TOO_BIG);
    assert_int_equal(slip_count(slip), SLIP_LINES_MAX);
    for (int i = 0; i < SLIP_CODES_MAX; i++) {
        assert_int_equal(slip_add_code(slip, "7351"), 0);
    }
    assert_int_equal(slip_add_code(slip, "7351"), KERR_TOO_BIG);
    slip_free(slip);
}

/* A ticket has what leads back, in both languages, and nothing else. */
static void
test_ticket(void **state)
{
    (void)state;
    for (int card = 0; card < 2; card++) {
        assert_int_equal(i18n_use(i18n, "ko"), 0);
        const struct slip_ticket about = {.words = i18n,
            .language = "my",
            .number = "00100737",
            .code = card == 1 ? "MADOGUCHIP00100737" : NULL,
            .until = "9:05",
            .made = 1795305600,
            .card = card == 1};
        struct slip *slip = NULL;
        assert_int_equal(slip_ticket_new(&about, &slip), 0);
        assert_string_equal(i18n_current(i18n)->code, "ko"); /* as it was */
        assert_non_null(strstr(slip_at(slip, 0)->own, "9:05"));
        assert_non_null(strstr(slip_at(slip, 0)->japanese, "9:05まで"));
        static const char *const told[] = {"pause.how", "pause.keep", "attract.place"};
        for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
            assert_true(has(slip, PRINT_SLIP_ITEM, i18n_text_in(i18n, "my", told[i]),
                i18n_text_in(i18n, "ja", told[i])));
        }
        assert_true(has(slip, PRINT_SLIP_ITEM, i18n_text_in(i18n, "my", "pause.card"),
                        i18n_text_in(i18n, "ja", "pause.card")) == (card == 1));
        assert_int_equal(slip_count(slip), 4 + card);
        slip_free(slip);
    }
}

/* Who asks for a time is not told that it is theirs. */
static void
test_titles(void **state)
{
    (void)state;
    assert_string_equal(slip_title(PROCEDURE_APPLY), "accepted.title");
    assert_string_equal(slip_title(PROCEDURE_BOOK), "accepted.title-book");
    assert_string_equal(slip_title(PROCEDURE_REPORT), "accepted.title-report");
    assert_string_equal(slip_title(PROCEDURE_ASK), "accepted.title-ask");
}

static int
open_content(void **state)
{
    (void)state;
    char *locale = conf_share(NULL, "locale");
    int r = i18n_new(locale, &i18n);
    free(locale);
    return r == 0 ? procedure_load("assets", NULL, NULL, &set) : r;
}

static int
close_content(void **state)
{
    (void)state;
    procedure_set_free(set);
    i18n_free(i18n);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_too_much),
        cmocka_unit_test(test_ticket),
        cmocka_unit_test(test_titles),
    };
    return cmocka_run_group_tests(tests, open_content, close_content);
}
