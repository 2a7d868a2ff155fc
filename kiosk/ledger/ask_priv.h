/* ledger/ask_priv.h - questions whose words SQLite and PostgreSQL both understand: arguments $1, $2, ..., numbers of 64
 * bits, texts, bytes. What a question says stands once, in the file that asks it; each backend brings one operation that
 * asks several in one transaction. */
#ifndef LEDGER_ASK_PRIV_H
#define LEDGER_ASK_PRIV_H

#include <stddef.h>
#include <stdint.h>

struct ledger;

enum ledger_ask {
    LEDGER_ASK_DUE,
    LEDGER_ASK_GONE_ADD,
    LEDGER_ASK_TALLY_ADD,
    LEDGER_ASK_FORGET_DECISION,
    LEDGER_ASK_FORGET_QUARANTINE,
    LEDGER_ASK_FORGET_ENTRY,
    LEDGER_ASK_FORGET_ACTS,
    LEDGER_ASK_FORGET_CORRECTIONS,
    LEDGER_ASK_FORGET_BUMP,
    LEDGER_ASK_FORGOTTEN,
    LEDGER_ASK_GONE,
    LEDGER_ASK_GONE_NUMBER,
    LEDGER_ASK_GONE_AFTER,
    LEDGER_ASK_GONE_BEFORE,
    LEDGER_ASK_SWEEP_ADD,
    LEDGER_ASK_SWEEPS,
    LEDGER_ASK_TALLIES,
    LEDGER_ASK_LOOK_ADD,
    LEDGER_ASK_LOOK_THERE,
    LEDGER_ASK_LOOK_END,
    LEDGER_ASK_LOOK_BEFORE,
    LEDGER_ASK_LOOK_AFTER,
    LEDGER_ASK_LOOK_CUT,
    LEDGER_ASK_LOOK_TRIM,
    LEDGER_ASK_LOOK_FIRST,
    LEDGER_ASK_CORRECTION_BUMP,
    LEDGER_ASK_CORRECTION_ADD,
    LEDGER_ASK_CORRECTION_STANDS,
    LEDGER_ASK_CORRECTIONS,
    LEDGER_ASK_COUNT
};
extern const char *const ledger_asks[LEDGER_ASK_COUNT]; /* asks.c */

enum { LEDGER_ARGS_MAX = 10, LEDGER_FIELDS_MAX = 12 };
struct ledger_arg {
    enum ledger_arg_kind { LEDGER_ARG_NUMBER, LEDGER_ARG_TEXT, LEDGER_ARG_BYTES } kind;
    int64_t number;
    const void *bytes; /* a text ends with NUL; borrowed until the question was asked */
    size_t len;
};
struct ledger_question {
    enum ledger_ask which;
    int count;
    struct ledger_arg args[LEDGER_ARGS_MAX];
};
#define LEDGER_NUMBER(n) ((struct ledger_arg){.kind = LEDGER_ARG_NUMBER, .number = (n)})
#define LEDGER_TEXT(t) ((struct ledger_arg){.kind = LEDGER_ARG_TEXT, .bytes = (t)})
#define LEDGER_BYTES(b, l) ((struct ledger_arg){.kind = LEDGER_ARG_BYTES, .bytes = (b), .len = (l)})
#define LEDGER_QUESTION(w, ...)                                                                    \
    ((struct ledger_question){.which = (w),                                                        \
        .count = (int)(sizeof((struct ledger_arg[]){__VA_ARGS__}) / sizeof(struct ledger_arg)),    \
        .args = {__VA_ARGS__}})

/* A column of a row: a number, or the bytes of a text or blob (NULL for SQL's NULL), which live during the call. */
struct ledger_field {
    int64_t number;
    const uint8_t *bytes;
    size_t len;
};
typedef int ledger_each_row(const struct ledger_field *fields, void *ctx);

/* Asks them in one transaction; the rows of the last go to each (may be NULL), which must be short and not ask this
 * ledger. A non-zero answer of each stops and is returned. An error: nothing was done; KERR_BUSY also when that is not known. */
int ledger_sqlite_ask(struct ledger *ledger, const struct ledger_question *questions, size_t count,
    ledger_each_row *each, void *ctx);
int ledger_postgres_ask(struct ledger *ledger, const struct ledger_question *questions,
    size_t count, ledger_each_row *each, void *ctx);

/* Copies a field out. KERR_STORE_CORRUPT when it does not fit. */
int ledger_field_text(const struct ledger_field *field, char *out, size_t size);
int ledger_field_bytes(const struct ledger_field *field, void *out, size_t len);

#endif
