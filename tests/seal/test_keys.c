/* tests/seal/test_keys.c - making keys, refusing bad ones, and staff passwords. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "seal/homes.h"
#include "seal/seal.h"

static void
write_text(const char *path, const char *text)
{
    assert_int_equal(fs_write_atomic(path, text, strlen(text), 0600), 0);
}

static int
count_entry(const char *name, void *ctx)
{
    (void)name;
    ++*(int *)ctx;
    return 0;
}

static void
test_made_once(void **state)
{
    (void)state;
    static const char *const files[] = {"city-ca", "city", "recovery", "receipt", "keyring",
        "content", "live", "intake-tls", "kiosk-ca", "kiosk", "kiosk-tls"};
    AUTO_BUF before;
    buf_init(&before, 65536);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char name[64];
        struct stat st;
        (void)snprintf(name, sizeof(name), "%s.crt", files[i]);
        assert_true(fs_exists(in(ours, name)));
        (void)snprintf(name, sizeof(name), "%s.key", files[i]);
        assert_int_equal(stat(in(ours, name), &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    assert_int_equal(fs_read(in(ours, "city.key"), &before), 0);
    int count = 0;
    assert_int_equal(fs_each(ours, NULL, count_entry, &count), 0);
    assert_int_equal(count, 23);
    /* a second run touches nothing */
    assert_int_equal(seal_keys_make(ours, "kiosk-001", "127.0.0.1"), KERR_EXISTS);
    AUTO_BUF after;
    buf_init(&after, 65536);
    assert_int_equal(fs_read(in(ours, "city.key"), &after), 0);
    assert_string_equal(buf_str(&before), buf_str(&after));
    /* nor does one find a folder with something else in it and use it */
    char *other = in(home, "other");
    assert_int_equal(mkdir(other, 0700), 0);
    write_text(in(other, "photo.png"), "x");
    assert_int_equal(seal_keys_make(other, "kiosk-001", "127.0.0.1"), KERR_EXISTS);
    assert_false(fs_exists(in(other, "city.key")));
}

/* What a run left that was cut: its part folder is cleared, an empty folder is filled. */
static void
test_after_a_cut(void **state)
{
    (void)state;
    char *folder = in(home, "cut");
    char *part = in(home, "cut.part");
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(mkdir(part, 0700), 0);
    write_text(in(part, "city-ca.key"), "half a key");
    assert_int_equal(seal_keys_make(folder, "kiosk-001", "localhost"), 0);
    assert_true(fs_exists(in(folder, "recipients.pem")));
    assert_false(fs_exists(part));
    /* a file in the way of the folder */
    write_text(in(home, "file"), "x");
    assert_true(seal_keys_make(in(home, "file"), "kiosk-001", "localhost") < 0);
    assert_false(fs_exists(in(home, "file.part")));
}

static void
test_bad_names(void **state)
{
    (void)state;
    static const struct {
        const char *kiosk;
        const char *host;
    } cases[] = {
        {"", "localhost"},
        {"Kiosk", "localhost"},
        {"kiosk 1", "localhost"},
        {"kiosk/1", "localhost"},
        {"a234567890123456789012345678901234567890123456789012345678901234", "localhost"},
        {"kiosk-001", ""},
        {"kiosk-001", "localhost,IP:10.0.0.1"},
        {"kiosk-001", "a b"},
        {"kiosk-001", "a\nb"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(
            seal_keys_make(in(home, "bad"), cases[i].kiosk, cases[i].host), KERR_INVALID);
        assert_false(fs_exists(in(home, "bad")));
    }
}

/* A self-signed certificate and key of another kind, as files. */
static void
write_other_kind(const char *name, EVP_PKEY *key)
{
    char path[300];
    X509 *cert = X509_new();
    assert_non_null(cert);
    assert_non_null(key);
    assert_int_equal(X509_set_version(cert, 2), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(cert), 0));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(cert), 3600));
    assert_int_equal(X509_set_pubkey(cert, key), 1);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    (void)snprintf(path, sizeof(path), "%s/%s.crt", home, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, cert), 1);
    assert_int_equal(fclose(file), 0);
    (void)snprintf(path, sizeof(path), "%s/%s.key", home, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    assert_int_equal(fclose(file), 0);
    X509_free(cert);
    EVP_PKEY_free(key);
}

/* Every loader with every kind of bad file: KERR_SEAL_KEY, and nothing handed out. */
static void
test_bad_files(void **state)
{
    (void)state;
    write_text(in(home, "empty"), "");
    write_text(
        in(home, "garbage"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    write_text(in(home, "text"), "hello\n");
    write_other_kind("p384", EVP_EC_gen("P-384"));
    write_other_kind("rsa", EVP_RSA_gen(2048));
    /* a good certificate with a broken one behind it is a broken file */
    AUTO_BUF both;
    buf_init(&both, 65536);
    assert_int_equal(fs_read(in(ours, "recipients.pem"), &both), 0);
    assert_int_equal(fs_read(in(home, "garbage"), &both), 0);
    assert_int_equal(fs_write_atomic(in(home, "both"), both.data, both.len, 0600), 0);
    /* a key under a passphrase: nobody is there to type it */
    static const char locked[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIHj\n"
                                 "-----END ENCRYPTED PRIVATE KEY-----\n";
    write_text(in(home, "locked"), locked);
    char *good_cert = in(ours, "kiosk.crt");
    char *good_key = in(ours, "kiosk.key");
    char *good_recipients = in(ours, "recipients.pem");
    const char *const bad[] = {"missing", "empty", "garbage", "text", "p384.crt", "rsa.crt", "both",
        "p384.key", "rsa.key", "locked", "keys"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char file[300];
        (void)snprintf(file, sizeof(file), "%s/%s", home, bad[i]);
        struct seal_sealer *sealer = NULL;
        struct seal_verifier *verifier = NULL;
        struct seal_opener *opener = NULL;
        struct seal_signer *signer = NULL;
        struct seal_receipts *receipts = NULL;
        assert_int_equal(seal_sealer_new(file, good_key, good_recipients, &sealer), KERR_SEAL_KEY);
        assert_int_equal(seal_sealer_new(good_cert, file, good_recipients, &sealer), KERR_SEAL_KEY);
        assert_int_equal(seal_sealer_new(good_cert, good_key, file, &sealer), KERR_SEAL_KEY);
        assert_int_equal(seal_verifier_new(file, &verifier), KERR_SEAL_KEY);
        assert_int_equal(seal_opener_new(file, good_key, &opener), KERR_SEAL_KEY);
        assert_int_equal(seal_opener_new(good_cert, file, &opener), KERR_SEAL_KEY);
        assert_int_equal(seal_signer_new(file, good_key, &signer), KERR_SEAL_KEY);
        assert_int_equal(seal_signer_new(good_cert, file, &signer), KERR_SEAL_KEY);
        assert_int_equal(seal_receipts_new(file, &receipts), KERR_SEAL_KEY);
        assert_true(sealer == NULL && verifier == NULL && opener == NULL && signer == NULL &&
                    receipts == NULL);
    }
}

static void
test_mismatched_pairs(void **state)
{
    (void)state;
    struct seal_sealer *sealer = NULL;
    struct seal_opener *opener = NULL;
    struct seal_verifier *verifier = NULL;
    /* certificate of one, key of another */
    assert_int_equal(seal_sealer_new(in(ours, "kiosk.crt"), in(ours, "city.key"),
                         in(ours, "recipients.pem"), &sealer),
        KERR_SEAL_KEY);
    assert_int_equal(
        seal_opener_new(in(ours, "city.crt"), in(ours, "recovery.key"), &opener), KERR_SEAL_KEY);
    /* recipients that can't receive: a CA, a signing key, a TLS key */
    static const char *const wrong[] = {"city-ca.crt", "receipt.crt", "intake-tls.crt"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(seal_sealer_new(in(ours, "kiosk.crt"), in(ours, "kiosk.key"),
                             in(ours, wrong[i]), &sealer),
            KERR_SEAL_KEY);
    }
    /* trust in what is no CA */
    assert_int_equal(seal_verifier_new(in(ours, "kiosk.crt"), &verifier), KERR_SEAL_KEY);
}

static void
test_passwords(void **state)
{
    (void)state;
    char hash[SEAL_PASSWORD_HASH_MAX];
    char again[SEAL_PASSWORD_HASH_MAX];
    assert_int_equal(seal_password_hash("k3vn-7qpa-x2m8", hash), 0);
    assert_int_equal(seal_password_hash("k3vn-7qpa-x2m8", again), 0);
    assert_string_not_equal(hash, again); /* a salt each */
    assert_null(strchr(hash, ':')); /* stands behind "name:" in the staff file */
    assert_int_equal(strncmp(hash, "scrypt$15$8$1$", 14), 0);
    assert_int_equal(seal_password_check("k3vn-7qpa-x2m8", hash), 0);
    assert_int_equal(seal_password_check("k3vn-7qpa-x2m8", again), 0);
    static const char *const wrong[] = {"", "k3vn-7qpa-x2m", "k3vn-7qpa-x2m8 ", "K3vn-7qpa-x2m8"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(seal_password_check(wrong[i], hash), KERR_SEAL_SIGNATURE);
    }
    assert_int_equal(seal_password_check("k3vn-7qpa-x2m8", NULL), KERR_SEAL_SIGNATURE);
    assert_int_equal(seal_password_hash("", hash), KERR_INVALID);
    static char long_one[2000];
    memset(long_one, 'a', sizeof(long_one) - 1);
    assert_int_equal(seal_password_hash(long_one, hash), KERR_INVALID);
}

/* RFC 7914 section 12, third vector, in this line's form would need N = 1024, r = 8, p = 16; ours has
 * p = 1. A line made by another implementation (Python's hashlib.scrypt) instead. */
static void
test_password_of_another_implementation(void **state)
{
    (void)state;
    static const char line[] = "scrypt$14$8$1$000102030405060708090a0b0c0d0e0f$"
                               "ea23095e981e22db97492de26a5e5c794ea8f8b400d1a28803c39199396134c5";
    assert_int_equal(seal_password_check("password", line), 0);
    assert_int_equal(seal_password_check("passwore", line), KERR_SEAL_SIGNATURE);
}

static void
test_broken_password_lines(void **state)
{
    (void)state;
    char good[SEAL_PASSWORD_HASH_MAX];
    assert_int_equal(seal_password_hash("x", good), 0);
    size_t len = strlen(good);
    for (size_t cut = 0; cut < len; cut++) {
        char line[SEAL_PASSWORD_HASH_MAX];
        memcpy(line, good, cut);
        line[cut] = 0;
        assert_int_equal(seal_password_check("x", line), KERR_SEAL_FORM);
    }
    static const struct {
        size_t at;
        char letter;
    } cases[] = {{0, 'S'}, {6, ':'}, {7, '2'}, {7, '0'}, {8, '9'}, {8, 'x'}, {10, '9'}, {12, '2'},
        {13, ' '}, {20, 'g'}, {20, 'A'}, {46, '.'}, {60, 'z'}, {110, '-'}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char line[SEAL_PASSWORD_HASH_MAX];
        memcpy(line, good, len + 1);
        line[cases[i].at] = cases[i].letter;
        assert_int_equal(seal_password_check("x", line), KERR_SEAL_FORM);
    }
    char tail[SEAL_PASSWORD_HASH_MAX + 8];
    (void)snprintf(tail, sizeof(tail), "%s0", good);
    assert_int_equal(seal_password_check("x", tail), KERR_SEAL_FORM);
    assert_int_equal(seal_password_check("x", ""), KERR_SEAL_FORM);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made_once),
        cmocka_unit_test(test_after_a_cut),
        cmocka_unit_test(test_bad_names),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_mismatched_pairs),
        cmocka_unit_test(test_passwords),
        cmocka_unit_test(test_password_of_another_implementation),
        cmocka_unit_test(test_broken_password_lines),
    };
    return cmocka_run_group_tests(tests, homes_make, homes_remove);
}
