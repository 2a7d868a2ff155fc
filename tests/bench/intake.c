/* Records put into a running intake by several terminals at once, as fast as it takes them: sealed before, sent over
 * connections that stay. Prints "wall-ms N" for all, and "slowest-ms N" for the slowest one.
 *
 *   intake HOME keys                  makes the set-up's keys
 *   intake HOME PORT COUNT TERMINALS  sends COUNT records in all */
#include <curl/curl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/rng.h"
#include "seal/seal.h"

enum { TEXT = 2000 }; /* of a form with three people; 3 KB when it is sealed */

struct record {
    uint8_t id[SEAL_ID_LEN];
    struct buf envelope;
};

struct terminal {
    pthread_t thread;
    const char *home;
    unsigned port;
    struct record *records;
    size_t count;
    int64_t slowest_ms;
    int failed;
};

static const char *
path(const char *home, const char *name, char out[256])
{
    snprintf(out, 256, "%s/%s", home, name);
    return out;
}

static size_t
on_body(char *data, size_t size, size_t count, void *ctx)
{
    (void)data, (void)ctx;
    return size * count;
}

static void *
send_all(void *arg)
{
    struct terminal *self = arg;
    char ca[256], cert[256], key[256];
    CURL *easy = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    headers = curl_slist_append(headers, "Content-Type: application/cms");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PUT");
    curl_easy_setopt(easy, CURLOPT_CAINFO, path(self->home, "keys/city-ca.crt", ca));
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_SSLCERT, path(self->home, "keys/kiosk-tls.crt", cert));
    curl_easy_setopt(easy, CURLOPT_SSLKEY, path(self->home, "keys/kiosk-tls.key", key));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    for (size_t i = 0; i < self->count; i++) {
        char id[2 * SEAL_ID_LEN + 1], url[128];
        long status = 0;
        hex_encode(self->records[i].id, SEAL_ID_LEN, id);
        snprintf(url, sizeof(url), "https://127.0.0.1:%u/v1/records/%s", self->port, id);
        curl_easy_setopt(easy, CURLOPT_URL, url);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, (const char *)self->records[i].envelope.data);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)self->records[i].envelope.len);
        int64_t begin = clock_mono_ms(clock_system());
        CURLcode code = curl_easy_perform(easy);
        int64_t took = clock_mono_ms(clock_system()) - begin;
        self->slowest_ms = took > self->slowest_ms ? took : self->slowest_ms;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        if (code != CURLE_OK || status != 201) {
            fprintf(stderr, "intake: %s, status %ld\n", curl_easy_strerror(code), status);
            self->failed = 1;
            break;
        }
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
    return NULL;
}

static struct record *
seal_all(const char *home, size_t count)
{
    char cert[256], key[256], to[256];
    struct seal_sealer *sealer = NULL;
    struct record *records = calloc(count, sizeof(*records));
    static uint8_t text[TEXT];
    if (records == NULL ||
        seal_sealer_new(path(home, "keys/kiosk.crt", cert), path(home, "keys/kiosk.key", key),
            path(home, "keys/recipients.pem", to), &sealer) < 0) {
        return NULL;
    }
    rng_fill(text, sizeof(text));
    for (size_t i = 0; i < count; i++) {
        struct seal_header header = {.kiosk = "kiosk-001", .epoch = 1, .sequence = i + 1};
        rng_fill(header.id, sizeof(header.id));
        memcpy(records[i].id, header.id, sizeof(header.id));
        buf_init(&records[i].envelope, SEAL_ENVELOPE_MAX);
        if (seal_envelope(sealer, &header, text, sizeof(text), &records[i].envelope) < 0) {
            return NULL;
        }
    }
    seal_sealer_free(sealer);
    return records;
}

int
main(int argc, char **argv)
{
    if (argc == 3) {
        char keys[256];
        return seal_keys_make(path(argv[1], "keys", keys), "kiosk-001", "127.0.0.1") < 0;
    }
    if (argc != 5) {
        fprintf(stderr, "use: see its source\n");
        return 2;
    }
    size_t count = strtoul(argv[3], NULL, 10), terminals = strtoul(argv[4], NULL, 10);
    curl_global_init(CURL_GLOBAL_ALL);
    struct record *records = seal_all(argv[1], count);
    struct terminal *all = calloc(terminals, sizeof(*all));
    if (records == NULL || all == NULL) {
        fprintf(stderr, "intake: can't seal\n");
        return 1;
    }
    int64_t begin = clock_mono_ms(clock_system()), slowest = 0;
    int failed = 0;
    for (size_t i = 0; i < terminals; i++) {
        size_t from = count * i / terminals, to = count * (i + 1) / terminals;
        all[i] = (struct terminal){.home = argv[1],
            .port = (unsigned)strtoul(argv[2], NULL, 10),
            .records = records + from,
            .count = to - from};
        failed |= pthread_create(&all[i].thread, NULL, send_all, &all[i]);
    }
    for (size_t i = 0; i < terminals; i++) {
        pthread_join(all[i].thread, NULL);
        failed |= all[i].failed;
        slowest = all[i].slowest_ms > slowest ? all[i].slowest_ms : slowest;
    }
    printf("wall-ms %lld\nslowest-ms %lld\n", (long long)(clock_mono_ms(clock_system()) - begin),
        (long long)slowest);
    for (size_t i = 0; i < count; i++) {
        buf_release(&records[i].envelope);
    }
    free(records);
    free(all);
    return failed;
}
