/* base/call.h - a call for staff from a terminal: what the terminal says of it and what the city answers, each one line of
 * text. No personal data: which page, for what reason, when; the terminal's name is not in it, the connection proves that.
 * Each value has one spelling; a reader refuses anything else, since the lines come from outside. Plain functions, any thread. */
#ifndef BASE_CALL_H
#define BASE_CALL_H

#include <stdint.h>

#include "base/buf.h"

enum {
    CALL_WORD_MAX = 40, /* with the NUL */
    CALL_TEXT_MAX = 256,
    CALL_MOST_S = 30 * 60 /* after which a call is over, whatever was said last */
};

enum call_state {
    CALL_RINGS, /* nobody said yet that they come */
    CALL_COMING, /* said by the city only */
    CALL_OVER,
    CALL_STATE_COUNT
};
struct call {
    uint64_t id; /* by chance, 1 to 2^53 - 1 */
    enum call_state state; /* no terminal says CALL_COMING */
    int64_t at; /* when it was made, seconds since 1970 by the terminal's clock */
    char page[CALL_WORD_MAX]; /* on which it was made: a-z, 0-9, '-' */
    char reason
        [CALL_WORD_MAX]; /* from where there: the page's own button, "help", ...; the same letters */
};
/* "rings", "coming", "over". */
const char *call_state_name(enum call_state state);
/* Appends the line, without its end. KERR_INVALID for a value out of its bounds, KERR_TOO_BIG. */
int call_write(const struct call *call, struct buf *ret_text);
/* KERR_INVALID for anything that call_write would not have written. */
int call_read(const char *text, struct call *ret_call);

/* The city's word about a call, and back. */
int call_answer_write(uint64_t id, enum call_state state, struct buf *ret_text);
int call_answer_read(const char *text, uint64_t *ret_id, enum call_state *ret_state);

#endif
