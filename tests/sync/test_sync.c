/* The loop over time: rows that fail beside rows that go, a city that is away, clocks that jump, a pass,
 * the end.
 * timeout: 240
 * waits */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <signal.h>

#include "sync/scene.h"

/* A row that the city can't digest holds the others up for a second at most. */
static void
test_poison_blocks_nobody(void **state)
{
    (void)state;
    static const struct {
        struct fake_answer poison;
    } rows[] = {
        {{.status = 500}},
        {{.status = 403}},
        {{.status = 422, .headers = problem, .body = FAKE_PROBLEM}},
        {{.status = 200, .headers = html, .body = FAKE_TEXT, .text = page}},
        {{.fault = FAULT_RESET}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fake_answer script[] = {
            rows[i].poison, {.status = 201, .headers = cms, .body = FAKE_RECEIPT}};
        open_line();
        enqueue(6);
        fake_script(&scene.city, script, ARRAY_LEN(script));
        int r = sync_step(scene.sync);
        assert_true(r == SYNC_LATER || r == SYNC_QUARANTINE);
        scene.mono_ms += 1000; /* the wall clock stands still: the poisoned row is not due again */
        for (int k = 0; k < 5; k++) {
            assert_int_equal(SYNC_SENT, sync_step(scene.sync));
        }
        assert_int_equal(SYNC_IDLE, sync_step(scene.sync));
        assert_int_equal(5, counts().sent);
        close_line();
    }
}

/* The line as kiosk-sync has it, with several requests at once. */
static void
widen(void)
{
    sync_free(scene.sync);
    assert_int_equal(0, new_sync_at_once(scene.city.port, file("keys/city-ca.crt"), scene.receipts,
                            SYNC_AT_ONCE, &scene.sync));
}

/* Steps until so many rows are sent. Milliseconds that the line rested meanwhile. */
static int64_t
send_rows(unsigned count)
{
    int64_t begin = scene.mono_ms;
    for (unsigned sent = 0; sent < count;) {
        int r = sync_step(scene.sync);
        assert_true(r >= 0);
        sent += r == SYNC_SENT;
        if (r == SYNC_IDLE) {
            scene.mono_ms += sync_wait_ms(scene.sync); /* the wall clock stands still */
        }
        assert_true(scene.mono_ms - begin < 60000);
    }
    return scene.mono_ms - begin;
}

/* Several bad rows side by side, at the head or in the middle: the others wait a second at most. */
static void
test_poison_among_many(void **state)
{
    (void)state;
    static const struct fake_answer good = {.status = 201, .headers = cms, .body = FAKE_RECEIPT};
    static const struct fake_answer bad[] = {
        {.status = 500, .headers = "Retry-After: 3600\r\n"},
        {.status = 403},
        {.status = 422, .headers = problem, .body = FAKE_PROBLEM},
        {.status = 200, .headers = html, .body = FAKE_TEXT, .text = page},
        {.fault = FAULT_RESET},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        for (unsigned first = 1; first <= 9; first += 8) {
            open_line();
            widen();
            enqueue(20);
            fake_script(&scene.city, &good, 1);
            scene.city.poison_answer = &bad[i];
            atomic_store(&scene.city.poison_last, bad[i].fault != 0 && first == 1 ? 1 : first + 2);
            atomic_store(&scene.city.poison, first);
            int64_t rested = send_rows(bad[i].fault != 0 && first == 1 ? 19 : 17);
            atomic_store(&scene.city.poison, 0);
            atomic_store(&scene.city.poison_last, 0);
            scene.city.poison_answer = NULL;
            if (rested > 1000 || (first > 1 && rested > 0)) {
                fail_msg("kind %zu at %u: rested %lld ms", i, first, (long long)rested);
            }
            close_line();
        }
    }
}

/* 503 and 429 with Retry-After are about the city, so every row waits. */
/* However often it failed, a row is tried again within a quarter of an hour, and goes when it can. */
static void
test_for_ever(void **state)
{
    (void)state;
    static const struct fake_answer busy = {.status = 500};
    static const struct fake_answer good = {.status = 201, .headers = cms, .body = FAKE_RECEIPT};
    enqueue(1);
    fake_script(&scene.city, &busy, 1);
    for (int i = 0; i < 60; i++) {
        assert_int_equal(SYNC_LATER, sync_step(scene.sync));
        assert_in_range(sync_last(scene.sync).delay_s, 1, SYNC_BACKOFF_MAX_S);
        assert_int_equal(1, counts().queued);
        assert_true(counts().next_try <= scene.wall_s + SYNC_BACKOFF_MAX_S);
        advance(SYNC_BACKOFF_MAX_S);
    }
    fake_script(&scene.city, &good, 1);
    assert_int_equal(SYNC_SENT, sync_step(scene.sync));
}

static void
test_retry_after_is_for_all(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {{.status = 503, .headers = "Retry-After: 100\r\n"},
        {.status = 201, .headers = cms, .body = FAKE_RECEIPT}};
    widen();
    enqueue(5);
    fake_script(&scene.city, script, ARRAY_LEN(script));
    assert_int_equal(SYNC_LATER, sync_step(scene.sync));
    advance(99);
    assert_int_equal(SYNC_IDLE, sync_step(scene.sync));
    assert_int_equal(1, fake_requests(&scene.city));
    advance(2);
    (void)send_rows(5);
    assert_int_equal(0, counts().queued);
}

/* How often the queue's file was written to: its change counter (sqlite.org/fileformat2.html). */
static unsigned
commits(void)
{
    uint8_t head[28];
    FILE *queue = fopen(file("queue.db"), "rb");
    assert_non_null(queue);
    assert_int_equal(sizeof(head), fread(head, 1, sizeof(head), queue));
    fclose(queue);
    return (unsigned)head[24] << 24 | (unsigned)head[25] << 16 | (unsigned)head[26] << 8 | head[27];
}

/* Rows with a receipt leave in few transactions; nothing is left behind. */
static void
test_rows_leave_together(void **state)
{
    (void)state;
    static const struct fake_answer good = {.status = 201, .headers = cms, .body = FAKE_RECEIPT};
    widen();
    enqueue(100);
    fake_script(&scene.city, &good, 1);
    scene.city.open_most = 0;
    unsigned before = commits();
    assert_int_equal(0, send_rows(100));
    assert_int_equal(SYNC_IDLE, sync_step(scene.sync));
    assert_int_equal(0, counts().queued);
    assert_int_equal(100, counts().sent);
    assert_int_equal(100, fake_requests(&scene.city)); /* each once */
    assert_in_range(commits() - before, 2, 20);
    assert_int_equal(SYNC_AT_ONCE, scene.city.open_most);
    /* Nothing is left to say, so the city's places are free for other kiosks. */
    for (int i = 0; i < 500 && atomic_load(&scene.city.open) > 0; i++) {
        usleep(10 * 1000);
    }
    assert_int_equal(0, atomic_load(&scene.city.open));
}

/* In a long row of good answers the next rows go before anybody looked at those, and another thread looks. From one row on
 * the answers are something else: nothing of it leaves the queue, few rows are sent before the line rests, and what has
 * its receipt is gone. */
static void
test_bad_answers_after_many_good(void **state)
{
    (void)state;
    static const struct fake_answer good = {.status = 201, .headers = cms, .body = FAKE_RECEIPT};
    static const struct fake_answer bad[] = {
        {.status = 200, .headers = html, .body = FAKE_TEXT, .text = page},
        {.status = 503},
        {.status = 201, .headers = cms, .body = FAKE_RECEIPT, .twist = TWIST_HASH},
    };
    /* Those on their way, and answers that nobody looked at; as many again where a good answer came in between. The line
     * rests after four. */
    const unsigned most = 2 * (SYNC_LANES_MAX + SYNC_AT_ONCE);
    enum { GOOD = 60, ALL = 90 };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        open_line();
        widen();
        enqueue(ALL);
        fake_script(&scene.city, &good, 1);
        scene.city.poison_answer = &bad[i];
        atomic_store(&scene.city.poison_last, ALL);
        atomic_store(&scene.city.poison, GOOD + 1);
        int r;
        while ((r = sync_step(scene.sync)) != SYNC_IDLE) {
            assert_true(r == SYNC_SENT || r == SYNC_LATER);
        }
        if (counts().sent != GOOD || counts().queued != ALL - GOOD ||
            fake_requests(&scene.city) > GOOD + most) {
            fail_msg("kind %zu: %llu sent, %llu wait, %u requests", i,
                (unsigned long long)counts().sent, (unsigned long long)counts().queued,
                fake_requests(&scene.city));
        }
        atomic_store(&scene.city.poison, 0);
        advance(20);
        (void)send_rows(ALL - GOOD);
        assert_int_equal(SYNC_IDLE, sync_step(scene.sync));
        assert_int_equal(ALL, counts().sent);
        close_line();
        atomic_store(&scene.city.poison_last, 0);
        scene.city.poison_answer = NULL;
    }
}

/* A sync that ends while answers are looked at: their rows stay, and the next one sends them again. */
static void
test_end_while_answers_are_looked_at(void **state)
{
    (void)state;
    static const struct fake_answer good = {.status = 201, .headers = cms, .body = FAKE_RECEIPT};
    widen();
    enqueue(70);
    fake_script(&scene.city, &good, 1);
    for (int i = 0; i < 45; i++) {
        assert_int_equal(SYNC_SENT, sync_step(scene.sync));
    }
    widen(); /* another one, with nothing told to the first */
    uint64_t left = counts().queued;
    assert_in_range(left, 25, 70);
    assert_int_equal(0, send_rows((unsigned)left));
    assert_int_equal(SYNC_IDLE, sync_step(scene.sync));
    assert_int_equal(70, counts().sent);
}

/* Rows that were read ahead when every row gets a try: each goes once all the same. */
static void
test_sweep_behind_rows_read_ahead(void **state)
{
    (void)state;
    static const struct fake_answer good = {.status = 201, .headers = cms, .body = FAKE_RECEIPT};
    widen();
    enqueue(30);
    fake_script(&scene.city, &good, 1);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(SYNC_SENT, sync_step(scene.sync));
    }
    advance(SYNC_AHEAD_MAX_S + 1);
    while (counts().queued > 0) {
        assert_true(sync_step(scene.sync) >= 0);
    }
    while (sync_step(scene.sync) != SYNC_IDLE) {
    }
    assert_int_equal(30, fake_requests(&scene.city));
    assert_int_equal(30, counts().sent);
}

/* Looks at the queue from outside until the rows are gone, then ends the sync. */
static void *
watch_rows(void *arg)
{
    bool *ret_gone = arg;
    struct store *store = NULL;
    struct store_counts now = {0};
    if (store_open(file("queue.db"), &store) == 0) {
        for (int i = 0; i < 250 && now.sent < 5; i++) {
            usleep(20 * 1000);
            (void)store_counts(store, &now); /* busy: the next look */
        }
    }
    *ret_gone = now.sent == 5;
    store_close(store);
    scene.stop = 1;
    return NULL;
}

/* A row to which the city says nothing: after a second the others go, and those that have their receipts
 * are deleted while it is still on its way. */
static void
test_silent_row(void **state)
{
    (void)state;
    static const struct fake_answer good = {.status = 201, .headers = cms, .body = FAKE_RECEIPT};
    static const struct fake_answer silent = {.fault = FAULT_SILENT};
    scene.has_real_clock = true;
    widen();
    scene.has_real_clock = false;
    scene.wall_s = clock_wall_s(clock_system()); /* rows are due now */
    enqueue(6);
    fake_script(&scene.city, &good, 1);
    scene.city.poison_answer = &silent;
    atomic_store(&scene.city.poison, 1);
    int64_t begin = clock_mono_ms(clock_system());
    for (int i = 0; i < 5; i++) {
        assert_int_equal(SYNC_SENT, sync_step(scene.sync));
    }
    assert_in_range(clock_mono_ms(clock_system()) - begin, 900, 10000); /* far under 20 s */
    pthread_t thread;
    bool gone = false;
    assert_int_equal(0, pthread_create(&thread, NULL, watch_rows, &gone));
    assert_int_equal(KERR_CANCELLED, sync_step(scene.sync));
    pthread_join(thread, NULL);
    assert_true(gone); /* before the stop */
    assert_int_equal(1, counts().queued);
    atomic_store(&scene.city.poison, 0);
    scene.city.poison_answer = NULL;
}

/* The city is away for a day: few attempts, not one a row; then everything goes. */
static void
test_line_rests_while_the_city_is_away(void **state)
{
    (void)state;
    static const struct fake_answer away[] = {{.status = 503}};
    static const struct fake_answer back[] = {
        {.status = 201, .headers = cms, .body = FAKE_RECEIPT}};
    enqueue(100);
    fake_script(&scene.city, away, 1);
    unsigned attempts = 0;
    int64_t wait_max = 0;
    for (int64_t second = 0; second < 6 * 3600; second++) {
        while (sync_step(scene.sync) == SYNC_LATER) {
            attempts++;
        }
        int64_t wait = sync_wait_ms(scene.sync);
        wait_max = wait > wait_max ? wait : wait_max;
        advance(1);
    }
    assert_int_equal(1000, wait_max);
    /* Full jitter: 7.5 minutes a try in the mean; 48 in six hours, give or take. */
    assert_in_range(attempts, 20, 120);
    fake_script(&scene.city, back, 1);
    unsigned sent = 0;
    for (int64_t second = 0; second < SYNC_BACKOFF_MAX_S + 1 && sent < 100; second++) {
        while (sync_step(scene.sync) == SYNC_SENT) {
            sent++;
        }
        advance(1);
    }
    assert_in_range(sent, 90, 100); /* rows put off themselves come a little later */
    advance(SYNC_BACKOFF_MAX_S);
    while (sync_step(scene.sync) == SYNC_SENT) {
        sent++;
    }
    assert_int_equal(100, sent);
    assert_int_equal(0, counts().queued);
}

/* A next try that a mad clock set does not keep the row for ever. */
static void
test_mad_clocks(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {.status = 503}, {.status = 201, .headers = cms, .body = FAKE_RECEIPT}};
    static const struct {
        const char *what;
        int64_t jump; /* of the wall clock after the row was put off */
        int64_t at_most; /* seconds until it is sent */
    } rows[] = {
        {"ten years back", -10LL * 365 * 86400, 61},
        {"a day back", -86400, 61},
        {"two hours back", -7200, 61},
        {"ten minutes back", -600, 602},
        {"ten years ahead", 10LL * 365 * 86400, 1},
        {"past 2038", 20LL * 365 * 86400, 1},
        {"no jump", 0, 2},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        open_line();
        enqueue(2);
        fake_script(&scene.city, script, ARRAY_LEN(script));
        assert_int_equal(SYNC_LATER, sync_step(scene.sync));
        advance(1); /* the second row goes, so that only the one put off is left */
        scene.wall_s -= 1;
        assert_int_equal(SYNC_SENT, sync_step(scene.sync));
        scene.wall_s += rows[i].jump;
        int64_t waited = 0;
        int r;
        while ((r = sync_step(scene.sync)) == SYNC_IDLE && waited < 3600) {
            advance(1);
            waited++;
        }
        if (r != SYNC_SENT || waited > rows[i].at_most) {
            fail_msg("%s: result %d after %lld s", rows[i].what, r, (long long)waited);
        }
        close_line();
    }
}

/* The same behind a row that fails for ever, whose honest next tries hide the mad one. */
static void
test_mad_row_behind_a_poisoned_one(void **state)
{
    (void)state;
    static const struct fake_answer good = {.status = 201, .headers = cms, .body = FAKE_RECEIPT};
    enqueue(2);
    fake_script(&scene.city, &good, 1);
    atomic_store(&scene.city.poison, 1);
    assert_int_equal(0, store_delay(scene.store, 2, scene.wall_s + 10LL * 365 * 86400));
    int64_t waited = 0;
    while (counts().queued == 2 && waited <= SYNC_AHEAD_MAX_S) {
        assert_true(sync_step(scene.sync) >= 0);
        advance(5);
        waited += 5;
    }
    atomic_store(&scene.city.poison, 0);
    assert_int_equal(1, counts().queued);
    assert_int_equal(1, counts().sent);
}

/* --once: every row once, oldest first, whatever its next try; rows that fail keep their delay. */
static void
test_pass(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {{.status = 500},
        {.status = 422, .headers = problem, .body = FAKE_PROBLEM}, {.status = 403},
        {.status = 201, .headers = cms, .body = FAKE_RECEIPT}};
    assert_int_equal(0, sync_pass(scene.sync)); /* an empty queue */
    enqueue(8);
    fake_script(&scene.city, script, ARRAY_LEN(script));
    assert_int_equal(0, sync_pass(scene.sync));
    assert_int_equal(8, fake_requests(&scene.city)); /* each once */
    struct store_counts now = counts();
    assert_int_equal(2, now.queued);
    assert_int_equal(1, now.quarantined);
    assert_int_equal(5, now.sent);
    assert_in_range(now.next_try, scene.wall_s + 1, scene.wall_s + 2);

    fake_script(&scene.city, &script[3], 1);
    assert_int_equal(0, sync_pass(scene.sync)); /* although they were put off */
    assert_int_equal(2, fake_requests(&scene.city));
    assert_int_equal(0, counts().queued);
}

static void
test_pass_ends_early_when_nobody_answers(void **state)
{
    (void)state;
    static const struct fake_answer away = {.fault = FAULT_CLOSE};
    enqueue(5);
    fake_script(&scene.city, &away, 1);
    assert_int_equal(0, sync_pass(scene.sync));
    assert_int_equal(1, scene.city.connections);
    assert_int_equal(5, counts().queued);
    /* Mad next tries of all rows are passed over, too. */
    static const struct fake_answer good = {.status = 201, .headers = cms, .body = FAKE_RECEIPT};
    for (uint64_t sequence = 1; sequence <= 5; sequence++) {
        assert_int_equal(0, store_delay(scene.store, sequence, scene.wall_s + 86400 * 365));
    }
    fake_script(&scene.city, &good, 1);
    assert_int_equal(0, sync_pass(scene.sync));
    assert_int_equal(0, counts().queued);
}

static void *
stop_soon(void *arg)
{
    (void)arg;
    usleep(200 * 1000);
    scene.stop = 1;
    return NULL;
}

static void
test_stop_ends_a_transfer(void **state)
{
    (void)state;
    static const struct fake_answer silent = {.fault = FAULT_SILENT};
    sync_free(scene.sync);
    char url[64];
    snprintf(url, sizeof(url), "https://127.0.0.1:%u/", scene.city.port);
    struct sync_config config = {.url = url,
        .ca = file("keys/city-ca.crt"),
        .client_cert = file("keys/kiosk-tls.crt"),
        .client_key = file("keys/kiosk-tls.key"),
        .receipts = scene.receipts,
        .store = scene.store,
        .clock = &test_clock,
        .stop = &scene.stop};
    assert_int_equal(0, sync_new(&config, &scene.sync));
    enqueue(1);
    fake_script(&scene.city, &silent, 1);
    pthread_t thread;
    assert_int_equal(0, pthread_create(&thread, NULL, stop_soon, NULL));
    int64_t start = clock_mono_ms(clock_system());
    assert_int_equal(KERR_CANCELLED, sync_step(scene.sync));
    assert_in_range(clock_mono_ms(clock_system()) - start, 100, 2000);
    pthread_join(thread, NULL);
    assert_int_equal(1, counts().queued);
    assert_true(counts().next_try <= scene.wall_s); /* nothing was written down */
}

/* Steps until so many rows are sent, with a city that says this; the most connections that were opened meanwhile. */
static unsigned
send_with(const struct fake_answer *answer, unsigned count)
{
    fake_script(&scene.city, answer, 1);
    scene.city.open_most = 0;
    assert_int_equal(0, send_rows(count));
    return scene.city.open_most;
}

static void
wait_for_open(unsigned count)
{
    for (int i = 0; i < 300 && atomic_load(&scene.city.open) != count; i++) {
        usleep(10 * 1000); /* the city itself ends idle ones after 5 s */
    }
    assert_int_equal(count, atomic_load(&scene.city.open));
}

/* A city with little room says so: connections beyond that are given back, and no more are opened for a while after it has
 * room again. */
static void
test_room(void **state)
{
    (void)state;
#define ROOM "Content-Type: application/cms\r\nMadoguchi-Connections: "
    static const struct fake_answer good = {.status = 201, .headers = cms, .body = FAKE_RECEIPT};
    static const struct fake_answer one = {
        .status = 201, .headers = ROOM "1\r\n", .body = FAKE_RECEIPT};
    static const struct fake_answer three = {
        .status = 201, .headers = ROOM "3\r\n", .body = FAKE_RECEIPT};
    static const struct fake_answer many = {
        .status = 201, .headers = ROOM "576\r\n", .body = FAKE_RECEIPT};
    widen();
    enqueue(160);
    assert_int_equal(SYNC_AT_ONCE, send_with(&good, 12));
    assert_int_equal(0, send_with(&one, 20)); /* then every connection has heard it */
    wait_for_open(1);
    assert_int_equal(0, send_with(&one, 8));
    assert_int_equal(0, send_with(&many, 8)); /* the clock stands still */
    assert_int_equal(0, send_with(&three, 8)); /* then no other word is on its way */
    scene.mono_ms += 10000;
    assert_int_equal(3, send_with(&three, 12));
    /* anything but a small number is as if nothing were said */
    static const struct fake_answer nonsense[] = {
        {.status = 201, .headers = ROOM "0\r\n", .body = FAKE_RECEIPT},
        {.status = 201, .headers = ROOM "-1\r\n", .body = FAKE_RECEIPT},
        {.status = 201, .headers = ROOM "1x\r\n", .body = FAKE_RECEIPT},
        {.status = 201, .headers = ROOM "\r\n", .body = FAKE_RECEIPT},
    };
    for (size_t i = 0; i < ARRAY_LEN(nonsense); i++) {
        widen();
        wait_for_open(0); /* those of the sync before */
        assert_int_equal(SYNC_AT_ONCE, send_with(&nonsense[i], 12));
    }
#undef ROOM
}

/* A city without a place for our second connection turns it away: the first goes on without a rest, and the others don't
 * try again with each row. */
static void
test_turned_away(void **state)
{
    (void)state;
    static const struct fake_answer good = {.status = 201, .headers = cms, .body = FAKE_RECEIPT};
    widen();
    enqueue(60);
    atomic_store(&scene.city.places, 1);
    assert_int_equal(1, send_with(&good, 25));
    assert_in_range(atomic_load(&scene.city.turned_away), 1, SYNC_AT_ONCE - 1);
    atomic_store(&scene.city.turned_away, 0);
    scene.mono_ms += 10000;
    assert_int_equal(0, send_with(&good, 20));
    assert_in_range(atomic_load(&scene.city.turned_away), 1, SYNC_AT_ONCE - 1);
    atomic_store(&scene.city.places, 0);
    scene.mono_ms += 10000;
    assert_int_equal(SYNC_AT_ONCE, send_with(&good, 8));
}

/* How a step ends when the time leaps as soon as the first was asked, which hears nothing within its second. */
static int
step_with_leap(const struct fake_answer script[2], int64_t leap_ms)
{
    fake_script(&scene.city, script, 2);
    scene.leap_ms = leap_ms;
    int r = sync_step(scene.sync);
    scene.leap_ms = 0;
    return r;
}

/* A row to which a crowded city says nothing, or a connection that takes its time: nobody goes beside it after a second,
 * as else, but after five. */
static void
test_patience(void **state)
{
    (void)state;
    static const struct fake_answer one = {.status = 201,
        .headers = "Content-Type: application/cms\r\nMadoguchi-Connections: 1\r\n",
        .body = FAKE_RECEIPT};
    static const struct fake_answer good = {.status = 201, .headers = cms, .body = FAKE_RECEIPT};
    static const enum fake_fault faults[] = {FAULT_SILENT, FAULT_MUTE};
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        const struct fake_answer script[] = {{.fault = faults[i]}, good};
        for (int64_t leap_ms = 3000; leap_ms <= 6000; leap_ms += 3000) {
            open_line();
            widen();
            enqueue(3);
            if (faults[i] == FAULT_SILENT) {
                (void)send_with(&one, 1);
            }
            int r = step_with_leap(script, leap_ms);
            unsigned came = fake_requests(&scene.city) + (faults[i] == FAULT_MUTE);
            if (r != (leap_ms > 5000 ? SYNC_SENT : SYNC_LATER) ||
                came != (leap_ms > 5000 ? 2 : 1)) {
                fail_msg("fault %d, %lld ms: result %d, %u came", (int)faults[i],
                    (long long)leap_ms, r, came);
            }
            close_line();
            wait_for_open(0); /* the script was this turn's */
        }
    }
    fake_script(&scene.city, &good, 1);
}

int
main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_poison_blocks_nobody),
        cmocka_unit_test(test_poison_among_many),
        cmocka_unit_test_setup_teardown(test_for_ever, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_retry_after_is_for_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rows_leave_together, set_up, tear_down),
        cmocka_unit_test(test_bad_answers_after_many_good),
        cmocka_unit_test_setup_teardown(test_sweep_behind_rows_read_ahead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_end_while_answers_are_looked_at, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_silent_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_line_rests_while_the_city_is_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_turned_away, set_up, tear_down),
        cmocka_unit_test(test_patience),
        cmocka_unit_test(test_mad_clocks),
        cmocka_unit_test_setup_teardown(test_mad_row_behind_a_poisoned_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pass, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_pass_ends_early_when_nobody_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stop_ends_a_transfer, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("sync", tests, group_set_up, group_tear_down);
}
