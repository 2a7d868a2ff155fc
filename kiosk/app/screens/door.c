/* screens/door.c - what is behind a door of home: its services and information pages, in the order of
 * city/doors.yaml. What isn't in force today isn't offered. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum { ROW_H = 300 };

static struct procedure_door
opened(const struct app *app)
{
    return procedure_door_at(app->procedures, app->visit.door);
}

static bool
offered(const struct app *app, const struct procedure_held *held)
{
    const struct procedure *procedure =
        held->page ? NULL : procedure_find(app->procedures, held->id);
    return procedure == NULL || procedure_in_force(procedure, app->clock);
}

/* A row without a place; false when it isn't offered. */
static bool
row(struct app *app, const struct procedure_held *held, char id[UI_ID_MAX],
    struct ui_element *ret_row)
{
    char target[INFO_TARGET_MAX];
    struct trail_words row;
    (void)snprintf(id, UI_ID_MAX, "%s:%s", held->page ? "read" : "service", held->id);
    (void)snprintf(target, sizeof(target), "%s:%s", held->page ? "page" : "service", held->id);
    if (!offered(app, held) || !trail_words(app, target, &row)) {
        return false;
    }
    *ret_row = (struct ui_element){.id = id,
        .role = UI_ROLE_DOOR,
        .text = row.title,
        .detail = row.detail[0] != 0 ? row.detail : NULL,
        .picture = row.picture,
        .tone = UI_TONE_SURFACE,
        .size = UI_SIZE_CHOICE,
        .bold = true};
    return true;
}

static void
build(struct app *app)
{
    struct procedure_door door = opened(app);
    struct flow flow = page_begin(app, say(app, "home.where"), "bar.back");
    page_title(app, &flow, words(app, &door.title));
    char ids[PROCEDURE_HOLDS_MAX][UI_ID_MAX];
    struct ui_element rows[PROCEDURE_HOLDS_MAX];
    bool wide = flow.w >= TWO_COLUMNS_W && ui_text_size(app->ui) <= UI_TEXT_NORMAL;
    struct grid grid = {.columns = wide && door.hold_count > 3 ? 2 : 1, .height = ROW_H};
    for (size_t i = 0; i < door.hold_count; i++) {
        grid.count += row(app, &door.holds[i], ids[grid.count], &rows[grid.count]) ? 1 : 0;
    }
    flow_elements(app, &flow, grid, rows);
    page_right_button(app, "access", say(app, "bar.access"), "access");
}

static void
tap(struct app *app, const char *id)
{
    char target[INFO_TARGET_MAX];
    if (strncmp(id, "service:", 8) == 0) {
        (void)visit_choose(app, id + 8); /* the id came from the set */
    } else if (strncmp(id, "read:", 5) == 0) {
        (void)snprintf(target, sizeof(target), "page:%s", id + 5);
        trail_start(app, target);
    } else if (strcmp(id, "access") == 0) {
        app_over(app, &screen_access);
    } else if (strcmp(id, "back") == 0) {
        app_go(app, &screen_home);
    }
}

const struct screen screen_door = {.name = "door", .build = build, .tap = tap};
