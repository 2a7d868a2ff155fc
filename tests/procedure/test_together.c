/* tests/procedure/test_together.c - several procedures in one interview: the task list, once only, fees and papers of
 * all that is chosen, for whom something can't be done here, guides and their results, anonymous and hidden ones. */
#include "visit.h"

/* To the task list of "whole": a grown-up of 500 yen, a child of 8. */
static struct visit
family(const char *wants)
{
    struct visit visit = begin(set, "whole", true);
    answer(&visit, "whole.wants", wants);
    if (strcmp(wants, "yes") == 0) {
        answer(&visit, "applicant.phone", "");
    }
    answer(&visit, "family.size", "2");
    answer(&visit, "family[1].name", "一郎");
    answer(&visit, "family[1].kana", "イチロウ");
    answer(&visit, "family[1].birth", "1990-01-01");
    answer(&visit, "family[1].income", "500");
    answer(&visit, "family[2].name", "葉子");
    answer(&visit, "family[2].kana", "ヨウコ");
    answer(&visit, "family[2].birth", "2018-01-01");
    assert_string_equal(key_now(&visit), "whole.together");
    return visit;
}

static void
test_task_list(void **state)
{
    (void)state;
    struct visit visit = family("no");
    struct question question = question_now(&visit);
    assert_true(question.tasks && !question.required && question.type == QUESTION_SEVERAL);
    assert_string_equal(question.label.source, "いっしょに");
    assert_int_equal(question.choice_count, 2); /* of-money only for those who want it */
    assert_string_equal(question.choices[0].value, "of-child");
    assert_string_equal(question.choices[0].label.source, "子どもの");
    assert_string_equal(question.choices[0].hint.source, "子どもがいるからです。");
    expect_now(&visit, "of-child of-all"); /* all that apply are ticked */
    struct interview_verdict verdict = {0};
    assert_int_equal(
        interview_answer(visit.interview, "of-child of-money", FACT_ORIGIN_PERSON, &verdict),
        KERR_PROCEDURE_ANSWER); /* what isn't offered can't be chosen */
    assert_int_equal(interview_minutes(visit.interview), 2);
    assert_int_equal(interview_fee(visit.interview), 100);

    answer(&visit, "whole.together", ""); /* nothing: that is an answer too */
    assert_string_equal(key_now(&visit), "check");
    assert_int_equal(interview_together_count(visit.interview), 0);
    assert_int_equal(interview_change(visit.interview, "whole.together"), 0);
    expect_now(&visit, ""); /* what was left out stays out */
    answer(&visit, "whole.together", "of-child");
    assert_string_equal(key_now(&visit), "of-child.child[2].school");
    assert_int_equal(interview_together_count(visit.interview), 1);
    assert_string_equal(procedure_info(interview_together(visit.interview, 0)).id, "of-child");
    assert_null(interview_together(visit.interview, 1));
    assert_int_equal(interview_minutes(visit.interview), 5);
    end(&visit);
}

/* The questions for each child name the child, and keep its place in the family. */
static void
test_for_each(void **state)
{
    (void)state;
    struct visit visit = family("no");
    answer(&visit, "whole.together", "of-child");
    struct question question = question_now(&visit);
    assert_string_equal(question.key, "of-child.child[2].school");
    assert_int_equal(question.repeat_index, 1);
    assert_int_equal(question.repeat_count, 1);
    assert_string_equal(question.repeat_label.source, "子ども");
    assert_string_equal(question.who, "葉子");
    answer(&visit, "of-child.child[2].school", "yes");
    answer(&visit, "of-child.child[2].where", "見本小学校");
    answer(&visit, "of-child.private", "no");
    assert_string_equal(key_now(&visit), "check");

    /* another child: its questions, and only they, are open */
    assert_int_equal(interview_change(visit.interview, "family[1].birth"), 0);
    assert_string_equal(question_now(&visit).who, "一郎");
    answer(&visit, "family[1].birth", "2022-01-01"); /* too young for school, and for an income */
    assert_string_equal(key_now(&visit), "check");
    assert_int_equal(rows(&visit, "of-child.child[1].school"), 0);
    assert_int_equal(rows(&visit, "family[1].income"), 0);
    assert_int_equal(interview_change(visit.interview, "family[1].birth"), 0);
    answer(&visit, "family[1].birth", "2017-01-01");
    assert_string_equal(key_now(&visit), "of-child.child[1].school");
    answer(&visit, "of-child.child[1].school", "no");
    assert_string_equal(key_now(&visit), "check");

    struct fact_set *record = fact_set_new();
    assert_int_equal(interview_finish(visit.interview, record), 0);
    assert_string_equal(fact_set_value(record, "of-child.child[2].where"), "見本小学校");
    assert_null(fact_set_value(record, "family[2].minor")); /* what is calculated is not kept */
    assert_null(fact_set_value(record, "of-all.bags"));
    fact_set_free(record);
    struct question words;
    assert_true(procedure_fact_words(set, "whole", "of-child.child[2].where", &words));
    assert_string_equal(words.label.source, "どこの学校ですか");
    assert_true(procedure_fact_words(set, NULL, "family[2].name", &words));
    assert_string_equal(words.repeat_label.source, "家族");
    end(&visit);
}

/* Everything at once: each fact one time; a telephone number that was skipped is asked where it must be known. */
static void
test_once_only(void **state)
{
    (void)state;
    struct visit visit = family("yes");
    expect_now(&visit, "of-child of-money of-all");
    answer(&visit, "whole.together", "of-child of-money of-all");
    answer(&visit, "of-child.child[2].school", "yes");
    answer(&visit, "of-child.child[2].where", "見本小学校");
    answer(&visit, "of-child.private", "no");
    answer(&visit, "applicant.phone", "0294221111");
    answer(&visit, "other.who", "self"); /* then the name is the visitor's */
    answer(&visit, "of-money.copies", "3");
    answer(&visit, "of-all.bags", "2");
    answer(&visit, "of-all.bag[1].weight", "25");
    answer(&visit, "of-all.bag[2].weight", "1");
    answer(&visit, "of-all.heavy", "yes");
    assert_string_equal(key_now(&visit), "check");
    expect_fact(&visit, "other.name", "日立　花子");
    assert_int_equal(rows(&visit, "other.name"), 0); /* it stands there as the visitor's */
    assert_int_equal(rows(&visit, "applicant.phone"), 1);
    assert_int_equal(rows(&visit, "applicant.name"), 1);
    assert_int_equal(rows(&visit, "family[1].name"), 1);
    assert_int_equal(interview_fee(visit.interview), 100 + 3 * 200);
    assert_int_equal(interview_minutes(visit.interview), 2 + 3 + 4 + 1);

    /* papers of all, each once */
    static const char *const things[] = {"本人", "手数料", "外国籍"};
    struct procedure_words thing;
    assert_int_equal(interview_bring_count(visit.interview), ARRAY_LEN(things));
    for (size_t i = 0; i < ARRAY_LEN(things); i++) {
        assert_int_equal(interview_bring(visit.interview, i, &thing), 0);
        assert_int_equal(strncmp(thing.source, things[i], strlen(things[i])), 0);
    }
    assert_int_equal(interview_bring(visit.interview, 3, &thing), KERR_NOT_FOUND);
    struct procedure_also also;
    assert_int_equal(interview_also_count(visit.interview), 1);
    assert_int_equal(interview_also(visit.interview, 0, &also), 0);
    assert_string_equal(also.say.source, "ほかでもできます。");
    assert_int_equal(interview_also(visit.interview, 1, &also), KERR_NOT_FOUND);

    /* one of them is left out again: nothing of it reaches the record */
    assert_int_equal(interview_change(visit.interview, "whole.together"), 0);
    answer(&visit, "whole.together", "of-child of-all");
    assert_string_equal(key_now(&visit), "check");
    struct fact_set *record = fact_set_new();
    assert_int_equal(interview_finish(visit.interview, record), 0);
    assert_null(fact_set_value(record, "of-money.copies"));
    assert_null(fact_set_value(record, "other.name"));
    assert_string_equal(fact_set_value(record, "whole.together"), "of-child of-all");
    assert_int_equal(interview_fee(visit.interview), 100);
    fact_set_free(record);
    end(&visit);
}

/* What can be done together changes with the answers: what is new is told, what is gone is gone. */
static void
test_offer_changes(void **state)
{
    (void)state;
    struct visit visit = family("no");
    answer(&visit, "whole.together", "of-all");
    answer(&visit, "of-all.bags", "0");
    assert_string_equal(key_now(&visit), "check");
    assert_int_equal(interview_change(visit.interview, "whole.wants"), 0);
    answer(&visit, "whole.wants", "yes");
    answer(&visit, "applicant.phone", "0294221111");
    assert_string_equal(key_now(&visit), "whole.together");
    expect_now(&visit, "of-money of-all"); /* of-child was left out before, of-money is new */
    answer(&visit, "whole.together", "of-money of-all");
    answer(&visit, "other.who", "child");
    answer(&visit, "other.name", "葉子");
    answer(&visit, "of-money.copies", "1");
    assert_string_equal(key_now(&visit), "check");
    assert_int_equal(interview_change(visit.interview, "whole.wants"), 0);
    answer(&visit, "whole.wants", "no"); /* now of-money can't be chosen any more */
    assert_string_equal(key_now(&visit), "whole.together");
    expect_now(&visit, "of-all");
    answer(&visit, "whole.together", "of-all");
    assert_string_equal(key_now(&visit), "check");
    assert_int_equal(rows(&visit, "of-money.copies"), 0);
    end(&visit);
}

static void
test_stopped(void **state)
{
    (void)state;
    struct procedure_stop stop;
    struct visit visit = begin(set, "whole", false);
    answer(&visit, "applicant.name", "日立　さくら");
    assert_false(interview_stopped(visit.interview, &stop)); /* not known yet */
    answer(&visit, "applicant.birth", "2012-01-01");
    assert_true(interview_stopped(visit.interview, &stop));
    assert_string_equal(stop.say.source, "家族が申し込みます。");
    assert_string_equal(stop.counter_id, "citizens");
    assert_string_equal(stop.counter.source, "1番　総合まどぐち");
    assert_non_null(stop.hours.source);
    struct fact_set *record = fact_set_new();
    assert_int_equal(interview_finish(visit.interview, record), KERR_STATE);
    assert_true(interview_back(visit.interview));
    answer(&visit, "applicant.birth", "1990-01-01");
    assert_false(interview_stopped(visit.interview, &stop));
    assert_int_equal(interview_finish(visit.interview, record), KERR_PROCEDURE_INCOMPLETE);
    fact_set_free(record);
    end(&visit);

    /* what keeps one from a part is told, the rest goes on */
    visit = family("no");
    answer(&visit, "whole.together", "of-child");
    answer(&visit, "of-child.child[2].school", "yes");
    answer(&visit, "of-child.child[2].where", "見本小学校");
    answer(&visit, "of-child.private", "yes");
    assert_false(interview_stopped(visit.interview, &stop));
    struct procedure_also also;
    assert_int_equal(interview_also_count(visit.interview), 1);
    assert_int_equal(interview_also(visit.interview, 0, &also), 0);
    assert_string_equal(also.say.source, "別の窓口です。");
    end(&visit);
    visit = begin(set, "of-child", true); /* alone it stops */
    answer(&visit, "family.size", "0");
    assert_true(interview_stopped(visit.interview, &stop));
    end(&visit);
}

static void
test_guide(void **state)
{
    (void)state;
    struct visit visit = begin(set, "way", true); /* 85 years old */
    struct interview_result result;
    assert_int_equal(interview_result_count(visit.interview), 1);
    answer(&visit, "way.what", "child");
    assert_string_equal(key_now(&visit), "check");
    assert_int_equal(interview_result_count(visit.interview), 3);
    assert_int_equal(interview_result(visit.interview, 0, &result), 0);
    assert_string_equal(result.procedure, "of-child");
    assert_string_equal(result.title.source, "子どもの");
    assert_string_equal(result.because.source, "子どもがいるからです。");
    assert_string_equal(result.counter_id, "citizens"); /* the procedure's own */
    assert_int_equal(result.bring_count, 2);
    assert_int_equal(interview_result(visit.interview, 1, &result), 0);
    assert_string_equal(result.title.source, "お金のこと");
    assert_int_equal(result.bring_count, 1);
    assert_string_equal(result.source, "試験用");
    assert_int_equal(interview_result(visit.interview, 2, &result), 0);
    assert_null(result.procedure);
    assert_null(result.counter_id);
    assert_int_equal(interview_result(visit.interview, 3, &result), KERR_NOT_FOUND);
    struct fact_set *record = fact_set_new();
    assert_int_equal(interview_finish(visit.interview, record), KERR_STATE); /* nothing is kept */
    fact_set_free(record);
    /* what it asked is known to the procedure it leads to */
    interview_free(visit.interview);
    visit.interview = interview_new(procedure_find(set, "of-child"), visit.facts, &test_clock);
    assert_string_equal(key_now(&visit), "family.size");
    end(&visit);
}

static void
test_what_it_says_of_itself(void **state)
{
    (void)state;
    struct procedure_info info = procedure_info(procedure_find(set, "survey"));
    assert_true(info.kind == PROCEDURE_ASK && info.anonymous && info.keeps && !info.hidden);
    assert_string_equal(procedure_kind_name(info.kind), "ask");
    assert_null(info.counter_id);
    info = procedure_info(procedure_find(set, "way"));
    assert_true(info.kind == PROCEDURE_GUIDE && !info.keeps);
    info = procedure_info(procedure_find(set, "whole"));
    assert_true(info.kind == PROCEDURE_APPLY && info.keeps && !info.anonymous);
    assert_int_equal(info.also_count, 1);
    assert_int_equal(info.bring_count, 2);
    assert_true(procedure_info(procedure_find(set, "of-child")).hidden);

    assert_int_equal(procedure_door_count(set), 1);
    struct procedure_door door = procedure_door_at(set, 0);
    assert_string_equal(door.title.source, "なんでも");
    assert_int_equal(door.hold_count, 4);
    assert_string_equal(door.holds[2].id, "whole");
    assert_false(door.holds[2].page);
    assert_int_equal(procedure_door_at(set, 1).hold_count, 0);
    assert_string_equal(procedure_unsure(set), "way");
}

static int64_t day;
static int64_t
at_day(void *ctx)
{
    (void)ctx;
    return day * 86400;
}

static void
test_in_force(void **state)
{
    (void)state;
    static const struct clock clock = {.wall_s = at_day};
    const struct procedure *procedure = procedure_find(set, "of-money");
    static const struct {
        int year, month, day;
        bool in_force;
    } cases[] = {
        {2026, 3, 31, false}, {2026, 4, 1, true}, {2027, 3, 31, true}, {2027, 4, 1, false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        day = clock_days_from_civil(cases[i].year, cases[i].month, cases[i].day);
        assert_int_equal(procedure_in_force(procedure, &clock), cases[i].in_force);
    }
}

/* Who is known not to be served by a part isn't offered it. */
static void
test_part_not_here(void **state)
{
    (void)state;
    struct visit visit = {.facts = fact_set_new()};
    read_card(&visit);
    put(&visit, "applicant.name", "見本　太郎", FACT_ORIGIN_CARD);
    put(&visit, "family.size", "0", FACT_ORIGIN_PERSON);
    visit.interview = interview_new(procedure_find(set, "whole"), visit.facts, &test_clock);
    answer(&visit, "whole.wants", "yes");
    answer(&visit, "applicant.phone", "");
    expect_now(&visit, "of-all");
    end(&visit);
}

/* What is out of force is neither done together with another nor a result. */
static void
test_out_of_force(void **state)
{
    (void)state;
    static const struct clock clock = {.wall_s = at_day};
    for (int last = 31; last <= 32; last++) { /* of-money holds until 31 March 2027 */
        day = clock_days_from_civil(2027, 3, 1) + last - 1;
        struct visit visit = {.facts = fact_set_new()};
        read_card(&visit);
        put(&visit, "family.size", "0", FACT_ORIGIN_PERSON);
        visit.interview = interview_new(procedure_find(set, "whole"), visit.facts, &clock);
        answer(&visit, "whole.wants", "yes");
        answer(&visit, "applicant.phone", "");
        expect_now(&visit, last == 31 ? "of-money of-all" : "of-all");
        interview_free(visit.interview);
        visit.interview = interview_new(procedure_find(set, "way"), visit.facts, &clock);
        answer(&visit, "way.what", "money");
        assert_int_equal(interview_result_count(visit.interview), last == 31 ? 2 : 1);
        end(&visit);
    }
}

/* What follows from the answers of who includes it has no page, stands on the check page and can be changed there. */
static void
test_given(void **state)
{
    (void)state;
    struct visit visit = begin(set, "giving", true);
    answer(&visit, "applicant.phone", "0294221111");
    answer(&visit, "giving.wants", "yes");
    answer(&visit, "giving.pieces", "3");
    answer(&visit, "giving.together", "of-money");
    answer(&visit, "other.who", "self");
    assert_string_equal(key_now(&visit), "check");
    expect_fact(&visit, "of-money.copies", "3");
    assert_int_equal(rows(&visit, "of-money.copies"), 1);
    assert_int_equal(interview_fee(visit.interview), 3 * 200);
    assert_int_equal(interview_change(visit.interview, "giving.pieces"), 0);
    answer(&visit, "giving.pieces", "4"); /* it goes on following */
    expect_fact(&visit, "of-money.copies", "4");
    assert_int_equal(interview_change(visit.interview, "of-money.copies"), 0);
    answer(&visit, "of-money.copies", "5"); /* until a person says otherwise */
    assert_int_equal(interview_change(visit.interview, "giving.pieces"), 0);
    answer(&visit, "giving.pieces", "2");
    expect_fact(&visit, "of-money.copies", "5");
    assert_string_equal(key_now(&visit), "check");
    end(&visit);

    visit = begin(set, "giving", true); /* nothing follows, or nothing that may be: asked as ever */
    answer(&visit, "applicant.phone", "0294221111");
    answer(&visit, "giving.wants", "no");
    answer(&visit, "giving.pieces", "3");
    answer(&visit, "giving.together", "of-money");
    answer(&visit, "other.who", "self");
    assert_string_equal(key_now(&visit), "of-money.copies");
    assert_int_equal(interview_change(visit.interview, "giving.wants"), 0);
    answer(&visit, "giving.wants", "yes");
    assert_string_equal(key_now(&visit), "check");
    assert_int_equal(interview_change(visit.interview, "giving.pieces"), 0);
    answer(&visit, "giving.pieces", "11"); /* of-money takes ten at most */
    assert_string_equal(key_now(&visit), "of-money.copies");
    end(&visit);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_given),
        cmocka_unit_test(test_task_list),
        cmocka_unit_test(test_for_each),
        cmocka_unit_test(test_once_only),
        cmocka_unit_test(test_offer_changes),
        cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_guide),
        cmocka_unit_test(test_what_it_says_of_itself),
        cmocka_unit_test(test_in_force),
        cmocka_unit_test(test_part_not_here),
        cmocka_unit_test(test_out_of_force),
    };
    return cmocka_run_group_tests(tests, load_sets, free_sets);
}
