/* pause/guess.c - numbers that are tried, clocks that jump, a terminal that starts anew: no ticket is guessed in an evening, and no
 * draft lives longer than half an hour. */
#include "pause/pause.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

static void
five_wrong_ones(void)
{
    char number[SEAL_DRAFT_NUMBER_LEN];
    char wrong[SEAL_DRAFT_NUMBER_LEN];
    stage_reset(&stage);
    write_name(false);
    pause_by_hand();
    memcpy(number, stage.app->visit.number, sizeof(number));
    another(number, wrong);
    tap("finish");
    stage.app->pause.wrong = 0;
    for (int i = 0; i < 5; i++) {
        must(pause_take_up(stage.app, wrong) == KERR_NOT_FOUND, "a wrong number");
    }
    must(pause_take_up(stage.app, number) == KERR_BUSY, "after five even the right one waits");
    stage_reset(&stage);
    tap("language:ja");
    tap("resume");
    for (const char *digit = number; *digit != 0; digit++) {
        char id[] = "digit:?";
        id[6] = *digit;
        tap(id);
    }
    must(!stage_tap(&stage, "next") && waiting() == 1, "by hand, too");
    stage_pass(&stage, 5 * MINUTE_MS);
    must(pause_take_up(stage.app, wrong) == KERR_NOT_FOUND, "one more");
    stage_pass(&stage, 5 * MINUTE_MS);
    must(pause_take_up(stage.app, number) == KERR_BUSY, "then twice as long");
    stage.wall_s += 86400;
    must(pause_locked_s(stage.app) > 0, "by no clock on the wall");
    stage.wall_s -= 86400;
    stage_pass(&stage, 5 * MINUTE_MS);
    must(pause_take_up(stage.app, number) == 0, "and whoever has it still goes on");
    must(stage.app->pause.wrong == 5, "one was forgiven, ten minutes after the first");
    stage_pass(&stage, 60 * MINUTE_MS);
    pause_watch(stage.app);
    must(stage.app->pause.wrong == 0, "and in time all of them");
}

/* A ticket of one's own buys no tries at those of others. */
static void
own_ticket(void)
{
    char number[SEAL_DRAFT_NUMBER_LEN];
    char wrong[SEAL_DRAFT_NUMBER_LEN];
    for (int i = 0; i < 2; i++) {
        write_name(false);
        pause_by_hand();
        memcpy(number, stage.app->visit.number, sizeof(number));
        another(number, wrong);
        tap("finish");
        for (int tries = 0; tries < (i == 0 ? 4 : 1); tries++) {
            must(pause_take_up(stage.app, wrong) == KERR_NOT_FOUND, "a wrong number");
        }
        must(pause_take_up(stage.app, number) == (i == 0 ? 0 : KERR_BUSY), "the fifth is the last");
    }
    stage_pass(&stage, 60 * MINUTE_MS);
    stage_reset(&stage);
}

/* The clock on the wall a day back: half an hour stays half an hour. A day on: everything is over. The terminal starts anew:
 * nothing waits, under no number. */
static void
clocks_and_power(void)
{
    static const int64_t jumps[] = {-86400, 86400, 0};
    for (size_t i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
        char number[SEAL_DRAFT_NUMBER_LEN];
        write_name(false);
        pause_by_hand();
        memcpy(number, stage.app->visit.number, sizeof(number));
        tap("finish");
        stage.wall_s += jumps[i];
        stage_pass(&stage, 29 * MINUTE_MS);
        stage_settle(&stage);
        must(waiting() == (jumps[i] > 0 ? 0 : 1), "a clock that jumps");
        if (jumps[i] == 0) {
            pause_close(stage.app);
            pause_open(stage.app);
            must(waiting() == 0, "drafts die with the terminal");
        }
        stage_pass(&stage, MINUTE_MS);
        stage_settle(&stage);
        must(waiting() == 0, "half an hour is the most");
        must(pause_take_up(stage.app, number) == KERR_NOT_FOUND, "and its number leads nowhere");
        stage.wall_s -= jumps[i];
        stage_pass(&stage, 60 * MINUTE_MS);
        stage_reset(&stage);
    }
}

void
guessing(void)
{
    five_wrong_ones();
    own_ticket();
    clocks_and_power();
}
