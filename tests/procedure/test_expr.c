/* tests/procedure/test_expr.c - the expression language: what it says, what it refuses and where, and that it
 * ends whatever it is given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/rng.h"
#include "procedure/expr.h"

/* Names that the expressions know. */
static const char *const kinds[] = {"a", "b", "unknown"};
static const struct {
    const char *name;
    struct expr_symbol symbol;
    struct value value;
} names[] = {
    {"kind", {EXPR_TEXT, 0, ARRAY_LEN(kinds), kinds}, {VALUE_KNOWN, EXPR_TEXT, 0, "a"}},
    {"text", {EXPR_TEXT, 1, 0, NULL}, {VALUE_KNOWN, EXPR_TEXT, 0, "日立 012-34"}},
    {"five", {EXPR_NUMBER, 2, 0, NULL}, {VALUE_KNOWN, EXPR_NUMBER, 5, NULL}},
    {"big-one", {EXPR_NUMBER, 3, 0, NULL}, {VALUE_KNOWN, EXPR_NUMBER, 900000000000000, NULL}},
    {"yeah", {EXPR_BOOL, 4, 0, NULL}, {VALUE_KNOWN, EXPR_BOOL, 1, NULL}},
    {"set", {EXPR_SET, 5, ARRAY_LEN(kinds), kinds}, {VALUE_KNOWN, EXPR_SET, 0, "a unknown"}},
    {"birth", {EXPR_DATE, 6, 0, NULL}, {VALUE_KNOWN, EXPR_DATE, -10529, NULL}}, /* 1941-03-05 */
    {"open", {EXPR_NUMBER, 7, 0, NULL}, {VALUE_OPEN, EXPR_NUMBER, 0, NULL}},
    {"none", {EXPR_NUMBER, 8, 0, NULL}, {VALUE_NONE, EXPR_NUMBER, 0, NULL}},
    {"open-yes", {EXPR_BOOL, 9, 0, NULL}, {VALUE_OPEN, EXPR_BOOL, 0, NULL}},
    {"none-yes", {EXPR_BOOL, 10, 0, NULL}, {VALUE_NONE, EXPR_BOOL, 0, NULL}},
    {"group", {EXPR_GROUP, 11, 0, NULL}, {VALUE_KNOWN, EXPR_NUMBER, 3, NULL}},
    {"group.bags", {EXPR_NUMBERS, 12, 0, NULL}, {VALUE_KNOWN, EXPR_NUMBER, 7, NULL}},
    {"none-set", {EXPR_SET, 13, 0, NULL}, {VALUE_NONE, EXPR_SET, 0, NULL}},
    {"open-group", {EXPR_GROUP, 14, 0, NULL}, {VALUE_OPEN, EXPR_NUMBER, 0, NULL}},
    {"none-kind", {EXPR_TEXT, 15, ARRAY_LEN(kinds), kinds}, {VALUE_NONE, EXPR_TEXT, 0, NULL}},
    {"unknown-kind", {EXPR_TEXT, 16, ARRAY_LEN(kinds), kinds},
        {VALUE_KNOWN, EXPR_TEXT, 0, "unknown"}},
};

static bool
find(void *ctx, const char *name, struct expr_symbol *ret, char *reason)
{
    (void)ctx;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(names[i].name, name) == 0) {
            *ret = names[i].symbol;
            return true;
        }
    }
    (void)snprintf(reason, EXPR_REASON_MAX, "unknown fact '%s'", name);
    return false;
}

static struct value
value_of(void *ctx, int ref)
{
    (void)ctx;
    return names[ref].value;
}

/* group.adult and group.bags, and age-of, for each of the three entries of the group. */
static bool
find_entry(void *ctx, int group, const char *name, struct expr_symbol *ret)
{
    (void)ctx;
    bool adult = strcmp(name, "group.adult") == 0;
    if (group != 11 || (!adult && strcmp(name, "group.bags") != 0)) {
        return false;
    }
    *ret = (struct expr_symbol){.type = adult ? EXPR_BOOL : EXPR_NUMBER, .ref = adult};
    return true;
}

/* Adults: yes, no, not answered yet. Bags: 4, 5, 6. */
static struct value
entry_value(void *ctx, int ref, int nth)
{
    (void)ctx;
    if (ref == 0) {
        return (struct value){VALUE_KNOWN, EXPR_NUMBER, 4 + nth, NULL};
    }
    return (struct value){nth == 2 ? VALUE_OPEN : VALUE_KNOWN, EXPR_BOOL, nth == 0, NULL};
}

static const struct expr_scope scope = {find, find_entry, NULL};

static struct value
run(const char *text)
{
    struct expr expr;
    struct expr_room room;
    struct expr_error error = {0};
    if (!expr_parse(&expr, &room, text, &scope, &error)) {
        fail_msg("%s: at %zu: %s", text, error.offset, error.reason);
    }
    struct expr_env env = {.ref = value_of,
        .group_count = value_of,
        .group_sum = value_of,
        .entry = entry_value,
        .today = clock_days_from_civil(2026, 3, 5)};
    return expr_eval(&expr, &env);
}

struct case_of {
    const char *text;
    enum value_know know;
    int64_t number;
};

static void
expect_values(const struct case_of *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct value value = run(cases[i].text);
        if (value.know != cases[i].know ||
            (value.know == VALUE_KNOWN && value.number != cases[i].number)) {
            fail_msg("%s gave know %d, %lld", cases[i].text, value.know, (long long)value.number);
        }
    }
}

/* Entries of a group, calendar, whole division, what is known. */
static void
test_more_values(void **state)
{
    (void)state;
    static const struct case_of cases[] = {
        {"count(group, group.bags > 4)", VALUE_KNOWN, 2},
        {"count(group, group.bags + five > 10 and yeah)", VALUE_KNOWN, 1}, /* outside names too */
        {"count(group, group.bags < count(set))", VALUE_KNOWN, 0},
        {"count(group, group.adult)", VALUE_OPEN, 0}, /* the third may be one */
        {"count(group, group.adult and group.bags < 6)", VALUE_KNOWN,
            1}, /* it is not asked about */
        {"any(group, group.adult)", VALUE_KNOWN, 1},
        {"any(group, group.bags = 7)", VALUE_KNOWN, 0},
        {"any(group, group.adult and group.bags = 5)", VALUE_KNOWN, 0},
        {"any(group, group.adult and group.bags > 4)", VALUE_OPEN, 0},
        {"any(open-group, yes)", VALUE_OPEN, 0},
        {"count(open-group, no)", VALUE_OPEN, 0},
        {"any(group, none-yes)", VALUE_KNOWN, 0},
        {"min(five, 3)", VALUE_KNOWN, 3},
        {"max(five, 3)", VALUE_KNOWN, 5},
        {"min(none, 3)", VALUE_NONE, 0},
        {"max(none, open)", VALUE_OPEN, 0},
        {"max(birth, 2000-01-01) = 2000-01-01", VALUE_KNOWN, 1},
        {"min(birth, 2000-01-01) = birth", VALUE_KNOWN, 1},
        {"div(7, 2)", VALUE_KNOWN, 3},
        {"div(five, 0)", VALUE_NONE, 0},
        {"div(open, 0)", VALUE_OPEN, 0},
        {"div(-7, 2)", VALUE_KNOWN, -3},
        {"year(birth)", VALUE_KNOWN, 1941},
        {"month(birth)", VALUE_KNOWN, 3},
        {"month(birth - 5)", VALUE_KNOWN, 2},
        {"year(birth + big-one)", VALUE_NONE, 0}, /* beyond the calendar */
        {"year(birth - 4000000)", VALUE_NONE, 0},
        {"known(kind) and known(text) and known(five) and known(yeah)", VALUE_KNOWN, 1},
        {"known(set) and known(birth)", VALUE_KNOWN, 1},
        {"known(none-kind) or known(none) or known(none-yes) or known(none-set)", VALUE_KNOWN, 0},
        {"known(unknown-kind)", VALUE_KNOWN, 0},
        {"known(open)", VALUE_OPEN, 0},
        {"count(group, known(group.bags))", VALUE_KNOWN, 3},
        {"any(group, not known(group.adult))", VALUE_OPEN, 0},
    };
    expect_values(cases, ARRAY_LEN(cases));
}

static void
test_values(void **state)
{
    (void)state;
    static const struct case_of cases[] = {
        {"1 + 2 * 3", VALUE_KNOWN, 7},
        {"(1 + 2) * 3", VALUE_KNOWN, 9},
        {"10 - 2 - 3", VALUE_KNOWN, 5},
        {"-five + 1", VALUE_KNOWN, -4},
        {"300 * five", VALUE_KNOWN, 1500},
        {"yes", VALUE_KNOWN, 1},
        {"not yes", VALUE_KNOWN, 0},
        {"five = 5", VALUE_KNOWN, 1},
        {"five != 5", VALUE_KNOWN, 0},
        {"five >= 5 and five <= 5", VALUE_KNOWN, 1},
        {"five < 5 or five > 5", VALUE_KNOWN, 0},
        {"no or yes and no", VALUE_KNOWN, 0}, /* and binds tighter */
        {"not five = 5", VALUE_KNOWN, 0},
        {"kind = 'a'", VALUE_KNOWN, 1},
        {"'b' = kind", VALUE_KNOWN, 0},
        {"kind in ('b', 'a')", VALUE_KNOWN, 1},
        {"kind in ('b')", VALUE_KNOWN, 0},
        {"five in (1, 5)", VALUE_KNOWN, 1},
        {"'a' in set", VALUE_KNOWN, 1},
        {"selected(set, 'b')", VALUE_KNOWN, 0},
        {"selected(set, 'unknown')", VALUE_KNOWN, 1},
        {"count(set)", VALUE_KNOWN, 2},
        {"count(none-set)", VALUE_KNOWN, 0},
        {"count(group) + sum(group.bags)", VALUE_KNOWN, 10},
        {"age(birth)", VALUE_KNOWN, 85},
        {"age(birth + 1)", VALUE_KNOWN, 84},
        {"days(2026-03-01, today)", VALUE_KNOWN, 4},
        {"today() - 4 = 2026-03-01", VALUE_KNOWN, 1},
        {"birth < 1941-03-06 and birth > 1941-03-04", VALUE_KNOWN, 1},
        {"2024-02-29 < today", VALUE_KNOWN, 1},
        {"matches(text, '??*###*')", VALUE_KNOWN, 1},
        {"matches(text, '*##-##')", VALUE_KNOWN, 1},
        {"matches(text, '##*')", VALUE_KNOWN, 0},
        {"if(yeah, 1, 2)", VALUE_KNOWN, 1},
        {"if(no, 1, if(yes, 3, 4))", VALUE_KNOWN, 3},
        /* open and none: decided as soon as they can be */
        {"open + 1", VALUE_OPEN, 0},
        {"open = 1", VALUE_OPEN, 0},
        {"open-yes and no", VALUE_KNOWN, 0},
        {"no and open-yes", VALUE_KNOWN, 0},
        {"open-yes or yes", VALUE_KNOWN, 1},
        {"open-yes and yes", VALUE_OPEN, 0},
        {"not open-yes", VALUE_OPEN, 0},
        {"if(open-yes, 1, 1)", VALUE_OPEN, 0},
        {"if(yes, 1, open)", VALUE_KNOWN, 1},
        {"if(yes, 1)", VALUE_KNOWN, 1},
        {"if(no, 1)", VALUE_NONE, 0},
        {"if(open-yes, 1)", VALUE_OPEN, 0},
        {"none = 1", VALUE_KNOWN, 0},
        {"none != 1", VALUE_KNOWN, 1},
        {"none < 1", VALUE_KNOWN, 0},
        {"none + 1", VALUE_NONE, 0},
        {"not none-yes", VALUE_KNOWN, 1},
        {"none-yes and open-yes", VALUE_KNOWN, 0},
        {"none in (1, 2)", VALUE_KNOWN, 0},
        {"open in (1, 2)", VALUE_OPEN, 0},
        {"none = open", VALUE_OPEN, 0},
        /* too large is none, not undefined */
        {"big-one + big-one", VALUE_NONE, 0},
        {"big-one * big-one", VALUE_NONE, 0},
        {"big-one * -big-one", VALUE_NONE, 0},
        {"big-one * 1", VALUE_KNOWN, 900000000000000},
    };
    expect_values(cases, ARRAY_LEN(cases));
}

static void
test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t offset;
        const char *reason; /* a part of it */
    } cases[] = {
        {"", 0, "something is missing"},
        {"five =", 6, "something is missing"},
        {"five = = 5", 7, "expected here"},
        {"five == 5", 5, "write one ="},
        {"five = 5 5", 9, "not expected here"},
        {"(five = 5", 9, "')' is expected"},
        {"fiver = 5", 0, "unknown fact 'fiver'"},
        {"kind = 'c'", 5, "none of the choices"},
        {"kind in ('a', 'unknwon')", 5, "did you mean 'unknown'"},
        {"kind = 5", 5, "can't be compared"},
        {"kind < 'b'", 5, "no larger and smaller"},
        {"birth = '1941-03-05'", 6, "without quotes"},
        {"birth > 2023-02-29", 8, "no day of the calendar"},
        {"birth - birth", 6, "use days"},
        {"kind + 1", 5, "can't be calculated"},
        {"known()", 0, "write known(question)"},
        {"known(five + 1)", 0, "the name of one question"},
        {"known('a')", 0, "the name of one question"},
        {"known(group)", 0, "the name of one question"},
        {"known(group.bags)", 0, "the name of one question"},
        {"five and yes", 5, "needs yes or no"},
        {"not five", 0, "needs yes or no"},
        {"set = 'a'", 4, "use selected"},
        {"set", 0, "several choices"},
        {"group", 0, "repeat group"},
        {"selected(set, 'x')", 0, "none of the choices"},
        {"selected(kind, 'a')", 0, "write selected"},
        {"cuont(set)", 0, "did you mean 'count'"},
        {"age(five)", 0, "write age"},
        {"age()", 0, "write age"},
        {"if(yes, 1, 'a')", 0, "one kind"},
        {"if(five, 1, 2)", 0, "condition"},
        {"if(five, 1)", 0, "condition"},
        {"matches(text, text)", 0, "text in quotes"},
        {"days(birth, today, today, today)", 26, "days() takes fewer parts"},
        {"kind = \"a\"", 7, "single quotes"},
        {"kind = 'a", 7, "no closing quote"},
        {"yes & no", 4, "'and'"},
        {"five / 2", 5, "no division"},
        {"5x", 0, "whole numbers"},
        {"1.5", 0, "whole numbers"},
        {"99999999999999999999", 0, "too large"},
        {"count(group, group.nothing)", 13, "unknown fact 'group.nothing'"},
        {"group.adult", 0, "unknown fact"}, /* only for one entry */
        {"any(group)", 0, "write any(group, condition)"},
        {"any(set, yes)", 0, "write any"},
        {"any(group, 5)", 0, "write any"},
        {"count(group, any(group, yes))", 22, "can't stand inside another"},
        {"min(five, birth)", 0, "write min"},
        {"year(five)", 0, "write year"},
        {"not not yes", 4, "unknown fact 'not'"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct expr expr;
        struct expr_room room;
        struct expr_error error = {0};
        if (expr_parse(&expr, &room, cases[i].text, &scope, &error)) {
            fail_msg("accepted: %s", cases[i].text);
        }
        if (strstr(error.reason, cases[i].reason) == NULL || error.offset != cases[i].offset) {
            fail_msg("%s: at %zu: %s", cases[i].text, error.offset, error.reason);
        }
    }
}

static void
test_bounds(void **state)
{
    (void)state;
    struct expr expr;
    struct expr_room room;
    struct expr_error error = {0};
    char text[EXPR_BYTES_MAX + 20];
    memset(text, '(', 40);
    (void)snprintf(text + 40, sizeof(text) - 40, "1");
    assert_false(expr_parse(&expr, &room, text, &scope, &error));
    assert_non_null(strstr(error.reason, "more than 16 brackets inside each other"));

    memset(text, ' ', sizeof(text));
    text[0] = '1';
    text[sizeof(text) - 1] = 0;
    assert_false(expr_parse(&expr, &room, text, &scope, &error));
    assert_non_null(strstr(error.reason, "500 bytes"));

    size_t at = 0;
    for (int i = 0; i < 70; i++) {
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s1", i > 0 ? "+" : "");
    }
    assert_false(expr_parse(&expr, &room, text, &scope, &error));
    assert_non_null(strstr(error.reason, "more than 128 parts"));
    text[2 * 64 - 1] = 0; /* 64 numbers, 63 sums: 127 nodes */
    assert_int_equal(run(text).number, 64);
}

static void
test_match(void **state)
{
    (void)state;
    static const struct {
        const char *text, *pattern;
        bool match;
    } cases[] = {{"", "", true}, {"", "*", true}, {"", "?", false}, {"a", "", false},
        {"0294", "####", true}, {"029", "####", false}, {"02945", "####", false},
        {"日立", "??", true}, {"日立", "?", false}, {"日立", "*立", true}, {"#", "#", false},
        {"aXbXc", "*X*X*", true}, {"aXb", "*X*X*", false}, {"aaab", "*aab", true}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (expr_match(cases[i].text, cases[i].pattern) != cases[i].match) {
            fail_msg("'%s' against '%s'", cases[i].text, cases[i].pattern);
        }
    }
}

/* Words of the language in any order: parses or refuses, and what parses has a value. */
static void
test_any_order(void **state)
{
    (void)state;
    static const char *const words[] = {"kind", "five", "set", "open", "none-yes", "group", "birth",
        "'a'", "5", "2026-01-01", "yes", "and", "or", "not", "in", "(", ")", ",", "=", "<", "+",
        "-", "*", "count(", "if(", "age(", "today", "matches(", "selected(", "any(group,", "min(",
        "div(", "year(", "group.bags", "group.adult"};
    struct rng_seeded rng = {20261122};
    int parsed = 0;
    for (int i = 0; i < 200000; i++) {
        char text[200];
        size_t at = 0;
        uint32_t len = 1 + rng_seeded_below(&rng, 9);
        for (uint32_t j = 0; j < len; j++) {
            at += (size_t)snprintf(text + at, sizeof(text) - at, "%s ",
                words[rng_seeded_below(&rng, (uint32_t)ARRAY_LEN(words))]);
        }
        struct expr expr;
        struct expr_room room;
        struct expr_error error = {0};
        if (expr_parse(&expr, &room, text, &scope, &error)) {
            struct value value = run(text);
            assert_true(value.know != VALUE_KNOWN || value.type == expr_result(&expr));
            parsed++;
        } else {
            assert_true(error.reason[0] != 0 && error.offset <= strlen(text));
        }
    }
    assert_true(parsed > 1000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_more_values),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_match),
        cmocka_unit_test(test_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
