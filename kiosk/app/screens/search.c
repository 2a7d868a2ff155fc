/* screens/search.c - looking for something by words: first they are written, then everything that has them stands in
 * a list. What was written is the visitor's own and goes with the visit. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"

/* The keyboard asks as for any written answer. */
static struct question
asked(struct app *app)
{
    bool things = strcmp(trail_at(app), "waste:things") == 0;
    const char *name = say(app, things ? "waste.thing" : "search.words");
    const char *label = say(app, things ? "waste.which-thing" : "search.what");
    return (struct question){.key = "search.words",
        .type = QUESTION_TEXT,
        .name = {.context = "", .source = name}, /* in the language that is shown */
        .label = {.context = "", .source = label},
        .required = true};
}

static void
enter(struct app *app)
{
    struct question question = asked(app);
    field_clear(app);
    app->visit.field_key[0] = 0; /* the field is no question's */
    app->visit.verdict_shown = false;
    for (const char *at = app->visit.trail.query; *at != 0;) { /* what was looked for before */
        char letter[8] = "";
        size_t len = 1;
        while ((at[len] & 0xc0) == 0x80) {
            len++;
        }
        memcpy(letter, at, len);
        field_put(app, letter);
        at += len;
    }
    keyboard_begin(app, &question);
    if (app->search != NULL && info_search_prepare(app->search, app->i18n) < 0) {
        LOG(LOG_ERROR, "search.index", LOG_ERR(KERR_STORE)); /* a search tries again */
    }
}

static void
build(struct app *app)
{
    struct question question = asked(app);
    struct flow flow = page_begin(app, say(app, "search.title"), "bar.back");
    flow_tighten(app, &flow, 60); /* a keyboard needs the room */
    app->field_beside = (struct ui_rect){0};
    app->keys_beside = (struct ui_rect){0};
    heading_build(
        app, &flow, &question, writing_height(app), app->visit.writing.face == WRITING_KEYS);
    writing_build(app, &flow, &question);
    bool ready = app->visit.field[0] != 0 && app->visit.writing.face == WRITING_KEYS;
    page_main(app, "next", say(app, "search.go"), ready ? 0 : UI_STATE_WAITING);
}

static void
look_for(struct app *app)
{
    struct trail *trail = &app->visit.trail;
    bool things = strcmp(trail_at(app), "waste:things") == 0;
    explicit_bzero(trail->query, sizeof(trail->query));
    memcpy(trail->query, app->visit.field, strnlen(app->visit.field, INFO_QUERY_MAX)); /* field.c */
    trail->hit_count = 0;
    int r = app->search == NULL ? 0
                                : info_search_find(app->search, app->i18n, things ? "thing:" : "",
                                      trail->query, app_today(app), trail->hits, &trail->hit_count);
    if (r < 0) { /* the page then says that nothing was found, and whom to ask */
        LOG(LOG_ERROR, "search", LOG_ERR(r));
    }
    (void)trail_open(app, "hits:"); /* always there */
}

static void
tap(struct app *app, const char *id)
{
    struct question question = asked(app);
    if (writing_tap(app, &question, id)) {
        return;
    }
    if (strcmp(id, "next") == 0) {
        look_for(app);
    } else if (strcmp(id, "back") == 0 && !writing_back(app)) {
        explicit_bzero(app->visit.trail.query, sizeof(app->visit.trail.query));
        field_clear(app);
        trail_back(app);
    }
}

static void
type(struct app *app, const char *text)
{
    app->visit.writing.face = WRITING_KEYS;
    field_put(app, text);
}

const struct screen screen_search = {.name = "search",
    .build = build,
    .tap = tap,
    .enter = enter,
    .type = type,
    .erase = field_erase};

/* ---- what was found ---- */

static void
hits_build(struct app *app)
{
    const struct trail *trail = &app->visit.trail;
    struct flow flow = page_begin(app, say(app, "search.title"), "bar.back");
    if (trail->hit_count == 0) {
        struct flow left = page_picture(app, flow, "search", UI_TONE_CARE);
        page_title(app, &left, say(app, "search.nothing"));
        flow_text(app, &left, say(app, "search.nothing-text"), UI_ROLE_TEXT, UI_SIZE_BODY,
            UI_TONE_PAPER, false, 60);
        flow_door(app, &left, "call", "bell", say(app, "fault.call"), NULL);
        return;
    }
    char count[16];
    AUTO_BUF title;
    buf_init(&title, 1024);
    (void)snprintf(count, sizeof(count), "%zu", trail->hit_count);
    (void)sayf(app, &title, "search.found", "found", count);
    page_title(app, &flow, buf_str(&title));
    for (size_t i = 0; i < trail->hit_count; i++) {
        char id[UI_ID_MAX];
        (void)snprintf(id, sizeof(id), "hit:%zu", i);
        trail_row(app, &flow, id, trail->hits[i].target, NULL);
    }
}

static void
hits_tap(struct app *app, const char *id)
{
    const struct trail *trail = &app->visit.trail;
    if (strcmp(id, "back") == 0) {
        trail_back(app);
    } else if (strcmp(id, "call") == 0) {
        app_over(app, &screen_call);
    } else if (strncmp(id, "hit:", 4) == 0) {
        size_t index = 0;
        for (const char *digit = id + 4; *digit >= '0' && *digit <= '9'; digit++) {
            index = index * 10 + (size_t)(*digit - '0');
        }
        if (index < trail->hit_count) {
            (void)trail_open(app, trail->hits[index].target); /* it was found just now */
        }
    }
}

const struct screen screen_hits = {.name = "hits", .build = hits_build, .tap = hits_tap};
