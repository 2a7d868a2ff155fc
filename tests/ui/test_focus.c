/* The way of the arrow keys over pages like those of the kiosk: a table of moves from id to id; and what is read together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "ui/ui_priv.h"

struct target {
    const char *id;
    enum ui_role role;
    struct ui_rect rect;
    unsigned state;
};

/* The look's question page: bars, two columns of answers, back and next. */
static const struct target question[] = {
    {"help", UI_ROLE_BUTTON, {120, 34, 640, 206}, 0},
    {"contrast", UI_ROLE_BUTTON, {3640, 34, 550, 206}, 0},
    {"speak", UI_ROLE_BUTTON, {4250, 34, 400, 206}, 0},
    {"c1", UI_ROLE_CHOICE, {240, 856, 2104, 334}, 0},
    {"c2", UI_ROLE_CHOICE, {2420, 856, 2104, 334}, 0},
    {"c3", UI_ROLE_CHOICE, {240, 1263, 2104, 334}, 0},
    {"c4", UI_ROLE_CHOICE, {2420, 1263, 2104, 334}, 0},
    {"back", UI_ROLE_BUTTON, {120, 2348, 680, 256}, 0},
    {"next", UI_ROLE_MAIN, {3604, 2338, 1040, 278}, 0},
    {NULL, UI_ROLE_TEXT, {240, 400, 4280, 240}, 0},
};

struct move {
    const char *from;
    enum focus_way way;
    const char *to;
};
static const struct move moves[] = {
    {"c1", FOCUS_RIGHT, "c2"},
    {"c1", FOCUS_DOWN, "c3"},
    {"c1", FOCUS_LEFT, "c1"},
    {"c1", FOCUS_UP, "help"},
    {"c2", FOCUS_LEFT, "c1"},
    {"c2", FOCUS_DOWN, "c4"},
    {"c2", FOCUS_UP, "contrast"},
    {"c3", FOCUS_DOWN, "back"},
    {"c4", FOCUS_DOWN, "next"},
    {"c4", FOCUS_RIGHT, "c4"},
    {"next", FOCUS_UP, "c4"},
    {"next", FOCUS_LEFT, "back"},
    {"back", FOCUS_UP, "c3"},
    {"back", FOCUS_RIGHT, "next"},
    {"help", FOCUS_RIGHT, "contrast"},
    {"help", FOCUS_DOWN, "c1"},
    {"speak", FOCUS_DOWN, "c2"},
    {"speak", FOCUS_LEFT, "contrast"},
    {"c1", FOCUS_NEXT, "c2"},
    {"next", FOCUS_NEXT, "help"},
    {"help", FOCUS_PREVIOUS, "next"},
};

static void
fill(struct frame *frame, unsigned next_state)
{
    frame_begin(frame, "question");
    for (size_t i = 0; i < ARRAY_LEN(question); i++) {
        const struct target *t = &question[i];
        bool next = t->role == UI_ROLE_MAIN;
        struct ui_element e = {
            .id = t->id, .role = t->role, .rect = t->rect, .state = next ? next_state : 0};
        frame_add(frame, &e, "ja");
    }
}

static void
test_moves(void **state ATTR_UNUSED)
{
    struct frame frame;
    frame_init(&frame);
    fill(&frame, 0);
    int failed = 0;
    for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
        struct focus focus = {.shown = true};
        (void)snprintf(focus.id, sizeof focus.id, "%s", moves[i].from);
        focus_move(&focus, &frame, moves[i].way);
        if (strcmp(focus.id, moves[i].to) != 0) {
            print_error("%s way %d: got %s, expected %s\n", moves[i].from, (int)moves[i].way,
                focus.id, moves[i].to);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
    frame_release(&frame);
}

/* Every target is reached from every other by arrows alone. */
static void
test_everything_is_reached(void **state ATTR_UNUSED)
{
    struct frame frame;
    frame_init(&frame);
    fill(&frame, 0);
    enum { TARGETS = ARRAY_LEN(question) - 1 };
    for (size_t start = 0; start < TARGETS; start++) {
        bool seen[TARGETS] = {false};
        size_t queue[TARGETS], head = 0, tail = 0;
        seen[start] = true;
        queue[tail++] = start;
        while (head < tail) {
            size_t at = queue[head++];
            for (int way = FOCUS_UP; way <= FOCUS_RIGHT; way++) {
                struct focus focus = {.shown = true};
                (void)snprintf(focus.id, sizeof focus.id, "%s", question[at].id);
                focus_move(&focus, &frame, (enum focus_way)way);
                for (size_t i = 0; i < TARGETS; i++) {
                    if (!seen[i] && strcmp(question[i].id, focus.id) == 0) {
                        seen[i] = true;
                        queue[tail++] = i;
                    }
                }
            }
        }
        assert_int_equal(tail, TARGETS);
    }
    frame_release(&frame);
}

static void
test_first_key_shows(void **state ATTR_UNUSED)
{
    struct frame frame;
    frame_init(&frame);
    fill(&frame, 0);
    struct focus focus = {0};
    focus_move(&focus, &frame, FOCUS_DOWN);
    assert_true(focus.shown);
    assert_string_equal(focus.id, "c1"); /* the first answer, not the top bar */
    frame_release(&frame);
}

/* What waits can't be focused; the focus of a target that goes falls back. */
static void
test_waiting_and_gone(void **state ATTR_UNUSED)
{
    struct frame frame;
    frame_init(&frame);
    fill(&frame, UI_STATE_WAITING);
    struct focus focus = {.shown = true, .id = "c4"};
    focus_move(&focus, &frame, FOCUS_DOWN);
    assert_string_not_equal(focus.id, "next");
    (void)snprintf(focus.id, sizeof focus.id, "next");
    focus_frame(&focus, &frame, false);
    assert_string_equal(focus.id, "c1");
    frame_begin(&frame, "empty");
    focus_frame(&focus, &frame, false);
    assert_string_equal(focus.id, "");
    focus_move(&focus, &frame, FOCUS_DOWN);
    assert_string_equal(focus.id, "");
    frame_release(&frame);
}

/* A name, its answer and the button that changes it are read together, whichever of them is higher. */
static void
test_what_follows(void **state ATTR_UNUSED)
{
    const struct ui_element row[] = {
        {.role = UI_ROLE_TEXT, .text = "name", .rect = {100, 100, 800, 150}},
        {.role = UI_ROLE_TEXT,
            .text = "answer",
            .rect = {100, 260, 800, 60},
            .state = UI_STATE_FOLLOWS},
        {.role = UI_ROLE_BUTTON,
            .id = "change",
            .text = "change",
            .rect = {1000, 100, 400, 205},
            .state = UI_STATE_FOLLOWS},
        {.role = UI_ROLE_TEXT, .text = "next name", .rect = {100, 400, 800, 150}},
    };
    for (int kept = 1; kept >= 0; kept--) {
        struct frame frame;
        struct order order;
        frame_init(&frame);
        frame_begin(&frame, "rows");
        for (size_t i = 0; i < ARRAY_LEN(row); i++) {
            struct ui_element e = row[i];
            e.state = kept != 0 ? e.state : 0;
            frame_add(&frame, &e, "ja");
        }
        order_make(&frame, true, &order);
        assert_int_equal(order.count, ARRAY_LEN(row));
        assert_int_equal(order.at[0], 0);
        assert_int_equal(order.at[1], kept != 0 ? 1 : 2); /* else the button's middle decides */
        assert_int_equal(order.at[2], kept != 0 ? 2 : 1);
        assert_int_equal(order.at[3], 3);
        frame_release(&frame);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moves),
        cmocka_unit_test(test_everything_is_reached),
        cmocka_unit_test(test_first_key_shows),
        cmocka_unit_test(test_waiting_and_gone),
        cmocka_unit_test(test_what_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
