/* slip/slip.h - the guide slip: what a visitor takes along after a procedure. Number, what was received, what happens next,
 * where, what to bring, what it costs; in the language of the visit, with the Japanese beside it. The terminal prints it for
 * the visitor, the desk from the record: the same lines. And the ticket of a visit that pauses.
 *
 * Threads: slip_new and slip_free in the one of the words and procedures; a finished slip holds copies and may be printed in another. Wiped
 * when freed. */
#ifndef SLIP_SLIP_H
#define SLIP_SLIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "i18n/i18n.h"
#include "print/print.h"
#include "procedure/procedure.h"

enum { SLIP_LINES_MAX = 400, SLIP_CODES_MAX = 9 };

struct slip;

struct slip_about {
    struct i18n *words; /* the current language is the same afterwards */
    const char *language; /* its code; one that is not here becomes "ja" */
    const char *number; /* of the record, eight digits */
    int64_t made; /* the record's moment, seconds since 1970 */
    int64_t fee; /* yen; 0 or less: none */
};
/* What the interview's procedure and answers lead to. KERR_TOO_BIG. */
int slip_new(const struct slip_about *about, const struct interview *interview, struct slip **ret);
/* The ticket of a visit that pauses: its number, large, until when it waits and what to do; nothing else of the visitor. */
struct slip_ticket {
    struct i18n *words; /* and language, made: as above */
    const char *language;
    const char *number; /* eight digits */
    const char *code; /* what a scanner reads; NULL: there is none here */
    const char *until; /* a time of the day, "9:05" */
    int64_t made;
    bool card; /* it has to be read again */
};
int slip_ticket_new(const struct slip_ticket *about, struct slip **ret);
void slip_free(struct slip *slip); /* NULL is accepted */

/* One more line; copied. KERR_TOO_BIG from the 401st on. */
int slip_add(struct slip *slip, enum print_slip_kind kind, const char *own, const char *japanese);
/* The record itself as a code to be carried by hand: digits of one part (seal.h), with words above the first. KERR_TOO_BIG. */
int slip_add_code(struct slip *slip, const char *digits);

/* Message id of the words that a slip and its page begin with. Who asks for a time is told that it is not theirs yet. */
const char *slip_title(enum procedure_kind kind);

size_t slip_count(const struct slip *slip);
/* Borrowed; ruby as in the files. */
const struct print_slip_line *slip_at(const struct slip *slip, size_t index);

/* Appends the slip as a PDF. KERR_TOO_BIG, KERR_INVALID, and what print_begin says. */
int slip_pdf(const struct slip *slip, struct print *print, struct buf *ret_pdf);

#endif
