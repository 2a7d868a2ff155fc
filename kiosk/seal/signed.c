/* seal/signed.c - the signed outer layer of envelopes and receipts: CMS SignedData (RFC 5652 section 5)
 * with one signer, ECDSA P-256 on SHA-256, the certificate inside.
 *
 * Checking is stricter than CMS asks for. Beside the signature and the chain, the whole message is
 * built again from its verified parts and compared byte by byte: what no signature covers (versions,
 * sets of algorithms, the signer's id, unsigned attributes, further certificates) has one spelling
 * only, so that nobody on the way can change a bit of an envelope and have it pass. */
#include "seal_priv.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include "base/clock.h"
#include "base/err.h"

enum { SECONDS_A_DAY = 86400 };

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

/* Signing time, as the day only: the receiver need not know at which minute somebody stood there. */
static bool
add_signing_day(CMS_SignerInfo *signer)
{
    int64_t now = clock_wall_s(clock_system());
    ASN1_TIME *day = ASN1_TIME_set(NULL, (time_t)(now - now % SECONDS_A_DAY));
    bool ok = day != NULL &&
              CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, day->type, day, -1) == 1;
    ASN1_TIME_free(day);
    return ok;
}

static bool
add_header(CMS_SignerInfo *signer, const struct buf *text)
{
    ASN1_OBJECT *oid = OBJ_txt2obj(SEAL_HEADER_OID, 1);
    bool ok = oid != NULL && CMS_signed_add1_attr_by_OBJ(
                                 signer, oid, V_ASN1_UTF8STRING, text->data, (int)text->len) == 1;
    ASN1_OBJECT_free(oid);
    return ok;
}

static int
append_der(CMS_ContentInfo *cms, struct buf *ret_signed)
{
    unsigned char *der = NULL;
    int len = i2d_CMS_ContentInfo(cms, &der);
    int r = len > 0 ? buf_add(ret_signed, der, (size_t)len) : KERR_SEAL_CRYPTO;
    OPENSSL_free(der);
    return r;
}

int
seal_sign(X509 *cert, EVP_PKEY *key, const struct buf *header_text, const uint8_t *content,
    size_t len, struct buf *ret_signed)
{
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_BINARY);
    CMS_SignerInfo *signer =
        cms != NULL ? CMS_add1_signer(cms, cert, key, EVP_sha256(), CMS_NOSMIMECAP) : NULL;
    BIO *data = BIO_new_mem_buf(content, (int)len);
    bool ok = signer != NULL && data != NULL && add_signing_day(signer) &&
              (header_text == NULL || add_header(signer, header_text)) &&
              CMS_final(cms, data, NULL, CMS_BINARY) == 1;
    int r = ok ? append_der(cms, ret_signed) : KERR_SEAL_CRYPTO;
    BIO_free(data);
    CMS_ContentInfo_free(cms);
    ERR_clear_error();
    return r;
}

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

/* Appends what an i2d function made, and frees it. */
static void
add_made(struct buf *out, unsigned char *der, int len)
{
    if (der == NULL || len <= 0) {
        out->failed = KERR_NO_MEMORY;
    } else {
        (void)buf_add(out, der, (size_t)len);
    }
    OPENSSL_free(der);
}

/* True when encoding a stands before b in a DER SET OF (X.690 section 11.6) and differs from it. */
static bool
set_order(const unsigned char *a, size_t a_len, const unsigned char *b, size_t b_len)
{
    size_t common = a_len < b_len ? a_len : b_len;
    int order = memcmp(a, b, common);
    return order < 0 || (order == 0 && a_len < b_len);
}

/* The signed attributes, which must be sorted and unlike each other, one behind the other. */
static void
add_attributes(struct buf *set, const CMS_SignerInfo *signer)
{
    size_t last_at = 0;
    for (int i = 0; i < CMS_signed_get_attr_count(signer); i++) {
        size_t at = set->len;
        unsigned char *der = NULL;
        int len = i2d_X509_ATTRIBUTE(CMS_signed_get_attr(signer, i), &der);
        add_made(set, der, len);
        if (set->failed == 0 && i > 0 &&
            !set_order(set->data + last_at, at - last_at, set->data + at, set->len - at)) {
            set->failed = KERR_SEAL_FORM;
        }
        last_at = at;
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
    add_made(&sid, der, len);
    der = NULL;
    len = i2d_ASN1_INTEGER(X509_get0_serialNumber(parts->cert), &der);
    add_made(&sid, der, len);
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
    add_made(&cert, der, der_len);
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

/* Is it the one spelling of a message with these parts? */
static bool
is_exact(const struct seal_signed *parts, CMS_SignerInfo *signer, const uint8_t *bytes, size_t len)
{
    AUTO_BUF attributes;
    AUTO_BUF whole;
    buf_init(&attributes, SEAL_RECEIPT_MAX);
    buf_init(&whole, 2 * SEAL_ENVELOPE_MAX);
    add_attributes(&attributes, signer);
    const ASN1_OCTET_STRING *signature = CMS_SignerInfo_get0_signature(signer);
    const struct seal_spelling spelling = {.cert = parts->signer,
        .content = ASN1_STRING_get0_data(parts->content),
        .content_len = (size_t)ASN1_STRING_length(parts->content),
        .attributes = &attributes,
        .signature = ASN1_STRING_get0_data(signature),
        .signature_len = (size_t)ASN1_STRING_length(signature)};
    seal_spell(&spelling, &whole);
    return attributes.failed == 0 && attributes.len > 0 && whole.failed == 0 && whole.len == len &&
           memcmp(whole.data, bytes, len) == 0;
}

/* Without dates: a citizen is never refused because of a clock or a late renewal
 * (kiosk/decisions/0002-cms-envelope.md). */
bool
seal_chain_ok(X509_STORE *trust, X509 *cert, int purpose)
{
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    bool ok = ctx != NULL && X509_STORE_CTX_init(ctx, trust, cert, NULL) == 1 &&
              (purpose == 0 || X509_STORE_CTX_set_purpose(ctx, purpose) == 1);
    if (ok) {
        X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
        ok = X509_VERIFY_PARAM_set_flags(
                 param, X509_V_FLAG_NO_CHECK_TIME | X509_V_FLAG_X509_STRICT) == 1 &&
             X509_verify_cert(ctx) == 1;
    }
    X509_STORE_CTX_free(ctx);
    return ok;
}

/* Chain and usage. The purpose keeps TLS keys from signing envelopes. */
static bool
may_sign(X509_STORE *trust, X509 *cert)
{
    return seal_chain_ok(trust, cert, X509_PURPOSE_SMIME_SIGN) &&
           (X509_get_key_usage(cert) & X509v3_KU_DIGITAL_SIGNATURE) != 0 &&
           X509_check_ca(cert) == 0 && seal_is_p256(X509_get0_pubkey(cert));
}

/* One signer and one certificate, the signer's. */
static bool
single_signer(CMS_ContentInfo *cms, CMS_SignerInfo **ret_signer, X509 **ret_cert)
{
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
    STACK_OF(X509) *certs = CMS_get1_certs(cms);
    bool ok = sk_CMS_SignerInfo_num(signers) == 1 && sk_X509_num(certs) == 1;
    if (ok) {
        CMS_SignerInfo *signer = sk_CMS_SignerInfo_value(signers, 0);
        X509 *cert = sk_X509_value(certs, 0); /* cms holds a reference of its own */
        ok = CMS_SignerInfo_cert_cmp(signer, cert) == 0;
        *ret_signer = signer;
        *ret_cert = cert;
    }
    sk_X509_pop_free(certs, X509_free);
    return ok;
}

static const ASN1_STRING *
find_header(CMS_SignerInfo *signer)
{
    ASN1_OBJECT *oid = OBJ_txt2obj(SEAL_HEADER_OID, 1);
    /* -3: the attribute stands once and has one value */
    const ASN1_STRING *text =
        oid != NULL ? CMS_signed_get0_data_by_OBJ(signer, oid, -3, V_ASN1_UTF8STRING) : NULL;
    ASN1_OBJECT_free(oid);
    return text;
}

static int
check_parts(X509_STORE *trust, const uint8_t *bytes, size_t len, struct seal_signed *parts)
{
    CMS_SignerInfo *signer = NULL;
    parts->cms = seal_parse_exact(bytes, len);
    if (parts->cms == NULL || OBJ_obj2nid(CMS_get0_type(parts->cms)) != NID_pkcs7_signed ||
        !single_signer(parts->cms, &signer, &parts->signer)) {
        return KERR_SEAL_FORM;
    }
    ASN1_OCTET_STRING **content = CMS_get0_content(parts->cms);
    if (content == NULL || *content == NULL) {
        return KERR_SEAL_FORM;
    }
    parts->content = *content;
    /* our own chain check below replaces the one of CMS_verify */
    if (CMS_verify(parts->cms, NULL, NULL, NULL, NULL, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) !=
            1 ||
        !seal_known(trust, parts->signer, may_sign)) {
        return KERR_SEAL_SIGNATURE;
    }
    if (!is_exact(parts, signer, bytes, len)) {
        return KERR_SEAL_FORM;
    }
    parts->header_text = find_header(signer);
    return 0;
}

int
seal_check_signed(
    X509_STORE *trust, const uint8_t *bytes, size_t len, struct seal_signed *ret_signed)
{
    struct seal_signed parts = {0};
    int r = check_parts(trust, bytes, len, &parts);
    ERR_clear_error();
    if (r < 0) {
        seal_signed_release(&parts);
        return r;
    }
    *ret_signed = parts;
    return 0;
}

void
seal_signed_release(struct seal_signed *s)
{
    CMS_ContentInfo_free(s->cms);
    *s = (struct seal_signed){0};
}

bool
seal_common_name_is(const X509 *cert, const char *name)
{
    const X509_NAME *subject = X509_get_subject_name(cert);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0) {
        return false;
    }
    const ASN1_STRING *cn = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
    size_t len = strlen(name);
    return (size_t)ASN1_STRING_length(cn) == len &&
           memcmp(ASN1_STRING_get0_data(cn), name, len) == 0;
}
