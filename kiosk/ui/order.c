/* ui/order.c - the order in which the eye goes over a page, from the list alone: rows from the top, each
 * from the left; the bars and their tools, which are the same on every page, come last. Two switches, the ear and the Tab
 * key follow it. A bar is a ground without id that spans the page and is low; keys with something
 * beside them are a block of their own, between what stands left and right of it. An element may say that it
 * follows the one before it in the list. */
#include "ui/ui_priv.h"

#include <limits.h>

static int
bottom(const struct ui_rect *r)
{
    return r->y + r->h;
}

/* The extent of the list: the bottom bar ends where everything does. */
static int
page_width(const struct frame *frame, int *ret_height)
{
    int width = 0;
    *ret_height = 0;
    for (size_t i = 0; i < frame->count; i++) {
        const struct ui_rect *r = &frame->items[i].e.rect;
        width = r->x + r->w > width ? r->x + r->w : width;
        *ret_height = bottom(r) > *ret_height ? bottom(r) : *ret_height;
    }
    return width;
}

static bool
is_bar(const struct ui_element *e, int width, int height)
{
    bool ground = e->role == UI_ROLE_PANEL && (e->id == NULL || e->id[0] == '\0');
    return ground && e->rect.w >= width && e->rect.h < height / 3;
}

/* The bar on which the item stands decides. */
static enum order_zone
zone_of(const struct frame *frame, size_t index, int width, int height)
{
    const struct ui_rect *r = &frame->items[index].e.rect;
    int middle = r->y + r->h / 2;
    if (frame->items[index].e.role == UI_ROLE_TOOL) {
        return ORDER_TOP;
    }
    for (size_t i = index; i > 0; i--) {
        const struct ui_element *e = &frame->items[i - 1].e;
        if (is_bar(e, width, height) && middle >= e->rect.y && middle < bottom(&e->rect)) {
            return bottom(&e->rect) >= height ? ORDER_BOTTOM : ORDER_TOP;
        }
    }
    return ORDER_CONTENT;
}

static int
twice_middle(const struct item *item)
{
    return 2 * item->e.rect.y + item->e.rect.h;
}

static bool
before(const struct frame *frame, const struct order *order, size_t a, size_t b, bool in_rows)
{
    const struct item *p = &frame->items[order->at[a]], *q = &frame->items[order->at[b]];
    if (order->zone[a] != order->zone[b]) {
        return order->zone[a] < order->zone[b];
    }
    if (!in_rows) {
        return twice_middle(p) < twice_middle(q);
    }
    return order->row[a] != order->row[b] ? order->row[a] < order->row[b]
                                          : p->e.rect.x < q->e.rect.x;
}

static void
swap(struct order *order, size_t a, size_t b)
{
    uint16_t at = order->at[a], row = order->row[a];
    uint8_t zone = order->zone[a];
    order->at[a] = order->at[b];
    order->row[a] = order->row[b];
    order->zone[a] = order->zone[b];
    order->at[b] = at;
    order->row[b] = row;
    order->zone[b] = zone;
}

/* By insertion: lists are short and mostly in order already; keeps equal ones as they were. */
static void
sort(const struct frame *frame, struct order *order, bool in_rows)
{
    for (size_t i = 1; i < order->count; i++) {
        for (size_t at = i; at > 0 && before(frame, order, at, at - 1, in_rows); at--) {
            swap(order, at, at - 1);
        }
    }
}

/* A thing whose middle lies below the first of the row begins the next row. */
static void
make_rows(const struct frame *frame, struct order *order)
{
    uint16_t row = 0;
    size_t first = 0;
    for (size_t i = 0; i < order->count; i++) {
        const struct item *item = &frame->items[order->at[i]];
        const struct ui_rect *head = &frame->items[order->at[first]].e.rect;
        bool new_zone = order->zone[i] != order->zone[first];
        if (i > 0 && (new_zone || twice_middle(item) >= 2 * bottom(head))) {
            row++;
            first = i;
        }
        order->row[i] = row;
    }
}

/* A keypad beside words or other buttons is not a part of their rows. */
static void
keys_aside(const struct frame *frame, struct order *order)
{
    int left = INT_MAX, right = INT_MIN, top = INT_MAX, low = INT_MIN;
    for (size_t i = 0; i < order->count; i++) {
        const struct ui_element *e = &frame->items[order->at[i]].e;
        if (e->role == UI_ROLE_KEY && order->zone[i] == ORDER_CONTENT) {
            left = e->rect.x < left ? e->rect.x : left;
            right = e->rect.x + e->rect.w > right ? e->rect.x + e->rect.w : right;
            top = e->rect.y < top ? e->rect.y : top;
            low = bottom(&e->rect) > low ? bottom(&e->rect) : low;
        }
    }
    bool beside = false, aside[UI_ELEMENTS_MAX] = {false};
    for (size_t i = 0; i < order->count; i++) {
        const struct ui_element *e = &frame->items[order->at[i]].e;
        if (e->role == UI_ROLE_KEY || order->zone[i] != ORDER_CONTENT || bottom(&e->rect) <= top ||
            e->rect.y >= low) {
            continue;
        }
        beside = true;
        aside[i] = e->rect.x >= right;
        if (!aside[i] && e->rect.x + e->rect.w > left) {
            return;
        }
    }
    for (size_t i = 0; beside && i < order->count; i++) {
        bool key = frame->items[order->at[i]].e.role == UI_ROLE_KEY;
        if (order->zone[i] == ORDER_CONTENT && (key || aside[i])) {
            order->zone[i] = key ? ORDER_KEYS : ORDER_ASIDE;
        }
    }
}

/* Where the element is in the order; its count when it is not. */
static size_t
place_of(const struct order *order, size_t index)
{
    size_t i = 0;
    while (i < order->count && order->at[i] != index) {
        i++;
    }
    return i;
}

/* What belongs to the element before it in the list comes right after that one: a row's name, its answer and the
 * button that changes it, however high each of them is. */
static void
follow(const struct frame *frame, struct order *order)
{
    for (size_t index = 1; index < frame->count; index++) {
        size_t from = place_of(order, index);
        size_t to = place_of(order, index - 1);
        if ((frame->items[index].e.state & UI_STATE_FOLLOWS) == 0 || from == order->count ||
            to == order->count) {
            continue;
        }
        order->row[from] = order->row[to];
        order->zone[from] = order->zone[to];
        for (; from > to + 1; from--) {
            swap(order, from, from - 1);
        }
        for (; from < to; from++) {
            swap(order, from, from + 1);
        }
    }
}

void
order_make(const struct frame *frame, bool readable, struct order *ret_order)
{
    struct order *order = ret_order;
    int height, width = page_width(frame, &height);
    order->count = 0;
    for (size_t i = 0; i < frame->count; i++) {
        const struct item *item = &frame->items[i];
        if (frame_touchable(item) || (readable && frame_readable(item))) {
            order->zone[order->count] = (uint8_t)zone_of(frame, i, width, height);
            order->row[order->count] = 0;
            order->at[order->count++] = (uint16_t)i;
        }
    }
    keys_aside(frame, order);
    sort(frame, order, false);
    make_rows(frame, order);
    sort(frame, order, true);
    follow(frame, order);
}
