/* tests/fuzz/fuzz_asked.c - what terminals send beside records and receipts: a signed point of their chain of events, the text inside
 * it, and a request for certificates. The first byte chooses which; no fuzzer can sign, so a point, or a request of a terminal that has
 * certificates, that passes is a finding, and a text that passes writes itself again. */
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "fuzz/keys.h"
#include "harness/harness.h"
#include "seal/seal.h"
#include "seal/seal_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Trust in a CA that was made a moment ago and signed nothing but its own set of keys. */
static const struct seal_verifier *
kiosks(void)
{
    static struct seal_verifier *made;
    if (made == NULL) {
        char folder[HARNESS_FOLDER_LEN];
        char *keys = fuzz_keys(folder);
        char *ca = fs_join(keys, "kiosk-ca.crt");
        if (seal_verifier_new(ca, &made) < 0) {
            abort();
        }
        free(ca);
        free(keys);
        (void)harness_folder_remove(folder); /* only needed once */
    }
    return made;
}

static void
must_be(bool is_so)
{
    if (!is_so) {
        abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seal_point point;
    struct seal_asked asked;
    if (size == 0) {
        return 0;
    }
    const uint8_t *bytes = data + 1;
    size_t len = size - 1;
    switch (data[0] % 3) {
    case 0:
        must_be(seal_point_verify(kiosks(), bytes, len, &point) < 0);
        break;
    case 1:
        if (seal_point_read(bytes, len, &point) == 0) {
            AUTO_BUF again;
            buf_init(&again, SEAL_TEXT_MAX);
            must_be(seal_point_write(&point, &again) == 0 && again.len == len &&
                    memcmp(again.data, bytes, len) == 0);
        }
        break;
    default:
        if (seal_asked_read(kiosks(), bytes, len, &asked) == 0) { /* its token is looked at later */
            must_be(!asked.is_again && seal_name_ok(asked.kiosk));
        }
        break;
    }
    return 0;
}
