/* base/utf8.h - UTF-8 (RFC 3629) at the border: validate once, then walk by code point. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when all len bytes are well-formed UTF-8 without NUL (no overlong forms, no surrogates). */
bool utf8_valid(const char *text, size_t len);
/* The code point at *pos and moves *pos past it; 0 at the end. Text must be valid. */
uint32_t utf8_next(const char *text, size_t len, size_t *pos);
/* Code points in valid text. */
size_t utf8_count(const char *text, size_t len);
/* UTF-8 of a code point into out; returns 1 to 4 bytes, 0 for no scalar value. */
size_t utf8_encode(uint32_t code, char out[4]);

#endif
