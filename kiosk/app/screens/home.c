/* screens/home.c - what the visitor came for: a door for each procedure, and the largest one for "I
 * don't know", which leads to a person. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum { DOOR_H = 430, SEARCH_H = 230, SEARCH_W = 1200 };

/* The door of the procedure at index, with words but without a place. */
static struct ui_element
door(struct app *app, size_t index, char id[UI_ID_MAX])
{
    struct procedure_info info = procedure_info(procedure_at(app->procedures, index));
    (void)snprintf(id, UI_ID_MAX, "service:%s", info.id);
    return (struct ui_element){.id = id,
        .role = UI_ROLE_DOOR,
        .text = words(app, &info.title),
        .detail = words(app, &info.about),
        .picture = info.picture,
        .tone = UI_TONE_SURFACE,
        .size = UI_SIZE_CHOICE,
        .bold = true};
}

static void
place(struct app *app, size_t index, struct ui_rect where, void *ctx)
{
    (void)ctx;
    char id[UI_ID_MAX];
    struct ui_element element = door(app, index, id);
    element.rect = where;
    ui_add(app->ui, &element);
}

/* The height that the door with the most words needs in this width. */
static int
doors_height(struct app *app, int width, int least)
{
    for (size_t i = 0; i < procedure_count(app->procedures); i++) {
        char id[UI_ID_MAX];
        struct ui_element element = door(app, i, id);
        element.rect.w = width;
        int w;
        int h;
        ui_natural(app->ui, &element, &w, &h);
        least = h > least ? h : least;
    }
    return least;
}

/* Doors side by side where there is room; large words only when more of them are on a page so. */
static int
columns(struct app *app, const struct flow *flow)
{
    if (flow->w < TWO_COLUMNS_W) {
        return 1;
    }
    int room = flow->bottom - (flow->y < app->places.targets ? app->places.targets : flow->y);
    int one = doors_height(app, flow->w, DOOR_H);
    int two = doors_height(app, (flow->w - COLUMN_GAP) / 2, DOOR_H);
    bool more = two <= room && 2 * (room / (two + GAP_MIN)) >= room / (one + GAP_MIN);
    return ui_text_size(app->ui) <= UI_TEXT_NORMAL || more ? 2 : 1;
}

/* "I don't know what to do": the widest door, at the bottom of the page, or after the others when
 * large words need the room. */
static void
doors(struct app *app, struct flow *flow)
{
    struct ui_element unsure = {.id = "unsure",
        .role = UI_ROLE_DOOR,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = say(app, "home.unsure"),
        .detail = say(app, "home.unsure-detail"),
        .picture = "question",
        .tone = UI_TONE_CARE,
        .size = UI_SIZE_CHOICE,
        .bold = true};
    int width;
    ui_natural(app->ui, &unsure, &width, &unsure.rect.h);
    unsure.rect.h = unsure.rect.h < DOOR_H ? DOOR_H : unsure.rect.h;
    size_t count = procedure_count(app->procedures);
    struct grid grid = {.count = count, .columns = columns(app, flow)};
    /* few services: larger doors */
    int least = count <= 2 ? DOOR_H * 3 / 2 : DOOR_H;
    grid.height =
        doors_height(app, (flow->w - (grid.columns - 1) * COLUMN_GAP) / grid.columns, DOOR_H);
    int rows = ((int)count + grid.columns - 1) / grid.columns;
    int all = rows * (grid.height + GAP_MIN) + GAP_OPPOSITE + unsure.rect.h;
    flow_within_reach(app, flow);
    bool pinned = flow->y + all <= flow->bottom;
    if (pinned) {
        flow->bottom -= unsure.rect.h + GAP_OPPOSITE;
        unsure.rect.y = flow->bottom + GAP_OPPOSITE;
        int most = (flow->bottom - flow->y) / (rows > 0 ? rows : 1) - GAP_MIN;
        least = least > most ? most : least;
        grid.height = grid.height > least ? grid.height : least;
    }
    flow_grid(app, flow, &grid, place, NULL);
    if (pinned) {
        ui_add(app->ui, &unsure); /* last, as it is seen: what is read aloud follows the list */
    } else {
        flow_element(app, flow, &unsure, DOOR_H);
    }
}

/* Looking for it by words: between the bottom bar's two buttons, or above the doors where there is no room. */
static void
search_button(struct app *app, struct flow *flow)
{
    struct ui_rect foot = app->places.foot;
    struct ui_element button = {.id = "search",
        .role = UI_ROLE_BUTTON,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = say(app, "search.title"),
        .picture = "search",
        .tone = UI_TONE_SURFACE,
        .size = UI_SIZE_BODY,
        .bold = true,
        .align = UI_ALIGN_CENTRE};
    if (app->search == NULL) {
        return;
    }
    if (foot.w == 0) {
        flow_element(app, flow, &button, SEARCH_H);
        flow->y += GAP_MIN;
        return;
    }
    int width = foot.w < SEARCH_W ? foot.w : SEARCH_W;
    button.rect =
        rect(foot.x + (foot.w - width) / 2, foot.y + (foot.h - SEARCH_H) / 2, width, SEARCH_H);
    ui_add(app->ui, &button);
}

static void
build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "home.where"), NULL);
    page_left_button(app, "finish", say(app, "bar.finish"), "arrow-left");
    page_right_button(app, "access", say(app, "bar.access"), "access");
    page_title(app, &flow, say(app, "home.title"));
    search_button(app, &flow);
    doors(app, &flow);
}

static void
tap(struct app *app, const char *id)
{
    if (strncmp(id, "service:", 8) == 0) {
        (void)visit_choose(app, id + 8); /* the id came from the set */
    } else if (strcmp(id, "search") == 0) {
        trail_start(app, "search:");
    } else if (strcmp(id, "unsure") == 0) {
        app_over(app, &screen_help);
    } else if (strcmp(id, "access") == 0) {
        app_over(app, &screen_access);
    } else if (strcmp(id, "finish") == 0 || strcmp(id, "back") == 0) {
        visit_finish(app);
    }
}

const struct screen screen_home = {.name = "home", .build = build, .tap = tap, .back = "finish"};
