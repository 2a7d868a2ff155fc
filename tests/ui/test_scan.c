/* Two switches over pages like those of the kiosk: what the groups are, the way of the ring as a string of
 * moves (1) and selections (2), and how many of them a keyboard needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "ui/ui_priv.h"

static void
add(struct frame *frame, const char *id, enum ui_role role, struct ui_rect rect)
{
    frame_add(frame, &(struct ui_element){.id = id, .role = role, .rect = rect}, "ja");
}

/* Both bars, and back and next on the lower one. */
static void
begin(struct frame *frame, const char *screen)
{
    frame_begin(frame, screen);
    add(frame, NULL, UI_ROLE_PANEL, (struct ui_rect){0, 0, 4764, 2680});
    add(frame, NULL, UI_ROLE_PANEL, (struct ui_rect){0, 0, 4764, 280});
    add(frame, "help", UI_ROLE_BUTTON, (struct ui_rect){120, 35, 600, 205});
    add(frame, "language", UI_ROLE_BUTTON, (struct ui_rect){3000, 35, 500, 205});
    add(frame, "contrast", UI_ROLE_BUTTON, (struct ui_rect){4000, 35, 600, 205});
    add(frame, NULL, UI_ROLE_PANEL, (struct ui_rect){0, 2260, 4764, 420});
    add(frame, "back", UI_ROLE_BUTTON, (struct ui_rect){120, 2340, 680, 260});
}

static void
end(struct frame *frame)
{
    add(frame, "next", UI_ROLE_MAIN, (struct ui_rect){3600, 2330, 1040, 280});
}

/* Eleven columns and five rows of keys, modes below, a field above. */
static void
keyboard(struct frame *frame)
{
    begin(frame, "keyboard");
    add(frame, "field:name", UI_ROLE_FIELD, (struct ui_rect){240, 500, 4280, 205});
    for (int i = 0; i < 55; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "key:%d", i);
        add(frame, id, UI_ROLE_KEY,
            (struct ui_rect){240 + i % 11 * 390, 760 + i / 11 * 215, 350, 180});
    }
    for (int i = 0; i < 5; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "mode:%d", i);
        add(frame, id, UI_ROLE_BUTTON, (struct ui_rect){240 + i * 860, 1840, 820, 180});
    }
    end(frame);
}

/* Words at the left, a keypad beside them whose rows lie elsewhere. */
static void
date(struct frame *frame)
{
    begin(frame, "date");
    for (int i = 0; i < 6; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "era:%d", i);
        add(frame, id, UI_ROLE_BUTTON,
            (struct ui_rect){240 + i % 3 * 740, 700 + i / 3 * 255, 690, 205});
    }
    for (int i = 0; i < 12; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "digit:%d", i);
        add(frame, id, UI_ROLE_KEY,
            (struct ui_rect){2700 + i % 3 * 610, 480 + i / 3 * 417, 560, 365});
    }
    end(frame);
}

/* Seated: the top bar's buttons stand at the sides, the modes right of the keys. */
static void
seated(struct frame *frame)
{
    frame_begin(frame, "seated");
    add(frame, "help", UI_ROLE_TOOL, (struct ui_rect){100, 1100, 400, 205});
    for (int i = 0; i < 6; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "key:%d", i);
        add(frame, id, UI_ROLE_KEY,
            (struct ui_rect){700 + i % 3 * 300, 1100 + i / 3 * 230, 260, 205});
        (void)snprintf(id, sizeof id, "mode:%d", i);
        add(frame, id, UI_ROLE_BUTTON,
            (struct ui_rect){2000 + i % 3 * 300, 1100 + i / 3 * 230, 260, 205});
    }
    add(frame, NULL, UI_ROLE_PANEL, (struct ui_rect){0, 2260, 4764, 420});
    end(frame);
}

static void
answers(struct frame *frame)
{
    begin(frame, "answers");
    for (int i = 0; i < 4; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "c%d", i + 1);
        add(frame, id, UI_ROLE_CHOICE,
            (struct ui_rect){240 + i % 2 * 2180, 800 + i / 2 * 400, 2100, 330});
    }
    end(frame);
}

static void
groups_as_text(const struct frame *frame, char *out, size_t cap)
{
    struct scan_groups groups;
    scan_groups(frame, &groups);
    out[0] = '\0';
    for (size_t i = 0; i < groups.count; i++) {
        size_t len = strlen(out);
        const struct item *first = &frame->items[groups.order.at[groups.first[i]]];
        (void)snprintf(
            out + len, cap - len, "%s%s %d", i > 0 ? ", " : "", first->e.id, groups.len[i]);
    }
}

static void
test_groups(void **state ATTR_UNUSED)
{
    static const struct {
        void (*fill)(struct frame *frame);
        const char *expect;
    } pages[] = {
        {answers, "c1 1, c2 1, c3 1, c4 1, next 1, back 1, help 3"},
        {keyboard,
            "key:0 11, key:11 11, key:22 11, key:33 11, key:44 11, mode:0 5, next 1, back 1, "
            "help 3"},
        {seated, "key:0 3, key:3 3, mode:0 3, mode:3 3, next 1, help 1"},
        {date,
            "era:0 3, era:3 3, digit:0 3, digit:3 3, digit:6 3, digit:9 3, next 1, back 1, help 3"},
    };
    struct frame frame;
    frame_init(&frame);
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        char got[512];
        pages[i].fill(&frame);
        groups_as_text(&frame, got, sizeof got);
        assert_string_equal(got, pages[i].expect);
    }
    frame_release(&frame);
}

/* Where the ring is after these moves: "first+more", and what was tapped. */
static void
drive(const struct frame *frame, const char *moves, char *out, size_t cap)
{
    struct scan scan = {0};
    struct scan_groups groups;
    size_t first;
    out[0] = '\0';
    scan_start(&scan, frame);
    for (; *moves != '\0'; moves++) {
        if (*moves == '1') {
            scan_move(&scan, frame);
            continue;
        }
        const struct item *item = scan_select(&scan, frame);
        if (item != NULL) {
            size_t len = strlen(out);
            (void)snprintf(out + len, cap - len, "tap %s ", item->e.id);
            scan_tapped(&scan, frame, item->e.role);
        }
    }
    scan_groups(frame, &groups);
    size_t ring = scan_ring(&scan, &groups, &first), len = strlen(out);
    (void)snprintf(out + len, cap - len, "ring %s %zu",
        ring > 0 ? frame->items[groups.order.at[first]].e.id : "-", ring);
}

static void
test_ways(void **state ATTR_UNUSED)
{
    static const struct {
        void (*fill)(struct frame *frame);
        const char *moves, *expect;
    } ways[] = {
        {answers, "", "ring c1 1"},
        {answers, "1", "ring c2 1"},
        {answers, "2", "tap c1 ring c1 1"}, /* a choice leaves the ring where it is */
        {answers, "11112", "tap next ring next 1"},
        {answers, "1111111", "ring c1 1"}, /* round */
        {keyboard, "", "ring key:0 11"},
        {keyboard, "12", "ring key:11 1"},
        {keyboard, "1211", "ring key:13 1"},
        {keyboard, "12112", "tap key:13 ring key:0 11"}, /* a key leads back to the first row */
        {keyboard, "121111111111", "ring key:21 1"},
        {keyboard, "1211111111111", "ring key:11 11"}, /* out again: the same row */
        {keyboard, "12111111111111", "ring key:22 11"},
        {keyboard, "11111212", "tap mode:1 ring mode:0 5"},
    };
    struct frame frame;
    frame_init(&frame);
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        char got[256];
        ways[i].fill(&frame);
        drive(&frame, ways[i].moves, got, sizeof got);
        assert_string_equal(got, ways[i].expect);
    }
    frame_release(&frame);
}

/* Every thing that acts is reached from the start, none of sixty keys by more than 16 closings. */
static void
test_everything_within_reach(void **state ATTR_UNUSED)
{
    struct frame frame;
    frame_init(&frame);
    keyboard(&frame);
    int reached = 0, most = 0;
    for (size_t i = 0; i < frame.count; i++) {
        const struct item *wanted = &frame.items[i];
        if (!frame_touchable(wanted) || wanted->e.role == UI_ROLE_FIELD) {
            continue;
        }
        struct scan scan = {0};
        struct scan_groups groups;
        scan_groups(&frame, &groups);
        scan_start(&scan, &frame);
        int closings = 0;
        for (bool there = false; !there && closings < 100; closings++) {
            size_t first, len = scan_ring(&scan, &groups, &first);
            bool in = false;
            for (size_t at = first; at < first + len; at++) {
                in = in || &frame.items[groups.order.at[at]] == wanted;
            }
            if (in) {
                there = scan_select(&scan, &frame) == wanted;
            } else {
                scan_move(&scan, &frame);
            }
        }
        reached++;
        assert_true(closings < 100);
        most = wanted->e.role == UI_ROLE_KEY && closings > most ? closings : most;
    }
    assert_int_equal(reached, 55 + 5 + 2 + 3);
    assert_in_range(most, 11, 16);
    frame_release(&frame);
}

/* The list made anew keeps the ring; another page, or a group that is gone, begins at the start. */
static void
test_new_lists(void **state ATTR_UNUSED)
{
    struct frame frame;
    frame_init(&frame);
    answers(&frame);
    struct scan scan = {0};
    scan_start(&scan, &frame);
    scan_move(&scan, &frame);
    scan_frame(&scan, &frame, false);
    assert_string_equal(scan.id, "c2");
    frame_begin(&frame, "answers");
    add(&frame, "c0", UI_ROLE_CHOICE, (struct ui_rect){240, 100, 2100, 330});
    add(&frame, "c2", UI_ROLE_CHOICE, (struct ui_rect){240, 500, 2100, 330});
    scan_frame(&scan, &frame, false);
    assert_string_equal(scan.id, "c2");
    assert_int_equal(scan.group, 1);
    scan_frame(&scan, &frame, true);
    assert_string_equal(scan.id, "c0");
    scan_move(&scan, &frame);
    answers(&frame);
    frame_begin(&frame, "empty");
    scan_frame(&scan, &frame, false);
    assert_string_equal(scan.id, "");
    scan_move(&scan, &frame);
    assert_null(scan_select(&scan, &frame));
    frame_release(&frame);
}

static void
test_strikes(void **state ATTR_UNUSED)
{
    struct scan scan = {0};
    assert_true(scan_strike(&scan, 1, 1000));
    assert_false(scan_strike(&scan, 1, 1499));
    assert_true(scan_strike(&scan, 1, 1500));
    assert_true(scan_strike(&scan, 2, 1510)); /* the other switch is another finger */
    assert_false(scan_strike(&scan, 2, 2009));
    assert_true(scan_strike(&scan, 1, 2009));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_ways),
        cmocka_unit_test(test_everything_within_reach),
        cmocka_unit_test(test_new_lists),
        cmocka_unit_test(test_strikes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
