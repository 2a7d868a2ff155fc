/* seal/lean.c - the lean form: what of an envelope the city can't put back. A code on a screen has room for a thousand
 * bytes, and an envelope has 1,400 around the sealed words. Certificates, names, algorithms, digests and half of each
 * point follow from what the city has or from the rest; the envelope that is put together from the lean form has the
 * very same bytes, so it is the same record whichever way it came. Layout: kiosk/decisions/0044-record-as-code.md. */
#include "seal_priv.h"

#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include "base/err.h"

enum {
    VERSION = 1,
    SECONDS_A_DAY = 86400,
    EPOCH_LEN = 7,
    SEQUENCE_LEN = 4,
    DAY_LEN = 2,
    HALF = 32, /* of a signature */
    POINT_FULL = 65,
    WRAPPED = 40, /* RFC 3394: a key of 32 bytes and 8 */
    NONCE = 12,
    TAG = 16,
    SERIAL_MAX = 20, /* RFC 5280 section 4.1.2.2 */
    HEAD = 2 + SEAL_LEAN_REF + DAY_LEN + EPOCH_LEN + SEQUENCE_LEN + SEAL_ID_LEN + 2 * HALF
};

/* OIDs with their tags: what is the same in every envelope. */
static const uint8_t oid_auth_enveloped[] = {
    0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17};
static const uint8_t oid_data[] = {
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};
static const uint8_t oid_gcm[] = {0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2e};
static const uint8_t alg_ec[] = {0x30, 0x09, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};
/* dhSinglePass-stdDH-sha256kdf-scheme with id-aes256-wrap (RFC 5753 section 7.1) */
static const uint8_t alg_agree[] = {0x30, 0x15, 0x06, 0x06, 0x2b, 0x81, 0x04, 0x01, 0x0b, 0x01,
    0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2d};
static const uint8_t version_0[] = {0x02, 0x01, 0x00};
static const uint8_t version_3[] = {0x02, 0x01, 0x03};
static const uint8_t tag_of_16[] = {0x02, 0x01, 0x10};

bool
seal_lean_ref(X509 *cert, uint8_t out[SEAL_LEAN_REF])
{
    uint8_t hash[SEAL_HASH_LEN];
    unsigned len = 0;
    if (X509_digest(cert, EVP_sha256(), hash, &len) != 1 || len != sizeof(hash)) {
        return false;
    }
    memcpy(out, hash, SEAL_LEAN_REF);
    return true;
}

/* --- taking apart: where things stand; what it gets is proven by putting them together again --- */

/* The day of signing and the header out of the signed attributes. */
static bool
take_attributes(struct seal_der attributes, struct seal_lean *lean)
{
    struct seal_der skip, in, oid, time, text;
    int64_t at = -1;
    if (!seal_der_take(&attributes, 0x30, &skip) || !seal_der_take(&attributes, 0x30, &in) ||
        !seal_der_take(&in, 0x06, &oid) || !seal_der_take(&in, 0x31, &time) ||
        !seal_der_take(&attributes, 0x30, &skip) || !seal_der_take(&attributes, 0x30, &in) ||
        !seal_der_take(&in, 0x06, &oid) || !SEAL_DER_ENTER(&in, "\x31\x0c", &text)) {
        return false;
    }
    ASN1_TIME *moment = d2i_ASN1_TIME(NULL, &time.at, (long)seal_der_len(&time));
    bool ok = moment != NULL && seal_moment(moment, &at) && at / SECONDS_A_DAY <= UINT16_MAX;
    ASN1_TIME_free(moment);
    lean->day = ok ? (unsigned)(at / SECONDS_A_DAY) : 0;
    return ok && seal_header_read(text.at, seal_der_len(&text), &lean->header) == 0;
}

static bool
take_signature(const struct seal_der *der, uint8_t out[2 * HALF])
{
    const unsigned char *at = der->at;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)seal_der_len(der));
    bool ok = sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, HALF) == HALF &&
              BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + HALF, HALF) == HALF;
    ECDSA_SIG_free(sig);
    return ok;
}

/* One recipient; all have serial numbers of one length and one issuer. */
static bool
take_recipient(struct seal_der *infos, struct seal_lean *lean, struct buf *issuer)
{
    struct seal_der info, skip, point, alg, keys, id, name, serial, wrapped;
    if (lean->to_count == SEAL_LEAN_TO_MAX || !seal_der_take(infos, 0xa1, &info) ||
        !seal_der_take(&info, 0x02, &skip) || !SEAL_DER_ENTER(&info, "\xa0\xa1", &point) ||
        !seal_der_take(&point, 0x30, &skip) || !seal_der_take(&point, 0x03, &skip) ||
        seal_der_len(&skip) != 1 + POINT_FULL || !seal_der_take(&info, 0x30, &alg) ||
        !SEAL_DER_ENTER(&info, "\x30\x30", &keys) || !seal_der_take(&keys, 0x30, &id)) {
        return false;
    }
    const uint8_t *name_at = id.at;
    if (!seal_der_take(&id, 0x30, &name) || !seal_der_take(&id, 0x02, &serial) ||
        !seal_der_take(&keys, 0x04, &wrapped) || seal_der_len(&wrapped) != WRAPPED ||
        seal_der_len(&serial) == 0 || seal_der_len(&serial) > SERIAL_MAX ||
        (lean->to_count > 0 && seal_der_len(&serial) != lean->serial_len)) {
        return false;
    }
    size_t which = lean->to_count++;
    lean->serial_len = seal_der_len(&serial);
    lean->to[which].serial = serial.at;
    lean->to[which].wrapped = wrapped.at;
    lean->to[which].point[0] = (uint8_t)(0x02 | (skip.end[-1] & 1));
    memcpy(lean->to[which].point + 1, skip.at + 2, HALF);
    buf_clear(issuer);
    return buf_add(issuer, name_at, (size_t)(name.end - name_at)) == 0;
}

static bool
take_sealed(struct seal_der content, struct seal_lean *lean, struct buf *issuer)
{
    struct seal_der in, skip, infos, data, nonce, text, tag;
    if (!seal_der_take(&content, 0x30, &in) || !seal_der_take(&in, 0x06, &skip) ||
        !SEAL_DER_ENTER(&in, "\xa0\x30", &data) || !seal_der_take(&data, 0x02, &skip) ||
        !seal_der_take(&data, 0x31, &infos)) {
        return false;
    }
    while (infos.at < infos.end) {
        if (!take_recipient(&infos, lean, issuer)) {
            return false;
        }
    }
    struct seal_der alg, parameters;
    if (!seal_der_take(&data, 0x30, &in) || !seal_der_take(&in, 0x06, &skip) ||
        !seal_der_take(&in, 0x30, &alg) || !seal_der_take(&alg, 0x06, &skip) ||
        !seal_der_take(&alg, 0x30, &parameters) || !seal_der_take(&parameters, 0x04, &nonce) ||
        !seal_der_take(&in, 0x80, &text) || !seal_der_take(&data, 0x04, &tag) ||
        seal_der_len(&nonce) != NONCE || seal_der_len(&tag) != TAG) {
        return false;
    }
    lean->nonce = nonce.at;
    lean->tag = tag.at;
    lean->text = text.at;
    lean->text_len = seal_der_len(&text);
    return true;
}

/* Everything out of an envelope, with the signer's certificate, which the caller frees in any case. */
static bool
take_apart(const uint8_t *envelope, size_t len, struct seal_lean *lean, X509 **ret_cert,
    struct buf *issuer)
{
    struct seal_der whole = {envelope, envelope + len}, in, skip, content, certs, info, attributes,
                    sig;
    if (!seal_der_take(&whole, 0x30, &in) || !seal_der_take(&in, 0x06, &skip) ||
        !SEAL_DER_ENTER(&in, "\xa0\x30", &in) || !seal_der_take(&in, 0x02, &skip) ||
        !seal_der_take(&in, 0x31, &skip) || !seal_der_take(&in, 0x30, &content) ||
        !seal_der_take(&content, 0x06, &skip) || !SEAL_DER_ENTER(&content, "\xa0\x04", &content) ||
        !seal_der_take(&in, 0xa0, &certs) || !SEAL_DER_ENTER(&in, "\x31\x30", &info) ||
        !seal_der_take(&info, 0x02, &skip) || !seal_der_take(&info, 0x30, &skip) ||
        !seal_der_take(&info, 0x30, &skip) || !seal_der_take(&info, 0xa0, &attributes) ||
        !seal_der_take(&info, 0x30, &skip) || !seal_der_take(&info, 0x04, &sig)) {
        return false;
    }
    *ret_cert = d2i_X509(NULL, &certs.at, (long)seal_der_len(&certs));
    return *ret_cert != NULL && seal_lean_ref(*ret_cert, lean->ref) &&
           take_attributes(attributes, lean) && take_signature(&sig, lean->signature) &&
           take_sealed(content, lean, issuer);
}

/* --- putting together --- */

/* The whole point, or nothing when there is no such point. */
static void
add_point(struct buf *out, const uint8_t point[SEAL_POINT_LEN])
{
    uint8_t bits[1 + POINT_FULL] = {0}; /* no unused bits */
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *full = group != NULL ? EC_POINT_new(group) : NULL;
    bool ok = full != NULL && EC_POINT_oct2point(group, full, point, SEAL_POINT_LEN, NULL) == 1 &&
              EC_POINT_point2oct(group, full, POINT_CONVERSION_UNCOMPRESSED, bits + 1, POINT_FULL,
                  NULL) == POINT_FULL;
    EC_POINT_free(full);
    EC_GROUP_free(group);
    if (!ok) {
        out->failed = KERR_SEAL_FORM;
        return;
    }
    AUTO_BUF inside;
    buf_init(&inside, SEAL_RECEIPT_MAX);
    (void)buf_add(&inside, alg_ec, sizeof(alg_ec));
    seal_add_tlv(&inside, 0x03, bits, sizeof(bits));
    AUTO_BUF key;
    buf_init(&key, SEAL_RECEIPT_MAX);
    seal_add_tlv(&key, 0xa1, inside.data, inside.len);
    seal_add_tlv(out, 0xa0, key.data, key.len);
}

static void
add_recipient(struct buf *out, const struct seal_lean *lean, size_t which, const struct buf *issuer)
{
    AUTO_BUF id;
    AUTO_BUF key;
    AUTO_BUF keys;
    AUTO_BUF info;
    buf_init(&id, SEAL_RECEIPT_MAX);
    buf_init(&key, SEAL_RECEIPT_MAX);
    buf_init(&keys, SEAL_RECEIPT_MAX);
    buf_init(&info, SEAL_RECEIPT_MAX);
    (void)buf_add(&id, issuer->data, issuer->len);
    seal_add_tlv(&id, 0x02, lean->to[which].serial, lean->serial_len);
    seal_add_tlv(&key, 0x30, id.data, id.len);
    seal_add_tlv(&key, 0x04, lean->to[which].wrapped, WRAPPED);
    seal_add_tlv(&keys, 0x30, key.data, key.len);
    (void)buf_add(&info, version_3, sizeof(version_3));
    add_point(&info, lean->to[which].point);
    (void)buf_add(&info, alg_agree, sizeof(alg_agree));
    seal_add_tlv(&info, 0x30, keys.data, keys.len);
    seal_add_tlv(out, 0xa1, info.data, info.len);
    if (info.failed != 0 || id.failed != 0) {
        out->failed = KERR_SEAL_FORM;
    }
}

/* What is sealed, with its cipher and its nonce. */
static void
add_text(struct buf *out, const struct seal_lean *lean)
{
    AUTO_BUF parameters;
    AUTO_BUF alg;
    AUTO_BUF info;
    buf_init(&parameters, SEAL_RECEIPT_MAX);
    buf_init(&alg, SEAL_RECEIPT_MAX);
    buf_init(&info, SEAL_ENVELOPE_MAX);
    seal_add_tlv(&parameters, 0x04, lean->nonce, NONCE);
    (void)buf_add(&parameters, tag_of_16, sizeof(tag_of_16));
    (void)buf_add(&alg, oid_gcm, sizeof(oid_gcm));
    seal_add_tlv(&alg, 0x30, parameters.data, parameters.len);
    (void)buf_add(&info, oid_data, sizeof(oid_data));
    seal_add_tlv(&info, 0x30, alg.data, alg.len);
    seal_add_tlv(&info, 0x80, lean->text, lean->text_len);
    seal_add_tlv(out, 0x30, info.data, info.len);
}

static void
build_sealed(const struct seal_lean *lean, const struct buf *issuer, struct buf *out)
{
    AUTO_BUF infos;
    AUTO_BUF data;
    AUTO_BUF wrapped;
    AUTO_BUF whole;
    buf_init(&infos, SEAL_LEAN_TO_MAX * 512);
    buf_init(&data, SEAL_ENVELOPE_MAX);
    buf_init(&wrapped, SEAL_ENVELOPE_MAX);
    buf_init(&whole, SEAL_ENVELOPE_MAX);
    for (size_t i = 0; i < lean->to_count; i++) {
        add_recipient(&infos, lean, i, issuer);
    }
    (void)buf_add(&data, version_0, sizeof(version_0));
    seal_add_tlv(&data, 0x31, infos.data, infos.len);
    add_text(&data, lean);
    seal_add_tlv(&data, 0x04, lean->tag, TAG);
    seal_add_tlv(&wrapped, 0x30, data.data, data.len);
    (void)buf_add(&whole, oid_auth_enveloped, sizeof(oid_auth_enveloped));
    seal_add_tlv(&whole, 0xa0, wrapped.data, wrapped.len);
    seal_add_tlv(out, 0x30, whole.data, whole.len);
    if (infos.failed != 0 || whole.failed != 0) {
        out->failed = KERR_SEAL_FORM;
    }
}

/* The four signed attributes. */
static void
build_attributes(const struct seal_lean *lean, const struct buf *content, struct buf *out)
{
    AUTO_BUF text;
    buf_init(&text, SEAL_TEXT_MAX);
    uint8_t hash[SEAL_HASH_LEN];
    seal_hash(content->data, content->len, hash);
    unsigned char *time = NULL;
    ASN1_TIME *day = ASN1_TIME_set(NULL, (time_t)lean->day * SECONDS_A_DAY);
    int time_len = day != NULL ? i2d_ASN1_TIME(day, &time) : 0;
    ASN1_TIME_free(day);
    if (time_len <= 0 || seal_header_write(&lean->header, &text) < 0) {
        out->failed = KERR_SEAL_FORM;
    } else {
        const struct seal_attributes attributes = {.time = time,
            .time_len = (size_t)time_len,
            .hash = hash,
            .header = text.data,
            .header_len = text.len};
        seal_spell_attributes(&attributes, out);
    }
    OPENSSL_free(time);
}

/* r and s in DER; the caller frees. */
static int
make_signature(const uint8_t halves[2 * HALF], unsigned char **ret_der)
{
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(halves, HALF, NULL);
    BIGNUM *s = BN_bin2bn(halves + HALF, HALF, NULL);
    int len = -1;
    if (sig == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(sig, r, s) != 1) {
        BN_free(r);
        BN_free(s);
    } else {
        len = i2d_ECDSA_SIG(sig, ret_der);
    }
    ECDSA_SIG_free(sig);
    return len;
}

int
seal_lean_build(
    const struct seal_lean *lean, X509 *cert, const struct buf *issuer, struct buf *ret_envelope)
{
    AUTO_BUF content;
    AUTO_BUF attributes;
    AUTO_BUF whole;
    buf_init(&content, SEAL_ENVELOPE_MAX);
    buf_init(&attributes, SEAL_RECEIPT_MAX);
    buf_init(&whole, SEAL_ENVELOPE_MAX);
    build_sealed(lean, issuer, &content);
    if (content.failed == 0) {
        build_attributes(lean, &content, &attributes);
    }
    unsigned char *signature = NULL;
    int signature_len = make_signature(lean->signature, &signature);
    const struct seal_spelling spelling = {.cert = cert,
        .content = content.data,
        .content_len = content.len,
        .attributes = &attributes,
        .signature = signature,
        .signature_len = signature_len > 0 ? (size_t)signature_len : 0};
    bool ok = content.failed == 0 && attributes.failed == 0 && signature_len > 0;
    if (ok) {
        seal_spell(&spelling, &whole);
    }
    OPENSSL_free(signature);
    ERR_clear_error();
    return ok && whole.failed == 0 ? buf_add(ret_envelope, whole.data, whole.len) : KERR_SEAL_FORM;
}

/* --- the lean form itself --- */

static void
add_number(struct buf *out, uint64_t number, unsigned octets)
{
    while (octets-- > 0) {
        (void)buf_add_byte(out, (uint8_t)(number >> (8 * octets)));
    }
}

static uint64_t
number_at(const uint8_t **at, unsigned octets)
{
    uint64_t number = 0;
    while (octets-- > 0) {
        number = number << 8 | *(*at)++;
    }
    return number;
}

static void
write_lean(const struct seal_lean *lean, struct buf *out)
{
    (void)buf_add_byte(out, (uint8_t)(VERSION << 4 | lean->to_count));
    (void)buf_add_byte(out, (uint8_t)lean->serial_len);
    (void)buf_add(out, lean->ref, sizeof(lean->ref));
    add_number(out, lean->day, DAY_LEN);
    add_number(out, lean->header.epoch, EPOCH_LEN);
    add_number(out, lean->header.sequence, SEQUENCE_LEN);
    (void)buf_add(out, lean->header.id, SEAL_ID_LEN);
    (void)buf_add(out, lean->signature, sizeof(lean->signature));
    for (size_t i = 0; i < lean->to_count; i++) {
        (void)buf_add(out, lean->to[i].serial, lean->serial_len);
        (void)buf_add(out, lean->to[i].point, SEAL_POINT_LEN);
        (void)buf_add(out, lean->to[i].wrapped, WRAPPED);
    }
    (void)buf_add(out, lean->nonce, NONCE);
    (void)buf_add(out, lean->tag, TAG);
    (void)buf_add(out, lean->text, lean->text_len);
}

int
seal_lean_read(const uint8_t *bytes, size_t len, struct seal_lean *ret_lean)
{
    struct seal_lean lean = {0};
    if (len < HEAD || len > SEAL_LEAN_MAX || bytes[0] >> 4 != VERSION) {
        return KERR_SEAL_FORM;
    }
    lean.to_count = bytes[0] & 0x0f;
    lean.serial_len = bytes[1];
    size_t each = lean.serial_len + SEAL_POINT_LEN + WRAPPED;
    if (lean.to_count == 0 || lean.to_count > SEAL_LEAN_TO_MAX || lean.serial_len == 0 ||
        lean.serial_len > SERIAL_MAX || len < HEAD + lean.to_count * each + NONCE + TAG) {
        return KERR_SEAL_FORM;
    }
    const uint8_t *at = bytes + 2;
    memcpy(lean.ref, at, SEAL_LEAN_REF);
    at += SEAL_LEAN_REF;
    lean.day = (unsigned)number_at(&at, DAY_LEN);
    lean.header.epoch = number_at(&at, EPOCH_LEN);
    lean.header.sequence = number_at(&at, SEQUENCE_LEN);
    memcpy(lean.header.id, at, SEAL_ID_LEN);
    at += SEAL_ID_LEN;
    memcpy(lean.signature, at, sizeof(lean.signature));
    at += sizeof(lean.signature);
    for (size_t i = 0; i < lean.to_count; i++) {
        lean.to[i].serial = at;
        memcpy(lean.to[i].point, at + lean.serial_len, SEAL_POINT_LEN);
        lean.to[i].wrapped = at + lean.serial_len + SEAL_POINT_LEN;
        at += each;
    }
    lean.nonce = at;
    lean.tag = at + NONCE;
    lean.text = at + NONCE + TAG;
    lean.text_len = (size_t)(bytes + len - lean.text);
    *ret_lean = lean;
    return 0;
}

int
seal_lean_write(const uint8_t *envelope, size_t len, struct buf *ret_lean)
{
    struct seal_lean lean = {0};
    X509 *cert = NULL;
    AUTO_BUF issuer;
    AUTO_BUF again;
    AUTO_BUF out;
    buf_init(&issuer, SEAL_RECEIPT_MAX);
    buf_init(&again, SEAL_ENVELOPE_MAX);
    buf_init(&out, SEAL_LEAN_MAX);
    bool ok = take_apart(envelope, len, &lean, &cert, &issuer) && lean.to_count > 0 &&
              lean.header.epoch >> (8 * EPOCH_LEN) == 0 &&
              lean.header.sequence >> (8 * SEQUENCE_LEN) == 0;
    if (ok) {
        write_lean(&lean, &out);
    }
    /* read as the city reads it, and put together: only what comes out the same is told to be so */
    struct seal_lean told = {0};
    ok = ok && out.failed == 0 && seal_lean_read(out.data, out.len, &told) == 0;
    if (ok) {
        memcpy(told.header.kiosk, lean.header.kiosk, sizeof(told.header.kiosk));
        ok = seal_lean_build(&told, cert, &issuer, &again) == 0 && again.len == len &&
             memcmp(again.data, envelope, len) == 0;
    }
    X509_free(cert);
    ERR_clear_error();
    if (out.failed == KERR_TOO_BIG) {
        return KERR_TOO_BIG;
    }
    return ok ? buf_add(ret_lean, out.data, out.len) : KERR_SEAL_FORM;
}
