/* tests/seal/test_manifest.c - signed lists of a bundle's files: what may stand in one, what a forger may try. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "seal/seal.h"
#include "seal/seal_priv.h"

enum { NOW = 1795312800 };

static char home[HARNESS_FOLDER_LEN];
static char keys[128], foreign[128], ca[160];

static int
make_keys(void **state)
{
    (void)state;
    harness_folder_make(home);
    (void)snprintf(keys, sizeof(keys), "%s/keys", home);
    (void)snprintf(foreign, sizeof(foreign), "%s/foreign", home);
    (void)snprintf(ca, sizeof(ca), "%s/city-ca.crt", keys);
    assert_int_equal(seal_keys_make(keys, "kiosk-001", "127.0.0.1"), 0);
    assert_int_equal(seal_keys_make(foreign, "kiosk-001", "127.0.0.1"), 0);
    return 0;
}

static int
remove_keys(void **state)
{
    (void)state;
    return harness_folder_remove(home);
}

static struct seal_file
file_of(const char *name, uint64_t size)
{
    struct seal_file file = {.size = size};
    (void)snprintf(file.name, sizeof(file.name), "%s", name);
    seal_hash((const uint8_t *)name, strlen(name), file.hash);
    return file;
}

static struct seal_manifest *
sample(enum seal_bundle kind)
{
    static const char *const names[SEAL_BUNDLE_COUNT][2] = {
        {"assets/pages/parking.yaml", "locale/en/LC_MESSAGES/madoguchi.mo"}, {"keyring.der", NULL},
        {"points.tsv", "taga-rooms.tsv"}, {"answers.tsv", NULL}};
    struct seal_manifest *manifest = seal_manifest_new(kind, 7, NOW);
    for (size_t i = 0; i < 2 && names[kind][i] != NULL; i++) {
        struct seal_file file = file_of(names[kind][i], 100 + i);
        assert_int_equal(seal_manifest_add(manifest, &file), 0);
    }
    return manifest;
}

static void
sign(const char *with, const struct seal_manifest *manifest, struct buf *ret_bytes)
{
    buf_init(ret_bytes, SEAL_MANIFEST_MAX);
    assert_int_equal(seal_manifest_make(with, manifest, NOW, ret_bytes), 0);
}

static void
refused(const uint8_t *bytes, size_t len, const char *what, size_t at)
{
    struct seal_manifest *manifest = NULL;
    int r = seal_manifest_read(ca, bytes, len, &manifest);
    if (r != KERR_SEAL_FORM && r != KERR_SEAL_SIGNATURE) {
        fail_msg("%s %zu: %s", what, at, err_str(r));
    }
    assert_null(manifest);
}

static void
test_there_and_back(void **state)
{
    (void)state;
    for (enum seal_bundle kind = 0; kind < SEAL_BUNDLE_COUNT; kind++) {
        struct seal_manifest *manifest = sample(kind);
        struct seal_manifest *again = NULL;
        enum seal_bundle found = SEAL_BUNDLE_COUNT;
        AUTO_BUF bytes;
        sign(keys, manifest, &bytes);
        assert_int_equal(seal_manifest_read(ca, bytes.data, bytes.len, &again), 0);
        assert_true(again->kind == kind && again->counter == 7 && again->made_at == NOW &&
                    again->count == manifest->count && again->total == manifest->total);
        assert_memory_equal(
            again->files, manifest->files, manifest->count * sizeof(manifest->files[0]));
        assert_int_equal(seal_bundle_find(seal_bundle_name(kind), &found), 0);
        assert_int_equal(found, kind);
        seal_manifest_free(again);
        seal_manifest_free(manifest);
    }
}

static void
test_every_flip_and_cut(void **state)
{
    (void)state;
    struct seal_manifest *manifest = sample(SEAL_BUNDLE_CONTENT);
    AUTO_BUF bytes;
    sign(keys, manifest, &bytes);
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t bit = (uint8_t)(1U << (i % 8));
        bytes.data[i] ^= bit;
        refused(bytes.data, bytes.len, "flipped byte", i);
        bytes.data[i] ^= bit;
    }
    for (size_t i = 0; i < bytes.len; i += 7) {
        refused(bytes.data, i, "cut at", i);
    }
    assert_int_equal(buf_add_byte(&bytes, 0), 0);
    refused(bytes.data, bytes.len, "longer by", 1);
    seal_manifest_free(manifest);
}

/* Signs the text of a manifest by whatever leaf of a set of keys. */
static void
forge(const char *with, const char *leaf, const char *text, struct buf *ret_bytes)
{
    char cert[160], key[160];
    X509 *x = NULL;
    EVP_PKEY *k = NULL;
    (void)snprintf(cert, sizeof(cert), "%s/%s.crt", with, leaf);
    (void)snprintf(key, sizeof(key), "%s/%s.key", with, leaf);
    assert_int_equal(seal_load_pair(cert, key, &x, &k), 0);
    buf_init(ret_bytes, SEAL_MANIFEST_MAX);
    assert_int_equal(seal_sign(x, k, NULL, (const uint8_t *)text, strlen(text), ret_bytes), 0);
    X509_free(x);
    EVP_PKEY_free(k);
}

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
test_who_signs(void **state)
{
    (void)state;
    static const char content[] =
        "madoguchi bundle 1\nkind content\ncounter 1\nmade 5\n" HASH " 3 assets/pages/a.yaml\n";
    static const char live[] =
        "madoguchi bundle 1\nkind live\ncounter 1\nmade 5\n" HASH " 3 a.tsv\n";
    static const struct {
        const char *with, *leaf, *text;
        bool good;
    } rows[] = {
        {keys, "content", content, true},
        {keys, "live", live, true},
        {keys, "live", content, false}, /* today's free places write no pages */
        {keys, "content", live, false},
        {keys, "receipt", live, false},
        {keys, "keyring", content, false},
        {keys, "intake-tls", content, false},
        {foreign, "content", content, false},
        {keys, "kiosk", content, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_BUF bytes;
        forge(rows[i].with, rows[i].leaf, rows[i].text, &bytes);
        if (!rows[i].good) {
            refused(bytes.data, bytes.len, rows[i].leaf, i);
            continue;
        }
        struct seal_manifest *manifest = NULL;
        assert_int_equal(seal_manifest_read(ca, bytes.data, bytes.len, &manifest), 0);
        seal_manifest_free(manifest);
    }
}

static void
test_texts(void **state)
{
    (void)state;
#define TOP "madoguchi bundle 1\nkind content\ncounter 1\nmade 5\n"
    static const char *const bad[] = {
        "",
        "madoguchi bundle 2\nkind content\ncounter 1\nmade 5\n" HASH " 3 assets/pages/a\n",
        "madoguchi bundle 1\nkind contents\ncounter 1\nmade 5\n" HASH " 3 assets/pages/a\n",
        "madoguchi bundle 1\nkind content\ncounter 0\nmade 5\n" HASH " 3 assets/pages/a\n",
        "madoguchi bundle 1\nkind content\ncounter 01\nmade 5\n" HASH " 3 assets/pages/a\n",
        "madoguchi bundle 1\nkind content\ncounter 18446744073709551616\nmade 5\n" HASH
        " 3 assets/pages/a\n",
        "madoguchi bundle 1\nkind content\ncounter 1\nmade 9223372036854775808\n" HASH
        " 3 assets/pages/a\n",
        "madoguchi bundle 1\nkind content\ncounter 1\nmade -5\n" HASH " 3 assets/pages/a\n",
        TOP, /* no file at all */
        TOP HASH " 3 assets/pages/a", /* no end of the line */
        TOP HASH " 3 assets/pages/a\r\n",
        TOP HASH " 3  assets/pages/a\n",
        TOP HASH " 03 assets/pages/a\n",
        TOP HASH " 4194305 assets/pages/a\n", /* a byte too large */
        TOP HASH " 18446744073709551615 assets/pages/a\n",
        TOP "0123 3 assets/pages/a\n",
        TOP "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef 3 assets/pages/a\n",
        TOP HASH " 3 assets/pages/b\n" HASH " 3 assets/pages/a\n", /* out of order */
        TOP HASH " 3 assets/pages/a\n" HASH " 3 assets/pages/a\n", /* twice */
        TOP HASH " 3 assets/pages/a\n" HASH " 3 assets/pages/a/b\n", /* file and folder */
        TOP HASH " 3 assets/pages/a\n" HASH " 3 assets/pages/a-b\n" HASH " 3 assets/pages/a/b\n",
        TOP HASH " 3 assets/pages/../../x\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct seal_manifest *manifest = NULL;
        int r = seal_manifest_read_text((const uint8_t *)bad[i], strlen(bad[i]), &manifest);
        if (r != KERR_SEAL_FORM) {
            fail_msg("text %zu: %s", i, err_str(r));
        }
    }
    static const char good[] = TOP HASH " 3 assets/pages/a\n" HASH " 4194304 assets/pages/a.b\n";
    struct seal_manifest *manifest = NULL;
    assert_int_equal(
        seal_manifest_read_text((const uint8_t *)good, sizeof(good) - 1, &manifest), 0);
    assert_non_null(seal_manifest_find(manifest, "assets/pages/a.b"));
    assert_null(seal_manifest_find(manifest, "assets/pages"));
    seal_manifest_free(manifest);
}

static void
test_names(void **state)
{
    (void)state;
    static const struct {
        enum seal_bundle kind;
        const char *name;
        bool good;
    } rows[] = {
        {SEAL_BUNDLE_CONTENT, "assets/city/lists/rooms.yaml", true},
        {SEAL_BUNDLE_CONTENT, "locale/zh-Hans/LC_MESSAGES/madoguchi.mo", true},
        {SEAL_BUNDLE_CONTENT, "assets/city/a/b/c/d", true},
        {SEAL_BUNDLE_CONTENT, "assets/city/a/b/c/d/e", false}, /* too deep */
        {SEAL_BUNDLE_CONTENT, "/etc/passwd", false},
        {SEAL_BUNDLE_CONTENT, "../assets/pages/a", false},
        {SEAL_BUNDLE_CONTENT, "assets/pages/../x", false},
        {SEAL_BUNDLE_CONTENT, "assets/pages/./x", false},
        {SEAL_BUNDLE_CONTENT, "assets/pages/.x", false},
        {SEAL_BUNDLE_CONTENT, "assets/pages//x", false},
        {SEAL_BUNDLE_CONTENT, "assets/pages/", false},
        {SEAL_BUNDLE_CONTENT, "assets/pages/a b", false},
        {SEAL_BUNDLE_CONTENT, "assets/pages/a\\b", false},
        {SEAL_BUNDLE_CONTENT, "assets/pages/\xe3\x81\x82", false},
        {SEAL_BUNDLE_CONTENT, "assets/theme/look.conf", false},
        {SEAL_BUNDLE_CONTENT, "assets/names.tsv", false},
        {SEAL_BUNDLE_CONTENT, "locale", false},
        {SEAL_BUNDLE_CONTENT, "manifest", false},
        {SEAL_BUNDLE_CONTENT, "", false},
        {SEAL_BUNDLE_KEYS, "keyring.der", true},
        {SEAL_BUNDLE_KEYS, "recipients.pem", false},
        {SEAL_BUNDLE_LIVE, "taga-rooms.tsv", true},
        {SEAL_BUNDLE_LIVE, "answers.tsv", false},
        {SEAL_BUNDLE_LIVE, ".tsv", false},
        {SEAL_BUNDLE_LIVE, "../a.tsv", false},
        {SEAL_BUNDLE_LIVE, "a/b.tsv", false},
        {SEAL_BUNDLE_LIVE, "a.tsv.tsv", false},
        {SEAL_BUNDLE_ANSWERS, "answers.tsv", true},
        {SEAL_BUNDLE_ANSWERS, "points.tsv", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (seal_bundle_holds(rows[i].kind, rows[i].name) != rows[i].good) {
            fail_msg("%s", rows[i].name);
        }
    }
    char longest[SEAL_MANIFEST_NAME_MAX + 1] = "assets/pages/";
    memset(longest + 13, 'a', SEAL_MANIFEST_NAME_MAX - 14);
    assert_true(seal_bundle_holds(SEAL_BUNDLE_CONTENT, longest));
    longest[SEAL_MANIFEST_NAME_MAX - 1] = 'a';
    assert_false(seal_bundle_holds(SEAL_BUNDLE_CONTENT, longest));
}

/* Fills a manifest with names of before, four digits and behind, until it takes no more; the files that it has. */
static size_t
fill(enum seal_bundle kind, const char *before, const char *behind, uint64_t size)
{
    struct seal_manifest *manifest = seal_manifest_new(kind, 1, NOW);
    int r = 0;
    for (unsigned i = 0; r == 0 && i < 2000; i++) {
        char name[SEAL_MANIFEST_NAME_MAX];
        assert_true(
            snprintf(name, sizeof(name), "%s%04u%s", before, i, behind) < (int)sizeof(name));
        struct seal_file file = file_of(name, size);
        r = seal_manifest_add(manifest, &file);
    }
    assert_int_equal(r, KERR_TOO_BIG);
    size_t count = manifest->count;
    if (count == SEAL_MANIFEST_FILES) { /* as many as can be are not too large a manifest */
        AUTO_BUF bytes;
        struct seal_manifest *again = NULL;
        sign(keys, manifest, &bytes);
        assert_int_equal(seal_manifest_read(ca, bytes.data, bytes.len, &again), 0);
        seal_manifest_free(again);
    }
    seal_manifest_free(manifest);
    return count;
}

static void
test_limits(void **state)
{
    (void)state;
    static const uint64_t most = 4 * 1024 * 1024;
    char behind[SEAL_MANIFEST_NAME_MAX - 17];
    memset(behind, 'a', sizeof(behind) - 1);
    behind[sizeof(behind) - 1] = 0;
    assert_int_equal(fill(SEAL_BUNDLE_CONTENT, "assets/pages/", behind, 0), SEAL_MANIFEST_FILES);
    assert_int_equal(fill(SEAL_BUNDLE_CONTENT, "assets/pages/", "", most), 8);
    assert_int_equal(fill(SEAL_BUNDLE_CONTENT, "assets/pages/", "", most + 1), 0);
    assert_int_equal(fill(SEAL_BUNDLE_LIVE, "a", ".tsv", 0), 31);
    assert_int_equal(fill(SEAL_BUNDLE_LIVE, "a", ".tsv", most), 4);
    assert_int_equal(fill(SEAL_BUNDLE_LIVE, "a", ".tsv", UINT64_MAX), 0);
    assert_int_equal(fill(SEAL_BUNDLE_ANSWERS, "a", "", most + 1), 0);
    assert_int_equal(fill(SEAL_BUNDLE_KEYS, "a", "", SEAL_KEYRING_MAX + 1), 0);
}

/* A set of keys from before there were bundles gets its signer from the city's CA; a machine without that key does not. */
static void
test_older_keys(void **state)
{
    (void)state;
    char key[160], ca_key[160], away[160];
    struct seal_manifest *manifest = sample(SEAL_BUNDLE_LIVE);
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_MANIFEST_MAX);
    (void)snprintf(key, sizeof(key), "%s/live.key", keys);
    (void)snprintf(ca_key, sizeof(ca_key), "%s/city-ca.key", keys);
    (void)snprintf(away, sizeof(away), "%s/safe", home);
    assert_int_equal(remove(key), 0);
    assert_int_equal(rename(ca_key, away), 0);
    assert_int_equal(seal_manifest_make(keys, manifest, NOW, &bytes), KERR_SEAL_KEY);
    assert_false(fs_exists(key));
    assert_int_equal(rename(away, ca_key), 0);
    assert_int_equal(seal_manifest_make(keys, manifest, NOW, &bytes), 0);
    assert_int_equal(rename(ca_key, away), 0); /* once made, it signs by itself */
    buf_clear(&bytes);
    assert_int_equal(seal_manifest_make(keys, manifest, NOW, &bytes), 0);
    assert_int_equal(rename(away, ca_key), 0);
    seal_manifest_free(manifest);
    struct seal_manifest *again = NULL;
    assert_int_equal(seal_manifest_read(ca, bytes.data, bytes.len, &again), 0);
    seal_manifest_free(again);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_every_flip_and_cut),
        cmocka_unit_test(test_who_signs),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_older_keys),
    };
    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
