/* audit/walk.c - the way to every page: by its own buttons where a visit leads there, every service with
 * and without a card, every question of each, every fault; and at last, straight, whatever page of the
 * program was not met on the way. New services and pages are found without a change here: services come
 * from the content, pages from the list that the Makefile makes of the program's own symbols. */
#include "audit/audit.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum { ERRORS = 1000, SEEDS = 6, SEEN_MAX = 4096, STEPS_MAX = 200 };

#define SCREEN(name) extern const struct screen name;
#include "screens.inc"
#undef SCREEN
#define SCREEN(name) &name,
static const struct screen *const screens[] = {
#include "screens.inc"
};
#undef SCREEN

struct walk {
    struct audit *audit;
    struct stage *stage;
    struct app *app;
    char seen[SEEN_MAX][FACT_KEY_MAX + 32]; /* questions and situations that were audited */
    size_t seen_count;
    bool shown[ARRAY_LEN(screens)];
};

static bool
was_seen(const struct walk *walk, const char *name)
{
    for (size_t i = 0; i < walk->seen_count; i++) {
        if (strcmp(walk->seen[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* False the first time. */
static bool
seen(struct walk *walk, const char *name)
{
    if (was_seen(walk, name)) {
        return true;
    }
    if (walk->seen_count == SEEN_MAX) { /* else every page would be looked at for ever */
        (void)fprintf(stderr, "audit: more than %d pages: raise SEEN_MAX\n", SEEN_MAX);
        abort();
    }
    (void)snprintf(walk->seen[walk->seen_count++], sizeof(walk->seen[0]), "%s", name);
    return false;
}

static void
look(struct walk *walk, const char *situation)
{
    const struct screen *screen = walk->app->screen;
    for (size_t i = 0; i < ARRAY_LEN(screens); i++) {
        walk->shown[i] = walk->shown[i] || screens[i] == screen;
    }
    audit_state(walk->audit, "%s%s%s", screen->name, situation[0] != 0 ? " " : "", situation);
}

static void
look_once(struct walk *walk, const char *situation)
{
    char name[FACT_KEY_MAX + 32];
    (void)snprintf(name, sizeof(name), "%s %s", walk->app->screen->name, situation);
    if (!seen(walk, name)) {
        look(walk, situation);
    }
}

static void
tap(struct walk *walk, const char *id)
{
    (void)stage_tap(walk->stage, id); /* what isn't there is told by the page that comes instead */
}

/* ---- questions ---- */

/* The key without the number of a repeat: "members[2].name" -> "members[].name". */
static void
plain_key(const char *key, char out[FACT_KEY_MAX])
{
    size_t n = 0;
    for (const char *at = key; *at != 0 && n + 1 < FACT_KEY_MAX; at++) {
        bool digit = *at >= '0' && *at <= '9' && n > 0 && out[n - 1] == '[';
        if (!digit) {
            out[n++] = *at;
        }
    }
    out[n] = 0;
}

/* Everything on the page that turns the way of typing or choosing, one after the other. */
static void
modes(struct walk *walk)
{
    static const char *const prefixes[] = {"mode:", "era:"};
    char ids[16][UI_ID_MAX];
    size_t count = 0;
    for (size_t i = 0; i < ui_count(walk->app->ui); i++) {
        const char *id = ui_at(walk->app->ui, i)->id;
        for (size_t k = 0; id != NULL && k < ARRAY_LEN(prefixes); k++) {
            if (strncmp(id, prefixes[k], strlen(prefixes[k])) == 0 && count < ARRAY_LEN(ids)) {
                (void)snprintf(ids[count++], UI_ID_MAX, "%s", id);
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (stage_tap(walk->stage, ids[i])) {
            look_once(walk, ids[i]);
        }
    }
}

static void
erase(struct walk *walk)
{
    struct app *app = walk->app;
    for (int i = 0; i < FIELD_MAX && app->visit.field[0] != 0 && app->screen->erase != NULL; i++) {
        app->screen->erase(app);
    }
    app_rebuild(app);
}

static void
type(struct walk *walk, const char *text)
{
    for (size_t at = 0; text[at] != 0;) {
        char one[8] = "";
        size_t n = 1;
        while ((text[at + n] & 0xc0) == 0x80) {
            n++;
        }
        memcpy(one, text + at, n);
        (void)ui_type(walk->app->ui, one); /* the queue is empty */
        app_step(walk->app, 0);
        at += n;
    }
}

static bool
by_choice(const struct walk *walk)
{
    for (size_t i = 0; i < ui_count(walk->app->ui); i++) {
        const char *id = ui_at(walk->app->ui, i)->id;
        if (id != NULL && strncmp(id, "choice:", 7) == 0) {
            return true;
        }
    }
    return false;
}

/* Place, day and time of a slot, each with its page. */
static void
slot_pages(struct walk *walk, const char *answer)
{
    static const char *const parts[] = {"place:", "day:", "time:"};
    for (size_t part = 0; part < ARRAY_LEN(parts); part++) {
        look_once(walk, parts[part]);
        for (size_t i = 0; i < ui_count(walk->app->ui); i++) {
            const char *id = ui_at(walk->app->ui, i)->id;
            char found[UI_ID_MAX];
            (void)snprintf(found, sizeof(found), "%s", id != NULL ? id : "");
            if (strncmp(found, parts[part], strlen(parts[part])) == 0 &&
                (ui_at(walk->app->ui, i)->state & UI_STATE_WAITING) == 0) {
                stage_pass(walk->stage, 2000);
                tap(walk, found);
                break;
            }
        }
    }
    if (walk->app->visit.field[0] == 0) {
        field_put(walk->app, answer);
        app_rebuild(walk->app);
    }
}

static void
give(struct walk *walk, const struct question *question, const char *answer)
{
    struct app *app = walk->app;
    if (question->type == QUESTION_SLOT) {
        slot_pages(walk, answer);
        return;
    }
    const struct widget *widget = widget_of(question);
    if (widget != NULL) { /* as when the page comes with a kept answer */
        explicit_bzero(app->visit.field, sizeof(app->visit.field));
        (void)snprintf(app->visit.field, sizeof(app->visit.field), "%s", answer);
        if (widget->begin != NULL) {
            widget->begin(app, question);
        }
        app_rebuild(app);
        return;
    }
    if (by_choice(walk)) {
        explicit_bzero(app->visit.field, sizeof(app->visit.field));
        (void)snprintf(app->visit.field, sizeof(app->visit.field), "%s", answer);
        app_rebuild(app);
        return;
    }
    if (question->type == QUESTION_DATE) {
        tap(walk, "era:western");
    }
    erase(walk);
    type(walk, answer);
}

/* The situations of one question: empty, refused, answered. */
static void
question_pages(struct walk *walk, const struct question *question, const char *answer)
{
    struct app *app = walk->app;
    char key[FACT_KEY_MAX];
    char name[FACT_KEY_MAX + 32];
    plain_key(question->key, key);
    look_once(walk, key);
    (void)snprintf(name, sizeof(name), "refused %s", question_type_name(question->type));
    if (!seen(walk, name)) {
        app->visit.verdict = (struct interview_verdict){.message = "answer.too-long"};
        app->visit.verdict_shown = true;
        app_rebuild(app);
        look(walk, name);
        app->visit.verdict_shown = false;
        modes(walk);
    }
    give(walk, question, answer);
    (void)snprintf(name, sizeof(name), "answered %s", question_type_name(question->type));
    look_once(walk, name);
}

/* Passes over questions whose pages were looked at before: answers them without their pages. */
static void
pass_known(struct walk *walk, struct rng_seeded *rng)
{
    struct interview *interview = walk->app->visit.interview;
    bool moved = false;
    for (int i = 0; i < STEPS_MAX && interview_at(interview) == INTERVIEW_QUESTION; i++) {
        struct question question;
        struct interview_verdict verdict;
        char key[FACT_KEY_MAX];
        char page[FACT_KEY_MAX + 32];
        char answered[FACT_KEY_MAX + 32];
        AUTO_BUF answer;
        buf_init(&answer, PROCEDURE_ANSWER_MAX);
        if (interview_question(interview, &question) < 0) {
            break;
        }
        plain_key(question.key, key);
        (void)snprintf(page, sizeof(page), "question %s", key);
        (void)snprintf(
            answered, sizeof(answered), "question answered %s", question_type_name(question.type));
        if (!was_seen(walk, page) || !was_seen(walk, answered) ||
            interview_random_answer(interview, rng, &answer) < 0 ||
            interview_answer(interview, buf_str(&answer), FACT_ORIGIN_PERSON, &verdict) < 0) {
            break;
        }
        moved = true;
    }
    if (moved) {
        visit_show_interview(walk->app);
        app_rebuild(walk->app);
    }
}

/* From the page of a question to the page that shows all answers. */
static void
interview(struct walk *walk, struct rng_seeded *rng)
{
    struct app *app = walk->app;
    for (int i = 0; i < STEPS_MAX && app->screen == &screen_question; i++) {
        struct question question;
        AUTO_BUF answer;
        buf_init(&answer, PROCEDURE_ANSWER_MAX);
        pass_known(walk, rng);
        if (app->screen != &screen_question) {
            break;
        }
        if (interview_question(app->visit.interview, &question) < 0 ||
            interview_random_answer(app->visit.interview, rng, &answer) < 0) {
            return;
        }
        question_pages(walk, &question, buf_str(&answer));
        give(walk, &question, buf_str(&answer));
        stage_pass(walk->stage, 2000);
        if (!stage_tap(walk->stage, "next")) {
            tap(walk, strcmp(buf_str(&answer), "unknown") == 0 ? "unsure" : "read-on");
        }
    }
}

static void
finish(struct walk *walk, const char *situation)
{
    struct app *app = walk->app;
    for (int i = 0; i < STEPS_MAX && app->screen == &screen_check; i++) {
        if (!stage_tap(walk->stage, "next")) {
            tap(walk, "page:next");
        }
        stage_pass(walk->stage, 2000);
    }
    look_once(walk, "");
    if (app->screen == &screen_submitting) {
        (void)stage_leave(walk->stage, &screen_submitting);
    }
    look_once(walk, situation);
}

/* ---- the card ---- */

static void
digits(struct walk *walk, const char *pin)
{
    for (; *pin != 0; pin++) {
        char id[] = "pin:0";
        id[4] = *pin;
        stage_pass(walk->stage, 2000);
        tap(walk, id);
    }
}

/* Wrong digits until the warning of the last try, with every page on the way. */
static void
card_pages(struct walk *walk)
{
    struct app *app = walk->app;
    look_once(walk, "");
    digits(walk, "12");
    look_once(walk, "half");
    digits(walk, "39");
    look_once(walk, "full");
    for (int tries = 2; tries > 0; tries--) {
        tap(walk, "pin:ok");
        look_once(walk, "");
        (void)stage_leave(walk->stage, &screen_reading);
        look_once(walk, tries == 2 ? "two left" : "one left");
        tap(walk, "next");
        (void)stage_leave(walk->stage, &screen_card);
        look_once(walk, tries == 2 ? "again" : "");
        if (app->screen == &screen_pin) {
            digits(walk, "1239");
        }
    }
    tap(walk, "last-try");
    look_once(walk, "last try");
}

static void
with_card(struct walk *walk, const char *service, bool faults)
{
    struct app *app = walk->app;
    struct rng_seeded rng = {.state = 7};
    stage_reset(walk->stage);
    stage_card(walk->stage, true);
    if (visit_choose(app, service) < 0) {
        return;
    }
    app_rebuild(app);
    tap(walk, "next");
    (void)stage_leave(walk->stage, &screen_card);
    if (app->screen != &screen_pin) {
        return; /* a service without a card */
    }
    if (faults) {
        card_pages(walk);
    }
    digits(walk, "1234");
    tap(walk, "pin:ok");
    (void)stage_leave(walk->stage, &screen_reading);
    interview(walk, &rng);
    char name[64];
    (void)snprintf(name, sizeof(name), "%.40s with card", service);
    look_once(walk, name);
    finish(walk, name);
    stage_pass(walk->stage, 2000);
    tap(walk, "finish");
    look_once(walk, "");
}

static void
without_card(struct walk *walk, const char *service, unsigned seed)
{
    struct app *app = walk->app;
    struct rng_seeded rng = {.state = seed};
    stage_reset(walk->stage);
    if (visit_choose(app, service) < 0) {
        return;
    }
    app_rebuild(app);
    look_once(walk, service);
    tap(walk, "next");
    if (app->screen == &screen_check_in) {
        tap(walk, "no-card");
    }
    if (app->screen == &screen_card) {
        look_once(walk, "");
        int readers = app->readers;
        app->readers = 0;
        app_rebuild(app);
        look_once(walk, "no reader");
        app->readers = readers;
        tap(walk, "no-card");
    }
    interview(walk, &rng);
    char name[64];
    (void)snprintf(name, sizeof(name), "%.40s", service);
    look_once(walk, name);
    if (seed == 1) {
        finish(walk, name);
    }
}

/* ---- everything else ---- */

static void
start_pages(struct walk *walk)
{
    struct app *app = walk->app;
    stage_reset(walk->stage);
    look(walk, "");
    tap(walk, "language:ja");
    look(walk, "");
    for (size_t i = 0; i < procedure_door_count(app->procedures); i++) {
        char door[UI_ID_MAX];
        (void)snprintf(door, sizeof(door), "door:%s", procedure_door_at(app->procedures, i).id);
        app_go(app, &screen_home);
        app_rebuild(app);
        if (!stage_tap(walk->stage, door)) { /* on a later page of home */
            tap(walk, "page:next");
            tap(walk, door);
        }
        look(walk, door);
    }
    const struct procedure_info info = procedure_info(procedure_at(app->procedures, 0));
    (void)visit_choose(app, info.id);
    visit_show_interview(app);
    app_rebuild(app);
    static const struct screen *const over[] = {
        &screen_help, &screen_language, &screen_leave, &screen_still_there, &screen_staff};
    for (size_t i = 0; i < ARRAY_LEN(over); i++) {
        app_over(app, over[i]);
        app_rebuild(app);
        look(walk, "");
        app_return(app);
        app_rebuild(app);
    }
}

/* Somebody answers, goes on later, and types a number that is wrong. */
static void
pausing(struct walk *walk)
{
    struct app *app = walk->app;
    struct interview_verdict verdict;
    stage_reset(walk->stage);
    if (visit_choose(app, "resident-record") < 0) {
        return;
    }
    (void)interview_answer(app->visit.interview, "日立　花子", FACT_ORIGIN_PERSON, &verdict);
    visit_show_interview(app);
    app_over(app, &screen_leave);
    app_rebuild(app);
    look(walk, "that can pause");
    app->visit.card_used = true;
    tap(walk, "pause");
    look(walk, "with a number");
    tap(walk, "finish");
    tap(walk, "language:ja");
    look(walk, "while somebody pauses");
    tap(walk, "resume");
    look(walk, "");
    for (int i = 0; i < SEAL_DRAFT_NUMBER_LEN - 1; i++) {
        stage_pass(walk->stage, 2000);
        tap(walk, "digit:0");
    }
    tap(walk, "next");
    look(walk, "a wrong number");
    stage_pass(walk->stage, 60 * 60 * 1000);
}

/* What becomes of a code that was brought from home, and its answers on the page that shows all. */
static void
bringing(struct walk *walk)
{
    static const uint8_t bytes[] = "\1\0\0\0\0\17resident-record\2ja";
    struct app *app = walk->app;
    struct interview_verdict verdict;
    struct rng_seeded rng = {1};
    stage_reset(walk->stage);
    visit_start(app);
    if (pre_entry_read(bytes, sizeof(bytes) - 1, &app->visit.brought) < 0) {
        return;
    }
    for (int word = BROUGHT_READ; word <= BROUGHT_OTHER; word++) {
        app->visit.brought_word = (enum brought)word;
        app_go(app, &screen_brought);
        app_rebuild(app);
        look(walk, (const char *const[]){"read", "more", "old", "other"}[word]);
    }
    if (visit_choose(app, "resident-record") < 0) {
        return;
    }
    for (int i = 0; i < STEPS_MAX && interview_at(app->visit.interview) == INTERVIEW_QUESTION;
         i++) {
        AUTO_BUF answer;
        buf_init(&answer, PROCEDURE_ANSWER_MAX);
        (void)interview_random_answer(app->visit.interview, &rng, &answer);
        (void)interview_answer(
            app->visit.interview, buf_str(&answer), FACT_ORIGIN_PRE_ENTRY, &verdict);
    }
    app_go(app, &screen_check);
    app_rebuild(app);
    look(walk, "from home");
    static const char *const card[][2] = {{"applicant.name", "日立　花子"},
        {"applicant.address", "茨城県日立市助川町１丁目１番１号"}};
    for (size_t i = 0; i < ARRAY_LEN(card); i++) { /* what a card would tell otherwise */
        brought_meets_card(app, card[i][0], card[i][1]);
        (void)fact_set_put(app->visit.facts, card[i][0], card[i][1], FACT_ORIGIN_CARD, 1);
    }
    app_rebuild(app);
    look(walk, "card and home");
}

static void
fault_pages(struct walk *walk)
{
    struct app *app = walk->app;
    stage_reset(walk->stage);
    (void)visit_choose(app, procedure_info(procedure_at(app->procedures, 0)).id);
    app->card_tries = 2;
    for (int error = -1; error > -ERRORS; error--) {
        const struct screen *screen = fault_screen(error);
        app->visit.fault = error;
        app_go(app, screen);
        app_rebuild(app);
        look_once(walk, "");
    }
    app->card_tries = CARD_TRIES_UNKNOWN;
}

/* What can be read: every page, and one of each kind that a page, the search or a list leads to. */
static void
reading(struct walk *walk)
{
    struct app *app = walk->app;
    static const char *const targets[] = {"waste:days", "waste:things",
        "search:", "phrases:", "notices:", "map:floor", "map:floor/toilet", "take:house",
        "thing:mirror", "phrase:tsunami-high", "phrases:illness", "waste:days/miyata"};
    stage_reset(walk->stage);
    visit_start(app);
    for (size_t i = 0; i < info_page_count(app->info); i++) {
        char target[INFO_TARGET_MAX];
        (void)snprintf(target, sizeof(target), "page:%s", info_page_at(app->info, i)->id);
        (void)trail_open(app, target); /* it is there */
        app_rebuild(app);
        look(walk, target);
    }
    for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
        if (trail_open(app, targets[i]) == 0) {
            app_rebuild(app);
            look(walk, targets[i]);
        }
    }
    static const char *const queries[] = {"ごみ", "ぬぬぬぬ"};
    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        (void)trail_open(app, "search:"); /* always there */
        app_rebuild(app);
        erase(walk);
        type(walk, queries[i]);
        stage_pass(walk->stage, 2000);
        tap(walk, "next");
        look(walk, queries[i]);
    }
}

/* Pages that nothing above came to, shown over a visit under way. */
static void
other_pages(struct walk *walk)
{
    struct app *app = walk->app;
    for (size_t i = 0; i < ARRAY_LEN(screens); i++) {
        if (walk->shown[i]) {
            continue;
        }
        stage_reset(walk->stage);
        (void)visit_choose(app, procedure_info(procedure_at(app->procedures, 0)).id);
        visit_show_interview(app);
        if (app_is_overlay(screens[i])) {
            app_over(app, screens[i]);
        } else {
            app_go(app, screens[i]);
        }
        app_rebuild(app);
        if (app->screen == screens[i]) {
            look(walk, "");
        }
    }
}

static void
unvisited(const struct walk *walk)
{
    for (size_t i = 0; !walk->audit->helps && i < ARRAY_LEN(screens); i++) {
        report_checked(walk->audit, RULE_VISITED);
        if (!walk->shown[i]) {
            report_finding(walk->audit, RULE_VISITED, screens[i]->name, "never shown");
        }
    }
}

void
walk_unvisited(struct audit *audit)
{
    static const struct walk none;
    struct walk walk = none;
    walk.audit = audit;
    unvisited(&walk);
}

void
walk_all(struct audit *audit)
{
    static struct walk walk;
    walk = (struct walk){.audit = audit, .stage = &audit->stage, .app = audit->stage.app};
    (void)snprintf(audit->state, sizeof(audit->state), "type");
    audit->look.language = "ja";
    if (!audit->helps) {
        ink_body(audit);
    }
    start_pages(&walk);
    pausing(&walk);
    bringing(&walk);
    situations(audit);
    size_t services = procedure_count(walk.app->procedures);
    for (size_t i = 0; i < services; i++) {
        const char *service = procedure_info(procedure_at(walk.app->procedures, i)).id;
        for (unsigned seed = 1; seed <= SEEDS; seed++) {
            without_card(&walk, service, seed);
        }
        with_card(&walk, service, i == 0);
    }
    fault_pages(&walk);
    reading(&walk);
    other_pages(&walk);
    unvisited(&walk);
    stage_reset(walk.stage);
}
