/* tests/seal/test_pre_entry.c - what a page sealed at home: HPKE by the standard's own example, keys by their day. Codes of the page itself:
 * tests/program/test_pre_entry.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "harness/harness.h"
#include "seal/seal_priv.h"

enum { EXAMPLE_MAX = 256, DAY_S = 86400 };
#define NOW INT64_C(1795305600) /* 2026-11-22 */

/* RFC 9180 appendix A.3.1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode, the first message. */
#define SK_R "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2"
#define PK_R                                                                                       \
    "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62f" \
    "b3d30ad6aa8f80e30f1d128aafd68a2ce72ea0"
#define ENC                                                                                        \
    "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c" \
    "0900be863c403ce65c9bfcb9382657222d18c4"
#define INFO "4f6465206f6e2061204772656369616e2055726e"
#define AAD "436f756e742d30"
#define CIPHER                                                                                     \
    "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434"
#define PLAIN "4265617574792069732074727574682c20747275746820626561757479"

static size_t
bytes_of(const char *hex, uint8_t out[EXAMPLE_MAX])
{
    size_t len = strlen(hex) / 2;
    assert_int_equal(hex_decode(hex, out, len), 0);
    return len;
}

static EVP_PKEY *
example_key(void)
{
    uint8_t secret[EXAMPLE_MAX];
    uint8_t point[EXAMPLE_MAX];
    EVP_PKEY *key = NULL;
    size_t secret_len = bytes_of(SK_R, secret);
    size_t point_len = bytes_of(PK_R, point);
    BIGNUM *number = BN_bin2bn(secret, (int)secret_len, NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    assert_int_equal(OSSL_PARAM_BLD_push_utf8_string(build, "group", "prime256v1", 0), 1);
    assert_int_equal(OSSL_PARAM_BLD_push_BN(build, "priv", number), 1);
    assert_int_equal(OSSL_PARAM_BLD_push_octet_string(build, "pub", point, point_len), 1);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
    assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params), 1);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(number);
    return key;
}

static void
test_the_standards_example(void **state)
{
    (void)state;
    uint8_t enc[EXAMPLE_MAX];
    uint8_t info[EXAMPLE_MAX];
    uint8_t aad[EXAMPLE_MAX];
    uint8_t cipher[EXAMPLE_MAX];
    uint8_t plain[EXAMPLE_MAX];
    struct seal_hpke sealed = {.enc = enc, .info = info, .aad = aad, .bytes = cipher};
    sealed.enc_len = bytes_of(ENC, enc);
    sealed.info_len = bytes_of(INFO, info);
    sealed.aad_len = bytes_of(AAD, aad);
    sealed.len = bytes_of(CIPHER, cipher);
    size_t plain_len = bytes_of(PLAIN, plain);
    EVP_PKEY *key = example_key();
    AUTO_BUF out;
    buf_init(&out, EXAMPLE_MAX);
    assert_int_equal(seal_hpke_open(key, &sealed, &out), 0);
    assert_int_equal(out.len, plain_len);
    assert_memory_equal(out.data, plain, plain_len);
    /* the same point compressed */
    enc[0] = (uint8_t)(2 + (enc[64] & 1));
    sealed.enc_len = 33;
    buf_clear(&out);
    assert_int_equal(seal_hpke_open(key, &sealed, &out), 0);
    assert_memory_equal(out.data, plain, plain_len);
    enc[0] ^= 1; /* the point on the other side */
    buf_clear(&out);
    assert_int_equal(seal_hpke_open(key, &sealed, &out), KERR_SEAL_OPEN);
    assert_int_equal(out.len, 0);
    EVP_PKEY_free(key);
}

static void
test_keys_by_their_day(void **state)
{
    (void)state;
    char folder[HARNESS_FOLDER_LEN];
    harness_folder_make(folder);
    char *keys = fs_join(folder, "pre-entry");
    uint8_t point[SEAL_PRE_POINT];
    uint8_t newer[SEAL_PRE_POINT];
    struct seal_pre_keys *loaded = NULL;
    size_t removed = 9;
    assert_int_equal(seal_pre_point(keys, NOW, point), KERR_NOT_FOUND);
    assert_int_equal(
        seal_pre_keys_new(keys, NOW, &loaded), 0); /* a terminal without keys reads none */
    seal_pre_keys_free(loaded);
    assert_int_equal(seal_pre_key_make(keys, NOW), 0);
    assert_int_equal(seal_pre_key_make(keys, NOW), KERR_EXISTS);
    assert_int_equal(seal_pre_point(keys, NOW, point), 0);
    assert_int_equal(point[0], 4);
    assert_int_equal(seal_pre_key_make(keys, NOW + 30 * DAY_S), 0);
    assert_int_equal(seal_pre_point(keys, NOW + 30 * DAY_S, newer), 0);
    assert_memory_not_equal(point, newer, sizeof(point));
    /* the first one opens nothing on its last day any more, and goes */
    assert_int_equal(seal_pre_keys_tidy(keys, NOW + 89 * DAY_S, &removed), 0);
    assert_int_equal(removed, 0);
    assert_int_equal(seal_pre_keys_tidy(keys, NOW + 90 * DAY_S, &removed), 0);
    assert_int_equal(removed, 1);
    assert_int_equal(seal_pre_point(keys, NOW + 120 * DAY_S, newer), KERR_NOT_FOUND);
    /* a file that is no key: nothing is half loaded; one of another name is passed over */
    char *other = fs_join(keys, "notes.key");
    assert_int_equal(fs_write_atomic(other, "x", 1, 0600), 0);
    assert_int_equal(seal_pre_keys_new(keys, NOW + 90 * DAY_S, &loaded), 0);
    seal_pre_keys_free(loaded);
    char *broken = fs_join(keys, "2027-02-01.key");
    assert_int_equal(fs_write_atomic(broken, "x", 1, 0600), 0);
    assert_int_equal(seal_pre_keys_new(keys, NOW + 90 * DAY_S, &loaded), KERR_SEAL_KEY);
    free(broken);
    free(other);
    free(keys);
    assert_int_equal(harness_folder_remove(folder), 0);
}

/* A code that assets/pre-entry/page.js sealed to the key below, in Node's WebCrypto. */
static const char pages_key[] = "-----BEGIN PRIVATE KEY-----\n"
                                "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0/KUnXRLN5DdbZpe\n"
                                "CYthUlO/GL0dyYpQ3hDeThlsS2+hRANCAASbRx2PqOmjw9/GzRU0cKSb5ey+fH/T\n"
                                "udE6ODJcJKd7PFYgLncX03LYCnn8cVg8CKMnHR8g7zAwLpgOSPnlS8OT\n"
                                "-----END PRIVATE KEY-----\n";
#define PAGES_CODE                                                                                 \
    "d19b4019b802e162786a4e64272509830498912ec915ba335836d6dbd62de7505aba7c2a8ac557488e0ba8eca32d" \
    "1552abb5d4daec8c94831037c95c0ec30ed02ecae49d1b05d0f6c516239a201d7bb62dac3a1c38f25a8c4095f61a" \
    "a604f207cc5e9717976b4f298705"
#define PAGES_DIGITS                                                                               \
    "73511119868538106589989697442290892771694569469725302677330553155273061157041970111636028611" \
    "6"                                                                                            \
    "52489894011974529199410699475479816675867315118100752122381104564937599795982585982441095892" \
    "5"                                                                                            \
    "35881812149623862408298796705135132160290694098181020750088956515439842528660591159687005444" \
    "6"
#define PAGES_WORDS                                                                                \
    "016b0230800f7265736964656e742d7265636f7264026a61bc233e00000fe697a5e7ab8be38080e88ab1e5ad90f5" \
    "213202000178"

static void
test_what_the_page_sealed(void **state)
{
    (void)state;
    char folder[HARNESS_FOLDER_LEN];
    uint8_t code[EXAMPLE_MAX];
    uint8_t words[EXAMPLE_MAX];
    size_t len = bytes_of(PAGES_CODE, code);
    size_t words_len = bytes_of(PAGES_WORDS, words);
    harness_folder_make(folder);
    char *path = fs_join(folder, "2026-11-22.key");
    assert_int_equal(fs_write_atomic(path, pages_key, sizeof(pages_key) - 1, 0600), 0);
    struct seal_pre_keys *keys = NULL;
    assert_int_equal(seal_pre_keys_new(folder, NOW, &keys), 0);
    AUTO_BUF out;
    buf_init(&out, SEAL_LEAN_MAX);
    /* its digits are those of the city's own codes */
    struct seal_codes *codes = seal_codes_new();
    const char *at = PAGES_DIGITS;
    assert_int_equal(seal_codes_take(codes, &at, &out), SEAL_CODE_WHOLE);
    assert_int_equal(out.len, len);
    assert_memory_equal(out.data, code, len);
    seal_codes_free(codes);
    buf_clear(&out);
    assert_int_equal(seal_pre_open(keys, code, len, &out), 0);
    assert_int_equal(out.len, words_len);
    assert_memory_equal(out.data, words, words_len);
    /* every bit, and every end */
    for (size_t bit = 0; bit < len * 8; bit++) {
        code[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_true(seal_pre_open(keys, code, len, &out) < 0);
        code[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    for (size_t cut = 0; cut < len; cut++) {
        assert_true(seal_pre_open(keys, code, cut, &out) < 0);
    }
    assert_int_equal(out.len, words_len);
    seal_pre_keys_free(keys);
    /* the day on which the key opens nothing any more */
    assert_int_equal(seal_pre_keys_new(folder, NOW + 89 * DAY_S, &keys), 0);
    buf_clear(&out);
    assert_int_equal(seal_pre_open(keys, code, len, &out), 0);
    seal_pre_keys_free(keys);
    assert_int_equal(seal_pre_keys_new(folder, NOW + 90 * DAY_S, &keys), 0);
    assert_int_equal(seal_pre_open(keys, code, len, &out), KERR_NOT_FOUND);
    seal_pre_keys_free(keys);
    free(path);
    assert_int_equal(harness_folder_remove(folder), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_standards_example),
        cmocka_unit_test(test_keys_by_their_day),
        cmocka_unit_test(test_what_the_page_sealed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
