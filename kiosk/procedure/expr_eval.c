/* procedure/expr_eval.c - values of an expression. Total: every operation has a result for none (certainly
 * no answer) and open (not answered yet). And, or and if are decided as soon as they can be (Kleene's
 * strong logic), so that an open answer counts only where it matters. */
#include "expr.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

enum { CALENDAR_DAYS = 2900000 }; /* within the years that have four digits */

static const struct value value_none = {.know = VALUE_NONE};

static struct value
of_bool(bool yes)
{
    return (struct value){.know = VALUE_KNOWN, .type = EXPR_BOOL, .number = yes};
}

static struct value
of_number(enum expr_type type, int64_t number)
{
    if (number > EXPR_NUMBER_MAX || number < -EXPR_NUMBER_MAX) {
        return value_none;
    }
    return (struct value){.know = VALUE_KNOWN, .type = type, .number = number};
}

static struct value
open_or_none(struct value a, struct value b)
{
    enum value_know know = a.know == VALUE_OPEN || b.know == VALUE_OPEN ? VALUE_OPEN : VALUE_NONE;
    return (struct value){.know = know};
}

bool
expr_match(const char *text, const char *pattern)
{
    const char *star = NULL; /* pattern after the last *, and where the text stood then */
    const char *back = NULL;
    while (*text != 0) {
        size_t step = 1; /* bytes of this letter; text is valid UTF-8 */
        while (((unsigned char)text[step] & 0xc0) == 0x80) {
            step++;
        }
        if (*pattern == '*') {
            star = ++pattern;
            back = text;
        } else if (*pattern == '?') {
            pattern++;
            text += step;
        } else if (*pattern == '#' && *text >= '0' && *text <= '9') {
            pattern++;
            text++;
        } else if (*pattern != '#' && *pattern == *text) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star;
            text = ++back;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return *pattern == 0;
}

static bool
set_holds(const char *set, const char *value)
{
    size_t len = strlen(value);
    while (*set != 0) {
        size_t item = strcspn(set, " ");
        if (item == len && memcmp(set, value, len) == 0) {
            return true;
        }
        set += item;
        set += strspn(set, " ");
    }
    return false;
}

static int64_t
set_count(const char *set)
{
    int64_t count = 0;
    while (*set != 0) {
        size_t item = strcspn(set, " ");
        count += item > 0;
        set += item;
        set += strspn(set, " ");
    }
    return count;
}

/* Full years lived: a birthday on 29 February falls on 1 March in other years. */
static int64_t
age_on(int64_t birth, int64_t today)
{
    int by;
    int bm;
    int bd;
    int ty;
    int tm;
    int td;
    clock_civil_from_days(birth, &by, &bm, &bd);
    clock_civil_from_days(today, &ty, &tm, &td);
    return (int64_t)ty - by - (tm < bm || (tm == bm && td < bd) ? 1 : 0);
}

static bool
compare(enum expr_op op, struct value a, struct value b)
{
    if (a.type == EXPR_TEXT) {
        return (strcmp(a.text, b.text) == 0) == (op == OP_EQ);
    }
    switch (op) {
    case OP_EQ:
        return a.number == b.number;
    case OP_NE:
        return a.number != b.number;
    case OP_LT:
        return a.number < b.number;
    case OP_LE:
        return a.number <= b.number;
    case OP_GT:
        return a.number > b.number;
    default:
        return a.number >= b.number;
    }
}

static struct value
arithmetic(const struct expr_node *node, struct value a, struct value b)
{
    if (a.know != VALUE_KNOWN || b.know != VALUE_KNOWN) {
        return open_or_none(a, b);
    }
    if (node->op == OP_ADD) {
        return of_number(node->type, a.number + b.number);
    }
    if (node->op == OP_SUB) {
        return of_number(node->type, a.number - b.number);
    }
    /* Operands are within 10^15: divide before multiplying, the product could pass 2^63. */
    int64_t size = b.number < 0 ? -b.number : b.number;
    if (size != 0 && (a.number > EXPR_NUMBER_MAX / size || a.number < -EXPR_NUMBER_MAX / size)) {
        return value_none;
    }
    return of_number(node->type, a.number * b.number);
}

static struct value eval(const struct expr *expr, uint16_t at, const struct expr_env *env);

/* None counts as no. */
static struct value
eval_bool(const struct expr *expr, uint16_t at, const struct expr_env *env)
{
    struct value value = eval(expr, at, env);
    return value.know == VALUE_NONE ? of_bool(false) : value;
}

static struct value
eval_logic(const struct expr *expr, const struct expr_node *node, const struct expr_env *env)
{
    bool decides = node->op == OP_OR; /* the value that decides alone */
    struct value a = eval_bool(expr, node->a, env);
    if (node->op == OP_NOT) {
        return a.know == VALUE_OPEN ? a : of_bool(a.number == 0);
    }
    if (a.know == VALUE_KNOWN && (a.number != 0) == decides) {
        return a;
    }
    struct value b = eval_bool(expr, node->b, env);
    if (b.know == VALUE_KNOWN && (b.number != 0) == decides) {
        return b;
    }
    return a.know == VALUE_OPEN ? a : b;
}

static struct value
eval_compare(const struct expr *expr, const struct expr_node *node, const struct expr_env *env)
{
    struct value a = eval(expr, node->a, env);
    struct value b = eval(expr, node->b, env);
    if (a.know == VALUE_KNOWN && b.know == VALUE_KNOWN) {
        return of_bool(compare(node->op, a, b));
    }
    struct value state = open_or_none(a, b);
    return state.know == VALUE_OPEN ? state : of_bool(node->op == OP_NE);
}

static struct value
eval_in(const struct expr *expr, const struct expr_node *node, const struct expr_env *env)
{
    struct value a = eval(expr, node->a, env);
    struct value result = of_bool(false);
    if (a.know != VALUE_KNOWN) {
        return a.know == VALUE_OPEN ? a : result;
    }
    for (uint16_t i = node->b; i != EXPR_NIL; i = expr->nodes[i].next) {
        struct value item = eval(expr, i, env);
        if (item.know == VALUE_KNOWN && compare(OP_EQ, a, item)) {
            return of_bool(true);
        }
        if (item.know == VALUE_OPEN) {
            result = item;
        }
    }
    return result;
}

/* How many entries of a group a condition holds for; any: whether for one. Open while an open answer decides. */
static struct value
eval_entries(const struct expr *expr, const struct expr_node *node, const struct expr_env *env)
{
    struct value count = env->group_count(env->ctx, expr->nodes[node->a].ref);
    if (count.know != VALUE_KNOWN) {
        return count;
    }
    struct value open = {.know = VALUE_KNOWN};
    int64_t found = 0;
    for (int i = 0; i < count.number && i < EXPR_ENTRIES_MAX; i++) {
        struct expr_env entry = *env;
        entry.nth = i;
        struct value value = eval_bool(expr, node->b, &entry);
        open = value.know == VALUE_OPEN ? value : open;
        found += value.know == VALUE_KNOWN && value.number != 0;
    }
    if (node->op == OP_ANY && found > 0) {
        return of_bool(true);
    }
    if (open.know == VALUE_OPEN) {
        return open;
    }
    return node->op == OP_ANY ? of_bool(false) : of_number(EXPR_NUMBER, found);
}

static struct value
eval_pair(const struct expr_node *node, struct value a, struct value b)
{
    if (node->op == OP_DIV) {
        return b.number == 0 ? value_none : of_number(EXPR_NUMBER, a.number / b.number);
    }
    bool first = node->op == OP_MIN ? a.number <= b.number : a.number >= b.number;
    return first ? a : b;
}

static struct value
calendar(const struct expr_node *node, int64_t days)
{
    int year;
    int month;
    int day;
    if (days > CALENDAR_DAYS || days < -CALENDAR_DAYS) {
        return value_none;
    }
    clock_civil_from_days(days, &year, &month, &day);
    return of_number(EXPR_NUMBER, node->op == OP_MONTH ? month : year);
}

static struct value
eval_call(const struct expr *expr, const struct expr_node *node, const struct expr_env *env)
{
    if (node->op == OP_COUNT_GROUP) {
        return env->group_count(env->ctx, expr->nodes[node->a].ref);
    }
    if (node->op == OP_SUM) {
        return env->group_sum(env->ctx, expr->nodes[node->a].ref);
    }
    if (node->op == OP_COUNT_WHERE || node->op == OP_ANY) {
        return eval_entries(expr, node, env);
    }
    struct value a = eval(expr, node->a, env);
    struct value b = node->b != EXPR_NIL ? eval(expr, node->b, env) : a;
    if (node->op == OP_KNOWN && a.know == VALUE_KNOWN) { /* "I don't know" is told as a choice */
        return of_bool(a.type != EXPR_TEXT || strcmp(a.text, "unknown") != 0);
    }
    if (node->op == OP_COUNT_SET && a.know == VALUE_NONE) {
        return of_number(EXPR_NUMBER, 0);
    }
    if (a.know != VALUE_KNOWN || b.know != VALUE_KNOWN) {
        struct value state = open_or_none(a, b);
        return state.know == VALUE_OPEN || node->type != EXPR_BOOL ? state : of_bool(false);
    }
    bool texts = node->op == OP_SELECTED || node->op == OP_COUNT_SET || node->op == OP_MATCHES;
    assert(!texts || (a.text != NULL && b.text != NULL)); /* by type; what is known has its text */
    switch (node->op) {
    case OP_SELECTED:
        return of_bool(set_holds(b.text, a.text));
    case OP_COUNT_SET:
        return of_number(EXPR_NUMBER, set_count(a.text));
    case OP_AGE:
        return of_number(EXPR_NUMBER, age_on(a.number, env->today));
    case OP_DAYS:
        return of_number(EXPR_NUMBER, b.number - a.number);
    case OP_MIN:
    case OP_MAX:
    case OP_DIV:
        return eval_pair(node, a, b);
    case OP_MONTH:
    case OP_YEAR:
        return calendar(node, a.number);
    default:
        assert(node->op == OP_MATCHES);
        return of_bool(expr_match(a.text, b.text));
    }
}

static struct value
eval(const struct expr *expr, uint16_t at, const struct expr_env *env)
{
    const struct expr_node *node = &expr->nodes[at];
    struct value a;
    switch (node->op) {
    case OP_NUMBER:
    case OP_DATE:
    case OP_TIME:
    case OP_BOOL:
        return of_number(node->type, node->number);
    case OP_TEXT:
        return (struct value){.know = VALUE_KNOWN, .type = EXPR_TEXT, .text = node->text};
    case OP_TODAY:
        return of_number(EXPR_DATE, env->today);
    case OP_REF:
        return env->ref(env->ctx, node->ref);
    case OP_ENTRY:
        return env->entry(env->ctx, node->ref, env->nth);
    case OP_NOT:
    case OP_AND:
    case OP_OR:
        return eval_logic(expr, node, env);
    case OP_EQ:
    case OP_NE:
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE:
        return eval_compare(expr, node, env);
    case OP_ADD:
    case OP_SUB:
    case OP_MUL:
        return arithmetic(node, eval(expr, node->a, env), eval(expr, node->b, env));
    case OP_NEG:
        a = eval(expr, node->a, env);
        return a.know == VALUE_KNOWN ? of_number(node->type, -a.number) : a;
    case OP_IN:
        return eval_in(expr, node, env);
    case OP_IF:
        a = eval_bool(expr, node->a, env);
        if (a.know == VALUE_OPEN) {
            return a;
        }
        if (a.number == 0 && node->c == EXPR_NIL) {
            return value_none;
        }
        return eval(expr, a.number != 0 ? node->b : node->c, env);
    default:
        return eval_call(expr, node, env);
    }
}

struct value
expr_eval(const struct expr *expr, const struct expr_env *env)
{
    return eval(expr, expr->root, env);
}
