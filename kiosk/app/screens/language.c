/* screens/language.c - choosing the language at any moment; nothing that was answered is lost. Names
 * stand in their own script. An overlay: it goes back to the page it came from. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum { LANGUAGE_H = 205, COLUMNS_MOST = 3 };

static struct ui_element
choice(struct app *app, size_t index)
{
    const struct i18n_language *language = i18n_language_at(app->i18n, index);
    bool chosen = strcmp(language->code, i18n_current(app->i18n)->code) == 0;
    return (struct ui_element){.role = UI_ROLE_CHOICE,
        .text = language->name,
        .lang = language->code,
        .tone = chosen ? UI_TONE_SOFT : UI_TONE_SURFACE,
        .state = chosen ? UI_STATE_CHOSEN : 0,
        .size = UI_SIZE_CHOICE,
        .bold = true};
}

static void
place(struct app *app, size_t index, struct ui_rect where, void *ctx)
{
    (void)ctx;
    char id[UI_ID_MAX];
    (void)snprintf(id, sizeof(id), "language:%s", i18n_language_at(app->i18n, index)->code);
    struct ui_element element = choice(app, index);
    element.id = id;
    element.rect = where;
    ui_add(app->ui, &element);
}

static void
build(struct app *app)
{
    struct flow flow = page_begin(app, NULL, "bar.back");
    page_title(app, &flow, say(app, "language.title"));
    int heights[PAGE_ITEMS_MAX] = {0};
    struct grid grid = {
        .count = i18n_language_count(app->i18n), .height = LANGUAGE_H, .heights = heights};
    grid.count = grid.count > PAGE_ITEMS_MAX ? PAGE_ITEMS_MAX : grid.count;
    /* as many beside each other as leave the longest name on one line */
    int widest = 1;
    for (size_t i = 0; i < grid.count; i++) {
        struct ui_element element = choice(app, i);
        int width;
        ui_natural(app->ui, &element, &width, &heights[i]);
        heights[i] -=
            LANGUAGE_H / 4; /* the air that a row has above and below its words is enough by half */
        widest = width > widest ? width : widest;
    }
    grid.columns = (flow.w + COLUMN_GAP) / (widest + COLUMN_GAP);
    grid.columns = grid.columns > COLUMNS_MOST ? COLUMNS_MOST : grid.columns < 1 ? 1 : grid.columns;
    flow_grid(app, &flow, &grid, place, NULL);
}

static void
tap(struct app *app, const char *id)
{
    if (strncmp(id, "language:", 9) == 0) {
        (void)i18n_use(app->i18n, id + 9); /* the id came from the list of languages */
        app_return(app);
    } else if (strcmp(id, "back") == 0) {
        app_return(app);
    }
}

const struct screen screen_language = {.name = "language", .build = build, .tap = tap};
