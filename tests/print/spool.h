/* print/spool.h - lp, lpstat and cancel of a test's own, in a folder with which PATH begins: what they answer lies there as files
 * ("lp.says", "active", "completed", "left"), and while "job" is there the spool holds a slip. Included by one file a program. */
#ifndef TESTS_PRINT_SPOOL_H
#define TESTS_PRINT_SPOOL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/fs.h"
#include "harness/harness.h"

struct spool {
    char folder[HARNESS_FOLDER_LEN];
    char path[4096]; /* as it was */
};

static ATTR_UNUSED void
spool_file(
    const struct spool *spool, const char *name, const void *bytes, size_t len, unsigned mode)
{
    char *path = fs_join(spool->folder, name);
    assert_int_equal(fs_write_atomic(path, bytes, len, mode), 0);
    free(path);
}

/* What a program answers from now on. */
static ATTR_UNUSED void
spool_says(const struct spool *spool, const char *which, const char *answer)
{
    spool_file(spool, which, answer, strlen(answer), 0600);
}

static ATTR_UNUSED bool
spool_has(const struct spool *spool, const char *name)
{
    char *path = fs_join(spool->folder, name);
    bool there = access(path, F_OK) == 0;
    free(path);
    return there;
}

static ATTR_UNUSED void
spool_program(const struct spool *spool, const char *name, const char *script)
{
    char text[1024];
    int len = snprintf(text, sizeof(text), "#!/bin/sh\ncd '%s'\n%s\n", spool->folder, script);
    assert_true(len > 0 && (size_t)len < sizeof(text));
    spool_file(spool, name, text, (size_t)len, 0700);
}

static ATTR_UNUSED void
spool_open(struct spool *spool)
{
    const char *before = getenv("PATH");
    char path[sizeof(spool->path) + HARNESS_FOLDER_LEN];
    harness_folder_make(spool->folder);
    (void)snprintf(
        spool->path, sizeof(spool->path), "%s", before != NULL ? before : "/usr/bin:/bin");
    (void)snprintf(path, sizeof(path), "%s:%s", spool->folder, spool->path);
    assert_int_equal(setenv("PATH", path, 1), 0);
    spool_program(spool, "lp", "cat >paper; : >job; exec cat lp.says");
    spool_program(spool, "lpstat",
        "case \" $* \" in\n"
        "*' completed '*) exec cat completed ;;\n"
        "*' -p '*) exec cat active ;;\n"
        "esac\n"
        "[ ! -e job ] || echo 'slip-12 somebody'\n"
        "exec cat left");
    spool_program(spool, "cancel", "[ ! -e deaf ] || exit 1\nrm -f job; : >swept");
    spool_says(spool, "lp.says", "request id is slip-12 (0 file(s))\n");
    spool_says(spool, "active", "");
    spool_says(spool, "completed", "");
    spool_says(spool, "left", "");
}

static ATTR_UNUSED void
spool_close(struct spool *spool)
{
    assert_int_equal(setenv("PATH", spool->path, 1), 0);
    assert_int_equal(harness_folder_remove(spool->folder), 0);
}

#endif
