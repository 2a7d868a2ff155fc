/* tests/store/test_power_cut.c - the power goes at every instant of a script of enqueuing, putting off,
 * setting aside and deleting after receipts (cuts.h), each instant with twenty damages; at a quarter of
 * them again while the queue comes up. The other half is in test_power_cut_mend.c: together 150,000 cuts.
 *
 * Two controls show that the test can fail: a disk that swallows syncs, and one that swallows only the
 * folder's sync after the journal is removed (what synchronous=FULL would do instead of EXTRA).
 *
 * # timeout: 400
 * CUTS_PER_POINT=n in the environment makes it more thorough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "store/cuts.h"

enum { ROUNDS = 51, SEED = 1, CUTS_MIN = 75000 };

static void
test_power_cut_everywhere(void **state)
{
    (void)state;
    assert_true(run_cuts(SEED, ROUNDS).cuts >= CUTS_MIN);
}

/* The controls: with a disk that lies, the same test must find damage. */
static void
control(bool swallow_syncs, bool swallow_folder_syncs, const char *what)
{
    static struct script script;
    static struct digest states[STEPS_MAX + 1];
    make_script(&script, SEED, 6);
    states_of(&script, states);
    struct tally tally = cut_script(&script, states, 4, false, swallow_syncs, swallow_folder_syncs);
    print_message("without %s: %zu of %zu cuts bad\n", what, tally.bad, tally.cuts);
    assert_true(tally.bad > tally.cuts / 20);
}

static void
test_control_syncs_swallowed(void **state)
{
    (void)state;
    control(true, false, "syncs");
}

static void
test_control_folder_syncs_swallowed(void **state)
{
    (void)state;
    control(false, true, "the folder's sync");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_control_syncs_swallowed),
        cmocka_unit_test(test_control_folder_syncs_swallowed),
        cmocka_unit_test(test_power_cut_everywhere),
    };
    memory_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
