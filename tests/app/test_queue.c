/* The terminal mends its damaged queue with what proves to be its own: not with what another terminal of the same city signed, nor
 * with what a stranger signed in its name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/queue_priv.h"
#include "base/fs.h"
#include "base/rng.h"
#include "harness/harness.h"
#include "sync/certs.h"

static char home[HARNESS_FOLDER_LEN];

static const char *
in(const char *name)
{
    return harness_file(home, name);
}

/* Puts a record into the queue, sealed with these files, as if this kiosk had. */
static void
put(struct store *store, const char *cert, const char *key, const char *kiosk)
{
    struct seal_sealer *sealer = NULL;
    struct store_slot slot;
    AUTO_BUF envelope;
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    assert_int_equal(seal_sealer_new(in(cert), in(key), in("keys/recipients.pem"), &sealer), 0);
    assert_int_equal(store_begin(store, &slot), 0);
    struct seal_header header = {.epoch = slot.epoch, .sequence = slot.sequence};
    (void)snprintf(header.kiosk, sizeof(header.kiosk), "%s", kiosk);
    rng_fill(header.id, sizeof(header.id));
    assert_int_equal(seal_envelope(sealer, &header, (const uint8_t *)"{}", 2, &envelope), 0);
    assert_int_equal(store_put(store, &slot, header.id, envelope.data, envelope.len, 1000), 0);
    seal_sealer_free(sealer);
}

static void
fill_and_damage(void)
{
    struct store *store = NULL;
    const struct cert_wish neighbour = {.ca_cert = in("keys/kiosk-ca.crt"),
        .ca_key = in("keys/kiosk-ca.key"),
        .name = "kiosk-002",
        .purpose = "emailProtection",
        .usage = "critical,digitalSignature",
        .from_day = -1,
        .to_day = 30,
        .cert = in("neighbour.crt"),
        .key = in("neighbour.key")};
    assert_int_equal(seal_keys_make(in("keys"), "kiosk-001", "127.0.0.1"), 0);
    assert_int_equal(seal_keys_make(in("stranger"), "kiosk-001", "127.0.0.1"), 0);
    assert_int_equal(cert_make(&neighbour), 1);
    assert_int_equal(store_open(in("queue.db"), &store), 0);
    put(store, "keys/kiosk.crt", "keys/kiosk.key", "kiosk-001");
    put(store, "neighbour.crt", "neighbour.key", "kiosk-002");
    put(store, "stranger/kiosk.crt", "stranger/kiosk.key", "kiosk-001");
    put(store, "keys/kiosk.crt", "keys/kiosk.key", "kiosk-001");
    store_close(store);
    static const uint8_t harm[100] = {0xff};
    int fd = open(in("queue.db"), O_WRONLY | O_CLOEXEC);
    assert_int_equal(write(fd, harm, sizeof(harm)), sizeof(harm));
    assert_int_equal(close(fd), 0);
}

static bool
never(void *ctx)
{
    (void)ctx;
    return false;
}

static void
test_own_only(void **state)
{
    (void)state;
    static const char settings[] = "kiosk = kiosk-001\nqueue-reserve-mb = 0\n";
    struct conf *conf = NULL;
    struct sealing *sealing = NULL;
    struct queue *queue = NULL;
    struct store *store = NULL;
    struct store_counts counts;
    harness_folder_make(home);
    fill_and_damage();
    assert_int_equal(
        fs_write_atomic(in("madoguchi.conf"), settings, sizeof(settings) - 1, 0600), 0);
    assert_int_equal(conf_load(in("madoguchi.conf"), &conf, NULL), 0);
    assert_int_equal(sealing_new(conf, clock_system(), &sealing), 0);
    assert_int_equal(queue_new(conf, clock_system(), sealing, never, NULL, &queue), 0);
    (void)queue_look(queue);
    assert_int_equal(queue_store(queue, &store), 0);
    assert_int_equal(store_counts(store, &counts), 0);
    assert_int_equal(counts.queued, 2);
    assert_int_equal(store_damaged_files(in("queue.db")), 1);
    queue_free(queue);
    sealing_free(sealing);
    conf_free(conf);
    assert_int_equal(harness_folder_remove(home), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_own_only)};
    return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
