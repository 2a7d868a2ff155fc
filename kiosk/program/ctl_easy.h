/* program/ctl_easy.h - what a sentence of easy Japanese must not be: too long, two thoughts at once, no and no again, run
 * together without spaces, an era's year alone. The words looked for are data (assets/po/easy.conf); the lengths follow
 * the guides for easy Japanese of Hirosaki University (one thought a sentence, about 24 morae) with 30 as the end. */
#ifndef PROGRAM_CTL_EASY_H
#define PROGRAM_CTL_EASY_H

#include <stddef.h>

#include "base/buf.h"
#include "base/conf.h"

enum { EASY_MORAE_GOOD = 24, EASY_MORAE_MAX = 30, EASY_RUN_MAX = 16 };

/* Reads folder/easy.conf. As conf_load; KERR_NOT_FOUND also when one of its lists lacks. */
int easy_load(const char *folder, struct conf **ret_rules, int *ret_line);
/* Looks at each sentence of a text with furigana. The first mistake in words for a translator, or NULL; the sentence
 * (in kana) is then in ret_sentence. Adds to *ret_long the sentences of more than EASY_MORAE_GOOD morae. */
const char *easy_mistake(
    const struct conf *rules, const char *text, struct buf *ret_sentence, size_t *ret_long);

#endif
