/* ui/ink.c - what a finger draws inside the page's drawing area: gathered stroke by stroke, drawn at once,
 * forgotten with the area. A touch there is never a tap (touch.c); its palms are judged there too. */
#include "ui/ui_priv.h"

#include <stdlib.h>
#include <string.h>

enum {
    PEN = 50, /* 5 mm, as a finger draws; 0.1 mm like the next two */
    PEN_FINE = 25, /* on a line to sign on */
    STEP = 20, /* points nearer than this to the last one are left out */
    STROKE_UNITS = 1000
};

static const struct item *
area_of(const struct frame *frame)
{
    for (size_t i = frame->count; i > 0; i--) {
        if (frame->items[i - 1].e.role == UI_ROLE_INK) {
            return &frame->items[i - 1];
        }
    }
    return NULL;
}

bool
ink_inside(const struct frame *frame, int x, int y)
{
    const struct item *item = area_of(frame);
    const struct ui_rect *r = item != NULL ? &item->e.rect : NULL;
    return r != NULL && x >= r->x && x < r->x + r->w && y >= r->y && y < r->y + r->h;
}

/* The points from..to must be drawn again. */
static void
damage(struct ui *ui, size_t from, size_t to)
{
    struct drawing drawing = paint_drawing(ui);
    const struct ui_ink *ink = &ui->drawn.strokes;
    for (size_t i = from; i < to; i++) {
        size_t before = i > from ? i - 1 : i;
        int x0 = ink->points[before].x, x1 = ink->points[i].x;
        int y0 = ink->points[before].y, y1 = ink->points[i].y;
        int x = x0 < x1 ? x0 : x1, y = y0 < y1 ? y0 : y1;
        struct ui_rect r = {.x = ui->drawn.area.x + x - PEN,
            .y = ui->drawn.area.y + y - PEN,
            .w = (x0 < x1 ? x1 : x0) - x + 2 * PEN,
            .h = (y0 < y1 ? y1 : y0) - y + 2 * PEN};
        paint_damage(ui, draw_rect(&drawing, r));
    }
}

static int
within(int value, int most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

/* One point more on the stroke that is being drawn; outside the area it follows its edge. */
static void
add_point(struct ui *ui, int x, int y)
{
    struct ui_ink *ink = &ui->drawn.strokes;
    size_t stroke = ink->stroke_count - 1, first = stroke > 0 ? ink->ends[stroke - 1] : 0;
    x = within(x - ui->drawn.area.x, ui->drawn.area.w - 1);
    y = within(y - ui->drawn.area.y, ui->drawn.area.h - 1);
    if (ink->point_count == UI_INK_POINTS_MAX) {
        return;
    }
    if (ink->point_count > first) {
        int dx = x - ink->points[ink->point_count - 1].x;
        int dy = y - ink->points[ink->point_count - 1].y;
        if (dx * dx + dy * dy < STEP * STEP) {
            return;
        }
    }
    ink->points[ink->point_count].x = (int16_t)x;
    ink->points[ink->point_count++].y = (int16_t)y;
    ink->ends[stroke] = (uint16_t)ink->point_count;
    damage(ui, ink->point_count - 1 > first ? ink->point_count - 2 : first, ink->point_count);
}

static void
drop_last(struct ui *ui)
{
    struct ui_ink *ink = &ui->drawn.strokes;
    size_t stroke = ink->stroke_count - 1, first = stroke > 0 ? ink->ends[stroke - 1] : 0;
    damage(ui, first, ink->point_count);
    explicit_bzero(ink->points + first, (ink->point_count - first) * sizeof ink->points[0]);
    ink->point_count = first;
    ink->ends[stroke] = 0;
    ink->stroke_count--;
}

static void
finish(struct ui *ui)
{
    ui->drawn.drawing = false;
    (void)ui_push(
        ui, UI_INPUT_INK, "", "", 0); /* a full queue has one already, or is awake enough */
}

void
ink_down(struct ui *ui, int64_t finger, int x, int y)
{
    struct drawn *drawn = &ui->drawn;
    if (drawn->drawing && touch_is_palm(&ui->touch, drawn->finger)) {
        drop_last(ui);
        finish(ui);
    }
    bool free = !drawn->drawing || ui_now(ui) - drawn->since > TOUCH_REST_MS;
    if (!touch_free(&ui->touch, finger) || !free || !ink_inside(ui_shown(ui), x, y) ||
        drawn->strokes.stroke_count == UI_INK_STROKES_MAX ||
        drawn->strokes.point_count == UI_INK_POINTS_MAX) {
        return;
    }
    drawn->drawing = true;
    drawn->finger = finger;
    drawn->since = ui_now(ui);
    drawn->strokes.stroke_count++;
    drawn->strokes.ends[drawn->strokes.stroke_count - 1] = (uint16_t)drawn->strokes.point_count;
    add_point(ui, x, y);
}

void
ink_move(struct ui *ui, int64_t finger, int x, int y)
{
    if (ui->drawn.drawing && ui->drawn.finger == finger) {
        add_point(ui, x, y);
    }
}

void
ink_up(struct ui *ui, int64_t finger, int x, int y)
{
    if (ui->drawn.drawing && ui->drawn.finger == finger) {
        add_point(ui, x, y);
        finish(ui);
    }
}

void
ink_frame(struct ui *ui, const struct frame *frame)
{
    const struct item *item = area_of(frame);
    struct ui_rect area = item != NULL ? item->e.rect : (struct ui_rect){0};
    if (memcmp(&area, &ui->drawn.area, sizeof area) != 0) {
        explicit_bzero(&ui->drawn.strokes, sizeof ui->drawn.strokes);
        ui->drawn.drawing = false;
        ui->drawn.area = area;
    }
}

const struct ui_ink *
ui_ink(const struct ui *ui)
{
    return &ui->drawn.strokes;
}

void
ui_ink_undo(struct ui *ui)
{
    ui->drawn.drawing = false;
    if (ui->drawn.strokes.stroke_count > 0) {
        drop_last(ui);
    }
    paint(ui);
}

void
ui_ink_clear(struct ui *ui)
{
    damage(ui, 0, ui->drawn.strokes.point_count);
    explicit_bzero(&ui->drawn.strokes, sizeof ui->drawn.strokes);
    ui->drawn.strokes.stroke_count = ui->drawn.strokes.point_count = 0;
    ui->drawn.drawing = false;
    paint(ui);
}

/* ---- drawing ---- */

/* One dot of the pen. */
static void
dot(const struct drawing *d, struct px_rect area, int width, int x, int y)
{
    int pen = draw_px(d, width);
    struct draw_box b = {
        .rect = {area.x + x - pen / 2, area.y + y - pen / 2, pen, pen},
        .radius = pen / 2,
        .ground = d->palette->ink,
        .edge = d->palette->ink,
    };
    d->ops->box(d->ops->ctx, &b);
}

/* Dots so close that they are a line, from a point to the next. */
static void
line(const struct drawing *d, struct px_rect area, int width, const struct ui_ink_point *a,
    const struct ui_ink_point *b)
{
    int x0 = draw_px(d, a->x), y0 = draw_px(d, a->y);
    int dx = draw_px(d, b->x) - x0, dy = draw_px(d, b->y) - y0;
    int far_x = dx < 0 ? -dx : dx, far_y = dy < 0 ? -dy : dy;
    int gap = draw_px(d, width) / 8 + 1;
    int steps = (far_x > far_y ? far_x : far_y) / gap + 1;
    for (int i = 0; i <= steps; i++) {
        dot(d, area, width, x0 + dx * i / steps, y0 + dy * i / steps);
    }
}

/* A cross helps to place the parts of a character. */
static void
cross(const struct drawing *d, struct px_rect rect)
{
    int thin = draw_px(d, 5), margin = rect.w / 12;
    d->ops->fill(d->ops->ctx,
        (struct px_rect){rect.x + margin, rect.y + rect.h / 2, rect.w - 2 * margin, thin},
        d->palette->rule);
    d->ops->fill(d->ops->ctx,
        (struct px_rect){rect.x + rect.w / 2, rect.y + margin, thin, rect.h - 2 * margin},
        d->palette->rule);
}

/* A line to sign on. */
static void
base_line(const struct drawing *d, struct px_rect rect)
{
    int margin = rect.w / 20;
    d->ops->fill(d->ops->ctx,
        (struct px_rect){
            rect.x + margin, rect.y + rect.h * 8 / 10, rect.w - 2 * margin, draw_px(d, 10)},
        d->palette->rule);
}

/* A number and the sign after it; false at the end of the text. */
static bool
take(const char **at, int *ret_number, char *ret_sign)
{
    char *end;
    long number = strtol(*at, &end, 10);
    bool taken = end != *at && number >= 0 && number <= STROKE_UNITS;
    *ret_number = (int)number;
    *ret_sign = *end;
    *at = *end != 0 ? end + 1 : end;
    return taken;
}

/* Strokes that the page kept, in thousandths of the area's width. */
static void
kept_strokes(const struct drawing *d, const struct item *item, struct px_rect rect)
{
    struct ui_ink_point before = {0};
    bool pen_down = false;
    const char *at = item->e.strokes != NULL ? item->e.strokes : "";
    while (*at != 0) {
        int x, y;
        char sign;
        if (!take(&at, &x, &sign) || sign != ',' || !take(&at, &y, &sign)) {
            return;
        }
        struct ui_ink_point point = {(int16_t)(x * item->e.rect.w / STROKE_UNITS),
            (int16_t)(y * item->e.rect.w / STROKE_UNITS)};
        line(d, rect, PEN_FINE, pen_down ? &before : &point, &point);
        before = point;
        pen_down = sign == ' ';
    }
}

void
draw_ink(const struct drawing *d, const struct item *item, struct px_rect rect)
{
    const struct colours *c = &d->palette->tones[item->e.tone];
    struct draw_box b = {
        .rect = rect,
        .radius = draw_px(d, 40),
        .border = draw_px(d, 10),
        .ground = c->ground,
        .edge = c->edge,
    };
    d->ops->box(d->ops->ctx, &b);
    if (item->e.picture == NULL) {
        cross(d, rect);
    } else if (item->e.picture[0] == 0) {
        base_line(d, rect);
    } else {
        (void)d->ops->picture(d->ops->ctx, item->e.picture, rect, d->palette->ink);
        return;
    }
    kept_strokes(d, item, rect);
    const struct ui_ink *ink = d->ink;
    int pen = item->e.picture != NULL ? PEN_FINE : PEN;
    for (size_t s = 0, at = 0; ink != NULL && s < ink->stroke_count; s++) {
        for (size_t i = at; i < ink->ends[s]; i++) {
            line(d, rect, pen, &ink->points[i > at ? i - 1 : i], &ink->points[i]);
        }
        at = ink->ends[s];
    }
}
