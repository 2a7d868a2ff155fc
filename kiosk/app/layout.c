/* app/layout.c - the grid of the look: bars, columns, main button, lists that page. All in 0.1 mm of
 * the panel. The order and places of the buttons are the same on every page, in every text size. */
#include "app_priv.h"

#include <stdio.h>
#include <string.h>

enum {
    PICTURE_LEAST_W = 2600, /* of the column, to have room for a picture beside the words */
    PICTURE_LEAST_H = 2600, /* the same, above them */
    KEY_W = 560,
    KEY_H = 365,
    KEY_H_LOW = 235, /* upright and seated: what is chosen above the keys is within reach too */
    KEY_GAP = 52,
    KEY_W_LOW = 240, /* upright, seated, small: beside the keys is what else is touched */
    DOOR_H = 300,
    STEP_INDENT = 130,
    PAGE_BUTTON_W = 900,
    PAGE_NUMBER_W = 440,
    PAGE_NUMBER_W_SMALL = 300,
    TOOL_PADS = 60, /* beside the words of a tool; TOOL_PICTURE: and its pictogram */
    TOOL_PICTURE = 220
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

static void
tool(struct app *app, enum tool which, const char *id, const char *picture, const char *text)
{
    /* what the machine has begun can't be taken back half-way */
    bool waiting = which == TOOL_HOME && app->screen->idle_held;
    ui_add(app->ui, &(struct ui_element){.id = id,
                        .role = UI_ROLE_TOOL,
                        .rect = app->places.tools[which],
                        .text = text,
                        .picture = picture,
                        .tone = UI_TONE_SURFACE,
                        .state = waiting ? UI_STATE_WAITING : 0,
                        .size = UI_SIZE_BAR,
                        .bold = true,
                        .align = UI_ALIGN_CENTRE});
}

/* How wide these words are at least in a tool, each of their lines whole; no text size changes it. */
static int
tool_words_width(struct app *app, const char *text)
{
    struct ui_element words = {.role = UI_ROLE_TOOL, .text = "", .size = UI_SIZE_BAR, .bold = true};
    int pads = 0;
    int width = 0;
    int height;
    ui_natural(app->ui, &words, &pads, &height);
    words.text = text;
    ui_natural(app->ui, &words, &width, &height);
    return (width - pads) * UI_LABEL_LEAST / 100;
}

/* "English", or both when two languages are shown: side by side or below each other, never with a name in two. */
static void
language_name(struct app *app, struct buf *out)
{
    static const char *const joints[] = {" + ", "\n+ "};
    (void)buf_add_str(out, i18n_current(app->i18n)->name); /* errors stick in out */
    /* a button that has one line for it names the visitor's own; the page shows the other */
    bool one_line = app->places.portrait || app->places.low;
    const char *japanese = i18n_text_in(app->i18n, "ja", "language.name");
    int width = app->places.tools[TOOL_LANGUAGE].w;
    int room = width - (width < UI_TOOL_BESIDE ? TOOL_PADS : TOOL_PICTURE);
    for (size_t i = 0; two_languages(app) && !one_line && i < ARRAY_LEN(joints); i++) {
        AUTO_BUF both;
        buf_init(&both, 256);
        (void)buf_printf(&both, "%s%s%s", buf_str(out), joints[i], japanese);
        if (tool_words_width(app, buf_str(&both)) <= room) {
            buf_clear(out);
            (void)buf_add_str(out, buf_str(&both));
            return;
        }
    }
}

static void
tools(struct app *app, const char *where)
{
    tool(app, TOOL_HELP, "help", "help", say(app, "bar.help"));
    tool(app, TOOL_HOME, "home", "leave", say(app, "bar.home"));
    AUTO_BUF language;
    buf_init(&language, 256);
    language_name(app, &language);
    tool(app, TOOL_LANGUAGE, "language", "globe", buf_str(&language));
    tool(app, TOOL_TEXT_SIZE, "text-size", "letters", say(app, "bar.text-size"));
    tool(app, TOOL_CONTRAST, "contrast", "contrast", say(app, "bar.contrast"));
    tool(app, TOOL_SPEAK, "speak", "speaker", say(app, "bar.speak"));
    if (where != NULL) {
        bool bar = app->places.top_bar.h > 0;
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                            .rect = app->places.where,
                            .text = where,
                            .size = UI_SIZE_BAR,
                            .tone = bar ? UI_TONE_SURFACE : UI_TONE_PAPER,
                            .valign = UI_ALIGN_CENTRE,
                            .bold = true});
    }
}

static void
side_button(struct app *app, const char *id, const char *text, const char *picture, bool at_right)
{
    const struct places *places = &app->places;
    ui_add(app->ui, &(struct ui_element){.id = id,
                        .role = UI_ROLE_BUTTON,
                        .rect = at_right ? places->main : places->left,
                        .text = text,
                        .picture = picture,
                        .tone = UI_TONE_SURFACE,
                        .size = UI_SIZE_CHOICE,
                        .bold = true,
                        .align = UI_ALIGN_CENTRE});
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
    const struct places *places = &app->places;
    panel(app, places->panel, UI_TONE_PAPER);
    if (places->top_bar.h > 0) {
        panel(app, places->top_bar, UI_TONE_SURFACE);
    }
    panel(app, places->bottom_bar, UI_TONE_SURFACE);
    bool tooled = app->screen != &screen_settling; /* where nobody is yet */
    if (tooled && app->screen != &screen_still_there) { /* there only its own two buttons count */
        tools(app, where);
    }
    if (back != NULL) {
        page_left_button(app, "back", say(app, back), "arrow-left");
    }
    practice_ribbon(app);
    const struct ui_rect *column = &places->column;
    int turn = app->flow_reserve ? PAGE_TURN_H + GAP_MIN : 0;
    return (struct flow){.x = column->x,
        .y = column->y,
        .w = column->w,
        .bottom = column->y + column->h - turn,
        .top = column->y};
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
    ui_add(app->ui, &(struct ui_element){.id = id,
                        .role = UI_ROLE_MAIN,
                        .rect = app->places.main,
                        .text = text,
                        .tone = UI_TONE_PRIMARY,
                        .size = UI_SIZE_CHOICE,
                        .bold = true,
                        .align = UI_ALIGN_CENTRE,
                        .state = state});
}

void
page_foot(struct app *app, struct flow *flow, const char *text)
{
    struct ui_element foot = {.role = UI_ROLE_TEXT,
        .rect = app->places.foot,
        .text = text,
        .tone = UI_TONE_SURFACE,
        .size = UI_SIZE_BAR,
        .align = UI_ALIGN_CENTRE,
        .valign = UI_ALIGN_CENTRE};
    if (foot.rect.w == 0 ||
        ui_text_height(app->ui, text, foot.rect.w, UI_SIZE_BAR, false) > foot.rect.h) {
        foot.tone = UI_TONE_PAPER;
        int height = ui_text_height(app->ui, text, flow->w, UI_SIZE_BAR, false);
        flow->bottom -= height;
        foot.rect = rect(flow->x, flow->bottom, flow->w, height);
        flow->bottom -= GAP_MIN;
    }
    ui_add(app->ui, &foot);
}

bool
flow_room(struct app *app, struct flow *flow, int height)
{
    if (flow->y + height > flow->bottom && flow->y > flow->top) {
        app->flow_page++;
        flow->y = flow->top;
    }
    return app->flow_page == app->visit.page;
}

void
flow_tighten(struct app *app, struct flow *flow, int by)
{
    by = app->places.small ? by / 3 : by; /* less air is there */
    flow->y -= practice_has_ribbon(app) ? 0 : by;
}

void
flow_within_reach(struct app *app, struct flow *flow)
{
    flow->y = flow->y < app->places.targets ? app->places.targets : flow->y;
}

bool
flow_target(struct app *app, struct flow *flow, int height)
{
    flow_within_reach(app, flow);
    /* the first target of a page has the room that there is */
    bool first = flow->y == app->places.targets;
    bool shown = first ? app->flow_page == app->visit.page : flow_room(app, flow, height);
    flow_within_reach(app, flow);
    return shown;
}

static bool
is_target(const struct ui_element *element)
{
    return element->id != NULL && element->id[0] != 0 && element->role != UI_ROLE_FIELD &&
           element->role != UI_ROLE_DOTS;
}

int
flow_reach(const struct app *app, const struct flow *flow)
{
    return flow->bottom - (flow->top < app->places.targets ? app->places.targets : flow->top);
}

void
flow_element(struct app *app, struct flow *flow, struct ui_element *element, int least)
{
    int width;
    ui_natural(app->ui, element, &width, &element->rect.h);
    element->rect.h = element->rect.h < least ? least : element->rect.h;
    int most = flow_reach(app, flow);
    if (is_target(element) && element->rect.h > most) {
        element->rect.h = most; /* a page to itself; its words become smaller */
    }
    bool shown = is_target(element) ? flow_target(app, flow, element->rect.h)
                                    : flow_room(app, flow, element->rect.h);
    element->rect.y = flow->y;
    if (shown) {
        ui_add(app->ui, element);
    }
    flow->y += element->rect.h;
}

/* Does a sentence end at the end of these bytes? Or, to be taken only when no sentence fits, a part of one? */
static bool
ends_part(const char *text, size_t len, bool sentence)
{
    static const char *const sentences[] = {"。", "！", "？", "।", "။", ". ", "! ", "? ", "\n"};
    static const char *const parts[] = {"、", "，", " ", "　"};
    size_t count = sentence ? ARRAY_LEN(sentences) : ARRAY_LEN(parts);
    for (size_t i = 0; i < count; i++) {
        const char *end = sentence ? sentences[i] : parts[i];
        size_t n = strlen(end);
        if (len >= n && memcmp(text + len - n, end, n) == 0) {
            return true;
        }
    }
    return false;
}

/* Copies what of the text fits a page, whole sentences when that is possible; returns how many bytes that
 * are, 0 when nothing does. */
static size_t
part_for_page(
    struct app *app, const struct flow *flow, const struct ui_element *element, struct buf *part)
{
    size_t whole = strlen(element->text);
    for (int sentence = 1; sentence >= 0; sentence--) {
        for (size_t len = whole - 1; len > 0; len--) {
            if (!ends_part(element->text, len, sentence == 1)) {
                continue;
            }
            buf_clear(part);
            (void)buf_add(part, element->text, len);
            if (ui_text_height(app->ui, buf_str(part), flow->w, element->size, element->bold) <=
                flow->bottom - flow->top) {
                return len;
            }
        }
    }
    return 0;
}

/* What words of a column may be, the largest first. */
static const enum ui_size text_sizes[] = {
    UI_SIZE_TITLE, UI_SIZE_VALUE, UI_SIZE_BODY, UI_SIZE_HINT, UI_SIZE_BAR};

enum ui_size
flow_size(struct app *app, const struct flow *flow, const char *text, enum ui_size size, bool bold)
{
    size_t i = 0;
    while (i < ARRAY_LEN(text_sizes) && text_sizes[i] != size) {
        i++;
    }
    for (; i + 1 < ARRAY_LEN(text_sizes) &&
           ui_text_height(app->ui, text, flow->w, text_sizes[i], bold) > flow->bottom - flow->top;
         i++) {
        size = text_sizes[i + 1];
    }
    return size;
}

/* A notice has air around its words and perhaps a sign beside them: smaller words until all of it fits a page. */
static void
fit_notice(struct app *app, const struct flow *flow, struct ui_element *notice)
{
    int width;
    int height;
    ui_natural(app->ui, notice, &width, &height);
    for (size_t i = 1; i < ARRAY_LEN(text_sizes) && height > flow->bottom - flow->top; i++) {
        if (notice->size == text_sizes[i - 1]) {
            notice->size = text_sizes[i];
            ui_natural(app->ui, notice, &width, &height);
        }
    }
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
    AUTO_BUF part;
    buf_init(&part, UI_TEXT_POOL);
    while (role == UI_ROLE_TEXT &&
           ui_text_height(app->ui, element.text, flow->w, size, bold) > flow->bottom - flow->top) {
        size_t len = part_for_page(app, flow, &element, &part);
        if (len == 0) {
            break;
        }
        const char *rest = element.text + len;
        element.text = buf_str(&part);
        flow_element(app, flow, &element, 0);
        element.text = rest;
    }
    element.size = flow_size(app, flow, element.text, size, bold);
    if (role == UI_ROLE_NOTICE) {
        fit_notice(app, flow, &element);
    }
    flow_element(app, flow, &element, 0);
    flow->y += gap_after;
}

/* The size of a step's words, and how high they are. */
static enum ui_size
step_size(struct app *app, const struct flow *flow, const char *text, int *ret_height)
{
    struct flow inner = *flow;
    inner.w -= STEP_INDENT;
    enum ui_size size = flow_size(app, &inner, text, UI_SIZE_BODY, false);
    *ret_height = ui_text_height(app->ui, text, inner.w, size, false);
    return size;
}

int
flow_step_height(struct app *app, const struct flow *flow, const char *text)
{
    int height;
    (void)step_size(app, flow, text, &height);
    return height;
}

void
flow_step(struct app *app, struct flow *flow, int number, const char *text)
{
    char digit[8];
    (void)snprintf(digit, sizeof(digit), "%d", number % 100);
    int height;
    enum ui_size size = step_size(app, flow, text, &height);
    if (flow_room(app, flow, height)) {
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                            .rect = rect(flow->x, flow->y, STEP_INDENT - 20, height),
                            .text = digit,
                            .speech = "", /* said with its words */
                            .size = size,
                            .bold = true});
        ui_add(app->ui,
            &(struct ui_element){.role = UI_ROLE_TEXT,
                .rect = rect(flow->x + STEP_INDENT, flow->y, flow->w - STEP_INDENT, height),
                .text = text,
                .label = digit,
                .size = size});
    }
    flow->y += height + 20;
}

void
page_title(struct app *app, struct flow *flow, const char *text)
{
    flow_text(app, flow, text, UI_ROLE_TITLE, UI_SIZE_TITLE, UI_TONE_PAPER, true, 60);
}

static void
picture_panel(struct app *app, struct ui_rect where, const char *picture, enum ui_tone tone)
{
    panel(app, where, tone);
    int side = (where.w < where.h ? where.w : where.h) * 60 / 100;
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_PICTURE,
                        .rect = rect(where.x + (where.w - side) / 2, where.y + (where.h - side) / 2,
                            side, side),
                        .picture = picture,
                        .tone = tone});
}

struct flow
page_picture(struct app *app, struct flow flow, const char *picture, enum ui_tone tone)
{
    int height = flow.bottom - flow.top;
    if (app->places.portrait) {
        if (height >= PICTURE_LEAST_H) {
            int above = height * 24 / 100;
            picture_panel(app, rect(flow.x, flow.top, flow.w, above), picture, tone);
            flow.y += above + GAP_MIN + 20;
            flow.top = flow.y;
        }
        return flow;
    }
    /* large words for a seated visitor need all of the width */
    bool crowded = app->places.low && ui_text_size(app->ui) > UI_TEXT_NORMAL;
    if (flow.w >= PICTURE_LEAST_W && !crowded) {
        int width = flow.w * 36 / 100;
        picture_panel(app, rect(flow.x + flow.w - width, flow.top, width, height), picture, tone);
        flow.w -= width + 180;
    }
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
    const struct ui_rect *turn = &app->places.turn;
    if (visit->pages < 2) {
        return;
    }
    int number_w = turn->w < TWO_COLUMNS_W / 2 ? PAGE_NUMBER_W_SMALL : PAGE_NUMBER_W;
    int width = (turn->w - number_w) / 2;
    width = width > PAGE_BUTTON_W ? PAGE_BUTTON_W : width;
    char text[32];
    (void)snprintf(text, sizeof(text), "%d / %d", visit->page + 1, visit->pages);
    struct ui_element button = {.role = UI_ROLE_BUTTON,
        .tone = UI_TONE_SURFACE,
        .size = UI_SIZE_BAR,
        .bold = true,
        .align = UI_ALIGN_CENTRE};
    button.id = "page:back";
    button.rect = rect(turn->x, turn->y, width, turn->h);
    button.text = say(app, "list.before");
    button.picture = "arrow-up";
    button.state = visit->page == 0 ? UI_STATE_WAITING : 0;
    ui_add(app->ui, &button);
    button.id = "page:next";
    button.rect.x = turn->x + turn->w - width;
    button.text = say(app, "list.more");
    button.picture = "arrow-down";
    button.state = visit->page + 1 >= visit->pages ? UI_STATE_WAITING : 0;
    ui_add(app->ui, &button);
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                        .rect = rect(turn->x + width, turn->y, turn->w - 2 * width, turn->h),
                        .text = text,
                        .size = UI_SIZE_BAR,
                        .bold = true,
                        .align = UI_ALIGN_CENTRE,
                        .valign = UI_ALIGN_CENTRE});
}

/* As high as its highest item, but no higher than a page. */
static int
row_height(const struct grid *grid, int row, int most)
{
    int height = grid->height;
    size_t end = (size_t)(row + 1) * (size_t)grid->columns;
    for (size_t i = (size_t)row * (size_t)grid->columns; grid->heights != NULL && i < end; i++) {
        height = i < grid->count && grid->heights[i] > height ? grid->heights[i] : height;
    }
    return height > most ? most : height;
}

void
flow_grid(struct app *app, struct flow *flow, const struct grid *grid,
    void (*place)(struct app *app, size_t index, struct ui_rect where, void *ctx), void *ctx)
{
    flow_within_reach(app, flow);
    int count = (int)grid->count;
    int rows = (count + grid->columns - 1) / grid->columns;
    int room = flow->bottom - flow->y;
    int most = flow_reach(app, flow);
    int all = 0;
    for (int row = 0; row < rows; row++) {
        all += row_height(grid, row, most);
    }
    /* all on one page: spread out to the default gap; else as close as is allowed */
    int least = grid->gap > 0 ? grid->gap : GAP_MIN;
    int gap = rows > 1 ? (room - all) / (rows - 1) : GAP;
    gap = gap > GAP ? GAP : gap < least ? least : gap;
    int between = least > COLUMN_GAP ? least : COLUMN_GAP;
    int width = (flow->w - (grid->columns - 1) * between) / grid->columns;
    for (int row = 0; row < rows; row++) {
        int height = row_height(grid, row, most);
        bool shown = flow_target(app, flow, height);
        for (int column = 0; shown && column < grid->columns; column++) {
            int index = row * grid->columns + column;
            if (index < count) {
                place(app, (size_t)index,
                    rect(flow->x + column * (width + between), flow->y, width, height), ctx);
            }
        }
        flow->y += height + gap;
    }
}

static void
place_element(struct app *app, size_t index, struct ui_rect where, void *ctx)
{
    struct ui_element *elements = ctx;
    elements[index].rect = where;
    ui_add(app->ui, &elements[index]);
}

void
flow_elements(struct app *app, struct flow *flow, struct grid grid, struct ui_element *elements)
{
    int heights[FLOW_ELEMENTS_MAX];
    grid.count = grid.count > FLOW_ELEMENTS_MAX ? FLOW_ELEMENTS_MAX : grid.count;
    for (size_t i = 0; i < grid.count; i++) {
        int width;
        elements[i].rect.w = (flow->w - (grid.columns - 1) * COLUMN_GAP) / grid.columns;
        ui_natural(app->ui, &elements[i], &width, &heights[i]);
    }
    grid.heights = heights;
    flow_grid(app, flow, &grid, place_element, elements);
}

/* Upright, seated and small: the keypad of a question stands at the right, other targets at its left. */
static bool
keypad_aside(const struct app *app)
{
    const struct places *places = &app->places;
    return places->low && places->small && places->portrait && app->screen == &screen_question;
}

/* The keypad's first key: all others follow from it. The place for the buttons that turn pages is left
 * free even when there are none, so that the digits never move. */
static struct ui_rect
keypad_first(const struct app *app)
{
    const struct places *places = &app->places;
    const struct ui_rect *column = &places->column;
    int top = column->y > places->targets ? column->y : places->targets;
    bool beside_turn = places->turn.w < column->w;
    int bottom = beside_turn ? column->y + column->h : places->turn.y - GAP_MIN;
    int share = places->portrait ? column->w : column->w * 46 / 100;
    int w = (share - 2 * KEY_GAP) / 3;
    int h = (bottom - top - 3 * KEY_GAP) / 4;
    w = w > KEY_W ? KEY_W : w;
    h = h > KEY_H ? KEY_H : h;
    if (!places->portrait) {
        return rect(column->x + column->w - 3 * w - 2 * KEY_GAP, top, w, h);
    }
    if (keypad_aside(app)) {
        return rect(column->x + column->w - 3 * KEY_W_LOW - 2 * KEY_GAP, top, KEY_W_LOW, h);
    }
    int most = (places->low || places->small) && KEY_H_LOW < w / 2 ? KEY_H_LOW : w / 2;
    h = h > most ? most : h;
    return rect(
        column->x + (column->w - 3 * w - 2 * KEY_GAP) / 2, bottom - 4 * h - 3 * KEY_GAP, w, h);
}

struct flow
page_beside_keypad(struct app *app, struct flow flow)
{
    struct ui_rect first = keypad_first(app);
    if (app->places.portrait) {
        flow.bottom = first.y - (keypad_aside(app) ? GAP_MIN : GAP_OPPOSITE);
    } else {
        flow.w = first.x - flow.x - 2 * COLUMN_GAP;
    }
    return flow;
}

void
flow_left_of_keypad(struct app *app, struct flow *flow)
{
    const struct places *places = &app->places;
    struct ui_rect first = keypad_first(app);
    if (keypad_aside(app) && flow->w == places->column.w) {
        flow->w = first.x - flow->x - GAP_OPPOSITE;
        flow->bottom = first.y + 4 * first.h + 3 * KEY_GAP;
        flow->top = places->targets;
        flow_within_reach(app, flow);
    }
}

void
page_keypad(struct app *app, const char *prefix, const char *last_id, const char *last_text)
{
    struct ui_rect first = keypad_first(app);
    for (int i = 0; i < 12; i++) {
        char id[UI_ID_MAX];
        char digit[2] = {(char)('0' + (i == 10 ? 0 : i + 1)), 0};
        struct ui_element key = {.id = id,
            .role = UI_ROLE_KEY,
            .rect = rect(first.x + i % 3 * (first.w + KEY_GAP),
                first.y + i / 3 * (first.h + KEY_GAP), first.w, first.h),
            .text = digit,
            .tone = UI_TONE_SURFACE,
            .size = UI_SIZE_KEY,
            .bold = true,
            .align = UI_ALIGN_CENTRE};
        (void)snprintf(id, sizeof(id), "%s%s", prefix, digit);
        bool waits = (i < 9 || i == 10) && (app->keypad_waits >> (digit[0] - '0') & 1) != 0;
        key.state = waits ? UI_STATE_WAITING : 0;
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
            key.size = UI_SIZE_BAR;
        }
        ui_add(app->ui, &key);
    }
}

void
name_in_width(struct app *app, struct ui_element *name, int most, struct buf *out)
{
    const char *whole = name->text;
    size_t len = strlen(whole);
    int width = 0;
    (void)buf_add_str(out, whole);
    for (;;) {
        name->text = buf_str(out);
        name->rect.w = 0; /* on one line */
        ui_natural(app->ui, name, &width, &name->rect.h);
        if (width <= most || len == 0) {
            break;
        }
        do {
            len--;
        } while (len > 0 && ((unsigned char)whole[len] & 0xc0) == 0x80);
        buf_clear(out);
        (void)buf_add(out, whole, len);
        (void)buf_add_str(out, "…");
    }
    name->rect.w = most;
}
