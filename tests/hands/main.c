/* hands/main.c - `make hands`: so many visits by each kind of hands, in Japanese and in every other
 * language with Japanese beside it. A visit counts when the record that was sealed and stored holds exactly
 * the answers that the person had in mind. Exit 0 when 95 of 100 of each kind do, 1 when not, 2 when it
 * could not run.
 *
 *   hands TOP BUILD [--seeds N] [--first SEED] [--only HANDS] [--usual | --every | --service ID] [--tell] [--mistaken]
 *
 * --usual: only the services of most visits; --every: each other service once, not one of each kind.
 */
#include "hands/hands.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "seal/seal.h"
#include "store/store.h"

enum {
    SERVICES_MAX = 128,
    SEEDS = 200,
    GOOD_PERCENT = 95,
    ACTS_MAX = 1200,
    WORKERS = 2,
    WHY_MAX = 240,
    TOLD_MAX = 12
};

static const char *const names[HANDS_COUNT] = {"tremor", "keys", "switches", "ears"};
static const char *const tongues[] = {"ja", "two languages"};

/* What is played: the two services of most visits, so many seeds each; and one service of each other kind. */
enum { SET_USUAL, SET_OTHERS, SET_COUNT };
static const char *const sets[SET_COUNT] = {"usual", "others"};
static const char *const usual[] = {"resident-record", "move-in"};

struct options {
    const char *top, *build;
    unsigned seeds, first;
    int only; /* -1: all */
    bool others; /* besides the usual services */
    bool every; /* every other service, not one of each kind */
    const char *service; /* this one alone, or NULL */
    bool tell;
    bool mistaken; /* each person expects another answer than the one given: none may be right */
    char folder[512];
};

/* What comes of the visits by one kind of hands in one tongue. */
struct row {
    unsigned played, good, acts, mistakes, told;
    char why[TOLD_MAX][WHY_MAX];
};

/* What comes of the visits of one worker. */
struct tally {
    struct row rows[SET_COUNT][HANDS_COUNT][2];
};

struct city { /* opens what the terminal stored */
    struct seal_verifier *verifier;
    struct seal_opener *opener;
    struct store *store;
};

struct worker {
    const struct options *options;
    struct stage stage;
    struct city city;
    struct fact_set *card_facts;
    int64_t day; /* the wall clock at the start of each visit: alone it goes as among others */
    struct tally tally;
};

static void
stop(const char *what)
{
    (void)fprintf(stdout, "hands: %s\n", what);
    exit(2);
}

static void
open_city(struct worker *worker)
{
    char *keys = fs_join(worker->stage.folder, "keys");
    char *ca = fs_join(keys, "kiosk-ca.crt");
    char *cert = fs_join(keys, "city.crt");
    char *key = fs_join(keys, "city.key");
    char *queue = conf_path(worker->stage.conf, "queue", "queue.db");
    if (seal_verifier_new(ca, &worker->city.verifier) < 0 ||
        seal_opener_new(cert, key, &worker->city.opener) < 0 ||
        store_open(queue, &worker->city.store) < 0) {
        stop("the records can't be opened");
    }
    free(queue);
    free(key);
    free(cert);
    free(ca);
    free(keys);
}

/* The oldest record of the queue, taken out of it; NULL when there is none that opens. */
static struct record *
take_record(struct worker *worker)
{
    struct city *city = &worker->city;
    struct store_row row;
    struct seal_header header;
    struct record *record = NULL;
    AUTO_BUF envelope;
    AUTO_BUF sealed;
    AUTO_BUF plain;
    buf_init(&envelope, STORE_ENVELOPE_MAX);
    buf_init(&sealed, STORE_ENVELOPE_MAX);
    buf_init(&plain, STORE_ENVELOPE_MAX);
    int64_t now = clock_wall_s(&worker->stage.clock);
    if (store_next_due(city->store, now, &row, &envelope) < 0) {
        return NULL;
    }
    if (seal_verify(city->verifier, envelope.data, envelope.len, &header, &sealed) == 0 &&
        seal_open(city->opener, sealed.data, sealed.len, &plain) == 0) {
        (void)record_decode(plain.data, plain.len, &record); /* NULL tells it */
    }
    (void)store_sent(city->store, row.place, row.hash, now);
    return record;
}

/* "" when the record holds what the person meant, else the first thing that differs. */
static void
compare(const struct person *person, const struct record *record, char why[WHY_MAX])
{
    if (record == NULL) {
        (void)snprintf(why, WHY_MAX, "no record");
        return;
    }
    const struct fact_set *facts = record_facts(record);
    if (strcmp(record_head(record)->procedure, person->service_id) != 0) {
        (void)snprintf(why, WHY_MAX, "another service: %s", record_head(record)->procedure);
        return;
    }
    if (strcmp(record_head(record)->language, person->language) != 0) {
        (void)snprintf(why, WHY_MAX, "another language: %s", record_head(record)->language);
        return;
    }
    for (size_t i = 0; i < fact_set_count(person->expected); i++) {
        const struct fact *fact = fact_set_at(person->expected, i);
        const char *value = fact_set_value(facts, fact->key);
        bool same = value != NULL &&
                    (strcmp(value, fact->value) == 0 || person_meant(person, fact->key, value));
        if (!same) {
            (void)snprintf(why, WHY_MAX, "%.60s is \"%.50s\", meant was \"%.50s\"", fact->key,
                value != NULL ? value : "", fact->value);
            return;
        }
    }
    if (fact_set_count(facts) != fact_set_count(person->expected)) {
        (void)snprintf(why, WHY_MAX, "%zu answers instead of %zu", fact_set_count(facts),
            fact_set_count(person->expected));
    }
}

static void
tell(const struct worker *worker, const struct person *person, const struct page *page,
    const struct decision *decision)
{
    static const char *const acts[] = {
        "press", "draw", "card", "take card", "wait", "back", "done", "lost"};
    if (worker->options->tell) {
        const char *field = "";
        for (size_t i = 0; i < page->count; i++) {
            field = page->things[i].kind == THING_FIELD ? page->things[i].words : field;
        }
        const char *meant = person->question != NULL ? person->question->choices[0] : "";
        (void)printf("  %-14s %-24.60s | %-9s %.60s | %s | %.60s | %.60s\n",
            person->stage->app->screen->name, person->page, acts[decision->act],
            decision->thing != NULL ? decision->thing->words : "", person->entered, field, meant);
    }
    for (size_t i = 0; worker->options->tell && decision->act == ACT_LOST && i < page->count; i++) {
        (void)printf("    %d%s %s\n", (int)page->things[i].kind,
            page->things[i].waiting ? " waiting" : "", page->things[i].words);
    }
    for (size_t i = 0; worker->options->tell && decision->act == ACT_LOST &&
                       person->question != NULL && i < CHOICES_MAX;
         i++) {
        (void)printf("    meant: %s\n", person->question->choices[i]);
    }
}

/* One thing that the person decides. False when the visit is over, well or not. */
static bool
act(struct worker *worker, struct person *person, char why[WHY_MAX])
{
    static struct page page;
    struct stage *stage = &worker->stage;
    sense(person, &page);
    struct decision decision = decide(person, &page);
    tell(worker, person, &page, &decision);
    switch (decision.act) {
    case ACT_PRESS:
        body_press(person, decision.thing);
        return true;
    case ACT_DRAW:
        body_draw(person, decision.thing);
        return true;
    case ACT_CARD:
        stage_card(stage, true);
        body_settle(person, 500, 1500);
        return true;
    case ACT_TAKE_CARD:
        stage_card(stage, false);
        return false;
    case ACT_WAIT: {
        const struct screen *screen = stage->app->screen;
        if (!stage_leave(stage, screen)) {
            (void)snprintf(why, WHY_MAX, "waits for ever on %s", screen->name);
        }
        return why[0] == 0;
    }
    case ACT_BACK:
        body_back(person);
        return true;
    case ACT_DONE:
        return false;
    case ACT_LOST:
        (void)snprintf(why, WHY_MAX, "does not know what to do on %s: %.120s",
            stage->app->screen->name, person->page);
        return false;
    }
    return false;
}

static void
play(struct worker *worker, struct person *person, char why[WHY_MAX])
{
    static struct page page;
    struct app *app = worker->stage.app;
    why[0] = 0;
    stage_reset(&worker->stage);
    if (person->hands == HANDS_EARS) { /* as headphones that are plugged in */
        speak_plug(app, true);
        stage_settle(&worker->stage);
    }
    sense(person, &page);
    for (int i = 0; i < 20 && app->screen == &screen_attract; i++) {
        const struct thing *own = find_act(&page, person->own_name);
        if (own == NULL) {
            (void)snprintf(why, WHY_MAX, "the language is not offered");
            return;
        }
        body_press(person, own);
        sense(person, &page);
    }
    app->prefs.two_languages = strcmp(person->language, "ja") != 0;
    app_rebuild(app);
    while (act(worker, person, why)) {
        if (person->acts > ACTS_MAX || person->strokes > STROKES_MAX) {
            (void)snprintf(why, WHY_MAX, "goes round and round on %s: %.100s", app->screen->name,
                person->page);
        }
        if (why[0] != 0) {
            return;
        }
    }
    if (why[0] == 0 && person->ending != END_RECORD && !worker->options->mistaken) {
        return; /* take_rest looks that nothing was kept */
    }
    if (worker->options->mistaken && fact_set_count(person->expected) > 0) {
        const char *key = fact_set_at(person->expected, 0)->key;
        (void)fact_set_put(person->expected, key, "?", FACT_ORIGIN_PERSON, 0); /* a known key */
    }
    if (why[0] == 0) {
        struct record *record = take_record(worker);
        compare(person, record, why);
        record_free(record);
    }
}

/* A record that this visit left beside the one it was compared with is its own doing, and must not be
 * taken for the next visit's. */
static void
take_rest(struct worker *worker, const struct person *person, char why[WHY_MAX])
{
    for (struct record *rest; (rest = take_record(worker)) != NULL;) {
        record_free(rest);
        if (why[0] == '\0') {
            (void)snprintf(why, WHY_MAX, "%s",
                person->ending == END_RECORD ? "more than one record" : "a record was kept");
        }
    }
}

static bool
is_usual(const char *id)
{
    for (size_t i = 0; i < ARRAY_LEN(usual); i++) {
        if (strcmp(usual[i], id) == 0) {
            return true;
        }
    }
    return false;
}

/* Can one get there from home? Numbers that are looked up are proved elsewhere. */
static bool
is_offered(const struct app *app, const struct procedure *procedure)
{
    struct procedure_info info = procedure_info(procedure);
    struct procedure_door door;
    const char *unsure = procedure_unsure(app->procedures);
    bool there =
        person_door(app, info.id, &door) || (unsure != NULL && strcmp(unsure, info.id) == 0);
    return there && info.live == NULL && procedure_in_force(procedure, app->clock);
}

/* The services of a set; one of each kind, another one with each first seed. */
static size_t
services_of(const struct worker *worker, int set, const char *ids[SERVICES_MAX])
{
    const struct app *app = worker->stage.app;
    const struct options *options = worker->options;
    size_t count = 0;
    if (options->service != NULL) {
        ids[count++] = options->service;
        return count;
    }
    if (set == SET_USUAL) {
        memcpy(ids, usual, sizeof(usual));
        return ARRAY_LEN(usual);
    }
    for (int kind = 0; kind < PROCEDURE_KIND_COUNT; kind++) {
        size_t first = count;
        for (size_t i = 0; i < procedure_count(app->procedures) && count < SERVICES_MAX; i++) {
            const struct procedure *procedure = procedure_at(app->procedures, i);
            struct procedure_info info = procedure_info(procedure);
            if ((int)info.kind == kind && !is_usual(info.id) && is_offered(app, procedure)) {
                ids[count++] = info.id;
            }
        }
        if (!options->every && count > first) {
            ids[first] = ids[first + options->first % (count - first)];
            count = first + 1;
        }
    }
    return count;
}

static void
visit(struct worker *worker, int set, const char *service, enum hands hands, unsigned seed,
    size_t tongue)
{
    static struct person person;
    struct app *app = worker->stage.app;
    struct row *row = &worker->tally.rows[set][hands][tongue];
    size_t languages = i18n_language_count(app->i18n);
    worker->stage.wall_s = worker->day - worker->stage.now_ms / 1000;
    person = (struct person){.stage = &worker->stage,
        .hands = hands,
        .rng = {.state = seed * 7919U + (uint64_t)hands * 104729U + tongue},
        .card = seed / ARRAY_LEN(usual) % 3 != 2};
    const char *code =
        tongue == 0 ? "ja" : i18n_language_at(app->i18n, 1 + seed % (languages - 1))->code;
    (void)snprintf(person.language, sizeof(person.language), "%s", code);
    (void)snprintf(person.service_id, sizeof(person.service_id), "%s", service);
    person.bias_x = (double)rng_seeded_below(&person.rng, 30) - 15;
    person.bias_y = (double)rng_seeded_below(&person.rng, 30) - 10;
    char why[WHY_MAX] = "";
    if (person_think(&person, worker->card_facts)) {
        play(worker, &person, why);
    } else {
        (void)snprintf(why, sizeof(why), "no answers could be thought of");
    }
    take_rest(worker, &person, why);
    stage_reset(&worker->stage);
    speak_plug(app, false);
    stage_settle(&worker->stage);
    row->played++;
    row->good += why[0] == 0 ? 1 : 0;
    row->acts += person.acts;
    row->mistakes += person.mistakes;
    if (why[0] != 0 && row->told < TOLD_MAX) {
        (void)snprintf(row->why[row->told++], WHY_MAX, "seed %u %.12s %.30s%s: %.120s", seed,
            person.language, person.service_id, person.card ? "" : " without card", why);
    }
    person_forget(&person);
}

/* What the card tells, by reading it once. */
static void
read_card(struct worker *worker)
{
    struct stage *stage = &worker->stage;
    struct app *app = stage->app;
    stage_card(stage, true);
    (void)visit_choose(app, "resident-record");
    app_rebuild(app);
    (void)stage_tap(stage, "next");
    (void)stage_leave(stage, &screen_card);
    for (const char *id = "pin:1\0pin:2\0pin:3\0pin:4\0pin:ok\0"; *id != 0; id += strlen(id) + 1) {
        (void)stage_tap(stage, id);
    }
    (void)stage_leave(stage, &screen_reading);
    worker->card_facts = fact_set_new();
    for (size_t i = 0; i < fact_set_count(app->visit.facts); i++) {
        const struct fact *fact = fact_set_at(app->visit.facts, i);
        if (fact->origin == FACT_ORIGIN_CARD) {
            (void)fact_set_put(worker->card_facts, fact->key, fact->value, fact->origin, fact->at);
        }
    }
    stage_reset(stage);
    if (fact_set_count(worker->card_facts) == 0) {
        stop("the card was not read");
    }
}

/* Every seed by all hands in both tongues. */
static void
play_usual(struct worker *worker, unsigned which)
{
    const struct options *options = worker->options;
    const char *ids[SERVICES_MAX];
    size_t count = services_of(worker, SET_USUAL, ids);
    for (unsigned seed = options->first; seed < options->first + options->seeds; seed++) {
        for (int hands = 0; seed % WORKERS == which && hands < HANDS_COUNT; hands++) {
            for (size_t tongue = 0; tongue < ARRAY_LEN(tongues); tongue++) {
                if (options->only < 0 || options->only == hands) {
                    visit(worker, SET_USUAL, ids[seed / WORKERS % count], (enum hands)hands, seed,
                        tongue);
                }
            }
        }
    }
}

/* Each service once by all hands, in one tongue or the other. */
static void
play_others(struct worker *worker, unsigned which)
{
    const struct options *options = worker->options;
    const char *ids[SERVICES_MAX];
    size_t count = services_of(worker, SET_OTHERS, ids);
    for (unsigned i = 0; i < count; i++) {
        unsigned seed = options->first + i;
        for (int hands = 0; i % WORKERS == which && hands < HANDS_COUNT; hands++) {
            if (options->only < 0 || options->only == hands) {
                visit(worker, SET_OTHERS, ids[i], (enum hands)hands, seed,
                    (seed / WORKERS + (unsigned)hands) % ARRAY_LEN(tongues));
            }
        }
    }
}

static int
work(void *ctx, unsigned which)
{
    const struct options *options = ctx;
    static struct worker worker;
    char path[1024];
    worker.options = options;
    (void)snprintf(path, sizeof(path), "%s/%u.log", options->folder, which);
    if (freopen(path, "w", stderr) == NULL) {
        return 2;
    }
    bool portrait = which % 2 != 0;
    stage_open(&worker.stage, &(struct stage_options){.top = options->top,
                                  .build = options->build,
                                  .width_px = portrait ? 1080 : 1920,
                                  .height_px = portrait ? 1920 : 1080,
                                  .px_per_m = 4030});
    open_city(&worker);
    worker.day = clock_wall_s(&worker.stage.clock);
    read_card(&worker);
    play_usual(&worker, which);
    if (options->others) {
        play_others(&worker, which);
    }
    fact_set_free(worker.card_facts);
    store_close(worker.city.store);
    seal_opener_free(worker.city.opener);
    seal_verifier_free(worker.city.verifier);
    stage_close(&worker.stage);
    (void)snprintf(path, sizeof(path), "%s/%u.part", options->folder, which);
    FILE *file = fopen(path, "wb");
    bool written = file != NULL && fwrite(&worker.tally, sizeof(worker.tally), 1, file) == 1;
    return file != NULL && fclose(file) == 0 && written ? 0 : 2;
}

static bool
add_part(const struct options *options, unsigned which, struct tally *sum)
{
    static struct tally part;
    char path[1024];
    (void)snprintf(path, sizeof(path), "%s/%u.part", options->folder, which);
    FILE *file = fopen(path, "rb");
    if (file == NULL || fread(&part, sizeof(part), 1, file) != 1) {
        return false;
    }
    for (size_t i = 0; i < sizeof(sum->rows) / sizeof(struct row); i++) {
        struct row *to = &sum->rows[0][0][0] + i;
        const struct row *from = &part.rows[0][0][0] + i;
        to->played += from->played;
        to->good += from->good;
        to->acts += from->acts;
        to->mistakes += from->mistakes;
        for (unsigned k = 0; k < from->told && to->told < TOLD_MAX; k++) {
            memcpy(to->why[to->told++], from->why[k], WHY_MAX);
        }
    }
    return fclose(file) == 0;
}

static bool
print_row(const struct row *row, const char *set, const char *hands, const char *tongue)
{
    (void)printf("%-7s %-10s %-14s %7u %7u %6.1f %12.1f %12u\n", set, hands, tongue, row->played,
        row->good, 100.0 * row->good / row->played, 1.0 * row->acts / row->played, row->mistakes);
    for (unsigned i = 0; i < row->told; i++) {
        (void)printf("    %s\n", row->why[i]);
    }
    return row->good * 100 >= GOOD_PERCENT * row->played;
}

/* Of the usual services each kind of hands has to be good enough in both tongues, and to have been played; of the
 * others all of them together: each is one visit. */
static bool
print(const struct tally *tally, const struct options *options)
{
    bool good = true;
    unsigned played = 0;
    unsigned right = 0;
    (void)printf("%-7s %-10s %-14s %7s %7s %6s %12s %12s\n", "", "hands", "", "visits", "right",
        "%", "acts/visit", "put right");
    for (int set = 0; set < SET_COUNT; set++) {
        for (int h = 0; h < HANDS_COUNT; h++) {
            for (size_t t = 0; t < ARRAY_LEN(tongues); t++) {
                const struct row *row = &tally->rows[set][h][t];
                bool wanted = set == SET_USUAL && (options->only < 0 || options->only == h);
                good = good && (!wanted || row->played == options->seeds);
                if (row->played == 0) {
                    continue;
                }
                bool enough = print_row(row, sets[set], names[h], tongues[t]);
                good = good && (enough || set == SET_OTHERS);
                played += set == SET_OTHERS ? row->played : 0;
                right += set == SET_OTHERS ? row->good : 0;
            }
        }
    }
    return good && right * 100 >= GOOD_PERCENT * played;
}

static int
parse(int argc, char **argv, struct options *options)
{
    *options = (struct options){.seeds = SEEDS, .only = -1, .others = true};
    if (argc < 3) {
        return -1;
    }
    options->top = argv[1];
    options->build = argv[2];
    for (int i = 3; i < argc; i++) {
        const char *value;
        if (strcmp(argv[i], "--tell") == 0) {
            options->tell = true;
        } else if (strcmp(argv[i], "--mistaken") == 0) {
            options->mistaken = true;
        } else if (strcmp(argv[i], "--every") == 0) {
            options->every = true;
        } else if (strcmp(argv[i], "--usual") == 0) {
            options->others = false;
        } else if ((value = stage_value(argc, argv, &i, "--service")) != NULL) {
            options->service = value;
            options->others = false;
        } else if ((value = stage_value(argc, argv, &i, "--only")) != NULL) {
            for (int h = 0; h < HANDS_COUNT; h++) {
                options->only = strcmp(value, names[h]) == 0 ? h : options->only;
            }
        } else if (!stage_number(argc, argv, &i, "--seeds", &options->seeds) &&
                   !stage_number(argc, argv, &i, "--first", &options->first)) {
            return -1;
        }
    }
    (void)snprintf(options->folder, sizeof(options->folder), "%.480s/hands", options->build);
    return fs_make_dirs(options->folder);
}

int
main(int argc, char **argv)
{
    static struct tally sum;
    struct options options;
    pid_t pids[WORKERS];
    bool ran = true;
    if (parse(argc, argv, &options) < 0) {
        (void)fputs("usage: hands TOP BUILD [--seeds N] [--first SEED] [--only HANDS] "
                    "[--usual | --every | --service ID] [--tell] [--mistaken]\n",
            stderr);
        return 2;
    }
    for (unsigned i = 0; i < WORKERS; i++) {
        pids[i] = stage_worker(work, &options, i);
    }
    for (unsigned i = 0; i < WORKERS; i++) {
        int status = 1;
        ran = waitpid(pids[i], &status, 0) == pids[i] && status == 0 && ran;
        ran = ran && add_part(&options, i, &sum);
    }
    if (!ran) {
        (void)puts("hands: not every visit could be played");
        return 2;
    }
    return print(&sum, &options) ? 0 : 1;
}
