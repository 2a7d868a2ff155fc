/* store/raw.c - the file of a damaged queue, read page by page below SQLite's b-trees, through SQLite's
 * own file layer: its locks keep the other process away, and this process's own locks stay. */
#include "store_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

enum { LOCK_TRIES = 500, LOCK_WAIT_MS = 10 }; /* as long as anybody waits for a lock here */

/* What a header of ours says that never changes (fileformat2.html, 1.3): a flipped bit there makes SQLite
 * take the file for read-only, or for that of a later version. */
static bool
header_is_ours(const uint8_t header[100])
{
    static const uint8_t begin[] = "SQLite format 3\0\x10"; /* pages of 4,096 bytes */
    static const uint8_t fractions[] = {0, 64, 32, 32};
    static const uint8_t format[] = {0, 0, 0, 4};
    static const uint8_t utf8[] = {0, 0, 0, 1};
    bool is_journal = header[18] == header[19] && (header[18] == 1 || header[18] == 2);
    return memcmp(header, begin, sizeof(begin)) == 0 && is_journal &&
           memcmp(header + 20, fractions, sizeof(fractions)) == 0 &&
           memcmp(header + 44, format, sizeof(format)) == 0 &&
           memcmp(header + 56, utf8, sizeof(utf8)) == 0;
}

/* Opens the file without a lock, and counts its pages. */
static int
open_raw(const char *path, int flags, struct store_raw *raw)
{
    raw->vfs = sqlite3_vfs_find(NULL);
    size_t size = (size_t)raw->vfs->mxPathname + 1;
    char *full = xcalloc(size, 1);
    int r = store_error(NULL, raw->vfs->xFullPathname(raw->vfs, path, (int)size, full));
    /* the form of a name that a file layer may ask for parameters */
    raw->name = r == 0 ? sqlite3_create_filename(full, "", "", 0, NULL) : NULL;
    free(full);
    if (raw->name == NULL) {
        return r < 0 ? r : KERR_NO_MEMORY;
    }
    raw->file = xcalloc((size_t)raw->vfs->szOsFile, 1);
    r = store_error(NULL, raw->vfs->xOpen(raw->vfs, raw->name, raw->file, flags, NULL));
    sqlite3_int64 bytes = 0;
    if (r == 0) {
        r = store_error(NULL, raw->file->pMethods->xFileSize(raw->file, &bytes));
    }
    raw->pages = (uint32_t)((bytes + STORE_PAGE - 1) / STORE_PAGE);
    return r;
}

bool
store_raw_is_damaged(const char *path)
{
    struct store_raw raw = {0};
    uint8_t page[STORE_PAGE];
    bool damaged = false;
    if (open_raw(path, SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READONLY, &raw) == 0 && raw.pages > 0) {
        damaged = store_raw_page(&raw, 1, page) != 0 || !header_is_ours(page);
    }
    store_raw_close(&raw);
    return damaged;
}

/* SHARED, RESERVED, EXCLUSIVE: the order in which SQLite takes them. */
static int
lock(sqlite3_file *file)
{
    static const int levels[] = {SQLITE_LOCK_SHARED, SQLITE_LOCK_RESERVED, SQLITE_LOCK_EXCLUSIVE};
    for (int tries = 0; tries < LOCK_TRIES; tries++) {
        int code = SQLITE_OK;
        for (size_t i = 0; code == SQLITE_OK && i < sizeof(levels) / sizeof(levels[0]); i++) {
            code = file->pMethods->xLock(file, levels[i]);
        }
        if (code == SQLITE_OK) {
            return 0;
        }
        (void)file->pMethods->xUnlock(file, SQLITE_LOCK_NONE); /* tried anew */
        if ((code & 0xff) != SQLITE_BUSY) {
            return store_error(NULL, code);
        }
        (void)sqlite3_sleep(LOCK_WAIT_MS); /* answers how long it slept */
    }
    return KERR_BUSY;
}

int
store_raw_open(const char *path, struct store_raw *ret_raw)
{
    *ret_raw = (struct store_raw){0};
    int r = open_raw(path, SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READWRITE, ret_raw);
    if (r == 0) {
        r = lock(ret_raw->file);
    }
    if (r == 0) {
        (void)ret_raw->file->pMethods->xFileControl(
            ret_raw->file, SQLITE_FCNTL_HAS_MOVED, &ret_raw->moved); /* 0 where it isn't known */
        sqlite3_int64 bytes = 0; /* as it is now that nobody writes */
        r = store_error(NULL, ret_raw->file->pMethods->xFileSize(ret_raw->file, &bytes));
        ret_raw->pages = (uint32_t)((bytes + STORE_PAGE - 1) / STORE_PAGE);
    }
    if (r < 0) {
        store_raw_close(ret_raw);
    }
    return r;
}

void
store_raw_close(struct store_raw *raw)
{
    if (raw->file != NULL && raw->file->pMethods != NULL) {
        (void)raw->file->pMethods->xUnlock(raw->file, SQLITE_LOCK_NONE); /* closing does it, too */
        (void)raw->file->pMethods->xClose(raw->file); /* only read: nothing can be lost */
    }
    free(raw->file);
    sqlite3_free_filename(raw->name);
    *raw = (struct store_raw){0};
}

int
store_raw_page(const struct store_raw *raw, uint32_t number, uint8_t out[STORE_PAGE])
{
    sqlite3_int64 at = ((sqlite3_int64)number - 1) * STORE_PAGE;
    int code = raw->file->pMethods->xRead(raw->file, out, STORE_PAGE, at);
    if (code == SQLITE_OK || code == SQLITE_IOERR_SHORT_READ) {
        return 0; /* the rest of the last page is zeros then */
    }
    memset(out, 0, STORE_PAGE);
    return 1; /* a sector that can't be read: like a page of zeros */
}
