/* app/owner_priv.h - whose is what is about to come out? The machines that gave one resident the paper of another (Yokohama,
 * Kawasaki, Munakata 2023: research "reliability" section 5) let out what was ready, not what was asked for by who stood there.
 * Here everything that a visitor is shown, told or handed carries the number of the visit that it was made for, and passes one
 * function in the moment in which it comes out.
 *
 * Threads: all functions from any. */
#ifndef APP_OWNER_PRIV_H
#define APP_OWNER_PRIV_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What can come out. */
enum artefact {
    ARTEFACT_SCREEN, /* a picture of the visit's answers */
    ARTEFACT_SPEECH, /* a sentence */
    ARTEFACT_PAPER, /* a slip, before its last byte goes to the printer, and what becomes of it */
    ARTEFACT_CARD, /* what a card told */
    ARTEFACT_RECEIPT, /* the number of a stored record, and its code */
    ARTEFACT_LIVE, /* what the city answered */
    ARTEFACT_WORDS, /* kana as kanji */
    ARTEFACT_COUNT
};

struct owner {
    atomic_uint_fast64_t visit; /* who stands there; never 0 */
    atomic_uint_fast64_t refused[ARTEFACT_COUNT]; /* since the program began */
};

void owner_init(struct owner *owner);
/* Somebody comes, or goes: whatever was asked for until now belongs to nobody any more. The new number. */
uint64_t owner_next(struct owner *owner);
uint64_t owner_now(const struct owner *owner);
/* The one check: may this, made for that visit, come out now? A refusal is counted. */
bool owner_lets_out(struct owner *owner, enum artefact what, uint64_t visit);

#endif
