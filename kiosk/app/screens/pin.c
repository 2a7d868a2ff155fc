/* screens/pin.c - the four digits: own keypad in phone order, dots, tries left beside it. Digits live
 * in locked memory and leave it only with card_read, which takes them over. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"

enum { DOTS_W = 1400, DOTS_H = 320, PRACTICE_TRIES = 3 };

static void
enter(struct app *app)
{
    visit_drop_pin(app);
    int r = secret_new(&app->visit.pin);
    if (r < 0) {
        LOG(LOG_ERROR, "pin.memory", LOG_ERR(r));
        app->visit.pin = NULL; /* build sends the visitor the way without a card */
    }
}

static void
dots(struct app *app, struct flow *flow)
{
    int entered = app->visit.pin != NULL ? (int)secret_len(app->visit.pin) : 0;
    if (flow_room(app, flow, DOTS_H)) {
        ui_add(app->ui,
            &(struct ui_element){.id = "field:pin",
                .role = UI_ROLE_DOTS,
                .rect = rect(flow->x, flow->y, flow->w < DOTS_W ? flow->w : DOTS_W, DOTS_H),
                .value = entered,
                .count = PIN_DIGITS,
                .label = say(app, "pin.dots"),
                .tone = UI_TONE_SURFACE});
    }
    flow->y += DOTS_H + 60;
}

/* How often one may still try: beside the keypad, before the first digit. */
static void
tries(struct app *app, struct flow *flow)
{
    char number[16];
    /* whoever practises has the tries of a card that nobody has used */
    (void)snprintf(
        number, sizeof(number), "%d", app->prefs.practice ? PRACTICE_TRIES : app->card_tries);
    AUTO_BUF text;
    buf_init(&text, 512);
    (void)sayf(app, &text, "pin.tries", "n", number);
    struct ui_element notice = {.role = UI_ROLE_NOTICE,
        .rect = rect(flow->x, 0, 0, 0),
        .text = buf_str(&text),
        .tone = UI_TONE_CARE,
        .size = UI_SIZE_VALUE,
        .bold = true,
        .align = UI_ALIGN_CENTRE};
    int height;
    ui_natural(app->ui, &notice, &notice.rect.w, &height);
    notice.rect.w = notice.rect.w > flow->w ? flow->w : notice.rect.w;
    flow_element(app, flow, &notice, 0);
    flow->y += 80;
}

static void
build(struct app *app)
{
    struct flow flow = page_begin_visit(app);
    flow = page_beside_keypad(app, flow);
    page_title(app, &flow, say(app, "pin.title"));
    dots(app, &flow);
    tries(app, &flow);
    flow_text(
        app, &flow, say(app, "pin.which"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 0);
    bool all = app->visit.pin != NULL && secret_len(app->visit.pin) == PIN_DIGITS;
    page_keypad(app, "pin:", "pin:unknown", say(app, "pin.unknown"));
    page_main(app, "pin:ok", say(app, "bar.next"), all ? 0 : UI_STATE_WAITING);
}

static void
add_digit(struct app *app, char digit)
{
    if (app->visit.pin != NULL && secret_len(app->visit.pin) < PIN_DIGITS) {
        (void)secret_push(app->visit.pin, (uint8_t)digit); /* room was checked */
    }
}

static void
send(struct app *app)
{
    if (app->visit.pin == NULL || secret_len(app->visit.pin) != PIN_DIGITS) {
        return;
    }
    if (app->prefs.practice) {
        visit_drop_pin(app); /* any four digits will do, and none of them is kept */
        practice_read(app);
        visit_show_interview(app);
        return;
    }
    if (app->card == NULL) {
        return;
    }
    struct secret *pin = app->visit.pin;
    app->visit.pin = NULL;
    app_go(app, &screen_reading);
    int r = card_read(app->card, pin, app->visit.last_try_confirmed, app->visit.serial);
    if (r < 0) {
        app->visit.fault = r;
        app_go(app, fault_screen(r));
    }
}

static void
tap(struct app *app, const char *id)
{
    if (strlen(id) == 5 && strncmp(id, "pin:", 4) == 0 && id[4] >= '0' && id[4] <= '9') {
        add_digit(app, id[4]);
    } else if (strcmp(id, "pin:delete") == 0 && app->visit.pin != NULL) {
        secret_pop(app->visit.pin);
    } else if (strcmp(id, "pin:ok") == 0 || strcmp(id, "next") == 0) {
        send(app);
    } else if (strcmp(id, "pin:unknown") == 0) {
        visit_drop_pin(app);
        app->visit.fault = KERR_CANCELLED;
        app_go(app, fault_screen(KERR_CANCELLED));
    } else if (strcmp(id, "back") == 0) {
        visit_drop_pin(app);
        app_go(app, &screen_explain);
    }
}

static void
type(struct app *app, const char *text)
{
    if (text[0] >= '0' && text[0] <= '9' && text[1] == 0) {
        add_digit(app, text[0]);
    }
}

static void
erase(struct app *app)
{
    if (app->visit.pin != NULL) {
        secret_pop(app->visit.pin);
    }
}

const struct screen screen_pin = {
    .name = "pin", .build = build, .tap = tap, .enter = enter, .type = type, .erase = erase};

/* One try is left: the last one is never used without a clear yes. */

static void
last_build(struct app *app)
{
    struct flow flow = page_begin_visit(app);
    struct flow left = page_picture(app, flow, "card", UI_TONE_CARE);
    page_title(app, &left, say(app, "pin-last.title"));
    flow_text(app, &left, say(app, "pin-last.text"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
        false, 70);
    flow_door(app, &left, "no-card", "document", say(app, "card.without"), say(app, "fault.kept"));
    flow_door(app, &left, "call", "bell", say(app, "fault.call"), say(app, "fault.call-pin"));
    page_main(app, "last-try", say(app, "pin-last.go"), 0);
}

static void
last_tap(struct app *app, const char *id)
{
    if (strcmp(id, "last-try") == 0) {
        app->visit.last_try_confirmed = true;
        app_go(app, &screen_pin);
    } else if (strcmp(id, "no-card") == 0) {
        app->visit.card_declined = true;
        visit_show_interview(app);
    } else if (strcmp(id, "call") == 0) {
        app_over(app, &screen_call);
    } else if (strcmp(id, "back") == 0) {
        app_go(app, &screen_explain);
    }
}

const struct screen screen_pin_last = {.name = "pin-last", .build = last_build, .tap = last_tap};
