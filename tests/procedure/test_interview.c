/* tests/procedure/test_interview.c - the conversation: once only, back and change without loss, settled and hidden
 * answers, progress that never lies, tolerant answers; then by chance, with the seed printed when it fails. */
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

enum { SEEDS = 500, WALK_SEEDS = 300, STEPS_MAX = 400, KEYS_MAX = 64 };

/* 2026-11-22T00:00:00Z, which is the 22nd in Japan too. */
static int64_t
wall(void *ctx)
{
    (void)ctx;
    return 1795305600;
}
static const struct clock test_clock = {.wall_s = wall};

static struct procedure_set *everything; /* the test's own */
static struct procedure_set *real;

static int
load_all(void **state)
{
    (void)state;
    assert_int_equal(procedure_load("tests/procedure/assets", NULL, NULL, &everything), 0);
    assert_int_equal(procedure_load("assets", NULL, NULL, &real), 0);
    return 0;
}

static int
free_all(void **state)
{
    (void)state;
    procedure_set_free(everything);
    procedure_set_free(real);
    return 0;
}

struct visit {
    struct fact_set *facts;
    struct interview *interview;
};

static void
put(struct visit *visit, const char *key, const char *value, enum fact_origin origin)
{
    assert_int_equal(fact_set_put(visit->facts, key, value, origin, 1), 0);
}

static void
read_card(struct visit *visit)
{
    put(visit, "applicant.name", "日立　花子", FACT_ORIGIN_CARD);
    put(visit, "applicant.address", "茨城県日立市助川町１丁目１番１号", FACT_ORIGIN_CARD);
    put(visit, "applicant.birth", "1941-03-05", FACT_ORIGIN_CARD);
    put(visit, "applicant.sex", "female", FACT_ORIGIN_CARD);
}

static struct visit
begin(struct procedure_set *set, const char *procedure, bool card)
{
    struct visit visit = {.facts = fact_set_new()};
    if (card) {
        read_card(&visit);
    }
    visit.interview = interview_new(procedure_find(set, procedure), visit.facts, &test_clock);
    return visit;
}

static void
end(struct visit *visit)
{
    interview_free(visit->interview);
    fact_set_free(visit->facts);
}

static const char *
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

static void
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

static void
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

static int
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

static void
test_certificate_with_card(void **state)
{
    (void)state;
    struct visit visit = begin(real, "resident-record", true);
    int number = 0;
    int total = 0;
    assert_int_equal(interview_fee(visit.interview), 300);
    assert_false(interview_progress(visit.interview, &number, &total)); /* whose decides on more */
    answer(&visit, "resident-record.whose", "self");
    assert_false(interview_progress(visit.interview, &number, &total));
    answer(&visit, "resident-record.purpose", "car");
    assert_string_equal(key_now(&visit), "check"); /* two questions, none typed */
    assert_true(interview_back(visit.interview)); /* what is kept may change: still not certain */
    assert_false(interview_progress(visit.interview, &number, &total));
    answer(&visit, "resident-record.purpose", "car");
    expect_fact(&visit, "resident-record.domicile", "yes");
    expect_fact(&visit, "resident-record.relationship", "no");
    expect_fact(&visit, "resident-record.copies", "1");
    assert_int_equal(
        fact_set_get(visit.facts, "resident-record.copies")->origin, FACT_ORIGIN_DERIVED);
    assert_int_equal(rows(&visit, "applicant.sex"), 1);
    assert_int_equal(rows(&visit, "resident-record.person-name"), 0);

    assert_int_equal(interview_change(visit.interview, "resident-record.copies"), 0);
    answer(&visit, "resident-record.copies", "３");
    assert_string_equal(key_now(&visit), "check");
    assert_int_equal(interview_fee(visit.interview), 900);

    /* a change that opens new questions asks them first */
    assert_int_equal(interview_change(visit.interview, "resident-record.whose"), 0);
    answer(&visit, "resident-record.whose", "member");
    answer(&visit, "resident-record.person-name", "日立　一郎");
    answer(&visit, "resident-record.person-birth", "unknown");
    assert_string_equal(key_now(&visit), "check");

    /* and hides them again: nothing of them reaches the record */
    assert_int_equal(interview_change(visit.interview, "resident-record.whose"), 0);
    answer(&visit, "resident-record.whose", "self");
    assert_string_equal(key_now(&visit), "check");
    struct fact_set *record = fact_set_new();
    assert_int_equal(interview_finish(visit.interview, record), 0);
    assert_null(fact_set_value(record, "resident-record.person-name"));
    assert_string_equal(fact_set_value(record, "resident-record.copies"), "3");
    assert_string_equal(fact_set_value(record, "applicant.name"), "日立　花子");
    assert_int_equal(fact_set_get(record, "applicant.name")->origin, FACT_ORIGIN_CARD);
    assert_int_equal(fact_set_count(record), 9);
    fact_set_free(record);
    end(&visit);
}

static void
test_certificate_typed(void **state)
{
    (void)state;
    struct visit visit = begin(real, "resident-record", false);
    answer(&visit, "applicant.name", "　見本　太郎 ");
    expect_fact(&visit, "applicant.name", "見本　太郎");
    answer(&visit, "applicant.address", "茨城県日立市見本町1-2-3");
    answer(&visit, "applicant.birth", "昭和16年3月5日");
    expect_fact(&visit, "applicant.birth", "1941-03-05");
    answer(&visit, "resident-record.whose", "self");
    answer(&visit, "resident-record.purpose", "other"); /* says nothing: so the rest is asked */
    answer(&visit, "resident-record.domicile", "unknown");
    answer(&visit, "resident-record.relationship", "no");
    assert_string_equal(key_now(&visit), "check");
    assert_int_equal(rows(&visit, "applicant.sex"), 0); /* only a card gives it */
    end(&visit);
}

static void
test_move_in_with_card(void **state)
{
    (void)state;
    struct visit visit = begin(real, "move-in", true);
    int asked = 0;
    static const char *const answers[][2] = {
        {"applicant.kana", "ひたち　はなこ"},
        {"move-in.moved-on", "2026-11-20"},
        {"move-in.new-address", "茨城県日立市見本町1丁目2番3号"},
        {"move-in.household", "existing"},
        {"move-in.head-name", "日立　一郎"},
        {"move-in.relationship", "parent"},
        {"move-in.others", "0"},
        {"move-in.transfer", "online"},
        {"applicant.phone", "0294-22-1111"},
    };
    for (size_t i = 0; i < ARRAY_LEN(answers); i++, asked++) {
        answer(&visit, answers[i][0], answers[i][1]);
    }
    assert_string_equal(key_now(&visit), "check");
    assert_true(asked <= 12);
    expect_fact(&visit, "applicant.kana", "ヒタチ　ハナコ");
    expect_fact(&visit, "applicant.phone", "0294221111");
    expect_fact(&visit, "move-in.old-address", "茨城県日立市助川町１丁目１番１号");
    end(&visit);
}

static void
test_once_only_over_procedures(void **state)
{
    (void)state;
    struct visit visit = begin(real, "resident-record", false);
    answer(&visit, "applicant.name", "見本　太郎");
    answer(&visit, "applicant.address", "茨城県日立市見本町1-2-3");
    answer(&visit, "applicant.birth", "19410305");
    interview_free(visit.interview);
    visit.interview = interview_new(procedure_find(real, "move-in"), visit.facts, &test_clock);
    assert_string_equal(key_now(&visit), "applicant.sex"); /* the rest is known */
    end(&visit);
}

static void
test_card_in_the_middle(void **state)
{
    (void)state;
    struct visit visit = begin(real, "resident-record", false);
    answer(&visit, "applicant.name", "ちがう　名前");
    assert_string_equal(key_now(&visit), "applicant.address");
    read_card(&visit);
    interview_refresh(visit.interview);
    assert_string_equal(key_now(&visit), "resident-record.whose");
    assert_false(interview_back(visit.interview)); /* what the card gave has no page any more */
    answer(&visit, "resident-record.whose", "self");
    answer(&visit, "resident-record.purpose", "bank");
    assert_int_equal(interview_change(visit.interview, "applicant.name"), 0);
    answer(&visit, "applicant.name", "日立　花子"); /* confirmed: it stays the card's word */
    assert_int_equal(fact_set_get(visit.facts, "applicant.name")->origin, FACT_ORIGIN_CARD);
    assert_int_equal(interview_change(visit.interview, "applicant.name"), 0);
    answer(&visit, "applicant.name", "日立　華子");
    assert_int_equal(fact_set_get(visit.facts, "applicant.name")->origin, FACT_ORIGIN_PERSON);
    assert_string_equal(key_now(&visit), "check");
    end(&visit);
}

/* To the check page of "everything": kind b, two people. */
static struct visit
answered(void)
{
    struct visit visit = begin(everything, "everything", true);
    answer(&visit, "everything.kana", "ヒタチ　ハナコ");
    answer(&visit, "everything.kind", "b");
    answer(&visit, "everything.detail", "こまかく");
    answer(&visit, "everything.why-detail", "unknown");
    answer(&visit, "everything.extras", "pen map pen");
    answer(&visit, "everything.day", "2026/11/20");
    answer(&visit, "everything.adult", "yes");
    answer(&visit, "everything.number-of-people", "2");
    answer(&visit, "everything.people[1].name", "一郎");
    answer(&visit, "everything.people[1].bags", "5");
    answer(&visit, "everything.people[1].heavy", "yes");
    answer(&visit, "everything.people[2].name", "葉子");
    answer(&visit, "everything.people[2].bags", "2");
    answer(&visit, "everything.sure", "yes");
    answer(&visit, "applicant.phone", "");
    assert_string_equal(key_now(&visit), "check");
    return visit;
}

static void
test_everything(void **state)
{
    (void)state;
    struct visit visit = answered();
    expect_fact(&visit, "everything.extras", "map pen"); /* in the order of the file, once each */
    expect_fact(&visit, "everything.printed", "no");
    assert_int_equal(interview_fee(visit.interview), 300 + 2 * 50 + 7);
    assert_int_equal(rows(&visit, "applicant.phone"), 1); /* skipped, still changed from here */
    struct fact_set *record = fact_set_new();
    assert_int_equal(interview_finish(visit.interview, record), 0);
    assert_null(fact_set_value(record, "applicant.phone"));
    assert_string_equal(fact_set_value(record, "everything.people[2].name"), "葉子");
    fact_set_free(record);

    /* fewer people: the second is kept for a change of mind, but not in the record */
    assert_int_equal(interview_change(visit.interview, "everything.number-of-people"), 0);
    answer(&visit, "everything.number-of-people", "1");
    assert_string_equal(key_now(&visit), "check");
    record = fact_set_new();
    assert_int_equal(interview_finish(visit.interview, record), 0);
    assert_null(fact_set_value(record, "everything.people[2].name"));
    fact_set_free(record);
    assert_int_equal(interview_change(visit.interview, "everything.number-of-people"), 0);
    answer(&visit, "everything.number-of-people", "3");
    assert_string_equal(key_now(&visit), "everything.people[3].name");
    struct question question;
    assert_int_equal(interview_question(visit.interview, &question), 0);
    assert_int_equal(question.repeat_index, 3);
    assert_int_equal(question.repeat_count, 3);
    assert_string_equal(question.repeat_label.source, "人");
    end(&visit);
}

static void
test_settled_follows_its_reason(void **state)
{
    (void)state;
    struct visit visit = answered();
    assert_int_equal(interview_change(visit.interview, "everything.kind"), 0);
    answer(&visit, "everything.kind", "a");
    expect_fact(&visit, "everything.printed", "yes"); /* derived anew */
    assert_int_equal(interview_change(visit.interview, "everything.printed"), 0);
    answer(&visit, "everything.printed", "no");
    assert_int_equal(interview_change(visit.interview, "everything.kind"), 0);
    answer(&visit, "everything.kind", "b");
    assert_int_equal(interview_change(visit.interview, "everything.kind"), 0);
    answer(&visit, "everything.kind", "a");
    expect_fact(&visit, "everything.printed", "no"); /* a person's word is not overwritten */

    struct visit other = answered();
    assert_int_equal(interview_change(other.interview, "everything.kind"), 0);
    answer(&other, "everything.kind", "c"); /* now it must be asked; the derived answer is gone */
    assert_string_equal(key_now(&other), "everything.printed");
    expect_fact(&other, "everything.printed", NULL);
    struct buf now;
    buf_init(&now, PROCEDURE_ANSWER_MAX);
    interview_answer_now(other.interview, &now);
    assert_string_equal(buf_str(&now), "no"); /* its default is offered */
    buf_release(&now);
    struct fact_set *record = fact_set_new();
    assert_int_equal(interview_finish(other.interview, record), KERR_PROCEDURE_INCOMPLETE);
    assert_int_equal(fact_set_count(record), 0);
    assert_string_equal(key_now(&other), "everything.printed");
    fact_set_free(record);
    end(&other);
    end(&visit);
}

static void
test_back_and_change(void **state)
{
    (void)state;
    struct visit visit = answered();
    assert_true(interview_back(visit.interview));
    assert_string_equal(key_now(&visit), "applicant.phone");
    assert_true(interview_back(visit.interview));
    assert_string_equal(key_now(&visit), "everything.sure");
    assert_true(interview_back(visit.interview));
    assert_string_equal(key_now(&visit), "everything.people[2].bags");
    answer(&visit, "everything.people[2].bags", "4");
    answer(&visit, "everything.people[2].heavy", "no"); /* newly relevant, and on the way */
    answer(&visit, "everything.sure", "yes");
    answer(&visit, "applicant.phone", "0294221111");
    assert_string_equal(key_now(&visit), "check");

    /* back from a change without answering: to the check page, nothing changed */
    assert_int_equal(interview_change(visit.interview, "everything.kind"), 0);
    assert_true(interview_back(visit.interview));
    assert_string_equal(key_now(&visit), "check");
    expect_fact(&visit, "everything.kind", "b");
    assert_int_equal(interview_change(visit.interview, "everything.nothing"), KERR_NOT_FOUND);
    assert_int_equal(
        interview_answer(visit.interview, "x", FACT_ORIGIN_PERSON, &(struct interview_verdict){0}),
        KERR_STATE);

    while (interview_back(visit.interview)) {
    }
    assert_string_equal(key_now(&visit), "everything.kana");
    end(&visit);
}

/* A kept answer that an earlier change made impossible is asked again. */
static void
test_answer_that_no_longer_holds(void **state)
{
    (void)state;
    struct visit visit = begin(real, "move-in", true);
    answer(&visit, "applicant.kana", "ヒタチ");
    answer(&visit, "move-in.moved-on", "2026-11-20");
    answer(&visit, "move-in.new-address", "茨城県日立市見本町1丁目2番3号");
    answer(&visit, "move-in.household", "self");
    answer(&visit, "move-in.others", "0");
    answer(&visit, "move-in.transfer", "paper");
    answer(&visit, "applicant.phone", "");
    assert_int_equal(interview_change(visit.interview, "move-in.household"), 0);
    answer(&visit, "move-in.household", "family"); /* then somebody came along */
    answer(&visit, "move-in.head-name", "日立　一郎");
    answer(&visit, "move-in.relationship", "spouse");
    assert_string_equal(key_now(&visit), "move-in.others");
    answer(&visit, "move-in.others", "1");
    assert_string_equal(key_now(&visit), "move-in.members[1].name");
    end(&visit);
}

struct answer_case {
    const char *key; /* a question of "everything" at which to try */
    const char *text;
    const char *kept; /* NULL: refused */
    const char *why; /* message id, or the file's own words */
};
static const struct answer_case answer_cases[] = {
    {"everything.kana", "ﾋﾀﾁ ﾊﾅｺ", "ヒタチ ハナコ", NULL},
    {"everything.kana", "ｶﾞｷﾞﾊﾟｳﾞｰ", "ガギパヴー", NULL},
    {"everything.kana", "ひゃくごう", "ヒャクゴウ", NULL},
    {"everything.kana", "日立", NULL, "answer.kana"},
    {"everything.kana", "Hitachi", NULL, "answer.kana"},
    {"everything.kana", "ｱﾞ", NULL, "answer.kana"},
    {"everything.kana", "ﾞ", NULL, "answer.kana"},
    {"everything.kana", "", NULL, "answer.required"},
    {"everything.kana", " 　 ", NULL, "answer.required"},
    {"everything.kana", "アアアアアアアアアアアアアアアアアアアアア", NULL, "answer.too-long"},
    {"everything.kind", "d", NULL, "answer.choice"},
    {"everything.kind", "", NULL, "answer.choice"},
    {"everything.kind", " a ", "a", NULL},
    {"everything.kind", "unknown", NULL, "answer.choice"},
    {"everything.detail", "1234 5678 9018", NULL, "answer.my-number"},
    {"everything.detail", "１２３４５６７８９０１８", NULL, "answer.my-number"},
    {"everything.detail", "番号1234-5678-9018です", NULL, "answer.my-number"},
    {"everything.detail", "1234567890123", NULL, "answer.my-number"},
    {"everything.detail", "12345678901", "12345678901", NULL},
    {"everything.detail", "1-2-3 456号 7890123", "1-2-3 456号 7890123", NULL},
    {"everything.detail", "a\tb", NULL, "answer.text"},
    {"everything.detail", "x\x07", NULL, "answer.text"},
    {"everything.detail", "𠮟る葛󠄀城", "𠮟る葛󠄀城",
        NULL}, /* beyond the BMP, and a variant */
    {"everything.extras", "", "", NULL},
    {"everything.extras", "map map", "map", NULL},
    {"everything.extras", "map book", NULL, "answer.choice"},
    {"everything.day", "2026-11-22", "2026-11-22", NULL},
    {"everything.day", "２０２６年１１月２２日", "2026-11-22", NULL},
    {"everything.day", "20261122", "2026-11-22", NULL},
    {"everything.day", "R8.11.22", "2026-11-22", NULL},
    {"everything.day", "令和8年11月22日", "2026-11-22", NULL},
    {"everything.day", "2026-11-23", NULL, "ほかの日にしてください。"}, /* not in the future */
    {"everything.day", "2026-11-15", NULL, "ほかの日にしてください。"}, /* the constraint */
    {"everything.day", "2026-02-29", NULL, "answer.date"},
    {"everything.day", "2026-13-01", NULL, "answer.date"},
    {"everything.day", "昭和65年1月1日", NULL, "answer.date"},
    {"everything.day", "平成元年1月7日", NULL, "answer.date"},
    {"everything.day", "26-11-22", NULL, "answer.date"},
    {"everything.day", "きのう", NULL, "answer.date"},
    {"everything.day", "2026-11-22-1", NULL, "answer.date"},
    {"everything.number-of-people", "２", "2", NULL},
    {"everything.number-of-people", "002", "2", NULL},
    {"everything.number-of-people", "4", NULL, "answer.number-range"},
    {"everything.number-of-people", "-1", NULL, "answer.number-range"},
    {"everything.number-of-people", "1.5", NULL, "answer.number"},
    {"everything.number-of-people", "two", NULL, "answer.number"},
    {"everything.number-of-people", "99999999999999999999", NULL, "answer.number"},
    {"everything.number-of-people", ",", NULL, "answer.number"},
    {"everything.adult", "maybe", NULL, "answer.choice"},
    {"applicant.phone", "０２９４（２２）１１１１", NULL, "answer.digits"},
    {"applicant.phone", "0294(22)1111", "0294221111", NULL},
    {"applicant.phone", "090-1234-5678", "09012345678", NULL},
    {"applicant.phone", "0900-1234-5678", NULL, "answer.my-number"},
    {"applicant.phone", "12345", NULL, "10けたか11けたです。"},
    {"applicant.phone", "", "", NULL},
    {"applicant.phone", "abc", NULL, "answer.digits"},
};

static void
test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(answer_cases); i++) {
        const struct answer_case *c = &answer_cases[i];
        struct visit visit = answered();
        struct interview_verdict verdict = {0};
        assert_int_equal(interview_change(visit.interview, c->key), 0);
        char *before = strdup(fact_set_value(visit.facts, c->key));
        int r = interview_answer(visit.interview, c->text, FACT_ORIGIN_PERSON, &verdict);
        const char *why = verdict.message != NULL ? verdict.message : verdict.otherwise.source;
        if (r != (c->kept != NULL ? 0 : KERR_PROCEDURE_ANSWER) ||
            (c->kept == NULL && (why == NULL || strcmp(why, c->why) != 0))) {
            fail_msg("%s <- \"%s\": %s, %s", c->key, c->text, err_str(r), why != NULL ? why : "-");
        }
        expect_fact(
            &visit, c->key, c->kept != NULL ? c->kept : before); /* refused: the old stays */
        free(before);
        end(&visit);
    }
}

static void
test_answers_beyond_bounds(void **state)
{
    (void)state;
    struct visit visit = begin(everything, "everything", true);
    struct interview_verdict verdict = {0};
    char text[PROCEDURE_ANSWER_MAX + 2];
    memset(text, 'a', sizeof(text));
    text[sizeof(text) - 1] = 0;
    assert_int_equal(
        interview_answer(visit.interview, text, FACT_ORIGIN_PERSON, &verdict), KERR_TOO_BIG);
    text[PROCEDURE_ANSWER_MAX] = 0;
    assert_int_equal(interview_answer(visit.interview, text, FACT_ORIGIN_PERSON, &verdict),
        KERR_PROCEDURE_ANSWER);
    assert_int_equal(
        interview_answer(visit.interview, "\xff\xfe", FACT_ORIGIN_PERSON, &verdict), KERR_INVALID);
    for (size_t i = 0; i + 4 < PROCEDURE_ANSWER_MAX; i += 3) {
        memcpy(text + i, "ガ", 4); /* half-width marks grow; nothing may run over */
    }
    assert_int_equal(interview_answer(visit.interview, text, FACT_ORIGIN_PERSON, &verdict),
        KERR_PROCEDURE_ANSWER);
    assert_string_equal(key_now(&visit), "everything.kana");
    end(&visit);
}

/* What a card says is not judged, and an empty file on it is no answer. */
static void
test_odd_cards(void **state)
{
    (void)state;
    struct visit visit = {.facts = fact_set_new()};
    put(&visit, "applicant.name", "", FACT_ORIGIN_CARD);
    put(&visit, "applicant.birth", "1941-00-00", FACT_ORIGIN_CARD);
    put(&visit, "applicant.sex", "not-applicable", FACT_ORIGIN_CARD);
    visit.interview =
        interview_new(procedure_find(everything, "everything"), visit.facts, &test_clock);
    answer(&visit, "applicant.name", "名前");
    answer(&visit, "everything.kana", "ナマエ");
    end(&visit);
}

static void
random_answer(struct visit *visit, struct rng_seeded *rng, uint64_t seed)
{
    AUTO_BUF text;
    buf_init(&text, PROCEDURE_ANSWER_MAX);
    struct interview_verdict verdict = {0};
    char key[FACT_KEY_MAX];
    (void)snprintf(key, sizeof(key), "%s", key_now(visit));
    int r = interview_random_answer(visit->interview, rng, &text);
    if (r != 0) {
        fail_msg("seed %llu: no answer for %s", (unsigned long long)seed, key);
    }
    r = interview_answer(visit->interview, buf_str(&text), FACT_ORIGIN_PERSON, &verdict);
    if (r != 0) {
        fail_msg("seed %llu: %s <- \"%s\": %s", (unsigned long long)seed, key, buf_str(&text),
            err_str(r));
    }
}

/* Each answered key at most once a record, none of them empty, required ones there. */
static void
check_record(struct visit *visit, const char *procedure, uint64_t seed)
{
    struct fact_set *facts = fact_set_new();
    if (interview_finish(visit->interview, facts) != 0) {
        fail_msg("%s, seed %llu: not complete at %s", procedure, (unsigned long long)seed,
            key_now(visit));
    }
    struct interview_row row;
    size_t filled = 0;
    for (size_t i = 0; i < interview_row_count(visit->interview); i++) {
        assert_int_equal(interview_row(visit->interview, i, &row), 0);
        const char *value = fact_set_value(facts, row.question.key);
        assert_true(!row.question.required || row.value[0] != 0);
        assert_true(row.value[0] == 0 ? value == NULL : strcmp(value, row.value) == 0);
        filled += row.value[0] != 0;
    }
    assert_int_equal(fact_set_count(facts), filled);
    struct record_head head = {.fee = interview_fee(visit->interview)};
    (void)snprintf(head.procedure, sizeof(head.procedure), "%s", procedure);
    (void)snprintf(head.in_force, sizeof(head.in_force), "2026-04-01");
    (void)snprintf(head.number, sizeof(head.number), "00100017");
    (void)snprintf(head.kiosk, sizeof(head.kiosk), "kiosk-001");
    (void)snprintf(head.language, sizeof(head.language), "ja");
    struct record *record = record_new(&head, facts);
    struct record *back = NULL;
    AUTO_BUF bytes;
    buf_init(&bytes, RECORD_ENCODED_MAX);
    assert_int_equal(record_encode(record, &bytes), 0);
    assert_int_equal(record_decode(bytes.data, bytes.len, &back), 0);
    assert_int_equal(fact_set_count(record_facts(back)), filled);
    record_free(back);
    record_free(record);
    fact_set_free(facts);
}

static void
complete(struct procedure_set *set, const char *procedure, uint64_t seed)
{
    struct rng_seeded rng = {seed};
    struct visit visit = begin(set, procedure, rng_seeded_below(&rng, 2) == 0);
    int promised = 0;
    int steps = 0;
    for (; interview_at(visit.interview) == INTERVIEW_QUESTION; steps++) {
        int number;
        int total;
        assert_true(steps < STEPS_MAX);
        if (interview_progress(visit.interview, &number, &total)) {
            if ((promised != 0 && promised != total) || number != steps + 1) {
                fail_msg("%s, seed %llu: %d of %d, promised %d", procedure,
                    (unsigned long long)seed, number, total, promised);
            }
            promised = total;
        } else {
            assert_int_equal(promised, 0); /* certain once, certain to the end */
        }
        random_answer(&visit, &rng, seed);
    }
    assert_true(promised == 0 || promised == steps);
    check_record(&visit, procedure, seed);
    end(&visit);
}

static void
test_complete_by_chance(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        complete(real, "resident-record", seed);
        complete(real, "move-in", seed);
        complete(everything, "everything", seed);
        complete(everything, "kinds", seed);
    }
}

struct kept {
    char key[FACT_KEY_MAX];
    char *value;
};

/* Back as far as chance wants, forward again with what is kept: every answer stays. */
static void
walk(struct procedure_set *set, const char *procedure, uint64_t seed)
{
    struct rng_seeded rng = {seed};
    struct visit visit = begin(set, procedure, rng_seeded_below(&rng, 2) == 0);
    for (int steps = 0; steps < 25 && interview_at(visit.interview) == INTERVIEW_QUESTION;
         steps++) {
        random_answer(&visit, &rng, seed);
    }
    char at[FACT_KEY_MAX];
    (void)snprintf(at, sizeof(at), "%s", key_now(&visit));
    struct kept kept[KEYS_MAX * 2];
    size_t count = fact_set_count(visit.facts);
    assert_true(count < ARRAY_LEN(kept));
    for (size_t i = 0; i < count; i++) {
        const struct fact *fact = fact_set_at(visit.facts, i);
        (void)snprintf(kept[i].key, sizeof(kept[i].key), "%s", fact->key);
        kept[i].value = strdup(fact->value);
    }
    uint32_t back = rng_seeded_below(&rng, 30);
    for (uint32_t i = 0; i < back && interview_back(visit.interview); i++) {
    }
    for (int steps = 0; strcmp(key_now(&visit), at) != 0; steps++) {
        struct interview_verdict verdict;
        AUTO_BUF now;
        buf_init(&now, PROCEDURE_ANSWER_MAX);
        assert_true(steps < STEPS_MAX);
        interview_answer_now(visit.interview, &now);
        if (interview_answer(visit.interview, buf_str(&now), FACT_ORIGIN_PERSON, &verdict) != 0) {
            fail_msg("seed %llu: the kept answer of %s is refused", (unsigned long long)seed,
                key_now(&visit));
        }
    }
    if (fact_set_count(visit.facts) != count) {
        fail_msg("%s, seed %llu: %zu answers became %zu", procedure, (unsigned long long)seed,
            count, fact_set_count(visit.facts));
    }
    for (size_t i = 0; i < count; i++) {
        expect_fact(&visit, kept[i].key, kept[i].value);
        free(kept[i].value);
    }
    end(&visit);
}

static void
test_forward_back_forward(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= WALK_SEEDS; seed++) {
        walk(real, "resident-record", seed);
        walk(real, "move-in", seed);
        walk(everything, "everything", seed);
        walk(everything, "kinds", seed);
    }
}

/* Back, changes, cards and wrong answers in any order: never stuck, and still complete. */
static void
test_any_order(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= WALK_SEEDS; seed++) {
        struct rng_seeded rng = {seed};
        struct visit visit = begin(everything, "everything", false);
        for (int i = 0; i < 60; i++) {
            struct interview_row row;
            size_t count = interview_row_count(visit.interview);
            switch (rng_seeded_below(&rng, 8)) {
            case 0:
                (void)interview_back(visit.interview);
                break;
            case 1:
                assert_true(count > 0);
                assert_int_equal(
                    interview_row(visit.interview, rng_seeded_below(&rng, (uint32_t)count), &row),
                    0);
                assert_int_equal(interview_change(visit.interview, row.question.key), 0);
                break;
            case 2:
                if (rng_seeded_below(&rng, 10) == 0) {
                    read_card(&visit);
                }
                interview_refresh(visit.interview);
                break;
            default:
                if (interview_at(visit.interview) == INTERVIEW_QUESTION) {
                    random_answer(&visit, &rng, seed);
                }
            }
        }
        for (int i = 0; interview_at(visit.interview) == INTERVIEW_QUESTION; i++) {
            assert_true(i < STEPS_MAX);
            random_answer(&visit, &rng, seed);
        }
        check_record(&visit, "everything", seed);
        end(&visit);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_certificate_with_card),
        cmocka_unit_test(test_certificate_typed),
        cmocka_unit_test(test_move_in_with_card),
        cmocka_unit_test(test_once_only_over_procedures),
        cmocka_unit_test(test_card_in_the_middle),
        cmocka_unit_test(test_everything),
        cmocka_unit_test(test_settled_follows_its_reason),
        cmocka_unit_test(test_back_and_change),
        cmocka_unit_test(test_answer_that_no_longer_holds),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_answers_beyond_bounds),
        cmocka_unit_test(test_odd_cards),
        cmocka_unit_test(test_complete_by_chance),
        cmocka_unit_test(test_forward_back_forward),
        cmocka_unit_test(test_any_order),
    };
    return cmocka_run_group_tests(tests, load_all, free_all);
}
