/* program/ctl_own.c - this terminal's own keys and certificates, from the settings. */
#include "program/ctl_own.h"

#include <stdlib.h>

void
ctl_own_open(const struct conf *conf, struct ctl_own *ret_own)
{
    *ret_own = (struct ctl_own){.cert = conf_path(conf, "kiosk-cert", "keys/kiosk.crt"),
        .key = conf_path(conf, "kiosk-key", "keys/kiosk.key"),
        .tls_cert = conf_path(conf, "kiosk-tls-cert", "keys/kiosk-tls.crt"),
        .tls_key = conf_path(conf, "kiosk-tls-key", "keys/kiosk-tls.key")};
    ret_own->own = (struct seal_own){.cert = ret_own->cert,
        .key = ret_own->key,
        .tls_cert = ret_own->tls_cert,
        .tls_key = ret_own->tls_key};
}

void
ctl_own_close(struct ctl_own *own)
{
    free(own->cert);
    free(own->key);
    free(own->tls_cert);
    free(own->tls_key);
}
