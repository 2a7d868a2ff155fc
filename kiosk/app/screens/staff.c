/* screens/staff.c - the staff's way in: digits checked against a scrypt hash, with a lock that grows
 * after wrong ones. Behind it staff_desk.c, which also ends the program. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

enum { DOTS_W = 2100, DOTS_H = 350 };
enum { STAFF_DIGITS = 6, STAFF_FREE_TRIES = 5, STAFF_LOCK_MS = 15000 }; /* ux section 8 row 85 */

static bool
locked(const struct app *app)
{
    return clock_mono_ms(app->clock) < app->staff_locked_until_ms;
}

static void
enter(struct app *app)
{
    explicit_bzero(app->staff_digits, sizeof(app->staff_digits));
}

static void
build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "help.staff"), "bar.back");
    flow = page_beside_keypad(app, flow);
    page_title(app, &flow, say(app, "staff.title"));
    if (flow_room(app, &flow, DOTS_H)) {
        ui_add(app->ui, &(struct ui_element){.id = "field:staff",
                            .role = UI_ROLE_DOTS,
                            .rect = rect(flow.x, flow.y, flow.w < DOTS_W ? flow.w : DOTS_W, DOTS_H),
                            .value = (int)strlen(app->staff_digits),
                            .count = STAFF_DIGITS,
                            .label = say(app, "pin.dots"),
                            .tone = UI_TONE_SURFACE});
    }
    flow.y += DOTS_H + 100;
    const char *text = app->staff_hash[0] == 0 ? "staff.none"
                       : locked(app)           ? "staff.locked"
                                               : "staff.text";
    flow_text(app, &flow, say(app, text), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 0);
    page_keypad(app, "digit:", "", "");
    bool ready = strlen(app->staff_digits) == STAFF_DIGITS && !locked(app);
    page_main(app, "next", say(app, "bar.next"), ready ? 0 : UI_STATE_WAITING);
}

static void
check(struct app *app)
{
    bool right = app->staff_hash[0] != 0 && !locked(app) &&
                 seal_password_check(app->staff_digits, app->staff_hash) == 0;
    explicit_bzero(app->staff_digits, sizeof(app->staff_digits));
    if (right) {
        LOG(LOG_INFO, "staff.in", LOG_INT("wrong-before", app->staff_wrong));
        app_over(app, &screen_staff_desk); /* back to a visit under way when staff stand beside */
        return;
    }
    app->staff_wrong++;
    LOG(LOG_WARN, "staff.wrong", LOG_INT("count", app->staff_wrong));
    if (app->staff_wrong >= STAFF_FREE_TRIES) {
        int doublings = app->staff_wrong - STAFF_FREE_TRIES;
        int64_t wait = (int64_t)STAFF_LOCK_MS << (doublings > 10 ? 10 : doublings);
        app->staff_locked_until_ms = clock_mono_ms(app->clock) + wait;
    }
}

static void
tap(struct app *app, const char *id)
{
    size_t len = strlen(app->staff_digits);
    if (strcmp(id, "back") == 0) {
        enter(app);
        app_return(app);
    } else if (strcmp(id, "digit:delete") == 0) {
        app->staff_digits[len > 0 ? len - 1 : 0] = 0;
    } else if (strncmp(id, "digit:", 6) == 0 && len < STAFF_DIGITS) {
        app->staff_digits[len] = id[6];
    } else if (strcmp(id, "next") == 0) {
        check(app);
    }
}

const struct screen screen_staff = {.name = "staff", .build = build, .tap = tap, .enter = enter};
