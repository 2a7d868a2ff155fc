/* program/ctl_status.c - kioskctl status: the queue's counts, how the line is, and the sealing key, for a person.
 * Ends with 1 when something needs one, so that a watcher notices. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "program/ctl.h"
#include "program/ctl_keys.h"
#include "program/ctl_own.h"
#include "seal/seal.h"
#include "store/store.h"
#include "sync/sync.h"

enum {
    SKEW_S = 60, /* a clock that is further away than this is told */
    END_SOON_S = 30 * 86400, /* a certificate that ends so soon, too */
    STILL_S = 120, /* kiosk-sync writes each 10 s; a transfer may take 30 */
    UNHEARD_S = 60 * 60, /* records wait, and nobody hears the city: then the line needs somebody */
    MB = 1024 * 1024
};

static void
print_counts(const char *path, const struct store_counts *counts)
{
    char when[CLOCK_RFC3339_LEN];
    (void)printf("queue        %s\n", path);
    (void)printf("waiting      %" PRIu64, counts->queued);
    if (counts->queued > 0) {
        clock_rfc3339(counts->oldest_queued_at, when);
        (void)printf(", the oldest since %s", when);
    }
    (void)printf("\n");
    if (counts->queued > 0) {
        clock_rfc3339(counts->next_try, when);
        (void)printf("next try     %s\n", when);
    }
    (void)printf("set aside    %" PRIu64 "%s\n", counts->quarantined,
        counts->quarantined == 0 ? ""
                                 : ": the city refused them, or they are damaged; they stay here. "
                                   "The log of kiosk-sync says why"
                                   " (sync.quarantine), kioskctl usb export brings them along");
    (void)printf("sent         %" PRIu64 "\n", counts->sent);
    (void)printf(
        "next number  %" PRIu64 " of epoch %" PRIu64 "\n", counts->next_sequence, counts->epoch);
}

/* True when it is full. */
static bool
print_room(const struct conf *conf, const char *path)
{
    struct store_room room;
    uint64_t wanted =
        (uint64_t)conf_int(conf, "queue-reserve-mb", 0, STORE_RESERVE_MB_MAX, STORE_RESERVE_MB) *
        MB;
    int r = store_room(path, wanted, &room);
    if (r < 0) {
        (void)printf("room         can't be told (%s)\n", err_str(r));
        return true;
    }
    (void)printf("room         %" PRIu64 " MB free, %" PRIu64
                 " MB more kept for a visit under way%s\n",
        room.free / MB, room.kept / MB,
        room.is_full
            ? ": THE DISK IS FULL. The terminal takes no new applications until there is room;"
              " what waits is kept and goes on leaving. Make room on this disk"
            : "");
    return room.is_full;
}

static int
show(const struct conf *conf, const char *path, struct store_counts *ret_counts)
{
    struct store *store = NULL;
    struct store_counts counts = {0};
    /* opening would make one: a missing queue is something to say, not to mend */
    int r = fs_exists(path) ? store_open(path, &store) : KERR_NOT_FOUND;
    if (r == 0) {
        r = store_counts(store, &counts);
    }
    store_close(store);
    if (r < 0) {
        (void)fprintf(stderr, "kioskctl status: %s: %s\n", path, err_str(r));
        return 1;
    }
    print_counts(path, &counts);
    *ret_counts = counts;
    bool is_full = print_room(conf, path);
    unsigned damaged = store_damaged_files(path);
    if (damaged > 0) {
        (void)printf(
            "damaged      %u older files beside the queue (.damaged-N): hand them over, then"
            " remove them\n",
            damaged);
    }
    return counts.quarantined > 0 || damaged > 0 || is_full ? 1 : 0;
}

static void
print_time(const char *what, int64_t at, const char *never)
{
    char when[CLOCK_RFC3339_LEN];
    if (at == 0) {
        (void)printf("%-12s %s\n", what, never);
        return;
    }
    clock_rfc3339(at, when);
    (void)printf("%-12s %s\n", what, when);
}

/* True, as in the two below: it needs somebody. */
static bool
print_certificate(const char *what, const char *path, int64_t now)
{
    int64_t from = 0, until = 0;
    if (seal_file_dates(path, &from, &until) < 0) {
        (void)printf("%-12s %s can't be read\n", what, path);
        return true;
    }
    char when[CLOCK_RFC3339_LEN];
    if (now < from) { /* a terminal without a battery begins in 1970 */
        clock_rfc3339(from, when);
        (void)printf("%-12s from %s: not yet, by this clock; is the clock right? Until then TLS"
                     " refuses, and records wait\n",
            what, when);
        return true;
    }
    clock_rfc3339(until, when);
    (void)printf("%-12s until %s%s\n", what, when,
        until < now ? ": it ended, by this clock; is the clock right? Until then TLS refuses, and"
                      " records wait"
        : until < now + END_SOON_S ? ": renew it"
                                   : "");
    return until < now + END_SOON_S;
}

/* What the last answer means. */
static const char *
answer_text(const struct sync_health *health)
{
    switch (health->error) {
    case 0:
        return "a receipt";
    case KERR_NET_TLS:
        return "TLS was refused: a certificate has ended or is another city's, or a clock is "
               "wrong. Records wait; tried again each 15 minutes";
    case KERR_NET_ANSWER:
        return "not the city's: something else answers on this line, a login page or a proxy. "
               "Records wait; tried again by itself";
    case KERR_NET_REFUSED:
        return health->status == 401 || health->status == 403
                   ? "the city refuses this terminal: it is revoked (kioskctl revoke at the city), "
                     "or its certificate is another terminal's. Records wait"
                   : "the city refused a record, which was set aside";
    case KERR_NET:
        return health->status == 0 ? "none: the line is away, or the city's intake is. Records "
                                     "wait; tried again by itself"
                                   : "the city's intake is busy or has no room. Records wait; "
                                     "tried again by itself";
    default:
        return "none that can be used";
    }
}

static void
print_answer(const struct sync_health *health)
{
    (void)printf("last answer  %s", answer_text(health));
    if (health->error != 0) {
        (void)printf(" (%s", err_str((int)health->error));
        if (health->status != 0) {
            (void)printf(", HTTP %" PRId64, health->status);
        }
        (void)printf(")");
    }
    (void)printf("\n");
}

/* Records wait for long and the city is not heard: true, and says so. */
static bool
print_unheard(const struct sync_health *health, const struct store_counts *counts, int64_t now)
{
    int64_t since = counts->oldest_queued_at > health->contact_at ? counts->oldest_queued_at
                                                                  : health->contact_at;
    if (counts->queued == 0 || now - since <= UNHEARD_S) {
        return false;
    }
    (void)printf("             records wait and the city was not heard for %" PRId64
                 " h: look at the line, or carry them (kioskctl usb export)\n",
        (now - since) / UNHEARD_S);
    return true;
}

/* How the line is, as kiosk-sync last wrote it. */
static bool
print_line(const char *path, const struct store_counts *counts, int64_t now)
{
    struct sync_health health;
    int r = sync_health_read(path, &health);
    if (r < 0) {
        (void)printf("line         kiosk-sync has not told yet\n");
        return false;
    }
    bool is_still = now - health.written_at > STILL_S;
    bool is_skewed = health.skew_s > SKEW_S || health.skew_s < -SKEW_S;
    print_time("line as of", health.written_at, "-");
    if (is_still) {
        (void)printf("             kiosk-sync does not run, or its disk is full\n");
    }
    print_time("city heard", health.contact_at, "not since kiosk-sync began");
    if (health.answer_at != 0) {
        print_answer(&health);
    }
    (void)printf("attempts     %" PRId64 " with a receipt, %" PRId64 " refused, %" PRId64
                 " not the city's word, %" PRId64 " unheard, %" PRId64 " refused by TLS\n",
        health.sent, health.refused, health.unproven, health.unheard, health.tls);
    if (health.contact_at != 0) {
        (void)printf("clock        the city's is %+" PRId64 " s from this one%s\n", health.skew_s,
            is_skewed ? ": set it" : "");
    }
    bool is_unheard = print_unheard(&health, counts, now);
    return is_skewed || (is_still && counts->queued > 0) || is_unheard ||
           health.error == KERR_NET_TLS || health.error == KERR_NET_REFUSED;
}

/* What came down. */
static void
print_bundles(const struct conf *conf)
{
    char *folder = conf_path(conf, "bundles", "bundles");
    char *city_ca = conf_path(conf, "city-ca", "keys/city-ca.crt");
    for (enum seal_bundle kind = 0; kind < SEAL_BUNDLE_COUNT; kind++) {
        struct sync_bundle_state state;
        if (sync_bundle_installed(folder, city_ca, kind, &state) == 0) {
            char when[CLOCK_RFC3339_LEN];
            clock_rfc3339(state.made_at, when);
            (void)printf(
                "%-12s bundle %" PRIu64 ", made %s\n", seal_bundle_name(kind), state.counter, when);
        }
    }
    free(city_ca);
    free(folder);
}

/* Says since when new certificates are waited for. */
static void
print_renewal(const struct conf *conf)
{
    struct ctl_own terminal;
    int64_t asked_at = 0;
    ctl_own_open(conf, &terminal);
    if (seal_own_asked_at(&terminal.own, &asked_at) == 0) {
        char when[CLOCK_RFC3339_LEN];
        clock_rfc3339(asked_at, when);
        (void)printf("renewal      asked %s; the city signs it: kioskctl enrol list\n", when);
    }
    ctl_own_close(&terminal);
}

/* What the line needs besides the queue. */
static bool
show_line(const struct conf *conf, const struct store_counts *counts)
{
    static const struct {
        const char *what, *setting, *otherwise;
    } certificates[] = {
        {"cert. TLS", "kiosk-tls-cert", "keys/kiosk-tls.crt"},
        {"cert. kiosk", "kiosk-cert", "keys/kiosk.crt"},
        {"city's CA", "city-ca", "keys/city-ca.crt"},
    };
    int64_t now = clock_wall_s(clock_system());
    char *path = conf_path(conf, "sync-health", "sync.prom");
    bool is_wrong = print_line(path, counts, now);
    free(path);
    print_renewal(conf);
    for (size_t i = 0; i < ARRAY_LEN(certificates); i++) {
        path = conf_path(conf, certificates[i].setting, certificates[i].otherwise);
        is_wrong |= print_certificate(certificates[i].what, path, now);
        free(path);
    }
    return is_wrong;
}

int
ctl_status(int argc, char **argv)
{
    (void)argv;
    if (argc != 1) {
        (void)fprintf(stderr, "usage: kioskctl status\n");
        return 2;
    }
    struct conf *conf = NULL;
    int line = 0;
    int r = conf_load_home(&conf, &line);
    if (r < 0) {
        char *home = conf_home();
        if (r == KERR_NOT_FOUND) {
            (void)fprintf(
                stderr, "kioskctl status: nothing is set up in %s: kioskctl init\n", home);
        } else {
            (void)fprintf(stderr,
                "kioskctl status: %s/madoguchi.conf: line %d can't be read (%s)\n", home, line,
                err_str(r));
        }
        free(home);
        return 1;
    }
    char *path = conf_path(conf, "queue", "queue.db");
    struct store_counts counts = {0};
    r = show(conf, path, &counts);
    free(path);
    r = show_line(conf, &counts) ? 1 : r;
    print_bundles(conf);
    r = ctl_keys_tell(conf) < 0 ? 1 : r;
    conf_free(conf);
    return r;
}
