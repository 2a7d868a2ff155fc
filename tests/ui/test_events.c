/* From SDL's events to judged inputs: mouse, fingers, keys, text, window and quit events are pushed into
 * SDL's queue, as a driver would, and come out of ui_wait. The only test that names SDL. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>

#include <SDL.h>
#include <cmocka.h>
#include <pthread.h>

#include "ui/scenes.h"

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
