/* app/play.c - plays a script against the running app: by meaning (ids, words, facts), never by
 * pixels, and through the same element list and touch rules as a finger. Steps: kiosk/app/README.md. */
#include "speak_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/utf8.h"

enum {
    SCRIPT_MAX = 1024 * 1024,
    HEARD_MAX = 4 * 1024 * 1024,
    WAIT_MS = 10000,
    TAP_WAIT_MS = 3000,
    COMPLETE_STEPS_MAX = 2000,
    OFTEN = 16, /* how often the last answer alone is given otherwise */
    FINGER = 1
};

struct play {
    struct app *app;
    const char *file;
    int line;
    const char *step;
    struct ui_rect finger; /* where it lies */
    enum play_hands hands;
    char why[256];
};

static int
failed(struct play *play, const char *why)
{
    (void)snprintf(play->why, sizeof(play->why), "%s", why);
    return 1;
}

/* Lets pending inputs and events be handled. */
static void
settle(struct app *app)
{
    for (int i = 0; i < 3; i++) {
        app_step(app, 0);
    }
}

static bool
until(struct play *play, bool (*holds)(struct play *play, const char *arg), const char *arg,
    int64_t ms)
{
    int64_t end = clock_mono_ms(clock_system()) + ms;
    settle(play->app);
    while (!holds(play, arg)) {
        if (clock_mono_ms(clock_system()) >= end || play->app->quit) {
            return false;
        }
        app_step(play->app, 20);
    }
    return true;
}

static bool
screen_is(struct play *play, const char *name)
{
    return strcmp(play->app->screen->name, name) == 0;
}

static bool
screen_is_not(struct play *play, const char *name)
{
    return strcmp(play->app->screen->name, name) != 0;
}

static bool
card_lies_there(struct play *play, const char *arg)
{
    (void)arg;
    return play->app->card_kind != CARD_KIND_NONE;
}

static int
tap_once(struct play *play, const char *id)
{
    int r = play_tap(play->app, play->hands, id);
    if (r == 0) {
        settle(play->app);
    }
    return r;
}

/* Taps it where it stands, on whichever page of the column that is. */
static int
try_tap(struct play *play, const char *id)
{
    int r = tap_once(play, id);
    if (r == KERR_NOT_FOUND && strcmp(id, "next") == 0) {
        r = tap_once(play, "pin:ok"); /* the main button of the PIN page */
    }
    int pages = play->app->visit.pages;
    if (r != KERR_NOT_FOUND || pages < 2) {
        return r;
    }
    while (tap_once(play, "page:back") == 0) {
    }
    for (int page = 0; page < pages && r == KERR_NOT_FOUND; page++) {
        r = tap_once(play, id);
        if (r == KERR_NOT_FOUND && tap_once(play, "page:next") < 0) {
            break;
        }
    }
    return r;
}

static int
tap(struct play *play, const char *id)
{
    int64_t end = clock_mono_ms(clock_system()) + TAP_WAIT_MS;
    int r = try_tap(play, id);
    while (r < 0 && clock_mono_ms(clock_system()) < end) {
        app_step(play->app, 20);
        r = try_tap(play, id);
    }
    if (r < 0) {
        return failed(play, r == KERR_STATE     ? "can't be used yet"
                            : r == KERR_TOO_BIG ? "keys or switches don't lead there"
                                                : "is not on the screen");
    }
    return 0;
}

static int
step_language(struct play *play, const char *code)
{
    struct app *app = play->app;
    char before[I18N_CODE_MAX];
    char wanted[UI_ID_MAX];
    (void)snprintf(before, sizeof(before), "%s", i18n_current(app->i18n)->code);
    if (i18n_use(app->i18n, code) < 0) {
        return failed(play, "no such language");
    }
    (void)snprintf(wanted, sizeof(wanted), "language:%s", i18n_current(app->i18n)->code);
    (void)i18n_use(app->i18n, before); /* it was in use */
    if (app->screen != &screen_attract && app->screen != &screen_language) {
        int r = tap(play, "language");
        if (r != 0) {
            return r;
        }
    }
    return tap(play, wanted);
}

static int
step_start(struct play *play, const char *procedure)
{
    if (visit_choose(play->app, procedure) < 0) {
        return failed(play, "no such procedure");
    }
    app_rebuild(play->app);
    return 0;
}

static int
step_open(struct play *play, const char *target)
{
    if (!play->app->visit.open) {
        visit_start(play->app);
    }
    if (trail_open(play->app, target) < 0) {
        return failed(play, "this leads nowhere");
    }
    app_rebuild(play->app);
    return 0;
}

static int
type_text(struct play *play, const char *text)
{
    struct app *app = play->app;
    if (app->screen->type == NULL) {
        return failed(play, "nothing can be typed here");
    }
    size_t len = strlen(text);
    for (size_t pos = 0; pos < len;) {
        size_t from = pos;
        char one[8] = "";
        (void)utf8_next(text, len, &pos);
        memcpy(one, text + from, pos - from);
        if (ui_type(app->ui, one) < 0) {
            return failed(play, "this can't be typed");
        }
        app_step(app, 0);
    }
    return 0;
}

static int
step_pin(struct play *play, const char *digits)
{
    for (; *digits != 0; digits++) {
        char id[] = "pin:0";
        id[4] = *digits;
        int r = tap(play, id);
        if (r != 0) {
            return r;
        }
    }
    return 0;
}

static int
step_read_card(struct play *play, const char *pin)
{
    struct app *app = play->app;
    int r = 0;
    if (app->screen == &screen_explain || screen_is(play, "fault-pin-wrong")) {
        r = tap(play, "next");
    }
    /* the card page turns by itself once the card was looked at */
    if (r == 0 && app->screen == &screen_card && !until(play, screen_is_not, "card", WAIT_MS)) {
        r = failed(play, "no card came");
    }
    if (r == 0 && app->screen != &screen_pin) {
        r = failed(play, "the PIN is not asked for here");
    }
    if (r == 0) {
        r = step_pin(play, pin);
    }
    if (r == 0) {
        r = tap(play, "pin:ok");
    }
    if (r == 0 && !until(play, screen_is_not, "reading", 2 * WAIT_MS)) {
        r = failed(play, "the card was not read");
    }
    return r;
}

static int
erase_field(struct play *play)
{
    struct app *app = play->app;
    for (int i = 0; i < FIELD_MAX && app->visit.field[0] != 0 && app->screen->erase != NULL; i++) {
        app->screen->erase(app);
    }
    app_rebuild(app);
    return 0;
}

static int
answer_choices(struct play *play, const struct question *question, const char *answer)
{
    char id[UI_ID_MAX];
    if (question->type != QUESTION_SEVERAL) {
        (void)snprintf(id, sizeof(id), "choice:%s", answer);
        return tap(play, id);
    }
    for (const char *at = answer; *at != 0;) {
        size_t len = strcspn(at, " ");
        (void)snprintf(id, sizeof(id), "choice:%.*s", (int)len, at);
        int r = tap(play, id);
        if (r != 0) {
            return r;
        }
        at += len + (at[len] == ' ' ? 1 : 0);
    }
    return 0;
}

static bool
on_screen(const struct play *play, const char *prefix)
{
    for (size_t i = 0; i < ui_count(play->app->ui); i++) {
        const struct ui_element *element = ui_at(play->app->ui, i);
        if (element->id != NULL && strncmp(element->id, prefix, strlen(prefix)) == 0) {
            return true;
        }
    }
    return false;
}

/* The same, on whichever page of the column it is; turns to it. */
static bool
on_some_page(struct play *play, const char *prefix)
{
    bool found = on_screen(play, prefix);
    while (!found && tap_once(play, "page:next") == 0) {
        found = on_screen(play, prefix);
    }
    return found;
}

/* Answers the question on the screen at random and goes on. */
static int
answer_question(struct play *play, struct rng_seeded *rng)
{
    struct app *app = play->app;
    struct question question;
    AUTO_BUF answer;
    buf_init(&answer, PROCEDURE_ANSWER_MAX);
    if (interview_question(app->visit.interview, &question) < 0 ||
        interview_random_answer(app->visit.interview, rng, &answer) < 0) {
        return failed(play, "no valid answer was found");
    }
    int r = 0;
    if (strcmp(buf_str(&answer), "unknown") == 0 && on_screen(play, "unsure")) {
        return tap(play, "unsure");
    }
    bool drawn = question.type == QUESTION_PLACE || question.type == QUESTION_SIGNATURE;
    if (question.type == QUESTION_PICK && !on_screen(play, "choice:")) {
        const struct procedure_entry *entry = procedure_entry(question.list, buf_str(&answer));
        r = erase_field(play);
        r = r == 0 ? type_text(play, entry->name.source) : r;
        r = r == 0 ? tap(play, "next") : r;
    }
    bool one = question.type == QUESTION_CHOICE || question.type == QUESTION_PICK;
    if (r != 0 || question.type == QUESTION_NOTE || (one && buf_str(&answer)[0] == 0)) {
        /* going on is the answer */
    } else if (question.type == QUESTION_SLOT) {
        play_slot_answer(app, buf_str(&answer));
    } else if (drawn && strcmp(buf_str(&answer), "counter") != 0) {
        r = play_draw_answer(app, buf_str(&answer)) < 0 ? failed(play, "can't be drawn") : 0;
    } else if (on_some_page(play, "choice:")) {
        if (question.type == QUESTION_SEVERAL) {
            explicit_bzero(app->visit.field, sizeof(app->visit.field));
        }
        r = answer_choices(play, &question, buf_str(&answer));
    } else {
        r = question.type == QUESTION_DATE ? tap(play, "era:western") : 0;
        r = r == 0 ? erase_field(play) : r;
        r = r == 0 ? type_text(play, buf_str(&answer)) : r;
    }
    r = r == 0 ? tap(play, "next") : r;
    if (r == 0 && app->screen == &screen_question && app->visit.verdict_shown) {
        (void)snprintf(
            play->why, sizeof(play->why), "the answer to %s was not taken", question.key);
        r = 1;
    }
    return r;
}

/* Where a procedure has come to its end, one way or another. */
static bool
is_end(const struct screen *screen)
{
    return screen == &screen_accepted || screen == &screen_checked_in || screen == &screen_lookup ||
           screen == &screen_results;
}

static int
step_complete(struct play *play, const char *seed)
{
    struct app *app = play->app;
    int stopped = 0, back = 0; /* pages back: mostly none, each 16th time 1, each 32nd 3 ... */
    struct rng_seeded rng = {.state = seed[0] != 0 ? strtoull(seed, NULL, 10) : 1};
    for (int i = 0; i < COMPLETE_STEPS_MAX && !is_end(app->screen); i++) {
        int r;
        if (app->screen == &screen_submitting || app->screen == &screen_reading) {
            r = until(play, screen_is_not, app->screen->name, 2 * WAIT_MS)
                    ? 0
                    : failed(play, "nothing came back");
        } else if (app->screen == &screen_question) {
            r = back-- > 0 ? tap(play, "back") : answer_question(play, &rng);
        } else if (app->screen == &screen_not_here) {
            r = tap(play, "back"); /* and answers otherwise */
            stopped++;
            back = stopped % OFTEN == 0 ? (stopped & -stopped) / OFTEN * 2 - 1 : 0;
        } else if (app->screen == &screen_check || app->screen == &screen_together) {
            r = try_tap(play, "next") == 0 || try_tap(play, "confirm") == 0 ? 0 : tap(play, "next");
        } else if (app->screen == &screen_explain) {
            back = 0;
            r = tap(play, "next");
        } else if (on_some_page(play, "no-card")) {
            r = tap(play, "no-card");
        } else if (app->screen == &screen_pin) {
            r = tap(play, "pin:unknown"); /* its page has the way without the card */
        } else if (app_is_overlay(app->screen)) {
            r = tap(play, app->screen == &screen_still_there ? "next" : "back");
        } else {
            r = failed(play, "no procedure is under way here");
        }
        if (r != 0) {
            return r;
        }
    }
    return is_end(app->screen) ? 0 : failed(play, "the procedure does not end");
}

static bool
text_is_shown(struct play *play, const char *text)
{
    return ui_shows(play->app->ui, text);
}

static bool
is_at_hand(struct play *play, const char *text)
{
    return speak_at_hand(play->app, text);
}

static int
step_wait(struct play *play, char *args)
{
    char what[32] = "";
    char name[64] = "";
    double seconds = WAIT_MS / 1000.0;
    bool held;
    if (sscanf(args, "%31s", what) == 1 && strcmp(what, "card") == 0) {
        (void)sscanf(args, "%*s %lf", &seconds); /* optional */
        held = until(play, card_lies_there, NULL, (int64_t)(seconds * 1000));
    } else if (strcmp(what, "screen") == 0 && sscanf(args, "%*s %63s %lf", name, &seconds) >= 1) {
        held = until(play, screen_is, name, (int64_t)(seconds * 1000));
    } else if (strcmp(what, "text") == 0 &&
               sscanf(args, "%*s \"%63[^\"]\" %lf", name, &seconds) >= 1) {
        held = until(play, text_is_shown, name, (int64_t)(seconds * 1000));
    } else if (strcmp(what, "voice") == 0 &&
               sscanf(args, "%*s \"%63[^\"]\" %lf", name, &seconds) >= 1) {
        held = until(play, is_at_hand, name, (int64_t)(seconds * 1000));
    } else {
        return failed(play, "wait screen NAME, text \"...\", voice \"...\" or card, [SECONDS]");
    }
    return held ? 0 : failed(play, "did not come in time");
}

/* A quoted or bare argument; cuts it off in place. */
static char *
argument(char *text)
{
    while (*text == ' ') {
        text++;
    }
    size_t len = strlen(text);
    if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
        text[len - 1] = 0;
        text++;
    }
    return text;
}

static bool
same_words(const char *a, const char *b)
{
    /* the ideographic space of a card's name counts as a space */
    static const char wide[] = "\xe3\x80\x80";
    while (*a != 0 && *b != 0) {
        size_t sa = strncmp(a, wide, 3) == 0 ? 3 : 1;
        size_t sb = strncmp(b, wide, 3) == 0 ? 3 : 1;
        char ca = sa == 3 ? ' ' : *a;
        char cb = sb == 3 ? ' ' : *b;
        if (ca != cb) {
            return false;
        }
        a += sa;
        b += sb;
    }
    return *a == *b;
}

static int
step_expect(struct play *play, char *args)
{
    char what[16] = "";
    char key[FACT_KEY_MAX] = "";
    int used = 0;
    struct app *app = play->app;
    settle(app);
    if (sscanf(args, "%15s%n", what, &used) != 1) {
        return failed(play, "expect screen, text, no-text or fact");
    }
    char *rest = args + used;
    if (strcmp(what, "screen") == 0) {
        return screen_is(play, argument(rest)) ? 0 : failed(play, "another screen is shown");
    }
    if (strcmp(what, "no-text") == 0) {
        return ui_shows(app->ui, argument(rest)) ? failed(play, "these words are shown") : 0;
    }
    if (strcmp(what, "text") == 0) {
        return ui_shows(app->ui, argument(rest)) ? 0 : failed(play, "these words are not shown");
    }
    if (strcmp(what, "fact") == 0 && sscanf(rest, "%95s%n", key, &used) == 1) {
        const char *value = fact_set_value(app->visit.facts, key);
        bool same = value != NULL && same_words(value, argument(rest + used));
        return same ? 0
                    : failed(play,
                          value == NULL ? "this fact is not known" : "this fact has another value");
    }
    return failed(play, "expect screen NAME, expect text \"...\" or expect fact KEY \"VALUE\"");
}

static int
step_shot(struct play *play, char *args)
{
    settle(play->app);
    return ui_shot(play->app->ui, argument(args)) == 0
               ? 0
               : failed(play, "the picture can't be written");
}

static int
step_dump(struct play *play, char *args)
{
    settle(play->app);
    AUTO_BUF json;
    buf_init(&json, SCRIPT_MAX);
    int r = ui_dump(play->app->ui, &json);
    if (r == 0) {
        r = fs_write_atomic(argument(args), json.data, json.len, 0600);
    }
    return r == 0 ? 0 : failed(play, "the list can't be written");
}

static int
write_list(struct play *play, char *args, const struct buf *json, int r)
{
    r = r == 0 ? fs_write_atomic(argument(args), json->data, json->len, 0600) : r;
    return r == 0 ? 0 : failed(play, "the list can't be written");
}

/* What is said of the page that is shown. */
static int
step_utterances(struct play *play, char *args)
{
    settle(play->app);
    AUTO_BUF json;
    buf_init(&json, SCRIPT_MAX);
    struct utterances list;
    utterances_init(&list);
    utterances_take(play->app, &list);
    int r = utterances_dump(&list, &json);
    utterances_release(&list);
    return write_list(play, args, &json, r);
}

/* What was said since the script began, in order. */
static int
step_heard(struct play *play, char *args)
{
    settle(play->app);
    AUTO_BUF json;
    buf_init(&json, HEARD_MAX);
    return write_list(play, args, &json, speak_heard(play->app, &json));
}

static int
step_headphones(struct play *play, char *args)
{
    bool in = strcmp(argument(args), "in") == 0;
    if (!in && strcmp(argument(args), "out") != 0) {
        return failed(play, "headphones in or headphones out");
    }
    speak_plug(play->app, in);
    settle(play->app);
    return 0;
}

static bool
never(struct play *play, const char *arg)
{
    (void)play;
    (void)arg;
    return false;
}

static int
step_sleep(struct play *play, char *args)
{
    (void)until(play, never, NULL, strtol(args, NULL, 10)); /* the time is all that is wanted */
    return 0;
}

static int
step_key(struct play *play, char *args)
{
    if (ui_key(play->app->ui, argument(args)) < 0) {
        return failed(play, "up, down, left, right, select or back");
    }
    settle(play->app);
    return 0;
}

/* A finger that stays: it lands in the middle of the element, or is lifted where it is. */
static int
step_finger(struct play *play, char *args)
{
    struct ui *ui = play->app->ui;
    const char *id = argument(args);
    if (strcmp(id, "up") == 0) {
        ui_touch(ui, UI_PHASE_UP, FINGER, play->finger.x, play->finger.y);
        settle(play->app);
        return 0;
    }
    for (size_t i = 0; i < ui_count(ui); i++) {
        const struct ui_element *element = ui_at(ui, i);
        if (element->id != NULL && strcmp(element->id, id) == 0) {
            const struct ui_rect *r = &element->rect;
            play->finger = (struct ui_rect){.x = r->x + r->w / 2, .y = r->y + r->h / 2};
            ui_touch(ui, UI_PHASE_DOWN, FINGER, play->finger.x, play->finger.y);
            settle(play->app);
            return 0;
        }
    }
    return failed(play, "is not on the screen");
}

/* As if a part had given this error just now: every page can be looked at. */
static int
step_fault(struct play *play, char *args)
{
    struct app *app = play->app;
    if (app->visit.procedure == NULL) {
        return failed(play, "no procedure is under way here");
    }
    app->visit.fault = (int)strtol(argument(args), NULL, 10);
    app_go(app, fault_screen(app->visit.fault));
    app_rebuild(app);
    return 0;
}

static int
step_hands(struct play *play, char *args)
{
    static const char *const names[] = {"finger", "keys", "switches"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(args, names[i]) == 0) {
            play->hands = (enum play_hands)i;
            return 0;
        }
    }
    return failed(play, "finger, keys or switches");
}

static int
step_switch(struct play *play, char *args)
{
    if (strcmp(args, "1") != 0 && strcmp(args, "2") != 0) {
        return failed(play, "1 or 2");
    }
    ui_switch(play->app->ui, args[0] - '0');
    settle(play->app);
    return 0;
}

static int
step_drag(struct play *play, char *args)
{
    char from[UI_ID_MAX] = "";
    char to[UI_ID_MAX] = "";
    if (sscanf(args, "%111s %111s", from, to) != 2 || play_drag(play->app, from, to) < 0) {
        return failed(play, "two ids that are on the screen");
    }
    settle(play->app);
    return 0;
}

static int
step_draw(struct play *play, char *args)
{
    int at[6];
    int count =
        sscanf(args, "%d %d %d %d %d %d", &at[0], &at[1], &at[2], &at[3], &at[4], &at[5]) / 2;
    if (count < 2 || play_draw(play->app, at, count) < 0) {
        return failed(play, "X Y X Y or X Y X Y X Y, in thousandths of the page's drawing area");
    }
    settle(play->app);
    return 0;
}

static int
step_tap(struct play *play, char *args)
{
    return tap(play, argument(args));
}

static int
step_type(struct play *play, char *args)
{
    return type_text(play, argument(args));
}

static int
step_scan(struct play *play, char *args)
{
    if (play_scan(play->app, argument(args)) < 0) {
        return failed(play, "a file whose first line is what a scanner types");
    }
    settle(play->app);
    return 0;
}

static int
run_step(struct play *play, char *text)
{
    static const struct {
        const char *name;
        int (*run)(struct play *play, char *args);
    } steps[] = {
        {"tap", step_tap},
        {"finger", step_finger},
        {"fault", step_fault},
        {"key", step_key},
        {"switch", step_switch},
        {"hands", step_hands},
        {"drag", step_drag},
        {"draw", step_draw},
        {"type", step_type},
        {"scan", step_scan},
        {"wait", step_wait},
        {"expect", step_expect},
        {"shot", step_shot},
        {"dump", step_dump},
        {"utterances", step_utterances},
        {"heard", step_heard},
        {"headphones", step_headphones},
        {"sleep", step_sleep},
    };
    static const struct {
        const char *name;
        int (*run)(struct play *play, const char *arg);
    } words_steps[] = {
        {"language", step_language},
        {"start", step_start},
        {"open", step_open},
        {"read-card", step_read_card},
        {"pin", step_pin},
        {"complete", step_complete},
    };
    size_t len = strcspn(text, " ");
    char *args = text + len + (text[len] == ' ' ? 1 : 0);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        if (strlen(steps[i].name) == len && strncmp(steps[i].name, text, len) == 0) {
            return steps[i].run(play, args);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(words_steps); i++) {
        if (strlen(words_steps[i].name) == len && strncmp(words_steps[i].name, text, len) == 0) {
            return words_steps[i].run(play, argument(args));
        }
    }
    return failed(play, "no such step");
}

static char *
trimmed(char *line)
{
    while (*line == ' ' || *line == '\t') {
        line++;
    }
    size_t len = strlen(line);
    while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\r' || line[len - 1] == '\t')) {
        line[--len] = 0;
    }
    return line;
}

int
app_play(struct app *app, const char *path)
{
    struct play play = {.app = app, .file = path};
    AUTO_BUF script;
    buf_init(&script, SCRIPT_MAX);
    int r = fs_read(path, &script);
    if (r < 0 || (script.len > 0 && !utf8_valid((const char *)script.data, script.len))) {
        (void)fprintf(stderr, "%s: %s\n", path, r < 0 ? "can't be read" : "is not UTF-8 text");
        return 1;
    }
    app_rebuild(app);
    if (strstr(buf_str(&script), "\nheard ") != NULL) {
        speak_record(app); /* only for who asks: it holds what a visitor would hear */
    }
    slip_wait(app); /* a script begins when a person could */
    char *text = (char *)script.data;
    while (text != NULL && *text != 0) {
        char *end = strchr(text, '\n');
        if (end != NULL) {
            *end = 0;
        }
        play.line++;
        char *line = trimmed(text);
        char *copy =
            strdup(line); /* arguments are cut in place; the message shows the whole step */
        if (*line != 0 && *line != '#' && run_step(&play, line) != 0) {
            (void)fprintf(
                stderr, "%s:%d: %s: %s\n", path, play.line, copy != NULL ? copy : line, play.why);
            play_print_screen(app);
            free(copy);
            return 1;
        }
        free(copy);
        text = end != NULL ? end + 1 : NULL;
    }
    return 0;
}
