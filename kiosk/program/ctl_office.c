/* program/ctl_office.c - the city's side of terminals' certificates, from the settings. */
#include "program/ctl_office.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

enum { DAYS = 2 * 365, DAYS_MAX = 10 * 365 };

/* The key beside a certificate: the same name, another ending. */
static char *
key_beside(const char *cert)
{
    static const char ending[] = ".crt";
    size_t len = strlen(cert);
    char *key = xstrdup(cert);
    if (len > sizeof(ending) && strcmp(key + len - (sizeof(ending) - 1), ending) == 0) {
        memcpy(key + len - (sizeof(ending) - 1), ".key", sizeof(ending) - 1);
    }
    return key;
}

int
ctl_office_open(const struct conf *conf, struct ctl_office *ret_office)
{
    *ret_office = (struct ctl_office){.ca_cert = conf_path(conf, "kiosk-ca", "keys/kiosk-ca.crt"),
        .folder = conf_path(conf, "enrolment", "enrol"),
        .revoked = conf_path(conf, "revoked", "keys/kiosk.crl")};
    ret_office->ca_key = key_beside(ret_office->ca_cert);
    int r = seal_verifier_new(ret_office->ca_cert, &ret_office->kiosks);
    r = r == 0 ? seal_verifier_honour(ret_office->kiosks, ret_office->revoked) : r;
    if (r < 0) {
        ctl_office_close(ret_office);
        return r;
    }
    ret_office->office = (struct seal_office){.ca_cert = ret_office->ca_cert,
        .ca_key = ret_office->ca_key,
        .folder = ret_office->folder,
        .kiosks = ret_office->kiosks,
        .now = clock_wall_s(clock_system()),
        .days = (int)conf_int(conf, "certificate-days", 1, DAYS_MAX, DAYS)};
    return 0;
}

void
ctl_office_close(struct ctl_office *office)
{
    seal_verifier_free(office->kiosks);
    free(office->revoked);
    free(office->folder);
    free(office->ca_key);
    free(office->ca_cert);
    *office = (struct ctl_office){.kiosks = NULL};
}
