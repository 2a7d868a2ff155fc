/* app/play_hands.c - how a play script presses: with a finger, with five keys, or with two switches. Keys and
 * switches find their way as a person does, by looking where the ring is and where the thing is, or, when the page is
 * read aloud, by going on from one thing to the next. */
#include "app_priv.h"
#include <stdio.h>

#include <string.h>

#include "base/err.h"
#include "base/fs.h"

enum { MOVES_MAX = 400, DOWN = 1, NEXT = 3, SCAN_FILE_MAX = 8 * 1024 };

/* Right is the next thing in the order of reading while that is what the ring goes through. */
static const char *const ways[] = {"up", "down", "left", "right"};

static void
settle(struct app *app)
{
    for (int i = 0; i < 3; i++) {
        app_step(app, 0);
    }
}

/* The way that seems to lead there, of those not yet tried from where the ring is; -1 when all were. */
static int
choose_way(const struct ui_rect *from, const struct ui_rect *to, unsigned tried)
{
    int dx = 2 * to->x + to->w - 2 * from->x - from->w;
    int dy = 2 * to->y + to->h - 2 * from->y - from->h;
    /* up, down, left, right: how far the thing lies that way */
    const int towards[] = {-dy, dy, -dx, dx};
    int best = -1;
    for (int way = 0; way < 4; way++) {
        if ((tried & (1U << way)) == 0 && (best < 0 || towards[way] > towards[best])) {
            best = way;
        }
    }
    return best;
}

static int
tap_by_keys(struct app *app, const char *wanted)
{
    unsigned tried[UI_ELEMENTS_MAX] = {0};
    for (int i = 0; i < MOVES_MAX; i++) {
        int to = ui_find(app->ui, wanted), at = ui_focus(app->ui);
        if (to < 0) {
            return KERR_NOT_FOUND;
        }
        const struct ui_element *thing = ui_at(app->ui, (size_t)to);
        if ((thing->state & UI_STATE_WAITING) != 0) {
            return KERR_STATE;
        }
        if (at == to) {
            (void)ui_key(app->ui, "select"); /* a name that it knows */
            return 0;
        }
        int way = app->prefs.speech ? NEXT : DOWN;
        if (at >= 0 && !app->prefs.speech) {
            way = choose_way(&ui_at(app->ui, (size_t)at)->rect, &thing->rect, tried[at]);
            if (way < 0) {
                break;
            }
            tried[at] |= 1U << way;
        }
        (void)ui_key(app->ui, ways[way]); /* a name that it knows */
        settle(app);
    }
    return KERR_TOO_BIG;
}

static int
tap_by_switches(struct app *app, const char *wanted)
{
    for (int i = 0; i < MOVES_MAX; i++) {
        int to = ui_find(app->ui, wanted);
        if (to < 0) {
            return KERR_NOT_FOUND;
        }
        unsigned state = ui_at(app->ui, (size_t)to)->state;
        if ((state & UI_STATE_WAITING) != 0) {
            return KERR_STATE;
        }
        if ((state & UI_STATE_FOCUSED) != 0) {
            ui_switch(app->ui, 2);
            return 0;
        }
        ui_switch(app->ui, (state & UI_STATE_GROUP) != 0 ? 2 : 1);
        settle(app);
    }
    return KERR_TOO_BIG;
}

int
play_tap(struct app *app, enum play_hands hands, const char *id_or_text)
{
    switch (hands) {
    case PLAY_KEYS:
        return tap_by_keys(app, id_or_text);
    case PLAY_SWITCHES:
        return tap_by_switches(app, id_or_text);
    case PLAY_FINGER:
        break;
    }
    return ui_tap(app->ui, id_or_text);
}

static bool
middle(const struct app *app, const char *id, int *ret_x, int *ret_y)
{
    int at = ui_find(app->ui, id);
    if (at < 0) {
        return false;
    }
    const struct ui_rect *r = &ui_at(app->ui, (size_t)at)->rect;
    *ret_x = r->x + r->w / 2;
    *ret_y = r->y + r->h / 2;
    return true;
}

int
play_drag(struct app *app, const char *from, const char *to)
{
    enum { STEPS = 8, FINGER = 1 };
    int x0, y0, x1, y1;
    if (!middle(app, from, &x0, &y0) || !middle(app, to, &x1, &y1)) {
        return KERR_NOT_FOUND;
    }
    ui_touch(app->ui, UI_PHASE_DOWN, FINGER, x0, y0);
    for (int i = 1; i <= STEPS; i++) {
        ui_touch(
            app->ui, UI_PHASE_MOVE, FINGER, x0 + (x1 - x0) * i / STEPS, y0 + (y1 - y0) * i / STEPS);
    }
    ui_touch(app->ui, UI_PHASE_UP, FINGER, x1, y1);
    return 0;
}

static const struct ui_rect *
drawing_area(const struct app *app)
{
    for (size_t i = 0; i < ui_count(app->ui); i++) {
        if (ui_at(app->ui, i)->role == UI_ROLE_INK) {
            return &ui_at(app->ui, i)->rect;
        }
    }
    return NULL;
}

int
play_draw(struct app *app, const int *thousandths, int corners)
{
    enum { STEPS = 16, FINGER = 1 };
    const struct ui_rect *area = drawing_area(app);
    if (area == NULL) {
        return KERR_NOT_FOUND;
    }
    int x = area->x + area->w * thousandths[0] / 1000;
    int y = area->y + area->h * thousandths[1] / 1000;
    ui_touch(app->ui, UI_PHASE_DOWN, FINGER, x, y);
    for (int i = 1; i < corners; i++) {
        int x0 = x, y0 = y;
        x = area->x + area->w * thousandths[2 * i] / 1000;
        y = area->y + area->h * thousandths[2 * i + 1] / 1000;
        for (int step = 1; step <= STEPS; step++) {
            ui_touch(app->ui, UI_PHASE_MOVE, FINGER, x0 + (x - x0) * step / STEPS,
                y0 + (y - y0) * step / STEPS);
        }
    }
    ui_touch(app->ui, UI_PHASE_UP, FINGER, x, y);
    return 0;
}

int
play_draw_answer(struct app *app, const char *answer)
{
    enum { TRIES = 100, WAIT_MS = 20 };
    const char *slash = strchr(answer, '/');
    const struct ui_rect *area = drawing_area(app);
    int at[4];
    int count =
        sscanf(slash != NULL ? slash + 1 : answer, "%d,%d %d,%d", &at[0], &at[1], &at[2], &at[3]);
    if (area == NULL || count < 2) {
        return area == NULL ? KERR_NOT_FOUND : KERR_INVALID;
    }
    for (int i = 1; i < 4 && slash == NULL; i += 2) {
        at[i] = at[i] * area->w / area->h; /* a stroke counts in its area's width both ways */
    }
    explicit_bzero(app->visit.field, sizeof(app->visit.field));
    for (int i = 0; i < TRIES && app->visit.field[0] == 0; i++) {
        (void)play_draw(app, slash != NULL ? (int[]){at[0], at[1], at[0], at[1]} : at, 2);
        app_step(app, WAIT_MS);
    }
    return app->visit.field[0] != 0 ? 0 : KERR_STATE;
}

/* The first element of this kind that can be touched; NULL for none. */
static const char *
first_free(struct app *app, const char *prefix)
{
    for (size_t i = 0; i < ui_count(app->ui); i++) {
        const struct ui_element *element = ui_at(app->ui, i);
        if (element->id != NULL && strncmp(element->id, prefix, strlen(prefix)) == 0 &&
            (element->state & UI_STATE_WAITING) == 0) {
            return element->id;
        }
    }
    return NULL;
}

void
play_slot_answer(struct app *app, const char *answer)
{
    enum { TRIES = 50 };
    static const char *const parts[] = {"place:", "day:", "time:"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        for (int k = 0; k < TRIES && first_free(app, parts[i]) != NULL; k++) {
            char id[UI_ID_MAX];
            (void)snprintf(id, sizeof(id), "%s", first_free(app, parts[i]));
            (void)ui_tap(app->ui, id); /* when it can't be touched yet: then again */
            settle(app); /* or one tap would wait for the next */
            if (app->visit.field[0] != 0) {
                return;
            }
        }
    }
    field_put(app, answer);
}

void
play_print_screen(const struct app *app)
{
    (void)fprintf(stderr, "  on the screen: %s\n", ui_screen(app->ui));
    for (size_t i = 0; i < ui_count(app->ui); i++) {
        const struct ui_element *element = ui_at(app->ui, i);
        bool waiting = (element->state & UI_STATE_WAITING) != 0;
        if (element->role == UI_ROLE_QR ||
            (element->text == NULL && (element->id == NULL || element->id[0] == 0))) {
            continue;
        }
        (void)fprintf(stderr, "    %-24s %s%s%s\n", element->id != NULL ? element->id : "",
            element->text != NULL ? element->text : "", element->detail != NULL ? " / " : "",
            waiting                   ? " (waiting)"
            : element->detail != NULL ? element->detail
                                      : "");
    }
}

int
play_scan(struct app *app, const char *path)
{
    AUTO_BUF text;
    buf_init(&text, SCAN_FILE_MAX);
    int r = fs_read(path, &text);
    if (r == 0 && text.len > 0) {
        text.data[strcspn(buf_str(&text), "\r\n")] = 0;
    }
    return r < 0 ? r : ui_scan_text(app->ui, buf_str(&text));
}
