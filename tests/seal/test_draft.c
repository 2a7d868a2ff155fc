/* Drafts: what was sealed under a number comes back with that number and that salt alone; any bit changed is refused, and
 * lengths tell little. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hex.h"
#include "seal/seal.h"

static const char WORDS[] = "a name, and what was chosen";
static const uint8_t salt[SEAL_DRAFT_SALT_LEN] = {1, 2, 3};
static struct seal_draft_key key;

static int
make_key(void **state)
{
    (void)state;
    return seal_draft_key("12345678", salt, &key);
}

/* Python: hashlib.scrypt(b"12345678", salt=bytes([1, 2, 3] + [0] * 29), n=2**15, r=8, p=1, dklen=48, maxmem=2**26) */
static void
test_key_is_scrypt(void **state)
{
    (void)state;
    char name[2 * SEAL_DRAFT_NAME_LEN + 1];
    char bytes[2 * sizeof(key.key) + 1];
    hex_encode(key.name, sizeof(key.name), name);
    hex_encode(key.key, sizeof(key.key), bytes);
    assert_string_equal(name, "10197a811f251d3cada8907cdc38080f");
    assert_string_equal(bytes, "fd8bc4d1bb4ab2c0e55e6515ce17c2f55f8732667de11a8097a59a0844ca4974");
}

static void
test_comes_back(void **state)
{
    (void)state;
    AUTO_BUF sealed;
    AUTO_BUF again;
    AUTO_BUF plain;
    buf_init(&sealed, SEAL_DRAFT_MAX);
    buf_init(&again, SEAL_DRAFT_MAX);
    buf_init(&plain, SEAL_DRAFT_MAX);
    const uint8_t *words = (const uint8_t *)WORDS;
    assert_int_equal(seal_draft_close(&key, words, strlen(WORDS), &sealed), 0);
    assert_int_equal(sealed.len, 12 + 4096 + 16);
    assert_int_equal(seal_draft_open(&key, sealed.data, sealed.len, &plain), 0);
    assert_string_equal(buf_str(&plain), WORDS);
    /* another nonce each time */
    assert_int_equal(seal_draft_close(&key, words, strlen(WORDS), &again), 0);
    assert_memory_not_equal(sealed.data, again.data, 64);

    struct seal_draft_key other;
    assert_int_equal(seal_draft_key("12345679", salt, &other), 0);
    assert_int_equal(seal_draft_open(&other, sealed.data, sealed.len, &plain), KERR_SEAL_OPEN);
    const uint8_t other_salt[SEAL_DRAFT_SALT_LEN] = {1, 2, 4};
    assert_int_equal(seal_draft_key("12345678", other_salt, &other), 0);
    assert_int_equal(seal_draft_open(&other, sealed.data, sealed.len, &plain), KERR_SEAL_OPEN);
    other = key; /* the draft of one name under another */
    other.name[0] ^= 1;
    assert_int_equal(seal_draft_open(&other, sealed.data, sealed.len, &plain), KERR_SEAL_OPEN);
    for (size_t i = 0; i < sealed.len; i += i < 40 || i > 4090 ? 1 : 97) {
        sealed.data[i] ^= 1;
        assert_int_equal(seal_draft_open(&key, sealed.data, sealed.len, &plain), KERR_SEAL_OPEN);
        sealed.data[i] ^= 1;
    }
    for (size_t cut = 1; cut < sealed.len; cut += 131) {
        assert_int_equal(
            seal_draft_open(&key, sealed.data, sealed.len - cut, &plain), KERR_SEAL_OPEN);
    }
    assert_int_equal(seal_draft_open(&key, NULL, 0, &plain), KERR_SEAL_OPEN);
    assert_string_equal(buf_str(&plain), WORDS); /* nothing was added */
}

static void
test_lengths(void **state)
{
    (void)state;
    uint8_t *bytes = calloc(1, SEAL_DRAFT_MAX + 1);
    assert_non_null(bytes);
    static const size_t lengths[] = {0, 1, 4091, 4092, 4093, SEAL_DRAFT_MAX};
    static const size_t sealed_lengths[] = {4096, 4096, 4096, 4096, 8192, SEAL_DRAFT_MAX + 4096};
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        AUTO_BUF sealed;
        AUTO_BUF plain;
        buf_init(&sealed, 2 * SEAL_DRAFT_MAX);
        buf_init(&plain, SEAL_DRAFT_MAX);
        assert_int_equal(seal_draft_close(&key, bytes, lengths[i], &sealed), 0);
        assert_int_equal(sealed.len, 12 + sealed_lengths[i] + 16);
        assert_int_equal(seal_draft_open(&key, sealed.data, sealed.len, &plain), 0);
        assert_int_equal(plain.len, lengths[i]);
    }
    AUTO_BUF sealed;
    buf_init(&sealed, 2 * SEAL_DRAFT_MAX);
    assert_int_equal(seal_draft_close(&key, bytes, SEAL_DRAFT_MAX + 1, &sealed), KERR_TOO_BIG);
    free(bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_is_scrypt),
        cmocka_unit_test(test_comes_back),
        cmocka_unit_test(test_lengths),
    };
    return cmocka_run_group_tests(tests, make_key, NULL);
}
