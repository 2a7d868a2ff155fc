/* app/speak.c - when what is said: a page when it appears, the element under the ring when keys move it,
 * what changed when the visitor typed or chose. The ring follows what is heard. Speech begins with
 * headphones or with the button, and ends with them, with the button, or with the visit. */
#include "speak_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/conf.h"
#include "base/fs.h"
#include "base/log.h"
#include "speech/speech.h"

enum { HEARD_MAX = 4 * 1024 * 1024, ALONE_S = 60, LINE_TEXT_MAX = 8000 };

struct speak {
    enum speak_engine engine;
    struct speech *speech; /* NULL but with voices */
    struct speech_plug *plug;
    enum speak_clicks clicks;
    bool aloud_by_default; /* personal words also by the loudspeaker */
    bool headphones; /* as last seen */
    int alone_ms; /* speech at the start page, with nobody there, before it falls silent */
    bool by_script, script_plugged; /* a script plugs and unplugs */
    bool no_sound; /* the device can't be opened */
    /* what was said last of which page */
    struct utterances lists[2];
    struct utterances *page, *before; /* the one that is shown and the frame before it */
    uint64_t page_key;
    bool page_known;
    char tapped[UI_ID_MAX]; /* what the visitor pressed since the last frame */
    int focus; /* element that the visitor's keys moved to; -1 */
    int element_of[SPEECH_LINES_MAX]; /* where the ring is for each line under way */
    size_t lines;
    bool whole_page; /* the lines are a page: the ring goes back to its start after them */
    int at; /* line that is heard; -1 */
    int64_t silent_ms; /* since when nothing was heard */
    bool paused;
    bool recording;
    struct buf heard; /* of a script; wiped when freed */
};

/* ---- settings ---- */

static enum speak_clicks
clicks_of(const char *word)
{
    return strcmp(word, "never") == 0    ? CLICKS_NEVER
           : strcmp(word, "always") == 0 ? CLICKS_ALWAYS
                                         : CLICKS_WITH_SPEECH;
}

/* From the room's threads. */
static bool
may_be_heard(void *ctx, uint64_t visit)
{
    return owner_lets_out(ctx, ARTEFACT_SPEECH, visit);
}

static void
open_voices(struct app *app, struct speak *speak, void (*wakeup)(void *), void *wakeup_ctx)
{
    char *assets = conf_share(app->conf, "assets");
    char *sounds = fs_join(assets, "sound");
    struct speech_config config = {.sounds = sounds,
        .device = conf_str(app->conf, "sound-device", NULL),
        .cap_db = (int)conf_int(app->conf, "sound-cap-db", 0, 40, 0),
        .may = may_be_heard,
        .may_ctx = &app->owner,
        .wakeup = wakeup,
        .wakeup_ctx = wakeup_ctx};
    int r = speech_new(&config, &speak->speech);
    if (r < 0) {
        LOG(LOG_ERROR, "speech.start", LOG_ERR(r));
        speak->engine = SPEAK_OFF;
    } else {
        struct speech_plug_config plug = {.device = conf_str(app->conf, "headphone-device", NULL),
            .sound_cards = conf_str(app->conf, "sound-cards", NULL),
            .wakeup = wakeup,
            .wakeup_ctx = wakeup_ctx};
        speak->plug = speech_plug_new(&plug);
    }
    free(sounds);
    free(assets);
}

void
speak_open(struct app *app, void (*wakeup)(void *), void *wakeup_ctx)
{
    struct speak *speak = xcalloc(1, sizeof(*speak));
    utterances_init(&speak->lists[0]);
    utterances_init(&speak->lists[1]);
    speak->page = &speak->lists[0];
    speak->before = &speak->lists[1];
    buf_init(&speak->heard, HEARD_MAX);
    speak->at = speak->focus = -1;
    const char *engine = conf_str(app->conf, "speech", "yes");
    speak->engine = strcmp(engine, "no") == 0     ? SPEAK_OFF
                    : strcmp(engine, "list") == 0 ? SPEAK_LIST
                                                  : SPEAK_VOICES;
    speak->clicks = clicks_of(conf_str(app->conf, "key-clicks", "speech"));
    speak->alone_ms = (int)conf_int(app->conf, "speech-alone-s", 1, 3600, ALONE_S) * 1000;
    speak->aloud_by_default = strcmp(conf_str(app->conf, "speak-personal-aloud", "no"), "yes") == 0;
    if (speak->engine == SPEAK_VOICES) {
        open_voices(app, speak, wakeup, wakeup_ctx);
    }
    app->speak = speak;
}

void
speak_close(struct app *app)
{
    struct speak *speak = app->speak;
    if (speak == NULL) {
        return;
    }
    speech_plug_free(speak->plug);
    speech_free(speak->speech);
    utterances_release(&speak->lists[0]);
    utterances_release(&speak->lists[1]);
    buf_release(&speak->heard);
    explicit_bzero(speak, sizeof(*speak));
    free(speak);
    app->speak = NULL;
}

/* ---- what holds ---- */

int
speak_volume(const struct app *app)
{
    return SPEECH_VOLUME_DEFAULT + app->prefs.volume;
}

int
speak_rate_percent(const struct app *app)
{
    return speech_rate_percent(SPEECH_RATE_DEFAULT + app->prefs.rate);
}

bool
speak_can(const struct app *app)
{
    return speak_can_say(app, i18n_current(app->i18n)->code);
}

bool
speak_has_voice(const struct app *app, const char *language)
{
    const struct speech *speech = app->speak != NULL ? app->speak->speech : NULL;
    return speech == NULL || speech_can(speech, language);
}

bool
speak_can_say(const struct app *app, const char *language)
{
    const struct speak *speak = app->speak;
    if (speak == NULL || speak->engine == SPEAK_OFF || speak->no_sound) {
        return false;
    }
    return speak->engine == SPEAK_LIST || speech_can(speak->speech, language);
}

bool
speak_busy(const struct app *app)
{
    const struct speak *speak = app->speak;
    return speak != NULL && speak->at >= 0 && !speak->paused;
}

/* Words of the visitor by the loudspeaker of a public room only when the visitor wants it. */
static bool
aloud(const struct app *app)
{
    return app->speak->headphones || app->prefs.personal_aloud || app->speak->aloud_by_default;
}

static void
apply(struct app *app)
{
    struct speak *speak = app->speak;
    if (speak->speech != NULL) {
        speech_set_volume(speak->speech, speak_volume(app));
        speech_set_rate(speak->speech, SPEECH_RATE_DEFAULT + app->prefs.rate);
        speech_set_output(speak->speech, speak->headphones ? SPEECH_HEADPHONES : SPEECH_SPEAKER);
    }
    ui_set_reading(app->ui, app->prefs.speech);
    ui_set_black(app->ui, app->prefs.speech && app->prefs.black_screen);
}

static void
silence(struct speak *speak)
{
    if (speak->speech != NULL) {
        (void)speech_say(speak->speech, NULL, 0); /* nothing is never too much */
    }
    speak->at = -1;
    speak->lines = 0;
    speak->paused = false;
}

static bool
open_sound(struct app *app)
{
    struct speak *speak = app->speak;
    if (speak->speech == NULL) {
        return speak->engine == SPEAK_LIST;
    }
    int r = speech_open(speak->speech);
    if (r < 0 && !speak->no_sound) {
        LOG(LOG_WARN, "speech.device", LOG_ERR(r));
    }
    speak->no_sound = r < 0;
    return r == 0;
}

static void
turn(struct app *app, bool on)
{
    struct speak *speak = app->speak;
    app->prefs.speech = on && speak_can(app) && open_sound(app);
    if (!app->prefs.speech) {
        silence(speak);
        app->prefs.black_screen = false; /* a black page that says nothing helps nobody */
        if (speak->speech != NULL) {
            speech_prepare(speak->speech, NULL, 0); /* nobody will hear it */
        }
        if (speak->speech != NULL && !(speak->clicks == CLICKS_ALWAYS && app->visit.open)) {
            speech_close(speak->speech);
        }
    }
    speak->page_known = false;
    apply(app);
}

/* ---- saying ---- */

/* One line of JSON for a script: why it was said, and what. */
static void
record(struct app *app, const char *why, const struct speech_line *line, const char *id)
{
    struct buf *heard = &app->speak->heard;
    if (!app->speak->recording) {
        return;
    }
    (void)buf_printf(
        heard, "{\"screen\": \"%s\", \"why\": \"%s\", \"id\": ", app->screen->name, why);
    utterance_json(heard, id);
    (void)buf_printf(heard, ", \"language\": \"%s\", \"text\": ", line->language);
    utterance_json(heard, line->text);
    (void)buf_add_str(heard, "}\n");
}

/* The PIN's keys have no name for a whole room to hear. */
static bool
is_pin_key(const struct app *app, const struct utterance *u)
{
    return app->screen == &screen_pin && u->key && strncmp(u->id, "pin:", 4) == 0 &&
           u->id[4] >= '0' && u->id[4] <= '9';
}

/* The utterance of the same element in another list; NULL. */
static const struct utterance *
same_as(const struct utterances *list, const struct utterances *other, const struct utterance *u)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct utterance *v = &list->all[i];
        bool same_words = strcmp(utterance_words(list, v), utterance_words(other, u)) == 0;
        if (u->id[0] != 0 ? strcmp(v->id, u->id) == 0 : same_words) {
            return v;
        }
    }
    return NULL;
}

/* What a key did to a field: the letters that came, or that some went. */
static void
typed(struct app *app, const char *before, const char *now, struct buf *out)
{
    size_t had = strlen(before);
    if (strncmp(now, before, had) == 0) {
        bool blank = strspn(now + had, " ") == strlen(now + had) || strcmp(now + had, "　") == 0;
        (void)buf_add_str(out, blank ? say(app, "key.space") : now + had);
    } else if (strlen(now) < had && strncmp(now, before, strlen(now)) == 0) {
        (void)buf_add_str(out, say(app, "speech.erased"));
        if (now[0] == 0) {
            (void)buf_add_str(out, "。");
            (void)buf_add_str(out, say(app, "speech.empty"));
        }
    } else { /* another word in its place: all of it */
        (void)buf_add_str(out, now);
    }
}

static void
line_text(struct app *app, const char *why, const struct utterance *u, struct buf *out)
{
    const struct utterance *old = NULL;
    if (strcmp(why, "change") == 0 && u->field) {
        old = same_as(app->speak->before, app->speak->page, u);
    }
    if (is_pin_key(app, u) && !app->speak->headphones) {
        (void)buf_add_str(out, say(app, "speech.digit-key"));
    } else if (u->personal && !u->told && !aloud(app)) {
        utterance_quiet(app, app->speak->page, u, out);
    } else if (old != NULL) {
        typed(app, utterance_value(app->speak->before, old), utterance_value(app->speak->page, u),
            out);
    } else {
        utterance_text(app->speak->page, u, out);
    }
}

/* Says these utterances of the page, by index, instead of what is being said. */
static void
say_these(struct app *app, const char *why, const size_t *which, size_t count)
{
    struct speak *speak = app->speak;
    AUTO_BUF pool;
    buf_init(&pool, UTTER_POOL);
    size_t at[SPEECH_LINES_MAX];
    struct speech_line lines[SPEECH_LINES_MAX];
    size_t n = 0;
    for (size_t i = 0; i < count && n < SPEECH_LINES_MAX; i++) {
        const struct utterance *u = &speak->page->all[which[i]];
        at[n] = pool.len;
        line_text(app, why, u, &pool);
        if (buf_add_byte(&pool, 0) < 0 || pool.len - at[n] > LINE_TEXT_MAX) {
            break;
        }
        lines[n] = (struct speech_line){
            .language = u->language, .personal = u->personal, .visit = app->visit.serial};
        speak->element_of[n++] = (int)u->element;
    }
    for (size_t i = 0; i < n; i++) {
        lines[i].text = (const char *)pool.data + at[i];
        record(app, why, &lines[i], speak->page->all[which[i]].id);
    }
    speak->lines = n;
    speak->paused = false;
    speak->at = -1;
    if (speak->speech != NULL) {
        (void)speech_say(speak->speech, lines, n); /* within its bounds: they are ours */
    }
}

static void
say_page(struct app *app)
{
    struct speak *speak = app->speak;
    size_t which[UI_ELEMENTS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < speak->page->count; i++) {
        if (!speak->page->all[i].key) {
            which[count++] = i;
        }
    }
    say_these(app, "page", which, count);
    speak->whole_page = true;
}

static void
say_element(struct app *app, const char *why, int element)
{
    struct speak *speak = app->speak;
    for (size_t i = 0; element >= 0 && i < speak->page->count; i++) {
        if (speak->page->all[i].element == (size_t)element) {
            say_these(app, why, &i, 1);
            speak->whole_page = false;
            return;
        }
    }
}

/* ---- what changed ---- */

static bool
changed(const struct speak *speak, const struct utterance *u)
{
    const struct utterance *old = same_as(speak->before, speak->page, u);
    return old == NULL ||
           strcmp(utterance_words(speak->before, old), utterance_words(speak->page, u)) != 0 ||
           strcmp(utterance_state(speak->before, old), utterance_state(speak->page, u)) != 0;
}

/* Did a key of a question's page bring it? Towns for a postal code, "which kanji?". */
static bool
appeared(const struct app *app, const struct utterance *u)
{
    const struct speak *speak = app->speak;
    return app->screen == &screen_question && speak->tapped[0] != 0 && !u->key &&
           same_as(speak->before, speak->page, u) == NULL;
}

/* On the same page: what was pressed and is different now, what came, and what is told as it changes. */
static void
say_changes(struct app *app)
{
    struct speak *speak = app->speak;
    size_t which[UI_ELEMENTS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < speak->page->count; i++) {
        const struct utterance *u = &speak->page->all[i];
        bool pressed = speak->tapped[0] != 0 && strcmp(u->id, speak->tapped) == 0;
        if (((u->live || pressed) && changed(speak, u)) || appeared(app, u)) {
            which[count++] = i;
        }
    }
    if (count > 0) {
        say_these(app, "change", which, count);
        speak->whole_page = false;
    }
}

/* ---- headphones ---- */

static bool
plugged(const struct speak *speak)
{
    return speak->by_script ? speak->script_plugged : speech_plugged(speak->plug);
}

static void
watch_headphones(struct app *app)
{
    struct speak *speak = app->speak;
    bool now = plugged(speak);
    if (now == speak->headphones) {
        return;
    }
    speak->headphones = now;
    LOG(LOG_INFO, "speech.headphones", LOG_INT("plugged", now));
    turn(app, now);
    speak->silent_ms = clock_mono_ms(app->clock);
    if (app->screen != &screen_still_there) {
        app->touched_ms = clock_mono_ms(app->clock);
    }
}

/* Headphones left in their socket, nobody there: sleeps until a visit begins. */
static void
watch_absence(struct app *app)
{
    struct speak *speak = app->speak;
    bool nobody = app->screen->no_visit && !app->visit.open && app->prefs.speech && speak->at < 0;
    if (nobody && clock_mono_ms(app->clock) - speak->silent_ms >= speak->alone_ms) {
        turn(app, false);
    }
}

/* ---- the step ---- */

static uint64_t
key_of(const struct app *app)
{
    uint64_t language = 0;
    for (const char *c = i18n_current(app->i18n)->code; *c != 0; c++) {
        language = language * 31 + (unsigned char)*c;
    }
    return (app->entered * PAGE_ITEMS_MAX + (uint64_t)app->visit.page) * 4096 + language % 4096;
}

static void
follow(struct app *app)
{
    struct speak *speak = app->speak;
    int at = speak->speech != NULL ? speech_at(speak->speech) : -1;
    bool listed = speak->engine == SPEAK_LIST && speak->lines > 0; /* said in no time */
    if (at == speak->at && !listed) {
        return;
    }
    speak->at = at;
    if (at >= 0 && (size_t)at < speak->lines) {
        ui_set_focus(app->ui, speak->element_of[at]);
    } else if (at < 0) {
        speak->silent_ms = clock_mono_ms(app->clock);
        if (speak->whole_page && speak->lines > 0) { /* from here the visitor's keys go on */
            ui_set_focus(app->ui, speak->element_of[0]);
        }
        speak->lines = 0;
    }
}

void
speak_step(struct app *app)
{
    struct speak *speak = app->speak;
    if (speak == NULL || speak->engine == SPEAK_OFF) {
        return;
    }
    watch_headphones(app);
    watch_absence(app);
    if (!app->prefs.speech) {
        speak->tapped[0] = 0;
        speak->focus = -1;
        return;
    }
    if (!speak_can(app)) { /* the language changed to one without a voice */
        turn(app, false);
        app_over(app, &screen_sound);
        app_rebuild(app);
        return;
    }
    struct utterances *before = speak->before;
    speak->before = speak->page;
    speak->page = before;
    utterances_take(app, speak->page);
    if (!speak->page_known || speak->page_key != key_of(app)) {
        speak->page_known = true;
        speak->page_key = key_of(app);
        say_page(app);
        speak_soon(app, speak->speech, speak->page);
    } else {
        say_changes(app);
        say_element(app, "focus", speak->focus);
    }
    speak->tapped[0] = 0;
    speak->focus = -1;
    follow(app);
}

int
speak_sleep_ms(const struct app *app)
{
    const struct speak *speak = app->speak;
    if (speak == NULL || !app->prefs.speech || app->visit.open || speak->at >= 0) {
        return -1;
    }
    int64_t left = speak->silent_ms + speak->alone_ms - clock_mono_ms(app->clock);
    return left < 1 ? 1 : (int)left;
}

/* ---- what the visitor does ---- */

static int
within(int value, int least, int most)
{
    return value < least ? least : value > most ? most : value;
}

static void
change_volume(struct app *app, int by)
{
    app->prefs.volume = within(
        app->prefs.volume + by, -SPEECH_VOLUME_DEFAULT, SPEECH_VOLUME_MAX - SPEECH_VOLUME_DEFAULT);
    apply(app);
}

static void
change_rate(struct app *app, int by)
{
    app->prefs.rate = within(
        app->prefs.rate + by, -SPEECH_RATE_DEFAULT, SPEECH_RATE_COUNT - 1 - SPEECH_RATE_DEFAULT);
    apply(app);
}

static void
pause_or_go_on(struct app *app)
{
    struct speak *speak = app->speak;
    speak->paused = !speak->paused && speak->at >= 0;
    if (speak->speech != NULL) {
        speech_pause(speak->speech, speak->paused);
    }
}

/* What the ring is on; the page when it is on nothing. */
static void
repeat(struct app *app)
{
    struct speak *speak = app->speak;
    int focus = ui_focus(app->ui);
    if (app->screen == &screen_sound || focus < 0) {
        speak->page_known = false;
    } else {
        speak->focus = focus;
    }
}

bool
speak_tap(struct app *app, const char *id)
{
    struct speak *speak = app->speak;
    if (speak == NULL) {
        return false;
    }
    if (strcmp(id, "speak") == 0) {
        if (app->prefs.speech || !speak_can(app)) {
            app_over(app, &screen_sound);
        } else {
            turn(app, true);
            if (!app->prefs.speech) {
                app_over(app, &screen_sound); /* says why there is no sound */
            }
        }
    } else if (strcmp(id, "speech") == 0) {
        turn(app, !app->prefs.speech);
    } else if (strcmp(id, "volume:up") == 0 || strcmp(id, "volume:down") == 0) {
        change_volume(app, id[7] == 'u' ? 1 : -1);
    } else if (strcmp(id, "rate:up") == 0 || strcmp(id, "rate:down") == 0) {
        change_rate(app, id[5] == 'u' ? 1 : -1);
    } else if (strcmp(id, "speech:repeat") == 0) {
        repeat(app);
    } else if (strcmp(id, "speech:pause") == 0) {
        pause_or_go_on(app);
    } else if (strcmp(id, "black-screen") == 0) {
        app->prefs.black_screen = !app->prefs.black_screen && app->prefs.speech;
        apply(app);
    } else if (strcmp(id, "personal-aloud") == 0) {
        app->prefs.personal_aloud = !app->prefs.personal_aloud;
    } else {
        return false;
    }
    return true;
}

static void
click(struct app *app)
{
    struct speak *speak = app->speak;
    bool wanted = speak->clicks == CLICKS_ALWAYS ||
                  (speak->clicks == CLICKS_WITH_SPEECH && app->prefs.speech);
    if (wanted && speak->speech != NULL && speech_is_open(speak->speech)) {
        speech_click(speak->speech);
    }
}

void
speak_chime(struct app *app, bool louder)
{
    struct speak *speak = app->speak;
    if (speak == NULL || speak->engine == SPEAK_OFF || !open_sound(app)) {
        return; /* the page says the same */
    }
    struct speech_line line = {
        .language = i18n_current(app->i18n)->code, .text = louder ? "louder" : "once"};
    record(app, "chime", &line, "");
    if (speak->speech != NULL) {
        speech_chime(speak->speech, louder);
    }
}

void
speak_phrase(struct app *app, const char *japanese)
{
    struct speak *speak = app->speak;
    if (!speak_can_say(app, "ja") || !open_sound(app)) {
        return; /* the page shows the same */
    }
    AUTO_BUF text;
    buf_init(&text, LINE_TEXT_MAX);
    spoken_text(app, "ja", japanese, &text);
    struct speech_line line = {
        .language = "ja", .text = buf_str(&text), .visit = app->visit.serial};
    record(app, "phrase", &line, "say");
    silence(speak);
    speak->whole_page = false;
    if (speak->speech != NULL) {
        (void)speech_say(speak->speech, &line, 1); /* within its bounds: it is ours */
    }
}

bool
speak_input(struct app *app, const struct ui_input *input)
{
    struct speak *speak = app->speak;
    if (speak == NULL || speak->engine == SPEAK_OFF) {
        return false;
    }
    switch (input->type) {
    case UI_INPUT_PRESS:
        click(app);
        return true;
    case UI_INPUT_FOCUS:
        speak->focus = ui_focus(app->ui);
        return true;
    case UI_INPUT_TAP:
        (void)snprintf(speak->tapped, sizeof(speak->tapped), "%s", input->id);
        return false;
    case UI_INPUT_VOLUME_UP:
    case UI_INPUT_VOLUME_DOWN:
        change_volume(app, input->type == UI_INPUT_VOLUME_UP ? 1 : -1);
        return true;
    case UI_INPUT_RATE_UP:
    case UI_INPUT_RATE_DOWN:
        change_rate(app, input->type == UI_INPUT_RATE_UP ? 1 : -1);
        return true;
    case UI_INPUT_PAUSE:
        pause_or_go_on(app);
        return true;
    case UI_INPUT_REPEAT:
        repeat(app);
        return true;
    case UI_INPUT_LIGHT:
        app->prefs.black_screen = false;
        apply(app);
        return true;
    default:
        return false;
    }
}

/* ---- a visit ---- */

void
speak_begin(struct app *app)
{
    struct speak *speak = app->speak;
    if (speak == NULL || speak->engine == SPEAK_OFF) {
        return;
    }
    if (speak->headphones && !app->prefs.speech) {
        turn(app, true);
    } else if (speak->clicks == CLICKS_ALWAYS) {
        (void)open_sound(app);
    }
}

void
speak_forget(struct app *app)
{
    struct speak *speak = app->speak;
    if (speak == NULL) {
        return;
    }
    silence(speak);
    utterances_release(&speak->lists[0]);
    utterances_release(&speak->lists[1]);
    explicit_bzero(speak->tapped, sizeof(speak->tapped));
    speak->page_known = false;
    speak->focus = -1;
    if (speak->speech != NULL) {
        speech_close(speak->speech);
        speech_forget(speak->speech);
    }
    apply(app);
}

/* ---- scripts ---- */

void
speak_record(struct app *app)
{
    if (app->speak != NULL) {
        app->speak->recording = true;
    }
}

int
speak_heard(const struct app *app, struct buf *ret_json)
{
    return app->speak != NULL ? buf_add_str(ret_json, buf_str(&app->speak->heard)) : 0;
}

void
speak_plug(struct app *app, bool now)
{
    app->speak->by_script = true;
    app->speak->script_plugged = now;
}

bool
speak_at_hand(struct app *app, const char *said)
{
    struct speech_line line = {.language = i18n_current(app->i18n)->code};
    AUTO_BUF text;
    buf_init(&text, LINE_TEXT_MAX);
    spoken_text(app, line.language, said, &text);
    line.text = buf_str(&text);
    struct speech *speech = app->speak != NULL ? app->speak->speech : NULL;
    return speech != NULL && speech_at_hand(speech, &line);
}
