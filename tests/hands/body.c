/* hands/body.c - how a person presses something. A trembling finger lands beside what it aims at, strikes
 * twice, drags, with a palm on the glass; keys move a ring that is looked for, or listened for; two
 * switches move a ring over groups. All of it goes through the same judgement as real hands. */
#include "hands/hands.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "text/text.h"
#include "ui/ui_priv.h"

enum {
    SCATTER = 34, /* 3.4 mm: end points of old hands (research, table of touch) */
    DRAG = 100, /* 10 mm */
    PALM = 600, /* the heel of a hand lies 60 mm below the finger */
    KEYS_MAX = 160,
    SWITCH_MAX = 400
};

static uint32_t
chance(struct person *person, uint32_t below)
{
    return rng_seeded_below(&person->rng, below);
}

static bool
percent(struct person *person, uint32_t of_hundred)
{
    return chance(person, 100) < of_hundred;
}

void
body_settle(struct person *person, int64_t least, int64_t most)
{
    stage_pass(person->stage, least + chance(person, (uint32_t)(most - least + 1)));
    stage_settle(person->stage);
}

/* Normal distribution, mean 0, variance 1 (Box and Muller 1958). */
static double
normal(struct person *person)
{
    double u = (chance(person, 1000000) + 1) / 1000001.0;
    double v = chance(person, 1000000) / 1000000.0;
    return sqrt(-2 * log(u)) * cos(2 * 3.14159265358979 * v);
}

/* ---- fingers ---- */

/* What shows that it is pressed; "" for nothing. */
static void
lit(const struct person *person, char out[WORDS_MAX])
{
    const struct ui *ui = person->stage->app->ui;
    out[0] = 0;
    for (size_t i = 0; i < ui_count(ui); i++) {
        const struct ui_element *e = ui_at(ui, i);
        if ((e->state & UI_STATE_PRESSED) != 0) {
            (void)text_plain(e->text != NULL ? e->text : "", out, WORDS_MAX);
        }
    }
}

static void
strike(struct person *person, int x, int y)
{
    struct ui *ui = person->stage->app->ui;
    bool palm = percent(person, 8);
    bool first = palm && percent(person, 50);
    int px = x + 200 - (int)chance(person, 400);
    char pressed[WORDS_MAX];
    if (first) {
        ui_touch(ui, UI_PHASE_DOWN, 2, px, y + PALM);
        stage_pass(person->stage, 150);
    }
    ui_touch(ui, UI_PHASE_DOWN, 1, x, y);
    stage_pass(person->stage, 30);
    if (palm && !first) {
        stage_pass(person->stage, 60);
        ui_touch(ui, UI_PHASE_DOWN, 2, px, y + PALM);
    }
    if (percent(person, 15)) {
        double angle = chance(person, 628) / 100.0;
        x += (int)(DRAG * cos(angle));
        y += (int)(DRAG * sin(angle));
        ui_touch(ui, UI_PHASE_MOVE, 1, x, y);
    }
    stage_pass(person->stage, 60 + chance(person, 300));
    lit(person, pressed);
    ui_touch(ui, UI_PHASE_UP, 1, x, y);
    if (palm) {
        ui_touch(ui, UI_PHASE_UP, 2, px, y + PALM);
    }
    if (pressed[0] != 0) {
        felt(person, pressed);
    }
}

static void
touch(struct person *person, const struct thing *thing)
{
    const struct ui_element *e = ui_at(person->stage->app->ui, thing->element);
    double x = e->rect.x + e->rect.w * person->aim_x / 1000.0 + person->bias_x;
    double y = e->rect.y + e->rect.h * person->aim_y / 1000.0 + person->bias_y;
    body_settle(person, 1000, 6000);
    strike(person, (int)(x + SCATTER * normal(person)), (int)(y + SCATTER * normal(person)));
    if (percent(person, 8)) { /* the finger comes down again by itself */
        stage_settle(person->stage);
        stage_pass(person->stage, 80 + chance(person, 300));
        strike(person, (int)(x + SCATTER * normal(person)), (int)(y + SCATTER * normal(person)));
    }
    stage_settle(person->stage);
}

/* ---- keys ---- */

/* As the window tells of a real key: no lock is waited for. */
static void
strike_key(struct person *person, const char *name)
{
    struct window_event event = {.type = WINDOW_KEY, .key = name};
    hands_event(person->stage->app->ui, &event);
    stage_settle(person->stage);
}

static void
key(struct person *person, const char *name)
{
    person->strokes++;
    stage_pass(person->stage, 350 + chance(person, 900));
    strike_key(person, name);
}

static void
select_it(struct person *person, const struct thing *thing)
{
    felt(person, thing->words);
    key(person, "select");
    if (percent(person, 3)) { /* struck twice */
        stage_pass(person->stage, 100);
        strike_key(person, "select");
    }
}

/* The arrow that looks best from here among those not tried yet; -1 when all were. */
static int
arrow(const struct ui_rect *from, const struct ui_rect *to, const bool tried[4])
{
    int dx = to->x + to->w / 2 - from->x - from->w / 2;
    int dy = to->y + to->h / 2 - from->y - from->h / 2;
    int worth[4] = {-dy, dy, -dx, dx}; /* up, down, left, right */
    int best = -1;
    for (int i = 0; i < 4; i++) {
        if (!tried[i] && (best < 0 || worth[i] > worth[best])) {
            best = i;
        }
    }
    return best;
}

static void
keys(struct person *person, const struct thing *thing)
{
    static const char *const names[4] = {"up", "down", "left", "right"};
    const struct ui *ui = person->stage->app->ui;
    bool tried[UI_ELEMENTS_MAX][4] = {{false}};
    for (int i = 0; i < KEYS_MAX; i++) {
        int at = ui_focus(ui);
        if (at < 0) {
            key(person, "down");
            continue;
        }
        if ((size_t)at == thing->element) {
            select_it(person, thing);
            return;
        }
        int way = percent(person, 2) ? (int)chance(person, 4)
                                     : arrow(&ui_at(ui, (size_t)at)->rect,
                                           &ui_at(ui, thing->element)->rect, tried[at]);
        if (way < 0) {
            memset(tried[at], 0, sizeof(tried[at]));
            way = (int)chance(person, 4);
        }
        tried[at][way] = true;
        key(person, names[way]);
    }
}

/* On in the order of reading until the words are heard. */
static void
listen(struct person *person, const struct thing *thing)
{
    for (int i = 0; i < KEYS_MAX; i++) {
        static struct page page;
        int at = ui_focus(person->stage->app->ui);
        sense(person, &page);
        for (size_t k = 0; at >= 0 && k < page.count; k++) {
            if (page.things[k].element == (size_t)at &&
                strcmp(page.things[k].words, thing->words) == 0) {
                select_it(person, thing);
                return;
            }
        }
        key(person, percent(person, 2) ? "left" : "right");
    }
}

/* ---- switches ---- */

static void
close_switch(struct person *person, int number)
{
    person->strokes++;
    stage_pass(person->stage, 700 + chance(person, 900));
    ui_switch(person->stage->app->ui, number);
    stage_settle(person->stage);
}

static void
switches(struct person *person, const struct thing *thing)
{
    const struct ui *ui = person->stage->app->ui;
    char screen[64];
    (void)snprintf(screen, sizeof(screen), "%s", ui_screen(ui));
    for (int i = 0; i < SWITCH_MAX && strcmp(screen, ui_screen(ui)) == 0; i++) {
        const struct ui_element *e = ui_at(ui, thing->element);
        if (e == NULL) {
            return;
        }
        if ((e->state & UI_STATE_FOCUSED) != 0) {
            felt(person, thing->words);
            close_switch(person, 2);
            return;
        }
        close_switch(person, (e->state & UI_STATE_GROUP) != 0 ? 2 : 1);
    }
}

void
body_press(struct person *person, const struct thing *thing)
{
    person->acts++;
    switch (person->hands) {
    case HANDS_TREMOR:
        touch(person, thing);
        break;
    case HANDS_KEYS:
        keys(person, thing);
        break;
    case HANDS_SWITCHES:
        switches(person, thing);
        break;
    case HANDS_EARS:
        listen(person, thing);
        break;
    case HANDS_COUNT:
        break;
    }
    body_settle(person, 300, 900);
}

void
body_draw(struct person *person, const struct thing *thing)
{
    enum { STEPS = 12 };
    struct ui *ui = person->stage->app->ui;
    const struct ui_rect area = ui_at(ui, thing->element)->rect;
    person->acts++;
    body_settle(person, 1000, 3000);
    for (int i = 0; i <= STEPS; i++) {
        double x = area.x + area.w * (2 + 0.6 * i) / 10.0 + SCATTER * normal(person);
        double y = area.y + area.h / 2.0 + SCATTER * normal(person);
        ui_touch(ui, i == 0 ? UI_PHASE_DOWN : UI_PHASE_MOVE, 1, (int)x, (int)y);
        stage_pass(person->stage, 40);
        if (i == STEPS) {
            ui_touch(ui, UI_PHASE_UP, 1, (int)x, (int)y);
        }
    }
    stage_settle(person->stage);
    body_settle(person, 300, 900);
}

void
body_back(struct person *person)
{
    person->acts++;
    if (person->hands == HANDS_KEYS || person->hands == HANDS_EARS) {
        key(person, "back");
    }
    body_settle(person, 1000, 2000);
}
