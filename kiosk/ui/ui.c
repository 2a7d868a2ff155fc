/* ui/ui.c - puts the parts together: takes the element list, compares it with what is shown, draws what
 * differs and presents it; waits for the visitor and lets touch.c and focus.c judge. Drawing goes rect
 * by rect: a touch that fills one button repaints that button only. */
#include "ui/ui_priv.h"

#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"

enum { DAMAGE_MAX = 16, PLAIN_MAX = 4096 };

struct damage {
    struct px_rect rects[DAMAGE_MAX];
    size_t count;
    bool all;
};

struct ui {
    struct window *window;
    struct faces *faces;
    struct text_font_ops fonts;
    struct cache *cache;
    struct layouts *layouts;
    const struct clock *clock;
    char *theme_folder; /* owned */
    int width_px, height_px, px_per_m; /* as configured */
    struct canvas canvas; /* of the last drawing */
    struct px_rect panel; /* pixels */
    int scale; /* px a metre, as shown */
    enum ui_theme theme;
    enum ui_text_size text_size;
    char language[UI_LANGUAGE_MAX];
    struct frame frames[2];
    int shown; /* index of the frame on the screen */
    struct damage damage;
    bool restyled; /* theme or text size changed: the next frame is drawn in full */
    int full_left; /* frames still to draw in full after a wipe */
    uint64_t presented;
    struct touch touch;
    struct focus focus;
    struct ui_input queue[UI_QUEUE_MAX];
    size_t queue_at, queue_count;
};

static struct frame *
shown(struct ui *ui)
{
    return &ui->frames[ui->shown];
}

static int64_t
now(const struct ui *ui)
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
    ui->clock = config->clock != NULL ? config->clock : clock_system();
    ui->theme_folder = xstrdup(config->theme);
    ui->width_px = config->width_px;
    ui->height_px = config->height_px;
    ui->px_per_m = config->px_per_m;
    ui->text_size = UI_TEXT_NORMAL;
    ui_set_language(ui, "ja");
    frame_init(&ui->frames[0]);
    frame_init(&ui->frames[1]);
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
ui_set_language(struct ui *ui, const char *tag)
{
    (void)snprintf(ui->language, sizeof ui->language, "%s", tag);
}

/* ---- pixels for draw.c ---- */

static void
op_fill(void *ctx, struct px_rect rect, uint32_t colour)
{
    struct ui *ui = ctx;
    canvas_fill(&ui->canvas, rect, colour);
}

static const struct mask *
corner(struct ui *ui, int radius, int hollow, bool dash)
{
    int key[4] = {'c', radius, hollow, dash};
    const struct mask *kept = cache_get(ui->cache, key, sizeof key);
    if (kept != NULL) {
        return kept;
    }
    struct mask made;
    (void)mask_corner(radius, hollow, dash, &made); /* no bound of ours to reach */
    return cache_put(ui->cache, key, sizeof key, false, &made);
}

static void
corners(struct ui *ui, const struct mask *mask, struct px_rect r, uint32_t colour)
{
    int x = r.x + r.w - mask->w, y = r.y + r.h - mask->h;
    canvas_mask(&ui->canvas, mask, r.x, r.y, 0, colour);
    canvas_mask(&ui->canvas, mask, x, r.y, 1, colour);
    canvas_mask(&ui->canvas, mask, r.x, y, 2, colour);
    canvas_mask(&ui->canvas, mask, x, y, 3, colour);
}

static void
solid(struct ui *ui, struct px_rect r, int radius, uint32_t colour)
{
    int most = (r.w < r.h ? r.w : r.h) / 2;
    radius = radius < most ? radius : most;
    if (r.w <= 0 || r.h <= 0) {
        return;
    }
    if (radius <= 0) {
        canvas_fill(&ui->canvas, r, colour);
        return;
    }
    struct px_rect top = {r.x + radius, r.y, r.w - 2 * radius, radius};
    struct px_rect middle = {r.x, r.y + radius, r.w, r.h - 2 * radius};
    struct px_rect bottom = {r.x + radius, r.y + r.h - radius, r.w - 2 * radius, radius};
    canvas_fill(&ui->canvas, top, colour);
    canvas_fill(&ui->canvas, middle, colour);
    canvas_fill(&ui->canvas, bottom, colour);
    corners(ui, corner(ui, radius, 0, false), r, colour);
}

/* Dashes along one straight edge, whole ones, starting and ending with a gap. */
static void
dashes(struct ui *ui, struct px_rect edge, int dash, uint32_t colour)
{
    bool across = edge.w >= edge.h;
    int length = across ? edge.w : edge.h, gap = dash * 2 / 3;
    int count = (length - gap) / (dash + gap);
    for (int i = 0; i < count; i++) {
        int free_px = length - count * dash;
        int at = free_px * (i + 1) / (count + 1) + i * dash;
        struct px_rect r = across ? (struct px_rect){edge.x + at, edge.y, dash, edge.h}
                                  : (struct px_rect){edge.x, edge.y + at, edge.w, dash};
        canvas_fill(&ui->canvas, r, colour);
    }
}

static void
dashed_edge(struct ui *ui, const struct draw_box *box)
{
    struct px_rect r = box->rect;
    int b = box->border, radius = box->radius, dash = 4 * b;
    if (r.w <= 2 * radius || r.h <= 2 * radius || radius < b) {
        return;
    }
    dashes(ui, (struct px_rect){r.x + radius, r.y, r.w - 2 * radius, b}, dash, box->edge);
    dashes(ui, (struct px_rect){r.x + radius, r.y + r.h - b, r.w - 2 * radius, b}, dash, box->edge);
    dashes(ui, (struct px_rect){r.x, r.y + radius, b, r.h - 2 * radius}, dash, box->edge);
    dashes(ui, (struct px_rect){r.x + r.w - b, r.y + radius, b, r.h - 2 * radius}, dash, box->edge);
    corners(ui, corner(ui, radius, b, true), r, box->edge);
}

static void
op_box(void *ctx, const struct draw_box *box)
{
    struct ui *ui = ctx;
    if (box->dashed) {
        solid(ui, box->rect, box->radius, box->ground);
        dashed_edge(ui, box);
        return;
    }
    if (box->border > 0) {
        solid(ui, box->rect, box->radius, box->edge);
    }
    int inner = box->radius - box->border;
    solid(ui, px_grow(box->rect, -box->border), inner > 0 ? inner : 0, box->ground);
}

static void
op_run(
    void *ctx, const struct text_run *run, int x, int y, bool bold, uint32_t colour, bool personal)
{
    struct ui *ui = ctx;
    char key[CACHE_KEY_MAX];
    int head = snprintf(key, sizeof key, "t%d %d %d %d %.8s ", run->font, bold, run->size_px,
        run->rtl, run->script);
    if (head < 0 || (size_t)head + run->len + sizeof(int) > sizeof key) {
        return; /* text never lays out runs this long: a line is a few hundred bytes */
    }
    memcpy(key + head, run->text, run->len);
    size_t len = (size_t)head + run->len;
    const struct mask *mask = cache_get(ui->cache, key, len);
    struct mask made;
    int ascent = ui->fonts.ascent(ui->fonts.ctx, run->font, bold, run->size_px);
    if (mask == NULL && faces_render(ui->faces, run, bold, &made, &ascent) == 0) {
        mask = cache_put(ui->cache, key, len, personal, &made);
    }
    explicit_bzero(key, len);
    if (mask != NULL) {
        canvas_mask(&ui->canvas, mask, x, y - ascent, 0, colour);
    }
}

/* Up to three files make one pictogram: NAME+ground.svg in white below, NAME.svg in the element's
 * colour, NAME+care.svg in the colour of care above. */
static bool
layer(struct ui *ui, const char *name, const char *suffix, struct px_rect r, uint32_t colour)
{
    char key[CACHE_KEY_MAX], file[128];
    int len = snprintf(key, sizeof key, "p%d %d %s%s", r.w, r.h, name, suffix);
    if (len < 0 || len >= (int)sizeof file || strchr(name, '/') != NULL) {
        return false;
    }
    const struct mask *mask = cache_get(ui->cache, key, (size_t)len);
    if (mask == NULL) {
        struct mask made = {0};
        (void)snprintf(file, sizeof file, "%s%s.svg", name, suffix);
        char *path = fs_join(ui->theme_folder, file);
        if (!fs_exists(path) || window_svg(path, r.w, r.h, &made) < 0) {
            made = (struct mask){0}; /* an empty mask: not asked for again */
        }
        free(path);
        mask = cache_put(ui->cache, key, (size_t)len, false, &made);
    }
    canvas_mask(&ui->canvas, mask, r.x + (r.w - mask->w) / 2, r.y + (r.h - mask->h) / 2, 0, colour);
    return mask->w > 0;
}

/* The sign for text size: the same letter twice, from the first font, on one line. */
static void
letters(struct ui *ui, struct px_rect r, uint32_t colour)
{
    struct text_run run = {.text = "\u3042", .len = 3, .script = "Hira"};
    const int percent[] = {50, 84};
    int x = r.x, baseline = r.y + r.h * 83 / 100;
    for (size_t i = 0; i < ARRAY_LEN(percent); i++) {
        run.size_px = r.h * percent[i] / 100;
        op_run(ui, &run, x, baseline, i == 1, colour, false);
        x += r.h * 58 / 100;
    }
}

static bool
op_picture(void *ctx, const char *name, struct px_rect rect, uint32_t colour)
{
    struct ui *ui = ctx;
    if (strcmp(name, "letters") == 0) {
        letters(ui, rect, colour);
        return true;
    }
    const struct palette *palette = theme_palette(ui->theme);
    (void)layer(ui, name, "+ground", rect, palette->surface);
    bool found = layer(ui, name, "", rect, colour);
    (void)layer(ui, name, "+care", rect, palette->tones[UI_TONE_CARE].edge);
    return found;
}

static const struct draw_ops pixel_ops = {
    .fill = op_fill, .box = op_box, .run = op_run, .picture = op_picture};

static struct drawing
drawing_of(struct ui *ui, const struct draw_ops *ops)
{
    struct drawing drawing = {
        .ops = ops,
        .layouts = ui->layouts,
        .fonts = &ui->fonts,
        .palette = theme_palette(ui->theme),
        .text_size = ui->text_size,
        .px_per_m = ui->scale,
        .panel = ui->panel,
        .lone_field = true,
    };
    const struct frame *frame = shown(ui);
    for (size_t i = 0; i < frame->count; i++) {
        const struct ui_element *e = &frame->items[i].e;
        if (e->role == UI_ROLE_FIELD && (e->state & UI_STATE_CHOSEN) != 0) {
            drawing.lone_field = false;
        }
    }
    return drawing;
}

/* ---- what must be drawn again ---- */

static void
damage_add(struct ui *ui, struct px_rect rect)
{
    struct damage *damage = &ui->damage;
    struct px_rect r;
    if (damage->all || !px_meet(rect, ui->panel, &r)) {
        return;
    }
    /* Rects that touch become one: nothing is drawn twice in one frame. */
    for (size_t i = 0; i < damage->count; i++) {
        struct px_rect both, *old = &damage->rects[i];
        if (px_meet(*old, r, &both)) {
            int right = old->x + old->w > r.x + r.w ? old->x + old->w : r.x + r.w;
            int bottom = old->y + old->h > r.y + r.h ? old->y + old->h : r.y + r.h;
            r.x = old->x < r.x ? old->x : r.x;
            r.y = old->y < r.y ? old->y : r.y;
            r.w = right - r.x;
            r.h = bottom - r.y;
            *old = damage->rects[--damage->count];
            damage_add(ui, r);
            return;
        }
    }
    if (damage->count == DAMAGE_MAX) {
        damage->all = true;
        return;
    }
    damage->rects[damage->count++] = r;
}

static void
draw_damaged(struct ui *ui, struct px_rect rect)
{
    struct drawing drawing = drawing_of(ui, &pixel_ops);
    struct frame *frame = shown(ui);
    ui->canvas.clip = rect;
    canvas_fill(&ui->canvas, rect, drawing.palette->paper);
    for (size_t i = 0; i < frame->count; i++) {
        struct item *item = &frame->items[i];
        if (px_meet(draw_bounds(&drawing, item), rect, &ui->canvas.clip)) {
            draw_item(&drawing, item);
        }
    }
}

static void
present(struct ui *ui)
{
    if (!window_canvas(ui->window, &ui->canvas)) {
        return; /* the screen is off; an exposed event brings us back */
    }
    struct px_rect whole = {0, 0, ui->canvas.w, ui->canvas.h};
    if (window_lost(ui->window)) {
        ui->damage.all = true;
    }
    if (ui->damage.all) {
        ui->damage = (struct damage){.rects = {whole}, .count = 1};
    }
    if (ui->damage.count == 0) {
        return;
    }
    for (size_t i = 0; i < ui->damage.count; i++) {
        draw_damaged(ui, ui->damage.rects[i]);
    }
    window_present(ui->window, ui->damage.rects, ui->damage.count);
    ui->damage = (struct damage){0};
    ui->presented++;
}

/* Pressed and focused are ours to know: puts them on the items; true when something changed. */
static void
mark(struct ui *ui, struct frame *frame)
{
    for (size_t i = 0; i < frame->count; i++) {
        struct item *item = &frame->items[i];
        bool touchable = frame_touchable(item);
        unsigned state = item->asked;
        if (touchable && ui->touch.inside && strcmp(ui->touch.id, item->e.id) == 0) {
            state |= UI_STATE_PRESSED;
        }
        if (touchable && ui->focus.shown && strcmp(ui->focus.id, item->e.id) == 0) {
            state |= UI_STATE_FOCUSED;
        }
        item->e.state = state;
    }
}

static void
remark(struct ui *ui)
{
    struct frame *frame = shown(ui);
    struct drawing drawing = drawing_of(ui, &pixel_ops);
    unsigned before[UI_ELEMENTS_MAX];
    for (size_t i = 0; i < frame->count; i++) {
        before[i] = frame->items[i].e.state;
    }
    mark(ui, frame);
    for (size_t i = 0; i < frame->count; i++) {
        if (frame->items[i].e.state != before[i]) {
            damage_add(ui, draw_bounds(&drawing, &frame->items[i]));
        }
    }
    present(ui);
}

/* Elements before the first and after the last difference stay as they are. */
static void
compare(struct ui *ui, const struct frame *old, const struct frame *new)
{
    struct drawing drawing = drawing_of(ui, &pixel_ops);
    size_t head = 0, tail = 0, least = old->count < new->count ? old->count : new->count;
    while (head < least && frame_same(&old->items[head], &new->items[head])) {
        head++;
    }
    while (tail < least - head &&
           frame_same(&old->items[old->count - 1 - tail], &new->items[new->count - 1 - tail])) {
        tail++;
    }
    bool paired = old->count == new->count;
    for (size_t i = head; i < old->count - tail; i++) {
        if (!paired || !frame_same(&old->items[i], &new->items[i])) {
            damage_add(ui, draw_bounds(&drawing, &old->items[i]));
        }
    }
    for (size_t i = head; i < new->count - tail; i++) {
        if (!paired || !frame_same(&old->items[i], &new->items[i])) {
            damage_add(ui, draw_bounds(&drawing, &new->items[i]));
        }
    }
}

/* ---- one frame ---- */

void
ui_begin(struct ui *ui, const char *screen)
{
    frame_begin(&ui->frames[1 - ui->shown], screen);
}

void
ui_add(struct ui *ui, const struct ui_element *element)
{
    struct ui_element e = *element;
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
    struct frame *old = shown(ui), *new = &ui->frames[1 - ui->shown];
    bool page = strcmp(old->screen, new->screen) != 0;
    touch_frame(&ui->touch, new, page, now(ui));
    focus_frame(&ui->focus, new);
    mark(ui, new);
    if (ui->restyled || page || ui->full_left > 0) {
        ui->damage.all = true;
    } else {
        compare(ui, old, new);
    }
    ui->restyled = false;
    ui->shown = 1 - ui->shown;
    do { /* every buffer that a driver turns over gets the new picture */
        present(ui);
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
plain_layout(struct ui *ui, const char *text, int width, enum ui_size size, bool bold)
{
    struct drawing drawing = drawing_of(ui, &pixel_ops);
    struct text_style style = {
        .size_px = draw_px(&drawing, theme_size(size, ui->text_size)),
        .bold = bold,
        .language = ui->language,
        .max_width_px = width > 0 ? draw_px(&drawing, width) : 0,
    };
    return layouts_get(ui->layouts, &ui->fonts, text, &style);
}

int
ui_text_height(struct ui *ui, const char *text, int width, enum ui_size size, bool bold)
{
    const struct text_layout *layout = plain_layout(ui, text, width, size, bold);
    return layout != NULL ? tenths(ui, text_layout_height(layout)) : 0;
}

int
ui_text_width(struct ui *ui, const char *text, enum ui_size size, bool bold)
{
    const struct text_layout *layout = plain_layout(ui, text, 0, size, bold);
    return layout != NULL ? tenths(ui, text_layout_width(layout)) : 0;
}

void
ui_natural(struct ui *ui, const struct ui_element *element, int *ret_w, int *ret_h)
{
    struct drawing drawing = drawing_of(ui, &pixel_ops);
    int w, h;
    draw_natural(&drawing, element, ui->language, &w, &h);
    *ret_w = element->rect.w > 0 ? element->rect.w : tenths(ui, w) + 1;
    *ret_h = tenths(ui, h) + 1;
}

/* ---- inputs ---- */

static int
push(struct ui *ui, enum ui_input_type type, const char *id, const char *text, size_t len)
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

void
ui_touch(struct ui *ui, enum ui_phase phase, int64_t finger, int x, int y)
{
    char id[UI_ID_MAX];
    struct frame *frame = shown(ui);
    ui->focus.shown = false;
    switch (phase) {
    case UI_PHASE_DOWN:
        touch_down(&ui->touch, frame, finger, x, y, now(ui));
        break;
    case UI_PHASE_MOVE:
        touch_move(&ui->touch, frame, finger, x, y);
        break;
    case UI_PHASE_UP: {
        enum touch_verdict verdict = touch_up(&ui->touch, frame, finger, x, y, now(ui), id);
        if (verdict == TOUCH_TAP) {
            (void)push(ui, UI_INPUT_TAP, id, "", 0); /* a full queue: 64 taps nobody asked for */
        } else if (verdict == TOUCH_NOWHERE) {
            (void)push(ui, UI_INPUT_TOUCH, "", "", 0);
        }
        break;
    }
    }
    remark(ui);
}

int
ui_type(struct ui *ui, const char *text)
{
    size_t len = strlen(text), pos = 0;
    if (!utf8_valid(text, len)) {
        return KERR_INVALID;
    }
    if (utf8_count(text, len) > UI_QUEUE_MAX - ui->queue_count) {
        return KERR_TOO_BIG;
    }
    while (pos < len) {
        size_t from = pos;
        (void)utf8_next(text, len, &pos);
        (void)push(ui, UI_INPUT_TEXT, "", text + from, pos - from); /* counted above */
    }
    return 0;
}

static const char *const ways[] = {
    [FOCUS_UP] = "up",
    [FOCUS_DOWN] = "down",
    [FOCUS_LEFT] = "left",
    [FOCUS_RIGHT] = "right",
    [FOCUS_NEXT] = "next",
    [FOCUS_PREVIOUS] = "previous",
};

static int
select_focused(struct ui *ui, bool scripted)
{
    struct frame *frame = shown(ui);
    const struct item *item = ui->focus.shown ? frame_find(frame, ui->focus.id) : NULL;
    if (item == NULL) {
        focus_move(&ui->focus, frame, FOCUS_NEXT);
        remark(ui);
        return 0;
    }
    if (scripted) {
        ui->touch.skipped_ms += touch_free_at(&ui->touch, item->e.id, now(ui)) - now(ui);
    }
    return touch_select(&ui->touch, item, now(ui)) ? push(ui, UI_INPUT_TAP, item->e.id, "", 0) : 0;
}

static int
handle_key(struct ui *ui, const char *key, bool repeat, bool scripted)
{
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        if (strcmp(key, ways[i]) == 0) {
            focus_move(&ui->focus, shown(ui), (enum focus_way)i);
            remark(ui);
            return 0;
        }
    }
    if (strcmp(key, "select") == 0) {
        return repeat ? 0 : select_focused(ui, scripted);
    }
    if (strcmp(key, "back") == 0) {
        return repeat ? 0 : push(ui, UI_INPUT_BACK, "", "", 0);
    }
    if (strcmp(key, "delete") == 0) {
        return push(ui, UI_INPUT_DELETE, "", "", 0);
    }
    return KERR_INVALID;
}

int
ui_key(struct ui *ui, const char *key)
{
    return handle_key(ui, key, false, true);
}

static void
handle(struct ui *ui, const struct window_event *event)
{
    struct ui_rect panel = ui_panel(ui);
    int x = (int)(event->x * (float)panel.w), y = (int)(event->y * (float)panel.h);
    switch (event->type) {
    case WINDOW_DOWN:
        ui_touch(ui, UI_PHASE_DOWN, event->finger, x, y);
        break;
    case WINDOW_MOVE:
        ui_touch(ui, UI_PHASE_MOVE, event->finger, x, y);
        break;
    case WINDOW_UP:
        ui_touch(ui, UI_PHASE_UP, event->finger, x, y);
        break;
    case WINDOW_KEY:
        (void)handle_key(ui, event->key, event->repeat, false); /* names are sdl.c's own */
        break;
    case WINDOW_TEXT:
        (void)ui_type(ui, event->text); /* what does not fit was typed faster than it is read */
        break;
    case WINDOW_EXPOSED:
        ui->damage.all = true;
        present(ui);
        break;
    case WINDOW_RESIZED:
        measure(ui);
        ui->damage.all = true;
        present(ui);
        (void)push(ui, UI_INPUT_WAKE, "", "", 0);
        break;
    case WINDOW_WAKE:
        (void)push(ui, UI_INPUT_WAKE, "", "", 0); /* a full queue is awake enough */
        break;
    case WINDOW_QUIT:
        ui->queue_count = 0; /* comes before everything else */
        (void)push(ui, UI_INPUT_QUIT, "", "", 0);
        break;
    case WINDOW_NONE:
        break;
    }
}

void
ui_wait(struct ui *ui, int timeout_ms, struct ui_input *ret_input)
{
    *ret_input = (struct ui_input){.type = UI_INPUT_NONE};
    int64_t end = clock_mono_ms(ui->clock) + timeout_ms;
    int left = timeout_ms;
    while (!pop(ui, ret_input)) {
        struct window_event event;
        bool came = window_wait(ui->window, left, &event);
        handle(ui, &event);
        explicit_bzero(&event, sizeof event);
        if (timeout_ms >= 0) {
            int64_t rest = end - clock_mono_ms(ui->clock);
            left = rest > 0 ? (int)rest : 0;
        }
        if (!came && ui->queue_count == 0 && timeout_ms >= 0) {
            return;
        }
    }
}

void
ui_wake(struct ui *ui)
{
    window_wake(ui->window);
}

/* ---- for scripts and tests ---- */

static bool
plain_contains(const char *text, const char *needle)
{
    char plain[PLAIN_MAX];
    if (text == NULL) {
        return false;
    }
    (void)dump_plain(text, plain, sizeof plain);
    bool found = strstr(plain, needle) != NULL;
    explicit_bzero(plain, sizeof plain);
    return found;
}

static bool
plain_is(const char *text, const char *wanted)
{
    char plain[PLAIN_MAX];
    if (text == NULL) {
        return false;
    }
    (void)dump_plain(text, plain, sizeof plain);
    bool same = strcmp(plain, wanted) == 0;
    explicit_bzero(plain, sizeof plain);
    return same;
}

/* By id, else by text, else by label, of things with an id. */
static const struct item *
find_wanted(const struct frame *frame, const char *wanted)
{
    for (int by = 0; by < 3; by++) {
        for (size_t i = frame->count; i > 0; i--) {
            const struct item *item = &frame->items[i - 1];
            const struct ui_element *e = &item->e;
            if (e->id == NULL || e->id[0] == '\0') {
                continue;
            }
            bool hit = by == 0   ? strcmp(e->id, wanted) == 0
                       : by == 1 ? plain_is(e->text, wanted)
                                 : plain_is(e->label, wanted);
            if (hit) {
                return item;
            }
        }
    }
    return NULL;
}

int
ui_tap(struct ui *ui, const char *id_or_text)
{
    const struct item *item = find_wanted(shown(ui), id_or_text);
    if (item == NULL) {
        return KERR_NOT_FOUND;
    }
    int x = item->e.rect.x + item->e.rect.w / 2, y = item->e.rect.y + item->e.rect.h / 2;
    const struct item *hit = frame_hit(shown(ui), x, y);
    if (!frame_touchable(item) || hit == NULL || strcmp(hit->e.id, item->e.id) != 0) {
        return KERR_STATE;
    }
    if (ui->queue_count == UI_QUEUE_MAX) {
        return KERR_TOO_BIG;
    }
    enum { SCRIPT_FINGER = -2 };
    if (ui->touch.down) { /* a real finger rests on the glass: the script's is the first one */
        touch_cancel(&ui->touch);
    }
    ui->touch.skipped_ms += touch_free_at(&ui->touch, item->e.id, now(ui)) - now(ui);
    ui_touch(ui, UI_PHASE_DOWN, SCRIPT_FINGER, x, y);
    ui_touch(ui, UI_PHASE_UP, SCRIPT_FINGER, x, y);
    return 0;
}

bool
ui_shows(const struct ui *ui, const char *text)
{
    const struct frame *frame = &ui->frames[ui->shown];
    for (size_t i = 0; i < frame->count; i++) {
        const struct ui_element *e = &frame->items[i].e;
        if (plain_contains(e->text, text) || plain_contains(e->detail, text) ||
            plain_contains(e->label, text)) {
            return true;
        }
    }
    return false;
}

const char *
ui_screen(const struct ui *ui)
{
    return ui->frames[ui->shown].screen;
}

size_t
ui_count(const struct ui *ui)
{
    return ui->frames[ui->shown].count;
}

const struct ui_element *
ui_at(const struct ui *ui, size_t index)
{
    const struct frame *frame = &ui->frames[ui->shown];
    return index < frame->count ? &frame->items[index].e : NULL;
}

int
ui_dump(const struct ui *ui, struct buf *ret_json)
{
    static const char *const themes[UI_THEME_COUNT] = {"default", "black", "white", "low-glare"};
    const struct frame *frame = &ui->frames[ui->shown];
    struct ui_rect panel = ui_panel(ui);
    (void)buf_printf(ret_json,
        "{\n  \"screen\": \"%s\",\n  \"language\": \"%s\",\n  \"theme\": \"%s\",\n"
        "  \"text-size\": %d,\n  \"panel\": [%d, %d],\n  \"truncated\": %s,\n  \"elements\": [",
        frame->screen, ui->language, themes[ui->theme], (int)ui->text_size + 1, panel.w, panel.h,
        frame->truncated ? "true" : "false");
    for (size_t i = 0; i < frame->count; i++) {
        (void)buf_add_str(ret_json, i == 0 ? "\n" : ",\n");
        dump_item(&frame->items[i], ret_json);
    }
    (void)buf_add_str(ret_json, "\n  ]\n}\n");
    return buf_error(ret_json);
}

int
ui_shot(struct ui *ui, const char *path)
{
    present(ui); /* a window that came back since has lost its pixels */
    return ui->canvas.pixels != NULL ? window_save_png(&ui->canvas, path) : KERR_STATE;
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
    explicit_bzero(&ui->focus, sizeof ui->focus);
    if (window_canvas(ui->window, &ui->canvas)) {
        canvas_fill(&ui->canvas, ui->canvas.clip, theme_palette(ui->theme)->paper);
    }
    ui->full_left = 2;
}

uint64_t
ui_frames(const struct ui *ui)
{
    return ui->presented;
}
