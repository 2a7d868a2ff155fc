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

enum { ANY = 9999, FORMS_OF_ALL = 9, STEPS_MAX = 64 * 1024 };

/* What a visit may cost: pages of the service, from its explanation to the number; typed characters; answers that are
 * given once, however many are in the family, to the procedure itself, and with all that is done together; of the
 * latter those that are no fact of one of the two parents either (given.c tells which are). The two families differ: one
 * has school children and a company's insurance, the other a nursery child too, and the national insurance and pension.
 * forms: how many the record fills, each with all that it needs. */
static const struct {
    const char *name;
    unsigned pages, characters, once, together, of_family, forms;
} visits[] = {
    {"resident-record", 7, 0, 2, 2, 2, 1},
    {"seal-certificate", 7, 0, 2, 2, 2, 1},
    {"income-certificate", 7, 0, 2, 2, 2, 1},
    {"community-room", 12, 20, 6, 6, 6, 1},
    {"move-in", ANY, ANY, 9, 12, 12, 6},
    {"move-in-all", ANY, ANY, 9, ANY, 12, FORMS_OF_ALL},
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

/* What nobody was asked, since it follows from the removal. */
static bool
followed(const struct record *record)
{
    static const char *const facts[][2] = {{"nhi-join.reason", "moved"},
        {"nhi-join.since", "2026-11-15"}, {"child-medical.insurance", "national"},
        {"nursery-application.certified", "no"}};
    for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
        const char *value = fact_set_value(record_facts(record), facts[i][0]);
        if (value == NULL || strcmp(value, facts[i][1]) != 0) {
            (void)printf("  %s is %s\n", facts[i][0], value != NULL ? value : "not there");
            return false;
        }
    }
    return true;
}

/* The record that the visit left, as the desk opens it: so many forms, and none lacks what it needs. */
static bool
forms_filled(struct stage_city *city, unsigned meant)
{
    char why[WHY_MAX] = "";
    unsigned forms = 0;
    struct record *record = NULL;
    const struct app *app = city->stage->app;
    if (stage_city_take(city, &record) < 0) {
        (void)puts("  no record that opens");
        return false;
    }
    const struct procedure *procedure =
        procedure_find(app->procedures, record_head(record)->procedure);
    bool good = every_forms(app, record, procedure, &forms, why) && forms == meant;
    if (!good) {
        (void)printf("  %u forms are filled, meant were %u; %s\n", forms, meant, why);
    }
    good = good && (meant != FORMS_OF_ALL || followed(record));
    record_free(record);
    return good;
}

static bool
cost(struct stage_city *city, const char *top, size_t which)
{
    struct stage *stage = city->stage;
    effort = (struct effort){.app = stage->app};
    given_begin();
    bool good = play(stage, top, visits[which].name);
    unsigned pages = effort.pages - effort.pages_before;
    (void)printf("  %-20s %5u %8u %8u %8u %10u %8u %8u %8u %8u\n", visits[which].name, pages,
        effort.pages, effort.parts, effort.touches, effort.characters,
        effort.own > 0 ? effort.own : given.once, given.once, given.once - given.parent,
        given.pages - given.once);
    good = good && forms_filled(city, visits[which].forms) && pages <= visits[which].pages &&
           effort.characters <= visits[which].characters &&
           (effort.own > 0 ? effort.own : given.once) <= visits[which].once &&
           given.once <= visits[which].together &&
           given.once - given.parent <= visits[which].of_family;
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
    struct stage_city city;
    bool good = true;
    every_open(&stage, top, build, NULL);
    take_card(&stage, top);
    if (!stage_city_open(&stage, &city)) {
        (void)puts("visits: the records can't be opened");
        return false;
    }
    (void)printf("  %-20s %5s %8s %8s %8s %10s %8s %8s %8s %8s\n", "", "pages", "of all", "parts",
        "touches", "characters", "answers", "together", "family's", "persons'");
    for (size_t i = 0; i < sizeof(visits) / sizeof(*visits); i++) {
        good = cost(&city, top, i) && good;
    }
    stage_city_close(&city);
    stage_close(&stage);
    return good;
}
