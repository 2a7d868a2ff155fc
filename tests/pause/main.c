/* pause/main.c - visits that pause, at the real terminal: by chance in every procedure and taken up again, the same rows,
 * the same place, the same way back and the same record at the end; under a number and in no file; over at their time,
 * at closing, when they were taken up; few and small; five wrong numbers end guessing. And visits with staff beside: several
 * questions on a page, the visitor's own confirmation, and a record that says so.
 * use: pause TOP BUILD [SEEDS]. Exit 0 when all is so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/live_priv.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/rng.h"
#include "harness/harness.h"
#include "pause/pause.h"

enum {
    SEEDS = 3,
    ANSWERS_MAX = 900,
    AT_17_10 = 1795335000 /* in Japan on 22 November 2026 */
};

static const char NAME[] = "すめらぎ　つむぎ"; /* in no list of names, and in no card */

struct stage stage;

static void
stop(const char *what, const char *of)
{
    (void)fprintf(stderr, "pause: %s: %s (page %s)\n", of, what, stage.app->screen->name);
    exit(1);
}

void
must(bool good, const char *what)
{
    if (!good) {
        stop(what, "terminal");
    }
}

void
tap(const char *id)
{
    stage_pass(&stage, 2000);
    if (!stage_tap(&stage, id)) {
        stop("is not on the page", id);
    }
}

/* ---- what a visit is: its place, its rows and its way back, as one text ---- */

static void
describe(struct interview *interview, struct buf *out)
{
    struct question question = {.key = "check"};
    (void)interview_question(interview, &question); /* none: the check page */
    (void)buf_printf(out, "at %s\n", question.key);
    for (size_t i = 0; i < interview_row_count(interview); i++) {
        struct interview_row row;
        must(interview_row(interview, i, &row) == 0, "a row");
        (void)buf_printf(
            out, "%s = %s (%s)\n", row.question.key, row.value, fact_origin_name(row.origin));
    }
}

static void
describe_way_back(struct interview *interview, struct buf *out)
{
    for (int i = 0; i < ANSWERS_MAX && interview_back(interview); i++) {
        struct question question = {.key = "check"};
        (void)interview_question(interview, &question);
        (void)buf_printf(out, "back %s\n", question.key);
    }
}

static struct fact_set *
facts_of(const char *procedure)
{
    bool apart = procedure_info(procedure_find(stage.app->procedures, procedure)).anonymous;
    return apart ? stage.app->visit.apart : stage.app->visit.facts;
}

static void
begin(const char *procedure)
{
    stage_reset(&stage);
    must(visit_choose(stage.app, procedure) == 0, procedure);
}

/* So many answers by chance, or to the end. */
static int
answer(struct rng_seeded *rng, int count)
{
    struct interview *interview = stage.app->visit.interview;
    int given = 0;
    for (; given < count && interview_at(interview) == INTERVIEW_QUESTION; given++) {
        AUTO_BUF text;
        struct interview_verdict verdict = {0};
        buf_init(&text, PROCEDURE_ANSWER_MAX);
        must(interview_random_answer(interview, rng, &text) == 0 &&
                 interview_answer(interview, buf_str(&text), FACT_ORIGIN_PERSON, &verdict) == 0,
            "an answer by chance");
    }
    return given;
}

/* Out and in again, without the sealing, which takes its time. */
static void
through_bytes(const char *procedure)
{
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_DRAFT_MAX);
    must(draft_write(stage.app, &bytes) == 0, "a draft");
    visit_forget(stage.app);
    visit_start(stage.app);
    must(draft_read(stage.app, &bytes) == 0, "the draft is read");
    pause_find_place(stage.app);
    must(strcmp(procedure_info(stage.app->visit.procedure).id, procedure) == 0, "the procedure");
}

/* The record at the end, by chance from one seed, as if nothing had been between. */
static void
describe_end(uint64_t seed, struct buf *out)
{
    struct rng_seeded rng = {.state = seed};
    struct fact_set *record = fact_set_new();
    (void)answer(&rng, ANSWERS_MAX);
    (void)buf_printf(out, "end %d\n", interview_finish(stage.app->visit.interview, record));
    for (size_t i = 0; i < fact_set_count(record); i++) {
        const struct fact *fact = fact_set_at(record, i);
        (void)buf_printf(out, "%s=%s %s\n", fact->key, fact->value, fact_origin_name(fact->origin));
    }
    fact_set_free(record);
}

/* One visit with a pause and one without, each from the same chance. */
static void
same_with_and_without(const char *procedure, uint64_t seed)
{
    struct buf told[2];
    for (int paused = 0; paused < 2; paused++) {
        struct rng_seeded rng = {.state = seed};
        buf_init(&told[paused], 1024 * 1024);
        begin(procedure);
        int most = answer(&rng, ANSWERS_MAX);
        begin(procedure);
        rng.state = seed;
        (void)answer(&rng, most > 0 ? 1 + (int)(seed % (uint64_t)most) : 0);
        for (uint64_t back = 0; back < seed % 3; back++) {
            (void)interview_back(stage.app->visit.interview);
        }
        if (paused == 1) {
            through_bytes(procedure);
        }
        describe(stage.app->visit.interview, &told[paused]);
        describe_end(seed + 1, &told[paused]);
        describe_way_back(stage.app->visit.interview, &told[paused]);
        must(facts_of(procedure) != NULL && buf_error(&told[paused]) == 0, "room for what is told");
    }
    if (strcmp(buf_str(&told[0]), buf_str(&told[1])) != 0) {
        (void)fprintf(stderr, "--- without\n%s--- with\n%s", buf_str(&told[0]), buf_str(&told[1]));
        stop("is another visit afterwards", procedure);
    }
    buf_release(&told[0]);
    buf_release(&told[1]);
}

static void
every_procedure(unsigned seeds)
{
    unsigned visits = 0;
    for (size_t i = 0; i < procedure_count(stage.app->procedures); i++) {
        struct procedure_info info = procedure_info(procedure_at(stage.app->procedures, i));
        for (unsigned seed = 1; info.kind != PROCEDURE_CHECK_IN && seed <= seeds; seed++) {
            same_with_and_without(info.id, seed * 7919 + i);
            visits++;
        }
    }
    (void)printf("%u visits by chance\n", visits);
}

/* ---- by hand ---- */

void
type_pin(void)
{
    stage_settle(&stage);
    must(stage.app->screen == &screen_pin, "the card's number is asked for");
    for (const char *digit = "1234"; *digit != 0; digit++) {
        char id[] = "pin:?";
        id[4] = *digit;
        tap(id);
    }
    tap("pin:ok");
    must(stage_leave(&stage, &screen_reading), "the card is read");
}

void
write_name(bool card)
{
    struct interview_verdict verdict = {0};
    stage_reset(&stage);
    if (card) {
        stage_card(&stage, true);
    }
    must(visit_choose(stage.app, "resident-record") == 0, "resident-record");
    visit_go_on(stage.app);
    stage_settle(&stage);
    if (card) {
        type_pin();
        must(interview_answer(stage.app->visit.interview, "member", FACT_ORIGIN_PERSON, &verdict) ==
                 0,
            "whose");
    } else {
        tap("no-card");
        must(interview_answer(stage.app->visit.interview, NAME, FACT_ORIGIN_PERSON, &verdict) == 0,
            "a name");
    }
    visit_show_interview(stage.app);
    stage_settle(&stage);
}

void
pause_by_hand(void)
{
    tap("home");
    tap("pause");
}

static void
type_number(const char *number)
{
    for (const char *digit = number; *digit != 0; digit++) {
        char id[] = "digit:?";
        id[6] = *digit;
        tap(id);
    }
    tap("next");
}

/* From the start page, as somebody does who comes back. */
static void
take_up_by_hand(const char *number)
{
    tap("language:en");
    tap("resume");
    type_number(number);
}

void
another(const char *number, char out[SEAL_DRAFT_NUMBER_LEN])
{
    (void)snprintf(out, SEAL_DRAFT_NUMBER_LEN, "%s", number);
    out[3] = out[3] == '9' ? '0' : (char)(out[3] + 1);
}

/* Nothing of the visit, and not its number, in any file of the terminal. */
static int
look_into(const char *name, void *ctx)
{
    struct stat st;
    AUTO_BUF bytes;
    char *path = fs_join(stage.folder, name);
    buf_init(&bytes, (size_t)64 * 1024 * 1024);
    bool file = stat(path, &st) == 0 && S_ISREG(st.st_mode) && fs_read(path, &bytes) == 0;
    if (file &&
        (harness_holds(bytes.data, bytes.len, NAME) || harness_holds(bytes.data, bytes.len, ctx))) {
        stop("holds something of a visit that pauses", name);
    }
    free(path);
    return 0;
}

static void
in_no_file(const char *number)
{
    must(fs_each(stage.folder, NULL, look_into, (void *)(uintptr_t)number) == 0, "the files");
}

static void
from_page_to_page(void)
{
    char number[SEAL_DRAFT_NUMBER_LEN];
    struct question question;
    must(!stage_shows(&stage, "resume"), "the start offers to go on before anybody paused");
    write_name(false);
    must(interview_question(stage.app->visit.interview, &question) == 0, "a question");
    char key[FACT_KEY_MAX];
    (void)snprintf(key, sizeof(key), "%s", question.key);
    (void)i18n_use(stage.app->i18n, "my");
    stage.app->prefs.theme = UI_THEME_BLACK;
    stage.app->prefs.slow = true;
    pause_by_hand();
    must(stage.app->screen == &screen_paused, "the number is shown");
    must(fact_set_count(stage.app->visit.facts) == 0, "the visit is forgotten while it is shown");
    memcpy(number, stage.app->visit.number, sizeof(number));
    in_no_file(number);
    tap("finish");
    must(stage.app->screen == &screen_attract, "then the next person can begin");
    must(stage.app->visit.number[0] == 0, "the number is forgotten");

    char wrong[SEAL_DRAFT_NUMBER_LEN];
    another(number, wrong);
    take_up_by_hand(wrong);
    must(stage.app->screen == &screen_resume, "a wrong number leads nowhere");
    type_number(number);
    must(stage.app->screen == &screen_question, "the right one goes on");
    must(interview_question(stage.app->visit.interview, &question) == 0 &&
             strcmp(question.key, key) == 0,
        "at the same question");
    must(strcmp(fact_set_value(stage.app->visit.facts, "applicant.name"), NAME) == 0, "the name");
    must(strcmp(i18n_current(stage.app->i18n)->code, "my") == 0, "the language");
    must(stage.app->prefs.theme == UI_THEME_BLACK && stage.app->prefs.slow, "the looks");
    in_no_file(number);

    stage_reset(&stage);
    take_up_by_hand(number);
    must(stage.app->screen == &screen_resume, "a number serves once");
}

static void
scan(const char *text)
{
    must(ui_scan_text(stage.app->ui, text) == 0, "a scan");
    stage_settle(&stage);
}

/* The code on the page is the number behind a word; a scanner takes it up, but nowhere where answers would be lost. */
static void
by_code(void)
{
    char code[PAUSE_CODE_MAX];
    char number[SEAL_DRAFT_NUMBER_LEN] = "";
    write_name(false);
    pause_by_hand();
    pause_code_write(stage.app->visit.number, code);
    must(pause_code_read(code, number) && strcmp(number, stage.app->visit.number) == 0, "a code");
    must(!pause_code_read(number, number) && !pause_code_read("MADOGUCHIP1234567", number) &&
             !pause_code_read("MADOGUCHIP123456789", number),
        "and nothing else");
    tap("finish");
    write_name(false);
    scan(code);
    must(stage.app->screen == &screen_question, "a visit under way is not thrown away");
    stage_reset(&stage);
    int wrong = stage.app->pause.wrong;
    scan("MADOGUCHIP00000000");
    must(
        stage.app->screen == &screen_resume && stage.app->pause.wrong == wrong + 1, "a wrong code");
    stage_reset(&stage);
    scan(code);
    must(stage.app->screen == &screen_question &&
             strcmp(fact_set_value(stage.app->visit.facts, "applicant.name"), NAME) == 0,
        "the right one goes on");
}

static bool
shows_text(const char *id)
{
    return ui_shows(stage.app->ui, i18n_text(stage.app->i18n, id));
}

static bool
shows_role(enum ui_role role)
{
    for (size_t i = 0; i < ui_count(stage.app->ui); i++) {
        if (ui_at(stage.app->ui, i)->role == role) {
            return true;
        }
    }
    return false;
}

/* Where no scanner is, no page speaks of one, and there is no code that nothing would read. */
static void
without_scanner(void)
{
    for (int scanner = 1; scanner >= 0; scanner--) {
        stage.app->scanner = scanner == 1;
        write_name(false);
        pause_by_hand();
        must(shows_role(UI_ROLE_QR) == stage.app->scanner, "a code for a scanner alone");
        tap("finish");
        tap("language:ja");
        tap("resume");
        must(shows_text("resume.text") && shows_text("resume.scan") == stage.app->scanner,
            "a scanner is told of where one is");
        stage_reset(&stage);
    }
    stage.app->scanner = true;
}

/* What the card told is not kept, and is asked of the card again; then the place is the same. */
static void
with_a_card(void)
{
    AUTO_BUF plain;
    AUTO_BUF bytes;
    char number[SEAL_DRAFT_NUMBER_LEN];
    struct question question;
    buf_init(&bytes, SEAL_DRAFT_MAX);
    buf_init(&plain, RECORD_ENCODED_MAX);
    write_name(true);
    must(interview_question(stage.app->visit.interview, &question) == 0, "a question");
    char key[FACT_KEY_MAX];
    (void)snprintf(key, sizeof(key), "%s", question.key);
    must(
        fact_set_put(stage.app->visit.facts, "applicant.address", NAME, FACT_ORIGIN_PERSON, 1) == 0,
        "an address in place of the card's");
    must(draft_write(stage.app, &bytes) == 0, "a draft");
    must(record_expand(bytes.data, bytes.len, &plain) == 0, "its text");
    const char *name = fact_set_value(stage.app->visit.facts, "applicant.name");
    must(name != NULL && !harness_holds(plain.data, plain.len, name) &&
             !harness_holds(plain.data, plain.len, "\"card\""),
        "nothing of the card");
    must(harness_holds(plain.data, plain.len, "member"), "what was answered");
    pause_by_hand();
    memcpy(number, stage.app->visit.number, sizeof(number));
    tap("finish");
    must(stage.app->screen == &screen_take_card, "the card is given back");
    stage_card(&stage, false);
    take_up_by_hand(number);
    must(stage.app->screen == &screen_card, "the card is asked for again");
    stage_card(&stage, true);
    type_pin();
    must(stage.app->screen == &screen_question &&
             interview_question(stage.app->visit.interview, &question) == 0 &&
             strcmp(question.key, key) == 0,
        "the same question as before");
    must(strcmp(fact_set_value(stage.app->visit.facts, "applicant.address"), NAME) == 0,
        "what the visitor put in place of the card's words");
}

size_t
waiting(void)
{
    size_t count = 0;
    for (size_t i = 0; i < PAUSE_DRAFTS_MAX; i++) {
        count += stage.app->pause.drafts[i].bytes.max > 0;
    }
    return count;
}

static void
at_its_time(void)
{
    char number[SEAL_DRAFT_NUMBER_LEN];
    write_name(false);
    pause_by_hand();
    memcpy(number, stage.app->visit.number, sizeof(number));
    must(stage.app->visit.until_s == clock_wall_s(&stage.clock) + 30 * 60, "half an hour");
    tap("finish");
    stage_pass(&stage, 29 * MINUTE_MS);
    stage_settle(&stage);
    must(waiting() == 1, "it waits until its time");
    stage_pass(&stage, MINUTE_MS);
    must(pause_take_up(stage.app, number) == KERR_NOT_FOUND, "at its time it is gone");
    must(waiting() == 0, "and forgotten");

    int64_t as_it_was = stage.wall_s;
    stage.wall_s += AT_17_10 - clock_wall_s(&stage.clock);
    write_name(false);
    pause_by_hand();
    memcpy(number, stage.app->visit.number, sizeof(number));
    must(stage.app->visit.until_s == AT_17_10 + 5 * 60, "until closing");
    tap("finish");
    stage.wall_s += 5 * 60; /* the clock on the wall alone: the machine slept */
    stage_settle(&stage);
    must(waiting() == 0, "at closing it is forgotten");
    stage.wall_s -= 2 * 60;
    write_name(false);
    tap("home");
    must(!stage_shows(&stage, "pause"), "just before closing it is not offered");
    stage.wall_s = as_it_was;
}

/* Few and small, and whoever can't pause loses nothing. */
static void
bounds(void)
{
    for (size_t i = 0; i + 1 < PAUSE_DRAFTS_MAX; i++) { /* others, of whom only the place counts */
        struct draft *draft = &stage.app->pause.drafts[i];
        buf_init(&draft->bytes, 1);
        draft->until_ms = clock_mono_ms(&stage.clock) + 30 * (int64_t)MINUTE_MS;
        draft->until_s = INT64_MAX;
    }
    write_name(false);
    must(pause_visit(stage.app) == 0, "there is room for one");
    write_name(false);
    pause_by_hand();
    must(stage.app->screen == &screen_not_kept, "one too many is not kept");
    must(strcmp(fact_set_value(stage.app->visit.facts, "applicant.name"), NAME) == 0,
        "and loses nothing");
    tap("back");
    must(stage.app->screen == &screen_question, "and goes on");
    must(waiting() == PAUSE_DRAFTS_MAX, "the others wait on");
    stage_pass(&stage, 30 * MINUTE_MS);
    stage_reset(&stage);

    write_name(false);
    char value[3000];
    struct rng_seeded rng = {.state = 1};
    for (int i = 0; i < 100; i++) { /* chance does not press */
        char key[32];
        (void)snprintf(key, sizeof(key), "big.number-%d", i);
        for (size_t at = 0; at + 1 < sizeof(value); at++) {
            value[at] = (char)('!' + rng_seeded_below(&rng, 90));
        }
        value[sizeof(value) - 1] = 0;
        must(
            fact_set_put(stage.app->visit.facts, key, value, FACT_ORIGIN_PERSON, 1) == 0, "a fact");
    }
    must(pause_visit(stage.app) == KERR_TOO_BIG && waiting() == 0, "too large a one is not kept");
    must(fact_set_count(stage.app->visit.facts) > 100, "and loses nothing");
}

/* What must not pause. */
static void
never(void)
{
    stage_reset(&stage);
    must(visit_choose(stage.app, "resident-record") == 0 && !pause_offered(stage.app),
        "nothing was answered yet");
    write_name(false);
    must(pause_offered(stage.app), "something was");
    stage.app->prefs.practice = true;
    must(!pause_offered(stage.app) && pause_visit(stage.app) == KERR_STATE, "practice");
    stage.app->prefs.practice = false;
}

/* ---- what is on the screen is of the visit that stands there ---- */

/* As if the end of a visit had gone past its page: the page goes, and all that it was made of. */
static void
page_of_another(void)
{
    struct app *app = stage.app;
    stage_reset(&stage);
    write_name(false);
    must(app->screen == &screen_question, "a page of its visit stays");
    app_rebuild(app);
    must(app->screen == &screen_question, "built again, too");
    (void)owner_next(&app->owner);
    app_rebuild(app);
    must(app->screen == &screen_attract, "a page of another visit goes");
    must(fact_set_count(app->visit.facts) == 0, "with its words");

    must(visit_choose(app, "my-request") == 0, "a page with an answer of the city");
    app->screen = &screen_lookup;
    app_rebuild(app);
    unsigned refused = (unsigned)atomic_load(&app->owner.refused[ARTEFACT_LIVE]);
    (void)owner_next(&app->owner);
    app_rebuild(app);
    must(atomic_load(&app->owner.refused[ARTEFACT_LIVE]) == refused + 1,
        "the answer to another is not asked for");
    must(app->screen == &screen_attract, "and its page goes");
}

/* ---- staff beside the visitor ---- */

static void
staff_come(void)
{
    AUTO_BUF pin;
    char *path = fs_join(stage.folder, "first-staff-pin.txt");
    buf_init(&pin, 64);
    must(fs_read(path, &pin) == 0, "the staff's digits");
    free(path);
    tap("help");
    tap("staff");
    for (const char *digit = buf_str(&pin); *digit >= '0' && *digit <= '9'; digit++) {
        char id[] = "digit:?";
        id[6] = *digit;
        tap(id);
    }
    tap("next");
    must(stage.app->screen == &screen_staff_desk, "the staff's page");
    tap("beside");
}

/* Every group to its end, each answer on a page of several or on its own. Gives the most that stood on one. */
static size_t
answer_groups(void)
{
    struct rng_seeded rng = {.state = 5};
    size_t most = 0;
    for (int i = 0; i < ANSWERS_MAX && stage.app->screen != &screen_check; i++) {
        struct interview *interview = stage.app->visit.interview;
        AUTO_BUF text;
        struct interview_verdict verdict = {0};
        size_t shown = 0;
        buf_init(&text, PROCEDURE_ANSWER_MAX);
        must(shows_text("beside.ribbon"), "who is there is told");
        if (stage.app->screen == &screen_together) {
            for (size_t e = 0; e < ui_count(stage.app->ui); e++) {
                const char *id = ui_at(stage.app->ui, e)->id;
                shown += id != NULL && strncmp(id, "change:", 7) == 0;
            }
            most = shown > most ? shown : most;
            tap(stage_shows(&stage, "read-on") ? "read-on" : "next");
            continue;
        }
        struct question question;
        must(stage.app->screen == &screen_question &&
                 interview_question(interview, &question) == 0 &&
                 interview_random_answer(interview, &rng, &text) == 0 &&
                 interview_answer(
                     interview, buf_str(&text), beside_origin(stage.app, &question), &verdict) == 0,
            "an answer");
        visit_show_interview(stage.app);
        stage_settle(&stage);
    }
    return most;
}

/* One that can be given on the page of several. */
static void
answer_inline(void)
{
    char id[UI_ID_MAX] = "";
    struct interview_page page;
    for (size_t e = 0; e < ui_count(stage.app->ui) && id[0] == 0; e++) {
        const char *other = ui_at(stage.app->ui, e)->id;
        if (other != NULL && strncmp(other, "answer:", 7) == 0) {
            (void)snprintf(id, sizeof(id), "%s", other);
        }
    }
    must(id[0] != 0, "some answers stand on the page of several");
    tap(id);
    must(stage.app->screen == &screen_together, "the page stays");
    must(interview_page(stage.app->visit.interview, strtoul(id + 7, NULL, 10), &page) == 0 &&
             strcmp(page.row.value, strrchr(id, ':') + 1) == 0 && !page.open &&
             page.row.origin == FACT_ORIGIN_STAFF,
        "it is answered, by staff");
}

static struct record *
sent(struct stage_city *city)
{
    struct record *record = NULL;
    must(stage_leave(&stage, &screen_submitting) && stage.app->screen == &screen_accepted,
        "accepted");
    must(stage_city_take(city, &record) == 0, "a record");
    return record;
}

static void
staff_beside(void)
{
    struct stage_city city;
    must(stage_city_open(&stage, &city), "the city");
    begin("move-in");
    visit_show_interview(stage.app);
    stage_settle(&stage);
    staff_come();
    must(stage.app->screen == &screen_together, "several questions on a page");
    must(stage.app->prefs.two_languages, "both languages");
    answer_inline();
    must(answer_groups() > 3, "more than one on a page");
    must(shows_text("beside.own"), "the visitor's own page");
    while (stage_shows(&stage, "read-on")) {
        tap("read-on");
    }
    must(!stage_tap(&stage, "next"), "the visitor has not confirmed yet");
    screen_check.tap(stage.app, "next");
    must(stage.app->screen == &screen_check, "nor does anything else send it");
    tap("confirm");
    tap("next");
    struct record *record = sent(&city);
    must(record_head(record)->assisted, "the record says it");
    size_t by_staff = 0;
    for (size_t i = 0; i < fact_set_count(record_facts(record)); i++) {
        by_staff += fact_set_at(record_facts(record), i)->origin == FACT_ORIGIN_STAFF;
    }
    must(by_staff > 3, "and whose hand it was");
    record_free(record);

    stage_reset(&stage);
    must(!stage.app->visit.beside && !stage.app->prefs.two_languages, "staff leave with the visit");
    write_name(false);
    must(stage.app->screen == &screen_question && !shows_text("beside.ribbon"), "alone again");
    struct rng_seeded rng = {.state = 6};
    (void)answer(&rng, ANSWERS_MAX);
    visit_show_interview(stage.app);
    stage_settle(&stage);
    while (stage_shows(&stage, "read-on")) {
        tap("read-on");
    }
    tap("next");
    record = sent(&city);
    must(!record_head(record)->assisted, "and the next record does not say it");
    record_free(record);
    stage_city_close(&city);
}

int
main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fputs("usage: pause TOP BUILD [SEEDS]\n", stderr);
        return 2;
    }
    unsigned seeds = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : SEEDS;
    stage_open(&stage,
        &(struct stage_options){
            .top = argv[1], .build = argv[2], .width_px = 960, .height_px = 540, .px_per_m = 2015});
    stage_reset(&stage);
    from_page_to_page();
    by_code();
    without_scanner();
    with_a_card();
    at_its_time();
    bounds();
    guessing();
    never();
    page_of_another();
    staff_beside();
    brought_and_card();
    every_procedure(seeds);
    stage_close(&stage);
    return 0;
}
