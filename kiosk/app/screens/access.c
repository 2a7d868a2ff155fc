/* screens/access.c - everything that makes the terminal easier to use, in one place: each row is a switch
 * that says by word, icon and shape what holds now. An overlay: no answer is lost, and what is chosen
 * here holds on every page until the visit ends. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum { ROW_H = 300 };

/* Japanese under Japanese helps nobody; staff read easy Japanese as it is. */
static bool
speaks_another(const struct app *app)
{
    return strcmp(i18n_current(app->i18n)->tag, "ja") != 0;
}

static void
turn_two_languages(struct app *app)
{
    app->prefs.two_languages = !app->prefs.two_languages;
}

static bool
slow(const struct app *app)
{
    return app->prefs.slow;
}

static void
turn_slow(struct app *app)
{
    app->prefs.slow = !app->prefs.slow;
}

/* on and turn speak of app->prefs. */
static const struct option {
    const char *id; /* "access:NAME"; stays for ever */
    const char *name; /* message */
    bool (*offered)(const struct app *app); /* NULL: always */
    bool (*on)(const struct app *app);
    void (*turn)(struct app *app);
} options[] = {
    {"access:two-languages", "access.two-languages", speaks_another, two_languages,
        turn_two_languages},
    {"access:slow", "access.slow", NULL, slow, turn_slow},
};

/* The option that stands at this place of the page; NULL behind the last. */
static const struct option *
option_at(const struct app *app, size_t place)
{
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        bool offered = options[i].offered == NULL || options[i].offered(app);
        if (offered && place-- == 0) {
            return &options[i];
        }
    }
    return NULL;
}

static struct ui_element
row(struct app *app, const struct option *option)
{
    bool on = option->on(app);
    return (struct ui_element){.id = option->id,
        .role = UI_ROLE_CHECK,
        .text = say(app, option->name),
        .detail = say(app, on ? "access.on" : "access.off"),
        .tone = on ? UI_TONE_SOFT : UI_TONE_SURFACE,
        .state = on ? UI_STATE_CHOSEN : 0,
        .size = UI_SIZE_CHOICE,
        .bold = true};
}

static void
place(struct app *app, size_t index, struct ui_rect where, void *ctx)
{
    (void)ctx;
    struct ui_element element = row(app, option_at(app, index));
    element.rect = where;
    ui_add(app->ui, &element);
}

static void
build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "bar.access"), "bar.back");
    page_title(app, &flow, say(app, "access.title"));
    flow_text(
        app, &flow, say(app, "access.text"), UI_ROLE_TEXT, UI_SIZE_HINT, UI_TONE_PAPER, false, 50);
    struct grid grid = {.columns = ui_text_size(app->ui) > UI_TEXT_NORMAL ? 1 : 2, .height = ROW_H};
    for (const struct option *option; (option = option_at(app, grid.count)) != NULL; grid.count++) {
        struct ui_element element = row(app, option);
        element.rect.w = (flow.w - (grid.columns - 1) * COLUMN_GAP) / grid.columns;
        int w;
        int h;
        ui_natural(app->ui, &element, &w, &h);
        grid.height = h > grid.height ? h : grid.height;
    }
    flow_grid(app, &flow, &grid, place, NULL);
}

static void
tap(struct app *app, const char *id)
{
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        if (strcmp(id, options[i].id) == 0) {
            options[i].turn(app);
            return;
        }
    }
    if (strcmp(id, "back") == 0) {
        app_return(app);
    }
}

const struct screen screen_access = {.name = "access", .build = build, .tap = tap};
