/* app/trail.c - from one page to the next by links, doors and hits, and the way back: each step is a target
 * (info/info.h). A trail belongs to the visit and is wiped with it. */
#include "app_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

static bool
begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

const char *
trail_at(const struct app *app)
{
    const struct trail *trail = &app->visit.trail;
    return trail->depth > 0 ? trail->targets[trail->depth - 1] : "";
}

static const char *
id_of(const char *target)
{
    const char *colon = strchr(target, ':');
    return colon != NULL ? colon + 1 : "";
}

const char *
trail_id(const struct app *app)
{
    return id_of(trail_at(app));
}

int64_t
app_today(const struct app *app)
{
    return clock_japan_day(clock_wall_s(app->clock));
}

/* "hall/desk" -> the map, and the place on it or NULL. */
static const struct procedure_map *
map_of(const struct app *app, const char *id, const struct procedure_place **ret_place)
{
    char name[INFO_TARGET_MAX];
    (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(id, "/"), id);
    const struct procedure_map *map = procedure_map(app->procedures, name);
    const char *slash = strchr(id, '/');
    *ret_place = NULL;
    for (size_t i = 0; map != NULL && slash != NULL && i < map->count; i++) {
        if (strcmp(map->places[i].id, slash + 1) == 0) {
            *ret_place = &map->places[i];
        }
    }
    return slash == NULL || *ret_place != NULL ? map : NULL;
}

/* Which screen shows a target: the first row whose beginning it has. */
static const struct route {
    const char *begin;
    const struct screen *screen;
} routes[] = {
    {"page:", &screen_page},
    {"take:", &screen_take},
    {"waste:days/", &screen_waste_days},
    {"waste:days", &screen_waste},
    {"thing:", &screen_thing},
    {"waste:things", &screen_search},
    {"search:", &screen_search},
    {"hits:", &screen_hits},
    {"phrase:", &screen_phrase},
    {"map:", &screen_map},
    {"notices:", &screen_notices},
};

static const struct screen *
screen_of(const char *target)
{
    if (begins(target, "phrases:")) {
        return target[8] == 0 ? &screen_phrases : &screen_phrase_group;
    }
    if (begins(target, "map:") && strchr(target, '/') != NULL) {
        return &screen_place;
    }
    for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
        if (begins(target, routes[i].begin)) {
            return routes[i].screen;
        }
    }
    return NULL;
}

int
trail_open(struct app *app, const char *target)
{
    struct trail *trail = &app->visit.trail;
    struct trail_words words;
    if (begins(target, "service:")) {
        return visit_choose(app, target + 8);
    }
    const struct screen *screen = screen_of(target);
    bool own = begins(target, "take:") || begins(target, "hits:");
    if (screen == NULL || strlen(target) >= INFO_TARGET_MAX ||
        (!own && !trail_words(app, target, &words))) {
        return KERR_NOT_FOUND;
    }
    if (trail->depth > 0) {
        trail->pages[trail->depth - 1] = app->visit.page;
    }
    if (trail->depth ==
        TRAIL_MAX) { /* the way back is as long as this; the first step is forgotten */
        memmove(
            trail->targets, trail->targets + 1, sizeof(trail->targets) - sizeof(*trail->targets));
        memmove(trail->pages, trail->pages + 1, sizeof(trail->pages) - sizeof(*trail->pages));
        trail->depth--;
    }
    (void)snprintf(trail->targets[trail->depth++], INFO_TARGET_MAX, "%s", target);
    app_go(app, screen);
    return 0;
}

void
trail_start(struct app *app, const char *target)
{
    struct trail *trail = &app->visit.trail;
    const struct screen *from = app->screen;
    int page = app->visit.page;
    explicit_bzero(trail, sizeof(*trail));
    if (trail_open(app, target) < 0) {
        app_go(app, &screen_home);
        return;
    }
    trail->from = from;
    trail->from_page = page;
    trail->of = app->visit.interview;
}

bool
trail_is(const struct screen *screen)
{
    bool is =
        screen == &screen_phrases || screen == &screen_phrase_group || screen == &screen_place;
    for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
        is = is || routes[i].screen == screen;
    }
    return is;
}

void
trail_again(struct app *app)
{
    const struct trail *trail = &app->visit.trail;
    app_go(app, trail->depth > 0 ? screen_of(trail_at(app)) : &screen_home);
}

void
trail_back(struct app *app)
{
    struct trail *trail = &app->visit.trail;
    if (trail->depth <= 1) {
        const struct screen *from = trail->from;
        int page = trail->from_page;
        /* a procedure was looked at meanwhile, and the results wait behind it */
        bool behind = from == &screen_results && trail->of == app->visit.guide;
        explicit_bzero(trail, sizeof(*trail));
        if (behind) {
            visit_results(app);
        } else {
            app_go(app, from != NULL ? from : &screen_home);
        }
        app->visit.page = page;
        return;
    }
    trail->depth--;
    trail_again(app);
    app->visit.page = trail->pages[trail->depth - 1];
}

/* ---- a target as a row ---- */

static bool
page_words(struct app *app, const char *id, struct trail_words *ret)
{
    const struct info_page *page = info_page_find(app->info, id);
    if (page != NULL) {
        *ret =
            (struct trail_words){words(app, &page->title), words(app, &page->about), page->picture};
    }
    return page != NULL;
}

static bool
service_words(struct app *app, const char *id, struct trail_words *ret)
{
    const struct procedure *procedure = procedure_find(app->procedures, id);
    if (procedure != NULL) {
        struct procedure_info info = procedure_info(procedure);
        *ret = (struct trail_words){words(app, &info.title), words(app, &info.about), info.picture};
    }
    return procedure != NULL;
}

static bool
thing_words(struct app *app, const char *id, struct trail_words *ret)
{
    const struct info_thing *thing = info_thing_find(app->info, id);
    if (thing != NULL) {
        const struct info_kind *kind = info_kind_at(app->info, thing->kind);
        *ret =
            (struct trail_words){words(app, &thing->name), words(app, &kind->name), kind->picture};
    }
    return thing != NULL;
}

static bool
phrase_words(struct app *app, const char *id, struct trail_words *ret)
{
    const struct info_phrase *phrase = info_phrase_find(app->info, id);
    if (phrase != NULL) {
        *ret = (struct trail_words){words(app, &phrase->words),
            words(app, &info_group_at(app->info, phrase->group)->name), phrase->picture};
    }
    return phrase != NULL;
}

static bool
group_words(struct app *app, const char *id, struct trail_words *ret)
{
    for (size_t i = 0; i < info_group_count(app->info); i++) {
        const struct info_group *group = info_group_at(app->info, i);
        if (strcmp(group->id, id) == 0) {
            *ret = (struct trail_words){words(app, &group->name), "", group->picture};
            return true;
        }
    }
    return false;
}

static bool
district_words(struct app *app, const char *id, struct trail_words *ret)
{
    const struct info_district *district = info_district_find(app->info, id);
    if (district != NULL) {
        *ret = (struct trail_words){words(app, &district->name), "", "calendar"};
    }
    return district != NULL;
}

static bool
map_words(struct app *app, const char *id, struct trail_words *ret)
{
    const struct procedure_place *place;
    const struct procedure_map *map = map_of(app, id, &place);
    if (map != NULL) {
        *ret = place == NULL ? (struct trail_words){words(app, &map->title), "", "signpost"}
                             : (struct trail_words){
                                   words(app, &place->name), words(app, &map->title), "signpost"};
    }
    return map != NULL;
}

bool
trail_words(struct app *app, const char *target, struct trail_words *ret_words)
{
    static const struct {
        const char *target, *title, *detail, *picture; /* messages */
    } fixed[] = {
        {"waste:days", "waste.days", "waste.days-detail", "calendar"},
        {"waste:things", "waste.things", "waste.things-detail", "search"},
        {"phrases:", "phrases.title", "phrases.detail", "bell"},
        {"search:", "search.title", "search.detail", "search"},
        {"notices:", "notices.title", "notices.detail", "envelope"},
    };
    static const struct {
        const char *begin;
        bool (*words)(struct app *app, const char *id, struct trail_words *ret);
    } kinds[] = {{"page:", page_words}, {"service:", service_words}, {"thing:", thing_words},
        {"phrase:", phrase_words}, {"phrases:", group_words}, {"waste:days/", district_words},
        {"map:", map_words}};
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
        if (strcmp(target, fixed[i].target) == 0) {
            *ret_words = (struct trail_words){
                say(app, fixed[i].title), say(app, fixed[i].detail), fixed[i].picture};
            return strcmp(target, "search:") != 0 || app->search != NULL;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (begins(target, kinds[i].begin)) {
            return kinds[i].words(app, target + strlen(kinds[i].begin), ret_words);
        }
    }
    return false;
}

void
trail_row(struct app *app, struct flow *flow, const char *id, const char *target, const char *title)
{
    struct trail_words row;
    if (trail_words(app, target, &row)) {
        flow_door(app, flow, id, row.picture, title != NULL ? title : row.title,
            row.detail[0] != 0 ? row.detail : NULL);
    }
}
