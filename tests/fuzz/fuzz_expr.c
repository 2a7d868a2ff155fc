/* fuzz_expr: any bytes as an expression. What parses has one type and gives a value of that type, none or open,
 * twice the same; what does not says where and why. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "procedure/expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const choices[] = {"a", "b", "unknown"};

/* The first letter of a name gives its type, so that every kind of name can be met. */
static bool
find(void *ctx, const char *name, struct expr_symbol *ret, char *reason)
{
    (void)ctx;
    static const char letters[] = "bntdsgu";
    const char *at = strchr(letters, name[0]);
    if (at == NULL || strlen(name) > 8) {
        (void)snprintf(reason, EXPR_REASON_MAX, "unknown fact");
        return false;
    }
    *ret =
        (struct expr_symbol){.type = (enum expr_type)(at - letters), .ref = name[strlen(name) - 1]};
    if (ret->type == EXPR_TEXT || ret->type == EXPR_SET) {
        ret->choices = choices;
        ret->choice_count = strlen(name) > 2 ? ARRAY_LEN(choices) : 0;
    }
    return true;
}

/* Within a group, names with a dot are those of one entry. */
static bool
find_entry(void *ctx, int group, const char *name, struct expr_symbol *ret)
{
    char reason[EXPR_REASON_MAX];
    (void)group;
    return strchr(name, '.') != NULL && find(ctx, name, ret, reason) && ret->type <= EXPR_SET;
}

static struct value
value_of(void *ctx, int ref)
{
    const enum expr_type *wanted = ctx;
    struct value value = {.type = *wanted, .number = (int64_t)ref * 997 - 50000, .text = "a b"};
    value.know = ref % 3 == 0 ? VALUE_NONE : ref % 3 == 1 ? VALUE_OPEN : VALUE_KNOWN;
    return value;
}

/* Values need the type of their name: looked up by the node that asks. */
struct asked {
    const struct expr *expr;
};

static struct value
ref_value(void *ctx, int ref)
{
    const struct asked *asked = ctx;
    for (uint16_t i = 0; i < asked->expr->count; i++) {
        enum expr_op op = asked->expr->nodes[i].op;
        if ((op == OP_REF || op == OP_ENTRY) && asked->expr->nodes[i].ref == ref) {
            enum expr_type type = asked->expr->nodes[i].type;
            struct value value = value_of(&type, ref);
            value.number = type == EXPR_BOOL ? ref % 2 : value.number;
            return value;
        }
    }
    return (struct value){.know = VALUE_NONE};
}

static struct value
entry_value(void *ctx, int ref, int nth)
{
    assert(nth >= 0 && nth < EXPR_ENTRIES_MAX);
    return ref_value(ctx, ref);
}

static struct value
group_sum(void *ctx, int ref)
{
    (void)ctx;
    enum expr_type type = EXPR_NUMBER;
    return value_of(&type, ref);
}

/* A number of entries, or open; far more than a group may have is bounded. */
static struct value
group_count(void *ctx, int ref)
{
    (void)ctx;
    enum expr_type type = EXPR_NUMBER;
    struct value value = value_of(&type, ref);
    value.know = value.know == VALUE_NONE ? VALUE_KNOWN : value.know;
    return value;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    assert(text != NULL);
    memcpy(text, data, size);
    text[size] = 0;
    struct expr expr;
    struct expr_room room;
    struct expr_error error = {0};
    struct expr_scope scope = {find, find_entry, NULL};
    if (expr_parse(&expr, &room, text, &scope, &error)) {
        struct asked asked = {&expr};
        struct expr_env env = {.ref = ref_value,
            .group_count = group_count,
            .group_sum = group_sum,
            .entry = entry_value,
            .ctx = &asked,
            .today = 20000};
        struct value first = expr_eval(&expr, &env);
        struct value second = expr_eval(&expr, &env);
        assert(first.know == second.know && first.know <= VALUE_OPEN);
        assert(first.know != VALUE_KNOWN || first.number == second.number);
        assert(expr_result(&expr) <= EXPR_DATE);
    } else {
        assert(error.reason[0] != 0 && error.offset <= size);
    }
    free(text);
    return 0;
}
