/* tests/procedure/test_guides.c - the guides and self-checks of assets: each rule under a condition is met by some visits
 * and not by others, each tells in words what it leads to or why; a guide always has something to tell. The counters on
 * the floor map. */
#include "visit.h"

enum { VISITS = 2000, RULES = 128, PAGES = 60 };

/* The number of a rule, from the context of its words "ID/results/NUMBER/..."; 0 when these are not words of a rule. */
static int
rule_of_words(const char *id, const struct procedure_words *words)
{
    char start[PROCEDURE_CONTEXT_MAX];
    (void)snprintf(start, sizeof(start), "%s/results/", id);
    size_t len = strlen(start);
    return words->source != NULL && words->context != NULL &&
                   strncmp(words->context, start, len) == 0
               ? (int)strtol(words->context + len, NULL, 10)
               : 0;
}

/* Marks the rules that hold now; returns how many hold. */
static size_t
mark(const char *id, const struct interview *interview, int counts[RULES])
{
    struct interview_result result;
    size_t count = 0;
    for (; interview_result(interview, count, &result) == 0; count++) {
        int rule = rule_of_words(id, &result.because);
        rule = rule != 0 ? rule : rule_of_words(id, &result.title);
        assert_in_range(rule, 1, RULES - 1); /* says why, or what */
        counts[rule]++;
    }
    return count;
}

struct rules {
    const char *id;
    bool there[RULES];
};

static void
find_rule(const struct procedure_words *words, const char *file, int line, void *ctx)
{
    struct rules *rules = ctx;
    (void)file;
    (void)line;
    int rule = rule_of_words(rules->id, words);
    assert_in_range(rule, 0, RULES - 1);
    rules->there[rule] = true;
}

/* A fact of a card that lies there; one in four doesn't tell it. */
static void
show_fact(struct visit *visit, struct rng_seeded *rng, const char *key, const char *value)
{
    if (rng_seeded_below(rng, 4) != 0) {
        int64_t now = clock_wall_s(&test_clock);
        assert_int_equal(fact_set_put(visit->facts, key, value, FACT_ORIGIN_CARD, now), 0);
    }
}

/* What a card tells without a PIN; not in each visit. */
static void
show_card(struct visit *visit, struct rng_seeded *rng)
{
    static const char *const days[] = {"card.expires", "card.certificate-expires"};
    static const char *const tries[] = {
        "card.tries", "card.login-tries", "card.sign-tries", "card.register-tries"};
    if (rng_seeded_below(rng, 4) == 0) {
        return;
    }
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        char day[CLOCK_RFC3339_LEN];
        clock_rfc3339(
            clock_wall_s(&test_clock) + ((int64_t)rng_seeded_below(rng, 700) - 200) * 86400, day);
        day[10] = 0; /* YYYY-MM-DD */
        show_fact(visit, rng, days[i], day);
    }
    for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
        char left[2] = {(char)('0' + rng_seeded_below(rng, 6)), 0};
        show_fact(visit, rng, tries[i], left);
    }
    interview_refresh(visit->interview);
}

static void
check_guide(const char *id)
{
    struct rules rules = {.id = id};
    int always[RULES] = {0};
    int counts[RULES] = {0};
    int empty = 0;
    struct rng_seeded rng = {20261122};
    procedure_words_each(real, find_rule, &rules);
    struct visit visit = begin(real, id, false);
    (void)mark(id, visit.interview, always); /* before any answer: without a condition */
    end(&visit);
    for (int i = 0; i < VISITS; i++) {
        visit = begin(real, id, false);
        show_card(&visit, &rng);
        assert_in_range(answer_all_by_chance(&visit, &rng, id, (uint64_t)i), 1, PAGES);
        empty += mark(id, visit.interview, counts) == 0;
        end(&visit);
    }
    assert_true(empty == 0 || procedure_info(procedure_find(real, id)).kind == PROCEDURE_SELF);
    for (int rule = 1; rule < RULES; rule++) {
        bool both = counts[rule] > 0 && (counts[rule] < VISITS || always[rule] > 0);
        if (rules.there[rule] && !both) {
            print_error("%s: rule %d held in %d of %d visits\n", id, rule, counts[rule], VISITS);
        }
        assert_true(!rules.there[rule] || both);
    }
}

static void
each_rule_is_met_by_some_and_not_by_all(void **state)
{
    (void)state;
    int guides = 0;
    for (size_t i = 0; i < procedure_count(real); i++) {
        struct procedure_info info = procedure_info(procedure_at(real, i));
        bool leads = info.kind == PROCEDURE_GUIDE || info.kind == PROCEDURE_SELF;
        if (leads && info.live == NULL) {
            check_guide(info.id);
            guides++;
        }
    }
    assert_true(guides > 0);
}

/* A map tells when the counter on it is open: by the counter's name. */
static void
a_counter_on_a_map_has_hours(void **state)
{
    (void)state;
    const struct procedure_map *map = procedure_map(real, "floor");
    assert_non_null(map);
    size_t counters = 0;
    for (size_t i = 0; i < map->count; i++) {
        if (map->places[i].counter != NULL) {
            assert_non_null(procedure_counter_hours(real, map->places[i].counter).source);
            counters++;
        }
    }
    assert_true(counters > 1);
    assert_null(procedure_counter_hours(real, "no-such-counter").source);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_counter_on_a_map_has_hours),
        cmocka_unit_test(each_rule_is_met_by_some_and_not_by_all)};
    return cmocka_run_group_tests(tests, load_sets, free_sets);
}
