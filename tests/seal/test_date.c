/* seal/test_date.c - until when a certificate holds, from bytes that anybody may have made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "seal/seal.h"

enum { DER_MAX = 16 * 1024, UNTOUCHED = -7 };

static EVP_PKEY *key;

static int
make_key(void **state)
{
    (void)state;
    key = EVP_EC_gen("P-256");
    return key != NULL ? 0 : -1;
}

static int
free_key(void **state)
{
    (void)state;
    EVP_PKEY_free(key);
    return 0;
}

/* A certificate that ends so, with a subject of so many letters. */
static void
certify(const char *until, size_t letters, struct buf *ret_der)
{
    X509 *cert = X509_new();
    assert_int_equal(X509_set_version(cert, 2), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(cert), 1), 1);
    assert_int_equal(ASN1_TIME_set_string(X509_getm_notBefore(cert), "20200101000000Z"), 1);
    assert_int_equal(ASN1_TIME_set_string(X509_getm_notAfter(cert), until), 1);
    unsigned char letter[] = "a";
    for (size_t i = 0; i < letters; i++) {
        assert_int_equal(X509_NAME_add_entry_by_txt(
                             X509_get_subject_name(cert), "OU", MBSTRING_ASC, letter, 1, -1, 0),
            1);
    }
    assert_int_equal(X509_set_pubkey(cert, key), 1);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    unsigned char *der = NULL;
    int len = i2d_X509(cert, &der);
    assert_true(len > 0);
    assert_int_equal(buf_add(ret_der, der, (size_t)len), 0);
    OPENSSL_free(der);
    X509_free(cert);
}

/* Looks at an exact copy, so that ASan sees a look too far. */
static int
until_of(const uint8_t *der, size_t len, int64_t *ret_at)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    memcpy(copy, der, len);
    *ret_at = UNTOUCHED;
    int r = seal_certificate_until(copy, len, ret_at);
    free(copy);
    return r;
}

static void
ends(void **state)
{
    (void)state;
    static const struct {
        const char *until;
        int64_t at; /* from date(1) */
    } rows[] = {
        {"700101000000Z", 0},
        {"290216145959Z", 1865948399},
        {"20290216145959Z", 1865948399},
        {"000229120000Z", 951825600},
        {"21000301000000Z", 4107542400},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_BUF der;
        int64_t at;
        buf_init(&der, DER_MAX);
        certify(rows[i].until, 1, &der);
        assert_int_equal(until_of(der.data, der.len, &at), 0);
        assert_int_equal(at, rows[i].at);
    }
}

/* The text of the end inside the bytes is changed; the signature is not looked at. */
static void
no_such_moment(void **state)
{
    (void)state;
    static const char *const texts[] = {"291316145959Z", "290230145959Z", "290016145959Z",
        "290216255959Z", "290216146059Z", "690216145959Z", /* 1969 */
        "500216145959Z", /* 1950: two digits mean 1950 to 2049 */
        "29021614595 Z", "xxxxxxxxxxxxZ", "2902161459590"};
    AUTO_BUF der;
    buf_init(&der, DER_MAX);
    certify("290216145959Z", 1, &der);
    uint8_t *text = der.data;
    while (memcmp(text, "290216145959Z", 13) != 0) {
        text++;
        assert_true(text + 13 <= der.data + der.len);
    }
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int64_t at;
        memcpy(text, texts[i], 13);
        if (until_of(der.data, der.len, &at) != KERR_SEAL_FORM || at != UNTOUCHED) {
            fail_msg("%s was taken", texts[i]);
        }
    }
}

static void
nothing_else_is_taken(void **state)
{
    (void)state;
    int64_t at;
    AUTO_BUF der;
    buf_init(&der, DER_MAX);
    certify("290216145959Z", 1, &der);
    for (size_t len = 0; len < der.len; len++) { /* each beginning of it */
        assert_int_equal(until_of(der.data, len, &at), KERR_SEAL_FORM);
        assert_int_equal(at, UNTOUCHED);
    }
    assert_int_equal(until_of(der.data, der.len, &at), 0);
    assert_int_equal(buf_add_byte(&der, 0xFF), 0); /* filler behind it */
    assert_int_equal(until_of(der.data, der.len, &at), KERR_SEAL_FORM);
    /* a bit changed anywhere: some moment or none */
    for (size_t bit = 0; bit < 8 * (der.len - 1); bit++) {
        der.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        int r = until_of(der.data, der.len - 1, &at);
        assert_true((r == 0 && at >= 0) || (r == KERR_SEAL_FORM && at == UNTOUCHED));
        der.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

/* Good, but larger than any that is read. */
static void
too_big(void **state)
{
    (void)state;
    int64_t at;
    AUTO_BUF der;
    buf_init(&der, DER_MAX);
    certify("290216145959Z", 400, &der);
    assert_true(der.len > SEAL_CERTIFICATE_MAX);
    assert_int_equal(until_of(der.data, der.len, &at), KERR_SEAL_FORM);
    buf_clear(&der);
    certify("290216145959Z", 200, &der);
    assert_true(der.len < SEAL_CERTIFICATE_MAX);
    assert_int_equal(until_of(der.data, der.len, &at), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends),
        cmocka_unit_test(no_such_moment),
        cmocka_unit_test(nothing_else_is_taken),
        cmocka_unit_test(too_big),
    };
    return cmocka_run_group_tests(tests, make_key, free_key);
}
