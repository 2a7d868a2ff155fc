/* tests/store/test_store.c - the queue's contract on a real file: order, gaps, chain, refusals, what is
 * left on the disk, broken files, and two processes at once.
 * waits */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/rng.h"
#include "harness/harness.h"
#include "store/store.h"

enum { NOW = 1795312800 };

static char folder[HARNESS_FOLDER_LEN];
static char path[96];

static int
make_folder(void **state)
{
    (void)state;
    harness_folder_make(folder);
    (void)snprintf(path, sizeof(path), "%s/queue.db", folder);
    return 0;
}

static int
remove_folder(void **state)
{
    (void)state;
    return harness_folder_remove(folder);
}

static struct store *
open_store(void)
{
    struct store *store = NULL;
    assert_int_equal(store_open(path, &store), 0);
    return store;
}

static void
make_id(uint64_t number, uint8_t id[STORE_ID_LEN])
{
    memset(id, 0x5a, STORE_ID_LEN);
    memcpy(id, &number, sizeof(number));
}

/* An envelope whose bytes follow from its number. */
static void
make_envelope(uint64_t number, uint8_t *bytes, size_t len)
{
    struct rng_seeded rng = {number};
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)rng_seeded_next(&rng);
    }
}

static int
put(struct store *store, uint64_t number, size_t len, int64_t now)
{
    struct store_slot slot;
    int r = store_begin(store, &slot);
    if (r < 0) {
        return r;
    }
    uint8_t id[STORE_ID_LEN];
    uint8_t *bytes = malloc(len + 1);
    assert_non_null(bytes);
    make_id(number, id);
    make_envelope(number, bytes, len);
    r = store_put(store, &slot, id, bytes, len, now);
    free(bytes);
    return r;
}

static struct store_counts
counts_of(struct store *store)
{
    struct store_counts counts = {0};
    assert_int_equal(store_counts(store, &counts), 0);
    return counts;
}

static void
test_new_file(void **state)
{
    (void)state;
    struct store *store = open_store();
    struct store_counts counts = counts_of(store);
    assert_true(counts.queued == 0 && counts.quarantined == 0 && counts.sent == 0);
    assert_true(counts.next_sequence == 1);
    assert_true(counts.epoch > 0 && counts.epoch < (uint64_t)1 << 53);
    assert_true(counts.oldest_queued_at == 0 && counts.next_try == 0);
    store_close(store);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    store = open_store(); /* the same epoch again */
    assert_true(counts_of(store).epoch == counts.epoch);
    store_close(store);
    assert_int_equal(unlink(path), 0);
    store = open_store(); /* another file, another epoch */
    assert_true(counts_of(store).epoch != counts.epoch);
    store_close(store);
    store_close(NULL);
}

static void
test_order_and_chain(void **state)
{
    (void)state;
    struct store *store = open_store();
    uint8_t previous[STORE_HASH_LEN] = {0};
    for (uint64_t n = 1; n <= 20; n++) {
        struct store_slot slot;
        assert_int_equal(store_begin(store, &slot), 0);
        assert_true(slot.sequence == n);
        assert_memory_equal(slot.previous, previous, STORE_HASH_LEN);
        uint8_t id[STORE_ID_LEN];
        uint8_t bytes[100];
        make_id(n, id);
        make_envelope(n, bytes, sizeof(bytes));
        assert_int_equal(store_put(store, &slot, id, bytes, sizeof(bytes), NOW + (int64_t)n), 0);
        /* what comes next is the hash of what is due last */
        AUTO_BUF envelope;
        buf_init(&envelope, STORE_ENVELOPE_MAX);
        struct store_row row;
        assert_int_equal(store_next_due(store, NOW + 100, &row, &envelope), 0);
        assert_true(row.sequence == n && row.tries == 0);
        assert_memory_equal(row.id, id, STORE_ID_LEN);
        assert_int_equal(envelope.len, sizeof(bytes));
        assert_memory_equal(envelope.data, bytes, sizeof(bytes));
        memcpy(previous, row.hash, STORE_HASH_LEN);
        assert_int_equal(store_sent(store, n, row.hash, NOW), 0);
    }
    struct store_counts counts = counts_of(store);
    assert_true(counts.sent == 20 && counts.queued == 0 && counts.next_sequence == 21);
    store_close(store);
}

/* Since when the first of those that wait does: put off, set aside and sent ones. */
static void
test_oldest_that_waits(void **state)
{
    (void)state;
    struct store *store = open_store();
    int64_t at = 0;
    assert_int_equal(store_oldest(store, &at), KERR_NOT_FOUND);
    for (uint64_t n = 1; n <= 3; n++) {
        assert_int_equal(put(store, n, 50, NOW + (int64_t)n), 0);
    }
    assert_int_equal(store_delay(store, 1, NOW + 1000), 0);
    assert_int_equal(store_oldest(store, &at), 0);
    assert_true(at == NOW + 1);
    assert_int_equal(store_quarantine(store, 1, 409), 0);
    assert_int_equal(store_oldest(store, &at), 0);
    assert_true(at == NOW + 2);
    static const uint8_t receipt[STORE_HASH_LEN] = {1};
    assert_int_equal(store_sent(store, 2, receipt, NOW), 0);
    assert_int_equal(store_sent(store, 3, receipt, NOW), 0);
    assert_int_equal(store_oldest(store, &at), KERR_NOT_FOUND);
    store_close(store);
}

static void
test_oldest_due_first(void **state)
{
    (void)state;
    struct store *store = open_store();
    for (uint64_t n = 1; n <= 3; n++) {
        assert_int_equal(put(store, n, 50, NOW + (int64_t)n), 0);
    }
    static const struct {
        int64_t now;
        uint64_t sequence; /* 0: none is due */
    } cases[] = {{NOW, 0}, {NOW + 1, 1}, {NOW + 9, 1}, {INT64_MAX, 1}, {-1, 0}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        AUTO_BUF envelope;
        buf_init(&envelope, STORE_ENVELOPE_MAX);
        struct store_row row = {0};
        int r = store_next_due(store, cases[i].now, &row, &envelope);
        assert_int_equal(r, cases[i].sequence == 0 ? KERR_NOT_FOUND : 0);
        assert_true(row.sequence == cases[i].sequence);
        assert_int_equal(envelope.len, cases[i].sequence == 0 ? 0 : 50);
    }
    /* put off twice: the others pass, the tries count */
    assert_int_equal(store_delay(store, 1, NOW + 60), 0);
    assert_int_equal(store_delay(store, 1, NOW + 70), 0);
    AUTO_BUF envelope;
    buf_init(&envelope, STORE_ENVELOPE_MAX);
    struct store_row row;
    assert_int_equal(store_next_due(store, NOW + 10, &row, &envelope), 0);
    assert_true(row.sequence == 2);
    assert_true(counts_of(store).next_try == NOW + 2);
    assert_true(counts_of(store).oldest_queued_at == NOW + 1);
    buf_clear(&envelope);
    assert_int_equal(store_next_due(store, NOW + 70, &row, &envelope), 0);
    assert_true(row.sequence == 1 && row.tries == 2);
    store_close(store);
}

static void
test_quarantine(void **state)
{
    (void)state;
    struct store *store = open_store();
    assert_int_equal(put(store, 1, 50, NOW), 0);
    assert_int_equal(put(store, 2, 50, NOW), 0);
    assert_int_equal(store_quarantine(store, 1, 422), 0);
    assert_int_equal(store_delay(store, 1, NOW), KERR_NOT_FOUND);
    assert_int_equal(store_quarantine(store, 77, 422), KERR_NOT_FOUND);
    AUTO_BUF envelope;
    buf_init(&envelope, STORE_ENVELOPE_MAX);
    struct store_row row;
    assert_int_equal(store_next_due(store, NOW, &row, &envelope), 0);
    assert_true(row.sequence == 2);
    struct store_counts counts = counts_of(store);
    assert_true(counts.queued == 1 && counts.quarantined == 1);
    store_close(store);
    /* its bytes are still there */
    AUTO_BUF file;
    buf_init(&file, 1 << 20);
    assert_int_equal(fs_read(path, &file), 0);
    uint8_t bytes[50];
    make_envelope(1, bytes, sizeof(bytes));
    bool found = false;
    for (size_t i = 0; i + sizeof(bytes) <= file.len; i++) {
        found = found || memcmp(file.data + i, bytes, sizeof(bytes)) == 0;
    }
    assert_true(found);
}

/* Abandoned slots, refused puts: no gap, no leftover, and the next one goes through. */
static void
test_nothing_is_used_up(void **state)
{
    (void)state;
    struct store *store = open_store();
    struct store_slot slot;
    uint8_t id[STORE_ID_LEN];
    make_id(1, id);
    static uint8_t big[STORE_ENVELOPE_MAX + 1];
    assert_int_equal(store_put(store, &slot, id, big, 10, NOW), KERR_STATE);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(store_begin(store, &slot), 0);
        assert_true(slot.sequence == 1);
        store_abandon(store);
        store_abandon(store);
    }
    assert_int_equal(store_begin(store, &slot), 0);
    assert_int_equal(store_begin(store, &slot), KERR_STATE);
    assert_int_equal(store_delay(store, 1, NOW), KERR_STATE);
    assert_int_equal(store_sent(store, 1, big, NOW), KERR_STATE);
    assert_int_equal(store_put(store, &slot, id, big, sizeof(big), NOW), KERR_TOO_BIG);
    assert_int_equal(store_begin(store, &slot), 0);
    assert_int_equal(store_put(store, &slot, id, big, 0, NOW), KERR_TOO_BIG);
    assert_int_equal(store_begin(store, &slot), 0);
    slot.sequence = 5; /* not what was handed out */
    assert_int_equal(store_put(store, &slot, id, big, 10, NOW), KERR_STATE);
    assert_int_equal(put(store, 1, STORE_ENVELOPE_MAX, NOW), 0);
    assert_int_equal(put(store, 1, 10, NOW), KERR_CONFLICT); /* the same id once more */
    assert_int_equal(put(store, 2, 10, NOW), 0);
    assert_int_equal(store_sent(store, 2, big, NOW), 0);
    assert_int_equal(put(store, 2, 10, NOW), KERR_CONFLICT); /* an id that is gone already */
    struct store_counts counts = counts_of(store);
    assert_true(counts.queued == 1 && counts.sent == 1 && counts.next_sequence == 3);
    /* closing in the middle of a slot is an abandon */
    assert_int_equal(store_begin(store, &slot), 0);
    store_close(store);
    store = open_store();
    assert_true(counts_of(store).next_sequence == 3);
    store_close(store);
}

static void
test_sent_twice(void **state)
{
    (void)state;
    struct store *store = open_store();
    uint8_t receipt[STORE_HASH_LEN] = {1};
    uint8_t other[STORE_HASH_LEN] = {2};
    assert_int_equal(put(store, 1, 10, NOW), 0);
    assert_int_equal(store_sent(store, 9, receipt, NOW), KERR_NOT_FOUND);
    assert_int_equal(store_sent(store, 1, receipt, NOW), 0);
    assert_int_equal(store_sent(store, 1, receipt, NOW), 0);
    assert_int_equal(store_sent(store, 1, other, NOW), KERR_CONFLICT);
    assert_int_equal(store_delay(store, 1, NOW), KERR_NOT_FOUND);
    assert_true(counts_of(store).sent == 1);
    store_close(store);
}

/* Several rows on their way at once, and their receipts in one transaction. */
static void
test_many_at_once(void **state)
{
    (void)state;
    struct store *store = open_store();
    struct store_receipt receipts[5] = {0};
    struct store_row row = {0};
    uint64_t after = 0;
    AUTO_BUF bytes;
    buf_init(&bytes, STORE_ENVELOPE_MAX);
    for (uint64_t n = 1; n <= 5; n++) {
        assert_int_equal(put(store, n, 50, NOW), 0);
        receipts[n - 1].place = n;
        receipts[n - 1].hash[0] = (uint8_t)n;
    }
    for (uint64_t n = 1; n <= 5; n++) {
        assert_int_equal(store_next_due_after(store, NOW, after, &row, &bytes), 0);
        assert_int_equal(row.sequence, n);
        after = row.place;
    }
    assert_int_equal(store_next_due_after(store, NOW, after, &row, &bytes), KERR_NOT_FOUND);

    struct store_slot slot;
    assert_int_equal(store_begin(store, &slot), 0);
    assert_int_equal(store_sent_all(store, receipts, 3, NOW), KERR_STATE);
    store_abandon(store);
    assert_int_equal(counts_of(store).queued, 5);
    const uint8_t other[STORE_HASH_LEN] = {9};
    assert_int_equal(store_sent(store, 2, other, NOW), 0); /* another sync was faster */
    receipts[3].place = 99; /* was never there */
    assert_int_equal(store_sent_all(store, receipts, 4, NOW), 0);
    assert_int_equal(counts_of(store).queued, 2);
    assert_int_equal(counts_of(store).sent, 3);
    assert_int_equal(store_sent(store, 2, other, NOW), 0); /* its receipt stayed */
    assert_int_equal(store_sent(store, 3, receipts[2].hash, NOW), 0);
    store_close(store);
}

/* After the receipt none of an envelope is left in the file, not even sixteen bytes in a row. */
static void
test_secure_delete(void **state)
{
    (void)state;
    enum { LEN = 40000, SLICE = 16 };
    struct store *store = open_store();
    for (uint64_t n = 1; n <= 5; n++) {
        assert_int_equal(put(store, n, LEN, NOW), 0);
    }
    uint8_t receipt[STORE_HASH_LEN] = {3};
    for (uint64_t n = 1; n <= 5; n++) {
        assert_int_equal(store_sent(store, n, receipt, NOW), 0);
    }
    store_close(store);
    AUTO_BUF file;
    buf_init(&file, 1 << 22);
    assert_int_equal(fs_read(path, &file), 0);
    for (uint64_t n = 1; n <= 5; n++) {
        static uint8_t bytes[LEN];
        make_envelope(n, bytes, sizeof(bytes));
        for (size_t at = 0; at + SLICE <= LEN; at += 997) {
            for (size_t i = 0; i + SLICE <= file.len; i++) {
                if (file.data[i] == bytes[at] && memcmp(file.data + i, bytes + at, SLICE) == 0) {
                    fail_msg("envelope %d: byte %zu is still at %zu", (int)n, at, i);
                }
            }
        }
    }
    char journal[128];
    (void)snprintf(journal, sizeof(journal), "%s-journal", path);
    assert_false(fs_exists(journal));
}

static void
run_sql(const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
test_other_versions_and_owners(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        int expected;
    } cases[] = {
        {"CREATE TABLE more(x); PRAGMA user_version=3", KERR_STORE_VERSION},
        {"PRAGMA user_version=3", KERR_STORE_CORRUPT}, /* a flipped bit: the tables are ours */
        {"PRAGMA user_version=0", KERR_STORE_CORRUPT}, {"CREATE TABLE more(x)", KERR_STORE_CORRUPT},
        {"UPDATE head SET next_sequence = 3", KERR_STORE_CORRUPT},
        {"UPDATE head SET next_place = 1", KERR_STORE_CORRUPT},
        {"UPDATE head SET epoch = 5", KERR_STORE_CORRUPT},
        {"UPDATE head SET last_hash = zeroblob(32)", KERR_STORE_CORRUPT},
        {"DELETE FROM head", KERR_STORE_CORRUPT}, {"PRAGMA application_id=1", KERR_STORE_CORRUPT},
        {"DROP TABLE queue", KERR_STORE_CORRUPT},
        {"ALTER TABLE head RENAME COLUMN epoch TO era", KERR_STORE_CORRUPT},
        {"PRAGMA journal_mode=WAL", 0}, /* put back to the rollback journal */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct store *store = open_store();
        assert_int_equal(put(store, 1, 50, NOW), 0);
        store_close(store);
        run_sql(cases[i].sql);
        store = NULL;
        assert_int_equal(store_open(path, &store), cases[i].expected);
        assert_true(fs_exists(path)); /* nothing is deleted */
        store_close(store);
        assert_int_equal(unlink(path), 0);
    }
}

/* A file that is none: refused and left byte for byte. Flips in a real one: either noticed at the
 * opening, or noticed for the row, or without effect; never a crash, never altered bytes. */
static void
test_broken_files(void **state)
{
    (void)state;
    static const char *const texts[] = {"SQLite format 3",
        "not a database, but longer than a header "
        "of one hundred bytes so that it is read "
        "as a page by whoever opens it"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(fs_write_atomic(path, texts[i], strlen(texts[i]), 0600), 0);
        struct store *store = NULL;
        int r = store_open(path, &store);
        assert_int_equal(r, KERR_STORE_CORRUPT);
        AUTO_BUF file;
        buf_init(&file, 1 << 16);
        assert_int_equal(fs_read(path, &file), 0);
        assert_string_equal(buf_str(&file), texts[i]);
    }
    assert_int_equal(unlink(path), 0);
    struct store *store = open_store();
    enum { LEN = 3000, ROWS = 4 };
    for (uint64_t n = 1; n <= ROWS; n++) {
        assert_int_equal(put(store, n, LEN, NOW), 0);
    }
    store_close(store);
    AUTO_BUF good;
    buf_init(&good, 1 << 20);
    assert_int_equal(fs_read(path, &good), 0);
    struct rng_seeded rng = {20261122};
    size_t refused = 0;
    size_t set_aside = 0;
    for (int round = 0; round < 600; round++) {
        size_t at = rng_seeded_below(&rng, (uint32_t)good.len);
        uint8_t flip = (uint8_t)(1u << rng_seeded_below(&rng, 8));
        good.data[at] ^= flip;
        assert_int_equal(fs_write_atomic(path, good.data, good.len, 0600), 0);
        good.data[at] ^= flip;
        store = NULL;
        int r = store_open(path, &store);
        if (r < 0) {
            assert_true(r == KERR_STORE_CORRUPT || r == KERR_STORE_VERSION || r == KERR_STORE);
            refused++;
            continue;
        }
        for (;;) {
            AUTO_BUF envelope;
            buf_init(&envelope, STORE_ENVELOPE_MAX);
            struct store_row row;
            r = store_next_due(store, NOW, &row, &envelope);
            if (r < 0) {
                break;
            }
            uint8_t bytes[LEN];
            uint64_t number;
            memcpy(&number, row.id, sizeof(number));
            make_envelope(number, bytes, LEN);
            if (number >= 1 && number <= ROWS) { /* the id itself may have been hit */
                assert_int_equal(envelope.len, LEN);
                assert_memory_equal(envelope.data, bytes, LEN);
            }
            if (store_delay(store, row.sequence, NOW + 1) < 0) {
                break;
            }
        }
        struct store_counts counts;
        if (store_counts(store, &counts) == 0) {
            set_aside += counts.quarantined;
        }
        store_close(store);
    }
    assert_true(refused > 0);
    assert_true(set_aside > 100); /* most of the file is envelopes */
}

/* A page that is lost as a whole, in turn each but the first: noticed at the opening, also where
 * nothing would read it today (what was sent, the index). */
static void
test_lost_pages(void **state)
{
    (void)state;
    enum { PAGE = 4096 };
    struct store *store = open_store();
    uint8_t receipt[STORE_HASH_LEN] = {4};
    for (uint64_t n = 1; n <= 3; n++) {
        assert_int_equal(put(store, n, 6000, NOW), 0);
    }
    assert_int_equal(store_sent(store, 1, receipt, NOW), 0);
    assert_int_equal(put(store, 4, 6000, NOW), 0); /* takes the free pages */
    store_close(store);
    AUTO_BUF good;
    buf_init(&good, 1 << 20);
    assert_int_equal(fs_read(path, &good), 0);
    assert_true(good.len / PAGE >= 10);
    for (size_t at = PAGE; at < good.len; at += PAGE) {
        AUTO_BUF bad;
        buf_init(&bad, 1 << 20);
        assert_int_equal(buf_add(&bad, good.data, good.len), 0);
        memset(bad.data + at, 0xff, PAGE);
        assert_int_equal(fs_write_atomic(path, bad.data, bad.len, 0600), 0);
        store = NULL;
        if (store_open(path, &store) != KERR_STORE_CORRUPT) {
            fail_msg("page %zu of %zu", at / PAGE + 1, good.len / PAGE);
        }
        AUTO_BUF left;
        buf_init(&left, 1 << 20);
        assert_int_equal(fs_read(path, &left), 0);
        assert_int_equal(left.len, bad.len);
        assert_memory_equal(left.data, bad.data, bad.len); /* left as it is */
    }
}

/* Root without its powers is an owner like any other (capset(2), version 3: two words a set). */
static int
drop_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    return (int)syscall(SYS_capset, &head, none);
}

/* A file that may only be read is told as such. Root may write everywhere, so it steps down first. */
static void
test_read_only(void **state)
{
    (void)state;
    struct store *store = open_store();
    assert_int_equal(put(store, 1, 10, NOW), 0);
    store_close(store);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && drop_capabilities() != 0) {
            _exit(2);
        }
        _exit(store_open(path, &store) == KERR_STORE_READ_ONLY ? 0 : 1);
    }
    int status = 0;
    assert_true(waitpid(child, &status, 0) == child);
    assert_int_equal(chmod(folder, 0700), 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    store = NULL;
    assert_int_equal(store_open("/nonexistent/queue.db", &store), KERR_STORE);
    assert_null(store);
}

/* One process adds, another takes away, at the same time and on the same file. */
static void
test_two_processes(void **state)
{
    (void)state;
    enum { ROWS = 250 };
    pid_t adder = fork();
    assert_true(adder >= 0);
    if (adder == 0) {
        struct store *store = NULL;
        int r = store_open(path, &store);
        for (uint64_t n = 1; r == 0 && n <= ROWS; n++) {
            r = put(store, n, 1500, NOW);
        }
        store_close(store);
        _exit(r == 0 ? 0 : 1);
    }
    struct store *store = open_store();
    uint64_t got = 0;
    for (int idle = 0; got < ROWS && idle < 20000;) {
        AUTO_BUF envelope;
        buf_init(&envelope, STORE_ENVELOPE_MAX);
        struct store_row row;
        int r = store_next_due(store, NOW, &row, &envelope);
        if (r == KERR_NOT_FOUND) {
            idle++;
            (void)usleep(500);
            continue;
        }
        assert_int_equal(r, 0);
        assert_true(row.sequence == ++got); /* in order and without gaps */
        uint8_t bytes[1500];
        make_envelope(got, bytes, sizeof(bytes));
        assert_int_equal(envelope.len, sizeof(bytes));
        assert_memory_equal(envelope.data, bytes, sizeof(bytes));
        assert_int_equal(store_delay(store, row.sequence, NOW), 0);
        assert_int_equal(store_sent(store, row.sequence, row.hash, NOW), 0);
    }
    int status = 0;
    assert_true(waitpid(adder, &status, 0) == adder);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    struct store_counts counts = counts_of(store);
    assert_true(counts.sent == ROWS && counts.queued == 0);
    store_close(store);
}

/* The other process holds the file for longer than anyone waits: busy, and nothing is used up. */
static void
test_busy(void **state)
{
    (void)state;
    struct store *store = open_store();
    sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    struct store_slot slot;
    assert_int_equal(store_begin(store, &slot), KERR_BUSY);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    assert_int_equal(put(store, 1, 10, NOW), 0);
    assert_true(counts_of(store).next_sequence == 2);
    store_close(store);
}

#define ON_A_FILE(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_FILE(test_new_file),
        ON_A_FILE(test_order_and_chain),
        ON_A_FILE(test_oldest_due_first),
        ON_A_FILE(test_oldest_that_waits),
        ON_A_FILE(test_quarantine),
        ON_A_FILE(test_nothing_is_used_up),
        ON_A_FILE(test_sent_twice),
        ON_A_FILE(test_many_at_once),
        ON_A_FILE(test_secure_delete),
        ON_A_FILE(test_other_versions_and_owners),
        ON_A_FILE(test_broken_files),
        ON_A_FILE(test_lost_pages),
        ON_A_FILE(test_read_only),
        ON_A_FILE(test_two_processes),
        ON_A_FILE(test_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
