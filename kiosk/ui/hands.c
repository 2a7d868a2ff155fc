/* ui/hands.c - from hands to inputs: fingers, keys and switches are judged by touch.c, focus.c and scan.c,
 * and what they mean is queued for the app. Time that passes (a hold, the automatic scan) comes in here
 * too. Only a hold and an automatic scan ever ask to be woken by time. */
#include "ui/ui_priv.h"

#include <string.h>

#include "base/attr.h"
#include "base/err.h"

/* ---- what is known of these hands ---- */

static int
within(int value, int least, int most)
{
    return value < least ? least : value > most ? most : value;
}

static int
scan_ms(const struct ui *ui)
{
    return ui->hands.scan_ms > 0 ? within(ui->hands.scan_ms, SCAN_MIN_MS, SCAN_MAX_MS) : SCAN_MS;
}

/* The first rest on a page is twice as long: it has to be read. */
static void
rest(struct ui *ui, int times)
{
    ui->scan.due = ui_now(ui) + (int64_t)times * scan_ms(ui);
}

static void
show_scan(struct ui *ui)
{
    ui->focus.shown = false;
    scan_start(&ui->scan, ui_shown(ui));
    rest(ui, 2);
}

static void
hide_scan(struct ui *ui)
{
    explicit_bzero(&ui->scan, sizeof ui->scan);
}

void
ui_set_hands(struct ui *ui, const struct ui_hands *hands)
{
    bool was = ui->hands.switches != UI_SWITCHES_OFF;
    ui->hands = *hands;
    ui->touch.repeat_ms = hands->repeat_ms > 0
                              ? within(hands->repeat_ms, TOUCH_REPEAT_MIN_MS, TOUCH_REPEAT_MAX_MS)
                              : 0;
    ui->touch.hold_ms =
        hands->hold_ms > 0 ? within(hands->hold_ms, TOUCH_HOLD_MIN_MS, TOUCH_HOLD_MAX_MS) : 0;
    if (hands->switches == UI_SWITCHES_OFF) {
        hide_scan(ui);
    } else if (!was) {
        show_scan(ui);
    }
    ui_remark(ui);
}

const struct ui_hands *
ui_hands(const struct ui *ui)
{
    return &ui->hands;
}

void
ui_set_trial(struct ui *ui, bool trial)
{
    ui->trial = trial;
    if (trial) {
        hide_scan(ui);
        ui->focus.shown = false;
    }
}

int
ui_scan_round_ms(const struct ui *ui)
{
    if (ui->hands.switches != UI_SWITCHES_AUTO || !ui->scan.shown) {
        return 0;
    }
    return (int)(scan_round(&ui->frames[ui->shown]) + 1) * scan_ms(ui);
}

bool
ui_touching(const struct ui *ui)
{
    for (size_t i = 0; i < TOUCH_CONTACTS; i++) {
        const struct contact *c = &ui->touch.contacts[i];
        if (c->down && ui_now(ui) - c->since < TOUCH_THING_MS) {
            return true;
        }
    }
    return false;
}

/* ---- the ring ---- */

void
ui_set_reading(struct ui *ui, bool reading)
{
    ui->focus.reading = reading;
    focus_frame(&ui->focus, ui_shown(ui), false);
    ui_remark(ui);
}

int
ui_focus(const struct ui *ui)
{
    const struct frame *frame = &ui->frames[ui->shown];
    if (ui->scan.shown) {
        struct scan_groups groups;
        size_t first;
        scan_groups(frame, &groups);
        return scan_ring(&ui->scan, &groups, &first) > 0 ? groups.order.at[first] : -1;
    }
    const struct item *item = ui->focus.shown ? focus_item(&ui->focus, frame) : NULL;
    return item != NULL ? (int)(item - frame->items) : -1;
}

void
ui_set_focus(struct ui *ui, int index)
{
    const struct frame *frame = ui_shown(ui);
    bool there = index >= 0 && (size_t)index < frame->count;
    if (ui->scan.shown) {
        return; /* the ring is the scan's: whoever scans needs it where it is */
    }
    ui->focus.shown = there;
    focus_set(&ui->focus, frame, there ? &frame->items[index] : NULL);
    ui_remark(ui);
}

size_t
ui_reading_order(const struct ui *ui, size_t *ret_indices, size_t cap)
{
    struct order order;
    order_make(&ui->frames[ui->shown], true, &order);
    for (size_t i = 0; i < order.count && i < cap; i++) {
        ret_indices[i] = order.at[i];
    }
    return order.count;
}

/* Around a group, or how much of a hold is done. A single thing has its own ring. */
struct ring
hands_ring(const struct ui *ui, const struct frame *frame)
{
    struct ring ring = {.permille = touch_hold(&ui->touch, ui_now(ui))};
    const struct item *held = ring.permille >= 0 ? frame_find(frame, ui->touch.id) : NULL;
    if (held != NULL) {
        ring.shown = ring.hold = true;
        ring.rect = held->e.rect;
        return ring;
    }
    struct scan_groups groups;
    size_t first, len = 0;
    if (ui->scan.shown) {
        scan_groups(frame, &groups);
        len = scan_ring(&ui->scan, &groups, &first);
    }
    if (len < 2) {
        return (struct ring){0};
    }
    int right = 0, low = 0;
    ring = (struct ring){.shown = true, .permille = 1000};
    for (size_t i = 0; i < len; i++) {
        const struct ui_rect *r = &frame->items[groups.order.at[first + i]].e.rect;
        ring.rect.x = i == 0 || r->x < ring.rect.x ? r->x : ring.rect.x;
        ring.rect.y = i == 0 || r->y < ring.rect.y ? r->y : ring.rect.y;
        right = r->x + r->w > right ? r->x + r->w : right;
        low = r->y + r->h > low ? r->y + r->h : low;
    }
    ring.rect.w = right - ring.rect.x;
    ring.rect.h = low - ring.rect.y;
    return ring;
}

void
hands_frame(struct ui *ui, const struct frame *frame, bool page_changed)
{
    touch_frame(&ui->touch, frame, page_changed, ui_now(ui));
    focus_frame(&ui->focus, frame, page_changed);
    scan_frame(&ui->scan, frame, page_changed);
    ink_frame(ui, frame);
    if (page_changed && ui->scan.shown) {
        rest(ui, 2);
    }
}

/* ---- fingers ---- */

static void
tapped(struct ui *ui, const char *id)
{
    (void)ui_push(ui, UI_INPUT_TAP, id, "", 0); /* a full queue: 64 taps nobody asked for */
}

static void
pressed(struct ui *ui)
{
    (void)ui_push(ui, UI_INPUT_PRESS, "", "", 0); /* a click that nobody misses */
}

void
ui_touch(struct ui *ui, enum ui_phase phase, int64_t finger, int x, int y)
{
    char id[UI_ID_MAX] = "";
    struct frame *frame = ui_shown(ui);
    if (ui->black) { /* whoever touches what can't be seen wants to see it */
        if (phase == UI_PHASE_DOWN) {
            (void)ui_push(ui, UI_INPUT_LIGHT, "", "", 0); /* a full queue has one already */
        }
        return;
    }
    ui->focus.shown = false;
    hide_scan(ui);
    switch (phase) {
    case UI_PHASE_DOWN: {
        bool was = ui->touch.inside;
        touch_down(&ui->touch, frame, finger, x, y, ui_now(ui));
        if (!was && ui->touch.inside) {
            pressed(ui);
        }
        ink_down(ui, finger, x, y);
        break;
    }
    case UI_PHASE_MOVE:
        touch_move(&ui->touch, frame, finger, x, y, ui_now(ui));
        ink_move(ui, finger, x, y);
        break;
    case UI_PHASE_UP: {
        ink_up(ui, finger, x, y);
        enum touch_verdict verdict = touch_up(&ui->touch, frame, finger, x, y, ui_now(ui), id);
        if (verdict == TOUCH_TAP) {
            tapped(ui, id);
        } else if (verdict == TOUCH_NOWHERE) {
            (void)ui_push(ui, UI_INPUT_TOUCH, id, "", 0);
        }
        break;
    }
    }
    ui_remark(ui);
}

/* ---- keys ---- */

/* Taps by key or switch, under the locks of touch; scripted ones wait for a lock on the ui's account of
 * time. */
static void
choose(struct ui *ui, const struct item *item, bool scripted)
{
    if (scripted) {
        ui->touch.skipped_ms += touch_free_at(&ui->touch, item, ui_now(ui)) - ui_now(ui);
    }
    if (touch_select(&ui->touch, item, ui_now(ui))) {
        pressed(ui);
        tapped(ui, item->e.id);
    }
}

static void
focus_moved(struct ui *ui, bool by_itself)
{
    ui_remark(ui);
    if (ui_push(ui, UI_INPUT_FOCUS, "", "", 0) == 0) { /* a full queue is awake enough */
        ui->queue[(ui->queue_at + ui->queue_count - 1) % UI_QUEUE_MAX].by_itself = by_itself;
    }
}

static void
select_focused(struct ui *ui, bool scripted)
{
    struct frame *frame = ui_shown(ui);
    const struct item *item = ui->focus.shown ? focus_item(&ui->focus, frame) : NULL;
    if (item == NULL) {
        focus_move(&ui->focus, frame, FOCUS_NEXT);
        focus_moved(ui, false);
    } else if (frame_touchable(item)) {
        choose(ui, item, scripted);
    } else {
        (void)ui_push(ui, UI_INPUT_REPEAT, "", "", 0); /* a full queue says enough */
    }
}

static void
select_main(struct ui *ui, bool scripted)
{
    const struct frame *frame = ui_shown(ui);
    bool there = false;
    for (size_t i = 0; i < frame->count; i++) {
        const struct item *item = &frame->items[i];
        if (item->e.role == UI_ROLE_MAIN) {
            there = true;
            if (frame_touchable(item)) {
                choose(ui, item, scripted);
                return;
            }
        }
    }
    if (!there) {
        select_focused(ui, scripted);
    }
}

static void
tap_by_key(struct ui *ui, const char *id, bool scripted)
{
    const struct item *item = frame_find(ui_shown(ui), id);
    if (item != NULL) {
        choose(ui, item, scripted);
    }
}

static const char *const ways[] = {
    [FOCUS_UP] = "up",
    [FOCUS_DOWN] = "down",
    [FOCUS_LEFT] = "left",
    [FOCUS_RIGHT] = "right",
    [FOCUS_NEXT] = "next",
    [FOCUS_PREVIOUS] = "previous",
};

static const struct {
    const char *name;
    enum ui_input_type type;
} plain_keys[] = {
    {"back", UI_INPUT_BACK},
    {"delete", UI_INPUT_DELETE},
    {"volume-up", UI_INPUT_VOLUME_UP},
    {"volume-down", UI_INPUT_VOLUME_DOWN},
    {"rate-up", UI_INPUT_RATE_UP},
    {"rate-down", UI_INPUT_RATE_DOWN},
    {"pause", UI_INPUT_PAUSE},
    {"repeat", UI_INPUT_REPEAT},
    {"light", UI_INPUT_LIGHT},
};

static void
close_switch(struct ui *ui, int number, bool scripted)
{
    struct frame *frame = ui_shown(ui);
    struct scan *scan = &ui->scan;
    if (scripted && number == scan->last && scan->strike_until > ui_now(ui)) {
        ui->touch.skipped_ms += scan->strike_until - ui_now(ui);
    }
    if (!scan_strike(scan, number, ui_now(ui))) {
        return;
    }
    if (ui->trial) {
        /* a full queue has been told enough */
        (void)ui_push(ui, UI_INPUT_KEY, number == 1 ? "switch-1" : "switch-2", "", 0);
        return;
    }
    if (ui->hands.switches == UI_SWITCHES_OFF) {
        ui->hands.switches = ui->hands.first_switches != UI_SWITCHES_OFF ? ui->hands.first_switches
                                                                         : UI_SWITCHES_STEP;
    }
    if (!scan->shown) {
        show_scan(ui);
        (void)scan_strike(scan, number, ui_now(ui));
    } else if (number == 1 && ui->hands.switches == UI_SWITCHES_STEP) {
        scan_move(scan, frame);
    } else {
        const struct item *item = scan_select(scan, frame);
        rest(ui, 1);
        if (item != NULL) {
            choose(ui, item, scripted);
            scan_tapped(scan, frame, item->e.role);
            rest(ui, 2);
        }
    }
    focus_moved(ui, false);
}

static void
close_first(struct ui *ui, bool scripted)
{
    close_switch(ui, 1, scripted);
}

static void
close_second(struct ui *ui, bool scripted)
{
    close_switch(ui, 2, scripted);
}

void
ui_switch(struct ui *ui, int number)
{
    close_switch(ui, number == 1 ? 1 : 2, true);
}

static const struct {
    const char *name;
    void (*act)(struct ui *ui, bool scripted);
} acts[] = {
    {"select", select_focused},
    {"main", select_main},
    {"switch-1", close_first},
    {"switch-2", close_second},
};

bool
hands_act(const char *name)
{
    bool known = strncmp(name, "tap:", 4) == 0;
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        known = known || strcmp(name, ways[i]) == 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(plain_keys); i++) {
        known = known || strcmp(name, plain_keys[i].name) == 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
        known = known || strcmp(name, acts[i].name) == 0;
    }
    return known;
}

/* However long a key is held, it counts once: a slow hand would lose its place, or a whole answer (EN 301 549
 * clause 5.7). */
static void
handle_key(struct ui *ui, const char *key, bool repeat, bool scripted)
{
    if (repeat) {
        return;
    }
    if (ui->trial) {
        (void)ui_push(ui, UI_INPUT_KEY, key, "", 0); /* a full queue has been told enough */
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        if (strcmp(key, ways[i]) == 0) {
            hide_scan(ui);
            focus_move(&ui->focus, ui_shown(ui), (enum focus_way)i);
            focus_moved(ui, false);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(plain_keys); i++) {
        if (strcmp(key, plain_keys[i].name) == 0) {
            (void)ui_push(ui, plain_keys[i].type, "", "", 0); /* a full queue heard enough of it */
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
        if (strcmp(key, acts[i].name) == 0) {
            acts[i].act(ui, scripted);
        }
    }
    if (strncmp(key, "tap:", 4) == 0) {
        tap_by_key(ui, key + 4, scripted);
    }
}

int
ui_key(struct ui *ui, const char *key)
{
    if (!hands_act(key)) {
        return KERR_INVALID;
    }
    handle_key(ui, key, false, true);
    return 0;
}

/* ---- what comes from the window ---- */

/* Does the page take typed words? Then a printing key is a letter first. */
static bool
takes_text(const struct frame *frame)
{
    for (size_t i = 0; i < frame->count; i++) {
        if (frame->items[i].e.role == UI_ROLE_FIELD) {
            return true;
        }
    }
    return false;
}

static void
key_event(struct ui *ui, const struct window_event *event)
{
    bool scanning = ui->hands.switches != UI_SWITCHES_OFF && ui->scan.shown;
    bool plain = event->key != NULL || (event->prints && takes_text(ui_shown(ui)));
    ui->text_dropped = false;
    if (event->number > 0 && (scanning || !plain)) {
        ui->text_dropped = event->prints;
        if (!event->repeat) {
            close_switch(ui, event->number, false);
        }
    } else if (event->key != NULL) {
        handle_key(ui, event->key, event->repeat, false);
    }
}

void
hands_event(struct ui *ui, const struct window_event *event)
{
    struct ui_rect panel = ui_panel(ui);
    int x = (int)(event->x * (float)panel.w), y = (int)(event->y * (float)panel.h);
    switch (event->type) {
    case WINDOW_DOWN:
        ui_touch(ui, UI_PHASE_DOWN, event->finger, x, y);
        break;
    case WINDOW_MOVE:
        ui_touch(ui, UI_PHASE_MOVE, event->finger, x, y);
        break;
    case WINDOW_UP:
        ui_touch(ui, UI_PHASE_UP, event->finger, x, y);
        break;
    case WINDOW_KEY:
        key_event(ui, event);
        break;
    case WINDOW_TEXT:
        if (!ui->text_dropped) {
            (void)ui_type(ui, event->text); /* what does not fit was typed faster than it is read */
        }
        ui->text_dropped = false;
        break;
    default:
        break;
    }
}

/* ---- time ---- */

void
hands_tick(struct ui *ui)
{
    char id[UI_ID_MAX] = "";
    struct frame *frame = ui_shown(ui);
    int64_t now = ui_now(ui);
    if (touch_tick(&ui->touch, frame, now, id) == TOUCH_TAP) {
        tapped(ui, id);
        ui_remark(ui);
    } else if (ui->touch.hold_ms > 0 && ui->touch.down) {
        ui_remark(ui);
    }
    if (ui->scan.shown && ui->hands.switches == UI_SWITCHES_AUTO && now >= ui->scan.due) {
        scan_move(&ui->scan, frame);
        rest(ui, 1);
        focus_moved(ui, true);
    }
}

int
hands_due(const struct ui *ui)
{
    int64_t now = ui_now(ui), due = touch_due(&ui->touch, now);
    bool scans = ui->scan.shown && ui->hands.switches == UI_SWITCHES_AUTO;
    if (scans && (due < 0 || ui->scan.due < due)) {
        due = ui->scan.due;
    }
    return due < 0 ? -1 : due <= now ? 0 : (int)(due - now);
}
