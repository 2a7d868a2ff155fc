/* program/ctl_own.h - this terminal's own keys and certificates, from the settings. */
#ifndef PROGRAM_CTL_OWN_H
#define PROGRAM_CTL_OWN_H

#include "base/conf.h"
#include "seal/seal.h"

struct ctl_own {
    struct seal_own own; /* of the four */
    char *cert, *key, *tls_cert, *tls_key;
};
void ctl_own_open(const struct conf *conf, struct ctl_own *ret_own);
void ctl_own_close(struct ctl_own *own);

#endif
