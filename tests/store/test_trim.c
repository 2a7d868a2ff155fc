/* What is done with is let go by rule: nothing that waits goes, the counts stay, and the chain of events is proven from a signed
 * point on; whoever drops its beginning by hand is found. In memory (disk.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/err.h"
#include "store/disk.h"
#include "store/memory.h"
#include "store/records.h"
#include "store/store.h"

enum { NOW = 1795312800, RECORDS = 1500, POINT_EACH = 100, KNOWN_MAX = 64, LEFT = 3 };

static const struct store_keep keep = {
    .sent_least = 50, .sent_most = 200, .sent_age_s = 1000, .events = 1500};

struct known {
    struct store_point points[KNOWN_MAX];
    size_t count;
};

static struct disk *disk;
static struct store *store;

/* Points here are their own bytes: who signed them is the caller's matter. */
static int
know(void *ctx, const uint8_t *bytes, size_t len)
{
    struct known *known = ctx;
    assert_true(known->count < KNOWN_MAX && len == sizeof(struct store_point));
    memcpy(&known->points[known->count++], bytes, len);
    return 0;
}

static struct known
points(void)
{
    struct known known = {.count = 0};
    assert_int_equal(store_points(store, know, &known), 0);
    return known;
}

static void
send(uint64_t number, int64_t at)
{
    uint8_t receipt[STORE_HASH_LEN] = {1};
    assert_int_equal(record_put(store, number, 150, at), 0);
    assert_int_equal(store_sent(store, number, receipt, at), 0);
}

static void
sign(void)
{
    struct store_point end;
    assert_int_equal(store_point_due(store, NOW + 1000000, &end), 0);
    assert_int_equal(store_point_keep(store, &end, (const uint8_t *)&end, sizeof(end), NOW), 0);
}

static int
set_up(void **state)
{
    (void)state;
    disk = disk_new("trim");
    disk_mount(disk);
    assert_int_equal(store_open("queue.db", &store), 0);
    /* three that wait, and one of them set aside, before all the others */
    for (uint64_t n = 1; n <= LEFT; n++) {
        assert_int_equal(record_put(store, n, 150, NOW), 0);
    }
    assert_int_equal(store_quarantine(store, 2, 422), 0);
    for (uint64_t n = LEFT + 1; n <= RECORDS; n++) {
        send(n, NOW);
        if (n % (POINT_EACH / 2) == 0) {
            sign();
        }
    }
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    store_close(store);
    disk_free(disk);
    return 0;
}

static int64_t
ask(const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *query = NULL;
    assert_int_equal(sqlite3_open("queue.db", &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &query, NULL), SQLITE_OK);
    int code = sqlite3_step(query);
    assert_true(code == SQLITE_ROW || code == SQLITE_DONE);
    int64_t number = code == SQLITE_ROW ? sqlite3_column_int64(query, 0) : 0;
    assert_int_equal(sqlite3_finalize(query), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return number;
}

static void
nothing_waiting_is_gone(void)
{
    struct store_counts counts;
    assert_int_equal(store_counts(store, &counts), 0);
    assert_int_equal(counts.queued, LEFT - 1);
    assert_int_equal(counts.quarantined, 1);
    assert_int_equal(ask("SELECT count(*) FROM queue"), LEFT);
}

static void
test_by_count(void **state)
{
    (void)state;
    struct store_point end;
    struct store_counts counts;
    struct known known = points();
    assert_true(known.count > 8 && known.count <= 8 + 3); /* and one of each thousand */
    assert_int_equal(store_trim(store, NOW, &keep), 0);
    nothing_waiting_is_gone();
    assert_int_equal(ask("SELECT count(*) FROM sent"), keep.sent_most);
    assert_int_equal(ask("SELECT min(place) FROM sent"), RECORDS - (int64_t)keep.sent_most + 1);
    assert_int_equal(store_counts(store, &counts), 0);
    assert_int_equal(counts.sent, RECORDS - LEFT);
    /* the rest of the chain begins behind a point that stays, and is whole with it */
    int64_t first = ask("SELECT min(number) FROM audit");
    int64_t events = ask("SELECT max(number) FROM audit");
    assert_in_range(first, 1000, events - (int64_t)keep.events);
    known = points();
    assert_true(known.points[known.count - 1].size + 1 == (uint64_t)first);
    assert_int_equal(store_audit(store, known.points, known.count, &end), 0);
    assert_int_equal(end.size, events);
    assert_int_equal(store_audit(store, known.points, known.count - 1, &end), KERR_CONFLICT);
    struct store_point foreign = known.points[known.count - 1];
    foreign.epoch++;
    assert_int_equal(store_audit(store, &foreign, 1, &end), KERR_CONFLICT);
    assert_int_equal(store_trim(store, NOW, &keep), KERR_NOT_FOUND);
    /* life goes on, also after a start */
    store_close(store);
    assert_int_equal(store_open("queue.db", &store), 0);
    send(RECORDS + 1, NOW);
    assert_int_equal(store_counts(store, &counts), 0);
    assert_int_equal(counts.sent, RECORDS - LEFT + 1);
    assert_int_equal(store_audit(store, known.points, known.count, &end), 0);
    /* and once more: how much was let go is remembered */
    for (uint64_t n = RECORDS + 2; n < RECORDS + 500; n++) {
        send(n, NOW);
    }
    sign();
    assert_int_equal(store_trim(store, NOW, &keep), 0);
    assert_int_equal(store_counts(store, &counts), 0);
    assert_int_equal(counts.sent, RECORDS - LEFT + 499);
    known = points();
    assert_int_equal(store_audit(store, known.points, known.count, &end), 0);
    nothing_waiting_is_gone();
}

static void
test_by_age(void **state)
{
    (void)state;
    const struct store_keep old = {
        .sent_least = 50, .sent_most = 100000, .sent_age_s = 1000, .events = 100000};
    assert_int_equal(store_trim(store, NOW + 1000, &old), KERR_NOT_FOUND);
    assert_int_equal(store_trim(store, NOW - 1000000, &old), KERR_NOT_FOUND); /* a mad clock */
    assert_int_equal(ask("SELECT count(*) FROM sent"), RECORDS - LEFT);
    assert_int_equal(store_trim(store, NOW + 1001, &old), 0);
    assert_int_equal(ask("SELECT count(*) FROM sent"), old.sent_least);
    send(RECORDS + 1, NOW);
    assert_int_equal(store_trim(store, INT64_C(4000000000), &old), KERR_NOT_FOUND);
    assert_int_equal(ask("SELECT count(*) FROM sent"), old.sent_least + 1);
    nothing_waiting_is_gone();
    assert_int_equal(ask("SELECT min(number) FROM audit"), 1);
}

/* Without a point to begin at, all events stay. */
static void
test_without_points(void **state)
{
    (void)state;
    struct store_point end;
    const struct store_keep few = {
        .sent_least = 100000, .sent_most = 100000, .sent_age_s = 1000, .events = 1500};
    (void)ask("DELETE FROM point");
    assert_int_equal(store_trim(store, NOW, &few), KERR_NOT_FOUND);
    sign(); /* too new: the events behind it are fewer than are kept */
    assert_int_equal(store_trim(store, NOW, &few), KERR_NOT_FOUND);
    assert_int_equal(store_audit(store, NULL, 0, &end), 0);
}

/* Who drops events by hand, up to a signed point, is found: the chain does not say that they were let go. */
static void
test_dropped_by_hand(void **state)
{
    (void)state;
    struct store_point end;
    struct known known = points();
    assert_int_equal(store_audit(store, known.points, known.count, &end), 0);
    (void)ask("DELETE FROM audit WHERE number <= (SELECT min(size) FROM point WHERE size > 1000)");
    assert_int_equal(store_audit(store, known.points, known.count, &end), KERR_CONFLICT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_by_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_by_age, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_without_points, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_dropped_by_hand, set_up, tear_down),
    };
    memory_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
