/* tests/seal/test_forged.c - messages that an attacker with some key or some skill could make: signed
 * properly, but by the wrong name, purpose or date, or dressed up where no signature reaches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <openssl/cms.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "seal/seal.h"
#include "seal/seal_priv.h"

enum { DAY = 86400 };

static char home[HARNESS_FOLDER_LEN];
static char *keys;
static struct seal_verifier *verifier;
static struct seal_receipts *receipts;

static const char *
in(const char *name)
{
    static char ring[8][256];
    static unsigned next;
    char *path = ring[next++ % 8];
    (void)snprintf(path, sizeof(ring[0]), "%s/%s", keys, name);
    return path;
}

static int
make_home(void **state)
{
    (void)state;
    harness_folder_make(home);
    keys = fs_join(home, "keys");
    assert_int_equal(seal_keys_make(keys, "kiosk-001", "127.0.0.1"), 0);
    assert_int_equal(seal_verifier_new(in("kiosk-ca.crt"), &verifier), 0);
    assert_int_equal(seal_receipts_new(in("city-ca.crt"), &receipts), 0);
    return 0;
}

static int
remove_home(void **state)
{
    (void)state;
    seal_verifier_free(verifier);
    seal_receipts_free(receipts);
    free(keys);
    return harness_folder_remove(home);
}

/* A certificate and its key, as somebody at the CA could have made them. */
struct pair {
    X509 *cert;
    EVP_PKEY *key;
};

struct wish {
    const char *ca; /* NULL: signed by itself */
    const char *name;
    const char *second_name; /* a second common name, or NULL */
    const char *usage;
    const char *extended;
    const char *curve;
    long from_days, to_days; /* from today */
    bool is_ca;
};

static void
extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(cert, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static struct pair
issue(const struct wish *wish)
{
    struct pair pair = {X509_new(), EVP_EC_gen(wish->curve)};
    assert_non_null(pair.cert);
    assert_non_null(pair.key);
    struct pair ca = pair;
    if (wish->ca != NULL) {
        char cert[64];
        char key[64];
        (void)snprintf(cert, sizeof(cert), "%s.crt", wish->ca);
        (void)snprintf(key, sizeof(key), "%s.key", wish->ca);
        assert_int_equal(seal_load_pair(in(cert), in(key), &ca.cert, &ca.key), 0);
    }
    X509_NAME *subject = X509_get_subject_name(pair.cert);
    const char *names[] = {wish->name, wish->second_name};
    for (size_t i = 0; i < 2 && names[i] != NULL; i++) {
        assert_int_equal(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             (const unsigned char *)names[i], -1, -1, 0),
            1);
    }
    assert_int_equal(X509_set_version(pair.cert, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(pair.cert), 77), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(pair.cert), wish->from_days * DAY));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(pair.cert), wish->to_days * DAY));
    assert_int_equal(X509_set_issuer_name(pair.cert, X509_get_subject_name(ca.cert)), 1);
    assert_int_equal(X509_set_pubkey(pair.cert, pair.key), 1);
    extend(pair.cert, ca.cert, NID_basic_constraints,
        wish->is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
    extend(pair.cert, ca.cert, NID_key_usage, wish->usage);
    extend(pair.cert, ca.cert, NID_subject_key_identifier, "hash");
    extend(pair.cert, ca.cert, NID_authority_key_identifier, "keyid:always");
    if (wish->extended != NULL) {
        extend(pair.cert, ca.cert, NID_ext_key_usage, wish->extended);
    }
    assert_true(X509_sign(pair.cert, ca.key, EVP_sha256()) > 0);
    if (wish->ca != NULL) {
        X509_free(ca.cert);
        EVP_PKEY_free(ca.key);
    }
    return pair;
}

static void
release(struct pair *pair)
{
    X509_free(pair->cert);
    EVP_PKEY_free(pair->key);
}

/* Signs some content under this header text (NULL: none). */
static void
sign_as(const struct pair *pair, const char *header, const char *content, struct buf *out)
{
    AUTO_BUF text;
    buf_init(&text, SEAL_TEXT_MAX);
    buf_init(out, SEAL_ENVELOPE_MAX);
    if (header != NULL) {
        assert_int_equal(buf_add_str(&text, header), 0);
    }
    assert_int_equal(seal_sign(pair->cert, pair->key, header != NULL ? &text : NULL,
                         (const uint8_t *)content, strlen(content), out),
        0);
}

#define HEADER_OF(kiosk) "1 " kiosk " 7 3 00112233445566778899aabbccddeeff"
#define SIGNING "critical,digitalSignature"

static void
test_who_may_sign_envelopes(void **state)
{
    (void)state;
    static const struct {
        struct wish wish;
        const char *header;
        int expected;
    } cases[] = {
        {{"kiosk-ca", "kiosk-001", NULL, SIGNING, NULL, "P-256", -1, 9, false},
            HEADER_OF("kiosk-001"), 0},
        /* a date shuts nobody out: ended, not begun */
        {{"kiosk-ca", "kiosk-001", NULL, SIGNING, NULL, "P-256", -99, -9, false},
            HEADER_OF("kiosk-001"), 0},
        {{"kiosk-ca", "kiosk-001", NULL, SIGNING, NULL, "P-256", 9, 99, false},
            HEADER_OF("kiosk-001"), 0},
        {{"kiosk-ca", "kiosk-001", NULL, SIGNING, "emailProtection", "P-256", -1, 9, false},
            HEADER_OF("kiosk-001"), 0},
        /* one kiosk in another's name */
        {{"kiosk-ca", "kiosk-002", NULL, SIGNING, NULL, "P-256", -1, 9, false},
            HEADER_OF("kiosk-001"), KERR_SEAL_SIGNATURE},
        {{"kiosk-ca", "kiosk-0011", NULL, SIGNING, NULL, "P-256", -1, 9, false},
            HEADER_OF("kiosk-001"), KERR_SEAL_SIGNATURE},
        {{"kiosk-ca", "KIOSK-001", NULL, SIGNING, NULL, "P-256", -1, 9, false},
            HEADER_OF("kiosk-001"), KERR_SEAL_SIGNATURE},
        {{"kiosk-ca", "kiosk-001", "kiosk-002", SIGNING, NULL, "P-256", -1, 9, false},
            HEADER_OF("kiosk-001"), KERR_SEAL_SIGNATURE},
        /* another purpose, another CA, nobody's */
        {{"kiosk-ca", "kiosk-001", NULL, SIGNING, "clientAuth", "P-256", -1, 9, false},
            HEADER_OF("kiosk-001"), KERR_SEAL_SIGNATURE},
        {{"kiosk-ca", "kiosk-001", NULL, "critical,keyAgreement", NULL, "P-256", -1, 9, false},
            HEADER_OF("kiosk-001"), KERR_SEAL_SIGNATURE},
        {{"kiosk-ca", "kiosk-001", NULL, "critical,nonRepudiation", NULL, "P-256", -1, 9, false},
            HEADER_OF("kiosk-001"), KERR_SEAL_SIGNATURE},
        {{"city-ca", "kiosk-001", NULL, SIGNING, NULL, "P-256", -1, 9, false},
            HEADER_OF("kiosk-001"), KERR_SEAL_SIGNATURE},
        {{NULL, "kiosk-001", NULL, SIGNING, NULL, "P-256", -1, 9, false}, HEADER_OF("kiosk-001"),
            KERR_SEAL_SIGNATURE},
        {{"kiosk-ca", "kiosk-001", NULL, SIGNING ",keyCertSign", NULL, "P-256", -1, 9, true},
            HEADER_OF("kiosk-001"), KERR_SEAL_SIGNATURE},
        /* another curve */
        {{"kiosk-ca", "kiosk-001", NULL, SIGNING, NULL, "P-384", -1, 9, false},
            HEADER_OF("kiosk-001"), KERR_SEAL_SIGNATURE},
        /* no header, and headers in another spelling */
        {{"kiosk-ca", "kiosk-001", NULL, SIGNING, NULL, "P-256", -1, 9, false}, NULL,
            KERR_SEAL_FORM},
        {{"kiosk-ca", "kiosk-001", NULL, SIGNING, NULL, "P-256", -1, 9, false},
            "1 kiosk-001 07 3 00112233445566778899aabbccddeeff", KERR_SEAL_FORM},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair pair = issue(&cases[i].wish);
        AUTO_BUF envelope;
        sign_as(&pair, cases[i].header, "sealed", &envelope);
        struct seal_header header = {.kiosk = "untouched"};
        int r = seal_verify(verifier, envelope.data, envelope.len, &header, NULL);
        if (r != cases[i].expected) {
            fail_msg("case %zu: %s", i, err_str(r));
        }
        assert_string_equal(header.kiosk, r == 0 ? "kiosk-001" : "untouched");
        release(&pair);
    }
}

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define RECEIPT(v, epoch)                                                                          \
    "{\"v\":" v ",\"kiosk\":\"kiosk-001\",\"epoch\":" epoch                                        \
    ",\"sequence\":3,\"id\":\"00112233445566778899aabbccddeeff\",\"sha256\":\"" HASH               \
    "\",\"received_at\":5,\"position\":1}"

static void
test_who_may_sign_receipts(void **state)
{
    (void)state;
    static const struct {
        struct wish wish;
        const char *header;
        const char *content;
        int expected;
    } cases[] = {
        {{"city-ca", "receipt", NULL, SIGNING, NULL, "P-256", -1, 9, false}, NULL,
            RECEIPT("1", "7"), 0},
        {{"city-ca", "receipt", NULL, SIGNING, NULL, "P-256", -99, -9, false}, NULL,
            RECEIPT("1", "7"), 0},
        {{"city-ca", "city", NULL, SIGNING, NULL, "P-256", -1, 9, false}, NULL, RECEIPT("1", "7"),
            KERR_SEAL_SIGNATURE},
        {{"city-ca", "Receipt", NULL, SIGNING, NULL, "P-256", -1, 9, false}, NULL,
            RECEIPT("1", "7"), KERR_SEAL_SIGNATURE},
        {{"city-ca", "receipt", "x", SIGNING, NULL, "P-256", -1, 9, false}, NULL, RECEIPT("1", "7"),
            KERR_SEAL_SIGNATURE},
        {{"city-ca", "receipt", NULL, SIGNING, "serverAuth", "P-256", -1, 9, false}, NULL,
            RECEIPT("1", "7"), KERR_SEAL_SIGNATURE},
        {{"kiosk-ca", "receipt", NULL, SIGNING, NULL, "P-256", -1, 9, false}, NULL,
            RECEIPT("1", "7"), KERR_SEAL_SIGNATURE},
        {{"city-ca", "receipt", NULL, SIGNING, NULL, "P-256", -1, 9, false}, HEADER_OF("kiosk-001"),
            RECEIPT("1", "7"), KERR_SEAL_FORM},
        {{"city-ca", "receipt", NULL, SIGNING, NULL, "P-256", -1, 9, false}, NULL,
            RECEIPT("2", "7"), KERR_SEAL_FORM},
        {{"city-ca", "receipt", NULL, SIGNING, NULL, "P-256", -1, 9, false}, NULL,
            RECEIPT("1", "007"), KERR_SEAL_FORM},
        {{"city-ca", "receipt", NULL, SIGNING, NULL, "P-256", -1, 9, false}, NULL,
            RECEIPT("1", "7") "\n", KERR_SEAL_FORM},
        {{"city-ca", "receipt", NULL, SIGNING, NULL, "P-256", -1, 9, false}, NULL, "<html>",
            KERR_SEAL_FORM},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair pair = issue(&cases[i].wish);
        AUTO_BUF bytes;
        sign_as(&pair, cases[i].header, cases[i].content, &bytes);
        struct seal_receipt receipt = {.position = 99};
        int r = seal_receipt_verify(receipts, bytes.data, bytes.len, &receipt);
        if (r != cases[i].expected) {
            fail_msg("case %zu: %s", i, err_str(r));
        }
        assert_true(receipt.position == (r == 0 ? 1u : 99u));
        release(&pair);
    }
}

static const struct wish good_kiosk = {
    "kiosk-ca", "kiosk-001", NULL, SIGNING, NULL, "P-256", -1, 9, false};

static void
dress_unsigned_attribute(CMS_ContentInfo *cms, struct pair *other)
{
    (void)other;
    CMS_SignerInfo *signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
    assert_int_equal(CMS_unsigned_add1_attr_by_NID(
                         signer, NID_pkcs9_challengePassword, V_ASN1_UTF8STRING, "x", 1),
        1);
}

static void
dress_second_certificate(CMS_ContentInfo *cms, struct pair *other)
{
    assert_int_equal(CMS_add1_cert(cms, other->cert), 1);
}

static void
dress_second_signer(CMS_ContentInfo *cms, struct pair *other)
{
    assert_non_null(CMS_add1_signer(
        cms, other->cert, other->key, EVP_sha256(), CMS_REUSE_DIGEST | CMS_NOSMIMECAP));
}

static void
dress_revocation_list(CMS_ContentInfo *cms, struct pair *other)
{
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *now = X509_gmtime_adj(NULL, 0);
    assert_non_null(crl);
    assert_int_equal(X509_CRL_set_issuer_name(crl, X509_get_subject_name(other->cert)), 1);
    assert_int_equal(X509_CRL_set1_lastUpdate(crl, now), 1);
    assert_true(X509_CRL_sign(crl, other->key, EVP_sha256()) > 0);
    assert_int_equal(CMS_add1_crl(cms, crl), 1);
    X509_CRL_free(crl);
    ASN1_TIME_free(now);
}

static void
dress_not(CMS_ContentInfo *cms, struct pair *other)
{
    (void)cms;
    (void)other;
}

/* Where no signature reaches, nothing may be added. Stock CMS would take each of these. */
static void
test_dressed_up(void **state)
{
    (void)state;
    static const struct {
        void (*dress)(CMS_ContentInfo *cms, struct pair *other);
        int expected;
    } cases[] = {
        {dress_not, 0}, /* the control: taken apart and put together again */
        {dress_unsigned_attribute, KERR_SEAL_FORM},
        {dress_second_certificate, KERR_SEAL_FORM},
        {dress_second_signer, KERR_SEAL_FORM},
        {dress_revocation_list, KERR_SEAL_FORM},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair pair = issue(&good_kiosk);
        struct pair other = issue(&good_kiosk);
        AUTO_BUF envelope;
        sign_as(&pair, HEADER_OF("kiosk-001"), "sealed", &envelope);
        const unsigned char *at = envelope.data;
        CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)envelope.len);
        assert_non_null(cms);
        cases[i].dress(cms, &other);
        unsigned char *der = NULL;
        int len = i2d_CMS_ContentInfo(cms, &der);
        assert_true(len > 0);
        struct seal_header header;
        int r = seal_verify(verifier, der, (size_t)len, &header, NULL);
        if (r != cases[i].expected) {
            fail_msg("case %zu: %s", i, err_str(r));
        }
        OPENSSL_free(der);
        CMS_ContentInfo_free(cms);
        release(&pair);
        release(&other);
    }
    ERR_clear_error();
}

/* BER with an indefinite length says the same to a lenient reader. */
static void
test_indefinite_length(void **state)
{
    (void)state;
    struct pair pair = issue(&good_kiosk);
    AUTO_BUF envelope;
    sign_as(&pair, HEADER_OF("kiosk-001"), "sealed", &envelope);
    assert_int_equal(envelope.data[0], 0x30);
    assert_int_equal(envelope.data[1], 0x82);
    AUTO_BUF ber;
    buf_init(&ber, SEAL_ENVELOPE_MAX);
    static const uint8_t start[] = {0x30, 0x80};
    static const uint8_t end[] = {0x00, 0x00};
    assert_int_equal(buf_add(&ber, start, 2), 0);
    assert_int_equal(buf_add(&ber, envelope.data + 4, envelope.len - 4), 0);
    assert_int_equal(buf_add(&ber, end, 2), 0);
    const unsigned char *at = ber.data;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)ber.len);
    assert_non_null(cms); /* OpenSSL reads it */
    CMS_ContentInfo_free(cms);
    struct seal_header header;
    assert_int_equal(seal_verify(verifier, ber.data, ber.len, &header, NULL), KERR_SEAL_FORM);
    release(&pair);
}

static void
test_header_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {HEADER_OF("kiosk-001"), true},
        {"1 a 0 1 00000000000000000000000000000000", true},
        {"1 k 18446744073709551615 18446744073709551615 00112233445566778899aabbccddeeff", true},
        {"1 k 18446744073709551616 1 00112233445566778899aabbccddeeff", false},
        {"1 k 1 99999999999999999999999 00112233445566778899aabbccddeeff", false},
        {"2 k 1 1 00112233445566778899aabbccddeeff", false},
        {"1  k 1 1 00112233445566778899aabbccddeeff", false},
        {"1 k 1 1 00112233445566778899AABBCCDDEEFF", false},
        {"1 k 1 1 00112233445566778899aabbccddeef", false},
        {"1 k 1 1 00112233445566778899aabbccddeeff0", false},
        {"1 k 1 1 00112233445566778899aabbccddeeff ", false},
        {"1 k 01 1 00112233445566778899aabbccddeeff", false},
        {"1 k 1 01 00112233445566778899aabbccddeeff", false},
        {"1 k 1 0 00112233445566778899aabbccddeeff", false}, /* sequences start at 1 */
        {"1 k -1 1 00112233445566778899aabbccddeeff", false},
        {"1 k +1 1 00112233445566778899aabbccddeeff", false},
        {"1 K 1 1 00112233445566778899aabbccddeeff", false},
        {"1 k/k 1 1 00112233445566778899aabbccddeeff", false},
        {"1 1 1 00112233445566778899aabbccddeeff", false},
        {"1 a234567890123456789012345678901234567890123456789012345678901234 1 1 "
         "00112233445566778899aabbccddeeff",
            false},
        {"", false},
        {"1", false},
        {"1 k", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t len = strlen(cases[i].text);
        uint8_t *copy = malloc(len + 1); /* no NUL behind it, for ASan */
        assert_non_null(copy);
        memcpy(copy, cases[i].text, len);
        struct seal_header header;
        int r = seal_header_read(copy, len, &header);
        if (r != (cases[i].good ? 0 : KERR_SEAL_FORM)) {
            fail_msg("case %zu: %s", i, err_str(r));
        }
        free(copy);
    }
}

/* The twin that is allowed to exist (kiosk/seal/README.md): s turned into n - s. It verifies, and says
 * exactly the same. */
static void
test_signature_twin(void **state)
{
    (void)state;
    struct pair pair = issue(&good_kiosk);
    AUTO_BUF envelope;
    sign_as(&pair, HEADER_OF("kiosk-001"), "sealed", &envelope);
    const unsigned char *at = envelope.data;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)envelope.len);
    CMS_SignerInfo *signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
    ASN1_OCTET_STRING *signature = CMS_SignerInfo_get0_signature(signer);
    at = ASN1_STRING_get0_data(signature);
    ECDSA_SIG *parts = d2i_ECDSA_SIG(NULL, &at, ASN1_STRING_length(signature));
    BIGNUM *order = NULL;
    assert_non_null(parts);
    assert_true(
        BN_hex2bn(&order, "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551") > 0);
    BIGNUM *s = BN_new();
    assert_int_equal(BN_sub(s, order, ECDSA_SIG_get0_s(parts)), 1);
    assert_int_equal(ECDSA_SIG_set0(parts, BN_dup(ECDSA_SIG_get0_r(parts)), s), 1);
    unsigned char *der = NULL;
    int len = i2d_ECDSA_SIG(parts, &der);
    assert_int_equal(ASN1_STRING_set(signature, der, len), 1);
    OPENSSL_free(der);
    der = NULL;
    len = i2d_CMS_ContentInfo(cms, &der);
    struct seal_header header;
    AUTO_BUF sealed;
    buf_init(&sealed, SEAL_ENVELOPE_MAX);
    assert_int_equal(seal_verify(verifier, der, (size_t)len, &header, &sealed), 0);
    assert_string_equal(header.kiosk, "kiosk-001");
    assert_string_equal(buf_str(&sealed), "sealed");
    OPENSSL_free(der);
    BN_free(order);
    ECDSA_SIG_free(parts);
    CMS_ContentInfo_free(cms);
    release(&pair);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_may_sign_envelopes),
        cmocka_unit_test(test_who_may_sign_receipts),
        cmocka_unit_test(test_dressed_up),
        cmocka_unit_test(test_indefinite_length),
        cmocka_unit_test(test_header_texts),
        cmocka_unit_test(test_signature_twin),
    };
    return cmocka_run_group_tests(tests, make_home, remove_home);
}
