/* procedure/check_trial.c - can a condition ever hold? Tries every combination of answers that it looks at, with what
 * makes those questions relevant, when they are few enough. Choices, yes-no and several are tried whole; numbers and
 * ages around the numbers that they are compared with, where nothing else is done with them. */
#include "procedure_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum {
    TRIAL_REFS_MAX = 6,
    TRIAL_VALUES_MAX = 64,
    TRIAL_LITERALS_MAX = 8,
    TRIAL_SEVERAL_MAX = 5, /* choices: 32 ways to tick them */
    TRIALS_MAX = 5000,
    TRIAL_YEAR = 2026, /* "today" while trying; only ages look at it */
    AGE_MAX = 130
};

/* An answer that is varied. Values: index of the choice, bits of several, number, age, 0 or 1. */
struct varied {
    int ref;
    bool number; /* compared with numbers */
    bool age; /* a date of which only the age counts */
    int64_t values[TRIAL_VALUES_MAX];
    size_t count; /* beyond them: unknown where it is offered, and no answer */
    size_t at;
};
struct trial {
    const struct procedure *procedure;
    struct varied varied[TRIAL_REFS_MAX];
    int count;
    int64_t literals[TRIAL_LITERALS_MAX];
    size_t literal_count;
    bool relevance; /* answers of questions that are not asked are none */
    char text[CHOICES_MAX * (ID_MAX + 1)]; /* of several */
};

static const struct question_def *
question_of(const struct trial *trial, int ref)
{
    return &trial->procedure->questions[ref];
}

static struct value trial_ref(void *ctx, int ref);

static struct value
trial_none(void *ctx, int ref)
{
    (void)ctx;
    (void)ref;
    return (struct value){.know = VALUE_NONE};
}

static struct expr_env
trial_env(struct trial *trial)
{
    return (struct expr_env){.ref = trial_ref,
        .group_count = trial_none,
        .group_sum = trial_none,
        .ctx = trial,
        .today = clock_days_from_civil(TRIAL_YEAR, 7, 1)};
}

static struct value
several_value(struct trial *trial, const struct question_def *question, int64_t bits)
{
    size_t size = 0;
    trial->text[0] = 0;
    for (size_t i = 0; i < question->choice_count; i++) {
        if ((bits >> i & 1) != 0) {
            size += (size_t)snprintf(trial->text + size, sizeof(trial->text) - size, "%s%s",
                size > 0 ? " " : "", question->choices[i].value);
        }
    }
    return answer_value(question, trial->text);
}

static struct value
varied_value(struct trial *trial, const struct varied *varied)
{
    const struct question_def *question = question_of(trial, varied->ref);
    if (varied->at > varied->count || (varied->at == varied->count && !question->dont_know)) {
        return (struct value){.know = VALUE_NONE};
    }
    if (varied->at == varied->count) {
        return answer_value(question, "unknown");
    }
    int64_t value = varied->values[varied->at];
    switch (question->type) {
    case QUESTION_CHOICE:
        return answer_value(question, question->choices[value].value);
    case QUESTION_YES_NO:
        return answer_value(question, value != 0 ? "yes" : "no");
    case QUESTION_SEVERAL:
        return several_value(trial, question, value);
    case QUESTION_DATE:
        value = clock_days_from_civil(TRIAL_YEAR - (int)value, 7, 1);
        return (struct value){VALUE_KNOWN, EXPR_DATE, value, NULL};
    default:
        return (struct value){VALUE_KNOWN, EXPR_NUMBER, value, NULL};
    }
}

static struct value
trial_ref(void *ctx, int ref)
{
    struct trial *trial = ctx;
    const struct question_def *question = question_of(trial, ref);
    if (trial->relevance && question->relevant != NULL) {
        struct expr_env env = trial_env(trial);
        struct value asked = expr_eval(question->relevant, &env);
        if (asked.know != VALUE_KNOWN || asked.number == 0) {
            return (struct value){.know = VALUE_NONE};
        }
    }
    for (int i = 0; i < trial->count; i++) {
        if (trial->varied[i].ref == ref) {
            return varied_value(trial, &trial->varied[i]);
        }
    }
    return (struct value){.know = VALUE_NONE};
}

static bool
is_comparison(enum expr_op op)
{
    return op == OP_EQ || op == OP_NE || op == OP_LT || op == OP_LE || op == OP_GT || op == OP_GE;
}

static const struct expr_node *
parent_of(const struct expr *expr, uint16_t at, uint16_t *ret_parent)
{
    for (uint16_t i = 0; i < expr->count; i++) {
        const struct expr_node *node = &expr->nodes[i];
        if (node->a == at || node->b == at || node->c == at) {
            *ret_parent = i;
            return node;
        }
    }
    return NULL;
}

/* Is this only compared with numbers that stand in the expression? */
static bool
compared_only(const struct expr *expr, uint16_t at)
{
    uint16_t where;
    const struct expr_node *parent = parent_of(expr, at, &where);
    if (parent == NULL) {
        return false;
    }
    if (parent->op == OP_IN && parent->a == at) {
        for (uint16_t i = parent->b; i != EXPR_NIL; i = expr->nodes[i].next) {
            if (expr->nodes[i].op != OP_NUMBER) {
                return false;
            }
        }
        return true;
    }
    uint16_t other = parent->a == at ? parent->b : parent->a;
    return is_comparison(parent->op) && expr->nodes[other].op == OP_NUMBER;
}

static void
add_value(struct varied *varied, int64_t value)
{
    for (size_t i = 0; i < varied->count; i++) {
        if (varied->values[i] == value) {
            return;
        }
    }
    if (varied->count < TRIAL_VALUES_MAX) {
        varied->values[varied->count++] = value;
    }
}

static int64_t
bound_of(const struct expr *expr, int64_t without)
{
    struct expr_env env = {.ref = trial_none, .group_count = trial_none, .group_sum = trial_none};
    struct value value = {.know = VALUE_NONE};
    if (expr != NULL) {
        value = expr_eval(expr, &env);
    }
    return value.know == VALUE_KNOWN ? value.number : without;
}

/* The numbers around those in the expression, as far as the question takes them. */
static void
numbers_near(const struct trial *trial, struct varied *varied)
{
    const struct question_def *question = question_of(trial, varied->ref);
    int64_t min = varied->age ? 0 : bound_of(question->min, 0);
    int64_t max = varied->age ? AGE_MAX : bound_of(question->max, NUMBER_LIMIT);
    add_value(varied, min);
    add_value(varied, max);
    for (size_t i = 0; i < trial->literal_count; i++) {
        for (int64_t near = trial->literals[i] - 1; near <= trial->literals[i] + 1; near++) {
            if (near >= min && near <= max) {
                add_value(varied, near);
            }
        }
    }
}

/* What this name can be; false when that is too much, or more than its comparison counts. */
static bool
vary(struct trial *trial, const struct expr *expr, uint16_t at)
{
    int ref = expr->nodes[at].ref;
    const struct question_def *question = question_of(trial, ref);
    uint16_t parent = at;
    const struct expr_node *above = parent_of(expr, at, &parent);
    bool age = question->type == QUESTION_DATE && above != NULL && above->op == OP_AGE;
    bool number = question->type == QUESTION_NUMBER || question->type == QUESTION_MONEY;
    if ((age && !compared_only(expr, parent)) || (number && !compared_only(expr, at))) {
        return false;
    }
    for (int i = 0; i < trial->count; i++) {
        if (trial->varied[i].ref == ref) {
            return trial->varied[i].age == age; /* not once as an age and once as a day */
        }
    }
    if (trial->count == TRIAL_REFS_MAX) {
        return false;
    }
    struct varied *varied = &trial->varied[trial->count++];
    *varied = (struct varied){.ref = ref, .age = age, .number = age || number};
    if (varied->number) {
        return true; /* its values are made when all numbers that it is compared with are known */
    }
    size_t ways = question->type == QUESTION_YES_NO ? 2 : question->choice_count;
    if (question->type == QUESTION_SEVERAL) {
        ways = ways <= TRIAL_SEVERAL_MAX ? (size_t)1 << ways : 0;
    }
    bool whole = question->type == QUESTION_YES_NO || question->type == QUESTION_CHOICE ||
                 question->type == QUESTION_SEVERAL;
    for (size_t i = 0; whole && i < ways && i < TRIAL_VALUES_MAX; i++) {
        varied->values[varied->count++] = (int64_t)i;
    }
    return whole && ways > 0 && ways <= TRIAL_VALUES_MAX;
}

/* Gathers what the condition looks at; false when it is more than can be tried. */
static bool
gather(struct trial *trial, const struct expr *expr)
{
    for (uint16_t i = 0; i < expr->count; i++) {
        const struct expr_node *node = &expr->nodes[i];
        if (node->op == OP_NUMBER && trial->literal_count < TRIAL_LITERALS_MAX) {
            trial->literals[trial->literal_count++] = node->number;
        } else if (node->op == OP_NUMBER) {
            return false;
        }
    }
    for (uint16_t i = 0; i < expr->count; i++) {
        const struct expr_node *node = &expr->nodes[i];
        bool counts = node->op == OP_COUNT_GROUP || node->op == OP_COUNT_WHERE ||
                      node->op == OP_ANY || node->op == OP_SUM || node->op == OP_TODAY;
        if (counts || (node->op == OP_REF && !vary(trial, expr, i))) {
            return false;
        }
    }
    return true;
}

/* Also what makes the questions relevant, and what makes those relevant. */
static bool
gather_relevance(struct trial *trial)
{
    trial->relevance = true;
    for (int i = 0; i < trial->count; i++) { /* grows while it is gone through */
        const struct expr *relevant = question_of(trial, trial->varied[i].ref)->relevant;
        if (relevant != NULL && !gather(trial, relevant)) {
            return false;
        }
    }
    return true;
}

static bool
few_enough(struct trial *trial)
{
    size_t total = 1;
    for (int i = 0; i < trial->count; i++) {
        if (trial->varied[i].number) {
            trial->varied[i].count = 0;
            numbers_near(trial, &trial->varied[i]);
        }
        total *= trial->varied[i].count + 2;
        if (total > TRIALS_MAX) {
            return false;
        }
    }
    return true;
}

static bool
step(struct trial *trial)
{
    for (int i = 0; i < trial->count; i++) {
        struct varied *varied = &trial->varied[i];
        if (++varied->at < varied->count + 2) {
            return true;
        }
        varied->at = 0;
    }
    return false;
}

bool
can_hold(const struct procedure *procedure, const struct expr *expr)
{
    struct trial trial = {.procedure = procedure};
    if (!gather(&trial, expr) || !few_enough(&trial)) {
        return true;
    }
    struct trial plain = trial;
    if (!gather_relevance(&trial) || !few_enough(&trial)) {
        trial = plain; /* every question counts as asked */
    }
    struct expr_env env = trial_env(&trial);
    do {
        struct value value = expr_eval(expr, &env);
        if (value.know == VALUE_KNOWN && value.number != 0) {
            return true;
        }
    } while (step(&trial));
    return false;
}
