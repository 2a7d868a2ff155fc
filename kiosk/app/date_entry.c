/* app/date_entry.c - a date by large keys: a calendar (western or era) and digits. The field keeps
 * digits only: year (4 western, 2 era), month (2), day (2). A digit after which no date of the calendar
 * can follow isn't taken, and its key shows that it waits: an impossible date can't be written. */
#include "app_priv.h"

#include <stdio.h>
#include <string.h>

enum { CALENDAR_H = 205, CALENDARS_W = 900 /* three beside each other */, FIELD_H = 240 };

/* First days of the eras; years count from the first one's. Sources: the era laws and ordinances as
 * listed in CLDR/ICU's Japanese calendar. */
static const struct era {
    const char *id, *words;
    int base; /* western year = base + era year */
    int first, last; /* days as yyyymmdd */
} eras[CALENDAR_COUNT] = {
    [CALENDAR_WESTERN] = {"era:western", "date.western", 0, 18680101, 20991231},
    [CALENDAR_REIWA] = {"era:reiwa", "date.reiwa", 2018, 20190501, 20991231},
    [CALENDAR_HEISEI] = {"era:heisei", "date.heisei", 1988, 19890108, 20190430},
    [CALENDAR_SHOWA] = {"era:showa", "date.showa", 1925, 19261225, 19890107},
    [CALENDAR_TAISHO] = {"era:taisho", "date.taisho", 1911, 19120730, 19261224},
    [CALENDAR_MEIJI] = {"era:meiji", "date.meiji", 1867, 18681023, 19120729},
};

static size_t
year_digits(const struct app *app)
{
    return app->visit.calendar == CALENDAR_WESTERN ? 4 : 2;
}

/* The part of the field from to to as a number; -1 when not all of it is there. */
static int
part(const char *field, size_t from, size_t to)
{
    int value = 0;
    for (size_t i = from; i < to; i++) {
        if (i >= strlen(field) || field[i] < '0' || field[i] > '9') {
            return -1;
        }
        value = value * 10 + (field[i] - '0');
    }
    return value;
}

/* Does number, written in size digits, begin with the have digits of text? */
static bool
begins(int number, size_t size, const char *text, size_t have)
{
    char digits[16];
    (void)snprintf(digits, sizeof(digits), "%0*d", (int)size, number);
    return strncmp(digits, text, have < size ? have : size) == 0;
}

/* Is there a day in this month of the era that begins with the digits? have may be 0. */
static bool
day_possible(const struct era *era, int year, int month, const char *text, size_t have)
{
    for (int day = 1; day <= 31; day++) {
        int64_t days;
        int number = year * 10000 + month * 100 + day;
        if (clock_day_of(year, month, day, &days) && number >= era->first && number <= era->last &&
            begins(day, 2, text, have)) {
            return true;
        }
    }
    return false;
}

/* Is there a date of the era that begins with these digits? */
static bool
date_possible(const struct era *era, size_t year_size, const char *text)
{
    size_t have = strlen(text);
    size_t months = have > year_size ? have - year_size : 0;
    size_t days = months > 2 ? months - 2 : 0;
    for (int year = era->first / 10000; year <= era->last / 10000; year++) {
        if (!begins(year - era->base, year_size, text, have)) {
            continue;
        }
        for (int month = 1; month <= 12; month++) {
            if (begins(month, 2, text + year_size, months) &&
                day_possible(era, year, month, text + year_size + 2, days)) {
                return true;
            }
        }
    }
    return false;
}

/* May this digit come next? */
static bool
digit_fits(const struct app *app, char digit)
{
    char text[16];
    size_t have = strlen(app->visit.field);
    if (have >= year_digits(app) + 4) {
        return false;
    }
    (void)snprintf(text, sizeof(text), "%.8s%c", app->visit.field, digit);
    bool fits = date_possible(&eras[app->visit.calendar], year_digits(app), text);
    explicit_bzero(text, sizeof(text));
    return fits;
}

bool
date_value(const struct app *app, char out[CLOCK_DAY_LEN])
{
    const char *field = app->visit.field;
    const struct era *era = &eras[app->visit.calendar];
    size_t y = year_digits(app);
    int year = part(field, 0, y);
    int month = part(field, y, y + 2);
    int day = part(field, y + 2, y + 4);
    if (year <= 0) {
        return false;
    }
    year += era->base;
    int64_t days;
    int number = year * 10000 + month * 100 + day;
    if (!clock_day_of(year, month, day, &days) || number < era->first || number > era->last) {
        return false;
    }
    clock_day_text(days, out);
    return true;
}

/* "昭和 16 年 3 月 _ 日" from the digits so far. */
static void
show_digits(struct app *app, struct buf *out)
{
    static const char *const ends[] = {"date.year", "date.month", "date.day"};
    size_t sizes[] = {year_digits(app), 2, 2};
    const char *field = app->visit.field;
    size_t have = strlen(field);
    size_t at = 0;
    for (size_t p = 0; p < ARRAY_LEN(sizes); p++) {
        for (size_t i = 0; i < sizes[p]; i++, at++) {
            (void)(at < have ? buf_add(out, field + at, 1) : buf_add_str(out, "_"));
        }
        (void)buf_printf(out, "%s ", say(app, ends[p]));
    }
}

static void
calendars(struct app *app, struct flow *flow)
{
    int columns = flow->w < CALENDARS_W ? 2 : 3;
    int width = (flow->w - (columns - 1) * GAP_MIN) / columns;
    int rows = CALENDAR_COUNT / columns;
    bool shown = flow_target(app, flow, rows * CALENDAR_H + (rows - 1) * GAP_MIN);
    for (int i = 0; shown && i < CALENDAR_COUNT; i++) {
        bool chosen = app->visit.calendar == (enum calendar)i;
        ui_add(app->ui, &(struct ui_element){.id = eras[i].id,
                            .role = UI_ROLE_BUTTON,
                            .rect = rect(flow->x + i % columns * (width + GAP_MIN),
                                flow->y + i / columns * (CALENDAR_H + GAP_MIN), width, CALENDAR_H),
                            .text = say(app, eras[i].words),
                            .tone = chosen ? UI_TONE_SOFT : UI_TONE_SURFACE,
                            .state = chosen ? UI_STATE_CHOSEN : 0,
                            .size = UI_SIZE_BAR,
                            .bold = true,
                            .align = UI_ALIGN_CENTRE});
    }
    flow->y += rows * (CALENDAR_H + GAP_MIN) + (rows == 2 ? 30 : 0);
}

static void
digits_field(struct app *app, struct flow *flow)
{
    AUTO_BUF digits;
    buf_init(&digits, 256);
    show_digits(app, &digits);
    struct ui_element field = {.id = "field:date",
        .role = UI_ROLE_FIELD,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = buf_str(&digits),
        .size = UI_SIZE_KEYBOARD,
        .bold = true,
        .tone = UI_TONE_SURFACE,
        .state = UI_STATE_PERSONAL,
        .caret = caret_at_open(buf_str(&digits))};
    flow_element(app, flow, &field, FIELD_H);
    flow->y += GAP_MIN;
}

/* The day in words once it is one. Where long or large words leave no room for it the digits stand alone:
 * they must not go to another page of the column as the last one is pressed. */
static void
day_words(struct app *app, struct flow *flow)
{
    char iso[CLOCK_DAY_LEN];
    if (date_value(app, iso)) {
        AUTO_BUF words_of_it;
        buf_init(&words_of_it, 256);
        (void)i18n_date(app->i18n, &words_of_it, iso);
        struct ui_element day = {.role = UI_ROLE_NOTICE,
            .rect = rect(flow->x, 0, flow->w, 0),
            .text = buf_str(&words_of_it),
            .tone = UI_TONE_DONE,
            .size = UI_SIZE_BODY,
            .bold = true};
        int width;
        int height;
        ui_natural(app->ui, &day, &width, &height);
        if (flow->y + height <= flow->bottom) {
            flow_element(app, flow, &day, 0);
            flow->y += GAP_MIN;
        }
    }
    for (int i = 0; i < 10; i++) {
        app->keypad_waits |= digit_fits(app, (char)('0' + i)) ? 0 : 1U << i;
    }
}

void
date_build(struct app *app, struct flow *flow)
{
    if (app->places.low) { /* what is read above what is touched */
        digits_field(app, flow);
        day_words(app, flow);
        flow_left_of_keypad(app, flow);
        calendars(app, flow);
    } else {
        calendars(app, flow);
        digits_field(app, flow);
        day_words(app, flow);
    }
    page_keypad(app, "digit:", "", "");
    app->keypad_waits = 0;
}

bool
date_tap(struct app *app, const char *id)
{
    for (int i = 0; i < CALENDAR_COUNT; i++) {
        if (strcmp(id, eras[i].id) == 0) {
            if (app->visit.calendar != (enum calendar)i) {
                app->visit.calendar = (enum calendar)i;
                explicit_bzero(app->visit.field, sizeof(app->visit.field));
            }
            return true;
        }
    }
    if (strcmp(id, "digit:delete") == 0) {
        field_erase(app);
        return true;
    }
    if (strncmp(id, "digit:", 6) == 0 && digit_fits(app, id[6])) {
        field_put(app, id + 6);
        return true;
    }
    return strncmp(id, "digit:", 6) == 0;
}
