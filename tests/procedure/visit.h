/* tests/procedure/visit.h - one visitor's interview, for the tests of this room: the test's own procedures and
 * the content, begin, answer, look, end. */
#ifndef TESTS_PROCEDURE_VISIT_H
#define TESTS_PROCEDURE_VISIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/rng.h"
#include "procedure/procedure.h"

enum { STEPS_MAX = 900 }; /* pages of a visit by chance */
static struct procedure_set *set; /* the test's own */
static struct procedure_set *real; /* the content */

static inline int
load_sets(void **state)
{
    (void)state;
    assert_int_equal(procedure_load("tests/procedure/assets", NULL, NULL, &set), 0);
    assert_int_equal(procedure_load("assets", NULL, NULL, &real), 0);
    return 0;
}

static inline int
free_sets(void **state)
{
    (void)state;
    procedure_set_free(set);
    procedure_set_free(real);
    return 0;
}

/* 2026-11-22T00:00:00Z, which is the 22nd in Japan too. */
static inline int64_t
wall(void *ctx)
{
    (void)ctx;
    return 1795305600;
}
static const struct clock test_clock = {.wall_s = wall};

struct visit {
    struct fact_set *facts;
    struct interview *interview;
};

static inline void
put(struct visit *visit, const char *key, const char *value, enum fact_origin origin)
{
    assert_int_equal(fact_set_put(visit->facts, key, value, origin, 1), 0);
}

static inline void
read_card(struct visit *visit)
{
    put(visit, "applicant.name", "日立　花子", FACT_ORIGIN_CARD);
    put(visit, "applicant.address", "茨城県日立市助川町１丁目１番１号", FACT_ORIGIN_CARD);
    put(visit, "applicant.birth", "1941-03-05", FACT_ORIGIN_CARD);
    put(visit, "applicant.sex", "female", FACT_ORIGIN_CARD);
}

static inline struct visit
begin(const struct procedure_set *from, const char *procedure, bool card)
{
    struct visit visit = {.facts = fact_set_new()};
    if (card) {
        read_card(&visit);
    }
    visit.interview = interview_new(procedure_find(from, procedure), visit.facts, &test_clock);
    return visit;
}

static inline void
end(struct visit *visit)
{
    interview_free(visit->interview);
    fact_set_free(visit->facts);
}

/* The question on the page; at the check page its key is "check". */
static inline struct question
question_now(struct visit *visit)
{
    struct question question = {.key = "check"};
    bool asks = interview_at(visit->interview) == INTERVIEW_QUESTION;
    assert_int_equal(interview_question(visit->interview, &question), asks ? 0 : KERR_STATE);
    return question;
}

static inline const char *
key_now(struct visit *visit)
{
    static struct question question; /* holds the key */
    question = question_now(visit);
    return question.key;
}

static inline void
answer(struct visit *visit, const char *key, const char *text)
{
    struct interview_verdict verdict = {0};
    assert_string_equal(key_now(visit), key);
    int r = interview_answer(visit->interview, text, FACT_ORIGIN_PERSON, &verdict);
    if (r != 0) {
        fail_msg("%s <- \"%s\": %s %s", key, text, err_str(r),
            verdict.message != NULL ? verdict.message : "");
    }
}

static inline void
answer_by_chance(struct visit *visit, struct rng_seeded *rng, const char *procedure, uint64_t seed)
{
    AUTO_BUF text;
    buf_init(&text, PROCEDURE_ANSWER_MAX);
    struct interview_verdict verdict = {0};
    char key[FACT_KEY_MAX];
    (void)snprintf(key, sizeof(key), "%s", key_now(visit));
    int r = interview_random_answer(visit->interview, rng, &text);
    if (r != 0) {
        fail_msg("%s, seed %llu: no answer for %s", procedure, (unsigned long long)seed, key);
    }
    r = interview_answer(visit->interview, buf_str(&text), FACT_ORIGIN_PERSON, &verdict);
    if (r != 0) {
        fail_msg("%s, seed %llu: %s <- \"%s\": %s", procedure, (unsigned long long)seed, key,
            buf_str(&text), err_str(r));
    }
}

/* All that is asked, to the check page; returns the number of pages. */
static inline int
answer_all_by_chance(
    struct visit *visit, struct rng_seeded *rng, const char *procedure, uint64_t seed)
{
    int pages = 0;
    for (; interview_at(visit->interview) == INTERVIEW_QUESTION; pages++) {
        assert_true(pages < STEPS_MAX);
        answer_by_chance(visit, rng, procedure, seed);
    }
    return pages;
}

/* What the page offers to answer. */
static inline void
expect_now(struct visit *visit, const char *text)
{
    AUTO_BUF now;
    buf_init(&now, PROCEDURE_ANSWER_MAX);
    interview_answer_now(visit->interview, &now);
    assert_string_equal(buf_str(&now), text);
}

static inline void
expect_fact(struct visit *visit, const char *key, const char *value)
{
    const char *now = fact_set_value(visit->facts, key);
    if (value == NULL) {
        assert_null(now);
    } else {
        assert_non_null(now);
        assert_string_equal(now, value);
    }
}

static inline int
rows(struct visit *visit, const char *key)
{
    struct interview_row row;
    int found = 0;
    for (size_t i = 0; i < interview_row_count(visit->interview); i++) {
        assert_int_equal(interview_row(visit->interview, i, &row), 0);
        found += strcmp(row.question.key, key) == 0;
    }
    assert_int_equal(interview_row(visit->interview, interview_row_count(visit->interview), &row),
        KERR_NOT_FOUND);
    return found;
}

#endif
