/* app/submit.c - the only place with this sequence: take a slot, number the record, encode it, seal
 * and sign it, put it into the queue in one transaction. Runs in a thread of its own, since a disk may
 * take seconds; the queue and the sealer belong to that thread. Only after the commit is anybody told. */
#include "app_priv.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/log.h"
#include "app/queue_priv.h"
#include "app/sealing_priv.h"
#include "seal/seal.h"

enum { WAIT_MAX_MS = 60 * 1000, AWAY_S = 60 * 60, AWAY_MAX_S = 366 * 24 * 60 * 60 };

enum submit_state { SUBMIT_IDLE, SUBMIT_ASKED, SUBMIT_RUNNING, SUBMIT_DONE };

struct submitter {
    pthread_t thread;
    pthread_mutex_t lock; /* guards state, job and result */
    pthread_cond_t asked;
    enum submit_state state;
    bool stop;
    struct record_head head;
    struct fact_set *facts;
    struct submit_result result;
    int closed; /* queue_closed, as the thread last saw it */
    /* the thread's own from here on */
    struct queue *queue;
    struct sealing *sealing;
    const struct clock *clock;
    unsigned kiosk_number;
    char kiosk[SEAL_NAME_MAX];
    char *tally; /* path */
    int64_t away_s; /* a record that waits for so long means that the line is away */
    void (*wakeup)(void *);
    void *wakeup_ctx;
};

/* Between begin and put: everything that can fail without using the sequence up. */
static int
make_envelope(struct submitter *submitter, const struct store_slot *slot, struct record_head *head,
    const struct fact_set *facts, struct buf *ret_envelope)
{
    record_number_make(
        submitter->kiosk_number, record_number_place(slot->epoch, slot->sequence), head->number);
    struct record *record = record_new(head, facts);
    AUTO_BUF plain;
    buf_init(&plain, RECORD_ENCODED_MAX);
    int r = record_press(record, &plain);
    record_free(record);
    if (r < 0) {
        return r;
    }
    struct seal_header header = {.epoch = slot->epoch, .sequence = slot->sequence};
    memcpy(header.kiosk, submitter->kiosk, sizeof(header.kiosk));
    memcpy(header.id, head->id, sizeof(header.id));
    return seal_envelope(
        sealing_now(submitter->sealing), &header, plain.data, plain.len, ret_envelope);
}

/* What the record is as a code, and whether one is wanted. Without one it still goes the usual way. */
static void
make_code(struct submitter *submitter, struct store *store, const struct buf *envelope,
    struct submit_code *ret_code)
{
    AUTO_BUF lean;
    buf_init(&lean, sizeof(ret_code->bytes));
    int64_t oldest = 0;
    if (seal_lean_write(envelope->data, envelope->len, &lean) == 0) {
        memcpy(ret_code->bytes, lean.data, lean.len);
        ret_code->len = lean.len;
    }
    ret_code->line_away = store_oldest(store, &oldest) == 0 &&
                          clock_wall_s(submitter->clock) - oldest >= submitter->away_s;
}

static int
put(struct submitter *submitter, struct store *store, struct record_head *head,
    const struct fact_set *facts, struct submit_code *ret_code)
{
    struct store_slot slot;
    AUTO_BUF envelope;
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    int r = store_begin(store, &slot);
    if (r < 0) {
        return r;
    }
    r = make_envelope(submitter, &slot, head, facts, &envelope);
    if (r < 0) {
        store_abandon(store);
        return r;
    }
    r = store_put(store, &slot, head->id, envelope.data, envelope.len, head->submitted_at);
    if (r == 0) {
        make_code(submitter, store, &envelope, ret_code);
    }
    return r;
}

static int
submit(struct submitter *submitter, struct record_head *head, const struct fact_set *facts,
    struct submit_code *ret_code)
{
    head->submitted_at = clock_wall_s(submitter->clock);
    memcpy(head->kiosk, submitter->kiosk, sizeof(head->kiosk));
    struct store *store;
    int r = queue_store(submitter->queue, &store);
    r = r == 0 ? put(submitter, store, head, facts, ret_code) : r;
    if (queue_mend(submitter->queue, r)) {
        r = queue_store(submitter->queue, &store);
        r = r == 0 ? put(submitter, store, head, facts, ret_code) : r;
    }
    return r;
}

/* struct queue asks: does a visitor wait, or the end? */
static bool
is_waited_for(void *ctx)
{
    struct submitter *submitter = ctx;
    (void)pthread_mutex_lock(&submitter->lock); /* can't fail on a default mutex of ours */
    bool waits = submitter->state == SUBMIT_ASKED || submitter->stop;
    (void)pthread_mutex_unlock(&submitter->lock);
    return waits;
}

/* Sleeps until something is asked for; looks the queue over meanwhile. Called and left with the lock. */
static void
wait_for_job(struct submitter *submitter)
{
    while (submitter->state != SUBMIT_ASKED && !submitter->stop) {
        (void)pthread_mutex_unlock(&submitter->lock);
        int64_t pause = queue_look(submitter->queue);
        pause = pause < WAIT_MAX_MS ? pause : WAIT_MAX_MS; /* the clock may be a test's */
        (void)pthread_mutex_lock(&submitter->lock);
        submitter->closed = queue_closed(submitter->queue);
        if (submitter->state != SUBMIT_ASKED && !submitter->stop) {
            struct timespec until;
            (void)clock_gettime(CLOCK_MONOTONIC, &until); /* can't fail */
            int64_t ns = until.tv_nsec + pause * 1000000;
            until.tv_sec += ns / 1000000000;
            until.tv_nsec = ns % 1000000000;
            (void)pthread_cond_timedwait(
                &submitter->asked, &submitter->lock, &until); /* or later */
        }
    }
}

static void *
run(void *arg)
{
    struct submitter *submitter = arg;
    (void)pthread_mutex_lock(&submitter->lock); /* can't fail on a default mutex of ours */
    for (;;) {
        wait_for_job(submitter);
        if (submitter->state != SUBMIT_ASKED) {
            break;
        }
        submitter->state = SUBMIT_RUNNING;
        struct record_head head = submitter->head;
        struct fact_set *facts = submitter->facts;
        submitter->facts = NULL;
        (void)pthread_mutex_unlock(&submitter->lock);

        struct submit_code code = {0};
        int r = submit(submitter, &head, facts, &code);
        fact_set_free(facts);
        LOG(r == 0 ? LOG_INFO : LOG_ERROR, "queue.put", LOG_ERR(r),
            LOG_ID("procedure", head.procedure), LOG_HEX("record", head.id, sizeof(head.id)));
        int counted = r == 0 ? tally_add(submitter->tally, head.procedure, head.submitted_at) : 0;
        if (counted < 0) {
            LOG(LOG_WARN, "tally", LOG_ERR(counted)); /* a count is no reason to trouble anybody */
        }

        (void)pthread_mutex_lock(&submitter->lock);
        submitter->closed = queue_closed(submitter->queue);
        submitter->result.error = r;
        memcpy(submitter->result.number, head.number, sizeof(head.number));
        submitter->result.code = code;
        submitter->state = SUBMIT_DONE;
        explicit_bzero(&code, sizeof(code));
        explicit_bzero(&head, sizeof(head));
        explicit_bzero(&submitter->head, sizeof(submitter->head));
        secret_wipe_stack();
        submitter->wakeup(submitter->wakeup_ctx);
    }
    (void)pthread_mutex_unlock(&submitter->lock);
    return NULL;
}

static int
open_parts(struct submitter *submitter, const struct conf *conf)
{
    int r = sealing_new(conf, submitter->clock, &submitter->sealing);
    return r < 0 ? r
                 : queue_new(conf, submitter->clock, submitter->sealing, is_waited_for, submitter,
                       &submitter->queue);
}

int
submitter_new(const struct conf *conf, const struct clock *clock, void (*wakeup)(void *),
    void *wakeup_ctx, struct submitter **ret_submitter)
{
    struct submitter *submitter = xcalloc(1, sizeof(*submitter));
    submitter->clock = clock;
    submitter->wakeup = wakeup;
    submitter->wakeup_ctx = wakeup_ctx;
    submitter->kiosk_number = (unsigned)conf_int(conf, "kiosk-number", 0, 999, 0);
    const char *kiosk = conf_str(conf, "kiosk", "kiosk-001");
    memcpy(submitter->kiosk, kiosk, strnlen(kiosk, sizeof(submitter->kiosk) - 1));
    submitter->tally = conf_path(conf, "counts", "counts.tsv");
    submitter->away_s = conf_int(conf, "code-after-s", 0, AWAY_MAX_S, AWAY_S);
    int r = open_parts(submitter, conf);
    if (r == 0) {
        pthread_condattr_t attr; /* none of these can fail with what is asked here */
        (void)pthread_condattr_init(&attr);
        (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        (void)pthread_mutex_init(&submitter->lock, NULL);
        (void)pthread_cond_init(&submitter->asked, &attr);
        (void)pthread_condattr_destroy(&attr);
        r = pthread_create(&submitter->thread, NULL, run, submitter) == 0 ? 0 : KERR_NO_MEMORY;
    }
    if (r < 0) {
        queue_free(submitter->queue);
        sealing_free(submitter->sealing);
        free(submitter->tally);
        free(submitter);
        return r;
    }
    *ret_submitter = submitter;
    return 0;
}

void
submitter_free(struct submitter *submitter)
{
    if (submitter == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&submitter->lock);
    submitter->stop = true; /* a job that was asked for is still done */
    (void)pthread_cond_signal(&submitter->asked);
    (void)pthread_mutex_unlock(&submitter->lock);
    (void)pthread_join(submitter->thread, NULL);
    queue_free(submitter->queue);
    sealing_free(submitter->sealing);
    (void)pthread_cond_destroy(&submitter->asked);
    (void)pthread_mutex_destroy(&submitter->lock);
    free(submitter->tally);
    free(submitter);
}

int
submitter_start(struct submitter *submitter, const struct record_head *head,
    struct fact_set *take_facts, uint64_t visit)
{
    int r = KERR_BUSY;
    (void)pthread_mutex_lock(&submitter->lock);
    if (submitter->state == SUBMIT_IDLE) {
        submitter->head = *head;
        submitter->facts = take_facts;
        submitter->result = (struct submit_result){.visit = visit};
        submitter->state = SUBMIT_ASKED;
        (void)pthread_cond_signal(&submitter->asked);
        r = 0;
    }
    (void)pthread_mutex_unlock(&submitter->lock);
    if (r < 0) {
        fact_set_free(take_facts);
    }
    return r;
}

bool
submitter_poll(struct submitter *submitter, struct submit_result *ret_result)
{
    bool done = false;
    (void)pthread_mutex_lock(&submitter->lock);
    if (submitter->state == SUBMIT_DONE) {
        *ret_result = submitter->result;
        submitter->result = (struct submit_result){0};
        submitter->state = SUBMIT_IDLE;
        done = true;
    }
    (void)pthread_mutex_unlock(&submitter->lock);
    return done;
}

int
submitter_closed(struct submitter *submitter)
{
    (void)pthread_mutex_lock(&submitter->lock);
    int closed = submitter->closed;
    (void)pthread_mutex_unlock(&submitter->lock);
    return closed;
}
