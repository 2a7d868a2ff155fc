/* procedure/check_names.c - what a name in an expression means, seen from where it stands, and compiling: only
 * what is asked before may be used, in the same file or as a fact that both share. */
#include "procedure_priv.h"

#include <stdio.h>
#include <string.h>

enum expr_type
question_expr_type(enum question_type type)
{
    static const enum expr_type types[QUESTION_TYPE_COUNT] = {EXPR_TEXT, EXPR_TEXT, EXPR_NUMBER,
        EXPR_DATE, EXPR_TEXT, EXPR_SET, EXPR_BOOL, EXPR_NUMBER, EXPR_TIME, EXPR_TEXT, EXPR_TEXT,
        EXPR_TEXT, EXPR_TEXT, EXPR_TEXT};
    return types[type];
}

bool
question_is_amount(const struct question_def *question)
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
            "'%s' is asked later (line %d); ask it before this one", name, question->at.line);
    }
    return false;
}

void
question_symbol(
    struct arena *arena, const struct question_def *question, int index, struct expr_symbol *ret)
{
    ret->type = question_expr_type(question->type);
    ret->ref = index;
    if (question->type == QUESTION_PICK) {
        ret->choices = question->list->ids;
        ret->choice_count = question->list->list.count + (question->dont_know ? 1 : 0);
    }
    if (question->choice_count == 0) {
        return;
    }
    /* The values, and 'unknown' where it is offered; made once a use, in the set's memory. */
    const char **values = arena_alloc(arena, (question->choice_count + 1) * sizeof(*values));
    for (size_t i = 0; i < question->choice_count; i++) {
        values[i] = question->choices[i].value;
    }
    values[question->choice_count] = "unknown";
    ret->choices = values;
    ret->choice_count = question->choice_count + (question->dont_know ? 1 : 0);
}

static void
symbol_of(const struct procedure *procedure, int index, struct expr_symbol *ret)
{
    struct arena *arena = (struct arena *)(uintptr_t)&procedure->set->arena;
    question_symbol(arena, &procedure->questions[index], index, ret);
}

/* The group that a name begins with ("members", "members.income"), or NULL. */
const struct group_def *
scope_group(const struct scope *scope, const char *name)
{
    const struct procedure *procedure = scope->procedure;
    size_t len = strcspn(name, ".");
    for (int g = 0; g < procedure->group_count; g++) {
        const char *id = procedure->groups[g].id;
        if (procedure->groups[g].part == scope->part && strlen(id) == len &&
            memcmp(id, name, len) == 0) {
            return &procedure->groups[g];
        }
    }
    for (int g = 0; scope->part > 0 && g < procedure->own_groups; g++) {
        const char *id = procedure->groups[g].id; /* asked by the procedure it is done with */
        if (procedure->groups[g].shared && strlen(id) == len && memcmp(id, name, len) == 0) {
            return &procedure->groups[g];
        }
    }
    return NULL;
}

/* The question of a group that "members.income" or "household.birth" names for one entry, or -1. */
static int
question_of_group(
    const struct procedure *procedure, const struct group_def *group, const char *name)
{
    size_t len = strlen(group->id);
    if (strncmp(name, group->id, len) != 0 || name[len] != '.') {
        return -1;
    }
    for (int i = group->first; i < group->first + group->count; i++) {
        const char *id = procedure->questions[i].id;
        if (strcmp(id, group->shared ? name : name + len + 1) == 0) {
            return i;
        }
    }
    return -1;
}

/* Within for-each: child.birth and household.birth are those of the person it is about. */
static int
question_of_person(const struct scope *scope, const char *name)
{
    const struct procedure *procedure = scope->procedure;
    const struct group_def *group = scope->group >= 0 ? &procedure->groups[scope->group] : NULL;
    if (group == NULL || group->over < 0) { /* people to choose from, asked by the whole */
        return group != NULL && group->shared ? question_of_group(procedure, group, name) : -1;
    }
    const struct group_def *over = &procedure->groups[group->over];
    char whole[FACT_KEY_MAX + ID_MAX];
    const char *dot = strchr(name, '.');
    size_t len = strlen(group->id);
    if (dot != NULL && (size_t)(dot - name) == len && memcmp(name, group->id, len) == 0) {
        (void)snprintf(whole, sizeof(whole), "%s%s", over->id, dot);
        name = whole;
    }
    return question_of_group(procedure, over, name);
}

static bool
find_entry(void *ctx, int group, const char *name, struct expr_symbol *ret)
{
    const struct scope *scope = ctx;
    const struct procedure *procedure = scope->procedure;
    const struct group_def *def = &procedure->groups[group];
    int index = question_of_group(procedure, def, name);
    if (index < 0 && def->over >= 0) {
        index = question_of_group(procedure, &procedure->groups[def->over], name);
    }
    if (index >= 0) {
        symbol_of(procedure, index, ret);
    }
    return index >= 0;
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
    int index = question_of_group(procedure, group, name);
    if (index >= 0 && question_is_amount(&procedure->questions[index])) {
        ret->type = EXPR_NUMBERS;
        ret->ref = index;
        return true;
    }
    (void)snprintf(reason, EXPR_REASON_MAX, "'%.60s' is no number question of the group '%s'",
        dot + 1, group->id);
    return false;
}

/* A fact that an included procedure shares with the one it is done with: asked there, not again. */
static int
shared_with(const struct scope *scope, const char *name)
{
    const struct procedure *procedure = scope->procedure;
    for (int i = 0; scope->part > 0 && i < procedure->own_count; i++) {
        const struct question_def *question = &procedure->questions[i];
        if (question->shared && question->group < 0 && strcmp(question->id, name) == 0) {
            return i;
        }
    }
    return -1;
}

/* A wrong name after "child.": which facts of a person there are. True when that is what it is. */
static bool
person_unknown(const struct scope *scope, const char *name, char *reason)
{
    const struct procedure *procedure = scope->procedure;
    const struct group_def *group = scope->group >= 0 ? &procedure->groups[scope->group] : NULL;
    size_t len = group != NULL ? strlen(group->id) : 0;
    if (group == NULL || group->over < 0 || strncmp(name, group->id, len) != 0 ||
        name[len] != '.') {
        return false;
    }
    const struct group_def *over = &procedure->groups[group->over];
    const char *names[OWN_QUESTIONS_MAX];
    size_t count = 0;
    for (int i = over->first; i < over->first + over->count && count < ARRAY_LEN(names); i++) {
        names[count++] = strchr(procedure->questions[i].id, '.') + 1; /* facts of a person */
    }
    const char *near = nearest_name(name + len + 1, names, count);
    (void)snprintf(reason, EXPR_REASON_MAX, "unknown fact '%.60s'%s%s%s%s%s", name,
        near != NULL ? "; did you mean '" : "", near != NULL ? group->id : "",
        near != NULL ? "." : "", near != NULL ? near : "", near != NULL ? "'?" : "");
    return true;
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
        if (question->part != scope->part ||
            (question->group >= 0 && question->group != scope->group)) {
            continue;
        }
        if (strcmp(question->id, name) == 0) {
            symbol_of(procedure, i, ret);
            return visible(scope, i, name, reason);
        }
        names[count++] = question->id;
    }
    int shared = question_of_person(scope, name);
    shared = shared >= 0 ? shared : shared_with(scope, name);
    if (shared >= 0) {
        symbol_of(procedure, shared, ret);
        return true;
    }
    if (person_unknown(scope, name, reason)) {
        return false;
    }
    const struct group_def *group = scope_group(scope, name);
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

/* A place within an expression: letters, not bytes, make what an editor calls a column. */
static struct file_place
place_in(const struct expr_source *source, size_t offset)
{
    struct file_place at = source->at;
    for (size_t i = 0; i < offset && source->text[i] != 0; i++) {
        at.column += ((unsigned char)source->text[i] & 0xc0) != 0x80;
    }
    return at;
}

const struct expr *
compile_with(struct load *load, const struct expr_scope *names, const struct expr_source *source,
    const char *what, enum expr_type *ret_type)
{
    struct expr expr;
    struct expr_room room;
    struct expr_error error = {0};
    if (!expr_parse(&expr, &room, source->text, names, &error)) {
        load_mistake_at(load, place_in(source, error.offset), "%s: %s", what, error.reason);
        return NULL;
    }
    *ret_type = expr_result(&expr);
    return keep(&load->set->arena, &expr);
}

const struct expr *
compile(struct load *load, const struct scope *scope, const struct expr_source *source,
    const char *what, enum expr_type type)
{
    if (source->text == NULL) {
        return NULL;
    }
    struct expr_scope names = {find_name, find_entry, (void *)(uintptr_t)scope};
    enum expr_type result = type;
    const struct expr *expr = compile_with(load, &names, source, what, &result);
    if (result != type) {
        load_mistake_at(load, source->at, "%s gives %s, but %s is needed", what,
            expr_type_name(result), expr_type_name(type));
        return NULL;
    }
    return expr;
}
