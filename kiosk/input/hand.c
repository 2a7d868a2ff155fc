/* input/hand.c - a character drawn by finger: which it may be, by libzinnia with a model of its own. */
#include "input_priv.h"

#include <stdlib.h>
#include <string.h>
#include <zinnia.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"

enum { STROKE_POINTS = 18 };

struct input_hand {
    char *path;
    zinnia_recognizer_t *recognizer; /* NULL at rest */
};

static zinnia_recognizer_t *
open_model(const char *path)
{
    zinnia_recognizer_t *recognizer = zinnia_recognizer_new();
    if (recognizer != NULL && zinnia_recognizer_open(recognizer, path) == 0) {
        zinnia_recognizer_destroy(recognizer);
        recognizer = NULL;
    }
    return recognizer;
}

int
input_hand_open(const char *path, struct input_hand **ret_hand)
{
    if (!fs_exists(path)) {
        return KERR_NOT_FOUND;
    }
    zinnia_recognizer_t *recognizer = open_model(path);
    if (recognizer == NULL) {
        return KERR_INVALID;
    }
    struct input_hand *hand = xcalloc(1, sizeof(*hand));
    hand->path = xstrdup(path);
    hand->recognizer = recognizer;
    input_hand_rest(hand); /* few visitors draw */
    *ret_hand = hand;
    return 0;
}

void
input_hand_rest(struct input_hand *hand)
{
    if (hand->recognizer != NULL) {
        zinnia_recognizer_destroy(hand->recognizer);
        hand->recognizer = NULL;
    }
}

void
input_hand_close(struct input_hand *hand)
{
    if (hand != NULL) {
        input_hand_rest(hand);
        free(hand->path);
        free(hand);
    }
}

/* A character of Japanese writing: what fits the field's and the record's rules. */
static bool
fit(const char *word)
{
    size_t len = strlen(word);
    size_t pos = 0;
    if (len == 0 || len >= INPUT_HAND_WORD || !utf8_valid(word, len)) {
        return false;
    }
    uint32_t code = utf8_next(word, len, &pos);
    return pos == len &&
           ((code >= 0x3005 && code <= 0x3007) || (code >= 0x3041 && code <= 0x30fe) ||
               (code >= 0x3400 && code <= 0x9fff) || (code >= 0xf900 && code <= 0xfaff) ||
               (code >= 0x20000 && code <= 0x3ffff));
}

static int
brought_in(int value, int most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

/* The library halves a stroke at its farthest point, again and again, and its memory doubles each time: a
 * scribble of 768 points took all there is. So few points that it can't be halved often do for the
 * longest stroke of a kanji. */
static void
add_stroke(zinnia_character_t *character, size_t id, const struct input_drawing *drawing,
    size_t first, size_t count)
{
    size_t most = count < STROKE_POINTS ? count : STROKE_POINTS;
    for (size_t i = 0; i < most; i++) {
        const struct input_point *point =
            &drawing->points[first + (most > 1 ? i * (count - 1) / (most - 1) : 0)];
        (void)zinnia_character_add(character, id, brought_in(point->x, drawing->side),
            brought_in(point->y, drawing->side)); /* it only ever appends */
    }
}

int
input_hand_guess(struct input_hand *hand, const struct input_drawing *drawing,
    char words[INPUT_CANDIDATES_MAX][INPUT_HAND_WORD])
{
    enum { ASKED = 3 * INPUT_CANDIDATES_MAX };
    if (drawing->stroke_count == 0 || drawing->stroke_count > INPUT_HAND_STROKES_MAX ||
        drawing->point_count > INPUT_HAND_POINTS_MAX || drawing->side <= 0) {
        return 0;
    }
    if (hand->recognizer == NULL) {
        hand->recognizer = open_model(hand->path);
        if (hand->recognizer == NULL) {
            return 0; /* the file went away meanwhile */
        }
    }
    zinnia_character_t *character = zinnia_character_new();
    zinnia_character_set_width(character, (size_t)drawing->side);
    zinnia_character_set_height(character, (size_t)drawing->side);
    size_t id = 0; /* without gaps: a stroke without points is none */
    for (size_t stroke = 0, at = 0; stroke < drawing->stroke_count; stroke++) {
        size_t end = drawing->ends[stroke] < drawing->point_count ? drawing->ends[stroke]
                                                                  : drawing->point_count;
        if (end > at) {
            add_stroke(character, id++, drawing, at, end - at);
            at = end;
        }
    }
    zinnia_result_t *result = zinnia_recognizer_classify(hand->recognizer, character, ASKED);
    int count = 0;
    for (size_t i = 0;
         result != NULL && i < zinnia_result_size(result) && count < INPUT_CANDIDATES_MAX; i++) {
        const char *word = zinnia_result_value(result, i);
        if (fit(word)) {
            memcpy(words[count++], word, strlen(word) + 1);
        }
    }
    if (result != NULL) {
        zinnia_result_destroy(result);
    }
    zinnia_character_clear(character);
    zinnia_character_destroy(character);
    return count;
}
