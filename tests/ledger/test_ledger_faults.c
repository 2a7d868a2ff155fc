/* The ledger on a disk that fails: the n-th write, sync, truncation or removal answers "full" or "I/O
 * error", once or from then on, for every n until the operation gets through. Afterwards, on a good
 * disk: the file is sound, what was there is there, and the operation happened as a whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "harness/harness.h"
#include "ledger/ledger.h"

/* A VFS in front of the real one. */
static struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    long countdown; /* 0: no faults */
    bool stays; /* goes on failing after the first */
    int code;
    long seen; /* calls since arming */
} shim;

struct shim_file {
    sqlite3_file base;
    sqlite3_file *real; /* behind this struct */
};

static bool
fails(void)
{
    shim.seen++;
    return shim.countdown > 0 &&
           (shim.stays ? shim.seen >= shim.countdown : shim.seen == shim.countdown);
}

#define REAL(file) (((struct shim_file *)(file))->real)

static int
shim_close(sqlite3_file *f)
{
    return REAL(f)->pMethods->xClose(REAL(f));
}
static int
shim_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
    return REAL(f)->pMethods->xRead(REAL(f), p, n, at);
}
static int
shim_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    return fails() ? shim.code : REAL(f)->pMethods->xWrite(REAL(f), p, n, at);
}
static int
shim_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    return fails() ? SQLITE_IOERR_TRUNCATE : REAL(f)->pMethods->xTruncate(REAL(f), size);
}
/* Counted and failed like the rest, but not done: the power stays on, and the real ones cost a minute. */
static int
shim_sync(sqlite3_file *f, int flags)
{
    (void)f;
    (void)flags;
    return fails() ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}
static int
shim_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return REAL(f)->pMethods->xFileSize(REAL(f), size);
}
static int
shim_lock(sqlite3_file *f, int level)
{
    return REAL(f)->pMethods->xLock(REAL(f), level);
}
static int
shim_unlock(sqlite3_file *f, int level)
{
    return REAL(f)->pMethods->xUnlock(REAL(f), level);
}
static int
shim_check_lock(sqlite3_file *f, int *out)
{
    return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out);
}
static int
shim_control(sqlite3_file *f, int op, void *arg)
{
    return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}
static int
shim_sector(sqlite3_file *f)
{
    return REAL(f)->pMethods->xSectorSize(REAL(f));
}
static int
shim_device(sqlite3_file *f)
{
    return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}

static const sqlite3_io_methods methods = {.iVersion = 1,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_check_lock,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector,
    .xDeviceCharacteristics = shim_device};

static int
shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
    (void)vfs;
    struct shim_file *file = (struct shim_file *)f;
    file->real = (sqlite3_file *)(file + 1);
    int code = shim.real->xOpen(shim.real, name, file->real, flags, out);
    file->base.pMethods = file->real->pMethods != NULL ? &methods : NULL;
    return code;
}

static int
shim_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    (void)sync;
    return fails() ? SQLITE_IOERR_DELETE : shim.real->xDelete(shim.real, name, 0);
}

static void
arm(long countdown, bool stays, int code)
{
    shim.countdown = countdown;
    shim.stays = stays;
    shim.code = code;
    shim.seen = 0;
}

static int
register_shim(void **state)
{
    (void)state;
    shim.real = sqlite3_vfs_find(NULL);
    shim.vfs = *shim.real;
    shim.vfs.zName = "faults";
    shim.vfs.szOsFile = (int)sizeof(struct shim_file) + shim.real->szOsFile;
    shim.vfs.xOpen = shim_open;
    shim.vfs.xDelete = shim_delete;
    return sqlite3_vfs_register(&shim.vfs, 1);
}

enum { BODY = 9000 }; /* several pages, so that overflow pages are part of it */

static struct ledger_entry
entry_of(uint8_t id, uint64_t sequence, uint8_t hash)
{
    struct ledger_entry entry = {
        .kiosk = "kiosk-001", .epoch = 1, .sequence = sequence, .received_at = 1000};
    memset(entry.id, id, sizeof(entry.id));
    memset(entry.hash, hash, sizeof(entry.hash));
    return entry;
}

static int
put(struct ledger *ledger, uint8_t id, uint64_t sequence, uint8_t hash)
{
    static uint8_t body[BODY];
    memset(body, hash, sizeof(body));
    struct ledger_entry entry = entry_of(id, sequence, hash);
    return ledger_put(ledger, &entry, body, sizeof(body));
}

/* The operations: each returns its result; its effect is asked for by count_of. */
static int
do_put(struct ledger *ledger)
{
    return put(ledger, 2, 2, 2);
}
static int
do_conflict(struct ledger *ledger)
{
    return put(ledger, 1, 1, 9);
}
static int
do_receipt(struct ledger *ledger)
{
    AUTO_BUF receipt;
    buf_init(&receipt, 100);
    struct ledger_entry entry = entry_of(1, 1, 1);
    return ledger_receipt_keep(ledger, entry.id, (const uint8_t *)"receipt", 7, &receipt);
}
static int
do_change(struct ledger *ledger)
{
    struct ledger_entry entry = entry_of(1, 1, 1);
    const struct ledger_change change = {.id = entry.id,
        .state = "done",
        .holder = "staff",
        .note = "called",
        .by = "staff",
        .at = 5};
    return ledger_change(ledger, &change, 0);
}

static int
do_decide(struct ledger *ledger)
{
    struct ledger_decision decision = {
        .state = "booked", .slot = "hall/2026-12-01/09:00", .decided_at = 5};
    memset(decision.id, 1, sizeof(decision.id));
    return ledger_decide(ledger, &decision, 0, 1);
}

static int
sign(const void *ctx, const struct ledger_entry *entry, struct buf *ret_receipt)
{
    (void)ctx, (void)entry;
    return buf_add_str(ret_receipt, "receipt");
}

/* Two new records, one with its receipt, and a receipt, in one commit. */
static int
do_works(struct ledger *ledger)
{
    static uint8_t body[BODY];
    AUTO_BUF receipt;
    buf_init(&receipt, 100);
    AUTO_BUF signed_one;
    buf_init(&signed_one, 100);
    struct ledger_entry one = entry_of(2, 2, 2), two = entry_of(3, 3, 2), kept = entry_of(1, 1, 1);
    memset(body, 2, sizeof(body));
    struct ledger_work works[] = {
        {.entry = &one,
            .envelope = body,
            .len = sizeof(body),
            .sign = sign,
            .ret_receipt = &signed_one},
        {.is_keep = true,
            .id = kept.id,
            .receipt = (const uint8_t *)"receipt",
            .receipt_len = 7,
            .ret_receipt = &receipt},
        {.entry = &two, .envelope = body, .len = sizeof(body)},
    };
    struct ledger_work *const all[] = {&works[0], &works[1], &works[2]};
    ledger_work(ledger, all, ARRAY_LEN(all));
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (works[i].result < 0) {
            return works[i].result;
        }
    }
    return works[0].result == LEDGER_NEW && !works[0].is_signed ? KERR_STORE : 0;
}

static int64_t
ask(const char *path, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *query;
    assert_int_equal(SQLITE_OK, sqlite3_open(path, &db));
    assert_int_equal(SQLITE_OK, sqlite3_prepare_v2(db, sql, -1, &query, NULL));
    assert_int_equal(SQLITE_ROW, sqlite3_step(query));
    int64_t number = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    sqlite3_close(db);
    return number;
}

static const struct operation {
    const char *what;
    int (*run)(struct ledger *ledger);
    const char *effect; /* SQL: 1 when it happened as a whole, 0 when not at all */
} operations[] = {
    {"put", do_put,
        "SELECT (SELECT count(*) FROM entry WHERE position = 2 AND length(envelope) = 9000)"
        " * 10 + (SELECT count FROM change_count) - 1"},
    {"conflict", do_conflict,
        "SELECT (SELECT count(*) FROM quarantine WHERE length(envelope) = 9000)"
        " * 10 + (SELECT count FROM change_count) - 1"},
    {"works", do_works,
        "SELECT ((SELECT count(*) FROM entry WHERE position IN (2, 3) AND length(envelope) = 9000)"
        " * 10 + (SELECT count FROM change_count) - 1"
        " + (SELECT count(*) FROM entry WHERE receipt = CAST('receipt' AS BLOB)) * 10) * 11 / 42"},
    {"receipt", do_receipt,
        "SELECT count(*) * 11 FROM entry WHERE receipt = CAST('receipt' AS BLOB)"},
    {"change", do_change,
        "SELECT ((SELECT count(*) FROM entry WHERE state = 'done' AND state_by = 'staff'"
        " AND holder = 'staff') + (SELECT count(*) FROM act)"
        " + (SELECT count FROM state_count WHERE state = 'done')"
        " + (SELECT count FROM change_count) - 1) * 11 / 6"},
    {"decide", do_decide,
        "SELECT (SELECT count(*) FROM decision WHERE state = 'booked' AND stands = 1 AND seat = 1)"
        " * 10 + (SELECT count FROM change_count) - 1"},
};

/* One operation with one fault. False when the fault did not come any more. */
static bool
try_fault(const char *path, const struct operation *operation, long n, bool stays, int code)
{
    struct ledger *ledger;
    unlink(path);
    arm(0, false, 0);
    assert_int_equal(0, ledger_open(path, &ledger));
    assert_int_equal(LEDGER_NEW, put(ledger, 1, 1, 1));
    arm(n, stays, code);
    int r = operation->run(ledger);
    bool came = shim.seen >= n;
    /* Still on the bad disk: a second call must not make it worse, nor may closing. */
    int again = operation->run(ledger);
    arm(0, false, 0);
    ledger_close(ledger);

    assert_int_equal(0, ask(path, "SELECT count(*) FROM pragma_integrity_check"
                                  " WHERE integrity_check <> 'ok'"));
    assert_int_equal(1, ask(path, "SELECT count(*) FROM entry WHERE position = 1"
                                  " AND length(envelope) = 9000"));
    int64_t effect = ask(path, operation->effect);
    bool told = r >= 0 || again >= 0;
    if ((effect != 0 && effect != 11) || (told && effect != 11) || (came && stays && again >= 0)) {
        fail_msg("%s, fault %ld, stays %d, code %d: %d, %d, effect %lld", operation->what, n, stays,
            code, r, again, (long long)effect);
    }
    if (r < 0) {
        assert_true(r == KERR_NO_SPACE || r == KERR_IO || r == KERR_STORE);
    }
    /* On a good disk it goes through in the end, once. */
    assert_int_equal(0, ledger_open(path, &ledger));
    assert_true(operation->run(ledger) >= 0);
    ledger_close(ledger);
    assert_int_equal(11, ask(path, operation->effect));
    return came;
}

static void
test_every_fault(void **state)
{
    (void)state;
    static const int codes[] = {SQLITE_FULL, SQLITE_IOERR_WRITE};
    char folder[HARNESS_FOLDER_LEN], path[HARNESS_FOLDER_LEN + 16];
    harness_folder_make(folder);
    snprintf(path, sizeof(path), "%s/ledger.db", folder);
    for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
        for (int variant = 0; variant < 4; variant++) {
            long n = 1;
            while (try_fault(path, &operations[i], n, variant % 2 == 1, codes[variant / 2])) {
                n++;
            }
            assert_in_range(n, 8, 200); /* the loop did meet faults, and did end */
        }
    }
    unlink(path);
    assert_int_equal(0, rmdir(folder));
}

/* A file of the first version on a disk that fails while it is opened: it is of the old version or of the new one. */
static void
test_every_fault_of_a_migration(void **state)
{
    (void)state;
    char folder[HARNESS_FOLDER_LEN], path[HARNESS_FOLDER_LEN + 16], sql[8192];
    harness_folder_make(folder);
    snprintf(path, sizeof(path), "%s/ledger.db", folder);
    FILE *file = fopen("tests/ledger/schema-1.sql", "r");
    assert_non_null(file);
    sql[fread(sql, 1, sizeof(sql) - 1, file)] = 0;
    fclose(file);
    struct ledger *ledger;
    assert_int_equal(0, ledger_open(path, &ledger));
    ledger_close(ledger);
    int64_t newest = ask(path, "PRAGMA user_version");
    bool came = true;
    long n = 1;
    for (; came; n++) {
        sqlite3 *db;
        unlink(path);
        arm(0, false, 0);
        assert_int_equal(SQLITE_OK, sqlite3_open(path, &db));
        assert_int_equal(SQLITE_OK, sqlite3_exec(db, sql, NULL, NULL, NULL));
        sqlite3_close(db);
        arm(n, n % 2 == 0, SQLITE_FULL);
        int r = ledger_open(path, &ledger);
        came = shim.seen >= n;
        arm(0, false, 0);
        if (r == 0) {
            ledger_close(ledger);
        }
        int64_t version = ask(path, "PRAGMA user_version");
        int64_t tables = ask(
            path, "SELECT count(*) FROM sqlite_schema WHERE name IN ('decision', 'chain', 'gone')");
        assert_true(version == 1 || version == newest);
        assert_int_equal(version == newest ? 3 : 0, tables);
        assert_true(r < 0 || version == newest);
        assert_int_equal(0, ledger_open(path, &ledger));
        ledger_close(ledger);
        assert_int_equal(newest, ask(path, "PRAGMA user_version"));
        assert_int_equal(2, ask(path, "SELECT count(*) FROM entry"));
    }
    assert_in_range(n, 5, 200);
    unlink(path);
    assert_int_equal(0, rmdir(folder));
}

/* A full disk is told by its name, since the kiosk waits longer then. */
static void
test_full_disk_is_named(void **state)
{
    (void)state;
    char folder[HARNESS_FOLDER_LEN], path[HARNESS_FOLDER_LEN + 16];
    harness_folder_make(folder);
    snprintf(path, sizeof(path), "%s/ledger.db", folder);
    struct ledger *ledger;
    assert_int_equal(0, ledger_open(path, &ledger));
    arm(1, true, SQLITE_FULL);
    assert_int_equal(KERR_NO_SPACE, put(ledger, 1, 1, 1));
    arm(0, false, 0);
    assert_int_equal(LEDGER_NEW, put(ledger, 1, 1, 1)); /* it heals by itself */
    ledger_close(ledger);
    unlink(path);
    assert_int_equal(0, rmdir(folder));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_fault),
        cmocka_unit_test(test_every_fault_of_a_migration),
        cmocka_unit_test(test_full_disk_is_named),
    };
    return cmocka_run_group_tests_name("ledger faults", tests, register_shim, NULL);
}
