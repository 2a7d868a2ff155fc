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

enum {
    SECONDS_A_DAY = 86400,
    SIGNATURE_MAX = 144 /* ECDSA on any curve in DER; 72 bytes on P-256 */
};

/* DER of the signing time, as the day only: the receiver need not know at which minute somebody stood there. */
static int
day_of_today(unsigned char **ret_der)
{
    int64_t now = clock_wall_s(clock_system());
    ASN1_TIME *day = ASN1_TIME_set(NULL, (time_t)(now - now % SECONDS_A_DAY));
    int len = day != NULL ? i2d_ASN1_TIME(day, ret_der) : -1;
    ASN1_TIME_free(day);
    return len;
}

/* ECDSA over the attributes as a SET OF, which is what is signed (RFC 5652 section 5.4). */
static bool
sign_attributes(
    EVP_PKEY *key, const struct buf *attributes, uint8_t ret_signature[SIGNATURE_MAX], size_t *len)
{
    AUTO_BUF set;
    buf_init(&set, SEAL_RECEIPT_MAX);
    seal_add_tlv(&set, 0x31, attributes->data, attributes->len);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    *len = SIGNATURE_MAX;
    bool ok = set.failed == 0 && attributes->failed == 0 && ctx != NULL &&
              EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestSign(ctx, ret_signature, len, set.data, set.len) == 1;
    EVP_MD_CTX_free(ctx);
    return ok;
}

int
seal_sign(X509 *cert, EVP_PKEY *key, const struct buf *header_text, const uint8_t *content,
    size_t len, struct buf *ret_signed)
{
    if (header_text != NULL && header_text->len < SEAL_HEADER_MIN) {
        return KERR_INVALID;
    }
    AUTO_BUF attributes;
    AUTO_BUF whole;
    buf_init(&attributes, SEAL_RECEIPT_MAX);
    buf_init(&whole, 2 * SEAL_ENVELOPE_MAX);
    uint8_t hash[SEAL_HASH_LEN], signature[SIGNATURE_MAX];
    seal_hash(content, len, hash);
    unsigned char *time = NULL;
    int time_len = day_of_today(&time);
    const struct seal_attributes signs = {.time = time,
        .time_len = time_len > 0 ? (size_t)time_len : 0,
        .hash = hash,
        .header = header_text != NULL ? header_text->data : NULL,
        .header_len = header_text != NULL ? header_text->len : 0};
    seal_spell_attributes(&signs, &attributes);
    struct seal_spelling parts = {.cert = cert,
        .content = content,
        .content_len = len,
        .attributes = &attributes,
        .signature = signature};
    bool ok = time_len > 0 && sign_attributes(key, &attributes, signature, &parts.signature_len);
    if (ok) {
        seal_spell(&parts, &whole);
    }
    OPENSSL_free(time);
    ERR_clear_error();
    return ok && whole.failed == 0 ? buf_add(ret_signed, whole.data, whole.len) : KERR_SEAL_CRYPTO;
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
        seal_add_made(set, der, len);
        if (set->failed == 0 && i > 0 &&
            !set_order(set->data + last_at, at - last_at, set->data + at, set->len - at)) {
            set->failed = KERR_SEAL_FORM;
        }
        last_at = at;
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
        .content = parts->content,
        .content_len = parts->content_len,
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

/* One signer and one certificate, the signer's, which the caller frees. */
static bool
single_signer(CMS_ContentInfo *cms, CMS_SignerInfo **ret_signer, X509 **ret_cert)
{
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
    STACK_OF(X509) *certs = CMS_get1_certs(cms);
    bool ok = sk_CMS_SignerInfo_num(signers) == 1 && sk_X509_num(certs) == 1;
    if (ok) {
        CMS_SignerInfo *signer = sk_CMS_SignerInfo_value(signers, 0);
        X509 *cert = sk_X509_value(certs, 0);
        ok = CMS_SignerInfo_cert_cmp(signer, cert) == 0;
        *ret_signer = signer;
        ok = ok && X509_up_ref(cert) == 1;
        *ret_cert = ok ? cert : NULL;
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
    parts->content = ASN1_STRING_get0_data(*content);
    parts->content_len = (size_t)ASN1_STRING_length(*content);
    /* our own chain check below replaces the one of CMS_verify */
    if (CMS_verify(parts->cms, NULL, NULL, NULL, NULL, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) !=
            1 ||
        !seal_known(trust, parts->signer, may_sign)) {
        return KERR_SEAL_SIGNATURE;
    }
    if (!is_exact(parts, signer, bytes, len)) {
        return KERR_SEAL_FORM;
    }
    const ASN1_STRING *header = find_header(signer);
    if (header != NULL) {
        parts->header = ASN1_STRING_get0_data(header);
        parts->header_len = (size_t)ASN1_STRING_length(header);
    }
    return 0;
}

int
seal_check_signed(
    X509_STORE *trust, const uint8_t *bytes, size_t len, struct seal_signed *ret_signed)
{
    if (seal_check_quick(trust, bytes, len, ret_signed)) {
        return 0;
    }
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
    X509_free(s->signer);
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
