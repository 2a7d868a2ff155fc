/* intake/session.c - connections that dawdle are cut off. libmicrohttpd's own time-out starts
 * anew with every byte, so a client that sends one byte a second (a "slow loris") would keep its
 * place for ever; here each connection has a moment by which a whole request must be done. */
#include "intake/intake_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/err.h"

enum { REAPER_TICK_S = 1 };

static void
cut_late(struct intake *intake)
{
    int64_t now = clock_mono_ms(intake->clock);
    for (struct intake_session *s = intake->sessions; s != NULL; s = s->next) {
        if (now >= s->deadline_ms) {
            /* The descriptor is open: it is closed only after intake_session_close. A connection
             * that is gone already answers ENOTCONN, which is as good. */
            (void)shutdown(s->fd, SHUT_RDWR);
        }
    }
}

static void *
reap(void *arg)
{
    struct intake *intake = arg;
    (void)pthread_mutex_lock(&intake->sessions_lock);
    while (!intake->stopping) {
        struct timespec until;
        (void)clock_gettime(CLOCK_MONOTONIC, &until); /* exists on every Linux */
        until.tv_sec += REAPER_TICK_S;
        (void)pthread_cond_timedwait(&intake->sessions_wake, &intake->sessions_lock, &until);
        cut_late(intake);
    }
    (void)pthread_mutex_unlock(&intake->sessions_lock);
    return NULL;
}

int
intake_sessions_start(struct intake *intake)
{
    return pthread_create(&intake->reaper, NULL, reap, intake) == 0 ? 0 : KERR_NO_MEMORY;
}

void
intake_sessions_stop(struct intake *intake)
{
    (void)pthread_mutex_lock(&intake->sessions_lock);
    intake->stopping = true;
    (void)pthread_cond_signal(&intake->sessions_wake);
    (void)pthread_mutex_unlock(&intake->sessions_lock);
    (void)pthread_join(intake->reaper, NULL); /* it was started and is joined once */
}

void
intake_session_open(struct intake *intake, struct MHD_Connection *connection, void **session)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct intake_session *made = info != NULL ? calloc(1, sizeof(*made)) : NULL;
    *session = made;
    if (made == NULL) {
        return; /* without memory libmicrohttpd's own time-out remains */
    }
    made->fd = info->connect_fd;
    made->deadline_ms = clock_mono_ms(intake->clock) + (int64_t)INTAKE_TIMEOUT_S * 1000;
    (void)pthread_mutex_lock(&intake->sessions_lock);
    made->next = intake->sessions;
    made->link = &intake->sessions;
    if (made->next != NULL) {
        made->next->link = &made->next;
    }
    intake->sessions = made;
    intake->terminals++;
    (void)pthread_mutex_unlock(&intake->sessions_lock);
}

struct intake_session *
intake_session_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

/* Is there a connection of this terminal? Nobody is whose name is not known. Under the lock. */
static bool
has_another(const struct intake *intake, const char *kiosk)
{
    const struct intake_session *s = kiosk[0] != 0 ? intake->sessions : NULL;
    while (s != NULL && strcmp(s->kiosk, kiosk) != 0) {
        s = s->next;
    }
    return s != NULL;
}

void
intake_session_name(struct intake *intake, struct intake_session *session, const char *kiosk)
{
    (void)pthread_mutex_lock(&intake->sessions_lock);
    if (session->kiosk[0] == 0) {
        if (has_another(intake, kiosk)) {
            intake->terminals--;
        }
        (void)snprintf(session->kiosk, sizeof(session->kiosk), "%s", kiosk);
    }
    (void)pthread_mutex_unlock(&intake->sessions_lock);
}

unsigned
intake_session_share(struct intake *intake)
{
    (void)pthread_mutex_lock(&intake->sessions_lock);
    unsigned terminals = intake->terminals;
    (void)pthread_mutex_unlock(&intake->sessions_lock);
    return terminals == 0              ? INTAKE_SHARED
           : terminals < INTAKE_SHARED ? INTAKE_SHARED / terminals
                                       : 1;
}

void
intake_session_close(struct intake *intake, void **session)
{
    struct intake_session *gone = *session;
    *session = NULL;
    if (gone == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&intake->sessions_lock);
    *gone->link = gone->next;
    if (gone->next != NULL) {
        gone->next->link = gone->link;
    }
    if (!has_another(intake, gone->kiosk)) {
        intake->terminals--;
    }
    (void)pthread_mutex_unlock(&intake->sessions_lock);
    free(gone);
}

void
intake_session_renew(struct intake *intake, struct MHD_Connection *connection)
{
    struct intake_session *session = intake_session_of(connection);
    if (session == NULL) {
        return;
    }
    /* Silent between requests for one time-out (libmicrohttpd ends it then), busy for another. */
    int64_t deadline = clock_mono_ms(intake->clock) + (int64_t)2 * INTAKE_TIMEOUT_S * 1000;
    (void)pthread_mutex_lock(&intake->sessions_lock);
    session->deadline_ms = deadline;
    (void)pthread_mutex_unlock(&intake->sessions_lock);
}
