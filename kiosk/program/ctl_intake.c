/* program/ctl_intake.c - the city's side of a record's way, as kiosk-intake has it. */
#include "ctl_intake.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "ledger/ledger.h"
#include "seal/seal.h"

static int
complain(const char *command, const char *what, int error)
{
    (void)fprintf(stderr, "kioskctl %s: %s: %s\n", command, what, err_str(error));
    return error;
}

int
ctl_intake_open(const struct conf *conf, const char *command, struct ctl_intake *ret_intake)
{
    *ret_intake = (struct ctl_intake){0};
    char *kiosk_ca = conf_path(conf, "kiosk-ca", "keys/kiosk-ca.crt");
    char *revoked = conf_path(conf, "revoked", "keys/kiosk.crl");
    char *cert = conf_path(conf, "receipt-cert", "keys/receipt.crt");
    char *key = conf_path(conf, "receipt-key", "keys/receipt.key");
    char *where = ledger_where(conf_str(conf, "ledger", "ledger.db"), conf_folder(conf));
    int r = seal_verifier_new(kiosk_ca, &ret_intake->verifier);
    r = r == 0 ? seal_verifier_honour(ret_intake->verifier, revoked) : r;
    r = r == 0 ? seal_signer_new(cert, key, &ret_intake->signer) : r;
    if (r < 0) {
        (void)complain(command, "the set-up's keys", r);
    } else {
        r = ledger_open(where, &ret_intake->ledger);
        r = r < 0 ? complain(command, "the ledger", r) : 0; /* where may hold a password */
    }
    ret_intake->apart = conf_path(conf, "apart", "apart");
    ret_intake->door = (struct intake_door){.verifier = ret_intake->verifier,
        .signer = ret_intake->signer,
        .clock = clock_system(),
        .ledger = ret_intake->ledger,
        .apart = ret_intake->apart};
    free(where);
    free(key);
    free(cert);
    free(revoked);
    free(kiosk_ca);
    return r;
}

void
ctl_intake_release(struct ctl_intake *intake)
{
    free(intake->apart);
    ledger_close(intake->ledger);
    seal_signer_free(intake->signer);
    seal_verifier_free(intake->verifier);
    *intake = (struct ctl_intake){0};
}
