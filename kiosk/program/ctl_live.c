/* program/ctl_live.c - kioskctl live: checks files of live data, and makes those of the sample city, relative to today: free
 * times for every question that asks for one, answers to requests, balances of points cards. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/rng.h"
#include "live/live.h"
#include "procedure/procedure.h"
#include "program/ctl.h"
#include "record/record.h"

enum { NAMES_MAX = 32, DAYS = 28, FREE_MOST = 3 };

static int
usage(void)
{
    (void)fprintf(stderr, "usage: kioskctl live check [FILE...]\n"
                          "       kioskctl live sample [YYYY-MM-DD]\n");
    return 2;
}

static int
complain(const char *file, int line, int error)
{
    if (line > 0) {
        (void)fprintf(stderr, "kioskctl live: %s:%d: not a line of this form (%s)\n", file, line,
            err_str(error));
    } else {
        (void)fprintf(stderr, "kioskctl live: %s: %s\n", file, err_str(error));
    }
    return 1;
}

/* ---- check ---- */

static int
check_file(const char *path)
{
    static const char *const forms[] = {"slots", "answers", "balances", "rows"};
    struct live_table *table = NULL;
    int line = 0;
    int r = live_read(path, &table, &line);
    if (r < 0) {
        return complain(path, line, r);
    }
    char when[CLOCK_RFC3339_LEN];
    clock_rfc3339(live_as_of(table), when);
    (void)printf(
        "%s: %zu rows of %s, as of %s\n", path, live_count(table), forms[live_form(table)], when);
    live_table_free(table);
    return 0;
}

static int
check_each(const char *name, void *ctx)
{
    struct {
        const char *folder;
        int bad;
    } *walk = ctx;
    char *path = fs_join(walk->folder, name);
    walk->bad |= check_file(path);
    free(path);
    return 0;
}

static int
check_all(const char *folder, int argc, char **argv)
{
    struct {
        const char *folder;
        int bad;
    } walk = {folder, 0};
    for (int i = 0; i < argc; i++) {
        walk.bad |= check_file(argv[i]);
    }
    if (argc == 0) {
        int r = fs_each(folder, ".tsv", check_each, &walk);
        if (r < 0) {
            return complain(folder, 0, r);
        }
    }
    return walk.bad;
}

/* ---- sample ---- */

/* The file as the city would have sent it this morning at eight. */
static void
begin_file(struct buf *text, int64_t today, const char *form)
{
    char date[CLOCK_DAY_LEN];
    clock_day_text(today, date);
    (void)buf_printf(text, "# as-of %sT08:00:00+09:00\n# form %s\n", date, form);
    (void)buf_add_str(text, "# a sample, made by kioskctl live sample\n");
}

static int
end_file(const char *folder, const char *name, const struct buf *text)
{
    AUTO_BUF file;
    buf_init(&file, 256);
    (void)buf_printf(&file, "%s.tsv", name);
    char *path = fs_join(folder, buf_str(&file));
    int r = buf_error(text);
    if (r == 0) {
        r = fs_write_atomic(path, text->data, text->len, 0644);
    }
    if (r < 0) {
        (void)complain(path, 0, r);
    } else {
        (void)printf("%s\n", path);
    }
    free(path);
    return r;
}

/* Four weeks from tomorrow, three times a day; about a third is taken. */
static int
sample_slots(const char *folder, const struct procedure_list *list, int64_t today)
{
    static const char *const times[] = {"09:00", "13:00", "17:00"};
    struct rng_seeded rng = {.state = 20261122};
    AUTO_BUF text;
    buf_init(&text, LIVE_BYTES_MAX);
    begin_file(&text, today, "slots");
    for (size_t i = 0; i < list->count; i++) {
        for (int day = 1; day <= DAYS; day++) {
            char date[CLOCK_DAY_LEN];
            clock_day_text(today + day, date);
            for (size_t k = 0; k < ARRAY_LEN(times); k++) {
                unsigned draw = rng_seeded_below(&rng, FREE_MOST + 2);
                (void)buf_printf(&text, "%s\t%s\t%s\t%u\n", list->entries[i].id, date, times[k],
                    draw > 1 ? draw - 1 : 0);
            }
        }
    }
    return end_file(folder, list->id, &text);
}

/* Numbers of kiosk 999, which no terminal of a city has. */
static int
sample_answers(const char *folder, int64_t today)
{
    static const char *const states[] = {
        "asked", "booked", "taken", "waiting", "come", "done", "papers", "back"};
    char date[CLOCK_DAY_LEN];
    AUTO_BUF text;
    buf_init(&text, LIVE_BYTES_MAX);
    begin_file(&text, today, "answers");
    clock_day_text(today + 7, date);
    for (unsigned i = 0; i < ARRAY_LEN(states); i++) {
        char number[RECORD_NUMBER_LEN];
        record_number_make(999, i + 1, number);
        bool slot = strcmp(states[i], "booked") == 0 || strcmp(states[i], "taken") == 0;
        (void)buf_printf(&text, "%s\t%s", number, states[i]);
        if (slot) {
            (void)buf_printf(&text, "\tmihon-meeting/%s/13:00", date);
        }
        (void)buf_add_byte(&text, '\n');
    }
    return end_file(folder, "answers", &text);
}

static int
sample_points(const char *folder, int64_t today)
{
    AUTO_BUF text;
    buf_init(&text, LIVE_BYTES_MAX);
    begin_file(&text, today, "balances");
    (void)buf_add_str(&text, "10010001\t120\n10010002\t0\n10010003\t1250\n");
    return end_file(folder, "points", &text);
}

static int
sample_all(const char *folder, const struct procedure_set *set, int64_t today)
{
    const char *names[NAMES_MAX];
    size_t count = procedure_live_names(set, NAMES_MAX, names);
    int r = fs_make_dirs(folder);
    if (r < 0) {
        return complain(folder, 0, r);
    }
    for (size_t i = 0; i < count && r == 0; i++) {
        const struct procedure_list *list = procedure_list(set, names[i]);
        if (list != NULL) {
            r = sample_slots(folder, list, today);
        }
    }
    r = r == 0 ? sample_answers(folder, today) : r;
    r = r == 0 ? sample_points(folder, today) : r;
    return r < 0 ? 1 : 0;
}

static int
sample(const char *folder, const struct conf *conf, int64_t today)
{
    struct procedure_set *set = NULL;
    char *assets = conf_share(conf, "assets");
    int r = procedure_load(assets, NULL, NULL, &set);
    int result = r < 0 ? complain(assets, 0, r) : sample_all(folder, set, today);
    procedure_set_free(set);
    free(assets);
    return result;
}

int
ctl_live(int argc, char **argv)
{
    bool check = argc >= 2 && strcmp(argv[1], "check") == 0;
    int64_t today = clock_japan_day(clock_wall_s(clock_system()));
    bool sampling = argc >= 2 && argc <= 3 && strcmp(argv[1], "sample") == 0 &&
                    (argc == 2 || clock_day_parse(argv[2], strlen(argv[2]), &today));
    if (!check && !sampling) {
        return usage();
    }
    struct conf *conf = NULL;
    int line = 0;
    int r = conf_load_home(&conf, &line);
    if (r < 0 && (!check || argc == 2)) {
        char *home = conf_home();
        (void)fprintf(stderr, "kioskctl live: nothing is set up in %s: kioskctl init\n", home);
        free(home);
        return 1;
    }
    char *folder = conf != NULL ? conf_path(conf, "live", "live") : NULL;
    int result = check ? check_all(folder, argc - 2, argv + 2) : sample(folder, conf, today);
    free(folder);
    conf_free(conf);
    return result;
}
