/* ui/touch.c - judges what a finger meant. A tap is a press inside and a release inside, with a slip
 * for unsteady hands, or a press held long enough for who asked for that; a press in a gap goes to the one
 * near target; a second press too soon, a press while the page changes, second fingers and palms count
 * for nothing. Knows no time of its own.
 *
 * A held press counts when its time is over, not when the finger is lifted: lifting is what a trembling
 * hand does worst (misses, not slips, are the errors of old hands), the full ring says at once that it is
 * done, and sliding away before that takes it back. A break of the contact shorter than TOUCH_BREAK_MS near the
 * same place is the tremble itself and goes on with the hold.
 *
 * SDL tells no size of a contact, so a palm is told by its several contacts: what lands within
 * TOUCH_PALM_MS and TOUCH_PALM_NEAR of each other is none of it a finger. One that came first and rests below
 * the other, as far as a wrist lies below a fingertip, is the heel of the hand: the finger counts. */
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
    if (hit != NULL || ink_inside(frame, x, y)) {
        return hit; /* what is drawn near a key is not meant for it */
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
    bool own = near <= TOUCH_HALF_GAP * TOUCH_HALF_GAP && near < second;
    return clear || own ? hit : NULL;
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

/* The main act stands at the same place on every page: its lock holds for the next page's as well, or the
 * second strike of a finger that submits would close the page that tells the number. */
static bool
is_last(const struct touch *touch, const struct ui_element *e)
{
    return strcmp(e->id, touch->last_id) == 0 || (touch->last_main && e->role == UI_ROLE_MAIN);
}

static bool
locked(const struct touch *touch, const struct item *item, int64_t now)
{
    return now < touch->page_until ||
           (item != NULL && now < touch->last_until && is_last(touch, &item->e));
}

static void
lock(struct touch *touch, const struct item *item, int64_t now)
{
    int ms = touch->repeat_ms > 0 ? touch->repeat_ms : TOUCH_REPEAT_MS;
    touch->last_main = item->e.role == UI_ROLE_MAIN;
    if (touch->last_main && ms < TOUCH_COMMIT_MS) {
        ms = TOUCH_COMMIT_MS;
    }
    (void)snprintf(touch->last_id, sizeof touch->last_id, "%s", item->e.id);
    touch->last_until = now + ms;
}

static bool
within(int x0, int y0, int x, int y, int distance)
{
    int64_t dx = x - x0, dy = y - y0;
    return dx * dx + dy * dy <= (int64_t)distance * distance;
}

/* ---- contacts ---- */

/* Notes a contact; a free place, else that of the oldest. */
static struct contact *
note(struct touch *touch, int64_t finger, int x, int y, int64_t now)
{
    struct contact *place = &touch->contacts[0];
    for (size_t i = 0; i < TOUCH_CONTACTS; i++) {
        struct contact *c = &touch->contacts[i];
        if (c->down && c->finger == finger) {
            place = c;
            break;
        }
        if (place->down && (!c->down || c->since < place->since)) {
            place = c;
        }
    }
    *place = (struct contact){.down = true, .finger = finger, .since = now, .x = x, .y = y};
    return place;
}

static void
forget(struct touch *touch, int64_t finger)
{
    for (size_t i = 0; i < TOUCH_CONTACTS; i++) {
        if (touch->contacts[i].down && touch->contacts[i].finger == finger) {
            touch->contacts[i] = (struct contact){0};
        }
    }
}

/* The finger stays on the glass, so that lifting it presses nothing. */
static void
set_aside(struct touch *touch)
{
    touch->ignored = true;
    touch->inside = false;
    touch->id[0] = '\0';
}

/* Did others land with it? Then all of them are a palm, whichever was taken for a finger before. */
static bool
is_palm(struct touch *touch, struct contact *new)
{
    for (size_t i = 0; i < TOUCH_CONTACTS; i++) {
        struct contact *c = &touch->contacts[i];
        if (c == new || !c->down || new->since - c->since > TOUCH_PALM_MS ||
            !within(c->x, c->y, new->x, new->y, TOUCH_PALM_NEAR)) {
            continue;
        }
        c->palm = new->palm = true;
        if (touch->down && touch->finger == c->finger) {
            set_aside(touch);
        }
    }
    return new->palm;
}

/* Is what is judged the heel of the hand whose finger comes now, above it? Then it was no finger. */
static void
drop_heel(struct touch *touch, const struct contact *new)
{
    for (size_t i = 0; touch->down && i < TOUCH_CONTACTS; i++) {
        struct contact *c = &touch->contacts[i];
        if (c->down && c != new && c->finger == touch->finger &&
            c->y - new->y >= TOUCH_HEEL &&within(c->x, c->y, new->x, new->y, TOUCH_PALM_NEAR)) {
            c->palm = true;
            set_aside(touch);
        }
    }
}

/* ---- a finger ---- */

/* The finger broke off a hold a moment ago, here: the same hold goes on. */
static bool
goes_on(const struct touch *touch, int x, int y, int64_t now)
{
    return touch->hold_ms > 0 && touch->broken_id[0] != '\0' &&
           strcmp(touch->broken_id, touch->id) == 0 && now - touch->broken_at <= TOUCH_BREAK_MS &&
           within(touch->x0, touch->y0, x, y, TOUCH_SLIP);
}

void
touch_down(
    struct touch *touch, const struct frame *frame, int64_t finger, int x, int y, int64_t now)
{
    struct contact *contact = note(touch, finger, x, y, now);
    bool palm = is_palm(touch, contact);
    if (!palm) {
        drop_heel(touch, contact);
    }
    bool busy = touch->down && touch->finger != finger && touch->id[0] != '\0' &&
                now - touch->since <= TOUCH_REST_MS;
    if (palm || busy) {
        return;
    }
    const struct item *item = target(frame, x, y);
    const char *id = item != NULL ? item->e.id : "";
    touch->down = true;
    touch->finger = finger;
    touch->ignored = locked(touch, item, now);
    (void)snprintf(touch->id, sizeof touch->id, "%s", touch->ignored ? "" : id);
    touch->inside = touch->id[0] != '\0';
    touch->since = now;
    touch->held_since = goes_on(touch, x, y, now) ? touch->broken_since : now;
    touch->broken_id[0] = '\0';
    touch->x0 = x;
    touch->y0 = y;
}

void
touch_move(
    struct touch *touch, const struct frame *frame, int64_t finger, int x, int y, int64_t now)
{
    if (touch->down && touch->finger == finger && touch->id[0] != '\0') {
        bool inside = counts(touch, frame, x, y);
        if (inside && !touch->inside) {
            touch->held_since = now;
        }
        touch->inside = inside;
    }
}

static bool
held_enough(const struct touch *touch, int64_t now)
{
    return touch->inside && now - touch->held_since >= touch->hold_ms;
}

static enum touch_verdict
fire(struct touch *touch, const struct item *item, int64_t now, char ret_id[UI_ID_MAX])
{
    (void)snprintf(ret_id, UI_ID_MAX, "%s", touch->id);
    lock(touch, item, now);
    return TOUCH_TAP;
}

enum touch_verdict
touch_tick(struct touch *touch, const struct frame *frame, int64_t now, char ret_id[UI_ID_MAX])
{
    const struct item *item = frame_find(frame, touch->id);
    if (!touch->down || touch->hold_ms <= 0 || item == NULL || !held_enough(touch, now)) {
        return TOUCH_NONE;
    }
    enum touch_verdict verdict = fire(touch, item, now, ret_id);
    set_aside(touch);
    return verdict;
}

static void
lift(struct touch *touch)
{
    touch->down = false;
    touch->ignored = false;
    touch->inside = false;
    touch->id[0] = '\0';
}

enum touch_verdict
touch_up(struct touch *touch, const struct frame *frame, int64_t finger, int x, int y, int64_t now,
    char ret_id[UI_ID_MAX])
{
    forget(touch, finger);
    if (!touch->down || touch->finger != finger) {
        return TOUCH_NONE;
    }
    touch_move(touch, frame, finger, x, y, now);
    enum touch_verdict verdict = touch->ignored ? TOUCH_NONE : TOUCH_NOWHERE;
    const struct item *item = frame_find(frame, touch->id);
    (void)snprintf(ret_id, UI_ID_MAX, "%s", touch->id);
    if (item != NULL && held_enough(touch, now)) {
        verdict = fire(touch, item, now, ret_id);
    } else if (item != NULL && touch->inside) {
        (void)snprintf(touch->broken_id, sizeof touch->broken_id, "%s", touch->id);
        touch->broken_at = now;
        touch->broken_since = touch->held_since;
    }
    lift(touch);
    return verdict;
}

int64_t
touch_due(const struct touch *touch, int64_t now)
{
    if (!touch->down || touch->hold_ms <= 0 || !touch->inside) {
        return -1;
    }
    int64_t done = touch->held_since + touch->hold_ms;
    int64_t step = now + TOUCH_STEP_MS - (now - touch->held_since) % TOUCH_STEP_MS;
    return done < step ? done : step;
}

int
touch_hold(const struct touch *touch, int64_t now)
{
    if (!touch->down || touch->hold_ms <= 0 || !touch->inside) {
        return -1;
    }
    int64_t held = (now - touch->held_since) / TOUCH_STEP_MS * TOUCH_STEP_MS;
    return held >= touch->hold_ms ? 1000 : (int)(held * 1000 / touch->hold_ms);
}

void
touch_cancel(struct touch *touch)
{
    lift(touch);
    memset(touch->contacts, 0, sizeof touch->contacts);
    explicit_bzero(touch->broken_id, sizeof touch->broken_id);
}

void
touch_frame(struct touch *touch, const struct frame *frame, bool page_changed, int64_t now)
{
    if (page_changed) {
        touch->page_until = now + TOUCH_PAGE_MS;
        touch->broken_id[0] = '\0';
    }
    if (touch->down && (page_changed || frame_find(frame, touch->id) == NULL)) {
        set_aside(touch);
    }
}

bool
touch_select(struct touch *touch, const struct item *item, int64_t now)
{
    if (locked(touch, item, now)) {
        return false;
    }
    lock(touch, item, now);
    return true;
}

bool
touch_free(const struct touch *touch, int64_t finger)
{
    return touch->down && touch->finger == finger && !touch->ignored && touch->id[0] == '\0';
}

bool
touch_is_palm(const struct touch *touch, int64_t finger)
{
    for (size_t i = 0; i < TOUCH_CONTACTS; i++) {
        const struct contact *c = &touch->contacts[i];
        if (c->down && c->finger == finger) {
            return c->palm;
        }
    }
    return false;
}

int64_t
touch_free_at(const struct touch *touch, const struct item *item, int64_t now)
{
    int64_t at = now > touch->page_until ? now : touch->page_until;
    if (is_last(touch, &item->e) && at < touch->last_until) {
        at = touch->last_until;
    }
    return at;
}
