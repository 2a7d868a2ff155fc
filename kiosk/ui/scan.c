/* ui/scan.c - everything by two switches: a ring goes over groups of the page and, once a group was
 * selected, over its things. A row of three and more is a group, so that a keyboard of sixty keys takes five rows and
 * eleven columns, not sixty moves. After the last thing of a group the ring lies around the whole group again,
 * and the next move leads on: whoever opened the wrong one gets out by going on. What is asked comes first, the
 * main act next, then the bars. Knows no time but what it is told. */
#include "ui/ui_priv.h"

#include <string.h>

/* Nothing happens on selecting it: what it shows is filled by the keys beside it. */
static bool
passive(const struct item *item)
{
    return item->e.role == UI_ROLE_FIELD || item->e.role == UI_ROLE_DOTS;
}

static void
add(struct scan_groups *groups, size_t first, size_t len)
{
    groups->first[groups->count] = (uint16_t)first;
    groups->len[groups->count++] = (uint16_t)len;
}

/* One row, from first on: as a group, or its things one by one. */
static void
add_row(struct scan_groups *groups, size_t first, size_t len)
{
    if (len >= SCAN_GROUP_LEAST) {
        add(groups, first, len);
        return;
    }
    for (size_t i = 0; i < len; i++) {
        add(groups, first + i, 1);
    }
}

/* The main act goes before what else stands on its bar. */
static void
main_first(const struct frame *frame, struct order *order)
{
    for (size_t i = 1; i < order->count; i++) {
        bool main = frame->items[order->at[i]].e.role == UI_ROLE_MAIN;
        for (size_t at = i; main && at > 0 && order->zone[at - 1] == order->zone[i] &&
                            order->zone[i] == ORDER_BOTTOM;
             at--) {
            uint16_t other = order->at[at - 1];
            order->at[at - 1] = order->at[at];
            order->at[at] = other;
        }
    }
}

void
scan_groups(const struct frame *frame, struct scan_groups *ret_groups)
{
    struct order *order = &ret_groups->order;
    order_make(frame, false, order);
    size_t kept = 0;
    for (size_t i = 0; i < order->count; i++) {
        if (!passive(&frame->items[order->at[i]])) {
            order->at[kept] = order->at[i];
            order->row[kept] = order->row[i];
            order->zone[kept++] = order->zone[i];
        }
    }
    order->count = kept;
    main_first(frame, order);
    ret_groups->count = 0;
    for (size_t first = 0; first < kept;) {
        size_t len = 1;
        while (first + len < kept && order->row[first + len] == order->row[first]) {
            len++;
        }
        add_row(ret_groups, first, len);
        first += len;
    }
}

static const struct item *
thing(const struct frame *frame, const struct scan_groups *groups, size_t group, size_t item)
{
    return &frame->items[groups->order.at[groups->first[group] + item]];
}

static void
go(struct scan *scan, const struct frame *frame, const struct scan_groups *groups, size_t group)
{
    scan->group = group;
    scan->inside = false;
    scan->item = 0;
    (void)snprintf(scan->id, sizeof scan->id, "%s",
        groups->count > 0 ? thing(frame, groups, group, 0)->e.id : "");
}

void
scan_start(struct scan *scan, const struct frame *frame)
{
    struct scan_groups groups;
    scan_groups(frame, &groups);
    scan->shown = true;
    go(scan, frame, &groups, 0);
}

void
scan_move(struct scan *scan, const struct frame *frame)
{
    struct scan_groups groups;
    scan_groups(frame, &groups);
    if (groups.count == 0) {
        return;
    }
    if (!scan->inside) {
        go(scan, frame, &groups, (scan->group + 1) % groups.count);
    } else if (++scan->item >= groups.len[scan->group]) {
        go(scan, frame, &groups, scan->group);
    }
}

const struct item *
scan_select(struct scan *scan, const struct frame *frame)
{
    struct scan_groups groups;
    scan_groups(frame, &groups);
    if (groups.count == 0) {
        return NULL;
    }
    if (scan->inside || groups.len[scan->group] == 1) {
        return thing(frame, &groups, scan->group, scan->item);
    }
    scan->inside = true;
    scan->item = 0;
    return NULL;
}

void
scan_tapped(struct scan *scan, const struct frame *frame, enum ui_role role)
{
    struct scan_groups groups;
    scan_groups(frame, &groups);
    go(scan, frame, &groups, role == UI_ROLE_KEY ? 0 : scan->group);
}

void
scan_frame(struct scan *scan, const struct frame *frame, bool page_changed)
{
    struct scan_groups groups;
    if (!scan->shown) {
        return;
    }
    scan_groups(frame, &groups);
    for (size_t i = 0; !page_changed && i < groups.count; i++) {
        if (strcmp(thing(frame, &groups, i, 0)->e.id, scan->id) == 0) {
            scan->group = i;
            if (scan->item >= groups.len[i]) {
                go(scan, frame, &groups, i);
            }
            return;
        }
    }
    go(scan, frame, &groups, 0);
}

size_t
scan_ring(const struct scan *scan, const struct scan_groups *groups, size_t *ret_first)
{
    *ret_first = 0;
    if (!scan->shown || scan->group >= groups->count) {
        return 0;
    }
    *ret_first = groups->first[scan->group] + (scan->inside ? scan->item : 0);
    return scan->inside ? 1 : groups->len[scan->group];
}

bool
scan_strike(struct scan *scan, int number, int64_t now)
{
    if (number == scan->last && now < scan->strike_until) {
        return false;
    }
    scan->last = number;
    scan->strike_until = now + SCAN_STRIKE_MS;
    return true;
}

size_t
scan_round(const struct frame *frame)
{
    struct scan_groups groups;
    size_t longest = 0;
    scan_groups(frame, &groups);
    for (size_t i = 0; i < groups.count; i++) {
        longest = groups.len[i] > longest ? groups.len[i] : longest;
    }
    return groups.count + (longest > 1 ? longest : 0);
}
