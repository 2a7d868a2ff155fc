/* ui/focus.c - the way of five keys over the page: an arrow goes to the nearest element that lies in
 * its direction, distance across counting more than distance along. Tab and its opposite go through
 * the list in order. The focus is shown from the first key until the next touch. */
#include "ui/ui_priv.h"

#include <string.h>

/* Where the focus starts: the first answer of the page, else the first thing that can be touched. */
static const struct item *
first(const struct frame *frame)
{
    const struct item *any = NULL;
    for (size_t i = 0; i < frame->count; i++) {
        const struct item *item = &frame->items[i];
        if (!frame_touchable(item)) {
            continue;
        }
        switch (item->e.role) {
        case UI_ROLE_CHOICE:
        case UI_ROLE_CHECK:
        case UI_ROLE_DOOR:
        case UI_ROLE_KEY:
            return item;
        default:
            any = any != NULL ? any : item;
        }
    }
    return any;
}

static void
set(struct focus *focus, const struct item *item)
{
    (void)snprintf(focus->id, sizeof focus->id, "%s", item != NULL ? item->e.id : "");
}

void
focus_frame(struct focus *focus, const struct frame *frame)
{
    if (focus->shown && frame_find(frame, focus->id) == NULL) {
        set(focus, first(frame));
    }
}

/* Space between two intervals, 0 when they overlap. */
static int
apart(int a, int a_len, int b, int b_len)
{
    if (b >= a + a_len) {
        return b - (a + a_len);
    }
    return a >= b + b_len ? a - (b + b_len) : 0;
}

/* Cost of going from one rectangle to another this way; -1 when it does not lie there. */
static int64_t
cost(const struct ui_rect *from, const struct ui_rect *to, enum focus_way way)
{
    bool upright = way == FOCUS_UP || way == FOCUS_DOWN;
    int from_mid = upright ? 2 * from->y + from->h : 2 * from->x + from->w;
    int to_mid = upright ? 2 * to->y + to->h : 2 * to->x + to->w;
    int along = way == FOCUS_DOWN || way == FOCUS_RIGHT ? to_mid - from_mid : from_mid - to_mid;
    int across =
        upright ? apart(from->x, from->w, to->x, to->w) : apart(from->y, from->h, to->y, to->h);
    int offset = upright ? 2 * to->x + to->w - 2 * from->x - from->w
                         : 2 * to->y + to->h - 2 * from->y - from->h;
    int gap =
        upright ? apart(from->y, from->h, to->y, to->h) : apart(from->x, from->w, to->x, to->w);
    /* Things side by side are not above each other, however their middles lie. */
    if (along <= 0 || (gap == 0 && across > 0)) {
        return -1;
    }
    return (int64_t)along + 8 * (int64_t)across + (offset < 0 ? -offset : offset) / 4;
}

static void
step(struct focus *focus, const struct frame *frame, size_t at, int by)
{
    for (size_t i = 1; i <= frame->count; i++) {
        size_t next = by > 0 ? (at + i) % frame->count : (at + frame->count - i) % frame->count;
        if (frame_touchable(&frame->items[next])) {
            set(focus, &frame->items[next]);
            return;
        }
    }
}

void
focus_move(struct focus *focus, const struct frame *frame, enum focus_way way)
{
    const struct item *from = frame_find(frame, focus->id);
    if (!focus->shown || from == NULL) {
        focus->shown = true;
        set(focus, from != NULL ? from : first(frame));
        return;
    }
    if (way == FOCUS_NEXT || way == FOCUS_PREVIOUS) {
        step(focus, frame, (size_t)(from - frame->items), way == FOCUS_NEXT ? 1 : -1);
        return;
    }
    const struct item *best = NULL;
    int64_t best_cost = INT64_MAX;
    for (size_t i = 0; i < frame->count; i++) {
        const struct item *item = &frame->items[i];
        if (item == from || !frame_touchable(item)) {
            continue;
        }
        int64_t c = cost(&from->e.rect, &item->e.rect, way);
        if (c >= 0 && c < best_cost) {
            best_cost = c;
            best = item;
        }
    }
    if (best != NULL) {
        set(focus, best);
    }
}
