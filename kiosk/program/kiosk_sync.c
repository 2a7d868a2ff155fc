/* kiosk-sync: sends sealed records to the city, takes its bundles, and tells it when somebody calls for staff, until SIGINT or SIGTERM. --once tries each
 * queued record and each kind of bundle once and ends: 0 the queue is empty, 3 it is not, 1 broken set-up, 2 wrong use. */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/report.h"
#include "base/rng.h"
#include "base/secret.h"
#include "base/version.h"
#include "seal/seal.h"
#include "store/store.h"
#include "sync/sync.h"

enum {
    EXIT_SET_UP = 1,
    EXIT_USE = 2,
    EXIT_NOT_EMPTY = 3,
    AFTER_ERROR_MS = 1000,
    RENEW_MS = 60 * 60 * 1000, /* how often the dates of certificates are looked at */
    RENEW_DAYS = 30,
    RENEW_DAYS_MAX = 4000,
    SECONDS_A_DAY = 86400,
    MB = 1024 * 1024,
    HEALTH_MS = 10 * 1000, /* how often the numbers for watchers are written */
    LOOK_S = 300, /* how often bundles are asked for, unless bundle-look-s says otherwise */
    LOOK_MAX_S = 86400,
    FIRST_LOOK_MAX_S = 30 /* terminals that begin together ask at different moments */
};

enum {
    CITY_CA,
    TLS_CERT,
    TLS_KEY,
    KIOSK_CA,
    KIOSK_CERT,
    KIOSK_KEY,
    QUEUE,
    HEALTH,
    BUNDLES,
    KEYRING,
    RECIPIENTS,
    CALL,
    CALL_ANSWER,
    PATH_COUNT
};

static volatile sig_atomic_t stopped;

static void
on_signal(int number)
{
    stopped = number;
}

static void
sleep_ms(int64_t ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    (void)nanosleep(&time, NULL); /* shorter when a signal comes, which is meant */
}

static void
log_attempt(struct sync_report last)
{
    if (last.result == SYNC_SENT) {
        LOG(LOG_INFO, "sync.sent", LOG_INT("sequence", last.sequence));
    } else if (last.result == SYNC_LATER) {
        LOG(LOG_WARN, "sync.later", LOG_INT("sequence", last.sequence),
            LOG_INT("status", last.status), LOG_ERR(last.error), LOG_INT("delay", last.delay_s));
    } else if (last.result == SYNC_QUARANTINE) {
        LOG(LOG_ERROR, "sync.quarantine", LOG_INT("sequence", last.sequence),
            LOG_INT("status", last.status));
    }
}

/* Until when the city's key holds that the terminal seals with: of its list, or of what it began with when there is no
 * list that verifies (app/sealing.c). 0 when nothing can be read. */
static int64_t
key_until(char *const paths[PATH_COUNT])
{
    struct seal_keyring *ring = NULL;
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_KEYRING_MAX);
    int r = fs_read(paths[KEYRING], &bytes);
    r = r == 0 ? seal_keyring_read(paths[CITY_CA], bytes.data, bytes.len, &ring) : r;
    if (r < 0 && seal_keyring_first(paths[RECIPIENTS], &ring) < 0) {
        return 0;
    }
    int64_t until = seal_keyring_use(ring, clock_wall_s(clock_system())).until;
    seal_keyring_free(ring);
    return until;
}

/* What is told of this terminal, besides what sync and store know. */
struct telling {
    char *const *paths;
    int64_t started_at;
    uint64_t reserve; /* bytes that the terminal keeps for a visit under way */
};

/* What the city's fleet view shows of this terminal. */
static int
say(struct sync *sync, struct store *store, const struct sync_health *health,
    const struct telling *telling)
{
    char *const *paths = telling->paths;
    struct store_room room;
    bool is_full = store_room(paths[QUEUE], telling->reserve, &room) == 0 && room.is_full;
    struct store_counts counts;
    AUTO_BUF line;
    buf_init(&line, REPORT_MAX);
    struct report report = {.version = MADOGUCHI_VERSION,
        .at = health->written_at,
        .waiting = health->waiting,
        .oldest_at = health->oldest_at,
        .aside = health->aside,
        .had = health->had,
        .tls_until = health->certificate_until,
        .content = health->content_counter,
        .keys = health->keys_counter,
        .live = health->live_counter,
        .answers = health->answers_counter,
        .key_until = health->key_until,
        .full = is_full ? 1 : 0};
    (void)seal_file_until(paths[KIOSK_CERT], &report.kiosk_until); /* stays 0 */
    int r = store_counts(store, &counts);
    if (r == 0) {
        report.epoch = (int64_t)counts.epoch;
        report.next_sequence = (int64_t)counts.next_sequence;
        r = report_write(&report, &line);
    }
    if (r == 0) {
        sync_say(sync, buf_str(&line));
    }
    return r;
}

/* Looks after the terminal's own certificates, and asks for the next ones in time. What goes wrong is told, here and by
 * the date that kioskctl status shows, and holds no record up. */
static void
look_after(struct sync *sync, const struct sync_config *config, const struct sync_renewal *renewal)
{
    int r = sync_renew(config, renewal);
    if (r == SYNC_RENEWAL_DONE) {
        sync_hang_up(sync);
        LOG(LOG_INFO, "sync.renewal", LOG_LITERAL("state", "done"));
    } else if (r == SYNC_RENEWAL_WAITS) {
        LOG(LOG_WARN, "sync.renewal", LOG_LITERAL("state", "waits"));
    } else if (r < 0 && r != KERR_CANCELLED) {
        LOG(LOG_ERROR, "sync.renewal", LOG_LITERAL("state", "failed"), LOG_ERR(r));
    }
}

/* Writes how the line is. A disk that can't take it is no reason to stop sending. */
static void
tell(struct sync *sync, struct store *store, const struct telling *telling)
{
    char *const *paths = telling->paths;
    struct sync_health health;
    int r = sync_health(sync, &health);
    if (r == 0) {
        health.started_at = telling->started_at;
        health.written_at = clock_wall_s(clock_system());
        health.certificate_until = 0;
        (void)seal_file_until(paths[TLS_CERT], &health.certificate_until); /* stays 0 */
        health.key_until = key_until(paths);
        sync_health_bundles(&health, paths[BUNDLES], paths[CITY_CA]);
        int said = say(sync, store, &health, telling);
        r = sync_health_write(paths[HEALTH], &health);
        r = r == 0 ? said : r;
    }
    if (r < 0) {
        LOG(LOG_WARN, "sync.no-health", LOG_ERR(r));
    }
}

/* ---- threads beside the records, which never wait for them ---- */

struct beside {
    pthread_t thread;
    pthread_mutex_t lock; /* for the next two */
    pthread_cond_t wake;
    bool is_ending;
};

/* False when it is time to end. */
static bool
rest(struct beside *beside, int64_t ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until); /* exists on every Linux */
    int64_t ns = until.tv_nsec + ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + ns / 1000000000;
    until.tv_nsec = (long)(ns % 1000000000);
    (void)pthread_mutex_lock(&beside->lock);
    int r = 0;
    while (!beside->is_ending && r == 0) {
        r = pthread_cond_timedwait(&beside->wake, &beside->lock, &until);
    }
    bool goes_on = !beside->is_ending;
    (void)pthread_mutex_unlock(&beside->lock);
    return goes_on;
}

/* Signals are the main thread's. False when there is no thread to be had. */
static bool
begin(struct beside *beside, void *(*work)(void *arg), void *arg)
{
    sigset_t all;
    sigset_t before;
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic); /* none of these can fail on Linux with these values */
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&beside->wake, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    (void)pthread_mutex_init(&beside->lock, NULL);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    bool ok = pthread_create(&beside->thread, NULL, work, arg) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

static void
end(struct beside *beside)
{
    (void)pthread_mutex_lock(&beside->lock);
    beside->is_ending = true;
    (void)pthread_cond_signal(&beside->wake);
    (void)pthread_mutex_unlock(&beside->lock);
    (void)pthread_join(beside->thread, NULL); /* it was started and is joined once */
}

/* Calls for staff. */
struct calling {
    struct sync_call *call;
    struct beside beside;
};

static void *
call_on(void *arg)
{
    struct calling *calling = arg;
    while (rest(&calling->beside, sync_call_step(calling->call))) {
    }
    return NULL;
}

/* Bundles. */
struct looking {
    struct sync_down *down;
    int64_t look_s;
    struct beside beside;
};

static void
look_once(struct sync_down *down)
{
    struct sync_bundle bundles[SEAL_BUNDLE_COUNT];
    (void)sync_down_pass(down, bundles); /* each kind is told */
    for (enum seal_bundle kind = 0; kind < SEAL_BUNDLE_COUNT && !stopped; kind++) {
        const struct sync_bundle *bundle = &bundles[kind];
        const char *name = seal_bundle_name(kind);
        if (bundle->result == SYNC_BUNDLE_TAKEN) {
            LOG(LOG_INFO, "bundle.taken", LOG_ID("kind", name),
                LOG_INT("counter", bundle->state.counter));
        } else if (bundle->result == SYNC_BUNDLE_LATER) {
            LOG(LOG_WARN, "bundle.later", LOG_ID("kind", name), LOG_ERR(bundle->error));
        } else if (bundle->result == SYNC_BUNDLE_REFUSED) {
            LOG(LOG_ERROR, "bundle.refused", LOG_ID("kind", name), LOG_ERR(bundle->error),
                LOG_INT("counter", bundle->state.counter));
        }
    }
}

static void *
look_on(void *arg)
{
    struct looking *looking = arg;
    uint32_t chance;
    rng_fill(&chance, sizeof(chance));
    int64_t first = looking->look_s < FIRST_LOOK_MAX_S ? looking->look_s : FIRST_LOOK_MAX_S;
    int64_t wait = chance % first;
    while (rest(&looking->beside, wait * 1000)) {
        look_once(looking->down);
        wait = sync_down_wait_s(looking->down, looking->look_s);
    }
    return NULL;
}

static int
run(struct sync *sync, const struct sync_config *config, const struct sync_renewal *renewal,
    const struct telling *telling)
{
    LOG(LOG_INFO, "sync.started", LOG_INT("timeout", SYNC_TIMEOUT_S));
    int64_t tell_ms = 0, renew_ms = 0;
    while (!stopped) {
        if (clock_mono_ms(clock_system()) >= renew_ms) {
            look_after(sync, config, renewal);
            renew_ms = clock_mono_ms(clock_system()) + RENEW_MS;
        }
        if (clock_mono_ms(clock_system()) >= tell_ms) {
            tell(sync, config->store, telling);
            tell_ms = clock_mono_ms(clock_system()) + HEALTH_MS;
        }
        int r = sync_step(sync);
        if (r < 0 && r != KERR_CANCELLED) {
            LOG(LOG_ERROR, "sync.failed", LOG_ERR(r));
            sleep_ms(AFTER_ERROR_MS);
        } else if (r > SYNC_IDLE) {
            log_attempt(sync_last(sync));
        } else if (!stopped) {
            sleep_ms(sync_wait_ms(sync));
        }
    }
    LOG(LOG_INFO, "sync.stopped", LOG_INT("signal", stopped));
    return 0;
}

static int
run_once(struct sync *sync, struct store *store)
{
    struct store_counts counts = {0};
    int r = sync_pass(sync);
    log_attempt(sync_last(sync)); /* tells why rows are left */
    r = r == 0 ? store_counts(store, &counts) : r;
    if (r < 0) {
        LOG(LOG_ERROR, "sync.failed", LOG_ERR(r));
        return EXIT_NOT_EMPTY;
    }
    LOG(LOG_INFO, "sync.once", LOG_INT("queued", counts.queued), LOG_INT("sent", counts.sent),
        LOG_INT("quarantined", counts.quarantined));
    return counts.queued == 0 ? 0 : EXIT_NOT_EMPTY;
}

/* Opens the queue. A damaged one is the terminal's to mend, which it does at its start or in an idle moment: waits for that. */
static int
open_queue(const char *path, bool once, struct store **ret_store)
{
    int r = store_open(path, ret_store);
    if (r == KERR_STORE_CORRUPT && !once) {
        LOG(LOG_ERROR, "sync.waits", LOG_ERR(r));
    }
    while (r == KERR_STORE_CORRUPT && !once && !stopped) {
        sleep_ms(AFTER_ERROR_MS);
        r = store_open(path, ret_store);
    }
    return r;
}

static int
work(const struct conf *conf, char *const paths[PATH_COUNT], bool once)
{
    struct seal_receipts *receipts = NULL;
    struct seal_verifier *kiosks = NULL;
    struct store *store = NULL;
    struct sync *sync = NULL;
    struct sync_down *down = NULL;
    struct calling calling = {.call = NULL};
    int r = seal_receipts_new(paths[CITY_CA], &receipts);
    r = r == 0 ? seal_verifier_new(paths[KIOSK_CA], &kiosks) : r;
    r = r == 0 ? open_queue(paths[QUEUE], once, &store) : r;
    struct sync_config config = {.url = conf_str(conf, "intake-url", ""),
        .ca = paths[CITY_CA],
        .client_cert = paths[TLS_CERT],
        .client_key = paths[TLS_KEY],
        .receipts = receipts,
        .kiosks = kiosks,
        .store = store,
        .clock = clock_system(),
        .stop = &stopped,
        .at_once = SYNC_AT_ONCE};
    r = r == 0 ? sync_new(&config, &sync) : r;
    const struct sync_place place = {.folder = paths[BUNDLES],
        .city_ca = paths[CITY_CA],
        .keyring = paths[KEYRING],
        .reserve = SYNC_RESERVE};
    r = r == 0 ? sync_down_new(&config, &place, &down) : r;
    const struct sync_call_files files = {.call = paths[CALL], .answer = paths[CALL_ANSWER]};
    r = r == 0 ? sync_call_new(&config, &files, &calling.call) : r;
    int result = EXIT_SET_UP;
    if (r < 0) {
        LOG(LOG_ERROR, "sync.bad-set-up", LOG_ERR(r));
    } else {
        const struct telling telling = {.paths = paths,
            .started_at = clock_wall_s(clock_system()),
            .reserve = (uint64_t)conf_int(
                           conf, "queue-reserve-mb", 0, STORE_RESERVE_MB_MAX, STORE_RESERVE_MB) *
                       MB};
        struct looking looking = {
            .down = down, .look_s = conf_int(conf, "bundle-look-s", 1, LOOK_MAX_S, LOOK_S)};
        const struct sync_renewal renewal = {.own = {.cert = paths[KIOSK_CERT],
                                                 .key = paths[KIOSK_KEY],
                                                 .tls_cert = paths[TLS_CERT],
                                                 .tls_key = paths[TLS_KEY]},
            .kiosk_ca = paths[KIOSK_CA],
            .before_s =
                conf_int(conf, "renew-days", 1, RENEW_DAYS_MAX, RENEW_DAYS) * SECONDS_A_DAY};
        if (once) {
            look_after(sync, &config, &renewal);
            tell(sync, store, &telling); /* goes along with the first record */
            result = run_once(sync, store);
            look_once(down);
        } else if (begin(&looking.beside, look_on, &looking)) {
            if (begin(&calling.beside, call_on, &calling)) {
                result = run(sync, &config, &renewal, &telling);
                end(&calling.beside);
            } else {
                LOG(LOG_ERROR, "sync.no-thread", LOG_ERR(KERR_NO_MEMORY));
            }
            end(&looking.beside);
        } else {
            LOG(LOG_ERROR, "sync.no-thread", LOG_ERR(KERR_NO_MEMORY));
        }
        tell(sync, store, &telling);
    }
    sync_call_free(calling.call);
    sync_down_free(down);
    sync_free(sync);
    store_close(store);
    seal_verifier_free(kiosks);
    seal_receipts_free(receipts);
    return result;
}

int
main(int argc, char **argv)
{
    secret_harden_process();
    bool once = argc == 2 && strcmp(argv[1], "--once") == 0;
    if (argc > 1 && !once) {
        LOG(LOG_ERROR, "sync.usage", LOG_LITERAL("arguments", "--once"));
        return EXIT_USE;
    }
    struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: it ends a sleep */
    (void)sigaction(SIGINT, &action, NULL); /* can't fail for these numbers */
    (void)sigaction(SIGTERM, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    struct conf *conf;
    int line = 0, r = conf_load_home(&conf, &line);
    if (r < 0) {
        LOG(LOG_ERROR, "sync.no-settings", LOG_ERR(r), LOG_INT("line", line));
        return EXIT_SET_UP;
    }
    char *paths[PATH_COUNT] = {[CITY_CA] = conf_path(conf, "city-ca", "keys/city-ca.crt"),
        [TLS_CERT] = conf_path(conf, "kiosk-tls-cert", "keys/kiosk-tls.crt"),
        [TLS_KEY] = conf_path(conf, "kiosk-tls-key", "keys/kiosk-tls.key"),
        [KIOSK_CA] = conf_path(conf, "kiosk-ca", "keys/kiosk-ca.crt"),
        [KIOSK_KEY] = conf_path(conf, "kiosk-key", "keys/kiosk.key"),
        [KIOSK_CERT] = conf_path(conf, "kiosk-cert", "keys/kiosk.crt"),
        [QUEUE] = conf_path(conf, "queue", "queue.db"),
        [HEALTH] = conf_path(conf, "sync-health", "sync.prom"),
        [BUNDLES] = conf_path(conf, "bundles", "bundles"),
        [KEYRING] = conf_path(conf, "keyring", "keyring.der"),
        [RECIPIENTS] = conf_path(conf, "recipients", "keys/recipients.pem"),
        [CALL] = conf_path(conf, "call", "call"),
        [CALL_ANSWER] = conf_path(conf, "call-answer", "call-answer")};
    int result = work(conf, paths, once);
    for (size_t i = 0; i < PATH_COUNT; i++) {
        free(paths[i]);
    }
    conf_free(conf);
    return result;
}
