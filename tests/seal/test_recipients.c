/* tests/seal/test_recipients.c - for whom records are sealed, and which of several keys opens one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "seal/homes.h"
#include "seal/seal.h"

/* Writes the files of our set one behind the other. */
static char *
gather(const char *name, const char *const *files, size_t count)
{
    AUTO_BUF all;
    buf_init(&all, 65536);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(fs_read(in(ours, files[i]), &all), 0);
    }
    char *path = in(home, name);
    assert_int_equal(fs_write_atomic(path, all.data, all.len, 0600), 0);
    return path;
}

/* A lost key must not be lost records: one recipient alone, or one twice, seals nothing. */
static void
test_two_unlike_keys(void **state)
{
    (void)state;
    static const struct {
        const char *files[3];
        size_t count;
        int expected;
    } cases[] = {
        {{"city.crt", "recovery.crt"}, 2, 0},
        {{"recovery.crt", "city.crt"}, 2, 0},
        {{"city.crt"}, 1, KERR_SEAL_KEY},
        {{"recovery.crt"}, 1, KERR_SEAL_KEY},
        {{"city.crt", "city.crt"}, 2, KERR_SEAL_KEY},
        {{"city.crt", "recovery.crt", "city.crt"}, 3, KERR_SEAL_KEY},
        {{"city.crt", "receipt.crt"}, 2, KERR_SEAL_KEY},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct seal_sealer *sealer = NULL;
        char *recipients = gather("to.pem", cases[i].files, cases[i].count);
        int r = seal_sealer_new(in(ours, "kiosk.crt"), in(ours, "kiosk.key"), recipients, &sealer);
        if (r != cases[i].expected) {
            fail_msg("case %zu: %s", i, err_str(r));
        }
        assert_true((sealer != NULL) == (r == 0));
        seal_sealer_free(sealer);
    }
}

/* The inner layer of a record of this set. */
static void
seal_in(const char *folder, struct buf *ret_sealed)
{
    struct seal_sealer *sealer = NULL;
    struct seal_verifier *verifier = NULL;
    struct seal_header header = {.kiosk = "kiosk-001", .epoch = 1, .sequence = 1};
    AUTO_BUF envelope;
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    buf_init(ret_sealed, SEAL_ENVELOPE_MAX);
    assert_int_equal(seal_sealer_new(in(folder, "kiosk.crt"), in(folder, "kiosk.key"),
                         in(folder, "recipients.pem"), &sealer),
        0);
    assert_int_equal(seal_envelope(sealer, &header, (const uint8_t *)"{}", 2, &envelope), 0);
    assert_int_equal(seal_verifier_new(in(folder, "kiosk-ca.crt"), &verifier), 0);
    assert_int_equal(seal_verify(verifier, envelope.data, envelope.len, &header, ret_sealed), 0);
    seal_verifier_free(verifier);
    seal_sealer_free(sealer);
}

static int
try_open(const struct seal_opener *opener, const struct buf *sealed)
{
    AUTO_BUF plain;
    buf_init(&plain, SEAL_ENVELOPE_MAX);
    int r = seal_open(opener, sealed->data, sealed->len, &plain);
    assert_true(r == 0 ? plain.len == 672 && memcmp(plain.data, "{} ", 3) == 0 : plain.len == 0);
    return r;
}

/* The key that fits is found wherever it stands; a message for none of them stays closed. */
static void
test_many_keys(void **state)
{
    (void)state;
    AUTO_BUF mine;
    AUTO_BUF other;
    seal_in(ours, &mine);
    seal_in(theirs, &other);
    static const char *const names[] = {"city", "recovery"};
    for (size_t i = 0; i < 2; i++) {
        char cert[64];
        char key[64];
        (void)snprintf(cert, sizeof(cert), "%s.crt", names[i]);
        (void)snprintf(key, sizeof(key), "%s.key", names[i]);
        struct seal_opener *opener = NULL;
        assert_int_equal(
            seal_opener_new(in(theirs, "city.crt"), in(theirs, "city.key"), &opener), 0);
        assert_int_equal(try_open(opener, &mine), KERR_SEAL_OPEN);
        assert_int_equal(try_open(opener, &other), 0);
        assert_int_equal(seal_opener_add(opener, in(ours, cert), in(ours, key)), 0);
        assert_int_equal(try_open(opener, &mine), 0);
        assert_int_equal(try_open(opener, &other), 0);
        /* one that is none changes nothing */
        assert_int_equal(seal_opener_add(opener, in(ours, cert), in(theirs, key)), KERR_SEAL_KEY);
        assert_int_equal(try_open(opener, &mine), 0);
        seal_opener_free(opener);
    }
}

static void
put_pair(const char *folder, const char *name, const char *cert, const char *key)
{
    const char *const endings[] = {".crt", ".key"};
    const char *const from[] = {cert, key};
    for (size_t i = 0; i < 2; i++) {
        if (from[i] != NULL) {
            AUTO_BUF bytes;
            buf_init(&bytes, 65536);
            char file[64];
            (void)snprintf(file, sizeof(file), "%s%s", name, endings[i]);
            assert_int_equal(fs_read(in(ours, from[i]), &bytes), 0);
            assert_int_equal(fs_write_atomic(in(folder, file), bytes.data, bytes.len, 0600), 0);
        }
    }
}

static void
test_folder_of_keys(void **state)
{
    (void)state;
    AUTO_BUF mine;
    seal_in(ours, &mine);
    struct seal_opener *opener = NULL;
    assert_int_equal(seal_opener_new(in(theirs, "city.crt"), in(theirs, "city.key"), &opener), 0);
    char more[300];
    (void)snprintf(more, sizeof(more), "%s", in(home, "more"));
    assert_int_equal(seal_opener_add_folder(opener, more), 0); /* none */
    assert_int_equal(mkdir(more, 0700), 0);
    put_pair(more, "1", "city.crt", NULL); /* its key lies elsewhere */
    put_pair(more, "note", NULL, "kiosk.key");
    assert_int_equal(seal_opener_add_folder(opener, more), 0);
    assert_int_equal(try_open(opener, &mine), KERR_SEAL_OPEN);
    put_pair(more, "2", "recovery.crt", "recovery.key");
    assert_int_equal(seal_opener_add_folder(opener, more), 0);
    assert_int_equal(try_open(opener, &mine), 0);
    /* a pair that does not belong together is told, not passed over */
    put_pair(more, "3", "city.crt", "recovery.key");
    assert_int_equal(seal_opener_add_folder(opener, more), KERR_SEAL_KEY);
    assert_int_equal(unlink(in(more, "3.crt")), 0);
    int r = 0;
    for (int i = 0; i < 64 && r == 0; i++) {
        r = seal_opener_add_folder(opener, more);
    }
    assert_int_equal(r, KERR_TOO_BIG);
    assert_int_equal(try_open(opener, &mine), 0);
    seal_opener_free(opener);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_unlike_keys),
        cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_folder_of_keys),
    };
    return cmocka_run_group_tests(tests, homes_make, homes_remove);
}
