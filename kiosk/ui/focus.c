/* ui/focus.c - the way of five keys over the page: an arrow goes to the nearest element that lies in
 * its direction, distance across counting more than distance along. Tab and its opposite go in reading
 * order, and so does every arrow while the page is read aloud. The focus is shown from the first key until the next
 * touch; a new page puts it on its first answer, for the ear on its title. */
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

/* A number for role and words, by which a thing without id is found again. Words
 * themselves are not kept: they may be the visitor's. */
static uint64_t
words_of(const struct item *item)
{
    const char *texts[] = {item->e.text, item->e.label, item->e.speech};
    uint64_t hash = hash_add(HASH_START, &item->e.role, sizeof(item->e.role));
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        hash = texts[i] != NULL ? hash_add(hash, texts[i], strlen(texts[i])) : hash;
    }
    return hash != 0 ? hash : 1;
}

static bool
has_id(const struct item *item)
{
    return item->e.id != NULL && item->e.id[0] != '\0';
}

/* Can the focus rest here? */
static bool
takes(const struct focus *focus, const struct item *item)
{
    return frame_touchable(item) || (focus->reading && frame_readable(item));
}

void
focus_set(struct focus *focus, const struct frame *frame, const struct item *item)
{
    bool named = item != NULL && has_id(item);
    (void)snprintf(focus->id, sizeof focus->id, "%s", named ? item->e.id : "");
    focus->words = item != NULL && !named ? words_of(item) : 0;
    focus->near = item != NULL ? (size_t)(item - frame->items) : 0;
}

const struct item *
focus_item(const struct focus *focus, const struct frame *frame)
{
    const struct item *found = NULL;
    size_t distance = SIZE_MAX;
    if (focus->id[0] != '\0' && !focus->reading) {
        return frame_find(frame, focus->id);
    }
    for (size_t i = 0; i < frame->count; i++) {
        const struct item *item = &frame->items[i];
        size_t away = i > focus->near ? i - focus->near : focus->near - i;
        bool same = focus->id[0] != '\0' ? has_id(item) && strcmp(item->e.id, focus->id) == 0
                    : focus->words != 0  ? !has_id(item) && words_of(item) == focus->words
                                         : false;
        if (same && takes(focus, item) && away < distance) {
            found = item;
            distance = away;
        }
    }
    return found;
}

/* For the ear a page begins with its title, else with what is read first. */
static const struct item *
first_read(const struct frame *frame)
{
    struct order order;
    order_make(frame, true, &order);
    for (size_t i = 0; i < order.count; i++) {
        const struct item *item = &frame->items[order.at[i]];
        if (item->e.role == UI_ROLE_TITLE) {
            return item;
        }
    }
    return order.count > 0 ? &frame->items[order.at[0]] : NULL;
}

static const struct item *
start(const struct focus *focus, const struct frame *frame)
{
    return focus->reading ? first_read(frame) : first(frame);
}

void
focus_frame(struct focus *focus, const struct frame *frame, bool page_changed)
{
    if (!focus->shown) {
        return;
    }
    const struct item *item = page_changed ? NULL : focus_item(focus, frame);
    focus_set(focus, frame, item != NULL ? item : start(focus, frame));
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

/* On and back in reading order, round and round. */
static const struct item *
step(const struct focus *focus, const struct frame *frame, const struct item *from, bool back)
{
    struct order order;
    order_make(frame, focus->reading, &order);
    for (size_t i = 0; i < order.count; i++) {
        if (&frame->items[order.at[i]] == from) {
            size_t next = back ? i + order.count - 1 : i + 1;
            return &frame->items[order.at[next % order.count]];
        }
    }
    return from;
}

static const struct item *
nearest(const struct focus *focus, const struct frame *frame, const struct item *from,
    enum focus_way way, bool keys_only)
{
    const struct item *best = NULL;
    int64_t best_cost = INT64_MAX;
    for (size_t i = 0; i < frame->count; i++) {
        const struct item *item = &frame->items[i];
        if (item == from || !takes(focus, item) || (keys_only && item->e.role != UI_ROLE_KEY)) {
            continue;
        }
        int64_t c = cost(&from->e.rect, &item->e.rect, way);
        if (c >= 0 && c < best_cost) {
            best_cost = c;
            best = item;
        }
    }
    return best;
}

/* The ear has no columns: arrows go along the reading order, but up and down a keyboard's rows. */
static const struct item *
move_reading(const struct focus *focus, const struct frame *frame, const struct item *from,
    enum focus_way way)
{
    bool upright = way == FOCUS_UP || way == FOCUS_DOWN;
    const struct item *key =
        upright && from->e.role == UI_ROLE_KEY ? nearest(focus, frame, from, way, true) : NULL;
    return key != NULL ? key : step(focus, frame, from, way == FOCUS_UP || way == FOCUS_LEFT);
}

void
focus_move(struct focus *focus, const struct frame *frame, enum focus_way way)
{
    const struct item *from = focus_item(focus, frame), *to;
    if (!focus->shown || from == NULL) {
        focus->shown = true;
        focus_set(focus, frame, from != NULL ? from : start(focus, frame));
        return;
    }
    if (way == FOCUS_NEXT || way == FOCUS_PREVIOUS) {
        to = step(focus, frame, from, way == FOCUS_PREVIOUS);
    } else if (focus->reading) {
        to = move_reading(focus, frame, from, way);
    } else {
        to = nearest(focus, frame, from, way, false);
    }
    if (to != NULL) {
        focus_set(focus, frame, to);
    }
}
