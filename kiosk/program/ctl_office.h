/* program/ctl_office.h - the city's side of terminals' certificates, from the settings: the kiosks' CA (kiosk-ca, and the
 * key beside it), the folder with tokens, requests and answers (enrolment), and who was revoked. */
#ifndef PROGRAM_CTL_OFFICE_H
#define PROGRAM_CTL_OFFICE_H

#include "base/conf.h"
#include "seal/seal.h"

struct ctl_office {
    struct seal_office office;
    struct seal_verifier *kiosks;
    char *ca_cert, *ca_key, *folder, *revoked;
};
/* Errors of seal_verifier_new and seal_verifier_honour; nothing is to be closed then. */
int ctl_office_open(const struct conf *conf, struct ctl_office *ret_office);
void ctl_office_close(struct ctl_office *office);

#endif
