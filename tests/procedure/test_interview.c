/* tests/procedure/test_interview.c - the conversation: once only, back and change without loss, settled and hidden
 * answers, tolerant answers. */
#include "visit.h"

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
        {"move.on", "2026-11-20"},
        {"move.new-address", "茨城県日立市見本町1丁目2番3号"},
        {"household.others", "0"},
        {"move.head", "existing"},
        {"move.head-name", "日立　一郎"},
        {"move.relationship", "parent"},
        {"move-in.transfer", "online"},
        {"insurance.kind", "elderly"},
        {"applicant.phone", "0294-22-1111"},
        {"move-in.together", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(answers); i++, asked++) {
        answer(&visit, answers[i][0], answers[i][1]);
    }
    assert_string_equal(key_now(&visit), "check");
    assert_true(asked <= 12);
    expect_fact(&visit, "applicant.kana", "ヒタチ　ハナコ");
    expect_fact(&visit, "applicant.phone", "0294221111");
    expect_fact(&visit, "move.old-address", "茨城県日立市助川町１丁目１番１号");
    assert_int_equal(rows(&visit, "move-in.together"), 1);
    assert_int_equal(interview_together_count(visit.interview), 0);
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
    struct visit visit = begin(set, "everything", true);
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
    expect_now(&other, "no"); /* its default is offered */
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
    struct visit visit = begin(set, "everything", true);
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
    visit.interview = interview_new(procedure_find(set, "everything"), visit.facts, &test_clock);
    answer(&visit, "applicant.name", "名前");
    answer(&visit, "everything.kana", "ナマエ");
    end(&visit);
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
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_answers_beyond_bounds),
        cmocka_unit_test(test_odd_cards),
    };
    return cmocka_run_group_tests(tests, load_sets, free_sets);
}
