/* app/shell.c - the frame loop: waits for one input, card event, finished submission or moment, lets
 * the screen answer, rebuilds the element list. The ui presents it only when it differs, so an idle
 * screen costs nothing. */
#include "speak_priv.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/log.h"

/* research "ux" section 8 row 39: all times doubled, no digits until the last 20 s */
enum { SLOW_FACTOR = 2, SLOW_SECONDS_TOLD = 20, REPEAT_MS = 700 /* row 18 */, SCAN_ROUNDS = 3 };

bool
app_is_overlay(const struct screen *screen)
{
    return screen == &screen_language || screen == &screen_help || screen == &screen_still_there ||
           screen == &screen_staff || screen == &screen_leave || screen == &screen_access ||
           screen == &screen_practice || screen == &screen_call || screen == &screen_sound ||
           screen == &screen_text_size || screen == &screen_contrast || screen == &screen_keys ||
           screen == &screen_not_kept || screen == &screen_staff_desk;
}

static void
enter(struct app *app, const struct screen *screen)
{
    app->screen = screen;
    app->entered++;
    app->chimes = 0;
    app->entered_ms = clock_mono_ms(app->clock);
    app->last_second = -1;
    if (screen->enter != NULL) {
        screen->enter(app);
    }
    LOG(LOG_DEBUG, "screen", LOG_ID("name", screen->name));
}

void
app_go(struct app *app, const struct screen *screen)
{
    app->under = NULL;
    app->beneath = NULL;
    app->visit.page = 0;
    enter(app, screen);
}

/* Pages that are looked at in between: they lead back to the overlay that they came over. */
static bool
interrupts(const struct screen *screen)
{
    return screen == &screen_language || screen == &screen_still_there ||
           screen == &screen_text_size || screen == &screen_contrast || screen == &screen_sound;
}

void
app_over(struct app *app, const struct screen *screen)
{
    if (app->screen == screen) {
        return;
    }
    app->left = app->screen;
    if (!app_is_overlay(app->screen)) {
        app->under = app->screen;
        app->under_page = app->visit.page;
    }
    /* a call goes on, whatever is looked at meanwhile */
    if (!interrupts(screen) && app->screen != &screen_call) {
        app->beneath = NULL;
    } else if (!interrupts(app->screen) || screen == &screen_still_there) {
        app->beneath = app_is_overlay(app->screen) ? app->screen : NULL;
    }
    app->visit.page = 0;
    enter(app, screen);
}

void
app_return(struct app *app)
{
    const struct screen *screen = app->under != NULL ? app->under : &screen_attract;
    app->visit.page = app->under_page;
    if (app->beneath != NULL) {
        screen = app->beneath;
        app->visit.page = 0;
        app->beneath = NULL;
    } else {
        app->under = NULL;
    }
    /* what was typed stays: the page below is shown again, not entered anew */
    app->screen = screen;
    app->entered++;
    app->entered_ms = clock_mono_ms(app->clock);
    app->last_second = -1;
}

const struct screen *
app_page(const struct app *app)
{
    return app->under != NULL ? app->under : app->screen;
}

void
app_turn(struct app *app, const struct screen *screen)
{
    if (app->under == NULL) {
        app_go(app, screen);
        return;
    }
    app->under = screen;
    app->under_page = 0;
    if (screen->enter != NULL) {
        screen->enter(app);
    }
}

static int64_t
now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* for the bench's trace only */
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
trace_frame(struct app *app)
{
    uint64_t frames = ui_frames(app->ui);
    if (frames == app->frames_seen) {
        return;
    }
    int64_t now = now_ns();
    if (app->frames_seen == 0) {
        (void)fprintf(stderr, "trace first-frame mono-ns %lld\n", (long long)now);
    } else if (app->tap_ns != 0) {
        (void)fprintf(stderr, "trace tap-to-frame %.3f\n", (double)(now - app->tap_ns) / 1e6);
    }
    app->tap_ns = 0;
    app->frames_seen = frames;
}

static void
build(struct app *app, bool reserve)
{
    app->flow_page = 0;
    app->flow_reserve = reserve;
    words_begin(app);
    places_of(ui_panel(app->ui), app->prefs.wheelchair, &app->places);
    practice_places(app);
    ui_set_trial(app->ui, app->screen->key != NULL);
    ui_begin(app->ui, app->screen->name);
    ui_part(app->ui, app->entered * PAGE_ITEMS_MAX + (uint64_t)app->visit.page);
    app->screen->build(app);
}

void
app_rebuild(struct app *app)
{
    ui_set_language(app->ui, i18n_current(app->i18n)->tag);
    build(app, false);
    if (app->flow_page > 0) {
        build(app,
            true); /* the column needs pages: again, with room for the buttons that turn them */
    }
    app->visit.pages = app->flow_page + 1;
    if (app->visit.page >= app->visit.pages) {
        app->visit.page = app->visit.pages - 1; /* words shrank: the last page there is */
        build(app, app->flow_reserve);
    }
    page_turn_buttons(app);
    if (!owner_lets_out(&app->owner, ARTEFACT_SCREEN, app->visit.serial)) {
        visit_end(app); /* what it was made of is another visit's; shows the start page */
        return;
    }
    ui_end(app->ui);
    if (app->trace) {
        trace_frame(app);
    }
}

/* A ring that moves by itself comes by everything several times before a time is over. */
static int
enough_for_scan(const struct app *app, int ms)
{
    int least = SCAN_ROUNDS * ui_scan_round_ms(app->ui);
    return ms > least ? ms : least;
}

/* How long nobody need touch anything before the warning. */
static int
idle_warn_ms(const struct app *app)
{
    bool called = app->screen == &screen_call || app->beneath == &screen_call;
    int usual = app->prefs.speech && app->idle_warn_ms < app->idle_warn_speech_ms
                    ? app->idle_warn_speech_ms
                    : app->idle_warn_ms;
    return enough_for_scan(app, app_time_ms(app, called ? app->call_ms : usual));
}

int64_t
app_idle_left_ms(const struct app *app)
{
    int64_t now = clock_mono_ms(app->clock);
    int end = enough_for_scan(app, app_time_ms(app, app->idle_end_ms));
    if (app->screen == &screen_still_there) {
        /* the whole countdown, however long the page before was waited for */
        return end -
               (now - (app->entered_ms > app->touched_ms ? app->entered_ms : app->touched_ms));
    }
    return idle_warn_ms(app) + end - (now - app->touched_ms);
}

int
app_time_ms(const struct app *app, int ms)
{
    return app->prefs.slow ? ms * SLOW_FACTOR : ms;
}

bool
app_tells_seconds(const struct app *app, int64_t seconds)
{
    return !app->prefs.slow || seconds <= SLOW_SECONDS_TOLD;
}

void
app_apply_preferences(struct app *app)
{
    struct ui_hands hands = app->prefs.hands;
    hands.repeat_ms = app_time_ms(app, hands.repeat_ms > 0 ? hands.repeat_ms : REPEAT_MS);
    ui_set_hands(app->ui, &hands);
    ui_set_theme(app->ui, app->prefs.theme);
    ui_set_text_size(app->ui, app->prefs.text_size);
}

/* Out of a visit, after one question; when the application is in there is nothing left to lose. */
static void
leave(struct app *app)
{
    if (app->screen == &screen_accepted || app->screen == &screen_code ||
        app->screen == &screen_slip || app->screen == &screen_paused) {
        visit_finish(app);
    } else if (app->screen == &screen_take_card) {
        visit_end(app);
    } else {
        app_over(app, &screen_leave);
    }
}

/* The same acts in the same place on every page. True when it was one of them. */
static bool
tap_common(struct app *app, const char *id)
{
    if (strcmp(id, "help") == 0) {
        app_over(app, &screen_help);
    } else if (strcmp(id, "language") == 0) {
        app_over(app, &screen_language);
    } else if (strcmp(id, "home") == 0) {
        leave(app);
    } else if (strcmp(id, "text-size") == 0) {
        app_over(app, &screen_text_size);
    } else if (strcmp(id, "contrast") == 0) {
        app_over(app, &screen_contrast);
    } else if (speak_tap(app, id)) {
        return true;
    } else if (strcmp(id, "page:next") == 0) {
        app->visit.page += app->visit.page + 1 < app->visit.pages ? 1 : 0;
    } else if (strcmp(id, "page:back") == 0) {
        app->visit.page -= app->visit.page > 0 ? 1 : 0;
    } else {
        return false;
    }
    return true;
}

static void
tap(struct app *app, const char *id)
{
    if (app->trace) {
        app->tap_ns = now_ns();
    }
    if (slip_settles(app)) {
        return;
    }
    if (!app->screen->no_visit && !app->visit.open) {
        visit_start(app);
    }
    /* help or language would lead past the warning to the page below, and the next person with them */
    bool common = app->screen != &screen_still_there && tap_common(app, id);
    if (!common && app->screen->tap != NULL) {
        app->screen->tap(app, id);
    }
}

static void
handle(struct app *app, const struct ui_input *input)
{
    (void)speak_input(
        app, input); /* what is meant for the ear alone is only a sign of life below */
    switch (input->type) {
    case UI_INPUT_NONE:
    case UI_INPUT_WAKE:
        return;
    case UI_INPUT_QUIT:
        app->quit = true;
        return;
    case UI_INPUT_TAP:
        /* at the warning only its own buttons count: another touch may be the next person's */
        if (app->screen != &screen_still_there) {
            app->touched_ms = clock_mono_ms(app->clock);
        }
        tap(app, input->id);
        return;
    case UI_INPUT_TOUCH:
        if (app->screen != &screen_still_there) {
            app->touched_ms = clock_mono_ms(app->clock);
        }
        /* anywhere begins, but for a slip off a language: whoever wanted that one aims again */
        if (app->screen == &screen_attract && input->id[0] == 0) {
            tap(app, "");
        }
        return;
    case UI_INPUT_PRESS:
    case UI_INPUT_FOCUS:
    case UI_INPUT_VOLUME_UP:
    case UI_INPUT_VOLUME_DOWN:
    case UI_INPUT_RATE_UP:
    case UI_INPUT_RATE_DOWN:
    case UI_INPUT_PAUSE:
    case UI_INPUT_REPEAT:
    case UI_INPUT_LIGHT:
        if (app->screen != &screen_still_there && !input->by_itself) {
            app->touched_ms = clock_mono_ms(app->clock);
        }
        return;
    case UI_INPUT_INK:
        app->touched_ms = clock_mono_ms(app->clock);
        if (app->screen->drawn != NULL) {
            app->screen->drawn(app);
        }
        return;
    case UI_INPUT_SCAN:
        if (app->screen != &screen_still_there) {
            app->touched_ms = clock_mono_ms(app->clock);
        }
        if (!pause_scan(app, ui_scanned(app->ui))) {
            brought_scan(app, ui_scanned(app->ui));
        }
        return;
    case UI_INPUT_KEY:
        if (app->screen->key != NULL) {
            app->touched_ms = clock_mono_ms(app->clock);
            app->screen->key(app, input->id);
        }
        return;
    case UI_INPUT_BACK:
        app->touched_ms = clock_mono_ms(app->clock);
        tap(app, app->screen->back != NULL ? app->screen->back : "back");
        return;
    case UI_INPUT_TEXT:
        if (app->screen->type != NULL) {
            app->touched_ms = clock_mono_ms(app->clock);
            app->screen->type(app, input->text);
        }
        return;
    case UI_INPUT_DELETE:
        if (app->screen->erase != NULL) {
            app->touched_ms = clock_mono_ms(app->clock);
            app->screen->erase(app);
        }
        return;
    }
}

void
app_submitted(struct app *app, const struct submit_result *result)
{
    if (!owner_lets_out(&app->owner, ARTEFACT_RECEIPT, result->visit) ||
        app_page(app) != &screen_submitting) {
        return; /* that visitor has gone; the record is in the queue all the same */
    }
    app->touched_ms = clock_mono_ms(app->clock);
    if (result->error == 0) {
        memcpy(app->visit.number, result->number, sizeof(app->visit.number));
        app->visit.paper = PAPER_NONE; /* of a record before */
        visit_done(app);
        struct procedure_info info = procedure_info(app->visit.procedure);
        bool here = info.kind == PROCEDURE_CHECK_IN;
        /* what is told without a name nobody brings to the counter */
        bool wanted = (result->code.line_away || app->codes) && !here && !info.anonymous;
        memcpy(app->visit.code, result->code.bytes, result->code.len);
        app->visit.code_len = wanted ? result->code.len : 0;
        app_turn(app, here ? &screen_checked_in : &screen_accepted);
    } else {
        LOG(LOG_ERROR, "submit", LOG_ERR(result->error));
        app->visit.fault = result->error;
        app_turn(app, fault_screen(result->error));
    }
}

static void
poll_devices(struct app *app)
{
    struct card_event event;
    while (app->card != NULL && card_poll(app->card, &event)) {
        visit_card_event(app, &event);
        card_event_release(&event);
    }
    kanji_poll(app);
    slip_poll(app);
    struct submit_result result;
    while (app->submitter != NULL && submitter_poll(app->submitter, &result)) {
        app_submitted(app, &result);
        explicit_bzero(&result, sizeof(result));
    }
}

/* While something is read aloud no clock of the visitor's runs. */
static void
hold_while_speaking(struct app *app, int64_t now)
{
    if (app->spoken_ms != 0) {
        int64_t held = now - app->spoken_ms;
        int64_t touched = app->touched_ms + held;
        int64_t entered = app->entered_ms + held;
        app->touched_ms = touched > now ? now : touched;
        app->entered_ms = entered > now ? now : entered;
    }
    app->spoken_ms = speak_busy(app) ? now : 0;
}

/* Whoever walks away without the card hears it (research "ux" section 8 row 44). */
static void
remind_of_card(struct app *app, int64_t now)
{
    static const int after_ms[] = {3000, 8000};
    bool left_behind = app->screen == &screen_take_card && app->card_kind != CARD_KIND_NONE;
    if (left_behind && app->chimes < (int)ARRAY_LEN(after_ms) &&
        now - app->entered_ms >= after_ms[app->chimes]) {
        speak_chime(app, app->chimes > 0);
        app->chimes++;
    }
}

static void
watch_time(struct app *app)
{
    int64_t now = clock_mono_ms(app->clock);
    hold_while_speaking(app, now);
    remind_of_card(app, now);
    /* the machine works, or a hand is still on the glass (row 38) */
    if (app->screen->idle_held || ui_touching(app->ui)) {
        /* at the warning the countdown begins again; only its own button goes on */
        app->touched_ms = now;
        return;
    }
    if (app->screen == &screen_accepted || app->screen == &screen_take_card) {
        if (now - app->entered_ms >= app_time_ms(app, app->accepted_ms)) {
            (app->screen == &screen_accepted ? visit_finish : visit_end)(app);
        }
        return;
    }
    if (app->screen == &screen_checked_in) {
        if (now - app->entered_ms >= app_time_ms(app, app->checked_in_ms)) {
            visit_end(app);
        }
        return;
    }
    if (!app->visit.open || app->screen->no_visit) {
        return;
    }
    if (app_idle_left_ms(app) <= 0) {
        LOG(LOG_INFO, "visit.left",
            LOG_ID("screen", app->under != NULL ? app->under->name : app->screen->name));
        visit_end(app);
    } else if (now - app->touched_ms >= idle_warn_ms(app) && app->screen != &screen_still_there) {
        app_over(app, &screen_still_there);
    }
}

/* How long the loop may sleep: until the next second of a countdown, the warning, or for ever. */
static int
sleep_ms(const struct app *app, int asked)
{
    int64_t now = clock_mono_ms(app->clock);
    int64_t wait = -1;
    if (app->screen == &screen_settling) {
        wait = 1000;
    } else if (app->screen == &screen_accepted || app->screen == &screen_take_card) {
        wait = 1000 - (now - app->entered_ms) % 1000;
    } else if (app->screen == &screen_checked_in) {
        wait = app->entered_ms + app_time_ms(app, app->checked_in_ms) - now;
        wait = wait < 1 ? 1 : wait;
    } else if (app->screen == &screen_still_there) {
        wait = app_idle_left_ms(app) % 1000 + 1;
    } else if (app->visit.open && !app->screen->no_visit && !app->screen->idle_held) {
        wait = app->touched_ms + idle_warn_ms(app) - now;
        wait = wait < 1 ? 1 : wait;
    } else {
        wait = content_wait_ms(app);
    }
    int call = calling_sleep_ms(app);
    wait = call >= 0 && (wait < 0 || wait > call) ? call : wait;
    int ear = speak_sleep_ms(app);
    wait = ear >= 0 && (wait < 0 || wait > ear) ? ear : wait;
    if (asked >= 0 && (wait < 0 || wait > asked)) {
        wait = asked;
    }
    return wait > 60000 ? 60000 : (int)wait;
}

void
app_step(struct app *app, int timeout_ms)
{
    struct ui_input input;
    ui_wait(app->ui, sleep_ms(app, timeout_ms), &input);
    app->prefs.hands.switches = ui_hands(app->ui)->switches; /* their keys turn it on */
    handle(app, &input);
    explicit_bzero(&input, sizeof(input));
    poll_devices(app);
    watch_time(app);
    calling_watch(app);
    content_watch(app);
    pause_watch(app);
    app_rebuild(app);
    speak_step(app);
}

int
app_run(struct app *app)
{
    app_rebuild(app);
    speak_step(app);
    while (!app->quit && app->frame_error == 0) {
        app_step(app, -1);
    }
    return app->frame_error;
}
