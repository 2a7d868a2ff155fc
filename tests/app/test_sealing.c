/* tests/app/test_sealing.c - for whom the terminal seals while lists of keys come, days turn, and files are not
 * what they should be: there is always a sealer, and it never goes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/sealing_priv.h"
#include "base/err.h"
#include "base/fs.h"
#include "desk/fake_clock.h"
#include "harness/harness.h"

enum { DAY = 86400, KEYS = 4 };

static char home[HARNESS_FOLDER_LEN];
static struct fake_clock fake;
static struct conf *conf;

static const char *
in(const char *name)
{
    static char ring[12][256];
    static unsigned next;
    char *path = ring[next++ % 12];
    (void)snprintf(path, sizeof(ring[0]), "%s/%s", home, name);
    return path;
}

/* A city with lists 1 (its new key begins now), 2 and 3 (in five days); the key that each made is alone in the folder
 * keys-N. branch-2 is another list 2. */
static int
make_home(void **state)
{
    (void)state;
    harness_folder_make(home);
    assert_int_equal(seal_keys_make(in("keys"), "kiosk-001", "127.0.0.1"), 0);
    assert_int_equal(fs_write_atomic(in("madoguchi.conf"), "kiosk = kiosk-001\n", 18, 0600), 0);
    assert_int_equal(conf_load(in("madoguchi.conf"), &conf, NULL), 0);
    fake_clock_init(&fake, clock_wall_s(clock_system()));
    for (int i = 1; i < KEYS; i++) {
        char opens[32];
        char list[32];
        (void)snprintf(opens, sizeof(opens), "keys-%d", i);
        (void)snprintf(list, sizeof(list), "list-%d", i);
        struct seal_next next = {.keys = in("keys"),
            .opens = in(opens),
            .path = in("city-list"),
            .now = fake.wall_s,
            .from = fake.wall_s + (i == 1 ? 0 : 5 * DAY),
            .days = 10};
        assert_int_equal(seal_keyring_next(&next), 0);
        AUTO_BUF bytes;
        buf_init(&bytes, SEAL_KEYRING_MAX);
        assert_int_equal(fs_read(in("city-list"), &bytes), 0);
        assert_int_equal(fs_write_atomic(in(list), bytes.data, bytes.len, 0600), 0);
        if (i == 1) {
            assert_int_equal(fs_write_atomic(in("branch-2"), bytes.data, bytes.len, 0600), 0);
        }
    }
    struct seal_next branch = {.keys = in("keys"),
        .opens = in("keys-9"),
        .path = in("branch-2"),
        .now = fake.wall_s,
        .from = fake.wall_s,
        .days = 10};
    assert_int_equal(seal_keyring_next(&branch), 0);
    return 0;
}

static int
remove_home(void **state)
{
    (void)state;
    conf_free(conf);
    return harness_folder_remove(home);
}

/* Puts a list where the terminal looks; NULL takes it away. */
static void
bring(const char *list)
{
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_KEYRING_MAX);
    (void)unlink(in("keyring.der"));
    if (list != NULL) {
        assert_int_equal(fs_read(in(list), &bytes), 0);
        assert_int_equal(fs_write_atomic(in("keyring.der"), bytes.data, bytes.len, 0600), 0);
    }
}

/* Which key opens what is sealed now: 0 the first, 1.. those of the lists. The recovery key must, too. */
static int
sealed_to(struct sealing *sealing)
{
    struct seal_verifier *verifier = NULL;
    struct seal_header header = {.kiosk = "kiosk-001", .epoch = 1, .sequence = 1};
    AUTO_BUF envelope;
    AUTO_BUF sealed;
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    buf_init(&sealed, SEAL_ENVELOPE_MAX);
    assert_int_equal(
        seal_envelope(sealing_now(sealing), &header, (const uint8_t *)"{}", 2, &envelope), 0);
    assert_int_equal(seal_verifier_new(in("keys/kiosk-ca.crt"), &verifier), 0);
    assert_int_equal(seal_verify(verifier, envelope.data, envelope.len, &header, &sealed), 0);
    seal_verifier_free(verifier);
    int found = -1;
    for (int i = 0; i <= KEYS; i++) {
        char opens[32];
        struct seal_opener *opener = NULL;
        (void)snprintf(opens, sizeof(opens), "keys-%d", i);
        /* one that fits nothing to begin with, but for the first and the recovery key */
        const char *base = i == 0 ? "keys/city" : i == KEYS ? "keys/recovery" : "keys/kiosk";
        char cert[64];
        char key[64];
        (void)snprintf(cert, sizeof(cert), "%s.crt", base);
        (void)snprintf(key, sizeof(key), "%s.key", base);
        assert_int_equal(seal_opener_new(in(cert), in(key), &opener), 0);
        assert_int_equal(i > 0 && i < KEYS ? seal_opener_add_folder(opener, in(opens)) : 0, 0);
        AUTO_BUF plain;
        buf_init(&plain, SEAL_ENVELOPE_MAX);
        int r = seal_open(opener, sealed.data, sealed.len, &plain);
        seal_opener_free(opener);
        if (i == KEYS) {
            assert_int_equal(r, 0);
        } else if (r == 0) {
            assert_int_equal(found, -1);
            found = i;
        }
    }
    return found;
}

static struct sealing *
begin(void)
{
    struct sealing *sealing = NULL;
    assert_int_equal(sealing_new(conf, &fake.clock, &sealing), 0);
    return sealing;
}

static void
test_lists_come(void **state)
{
    (void)state;
    struct sealing *sealing = begin();
    assert_int_equal(sealed_to(sealing), 0);
    const struct seal_sealer *same = sealing_now(sealing);
    assert_ptr_equal(sealing_now(sealing), same); /* nothing is made again */
    bring("list-1");
    assert_int_equal(sealed_to(sealing), 1);
    bring("list-2"); /* its new key begins in five days */
    assert_int_equal(sealed_to(sealing), 1);
    fake_clock_pass(&fake, 5 * DAY + 1);
    assert_int_equal(sealed_to(sealing), 2);
    bring("list-1"); /* set back: not with this one */
    assert_int_equal(sealed_to(sealing), 2);
    bring("branch-2");
    assert_int_equal(sealed_to(sealing), 2);
    bring(NULL);
    assert_int_equal(sealed_to(sealing), 2);
    bring("list-3");
    assert_int_equal(sealed_to(sealing), 3);
    fake_clock_pass(
        &fake, -1000 * DAY); /* the clock is mad: the list's first key, which the desk has */
    assert_int_equal(sealed_to(sealing), 1);
    fake_clock_pass(&fake, 2000 * DAY);
    assert_int_equal(sealed_to(sealing), 3);
    sealing_free(sealing);
    fake_clock_pass(&fake, -1000 * DAY - 5 * DAY - 1);
    bring(NULL);
}

/* Files that are none, a stranger's, or too large: what was there before goes on, also at a start. */
static void
test_bad_lists(void **state)
{
    (void)state;
    static char large[SEAL_KEYRING_MAX + 10];
    bring("list-1");
    struct sealing *sealing = begin();
    assert_int_equal(sealed_to(sealing), 1);
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_KEYRING_MAX);
    assert_int_equal(fs_read(in("list-2"), &bytes), 0);
    bytes.data[bytes.len / 2] ^= 1;
    assert_int_equal(fs_write_atomic(in("keyring.der"), bytes.data, bytes.len, 0600), 0);
    assert_int_equal(sealed_to(sealing), 1);
    struct sealing *restarted = begin();
    assert_int_equal(sealed_to(restarted), 0); /* what it began its life with */
    sealing_free(restarted);
    assert_int_equal(fs_write_atomic(in("keyring.der"), large, sizeof(large), 0600), 0);
    assert_int_equal(sealed_to(sealing), 1);
    assert_int_equal(fs_write_atomic(in("keyring.der"), "", 0, 0600), 0);
    assert_int_equal(sealed_to(sealing), 1);
    bring("list-2");
    fake_clock_pass(&fake, 6 * DAY);
    assert_int_equal(sealed_to(sealing), 2);
    fake_clock_pass(&fake, -6 * DAY);
    sealing_free(sealing);
    bring(NULL);
}

static size_t
count(const char *text, const char *word)
{
    size_t n = 0;
    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        n++;
    }
    return n;
}

/* Past the end of its key the terminal goes on, and says so once a day. */
static void
test_late(void **state)
{
    (void)state;
    bring("list-3");
    int old = dup(STDERR_FILENO);
    int log = open(in("log"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(old >= 0 && log >= 0 && dup2(log, STDERR_FILENO) >= 0);
    struct sealing *sealing = begin();
    fake_clock_pass(&fake, 15 * DAY - 10);
    int before = sealed_to(sealing);
    size_t said[3];
    int used[3];
    static const int64_t pass[] = {0, 20, DAY};
    for (size_t i = 0; i < 3; i++) {
        fake_clock_pass(&fake, pass[i]);
        used[i] = sealed_to(sealing);
        (void)sealing_now(sealing);
        AUTO_BUF text;
        buf_init(&text, 65536);
        assert_int_equal(fs_read(in("log"), &text), 0);
        said[i] = count(buf_str(&text), "event=keys.late");
    }
    sealing_free(sealing);
    (void)dup2(old, STDERR_FILENO);
    (void)close(old);
    (void)close(log);
    assert_int_equal(before, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(used[i], 3);
        assert_int_equal(said[i], i);
    }
}

static void
test_no_recipients(void **state)
{
    (void)state;
    struct sealing *sealing = NULL;
    assert_int_equal(rename(in("keys/recipients.pem"), in("away")), 0);
    assert_int_equal(sealing_new(conf, &fake.clock, &sealing), KERR_SEAL_KEY);
    assert_int_equal(rename(in("away"), in("keys/recipients.pem")), 0);
    assert_null(sealing);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_come),
        cmocka_unit_test(test_bad_lists),
        cmocka_unit_test(test_late),
        cmocka_unit_test(test_no_recipients),
    };
    return cmocka_run_group_tests(tests, make_home, remove_home);
}
