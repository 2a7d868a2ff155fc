/* ui/paint.c - elements become pixels. Keeps the list of rects that must be drawn again, draws every
 * element that meets one of them, clipped to it, and presents: a touch that fills one button repaints
 * that button only. Corners, runs of text and pictograms come from the cache of masks. */
#include "ui/ui_priv.h"

#include <string.h>

#include "base/attr.h"
#include "base/fs.h"

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
    int b = box->border, radius = box->radius, dash = 3 * b;
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
    const int percent[] = {60, 96};
    int x = r.x, baseline = r.y + r.h * 86 / 100;
    for (size_t i = 0; i < ARRAY_LEN(percent); i++) {
        run.size_px = r.h * percent[i] / 100;
        op_run(ui, &run, x, baseline, i == 1, colour, false);
        x += r.h * 66 / 100;
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

struct draw_ops
paint_ops(struct ui *ui)
{
    return (struct draw_ops){
        .fill = op_fill, .box = op_box, .run = op_run, .picture = op_picture, .ctx = ui};
}

struct drawing
paint_drawing(struct ui *ui)
{
    struct drawing drawing = {
        .ops = &ui->ops,
        .layouts = ui->layouts,
        .fonts = &ui->fonts,
        .palette = theme_palette(ui->theme),
        .text_size = ui->text_size,
        .px_per_m = ui->scale,
        .panel = ui->panel,
        .ink = &ui->drawn.strokes,
        .lone_field = true,
    };
    const struct frame *frame = ui_shown(ui);
    for (size_t i = 0; i < frame->count; i++) {
        const struct ui_element *e = &frame->items[i].e;
        if (e->role == UI_ROLE_FIELD && (e->state & UI_STATE_CHOSEN) != 0) {
            drawing.lone_field = false;
        }
    }
    return drawing;
}

/* ---- what must be drawn again ---- */

void
paint_damage(struct ui *ui, struct px_rect rect)
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
            paint_damage(ui, r);
            return;
        }
    }
    if (damage->count == DAMAGE_MAX) {
        damage->all = true;
        return;
    }
    damage->rects[damage->count++] = r;
}

/* The last square ground that hides all of this rect: nothing below it needs drawing. */
static size_t
covering(const struct drawing *drawing, const struct frame *frame, struct px_rect rect)
{
    for (size_t i = frame->count; i > 0; i--) {
        struct px_rect whole;
        const struct item *item = &frame->items[i - 1];
        if (draw_ground(drawing, item, &whole) && rect.x >= whole.x && rect.y >= whole.y &&
            rect.x + rect.w <= whole.x + whole.w && rect.y + rect.h <= whole.y + whole.h) {
            return i - 1;
        }
    }
    return frame->count;
}

static void
draw_damaged(struct ui *ui, struct px_rect rect)
{
    struct drawing drawing = paint_drawing(ui);
    struct frame *frame = ui_shown(ui);
    ui->canvas.clip = rect;
    size_t first = covering(&drawing, frame, rect);
    if (first == frame->count) {
        first = 0;
        canvas_fill(&ui->canvas, rect, drawing.palette->paper);
    }
    for (size_t i = first; i < frame->count; i++) {
        struct item *item = &frame->items[i];
        if (px_meet(draw_clip(&drawing, item), rect, &ui->canvas.clip)) {
            draw_item(&drawing, item);
        }
    }
    ui->canvas.clip = rect;
    if (ui->ring.shown) {
        draw_ring(&drawing, &ui->ring);
    }
}

/* Nothing of the page on the glass; once. */
static void
paint_black(struct ui *ui, struct px_rect whole)
{
    ui->damage = (struct damage){0};
    if (!ui->black_shown) {
        ui->canvas.clip = whole;
        canvas_fill(&ui->canvas, whole, 0);
        window_present(ui->window, &whole, 1);
        ui->presented++;
        ui->black_shown = true;
    }
}

void
paint(struct ui *ui)
{
    if (!window_canvas(ui->window, &ui->canvas)) {
        return; /* the screen is off; an exposed event brings us back */
    }
    struct px_rect whole = {0, 0, ui->canvas.w, ui->canvas.h};
    if (window_lost(ui->window)) {
        ui->damage.all = true;
        ui->black_shown = false;
    }
    if (ui->black) {
        paint_black(ui, whole);
        return;
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

void
paint_again(struct ui *ui)
{
    struct px_rect whole = {0, 0, ui->canvas.w, ui->canvas.h};
    if (ui->canvas.pixels == NULL || window_lost(ui->window)) {
        ui->damage.all = true;
        paint(ui);
        return;
    }
    window_present(ui->window, &whole, 1);
}

/* Elements before the first and after the last difference stay as they are. */
void
paint_compare(struct ui *ui, const struct frame *old, struct frame *new)
{
    struct drawing drawing = paint_drawing(ui);
    size_t head = 0, tail = 0, least = old->count < new->count ? old->count : new->count;
    while (head < least && frame_same(&old->items[head], &new->items[head])) {
        head++;
    }
    while (tail < least - head &&
           frame_same(&old->items[old->count - 1 - tail], &new->items[new->count - 1 - tail])) {
        tail++;
    }
    bool paired = old->count == new->count;
    /* what is not drawn again keeps what its drawing found */
    for (size_t i = 0; i < head; i++) {
        new->items[i].overflow = old->items[i].overflow;
    }
    for (size_t i = 1; i <= tail; i++) {
        new->items[new->count - i].overflow = old->items[old->count - i].overflow;
    }
    for (size_t i = head; paired && i < new->count - tail; i++) {
        new->items[i].overflow = old->items[i].overflow;
    }
    for (size_t i = head; i < old->count - tail; i++) {
        if (!paired || !frame_same(&old->items[i], &new->items[i])) {
            paint_damage(ui, draw_bounds(&drawing, &old->items[i]));
        }
    }
    for (size_t i = head; i < new->count - tail; i++) {
        if (!paired || !frame_same(&old->items[i], &new->items[i])) {
            paint_damage(ui, draw_bounds(&drawing, &new->items[i]));
        }
    }
}
