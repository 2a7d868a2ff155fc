/* tests/seal/test_keyring.c - lists of sealing keys: which key is in use when, what a forger may try, what a
 * terminal takes over what it has, and records of several lists opened together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>

#include "base/err.h"
#include "base/fs.h"
#include "seal/homes.h"
#include "seal/seal.h"
#include "seal/seal_priv.h"

enum { DAY = 86400 };

static int64_t now; /* when the keys were made */

static int
make_homes(void **state)
{
    assert_int_equal(homes_make(state), 0);
    struct seal_keyring *first = NULL;
    assert_int_equal(seal_keyring_first(in(ours, "recipients.pem"), &first), 0);
    now = seal_keyring_use(first, 0).from + DAY;
    seal_keyring_free(first);
    return 0;
}

/* The next key of a city, its list at home/name. */
static int
next_key(const char *keys, const char *name, int64_t from, int days)
{
    struct seal_next next = {.keys = keys,
        .opens = in(keys, "city"),
        .path = in(home, name),
        .now = now,
        .from = from,
        .days = days};
    return seal_keyring_next(&next);
}

static struct seal_keyring *
ring_of(const char *name)
{
    struct seal_keyring *ring = NULL;
    AUTO_BUF bytes;
    read_file(in(home, name), &bytes);
    assert_int_equal(seal_keyring_read(in(ours, "city-ca.crt"), bytes.data, bytes.len, &ring), 0);
    return ring;
}

static void
assert_use(const struct seal_keyring *ring, int64_t at, struct seal_keyring_use expected)
{
    struct seal_keyring_use use = seal_keyring_use(ring, at);
    assert_true(use.counter == expected.counter && use.which == expected.which &&
                use.count == expected.count && use.from == expected.from &&
                use.until == expected.until && use.next_from == expected.next_from &&
                use.is_late == expected.is_late);
}

static void
test_key_in_use(void **state)
{
    (void)state;
    int64_t begin = now - DAY;
    int64_t end = begin + (int64_t)3650 * DAY;
    struct seal_keyring *ring = NULL;
    assert_int_equal(seal_keyring_first(in(ours, "recipients.pem"), &ring), 0);
    struct seal_keyring_use first = {.count = 1, .from = begin, .until = end};
    assert_use(ring, now, first);
    assert_use(ring, 0, first); /* a clock without a battery: there is one key, and it is used */
    assert_use(ring, end, first);
    first.is_late = true;
    assert_use(ring, end + 1, first); /* past its end it is still in use */
    seal_keyring_free(ring);

    assert_int_equal(next_key(ours, "use", now + DAY, 9), 0);
    assert_int_equal(next_key(ours, "use", now + 5 * DAY, 9), 0);
    ring = ring_of("use");
    struct seal_keyring_use use = {
        .counter = 2, .count = 3, .from = begin, .until = end, .next_from = now + DAY};
    assert_use(ring, 0, use);
    assert_use(ring, now + DAY - 1, use);
    use = (struct seal_keyring_use){2, 1, 3, now + DAY, now + 10 * DAY, now + 5 * DAY, false};
    assert_use(ring, now + DAY, use);
    assert_use(ring, now + 5 * DAY - 1, use);
    use = (struct seal_keyring_use){2, 2, 3, now + 5 * DAY, now + 14 * DAY, 0, false};
    assert_use(ring, now + 5 * DAY, use);
    use.is_late = true;
    assert_use(ring, now + 15 * DAY, use);
    seal_keyring_free(ring);
    /* one that begins before the last of the list would never be in use */
    assert_int_equal(next_key(ours, "use", now + 4 * DAY, 9), KERR_INVALID);
    int r = 0;
    for (int i = 0; i < SEAL_KEYRING_KEYS && r == 0; i++) {
        r = next_key(ours, "use", now + 5 * DAY, 9);
    }
    assert_int_equal(r, KERR_TOO_BIG);
}

static void
refused(const struct buf *bytes, const char *what, size_t at)
{
    struct seal_keyring *ring = NULL;
    int r = seal_keyring_read(in(ours, "city-ca.crt"), bytes->data, bytes->len, &ring);
    if (r != KERR_SEAL_FORM && r != KERR_SEAL_SIGNATURE) {
        fail_msg("%s %zu: %s", what, at, err_str(r));
    }
    assert_null(ring);
}

/* Every byte: one bit of it, its letter case, all of it; every length; a tail. */
static void
test_flips_and_cuts(void **state)
{
    (void)state;
    assert_int_equal(next_key(ours, "flip", now, 9), 0);
    AUTO_BUF bytes;
    read_file(in(home, "flip"), &bytes);
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t flip = (uint8_t)(i % 3 == 0 ? 1u << i % 8 : i % 3 == 1 ? 0x20u : 0xffu);
        bytes.data[i] ^= flip;
        refused(&bytes, "flip", i);
        bytes.data[i] ^= flip;
    }
    for (size_t len = 0; len < bytes.len; len += 13) {
        AUTO_BUF cut;
        buf_init(&cut, 65536);
        assert_int_equal(buf_add(&cut, bytes.data, len), 0);
        refused(&cut, "cut", len);
    }
    assert_int_equal(buf_add_byte(&bytes, 0), 0);
    refused(&bytes, "tail", 0);
    bytes.len--;
    struct seal_keyring *ring = NULL;
    assert_int_equal(seal_keyring_read(in(ours, "city-ca.crt"), bytes.data, bytes.len, &ring), 0);
    seal_keyring_free(ring);
    assert_int_equal(
        seal_keyring_read(in(ours, "kiosk.key"), bytes.data, bytes.len, &ring), KERR_SEAL_KEY);
}

/* Signs a text made of a head and certificates with one of a city's keys. */
static void
forge(const char *city, const char *signer, const char *head, const char *const *certs,
    struct buf *ret_bytes)
{
    char file[64];
    X509 *cert = NULL;
    EVP_PKEY *key = NULL;
    AUTO_BUF text;
    buf_init(&text, 65536);
    buf_init(ret_bytes, 65536);
    assert_int_equal(buf_add_str(&text, head), 0);
    for (size_t i = 0; certs[i] != NULL; i++) {
        AUTO_BUF one;
        const char *folder = certs[i][0] == '!' ? theirs : ours;
        read_file(in(folder, certs[i] + (certs[i][0] == '!')), &one);
        assert_int_equal(buf_add(&text, one.data, one.len), 0);
    }
    (void)snprintf(file, sizeof(file), "%s.crt", signer);
    const char *cert_path = in(city, file);
    (void)snprintf(file, sizeof(file), "%s.key", signer);
    assert_int_equal(seal_load_pair(cert_path, in(city, file), &cert, &key), 0);
    assert_int_equal(seal_sign(cert, key, NULL, text.data, text.len, ret_bytes), 0);
    X509_free(cert);
    EVP_PKEY_free(key);
}

#define HEAD "madoguchi keyring 1\ncounter 7\n"

/* Whoever has another key of the city, another city's keys, or the keyring key alone. "!" is the stranger's. */
static void
test_forged_lists(void **state)
{
    (void)state;
    static const struct {
        const char *signer, *head;
        const char *certs[4];
        int expected;
    } cases[] = {
        {"keyring", HEAD, {"recovery.crt", "city.crt"}, 0},
        {"receipt", HEAD, {"recovery.crt", "city.crt"}, KERR_SEAL_SIGNATURE},
        {"intake-tls", HEAD, {"recovery.crt", "city.crt"}, KERR_SEAL_SIGNATURE},
        {"kiosk", HEAD, {"recovery.crt", "city.crt"}, KERR_SEAL_SIGNATURE},
        {"city-ca", HEAD, {"recovery.crt", "city.crt"}, KERR_SEAL_SIGNATURE},
        {"!keyring", HEAD, {"recovery.crt", "city.crt"}, KERR_SEAL_SIGNATURE},
        /* the keyring key alone names no key of somebody else's making */
        {"keyring", HEAD, {"recovery.crt", "!city.crt"}, KERR_SEAL_FORM},
        {"keyring", HEAD, {"!recovery.crt", "city.crt"}, KERR_SEAL_FORM},
        {"keyring", HEAD, {"recovery.crt", "city.crt", "!city.crt"}, KERR_SEAL_FORM},
        /* nor one that is for something else, or in another's place */
        {"keyring", HEAD, {"recovery.crt", "receipt.crt"}, KERR_SEAL_FORM},
        {"keyring", HEAD, {"recovery.crt", "recovery.crt"}, KERR_SEAL_FORM},
        {"keyring", HEAD, {"city.crt", "city.crt"}, KERR_SEAL_FORM},
        {"keyring", HEAD, {"city.crt", "recovery.crt"}, KERR_SEAL_FORM},
        {"keyring", HEAD, {"recovery.crt"}, KERR_SEAL_FORM},
        {"keyring", HEAD, {NULL}, KERR_SEAL_FORM},
        /* one spelling */
        {"keyring", "madoguchi keyring 1\ncounter 07\n", {"recovery.crt", "city.crt"},
            KERR_SEAL_FORM},
        {"keyring", "madoguchi keyring 1\ncounter 0\n", {"recovery.crt", "city.crt"},
            KERR_SEAL_FORM},
        {"keyring", "madoguchi keyring 2\ncounter 7\n", {"recovery.crt", "city.crt"},
            KERR_SEAL_FORM},
        {"keyring", "madoguchi keyring 1\ncounter 18446744073709551616\n",
            {"recovery.crt", "city.crt"}, KERR_SEAL_FORM},
        {"keyring", HEAD "\n", {"recovery.crt", "city.crt"}, KERR_SEAL_FORM},
        {"keyring", "", {"recovery.crt", "city.crt"}, KERR_SEAL_FORM},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool foreign = cases[i].signer[0] == '!';
        AUTO_BUF bytes;
        forge(foreign ? theirs : ours, cases[i].signer + foreign, cases[i].head, cases[i].certs,
            &bytes);
        struct seal_keyring *ring = NULL;
        int r = seal_keyring_read(in(ours, "city-ca.crt"), bytes.data, bytes.len, &ring);
        if (r != cases[i].expected) {
            fail_msg("case %zu: %s", i, err_str(r));
        }
        assert_true((ring != NULL) == (r == 0));
        seal_keyring_free(ring);
    }
}

static int
install(const char *name, const char *list)
{
    AUTO_BUF bytes;
    read_file(in(home, list), &bytes);
    return seal_keyring_install(in(ours, "city-ca.crt"), in(home, name), bytes.data, bytes.len);
}

static void
assert_same_files(const char *a, const char *b)
{
    AUTO_BUF first;
    AUTO_BUF second;
    read_file(in(home, a), &first);
    read_file(in(home, b), &second);
    assert_true(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
}

static void
copy(const char *from, const char *to)
{
    AUTO_BUF bytes;
    read_file(in(home, from), &bytes);
    assert_int_equal(fs_write_atomic(in(home, to), bytes.data, bytes.len, 0600), 0);
}

/* A terminal's list only ever gets newer. */
static void
test_install(void **state)
{
    (void)state;
    assert_int_equal(next_key(ours, "city-list", now, 9), 0);
    copy("city-list", "one");
    assert_int_equal(next_key(ours, "city-list", now, 9), 0);
    copy("city-list", "two");
    copy("one", "branch"); /* the city's disk was set back, and other keys made */
    assert_int_equal(next_key(ours, "branch", now, 9), 0);
    assert_int_equal(next_key(theirs, "their-list", now, 9), 0);
    assert_int_equal(install("kiosk-list", "their-list"), KERR_SEAL_SIGNATURE);
    assert_false(fs_exists(in(home, "kiosk-list")));
    assert_int_equal(install("kiosk-list", "one"), 0);
    assert_same_files("kiosk-list", "one");
    assert_int_equal(install("kiosk-list", "two"), 0);
    assert_same_files("kiosk-list", "two");
    assert_int_equal(install("kiosk-list", "two"), 0); /* the same once more */
    assert_int_equal(install("kiosk-list", "one"), KERR_CONFLICT);
    assert_int_equal(install("kiosk-list", "branch"), KERR_CONFLICT);
    assert_int_equal(install("kiosk-list", "their-list"), KERR_SEAL_SIGNATURE);
    assert_same_files("kiosk-list", "two");
    /* what lies there does not verify: any list of the city is better */
    assert_int_equal(fs_write_atomic(in(home, "kiosk-list"), "broken", 6, 0600), 0);
    assert_int_equal(install("kiosk-list", "one"), 0);
    assert_int_equal(install("no/such/folder", "one"), KERR_NOT_FOUND);
}

/* n, n + 1, n + 2: the desk opens all of them together; without one key exactly that key's stay closed, and
 * the recovery key opens each. */
static void
test_rotation(void **state)
{
    (void)state;
    struct seal_verifier *verifier = NULL;
    struct seal_keyring *ring = NULL;
    struct buf sealed[3];
    assert_int_equal(seal_verifier_new(in(ours, "kiosk-ca.crt"), &verifier), 0);
    assert_int_equal(seal_keyring_first(in(ours, "recipients.pem"), &ring), 0);
    for (size_t i = 0; i < 3; i++) {
        struct seal_sealer *sealer = NULL;
        struct seal_header header = {.kiosk = "kiosk-001", .epoch = 1, .sequence = i + 1};
        AUTO_BUF envelope;
        buf_init(&envelope, SEAL_ENVELOPE_MAX);
        buf_init(&sealed[i], SEAL_ENVELOPE_MAX);
        assert_int_equal(
            seal_sealer_new_from(in(ours, "kiosk.crt"), in(ours, "kiosk.key"), ring, now, &sealer),
            0);
        assert_int_equal(seal_envelope(sealer, &header, (const uint8_t *)"{}", 2, &envelope), 0);
        assert_int_equal(
            seal_verify(verifier, envelope.data, envelope.len, &header, &sealed[i]), 0);
        seal_sealer_free(sealer);
        seal_keyring_free(ring);
        char opens[32];
        (void)snprintf(opens, sizeof(opens), "opens-%zu", i + 1);
        struct seal_next next = {ours, in(home, opens), in(home, "drill"), now, now, 9};
        assert_int_equal(seal_keyring_next(&next), 0);
        ring = ring_of("drill");
    }
    seal_keyring_free(ring);
    for (unsigned held = 0; held < 8; held++) { /* which of the keys 1, 2 and recovery are there */
        struct seal_opener *opener = NULL;
        assert_int_equal(seal_opener_new(in(ours, "city.crt"), in(ours, "city.key"), &opener), 0);
        for (unsigned i = 0; i < 2; i++) {
            if ((held & 1u << i) != 0) {
                assert_int_equal(
                    seal_opener_add_folder(opener, in(home, i == 0 ? "opens-1" : "opens-2")), 0);
            }
        }
        if ((held & 4) != 0) {
            assert_int_equal(
                seal_opener_add(opener, in(ours, "recovery.crt"), in(ours, "recovery.key")), 0);
        }
        for (unsigned i = 0; i < 3; i++) {
            AUTO_BUF plain;
            buf_init(&plain, SEAL_ENVELOPE_MAX);
            bool opens = i == 0 || (held & 4) != 0 || (held & 1u << (i - 1)) != 0;
            assert_int_equal(seal_open(opener, sealed[i].data, sealed[i].len, &plain),
                opens ? 0 : KERR_SEAL_OPEN);
        }
        seal_opener_free(opener);
    }
    for (size_t i = 0; i < 3; i++) {
        buf_release(&sealed[i]);
    }
    seal_verifier_free(verifier);
}

/* What is missing at the city, and a set of keys from before there were lists. */
static void
test_next_needs(void **state)
{
    (void)state;
    char away[512];
    assert_int_equal(next_key(theirs, "needs", now, 9), 0);
    (void)snprintf(away, sizeof(away), "%s", in(home, "away"));
    assert_int_equal(rename(in(theirs, "city-ca.key"), away), 0);
    assert_int_equal(next_key(theirs, "needs", now, 9), KERR_SEAL_KEY);
    assert_int_equal(rename(away, in(theirs, "city-ca.key")), 0);
    assert_int_equal(remove(in(theirs, "keyring.key")), 0);
    assert_int_equal(remove(in(theirs, "keyring.crt")), 0);
    assert_int_equal(next_key(theirs, "needs", now, 9), 0);
    assert_true(fs_exists(in(theirs, "keyring.key")));
    assert_int_equal(fs_write_atomic(in(home, "needs"), "broken", 6, 0600), 0);
    assert_int_equal(
        next_key(theirs, "needs", now, 9), KERR_SEAL_FORM); /* a counter might repeat */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_in_use),
        cmocka_unit_test(test_flips_and_cuts),
        cmocka_unit_test(test_forged_lists),
        cmocka_unit_test(test_install),
        cmocka_unit_test(test_rotation),
        cmocka_unit_test(test_next_needs),
    };
    return cmocka_run_group_tests(tests, make_homes, homes_remove);
}
