/* Answers of a city, or of somebody in its name. One rule above all: a row leaves the queue only when the
 * city gave a receipt for it that verifies. One test takes the guard away and shows that these tests
 * would notice.
 * waits */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <signal.h>

#include "sync/scene.h"

/* Where the one row of a test may end up. */
enum fate { SENT, KEPT, ASIDE };

struct row {
    const char *what;
    struct fake_answer answer;
    enum fate fate;
    int error;
    int64_t min_delay, max_delay;
};

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
    {"half-open before TLS", {0, NULL, FAKE_NOTHING, 0, FAULT_MUTE, NULL}, KEPT, KERR_NET, 1, 1},
    {"a byte now and then", {200, NULL, FAKE_NOTHING, 0, FAULT_DRIP, NULL}, KEPT, KERR_NET, 1, 1},
    {"an answer that comes too late", {0, cms, FAKE_RECEIPT, 0, FAULT_LATE, NULL}, KEPT, KERR_NET,
        1, 1},
    {"HTTP without TLS", {0, NULL, FAKE_NOTHING, 0, FAULT_PLAIN, NULL}, KEPT, KERR_NET_TLS, 900,
        900},
    {"400", {400, problem, FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET_ANSWER, 1, 1},
    {"401", {401, problem, FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET_REFUSED, 900, 900},
    {"403", {403, problem, FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET_REFUSED, 900, 900},
    {"404", {404, problem, FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET_ANSWER, 1, 1},
    {"408", {408, problem, FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET, 1, 1},
    {"409", {409, problem, FAKE_PROBLEM, 0, 0, NULL}, ASIDE, KERR_NET_REFUSED, 0, 0},
    {"409 and a receipt", {409, cms, FAKE_RECEIPT, 0, 0, NULL}, KEPT, KERR_NET_ANSWER, 1, 1},
    {"409 without a word", {409, problem, FAKE_NOTHING, 0, 0, NULL}, KEPT, KERR_NET_ANSWER, 1, 1},
    {"422 of another record", {422, problem, FAKE_PROBLEM, TWIST_ID, 0, NULL}, KEPT,
        KERR_NET_ANSWER, 1, 1},
    {"413 in HTML that names the record", {413, html, FAKE_PROBLEM, 0, 0, NULL}, KEPT,
        KERR_NET_ANSWER, 1, 1},
    {"409 from a portal", {409, html, FAKE_TEXT, 0, 0, page}, KEPT, KERR_NET_ANSWER, 1, 1},
    {"413", {413, problem, FAKE_PROBLEM, 0, 0, NULL}, ASIDE, KERR_NET_REFUSED, 0, 0},
    {"413 from a proxy", {413, "Content-Type: TEXT/HTML\r\n", FAKE_TEXT, 0, 0, page}, KEPT,
        KERR_NET_ANSWER, 1, 1},
    {"415", {415, problem, FAKE_PROBLEM, 0, 0, NULL}, ASIDE, KERR_NET_REFUSED, 0, 0},
    {"422", {422, problem, FAKE_PROBLEM, 0, 0, NULL}, ASIDE, KERR_NET_REFUSED, 0, 0},
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
    /* A date counts from the answer's own Date: what our clock says does not matter. */
    {"503 with a date",
        {503,
            "Date: Tue, 01 Jan 2030 00:00:00 GMT\r\nRetry-After: Tue, 01 Jan 2030 00:02:00 GMT\r\n",
            FAKE_NOTHING, 0, 0, NULL},
        KEPT, KERR_NET, 120, 120},
    {"503 with a date far ahead",
        {503,
            "Date: Tue, 01 Jan 2030 00:00:00 GMT\r\nRetry-After: Wed, 01 Jan 2031 00:00:00 GMT\r\n",
            FAKE_NOTHING, 0, 0, NULL},
        KEPT, KERR_NET, SYNC_RETRY_AFTER_MAX_S, SYNC_RETRY_AFTER_MAX_S},
    {"503 with a date only", /* open_line's clock and two minutes */
        {503, "Retry-After: Fri, 15 Jan 2027 08:02:00 GMT\r\n", FAKE_NOTHING, 0, 0, NULL}, KEPT,
        KERR_NET, 120, 120},
    {"503 with more seconds than a number holds",
        {503, "Retry-After: 99999999999999999999999999\r\n", FAKE_NOTHING, 0, 0, NULL}, KEPT,
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

/* An answer comes twice: the second is nobody's, least of all the next row's. */
static void
test_doubled_answers(void **state)
{
    (void)state;
    static const struct fake_answer doubled = {.status = 201, .headers = cms, .body = FAKE_DOUBLED};
    enqueue(3);
    fake_script(&scene.city, &doubled, 1);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(SYNC_SENT, sync_step(scene.sync));
    }
    assert_int_equal(3, fake_requests(&scene.city));
    assert_int_equal(3, counts().sent);
}

/* A good receipt, but that of the row before: an answer that was held up on its way. */
static void
test_replayed_receipt(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {.status = 201, .headers = cms, .body = FAKE_RECEIPT},
        {.status = 201, .headers = cms, .body = FAKE_REPLAY},
        {.status = 200, .headers = cms, .body = FAKE_RECEIPT},
    };
    enqueue(2);
    fake_script(&scene.city, script, ARRAY_LEN(script));
    assert_int_equal(SYNC_SENT, sync_step(scene.sync));
    assert_int_equal(SYNC_LATER, sync_step(scene.sync));
    assert_int_equal(KERR_NET_ANSWER, sync_last(scene.sync).error);
    assert_int_equal(1, counts().queued);
    advance(2);
    assert_int_equal(SYNC_SENT, sync_step(scene.sync));
}

/* The city is gone without a word on a connection that was good: the next try takes a new one. */
static void
test_half_open_connection(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {.status = 201, .headers = cms, .body = FAKE_RECEIPT},
        {.fault = FAULT_SILENT},
        {.status = 201, .headers = cms, .body = FAKE_RECEIPT},
    };
    enqueue(3);
    fake_script(&scene.city, script, ARRAY_LEN(script));
    assert_int_equal(SYNC_SENT, sync_step(scene.sync));
    int64_t start = clock_mono_ms(clock_system());
    assert_int_equal(SYNC_LATER, sync_step(scene.sync));
    assert_in_range(clock_mono_ms(clock_system()) - start, 500, 3000); /* timeout_s is 1 here */
    assert_int_equal(1, scene.city.connections);
    advance(2);
    assert_int_equal(SYNC_SENT, sync_step(scene.sync));
    assert_int_equal(2, scene.city.connections);
}

/* Our own certificate for TLS is out of date: the city refuses, slowly and for all rows. */
static void
test_own_certificate_out_of_date(void **state)
{
    (void)state;
    struct cert_wish wish = {.ca_cert = file("keys/kiosk-ca.crt"),
        .ca_key = file("keys/kiosk-ca.key"),
        .name = "kiosk-001",
        .purpose = "clientAuth",
        .from_day = -30,
        .to_day = -2,
        .cert = file("old.crt"),
        .key = file("old.key")};
    assert_int_equal(1, cert_make(&wish));
    static const struct fake_answer good = {.status = 201, .headers = cms, .body = FAKE_RECEIPT};
    char url[64];
    snprintf(url, sizeof(url), "https://127.0.0.1:%u", scene.city.port);
    struct sync_config config = {.url = url,
        .ca = file("keys/city-ca.crt"),
        .client_cert = wish.cert,
        .client_key = wish.key,
        .receipts = scene.receipts,
        .store = scene.store,
        .clock = &test_clock,
        .timeout_s = 2};
    sync_free(scene.sync);
    assert_int_equal(0, sync_new(&config, &scene.sync));
    enqueue(2);
    fake_script(&scene.city, &good, 1);
    assert_int_equal(SYNC_LATER, sync_step(scene.sync));
    assert_int_equal(KERR_NET_TLS, sync_last(scene.sync).error);
    assert_int_equal(SYNC_BACKOFF_MAX_S, sync_last(scene.sync).delay_s);
    assert_int_equal(0, fake_requests(&scene.city));
    assert_int_equal(SYNC_IDLE, sync_step(scene.sync));
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
        .client_key = file("keys/kiosk-tls.key"),
        .clock = &test_clock};
    struct sync_http *http;
    struct sync_answer answer;
    const struct sync_request request = {.bytes = (const uint8_t *)"x", .len = 1};
    unsigned lane = 7;
    int r = 0;
    assert_int_equal(0, sync_http_new(&config, &http));
    sync_answer_init(&answer);
    fake_script(&scene.city, &huge, 1);
    assert_int_equal(0, sync_http_put(http, 0, &request, &answer));
    while (r == 0) {
        r = sync_http_wait(http, 100, &lane);
    }
    assert_int_equal(1, r);
    assert_int_equal(0, lane);
    assert_int_equal(KERR_NET_ANSWER, answer.error);
    assert_true(answer.body.len <= SYNC_ANSWER_MAX);
    sync_answer_release(&answer);
    sync_http_free(http);
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

/* What a watcher is told, and that it reads back; the city's clock counts only where it is the city. */
static void
test_health(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {.status = 200,
            .headers = "Content-Type: text/html\r\nDate: Tue, 01 Jan 2030 00:00:00 GMT\r\n",
            .body = FAKE_TEXT,
            .text = page},
        {.status = 201,
            .headers = "Date: Fri, 15 Jan 2027 08:05:01 GMT\r\n", /* open_line's clock and 301 s */
            .body = FAKE_RECEIPT},
        {.status = 422, .headers = problem, .body = FAKE_PROBLEM},
        {.status = 503},
    };
    struct sync_health health, again;
    enqueue(4);
    fake_script(&scene.city, script, ARRAY_LEN(script));
    assert_int_equal(0, sync_health(scene.sync, &health));
    assert_int_equal(4, health.waiting);
    assert_true(health.answer_at == 0 && health.contact_at == 0);
    assert_int_equal(SYNC_LATER, sync_step(scene.sync));
    assert_int_equal(0, sync_health(scene.sync, &health));
    assert_true(health.answer_at == scene.wall_s && health.contact_at == 0 && health.skew_s == 0);
    scene.mono_ms += 1000;
    assert_int_equal(SYNC_SENT, sync_step(scene.sync));
    assert_int_equal(0, sync_health(scene.sync, &health));
    assert_int_equal(301, health.skew_s);
    assert_int_equal(SYNC_QUARANTINE, sync_step(scene.sync));
    scene.wall_s += 7;
    scene.mono_ms += 1000;
    /* the first row is due again, so this is its 503 */
    assert_int_equal(SYNC_LATER, sync_step(scene.sync));
    assert_int_equal(0, sync_health(scene.sync, &health));
    assert_true(health.sent == 1 && health.unproven == 1 && health.refused == 1 &&
                health.unheard == 1 && health.tls == 0);
    assert_true(health.waiting == 2 && health.aside == 1 && health.had == 1);
    assert_true(health.status == 503 && health.error == KERR_NET);
    assert_true(health.answer_at == scene.wall_s && health.contact_at == scene.wall_s - 7);
    health.certificate_until = 4000000000;
    health.key_until = 4000000001;
    assert_int_equal(0, sync_health_write(file("sync.prom"), &health));
    assert_int_equal(0, sync_health_read(file("sync.prom"), &again));
    assert_memory_equal(&health, &again, sizeof(health));
    assert_int_equal(KERR_NOT_FOUND, sync_health_read(file("none.prom"), &again));
    assert_int_equal(0, fs_write_atomic(file("sync.prom"), "madoguchi_sync_waiting x\n", 25, 0600));
    assert_int_equal(KERR_INVALID, sync_health_read(file("sync.prom"), &again));
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
        cmocka_unit_test_setup_teardown(test_doubled_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_health, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_replayed_receipt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_half_open_connection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_own_certificate_out_of_date, set_up, tear_down),
        cmocka_unit_test(test_answers_are_bounded),
        cmocka_unit_test(test_receipt_without_own_header),
    };
    return cmocka_run_group_tests_name("sync answers", tests, group_set_up, group_tear_down);
}
