/* input/input.h - Japanese writing without a keyboard of one's own: kana to kanji by a conversion program
 * that runs as a child, what the tables know (postal codes, forms of a kanji), and characters drawn by finger.
 *
 * The converter owns a thread of its own, which talks to the children; every call here returns at once,
 * but for input_end, which waits until the children are gone (some milliseconds). Results are fetched
 * from the caller's thread after a wake.
 *
 * Privacy: the children live in a folder of their own on a file system in memory, learn nothing, are
 * never told which candidate was taken, and are killed with everything they know by input_end. Text here
 * is the visitor's: results are plain values which the caller wipes.
 *
 * Texts are UTF-8; readings are hiragana. Errors are KERR_ codes. */
#ifndef INPUT_INPUT_H
#define INPUT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    INPUT_READING_MAX = 40, /* kana that are converted at once; longer ones go in pieces */
    INPUT_TEXT_MAX = 168, /* bytes with NUL: 40 characters of at most four bytes */
    INPUT_CANDIDATES_MAX = 10, /* more than that nobody looks through */
    INPUT_CLAUSES_MAX = 12 /* an address of 40 kana has 6 or 7 */
};

/* Which program answered. */
enum input_engine {
    INPUT_ENGINE_MOZC,
    INPUT_ENGINE_ANTHY,
    INPUT_ENGINE_NONE /* none is there, or none answers: kana stay kana */
};

struct input; /* opaque */

/* Paths are borrowed until input_new returns. */
struct input_config {
    const char *mozc; /* mozc_emacs_helper; NULL or "": not used */
    const char *mozc_server;
    const char *anthy; /* anthy-agent; NULL or "": not used */
    const char *folder; /* where the children's private folder is made; NULL: /dev/shm */
    void (*wake)(void *ctx); /* a result waits; called from the converter's thread */
    void *wake_ctx;
};

/* Starts the thread; no child yet. Removes private folders that a killed terminal left behind. */
int input_new(const struct input_config *config, struct input **ret_input);
/* Ends everything. NULL is accepted. */
void input_free(struct input *input);

/* Somebody will write soon: starts the children when they do not run yet. */
void input_begin(struct input *input);
/* The visit is over: kills the children, removes their folder, wipes all texts. When it returns nothing
 * of the visitor is left in this room or below it. */
void input_end(struct input *input);

/* One clause of a reading with what it can be written as, best first. */
struct input_clause {
    char reading[INPUT_TEXT_MAX];
    int count;
    char words[INPUT_CANDIDATES_MAX][INPUT_TEXT_MAX];
};
/* Plain value. */
struct input_result {
    uint64_t ticket; /* which conversion this answers */
    enum input_engine engine;
    int count; /* the whole reading, written in different ways, best first */
    char words[INPUT_CANDIDATES_MAX][INPUT_TEXT_MAX];
    int clause_count;
    struct input_clause clauses[INPUT_CLAUSES_MAX];
};
/* Asks for a reading (hiragana and the long mark); returns the ticket of the answer. A newer question
 * replaces one that was not begun. 0: the reading is empty, too long or something else. */
uint64_t input_convert(struct input *input, const char *reading);
/* Takes the newest result. False when there is none. */
bool input_poll(struct input *input, struct input_result *ret_result);

/* How the commonest names of people are written: assets/names.tsv, written by hand from what is commonly known. A line:
 * reading, tab, up to ten words with a space between, the commonest first. Read once; any thread. */
struct input_names; /* opaque */
/* KERR_NOT_FOUND, KERR_IO, KERR_TOO_BIG; KERR_INVALID for a line of another form, which *ret_line tells, from 1. */
int input_names_open(const char *path, struct input_names **ret_names, size_t *ret_line);
void input_names_close(struct input_names *names);
/* For a field that asks for a person's name: puts names before the other words, of the whole and of each clause. */
void input_names_first(
    const struct input_names *names, const char *reading, struct input_result *result);

/* Tables: read-only, mapped from files that `kioskctl table` made; any thread. */

/* Japanese postal codes. Source: SKK-JISYO.zipcode (public domain), readings of municipalities from
 * assets/postal/municipalities.tsv. */
struct input_postal; /* opaque */
/* Points into the table. */
struct input_address {
    const char *place; /* prefecture and municipality: 茨城県日立市 */
    const char *reading; /* of place, in hiragana; "" when nobody knows it */
    const char *town; /* 助川町; may be "" */
};
/* KERR_NOT_FOUND, KERR_IO; KERR_INVALID for a file that is no such table or was cut. */
int input_postal_open(const char *path, struct input_postal **ret_postal);
void input_postal_close(struct input_postal *postal);
/* Addresses of a code of seven digits; the index-th of them into *ret (may be NULL). Returns how many
 * there are, 0 for a code that isn't known or isn't one. */
size_t input_postal_find(const struct input_postal *postal, const char *code, size_t index,
    struct input_address *ret_address);

/* Makes the table: codes is SKK-JISYO.zipcode, municipalities is assets/postal/municipalities.tsv, both in UTF-8.
 * Appended. KERR_INVALID for a source of another form or out of order, KERR_TOO_BIG. */
int input_postal_compile(const char *codes, size_t codes_len, const char *municipalities,
    size_t municipalities_len, struct buf *ret_table);

/* Forms of a kanji that Unicode tells apart by a variation selector. Source: SKK-JISYO.ivd (Unicode). */
struct input_variants; /* opaque */
int input_variants_open(const char *path, struct input_variants **ret_variants);
void input_variants_close(struct input_variants *variants);
/* The selectors (U+E0100...) of a kanji, at most max into selectors. Returns how many there are. */
size_t input_variants_find(
    const struct input_variants *variants, uint32_t kanji, uint32_t *selectors, size_t max);
/* Makes the table from SKK-JISYO.ivd. Appended. KERR_INVALID, KERR_TOO_BIG. */
int input_variants_compile(const char *forms, size_t len, struct buf *ret_table);

/* A character drawn by finger. Source: a model for libzinnia, as in the package tegaki-zinnia-japanese; which
 * models are good is the operator's to know: its file is trusted like a library. A guess takes 10 to 30 ms
 * and keeps nothing: it runs in the caller's thread, one at a time. */
struct input_hand; /* opaque */
enum {
    INPUT_HAND_STROKES_MAX = 40, /* the most that a kanji in use has is 30 */
    INPUT_HAND_POINTS_MAX = 768,
    INPUT_HAND_WORD = 8 /* bytes of one character with NUL */
};
/* Plain value; points of all strokes one after the other, any unit, in a square of this side. */
struct input_drawing {
    size_t stroke_count, point_count;
    uint16_t ends[INPUT_HAND_STROKES_MAX]; /* one past the last point of each stroke */
    struct input_point {
        int16_t x, y;
    } points[INPUT_HAND_POINTS_MAX];
    int side;
};
/* KERR_NOT_FOUND, KERR_INVALID for a file that is no such model. */
int input_hand_open(const char *path, struct input_hand **ret_hand);
void input_hand_close(struct input_hand *hand);
/* Gives the model's 25 MB back, as between two visits; the next guess opens it again (some 10 ms more). */
void input_hand_rest(struct input_hand *hand);
/* What the drawing may be, best first. Returns how many; 0 for a drawing that is empty or beyond the bounds, and
 * when the model has gone since it was opened. */
int input_hand_guess(struct input_hand *hand, const struct input_drawing *drawing,
    char words[INPUT_CANDIDATES_MAX][INPUT_HAND_WORD]);

#endif
