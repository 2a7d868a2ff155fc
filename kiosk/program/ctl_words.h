/* program/ctl_words.h - a translation beside its Japanese: what has to be the same in both. Pure functions over
 * texts of catalogs, without ownership; they can't fail. */
#ifndef PROGRAM_CTL_WORDS_H
#define PROGRAM_CTL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Every {place} of one text stands in the other. Furigana {漢字|かな} is no place. */
bool words_places_kept(const char *from, const char *to);

/* The same numbers stand in both, in any order: a fee, a count of digits, a time of day. A 1 may be a word
 * ("one copy") and full-width digits count as the others. Digits inside {places} don't count. */
bool words_numbers_kept(const char *from, const char *to);

/* A line of a catalog's head: "X-Review: none\n" with the name "X-Review". The value's length, without the
 * end of the line and spaces before it; *ret_value points into head. 0 when there is none. */
size_t words_head_value(const char *head, const char *name, const char **ret_value);

#endif
