/* app/widgets.c - answers with a page of their own kind: which kind a question has, and the two small ones, a time of
 * day and something that is only told. */
#include "app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_H = 240, MINUTES = 60, DAY_MINUTES = 24 * MINUTES, TIME_DIGITS = 4 };

/* ---- a time: digits after which no time of the question can follow are not taken ---- */

static int
last_minute(const struct question *question)
{
    return question->max > 0 && question->max < DAY_MINUTES ? (int)question->max : DAY_MINUTES - 1;
}

bool
time_as_choices(const struct question *question)
{
    return question->type == QUESTION_TIME && time_choices(question) <= TIME_CHOICES_MAX;
}

static int
first_minute(const struct question *question)
{
    int step = question->step > 0 ? question->step : 1;
    return ((int)question->min + step - 1) / step * step;
}

size_t
time_choices(const struct question *question)
{
    int first = first_minute(question);
    int last = last_minute(question);
    int step = question->step > 0 ? question->step : 1;
    return last < first ? 0 : (size_t)((last - first) / step + 1);
}

void
time_choice(const struct question *question, size_t index, char out[TIME_TEXT])
{
    int step = question->step > 0 ? question->step : 1;
    unsigned at = (unsigned)(first_minute(question) + (int)index * step) % DAY_MINUTES;
    (void)snprintf(out, TIME_TEXT, "%02u:%02u", at / MINUTES, at % MINUTES);
}

/* Does a time of the question begin with these digits? */
static bool
begins_a_time(const struct question *question, const char *digits)
{
    size_t have = strlen(digits);
    for (size_t i = 0; i < time_choices(question) && have <= TIME_DIGITS; i++) {
        char text[TIME_TEXT];
        char plain[TIME_TEXT];
        time_choice(question, i, text);
        (void)snprintf(plain, sizeof(plain), "%.2s%.2s", text, text + 3);
        if (strncmp(plain, digits, have) == 0) {
            return true;
        }
    }
    return false;
}

static bool
digit_fits(const struct app *app, const struct question *question, char digit)
{
    char text[8];
    (void)snprintf(text, sizeof(text), "%.4s%c", app->visit.field, digit);
    return strlen(app->visit.field) < TIME_DIGITS && begins_a_time(question, text);
}

static bool
time_ready(struct app *app, const struct question *question)
{
    return strlen(app->visit.field) == TIME_DIGITS ||
           (!question->required && app->visit.field[0] == 0);
}

/* The field holds digits only. */
static void
time_begin(struct app *app, const struct question *question)
{
    char *field = app->visit.field;
    (void)question;
    if (strlen(field) == TIME_TEXT - 1) {
        memmove(field + 2, field + 3, 3);
    }
}

static void
time_build(struct app *app, struct flow *flow, const struct question *question)
{
    static const char *const ends[] = {"time.hour", "time.minute"};
    const char *digits = app->visit.field;
    size_t have = strlen(digits);
    AUTO_BUF shown;
    buf_init(&shown, 256);
    for (size_t i = 0; i < TIME_DIGITS; i++) {
        (void)(i < have ? buf_add(&shown, digits + i, 1) : buf_add_str(&shown, "_"));
        if (i % 2 == 1) {
            (void)buf_printf(&shown, "%s ", say(app, ends[i / 2]));
        }
    }
    struct ui_element field = {.id = "field:time",
        .role = UI_ROLE_FIELD,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = buf_str(&shown),
        .size = UI_SIZE_KEYBOARD,
        .bold = true,
        .tone = UI_TONE_SURFACE,
        .label = words(app, &question->name),
        .state = UI_STATE_PERSONAL,
        .caret = caret_at_open(buf_str(&shown))};
    flow_element(app, flow, &field, FIELD_H);
    for (int i = 0; i < 10; i++) {
        app->keypad_waits |= digit_fits(app, question, (char)('0' + i)) ? 0 : 1U << i;
    }
    page_keypad(app, "digit:", "", "");
    app->keypad_waits = 0;
}

static bool
time_tap(struct app *app, const struct question *question, const char *id)
{
    if (strcmp(id, "digit:delete") == 0) {
        field_erase(app);
    } else if (strncmp(id, "digit:", 6) == 0 && digit_fits(app, question, id[6])) {
        field_put(app, id + 6);
    }
    return strncmp(id, "digit:", 6) == 0;
}

static void
time_type(struct app *app, const struct question *question, const char *text)
{
    if (text[0] >= '0' && text[0] <= '9' && text[1] == 0 && digit_fits(app, question, text[0])) {
        field_put(app, text);
    }
}

const struct widget widget_time = {.begin = time_begin,
    .build = time_build,
    .tap = time_tap,
    .type = time_type,
    .ready = time_ready,
    .keypad = true};

/* ---- what is only told ---- */

static void
note_begin(struct app *app, const struct question *question)
{
    (void)question;
    (void)snprintf(app->visit.field, sizeof(app->visit.field), "seen");
}

static void
note_build(struct app *app, struct flow *flow, const struct question *question)
{
    (void)question;
    struct ui_element told = {.role = UI_ROLE_NOTICE,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = say(app, "note.at-counter"),
        .picture = "counter",
        .tone = UI_TONE_SOFT,
        .size = UI_SIZE_BODY,
        .bold = true};
    flow_element(app, flow, &told, 0);
}

const struct widget widget_note = {.begin = note_begin, .build = note_build};

const struct widget *
widget_of(const struct question *question)
{
    switch (question->type) {
    case QUESTION_TIME:
        return time_as_choices(question) ? NULL : &widget_time;
    case QUESTION_PICK:
        return &widget_pick;
    case QUESTION_SLOT:
        return &widget_slot;
    case QUESTION_PLACE:
        return &widget_place;
    case QUESTION_SIGNATURE:
        return &widget_signature;
    case QUESTION_NOTE:
        return &widget_note;
    default:
        return NULL;
    }
}
