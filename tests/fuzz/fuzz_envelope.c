/* tests/fuzz/fuzz_envelope.c - an envelope as the city's edge gets it, sealed content as the desk gets
 * it, and the header's text. The first byte chooses which. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "fuzz/keys.h"
#include "harness/harness.h"
#include "seal/seal.h"
#include "seal/seal_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct seal_verifier *verifier;
static struct seal_opener *opener;

static void
make_keys(void)
{
    char folder[HARNESS_FOLDER_LEN];
    char *keys = fuzz_keys(folder);
    char *ca = fs_join(keys, "kiosk-ca.crt");
    char *cert = fs_join(keys, "city.crt");
    char *key = fs_join(keys, "city.key");
    if (seal_verifier_new(ca, &verifier) < 0 || seal_opener_new(cert, key, &opener) < 0) {
        abort();
    }
    free(ca);
    free(cert);
    free(key);
    free(keys);
    (void)harness_folder_remove(folder); /* only needed once */
}

static void
try_header(const uint8_t *data, size_t size)
{
    struct seal_header header;
    if (seal_header_read(data, size, &header) < 0) {
        return;
    }
    AUTO_BUF again;
    buf_init(&again, SEAL_TEXT_MAX);
    if (seal_header_write(&header, &again) < 0 || again.len != size ||
        memcmp(again.data, data, size) != 0) {
        abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    if (verifier == NULL) {
        make_keys();
    }
    struct seal_header header;
    AUTO_BUF out;
    buf_init(&out, SEAL_ENVELOPE_MAX);
    switch (data[0] % 3) {
    case 0:
        if (seal_verify(verifier, data + 1, size - 1, &header, &out) == 0) {
            abort(); /* nobody could have signed it */
        }
        break;
    case 1:
        (void)seal_open(opener, data + 1, size - 1, &out); /* anybody may seal: either is fine */
        break;
    default:
        try_header(data + 1, size - 1);
        break;
    }
    return 0;
}
