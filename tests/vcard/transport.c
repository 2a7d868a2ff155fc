/* vcard/transport.c - the card room's transport over virtual cards. */
#include "transport.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/err.h"

enum { SLOTS = 4 };

struct slot {
    struct vcard *card;
    bool mute;
    uint32_t events;
};

struct vtransport {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct slot slots[SLOTS];
    size_t readers;
    struct vcard *other;
    struct vcard *at_look; /* takes the place of the card in use at the next look */
    size_t used; /* slot of the connection */
    bool connected, service_down, short_only, cancelled;
    bool late, leaving; /* a card that left is seen to be gone by a later watch only */
    uint32_t used_events; /* the connection is for this stay of the card only */
    unsigned transmits, hang_at;
    int connect_error, connect_failures;
    uint64_t change; /* grows with every change of the readers */
    struct vtransport_command log[VTRANSPORT_LOG_MAX];
    size_t log_count, verifies;
    atomic_bool *closed; /* the test's; may be NULL */
    uint8_t answer[VCARD_ANSWER_MAX];
};

static void
changed(struct vtransport *vt)
{
    vt->change++;
    pthread_cond_broadcast(&vt->changed);
}

static void
wait_ms(struct vtransport *vt, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    until.tv_sec += (time_t)(ms / 1000) + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_cond_timedwait(&vt->changed, &vt->lock, &until); /* callers look again */
}

static int64_t
mono_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
fill(const struct vtransport *vt, struct card_reader_state states[CARD_READERS_MAX], size_t *count)
{
    for (size_t i = 0; i < vt->readers; i++) {
        states[i] = (struct card_reader_state){.present = vt->slots[i].card != NULL,
            .mute = vt->slots[i].mute,
            .events = vt->slots[i].events};
        (void)snprintf(states[i].name, sizeof(states[i].name), "Test Reader %02zu 00", i);
    }
    *count = vt->readers;
}

static bool
differs(const struct card_reader_state *a, size_t a_count, const struct card_reader_state *b,
    size_t b_count)
{
    bool same = a_count == b_count;
    for (size_t i = 0; same && i < a_count; i++) {
        same = strcmp(a[i].name, b[i].name) == 0 && a[i].present == b[i].present &&
               a[i].events == b[i].events && a[i].mute == b[i].mute;
    }
    return !same;
}

/* Puts another card, or none, in place of the one in use. */
static void
replace(struct vtransport *vt, struct vcard *card)
{
    struct slot *slot = &vt->slots[vt->used];
    vcard_power_off(slot->card);
    slot->card = card;
    slot->events += card != NULL ? 2 : 1;
    changed(vt);
}

static int
vt_watch(
    void *ctx, struct card_reader_state states[CARD_READERS_MAX], size_t *count, int timeout_ms)
{
    struct vtransport *vt = ctx;
    struct card_reader_state now[CARD_READERS_MAX];
    size_t now_count = 0;
    int64_t deadline = mono_ms() + timeout_ms;
    pthread_mutex_lock(&vt->lock);
    if (timeout_ms == 0 && vt->at_look != NULL) {
        replace(vt, vt->at_look);
        vt->at_look = NULL;
    }
    fill(vt, now, &now_count);
    if (timeout_ms > 0 && vt->leaving) {
        wait_ms(vt, 5);
        replace(vt, NULL);
        vt->leaving = false;
    }
    while (timeout_ms > 0 && !vt->service_down && !vt->cancelled &&
           !differs(states, *count, now, now_count) && mono_ms() < deadline) {
        wait_ms(vt, deadline - mono_ms());
        fill(vt, now, &now_count);
    }
    bool down = vt->service_down;
    if (timeout_ms > 0) {
        vt->cancelled = false;
    }
    vt->connected = vt->connected && !down;
    pthread_mutex_unlock(&vt->lock);
    if (down) {
        return KERR_CARD_NO_SERVICE;
    }
    memcpy(states, now, sizeof(now[0]) * now_count);
    *count = now_count;
    return 0;
}

static int
connect_locked(struct vtransport *vt, const char *reader)
{
    unsigned index = 0;
    if (vt->service_down) {
        return KERR_CARD_NO_SERVICE;
    }
    if (vt->connect_failures > 0) {
        vt->connect_failures--;
        return vt->connect_error;
    }
    if (sscanf(reader, "Test Reader %u 00", &index) != 1 || index >= vt->readers) {
        return KERR_CARD_NO_READER;
    }
    struct slot *slot = &vt->slots[index];
    if (slot->card == NULL) {
        return KERR_CARD_REMOVED;
    }
    if (slot->mute || vt->leaving) {
        return KERR_CARD_UNRESPONSIVE;
    }
    vcard_power_on(slot->card);
    vt->used = index;
    vt->used_events = slot->events;
    vt->connected = true;
    return 0;
}

static int
vt_connect(void *ctx, const char *reader)
{
    struct vtransport *vt = ctx;
    pthread_mutex_lock(&vt->lock);
    int r = connect_locked(vt, reader);
    pthread_mutex_unlock(&vt->lock);
    return r;
}

/* The card of the connection; NULL when it is gone or another stay has begun. */
static struct vcard *
connected_card(struct vtransport *vt)
{
    struct slot *slot = &vt->slots[vt->used];
    return vt->connected && vt->used < vt->readers && slot->events == vt->used_events ? slot->card
                                                                                      : NULL;
}

static void
note(struct vtransport *vt, const uint8_t *command, size_t len)
{
    if (len > 5 && command[1] == 0x20) {
        vt->verifies++;
    }
    if (vt->log_count < VTRANSPORT_LOG_MAX) {
        struct vtransport_command *entry = &vt->log[vt->log_count++];
        entry->len = len;
        entry->where = command;
        memcpy(entry->bytes, command,
            len < VTRANSPORT_COMMAND_MAX ? len : (size_t)VTRANSPORT_COMMAND_MAX);
    }
}

static int
transmit_locked(struct vtransport *vt, const uint8_t *command, size_t len, uint8_t *ret_answer,
    size_t cap, size_t *ret_len)
{
    if (vt->service_down) {
        return KERR_CARD_NO_SERVICE;
    }
    struct vcard *card = connected_card(vt);
    if (card == NULL) {
        return KERR_CARD_REMOVED;
    }
    vt->transmits++;
    note(vt, command, len);
    while (vt->hang_at != 0 && vt->transmits >= vt->hang_at) {
        pthread_cond_wait(&vt->changed, &vt->lock);
    }
    if (vt->short_only && len == 7) {
        return KERR_CARD_COMM;
    }
    struct vcard_result result = vcard_transmit(card, command, len, vt->answer);
    int64_t deadline = mono_ms() + result.delay_ms;
    while (mono_ms() < deadline) {
        wait_ms(vt, deadline - mono_ms());
    }
    if (result.leave && vt->late) {
        vt->leaving = true;
        vcard_power_off(card);
        return KERR_CARD_COMM;
    }
    if (result.leave || result.swap) {
        replace(vt, result.swap ? vt->other : NULL);
    }
    if (result.silent) {
        return result.leave ? KERR_CARD_REMOVED : KERR_CARD_COMM;
    }
    if (result.len > cap) {
        return KERR_CARD_COMM;
    }
    memcpy(ret_answer, vt->answer, result.len);
    *ret_len = result.len;
    return 0;
}

static int
vt_transmit(
    void *ctx, const uint8_t *command, size_t len, uint8_t *ret_answer, size_t cap, size_t *ret_len)
{
    struct vtransport *vt = ctx;
    pthread_mutex_lock(&vt->lock);
    int r = transmit_locked(vt, command, len, ret_answer, cap, ret_len);
    pthread_mutex_unlock(&vt->lock);
    return r;
}

static void
vt_disconnect(void *ctx)
{
    struct vtransport *vt = ctx;
    pthread_mutex_lock(&vt->lock);
    struct vcard *card = connected_card(vt);
    if (card != NULL) {
        vcard_power_off(card);
    }
    vt->connected = false;
    pthread_mutex_unlock(&vt->lock);
}

static void
vt_cancel(void *ctx)
{
    struct vtransport *vt = ctx;
    pthread_mutex_lock(&vt->lock);
    vt->cancelled = true;
    pthread_cond_broadcast(&vt->changed);
    pthread_mutex_unlock(&vt->lock);
}

static void
vt_close(void *ctx)
{
    struct vtransport *vt = ctx;
    atomic_bool *closed = vt->closed;
    pthread_cond_destroy(&vt->changed);
    pthread_mutex_destroy(&vt->lock);
    free(vt);
    if (closed != NULL) {
        atomic_store(closed, true);
    }
}

struct vtransport *
vtransport_new(const struct card_transport_ops **ret_ops)
{
    static const struct card_transport_ops ops = {
        .watch = vt_watch,
        .connect = vt_connect,
        .transmit = vt_transmit,
        .disconnect = vt_disconnect,
        .cancel = vt_cancel,
        .close = vt_close,
    };
    struct vtransport *vt = xcalloc(1, sizeof(*vt));
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&vt->changed, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&vt->lock, NULL);
    vt->readers = 1;
    *ret_ops = &ops;
    return vt;
}

void
vtransport_place(struct vtransport *vt, size_t reader, struct vcard *card)
{
    pthread_mutex_lock(&vt->lock);
    struct slot *slot = &vt->slots[reader];
    if (slot->card != NULL) {
        vcard_power_off(slot->card);
        slot->events++;
    }
    slot->card = card;
    slot->events += card != NULL;
    changed(vt);
    pthread_mutex_unlock(&vt->lock);
}

void
vtransport_other(struct vtransport *vt, struct vcard *card)
{
    pthread_mutex_lock(&vt->lock);
    vt->other = card;
    pthread_mutex_unlock(&vt->lock);
}

void
vtransport_swap_at_look(struct vtransport *vt, struct vcard *card)
{
    pthread_mutex_lock(&vt->lock);
    vt->at_look = card;
    pthread_mutex_unlock(&vt->lock);
}

void
vtransport_readers(struct vtransport *vt, size_t count)
{
    pthread_mutex_lock(&vt->lock);
    for (size_t i = count; i < SLOTS; i++) {
        if (vt->slots[i].card != NULL) {
            vcard_power_off(vt->slots[i].card); /* its reader is pulled */
        }
    }
    vt->readers = count;
    changed(vt);
    pthread_mutex_unlock(&vt->lock);
}

void
vtransport_service(struct vtransport *vt, bool up)
{
    pthread_mutex_lock(&vt->lock);
    vt->service_down = !up;
    changed(vt);
    pthread_mutex_unlock(&vt->lock);
}

void
vtransport_mute(struct vtransport *vt, size_t reader, bool mute)
{
    pthread_mutex_lock(&vt->lock);
    vt->slots[reader].mute = mute;
    changed(vt);
    pthread_mutex_unlock(&vt->lock);
}

void
vtransport_late_removal(struct vtransport *vt, bool late)
{
    pthread_mutex_lock(&vt->lock);
    vt->late = late;
    pthread_mutex_unlock(&vt->lock);
}

void
vtransport_hang(struct vtransport *vt, unsigned at)
{
    pthread_mutex_lock(&vt->lock);
    vt->hang_at = at;
    pthread_cond_broadcast(&vt->changed);
    pthread_mutex_unlock(&vt->lock);
}

void
vtransport_short_only(struct vtransport *vt, bool short_only)
{
    pthread_mutex_lock(&vt->lock);
    vt->short_only = short_only;
    pthread_mutex_unlock(&vt->lock);
}

void
vtransport_fail_connect(struct vtransport *vt, int error, int times)
{
    pthread_mutex_lock(&vt->lock);
    vt->connect_error = error;
    vt->connect_failures = times;
    pthread_mutex_unlock(&vt->lock);
}

size_t
vtransport_log(struct vtransport *vt, const struct vtransport_command **ret_log)
{
    pthread_mutex_lock(&vt->lock);
    *ret_log = vt->log;
    size_t count = vt->log_count;
    pthread_mutex_unlock(&vt->lock);
    return count;
}

size_t
vtransport_verifies(struct vtransport *vt)
{
    pthread_mutex_lock(&vt->lock);
    size_t count = vt->verifies;
    pthread_mutex_unlock(&vt->lock);
    return count;
}

void
vtransport_tell_close(struct vtransport *vt, atomic_bool *closed)
{
    pthread_mutex_lock(&vt->lock);
    vt->closed = closed;
    pthread_mutex_unlock(&vt->lock);
}

bool
vtransport_powered(struct vtransport *vt)
{
    pthread_mutex_lock(&vt->lock);
    bool powered = false;
    for (size_t i = 0; i < SLOTS; i++) {
        powered = powered || (vt->slots[i].card != NULL && vcard_powered(vt->slots[i].card));
    }
    pthread_mutex_unlock(&vt->lock);
    return powered;
}
