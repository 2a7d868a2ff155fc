/* every/day.c - a terminal's part of a day at the counter: visits of all kinds in all languages, played to their end; their
 * records stay in the queue of this terminal, for its real programs to carry to the city. A line a visit on standard output, fields
 * parted by tabs: "kept", "nothing" or "elsewhere"; number ("" where none is shown), procedure, language, then KEY=VALUE for each
 * answer as it stood on the check page. */
#include "every/every.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"

enum {
    SCATTER = 7
}; /* neighbours are of different kinds; shares no factor with the number of procedures */

static size_t
waiting(struct store *store)
{
    struct store_counts counts = {0};
    return store_counts(store, &counts) == 0 ? counts.queued : 0;
}

static void
tell(const struct stage *stage, const char *what, const char *procedure, const char *language)
{
    (void)printf("%s\t%s\t%s\t%s", what, stage->app->visit.number, procedure, language);
    for (size_t i = 0; i < fact_set_count(given.rows); i++) {
        const struct fact *row = fact_set_at(given.rows, i);
        (void)printf("\t%s=%s", row->key, row->value);
    }
    (void)printf("\n");
}

static bool
visit(struct stage *stage, struct store *store, unsigned turn)
{
    size_t count = procedure_count(stage->app->procedures);
    struct procedure_info info = procedure_info(procedure_at(stage->app->procedures, turn % count));
    size_t languages = i18n_language_count(stage->app->i18n);
    const char *language = /* another one each time that a procedure comes */
        i18n_language_at(stage->app->i18n, (turn + turn / count) % languages)->code;
    size_t before = waiting(store);
    enum every_end end =
        every_complete(stage, info.id, language, every_card(&info, turn / 3), turn);
    size_t left = waiting(store) - before;
    bool well =
        end == EVERY_DONE ? left == (info.keeps ? 1 : 0) : end == EVERY_NOT_HERE && left == 0;
    if (well) {
        tell(stage,
            end == EVERY_NOT_HERE ? "elsewhere"
            : info.keeps          ? "kept"
                                  : "nothing",
            info.id, language);
    } else {
        (void)fprintf(stderr, "day: visit %u, %s in %s: %s, %zu records\n", turn, info.id, language,
            given.why, left);
    }
    given_end();
    stage_reset(stage);
    return well;
}

bool
every_day(const char *top, const char *build, const char *home, unsigned first, unsigned count)
{
    static struct stage stage;
    struct store *store = NULL;
    every_open(&stage, top, build, home);
    char *queue = conf_path(stage.conf, "queue", "queue.db");
    bool well = store_open(queue, &store) == 0;
    for (unsigned i = 0; well && i < count; i++) {
        well = visit(&stage, store, first + i);
    }
    store_close(store);
    free(queue);
    stage_close(&stage);
    return well;
}
