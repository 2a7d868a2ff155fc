/* tests/store/test_kills.c - a child adds rows and tells each one that was acknowledged; it is killed
 * at a random instant, again and again, on the same real file. Every acknowledged row is there, the
 * sequence has no gap. (This alone proves little about power: see test_power_cut.c.) KILLS=n for more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/rng.h"
#include "harness/harness.h"
#include "store/store.h"

enum { NOW = 1795312800, LEN = 2500 };

static void
make(uint64_t number, uint8_t id[STORE_ID_LEN], uint8_t bytes[LEN])
{
    struct rng_seeded rng = {number};
    memset(id, 0, STORE_ID_LEN);
    memcpy(id, &number, sizeof(number));
    for (size_t i = 0; i < LEN; i++) {
        bytes[i] = (uint8_t)rng_seeded_next(&rng);
    }
}

/* In the child: adds until it is killed; writes each sequence after its commit was answered. */
static void
add_for_ever(const char *path, int tell)
{
    struct store *store = NULL;
    if (store_open(path, &store) < 0) {
        _exit(1);
    }
    for (;;) {
        struct store_slot slot;
        uint8_t id[STORE_ID_LEN];
        uint8_t bytes[LEN];
        if (store_begin(store, &slot) < 0) {
            _exit(2);
        }
        make(slot.sequence, id, bytes);
        if (store_put(store, &slot, id, bytes, LEN, NOW) < 0 ||
            write(tell, &slot.sequence, sizeof(slot.sequence)) != sizeof(slot.sequence)) {
            _exit(3);
        }
    }
}

/* Reads what the dead child told; the highest sequence, or last when it told nothing. */
static uint64_t
last_told(int from, uint64_t last)
{
    uint64_t sequence;
    while (read(from, &sequence, sizeof(sequence)) == sizeof(sequence)) {
        assert_true(sequence == last + 1);
        last = sequence;
    }
    return last;
}

/* Takes every row out and compares it; returns how many there were. */
static uint64_t
take_all(struct store *store, uint64_t first)
{
    uint64_t count = 0;
    for (;;) {
        AUTO_BUF envelope;
        buf_init(&envelope, STORE_ENVELOPE_MAX);
        struct store_row row;
        int r = store_next_due(store, NOW, &row, &envelope);
        if (r == KERR_NOT_FOUND) {
            return count;
        }
        uint8_t id[STORE_ID_LEN];
        uint8_t bytes[LEN];
        assert_int_equal(r, 0);
        assert_true(row.sequence == first + count);
        make(row.sequence, id, bytes);
        assert_memory_equal(row.id, id, STORE_ID_LEN);
        assert_int_equal(envelope.len, LEN);
        assert_memory_equal(envelope.data, bytes, LEN);
        assert_int_equal(store_sent(store, row.sequence, row.hash, NOW), 0);
        count++;
    }
}

static void
test_kill_loop(void **state)
{
    (void)state;
    const char *text = getenv("KILLS");
    long kills = text != NULL ? strtol(text, NULL, 10) : 0;
    kills = kills > 0 ? kills : 200;
    char folder[HARNESS_FOLDER_LEN];
    harness_folder_make(folder);
    char path[HARNESS_FOLDER_LEN + 24];
    (void)snprintf(path, sizeof(path), "%s/queue.db", folder);
    struct rng_seeded chance = {20261122};
    uint64_t stored = 0; /* all rows so far, taken out already */
    uint64_t acknowledged = 0;
    for (long i = 0; i < kills; i++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            (void)close(ends[0]);
            add_for_ever(path, ends[1]);
        }
        (void)close(ends[1]);
        uint64_t told = stored;
        if (i % 2 == 1) { /* in the middle of the work; else also in the opening */
            assert_int_equal(read(ends[0], &told, sizeof(told)), sizeof(told));
            assert_true(told == stored + 1);
        }
        (void)usleep(rng_seeded_below(&chance, 15000));
        assert_int_equal(kill(child, SIGKILL), 0);
        int status = 0;
        assert_true(waitpid(child, &status, 0) == child);
        assert_true(WIFSIGNALED(status)); /* it did not end by itself */
        told = last_told(ends[0], told);
        (void)close(ends[0]);
        acknowledged += told - stored;
        struct store *store = NULL;
        assert_int_equal(store_open(path, &store), 0);
        uint64_t got = take_all(store, stored + 1);
        assert_true(stored + got >= told); /* nothing acknowledged is lost */
        assert_true(stored + got <= told + 1); /* at most the one that was not told yet */
        stored += got;
        struct store_counts counts;
        assert_int_equal(store_counts(store, &counts), 0);
        assert_true(counts.next_sequence == stored + 1);
        store_close(store);
    }
    print_message("%ld kills, %d rows acknowledged, 0 lost\n", kills, (int)acknowledged);
    assert_true(acknowledged >= (uint64_t)kills / 2);
    /* a child that was killed before its first write leaves a journal */
    assert_int_equal(harness_folder_remove(folder), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kill_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
