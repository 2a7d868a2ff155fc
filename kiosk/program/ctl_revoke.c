/* program/ctl_revoke.c - kioskctl revoke: at the city, which terminals are not listened to any more.
 *
 *   kioskctl revoke                     the list in use
 *   kioskctl revoke KIOSK [CERT ...]    adds all certificates of a terminal
 *   kioskctl revoke lift KIOSK          takes them off again
 *
 * The list (setting revoked) is a CRL; every intake reads the file that its setting names, and looks at it again at
 * each request. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/conf.h"
#include "base/err.h"
#include "program/ctl.h"
#include "program/ctl_office.h"
#include "seal/seal.h"

static int
complain(const char *path, const char *what, int error)
{
    (void)fprintf(stderr, "kioskctl revoke: %s: %s (%s)\n", path, what, err_str(error));
    return error;
}

static int
tell(const struct ctl_office *office)
{
    struct seal_revocations state = seal_verifier_revocations(office->kiosks);
    (void)printf("list %" PRIu64 ", %zu certificates: %s\n", state.number, state.count,
        state.number > 0 ? office->revoked : "there is none yet");
    return state.error < 0
               ? complain(office->revoked, "can't be used; the one before goes on", state.error)
               : 0;
}

/* The set-up's own terminal has certificates that no token was needed for. */
static int
revoke(const struct conf *conf, struct ctl_office *office, const char *kiosk, char **more,
    size_t more_count, bool is_lifted)
{
    char *sign = conf_path(conf, "kiosk-cert", "keys/kiosk.crt");
    char *tls = conf_path(conf, "kiosk-tls-cert", "keys/kiosk-tls.crt");
    const char **certs = xcalloc(more_count + 2, sizeof(*certs));
    certs[0] = sign;
    certs[1] = tls;
    for (size_t i = 0; i < more_count; i++) {
        certs[i + 2] = more[i];
    }
    const struct seal_revoking revoking = {.path = office->revoked,
        .kiosk = kiosk,
        .certs = certs,
        .cert_count = more_count + 2,
        .is_lifted = is_lifted};
    int r = seal_revoke(&office->office, &revoking);
    if (r < 0) {
        (void)complain(kiosk,
            r == KERR_NOT_FOUND
                ? "no certificate of it is on file; name its files"
                : "the list was not changed; it needs the key of the kiosks' CA, and a"
                  " list that is there must be sound",
            r);
    }
    free(certs);
    free(tls);
    free(sign);
    return r;
}

int
ctl_revoke(int argc, char **argv)
{
    bool lifts = argc > 1 && strcmp(argv[1], "lift") == 0;
    if (lifts && argc != 3) {
        (void)fprintf(stderr, "usage: kioskctl revoke [KIOSK [CERT ...] | lift KIOSK]\n");
        return 2;
    }
    struct conf *conf = NULL;
    struct ctl_office office;
    int r = conf_load_home(&conf, NULL);
    if (r < 0) {
        (void)complain("the settings", "can't be read", r);
        return 1;
    }
    r = ctl_office_open(conf, &office);
    if (r < 0) {
        (void)complain("the kiosks' CA, or the list", "can't be used", r);
    } else {
        const char *kiosk = lifts ? argv[2] : argc > 1 ? argv[1] : NULL;
        size_t more = !lifts && argc > 2 ? (size_t)argc - 2 : 0;
        r = kiosk != NULL ? revoke(conf, &office, kiosk, argv + 2, more, lifts) : 0;
        r = r == 0 ? tell(&office) : r;
        ctl_office_close(&office);
    }
    conf_free(conf);
    return r < 0 ? 1 : 0;
}
