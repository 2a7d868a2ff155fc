/* seal/verify.c - the city's edge: whose envelope is this, and is it whole? Opens nothing. */
#include "seal_priv.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"

struct seal_verifier {
    X509_STORE *trust;
};

int
seal_verifier_new(const char *kiosk_ca, struct seal_verifier **ret_verifier)
{
    X509_STORE *trust = NULL;
    int r = seal_load_trust(kiosk_ca, &trust);
    if (r < 0) {
        return r;
    }
    struct seal_verifier *verifier = xcalloc(1, sizeof(*verifier));
    verifier->trust = trust;
    *ret_verifier = verifier;
    return 0;
}

void
seal_verifier_free(struct seal_verifier *verifier)
{
    if (verifier == NULL) {
        return;
    }
    X509_STORE_free(verifier->trust);
    free(verifier);
}

int
seal_verify(const struct seal_verifier *verifier, const uint8_t *envelope, size_t len,
    struct seal_header *ret_header, struct buf *ret_sealed)
{
    struct seal_signed parts;
    int r = seal_check_signed(verifier->trust, envelope, len, &parts);
    if (r < 0) {
        return r;
    }
    struct seal_header header = {0};
    r = KERR_SEAL_FORM;
    if (parts.header_text != NULL) {
        r = seal_header_read(ASN1_STRING_get0_data(parts.header_text),
            (size_t)ASN1_STRING_length(parts.header_text), &header);
    }
    if (r == 0 && !seal_common_name_is(parts.signer, header.kiosk)) {
        r = KERR_SEAL_SIGNATURE;
    }
    if (r == 0 && ret_sealed != NULL) {
        r = buf_add(ret_sealed, ASN1_STRING_get0_data(parts.content),
            (size_t)ASN1_STRING_length(parts.content));
    }
    if (r == 0) {
        *ret_header = header;
    }
    seal_signed_release(&parts);
    return r;
}
