/* screens/not_here.c - this can't be done here: why, who helps instead, where and when. The answers stay, and one can go
 * back and change them. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum { LINE_GAP = 40 };

static void
counter(struct app *app, struct flow *flow, const struct procedure_stop *stop)
{
    if (stop->counter.source == NULL) {
        return;
    }
    AUTO_BUF text;
    buf_init(&text, 2048);
    (void)buf_printf(&text, "%s: %s", say(app, "results.counter"), words(app, &stop->counter));
    if (stop->hours.source != NULL) {
        (void)buf_printf(&text, "\n%s", words(app, &stop->hours));
    }
    flow_text(
        app, flow, buf_str(&text), UI_ROLE_NOTICE, UI_SIZE_VALUE, UI_TONE_SOFT, true, LINE_GAP);
}

static void
build(struct app *app)
{
    struct flow flow = page_begin_visit(app);
    struct flow left = page_picture(app, flow, "counter", UI_TONE_SOFT);
    struct procedure_stop stop = {0};
    bool stopped = interview_stopped(app->visit.interview, &stop);
    page_title(app, &left, say(app, "not-here.title"));
    flow_text(app, &left, words(app, &stop.say), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false,
        LINE_GAP);
    counter(app, &left, &stop);
    if (stopped && stop.page != NULL) {
        char target[INFO_TARGET_MAX];
        (void)snprintf(target, sizeof(target), "page:%s", stop.page);
        trail_row(app, &left, "read", target, NULL);
    }
    flow_door(app, &left, "call", "bell", say(app, "fault.call"), NULL);
    flow_door(app, &left, "other", "house", say(app, "fault.home"), say(app, "fault.home-detail"));
}

static void
tap(struct app *app, const char *id)
{
    struct procedure_stop stop;
    if (strcmp(id, "read") == 0 && interview_stopped(app->visit.interview, &stop) &&
        stop.page != NULL) {
        char target[INFO_TARGET_MAX];
        (void)snprintf(target, sizeof(target), "page:%s", stop.page);
        trail_start(app, target);
    } else if (strcmp(id, "call") == 0) {
        app_over(app, &screen_call);
    } else if (strcmp(id, "other") == 0) {
        app_go(app, &screen_home);
    } else if (strcmp(id, "back") == 0 && !visit_back(app)) {
        visit_leave_procedure(app);
    }
}

const struct screen screen_not_here = {.name = "not-here", .build = build, .tap = tap};
