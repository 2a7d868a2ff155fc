/* screens/help.c - the one place where help is, on every page: what this machine does, how to call a
 * person, how to stop. An overlay: nothing that was answered is lost. Staff get in from here. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

#include "app/speak_priv.h"
#include "base/log.h"

enum { WAY_H = 300 };

/* What to say of the page below: the first row whose name begins the page's name. */
static const struct topic {
    const char *screen, *text;
} topics[] = {
    {"home", "help.on-home"},
    {"attract", "help.on-home"},
    {"explain", "help.on-explain"},
    {"card", "help.on-card"},
    {"pin-unknown", "help.on-fault"},
    {"pin", "help.on-pin"},
    {"question", "help.on-question"},
    {"check", "help.on-check"},
    {"reading", "help.on-wait"},
    {"submitting", "help.on-wait"},
    {"accepted", "help.on-accepted"},
    {"take-card", "help.on-take-card"},
    {"fault", "help.on-fault"},
};

static const char *
page_below(const struct app *app)
{
    return app->under != NULL ? app->under->name : screen_home.name;
}

static const char *
topic(const struct app *app)
{
    const char *below = page_below(app);
    for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
        if (strncmp(below, topics[i].screen, strlen(topics[i].screen)) == 0) {
            return topics[i].text;
        }
    }
    return "help.on-fault";
}

/* The ways on, in the order of how much they help. */
static const struct way {
    const char *id, *picture, *text, *detail;
    const struct screen *leads_to;
} ways[] = {
    {"call", "bell", "fault.call", "help.call-detail", &screen_call},
    {"access", "access", "bar.access", "help.access-detail", &screen_access},
    {"stop", "house", "help.stop", "help.stop-detail", &screen_leave},
};

/* Once the application is in there is nothing to stop. */
static size_t
way_count(const struct app *app)
{
    bool over = app->under == &screen_accepted || app->under == &screen_code ||
                app->under == &screen_slip || app->under == &screen_take_card ||
                app->under == &screen_paused;
    return ARRAY_LEN(ways) - (over ? 1 : 0);
}

static struct ui_element
door(struct app *app, size_t index)
{
    const struct way *way = &ways[index];
    return (struct ui_element){.id = way->id,
        .role = UI_ROLE_DOOR,
        .text = say(app, way->text),
        .detail = say(app, way->detail),
        .picture = way->picture,
        .tone = UI_TONE_SURFACE,
        .size = UI_SIZE_CHOICE,
        .bold = true};
}

static void
staff_button(struct app *app)
{
    struct ui_rect at = app->places.main;
    ui_add(app->ui, &(struct ui_element){.id = "staff",
                        .role = UI_ROLE_BUTTON,
                        .rect = rect(at.x + at.w - 560, at.y + (at.h - 205) / 2, 560, 205),
                        .text = say(app, "help.staff"),
                        .tone = UI_TONE_QUIET,
                        .size = UI_SIZE_BAR,
                        .align = UI_ALIGN_CENTRE});
}

/* Why the question below is asked: only what is needed, and the paper that its answer goes into. */
static void
why_below(struct app *app, struct flow *flow)
{
    struct question question;
    struct procedure_form form;
    AUTO_BUF text;
    buf_init(&text, 4096);
    if (app->under != &screen_question || interview_question(app->visit.interview, &question) < 0) {
        return;
    }
    flow->y += COLUMN_GAP;
    flow_text(
        app, flow, say(app, "help.why"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 30);
    if (procedure_form_of(
            app->procedures, app->visit.procedure, app->visit.facts, question.key, &form)) {
        (void)sayf(app, &text, "help.form", "form", form.title);
        flow_text(app, flow, buf_str(&text), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 30);
    }
}

static void
build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "bar.help"), "bar.back");
    page_title(app, &flow, say(app, "help.title"));
    /* the ways come first, two side by side: in the largest letters they still stand on the first page; a seated
     * visitor's has less height */
    bool low = app->places.low && ui_text_size(app->ui) > UI_TEXT_NORMAL;
    struct ui_element doors[ARRAY_LEN(ways)];
    struct grid grid = {.count = way_count(app),
        .columns = flow.w >= TWO_COLUMNS_W && !low ? 2 : 1,
        .height = WAY_H};
    for (size_t i = 0; i < grid.count; i++) {
        doors[i] = door(app, i);
    }
    flow_elements(app, &flow, grid, doors);
    flow_text(
        app, &flow, say(app, topic(app)), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 30);
    flow_text(
        app, &flow, say(app, "help.kept"), UI_ROLE_TEXT, UI_SIZE_HINT, UI_TONE_PAPER, false, 0);
    why_below(app, &flow);
    staff_button(app);
}

static void
tap(struct app *app, const char *id)
{
    if (strcmp(id, "back") == 0) {
        app_return(app);
    } else if (strcmp(id, "staff") == 0) {
        app_over(app, &screen_staff);
    }
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        if (strcmp(id, ways[i].id) == 0) {
            app_over(app, ways[i].leads_to);
        }
    }
}

const struct screen screen_help = {.name = "help", .build = build, .tap = tap};

/* A person is called: a sign large enough to be seen across the hall, until staff or the visitor end
 * it; where the line is there, it says when somebody is on the way (calling.c). The page covers everything personal and is waited for longer than others (shell.c). */

static void
call_enter(struct app *app)
{
    LOG(LOG_INFO, "call", LOG_ID("page", page_below(app)));
    calling_begin(app, page_below(app), app->left->name);
    speak_chime(app, false);
}

static void
call_build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "bar.help"), NULL);
    struct flow left = page_picture(app, flow, "bell", UI_TONE_CARE);
    page_title(app, &left, say(app, app->calling.is_coming ? "call.coming" : "call.title"));
    flow_text(
        app, &left, say(app, "call.text"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 0);
    page_main(app, "next", say(app, "call.go-on"), 0);
}

static void
call_tap(struct app *app, const char *id)
{
    if (strcmp(id, "next") == 0) {
        app_return(app);
    }
}

const struct screen screen_call = {
    .name = "call", .build = call_build, .tap = call_tap, .enter = call_enter, .back = "next"};

/* Stopping throws the answers away: asked once, clearly. */

static void
leave_build(struct app *app)
{
    struct flow flow = page_begin(app, say(app, "bar.home"), "leave.go-on");
    bool pause = pause_offered(app);
    /* in large letters the way that loses nothing comes before the picture */
    bool words_alone = pause && ui_text_size(app->ui) > UI_TEXT_NORMAL;
    struct flow left = words_alone ? flow : page_picture(app, flow, "leave", UI_TONE_CARE);
    page_title(app, &left, say(app, "leave.title"));
    flow_text(
        app, &left, say(app, "leave.text"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER, false, 70);
    if (pause) {
        flow_door(
            app, &left, "pause", "clock", say(app, "leave.pause"), say(app, "leave.pause-detail"));
    }
    page_main(app, "finish", say(app, "leave.stop"), 0);
}

static void
leave_tap(struct app *app, const char *id)
{
    if (strcmp(id, "back") == 0) {
        app_return(app);
    } else if (strcmp(id, "pause") == 0) {
        pause_tap(app);
    } else if (strcmp(id, "finish") == 0) {
        visit_finish(app);
    }
}

const struct screen screen_leave = {.name = "leave", .build = leave_build, .tap = leave_tap};
