/* screens/attract.c - the start: one promise, one hint, the languages. A touch on the picture begins in
 * Japanese, a touch on a language begins in it; a finger that slipped off a language begins nothing.
 * Belongs to nobody and holds nothing personal. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum {
    LANGUAGE_H = 230,
    LANGUAGE_W = 500, /* narrower: the longest name is a little smaller */
    LITTLE_GROUND = 1000, /* a seated visitor's small panel: the button says what the hint does */
    LANGUAGE_H_SMALL = 200,
    START_AIR_SMALL = 15, /* between it and the end of its ground */
    LABEL_H = 250,
    ACCESS_H = 200,
    ACCESS_W = 720,
    PHRASES_W = 760,
    START_W = 1300,
    ROW_GAP = 60,
    BAND_H = 30,
    PICTURE_LEAST = 400,
    START_H = 300,
    COLUMNS_WIDE = 7,
    COLUMNS_PORTRAIT = 3,
    PROMISE_W_PERCENT = 62
};

/* What stands where: all that is touched hangs on the lower edge, the promise has the rest. */
struct attract {
    int margin, width, columns, rows;
    int language_h, gap; /* less of each on a small panel */
    int ground; /* where the promise's ground ends */
    int start_y; /* of the button for a seated visitor */
};

static struct attract
plan(struct app *app)
{
    const struct places *places = &app->places;
    const struct ui_rect *all = &places->panel;
    struct attract a = {.margin = places->portrait || all->w < 4000 ? MARGIN / 2 : MARGIN};
    int count = (int)i18n_language_count(app->i18n);
    a.columns = places->portrait ? COLUMNS_PORTRAIT : COLUMNS_WIDE;
    a.columns = count < a.columns ? count : a.columns;
    a.rows = (count + a.columns - 1) / a.columns;
    a.width = (all->w - 2 * a.margin - (a.columns - 1) * GAP_MIN) / a.columns;
    /* upright the phrases have a row of their own */
    bool dense = places->small && places->low;
    a.language_h = dense ? LANGUAGE_H_SMALL : LANGUAGE_H;
    a.gap = dense ? GAP_MIN : ROW_GAP;
    int more = places->portrait ? ACCESS_H + a.gap : 0;
    int below = BAND_H + a.gap / 2 + LABEL_H + more + a.rows * (a.language_h + a.gap) + a.gap;
    a.ground = all->h - below;
    a.start_y = a.ground - START_H - a.gap;
    a.start_y = a.start_y < places->targets ? places->targets : a.start_y;
    return a;
}

static void
language(struct app *app, const struct attract *a, int index, int top)
{
    char id[UI_ID_MAX];
    const struct i18n_language *language = i18n_language_at(app->i18n, (size_t)index);
    (void)snprintf(id, sizeof(id), "language:%s", language->code);
    ui_add(app->ui,
        &(struct ui_element){.id = id,
            .role = UI_ROLE_BUTTON,
            .rect = rect(a->margin + index % a->columns * (a->width + GAP_MIN),
                top + index / a->columns * (a->language_h + a->gap), a->width, a->language_h),
            .text = language->name,
            .lang = language->code,
            .tone = UI_TONE_SURFACE,
            .size = a->width < LANGUAGE_W ? UI_SIZE_BAR : UI_SIZE_BODY,
            .bold = true,
            .align = UI_ALIGN_CENTRE});
}

/* As large as there is room for. */
static enum ui_size
promise_size(struct app *app, const char *text, int width, int most)
{
    static const enum ui_size sizes[] = {
        UI_SIZE_PROMISE, UI_SIZE_NUMBER, UI_SIZE_TITLE, UI_SIZE_VALUE, UI_SIZE_BODY, UI_SIZE_BAR};
    size_t i = 0;
    while (
        i + 1 < ARRAY_LEN(sizes) && ui_text_height(app->ui, text, width, sizes[i], true) > most) {
        i++;
    }
    return sizes[i];
}

static void
promise(struct app *app, const struct attract *a)
{
    const struct places *places = &app->places;
    int x = a->margin + 40;
    int room = places->panel.w - 2 * x;
    int width = places->portrait ? room : places->panel.w * PROMISE_W_PERCENT / 100;
    const char *text = say(app, "attract.promise");
    int bottom = places->low ? a->start_y - a->gap : a->ground;
    const char *place = say(app, "attract.place");
    enum ui_size place_size = places->low && places->small ? UI_SIZE_BAR : UI_SIZE_VALUE;
    int place_h = ui_text_height(app->ui, place, width, place_size, true);
    int need = place_h + ui_text_height(app->ui, text, width, UI_SIZE_TITLE, true) +
               ui_text_height(app->ui, say(app, "attract.hint"), room, UI_SIZE_VALUE, false);
    bool little = bottom < LITTLE_GROUND || need + 2 * GAP > bottom;
    bool dense = little || places->low;
    int place_y = dense ? GAP_MIN : bottom * 9 / 100;
    int title_y = place_y + place_h + (dense ? 0 : 60);
    int hint_h = ui_text_height(app->ui, say(app, "attract.hint"), room, UI_SIZE_VALUE, false);
    int hint_y = little ? bottom : bottom - hint_h - (places->low ? GAP_MIN : 150);
    int most = hint_y - title_y - 60;
    enum ui_size size = promise_size(app, text, width, most);
    int high = ui_text_height(app->ui, text, width, size, true);
    high = high > most ? most : high;
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                        .rect = rect(x, place_y, width, place_h),
                        .text = place,
                        .tone = UI_TONE_PRIMARY,
                        .size = place_size,
                        .bold = true});
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TITLE,
                        .rect = rect(x, title_y, width, high),
                        .text = text,
                        .tone = UI_TONE_PRIMARY,
                        .size = size,
                        .bold = true});
    if (!little) {
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                            .rect = rect(x, hint_y, room, hint_h),
                            .text = say(app, "attract.hint"),
                            .tone = UI_TONE_PRIMARY,
                            .size = UI_SIZE_VALUE});
    }
    /* the card: beside the words, or between them in portrait */
    int top = places->portrait ? title_y + high : place_y;
    int air = dense ? GAP_MIN : GAP;
    int side = hint_y - top - 2 * air;
    int wide = places->portrait ? room : room - width;
    side = side > wide ? wide : side;
    side = side > 1000 ? 1000 : side;
    int left = places->portrait ? (places->panel.w - side) / 2 : places->panel.w - x - side;
    if (side < PICTURE_LEAST) {
        return;
    }
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_PICTURE,
                        .rect = rect(left, (top + hint_y - side) / 2, side, side),
                        .picture = "card-round",
                        .tone = UI_TONE_PRIMARY});
}

/* Where a touch begins: the whole picture, or for a seated visitor a button within reach. */
static void
start(struct app *app, const struct attract *a)
{
    const struct places *places = &app->places;
    struct ui_element ground = {.role = UI_ROLE_PANEL,
        .rect = rect(0, 0, places->panel.w, a->ground),
        .label = say(app, "attract.hint"),
        .tone = UI_TONE_PRIMARY};
    ground.id = places->low ? NULL : "start";
    ui_add(app->ui, &ground);
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_PANEL,
                        .rect = rect(0, a->ground, places->panel.w, BAND_H),
                        .tone = UI_TONE_BAND});
    if (places->low) {
        int air = places->small ? START_AIR_SMALL : a->gap;
        int y = a->start_y;
        ui_add(app->ui, &(struct ui_element){.id = "start",
                            .role = UI_ROLE_BUTTON,
                            .rect = rect(a->margin + 40, y, START_W, a->ground - air - y),
                            .text = say(app, "explain.start"),
                            .picture = "arrow-right",
                            .tone = UI_TONE_SURFACE,
                            .size = UI_SIZE_VALUE,
                            .bold = true,
                            .align = UI_ALIGN_CENTRE});
    }
}

/* What to say in an emergency: from here, before anything is chosen. */
static void
phrases(struct app *app, struct ui_rect where)
{
    ui_add(app->ui, &(struct ui_element){.id = "phrases",
                        .role = UI_ROLE_BUTTON,
                        .rect = where,
                        .text = say(app, "attract.phrases"),
                        .picture = "bell",
                        .tone = UI_TONE_CARE,
                        .size = UI_SIZE_BAR,
                        .bold = true,
                        .align = UI_ALIGN_CENTRE});
}

static void
build(struct app *app)
{
    struct attract a = plan(app);
    const struct places *places = &app->places;
    ui_add(app->ui,
        &(struct ui_element){.role = UI_ROLE_PANEL, .rect = places->panel, .tone = UI_TONE_PAPER});
    start(app, &a);
    promise(app, &a);
    int y = a.ground + BAND_H + a.gap / 2;
    int wide = places->panel.w - 2 * a.margin;
    int beside = places->portrait ? 0 : PHRASES_W + GAP_MIN;
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                        .rect = rect(a.margin, y, wide - ACCESS_W - beside - GAP, LABEL_H),
                        .text = say(app, "attract.choose-language"),
                        .size = UI_SIZE_BAR,
                        .valign = UI_ALIGN_CENTRE,
                        .bold = true});
    ui_add(app->ui, &(struct ui_element){.id = "access",
                        .role = UI_ROLE_BUTTON,
                        .rect = rect(places->panel.w - a.margin - ACCESS_W, y, ACCESS_W, ACCESS_H),
                        .text = say(app, "bar.access"),
                        .picture = "access",
                        .tone = UI_TONE_SOFT,
                        .size = UI_SIZE_BAR,
                        .bold = true,
                        .align = UI_ALIGN_CENTRE});
    int x = a.margin + wide - ACCESS_W - beside;
    phrases(app, places->portrait ? rect(a.margin, y + LABEL_H, wide, ACCESS_H)
                                  : rect(x, y, PHRASES_W, ACCESS_H));
    int top = y + LABEL_H + (places->portrait ? ACCESS_H + a.gap : 0);
    for (size_t i = 0; i < i18n_language_count(app->i18n); i++) {
        language(app, &a, (int)i, top);
    }
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
    } else if (strcmp(id, "phrases") == 0) {
        trail_start(app, "phrases:");
    }
}

const struct screen screen_attract = {
    .name = "attract", .build = build, .tap = tap, .no_visit = true};
