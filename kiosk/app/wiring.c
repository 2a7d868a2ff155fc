/* app/wiring.c - the one place that picks the real parts and ties them to an app: words, procedures,
 * screen, reader, queue. What a kiosk can't show itself without (screen, fonts, words) ends the
 * start; what it can inform without (reader, queue) does not. */
#include "speak_priv.h"

#include <stdlib.h>
#include <string.h>

#include "app/printer_priv.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/log.h"

enum {
    IDLE_WARN_S = 120, /* research "ux" section 8 row 36: warn at 120 s, then 45 s */
    IDLE_WARN_SPEECH_S = 180, /* the same row: who listens needs longer */
    IDLE_END_S = 45,
    CALL_S = 600, /* a person is on the way: nobody is hurried */
    CONTENT_LOOK_S = 30, /* a clerk who changed a service sees it within half a minute */
    CHECKED_IN_S = 4, /* the next person stands behind */
    ACCEPTED_S = 30 /* look: "this screen goes away in 30 seconds" */
};

/* Keys of pads and boards besides the arrows and select: places that every page has. */
static const char KEYS[] =
    "PageDown tap:page:next, PageUp tap:page:back, F1 tap:help, Help tap:help, "
    "F2 tap:speak, F3 rate-down, F4 rate-up, F5 pause, F6 repeat, "
    "F7 volume-down, F8 volume-up";

/* How hands are understood until a visitor chooses otherwise; 0 is the ui's own default. */
static struct ui_hands
hands_of(const struct conf *conf)
{
    const char *switches = conf_str(conf, "switches", "step");
    return (struct ui_hands){
        .repeat_ms = (int)conf_int(conf, "repeat-ms", 300, 1500, 0),
        .hold_ms = (int)conf_int(conf, "hold-ms", 100, 1000, 0),
        .first_switches = strcmp(switches, "auto") == 0 ? UI_SWITCHES_AUTO : UI_SWITCHES_STEP,
        .scan_ms = (int)conf_int(conf, "scan-ms", 500, 5000, 0),
    };
}

static void
wake(void *ctx)
{
    ui_wake(ctx);
}

static int
open_words(struct app *app)
{
    char *locale = content_share(app, "locale");
    int r = i18n_new(locale, &app->i18n);
    free(locale);
    if (r < 0 && content_drop_bundles(app)) {
        return open_words(app);
    }
    return r;
}

static int
open_display(struct app *app, bool fullscreen)
{
    char *fonts_folder = conf_share(app->conf, "fonts");
    char *fonts = fs_join(fonts_folder, "fonts.list");
    char *assets = conf_share(app->conf, "assets");
    char *theme = fs_join(assets, "theme");
    struct ui_config config = {
        .fonts = fonts,
        .theme = theme,
        .width_px = (int)conf_int(app->conf, "panel-width", 320, 16384, 1920),
        .height_px = (int)conf_int(app->conf, "panel-height", 240, 16384, 1080),
        .px_per_m = (int)conf_int(app->conf, "panel-px-per-m", 1000, 100000, 4030),
        .fullscreen = fullscreen,
        .clock = app->clock,
        .keys = conf_str(app->conf, "keys", KEYS),
        .scanner = app->scanner,
        .switch_keys = conf_str(app->conf, "switch-keys", NULL),
    };
    int r = ui_new(&config, &app->ui);
    free(theme);
    free(assets);
    free(fonts);
    free(fonts_folder);
    if (r == 0 && ui_bad_keys(app->ui) > 0) {
        LOG(LOG_WARN, "keys.unknown", LOG_INT("count", (int64_t)ui_bad_keys(app->ui)));
    }
    return r;
}

static void
open_live(struct app *app)
{
    char *folder = conf_path(app->conf, "live", "live");
    char *bundles = conf_path(app->conf, "bundles", "bundles");
    char *answers = fs_join(bundles, "answers");
    char *lists = fs_join(bundles, "live");
    app->live = live_open(folder);
    live_over(app->live, answers);
    live_over(app->live, lists);
    (void)live_refresh(app->live); /* nothing was read yet */
    free(lists);
    free(answers);
    free(bundles);
    free(folder);
}

static void
open_reader(struct app *app)
{
    const struct card_transport_ops *ops;
    void *ctx;
    int r = card_pcsc_new(&ops, &ctx);
    if (r == 0) {
        r = card_start(ops, ctx, wake, app->ui, &app->card);
    }
    if (r < 0) {
        app->reader_error = r;
        LOG(LOG_ERROR, "card.start", LOG_ERR(r));
    }
}

#define HANDWRITING "/usr/share/tegaki/models/zinnia/handwriting-ja.model"

static void
open_names(struct app *app)
{
    size_t line;
    char *assets = conf_share(app->conf, "assets");
    char *path = fs_join(assets, "names.tsv");
    int r = input_names_open(path, &app->names, &line);
    if (r < 0) {
        LOG(LOG_ERROR, "names", LOG_ERR(r));
    }
    free(path);
    free(assets);
}

/* Kana to kanji, and the tables of postal codes and kanji forms, and drawn kanji: without any of them visitors write by hand
 * what they would have chosen. */
static int
open_input(struct app *app)
{
    struct input_config config = {
        .mozc = conf_str(app->conf, "mozc", "/usr/bin/mozc_emacs_helper"),
        .mozc_server = conf_str(app->conf, "mozc-server", "/usr/lib/mozc/mozc_server"),
        .anthy = conf_str(app->conf, "anthy", "/usr/bin/anthy-agent"),
        .wake = wake,
        .wake_ctx = app->ui,
    };
    char *tables = conf_share(app->conf, "tables");
    char *postal = fs_join(tables, "postal.table");
    char *variants = fs_join(tables, "variants.table");
    int r = input_postal_open(postal, &app->postal);
    if (r < 0) {
        LOG(LOG_ERROR, "table.postal", LOG_ERR(r));
    }
    r = input_variants_open(variants, &app->variants);
    if (r < 0) {
        LOG(LOG_ERROR, "table.variants", LOG_ERR(r));
    }
    open_names(app);
    r = input_hand_open(conf_str(app->conf, "handwriting", HANDWRITING), &app->hand);
    if (r < 0 && r != KERR_NOT_FOUND) { /* an extra: without the package nothing is amiss */
        LOG(LOG_ERROR, "handwriting", LOG_ERR(r));
    }
    free(variants);
    free(postal);
    free(tables);
    return input_new(&config, &app->input);
}

/* The staff's way out: the file holds one line, the scrypt hash of their digits. */
static void
open_staff(struct app *app)
{
    char *path = conf_path(app->conf, "staff-pin", "staff-pin");
    AUTO_BUF line;
    buf_init(&line, sizeof(app->staff_hash) - 1);
    if (fs_read(path, &line) == 0) {
        size_t len = strcspn(buf_str(&line), "\r\n");
        memcpy(app->staff_hash, buf_str(&line), len);
    }
    free(path);
}

/* Where a clerk looks at a service that is being written: nothing of it is sent. */
static int
open_preview(struct app *app, const char *procedure)
{
    if (procedure == NULL) {
        return 0;
    }
    practice_start(app);
    return visit_choose(app, procedure);
}

int
app_new(const struct app_options *options, struct app **ret_app, const char **ret_what)
{
    struct app *app = xcalloc(1, sizeof(*app));
    app->conf = options->conf;
    app->clock = options->clock;
    app->scanner = conf_int(app->conf, "scanner", 0, 1, 1) != 0;
    app->idle_warn_ms = (int)conf_int(app->conf, "idle-warn-s", 1, 3600, IDLE_WARN_S) * 1000;
    app->idle_warn_speech_ms =
        (int)conf_int(app->conf, "idle-warn-speech-s", 1, 3600, IDLE_WARN_SPEECH_S) * 1000;
    app->idle_end_ms = (int)conf_int(app->conf, "idle-end-s", 1, 3600, IDLE_END_S) * 1000;
    app->accepted_ms = (int)conf_int(app->conf, "accepted-s", 1, 3600, ACCEPTED_S) * 1000;
    app->checked_in_ms = (int)conf_int(app->conf, "checked-in-s", 1, 3600, CHECKED_IN_S) * 1000;
    app->content_look_ms =
        (int)conf_int(app->conf, "content-look-s", 1, 86400, CONTENT_LOOK_S) * 1000;
    app->call_ms = (int)conf_int(app->conf, "call-s", 1, 3600, CALL_S) * 1000;
    app->prefs_of_machine = (struct preferences){.text_size = UI_TEXT_NORMAL,
        .hands = hands_of(app->conf),
        .wheelchair = strcmp(conf_str(app->conf, "wheelchair", "no"), "yes") == 0};
    app->prefs = app->prefs_of_machine;
    app->trace = getenv("MADOGUCHI_TRACE") != NULL;
    owner_init(&app->owner);
    app->visit.serial = owner_now(&app->owner);
    app->visit.facts = fact_set_new();
    app->visit.readings = fact_set_new();
    app->visit.apart = fact_set_new();
    open_live(app);
    const char *what = "words";
    int r = open_words(app);
    if (r == 0) {
        what = "display";
        r = open_display(app, options->fullscreen);
    }
    if (r == 0) {
        app_apply_preferences(app);
        app_go(app, &screen_attract); /* the first picture before anything slower */
        app_rebuild(app);
        what = "procedures";
        r = content_open(app);
    }
    if (r == 0) {
        what = "input";
        r = open_input(app);
    }
    if (r < 0) {
        app_free(app);
        *ret_what = what;
        return r;
    }
    if (!options->without_card) {
        open_reader(app);
    }
    r = submitter_new(app->conf, app->clock, wake, app->ui, &app->submitter);
    if (r < 0) {
        app->submitter_error = r;
        LOG(LOG_ERROR, "queue.open", LOG_ERR(r));
    }
    r = printer_new(app->conf, app->clock, &app->owner, wake, app->ui, &app->printer);
    if (r < 0) {
        LOG(LOG_ERROR, "printer.start", LOG_ERR(r)); /* without one there are codes to take along */
    }
    open_staff(app);
    calling_open(app);
    pause_open(app);
    speak_open(app, wake, app->ui);
    check_in_restore(app);
    r = open_preview(app, options->preview);
    if (r < 0) {
        app_free(app);
        *ret_what = "preview";
        return r;
    }
    *ret_app = app;
    return 0;
}

void
app_free(struct app *app)
{
    if (app == NULL) {
        return;
    }
    submitter_free(app->submitter); /* an accepted visit is finished first */
    app->submitter = NULL;
    if (app->ui != NULL && app->i18n != NULL) {
        app->stand[0] = 0;
        visit_end(app); /* powers the card down */
    }
    calling_close(app);
    card_stop(app->card);
    printer_free(app->printer);
    speak_close(app);
    pause_close(app);
    fact_set_free(app->visit.facts);
    fact_set_free(app->visit.readings);
    fact_set_free(app->visit.apart);
    input_free(app->input);
    input_postal_close(app->postal);
    input_variants_close(app->variants);
    input_names_close(app->names);
    input_hand_close(app->hand);
    info_search_free(app->search);
    info_free(app->info);
    procedure_set_free(app->procedures);
    live_close(app->live);
    i18n_free(app->i18n);
    ui_free(app->ui);
    explicit_bzero(app, sizeof(*app));
    free(app);
}
