/* screens/map.c - a map of the house or the district: the places by name, and one place on the drawing, with the
 * counter's hours. */
#include "app/app_priv.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { DOOR_H = 220, PIN = 130, PLACES_MOST = 64 };
static const char HERE[] = "here"; /* the place of a map where this terminal stands */

/* The map that is shown, and its place or NULL. */
static const struct procedure_map *
shown(const struct app *app, const struct procedure_place **ret_place)
{
    char name[INFO_TARGET_MAX];
    const char *id = trail_id(app);
    const char *slash = strchr(id, '/');
    (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(id, "/"), id);
    const struct procedure_map *map = procedure_map(app->procedures, name);
    *ret_place = NULL;
    for (size_t i = 0; slash != NULL && i < map->count; i++) {
        if (strcmp(map->places[i].id, slash + 1) == 0) {
            *ret_place = &map->places[i];
        }
    }
    return map;
}

/* A sign on the drawing; a pin's tip is the place, a disc's middle. */
static void
sign(struct app *app, struct ui_rect map, const struct procedure_place *place, const char *picture)
{
    bool pin = strcmp(picture, "pin") == 0;
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_PICTURE,
                        .rect = rect(map.x + map.w * place->x / 1000 - PIN / 2,
                            map.y + map.h * place->y / 1000 - (pin ? PIN : PIN / 2), PIN, PIN),
                        .picture = picture,
                        .tone = UI_TONE_CARE});
}

/* The drawing within a box: a pin on the place, a disc where the visitor stands. */
static void
drawing(struct app *app, const struct procedure_map *map, struct ui_rect box,
    const struct procedure_place *place)
{
    int w = box.w;
    int h = w * map->height / 1000;
    if (h > box.h) {
        h = box.h;
        w = h * 1000 / map->height;
    }
    struct ui_rect at = rect(box.x + (box.w - w) / 2, box.y, w, h);
    ui_add(
        app->ui, &(struct ui_element){.role = UI_ROLE_PANEL, .rect = at, .tone = UI_TONE_SURFACE});
    ui_add(app->ui,
        &(struct ui_element){
            .role = UI_ROLE_PICTURE, .rect = at, .picture = map->picture, .tone = UI_TONE_PAPER});
    for (size_t i = 0; i < map->count; i++) {
        if (strcmp(map->places[i].id, HERE) == 0 && &map->places[i] != place) {
            sign(app, at, &map->places[i], "here");
        }
    }
    sign(app, at, place, "pin");
}

/* What the disc means. */
static void
legend(struct app *app, struct flow *flow, const struct procedure_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        const char *text = words(app, &map->places[i].name);
        int width = flow->w - PIN - 40;
        int height = ui_text_height(app->ui, text, width, UI_SIZE_BODY, false);
        height = height < PIN ? PIN : height;
        if (strcmp(map->places[i].id, HERE) == 0 && flow_room(app, flow, height)) {
            ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_PICTURE,
                                .rect = rect(flow->x, flow->y, PIN, PIN),
                                .picture = "here",
                                .tone = UI_TONE_PAPER});
            ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                                .rect = rect(flow->x + PIN + 40, flow->y, width, height),
                                .text = text,
                                .size = UI_SIZE_BODY,
                                .tone = UI_TONE_PAPER,
                                .valign = UI_ALIGN_CENTRE});
            flow->y += height + 40;
        }
    }
}

static void
place_door(struct app *app, size_t index, struct ui_rect where, void *ctx)
{
    const struct procedure_map *map = ctx;
    char id[UI_ID_MAX];
    (void)snprintf(id, sizeof(id), "place:%s", map->places[index].id);
    ui_add(app->ui, &(struct ui_element){.id = id,
                        .role = UI_ROLE_BUTTON,
                        .rect = where,
                        .text = words(app, &map->places[index].name),
                        .tone = UI_TONE_SURFACE,
                        .size = UI_SIZE_BODY,
                        .bold = true,
                        .align = UI_ALIGN_CENTRE});
}

static void
build(struct app *app)
{
    const struct procedure_place *none;
    const struct procedure_map *map = shown(app, &none);
    struct flow flow = page_begin(app, words(app, &map->title), "bar.back");
    page_title(app, &flow, say(app, "map.where"));
    bool wide = flow.w >= TWO_COLUMNS_W && ui_text_size(app->ui) <= UI_TEXT_NORMAL;
    int heights[PLACES_MOST];
    struct grid grid = {.count = map->count > PLACES_MOST ? PLACES_MOST : map->count,
        .columns = wide                                                                  ? 3
                   : flow.w < TWO_COLUMNS_W / 2 || ui_text_size(app->ui) > UI_TEXT_LARGE ? 1
                                                                                         : 2,
        .height = DOOR_H,
        .heights = heights};
    for (size_t i = 0; i < grid.count; i++) {
        struct ui_element element = {.role = UI_ROLE_BUTTON,
            .rect.w = (flow.w - (grid.columns - 1) * COLUMN_GAP) / grid.columns,
            .text = words(app, &map->places[i].name),
            .size = UI_SIZE_BODY,
            .bold = true};
        int w;
        ui_natural(app->ui, &element, &w, &heights[i]);
    }
    union {
        const struct procedure_map *map;
        void *ctx;
    } plain = {.map = map}; /* flow_grid passes it back to place_door, which only reads */
    flow_grid(app, &flow, &grid, place_door, plain.ctx);
}

static void
tap(struct app *app, const char *id)
{
    char target[INFO_TARGET_MAX];
    if (strcmp(id, "back") == 0) {
        trail_back(app);
    } else if (strncmp(id, "place:", 6) == 0) {
        int len = snprintf(target, sizeof(target), "%s/%s", trail_at(app), id + 6);
        if (len > 0 && (size_t)len < sizeof(target)) {
            (void)trail_open(app, target); /* the id came from the map */
        }
    }
}

const struct screen screen_map = {.name = "map", .build = build, .tap = tap};

/* The drawing beside the words, or below them in portrait. */
static void
place_build(struct app *app)
{
    const struct procedure_place *place;
    const struct procedure_map *map = shown(app, &place);
    assert(place != NULL); /* trail_open knew it */
    struct flow flow = page_begin(app, words(app, &map->title), "bar.back");
    bool below = app->places.portrait;
    int height = flow.bottom - flow.top;
    struct ui_rect box = rect(flow.x + flow.w * 45 / 100, flow.top, flow.w * 55 / 100, height);
    if (below) {
        box = rect(flow.x, flow.bottom - height * 55 / 100, flow.w, height * 55 / 100);
        flow.bottom = box.y - GAP_MIN;
    } else {
        flow.w = flow.w * 45 / 100 - COLUMN_GAP;
    }
    page_title(app, &flow, words(app, &place->name));
    drawing(app, map, box, place);
    if (strcmp(place->id, HERE) != 0) {
        legend(app, &flow, map);
    }
    if (place->counter != NULL) {
        struct procedure_words hours = procedure_counter_hours(app->procedures, place->counter);
        flow_text(
            app, &flow, words(app, &hours), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 40);
    }
    if (place->list != NULL) {
        const struct procedure_list *list = procedure_list(app->procedures, place->list);
        const struct procedure_entry *entry =
            list != NULL ? procedure_entry(list, place->entry) : NULL;
        if (entry != NULL) {
            flow_text(app, &flow, words(app, &entry->detail), UI_ROLE_TEXT, UI_SIZE_BODY,
                UI_TONE_PAPER, false, 40);
            flow_text(app, &flow, words(app, &entry->hours), UI_ROLE_TEXT, UI_SIZE_BODY,
                UI_TONE_PAPER, false, 40);
            flow_text(
                app, &flow, entry->phone, UI_ROLE_TEXT, UI_SIZE_VALUE, UI_TONE_PAPER, true, 0);
        }
    }
}

static void
place_tap(struct app *app, const char *id)
{
    if (strcmp(id, "back") == 0) {
        trail_back(app);
    }
}

const struct screen screen_place = {.name = "place", .build = place_build, .tap = place_tap};
