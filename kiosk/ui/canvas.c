/* ui/canvas.c - pixels: flat fills, and one colour through a mask of coverage. Corners, discs, text
 * and pictograms are all masks, so this is the whole of drawing. Integers only: the same list gives
 * the same bytes on every machine. */
#include "ui/ui_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

bool
px_meet(struct px_rect a, struct px_rect b, struct px_rect *ret_both)
{
    int x = a.x > b.x ? a.x : b.x, y = a.y > b.y ? a.y : b.y;
    int right = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
    int bottom = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    if (right <= x || bottom <= y) {
        return false;
    }
    *ret_both = (struct px_rect){x, y, right - x, bottom - y};
    return true;
}

struct px_rect
px_grow(struct px_rect rect, int by)
{
    return (struct px_rect){rect.x - by, rect.y - by, rect.w + 2 * by, rect.h + 2 * by};
}

void
canvas_fill(struct canvas *canvas, struct px_rect rect, uint32_t colour)
{
    struct px_rect r;
    if (!px_meet(rect, canvas->clip, &r)) {
        return;
    }
    uint32_t *first = canvas->pixels + (size_t)r.y * (size_t)canvas->stride + r.x;
    for (int x = 0; x < r.w; x++) {
        first[x] = colour;
    }
    for (int y = 1; y < r.h; y++) {
        memcpy(first + (size_t)y * (size_t)canvas->stride, first, (size_t)r.w * sizeof *first);
    }
}

/* One pixel of colour over another, two channels at a time; exact at 0 and 255. */
static uint32_t
blend(uint32_t under, uint32_t over, uint32_t coverage)
{
    uint32_t a = coverage + (coverage >> 7); /* 0..256 */
    uint32_t rb = ((under & 0xff00ffU) * (256 - a) + (over & 0xff00ffU) * a) >> 8;
    uint32_t g = ((under & 0x00ff00U) * (256 - a) + (over & 0x00ff00U) * a) >> 8;
    return (rb & 0xff00ffU) | (g & 0x00ff00U);
}

void
canvas_mask(
    struct canvas *canvas, const struct mask *mask, int x, int y, unsigned flip, uint32_t colour)
{
    struct px_rect r;
    if (!px_meet((struct px_rect){x, y, mask->w, mask->h}, canvas->clip, &r)) {
        return;
    }
    int step = (flip & 1) != 0 ? -1 : 1;
    int from_x = (flip & 1) != 0 ? mask->w - 1 - (r.x - x) : r.x - x;
    for (int py = r.y; py < r.y + r.h; py++) {
        int my = (flip & 2) != 0 ? mask->h - 1 - (py - y) : py - y;
        const uint8_t *from = mask->coverage + (size_t)my * (size_t)mask->w + from_x;
        uint32_t *to = canvas->pixels + (size_t)py * (size_t)canvas->stride + r.x;
        for (int n = r.w; n > 0; n--, to++, from += step) {
            if (*from == 255) {
                *to = colour;
            } else if (*from != 0) {
                *to = blend(*to, colour, *from);
            }
        }
    }
}

int
mask_corner(int radius, int hollow, bool dash, struct mask *ret_mask)
{
    enum { SUB = 8 }; /* samples a pixel and direction */
    size_t size = (size_t)radius * (size_t)radius;
    uint8_t *coverage = xcalloc(size != 0 ? size : 1, 1);
    /* Sample points lie at odd multiples of half a sample: everything is in half samples. */
    int64_t outer = (int64_t)radius * 2 * SUB, inner = (int64_t)(radius - hollow) * 2 * SUB;
    for (int y = 0; y < radius; y++) {
        for (int x = 0; x < radius; x++) {
            int64_t far_x = outer - 2 * SUB * (int64_t)x, far_y = outer - 2 * SUB * (int64_t)y;
            uint8_t *at = &coverage[(size_t)y * (size_t)radius + (size_t)x];
            /* Only the rim is sampled: a large disc is nearly all inside or outside. */
            if (hollow == 0 && far_x * far_x + far_y * far_y <= outer * outer) {
                *at = 255;
                continue;
            }
            int64_t near_x = far_x - 2 * SUB, near_y = far_y - 2 * SUB;
            if (near_x * near_x + near_y * near_y >= outer * outer) {
                continue;
            }
            int inside = 0;
            for (int s = 0; s < SUB * SUB; s++) {
                int64_t dx = far_x - (2 * (s % SUB) + 1), dy = far_y - (2 * (s / SUB) + 1);
                int64_t d = dx * dx + dy * dy;
                bool in = d <= outer * outer && (hollow == 0 || d > inner * inner);
                inside += in && (!dash || (10 * dy > 3 * dx && 10 * dx > 3 * dy));
            }
            *at = (uint8_t)(inside * 255 / (SUB * SUB));
        }
    }
    *ret_mask = (struct mask){.w = radius, .h = radius, .coverage = coverage};
    return 0;
}

void
mask_release(struct mask *mask)
{
    if (mask->coverage != NULL) {
        explicit_bzero(mask->coverage, (size_t)mask->w * (size_t)mask->h);
        free(mask->coverage);
    }
    *mask = (struct mask){0};
}
