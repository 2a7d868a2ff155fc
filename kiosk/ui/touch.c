/* ui/touch.c - judges what a finger meant. A tap is a press inside and a release inside, with a slip
 * for unsteady hands; a press in a gap goes to the one near target; a second press too soon, a press
 * while the page changes and every second finger count for nothing. Knows no time of its own. */
#include "ui/ui_priv.h"

#include <string.h>

/* Square of the distance from a point to a rectangle; 0 inside. */
static int64_t
distance2(const struct ui_rect *r, int x, int y)
{
    int64_t dx = x < r->x ? r->x - x : x >= r->x + r->w ? x - (r->x + r->w - 1) : 0;
    int64_t dy = y < r->y ? r->y - y : y >= r->y + r->h ? y - (r->y + r->h - 1) : 0;
    return dx * dx + dy * dy;
}

/* What a press at this point means: the element under it, else the only one that is near. */
static const struct item *
target(const struct frame *frame, int x, int y)
{
    const struct item *hit = frame_hit(frame, x, y);
    if (hit != NULL) {
        return hit;
    }
    int64_t near = INT64_MAX, second = INT64_MAX;
    for (size_t i = 0; i < frame->count; i++) {
        const struct item *item = &frame->items[i];
        if (!frame_touchable(item)) {
            continue;
        }
        int64_t d = distance2(&item->e.rect, x, y);
        if (d < near) {
            second = near;
            near = d;
            hit = item;
        } else if (d < second) {
            second = d;
        }
    }
    bool clear = near <= TOUCH_HELP_NEAR * TOUCH_HELP_NEAR &&
                 second > (int64_t)TOUCH_HELP_FAR * TOUCH_HELP_FAR;
    return clear ? hit : NULL;
}

/* Would letting go here count for the pressed element? */
static bool
counts(const struct touch *touch, const struct frame *frame, int x, int y)
{
    const struct item *item = frame_find(frame, touch->id);
    if (item == NULL) {
        return false;
    }
    int64_t dx = x - touch->x0, dy = y - touch->y0;
    if (dx * dx + dy * dy <= (int64_t)TOUCH_SLIP * TOUCH_SLIP) {
        return true;
    }
    const struct item *under = frame_hit(frame, x, y);
    if (under != NULL) {
        return strcmp(under->e.id, touch->id) == 0;
    }
    return distance2(&item->e.rect, x, y) <= (int64_t)TOUCH_SLIP * TOUCH_SLIP;
}

static bool
locked(const struct touch *touch, const char *id, int64_t now)
{
    return now < touch->page_until || (now < touch->last_until && strcmp(id, touch->last_id) == 0);
}

static void
lock(struct touch *touch, const struct item *item, int64_t now)
{
    (void)snprintf(touch->last_id, sizeof touch->last_id, "%s", item->e.id);
    touch->last_until = now + (item->e.role == UI_ROLE_MAIN ? TOUCH_COMMIT_MS : TOUCH_REPEAT_MS);
}

void
touch_down(
    struct touch *touch, const struct frame *frame, int64_t finger, int x, int y, int64_t now)
{
    if (touch->down) {
        return;
    }
    const struct item *item = target(frame, x, y);
    const char *id = item != NULL ? item->e.id : "";
    touch->down = true;
    touch->finger = finger;
    touch->x0 = x;
    touch->y0 = y;
    touch->ignored = locked(touch, id, now);
    (void)snprintf(touch->id, sizeof touch->id, "%s", touch->ignored ? "" : id);
    touch->inside = touch->id[0] != '\0';
}

void
touch_move(struct touch *touch, const struct frame *frame, int64_t finger, int x, int y)
{
    if (touch->down && touch->finger == finger && touch->id[0] != '\0') {
        touch->inside = counts(touch, frame, x, y);
    }
}

enum touch_verdict
touch_up(struct touch *touch, const struct frame *frame, int64_t finger, int x, int y, int64_t now,
    char ret_id[UI_ID_MAX])
{
    if (!touch->down || touch->finger != finger) {
        return TOUCH_NONE;
    }
    enum touch_verdict verdict = touch->ignored ? TOUCH_NONE : TOUCH_NOWHERE;
    const struct item *item = frame_find(frame, touch->id);
    if (item != NULL && counts(touch, frame, x, y)) {
        (void)snprintf(ret_id, UI_ID_MAX, "%s", touch->id);
        lock(touch, item, now);
        verdict = TOUCH_TAP;
    }
    touch_cancel(touch);
    return verdict;
}

void
touch_cancel(struct touch *touch)
{
    touch->down = false;
    touch->ignored = false;
    touch->inside = false;
    touch->id[0] = '\0';
}

void
touch_frame(struct touch *touch, const struct frame *frame, bool page_changed, int64_t now)
{
    if (page_changed) {
        touch->page_until = now + TOUCH_PAGE_MS;
    }
    /* The finger stays on the glass, so that lifting it presses nothing on the new page. */
    if (touch->down && (page_changed || frame_find(frame, touch->id) == NULL)) {
        touch->ignored = true;
        touch->inside = false;
        touch->id[0] = '\0';
    }
}

bool
touch_select(struct touch *touch, const struct item *item, int64_t now)
{
    if (locked(touch, item->e.id, now)) {
        return false;
    }
    lock(touch, item, now);
    return true;
}

int64_t
touch_free_at(const struct touch *touch, const char *id, int64_t now)
{
    int64_t at = now > touch->page_until ? now : touch->page_until;
    if (strcmp(id, touch->last_id) == 0 && at < touch->last_until) {
        at = touch->last_until;
    }
    return at;
}
