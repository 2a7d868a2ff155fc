/* ui/ring.c - the ring that says where keys and switches are: black, yellow, black, so that one of the two stands
 * out from whatever lies beside it, in every theme. And the one that fills while a press is held. */
#include "ui/ui_priv.h"

#include "base/attr.h"

/* On paper that is as dark as the edge the yellow reaches the outside. */
static uint32_t
outer(const struct palette *p)
{
    return p->paper == p->focus_edge ? p->focus : p->focus_edge;
}

/* Focus: black, yellow, black, 4 mm in all, around the element; inside it when it fills the screen. */
void
draw_focus_ring(const struct drawing *d, struct px_rect rect, int radius)
{
    const struct palette *p = d->palette;
    int out = draw_px(d, RING_WIDTH), edge = draw_px(d, RING_EDGE);
    struct draw_box b = {
        .rect = px_grow(rect, out),
        .radius = radius + out,
        .border = edge,
        .ground = p->focus,
        .edge = outer(p),
    };
    d->ops->box(d->ops->ctx, &b);
    b = (struct draw_box){
        .rect = px_grow(rect, edge),
        .radius = radius + edge,
        .border = 0,
        .ground = p->focus_edge,
    };
    d->ops->box(d->ops->ctx, &b);
}

static struct px_rect
ring_outside(const struct drawing *d, const struct ring *ring)
{
    struct px_rect out = px_grow(draw_rect(d, ring->rect), draw_px(d, RING_WIDTH));
    (void)px_meet(out, d->panel, &out); /* around what fills the screen it lies inside */
    return out;
}

struct px_rect
draw_ring_bounds(const struct drawing *drawing, const struct ring *ring)
{
    return ring_outside(drawing, ring);
}

/* The four sides of a frame that lies just inside rect. */
static void
frame_sides(const struct drawing *d, struct px_rect r, int thick, uint32_t colour)
{
    const struct px_rect sides[] = {
        {r.x, r.y, r.w, thick},
        {r.x, r.y + r.h - thick, r.w, thick},
        {r.x, r.y + thick, thick, r.h - 2 * thick},
        {r.x + r.w - thick, r.y + thick, thick, r.h - 2 * thick},
    };
    for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
        d->ops->fill(d->ops->ctx, sides[i], colour);
    }
}

/* The first length pixels of a frame, clockwise from the middle of its top. */
static void
frame_part(const struct drawing *d, struct px_rect r, int thick, int64_t length, uint32_t colour)
{
    int half = r.w / 2, right = r.x + r.w, low = r.y + r.h;
    const int sides[] = {r.w - half, r.h, r.w, r.h, half};
    for (size_t i = 0; i < ARRAY_LEN(sides) && length > 0; i++) {
        int n = length < sides[i] ? (int)length : sides[i];
        const struct px_rect strips[] = {
            {r.x + half, r.y, n, thick},
            {right - thick, r.y, thick, n},
            {right - n, low - thick, n, thick},
            {r.x, low - n, thick, n},
            {r.x, r.y, n, thick},
        };
        d->ops->fill(d->ops->ctx, strips[i], colour);
        length -= n;
    }
}

void
draw_ring(const struct drawing *drawing, const struct ring *ring)
{
    const struct palette *p = drawing->palette;
    struct px_rect out = ring_outside(drawing, ring);
    int all = draw_px(drawing, RING_WIDTH), edge = draw_px(drawing, RING_EDGE);
    struct px_rect middle = px_grow(out, -edge);
    int64_t length = 2 * ((int64_t)middle.w + middle.h) * ring->permille / 1000;
    frame_sides(drawing, out, all, p->focus_edge);
    if (ring->hold) {
        frame_sides(drawing, middle, all - 2 * edge, p->paper);
        frame_part(drawing, middle, all - 2 * edge, length, p->accent);
        return;
    }
    frame_sides(drawing, middle, all - 2 * edge, p->focus);
    frame_sides(drawing, out, edge, outer(p));
}
