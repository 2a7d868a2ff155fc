/* procedure/values.c - the written form of answers that are no plain text: times, slots, places on a map,
 * signatures. What can't be one is refused here, before any rule of a file is asked. */
#include "procedure_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum {
    HOURS = 24,
    MINUTES = 60,
    TIME_LEN = 5, /* 09:30 */
    DATE_LEN = 10,
    SIGNATURE_POINTS_LEAST = 2 /* a dot is no signature */
};

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
time_parse_len(const char *text, size_t len, int64_t *ret_minutes)
{
    if (len != TIME_LEN || !is_digit(text[0]) || !is_digit(text[1]) || text[2] != ':' ||
        !is_digit(text[3]) || !is_digit(text[4])) {
        return false;
    }
    int hour = (text[0] - '0') * 10 + text[1] - '0';
    int minute = (text[3] - '0') * 10 + text[4] - '0';
    *ret_minutes = (int64_t)hour * MINUTES + minute;
    return hour < HOURS && minute < MINUTES;
}

bool
time_parse(const char *text, int64_t *ret_minutes)
{
    return time_parse_len(text, strlen(text), ret_minutes);
}

void
time_format(int64_t minutes, char out[6])
{
    unsigned of_day = (unsigned)(minutes % (HOURS * MINUTES));
    (void)snprintf(out, 6, "%02u:%02u", of_day / MINUTES % HOURS, of_day % MINUTES);
}

/* Hours and minutes in digits of any width: 9:30, 9時30分, 9時, 0930. */
bool
time_normalise(char *out)
{
    int parts[2] = {0, 0};
    size_t digits[2] = {0, 0};
    size_t part = 0;
    bool ended = false;
    size_t len = strlen(out);
    for (size_t pos = 0; pos < len;) {
        uint32_t code = utf8_next(out, len, &pos);
        code = code >= 0xff10 && code <= 0xff19 ? code - 0xff10 + '0' : code;
        bool digit = code >= '0' && code <= '9';
        bool hour_ends = code == ':' || code == 0xff1a || code == 0x6642; /* 時 */
        bool minute_ends = code == 0x5206; /* 分 */
        if (digit && !ended && part == 0 && digits[0] == 2) {
            part = 1; /* 0930 */
        }
        if (digit && !ended && digits[part] < 2) {
            parts[part] = parts[part] * 10 + (int)(code - '0');
            digits[part]++;
        } else if (hour_ends && part == 0 && digits[0] > 0) {
            part = 1;
        } else if (minute_ends && part == 1 && digits[1] > 0 && !ended) {
            ended = true;
        } else {
            return false;
        }
    }
    bool whole_hour = digits[1] == 0 && len > 2; /* 9時; a number alone is no time */
    if (digits[0] == 0 || (digits[1] == 0 && !whole_hour) || digits[1] == 1 || parts[0] >= HOURS ||
        parts[1] >= MINUTES) {
        return false;
    }
    time_format((int64_t)parts[0] * MINUTES + parts[1], out);
    return true;
}

bool
slot_normalise(const char *text)
{
    const char *slash = strchr(text, '/');
    int64_t number;
    size_t id = slash != NULL ? (size_t)(slash - text) : 0;
    return id > 0 && id <= ID_MAX && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == id &&
           strlen(slash + 1) == DATE_LEN + 1 + TIME_LEN &&
           date_parse_iso(slash + 1, DATE_LEN, &number) && slash[1 + DATE_LEN] == '/' &&
           time_parse(slash + 2 + DATE_LEN, &number);
}

static bool
coordinate(const char **at, int *ret_number)
{
    int number = 0;
    size_t digits = 0;
    for (; is_digit(**at) && digits < 5; (*at)++, digits++) {
        number = number * 10 + (**at - '0');
    }
    *ret_number = number;
    return digits > 0 && digits < 5 && number <= PLACE_MAX;
}

bool
point_parse(const char *text, const char *ends, int *ret_x, int *ret_y, const char **ret_end)
{
    const char *at = text;
    if (!coordinate(&at, ret_x) || *at++ != ',' || !coordinate(&at, ret_y)) {
        return false;
    }
    if (*at != 0 && strchr(ends, *at) == NULL) {
        return false;
    }
    if (ret_end != NULL) {
        *ret_end = at;
    }
    return true;
}

bool
place_normalise(const struct question_def *question, const char *text)
{
    size_t len = strlen(question->map->id);
    int x;
    int y;
    return strncmp(text, question->map->id, len) == 0 && text[len] == '/' &&
           point_parse(text + len + 1, "", &x, &y, NULL);
}

bool
signature_normalise(const char *text)
{
    size_t points = 0;
    if (strcmp(text, "counter") == 0) {
        return true;
    }
    for (const char *at = text;; at++) {
        int x;
        int y;
        if (!point_parse(at, " ;", &x, &y, &at)) {
            return false;
        }
        points++;
        if (*at == 0) {
            return points >= SIGNATURE_POINTS_LEAST;
        }
    }
}
