/* screens/lookup.c - the end of a procedure of kind self with `live`: what came with the last sync under the number that the
 * visitor typed: the answer to a request, the balance of a points card. Always with the moment at which the city knew it.
 * Nothing is kept, and somebody else's number tells no name. */
#include "app/app_priv.h"

#include <stdio.h>
#include <string.h>

enum { SLOT_LISTS_MAX = 32 };

/* Words for a state of live/answers.tsv; states that a city adds lead to its counter. */
struct state {
    const char *name, *title, *text, *picture;
    enum ui_tone tone;
};
static const struct state states[] = {
    {"come", "request.come", "request.come-text", "counter", UI_TONE_CARE},
    {"papers", "request.papers", "request.papers-text", "counter", UI_TONE_CARE},
    {"back", "request.back", "request.back-text", "counter", UI_TONE_CARE},
    {"asked", "request.asked", "request.asked-text", "envelope", UI_TONE_SOFT},
    {"booked", "request.booked", "request.booked-text", "check-round", UI_TONE_DONE},
    {"taken", "request.taken", "request.taken-text", "calendar", UI_TONE_CARE},
    {"waiting", "request.waiting", "request.waiting-text", "people", UI_TONE_SOFT},
    {"done", "request.done", "request.done-text", "check-round", UI_TONE_DONE},
};
static const struct state absent = {
    "", "request.absent", "request.absent-text", "envelope", UI_TONE_SOFT};
static const struct state strange = {
    "", "request.number", "request.number-text", "question", UI_TONE_CARE};
static const struct state nothing = {
    "", "lookup.nothing", "lookup.nothing-text", "network", UI_TONE_SOFT};
static const struct state no_card = {
    "", "points.absent", "points.absent-text", "question", UI_TONE_CARE};

/* What the visitor typed: the first answer. */
static const char *
typed(const struct app *app)
{
    struct interview_row row;
    bool there = app->visit.interview != NULL && interview_row(app->visit.interview, 0, &row) == 0;
    return there ? row.value : "";
}

static const struct state *
state_of(const struct live_table *table, const char *key, size_t *ret_row)
{
    if (table == NULL) {
        return &nothing;
    }
    bool request = live_form(table) == LIVE_ANSWERS;
    if (request && record_number_check(key) < 0) {
        return &strange;
    }
    if (live_find(table, key, ret_row) < 0) {
        return request ? &absent : &no_card;
    }
    for (size_t i = 0; request && i < ARRAY_LEN(states); i++) {
        if (strcmp(states[i].name, live_field(table, *ret_row, 1)) == 0) {
            return &states[i];
        }
    }
    return request ? &states[0] : NULL;
}

/* The slot that an answer is about, in the words of the list that has its place. */
static void
slot(struct app *app, struct flow *flow, const char *value)
{
    const char *names[SLOT_LISTS_MAX];
    struct live_slot_name name;
    size_t count = procedure_live_names(app->procedures, SLOT_LISTS_MAX, names);
    if (value == NULL || !live_slot_name(value, &name)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct procedure_list *list = procedure_list(app->procedures, names[i]);
        if (list != NULL && procedure_entry(list, name.resource) != NULL) {
            AUTO_BUF text;
            buf_init(&text, 1024);
            slot_words(app, names[i], value, &text);
            flow_text(app, flow, buf_str(&text), UI_ROLE_TEXT, UI_SIZE_VALUE, UI_TONE_PAPER, true,
                GAP_MIN);
            return;
        }
    }
}

/* What one can do with it: the procedures that the file names as results. */
static void
doors(struct app *app, struct flow *flow)
{
    struct interview_result result;
    for (size_t i = 0; interview_result(app->visit.interview, i, &result) == 0; i++) {
        const struct procedure *procedure =
            result.procedure != NULL ? procedure_find(app->procedures, result.procedure) : NULL;
        if (procedure != NULL) {
            struct procedure_info info = procedure_info(procedure);
            char id[UI_ID_MAX];
            (void)snprintf(id, sizeof(id), "service:%s", info.id);
            flow_door(
                app, flow, id, info.picture, words(app, &info.title), words(app, &info.about));
        }
    }
}

/* The number that was typed: what is said about it may ask the visitor to tell it at the counter. */
static void
number(struct app *app, struct flow *flow)
{
    AUTO_BUF text;
    buf_init(&text, 64);
    (void)i18n_receipt_number(&text, typed(app));
    flow_text(app, flow, buf_str(&text), UI_ROLE_TEXT, UI_SIZE_VALUE, UI_TONE_PAPER, true, 20);
}

static void
balance(struct app *app, struct flow *flow, const char *points)
{
    AUTO_BUF text;
    buf_init(&text, 512);
    (void)sayf(app, &text, "points.balance", "points", points);
    page_title(app, flow, buf_str(&text));
}

static void
build(struct app *app)
{
    struct flow flow = page_begin_visit(app);
    struct procedure_info info = procedure_info(app->visit.procedure);
    bool ours = owner_lets_out(&app->owner, ARTEFACT_LIVE, app->visit.serial);
    const struct live_table *table =
        info.live != NULL && ours ? live_table(app->live, info.live) : NULL;
    size_t row = 0;
    const struct state *state = state_of(table, typed(app), &row);
    struct flow left = page_picture(app, flow, state != NULL ? state->picture : "check-round",
        state != NULL ? state->tone : UI_TONE_DONE);
    if (state != NULL) {
        page_title(app, &left, say(app, state->title));
    } else {
        balance(app, &left, live_field(table, row, 1));
    }
    if (state != NULL && state->name[0] != 0) {
        number(app, &left);
        slot(app, &left, live_field(table, row, 2));
    }
    if (table != NULL) {
        live_note(app, &left, table);
    }
    if (state != NULL) {
        flow_text(app, &left, say(app, state->text), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
            false, GAP_MIN);
    }
    if (app->visit.interview != NULL) {
        doors(app, &left);
    }
    if (state != NULL && strcmp(state->name, "taken") == 0) {
        flow_door(app, &left, "other", "calendar", say(app, "request.other"),
            say(app, "request.other-detail"));
    }
    if (state != NULL && state->name[0] == 0) {
        flow_door(app, &left, "call", "bell", say(app, "fault.call"), say(app, "lookup.call"));
    }
    page_main(app, "finish", say(app, "bar.finish"), 0);
}

static void
tap(struct app *app, const char *id)
{
    if (strncmp(id, "service:", 8) == 0) {
        (void)visit_choose(app, id + 8); /* the id came from the set */
    } else if (strcmp(id, "other") == 0) {
        app_go(app, &screen_home);
    } else if (strcmp(id, "call") == 0) {
        app_over(app, &screen_call);
    } else if (strcmp(id, "finish") == 0 || strcmp(id, "next") == 0) {
        visit_finish(app);
    } else if (strcmp(id, "back") == 0) {
        bool asked = interview_back(app->visit.interview);
        app_go(app, asked ? &screen_question : &screen_home);
    }
}

const struct screen screen_lookup = {.name = "lookup", .build = build, .tap = tap};
