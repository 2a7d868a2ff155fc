/* input/home.c - the children's private folder: in memory, readable by them alone, gone with the visit. */
#include "input_priv.h"

#include <errno.h>
#include <fts.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"

#define HOME_PREFIX "madoguchi-input-"

/* Mozc's settings as its file holds them (protocol buffer, field numbers of Mozc's config.proto): 20 incognito
 * yes, 50 learning none, 84 emoticons no, 89 emoji no, 100 suggestions from the past no, 110 nine suggestions. */
static const unsigned char mozc_settings[] = {0xa0, 0x01, 0x01, 0x90, 0x03, 0x02, 0xa0, 0x05, 0x00,
    0xc8, 0x05, 0x00, 0xa0, 0x06, 0x00, 0xf0, 0x06, 0x09};

static int
hand_over(const char *path)
{
    if (geteuid() != 0) {
        return 0;
    }
    return chown(path, CHILD_UID, CHILD_GID) == 0 ? 0 : KERR_IO;
}

static int
fill(const char *home)
{
    static const char *const folders[] = {".config", ".config/mozc"};
    int r = hand_over(home);
    for (size_t i = 0; i < ARRAY_LEN(folders) && r == 0; i++) {
        char *path = fs_join(home, folders[i]);
        r = mkdir(path, 0700) == 0 ? hand_over(path) : KERR_IO;
        free(path);
    }
    char *settings = fs_join(home, ".config/mozc/config1.db");
    if (r == 0) {
        r = fs_write_atomic(settings, mozc_settings, sizeof(mozc_settings), 0600);
    }
    if (r == 0) {
        r = hand_over(settings);
    }
    free(settings);
    return r;
}

char *
home_make(const char *parent)
{
    char name[64];
    (void)snprintf(name, sizeof(name), HOME_PREFIX "%d-XXXXXX", (int)getpid());
    char *home = fs_join(parent, name);
    if (mkdtemp(home) == NULL) {
        free(home);
        return NULL;
    }
    if (fill(home) < 0) {
        home_remove(home);
        free(home);
        return NULL;
    }
    return home;
}

void
home_remove(const char *home)
{
    char *path = xstrdup(home);
    char *const paths[] = {path, NULL};
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (walk != NULL) {
        for (FTSENT *entry = fts_read(walk); entry != NULL; entry = fts_read(walk)) {
            if (entry->fts_info != FTS_D) {
                (void)remove(entry->fts_accpath);
            }
        }
        (void)fts_close(walk);
    }
    free(path);
}

static int
sweep_one(const char *name, void *ctx)
{
    const char *parent = ctx;
    if (strncmp(name, HOME_PREFIX, strlen(HOME_PREFIX)) != 0) {
        return 0;
    }
    long pid = strtol(name + strlen(HOME_PREFIX), NULL, 10);
    if (pid > 0 && kill((pid_t)pid, 0) < 0 && errno == ESRCH) {
        char *path = fs_join(parent, name);
        home_remove(path);
        free(path);
    }
    return 0;
}

void
home_sweep(const char *parent)
{
    char *folder = xstrdup(parent);
    (void)fs_each(folder, NULL, sweep_one, folder);
    free(folder);
}
