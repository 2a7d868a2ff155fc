/* sync/bundle.c - takes signed bundles, whatever way they come: is this manifest newer, what is missing, is each file what
 * the manifest names; then the tree is built beside the old one and shown in one step (tree.c). */
#include "sync/sync_priv.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"

enum { PART_MODE = 0644 };

/* What a kind has now. */
struct installed {
    struct seal_manifest *manifest; /* NULL: nothing, or nothing that verifies */
    struct buf bytes; /* of the manifest */
    char *tree; /* path; NULL: none */
    uint64_t floor; /* the counter in the tree's name, for when the manifest was damaged */
};

static void
installed_release(struct installed *installed)
{
    seal_manifest_free(installed->manifest);
    buf_release(&installed->bytes);
    free(installed->tree);
}

static void
look(const char *folder, const char *city_ca, enum seal_bundle kind, struct installed *ret)
{
    char name[SYNC_TREE_MAX];
    *ret = (struct installed){.manifest = NULL};
    buf_init(&ret->bytes, SEAL_MANIFEST_MAX);
    if (!sync_tree_of(folder, "now", name)) {
        return;
    }
    ret->tree = fs_join(folder, name);
    ret->floor = strtoull(name + 2, NULL, 10); /* t-7-0badcafe */
    char *path = fs_join(ret->tree, SYNC_MANIFEST);
    if (fs_read_regular(path, &ret->bytes) < 0 ||
        seal_manifest_read(city_ca, ret->bytes.data, ret->bytes.len, &ret->manifest) < 0) {
        ret->manifest = NULL;
    } else if (ret->manifest->kind != kind) {
        seal_manifest_free(ret->manifest);
        ret->manifest = NULL;
    }
    free(path);
}

int
sync_bundle_installed(const char *folder, const char *city_ca, enum seal_bundle kind,
    struct sync_bundle_state *ret_state)
{
    struct installed installed;
    char *of_kind = fs_join(folder, seal_bundle_name(kind));
    look(of_kind, city_ca, kind, &installed);
    bool has = installed.manifest != NULL;
    if (has) {
        ret_state->counter = installed.manifest->counter;
        ret_state->made_at = installed.manifest->made_at;
    }
    installed_release(&installed);
    free(of_kind);
    return has ? 0 : KERR_NOT_FOUND;
}

/* Are all its files what the manifest names? */
static bool
is_whole(const struct installed *installed)
{
    bool ok = installed->manifest != NULL;
    for (size_t i = 0; ok && i < installed->manifest->count; i++) {
        char *path = fs_join(installed->tree, installed->manifest->files[i].name);
        ok = sync_tree_is_file(path, &installed->manifest->files[i]);
        free(path);
    }
    return ok;
}

/* ---- one bundle ---- */

struct taking {
    const struct sync_place *place;
    const struct sync_source *source;
    enum seal_bundle kind;
    char *folder; /* of the kind */
    struct installed installed;
    struct seal_manifest *manifest; /* the new one */
    struct buf bytes;
};

/* A file that the tree in use has under whatever name: true when it is the part now. */
static bool
take_from_tree(const struct taking *taking, const struct seal_file *file, const char *part)
{
    const struct seal_file *old = seal_manifest_find_hash(taking->installed.manifest, file->hash);
    char *path = old != NULL ? fs_join(taking->installed.tree, old->name) : NULL;
    bool ok = path != NULL && sync_tree_is_file(path, file) && link(path, part) == 0;
    free(path);
    return ok;
}

/* Goes on where the part ends. */
static int
fetch_rest(const struct taking *taking, const struct seal_file *file, const char *part)
{
    struct stat st;
    char hex[2 * SEAL_HASH_LEN + 1];
    hex_encode(file->hash, sizeof(file->hash), hex);
    if (lstat(part, &st) == 0 &&
        (!S_ISREG(st.st_mode) || st.st_nlink > 1 || (uint64_t)st.st_size >= file->size)) {
        (void)fs_remove(part); /* no beginning of it; or a file of a tree, which never changes */
    }
    int fd = open(part, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, PART_MODE);
    if (fd < 0 || fstat(fd, &st) != 0) {
        if (fd >= 0) {
            (void)close(fd); /* nothing was written */
        }
        return KERR_IO;
    }
    const struct sync_wanted wanted = {
        taking->kind, hex, (uint64_t)st.st_size, file->size - (uint64_t)st.st_size, fd};
    int r = file->size > 0 ? taking->source->file(taking->source->ctx, &wanted) : 0;
    if (fsync(fd) != 0 && r == 0) {
        r = KERR_IO;
    }
    (void)close(fd); /* synced */
    if (r == 0 && !sync_tree_is_file(part, file)) {
        (void)fs_remove(part);
        r = KERR_NET_ANSWER;
    }
    return r;
}

static int
fetch_all(const struct taking *taking)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < taking->manifest->count; i++) {
        const struct seal_file *file = &taking->manifest->files[i];
        char *part = sync_tree_part(taking->folder, file);
        if (!sync_tree_is_file(part, file)) {
            bool has = !fs_exists(part) && take_from_tree(taking, file, part);
            r = has ? 0 : fetch_rest(taking, file, part);
        }
        free(part);
    }
    return r;
}

/* The key list has rules of its own, and a place of its own. */
static int
put_keys(const struct taking *taking, const char *tree)
{
    if (taking->kind != SEAL_BUNDLE_KEYS) {
        return 0;
    }
    AUTO_BUF list;
    buf_init(&list, SEAL_KEYRING_MAX);
    char *folder = fs_join(taking->folder, tree);
    char *path = fs_join(folder, taking->manifest->files[0].name);
    int r = fs_read_regular(path, &list);
    r = r == 0 ? seal_keyring_install(
                     taking->place->city_ca, taking->place->keyring, list.data, list.len)
               : r;
    free(path);
    free(folder);
    return r;
}

/* 1: there is something to take. */
static int
judge(struct taking *taking)
{
    const struct seal_manifest *old = taking->installed.manifest;
    int r = seal_manifest_read(
        taking->place->city_ca, taking->bytes.data, taking->bytes.len, &taking->manifest);
    if (r < 0) {
        return r;
    }
    if (taking->manifest->kind != taking->kind) {
        return KERR_INVALID;
    }
    if (old == NULL && taking->manifest->counter < taking->installed.floor) {
        return KERR_CONFLICT;
    }
    if (old == NULL || taking->manifest->counter > old->counter) {
        return 1;
    }
    bool same = taking->bytes.len == taking->installed.bytes.len &&
                memcmp(taking->bytes.data, taking->installed.bytes.data, taking->bytes.len) == 0;
    if (!same) {
        return KERR_CONFLICT;
    }
    return is_whole(&taking->installed) ? 0 : 1;
}

static int
fetch_and_show(struct taking *taking)
{
    char tree[SYNC_TREE_MAX];
    char *parts = fs_join(taking->folder, "part");
    sync_tree_tidy(taking->folder, taking->manifest);
    int r = fs_is_folder(parts) ? 0 : fs_make_folder(parts, 0755);
    free(parts);
    if (r == 0 &&
        !sync_tree_has_room(taking->folder, taking->manifest->total + taking->place->reserve)) {
        r = KERR_NO_SPACE;
    }
    r = r == 0 ? fetch_all(taking) : r;
    r = r == 0 ? sync_tree_build(taking->folder, taking->manifest, &taking->bytes, tree) : r;
    r = r == 0 ? put_keys(taking, tree) : r;
    r = r == 0 ? sync_tree_show(taking->folder, tree) : r;
    if (r == 0) {
        sync_tree_tidy(taking->folder, NULL);
    }
    return r;
}

/* 1 when one was taken, 0 when there is none that is newer. */
static int
take(struct taking *taking, bool is_known_whole)
{
    char tag[2 * SEAL_HASH_LEN + 1] = "";
    if (taking->installed.manifest != NULL && (is_known_whole || is_whole(&taking->installed))) {
        uint8_t hash[SEAL_HASH_LEN];
        seal_hash(taking->installed.bytes.data, taking->installed.bytes.len, hash);
        hex_encode(hash, sizeof(hash), tag);
    }
    int r = taking->source->manifest(taking->source->ctx, taking->kind, tag, &taking->bytes);
    if (r == KERR_NOT_FOUND || r == 1) {
        return 0; /* nothing is published; or it is what we have */
    }
    r = r == 0 ? judge(taking) : r;
    if (r == 1) {
        r = fetch_and_show(taking);
        return r == 0 ? 1 : r;
    }
    return r;
}

/* Will it be the same bundle with the same fate? Then somebody must look. */
static bool
is_refusal(int error)
{
    return error == KERR_CONFLICT || error == KERR_INVALID || error == KERR_SEAL_FORM ||
           error == KERR_SEAL_SIGNATURE;
}

void
sync_bundle_take(const struct sync_place *place, const struct sync_source *source,
    enum seal_bundle kind, struct sync_bundle *bundle)
{
    struct taking taking = {.place = place,
        .source = source,
        .kind = kind,
        .folder = fs_join(place->folder, seal_bundle_name(kind))};
    buf_init(&taking.bytes, SEAL_MANIFEST_MAX);
    int r = fs_exists(place->folder) ? 0 : fs_make_dirs(place->folder);
    r = r == 0 && !fs_is_folder(taking.folder) ? fs_make_folder(taking.folder, 0755) : r;
    int lock = r == 0 ? open(taking.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (r == 0 && (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) != 0)) {
        r = lock < 0 ? KERR_IO : KERR_BUSY; /* a stick and the line at once */
    }
    look(taking.folder, place->city_ca, kind, &taking.installed);
    r = r == 0 ? take(&taking, bundle->is_whole) : r;
    const struct seal_manifest *has = r == 1 ? taking.manifest : taking.installed.manifest;
    *bundle = (struct sync_bundle){.result = r == 1          ? SYNC_BUNDLE_TAKEN
                                             : r == 0        ? SYNC_BUNDLE_SAME
                                             : is_refusal(r) ? SYNC_BUNDLE_REFUSED
                                                             : SYNC_BUNDLE_LATER,
        .error = r < 0 ? r : 0,
        .is_whole = r >= 0 && has != NULL,
        .state = {has != NULL ? has->counter : 0, has != NULL ? has->made_at : 0}};
    if (lock >= 0) {
        (void)close(lock); /* gives the lock back */
    }
    seal_manifest_free(taking.manifest);
    installed_release(&taking.installed);
    buf_release(&taking.bytes);
    free(taking.folder);
}

/* ---- from a folder: a stick ---- */

static char *
in_folder(const char *folder, enum seal_bundle kind, const char *name)
{
    char *of_kind = fs_join(folder, seal_bundle_name(kind));
    char *path = fs_join(of_kind, name);
    free(of_kind);
    return path;
}

static int
folder_manifest(void *ctx, enum seal_bundle kind, const char *tag, struct buf *ret_bytes)
{
    (void)tag; /* reading it is as cheap as asking */
    char *path = in_folder(ctx, kind, SYNC_MANIFEST);
    int r = fs_read_regular(path, ret_bytes);
    free(path);
    return r == KERR_TOO_BIG ? KERR_SEAL_FORM : r;
}

static int
folder_file(void *ctx, const struct sync_wanted *wanted)
{
    AUTO_BUF bytes;
    buf_init(&bytes, wanted->from + wanted->len);
    char *path = in_folder(ctx, wanted->kind, wanted->hash);
    int r = fs_read_regular(path, &bytes);
    free(path);
    if (r == 0 && bytes.len == wanted->from + wanted->len) {
        r = sync_bundle_append(wanted->fd, bytes.data + wanted->from, wanted->len);
    }
    return r; /* one that is shorter or longer is found out by its hash */
}

int
sync_bundle_append(int fd, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, bytes, len);
        if (put <= 0) {
            return KERR_NO_SPACE;
        }
        bytes += put;
        len -= (size_t)put;
    }
    return 0;
}

void
sync_bundles_from(const struct sync_place *place, const char *folder,
    struct sync_bundle ret_bundles[SEAL_BUNDLE_COUNT])
{
    const struct sync_source source = {
        folder_manifest, folder_file, (void *)(uintptr_t)folder /* read only */};
    for (enum seal_bundle kind = 0; kind < SEAL_BUNDLE_COUNT; kind++) {
        ret_bundles[kind] = (struct sync_bundle){.is_whole = false};
        sync_bundle_take(place, &source, kind, &ret_bundles[kind]);
    }
}
