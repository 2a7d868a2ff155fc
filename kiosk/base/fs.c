/* base/fs.c - whole-file reading and power-safe replacing. */
#include "fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"

static int
err_from_errno(void)
{
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
        return KERR_NOT_FOUND;
    case ENOSPC:
    case EDQUOT:
        return KERR_NO_SPACE;
    default:
        return KERR_IO;
    }
}

static int
read_all(int fd, struct buf *ret_data)
{
    uint8_t chunk[16384];
    int r = 0;
    for (;;) {
        ssize_t got = read(fd, chunk, sizeof(chunk));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            r = KERR_IO;
        } else if (got > 0) {
            r = buf_add(ret_data, chunk, (size_t)got);
        }
        if (got <= 0 || r < 0) {
            break;
        }
    }
    explicit_bzero(chunk, sizeof(chunk));
    return r;
}

int
fs_read(const char *path, struct buf *ret_data)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return err_from_errno();
    }
    int r = read_all(fd, ret_data);
    (void)close(fd); /* only read */
    return r;
}

int
fs_read_regular(const char *path, struct buf *ret_data)
{
    /* a pipe's or a device's opening must not wait for anybody */
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ELOOP || errno == ENXIO ? KERR_INVALID : err_from_errno();
    }
    struct stat st;
    int r = fstat(fd, &st) != 0 ? KERR_IO : S_ISREG(st.st_mode) ? 0 : KERR_INVALID;
    if (r == 0) {
        r = read_all(fd, ret_data);
    }
    (void)close(fd); /* only read */
    return r;
}

static int
write_all(int fd, const uint8_t *data, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, data, len);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return err_from_errno();
        }
        data += put;
        len -= (size_t)put;
    }
    return 0;
}

/* The folder that a path is in. Heap; the caller frees. */
static char *
parent_of(const char *path)
{
    char *folder = xstrdup(path);
    char *slash = strrchr(folder, '/');
    if (slash == NULL) {
        free(folder);
        return xstrdup(".");
    }
    slash[slash == folder ? 1 : 0] = 0;
    return folder;
}

static int
sync_parent(const char *path)
{
    char *folder = parent_of(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = fd < 0 || fsync(fd) != 0 ? KERR_IO : 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    free(folder);
    return r;
}

/* Gives what root writes to whom the file belongs that it takes the place of, or the folder. */
static int
hand_over(int fd, const char *path)
{
    struct stat st;
    char *folder = parent_of(path);
    bool is_file = lstat(path, &st) == 0 && S_ISREG(st.st_mode);
    int r = 0;
    if (geteuid() == 0 && (is_file || stat(folder, &st) == 0) &&
        fchown(fd, st.st_uid, st.st_gid) != 0) { /* a file system without owners: it stays root's */
        r = errno == EPERM || errno == EINVAL || errno == EOPNOTSUPP ? 0 : err_from_errno();
    }
    free(folder);
    return r;
}

enum {
    SYNCED = 1 << 0, /* before it is renamed */
    SHARED = 1 << 1 /* fs_write_shared */
};

/* Puts the bytes beside the path and renames them over it. */
static int
replace(const char *path, const void *data, size_t len, mode_t mode, unsigned how)
{
    size_t temp_len = strlen(path) + sizeof(".new-XXXXXX");
    char *temp = xcalloc(temp_len, 1);
    (void)snprintf(temp, temp_len, "%s.new-XXXXXX", path);
    int r = 0;
    int fd = mkstemp(temp);
    if (fd < 0) {
        r = err_from_errno();
        goto out;
    }
    r = write_all(fd, data, len);
    if (r == 0 && (how & SHARED) != 0) {
        r = hand_over(fd, path);
    }
    if (r == 0 && (fchmod(fd, mode) != 0 || ((how & SYNCED) != 0 && fsync(fd) != 0))) {
        r = err_from_errno();
    }
    if (close(fd) != 0 && r == 0) {
        r = err_from_errno();
    }
    if (r == 0 && rename(temp, path) != 0) {
        r = err_from_errno();
    }
    if (r < 0) {
        (void)unlink(temp); /* leaves the old file as the only one */
    }
out:
    free(temp);
    return r;
}

int
fs_write_atomic(const char *path, const void *data, size_t len, mode_t mode)
{
    int r = replace(path, data, len, mode, SYNCED);
    return r == 0 ? sync_parent(path) : r;
}

int
fs_write_shared(const char *path, const void *data, size_t len, mode_t mode)
{
    int r = replace(path, data, len, mode, SYNCED | SHARED);
    return r == 0 ? sync_parent(path) : r;
}

int
fs_write_quick(const char *path, const void *data, size_t len, mode_t mode)
{
    return replace(path, data, len, mode, 0);
}

int
fs_make_dirs(const char *path)
{
    if (*path == 0) {
        return KERR_IO;
    }
    char *copy = xstrdup(path);
    int r = 0;
    for (char *p = copy + 1; r == 0; p++) {
        if (*p != '/' && *p != 0) {
            continue;
        }
        char keep = *p;
        *p = 0;
        struct stat st;
        if (mkdir(copy, 0700) != 0 &&
            (errno != EEXIST || stat(copy, &st) != 0 || !S_ISDIR(st.st_mode))) {
            r = KERR_IO;
        }
        *p = keep;
        if (keep == 0) {
            break;
        }
    }
    free(copy);
    return r;
}

int
fs_written_at(const char *path, int64_t *ret_wall_s)
{
    struct stat info;
    if (stat(path, &info) < 0) {
        return errno == ENOENT ? KERR_NOT_FOUND : KERR_IO;
    }
    *ret_wall_s = info.st_mtime;
    return 0;
}

bool
fs_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool
fs_is_folder(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int
fs_make_folder(const char *path, mode_t mode)
{
    if (mkdir(path, mode) != 0 && errno != EEXIST) {
        return err_from_errno();
    }
    return fs_is_folder(path) ? sync_parent(path) : KERR_INVALID;
}

int
fs_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return err_from_errno();
    }
    int r = fsync(fd) != 0 ? KERR_IO : 0;
    (void)close(fd); /* synced, or told so */
    return r == 0 ? sync_parent(path) : r;
}

int
fs_link(const char *target, const char *path)
{
    size_t len = strlen(path) + sizeof(".link");
    char *made = xcalloc(len, 1);
    (void)snprintf(made, len, "%s.link", path);
    (void)unlink(made); /* of a cut */
    int r = symlink(target, made) == 0 && rename(made, path) == 0 ? 0 : err_from_errno();
    if (r < 0) {
        (void)unlink(made);
    }
    free(made);
    return r;
}

char *
fs_shown(const char *folder, const char *link)
{
    char name[128];
    char *path = fs_join(folder, link);
    ssize_t len = readlink(path, name, sizeof(name) - 1);
    free(path);
    if (len <= 0 || name[0] == '.' || memchr(name, '/', (size_t)len) != NULL) {
        return NULL;
    }
    name[len] = 0;
    return fs_join(folder, name);
}

int
fs_remove(const char *path)
{
    return unlink(path) == 0 ? 0 : err_from_errno();
}

static bool
has_ending(const char *name, const char *ending)
{
    size_t n = strlen(name);
    size_t e = ending != NULL ? strlen(ending) : 0;
    return n >= e && (e == 0 || strcmp(name + n - e, ending) == 0);
}

int
fs_each(const char *folder, const char *ending, int (*each)(const char *name, void *ctx), void *ctx)
{
    struct dirent **list = NULL;
    int count = scandir(folder, &list, NULL, NULL);
    if (count < 0) {
        return err_from_errno();
    }
    /* insertion sort by bytes: alphasort would follow the locale; folders hold some hundred names */
    for (int i = 1; i < count; i++) {
        for (int j = i; j > 0 && strcmp(list[j - 1]->d_name, list[j]->d_name) > 0; j--) {
            struct dirent *swap = list[j];
            list[j] = list[j - 1];
            list[j - 1] = swap;
        }
    }
    int r = 0;
    for (int i = 0; i < count; i++) {
        const char *name = list[i]->d_name;
        if (r == 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
            has_ending(name, ending)) {
            r = each(name, ctx);
        }
        free(list[i]);
    }
    free(list);
    return r;
}

char *
fs_join(const char *folder, const char *name)
{
    size_t len = strlen(folder) + strlen(name) + 2;
    char *path = xcalloc(len, 1);
    (void)snprintf(path, len, "%s/%s", folder, name);
    return path;
}
