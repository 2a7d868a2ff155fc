/* screens/language.c - choosing the language at any moment; nothing that was answered is lost. Names stand in
 * their own script, all of them on one page and each at its own place whatever language, text size or second
 * language is shown: who landed in a language that nobody here can read finds the own one without reading
 * anything. An overlay: it goes back to the page it came from. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum {
    ROW_GOOD = 240, /* as high as a finger that trembles needs, when the names stay as wide as */
    NAME_GOOD_W = 700,
    ROW_LEAST = 200, /* more columns before it is lower */
    ROW_MOST = 280,
    COLUMNS_LEAST = 2,
    COLUMNS_MOST = 5,
    TITLE_PERCENT = 25, /* of the column; seated, it has what is out of reach */
    TITLE_AIR = 60
};

/* Where the names stand: by the panel alone, so also with the ribbon of practising at the same places. */
struct names {
    int top, width, height, columns;
};

static struct names
names_of(const struct app *app)
{
    struct places places;
    places_of(app->places.panel, app->places.low, &places);
    const struct ui_rect *column = &places.column;
    int bottom = column->y + column->h;
    int top = column->y + column->h * TITLE_PERCENT / 100;
    top = places.low ? places.targets : top;
    int count = (int)i18n_language_count(app->i18n);
    struct names least = {0};
    struct names names = {0};
    for (int columns = COLUMNS_LEAST; columns <= COLUMNS_MOST; columns++) {
        int rows = (count + columns - 1) / columns;
        int width = (column->w - (columns - 1) * COLUMN_GAP) / columns;
        int height = (bottom - top - (rows - 1) * GAP_MIN) / rows;
        height = height > ROW_MOST ? ROW_MOST : height;
        names =
            (struct names){bottom - rows * height - (rows - 1) * GAP_MIN, width, height, columns};
        if (height >= ROW_GOOD && width >= NAME_GOOD_W) {
            return names;
        }
        least = least.columns == 0 && height >= ROW_LEAST ? names : least;
    }
    return least.columns != 0 ? least : names;
}

static struct ui_element
choice(struct app *app, size_t index, enum ui_size size)
{
    const struct i18n_language *language = i18n_language_at(app->i18n, index);
    bool chosen = strcmp(language->code, i18n_current(app->i18n)->code) == 0;
    return (struct ui_element){.role = UI_ROLE_CHOICE,
        .text = language->name,
        .lang = language->code,
        .picture = chosen ? "check" : NULL,
        .tone = chosen ? UI_TONE_SOFT : UI_TONE_SURFACE,
        .state = chosen ? UI_STATE_CHOSEN : 0,
        .size = size,
        .align = UI_ALIGN_CENTRE,
        .bold = true};
}

static bool
in_one_piece(struct app *app, enum ui_size size, int most)
{
    for (size_t i = 0; i < i18n_language_count(app->i18n); i++) {
        struct ui_element element = choice(app, i, size);
        element.picture = "check"; /* it may be the next that is chosen */
        int width;
        int height;
        ui_natural(app->ui, &element, &width, &height);
        if (width > most) {
            return false;
        }
    }
    return true;
}

/* One size for all names: as large as leaves each of them in one piece. */
static enum ui_size
size_of_names(struct app *app, int most)
{
    static const enum ui_size sizes[] = {UI_SIZE_CHOICE, UI_SIZE_BODY, UI_SIZE_HINT, UI_SIZE_BAR};
    size_t i = 0;
    while (i + 1 < ARRAY_LEN(sizes) && !in_one_piece(app, sizes[i], most)) {
        i++;
    }
    return sizes[i];
}

static void
place(struct app *app, size_t index, struct ui_rect where, void *ctx)
{
    const enum ui_size *size = ctx;
    char id[UI_ID_MAX];
    (void)snprintf(id, sizeof(id), "language:%s", i18n_language_at(app->i18n, index)->code);
    struct ui_element element = choice(app, index, *size);
    element.id = id;
    element.rect = where;
    ui_add(app->ui, &element);
}

/* The question, in the page's language and one more: no third time below them. */
static void
question(struct app *app, struct flow *flow, int end)
{
    flow->bottom = end;
    const char *text = i18n_text(app->i18n, "language.title");
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TITLE,
                        .rect = rect(flow->x, flow->y, flow->w, end - flow->y),
                        .text = text,
                        .size = flow_size(app, flow, text, UI_SIZE_TITLE, true),
                        .bold = true});
}

static void
build(struct app *app)
{
    struct flow flow = page_begin(app, NULL, "bar.back");
    int bottom = app->places.column.y + app->places.column.h;
    struct names names = names_of(app);
    int end = app->places.low ? app->places.targets : names.top;
    question(app, &flow, end - TITLE_AIR);
    flow.y = names.top;
    flow.bottom = bottom;
    enum ui_size size = size_of_names(app, names.width);
    flow_grid(app, &flow,
        &(struct grid){.count = i18n_language_count(app->i18n),
            .height = names.height,
            .columns = names.columns},
        place, &size);
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
