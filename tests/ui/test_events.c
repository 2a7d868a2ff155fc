/* From SDL's events to judged inputs: mouse, fingers, keys, text, window and quit events are pushed into
 * SDL's queue, as a driver would, and come out of ui_wait. The only test that names SDL. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>

#include <SDL.h>
#include <cmocka.h>
#include <pthread.h>

#include "base/err.h"
#include "ui/scenes.h"
#include "ui/ui_priv.h"

struct fake_time {
    int64_t ms;
};

static int64_t
fake_mono(void *ctx)
{
    return ((struct fake_time *)ctx)->ms;
}

static int64_t
fake_wall(void *ctx)
{
    return ((struct fake_time *)ctx)->ms / 1000;
}

static struct fake_time at = {1000};
static const struct clock fake_clock = {fake_mono, fake_wall, &at};

static void
push(SDL_Event event)
{
    assert_int_equal(SDL_PushEvent(&event), 1);
}

static void
expect(struct ui *ui, enum ui_input_type type, const char *id, const char *text)
{
    struct ui_input input;
    do { /* the hints that something was pressed and that the ring moved have tests of their own */
        ui_wait(ui, 0, &input);
    } while (input.type != type && (input.type == UI_INPUT_PRESS || input.type == UI_INPUT_FOCUS));
    assert_int_equal(input.type, type);
    assert_string_equal(input.id, id);
    assert_string_equal(input.text, text);
}

static void
finger(uint32_t type, SDL_FingerID id, float x, float y)
{
    push((SDL_Event){.tfinger = {.type = type, .touchId = 5, .fingerId = id, .x = x, .y = y}});
}

static void
mouse(uint32_t type, uint32_t which, uint8_t button, int x, int y)
{
    push((SDL_Event){.button = {.type = type, .which = which, .button = button, .x = x, .y = y}});
}

static void
key(SDL_Keycode code, uint16_t mod, uint8_t repeat)
{
    push((SDL_Event){
        .key = {.type = SDL_KEYDOWN, .repeat = repeat, .keysym = {.sym = code, .mod = mod}}});
}

static struct ui *
question(void)
{
    struct ui *ui = scene_ui(&fake_clock);
    struct ui_input input;
    scene_show_named(ui, "question");
    ui_wait(ui, 0, &input); /* the window's own */
    at.ms += 5000;
    return ui;
}

static void
test_finger(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    finger(SDL_FINGERDOWN, 1, 0.8F, 0.91F);
    finger(SDL_FINGERDOWN, 2, 0.2F, 0.4F); /* a second finger does nothing */
    finger(SDL_FINGERMOTION, 1, 0.81F, 0.91F);
    finger(SDL_FINGERUP, 2, 0.2F, 0.4F);
    finger(SDL_FINGERUP, 1, 0.81F, 0.91F);
    expect(ui, UI_INPUT_TAP, "next", "");
    expect(ui, UI_INPUT_NONE, "", "");
    finger(SDL_FINGERDOWN, 1, 0.5F, 0.8F);
    finger(SDL_FINGERUP, 1, 0.5F, 0.8F);
    expect(ui, UI_INPUT_TOUCH, "", "");
    ui_free(ui);
}

static void
test_mouse(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    mouse(SDL_MOUSEBUTTONDOWN, 0, SDL_BUTTON_LEFT, 300, 400);
    mouse(SDL_MOUSEBUTTONUP, 0, SDL_BUTTON_LEFT, 300, 400);
    expect(ui, UI_INPUT_TAP, "choice:0", "");
    at.ms += 5000;
    mouse(SDL_MOUSEBUTTONDOWN, 0, SDL_BUTTON_RIGHT, 300, 400);
    mouse(SDL_MOUSEBUTTONUP, 0, SDL_BUTTON_RIGHT, 300, 400);
    expect(ui, UI_INPUT_NONE, "", "");
    /* What SDL makes of fingers is not counted a second time. */
    mouse(SDL_MOUSEBUTTONDOWN, SDL_TOUCH_MOUSEID, SDL_BUTTON_LEFT, 300, 400);
    mouse(SDL_MOUSEBUTTONUP, SDL_TOUCH_MOUSEID, SDL_BUTTON_LEFT, 300, 400);
    expect(ui, UI_INPUT_NONE, "", "");
    ui_free(ui);
}

/* SDL_MOUSE_TOUCH_EVENTS=1 sends a mouse as finger and as mouse: one of them counts. */
static void
test_mouse_as_finger(void **state ATTR_UNUSED)
{
    (void)setenv("SDL_MOUSE_TOUCH_EVENTS", "1", 1);
    struct ui *ui = question();
    (void)unsetenv("SDL_MOUSE_TOUCH_EVENTS");
    mouse(SDL_MOUSEBUTTONDOWN, 0, SDL_BUTTON_LEFT, 300, 400);
    mouse(SDL_MOUSEBUTTONUP, 0, SDL_BUTTON_LEFT, 300, 400);
    expect(ui, UI_INPUT_NONE, "", "");
    push((SDL_Event){
        .tfinger = {.type = SDL_FINGERDOWN, .touchId = SDL_MOUSE_TOUCHID, .x = 0.2F, .y = 0.4F}});
    push((SDL_Event){
        .tfinger = {.type = SDL_FINGERUP, .touchId = SDL_MOUSE_TOUCHID, .x = 0.2F, .y = 0.4F}});
    expect(ui, UI_INPUT_TAP, "choice:0", "");
    ui_free(ui);
}

static void
test_keys(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    key(SDLK_DOWN, 0, 0);
    key(SDLK_RIGHT, 0, 0);
    key(SDLK_RETURN, 0, 0);
    expect(ui, UI_INPUT_TAP, "choice:1", "");
    key(SDLK_RETURN, 0, 1); /* held down */
    expect(ui, UI_INPUT_NONE, "", "");
    at.ms += 2000;
    key(SDLK_TAB, 0, 0);
    key(SDLK_RETURN, 0, 0);
    expect(ui, UI_INPUT_TAP, "choice:2", "");
    key(SDLK_KP_ENTER, 0, 0); /* the number pad's: the main act, wherever the focus is */
    expect(ui, UI_INPUT_TAP, "next", "");
    key(SDLK_TAB, KMOD_LSHIFT, 0);
    key(SDLK_TAB, KMOD_LSHIFT, 0);
    key(SDLK_RETURN, 0, 0);
    expect(ui, UI_INPUT_TAP, "choice:0", "");
    key(SDLK_ESCAPE, 0, 0);
    expect(ui, UI_INPUT_BACK, "", "");
    key(SDLK_BACKSPACE, 0, 0);
    expect(ui, UI_INPUT_DELETE, "", "");
    key(SDLK_F5, 0, 0);
    expect(ui, UI_INPUT_NONE, "", "");
    ui_free(ui);
}

static void
test_text(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    SDL_Event event = {.text = {.type = SDL_TEXTINPUT}};
    (void)snprintf(event.text.text, sizeof event.text.text, "あ7");
    push(event);
    expect(ui, UI_INPUT_TEXT, "", "あ");
    expect(ui, UI_INPUT_TEXT, "", "7");
    memset(event.text.text, 0xff, 3); /* no UTF-8: dropped */
    push(event);
    expect(ui, UI_INPUT_NONE, "", "");
    ui_free(ui);
}

static void
test_window(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    uint64_t frames = ui_frames(ui);
    push((SDL_Event){.window = {.type = SDL_WINDOWEVENT, .event = SDL_WINDOWEVENT_EXPOSED}});
    expect(ui, UI_INPUT_NONE, "", "");
    assert_int_equal(ui_frames(ui), frames); /* shown again, not drawn again */
    push((SDL_Event){.window = {.type = SDL_WINDOWEVENT, .event = SDL_WINDOWEVENT_SIZE_CHANGED}});
    expect(ui, UI_INPUT_WAKE, "", "");
    assert_int_equal(ui_frames(ui), frames + 1);
    push((SDL_Event){.type = SDL_QUIT});
    expect(ui, UI_INPUT_QUIT, "", "");
    ui_free(ui);
}

static void
test_signal(void **state ATTR_UNUSED)
{
    /* the default, which a test started in the background does not inherit */
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
    struct ui *ui = question();
    struct ui_input input;
    assert_int_equal(raise(SIGTERM), 0);
    ui_wait(ui, -1, &input);
    assert_int_equal(input.type, UI_INPUT_QUIT);
    assert_int_equal(raise(SIGINT), 0);
    ui_wait(ui, -1, &input);
    assert_int_equal(input.type, UI_INPUT_QUIT);
    ui_free(ui);
}

static void *
wake_later(void *ctx)
{
    SDL_Delay(30);
    ui_wake(ctx);
    return NULL;
}

static void
test_wake_from_a_thread(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    struct ui_input input;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, wake_later, ui), 0);
    ui_wait(ui, -1, &input);
    assert_int_equal(input.type, UI_INPUT_WAKE);
    assert_int_equal(pthread_join(thread, NULL), 0);
    ui_free(ui);
}

/* A key of a keyboard, as SDL tells it: pressed, then its text. */
static void
typed(char letter)
{
    SDL_Event event = {.text = {.type = SDL_TEXTINPUT}};
    event.text.text[0] = letter;
    key((SDL_Keycode)letter, 0, 0);
    push(event);
}

static void
typed_at_speed(struct ui *ui, const char *text, int64_t gap_ms)
{
    for (; *text != 0; text++) {
        struct ui_input input;
        typed(*text);
        ui_wait(ui, 0, &input);
        assert_int_equal(input.type, UI_INPUT_NONE); /* held, or nothing yet */
        at.ms += gap_ms;
    }
}

/* A scanner's characters are one input; a person's are text, a moment later; nothing is lost or doubled. */
static void
test_scanner(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    struct ui_input input;
    ui->scanner = true;
    typed_at_speed(ui, "7351112345", 5);
    key(SDLK_RETURN, 0, 0);
    expect(ui, UI_INPUT_SCAN, "", "");
    assert_string_equal(ui_scanned(ui), "7351112345");
    ui_wait(ui, 0, &input);
    assert_int_equal(input.type, UI_INPUT_NONE); /* its Return selects nothing */
    /* without a Return: the end is a pause */
    typed_at_speed(ui, "98765432", 20);
    at.ms += 50;
    expect(ui, UI_INPUT_SCAN, "", "");
    assert_string_equal(ui_scanned(ui), "98765432");
    /* a space, or a tab of the scanner's, belongs to it */
    typed_at_speed(ui, "https:", 5);
    key(SDLK_SPACE, 0, 0);
    typed_at_speed(ui, "xyz", 5);
    at.ms += 50;
    expect(ui, UI_INPUT_SCAN, "", "");
    assert_string_equal(ui_scanned(ui), "https:xyz");
    /* fingers: each comes as text when nothing followed at once */
    typed_at_speed(ui, "4", 60);
    expect(ui, UI_INPUT_TEXT, "", "4");
    /* few at once are no scan */
    typed_at_speed(ui, "1234567", 5);
    at.ms += 50;
    for (const char *digit = "1234567"; *digit != 0; digit++) {
        expect(ui, UI_INPUT_TEXT, "", (const char[]){*digit, 0});
    }
    /* and what comes behind them stays behind them */
    typed_at_speed(ui, "12", 5);
    key(SDLK_ESCAPE, 0, 0);
    expect(ui, UI_INPUT_TEXT, "", "1");
    expect(ui, UI_INPUT_TEXT, "", "2");
    expect(ui, UI_INPUT_BACK, "", "");
    ui_wipe(ui);
    assert_string_equal(ui_scanned(ui), "");
    ui_free(ui);
}

/* One that is longer than any code: nothing of it is given, and nothing is written behind the room for it. */
static void
test_scanner_without_end(void **state ATTR_UNUSED)
{
    struct ui *ui = question();
    struct ui_input input;
    ui->scanner = true;
    for (int i = 0; i < WEDGE_MAX + 100; i++) {
        typed('7');
        ui_wait(ui, 0, &input);
        assert_int_equal(input.type, UI_INPUT_NONE);
    }
    key(SDLK_RETURN, 0, 0);
    expect(ui, UI_INPUT_SCAN, "", "");
    assert_string_equal(ui_scanned(ui), "");
    assert_int_equal(ui_scan_text(ui, "1234567"), KERR_INVALID);
    ui_free(ui);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finger),
        cmocka_unit_test(test_mouse),
        cmocka_unit_test(test_mouse_as_finger),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_signal),
        cmocka_unit_test(test_wake_from_a_thread),
        cmocka_unit_test(test_scanner),
        cmocka_unit_test(test_scanner_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
