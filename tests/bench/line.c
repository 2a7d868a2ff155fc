/* bench/line.c - from the queue to the city's ledger, beside raw libcurl that PUTs the same bytes to the same
 * intake and believes every 201. The intake is started by whoever calls, with an empty ledger each time.
 *
 *   line fill HOME FILE COUNT            seals records into HOME's queue, and their bytes into FILE
 *   line drain HOME SYNC                 SYNC until the queue is empty; prints "drain SECONDS"
 *   line raw HOME FILE URL AT_ONCE       prints "raw SECONDS"
 *   line fleet HOME FOLDER URL KIOSKS EACH PROCESSES
 *                                        so many kiosks with so many records each, all at once, a thread
 *                                        a kiosk in so many processes; prints when the first and the last
 *                                        queue was empty, "processor SECONDS", "again REQUESTS" */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "base/rng.h"
#include "seal/seal.h"
#include "store/store.h"
#include "sync/certs.h"
#include "sync/sync.h"

enum { PLAIN_LEN = 900, AT_ONCE_MAX = 64 }; /* a record of a resident with a card */

static double
now_s(void)
{
    return (double)clock_mono_ms(clock_system()) / 1e3;
}

static void
die(const char *what)
{
    fprintf(stderr, "bench line: %s\n", what);
    exit(1);
}

static char *
path(const char *folder, const char *name)
{
    return fs_join(folder, name); /* leaks until the end of this short program on purpose */
}

static struct store *
open_queue(const char *file)
{
    struct store *store;
    if (store_open(file, &store) < 0) {
        die(file);
    }
    return store;
}

/* Seals and queues records of one kiosk; to gets id, length and bytes of each, unless it is NULL. */
static void
fill(const struct seal_sealer *sealer, const char *kiosk, struct store *store, long count, FILE *to)
{
    static char plain[PLAIN_LEN];
    memset(plain, 'x', sizeof(plain));
    for (long i = 0; i < count; i++) {
        struct store_slot slot;
        AUTO_BUF envelope;
        buf_init(&envelope, SEAL_ENVELOPE_MAX);
        if (store_begin(store, &slot) < 0) {
            die("store_begin");
        }
        struct seal_header header = {.epoch = slot.epoch, .sequence = slot.sequence};
        snprintf(header.kiosk, sizeof(header.kiosk), "%s", kiosk);
        rng_fill(header.id, sizeof(header.id));
        if (seal_envelope(sealer, &header, (const uint8_t *)plain, sizeof(plain), &envelope) < 0 ||
            store_put(store, &slot, header.id, envelope.data, envelope.len,
                clock_wall_s(clock_system())) < 0) {
            die("a record");
        }
        size_t len = envelope.len;
        if (to != NULL &&
            (fwrite(header.id, sizeof(header.id), 1, to) != 1 ||
                fwrite(&len, sizeof(len), 1, to) != 1 || fwrite(envelope.data, len, 1, to) != 1)) {
            die("the file of envelopes");
        }
    }
}

static void
fill_one(const char *home, const char *file, long count)
{
    struct seal_sealer *sealer;
    FILE *to = fopen(file, "wb");
    struct store *store = open_queue(path(home, "queue.db"));
    if (to == NULL || seal_sealer_new(path(home, "keys/kiosk.crt"), path(home, "keys/kiosk.key"),
                          path(home, "keys/recipients.pem"), &sealer) < 0) {
        die("no keys: kioskctl init");
    }
    fill(sealer, "kiosk-001", store, count, to);
    if (fclose(to) != 0) {
        die(file);
    }
    seal_sealer_free(sealer);
    store_close(store);
}

static bool
is_empty(struct store *store)
{
    struct store_row row;
    AUTO_BUF envelope;
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    return store_next_due(store, INT64_MAX, &row, &envelope) == KERR_NOT_FOUND;
}

static void
drain(const char *home, const char *program)
{
    double begin = now_s();
    pid_t pid = fork();
    if (pid == 0) {
        int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(nowhere, STDERR_FILENO);
        setenv("KIOSK_HOME", home, 1);
        execl(program, program, (char *)NULL);
        _exit(1);
    }
    struct store *store = open_queue(path(home, "queue.db"));
    while (!is_empty(store)) {
        struct timespec pause = {.tv_nsec = 20000000};
        nanosleep(&pause, NULL);
        if (waitpid(pid, NULL, WNOHANG) != 0) {
            die("kiosk-sync ended");
        }
    }
    printf("drain %.3f\n", now_s() - begin);
    store_close(store);
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
}

/* One request of the raw peer. */
struct raw {
    CURL *easy;
    struct buf body, answer;
    bool is_busy;
};

static size_t
on_answer(char *data, size_t size, size_t count, void *ctx)
{
    struct raw *raw = ctx;
    return buf_add(&raw->answer, data, size * count) == 0 ? size * count : 0;
}

static void
raw_open(struct raw *raw, const char *home, struct curl_slist *headers)
{
    buf_init(&raw->body, SEAL_ENVELOPE_MAX);
    buf_init(&raw->answer, SEAL_ENVELOPE_MAX);
    raw->easy = curl_easy_init();
    curl_easy_setopt(raw->easy, CURLOPT_CAINFO, path(home, "keys/city-ca.crt"));
    curl_easy_setopt(raw->easy, CURLOPT_SSLCERT, path(home, "keys/kiosk-tls.crt"));
    curl_easy_setopt(raw->easy, CURLOPT_SSLKEY, path(home, "keys/kiosk-tls.key"));
    curl_easy_setopt(raw->easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(raw->easy, CURLOPT_CUSTOMREQUEST, "PUT");
    curl_easy_setopt(raw->easy, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(raw->easy, CURLOPT_WRITEDATA, (void *)raw);
    curl_easy_setopt(raw->easy, CURLOPT_PRIVATE, (void *)raw);
}

/* Starts the next record of the file; false at its end. */
static bool
raw_next(struct raw *raw, CURLM *multi, FILE *from, const char *url)
{
    uint8_t id[SEAL_ID_LEN], bytes[16384];
    size_t len;
    if (fread(id, sizeof(id), 1, from) != 1) {
        return false;
    }
    if (fread(&len, sizeof(len), 1, from) != 1 || len > sizeof(bytes) ||
        fread(bytes, len, 1, from) != 1) {
        die("the file of envelopes");
    }
    char name[2 * SEAL_ID_LEN + 1], whole[256];
    hex_encode(id, sizeof(id), name);
    snprintf(whole, sizeof(whole), "%s/v1/records/%s", url, name);
    buf_clear(&raw->body);
    buf_clear(&raw->answer);
    (void)buf_add(&raw->body, bytes, len);
    curl_easy_setopt(raw->easy, CURLOPT_URL, whole);
    curl_easy_setopt(raw->easy, CURLOPT_POSTFIELDS, raw->body.data);
    curl_easy_setopt(raw->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
    return curl_multi_add_handle(multi, raw->easy) == CURLM_OK;
}

static void
raw(const char *home, const char *file, const char *url, unsigned at_once)
{
    FILE *from = fopen(file, "rb");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = curl_multi_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/cms");
    headers = curl_slist_append(headers, "Expect:");
    struct raw lanes[AT_ONCE_MAX] = {0};
    unsigned busy = 0;
    if (from == NULL || at_once > AT_ONCE_MAX) {
        die(file);
    }
    double begin = now_s();
    for (unsigned i = 0; i < at_once; i++) {
        raw_open(&lanes[i], home, headers);
        busy += raw_next(&lanes[i], multi, from, url);
    }
    while (busy > 0) {
        int running, more;
        const CURLMsg *message;
        curl_multi_perform(multi, &running);
        while ((message = curl_multi_info_read(multi, &more)) != NULL) {
            struct raw *lane;
            long status = 0;
            CURL *easy = message->easy_handle;
            curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&lane);
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
            if (message->data.result != CURLE_OK || status != 201) {
                die("a raw PUT is not answered by 201");
            }
            curl_multi_remove_handle(multi, easy);
            busy -= !raw_next(lane, multi, from, url);
        }
        if (busy > 0) {
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
        }
    }
    printf("raw %.3f\n", now_s() - begin);
}

/* One kiosk of the fleet. */
struct kiosk {
    struct store *store;
    struct sync *sync;
    double done_s; /* when its queue was empty */
    pthread_t thread;
};

static void *
send_all(void *arg)
{
    struct kiosk *kiosk = arg;
    for (;;) {
        int r = sync_step(kiosk->sync);
        if (r <= SYNC_IDLE && is_empty(kiosk->store)) {
            kiosk->done_s = now_s();
            return NULL;
        }
        if (r <= SYNC_IDLE) {
            int64_t wait_ms = sync_wait_ms(kiosk->sync);
            struct timespec pause = {
                .tv_sec = (time_t)(wait_ms / 1000), .tv_nsec = (long)(wait_ms % 1000) * 1000000};
            nanosleep(&pause, NULL);
        }
    }
}

static void
make_kiosk(const char *home, const char *folder, unsigned number, long each)
{
    char name[32], file[64];
    snprintf(name, sizeof(name), "fleet-%03u", number);
    struct cert_wish wish = {.ca_cert = path(home, "keys/kiosk-ca.crt"),
        .ca_key = path(home, "keys/kiosk-ca.key"),
        .name = name,
        .usage = "critical,digitalSignature",
        .from_day = -1,
        .to_day = 30};
    snprintf(file, sizeof(file), "%s.crt", name);
    wish.cert = path(folder, file);
    snprintf(file, sizeof(file), "%s.key", name);
    wish.key = path(folder, file);
    struct seal_sealer *sealer;
    if (cert_make(&wish) != 1 ||
        seal_sealer_new(wish.cert, wish.key, path(home, "keys/recipients.pem"), &sealer) < 0) {
        die("a kiosk's keys");
    }
    snprintf(file, sizeof(file), "%s.db", name);
    struct store *store = open_queue(path(folder, file));
    fill(sealer, name, store, each, NULL);
    store_close(store);
    seal_sealer_free(sealer);
    wish.purpose = "clientAuth"; /* from now on its TLS key */
    if (cert_make(&wish) != 1) {
        die("a kiosk's keys");
    }
}

/* What a process of the fleet is told, and tells. */
struct part {
    const char *home, *folder, *url;
    unsigned first, count;
    long each;
    int ready, go; /* ends of pipes: a byte when the queues are full; closed when all of them are */
};
/* Shared by all processes. */
struct tally {
    _Atomic int64_t again; /* requests that brought no receipt */
    _Atomic int64_t processor_us;
    double done_s[]; /* of each kiosk */
};

static void
open_kiosk(
    const struct part *part, unsigned number, struct sync_config *config, struct kiosk *kiosk)
{
    char name[64];
    make_kiosk(part->home, part->folder, number, part->each);
    snprintf(name, sizeof(name), "fleet-%03u.crt", number);
    config->client_cert = path(part->folder, name);
    snprintf(name, sizeof(name), "fleet-%03u.key", number);
    config->client_key = path(part->folder, name);
    snprintf(name, sizeof(name), "fleet-%03u.db", number);
    config->store = kiosk->store = open_queue(path(part->folder, name));
    if (sync_new(config, &kiosk->sync) < 0) {
        die("sync_new");
    }
}

static int64_t
processor_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

static int64_t
without_receipt(const struct kiosk *kiosk)
{
    struct sync_health health;
    if (sync_health(kiosk->sync, &health) < 0) {
        die("sync_health");
    }
    return health.refused + health.unproven + health.unheard + health.tls;
}

/* Some of the kiosks, a thread each, as kiosk-sync is one. Terminals are machines of their own: all in one process would
 * wait for each other's locks (memory, OpenSSL). */
static void
play(const struct part *part, struct tally *tally)
{
    struct kiosk *kiosks = xcalloc(part->count, sizeof(*kiosks));
    struct seal_receipts *receipts;
    struct seal_verifier *verifier;
    if (seal_receipts_new(path(part->home, "keys/city-ca.crt"), &receipts) < 0 ||
        seal_verifier_new(path(part->home, "keys/kiosk-ca.crt"), &verifier) < 0) {
        die("keys");
    }
    struct sync_config config = {.url = part->url,
        .ca = path(part->home, "keys/city-ca.crt"),
        .receipts = receipts,
        .kiosks = verifier,
        .clock = clock_system(),
        .at_once = SYNC_AT_ONCE};
    for (unsigned i = 0; i < part->count; i++) {
        open_kiosk(part, part->first + i, &config, &kiosks[i]);
    }
    char nothing;
    if (write(part->ready, "", 1) != 1 || read(part->go, &nothing, 1) != 0) {
        die("a pipe");
    }
    int64_t before_us = processor_us();
    for (unsigned i = 0; i < part->count; i++) {
        if (pthread_create(&kiosks[i].thread, NULL, send_all, &kiosks[i]) != 0) {
            die("a thread");
        }
    }
    for (unsigned i = 0; i < part->count; i++) {
        pthread_join(kiosks[i].thread, NULL);
        tally->done_s[part->first + i] = kiosks[i].done_s;
        tally->again += without_receipt(&kiosks[i]);
    }
    tally->processor_us += processor_us() - before_us;
}

static int
by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void
fleet(struct part *part, unsigned kiosks, unsigned processes)
{
    size_t size = sizeof(struct tally) + kiosks * sizeof(double);
    struct tally *tally =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int ready[2], go[2];
    if (tally == MAP_FAILED || pipe(ready) < 0 || pipe(go) < 0) {
        die("memory or pipes");
    }
    part->ready = ready[1];
    part->go = go[0];
    for (unsigned i = 0; i < processes; i++) {
        part->first = i * kiosks / processes;
        part->count = (i + 1) * kiosks / processes - part->first;
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            close(go[1]);
            close(ready[0]);
            curl_global_init(CURL_GLOBAL_DEFAULT);
            play(part, tally);
            exit(0);
        }
    }
    close(ready[1]);
    char byte;
    for (unsigned i = 0; i < processes; i++) {
        if (read(ready[0], &byte, 1) != 1) {
            die("a process of the fleet");
        }
    }
    double begin = now_s();
    close(go[1]);
    for (unsigned i = 0; i < processes; i++) {
        int status;
        if (wait(&status) < 0 || status != 0) {
            die("a process of the fleet");
        }
    }
    qsort(tally->done_s, kiosks, sizeof(double), by_size);
    printf("first %.3f\nlast %.3f\n", tally->done_s[0] - begin, tally->done_s[kiosks - 1] - begin);
    printf(
        "processor %.3f\nagain %lld\n", (double)tally->processor_us / 1e6, (long long)tally->again);
}

int
main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc == 5 && strcmp(argv[1], "fill") == 0) {
        fill_one(argv[2], argv[3], strtol(argv[4], NULL, 10));
    } else if (argc == 4 && strcmp(argv[1], "drain") == 0) {
        drain(argv[2], argv[3]);
    } else if (argc == 6 && strcmp(argv[1], "raw") == 0) {
        raw(argv[2], argv[3], argv[4], (unsigned)strtoul(argv[5], NULL, 10));
    } else if (argc == 8 && strcmp(argv[1], "fleet") == 0) {
        struct part part = {
            .home = argv[2], .folder = argv[3], .url = argv[4], .each = strtol(argv[6], NULL, 10)};
        fleet(&part, (unsigned)strtoul(argv[5], NULL, 10), (unsigned)strtoul(argv[7], NULL, 10));
    } else {
        return 2;
    }
    return 0;
}
