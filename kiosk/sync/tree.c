/* sync/tree.c - bundles on the terminal's disk. A kind's folder holds
 *
 *     now -> t-7-0badcafe      what terminal and tools read
 *     before -> t-6-...        what it was: whoever still reads it may
 *     t-7-0badcafe/manifest    and the files that it names
 *     part/SHA256              what is being fetched, whole or begun
 *
 * A tree never changes once it is shown, and it is shown by one rename. Whatever else lies there is left of a cut and goes
 * before the next one is fetched. */
#include "sync/sync_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "base/rng.h"

enum { FILE_MODE = 0644, FOLDER_MODE = 0755, DEPTH_MAX = 16 };

static int
from_errno(void)
{
    return errno == ENOSPC || errno == EDQUOT ? KERR_NO_SPACE
           : errno == ENOENT                  ? KERR_NOT_FOUND
                                              : KERR_IO;
}

/* ---- removing ---- */

struct removal {
    const char *folder;
    unsigned depth;
};
static void remove_all(struct removal removal);

static int
remove_entry(const char *name, void *ctx)
{
    const struct removal *removal = ctx;
    char *path = fs_join(removal->folder, name);
    if (fs_is_folder(path) && removal->depth < DEPTH_MAX) {
        remove_all((struct removal){path, removal->depth + 1});
        (void)rmdir(path); /* what stays goes the next time */
    } else {
        (void)unlink(path); /* the same */
    }
    free(path);
    return 0;
}

static void
remove_all(struct removal removal)
{
    (void)fs_each(removal.folder, NULL, remove_entry, &removal); /* not there: nothing to do */
}

/* ---- links ---- */

static bool
is_tree(const char *name)
{
    return strncmp(name, "t-", 2) == 0 && strchr(name, '/') == NULL;
}

bool
sync_tree_of(const char *folder, const char *link, char ret_name[SYNC_TREE_MAX])
{
    char *path = fs_join(folder, link);
    ssize_t len = readlink(path, ret_name, SYNC_TREE_MAX - 1);
    free(path);
    ret_name[len > 0 ? len : 0] = 0;
    return len > 0 && is_tree(ret_name);
}

/* Lets a link lead to a tree, in one step. */
static int
point(const char *folder, const char *link, const char *name)
{
    char *path = fs_join(folder, link);
    int r = fs_link(name, path);
    free(path);
    return r == 0 ? fs_sync(folder) : r;
}

int
sync_tree_show(const char *folder, const char *name)
{
    char old[SYNC_TREE_MAX];
    int r = sync_tree_of(folder, "now", old) ? point(folder, "before", old) : 0;
    return r == 0 ? point(folder, "now", name) : r;
}

/* ---- tidying ---- */

struct tidying {
    const char *folder;
    char now[SYNC_TREE_MAX], before[SYNC_TREE_MAX];
};

static int
tidy_entry(const char *name, void *ctx)
{
    const struct tidying *tidying = ctx;
    if (is_tree(name) && strcmp(name, tidying->now) != 0 && strcmp(name, tidying->before) != 0) {
        struct removal removal = {tidying->folder, 0};
        (void)remove_entry(name, &removal);
    }
    return 0;
}

struct parts {
    char *folder;
    const struct seal_manifest *manifest; /* NULL: none stays */
};

static int
tidy_part(const char *name, void *ctx)
{
    const struct parts *parts = ctx;
    uint8_t hash[SEAL_HASH_LEN];
    if (hex_decode(name, hash, sizeof(hash)) < 0 ||
        seal_manifest_find_hash(parts->manifest, hash) == NULL) {
        struct removal removal = {parts->folder, 0};
        (void)remove_entry(name, &removal);
    }
    return 0;
}

void
sync_tree_tidy(const char *folder, const struct seal_manifest *manifest)
{
    struct tidying tidying = {.folder = folder};
    (void)sync_tree_of(folder, "now", tidying.now); /* "" for none, as the next */
    (void)sync_tree_of(folder, "before", tidying.before);
    (void)fs_each(folder, NULL, tidy_entry, &tidying);
    struct parts parts = {fs_join(folder, "part"), manifest};
    (void)fs_each(parts.folder, NULL, tidy_part, &parts);
    free(parts.folder);
}

bool
sync_tree_has_room(const char *folder, uint64_t bytes)
{
    struct statvfs disk;
    return statvfs(folder, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize >= bytes;
}

/* ---- files ---- */

bool
sync_tree_is_file(const char *path, const struct seal_file *file)
{
    uint8_t hash[SEAL_HASH_LEN];
    struct stat st;
    AUTO_BUF bytes;
    buf_init(&bytes, file->size > 0 ? file->size : 1);
    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode) || (uint64_t)st.st_size != file->size ||
        fs_read_regular(path, &bytes) < 0) {
        return false;
    }
    seal_hash(bytes.data, bytes.len, hash);
    return bytes.len == file->size && memcmp(hash, file->hash, sizeof(hash)) == 0;
}

char *
sync_tree_part(const char *folder, const struct seal_file *file)
{
    char hex[2 * SEAL_HASH_LEN + 1];
    char *parts = fs_join(folder, "part");
    hex_encode(file->hash, sizeof(file->hash), hex);
    char *path = fs_join(parts, hex);
    free(parts);
    return path;
}

/* Puts one part to its place in the tree. */
static int
place(const char *folder, const char *tree, const struct seal_file *file)
{
    char *part = sync_tree_part(folder, file);
    char *path = fs_join(tree, file->name);
    char *slash = strrchr(path, '/');
    *slash = 0;
    int r = fs_make_dirs(path);
    *slash = '/';
    if (r == 0 && link(part, path) != 0) {
        r = from_errno();
    }
    free(path);
    free(part);
    return r;
}

static int
sync_entry(const char *name, void *ctx)
{
    const struct removal *at = ctx;
    char *path = fs_join(at->folder, name);
    int r = 0;
    if (fs_is_folder(path)) {
        struct removal below = {path, at->depth + 1};
        r = below.depth < DEPTH_MAX ? fs_each(path, NULL, sync_entry, &below) : KERR_TOO_BIG;
        r = r == 0 ? fs_sync(path) : r;
    }
    free(path);
    return r;
}

int
sync_tree_build(const char *folder, const struct seal_manifest *manifest, const struct buf *bytes,
    char ret_name[SYNC_TREE_MAX])
{
    uint8_t chance[4];
    char hex[2 * sizeof(chance) + 1];
    rng_fill(chance, sizeof(chance));
    hex_encode(chance, sizeof(chance), hex);
    (void)snprintf(ret_name, SYNC_TREE_MAX, "t-%" PRIu64 "-%s", manifest->counter, hex);
    char *tree = fs_join(folder, ret_name);
    char *path = fs_join(tree, SYNC_MANIFEST);
    int r = mkdir(tree, FOLDER_MODE) == 0 ? 0 : from_errno();
    for (size_t i = 0; r == 0 && i < manifest->count; i++) {
        r = place(folder, tree, &manifest->files[i]);
    }
    r = r == 0 ? fs_write_atomic(path, bytes->data, bytes->len, FILE_MODE) : r;
    struct removal all = {tree, 0};
    r = r == 0 ? fs_each(tree, NULL, sync_entry, &all) : r;
    r = r == 0 ? fs_sync(tree) : r;
    free(path);
    free(tree);
    return r;
}
