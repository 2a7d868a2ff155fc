/* A queue of CUPS by its own programs, which here are the test's: what they answer is understood, also when it is much, broken, of
 * other printers, in another language or meant to mislead. What isn't understood is never taken for a paper that came, or for an empty
 * spool. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "print/print.h"
#include "print/spool.h"

#define QUEUE "slip"
#define JOB "slip-12                 kiosk             1024   Sun Nov 22 22:10:00 2026\n"
#define IS_PRINTING "printer slip now printing slip-12.  enabled since Sun Nov 22 22:10:00 2026\n"
#define IS_IDLE "printer slip is idle.  enabled since Sun Nov 22 22:10:00 2026\n"
#define IS_STOPPED "printer slip disabled since Sun Nov 22 22:10:00 2026 -\n\treason unknown\n"

static const struct print_lp lp = {.queue = QUEUE};

/* What lpstat says of a slip, and of much else that is none of its business. */
static void
test_lp_look(void **state)
{
    static const struct {
        const char *active, *completed;
        int error;
        enum print_lp_state told;
    } table[] = {
        {JOB IS_PRINTING, "", 0, PRINT_LP_GOES_ON},
        {JOB "\tStatus: Waiting\n\tAlerts: job-printing\n\tqueued for slip\n" IS_PRINTING
             "\tForm mounted:\n\tAlerts: none\n",
            "", 0, PRINT_LP_GOES_ON},
        {JOB IS_IDLE, "", 0, PRINT_LP_WAITS},
        {JOB IS_PRINTING "\tAlerts: media-empty-error media-needed-error\n", "", 0, PRINT_LP_WAITS},
        {JOB IS_PRINTING "\tAlerts: cover-open\n", "", 0, PRINT_LP_WAITS},
        {JOB IS_STOPPED, "", 0, PRINT_LP_STANDS},
        {IS_IDLE, "", 0, PRINT_LP_ENDED},
        {IS_IDLE, JOB "\tAlerts: job-completed-successfully\n", 0, PRINT_LP_ENDED},
        {IS_IDLE, JOB "\tAlerts: job-canceled-by-user\n", 0, PRINT_LP_DROPPED},
        {IS_IDLE, "slip-11 kiosk 1\n\tAlerts: job-canceled-by-user\n" JOB "\tAlerts: none\n", 0,
            PRINT_LP_ENDED}, /* another's end */
        {IS_IDLE, JOB "\tStatus: cancel\n\tAlerts: none\n", 0, PRINT_LP_ENDED},
        /* jobs and printers whose names begin alike, or hold ours */
        {"slip-123 kiosk 1\nslip-1 kiosk 1\nslipper-12 kiosk 1\nmy-slip-12 kiosk 1\n" IS_IDLE, "",
            0, PRINT_LP_ENDED},
        {JOB "printer slip2 disabled since Sunday\n\tAlerts: media-empty\n" IS_PRINTING
             "printer a disabled since Sunday\n\tAlerts: media-empty\n",
            "", 0, PRINT_LP_GOES_ON},
        /* words of people in lines of their own */
        {JOB "\tStatus: printer slip disabled since ever\n" IS_PRINTING
             "\tis idle, disabled since -error\n\tDescription: Alerts: media-empty\n",
            "", 0, PRINT_LP_GOES_ON},
        {"slip-12\n" IS_IDLE, "", 0, PRINT_LP_ENDED}, /* no line of lpstat */
        /* nothing of our printer: who can say? */
        {"", "", KERR_IO, 0},
        {"\n\n\n", "", KERR_IO, 0},
        {JOB, "", KERR_IO, 0},
        {JOB "\tprinter slip is idle.\n", "", KERR_IO, 0},
        {JOB "printer slip", "", KERR_IO, 0},
        {"プリンター slip は待機中です。\n", "", KERR_IO, 0},
        {"l'imprimante slip est inactive.  activée depuis hier\n", "", KERR_IO, 0},
    };
    struct spool spool;
    (void)state;
    spool_open(&spool);
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        enum print_lp_state told = PRINT_LP_GOES_ON;
        spool_says(&spool, "active", table[i].active);
        spool_says(&spool, "completed", table[i].completed);
        int r = print_lp_look(&lp, "slip-12", -1, &told);
        if (r != table[i].error || (r == 0 && told != table[i].told)) {
            fail_msg("%zu: %d, state %d", i, r, (int)told);
        }
    }
    spool_close(&spool);
}

/* Bytes that no lpstat writes; and more of them than anybody needs to know. */
static void
test_lp_hostile(void **state)
{
    static const char hidden[] = IS_IDLE "\0" JOB;
    static char much[128 * 1024];
    enum print_lp_state told = PRINT_LP_GOES_ON;
    struct spool spool;
    (void)state;
    spool_open(&spool);
    spool_file(&spool, "active", hidden, sizeof(hidden) - 1, 0600);
    assert_int_equal(print_lp_look(&lp, "slip-12", -1, &told), KERR_IO);
    memset(much, 'x', sizeof(much));
    spool_file(&spool, "active", much, 60 * 1024, 0600); /* one line without an end */
    assert_int_equal(print_lp_look(&lp, "slip-12", -1, &told), KERR_IO);
    memset(much, '\n', sizeof(much));
    spool_file(&spool, "active", much, sizeof(much), 0600);
    assert_int_equal(print_lp_look(&lp, "slip-12", -1, &told), KERR_TOO_BIG);
    spool_close(&spool);
}

/* The name of a slip is taken only when it is one of our queue. */
static void
test_lp_send(void **state)
{
    static const struct {
        const char *answer;
        const char *job; /* NULL: refused */
    } table[] = {
        {"request id is slip-12 (0 file(s))\n", "slip-12"},
        {"warning: slow\nrequest id is slip-7 (1 file(s))\n", "slip-7"},
        {"request id is slip-12", "slip-12"},
        {"", NULL},
        {"slip-12\n", NULL},
        {"request id is slip- (0 file(s))\n", NULL},
        {"request id is slip-12x (0 file(s))\n", NULL},
        {"request id is slip2-12 (0 file(s))\n", NULL},
        {"request id is slip312 (0 file(s))\n", NULL},
        {"request id is other-12 (0 file(s))\n", NULL},
        {"request id is slip-0123456789012345678901234567890123456789012345678901234567890123456789"
         "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
         "\n",
            NULL},
        {"リクエスト ID は slip-12 です\n", NULL},
    };
    struct spool spool;
    AUTO_BUF pdf;
    (void)state;
    buf_init(&pdf, 64);
    assert_int_equal(buf_add_str(&pdf, "%PDF"), 0);
    spool_open(&spool);
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        char job[PRINT_JOB_MAX] = "";
        spool_says(&spool, "lp.says", table[i].answer);
        int r = print_lp_send(&lp, &pdf, -1, job);
        assert_int_equal(r, table[i].job != NULL ? 0 : KERR_IO);
        assert_string_equal(job, table[i].job != NULL ? table[i].job : "");
    }
    spool_close(&spool);
}

/* The spool is empty when all was cancelled and nothing, not one byte, is told of it. */
static void
test_lp_sweep(void **state)
{
    struct spool spool;
    bool empty = false;
    (void)state;
    spool_open(&spool);
    spool_file(&spool, "job", "", 0, 0600);
    assert_int_equal(print_lp_sweep(&lp, &empty), 0);
    assert_true(empty && !spool_has(&spool, "job"));
    spool_says(&spool, "left", "slip-13 kiosk 1\n");
    assert_int_equal(print_lp_sweep(&lp, &empty), 0);
    assert_false(empty);
    spool_file(&spool, "left", "\0", 1, 0600);
    assert_int_equal(print_lp_sweep(&lp, &empty), KERR_IO);
    assert_false(empty);
    spool_says(&spool, "left", "");
    spool_says(&spool, "deaf", "");
    empty = true;
    assert_int_equal(print_lp_sweep(&lp, &empty), KERR_IO); /* nobody cancelled anything */
    assert_false(empty);
    spool_close(&spool);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lp_look),
        cmocka_unit_test(test_lp_hostile),
        cmocka_unit_test(test_lp_send),
        cmocka_unit_test(test_lp_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
