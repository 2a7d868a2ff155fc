/* seal/quick.c - a signed message of somebody who is known: nothing of it is decoded but what differs from message to
 * message, since its certificate lies decoded in known.c. What is read of the bytes is where the parts seem to stand; the
 * one spelling of a message with these parts is then written and compared, so that nothing rests on the reading.
 *
 * Whoever is not known, and whatever is spelled otherwise, goes the long way of signed.c, which alone says what is wrong
 * with a message. */
#include "seal_priv.h"

#include <string.h>

#include <openssl/err.h>

enum { UTC_TIME_LEN = 13, GENERALIZED_TIME_LEN = 15, TIME_TLV = 2 };

struct places {
    struct seal_der content, cert, time, header, attributes, signature;
};

/* The content type, the time, the digest and, unless it is missing, the header; each attribute has one value. */
static bool
find_in_attributes(struct places *places)
{
    struct seal_der from = places->attributes, skip, in;
    if (!seal_der_take(&from, 0x30, &skip) || !seal_der_take(&from, 0x30, &in) ||
        !seal_der_take(&in, 0x06, &skip) || !seal_der_take(&in, 0x31, &places->time) ||
        !seal_der_take(&from, 0x30, &skip)) {
        return false;
    }
    return from.at == from.end ||
           (seal_der_take(&from, 0x30, &in) && seal_der_take(&in, 0x06, &skip) &&
               SEAL_DER_ENTER(&in, "\x31\x0c", &places->header));
}

static bool
find(const uint8_t *bytes, size_t len, struct places *places)
{
    struct seal_der from = {bytes, bytes + len}, in, skip;
    return seal_der_take(&from, 0x30, &in) && seal_der_take(&in, 0x06, &skip) &&
           SEAL_DER_ENTER(&in, "\xa0\x30", &in) && seal_der_take(&in, 0x02, &skip) &&
           seal_der_take(&in, 0x31, &skip) && seal_der_take(&in, 0x30, &places->content) &&
           seal_der_take(&places->content, 0x06, &skip) &&
           SEAL_DER_ENTER(&places->content, "\xa0\x04", &places->content) &&
           seal_der_take(&in, 0xa0, &places->cert) && SEAL_DER_ENTER(&in, "\x31\x30", &in) &&
           seal_der_take(&in, 0x02, &skip) && seal_der_take(&in, 0x30, &skip) &&
           seal_der_take(&in, 0x30, &skip) && seal_der_take(&in, 0xa0, &places->attributes) &&
           seal_der_take(&in, 0x30, &skip) && seal_der_take(&in, 0x04, &places->signature) &&
           find_in_attributes(places);
}

/* UTCTime until 2049, then GeneralizedTime (RFC 5652 section 11.3): digits and a Z. */
static bool
is_time(const struct seal_der *der)
{
    size_t len = seal_der_len(der);
    bool ok = len == TIME_TLV + UTC_TIME_LEN
                  ? der->at[0] == 0x17 && der->at[1] == UTC_TIME_LEN
                  : len == TIME_TLV + GENERALIZED_TIME_LEN && der->at[0] == 0x18 &&
                        der->at[1] == GENERALIZED_TIME_LEN;
    for (size_t i = TIME_TLV; ok && i < len - 1; i++) {
        ok = der->at[i] >= '0' && der->at[i] <= '9';
    }
    return ok && der->at[len - 1] == 'Z';
}

/* Is the message the one spelling of these parts, with the digest of its content? ret_attributes gets what is signed. */
static bool
is_spelled(const struct places *places, X509 *cert, const uint8_t *bytes, size_t len,
    struct buf *ret_attributes)
{
    AUTO_BUF whole;
    buf_init(&whole, 2 * SEAL_ENVELOPE_MAX);
    uint8_t hash[SEAL_HASH_LEN];
    seal_hash(places->content.at, seal_der_len(&places->content), hash);
    const struct seal_attributes attributes = {.time = places->time.at,
        .time_len = seal_der_len(&places->time),
        .hash = hash,
        .header = places->header.at,
        .header_len = seal_der_len(&places->header)};
    seal_spell_attributes(&attributes, ret_attributes);
    const struct seal_spelling parts = {.cert = cert,
        .content = places->content.at,
        .content_len = seal_der_len(&places->content),
        .attributes = ret_attributes,
        .signature = places->signature.at,
        .signature_len = seal_der_len(&places->signature)};
    seal_spell(&parts, &whole);
    return ret_attributes->failed == 0 && whole.failed == 0 && whole.len == len &&
           memcmp(whole.data, bytes, len) == 0;
}

/* The signature over the attributes as a SET OF (RFC 5652 section 5.4). Over their hash: EVP_DigestVerify gives the same answer
 * and takes a tenth longer to get ready. */
static bool
is_signed(X509 *cert, const struct buf *attributes, const struct seal_der *signature)
{
    AUTO_BUF set;
    buf_init(&set, SEAL_RECEIPT_MAX);
    seal_add_tlv(&set, 0x31, attributes->data, attributes->len);
    uint8_t hash[SEAL_HASH_LEN];
    seal_hash(set.data, set.len, hash);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, X509_get0_pubkey(cert), NULL);
    bool ok = set.failed == 0 && ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 &&
              EVP_PKEY_verify(ctx, signature->at, seal_der_len(signature), hash, sizeof(hash)) == 1;
    EVP_PKEY_CTX_free(ctx);
    return ok;
}

bool
seal_check_quick(
    X509_STORE *trust, const uint8_t *bytes, size_t len, struct seal_signed *ret_signed)
{
    struct places places = {0};
    if (len == 0 || len > SEAL_ENVELOPE_MAX || !find(bytes, len, &places) ||
        !is_time(&places.time) ||
        (places.header.at != NULL && seal_der_len(&places.header) < SEAL_HEADER_MIN)) {
        return false;
    }
    X509 *cert = seal_known_cert(trust, places.cert.at, seal_der_len(&places.cert));
    if (cert == NULL) {
        return false;
    }
    AUTO_BUF attributes;
    buf_init(&attributes, SEAL_RECEIPT_MAX);
    bool ok = is_spelled(&places, cert, bytes, len, &attributes) &&
              is_signed(cert, &attributes, &places.signature);
    ERR_clear_error();
    if (!ok) {
        X509_free(cert);
        return false;
    }
    *ret_signed = (struct seal_signed){.signer = cert,
        .content = places.content.at,
        .content_len = seal_der_len(&places.content),
        .header = places.header.at,
        .header_len = seal_der_len(&places.header)};
    return true;
}
