/* store/reserve.c - room that is kept free for the visit that is under way: a file beside the queue,
 * given up when the disk is full. What only notes that a record went, or waits, borrows it for a moment. */
#include "store_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"

static char *
reserve_name(const char *path)
{
    static const char ending[] = ".reserve";
    size_t size = strlen(path) + sizeof(ending);
    char *name = xcalloc(size, 1);
    (void)snprintf(name, size, "%s%s", path, ending);
    return name;
}

static int
error_of(int number)
{
    switch (number) {
    case 0:
        return 0;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return KERR_NO_SPACE;
    case EROFS:
    case EACCES:
        return KERR_STORE_READ_ONLY;
    default:
        return KERR_IO;
    }
}

int
store_reserve_keep(const char *path, size_t bytes)
{
    char *name = reserve_name(path);
    struct stat st;
    if (stat(name, &st) == 0 && (size_t)st.st_size == bytes) {
        free(name);
        return 0;
    }
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int r = error_of(fd < 0 ? errno : 0);
    if (r == 0) {
        r = error_of(posix_fallocate(fd, 0, (off_t)bytes)); /* answers the number itself */
        if (r == 0 && fsync(fd) != 0) {
            r = error_of(errno);
        }
        (void)close(fd); /* nothing was written */
    }
    if (r < 0) {
        (void)unlink(name); /* a part of it would only take room */
    }
    free(name);
    return r;
}

static uint64_t
size_of_reserve(const char *path)
{
    char *name = reserve_name(path);
    struct stat st;
    uint64_t size = stat(name, &st) == 0 ? (uint64_t)st.st_size : 0;
    free(name);
    return size;
}

int
store_with_reserve(
    struct store *store, int (*work)(struct store *store, const void *ctx), const void *ctx)
{
    int r = work(store, ctx);
    uint64_t size = r == KERR_NO_SPACE ? size_of_reserve(store->path) : 0;
    if (size > 0 && store_reserve_release(store->path)) {
        r = work(store, ctx);
        (void)store_reserve_keep(
            store->path, size); /* without room the terminal finds out, and says so */
    }
    return r;
}

int
store_room(const char *path, uint64_t wanted, struct store_room *ret_room)
{
    struct statvfs disk;
    int r = error_of(statvfs(path, &disk) == 0 ? 0 : errno);
    if (r < 0) {
        return r;
    }
    struct store_room room = {
        .free = (uint64_t)disk.f_bavail * disk.f_frsize, .kept = size_of_reserve(path)};
    uint64_t lacks = room.kept < wanted ? wanted - room.kept : 0;
    room.is_full = room.free < lacks || room.free < STORE_ROOM_LEAST;
    *ret_room = room;
    return 0;
}

bool
store_reserve_release(const char *path)
{
    char *name = reserve_name(path);
    bool released = unlink(name) == 0;
    free(name);
    return released;
}
