/* kiosk-intake: the city's listener. Takes sealed records from kiosks, commits them to the
 * ledger and answers with signed receipts, until SIGINT or SIGTERM. Holds no key that opens a
 * record. */
#include <signal.h>
#include <stdlib.h>

#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/secret.h"
#include "intake/intake.h"
#include "ledger/ledger.h"
#include "seal/seal.h"

enum { EXIT_SET_UP = 1, EXIT_USE = 2, PORT_DEFAULT = 8443 };

/* A queue that was set back to a copy, or a cloned terminal: somebody must look. A word that is none is a newer program's,
 * or a stranger's. */
static void
log_word(const struct intake_event *event)
{
    if (event->point == LEDGER_POINT_BACK) {
        LOG(LOG_ERROR, "intake.chain-back", LOG_ID("kiosk", event->kiosk));
    } else if (event->point == LEDGER_POINT_FORK) {
        LOG(LOG_ERROR, "intake.chain-fork", LOG_ID("kiosk", event->kiosk));
    } else if (event->point < 0) {
        LOG(LOG_WARN, "intake.no-point", LOG_ID("kiosk", event->kiosk), LOG_ERR(event->point));
    }
    if (event->report < 0) {
        LOG(LOG_WARN, "intake.no-report", LOG_ID("kiosk", event->kiosk), LOG_ERR(event->report));
    }
}

static void
on_answered(void *ctx, const struct intake_event *event)
{
    (void)ctx;
    log_word(event);
    switch (event->status) {
    case 202: /* staff are to sign it: kioskctl enrol list */
        LOG(LOG_INFO, "intake.asked", LOG_ID("kiosk", event->kiosk));
        break;
    case 200:
    case 201:
        LOG(LOG_INFO, "intake.kept", LOG_ID("kiosk", event->kiosk),
            LOG_INT("status", event->status), LOG_INT("position", event->position));
        break;
    case 204: /* a report */
        break;
    case 409: /* a cloned or rolled-back kiosk: somebody must look */
        LOG(LOG_ERROR, "intake.conflict", LOG_ID("kiosk", event->kiosk));
        break;
    default:
        LOG(LOG_WARN, "intake.refused", LOG_ID("kiosk", event->kiosk),
            LOG_INT("status", event->status), LOG_ERR(event->error));
        break;
    }
}

/* Tells once of each list of revoked certificates that came, and of each that may not be used. */
static struct seal_revocations
tell_revoked(const struct seal_verifier *verifier, struct seal_revocations before)
{
    struct seal_revocations now = seal_verifier_revocations(verifier);
    if (now.number != before.number) {
        LOG(LOG_INFO, "intake.revoked", LOG_INT("number", now.number),
            LOG_INT("certificates", now.count));
    }
    if (now.error != before.error && now.error != 0) {
        LOG(LOG_ERROR, "intake.revoked-refused", LOG_ERR(now.error), LOG_INT("number", now.number));
    }
    return now;
}

/* Signals are blocked in every thread, and taken here one at a time. */
static void
wait_for_end(const struct seal_verifier *verifier, const sigset_t *signals)
{
    static const struct timespec a_while = {.tv_sec = 1};
    struct seal_revocations seen = {.number = 0};
    int number = -1;
    while (number < 0) {
        seen = tell_revoked(verifier, seen);
        number = sigtimedwait(signals, NULL, &a_while);
    }
    LOG(LOG_INFO, "intake.stopping", LOG_INT("signal", number));
}

/* The set-up's file names; all heap. */
enum {
    TLS_CERT,
    TLS_KEY,
    KIOSK_CA,
    RECEIPT_CERT,
    RECEIPT_KEY,
    LEDGER,
    PUBLISH,
    REVOKED,
    APART,
    ENROLMENT,
    PATH_COUNT
};

static int
work(const struct conf *conf, char *const paths[PATH_COUNT], const sigset_t *signals)
{
    struct seal_verifier *verifier = NULL;
    struct seal_signer *signer = NULL;
    struct intake *intake = NULL;
    int result = EXIT_SET_UP;
    int r = seal_verifier_new(paths[KIOSK_CA], &verifier);
    r = r == 0 ? seal_verifier_honour(verifier, paths[REVOKED]) : r;
    r = r == 0 ? seal_signer_new(paths[RECEIPT_CERT], paths[RECEIPT_KEY], &signer) : r;
    if (r < 0) {
        LOG(LOG_ERROR, "intake.no-keys", LOG_ERR(r));
        goto out;
    }
    uint16_t watch_port = (uint16_t)conf_int(conf, "watch-port", 0, UINT16_MAX, 0);
    struct intake_config config = {.address = conf_str(conf, "intake-address", "127.0.0.1"),
        .port = (uint16_t)conf_int(conf, "intake-port", 0, UINT16_MAX, PORT_DEFAULT),
        .tls_cert = paths[TLS_CERT],
        .tls_key = paths[TLS_KEY],
        .client_ca = paths[KIOSK_CA],
        .ledger = paths[LEDGER],
        .apart = paths[APART],
        .enrolment = paths[ENROLMENT],
        .bundles = paths[PUBLISH],
        .is_watched = watch_port > 0,
        .watch_port = watch_port,
        .verifier = verifier,
        .signer = signer,
        .clock = clock_system(),
        .answered = on_answered};
    r = intake_start(&config, &intake);
    if (r < 0) {
        LOG(LOG_ERROR, "intake.cannot-start", LOG_ERR(r), LOG_INT("port", config.port));
        goto out;
    }
    LOG(LOG_INFO, "intake.listening", LOG_INT("port", intake_port(intake)),
        LOG_INT("watch-port", intake_watch_port(intake)));
    wait_for_end(verifier, signals);
    result = 0;
out:
    intake_stop(intake);
    seal_signer_free(signer);
    seal_verifier_free(verifier);
    return result;
}

int
main(int argc, char **argv)
{
    (void)argv; /* settings come from the set-up's folder */
    secret_harden_process();
    if (argc > 1) {
        LOG(LOG_ERROR, "intake.usage", LOG_LITERAL("usage", "kiosk-intake"));
        return EXIT_USE;
    }
    sigset_t signals;
    (void)sigemptyset(&signals); /* can't fail, like the next three */
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    struct conf *conf;
    int line = 0;
    int r = conf_load_home(&conf, &line);
    if (r < 0) {
        LOG(LOG_ERROR, "intake.no-settings", LOG_ERR(r), LOG_INT("line", line));
        return EXIT_SET_UP;
    }
    char *paths[PATH_COUNT] = {
        [TLS_CERT] = conf_path(conf, "intake-tls-cert", "keys/intake-tls.crt"),
        [TLS_KEY] = conf_path(conf, "intake-tls-key", "keys/intake-tls.key"),
        [KIOSK_CA] = conf_path(conf, "kiosk-ca", "keys/kiosk-ca.crt"),
        [RECEIPT_CERT] = conf_path(conf, "receipt-cert", "keys/receipt.crt"),
        [RECEIPT_KEY] = conf_path(conf, "receipt-key", "keys/receipt.key"),
        [PUBLISH] = conf_path(conf, "publish", "publish"),
        [REVOKED] = conf_path(conf, "revoked", "keys/kiosk.crl"),
        [ENROLMENT] = conf_path(conf, "enrolment", "enrol"),
        [APART] = conf_path(conf, "apart", "apart"),
        [LEDGER] = ledger_where(conf_str(conf, "ledger", "ledger.db"), conf_folder(conf)),
    };
    int result = work(conf, paths, &signals);
    for (size_t i = 0; i < PATH_COUNT; i++) {
        free(paths[i]);
    }
    conf_free(conf);
    return result;
}
