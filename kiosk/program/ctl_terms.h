/* program/ctl_terms.h - the glossary: how a term of the administration is said in a language, kept as data
 * (assets/po/terms/CODE.conf: Japanese term = words allowed, parted by commas). */
#ifndef PROGRAM_CTL_TERMS_H
#define PROGRAM_CTL_TERMS_H

#include <stdbool.h>

struct terms;
struct term {
    const char *japanese; /* "手数料" */
    const char *words; /* "fee, charge" */
};

/* Reads folder/terms/LANGUAGE.conf. As conf_load. */
int terms_load(const char *folder, const char *language, struct terms **ret_terms, int *ret_line);
void terms_free(struct terms *terms);
/* The first term of one list that another lacks: true, and *ret_term. */
bool terms_find_lacking(
    const struct terms *terms, const struct terms *wanted, struct term *ret_term);
/* The first term that the Japanese has and whose words the translation lacks: true, and *ret_term. The Japanese term
 * itself is among its words: official names stand in brackets. Where a longer term stands, a shorter one inside it
 * does not count. Capitals and small letters are the same; furigana and, in Japanese, spaces are passed over. */
bool terms_find_missing(const struct terms *terms, const char *japanese, const char *translation,
    struct term *ret_term);

#endif
