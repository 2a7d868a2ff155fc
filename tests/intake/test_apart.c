/* Records of a revoked terminal are laid apart: a file each, no more of a terminal than the bound, and the ledger is not asked
 * (there is none here). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "intake/city.h"
#include "intake/intake_priv.h"

static char folder[HARNESS_FOLDER_LEN];
static struct city city;
static struct buf envelopes[3];

static const char *
file(const char *name)
{
    return harness_file(folder, name);
}

static int
set_up(void **state)
{
    (void)state;
    harness_folder_make(folder);
    city_make(&city, file);
    for (size_t i = 0; i < ARRAY_LEN(envelopes); i++) {
        const struct seal_header header = {.kiosk = "kiosk-001", .epoch = 1, .sequence = i + 1};
        buf_init(&envelopes[i], SEAL_ENVELOPE_MAX);
        assert_int_equal(
            0, seal_envelope(city.sealer, &header, (const uint8_t *)"{}", 2, &envelopes[i]));
    }
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(envelopes); i++) {
        buf_release(&envelopes[i]);
    }
    city_free(&city);
    return harness_folder_remove(folder);
}

static int
count_entry(const char *name, void *ctx)
{
    (void)name;
    ++*(int *)ctx;
    return 0;
}

static int
apart(void)
{
    int count = 0;
    int r = fs_each(file("apart/kiosk-001"), NULL, count_entry, &count);
    return r < 0 ? r : count;
}

/* A terminal's record comes over a line whose certificate was revoked. */
static void
arrives(const char *where, uint64_t which, enum intake_arrival expected, int error)
{
    const struct intake_door door = {
        .verifier = city.verifier, .signer = city.signer, .clock = clock_system(), .apart = where};
    const struct intake_claim claim = {.kiosk = "kiosk-001", .is_revoked = true};
    struct intake_arrived arrived;
    AUTO_BUF receipt;
    buf_init(&receipt, SEAL_RECEIPT_MAX);
    assert_int_equal(expected, intake_arrive(&door, &claim, envelopes[which].data,
                                   envelopes[which].len, &arrived, &receipt));
    assert_int_equal(error, arrived.error);
    assert_int_equal(0, receipt.len);
}

static void
test_bound(void **state)
{
    (void)state;
    char *where = fs_join(folder, "apart");
    arrives(where, 0, INTAKE_REVOKED, KERR_SEAL_REVOKED);
    arrives(where, 0, INTAKE_REVOKED, KERR_SEAL_REVOKED);
    assert_int_equal(1, apart());
    for (int i = 1; i < INTAKE_APART_MAX - 1; i++) {
        char name[40];
        (void)snprintf(name, sizeof(name), "apart/kiosk-001/%d", i);
        FILE *made = fopen(file(name), "w");
        assert_non_null(made);
        assert_int_equal(0, fclose(made));
    }
    arrives(where, 1, INTAKE_REVOKED, KERR_SEAL_REVOKED);
    assert_int_equal(INTAKE_APART_MAX, apart());
    arrives(where, 2, INTAKE_LEDGER, KERR_NO_SPACE); /* it is told to come again */
    assert_int_equal(INTAKE_APART_MAX, apart());
    arrives(where, 1, INTAKE_REVOKED, KERR_SEAL_REVOKED); /* what lies there needs no room */
    assert_int_equal(0, fs_remove(file("apart/kiosk-001/1"))); /* staff have seen to it */
    arrives(where, 2, INTAKE_REVOKED, KERR_SEAL_REVOKED);
    assert_int_equal(INTAKE_APART_MAX, apart());
    free(where);
}

static void
test_no_folder(void **state)
{
    (void)state;
    arrives(NULL, 0, INTAKE_REVOKED, KERR_SEAL_REVOKED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_no_folder),
    };
    return cmocka_run_group_tests_name("apart", tests, set_up, tear_down);
}
