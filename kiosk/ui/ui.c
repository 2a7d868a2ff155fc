/* ui/ui.c - puts the parts together: takes the element list, compares it with what is shown and lets
 * paint.c draw what differs; waits for the visitor and lets hands.c judge. */
#include "ui/ui_priv.h"

#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/utf8.h"

struct frame *
ui_shown(struct ui *ui)
{
    return &ui->frames[ui->shown];
}

int64_t
ui_now(const struct ui *ui)
{
    return clock_mono_ms(ui->clock) + ui->touch.skipped_ms;
}

/* ---- making ---- */

/* The window's size; millimetres follow when it is not the panel's. */
static void
measure(struct ui *ui)
{
    struct canvas canvas;
    if (!window_canvas(ui->window, &canvas)) {
        canvas = (struct canvas){.w = ui->width_px, .h = ui->height_px};
    }
    ui->panel = (struct px_rect){0, 0, canvas.w, canvas.h};
    int64_t by_w = (int64_t)ui->px_per_m * canvas.w / ui->width_px;
    int64_t by_h = (int64_t)ui->px_per_m * canvas.h / ui->height_px;
    ui->scale = (int)(by_w < by_h ? by_w : by_h);
    ui->scale = ui->scale > 0 ? ui->scale : 1;
}

int
ui_new(const struct ui_config *config, struct ui **ret_ui)
{
    if (config->width_px < 1 || config->height_px < 1 || config->px_per_m < 1) {
        return KERR_UI_DISPLAY;
    }
    struct ui *ui = xcalloc(1, sizeof *ui);
    ui->scanner = config->scanner;
    ui->clock = config->clock != NULL ? config->clock : clock_system();
    ui->theme_folder = xstrdup(config->theme);
    ui->width_px = config->width_px;
    ui->height_px = config->height_px;
    ui->px_per_m = config->px_per_m;
    ui->text_size = UI_TEXT_NORMAL;
    ui_set_language(ui, "ja");
    frame_init(&ui->frames[0]);
    frame_init(&ui->frames[1]);
    ui->ops = paint_ops(ui);
    ui->cache = cache_new();
    ui->layouts = layouts_new();
    int error = faces_new(config->fonts, &ui->faces);
    if (error == 0) {
        ui->fonts = faces_ops(ui->faces);
        error = window_new(config, &ui->window);
    }
    if (error < 0) {
        ui_free(ui);
        return error;
    }
    measure(ui);
    *ret_ui = ui;
    return 0;
}

void
ui_free(struct ui *ui)
{
    if (ui == NULL) {
        return;
    }
    layouts_free(ui->layouts);
    cache_free(ui->cache);
    frame_release(&ui->frames[0]);
    frame_release(&ui->frames[1]);
    faces_free(ui->faces);
    window_free(ui->window);
    free(ui->theme_folder);
    explicit_bzero(ui, sizeof *ui);
    free(ui);
}

struct ui_rect
ui_panel(const struct ui *ui)
{
    return (struct ui_rect){
        .w = (int)((int64_t)ui->panel.w * 10000 / ui->scale),
        .h = (int)((int64_t)ui->panel.h * 10000 / ui->scale),
    };
}

void
ui_set_theme(struct ui *ui, enum ui_theme theme)
{
    ui->restyled = ui->restyled || ui->theme != theme;
    ui->theme = theme;
}

void
ui_set_text_size(struct ui *ui, enum ui_text_size size)
{
    ui->restyled = ui->restyled || ui->text_size != size;
    ui->text_size = size;
}

enum ui_text_size
ui_text_size(const struct ui *ui)
{
    return ui->text_size;
}

void
ui_set_black(struct ui *ui, bool black)
{
    if (ui->black != black) {
        ui->black = black;
        ui->black_shown = false;
        ui->damage.all = true;
        paint(ui);
    }
}

void
ui_set_language(struct ui *ui, const char *tag)
{
    (void)snprintf(ui->language, sizeof ui->language, "%s", tag);
}

void
ui_set_gloss(struct ui *ui, const char *(*find)(void *ctx, const char *text), void *ctx)
{
    ui->gloss = find;
    ui->gloss_ctx = ctx;
}

static bool
size_has_gloss(enum ui_size size)
{
    return size != UI_SIZE_BAR && size != UI_SIZE_KEY && size != UI_SIZE_KEYBOARD &&
           size != UI_SIZE_NUMBER && size != UI_SIZE_PROMISE;
}

static const char *
find_gloss(struct ui *ui, const char *text, enum ui_size size)
{
    if (ui->gloss == NULL || text == NULL || text[0] == '\0' || !size_has_gloss(size)) {
        return NULL;
    }
    return ui->gloss(ui->gloss_ctx, text);
}

/* The Japanese under an element's words, when two languages are shown. */
static const char *
gloss_of(struct ui *ui, const struct ui_element *e)
{
    switch (e->role) {
    case UI_ROLE_TITLE:
    case UI_ROLE_TEXT:
    case UI_ROLE_BUTTON:
    case UI_ROLE_MAIN:
    case UI_ROLE_CHOICE:
    case UI_ROLE_CHECK:
    case UI_ROLE_DOOR:
    case UI_ROLE_NOTICE:
        return e->gloss != NULL ? e->gloss : find_gloss(ui, e->text, e->size);
    default:
        return NULL;
    }
}

/* Where the ring was and where it will be must be drawn again. */
static void
mark_ring(struct ui *ui, const struct frame *frame)
{
    struct ring ring = hands_ring(ui, frame);
    const struct ring *old = &ui->ring;
    bool same = ring.shown == old->shown && ring.permille == old->permille &&
                memcmp(&ring.rect, &old->rect, sizeof ring.rect) == 0;
    struct drawing drawing = paint_drawing(ui);
    if (!same && old->shown) {
        paint_damage(ui, draw_ring_bounds(&drawing, old));
    }
    if (!same && ring.shown) {
        paint_damage(ui, draw_ring_bounds(&drawing, &ring));
    }
    ui->ring = ring;
}

void
ui_mark(struct ui *ui, struct frame *frame)
{
    struct scan_groups groups;
    size_t first = 0, ringed = 0;
    const struct item *focused = ui->focus.shown ? focus_item(&ui->focus, frame) : NULL;
    if (ui->scan.shown) {
        scan_groups(frame, &groups);
        ringed = scan_ring(&ui->scan, &groups, &first);
        focused = ringed == 1 ? &frame->items[groups.order.at[first]] : NULL;
    }
    for (size_t i = 0; i < frame->count; i++) {
        struct item *item = &frame->items[i];
        unsigned state = item->asked;
        if (frame_touchable(item) && ui->touch.inside && strcmp(ui->touch.id, item->e.id) == 0) {
            state |= UI_STATE_PRESSED;
        }
        item->e.state = state | (item == focused ? (unsigned)UI_STATE_FOCUSED : 0);
    }
    for (size_t i = 0; ringed > 1 && i < ringed; i++) {
        frame->items[groups.order.at[first + i]].e.state |= UI_STATE_GROUP;
    }
    mark_ring(ui, frame);
}

void
ui_remark(struct ui *ui)
{
    struct frame *frame = ui_shown(ui);
    struct drawing drawing = paint_drawing(ui);
    unsigned before[UI_ELEMENTS_MAX] = {0};
    for (size_t i = 0; i < frame->count; i++) {
        before[i] = frame->items[i].e.state;
    }
    ui_mark(ui, frame);
    for (size_t i = 0; i < frame->count; i++) {
        if (frame->items[i].e.state != before[i]) {
            paint_damage(ui, draw_bounds(&drawing, &frame->items[i]));
        }
    }
    paint(ui);
}

/* ---- one frame ---- */

void
ui_begin(struct ui *ui, const char *screen)
{
    frame_begin(&ui->frames[1 - ui->shown], screen);
}

void
ui_part(struct ui *ui, uint64_t part)
{
    ui->frames[1 - ui->shown].part = part;
}

void
ui_add(struct ui *ui, const struct ui_element *element)
{
    struct ui_element e = *element;
    e.gloss = gloss_of(ui, element);
    if ((e.rect.w <= 0 || e.rect.h <= 0) && e.text != NULL && e.role != UI_ROLE_LINE) {
        int w, h;
        ui_natural(ui, &e, &w, &h);
        e.rect.w = e.rect.w > 0 ? e.rect.w : w;
        e.rect.h = e.rect.h > 0 ? e.rect.h : h;
    }
    frame_add(&ui->frames[1 - ui->shown], &e, ui->language);
}

void
ui_end(struct ui *ui)
{
    struct frame *old = ui_shown(ui), *new = &ui->frames[1 - ui->shown];
    bool page = strcmp(old->screen, new->screen) != 0;
    hands_frame(ui, new, page || old->part != new->part);
    ui_mark(ui, new);
    if (ui->restyled || page || ui->full_left > 0) {
        ui->damage.all = true;
    } else {
        paint_compare(ui, old, new);
    }
    ui->restyled = false;
    ui->shown = 1 - ui->shown;
    do { /* every buffer that a driver turns over gets the new picture */
        paint(ui);
        ui->damage.all = ui->full_left > 1;
        ui->full_left -= ui->full_left > 0;
    } while (ui->full_left > 0);
    ui->damage.all = false;
}

/* ---- sizes of words ---- */

static int
tenths(const struct ui *ui, int px)
{
    return (int)(((int64_t)px * 10000 + ui->scale - 1) / ui->scale);
}

static const struct text_layout *
plain_layout(
    struct ui *ui, const char *text, const char *language, int width, enum ui_size size, bool bold)
{
    struct drawing drawing = paint_drawing(ui);
    struct text_style style = {
        .size_px = draw_px(&drawing, theme_size(size, ui->text_size)),
        .bold = bold,
        .language = language,
        .max_width_px = width > 0 ? draw_room_px(&drawing, width) : 0,
        .line_height_percent = theme_line_percent(size, text, language, false),
    };
    int longest = theme_line_characters() * style.size_px;
    style.max_width_px = style.max_width_px > longest ? longest : style.max_width_px;
    return layouts_get(ui->layouts, &ui->fonts, text, &style);
}

int
ui_text_height(struct ui *ui, const char *text, int width, enum ui_size size, bool bold)
{
    const struct text_layout *layout = plain_layout(ui, text, ui->language, width, size, bold);
    int height = layout != NULL ? tenths(ui, text_layout_height(layout)) : 0;
    const char *gloss = find_gloss(ui, text, size);
    layout = gloss != NULL ? plain_layout(ui, gloss, "ja", width, UI_SIZE_SMALL, false) : NULL;
    return height + (layout != NULL ? tenths(ui, text_layout_height(layout)) : 0);
}

int
ui_text_width(struct ui *ui, const char *text, enum ui_size size, bool bold)
{
    const struct text_layout *layout = plain_layout(ui, text, ui->language, 0, size, bold);
    return layout != NULL ? tenths(ui, text_layout_width(layout)) : 0;
}

bool
ui_draws(struct ui *ui, const char *text, const char *language)
{
    const struct text_layout *layout = plain_layout(ui, text, language, 0, UI_SIZE_BODY, false);
    return layout != NULL && !text_layout_missing(layout) && !text_layout_variant_lost(layout);
}

void
ui_natural(struct ui *ui, const struct ui_element *element, int *ret_w, int *ret_h)
{
    struct drawing drawing = paint_drawing(ui);
    int w, h;
    struct ui_element e = *element;
    e.gloss = gloss_of(ui, element);
    draw_natural(&drawing, &e, e.lang != NULL ? e.lang : ui->language, &w, &h);
    *ret_w = element->rect.w > 0 ? element->rect.w : tenths(ui, w) + 1;
    *ret_h = tenths(ui, h) + 1;
}

/* ---- inputs ---- */

int
ui_push(struct ui *ui, enum ui_input_type type, const char *id, const char *text, size_t len)
{
    if (ui->queue_count == UI_QUEUE_MAX) {
        return KERR_TOO_BIG;
    }
    struct ui_input *input = &ui->queue[(ui->queue_at + ui->queue_count++) % UI_QUEUE_MAX];
    *input = (struct ui_input){.type = type};
    (void)snprintf(input->id, sizeof input->id, "%s", id);
    (void)snprintf(input->text, sizeof input->text, "%.*s", (int)len, text);
    return 0;
}

static bool
pop(struct ui *ui, struct ui_input *ret_input)
{
    if (ui->queue_count == 0) {
        return false;
    }
    struct ui_input *input = &ui->queue[ui->queue_at];
    *ret_input = *input;
    explicit_bzero(input, sizeof *input);
    ui->queue_at = (ui->queue_at + 1) % UI_QUEUE_MAX;
    ui->queue_count--;
    return true;
}

static void
handle(struct ui *ui, const struct window_event *event)
{
    switch (event->type) {
    case WINDOW_EXPOSED: /* the pixels are still ours: shown again, not drawn again */
        paint_again(ui);
        break;
    case WINDOW_RESIZED:
        measure(ui);
        ui->damage.all = true;
        paint(ui);
        (void)ui_push(ui, UI_INPUT_WAKE, "", "", 0);
        break;
    case WINDOW_WAKE:
        (void)ui_push(ui, UI_INPUT_WAKE, "", "", 0); /* a full queue is awake enough */
        break;
    case WINDOW_QUIT:
        ui->queue_count = 0; /* comes before everything else */
        (void)ui_push(ui, UI_INPUT_QUIT, "", "", 0);
        break;
    default:
        hands_event(ui, event);
        break;
    }
}

/* Of two waits; -1 is for ever. */
static int
soonest(int a, int b)
{
    return b < 0 || (a >= 0 && a < b) ? a : b;
}

void
ui_wait(struct ui *ui, int timeout_ms, struct ui_input *ret_input)
{
    *ret_input = (struct ui_input){.type = UI_INPUT_NONE};
    int64_t end = clock_mono_ms(ui->clock) + timeout_ms;
    int left = timeout_ms;
    hands_tick(ui);
    while (!pop(ui, ret_input)) {
        struct window_event event;
        int due = soonest(hands_due(ui), wedge_due(ui));
        bool early = due >= 0 && (left < 0 || due < left);
        bool came = window_wait(ui->window, early ? due : left, &event);
        if (!wedge_event(ui, &event)) {
            handle(ui, &event);
        }
        explicit_bzero(&event, sizeof event);
        wedge_tick(ui);
        hands_tick(ui);
        if (timeout_ms >= 0) {
            /* a clock that stands still must not keep us here */
            int64_t rest = end - clock_mono_ms(ui->clock), spent = early ? left - due : left;
            left = (int)(rest < spent ? rest : spent);
            left = left > 0 ? left : 0;
        }
        if (!came && !early && ui->queue_count == 0 && timeout_ms >= 0) {
            return;
        }
    }
}

void
ui_wake(struct ui *ui)
{
    window_wake(ui->window);
}

void
ui_wipe(struct ui *ui)
{
    frame_wipe(&ui->frames[0]);
    frame_wipe(&ui->frames[1]);
    layouts_wipe(ui->layouts);
    cache_wipe_personal(ui->cache);
    faces_wipe(ui->faces);
    window_wipe(ui->window);
    explicit_bzero(ui->queue, sizeof ui->queue);
    ui->queue_at = ui->queue_count = 0;
    touch_cancel(&ui->touch);
    bool reading = ui->focus.reading;
    explicit_bzero(&ui->focus, sizeof ui->focus);
    ui->focus.reading = reading;
    explicit_bzero(&ui->scan, sizeof ui->scan);
    explicit_bzero(&ui->wedge, sizeof ui->wedge);
    explicit_bzero(&ui->drawn, sizeof ui->drawn);
    ui->ring = (struct ring){0};
    if (window_canvas(ui->window, &ui->canvas)) {
        canvas_fill(&ui->canvas, ui->canvas.clip, theme_palette(ui->theme)->paper);
    }
    ui->black = false;
    ui->full_left = 2;
}

size_t
ui_bad_keys(const struct ui *ui)
{
    return window_bad_keys(ui->window);
}

uint64_t
ui_frames(const struct ui *ui)
{
    return ui->presented;
}
