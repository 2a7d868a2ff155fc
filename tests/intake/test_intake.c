/* The listener as a client sees it: a real intake on a free port of loopback, asked by libcurl.
 * waits */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <gnutls/gnutls.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "harness/harness.h"
#include "intake/city.h"
#include "intake/intake.h"
#include "ledger/ledger.h"
#include "sync/certs.h"

struct scene {
    char folder[HARNESS_FOLDER_LEN];
    char path[256]; /* of the ledger */
    bool is_postgres;
    struct city city;
    struct intake *intake;
    atomic_long skew_ms; /* how far the test's clock is ahead */
    atomic_int events, last_error, last_report;
};

static int64_t
test_mono(void *ctx)
{
    struct scene *scene = ctx;
    return clock_mono_ms(clock_system()) + atomic_load(&scene->skew_ms);
}

static int64_t
test_wall(void *ctx)
{
    struct scene *scene = ctx;
    return clock_wall_s(clock_system()) + atomic_load(&scene->skew_ms) / 1000;
}

static struct scene scene;
static const struct clock test_clock = {test_mono, test_wall, &scene};

static const char *
file(const char *name)
{
    static _Thread_local char paths[8][160];
    static _Thread_local unsigned turn;
    char *path = paths[turn++ % ARRAY_LEN(paths)];
    snprintf(path, sizeof(paths[0]), "%s/%s", scene.folder, name);
    return path;
}

static void
on_answered(void *ctx, const struct intake_event *event)
{
    struct scene *s = ctx;
    atomic_fetch_add(&s->events, 1);
    atomic_store(&s->last_error, event->error);
    atomic_store(&s->last_report, event->report);
}

static int
start(void)
{
    struct intake_config config = city_listens(&scene.city, file);
    config.ledger = scene.path;
    config.clock = &test_clock;
    config.answered = on_answered;
    config.ctx = &scene;
    return intake_start(&config, &scene.intake);
}

static int
set_up(void **state)
{
    *state = &scene;
    harness_folder_make(scene.folder);
    /* LEDGER_AT=postgresql://...: an empty database that is ours alone (test_intake_postgres.sh) */
    const char *given = getenv("LEDGER_AT");
    scene.is_postgres = given != NULL;
    snprintf(scene.path, sizeof(scene.path), "%s", given != NULL ? given : file("ledger.db"));
    city_make(&scene.city, file);
    assert_int_equal(0, seal_verifier_honour(scene.city.verifier, file("revoked.crl")));
    assert_int_equal(0, start());
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    intake_stop(scene.intake);
    city_free(&scene.city);
    assert_int_equal(0, harness_folder_remove(scene.folder));
    return 0;
}

/* One request and what came back. */
struct talk {
    const char *method, *path, *type;
    const char *encoding; /* of the content; NULL: not said */
    const char *word; /* one more header, of the kiosk itself; NULL: none */
    const char *cert, *key; /* NULL: the kiosk's TLS pair; "": none */
    const uint8_t *body;
    size_t len;
    CURL *kept; /* a handle, and with it a connection, that stays; NULL: a new one */
    int code; /* curl's */
    long status;
    long retry_after;
    char got_type[64];
    struct buf got;
};

static size_t
on_body(char *data, size_t size, size_t count, void *ctx)
{
    return buf_add(ctx, data, size * count) == 0 ? size * count : 0;
}

static void
ask(struct talk *talk)
{
    char url[256], header[128];
    snprintf(url, sizeof(url), "https://127.0.0.1:%u%s", intake_port(scene.intake), talk->path);
    CURL *easy = talk->kept != NULL ? talk->kept : curl_easy_init();
    assert_non_null(easy);
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    snprintf(header, sizeof(header), "Content-Type: %s", talk->type != NULL ? talk->type : "");
    headers = curl_slist_append(headers, talk->type != NULL ? header : "Content-Type:");
    if (talk->encoding != NULL) {
        snprintf(header, sizeof(header), "Content-Encoding: %s", talk->encoding);
        headers = curl_slist_append(headers, header);
    }
    headers = talk->word != NULL ? curl_slist_append(headers, talk->word) : headers;
    buf_release(&talk->got);
    buf_init(&talk->got, 64 * 1024);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, talk->method);
    if (strcmp(talk->method, "GET") != 0) {
        curl_easy_setopt(
            easy, CURLOPT_POSTFIELDS, talk->body != NULL ? (const char *)talk->body : "");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)talk->len);
    }
    curl_easy_setopt(easy, CURLOPT_CAINFO, file("keys/city-ca.crt"));
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    if (talk->cert == NULL || talk->cert[0] != 0) {
        curl_easy_setopt(
            easy, CURLOPT_SSLCERT, file(talk->cert ? talk->cert : "keys/kiosk-tls.crt"));
        curl_easy_setopt(easy, CURLOPT_SSLKEY, file(talk->key ? talk->key : "keys/kiosk-tls.key"));
    }
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, 20L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &talk->got);
    talk->status = 0;
    talk->code = (int)curl_easy_perform(easy);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &talk->status);
    curl_off_t after = 0;
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &after);
    talk->retry_after = (long)after;
    char *type = NULL;
    curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
    snprintf(talk->got_type, sizeof(talk->got_type), "%s", type != NULL ? type : "");
    curl_slist_free_all(headers);
    if (talk->kept == NULL) {
        curl_easy_cleanup(easy);
    }
}

static void
seal(const struct seal_sealer *sealer, const char *kiosk, uint8_t id, uint64_t sequence,
    const char *text, struct buf *ret)
{
    struct seal_header header = {.epoch = 77, .sequence = sequence};
    snprintf(header.kiosk, sizeof(header.kiosk), "%s", kiosk);
    memset(header.id, id, sizeof(header.id));
    buf_init(ret, SEAL_ENVELOPE_MAX);
    assert_int_equal(0, seal_envelope(sealer, &header, (const uint8_t *)text, strlen(text), ret));
}

static const char *
path_of(uint8_t id)
{
    static char path[80];
    uint8_t bytes[SEAL_ID_LEN];
    char digits[2 * SEAL_ID_LEN + 1];
    memset(bytes, id, sizeof(bytes));
    hex_encode(bytes, sizeof(bytes), digits);
    snprintf(path, sizeof(path), "/v1/records/%s", digits);
    return path;
}

static uint64_t
newest(void)
{
    struct ledger *ledger;
    uint64_t position, changes;
    assert_int_equal(0, ledger_open(scene.path, &ledger));
    assert_int_equal(0, ledger_newest(ledger, &position, &changes));
    ledger_close(ledger);
    return position;
}

static void
test_put_twice_gives_one_receipt(void **state)
{
    (void)state;
    struct buf envelope;
    seal(scene.city.sealer, "kiosk-001", 1, 1, "{\"a\":1}", &envelope);
    struct talk talk = {.method = "PUT",
        .path = path_of(1),
        .type = "application/cms",
        .body = envelope.data,
        .len = envelope.len};
    ask(&talk);
    assert_int_equal(CURLE_OK, talk.code);
    assert_int_equal(201, talk.status);
    assert_string_equal("application/cms", talk.got_type);
    struct seal_receipt receipt;
    assert_int_equal(
        0, seal_receipt_verify(scene.city.receipts, talk.got.data, talk.got.len, &receipt));
    uint8_t hash[SEAL_HASH_LEN];
    seal_hash(envelope.data, envelope.len, hash);
    assert_memory_equal(hash, receipt.envelope_hash, sizeof(hash));
    assert_string_equal("kiosk-001", receipt.header.kiosk);
    assert_int_equal(77, receipt.header.epoch);
    assert_int_equal(1, receipt.header.sequence);
    assert_int_equal(newest(), receipt.position);

    struct buf first = talk.got;
    talk.got = (struct buf){.max = 0};
    for (int i = 0; i < 3; i++) {
        ask(&talk);
        assert_int_equal(200, talk.status);
        assert_int_equal(first.len, talk.got.len);
        assert_memory_equal(first.data, talk.got.data, first.len);
    }
    char path[96];
    snprintf(path, sizeof(path), "%s/receipt", path_of(1));
    struct talk get = {.method = "GET", .path = path};
    ask(&get);
    assert_int_equal(200, get.status);
    assert_int_equal(first.len, get.got.len);
    assert_memory_equal(first.data, get.got.data, first.len);
    buf_release(&get.got);
    buf_release(&first);
    buf_release(&talk.got);
    buf_release(&envelope);
}

/* Committed, then killed before the receipt was stored: the next PUT signs it. */
static void
test_receipt_is_made_up_for(void **state)
{
    (void)state;
    struct buf envelope;
    seal(scene.city.sealer, "kiosk-001", 2, 2, "{\"a\":2}", &envelope);
    struct ledger_entry entry = {.epoch = 77, .sequence = 2, .received_at = 12345};
    snprintf(entry.kiosk, sizeof(entry.kiosk), "kiosk-001");
    memset(entry.id, 2, sizeof(entry.id));
    seal_hash(envelope.data, envelope.len, entry.hash);
    struct ledger *ledger;
    assert_int_equal(0, ledger_open(scene.path, &ledger));
    assert_int_equal(LEDGER_NEW, ledger_put(ledger, &entry, envelope.data, envelope.len));
    ledger_close(ledger);
    struct talk talk = {.method = "PUT",
        .path = path_of(2),
        .type = "application/cms",
        .body = envelope.data,
        .len = envelope.len};
    ask(&talk);
    assert_int_equal(200, talk.status);
    struct seal_receipt receipt;
    assert_int_equal(
        0, seal_receipt_verify(scene.city.receipts, talk.got.data, talk.got.len, &receipt));
    assert_int_equal(entry.position, receipt.position);
    assert_int_equal(12345, receipt.received_at);
    buf_release(&talk.got);
    buf_release(&envelope);
}

static void
test_refusals(void **state)
{
    (void)state;
    enum { GOOD, SAME_ID, SAME_PLACE, FOREIGN_CITY, TEXT, EMPTY, LARGE, LARGEST, CUT, BODY_COUNT };
    struct buf bodies[BODY_COUNT];
    seal(scene.city.sealer, "kiosk-001", 10, 10, "{\"good\":1}", &bodies[GOOD]);
    seal(scene.city.sealer, "kiosk-001", 10, 10, "{\"good\":2}", &bodies[SAME_ID]);
    seal(scene.city.sealer, "kiosk-001", 11, 10, "{\"good\":3}", &bodies[SAME_PLACE]);
    seal(scene.city.other_sealer, "kiosk-001", 12, 12, "{}", &bodies[FOREIGN_CITY]);
    for (int i = TEXT; i < BODY_COUNT; i++) {
        buf_init(&bodies[i], 2 * SEAL_ENVELOPE_MAX);
    }
    assert_int_equal(0, buf_add_str(&bodies[TEXT], "hello"));
    assert_int_equal(0, buf_add(&bodies[CUT], bodies[GOOD].data, bodies[GOOD].len - 1));
    for (size_t i = 0; i < SEAL_ENVELOPE_MAX; i++) {
        assert_int_equal(0, buf_add_byte(&bodies[LARGE], 'x'));
        assert_int_equal(0, buf_add_byte(&bodies[LARGEST], 'x'));
    }
    assert_int_equal(0, buf_add_byte(&bodies[LARGE], 'x'));
    static const char cms[] = "application/cms";
    const struct {
        const char *what, *method, *type, *encoding;
        uint8_t id;
        int body;
        long status;
        const char *code;
        int error;
    } rows[] = {
        {"good", "PUT", cms, NULL, 10, GOOD, 201, NULL, 0},
        {"good, type with parameter", "PUT", "Application/CMS; x=y", NULL, 10, GOOD, 200, NULL, 0},
        {"other bytes, same id", "PUT", cms, NULL, 10, SAME_ID, 409, "conflict", KERR_CONFLICT},
        {"same place, other id", "PUT", cms, NULL, 11, SAME_PLACE, 409, "conflict", KERR_CONFLICT},
        {"id of the path differs", "PUT", cms, NULL, 13, GOOD, 422, "id-mismatch", KERR_INVALID},
        {"another city's kiosk", "PUT", cms, NULL, 12, FOREIGN_CITY, 422, "envelope-signature",
            KERR_SEAL_SIGNATURE},
        {"text", "PUT", cms, NULL, 10, TEXT, 422, "envelope-form", KERR_SEAL_FORM},
        {"cut", "PUT", cms, NULL, 10, CUT, 422, "envelope-form", KERR_SEAL_FORM},
        {"nothing", "PUT", cms, NULL, 10, EMPTY, 422, "envelope-form", KERR_SEAL_FORM},
        {"one byte too large", "PUT", cms, NULL, 10, LARGE, 413, "too-large", KERR_TOO_BIG},
        {"as large as allowed", "PUT", cms, NULL, 10, LARGEST, 422, "envelope-form",
            KERR_SEAL_FORM},
        {"other type", "PUT", "text/plain", NULL, 10, GOOD, 415, "media-type", KERR_INVALID},
        {"longer type", "PUT", "application/cmsx", NULL, 10, GOOD, 415, "media-type", KERR_INVALID},
        {"no type", "PUT", NULL, NULL, 10, GOOD, 415, "media-type", KERR_INVALID},
        {"packed", "PUT", cms, "gzip", 10, GOOD, 415, "media-type", KERR_INVALID},
        {"POST", "POST", cms, NULL, 10, GOOD, 405, "method", KERR_INVALID},
        {"DELETE", "DELETE", cms, NULL, 10, EMPTY, 405, "method", KERR_INVALID},
        {"still the same", "PUT", cms, NULL, 10, GOOD, 200, NULL, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct talk talk = {.method = rows[i].method,
            .path = path_of(rows[i].id),
            .type = rows[i].type,
            .encoding = rows[i].encoding,
            .body = bodies[rows[i].body].data,
            .len = bodies[rows[i].body].len};
        int before = atomic_load(&scene.events);
        ask(&talk);
        char code[64];
        snprintf(code, sizeof(code), "\"code\":\"%s\"", rows[i].code != NULL ? rows[i].code : "");
        bool is_problem = strcmp(talk.got_type, "application/problem+json") == 0;
        if (talk.code != CURLE_OK || talk.status != rows[i].status ||
            is_problem != (rows[i].code != NULL) ||
            (is_problem && strstr(buf_str(&talk.got), code) == NULL)) {
            fail_msg("%s: curl %d, status %ld, %s", rows[i].what, talk.code, talk.status,
                is_problem ? buf_str(&talk.got) : talk.got_type);
        }
        assert_int_equal(before + 1, atomic_load(&scene.events));
        assert_int_equal(rows[i].error, atomic_load(&scene.last_error));
        buf_release(&talk.got);
    }
    struct ledger *ledger;
    uint64_t quarantined;
    assert_int_equal(0, ledger_open(scene.path, &ledger));
    assert_int_equal(0, ledger_quarantined(ledger, &quarantined));
    ledger_close(ledger);
    assert_int_equal(2, quarantined);
    for (int i = 0; i < BODY_COUNT; i++) {
        buf_release(&bodies[i]);
    }
}

static void
test_get_answers(void **state)
{
    (void)state;
    struct talk talk = {.method = "GET", .path = "/v1/health"};
    ask(&talk);
    assert_int_equal(200, talk.status);
    assert_string_equal("application/json", talk.got_type);
    assert_non_null(strstr(buf_str(&talk.got), "\"status\":\"ok\""));
    static const struct {
        const char *path;
        long status;
    } rows[] = {
        {"/v1/records/99999999999999999999999999999999/receipt", 404},
        {"/v1/records/99999999999999999999999999999999", 405},
        {"/v1/records/9999", 404},
        {"/", 404},
        {"/v1/health/../health", 404},
        {"/v1/health?x=y", 200},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        talk.path = rows[i].path;
        ask(&talk);
        if (talk.status != rows[i].status) {
            fail_msg("%s: %ld", rows[i].path, talk.status);
        }
    }
    buf_release(&talk.got);
}

/* Who may speak: only a client certificate of our kiosk CA that is made for it, and only for itself. */
static void
test_strangers_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *what, *cert, *key;
    } rows[] = {
        {"no certificate", "", ""},
        {"another CA's kiosk", "other/kiosk-tls.crt", "other/kiosk-tls.key"},
        {"the city's own server key", "keys/intake-tls.crt", "keys/intake-tls.key"},
    };
    struct buf envelope;
    seal(scene.city.sealer, "kiosk-001", 20, 20, "{}", &envelope);
    uint64_t before = newest();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct talk talk = {.method = "PUT",
            .path = path_of(20),
            .type = "application/cms",
            .body = envelope.data,
            .len = envelope.len,
            .cert = rows[i].cert,
            .key = rows[i].key};
        ask(&talk);
        if (talk.code == CURLE_OK || talk.status != 0) {
            fail_msg("%s: curl %d, status %ld", rows[i].what, talk.code, talk.status);
        }
        struct talk health = {
            .method = "GET", .path = "/v1/health", .cert = rows[i].cert, .key = rows[i].key};
        ask(&health);
        assert_int_equal(0, health.status);
        buf_release(&talk.got);
        buf_release(&health.got);
    }
    assert_int_equal(before, newest());
    buf_release(&envelope);
}

static void
make_client(const char *name, const char *purpose, int from_day, int to_day, const char *stem)
{
    char cert[64], key[64];
    snprintf(cert, sizeof(cert), "%s.crt", stem);
    snprintf(key, sizeof(key), "%s.key", stem);
    const struct cert_wish wish = {.ca_cert = file("keys/kiosk-ca.crt"),
        .ca_key = file("keys/kiosk-ca.key"),
        .name = name,
        .purpose = purpose,
        .from_day = from_day,
        .to_day = to_day,
        .cert = file(cert),
        .key = file(key)};
    assert_int_equal(1, cert_make(&wish));
}

/* Kiosks of one city are kept apart, too; a certificate out of date or for another use is none. */
static void
test_kiosks_speak_for_themselves(void **state)
{
    (void)state;
    make_client("kiosk-002", "clientAuth", -1, 30, "second");
    make_client("kiosk-001", "serverAuth", -1, 31, "purpose");
    make_client("kiosk-001", "clientAuth", -30, -2, "expired");
    make_client("kiosk-001", "clientAuth", 2, 32, "early");
    static const struct {
        const char *what, *cert, *key;
        long put, receipt, health;
    } rows[] = {
        {"itself", "keys/kiosk-tls.crt", "keys/kiosk-tls.key", 201, 200, 200},
        {"another kiosk of the city", "second.crt", "second.key", 403, 404, 200},
        {"a certificate for servers", "purpose.crt", "purpose.key", 0, 0, 0},
        {"out of date", "expired.crt", "expired.key", 0, 0, 0},
        {"not yet valid", "early.crt", "early.key", 0, 0, 0},
    };
    struct buf envelope;
    seal(scene.city.sealer, "kiosk-001", 50, 50, "{}", &envelope);
    char path[80], receipt_path[96];
    snprintf(path, sizeof(path), "%s", path_of(50));
    snprintf(receipt_path, sizeof(receipt_path), "%s/receipt", path);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct talk talk = {.method = "PUT",
            .path = path,
            .type = "application/cms",
            .body = envelope.data,
            .len = envelope.len,
            .cert = rows[i].cert,
            .key = rows[i].key};
        struct talk receipt = {
            .method = "GET", .path = receipt_path, .cert = rows[i].cert, .key = rows[i].key};
        struct talk health = {
            .method = "GET", .path = "/v1/health", .cert = rows[i].cert, .key = rows[i].key};
        ask(&talk);
        ask(&receipt);
        ask(&health);
        if (talk.status != rows[i].put || receipt.status != rows[i].receipt ||
            health.status != rows[i].health) {
            fail_msg("%s: %ld, %ld, %ld", rows[i].what, talk.status, receipt.status, health.status);
        }
        buf_release(&talk.got);
        buf_release(&receipt.got);
        buf_release(&health.got);
    }
    buf_release(&envelope);
}

static time_t
in_fifty_years(time_t *out)
{
    time_t now = (time_t)clock_wall_s(clock_system()) + (time_t)50 * 365 * 86400;
    if (out != NULL) {
        *out = now;
    }
    return now;
}

static time_t
now_again(time_t *out)
{
    time_t now = (time_t)clock_wall_s(clock_system());
    if (out != NULL) {
        *out = now;
    }
    return now;
}

/* A certificate that runs out on a connection that stays is noticed, within half a minute. */
static void
test_certificate_runs_out(void **state)
{
    (void)state;
    struct talk talk = {.method = "GET", .path = "/v1/health", .kept = curl_easy_init()};
    assert_non_null(talk.kept);
    long connects = 0;
    static const struct {
        long skew_ms;
        bool is_later;
        long status, connects;
    } rows[] = {
        {0, false, 200, 1}, {0, true, 200, 0}, /* not looked at for each request */
        {25000, true, 200, 0}, {31000, true, 403, 0},
        {31000, false, 200, 0}, /* the refusal does not stick either */
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        atomic_store(&scene.skew_ms, rows[i].skew_ms);
        gnutls_global_set_time_function(rows[i].is_later ? in_fifty_years : now_again);
        ask(&talk);
        gnutls_global_set_time_function(now_again);
        curl_easy_getinfo(talk.kept, CURLINFO_NUM_CONNECTS, &connects);
        if (talk.status != rows[i].status || connects != rows[i].connects) {
            fail_msg("row %zu: status %ld, %ld new connections", i, talk.status, connects);
        }
    }
    atomic_store(&scene.skew_ms, 0);
    buf_release(&talk.got);
    curl_easy_cleanup(talk.kept);
}

/* A full disk and a locked ledger are told as 503 with Retry-After, and nothing is lost by it. */
static void
test_busy_ledger(void **state)
{
    (void)state;
    struct buf envelope;
    seal(scene.city.sealer, "kiosk-001", 30, 30, "{}", &envelope);
    sqlite3 *db = NULL;
    PGconn *line = NULL;
    if (scene.is_postgres) {
        line = PQconnectdb(scene.path);
        PQclear(PQexec(line, "BEGIN; UPDATE change_count SET count = count"));
    } else {
        assert_int_equal(SQLITE_OK, sqlite3_open(scene.path, &db));
        assert_int_equal(SQLITE_OK, sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL));
    }
    struct talk talk = {.method = "PUT",
        .path = path_of(30),
        .type = "application/cms",
        .word = "Madoguchi-Report: none",
        .body = envelope.data,
        .len = envelope.len};
    ask(&talk);
    assert_int_equal(503, talk.status);
    assert_in_range(talk.retry_after, 1, 10);
    assert_non_null(strstr(buf_str(&talk.got), "\"code\":\"busy\""));
    assert_int_equal(0, atomic_load(&scene.last_report)); /* nobody waits a second time */
    PQfinish(line);
    sqlite3_close(db);
    ask(&talk);
    assert_int_equal(201, talk.status);
    assert_int_equal(KERR_INVALID, atomic_load(&scene.last_report));
    buf_release(&talk.got);
    buf_release(&envelope);
}

/* Many clients at once with the same record: one row, one receipt. */
enum { CROWD = 8 };

struct member {
    pthread_t thread;
    struct talk talk;
};

static void *
put_one(void *arg)
{
    struct member *member = arg;
    ask(&member->talk);
    return NULL;
}

static void
test_crowd_gets_one_receipt(void **state)
{
    (void)state;
    struct buf envelope;
    seal(scene.city.sealer, "kiosk-001", 40, 40, "{}", &envelope);
    struct member members[CROWD];
    memset(members, 0, sizeof(members));
    uint64_t before = newest();
    char path[80];
    snprintf(path, sizeof(path), "%s", path_of(40));
    for (int i = 0; i < CROWD; i++) {
        members[i].talk = (struct talk){.method = "PUT",
            .path = path,
            .type = "application/cms",
            .cert = "keys/kiosk-tls.crt",
            .key = "keys/kiosk-tls.key",
            .body = envelope.data,
            .len = envelope.len};
        assert_int_equal(0, pthread_create(&members[i].thread, NULL, put_one, &members[i]));
    }
    int created = 0;
    for (int i = 0; i < CROWD; i++) {
        pthread_join(members[i].thread, NULL);
        created += members[i].talk.status == 201;
        assert_true(members[i].talk.status == 201 || members[i].talk.status == 200);
        assert_int_equal(members[0].talk.got.len, members[i].talk.got.len);
        assert_memory_equal(
            members[0].talk.got.data, members[i].talk.got.data, members[0].talk.got.len);
    }
    assert_int_equal(1, created);
    assert_int_equal(before + 1, newest());
    for (int i = 0; i < CROWD; i++) {
        buf_release(&members[i].talk.got);
    }
    buf_release(&envelope);
}

/* A client that never finishes is cut off; the clock is moved instead of waiting. */
static void
test_dawdlers_are_cut_off(void **state)
{
    (void)state;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(intake_port(scene.intake))};
    assert_int_equal(1, inet_pton(AF_INET, "127.0.0.1", &to.sin_addr));
    assert_int_equal(0, connect(fd, (struct sockaddr *)&to, sizeof(to)));
    /* The head of a TLS record that promises more than comes. */
    assert_int_equal(5, send(fd, "\x16\x03\x01\x02\x00", 5, 0));
    struct timeval patience = {.tv_sec = 1, .tv_usec = 500000};
    assert_int_equal(0, setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)));
    char byte;
    assert_int_equal(-1, recv(fd, &byte, 1, 0)); /* still open: recv only timed out */
    atomic_store(&scene.skew_ms, (INTAKE_TIMEOUT_S + 1) * 1000L);
    patience.tv_sec = 5;
    assert_int_equal(0, setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)));
    ssize_t n;
    do {
        n = recv(fd, &byte, 1, 0); /* perhaps an alert, then the end */
    } while (n > 0);
    assert_int_equal(0, n);
    close(fd);
    atomic_store(&scene.skew_ms, 0);
}

static void
test_start_errors(void **state)
{
    (void)state;
    const struct intake_config good = {.address = "127.0.0.1",
        .tls_cert = file("keys/intake-tls.crt"),
        .tls_key = file("keys/intake-tls.key"),
        .client_ca = file("keys/kiosk-ca.crt"),
        .ledger = scene.path,
        .verifier = scene.city.verifier,
        .signer = scene.city.signer,
        .clock = &test_clock};
    struct intake *intake = NULL;
    struct intake_config config = good;
    config.port = intake_port(scene.intake);
    assert_int_equal(KERR_NET, intake_start(&config, &intake));
    config = good;
    config.address = "localhost";
    assert_int_equal(KERR_INVALID, intake_start(&config, &intake));
    config = good;
    config.tls_key = file("keys/none.key");
    assert_int_equal(KERR_SEAL_KEY, intake_start(&config, &intake));
    config = good;
    config.ledger = file("none/ledger.db");
    assert_int_equal(KERR_STORE, intake_start(&config, &intake));
    assert_null(intake);
    intake_stop(NULL);
}

/* The next list of revoked certificates: the kiosk's of TLS alone, or nobody's. */
static void
revoke_tls(bool is_lifted)
{
    const char *certs[] = {file("keys/kiosk-tls.crt")};
    const struct seal_office office = {.ca_cert = file("keys/kiosk-ca.crt"),
        .ca_key = file("keys/kiosk-ca.key"),
        .folder = file("office"),
        .now = clock_wall_s(clock_system())};
    const struct seal_revoking revoking = {.path = file("revoked.crl"),
        .kiosk = "kiosk-001",
        .certs = certs,
        .cert_count = 1,
        .is_lifted = is_lifted};
    assert_int_equal(0, seal_revoke(&office, &revoking));
}

/* Whoever has a line that was revoked brings nothing in, also what was signed by a certificate that still holds. */
static void
test_revoked_line(void **state)
{
    (void)state;
    struct buf envelope;
    seal(scene.city.sealer, "kiosk-001", 60, 60, "{}", &envelope);
    struct talk put = {.method = "PUT",
        .path = path_of(60),
        .type = "application/cms",
        .body = envelope.data,
        .len = envelope.len};
    uint64_t before = newest();
    revoke_tls(false);
    ask(&put);
    assert_int_equal(403, put.status);
    assert_non_null(strstr(buf_str(&put.got), "\"code\":\"revoked\""));
    assert_int_equal(before, newest());
    revoke_tls(true);
    ask(&put);
    assert_int_equal(201, put.status);
    buf_release(&put.got);
    buf_release(&envelope);
}

int
main(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_twice_gives_one_receipt),
        cmocka_unit_test(test_receipt_is_made_up_for),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_get_answers),
        cmocka_unit_test(test_strangers_are_refused),
        cmocka_unit_test(test_kiosks_speak_for_themselves),
        cmocka_unit_test(test_certificate_runs_out),
        cmocka_unit_test(test_revoked_line),
        cmocka_unit_test(test_busy_ledger),
        cmocka_unit_test(test_crowd_gets_one_receipt),
        cmocka_unit_test(test_dawdlers_are_cut_off),
        cmocka_unit_test(test_start_errors),
    };
    int failed = cmocka_run_group_tests_name("intake", tests, set_up, tear_down);
    curl_global_cleanup();
    return failed;
}
