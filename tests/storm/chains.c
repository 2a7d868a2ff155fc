/* After the storm: each terminal's chain of events is what its signed points say, those that it keeps and the newest that came to
 * the city; it tells the way of each record once, and the city raised no alarm, whatever came late, twice or never. */
#define _GNU_SOURCE
#include "storm/storm.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "ledger/ledger.h"
#include "store/store.h"

enum {
    POINTS_MAX = 64,
    SURE_RECORDS = 500 /* fewer may all be on their way before the first point */
};

struct known {
    struct store_point points[POINTS_MAX];
    size_t count;
    char kiosk[LEDGER_NAME_MAX];
    bool is_at_city;
};

struct chains {
    const struct storm *storm;
    struct seal_verifier *verifier;
    struct known *known; /* of each kiosk */
    uint64_t at_city, events, broken;
};

static void
broken(struct chains *chains, const char *what, unsigned kiosk, uint64_t number)
{
    if (chains->broken++ < 4) {
        fprintf(stderr, "storm: broken promise: %s (kiosk-%03u, %llu)\n", what, kiosk,
            (unsigned long long)number);
    }
}

/* A point counts when this kiosk signed it. */
static bool
take_point(struct chains *chains, struct known *known, const uint8_t *bytes, size_t len)
{
    struct seal_point said;
    if (seal_point_verify(chains->verifier, bytes, len, &said) < 0 ||
        strcmp(said.kiosk, known->kiosk) != 0 || known->count == POINTS_MAX) {
        return false;
    }
    struct store_point *point = &known->points[known->count++];
    *point = (struct store_point){.epoch = said.epoch, .size = said.size};
    memcpy(point->head, said.head, sizeof(point->head));
    return true;
}

/* ledger_chains' each. */
static int
at_city(const struct ledger_chain *chain, void *ctx)
{
    struct chains *chains = ctx;
    unsigned kiosk;
    if (sscanf(chain->largest.kiosk, "kiosk-%u", &kiosk) != 1 || kiosk >= chains->storm->kiosks) {
        broken(chains, "the city has a chain of nobody's", 999, 0);
        return 0;
    }
    if (chain->alarms > 0) {
        broken(chains, "an alarm about a chain that is whole", kiosk, chain->alarms);
    }
    struct known *known = &chains->known[kiosk];
    known->is_at_city = take_point(chains, known, chain->bytes, chain->len) &&
                        known->points[0].size == chain->largest.size;
    chains->at_city += known->is_at_city;
    return 0;
}

struct each {
    struct chains *chains;
    struct known *known;
};

/* store_points' each. */
static int
at_kiosk(void *ctx, const uint8_t *bytes, size_t len)
{
    struct each *each = ctx;
    return take_point(each->chains, each->known, bytes, len) ? 0 : 1;
}

static void
check_kiosk(struct chains *chains, unsigned kiosk)
{
    char path[STORM_PATH];
    struct known *known = &chains->known[kiosk];
    struct each each = {chains, known};
    struct store *store = NULL;
    struct store_point end = {0};
    storm_path(chains->storm, path, "kiosk-%03u/queue.db", kiosk);
    if (!known->is_at_city && chains->storm->each >= SURE_RECORDS) {
        broken(chains, "the city has no signed point of a chain", kiosk, 0);
    }
    if (store_open(path, &store) < 0) {
        storm_die(path);
    }
    int r = store_points(store, at_kiosk, &each);
    if (r != 0) {
        broken(chains, "a point that the kiosk did not sign", kiosk, known->count);
    }
    r = store_audit(store, known->points, known->count, &end);
    if (r < 0) {
        broken(chains, "the chain of events is not what was signed", kiosk, end.size);
    } else if (end.size != 2 * chains->storm->each) { /* queued, and sent */
        broken(chains, "the chain does not tell each record's way once", kiosk, end.size);
    }
    chains->events += end.size;
    store_close(store);
}

bool
storm_check_chains(const struct storm *storm, struct ledger *ledger)
{
    char path[STORM_PATH];
    struct chains chains = {.storm = storm, .known = xcalloc(storm->kiosks, sizeof(*chains.known))};
    storm_path(storm, path, "city/keys/kiosk-ca.crt");
    for (unsigned i = 0; i < storm->kiosks; i++) {
        snprintf(chains.known[i].kiosk, sizeof(chains.known[i].kiosk), "kiosk-%03u", i);
    }
    if (seal_verifier_new(path, &chains.verifier) < 0 ||
        ledger_chains(ledger, at_city, &chains) < 0) {
        storm_die("the city's points");
    }
    for (unsigned i = 0; i < storm->kiosks; i++) {
        check_kiosk(&chains, i);
    }
    printf("storm: %llu events in %u chains, %llu of them with a signed point at the city\n",
        (unsigned long long)chains.events, storm->kiosks, (unsigned long long)chains.at_city);
    seal_verifier_free(chains.verifier);
    free(chains.known);
    return chains.broken == 0;
}

void
storm_harm(const struct storm *storm)
{
    char path[STORM_PATH];
    sqlite3 *db = NULL;
    storm_path(storm, path, "kiosk-000/queue.db");
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_exec(db, "UPDATE audit SET at = at + 1 WHERE number = 7", NULL, NULL, NULL) !=
            SQLITE_OK ||
        sqlite3_changes(db) != 1) {
        storm_die("the harm");
    }
    sqlite3_close(db);
}
