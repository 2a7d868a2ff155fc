/* Which position an entry is told to expect, and that a receipt made for it leaves only when it got that one: alone, after a
 * record that was there already, beside somebody else who writes, and after the ledger was brought back from a copy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "harness/harness.h"
#include "intake/city.h"
#include "intake/intake_priv.h"

enum { NUMBERS = 64 };

static char folder[HARNESS_FOLDER_LEN];

static const char *
file(const char *name)
{
    return harness_file(folder, name);
}

struct scene {
    struct city city;
    struct intake_turns turns;
    struct ledger *ledger, *copy; /* copy: as it was before anything came */
};

static struct intake_door
door_of(struct scene *scene, struct ledger *ledger, bool is_alone)
{
    return (struct intake_door){.verifier = scene->city.verifier,
        .signer = scene->city.signer,
        .clock = clock_system(),
        .ledger = ledger,
        .turns = is_alone ? NULL : &scene->turns};
}

/* A record arrives; its receipt says this position. */
static void
arrive(struct scene *scene, const struct intake_door *door, uint64_t number, uint64_t position)
{
    static struct buf envelopes[NUMBERS]; /* of the same number the same bytes */
    struct seal_header header = {.kiosk = "kiosk-001", .epoch = 1, .sequence = number};
    memset(header.id, (int)number, sizeof(header.id));
    struct buf *envelope = &envelopes[number];
    bool is_new = envelope->len == 0;
    if (is_new) {
        buf_init(envelope, SEAL_ENVELOPE_MAX);
        assert_int_equal(
            0, seal_envelope(scene->city.sealer, &header, (const uint8_t *)"{}", 2, envelope));
    }
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_RECEIPT_MAX);
    struct intake_arrived arrived;
    struct seal_receipt receipt;
    enum intake_arrival arrival =
        intake_arrive(door, NULL, envelope->data, envelope->len, &arrived, &bytes);
    assert_true(arrival == INTAKE_NEW || arrival == INTAKE_SAME);
    assert_int_equal(0, seal_receipt_verify(scene->city.receipts, bytes.data, bytes.len, &receipt));
    assert_int_equal(position, arrived.position);
    assert_int_equal(position, receipt.position);
    assert_int_equal(number, receipt.header.sequence);
    if (number + 1 == NUMBERS) { /* the last one */
        for (size_t i = 0; i <= number; i++) {
            buf_release(&envelopes[i]);
        }
    }
}

static void
expect_next(const struct scene *scene, uint64_t position)
{
    assert_int_equal(INTAKE_CALM, scene->turns.calm);
    assert_int_equal(0, scene->turns.ahead);
    assert_int_equal(position, scene->turns.foreseen + 1);
}

/* So many records that nobody else seems to write. */
static void
arrive_alone(
    struct scene *scene, const struct intake_door *door, uint64_t *number, uint64_t *position)
{
    while (scene->turns.calm < INTAKE_CALM) {
        arrive(scene, door, ++*number, ++*position);
        assert_true(scene->turns.calm == INTAKE_CALM || scene->turns.ahead == 0);
    }
}

static void
test_foreseen(void **state)
{
    static struct scene scene;
    (void)state;
    harness_folder_make(folder);
    city_make(&scene.city, file);
    intake_turns_init(&scene.turns);
    assert_int_equal(0, ledger_open(file("ledger.db"), &scene.ledger));
    assert_int_equal(0, ledger_open(file("copy.db"), &scene.copy));
    const struct intake_door door = door_of(&scene, scene.ledger, false);
    const struct intake_door other = door_of(&scene, scene.ledger, true);
    const struct intake_door copy = door_of(&scene, scene.copy, false);
    uint64_t number = 0, position = 0;

    assert_int_equal(0, intake_foresee(NULL));
    assert_int_equal(0, intake_foresee(&scene.turns)); /* nobody knows */
    arrive_alone(&scene, &door, &number, &position);
    assert_int_equal(INTAKE_CALM, number);
    expect_next(&scene, position + 1);
    arrive(&scene, &door, ++number, ++position);
    expect_next(&scene, position + 1);
    arrive(&scene, &door, 1, 1); /* once more */
    expect_next(&scene, position + 1);

    arrive(&scene, &other, ++number, ++position); /* by another way */
    expect_next(&scene, position);
    arrive(&scene, &door, ++number, ++position); /* told one too small */
    assert_int_equal(0, scene.turns.calm);
    assert_int_equal(0, intake_foresee(&scene.turns));
    arrive_alone(&scene, &door, &number, &position);
    expect_next(&scene, position + 1);

    assert_int_equal(position + 1, intake_foresee(&scene.turns)); /* somebody who is slow */
    assert_int_equal(position + 2, intake_foresee(&scene.turns));
    assert_int_equal(2, scene.turns.ahead);
    arrive(&scene, &door, ++number, ++position); /* told the third */
    assert_int_equal(position + 2, scene.turns.foreseen); /* these two come behind it */
    scene.turns.ahead = 0;
    arrive(&scene, &door, ++number, ++position);
    expect_next(&scene, position + 1);

    position = 0;
    arrive(&scene, &copy, ++number, ++position); /* told what the other ledger would give */
    assert_int_equal(0, scene.turns.calm);
    arrive_alone(&scene, &copy, &number, &position);
    expect_next(&scene, position + 1);
    assert_true(number < NUMBERS - 1);
    arrive(&scene, &copy, NUMBERS - 1, ++position);
    expect_next(&scene, position + 1);

    ledger_close(scene.ledger);
    ledger_close(scene.copy);
    intake_turns_release(&scene.turns);
    city_free(&scene.city);
    assert_int_equal(0, harness_folder_remove(folder));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_foreseen)};
    return cmocka_run_group_tests_name("positions foreseen", tests, NULL, NULL);
}
