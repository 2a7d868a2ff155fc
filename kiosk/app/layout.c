/* app/layout.c - the grid of the look: bars, columns, main button, lists that page. All in 0.1 mm of
 * the panel. The order and places of the buttons are the same on every page, in every text size. */
#include "app_priv.h"

#include <stdio.h>
#include <string.h>

enum {
    BAR_BUTTON_H = 205, /* top bar buttons: 20 mm, the floor for ordinary targets */
    BAR_BUTTON_Y = 35,
    BAR_BUTTON_W_MIN = 300,
    BAR_BUTTON_GAP = 60,
    EDGE = 120, /* bars' own side margin */
    MAIN_H = 280, /* main button: at least 25 x 60 mm (look: Grid) */
    MAIN_W = 1040,
    BACK_W = 680,
    LEFT_W_MAX = 1400,
    BACK_H = 260,
    TITLE_TOP = 110,
    PICTURE_TOP = 120,
    KEY_W = 560,
    KEY_H = 365,
    KEY_GAP = 52,
    DOOR_H = 300,
    PAGE_BUTTON_H = 200,
    PAGE_BUTTON_W = 620
};

struct ui_rect
rect(int x, int y, int w, int h)
{
    return (struct ui_rect){x, y, w, h};
}

static void
panel(struct app *app, struct ui_rect where, enum ui_tone tone)
{
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_PANEL, .rect = where, .tone = tone});
}

/* A button of the top bar with its left or right edge at x; returns its width. */
static int
bar_button(
    struct app *app, const char *id, const char *picture, const char *text, int x, bool from_right)
{
    struct ui_element button = {.id = id,
        .role = UI_ROLE_BUTTON,
        .rect = rect(0, BAR_BUTTON_Y, 0, BAR_BUTTON_H),
        .text = text,
        .picture = picture,
        .tone = UI_TONE_SURFACE,
        .size = UI_SIZE_BAR,
        .bold = true,
        .align = UI_ALIGN_CENTRE};
    int width;
    int height;
    ui_natural(app->ui, &button, &width, &height);
    button.rect.w = width < BAR_BUTTON_W_MIN ? BAR_BUTTON_W_MIN : width;
    button.rect.x = from_right ? x - button.rect.w : x;
    ui_add(app->ui, &button);
    return button.rect.w;
}

/* "English", or both when two languages are shown. */
static void
language_name(struct app *app, struct buf *out)
{
    (void)buf_add_str(out, i18n_current(app->i18n)->name); /* errors stick in out */
    if (two_languages(app)) {
        (void)buf_printf(out, " + %s", i18n_text_in(app->i18n, "ja", "language.name"));
    }
}

static void
top_bar(struct app *app, const char *where)
{
    struct ui_rect all = ui_panel(app->ui);
    panel(app, rect(0, 0, all.w, BAR_TOP), UI_TONE_SURFACE);
    int left =
        EDGE + bar_button(app, "help", "help", say(app, "bar.help"), EDGE, false) + BAR_BUTTON_GAP;
    int right = all.w - EDGE;
    right -= bar_button(app, "contrast", "contrast", say(app, "bar.contrast"), right, true) +
             BAR_BUTTON_GAP;
    right -= bar_button(app, "text-size", "letters", say(app, "bar.text-size"), right, true) +
             BAR_BUTTON_GAP;
    AUTO_BUF language;
    buf_init(&language, 256);
    language_name(app, &language);
    right -= bar_button(app, "language", "globe", buf_str(&language), right, true) + BAR_BUTTON_GAP;
    if (where != NULL) {
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                            .rect = rect(left, BAR_BUTTON_Y, right - left, BAR_BUTTON_H),
                            .text = where,
                            .size = UI_SIZE_BAR,
                            .tone = UI_TONE_SURFACE,
                            .valign = UI_ALIGN_CENTRE,
                            .bold = true});
    }
}

static void
side_button(struct app *app, const char *id, const char *text, const char *picture, bool at_right)
{
    struct ui_rect all = ui_panel(app->ui);
    struct ui_element button = {.id = id,
        .role = UI_ROLE_BUTTON,
        .rect = rect(EDGE, all.h - BAR_BOTTOM + (BAR_BOTTOM - BACK_H) / 2, 0, BACK_H),
        .text = text,
        .picture = picture,
        .tone = UI_TONE_SURFACE,
        .size = UI_SIZE_CHOICE,
        .bold = true,
        .align = UI_ALIGN_CENTRE};
    int height;
    ui_natural(app->ui, &button, &button.rect.w, &height);
    int most = LEFT_W_MAX;
    button.rect.w = button.rect.w < BACK_W ? BACK_W : button.rect.w > most ? most : button.rect.w;
    button.rect.x = at_right ? all.w - EDGE - button.rect.w : EDGE;
    ui_add(app->ui, &button);
}

void
page_left_button(struct app *app, const char *id, const char *text, const char *picture)
{
    side_button(app, id, text, picture, false);
}

void
page_right_button(struct app *app, const char *id, const char *text, const char *picture)
{
    side_button(app, id, text, picture, true);
}

struct flow
page_begin(struct app *app, const char *where, const char *back)
{
    struct ui_rect all = ui_panel(app->ui);
    panel(app, all, UI_TONE_PAPER);
    if (app->screen == &screen_still_there) {
        panel(
            app, rect(0, 0, all.w, BAR_TOP), UI_TONE_SURFACE); /* only its own two buttons count */
    } else {
        top_bar(app, where);
    }
    panel(app, rect(0, all.h - BAR_BOTTOM, all.w, BAR_BOTTOM), UI_TONE_SURFACE);
    if (back != NULL) {
        page_left_button(app, "back", say(app, back), "arrow-left");
    }
    return (struct flow){.x = MARGIN,
        .y = BAR_TOP + TITLE_TOP,
        .w = all.w - 2 * MARGIN,
        .bottom = all.h - BAR_BOTTOM - GAP_MIN,
        .top = BAR_TOP + TITLE_TOP};
}

struct flow
page_begin_visit(struct app *app)
{
    AUTO_BUF where;
    buf_init(&where, 1024);
    if (app->visit.procedure != NULL) {
        struct procedure_info info = procedure_info(app->visit.procedure);
        (void)buf_add_str(&where, words(app, &info.title));
        int number;
        int total;
        if (app->screen == &screen_question &&
            interview_progress(app->visit.interview, &number, &total)) {
            (void)buf_printf(&where, "  %d / %d", number, total);
        }
    }
    return page_begin(app, buf_str(&where), "bar.back");
}

void
page_main(struct app *app, const char *id, const char *text, unsigned state)
{
    struct ui_rect all = ui_panel(app->ui);
    struct ui_element button = {.id = id,
        .role = UI_ROLE_MAIN,
        .rect = rect(0, all.h - BAR_BOTTOM + (BAR_BOTTOM - MAIN_H) / 2, 0, MAIN_H),
        .text = text,
        .tone = UI_TONE_PRIMARY,
        .size = UI_SIZE_CHOICE,
        .bold = true,
        .align = UI_ALIGN_CENTRE,
        .state = state};
    int height;
    ui_natural(app->ui, &button, &button.rect.w, &height);
    /* long words widen the button to the left; its right edge and height never move */
    int most = all.w - 2 * EDGE - BACK_W - GAP_OPPOSITE;
    button.rect.w = button.rect.w < MAIN_W ? MAIN_W : button.rect.w > most ? most : button.rect.w;
    button.rect.x = all.w - EDGE - button.rect.w;
    ui_add(app->ui, &button);
}

bool
flow_room(struct app *app, struct flow *flow, int height)
{
    int bottom = flow->bottom - (app->flow_reserve ? PAGE_BUTTON_H + GAP_MIN : 0);
    if (flow->y + height > bottom && flow->y > flow->top) {
        app->flow_page++;
        flow->y = flow->top;
    }
    app->flow_last = *flow;
    return app->flow_page == app->visit.page;
}

void
flow_element(struct app *app, struct flow *flow, struct ui_element *element, int least)
{
    int width;
    ui_natural(app->ui, element, &width, &element->rect.h);
    element->rect.h = element->rect.h < least ? least : element->rect.h;
    bool shown = flow_room(app, flow, element->rect.h);
    element->rect.y = flow->y;
    if (shown) {
        ui_add(app->ui, element);
    }
    flow->y += element->rect.h;
}

void
flow_text(struct app *app, struct flow *flow, const char *text, enum ui_role role,
    enum ui_size size, enum ui_tone tone, bool bold, int gap_after)
{
    if (text == NULL || text[0] == 0) {
        return;
    }
    struct ui_element element = {.role = role,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = text,
        .tone = tone,
        .size = size,
        .bold = bold};
    flow_element(app, flow, &element, 0);
    flow->y += gap_after;
}

void
page_title(struct app *app, struct flow *flow, const char *text)
{
    flow_text(app, flow, text, UI_ROLE_TITLE, UI_SIZE_TITLE, UI_TONE_PAPER, true, 60);
}

struct flow
page_picture(struct app *app, struct flow flow, const char *picture, enum ui_tone tone)
{
    struct ui_rect all = ui_panel(app->ui);
    int top = BAR_TOP + PICTURE_TOP;
    int height = all.h - BAR_BOTTOM - PICTURE_TOP - top;
    int width = flow.w * 36 / 100;
    struct ui_rect where = rect(flow.x + flow.w - width, top, width, height);
    panel(app, where, tone);
    int side = (width < height ? width : height) * 60 / 100;
    ui_add(app->ui,
        &(struct ui_element){.role = UI_ROLE_PICTURE,
            .rect = rect(where.x + (width - side) / 2, where.y + (height - side) / 2, side, side),
            .picture = picture,
            .tone = tone});
    flow.w -= width + 180;
    return flow;
}

void
flow_door(struct app *app, struct flow *flow, const char *id, const char *picture, const char *text,
    const char *detail)
{
    struct ui_element door = {.id = id,
        .role = UI_ROLE_DOOR,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = text,
        .detail = detail,
        .picture = picture,
        .tone = UI_TONE_SURFACE,
        .size = UI_SIZE_CHOICE,
        .bold = true};
    flow_element(app, flow, &door, DOOR_H);
    flow->y += COLUMN_GAP;
}

void
page_turn_buttons(struct app *app)
{
    const struct visit *visit = &app->visit;
    const struct flow *flow = &app->flow_last;
    if (visit->pages < 2) {
        return;
    }
    int y = flow->bottom - PAGE_BUTTON_H;
    int width = flow->w < 3 * PAGE_BUTTON_W ? flow->w / 3 : PAGE_BUTTON_W;
    char text[32];
    (void)snprintf(text, sizeof(text), "%d / %d", visit->page + 1, visit->pages);
    struct ui_element button = {.role = UI_ROLE_BUTTON,
        .tone = UI_TONE_SURFACE,
        .size = UI_SIZE_BAR,
        .bold = true,
        .align = UI_ALIGN_CENTRE};
    button.id = "page:back";
    button.rect = rect(flow->x, y, width, PAGE_BUTTON_H);
    button.text = say(app, "list.before");
    button.picture = "arrow-up";
    button.state = visit->page == 0 ? UI_STATE_WAITING : 0;
    ui_add(app->ui, &button);
    button.id = "page:next";
    button.rect.x = flow->x + flow->w - width;
    button.text = say(app, "list.more");
    button.picture = "arrow-down";
    button.state = visit->page + 1 >= visit->pages ? UI_STATE_WAITING : 0;
    ui_add(app->ui, &button);
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                        .rect = rect(flow->x + width, y, flow->w - 2 * width, PAGE_BUTTON_H),
                        .text = text,
                        .size = UI_SIZE_BAR,
                        .align = UI_ALIGN_CENTRE,
                        .valign = UI_ALIGN_CENTRE});
}

void
flow_grid(struct app *app, struct flow *flow, const struct grid *grid,
    void (*place)(struct app *app, size_t index, struct ui_rect where, void *ctx), void *ctx)
{
    int count = (int)grid->count;
    int rows = (count + grid->columns - 1) / grid->columns;
    int room = flow->bottom - flow->y;
    /* all on one page: spread out to the default gap; else as close as is allowed */
    int gap = rows > 1 ? (room - rows * grid->height) / (rows - 1) : GAP;
    gap = gap > GAP ? GAP : gap < GAP_MIN ? GAP_MIN : gap;
    int width = (flow->w - (grid->columns - 1) * COLUMN_GAP) / grid->columns;
    for (int row = 0; row < rows; row++) {
        bool shown = flow_room(app, flow, grid->height);
        for (int column = 0; shown && column < grid->columns; column++) {
            int index = row * grid->columns + column;
            if (index < count) {
                place(app, (size_t)index,
                    rect(flow->x + column * (width + COLUMN_GAP), flow->y, width, grid->height),
                    ctx);
            }
        }
        flow->y += grid->height + gap;
    }
}

void
page_keypad(struct app *app, const char *prefix, const char *last_id, const char *last_text)
{
    struct ui_rect all = ui_panel(app->ui);
    int room = all.h - BAR_TOP - BAR_BOTTOM;
    int left = all.w - MARGIN - 3 * KEY_W - 2 * KEY_GAP;
    int top = BAR_TOP + (room - 4 * KEY_H - 3 * KEY_GAP) / 2;
    for (int i = 0; i < 12; i++) {
        char id[UI_ID_MAX];
        char digit[2] = {(char)('0' + (i == 10 ? 0 : i + 1)), 0};
        struct ui_element key = {.id = id,
            .role = UI_ROLE_KEY,
            .rect = rect(
                left + i % 3 * (KEY_W + KEY_GAP), top + i / 3 * (KEY_H + KEY_GAP), KEY_W, KEY_H),
            .text = digit,
            .tone = UI_TONE_SURFACE,
            .size = UI_SIZE_KEY,
            .bold = true,
            .align = UI_ALIGN_CENTRE};
        (void)snprintf(id, sizeof(id), "%s%s", prefix, digit);
        if (i == 9) {
            (void)snprintf(id, sizeof(id), "%sdelete", prefix);
            key.text = say(app, "key.delete");
        } else if (i == 11) {
            if (last_id[0] == 0) {
                continue;
            }
            (void)snprintf(id, sizeof(id), "%s", last_id);
            key.text = last_text;
        }
        if (i == 9 || i == 11) {
            key.tone = UI_TONE_QUIET;
            key.size = UI_SIZE_BODY;
        }
        ui_add(app->ui, &key);
    }
}
