/* base/hex.c - hexadecimal. */
#include "hex.h"

#include <string.h>

#include "base/err.h"

void
hex_encode(const uint8_t *data, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[data[i] >> 4];
        out[2 * i + 1] = digits[data[i] & 15];
    }
    out[2 * len] = 0;
}

static int
nibble(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

int
hex_decode(const char *text, uint8_t *out, size_t len)
{
    if (strnlen(text, 2 * len + 1) != 2 * len) {
        return KERR_INVALID;
    }
    for (size_t i = 0; i < len; i++) {
        if (nibble(text[2 * i]) < 0 || nibble(text[2 * i + 1]) < 0) {
            return KERR_INVALID;
        }
    }
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)(nibble(text[2 * i]) << 4 | nibble(text[2 * i + 1]));
    }
    return 0;
}
