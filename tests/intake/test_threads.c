/* Twice as many terminals as there are handles of the ledger wait for it: whoever wants nothing of it is answered meanwhile, and
 * they all are in the end, each with a receipt that says where its record stands. Somebody who comes alone after a crowd doesn't
 * wait for one. Each terminal is told how many connections there are for it, and beyond the last place nobody is let in.
 * waits */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/hex.h"
#include "harness/harness.h"
#include "intake/city.h"
#include "intake/intake_priv.h"
#include "sync/certs.h"

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
    const char *name; /* of its TLS certificate's file; NULL: kiosk-001's */
    bool stays; /* its connection, which is then easy's */
    CURL *easy;
    long status;
    unsigned share; /* what it was told; 0: nothing */
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
    const char *name = member->name != NULL ? member->name : "keys/kiosk-tls";
    char path[64];
    (void)snprintf(path, sizeof(path), "%s.crt", name);
    curl_easy_setopt(easy, CURLOPT_SSLCERT, file(path));
    (void)snprintf(path, sizeof(path), "%s.key", name);
    curl_easy_setopt(easy, CURLOPT_SSLKEY, file(path));
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
    struct curl_header *share = NULL;
    member->share =
        curl_easy_header(easy, INTAKE_SHARE_HEADER, 0, CURLH_HEADER, -1, &share) == CURLHE_OK
            ? (unsigned)strtoul(share->value, NULL, 10)
            : 0;
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    if (member->stays) {
        member->easy = easy;
    } else {
        curl_easy_cleanup(easy);
    }
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
    *member = (struct member){.status = 0};
    char id[2 * SEAL_ID_LEN + 1];
    memset(header.id, number, sizeof(header.id));
    hex_encode(header.id, sizeof(header.id), id);
    (void)snprintf(
        member->url, sizeof(member->url), "https://127.0.0.1:%u/v1/records/%s", port, id);
    buf_init(&member->envelope, SEAL_ENVELOPE_MAX);
    assert_int_equal(
        0, seal_envelope(city->sealer, &header, (const uint8_t *)"{}", 2, &member->envelope));
}

struct proof {
    struct ledger *ledger;
    const struct city *city;
    size_t count;
};

/* Receipts are made before it is sure which position their records get. */
static int
says_its_position(
    const struct ledger_entry *entry, const uint8_t *envelope ATTR_UNUSED, size_t len, void *ctx)
{
    struct proof *proof = ctx;
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_RECEIPT_MAX);
    struct seal_receipt receipt;
    assert_true(len > 0);
    assert_int_equal(0, ledger_receipt(proof->ledger, entry->id, &bytes));
    assert_int_equal(
        0, seal_receipt_verify(proof->city->receipts, bytes.data, bytes.len, &receipt));
    assert_int_equal(entry->position, receipt.position);
    assert_memory_equal(entry->hash, receipt.envelope_hash, sizeof(entry->hash));
    proof->count++;
    return 0;
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
    intake->turns.crowd = CROWD; /* as if all had shared the last commit, and it took long */
    intake->turns.is_slow = true;
    assert_int_equal(201, ask(&members[CROWD]));
    for (size_t i = 0; i <= CROWD; i++) {
        buf_release(&members[i].envelope);
    }
    struct proof proof = {.ledger = intake_take_ledger(intake), .city = &city};
    assert_int_equal(0, ledger_list(proof.ledger, 0, 2 * CROWD, says_its_position, &proof));
    assert_int_equal(CROWD + 1, proof.count);
    intake_give_ledger(intake, proof.ledger);
    intake_stop(intake);
    city_free(&city);
    assert_int_equal(0, harness_folder_remove(folder));
}

static void
wait_for_terminals(struct intake *intake, unsigned count)
{
    unsigned terminals, tries = 0;
    do {
        assert_true(tries++ < 20000);
        (void)usleep(1000);
        (void)pthread_mutex_lock(&intake->sessions_lock);
        terminals = intake->terminals;
        (void)pthread_mutex_unlock(&intake->sessions_lock);
    } while (terminals != count);
}

/* Strangers who come and say nothing. */
static void
crowd_in(unsigned port, int fds[], size_t count)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (size_t i = 0; i < count; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_true(fds[i] >= 0);
        assert_int_equal(0, connect(fds[i], (struct sockaddr *)&address, sizeof(address)));
    }
}

static void
close_all(const int fds[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)close(fds[i]);
    }
}

/* A certificate of another terminal; ask reads no envelope of it. */
static void
enrol(const char *name, const char *cert, const char *key)
{
    const struct cert_wish wish = {.ca_cert = file("keys/kiosk-ca.crt"),
        .ca_key = file("keys/kiosk-ca.key"),
        .name = name,
        .purpose = "clientAuth",
        .from_day = -1,
        .to_day = 30,
        .cert = cert,
        .key = key};
    assert_int_equal(1, cert_make(&wish));
}

/* What terminals are told: the shared places by those that are there, a terminal's second connection not counted,
 * one of whom nothing is known yet counted. */
static void
check_shares(struct intake *intake, const struct city *city)
{
    static struct member members[4];
    int fds[20];
    for (uint8_t i = 0; i < 4; i++) {
        prepare(&members[i], city, intake_port(intake), (uint8_t)(i + 1));
        members[i].stays = true;
    }
    for (int i = 0; i < 3; i++) {
        assert_int_equal(201, ask(&members[i]));
        assert_int_equal(INTAKE_SHARED, members[i].share);
        wait_for_terminals(intake, 1);
    }
    members[3].name = "second";
    assert_int_equal(403, ask(&members[3])); /* it isn't the envelope's terminal */
    assert_int_equal(INTAKE_SHARED / 2, members[3].share);
    crowd_in(intake_port(intake), fds, 20);
    wait_for_terminals(intake, 22);
    curl_easy_cleanup(members[0].easy);
    curl_easy_cleanup(members[1].easy);
    members[3].stays = false;
    curl_easy_cleanup(members[3].easy);
    wait_for_terminals(intake, 21);
    assert_int_equal(403, ask(&members[3]));
    assert_int_equal(INTAKE_SHARED / 22, members[3].share);
    close_all(fds, 20);
    wait_for_terminals(intake, 1);
    curl_easy_cleanup(members[2].easy);
    wait_for_terminals(intake, 0);
    for (int i = 0; i < 4; i++) {
        buf_release(&members[i].envelope);
    }
}

/* All places but one are taken by strangers: a terminal is answered, and told to be content with one. Beyond the last
 * place nobody is let in; and when they are gone everything is as before. */
static void
check_places(struct intake *intake, const struct city *city)
{
    static int fds[INTAKE_CONNECTIONS_MAX];
    struct member member;
    int beyond;
    char byte;
    crowd_in(intake_port(intake), fds, INTAKE_CONNECTIONS_MAX - 1);
    wait_for_terminals(intake, INTAKE_CONNECTIONS_MAX - 1);
    prepare(&member, city, intake_port(intake), 5);
    assert_int_equal(201, ask(&member));
    assert_int_equal(1, member.share);
    wait_for_terminals(intake, INTAKE_CONNECTIONS_MAX - 1);
    crowd_in(intake_port(intake), &fds[INTAKE_CONNECTIONS_MAX - 1], 1);
    wait_for_terminals(intake, INTAKE_CONNECTIONS_MAX);
    crowd_in(intake_port(intake), &beyond, 1);
    assert_true(
        recv(beyond, &byte, 1, 0) <= 0); /* closed at once; the others are for half a minute */
    assert_int_equal(0, ask(&member));
    wait_for_terminals(intake, INTAKE_CONNECTIONS_MAX);
    close_all(fds, INTAKE_CONNECTIONS_MAX);
    (void)close(beyond);
    wait_for_terminals(intake, 0);
    assert_int_equal(200, ask(&member));
    assert_int_equal(INTAKE_SHARED, member.share);
    buf_release(&member.envelope);
}

static void
test_places(void **state)
{
    (void)state;
    struct city city;
    struct intake *intake;
    struct rlimit files;
    assert_int_equal(0, getrlimit(RLIMIT_NOFILE, &files));
    files.rlim_cur = files.rlim_max; /* both ends of each connection are ours */
    assert_int_equal(0, setrlimit(RLIMIT_NOFILE, &files));
    harness_folder_make(folder);
    city_make(&city, file);
    enrol("kiosk-002", file("second.crt"), file("second.key"));
    const struct intake_config config = city_listens(&city, file);
    assert_int_equal(0, intake_start(&config, &intake));
    check_shares(intake, &city);
    check_places(intake, &city);
    intake_stop(intake);
    city_free(&city);
    assert_int_equal(0, harness_folder_remove(folder));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_crowd), cmocka_unit_test(test_places)};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int failed = cmocka_run_group_tests_name("threads of an intake", tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
