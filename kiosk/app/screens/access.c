/* screens/access.c - everything that makes the terminal easier to use, in one place: each row is a switch
 * that says by word, icon and shape what holds now. An overlay: no answer is lost, and what is chosen
 * here holds on every page until the visit ends. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

#include "app/speak_priv.h"

enum {
    ROW_H = 300,
    THREE_COLUMNS_W = 4000,
    TWO_ROWS_W = 2000, /* narrower: one row's words need all of it */
    STATE_MAX = 512,
    SCAN_MS = 1500 /* the ui's own pace */
};

/* Japanese under Japanese helps nobody; staff read easy Japanese as it is. */
static bool
speaks_another(const struct app *app)
{
    return strcmp(i18n_current(app->i18n)->tag, "ja") != 0;
}

static void
turn_two_languages(struct app *app)
{
    app->prefs.two_languages = !app->prefs.two_languages;
}

static bool
slow(const struct app *app)
{
    return app->prefs.slow;
}

static void
turn_slow(struct app *app)
{
    app->prefs.slow = !app->prefs.slow;
    app_apply_preferences(app);
}

static bool
wheelchair(const struct app *app)
{
    return app->prefs.wheelchair;
}

static void
turn_wheelchair(struct app *app)
{
    app->prefs.wheelchair = !app->prefs.wheelchair;
}

/* The value after this one, from the first again behind the last. */
static int
next_of(const int *values, size_t count, int now)
{
    for (size_t i = 0; i + 1 < count; i++) {
        if (values[i] == now) {
            return values[i + 1];
        }
    }
    return values[0];
}

static void
say_seconds(struct app *app, struct buf *out, int ms)
{
    char seconds[16];
    (void)snprintf(seconds, sizeof(seconds), "%d.%d", ms / 1000, ms % 1000 / 100);
    (void)sayf(app, out, "access.seconds", "n", seconds);
}

static bool
hold(const struct app *app)
{
    return app->prefs.hands.hold_ms > 0;
}

static void
turn_hold(struct app *app)
{
    static const int steps_ms[] = {0, 200, 500, 1000};
    app->prefs.hands.hold_ms = next_of(steps_ms, ARRAY_LEN(steps_ms), app->prefs.hands.hold_ms);
    app_apply_preferences(app);
}

static void
tell_hold(struct app *app, struct buf *out)
{
    say_seconds(app, out, app->prefs.hands.hold_ms);
}

static bool
switches(const struct app *app)
{
    return app->prefs.hands.switches != UI_SWITCHES_OFF;
}

static void
turn_switches(struct app *app)
{
    app->prefs.hands.switches =
        (enum ui_switches)((app->prefs.hands.switches + 1) % UI_SWITCHES_COUNT);
    app_apply_preferences(app);
}

static void
tell_switches(struct app *app, struct buf *out)
{
    bool by_itself = app->prefs.hands.switches == UI_SWITCHES_AUTO;
    (void)buf_add_str(out, say(app, by_itself ? "access.switches-auto" : "access.switches-step"));
}

static bool
moves_by_itself(const struct app *app)
{
    return app->prefs.hands.switches == UI_SWITCHES_AUTO;
}

static void
turn_scan(struct app *app)
{
    static const int steps_ms[] = {SCAN_MS, 2000, 3000, 5000, 500, 1000};
    int now = app->prefs.hands.scan_ms > 0 ? app->prefs.hands.scan_ms : SCAN_MS;
    app->prefs.hands.scan_ms = next_of(steps_ms, ARRAY_LEN(steps_ms), now);
    app_apply_preferences(app);
}

static void
tell_scan(struct app *app, struct buf *out)
{
    say_seconds(app, out, app->prefs.hands.scan_ms > 0 ? app->prefs.hands.scan_ms : SCAN_MS);
}

static bool
sound(const struct app *app)
{
    return app->prefs.speech;
}

/* Off turns it off; on also leads to the page that says why there is no sound, when there is none. */
static void
turn_sound(struct app *app)
{
    (void)speak_tap(app, app->prefs.speech ? "speech" : "speak"); /* both are its own */
}

static bool
black_screen(const struct app *app)
{
    return app->prefs.black_screen;
}

static void
turn_black_screen(struct app *app)
{
    (void)speak_tap(app, "black-screen");
}

static bool
practice(const struct app *app)
{
    return app->prefs.practice;
}

static void
turn_practice(struct app *app)
{
    if (app->prefs.practice) {
        visit_finish(app);
    } else {
        app_over(app, &screen_practice);
    }
}

/* on, turn and tell speak of app->prefs. */
static const struct option {
    const char *id; /* "access:NAME"; stays for ever */
    const char *picture;
    const char *name; /* message */
    bool (*offered)(const struct app *app); /* NULL: always */
    bool (*on)(const struct app *app);
    void (*turn)(struct app *app); /* on and off, or to the next value */
    void (*tell)(struct app *app, struct buf *out); /* the value; NULL: it is only on or off */
} options[] = {
    {"access:two-languages", "two-languages", "access.two-languages", speaks_another, two_languages,
        turn_two_languages, NULL},
    {"access:wheelchair", "wheelchair", "access.wheelchair", NULL, wheelchair, turn_wheelchair,
        NULL},
    {"access:sound", "headphones", "sound.speech", NULL, sound, turn_sound, NULL},
    {"access:black-screen", "eye-closed", "sound.black", sound, black_screen, turn_black_screen,
        NULL},
    {"access:slow", "slow", "access.slow", NULL, slow, turn_slow, NULL},
    {"access:hold", "hold", "access.hold", NULL, hold, turn_hold, tell_hold},
    {"access:switches", "switches", "access.switches", NULL, switches, turn_switches,
        tell_switches},
    {"access:scan", "pace", "access.scan", moves_by_itself, moves_by_itself, turn_scan, tell_scan},
    {"access:practice", "pen", "access.practice", NULL, practice, turn_practice, NULL},
};

/* The option that stands at this place of the page; NULL behind the last. */
static const struct option *
option_at(const struct app *app, size_t place)
{
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        bool offered = options[i].offered == NULL || options[i].offered(app);
        if (offered && place-- == 0) {
            return &options[i];
        }
    }
    return NULL;
}

/* state: what holds now, in words; lives as long as the element is used. */
static struct ui_element
row(struct app *app, const struct option *option, struct buf *state)
{
    bool on = option->on(app);
    if (on && option->tell != NULL) {
        option->tell(app, state);
    } else {
        (void)buf_add_str(state, say(app, on ? "access.on" : "access.off"));
    }
    return (struct ui_element){.id = option->id,
        .role = UI_ROLE_CHECK,
        .text = say(app, option->name),
        .picture = option->picture,
        .detail = buf_str(state),
        .tone = on ? UI_TONE_SOFT : UI_TONE_SURFACE,
        .state = on ? UI_STATE_CHOSEN : 0,
        .size = UI_SIZE_CHOICE,
        .bold = true};
}

static void
place(struct app *app, size_t index, struct ui_rect where, void *ctx)
{
    (void)ctx;
    AUTO_BUF state;
    buf_init(&state, STATE_MAX);
    struct ui_element element = row(app, option_at(app, index), &state);
    element.rect = where;
    ui_add(app->ui, &element);
}

static void
how_long(struct app *app, struct flow *flow)
{
    flow_text(
        app, flow, say(app, "access.text"), UI_ROLE_TEXT, UI_SIZE_HINT, UI_TONE_PAPER, false, 50);
}

static void
build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "bar.access"), "bar.back");
    page_right_button(app, "keys", say(app, "keys.title"), "keyboard");
    page_title(app, &flow, say(app, "access.title"));
    /* a seated visitor reads it above what can be reached; else the rows come first */
    if (app->places.low) {
        how_long(app, &flow);
    }
    bool large = ui_text_size(app->ui) > UI_TEXT_NORMAL || flow.w < TWO_ROWS_W;
    bool wide = flow.w >= THREE_COLUMNS_W;
    int heights[ARRAY_LEN(options)];
    struct grid grid = {
        .columns = (large ? 1 : 2) + (wide ? 1 : 0), .height = ROW_H, .heights = heights};
    for (const struct option *option; (option = option_at(app, grid.count)) != NULL; grid.count++) {
        AUTO_BUF state;
        buf_init(&state, STATE_MAX);
        struct ui_element element = row(app, option, &state);
        element.rect.w = (flow.w - (grid.columns - 1) * COLUMN_GAP) / grid.columns;
        int w;
        ui_natural(app->ui, &element, &w, &heights[grid.count]);
    }
    flow_grid(app, &flow, &grid, place, NULL);
    if (!app->places.low) {
        how_long(app, &flow);
    }
}

static void
tap(struct app *app, const char *id)
{
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        if (strcmp(id, options[i].id) == 0) {
            options[i].turn(app);
            return;
        }
    }
    if (strcmp(id, "back") == 0) {
        app_return(app);
    } else if (strcmp(id, "keys") == 0) {
        app_over(app, &screen_keys);
    }
}

const struct screen screen_access = {.name = "access", .build = build, .tap = tap};
