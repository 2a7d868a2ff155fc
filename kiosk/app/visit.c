/* app/visit.c - one visitor from first touch to wipe: routing between pages, the card's part, and the
 * end, where everything personal goes. */
#include "speak_priv.h"

#include <stdio.h>
#include <string.h>

#include "app/printer_priv.h"
#include "base/err.h"
#include "base/log.h"
#include "base/rng.h"

void
visit_start(struct app *app)
{
    struct visit *visit = &app->visit;
    visit->open = true;
    visit->serial = owner_next(&app->owner);
    visit->fee = -1;
    app->touched_ms = clock_mono_ms(app->clock);
    LOG(LOG_INFO, "visit.start", LOG_INT("serial", visit->serial));
    speak_begin(app);
}

void
visit_drop_pin(struct app *app)
{
    secret_free(app->visit.pin);
    app->visit.pin = NULL;
}

/* Wipes all that was the visitor's. The number of the visit moves on, so that results under way belong to
 * nobody. */
void
visit_forget(struct app *app)
{
    struct visit *visit = &app->visit;
    uint64_t serial = owner_next(&app->owner);
    printer_forget(app->printer);
    visit_drop_pin(app);
    interview_free(visit->interview);
    interview_free(visit->guide);
    resumed_clear(&visit->resumed);
    brought_forget(visit);
    struct fact_set *facts = visit->facts;
    struct fact_set *readings = visit->readings;
    struct fact_set *apart = visit->apart;
    fact_set_clear(facts);
    fact_set_clear(readings);
    fact_set_clear(apart);
    if (app->input != NULL) {
        input_end(app->input);
    }
    if (app->hand != NULL) {
        input_hand_rest(app->hand);
    }
    explicit_bzero(visit, sizeof(*visit));
    explicit_bzero(&app->glosses, sizeof(app->glosses));
    *visit = (struct visit){
        .facts = facts, .readings = readings, .apart = apart, .serial = serial, .fee = -1};
    if (app->card != NULL) {
        card_release(app->card);
        app->card_fresh = false;
    }
}

/* After the next picture: no cache, no second buffer, no dead stack frame keeps what was shown. */
static void
wipe_screen(struct app *app)
{
    ui_wipe(app->ui);
    app_rebuild(app);
    secret_wipe_stack();
}

void
visit_end(struct app *app)
{
    bool was_open = app->visit.open;
    uint64_t serial = app->visit.serial;
    visit_forget(app);
    (void)i18n_use(app->i18n, "ja"); /* Japanese is always there: i18n_new checked it */
    practice_stop(app);
    app->prefs = app->prefs_of_machine;
    app_apply_preferences(app);
    speak_forget(app);
    content_renew(app);
    size_t bad = live_refresh(app->live);
    if (bad > 0) {
        LOG(LOG_WARN, "live.unread", LOG_INT("files", (int64_t)bad));
    }
    app_go(app, check_in_start(app));
    wipe_screen(app);
    if (was_open) {
        LOG(LOG_INFO, "visit.end", LOG_INT("serial", serial));
    }
}

void
visit_finish(struct app *app)
{
    if (app->card_kind == CARD_KIND_NONE) {
        visit_end(app);
        return;
    }
    visit_forget(app);
    app->visit.open = true; /* language and text size stay for one more page */
    app_go(app, &screen_take_card);
    wipe_screen(app);
}

static struct fact_set *
facts_of(const struct app *app, const struct procedure_info *info)
{
    return info->anonymous ? app->visit.apart : app->visit.facts;
}

/* Where the procedure is chosen that begins now: back from its first page leads there. The results of a guide stay, so
 * that one procedure after the other can be done; whoever goes another way leaves them behind. */
static void
remember_way(struct app *app)
{
    struct visit *visit = &app->visit;
    const struct screen *at = app->screen;
    bool reading = trail_is(at) && visit->trail.depth > 0;
    bool led = at == &screen_results || (reading && visit->trail.from == &screen_results);
    visit->from = at == &screen_door || at == &screen_results || reading ? at : &screen_home;
    visit->from_page = visit->page;
    if (reading && visit->guide != NULL && visit->trail.of == visit->guide) {
        return; /* the second procedure from the same page: the results still wait */
    }
    interview_free(visit->guide);
    visit->guide = led ? visit->interview : NULL;
    visit->interview = led ? NULL : visit->interview;
}

void
visit_results(struct app *app)
{
    struct visit *visit = &app->visit;
    if (visit->guide != NULL) {
        interview_free(visit->interview);
        resumed_clear(&visit->resumed);
        visit->interview = visit->guide;
        visit->guide = NULL;
        visit->procedure = interview_procedure(visit->interview);
        interview_refresh(visit->interview);
    }
    app_go(app, &screen_results);
}

void
visit_leave_procedure(struct app *app)
{
    const struct screen *from = app->visit.from;
    int page = app->visit.from_page;
    bool lost = from == NULL || (from == &screen_results && app->visit.guide == NULL) ||
                (trail_is(from) && app->visit.trail.depth == 0);
    if (!lost && from == &screen_results) {
        visit_results(app);
    } else {
        app_go(app, lost ? &screen_home : from);
    }
    app->visit.page = lost ? 0 : page;
}

bool
visit_has_done(const struct app *app, const struct procedure *procedure)
{
    for (size_t i = 0; i < app->visit.done_count; i++) {
        if (app->visit.done[i] == procedure) {
            return true;
        }
    }
    return false;
}

static void
add_done(struct visit *visit, const struct procedure *procedure)
{
    if (visit->done_count < DONE_MAX) { /* with more, the last ones are offered once more */
        visit->done[visit->done_count++] = procedure;
    }
}

void
visit_done(struct app *app)
{
    struct visit *visit = &app->visit;
    add_done(visit, visit->procedure);
    for (size_t i = 0; i < interview_together_count(visit->interview); i++) {
        add_done(visit, interview_together(visit->interview, i));
    }
}

/* 0, or what keeps the terminal from taking applications now. */
static int
queue_error(struct app *app)
{
    if (app->submitter == NULL) {
        return app->submitter_error;
    }
    return submitter_closed(app->submitter) != 0 ? KERR_STORE
                                                 : 0; /* for a while: it only informs */
}

int
visit_choose(struct app *app, const char *procedure)
{
    const struct procedure *found = procedure_find(app->procedures, procedure);
    if (found == NULL) {
        return KERR_NOT_FOUND;
    }
    if (!app->visit.open) {
        visit_start(app);
    }
    visit_drop_pin(app);
    resumed_clear(&app->visit.resumed);
    remember_way(app);
    interview_free(app->visit.interview);
    struct procedure_info info = procedure_info(found);
    /* an anonymous one begins without anything that is known of the visitor */
    fact_set_clear(app->visit.apart);
    app->visit.interview = interview_new(found, facts_of(app, &info), app->clock);
    app->visit.procedure = found;
    field_clear(app);
    app->visit.field_key[0] = 0;
    int closed = queue_error(app);
    if (closed != 0 && info.keeps && !app->prefs.practice) {
        /* said before the first question, not after the last */
        app->visit.fault = closed;
        app_go(app, fault_screen(closed));
        return 0;
    }
    struct procedure_stop stop;
    bool stopped = interview_stopped(app->visit.interview, &stop); /* what is known is enough */
    app_go(app, stopped                           ? &screen_not_here
                : info.kind == PROCEDURE_CHECK_IN ? &screen_check_in
                                                  : &screen_explain);
    return 0;
}

void
visit_go_on(struct app *app)
{
    struct procedure_info info = procedure_info(app->visit.procedure);
    bool card = info.card && !info.anonymous && !app->visit.card_used;
    bool look = info.looks && !app->visit.card_looked && !app->prefs.practice;
    if ((card || look) && !app->visit.card_declined) {
        app_go(app, &screen_card);
        return;
    }
    visit_show_interview(app);
}

/* Where the interview stands: a question, or what comes when all are answered. */
static const struct screen *
interview_place(const struct app *app)
{
    struct procedure_info info = procedure_info(app->visit.procedure);
    if (interview_at(app->visit.interview) == INTERVIEW_QUESTION) {
        return app->visit.beside ? &screen_together : &screen_question;
    }
    if (info.live != NULL) {
        return &screen_lookup;
    }
    return info.keeps ? &screen_check : &screen_results;
}

/* Does it stand at a question that has its answer already? */
static bool
at_answered(const struct app *app)
{
    struct question question;
    struct procedure_info info = procedure_info(app->visit.procedure);
    return interview_question(app->visit.interview, &question) == 0 &&
           fact_set_value(facts_of(app, &info), question.key) != NULL;
}

/* The same, or why it can't go on here; the answer that is the reason can be come to and changed. */
static const struct screen *
interview_screen(struct app *app)
{
    brought_answer(app);
    struct procedure_stop stop;
    bool stopped = interview_stopped(app->visit.interview, &stop) && !at_answered(app);
    return stopped ? &screen_not_here : interview_place(app);
}

bool
visit_back(struct app *app)
{
    if (app->visit.beside) { /* to the page of several from which it was come to */
        app_go(app, &screen_together);
        return true;
    }
    bool back = interview_back(app->visit.interview);
    if (back) {
        app_go(app, interview_place(app)); /* an answer that stops it can be changed there */
    }
    return back;
}

void
visit_show_interview(struct app *app)
{
    interview_refresh(app->visit.interview);
    pause_find_place(app);
    app_go(app, interview_screen(app));
}

/* Records of one visit stand together at the counter: further ones name the first. What is anonymous shares nothing with the
 * others: beside them it would have a name. */
static void
set_visit(struct visit *visit, const struct procedure_info *info, struct record_head *head)
{
    static const uint8_t none[RECORD_VISIT_LEN];
    if (info->anonymous) {
        return;
    }
    if (memcmp(visit->id, none, sizeof(none)) == 0) {
        memcpy(visit->id, head->id, sizeof(visit->id));
    } else {
        memcpy(head->visit, visit->id, sizeof(head->visit));
    }
}

void
visit_submit(struct app *app, struct fact_set *take_facts)
{
    struct visit *visit = &app->visit;
    struct procedure_info info = procedure_info(visit->procedure);
    struct record_head head = {.fee = interview_fee(visit->interview)};
    rng_fill(head.id, sizeof(head.id));
    (void)snprintf(head.procedure, sizeof(head.procedure), "%s", info.id);
    (void)snprintf(head.in_force, sizeof(head.in_force), "%.10s", info.in_force);
    (void)snprintf(head.language, sizeof(head.language), "%s", i18n_current(app->i18n)->code);
    set_visit(visit, &info, &head);
    head.assisted = visit->assisted;
    visit->fee = head.fee;
    int r = app->submitter_error;
    if (app->submitter != NULL) {
        r = submitter_start(app->submitter, &head, take_facts, visit->serial);
    } else {
        fact_set_free(take_facts);
    }
    if (r < 0) {
        visit->fault = r;
        app_turn(app, fault_screen(r));
        return;
    }
    app_turn(app, &screen_submitting);
}

static void
show_fault(struct app *app, int error)
{
    visit_drop_pin(app);
    app->visit.fault = error;
    app_turn(app, fault_screen(error));
}

/* Is what a card tells without a PIN enough? */
static bool
looks(const struct app *app)
{
    return app->visit.procedure != NULL && procedure_info(app->visit.procedure).looks;
}

/* Asks the card for what it tells anybody. An answer to a visit before may still be on its way: then again. */
static void
look_at_card(struct app *app)
{
    int r = card_look(app->card, app->visit.serial);
    if (r == 0) {
        app_turn(app, &screen_reading);
    } else if (r != KERR_STATE) {
        show_fault(app, r);
    }
}

static void
card_came(struct app *app)
{
    if (app_page(app) == &screen_check_in || app_page(app) == &screen_checked_in) {
        check_in_card_came(app);
        return;
    }
    if (app_page(app) != &screen_card || app->prefs.practice) {
        return;
    }
    if (app->card_error != 0) {
        show_fault(app, app->card_error);
    } else if (app->card_kind != CARD_KIND_MY_NUMBER) {
        show_fault(app, KERR_CARD_UNKNOWN);
    } else if (looks(app)) {
        look_at_card(app);
    } else if (app->card_tries == 0) {
        show_fault(app, KERR_CARD_PIN_BLOCKED);
    } else {
        app->visit.tries_before = app->card_tries;
        app_turn(app, app->card_tries == 1 && !app->visit.last_try_confirmed ? &screen_pin_last
                                                                             : &screen_pin);
    }
}

void
visit_want_card(struct app *app)
{
    if (app->prefs.practice) {
        return; /* its card is made of words */
    }
    if (app->card_fresh && app->card_kind != CARD_KIND_NONE) {
        card_came(app);
    } else if (app->card != NULL) {
        card_refresh(app->card);
    }
}

static void
card_went(struct app *app)
{
    const struct screen *at = app_page(app);
    app->visit.last_try_confirmed = false;
    if ((at == &screen_pin || at == &screen_pin_last) && !app->prefs.practice) {
        visit_drop_pin(app);
        app_turn(app, &screen_card);
    } else if (at == &screen_take_card) {
        visit_end(app);
    }
}

/* What the visitor put here in place of the card's words before the visit paused stays; what was brought from home does not. */
static bool
corrected(const struct app *app, const char *key)
{
    const struct fact *kept = fact_set_get(app->visit.facts, key);
    return app->visit.resumed.asked != NULL && kept != NULL && pause_keeps(kept) &&
           kept->origin != FACT_ORIGIN_PRE_ENTRY;
}

static void
take_facts(struct app *app, const struct fact_set *facts)
{
    int64_t now = clock_wall_s(app->clock);
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        const struct fact *fact = fact_set_at(facts, i);
        if (corrected(app, fact->key)) {
            continue;
        }
        brought_meets_card(app, fact->key, fact->value);
        int r = fact_set_put(app->visit.facts, fact->key, fact->value, FACT_ORIGIN_CARD, now);
        if (r < 0) {
            LOG(LOG_WARN, "card.fact", LOG_ERR(r)); /* too much: the visitor types it instead */
        }
    }
    app->visit.card_used = true;
}

static void
put_told(struct app *app, const char *key, const char *value)
{
    if (value[0] != 0) { /* of known keys, and short */
        (void)fact_set_put(
            app->visit.facts, key, value, FACT_ORIGIN_CARD, clock_wall_s(app->clock));
    }
}

static void
put_tries(struct app *app, const char *key, int tries)
{
    char text[16] = "";
    if (tries != CARD_TRIES_UNKNOWN) {
        (void)snprintf(text, sizeof(text), "%d", tries);
    }
    put_told(app, key, text);
}

/* Two last days, and the tries that are left, as far as the card tells them. */
static void
card_look_done(struct app *app, const struct card_event *event)
{
    if (app_page(app) != &screen_reading || !looks(app)) {
        return; /* the visit that asked is over */
    }
    app->card_fresh = false;
    if (event->error == KERR_CANCELLED || event->error == KERR_STATE) {
        app_turn(app, &screen_card); /* the end of the visit before reached the reader late */
        return;
    }
    if (event->error != 0) {
        show_fault(app, event->error);
        return;
    }
    put_told(app, "card.expires", event->expiry);
    put_told(app, "card.certificate-expires", event->inside.certificate_until);
    put_tries(app, "card.tries", app->card_tries);
    put_tries(app, "card.login-tries", event->inside.login_tries);
    put_tries(app, "card.sign-tries", event->inside.sign_tries);
    put_tries(app, "card.register-tries", event->inside.register_tries);
    app->visit.card_looked = true;
    interview_refresh(app->visit.interview);
    pause_find_place(app);
    app_turn(app, interview_screen(app));
}

static void
card_read_done(struct app *app, const struct card_event *event)
{
    if (app_page(app) != &screen_reading) {
        return; /* the visit that asked is over */
    }
    app->visit.last_try_confirmed = false;
    app->card_fresh = false; /* powered down; its tries may have changed */
    if (event->tries != CARD_TRIES_UNKNOWN) {
        app->card_tries = event->tries;
    }
    if (event->error == 0 && event->facts != NULL) {
        take_facts(app, event->facts);
        interview_refresh(app->visit.interview);
        pause_find_place(app);
        app_turn(app, interview_screen(app));
        return;
    }
    LOG(LOG_INFO, "card.read", LOG_ERR(event->error), LOG_INT("tries", event->tries));
    int error = event->error != 0 ? event->error : KERR_CARD_DATA;
    if (error == KERR_CARD_PIN_WRONG && event->tries == 0) {
        error = KERR_CARD_PIN_BLOCKED; /* that was the last try */
    }
    show_fault(app, error);
}

/* What the card told somebody who has left is told nobody else; that the reader is free again is. */
static void
drop_foreign(struct app *app, struct card_event *event)
{
    bool answer = event->type == CARD_EVENT_READ || event->type == CARD_EVENT_SERIAL ||
                  event->type == CARD_EVENT_LOOK;
    if (answer && !owner_lets_out(&app->owner, ARTEFACT_CARD, event->visit)) {
        card_event_release(event);
        event->error = KERR_CANCELLED;
        event->tries = CARD_TRIES_UNKNOWN;
    }
}

void
visit_card_event(struct app *app, struct card_event *event)
{
    drop_foreign(app, event);
    switch (event->type) {
    case CARD_EVENT_READERS:
        app->readers = event->readers;
        app->reader_error = event->error;
        if (event->readers == 0) {
            app->card_kind = CARD_KIND_NONE;
            card_went(app);
        }
        break;
    case CARD_EVENT_INSERTED:
        app->card_kind = event->kind;
        app->card_tries = event->tries;
        app->card_error = event->error;
        app->card_fresh = true;
        app->card_counted = false;
        app->touched_ms = clock_mono_ms(app->clock);
        card_came(app);
        break;
    case CARD_EVENT_REMOVED:
        app->card_fresh = false;
        app->card_counted = false;
        app->card_kind = CARD_KIND_NONE;
        app->card_tries = CARD_TRIES_UNKNOWN;
        app->card_error = 0;
        card_went(app);
        break;
    case CARD_EVENT_READ:
        card_read_done(app, event);
        break;
    case CARD_EVENT_SERIAL:
        check_in_serial(app, event);
        break;
    case CARD_EVENT_LOOK:
        card_look_done(app, event);
        break;
    case CARD_EVENT_COUNT:
        break;
    }
}
