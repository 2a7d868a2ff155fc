/* procedure/kana.h - names in kana as registers keep them: full-width katakana. */
#ifndef PROCEDURE_KANA_H
#define PROCEDURE_KANA_H

#include <stdbool.h>
#include <stddef.h>

/* Turns hiragana and half-width katakana of valid UTF-8 into katakana, in place; size is the room of
 * text with its NUL. False (text is then undefined) when it holds anything but kana, the long mark,
 * a middle dot or spaces between words. */
bool kana_normalise(char *text, size_t size);

#endif
