/* screens/access.c - everything that makes the terminal easier to use, in one place: each row is a switch
 * that says by word, icon and shape what holds now. An overlay: no answer is lost, and what is chosen
 * here holds on every page until the visit ends. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum { ROW_H = 300 };

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
    bool (*on)(const struct app *app);
    void (*turn)(struct app *app);
} options[] = {
    {"access:slow", "access.slow", slow, turn_slow},
};

static struct ui_element
row(struct app *app, size_t index)
{
    const struct option *option = &options[index];
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
    struct ui_element element = row(app, index);
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
    struct grid grid = {.count = ARRAY_LEN(options),
        .columns = ui_text_size(app->ui) > UI_TEXT_NORMAL ? 1 : 2,
        .height = ROW_H};
    for (size_t i = 0; i < grid.count; i++) {
        struct ui_element element = row(app, i);
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
