/* tests/fuzz/fuzz_manifest.c - a bundle's manifest as it comes to a terminal, and the text inside it. The first byte chooses
 * which; no fuzzer can sign, and a text that passes writes itself again, with names that stay in their folder. */
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "fuzz/keys.h"
#include "harness/harness.h"
#include "seal/seal.h"
#include "seal/seal_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A CA that was made a moment ago, as a file until the end. */
static char folder[HARNESS_FOLDER_LEN];
static char *ca;

static void
remove_ca(void)
{
    free(ca);
    (void)harness_folder_remove(folder);
}

static void
make_ca(void)
{
    char *keys = fuzz_keys(folder);
    if (atexit(remove_ca) != 0) {
        abort();
    }
    ca = fs_join(keys, "city-ca.crt");
    free(keys);
}

static void
hold(const struct seal_manifest *manifest)
{
    for (size_t i = 0; i < manifest->count; i++) {
        const char *name = manifest->files[i].name;
        if (name[0] == '/' || name[0] == '.' || strstr(name, "/.") != NULL ||
            strchr(name, '\n') != NULL) {
            abort();
        }
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (ca == NULL) {
        make_ca();
    }
    if (size == 0) {
        return 0;
    }
    struct seal_manifest *manifest = NULL;
    if (data[0] % 2 == 0) {
        if (seal_manifest_read(ca, data + 1, size - 1, &manifest) == 0) {
            abort();
        }
    } else if (seal_manifest_read_text(data + 1, size - 1, &manifest) == 0) {
        hold(manifest);
        seal_manifest_free(manifest);
    }
    return 0;
}
