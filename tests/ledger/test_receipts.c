/* Records that are stored together with their receipts: one commit for both, nothing handed out without it, and whatever makes
 * one of several no new record costs the others nothing. On SQLite, or on PostgreSQL (scene.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "ledger/ledger.h"
#include "ledger/scene.h"

enum { MANY = LEDGER_WORKS_MAX };

/* Puts that are made at once, and what their signer does. */
struct batch {
    struct ledger_entry entries[MANY];
    struct ledger_work works[MANY];
    struct buf receipts[MANY];
    size_t count;
    size_t made; /* how many receipts the ledger had made */
    char ahead[MANY][100]; /* receipts made before */
    uint64_t mute; /* the sequence of a record that gets no receipt; 0: each gets one */
    struct ledger *other; /* not NULL: puts a record of its own while the first receipt is made */
    int other_result;
};

/* A receipt that tells what it was made of. */
static int
sign(const void *ctx, const struct ledger_entry *entry, struct buf *ret_receipt)
{
    struct batch *batch = (struct batch *)(uintptr_t)ctx;
    batch->made++;
    if (batch->other != NULL) {
        struct ledger_entry entry_of_other = entry_of(99, "kiosk-099", 1, 1, 1);
        batch->other_result = put(batch->other, &entry_of_other, "other");
        batch->other = NULL;
    }
    if (entry->sequence == batch->mute) {
        (void)buf_add_str(ret_receipt, "half a rec");
        return KERR_SEAL_KEY;
    }
    return buf_printf(ret_receipt, "%s %llu at %llu, %lld", entry->kiosk,
        (unsigned long long)entry->sequence, (unsigned long long)entry->position,
        (long long)entry->received_at);
}

static void
add(struct batch *batch, uint8_t id, uint64_t sequence, const char *bytes)
{
    size_t i = batch->count++;
    batch->entries[i] = entry_of(id, "kiosk-001", 1, sequence, id);
    buf_init(&batch->receipts[i], 100);
    batch->works[i] = (struct ledger_work){.entry = &batch->entries[i],
        .envelope = (const uint8_t *)bytes,
        .len = strlen(bytes),
        .sign = sign,
        .sign_ctx = batch,
        .ret_receipt = &batch->receipts[i]};
}

/* One whose receipt is made ahead for a position. */
static void
add_ahead(struct batch *batch, uint8_t id, uint64_t position)
{
    size_t i = batch->count;
    add(batch, id, id, "body");
    (void)snprintf(batch->ahead[i], sizeof(batch->ahead[i]), "kiosk-001 %d at %llu, 1000", id,
        (unsigned long long)position);
    batch->works[i].foreseen = position;
    batch->works[i].ahead = (const uint8_t *)batch->ahead[i];
    batch->works[i].ahead_len = strlen(batch->ahead[i]);
}

static void
work(struct ledger *ledger, struct batch *batch)
{
    struct ledger_work *all[MANY];
    for (size_t i = 0; i < batch->count; i++) {
        all[i] = &batch->works[i];
    }
    ledger_work(ledger, all, batch->count);
}

static void
release(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        buf_release(&batch->receipts[i]);
    }
}

/* What a work answered: what is handed out is what is stored, and nothing else is handed out. */
static void
expect(struct ledger *ledger, struct batch *batch, size_t i, int result, uint64_t position)
{
    struct ledger_work *done = &batch->works[i];
    char said[100] = "";
    AUTO_BUF stored;
    buf_init(&stored, 100);
    int r = ledger_receipt(ledger, done->entry->id, &stored);
    if (done->result != result || done->entry->position != position) {
        fail_msg(
            "%zu: %d, position %llu", i, done->result, (unsigned long long)done->entry->position);
    }
    if (!done->is_signed) {
        assert_int_equal(0, batch->receipts[i].len);
        return;
    }
    assert_int_equal(LEDGER_NEW, result);
    (void)snprintf(said, sizeof(said), "kiosk-001 %llu at %llu, 1000",
        (unsigned long long)done->entry->sequence, (unsigned long long)position);
    assert_int_equal(0, r);
    assert_string_equal(said, buf_str(&stored));
    assert_string_equal(said, buf_str(&batch->receipts[i]));
}

/* How many transactions or commits it took (test_ledger.c). */
static int64_t
transactions(const struct scene *scene)
{
    return ask(scene->path, "SELECT count(DISTINCT xmin::text) FROM entry");
}

static void
test_all_are_new(void **state)
{
    struct scene *scene = *state;
    struct batch batch = {0};
    for (uint8_t i = 0; i < MANY; i++) {
        add(&batch, (uint8_t)(i + 1), i + 1u, "body");
    }
    work(scene->ledger, &batch);
    for (size_t i = 0; i < MANY; i++) {
        assert_true(batch.works[i].is_signed);
        expect(scene->ledger, &batch, i, LEDGER_NEW, i + 1);
    }
    release(&batch);
    assert_true(!scene->is_postgres || transactions(scene) == 1);
    uint64_t position, changes;
    assert_int_equal(0, ledger_newest(scene->ledger, &position, &changes));
    assert_int_equal(MANY, position);
    assert_int_equal(MANY, changes);
    struct ledger_counts counts;
    assert_int_equal(0, ledger_counts(scene->ledger, "", &counts));
    assert_int_equal(MANY, counts.states[LEDGER_STATE_NEW]);
    struct batch alone = {0};
    add(&alone, 50, 50, "a body");
    work(scene->ledger, &alone);
    assert_true(alone.works[0].is_signed);
    expect(scene->ledger, &alone, 0, LEDGER_NEW, MANY + 1);
    assert_string_equal("new", alone.entries[0].state);
    assert_int_equal(1000, alone.entries[0].state_at);
    release(&alone);
    AUTO_BUF envelope;
    buf_init(&envelope, 100);
    struct ledger_entry entry;
    assert_int_equal(0, ledger_get(scene->ledger, alone.entries[0].id, &entry, &envelope));
    assert_string_equal("a body", buf_str(&envelope));
    assert_memory_equal(alone.entries[0].hash, entry.hash, sizeof(entry.hash));
    assert_string_equal("kiosk-001", entry.kiosk);
    assert_int_equal(50, entry.sequence);
}

/* Numbers with their highest bit, an envelope as long as may be, and beside them works of other kinds. */
static void
test_bounds_and_others(void **state)
{
    struct scene *scene = *state;
    char *large = calloc(1, LEDGER_ENVELOPE_MAX + 1);
    assert_non_null(large);
    memset(large, 'x', LEDGER_ENVELOPE_MAX);
    const struct ledger_report said = {
        .kiosk = "kiosk-001", .at = 1, .bytes = (const uint8_t *)"well", .len = 4};
    struct batch batch = {0};
    add(&batch, 1, UINT64_MAX, large);
    add(&batch, 2, 1, "body");
    batch.entries[0].epoch = (uint64_t)1 << 63;
    add(&batch, 3, 2, "body");
    batch.works[2] = (struct ledger_work){.report = &said, .entry = &batch.entries[2]};
    work(scene->ledger, &batch);
    expect(scene->ledger, &batch, 0, LEDGER_NEW, 1);
    expect(scene->ledger, &batch, 1, LEDGER_NEW, 2);
    assert_true(batch.works[0].is_signed && batch.works[1].is_signed);
    assert_int_equal(0, batch.works[2].result);
    assert_int_equal(1, ask(scene->path, "SELECT count(*) FROM report"));
    struct ledger_entry entry;
    assert_int_equal(0, ledger_get(scene->ledger, batch.entries[0].id, &entry, NULL));
    assert_true(entry.sequence == UINT64_MAX && entry.epoch == (uint64_t)1 << 63);
    release(&batch);
    free(large);
}

/* Among new ones some that are not. */
static void
test_some_are_not_new(void **state)
{
    struct scene *scene = *state;
    struct ledger_entry first = entry_of(1, "kiosk-001", 1, 1, 1);
    assert_int_equal(LEDGER_NEW, put(scene->ledger, &first, "body"));
    struct batch batch = {0};
    add(&batch, 2, 2, "two");
    add(&batch, 1, 1, "body"); /* there already, without a receipt */
    add(&batch, 2, 2, "two"); /* the same in one go */
    add(&batch, 3, 1, "body"); /* its place is taken */
    add(&batch, 4, 4, ""); /* none at all */
    add(&batch, 5, 5, "five");
    work(scene->ledger, &batch);
    expect(scene->ledger, &batch, 0, LEDGER_NEW, 2);
    expect(scene->ledger, &batch, 1, LEDGER_SAME, 1);
    expect(scene->ledger, &batch, 2, LEDGER_SAME, 2);
    expect(scene->ledger, &batch, 3, LEDGER_CONFLICT, 0);
    expect(scene->ledger, &batch, 4, KERR_INVALID, 0);
    expect(scene->ledger, &batch, 5, LEDGER_NEW, 3);
    release(&batch);
    uint64_t position, changes, quarantined;
    assert_int_equal(0, ledger_newest(scene->ledger, &position, &changes));
    assert_int_equal(3, position);
    assert_int_equal(4, changes); /* three entries, one conflict */
    assert_int_equal(0, ledger_quarantined(scene->ledger, &quarantined));
    assert_int_equal(1, quarantined);
}

static void
test_no_receipt_for_one(void **state)
{
    struct scene *scene = *state;
    struct batch batch = {.mute = 2};
    add(&batch, 1, 1, "one");
    add(&batch, 2, 2, "two");
    add(&batch, 3, 3, "three");
    work(scene->ledger, &batch);
    expect(scene->ledger, &batch, 0, LEDGER_NEW, 1);
    expect(scene->ledger, &batch, 1, LEDGER_NEW, 2);
    expect(scene->ledger, &batch, 2, LEDGER_NEW, 3);
    assert_true(batch.works[0].is_signed && !batch.works[1].is_signed && batch.works[2].is_signed);
    AUTO_BUF receipt;
    buf_init(&receipt, 100);
    assert_int_equal(KERR_NOT_FOUND, ledger_receipt(scene->ledger, batch.entries[1].id, &receipt));
    release(&batch);
}

/* What is deleted by rule stays so. */
static void
test_gone_is_not_new(void **state)
{
    struct scene *scene = *state;
    struct ledger_entry first = entry_of(1, "kiosk-001", 1, 1, 1);
    assert_int_equal(LEDGER_NEW, put(scene->ledger, &first, "body"));
    assert_int_equal(0, mark(scene->ledger, first.id, "done", "sato", 3));
    struct ledger_gone gone = {.deleted_at = 5, .rule = "30 days"};
    memcpy(gone.id, first.id, sizeof(gone.id));
    assert_int_equal(0, ledger_forget(scene->ledger, &gone, 4, NULL));
    struct batch batch = {0};
    add(&batch, 1, 1, "body");
    add(&batch, 2, 2, "two");
    work(scene->ledger, &batch);
    expect(scene->ledger, &batch, 0, LEDGER_SAME, 1);
    assert_string_equal("deleted", batch.entries[0].state);
    expect(scene->ledger, &batch, 1, LEDGER_NEW, 2);
    release(&batch);
    struct batch others = {0};
    add(&others, 9, 1, "other bytes"); /* in the place of the one that went */
    work(scene->ledger, &others);
    expect(scene->ledger, &others, 0, LEDGER_CONFLICT, 0);
    release(&others);
    others.count = 0;
    add(&others, 1, 9, "other bytes"); /* under its id */
    work(scene->ledger, &others);
    expect(scene->ledger, &others, 0, LEDGER_CONFLICT, 0);
    release(&others);
}

/* Positions that were foreseen: nobody signs any more, whatever the order in which they come. */
static void
test_made_ahead(void **state)
{
    struct scene *scene = *state;
    struct batch batch = {0};
    add_ahead(&batch, 1, 3);
    add_ahead(&batch, 2, 1);
    add_ahead(&batch, 3, 2);
    work(scene->ledger, &batch);
    assert_int_equal(0, batch.made);
    for (size_t i = 0; i < batch.count; i++) {
        assert_true(batch.works[i].is_signed);
        expect(scene->ledger, &batch, i, LEDGER_NEW, batch.works[i].foreseen);
    }
    assert_true(!scene->is_postgres || transactions(scene) == 1);
    release(&batch);
}

/* Somebody else was faster, one has none, one leaves a hole: what was made for another position is in nobody's hands, and what
 * is says the truth. Positions stay without a gap. */
static void
test_foreseen_wrong(void **state)
{
    struct scene *scene = *state;
    static const struct {
        uint64_t foreseen[3], made; /* 0: none made ahead */
    } rows[] = {{{1, 2, 3}, 3}, {{4, 5, 6}, 3}, {{8, 9, 12}, 1}, {{0, 12, 13}, 1},
        {{14, 15, UINT64_MAX}, 1}, {{17, 18, 19}, 0}};
    struct ledger_entry first = entry_of(200, "kiosk-009", 1, 1, 1);
    assert_int_equal(LEDGER_NEW, put(scene->ledger, &first, "of somebody else"));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct batch batch = {0};
        for (size_t k = 0; k < ARRAY_LEN(rows[i].foreseen); k++) {
            add_ahead(&batch, (uint8_t)(1 + 3 * i + k), rows[i].foreseen[k]);
        }
        work(scene->ledger, &batch);
        for (size_t k = 0; k < batch.count; k++) {
            assert_true(batch.works[k].is_signed);
            expect(scene->ledger, &batch, k, LEDGER_NEW, 2 + 3 * i + k);
        }
        if (batch.made != rows[i].made && !scene->is_postgres) {
            fail_msg("row %zu: %zu receipts were made", i, batch.made);
        }
        release(&batch);
    }
    uint64_t position, changes;
    assert_int_equal(0, ledger_newest(scene->ledger, &position, &changes));
    assert_int_equal(1 + 3 * ARRAY_LEN(rows), position);
    assert_int_equal(position, changes);
}

/* One that is there already among those that were foreseen. */
static void
test_foreseen_is_there(void **state)
{
    struct scene *scene = *state;
    struct ledger_entry first = entry_of(1, "kiosk-001", 1, 1, 1);
    assert_int_equal(LEDGER_NEW, put(scene->ledger, &first, "body"));
    struct batch batch = {0};
    add_ahead(&batch, 1, 2);
    add_ahead(&batch, 2, 3);
    work(scene->ledger, &batch);
    expect(scene->ledger, &batch, 0, LEDGER_SAME, 1);
    assert_false(batch.works[0].is_signed);
    expect(scene->ledger, &batch, 1, LEDGER_NEW, 2);
    release(&batch);
}

/* Where nobody knows whether it is stored, or it is not, no receipt leaves. */
static void
test_no_commit_no_receipt(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *level;
        int result;
    } rows[] = {{"EXCEPTION", KERR_STORE}, {"WARNING", KERR_BUSY}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char sql[512];
        (void)snprintf(sql, sizeof(sql),
            "TRUNCATE entry CASCADE; CREATE OR REPLACE FUNCTION late() RETURNS trigger LANGUAGE "
            "plpgsql AS $$ BEGIN RAISE %s 'late'; RETURN NULL; END $$;"
            " DROP TRIGGER IF EXISTS late ON entry;"
            " CREATE CONSTRAINT TRIGGER late AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION late()",
            rows[i].level);
        ask(scene->path, sql);
        struct batch batch = {0};
        add(&batch, 1, 1, "one");
        add(&batch, 2, 2, "two");
        work(scene->ledger, &batch);
        for (size_t k = 0; k < batch.count; k++) {
            assert_int_equal(rows[i].result, batch.works[k].result);
            assert_false(batch.works[k].is_signed);
            assert_int_equal(0, batch.receipts[k].len);
        }
        release(&batch);
    }
    struct batch again = {0};
    add(&again, 1, 1, "one");
    work(scene->ledger, &again);
    assert_int_equal(LEDGER_SAME, again.works[0].result);
    release(&again);
}

/* An intake that stops between the parts of its transaction: the server ends that, before those who wait give up. */
static void
test_a_stop_holds_nobody_up(void **state)
{
    struct scene *scene = *state;
    struct batch batch = {0};
    assert_int_equal(0, ledger_open(scene->path, &batch.other));
    struct ledger *other = batch.other;
    add(&batch, 1, 1, "one");
    work(scene->ledger, &batch);
    assert_int_equal(LEDGER_NEW, batch.other_result);
    assert_int_equal(KERR_BUSY, batch.works[0].result);
    assert_false(batch.works[0].is_signed);
    assert_int_equal(0, batch.receipts[0].len);
    work(scene->ledger, &batch);
    expect(scene->ledger, &batch, 0, LEDGER_NEW, 2);
    assert_true(batch.works[0].is_signed);
    ledger_close(other);
    release(&batch);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define OF_BOTH                                                                                    \
    TEST(test_all_are_new), TEST(test_bounds_and_others), TEST(test_some_are_not_new),             \
        TEST(test_no_receipt_for_one), TEST(test_gone_is_not_new), TEST(test_made_ahead),          \
        TEST(test_foreseen_wrong), TEST(test_foreseen_is_there)

int
main(void)
{
    const struct CMUnitTest of_file[] = {OF_BOTH};
    const struct CMUnitTest of_server[] = {
        OF_BOTH, TEST(test_no_commit_no_receipt), TEST(test_a_stop_holds_nobody_up)};
    return getenv("LEDGER_AT") == NULL
               ? cmocka_run_group_tests_name("receipts in a file", of_file, NULL, NULL)
               : cmocka_run_group_tests_name("receipts on a server", of_server, NULL, NULL);
}
