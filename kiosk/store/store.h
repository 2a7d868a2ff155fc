/* store/store.h - the terminal's queue: one SQLite file of sealed rows, shared by kiosk (adds) and
 * kiosk-sync (takes away). Knows opaque bytes, no records, no network. Rollback journal,
 * synchronous=EXTRA, secure_delete (kiosk/decisions). A store belongs to one thread. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { STORE_ID_LEN = 16, STORE_HASH_LEN = 32, STORE_ENVELOPE_MAX = 512 * 1024 };

struct store;

/* Opens or makes the file. KERR_STORE, KERR_STORE_CORRUPT, KERR_STORE_READ_ONLY, KERR_STORE_VERSION. */
int store_open(const char *path, struct store **ret_store);
void store_close(struct store *store);

/* The place that the next record takes: epoch and gap-free sequence. Starts the one transaction;
 * exactly one of store_put and store_abandon must follow. KERR_BUSY, KERR_NO_SPACE, KERR_STORE. */
struct store_slot {
    uint64_t epoch;
    uint64_t sequence;
    uint8_t previous[STORE_HASH_LEN]; /* hash of the envelope before, zeros for the first */
};
int store_begin(struct store *store, struct store_slot *ret_slot);
/* Adds the envelope and commits. After 0 the row survives a power cut; after an error nothing was
 * stored and the sequence is not used up. KERR_NO_SPACE, KERR_IO, KERR_STORE. */
int store_put(struct store *store, const struct store_slot *slot, const uint8_t id[STORE_ID_LEN],
    const uint8_t *envelope, size_t len, int64_t now);
void store_abandon(struct store *store);

/* The oldest row that is due at now (wall seconds). KERR_NOT_FOUND when none is. */
struct store_row {
    uint64_t sequence;
    uint8_t id[STORE_ID_LEN];
    uint8_t hash[STORE_HASH_LEN];
    unsigned tries; /* attempts so far */
};
int store_next_due(
    struct store *store, int64_t now, struct store_row *ret_row, struct buf *ret_envelope);
/* Removes the row for good, after a receipt that verified; keeps sequence, id and receipt hash. */
int store_sent(struct store *store, uint64_t sequence, const uint8_t receipt_hash[STORE_HASH_LEN],
    int64_t now);
/* Not before next_try. */
int store_delay(struct store *store, uint64_t sequence, int64_t next_try);
/* Sets the row aside: it stays on the disk, is not sent again, and raises the alarm. status is the
 * HTTP status that refused it. */
int store_quarantine(struct store *store, uint64_t sequence, int status);

struct store_counts {
    uint64_t queued, quarantined, sent;
    uint64_t epoch, next_sequence;
    int64_t oldest_queued_at; /* 0 when none */
    int64_t next_try; /* earliest next attempt, 0 when none is queued */
};
int store_counts(struct store *store, struct store_counts *ret_counts);

#endif
