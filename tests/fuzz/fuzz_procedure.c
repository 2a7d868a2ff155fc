/* fuzz_procedure: any bytes as a definition file, beside the real dictionary and places (run from the top folder).
 * A file that has no mistake can be asked: a visit by chance comes to its end and gives a record. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "procedure/procedure_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS_MAX = 2000 };

static int64_t
wall(void *ctx)
{
    (void)ctx;
    return 1795305600;
}

static void
hear(const struct procedure_mistake *mistake, void *ctx)
{
    (void)ctx;
    assert(mistake->reason[0] != 0 && mistake->line >= 0 && mistake->column >= 0);
}

static void
visit(const struct procedure *procedure)
{
    static const struct clock clock = {.wall_s = wall};
    struct rng_seeded rng = {1};
    struct fact_set *facts = fact_set_new();
    struct fact_set *record = fact_set_new();
    struct interview *interview = interview_new(procedure, facts, &clock);
    int steps = 0;
    bool stuck = false; /* a constraint that nothing meets is the file's doing */
    while (interview_at(interview) == INTERVIEW_QUESTION && !stuck && steps++ < STEPS_MAX) {
        struct interview_verdict verdict;
        struct buf text;
        buf_init(&text, PROCEDURE_ANSWER_MAX);
        stuck = interview_random_answer(interview, &rng, &text) < 0 ||
                interview_answer(interview, buf_str(&text), FACT_ORIGIN_PERSON, &verdict) < 0;
        buf_release(&text);
    }
    assert(stuck || steps < STEPS_MAX);
    assert(stuck || interview_finish(interview, record) == 0);
    (void)interview_fee(interview);
    interview_free(interview);
    fact_set_free(record);
    fact_set_free(facts);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct procedure_set *set = calloc(1, sizeof(*set));
    assert(set != NULL);
    struct load load = {.set = set, .report = hear};
    load_dictionary(&load, "assets/dictionary");
    load_city(&load, "assets/city");
    assert(load.mistakes == 0);
    struct buf bytes;
    buf_init(&bytes, FILE_BYTES_MAX);
    if (buf_add(&bytes, data, size) == 0) {
        load.file = "fuzz.yaml";
        load_procedure_tree(&load, tree_parse(&load, &bytes), "fuzz.yaml");
        load_finish(&load);
        if (load.mistakes == 0 && set->count == 1) {
            visit(set->procedures[0]);
        }
    }
    buf_release(&bytes);
    procedure_set_free(set);
    return 0;
}
