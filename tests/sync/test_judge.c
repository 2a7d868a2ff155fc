/* The half of sync that needs no city: what each status means, how long to wait, which settings
 * can't be right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/rng.h"
#include "sync/sync_priv.h"

static bool
is_one_of(int status, const int *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == status) {
            return true;
        }
    }
    return false;
}

/* Every status there is, proven and not. */
static void
test_every_status(void **state)
{
    (void)state;
    static const int aside[] = {409, 413, 415, 422}, slow[] = {401, 403};
    for (int status = 100; status < 1000; status++) {
        for (int is_proven = 0; is_proven < 2; is_proven++) {
            struct sync_answer answer = {.status = status};
            enum sync_action expect = SYNC_ACTION_RETRY;
            if (status == 200 || status == 201) {
                expect = is_proven ? SYNC_ACTION_DONE : SYNC_ACTION_RETRY;
            } else if (is_one_of(status, aside, ARRAY_LEN(aside)) && is_proven) {
                expect = SYNC_ACTION_SET_ASIDE;
            } else if (is_one_of(status, slow, ARRAY_LEN(slow))) {
                expect = SYNC_ACTION_SLOW;
            }
            int error = 77;
            enum sync_action action = sync_judge(&answer, is_proven != 0, &error);
            if (action != expect || (error == 0) != (action == SYNC_ACTION_DONE)) {
                fail_msg("%d, proven %d: %d, error %d", status, is_proven, (int)action, error);
            }
        }
    }
}

/* Without a whole answer nothing is ever done with the row but to try again. */
static void
test_errors(void **state)
{
    (void)state;
    static const struct {
        int error;
        enum sync_action action;
    } rows[] = {
        {KERR_NET, SYNC_ACTION_RETRY},
        {KERR_NET_ANSWER, SYNC_ACTION_RETRY},
        {KERR_NET_TLS, SYNC_ACTION_SLOW},
    };
    static const int statuses[] = {0, 200, 201, 409, 422};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (size_t k = 0; k < ARRAY_LEN(statuses); k++) {
            struct sync_answer answer = {.error = rows[i].error, .status = statuses[k]};
            int error = 0;
            assert_int_equal(rows[i].action, sync_judge(&answer, true, &error));
            assert_int_equal(rows[i].error, error);
        }
    }
}

static void
test_backoff_bounds(void **state)
{
    (void)state;
    for (unsigned tries = 0; tries < 100; tries++) {
        int64_t most = tries < 10 ? (int64_t)1 << tries : 900;
        assert_int_equal(1, sync_backoff_s(tries, 0));
        assert_int_equal(most, sync_backoff_s(tries, UINT32_MAX));
        assert_int_equal(0, sync_rest_ms(tries + 1, 0));
        assert_int_equal(most * 1000 - 1, sync_rest_ms(tries + 1, UINT32_MAX));
    }
    assert_int_equal(900, sync_backoff_s(UINT32_MAX, UINT32_MAX));
    assert_true(sync_rest_ms(0, UINT32_MAX) < 1000);
}

/* Full jitter: every second of the range comes, about as often as the others. */
static void
test_backoff_is_uniform(void **state)
{
    (void)state;
    enum { TRIES = 6, RANGE = 64, DRAWS = 64000 };
    unsigned counts[RANGE + 1] = {0};
    struct rng_seeded rng = {.state = 20261122};
    for (int i = 0; i < DRAWS; i++) {
        int64_t s = sync_backoff_s(TRIES, (uint32_t)rng_seeded_next(&rng));
        assert_in_range(s, 1, RANGE);
        counts[s]++;
    }
    for (int s = 1; s <= RANGE; s++) {
        assert_in_range(counts[s], 800, 1200); /* 1,000 expected, sigma 31 */
    }
}

/* Settings that can't be right are told at the start; what is in the files shows in TLS. */
static void
test_new_checks_its_settings(void **state)
{
    (void)state;
    char file[] = "/tmp/madoguchi-sync-XXXXXX";
    int fd = mkstemp(file);
    assert_true(fd >= 0);
    close(fd);
    static const struct {
        const char *url;
        const char *ca; /* NULL: the file that is there */
        int result;
    } rows[] = {
        {"https://city.example", NULL, 0},
        {"https://city.example:8443/", NULL, 0},
        {"https://[::1]:8443", NULL, 0},
        {"http://city.example", NULL, KERR_INVALID},
        {"HTTPS://city.example", NULL, KERR_INVALID},
        {"ftp://city.example", NULL, KERR_INVALID},
        {"https://", NULL, KERR_INVALID},
        {"https:///x", NULL, KERR_INVALID},
        {"https://city.example/path", NULL, KERR_INVALID},
        {"https://user@city.example", NULL, KERR_INVALID},
        {"https://city.example?x", NULL, KERR_INVALID},
        {"", NULL, KERR_INVALID},
        {"https://city.example", "/nonexistent/ca.crt", KERR_NOT_FOUND},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct sync_config config = {.url = rows[i].url,
            .ca = rows[i].ca != NULL ? rows[i].ca : file,
            .client_cert = file,
            .client_key = file,
            .clock = clock_system()};
        struct sync *sync = NULL;
        int r = sync_new(&config, &sync);
        if (r != rows[i].result) {
            fail_msg("%s: %d", rows[i].url, r);
        }
        sync_free(sync);
    }
    unlink(file);
}

/* How many requests at once, answer by answer; nothing here waits for anything. */
static void
test_places(void **state)
{
    (void)state;
    struct sync_places places;
    const struct sync_answer plain = {.status = 201, .has_joined = true};
    const struct sync_answer one = {.status = 201, .room = 1, .has_joined = true};
    const struct sync_answer many = {.status = 201, .room = 576, .has_joined = true};
    const struct sync_answer cut = {.error = KERR_NET, .has_joined = true};
    const struct sync_answer away = {.error = KERR_NET};
    sync_places_init(&places, 4);
    assert_int_equal(1, sync_places_now(&places, false, false, 0));
    for (unsigned allowed = 2; allowed <= 8; allowed *= 2) { /* a success each */
        assert_true(sync_places_heed(&places, &plain, 0, 0, 0));
        sync_places_add(&places, 0);
        assert_int_equal(allowed < 4 ? allowed : 4, places.allowed);
    }
    assert_true(sync_places_heed(&places, &one, 3, 100, UINT32_MAX)); /* at once, and for a while */
    assert_int_equal(1, places.allowed);
    assert_in_range(places.crowded_ms, 5100, 10099);
    assert_true(sync_places_heed(&places, &many, 0, 200, 0));
    sync_places_add(&places, places.crowded_ms - 1);
    assert_int_equal(1, places.allowed);
    sync_places_add(&places, places.crowded_ms);
    sync_places_add(&places, places.crowded_ms);
    assert_int_equal(4, places.allowed);
    /* turned away: no connection, while others of ours stand */
    assert_true(sync_places_heed(&places, &cut, 2, 20000, 0));
    assert_true(sync_places_heed(&places, &away, 0, 20000, 0));
    assert_int_equal(4, places.allowed);
    assert_false(sync_places_heed(&places, &away, 2, 20000, 0));
    assert_int_equal(2, places.allowed);
    assert_int_equal(25000, places.crowded_ms);
}

/* And one more for each period of silence. */
static void
test_silence(void **state)
{
    (void)state;
    struct sync_places places;
    const struct sync_answer two = {.status = 201, .room = 2, .has_joined = true};
    sync_places_init(&places, 4);
    places.heard_ms = 1000;
    assert_int_equal(1, sync_places_now(&places, true, false, 1999));
    assert_int_equal(2, sync_places_now(&places, true, false, 2000));
    assert_int_equal(4, sync_places_now(&places, true, false, 60000));
    assert_int_equal(1, sync_places_now(&places, false, false, 60000)); /* nobody was asked */
    assert_int_equal(1, sync_places_now(&places, true, true, 4999)); /* a connection is made */
    assert_int_equal(1, sync_places_now(&places, true, false, 5998)); /* and asked then */
    assert_int_equal(2, sync_places_now(&places, true, false, 5999));
    assert_int_equal(2, sync_places_now(&places, true, true, 6000)); /* one that is never made */
    assert_true(sync_places_heed(&places, &two, 0, 6000, 0));
    places.heard_ms = 10000;
    assert_int_equal(1, sync_places_now(&places, true, false, 14999)); /* the city is crowded */
    assert_int_equal(2, sync_places_now(&places, true, false, 15000));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_status),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_backoff_bounds),
        cmocka_unit_test(test_backoff_is_uniform),
        cmocka_unit_test(test_new_checks_its_settings),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_silence),
    };
    return cmocka_run_group_tests_name("sync judge", tests, NULL, NULL);
}
