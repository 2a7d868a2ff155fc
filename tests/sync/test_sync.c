/* Sync against a city that misbehaves. One rule above all: a row leaves the queue only when the city
 * gave a receipt for it that verifies. The last test takes the guard away and shows that these tests
 * would notice. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <signal.h>

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
};

static struct scene scene;

static int64_t
test_mono(void *ctx)
{
    (void)ctx;
    return scene.mono_ms;
}

static int64_t
test_wall(void *ctx)
{
    (void)ctx;
    return scene.wall_s;
}

static const struct clock test_clock = {test_mono, test_wall, NULL};

static void
advance(int64_t seconds)
{
    scene.mono_ms += seconds * 1000;
    scene.wall_s += seconds;
}

static const char *
file(const char *name)
{
    static char paths[8][160];
    static unsigned turn;
    char *path = paths[turn++ % ARRAY_LEN(paths)];
    snprintf(path, sizeof(paths[0]), "%s/%s", scene.folder, name);
    return path;
}

static int
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

static int
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

static int
new_sync(uint16_t port, const char *ca, const struct seal_receipts *receipts, struct sync **ret)
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
        .clock = &test_clock,
        .stop = &scene.stop,
        .timeout_s = 1};
    return sync_new(&config, ret);
}

static void
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

static void
close_line(void)
{
    sync_free(scene.sync);
    store_close(scene.store);
}

static int
set_up(void **state)
{
    (void)state;
    open_line();
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    close_line();
    return 0;
}

static void
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

static struct store_counts
counts(void)
{
    struct store_counts now;
    assert_int_equal(0, store_counts(scene.store, &now));
    return now;
}

/* Where the one row of a test may end up. */
enum fate { SENT, KEPT, ASIDE };

struct row {
    const char *what;
    struct fake_answer answer;
    enum fate fate;
    int error;
    int64_t min_delay, max_delay;
};

static const char cms[] = "Content-Type: application/cms\r\n";
static const char html[] = "Content-Type: text/html; charset=utf-8\r\n";
static const char problem[] = "Content-Type: application/problem+json\r\n";
static const char page[] = "<html><body>Welcome to our wireless network</body></html>";

/* kiosk/decisions/0004-put-and-receipt.md, line by line. The first failure of a row waits 1 s. */
static const struct row table[] = {
    {"201 and a receipt", {201, cms, FAKE_RECEIPT, 0, 0, NULL}, SENT, 0, 0, 0},
    {"200 and a receipt", {200, cms, FAKE_RECEIPT, 0, 0, NULL}, SENT, 0, 0, 0},
    {"201 without a body", {201, NULL, FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET_ANSWER, 1, 1},
    {"200 without a body", {200, NULL, FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET_ANSWER, 1, 1},
    {"204", {204, NULL, FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET_ANSWER, 1, 1},
    {"202 and a receipt", {202, cms, FAKE_RECEIPT, 0, 0, NULL}, KEPT, KERR_NET_ANSWER, 1, 1},
    {"captive portal", {200, html, FAKE_TEXT, 0, 0, page}, KEPT, KERR_NET_ANSWER, 1, 1},
    {"receipt of another key", {201, cms, FAKE_RECEIPT, TWIST_KEY, 0, NULL}, KEPT, KERR_NET_ANSWER,
        1, 1},
    {"receipt for other bytes", {201, cms, FAKE_RECEIPT, TWIST_HASH, 0, NULL}, KEPT,
        KERR_NET_ANSWER, 1, 1},
    {"receipt for another id", {201, cms, FAKE_RECEIPT, TWIST_ID, 0, NULL}, KEPT, KERR_NET_ANSWER,
        1, 1},
    {"receipt for another kiosk", {201, cms, FAKE_RECEIPT, TWIST_KIOSK, 0, NULL}, KEPT,
        KERR_NET_ANSWER, 1, 1},
    {"receipt for another epoch", {201, cms, FAKE_RECEIPT, TWIST_EPOCH, 0, NULL}, KEPT,
        KERR_NET_ANSWER, 1, 1},
    {"receipt for another place", {201, cms, FAKE_RECEIPT, TWIST_SEQUENCE, 0, NULL}, KEPT,
        KERR_NET_ANSWER, 1, 1},
    {"receipt with a bit changed", {201, cms, FAKE_RECEIPT, TWIST_BIT, 0, NULL}, KEPT,
        KERR_NET_ANSWER, 1, 1},
    {"receipt without its end", {201, cms, FAKE_RECEIPT, TWIST_SHORT, 0, NULL}, KEPT,
        KERR_NET_ANSWER, 1, 1},
    {"cut in the receipt", {201, cms, FAKE_CUT, 0, 0, NULL}, KEPT, KERR_NET, 1, 1},
    {"endless answer", {200, cms, FAKE_HUGE, 0, 0, NULL}, KEPT, KERR_NET_ANSWER, 1, 1},
    {"301", {301, "Location: /elsewhere\r\n", FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET_ANSWER, 1,
        1},
    {"302 to a portal", {302, "Location: https://127.0.0.1:1/login\r\n", FAKE_TEXT, 0, 0, page},
        KEPT, KERR_NET_ANSWER, 1, 1},
    {"307 with a receipt", {307, "Location: /v1/records/0\r\n", FAKE_RECEIPT, 0, 0, NULL}, KEPT,
        KERR_NET_ANSWER, 1, 1},
    {"no HTTP", {0, NULL, FAKE_NOTHING, 0, FAULT_GARBAGE, NULL}, KEPT, KERR_NET_ANSWER, 1, 1},
    {"closed before TLS", {0, NULL, FAKE_NOTHING, 0, FAULT_CLOSE, NULL}, KEPT, KERR_NET, 1, 1},
    {"closed after the request", {0, NULL, FAKE_NOTHING, 0, FAULT_CLOSE_LATE, NULL}, KEPT, KERR_NET,
        1, 1},
    {"reset after the request", {0, NULL, FAKE_NOTHING, 0, FAULT_RESET, NULL}, KEPT, KERR_NET, 1,
        1},
    {"no answer in time", {0, NULL, FAKE_NOTHING, 0, FAULT_SILENT, NULL}, KEPT, KERR_NET, 1, 1},
    {"HTTP without TLS", {0, NULL, FAKE_NOTHING, 0, FAULT_PLAIN, NULL}, KEPT, KERR_NET_TLS, 900,
        900},
    {"400", {400, problem, FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET_ANSWER, 1, 1},
    {"401", {401, problem, FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET_REFUSED, 900, 900},
    {"403", {403, problem, FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET_REFUSED, 900, 900},
    {"404", {404, problem, FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET_ANSWER, 1, 1},
    {"408", {408, problem, FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET, 1, 1},
    {"409", {409, problem, FAKE_NOTHING, 0, 0, NULL}, ASIDE, KERR_NET_REFUSED, 0, 0},
    {"409 and a receipt", {409, cms, FAKE_RECEIPT, 0, 0, NULL}, ASIDE, KERR_NET_REFUSED, 0, 0},
    {"409 from a portal", {409, html, FAKE_TEXT, 0, 0, page}, KEPT, KERR_NET_ANSWER, 1, 1},
    {"413", {413, problem, FAKE_NOTHING, 0, 0, NULL}, ASIDE, KERR_NET_REFUSED, 0, 0},
    {"413 from a proxy", {413, "Content-Type: TEXT/HTML\r\n", FAKE_TEXT, 0, 0, page}, KEPT,
        KERR_NET_ANSWER, 1, 1},
    {"415", {415, problem, FAKE_NOTHING, 0, 0, NULL}, ASIDE, KERR_NET_REFUSED, 0, 0},
    {"422", {422, problem, FAKE_NOTHING, 0, 0, NULL}, ASIDE, KERR_NET_REFUSED, 0, 0},
    {"425", {425, problem, FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET, 1, 1},
    {"429", {429, "Retry-After: 120\r\n", FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET, 120, 120},
    {"500", {500, problem, FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET, 1, 1},
    {"500 with a receipt", {500, cms, FAKE_RECEIPT, 0, 0, NULL}, KEPT, KERR_NET, 1, 1},
    {"502 of a proxy", {502, html, FAKE_TEXT, 0, 0, page}, KEPT, KERR_NET, 1, 1},
    {"503 with a date long past",
        {503, "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n", FAKE_NOTHING, 0, 0, NULL}, KEPT,
        KERR_NET, 1, 1},
    {"503 with a year", {503, "Retry-After: 31536000\r\n", FAKE_NOTHING, 0, 0, NULL}, KEPT,
        KERR_NET, SYNC_RETRY_AFTER_MAX_S, SYNC_RETRY_AFTER_MAX_S},
    {"503 with nonsense", {503, "Retry-After: -5 soon\r\n", FAKE_NOTHING, 0, 0, NULL}, KEPT,
        KERR_NET, 1, 1},
    {"504", {504, NULL, FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET, 1, 1},
};

/* Sends one row against one answer; NULL when all is as the table says, else what is not. */
static const char *
play(const struct row *row)
{
    static char what[160];
    enqueue(1);
    struct store_counts before = counts();
    fake_script(&scene.city, &row->answer, 1);
    int r = sync_step(scene.sync);
    struct store_counts after = counts();
    struct sync_report last = sync_last(scene.sync);
    enum fate fate = after.quarantined > before.quarantined ? ASIDE
                     : after.queued < before.queued         ? SENT
                                                            : KEPT;
    static const int results[] = {
        [SENT] = SYNC_SENT, [KEPT] = SYNC_LATER, [ASIDE] = SYNC_QUARANTINE};
    if (r != results[row->fate] || fate != row->fate || last.error != row->error ||
        last.status != row->answer.status || last.delay_s < row->min_delay ||
        last.delay_s > row->max_delay ||
        (fate == KEPT && after.next_try != scene.wall_s + last.delay_s) ||
        (fate == SENT) != (after.sent > before.sent) ||
        (row->answer.status != 0 && fake_requests(&scene.city) != 1)) {
        snprintf(what, sizeof(what),
            "%s: result %d, fate %d, error %d, status %d, delay %lld, %u requests", row->what, r,
            (int)fate, last.error, last.status, (long long)last.delay_s,
            fake_requests(&scene.city));
        return what;
    }
    return NULL;
}

static void
test_table_of_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        open_line();
        const char *wrong = play(&table[i]);
        close_line();
        if (wrong != NULL) {
            fail_msg("%s", wrong);
        }
    }
}

/* The guard taken out: trust in whoever signs. The table must turn red, and exactly where a receipt of
 * another key comes. */
static void
test_table_notices_a_missing_guard(void **state)
{
    (void)state;
    unsigned red = 0;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (table[i].answer.twist != TWIST_KEY) {
            continue;
        }
        open_line();
        sync_free(scene.sync);
        assert_int_equal(0,
            new_sync(scene.city.port, file("keys/city-ca.crt"), scene.other_receipts, &scene.sync));
        red += play(&table[i]) != NULL;
        assert_int_equal(0, counts().queued); /* the row is gone: the loss was real */
        close_line();
    }
    assert_int_equal(1, red);
}

/* Who may be the city: certificates that must not be believed. */
static void
test_wrong_servers(void **state)
{
    (void)state;
    struct cert_wish wish = {.ca_cert = file("keys/city-ca.crt"),
        .ca_key = file("keys/city-ca.key"),
        .name = "127.0.0.1",
        .alt = "IP:127.0.0.1",
        .purpose = "serverAuth",
        .from_day = -30,
        .to_day = -2,
        .cert = file("expired.crt"),
        .key = file("expired.key")};
    assert_int_equal(1, cert_make(&wish));
    wish.alt = "IP:127.0.0.9";
    wish.to_day = 30;
    wish.cert = file("elsewhere.crt");
    wish.key = file("elsewhere.key");
    assert_int_equal(1, cert_make(&wish));
    wish.alt = "IP:127.0.0.1";
    wish.from_day = 3;
    wish.to_day = 31;
    wish.cert = file("early.crt");
    wish.key = file("early.key");
    assert_int_equal(1, cert_make(&wish));
    static const struct {
        const char *what, *cert, *key, *client_ca;
        int result, error;
    } rows[] = {
        {"right", "keys/intake-tls.crt", "keys/intake-tls.key", "keys/kiosk-ca.crt", SYNC_SENT, 0},
        {"out of date", "expired.crt", "expired.key", NULL, SYNC_LATER, KERR_NET_TLS},
        {"not yet valid", "early.crt", "early.key", NULL, SYNC_LATER, KERR_NET_TLS},
        {"another host's", "elsewhere.crt", "elsewhere.key", NULL, SYNC_LATER, KERR_NET_TLS},
        {"another city's", "other/intake-tls.crt", "other/intake-tls.key", NULL, SYNC_LATER,
            KERR_NET_TLS},
        {"it refuses our certificate", "keys/intake-tls.crt", "keys/intake-tls.key",
            "other/kiosk-ca.crt", SYNC_LATER, KERR_NET_TLS},
    };
    static const struct fake_answer good = {.status = 201, .headers = cms, .body = FAKE_RECEIPT};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fake_city city = {.signer = scene.signer, .verifier = scene.verifier};
        city.script = &good;
        city.script_len = 1;
        assert_true(fake_start(&city, file(rows[i].cert), file(rows[i].key),
            rows[i].client_ca != NULL ? file(rows[i].client_ca) : NULL));
        open_line();
        sync_free(scene.sync);
        assert_int_equal(
            0, new_sync(city.port, file("keys/city-ca.crt"), scene.receipts, &scene.sync));
        enqueue(2);
        int r = sync_step(scene.sync);
        struct sync_report last = sync_last(scene.sync);
        if (r != rows[i].result || last.error != rows[i].error ||
            (last.error != 0 && (last.delay_s != 900 || fake_requests(&city) != 0))) {
            fail_msg("%s: result %d, error %d, delay %lld, requests %u", rows[i].what, r,
                last.error, (long long)last.delay_s, fake_requests(&city));
        }
        if (rows[i].error != 0) { /* no row can be the reason, so the line rests as a whole */
            assert_int_equal(SYNC_IDLE, sync_step(scene.sync));
            advance(899);
            assert_int_equal(SYNC_IDLE, sync_step(scene.sync));
            advance(1);
            assert_int_equal(SYNC_LATER, sync_step(scene.sync));
        }
        close_line();
        fake_stop(&city);
    }
}

/* Nobody listens at all. */
static void
test_connection_refused(void **state)
{
    (void)state;
    sync_free(scene.sync);
    assert_int_equal(0, new_sync(1, file("keys/city-ca.crt"), scene.receipts, &scene.sync));
    enqueue(1);
    assert_int_equal(SYNC_LATER, sync_step(scene.sync));
    assert_int_equal(KERR_NET, sync_last(scene.sync).error);
    assert_int_equal(1, counts().queued);
}

/* An answer is lost on the way back: the same bytes go again, and the city's 200 ends it. */
static void
test_lost_answer_sends_the_same_bytes(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {.fault = FAULT_CLOSE_LATE},
        {.status = 201, .headers = cms, .body = FAKE_CUT},
        {.status = 200, .headers = cms, .body = FAKE_RECEIPT},
    };
    enqueue(1);
    fake_script(&scene.city, script, ARRAY_LEN(script));
    for (size_t i = 0; i < ARRAY_LEN(script); i++) {
        int r = sync_step(scene.sync);
        assert_int_equal(i + 1 < ARRAY_LEN(script) ? SYNC_LATER : SYNC_SENT, r);
        advance(SYNC_BACKOFF_MAX_S);
    }
    assert_int_equal(3, fake_requests(&scene.city));
    assert_true(scene.city.same_bytes);
    assert_int_equal(0, counts().queued);
    assert_int_equal(1, counts().sent);
    assert_int_equal(SYNC_IDLE, sync_step(scene.sync));
}

/* A row that the city can't digest holds the others up for a second at most. */
static void
test_poison_blocks_nobody(void **state)
{
    (void)state;
    static const struct {
        struct fake_answer poison;
    } rows[] = {
        {{.status = 500}},
        {{.status = 403}},
        {{.status = 422}},
        {{.status = 200, .headers = html, .body = FAKE_TEXT, .text = page}},
        {{.fault = FAULT_RESET}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fake_answer script[] = {
            rows[i].poison, {.status = 201, .headers = cms, .body = FAKE_RECEIPT}};
        open_line();
        enqueue(6);
        fake_script(&scene.city, script, ARRAY_LEN(script));
        int r = sync_step(scene.sync);
        assert_true(r == SYNC_LATER || r == SYNC_QUARANTINE);
        scene.mono_ms += 1000; /* the wall clock stands still: the poisoned row is not due again */
        for (int k = 0; k < 5; k++) {
            assert_int_equal(SYNC_SENT, sync_step(scene.sync));
        }
        assert_int_equal(SYNC_IDLE, sync_step(scene.sync));
        assert_int_equal(5, counts().sent);
        close_line();
    }
}

/* The city is away for a day: few attempts, not one a row; then everything goes. */
static void
test_line_rests_while_the_city_is_away(void **state)
{
    (void)state;
    static const struct fake_answer away[] = {{.status = 503}};
    static const struct fake_answer back[] = {
        {.status = 201, .headers = cms, .body = FAKE_RECEIPT}};
    enqueue(100);
    fake_script(&scene.city, away, 1);
    unsigned attempts = 0;
    int64_t wait_max = 0;
    for (int64_t second = 0; second < 6 * 3600; second++) {
        while (sync_step(scene.sync) == SYNC_LATER) {
            attempts++;
        }
        int64_t wait = sync_wait_ms(scene.sync);
        wait_max = wait > wait_max ? wait : wait_max;
        advance(1);
    }
    assert_int_equal(1000, wait_max);
    /* Full jitter: 7.5 minutes a try in the mean; 48 in six hours, give or take. */
    assert_in_range(attempts, 20, 120);
    fake_script(&scene.city, back, 1);
    unsigned sent = 0;
    for (int64_t second = 0; second < SYNC_BACKOFF_MAX_S + 1 && sent < 100; second++) {
        while (sync_step(scene.sync) == SYNC_SENT) {
            sent++;
        }
        advance(1);
    }
    assert_in_range(sent, 90, 100); /* rows put off themselves come a little later */
    advance(SYNC_BACKOFF_MAX_S);
    while (sync_step(scene.sync) == SYNC_SENT) {
        sent++;
    }
    assert_int_equal(100, sent);
    assert_int_equal(0, counts().queued);
}

/* A next try that a mad clock set does not keep the row for ever. */
static void
test_mad_clocks(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {.status = 503}, {.status = 201, .headers = cms, .body = FAKE_RECEIPT}};
    static const struct {
        const char *what;
        int64_t jump; /* of the wall clock after the row was put off */
        int64_t at_most; /* seconds until it is sent */
    } rows[] = {
        {"ten years back", -10LL * 365 * 86400, 61},
        {"a day back", -86400, 61},
        {"two hours back", -7200, 61},
        {"ten minutes back", -600, 602},
        {"ten years ahead", 10LL * 365 * 86400, 1},
        {"past 2038", 20LL * 365 * 86400, 1},
        {"no jump", 0, 2},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        open_line();
        enqueue(2);
        fake_script(&scene.city, script, ARRAY_LEN(script));
        assert_int_equal(SYNC_LATER, sync_step(scene.sync));
        advance(1); /* the second row goes, so that only the one put off is left */
        scene.wall_s -= 1;
        assert_int_equal(SYNC_SENT, sync_step(scene.sync));
        scene.wall_s += rows[i].jump;
        int64_t waited = 0;
        int r;
        while ((r = sync_step(scene.sync)) == SYNC_IDLE && waited < 3600) {
            advance(1);
            waited++;
        }
        if (r != SYNC_SENT || waited > rows[i].at_most) {
            fail_msg("%s: result %d after %lld s", rows[i].what, r, (long long)waited);
        }
        close_line();
    }
}

/* The same behind a row that fails for ever, whose honest next tries hide the mad one. */
static void
test_mad_row_behind_a_poisoned_one(void **state)
{
    (void)state;
    static const struct fake_answer good = {.status = 201, .headers = cms, .body = FAKE_RECEIPT};
    enqueue(2);
    fake_script(&scene.city, &good, 1);
    atomic_store(&scene.city.poison, 1);
    assert_int_equal(0, store_delay(scene.store, 2, scene.wall_s + 10LL * 365 * 86400));
    int64_t waited = 0;
    while (counts().queued == 2 && waited <= SYNC_AHEAD_MAX_S) {
        assert_true(sync_step(scene.sync) >= 0);
        advance(5);
        waited += 5;
    }
    atomic_store(&scene.city.poison, 0);
    assert_int_equal(1, counts().queued);
    assert_int_equal(1, counts().sent);
}

/* --once: every row once, oldest first, whatever its next try; rows that fail keep their delay. */
static void
test_pass(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {{.status = 500}, {.status = 422}, {.status = 403},
        {.status = 201, .headers = cms, .body = FAKE_RECEIPT}};
    assert_int_equal(0, sync_pass(scene.sync)); /* an empty queue */
    enqueue(8);
    fake_script(&scene.city, script, ARRAY_LEN(script));
    assert_int_equal(0, sync_pass(scene.sync));
    assert_int_equal(8, fake_requests(&scene.city)); /* each once */
    struct store_counts now = counts();
    assert_int_equal(2, now.queued);
    assert_int_equal(1, now.quarantined);
    assert_int_equal(5, now.sent);
    assert_in_range(now.next_try, scene.wall_s + 1, scene.wall_s + 2);

    fake_script(&scene.city, &script[3], 1);
    assert_int_equal(0, sync_pass(scene.sync)); /* although they were put off */
    assert_int_equal(2, fake_requests(&scene.city));
    assert_int_equal(0, counts().queued);
}

static void
test_pass_ends_early_when_nobody_answers(void **state)
{
    (void)state;
    static const struct fake_answer away = {.fault = FAULT_CLOSE};
    enqueue(5);
    fake_script(&scene.city, &away, 1);
    assert_int_equal(0, sync_pass(scene.sync));
    assert_int_equal(1, scene.city.connections);
    assert_int_equal(5, counts().queued);
    /* Mad next tries of all rows are passed over, too. */
    static const struct fake_answer good = {.status = 201, .headers = cms, .body = FAKE_RECEIPT};
    for (uint64_t sequence = 1; sequence <= 5; sequence++) {
        assert_int_equal(0, store_delay(scene.store, sequence, scene.wall_s + 86400 * 365));
    }
    fake_script(&scene.city, &good, 1);
    assert_int_equal(0, sync_pass(scene.sync));
    assert_int_equal(0, counts().queued);
}

/* An answer takes 64 KB of memory at most, however long it is. */
static void
test_answers_are_bounded(void **state)
{
    (void)state;
    static const struct fake_answer huge = {.status = 200, .headers = cms, .body = FAKE_HUGE};
    char url[64];
    snprintf(url, sizeof(url), "https://127.0.0.1:%u", scene.city.port);
    struct sync_config config = {.url = url,
        .ca = file("keys/city-ca.crt"),
        .client_cert = file("keys/kiosk-tls.crt"),
        .client_key = file("keys/kiosk-tls.key")};
    struct sync_http *http;
    struct sync_answer answer;
    static const uint8_t id[STORE_ID_LEN];
    assert_int_equal(0, sync_http_new(&config, &http));
    sync_answer_init(&answer);
    fake_script(&scene.city, &huge, 1);
    assert_int_equal(0, sync_http_put(http, id, (const uint8_t *)"x", 1, &answer));
    assert_int_equal(KERR_NET_ANSWER, answer.error);
    assert_true(answer.body.len <= SYNC_ANSWER_MAX);
    sync_answer_release(&answer);
    sync_http_free(http);
}

static void *
stop_soon(void *arg)
{
    (void)arg;
    usleep(200 * 1000);
    scene.stop = 1;
    return NULL;
}

static void
test_stop_ends_a_transfer(void **state)
{
    (void)state;
    static const struct fake_answer silent = {.fault = FAULT_SILENT};
    sync_free(scene.sync);
    char url[64];
    snprintf(url, sizeof(url), "https://127.0.0.1:%u/", scene.city.port);
    struct sync_config config = {.url = url,
        .ca = file("keys/city-ca.crt"),
        .client_cert = file("keys/kiosk-tls.crt"),
        .client_key = file("keys/kiosk-tls.key"),
        .receipts = scene.receipts,
        .store = scene.store,
        .clock = &test_clock,
        .stop = &scene.stop};
    assert_int_equal(0, sync_new(&config, &scene.sync));
    enqueue(1);
    fake_script(&scene.city, &silent, 1);
    pthread_t thread;
    assert_int_equal(0, pthread_create(&thread, NULL, stop_soon, NULL));
    int64_t start = clock_mono_ms(clock_system());
    assert_int_equal(KERR_CANCELLED, sync_step(scene.sync));
    assert_in_range(clock_mono_ms(clock_system()) - start, 100, 2000);
    pthread_join(thread, NULL);
    assert_int_equal(1, counts().queued);
    assert_true(counts().next_try <= scene.wall_s); /* nothing was written down */
}

/* A receipt is compared by hash even when our own header can't be read. */
static void
test_receipt_without_own_header(void **state)
{
    (void)state;
    static const struct {
        enum fake_twist twist;
        int result;
    } rows[] = {
        {TWIST_NONE, SYNC_SENT},
        {TWIST_HASH, SYNC_LATER},
        {TWIST_ID, SYNC_LATER},
        {TWIST_SEQUENCE, SYNC_LATER},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fake_answer answer = {201, cms, FAKE_RECEIPT, rows[i].twist, 0, NULL};
        struct seal_verifier *verifier = scene.verifier;
        open_line();
        sync_free(scene.sync);
        scene.verifier = NULL;
        int r = new_sync(scene.city.port, file("keys/city-ca.crt"), scene.receipts, &scene.sync);
        scene.verifier = verifier;
        assert_int_equal(0, r);
        enqueue(1);
        fake_script(&scene.city, &answer, 1);
        assert_int_equal(rows[i].result, sync_step(scene.sync));
        close_line();
    }
}

int
main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_of_answers),
        cmocka_unit_test(test_table_notices_a_missing_guard),
        cmocka_unit_test(test_wrong_servers),
        cmocka_unit_test_setup_teardown(test_connection_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lost_answer_sends_the_same_bytes, set_up, tear_down),
        cmocka_unit_test(test_poison_blocks_nobody),
        cmocka_unit_test_setup_teardown(test_line_rests_while_the_city_is_away, set_up, tear_down),
        cmocka_unit_test(test_mad_clocks),
        cmocka_unit_test_setup_teardown(test_mad_row_behind_a_poisoned_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pass, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_pass_ends_early_when_nobody_answers, set_up, tear_down),
        cmocka_unit_test(test_answers_are_bounded),
        cmocka_unit_test_setup_teardown(test_stop_ends_a_transfer, set_up, tear_down),
        cmocka_unit_test(test_receipt_without_own_header),
    };
    return cmocka_run_group_tests_name("sync", tests, group_set_up, group_tear_down);
}
