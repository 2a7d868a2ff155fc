/* app/queue.c - keeps the terminal's queue whole: opens it, mends it after damage with what proves to be
 * this terminal's own, and looks all of it over, a little at a time, while nobody waits. On a full disk it
 * gives up the room kept for the visit under way, and no other one begins before there is room again. */
#include "queue_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/log.h"

enum {
    FIRST_LOOK_MS = 20 * 1000, /* after the start, which others wait for */
    SLICE_MS = 200,
    SLICE_ROWS = 32, /* each costs a signature: together about a hundredth of a second */
    ROUND_MS = 6 * 60 * 60 * 1000,
    ROOM_MS = 60 * 1000, /* between looks at the reserve */
    CLOSED_MS = 5 * 1000, /* the same while nothing can be stored */
    SIGN_MS = 10 * 1000, /* between looks at the chain of events */
    MB = 1024 * 1024
};

/* What stays of what is done with: a year of a terminal with 100 applications a day fits the larger bounds. */
static const struct store_keep keep = {
    .sent_least = 2000, .sent_most = 40000, .sent_age_s = INT64_C(400) * 86400, .events = 100000};

struct queue {
    const struct clock *clock; /* borrowed */
    struct sealing *sealing; /* borrowed */
    char *path;
    char *trust; /* path of the kiosk CA */
    char kiosk[SEAL_NAME_MAX];
    struct seal_verifier *verifier; /* NULL until it is needed */
    struct store_judge judge;
    struct store *store; /* NULL after a mending that went wrong */
    struct store_check check;
    int64_t next_ms; /* monotonic: the next slice of the look */
    int64_t room_ms; /* the next look at the reserve */
    int64_t sign_ms; /* the next look at the chain */
    size_t reserve; /* bytes; 0: none is kept */
    int closed; /* 0, or why nothing can be stored now */
};

/* struct store_judge: is this whole, and did this very terminal sign it? */
static int
verify(void *ctx, const uint8_t *bytes, size_t len, struct store_claim *ret_claim)
{
    struct queue *queue = ctx;
    struct seal_header header;
    int r = seal_verify(queue->verifier, bytes, len, &header, NULL);
    if (r == 0 && strcmp(header.kiosk, queue->kiosk) != 0) {
        r = KERR_SEAL_SIGNATURE;
    }
    if (r == 0) {
        ret_claim->epoch = header.epoch;
        ret_claim->sequence = header.sequence;
        memcpy(ret_claim->id, header.id, sizeof(ret_claim->id));
    }
    return r;
}

/* The judge needs the CA; without it nothing can be proven, so nothing is touched. */
static int
load_judge(struct queue *queue)
{
    int r = queue->verifier == NULL ? seal_verifier_new(queue->trust, &queue->verifier) : 0;
    queue->judge =
        (struct store_judge){.length = seal_envelope_length, .verify = verify, .ctx = queue};
    return r;
}

static int
mend(struct queue *queue)
{
    struct store_recovery recovery = {0};
    store_close(queue->store);
    queue->store = NULL;
    int r = load_judge(queue);
    if (r == 0) {
        r = store_recover(queue->path, &queue->judge, &recovery);
    }
    LOG(LOG_ERROR, "queue.damaged", LOG_ERR(r), LOG_INT("queued", recovery.queued),
        LOG_INT("aside", recovery.set_aside), LOG_INT("sent", recovery.sent),
        LOG_INT("file", recovery.damaged_number));
    queue->check.has_pages = false;
    queue->check.place = 0;
    return r == 0 ? store_open(queue->path, &queue->store) : r;
}

int
queue_new(const struct conf *conf, const struct clock *clock, struct sealing *sealing,
    bool (*stop)(void *ctx), void *ctx, struct queue **ret_queue)
{
    struct queue *queue = xcalloc(1, sizeof(*queue));
    const char *kiosk = conf_str(conf, "kiosk", "kiosk-001");
    memcpy(queue->kiosk, kiosk, strnlen(kiosk, sizeof(queue->kiosk) - 1));
    queue->clock = clock;
    queue->sealing = sealing;
    queue->path = conf_path(conf, "queue", "queue.db");
    queue->trust = conf_path(conf, "kiosk-ca", "keys/kiosk-ca.crt");
    queue->check = (struct store_check){.stop = stop, .ctx = ctx};
    queue->next_ms = clock_mono_ms(clock) + FIRST_LOOK_MS;
    queue->reserve =
        (size_t)conf_int(conf, "queue-reserve-mb", 0, STORE_RESERVE_MB_MAX, STORE_RESERVE_MB) * MB;
    int r = store_open(queue->path, &queue->store);
    if (r == KERR_STORE_CORRUPT) {
        queue->next_ms =
            clock_mono_ms(clock); /* the first look mends it; the screen waits for nobody */
        r = 0;
    }
    if (r < 0) {
        queue_free(queue);
        return r;
    }
    *ret_queue = queue;
    return 0;
}

void
queue_free(struct queue *queue)
{
    if (queue == NULL) {
        return;
    }
    store_close(queue->store);
    seal_verifier_free(queue->verifier);
    free(queue->trust);
    free(queue->path);
    free(queue);
}

int
queue_store(struct queue *queue, struct store **ret_store)
{
    int r = queue->store == NULL ? store_open(queue->path, &queue->store) : 0;
    *ret_store = queue->store;
    return r;
}

bool
queue_mend(struct queue *queue, int error)
{
    if (error == KERR_NO_SPACE) {
        bool released = store_reserve_release(queue->path);
        LOG(LOG_ERROR, "queue.full", LOG_INT("reserve", released));
        queue->closed = error;
        queue->room_ms = clock_mono_ms(queue->clock) + CLOSED_MS;
        return released;
    }
    if (error == KERR_STORE_READ_ONLY || error == KERR_IO) {
        queue->closed = error;
        queue->room_ms = clock_mono_ms(queue->clock) + CLOSED_MS;
    }
    return error == KERR_STORE_CORRUPT && mend(queue) == 0;
}

int
queue_closed(const struct queue *queue)
{
    return queue->closed;
}

/* Keeps the reserve, and finds out whether a closed queue can be written to again. */
static void
look_at_room(struct queue *queue)
{
    int r = queue->reserve > 0 ? store_reserve_keep(queue->path, queue->reserve) : 0;
    struct store *store = NULL;
    if (r == 0 && queue->closed != 0) {
        r = queue_store(queue, &store);
        r = r == 0 ? store_probe(store) : r;
    }
    if (r < 0 && queue->closed == 0) {
        LOG(LOG_ERROR, "queue.closed", LOG_ERR(r));
    } else if (r == 0 && queue->closed != 0) {
        LOG(LOG_INFO, "queue.opened", LOG_INT("reserve", queue->reserve / MB));
        (void)store_note(store, STORE_EVENT_OPENED, queue->closed, 0); /* the log has it, too */
    }
    queue->closed = r;
}

/* One slice of the slow look. How long to rest after it. */
static int64_t
look_at_rows(struct queue *queue)
{
    struct store *store = NULL;
    int r = load_judge(queue);
    r = r == 0 ? queue_store(queue, &store) : r;
    if (r == 0) {
        r = store_check(store, &queue->judge, &queue->check, SLICE_ROWS);
    }
    if (r == KERR_STORE_CORRUPT && mend(queue) == 0) {
        return SLICE_MS;
    }
    if (r == KERR_STORE_CORRUPT) { /* said so in the log; the next round tries again */
        queue->closed = r;
        queue->room_ms = clock_mono_ms(queue->clock) + CLOSED_MS;
    }
    if (r == 1 || r == KERR_CANCELLED || r == KERR_BUSY) {
        return SLICE_MS;
    }
    queue->check.has_pages = false;
    queue->check.place = 0;
    r = r == 0 ? store_trim(store, clock_wall_s(queue->clock), &keep) : 0;
    if (r < 0 && r != KERR_NOT_FOUND) {
        LOG(LOG_WARN, "queue.trim", LOG_ERR(r)); /* the next round tries again */
    }
    return ROUND_MS;
}

/* Signs the end of the chain of events when it is due: the city gets the point with the next record. */
static void
sign_point(struct queue *queue)
{
    struct store *store = NULL;
    struct store_point end;
    int64_t now = clock_wall_s(queue->clock);
    int r = queue_store(queue, &store);
    r = r == 0 ? store_point_due(store, now, &end) : r;
    if (r == KERR_NOT_FOUND) {
        return;
    }
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_POINT_MAX);
    if (r == 0) {
        struct seal_point point = {.epoch = end.epoch, .size = end.size};
        memcpy(point.kiosk, queue->kiosk, sizeof(point.kiosk));
        memcpy(point.head, end.head, sizeof(point.head));
        r = seal_point_make(sealing_now(queue->sealing), &point, &bytes);
    }
    r = r == 0 ? store_point_keep(store, &end, bytes.data, bytes.len, now) : r;
    if (r < 0) {
        LOG(LOG_WARN, "queue.point", LOG_ERR(r));
    }
}

int64_t
queue_look(struct queue *queue)
{
    int64_t now = clock_mono_ms(queue->clock);
    if (now >= queue->room_ms) {
        look_at_room(queue);
        queue->room_ms = now + (queue->closed != 0 ? CLOSED_MS : ROOM_MS);
    }
    if (now >= queue->next_ms) {
        queue->next_ms = now + look_at_rows(queue);
    }
    if (now >= queue->sign_ms) {
        sign_point(queue);
        queue->sign_ms = now + SIGN_MS;
    }
    int64_t next = queue->next_ms < queue->room_ms ? queue->next_ms : queue->room_ms;
    return (next < queue->sign_ms ? next : queue->sign_ms) - now;
}
