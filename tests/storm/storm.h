/* The storm: real terminals' queues and programs on one side, the real intake on the other, between them
 * a line that breaks in every way, and everything is killed at random. What the files here share. */
#ifndef TESTS_STORM_STORM_H
#define TESTS_STORM_STORM_H

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seal/seal.h"

enum { STORM_KIOSKS_MAX = 512, STORM_PATH = 512 };

struct storm {
    const char *folder; /* empty at the start */
    const char *sync, *intake; /* programs */
    const char *ledger; /* where, as ledger_open has it */
    unsigned kiosks;
    uint64_t each; /* records of one kiosk */
    uint64_t seed;
    unsigned faults; /* of 1,000 requests; 0: a calm line */
    uint16_t intake_port, proxy_port;
    int listener; /* the proxy's, inherited */
    struct weather *weather; /* shared by all processes */
};

/* In memory that parent and children share. */
struct weather {
    atomic_bool is_calm; /* the proxy passes everything on */
    atomic_ullong requests, faults;
    atomic_ullong kinds[64];
};

/* One line of a kiosk's memory of what it did, written before (submitted) and after (accepted) the
 * commit, and of the proxy's of each receipt that came from the city. Fixed size, appended by one
 * write. */
struct storm_note {
    uint64_t sequence;
    uint8_t id[SEAL_ID_LEN];
    uint8_t hash[SEAL_HASH_LEN];
};

void storm_path(const struct storm *storm, char out[STORM_PATH], const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void storm_die(const char *what) __attribute__((noreturn));
void storm_note(int fd, const struct storm_note *note);
int storm_append(const char *path);

/* kiosks.c: keys and settings of the city and of each kiosk; the process that fills one queue. */
void storm_set_up(const struct storm *storm);
void storm_fill(const struct storm *storm, unsigned kiosk) __attribute__((noreturn));
/* proxy.c: the process on the line; never returns. */
void storm_proxy(const struct storm *storm) __attribute__((noreturn));
const char *storm_fault_name(unsigned kind); /* NULL after the last */
/* check.c: true when every promise holds; what does not is told on standard error. */
bool storm_check(const struct storm *storm);
/* chains.c: the same of the terminals' chains of events and the points that they signed. */
struct ledger;
bool storm_check_chains(const struct storm *storm, struct ledger *ledger);
/* Changes one event that was signed: the check must find it. */
void storm_harm(const struct storm *storm);
/* Rows in one kiosk's queue; UINT64_MAX when it can't be read just now. */
uint64_t storm_queued(const struct storm *storm, unsigned kiosk);

#endif
