/* screens/staff_desk.c - behind the staff's digits: how many checked in here, the check-ins at which this terminal can
 * stand, records as codes, and its end. Counts only, no names: this is a screen in a hall. */
#include "app/app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* How many came: today, and in 31 days. */
static void
counts(struct app *app, struct flow *flow, const struct procedure_info *info)
{
    char today[24];
    char month[24];
    char *path = conf_path(app->conf, "counts", "counts.tsv");
    struct tally_counts tally = tally_read(path, info->id, clock_wall_s(app->clock));
    free(path);
    (void)snprintf(today, sizeof(today), "%lu", tally.today);
    (void)snprintf(month, sizeof(month), "%lu", tally.month);
    AUTO_BUF text;
    buf_init(&text, 1024);
    (void)i18n_format(app->i18n, &text, "staff-desk.counts", "today", today, "month", month, NULL);
    flow_text(
        app, flow, words(app, &info->title), UI_ROLE_TEXT, UI_SIZE_HINT, UI_TONE_PAPER, false, 0);
    flow_text(app, flow, buf_str(&text), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, true, GAP_MIN);
}

/* What a person who answers for this terminal should know: which words nobody has gone over. */
static void
unread(struct app *app, struct flow *flow)
{
    size_t languages = 0;
    size_t texts = i18n_unread(app->i18n, &languages);
    if (texts == 0) {
        return;
    }
    char n[24];
    char count[24];
    (void)snprintf(n, sizeof(n), "%zu", texts);
    (void)snprintf(count, sizeof(count), "%zu", languages);
    AUTO_BUF text;
    buf_init(&text, 1024);
    (void)i18n_format(app->i18n, &text, "staff-desk.unread", "n", n, "languages", count, NULL);
    flow_text(app, flow, buf_str(&text), UI_ROLE_TEXT, UI_SIZE_SMALL, UI_TONE_PAPER, false, 0);
}

static void
build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "help.staff"), "bar.back");
    page_title(app, &flow, say(app, "staff-desk.title"));
    if (app->visit.open && !app->visit.beside && !app->prefs.practice) {
        flow_door(app, &flow, "beside", "people", say(app, "staff-desk.beside"),
            say(app, "staff-desk.beside-detail"));
    }
    for (size_t i = 0; i < procedure_count(app->procedures); i++) {
        struct procedure_info info = procedure_info(procedure_at(app->procedures, i));
        if (info.kind != PROCEDURE_CHECK_IN) {
            continue;
        }
        counts(app, &flow, &info);
        bool here = strcmp(app->stand, info.id) == 0;
        char id[UI_ID_MAX];
        (void)snprintf(id, sizeof(id), here ? "stand-end" : "stand:%s", info.id);
        flow_door(app, &flow, id, here ? "leave" : info.picture,
            say(app, here ? "staff-desk.stand-end" : "staff-desk.stand"),
            say(app, here ? "staff-desk.stand-end-detail" : "staff-desk.stand-detail"));
    }
    flow_door(app, &flow, app->codes ? "codes-end" : "codes", app->codes ? "leave" : "phone",
        say(app, app->codes ? "staff-desk.codes-end" : "staff-desk.codes"),
        say(app, app->codes ? "staff-desk.codes-end-detail" : "staff-desk.codes-detail"));
    flow_text(app, &flow, say(app, "staff-desk.end-text"), UI_ROLE_TEXT, UI_SIZE_BODY,
        UI_TONE_PAPER, false, 0);
    unread(app, &flow);
    page_main(app, "staff-end", say(app, "staff.end"), 0);
}

static void
stand(struct app *app, const char *procedure)
{
    int r = check_in_stand(app, procedure);
    LOG(r < 0 ? LOG_ERROR : LOG_INFO, "staff.stand", LOG_ID("procedure", procedure), LOG_ERR(r));
    visit_end(app);
}

static void
tap(struct app *app, const char *id)
{
    if (strcmp(id, "staff-end") == 0) {
        LOG(LOG_INFO, "staff.exit", LOG_INT("wrong-before", app->staff_wrong));
        app->quit = true;
    } else if (strcmp(id, "beside") == 0) {
        beside_begin(app);
    } else if (strcmp(id, "stand-end") == 0) {
        stand(app, "");
    } else if (strncmp(id, "stand:", 6) == 0) {
        stand(app, id + 6);
    } else if (strcmp(id, "codes") == 0 || strcmp(id, "codes-end") == 0) {
        app->codes = id[5] == 0;
        LOG(LOG_INFO, "staff.codes", LOG_INT("on", app->codes));
        visit_end(app);
    } else if (strcmp(id, "back") == 0) {
        visit_end(app); /* whoever comes next must not find this page */
    }
}

const struct screen screen_staff_desk = {.name = "staff-desk", .build = build, .tap = tap};
