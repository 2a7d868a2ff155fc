/* screens/explain.c - before anything is asked: what this procedure is, what it needs, what it costs,
 * how long it takes. The visitor can stop here without loss. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum { ICON_W = 190, LINE_H = 130, LINE_GAP = 40, THING_GAP = 24 };

/* picture and name NULL: goes on with what was named above. */
static void
line(struct app *app, struct flow *flow, const char *picture, const char *name, const char *text)
{
    int name_w = flow->w * 26 / 100;
    int value_w = flow->w - ICON_W - name_w;
    int height = ui_text_height(app->ui, text, value_w, UI_SIZE_BODY, true);
    int name_h = name != NULL ? ui_text_height(app->ui, name, name_w - 40, UI_SIZE_HINT, false) : 0;
    height = height > name_h ? height : name_h;
    height = height > LINE_H || name == NULL ? height : LINE_H;
    bool shown = flow_room(app, flow, height);
    if (shown && name != NULL) {
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_PICTURE,
                            .rect = rect(flow->x, flow->y + 5, LINE_H - 10, LINE_H - 10),
                            .picture = picture,
                            .tone = UI_TONE_PAPER});
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                            .rect = rect(flow->x + ICON_W, flow->y, name_w - 40, height),
                            .text = name,
                            .size = UI_SIZE_HINT,
                            .tone = UI_TONE_PAPER});
    }
    if (shown) {
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                            .rect = rect(flow->x + ICON_W + name_w, flow->y, value_w, height),
                            .text = text,
                            .size = UI_SIZE_BODY,
                            .tone = UI_TONE_PAPER,
                            .bold = true});
    }
    flow->y += height + LINE_GAP;
}

/* Each thing is a block of its own: a page ends between two, and one of several lines isn't read on into the next. */
static void
bring_list(struct app *app, struct flow *flow)
{
    struct procedure_words thing;
    for (size_t i = 0; interview_bring(app->visit.interview, i, &thing) == 0; i++) {
        flow->y -= i > 0 ? LINE_GAP - THING_GAP : 0;
        line(app, flow, i == 0 ? "document" : NULL, i == 0 ? say(app, "explain.bring") : NULL,
            words(app, &thing));
    }
}

/* Where else it can be had, with the page that tells more. */
static void
also_list(struct app *app, struct flow *flow)
{
    struct procedure_also also;
    for (size_t i = 0; interview_also(app->visit.interview, i, &also) == 0; i++) {
        flow_text(app, flow, words(app, &also.say), UI_ROLE_NOTICE, UI_SIZE_BODY, UI_TONE_SOFT,
            false, LINE_GAP);
        if (also.page != NULL) {
            char id[UI_ID_MAX];
            char target[INFO_TARGET_MAX];
            (void)snprintf(id, sizeof(id), "read:%s", also.page);
            (void)snprintf(target, sizeof(target), "page:%s", also.page);
            trail_row(app, flow, id, target, NULL);
        }
    }
}

/* What happens to the answers, where that is other than usual. */
static void
promise(struct app *app, struct flow *flow, const struct procedure_info *info)
{
    const char *message = !info->keeps      ? "explain.not-kept"
                          : info->anonymous ? "explain.anonymous"
                                            : NULL;
    if (message != NULL) {
        line(app, flow, "shield", say(app, "explain.answers"), say(app, message));
    }
}

static void
build(struct app *app)
{
    struct flow flow = page_begin_visit(app);
    struct procedure_info info = procedure_info(app->visit.procedure);
    page_title(app, &flow, words(app, &info.title));
    flow_text(
        app, &flow, words(app, &info.about), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 70);
    AUTO_BUF text;
    buf_init(&text, 4096);
    bring_list(app, &flow);
    if (info.has_fee) {
        line(app, &flow, "yen", say(app, "explain.fee"), words(app, &info.fee_note));
    }
    char minutes[16];
    (void)snprintf(minutes, sizeof(minutes), "%d", interview_minutes(app->visit.interview));
    buf_clear(&text);
    (void)sayf(app, &text, "explain.minutes", "n", minutes);
    line(app, &flow, "clock", say(app, "explain.time"), buf_str(&text));
    if (info.counter.source != NULL) {
        buf_clear(&text);
        (void)buf_add_str(&text, words(app, &info.counter));
        if (info.counter_hours.source != NULL) {
            (void)buf_printf(&text, "\n%s", words(app, &info.counter_hours));
        }
        line(app, &flow, "counter", say(app, "explain.counter"), buf_str(&text));
    }
    promise(app, &flow, &info);
    also_list(app, &flow);
    page_main(app, "next", say(app, "explain.start"), 0);
}

static void
tap(struct app *app, const char *id)
{
    if (strcmp(id, "next") == 0) {
        visit_go_on(app);
    } else if (strncmp(id, "read:", 5) == 0) {
        char target[INFO_TARGET_MAX];
        (void)snprintf(target, sizeof(target), "page:%s", id + 5);
        trail_start(app, target);
    } else if (strcmp(id, "back") == 0) {
        visit_leave_procedure(app);
    }
}

const struct screen screen_explain = {.name = "explain", .build = build, .tap = tap};
