/* Characters drawn by finger, with the real model: straight strokes of kanji, drawings beyond the bounds, files that are
 * no model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/rng.h"
#include "harness/harness.h"
#include "input/input_priv.h"

#define MODEL "/usr/share/tegaki/models/zinnia/handwriting-ja.model"

enum { SIDE = 1000, POINTS = 12, STROKES = 6, CORNERS = 3, ROUNDS = 5, GUESS_MS = 300 };

static struct input_hand *
open_model(void)
{
    struct input_hand *hand;
    assert_int_equal(input_hand_open(MODEL, &hand), 0);
    return hand;
}

/* From corner to corner; the last one is where the zeros begin. */
static void
add_stroke(struct input_drawing *drawing, const int corners[CORNERS][2])
{
    for (int c = 1; c < CORNERS && corners[c][0] != 0; c++) {
        const int *a = corners[c - 1], *b = corners[c];
        for (int i = 0; i < POINTS; i++) {
            drawing->points[drawing->point_count++] =
                (struct input_point){(int16_t)(a[0] + (b[0] - a[0]) * i / (POINTS - 1)),
                    (int16_t)(a[1] + (b[1] - a[1]) * i / (POINTS - 1))};
        }
    }
    drawing->ends[drawing->stroke_count++] = (uint16_t)drawing->point_count;
}

static const struct {
    const char *kanji;
    int strokes[STROKES][CORNERS][2];
} drawn[] = {
    {"一", {{{100, 500}, {900, 500}}}},
    {"二", {{{200, 300}, {800, 300}}, {{100, 700}, {900, 700}}}},
    {"三", {{{200, 200}, {800, 200}}, {{250, 500}, {750, 500}}, {{100, 800}, {900, 800}}}},
    {"十", {{{100, 500}, {900, 500}}, {{500, 100}, {500, 900}}}},
    {"木", {{{100, 400}, {900, 400}}, {{500, 100}, {500, 900}}, {{500, 400}, {150, 850}},
               {{500, 400}, {850, 850}}}},
    {"大", {{{100, 400}, {900, 400}}, {{500, 100}, {150, 900}}, {{500, 400}, {850, 900}}}},
    {"日", {{{250, 100}, {250, 900}}, {{250, 100}, {750, 100}, {750, 900}},
               {{250, 500}, {750, 500}}, {{250, 900}, {750, 900}}}},
    {"田", {{{150, 150}, {150, 850}}, {{150, 150}, {850, 150}, {850, 850}},
               {{500, 150}, {500, 850}}, {{150, 500}, {850, 500}}, {{150, 850}, {850, 850}}}},
};

static void
test_straight_strokes(void **state ATTR_UNUSED)
{
    struct input_hand *hand = open_model();
    for (size_t i = 0; i < ARRAY_LEN(drawn); i++) {
        struct input_drawing drawing = {.side = SIDE};
        for (int s = 0; s < STROKES && drawn[i].strokes[s][0][0] != 0; s++) {
            add_stroke(&drawing, drawn[i].strokes[s]);
        }
        char words[INPUT_CANDIDATES_MAX][INPUT_HAND_WORD];
        int64_t start = clock_mono_ms(clock_system());
        int count = input_hand_guess(hand, &drawing, words);
        assert_true(clock_mono_ms(clock_system()) - start < GUESS_MS);
        assert_int_equal(count, INPUT_CANDIDATES_MAX);
        bool found = false;
        for (int n = 0; n < count; n++) {
            found = found || strcmp(words[n], drawn[i].kanji) == 0;
        }
        if (!found) {
            fail_msg("%s is not among the first %d", drawn[i].kanji, count);
        }
    }
    input_hand_close(hand);
}

/* Whether the model lies in this process's memory. */
static bool
mapped(void)
{
    char line[512];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof(line), maps) != NULL) {
        found = found || strstr(line, MODEL) != NULL;
    }
    assert_int_equal(fclose(maps), 0);
    return found;
}

/* What lies outside is taken to the edge, and a stroke without points is none. */
static void
test_same_drawing(void **state ATTR_UNUSED)
{
    enum { BEYOND = 700 };
    static const int level[CORNERS][2] = {{1, 500}, {SIDE, 500}};
    static const int upright[CORNERS][2] = {{500, 100}, {500, 900}};
    struct input_hand *hand = open_model();
    char want[INPUT_CANDIDATES_MAX][INPUT_HAND_WORD], words[INPUT_CANDIDATES_MAX][INPUT_HAND_WORD];
    struct input_drawing drawing = {.side = SIDE};
    memset(want, 0, sizeof(want));
    memset(words, 0, sizeof(words));
    add_stroke(&drawing, level);
    drawing.points[0].x = 0;
    add_stroke(&drawing, upright);
    assert_int_equal(input_hand_guess(hand, &drawing, want), INPUT_CANDIDATES_MAX);
    drawing.points[0].x -= BEYOND;
    drawing.points[POINTS - 1].x += BEYOND;
    assert_int_equal(input_hand_guess(hand, &drawing, words), INPUT_CANDIDATES_MAX);
    assert_memory_equal(words, want, sizeof(want));
    drawing.points[0].x = 0;
    drawing.ends[2] = drawing.ends[1];
    drawing.ends[1] = drawing.ends[0];
    drawing.stroke_count = 3;
    assert_int_equal(input_hand_guess(hand, &drawing, words), INPUT_CANDIDATES_MAX);
    assert_memory_equal(words, want, sizeof(want));
    input_hand_close(hand);
}

/* The model knows digits too; a name has none. */
static void
test_no_digits(void **state ATTR_UNUSED)
{
    static const int one[CORNERS][2] = {{500, 100}, {500, 900}};
    static const int seven[CORNERS][2] = {{300, 150}, {700, 150}, {450, 900}};
    const int(*strokes[])[2] = {one, seven};
    struct input_hand *hand = open_model();
    for (size_t i = 0; i < ARRAY_LEN(strokes); i++) {
        struct input_drawing drawing = {.side = SIDE};
        char words[INPUT_CANDIDATES_MAX][INPUT_HAND_WORD];
        add_stroke(&drawing, strokes[i]);
        int count = input_hand_guess(hand, &drawing, words);
        assert_int_equal(count, INPUT_CANDIDATES_MAX);
        for (int n = 0; n < count; n++) {
            assert_true((words[n][0] & 0x80) != 0);
        }
    }
    input_hand_close(hand);
}

static void
test_bounds(void **state ATTR_UNUSED)
{
    struct input_hand *hand = open_model();
    char words[INPUT_CANDIDATES_MAX][INPUT_HAND_WORD];
    struct input_drawing drawing = {.side = SIDE};
    assert_int_equal(input_hand_guess(hand, &drawing, words), 0);
    assert_false(mapped()); /* nothing drawn: nothing to do */
    drawing.stroke_count = INPUT_HAND_STROKES_MAX + 1;
    assert_int_equal(input_hand_guess(hand, &drawing, words), 0);
    drawing.stroke_count = 0;
    add_stroke(&drawing, drawn[0].strokes[0]);
    assert_true(input_hand_guess(hand, &drawing, words) > 0);
    for (drawing.side = -SIDE; drawing.side <= 0; drawing.side += SIDE) {
        assert_int_equal(input_hand_guess(hand, &drawing, words), 0);
    }
    drawing.side = SIDE;
    drawing.point_count = INPUT_HAND_POINTS_MAX + 1;
    assert_int_equal(input_hand_guess(hand, &drawing, words), 0);
    /* as many strokes and points as there may be, far outside the area, ends in any order */
    struct rng_seeded seeded = {.state = 7};
    for (int round = 0; round < ROUNDS; round++) {
        drawing = (struct input_drawing){.stroke_count = INPUT_HAND_STROKES_MAX,
            .point_count = INPUT_HAND_POINTS_MAX,
            .side = SIDE};
        for (size_t i = 0; i < INPUT_HAND_STROKES_MAX; i++) {
            drawing.ends[i] = (uint16_t)rng_seeded_next(&seeded);
        }
        for (size_t i = 0; i < INPUT_HAND_POINTS_MAX; i++) {
            drawing.points[i].x = (int16_t)rng_seeded_next(&seeded);
            drawing.points[i].y = (int16_t)rng_seeded_next(&seeded);
        }
        int count = input_hand_guess(hand, &drawing, words);
        assert_in_range(count, 0, INPUT_CANDIDATES_MAX);
    }
    /* one stroke without a way: a touch */
    drawing = (struct input_drawing){
        .stroke_count = 1, .point_count = 1, .ends = {1}, .points = {{500, 500}}, .side = SIDE};
    assert_in_range(input_hand_guess(hand, &drawing, words), 0, INPUT_CANDIDATES_MAX);
    input_hand_close(hand);
}

static void
test_rest(void **state ATTR_UNUSED)
{
    struct input_hand *hand = open_model();
    struct input_drawing drawing = {.side = SIDE};
    char words[INPUT_CANDIDATES_MAX][INPUT_HAND_WORD];
    add_stroke(&drawing, drawn[0].strokes[0]);
    assert_false(mapped());
    for (int i = 0; i < 2; i++) {
        assert_int_equal(input_hand_guess(hand, &drawing, words), INPUT_CANDIDATES_MAX);
        assert_true(mapped());
        input_hand_rest(hand);
        assert_false(mapped());
    }
    input_hand_rest(hand);
    input_hand_close(hand);
}

static void
test_model_gone(void **state ATTR_UNUSED)
{
    struct input_hand *hand;
    struct input_drawing drawing = {.side = SIDE};
    char folder[HARNESS_FOLDER_LEN], words[INPUT_CANDIDATES_MAX][INPUT_HAND_WORD];
    harness_folder_make(folder);
    char *path = fs_join(folder, "link.model");
    assert_int_equal(symlink(MODEL, path), 0);
    assert_int_equal(input_hand_open(path, &hand), 0);
    assert_int_equal(unlink(path), 0);
    add_stroke(&drawing, drawn[0].strokes[0]);
    assert_int_equal(input_hand_guess(hand, &drawing, words), 0);
    input_hand_close(hand);
    free(path);
    assert_int_equal(harness_folder_remove(folder), 0);
}

static void
test_no_model(void **state ATTR_UNUSED)
{
    struct input_hand *hand = NULL;
    assert_int_equal(input_hand_open("/nonexistent", &hand), KERR_NOT_FOUND);
    char folder[HARNESS_FOLDER_LEN];
    harness_folder_make(folder);
    char *path = fs_join(folder, "no.model");
    assert_int_equal(fs_write_atomic(path, "no model", 8, 0600), 0);
    assert_int_equal(input_hand_open(path, &hand), KERR_INVALID);
    assert_null(hand);
    free(path);
    assert_int_equal(harness_folder_remove(folder), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_straight_strokes),
        cmocka_unit_test(test_same_drawing),
        cmocka_unit_test(test_no_digits),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_rest),
        cmocka_unit_test(test_model_gone),
        cmocka_unit_test(test_no_model),
    };
    return cmocka_run_group_tests_name("hand", tests, NULL, NULL);
}
