/* procedure/expr_lex.c - words of an expression: names, numbers, dates, times, 'texts', operators. A hyphen
 * inside a name belongs to it (whole-household); a minus stands between spaces. */
#include "expr_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "procedure_priv.h"

void
expr_fail(struct expr_error *error, size_t offset, const char *fmt, ...)
{
    va_list args;
    error->offset = offset;
    va_start(args, fmt);
    (void)vsnprintf(error->reason, sizeof(error->reason), fmt, args);
    va_end(args);
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static char
peek(const struct lexer *lexer, size_t ahead)
{
    return lexer->at + ahead < lexer->len ? lexer->text[lexer->at + ahead] : 0;
}

static struct token
lex_name(struct lexer *lexer)
{
    struct token token = {.kind = TOKEN_NAME, .offset = lexer->at};
    for (;;) {
        char c = peek(lexer, 0);
        char after = peek(lexer, 1);
        if (is_lower(c) || is_digit(c)) {
            lexer->at++;
        } else if ((c == '-' || c == '.') && (is_lower(after) || is_digit(after))) {
            lexer->at++;
        } else {
            break;
        }
    }
    token.len = lexer->at - token.offset;
    return token;
}

static struct token
lex_number(struct lexer *lexer, struct expr_error *error)
{
    struct token token = {.kind = TOKEN_NUMBER, .offset = lexer->at};
    while (is_digit(peek(lexer, 0))) {
        if (token.number > EXPR_NUMBER_MAX / 10) {
            expr_fail(error, token.offset, "this number is too large");
            return (struct token){.kind = TOKEN_BAD};
        }
        token.number = token.number * 10 + (peek(lexer, 0) - '0');
        lexer->at++;
    }
    /* A date is four digits and then, at once, -MM-DD. */
    if (lexer->at - token.offset == 4 && peek(lexer, 0) == '-' && is_digit(peek(lexer, 1)) &&
        is_digit(peek(lexer, 2)) && peek(lexer, 3) == '-') {
        size_t len = 10 <= lexer->len - token.offset ? 10 : lexer->len - token.offset;
        if (!date_parse_iso(lexer->text + token.offset, len, &token.number)) {
            expr_fail(error, token.offset, "'%.*s' is no day of the calendar", (int)len,
                lexer->text + token.offset);
            return (struct token){.kind = TOKEN_BAD};
        }
        token.kind = TOKEN_DATE;
        lexer->at = token.offset + 10;
    }
    /* A time is two digits and then, at once, :MM. */
    if (lexer->at - token.offset == 2 && peek(lexer, 0) == ':') {
        char text[6] = {0};
        size_t len = 5 <= lexer->len - token.offset ? 5 : lexer->len - token.offset;
        memcpy(text, lexer->text + token.offset, len);
        if (!time_parse(text, &token.number)) {
            expr_fail(error, token.offset, "'%s' is no time of day; write it like 09:30", text);
            return (struct token){.kind = TOKEN_BAD};
        }
        token.kind = TOKEN_TIME;
        lexer->at = token.offset + 5;
    }
    char c = peek(lexer, 0);
    if (is_lower(c) || is_digit(c) || c == '.' || c == ':') {
        expr_fail(
            error, token.offset, "whole numbers only, with a space or an operator after them");
        return (struct token){.kind = TOKEN_BAD};
    }
    token.len = lexer->at - token.offset;
    return token;
}

static struct token
lex_text(struct lexer *lexer, struct expr_error *error)
{
    size_t start = lexer->at + 1;
    const char *end = memchr(lexer->text + start, '\'', lexer->len - start);
    if (end == NULL) {
        expr_fail(error, lexer->at, "this text has no closing quote (')");
        return (struct token){.kind = TOKEN_BAD};
    }
    lexer->at = (size_t)(end - lexer->text) + 1;
    return (struct token){
        .kind = TOKEN_TEXT, .offset = start, .len = (size_t)(end - lexer->text) - start};
}

struct token
lexer_next(struct lexer *lexer, struct expr_error *error)
{
    while (peek(lexer, 0) == ' ' || peek(lexer, 0) == '\n') {
        lexer->at++;
    }
    char c = peek(lexer, 0);
    struct token token = {.kind = TOKEN_OPERATOR, .offset = lexer->at, .len = 1};
    if (lexer->at >= lexer->len) {
        token.kind = TOKEN_END;
        token.len = 0;
        return token;
    }
    if (is_lower(c)) {
        return lex_name(lexer);
    }
    if (is_digit(c)) {
        return lex_number(lexer, error);
    }
    if (c == '\'') {
        return lex_text(lexer, error);
    }
    if ((c == '!' || c == '<' || c == '>') && peek(lexer, 1) == '=') {
        token.len = 2;
    } else if (c == '=' && peek(lexer, 1) == '=') {
        expr_fail(error, lexer->at, "write one = to compare");
        return (struct token){.kind = TOKEN_BAD};
    } else if (c == '"') {
        expr_fail(error, lexer->at, "put texts in single quotes: 'like this'");
        return (struct token){.kind = TOKEN_BAD};
    } else if (c == 0 || strchr("(),=<>+-*", c) == NULL) {
        expr_fail(error, lexer->at, "this sign has no meaning here%s",
            c == '&' || c == '|' ? "; write 'and' or 'or'"
            : c == '!'           ? "; write 'not'"
            : c == '/'           ? "; there is no division"
                                 : "");
        return (struct token){.kind = TOKEN_BAD};
    }
    lexer->at += token.len;
    return token;
}
