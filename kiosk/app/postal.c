/* app/postal.c - an address from its postal code: seven digits on the number pad, then the town by one touch; the
 * house number is typed on. */
#include "app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_H = 240, TOWN_H = 240 };

bool
postal_possible(const struct app *app, const struct question *question)
{
    return app->postal != NULL && question->input == QUESTION_INPUT_ADDRESS;
}

static size_t
found(const struct app *app, size_t index, struct input_address *ret)
{
    return app->postal != NULL
               ? input_postal_find(app->postal, app->visit.writing.postal, index, ret)
               : 0;
}

bool
postal_ready(const struct app *app)
{
    return found(app, 0, NULL) == 1;
}

static void
place_town(struct app *app, size_t index, struct ui_rect where, void *ctx)
{
    (void)ctx;
    struct input_address address;
    if (found(app, index, &address) <= index) {
        return;
    }
    char id[UI_ID_MAX];
    (void)snprintf(id, sizeof(id), "town:%zu", index);
    AUTO_BUF text;
    buf_init(&text, 1024);
    (void)buf_printf(&text, "{%s|%s}%s", address.place, address.reading, address.town);
    ui_add(app->ui, &(struct ui_element){.id = id,
                        .role = UI_ROLE_CHOICE,
                        .rect = where,
                        .text = buf_str(&text),
                        .lang = "ja",
                        .size = UI_SIZE_BODY,
                        .bold = true,
                        .align = UI_ALIGN_CENTRE,
                        .tone = UI_TONE_SURFACE,
                        .state = UI_STATE_PERSONAL});
}

/* "317-0065", places that are open as lines. */
static void
digits(struct app *app, struct flow *flow)
{
    const char *postal = app->visit.writing.postal;
    char text[POSTAL_DIGITS + 8];
    size_t have = strlen(postal);
    size_t out = 0;
    for (size_t i = 0; i < POSTAL_DIGITS; i++) {
        if (i == 3) {
            text[out++] = '-';
        }
        text[out++] = i < have ? postal[i] : '_';
    }
    text[out] = 0;
    struct ui_element field = {.id = "field:postal",
        .role = UI_ROLE_FIELD,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = text,
        .size = UI_SIZE_KEY,
        .bold = true,
        .tone = UI_TONE_SURFACE,
        .label = say(app, "key.postal"),
        .state = UI_STATE_PERSONAL,
        .caret = caret_at_open(text)};
    flow_element(app, flow, &field, FIELD_H);
    flow->y += GAP_MIN;
    explicit_bzero(text, sizeof(text));
}

void
postal_build(struct app *app, struct flow *flow)
{
    bool whole = strlen(app->visit.writing.postal) == POSTAL_DIGITS;
    if (!whole) {
        flow_text(app, flow, say(app, "postal.ask"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
            false, GAP_MIN);
    }
    digits(app, flow);
    size_t count = found(app, 0, NULL);
    if (count == 0 && whole) {
        flow_text(app, flow, say(app, "postal.unknown"), UI_ROLE_NOTICE, UI_SIZE_BODY, UI_TONE_CARE,
            true, GAP_MIN);
    }
    flow_left_of_keypad(app, flow);
    struct grid grid = {.count = count, .columns = 1, .height = TOWN_H};
    flow_grid(app, flow, &grid, place_town, NULL);
    struct ui_element skip = {.id = "postal:skip",
        .role = UI_ROLE_BUTTON,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = say(app, "postal.skip"),
        .tone = UI_TONE_QUIET,
        .size = UI_SIZE_BODY,
        .bold = true,
        .align = UI_ALIGN_CENTRE};
    flow_element(app, flow, &skip, TOWN_H);
    page_keypad(app, "digit:", "", "");
}

static void
take(struct app *app, size_t index)
{
    struct input_address address;
    if (found(app, index, &address) <= index) {
        return;
    }
    field_clear(app);
    (void)field_replace(app, 0, 0, address.place, address.reading[0] != 0 ? address.reading : NULL);
    field_put(app, address.town);
    app->visit.writing.face = WRITING_KEYS;
    app->visit.writing.mode = KEYBOARD_DIGITS;
}

bool
postal_tap(struct app *app, const char *id)
{
    struct writing *writing = &app->visit.writing;
    size_t have = strlen(writing->postal);
    if (strcmp(id, "postal:skip") == 0) {
        writing->face = WRITING_KEYS;
    } else if (strcmp(id, "digit:delete") == 0) {
        writing->postal[have > 0 ? have - 1 : 0] = 0;
        app->visit.page = 0;
    } else if (strncmp(id, "digit:", 6) == 0 && have < POSTAL_DIGITS) {
        writing->postal[have] = id[6];
        writing->postal[have + 1] = 0;
        app->visit.page = 0;
    } else if (strncmp(id, "town:", 5) == 0) {
        take(app, (size_t)strtoul(id + 5, NULL, 10));
    } else if (strcmp(id, "next") == 0 && postal_ready(app)) {
        take(app, 0);
    } else {
        return strncmp(id, "digit:", 6) == 0 || strcmp(id, "next") == 0;
    }
    return true;
}
