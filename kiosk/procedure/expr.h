/* procedure/expr.h - the expression language of definition files: typed when it is loaded, total,
 * without loops, bounded in length, depth and size. Every evaluation ends and gives a value, or "none"
 * (no such answer, for certain) or "open" (not answered yet). The manual is assets/README.md. */
#ifndef PROCEDURE_EXPR_H
#define PROCEDURE_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EXPR_BYTES_MAX = 500, EXPR_DEPTH_MAX = 16, EXPR_NODES_MAX = 128, EXPR_REASON_MAX = 320 };
#define EXPR_NUMBER_MAX INT64_C(1000000000000000) /* 10^15; results beyond are none */

enum expr_type {
    EXPR_BOOL,
    EXPR_NUMBER,
    EXPR_TEXT, /* also one choice */
    EXPR_TIME, /* of a day, in minutes; number like a date's */
    EXPR_DATE,
    EXPR_SET, /* several choices */
    EXPR_GROUP, /* a repeat group */
    EXPR_NUMBERS, /* a number question of a repeat group, seen from outside */
    EXPR_TYPE_COUNT
};
const char *expr_type_name(enum expr_type type);

enum value_know { VALUE_KNOWN, VALUE_NONE, VALUE_OPEN };
/* Numbers, days since 1970 (dates) and 0/1 (yes-no) in number; text and sets in text (borrowed). */
struct value {
    enum value_know know;
    enum expr_type type;
    int64_t number;
    const char *text;
};

/* What a name means. ref is given back at evaluation. */
struct expr_symbol {
    enum expr_type type;
    int ref;
    size_t choice_count; /* choices that a literal must be one of; 0: anything */
    const char *const *choices;
};

struct expr_error {
    size_t offset; /* byte in the text */
    char reason[EXPR_REASON_MAX];
};

/* Who knows the names. find: true and *ret, or false with a reason (buffer of EXPR_REASON_MAX).
 * find_entry: what a name means for one entry of a group, inside count(group, ...) and any(group, ...); false:
 * it means what it means outside. NULL where there are no groups. */
struct expr_scope {
    bool (*find)(void *ctx, const char *name, struct expr_symbol *ret, char *reason);
    bool (*find_entry)(void *ctx, int group, const char *name, struct expr_symbol *ret);
    void *ctx;
};

enum expr_op {
    OP_NUMBER,
    OP_TEXT,
    OP_DATE,
    OP_TIME,
    OP_BOOL,
    OP_REF,
    OP_ENTRY, /* a name of the entry that is looked at */
    OP_TODAY,
    OP_NOT,
    OP_AND,
    OP_OR,
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_NEG,
    OP_IN, /* a in list b (chained by next) */
    OP_SELECTED, /* text b in set a */
    OP_COUNT_SET,
    OP_COUNT_GROUP,
    OP_COUNT_WHERE, /* entries of group a for which b holds */
    OP_ANY, /* does b hold for an entry of group a? */
    OP_SUM,
    OP_MIN,
    OP_MAX,
    OP_DIV,
    OP_MONTH,
    OP_YEAR,
    OP_AGE,
    OP_DAYS,
    OP_MATCHES,
    OP_KNOWN,
    OP_IF
};

enum { EXPR_NIL = 0xffff };
struct expr_node {
    enum expr_op op;
    enum expr_type type;
    uint16_t a, b, c, next;
    int ref;
    int64_t number;
    const char *text;
    size_t choice_count;
    const char *const *choices;
};

struct expr {
    struct expr_node *nodes; /* borrowed */
    uint16_t count, root;
    char *texts; /* literals, each with its NUL; borrowed */
    size_t text_len;
};
/* Room enough for any expression that parses. */
struct expr_room {
    struct expr_node nodes[EXPR_NODES_MAX];
    char texts[EXPR_BYTES_MAX + 2];
};

/* Parses and types text into expr, which then lives in room. False with an error. */
bool expr_parse(struct expr *expr, struct expr_room *room, const char *text,
    const struct expr_scope *scope, struct expr_error *ret_error);
enum expr_type expr_result(const struct expr *expr);

enum { EXPR_ENTRIES_MAX = 20 }; /* of a group that are looked at */
/* Where values come from. group_count: KNOWN or OPEN. entry: the value of a name in the nth entry of its group,
 * n from 0 and below group_count; NULL without find_entry. */
struct expr_env {
    struct value (*ref)(void *ctx, int ref);
    struct value (*group_count)(void *ctx, int group);
    struct value (*group_sum)(void *ctx, int ref);
    struct value (*entry)(void *ctx, int ref, int nth);
    void *ctx;
    int nth; /* the entry that is looked at; set while evaluating */
    int64_t today; /* days since 1970 in Japan */
};
struct value expr_eval(const struct expr *expr, const struct expr_env *env);

/* * any run, ? one letter, # one digit, everything else itself. Time is length times pattern. */
bool expr_match(const char *text, const char *pattern);

#endif
