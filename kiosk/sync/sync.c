/* sync/sync.c - the outbox loop. Sends the stored bytes, unchanged, until it holds a receipt
 * that the city signed for exactly these bytes; only then is the row deleted. A row that fails
 * is put off by its own number of tries; failures in a row make the whole line rest, so that a
 * city that is away is not asked once for each of 100,000 rows. */
#include "sync.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/rng.h"
#include "sync/sync_priv.h"

enum {
    SYNC_WAIT_MAX_MS = 1000,
    SYNC_MAD_CHECK_MS = 60 * 1000, /* how often rows put off too far are looked for */
    SYNC_PASS_FAILURES_MAX = 1000 /* a pass with more rows that fail ends early */
};

struct sync {
    struct store *store; /* borrowed, like the next three */
    const struct seal_receipts *receipts;
    const struct seal_verifier *kiosks;
    const struct clock *clock;
    struct sync_http *http; /* owned */
    struct buf envelope; /* of the attempt under way */
    unsigned failures; /* in a row */
    int64_t rest_until_ms; /* monotonic; before it nothing is sent */
    int64_t mad_check_ms; /* monotonic; not before it */
    int64_t sweep_ms; /* monotonic; then every row gets a try */
    struct sync_report last;
    bool has_more; /* the last step had a row, so there may be another */
    int64_t delay_base; /* wall seconds from which put_off counts; 0: now */
};

int
sync_new(const struct sync_config *config, struct sync **ret_sync)
{
    struct sync_http *http;
    int r = sync_http_new(config, &http);
    if (r < 0) {
        return r;
    }
    struct sync *sync = xcalloc(1, sizeof(*sync));
    sync->store = config->store;
    sync->receipts = config->receipts;
    sync->kiosks = config->kiosks;
    sync->clock = config->clock;
    sync->http = http;
    sync->sweep_ms = clock_mono_ms(sync->clock) + (int64_t)SYNC_AHEAD_MAX_S * 1000;
    buf_init(&sync->envelope, STORE_ENVELOPE_MAX);
    *ret_sync = sync;
    return 0;
}

void
sync_free(struct sync *sync)
{
    if (sync == NULL) {
        return;
    }
    sync_http_free(sync->http);
    buf_release(&sync->envelope);
    free(sync);
}

struct sync_report
sync_last(const struct sync *sync)
{
    return sync->last;
}

static uint32_t
chance(void)
{
    uint32_t bits;
    rng_fill(&bits, sizeof(bits));
    return bits;
}

/* After a success the line is free at once; after failures it rests. */
static void
rest(struct sync *sync, enum sync_action action, const struct sync_answer *answer)
{
    if (action == SYNC_ACTION_DONE || action == SYNC_ACTION_SET_ASIDE) {
        sync->failures = 0; /* the intake spoke to us */
        sync->rest_until_ms = 0;
        return;
    }
    if (sync->failures < UINT32_MAX) {
        sync->failures++;
    }
    int64_t pause = sync_rest_ms(sync->failures, chance());
    if (pause < answer->retry_after_s * 1000) {
        pause = answer->retry_after_s * 1000;
    }
    if (answer->error == KERR_NET_TLS) {
        pause = (int64_t)SYNC_BACKOFF_MAX_S * 1000; /* no row can be the reason */
    }
    sync->rest_until_ms = clock_mono_ms(sync->clock) + pause;
}

/* Another sync of this kiosk may have had the row at the same time; then it is settled already. */
static int
settled(int r, enum sync_result result)
{
    return r < 0 && r != KERR_NOT_FOUND ? r : (int)result;
}

static int
put_off(struct sync *sync, const struct store_row *row, enum sync_action action,
    const struct sync_answer *answer)
{
    int64_t delay =
        action == SYNC_ACTION_SLOW ? SYNC_BACKOFF_MAX_S : sync_backoff_s(row->tries, chance());
    if (delay < answer->retry_after_s) {
        delay = answer->retry_after_s;
    }
    sync->last.delay_s = delay;
    int64_t base = sync->delay_base != 0 ? sync->delay_base : clock_wall_s(sync->clock);
    return settled(store_delay(sync->store, row->place, base + delay), SYNC_LATER);
}

/* Does with the row what the answer means. An enum sync_result or the store's error. */
static int
settle(struct sync *sync, const struct store_row *row, const struct sync_answer *answer)
{
    const struct sync_proof proof = {.receipts = sync->receipts,
        .kiosks = sync->kiosks,
        .row = row,
        .envelope = &sync->envelope};
    int error;
    enum sync_action action = sync_judge(answer, sync_is_proven(&proof, answer), &error);
    sync->last =
        (struct sync_report){.sequence = row->sequence, .status = answer->status, .error = error};
    rest(sync, action, answer);
    int r;
    switch (action) {
    case SYNC_ACTION_DONE: {
        uint8_t hash[SEAL_HASH_LEN];
        seal_hash(answer->body.data, answer->body.len, hash);
        r = store_sent(sync->store, row->place, hash, clock_wall_s(sync->clock));
        r = settled(r, SYNC_SENT);
        break;
    }
    case SYNC_ACTION_SET_ASIDE:
        r = store_quarantine(sync->store, row->place, answer->status);
        r = settled(r, SYNC_QUARANTINE);
        break;
    default:
        r = put_off(sync, row, action, answer);
        break;
    }
    if (r >= 0) {
        sync->last.result = (enum sync_result)r;
    }
    return r;
}

/* Sends the row in sync->envelope. */
static int
attempt(struct sync *sync, const struct store_row *row)
{
    struct sync_answer answer;
    sync_answer_init(&answer);
    int r = sync_http_put(sync->http, row->id, sync->envelope.data, sync->envelope.len, &answer);
    r = r < 0 ? r : settle(sync, row, &answer);
    sync_answer_release(&answer);
    return r;
}

/* The oldest due row. When none is, now and then: is the earliest next try further away than this
 * program ever sets it? Then the clock was mad when it was set, and the oldest row is due. */
static int
next_row(struct sync *sync, struct store_row *ret_row)
{
    int64_t now = clock_wall_s(sync->clock);
    buf_clear(&sync->envelope);
    int r = store_next_due(sync->store, now, ret_row, &sync->envelope);
    if (r != KERR_NOT_FOUND || clock_mono_ms(sync->clock) < sync->mad_check_ms) {
        return r;
    }
    sync->mad_check_ms = clock_mono_ms(sync->clock) + SYNC_MAD_CHECK_MS;
    struct store_counts counts;
    int c = store_counts(sync->store, &counts);
    if (c < 0) {
        return c;
    }
    if (counts.queued == 0 || counts.next_try <= now + SYNC_AHEAD_MAX_S) {
        return r;
    }
    sync->mad_check_ms = 0; /* there may be more of them */
    buf_clear(&sync->envelope);
    return store_next_due(sync->store, INT64_MAX, ret_row, &sync->envelope);
}

/* Once in the longest delay that there is, every row gets a try: a row that a mad clock put off for
 * years does not show behind others whose next tries are honest. */
static int
sweep(struct sync *sync)
{
    sync->sweep_ms = clock_mono_ms(sync->clock) + (int64_t)SYNC_AHEAD_MAX_S * 1000;
    sync->last.result = SYNC_IDLE;
    int r = sync_pass(sync);
    return r < 0 ? r : (int)sync->last.result;
}

int
sync_step(struct sync *sync)
{
    if (clock_mono_ms(sync->clock) >= sync->sweep_ms) {
        return sweep(sync);
    }
    if (clock_mono_ms(sync->clock) < sync->rest_until_ms) {
        return SYNC_IDLE;
    }
    struct store_row row;
    int r = next_row(sync, &row);
    sync->has_more = r == 0;
    if (r == KERR_NOT_FOUND) {
        return SYNC_IDLE;
    }
    return r < 0 ? r : attempt(sync, &row);
}

/* Rows that failed in a pass, with the delay that each has coming. */
struct pass {
    int64_t horizon; /* rows with a next try up to here belong to the pass */
    size_t count;
    struct {
        uint64_t place;
        int64_t delay_s;
    } failed[SYNC_PASS_FAILURES_MAX];
};

/* One row of the pass. 1: go on, 0: the pass is over, or an error. */
static int
pass_step(struct sync *sync, struct pass *pass)
{
    struct store_row row;
    buf_clear(&sync->envelope);
    int r = store_next_due(sync->store, pass->horizon, &row, &sync->envelope);
    if (r < 0) {
        return r == KERR_NOT_FOUND ? 0 : r;
    }
    r = attempt(sync, &row);
    if (r != SYNC_LATER) {
        return r < 0 ? r : 1;
    }
    pass->failed[pass->count].place = row.place;
    pass->failed[pass->count].delay_s = sync->last.delay_s;
    pass->count++;
    /* No answer at all: the other rows would get none either. */
    bool is_away = sync->last.status == 0;
    return !is_away && pass->count < SYNC_PASS_FAILURES_MAX;
}

/* A moment beyond every next try, honest or mad, that moves on by 1,000 s each second, so that what
 * one pass put behind it is before that of the next pass. */
static int64_t
far_moment(int64_t now)
{
    return INT64_MAX / 4 + now * 1000;
}

/* The store gives the oldest row that is due at some moment. So the pass asks for one that lies far
 * ahead, and puts a row that fails behind it until the pass is over (which counts as one more
 * attempt of it). Cut in between, such a row comes again in the next pass, which is the next
 * --once or the next sweep. */
int
sync_pass(struct sync *sync)
{
    struct store_counts counts;
    int r = store_counts(sync->store, &counts);
    if (r < 0 || counts.queued == 0) {
        return r;
    }
    struct pass *pass = xcalloc(1, sizeof(*pass));
    pass->horizon = far_moment(clock_wall_s(sync->clock));
    sync->delay_base = pass->horizon;
    do {
        r = pass_step(sync, pass);
    } while (r > 0);
    sync->delay_base = 0;
    int64_t now = clock_wall_s(sync->clock);
    for (size_t i = 0; i < pass->count; i++) {
        int again = store_delay(sync->store, pass->failed[i].place, now + pass->failed[i].delay_s);
        r = r == 0 && again != KERR_NOT_FOUND ? again : r;
    }
    free(pass);
    return r;
}

int64_t
sync_wait_ms(struct sync *sync)
{
    int64_t left = sync->rest_until_ms - clock_mono_ms(sync->clock);
    if (left > SYNC_WAIT_MAX_MS) {
        return SYNC_WAIT_MAX_MS;
    }
    if (left > 0) {
        return left;
    }
    return sync->has_more ? 0 : SYNC_WAIT_MAX_MS;
}
