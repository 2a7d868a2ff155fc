/* program/ctl_bundle.c - kioskctl bundle: at the city, what goes down to terminals.
 *
 *   kioskctl bundle make content ASSETS [LOCALE]    services, pages, words; catalogs as make builds them
 *   kioskctl bundle make keys [LIST]                the key list
 *   kioskctl bundle make live FOLDER                free places, balances, lists
 *   kioskctl bundle make answers FILE               what kiosk-desk --export answers wrote
 *
 * --counter N in front of the kind raises the counter to N. Nothing is signed that a terminal would refuse to show. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "intake/intake.h"
#include "live/live.h"
#include "program/ctl.h"
#include "program/ctl_content.h"
#include "seal/seal.h"

enum { DEPTH_MAX = 8 };

static int
complain(const char *path, const char *what, int error)
{
    (void)fprintf(stderr, "kioskctl bundle: %s: %s (%s)\n", path, what, err_str(error));
    return error;
}

/* ---- the files of a bundle ---- */

struct files {
    struct intake_source *entries; /* owned, with their strings */
    size_t count, cap;
};

static void
add(struct files *files, const char *name, const char *path)
{
    files->entries = xgrow(files->entries, files->count, &files->cap, sizeof(files->entries[0]));
    files->entries[files->count++] = (struct intake_source){xstrdup(name), xstrdup(path)};
}

static void
release(struct files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free((void *)(uintptr_t)files->entries[i].name);
        free((void *)(uintptr_t)files->entries[i].path);
    }
    free(files->entries);
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(((const struct intake_source *)a)->name, ((const struct intake_source *)b)->name);
}

struct walk {
    struct files *files;
    const char *name, *path; /* of the folder */
    unsigned depth;
};
static int walk_folder(struct walk walk);

static int
walk_entry(const char *name, void *ctx)
{
    struct walk walk = *(struct walk *)ctx;
    char *path = fs_join(walk.path, name);
    char *as = fs_join(walk.name, name);
    struct stat st;
    int r = 0;
    if (name[0] == '.') {
        r = 0; /* an editor's */
    } else if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        r = walk_folder((struct walk){walk.files, as, path, walk.depth + 1});
    } else {
        add(walk.files, as, path);
    }
    free(as);
    free(path);
    return r;
}

static int
walk_folder(struct walk walk)
{
    return walk.depth < DEPTH_MAX ? fs_each(walk.path, NULL, walk_entry, &walk) : KERR_TOO_BIG;
}

static void
print_mistake(const struct procedure_mistake *mistake, void *ctx)
{
    (void)ctx;
    (void)fprintf(
        stderr, "%s:%d:%d: %s\n", mistake->file, mistake->line, mistake->column, mistake->reason);
}

/* Content is a whole set, and is read as a terminal reads it. */
static int
take_content(struct files *files, int count, char **arguments)
{
    static const char *const folders[] = {
        "city", "dictionary", "forms", "pages", "phrases", "procedures"};
    struct content content = {0};
    int r = content_load(arguments[0], print_mistake, NULL, &content);
    content_release(&content);
    if (r < 0) {
        return complain(arguments[0], "is no set of content without mistakes", r);
    }
    for (size_t i = 0; r == 0 && i < ARRAY_LEN(folders); i++) {
        char *path = fs_join(arguments[0], folders[i]);
        char *name = fs_join("assets", folders[i]);
        r = walk_folder((struct walk){files, name, path, 0});
        r = r == KERR_NOT_FOUND ? 0 : r;
        free(name);
        free(path);
    }
    if (r == 0 && count > 1) {
        r = walk_folder((struct walk){files, "locale", arguments[1], 0});
    }
    return r < 0 ? complain(arguments[0], "can't be read", r) : 0;
}

static int
take_table(struct files *files, const char *name, const char *path, bool is_answers)
{
    struct live_table *table = NULL;
    int line = 0;
    int r = live_read(path, &table, &line);
    if (r == 0 && is_answers != (live_form(table) == LIVE_ANSWERS)) {
        r = KERR_INVALID;
    }
    live_table_free(table);
    if (r < 0) {
        (void)fprintf(stderr, "kioskctl bundle: %s:%d: no live data of this kind (%s)\n", path,
            line, err_str(r));
        return r;
    }
    add(files, name, path);
    return 0;
}

struct tables {
    struct files *files;
    const char *folder;
};

static int
take_one_table(const char *name, void *ctx)
{
    const struct tables *tables = ctx;
    if (strcmp(name, "answers.tsv") == 0) {
        return 0; /* a bundle of its own */
    }
    char *path = fs_join(tables->folder, name);
    int r = take_table(tables->files, name, path, false);
    free(path);
    return r;
}

static int
take_key_list(struct files *files, const struct conf *conf, int count, char **arguments)
{
    char *path = count > 0 ? xstrdup(arguments[0]) : conf_path(conf, "keyring", "keyring.der");
    char *ca = conf_path(conf, "city-ca", "keys/city-ca.crt");
    struct seal_keyring *ring = NULL;
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_KEYRING_MAX);
    int r = fs_read(path, &bytes);
    r = r == 0 ? seal_keyring_read(ca, bytes.data, bytes.len, &ring) : r;
    if (r < 0) {
        (void)complain(path, "is no list of this city's keys", r);
    } else {
        add(files, "keyring.der", path);
    }
    seal_keyring_free(ring);
    free(ca);
    free(path);
    return r;
}

/* ---- publishing ---- */

struct wish {
    enum seal_bundle kind;
    uint64_t counter; /* 0: the next */
    int count; /* of the arguments behind the kind */
    char **arguments;
};

static int
collect(const struct conf *conf, const struct wish *wish, struct files *files)
{
    int r = 0;
    switch (wish->kind) {
    case SEAL_BUNDLE_CONTENT:
        r = take_content(files, wish->count, wish->arguments);
        break;
    case SEAL_BUNDLE_KEYS:
        r = take_key_list(files, conf, wish->count, wish->arguments);
        break;
    case SEAL_BUNDLE_LIVE: {
        struct tables tables = {files, wish->arguments[0]};
        r = fs_each(wish->arguments[0], ".tsv", take_one_table, &tables);
        break;
    }
    case SEAL_BUNDLE_ANSWERS:
        r = take_table(files, "answers.tsv", wish->arguments[0], true);
        break;
    case SEAL_BUNDLE_COUNT:
        break;
    }
    if (r == 0 && files->count == 0) {
        r = complain(wish->arguments[0], "there is nothing for this bundle", KERR_NOT_FOUND);
    }
    return r;
}

static int
publish(const struct conf *conf, const struct wish *wish, const struct files *files)
{
    char *folder = conf_path(conf, "publish", "publish");
    char *keys = conf_path(conf, "city-ca", "keys/city-ca.crt");
    char *slash = strrchr(keys, '/');
    if (slash != NULL) {
        *slash = 0; /* the folder of the CA */
    }
    const struct intake_publish publication = {.folder = folder,
        .keys = keys,
        .kind = wish->kind,
        .counter = wish->counter,
        .now = clock_wall_s(clock_system()),
        .sources = files->entries,
        .count = files->count};
    uint64_t counter = 0;
    size_t at = 0;
    int r = intake_publish(&publication, &counter, &at);
    if (r == 0) {
        (void)printf("%s %" PRIu64 ": %zu files in %s\n", seal_bundle_name(wish->kind), counter,
            files->count, folder);
    } else if (at < files->count) {
        (void)complain(files->entries[at].path, "can't be part of this bundle", r);
    } else {
        (void)complain(folder,
            r == KERR_CONFLICT   ? "a higher counter is published already"
            : r == KERR_SEAL_KEY ? "nothing is published: the key that signs it isn't here"
                                 : "nothing is published",
            r);
    }
    free(keys);
    free(folder);
    return r;
}

static int
make(const struct wish *wish)
{
    struct conf *conf = NULL;
    struct files files = {0};
    int r = conf_load_home(&conf, NULL);
    if (r < 0) {
        return complain("the settings", "can't be read", r);
    }
    r = collect(conf, wish, &files);
    if (r == 0) {
        qsort(files.entries, files.count, sizeof(files.entries[0]), by_name);
        r = publish(conf, wish, &files);
    }
    release(&files);
    conf_free(conf);
    return r;
}

static bool
read_number(const char *text, uint64_t *ret_number)
{
    char *end = NULL;
    if (text[0] < '1' || text[0] > '9' || strlen(text) > 18) {
        return false;
    }
    *ret_number = strtoull(text, &end, 10);
    return *end == 0;
}

static bool
read_wish(int argc, char **argv, struct wish *wish)
{
    static const struct {
        int least, most;
    } counts[SEAL_BUNDLE_COUNT] = {{1, 2}, {0, 1}, {1, 1}, {1, 1}};
    int at = 2;
    if (argc < 3 || strcmp(argv[1], "make") != 0) {
        return false;
    }
    if (strcmp(argv[at], "--counter") == 0) {
        if (argc < 5 || !read_number(argv[3], &wish->counter)) {
            return false;
        }
        at = 4;
    }
    if (seal_bundle_find(argv[at], &wish->kind) < 0) {
        return false;
    }
    wish->count = argc - at - 1;
    wish->arguments = argv + at + 1;
    return wish->count >= counts[wish->kind].least && wish->count <= counts[wish->kind].most;
}

int
ctl_bundle(int argc, char **argv)
{
    struct wish wish = {0};
    if (!read_wish(argc, argv, &wish)) {
        (void)fprintf(stderr, "usage: kioskctl bundle make [--counter N] content ASSETS [LOCALE] |"
                              " keys [LIST] | live FOLDER | answers FILE\n");
        return 2;
    }
    return make(&wish) < 0 ? 1 : 0;
}
