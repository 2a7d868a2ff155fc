/* audit/list.c - rules over the element list: sizes, gaps, places, the way of the keys, words for the
 * ear. All in 0.1 mm. */
#include <string.h>

#include "app/speak_priv.h"
#include "audit/audit.h"

enum {
    TARGET = 200,
    TARGET_KEY = 160,
    AREA = 400, /* where is drawn, or a place is shown on a map */
    MAIN_W = 600,
    MAIN_H = 250,
    GAP_TARGETS = 50,
    GAP_KEYS = 25, /* VVSG 2.0 asks 2.54 mm; keys stand closer than acts */
    GAP_ACTS = 100,
    LOW_PERCENT = 40
};

static bool
starts(const char *id, const char *prefix)
{
    return id != NULL && strncmp(id, prefix, strlen(prefix)) == 0;
}

static bool
is(const struct item *item, const char *id)
{
    return item->e.id != NULL && strcmp(item->e.id, id) == 0;
}

/* What a finger is meant to press; a field or the dots only show, and the ground of the first page is
 * all of it. */
static bool
target(const struct item *item)
{
    return item->e.id != NULL && item->e.id[0] != 0 && item->e.role != UI_ROLE_FIELD &&
           item->e.role != UI_ROLE_DOTS && item->e.role != UI_ROLE_PANEL;
}

static bool
keyboard(const struct item *item)
{
    return starts(item->e.id, "key:") || starts(item->e.id, "mode:");
}

/* The lower 60 % of a 15.6 inch panel in landscape are 83 mm above the bottom bar: four rows, of tools at
 * the sides and of digits between them, that have 17 mm each. */
static bool
in_four_rows(const struct audit *audit, const struct item *item)
{
    const struct places *places = &audit->stage.app->places;
    bool row =
        item->e.role == UI_ROLE_TOOL || starts(item->e.id, "digit:") || starts(item->e.id, "pin:");
    return places->small && places->low && !places->portrait && row;
}

/* Space between two rects; 0 when they touch or meet. */
static int
apart(const struct ui_rect *a, const struct ui_rect *b)
{
    int dx = a->x > b->x ? a->x - b->x - b->w : b->x - a->x - a->w;
    int dy = a->y > b->y ? a->y - b->y - b->h : b->y - a->y - a->h;
    int d = dx > dy ? dx : dy;
    return d > 0 ? d : 0;
}

/* Where is drawn, or a place is shown on a map: one the size of a stamp breaks no other rule. */
static void
area(struct audit *audit, const struct item *item)
{
    const struct ui_rect *r = &item->e.rect;
    bool map = item->e.role == UI_ROLE_PICTURE && starts(item->e.picture, "map-");
    if (!map && item->e.role != UI_ROLE_INK) {
        return;
    }
    report_checked(audit, RULE_AREA);
    if (r->w < AREA || r->h < AREA) {
        report_finding(audit, RULE_AREA, audit_name(item), "%s of %.1f x %.1f mm",
            map ? "a map" : "ink", r->w / 10.0, r->h / 10.0);
    }
}

static void
sizes(struct audit *audit, const struct item *item)
{
    const struct ui_rect *r = &item->e.rect;
    int least = keyboard(item) || in_four_rows(audit, item) ? TARGET_KEY : TARGET;
    report_checked(audit, RULE_TARGET);
    if (r->w < least || r->h < least) {
        report_finding(audit, RULE_TARGET, item->e.id, "%.1f x %.1f mm", r->w / 10.0, r->h / 10.0);
    }
    if (item->e.role == UI_ROLE_MAIN) {
        report_checked(audit, RULE_MAIN);
        if (r->w < MAIN_W || r->h < MAIN_H) {
            report_finding(
                audit, RULE_MAIN, item->e.id, "%.1f x %.1f mm", r->w / 10.0, r->h / 10.0);
        }
    }
    if (audit->look.wheelchair) {
        int top = ui_panel(audit->stage.app->ui).h * LOW_PERCENT / 100;
        report_checked(audit, RULE_LOW);
        if (r->y < top) {
            report_finding(audit, RULE_LOW, item->e.id, "begins at %.1f mm, %.1f mm is the highest",
                r->y / 10.0, top / 10.0);
        }
    }
}

/* Acts of which one undoes or refuses what the other does. */
static bool
opposite(const struct item *a, const struct item *b)
{
    static const char *const away[] = {"back", "finish", "stop", "home"};
    for (size_t i = 0; i < ARRAY_LEN(away); i++) {
        if ((a->e.role == UI_ROLE_MAIN && is(b, away[i])) ||
            (b->e.role == UI_ROLE_MAIN && is(a, away[i]))) {
            return true;
        }
    }
    return (is(a, "choice:yes") && is(b, "choice:no")) ||
           (is(a, "choice:no") && is(b, "choice:yes"));
}

static void
gaps(struct audit *audit, const struct item *a, const struct item *b)
{
    int gap = apart(&a->e.rect, &b->e.rect);
    int least = keyboard(a) && keyboard(b) ? GAP_KEYS : GAP_TARGETS;
    report_checked(audit, RULE_GAP);
    if (gap < least) {
        report_finding(audit, RULE_GAP, a->e.id, "%.1f mm to %s", gap / 10.0, b->e.id);
    }
    if (opposite(a, b)) {
        report_checked(audit, RULE_OPPOSITE);
        if (gap < GAP_ACTS) {
            report_finding(audit, RULE_OPPOSITE, a->e.id, "%.1f mm to %s", gap / 10.0, b->e.id);
        }
    }
}

/* The place of this id in this reach: as it was met first, by whichever worker. False when there are too many. */
static bool
first_place(struct audit *audit, const char *id, struct ui_rect rect, struct place *ret_first)
{
    struct claims *claims = audit->claims;
    size_t i = 0;
    while (atomic_flag_test_and_set(&claims->busy)) {
        continue; /* as long as a few lines below take */
    }
    while (i < claims->place_count && (claims->places[i].wheelchair != audit->look.wheelchair ||
                                          strcmp(claims->places[i].id, id) != 0)) {
        i++;
    }
    if (i == claims->place_count && i < AUDIT_PLACES_MAX) {
        struct place *p = &claims->places[claims->place_count++];
        *p = (struct place){.wheelchair = audit->look.wheelchair, .rect = rect};
        (void)snprintf(p->id, sizeof(p->id), "%s", id);
        (void)snprintf(p->first, sizeof(p->first), "%s", audit->state);
    }
    bool there = i < claims->place_count;
    *ret_first = there ? claims->places[i] : (struct place){.wheelchair = false};
    atomic_flag_clear(&claims->busy);
    return there;
}

/* The first rect that an id of the bars had in this orientation is where it has to be on every page. */
static void
keep_place(struct audit *audit, const char *id, struct ui_rect rect)
{
    struct place p;
    report_checked(audit, RULE_PLACE);
    if (!first_place(audit, id, rect, &p)) {
        report_finding(audit, RULE_PLACE, id, "more places than are kept");
    } else if (memcmp(&p.rect, &rect, sizeof(rect)) != 0) {
        report_finding(audit, RULE_PLACE, id, "%d,%d %dx%d here, %d,%d %dx%d on %.60s", rect.x,
            rect.y, rect.w, rect.h, p.rect.x, p.rect.y, p.rect.w, p.rect.h, p.first);
    }
}

static void
places(struct audit *audit, const struct item *item)
{
    static const char *const fixed[] = {
        "help", "home", "language", "text-size", "contrast", "speak"};
    struct ui_rect r = item->e.rect;
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
        if (is(item, fixed[i]) && item->e.role == UI_ROLE_TOOL) {
            keep_place(audit, fixed[i], r);
        }
    }
    if (is(item,
            "back")) { /* longer words make it wider to the right, and the main one to the left */
        keep_place(audit, "back", (struct ui_rect){r.x, r.y, 0, r.h});
    } else if (item->e.role == UI_ROLE_MAIN) {
        keep_place(audit, "main", (struct ui_rect){r.x + r.w, r.y, 0, r.h});
    }
}

static void
bar(struct audit *audit, const struct frame *frame)
{
    static const char *const needed[] = {
        "help", "home", "language", "text-size", "contrast", "speak"};
    const struct screen *screen = audit->stage.app->screen;
    if (screen->no_visit || screen == &screen_still_there) {
        return; /* nobody's page; the page on which only its own two buttons may count */
    }
    for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
        bool there = false;
        for (size_t k = 0; k < frame->count; k++) {
            there = there || is(&frame->items[k], needed[i]);
        }
        report_checked(audit, RULE_BAR);
        if (!there) {
            report_finding(audit, RULE_BAR, needed[i], "is missing");
        }
    }
}

/* Where the arrows lead from the first target: all of the page. */
static void
keys(struct audit *audit, const struct frame *frame)
{
    bool reached[UI_ELEMENTS_MAX] = {false};
    size_t queue[UI_ELEMENTS_MAX];
    size_t head = 0;
    size_t tail = 0;
    struct focus focus = {0};
    focus_move(&focus, frame, FOCUS_DOWN);
    const struct item *first = frame_find(frame, focus.id);
    if (first == NULL) {
        return;
    }
    queue[tail++] = (size_t)(first - frame->items);
    reached[queue[0]] = true;
    while (head < tail) {
        const struct item *from = &frame->items[queue[head++]];
        for (int way = FOCUS_UP; way <= FOCUS_RIGHT; way++) {
            (void)snprintf(focus.id, sizeof(focus.id), "%s", from->e.id);
            focus_move(&focus, frame, (enum focus_way)way);
            const struct item *to = frame_find(frame, focus.id);
            size_t at = to != NULL ? (size_t)(to - frame->items) : queue[0];
            if (!reached[at]) {
                reached[at] = true;
                queue[tail++] = at;
            }
        }
    }
    for (size_t i = 0; i < frame->count; i++) {
        if (target(&frame->items[i]) && frame_touchable(&frame->items[i])) {
            report_checked(audit, RULE_KEYS);
            if (!reached[i]) {
                report_finding(audit, RULE_KEYS, frame->items[i].e.id, "no arrows lead here");
            }
        }
    }
}

/* Selecting what the ring lies on: the thing, or all of a group one after the other. */
static void
scan_collect(struct scan scan, const struct frame *frame, bool reached[UI_ELEMENTS_MAX])
{
    const struct item *item = scan_select(&scan, frame);
    if (item != NULL) {
        reached[item - frame->items] = true;
        return;
    }
    while (scan.inside) {
        item = scan_select(&scan, frame);
        reached[item - frame->items] = true;
        scan_move(&scan, frame);
    }
}

/* The ring of two switches comes to every target in one round, the list being made anew at each step. */
static void
scan(struct audit *audit, const struct frame *frame)
{
    static struct scan_groups groups;
    bool reached[UI_ELEMENTS_MAX] = {false};
    struct scan ring = {.shown = false};
    scan_groups(frame, &groups);
    scan_start(&ring, frame);
    for (size_t g = 0; g < groups.count; g++) {
        scan_collect(ring, frame, reached);
        scan_move(&ring, frame);
        scan_frame(&ring, frame, false);
    }
    for (size_t i = 0; i < frame->count; i++) {
        if (target(&frame->items[i]) && frame_touchable(&frame->items[i])) {
            report_checked(audit, RULE_SCAN);
            if (!reached[i]) {
                report_finding(
                    audit, RULE_SCAN, frame->items[i].e.id, "the ring does not come here");
            }
        }
    }
}

/* A title is not said twice when another element of the page has said its words. */
static bool
same_title(struct audit *audit, const struct item *item, const struct utterances *list, size_t k)
{
    if (item->e.role != UI_ROLE_TITLE || item->e.text == NULL) {
        return false;
    }
    AUTO_BUF words;
    buf_init(&words, 4096);
    spoken_text(audit->stage.app, audit->look.language, item->e.text, &words);
    return strcmp(buf_str(&words), utterance_words(list, &list->all[k])) == 0;
}

/* The list of what is said holds words for each target and for the title. */
static void
speech(struct audit *audit, const struct frame *frame)
{
    static struct utterances list;
    utterances_init(&list);
    utterances_take(audit->stage.app, &list);
    for (size_t i = 0; i < frame->count; i++) {
        const struct item *item = &frame->items[i];
        bool said = false;
        if (!target(item) && item->e.role != UI_ROLE_TITLE) {
            continue;
        }
        for (size_t k = 0; k < list.count; k++) {
            bool own = list.all[k].element == i || same_title(audit, item, &list, k);
            said = said || (own && utterance_words(&list, &list.all[k])[0] != 0);
        }
        report_checked(audit, RULE_SPEECH);
        if (!said) {
            report_finding(audit, RULE_SPEECH, audit_name(item), "nothing to hear");
        }
    }
    utterances_release(&list);
}

static bool
goes_on(const struct ui_element *e)
{
    return e->role == UI_ROLE_BUTTON && (e->state & UI_STATE_FOLLOWS) != 0;
}

static bool
same_height(const struct ui_element *text, const struct ui_rect *r)
{
    return text->role == UI_ROLE_TEXT && text->text != NULL && text->text[0] != 0 &&
           text->rect.y < r->y + r->h && r->y < text->rect.y + text->rect.h;
}

/* Of several, one below its words would be read as the next ones'. */
static void
beside(struct audit *audit, const struct frame *frame)
{
    size_t words = 0; /* where those of this button begin */
    size_t several = 0;
    for (size_t i = 0; i < frame->count; i++) {
        several += goes_on(&frame->items[i].e) ? 1 : 0;
    }
    for (size_t i = 0; several > 1 && i < frame->count; i++) {
        const struct ui_element *e = &frame->items[i].e;
        if (goes_on(e)) {
            bool there = false;
            for (size_t k = words; k < i; k++) {
                there = there || same_height(&frame->items[k].e, &e->rect);
            }
            report_checked(audit, RULE_BESIDE);
            if (!there) {
                report_finding(audit, RULE_BESIDE, e->id, "no words of its own at its height");
            }
        }
        words = target(&frame->items[i]) ? i + 1 : words;
    }
}

void
list_words(struct audit *audit)
{
    const struct frame *frame = audit_frame(audit);
    report_checked(audit, RULE_OVERFLOW);
    if (frame->truncated) {
        report_finding(audit, RULE_OVERFLOW, "", "the list was cut");
    }
    for (size_t i = 0; i < frame->count; i++) {
        const struct item *item = &frame->items[i];
        if (item->e.text != NULL) {
            report_checked(audit, RULE_OVERFLOW);
            if (item->overflow) {
                report_finding(audit, RULE_OVERFLOW, audit_name(item), "%d x %d: %.90s",
                    item->e.rect.w, item->e.rect.h, item->e.text);
            }
        }
    }
    beside(audit, frame);
    speech(audit, frame);
}

uint64_t
list_places_sum(const struct audit *audit)
{
    const struct frame *frame = ui_shown(audit->stage.app->ui);
    const int reach = audit->look.wheelchair;
    uint64_t sum = hash_add(HASH_START, &reach, sizeof(reach));
    sum = hash_add(sum, frame->screen, strlen(frame->screen) + 1);
    for (size_t i = 0; i < frame->count; i++) {
        const struct ui_element *e = &frame->items[i].e;
        const int numbers[] = {
            (int)e->role, e->rect.x, e->rect.y, e->rect.w, e->rect.h, (int)e->state};
        const char *const texts[] = {e->id, e->picture};
        sum = hash_add(sum, numbers, sizeof(numbers));
        for (size_t k = 0; k < ARRAY_LEN(texts); k++) {
            const char *text = texts[k] != NULL ? texts[k] : "";
            sum = hash_add(sum, text, strlen(text) + 1);
        }
    }
    return sum;
}

void
list_places(struct audit *audit)
{
    const struct frame *frame = audit_frame(audit);
    size_t mains = 0;
    for (size_t i = 0; i < frame->count; i++) {
        const struct item *item = &frame->items[i];
        places(audit, item);
        mains += item->e.role == UI_ROLE_MAIN ? 1 : 0;
        area(audit, item);
        if (!target(item)) {
            continue;
        }
        sizes(audit, item);
        for (size_t k = i + 1; k < frame->count; k++) {
            if (target(&frame->items[k])) {
                gaps(audit, item, &frame->items[k]);
            }
        }
    }
    if (mains > 1) {
        report_finding(audit, RULE_MAIN, "", "%zu main buttons", mains);
    }
    bar(audit, frame);
    keys(audit, frame);
    scan(audit, frame);
}
