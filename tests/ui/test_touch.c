/* What a finger meant: presses, slips, gaps, locks and second fingers as tables of contacts in 0.1 mm and
 * milliseconds. The judgement has no clock of its own, so nothing here waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "ui/ui_priv.h"

enum { STEPS = 8 };

struct step {
    char
        what; /* d down, m move, u up, p another page, o one with F for M, r the same page anew, - nothing */
    int finger, x, y, at_ms;
};
struct touch_case {
    const char *name;
    struct step steps[STEPS];
    const char *expect; /* what came out: "A." tap on A, "." nowhere, "" nothing */
};

/* A and B stand 5 mm apart, C alone, M is the main act, W waits; K lies on top of a part of C. */
static void
fill(struct frame *frame, const char *screen)
{
    frame_begin(frame, screen);
    frame_add(frame,
        &(struct ui_element){.id = "A", .role = UI_ROLE_BUTTON, .rect = {1000, 1000, 400, 400}},
        "ja");
    frame_add(frame,
        &(struct ui_element){.id = "B", .role = UI_ROLE_BUTTON, .rect = {1450, 1000, 400, 400}},
        "ja");
    frame_add(frame,
        &(struct ui_element){.id = "C", .role = UI_ROLE_BUTTON, .rect = {3000, 1000, 400, 400}},
        "ja");
    frame_add(frame,
        &(struct ui_element){.id = strcmp(screen, "other") == 0 ? "F" : "M",
            .role = UI_ROLE_MAIN,
            .rect = {1000, 3000, 600, 250}},
        "ja");
    frame_add(frame,
        &(struct ui_element){.id = "W",
            .role = UI_ROLE_BUTTON,
            .rect = {3000, 3000, 400, 400},
            .state = UI_STATE_WAITING},
        "ja");
    frame_add(frame,
        &(struct ui_element){.role = UI_ROLE_TEXT, .text = "no target", .rect = {0, 0, 5000, 500}},
        "ja");
    frame_add(frame,
        &(struct ui_element){.id = "K", .role = UI_ROLE_KEY, .rect = {3300, 1300, 100, 100}}, "ja");
}

static const struct touch_case cases[] = {
    {"press and release inside", {{'d', 1, 1100, 1100, 0}, {'u', 1, 1110, 1100, 80}}, "A;"},
    {"slip of 12 mm past the edge", {{'d', 1, 1010, 1200, 0}, {'u', 1, 890, 1200, 80}}, "A;"},
    {"slip of 12.1 mm past the edge", {{'d', 1, 1010, 1200, 0}, {'u', 1, 879, 1200, 80}}, ".;"},
    {"long way inside the same target", {{'d', 1, 1010, 1010, 0}, {'u', 1, 1390, 1390, 80}}, "A;"},
    {"end on the neighbour within the slip", {{'d', 1, 1395, 1200, 0}, {'u', 1, 1460, 1200, 80}},
        "A;"},
    {"slide to the neighbour", {{'d', 1, 1200, 1200, 0}, {'u', 1, 1600, 1200, 80}}, ".;"},
    {"slide away and back",
        {{'d', 1, 1200, 1200, 0}, {'m', 1, 2400, 1200, 40}, {'u', 1, 1200, 1200, 80}}, "A;"},
    {"from nothing onto a target", {{'d', 1, 2400, 1200, 0}, {'u', 1, 1600, 1200, 80}}, ".;"},
    {"on nothing", {{'d', 1, 2400, 2400, 0}, {'u', 1, 2400, 2400, 80}}, ".;"},
    {"on words", {{'d', 1, 100, 100, 0}, {'u', 1, 100, 100, 80}}, ".;"},
    {"waiting takes no touch", {{'d', 1, 3100, 3100, 0}, {'u', 1, 3100, 3100, 80}}, ".;"},
    {"topmost wins", {{'d', 1, 3350, 1350, 0}, {'u', 1, 3350, 1350, 80}}, "K;"},
    {"gap, near one: 4 mm", {{'d', 1, 2960, 1200, 0}, {'u', 1, 2960, 1200, 80}}, "C;"},
    {"gap, 4.1 mm is too far", {{'d', 1, 2959, 1200, 0}, {'u', 1, 2959, 1200, 80}}, ".;"},
    {"gap of 5 mm, nearer to one", {{'d', 1, 1420, 1200, 0}, {'u', 1, 1420, 1200, 80}}, "A;"},
    {"gap of 5 mm, nearer to the other", {{'d', 1, 1430, 1200, 0}, {'u', 1, 1430, 1200, 80}}, "B;"},
    {"half a gap is 2.5 mm at most", {{'d', 1, 1626, 1426, 0}, {'u', 1, 1626, 1426, 80}}, "B;"},
    {"left of A the second is far", {{'d', 1, 970, 1200, 0}, {'u', 1, 970, 1200, 80}}, "A;"},
    {"second press within 700 ms",
        {{'d', 1, 1100, 1100, 0}, {'u', 1, 1100, 1100, 50}, {'d', 1, 1100, 1100, 740},
            {'u', 1, 1100, 1100, 900}},
        "A;"},
    {"second press after 700 ms",
        {{'d', 1, 1100, 1100, 0}, {'u', 1, 1100, 1100, 50}, {'d', 1, 1100, 1100, 750},
            {'u', 1, 1100, 1100, 900}},
        "A;A;"},
    {"another target needs no wait",
        {{'d', 1, 1100, 1100, 0}, {'u', 1, 1100, 1100, 50}, {'d', 1, 1500, 1100, 100},
            {'u', 1, 1500, 1100, 150}},
        "A;B;"},
    {"main act is locked for 1 s",
        {{'d', 1, 1100, 3100, 0}, {'u', 1, 1100, 3100, 50}, {'d', 1, 1100, 3100, 1040},
            {'u', 1, 1100, 3100, 1100}},
        "M;"},
    {"main act after 1 s",
        {{'d', 1, 1100, 3100, 0}, {'u', 1, 1100, 3100, 50}, {'d', 1, 1100, 3100, 1050},
            {'u', 1, 1100, 3100, 1100}},
        "M;M;"},
    {"main act of the next page, under another name",
        {{'d', 1, 1100, 3100, 0}, {'u', 1, 1100, 3100, 50}, {'o', 0, 0, 0, 60},
            {'d', 1, 1100, 3100, 1040}, {'u', 1, 1100, 3100, 1100}},
        "M;"},
    {"and after 1 s",
        {{'d', 1, 1100, 3100, 0}, {'u', 1, 1100, 3100, 50}, {'o', 0, 0, 0, 60},
            {'d', 1, 1100, 3100, 1050}, {'u', 1, 1100, 3100, 1100}},
        "M;F;"},
    {"what isn't the main act needs no wait there",
        {{'d', 1, 1100, 3100, 0}, {'u', 1, 1100, 3100, 50}, {'o', 0, 0, 0, 60},
            {'d', 1, 1100, 1100, 400}, {'u', 1, 1100, 1100, 450}},
        "M;A;"},
    {"main act on the next page",
        {{'d', 1, 1100, 3100, 0}, {'u', 1, 1100, 3100, 50}, {'p', 0, 0, 0, 60},
            {'d', 1, 1100, 3100, 500}, {'u', 1, 1100, 3100, 550}},
        "M;"},
    {"page change locks for 300 ms",
        {{'p', 0, 0, 0, 0}, {'d', 1, 1100, 1100, 299}, {'u', 1, 1100, 1100, 400}}, ""},
    {"page change lets go after 300 ms",
        {{'p', 0, 0, 0, 0}, {'d', 1, 1100, 1100, 300}, {'u', 1, 1100, 1100, 400}}, "A;"},
    {"page changes under the finger",
        {{'d', 1, 1100, 1100, 0}, {'p', 0, 0, 0, 20}, {'u', 1, 1100, 1100, 500}}, ""},
    {"same page drawn anew under the finger",
        {{'d', 1, 1100, 1100, 0}, {'r', 0, 0, 0, 20}, {'u', 1, 1100, 1100, 80}}, "A;"},
    {"second finger is ignored",
        {{'d', 1, 1100, 1100, 0}, {'d', 2, 1500, 1100, 61}, {'u', 2, 1500, 1100, 70},
            {'u', 1, 1100, 1100, 80}},
        "A;"},
    {"second finger can't end the first",
        {{'d', 1, 1100, 1100, 0}, {'d', 2, 1110, 1100, 61}, {'m', 2, 2400, 2400, 65},
            {'u', 1, 1100, 1100, 80}},
        "A;"},
    {"palm: two contacts within 60 ms and 80 mm",
        {{'d', 1, 1100, 1100, 0}, {'d', 2, 1100, 1900, 60}, {'u', 2, 1100, 1900, 90},
            {'u', 1, 1100, 1100, 99}},
        ""},
    {"not a palm: 80.1 mm apart",
        {{'d', 1, 1100, 1100, 0}, {'d', 2, 1100, 1901, 60}, {'u', 1, 1100, 1100, 99}}, "A;"},
    {"palm: the third belongs to it by the second",
        {{'d', 1, 1100, 1100, 0}, {'d', 2, 1500, 1100, 50}, {'d', 3, 1100, 3100, 100},
            {'u', 3, 1100, 3100, 120}},
        "M;"},
    {"palm: the third near the second counts for nothing",
        {{'d', 1, 2100, 1100, 0}, {'d', 2, 1900, 1100, 50}, {'d', 3, 1500, 1100, 100},
            {'u', 3, 1500, 1100, 120}},
        ""},
    {"heel on the main act, 40 mm below the finger",
        {{'d', 1, 1100, 3200, 0}, {'d', 2, 1100, 2800, 150}, {'u', 2, 1100, 2800, 230},
            {'u', 1, 1100, 3200, 300}},
        ".;"},
    {"no heel: 39.9 mm below",
        {{'d', 1, 1100, 3200, 0}, {'d', 2, 1100, 2801, 150}, {'u', 2, 1100, 2801, 230},
            {'u', 1, 1100, 3200, 300}},
        "M;"},
    {"no heel: 80.1 mm away",
        {{'d', 1, 1100, 3200, 0}, {'d', 2, 1100, 2399, 150}, {'u', 2, 1100, 2399, 230},
            {'u', 1, 1100, 3200, 300}},
        "M;"},
    {"no heel: the second lies below",
        {{'d', 1, 1100, 1300, 0}, {'d', 2, 1100, 1800, 150}, {'u', 2, 1100, 1800, 230},
            {'u', 1, 1100, 1300, 300}},
        "A;"},
    {"a palm rests, a finger counts",
        {{'d', 1, 2400, 1200, 0}, {'d', 2, 2400, 1500, 10}, {'d', 3, 1100, 1100, 500},
            {'u', 3, 1100, 1100, 580}, {'u', 1, 2400, 1200, 900}, {'u', 2, 2400, 1500, 900}},
        "A;"},
    {"what rests on nothing keeps nobody away",
        {{'d', 1, 2400, 2400, 0}, {'d', 2, 1100, 1100, 100}, {'u', 2, 1100, 1100, 180},
            {'u', 1, 2400, 2400, 280}},
        "A;"},
    {"what rests on a target keeps others away for 3 s",
        {{'d', 1, 1100, 1100, 0}, {'d', 2, 1500, 1100, 3000}, {'u', 2, 1500, 1100, 3080}}, ""},
    {"and no longer",
        {{'d', 1, 1100, 1100, 0}, {'d', 2, 1500, 1100, 3001}, {'u', 2, 1500, 1100, 3080},
            {'u', 1, 1100, 1100, 3200}},
        "B;"},
    {"a lift that was lost",
        {{'d', 1, 1100, 1100, 0}, {'d', 1, 1500, 1100, 500}, {'u', 1, 1500, 1100, 580}}, "B;"},
    {"drag over others fires none",
        {{'d', 1, 1100, 1100, 0}, {'m', 1, 1500, 1100, 50}, {'m', 1, 3100, 1100, 100},
            {'m', 1, 1100, 3100, 150}, {'u', 1, 1100, 3100, 200}},
        ".;"},
    {"release without press", {{'u', 1, 1100, 1100, 0}}, ""},
};

static void
play(const struct touch_case *c, char *out, size_t cap)
{
    struct frame frame;
    frame_init(&frame);
    fill(&frame, "one");
    struct touch touch = {0};
    size_t at = 0;
    for (size_t i = 0; i < STEPS && c->steps[i].what != '\0'; i++) {
        const struct step *s = &c->steps[i];
        char id[UI_ID_MAX] = "";
        enum touch_verdict verdict = TOUCH_NONE;
        switch (s->what) {
        case 'd':
            touch_down(&touch, &frame, s->finger, s->x, s->y, s->at_ms);
            break;
        case 'm':
            touch_move(&touch, &frame, s->finger, s->x, s->y, s->at_ms);
            break;
        case 'u':
            verdict = touch_up(&touch, &frame, s->finger, s->x, s->y, s->at_ms, id);
            break;
        default:
            fill(&frame, s->what == 'p' ? "two" : s->what == 'o' ? "other" : "one");
            touch_frame(&touch, &frame, s->what != 'r', s->at_ms);
            break;
        }
        if (verdict != TOUCH_NONE) {
            int n = snprintf(out + at, cap - at, "%s;", verdict == TOUCH_TAP ? id : ".");
            at += (size_t)n;
        }
    }
    frame_release(&frame);
}

static void
test_table(void **state ATTR_UNUSED)
{
    int failed = 0;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char got[256] = "";
        play(&cases[i], got, sizeof got);
        if (strcmp(got, cases[i].expect) != 0) {
            print_error("%s: got \"%s\", expected \"%s\"\n", cases[i].name, got, cases[i].expect);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

/* Holding: what a press of 500 ms means, asked every 20 ms as the clock would. */
struct hold_case {
    const char *name;
    struct step steps[STEPS];
    const char *expect; /* as above, with the millisecond at which it came */
};

static const struct hold_case holds[] = {
    {"held long enough, not lifted", {{'d', 1, 1100, 1100, 0}, {'-', 0, 0, 0, 900}}, "A 500;"},
    {"and the lift does nothing more", {{'d', 1, 1100, 1100, 0}, {'u', 1, 1100, 1100, 900}},
        "A 500;"},
    {"lifted at the moment it is done", {{'d', 1, 1100, 1100, 10}, {'u', 1, 1100, 1100, 510}},
        "A 510;"},
    {"lifted too soon", {{'d', 1, 1100, 1100, 0}, {'u', 1, 1100, 1100, 480}, {'-', 0, 0, 0, 900}},
        ". 480;"},
    {"the hand trembles: breaks of 150 ms",
        {{'d', 1, 1100, 1100, 0}, {'u', 1, 1100, 1100, 200}, {'d', 2, 1150, 1100, 350},
            {'-', 0, 0, 0, 900}},
        ". 200;A 500;"},
    {"a break of 151 ms begins anew",
        {{'d', 1, 1100, 1100, 0}, {'u', 1, 1100, 1100, 200}, {'d', 2, 1150, 1100, 351},
            {'-', 0, 0, 0, 1200}},
        ". 200;A 860;"},
    {"a break and another target begins anew",
        {{'d', 1, 1390, 1100, 0}, {'u', 1, 1390, 1100, 200}, {'d', 2, 1460, 1100, 300},
            {'-', 0, 0, 0, 1200}},
        ". 200;B 800;"},
    {"a break and 12.1 mm away begins anew",
        {{'d', 1, 1100, 1100, 0}, {'u', 1, 1100, 1100, 200}, {'d', 2, 1221, 1100, 300},
            {'-', 0, 0, 0, 1200}},
        ". 200;A 800;"},
    {"slid away: taken back",
        {{'d', 1, 1100, 1100, 0}, {'m', 1, 2400, 1100, 300}, {'u', 1, 2400, 1100, 900}}, ". 900;"},
    {"slid away and back begins anew",
        {{'d', 1, 1100, 1100, 0}, {'m', 1, 2400, 1100, 300}, {'m', 1, 1100, 1100, 400},
            {'-', 0, 0, 0, 1200}},
        "A 900;"},
    {"the page changes under the hold",
        {{'d', 1, 1100, 1100, 0}, {'p', 0, 0, 0, 300}, {'u', 1, 1100, 1100, 900}}, ""},
    {"a palm holds nothing",
        {{'d', 1, 1100, 1100, 0}, {'d', 2, 1500, 1100, 40}, {'-', 0, 0, 0, 900}}, ""},
    {"held on, it counts once", {{'d', 1, 1100, 1100, 0}, {'-', 0, 0, 0, 3000}}, "A 500;"},
};

static void
note(char *out, size_t cap, enum touch_verdict verdict, const char *id, int at)
{
    size_t len = strlen(out);
    if (verdict != TOUCH_NONE) {
        (void)snprintf(out + len, cap - len, "%s %d;", verdict == TOUCH_TAP ? id : ".", at);
    }
}

static void
play_hold(const struct hold_case *c, char *out, size_t cap)
{
    struct frame frame;
    frame_init(&frame);
    fill(&frame, "one");
    struct touch touch = {.hold_ms = 500};
    size_t next = 0;
    for (int at = 0; next < STEPS && c->steps[next].what != '\0'; at += 10) {
        char id[UI_ID_MAX] = "";
        for (; next < STEPS && c->steps[next].what != '\0' && c->steps[next].at_ms <= at; next++) {
            const struct step *s = &c->steps[next];
            if (s->what == 'd') {
                touch_down(&touch, &frame, s->finger, s->x, s->y, s->at_ms);
            } else if (s->what == 'm') {
                touch_move(&touch, &frame, s->finger, s->x, s->y, s->at_ms);
            } else if (s->what == 'u') {
                note(out, cap, touch_up(&touch, &frame, s->finger, s->x, s->y, s->at_ms, id), id,
                    s->at_ms);
            } else if (s->what == 'p') {
                fill(&frame, "two");
                touch_frame(&touch, &frame, true, s->at_ms);
            }
        }
        if (at % 20 == 0) {
            note(out, cap, touch_tick(&touch, &frame, at, id), id, at);
        }
    }
    frame_release(&frame);
}

static void
test_holds(void **state ATTR_UNUSED)
{
    int failed = 0;
    for (size_t i = 0; i < ARRAY_LEN(holds); i++) {
        char got[256] = "";
        play_hold(&holds[i], got, sizeof got);
        if (strcmp(got, holds[i].expect) != 0) {
            print_error("%s: got \"%s\", expected \"%s\"\n", holds[i].name, got, holds[i].expect);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

/* The lock against double presses as the settings want it; the main act keeps its second. */
static void
test_repeat_lock_is_set(void **state ATTR_UNUSED)
{
    struct frame frame;
    frame_init(&frame);
    fill(&frame, "one");
    struct touch touch = {.repeat_ms = 300};
    const struct item *a = frame_find(&frame, "A"), *m = frame_find(&frame, "M");
    assert_true(touch_select(&touch, a, 0));
    assert_false(touch_select(&touch, a, 299));
    assert_true(touch_select(&touch, a, 300));
    assert_true(touch_select(&touch, m, 600));
    assert_false(touch_select(&touch, m, 1599));
    touch.repeat_ms = 1500;
    assert_true(touch_select(&touch, m, 1600));
    assert_false(touch_select(&touch, m, 3099));
    assert_true(touch_select(&touch, m, 3100));
    frame_release(&frame);
}

/* Pressed is shown only while letting go would count. */
static void
test_shown_pressed(void **state ATTR_UNUSED)
{
    struct frame frame;
    frame_init(&frame);
    fill(&frame, "one");
    struct touch touch = {0};
    touch_down(&touch, &frame, 1, 1200, 1200, 0);
    assert_true(touch.inside);
    touch_move(&touch, &frame, 1, 2400, 2400, 5);
    assert_false(touch.inside);
    touch_move(&touch, &frame, 1, 1300, 1300, 8);
    assert_true(touch.inside);
    touch_frame(&touch, &frame, true, 10);
    assert_false(touch.inside);
    frame_release(&frame);
}

static void
test_select_shares_the_locks(void **state ATTR_UNUSED)
{
    struct frame frame;
    frame_init(&frame);
    fill(&frame, "one");
    struct touch touch = {0};
    const struct item *a = frame_find(&frame, "A"), *m = frame_find(&frame, "M");
    assert_true(touch_select(&touch, a, 0));
    assert_false(touch_select(&touch, a, 699));
    assert_int_equal(touch_free_at(&touch, a, 100), 700);
    assert_int_equal(touch_free_at(&touch, m, 100), 100);
    assert_true(touch_select(&touch, m, 700));
    assert_false(touch_select(&touch, m, 1699));
    assert_true(touch_select(&touch, m, 1700));
    touch_frame(&touch, &frame, true, 2000);
    assert_int_equal(touch_free_at(&touch, a, 2000), 2300);
    assert_int_equal(touch_free_at(&touch, m, 2000), 2700);
    frame_release(&frame);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_holds),
        cmocka_unit_test(test_repeat_lock_is_set),
        cmocka_unit_test(test_shown_pressed),
        cmocka_unit_test(test_select_shares_the_locks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
