/* sync/sync.h - the outbox loop: takes due envelopes from the store, PUTs the stored bytes over HTTPS
 * with a client certificate, and removes a row only on a receipt that verifies. Sees sealed bytes
 * only. One thread. */
#ifndef SYNC_SYNC_H
#define SYNC_SYNC_H

#include <stdint.h>

#include "base/clock.h"
#include "seal/seal.h"
#include "store/store.h"

struct sync_config {
    const char *url; /* "https://host:port" of the intake, no path */
    const char *ca; /* PEM file: who may be the intake */
    const char *client_cert; /* PEM files of this kiosk for TLS */
    const char *client_key;
    const struct seal_receipts *receipts; /* borrowed */
    struct store *store; /* borrowed */
    const struct clock *clock; /* borrowed */
};

struct sync;

int sync_new(const struct sync_config *config, struct sync **ret_sync);
void sync_free(struct sync *sync);

enum sync_result {
    SYNC_IDLE, /* nothing was due */
    SYNC_SENT, /* one row sent, receipt verified, row deleted */
    SYNC_LATER, /* the row was put off */
    SYNC_QUARANTINE /* the city refused this row for good; it is set aside */
};
/* One attempt with the oldest due row. An enum sync_result, or KERR_STORE..., KERR_NO_MEMORY. */
int sync_step(struct sync *sync);
/* Milliseconds until sync_step is worth calling again; at most 1,000, since kiosk adds rows. */
int64_t sync_wait_ms(struct sync *sync);

/* Full jitter, exponential from 1 s to 15 min (reliability: A. Rogers et al. call it "full jitter"):
 * a uniform number of seconds in [1, min(900, 2^tries)]. chance is any 32 random bits. */
int64_t sync_backoff_s(unsigned tries, uint32_t chance);

#endif
