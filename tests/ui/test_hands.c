/* Hands on a real ui (dummy driver, a clock that the test sets): holding and its ring, palms, the switches' keys,
 * the number pad, locks of another part of a page, reading by keys; and the rings measured from pixels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <SDL.h>
#include <cmocka.h>

#include "base/err.h"
#include "ui/scenes.h"
#include "ui/ui_priv.h"

static int64_t now_ms = 1000;

static int64_t
fake_mono(void *ctx ATTR_UNUSED)
{
    return now_ms;
}

static int64_t
fake_wall(void *ctx ATTR_UNUSED)
{
    return now_ms / 1000;
}

static const struct clock fake_clock = {fake_mono, fake_wall, NULL};

/* The next input that is not of these two kinds; "TYPE id". */
static void
expect(struct ui *ui, enum ui_input_type type, const char *id)
{
    struct ui_input input;
    do {
        ui_wait(ui, 0, &input);
    } while (input.type != type && (input.type == UI_INPUT_PRESS || input.type == UI_INPUT_FOCUS));
    assert_int_equal(input.type, type);
    assert_string_equal(input.id, id);
}

static void
drain(struct ui *ui)
{
    struct ui_input input;
    do {
        ui_wait(ui, 0, &input);
    } while (input.type != UI_INPUT_NONE);
}

static struct ui *
question(void)
{
    struct ui *ui = scene_ui(&fake_clock);
    scene_show_named(ui, "question");
    drain(ui); /* the window's own */
    now_ms += 5000;
    return ui;
}

static void
expect_ring(struct ui *ui, const char *id)
{
    int at = ui_focus(ui);
    if (id == NULL) {
        assert_int_equal(at, -1);
        return;
    }
    assert_true(at >= 0);
    const char *got = ui_at(ui, (size_t)at)->id;
    assert_string_equal(got != NULL ? got : "", id);
}

/* Middle of the element. */
static void
touch(struct ui *ui, enum ui_phase phase, const char *id)
{
    int at = ui_find(ui, id);
    assert_true(at >= 0);
    const struct ui_rect *r = &ui_at(ui, (size_t)at)->rect;
    ui_touch(ui, phase, 1, r->x + r->w / 2, r->y + r->h / 2);
}

/* ---- holding ---- */

static void
test_hold(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    ui_set_hands(ui, &(struct ui_hands){.hold_ms = 500});
    uint64_t frames = ui_frames(ui);
    touch(ui, UI_PHASE_DOWN, "choice:1");
    expect(ui, UI_INPUT_PRESS, "");
    assert_true(ui->ring.shown);
    assert_int_equal(ui->ring.permille, 0);
    /* the ring fills in steps, and nothing is drawn between them */
    int seen = 0;
    for (int ms = 0; ms < 490; ms += 10) {
        now_ms += 10;
        expect(ui, UI_INPUT_NONE, "");
        assert_true(ui->ring.permille >= seen);
        seen = ui->ring.permille;
    }
    assert_in_range(seen, 850, 990);
    assert_in_range(ui_frames(ui) - frames, 12, 16);
    now_ms += 10;
    expect(ui, UI_INPUT_TAP, "choice:1");
    assert_false(ui->ring.shown);
    frames = ui_frames(ui);
    now_ms += 5000;
    expect(ui, UI_INPUT_NONE, "");
    assert_int_equal(ui_frames(ui), frames); /* a finger that only rests costs nothing */
    touch(ui, UI_PHASE_UP, "choice:1");
    expect(ui, UI_INPUT_NONE, "");
    /* too short: nothing but a sign of life, which says on what */
    touch(ui, UI_PHASE_DOWN, "choice:2");
    now_ms += 490;
    touch(ui, UI_PHASE_UP, "choice:2");
    expect(ui, UI_INPUT_TOUCH, "choice:2");
    assert_false(ui->ring.shown);
    /* a script's tap holds as long as is asked, without sleeping */
    int64_t before = now_ms;
    assert_int_equal(ui_tap(ui, "choice:3"), 0);
    expect(ui, UI_INPUT_TAP, "choice:3");
    assert_int_equal(now_ms, before);
    ui_set_hands(ui, &(struct ui_hands){0});
    assert_int_equal(hands_due(ui), -1);
    ui_free(ui);
}

/* Without a hand on the glass time wakes nobody; with one it wakes at the step and at the end. */
static void
test_hold_wakes(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(NULL);
    struct ui_input input;
    scene_show_named(ui, "question");
    ui_set_hands(ui, &(struct ui_hands){.hold_ms = 100});
    drain(ui);
    assert_int_equal(hands_due(ui), -1);
    int64_t lock = clock_mono_ms(clock_system()) + TOUCH_PAGE_MS;
    while (clock_mono_ms(clock_system()) < lock) {
        ui_wait(ui, 20, &input);
    }
    int64_t from = clock_mono_ms(clock_system());
    touch(ui, UI_PHASE_DOWN, "choice:1");
    ui_wait(ui, -1, &input);
    assert_int_equal(input.type, UI_INPUT_PRESS);
    ui_wait(ui, -1, &input); /* nobody else would end this */
    assert_int_equal(input.type, UI_INPUT_TAP);
    assert_in_range(clock_mono_ms(clock_system()) - from, 100, 1000);
    assert_int_equal(hands_due(ui), -1);
    ui_free(ui);
}

/* ---- fingers ---- */

static void
test_press_is_seen_in_time(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    int64_t most = 0;
    for (int i = 0; i < 20; i++) {
        uint64_t frames = ui_frames(ui);
        int64_t from = clock_mono_ms(clock_system());
        touch(ui, UI_PHASE_DOWN, i % 2 == 0 ? "choice:1" : "choice:2");
        int64_t ms = clock_mono_ms(clock_system()) - from;
        assert_int_equal(ui_frames(ui), frames + 1);
        most = ms > most ? ms : most;
        touch(ui, UI_PHASE_UP, i % 2 == 0 ? "choice:1" : "choice:2");
        drain(ui);
        now_ms += 1000;
    }
    assert_true(most <= 50); /* with the sanitizers' weight upon it */
    ui_free(ui);
}

static void
test_palm_is_let_go(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    touch(ui, UI_PHASE_DOWN, "next");
    const struct ui_rect r = ui_at(ui, (size_t)ui_find(ui, "next"))->rect;
    assert_true((ui_at(ui, (size_t)ui_find(ui, "next"))->state & UI_STATE_PRESSED) != 0);
    now_ms += 50;
    ui_touch(ui, UI_PHASE_DOWN, 2, r.x + 10, r.y + 200);
    assert_true((ui_at(ui, (size_t)ui_find(ui, "next"))->state & UI_STATE_PRESSED) == 0);
    assert_true(ui_touching(ui));
    ui_touch(ui, UI_PHASE_UP, 1, r.x + 50, r.y + 50);
    ui_touch(ui, UI_PHASE_UP, 2, r.x + 10, r.y + 200);
    expect(ui, UI_INPUT_NONE, "");
    assert_false(ui_touching(ui));
    ui_touch(ui, UI_PHASE_DOWN, 3, 10, 1000); /* a bag on the glass */
    assert_true(ui_touching(ui));
    now_ms += TOUCH_THING_MS;
    assert_false(ui_touching(ui));
    assert_int_equal(ui_tap(ui, "next"), 0); /* and the visit goes on beside it */
    expect(ui, UI_INPUT_TAP, "next");
    ui_free(ui);
}

/* Hours without a touch: the first one is a touch like any other. */
static void
test_first_touch_after_idle(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    now_ms += INT64_C(8) * 3600 * 1000;
    touch(ui, UI_PHASE_DOWN, "choice:1");
    touch(ui, UI_PHASE_UP, "choice:1");
    expect(ui, UI_INPUT_TAP, "choice:1");
    assert_string_equal(SDL_GetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH), "1");
    ui_free(ui);
}

static void
show_part(struct ui *ui, uint64_t part)
{
    ui_begin(ui, "question");
    ui_part(ui, part);
    scene_question(ui);
    ui_end(ui);
}

/* Another question on the same screen is another page to the hands. */
static void
test_part_is_a_page(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    show_part(ui, 1);
    now_ms += 1000;
    assert_int_equal(ui_key(ui, "down"), 0);
    assert_int_equal(ui_key(ui, "down"), 0);
    expect_ring(ui, "choice:2");
    show_part(ui, 1);
    expect_ring(ui, "choice:2"); /* the same page made anew */
    touch(ui, UI_PHASE_DOWN, "choice:1");
    touch(ui, UI_PHASE_UP, "choice:1");
    expect(ui, UI_INPUT_TAP, "choice:1");
    assert_int_equal(ui_key(ui, "down"), 0);
    show_part(ui, 2);
    expect_ring(ui, "choice:0");
    now_ms += TOUCH_PAGE_MS - 1;
    touch(ui, UI_PHASE_DOWN, "choice:3");
    touch(ui, UI_PHASE_UP, "choice:3");
    expect(ui, UI_INPUT_NONE, "");
    now_ms += 1;
    touch(ui, UI_PHASE_DOWN, "choice:3");
    touch(ui, UI_PHASE_UP, "choice:3");
    expect(ui, UI_INPUT_TAP, "choice:3");
    expect_ring(ui, NULL);
    show_part(ui, 3);
    expect_ring(ui, NULL); /* who touches sees no ring */
    ui_free(ui);
}

/* ---- keys, as a driver sends them ---- */

static void
push_key(SDL_Keycode code, uint16_t mod, const char *text)
{
    SDL_Event event = {.key = {.type = SDL_KEYDOWN, .keysym = {.sym = code, .mod = mod}}};
    assert_int_equal(SDL_PushEvent(&event), 1);
    if (text != NULL) {
        event = (SDL_Event){.text = {.type = SDL_TEXTINPUT}};
        (void)snprintf(event.text.text, sizeof event.text.text, "%s", text);
        assert_int_equal(SDL_PushEvent(&event), 1);
    }
}

static void
expect_text(struct ui *ui, const char *text)
{
    struct ui_input input;
    ui_wait(ui, 0, &input);
    assert_int_equal(input.type, UI_INPUT_TEXT);
    assert_string_equal(input.text, text);
}

static void
test_number_pad(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    push_key(SDLK_KP_7, 0, NULL); /* NumLock out: the digit all the same */
    expect_text(ui, "7");
    push_key(SDLK_KP_7, KMOD_NUM, "7"); /* NumLock lit: once */
    expect_text(ui, "7");
    expect(ui, UI_INPUT_NONE, "");
    push_key(SDLK_KP_PERIOD, KMOD_NUM, "."); /* rubs out, and types no point */
    expect(ui, UI_INPUT_DELETE, "");
    expect(ui, UI_INPUT_NONE, "");
    push_key(SDLK_PERIOD, 0, ".");
    expect_text(ui, ".");
    push_key(SDLK_KP_ENTER, 0, NULL);
    expect(ui, UI_INPUT_TAP, "next");
    scene_show_named(ui, "card"); /* its main act waits: nothing */
    drain(ui);
    now_ms += 5000;
    push_key(SDLK_KP_ENTER, 0, NULL);
    expect(ui, UI_INPUT_NONE, "");
    ui_free(ui);
}

static void
push_held(SDL_Keycode code, const char *text)
{
    SDL_Event event = {.key = {.type = SDL_KEYDOWN, .repeat = 1, .keysym = {.sym = code}}};
    assert_int_equal(SDL_PushEvent(&event), 1);
    if (text != NULL) {
        event = (SDL_Event){.text = {.type = SDL_TEXTINPUT}};
        (void)snprintf(event.text.text, sizeof event.text.text, "%s", text);
        assert_int_equal(SDL_PushEvent(&event), 1);
    }
}

/* A slow hand leaves the key late: digits, letters, arrows, deleting and louder count once. */
static void
test_held_keys_count_once(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    push_key(SDLK_KP_7, KMOD_NUM, "7");
    expect_text(ui, "7");
    push_held(SDLK_KP_7, "7");
    push_held(SDLK_KP_8, NULL); /* NumLock out */
    push_held(SDLK_a, "a");
    push_held(SDLK_BACKSPACE, NULL);
    push_held(SDLK_VOLUMEUP, NULL);
    push_held(SDLK_DOWN, NULL);
    expect(ui, UI_INPUT_NONE, "");
    expect_ring(ui, NULL);
    push_key(SDLK_7, 0, "7");
    expect_text(ui, "7");
    ui_free(ui);
}

static void
test_pad_keys(void **state ATTR_UNUSED)
{
    struct ui_config config = {.fonts = "fonts/fonts.list",
        .theme = "assets/theme",
        .width_px = 1920,
        .height_px = 1080,
        .px_per_m = 4030,
        .clock = &fake_clock,
        .keys =
            "F13 down, F14 select ,Keypad 5 volume-up, F15 tap:help,, F16 sideways, Nokey up, F17",
        .switch_keys = "F21, F22"};
    struct ui *ui = NULL;
    assert_int_equal(ui_new(&config, &ui), 0);
    assert_int_equal(ui_bad_keys(ui), 4); /* the empty one, no act, no key, no act named */
    scene_show_named(ui, "question");
    drain(ui);
    now_ms += 5000;
    push_key(SDLK_F13, 0, NULL);
    push_key(SDLK_F14, 0, NULL);
    expect(ui, UI_INPUT_TAP, "choice:0");
    push_key(SDLK_KP_5, 0, NULL);
    expect(ui, UI_INPUT_VOLUME_UP, "");
    push_key(SDLK_F15, 0, NULL);
    expect(ui, UI_INPUT_TAP, "help");
    push_key(SDLK_AUDIOPLAY, 0, NULL);
    expect(ui, UI_INPUT_PAUSE, "");
    push_key(SDLK_SPACE, 0, " "); /* no switch here */
    expect_text(ui, " ");
    expect_ring(ui, "choice:0"); /* F14's */
    push_key(SDLK_F22, 0, NULL); /* the first closing only shows the ring, whichever switch */
    expect(ui, UI_INPUT_NONE, "");
    expect_ring(ui, "choice:0");
    assert_int_equal(ui_hands(ui)->switches, UI_SWITCHES_STEP);
    push_key(SDLK_F21, 0, NULL);
    expect(ui, UI_INPUT_NONE, "");
    expect_ring(ui, "choice:1");
    now_ms += 1000;
    push_key(SDLK_F22, 0, NULL);
    expect(ui, UI_INPUT_TAP, "choice:1");
    ui_free(ui);
}

/* Without settings: space moves and return selects, once scanning is on; before that they are keys. */
static void
test_switch_keys(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    push_key(SDLK_SPACE, 0, " ");
    expect(ui, UI_INPUT_NONE, ""); /* no text either */
    expect_ring(ui, "choice:0");
    now_ms += 499;
    push_key(SDLK_SPACE, 0, " "); /* a bounce */
    expect(ui, UI_INPUT_NONE, "");
    expect_ring(ui, "choice:0");
    now_ms += 1;
    push_key(SDLK_SPACE, 0, " ");
    expect(ui, UI_INPUT_NONE, "");
    expect_ring(ui, "choice:1");
    push_key(SDLK_RETURN, 0, NULL);
    expect(ui, UI_INPUT_TAP, "choice:1");
    /* an arrow takes over; so does a finger */
    assert_int_equal(ui_key(ui, "down"), 0);
    assert_false(ui->scan.shown);
    touch(ui, UI_PHASE_DOWN, "choice:2");
    touch(ui, UI_PHASE_UP, "choice:2");
    expect(ui, UI_INPUT_TAP, "choice:2");
    expect_ring(ui, NULL);
    /* where words are typed a space is a space, until scanning is on */
    now_ms += 5000;
    ui_set_hands(ui, &(struct ui_hands){0});
    ui_begin(ui, "name");
    ui_add(ui, &(struct ui_element){
                   .id = "field:name", .role = UI_ROLE_FIELD, .rect = {240, 500, 4000, 200}});
    ui_add(ui, &(struct ui_element){
                   .id = "key:a", .role = UI_ROLE_KEY, .text = "a", .rect = {240, 800, 400, 200}});
    ui_end(ui);
    now_ms += 5000;
    push_key(SDLK_SPACE, 0, " ");
    expect_text(ui, " ");
    expect_ring(ui, NULL);
    ui_switch(ui, 1);
    expect_ring(ui, "key:a"); /* not the field, which only shows */
    now_ms += 5000;
    push_key(SDLK_SPACE, 0, " ");
    expect(ui, UI_INPUT_NONE, "");
    ui_free(ui);
}

static void
test_scan_by_itself(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    struct ui_input input;
    assert_int_equal(ui_scan_round_ms(ui), 0);
    ui_set_hands(ui, &(struct ui_hands){.switches = UI_SWITCHES_AUTO, .scan_ms = 1000});
    expect_ring(ui, "choice:0");
    drain(ui);
    now_ms += 1999; /* the first rest is twice as long */
    expect(ui, UI_INPUT_NONE, "");
    expect_ring(ui, "choice:0");
    now_ms += 1;
    ui_wait(ui, 0, &input);
    assert_int_equal(input.type, UI_INPUT_FOCUS);
    assert_true(input.by_itself); /* no sign of life */
    expect_ring(ui, "choice:1");
    now_ms += 999;
    expect(ui, UI_INPUT_NONE, "");
    expect_ring(ui, "choice:1");
    now_ms += 1;
    expect(ui, UI_INPUT_NONE, "");
    expect_ring(ui, "choice:2");
    ui_switch(ui, 1); /* either switch selects */
    expect(ui, UI_INPUT_TAP, "choice:2");
    assert_int_equal(hands_due(ui), 2000);
    /* six answers, next, back, two in the top bar's row... : a whole round and the longest group */
    assert_true(ui_scan_round_ms(ui) >= 9000);
    touch(ui, UI_PHASE_DOWN, "choice:0"); /* who touches is not chased */
    touch(ui, UI_PHASE_UP, "choice:0");
    expect(ui, UI_INPUT_TAP, "choice:0");
    assert_int_equal(hands_due(ui), -1);
    assert_int_equal(ui_scan_round_ms(ui), 0);
    ui_switch(ui, 2);
    expect_ring(ui, "choice:0");
    now_ms += 60000; /* one move at a time, however late we are */
    expect(ui, UI_INPUT_NONE, "");
    expect_ring(ui, "choice:1");
    drain(ui);
    scene_show_named(ui, "home"); /* a new page has to be read first */
    assert_int_equal(hands_due(ui), 2000);
    ui_set_hands(ui, &(struct ui_hands){.scan_ms = 100, .switches = UI_SWITCHES_AUTO});
    now_ms += 2000;
    drain(ui);
    assert_int_equal(hands_due(ui), SCAN_MIN_MS);
    ui_set_hands(ui, &(struct ui_hands){0});
    expect_ring(ui, NULL);
    assert_int_equal(hands_due(ui), -1);
    ui_free(ui);
}

/* Trying the keys: they tell what they are for, and move, choose and start nothing. */
static void
test_trial(void **state ATTR_UNUSED)
{
    static const struct {
        SDL_Keycode code;
        const char *text, *act;
    } keys[] = {{SDLK_DOWN, NULL, "down"}, {SDLK_RETURN, NULL, "select"},
        {SDLK_SPACE, " ", "switch-1"}, {SDLK_ESCAPE, NULL, "back"}, {SDLK_KP_ENTER, NULL, "main"},
        {SDLK_VOLUMEUP, NULL, "volume-up"}};
    struct ui *ui = question();
    assert_int_equal(ui_key(ui, "down"), 0);
    drain(ui);
    ui_set_trial(ui, true);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        now_ms += 5000;
        push_key(keys[i].code, 0, keys[i].text);
        expect(ui, UI_INPUT_KEY, keys[i].act);
        expect(ui, UI_INPUT_NONE, "");
        expect_ring(ui, NULL);
    }
    assert_int_equal(ui_hands(ui)->switches, UI_SWITCHES_OFF);
    ui_switch(ui, 2);
    expect(ui, UI_INPUT_KEY, "switch-2");
    touch(ui, UI_PHASE_DOWN, "choice:1"); /* a finger is a finger */
    touch(ui, UI_PHASE_UP, "choice:1");
    expect(ui, UI_INPUT_TAP, "choice:1");
    ui_set_trial(ui, false);
    push_key(SDLK_DOWN, 0, NULL);
    expect(ui, UI_INPUT_NONE, "");
    expect_ring(ui, "choice:0");
    ui_free(ui);
}

/* The end of a visit takes the ring away, and what it was on. */
static void
test_wiped(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    ui_set_hands(ui, &(struct ui_hands){.hold_ms = 500});
    touch(ui, UI_PHASE_DOWN, "choice:1");
    now_ms += 100;
    touch(ui, UI_PHASE_UP, "choice:1");
    assert_string_equal(ui->touch.broken_id, "choice:1");
    ui_switch(ui, 1);
    assert_string_equal(ui->scan.id, "choice:0");
    ui_wipe(ui);
    assert_string_equal(ui->touch.broken_id, "");
    assert_string_equal(ui->scan.id, "");
    scene_show_named(ui, "question");
    now_ms += 5000;
    touch(ui, UI_PHASE_DOWN, "choice:1");
    assert_int_equal(ui_key(ui, "down"), 0);
    assert_string_equal(ui->focus.id, "choice:0");
    ui_wipe(ui);
    assert_string_equal(ui->touch.id, "");
    assert_string_equal(ui->focus.id, "");
    assert_false(ui_touching(ui));
    assert_int_equal(ui_focus(ui), -1);
    ui_free(ui);
}

/* ---- for the ear ---- */

static void
test_reading(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    size_t order[UI_ELEMENTS_MAX];
    size_t count = ui_reading_order(ui, order, ARRAY_LEN(order));
    assert_int_equal(ui_at(ui, order[0])->role, UI_ROLE_TITLE);
    assert_true(count > 10);
    ui_set_reading(ui, true);
    expect_ring(ui, NULL); /* no key yet */
    assert_int_equal(ui_key(ui, "down"), 0);
    assert_int_equal(ui_focus(ui), order[0]);
    drain(ui);
    assert_int_equal(ui_key(ui, "select"), 0); /* nothing to choose: say it again */
    expect(ui, UI_INPUT_REPEAT, "");
    /* round by every readable thing, and back to the title; the other way as well */
    for (size_t i = 1; i <= count; i++) {
        assert_int_equal(ui_key(ui, i % 2 == 0 ? "down" : "right"), 0);
        assert_int_equal(ui_focus(ui), order[i % count]);
    }
    assert_int_equal(ui_key(ui, "left"), 0);
    assert_int_equal(ui_focus(ui), order[count - 1]);
    assert_int_equal(ui_key(ui, "right"), 0);
    scene_show_named(ui, "home"); /* a new page begins with its title */
    assert_int_equal(ui_at(ui, (size_t)ui_focus(ui))->role, UI_ROLE_TITLE);
    ui_set_focus(ui, ui_find(ui, "door:house"));
    expect_ring(ui, "door:house");
    ui_set_focus(ui, -1);
    expect_ring(ui, NULL);
    ui_set_reading(ui, false);
    ui_free(ui);
}

/* What waits is told, and can't be chosen. */
static void
test_reading_what_waits(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(&fake_clock);
    scene_show_named(ui, "card");
    ui_set_reading(ui, true);
    int next = ui_find(ui, "next");
    ui_set_focus(ui, next);
    drain(ui);
    assert_int_equal(ui_focus(ui), next);
    assert_int_equal(ui_key(ui, "select"), 0);
    expect(ui, UI_INPUT_REPEAT, "");
    expect(ui, UI_INPUT_NONE, "");
    ui_set_reading(ui, false);
    assert_int_not_equal(ui_focus(ui), next);
    ui_free(ui);
}

/* ---- rings from pixels ---- */

static double
channel(uint32_t value)
{
    double c = value / 255.0;
    return c <= 0.04045 ? c / 12.92 : __builtin_pow((c + 0.055) / 1.055, 2.4);
}

/* WCAG 2.2: (lighter + 0.05) / (darker + 0.05). */
static double
contrast(uint32_t a, uint32_t b)
{
    uint32_t colours[] = {a, b};
    double l[2];
    for (int i = 0; i < 2; i++) {
        l[i] = 0.2126 * channel(colours[i] >> 16 & 255) + 0.7152 * channel(colours[i] >> 8 & 255) +
               0.0722 * channel(colours[i] & 255);
    }
    return l[0] > l[1] ? (l[0] + 0.05) / (l[1] + 0.05) : (l[1] + 0.05) / (l[0] + 0.05);
}

static uint32_t
pixel(struct ui *ui, int x, int y)
{
    struct canvas canvas;
    assert_true(window_canvas(ui->window, &canvas));
    return canvas.pixels[(size_t)y * (size_t)canvas.stride + (size_t)x] & 0xffffffU;
}

static void
show_one(struct ui *ui, enum ui_role role, enum ui_tone tone)
{
    ui_begin(ui, "one");
    ui_add(ui, &(struct ui_element){
                   .role = UI_ROLE_PANEL, .rect = {0, 0, SCENE_W, SCENE_H}, .tone = UI_TONE_PAPER});
    ui_add(ui, &(struct ui_element){.id = "x",
                   .role = role,
                   .tone = tone,
                   .text = "あ",
                   .size = UI_SIZE_BODY,
                   .rect = {1000, 1000, 1000, 400}});
    ui_end(ui);
}

/* Along a line out of the middle of the lower edge: 4 mm in all, of which at least 2 mm change by 3:1 or more,
 * and within it bands of at least 1 mm that stand out by 3:1 from the element and from the paper. */
static void
measure(struct ui *ui, const char *what)
{
    const int width = 16 /* px: 4 mm at 4030 px a metre */, x = 1500 * 403 / 1000;
    const int low = (1400 * 4030 + 5000) / 10000;
    uint32_t before[64];
    uint32_t with[64];
    for (int i = 0; i < 64; i++) {
        before[i] = pixel(ui, x, low - 24 + i);
    }
    assert_int_equal(ui_key(ui, "down"), 0);
    expect_ring(ui, "x");
    for (int i = 0; i < 64; i++) {
        with[i] = pixel(ui, x, low - 24 + i);
    }
    int changed = 0, last = 0, from_inside = 0, from_paper = 0;
    uint32_t inside = before[8], paper = before[63];
    for (int i = 24; i < 64; i++) {
        changed += contrast(before[i], with[i]) >= 3;
        last = before[i] != with[i] ? i - 24 + 1 : last;
        from_inside += i < 24 + width && contrast(inside, with[i]) >= 3;
        from_paper += i < 24 + width && contrast(paper, with[i]) >= 3;
    }
    if (last < width - 1 || last > width + 1 || changed < width / 2 || from_inside < width / 4 ||
        from_paper < width / 4) {
        fail_msg(
            "%s: ends at %d px, %d px change, %d stand out from the element, %d from the paper",
            what, last, changed, from_inside, from_paper);
    }
    touch(ui, UI_PHASE_DOWN, "x"); /* takes the ring away */
    ui_touch(ui, UI_PHASE_UP, 1, 10, 10);
    drain(ui);
    now_ms += 5000;
}

static void
test_ring_from_pixels(void **state ATTR_UNUSED)
{
    static const struct {
        const char *name;
        enum ui_role role;
        enum ui_tone tone;
    } things[] = {
        {"button", UI_ROLE_BUTTON, UI_TONE_SURFACE},
        {"main", UI_ROLE_MAIN, UI_TONE_PRIMARY},
        {"choice", UI_ROLE_CHOICE, UI_TONE_SURFACE},
        {"door of care", UI_ROLE_DOOR, UI_TONE_CARE},
        {"key", UI_ROLE_KEY, UI_TONE_QUIET},
        {"soft button", UI_ROLE_BUTTON, UI_TONE_SOFT},
    };
    struct ui *ui = scene_ui(&fake_clock);
    for (int theme = 0; theme < UI_THEME_COUNT; theme++) {
        ui_set_theme(ui, (enum ui_theme)theme);
        for (size_t i = 0; i < ARRAY_LEN(things); i++) {
            char what[64];
            (void)snprintf(what, sizeof what, "theme %d, %s", theme, things[i].name);
            show_one(ui, things[i].role, things[i].tone);
            measure(ui, what);
        }
    }
    ui_free(ui);
}

static size_t
count_colour(struct ui *ui, uint32_t colour)
{
    size_t count = 0;
    for (int y = 0; y < ui->panel.h; y++) {
        for (int x = 0; x < ui->panel.w; x++) {
            count += pixel(ui, x, y) == colour;
        }
    }
    return count;
}

/* The scan's ring around a group: 4 mm too, yellow all around; half of a hold fills half of its ring. */
static void
test_group_and_hold_rings(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(&fake_clock);
    const uint32_t colour = theme_palette(UI_THEME_DEFAULT)->focus;
    ui_begin(ui, "keys");
    ui_add(ui, &(struct ui_element){
                   .role = UI_ROLE_PANEL, .rect = {0, 0, SCENE_W, SCENE_H}, .tone = UI_TONE_PAPER});
    for (int i = 0; i < 4; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "k%d", i % 10);
        ui_add(ui, &(struct ui_element){
                       .id = id, .role = UI_ROLE_KEY, .rect = {1000 + i * 500, 1000, 400, 400}});
    }
    ui_end(ui);
    size_t none = count_colour(ui, colour);
    ui_switch(ui, 1);
    assert_int_equal(ui->ring.permille, 1000);
    int grouped = 0;
    for (size_t i = 0; i < ui_count(ui); i++) {
        grouped += (ui_at(ui, i)->state & UI_STATE_GROUP) != 0;
    }
    assert_int_equal(grouped, 4);
    size_t all = count_colour(ui, colour) - none;
    size_t around =
        2 * (1900 + 400) * 403 / 1000; /* px along the group's edges; the band is 8 px */
    assert_in_range(all, around * 8, around * 9 + 8 * 8 * 4);
    ui_set_hands(ui, &(struct ui_hands){.hold_ms = 990});
    assert_int_equal(count_colour(ui, colour), none);
    now_ms += 5000;
    const uint32_t fill = theme_palette(UI_THEME_DEFAULT)->accent;
    touch(ui, UI_PHASE_DOWN, "k1");
    drain(ui);
    none = count_colour(ui, fill); /* the pressed key itself */
    now_ms += 495;
    drain(ui);
    size_t half = count_colour(ui, fill) - none;
    around = 4 * (400 + 60) * 403 / 1000;
    assert_in_range(half, around / 2 * 8 * 90 / 100, around / 2 * 8 * 110 / 100);
    ui_free(ui);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hold),
        cmocka_unit_test(test_hold_wakes),
        cmocka_unit_test(test_press_is_seen_in_time),
        cmocka_unit_test(test_palm_is_let_go),
        cmocka_unit_test(test_first_touch_after_idle),
        cmocka_unit_test(test_part_is_a_page),
        cmocka_unit_test(test_number_pad),
        cmocka_unit_test(test_held_keys_count_once),
        cmocka_unit_test(test_pad_keys),
        cmocka_unit_test(test_switch_keys),
        cmocka_unit_test(test_scan_by_itself),
        cmocka_unit_test(test_trial),
        cmocka_unit_test(test_wiped),
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_reading_what_waits),
        cmocka_unit_test(test_ring_from_pixels),
        cmocka_unit_test(test_group_and_hold_rings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
