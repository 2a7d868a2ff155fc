/* harness/harness.c - folders of test programs. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "harness/harness.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_FOLDERS = 16 };

/* Asked by LeakSanitizer. Cairo 1.16 loses some hundred bytes of a font's index for each OpenType font with CFF outlines that
 * it puts into a PDF; nothing of ours is in them. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
    return "leak:libcairo.so";
}

void
harness_folder_make(char out[HARNESS_FOLDER_LEN])
{
    const char *base = getenv("TMPDIR");
    int len =
        snprintf(out, HARNESS_FOLDER_LEN, "%s/t-XXXXXX", base != NULL && *base ? base : "/tmp");
    if (len >= HARNESS_FOLDER_LEN || mkdtemp(out) == NULL) {
        perror(out);
        abort();
    }
}

const char *
harness_file(const char *folder, const char *name)
{
    enum { PATHS = 16, PATH_LEN = 300 };
    static char paths[PATHS][PATH_LEN];
    static unsigned turn;
    char *path = paths[turn++ % PATHS];
    if (snprintf(path, PATH_LEN, "%s/%s", folder, name) >= PATH_LEN) {
        abort();
    }
    return path;
}

bool
harness_holds(const void *bytes, size_t len, const char *text)
{
    size_t text_len = strlen(text);
    for (size_t i = 0; i + text_len <= len; i++) {
        if (memcmp((const char *)bytes + i, text, text_len) == 0) {
            return true;
        }
    }
    return false;
}

static int
remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)where;
    return type == FTW_DP ? rmdir(path) : unlink(path);
}

int
harness_folder_remove(const char *folder)
{
    return nftw(folder, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : -1;
}
