/* screens/home.c - what the visitor came for: a door for each procedure, and the largest one for "I
 * don't know", which leads to a person. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum { DOOR_H = 430 };

static void
place(struct app *app, size_t index, struct ui_rect where, void *ctx)
{
    (void)ctx;
    struct procedure_info info = procedure_info(procedure_at(app->procedures, index));
    char id[UI_ID_MAX];
    (void)snprintf(id, sizeof(id), "service:%s", info.id);
    ui_add(app->ui, &(struct ui_element){.id = id,
                        .role = UI_ROLE_DOOR,
                        .rect = where,
                        .text = words(app, &info.title),
                        .detail = words(app, &info.about),
                        .picture = info.picture,
                        .tone = UI_TONE_SURFACE,
                        .size = UI_SIZE_CHOICE,
                        .bold = true});
}

/* "I don't know what to do": the widest door, always at the bottom of the page. */
static void
unsure(struct app *app, const struct flow *flow)
{
    ui_add(app->ui, &(struct ui_element){.id = "unsure",
                        .role = UI_ROLE_DOOR,
                        .rect = rect(flow->x, flow->bottom - DOOR_H, flow->w, DOOR_H),
                        .text = say(app, "home.unsure"),
                        .detail = say(app, "home.unsure-detail"),
                        .picture = "question",
                        .tone = UI_TONE_CARE,
                        .size = UI_SIZE_CHOICE,
                        .bold = true});
}

static void
build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "home.where"), NULL);
    struct ui_rect all = ui_panel(app->ui);
    ui_add(app->ui, &(struct ui_element){.id = "finish",
                        .role = UI_ROLE_BUTTON,
                        .rect = rect(120, all.h - BAR_BOTTOM + 80, 680, 260),
                        .text = say(app, "bar.finish"),
                        .picture = "arrow-left",
                        .tone = UI_TONE_SURFACE,
                        .size = UI_SIZE_CHOICE,
                        .bold = true,
                        .align = UI_ALIGN_CENTRE});
    ui_add(
        app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                     .rect = rect(all.w / 2 - 300, all.h - BAR_BOTTOM + 80, all.w / 2 + 180, 260),
                     .text = say(app, "home.call-staff"),
                     .tone = UI_TONE_SURFACE,
                     .size = UI_SIZE_SMALL,
                     .align = UI_ALIGN_END,
                     .valign = UI_ALIGN_CENTRE});
    page_title(app, &flow, say(app, "home.title"));
    unsure(app, &flow);
    flow.bottom -= DOOR_H + GAP_OPPOSITE;
    size_t count = procedure_count(app->procedures);
    /* few services: larger doors */
    struct grid grid = {
        .count = count, .columns = 2, .height = count <= 2 ? DOOR_H * 3 / 2 : DOOR_H};
    flow_grid(app, &flow, &grid, place, NULL);
}

static void
tap(struct app *app, const char *id)
{
    if (strncmp(id, "service:", 8) == 0) {
        (void)visit_choose(app, id + 8); /* the id came from the set */
    } else if (strcmp(id, "unsure") == 0) {
        app_over(app, &screen_help);
    } else if (strcmp(id, "finish") == 0 || strcmp(id, "back") == 0) {
        visit_end(app);
    }
}

const struct screen screen_home = {.name = "home", .build = build, .tap = tap, .back = "finish"};
