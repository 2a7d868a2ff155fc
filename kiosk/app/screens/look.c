/* screens/look.c - how large the words are and in which colours they stand: each size and each theme is
 * shown as it will be, and one touch chooses it. A small panel offers three sizes. Overlays: no answer is lost, and the page below comes
 * back in the new look. */
#include "app/app_priv.h"

#include <assert.h>
#include <string.h>

enum { ROW_H = 260, LOOKS = 4 };
static_assert((int)UI_TEXT_SIZE_COUNT == LOOKS && (int)UI_THEME_COUNT == LOOKS, "a row for each");

static const struct look {
    const char *id, *words;
} sizes[LOOKS] =
    {
        {"text-size:small", "text-size.small"},
        {"text-size:normal", "text-size.normal"},
        {"text-size:large", "text-size.large"},
        {"text-size:huge", "text-size.huge"},
},
  themes[LOOKS] = {
      {"contrast:default", "contrast.default"},
      {"contrast:black", "contrast.black"},
      {"contrast:white", "contrast.white"},
      {"contrast:low-glare", "contrast.low-glare"},
};

static struct ui_element
row(struct app *app, bool of_sizes, size_t index)
{
    size_t now = of_sizes ? (size_t)app->prefs.text_size : (size_t)app->prefs.theme;
    const struct look *look = of_sizes ? &sizes[index] : &themes[index];
    return (struct ui_element){.id = look->id,
        .role = UI_ROLE_CHOICE,
        .text = say(app, look->words),
        .tone = index == now ? UI_TONE_SOFT : UI_TONE_SURFACE,
        .state = index == now ? UI_STATE_CHOSEN : 0,
        .size = UI_SIZE_CHOICE,
        .sample_size = of_sizes ? (int)index + 1 : 0,
        .sample_theme = of_sizes ? 0 : (int)index + 1,
        .bold = true};
}

static void
look_page(struct app *app, bool of_sizes)
{
    struct flow flow = page_begin(app, NULL, "bar.back");
    page_title(app, &flow, say(app, of_sizes ? "text-size.title" : "contrast.title"));
    struct ui_element rows[LOOKS];
    size_t count = of_sizes ? (size_t)app->places.text_sizes : LOOKS;
    for (size_t i = 0; i < count; i++) {
        rows[i] = row(app, of_sizes, i);
    }
    struct grid grid = {
        .count = count, .columns = flow.w >= TWO_COLUMNS_W ? 2 : 1, .height = ROW_H};
    flow_elements(app, &flow, grid, rows);
}

static void
sizes_build(struct app *app)
{
    look_page(app, true);
}

static void
themes_build(struct app *app)
{
    look_page(app, false);
}

static void
tap(struct app *app, const char *id)
{
    bool chosen = false;
    for (size_t i = 0; i < LOOKS; i++) {
        if (strcmp(id, sizes[i].id) == 0) {
            app->prefs.text_size = (enum ui_text_size)i;
            app->under_page = 0; /* the column below has other pages now */
            chosen = true;
        } else if (strcmp(id, themes[i].id) == 0) {
            app->prefs.theme = (enum ui_theme)i;
            chosen = true;
        }
    }
    if (chosen) {
        app_apply_preferences(app);
    }
    if (chosen || strcmp(id, "back") == 0) {
        app_return(app);
    }
}

const struct screen screen_text_size = {.name = "text-size", .build = sizes_build, .tap = tap};
const struct screen screen_contrast = {.name = "contrast", .build = themes_build, .tap = tap};
