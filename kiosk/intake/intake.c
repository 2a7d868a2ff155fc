/* intake/intake.c - starts and stops the listener: TLS 1.2 or later by GnuTLS inside
 * libmicrohttpd, a thread for each of a bounded number of connections, a few ledger handles. */
#include "intake/intake_priv.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"

enum {
    CONNECTION_MEMORY = 32 * 1024
}; /* head and one piece of the body; bodies live in struct buf */

static void
on_connection(void *cls, struct MHD_Connection *connection, void **session,
    enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        intake_peer_require(connection);
        intake_session_open(cls, connection, session);
    } else {
        intake_session_close(cls, session);
    }
}

void
intake_drop_message(void *cls, const char *format, va_list args)
{
    (void)cls, (void)format, (void)args;
}

static int
read_address(const struct intake_config *config, struct sockaddr_storage *ret_address)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(config->port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(config->port)};
    memset(ret_address, 0, sizeof(*ret_address));
    if (inet_pton(AF_INET, config->address, &v4.sin_addr) == 1) {
        memcpy(ret_address, &v4, sizeof(v4));
        return 0;
    }
    if (inet_pton(AF_INET6, config->address, &v6.sin6_addr) == 1) {
        memcpy(ret_address, &v6, sizeof(v6));
        return 0;
    }
    return KERR_INVALID;
}

struct pems {
    struct buf cert, key, ca;
};

static void
pems_release(struct pems *pems)
{
    buf_release(&pems->cert);
    buf_release(&pems->key); /* wipes the TLS key; libmicrohttpd keeps what it needs */
    buf_release(&pems->ca);
}

static int
pems_read(const struct intake_config *config, struct pems *pems)
{
    buf_init(&pems->cert, INTAKE_PEM_MAX);
    buf_init(&pems->key, INTAKE_PEM_MAX);
    buf_init(&pems->ca, INTAKE_PEM_MAX);
    if (fs_read(config->tls_cert, &pems->cert) < 0 || fs_read(config->tls_key, &pems->key) < 0 ||
        fs_read(config->client_ca, &pems->ca) < 0) {
        return KERR_SEAL_KEY;
    }
    /* A text that ends early by a NUL is no PEM. */
    return strlen(buf_str(&pems->cert)) == pems->cert.len && pems->cert.len > 0 &&
                   strlen(buf_str(&pems->key)) == pems->key.len && pems->key.len > 0 &&
                   strlen(buf_str(&pems->ca)) == pems->ca.len && pems->ca.len > 0
               ? 0
               : KERR_SEAL_KEY;
}

static int
listen_on(struct intake *intake, const struct sockaddr_storage *address, struct pems *pems)
{
    unsigned flags = MHD_USE_TLS | MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION |
                     MHD_USE_ERROR_LOG;
    if (address->ss_family == AF_INET6) {
        flags |= MHD_USE_IPv6;
    }
    intake->daemon = MHD_start_daemon(flags, 0, NULL, NULL, intake_on_request, intake,
        MHD_OPTION_EXTERNAL_LOGGER, intake_drop_message,
        NULL, /* first, so that nothing gets past it */
        MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)address, /* */
        MHD_OPTION_HTTPS_MEM_CERT, buf_str(&pems->cert), /* */
        MHD_OPTION_HTTPS_MEM_KEY, buf_str(&pems->key), /* */
        MHD_OPTION_HTTPS_MEM_TRUST, buf_str(&pems->ca), /* */
        MHD_OPTION_HTTPS_PRIORITIES, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", /* */
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)INTAKE_CONNECTIONS_MAX, /* */
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)INTAKE_TIMEOUT_S, /* */
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, /* */
        MHD_OPTION_STRICT_FOR_CLIENT, 1, /* */
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, intake, /* */
        MHD_OPTION_NOTIFY_COMPLETED, intake_on_completed, intake, /* */
        MHD_OPTION_END);
    return intake->daemon != NULL ? 0 : KERR_NET;
}

static int
open_ledgers(struct intake *intake, const char *where)
{
    for (size_t i = 0; i < INTAKE_LEDGERS; i++) {
        int r = ledger_open(where, &intake->ledgers[i]);
        if (r < 0) {
            return r;
        }
        intake->ledgers_free++;
    }
    return 0;
}

static void
make_locks(struct intake *intake)
{
    /* None of these can fail on Linux with these attributes. */
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&intake->sessions_wake, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    (void)pthread_mutex_init(&intake->ledgers_lock, NULL);
    (void)pthread_cond_init(&intake->ledgers_wake, NULL);
    intake_turns_init(&intake->turns);
    (void)pthread_mutex_init(&intake->sessions_lock, NULL);
}

/* Frees everything but the reaper, which must have ended. */
static void
release(struct intake *intake)
{
    for (size_t i = 0; i < intake->ledgers_free; i++) {
        ledger_close(intake->ledgers[i]);
    }
    free(intake->apart);
    free(intake->enrolment);
    free(intake->bundles);
    intake_metrics_release(&intake->metrics);
    (void)pthread_cond_destroy(&intake->sessions_wake);
    (void)pthread_cond_destroy(&intake->ledgers_wake);
    (void)pthread_mutex_destroy(&intake->ledgers_lock);
    intake_turns_release(&intake->turns);
    (void)pthread_mutex_destroy(&intake->sessions_lock);
    free(intake);
}

/* The watchers first: they ask the listener. */
static void
stop_listening(struct intake *intake)
{
    intake_watch_stop(intake);
    if (intake->daemon != NULL) {
        MHD_stop_daemon(intake->daemon);
    }
}

int
intake_start(const struct intake_config *config, struct intake **ret_intake)
{
    struct sockaddr_storage address;
    int r = read_address(config, &address);
    if (r < 0) {
        return r;
    }
    struct intake *intake = xcalloc(1, sizeof(*intake));
    intake->verifier = config->verifier;
    intake->signer = config->signer;
    intake->clock = config->clock;
    intake->answered = config->answered;
    intake->ctx = config->ctx;
    intake->apart = config->apart != NULL ? xstrdup(config->apart) : NULL;
    intake->enrolment = config->enrolment != NULL ? xstrdup(config->enrolment) : NULL;
    intake->bundles = config->bundles != NULL ? xstrdup(config->bundles) : NULL;
    make_locks(intake);
    intake_metrics_init(&intake->metrics, clock_wall_s(config->clock));
    struct pems pems;
    r = pems_read(config, &pems);
    r = r == 0 ? open_ledgers(intake, config->ledger) : r;
    r = r == 0 ? intake_sessions_start(intake) : r;
    if (r == 0) {
        r = listen_on(intake, &address, &pems);
        if (r == 0 && config->is_watched) {
            r = intake_watch_start(intake, config->ledger, config->watch_port);
        }
        if (r < 0) {
            stop_listening(intake);
            intake_sessions_stop(intake);
        }
    }
    pems_release(&pems);
    if (r < 0) {
        release(intake);
        return r;
    }
    *ret_intake = intake;
    return 0;
}

void
intake_stop(struct intake *intake)
{
    if (intake == NULL) {
        return;
    }
    stop_listening(intake);
    intake_sessions_stop(intake);
    release(intake);
}

static uint16_t
port_of(struct MHD_Daemon *daemon)
{
    const union MHD_DaemonInfo *info =
        daemon != NULL ? MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
    return info != NULL ? info->port : 0;
}

uint16_t
intake_port(const struct intake *intake)
{
    return port_of(intake->daemon);
}

uint16_t
intake_watch_port(const struct intake *intake)
{
    return port_of(intake->watch);
}
