/* procedure/check.c - compiles the expressions of a procedure and proves that it can be asked: names known
 * and asked before they are used, types right, bounds sensible, every question reachable. */
#include "procedure_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* Who looks: expressions see what is asked before question `at` (itself too when own). */
struct scope {
    const struct procedure *procedure;
    int at; /* index of the question; question_count for the fee */
    int group; /* group whose entries are seen by short names, or -1 */
    bool own; /* may see question `at` itself: constraints, bounds of repeats */
};

static enum expr_type
type_of(enum question_type type)
{
    static const enum expr_type types[QUESTION_TYPE_COUNT] = {EXPR_TEXT, EXPR_TEXT, EXPR_NUMBER,
        EXPR_DATE, EXPR_TEXT, EXPR_SET, EXPR_BOOL, EXPR_NUMBER, EXPR_TIME, EXPR_TEXT, EXPR_TEXT,
        EXPR_TEXT, EXPR_TEXT, EXPR_TEXT};
    return types[type];
}

static bool
is_amount(const struct question_def *question)
{
    return question->type == QUESTION_NUMBER || question->type == QUESTION_MONEY;
}

/* True when the text of an expression holds this name as a whole word. */
static bool
mentions(const struct expr_source *source, const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
    size_t len = strlen(name);
    const char *at = source->text;
    while (at != NULL && (at = strstr(at, name)) != NULL) {
        bool begins = at == source->text || strchr(letters, at[-1]) == NULL;
        if (begins && (at[len] == 0 || strchr(letters, at[len]) == NULL)) {
            return true;
        }
        at += len;
    }
    return false;
}

/* Does question from need the answer of question to, directly or through others? */
static bool
needs(const struct procedure *procedure, int from, int to, bool *seen)
{
    if (seen[from]) {
        return false;
    }
    seen[from] = true;
    const struct question_def *question = &procedure->questions[from];
    const struct expr_source *sources[] = {&question->relevant_source, &question->default_source,
        &question->settled_source, &question->within_source};
    for (int i = 0; i < procedure->question_count; i++) {
        for (size_t j = 0; j < ARRAY_LEN(sources); j++) {
            if (mentions(sources[j], procedure->questions[i].id) &&
                (i == to || needs(procedure, i, to, seen))) {
                return true;
            }
        }
    }
    return false;
}

static bool
visible(const struct scope *scope, int index, const char *name, char *reason)
{
    const struct procedure *procedure = scope->procedure;
    const struct question_def *question = &procedure->questions[index];
    if (index < scope->at || (index == scope->at && scope->own)) {
        return true;
    }
    if (index == scope->at) {
        (void)snprintf(reason, EXPR_REASON_MAX, "'%s' refers to itself", name);
        return false;
    }
    bool seen[QUESTIONS_MAX] = {false};
    if (needs(procedure, index, scope->at, seen)) {
        (void)snprintf(reason, EXPR_REASON_MAX, "'%s' and '%s' wait for each other",
            procedure->questions[scope->at].id, name);
    } else {
        (void)snprintf(reason, EXPR_REASON_MAX,
            "'%s' is asked later (line %d); ask it before this one", name, question->line);
    }
    return false;
}

static void
symbol_of(const struct procedure *procedure, int index, struct expr_symbol *ret)
{
    const struct question_def *question = &procedure->questions[index];
    ret->type = type_of(question->type);
    ret->ref = index;
    if (question->type == QUESTION_PICK) {
        ret->choices = question->list->ids;
        ret->choice_count = question->list->list.count + (question->dont_know ? 1 : 0);
    }
    if (question->choice_count == 0) {
        return;
    }
    /* The values, and 'unknown' where it is offered; made once a use, in the set's memory. */
    struct arena *arena = (struct arena *)(uintptr_t)&procedure->set->arena;
    const char **values = arena_alloc(arena, (question->choice_count + 1) * sizeof(*values));
    for (size_t i = 0; i < question->choice_count; i++) {
        values[i] = question->choices[i].value;
    }
    values[question->choice_count] = "unknown";
    ret->choices = values;
    ret->choice_count = question->choice_count + (question->dont_know ? 1 : 0);
}

/* The group that a name begins with ("members", "members.income"), or NULL. */
static const struct group_def *
find_group(const struct procedure *procedure, const char *name)
{
    size_t len = strcspn(name, ".");
    for (int g = 0; g < procedure->group_count; g++) {
        const char *id = procedure->groups[g].id;
        if (strlen(id) == len && memcmp(id, name, len) == 0) {
            return &procedure->groups[g];
        }
    }
    return NULL;
}

/* members, or members.income seen from outside its group. */
static bool
group_symbol(const struct scope *scope, const struct group_def *group, const char *name,
    struct expr_symbol *ret, char *reason)
{
    const struct procedure *procedure = scope->procedure;
    const char *dot = strchr(name, '.');
    if (group->first + group->count > scope->at) {
        (void)snprintf(reason, EXPR_REASON_MAX, "the group '%s' is asked later (line %d)",
            group->id, group->line);
        return false;
    }
    ret->type = EXPR_GROUP;
    ret->ref = (int)(group - procedure->groups);
    if (dot == NULL) {
        return true;
    }
    for (int i = group->first; i < group->first + group->count; i++) {
        const struct question_def *question = &procedure->questions[i];
        if (strcmp(question->id, dot + 1) == 0 && is_amount(question)) {
            ret->type = EXPR_NUMBERS;
            ret->ref = i;
            return true;
        }
    }
    (void)snprintf(reason, EXPR_REASON_MAX, "'%.60s' is no number question of the group '%s'",
        dot + 1, group->id);
    return false;
}

static bool
find_name(void *ctx, const char *name, struct expr_symbol *ret, char *reason)
{
    const struct scope *scope = ctx;
    const struct procedure *procedure = scope->procedure;
    const char *names[QUESTIONS_MAX];
    size_t count = 0;
    for (int i = 0; i < procedure->question_count; i++) {
        const struct question_def *question = &procedure->questions[i];
        if (question->group >= 0 && question->group != scope->group) {
            continue;
        }
        if (strcmp(question->id, name) == 0) {
            symbol_of(procedure, i, ret);
            return visible(scope, i, name, reason);
        }
        names[count++] = question->id;
    }
    const struct group_def *group = find_group(procedure, name);
    if (group != NULL) {
        return group_symbol(scope, group, name, ret, reason);
    }
    const char *near = nearest_name(name, names, count);
    if (set_fact(procedure->set, name) != NULL) {
        (void)snprintf(reason, EXPR_REASON_MAX,
            "the fact '%.60s' is not asked in this procedure; add 'ask: %.60s' before", name, name);
    } else if (near != NULL) {
        (void)snprintf(
            reason, EXPR_REASON_MAX, "unknown fact '%.60s'; did you mean '%s'?", name, near);
    } else {
        (void)snprintf(reason, EXPR_REASON_MAX, "unknown fact '%.60s'%s", name,
            strchr(name, '-') != NULL ? "; a minus needs spaces around it"
                                      : "; texts stand in single quotes");
    }
    return false;
}

static struct expr *
keep(struct arena *arena, const struct expr *expr)
{
    struct expr *out = arena_alloc(arena, sizeof(*out));
    *out = *expr;
    out->nodes = arena_alloc(arena, expr->count * sizeof(*out->nodes));
    memcpy(out->nodes, expr->nodes, expr->count * sizeof(*out->nodes));
    out->texts = arena_strndup(arena, expr->texts, expr->text_len);
    for (uint16_t i = 0; i < out->count; i++) {
        if (out->nodes[i].text != NULL) {
            out->nodes[i].text = out->texts + (expr->nodes[i].text - expr->texts);
        }
    }
    return out;
}

/* The letters, not bytes, before an offset: what an editor calls a column. */
static int
column_at(const struct expr_source *source, size_t offset)
{
    int column = source->column;
    for (size_t i = 0; i < offset && source->text[i] != 0; i++) {
        column += ((unsigned char)source->text[i] & 0xc0) != 0x80;
    }
    return column;
}

static const struct expr *
compile(struct load *load, const struct scope *scope, const struct expr_source *source,
    const char *what, enum expr_type type)
{
    if (source->text == NULL) {
        return NULL;
    }
    struct expr expr;
    struct expr_room room;
    struct expr_error error = {0};
    struct expr_scope names = {find_name, (void *)(uintptr_t)scope};
    if (!expr_parse(&expr, &room, source->text, &names, &error)) {
        load_mistake(
            load, source->line, column_at(source, error.offset), "%s: %s", what, error.reason);
        return NULL;
    }
    if (expr_result(&expr) != type) {
        load_mistake(load, source->line, source->column, "%s gives %s, but %s is needed", what,
            expr_type_name(expr_result(&expr)), expr_type_name(type));
        return NULL;
    }
    return keep(&load->set->arena, &expr);
}

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
        check_default(load, question, expr, node->c);
        return;
    }
    const char *one = node->op == OP_TEXT ? node->text : NULL;
    size_t count = node->op == OP_TEXT ? 1 : node->choice_count;
    for (size_t i = 0; i < count; i++) {
        const char *value = one != NULL ? one : node->choices[i];
        if (!can_be(question, value)) {
            load_mistake(load, question->default_source.line, question->default_source.column,
                "default: '%.60s' is none of the choices", value);
        }
    }
    if (count == 0) {
        load_mistake(load, question->default_source.line, question->default_source.column,
            "default: this text may be none of the choices");
    }
}

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
        if (node->op == OP_TODAY || node->op == OP_COUNT_GROUP || node->op == OP_SUM) {
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

static bool
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

static void
check_bounds(struct load *load, struct question_def *question)
{
    struct expr_env env = {.ref = trial_none, .group_count = trial_none, .group_sum = trial_none};
    struct value min = {0};
    struct value max = {0};
    if (question->min != NULL && question->max != NULL) {
        min = expr_eval(question->min, &env);
        max = expr_eval(question->max, &env);
        if (min.know == VALUE_KNOWN && max.know == VALUE_KNOWN && min.number > max.number) {
            load_mistake(load, question->min_source.line, question->min_source.column,
                "min is larger than max");
        }
    }
    if (is_amount(question) && question->max == NULL) {
        load_mistake(load, question->line, question->column,
            "a number question needs 'max', so that a long number can't be "
            "entered by mistake");
    }
    if (is_amount(question) && question->max != NULL) {
        max = expr_eval(question->max, &env);
        if (max.know == VALUE_KNOWN && max.number > NUMBER_LIMIT) {
            load_mistake(load, question->max_source.line, question->max_source.column,
                "max may have ten digits; longer numbers are not asked for here");
        }
    }
}

static void
check_question(struct load *load, struct procedure *procedure, int index)
{
    struct question_def *question = &procedure->questions[index];
    struct scope before = {procedure, index, question->group, false};
    struct scope own = {procedure, index, question->group, true};
    enum expr_type type = type_of(question->type);
    question->relevant = compile(load, &before, &question->relevant_source, "relevant", EXPR_BOOL);
    question->settled = compile(load, &before, &question->settled_source, "settled", EXPR_BOOL);
    question->constraint =
        compile(load, &own, &question->constraint_source, "constraint", EXPR_BOOL);
    if (is_amount(question) || type == EXPR_DATE || type == EXPR_TIME) {
        question->min = compile(load, &before, &question->min_source, "min", type);
        question->max = compile(load, &before, &question->max_source, "max", type);
        check_bounds(load, question);
    }
    if (question->type == QUESTION_SEVERAL && question->default_source.text != NULL) {
        load_mistake(load, question->default_source.line, question->default_source.column,
            "a question with several choices has no default");
    } else {
        struct expr_source source = default_of(load, question);
        question->default_value = compile(load, &before, &source, "default", type);
    }
    if (question->default_value != NULL &&
        (question->choice_count > 0 || question->type == QUESTION_PICK)) {
        check_default(load, question, question->default_value, question->default_value->root);
    }
    if (question->settled != NULL && question->required && question->default_source.text == NULL) {
        load_mistake(load, question->settled_source.line, question->settled_source.column,
            "a settled question needs a 'default', or 'required: no'");
    }
    if (question->relevant != NULL && !can_hold(procedure, question->relevant)) {
        load_mistake(load, question->relevant_source.line, question->relevant_source.column,
            "this can never hold, so '%s' would never be asked", question->id);
    }
}

/* Conditions of choices, and the answer that a list's entries belong to. */
static void
check_choices(struct load *load, struct procedure *procedure, int index)
{
    struct question_def *question = &procedure->questions[index];
    struct scope before = {procedure, index, question->group, false};
    question->within = compile(load, &before, &question->within_source, "within", EXPR_TEXT);
    for (size_t i = 0; question->choice_rules != NULL && i < question->choice_count; i++) {
        struct choice_rule *rule = &question->choice_rules[i];
        rule->when = compile(load, &before, &rule->when_source, "when", EXPR_BOOL);
        if (rule->when != NULL && !can_hold(procedure, rule->when)) {
            load_mistake(load, rule->when_source.line, rule->when_source.column,
                "this can never hold, so '%s' would never be offered", question->choices[i].value);
        }
    }
    const char *above = question->list != NULL ? question->list->within : NULL;
    if (question->within != NULL && above == NULL) {
        load_mistake(load, question->within_source.line, question->within_source.column,
            "the entries of this list belong to no other list");
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
        if (!other->shared && other->group == question->group && question->reading != NULL &&
            strcmp(other->id, question->reading) == 0) {
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
        check_question(load, procedure, i);
        check_choices(load, procedure, i);
        check_reading(load, procedure, i);
    }
    for (int g = 0; g < procedure->group_count; g++) {
        struct group_def *group = &procedure->groups[g];
        struct scope before = {procedure, group->first, -1, false};
        group->count_of = compile(load, &before, &group->count_source, "count", EXPR_NUMBER);
    }
    struct scope all = {procedure, procedure->question_count, -1, false};
    procedure->fee = compile(load, &all, &procedure->fee_source, "fee", EXPR_NUMBER);
}
