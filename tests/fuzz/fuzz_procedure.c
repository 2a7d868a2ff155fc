/* fuzz_procedure: any bytes as a definition file, beside the dictionary, the places and the included procedures of the
 * room's own tests (run from the top folder). A file that has no mistake can be asked: a visit by chance comes to its
 * end and gives a record, unless it keeps nothing or the visitor can't be served. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "procedure/procedure_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS_MAX = 2000 };
#define ASSETS "tests/procedure/assets"

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
    struct procedure_stop stop;
    bool ends = procedure_info(procedure).keeps && !interview_stopped(interview, &stop);
    assert(stuck || interview_finish(interview, record) == (ends ? 0 : KERR_STATE));
    (void)interview_fee(interview);
    (void)interview_bring_count(interview);
    (void)interview_also_count(interview);
    (void)interview_result_count(interview);
    interview_free(interview);
    fact_set_free(record);
    fact_set_free(facts);
}

/* What may be included, or be a result. */
static void
read_others(struct load *load)
{
    static const char *const paths[] = {ASSETS "/procedures/of-child.yaml",
        ASSETS "/procedures/of-money.yaml", ASSETS "/procedures/of-all.yaml"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        load->file = paths[i];
        load_procedure_tree(load, tree_read(load, paths[i]), strrchr(paths[i], '/') + 1);
    }
    load->file = "fuzz.yaml";
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct procedure_set *set = calloc(1, sizeof(*set));
    assert(set != NULL);
    struct load load = {.set = set, .report = hear};
    load_city(&load, ASSETS "/city");
    load_lists(&load, ASSETS "/city");
    load_dictionary(&load, ASSETS "/dictionary");
    read_others(&load);
    assert(load.mistakes == 0);
    struct buf bytes;
    buf_init(&bytes, FILE_BYTES_MAX);
    if (buf_add(&bytes, data, size) == 0) {
        load.file = "fuzz.yaml";
        load_procedure_tree(&load, tree_parse(&load, &bytes), "fuzz.yaml");
        load_finish(&load);
        const struct procedure *procedure = procedure_find(set, "fuzz");
        if (load.mistakes == 0 && procedure != NULL) {
            visit(procedure);
        }
    }
    buf_release(&bytes);
    procedure_set_free(set);
    return 0;
}
