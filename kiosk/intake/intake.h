/* intake/intake.h - the city's listener: PUT /v1/records/{id} and GET /v1/records/{id}/receipt over
 * HTTPS with client certificates. Checks the kiosk's signature, commits to the ledger, then signs the
 * receipt. Has no key that opens a record. */
#ifndef INTAKE_INTAKE_H
#define INTAKE_INTAKE_H

#include <stdint.h>

#include "base/clock.h"
#include "seal/seal.h"

struct intake_config {
    const char *address; /* numeric, "127.0.0.1" */
    uint16_t port; /* 0: any; ask intake_port */
    const char *tls_cert, *tls_key; /* PEM of the server */
    const char *client_ca; /* PEM: which kiosks may connect */
    const char *ledger; /* where: each worker thread opens its own handle */
    const struct seal_verifier *verifier; /* borrowed */
    const struct seal_signer *signer; /* borrowed */
    const struct clock *clock; /* borrowed */
};

struct intake;

/* Starts listening on threads of its own. KERR_NET (address in use), KERR_SEAL_KEY, KERR_STORE. */
int intake_start(const struct intake_config *config, struct intake **ret_intake);
/* Stops, waits for requests under way, frees. NULL is accepted. */
void intake_stop(struct intake *intake);
uint16_t intake_port(const struct intake *intake);

#endif
