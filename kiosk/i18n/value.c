/* i18n/value.c - dates, money and numbers as people read them. Era and year come from ICU's Japanese
 * calendar, month names and digits' grouping from ICU's locale data; the order and the words around them are
 * messages ("format.date"), so that each language writes dates its own way. */
#include "i18n_priv.h"

#include <stdio.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/udat.h>
#include <unicode/unum.h>
#include <unicode/ustring.h>

#include "base/attr.h"
#include "base/clock.h"

/* ICU counts Japanese eras from Taika (645); the modern ones (ICU 72, japancal.h). */
enum { ERA_MEIJI = 232, ERA_REIWA = 236 };
enum { MS_PER_DAY = 86400000, NUMBER_ROOM = 24, NAME_ROOM = 64 };

static const char *const era_ids[] = {
    "date.meiji", "date.taisho", "date.showa", "date.heisei", "date.reiwa"};
static const UChar utc[] = {'U', 'T', 'C', 0};

struct day {
    int year, month, day;
    int64_t since_1970;
};

static bool
parse_day(const char *iso, struct day *ret)
{
    if (!clock_day_parse(iso, strlen(iso), &ret->since_1970)) {
        return false;
    }
    clock_civil_from_days(ret->since_1970, &ret->year, &ret->month, &ret->day);
    return true;
}

/* Era and year within it; false before Meiji and after the eras we have words for. */
static bool
era_of(const struct day *day, const char **ret_id, int *ret_year)
{
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *calendar = ucal_open(utc, -1, "ja@calendar=japanese", UCAL_DEFAULT, &status);
    if (U_FAILURE(status)) {
        return false;
    }
    ucal_setMillis(calendar, ((double)day->since_1970 + 0.5) * MS_PER_DAY, &status);
    int era = ucal_get(calendar, UCAL_ERA, &status);
    int year = ucal_get(calendar, UCAL_YEAR, &status);
    ucal_close(calendar);
    if (U_FAILURE(status) || era < ERA_MEIJI || era > ERA_REIWA) {
        return false;
    }
    *ret_id = era_ids[era - ERA_MEIJI];
    *ret_year = year;
    return true;
}

/* The month's name standing alone ("March"); "" when ICU has none. */
static void
month_name(const char *locale, const struct day *day, char out[NAME_ROOM])
{
    static const UChar pattern[] = {'L', 'L', 'L', 'L', 0};
    UErrorCode status = U_ZERO_ERROR;
    UChar wide[NAME_ROOM / 2];
    out[0] = 0;
    UDateFormat *format =
        udat_open(UDAT_PATTERN, UDAT_PATTERN, locale, utc, -1, pattern, -1, &status);
    if (U_FAILURE(status)) {
        return;
    }
    (void)udat_format(format, ((double)day->since_1970 + 0.5) * MS_PER_DAY, wide,
        (int32_t)ARRAY_LEN(wide), NULL, &status);
    udat_close(format);
    if (U_SUCCESS(status)) {
        (void)u_strToUTF8(out, NAME_ROOM, NULL, wide, -1, &status);
        out[U_SUCCESS(status) ? NAME_ROOM - 1 : 0] = 0;
    }
}

/* One of the seven words of "format.weekdays", Sunday first. */
static void
weekday_name(struct i18n *i18n, const struct day *day, struct buf *out)
{
    enum { DAYS = 7, FIRST = 4 /* 1970-01-01 was a Thursday */ };
    int wanted = (int)((day->since_1970 % DAYS + DAYS + FIRST) % DAYS);
    const char *word = i18n_text(i18n, "format.weekdays");
    for (int i = 0; i < wanted && *word != 0; i++) {
        word += strcspn(word, " ");
        word += *word == ' ' ? 1 : 0;
    }
    (void)buf_add(out, word, strcspn(word, " ")); /* errors stick in out */
}

int
i18n_day(struct i18n *i18n, struct buf *out, const char *iso)
{
    struct day day;
    const char *message = i18n_text(i18n, "format.day");
    if (!parse_day(iso, &day) || strcmp(message, "format.day") == 0) {
        return buf_add_str(out, iso);
    }
    char month[NUMBER_ROOM];
    char number[NUMBER_ROOM];
    char name[NAME_ROOM];
    AUTO_BUF weekday;
    buf_init(&weekday, NAME_ROOM * 2);
    (void)snprintf(month, sizeof(month), "%d", day.month);
    (void)snprintf(number, sizeof(number), "%d", day.day);
    month_name(i18n_current(i18n)->values, &day, name);
    weekday_name(i18n, &day, &weekday);
    struct i18n_place places[] = {
        {"month", month}, {"day", number}, {"month-name", name}, {"weekday", buf_str(&weekday)}};
    return i18n_fill(out, message, places, ARRAY_LEN(places));
}

int
i18n_date(struct i18n *i18n, struct buf *out, const char *iso)
{
    struct day day;
    if (!parse_day(iso, &day)) {
        return buf_add_str(out, iso);
    }
    const char *era_id = NULL;
    int era_year = 0;
    bool era = era_of(&day, &era_id, &era_year);
    const char *id = era ? "format.date" : "format.date-western";
    const char *message = i18n_text(i18n, id);
    if (strcmp(message, id) == 0) {
        return buf_add_str(out, iso); /* a catalog without formats */
    }
    char numbers[4][NUMBER_ROOM];
    const int parts[4] = {day.year, day.month, day.day, era_year};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        (void)snprintf(numbers[i], sizeof(numbers[i]), "%d", parts[i]);
    }
    char name[NAME_ROOM] = "";
    if (strstr(message, "{month-name}") != NULL) {
        month_name(i18n_current(i18n)->values, &day, name);
    }
    struct i18n_place places[] = {
        {"year", numbers[0]},
        {"month", numbers[1]},
        {"day", numbers[2]},
        {"month-name", name},
        {"era", era ? i18n_text(i18n, era_id) : ""},
        {"era-year", era_year == 1 ? i18n_text(i18n, "format.first-year") : numbers[3]},
    };
    return i18n_fill(out, message, places, ARRAY_LEN(places));
}

int
i18n_money(struct i18n *i18n, struct buf *out, int64_t yen)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar wide[NAME_ROOM];
    char amount[NAME_ROOM * 3];
    (void)snprintf(amount, sizeof(amount), "%lld", (long long)yen);
    UNumberFormat *format =
        unum_open(UNUM_DECIMAL, NULL, 0, i18n_current(i18n)->values, NULL, &status);
    if (U_SUCCESS(status)) {
        (void)unum_formatInt64(format, yen, wide, (int32_t)ARRAY_LEN(wide), NULL, &status);
        unum_close(format);
    }
    if (U_SUCCESS(status)) {
        (void)u_strToUTF8(amount, (int32_t)sizeof(amount), NULL, wide, -1, &status);
    }
    const char *message = i18n_text(i18n, "format.money");
    struct i18n_place place = {"amount", amount};
    return i18n_fill(out, strcmp(message, "format.money") == 0 ? "{amount}" : message, &place, 1);
}

int
i18n_receipt_number(struct buf *out, const char *digits)
{
    size_t len = strlen(digits);
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && i % 4 == 0) {
            (void)buf_add_byte(out, ' '); /* errors stick in out */
        }
        (void)buf_add_byte(out, (uint8_t)digits[i]);
    }
    return buf_error(out);
}
