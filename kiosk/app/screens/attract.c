/* screens/attract.c - the start: one promise, one hint, the languages. A touch anywhere begins in
 * Japanese, a touch on a language begins in it. Belongs to nobody and holds nothing personal. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum {
    LANGUAGE_H = 220,
    LANGUAGE_H_ONE_ROW = 330,
    LANGUAGES_TOP_PERCENT = 70,
    LANGUAGE_COLUMNS = 7,
    LANGUAGE_GAP = 50
};

static void
languages(struct app *app, int top)
{
    struct ui_rect all = ui_panel(app->ui);
    size_t count = i18n_language_count(app->i18n);
    int columns = count < LANGUAGE_COLUMNS ? (int)count : LANGUAGE_COLUMNS;
    int width = (all.w - 2 * MARGIN - (columns - 1) * LANGUAGE_GAP) / columns;
    int height = (int)count <= columns ? LANGUAGE_H_ONE_ROW : LANGUAGE_H;
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                        .rect = rect(MARGIN, top, all.w - 2 * MARGIN, 130),
                        .text = say(app, "attract.choose-language"),
                        .size = UI_SIZE_SMALL,
                        .bold = true});
    for (size_t i = 0; i < count; i++) {
        char id[UI_ID_MAX];
        const struct i18n_language *language = i18n_language_at(app->i18n, i);
        (void)snprintf(id, sizeof(id), "language:%s", language->code);
        int column = (int)i % columns;
        int row = (int)i / columns;
        ui_add(app->ui, &(struct ui_element){.id = id,
                            .role = UI_ROLE_BUTTON,
                            .rect = rect(MARGIN + column * (width + LANGUAGE_GAP),
                                top + 150 + row * (height + LANGUAGE_GAP), width, height),
                            .text = language->name,
                            .lang = language->code,
                            .tone = UI_TONE_SURFACE,
                            .size = UI_SIZE_BODY,
                            .bold = true,
                            .align = UI_ALIGN_CENTRE});
    }
}

static void
build(struct app *app)
{
    struct ui_rect all = ui_panel(app->ui);
    int ground = all.h * LANGUAGES_TOP_PERCENT / 100;
    ui_add(
        app->ui, &(struct ui_element){.role = UI_ROLE_PANEL, .rect = all, .tone = UI_TONE_PAPER});
    ui_add(app->ui, &(struct ui_element){.id = "start",
                        .role = UI_ROLE_PANEL,
                        .rect = rect(0, 0, all.w, ground),
                        .label = say(app, "attract.hint"),
                        .tone = UI_TONE_PRIMARY});
    ui_add(app->ui,
        &(struct ui_element){
            .role = UI_ROLE_PANEL, .rect = rect(0, ground, all.w, 30), .tone = UI_TONE_BAND});
    int width = all.w * 62 / 100;
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                        .rect = rect(MARGIN + 40, 200, width, 180),
                        .text = say(app, "attract.place"),
                        .tone = UI_TONE_PRIMARY,
                        .size = UI_SIZE_VALUE,
                        .bold = true});
    int promise =
        ui_text_height(app->ui, say(app, "attract.promise"), width, UI_SIZE_PROMISE, true);
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TITLE,
                        .rect = rect(MARGIN + 40, 460, width, promise),
                        .text = say(app, "attract.promise"),
                        .tone = UI_TONE_PRIMARY,
                        .size = UI_SIZE_PROMISE,
                        .bold = true});
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                        .rect = rect(MARGIN + 40, ground - 480, all.w * 72 / 100, 300),
                        .text = say(app, "attract.hint"),
                        .tone = UI_TONE_PRIMARY,
                        .size = UI_SIZE_VALUE});
    int side = all.h * 36 / 100;
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_PICTURE,
                        .rect = rect(all.w - MARGIN - side, ground / 2 - side / 2, side, side),
                        .picture = "card-round",
                        .tone = UI_TONE_PRIMARY});
    languages(app, ground + 100);
}

static void
tap(struct app *app, const char *id)
{
    if (strncmp(id, "language:", 9) == 0) {
        (void)i18n_use(app->i18n, id + 9); /* the id came from the list of languages */
    }
    visit_start(app);
    app_go(app, &screen_home);
    if (strcmp(id, "access") == 0) {
        app_over(app, &screen_access);
    }
}

const struct screen screen_attract = {
    .name = "attract", .build = build, .tap = tap, .no_visit = true};
