/* bench/paper.c - forms on paper. Visits are answered by chance with the real content, as in tests/desk/tool_paper.c.
 *
 *   paper times          "form-ms N": each record's forms as PDF, milliseconds of the processor a form, the first round is not counted
 *   paper fill HOME N    N sealed records of such visits in the ledger of a new set-up, for a batch */
#include "procedure/visit.h"

#include <time.h>

#include "base/conf.h"
#include "base/fs.h"
#include "desk/desk_priv.h"
#include "desk/filled.h"

enum {
    ROUNDS = 4,
    RECORDS_MAX = 400,
    SEEDS = 3,
    FORMS_MAX = 60,
    FACTS_MAX = 2000,
    ARRIVED = 1795305600
};

static struct record *records[RECORDS_MAX];
static size_t record_count;

static double
now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); /* exists on every Linux */
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static size_t
forms_of(const struct record *record)
{
    const char *ids[FORMS_MAX];
    const struct procedure *procedure = procedure_find(real, record_head(record)->procedure);
    return procedure_forms(procedure, record_facts(record), ids, FORMS_MAX);
}

/* One visit with a card; kept when it has a form. */
static void
visit_by_chance(const char *procedure, uint64_t seed)
{
    struct rng_seeded rng = {seed};
    struct visit visit = begin(real, procedure, true);
    struct fact_set *facts = fact_set_new();
    (void)answer_all_by_chance(&visit, &rng, procedure, seed);
    if (interview_finish(visit.interview, facts) == 0 && record_count < RECORDS_MAX) {
        struct record_head head = {
            .fee = interview_fee(visit.interview), .submitted_at = ARRIVED, .language = "ja"};
        (void)snprintf(head.procedure, sizeof(head.procedure), "%s", procedure);
        (void)snprintf(head.number, sizeof(head.number), "00100737");
        struct record *record = record_new(&head, facts);
        if (forms_of(record) > 0) {
            records[record_count++] = record;
        } else {
            record_free(record);
        }
    }
    fact_set_free(facts);
    end(&visit);
}

static bool
print_all(struct desk *desk, bool told)
{
    for (size_t i = 0; i < record_count; i++) {
        AUTO_BUF pdf;
        buf_init(&pdf, DESK_PAPER_MAX);
        double start = now_ms();
        if (desk_forms(desk, records[i], &pdf) < 0) {
            return false;
        }
        if (told) {
            printf("form-ms %.3f\n", (now_ms() - start) / (double)forms_of(records[i]));
        }
    }
    return true;
}

static bool
times(void)
{
    struct desk desk = {.config = {.clock = &test_clock, .procedures = real}};
    char *locale = conf_share(NULL, "locale");
    char *fonts = conf_share(NULL, "fonts");
    char *list = fs_join(fonts, "paper.list");
    bool well = i18n_new(locale, &desk.config.words) == 0 &&
                desk_assets_load("assets/desk", &desk.assets) == 0 &&
                print_new(list, &desk.print) == 0;
    for (int round = 0; well && round < ROUNDS; round++) {
        well = print_all(&desk, round > 0);
    }
    print_free(desk.print);
    desk_assets_free(desk.assets);
    i18n_free(desk.config.words);
    free(list);
    free(fonts);
    free(locale);
    return well;
}

static bool
fill(const char *home, size_t count)
{
    struct filled filled;
    filled_open(&filled, home);
    for (size_t i = 0; i < count; i++) {
        const struct record *record = records[i % record_count];
        static struct filled_fact facts[FACTS_MAX];
        struct filled_visit visit = {.procedure = record_head(record)->procedure,
            .language = "ja",
            .fee = record_head(record)->fee,
            .at = ARRIVED,
            .facts = facts};
        for (; visit.count < fact_set_count(record_facts(record)); visit.count++) {
            const struct fact *fact = fact_set_at(record_facts(record), visit.count);
            facts[visit.count] = (struct filled_fact){fact->key, fact->value, fact->origin};
        }
        uint8_t id[RECORD_ID_LEN];
        filled_put(&filled, &visit, id, NULL);
    }
    filled_close(&filled);
    return true;
}

int
main(int argc, char **argv)
{
    bool well = argc == 2 || argc == 4;
    if (!well || load_sets(NULL) < 0) {
        (void)puts("error");
        return 1;
    }
    for (size_t i = 0; i < procedure_count(real); i++) {
        struct procedure_info info = procedure_info(procedure_at(real, i));
        for (uint64_t seed = 1; info.keeps && seed <= SEEDS; seed++) {
            visit_by_chance(info.id, seed);
        }
    }
    well = argc == 4 ? fill(argv[2], strtoul(argv[3], NULL, 10)) : times();
    while (record_count > 0) {
        record_free(records[--record_count]);
    }
    (void)free_sets(NULL);
    return well ? 0 : 1;
}
