/* fuzz/fuzz_certificate.c - the certificate of a card, any bytes: an error, or a moment that a calendar has. */
#include <assert.h>

#include "base/err.h"
#include "seal/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t year_10000 = 253402300800;
    int64_t at = -1;
    int r = seal_certificate_until(data, size, &at);
    assert(r == KERR_SEAL_FORM || (r == 0 && at >= 0 && at < year_10000));
    return 0;
}
