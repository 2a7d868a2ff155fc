/* procedure/check.c - compiles the expressions of a procedure's questions and proves that it can be asked: types
 * right, bounds sensible, every question reachable. */
#include "procedure_priv.h"

#include <string.h>

/* `default: pension` for a choice is that choice: nobody writes quotes within quotes. */
static struct expr_source
default_of(struct load *load, const struct question_def *question)
{
    struct expr_source source = question->default_source;
    const char *text = source.text;
    bool entry = text != NULL && question->type == QUESTION_PICK &&
                 procedure_entry(&question->list->list, text) != NULL;
    if (text != NULL && (entry || choice_find(question, text, strlen(text)) >= 0)) {
        source.text = arena_printf(&load->set->arena, "'%s'", text);
    }
    return source;
}

/* May this text be an answer of a choice or a pick? */
static bool
can_be(const struct question_def *question, const char *value)
{
    return question->type == QUESTION_PICK ? procedure_entry(&question->list->list, value) != NULL
                                           : choice_find(question, value, strlen(value)) >= 0;
}

/* Every text that the default of a choice can give must be one of its values. */
static void
check_default(
    struct load *load, const struct question_def *question, const struct expr *expr, uint16_t at)
{
    const struct expr_node *node = &expr->nodes[at];
    if (node->op == OP_IF) {
        check_default(load, question, expr, node->b);
        if (node->c != EXPR_NIL) {
            check_default(load, question, expr, node->c);
        }
        return;
    }
    const char *one = node->op == OP_TEXT ? node->text : NULL;
    size_t count = node->op == OP_TEXT ? 1 : node->choice_count;
    for (size_t i = 0; i < count; i++) {
        const char *value = one != NULL ? one : node->choices[i];
        if (!can_be(question, value)) {
            load_mistake_at(load, question->default_source.at,
                "default: '%.60s' is none of the choices", value);
        }
    }
    if (count == 0) {
        load_mistake_at(
            load, question->default_source.at, "default: this text may be none of the choices");
    }
}

static struct value
none(void *ctx, int ref)
{
    (void)ctx;
    (void)ref;
    return (struct value){.know = VALUE_NONE};
}

/* No day lies between them, whatever day it is: not in 1970 and not five hundred years later. */
static bool
no_room(const struct question_def *question)
{
    static const int64_t days[] = {0, 200000};
    bool larger = question->min != NULL && question->max != NULL;
    for (size_t i = 0; larger && i < ARRAY_LEN(days); i++) {
        struct expr_env env = {
            .ref = none, .group_count = none, .group_sum = none, .today = days[i]};
        struct value min = expr_eval(question->min, &env);
        struct value max = expr_eval(question->max, &env);
        larger = min.know == VALUE_KNOWN && max.know == VALUE_KNOWN && min.number > max.number;
    }
    return larger;
}

static void
check_bounds(struct load *load, struct question_def *question)
{
    struct expr_env env = {.ref = none, .group_count = none, .group_sum = none};
    struct value max = {0};
    if (no_room(question)) {
        load_mistake_at(load, question->min_source.at, "min is larger than max");
    }
    if (question_is_amount(question) && question->max == NULL) {
        load_mistake_at(load, question->at,
            "a number question needs 'max', so that a long number can't be "
            "entered by mistake");
    }
    if (question_is_amount(question) && question->max != NULL) {
        max = expr_eval(question->max, &env);
        if (max.know == VALUE_KNOWN && max.number > NUMBER_LIMIT) {
            load_mistake_at(load, question->max_source.at,
                "max may have ten digits; longer numbers are not asked for here");
        }
    }
}

static void
check_question(struct load *load, struct procedure *procedure, int index)
{
    struct question_def *question = &procedure->questions[index];
    struct scope before = {procedure, index, question->part, question->group, false};
    struct scope own = {procedure, index, question->part, question->group, true};
    struct scope giver = {
        procedure, index, question->given ? 0 : question->part, question->group, false};
    enum expr_type type = question_expr_type(question->type);
    question->relevant = compile(load, &before, &question->relevant_source, "relevant", EXPR_BOOL);
    question->settled = compile(load, &giver, &question->settled_source, "settled", EXPR_BOOL);
    question->constraint =
        compile(load, &own, &question->constraint_source, "constraint", EXPR_BOOL);
    if (question_is_amount(question) || type == EXPR_DATE || type == EXPR_TIME) {
        question->min = compile(load, &before, &question->min_source, "min", type);
        question->max = compile(load, &before, &question->max_source, "max", type);
        check_bounds(load, question);
    }
    if (question->type == QUESTION_SEVERAL && question->default_source.text != NULL) {
        load_mistake_at(
            load, question->default_source.at, "a question with several choices has no default");
    } else {
        struct expr_source source = default_of(load, question);
        question->default_value =
            compile(load, &giver, &source, question->calculated ? "calculate" : "default", type);
    }
    if (question->default_value != NULL &&
        (question->choice_count > 0 || question->type == QUESTION_PICK)) {
        check_default(load, question, question->default_value, question->default_value->root);
    }
    if (question->settled != NULL && question->required && question->default_source.text == NULL) {
        load_mistake_at(load, question->settled_source.at,
            "a settled question needs a 'default', or 'required: no'");
    }
    if (question->relevant != NULL && !can_hold(procedure, question->relevant)) {
        load_mistake_at(load, question->relevant_source.at,
            "this can never hold, so '%s' would never be asked", question->id);
    }
}

/* The group whose entries are the choices is asked before, and its condition is about one of them. */
static void
check_people(struct load *load, struct procedure *procedure, int index)
{
    struct question_def *question = &procedure->questions[index];
    struct scope before = {procedure, index, question->part, -1, false};
    const struct group_def *group = scope_group(&before, question->people);
    if (group == NULL || !group->shared || group->first + group->count > index) {
        load_mistake_at(load, question->at, "'from: %.60s' needs 'ask: %.60s' before it",
            question->people, question->people);
        question->people = NULL;
        return;
    }
    question->over = (int)(group - procedure->groups);
    before.group = question->over;
    question->where = compile(load, &before, &question->where_source, "where", EXPR_BOOL);
}

/* Conditions of choices, and the answer that a list's entries belong to. */
static void
check_choices(struct load *load, struct procedure *procedure, int index)
{
    struct question_def *question = &procedure->questions[index];
    struct scope before = {procedure, index, question->part, question->group, false};
    question->within = compile(load, &before, &question->within_source, "within", EXPR_TEXT);
    question->over = -1;
    if (question->people != NULL) {
        check_people(load, procedure, index);
    }
    if (question->choice_rules != NULL) { /* compiled for this procedure: others include it too */
        struct choice_rule *own =
            arena_alloc(&load->set->arena, question->choice_count * sizeof(*own));
        memcpy(own, question->choice_rules, question->choice_count * sizeof(*own));
        question->choice_rules = own;
    }
    for (size_t i = 0; question->choice_rules != NULL && i < question->choice_count; i++) {
        struct choice_rule *rule = &question->choice_rules[i];
        rule->when = compile(load, &before, &rule->when_source, "when", EXPR_BOOL);
        if (rule->when != NULL && !can_hold(procedure, rule->when)) {
            load_mistake_at(load, rule->when_source.at,
                "this can never hold, so '%s' would never be offered", question->choices[i].value);
        }
    }
    const char *above = question->list != NULL ? question->list->within : NULL;
    if (question->within != NULL && above == NULL) {
        load_mistake_at(
            load, question->within_source.at, "the entries of this list belong to no other list");
    }
}

/* A question's reading is asked by a neighbour in the same list. Facts were checked with the dictionary. */
static void
check_reading(struct load *load, const struct procedure *procedure, int index)
{
    const struct question_def *question = &procedure->questions[index];
    const struct question_def *found = NULL;
    for (int i = 0; i < procedure->question_count; i++) {
        const struct question_def *other = &procedure->questions[i];
        if (!other->shared && other->part == question->part && other->group == question->group &&
            question->reading != NULL && strcmp(other->id, question->reading) == 0) {
            found = other;
        }
    }
    if (question->reading != NULL && !question->shared) {
        question_check_reading(load, question, found);
    }
}

void
check_procedure(struct load *load, struct procedure *procedure)
{
    for (int i = 0; i < procedure->question_count; i++) {
        if (i != procedure->together) {
            check_question(load, procedure, i);
            check_choices(load, procedure, i);
            check_reading(load, procedure, i);
        }
    }
    for (int g = 0; g < procedure->group_count; g++) {
        struct group_def *group = &procedure->groups[g];
        struct scope before = {procedure, group->first, group->part, -1, false};
        group->count_of = compile(load, &before, &group->count_source, "count", EXPR_NUMBER);
        struct scope person = {procedure, group->first, group->part, g, false};
        group->where = compile(load, &person, &group->where_source, "where", EXPR_BOOL);
    }
    check_rules_of(load, procedure);
}
