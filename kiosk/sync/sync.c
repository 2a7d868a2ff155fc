/* sync/sync.c - the outbox loop. Sends the stored bytes, unchanged, until it holds a receipt
 * that the city signed for exactly these bytes; only then is the row deleted. A row that fails
 * is put off by its own number of tries; failures in a row make the whole line rest, so that a
 * city that is away is not asked once for each of 100,000 rows. A few rows are on their way at once;
 * while the line goes well the next one is sent before the answer to the last one is looked at. What has
 * a receipt is deleted together; killed before that, it is sent again, and the city gives the same
 * receipt. */
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
    SYNC_PROVEN_MAX = 512, /* rows that are deleted together */
    SYNC_PROVEN_MS = 250, /* and how long the first of them waits; the bound is 5 s */
    SYNC_POINT_MS =
        1000, /* how long a point counts as the newest; the terminal signs each 10 s at most */
    SYNC_REPORT_AGAIN_S = 60, /* after a report that nobody heard */
    AHEAD_MAX = SYNC_LANES_MAX, /* rows that are read before there is a lane for them */
    LOOKER_AFTER = 32, /* receipts in a row, after which a thread looks at the next ones */
    ATTEMPTS = 2 * SYNC_LANES_MAX + AHEAD_MAX /* on their way, and as many with an answer */
};

/* A row that was read ahead, is on its way, or has its answer, which nobody looked at yet. */
struct attempt {
    bool is_free;
    bool has_report; /* the report goes along */
    struct store_row row;
    struct buf envelope;
    struct sync_answer answer;
    struct sync_look look; /* at the answer */
};

struct sync {
    struct store *store; /* borrowed, like the next three */
    const struct seal_receipts *receipts;
    const struct seal_verifier *kiosks;
    const struct clock *clock;
    char own_name[SEAL_NAME_MAX]; /* of the envelopes; "" until one was read */
    struct sync_http *http; /* owned, like the next */
    struct sync_looker *looker; /* NULL until it is worth while */
    unsigned receipts_in_a_row;
    struct attempt attempts[ATTEMPTS];
    struct attempt *lane[SYNC_LANES_MAX]; /* what is on its way there; NULL: free */
    unsigned busy;
    struct attempt *answered[ATTEMPTS]; /* not looked at yet, the oldest first */
    unsigned answered_count;
    struct attempt *ahead[AHEAD_MAX]; /* in their order */
    unsigned ahead_count;
    struct sync_places places; /* how many may be on their way */
    bool is_well; /* the last answer was a receipt, and all that there is room for may go at once */
    uint64_t taken; /* rows up to this place were taken in this round */
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
    unsigned lanes = config->at_once < 1 ? 1 : config->at_once;
    sync_places_init(&sync->places, lanes < SYNC_LANES_MAX ? lanes : SYNC_LANES_MAX);
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        sync->attempts[i].is_free = true;
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
    sync_looker_free(sync->looker);
    for (unsigned i = 0; i < ATTEMPTS; i++) {
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
    sync_http_hang_up(sync->http, 0);
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
    struct sync_places *places = &sync->places;
    int64_t now = clock_mono_ms(sync->clock), pause = 0;
    if (action == SYNC_ACTION_DONE || action == SYNC_ACTION_SET_ASIDE) {
        sync->failures = sync->rests = 0; /* the intake spoke to us */
        sync->receipts_in_a_row += action == SYNC_ACTION_DONE;
        sync->rest_until_ms = 0;
        sync->is_well =
            action == SYNC_ACTION_DONE && places->lanes > 1 && places->allowed == places->room;
        sync_places_add(places, now);
        return;
    }
    sync->is_well = false;
    sync->receipts_in_a_row = 0;
    bool is_for_all = answer->status == 429 || answer->status == 503;
    sync->failures++;
    if (sync->failures >= places->allowed) { /* one bad row among good ones is no reason */
        sync->rests += sync->rests < UINT32_MAX;
        pause = sync_rest_ms(sync->rests, chance());
        sync->failures = 0;
        /* Somebody answers, so the rows may be the reason: other rows show it best. */
        places->allowed = answer->status != 0 && !is_for_all ? places->room : 1;
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

/* Is anything on its way, or answered and not looked at? */
static bool
has_work(const struct sync *sync)
{
    return sync->busy > 0 || sync->answered_count > 0;
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
    bool is_due = !has_work(sync) || sync->proven_count == SYNC_PROVEN_MAX ||
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
settle(struct sync *sync, const struct attempt *attempt, bool is_proven)
{
    const struct store_row *row = &attempt->row;
    const struct sync_answer *answer = &attempt->answer;
    int error;
    enum sync_action action = sync_judge(answer, is_proven, &error);
    note(sync, answer, error, is_proven);
    if (attempt->has_report) {
        said(sync, is_proven);
    }
    sync->last =
        (struct sync_report){.sequence = row->sequence, .status = answer->status, .error = error};
    if (sync_places_heed(&sync->places, answer, sync->busy + sync->answered_count,
            clock_mono_ms(sync->clock), chance())) {
        rest(sync, action, answer);
    }
    sync_http_hang_up(sync->http, answer->room > 0 ? sync->places.allowed : sync->places.lanes);
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

/* Sets the attempt's row on its way on a free lane. */
static int
send_off(struct sync *sync, unsigned lane, struct attempt *attempt)
{
    attempt->has_report = is_report_due(sync);
    struct sync_request request = {.bytes = attempt->envelope.data,
        .len = attempt->envelope.len,
        .report = attempt->has_report ? sync->report : NULL,
        .point = newest_point(sync)};
    memcpy(request.id, attempt->row.id, sizeof(request.id));
    int r = sync_http_put(sync->http, lane, &request, &attempt->answer);
    if (r == 0) {
        if (sync->busy == 0) {
            sync->places.heard_ms = clock_mono_ms(sync->clock);
        }
        attempt->is_free = false;
        sync->lane[lane] = attempt;
        sync->busy++;
    }
    return r;
}

/* An answer is there. In a long row of receipts another thread looks at it: then the next rows go, and the city stores
 * them, meanwhile. For a few records it is not worth one. */
static void
note_answer(struct sync *sync, struct attempt *attempt)
{
    attempt->look = (struct sync_look){.proof = {.receipts = sync->receipts,
                                           .kiosks = sync->kiosks,
                                           .row = &attempt->row,
                                           .envelope = &attempt->envelope,
                                           .own_name = sync->own_name},
        .answer = &attempt->answer};
    if (sync->looker == NULL && sync->places.lanes > 1 && sync->receipts_in_a_row >= LOOKER_AFTER) {
        sync->receipts_in_a_row = 0;
        sync->looker = sync_looker_new(); /* none: asked for again after as many more */
    }
    bool is_next =
        sync->answered_count == 0 || sync->answered[sync->answered_count - 1]->look.is_given;
    if (sync->looker != NULL && is_next) { /* what we look at is not beside what it looks at */
        attempt->look.is_given = true;
        sync_looker_give(sync->looker, &attempt->look);
    }
    sync->answered[sync->answered_count++] = attempt;
}

/* Would the oldest answer be waited for? */
static bool
is_looked_at(const struct sync *sync)
{
    const struct sync_look *look = &sync->answered[0]->look;
    return !look->is_given || sync_looker_has(sync->looker, look);
}

/* Looks at the oldest answer. Its result. */
static int
look(struct sync *sync)
{
    struct attempt *attempt = sync->answered[0];
    bool is_proven = attempt->look.is_given
                         ? sync_looker_wait(sync->looker, &attempt->look)
                         : sync_is_proven(&attempt->look.proof, &attempt->answer);
    sync->answered_count--;
    memmove(sync->answered, sync->answered + 1, sync->answered_count * sizeof(void *));
    attempt->is_free = true;
    return settle(sync, attempt, is_proven);
}

/* What was read ahead is read again, as it is then. */
static void
put_back(struct sync *sync)
{
    if (sync->ahead_count > 0) {
        sync->taken = sync->ahead[0]->row.place - 1;
    }
    while (sync->ahead_count > 0) {
        sync->ahead[--sync->ahead_count]->is_free = true;
    }
}

/* Nothing is on its way any more; what was answered counts. */
static void
give_up(struct sync *sync)
{
    sync_http_cancel(sync->http);
    for (unsigned i = 0; i < SYNC_LANES_MAX; i++) {
        if (sync->lane[i] != NULL) {
            sync->lane[i]->is_free = true;
            sync->lane[i] = NULL;
        }
    }
    sync->busy = 0;
    put_back(sync);
    sync->taken = 0;
    while (sync->answered_count > 0 && look(sync) >= 0) {
    }
    (void)flush(sync); /* what stays is sent again by the next sync */
}

/* Takes the answers that are there; waits for the first one if there is none. 0, also when none came within wait_ms. */
static int
hear(struct sync *sync, int64_t wait_ms)
{
    unsigned lane;
    int r = 1;
    while (r == 1 && sync->busy > 0) {
        r = sync_http_wait(sync->http, wait_ms, &lane);
        if (r == 1) {
            note_answer(sync, sync->lane[lane]);
            sync->lane[lane] = NULL;
            sync->busy--;
            sync->places.heard_ms = clock_mono_ms(sync->clock);
            wait_ms = 0;
        }
    }
    if (r < 0) {
        give_up(sync);
        return r;
    }
    return 0;
}

/* Sends the attempt's row, alone, and waits for what comes. */
static int
attempt_alone(struct sync *sync, struct attempt *attempt)
{
    int r = send_off(sync, 0, attempt);
    while (r == 0 && sync->busy > 0) {
        r = hear(sync, SYNC_WAIT_MAX_MS);
    }
    return r == 0 ? look(sync) : r;
}

/* One that nobody uses; NULL when there is none. */
static struct attempt *
free_attempt(struct sync *sync)
{
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        if (sync->attempts[i].is_free) {
            return &sync->attempts[i];
        }
    }
    return NULL;
}

/* store_due_rows' each. */
static int
take_ahead(void *ctx, const struct store_row *row, const uint8_t *envelope, size_t len)
{
    struct sync *sync = ctx;
    struct attempt *attempt = free_attempt(sync); /* there are more than this asks for */
    buf_clear(&attempt->envelope);
    int r = buf_add(&attempt->envelope, envelope, len);
    if (r == 0) {
        attempt->row = *row;
        attempt->is_free = false;
        sync->ahead[sync->ahead_count++] = attempt;
        sync->taken = row->place;
    }
    return r;
}

/* While all goes well: reads a few rows while the city has work, so that they go at once when it answers. What is wrong
 * shows when the next row is wanted. */
static void
read_ahead(struct sync *sync)
{
    if (sync->is_well && sync->ahead_count == 0 && sync->answered_count <= sync->places.lanes) {
        (void)store_due_rows(
            sync->store, clock_wall_s(sync->clock), sync->taken, AHEAD_MAX, take_ahead, sync);
    }
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
    if (r != KERR_NOT_FOUND || has_work(sync)) {
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

static unsigned
allowance(struct sync *sync)
{
    bool is_joining = sync_http_is_joining(sync->http);
    return sync_places_now(&sync->places, sync->busy > 0, is_joining, clock_mono_ms(sync->clock));
}

/* How many answers stand in the way of another row. None that looks like a receipt, while all goes well: looking at it
 * takes about as long as the city needs for the next one. */
static unsigned
in_the_way(const struct sync *sync)
{
    unsigned count = 0;
    for (unsigned i = 0; i < sync->answered_count; i++) {
        const struct sync_answer *answer = &sync->answered[i]->answer;
        bool looks_good = answer->error == 0 && !answer->is_html &&
                          (answer->status == 200 || answer->status == 201);
        count += !sync->is_well || !looks_good;
    }
    return count;
}

/* The next row to be sent. As next_row. */
static int
take_row(struct sync *sync, struct attempt **ret_attempt)
{
    if (sync->ahead_count > 0) {
        *ret_attempt = sync->ahead[0];
        sync->ahead_count--;
        memmove(sync->ahead, sync->ahead + 1, sync->ahead_count * sizeof(void *));
        return 0;
    }
    *ret_attempt = free_attempt(sync);
    int r = next_row(sync, *ret_attempt);
    if (r == 0) {
        sync->taken = (*ret_attempt)->row.place;
    }
    return r;
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
    while (
        sync->busy + in_the_way(sync) < allowance(sync) && sync->answered_count < SYNC_LANES_MAX) {
        while (sync->lane[lane] != NULL) {
            lane++; /* fewer are busy than there are lanes */
        }
        struct attempt *attempt;
        int r = take_row(sync, &attempt);
        sync->has_more = r == 0 || has_work(sync);
        if (r < 0) {
            return r == KERR_NOT_FOUND ? 0 : r;
        }
        r = send_off(sync, lane, attempt);
        if (r < 0) {
            attempt->is_free = true;
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

/* Sends what may be sent, and looks at what came, until there is a result. SYNC_IDLE: nothing is on its way any more. */
static int
go_on(struct sync *sync)
{
    int r = fill(sync);
    while (r == 0 && has_work(sync)) {
        bool must_look = sync->busy == 0 || in_the_way(sync) > 0;
        if (sync->answered_count > 0 && (must_look || is_looked_at(sync))) {
            return look(sync);
        }
        read_ahead(sync);
        r = hear(sync, SYNC_PROVEN_MS);
        unsigned before = sync->busy;
        r = r == 0 ? fill(sync) : r;
        if (r == 0 && sync->busy > before) {
            sync_http_push(sync->http); /* the city has work while we look */
        }
        r = r == 0 ? flush_when_due(sync) : r;
    }
    return r;
}

int
sync_step(struct sync *sync)
{
    int r = flush_when_due(sync);
    if (r == 0 && !has_work(sync) && clock_mono_ms(sync->clock) >= sync->sweep_ms) {
        return sweep(sync);
    }
    r = r == 0 ? go_on(sync) : r;
    if (r == SYNC_IDLE && is_report_due(sync) &&
        clock_mono_ms(sync->clock) >= sync->rest_until_ms) {
        r = tell_alone(sync);
    }
    if (r == SYNC_IDLE) {
        sync_http_hang_up(sync->http, 0); /* the intake's places are for those who have something */
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
    r = attempt_alone(sync, attempt);
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
    put_back(sync);
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
