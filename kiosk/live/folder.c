/* live/folder.c - the folder of live data: a file is read when a page first asks for it, and again after it
 * changed, but only between two visits. A file that can't be read leaves the last good one in place. */
#include "live/live.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"

enum { TABLES_MAX = 32, OVER_MAX = 2 };

/* What tells one version of a file from another: whoever syncs puts a new file there. */
struct version {
    bool there;
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
};

struct entry {
    char name[LIVE_NAME_MAX];
    struct live_table *table; /* NULL: none that could be read */
    struct version version; /* of the last reading */
    bool read; /* since the last refresh it was looked at */
    bool bad; /* the last reading was refused */
};

struct live {
    char *folder;
    struct {
        char *bundle; /* its folder */
        char *tree; /* of this visit; NULL: none came yet */
    } over[OVER_MAX];
    size_t over_count;
    struct entry entries[TABLES_MAX];
    size_t count;
};

struct live *
live_open(const char *folder)
{
    struct live *live = xcalloc(1, sizeof(*live));
    live->folder = xstrdup(folder);
    return live;
}

void
live_close(struct live *live)
{
    if (live == NULL) {
        return;
    }
    for (size_t i = 0; i < live->count; i++) {
        live_table_free(live->entries[i].table);
    }
    for (size_t i = 0; i < live->over_count; i++) {
        free(live->over[i].bundle);
        free(live->over[i].tree);
    }
    free(live->folder);
    free(live);
}

void
live_over(struct live *live, const char *bundle)
{
    if (live->over_count < OVER_MAX) {
        live->over[live->over_count++].bundle = xstrdup(bundle);
    }
}

static bool
is_name(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return name[len] == 0 && len > 0 && len < LIVE_NAME_MAX;
}

static struct version
version_of(const char *path)
{
    struct stat s;
    struct version version = {.there = stat(path, &s) == 0};
    if (version.there) {
        version.device = s.st_dev;
        version.inode = s.st_ino;
        version.size = s.st_size;
        version.changed = s.st_mtim;
    }
    return version;
}

static bool
same_version(const struct version *a, const struct version *b)
{
    return a->there == b->there && a->device == b->device && a->inode == b->inode &&
           a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}

/* Of the bundles, or else of the folder. */
static char *
path_of(const struct live *live, const char *file)
{
    for (size_t i = 0; i < live->over_count; i++) {
        char *path = live->over[i].tree != NULL ? fs_join(live->over[i].tree, file) : NULL;
        if (path != NULL && fs_exists(path)) {
            return path;
        }
        free(path);
    }
    return fs_join(live->folder, file);
}

static void
look(struct live *live, struct entry *entry)
{
    AUTO_BUF file;
    buf_init(&file, LIVE_NAME_MAX + 8);
    (void)buf_printf(&file, "%s.tsv", entry->name);
    char *path = path_of(live, buf_str(&file));
    struct version version = version_of(path);
    entry->read = true;
    if (!same_version(&version, &entry->version)) {
        struct live_table *table = NULL;
        int line = 0;
        int r = live_read(path, &table, &line);
        entry->version = version;
        entry->bad = r < 0 && r != KERR_NOT_FOUND;
        if (!entry->bad) {
            live_table_free(entry->table); /* taken away: the city tells nothing any more */
            entry->table = table;
        }
    }
    free(path);
}

const struct live_table *
live_table(struct live *live, const char *name)
{
    struct entry *entry = NULL;
    for (size_t i = 0; i < live->count && entry == NULL; i++) {
        entry = strcmp(live->entries[i].name, name) == 0 ? &live->entries[i] : NULL;
    }
    if (entry == NULL) {
        if (live->count == TABLES_MAX || !is_name(name)) {
            return NULL;
        }
        entry = &live->entries[live->count++];
        memcpy(entry->name, name, strlen(name) + 1);
    }
    if (!entry->read) {
        look(live, entry);
    }
    return entry->table;
}

size_t
live_refresh(struct live *live)
{
    size_t bad = 0;
    for (size_t i = 0; i < live->over_count; i++) {
        free(live->over[i].tree);
        live->over[i].tree = fs_shown(live->over[i].bundle, "now");
    }
    for (size_t i = 0; i < live->count; i++) {
        live->entries[i].read = false;
        bad += live->entries[i].bad ? 1 : 0;
    }
    return bad;
}
