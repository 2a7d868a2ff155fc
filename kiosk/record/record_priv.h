/* record/record_priv.h - what the files of this room share: the dictionaries of pressed records. */
#ifndef RECORD_RECORD_PRIV_H
#define RECORD_RECORD_PRIV_H

#include "base/buf.h"

/* One dictionary. What was sealed with it is opened for as long as records are kept, so none is ever changed or
 * taken out: a better one is added behind, and the newest is used. */
enum { RECORD_WORDS_COUNT = 1, RECORD_WORDS_MAX = 32 * 1024 };
struct record_words {
    unsigned long sum; /* Adler-32 of its text (RFC 1950), which a stream names */
    const char *const *names, *const *values, *const *keys; /* each ends with NULL */
};
/* NULL when it is none of ours. */
const struct record_words *record_words_of(unsigned long sum);
const struct record_words *record_words_newest(void);
/* Appends its text. KERR_NO_MEMORY. */
int record_words_join(const struct record_words *words, struct buf *ret_text);

#endif
