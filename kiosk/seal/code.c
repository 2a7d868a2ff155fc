/* seal/code.c - bytes as decimal digits, for codes on a screen. Digits are what survives every way from a screen to a
 * program: the numeric mode of a QR code packs three into ten bits (one percent more than raw bytes), and a scanner that
 * types, with whatever keyboard layout, types them right. A part says which it is, so that parts are ordinary codes: the
 * standard's own "structured append" is read by few scanners, and by zbar only with all of them in one picture.
 *
 *     7351 COUNT NUMBER SET(8) LEN(3) payload CHECK(4)      7 bytes are 17 digits */
#include "seal_priv.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

enum {
    MARK_LEN = 4,
    SET_AT = MARK_LEN + 2,
    SET_LEN = 8,
    LEN_AT = SET_AT + SET_LEN,
    HEAD = LEN_AT + 3,
    CHECK_LEN = 4,
    CHUNK = 7,
    CHUNK_DIGITS = 17,
    SETS_MAX = 64
};
#define MARK "7351"
#define PREFIX "QR-Code:" /* zbarimg writes it unless it is asked for raw text */

/* How many digits hold so many bytes: the least d with 10^d >= 256^n. */
static const uint8_t digits_of[CHUNK + 1] = {0, 3, 5, 8, 10, 13, 15, CHUNK_DIGITS};

_Static_assert(HEAD + CHECK_LEN + SEAL_CODE_BYTES / CHUNK * CHUNK_DIGITS + 10 <= SEAL_CODE_DIGITS,
    "a full part ends with four bytes in ten digits");

static size_t
digits_len(size_t bytes)
{
    return bytes / CHUNK * CHUNK_DIGITS + digits_of[bytes % CHUNK];
}

/* A hash as so many digits. */
static void
hash_digits(const void *bytes, size_t len, uint64_t modulus, int digits, char *out)
{
    uint8_t hash[SEAL_HASH_LEN];
    uint64_t number = 0;
    seal_hash(bytes, len, hash);
    for (size_t i = 0; i < sizeof(number); i++) {
        number = number << 8 | hash[i];
    }
    (void)snprintf(
        out, (size_t)digits + 1, "%0*llu", digits, (unsigned long long)(number % modulus));
}

unsigned
seal_code_count(size_t len)
{
    size_t count = (len + SEAL_CODE_BYTES - 1) / SEAL_CODE_BYTES;
    return count <= SEAL_CODE_PARTS ? (unsigned)count : 0;
}

int
seal_code_write(const uint8_t *bytes, size_t len, unsigned number, struct buf *ret_digits)
{
    unsigned count = seal_code_count(len);
    if (number >= count) {
        return KERR_INVALID;
    }
    size_t each = (len + count - 1) / count; /* of one size, so that all codes look alike */
    size_t from = number * each;
    size_t part = len - from < each ? len - from : each;
    char set[SET_LEN + 1];
    char check[CHECK_LEN + 1];
    hash_digits(bytes, len, 100000000, SET_LEN, set);
    AUTO_BUF text;
    buf_init(&text, SEAL_CODE_DIGITS);
    (void)buf_printf(&text, MARK "%u%u%s%03zu", count, number + 1, set, part);
    for (size_t at = 0; at < part; at += CHUNK) {
        size_t n = part - at < CHUNK ? part - at : CHUNK;
        uint64_t value = 0;
        for (size_t i = 0; i < n; i++) {
            value = value << 8 | bytes[from + at + i];
        }
        (void)buf_printf(&text, "%0*llu", digits_of[n], (unsigned long long)value);
    }
    hash_digits(text.data, text.len, 10000, CHECK_LEN, check);
    (void)buf_add_str(&text, check);
    int r = buf_error(&text);
    return r < 0 ? r : buf_add(ret_digits, text.data, text.len);
}

struct set {
    char name[SET_LEN + 1];
    unsigned count; /* 0: free */
    unsigned read; /* bit n: part n is here; 0 with a count: all were, and are gone */
    size_t len[SEAL_CODE_PARTS];
    uint8_t *bytes; /* SEAL_CODE_PARTS times SEAL_CODE_BYTES */
};

struct seal_codes {
    struct set sets[SETS_MAX];
    unsigned next; /* whose turn it is when one that was whole makes room */
};

struct seal_codes *
seal_codes_new(void)
{
    return xcalloc(1, sizeof(struct seal_codes));
}

void
seal_codes_free(struct seal_codes *codes)
{
    for (size_t i = 0; codes != NULL && i < SETS_MAX; i++) {
        free(codes->sets[i].bytes);
    }
    free(codes);
}

struct part {
    unsigned count, number; /* number from 0 */
    const char *set;
    size_t len;
    uint8_t bytes[SEAL_CODE_BYTES];
};

static uint64_t
number_at(const char *digits, size_t len)
{
    uint64_t number = 0;
    for (size_t i = 0; i < len; i++) {
        number = number * 10 + (uint64_t)(digits[i] - '0');
    }
    return number;
}

/* The digits of a part; how many they are, or 0. */
static size_t
read_part(const char *text, struct part *part)
{
    size_t have = strspn(text, "0123456789");
    if (have < HEAD || memcmp(text, MARK, MARK_LEN) != 0) {
        return 0;
    }
    part->count = (unsigned)(text[MARK_LEN] - '0');
    part->number = (unsigned)(text[MARK_LEN + 1] - '0') - 1;
    part->set = text + SET_AT;
    part->len = (size_t)number_at(text + LEN_AT, HEAD - LEN_AT);
    size_t body = HEAD + digits_len(part->len);
    char check[CHECK_LEN + 1];
    if (part->count == 0 || part->number >= part->count || part->len == 0 ||
        part->len > SEAL_CODE_BYTES || have < body + CHECK_LEN) {
        return 0;
    }
    hash_digits(text, body, 10000, CHECK_LEN, check);
    if (memcmp(check, text + body, CHECK_LEN) != 0) {
        return 0;
    }
    const char *digits = text + HEAD;
    for (size_t at = 0; at < part->len; at += CHUNK) {
        size_t n = part->len - at < CHUNK ? part->len - at : CHUNK;
        uint64_t value = number_at(digits, digits_of[n]);
        if (value >> (8 * n) != 0) {
            return 0;
        }
        for (size_t i = 0; i < n; i++) {
            part->bytes[at + i] = (uint8_t)(value >> (8 * (n - 1 - i)));
        }
        digits += digits_of[n];
    }
    return body + CHECK_LEN;
}

/* The record that a part belongs to, or a place for it; NULL when too many wait. */
static struct set *
find_set(struct seal_codes *codes, const struct part *part)
{
    struct set *place = NULL;
    for (size_t i = 0; i < SETS_MAX; i++) {
        struct set *set = &codes->sets[i];
        if (set->count == part->count && memcmp(set->name, part->set, SET_LEN) == 0) {
            return set;
        }
        place = place == NULL && set->count == 0 ? set : place;
    }
    for (unsigned i = 0; place == NULL && i < SETS_MAX; i++) {
        struct set *set = &codes->sets[codes->next++ % SETS_MAX];
        place = set->read == 0 ? set : NULL; /* was whole: forgotten when there is no other place */
    }
    if (place != NULL) {
        place->count = part->count;
        place->read = 0;
        memcpy(place->name, part->set, SET_LEN);
        place->bytes = xcalloc(SEAL_CODE_PARTS, SEAL_CODE_BYTES);
    }
    return place;
}

/* All parts are here: the bytes, when they are those that the parts were made of. */
static int
join(struct set *set, struct buf *ret_bytes)
{
    AUTO_BUF all;
    buf_init(&all, SEAL_LEAN_MAX);
    for (unsigned i = 0; i < set->count; i++) {
        (void)buf_add(&all, set->bytes + (size_t)i * SEAL_CODE_BYTES, set->len[i]);
    }
    char name[SET_LEN + 1];
    hash_digits(all.data, all.len, 100000000, SET_LEN, name);
    free(set->bytes);
    set->bytes = NULL;
    set->read = 0;
    if (buf_error(&all) < 0 || memcmp(name, set->name, SET_LEN) != 0) {
        *set = (struct set){0};
        return KERR_INVALID;
    }
    int r = buf_add(ret_bytes, all.data, all.len);
    return r < 0 ? r : SEAL_CODE_WHOLE;
}

/* One alone needs no memory of others, and is whole each time it is read. */
static int
take_single(const struct part *part, struct buf *ret_bytes)
{
    struct set set = {.count = 1, .read = 1, .len = {part->len}};
    memcpy(set.name, part->set, SET_LEN);
    set.bytes = xcalloc(1, SEAL_CODE_BYTES);
    memcpy(set.bytes, part->bytes, part->len);
    return join(&set, ret_bytes);
}

static int
take_part(struct seal_codes *codes, const struct part *part, struct buf *ret_bytes)
{
    struct set *set = find_set(codes, part);
    if (set == NULL) {
        return KERR_TOO_BIG;
    }
    if (set->bytes == NULL || (set->read & 1u << part->number) != 0) {
        return SEAL_CODE_AGAIN;
    }
    memcpy(set->bytes + (size_t)part->number * SEAL_CODE_BYTES, part->bytes, part->len);
    set->len[part->number] = part->len;
    set->read |= 1u << part->number;
    return set->read == (1u << part->count) - 1 ? join(set, ret_bytes) : SEAL_CODE_PART;
}

int
seal_codes_take(struct seal_codes *codes, const char **at, struct buf *ret_bytes)
{
    const char *text = *at + strspn(*at, " \t\r\n");
    text += strncmp(text, PREFIX, sizeof(PREFIX) - 1) == 0 ? sizeof(PREFIX) - 1 : 0;
    *at = text;
    if (*text == 0) {
        return SEAL_CODE_END;
    }
    struct part part;
    size_t len = read_part(text, &part);
    *at = len > 0 ? text + len : text + strlen(text);
    if (len == 0) {
        return KERR_INVALID;
    }
    return part.count == 1 ? take_single(&part, ret_bytes) : take_part(codes, &part, ret_bytes);
}

void
seal_codes_missing(const struct seal_codes *codes,
    void (*each)(unsigned which, unsigned number, unsigned count, void *ctx), void *ctx)
{
    unsigned which = 0;
    for (size_t i = 0; i < SETS_MAX; i++) {
        const struct set *set = &codes->sets[i];
        for (unsigned k = 0; set->read != 0 && k < set->count; k++) {
            if ((set->read & 1u << k) == 0) {
                each(which, k + 1, set->count, ctx);
            }
        }
        which += set->read != 0;
    }
}
