/* audit/situations.c - pages that a walk through the services meets in one of their situations only: a slip that comes, is there,
 * does not come; somebody who was called; staff beside the visitor; a number that leads nowhere; what the city answers. */
#include "audit/audit.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"

enum { GROUPS_MAX = 64, ROUNDS_MAX = 1500 };

static void
show(struct audit *audit, const char *situation)
{
    app_rebuild(audit->stage.app);
    audit_state(audit, "%s %s", audit->stage.app->screen->name, situation);
}

/* A visit that answered everything of a service by chance and stands at its check page. */
static bool
answered(struct audit *audit, const char *service)
{
    struct app *app = audit->stage.app;
    struct rng_seeded rng = {3};
    stage_reset(&audit->stage);
    if (visit_choose(app, service) < 0) {
        return false;
    }
    for (int i = 0; i < ROUNDS_MAX && interview_at(app->visit.interview) == INTERVIEW_QUESTION;
         i++) {
        struct interview_verdict verdict;
        AUTO_BUF answer;
        buf_init(&answer, PROCEDURE_ANSWER_MAX);
        (void)interview_random_answer(app->visit.interview, &rng, &answer);
        (void)interview_answer(
            app->visit.interview, buf_str(&answer), FACT_ORIGIN_PERSON, &verdict);
    }
    visit_show_interview(app);
    app_rebuild(app);
    return app->screen == &screen_check;
}

/* ---- paper ---- */

/* Nothing is asked of a printer while a page is laid out: that there is one is enough. */
static void
paper(struct audit *audit)
{
    struct app *app = audit->stage.app;
    struct printer *printer = app->printer;
    char there = 0;
    if (!answered(audit, "resident-record")) {
        return;
    }
    memcpy(app->visit.number, "48201637", sizeof("48201637"));
    app_go(app, &screen_accepted);
    app->printer = (struct printer *)(void *)&there;
    show(audit, "with a printer");
    app->printer = printer;
    static const char *const names[] = {"not asked", "comes", "there", "photo"};
    for (int state = PAPER_COMES; state <= PAPER_PHOTO; state++) {
        app->visit.paper = state;
        app_go(app, &screen_slip);
        show(audit, names[state]);
    }
    app->printer = (struct printer *)(void *)&there;
    for (int state = PAPER_NONE; state <= PAPER_PHOTO; state++) {
        char name[AUDIT_NAME_MAX];
        (void)snprintf(name, sizeof(name), "with a printer %s", names[state]);
        app->visit.paper = state;
        app_go(app, &screen_paused);
        show(audit, name);
    }
    app->scanner = !app->scanner; /* then the paper's button has the code's place */
    show(audit, "with a printer, the other way");
    app->scanner = !app->scanner;
    app->printer = printer;
}

/* ---- staff ---- */

static void
called(struct audit *audit)
{
    struct app *app = audit->stage.app;
    if (!answered(audit, "resident-record")) {
        return;
    }
    app_over(app, &screen_call);
    app->calling.is_coming = true;
    show(audit, "somebody comes");
    app->calling.is_coming = false;
}

/* The rest of what stands on this page of several questions, by chance. */
static void
answer_group(struct app *app, struct rng_seeded *rng)
{
    struct interview *interview = app->visit.interview;
    struct interview_page page;
    for (size_t i = app->visit.group_first; interview_page(interview, i, &page) == 0; i++) {
        struct interview_verdict verdict;
        AUTO_BUF answer;
        buf_init(&answer, PROCEDURE_ANSWER_MAX);
        if (page.open && interview_change(interview, page.row.question.key) == 0 &&
            interview_random_answer(interview, rng, &answer) == 0) {
            (void)interview_answer(interview, buf_str(&answer), FACT_ORIGIN_STAFF, &verdict);
        }
    }
}

/* Groups of questions empty and answered, a question of its own, and the page with all answers, ticked and not. */
static void
beside(struct audit *audit, const char *service)
{
    struct app *app = audit->stage.app;
    struct rng_seeded rng = {5};
    char name[AUDIT_NAME_MAX];
    stage_reset(&audit->stage);
    if (visit_choose(app, service) < 0) {
        return;
    }
    visit_show_interview(app);
    app_over(app, &screen_staff_desk);
    show(audit, "with a visitor");
    beside_begin(app);
    (void)snprintf(name, sizeof(name), "%s with staff", service);
    show(audit, name);
    for (int i = 0; i < GROUPS_MAX && app->screen == &screen_question; i++) {
        struct interview_verdict verdict;
        AUTO_BUF answer;
        buf_init(&answer, PROCEDURE_ANSWER_MAX);
        (void)interview_random_answer(app->visit.interview, &rng, &answer);
        (void)interview_answer(app->visit.interview, buf_str(&answer), FACT_ORIGIN_STAFF, &verdict);
        visit_show_interview(app);
    }
    for (int i = 0; i < GROUPS_MAX && app->screen == &screen_together; i++) {
        (void)snprintf(name, sizeof(name), "%s %d", service, i);
        show(audit, name);
        answer_group(app, &rng);
        (void)snprintf(name, sizeof(name), "%s %d answered", service, i);
        show(audit, name);
        for (int turn = 0; turn < 8 && !stage_tap(&audit->stage, "next"); turn++) {
            (void)stage_tap(&audit->stage, "read-on");
        }
    }
    if (app->screen == &screen_check) {
        show(audit, "with staff");
        app->visit.confirmed = true;
        show(audit, "with staff confirmed");
    }
}

/* ---- numbers ---- */

static void
numbers(struct audit *audit)
{
    struct app *app = audit->stage.app;
    stage_reset(&audit->stage);
    visit_start(app);
    app_go(app, &screen_resume);
    app->visit.resume_error = KERR_INVALID;
    show(audit, "what is gone");
    app->visit.resume_error = KERR_BUSY;
    app->pause.locked_until_ms = clock_mono_ms(app->clock) + 60 * 1000;
    show(audit, "locked");
    app->pause.locked_until_ms = 0;
}

/* What the city answered, in each of its words. */
static void
answers(struct audit *audit)
{
    struct app *app = audit->stage.app;
    const struct live_table *table = live_table(app->live, "answers");
    for (size_t row = 0; table != NULL && row < live_count(table); row++) {
        struct interview_verdict verdict;
        stage_reset(&audit->stage);
        if (visit_choose(app, "my-request") < 0) {
            return;
        }
        (void)interview_answer(
            app->visit.interview, live_field(table, row, 0), FACT_ORIGIN_PERSON, &verdict);
        visit_show_interview(app);
        show(audit, live_field(table, row, 1));
    }
}

void
situations(struct audit *audit)
{
    paper(audit);
    called(audit);
    beside(audit, "move-in");
    beside(audit, "child-allowance-claim");
    numbers(audit);
    answers(audit);
}
