/* base/hex.h - bytes as lower-case hexadecimal and back. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Writes 2*len digits and a NUL; out must have 2*len+1 bytes. */
void hex_encode(const uint8_t *data, size_t len, char *out);
/* Exactly len bytes from exactly 2*len digits (either case); KERR_INVALID otherwise. */
int hex_decode(const char *text, uint8_t *out, size_t len);

#endif
