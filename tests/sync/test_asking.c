/* What a terminal asks the city for beside its records, bundles and certificates, when the answer is none: a page, another
 * status, nothing at all. What it has stays, and it is told which of the two it was: later, or somebody must look. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/stat.h>

#include "sync/scene.h"

enum { CERT, KEY, TLS_CERT, TLS_KEY, KIOSK_CA, CITY_CA, BUNDLES, KEYRING, PATHS };

static void
test_no_answers(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct fake_answer answer;
        enum sync_bundle_result result;
        int error, renewed;
    } rows[] = {
        {"a portal's page", {200, html, FAKE_TEXT, 0, 0, page}, SYNC_BUNDLE_LATER, KERR_NET_ANSWER,
            KERR_SEAL_FORM},
        {"something else", {200, cms, FAKE_TEXT, 0, 0, "x"}, SYNC_BUNDLE_REFUSED, KERR_SEAL_FORM,
            KERR_SEAL_FORM},
        {"accepted", {.status = 202}, SYNC_BUNDLE_LATER, KERR_NET_ANSWER, SYNC_RENEWAL_WAITS},
        {"the same as what isn't there", {.status = 304}, SYNC_BUNDLE_LATER, KERR_NET_ANSWER,
            KERR_NET_REFUSED},
        {"forbidden", {.status = 403}, SYNC_BUNDLE_LATER, KERR_NET_ANSWER, KERR_NET_REFUSED},
        {"none", {.status = 404}, SYNC_BUNDLE_SAME, 0, KERR_NET_REFUSED},
        {"not now", {.status = 503}, SYNC_BUNDLE_LATER, KERR_NET_ANSWER, KERR_NET_REFUSED},
        {"no line", {.fault = FAULT_RESET}, SYNC_BUNDLE_LATER, KERR_NET, KERR_NET},
    };
    static const char *const names[PATHS] = {"keys/kiosk.crt", "keys/kiosk.key",
        "keys/kiosk-tls.crt", "keys/kiosk-tls.key", "keys/kiosk-ca.crt", "keys/city-ca.crt",
        "bundles", "keyring.der"};
    char url[64], paths[PATHS][160];
    for (size_t i = 0; i < PATHS; i++) {
        snprintf(paths[i], sizeof(paths[i]), "%s", file(names[i]));
    }
    snprintf(url, sizeof(url), "https://127.0.0.1:%u", scene.city.port);
    const struct sync_config config = {.url = url,
        .ca = paths[CITY_CA],
        .client_cert = paths[TLS_CERT],
        .client_key = paths[TLS_KEY],
        .clock = clock_system()};
    const struct sync_place place = {
        .folder = paths[BUNDLES], .city_ca = paths[CITY_CA], .keyring = paths[KEYRING]};
    const struct sync_renewal renewal = {.own = {.cert = paths[CERT],
                                             .key = paths[KEY],
                                             .tls_cert = paths[TLS_CERT],
                                             .tls_key = paths[TLS_KEY]},
        .kiosk_ca = paths[KIOSK_CA],
        .before_s = INT32_MAX};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct sync_bundle bundles[SEAL_BUNDLE_COUNT];
        struct sync_down *down = NULL;
        struct stat st;
        fake_script(&scene.city, &rows[i].answer, 1);
        assert_int_equal(0, sync_down_new(&config, &place, &down));
        bool good = sync_down_pass(down, bundles);
        sync_down_free(down);
        int renewed = sync_renew(&config, &renewal);
        const struct sync_bundle *live = &bundles[SEAL_BUNDLE_LIVE];
        if (live->result != rows[i].result || live->error != rows[i].error ||
            renewed != rows[i].renewed || good != (rows[i].result != SYNC_BUNDLE_LATER)) {
            fail_msg("%s: %d, %s; %s", rows[i].what, (int)live->result, err_str(live->error),
                err_str(renewed));
        }
        assert_int_equal(0, lstat(paths[CERT], &st));
        assert_true(S_ISREG(st.st_mode)); /* no new set is in use */
    }
}

static int
add_piece(void *ctx, const uint8_t *bytes, size_t len)
{
    return buf_add(ctx, bytes, len);
}

/* A server that knows no ranges sends the whole; one that does sends the rest. Either way the rest is taken. */
static void
test_rest(void **state)
{
    (void)state;
    static const struct fake_answer answers[] = {
        {200, cms, FAKE_TEXT, 0, 0, "0123456789"}, {206, cms, FAKE_TEXT, 0, 0, "3456789"}};
    char url[64];
    snprintf(url, sizeof(url), "https://127.0.0.1:%u", scene.city.port);
    const struct sync_config config = {.url = url,
        .ca = file("keys/city-ca.crt"),
        .client_cert = file("keys/kiosk-tls.crt"),
        .client_key = file("keys/kiosk-tls.key"),
        .clock = clock_system(),
        .at_once = 1};
    struct sync_http *http = NULL;
    assert_int_equal(0, sync_http_new(&config, &http));
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        struct sync_answer answer;
        unsigned lane = 0;
        int r = 0;
        AUTO_BUF got;
        buf_init(&got, 64);
        const struct sync_get get = {
            .path = "/v1/bundles/live", .tag = "", .from = 3, .take = add_piece, .ctx = &got};
        sync_answer_init(&answer);
        fake_script(&scene.city, &answers[i], 1);
        assert_int_equal(0, sync_http_get(http, &get, &answer));
        while (r == 0) {
            r = sync_http_wait(http, 1000, &lane);
        }
        assert_int_equal(1, r);
        assert_int_equal(answers[i].status, answer.status);
        assert_string_equal("3456789", buf_str(&got));
        sync_answer_release(&answer);
    }
    sync_http_free(http);
}

int
main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_answers), cmocka_unit_test(test_rest)};
    return cmocka_run_group_tests_name("asking", tests, group_set_up, group_tear_down);
}
