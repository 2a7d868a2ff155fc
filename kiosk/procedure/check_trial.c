/* procedure/check_trial.c - can a condition ever hold? Tries every combination of answers that it looks at, when
 * they are few enough. */
#include "procedure_priv.h"

/* Trying out: can a condition ever hold? Only conditions over choices and yes-no are tried. */
enum { TRIAL_REFS_MAX = 6, TRIALS_MAX = 20000 };
struct trial {
    const struct procedure *procedure;
    int refs[TRIAL_REFS_MAX];
    size_t at[TRIAL_REFS_MAX]; /* which value; the last is none */
    int count;
};

static size_t
trial_values(const struct trial *trial, int i)
{
    const struct question_def *question = &trial->procedure->questions[trial->refs[i]];
    return (question->type == QUESTION_YES_NO ? 2 : question->choice_count) +
           (question->dont_know ? 1 : 0) + 1;
}

static struct value
trial_ref(void *ctx, int ref)
{
    const struct trial *trial = ctx;
    int i = 0;
    while (i < trial->count && trial->refs[i] != ref) {
        i++;
    }
    const struct question_def *question = &trial->procedure->questions[ref];
    if (i == trial->count || trial->at[i] + 1 == trial_values(trial, i)) {
        return (struct value){.know = VALUE_NONE};
    }
    if (question->type == QUESTION_YES_NO) {
        return answer_value(question, trial->at[i] == 0   ? "yes"
                                      : trial->at[i] == 1 ? "no"
                                                          : "unknown");
    }
    return answer_value(question,
        trial->at[i] < question->choice_count ? question->choices[trial->at[i]].value : "unknown");
}

static struct value
trial_none(void *ctx, int ref)
{
    (void)ctx;
    (void)ref;
    return (struct value){.know = VALUE_NONE};
}

/* Gathers what the condition looks at; false when it is more than can be tried. */
static bool
trial_gather(struct trial *trial, const struct expr *expr)
{
    size_t total = 1;
    for (uint16_t i = 0; i < expr->count; i++) {
        const struct expr_node *node = &expr->nodes[i];
        if (node->op == OP_TODAY || node->op == OP_COUNT_GROUP || node->op == OP_COUNT_WHERE ||
            node->op == OP_ANY || node->op == OP_SUM) {
            return false;
        }
        if (node->op != OP_REF) {
            continue;
        }
        enum question_type type = trial->procedure->questions[node->ref].type;
        int known = 0;
        while (known < trial->count && trial->refs[known] != node->ref) {
            known++;
        }
        if (known < trial->count) {
            continue;
        }
        if ((type != QUESTION_CHOICE && type != QUESTION_YES_NO) || known == TRIAL_REFS_MAX) {
            return false;
        }
        trial->refs[trial->count++] = node->ref;
        total *= trial_values(trial, known);
    }
    return total <= TRIALS_MAX;
}

static bool
trial_step(struct trial *trial)
{
    for (int i = 0; i < trial->count; i++) {
        if (++trial->at[i] < trial_values(trial, i)) {
            return true;
        }
        trial->at[i] = 0;
    }
    return false;
}

bool
can_hold(const struct procedure *procedure, const struct expr *expr)
{
    struct trial trial = {.procedure = procedure};
    if (!trial_gather(&trial, expr)) {
        return true;
    }
    struct expr_env env = {
        .ref = trial_ref, .group_count = trial_none, .group_sum = trial_none, .ctx = &trial};
    do {
        struct value value = expr_eval(expr, &env);
        if (value.know == VALUE_KNOWN && value.number != 0) {
            return true;
        }
    } while (trial_step(&trial));
    return false;
}
