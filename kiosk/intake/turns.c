/* intake/turns.c - writers who share a commit. A ledger lets one write at a time, so whoever finds nobody writing
 * takes all that wait and commits them together; the others sleep until theirs is done. A commit on a disk costs the
 * same for one record as for several. */
#include "intake/intake_priv.h"

struct intake_job {
    struct ledger_work *work;
    bool is_done;
    struct intake_job *next;
};

/* Takes what waits, oldest first, and does it without the lock. Under the lock before and after. */
static void
lead(struct intake_turns *turns, struct ledger *ledger)
{
    struct intake_job *jobs[LEDGER_WORKS_MAX];
    struct ledger_work *works[LEDGER_WORKS_MAX];
    size_t count = 0;
    while (turns->jobs != NULL && count < LEDGER_WORKS_MAX) {
        jobs[count] = turns->jobs;
        works[count] = jobs[count]->work;
        turns->jobs = jobs[count]->next;
        count++;
    }
    turns->end = turns->jobs == NULL ? &turns->jobs : turns->end;
    turns->is_led = true;
    (void)pthread_mutex_unlock(&turns->lock);
    ledger_work(ledger, works, count);
    (void)pthread_mutex_lock(&turns->lock);
    turns->is_led = false;
    for (size_t i = 0; i < count; i++) {
        jobs[i]->is_done = true; /* its owner may be gone as soon as the lock is free */
    }
    (void)pthread_cond_broadcast(&turns->wake);
}

void
intake_turns_init(struct intake_turns *turns)
{
    *turns = (struct intake_turns){.is_led = false};
    /* None of these can fail on Linux. */
    (void)pthread_mutex_init(&turns->lock, NULL);
    (void)pthread_cond_init(&turns->wake, NULL);
    turns->end = &turns->jobs;
}

void
intake_turns_release(struct intake_turns *turns)
{
    (void)pthread_mutex_destroy(&turns->lock);
    (void)pthread_cond_destroy(&turns->wake);
}

int
intake_work(const struct intake_door *door, struct ledger_work *work)
{
    struct intake_turns *turns = door->turns;
    if (turns == NULL) {
        ledger_work(door->ledger, &work, 1);
        return work->result;
    }
    struct intake_job job = {.work = work};
    (void)pthread_mutex_lock(&turns->lock);
    *turns->end = &job;
    turns->end = &job.next;
    while (!job.is_done) {
        if (turns->is_led) {
            (void)pthread_cond_wait(&turns->wake, &turns->lock);
        } else {
            lead(turns, door->ledger);
        }
    }
    (void)pthread_mutex_unlock(&turns->lock);
    return work->result;
}
