/* procedure/expr_type.c - the type rules: what may be compared, added, asked. Every mistake is found when
 * a file is loaded, so that no visit can meet one. */
#include "expr_priv.h"

#include <stdio.h>
#include <string.h>

#include "procedure_priv.h"

static const char *const type_names[EXPR_TYPE_COUNT] = {"yes or no", "a number", "a text", "a time",
    "a date", "several choices", "a repeat group", "numbers of a repeat group"};

const char *
expr_type_name(enum expr_type type)
{
    return (int)type >= 0 && type < EXPR_TYPE_COUNT ? type_names[type] : "?";
}

/* A literal that is compared with a choice must be one of its values. */
static bool
literal_ok(const struct expr_node *names, const struct expr_node *literal, size_t offset,
    struct expr_error *error)
{
    if (literal->op != OP_TEXT || names->choice_count == 0) {
        return true;
    }
    for (size_t i = 0; i < names->choice_count; i++) {
        if (strcmp(names->choices[i], literal->text) == 0) {
            return true;
        }
    }
    const char *near = nearest_name(literal->text, names->choices, names->choice_count);
    expr_fail(error, offset, "'%.60s' is none of the choices%s%s%s", literal->text,
        near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
    return false;
}

bool
type_compare(struct expr *expr, struct expr_node *node, size_t offset, struct expr_error *error)
{
    const struct expr_node *a = &expr->nodes[node->a];
    const struct expr_node *b = &expr->nodes[node->b];
    if (a->type != b->type || a->type > EXPR_DATE) {
        expr_fail(error, offset, "%s can't be compared with %s%s", expr_type_name(a->type),
            expr_type_name(b->type),
            a->type == EXPR_SET || b->type == EXPR_SET ? "; use selected(question, 'value')"
            : (a->type == EXPR_DATE || a->type == EXPR_TIME) && b->op == OP_TEXT
                ? "; write dates and times without quotes"
                : "");
        return false;
    }
    bool ordered = a->type == EXPR_NUMBER || a->type == EXPR_DATE || a->type == EXPR_TIME;
    if (node->op != OP_EQ && node->op != OP_NE && !ordered) {
        expr_fail(error, offset, "%s has no larger and smaller", expr_type_name(a->type));
        return false;
    }
    node->type = EXPR_BOOL;
    return literal_ok(a, b, offset, error) && literal_ok(b, a, offset, error);
}

bool
type_arithmetic(struct expr *expr, struct expr_node *node, size_t offset, struct expr_error *error)
{
    enum expr_type a = expr->nodes[node->a].type;
    enum expr_type b = node->op == OP_NEG ? a : expr->nodes[node->b].type;
    if (a == EXPR_NUMBER && b == EXPR_NUMBER) {
        node->type = EXPR_NUMBER;
        return true;
    }
    bool moved = (a == EXPR_DATE || a == EXPR_TIME) && b == EXPR_NUMBER;
    if (moved && (node->op == OP_ADD || node->op == OP_SUB)) {
        node->type = a;
        return true;
    }
    expr_fail(error, offset, "%s and %s can't be calculated with%s", expr_type_name(a),
        expr_type_name(b), a == EXPR_DATE && b == EXPR_DATE ? "; use days(from, to)" : "");
    return false;
}

bool
type_in(struct expr *expr, struct expr_node *node, size_t offset, struct expr_error *error)
{
    const struct expr_node *a = &expr->nodes[node->a];
    if (node->op == OP_SELECTED) { /* 'value' in several */
        const struct expr_node *set = &expr->nodes[node->b];
        if (set->type != EXPR_SET || a->type != EXPR_TEXT) {
            expr_fail(error, offset,
                "after 'in' stands a list like ('a', 'b') or a question with several choices");
            return false;
        }
        node->type = EXPR_BOOL;
        return literal_ok(set, a, offset, error);
    }
    for (uint16_t i = node->b; i != EXPR_NIL; i = expr->nodes[i].next) {
        const struct expr_node *item = &expr->nodes[i];
        if (item->type != a->type || a->type > EXPR_DATE) {
            expr_fail(error, offset, "%s can't be in a list with %s", expr_type_name(a->type),
                expr_type_name(item->type));
            return false;
        }
        if (!literal_ok(a, item, offset, error)) {
            return false;
        }
    }
    node->type = EXPR_BOOL;
    return true;
}

bool
type_logic(struct expr *expr, struct expr_node *node, size_t offset, struct expr_error *error)
{
    enum expr_type a = expr->nodes[node->a].type;
    enum expr_type b = node->op == OP_NOT ? a : expr->nodes[node->b].type;
    enum expr_type wrong = a != EXPR_BOOL ? a : b;
    if (wrong != EXPR_BOOL) {
        static const char *const words[] = {"not", "and", "or"};
        expr_fail(error, offset, "'%s' needs yes or no, but this is %s", words[node->op - OP_NOT],
            expr_type_name(wrong));
        return false;
    }
    node->type = EXPR_BOOL;
    return true;
}

/* Functions: name, operation, result, arguments. Kinds of arguments that the table can't say are
 * checked beside it. */
struct function {
    const char *name;
    enum expr_op op;
    enum expr_type result;
    size_t args;
    enum expr_type types[EXPR_ARGS_MAX];
    const char *use;
};
static const struct function functions[] = {
    {"count", OP_COUNT_SET, EXPR_NUMBER, 1, {EXPR_SET}, "count(several-or-group)"},
    {"count", OP_COUNT_WHERE, EXPR_NUMBER, 2, {EXPR_GROUP, EXPR_BOOL}, "count(group, condition)"},
    {"sum", OP_SUM, EXPR_NUMBER, 1, {EXPR_NUMBERS}, "sum(group.number)"},
    {"age", OP_AGE, EXPR_NUMBER, 1, {EXPR_DATE}, "age(date)"},
    {"days", OP_DAYS, EXPR_NUMBER, 2, {EXPR_DATE, EXPR_DATE}, "days(from, to)"},
    {"matches", OP_MATCHES, EXPR_BOOL, 2, {EXPR_TEXT, EXPR_TEXT}, "matches(text, 'pattern')"},
    {"selected", OP_SELECTED, EXPR_BOOL, 2, {EXPR_SET, EXPR_TEXT}, "selected(several, 'value')"},
    {"any", OP_ANY, EXPR_BOOL, 2, {EXPR_GROUP, EXPR_BOOL}, "any(group, condition)"},
    {"known", OP_KNOWN, EXPR_BOOL, 1, {EXPR_BOOL}, "known(question)"},
    {"min", OP_MIN, EXPR_NUMBER, 2, {EXPR_NUMBER, EXPR_NUMBER}, "min(a, b)"},
    {"max", OP_MAX, EXPR_NUMBER, 2, {EXPR_NUMBER, EXPR_NUMBER}, "max(a, b)"},
    {"div", OP_DIV, EXPR_NUMBER, 2, {EXPR_NUMBER, EXPR_NUMBER}, "div(number, by)"},
    {"month", OP_MONTH, EXPR_NUMBER, 1, {EXPR_DATE}, "month(date)"},
    {"year", OP_YEAR, EXPR_NUMBER, 1, {EXPR_DATE}, "year(date)"},
    {"if", OP_IF, EXPR_BOOL, 3, {EXPR_BOOL}, "if(condition, then, else)"},
    {"if", OP_IF, EXPR_BOOL, 2, {EXPR_BOOL}, "if(condition, then)"}, /* else there is no value */
    {"today", OP_TODAY, EXPR_DATE, 0, {EXPR_BOOL}, "today()"},
};

static bool
type_if(struct expr *expr, const uint16_t *args, size_t count, size_t offset,
    struct expr_node *node, struct expr_error *error)
{
    const struct expr_node *yes = &expr->nodes[args[1]];
    const struct expr_node *no = &expr->nodes[args[count - 1]];
    if (expr->nodes[args[0]].type != EXPR_BOOL) {
        expr_fail(error, offset, "the first part of if() is a condition");
        return false;
    }
    if (yes->type != no->type || yes->type > EXPR_DATE) {
        expr_fail(error, offset, "both results of if() must be of one kind, not %s and %s",
            expr_type_name(yes->type), expr_type_name(no->type));
        return false;
    }
    node->type = yes->type;
    return true;
}

/* The one with so many arguments, else the first of this name. */
static const struct function *
find_function(const char *name, size_t args, size_t offset, struct expr_error *error)
{
    const char *names[ARRAY_LEN(functions)];
    const struct function *found = NULL;
    for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
        bool named = strcmp(functions[i].name, name) == 0;
        if (named && (found == NULL || functions[i].args == args)) {
            found = &functions[i];
        }
        names[i] = functions[i].name;
    }
    if (found != NULL) {
        return found;
    }
    const char *near = nearest_name(name, names, ARRAY_LEN(names));
    expr_fail(error, offset, "unknown function '%.40s'%s%s%s", name,
        near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
    return NULL;
}

bool
type_call(struct expr *expr, const char *name, const uint16_t *args, size_t count, size_t offset,
    struct expr_node *ret_node, struct expr_error *error)
{
    const struct function *function = find_function(name, count, offset, error);
    if (function == NULL) {
        return false;
    }
    struct expr_node node = {.op = function->op,
        .type = function->result,
        .a = count > 0 ? args[0] : EXPR_NIL,
        .b = count > 1 ? args[1] : EXPR_NIL,
        .c = count > 2 ? args[2] : EXPR_NIL,
        .next = EXPR_NIL};
    if (count != function->args) {
        expr_fail(error, offset, "write %s", function->use);
        return false;
    }
    if (node.op == OP_IF) {
        if (!type_if(expr, args, count, offset, &node, error)) {
            return false;
        }
        *ret_node = node;
        return true;
    }
    bool dates = (node.op == OP_MIN || node.op == OP_MAX) &&
                 expr->nodes[args[0]].type == EXPR_DATE && expr->nodes[args[1]].type == EXPR_DATE;
    if (dates) { /* the earlier or the later of two days */
        node.type = EXPR_DATE;
        *ret_node = node;
        return true;
    }
    if (node.op == OP_KNOWN) { /* an answer of any type */
        const struct expr_node *arg = &expr->nodes[args[0]];
        bool answer = (arg->op == OP_REF || arg->op == OP_ENTRY) && arg->type <= EXPR_SET;
        if (!answer) {
            expr_fail(error, offset, "write %s, with the name of one question", function->use);
        }
        *ret_node = node;
        return answer;
    }
    for (size_t i = 0; i < count; i++) {
        const struct expr_node *arg = &expr->nodes[args[i]];
        if (node.op == OP_COUNT_SET && arg->type == EXPR_GROUP) {
            node.op = OP_COUNT_GROUP;
        } else if (arg->type != function->types[i]) {
            expr_fail(
                error, offset, "write %s; this is %s", function->use, expr_type_name(arg->type));
            return false;
        }
    }
    if (node.op == OP_MATCHES && expr->nodes[args[1]].op != OP_TEXT) {
        expr_fail(error, offset, "the pattern of matches() is a text in quotes");
        return false;
    }
    if (node.op == OP_SELECTED) {
        if (!literal_ok(&expr->nodes[args[0]], &expr->nodes[args[1]], offset, error)) {
            return false;
        }
        node.a = args[1]; /* one order for both ways of writing: value, set */
        node.b = args[0];
    }
    *ret_node = node;
    return true;
}
