/* text/text_priv.h - what the files of this room share. */
#ifndef TEXT_TEXT_PRIV_H
#define TEXT_TEXT_PRIV_H

#include <stddef.h>

/* When text[0] is a '{' that opens a well-formed group {base|ruby}: its length in bytes, with the
 * offset of the bar. 0: it is text. */
size_t text_ruby_group(const char *text, size_t len, size_t *ret_bar);

#endif
