/* base/clock.h - the only source of time. Timeouts use the monotonic clock, people and records get
 * the wall clock; a test passes a clock of its own. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock {
    int64_t (*mono_ms)(void *ctx); /* milliseconds since some fixed moment; never goes back */
    int64_t (*wall_s)(void *ctx); /* seconds since 1970-01-01T00:00:00Z; may jump */
    void *ctx;
};

/* The machine's clock; lives for ever, usable from any thread. */
const struct clock *clock_system(void);
int64_t clock_mono_ms(const struct clock *clock);
int64_t clock_wall_s(const struct clock *clock);

enum { CLOCK_RFC3339_LEN = 21 }; /* "2026-11-22T01:02:03Z" and NUL */
/* UTC text of a moment into out (RFC 3339, whole seconds). */
void clock_rfc3339(int64_t wall_s, char out[CLOCK_RFC3339_LEN]);

struct clock_date {
    int year, month, day, hour, minute;
};
/* Calendar date and time of a moment in Japan (UTC+9 all year). */
struct clock_date clock_japan(int64_t wall_s);

/* The day of a moment in Japan, in days since 1970-01-01. */
int64_t clock_japan_day(int64_t wall_s);

/* Days since 1970-01-01 of a Gregorian date, and back; proleptic, any year. */
int64_t clock_days_from_civil(int year, int month, int day);
void clock_civil_from_days(int64_t days, int *ret_year, int *ret_month, int *ret_day);
/* The day, when the calendar has it: no 31 April, no 29 February 2026. */
bool clock_day_of(int year, int month, int day, int64_t *ret_days);
/* A day as YYYY-MM-DD (ISO 8601), years 0000 to 9999; others are held to these. And back: false when the len bytes
 * are anything else, or a day that the calendar has not. */
enum { CLOCK_DAY_LEN = 11 }; /* "2026-11-22" and NUL */
void clock_day_text(int64_t days, char out[CLOCK_DAY_LEN]);
bool clock_day_parse(const char *text, size_t len, int64_t *ret_days);

#endif
