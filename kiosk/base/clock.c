/* base/clock.c - time from the kernel and the arithmetic of the Gregorian calendar. Own arithmetic
 * because gmtime_r and the time-zone database depend on the environment; Japan has no summer time. */
#include "clock.h"

#include <stdio.h>
#include <time.h>

enum { SECONDS_A_DAY = 86400, JAPAN_OFFSET_S = 9 * 3600 };

static int64_t
system_mono_ms(void *ctx)
{
    (void)ctx;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* can't fail with a valid clock id */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t
system_wall_s(void *ctx)
{
    (void)ctx;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now); /* as above */
    return (int64_t)now.tv_sec;
}

const struct clock *
clock_system(void)
{
    static const struct clock machine = {.mono_ms = system_mono_ms, .wall_s = system_wall_s};
    return &machine;
}

int64_t
clock_mono_ms(const struct clock *clock)
{
    return clock->mono_ms(clock->ctx);
}

int64_t
clock_wall_s(const struct clock *clock)
{
    return clock->wall_s(clock->ctx);
}

/* Days-from-civil after H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
int64_t
clock_days_from_civil(int year, int month, int day)
{
    int64_t y = month <= 2 ? (int64_t)year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

void
clock_civil_from_days(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9;
    *ret_day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *ret_month = (int)month;
    *ret_year = (int)(yoe + era * 400 + (month <= 2 ? 1 : 0));
}

bool
clock_day_of(int year, int month, int day, int64_t *ret_days)
{
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month < 1 || month > 12 || day < 1 || day > lengths[month - 1] ||
        (month == 2 && day == 29 && !leap)) {
        return false;
    }
    *ret_days = clock_days_from_civil(year, month, day);
    return true;
}

void
clock_day_text(int64_t days, char out[CLOCK_DAY_LEN])
{
    int year;
    int month;
    int day;
    clock_civil_from_days(days, &year, &month, &day);
    if (year < 0 || year > 9999) {
        year = year < 0 ? 0 : 9999; /* a mad clock still gives a text of the right form */
    }
    (void)snprintf(out, CLOCK_DAY_LEN, "%04u-%02u-%02u", (unsigned)year % 10000U,
        (unsigned)month % 100U, (unsigned)day % 100U);
}

bool
clock_day_parse(const char *text, size_t len, int64_t *ret_days)
{
    static const char shape[] = "####-##-##";
    int parts[3] = {0, 0, 0};
    int at = 0;
    if (len != sizeof(shape) - 1) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (shape[i] == '-' ? text[i] != '-' : text[i] < '0' || text[i] > '9') {
            return false;
        }
        at += shape[i] == '-' ? 1 : 0;
        parts[at] = shape[i] == '-' ? 0 : parts[at] * 10 + (text[i] - '0');
    }
    return clock_day_of(parts[0], parts[1], parts[2], ret_days);
}

static int64_t
floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

void
clock_rfc3339(int64_t wall_s, char out[CLOCK_RFC3339_LEN])
{
    int64_t days = floor_div(wall_s, SECONDS_A_DAY);
    int rest = (int)(wall_s - days * SECONDS_A_DAY);
    char date[CLOCK_DAY_LEN];
    char text[64];
    clock_day_text(days, date);
    (void)snprintf(
        text, sizeof(text), "%sT%02d:%02d:%02dZ", date, rest / 3600, rest / 60 % 60, rest % 60);
    (void)snprintf(out, CLOCK_RFC3339_LEN, "%.20s", text);
}

int64_t
clock_japan_day(int64_t wall_s)
{
    return floor_div(wall_s + JAPAN_OFFSET_S, SECONDS_A_DAY);
}

struct clock_date
clock_japan(int64_t wall_s)
{
    int64_t days = clock_japan_day(wall_s);
    int rest = (int)(wall_s + JAPAN_OFFSET_S - days * SECONDS_A_DAY);
    struct clock_date date = {.hour = rest / 3600, .minute = rest / 60 % 60};
    clock_civil_from_days(days, &date.year, &date.month, &date.day);
    return date;
}
