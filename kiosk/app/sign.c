/* app/sign.c - a signature by finger. Each stroke is thinned to the corners that make its shape and goes into the field;
 * what the ui gathered is forgotten at once. Whoever can't or won't draw signs at the counter. */
#include "app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHAPE = 3, /* the place to sign is so many times as wide as high */
    UNITS = 1000, /* of its width; record's form of a stroke (procedure.h) */
    STRAIGHT = 4, /* thousandths that a corner may lie beside the line without being kept */
    STROKES_BYTES_MAX = 2990, /* room for the last point of a full field */
    POINT_TEXT = 12,
    BUTTON_H = 220,
    AREA_H_MAX = 900,
    AREA_H_LEAST = 300
};

static const char at_counter[] = "counter";

struct corner {
    int x, y;
};

/* How far a point lies beside the line from a to b, squared and times the line's squared length; at a
 * point-like line its distance. */
static bool
beside(struct corner a, struct corner b, struct corner p)
{
    int64_t dx = b.x - a.x;
    int64_t dy = b.y - a.y;
    int64_t length = dx * dx + dy * dy;
    int64_t cross = dx * (p.y - a.y) - dy * (p.x - a.x);
    if (length == 0) {
        int64_t px = p.x - a.x;
        int64_t py = p.y - a.y;
        return px * px + py * py > STRAIGHT * STRAIGHT;
    }
    return cross * cross > length * STRAIGHT * STRAIGHT;
}

/* Leaves out the points that lie on the way from the last kept one to the next. */
static size_t
thin(struct corner *points, size_t count)
{
    size_t kept = 0;
    size_t from = 0;
    for (size_t i = 1; i < count; i++) {
        bool corner = i + 1 == count;
        for (size_t j = from + 1; !corner && j <= i; j++) {
            corner = beside(points[from], points[i + 1], points[j]);
        }
        if (corner) {
            points[++kept] = points[i];
            from = i;
        }
    }
    return count > 0 ? kept + 1 : 0;
}

/* Appends a stroke to the field as far as there is room. */
static void
keep_stroke(struct app *app, const struct corner *points, size_t count)
{
    char *field = app->visit.field;
    if (strcmp(field, at_counter) == 0) {
        field_clear(app);
    }
    for (size_t i = 0; i < count; i++) {
        size_t have = strlen(field);
        if (have + POINT_TEXT > STROKES_BYTES_MAX) {
            return;
        }
        (void)snprintf(field + have, sizeof(app->visit.field) - have, "%s%d,%d",
            have == 0 ? ""
            : i == 0  ? ";"
                      : " ",
            points[i].x, points[i].y);
    }
}

static void
sign_drawn(struct app *app, const struct question *question)
{
    const struct ui_ink *ink = ui_ink(app->ui);
    struct corner points[UI_INK_POINTS_MAX];
    int width = app->visit.writing.hand_side;
    size_t at = 0;
    (void)question;
    for (size_t s = 0; s < ink->stroke_count && width > 0; s++) {
        size_t count = 0;
        for (; at < ink->ends[s]; at++) {
            points[count++] = (struct corner){
                ink->points[at].x * UNITS / width, ink->points[at].y * UNITS / width};
        }
        keep_stroke(app, points, thin(points, count));
    }
    explicit_bzero(points, sizeof(points));
    app->visit.verdict_shown = false;
    ui_ink_clear(app->ui);
}

/* Takes the last stroke out of the field. */
static void
undo(struct app *app)
{
    char *field = app->visit.field;
    char *last = strrchr(field, ';');
    char *from = last != NULL ? last : field;
    explicit_bzero(from, strlen(from));
}

static void
buttons(struct app *app, struct flow *flow)
{
    const char *field = app->visit.field;
    bool later = strcmp(field, at_counter) == 0;
    bool drawn = field[0] != 0 && !later;
    static const char *const ids[] = {"key:undo", "key:clear"};
    static const char *const names[] = {"key.undo", "key.clear"};
    int width = (flow->w - COLUMN_GAP) / 2;
    if (!flow_target(app, flow, BUTTON_H)) {
        flow->y += BUTTON_H + GAP_MIN;
        return;
    }
    for (int i = 0; i < 2; i++) {
        ui_add(
            app->ui, &(struct ui_element){.id = ids[i],
                         .role = UI_ROLE_BUTTON,
                         .rect = rect(flow->x + i * (width + COLUMN_GAP), flow->y, width, BUTTON_H),
                         .text = say(app, names[i]),
                         .size = UI_SIZE_BAR,
                         .bold = true,
                         .tone = UI_TONE_SURFACE,
                         .state = drawn ? 0 : UI_STATE_WAITING,
                         .align = UI_ALIGN_CENTRE});
    }
    flow->y += BUTTON_H + GAP_MIN;
}

static void
counter_choice(struct app *app, struct flow *flow)
{
    bool later = strcmp(app->visit.field, at_counter) == 0;
    struct ui_element choice = {.id = "choice:counter",
        .role = UI_ROLE_CHOICE,
        .rect = rect(flow->x, 0, flow->w, 0),
        .text = say(app, "sign.at-counter"),
        .size = UI_SIZE_BODY,
        .bold = true,
        .tone = later ? UI_TONE_SOFT : UI_TONE_SURFACE,
        .state = later ? UI_STATE_CHOSEN : 0};
    flow_element(app, flow, &choice, BUTTON_H);
    flow->y += GAP_MIN;
}

static void
sign_build(struct app *app, struct flow *flow, const struct question *question)
{
    struct ui_element choice = {.role = UI_ROLE_CHOICE,
        .rect = rect(0, 0, flow->w, 0),
        .text = say(app, "sign.at-counter"),
        .size = UI_SIZE_BODY,
        .bold = true};
    int choice_w;
    int choice_h;
    (void)question;
    flow_within_reach(app, flow);
    ui_natural(app->ui, &choice, &choice_w, &choice_h);
    choice_h = choice_h < BUTTON_H ? BUTTON_H : choice_h;
    int height = flow->bottom - flow->y - choice_h - BUTTON_H - 3 * GAP_MIN;
    int most = flow->w / SHAPE < AREA_H_MAX ? flow->w / SHAPE : AREA_H_MAX;
    height = height > most ? most : height;
    height = height < AREA_H_LEAST ? AREA_H_LEAST : height;
    bool shown = flow_target(app, flow, height);
    bool later = strcmp(app->visit.field, at_counter) == 0;
    if (shown) {
        int width = height * SHAPE;
        app->visit.writing.hand_side = width;
        ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_INK,
                            .rect = rect(flow->x + (flow->w - width) / 2, flow->y, width, height),
                            .picture = "",
                            .label = say(app, "sign.area"),
                            .strokes = later ? NULL : app->visit.field,
                            .tone = UI_TONE_SURFACE,
                            .state = UI_STATE_PERSONAL});
    }
    flow->y += height + GAP_MIN;
    buttons(app, flow);
    counter_choice(app, flow);
}

static bool
sign_tap(struct app *app, const struct question *question, const char *id)
{
    (void)question;
    bool later = strcmp(app->visit.field, at_counter) == 0;
    if (strcmp(id, "key:undo") == 0 && !later) {
        undo(app);
    } else if (strcmp(id, "key:clear") == 0 && !later) {
        field_clear(app);
    } else if (strcmp(id, "choice:counter") == 0) {
        field_clear(app);
        (void)snprintf(app->visit.field, sizeof(app->visit.field), "%s", at_counter);
        app->visit.verdict_shown = false;
    } else {
        return false;
    }
    return true;
}

const struct widget widget_signature = {.build = sign_build, .tap = sign_tap, .drawn = sign_drawn};
