/* seal/receipt.c - the city's signed word that an envelope has arrived, and the kiosk's check of it.
 * A kiosk deletes a record on nothing less. */
#include "seal_priv.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"

/* The signer's common name, which makes a certificate of the city's CA one for receipts. */
#define RECEIPT_NAME "receipt"

struct seal_signer {
    X509 *cert;
    EVP_PKEY *key;
};

struct seal_receipts {
    X509_STORE *trust;
};

int
seal_signer_new(const char *cert, const char *key, struct seal_signer **ret_signer)
{
    struct seal_signer *signer = xcalloc(1, sizeof(*signer));
    int r = seal_load_pair(cert, key, &signer->cert, &signer->key);
    if (r == 0 && !seal_common_name_is(signer->cert, RECEIPT_NAME)) {
        r = KERR_SEAL_KEY;
    }
    if (r < 0) {
        seal_signer_free(signer);
        return r;
    }
    *ret_signer = signer;
    return 0;
}

void
seal_signer_free(struct seal_signer *signer)
{
    if (signer == NULL) {
        return;
    }
    X509_free(signer->cert);
    EVP_PKEY_free(signer->key);
    free(signer);
}

int
seal_receipt_make(
    const struct seal_signer *signer, const struct seal_receipt *receipt, struct buf *ret_bytes)
{
    AUTO_BUF text;
    buf_init(&text, SEAL_TEXT_MAX);
    int r = seal_receipt_write(receipt, &text);
    return r < 0 ? r : seal_sign(signer->cert, signer->key, NULL, text.data, text.len, ret_bytes);
}

int
seal_receipts_new(const char *city_ca, struct seal_receipts **ret_receipts)
{
    X509_STORE *trust = NULL;
    int r = seal_load_trust(city_ca, &trust);
    if (r < 0) {
        return r;
    }
    struct seal_receipts *receipts = xcalloc(1, sizeof(*receipts));
    receipts->trust = trust;
    *ret_receipts = receipts;
    return 0;
}

void
seal_receipts_free(struct seal_receipts *receipts)
{
    if (receipts == NULL) {
        return;
    }
    X509_STORE_free(receipts->trust);
    free(receipts);
}

int
seal_receipt_verify(const struct seal_receipts *receipts, const uint8_t *bytes, size_t len,
    struct seal_receipt *ret_receipt)
{
    if (len > SEAL_RECEIPT_MAX) {
        return KERR_SEAL_FORM;
    }
    struct seal_signed parts;
    int r = seal_check_signed(receipts->trust, bytes, len, &parts);
    if (r < 0) {
        return r;
    }
    if (!seal_common_name_is(parts.signer, RECEIPT_NAME)) {
        r = KERR_SEAL_SIGNATURE;
    } else if (parts.header != NULL) {
        r = KERR_SEAL_FORM;
    } else {
        r = seal_receipt_read(parts.content, parts.content_len, ret_receipt);
    }
    seal_signed_release(&parts);
    return r;
}
