/* The drawing area on a real ui (dummy driver, a clock that the test sets): strokes are gathered and drawn while the
 * finger moves, touches there are never taps, palms and floods leave nothing, and nothing stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ui/scenes.h"
#include "ui/ui_priv.h"

enum { LEFT = 1000, TOP = 1000, SIDE = 1000 };

static int64_t now_ms = 1000;

static int64_t
fake_mono(void *ctx ATTR_UNUSED)
{
    return now_ms;
}

static const struct clock fake_clock = {fake_mono, fake_mono, NULL};

static void
show(struct ui *ui, const char *screen, bool area)
{
    ui_begin(ui, screen);
    if (area) {
        ui_add(
            ui, &(struct ui_element){
                    .role = UI_ROLE_INK, .rect = {LEFT, TOP, SIDE, SIDE}, .tone = UI_TONE_SURFACE});
    }
    /* nearer than a press in a gap may be */
    ui_add(ui, &(struct ui_element){.id = "key",
                   .role = UI_ROLE_KEY,
                   .text = "A",
                   .rect = {LEFT + SIDE + 10, TOP, 400, SIDE}});
    ui_end(ui);
}

static struct ui *
drawing_page(void)
{
    struct ui *ui = scene_ui(&fake_clock);
    show(ui, "draw", true);
    now_ms += 5000;
    return ui;
}

static int
count_inputs(struct ui *ui, enum ui_input_type type)
{
    struct ui_input input;
    int count = 0;
    do {
        ui_wait(ui, 0, &input);
        count += input.type == type;
    } while (input.type != UI_INPUT_NONE);
    return count;
}

static void
stroke(struct ui *ui, int finger, int x0, int y0, int x1, int y1)
{
    enum { STEPS = 10 };
    ui_touch(ui, UI_PHASE_DOWN, finger, x0, y0);
    for (int i = 1; i <= STEPS; i++) {
        ui_touch(ui, UI_PHASE_MOVE, finger, x0 + (x1 - x0) * i / STEPS, y0 + (y1 - y0) * i / STEPS);
    }
    ui_touch(ui, UI_PHASE_UP, finger, x1, y1);
    now_ms += 500;
}

static uint32_t
pixel(const struct ui *ui, int x, int y)
{
    int px = (int)((int64_t)x * ui->scale / 10000), py = (int)((int64_t)y * ui->scale / 10000);
    return ui->canvas.pixels[py * ui->canvas.stride + px] & 0xffffff;
}

static void
assert_no_ink(const struct ui *ui)
{
    static const struct ui_ink nothing;
    assert_memory_equal(ui_ink(ui), &nothing, sizeof nothing);
}

static void
test_strokes(void **state ATTR_UNUSED)
{
    struct ui *ui = drawing_page();
    uint32_t ink = theme_palette(UI_THEME_DEFAULT)->ink;
    (void)count_inputs(ui, UI_INPUT_NONE);
    assert_true(pixel(ui, LEFT + 300, TOP + 300) != ink);
    ui_touch(ui, UI_PHASE_DOWN, 1, LEFT + 100, TOP + 300);
    ui_touch(ui, UI_PHASE_MOVE, 1, LEFT + 400, TOP + 300);
    assert_int_equal(pixel(ui, LEFT + 300, TOP + 300), ink); /* while the finger moves */
    assert_int_equal(count_inputs(ui, UI_INPUT_INK), 0);
    ui_touch(ui, UI_PHASE_UP, 1, LEFT + 900, TOP + 300);
    assert_int_equal(count_inputs(ui, UI_INPUT_INK), 1);
    stroke(ui, 1, LEFT + 500, TOP + 100, LEFT + 500, TOP + 3000); /* leaves the area */
    const struct ui_ink *drawn = ui_ink(ui);
    assert_int_equal(drawn->stroke_count, 2);
    assert_int_equal(drawn->points[0].x, 100);
    assert_int_equal(drawn->points[drawn->point_count - 1].y, SIDE - 1);
    ui_ink_undo(ui);
    assert_int_equal(ui_ink(ui)->stroke_count, 1);
    assert_true(pixel(ui, LEFT + 500, TOP + 700) != ink);
    ui_ink_clear(ui);
    assert_no_ink(ui);
    ui_ink_undo(ui);
    assert_no_ink(ui);
    assert_true(pixel(ui, LEFT + 300, TOP + 300) != ink);
    ui_free(ui);
}

static void
test_never_a_tap(void **state ATTR_UNUSED)
{
    struct ui *ui = drawing_page();
    stroke(
        ui, 1, LEFT + SIDE - 5, TOP + 500, LEFT + SIDE - 5, TOP + 500); /* a dot beside the key */
    stroke(ui, 1, LEFT + 500, TOP + 500, LEFT + SIDE + 200, TOP + 500); /* ends on the key */
    assert_int_equal(ui_ink(ui)->stroke_count, 2);
    assert_int_equal(count_inputs(ui, UI_INPUT_TAP), 0);
    stroke(ui, 1, LEFT + SIDE + 200, TOP + 500, LEFT + SIDE + 200, TOP + 500);
    assert_int_equal(count_inputs(ui, UI_INPUT_TAP), 1);
    assert_int_equal(ui_ink(ui)->stroke_count, 2);
    ui_free(ui);
}

static void
test_palm_and_second_finger(void **state ATTR_UNUSED)
{
    struct ui *ui = drawing_page();
    ui_touch(ui, UI_PHASE_DOWN, 1, LEFT + 300, TOP + 300);
    ui_touch(ui, UI_PHASE_DOWN, 2, LEFT + 500, TOP + 400); /* at once: a palm */
    ui_touch(ui, UI_PHASE_MOVE, 1, LEFT + 600, TOP + 300);
    ui_touch(ui, UI_PHASE_UP, 1, LEFT + 600, TOP + 300);
    ui_touch(ui, UI_PHASE_UP, 2, LEFT + 500, TOP + 400);
    assert_int_equal(ui_ink(ui)->stroke_count, 0);
    now_ms += 500;
    ui_touch(ui, UI_PHASE_DOWN, 1, LEFT + 300, TOP + 300);
    now_ms += 500;
    ui_touch(ui, UI_PHASE_DOWN, 2, LEFT + 700, TOP + 700); /* later: not taken */
    ui_touch(ui, UI_PHASE_MOVE, 2, LEFT + 700, TOP + 900);
    ui_touch(ui, UI_PHASE_UP, 2, LEFT + 700, TOP + 900);
    ui_touch(ui, UI_PHASE_UP, 1, LEFT + 600, TOP + 300);
    const struct ui_ink *drawn = ui_ink(ui);
    assert_int_equal(drawn->stroke_count, 1);
    assert_int_equal(drawn->point_count, 2); /* nothing of the second finger, the first one's end */
    assert_int_equal(drawn->points[1].x, 600);
    ui_free(ui);
}

static void
test_bounds(void **state ATTR_UNUSED)
{
    struct ui *ui = drawing_page();
    for (int i = 0; i < 2 * UI_INK_STROKES_MAX; i++) {
        stroke(ui, 1, LEFT + i, TOP + 100, LEFT + i, TOP + 110);
    }
    assert_int_equal(ui_ink(ui)->stroke_count, UI_INK_STROKES_MAX);
    ui_ink_clear(ui);
    ui_touch(ui, UI_PHASE_DOWN, 1, LEFT, TOP);
    for (int i = 0; i < 2 * UI_INK_POINTS_MAX; i++) {
        ui_touch(ui, UI_PHASE_MOVE, 1, LEFT + i % 2 * 30, TOP + 100); /* short: quick to draw */
    }
    ui_touch(ui, UI_PHASE_UP, 1, LEFT, TOP);
    assert_int_equal(ui_ink(ui)->point_count, UI_INK_POINTS_MAX);
    stroke(ui, 1, LEFT + 500, TOP + 500, LEFT + 900, TOP + 500);
    assert_int_equal(ui_ink(ui)->stroke_count, 1);
    ui_ink_clear(ui);
    ui_touch(ui, UI_PHASE_DOWN, 1, LEFT + 100, TOP + 100);
    ui_touch(ui, UI_PHASE_MOVE, 1, LEFT + 119, TOP + 100); /* too near to the last to count */
    ui_touch(ui, UI_PHASE_MOVE, 1, LEFT + 120, TOP + 100);
    ui_touch(ui, UI_PHASE_UP, 1, LEFT + 120, TOP + 100);
    assert_int_equal(ui_ink(ui)->point_count, 2);
    ui_free(ui);
}

static void
test_nothing_stays(void **state ATTR_UNUSED)
{
    struct ui *ui = drawing_page();
    stroke(ui, 1, LEFT + 100, TOP + 100, LEFT + 900, TOP + 100);
    show(ui, "draw", true); /* the same page anew: still there */
    assert_int_equal(ui_ink(ui)->stroke_count, 1);
    show(ui, "other", false);
    assert_no_ink(ui);
    show(ui, "draw", true);
    now_ms += 5000;
    stroke(ui, 1, LEFT + 100, TOP + 100, LEFT + 900, TOP + 100);
    assert_int_equal(ui_ink(ui)->stroke_count, 1);
    ui_wipe(ui);
    assert_no_ink(ui);
    ui_free(ui);
}

/* A finger that is still down when its stroke goes draws nothing more. */
static void
test_taken_away_while_drawing(void **state ATTR_UNUSED)
{
    struct ui *ui = drawing_page();
    for (int how = 0; how < 3; how++) {
        ui_touch(ui, UI_PHASE_DOWN, 1, LEFT + 100, TOP + 100);
        ui_touch(ui, UI_PHASE_MOVE, 1, LEFT + 300, TOP + 100);
        assert_int_equal(ui_ink(ui)->stroke_count, 1);
        if (how == 0) {
            ui_ink_undo(ui);
        } else if (how == 1) {
            ui_ink_clear(ui);
        } else {
            show(ui, "other", false);
            show(ui, "draw", true);
        }
        ui_touch(ui, UI_PHASE_MOVE, 1, LEFT + 700, TOP + 100);
        ui_touch(ui, UI_PHASE_UP, 1, LEFT + 900, TOP + 100);
        assert_no_ink(ui);
        now_ms += 5000;
    }
    ui_free(ui);
}

static void
test_begins_inside(void **state ATTR_UNUSED)
{
    struct ui *ui = drawing_page();
    stroke(ui, 1, LEFT - 600, TOP + 500, LEFT + 500, TOP + 500);
    assert_no_ink(ui);
    ui_free(ui);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strokes),
        cmocka_unit_test(test_never_a_tap),
        cmocka_unit_test(test_palm_and_second_finger),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_taken_away_while_drawing),
        cmocka_unit_test(test_begins_inside),
        cmocka_unit_test(test_nothing_stays),
    };
    return cmocka_run_group_tests_name("ink", tests, NULL, NULL);
}
