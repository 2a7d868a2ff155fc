/* app/hand.c - a kanji drawn by finger: the drawing area, up to ten characters that it may be, large, and keys that
 * take the last stroke or all of it away. Drawing needs a finger; every key here, and the way back to
 * the other keys, can be had with keys and switches too. */
#include "app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 3, ROWS = 4, EDIT_KEYS = COLUMNS * ROWS - INPUT_CANDIDATES_MAX };

bool
hand_possible(const struct app *app, const struct question *question)
{
    return app->hand != NULL && question->type == QUESTION_TEXT;
}

/* What the drawing may be, anew after each stroke. */
static void
guess(struct app *app)
{
    struct writing *writing = &app->visit.writing;
    const struct ui_ink *ink = ui_ink(app->ui);
    struct input_drawing drawing = {.stroke_count = ink->stroke_count,
        .point_count = ink->point_count,
        .side = writing->hand_side};
    _Static_assert(sizeof(drawing.ends) == sizeof(ink->ends), "as many strokes");
    _Static_assert(sizeof(drawing.points) == sizeof(ink->points), "as many points");
    memcpy(drawing.ends, ink->ends, sizeof(drawing.ends));
    for (size_t i = 0; i < ink->point_count; i++) {
        drawing.points[i] = (struct input_point){ink->points[i].x, ink->points[i].y};
    }
    explicit_bzero(writing->hand_words, sizeof(writing->hand_words));
    writing->hand_count = input_hand_guess(app->hand, &drawing, writing->hand_words);
    explicit_bzero(&drawing, sizeof(drawing));
}

void
hand_drawn(struct app *app)
{
    if (app->hand != NULL && app->visit.writing.mode == KEYBOARD_HAND) {
        guess(app);
    }
}

static void
start_anew(struct app *app)
{
    ui_ink_clear(app->ui);
    guess(app);
}

static void
place_word(struct app *app, int index, struct ui_rect where)
{
    char id[UI_ID_MAX];
    (void)snprintf(id, sizeof(id), "word:%d", index);
    ui_add(app->ui, &(struct ui_element){.id = id,
                        .role = UI_ROLE_KEY,
                        .rect = where,
                        .text = app->visit.writing.hand_words[index],
                        .lang = "ja",
                        .size = UI_SIZE_KEY,
                        .bold = true,
                        .tone = UI_TONE_SURFACE,
                        .state = UI_STATE_PERSONAL,
                        .align = UI_ALIGN_CENTRE});
}

/* The index-th place beside the drawing: words first, at the end what takes strokes away. */
static struct ui_rect
beside(struct ui_rect area, int gap, int index)
{
    int w = (area.w - (COLUMNS - 1) * gap) / COLUMNS;
    int h = (area.h - (ROWS - 1) * gap) / ROWS;
    return rect(area.x + index % COLUMNS * (w + gap), area.y + index / COLUMNS * (h + gap), w, h);
}

static void
place_edit_keys(struct app *app, struct ui_rect area, int gap, bool empty)
{
    static const char *const ids[EDIT_KEYS] = {"key:undo", "key:clear"};
    static const char *const names[EDIT_KEYS] = {"key.undo", "key.clear"};
    for (int i = 0; i < EDIT_KEYS; i++) {
        ui_add(app->ui, &(struct ui_element){.id = ids[i],
                            .role = UI_ROLE_KEY,
                            .rect = beside(area, gap, INPUT_CANDIDATES_MAX + i),
                            .text = say(app, names[i]),
                            .size = UI_SIZE_BAR,
                            .bold = true,
                            .tone = UI_TONE_QUIET,
                            .state = empty ? UI_STATE_WAITING : 0,
                            .align = UI_ALIGN_CENTRE});
    }
}

/* What to do, where the words will stand: as large as there is room for. */
static void
place_how(struct app *app, struct ui_rect where)
{
    static const enum ui_size sizes[] = {UI_SIZE_BODY, UI_SIZE_HINT, UI_SIZE_BAR};
    const char *how = say(app, "hand.how");
    size_t i = 0;
    while (i + 1 < ARRAY_LEN(sizes) &&
           ui_text_height(app->ui, how, where.w, sizes[i], false) > where.h) {
        i++;
    }
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                        .rect = where,
                        .text = how,
                        .size = sizes[i],
                        .tone = UI_TONE_PAPER,
                        .valign = UI_ALIGN_CENTRE});
}

void
hand_build(struct app *app, struct ui_rect keys, int gap)
{
    struct writing *writing = &app->visit.writing;
    int side = keys.h < keys.w / 2 ? keys.h : keys.w / 2;
    struct ui_rect right = rect(keys.x + side + GAP_MIN, keys.y, keys.w - side - GAP_MIN, keys.h);
    bool empty = ui_ink(app->ui)->stroke_count == 0;
    writing->hand_side = side;
    if (empty) { /* another page was there meanwhile, and the drawing went with its area */
        explicit_bzero(writing->hand_words, sizeof(writing->hand_words));
        writing->hand_count = 0;
    }
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_INK,
                        .rect = rect(keys.x, keys.y, side, side),
                        .label = say(app, "hand.area"),
                        .tone = UI_TONE_SURFACE,
                        .state = UI_STATE_PERSONAL});
    for (int i = 0; i < writing->hand_count; i++) {
        place_word(app, i, beside(right, gap, i));
    }
    if (writing->hand_count == 0) {
        int bottom = beside(right, gap, INPUT_CANDIDATES_MAX).y - GAP_MIN;
        place_how(app, rect(right.x, right.y, right.w, bottom - right.y));
    }
    place_edit_keys(app, right, gap, empty);
}

bool
hand_tap(struct app *app, const char *id)
{
    struct writing *writing = &app->visit.writing;
    if (strcmp(id, "key:undo") == 0) {
        ui_ink_undo(app->ui);
        guess(app);
        return true;
    }
    if (strcmp(id, "key:clear") == 0) {
        start_anew(app);
        return true;
    }
    if (strncmp(id, "word:", 5) != 0) {
        return false;
    }
    int index = (int)strtol(id + 5, NULL, 10);
    if (index >= 0 && index < writing->hand_count) {
        field_put(app, writing->hand_words[index]);
        start_anew(app);
    }
    return true;
}
