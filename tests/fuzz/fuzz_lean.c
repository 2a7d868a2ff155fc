/* tests/fuzz/fuzz_lean.c - what a scanner gives, the lean form behind it, and envelopes that are to become one. The first byte
 * chooses which. A lean form's reference is set to a certificate that is known, so that it is put together. */
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "fuzz/keys.h"
#include "harness/harness.h"
#include "seal/seal.h"
#include "seal/seal_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct seal_verifier *verifier;
static struct seal_restorer *restorer;
static uint8_t ref[SEAL_LEAN_REF];

static void
make_keys(void)
{
    char folder[HARNESS_FOLDER_LEN];
    char *keys = fuzz_keys(folder);
    char *ca = fs_join(keys, "kiosk-ca.crt");
    char *city = fs_join(keys, "receipt.crt");
    char *kiosk = fs_join(keys, "kiosk.crt");
    X509 *cert = NULL;
    if (seal_verifier_new(ca, &verifier) < 0 || seal_restorer_new(verifier, city, &restorer) < 0 ||
        seal_restorer_add_folder(restorer, keys) < 0 || seal_load_cert(kiosk, &cert) < 0 ||
        !seal_lean_ref(cert, ref)) {
        abort();
    }
    X509_free(cert);
    free(ca);
    free(city);
    free(kiosk);
    free(keys);
    (void)harness_folder_remove(folder); /* only needed once */
}

static void
try_lean(const uint8_t *data, size_t size)
{
    AUTO_BUF bytes;
    AUTO_BUF out;
    buf_init(&bytes, SEAL_LEAN_MAX);
    buf_init(&out, SEAL_ENVELOPE_MAX);
    if (buf_add(&bytes, data, size) == 0 && size > 2 + sizeof(ref)) {
        memcpy(bytes.data + 2, ref, sizeof(ref));
    }
    if (seal_restore(restorer, bytes.data, bytes.len, &out) == 0) {
        abort(); /* nobody could have signed it */
    }
}

static void
try_digits(const uint8_t *data, size_t size)
{
    struct seal_codes *codes = seal_codes_new();
    AUTO_BUF text;
    AUTO_BUF out;
    buf_init(&text, size + 1);
    buf_init(&out, SEAL_LEAN_MAX);
    (void)buf_add(&text, data, size);
    const char *at = buf_str(&text);
    while (seal_codes_take(codes, &at, &out) > SEAL_CODE_END) {
        buf_clear(&out);
    }
    seal_codes_free(codes);
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
    AUTO_BUF out;
    buf_init(&out, SEAL_LEAN_MAX);
    switch (data[0] % 3) {
    case 0:
        (void)seal_lean_write(data + 1, size - 1, &out); /* looks by itself whether it comes back */
        break;
    case 1:
        try_lean(data + 1, size - 1);
        break;
    default:
        try_digits(data + 1, size - 1);
        break;
    }
    return 0;
}
