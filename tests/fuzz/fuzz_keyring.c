/* tests/fuzz/fuzz_keyring.c - a list of sealing keys as it comes to a terminal, and the text inside it. The first byte
 * chooses which; no fuzzer can sign, so a list or a certificate that passes is a finding. */
#include <stdlib.h>

#include "base/fs.h"
#include "fuzz/keys.h"
#include "harness/harness.h"
#include "seal/seal.h"
#include "seal/seal_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A CA that was made a moment ago, as a file until the end, and loaded. */
static struct {
    char folder[HARNESS_FOLDER_LEN];
    char *path;
    X509_STORE *trust;
} ca;

static void
remove_ca(void)
{
    X509_STORE_free(ca.trust);
    free(ca.path);
    (void)harness_folder_remove(ca.folder);
}

static void
make_ca(void)
{
    char *keys = fuzz_keys(ca.folder);
    ca.path = fs_join(keys, "city-ca.crt");
    free(keys);
    if (seal_load_trust(ca.path, &ca.trust) < 0 || atexit(remove_ca) != 0) {
        abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (ca.path == NULL) {
        make_ca();
    }
    if (size == 0) {
        return 0;
    }
    struct seal_keyring *ring = NULL;
    int r = data[0] % 2 == 0 ? seal_keyring_read(ca.path, data + 1, size - 1, &ring)
                             : seal_keyring_read_text(ca.trust, data + 1, size - 1, &ring);
    if (r == 0 || ring != NULL) {
        abort();
    }
    return 0;
}
