/* intake/publish.c - at the city: puts a bundle where terminals fetch it. Each file under its SHA-256, synced; then the
 * manifest in one step. Whoever is cut off in between has published nothing. */
#include "intake/intake.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "seal/seal.h"

enum { BLOB_MAX = 4 * 1024 * 1024, FILE_MODE = 0644, FOLDER_MODE = 0755 };
enum { HEX_LEN = 2 * SEAL_HASH_LEN + 1 };

static int
kind_folder(const char *folder, enum seal_bundle kind, char **ret_path)
{
    char *path = fs_join(folder, seal_bundle_name(kind));
    int r = fs_exists(folder) ? 0 : fs_make_dirs(folder);
    r = r == 0 ? fs_make_folder(path, FOLDER_MODE) : r;
    if (r < 0) {
        free(path);
        return r;
    }
    *ret_path = path;
    return 0;
}

/* Puts bytes under their hash; they stand there already when the size and the bytes are these. */
static int
put_blob(const char *folder, const char hex[HEX_LEN], const struct buf *bytes)
{
    char *path = fs_join(folder, hex);
    AUTO_BUF there;
    buf_init(&there, BLOB_MAX);
    bool has = fs_read_regular(path, &there) == 0 && there.len == bytes->len &&
               (bytes->len == 0 || memcmp(there.data, bytes->data, bytes->len) == 0);
    int r = has ? 0 : fs_write_atomic(path, bytes->data, bytes->len, FILE_MODE);
    free(path);
    return r;
}

static int
put_source(const char *folder, const struct intake_source *source, struct seal_manifest *manifest)
{
    struct seal_file file = {.size = 0};
    char hex[HEX_LEN];
    AUTO_BUF bytes;
    buf_init(&bytes, BLOB_MAX);
    size_t len = strnlen(source->name, sizeof(file.name));
    if (len == sizeof(file.name)) {
        return KERR_INVALID;
    }
    memcpy(file.name, source->name, len);
    int r = fs_read(source->path, &bytes);
    if (r == 0) {
        file.size = bytes.len;
        seal_hash(bytes.data, bytes.len, file.hash);
        r = seal_manifest_add(manifest, &file);
    }
    hex_encode(file.hash, sizeof(file.hash), hex);
    return r == 0 ? put_blob(folder, hex, &bytes) : r;
}

/* What is published now; without any, *ret_manifest is NULL. */
static int
published(const char *folder, const char *city_ca, struct buf *bytes, struct seal_manifest **ret)
{
    char *path = fs_join(folder, INTAKE_MANIFEST);
    *ret = NULL;
    int r = fs_read_regular(path, bytes);
    r = r == 0 ? seal_manifest_read(city_ca, bytes->data, bytes->len, ret) : r;
    free(path);
    return r == KERR_NOT_FOUND ? 0 : r;
}

/* Two manifests whose files stay. */
struct kept {
    const char *folder;
    const struct seal_manifest *now, *before; /* before may be NULL */
};

static int
drop_old(const char *name, void *ctx)
{
    const struct kept *kept = ctx;
    uint8_t hash[SEAL_HASH_LEN];
    if (hex_decode(name, hash, sizeof(hash)) == 0 &&
        seal_manifest_find_hash(kept->now, hash) == NULL &&
        seal_manifest_find_hash(kept->before, hash) == NULL) {
        char *path = fs_join(kept->folder, name);
        (void)fs_remove(path); /* the next time, then */
        free(path);
    }
    return 0;
}

static int
publish_all(const struct intake_publish *publish, const char *folder, const char *city_ca,
    uint64_t *ret_counter, size_t *ret_at)
{
    struct seal_manifest *before = NULL;
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_MANIFEST_MAX);
    int r = published(folder, city_ca, &bytes, &before);
    uint64_t last = before != NULL ? before->counter : 0;
    uint64_t counter = publish->counter != 0 ? publish->counter : last + 1;
    struct seal_manifest *manifest = seal_manifest_new(publish->kind, counter, publish->now);
    if (r == 0 && counter <= last) {
        r = KERR_CONFLICT;
    }
    for (*ret_at = 0; r == 0 && *ret_at < publish->count; ++*ret_at) {
        r = put_source(folder, &publish->sources[*ret_at], manifest);
        if (r < 0) {
            break;
        }
    }
    buf_clear(&bytes);
    r = r == 0 ? seal_manifest_make(publish->keys, manifest, publish->now, &bytes) : r;
    if (r == 0) {
        char *path = fs_join(folder, INTAKE_MANIFEST);
        r = fs_write_atomic(path, bytes.data, bytes.len, FILE_MODE);
        free(path);
    }
    if (r == 0) {
        struct kept kept = {folder, manifest, before};
        (void)fs_each(folder, NULL, drop_old, &kept); /* the next time, then */
        *ret_counter = counter;
    }
    seal_manifest_free(manifest);
    seal_manifest_free(before);
    return r;
}

int
intake_publish(const struct intake_publish *publish, uint64_t *ret_counter, size_t *ret_at)
{
    char *folder = NULL;
    uint64_t counter = 0;
    size_t at = publish->count;
    int r = kind_folder(publish->folder, publish->kind, &folder);
    if (r < 0) {
        return r;
    }
    char *city_ca = fs_join(publish->keys, "city-ca.crt");
    int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    r = lock < 0 ? KERR_IO : flock(lock, LOCK_EX | LOCK_NB) != 0 ? KERR_BUSY : 0;
    r = r == 0 ? publish_all(publish, folder, city_ca, &counter, &at) : r;
    if (lock >= 0) {
        (void)close(lock); /* gives the lock back */
    }
    if (ret_counter != NULL) {
        *ret_counter = counter;
    }
    if (ret_at != NULL) {
        *ret_at = at;
    }
    free(city_ca);
    free(folder);
    return r;
}

/* ---- onto a stick ---- */

static int
copy_file(const char *from, const char *to, const struct seal_file *file)
{
    uint8_t hash[SEAL_HASH_LEN];
    char hex[HEX_LEN];
    AUTO_BUF bytes;
    buf_init(&bytes, BLOB_MAX);
    hex_encode(file->hash, sizeof(file->hash), hex);
    char *path = fs_join(from, hex);
    int r = fs_read_regular(path, &bytes);
    free(path);
    if (r == 0) {
        seal_hash(bytes.data, bytes.len, hash);
        r = memcmp(hash, file->hash, sizeof(hash)) == 0 ? put_blob(to, hex, &bytes) : KERR_INVALID;
    }
    return r;
}

/* 1 when this kind was copied, 0 when none is published. */
static int
copy_kind(const char *folder, const char *city_ca, const char *to, enum seal_bundle kind)
{
    struct seal_manifest *manifest = NULL;
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_MANIFEST_MAX);
    char *from = fs_join(folder, seal_bundle_name(kind));
    char *there = NULL;
    int r = published(from, city_ca, &bytes, &manifest);
    bool has = manifest != NULL;
    r = r == 0 && has ? kind_folder(to, kind, &there) : r;
    for (size_t i = 0; r == 0 && has && i < manifest->count; i++) {
        r = copy_file(from, there, &manifest->files[i]);
    }
    if (r == 0 && has) {
        char *path = fs_join(there, INTAKE_MANIFEST);
        r = fs_write_atomic(path, bytes.data, bytes.len, FILE_MODE);
        free(path);
    }
    if (r == 0 && has) {
        struct kept kept = {there, manifest, NULL};
        (void)fs_each(there, NULL, drop_old, &kept); /* the next time, then */
    }
    free(there);
    free(from);
    seal_manifest_free(manifest);
    return r == 0 && has ? 1 : r;
}

int
intake_publish_copy(const char *folder, const char *city_ca, const char *to)
{
    int count = 0;
    for (enum seal_bundle kind = 0; kind < SEAL_BUNDLE_COUNT; kind++) {
        int r = copy_kind(folder, city_ca, to, kind);
        if (r < 0) {
            return r;
        }
        count += r;
    }
    return count;
}
