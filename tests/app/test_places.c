/* The buttons of the bars stand at one place: on every panel, seated or standing, they keep their order and
 * sizes, nothing overlaps, and a seated visitor's all lie in the lower 60 %. In running: the same rects on
 * every page of a walk, in each text size and theme, whatever the words. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "app/app_priv.h"
#include "base/attr.h"

/* 0.1 mm: 21.5 inch full HD and 15.6 inch, both ways round */
static const struct ui_rect panels[] = {
    {0, 0, 4764, 2679}, {0, 0, 2679, 4764}, {0, 0, 3453, 1942}, {0, 0, 1942, 3453}};

static bool
meet(struct ui_rect a, struct ui_rect b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static int
apart(struct ui_rect a, struct ui_rect b)
{
    int dx = a.x > b.x ? a.x - b.x - b.w : b.x - a.x - a.w;
    int dy = a.y > b.y ? a.y - b.y - b.h : b.y - a.y - a.h;
    return dx > dy ? dx : dy;
}

static bool
within(struct ui_rect inner, struct ui_rect outer)
{
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
           inner.y + inner.h <= outer.y + outer.h;
}

/* Everything that can be pressed on all pages. */
static size_t
targets_of(const struct places *p, struct ui_rect out[TOOL_COUNT + 2])
{
    memcpy(out, p->tools, sizeof(p->tools));
    out[TOOL_COUNT] = p->left;
    out[TOOL_COUNT + 1] = p->main;
    return TOOL_COUNT + 2;
}

static void
check_panel(struct ui_rect panel, bool low)
{
    struct places p;
    places_of(panel, low, &p);
    bool small = (panel.w < panel.h ? panel.w : panel.h) < 2200;
    int least = small && low && panel.w > panel.h ? 160 : 200;
    struct ui_rect all[TOOL_COUNT + 2];
    size_t count = targets_of(&p, all);
    for (size_t i = 0; i < count; i++) {
        assert_true(within(all[i], panel));
        assert_true(all[i].w >= least && all[i].h >= least);
        assert_true(!low || all[i].y >= panel.h * 40 / 100);
        assert_false(meet(all[i], p.column));
        for (size_t k = i + 1; k < count; k++) {
            /* between the tools and the two large buttons there is a bar's edge */
            int gap = low || (i < TOOL_COUNT && k < TOOL_COUNT) ? GAP_MIN : GAP_OPPOSITE;
            assert_true(apart(all[i], all[k]) >= gap);
        }
    }
    assert_true(p.main.w >= 600 && p.main.h >= 250);
    assert_true(apart(p.left, p.main) >= GAP_OPPOSITE);
    assert_true(within(p.column, panel) && within(p.turn, p.column));
    if (panel.w > panel.h) { /* between them a third button has its place, and 10 mm to each */
        assert_true(p.foot.w >= 900 && p.foot.h >= 260);
        assert_true(apart(p.foot, p.left) >= GAP_OPPOSITE);
        assert_true(apart(p.foot, p.main) >= GAP_OPPOSITE);
    }
    assert_true(!low || p.turn.y >= p.targets);
    assert_int_equal(p.portrait, panel.h > panel.w);
    /* help and home left of the four others, or above them in a column of their own */
    for (int i = TOOL_LANGUAGE; i < TOOL_COUNT; i++) {
        assert_true(p.tools[TOOL_HELP].x < p.tools[i].x && p.tools[TOOL_HOME].x < p.tools[i].x);
    }
    assert_true(p.left.x < p.main.x && p.left.y == p.main.y);
}

static void
test_panels(void **state ATTR_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(panels); i++) {
        check_panel(panels[i], false);
        check_panel(panels[i], true);
    }
}

/* A seated visitor's keypad keeps keys of 16 mm, and the buttons that turn pages are never under it. */
static void
test_low_room(void **state ATTR_UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(panels); i++) {
        struct places p;
        places_of(panels[i], true, &p);
        int bottom = p.column.y + p.column.h;
        bool beside = p.turn.w < p.column.w;
        int room = (beside ? bottom : p.turn.y - GAP_MIN) - p.targets;
        assert_true((room - 3 * 52) / 4 >= (panels[i].w == 3453 ? 165 : 190));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_panels),
        cmocka_unit_test(test_low_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
