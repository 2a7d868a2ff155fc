/* tests/fuzz/fuzz_receipt.c - a receipt as it comes from the network, and the text inside it. The first
 * byte chooses which; no fuzzer can sign, so what passes the signature check is a finding. */
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

/* Trust in a CA that was made a moment ago and signed nothing but its own set of keys. */
static const struct seal_receipts *
receipts(void)
{
    static struct seal_receipts *made;
    if (made == NULL) {
        char folder[HARNESS_FOLDER_LEN];
        char *keys = fuzz_keys(folder);
        char *ca = fs_join(keys, "city-ca.crt");
        if (seal_receipts_new(ca, &made) < 0) {
            abort();
        }
        free(ca);
        free(keys);
        (void)harness_folder_remove(folder); /* only needed once */
    }
    return made;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seal_receipt receipt;
    if (size == 0) {
        return 0;
    }
    if (data[0] % 2 == 0) {
        if (seal_receipt_verify(receipts(), data + 1, size - 1, &receipt) == 0) {
            abort();
        }
    } else if (seal_receipt_read(data + 1, size - 1, &receipt) == 0) {
        AUTO_BUF again;
        buf_init(&again, SEAL_TEXT_MAX);
        if (seal_receipt_write(&receipt, &again) < 0 || again.len != size - 1 ||
            memcmp(again.data, data + 1, size - 1) != 0) {
            abort();
        }
    }
    return 0;
}
