/* screens/card.c - asks for the card and says what is read and what never is; goes on by itself when
 * the card lies there and its tries are known. The way without a card is always open. */
#include "app/app_priv.h"

#include <string.h>

static void
build(struct app *app)
{
    struct flow flow = page_begin_visit(app);
    bool looks = procedure_info(app->visit.procedure).looks;
    struct flow left = page_picture(app, flow, "card-down", UI_TONE_SOFT);
    page_title(app, &left, say(app, "card.title"));
    flow_text(app, &left, say(app, looks ? "card.what-is-looked-at" : "card.what-is-read"),
        UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 80);
    bool practice = app->prefs.practice;
    if (!practice && (app->card == NULL || app->readers == 0)) {
        flow_text(app, &left, say(app, "card.no-reader"), UI_ROLE_NOTICE, UI_SIZE_BODY,
            UI_TONE_CARE, true, 60);
    }
    flow_door(app, &left, "no-card", "document", say(app, "card.without"),
        looks ? NULL : say(app, "card.without-detail"));
    page_main(app, "next", say(app, practice ? "practice.card" : "card.waiting"),
        practice ? 0 : UI_STATE_WAITING);
}

static void
tap(struct app *app, const char *id)
{
    if (strcmp(id, "no-card") == 0) {
        app->visit.card_declined = true;
        visit_show_interview(app);
    } else if (strcmp(id, "next") == 0 && app->prefs.practice) {
        app_go(app, &screen_pin);
    } else if (strcmp(id, "back") == 0) {
        app_go(app, &screen_explain);
    }
}

const struct screen screen_card = {
    .name = "card", .build = build, .tap = tap, .enter = visit_want_card};
