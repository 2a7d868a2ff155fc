/* program/ctl_blame.h - words that blame whoever reads them: lists a language, kept as data beside the
 * catalogs (assets/po/blame.conf), and how they are found in a text. */
#ifndef PROGRAM_CTL_BLAME_H
#define PROGRAM_CTL_BLAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/conf.h"

enum { BLAME_LEAST = 5, BLAME_WORD_MAX = 96 };

/* Reads folder/blame.conf. As conf_load. */
int blame_load(const char *folder, struct conf **ret_lists, int *ret_line);
/* How many words the list of this language has; 0 without one. */
size_t blame_count(const struct conf *lists, const char *language);
/* The first word of this language's list that the text holds, with ruby as it is written: true, and the word in
 * out. Latin words are found whole, whatever their case; words of other scripts anywhere. */
bool blame_find(
    const struct conf *lists, const char *language, const char *text, char out[BLAME_WORD_MAX]);
/* Does a text hold this word anywhere, capitals and small letters being the same? */
bool word_stands_in(const char *text, const char *word);

#endif
