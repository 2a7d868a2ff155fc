/* desk/form.c - reads what a browser, or somebody who pretends to be one, sends: form bodies (WHATWG
 * URL, section 5.1), the Cookie header (RFC 6265, section 4.2), Host, numbers. Whatever has not
 * exactly the expected form is as if it were absent. */
#include "desk_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/utf8.h"

/* Decodes one field's value; false for a bad escape or when it gets too long. */
static bool
decode(const uint8_t *text, size_t len, struct buf *out)
{
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = text[i];
        if (byte == '+') {
            byte = ' ';
        } else if (byte == '%') {
            char digits[3] = {0};
            if (len - i < 3) {
                return false;
            }
            memcpy(digits, text + i + 1, 2);
            if (hex_decode(digits, &byte, 1) < 0) {
                return false;
            }
            i += 2;
        }
        if (buf_add_byte(out, byte) < 0) {
            return false;
        }
    }
    return utf8_valid((const char *)out->data, out->len);
}

bool
desk_form_field(const uint8_t *body, size_t len, const char *name, struct buf *ret_value)
{
    size_t name_len = strlen(name);
    const uint8_t *value = NULL;
    size_t value_len = 0;
    for (size_t at = 0; at < len;) {
        const uint8_t *pair = body + at;
        const uint8_t *end = memchr(pair, '&', len - at);
        size_t pair_len = end != NULL ? (size_t)(end - pair) : len - at;
        if (pair_len > name_len && pair[name_len] == '=' && memcmp(pair, name, name_len) == 0) {
            if (value != NULL) {
                return false;
            }
            value = pair + name_len + 1;
            value_len = pair_len - name_len - 1;
        }
        at += pair_len + 1;
    }
    if (value == NULL) {
        return false;
    }
    AUTO_BUF decoded;
    buf_init(&decoded, DESK_FIELD_MAX);
    if (!decode(value, value_len, &decoded)) {
        return false;
    }
    return buf_add(ret_value, buf_str(&decoded), decoded.len) == 0;
}

bool
desk_cookie_token(const char *header, const char *name, char out[DESK_TOKEN_LEN])
{
    size_t name_len = strlen(name);
    const char *at = header;
    while (at != NULL && *at != 0) {
        at += strspn(at, " ;");
        size_t len = strcspn(at, ";");
        uint8_t bytes[DESK_TOKEN_BYTES];
        if (len == name_len + DESK_TOKEN_LEN && strncmp(at, name, name_len) == 0 &&
            at[name_len] == '=') {
            char text[DESK_TOKEN_LEN] = {0};
            memcpy(text, at + name_len + 1, DESK_TOKEN_LEN - 1);
            bool good = hex_decode(text, bytes, sizeof(bytes)) == 0;
            if (good) {
                memcpy(out, text, DESK_TOKEN_LEN);
            }
            explicit_bzero(text, sizeof(text));
            explicit_bzero(bytes, sizeof(bytes));
            return good;
        }
        at += len;
    }
    return false;
}

uint64_t
desk_query_number(const char *text, uint64_t fallback)
{
    enum { DIGITS_MAX = 19 }; /* 10^19 - 1 still fits 64 bits */
    size_t len = text != NULL ? strnlen(text, DIGITS_MAX + 1) : 0;
    if (len == 0 || len > DIGITS_MAX) {
        return fallback;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return fallback;
        }
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    return value;
}

bool
desk_host_fits(const char *host, const char *address, uint16_t port, const char *public_name)
{
    if (host == NULL || port == 0) {
        return false;
    }
    if (public_name != NULL && strcasecmp(host, public_name) == 0) {
        return true;
    }
    const char *const names[] = {address, "localhost"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        bool six = strchr(names[i], ':') != NULL; /* RFC 3986 section 3.2.2: in brackets */
        char expected[128];
        int len = snprintf(expected, sizeof(expected), "%s%s%s:%u", six ? "[" : "", names[i],
            six ? "]" : "", (unsigned)port);
        if (len > 0 && (size_t)len < sizeof(expected) && strcasecmp(host, expected) == 0) {
            return true;
        }
    }
    return false;
}

bool
desk_number_read(const char *text, char out[RECORD_NUMBER_LEN])
{
    size_t len = strlen(text);
    size_t count = 0;
    char digits[RECORD_NUMBER_LEN] = {0};
    if (!utf8_valid(text, len)) {
        return false;
    }
    for (size_t at = 0; at < len;) {
        uint32_t code = utf8_next(text, len, &at);
        if (code >= 0xff10 && code <= 0xff19) { /* full-width digits */
            code = code - 0xff10 + '0';
        }
        if (code == ' ' || code == 0x3000 || code == '\t' || code == '-' || code == 0x2010 ||
            code == 0x2212 || code == 0xff0d || code == 0x30fc) {
            continue;
        }
        if (code < '0' || code > '9' || count + 1 >= RECORD_NUMBER_LEN) {
            return false;
        }
        digits[count++] = (char)code;
    }
    if (record_number_check(digits) < 0) {
        return false;
    }
    memcpy(out, digits, RECORD_NUMBER_LEN);
    return true;
}
