/* tests/seal/test_revoked.c - the list of revoked certificates: what a new one changes at once, and which files are
 * never used: older, forged, partial, broken; also after a restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/err.h"
#include "seal/homes.h"
#include "seal/seal.h"
#include "seal/seal_priv.h"

static struct buf envelope; /* of our terminal */

static int
begin(void **state)
{
    struct seal_sealer *sealer = NULL;
    struct seal_header header = {.kiosk = KIOSK, .epoch = 1, .sequence = 2};
    assert_int_equal(homes_make(state), 0);
    assert_int_equal(seal_sealer_new(in(ours, "kiosk.crt"), in(ours, "kiosk.key"),
                         in(ours, "recipients.pem"), &sealer),
        0);
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    assert_int_equal(seal_envelope(sealer, &header, (const uint8_t *)"{}", 2, &envelope), 0);
    seal_sealer_free(sealer);
    return 0;
}

static int
end(void **state)
{
    buf_release(&envelope);
    return homes_remove(state);
}

/* The next list at path, with or without a terminal's certificates. */
static int
revoke(const char *keys, const char *path, const char *kiosk, bool is_lifted)
{
    char ca[512];
    char ca_key[512];
    char sign[512];
    char tls[512];
    (void)snprintf(ca, sizeof(ca), "%s/kiosk-ca.crt", keys);
    (void)snprintf(ca_key, sizeof(ca_key), "%s/kiosk-ca.key", keys);
    (void)snprintf(sign, sizeof(sign), "%s/kiosk.crt", keys);
    (void)snprintf(tls, sizeof(tls), "%s/kiosk-tls.crt", keys);
    const char *certs[] = {sign, tls, "/nowhere/at.all"};
    struct seal_office office = {
        .ca_cert = ca, .ca_key = ca_key, .folder = home, .now = clock_wall_s(clock_system())};
    struct seal_revoking revoking = {
        .path = path, .kiosk = kiosk, .certs = certs, .cert_count = 3, .is_lifted = is_lifted};
    return seal_revoke(&office, &revoking);
}

static void
copy(const char *from, const char *to)
{
    AUTO_BUF bytes;
    read_file(from, &bytes);
    assert_int_equal(fs_write_atomic(to, bytes.data, bytes.len, 0600), 0);
}

static int
check(const struct seal_verifier *verifier)
{
    struct seal_header header = {.epoch = 0};
    int r = seal_verify(verifier, envelope.data, envelope.len, &header, NULL);
    assert_true(r < 0 && r != KERR_SEAL_REVOKED ? header.epoch == 0 : header.epoch == 1);
    return r;
}

static struct seal_verifier *
verifier_with(const char *path, int expected)
{
    struct seal_verifier *verifier = NULL;
    assert_int_equal(seal_verifier_new(in(ours, "kiosk-ca.crt"), &verifier), 0);
    assert_int_equal(seal_verifier_honour(verifier, path), expected);
    return verifier;
}

static void
test_revoke_and_lift(void **state)
{
    (void)state;
    char *path = fs_join(home, "list");
    struct seal_verifier *verifier = verifier_with(path, 0);
    assert_int_equal(check(verifier), 0);
    assert_true(seal_verifier_revocations(verifier).number == 0);
    assert_int_equal(revoke(ours, path, "kiosk-002", false), KERR_NOT_FOUND);
    assert_int_equal(revoke(ours, path, "Kiosk", false), KERR_INVALID);
    assert_false(fs_exists(path));
    assert_int_equal(revoke(ours, path, KIOSK, false), 0);
    assert_int_equal(check(verifier), KERR_SEAL_REVOKED); /* at once */
    struct seal_revocations now = seal_verifier_revocations(verifier);
    assert_true(now.number == 1 && now.count == 2 && now.error == 0);
    uint8_t serial[SEAL_SERIAL_MAX + 1] = {0};
    size_t len = 0;
    X509 *cert = NULL;
    assert_int_equal(seal_load_cert(in(ours, "kiosk-tls.crt"), &cert), 0);
    assert_true(seal_serial(cert, serial + 1, &len));
    X509_free(cert);
    assert_true(seal_verifier_revokes(verifier, serial + 1, len));
    assert_true(seal_verifier_revokes(verifier, serial, len + 1)); /* with a byte for the sign */
    serial[1] ^= 1;
    assert_false(seal_verifier_revokes(verifier, serial + 1, len));
    assert_true(
        seal_verifier_revokes(verifier, serial, SEAL_SERIAL_MAX * 5)); /* none that can be */
    assert_int_equal(revoke(ours, path, KIOSK, false), 0); /* once more: each stands once */
    assert_true(seal_verifier_revocations(verifier).count == 2);
    assert_int_equal(revoke(ours, path, KIOSK, true), 0);
    assert_int_equal(check(verifier), 0);
    now = seal_verifier_revocations(verifier);
    assert_true(now.number == 3 && now.count == 0);
    seal_verifier_free(verifier);
    free(path);
}

/* A list of ours with another spelling: extensions or a number that a CA may write and we may not use. */
static void
forge(const char *path, int nid, const char *value, bool with_number)
{
    struct seal_pair ca = {0};
    X509_CRL *list = X509_CRL_new();
    ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)clock_wall_s(clock_system()));
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    assert_int_equal(
        seal_load_pair(in(ours, "kiosk-ca.crt"), in(ours, "kiosk-ca.key"), &ca.cert, &ca.key), 0);
    assert_int_equal(ASN1_INTEGER_set_uint64(number, 1000), 1);
    assert_int_equal(X509_CRL_set_version(list, X509_CRL_VERSION_2), 1);
    assert_int_equal(X509_CRL_set_issuer_name(list, X509_get_subject_name(ca.cert)), 1);
    assert_int_equal(X509_CRL_set1_lastUpdate(list, now), 1);
    assert_int_equal(X509_CRL_set1_nextUpdate(list, now), 1);
    if (with_number) {
        assert_int_equal(X509_CRL_add1_ext_i2d(list, NID_crl_number, number, 0, 0), 1);
    }
    if (value != NULL) {
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
        assert_non_null(extension);
        assert_int_equal(X509_CRL_add_ext(list, extension, -1), 1);
        X509_EXTENSION_free(extension);
    }
    assert_true(X509_CRL_sign(list, ca.key, EVP_sha256()) > 0);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509_CRL(file, list), 1);
    assert_int_equal(fclose(file), 0);
    ASN1_INTEGER_free(number);
    ASN1_TIME_free(now);
    X509_CRL_free(list);
    seal_pair_release(&ca);
}

/* None of these takes the place of the list in use, nor lets anybody in after a restart. */
static void
test_never_used(void **state)
{
    (void)state;
    char *path = fs_join(home, "used");
    char *bad = fs_join(home, "bad");
    char *older = fs_join(home, "older");
    assert_int_equal(revoke(ours, path, KIOSK, true), 0); /* list 1: nobody */
    copy(path, older);
    struct seal_verifier *verifier = verifier_with(path, 0);
    assert_int_equal(revoke(ours, path, KIOSK, false), 0);
    assert_int_equal(check(verifier), KERR_SEAL_REVOKED);
    copy(path, bad);
    for (int i = 0; i < 7; i++) {
        static const int errors[] = {KERR_CONFLICT, KERR_SEAL_SIGNATURE, KERR_SEAL_FORM,
            KERR_SEAL_FORM, KERR_SEAL_SIGNATURE, KERR_SEAL_FORM, KERR_CONFLICT};
        switch (i) {
        case 0: /* the list before */
            copy(older, bad);
            break;
        case 1: /* a stranger's, with the same names and a high number */
            (void)fs_remove(bad);
            assert_int_equal(revoke(theirs, bad, KIOSK, true), 0);
            assert_int_equal(revoke(theirs, bad, KIOSK, true), 0);
            assert_int_equal(revoke(theirs, bad, KIOSK, true), 0);
            break;
        case 2: /* empty, as a copy that was cut off */
            assert_int_equal(fs_write_atomic(bad, "", 0, 0600), 0);
            break;
        case 3:
            assert_int_equal(fs_write_atomic(bad, "-----BEGIN X509 CRL-----\nAA", 27, 0600), 0);
            break;
        case 4: /* a part of a list (RFC 5280 section 5.2.4) */
            forge(bad, NID_delta_crl, "critical,DER:020101", true);
            break;
        case 5: /* without a number nobody knows which is newer */
            forge(bad, 0, NULL, false);
            break;
        default: /* other content under the number in use */
            copy(older, bad);
            assert_int_equal(revoke(ours, bad, KIOSK, true), 0);
            break;
        }
        copy(bad, path);
        assert_int_equal(check(verifier), KERR_SEAL_REVOKED);
        assert_int_equal(seal_verifier_revocations(verifier).error, errors[i]);
        struct seal_verifier *again = verifier_with(path, 0); /* a restart */
        assert_int_equal(check(again), KERR_SEAL_REVOKED);
        seal_verifier_free(again);
    }
    assert_int_equal(fs_remove(path), 0);
    assert_int_equal(check(verifier), KERR_SEAL_REVOKED);
    seal_verifier_free(verifier);
    /* a file that can't be used and no good copy: nobody knows who is out, so it doesn't start */
    seal_verifier_free(verifier_with(bad, 0));
    AUTO_BUF bytes;
    read_file(bad, &bytes);
    char *lost = fs_join(home, "lost");
    assert_int_equal(fs_write_atomic(lost, bytes.data, bytes.len / 2, 0600), 0);
    seal_verifier_free(verifier_with(lost, KERR_SEAL_FORM));
    free(lost);
    free(older);
    free(bad);
    free(path);
}

/* A terminal that was revoked can't ask for certificates by those that it has. */
static void
test_no_renewal(void **state)
{
    (void)state;
    char *path = fs_join(home, "renewal");
    struct seal_own own = {.cert = in(ours, "kiosk.crt"),
        .key = in(ours, "kiosk.key"),
        .tls_cert = in(ours, "kiosk-tls.crt"),
        .tls_key = in(ours, "kiosk-tls.key")};
    AUTO_BUF request;
    buf_init(&request, SEAL_ASKED_MAX);
    struct seal_asked asked;
    assert_int_equal(seal_own_ask(&own, KIOSK, NULL, &request), 0);
    struct seal_verifier *verifier = verifier_with(path, 0);
    assert_int_equal(seal_asked_read(verifier, request.data, request.len, &asked), 0);
    assert_int_equal(revoke(ours, path, KIOSK, false), 0);
    assert_int_equal(
        seal_asked_read(verifier, request.data, request.len, &asked), KERR_SEAL_REVOKED);
    seal_verifier_free(verifier);
    free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_revoke_and_lift),
        cmocka_unit_test(test_never_used),
        cmocka_unit_test(test_no_renewal),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
