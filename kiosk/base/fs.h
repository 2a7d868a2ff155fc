/* base/fs.h - files as the project uses them: read whole with a bound, written so that a power cut
 * leaves the old or the new one. */
#ifndef BASE_FS_H
#define BASE_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

/* Appends the whole file to ret_data (whose maximum is the bound).
 * KERR_NOT_FOUND, KERR_TOO_BIG or KERR_IO. */
int fs_read(const char *path, struct buf *ret_data);
/* The same of a regular file alone, for folders that a stranger filled: KERR_INVALID, without waiting, for a link,
 * a folder, a pipe or a device. */
int fs_read_regular(const char *path, struct buf *ret_data);
/* Replaces path: temporary file beside it, fsync, rename, fsync of the folder.
 * KERR_NO_SPACE, KERR_IO or KERR_NOT_FOUND (no such folder); the old file is then untouched, unless
 * only the folder's fsync failed: then the new one is there and may be undone by a power cut. */
int fs_write_atomic(const char *path, const void *data, size_t len, mode_t mode);
/* The same without waiting for the disk: readers see the old file or the new one, a power cut may leave neither. */
int fs_write_quick(const char *path, const void *data, size_t len, mode_t mode);
/* As fs_write_atomic. Written by root, it belongs to whom the old file belongs, or the folder where there was none: for what an
 * operator's tool writes and a service of its own user reads. */
int fs_write_shared(const char *path, const void *data, size_t len, mode_t mode);
/* Makes the folder and its parents (mode 0700 for new ones). KERR_IO. */
int fs_make_dirs(const char *path);
bool fs_exists(const char *path);
/* When the file was written last, in seconds since 1970. KERR_NOT_FOUND, KERR_IO. */
int fs_written_at(const char *path, int64_t *ret_wall_s);
/* A folder itself, no link to one. */
bool fs_is_folder(const char *path);
/* Makes one folder unless it is there, and syncs the one that holds it. KERR_INVALID when a link or a file has the
 * name, KERR_NOT_FOUND, KERR_NO_SPACE, KERR_IO. */
int fs_make_folder(const char *path, mode_t mode);
/* What was written to a file, and its name, survive a power cut after this. KERR_NOT_FOUND, KERR_IO. */
int fs_sync(const char *path);
/* Lets a link at path lead to target, in one step over whatever link or file is there; what it needs for that, PATH.link, is left by a
 * power cut and goes the next time. Not synced. KERR_NO_SPACE, KERR_IO, KERR_NOT_FOUND. */
int fs_link(const char *target, const char *path);
/* Where a link in a folder leads, when that is a name of this folder ("now" -> "t-7-0badcafe"): the path, heap; NULL for none. Followed once,
 * so that what is read there belongs together though the link may be renamed meanwhile. */
char *fs_shown(const char *folder, const char *link);
/* Removes a file. KERR_NOT_FOUND, KERR_IO. */
int fs_remove(const char *path);

/* Calls each(name, ctx) for every entry of a folder with this ending (NULL: all), sorted by bytes,
 * without "." and "..". A non-zero answer of each stops and is returned. KERR_NOT_FOUND, KERR_IO. */
int fs_each(
    const char *folder, const char *ending, int (*each)(const char *name, void *ctx), void *ctx);

/* Joins folder and name with one slash into a heap string; the caller frees. */
char *fs_join(const char *folder, const char *name);

#endif
