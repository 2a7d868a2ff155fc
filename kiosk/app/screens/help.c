/* screens/help.c - the one place where help is, on every page: what this machine does, how to call a
 * person, how to stop. An overlay: nothing that was answered is lost. Staff get in from here. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

static void
build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "bar.help"), "bar.back");
    struct flow left = page_picture(app, flow, "people", UI_TONE_CARE);
    page_title(app, &left, say(app, "help.title"));
    flow_text(
        app, &left, say(app, "help.text"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 70);
    flow_door(
        app, &left, "access", "access", say(app, "bar.access"), say(app, "help.access-detail"));
    if (app->visit.open) {
        flow_door(app, &left, "stop", "house", say(app, "help.stop"), say(app, "help.stop-detail"));
    }
    struct ui_rect all = ui_panel(app->ui);
    ui_add(app->ui, &(struct ui_element){.id = "staff",
                        .role = UI_ROLE_BUTTON,
                        .rect = rect(all.w - 120 - 560, all.h - BAR_BOTTOM + 107, 560, 205),
                        .text = say(app, "help.staff"),
                        .tone = UI_TONE_QUIET,
                        .size = UI_SIZE_BAR,
                        .align = UI_ALIGN_CENTRE});
}

static void
tap(struct app *app, const char *id)
{
    if (strcmp(id, "back") == 0) {
        app_return(app);
    } else if (strcmp(id, "access") == 0) {
        app_over(app, &screen_access);
    } else if (strcmp(id, "stop") == 0) {
        app_over(app, &screen_leave);
    } else if (strcmp(id, "staff") == 0) {
        app_over(app, &screen_staff);
    }
}

const struct screen screen_help = {.name = "help", .build = build, .tap = tap};

/* Stopping throws the answers away: asked once, clearly. */

static void
leave_build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "bar.help"), "leave.go-on");
    struct flow left = page_picture(app, flow, "house", UI_TONE_CARE);
    page_title(app, &left, say(app, "leave.title"));
    flow_text(
        app, &left, say(app, "leave.text"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 70);
    page_main(app, "finish", say(app, "leave.stop"), 0);
}

static void
leave_tap(struct app *app, const char *id)
{
    if (strcmp(id, "back") == 0) {
        app_return(app);
    } else if (strcmp(id, "finish") == 0) {
        visit_finish(app);
    }
}

const struct screen screen_leave = {.name = "leave", .build = leave_build, .tap = leave_tap};
