/* card/card.c - the room's face to its caller: requests go in, events come out, nothing waits. Also
 * the watchdog: a driver may hang for long when a card vanishes (5.4), so a second thread answers in
 * the worker's place when a talk takes too long. The same thread wakes the caller. */
#include "card.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "card/card_priv.h"

static const struct card_times default_times = {
    .watchdog_ms = 10000, /* a visitor who waits longer walks away */
    .watch_ms = 5000, /* pcsc-lite 1.9 can miss a reader that comes between two calls */
    .service_ms = 500,
    .settle_ms = 600, /* pcscd looks for the card every 400 ms (5.1) */
    .stop_ms = 3000,
};

static int64_t
now_ms(void)
{
    return clock_mono_ms(clock_system());
}

void
card_event_release(struct card_event *event)
{
    if (event != NULL) {
        fact_set_free(event->facts);
        event->facts = NULL;
        explicit_bzero(event->serial, sizeof(event->serial));
        explicit_bzero(event->expiry, sizeof(event->expiry));
        explicit_bzero(&event->inside, sizeof(event->inside));
    }
}

/* Is it the answer to a request? */
static bool
is_answer(const struct card_event *event)
{
    return event->type == CARD_EVENT_READ || event->type == CARD_EVENT_SERIAL ||
           event->type == CARD_EVENT_LOOK;
}

/* Makes room in a full queue: the caller sleeps, and only the last of the oldest news counts. The
 * answer to a request stays. */
static void
queue_drop_oldest(struct card *card)
{
    size_t drop = 0;
    while (is_answer(&card->queue[(card->queue_first + drop) % CARD_QUEUE_MAX])) {
        drop++; /* there is at most one */
    }
    for (size_t i = drop; i + 1 < card->queue_count; i++) {
        card->queue[(card->queue_first + i) % CARD_QUEUE_MAX] =
            card->queue[(card->queue_first + i + 1) % CARD_QUEUE_MAX];
    }
    card->queue_count--;
}

void
card_post(struct card *card, const struct card_event *take_event)
{
    if (card->queue_count == CARD_QUEUE_MAX) {
        queue_drop_oldest(card);
    }
    struct card_event *event =
        &card->queue[(card->queue_first + card->queue_count++) % CARD_QUEUE_MAX];
    *event = *take_event;
    event->visit = is_answer(event) ? card->asker : 0; /* one is owed at a time */
    card->wake_due = true; /* the watchdog calls: no lock of ours is held then */
    pthread_cond_broadcast(&card->changed);
}

bool
card_poll(struct card *card, struct card_event *ret_event)
{
    pthread_mutex_lock(&card->lock);
    bool some = card->queue_count > 0;
    if (some) {
        struct card_event *first = &card->queue[card->queue_first];
        *ret_event = *first;
        explicit_bzero(first, sizeof(*first));
        card->queue_first = (card->queue_first + 1) % CARD_QUEUE_MAX;
        card->queue_count--;
        if (is_answer(ret_event)) {
            card->read_owed = false;
        }
    }
    pthread_mutex_unlock(&card->lock);
    return some;
}

static void
post_timeout(struct card *card, enum card_event_type type)
{
    card_post(card, &(struct card_event){
                        .type = type, .error = KERR_CARD_TIMEOUT, .tries = CARD_TRIES_UNKNOWN});
}

/* Tells what is owed, in the worker's place. With lock held. */
static void
give_up(struct card *card)
{
    if (card->look_deadline != 0) {
        post_timeout(card, CARD_EVENT_INSERTED);
    }
    if (card->read_deadline != 0) {
        post_timeout(card, card->asked);
    }
    card->look_deadline = 0;
    card->read_deadline = 0;
    card->want_read = false;
    card->want_refresh = false;
    secret_free(card->pin);
    card->pin = NULL;
    card->hung = true;
}

static int64_t
next_deadline(const struct card *card)
{
    if (card->read_deadline == 0 || card->look_deadline == 0) {
        return card->read_deadline + card->look_deadline;
    }
    return card->read_deadline < card->look_deadline ? card->read_deadline : card->look_deadline;
}

static void
wait_until(struct card *card, int64_t deadline_ms)
{
    struct timespec until = {
        .tv_sec = (time_t)(deadline_ms / 1000), .tv_nsec = (long)(deadline_ms % 1000) * 1000000};
    (void)pthread_cond_timedwait(&card->changed, &card->lock, &until); /* the caller looks again */
}

static void *
watchdog(void *arg)
{
    struct card *card = arg;
    pthread_mutex_lock(&card->lock);
    while (!card->stop) {
        int64_t deadline = next_deadline(card);
        if (card->wake_due) {
            card->wake_due = false;
            pthread_mutex_unlock(&card->lock);
            card->wakeup(card->wakeup_ctx);
            pthread_mutex_lock(&card->lock);
        } else if (deadline == 0) {
            pthread_cond_wait(&card->changed, &card->lock);
        } else if (now_ms() < deadline) {
            wait_until(card, deadline);
        } else {
            give_up(card);
        }
    }
    pthread_mutex_unlock(&card->lock);
    return NULL;
}

/* One request is under way at a time. */
static int
ask(struct card *card, enum card_event_type type, struct secret *take_pin, bool last_try_confirmed,
    uint64_t visit)
{
    pthread_mutex_lock(&card->lock);
    if (card->read_owed) {
        pthread_mutex_unlock(&card->lock);
        secret_free(take_pin);
        return KERR_STATE;
    }
    card->read_owed = true;
    card->asked = type;
    card->asker = visit;
    if (card->hung) {
        secret_free(take_pin);
        post_timeout(card, type);
    } else {
        card->pin = take_pin;
        card->confirmed = last_try_confirmed;
        card->read_visit = card->visit;
        card->want_read = true;
        card->read_deadline = now_ms() + card->times.watchdog_ms;
    }
    pthread_cond_broadcast(&card->changed);
    pthread_mutex_unlock(&card->lock);
    card->ops->cancel(card->ctx);
    return 0;
}

int
card_read(struct card *card, struct secret *take_pin, bool last_try_confirmed, uint64_t visit)
{
    return ask(card, CARD_EVENT_READ, take_pin, last_try_confirmed, visit);
}

int
card_serial(struct card *card, uint64_t visit)
{
    return ask(card, CARD_EVENT_SERIAL, NULL, false, visit);
}

int
card_look(struct card *card, uint64_t visit)
{
    return ask(card, CARD_EVENT_LOOK, NULL, false, visit);
}

void
card_refresh(struct card *card)
{
    pthread_mutex_lock(&card->lock);
    if (card->hung) {
        post_timeout(card, CARD_EVENT_INSERTED);
    } else {
        card->want_refresh = true;
        card->look_deadline = now_ms() + card->times.watchdog_ms;
    }
    pthread_cond_broadcast(&card->changed);
    pthread_mutex_unlock(&card->lock);
    card->ops->cancel(card->ctx);
}

void
card_release(struct card *card)
{
    pthread_mutex_lock(&card->lock);
    bool unheard = false; /* of a card that came just now */
    for (size_t i = 0; i < card->queue_count; i++) {
        struct card_event *event = &card->queue[(card->queue_first + i) % CARD_QUEUE_MAX];
        if (is_answer(event)) {
            card_event_release(event);
            event->error = KERR_CANCELLED;
        }
        unheard = unheard || event->type == CARD_EVENT_INSERTED;
    }
    card->over = unheard ? card->over : card->visit;
    card->visit++;
    card->want_release = true;
    if (card->want_refresh) {
        card->want_refresh = false;
        card->look_deadline = 0;
    }
    pthread_cond_broadcast(&card->changed);
    pthread_mutex_unlock(&card->lock);
    card->ops->cancel(card->ctx);
}

void
card_rest(struct card *card, bool rest)
{
    pthread_mutex_lock(&card->lock);
    card->rests = rest;
    pthread_mutex_unlock(&card->lock);
}

struct card_stats
card_stats(struct card *card)
{
    return (struct card_stats){.apdus = atomic_load(&card->myna.channel.apdus),
        .refused = atomic_load(&card->myna.channel.refused)};
}

/* Both threads; no signal of the process shall land in them. */
static int
start_threads(struct card *card)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int r = pthread_create(&card->watchdog, NULL, watchdog, card) == 0 ? 0 : KERR_NO_MEMORY;
    if (r == 0 && pthread_create(&card->worker, NULL, card_worker, card) != 0) {
        pthread_mutex_lock(&card->lock);
        card->stop = true;
        pthread_cond_broadcast(&card->changed);
        pthread_mutex_unlock(&card->lock);
        pthread_join(card->watchdog, NULL);
        r = KERR_NO_MEMORY;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return r;
}

static void
init_lock(struct card *card)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&card->changed, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&card->lock, NULL);
}

int
card_start_timed(const struct card_transport_ops *ops, void *ctx, void (*wakeup)(void *),
    void *wakeup_ctx, const struct card_times *times, struct card **ret_card)
{
    struct card *card = xcalloc(1, sizeof(*card));
    card->visit = 1;
    card->times = *times;
    card->ops = ops;
    card->ctx = ctx;
    card->wakeup = wakeup;
    card->wakeup_ctx = wakeup_ctx;
    init_lock(card);
    int r = myna_init(&card->myna, ops, ctx);
    if (r == 0) {
        r = start_threads(card);
    }
    if (r < 0) {
        card_destroy(card);
        return r;
    }
    *ret_card = card;
    return 0;
}

int
card_start(const struct card_transport_ops *ops, void *ctx, void (*wakeup)(void *),
    void *wakeup_ctx, struct card **ret_card)
{
    return card_start_timed(ops, ctx, wakeup, wakeup_ctx, &default_times, ret_card);
}

void
card_destroy(struct card *card)
{
    myna_release(&card->myna);
    secret_free(card->pin);
    for (size_t i = 0; i < card->queue_count; i++) {
        card_event_release(&card->queue[(card->queue_first + i) % CARD_QUEUE_MAX]);
    }
    card->ops->close(card->ctx);
    pthread_cond_destroy(&card->changed);
    pthread_mutex_destroy(&card->lock);
    explicit_bzero(card, sizeof(*card));
    free(card);
}

void
card_stop(struct card *card)
{
    if (card == NULL) {
        return;
    }
    pthread_mutex_lock(&card->lock);
    card->stop = true;
    pthread_cond_broadcast(&card->changed);
    pthread_mutex_unlock(&card->lock);
    card->ops->cancel(card->ctx);
    pthread_join(card->watchdog, NULL); /* it never waits for a device; the last wakeup is over */

    pthread_mutex_lock(&card->lock);
    int64_t deadline = now_ms() + card->times.stop_ms;
    while (!card->worker_done && now_ms() < deadline) {
        wait_until(card, deadline);
    }
    bool done = card->worker_done;
    pthread_t worker = card->worker;
    card->orphan = !done;
    pthread_mutex_unlock(&card->lock);
    if (done) {
        pthread_join(worker, NULL);
        card_destroy(card);
    } else {
        pthread_detach(worker);
    }
}
