/* Handing over: a client gets a record once, whoever asks at once; the same question has the same answer, another one under
 * the same number none; a batch that was not written is found again; what was deleted since is passed over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "ledger/ledger.h"
#include "ledger/scene.h"

enum { RECORDS = 12, ASKERS = 4 };

static void
put_some(struct ledger *ledger, uint8_t count)
{
    for (uint8_t i = 1; i <= count; i++) {
        struct ledger_entry entry = entry_of(i, "kiosk-001", 1, i, i);
        assert_int_equal(LEDGER_NEW, put(ledger, &entry, "body"));
    }
}

/* Records first..last under a number of the client; what was asked is told by `asked`. */
static int
hand(struct ledger *ledger, const char *client, uint64_t number, uint8_t first, uint8_t last,
    uint8_t asked, struct ledger_batch *ret)
{
    uint8_t ids[UINT8_MAX][LEDGER_ID_LEN];
    *ret = (struct ledger_batch){.number = number, .at = 1000 + asked};
    snprintf(ret->client, sizeof(ret->client), "%s", client);
    snprintf(ret->by, sizeof(ret->by), "sato");
    memset(ret->asked, asked, sizeof(ret->asked));
    for (uint8_t i = first; i <= last; i++) {
        memset(ids[i - first], i, LEDGER_ID_LEN);
    }
    return ledger_hand(ledger, ret, (const uint8_t(*)[LEDGER_ID_LEN])ids,
        first <= last ? (size_t)(last - first) + 1 : 0);
}

static uint64_t
batch_of(struct ledger *ledger, const char *client, uint8_t record)
{
    uint8_t id[LEDGER_ID_LEN];
    uint64_t number = 0;
    memset(id, record, sizeof(id));
    int r = ledger_handed(ledger, client, id, &number);
    assert_true(r == 0 || r == KERR_NOT_FOUND);
    return number;
}

/* The first bytes of the ids that come in turn, as digits. */
static void
assert_comes(struct ledger *ledger, const char *client, uint64_t number, const char *state,
    const char *expected)
{
    char got[64] = "";
    uint64_t after = 0;
    int r;
    for (size_t i = 0;; i++) {
        struct ledger_entry entry;
        AUTO_BUF envelope;
        buf_init(&envelope, LEDGER_ENVELOPE_MAX);
        r = ledger_hand_next(ledger, client, number, state, after, &entry, &envelope);
        if (r < 0) {
            break;
        }
        assert_string_equal("body", buf_str(&envelope));
        assert_true(entry.position > after && i + 1 < sizeof(got));
        after = entry.position;
        got[i] = (char)('a' + entry.id[0] - 1);
        got[i + 1] = 0;
    }
    assert_int_equal(KERR_NOT_FOUND, r);
    assert_string_equal(expected, got);
}

static void
test_batches(void **state)
{
    struct scene *scene = *state;
    struct ledger *ledger = scene->ledger;
    struct ledger_batch batch;
    uint64_t position = 0, before = 0, changes = 0;
    put_some(ledger, RECORDS);
    assert_comes(ledger, "core", 0, "new", "abcdefghijkl");
    assert_comes(ledger, "core", 0, "done", "");
    assert_int_equal(LEDGER_HANDED, hand(ledger, "core", 7, 1, 3, 1, &batch));
    assert_int_equal(3, batch.count);
    assert_int_equal(7, batch.number);
    /* the same question: the same answer, and nothing moved */
    assert_int_equal(0, ledger_newest(ledger, &position, &before));
    assert_int_equal(LEDGER_HANDED_SO, hand(ledger, "core", 7, 1, 3, 1, &batch));
    assert_int_equal(3, batch.count);
    assert_int_equal(1001, batch.at);
    assert_string_equal("sato", batch.by);
    /* another one under this number: nothing */
    assert_int_equal(LEDGER_HANDED_ELSE, hand(ledger, "core", 7, 4, 5, 2, &batch));
    assert_int_equal(0, batch_of(ledger, "core", 4));
    /* a record that is not there: nothing at all */
    assert_int_equal(KERR_NOT_FOUND, hand(ledger, "core", 8, 11, 13, 3, &batch));
    assert_int_equal(0, batch_of(ledger, "core", 11));
    assert_int_equal(KERR_NOT_FOUND, ledger_batch_written(ledger, "core", 8));
    assert_int_equal(0, ledger_newest(ledger, &position, &changes));
    assert_int_equal(before, changes);
    /* what the client has stays in its batch; the next number is given */
    assert_int_equal(LEDGER_HANDED, hand(ledger, "core", 0, 2, 5, 4, &batch));
    assert_int_equal(8, batch.number);
    assert_int_equal(2, batch.count);
    assert_int_equal(7, batch_of(ledger, "core", 2));
    assert_int_equal(8, batch_of(ledger, "core", 5));
    assert_int_equal(LEDGER_HANDED_NONE, hand(ledger, "core", 0, 1, 5, 5, &batch));
    assert_int_equal(LEDGER_HANDED_NONE, hand(ledger, "core", 0, 1, 0, 5, &batch));
    /* its own number: a batch all the same, that took nothing */
    assert_int_equal(LEDGER_HANDED, hand(ledger, "core", 20, 1, 5, 6, &batch));
    assert_int_equal(0, batch.count);
    assert_comes(ledger, "core", 7, NULL, "abc");
    assert_comes(ledger, "core", 8, NULL, "de");
    assert_comes(ledger, "core", 20, NULL, "");
    assert_comes(ledger, "core", 0, "new", "fghijkl");
    /* others have their own */
    assert_comes(ledger, "tax", 0, "new", "abcdefghijkl");
    assert_comes(ledger, "tax", 7, NULL, "");
    assert_int_equal(LEDGER_HANDED, hand(ledger, "tax", 0, 1, 1, 1, &batch));
    assert_int_equal(1, batch.number);
    assert_int_equal(0, ledger_batch_upto(ledger, "core", UINT64_MAX, &batch));
    assert_int_equal(20, batch.number);
    assert_int_equal(0, ledger_batch_upto(ledger, "core", 19, &batch));
    assert_int_equal(8, batch.number);
    assert_int_equal(KERR_NOT_FOUND, ledger_batch_upto(ledger, "core", 6, &batch));
    assert_int_equal(KERR_NOT_FOUND, ledger_batch_upto(ledger, "core", 0, &batch));
    /* deleted since */
    ask(scene->path, "DELETE FROM entry WHERE position = 2");
    assert_comes(ledger, "core", 7, NULL, "ac");
    assert_int_equal(0, ledger_batch_upto(ledger, "core", 7, &batch));
    assert_int_equal(3, batch.count);
}

static void
test_written(void **state)
{
    struct scene *scene = *state;
    struct ledger *ledger = scene->ledger;
    struct ledger_batch batch;
    put_some(ledger, 3);
    assert_int_equal(KERR_NOT_FOUND, ledger_batch_open(ledger, "files", &batch));
    for (uint8_t i = 1; i <= 3; i++) {
        assert_int_equal(LEDGER_HANDED, hand(ledger, "files", 0, i, i, i, &batch));
        assert_false(batch.is_written);
    }
    assert_int_equal(0, ledger_batch_written(ledger, "files", 2));
    assert_int_equal(0, ledger_batch_open(ledger, "files", &batch));
    assert_int_equal(1, batch.number);
    assert_int_equal(0, ledger_batch_written(ledger, "files", 1));
    assert_int_equal(0, ledger_batch_written(ledger, "files", 1));
    assert_int_equal(0, ledger_batch_open(ledger, "files", &batch));
    assert_int_equal(3, batch.number);
    assert_int_equal(KERR_NOT_FOUND, ledger_batch_open(ledger, "core", &batch));
}

static void
test_bounds(void **state)
{
    struct scene *scene = *state;
    static const uint8_t ids[LEDGER_BATCH_MAX + 1][LEDGER_ID_LEN];
    struct ledger_batch batch = {.client = "core"};
    struct ledger_entry entry;
    assert_int_equal(KERR_INVALID, ledger_hand(scene->ledger, &batch, ids, LEDGER_BATCH_MAX + 1));
    batch.number = (uint64_t)INT64_MAX + 1;
    assert_int_equal(KERR_INVALID, ledger_hand(scene->ledger, &batch, ids, 1));
    batch = (struct ledger_batch){.number = 1};
    assert_int_equal(KERR_INVALID, ledger_hand(scene->ledger, &batch, ids, 1));
    assert_int_equal(
        KERR_INVALID, ledger_hand_next(scene->ledger, "core", 0, NULL, 0, &entry, NULL));
    assert_int_equal(
        KERR_INVALID, ledger_hand_next(scene->ledger, "core", 1, "new", 0, &entry, NULL));
}

struct asker {
    pthread_t thread;
    const char *path;
    uint64_t number;
    int result;
    uint64_t count;
};

static void *
ask_once(void *arg)
{
    struct asker *asker = arg;
    struct ledger *ledger;
    struct ledger_batch batch;
    asker->result = ledger_open(asker->path, &ledger);
    if (asker->result == 0) {
        asker->result = hand(ledger, "core", asker->number, 1, RECORDS, 9, &batch);
        asker->count = batch.count;
        ledger_close(ledger);
    }
    return NULL;
}

/* Everybody asks for all at once, under the same number (0: none): one gets them. */
static void
race(struct scene *scene, uint64_t number, int loser)
{
    struct asker askers[ASKERS];
    unsigned winners = 0;
    memset(askers, 0, sizeof(askers));
    for (unsigned i = 0; i < ASKERS; i++) {
        askers[i].path = scene->path;
        askers[i].number = number;
        assert_int_equal(0, pthread_create(&askers[i].thread, NULL, ask_once, &askers[i]));
    }
    for (unsigned i = 0; i < ASKERS; i++) {
        pthread_join(askers[i].thread, NULL);
        winners += askers[i].result == LEDGER_HANDED ? 1 : 0;
        if (askers[i].result != LEDGER_HANDED) {
            assert_int_equal(loser, askers[i].result);
        } else {
            assert_int_equal(RECORDS, askers[i].count);
        }
    }
    assert_int_equal(1, winners);
}

static void
test_at_once(void **state)
{
    put_some(((struct scene *)*state)->ledger, RECORDS);
    race(*state, 3, LEDGER_HANDED_SO);
}

static void
test_next_at_once(void **state)
{
    put_some(((struct scene *)*state)->ledger, RECORDS);
    race(*state, 0, LEDGER_HANDED_NONE);
}

/* The constraint, not only the question before it: past the program nobody hands a record over twice either. */
static void
test_constraint(void **state)
{
    struct scene *scene = *state;
    struct ledger_batch batch;
    put_some(scene->ledger, 1);
    assert_int_equal(LEDGER_HANDED, hand(scene->ledger, "core", 1, 1, 1, 1, &batch));
    assert_int_equal(LEDGER_HANDED, hand(scene->ledger, "core", 2, 1, 0, 1, &batch));
    ask(scene->path,
        "INSERT INTO handed(client, id, batch, position)"
        " SELECT client, id, 2, position FROM handed WHERE true ON CONFLICT DO NOTHING");
    assert_int_equal(1, ask(scene->path, "SELECT count(*) FROM handed"));
    assert_int_equal(1, batch_of(scene->ledger, "core", 1));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_batches, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_next_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_constraint, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("hand", tests, NULL, NULL);
}
