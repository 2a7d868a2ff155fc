/* Two whole sets of keys in a folder of the test's own: ours and a stranger's, with the same names in every
 * certificate. For cmocka's group: homes_make, homes_remove. */
#ifndef TESTS_SEAL_HOMES_H
#define TESTS_SEAL_HOMES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "seal/seal.h"

#define KIOSK "kiosk-001"

static char home[HARNESS_FOLDER_LEN];
static char *ours; /* home/keys */
static char *theirs; /* home/foreign */

/* A path; good until the sixteenth call after. */
ATTR_UNUSED static char *
in(const char *folder, const char *name)
{
    static char ring[16][512];
    static unsigned next;
    char *path = ring[next++ % 16];
    (void)snprintf(path, sizeof(ring[0]), "%s/%s", folder, name);
    return path;
}

ATTR_UNUSED static int
homes_make(void **state)
{
    (void)state;
    harness_folder_make(home);
    ours = fs_join(home, "keys");
    theirs = fs_join(home, "foreign");
    assert_int_equal(seal_keys_make(ours, KIOSK, "127.0.0.1"), 0);
    assert_int_equal(seal_keys_make(theirs, KIOSK, "localhost"), 0);
    return 0;
}

ATTR_UNUSED static int
homes_remove(void **state)
{
    (void)state;
    free(ours);
    free(theirs);
    return harness_folder_remove(home);
}

/* A whole file; the caller releases. */
ATTR_UNUSED static void
read_file(const char *path, struct buf *ret_bytes)
{
    buf_init(ret_bytes, 65536);
    assert_int_equal(fs_read(path, ret_bytes), 0);
}

#endif
