/* screens/language.c - choosing the language at any moment; nothing that was answered is lost. Names
 * stand in their own script. An overlay: it goes back to the page it came from. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum { LANGUAGE_H = 230, LANGUAGE_W = 1500, LANGUAGE_AIR = 90 };

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
    struct grid grid = {.count = i18n_language_count(app->i18n),
        .columns = flow.w >= TWO_COLUMNS_W ? 3 : 2,
        .height = LANGUAGE_H};
    if (ui_text_size(app->ui) > UI_TEXT_LARGE && flow.w / grid.columns < LANGUAGE_W) {
        grid.columns--; /* else the longest name would be torn */
    }
    int line = ui_text_height(app->ui, "日", flow.w, UI_SIZE_CHOICE, true) + LANGUAGE_AIR;
    grid.height = line > grid.height ? line : grid.height;
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
