/* procedure/expr_parse.c - recursive descent over the words of an expression, with a bound on depth.
 * Loosest first: or, and, not, comparison and in, + -, *, minus sign. */
#include "expr_priv.h"

#include <stdio.h>
#include <string.h>

#include "procedure_priv.h"

struct parser {
    struct expr *expr;
    struct lexer lexer;
    struct token token; /* the one that is looked at */
    const struct expr_scope *scope;
    struct expr_error *error;
    int depth;
    int inside; /* the group whose entries are looked at, or -1 */
};

static bool parse_or(struct parser *parser, uint16_t *ret);

static bool
advance(struct parser *parser)
{
    parser->token = lexer_next(&parser->lexer, parser->error);
    return parser->token.kind != TOKEN_BAD;
}

static bool
looks(const struct parser *parser, enum token_kind kind, const char *text)
{
    const struct token *token = &parser->token;
    return token->kind == kind && strlen(text) == token->len &&
           memcmp(parser->lexer.text + token->offset, text, token->len) == 0;
}

static bool
add_node(struct parser *parser, struct expr_node node, size_t offset, uint16_t *ret)
{
    struct expr *expr = parser->expr;
    if (expr->count == EXPR_NODES_MAX) {
        expr_fail(parser->error, offset,
            "more than %d parts in one expression; split it over two questions", EXPR_NODES_MAX);
        return false;
    }
    expr->nodes[expr->count] = node;
    *ret = expr->count++;
    return true;
}

static const char *
keep_text(struct parser *parser, const struct token *token)
{
    struct expr *expr = parser->expr; /* literals are shorter than the expression: they fit */
    char *out = expr->texts + expr->text_len;
    memcpy(out, parser->lexer.text + token->offset, token->len);
    out[token->len] = 0;
    expr->text_len += token->len + 1;
    return out;
}

static bool
expect(struct parser *parser, const char *sign)
{
    if (!looks(parser, TOKEN_OPERATOR, sign)) {
        expr_fail(parser->error, parser->token.offset, "'%s' is expected here", sign);
        return false;
    }
    return advance(parser);
}

/* After `count(group` and `any(group`, names are those of an entry. */
static bool
enter_group(struct parser *parser, const char *name, uint16_t first)
{
    const struct expr_node *group = &parser->expr->nodes[first];
    bool looks_in = strcmp(name, "count") == 0 || strcmp(name, "any") == 0;
    if (!looks_in || group->type != EXPR_GROUP || !looks(parser, TOKEN_OPERATOR, ",")) {
        return true;
    }
    if (parser->inside >= 0) {
        expr_fail(parser->error, parser->token.offset,
            "%.40s() of a group can't stand inside another one", name);
        return false;
    }
    parser->inside = group->ref;
    return true;
}

static bool
parse_call(struct parser *parser, const char *name, size_t offset, uint16_t *ret)
{
    uint16_t args[EXPR_ARGS_MAX];
    size_t count = 0;
    int inside = parser->inside;
    if (!advance(parser)) {
        return false;
    }
    while (!looks(parser, TOKEN_OPERATOR, ")")) {
        if (count > 0 && !expect(parser, ",")) {
            return false;
        }
        if (count == EXPR_ARGS_MAX) {
            expr_fail(parser->error, parser->token.offset, "%.40s() takes fewer parts", name);
            return false;
        }
        if (!parse_or(parser, &args[count]) ||
            (count == 0 && !enter_group(parser, name, args[0]))) {
            return false;
        }
        count++;
    }
    parser->inside = inside;
    struct expr_node node;
    return advance(parser) &&
           type_call(parser->expr, name, args, count, offset, &node, parser->error) &&
           add_node(parser, node, offset, ret);
}

static bool
parse_name(struct parser *parser, uint16_t *ret)
{
    struct token token = parser->token;
    char name[FACT_KEY_MAX];
    if (token.len >= sizeof(name)) {
        expr_fail(parser->error, token.offset, "this name is longer than %d characters",
            FACT_KEY_MAX - 1);
        return false;
    }
    (void)snprintf(name, sizeof(name), "%.*s", (int)token.len, parser->lexer.text + token.offset);
    if (!advance(parser)) {
        return false;
    }
    if (looks(parser, TOKEN_OPERATOR, "(")) {
        return parse_call(parser, name, token.offset, ret);
    }
    struct expr_node node = {.a = EXPR_NIL, .b = EXPR_NIL, .c = EXPR_NIL, .next = EXPR_NIL};
    if (strcmp(name, "yes") == 0 || strcmp(name, "no") == 0) {
        node.op = OP_BOOL;
        node.type = EXPR_BOOL;
        node.number = strcmp(name, "yes") == 0;
    } else if (strcmp(name, "today") == 0) {
        node.op = OP_TODAY;
        node.type = EXPR_DATE;
    } else {
        const struct expr_scope *scope = parser->scope;
        struct expr_symbol symbol = {0};
        char reason[EXPR_REASON_MAX];
        bool entry = parser->inside >= 0 && scope->find_entry != NULL &&
                     scope->find_entry(scope->ctx, parser->inside, name, &symbol);
        if (!entry && !scope->find(scope->ctx, name, &symbol, reason)) {
            expr_fail(parser->error, token.offset, "%s", reason);
            return false;
        }
        node.op = entry ? OP_ENTRY : OP_REF;
        node.type = symbol.type;
        node.ref = symbol.ref;
        node.choice_count = symbol.choice_count;
        node.choices = symbol.choices;
    }
    return add_node(parser, node, token.offset, ret);
}

static bool
parse_primary(struct parser *parser, uint16_t *ret)
{
    struct token token = parser->token;
    if (looks(parser, TOKEN_OPERATOR, "(")) {
        return advance(parser) && parse_or(parser, ret) && expect(parser, ")");
    }
    if (token.kind == TOKEN_NAME) {
        return parse_name(parser, ret);
    }
    struct expr_node node = {
        .number = token.number, .a = EXPR_NIL, .b = EXPR_NIL, .c = EXPR_NIL, .next = EXPR_NIL};
    if (token.kind == TOKEN_NUMBER) {
        node.op = OP_NUMBER;
        node.type = EXPR_NUMBER;
    } else if (token.kind == TOKEN_DATE) {
        node.op = OP_DATE;
        node.type = EXPR_DATE;
    } else if (token.kind == TOKEN_TIME) {
        node.op = OP_TIME;
        node.type = EXPR_TIME;
    } else if (token.kind == TOKEN_TEXT) {
        node.op = OP_TEXT;
        node.type = EXPR_TEXT;
        node.text = keep_text(parser, &token);
    } else {
        expr_fail(parser->error, token.offset, "%s",
            token.kind == TOKEN_END ? "something is missing at the end"
                                    : "a name, a number or a text is expected here");
        return false;
    }
    return advance(parser) && add_node(parser, node, token.offset, ret);
}

static bool
parse_sign(struct parser *parser, uint16_t *ret)
{
    size_t offset = parser->token.offset;
    if (!looks(parser, TOKEN_OPERATOR, "-")) {
        return parse_primary(parser, ret);
    }
    struct expr_node node = {.op = OP_NEG, .b = EXPR_NIL, .c = EXPR_NIL, .next = EXPR_NIL};
    return advance(parser) && parse_primary(parser, &node.a) &&
           type_arithmetic(parser->expr, &node, offset, parser->error) &&
           add_node(parser, node, offset, ret);
}

static bool
parse_product(struct parser *parser, uint16_t *ret)
{
    if (!parse_sign(parser, ret)) {
        return false;
    }
    while (looks(parser, TOKEN_OPERATOR, "*")) {
        size_t offset = parser->token.offset;
        struct expr_node node = {.op = OP_MUL, .a = *ret, .c = EXPR_NIL, .next = EXPR_NIL};
        if (!advance(parser) || !parse_sign(parser, &node.b) ||
            !type_arithmetic(parser->expr, &node, offset, parser->error) ||
            !add_node(parser, node, offset, ret)) {
            return false;
        }
    }
    return true;
}

static bool
parse_sum(struct parser *parser, uint16_t *ret)
{
    if (!parse_product(parser, ret)) {
        return false;
    }
    while (looks(parser, TOKEN_OPERATOR, "+") || looks(parser, TOKEN_OPERATOR, "-")) {
        size_t offset = parser->token.offset;
        struct expr_node node = {.op = looks(parser, TOKEN_OPERATOR, "+") ? OP_ADD : OP_SUB,
            .a = *ret,
            .c = EXPR_NIL,
            .next = EXPR_NIL};
        if (!advance(parser) || !parse_product(parser, &node.b) ||
            !type_arithmetic(parser->expr, &node, offset, parser->error) ||
            !add_node(parser, node, offset, ret)) {
            return false;
        }
    }
    return true;
}

static bool
parse_list(struct parser *parser, uint16_t *ret_first)
{
    uint16_t last = EXPR_NIL;
    do {
        uint16_t item;
        if (!advance(parser) || !parse_sum(parser, &item)) {
            return false;
        }
        if (last == EXPR_NIL) {
            *ret_first = item;
        } else {
            parser->expr->nodes[last].next = item;
        }
        last = item;
    } while (looks(parser, TOKEN_OPERATOR, ","));
    return expect(parser, ")");
}

static bool
parse_in(struct parser *parser, uint16_t left, size_t offset, uint16_t *ret)
{
    struct expr_node node = {.op = OP_IN, .a = left, .c = EXPR_NIL, .next = EXPR_NIL};
    if (!advance(parser)) {
        return false;
    }
    if (looks(parser, TOKEN_OPERATOR, "(")) {
        if (!parse_list(parser, &node.b)) {
            return false;
        }
    } else {
        node.op = OP_SELECTED;
        if (!parse_primary(parser, &node.b)) {
            return false;
        }
    }
    return type_in(parser->expr, &node, offset, parser->error) &&
           add_node(parser, node, offset, ret);
}

static bool
parse_compare(struct parser *parser, uint16_t *ret)
{
    static const struct {
        const char *sign;
        enum expr_op op;
    } signs[] = {
        {"=", OP_EQ}, {"!=", OP_NE}, {"<=", OP_LE}, {"<", OP_LT}, {">=", OP_GE}, {">", OP_GT}};
    if (!parse_sum(parser, ret)) {
        return false;
    }
    size_t offset = parser->token.offset;
    if (looks(parser, TOKEN_NAME, "in")) {
        return parse_in(parser, *ret, offset, ret);
    }
    for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
        if (looks(parser, TOKEN_OPERATOR, signs[i].sign)) {
            struct expr_node node = {.op = signs[i].op, .a = *ret, .c = EXPR_NIL, .next = EXPR_NIL};
            return advance(parser) && parse_sum(parser, &node.b) &&
                   type_compare(parser->expr, &node, offset, parser->error) &&
                   add_node(parser, node, offset, ret);
        }
    }
    return true;
}

static bool
parse_not(struct parser *parser, uint16_t *ret)
{
    size_t offset = parser->token.offset;
    if (!looks(parser, TOKEN_NAME, "not")) {
        return parse_compare(parser, ret);
    }
    struct expr_node node = {.op = OP_NOT, .b = EXPR_NIL, .c = EXPR_NIL, .next = EXPR_NIL};
    return advance(parser) && parse_compare(parser, &node.a) &&
           type_logic(parser->expr, &node, offset, parser->error) &&
           add_node(parser, node, offset, ret);
}

static bool
parse_and(struct parser *parser, uint16_t *ret)
{
    if (!parse_not(parser, ret)) {
        return false;
    }
    while (looks(parser, TOKEN_NAME, "and")) {
        size_t offset = parser->token.offset;
        struct expr_node node = {.op = OP_AND, .a = *ret, .c = EXPR_NIL, .next = EXPR_NIL};
        if (!advance(parser) || !parse_not(parser, &node.b) ||
            !type_logic(parser->expr, &node, offset, parser->error) ||
            !add_node(parser, node, offset, ret)) {
            return false;
        }
    }
    return true;
}

static bool
parse_or(struct parser *parser, uint16_t *ret)
{
    if (++parser->depth > EXPR_DEPTH_MAX) {
        expr_fail(parser->error, parser->token.offset,
            "more than %d brackets inside each other; let a calculated question do a part",
            EXPR_DEPTH_MAX);
        return false;
    }
    if (!parse_and(parser, ret)) {
        return false;
    }
    while (looks(parser, TOKEN_NAME, "or")) {
        size_t offset = parser->token.offset;
        struct expr_node node = {.op = OP_OR, .a = *ret, .c = EXPR_NIL, .next = EXPR_NIL};
        if (!advance(parser) || !parse_and(parser, &node.b) ||
            !type_logic(parser->expr, &node, offset, parser->error) ||
            !add_node(parser, node, offset, ret)) {
            return false;
        }
    }
    parser->depth--;
    return true;
}

bool
expr_parse(struct expr *expr, struct expr_room *room, const char *text,
    const struct expr_scope *scope, struct expr_error *ret_error)
{
    *expr = (struct expr){.nodes = room->nodes, .texts = room->texts};
    struct parser parser = {
        .expr = expr, .lexer = {.text = text}, .scope = scope, .error = ret_error, .inside = -1};
    parser.lexer.len = strnlen(text, EXPR_BYTES_MAX + 1);
    if (parser.lexer.len > EXPR_BYTES_MAX) {
        expr_fail(ret_error, 0, "longer than %d bytes; let a calculated question do a part",
            EXPR_BYTES_MAX);
        return false;
    }
    if (!advance(&parser) || !parse_or(&parser, &expr->root)) {
        return false;
    }
    if (parser.token.kind != TOKEN_END) {
        expr_fail(ret_error, parser.token.offset, "'%.*s' is not expected here",
            (int)(parser.token.len > 40 ? 40 : parser.token.len), text + parser.token.offset);
        return false;
    }
    if (expr_result(expr) >= EXPR_SET) {
        expr_fail(ret_error, 0, "this gives %s; use count(), sum() or selected()",
            expr_type_name(expr_result(expr)));
        return false;
    }
    return true;
}

enum expr_type
expr_result(const struct expr *expr)
{
    return expr->nodes[expr->root].type;
}
