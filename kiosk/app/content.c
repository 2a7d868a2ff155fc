/* app/content.c - services, pages and words as files: read at the start, and anew when they changed, between two
 * visits only. Content with a mistake is never shown: what was there before stays. */
#include "app_priv.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/log.h"

enum {
    DEPTH_MAX = 4, /* city/lists, CODE/LC_MESSAGES */
    PUSHED_MAX = 3, /* newer bundles come minutes apart, and reading takes a second */
    SETTLED_S = 3 /* files that are being copied just now are looked at a little later */
};

/* What of the folder assets is content; the rest (pictures, sounds) is read where it is used. */
static const char *const folders[] = {
    "dictionary", "city", "procedures", "forms", "pages", "phrases"};

/* ---- which set ---- */

/* What the terminal shows is the city's newest bundle; when that can't be read at a start the one before, or else what was
 * shipped. */
enum { RANK_NOW, RANK_BEFORE, RANK_SHIPPED };

/* The tree of that bundle; NULL for what was shipped. Heap. */
static char *
tree_now(const struct app *app)
{
    return app->content_rank == RANK_SHIPPED
               ? NULL
               : conf_bundle(
                     app->conf, "content", app->content_rank == RANK_NOW ? "now" : "before");
}

/* A folder of a tree, or of what was shipped where that has none. Heap. */
static char *
in_tree(const struct app *app, const char *tree, const char *what)
{
    char *path = tree != NULL ? fs_join(tree, what) : NULL;
    if (path == NULL || !fs_exists(path)) {
        free(path);
        path = conf_share(app->conf, what);
    }
    return path;
}

char *
content_share(const struct app *app, const char *what)
{
    char *tree = tree_now(app);
    char *path = in_tree(app, tree, what);
    free(tree);
    return path;
}

bool
content_drop_bundles(struct app *app)
{
    bool had = app->content_rank != RANK_SHIPPED;
    app->content_rank = RANK_SHIPPED;
    return had;
}

static void
log_mistake(const struct procedure_mistake *mistake, void *ctx)
{
    (void)ctx;
    LOG(LOG_ERROR, "content.mistake", LOG_INT("line", mistake->line),
        LOG_INT("column", mistake->column));
}

/* ---- has anything changed? ---- */

static void
mix(uint64_t *hash, const char *text)
{
    for (; *text != 0; text++) { /* FNV-1a, 64 bits */
        *hash = (*hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    }
}

struct walk {
    struct content_stamp *stamp;
    uint64_t *hash;
    const char *folder;
    int depth;
};
static void stamp_folder(struct walk walk);

static int
stamp_entry(const char *name, void *ctx)
{
    struct walk walk = *(struct walk *)ctx;
    char *path = fs_join(walk.folder, name);
    struct stat st;
    if (stat(path, &st) < 0) { /* gone just now */
        free(path);
        return 0;
    }
    if (S_ISDIR(st.st_mode)) {
        walk.folder = path;
        walk.depth++;
        stamp_folder(walk);
    } else if (name[0] != '.') {
        AUTO_BUF told;
        buf_init(&told, 8192);
        (void)buf_printf(&told, "%s %lld %ld %lld %llu\n", path, (long long)st.st_mtim.tv_sec,
            st.st_mtim.tv_nsec, (long long)st.st_size, (unsigned long long)st.st_ino);
        mix(walk.hash, buf_str(&told));
        walk.stamp->newest =
            walk.stamp->newest < st.st_mtim.tv_sec ? st.st_mtim.tv_sec : walk.stamp->newest;
    }
    free(path);
    return 0;
}

static void
stamp_folder(struct walk walk)
{
    if (walk.depth < DEPTH_MAX) {
        (void)fs_each(walk.folder, NULL, stamp_entry, &walk); /* what is not there has no stamp */
    }
}

static struct content_stamp
look(const struct app *app)
{
    struct content_stamp stamp = {
        .content = UINT64_C(14695981039346656037), .words = UINT64_C(14695981039346656037)};
    char *assets = content_share(app, "assets");
    char *locale = content_share(app, "locale");
    char *newest = conf_bundle(app->conf, "content", "now");
    stamp.bundle = UINT64_C(14695981039346656037);
    mix(&stamp.bundle, newest != NULL ? newest : "");
    free(newest);
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        char *folder = fs_join(assets, folders[i]);
        stamp_folder((struct walk){.stamp = &stamp, .hash = &stamp.content, .folder = folder});
        free(folder);
    }
    stamp_folder((struct walk){.stamp = &stamp, .hash = &stamp.words, .folder = locale});
    free(locale);
    free(assets);
    return stamp;
}

/* ---- reading ---- */

/* What was read, not yet shown. */
struct content {
    char *tree; /* where from; NULL: what was shipped */
    struct procedure_set *procedures;
    struct info *info;
    struct info_search *search;
};

static void
drop(struct content *content)
{
    info_search_free(content->search);
    info_free(content->info);
    procedure_set_free(content->procedures);
    free(content->tree);
}

static int
load_tree(const struct app *app, char *tree, struct content *ret)
{
    char *assets = in_tree(app, tree, "assets");
    *ret = (struct content){.tree = tree};
    int r = procedure_load(assets, log_mistake, NULL, &ret->procedures);
    if (r == 0) {
        r = info_load(assets, ret->procedures, log_mistake, NULL, &ret->info);
    }
    if (r == 0) {
        int search = info_search_new(ret->info, ret->procedures, &ret->search);
        if (search < 0) { /* the rest works without; the button for it isn't shown */
            LOG(LOG_ERROR, "search.open", LOG_ERR(search));
        }
    }
    if (tree != NULL && !conf_bundle_is_kept(
                            app->conf, "content", tree)) { /* tidied away meanwhile: maybe a half */
        r = KERR_BUSY;
    }
    if (r < 0) {
        drop(ret);
    }
    free(assets);
    return r;
}

/* A tree that newer bundles push away while it is read is not used; then theirs is. */
static int
load(struct app *app, struct content *ret)
{
    int r = KERR_BUSY;
    for (int i = 0; r == KERR_BUSY && i < PUSHED_MAX; i++) {
        app->words_behind |= i > 0;
        r = load_tree(app, tree_now(app), ret);
    }
    return r;
}

static void
swap(struct app *app, const struct content *content)
{
    struct content old = {.procedures = app->procedures, .info = app->info, .search = app->search};
    app->procedures = content->procedures;
    app->info = content->info;
    app->search = content->search;
    drop(&old);
}

/* The catalogs of the content that is shown from now on. */
static void
renew_words(struct app *app, const struct content *content)
{
    char *locale = in_tree(app, content->tree, "locale");
    struct i18n *words;
    int r = i18n_new(locale, &words);
    if (r == 0) {
        i18n_free(app->i18n);
        app->i18n = words;
    }
    app->words_behind = false;
    LOG(r == 0 ? LOG_INFO : LOG_ERROR, "words.anew", LOG_ERR(r));
    free(locale);
}

/* Content and its words, as one. */
static void
show(struct app *app, struct content *content)
{
    swap(app, content);
    if (app->words_behind) {
        renew_words(app, content);
    }
    free(content->tree);
}

static bool
has_bundle(const struct app *app)
{
    char *newest = conf_bundle(app->conf, "content", "now");
    bool has = newest != NULL;
    free(newest);
    return has;
}

int
content_open(struct app *app)
{
    struct content content;
    app->content = look(app);
    app->content_looked_ms = clock_mono_ms(app->clock);
    int r = load(app, &content);
    while (r < 0 && app->content_rank < RANK_SHIPPED && has_bundle(app)) {
        app->content_rank++;
        LOG(LOG_ERROR, "content.older", LOG_ERR(r), LOG_INT("rank", app->content_rank));
        app->content = look(app);
        app->words_behind = true;
        r = load(app, &content);
    }
    if (r == 0) {
        show(app, &content);
    }
    return r;
}

static bool
same(const struct content_stamp *a, const struct content_stamp *b)
{
    return a->content == b->content && a->words == b->words && a->bundle == b->bundle;
}

bool
content_changed(struct app *app)
{
    struct content_stamp now = look(app);
    app->content_looked_ms = clock_mono_ms(app->clock);
    int64_t age = clock_wall_s(app->clock) - now.newest;
    bool settled = age >= SETTLED_S || age < 0; /* a clock that went back settles nothing */
    return settled && !same(&now, &app->content);
}

void
content_renew(struct app *app)
{
    if (app->visit.open || app->visit.interview != NULL || app->procedures == NULL ||
        !content_changed(app)) {
        return;
    }
    struct content_stamp now = look(app);
    if (now.bundle != app->content.bundle) {
        app->content_rank = RANK_NOW; /* another one came down */
        now = look(app);
    }
    app->words_behind |= now.words != app->content.words;
    struct content content;
    int r = load(app, &content);
    if (r == 0) {
        show(app, &content);
    }
    app->content = now; /* with a mistake too: it is read again when it changes again */
    if (r == 0) {
        LOG(LOG_INFO, "content.anew",
            LOG_INT("services", (int64_t)procedure_count(app->procedures)));
    } else {
        LOG(LOG_ERROR, "content.kept", LOG_ERR(r));
    }
}

void
content_watch(struct app *app)
{
    if (content_wait_ms(app) == 0 && content_changed(app)) {
        visit_end(app); /* which renews it, and begins the page anew */
    }
}

int64_t
content_wait_ms(const struct app *app)
{
    bool idle = !app->visit.open && !app->visit.tapping &&
                (app->screen == &screen_attract || app->screen == &screen_check_in);
    int64_t wait = app->content_looked_ms + app->content_look_ms - clock_mono_ms(app->clock);
    return !idle ? -1 : wait < 0 ? 0 : wait;
}
