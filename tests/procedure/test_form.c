/* tests/procedure/test_form.c - forms filled from the facts of a record: texts, numbers, ticks, rows of people, what is
 * not known; which forms a record needs; and every real form from visits by chance. */
#include "visit.h"

enum { SEEDS = 40, FORMS_MAX = 20 };

struct filled {
    bool real; /* a form of the city, not of the test's own content */
    char all[4096]; /* "id[row]=value\n" each; ticks are yes or no; words in brackets */
};

static void
hear(const struct procedure_field *field, void *ctx)
{
    struct filled *filled = ctx;
    size_t len = strlen(filled->all);
    assert_true(field->label[0] != 0 && field->value != NULL);
    assert_true(field->needed == (strcmp(field->id, "name") == 0) || filled->real);
    (void)snprintf(filled->all + len, sizeof(filled->all) - len, "%s[%d]=%s%s%s%s\n", field->id,
        field->row, field->tick ? field->ticked ? "yes" : "no" : field->value,
        field->words.source != NULL ? " (" : "",
        field->words.source != NULL ? field->words.source : "",
        field->words.source != NULL ? ")" : "");
}

static struct fact_set *
facts_of(const char *const facts[][2], size_t count)
{
    struct fact_set *out = fact_set_new();
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(fact_set_put(out, facts[i][0], facts[i][1], FACT_ORIGIN_PERSON, 1), 0);
    }
    return out;
}

static void
test_fields(void **state)
{
    (void)state;
    static const char *const given[][2] = {{"applicant.name", "日立　花子"},
        {"applicant.sex", "female"}, {"applicant.birth", "1941-03-05"}, {"whole.wants", "yes"},
        {"family[1].name", "一郎"}, {"family[1].birth", "1990-01-01"}, {"family[1].income", "500"},
        {"family[3].name", "葉子"}, {"family[3].birth", "2018-11-23"},
        {"of-child.child[3].school", "yes"}, {"of-child.child[3].where", "見本小学校"}};
    struct fact_set *facts = facts_of(given, ARRAY_LEN(given));
    struct filled filled = {0};
    /* 2026-11-22 15:30 UTC is the 23rd in Japan: the birthday of the child */
    assert_int_equal(procedure_form_fill(set, "slip", facts, 1795361400, hear, &filled), 0);
    assert_string_equal(filled.all,
        "name[0]=日立　花子\n"
        "sex[0]=female (女)\n"
        "shown[0]=female (女)\n" /* the branch that is taken has words */
        "wants[0]=yes\n"
        "old[0]=yes\n"
        "people[0]=2\n"
        "grown[0]=1\n"
        "income[0]=500\n"
        "member[1]=一郎\n"
        "member-age[1]=36\n"
        "member[2]=葉子\n"
        "member-age[2]=8\n"
        "child[1]=葉子\n"
        "school[1]=yes\n"
        "which[1]=見本小学校\n"
        "copies[0]=\n"
        "stamp[0]=\n"
        "day[0]=1941-03-05\n");
    fact_set_free(facts);

    facts = fact_set_new(); /* nothing is known: nothing is written, no row is there */
    filled.all[0] = 0;
    assert_int_equal(procedure_form_fill(set, "slip", facts, 0, hear, &filled), 0);
    assert_string_equal(filled.all,
        "name[0]=\nsex[0]=\nshown[0]=\nwants[0]=no\nold[0]=no\npeople[0]=0\n"
        "grown[0]=0\nincome[0]=0\ncopies[0]=\nstamp[0]=\nday[0]=\n");
    assert_int_equal(procedure_form_fill(set, "nothing", facts, 0, hear, &filled), KERR_NOT_FOUND);
    put(&(struct visit){.facts = facts}, "whole.wants", "yes", FACT_ORIGIN_PERSON);
    filled.all[0] = 0; /* what who includes it asked stands on the form of what is included */
    assert_int_equal(procedure_form_fill(set, "bag", facts, 0, hear, &filled), 0);
    assert_string_equal(filled.all, "wants[0]=yes\n");
    fact_set_free(facts);
}

/* What paper needs besides: how wide, in which boxes, and the answers that were not given. */
struct looked {
    int fields; /* of those asked for below */
    size_t chosen, choices;
};

static void
look(const struct procedure_field *field, void *ctx)
{
    struct looked *looked = ctx;
    bool stamp = strcmp(field->id, "stamp") == 0;
    assert_int_equal(field->seal, stamp);
    assert_int_equal(field->rows != NULL, field->row > 0);
    if (stamp) {
        assert_int_equal(field->width, 12);
        assert_null(field->key);
        looked->fields++;
    } else if (strcmp(field->id, "copies") == 0) {
        assert_int_equal(field->width, 3);
        assert_int_equal(field->comb, 2);
        looked->fields++;
    } else if (strcmp(field->id, "member") == 0 && field->row == 2) {
        assert_string_equal(field->key, "family[3].name");
        assert_string_equal(field->rows, "family");
        looked->fields++;
    } else if (strcmp(field->id, "sex") == 0) {
        for (size_t i = 0; i < field->choice_count; i++) {
            looked->chosen += field->choices[i].chosen;
            assert_int_equal(
                field->choices[i].chosen, strcmp(field->choices[i].words.source, "女") == 0);
        }
        looked->choices = field->choice_count;
    } else if (strcmp(field->id, "people") == 0) {
        assert_null(field->key); /* it follows from others */
        assert_int_equal(field->choice_count, 0);
    }
}

static void
test_for_paper(void **state)
{
    (void)state;
    static const char *const given[][2] = {{"applicant.sex", "female"}, {"family[1].name", "一郎"},
        {"family[3].name", "葉子"}, {"family[3].birth", "2018-11-23"}};
    struct fact_set *facts = facts_of(given, ARRAY_LEN(given));
    struct looked looked = {0};
    assert_int_equal(procedure_form_fill(set, "slip", facts, 1795361400, look, &looked), 0);
    assert_int_equal(looked.fields, 3);
    assert_int_equal(looked.chosen, 1);
    assert_true(looked.choices > 1);
    fact_set_free(facts);
}

/* Why a question is asked: the first of the record's forms that has its answer. */
static void
test_form_of_a_question(void **state)
{
    (void)state;
    const struct procedure *whole = procedure_find(set, "whole");
    struct fact_set *facts = fact_set_new();
    struct procedure_form form;
    assert_true(procedure_form_of(set, whole, facts, "applicant.name", &form));
    assert_string_equal(form.id, "slip");
    assert_true(procedure_form_of(set, whole, facts, "family[2].name", &form));
    assert_false(procedure_form_of(set, whole, facts, "family[2].nothing", &form));
    assert_false(procedure_form_of(set, whole, facts, "of-all.bag[1].weight", &form));
    put(&(struct visit){.facts = facts}, "whole.together", "of-money of-all", FACT_ORIGIN_PERSON);
    assert_true(procedure_form_of(set, whole, facts, "of-all.bag[1].weight", &form));
    assert_string_equal(form.id, "bag");
    fact_set_free(facts);
}

static void
test_which_forms(void **state)
{
    (void)state;
    const struct procedure *whole = procedure_find(set, "whole");
    const char *ids[FORMS_MAX];
    struct fact_set *facts = fact_set_new();
    assert_int_equal(procedure_forms(whole, facts, ids, FORMS_MAX), 1);
    assert_string_equal(ids[0], "slip");
    put(&(struct visit){.facts = facts}, "whole.together", "of-money of-all", FACT_ORIGIN_PERSON);
    assert_int_equal(procedure_forms(whole, facts, ids, FORMS_MAX), 2);
    assert_string_equal(ids[1], "bag");
    assert_int_equal(procedure_forms(whole, facts, ids, 1), 2); /* room for one: still two */
    put(&(struct visit){.facts = facts}, "whole.together", "of-money", FACT_ORIGIN_PERSON);
    assert_int_equal(procedure_forms(whole, facts, ids, FORMS_MAX), 1);
    struct procedure_form form;
    assert_true(procedure_form(set, "bag", &form));
    assert_string_equal(form.title, "荷物票");
    assert_false(procedure_form(set, "nothing", &form));
    fact_set_free(facts);
}

/* Every form of a visit's record can be filled. */
static void
fill_by_chance(const struct procedure *procedure, uint64_t seed)
{
    struct rng_seeded rng = {seed};
    const char *id = procedure_info(procedure).id;
    struct visit visit = begin(real, id, true);
    (void)answer_all_by_chance(&visit, &rng, id, seed);
    struct fact_set *record = fact_set_new();
    if (interview_finish(visit.interview, record) == 0) {
        const char *ids[FORMS_MAX];
        size_t count = procedure_forms(procedure, record, ids, FORMS_MAX);
        assert_true(count <= FORMS_MAX);
        for (size_t i = 0; i < count; i++) {
            static struct filled filled;
            filled.real = true;
            filled.all[0] = 0;
            assert_int_equal(
                procedure_form_fill(real, ids[i], record, 1795305600, hear, &filled), 0);
            if (strcspn(filled.all, "=") + 2 > strlen(filled.all)) {
                fail_msg(
                    "%s, seed %llu: nothing stands on %s", id, (unsigned long long)seed, ids[i]);
            }
        }
    }
    fact_set_free(record);
    end(&visit);
}

static void
test_real_forms(void **state)
{
    (void)state;
    size_t count = procedure_count(real);
    for (size_t i = 0; i < count; i++) {
        for (uint64_t seed = 1; seed <= 1 + SEEDS / count; seed++) {
            fill_by_chance(procedure_at(real, i), seed);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_for_paper),
        cmocka_unit_test(test_form_of_a_question),
        cmocka_unit_test(test_which_forms),
        cmocka_unit_test(test_real_forms),
    };
    return cmocka_run_group_tests(tests, load_sets, free_sets);
}
