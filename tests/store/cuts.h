/* tests/store/cuts.h - the queue on a disk (disk.h) that loses power after each single write, sync,
 * creation, removal and renaming of a script. What comes up again must be exactly the state before or
 * after the operation under way: whole, and nothing acknowledged lost. Two programs share it, so that
 * both cores work. Everything is static. */
#ifndef TESTS_STORE_CUTS_H
#define TESTS_STORE_CUTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <openssl/sha.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/disk.h"
#include "store/memory.h"
#include "store/records.h"
#include "store/store.h"
#include "store/store_priv.h" /* the same connection is looked at: an opening is half of the time */

enum { NOW = 1795312800, DUMP_MAX = 256 * 1024, STEPS_MAX = 512, WAYS = 20 };

enum action { PUT, DELAY, SENT, SENT_TWO, ASIDE };

struct step {
    enum action action;
    uint64_t number; /* of the record: its sequence */
    size_t len;
};

struct script {
    size_t count;
    struct step steps[STEPS_MAX];
};

static void
add_step(struct script *script, enum action action, uint64_t number, size_t len)
{
    if (script->count == STEPS_MAX) {
        abort();
    }
    script->steps[script->count++] = (struct step){action, number, len};
}

/* A counter's days: records of all sizes come, are put off now and then, go; one is set aside. Few wait
 * at any time. */
static void
make_script(struct script *script, uint32_t seed, unsigned rounds)
{
    struct rng_seeded rng = {seed};
    script->count = 0;
    for (unsigned n = 1; n <= rounds; n++) {
        bool is_long = rng_seeded_below(&rng, 8) == 0;
        add_step(script, PUT, n, 120 + rng_seeded_below(&rng, is_long ? 20000 : 4000));
        if (n % 10 == 3) {
            add_step(script, DELAY, n, 0);
        }
        if (n == 5) {
            add_step(script, ASIDE, 4, 0);
        }
        if (n % 6 == 0) { /* the receipts of this row and the one before come together */
            add_step(script, SENT_TWO, n - 3, 0);
        } else if (n > 2 && n % 6 != 5 && n - 2 != 4) {
            add_step(script, SENT, n - 2, 0);
        }
    }
    add_step(script, SENT, 4, 0);
    add_step(script, SENT, rounds, 0);
}

static int
do_step(struct store *store, const struct step *step)
{
    uint8_t receipt[STORE_HASH_LEN] = {(uint8_t)step->number};
    switch (step->action) {
    case DELAY:
        return store_delay(store, step->number, NOW + 60);
    case SENT:
        return store_sent(store, step->number, receipt, NOW + 5);
    case SENT_TWO: {
        struct store_receipt both[] = {{.place = step->number, .hash = {(uint8_t)step->number}},
            {.place = step->number + 1, .hash = {(uint8_t)(step->number + 1)}}};
        return store_sent_all(store, both, 2, NOW + 5);
    }
    case ASIDE:
        return store_quarantine(store, step->number, 422);
    default:
        break;
    }
    struct store_slot slot;
    int r = store_begin(store, &slot);
    if (r == 0) {
        uint8_t id[STORE_ID_LEN];
        record_id(step->number, id);
        uint8_t *bytes = record_make(step->number, 1, slot.sequence, step->len);
        r = store_put(store, &slot, id, bytes, step->len, NOW);
        free(bytes);
    }
    return r;
}

/* Everything that the queue on the mounted disk says, but for its epoch and what follows from it, which
 * are another in each run. */
struct digest {
    uint8_t hash[SHA256_DIGEST_LENGTH];
};

static struct digest
digest_of_queue(const struct store *store)
{
    static const char *const queries[] = {
        "SELECT next_sequence, next_place, last_hash, count(*) FROM head",
        "SELECT place, sequence, id, hash, previous, state, status, tries, queued_at, next_try,"
        " envelope FROM queue ORDER BY place",
        "SELECT place, sequence, id, hash, previous, receipt_hash, sent_at FROM sent"
        " ORDER BY place",
        "SELECT number, kind, a, b FROM audit ORDER BY number",
        "SELECT count(*) FROM (SELECT epoch FROM head UNION SELECT epoch FROM queue"
        " UNION SELECT epoch FROM sent)",
    };
    AUTO_BUF all;
    buf_init(&all, DUMP_MAX);
    for (size_t q = 0; q < sizeof(queries) / sizeof(queries[0]); q++) {
        sqlite3_stmt *statement = NULL;
        if (sqlite3_prepare_v2(store->db, queries[q], -1, &statement, NULL) != SQLITE_OK) {
            (void)buf_add_byte(&all, '?');
            continue;
        }
        while (sqlite3_step(statement) == SQLITE_ROW) {
            for (int i = 0; i < sqlite3_column_count(statement); i++) {
                int len = sqlite3_column_bytes(statement, i);
                (void)buf_add(&all, &len, sizeof(len));
                (void)buf_add(&all, sqlite3_column_blob(statement, i), (size_t)len);
            }
        }
        assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    }
    assert_int_equal(buf_error(&all), 0);
    struct digest digest;
    (void)SHA256(all.data, all.len, digest.hash);
    return digest;
}

static bool
same(const struct digest *a, const struct digest *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* What the queue says after each step; [0]: a new file. */
static void
states_of(const struct script *script, struct digest *ret_states)
{
    struct disk *disk = disk_new("states");
    disk_mount(disk);
    struct store *store = NULL;
    assert_int_equal(store_open("queue.db", &store), 0);
    ret_states[0] = digest_of_queue(store);
    for (size_t i = 0; i < script->count; i++) {
        assert_int_equal(do_step(store, &script->steps[i]), 0);
        ret_states[i + 1] = digest_of_queue(store);
    }
    store_close(store);
    disk_free(disk);
}

struct tally {
    size_t points, cuts;
    size_t distinct; /* of them with another disk than the same point had before */
    size_t stacked; /* cuts while the first one was being mended */
    size_t bad;
    const char *first_bad;
};

/* A run of the script in which the power goes. */
struct cutting {
    struct disk *disk; /* the one that the script runs on */
    /* looks at the mounted disk: NULL when all is well, else what is wrong */
    const char *(*check)(const struct cutting *cutting);
    const struct digest *states;
    size_t state_count;
    long acknowledged; /* steps; -1: not even the file was promised */
    unsigned ways; /* damages at each point */
    bool stacks;
    struct rng_seeded chance;
    struct tally tally;
    /* what the platters of one point came to: the same again needs no second look */
    struct digest seen[WAYS];
    size_t seen_count;
};

static void
count_result(struct tally *tally, const char *wrong)
{
    tally->cuts++;
    if (wrong != NULL) {
        tally->bad++;
        tally->first_bad = tally->first_bad != NULL ? tally->first_bad : wrong;
    }
}

/* Starts the queue on the mounted disk and compares. */
static const char *
check_after_cut(const struct cutting *cutting)
{
    struct store *store = NULL;
    int r = store_open("queue.db", &store);
    if (r < 0) {
        return err_str(r);
    }
    struct digest got = digest_of_queue(store);
    store_close(store);
    size_t from = cutting->acknowledged < 0 ? 0 : (size_t)cutting->acknowledged;
    for (size_t k = from; k <= from + 1 && k < cutting->state_count; k++) {
        if (same(&got, &cutting->states[k])) {
            return NULL;
        }
    }
    return "neither the state before nor the one after";
}

static void cut_again_here(struct disk *disk, void *ctx);

/* The power goes again at each point while the queue comes up after the first cut. */
static void
cut_while_opening(struct cutting *cutting, struct disk *damaged)
{
    disk_mount(damaged);
    damaged->after = cut_again_here;
    damaged->ctx = cutting;
    struct store *store = NULL;
    if (store_open("queue.db", &store) == 0) {
        store_close(store);
    }
}

/* The whole disk after a cut. */
static struct digest
digest_of_disk(const struct disk *disk)
{
    struct digest parts[DISK_NAMES] = {0};
    for (int i = 0; i < DISK_NAMES; i++) {
        const struct disk_bytes *bytes =
            disk->now[i] == DISK_NOBODY ? NULL : &disk->nodes[disk->now[i]].now;
        if (bytes != NULL) {
            (void)SHA256(bytes->data, bytes->len, parts[i].hash);
        }
    }
    struct digest digest;
    (void)SHA256(parts[0].hash, sizeof(parts), digest.hash);
    return digest;
}

static bool
was_seen(struct cutting *cutting, const struct disk *disk)
{
    struct digest digest = digest_of_disk(disk);
    for (size_t i = 0; i < cutting->seen_count; i++) {
        if (same(&digest, &cutting->seen[i])) {
            return true;
        }
    }
    if (cutting->seen_count < WAYS) {
        cutting->seen[cutting->seen_count++] = digest;
    }
    return false;
}

/* One copy of the disk loses power here, in one way, and comes up. */
static void
cut_copy(struct cutting *cutting, const struct disk *disk, const char *name)
{
    struct disk *copy = disk_snapshot(disk);
    disk_cut(copy, &cutting->chance);
    if (was_seen(cutting, copy)) {
        cutting->tally.cuts++;
    } else {
        copy->vfs.zName = name;
        disk_mount(copy);
        cutting->tally.distinct++;
        count_result(&cutting->tally, cutting->check(cutting));
    }
    disk_free(copy);
}

static void
cut_again_here(struct disk *disk, void *ctx)
{
    struct cutting *cutting = ctx;
    cutting->seen_count = 0;
    cut_copy(cutting, disk, "third");
    cutting->tally.stacked++;
    disk_mount(disk);
}

/* struct disk: after each operation. */
static void
cut_here(struct disk *disk, void *ctx)
{
    struct cutting *cutting = ctx;
    cutting->tally.points++;
    cutting->seen_count = 0;
    for (unsigned way = 0; way < cutting->ways; way++) {
        cut_copy(cutting, disk, "after");
    }
    if (cutting->stacks && cutting->tally.points % 4 == 0) {
        struct disk *copy = disk_snapshot(disk);
        disk_cut(copy, &cutting->chance);
        copy->vfs.zName = "again";
        cut_while_opening(cutting, copy);
        disk_free(copy);
    }
    disk_mount(cutting->disk);
}

static struct tally
cut_script(const struct script *script, const struct digest *states, unsigned ways, bool stacks,
    bool swallow_syncs, bool swallow_folder_syncs)
{
    struct disk *disk = disk_new("workload");
    disk->swallow_syncs = swallow_syncs;
    disk->swallow_folder_syncs = swallow_folder_syncs;
    disk_mount(disk);
    struct cutting cutting = {.disk = disk,
        .check = check_after_cut,
        .states = states,
        .state_count = script->count + 1,
        .acknowledged = -1,
        .ways = ways,
        .stacks = stacks,
        .chance = {20261122}};
    disk->after = cut_here;
    disk->ctx = &cutting;
    struct store *store = NULL;
    assert_int_equal(store_open("queue.db", &store), 0);
    cutting.acknowledged = 0;
    for (size_t i = 0; i < script->count; i++) {
        assert_int_equal(do_step(store, &script->steps[i]), 0);
        cutting.acknowledged = (long)i + 1;
        cut_here(disk, &cutting); /* right after the answer */
    }
    disk->after = NULL;
    store_close(store);
    disk_free(disk);
    return cutting.tally;
}

static unsigned
ways_a_point(void)
{
    const char *text = getenv("CUTS_PER_POINT");
    long ways = text != NULL ? strtol(text, NULL, 10) : 0;
    return ways > 0 && ways < 10000 ? (unsigned)ways : WAYS;
}

/* A whole run of cuts, said and checked. */
static struct tally
run_cuts(uint32_t seed, unsigned rounds)
{
    static struct script script;
    static struct digest states[STEPS_MAX + 1];
    make_script(&script, seed, rounds);
    states_of(&script, states);
    struct tally tally = cut_script(&script, states, ways_a_point(), true, false, false);
    print_message("%zu steps, %zu points, %zu cuts (%zu distinct, %zu stacked): %zu bad\n",
        script.count, tally.points, tally.cuts, tally.distinct, tally.stacked, tally.bad);
    if (tally.bad > 0) {
        fail_msg("%zu of %zu cuts: %s", tally.bad, tally.cuts, tally.first_bad);
    }
    assert_true(tally.stacked > 1000);
    return tally;
}

#endif
