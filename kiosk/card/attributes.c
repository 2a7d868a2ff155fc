/* card/attributes.c - the attributes file (EF 0002, 1.7) as facts, and the common application's record. Everything in them comes from
 * outside: bounded, UTF-8 checked, kept byte for byte. What a clerk should look at is marked, not
 * repaired. */
#include "card.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"
#include "card/card_priv.h"

enum { TAG_OUTER = 0xFF20, TAG_OFFSETS = 0xDF21, TAG_FIRST = 0xDF22, ATTRIBUTES = 4 };
enum attribute { NAME, ADDRESS, BIRTH, SEX };
enum { BIRTH_LEN = 8, YEAR_MIN = 1850 };

struct attributes {
    struct tlv values[ATTRIBUTES];
    size_t offsets[ATTRIBUTES]; /* where each tag really stands, from the start of the file */
    bool found[ATTRIBUTES];
    struct tlv table; /* DF21 */
};

static int
collect(const uint8_t *file, size_t len, struct attributes *ret)
{
    struct tlv outer;
    int r = tlv_next(file, len, &outer, NULL);
    if (r < 0 || outer.tag != TAG_OUTER) {
        return KERR_CARD_DATA;
    }
    size_t pos = 0;
    while (pos < outer.len) {
        struct tlv tlv;
        r = tlv_next(outer.value + pos, outer.len - pos, &tlv, NULL);
        if (r == KERR_NOT_FOUND) {
            break; /* filler inside the object */
        }
        if (r < 0) {
            return KERR_CARD_DATA;
        }
        if (tlv.tag == TAG_OFFSETS) {
            ret->table = tlv;
        } else if (tlv.tag >= TAG_FIRST && tlv.tag < TAG_FIRST + ATTRIBUTES) {
            size_t i = tlv.tag - TAG_FIRST;
            if (ret->found[i]) {
                return KERR_CARD_DATA; /* two names: which one is the person's? */
            }
            ret->found[i] = true;
            ret->values[i] = tlv;
            ret->offsets[i] = outer.head + pos;
        }
        pos += tlv.head + tlv.len;
    }
    for (size_t i = 0; i < ATTRIBUTES; i++) {
        if (!ret->found[i]) {
            return KERR_CARD_DATA;
        }
    }
    return 0;
}

static bool
offsets_right(const struct attributes *a)
{
    if (a->table.value == NULL || a->table.len != 2 * ATTRIBUTES) {
        return false;
    }
    for (size_t i = 0; i < ATTRIBUTES; i++) {
        size_t said = (size_t)a->table.value[2 * i] << 8 | a->table.value[2 * i + 1];
        if (said != a->offsets[i]) {
            return false;
        }
    }
    return true;
}

/* Characters that stand in for others, or that no name has (5.6). Variation sequences and
 * characters beyond the BMP are real names and pass. */
static bool
questionable_code(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x0000, 0x001F}, {0x007F, 0x009F}, /* controls */
        {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, /* invisible, direction */
        {0x25A0, 0x25A1}, {0x3013, 0x3013}, /* ■ □ 〓 */
        {0xE000, 0xF8FF}, /* private use */
        {0xFDD0, 0xFDEF}, {0xFFF0, 0xFFFF}, /* noncharacters, U+FFFD */
        {0xF0000, 0x10FFFF}, /* private use planes */
    };
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
        if (code >= ranges[i].first && code <= ranges[i].last) {
            return true;
        }
    }
    return (code & 0xFFFE) == 0xFFFE;
}

static bool
questionable_text(const char *text, size_t len)
{
    bool bad = len == 0;
    uint32_t first = 0;
    uint32_t last = 0;
    for (size_t pos = 0; pos < len;) {
        last = utf8_next(text, len, &pos);
        first = first == 0 ? last : first;
        bad = bad || questionable_code(last);
    }
    return bad || first == 0x3000 || last == 0x3000 || first == ' ' || last == ' ';
}

/* Puts a value; an empty one is no fact, so that the visitor is asked for it. */
static int
put(struct fact_set *facts, const char *key, const void *value, size_t len, int64_t now)
{
    if (len == 0) {
        return 0;
    }
    AUTO_BUF text;
    buf_init(&text, FACT_VALUE_MAX - 1);
    int r = buf_add(&text, value, len);
    return r < 0 ? r : fact_set_put(facts, key, buf_str(&text), FACT_ORIGIN_CARD, now);
}

static int
put_text(
    struct fact_set *facts, const char *key, const struct tlv *tlv, int64_t now, bool *questionable)
{
    const char *text = (const char *)tlv->value;
    if (!utf8_valid(text, tlv->len)) {
        return KERR_CARD_DATA;
    }
    *questionable = *questionable || questionable_text(text, tlv->len);
    return put(facts, key, text, tlv->len, now);
}

static bool
date_possible(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < YEAR_MIN || month < 1 || month > 12 || day < 1) {
        return false;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static int
digits(const uint8_t *text, size_t count)
{
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/* YYYYMMDD as YYYY-MM-DD; a day that does not exist keeps its digits and is marked (1.7). */
static int
put_birth(struct fact_set *facts, const struct tlv *tlv, int64_t now, bool *questionable)
{
    if (tlv->len != BIRTH_LEN) {
        return KERR_CARD_DATA;
    }
    for (size_t i = 0; i < BIRTH_LEN; i++) {
        if (tlv->value[i] < '0' || tlv->value[i] > '9') {
            return KERR_CARD_DATA;
        }
    }
    const uint8_t *v = tlv->value;
    *questionable =
        *questionable || !date_possible(digits(v, 4), digits(v + 4, 2), digits(v + 6, 2));
    AUTO_BUF text;
    buf_init(&text, 16);
    int r = buf_printf(
        &text, "%.4s-%.2s-%.2s", (const char *)v, (const char *)v + 4, (const char *)v + 6);
    return r < 0 ? r : put(facts, "applicant.birth", text.data, text.len, now);
}

/* ISO 5218. */
static int
put_sex(struct fact_set *facts, const struct tlv *tlv, int64_t now, bool *questionable)
{
    const char *word = "unknown";
    uint8_t code = tlv->len == 1 ? tlv->value[0] : 0;
    switch (code) {
    case '1':
        word = "male";
        break;
    case '2':
        word = "female";
        break;
    case '9':
        word = "not-applicable";
        break;
    case '0':
        break;
    default:
        *questionable = true;
    }
    return put(facts, "applicant.sex", word, strlen(word), now);
}

int
attributes_parse(const uint8_t *file, size_t len, struct fact_set *ret_facts, int64_t now,
    bool *ret_questionable)
{
    struct attributes a = {0};
    int r = collect(file, len, &a);
    if (r < 0) {
        return r;
    }
    bool questionable = !offsets_right(&a);
    r = put_text(ret_facts, "applicant.name", &a.values[NAME], now, &questionable);
    if (r == 0) {
        r = put_text(ret_facts, "applicant.address", &a.values[ADDRESS], now, &questionable);
    }
    if (r == 0) {
        r = put_birth(ret_facts, &a.values[BIRTH], now, &questionable);
    }
    if (r == 0) {
        r = put_sex(ret_facts, &a.values[SEX], now, &questionable);
    }
    if (r < 0) {
        fact_set_clear(ret_facts); /* all or nothing */
        return r;
    }
    *ret_questionable = questionable;
    return 0;
}

int
serial_parse(const uint8_t *record, size_t len, char ret_serial[CARD_SERIAL_LEN + 1],
    char ret_expiry[CLOCK_DAY_LEN])
{
    enum { TAG = 0x01, DIGITS = 28, EXPIRY_AT = 20 /* after serial and municipality */ };
    if (len < 2 + DIGITS || record[0] != TAG || record[1] != DIGITS) {
        return KERR_CARD_DATA;
    }
    const uint8_t *text = record + 2;
    for (size_t i = 0; i < DIGITS; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return KERR_CARD_DATA;
        }
    }
    const uint8_t *day = text + EXPIRY_AT;
    if (!date_possible(digits(day, 4), digits(day + 4, 2), digits(day + 6, 2))) {
        return KERR_CARD_DATA;
    }
    if (ret_serial != NULL) {
        memcpy(ret_serial, text, CARD_SERIAL_LEN);
        ret_serial[CARD_SERIAL_LEN] = 0;
    }
    (void)snprintf(ret_expiry, 11, "%.4s-%.2s-%.2s", (const char *)day, (const char *)day + 4,
        (const char *)day + 6);
    return 0;
}
