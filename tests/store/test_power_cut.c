/* tests/store/test_power_cut.c - the queue on a disk that loses power or fails (disk.h). A script of
 * all operations runs once; after every single write, sync, creation and removal the power is cut in
 * several ways, and the queue that comes up again must be exactly the one before or the one after the
 * operation under way: whole, and nothing acknowledged lost. The same with each call failing.
 *
 * Two controls show that the test can fail: a disk that swallows syncs, and one that swallows only the
 * folder's sync after the journal is removed (what synchronous=FULL would do instead of EXTRA).
 *
 * CUTS_PER_POINT=n in the environment makes it more thorough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/store.h"
#include "store/disk.h"
#include "store/memory.h"

enum { NOW = 1795312800, DUMP_MAX = 256 * 1024 };

enum action { PUT, DELAY, SENT, ASIDE };

static const struct step {
    enum action action;
    uint64_t number; /* of the envelope: its sequence */
    size_t len;
} script[] = {
    {PUT, 1, 700},
    {PUT, 2, 3000},
    {DELAY, 1, 0},
    {PUT, 3, 20000},
    {SENT, 2, 0},
    {PUT, 4, 9000},
    {ASIDE, 3, 0},
    {SENT, 1, 0},
    {PUT, 5, 100},
    {SENT, 4, 0},
    {DELAY, 5, 0},
    {SENT, 5, 0},
    {PUT, 6, 5000},
};
enum { STEPS = sizeof(script) / sizeof(script[0]) };

static uint8_t *
envelope_of(uint64_t number, size_t len)
{
    uint8_t *bytes = disk_alloc(len);
    struct rng_seeded rng = {number * 7919};
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)rng_seeded_next(&rng);
    }
    return bytes;
}

static int
do_step(struct store *store, const struct step *step)
{
    uint8_t receipt[STORE_HASH_LEN] = {(uint8_t)step->number};
    uint8_t id[STORE_ID_LEN] = {(uint8_t)step->number};
    struct store_slot slot;
    switch (step->action) {
    case DELAY:
        return store_delay(store, step->number, NOW + 60);
    case SENT:
        return store_sent(store, step->number, receipt, NOW + 5);
    case ASIDE:
        return store_quarantine(store, step->number, 422);
    case PUT:
        break;
    }
    int r = store_begin(store, &slot);
    if (r == 0) {
        uint8_t *bytes = envelope_of(step->number, step->len);
        r = store_put(store, &slot, id, bytes, step->len, NOW);
        free(bytes);
    }
    return r;
}

/* Everything that the queue says, as one text; read on the disk that is mounted. */
static void
dump(struct buf *out)
{
    static const char *const queries[] = {
        "SELECT epoch, next_sequence, last_hash FROM head",
        "SELECT sequence, id, hash, previous, state, status, tries, queued_at, next_try, envelope"
        " FROM queue ORDER BY sequence",
        "SELECT sequence, id, hash, previous, receipt_hash, sent_at FROM sent ORDER BY sequence",
    };
    buf_init(out, DUMP_MAX);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open("queue.db", &db), SQLITE_OK);
    for (size_t q = 0; q < sizeof(queries) / sizeof(queries[0]); q++) {
        sqlite3_stmt *statement = NULL;
        if (sqlite3_prepare_v2(db, queries[q], -1, &statement, NULL) != SQLITE_OK) {
            assert_int_equal(buf_printf(out, "?%s\n", sqlite3_errmsg(db)), 0);
            continue;
        }
        while (sqlite3_step(statement) == SQLITE_ROW) {
            for (int i = 0; i < sqlite3_column_count(statement); i++) {
                if (sqlite3_column_type(statement, i) == SQLITE_BLOB) {
                    (void)buf_add(out, sqlite3_column_blob(statement, i),
                        (size_t)sqlite3_column_bytes(statement, i));
                    (void)buf_add_byte(out, ' ');
                } else {
                    (void)buf_printf(out, "%lld ", (long long)sqlite3_column_int64(statement, i));
                }
            }
            (void)buf_add_byte(out, '\n');
        }
        assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(buf_error(out), 0);
}

/* The same dump? Without the first number when that is the epoch of another run. */
static bool
same(const struct buf *a, const struct buf *b, bool same_epoch)
{
    size_t skip_a = same_epoch ? 0 : strcspn(buf_str(a), " ");
    size_t skip_b = same_epoch ? 0 : strcspn(buf_str(b), " ");
    return a->len - skip_a == b->len - skip_b &&
           memcmp(a->data + skip_a, b->data + skip_b, a->len - skip_a) == 0;
}

/* One instant at which the power may go, and how many steps had been acknowledged by then. */
struct moment {
    struct disk *disk;
    int acknowledged; /* -1: not even the file is there */
};

struct recording {
    struct moment *moments;
    size_t count;
    int acknowledged;
    struct buf after[STEPS + 1]; /* the dump after each step; [0] is the new file */
};

static void
record_moment(struct disk *disk, void *ctx)
{
    struct recording *recording = ctx;
    struct moment *more = disk_alloc((recording->count + 1) * sizeof(*more));
    if (recording->count > 0) {
        memcpy(more, recording->moments, recording->count * sizeof(*more));
    }
    free(recording->moments);
    recording->moments = more;
    more[recording->count++] = (struct moment){disk_snapshot(disk), recording->acknowledged};
}

/* Runs the script on a fresh disk and keeps every moment of it. */
static void
record_script(struct recording *recording, bool swallow_syncs, bool swallow_folder_syncs)
{
    *recording = (struct recording){.acknowledged = -1};
    struct disk *disk = disk_new("workload");
    disk->swallow_syncs = swallow_syncs;
    disk->swallow_folder_syncs = swallow_folder_syncs;
    disk_mount(disk);
    disk->after = record_moment;
    disk->ctx = recording;
    struct store *store = NULL;
    assert_int_equal(store_open("queue.db", &store), 0);
    recording->acknowledged = 0;
    dump(&recording->after[0]);
    for (int i = 0; i < STEPS; i++) {
        assert_int_equal(do_step(store, &script[i]), 0);
        recording->acknowledged = i + 1;
        dump(&recording->after[i + 1]);
        record_moment(disk, recording); /* right after the answer */
    }
    store_close(store);
    disk_free(disk);
}

static void
release_recording(struct recording *recording)
{
    for (size_t i = 0; i < recording->count; i++) {
        disk_free(recording->moments[i].disk);
    }
    free(recording->moments);
    for (int i = 0; i <= STEPS; i++) {
        buf_release(&recording->after[i]);
    }
}

/* Starts the queue on the mounted disk and compares. NULL when all is well, else what is wrong. */
static const char *
check_after_cut(const struct recording *recording, int acknowledged)
{
    struct store *store = NULL;
    int r = store_open("queue.db", &store);
    if (r < 0) {
        return err_str(r);
    }
    store_close(store);
    AUTO_BUF got;
    dump(&got);
    if (acknowledged < 0) { /* the creation: empty, of whatever epoch */
        return same(&got, &recording->after[0], false) ? NULL : "a new file is not empty";
    }
    for (int k = acknowledged; k <= acknowledged + 1 && k <= STEPS; k++) {
        if (same(&got, &recording->after[k], true)) {
            return NULL;
        }
    }
    return "neither the state before nor the one after";
}

struct tally {
    size_t cuts;
    size_t stacked; /* cuts while the first one was being mended */
    size_t bad;
    const char *first_bad;
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

/* The power goes again while the queue is being opened after the first cut. */
static void
cut_again(const struct recording *recording, const struct disk *damaged, int acknowledged,
    struct rng_seeded *chance, struct tally *tally)
{
    struct recording second = {.acknowledged = acknowledged};
    struct disk *disk = disk_snapshot(damaged);
    struct rng_seeded nothing = {0};
    disk_cut(disk, &nothing); /* nothing is pending: only makes it visible */
    disk->vfs.zName = "again";
    disk_mount(disk);
    disk->after = record_moment;
    disk->ctx = &second;
    struct store *store = NULL;
    if (store_open("queue.db", &store) == 0) {
        store_close(store);
    }
    disk_free(disk);
    for (size_t i = 0; i < second.count; i++) {
        struct disk *third = second.moments[i].disk;
        disk_cut(third, chance);
        third->vfs.zName = "third";
        disk_mount(third);
        count_result(tally, check_after_cut(recording, acknowledged));
        tally->stacked++;
        disk_free(third);
    }
    free(second.moments);
}

static struct tally
cut_everywhere(const struct recording *recording, unsigned ways, bool stack)
{
    struct tally tally = {0};
    struct rng_seeded chance = {20261122};
    for (size_t i = 0; i < recording->count; i++) {
        const struct moment *moment = &recording->moments[i];
        for (unsigned way = 0; way < ways; way++) {
            struct disk *disk = disk_snapshot(moment->disk);
            disk_cut(disk, &chance);
            struct disk *kept = stack && way == 0 ? disk_snapshot(disk) : NULL;
            disk->vfs.zName = "after";
            disk_mount(disk);
            count_result(&tally, check_after_cut(recording, moment->acknowledged));
            disk_free(disk);
            if (kept != NULL) {
                cut_again(recording, kept, moment->acknowledged, &chance, &tally);
                disk_free(kept);
            }
        }
    }
    return tally;
}

static unsigned
ways_a_point(void)
{
    const char *text = getenv("CUTS_PER_POINT");
    long ways = text != NULL ? strtol(text, NULL, 10) : 0;
    return ways > 0 && ways < 10000 ? (unsigned)ways : 8;
}

static void
test_power_cut_everywhere(void **state)
{
    (void)state;
    struct recording recording;
    record_script(&recording, false, false);
    struct tally tally = cut_everywhere(&recording, ways_a_point(), true);
    print_message("%zu points, %zu cuts, %zu of them stacked: %zu bad\n", recording.count,
        tally.cuts, tally.stacked, tally.bad);
    release_recording(&recording);
    if (tally.bad > 0) {
        fail_msg("%zu of %zu cuts: %s", tally.bad, tally.cuts, tally.first_bad);
    }
    assert_true(tally.stacked > 100);
}

/* The controls: with a disk that lies, the same test must find damage. */
static void
test_control_syncs_swallowed(void **state)
{
    (void)state;
    struct recording recording;
    record_script(&recording, true, false);
    struct tally tally = cut_everywhere(&recording, 4, false);
    print_message("without syncs: %zu of %zu cuts bad\n", tally.bad, tally.cuts);
    release_recording(&recording);
    assert_true(tally.bad > 0);
}

static void
test_control_folder_syncs_swallowed(void **state)
{
    (void)state;
    struct recording recording;
    record_script(&recording, false, true);
    struct tally tally = cut_everywhere(&recording, 4, false);
    print_message("without the folder's sync: %zu of %zu cuts bad\n", tally.bad, tally.cuts);
    release_recording(&recording);
    assert_true(tally.bad > 0);
}

/* Each call of one kind fails, once or until the disk is mended. The operation says so, nothing of it
 * is kept, and it goes through when it is asked for again. Returns false when no call was left. */
static bool
run_with_fault(const struct recording *recording, enum disk_call call, int code, long at, bool on)
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
    for (int i = 0; i < STEPS; i++) {
        r = do_step(store, &script[i]);
        if (r < 0) {
            assert_true(disk->has_failed);
            /* stored, and only its durability was open: one more commit settles it */
            assert_false(call == DISK_CALL_FOLDER_SYNC && !on && script[i].action == PUT);
            if (code == SQLITE_FULL) {
                assert_int_equal(r, KERR_NO_SPACE);
            } else {
                assert_true(r == KERR_IO || r == KERR_STORE || r == KERR_STORE_READ_ONLY);
            }
            disk_heal(disk);
            AUTO_BUF now;
            dump(&now);
            bool before = same(&now, &recording->after[i], false);
            bool after = same(&now, &recording->after[i + 1], false);
            if (!before && !(after && call == DISK_CALL_FOLDER_SYNC)) {
                fail_msg("kind %d, call %ld, step %d: half or stored in spite of the error", call,
                    at, i);
            }
            if (before) {
                assert_int_equal(do_step(store, &script[i]), 0);
            }
        }
    }
    AUTO_BUF got;
    dump(&got);
    assert_true(same(&got, &recording->after[STEPS], false));
    store_close(store);
    bool failed = disk->has_failed;
    disk_free(disk);
    return failed;
}

static void
test_every_call_fails(void **state)
{
    (void)state;
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
    };
    struct recording recording;
    record_script(&recording, false, false);
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        for (int on = 0; on < 2; on++) {
            long at = 1;
            while (run_with_fault(&recording, kinds[k].call, kinds[k].code, at, on != 0)) {
                at++;
            }
            print_message(
                "kind %d code %d: %ld calls failed\n", kinds[k].call, kinds[k].code, at - 1);
            assert_true(at > STEPS / 2);
        }
    }
    release_recording(&recording);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_power_cut_everywhere),
        cmocka_unit_test(test_control_syncs_swallowed),
        cmocka_unit_test(test_control_folder_syncs_swallowed),
        cmocka_unit_test(test_every_call_fails),
    };
    memory_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
