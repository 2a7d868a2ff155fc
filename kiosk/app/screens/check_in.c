/* screens/check_in.c - the kind check-in: somebody is here. A card that is laid down is enough: its serial number, which
 * it tells without a PIN, becomes a tag (kiosk/decisions/0020) and is wiped at once. Whoever has no card writes. Then the
 * page that says so, for a few seconds or until the next card lies there. A terminal that stands at a
 * shelter's door begins here and not at the start page, until staff end it. */
#include "app/app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/log.h"

enum { TICK = 300, TICK_GAP = 80 };

/* ---- a terminal at a door ---- */

static char *
stand_path(const struct app *app)
{
    return conf_path(app->conf, "stand", "stand");
}

/* The procedure at which this terminal stands; NULL: it is an ordinary one. */
static const struct procedure *
stand(const struct app *app)
{
    const struct procedure *found =
        app->stand[0] != 0 ? procedure_find(app->procedures, app->stand) : NULL;
    return found != NULL && procedure_info(found).kind == PROCEDURE_CHECK_IN ? found : NULL;
}

int
check_in_stand(struct app *app, const char *procedure)
{
    char *path = stand_path(app);
    int r = 0;
    (void)snprintf(app->stand, sizeof(app->stand), "%s", procedure);
    if (procedure[0] != 0) {
        r = fs_write_atomic(path, procedure, strlen(procedure), 0600);
    } else if (unlink(path) < 0 && fs_exists(path)) {
        r = KERR_IO;
    }
    free(path);
    return r;
}

void
check_in_restore(struct app *app)
{
    char *path = stand_path(app);
    AUTO_BUF name;
    buf_init(&name, sizeof(app->stand) - 1);
    if (fs_read(path, &name) == 0) {
        (void)snprintf(app->stand, sizeof(app->stand), "%s", buf_str(&name));
    }
    free(path);
    if (stand(app) != NULL) {
        app_go(app, check_in_start(app));
    }
}

const struct screen *
check_in_start(struct app *app)
{
    const struct procedure *procedure = stand(app);
    if (procedure == NULL) {
        return &screen_attract;
    }
    app->visit.procedure = procedure;
    app->visit.interview = interview_new(procedure, app->visit.facts, app->clock);
    return &screen_check_in;
}

/* ---- the card ---- */

static void
no_luck(struct app *app, int error)
{
    LOG(LOG_INFO, "check-in.card", LOG_ERR(error));
    app->visit.tapping = false;
    app->visit.fault = error;
}

void
check_in_card_came(struct app *app)
{
    if (app_page(app) == &screen_checked_in) {
        check_in_again(app); /* the next person */
        return;
    }
    if (app->prefs.practice || app->visit.tapping) {
        return;
    }
    if (slip_settles(app)) {
        return; /* the page comes again, and the card is looked at anew */
    }
    if (!app->visit.open) {
        visit_start(app);
    }
    app->visit.fault = 0;
    int r = app->card_error != 0                    ? app->card_error
            : app->card_kind != CARD_KIND_MY_NUMBER ? KERR_CARD_UNKNOWN
                                                    : card_serial(app->card, app->visit.serial);
    app->visit.tapping = r == 0;
    if (r < 0 && r != KERR_STATE) { /* an answer to the visit before is on its way: then again */
        no_luck(app, r);
    }
}

/* Only the tag of the card; what else is known of the visit stays out. */
static int
submit_tag(struct app *app, const char *serial)
{
    char tag[SEAL_TAG_LEN];
    char *key = conf_path(app->conf, "check-in-key", "keys/check-in.key");
    int r = seal_tag(key, serial, tag);
    free(key);
    struct fact_set *facts = fact_set_new();
    if (r == 0) {
        r = fact_set_put(facts, "card.tag", tag, FACT_ORIGIN_CARD, clock_wall_s(app->clock));
    }
    explicit_bzero(tag, sizeof(tag));
    if (r < 0) {
        fact_set_free(facts);
        return r;
    }
    visit_submit(app, facts);
    return 0;
}

void
check_in_serial(struct app *app, const struct card_event *event)
{
    if (app_page(app) != &screen_check_in) {
        return; /* the visit that asked is over */
    }
    if (event->error == KERR_CANCELLED || event->error == KERR_STATE) {
        /* the end of the visit before reached the reader after this card had come: look at it anew */
        app->visit.tapping = false;
        card_refresh(app->card);
        return;
    }
    app->visit.tapping = false;
    app->card_fresh = false;
    app->touched_ms = clock_mono_ms(app->clock);
    int r = event->error != 0 ? event->error : submit_tag(app, event->serial);
    app->card_counted = r == 0;
    if (r < 0) {
        no_luck(app, r);
    }
}

/* ---- the page ---- */

static void
build(struct app *app)
{
    struct procedure_info info = procedure_info(app->visit.procedure);
    bool at_door = stand(app) != NULL;
    struct flow flow = page_begin(app, words(app, &info.title), at_door ? NULL : "bar.back");
    struct flow left = page_picture(app, flow, "card-down", UI_TONE_SOFT);
    page_title(app, &left, say(app, "check-in.title"));
    flow_text(app, &left, say(app, "check-in.text"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
        false, GAP_MIN);
    if (app->visit.fault != 0) {
        flow_text(app, &left, say(app, "check-in.again"), UI_ROLE_NOTICE, UI_SIZE_BODY,
            UI_TONE_CARE, true, GAP_MIN);
    } else if (!app->prefs.practice && (app->card == NULL || app->readers == 0)) {
        flow_text(app, &left, say(app, "card.no-reader"), UI_ROLE_NOTICE, UI_SIZE_BODY,
            UI_TONE_CARE, true, GAP_MIN);
    }
    flow_door(app, &left, "no-card", "pen", say(app, "check-in.write"),
        say(app, "check-in.write-detail"));
    page_main(app, "next", say(app, app->visit.tapping ? "working.wait" : "card.waiting"),
        UI_STATE_WAITING);
}

static void
tap(struct app *app, const char *id)
{
    if (strcmp(id, "no-card") == 0) {
        visit_show_interview(app);
    } else if (strcmp(id, "back") == 0 && stand(app) == NULL) {
        visit_leave_procedure(app);
    }
}

static void
enter(struct app *app)
{
    app->visit.tapping = false;
    app->visit.fault = 0;
    if (app->visit.open && !app->card_counted) {
        visit_want_card(app); /* it was laid down before the door was touched */
    }
}

const struct screen screen_check_in = {
    .name = "check-in", .build = build, .tap = tap, .enter = enter};

/* ---- it is in ---- */

void
check_in_again(struct app *app)
{
    char id[RECORD_NAME_MAX];
    (void)snprintf(id, sizeof(id), "%s", procedure_info(app->visit.procedure).id);
    visit_end(app);
    if (app->screen != &screen_check_in) {
        (void)visit_choose(app, id); /* it was there a moment ago */
    }
    if (app->card_kind != CARD_KIND_NONE && !app->card_counted && app->card != NULL) {
        card_refresh(app->card); /* the next person's; visit_end let go of it */
    }
}

static void
done_build(struct app *app)
{
    struct procedure_info info = procedure_info(app->visit.procedure);
    struct flow flow = page_begin(app, words(app, &info.title), NULL);
    struct flow left = page_picture(app, flow, "check-round", UI_TONE_DONE);
    page_title(app, &left, say(app, "checked-in.title"));
    AUTO_BUF number;
    buf_init(&number, 64);
    (void)i18n_receipt_number(&number, app->visit.number);
    flow_text(app, &left, say(app, "accepted.number"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
        false, 0);
    flow_text(
        app, &left, buf_str(&number), UI_ROLE_TITLE, UI_SIZE_TITLE, UI_TONE_PAPER, true, GAP_MIN);
    bool card = app->card_kind != CARD_KIND_NONE;
    for (size_t i = card ? 0 : 1; i <= info.next_count; i++) {
        flow_text(app, &left,
            i == 0 ? say(app, "accepted.take-card") : words(app, &info.next[i - 1]), UI_ROLE_TEXT,
            UI_SIZE_BODY, UI_TONE_PAPER, i == 0, 20);
    }
    page_left_button(app, "finish", say(app, "bar.finish"), NULL);
    page_main(app, "again", say(app, "checked-in.next"), 0);
}

static void
done_tap(struct app *app, const char *id)
{
    if (strcmp(id, "again") == 0 || strcmp(id, "next") == 0) {
        check_in_again(app);
    } else if (strcmp(id, "finish") == 0) {
        visit_end(app);
    }
}

const struct screen screen_checked_in = {
    .name = "checked-in", .build = done_build, .tap = done_tap, .back = "finish"};
