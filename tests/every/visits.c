/* every/visits.c - the commonest visits as somebody makes them who knows the answers, by finger, each key pressed: how many
 * pages, touches and typed characters they cost, and that they do not cost more than they may. Steps are those of a play
 * script (visits/NAME.play) and three of its own: CARD lays the card down, CHECK reads to the end of the answers and sends
 * them, TASKS agrees to all that is to be done together, FREE PREFIX touches the first thing of this kind that is free. */
#include "every/every.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"

enum { ANY = 9999, STEPS_MAX = 64 * 1024 };

/* What a visit may cost: pages of the service, from its explanation to the number; typed characters; answers that are
 * given once, however many are in the family, to the procedure itself, and with all that is done together. */
static const struct {
    const char *name;
    unsigned pages, characters, once, together;
} visits[] = {
    {"resident-record", 7, 0, 2, 2},
    {"seal-certificate", 7, 0, 2, 2},
    {"income-certificate", 7, 0, 2, 2},
    {"community-room", 12, 20, 6, 6},
    {"move-in", ANY, ANY, 9, 12},
};

static void
until(struct stage *stage, const struct screen *screen)
{
    for (int i = 0; i < 400 && stage->app->screen != screen; i++) {
        app_step(stage->app, 5);
    }
}

/* The first element whose id begins so and that can be touched. */
static bool
tap_free(struct stage *stage, const char *prefix)
{
    struct ui *ui = stage->app->ui;
    for (size_t i = 0; i < ui_count(ui); i++) {
        const struct ui_element *e = ui_at(ui, i);
        if (e->id != NULL && strncmp(e->id, prefix, strlen(prefix)) == 0 &&
            (e->state & UI_STATE_WAITING) == 0) {
            return stage_tap(stage, e->id);
        }
    }
    return false;
}

static bool
step(struct stage *stage, const char *line)
{
    if (strcmp(line, "CARD") == 0) {
        effort_page(stage->app); /* it is laid down here, nothing is touched */
        stage_card(stage, true);
        until(stage, &screen_pin);
        return true;
    }
    if (strncmp(line, "FREE ", 5) == 0) {
        return tap_free(stage, line + 5);
    }
    if (strcmp(line, "TASKS") == 0) {
        effort.own = given.once + 1;
        while (stage_tap(stage, "read-on")) {
        }
        return stage_tap(stage, "next");
    }
    if (strcmp(line, "CHECK") == 0) {
        until(stage, &screen_check);
        while (stage_tap(stage, "read-on")) {
        }
        bool good = stage_tap(stage, "next") && stage_leave(stage, &screen_submitting) &&
                    stage->app->screen == &screen_accepted;
        effort_page(stage->app); /* the number is read here */
        return good;
    }
    return every_play(stage, line);
}

static bool
play(struct stage *stage, const char *top, const char *name)
{
    char path[512];
    AUTO_BUF text;
    buf_init(&text, STEPS_MAX);
    (void)snprintf(path, sizeof(path), "%.400s/tests/every/visits/%.60s.play", top, name);
    if (fs_read(path, &text) < 0) {
        (void)printf("visits: %s can't be read\n", path);
        return false;
    }
    char *rest = NULL;
    for (char *line = strtok_r((char *)text.data, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (line[0] != '#' && !step(stage, line)) {
            (void)printf("  %s: %s\n", name, line);
            return false;
        }
    }
    return true;
}

static bool
cost(struct stage *stage, const char *top, size_t which)
{
    effort = (struct effort){.app = stage->app};
    given_begin();
    bool good = play(stage, top, visits[which].name);
    unsigned pages = effort.pages - effort.pages_before;
    (void)printf("  %-20s %5u %8u %8u %8u %10u %8u %8u %8u\n", visits[which].name, pages,
        effort.pages, effort.parts, effort.touches, effort.characters,
        effort.own > 0 ? effort.own : given.once, given.once, given.pages - given.once);
    good = good && pages <= visits[which].pages && effort.characters <= visits[which].characters &&
           (effort.own > 0 ? effort.own : given.once) <= visits[which].once &&
           given.once <= visits[which].together;
    effort.app = NULL;
    given_end();
    stage_reset(stage);
    return good;
}

/* Somebody in the middle of life: what a family does together depends on ages. */
static void
take_card(struct stage *stage, const char *top)
{
    struct vcard_config config = {.kind = VCARD_KIND_MY_NUMBER};
    char *path = fs_join(top, "assets/samples/misaki.card");
    if (vcard_person_load(path, &config.person) == 0) {
        vcard_free(stage->card);
        stage->card = vcard_new(&config);
    }
    free(path);
}

bool
every_visits(const char *top, const char *build)
{
    static struct stage stage;
    bool good = true;
    every_open(&stage, top, build);
    take_card(&stage, top);
    (void)printf("  %-20s %5s %8s %8s %8s %10s %8s %8s %8s\n", "", "pages", "of all", "parts",
        "touches", "characters", "answers", "together", "persons'");
    for (size_t i = 0; i < sizeof(visits) / sizeof(*visits); i++) {
        good = cost(&stage, top, i) && good;
    }
    stage_close(&stage);
    return good;
}
