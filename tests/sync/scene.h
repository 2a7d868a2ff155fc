/* What the tests of sync share: keys, a queue, a clock moved by hand, a city that answers by script. */
#ifndef TESTS_SYNC_SCENE_H
#define TESTS_SYNC_SCENE_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/rng.h"
#include "harness/harness.h"
#include "store/store.h"
#include "sync/certs.h"
#include "sync/fake_city.h"
#include "sync/sync.h"
#include "sync/sync_priv.h"

struct scene {
    char folder[HARNESS_FOLDER_LEN];
    struct seal_sealer *sealer;
    struct seal_verifier *verifier;
    struct seal_signer *signer, *other_signer;
    struct seal_receipts *receipts, *other_receipts;
    struct fake_city city;
    struct store *store;
    struct sync *sync;
    volatile sig_atomic_t stop;
    int64_t mono_ms, wall_s; /* the test's clock */
    int64_t leap_ms; /* later, as soon as the city met somebody since its script began */
    bool has_real_clock; /* for new_sync */
};

static struct scene scene;

static inline int64_t
test_mono(void *ctx)
{
    (void)ctx;
    return scene.mono_ms + (scene.leap_ms != 0 && fake_was_met(&scene.city) ? scene.leap_ms : 0);
}

static inline int64_t
test_wall(void *ctx)
{
    (void)ctx;
    return scene.wall_s;
}

static const struct clock test_clock = {test_mono, test_wall, NULL};

static inline void
advance(int64_t seconds)
{
    scene.mono_ms += seconds * 1000;
    scene.wall_s += seconds;
}

static inline const char *
file(const char *name)
{
    return harness_file(scene.folder, name);
}

static inline int
group_set_up(void **state)
{
    *state = &scene;
    harness_folder_make(scene.folder);
    assert_int_equal(0, seal_keys_make(file("keys"), "kiosk-001", "127.0.0.1"));
    assert_int_equal(0, seal_keys_make(file("other"), "kiosk-001", "127.0.0.1"));
    assert_int_equal(0, seal_sealer_new(file("keys/kiosk.crt"), file("keys/kiosk.key"),
                            file("keys/recipients.pem"), &scene.sealer));
    assert_int_equal(0, seal_verifier_new(file("keys/kiosk-ca.crt"), &scene.verifier));
    assert_int_equal(
        0, seal_signer_new(file("keys/receipt.crt"), file("keys/receipt.key"), &scene.signer));
    assert_int_equal(0,
        seal_signer_new(file("other/receipt.crt"), file("other/receipt.key"), &scene.other_signer));
    assert_int_equal(0, seal_receipts_new(file("keys/city-ca.crt"), &scene.receipts));
    assert_int_equal(0, seal_receipts_new(file("other/city-ca.crt"), &scene.other_receipts));
    scene.city.signer = scene.signer;
    scene.city.other_signer = scene.other_signer;
    scene.city.verifier = scene.verifier;
    static const struct fake_answer nothing = {.status = 500};
    scene.city.script = &nothing;
    scene.city.script_len = 1;
    assert_true(fake_start(&scene.city, file("keys/intake-tls.crt"), file("keys/intake-tls.key"),
        file("keys/kiosk-ca.crt")));
    return 0;
}

static inline int
group_tear_down(void **state)
{
    (void)state;
    fake_stop(&scene.city);
    seal_sealer_free(scene.sealer);
    seal_verifier_free(scene.verifier);
    seal_signer_free(scene.signer);
    seal_signer_free(scene.other_signer);
    seal_receipts_free(scene.receipts);
    seal_receipts_free(scene.other_receipts);
    assert_int_equal(0, harness_folder_remove(scene.folder));
    return 0;
}

static inline int
new_sync_at_once(uint16_t port, const char *ca, const struct seal_receipts *receipts,
    unsigned at_once, struct sync **ret)
{
    char url[64];
    snprintf(url, sizeof(url), "https://127.0.0.1:%u", port);
    struct sync_config config = {.url = url,
        .ca = ca,
        .client_cert = file("keys/kiosk-tls.crt"),
        .client_key = file("keys/kiosk-tls.key"),
        .receipts = receipts,
        .kiosks = scene.verifier,
        .store = scene.store,
        .clock = scene.has_real_clock ? clock_system() : &test_clock,
        .stop = &scene.stop,
        .timeout_s = scene.has_real_clock ? 20 : 1,
        .at_once = at_once};
    return sync_new(&config, ret);
}

static inline int
new_sync(uint16_t port, const char *ca, const struct seal_receipts *receipts, struct sync **ret)
{
    return new_sync_at_once(port, ca, receipts, 1, ret);
}

static inline void
open_line(void)
{
    scene.mono_ms = 1000000;
    scene.wall_s = 1800000000;
    scene.stop = 0;
    unlink(file("queue.db"));
    assert_int_equal(0, store_open(file("queue.db"), &scene.store));
    assert_int_equal(
        0, new_sync(scene.city.port, file("keys/city-ca.crt"), scene.receipts, &scene.sync));
}

static inline void
close_line(void)
{
    sync_free(scene.sync);
    store_close(scene.store);
}

/* When the connections of the test before are over, whose last request would be counted as one of this one's. */
static inline int
set_up(void **state)
{
    (void)state;
    for (int i = 0; i < 500 && atomic_load(&scene.city.open) > 0; i++) {
        usleep(10 * 1000);
    }
    open_line();
    return 0;
}

static inline int
tear_down(void **state)
{
    (void)state;
    close_line();
    return 0;
}

static inline void
enqueue(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct store_slot slot;
        assert_int_equal(0, store_begin(scene.store, &slot));
        struct seal_header header = {.epoch = slot.epoch, .sequence = slot.sequence};
        snprintf(header.kiosk, sizeof(header.kiosk), "kiosk-001");
        rng_fill(header.id, sizeof(header.id));
        AUTO_BUF envelope;
        buf_init(&envelope, SEAL_ENVELOPE_MAX);
        assert_int_equal(
            0, seal_envelope(scene.sealer, &header, (const uint8_t *)"{}", 2, &envelope));
        assert_int_equal(
            0, store_put(scene.store, &slot, header.id, envelope.data, envelope.len, scene.wall_s));
    }
}

static inline struct store_counts
counts(void)
{
    struct store_counts now;
    assert_int_equal(0, store_counts(scene.store, &now));
    return now;
}

ATTR_UNUSED static const char cms[] = "Content-Type: application/cms\r\n";
ATTR_UNUSED static const char html[] = "Content-Type: text/html; charset=utf-8\r\n";
ATTR_UNUSED static const char problem[] = "Content-Type: application/problem+json\r\n";
ATTR_UNUSED static const char page[] = "<html><body>Welcome to our wireless network</body></html>";

#endif
