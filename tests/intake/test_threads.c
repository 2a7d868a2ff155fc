/* Twice as many terminals as there are handles of the ledger wait for it: whoever wants nothing of it is answered meanwhile, and
 * they all are in the end. Somebody who comes alone after a crowd doesn't wait for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <curl/curl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "harness/harness.h"
#include "intake/city.h"
#include "intake/intake_priv.h"

enum { CROWD = 2 * INTAKE_LEDGERS };

static char folder[HARNESS_FOLDER_LEN];

static const char *
file(const char *name)
{
    return harness_file(folder, name);
}

struct member {
    pthread_t thread;
    char url[128];
    struct buf envelope;
    long status;
    atomic_bool is_sent, is_done;
};

static size_t
on_body(char *data, size_t size, size_t count, void *ctx)
{
    (void)data, (void)ctx;
    return size * count;
}

static int
on_progress(void *ctx, curl_off_t down, curl_off_t is_down, curl_off_t up, curl_off_t is_up)
{
    struct member *member = ctx;
    (void)down, (void)is_down, (void)up;
    if (is_up == (curl_off_t)member->envelope.len) {
        atomic_store(&member->is_sent, true);
    }
    return 0;
}

/* A PUT of the envelope; a GET when there is none. */
static long
ask(struct member *member)
{
    CURL *easy = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/cms");
    headers = curl_slist_append(headers, "Expect:");
    curl_easy_setopt(easy, CURLOPT_URL, member->url);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_CAINFO, file("keys/city-ca.crt"));
    curl_easy_setopt(easy, CURLOPT_SSLCERT, file("keys/kiosk-tls.crt"));
    curl_easy_setopt(easy, CURLOPT_SSLKEY, file("keys/kiosk-tls.key"));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, 20L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    if (member->envelope.len > 0) {
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PUT");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, (const char *)member->envelope.data);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)member->envelope.len);
        curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
        curl_easy_setopt(easy, CURLOPT_XFERINFODATA, member);
        curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    }
    (void)curl_easy_perform(easy);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &member->status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
    atomic_store(&member->is_done, true);
    return member->status;
}

static void *
put_one(void *arg)
{
    (void)ask(arg);
    return NULL;
}

static void
prepare(struct member *member, const struct city *city, unsigned port, uint8_t number)
{
    struct seal_header header = {.kiosk = "kiosk-001", .epoch = 1, .sequence = number};
    char id[2 * SEAL_ID_LEN + 1];
    memset(header.id, number, sizeof(header.id));
    hex_encode(header.id, sizeof(header.id), id);
    (void)snprintf(
        member->url, sizeof(member->url), "https://127.0.0.1:%u/v1/records/%s", port, id);
    buf_init(&member->envelope, SEAL_ENVELOPE_MAX);
    assert_int_equal(
        0, seal_envelope(city->sealer, &header, (const uint8_t *)"{}", 2, &member->envelope));
}

static void
test_crowd(void **state)
{
    (void)state;
    struct city city;
    struct intake *intake;
    static struct member members[CROWD + 1], other;
    struct ledger *handles[INTAKE_LEDGERS];
    harness_folder_make(folder);
    city_make(&city, file);
    const struct intake_config config = city_listens(&city, file);
    assert_int_equal(0, intake_start(&config, &intake));
    for (uint8_t i = 0; i <= CROWD; i++) {
        prepare(&members[i], &city, intake_port(intake), (uint8_t)(i + 1));
    }
    for (size_t i = 0; i < INTAKE_LEDGERS; i++) {
        handles[i] = intake_take_ledger(intake);
    }
    for (size_t i = 0; i < CROWD; i++) {
        assert_int_equal(0, pthread_create(&members[i].thread, NULL, put_one, &members[i]));
    }
    for (size_t i = 0; i < CROWD; i++) {
        while (!atomic_load(&members[i].is_sent) && !atomic_load(&members[i].is_done)) {
            (void)sched_yield();
        }
    }
    (void)snprintf(
        other.url, sizeof(other.url), "https://127.0.0.1:%u/v1/none", intake_port(intake));
    assert_int_equal(404, ask(&other));
    for (size_t i = 0; i < CROWD; i++) {
        assert_false(atomic_load(&members[i].is_done));
    }
    for (size_t i = 0; i < INTAKE_LEDGERS; i++) {
        intake_give_ledger(intake, handles[i]);
    }
    for (size_t i = 0; i < CROWD; i++) {
        assert_int_equal(0, pthread_join(members[i].thread, NULL));
        assert_int_equal(201, members[i].status);
    }
    intake->turns.crowd = CROWD; /* as if all had shared the last commit */
    assert_int_equal(201, ask(&members[CROWD]));
    for (size_t i = 0; i <= CROWD; i++) {
        buf_release(&members[i].envelope);
    }
    intake_stop(intake);
    city_free(&city);
    assert_int_equal(0, harness_folder_remove(folder));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_crowd)};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests_name("threads of an intake", tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
