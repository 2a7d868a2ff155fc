/* screens/home.c - what the visitor came for: the city's doors, a search over everything, and the largest
 * one for "I don't know", which leads to the city's guide, or to a person where there is none. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum {
    DOOR_H = 300,
    DOOR_H_FEW = 430, /* few doors are larger */
    THREE_COLUMNS_W = 3900,
    NAMES_BESIDE_W = 2000, /* upright: two doors without a second line */
    CELLS_MAX = PROCEDURE_DOORS_MAX + 2,
    SEARCH_H = 230,
    SEARCH_W = 1200
};

/* The doors with their words, and the search; how many. */
static size_t
cells(struct app *app, char ids[CELLS_MAX][UI_ID_MAX], struct ui_element elements[CELLS_MAX])
{
    const struct ui_element usual = {
        .role = UI_ROLE_DOOR, .tone = UI_TONE_SURFACE, .size = UI_SIZE_CHOICE, .bold = true};
    size_t count = procedure_door_count(app->procedures);
    for (size_t i = 0; i < count; i++) {
        struct procedure_door door = procedure_door_at(app->procedures, i);
        (void)snprintf(ids[i], UI_ID_MAX, "door:%s", door.id);
        elements[i] = usual;
        elements[i].id = ids[i];
        elements[i].text = words(app, &door.title);
        elements[i].detail = door.about.source != NULL ? words(app, &door.about) : NULL;
        elements[i].picture = door.picture;
    }
    if (app->search != NULL && app->places.foot.w == 0) { /* no room in the bottom bar */
        elements[count] = usual;
        elements[count].id = "search";
        elements[count].text = say(app, "search.title");
        elements[count].picture = "search";
        elements[count].tone = UI_TONE_SOFT;
        count++;
    }
    if (pause_any(app)) { /* last, so that no other moves for it */
        elements[count] = usual;
        elements[count].id = "resume";
        elements[count].text = say(app, "home.resume");
        elements[count].detail = say(app, "home.resume-detail");
        elements[count].picture = "clock";
        elements[count].tone = UI_TONE_SOFT;
        count++;
    }
    return count;
}

/* What all rows take in so many columns, as close as is allowed. */
static int
rows_height(struct app *app, struct ui_element *elements, struct grid grid, int width)
{
    int all = 0;
    int row = 0;
    for (size_t i = 0; i < grid.count; i++) {
        int w;
        int h;
        elements[i].rect.w = (width - (grid.columns - 1) * COLUMN_GAP) / grid.columns;
        ui_natural(app->ui, &elements[i], &w, &h);
        h = h < grid.height ? grid.height : h;
        row = row > h ? row : h;
        if (i + 1 == grid.count || (i + 1) % (size_t)grid.columns == 0) {
            all += row + GAP_MIN;
            row = 0;
        }
    }
    return all;
}

/* Is there room for everything on one page, in larger doors or smaller ones, in two columns or three? */
static bool
fits(struct app *app, struct ui_element *elements, struct grid *grid, int width, int room)
{
    int most = width >= THREE_COLUMNS_W ? 3 : width >= NAMES_BESIDE_W ? 2 : 1;
    static const int heights[] = {DOOR_H_FEW, DOOR_H};
    size_t first = grid->count > 0 && elements[0].detail == NULL ? 1 : 0; /* names alone */
    for (size_t h = first; h < ARRAY_LEN(heights); h++) {
        grid->height = heights[h];
        int few = width >= TWO_COLUMNS_W ? 2 : 1;
        for (grid->columns = few; grid->columns <= most; grid->columns++) {
            if (rows_height(app, elements, *grid, width) <= room) {
                return true;
            }
        }
    }
    grid->columns = width >= TWO_COLUMNS_W ? 2 : 1;
    return false;
}

static int
unsure_height(struct app *app, struct ui_element *unsure)
{
    int width;
    ui_natural(app->ui, unsure, &width, &unsure->rect.h);
    unsure->rect.h = unsure->rect.h < DOOR_H ? DOOR_H : unsure->rect.h;
    return unsure->rect.h;
}

/* Seeing all doors at once comes before the second lines, which tell what is behind. False when even the names
 * need pages. */
static bool
arrange(struct app *app, struct ui_element *elements, struct grid *grid, struct ui_element *unsure,
    const struct flow *flow)
{
    int room = flow->bottom - flow->y - GAP_MIN;
    if (fits(app, elements, grid, flow->w, room - unsure_height(app, unsure))) {
        return true;
    }
    for (size_t i = 0; i < grid->count; i++) {
        elements[i].detail = NULL;
    }
    unsure->detail = NULL;
    return fits(app, elements, grid, flow->w, room - unsure_height(app, unsure));
}

/* "I don't know what to do": the widest door, at the bottom of the page; before the others when they need
 * pages, so that whoever needs it most never has to look for it. */
static void
doors(struct app *app, struct flow *flow)
{
    bool guide = procedure_unsure(app->procedures) != NULL;
    struct ui_element unsure = {.id = "unsure",
        .role = UI_ROLE_DOOR,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = say(app, "home.unsure"),
        .detail = say(app, guide ? "home.unsure-guide" : "home.unsure-detail"),
        .picture = "question",
        .tone = UI_TONE_CARE,
        .size = UI_SIZE_CHOICE,
        .bold = true};
    char ids[CELLS_MAX][UI_ID_MAX];
    struct ui_element elements[CELLS_MAX];
    struct grid grid = {.count = cells(app, ids, elements)};
    flow_within_reach(app, flow);
    bool pinned = arrange(app, elements, &grid, &unsure, flow);
    if (pinned) {
        flow->bottom -= unsure.rect.h;
        unsure.rect.y = flow->bottom;
        flow->bottom -= GAP_MIN;
    }
    if (!pinned) {
        flow_element(app, flow, &unsure, DOOR_H);
        flow->y += GAP_MIN;
    }
    flow_elements(app, flow, grid, elements);
    if (pinned) {
        ui_add(app->ui, &unsure); /* last, as it is seen: what is read aloud follows the list */
    }
}

/* Looking for it by words: between the bottom bar's two buttons. */
static void
search_button(struct app *app)
{
    struct ui_rect foot = app->places.foot;
    if (app->search == NULL || foot.w == 0) {
        return;
    }
    int width = foot.w < SEARCH_W ? foot.w : SEARCH_W;
    ui_add(app->ui, &(struct ui_element){.id = "search",
                        .role = UI_ROLE_BUTTON,
                        .rect = rect(foot.x + (foot.w - width) / 2,
                            foot.y + (foot.h - SEARCH_H) / 2, width, SEARCH_H),
                        .text = say(app, "search.title"),
                        .picture = "search",
                        .tone = UI_TONE_SURFACE,
                        .size = UI_SIZE_BODY,
                        .bold = true,
                        .align = UI_ALIGN_CENTRE});
}

static void
build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "home.where"), NULL);
    page_left_button(app, "finish", say(app, "bar.finish"), "arrow-left");
    page_right_button(app, "access", say(app, "bar.access"), "access");
    page_title(app, &flow, say(app, "home.title"));
    search_button(app);
    doors(app, &flow);
}

static void
open_door(struct app *app, const char *id)
{
    for (size_t i = 0; i < procedure_door_count(app->procedures); i++) {
        if (strcmp(procedure_door_at(app->procedures, i).id, id) == 0) {
            app->visit.door = i;
            app_go(app, &screen_door);
        }
    }
}

static void
tap(struct app *app, const char *id)
{
    const char *guide = procedure_unsure(app->procedures);
    if (strncmp(id, "door:", 5) == 0) {
        open_door(app, id + 5);
    } else if (strcmp(id, "unsure") == 0 && guide != NULL) {
        (void)visit_choose(app, guide); /* the set has it */
    } else if (strcmp(id, "unsure") == 0) {
        app_over(app, &screen_help);
    } else if (strcmp(id, "resume") == 0) {
        app_go(app, &screen_resume);
    } else if (strcmp(id, "search") == 0) {
        trail_start(app, "search:");
    } else if (strcmp(id, "access") == 0) {
        app_over(app, &screen_access);
    } else if (strcmp(id, "finish") == 0 || strcmp(id, "back") == 0) {
        visit_finish(app);
    }
}

const struct screen screen_home = {.name = "home", .build = build, .tap = tap, .back = "finish"};
