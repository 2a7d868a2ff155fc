/* audit/strokes.c - what a page is drawn with, told by ui/draw.c itself through its table of operations: fills,
 * boxes, runs of words, pictograms, each with its place and colours. The pixels of an area are a function
 * of the strokes that meet it, so a sum over these says whether an area was measured before. */
#include "audit/audit.h"

#include <string.h>

#include "base/alloc.h"

enum {
    ABOVE_PERCENT = 88, /* the em box: ascender and descender of a CJK font */
    SOLID = 96 /* coverage that is ink, not the shade beside it */
};

static struct stroke *
add(struct audit *audit, enum stroke_kind kind, struct px_rect rect)
{
    struct strokes *all = &audit->strokes;
    all->all = xgrow(all->all, all->count, &all->cap, sizeof(all->all[0]));
    struct stroke *stroke = &all->all[all->count++];
    *stroke = (struct stroke){.kind = kind, .rect = rect};
    return stroke;
}

static void
take_fill(void *ctx, struct px_rect rect, uint32_t colour)
{
    add(ctx, STROKE_FILL, rect)->ground = colour;
}

static void
take_box(void *ctx, const struct draw_box *box)
{
    struct stroke *stroke = add(ctx, STROKE_BOX, box->rect);
    stroke->radius = box->radius;
    stroke->border = box->border;
    stroke->dashed = box->dashed;
    stroke->ground = box->ground;
    stroke->edge = box->edge;
}

/* Its pixels lie in its rect, those of the letters for the text size a little beside it. */
static bool
take_picture(void *ctx, const char *name, struct px_rect rect, uint32_t colour)
{
    struct audit *audit = ctx;
    struct stroke *stroke = add(audit, STROKE_PICTURE, px_grow(rect, rect.h / 8 + 1));
    stroke->ground = colour;
    stroke->what = hash_add(HASH_START, name, strlen(name));
    stroke->edge =
        (uint32_t)audit->stage.app->ui->theme; /* its other layers have the theme's colours */
    return true;
}

/* ---- runs of words ---- */

/* The box of the coverage above least; w 0 when there is none. */
static struct px_rect
covered(const struct mask *mask, int least)
{
    int left = mask->w;
    int right = 0;
    int top = mask->h;
    int bottom = 0;
    for (int y = 0; y < mask->h; y++) {
        const uint8_t *row = mask->coverage + (size_t)y * (size_t)mask->w;
        int first = 0;
        int end = mask->w;
        while (first < end && row[first] <= least) {
            first++;
        }
        while (end > first && row[end - 1] <= least) {
            end--;
        }
        if (first < end) {
            left = first < left ? first : left;
            right = end > right ? end : right;
            top = y < top ? y : top;
            bottom = y + 1;
        }
    }
    return right > left ? (struct px_rect){left, top, right - left, bottom - top}
                        : (struct px_rect){0};
}

static int
most_within(const struct mask *mask, struct px_rect area)
{
    struct px_rect both;
    int most = 0;
    if (!px_meet(area, (struct px_rect){0, 0, mask->w, mask->h}, &both)) {
        return 0;
    }
    for (int y = both.y; y < both.y + both.h; y++) {
        const uint8_t *row = mask->coverage + (size_t)y * (size_t)mask->w;
        for (int x = both.x; x < both.x + both.w; x++) {
            most = row[x] > most ? row[x] : most;
        }
    }
    return most;
}

static void
keep_rect(int16_t v[4], struct px_rect rect, int ascent)
{
    v[0] = (int16_t)rect.x;
    v[1] = (int16_t)(rect.y - ascent);
    v[2] = (int16_t)rect.w;
    v[3] = (int16_t)rect.h;
}

static struct px_rect
kept_rect(const int16_t v[4], int x, int y)
{
    return (struct px_rect){x + v[0], y + v[1], v[2], v[3]};
}

/* What the run covers: rendered when it was never seen. */
static const struct known *
coverage(struct audit *audit, uint64_t what, const struct text_run *run, bool bold)
{
    const struct known *known = memo_get(&audit->masks, what);
    if (known != NULL) {
        return known;
    }
    struct known *made = memo_put(&audit->masks, what);
    struct mask mask;
    int ascent;
    if (run->font >= 0 &&
        faces_render(fonts_of_size(audit, run->size_px), run, bold, &mask, &ascent) == 0) {
        int above = run->size_px * ABOVE_PERCENT / 100;
        keep_rect(&made->v[0], covered(&mask, 0), ascent);
        keep_rect(&made->v[4], covered(&mask, SOLID), ascent);
        made->v[8] = (int16_t)most_within(
            &mask, (struct px_rect){0, ascent - above, run->width_px, run->size_px});
        mask_release(&mask);
    }
    return made;
}

static void
take_run(void *ctx, const struct text_run *run, int x, int y, bool bold, uint32_t colour,
    bool personal ATTR_UNUSED)
{
    struct audit *audit = ctx;
    if (run->width_px <= 0) {
        return;
    }
    if (audit->inks == AUDIT_INKS_MAX || run->len + 1 > AUDIT_POOL - audit->pool_used) {
        audit->ink_lost = true;
        return;
    }
    const int numbers[] = {run->font, bold, run->rtl, run->size_px, run->width_px};
    uint64_t what = hash_add(HASH_START, run->text, run->len);
    what = hash_add(what, numbers, sizeof(numbers));
    what = hash_add(what, run->script, strlen(run->script));
    const struct known *known = coverage(audit, what, run, bold);
    struct stroke *stroke = add(audit, STROKE_RUN, kept_rect(&known->v[0], x, y));
    stroke->what = what;
    stroke->ground = colour;
    char *copy = audit->pool + audit->pool_used;
    memcpy(copy, run->text, run->len);
    copy[run->len] = 0;
    audit->pool_used += run->len + 1;
    int above = run->size_px * ABOVE_PERCENT / 100;
    struct ink *ink = &audit->ink[audit->inks++];
    *ink = (struct ink){.run = *run,
        .item = audit->strokes.item,
        .stroke = audit->strokes.count - 1,
        .em = {x, y - above, run->width_px, run->size_px},
        .solid = kept_rect(&known->v[4], x, y),
        .most = known->v[8],
        .baseline = y,
        .colour = colour};
    ink->run.text = copy;
}

/* Runs point into the cache of layouts, which holds them for a while only: so their words are copied. */
void
strokes_take(struct audit *audit)
{
    struct ui *ui = audit->stage.app->ui;
    struct frame *frame = audit_frame(audit);
    struct strokes *all = &audit->strokes;
    const struct draw_ops ops = {
        .fill = take_fill, .box = take_box, .run = take_run, .picture = take_picture, .ctx = audit};
    struct drawing drawing = paint_drawing(ui);
    drawing.ops = &ops;
    all->paper = drawing.palette->paper;
    all->count = 0;
    audit->inks = 0;
    audit->pool_used = 0;
    audit->ink_lost = false;
    for (size_t i = 0; i < frame->count; i++) {
        all->item = i;
        all->items[i].clip = draw_clip(&drawing, &frame->items[i]);
        all->items[i].first = all->count;
        draw_item(&drawing, &frame->items[i]);
        all->items[i].end = all->count;
    }
}

/* ---- the sum of an area ---- */

static bool
within(struct px_rect a, struct px_rect b)
{
    return a.x >= b.x && a.y >= b.y && a.x + a.w <= b.x + b.w && a.y + a.h <= b.y + b.h;
}

/* Does it give all of the area its ground's colour? Of a box, clear of its border and corners. */
static bool
covers(const struct stroke *stroke, struct px_rect area)
{
    struct px_rect r = stroke->rect;
    if (stroke->kind == STROKE_FILL) {
        return within(area, r);
    }
    if (stroke->kind != STROKE_BOX) {
        return false;
    }
    int corner = stroke->radius + 1;
    struct px_rect inner = px_grow(r, -stroke->border);
    struct px_rect wide = {r.x + stroke->border, r.y + corner, inner.w, r.h - 2 * corner};
    struct px_rect high = {r.x + corner, r.y + stroke->border, r.w - 2 * corner, inner.h};
    return within(area, wide) || within(area, high);
}

static uint64_t
add_stroke(
    uint64_t sum, const struct stroke *s, struct px_rect area, struct px_rect clip, bool blunt)
{
    const int numbers[] = {(int)s->kind, s->rect.x - area.x, s->rect.y - area.y, s->rect.w,
        s->rect.h, s->radius, s->border, s->dashed, clip.x - area.x, clip.y - area.y, clip.w,
        clip.h, blunt ? 0 : (int)s->ground, blunt ? 0 : (int)s->edge};
    sum = hash_add(sum, numbers, sizeof(numbers));
    return hash_add(sum, &s->what, sizeof(s->what));
}

static uint64_t
add_colour(uint64_t sum, uint32_t colour, bool blunt)
{
    colour = blunt ? 0 : colour;
    return hash_add(sum, &colour, sizeof(colour));
}

struct area_sum
strokes_sum(const struct audit *audit, struct px_rect area, const struct ink *own)
{
    const struct strokes *all = &audit->strokes;
    const struct frame *frame = ui_shown(audit->stage.app->ui);
    const int size[] = {area.w, area.h};
    const uint64_t start = hash_add(HASH_START, size, sizeof(size));
    struct area_sum sum = {.ground = all->paper};
    size_t others = 0;
    bool seen = false; /* the own run, and all of its em boxes */
    sum.exact = add_colour(start, sum.ground, audit->blunt);
    for (size_t i = 0; i < frame->count; i++) {
        struct px_rect clip;
        if (!px_meet(all->items[i].clip, area, &clip)) {
            continue;
        }
        bool whole = clip.w == area.w && clip.h == area.h;
        for (size_t k = all->items[i].first; k < all->items[i].end; k++) {
            const struct stroke *stroke = &all->all[k];
            struct px_rect both;
            if (!px_meet(stroke->rect, clip, &both)) {
                continue;
            }
            if (whole && covers(stroke, area)) { /* what lies below is not seen */
                sum.ground = stroke->ground;
                sum.exact = add_colour(start, sum.ground, audit->blunt);
                others = 0;
                seen = false;
                continue;
            }
            bool mine = own != NULL && k == own->stroke;
            seen = seen || (mine && whole);
            others += mine && whole ? 0 : 1;
            sum.exact = add_stroke(sum.exact, stroke, area, clip, audit->blunt);
        }
    }
    sum.alone = seen && others == 0;
    return sum;
}

uint64_t
strokes_colours(const struct audit *audit, uint64_t sum)
{
    const struct strokes *all = &audit->strokes;
    sum = hash_add(sum, &all->paper, sizeof(all->paper));
    for (size_t i = 0; i < all->count; i++) {
        const uint32_t colours[] = {all->all[i].ground, all->all[i].edge};
        sum = hash_add(sum, colours, sizeof(colours));
    }
    return sum;
}

uint64_t
strokes_places(const struct audit *audit, uint64_t sum)
{
    const struct strokes *all = &audit->strokes;
    for (size_t i = 0; i < all->count; i++) {
        const struct stroke *s = &all->all[i];
        const int numbers[] = {(int)s->kind, s->rect.x, s->rect.y, s->rect.w, s->rect.h, s->radius,
            s->border, s->dashed};
        sum = hash_add(sum, numbers, sizeof(numbers));
        sum = hash_add(sum, &s->what, sizeof(s->what));
    }
    for (size_t i = 0; i < audit->inks; i++) {
        const struct px_rect *em = &audit->ink[i].em;
        sum = hash_add(sum, em, sizeof(*em));
    }
    return sum;
}
