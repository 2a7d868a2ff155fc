/* sync/sync.c - the outbox loop. Sends the stored bytes, unchanged, until it holds a receipt
 * that the city signed for exactly these bytes; only then is the row deleted. A row that fails
 * is put off by its own number of tries; failures in a row make the whole line rest, so that a
 * city that is away is not asked once for each of 100,000 rows. A few rows are on their way at once,
 * and what has a receipt is deleted together; killed before that, it is sent again, and the city
 * gives the same receipt. */
#include "sync.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/rng.h"
#include "sync/sync_priv.h"

enum {
    SYNC_WAIT_MAX_MS = 1000,
    SYNC_MAD_CHECK_MS = 60 * 1000, /* how often rows put off too far are looked for */
    SYNC_PASS_FAILURES_MAX = 1000, /* a pass with more rows that fail ends early */
    SYNC_PROVEN_MAX = 64, /* rows that are deleted together */
    SYNC_PROVEN_MS = 250, /* and how long the first of them waits; the bound is 5 s */
    SYNC_POINT_MS =
        1000, /* how long a point counts as the newest; the terminal signs each 10 s at most */
    SYNC_REPORT_AGAIN_S = 60, /* after a report that nobody heard */
    SYNC_SILENCE_MS = 1000 /* after which one more is let on its way */
};

/* A row on its way, one for each lane. */
struct attempt {
    bool is_busy;
    bool has_report; /* the report goes along */
    struct store_row row;
    struct buf envelope;
    struct sync_answer answer;
};

struct sync {
    struct store *store; /* borrowed, like the next three */
    const struct seal_receipts *receipts;
    const struct seal_verifier *kiosks;
    const struct clock *clock;
    char own_name[SEAL_NAME_MAX]; /* of the envelopes; "" until one was read */
    struct sync_http *http; /* owned */
    struct attempt attempts[SYNC_LANES_MAX];
    unsigned lanes, busy;
    unsigned allowed; /* at once: 1 until there was a success */
    int64_t heard_ms; /* monotonic; the last answer, or when the first was asked for */
    uint64_t taken; /* rows up to this place are on their way or were in this round */
    struct store_receipt proven[SYNC_PROVEN_MAX]; /* not deleted yet */
    size_t proven_count;
    int64_t proven_ms; /* monotonic; the oldest of them */
    unsigned failures; /* in a row */
    unsigned rests; /* in a row */
    int64_t rest_until_ms; /* monotonic; before it nothing is sent */
    int64_t mad_check_ms; /* monotonic; not before it */
    int64_t sweep_ms; /* monotonic; then every row gets a try */
    struct sync_report last;
    struct sync_health health; /* what sync_health does not ask the store */
    bool has_more; /* the last step had a row, so there may be another */
    char point[SYNC_POINT_TEXT]; /* the newest signed point in hexadecimal digits; "": none */
    int64_t point_ms; /* monotonic; till then it is not looked for again */
    char *report; /* owned; NULL until the program says one */
    int64_t report_ms; /* monotonic; not said again before */
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
    sync->allowed = 1;
    sync->lanes = config->at_once < 1 ? 1 : config->at_once;
    sync->lanes = sync->lanes < SYNC_LANES_MAX ? sync->lanes : SYNC_LANES_MAX;
    for (unsigned i = 0; i < SYNC_LANES_MAX; i++) {
        buf_init(&sync->attempts[i].envelope, STORE_ENVELOPE_MAX);
        sync_answer_init(&sync->attempts[i].answer);
    }
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
    for (unsigned i = 0; i < SYNC_LANES_MAX; i++) {
        buf_release(&sync->attempts[i].envelope);
        sync_answer_release(&sync->attempts[i].answer);
    }
    free(sync->report);
    free(sync);
}

void
sync_say(struct sync *sync, const char *report)
{
    free(sync->report);
    sync->report = xstrdup(report);
}

void
sync_hang_up(struct sync *sync)
{
    sync_http_hang_up(sync->http);
}

struct sync_report
sync_last(const struct sync *sync)
{
    return sync->last;
}

int
sync_health(const struct sync *sync, struct sync_health *ret_health)
{
    struct store_counts counts;
    int r = store_counts(sync->store, &counts);
    if (r < 0) {
        return r;
    }
    *ret_health = sync->health;
    ret_health->waiting = (int64_t)counts.queued;
    ret_health->oldest_at = counts.oldest_queued_at;
    ret_health->aside = (int64_t)counts.quarantined;
    ret_health->had = (int64_t)counts.sent;
    return 0;
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
    int64_t now = clock_mono_ms(sync->clock), pause = 0;
    if (action == SYNC_ACTION_DONE || action == SYNC_ACTION_SET_ASIDE) {
        sync->failures = sync->rests = 0; /* the intake spoke to us */
        sync->rest_until_ms = 0;
        sync->allowed = 2 * sync->allowed < sync->lanes ? 2 * sync->allowed : sync->lanes;
        return;
    }
    bool is_for_all = answer->status == 429 || answer->status == 503;
    sync->failures++;
    if (sync->failures >= sync->allowed) { /* one bad row among good ones is no reason */
        sync->rests += sync->rests < UINT32_MAX;
        pause = sync_rest_ms(sync->rests, chance());
        sync->failures = 0;
        /* Somebody answers, so the rows may be the reason: other rows show it best. */
        sync->allowed = answer->status != 0 && !is_for_all ? sync->lanes : 1;
    }
    if (is_for_all && pause < answer->retry_after_s * 1000) {
        pause = answer->retry_after_s * 1000;
    }
    if (answer->error == KERR_NET_TLS) {
        pause = (int64_t)SYNC_BACKOFF_MAX_S * 1000; /* no row can be the reason */
    }
    if (pause > 0 && sync->rest_until_ms < now + pause) {
        sync->rest_until_ms = now + pause;
    }
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

/* Deletes the rows that have their receipts. They stay on the list after an error. */
static int
flush(struct sync *sync)
{
    if (sync->proven_count == 0) {
        return 0;
    }
    int r =
        store_sent_all(sync->store, sync->proven, sync->proven_count, clock_wall_s(sync->clock));
    if (r == 0) {
        sync->proven_count = 0;
    }
    return r;
}

static int
flush_when_due(struct sync *sync)
{
    bool is_due = sync->busy == 0 || sync->proven_count == SYNC_PROVEN_MAX ||
                  clock_mono_ms(sync->clock) - sync->proven_ms >= SYNC_PROVEN_MS;
    return is_due ? flush(sync) : 0;
}

static void
remember(struct sync *sync, const struct store_row *row, const struct buf *receipt)
{
    if (sync->proven_count == 0) {
        sync->proven_ms = clock_mono_ms(sync->clock);
    }
    struct store_receipt *proven = &sync->proven[sync->proven_count++];
    proven->place = row->place;
    seal_hash(receipt->data, receipt->len, proven->hash);
}

/* The report was said, or not: when again. Not all terminals of a city at once. */
static void
said(struct sync *sync, bool is_heard)
{
    int64_t most = is_heard ? SYNC_REPORT_S : SYNC_REPORT_AGAIN_S;
    sync->report_ms = clock_mono_ms(sync->clock) + most * 1000 - (int64_t)(chance() % (most * 200));
}

static void
note_contact(struct sync *sync, const struct sync_answer *answer)
{
    struct sync_health *health = &sync->health;
    health->contact_at = clock_wall_s(sync->clock);
    health->skew_s = answer->date != 0 ? answer->date - health->contact_at : 0;
}

/* Keeps count of what came, and when the city was surely heard. */
static void
note(struct sync *sync, const struct sync_answer *answer, int error, bool is_proven)
{
    struct sync_health *health = &sync->health;
    int64_t *const counter = error == 0                  ? &health->sent
                             : error == KERR_NET_REFUSED ? &health->refused
                             : error == KERR_NET_ANSWER  ? &health->unproven
                             : error == KERR_NET_TLS     ? &health->tls
                                                         : &health->unheard;
    (*counter)++;
    health->answer_at = clock_wall_s(sync->clock);
    health->status = answer->status;
    health->error = error;
    if (is_proven) {
        note_contact(sync, answer);
    }
}

/* Does with the row what the answer means. An enum sync_result or the store's error. */
static int
settle(struct sync *sync, const struct attempt *attempt)
{
    const struct store_row *row = &attempt->row;
    const struct sync_answer *answer = &attempt->answer;
    const struct sync_proof proof = {.receipts = sync->receipts,
        .kiosks = sync->kiosks,
        .row = row,
        .envelope = &attempt->envelope,
        .own_name = sync->own_name};
    int error;
    bool is_proven = sync_is_proven(&proof, answer);
    enum sync_action action = sync_judge(answer, is_proven, &error);
    note(sync, answer, error, is_proven);
    if (attempt->has_report) {
        said(sync, is_proven);
    }
    sync->last =
        (struct sync_report){.sequence = row->sequence, .status = answer->status, .error = error};
    rest(sync, action, answer);
    int r;
    switch (action) {
    case SYNC_ACTION_DONE:
        remember(sync, row, &answer->body);
        r = flush_when_due(sync);
        r = r < 0 ? r : SYNC_SENT;
        break;
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

/* store_points' each. */
static int
take_point(void *ctx, const uint8_t *bytes, size_t len)
{
    char *text = ctx;
    if (len > 0 && len <= SEAL_POINT_MAX) {
        hex_encode(bytes, len, text);
    }
    return 1; /* the first is the newest */
}

/* The newest signed point of the chain of events goes along with each record: the city keeps the largest, and sees a
 * queue that was set back. One that can't be read is no reason not to send. */
static const char *
newest_point(struct sync *sync)
{
    int64_t now = clock_mono_ms(sync->clock);
    if (now >= sync->point_ms) {
        sync->point[0] = 0;
        (void)store_points(sync->store, take_point, sync->point);
        sync->point_ms = now + SYNC_POINT_MS;
    }
    return sync->point[0] != 0 ? sync->point : NULL;
}

static bool
is_report_due(const struct sync *sync)
{
    return sync->report != NULL && clock_mono_ms(sync->clock) >= sync->report_ms;
}

/* Sets the row of a free lane on its way. */
static int
send_off(struct sync *sync, unsigned lane)
{
    struct attempt *attempt = &sync->attempts[lane];
    attempt->has_report = is_report_due(sync);
    struct sync_request request = {.bytes = attempt->envelope.data,
        .len = attempt->envelope.len,
        .report = attempt->has_report ? sync->report : NULL,
        .point = newest_point(sync)};
    memcpy(request.id, attempt->row.id, sizeof(request.id));
    int r = sync_http_put(sync->http, lane, &request, &attempt->answer);
    if (r == 0) {
        if (sync->busy == 0) {
            sync->heard_ms = clock_mono_ms(sync->clock);
        }
        attempt->is_busy = true;
        sync->busy++;
    }
    return r;
}

/* Waits for one answer. Its result; SYNC_IDLE when none came within wait_ms. */
static int
receive(struct sync *sync, int64_t wait_ms)
{
    unsigned lane = 0;
    int r = sync_http_wait(sync->http, wait_ms, &lane);
    if (r == 0) {
        return SYNC_IDLE;
    }
    if (r < 0) {
        sync_http_cancel(sync->http);
        for (unsigned i = 0; i < SYNC_LANES_MAX; i++) {
            sync->attempts[i].is_busy = false;
        }
        sync->busy = 0;
        sync->taken = 0;
        (void)flush(sync); /* what stays is sent again by the next sync */
        return r;
    }
    sync->attempts[lane].is_busy = false;
    sync->busy--;
    sync->heard_ms = clock_mono_ms(sync->clock);
    return settle(sync, &sync->attempts[lane]);
}

/* Sends the row of the first lane, alone, and waits for what comes. */
static int
attempt_alone(struct sync *sync)
{
    int r = send_off(sync, 0);
    while (r == 0) { /* SYNC_IDLE is 0 */
        r = receive(sync, SYNC_WAIT_MAX_MS);
    }
    return r;
}

/* The oldest due row that is not on its way. When none is, now and then: is the earliest next try
 * further away than this program ever sets it? Then the clock was mad when it was set, and the oldest
 * row is due. */
static int
next_row(struct sync *sync, struct attempt *attempt)
{
    int64_t now = clock_wall_s(sync->clock);
    buf_clear(&attempt->envelope);
    int r = store_next_due_after(sync->store, now, sync->taken, &attempt->row, &attempt->envelope);
    if (r != KERR_NOT_FOUND || sync->busy > 0) {
        return r;
    }
    r = flush(sync); /* the round is through: rows before are due again, or new */
    if (r == 0) {
        r = store_next_due(sync->store, now, &attempt->row, &attempt->envelope);
    }
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
    buf_clear(&attempt->envelope);
    return store_next_due(sync->store, INT64_MAX, &attempt->row, &attempt->envelope);
}

/* How many may be on their way now. */
static unsigned
allowance(const struct sync *sync)
{
    int64_t silent_ms = sync->busy > 0 ? clock_mono_ms(sync->clock) - sync->heard_ms : 0;
    uint64_t most = sync->allowed + (uint64_t)(silent_ms > 0 ? silent_ms : 0) / SYNC_SILENCE_MS;
    return most < sync->lanes ? (unsigned)most : sync->lanes;
}

/* Sets due rows on their way as far as that is allowed now. */
static int
fill(struct sync *sync)
{
    if (clock_mono_ms(sync->clock) < sync->rest_until_ms ||
        clock_mono_ms(sync->clock) >= sync->sweep_ms) {
        return 0;
    }
    unsigned lane = 0;
    while (sync->busy < allowance(sync)) {
        while (sync->attempts[lane].is_busy) {
            lane++; /* fewer are busy than there are lanes */
        }
        int r = next_row(sync, &sync->attempts[lane]);
        sync->has_more = r == 0 || sync->busy > 0;
        if (r < 0) {
            return r == KERR_NOT_FOUND ? 0 : r;
        }
        sync->taken = sync->attempts[lane].row.place;
        r = send_off(sync, lane);
        if (r < 0) {
            return r;
        }
    }
    return 0;
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

/* The report on its own, when nothing is on its way. The intake is the only one with a certificate of the city's CA: its
 * 204 is a contact. SYNC_IDLE, or KERR_CANCELLED, KERR_NO_MEMORY. */
static int
tell_alone(struct sync *sync)
{
    struct sync_answer *answer = &sync->attempts[0].answer;
    const struct sync_request request = {.report = sync->report, .point = newest_point(sync)};
    unsigned lane;
    int r = sync_http_put(sync->http, 0, &request, answer);
    while (r == 0) {
        r = sync_http_wait(sync->http, SYNC_WAIT_MAX_MS, &lane);
    }
    if (r < 0) {
        return r;
    }
    bool is_heard = answer->error == 0 && answer->status == 204;
    if (is_heard) {
        note_contact(sync, answer);
    }
    said(sync, is_heard);
    return SYNC_IDLE;
}

int
sync_step(struct sync *sync)
{
    int r = flush_when_due(sync);
    if (r == 0 && sync->busy == 0 && clock_mono_ms(sync->clock) >= sync->sweep_ms) {
        return sweep(sync);
    }
    r = r == 0 ? fill(sync) : r;
    while (r == 0 && sync->busy > 0) { /* SYNC_IDLE is 0 */
        r = receive(sync, SYNC_PROVEN_MS);
        if (r == SYNC_IDLE) {
            r = flush_when_due(sync);
            r = r == 0 ? fill(sync) : r;
        }
    }
    if (r == SYNC_IDLE && is_report_due(sync) &&
        clock_mono_ms(sync->clock) >= sync->rest_until_ms) {
        r = tell_alone(sync);
    }
    if (r == SYNC_IDLE) {
        sync_http_hang_up(sync->http); /* the intake's places are for those who have something */
    }
    return r;
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
    struct attempt *attempt = &sync->attempts[0];
    buf_clear(&attempt->envelope);
    int r = store_next_due(sync->store, pass->horizon, &attempt->row, &attempt->envelope);
    if (r < 0) {
        return r == KERR_NOT_FOUND ? 0 : r;
    }
    r = attempt_alone(sync);
    if (r != SYNC_LATER) {
        return r < 0 ? r : 1;
    }
    pass->failed[pass->count].place = attempt->row.place;
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
