/* tests/store/test_audit.c - the chain of what happened to the queue: a thousand events, and every flip,
 * drop, swap and roll-back is found by whoever holds the newest point. In memory (disk.h).
 *
 * # timeout: 200 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/hex.h"
#include "store/disk.h"
#include "store/memory.h"
#include "store/records.h"
#include "store/store.h"

enum { NOW = 1795312800, EVENTS = 1000 };

static struct disk *disk;
static struct store *store;
static sqlite3 *db; /* somebody who changes what happened */
static struct store_point newest; /* what the city holds */

static void
run(const char *sql)
{
    char *text = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &text) != SQLITE_OK) {
        fail_msg("%s: %s", sql, text);
    }
}

/* A thousand events of all kinds. */
static int
make_chain(void **state)
{
    (void)state;
    disk = disk_new("audit");
    disk_mount(disk);
    uint8_t receipt[STORE_HASH_LEN] = {1};
    assert_int_equal(store_open("queue.db", &store), 0);
    assert_int_equal(store_audit(store, NULL, 0, &newest), 0);
    assert_true(newest.size == 0);
    for (uint64_t n = 1; newest.size < EVENTS; n++) {
        assert_int_equal(record_put(store, n, 150, NOW), 0);
        assert_int_equal(n % 50 == 7 ? store_quarantine(store, n, 422) : 0, 0);
        assert_int_equal(store_sent(store, n, receipt, NOW), 0);
        newest.size += n % 50 == 7 ? 3 : 2;
    }
    assert_int_equal(store_note(store, STORE_EVENT_OPENED, KERR_NO_SPACE, 0), 0);
    assert_int_equal(store_audit(store, NULL, 0, &newest), 0);
    assert_true(newest.size > EVENTS && newest.size < EVENTS + 4);
    assert_int_equal(store_audit(store, &newest, 1, &newest), 0);
    assert_int_equal(sqlite3_open("queue.db", &db), SQLITE_OK);
    run("PRAGMA temp_store=MEMORY; PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY;"
        "CREATE TEMP TABLE kept AS SELECT * FROM audit");
    return 0;
}

static int
remove_chain(void **state)
{
    (void)state;
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    store_close(store);
    disk_free(disk);
    return 0;
}

/* Changes the chain in one transaction, looks, and takes it back. */
static void
must_be_found(const char *change, uint64_t last_good)
{
    run("BEGIN");
    run(change);
    run("COMMIT");
    struct store_point end;
    int r = store_audit(store, &newest, 1, &end);
    if (r != KERR_CONFLICT || end.size != last_good) {
        fail_msg("%s: %d, holds up to %d", change, r, (int)end.size);
    }
}

/* Each bit of each byte of an event, of every 37th one; and each byte of all, once. */
static void
test_flips(void **state)
{
    (void)state;
    static const char *const columns[] = {"at", "kind", "a", "b"};
    char sql[256];
    unsigned flips = 0;
    for (uint64_t n = 1; n <= newest.size; n += 37) {
        for (size_t c = 0; c < sizeof(columns) / sizeof(columns[0]); c++) {
            for (int bit = 0; bit < 63; bit += 4) {
                (void)snprintf(sql, sizeof(sql),
                    "UPDATE audit SET %s = (%s | (1 << %d)) - (%s & (1 << %d)) WHERE number = %llu",
                    columns[c], columns[c], bit, columns[c], bit, (unsigned long long)n);
                must_be_found(sql, n - 1);
                run(sql); /* the same again takes it back */
                flips++;
            }
        }
        for (int byte = 1; byte <= STORE_HASH_LEN; byte += 5) {
            (void)snprintf(sql, sizeof(sql),
                "UPDATE audit SET hash = CAST(substr(hash, 1, %d) || CASE substr(hash, %d, 1)"
                " WHEN x'a5' THEN x'a4' ELSE x'a5' END || substr(hash, %d) AS BLOB)"
                " WHERE number = %llu",
                byte - 1, byte, byte + 1, (unsigned long long)n);
            must_be_found(sql, n - 1);
            (void)snprintf(sql, sizeof(sql),
                "UPDATE audit SET hash = (SELECT hash FROM kept WHERE number = %llu)"
                " WHERE number = %llu",
                (unsigned long long)n, (unsigned long long)n);
            run(sql);
            flips++;
        }
    }
    print_message("%u flips found\n", flips);
    struct store_point end;
    assert_int_equal(store_audit(store, &newest, 1, &end), 0);
}

/* Each event dropped, the ones behind it left or moved down; each neighbours swapped. Who changes the
 * events may also compute the hashes behind them anew: then only the point tells. */
static void
test_drops_and_swaps(void **state)
{
    (void)state;
    char sql[512];
    for (uint64_t n = 1; n <= newest.size; n++) {
        unsigned long long k = n;
        (void)snprintf(sql, sizeof(sql), "DELETE FROM audit WHERE number = %llu", k);
        must_be_found(sql, n - 1);
        (void)snprintf(
            sql, sizeof(sql), "INSERT INTO audit SELECT * FROM kept WHERE number = %llu", k);
        run(sql);
        if (n == newest.size) {
            break;
        }
        (void)snprintf(sql, sizeof(sql),
            "UPDATE audit SET number = -1 WHERE number = %llu;"
            "UPDATE audit SET number = %llu WHERE number = %llu;"
            "UPDATE audit SET number = %llu WHERE number = -1",
            k, k, k + 1, k + 1);
        must_be_found(sql, n - 1);
        run(sql);
    }
    run("DELETE FROM audit WHERE number = 500;"
        "UPDATE audit SET number = number - 1 WHERE number > 500");
    struct store_point end;
    assert_int_equal(store_audit(store, &newest, 1, &end), KERR_CONFLICT);
    run("DELETE FROM audit; INSERT INTO audit SELECT * FROM kept");
    assert_int_equal(store_audit(store, &newest, 1, &end), 0);
}

/* The disk rolled back to each earlier state: whole in itself, and yet found by the point; and the whole
 * story told anew in another epoch. */
static void
test_roll_backs(void **state)
{
    (void)state;
    char sql[128];
    struct store_point end;
    assert_int_equal(store_audit(store, &newest, 1, &end), 0);
    newest = end;
    for (uint64_t n = newest.size; n >= 1; n--) {
        (void)snprintf(
            sql, sizeof(sql), "DELETE FROM audit WHERE number = %llu", (unsigned long long)n);
        must_be_found(sql, n - 1);
        assert_int_equal(store_audit(store, NULL, 0, &end), 0);
        assert_true(end.size == n - 1);
    }
    struct store_point other = newest;
    other.size = 0;
    assert_int_equal(store_audit(store, &other, 1, &end), 0);
    other.epoch++;
    assert_int_equal(store_audit(store, &other, 1, &end), KERR_CONFLICT);
}

static uint8_t *
put_number(uint8_t *out, uint64_t number)
{
    for (int shift = 56; shift >= 0; shift -= 8) {
        *out++ = (uint8_t)(number >> shift);
    }
    return out;
}

/* The hash of an event behind another one's. */
static void
hash_of(const uint64_t fields[5], const uint8_t before[STORE_HASH_LEN], uint8_t out[STORE_HASH_LEN])
{
    uint8_t bytes[STORE_HASH_LEN + 5 * 8];
    memcpy(bytes, before, STORE_HASH_LEN);
    uint8_t *at = bytes + STORE_HASH_LEN;
    for (size_t i = 0; i < 5; i++) {
        at = put_number(at, fields[i]);
    }
    (void)SHA256(bytes, sizeof(bytes), out);
}

/* Somebody who can write the file knows how a hash is made: one event is told otherwise, and every hash from there on is right
 * again. Only the point shows it, and only its hash. */
static void
test_rewritten(void **state)
{
    (void)state;
    enum { FROM = 700 };
    struct store_point end;
    sqlite3_stmt *rows = NULL;
    uint8_t hash[STORE_HASH_LEN];
    run("BEGIN; UPDATE audit SET a = a + 1 WHERE number = 700");
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT hash FROM audit WHERE number = 699", -1, &rows, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(rows), SQLITE_ROW);
    memcpy(hash, sqlite3_column_blob(rows, 0), sizeof(hash));
    assert_int_equal(sqlite3_finalize(rows), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db,
            "SELECT number, at, kind, a, b FROM audit WHERE number >= 700 ORDER BY number", -1,
            &rows, NULL),
        SQLITE_OK);
    static char sql[STORE_HASH_LEN * 4 + 80];
    AUTO_BUF all;
    buf_init(&all, 1 << 20);
    for (uint64_t n = FROM; sqlite3_step(rows) == SQLITE_ROW; n++) {
        uint64_t fields[5];
        char hex[2 * STORE_HASH_LEN + 1];
        for (int i = 0; i < 5; i++) {
            fields[i] = (uint64_t)sqlite3_column_int64(rows, i);
        }
        assert_true(fields[0] == n);
        hash_of(fields, hash, hash);
        hex_encode(hash, sizeof(hash), hex);
        (void)snprintf(sql, sizeof(sql), "UPDATE audit SET hash = x'%s' WHERE number = %llu;", hex,
            (unsigned long long)n);
        assert_int_equal(buf_add_str(&all, sql), 0);
    }
    assert_int_equal(sqlite3_finalize(rows), SQLITE_OK);
    run(buf_str(&all));
    run("COMMIT");
    assert_int_equal(
        store_audit(store, NULL, 0, &end), 0); /* by itself it is a chain like any other */
    assert_true(end.size == newest.size);
    assert_int_equal(store_audit(store, &newest, 1, &end), KERR_CONFLICT);
    assert_true(end.size == newest.size - 1);
    run("BEGIN; DELETE FROM audit; INSERT INTO audit SELECT * FROM kept; COMMIT");
    assert_int_equal(store_audit(store, &newest, 1, &end), 0);
}

static int
keep_first(void *ctx, const uint8_t *bytes, size_t len)
{
    struct buf *first = ctx;
    assert_int_equal(buf_add(first, bytes, len), 0);
    return 1;
}

/* When a point is due: after a receipt, after a hundred events, after ten minutes with any event. */
static void
test_points(void **state)
{
    (void)state;
    struct store_point point;
    uint8_t receipt[STORE_HASH_LEN] = {1};
    assert_int_equal(store_point_due(store, NOW, &point), 0);
    assert_true(point.size == newest.size && point.epoch == newest.epoch);
    assert_memory_equal(point.head, newest.head, STORE_HASH_LEN);
    for (uint8_t i = 1; i <= 12; i++) {
        assert_int_equal(store_note(store, STORE_EVENT_OPENED, 0, i), 0);
        assert_int_equal(store_point_due(store, NOW + 1000 * i, &point), 0);
        assert_int_equal(store_point_keep(store, &point, &i, 1, NOW + 1000 * i), 0);
        assert_int_equal(store_point_due(store, NOW + 1000 * i, &point), KERR_NOT_FOUND);
    }
    AUTO_BUF first;
    buf_init(&first, 64);
    assert_int_equal(store_points(store, keep_first, &first), 1);
    assert_true(first.len == 1 && first.data[0] == 12);
    int64_t now = NOW + 12000;
    assert_int_equal(record_put(store, 9001, 150, NOW), 0);
    assert_int_equal(store_point_due(store, now + 599, &point), KERR_NOT_FOUND);
    assert_int_equal(store_point_due(store, now + 600, &point), 0);
    for (uint64_t n = 9002; n <= 9100; n++) {
        assert_int_equal(store_point_due(store, now + 1, &point), KERR_NOT_FOUND);
        assert_int_equal(record_put(store, n, 150, NOW), 0);
    }
    assert_int_equal(store_point_due(store, now + 1, &point), 0);
    assert_int_equal(store_point_keep(store, &point, receipt, 1, now), 0);
    struct store_counts counts;
    assert_int_equal(store_counts(store, &counts), 0);
    assert_int_equal(store_sent(store, counts.next_sequence - 1, receipt, NOW), 0);
    assert_int_equal(store_point_due(store, now + 1, &point), 0);
    /* of another file than the one that is there now */
    point.epoch++;
    assert_int_equal(store_point_keep(store, &point, receipt, 1, now), KERR_STATE);
    sqlite3_stmt *count = NULL;
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT count(*) FROM point", -1, &count, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(count), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(count, 0), 8 + 1); /* and one of each thousand events */
    assert_int_equal(sqlite3_finalize(count), SQLITE_OK);
}

/* Behind the newest point somebody may add what he likes, with right hashes; but a chain that leaves a number out is none,
 * since its points count events. */
static void
test_numbers(void **state)
{
    (void)state;
    struct store_point end, after;
    assert_int_equal(store_audit(store, NULL, 0, &end), 0);
    for (uint64_t step = 2; step >= 1; step--) {
        uint8_t hash[STORE_HASH_LEN];
        const uint64_t fields[] = {end.size + step, NOW, STORE_EVENT_OPENED, 0, 0};
        char sql[256], hex[2 * STORE_HASH_LEN + 1];
        hash_of(fields, end.head, hash);
        hex_encode(hash, sizeof(hash), hex);
        (void)snprintf(sql, sizeof(sql), "INSERT INTO audit VALUES(%llu, %d, 5, 0, 0, x'%s')",
            (unsigned long long)fields[0], NOW, hex);
        run(sql);
        assert_int_equal(store_audit(store, NULL, 0, &after), step == 1 ? 0 : KERR_CONFLICT);
        assert_true(after.size == end.size + (step == 1));
        (void)snprintf(sql, sizeof(sql), "DELETE FROM audit WHERE number = %llu",
            (unsigned long long)fields[0]);
        run(sql);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flips), cmocka_unit_test(test_drops_and_swaps),
        cmocka_unit_test(test_rewritten), cmocka_unit_test(test_points),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_roll_backs), /* the last: it takes the chain apart */
    };
    memory_install();
    return cmocka_run_group_tests(tests, make_chain, remove_chain);
}
