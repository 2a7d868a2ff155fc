/* intake/intake.h - the city's listener: PUT /v1/records/{id}, GET /v1/records/{id}/receipt and
 * GET /v1/health over HTTPS with client certificates; numbers for watchers on a port of loopback. Checks the kiosk's signature, commits to the
 * ledger, then signs the receipt. Has no key that opens a record. Answers are in
 * kiosk/decisions/0004-put-and-receipt.md; errors are problem details (RFC 9457). */
#ifndef INTAKE_INTAKE_H
#define INTAKE_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "seal/seal.h"

enum { INTAKE_WORKERS = 4, INTAKE_CONNECTIONS_MAX = 512, INTAKE_TIMEOUT_S = 30 };

/* One answered request, for the program's log. kiosk is the client certificate's common name and
 * lives during the call; "" when it is not known. */
struct intake_event {
    int status; /* HTTP */
    int error; /* why, when it is no success: KERR_... */
    const char *kiosk;
    uint64_t position; /* in the ledger, 0 when none is meant */
};

/* Strings are copied, files are read at the start; everything else is borrowed. */
struct intake_config {
    const char *address; /* numeric, "127.0.0.1" */
    uint16_t port; /* 0: any; ask intake_port */
    const char *tls_cert, *tls_key; /* PEM of the server */
    const char *client_ca; /* PEM: which kiosks may connect */
    const char *ledger; /* where: each worker thread opens its own handle */
    /* Prometheus' text at http://127.0.0.1:watch_port/metrics, and /health; no client certificate, so
     * on loopback only. 0: any port; ask intake_watch_port. */
    bool is_watched;
    uint16_t watch_port;
    const struct seal_verifier *verifier; /* borrowed */
    const struct seal_signer *signer; /* borrowed */
    const struct clock *clock; /* borrowed */
    /* Called after each PUT, and after every other request that is refused; from several threads
     * at once. May be NULL. */
    void (*answered)(void *ctx, const struct intake_event *event);
    void *ctx;
};

struct intake;

/* Starts listening on threads of its own. KERR_INVALID (address), KERR_NET (address in use),
 * KERR_SEAL_KEY (a PEM file), KERR_STORE and its kin (the ledger). */
int intake_start(const struct intake_config *config, struct intake **ret_intake);
/* Stops, waits for requests under way, frees. NULL is accepted. */
void intake_stop(struct intake *intake);
uint16_t intake_port(const struct intake *intake);
/* 0 when it is not watched. */
uint16_t intake_watch_port(const struct intake *intake);

#endif
