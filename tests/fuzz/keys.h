/* A set of keys that was made a moment ago, for targets that read what somebody may have signed. */
#ifndef TESTS_FUZZ_KEYS_H
#define TESTS_FUZZ_KEYS_H

#include <stdlib.h>

#include "base/fs.h"
#include "harness/harness.h"
#include "seal/seal.h"

/* The folder of the keys; the caller frees it, and removes *ret_folder when the files are not needed any more. */
static inline char *
fuzz_keys(char ret_folder[HARNESS_FOLDER_LEN])
{
    harness_folder_make(ret_folder);
    char *keys = fs_join(ret_folder, "keys");
    if (seal_keys_make(keys, "kiosk-001", "localhost") < 0) {
        abort();
    }
    return keys;
}

#endif
