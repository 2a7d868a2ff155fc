/* procedure/expr_priv.h - what the lexer, the parser and the type rules of expressions share. */
#ifndef PROCEDURE_EXPR_PRIV_H
#define PROCEDURE_EXPR_PRIV_H

#include "base/attr.h"
#include "expr.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NAME,
    TOKEN_NUMBER,
    TOKEN_DATE,
    TOKEN_TIME,
    TOKEN_TEXT,
    TOKEN_OPERATOR, /* ( ) , = != < <= > >= + - * */
    TOKEN_BAD
};
struct token {
    enum token_kind kind;
    size_t offset, len; /* in the text; of a literal without its quotes */
    int64_t number; /* number, days of a date, or minutes of a time */
};
struct lexer {
    const char *text;
    size_t len, at;
};
/* The next token; TOKEN_BAD fills the error. */
struct token lexer_next(struct lexer *lexer, struct expr_error *error);

void expr_fail(struct expr_error *error, size_t offset, const char *fmt, ...) ATTR_PRINTF(3, 4);

/* expr_type.c: gives a node its type, or fails at offset. Choices of a compared name bind literals. */
bool type_compare(
    struct expr *expr, struct expr_node *node, size_t offset, struct expr_error *error);
bool type_arithmetic(
    struct expr *expr, struct expr_node *node, size_t offset, struct expr_error *error);
bool type_in(struct expr *expr, struct expr_node *node, size_t offset, struct expr_error *error);
bool type_logic(struct expr *expr, struct expr_node *node, size_t offset, struct expr_error *error);
/* args: nodes of the arguments in order, ARG_MAX at most. */
enum { EXPR_ARGS_MAX = 3 };
bool type_call(struct expr *expr, const char *name, const uint16_t *args, size_t count,
    size_t offset, struct expr_node *ret_node, struct expr_error *error);

#endif
