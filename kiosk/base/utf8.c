/* base/utf8.c - UTF-8 validation and walking, RFC 3629 section 4. */
#include "utf8.h"

/* Length of the well-formed sequence at text, 0 when there is none. */
static size_t
sequence(const char *text, size_t len, uint32_t *ret_code)
{
    const uint8_t *s = (const uint8_t *)text;
    uint8_t b = s[0];
    size_t need;
    uint32_t code;
    if (b < 0x80) {
        *ret_code = b;
        return b != 0 ? 1 : 0;
    }
    if (b >= 0xc2 && b <= 0xdf) {
        need = 2;
        code = b & 0x1fu;
    } else if (b >= 0xe0 && b <= 0xef) {
        need = 3;
        code = b & 0x0fu;
    } else if (b >= 0xf0 && b <= 0xf4) {
        need = 4;
        code = b & 0x07u;
    } else {
        return 0;
    }
    if (len < need) {
        return 0;
    }
    for (size_t i = 1; i < need; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            return 0;
        }
        code = code << 6 | (s[i] & 0x3fu);
    }
    bool overlong = (need == 3 && code < 0x800) || (need == 4 && code < 0x10000);
    if (overlong || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
        return 0;
    }
    *ret_code = code;
    return need;
}

bool
utf8_valid(const char *text, size_t len)
{
    uint32_t code;
    for (size_t i = 0; i < len;) {
        size_t n = sequence(text + i, len - i, &code);
        if (n == 0) {
            return false;
        }
        i += n;
    }
    return true;
}

uint32_t
utf8_next(const char *text, size_t len, size_t *pos)
{
    uint32_t code = 0;
    if (*pos >= len) {
        return 0;
    }
    size_t n = sequence(text + *pos, len - *pos, &code);
    *pos += n > 0 ? n : 1;
    return n > 0 ? code : 0xfffd;
}

size_t
utf8_count(const char *text, size_t len)
{
    size_t count = 0;
    for (size_t pos = 0; pos < len; count++) {
        (void)utf8_next(text, len, &pos);
    }
    return count;
}

size_t
utf8_encode(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        if (code >= 0xd800 && code <= 0xdfff) {
            return 0;
        }
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    if (code > 0x10ffff) {
        return 0;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}
