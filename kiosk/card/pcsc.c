/* card/pcsc.c - the real readers, through pcsc-lite; the only file that knows winscard.h. Its codes
 * are translated here, once. The worker thread calls everything but cancel.
 *
 * A restarted pcscd leaves a context that SCardIsValidContext still calls good, so nobody asks it:
 * the context is dropped on the codes of a lost service and made anew. SCardCancel does nothing when
 * no wait has begun yet, and blocks when pcscd hangs: a thread of its own repeats it until the wait
 * is over, so that cancel never waits. */
#include "card.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <winscard.h>

#include "base/err.h"
#include "card/card_priv.h"

static_assert(CARD_APDU_MAX == MAX_BUFFER_SIZE_EXTENDED, "an answer that does not fit is lost");
static_assert(sizeof(((struct card_reader_state *)0)->name) == MAX_READERNAME, "reader names");

/* One place of SCardGetStatusChange is taken by the notification of new readers. */
enum { READERS = CARD_READERS_MAX - 1, BUSY_TRIES = 10, BUSY_WAIT_MS = 100, CANCEL_WAIT_MS = 1 };
static const char notification[] = "\\\\?PnP?\\Notification";

struct pcsc {
    /* worker only */
    SCARDCONTEXT context;
    bool has_context;
    SCARDHANDLE card;
    bool connected;
    DWORD protocol;
    char names[READERS][MAX_READERNAME];
    DWORD known[READERS]; /* what the daemon said last of each */
    size_t count;
    /* shared with the canceller and whoever cancels, under lock */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    SCARDCONTEXT waiting; /* context of the wait under way */
    bool watching, cancelled, closing, canceller_done, orphan;
};

static int
translate(LONG code)
{
    static const struct {
        LONG code;
        int error;
    } table[] = {
        {SCARD_S_SUCCESS, 0},
        {SCARD_W_REMOVED_CARD, KERR_CARD_REMOVED},
        {SCARD_E_NO_SMARTCARD, KERR_CARD_REMOVED},
        {SCARD_E_READER_UNAVAILABLE, KERR_CARD_NO_READER},
        {SCARD_E_UNKNOWN_READER, KERR_CARD_NO_READER},
        {SCARD_E_NO_READERS_AVAILABLE, KERR_CARD_NO_READER},
        {SCARD_W_UNRESPONSIVE_CARD, KERR_CARD_UNRESPONSIVE},
        {SCARD_W_UNSUPPORTED_CARD, KERR_CARD_UNRESPONSIVE},
        {SCARD_E_SHARING_VIOLATION, KERR_CARD_BUSY},
        {SCARD_E_NO_SERVICE, KERR_CARD_NO_SERVICE},
        {SCARD_E_SERVICE_STOPPED, KERR_CARD_NO_SERVICE},
        {SCARD_E_INVALID_HANDLE, KERR_CARD_NO_SERVICE},
        {SCARD_F_COMM_ERROR, KERR_CARD_NO_SERVICE},
        {SCARD_F_INTERNAL_ERROR, KERR_CARD_NO_SERVICE},
        {SCARD_W_SECURITY_VIOLATION, KERR_CARD_NO_SERVICE}, /* polkit says no, 5.2 */
        {SCARD_E_NO_MEMORY, KERR_NO_MEMORY},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (table[i].code == code) {
            return table[i].error;
        }
    }
    return KERR_CARD_COMM; /* not transacted, data lost, reset, unpowered, wrong protocol: 5.4 */
}

static void
drop_context(struct pcsc *pcsc)
{
    if (pcsc->has_context) {
        (void)SCardReleaseContext(pcsc->context); /* it may be dead already */
    }
    pcsc->has_context = false;
    pcsc->connected = false;
    pcsc->count = 0;
}

static int
fail(struct pcsc *pcsc, LONG code)
{
    int r = translate(code);
    if (r == KERR_CARD_NO_SERVICE) {
        drop_context(pcsc);
    }
    return r;
}

/* The readers' names; 0 also when there are none. */
static int
list_readers(struct pcsc *pcsc)
{
    char text[CARD_READERS_MAX * MAX_READERNAME + 1];
    DWORD len = sizeof(text);
    LONG code = SCardListReaders(pcsc->context, NULL, text, &len);
    pcsc->count = 0;
    if (code == SCARD_E_NO_READERS_AVAILABLE) {
        return 0;
    }
    if (code != SCARD_S_SUCCESS) {
        return fail(pcsc, code);
    }
    const char *name = text;
    while (name < text + len && *name != 0 && pcsc->count < READERS) {
        size_t name_len = strnlen(name, (size_t)(text + len - name));
        if (name_len < MAX_READERNAME) {
            memcpy(pcsc->names[pcsc->count], name, name_len);
            pcsc->names[pcsc->count][name_len] = 0;
            pcsc->known[pcsc->count++] = SCARD_STATE_UNAWARE;
        }
        name += name_len + 1;
    }
    return 0;
}

/* What lies on each reader now. */
static int
snapshot(struct pcsc *pcsc, struct card_reader_state states[CARD_READERS_MAX], size_t *ret_count)
{
    SCARD_READERSTATE query[READERS];
    int r = list_readers(pcsc);
    if (r < 0) {
        return r;
    }
    memset(query, 0, sizeof(query));
    for (size_t i = 0; i < pcsc->count; i++) {
        query[i].szReader = pcsc->names[i]; /* unaware: answered at once */
    }
    LONG code = pcsc->count > 0 ? SCardGetStatusChange(pcsc->context, 0, query, (DWORD)pcsc->count)
                                : SCARD_S_SUCCESS;
    if (code == SCARD_E_UNKNOWN_READER) {
        pcsc->count = 0; /* one went away between the two calls; the next look sees which */
    } else if (code != SCARD_S_SUCCESS && code != SCARD_E_TIMEOUT) {
        r = fail(pcsc, code);
        return r == KERR_CARD_COMM ? KERR_CARD_NO_SERVICE : r;
    }
    for (size_t i = 0; i < pcsc->count; i++) {
        DWORD state = query[i].dwEventState;
        pcsc->known[i] = state & ~(DWORD)SCARD_STATE_CHANGED;
        memcpy(states[i].name, pcsc->names[i], MAX_READERNAME);
        states[i].present = (state & SCARD_STATE_PRESENT) != 0;
        states[i].mute = (state & SCARD_STATE_MUTE) != 0;
        states[i].events = (uint32_t)(state >> 16 & 0xFFFF); /* insertions and removals, 4.2 */
    }
    *ret_count = pcsc->count;
    return 0;
}

/* Registers a wait; false when it was cancelled before it began. */
static bool
wait_begin(struct pcsc *pcsc)
{
    pthread_mutex_lock(&pcsc->lock);
    bool go = !pcsc->cancelled;
    pcsc->cancelled = false;
    pcsc->watching = go;
    pcsc->waiting = pcsc->context;
    pthread_mutex_unlock(&pcsc->lock);
    return go;
}

static void
wait_end(struct pcsc *pcsc)
{
    pthread_mutex_lock(&pcsc->lock);
    pcsc->watching = false;
    pcsc->cancelled = false;
    pthread_mutex_unlock(&pcsc->lock);
}

static int
wait_for_change(struct pcsc *pcsc, int timeout_ms)
{
    SCARD_READERSTATE query[READERS + 1];
    memset(query, 0, sizeof(query));
    for (size_t i = 0; i < pcsc->count; i++) {
        query[i].szReader = pcsc->names[i];
        query[i].dwCurrentState = pcsc->known[i];
    }
    query[pcsc->count].szReader = notification;
    if (!wait_begin(pcsc)) {
        return 0;
    }
    LONG code =
        SCardGetStatusChange(pcsc->context, (DWORD)timeout_ms, query, (DWORD)pcsc->count + 1);
    wait_end(pcsc);
    if (code == SCARD_S_SUCCESS || code == SCARD_E_TIMEOUT || code == SCARD_E_CANCELLED ||
        code == SCARD_E_UNKNOWN_READER) {
        return 0;
    }
    int r = fail(pcsc, code);
    if (r != KERR_CARD_NO_SERVICE) {
        drop_context(pcsc); /* a wait that can't be had is as good as no service */
    }
    return KERR_CARD_NO_SERVICE;
}

/* Are these the states that the last snapshot gave? Then a wait against it misses nothing. */
static bool
current(const struct pcsc *pcsc, const struct card_reader_state *states, size_t count)
{
    bool same = count == pcsc->count;
    for (size_t i = 0; same && i < count; i++) {
        same = strcmp(states[i].name, pcsc->names[i]) == 0;
    }
    return same;
}

static int
pcsc_watch(
    void *ctx, struct card_reader_state states[CARD_READERS_MAX], size_t *count, int timeout_ms)
{
    struct pcsc *pcsc = ctx;
    bool fresh = !pcsc->has_context;
    if (fresh) {
        LONG code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &pcsc->context);
        if (code != SCARD_S_SUCCESS) {
            return KERR_CARD_NO_SERVICE;
        }
        pcsc->has_context = true;
    }
    if (timeout_ms > 0 && !fresh && current(pcsc, states, *count)) {
        int r = wait_for_change(pcsc, timeout_ms);
        if (r < 0) {
            return r;
        }
    }
    return snapshot(pcsc, states, count);
}

static void
sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

static int
pcsc_connect(void *ctx, const char *reader)
{
    struct pcsc *pcsc = ctx;
    if (!pcsc->has_context) {
        return KERR_CARD_NO_SERVICE;
    }
    LONG code = SCARD_E_SHARING_VIOLATION;
    for (int i = 0; i < BUSY_TRIES && code == SCARD_E_SHARING_VIOLATION; i++) {
        if (i > 0) {
            sleep_ms(BUSY_WAIT_MS);
        }
        code = SCardConnect(pcsc->context, reader, SCARD_SHARE_EXCLUSIVE,
            SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &pcsc->card, &pcsc->protocol);
    }
    pcsc->connected = code == SCARD_S_SUCCESS;
    return pcsc->connected ? 0 : fail(pcsc, code);
}

static int
pcsc_transmit(
    void *ctx, const uint8_t *command, size_t len, uint8_t *ret_answer, size_t cap, size_t *ret_len)
{
    struct pcsc *pcsc = ctx;
    if (!pcsc->connected) {
        return KERR_CARD_REMOVED;
    }
    const SCARD_IO_REQUEST *pci = pcsc->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
    DWORD got = (DWORD)cap;
    LONG code = SCardTransmit(pcsc->card, pci, command, (DWORD)len, NULL, ret_answer, &got);
    if (code != SCARD_S_SUCCESS) {
        return fail(pcsc, code);
    }
    *ret_len = got;
    return 0;
}

static void
pcsc_disconnect(void *ctx)
{
    struct pcsc *pcsc = ctx;
    if (pcsc->connected) {
        /* Only loss of power ends a verified PIN (0.3 item 5). A card that is gone has none. */
        (void)SCardDisconnect(pcsc->card, SCARD_UNPOWER_CARD);
    }
    pcsc->connected = false;
}

static void
pcsc_cancel(void *ctx)
{
    struct pcsc *pcsc = ctx;
    pthread_mutex_lock(&pcsc->lock);
    pcsc->cancelled = true;
    pthread_cond_broadcast(&pcsc->changed);
    pthread_mutex_unlock(&pcsc->lock);
}

static void
destroy(struct pcsc *pcsc)
{
    pthread_cond_destroy(&pcsc->changed);
    pthread_mutex_destroy(&pcsc->lock);
    free(pcsc);
}

static void *
canceller(void *arg)
{
    struct pcsc *pcsc = arg;
    pthread_mutex_lock(&pcsc->lock);
    while (!pcsc->closing) {
        if (!pcsc->watching || !pcsc->cancelled) {
            pthread_cond_wait(&pcsc->changed, &pcsc->lock);
            continue;
        }
        SCARDCONTEXT context = pcsc->waiting;
        pthread_mutex_unlock(&pcsc->lock);
        (void)SCardCancel(context); /* too early is told by the wait going on: again */
        sleep_ms(CANCEL_WAIT_MS);
        pthread_mutex_lock(&pcsc->lock);
    }
    pcsc->canceller_done = true;
    bool orphan = pcsc->orphan;
    pthread_cond_broadcast(&pcsc->changed);
    pthread_mutex_unlock(&pcsc->lock);
    if (orphan) {
        destroy(pcsc);
    }
    return NULL;
}

static void
pcsc_close(void *ctx)
{
    struct pcsc *pcsc = ctx;
    pcsc_disconnect(pcsc);
    drop_context(pcsc);
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 1; /* a canceller that hangs in a hanging pcscd is left behind */
    pthread_mutex_lock(&pcsc->lock);
    pcsc->closing = true;
    pthread_cond_broadcast(&pcsc->changed);
    while (!pcsc->canceller_done &&
           pthread_cond_timedwait(&pcsc->changed, &pcsc->lock, &until) != ETIMEDOUT) {
    }
    bool done = pcsc->canceller_done;
    pcsc->orphan = !done;
    pthread_mutex_unlock(&pcsc->lock);
    if (done) {
        destroy(pcsc);
    }
}

int
card_pcsc_new(const struct card_transport_ops **ret_ops, void **ret_ctx)
{
    static const struct card_transport_ops ops = {
        .watch = pcsc_watch,
        .connect = pcsc_connect,
        .transmit = pcsc_transmit,
        .disconnect = pcsc_disconnect,
        .cancel = pcsc_cancel,
        .close = pcsc_close,
    };
    struct pcsc *pcsc = calloc(1, sizeof(*pcsc));
    if (pcsc == NULL) {
        return KERR_NO_MEMORY;
    }
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&pcsc->changed, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&pcsc->lock, NULL);
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pthread_t thread;
    int failed = pthread_create(&thread, NULL, canceller, pcsc);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (failed != 0) {
        destroy(pcsc);
        return KERR_NO_MEMORY;
    }
    pthread_detach(thread);
    *ret_ops = &ops;
    *ret_ctx = pcsc;
    return 0;
}
