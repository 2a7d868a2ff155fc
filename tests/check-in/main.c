/* check-in/main.c - many people check in with a card, one after the other, at the real terminal with virtual cards: how long
 * from the card on the reader to the terminal's being ready for the next one, on the real clock; and whether the queue
 * holds every one of them. use: check-in TOP BUILD [PEOPLE]. Exit 0 when nobody waited longer than 5 s. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "stage/stage.h"
#include "store/store.h"

enum { PEOPLE = 200, WAIT_STEPS = 4000, STEP_MS = 5, LIMIT_MS = 5000, SETTLED_MS = 1000 };

static void
stop(const char *what)
{
    (void)fprintf(stderr, "check-in: %s\n", what);
    exit(1);
}

static double
real_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* what is measured is real time */
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int
compare(const void *a, const void *b)
{
    double first = *(const double *)a;
    double second = *(const double *)b;
    return first < second ? -1 : first > second;
}

/* A card of its own for each. */
static struct vcard *
card_of(const struct stage *stage, const char *top, int person)
{
    (void)stage;
    struct vcard_config config = {.kind = VCARD_KIND_MY_NUMBER};
    char *path = fs_join(top, "assets/samples/hanako.card");
    if (vcard_person_load(path, &config.person) < 0) {
        stop("no sample card hanako");
    }
    free(path);
    (void)snprintf(config.person.serial, sizeof(config.person.serial), "4000%011d", person);
    return vcard_new(&config);
}

static void
until(struct stage *stage, const struct screen *screen, const char *what)
{
    for (int i = 0; i < WAIT_STEPS && stage->app->screen != screen; i++) {
        app_step(stage->app, STEP_MS);
    }
    if (stage->app->screen != screen) {
        stop(what);
    }
}

/* One person: card down, "checked in", card up. Returns milliseconds until the next could put a card down. */
static double
one(struct stage *stage, const char *top, int person)
{
    struct vcard *card = card_of(stage, top, person);
    double from = real_ms();
    vtransport_place(stage->vt, 0, card);
    until(stage, &screen_checked_in, "a card did not check in");
    double took = real_ms() - from;
    if (vcard_watched(card) != 0) {
        stop("the number was asked for");
    }
    if (vcard_counters(card).pin != VCARD_PIN_TRIES) {
        stop("a try was spent");
    }
    vtransport_place(stage->vt, 0, NULL);
    for (int i = 0; i < WAIT_STEPS && stage->app->card_kind != CARD_KIND_NONE; i++) {
        app_step(stage->app, STEP_MS);
    }
    double ready = real_ms();
    stage_pass(stage, SETTLED_MS * 10); /* nobody touches: the page goes by itself */
    until(stage, &screen_check_in, "the terminal was not ready for the next one");
    took += real_ms() - ready;
    vcard_free(card);
    return took;
}

static uint64_t
queued(const struct stage *stage)
{
    char *path = conf_path(stage->conf, "queue", "queue.db");
    struct store *store = NULL;
    struct store_counts counts = {0};
    if (store_open(path, &store) < 0 || store_counts(store, &counts) < 0) {
        stop("the queue can't be read");
    }
    store_close(store);
    free(path);
    return counts.queued;
}

/* Serial numbers of the cards, as digits, in any file of the terminal: none. */
static int
look_into(const char *name, void *ctx)
{
    const struct stage *stage = ctx;
    char *path = fs_join(stage->folder, name);
    struct stat st;
    AUTO_BUF bytes;
    buf_init(&bytes, (size_t)256 * 1024 * 1024);
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && fs_read(path, &bytes) == 0 &&
        harness_holds(bytes.data, bytes.len, "40000000000")) {
        (void)fprintf(stderr, "check-in: a serial number is in %s\n", name);
        exit(1);
    }
    free(path);
    return 0;
}

static const char *
check_in_procedure(const struct app *app)
{
    for (size_t i = 0; i < procedure_count(app->procedures); i++) {
        struct procedure_info info = procedure_info(procedure_at(app->procedures, i));
        if (info.kind == PROCEDURE_CHECK_IN) {
            return info.id;
        }
    }
    stop("no procedure of the kind check-in");
    return NULL;
}

int
main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fprintf(stderr, "use: check-in TOP BUILD [PEOPLE]\n");
        return 2;
    }
    static struct stage stage;
    struct stage_options options = {
        .top = argv[1], .build = argv[2], .width_px = 1920, .height_px = 1080, .px_per_m = 4030};
    int people = argc > 3 ? atoi(argv[3]) : PEOPLE;
    double *times = xcalloc((size_t)people + 1, sizeof(*times));
    stage_open(&stage, &options);
    const char *procedure = check_in_procedure(stage.app);
    if (check_in_stand(stage.app, procedure) < 0) {
        stop("the terminal can't be made to stand at the door");
    }
    visit_end(stage.app);
    app_rebuild(stage.app);
    for (int i = 0; i < people; i++) {
        times[i] = one(&stage, argv[1], i);
    }
    qsort(times, (size_t)people, sizeof(*times), compare);
    double p95 = times[people * 95 / 100];
    double most = times[people > 0 ? people - 1 : 0];
    char *counts = conf_path(stage.conf, "counts", "counts.tsv");
    struct tally_counts tally = tally_read(counts, procedure, clock_wall_s(&stage.clock));
    free(counts);
    uint64_t held = queued(&stage);
    (void)printf("check-in: %d people, median %.1f ms, p95 %.1f ms, most %.1f ms; queue %llu, "
                 "counted %lu, refused %llu\n",
        people, times[people / 2], p95, most, (unsigned long long)held, tally.month,
        (unsigned long long)card_stats(stage.app->card).refused);
    bool good = most < LIMIT_MS && held == (uint64_t)people &&
                tally.month == (unsigned long)people && card_stats(stage.app->card).refused == 0;
    (void)fs_each(stage.folder, NULL, look_into, &stage);
    free(times);
    (void)check_in_stand(stage.app, "");
    stage_close(&stage);
    return good ? 0 : 1;
}
