/* tests/store/disk.h - a disk in memory that can lose power and break, as an SQLite VFS. It keeps two
 * truths: what programs see, and what has surely reached the platter. Between them is the list of
 * pending operations; a power cut applies any part of it: nothing, all, a prefix, or single 512-byte
 * pieces with garbage between them. Only a sync makes an operation sure. Model of unix VFS: the first
 * sync of a new journal syncs the folder too; removing with syncDir syncs the folder.
 * rename(2), link(2), stat(2) and fsync(2) of a folder, which SQLite's file layer lacks, are the program's
 * own here: for a mounted disk's names they work on that disk.
 *
 * Included by one test program; everything is static. */
#ifndef TESTS_STORE_DISK_H
#define TESTS_STORE_DISK_H

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/rng.h"

enum { DISK_NODES = 64, DISK_NAMES = 24, DISK_PIECE = 512, DISK_NOBODY = -1 };

struct disk_bytes {
    uint8_t *data;
    size_t len;
};

/* A file without its name: the folder gives it one, and may take it away before the bytes are gone. */
struct disk_node {
    struct disk_bytes now;
    struct disk_bytes sure;
};

enum disk_kind { DISK_WRITE, DISK_TRUNCATE, DISK_LINK, DISK_UNLINK, DISK_RENAME };

struct disk_pending {
    enum disk_kind kind;
    int node; /* all but DISK_UNLINK */
    int name; /* DISK_LINK, DISK_UNLINK, DISK_RENAME */
    int from; /* DISK_RENAME: the name that is given up */
    size_t at; /* DISK_WRITE: offset; DISK_TRUNCATE: length */
    struct disk_bytes bytes;
};

/* What can be told to fail. */
enum disk_call {
    DISK_CALL_WRITE,
    DISK_CALL_SYNC,
    DISK_CALL_REMOVE,
    DISK_CALL_FOLDER_SYNC, /* after the removal is done */
    DISK_CALL_CREATE,
    DISK_CALL_RENAME, /* and link */
    DISK_CALL_COUNT
};

struct disk {
    sqlite3_vfs vfs;
    char names[DISK_NAMES][64];
    int now[DISK_NAMES]; /* node of a name, or DISK_NOBODY */
    int sure[DISK_NAMES];
    struct disk_node nodes[DISK_NODES];
    int node_count;
    struct disk_pending *pending;
    size_t pending_count;
    size_t pending_cap;
    /* the negative controls: a disk that lies */
    bool swallow_syncs;
    bool swallow_folder_syncs;
    /* the fault: the call number fail_at of this kind and, if fail_on, all that follow */
    enum disk_call fail_call;
    int fail_code;
    long fail_at; /* 0: none */
    bool fail_on;
    long calls;
    bool has_failed;
    /* told after each operation, where the power may go */
    void (*after)(struct disk *disk, void *ctx);
    void *ctx;
};

static struct disk *disk_mounted; /* whose names rename, link and fsync know */

struct disk_file {
    sqlite3_file base;
    struct disk *disk;
    int node;
    bool sync_folder; /* a journal that was just created */
};

static void *
disk_alloc(size_t len)
{
    void *p = calloc(len > 0 ? len : 1, 1);
    if (p == NULL) {
        abort();
    }
    return p;
}

static void
disk_set_len(struct disk_bytes *bytes, size_t len)
{
    uint8_t *data = disk_alloc(len);
    size_t keep = len < bytes->len ? len : bytes->len;
    if (keep > 0) {
        memcpy(data, bytes->data, keep);
    }
    free(bytes->data);
    *bytes = (struct disk_bytes){data, len};
}

static void
disk_put(struct disk_bytes *bytes, size_t at, const uint8_t *data, size_t len)
{
    if (at + len > bytes->len) {
        disk_set_len(bytes, at + len);
    }
    memcpy(bytes->data + at, data, len);
}

static struct disk_bytes
disk_copy(const struct disk_bytes *from)
{
    struct disk_bytes to = {disk_alloc(from->len), from->len};
    if (from->len > 0) {
        memcpy(to.data, from->data, from->len);
    }
    return to;
}

static struct disk *
disk_new(const char *vfs_name)
{
    struct disk *disk = disk_alloc(sizeof(*disk));
    for (int i = 0; i < DISK_NAMES; i++) {
        disk->now[i] = disk->sure[i] = DISK_NOBODY;
    }
    disk->vfs.zName = vfs_name;
    return disk;
}

static void
disk_forget_pending(struct disk *disk)
{
    for (size_t i = 0; i < disk->pending_count; i++) {
        free(disk->pending[i].bytes.data);
    }
    free(disk->pending);
    disk->pending = NULL;
    disk->pending_count = disk->pending_cap = 0;
}

static void
disk_free(struct disk *disk)
{
    disk_forget_pending(disk);
    for (int i = 0; i < disk->node_count; i++) {
        free(disk->nodes[i].now.data);
        free(disk->nodes[i].sure.data);
    }
    (void)sqlite3_vfs_unregister(&disk->vfs);
    disk_mounted = disk_mounted == disk ? NULL : disk_mounted;
    free(disk);
}

/* Writes that were pending for a node that no name leads to. */
static void
disk_forget_node(struct disk *disk, int node)
{
    size_t kept = 0;
    for (size_t i = 0; i < disk->pending_count; i++) {
        if (disk->pending[i].node == node) {
            free(disk->pending[i].bytes.data);
        } else {
            disk->pending[kept++] = disk->pending[i];
        }
    }
    disk->pending_count = kept;
}

/* Can this node have a name after a cut? */
static bool
disk_matters(const struct disk *disk, int node)
{
    for (int i = 0; i < DISK_NAMES; i++) {
        if (disk->sure[i] == node) {
            return true;
        }
    }
    for (size_t i = 0; i < disk->pending_count; i++) {
        enum disk_kind kind = disk->pending[i].kind;
        if ((kind == DISK_LINK || kind == DISK_RENAME) && disk->pending[i].node == node) {
            return true;
        }
    }
    return false;
}

/* A copy at this instant, with sure truth and pending operations, to cut the power of later. */
ATTR_UNUSED static struct disk *
disk_snapshot(const struct disk *disk)
{
    struct disk *copy = disk_new("snapshot");
    memcpy(copy->names, disk->names, sizeof(copy->names));
    memcpy(copy->sure, disk->sure, sizeof(copy->sure));
    copy->node_count = disk->node_count;
    for (int i = 0; i < disk->node_count; i++) {
        if (disk_matters(disk, i)) {
            copy->nodes[i].sure = disk_copy(&disk->nodes[i].sure);
        }
    }
    copy->pending = disk_alloc(disk->pending_count * sizeof(*copy->pending));
    copy->pending_count = disk->pending_count;
    for (size_t i = 0; i < disk->pending_count; i++) {
        copy->pending[i] = disk->pending[i];
        copy->pending[i].bytes = disk_copy(&disk->pending[i].bytes);
    }
    return copy;
}

static struct disk_pending *
disk_add_pending(struct disk *disk)
{
    if (disk->pending_count == disk->pending_cap) {
        disk->pending_cap = disk->pending_cap > 0 ? 2 * disk->pending_cap : 16;
        struct disk_pending *more = disk_alloc(disk->pending_cap * sizeof(*more));
        if (disk->pending_count > 0) {
            memcpy(more, disk->pending, disk->pending_count * sizeof(*more));
        }
        free(disk->pending);
        disk->pending = more;
    }
    struct disk_pending *op = &disk->pending[disk->pending_count++];
    *op = (struct disk_pending){.node = DISK_NOBODY, .name = DISK_NOBODY, .from = DISK_NOBODY};
    return op;
}

static bool
disk_is_of_folder(const struct disk_pending *op)
{
    return op->kind == DISK_LINK || op->kind == DISK_UNLINK || op->kind == DISK_RENAME;
}

/* An operation of the folder reaches the platter: as one, as file systems with a journal do it. */
static void
disk_settle_name(struct disk *disk, const struct disk_pending *op)
{
    disk->sure[op->name] = op->node; /* DISK_NOBODY for an unlink */
    if (op->kind == DISK_RENAME) {
        disk->sure[op->from] = DISK_NOBODY;
    }
}

/* Makes the pending operations of a node sure; with folder, those of the folder instead. */
static void
disk_settle(struct disk *disk, int node, bool folder)
{
    size_t kept = 0;
    for (size_t i = 0; i < disk->pending_count; i++) {
        struct disk_pending *op = &disk->pending[i];
        bool of_folder = disk_is_of_folder(op);
        if (folder ? !of_folder : (of_folder || op->node != node)) {
            disk->pending[kept++] = *op;
            continue;
        }
        if (op->kind == DISK_WRITE) {
            disk_put(&disk->nodes[op->node].sure, op->at, op->bytes.data, op->bytes.len);
        } else if (op->kind == DISK_TRUNCATE) {
            disk_set_len(&disk->nodes[op->node].sure, op->at);
        } else {
            disk_settle_name(disk, op);
        }
        free(op->bytes.data);
    }
    disk->pending_count = kept;
}

/* The power goes. chance decides what of the pending operations still got through. */
ATTR_UNUSED static void
disk_cut(struct disk *disk, struct rng_seeded *chance)
{
    enum { NOTHING, EVERYTHING, PREFIX, PIECES, WAYS };
    unsigned way = rng_seeded_below(chance, WAYS);
    size_t prefix =
        disk->pending_count > 0 ? rng_seeded_below(chance, (uint32_t)disk->pending_count) : 0;
    for (size_t i = 0; i < disk->pending_count; i++) {
        struct disk_pending *op = &disk->pending[i];
        bool whole = way == EVERYTHING || (way == PREFIX && i < prefix) ||
                     (way == PIECES && rng_seeded_below(chance, 2) == 0);
        if (disk_is_of_folder(op)) {
            if (whole) {
                disk_settle_name(disk, op);
            }
        } else if (op->kind == DISK_TRUNCATE) {
            if (whole) {
                disk_set_len(&disk->nodes[op->node].sure, op->at);
            }
        } else if (whole) {
            disk_put(&disk->nodes[op->node].sure, op->at, op->bytes.data, op->bytes.len);
        } else if (way == PIECES) {
            for (size_t at = 0; at < op->bytes.len; at += DISK_PIECE) {
                size_t len = op->bytes.len - at < DISK_PIECE ? op->bytes.len - at : DISK_PIECE;
                unsigned luck = rng_seeded_below(chance, 3);
                if (luck == 1) {
                    for (size_t k = 0; k < len; k++) {
                        op->bytes.data[at + k] = (uint8_t)rng_seeded_next(chance);
                    }
                }
                if (luck < 2) {
                    disk_put(&disk->nodes[op->node].sure, op->at + at, op->bytes.data + at, len);
                }
            }
        }
    }
    disk_forget_pending(disk);
    for (int i = 0; i < disk->node_count; i++) {
        free(disk->nodes[i].now.data);
        disk->nodes[i].now = (struct disk_bytes){0};
        if (disk_matters(disk, i)) {
            disk->nodes[i].now = disk_copy(&disk->nodes[i].sure);
        }
    }
    memcpy(disk->now, disk->sure, sizeof(disk->now));
}

/* Counts a call; true when this one is to fail. */
static bool
disk_fails(struct disk *disk, enum disk_call call)
{
    if (disk->fail_at == 0 || call != disk->fail_call) {
        return false;
    }
    disk->calls++;
    bool fails = disk->calls == disk->fail_at || (disk->fail_on && disk->calls > disk->fail_at);
    disk->has_failed = disk->has_failed || fails;
    return fails;
}

ATTR_UNUSED static void
disk_heal(struct disk *disk)
{
    disk->fail_at = 0;
}

static void
disk_told(struct disk *disk)
{
    if (disk->after != NULL) {
        disk->after(disk, disk->ctx);
    }
}

/* --- the methods of a file --- */

static int
disk_close(sqlite3_file *file)
{
    (void)file;
    return SQLITE_OK;
}

static int
disk_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
    struct disk_file *f = (struct disk_file *)file;
    const struct disk_bytes *bytes = &f->disk->nodes[f->node].now;
    size_t from = (size_t)at;
    size_t have = from < bytes->len ? bytes->len - from : 0;
    size_t got = have < (size_t)len ? have : (size_t)len;
    memset(out, 0, (size_t)len);
    if (got > 0) {
        memcpy(out, bytes->data + from, got);
    }
    return got == (size_t)len ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int
disk_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
    struct disk_file *f = (struct disk_file *)file;
    if (disk_fails(f->disk, DISK_CALL_WRITE)) {
        return f->disk->fail_code;
    }
    struct disk_pending *op = disk_add_pending(f->disk);
    op->kind = DISK_WRITE;
    op->node = f->node;
    op->at = (size_t)at;
    disk_put(&op->bytes, 0, data, (size_t)len);
    disk_put(&f->disk->nodes[f->node].now, (size_t)at, data, (size_t)len);
    disk_told(f->disk);
    return SQLITE_OK;
}

static int
disk_truncate(sqlite3_file *file, sqlite3_int64 len)
{
    struct disk_file *f = (struct disk_file *)file;
    struct disk_pending *op = disk_add_pending(f->disk);
    op->kind = DISK_TRUNCATE;
    op->node = f->node;
    op->at = (size_t)len;
    disk_set_len(&f->disk->nodes[f->node].now, (size_t)len);
    disk_told(f->disk);
    return SQLITE_OK;
}

static int
disk_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    struct disk_file *f = (struct disk_file *)file;
    if (disk_fails(f->disk, DISK_CALL_SYNC)) {
        return f->disk->fail_code;
    }
    if (!f->disk->swallow_syncs) {
        disk_settle(f->disk, f->node, false);
        if (f->sync_folder) {
            disk_settle(f->disk, DISK_NOBODY, true);
        }
    }
    f->sync_folder = false;
    disk_told(f->disk);
    return SQLITE_OK;
}

static int
disk_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
    struct disk_file *f = (struct disk_file *)file;
    *ret_size = (sqlite3_int64)f->disk->nodes[f->node].now.len;
    return SQLITE_OK;
}

static int
disk_lock(sqlite3_file *file, int level)
{
    (void)file;
    (void)level;
    return SQLITE_OK;
}

static int
disk_check_lock(sqlite3_file *file, int *ret_locked)
{
    (void)file;
    *ret_locked = 0;
    return SQLITE_OK;
}

static int
disk_control(sqlite3_file *file, int op, void *arg)
{
    (void)file;
    (void)op;
    (void)arg;
    return SQLITE_NOTFOUND;
}

static int
disk_sector(sqlite3_file *file)
{
    (void)file;
    return 4096;
}

/* Promises nothing: no atomic writes, no safe append, no power-safe overwrite. */
static int
disk_promises(sqlite3_file *file)
{
    (void)file;
    return 0;
}

static const sqlite3_io_methods disk_methods = {
    .iVersion = 1,
    .xClose = disk_close,
    .xRead = disk_read,
    .xWrite = disk_write,
    .xTruncate = disk_truncate,
    .xSync = disk_sync,
    .xFileSize = disk_size,
    .xLock = disk_lock,
    .xUnlock = disk_lock,
    .xCheckReservedLock = disk_check_lock,
    .xFileControl = disk_control,
    .xSectorSize = disk_sector,
    .xDeviceCharacteristics = disk_promises,
};

/* --- the methods of the file system --- */

static int
disk_name(struct disk *disk, const char *name)
{
    for (int i = 0; i < DISK_NAMES; i++) {
        if (disk->names[i][0] == 0) {
            (void)snprintf(disk->names[i], sizeof(disk->names[i]), "%s", name);
        }
        if (strcmp(disk->names[i], name) == 0) {
            return i;
        }
    }
    abort();
}

/* A node that no name has or can get again; a file is closed before its last name goes. */
static int
disk_free_node(struct disk *disk)
{
    for (int i = 0; i < disk->node_count; i++) {
        bool has_name = disk_matters(disk, i);
        for (int k = 0; k < DISK_NAMES; k++) {
            has_name = has_name || disk->now[k] == i;
        }
        if (!has_name) {
            free(disk->nodes[i].now.data);
            free(disk->nodes[i].sure.data);
            disk->nodes[i] = (struct disk_node){0};
            disk_forget_node(disk, i);
            return i;
        }
    }
    if (disk->node_count == DISK_NODES) {
        abort();
    }
    return disk->node_count++;
}

static int
disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
    struct disk *disk = vfs->pAppData;
    struct disk_file *f = (struct disk_file *)file;
    *f = (struct disk_file){.disk = disk};
    if (name == NULL) {
        return SQLITE_CANTOPEN; /* temporary files have no place on this disk */
    }
    int at = disk_name(disk, name);
    if (disk->now[at] == DISK_NOBODY) {
        if ((flags & SQLITE_OPEN_CREATE) == 0) {
            return SQLITE_CANTOPEN;
        }
        if (disk_fails(disk, DISK_CALL_CREATE)) {
            return disk->fail_code;
        }
        int node = disk_free_node(disk);
        struct disk_pending *op = disk_add_pending(disk);
        op->kind = DISK_LINK;
        op->name = at;
        op->node = node;
        disk->now[at] = op->node;
        f->sync_folder = (flags & SQLITE_OPEN_MAIN_JOURNAL) != 0;
        disk_told(disk);
    }
    f->node = disk->now[at];
    f->base.pMethods = &disk_methods;
    if (ret_flags != NULL) {
        *ret_flags = flags;
    }
    return SQLITE_OK;
}

static int
disk_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    struct disk *disk = vfs->pAppData;
    int at = disk_name(disk, name);
    if (disk->now[at] == DISK_NOBODY) {
        return SQLITE_IOERR_DELETE_NOENT;
    }
    if (disk_fails(disk, DISK_CALL_REMOVE)) {
        return disk->fail_code;
    }
    struct disk_pending *op = disk_add_pending(disk);
    op->kind = DISK_UNLINK;
    op->name = at;
    disk->now[at] = DISK_NOBODY;
    disk_told(disk);
    if (sync_folder != 0) {
        if (disk_fails(disk, DISK_CALL_FOLDER_SYNC)) {
            return disk->fail_code;
        }
        if (!disk->swallow_folder_syncs && !disk->swallow_syncs) {
            disk_settle(disk, DISK_NOBODY, true);
        }
        disk_told(disk);
    }
    return SQLITE_OK;
}

static int
disk_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret_answer)
{
    (void)flags;
    struct disk *disk = vfs->pAppData;
    *ret_answer = disk->now[disk_name(disk, name)] != DISK_NOBODY;
    return SQLITE_OK;
}

static int
disk_full_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    (void)vfs;
    (void)snprintf(out, (size_t)size, "%s", name);
    return SQLITE_OK;
}

/* Makes this disk the one that every new connection opens its files on. */
static void
disk_mount(struct disk *disk)
{
    (void)sqlite3_vfs_unregister(&disk->vfs); /* it may be mounted again, after another */
    sqlite3_vfs *real = sqlite3_vfs_find("unix");
    const char *name = disk->vfs.zName;
    disk->vfs = *real; /* randomness, sleep and time are the machine's */
    disk->vfs.iVersion = 1;
    disk->vfs.szOsFile = sizeof(struct disk_file);
    disk->vfs.mxPathname = 64;
    disk->vfs.pNext = NULL;
    disk->vfs.zName = name;
    disk->vfs.pAppData = disk;
    disk->vfs.xOpen = disk_open;
    disk->vfs.xDelete = disk_delete;
    disk->vfs.xAccess = disk_access;
    disk->vfs.xFullPathname = disk_full_path;
    if (sqlite3_vfs_register(&disk->vfs, 1) != SQLITE_OK) {
        abort();
    }
    disk_mounted = disk;
}

/* The bytes of a file as programs see them; NULL when there is none. */
ATTR_UNUSED static const struct disk_bytes *
disk_bytes_of(struct disk *disk, const char *name)
{
    int node = disk->now[disk_name(disk, name)];
    return node == DISK_NOBODY ? NULL : &disk->nodes[node].now;
}

/* A file with these bytes, surely on the platter. */
ATTR_UNUSED static void
disk_lay(struct disk *disk, const char *name, const struct disk_bytes *bytes)
{
    int at = disk_name(disk, name);
    int node = disk->node_count++;
    disk->nodes[node] = (struct disk_node){.now = disk_copy(bytes), .sure = disk_copy(bytes)};
    disk->now[at] = disk->sure[at] = node;
}

/* --- what SQLite's file layer lacks --- */

static int
disk_rename_or_link(const char *from, const char *to, bool links)
{
    struct disk *disk = disk_mounted;
    int old = disk_name(disk, from);
    int name = disk_name(disk, to);
    if (disk->now[old] == DISK_NOBODY || (links && disk->now[name] != DISK_NOBODY)) {
        errno = disk->now[old] == DISK_NOBODY ? ENOENT : EEXIST;
        return -1;
    }
    if (disk_fails(disk, DISK_CALL_RENAME)) {
        errno = disk->fail_code == SQLITE_FULL ? ENOSPC : EIO;
        return -1;
    }
    struct disk_pending *op = disk_add_pending(disk);
    op->kind = links ? DISK_LINK : DISK_RENAME;
    op->name = name;
    op->node = disk->now[old];
    op->from = old;
    disk->now[name] = op->node;
    if (!links) {
        disk->now[old] = DISK_NOBODY;
    }
    disk_told(disk);
    return 0;
}

int
rename(const char *from, const char *to)
{
    return disk_mounted != NULL ? disk_rename_or_link(from, to, false)
                                : renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int
link(const char *from, const char *to)
{
    return disk_mounted != NULL ? disk_rename_or_link(from, to, true)
                                : linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

/* How many names a file has is what the store asks for. */
int
stat(const char *restrict path, struct stat *restrict ret)
{
    struct disk *disk = disk_mounted;
    if (disk == NULL) {
        return fstatat(AT_FDCWD, path, ret, 0);
    }
    int node = disk->now[disk_name(disk, path)];
    if (node == DISK_NOBODY) {
        errno = ENOENT;
        return -1;
    }
    *ret = (struct stat){.st_mode = S_IFREG | 0600, .st_size = (off_t)disk->nodes[node].now.len};
    for (int i = 0; i < DISK_NAMES; i++) {
        ret->st_nlink += disk->now[i] == node ? 1 : 0;
    }
    return 0;
}

/* With a mounted disk nobody but the store syncs anything, and only its folder. */
int
fsync(int fd)
{
    struct disk *disk = disk_mounted;
    if (disk == NULL) {
        return (int)syscall(SYS_fsync, fd);
    }
    if (disk_fails(disk, DISK_CALL_FOLDER_SYNC)) {
        errno = EIO;
        return -1;
    }
    if (!disk->swallow_folder_syncs && !disk->swallow_syncs) {
        disk_settle(disk, DISK_NOBODY, true);
    }
    disk_told(disk);
    return 0;
}

#endif
