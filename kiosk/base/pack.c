/* base/pack.c - packs on a stick: framing, names, folders. */
#include "pack.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"

enum { HEAD = 4 }; /* bytes of a length */

int
pack_add(struct buf *pack, const uint8_t *thing, size_t len)
{
    if (len == 0) {
        return KERR_INVALID;
    }
    if (len > PACK_THING_MAX || pack->len + HEAD + len > pack->max) {
        return KERR_TOO_BIG;
    }
    const uint8_t head[HEAD] = {
        (uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len};
    int r = buf_add(pack, head, sizeof(head));
    return r == 0 ? buf_add(pack, thing, len) : r;
}

int
pack_next(const struct buf *pack, size_t *at, const uint8_t **ret_thing, size_t *ret_len)
{
    size_t left = pack->len - *at;
    if (left == 0) {
        return 0;
    }
    if (left < HEAD) {
        return KERR_INVALID;
    }
    const uint8_t *head = pack->data + *at;
    size_t len = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
    if (len == 0 || len > PACK_THING_MAX || len > left - HEAD) {
        return KERR_INVALID;
    }
    *ret_thing = head + HEAD;
    *ret_len = len;
    *at += HEAD + len;
    return 1;
}

int
pack_folder(const char *stick, const char *kiosk, char **ret_folder)
{
    if (kiosk[0] == 0 || kiosk[0] == '.' || strchr(kiosk, '/') != NULL) {
        return KERR_INVALID;
    }
    char *all = fs_join(stick, PACK_FOLDER);
    char *folder = fs_join(all, kiosk);
    int r = fs_make_folder(all, 0755);
    r = r == 0 ? fs_make_folder(folder, 0755) : r;
    free(all);
    if (r < 0) {
        free(folder);
        return r;
    }
    *ret_folder = folder;
    return 0;
}

/* Calls each with every name of a folder that is no link. */
static int
each_name(const char *folder, int (*each)(const char *name, void *ctx), void *ctx)
{
    if (!fs_is_folder(folder)) {
        return KERR_NOT_FOUND;
    }
    DIR *names = opendir(folder);
    if (names == NULL) {
        return KERR_IO;
    }
    int r = 0;
    for (unsigned count = 0; r == 0; count++) {
        errno = 0;
        const struct dirent *entry = readdir(names);
        if (entry == NULL) {
            r = errno != 0 ? KERR_IO : 0;
            break;
        }
        r = count < PACK_NAMES_MAX ? each(entry->d_name, ctx) : KERR_TOO_BIG;
    }
    (void)closedir(names); /* only read */
    return r;
}

struct folders {
    const char *all;
    int (*each)(const char *folder, void *ctx);
    void *ctx;
};

static int
see_folder(const char *name, void *ctx)
{
    const struct folders *folders = ctx;
    if (name[0] == '.') {
        return 0;
    }
    char *folder = fs_join(folders->all, name);
    int r = fs_is_folder(folder) ? folders->each(folder, folders->ctx) : 0;
    free(folder);
    return r;
}

int
pack_each_folder(const char *stick, int (*each)(const char *folder, void *ctx), void *ctx)
{
    char *all = fs_join(stick, PACK_FOLDER);
    struct folders folders = {.all = all, .each = each, .ctx = ctx};
    int r = each_name(all, see_folder, &folders);
    free(all);
    return r;
}

struct packs {
    const char *ending;
    int (*each)(const char *stem, void *ctx);
    void *ctx;
};

static int
see_pack(const char *name, void *ctx)
{
    const struct packs *packs = ctx;
    char stem[PACK_STEM_MAX];
    size_t len = strspn(name, "0123456789-");
    if (len == 0 || len >= sizeof(stem) || strcmp(name + len, packs->ending) != 0) {
        return 0;
    }
    memcpy(stem, name, len);
    stem[len] = 0;
    return packs->each(stem, packs->ctx);
}

int
pack_each(
    const char *folder, const char *ending, int (*each)(const char *stem, void *ctx), void *ctx)
{
    struct packs packs = {.ending = ending, .each = each, .ctx = ctx};
    return each_name(folder, see_pack, &packs);
}

static char *
path_of(const char *folder, const char *stem, const char *ending)
{
    char name[PACK_STEM_MAX + 16];
    (void)snprintf(name, sizeof(name), "%s%s", stem, ending); /* both are ours, and short */
    return fs_join(folder, name);
}

int
pack_read(const char *folder, const char *stem, const char *ending, struct buf *ret_pack)
{
    char *path = path_of(folder, stem, ending);
    int r = fs_read_regular(path, ret_pack);
    free(path);
    return r;
}

int
pack_write(const char *folder, const char *stem, const char *ending, const struct buf *pack)
{
    AUTO_BUF there;
    buf_init(&there, pack->len);
    char *path = path_of(folder, stem, ending);
    bool is_there = pack_read(folder, stem, ending, &there) == 0 && there.len == pack->len &&
                    (pack->len == 0 || memcmp(there.data, pack->data, pack->len) == 0);
    int r;
    if (is_there) { /* whoever wrote it may have been stopped before it was synced */
        r = fs_sync(path);
        r = r == 0 ? 1 : r;
    } else {
        r = fs_write_atomic(path, pack->data, pack->len, 0644);
    }
    free(path);
    return r;
}

int
pack_remove(const char *folder, const char *stem, const char *ending)
{
    char *path = path_of(folder, stem, ending);
    int r = fs_remove(path);
    free(path);
    return r;
}
