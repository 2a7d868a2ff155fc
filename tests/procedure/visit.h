/* tests/procedure/visit.h - one visitor's interview, for the tests of this room: begin, answer, look, end. */
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
begin(struct procedure_set *set, const char *procedure, bool card)
{
    struct visit visit = {.facts = fact_set_new()};
    if (card) {
        read_card(&visit);
    }
    visit.interview = interview_new(procedure_find(set, procedure), visit.facts, &test_clock);
    return visit;
}

static inline void
end(struct visit *visit)
{
    interview_free(visit->interview);
    fact_set_free(visit->facts);
}

static inline const char *
key_now(struct visit *visit)
{
    static struct question question;
    if (interview_at(visit->interview) == INTERVIEW_CHECK) {
        assert_int_equal(interview_question(visit->interview, &question), KERR_STATE);
        return "check";
    }
    assert_int_equal(interview_question(visit->interview, &question), 0);
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
