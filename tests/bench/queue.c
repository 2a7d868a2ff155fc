/* tests/bench/queue.c - what a queue of 100,000 records costs, on a real disk:
 *
 *   queue FOLDER ROWS COUNT
 *
 * prints "empty MS" and "full MS" for COUNT enqueuings each, in turn on an empty queue and on one with ROWS
 * waiting, "open-empty MS" and "open-full MS" for openings, and "gone MS" for deletions after their
 * receipts; then "LEFT n": places where bytes of a deleted envelope are still in the file. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/rng.h"
#include "store/store.h"
#include "store/store_priv.h" /* the rows that wait are laid at once, not each with its syncs */

enum { LEN = 3000, NOW = 1795312800, OPENINGS = 15, DELETIONS = 20, SLICE = 16 };

static void
die(const char *what)
{
    (void)fprintf(stderr, "queue: %s\n", what);
    exit(1);
}

static double
now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void
fill_bytes(uint64_t number, uint8_t bytes[LEN])
{
    struct rng_seeded rng = {number * 7919};
    for (size_t i = 0; i < LEN; i += 4) {
        uint32_t word = (uint32_t)rng_seeded_next(&rng) << 16 ^ (uint32_t)rng_seeded_next(&rng);
        memcpy(bytes + i, &word, sizeof word);
    }
}

static void
make_id(uint64_t number, uint8_t id[STORE_ID_LEN])
{
    uint8_t bytes[8];
    memcpy(bytes, &number, sizeof bytes);
    uint8_t hash[STORE_HASH_LEN];
    store_hash(bytes, sizeof bytes, hash); /* ids are random: so is their order */
    memcpy(id, hash, STORE_ID_LEN);
}

static struct store *
open_queue(const char *path)
{
    struct store *store;
    if (store_open(path, &store) < 0) {
        die(path);
    }
    return store;
}

static void
put(struct store *store, uint64_t number)
{
    static uint8_t bytes[LEN];
    uint8_t id[STORE_ID_LEN];
    struct store_slot slot;
    fill_bytes(number, bytes);
    make_id(number, id);
    if (store_begin(store, &slot) < 0 || store_put(store, &slot, id, bytes, LEN, NOW) < 0) {
        die("put");
    }
}

static double
time_put(struct store *store, uint64_t number)
{
    double begin = now_ms();
    put(store, number);
    return now_ms() - begin;
}

/* ROWS rows as store_put would lay them, in one transaction. */
static void
lay_rows(const char *path, uint64_t rows)
{
    struct store *store = open_queue(path);
    put(store, 1);
    sqlite3_stmt *row = NULL;
    static uint8_t bytes[LEN];
    uint8_t id[STORE_ID_LEN];
    uint8_t hash[STORE_HASH_LEN] = {0};
    if (store_run(store, STORE_BEGIN) < 0 ||
        sqlite3_prepare_v2(store->db,
            "INSERT INTO queue(place, epoch, sequence, id, hash, previous, queued_at, next_try,"
            " envelope) SELECT ?1, epoch, ?1, ?2, ?3, ?3, ?4, ?4, ?5 FROM head",
            -1, &row, NULL) != SQLITE_OK) {
        die("rows");
    }
    for (uint64_t n = 2; n <= rows; n++) {
        fill_bytes(n, bytes);
        make_id(n, id);
        store_hash(bytes, LEN, hash);
        sqlite3_bind_int64(row, 1, (sqlite3_int64)n);
        sqlite3_bind_blob(row, 2, id, sizeof id, SQLITE_STATIC);
        sqlite3_bind_blob(row, 3, hash, sizeof hash, SQLITE_STATIC);
        sqlite3_bind_int64(row, 4, NOW);
        sqlite3_bind_blob(row, 5, bytes, LEN, SQLITE_STATIC);
        if (sqlite3_step(row) != SQLITE_DONE || sqlite3_reset(row) != SQLITE_OK ||
            store_add_event(store, STORE_EVENT_QUEUED, (int64_t)n, (int64_t)n) < 0) {
            die("row");
        }
    }
    sqlite3_finalize(row);
    sqlite3_stmt *head = store->statements[STORE_WRITE_HEAD];
    sqlite3_bind_int64(head, 1, (sqlite3_int64)rows + 1);
    sqlite3_bind_blob(head, 2, hash, sizeof hash, SQLITE_STATIC);
    sqlite3_bind_int64(head, 3, (sqlite3_int64)rows + 1);
    if (store_run(store, STORE_WRITE_HEAD) < 0 || store_run(store, STORE_COMMIT) < 0) {
        die("commit");
    }
    store_close(store);
}

static double
time_opening(const char *path)
{
    double begin = now_ms();
    struct store *store = open_queue(path);
    double took = now_ms() - begin;
    store_close(store);
    return took;
}

/* Are any sixteen bytes of an envelope still in the file? How often. */
static unsigned
count_left(const char *path, uint64_t number)
{
    static uint8_t bytes[LEN];
    static uint8_t chunk[1 << 20];
    unsigned left = 0;
    fill_bytes(number, bytes);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        die(path);
    }
    size_t kept = 0;
    for (size_t got; (got = fread(chunk + kept, 1, sizeof chunk - kept, file)) > 0;) {
        size_t have = kept + got;
        for (size_t at = 0; at < LEN - SLICE; at += 331) {
            for (const uint8_t *p = chunk; p + SLICE <= chunk + have;) {
                p = memchr(p, bytes[at], (size_t)(chunk + have - SLICE + 1 - p));
                if (p == NULL) {
                    break;
                }
                left += memcmp(p, bytes + at, SLICE) == 0 ? 1 : 0;
                p++;
            }
        }
        kept = SLICE - 1 < have ? SLICE - 1 : have;
        memmove(chunk, chunk + have - kept, kept);
    }
    fclose(file);
    return left;
}

int
main(int argc, char **argv)
{
    if (argc != 4) {
        return 2;
    }
    char *empty_path = fs_join(argv[1], "empty.db");
    char *full_path = fs_join(argv[1], "full.db");
    uint64_t rows = strtoull(argv[2], NULL, 10);
    uint64_t count = strtoull(argv[3], NULL, 10);
    lay_rows(full_path, rows);
    struct store *empty = open_queue(empty_path);
    store_close(empty);
    for (int i = 0; i < OPENINGS; i++) {
        printf("open-empty %.3f\n", time_opening(empty_path));
        printf("open-full %.3f\n", time_opening(full_path));
    }
    uint8_t receipt[STORE_HASH_LEN] = {1};
    empty = open_queue(empty_path);
    struct store *full = open_queue(full_path);
    for (uint64_t i = 1; i <= count + 5; i++) {
        double in_empty = time_put(empty, i);
        double in_full = time_put(full, rows + i);
        if (i > 5) { /* the first ones fill the caches */
            printf("empty %.3f\nfull %.3f\n", in_empty, in_full);
        }
        if (store_sent(empty, i, receipt, NOW) < 0) {
            die("sent");
        }
    }
    if (count_left(full_path, rows / 2) == 0) {
        die("the scan finds nothing of a row that is there");
    }
    for (uint64_t i = 0; i < DELETIONS; i++) {
        double begin = now_ms();
        if (store_sent(full, rows / 2 + i, receipt, NOW) < 0) {
            die("sent");
        }
        printf("gone %.3f\n", now_ms() - begin);
    }
    printf("LEFT %u\n", count_left(full_path, rows / 2));
    store_close(full);
    store_close(empty);
    free(full_path);
    free(empty_path);
    return 0;
}
