/* every/main.c - every procedure of the content, played to its end on the real terminal with answers by chance, in all
 * languages in turn, every other time with a card: the record that was sealed is opened with the desk's key and holds
 * what was answered on the pages, and the desk has words for all of it. What keeps nothing leaves no record. Exit 0 when
 * all is so, 1 when not, 2 when it could not run.
 *
 *   every TOP BUILD [--seeds N] [--only PROCEDURE] [--mistaken]
 *   every TOP BUILD --visits     the commonest visits and what they cost (visits.c)
 *   every TOP BUILD --day HOME FIRST COUNT     visits for a day at the counter (day.c)
 */
#include "every/every.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"

enum { SEEDS = 10, WORKERS = 2, FASTER = 4, FORMS_MAX = 32, ONE_CODE_PERCENT = 95 };

struct options {
    const char *top, *build, *only;
    unsigned seeds;
    bool mistaken; /* an answer is not what was given: no record may be right */
    bool visits;
};

struct tally {
    unsigned visits, records, kept_nothing, not_here, pages, facts, forms, wrong;
    unsigned one_code; /* how many records are one code on the screen (seal.h) */
};

/* The app's clock goes on by itself here, faster than the real one: a page waits before it takes a stroke. */
static int64_t
mono_ms(void *ctx)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* CLOCK_MONOTONIC is always there */
    return ((struct stage *)ctx)->now_ms +
           FASTER * ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

static int64_t
wall_s(void *ctx)
{
    return ((struct stage *)ctx)->wall_s;
}

void
every_open(struct stage *stage, const char *top, const char *build, const char *home)
{
    /* half the dots of a usual panel of the same size: layout is the same, drawing a quarter of the work */
    stage_open(stage, &(struct stage_options){.top = top,
                          .build = build,
                          .home = home,
                          .width_px = 960,
                          .height_px = 540,
                          .px_per_m = 2015});
    stage->clock.mono_ms = mono_ms;
    stage->clock.wall_s = wall_s;
    stage_reset(stage);
}

bool
every_play(struct stage *stage, const char *steps)
{
    char *path = fs_join(stage->folder, "steps.play");
    bool good =
        fs_write_atomic(path, steps, strlen(steps), 0600) == 0 && app_play(stage->app, path) == 0;
    free(path);
    return good;
}

enum every_end
every_complete(
    struct stage *stage, const char *procedure, const char *language, bool card, unsigned seed)
{
    char steps[256];
    given_begin();
    if (card) {
        stage_card(stage, true);
    }
    (void)snprintf(steps, sizeof(steps), "language %s\nstart %s\n%s", language, procedure,
        card ? "read-card 1234\n" : "");
    bool played = every_play(stage, steps);
    if (played && stage->app->screen == &screen_not_here) {
        return EVERY_NOT_HERE;
    }
    (void)snprintf(steps, sizeof(steps), "complete %u\n", seed);
    played = played && every_play(stage, steps);
    return played && given.why[0] == 0 ? EVERY_DONE : EVERY_LOST;
}

bool
every_card(const struct procedure_info *info, unsigned seed)
{
    return info->card && !info->anonymous && info->kind != PROCEDURE_CHECK_IN && seed % 2 == 1;
}

static bool
wrong(char why[WHY_MAX], const char *key, const char *what, const char *is, const char *meant)
{
    (void)snprintf(why, WHY_MAX, "%.60s %s: \"%.50s\", meant was \"%.50s\"", key, what,
        is != NULL ? is : "", meant != NULL ? meant : "");
    return false;
}

/* Every fact of the record is what was answered, or follows from that; nothing that was answered is missing. */
static bool
compare_facts(const struct fact_set *facts, char why[WHY_MAX])
{
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        const struct fact *fact = fact_set_at(facts, i);
        const char *meant = fact_set_value(given.answers, fact->key);
        const char *shown = fact_set_value(given.rows, fact->key);
        if (fact->origin == FACT_ORIGIN_PERSON &&
            (meant == NULL || strcmp(meant, fact->value) != 0)) {
            return wrong(why, fact->key, "was not answered so", fact->value, meant);
        }
        if (fact->origin != FACT_ORIGIN_PERSON && meant != NULL && meant[0] != 0 &&
            strcmp(meant, fact->value) != 0) {
            return wrong(
                why, fact->key, "follows from nothing that was answered", fact->value, meant);
        }
        bool derived =
            fact->origin == FACT_ORIGIN_DERIVED; /* taken over: its first one has the row */
        if (shown == NULL ? !derived : strcmp(shown, fact->value) != 0) {
            return wrong(why, fact->key, "stood otherwise on the check page", fact->value, shown);
        }
    }
    for (size_t i = 0; i < fact_set_count(given.rows); i++) {
        const struct fact *row = fact_set_at(given.rows, i);
        const char *value = fact_set_value(facts, row->key);
        if (value == NULL || strcmp(value, row->value) != 0) {
            return wrong(why, row->key, "is not in the record", value, row->value);
        }
    }
    for (size_t i = 0; i < fact_set_count(given.answers) && given.backs == 0; i++) {
        const struct fact *answer = fact_set_at(given.answers, i);
        if (answer->value[0] != 0 && fact_set_value(facts, answer->key) == NULL) {
            return wrong(
                why, answer->key, "was answered and is not in the record", "", answer->value);
        }
    }
    return true;
}

static bool
is_choice(const struct question *question, const char *value)
{
    bool one = question->type == QUESTION_CHOICE && question->choice_count > 0;
    for (size_t i = 0; one && i < question->choice_count; i++) {
        if (strcmp(question->choices[i].value, value) == 0) {
            return true;
        }
    }
    return !one || strcmp(value, "unknown") == 0;
}

/* What a clerk sees: words for every fact and every choice; of an anonymous one nothing about a person. */
static bool
compare_words(const struct app *app, const struct procedure_info *info,
    const struct fact_set *facts, char why[WHY_MAX])
{
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        const struct fact *fact = fact_set_at(facts, i);
        struct question question;
        if (!procedure_fact_words(app->procedures, info->id, fact->key, &question)) {
            return wrong(why, fact->key, "has no words at the desk", fact->value, NULL);
        }
        if (strchr(fact->key, '[') == NULL && !is_choice(&question, fact->value)) {
            return wrong(why, fact->key, "is no choice that the desk knows", fact->value, NULL);
        }
        if (info->anonymous && question.personal) {
            return wrong(
                why, fact->key, "is personal, and nobody is to be known", fact->value, NULL);
        }
    }
    return true;
}

struct form_seen {
    unsigned filled;
    char lacks[64]; /* a field without which the form can't be taken */
};

static void
see_field(const struct procedure_field *field, void *ctx)
{
    struct form_seen *seen = ctx;
    bool filled = field->tick ? field->ticked : field->value[0] != 0;
    seen->filled += filled ? 1 : 0;
    if (field->needed && !filled) {
        (void)snprintf(seen->lacks, sizeof(seen->lacks), "%s", field->id);
    }
}

bool
every_forms(const struct app *app, const struct record *record, const struct procedure *procedure,
    unsigned *forms, char why[WHY_MAX])
{
    const char *ids[FORMS_MAX];
    size_t count = procedure_forms(procedure, record_facts(record), ids, FORMS_MAX);
    for (size_t i = 0; i < count && i < FORMS_MAX; i++) {
        struct form_seen seen = {0};
        if (procedure_form_fill(app->procedures, ids[i], record_facts(record),
                record_head(record)->submitted_at, see_field, &seen) < 0 ||
            seen.filled == 0) {
            return wrong(why, ids[i], "is a form without anything in it", "", NULL);
        }
        if (seen.lacks[0] != 0) {
            return wrong(why, ids[i], "lacks what it needs", "", seen.lacks);
        }
        ++*forms;
    }
    return true;
}

static bool
compare(struct stage *stage, const struct record *record, const struct procedure *procedure,
    struct tally *tally, char why[WHY_MAX])
{
    struct procedure_info info = procedure_info(procedure);
    const struct record_head *head = record_head(record);
    const char *language = i18n_current(stage->app->i18n)->code;
    if (strcmp(head->procedure, info.id) != 0 || strcmp(head->in_force, info.in_force) != 0) {
        return wrong(why, "procedure", "is another", head->procedure, info.id);
    }
    if (strcmp(head->language, language) != 0) {
        return wrong(why, "language", "is another", head->language, language);
    }
    if (strcmp(head->number, stage->app->visit.number) != 0 && info.kind != PROCEDURE_CHECK_IN) {
        return wrong(
            why, "number", "is another than was shown", head->number, stage->app->visit.number);
    }
    if (head->fee != given.fee) {
        return wrong(why, "fee", "is another than was shown", "", NULL);
    }
    tally->facts += (unsigned)fact_set_count(record_facts(record));
    return compare_facts(record_facts(record), why) &&
           compare_words(stage->app, &info, record_facts(record), why) &&
           every_forms(stage->app, record, procedure, &tally->forms, why);
}

/* What stands in the queue after the visit; "" in why when it is as it should be. */
static void
look_into_queue(struct stage_city *city, const struct procedure *procedure, bool stopped,
    const struct options *options, struct tally *tally, char why[WHY_MAX])
{
    struct procedure_info info = procedure_info(procedure);
    struct record *record = NULL;
    struct record *second = NULL;
    int r = stage_city_take(city, &record);
    bool one_code = city->codes == 1;
    if (options->mistaken && fact_set_count(given.answers) > 0) {
        const struct fact *first = fact_set_at(given.answers, 0);
        (void)fact_set_put(given.answers, first->key, "?", FACT_ORIGIN_PERSON, 0); /* a known key */
    }
    if (!info.keeps || stopped) {
        if (r != KERR_NOT_FOUND) {
            (void)wrong(why, info.id, "left a record", "", NULL);
        }
        tally->kept_nothing += info.keeps ? 0 : 1;
        tally->not_here += info.keeps ? 1 : 0;
    } else if (r < 0) {
        (void)wrong(why, info.id, "left no record that opens", err_str(r), NULL);
    } else if (stage_city_take(city, &second) != KERR_NOT_FOUND) {
        (void)wrong(why, info.id, "left more than one record", "", NULL);
    } else if (compare(city->stage, record, procedure, tally, why)) {
        tally->records++;
        tally->one_code += one_code ? 1 : 0;
    }
    record_free(second);
    record_free(record);
}

static void
visit(struct stage_city *city, const struct options *options, size_t index, unsigned seed,
    struct tally *tally)
{
    struct stage *stage = city->stage;
    struct app *app = stage->app;
    const struct procedure *procedure = procedure_at(app->procedures, index);
    struct procedure_info info = procedure_info(procedure);
    const char *code =
        i18n_language_at(app->i18n, (index + seed) % i18n_language_count(app->i18n))->code;
    bool card = every_card(&info, seed);
    char why[WHY_MAX] = "";
    enum every_end end = every_complete(stage, info.id, code, card, seed);
    if (end == EVERY_LOST) {
        (void)snprintf(
            why, sizeof(why), "%s", given.why[0] != 0 ? given.why : "did not come to its end");
    } else {
        look_into_queue(city, procedure, end == EVERY_NOT_HERE, options, tally, why);
    }
    tally->visits++;
    tally->pages += given.pages;
    if (why[0] != 0) {
        tally->wrong++;
        (void)printf("  %s, seed %u, %s%s: %s\n", info.id, seed, code, card ? ", card" : "", why);
    }
    given_end();
    stage_reset(stage);
    for (struct record *rest = NULL; stage_city_take(city, &rest) != KERR_NOT_FOUND;) {
        record_free(rest); /* of a visit that went another way: not the next one's */
    }
}

static void
work(const struct options *options, unsigned which, struct tally *tally)
{
    static struct stage stage;
    struct stage_city city;
    every_open(&stage, options->top, options->build, NULL);
    if (!stage_city_open(&stage, &city)) {
        (void)puts("every: the records can't be opened");
        exit(2);
    }
    for (size_t i = 0; i < procedure_count(stage.app->procedures); i++) {
        const char *id = procedure_info(procedure_at(stage.app->procedures, i)).id;
        for (unsigned seed = 0; seed < options->seeds; seed++) {
            bool mine = (i + seed) % WORKERS == which;
            if (mine && (options->only == NULL || strcmp(options->only, id) == 0)) {
                visit(&city, options, i, seed, tally);
            }
        }
    }
    stage_city_close(&city);
    stage_close(&stage);
}

static bool
parse(int argc, char **argv, struct options *options)
{
    *options = (struct options){.seeds = SEEDS};
    if (argc < 3) {
        return false;
    }
    options->top = argv[1];
    options->build = argv[2];
    for (int i = 3; i < argc; i++) {
        if (strcmp(argv[i], "--mistaken") == 0) {
            options->mistaken = true;
        } else if (strcmp(argv[i], "--visits") == 0) {
            options->visits = true;
        } else if (i + 1 < argc && strcmp(argv[i], "--seeds") == 0) {
            options->seeds = (unsigned)strtoul(argv[++i], NULL, 10);
        } else if (i + 1 < argc && strcmp(argv[i], "--only") == 0) {
            options->only = argv[++i];
        } else {
            return false;
        }
    }
    return true;
}

/* Half of the visits each; what was found goes through a pipe. */
static bool
share(const struct options *options, struct tally *sum)
{
    int ends[WORKERS][2];
    pid_t pids[WORKERS];
    bool ran = true;
    for (unsigned i = 0; i < WORKERS; i++) {
        if (pipe(ends[i]) < 0) {
            return false;
        }
        pids[i] = fork();
        if (pids[i] == 0) {
            struct tally part = {0};
            (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a signal that there is */
            work(options, i, &part);
            (void)fflush(stdout); /* what stays in the buffer, exit tries again */
            exit(write(ends[i][1], &part, sizeof(part)) == (ssize_t)sizeof(part) ? 0 : 2);
        }
        (void)close(ends[i][1]); /* only the child writes */
    }
    for (unsigned i = 0; i < WORKERS; i++) {
        struct tally part = {0};
        int status = 1;
        ran = read(ends[i][0], &part, sizeof(part)) == (ssize_t)sizeof(part) && ran;
        ran = waitpid(pids[i], &status, 0) == pids[i] && status == 0 && ran;
        (void)close(ends[i][0]); /* was only read */
        sum->visits += part.visits;
        sum->records += part.records;
        sum->kept_nothing += part.kept_nothing;
        sum->not_here += part.not_here;
        sum->pages += part.pages;
        sum->facts += part.facts;
        sum->forms += part.forms;
        sum->one_code += part.one_code;
        sum->wrong += part.wrong;
    }
    return ran;
}

int
main(int argc, char **argv)
{
    struct options options;
    struct tally sum = {0};
    if (argc == 7 && strcmp(argv[3], "--day") == 0) {
        return every_day(argv[1], argv[2], argv[4], (unsigned)strtoul(argv[5], NULL, 10),
                   (unsigned)strtoul(argv[6], NULL, 10))
                   ? 0
                   : 1;
    }
    if (!parse(argc, argv, &options)) {
        (void)fputs(
            "usage: every TOP BUILD [--seeds N] [--only PROCEDURE] [--mistaken] | --visits | "
            "--day HOME FIRST COUNT\n",
            stderr);
        return 2;
    }
    if (options.visits) {
        return every_visits(options.top, options.build) ? 0 : 1;
    }
    if (!share(&options, &sum)) {
        (void)puts("every: not every visit could be played");
        return 2;
    }
    (void)printf("every: %u visits, %u questions answered; %u records opened with %u answers and "
                 "%u forms, %u "
                 "kept nothing, %u told by the card that it is not possible here, %u wrong\n",
        sum.visits, sum.pages, sum.records, sum.facts, sum.forms, sum.kept_nothing, sum.not_here,
        sum.wrong);
    (void)printf(
        "every: %u of %u records are one code of version 25 at most\n", sum.one_code, sum.records);
    if (sum.one_code * 100 < sum.records * ONE_CODE_PERCENT) {
        return 1;
    }
    return sum.wrong == 0 && sum.records + sum.kept_nothing > 0 ? 0 : 1;
}
