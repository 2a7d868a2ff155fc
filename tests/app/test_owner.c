/* Nobody gets what is another's: 1,000,000 schedules by chance of visits that follow each other while cards, the queue, the
 * city's answers, the voice and the printer are late, stuck, or answer twice (Yokohama, Kawasaki: research "reliability"
 * section 5). The check and the printer's machine are the terminal's own; what lies behind them is a model at its worst: nothing
 * there is ever cancelled by itself. Who stands there the test knows for itself. SCHEDULES, SEED. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "app/app_priv.h"
#include "app/printing_priv.h"
#include "base/alloc.h"
#include "base/call.h"
#include "base/err.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "print/print.h"
#include "speech/speech.h"

enum {
    SCHEDULES = 1000000,
    EVENTS = 40,
    WAIT_MS = 45000,
    LP_MAX_MS = 20000, /* what a child of the printer may take */
    SLOTS = 2, /* late answers of one kind at the same time */
    JOBS = 3
};

struct thing { /* made for somebody */
    bool there;
    uint64_t visit; /* as the terminal stamped it */
    unsigned person; /* the truth */
};
struct job {
    bool there;
    unsigned person;
    int64_t until; /* the spool's own limit */
    bool neglected; /* its person left, and the spool was asked something since and answered */
};
struct world {
    uint64_t seed;
    struct owner owner;
    struct printing printing;
    int64_t now;
    unsigned person; /* who stands there; 0: nobody */
    unsigned persons;
    struct thing slots[ARTEFACT_COUNT][SLOTS]; /* of all but paper */
    struct job jobs[JOBS];
    unsigned slip_of; /* whose slip the machine has, and whose news */
    enum printing_step step; /* under way; REST: none */
    int64_t step_until;
    bool step_since; /* begun after its person had left */
    bool deaf; /* the spool does not answer */
};

static struct {
    unsigned long out[ARTEFACT_COUNT], refused[ARTEFACT_COUNT];
    unsigned long foreign, neglected, twice, late, busy, news, waited, given_up;
} sums;

static unsigned
chance(struct world *world, unsigned below)
{
    world->seed ^= world->seed << 13;
    world->seed ^= world->seed >> 7;
    world->seed ^= world->seed << 17;
    return (unsigned)((world->seed >> 33) % below);
}

/* ---- what is asked for, and comes when it likes ---- */

static void
ask(struct world *world, enum artefact what)
{
    struct thing *slot = &world->slots[what][chance(world, SLOTS)];
    if (world->person != 0 && !slot->there) {
        *slot = (struct thing){true, owner_now(&world->owner), world->person};
    }
}

static void
arrive(struct world *world, enum artefact what)
{
    struct thing *slot = &world->slots[what][chance(world, SLOTS)];
    if (!slot->there) {
        return;
    }
    if (owner_lets_out(&world->owner, what, slot->visit)) {
        sums.out[what]++;
        sums.foreign += slot->person != world->person;
    } else {
        sums.refused[what]++;
    }
    /* a picture and a sentence may come again: as long as nobody takes them away, that is */
    slot->there = (what == ARTEFACT_SCREEN || what == ARTEFACT_SPEECH) && chance(world, 2) == 0;
}

/* ---- the printer ---- */

static void
slip(struct world *world)
{
    if (world->person == 0) {
        return;
    }
    int r = printing_ask(&world->printing, owner_now(&world->owner), world->now);
    if (r == 0) {
        world->slip_of = world->person;
    }
    sums.busy += r == KERR_BUSY;
}

static void
spool(struct world *world, unsigned person)
{
    unsigned there = 0;
    struct job *free = NULL;
    for (int i = 0; i < JOBS; i++) {
        there += world->jobs[i].there;
        free = world->jobs[i].there ? free : &world->jobs[i];
    }
    sums.twice += there > 0; /* never two slips in the spool */
    if (free != NULL) {
        *free = (struct job){.there = true,
            .person = person,
            .until = world->now + (int64_t)PRINT_SLIP_LIFE_S * 1000};
    }
}

static bool
any_job(const struct world *world)
{
    bool any = false;
    for (int i = 0; i < JOBS; i++) {
        any = any || world->jobs[i].there;
    }
    return any;
}

static void
step_ends(struct world *world)
{
    unsigned luck = chance(world, 8);
    switch (world->step) {
    case PRINTING_SEND:
        if (luck != 0) {
            spool(world, world->slip_of);
        }
        /* a send that seems to have gone wrong may have arrived */
        printing_sent(&world->printing, luck < 2 ? KERR_IO : 0, world->now);
        break;
    case PRINTING_LOOK:
        printing_looked(&world->printing,
            !any_job(world) ? PRINTING_DONE
            : luck == 0     ? PRINTING_FAULT
                            : PRINTING_GOES_ON,
            world->now);
        break;
    case PRINTING_SWEEP:
        if (!world->deaf) {
            memset(world->jobs, 0, sizeof(world->jobs));
        }
        printing_swept(&world->printing, !world->deaf);
        break;
    case PRINTING_REST:
        return;
    }
    for (int i = 0; i < JOBS; i++) {
        world->jobs[i].neglected = world->jobs[i].neglected || (world->step_since && !world->deaf);
    }
    world->step = PRINTING_REST;
}

/* The printer's thread: one thing at a time, each as long as it takes. */
static void
device(struct world *world)
{
    if (world->step != PRINTING_REST) {
        if (world->now >= world->step_until || chance(world, 2) == 0) {
            step_ends(world);
        }
        return;
    }
    world->step = printing_next(&world->printing, world->now);
    world->step_since = world->slip_of != world->person;
    world->step_until = world->now + chance(world, LP_MAX_MS);
}

static void
paper(struct world *world)
{
    struct job *job = &world->jobs[chance(world, JOBS)];
    if (!job->there) {
        return;
    }
    job->there = false;
    if (job->person == world->person) {
        sums.out[ARTEFACT_PAPER]++;
        return;
    }
    sums.foreign += world->person != 0;
    sums.late += world->person == 0;
    sums.neglected += job->neglected;
}

/* ---- people and time ---- */

static void
pass(struct world *world)
{
    static const int64_t some[] = {20, 300, 2000, 8000, 30000, 61000, 95000};
    int64_t by = some[chance(world, sizeof(some) / sizeof(some[0]))];
    /* a child of the printer does not outlive its limit */
    if (world->step != PRINTING_REST && world->now + by > world->step_until) {
        world->now = world->step_until > world->now ? world->step_until : world->now;
        step_ends(world);
        return;
    }
    world->now += by;
    for (int i = 0; i < JOBS; i++) {
        world->jobs[i].there = world->jobs[i].there && world->now < world->jobs[i].until;
    }
}

static void
come_or_go(struct world *world)
{
    if (world->person != 0) {
        world->person = 0; /* finished, walked away, or the time was over */
        (void)owner_next(&world->owner);
    } else if (printing_settled(&world->printing, world->now)) {
        sums.given_up += world->printing.state != PRINTING_EMPTY;
        world->person = ++world->persons;
        (void)owner_next(&world->owner);
    } else {
        sums.waited++;
    }
}

static void
news(struct world *world)
{
    bool done;
    if (printing_news(&world->printing, &done)) {
        sums.news++;
        sums.foreign += world->slip_of != world->person;
    }
}

static void
schedule(uint64_t seed)
{
    struct world world = {.seed = seed * 0x9e3779b97f4a7c15U + 1, .now = 1000};
    owner_init(&world.owner);
    printing_init(&world.printing, &world.owner, WAIT_MS, world.now);
    for (int i = 0; i < 2; i++) { /* swept, most of the time */
        device(&world);
        world.now = world.step_until;
    }
    come_or_go(&world);
    for (int i = 0; i < EVENTS; i++) {
        enum artefact what = (enum artefact)chance(&world, ARTEFACT_COUNT);
        switch (chance(&world, 10)) {
        case 0:
            come_or_go(&world);
            break;
        case 1:
            what == ARTEFACT_PAPER ? slip(&world) : ask(&world, what);
            break;
        case 2:
            slip(&world);
            break;
        case 3:
        case 4:
            what == ARTEFACT_PAPER ? paper(&world) : arrive(&world, what);
            break;
        case 5:
            paper(&world);
            break;
        case 6:
            pass(&world);
            break;
        case 7:
            world.deaf = chance(&world, 4) == 0;
            news(&world);
            break;
        default:
            device(&world);
            break;
        }
    }
    sums.refused[ARTEFACT_PAPER] += atomic_load(&world.owner.refused[ARTEFACT_PAPER]);
}

static unsigned long
number_of(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? strtoul(text, NULL, 10) : otherwise;
}

static void
test_schedules(void **state)
{
    (void)state;
    static const char *const names[] = {
        "screen", "speech", "paper", "card", "receipt", "live", "words"};
    unsigned long count = number_of("SCHEDULES", SCHEDULES);
    unsigned long seed = number_of("SEED", 1);
    for (unsigned long i = 0; i < count; i++) {
        schedule(seed + i);
        if (sums.foreign + sums.neglected + sums.twice > 0) {
            fail_msg("schedule %lu: %lu foreign, %lu papers after their time, %lu times two slips",
                seed + i, sums.foreign, sums.neglected, sums.twice);
        }
    }
    for (int i = 0; i < ARTEFACT_COUNT; i++) {
        print_message(
            "%-8s %9lu came out, %9lu were refused\n", names[i], sums.out[i], sums.refused[i]);
        assert_true(sums.out[i] > count / 100);
        assert_true(sums.refused[i] > count / 100); /* or there was nothing to be refused */
    }
    print_message("%lu slips not taken, %lu told of, %lu papers when nobody was there, %lu waited "
                  "for the spool, %lu began after its limit\n",
        sums.busy, sums.news, sums.late, sums.waited, sums.given_up);
    assert_true(sums.busy > count / 100 && sums.news > count / 100 && sums.late > 0 &&
                sums.waited > count / 100 && sums.given_up > 0);
}

static void
test_check(void **state)
{
    (void)state;
    struct owner owner;
    owner_init(&owner);
    uint64_t first = owner_now(&owner);
    assert_true(first != 0);
    assert_true(owner_lets_out(&owner, ARTEFACT_CARD, first));
    uint64_t second = owner_next(&owner);
    assert_true(second != first && owner_now(&owner) == second);
    assert_false(owner_lets_out(&owner, ARTEFACT_CARD, first));
    assert_false(owner_lets_out(&owner, ARTEFACT_CARD, 0)); /* nobody's number */
    assert_true(owner_lets_out(&owner, ARTEFACT_CARD, second));
    assert_int_equal(atomic_load(&owner.refused[ARTEFACT_CARD]), 2);
    assert_int_equal(atomic_load(&owner.refused[ARTEFACT_PAPER]), 0);
}

/* One slip from asking to paper, and what takes its place when it does not come. */
static void
test_printing(void **state)
{
    (void)state;
    struct owner owner;
    struct printing p;
    bool done;
    owner_init(&owner);
    printing_init(&p, &owner, WAIT_MS, 0);
    assert_int_equal(
        printing_ask(&p, 1, 0), KERR_BUSY); /* a killed terminal's slip may lie there */
    assert_int_equal(printing_next(&p, 0), PRINTING_SWEEP);
    assert_false(printing_settled(&p, 0));
    printing_swept(&p, false);
    assert_int_equal(printing_next(&p, 0), PRINTING_SWEEP);
    printing_swept(&p, true);
    assert_true(printing_settled(&p, 0));
    assert_int_equal(printing_ask(&p, 7, 0), KERR_CANCELLED); /* a visit that is over */
    assert_int_equal(printing_ask(&p, 1, 0), 0);
    assert_int_equal(printing_ask(&p, 1, 0), KERR_BUSY);
    assert_int_equal(printing_next(&p, 0), PRINTING_SEND);
    assert_int_equal(printing_next(&p, 0), PRINTING_REST);
    printing_sent(&p, 0, 0);
    assert_int_equal(printing_next(&p, WAIT_MS), PRINTING_LOOK);
    printing_looked(&p, PRINTING_GOES_ON, WAIT_MS);
    assert_false(printing_news(&p, &done));
    printing_looked(&p, PRINTING_DONE, WAIT_MS);
    assert_true(printing_news(&p, &done) && done);
    assert_false(printing_news(&p, &done)); /* told once */
    /* too slow: swept, and told */
    assert_int_equal(printing_ask(&p, 1, 0), 0);
    assert_int_equal(printing_next(&p, 0), PRINTING_SEND);
    printing_sent(&p, 0, 0);
    assert_int_equal(printing_next(&p, WAIT_MS + 1), PRINTING_SWEEP);
    assert_true(printing_news(&p, &done) && !done);
    assert_false(printing_settled(&p, WAIT_MS + 1 + PRINTING_SETTLE_MAX_MS - 1));
    assert_true(printing_settled(&p, WAIT_MS + 1 + PRINTING_SETTLE_MAX_MS));
    assert_int_equal(printing_ask(&p, 1, WAIT_MS + 1 + PRINTING_SETTLE_MAX_MS), KERR_BUSY);
    printing_swept(&p, true);
    /* the visit ends before the slip went */
    assert_int_equal(printing_ask(&p, 1, 0), 0);
    (void)owner_next(&owner);
    assert_int_equal(printing_next(&p, 0), PRINTING_REST);
    assert_true(printing_settled(&p, 0));
    /* and after */
    assert_int_equal(printing_ask(&p, 2, 0), 0);
    assert_int_equal(printing_next(&p, 0), PRINTING_SEND);
    (void)owner_next(&owner);
    printing_sent(&p, 0, 0);
    assert_false(printing_settled(&p, 0));
    assert_int_equal(printing_next(&p, 0), PRINTING_SWEEP);
    assert_false(printing_news(&p, &done));
    assert_true(PRINTING_SETTLE_MAX_MS > PRINT_SLIP_LIFE_S * 1000 + LP_MAX_MS);
}

/* What a card told somebody who has left is nobody's fact, and its tries are nobody's. */
static void
test_late_card(void **state)
{
    (void)state;
    struct app *app = xcalloc(1, sizeof(*app));
    owner_init(&app->owner);
    app->clock = clock_system();
    app->screen = &screen_reading;
    app->visit.facts = fact_set_new();
    app->visit.serial = owner_next(&app->owner);
    app->card_tries = 3;
    struct card_event wrong = {.type = CARD_EVENT_READ,
        .visit = app->visit.serial - 1,
        .kind = CARD_KIND_MY_NUMBER,
        .error = KERR_CARD_PIN_WRONG,
        .tries = 1};
    visit_card_event(app, &wrong);
    assert_int_equal(app->card_tries, 3);
    assert_int_equal(wrong.error, KERR_CANCELLED);
    struct card_event event = {.type = CARD_EVENT_READ,
        .visit = app->visit.serial - 1,
        .kind = CARD_KIND_MY_NUMBER,
        .tries = 1,
        .facts = fact_set_new()};
    assert_int_equal(fact_set_put(event.facts, "applicant.name", "x", FACT_ORIGIN_CARD, 1), 0);
    visit_card_event(app, &event);
    assert_null(event.facts);
    assert_int_equal(fact_set_count(app->visit.facts), 0);
    assert_false(app->visit.card_used);
    assert_int_equal(app->card_tries, 3);
    assert_int_equal(atomic_load(&app->owner.refused[ARTEFACT_CARD]), 2);
    fact_set_free(app->visit.facts);
    free(app);
}

/* What became of a record is told to the visit that gave it, and so is the city's answer to a call. */
static void
test_late_answers(void **state)
{
    (void)state;
    char folder[HARNESS_FOLDER_LEN];
    AUTO_BUF text;
    buf_init(&text, 1024);
    harness_folder_make(folder);
    struct app *app = xcalloc(1, sizeof(*app));
    owner_init(&app->owner);
    app->clock = clock_system();
    app->screen = &screen_submitting;
    app->visit.serial = owner_next(&app->owner);
    struct submit_result result = {.error = KERR_NO_SPACE, .visit = app->visit.serial - 1};
    app_submitted(app, &result);
    assert_ptr_equal(app->screen, &screen_submitting);
    result.visit = app->visit.serial;
    app_submitted(app, &result);
    assert_ptr_equal(app->screen, fault_screen(KERR_NO_SPACE));

    char *path = fs_join(folder, "answer");
    assert_int_equal(call_answer_write(77, CALL_COMING, &text), 0);
    assert_int_equal(fs_write_atomic(path, text.data, text.len, 0600), 0);
    app->screen = &screen_call;
    app->calling = (struct calling){
        .answer_path = path, .call = {.id = 77}, .visit = app->visit.serial - 1, .is_open = true};
    calling_watch(app);
    assert_false(app->calling.is_coming);
    app->calling.visit = app->visit.serial;
    app->calling.look_ms = 0;
    calling_watch(app);
    assert_true(app->calling.is_coming);
    free(path);
    free(app);
    assert_int_equal(harness_folder_remove(folder), 0);
}

/* A sentence whose visit is over is silence at once, however long its voice still takes. */
static bool
may_be_heard(void *ctx, uint64_t visit)
{
    return owner_lets_out(ctx, ARTEFACT_SPEECH, visit);
}
static bool
falls_silent(struct speech *speech, int within_ms)
{
    int64_t end = clock_mono_ms(clock_system()) + within_ms;
    while (speech_at(speech) >= 0 && clock_mono_ms(clock_system()) < end) {
        (void)poll(NULL, 0, 1);
    }
    return speech_at(speech) < 0;
}
static void
test_late_sentence(void **state)
{
    (void)state;
    static const char script[] = "#!/bin/sh\nexec sleep 60\n";
    char folder[HARNESS_FOLDER_LEN];
    struct owner owner;
    struct speech *speech;
    owner_init(&owner);
    harness_folder_make(folder);
    char *voice = fs_join(folder, "voice");
    assert_int_equal(fs_write_atomic(voice, script, sizeof(script) - 1, 0700), 0);
    struct speech_config config = {
        .espeak = voice, .child_ms = 30000, .may = may_be_heard, .may_ctx = &owner};
    assert_int_equal(speech_new(&config, &speech), 0);
    assert_int_equal(speech_open(speech), 0);
    struct speech_line line = {
        .language = "en", .text = "Whose is this?", .visit = owner_now(&owner)};
    assert_int_equal(speech_say(speech, &line, 1), 0);
    assert_false(falls_silent(speech, 150));
    (void)owner_next(&owner);
    assert_true(falls_silent(speech, 5000));
    speech_free(speech);
    free(voice);
    assert_int_equal(harness_folder_remove(folder), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_late_card),
        cmocka_unit_test(test_late_answers),
        cmocka_unit_test(test_late_sentence),
        cmocka_unit_test(test_printing),
        cmocka_unit_test(test_schedules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
