/* card/reader.c - the worker thread: watches readers, looks at a card as soon as it lies there, reads
 * it when asked. It alone talks to the transport. What it knows of the card is compared with the
 * reader's event counter, so that a card that was exchanged is never taken for the one whose tries
 * were shown. */
#include "card.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "card/card_priv.h"

static int64_t
now_ms(void)
{
    return clock_mono_ms(clock_system());
}

static void
post(struct card *card, const struct card_event *take_event)
{
    pthread_mutex_lock(&card->lock);
    card_post(card, take_event);
    pthread_mutex_unlock(&card->lock);
}

/* Was a READ asked for, or a stop, while we wait for pcscd? With lock held. */
static bool
wanted(const struct card *card)
{
    return card->stop || card->want_read || card->want_refresh || card->want_release;
}

static const struct card_reader_state *
find_state(const struct card *card, const char *reader)
{
    for (size_t i = 0; i < card->readers; i++) {
        if (strcmp(card->states[i].name, reader) == 0) {
            return &card->states[i];
        }
    }
    return NULL;
}

/* 0 while the card of the contact lies there untouched; KERR_CARD_REMOVED, KERR_CARD_CHANGED. */
static int
contact_state(const struct card *card)
{
    const struct card_reader_state *state = find_state(card, card->contact.reader);
    if (state == NULL || !state->present) {
        return KERR_CARD_REMOVED;
    }
    bool same = state->events == card->contact.events && state->mute == card->contact.mute;
    return same ? 0 : KERR_CARD_CHANGED;
}

static void
contact_lost(struct card *card, int error)
{
    bool tell = card->contact.present && card->contact.announced;
    myna_end(&card->myna);
    card->contact = (struct contact){0};
    if (tell) {
        post(card, &(struct card_event){.type = CARD_EVENT_REMOVED,
                       .error = error,
                       .tries = CARD_TRIES_UNKNOWN,
                       .readers = (int)card->readers});
    }
}

/* Posts how many readers there are when that is news. */
static void
tell_readers(struct card *card, int error)
{
    int news = error < 0 ? error : (int)card->readers;
    if (card->told && card->readers_told == news) {
        return;
    }
    card->told = true;
    card->readers_told = news;
    post(card, &(struct card_event){.type = CARD_EVENT_READERS,
                   .error = error < 0            ? error
                            : card->readers == 0 ? KERR_CARD_NO_READER
                                                 : 0,
                   .tries = CARD_TRIES_UNKNOWN,
                   .readers = (int)card->readers});
}

/* One look at all readers. Losing the service loses everything. */
static int
update_states(struct card *card, int timeout_ms)
{
    size_t count = card->readers;
    int r = card->ops->watch(card->ctx, card->states, &count, timeout_ms);
    card->readers = r < 0 ? 0 : count;
    return r;
}

/* A failed exchange often is a card being lifted, before pcscd has noticed. Gives it time, so that
 * the visitor reads the true reason. */
static int
settle(struct card *card, int error)
{
    if (error != KERR_CARD_COMM && error != KERR_CARD_UNRESPONSIVE) {
        return error;
    }
    int64_t deadline = now_ms() + card->times.settle_ms;
    card->look_again = true;
    for (int64_t left; (left = deadline - now_ms()) > 0;) {
        int r = update_states(card, (int)left);
        if (r < 0) {
            return r;
        }
        if (contact_state(card) < 0) {
            return KERR_CARD_REMOVED;
        }
    }
    return error;
}

static bool
look_begin(struct card *card)
{
    pthread_mutex_lock(&card->lock);
    bool alive = !card->hung;
    card->look_deadline = now_ms() + card->times.watchdog_ms;
    pthread_cond_broadcast(&card->changed);
    pthread_mutex_unlock(&card->lock);
    return alive;
}

/* Posts the INSERTED event, unless the watchdog was quicker or there is nothing to tell. */
static void
look_end(struct card *card, bool tell)
{
    struct contact *contact = &card->contact;
    pthread_mutex_lock(&card->lock);
    card->look_deadline = 0;
    if (!card->hung && tell) {
        contact->announced = true;
        contact->visit = card->visit;
        card_post(card, &(struct card_event){.type = CARD_EVENT_INSERTED,
                            .error = contact->error,
                            .kind = contact->kind,
                            .tries = contact->tries,
                            .readers = (int)card->readers});
    }
    pthread_mutex_unlock(&card->lock);
}

static bool
rests(struct card *card)
{
    pthread_mutex_lock(&card->lock);
    bool rests = card->rests;
    pthread_mutex_unlock(&card->lock);
    return rests;
}

/* Looks at the card in this reader: what is it, how many tries are left? */
static void
examine(struct card *card, const struct card_reader_state *state)
{
    struct contact *contact = &card->contact;
    *contact = (struct contact){
        .present = true, .mute = state->mute, .events = state->events, .tries = CARD_TRIES_UNKNOWN};
    memcpy(contact->reader, state->name, sizeof(contact->reader));
    if (rests(card)) {
        contact->released = true; /* as if its visit were over */
        return;
    }
    if (!look_begin(card)) {
        return;
    }
    if (state->mute) {
        contact->error = KERR_CARD_UNRESPONSIVE;
    } else {
        contact->error =
            myna_identify(&card->myna, contact->reader, &contact->kind, &contact->tries);
        contact->error = settle(card, contact->error);
    }
    /* A card lifted meanwhile was never there; a lost service is told by the next look. */
    look_end(card, contact->error != KERR_CARD_REMOVED && contact->error != KERR_CARD_NO_SERVICE);
}

/* Brings what we know in step with the readers' states. */
static void
track(struct card *card)
{
    if (card->contact.present) {
        if (contact_state(card) == 0) {
            return;
        }
        contact_lost(card, card->readers == 0 ? KERR_CARD_NO_READER : 0);
    }
    for (size_t i = 0; i < card->readers; i++) {
        if (card->states[i].present) {
            examine(card, &card->states[i]);
            return;
        }
    }
}

static void
wait_for_service(struct card *card)
{
    int64_t deadline = now_ms() + card->times.service_ms;
    struct timespec until = {
        .tv_sec = (time_t)(deadline / 1000), .tv_nsec = (long)(deadline % 1000) * 1000000};
    pthread_mutex_lock(&card->lock);
    while (!wanted(card) && now_ms() < deadline) {
        (void)pthread_cond_timedwait(&card->changed, &card->lock, &until); /* looks again */
    }
    pthread_mutex_unlock(&card->lock);
}

static void
look(struct card *card, int timeout_ms)
{
    card->look_again = false;
    int r = update_states(card, timeout_ms);
    if (r < 0) {
        contact_lost(card, r);
        tell_readers(card, r);
        if (timeout_ms > 0) {
            wait_for_service(card);
        }
        return;
    }
    tell_readers(card, 0);
    track(card);
}

/* A card that the caller has not heard of yet lies there for the next visit. */
static void
do_release(struct card *card)
{
    myna_end(&card->myna);
    secret_wipe_stack();
    pthread_mutex_lock(&card->lock);
    bool over = card->contact.visit <= card->over;
    pthread_mutex_unlock(&card->lock);
    if (over) {
        card->contact.released = card->contact.present;
        card->contact.tries = CARD_TRIES_UNKNOWN;
    }
}

/* Forgets the card without a word and looks again; an event follows in any case. */
static void
do_refresh(struct card *card)
{
    myna_end(&card->myna);
    card->contact = (struct contact){0};
    look(card, 0);
    bool here = card->contact.present && card->contact.announced;
    pthread_mutex_lock(&card->lock);
    card->look_deadline = 0;
    if (!here && !card->hung) {
        card_post(card, &(struct card_event){.type = CARD_EVENT_REMOVED,
                            .tries = CARD_TRIES_UNKNOWN,
                            .readers = (int)card->readers});
    }
    pthread_mutex_unlock(&card->lock);
}

static bool
pin_form_ok(const struct secret *pin)
{
    bool ok = secret_len(pin) == CARD_PIN_LEN;
    for (size_t i = 0; i < secret_len(pin); i++) {
        ok = ok && secret_bytes(pin)[i] >= '0' && secret_bytes(pin)[i] <= '9';
    }
    return ok;
}

/* May one try be spent? */
static int
check_tries(int tries, bool confirmed)
{
    if (tries == 0) {
        return KERR_CARD_PIN_BLOCKED;
    }
    bool last = tries == 1 || tries == CARD_TRIES_UNKNOWN;
    return last && !confirmed ? KERR_CARD_PIN_LAST_TRY : 0;
}

/* A card without power (after a wrong PIN, say) is approached again; it has to say the same tries as
 * were shown to the visitor. */
static int
approach_again(struct card *card)
{
    struct contact *contact = &card->contact;
    int shown = contact->tries;
    int r = myna_identify(&card->myna, contact->reader, &contact->kind, &contact->tries);
    if (r < 0) {
        return r == KERR_CARD_UNKNOWN ? KERR_CARD_CHANGED : r;
    }
    return shown != CARD_TRIES_UNKNOWN && shown != contact->tries ? KERR_CARD_CHANGED : 0;
}

/* Everything that has to hold before the card that lies there is talked to again. */
static int
prepare_talk(struct card *card)
{
    struct contact *contact = &card->contact;
    int r = update_states(card, 0);
    if (r < 0) {
        return r;
    }
    if (!contact->present) {
        return card->readers == 0 ? KERR_CARD_NO_READER : KERR_CARD_REMOVED;
    }
    r = contact_state(card);
    if (r < 0) {
        contact->tries = CARD_TRIES_UNKNOWN;
        return r;
    }
    if (contact->released) {
        return KERR_STATE;
    }
    if (contact->kind != CARD_KIND_MY_NUMBER) {
        return contact->error < 0 ? contact->error : KERR_CARD_UNKNOWN;
    }
    if (!card->myna.connected) {
        r = approach_again(card);
    }
    return r;
}

/* Takes the PIN from where the watchdog could still wipe it. */
static struct secret *
take_pin(struct card *card)
{
    pthread_mutex_lock(&card->lock);
    struct secret *pin = card->pin;
    card->pin = NULL;
    pthread_mutex_unlock(&card->lock);
    return pin;
}

/* VERIFY and READ; the tries of the contact are true afterwards. */
static int
talk(struct card *card, struct buf *ret_file)
{
    struct contact *contact = &card->contact;
    AUTO_SECRET *pin = take_pin(card);
    if (pin == NULL) {
        return KERR_CARD_TIMEOUT; /* the watchdog has wiped it and answered */
    }
    if (!pin_form_ok(pin)) {
        return KERR_CARD_PIN_FORM;
    }
    bool unknown;
    int r = myna_read(&card->myna, pin, ret_file, &contact->tries, &unknown);
    myna_end(&card->myna);
    r = settle(card, r);
    if (unknown && (r == KERR_CARD_COMM || r == KERR_CARD_STATUS)) {
        /* Was a try spent? The card knows (5.4). Nothing is sent with the PIN again. */
        enum card_kind kind;
        (void)myna_identify(&card->myna, contact->reader, &kind, &contact->tries);
    }
    return r;
}

/* Hands the answer over, if anybody still waits for it. */
static void
read_end(struct card *card, struct card_event *take_event)
{
    pthread_mutex_lock(&card->lock);
    secret_free(card->pin);
    card->pin = NULL;
    card->read_deadline = 0;
    if (card->visit != card->read_visit) {
        card_event_release(take_event);
        take_event->error = KERR_CANCELLED;
        take_event->data_questionable = false;
    }
    if (card->hung || card->stop) {
        card_event_release(take_event);
    } else {
        card_post(card, take_event);
    }
    pthread_mutex_unlock(&card->lock);
}

static void
do_read(struct card *card, bool confirmed)
{
    struct card_event event = {.type = CARD_EVENT_READ};
    AUTO_BUF file;
    buf_init(&file, TLV_OBJECT_MAX);
    int r = prepare_talk(card);
    if (r == 0) {
        r = check_tries(card->contact.tries, confirmed);
    }
    if (r == 0) {
        r = talk(card, &file);
    }
    if (r == 0) {
        event.facts = fact_set_new();
        r = attributes_parse(file.data, file.len, event.facts, clock_wall_s(clock_system()),
            &event.data_questionable);
        if (r < 0) {
            card_event_release(&event);
        }
    }
    if (r != KERR_CARD_PIN_LAST_TRY && r != KERR_CARD_PIN_FORM) {
        myna_end(&card->myna); /* whatever happened, the card keeps no open session */
    }
    secret_wipe_stack();
    event.error = r;
    event.kind = card->contact.kind;
    event.tries = card->contact.present ? card->contact.tries : CARD_TRIES_UNKNOWN;
    event.readers = (int)card->readers;
    read_end(card, &event);
    if (r == KERR_CARD_CHANGED) {
        contact_lost(card, 0); /* the other card is looked at as any card that is placed */
    }
    look(card, 0); /* what went or came meanwhile */
}

/* What the card tells without a PIN: one of the two. */
static void
do_tell(struct card *card, enum card_event_type type)
{
    struct card_event event = {.type = type};
    int r = prepare_talk(card);
    if (r == 0) {
        r = settle(card, type == CARD_EVENT_SERIAL
                             ? myna_serial(&card->myna, event.serial, event.expiry)
                             : myna_look(&card->myna, event.expiry, &event.inside));
    }
    myna_end(&card->myna);
    secret_wipe_stack();
    event.error = r;
    event.kind = card->contact.kind;
    event.tries = card->contact.present ? card->contact.tries : CARD_TRIES_UNKNOWN;
    event.readers = (int)card->readers;
    read_end(card, &event);
    card_event_release(&event); /* the queue holds a copy */
    if (r == KERR_CARD_CHANGED) {
        contact_lost(card, 0);
    }
    look(card, 0);
}

/* What the watchdog has answered for is void: start from what the reader shows. */
static void
recover(struct card *card)
{
    myna_end(&card->myna);
    card->contact = (struct contact){0};
    pthread_mutex_lock(&card->lock);
    card->hung = false;
    card->look_deadline = 0;
    pthread_mutex_unlock(&card->lock);
    look(card, 0);
}

enum task { TASK_STOP, TASK_RECOVER, TASK_RELEASE, TASK_REFRESH, TASK_READ, TASK_TELL, TASK_LOOK };

static bool
take(bool *flag)
{
    bool was = *flag;
    *flag = false;
    return was;
}

static enum task
next_task(struct card *card, bool *ret_confirmed, enum card_event_type *ret_asked)
{
    pthread_mutex_lock(&card->lock);
    bool read = card->asked == CARD_EVENT_READ;
    *ret_asked = card->asked;
    *ret_confirmed = card->confirmed;
    enum task task = card->stop                  ? TASK_STOP
                     : card->hung                ? TASK_RECOVER
                     : take(&card->want_release) ? TASK_RELEASE
                     : take(&card->want_refresh) ? TASK_REFRESH
                     : take(&card->want_read)    ? (read ? TASK_READ : TASK_TELL)
                                                 : TASK_LOOK;
    pthread_mutex_unlock(&card->lock);
    return task;
}

static void
run_task(struct card *card, enum task task, bool confirmed, enum card_event_type asked)
{
    switch (task) {
    case TASK_RECOVER:
        recover(card);
        break;
    case TASK_RELEASE:
        do_release(card);
        break;
    case TASK_REFRESH:
        do_refresh(card);
        break;
    case TASK_READ:
        do_read(card, confirmed);
        break;
    case TASK_TELL:
        do_tell(card, asked);
        break;
    default:
        look(card, card->look_again ? 0 : card->times.watch_ms);
    }
}

void *
card_worker(void *arg)
{
    struct card *card = arg;
    bool confirmed;
    enum card_event_type asked;
    for (enum task task; (task = next_task(card, &confirmed, &asked)) != TASK_STOP;) {
        run_task(card, task, confirmed, asked);
    }
    myna_end(&card->myna);
    pthread_mutex_lock(&card->lock);
    card->worker_done = true;
    bool orphan = card->orphan;
    pthread_cond_broadcast(&card->changed);
    pthread_mutex_unlock(&card->lock);
    if (orphan) {
        card_destroy(card); /* card_stop did not wait */
    }
    return NULL;
}
