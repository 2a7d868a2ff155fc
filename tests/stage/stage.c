/* stage/stage.c - sets the real terminal up in this process: keys by `kioskctl init`, the card room over
 * the virtual card, a clock that is moved by hand. */
#include "stage/stage.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"

enum { REAL_WAIT_MS = 20000, STEP_MS = 5, START_WALL = 1795300000 };
#define START_DAY "2026-11-22" /* of START_WALL, in Japan */

static void
stop(const char *what)
{
    (void)fprintf(stderr, "stage: %s\n", what);
    exit(2);
}

static int64_t
mono_ms(void *ctx)
{
    return ((struct stage *)ctx)->now_ms;
}

static int64_t
wall_s(void *ctx)
{
    struct stage *stage = ctx;
    return stage->wall_s + stage->now_ms / 1000;
}

static void
wake(void *ctx)
{
    ui_wake(ctx);
}

/* kioskctl in the stage's folder: init makes keys and settings, live sample what the city would have sent. */
static void
ctl(const struct stage *stage, const char *build, const char *word, const char *more,
    const char *day)
{
    char *program = fs_join(build, "kioskctl");
    pid_t pid = fork();
    if (pid == 0) {
        if (freopen("/dev/null", "w", stdout) == NULL) {
            _exit(1);
        }
        (void)setenv("KIOSK_HOME", stage->folder, 1);
        execl(program, program, word, more, day, (char *)NULL); /* the first NULL ends the words */
        _exit(1);
    }
    int status = 1;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        stop("kioskctl did not work");
    }
    free(program);
}

/* The stage's own settings come first: the first line of a key counts. */
static void
write_conf(struct stage *stage, const struct stage_options *options)
{
    char *path = fs_join(stage->folder, "madoguchi.conf");
    AUTO_BUF made;
    AUTO_BUF text;
    buf_init(&made, 64 * 1024);
    buf_init(&text, 64 * 1024);
    (void)buf_printf(&text,
        "assets = %s/assets\nfonts = %s/fonts\nlocale = %s/locale\ntables = %s/tables\n"
        "speech = list\npanel-width = %d\npanel-height = %d\npanel-px-per-m = %d\n",
        options->top, options->build, options->build, options->build, options->width_px,
        options->height_px, options->px_per_m);
    int line = 0;
    if (fs_read(path, &made) < 0 || buf_add_str(&text, buf_str(&made)) < 0 ||
        fs_write_atomic(path, text.data, text.len, 0600) < 0 ||
        conf_load(path, &stage->conf, &line) < 0) {
        stop("settings can't be used");
    }
    free(path);
}

static struct vcard *
make_card(const char *top)
{
    struct vcard_config config = {.kind = VCARD_KIND_MY_NUMBER};
    char *path = fs_join(top, "assets/samples/hanako.card");
    if (vcard_person_load(path, &config.person) < 0) {
        stop("no sample card hanako");
    }
    free(path);
    return vcard_new(&config);
}

void
stage_open(struct stage *stage, const struct stage_options *options)
{
    *stage = (struct stage){.now_ms = 1000000, .wall_s = START_WALL};
    stage->clock = (struct clock){.mono_ms = mono_ms, .wall_s = wall_s, .ctx = stage};
    stage->own_folder = options->home == NULL;
    if (stage->own_folder) {
        harness_folder_make(stage->folder);
    } else {
        (void)snprintf(stage->folder, sizeof(stage->folder), "%s", options->home);
    }
    (void)setenv("KIOSK_HOME", stage->folder, 1);
    (void)setenv("SDL_VIDEODRIVER", "dummy", 1);
    (void)setenv("SDL_AUDIODRIVER", "dummy", 1);
    if (stage->own_folder) {
        ctl(stage, options->build, "init", NULL, NULL);
    }
    write_conf(stage, options);
    ctl(stage, options->build, "live", "sample", START_DAY);
    stage->card = make_card(options->top);
    struct app_options app_options = {
        .conf = stage->conf, .clock = &stage->clock, .without_card = true};
    const char *what = "";
    if (app_new(&app_options, &stage->app, &what) < 0) {
        stop(what);
    }
    const struct card_transport_ops *ops;
    stage->vt = vtransport_new(&ops);
    if (card_start(ops, stage->vt, wake, stage->app->ui, &stage->app->card) < 0) {
        stop("the card room does not start");
    }
    if (stage->app->submitter == NULL) {
        stop("the queue can't be opened");
    }
    app_rebuild(stage->app);
    for (int i = 0; i < REAL_WAIT_MS / STEP_MS && stage->app->readers == 0; i++) {
        app_step(stage->app, STEP_MS);
    }
}

void
stage_close(struct stage *stage)
{
    app_free(stage->app);
    vcard_free(stage->card);
    conf_free(stage->conf);
    if (stage->own_folder) {
        (void)harness_folder_remove(stage->folder);
    }
}

void
stage_pass(struct stage *stage, int64_t ms)
{
    stage->now_ms += ms;
}

void
stage_settle(struct stage *stage)
{
    for (int i = 0; i < 3; i++) {
        app_step(stage->app, 0);
    }
}

bool
stage_leave(struct stage *stage, const struct screen *screen)
{
    stage_settle(stage);
    for (int i = 0; i < REAL_WAIT_MS / STEP_MS && stage->app->screen == screen; i++) {
        app_step(stage->app, STEP_MS);
    }
    return stage->app->screen != screen;
}

void
stage_card(struct stage *stage, bool there)
{
    vtransport_place(stage->vt, 0, there ? stage->card : NULL);
    stage->card_there = there;
    for (int i = 0;
         i < REAL_WAIT_MS / STEP_MS && (stage->app->card_kind != CARD_KIND_NONE) != there; i++) {
        app_step(stage->app, STEP_MS);
    }
    stage_settle(stage);
}

void
stage_renew_card(struct stage *stage)
{
    struct vcard_counters fresh = {
        .pin = VCARD_PIN_TRIES, .a = VCARD_AB_TRIES, .b = VCARD_AB_TRIES};
    vcard_set_counters(stage->card, &fresh);
}

bool
stage_shows(const struct stage *stage, const char *id)
{
    for (size_t i = 0; i < ui_count(stage->app->ui); i++) {
        const struct ui_element *e = ui_at(stage->app->ui, i);
        if (e->id != NULL && strcmp(e->id, id) == 0) {
            return true;
        }
    }
    return false;
}

bool
stage_tap(struct stage *stage, const char *id)
{
    bool there = ui_tap(stage->app->ui, id) == 0;
    stage_settle(stage);
    return there;
}

/* Until the card room has let go of the visit that ended; a card that came before would be taken for that one's. */
static void
wait_for_card_room(struct stage *stage)
{
    bool told = false;
    card_refresh(stage->app->card); /* done after all that was asked before; an event follows */
    for (int i = 0; i < REAL_WAIT_MS && !told; i++) {
        struct card_event event;
        while (card_poll(stage->app->card, &event)) {
            told = told || event.type == CARD_EVENT_REMOVED;
            visit_card_event(stage->app, &event);
            card_event_release(&event);
        }
        if (!told) {
            (void)poll(NULL, 0, 1);
        }
    }
}

void
stage_reset(struct stage *stage)
{
    if (stage->card_there) {
        stage_card(stage, false);
    }
    visit_end(stage->app);
    wait_for_card_room(stage);
    app_rebuild(stage->app);
    stage_renew_card(stage);
    stage_pass(stage, 5000);
    stage_settle(stage);
}
