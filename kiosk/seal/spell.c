/* seal/spell.c - the one spelling of a signed message: written from its parts, for signing and for comparing, and taken
 * apart where only the places of the parts are wanted. DER: X.690 sections 8 and 10. */
#include "seal_priv.h"

#include <string.h>

#include "base/err.h"

/* AlgorithmIdentifier of SHA-256, parameters absent (RFC 5754 section 2). */
static const uint8_t alg_sha256[] = {
    0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
/* AlgorithmIdentifier of ecdsa-with-SHA256, parameters absent (RFC 5754 section 3.3). */
static const uint8_t alg_ecdsa_sha256[] = {
    0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
static const uint8_t oid_signed_data[] = {
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
static const uint8_t oid_data[] = {
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};
static const uint8_t version_1[] = {0x02, 0x01, 0x01};
/* Attributes of RFC 5652 section 11: content type (id-data; the whole attribute), message digest, signing time; the header's
 * is SEAL_HEADER_OID. */
static const uint8_t attribute_type[] = {0x30, 0x18, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
    0x01, 0x09, 0x03, 0x31, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};
static const uint8_t oid_digest[] = {
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04};
static const uint8_t oid_time[] = {
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05};
static const uint8_t oid_header[] = {0x06, 0x13, 0x69, 0x95, 0x95, 0xce, 0xb5, 0xc4, 0xe0, 0xe2,
    0xb4, 0xc3, 0x87, 0x88, 0xe0, 0xed, 0xfc, 0x8f, 0xc6, 0xb1, 0x64};

/* X.690 section 8.1, definite lengths only. */
void
seal_add_tlv(struct buf *out, uint8_t tag, const void *inner, size_t len)
{
    (void)buf_add_byte(out, tag);
    if (len < 0x80) {
        (void)buf_add_byte(out, (uint8_t)len);
    } else {
        unsigned octets = len > 0xffff ? 3 : len > 0xff ? 2 : 1;
        (void)buf_add_byte(out, (uint8_t)(0x80 | octets));
        while (octets-- > 0) {
            (void)buf_add_byte(out, (uint8_t)(len >> (8 * octets)));
        }
    }
    (void)buf_add(out, inner, len);
}

void
seal_add_made(struct buf *out, unsigned char *der, int len)
{
    if (der == NULL || len <= 0) {
        out->failed = KERR_NO_MEMORY;
    } else {
        (void)buf_add(out, der, (size_t)len);
    }
    OPENSSL_free(der);
}

/* An attribute whose one value is this element. */
static void
add_attribute(struct buf *out, const uint8_t *oid, size_t oid_len, const uint8_t *value, size_t len)
{
    AUTO_BUF inside;
    buf_init(&inside, SEAL_RECEIPT_MAX);
    (void)buf_add(&inside, oid, oid_len);
    seal_add_tlv(&inside, 0x31, value, len);
    seal_add_tlv(out, 0x30, inside.data, inside.len);
    if (inside.failed != 0) {
        out->failed = KERR_SEAL_FORM;
    }
}

void
seal_spell_attributes(const struct seal_attributes *attributes, struct buf *ret_attributes)
{
    AUTO_BUF value;
    buf_init(&value, SEAL_TEXT_MAX + 8);
    (void)buf_add(ret_attributes, attribute_type, sizeof(attribute_type));
    add_attribute(
        ret_attributes, oid_time, sizeof(oid_time), attributes->time, attributes->time_len);
    seal_add_tlv(&value, 0x04, attributes->hash, SEAL_HASH_LEN);
    add_attribute(ret_attributes, oid_digest, sizeof(oid_digest), value.data, value.len);
    if (attributes->header != NULL) {
        buf_clear(&value);
        seal_add_tlv(&value, 0x0c, attributes->header, attributes->header_len);
        add_attribute(ret_attributes, oid_header, sizeof(oid_header), value.data, value.len);
    }
    if (value.failed != 0) {
        ret_attributes->failed = KERR_SEAL_FORM;
    }
}

static void
add_signer_info(struct buf *out, const struct seal_spelling *parts)
{
    AUTO_BUF info;
    AUTO_BUF sid;
    buf_init(&info, 2 * SEAL_RECEIPT_MAX);
    buf_init(&sid, SEAL_RECEIPT_MAX);
    unsigned char *der = NULL;
    /* from the certificate, not from the message: names compare without regard to case */
    int len = i2d_X509_NAME(X509_get_issuer_name(parts->cert), &der);
    seal_add_made(&sid, der, len);
    der = NULL;
    len = i2d_ASN1_INTEGER(X509_get0_serialNumber(parts->cert), &der);
    seal_add_made(&sid, der, len);
    (void)buf_add(&info, version_1, sizeof(version_1));
    seal_add_tlv(&info, 0x30, sid.data, sid.len);
    (void)buf_add(&info, alg_sha256, sizeof(alg_sha256));
    /* [0] IMPLICIT SET OF */
    seal_add_tlv(&info, 0xa0, parts->attributes->data, parts->attributes->len);
    (void)buf_add(&info, alg_ecdsa_sha256, sizeof(alg_ecdsa_sha256));
    seal_add_tlv(&info, 0x04, parts->signature, parts->signature_len);
    if (info.failed != 0 || sid.failed != 0) {
        out->failed = KERR_SEAL_FORM;
        return;
    }
    AUTO_BUF outer;
    buf_init(&outer, 2 * SEAL_RECEIPT_MAX);
    seal_add_tlv(&outer, 0x30, info.data, info.len);
    seal_add_tlv(out, 0x31, outer.data, outer.len); /* SET OF one */
}

static void
add_content(struct buf *out, const uint8_t *content, size_t len)
{
    AUTO_BUF octets;
    AUTO_BUF explicit0;
    AUTO_BUF info;
    buf_init(&octets, 2 * SEAL_ENVELOPE_MAX);
    buf_init(&explicit0, 2 * SEAL_ENVELOPE_MAX);
    buf_init(&info, 2 * SEAL_ENVELOPE_MAX);
    seal_add_tlv(&octets, 0x04, content, len);
    seal_add_tlv(&explicit0, 0xa0, octets.data, octets.len);
    (void)buf_add(&info, oid_data, sizeof(oid_data));
    (void)buf_add(&info, explicit0.data, explicit0.len);
    seal_add_tlv(out, 0x30, info.data, info.len);
}

void
seal_spell(const struct seal_spelling *parts, struct buf *ret_signed)
{
    AUTO_BUF data;
    AUTO_BUF wrapped;
    AUTO_BUF cert;
    AUTO_BUF info;
    buf_init(&data, 2 * SEAL_ENVELOPE_MAX);
    buf_init(&wrapped, 2 * SEAL_ENVELOPE_MAX);
    buf_init(&cert, SEAL_RECEIPT_MAX);
    buf_init(&info, 2 * SEAL_ENVELOPE_MAX);
    (void)buf_add(&data, version_1, sizeof(version_1));
    seal_add_tlv(&data, 0x31, alg_sha256, sizeof(alg_sha256));
    add_content(&data, parts->content, parts->content_len);
    unsigned char *der = NULL;
    int der_len = i2d_X509(parts->cert, &der);
    seal_add_made(&cert, der, der_len);
    seal_add_tlv(&data, 0xa0, cert.data, cert.len);
    add_signer_info(&data, parts);
    seal_add_tlv(&wrapped, 0x30, data.data, data.len);
    (void)buf_add(&info, oid_signed_data, sizeof(oid_signed_data));
    seal_add_tlv(&info, 0xa0, wrapped.data, wrapped.len);
    seal_add_tlv(ret_signed, 0x30, info.data, info.len);
    if (cert.failed != 0 || data.failed != 0 || wrapped.failed != 0 || info.failed != 0) {
        ret_signed->failed = KERR_SEAL_FORM;
    }
}

bool
seal_der_take(struct seal_der *from, uint8_t tag, struct seal_der *ret_inside)
{
    size_t left = (size_t)(from->end - from->at);
    if (left < 2 || from->at[0] != tag) {
        return false;
    }
    size_t octets = from->at[1] < 0x80 ? 0 : from->at[1] - 0x80u;
    size_t len = octets == 0 ? from->at[1] : 0;
    if (octets > 3 || left < 2 + octets) {
        return false;
    }
    for (size_t i = 0; i < octets; i++) {
        len = len << 8 | from->at[2 + i];
    }
    if (left - 2 - octets < len) {
        return false;
    }
    ret_inside->at = from->at + 2 + octets;
    ret_inside->end = ret_inside->at + len;
    from->at = ret_inside->end;
    return true;
}

bool
seal_der_enter(struct seal_der *from, const char *tags, size_t count, struct seal_der *ret_inside)
{
    struct seal_der at = {0};
    for (size_t i = 0; i < count; i++) {
        if (!seal_der_take(i == 0 ? from : &at, (uint8_t)tags[i], i == 0 ? &at : ret_inside)) {
            return false;
        }
        at = i == 0 ? at : *ret_inside;
    }
    *ret_inside = at;
    return true;
}

size_t
seal_der_len(const struct seal_der *inside)
{
    return (size_t)(inside->end - inside->at);
}
