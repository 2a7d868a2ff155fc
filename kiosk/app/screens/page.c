/* screens/page.c - an information page: its words in one column, links as doors; and the same as a QR code to take
 * away. Everything comes from the page's file. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum {
    INDENT = 120,
    BLOCK_GAP = 60,
    CELL_PART = 36, /* per cent of the width that the first column has */
    STACK_W = 2400, /* narrower, or in large letters, the second column stands below the first */
    PICTURE_SIDE = 500
};

static const struct info_page *
page_of(const struct app *app)
{
    return info_page_find(app->info, trail_id(app));
}

static void
add_text(struct app *app, struct ui_rect where, const char *text, bool bold)
{
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                        .rect = where,
                        .text = text,
                        .tone = UI_TONE_PAPER,
                        .size = UI_SIZE_BODY,
                        .bold = bold});
}

/* An entry of a list: its sign, and the words beside it. */
static void
entry(struct app *app, struct flow *flow, const struct info_block *block)
{
    char sign[16] = "・";
    const char *text = words(app, &block->words);
    if (block->kind == INFO_STEP) {
        (void)snprintf(sign, sizeof(sign), "%d", block->number);
    }
    int indent = ui_text_width(app->ui, sign, UI_SIZE_BODY, true);
    indent = indent > INDENT ? indent : INDENT; /* more at the largest size */
    struct flow inner = *flow;
    inner.x += indent;
    inner.w -= indent;
    int height = ui_text_height(app->ui, text, inner.w, UI_SIZE_BODY, block->bold);
    if (height > flow->bottom - flow->top) { /* more than a page: in parts, without the sign */
        flow_text(app, &inner, text, UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, block->bold, 0);
    } else {
        if (flow_room(app, &inner, height)) {
            ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                                .rect = rect(flow->x, inner.y, indent, height),
                                .text = sign,
                                .speech = block->kind == INFO_STEP ? NULL : "",
                                .tone = UI_TONE_PAPER,
                                .size = UI_SIZE_BODY,
                                .bold = true});
            add_text(app, rect(inner.x, inner.y, inner.w, height), text, block->bold);
        }
        inner.y += height;
    }
    flow->y = inner.y + BLOCK_GAP / 2;
}

/* A line of a table: side by side, or below each other where there is little room. */
static void
table_row(struct app *app, struct flow *flow, const char *name, const char *value, bool bold)
{
    bool stack = flow->w < STACK_W || ui_text_size(app->ui) > UI_TEXT_NORMAL;
    int name_w = stack ? flow->w : flow->w * CELL_PART / 100 - COLUMN_GAP;
    int value_x = stack ? flow->x + INDENT : flow->x + name_w + COLUMN_GAP;
    int value_w = flow->x + flow->w - value_x;
    int name_h = ui_text_height(app->ui, name, name_w, UI_SIZE_BODY, true);
    int value_h = ui_text_height(app->ui, value, value_w, UI_SIZE_BODY, bold);
    int height = stack ? name_h + value_h : name_h > value_h ? name_h : value_h;
    if (flow_room(app, flow, height + BLOCK_GAP / 2)) {
        add_text(app, rect(flow->x, flow->y, name_w, stack ? name_h : height), name, true);
        add_text(app,
            rect(value_x, flow->y + (stack ? name_h : 0), value_w, stack ? value_h : height), value,
            bold);
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_LINE,
                            .rect = rect(flow->x, flow->y + height + BLOCK_GAP / 4, flow->w, 5)});
    }
    flow->y += height + BLOCK_GAP / 2;
}

static void
picture(struct app *app, struct flow *flow, const char *name)
{
    int side = flow->bottom - flow->top < 2 * PICTURE_SIDE ? PICTURE_SIDE / 2 : PICTURE_SIDE;
    if (flow_room(app, flow, side)) {
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_PICTURE,
                            .rect = rect(flow->x, flow->y, side, side),
                            .picture = name,
                            .tone = UI_TONE_PAPER});
    }
    flow->y += side + BLOCK_GAP;
}

/* What a service costs: what its own fee comes to before anything is answered, else how it comes about. */
static void
fee_row(struct app *app, struct flow *flow, const struct procedure *procedure)
{
    struct procedure_info info = procedure_info(procedure);
    if (!info.has_fee || !procedure_in_force(procedure, app->clock)) {
        return;
    }
    struct fact_set *none = fact_set_new();
    struct interview *interview = interview_new(procedure, none, app->clock);
    int64_t fee = interview_fee(interview);
    interview_free(interview);
    fact_set_free(none);
    AUTO_BUF text;
    buf_init(&text, 1024);
    if (fee >= 0) {
        (void)i18n_money(app->i18n, &text, fee);
    }
    table_row(app, flow, words(app, &info.title),
        text.len > 0 ? buf_str(&text) : words(app, &info.fee_note), false);
}

/* Everything at a door that costs something, once; then how one can pay. */
static void
fees(struct app *app, struct flow *flow)
{
    for (size_t i = 0; i < procedure_count(app->procedures); i++) {
        const struct procedure *procedure = procedure_at(app->procedures, i);
        if (!procedure_info(procedure).hidden) {
            fee_row(app, flow, procedure);
        }
    }
    AUTO_BUF means;
    buf_init(&means, 4096);
    if (payment_means(app, &means)) {
        table_row(app, flow, say(app, "fee.means"), buf_str(&means), false);
    }
}

static void block(struct app *app, struct flow *flow, const struct info_page *page, size_t index);

/* A heading, never alone at the foot of a page: it goes where what it heads has its room. */
static void
heading(struct app *app, struct flow *flow, const struct info_page *page, size_t index)
{
    const char *text = words(app, &page->blocks[index].words);
    flow->y += flow->y > flow->top ? BLOCK_GAP / 2 : 0;
    struct flow measured = *flow;
    int shown = app->flow_page;
    app->flow_page = FLOW_PAGE_MEASURED;
    measured.y = measured.top;
    flow_text(
        app, &measured, text, UI_ROLE_TITLE, UI_SIZE_VALUE, UI_TONE_PAPER, true, BLOCK_GAP / 2);
    bool goes_on = true;
    for (size_t i = index + 1; i < page->block_count && goes_on; i++) {
        block(app, &measured, page, i);
        goes_on = page->blocks[i].kind == INFO_ROW && page->blocks[i].bold; /* a table's head */
    }
    bool fits = app->flow_page == FLOW_PAGE_MEASURED;
    app->flow_page = shown;
    (void)flow_room(app, flow, (fits ? measured.y : measured.bottom) - measured.top);
    flow_text(app, flow, text, UI_ROLE_TITLE, UI_SIZE_VALUE, UI_TONE_PAPER, true, BLOCK_GAP / 2);
}

static void
block(struct app *app, struct flow *flow, const struct info_page *page, size_t index)
{
    const struct info_block *block = &page->blocks[index];
    char id[UI_ID_MAX];
    switch (block->kind) {
    case INFO_HEADING:
        heading(app, flow, page, index);
        break;
    case INFO_PARAGRAPH:
        flow_text(app, flow, words(app, &block->words), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
            block->bold, BLOCK_GAP);
        break;
    case INFO_ITEM:
    case INFO_STEP:
        entry(app, flow, block);
        break;
    case INFO_ROW:
        table_row(app, flow, words(app, &block->words), words(app, &block->more), block->bold);
        break;
    case INFO_PICTURE:
        picture(app, flow, block->target);
        break;
    case INFO_LINK:
        if (strcmp(block->target, "fees:") == 0) {
            fees(app, flow);
            break;
        }
        (void)snprintf(id, sizeof(id), "link:%zu", index);
        trail_row(app, flow, id, block->target, words(app, &block->words));
        break;
    }
}

/* Until when it holds; said first when that day is over. */
static void
validity(struct app *app, struct flow *flow, const struct info_page *page, bool first)
{
    bool over = info_page_over(page, app_today(app));
    if (page->valid_until == NULL || over != first) {
        return;
    }
    AUTO_BUF day;
    AUTO_BUF text;
    buf_init(&day, 256);
    buf_init(&text, 1024);
    (void)i18n_date(app->i18n, &day, page->valid_until);
    (void)sayf(app, &text, over ? "page.over" : "page.valid-until", "date", buf_str(&day));
    flow_text(app, flow, buf_str(&text), over ? UI_ROLE_NOTICE : UI_ROLE_TEXT, UI_SIZE_HINT,
        over ? UI_TONE_CARE : UI_TONE_PAPER, over, BLOCK_GAP);
}

static void
build(struct app *app)
{
    const struct info_page *page = page_of(app);
    struct flow flow = page_begin(app, words(app, &page->title), "bar.back");
    page_right_button(app, "take", say(app, "page.take"), "take");
    page_title(app, &flow, words(app, &page->title));
    validity(app, &flow, page, true);
    flow_text(app, &flow, words(app, &page->about), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
        false, BLOCK_GAP);
    for (size_t i = 0; i < page->block_count; i++) {
        block(app, &flow, page, i);
    }
    validity(app, &flow, page, false);
}

static void
tap(struct app *app, const char *id)
{
    const struct info_page *page = page_of(app);
    char target[INFO_TARGET_MAX];
    if (strcmp(id, "back") == 0) {
        trail_back(app);
    } else if (strcmp(id, "take") == 0) {
        (void)snprintf(target, sizeof(target), "take:%s", page->id);
        (void)trail_open(app, target); /* its page is the one that is shown */
    } else if (strncmp(id, "link:", 5) == 0) {
        size_t index = 0;
        for (const char *digit = id + 5; *digit >= '0' && *digit <= '9'; digit++) {
            index = index * 10 + (size_t)(*digit - '0');
        }
        if (index < page->block_count && page->blocks[index].kind == INFO_LINK) {
            (void)trail_open(app, page->blocks[index].target); /* info_load knew it */
        }
    }
}

const struct screen screen_page = {.name = "page", .build = build, .tap = tap};

/* ---- the same to take away ---- */

/* The page's address, when it has one; else its words. */
static void
take_text(struct app *app, const struct info_page *page, struct buf *out)
{
    take_line(words(app, &page->title), "", out);
    if (page->url != NULL) {
        (void)buf_printf(out, "%.*s\n", 200, page->url);
        return;
    }
    for (size_t i = 0; i < page->block_count; i++) {
        const struct info_block *block = &page->blocks[i];
        char sign[16] = "";
        if (block->kind == INFO_PICTURE || block->kind == INFO_LINK) {
            continue;
        }
        if (block->kind == INFO_STEP) {
            (void)snprintf(sign, sizeof(sign), "%d. ", block->number);
        } else if (block->kind == INFO_HEADING || block->kind == INFO_ITEM) {
            (void)snprintf(sign, sizeof(sign), "%s", block->kind == INFO_ITEM ? "- " : "\n");
        }
        take_line(words(app, &block->words), sign, out);
        if (block->kind == INFO_ROW) {
            take_line(words(app, &block->more), "  ", out);
        }
    }
}

static void
take_build(struct app *app)
{
    const struct info_page *page = page_of(app);
    struct flow flow = page_begin(app, words(app, &page->title), "bar.back");
    AUTO_BUF text;
    buf_init(&text, TAKE_MAX);
    take_text(app, page, &text);
    qr_page(app, &flow, buf_str(&text), words(app, &page->title), 0,
        &(struct qr_words){"page.take-title", "page.take-text", NULL});
}

static void
take_tap(struct app *app, const char *id)
{
    if (strcmp(id, "back") == 0) {
        trail_back(app);
    }
}

const struct screen screen_take = {.name = "take", .build = take_build, .tap = take_tap};
