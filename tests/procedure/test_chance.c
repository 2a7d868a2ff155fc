/* tests/procedure/test_chance.c - every procedure of the content and of the test's own, answered by chance: a record
 * that is whole, progress that never lies, nothing asked twice, answers that stay; the seed is printed when it fails. */
#include "visit.h"

enum { SEEDS = 300, WALK_SEEDS = 200, KEYS_MAX = 1024, SHARE = 8 };

/* The seeds are shared out among the procedures: more of them take no more time. */
static void
each_procedure(const struct procedure_set *from,
    void (*each)(const struct procedure_set *from, const char *procedure, uint64_t seed),
    uint64_t seeds)
{
    size_t count = procedure_count(from);
    uint64_t share = seeds * SHARE / (count > SHARE ? count : SHARE);
    for (size_t i = 0; i < count; i++) {
        for (uint64_t seed = 1; seed <= share; seed++) {
            each(from, procedure_info(procedure_at(from, i)).id, seed);
        }
    }
}

/* Every row of the check page: what it shows is what goes into the record, required ones are there. */
struct row_keys {
    char (*keys)[FACT_KEY_MAX];
    size_t count;
    size_t filled;
};

static struct row_keys
check_rows(struct visit *visit, const struct fact_set *record)
{
    struct interview_row row;
    size_t count = interview_row_count(visit->interview);
    struct row_keys rows = {calloc(count + 1, FACT_KEY_MAX), count, 0};
    assert_non_null(rows.keys);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(interview_row(visit->interview, i, &row), 0);
        (void)snprintf(rows.keys[i], FACT_KEY_MAX, "%s", row.question.key);
        const char *value = fact_set_value(record, row.question.key);
        assert_true(!row.question.required || row.value[0] != 0);
        assert_true(row.value[0] == 0 ? value == NULL : strcmp(value, row.value) == 0);
        rows.filled += row.value[0] != 0;
    }
    return rows;
}

static int
times(const struct row_keys *rows, const char *key)
{
    int found = 0;
    for (size_t i = 0; i < rows->count; i++) {
        found += strcmp(rows->keys[i], key) == 0;
    }
    return found;
}

/* Each answered key at most once a record, none of them empty. */
static void
check_record(struct visit *visit, const char *procedure, uint64_t seed)
{
    struct fact_set *facts = fact_set_new();
    struct procedure_stop stop;
    bool keeps = procedure_info(interview_procedure(visit->interview)).keeps;
    if (!keeps || interview_stopped(visit->interview, &stop)) {
        assert_int_equal(interview_finish(visit->interview, facts), KERR_STATE);
        assert_int_equal(fact_set_count(facts), 0);
        fact_set_free(facts);
        return;
    }
    if (interview_finish(visit->interview, facts) != 0) {
        fail_msg("%s, seed %llu: not complete at %s", procedure, (unsigned long long)seed,
            key_now(visit));
    }
    struct row_keys shown = check_rows(visit, facts);
    size_t filled = shown.filled;
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        /* without a row: only what was taken over from another answer */
        bool row_of = times(&shown, fact_set_at(facts, i)->key) == 1;
        assert_true(row_of || fact_set_at(facts, i)->origin == FACT_ORIGIN_DERIVED);
        filled += !row_of;
    }
    free(shown.keys);
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

/* The pages of a visit: no fact is asked twice, unless it was skipped and something else must know it. */
struct seen {
    char (*keys)[FACT_KEY_MAX];
    size_t count;
    int again; /* a page that had been skipped: the number of the page stays */
};

static void
remember(struct seen *seen, struct visit *visit, const char *procedure, uint64_t seed)
{
    const char *key = key_now(visit);
    const char *value = fact_set_value(visit->facts, key);
    for (size_t i = 0; i < seen->count; i++) {
        if (strcmp(seen->keys[i], key) != 0) {
            continue;
        }
        seen->again++;
        if (value == NULL || value[0] != 0) {
            fail_msg("%s, seed %llu: %s is asked twice", procedure, (unsigned long long)seed, key);
        }
    }
    assert_true(seen->keys != NULL && seen->count < STEPS_MAX);
    (void)snprintf(seen->keys[seen->count++], FACT_KEY_MAX, "%s", key);
}

static void
complete(const struct procedure_set *from, const char *procedure, uint64_t seed)
{
    struct rng_seeded rng = {seed};
    struct visit visit = begin(from, procedure, rng_seeded_below(&rng, 2) == 0);
    struct seen seen = {calloc(STEPS_MAX, FACT_KEY_MAX), 0, 0};
    int promised = 0;
    int steps = 0;
    for (; interview_at(visit.interview) == INTERVIEW_QUESTION; steps++) {
        int number;
        int total;
        assert_true(steps < STEPS_MAX);
        if (interview_progress(visit.interview, &number, &total)) {
            if ((promised != 0 && promised != total) || number != steps + 1 - seen.again) {
                fail_msg("%s, seed %llu: %d of %d, promised %d", procedure,
                    (unsigned long long)seed, number, total, promised);
            }
            promised = total;
        } else {
            assert_int_equal(promised, 0); /* certain once, certain to the end */
        }
        remember(&seen, &visit, procedure, seed);
        answer_by_chance(&visit, &rng, procedure, seed);
    }
    assert_true(promised == 0 || promised == steps - seen.again);
    free(seen.keys);
    check_record(&visit, procedure, seed);
    end(&visit);
}

static void
test_complete_by_chance(void **state)
{
    (void)state;
    each_procedure(set, complete, SEEDS);
    each_procedure(real, complete, SEEDS);
}

struct kept {
    char key[FACT_KEY_MAX];
    char *value;
};

/* Back as far as chance wants, forward again with what is kept: every answer stays. */
static void
walk(const struct procedure_set *from, const char *procedure, uint64_t seed)
{
    struct rng_seeded rng = {seed};
    struct visit visit = begin(from, procedure, rng_seeded_below(&rng, 2) == 0);
    for (int steps = 0; steps < 25 && interview_at(visit.interview) == INTERVIEW_QUESTION;
         steps++) {
        answer_by_chance(&visit, &rng, procedure, seed);
    }
    char at[FACT_KEY_MAX];
    (void)snprintf(at, sizeof(at), "%s", key_now(&visit));
    static struct kept kept[KEYS_MAX];
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
    each_procedure(set, walk, WALK_SEEDS);
    each_procedure(real, walk, WALK_SEEDS);
}

static void
act(struct visit *visit, struct rng_seeded *rng, const char *procedure, uint64_t seed)
{
    struct interview_row row;
    size_t count = interview_row_count(visit->interview);
    switch (rng_seeded_below(rng, 8)) {
    case 0:
        (void)interview_back(visit->interview);
        break;
    case 1:
        if (count == 0) {
            break;
        }
        assert_int_equal(
            interview_row(visit->interview, rng_seeded_below(rng, (uint32_t)count), &row), 0);
        assert_int_equal(interview_change(visit->interview, row.question.key), 0);
        break;
    case 2:
        if (rng_seeded_below(rng, 10) == 0) {
            read_card(visit);
        }
        interview_refresh(visit->interview);
        break;
    default:
        if (interview_at(visit->interview) == INTERVIEW_QUESTION) {
            answer_by_chance(visit, rng, procedure, seed);
        }
    }
}

/* Back, changes, cards and wrong answers in any order: never stuck, and still complete. */
static void
wander(const struct procedure_set *from, const char *procedure, uint64_t seed)
{
    struct rng_seeded rng = {seed};
    struct visit visit = begin(from, procedure, false);
    for (int i = 0; i < 60; i++) {
        act(&visit, &rng, procedure, seed);
    }
    (void)answer_all_by_chance(&visit, &rng, procedure, seed);
    check_record(&visit, procedure, seed);
    end(&visit);
}

static void
test_any_order(void **state)
{
    (void)state;
    each_procedure(set, wander, WALK_SEEDS);
    each_procedure(real, wander, WALK_SEEDS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complete_by_chance),
        cmocka_unit_test(test_forward_back_forward),
        cmocka_unit_test(test_any_order),
    };
    return cmocka_run_group_tests(tests, load_sets, free_sets);
}
