/* app/practice.c - practising: a visit of a sample person in which nothing is real. No card is talked to, any
 * four digits are the PIN and are forgotten at once, nothing reaches the queue. A ribbon on every page
 * says so. It never mixes with a visit: starting it wipes what was entered, ending it wipes again. */
#include "app_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/log.h"

enum { RIBBON_H = 110, RIBBON_AIR = 20 };

/* What the talk with cards was at when practising began: it has to be the same when it ends. */
static uint64_t
apdus(const struct app *app)
{
    return app->card != NULL ? card_stats(app->card).apdus : 0;
}

void
practice_start(struct app *app)
{
    visit_forget(app);
    if (app->card != NULL) {
        card_rest(app->card, true);
    }
    app->prefs.practice = true;
    app->practice_apdus = apdus(app);
    visit_start(app);
    LOG(LOG_INFO, "practice.start", LOG_INT("serial", app->visit.serial));
    app_go(app, &screen_home);
}

void
practice_stop(struct app *app)
{
    if (!app->prefs.practice) {
        return;
    }
    LOG(LOG_INFO, "practice.end", LOG_INT("apdus", (int64_t)(apdus(app) - app->practice_apdus)));
    if (app->card != NULL) {
        card_rest(app->card, false);
    }
}

void
practice_read(struct app *app)
{
    static const char *const keys[] = {
        "applicant.name", "applicant.address", "applicant.birth", "applicant.sex"};
    char *assets = conf_share(app->conf, "assets");
    char *path = fs_join(assets, "practice.conf");
    struct conf *person = NULL;
    int line = 0;
    int r = conf_load(path, &person, &line);
    for (size_t i = 0; r == 0 && i < ARRAY_LEN(keys); i++) {
        const char *value = conf_str(person, keys[i], "");
        if (value[0] != 0) {
            r = fact_set_put(
                app->visit.facts, keys[i], value, FACT_ORIGIN_CARD, clock_wall_s(app->clock));
        }
    }
    if (r < 0) {
        LOG(LOG_WARN, "practice.person", LOG_ERR(r)); /* the answers are typed instead */
    }
    app->visit.card_used = true;
    conf_free(person);
    free(path);
    free(assets);
}

/* Below the top bar; for a seated visitor, whose tools stand lower, at the top of the panel. */
static struct ui_rect
ribbon(const struct app *app)
{
    return rect(0, app->places.top_bar.h, app->places.panel.w, RIBBON_H);
}

bool
practice_has_ribbon(const struct app *app)
{
    return app->prefs.practice || app->visit.beside;
}

void
practice_places(struct app *app)
{
    struct places *places = &app->places;
    if (!practice_has_ribbon(app)) {
        return;
    }
    int least = places->top_bar.h + RIBBON_H + RIBBON_AIR;
    if (places->low) {
        places->where.y += RIBBON_H;
        least = places->where.y + places->where.h;
    }
    int by = places->column.y < least ? least - places->column.y : 0;
    places->column.y += by;
    places->column.h -= by;
}

void
practice_ribbon(struct app *app)
{
    if (!practice_has_ribbon(app)) {
        return;
    }
    const char *text = app->prefs.practice ? "practice.ribbon"
                       : beside_own(app)   ? "beside.own"
                                           : "beside.ribbon";
    struct ui_rect where = ribbon(app);
    ui_add(
        app->ui, &(struct ui_element){.role = UI_ROLE_PANEL, .rect = where, .tone = UI_TONE_BAND});
    ui_add(app->ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                        .rect = where,
                        .text = say(app, text),
                        .tone = UI_TONE_BAND,
                        .size = UI_SIZE_BAR,
                        .bold = true,
                        .align = UI_ALIGN_CENTRE,
                        .valign = UI_ALIGN_CENTRE});
}

/* Asked once, since what was entered so far goes. */

static void
build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "bar.access"), "bar.back");
    struct flow left = page_picture(app, flow, "pen", UI_TONE_SOFT);
    page_title(app, &left, say(app, "practice.title"));
    flow_text(app, &left, say(app, "practice.text"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
        false, 40);
    if (fact_set_count(app->visit.facts) > 0 || app->visit.field[0] != 0) {
        flow_text(app, &left, say(app, "practice.wipes"), UI_ROLE_NOTICE, UI_SIZE_BODY,
            UI_TONE_CARE, true, 0);
    }
    page_main(app, "next", say(app, "practice.start"), 0);
}

static void
tap(struct app *app, const char *id)
{
    if (strcmp(id, "next") == 0) {
        practice_start(app);
    } else if (strcmp(id, "back") == 0) {
        app_over(app, &screen_access);
    }
}

const struct screen screen_practice = {.name = "practice", .build = build, .tap = tap};
