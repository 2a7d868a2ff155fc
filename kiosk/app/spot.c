/* app/spot.c - a place on a map: a touch sets the pin, four keys move it by steps, the nearest landmark is told in words,
 * so that hands, eyes or ears alone are enough. */
#include "app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    UNITS = 1000,
    STEP = 25, /* thousandths a key moves the pin: 1 cm on a map of 40 cm */
    PIN = 150,
    KEY_W = 260,
    KEY_H = 210,
    PIN_ABOVE = PIN - GAP_MIN, /* a pin at the map's edge reaches above it */
    KEYS_H = 3 * KEY_H + 2 * GAP_MIN,
    KEYS_LEAST_H = 3 * 200 + 2 * GAP_MIN,
    NEAR = 45, /* thousandths: at the landmark itself */
    MAP_LEAST_H = 500,
    MAP_GOOD_H = 600,
    SIDE_W = 3 * KEY_W + 2 * GAP_MIN
};

/* The pin; false while there is none. */
static bool
pin_of(const struct app *app, int *ret_x, int *ret_y)
{
    const struct procedure_map *map;
    return procedure_place_parse(app->procedures, app->visit.field, &map, ret_x, ret_y);
}

static void
set_pin(struct app *app, const struct question *question, int x, int y)
{
    x = x < 0 ? 0 : x > UNITS ? UNITS : x;
    y = y < 0 ? 0 : y > UNITS ? UNITS : y;
    (void)snprintf(app->visit.field, sizeof(app->visit.field), "%s/%d,%d", question->map->id, x, y);
    app->visit.verdict_shown = false;
}

void
spot_words(struct app *app, const char *value, struct buf *out)
{
    const struct procedure_map *map;
    int x;
    int y;
    if (!procedure_place_parse(app->procedures, value, &map, &x, &y)) {
        (void)buf_add_str(out, value);
        return;
    }
    const struct procedure_place *near = procedure_place_near(map, x, y);
    if (near == NULL) {
        (void)buf_add_str(out, words(app, &map->title));
        return;
    }
    int dx = near->x - x;
    int dy = (near->y - y) * map->height / UNITS;
    bool there = dx * dx + dy * dy <= NEAR * NEAR;
    (void)sayf(app, out, there ? "place.at" : "place.near", "name", words(app, &near->name));
}

/* The map as large as fits the box, in its own shape. */
static struct ui_rect
fit(const struct procedure_map *map, struct ui_rect box)
{
    int w = box.w;
    int h = w * map->height / UNITS;
    if (h > box.h) {
        h = box.h;
        w = h * UNITS / map->height;
    }
    return rect(box.x, box.y, w, h);
}

static void
drawing(struct app *app, const struct question *question, struct ui_rect at)
{
    const struct procedure_map *map = question->map;
    int x;
    int y;
    app->visit.writing.hand_side = at.w;
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_INK,
                        .rect = at,
                        .picture = map->picture,
                        .label = words(app, &map->title),
                        .tone = UI_TONE_SURFACE,
                        .state = UI_STATE_PERSONAL});
    if (pin_of(app, &x, &y)) {
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_PICTURE,
                            .rect = rect(at.x + at.w * x / UNITS - PIN / 2,
                                at.y + at.h * y / UNITS - PIN, PIN, PIN),
                            .picture = "pin",
                            .tone = UI_TONE_CARE,
                            .state = UI_STATE_PERSONAL});
    }
}

/* Four keys as a cross, and in its middle nothing. */
static void
keys(struct app *app, struct ui_rect box)
{
    static const struct {
        const char *id, *picture, *words;
        int column, row;
    } list[] = {{"pin:up", "arrow-up", "place.up", 1, 0},
        {"pin:left", "arrow-left", "place.left", 0, 1},
        {"pin:right", "arrow-right", "place.right", 2, 1},
        {"pin:down", "arrow-down", "place.down", 1, 2}};
    int w = (box.w - 2 * GAP_MIN) / 3;
    int h = (box.h - 2 * GAP_MIN) / 3;
    for (size_t i = 0; i < ARRAY_LEN(list); i++) {
        ui_add(app->ui, &(struct ui_element){.id = list[i].id,
                            .role = UI_ROLE_KEY,
                            .rect = rect(box.x + list[i].column * (w + GAP_MIN),
                                box.y + list[i].row * (h + GAP_MIN), w, h),
                            .picture = list[i].picture,
                            .label = say(app, list[i].words),
                            .size = UI_SIZE_BAR,
                            .tone = UI_TONE_SURFACE,
                            .align = UI_ALIGN_CENTRE});
    }
}

/* The words' sizes, the best first. */
static const enum ui_size sizes[] = {UI_SIZE_BODY, UI_SIZE_HINT, UI_SIZE_BAR};

static int
notice_height(struct app *app, const char *text, int width, enum ui_size size)
{
    struct ui_element element = {.role = UI_ROLE_NOTICE,
        .rect = rect(0, 0, width, 0),
        .text = text,
        .size = size,
        .bold = true};
    int height;
    ui_natural(app->ui, &element, &width, &height);
    return height;
}

static void
where_words(struct app *app, struct ui_rect at)
{
    int x;
    int y;
    AUTO_BUF text;
    buf_init(&text, 1024);
    bool there = pin_of(app, &x, &y);
    if (there) {
        spot_words(app, app->visit.field, &text);
    } else {
        (void)buf_add_str(&text, say(app, "place.how"));
    }
    size_t i = 0;
    while (i + 1 < ARRAY_LEN(sizes) && notice_height(app, buf_str(&text), at.w, sizes[i]) > at.h) {
        i++;
    }
    ui_add(app->ui, &(struct ui_element){.role = there ? UI_ROLE_NOTICE : UI_ROLE_TEXT,
                        .rect = at,
                        .text = buf_str(&text),
                        .size = sizes[i],
                        .tone = there ? UI_TONE_DONE : UI_TONE_PAPER,
                        .bold = there,
                        .state = there ? UI_STATE_PERSONAL : 0});
}

/* How high the words are over the whole width: of what is told before there is a pin, so that the map never moves. */
static int
words_height(struct app *app, int width)
{
    const char *how = say(app, "place.how");
    int height = ui_text_height(app->ui, how, width, UI_SIZE_BAR, false);
    int told = notice_height(app, say(app, "place.up"), width, UI_SIZE_BAR); /* one line */
    return height > told ? height : told;
}

/* The words stand above the keys; where these leave no room for them, between map and keys, or above both for a
 * seated visitor, who reaches less than can be read. */
static void
side_by_side(struct app *app, struct flow *flow, const struct question *question)
{
    bool above_all = app->places.low || app->places.portrait;
    int keys_x = flow->x + flow->w - SIDE_W;
    int y = flow->y < app->places.targets ? app->places.targets : flow->y;
    struct ui_rect words = rect(keys_x, y, SIDE_W, flow->bottom - y - KEYS_H - GAP_MIN);
    int map_end = keys_x - PIN / 2 - GAP_MIN;
    bool fits = !app->places.portrait &&
                notice_height(app, say(app, "place.how"), words.w, UI_SIZE_HINT) <= words.h;
    if (!fits && above_all) {
        words = rect(flow->x, flow->y, flow->w, words_height(app, flow->w));
        flow->y += words.h + GAP_MIN;
        flow_within_reach(app, flow);
        y = flow->y;
    } else if (!fits) {
        words = rect(keys_x - COLUMN_GAP - SIDE_W, y, SIDE_W, flow->bottom - y);
        map_end = words.x - PIN / 2;
    }
    struct ui_rect left = rect(flow->x, y + PIN_ABOVE, map_end - flow->x, 0);
    left.h = flow->bottom - left.y;
    int keys_h = KEYS_H < flow->bottom - y ? KEYS_H : flow->bottom - y;
    where_words(app, words);
    drawing(app, question, fit(question->map, left));
    keys(app, rect(keys_x, flow->bottom - keys_h, SIDE_W, keys_h));
}

static int
spot_least(struct app *app)
{
    const struct places *places = &app->places;
    if (places->low) {
        return KEYS_LEAST_H + GAP_MIN + words_height(app, places->column.w);
    }
    return places->portrait ? KEYS_H + GAP_MIN + MAP_GOOD_H + PIN_ABOVE : KEYS_LEAST_H;
}

/* Beside each other in landscape and where height is rare, else below each other. */
static void
spot_build(struct app *app, struct flow *flow, const struct question *question)
{
    int first = flow->y < app->places.targets ? app->places.targets : flow->y;
    int map_h = flow->bottom - first - PIN_ABOVE - GAP_MIN - KEYS_H;
    if (!app->places.portrait || map_h < MAP_LEAST_H) {
        side_by_side(app, flow, question);
        flow->y = flow->bottom;
        return;
    }
    flow_within_reach(app, flow);
    struct ui_rect bottom = rect(flow->x, flow->bottom - KEYS_H, flow->w, KEYS_H);
    struct ui_rect map = fit(question->map, rect(flow->x, flow->y + PIN_ABOVE, flow->w, map_h));
    map.x += (flow->w - map.w) / 2;
    drawing(app, question, map);
    keys(app, rect(bottom.x, bottom.y, SIDE_W, KEYS_H));
    where_words(
        app, rect(bottom.x + SIDE_W + GAP_MIN, bottom.y, bottom.w - SIDE_W - GAP_MIN, KEYS_H));
    flow->y = flow->bottom;
}

static bool
spot_tap(struct app *app, const struct question *question, const char *id)
{
    static const struct {
        const char *id;
        int dx, dy;
    } moves[] = {{"pin:up", 0, -STEP}, {"pin:down", 0, STEP}, {"pin:left", -STEP, 0},
        {"pin:right", STEP, 0}};
    for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
        if (strcmp(id, moves[i].id) == 0) {
            int x = UNITS / 2;
            int y = UNITS / 2;
            bool had = pin_of(app, &x, &y);
            /* the first press only shows the pin, in the middle */
            set_pin(app, question, x + (had ? moves[i].dx : 0), y + (had ? moves[i].dy : 0));
            return true;
        }
    }
    return false;
}

/* The pin is where the finger was lifted. */
static void
spot_drawn(struct app *app, const struct question *question)
{
    const struct ui_ink *ink = ui_ink(app->ui);
    int width = app->visit.writing.hand_side;
    int height = width * question->map->height / UNITS;
    if (ink->point_count > 0 && width > 0 && height > 0) {
        int x = ink->points[ink->point_count - 1].x;
        int y = ink->points[ink->point_count - 1].y;
        set_pin(app, question, x * UNITS / width, y * UNITS / height);
    }
    ui_ink_clear(app->ui);
}

const struct widget widget_place = {
    .build = spot_build, .tap = spot_tap, .drawn = spot_drawn, .least = spot_least};
