/* store/reserve.c - room that is kept free for the visit that is under way: a file beside the queue,
 * given up when the disk is full. */
#include "store_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

bool
store_reserve_release(const char *path)
{
    char *name = reserve_name(path);
    bool released = unlink(name) == 0;
    free(name);
    return released;
}
