/* tests/store/test_power_cut_mend.c - the second half of the power cuts (cuts.h): another script, and
 * each instant of the mending of a damaged queue. Then each single call to the disk fails, once and
 * for good, and each allocation of SQLite.
 *
 * # timeout: 400
 * CUTS_PER_POINT=n more damages, EACH_ALLOCATION=1 every allocation instead of each seventh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "store/cuts.h"

enum { ROUNDS = 49, SEED = 2, CUTS_MIN = 75000 };

static size_t cuts; /* of this program */

static void
test_power_cut_everywhere(void **state)
{
    (void)state;
    cuts += run_cuts(SEED, ROUNDS).cuts;
}

/* --- mending --- */

enum { MENDED_ROWS = 5 };

/* What the terminal does: open, mend when it is damaged, open. */
static int
bring_up(struct store **ret_store)
{
    int r = store_open("queue.db", ret_store);
    if (r == KERR_STORE_CORRUPT) {
        struct store_recovery recovery;
        r = store_recover("queue.db", &record_judge, &recovery);
        r = r == 0 ? store_open("queue.db", ret_store) : r;
    }
    return r;
}

/* The queue is mended sooner or later: always to the same, with the damaged file beside it. */
static const char *
check_mended(const struct cutting *cutting)
{
    struct store *store = NULL;
    int r = bring_up(&store);
    if (r < 0) {
        return err_str(r);
    }
    struct digest got = digest_of_queue(store);
    store_close(store);
    if (store_damaged_files("queue.db") != 1) { /* it may hold what nobody could save */
        return "the damaged file is gone, or there twice";
    }
    return same(&got, &cutting->states[0]) ? NULL : "not what can be saved";
}

enum damage { HEADER, LINK, HEADER_AND_JOURNAL, DAMAGES };

/* A disk with a queue that is damaged in this way. */
static struct disk *
make_damaged(const char *name, enum damage damage)
{
    struct disk *disk = disk_new(name);
    disk_mount(disk);
    struct store *store = NULL;
    assert_int_equal(store_open("queue.db", &store), 0);
    for (uint64_t n = 1; n <= MENDED_ROWS; n++) {
        struct step step = {PUT, n, 300 + 1500 * (n % 4)};
        assert_int_equal(do_step(store, &step), 0);
    }
    assert_int_equal(store_quarantine(store, 2, 422), 0);
    struct step sent = {SENT, 1, 0};
    assert_int_equal(do_step(store, &sent), 0);
    store_close(store);
    struct disk_bytes bytes = disk_copy(disk_bytes_of(disk, "queue.db"));
    memset(bytes.data + (damage == LINK ? 4096 * 2 : 16), 0xff, 90);
    disk_lay(disk, "queue.db", &bytes);
    free(bytes.data);
    if (damage == HEADER_AND_JOURNAL) { /* one that SQLite can't play back */
        struct disk_bytes journal = {disk_alloc(700), 700};
        memset(journal.data, 0x77, journal.len);
        disk_lay(disk, "queue.db-journal", &journal);
        free(journal.data);
    }
    return disk;
}

static void
test_power_cut_while_mending(void **state)
{
    (void)state;
    for (enum damage damage = HEADER; damage < DAMAGES; damage++) {
        struct disk *disk = make_damaged("whole", damage);
        struct store *store = NULL;
        struct store_recovery recovery;
        assert_int_equal(store_recover("queue.db", &record_judge, &recovery), 0);
        assert_int_equal(store_open("queue.db", &store), 0);
        struct digest mended = digest_of_queue(store);
        store_close(store);
        assert_true(recovery.queued == MENDED_ROWS - 2 && recovery.set_aside == 1);
        assert_non_null(disk_bytes_of(disk, "queue.db.damaged-1"));
        assert_true((disk_bytes_of(disk, "queue.db.damaged-1-journal") != NULL) ==
                    (damage == HEADER_AND_JOURNAL));
        disk_free(disk);
        disk = make_damaged("mended", damage);
        struct cutting cutting = {.disk = disk,
            .check = check_mended,
            .states = &mended,
            .ways = ways_a_point(),
            .chance = {20261122}};
        disk->after = cut_here;
        disk->ctx = &cutting;
        assert_int_equal(store_recover("queue.db", &record_judge, &recovery), 0);
        disk->after = NULL;
        disk_free(disk);
        print_message("damage %d: %zu points, %zu cuts (%zu distinct): %zu bad\n", (int)damage,
            cutting.tally.points, cutting.tally.cuts, cutting.tally.distinct, cutting.tally.bad);
        if (cutting.tally.bad > 0) {
            fail_msg("%s", cutting.tally.first_bad);
        }
        assert_true(cutting.tally.points > 20);
        cuts += cutting.tally.cuts;
    }
    print_message("%zu cuts in this program\n", cuts);
    assert_true(cuts >= CUTS_MIN);
}

/* --- calls that fail --- */

static const struct script faulty_script = {
    .count = 13,
    .steps = {{PUT, 1, 700}, {PUT, 2, 3000}, {DELAY, 1, 0}, {PUT, 3, 20000}, {SENT, 2, 0},
        {PUT, 4, 9000}, {ASIDE, 3, 0}, {SENT, 1, 0}, {PUT, 5, 150}, {SENT, 4, 0}, {DELAY, 5, 0},
        {SENT, 5, 0}, {PUT, 6, 5000}},
};

static const struct {
    enum disk_call call;
    int code;
} kinds[] = {
    {DISK_CALL_WRITE, SQLITE_FULL},
    {DISK_CALL_WRITE, SQLITE_IOERR_WRITE},
    {DISK_CALL_WRITE, SQLITE_READONLY},
    {DISK_CALL_SYNC, SQLITE_IOERR_FSYNC},
    {DISK_CALL_REMOVE, SQLITE_IOERR_DELETE},
    {DISK_CALL_FOLDER_SYNC, SQLITE_IOERR_DIR_FSYNC},
    {DISK_CALL_CREATE, SQLITE_CANTOPEN},
    {DISK_CALL_RENAME, SQLITE_FULL},
};

/* Each call of one kind fails, once or until the disk is mended. The operation says so, nothing of it
 * is kept, and it goes through when it is asked for again. Returns false when no call was left. */
static bool
run_with_fault(const struct digest *states, enum disk_call call, int code, long at, bool on)
{
    struct disk *disk = disk_new("faulty");
    disk_mount(disk);
    disk->fail_call = call;
    disk->fail_code = code;
    disk->fail_at = at;
    disk->fail_on = on;
    struct store *store = NULL;
    int r = store_open("queue.db", &store);
    if (r < 0) {
        assert_true(disk->has_failed);
        disk_heal(disk);
        assert_int_equal(store_open("queue.db", &store), 0);
    }
    for (size_t i = 0; i < faulty_script.count; i++) {
        const struct step *step = &faulty_script.steps[i];
        r = do_step(store, step);
        if (r == 0) {
            continue;
        }
        assert_true(disk->has_failed);
        /* stored, and only its durability was open: one more commit settles it */
        assert_false(call == DISK_CALL_FOLDER_SYNC && !on && step->action == PUT);
        if (code == SQLITE_FULL) {
            assert_int_equal(r, KERR_NO_SPACE);
        } else {
            assert_true(r == KERR_IO || r == KERR_STORE || r == KERR_STORE_READ_ONLY);
        }
        disk_heal(disk);
        struct digest now = digest_of_queue(store);
        bool before = same(&now, &states[i]);
        bool after = same(&now, &states[i + 1]);
        if (!before && !(after && call == DISK_CALL_FOLDER_SYNC)) {
            fail_msg(
                "kind %d, call %ld, step %zu: half or stored in spite of the error", call, at, i);
        }
        if (before) {
            assert_int_equal(do_step(store, step), 0);
        }
    }
    struct digest end = digest_of_queue(store);
    assert_true(same(&end, &states[faulty_script.count]));
    store_close(store);
    bool failed = disk->has_failed;
    disk_free(disk);
    return failed;
}

static void
test_every_call_fails(void **state)
{
    (void)state;
    static struct digest states[STEPS_MAX + 1];
    states_of(&faulty_script, states);
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        for (int on = 0; on < 2 && kinds[k].call != DISK_CALL_RENAME; on++) {
            long at = 1;
            while (run_with_fault(states, kinds[k].call, kinds[k].code, at, on != 0)) {
                at++;
            }
            print_message(
                "kind %d code %d: %ld calls failed\n", kinds[k].call, kinds[k].code, at - 1);
            assert_true(at > (long)faulty_script.count / 2);
        }
    }
}

/* The same while a damaged queue is mended: it fails and says so, or what it made is whole; the next
 * try mends it. */
static bool
mend_with_fault(const struct digest *mended, enum disk_call call, int code, long at, bool on)
{
    struct disk *disk = make_damaged("faulty", HEADER_AND_JOURNAL);
    disk->fail_call = call;
    disk->fail_code = code;
    disk->fail_at = at;
    disk->fail_on = on;
    struct store_recovery recovery;
    int r = store_recover("queue.db", &record_judge, &recovery);
    assert_true(r == 0 || disk->has_failed);
    if (r < 0 && code == SQLITE_FULL) {
        assert_int_equal(r, KERR_NO_SPACE);
    }
    disk_heal(disk);
    struct store *store = NULL;
    assert_int_equal(bring_up(&store), 0);
    struct digest now = digest_of_queue(store);
    assert_true(same(&now, mended));
    store_close(store);
    bool failed = disk->has_failed;
    disk_free(disk);
    return failed;
}

static void
test_every_call_fails_while_mending(void **state)
{
    (void)state;
    struct disk *disk = make_damaged("whole", HEADER);
    struct store *store = NULL;
    assert_int_equal(bring_up(&store), 0);
    struct digest mended = digest_of_queue(store);
    store_close(store);
    disk_free(disk);
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        for (int on = 0; on < 2; on++) {
            long at = 1;
            while (mend_with_fault(&mended, kinds[k].call, kinds[k].code, at, on != 0)) {
                at++;
            }
            assert_true(at > 1);
        }
    }
}

/* Each allocation of SQLite fails, once or from then on. */
static bool
run_with_little_memory(const struct digest *states, size_t steps, long at, bool on)
{
    struct disk *disk = disk_new("poor");
    disk_mount(disk);
    memory.calls = 0;
    memory.has_failed = 0;
    memory.fail_on = on;
    memory.fail_at = at;
    struct store *store = NULL;
    int r = store_open("queue.db", &store);
    if (r < 0) {
        assert_true(memory.has_failed);
        memory.fail_at = 0;
        assert_int_equal(store_open("queue.db", &store), 0);
    }
    for (size_t i = 0; i < steps; i++) {
        r = do_step(store, &faulty_script.steps[i]);
        if (r == 0) {
            continue;
        }
        assert_true(memory.has_failed);
        memory.fail_at = 0;
        struct digest now = digest_of_queue(store);
        if (!same(&now, &states[i])) {
            fail_msg("allocation %ld, step %zu: half or stored in spite of the error", at, i);
        }
        assert_int_equal(do_step(store, &faulty_script.steps[i]), 0);
    }
    memory.fail_at = 0;
    struct digest end = digest_of_queue(store);
    assert_true(same(&end, &states[steps]));
    store_close(store);
    disk_free(disk);
    return memory.has_failed;
}

static void
test_every_allocation_fails(void **state)
{
    (void)state;
    enum { STEPS = 5, STRIDE = 7 };
    static struct digest states[STEPS_MAX + 1];
    states_of(&faulty_script, states);
    long stride = getenv("EACH_ALLOCATION") != NULL ? 1 : STRIDE;
    for (int on = 0; on < 2; on++) {
        long at = 1;
        while (run_with_little_memory(states, STEPS, at, on != 0)) {
            at += stride;
        }
        print_message("allocations: %ld failed\n", at / stride);
        assert_true(at > 500);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_power_cut_everywhere),
        cmocka_unit_test(test_power_cut_while_mending),
        cmocka_unit_test(test_every_call_fails),
        cmocka_unit_test(test_every_call_fails_while_mending),
        cmocka_unit_test(test_every_allocation_fails),
    };
    memory_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
