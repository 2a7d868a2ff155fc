/* procedure/date.c - days of the calendar: strict for files and records, tolerant for what people write.
 * A day that does not exist is never accepted. Eras by their first day (元号: Meiji 1868-10-23 in the
 * Gregorian calendar, Taisho 1912-07-30, Showa 1926-12-25, Heisei 1989-01-08, Reiwa 2019-05-01; the
 * Cabinet orders on era names). */
#include "procedure_priv.h"

#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"

enum { YEAR_MIN = 1800, YEAR_MAX = 2200 };

static bool
days_of(int64_t year, int64_t month, int64_t day, int64_t *ret_days)
{
    return year >= YEAR_MIN && year <= YEAR_MAX && month <= 12 && day <= 31 &&
           clock_day_of((int)year, (int)month, (int)day, ret_days);
}

bool
date_parse_iso(const char *text, size_t len, int64_t *ret_days)
{
    int64_t days;
    if (!clock_day_parse(text, len, &days) || days < clock_days_from_civil(YEAR_MIN, 1, 1) ||
        days > clock_days_from_civil(YEAR_MAX, 12, 31)) {
        return false;
    }
    *ret_days = days;
    return true;
}

struct era {
    uint32_t letter; /* latin letter, upper case */
    uint32_t kanji[2];
    int first_year;
    const char *first, *last; /* last: the day before the next; NULL while it lasts */
};
static const struct era eras[] = {
    {'M', {0x660e, 0x6cbb}, 1868, "1868-10-23", "1912-07-29"},
    {'T', {0x5927, 0x6b63}, 1912, "1912-07-30", "1926-12-24"},
    {'S', {0x662d, 0x548c}, 1926, "1926-12-25", "1989-01-07"},
    {'H', {0x5e73, 0x6210}, 1989, "1989-01-08", "2019-04-30"},
    {'R', {0x4ee4, 0x548c}, 2019, "2019-05-01", NULL},
};

enum { CODES_MAX = 32, CODE_FIRST_YEAR = 0x5143 /* 元 */ };

/* Numbers of the text with what stands between them thrown away; the era before, if any. */
struct parts {
    const struct era *era;
    int64_t number[3];
    size_t digits[3];
    size_t count;
};

static bool
is_separator(uint32_t code)
{
    static const uint32_t separators[] = {'-', '/', '.', ' ', 0x3000, 0x5e74, 0x6708, 0x65e5,
        0xff0d, 0xff0f, 0xff0e, 0x2212, 0x30fc, 0x2010, 0x30fb};
    for (size_t i = 0; i < ARRAY_LEN(separators); i++) {
        if (separators[i] == code) {
            return true;
        }
    }
    return false;
}

static size_t
read_era(const uint32_t *codes, size_t count, const struct era **ret_era)
{
    for (size_t i = 0; i < ARRAY_LEN(eras) && count > 0; i++) {
        uint32_t first = codes[0] >= 'a' && codes[0] <= 'z' ? codes[0] - 32 : codes[0];
        if (first == eras[i].letter) {
            *ret_era = &eras[i];
            return 1;
        }
        if (count > 1 && codes[0] == eras[i].kanji[0] && codes[1] == eras[i].kanji[1]) {
            *ret_era = &eras[i];
            return 2;
        }
    }
    return 0;
}

static bool
read_parts(const uint32_t *codes, size_t count, struct parts *parts)
{
    bool in_number = false;
    for (size_t i = read_era(codes, count, &parts->era); i < count; i++) {
        uint32_t code =
            codes[i] >= 0xff10 && codes[i] <= 0xff19 ? codes[i] - 0xff10 + '0' : codes[i];
        bool first_year = code == CODE_FIRST_YEAR && parts->era != NULL && parts->count == 0;
        if ((code >= '0' && code <= '9') || first_year) {
            if (!in_number && parts->count == 3) {
                return false;
            }
            size_t at = in_number ? parts->count - 1 : parts->count++;
            in_number = true;
            parts->number[at] = first_year ? 1 : parts->number[at] * 10 + (int64_t)(code - '0');
            if (++parts->digits[at] > 8) {
                return false;
            }
        } else if (is_separator(code)) {
            in_number = false;
        } else {
            return false;
        }
    }
    return true;
}

static bool
within_era(const struct era *era, int64_t days)
{
    int64_t edge;
    if (!date_parse_iso(era->first, strlen(era->first), &edge) || days < edge) {
        return false;
    }
    return era->last == NULL ||
           (date_parse_iso(era->last, strlen(era->last), &edge) && days <= edge);
}

bool
date_parse_tolerant(const char *text, int64_t *ret_days)
{
    uint32_t codes[CODES_MAX];
    size_t count = 0;
    size_t len = strlen(text);
    for (size_t pos = 0; pos < len;) {
        if (count == CODES_MAX) {
            return false;
        }
        codes[count++] = utf8_next(text, len, &pos);
    }
    struct parts parts = {0};
    int64_t days;
    if (!read_parts(codes, count, &parts)) {
        return false;
    }
    if (parts.count == 1 && parts.digits[0] == 8 && parts.era == NULL) {
        return days_of(
            parts.number[0] / 10000, parts.number[0] / 100 % 100, parts.number[0] % 100, ret_days);
    }
    if (parts.count != 3 || (parts.era == NULL && parts.digits[0] != 4)) {
        return false;
    }
    int64_t year = parts.number[0];
    if (parts.era != NULL) {
        year = year < 1 || year > 99 ? 0 : parts.era->first_year + year - 1;
    }
    if (!days_of(year, parts.number[1], parts.number[2], &days) ||
        (parts.era != NULL && !within_era(parts.era, days))) {
        return false;
    }
    *ret_days = days;
    return true;
}
