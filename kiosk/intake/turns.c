/* intake/turns.c - writers who share a commit. A ledger lets one write at a time, so whoever finds nobody writing
 * takes all that wait and commits them together; the others sleep until theirs is done. A commit on a disk costs the
 * same for one record as for several. So where the last one took its time, whoever shared it with others waits a moment for as many:
 * terminals that were answered together come back together, and would else take turns in two halves. Where a disk is
 * quick the halves are better: one is verified while the other is written.
 *
 * Everybody is told ahead which position his entry will have, so that he signs its receipt while others write. When that was
 * wrong (a record was no new one), the ledger has another one made; where somebody else writes into the same ledger, nobody is told
 * anything until that has ended. */
#include "intake/intake_priv.h"

#include <time.h>

enum {
    GATHER_NS = 500 * 1000,
    SECOND_NS = 1000 * 1000 * 1000,
    /* A commit that takes longer than this waits for a disk, or for a standby: measured without, 0.2 ms and 0.1 ms a record. */
    QUICK_US = 500,
    QUICK_RECORD_US = 100
};

struct intake_job {
    struct ledger_work *work;
    bool is_done;
    struct intake_job *next;
};

static struct timespec
now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* exists on every Linux */
    return time;
}

static int64_t
us_since(const struct timespec *begin)
{
    struct timespec end = now();
    return (end.tv_sec - begin->tv_sec) * (int64_t)(SECOND_NS / 1000) +
           (end.tv_nsec - begin->tv_nsec) / 1000;
}

/* Until as many wait as there were the last time, or the moment is over. Under the lock. */
static void
gather(struct intake_turns *turns)
{
    struct timespec until = now();
    until.tv_nsec += GATHER_NS;
    until.tv_sec += until.tv_nsec / SECOND_NS;
    until.tv_nsec %= SECOND_NS;
    turns->is_gathering = true;
    while (turns->waiting < turns->crowd &&
           pthread_cond_timedwait(&turns->enough, &turns->lock, &until) == 0) {
    }
    turns->is_gathering = false;
}

/* What works that are done tell of the positions to come. A smaller one than before counts too: a ledger may have been brought
 * back from a copy. Under the lock. */
static void
look_ahead(struct intake_turns *turns, struct ledger_work *const *works, size_t count)
{
    uint64_t first = UINT64_MAX, last = 0;
    for (size_t i = 0; i < count; i++) {
        const struct ledger_work *work = works[i];
        turns->ahead -= work->foreseen > 0;
        if (work->sign != NULL && work->result == LEDGER_NEW) {
            uint64_t position = work->entry->position;
            first = position < first ? position : first;
            last = position > last ? position : last;
        }
    }
    if (last > 0) {
        bool was_alone = first == turns->last + 1;
        turns->calm = !was_alone ? 0 : turns->calm < INTAKE_CALM ? turns->calm + 1 : INTAKE_CALM;
        turns->last = last;
    }
    turns->foreseen = turns->last + turns->ahead;
}

/* Takes what waits, oldest first, and does it without the lock. Under the lock before and after. */
static void
lead(struct intake_turns *turns, struct ledger *ledger)
{
    struct intake_job *jobs[LEDGER_WORKS_MAX];
    struct ledger_work *works[LEDGER_WORKS_MAX];
    size_t count = 0;
    turns->is_led = true;
    if (turns->is_slow) {
        gather(turns);
    }
    while (turns->jobs != NULL && count < LEDGER_WORKS_MAX) {
        jobs[count] = turns->jobs;
        works[count] = jobs[count]->work;
        turns->jobs = jobs[count]->next;
        count++;
    }
    turns->end = turns->jobs == NULL ? &turns->jobs : turns->end;
    turns->waiting -= count;
    (void)pthread_mutex_unlock(&turns->lock);
    struct timespec begin = now();
    ledger_work(ledger, works, count);
    bool is_slow = us_since(&begin) > QUICK_US + (int64_t)count * QUICK_RECORD_US;
    (void)pthread_mutex_lock(&turns->lock);
    turns->is_slow = is_slow;
    turns->is_led = false;
    turns->crowd =
        count + turns->waiting < LEDGER_WORKS_MAX ? count + turns->waiting : LEDGER_WORKS_MAX;
    for (size_t i = 0; i < count; i++) {
        jobs[i]->is_done = true; /* its owner may be gone as soon as the lock is free */
    }
    look_ahead(turns, works, count);
    (void)pthread_cond_broadcast(&turns->wake);
}

void
intake_turns_init(struct intake_turns *turns)
{
    *turns = (struct intake_turns){.is_led = false};
    /* None of these can fail on Linux. */
    (void)pthread_mutex_init(&turns->lock, NULL);
    (void)pthread_cond_init(&turns->wake, NULL);
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&turns->enough, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    turns->end = &turns->jobs;
}

void
intake_turns_release(struct intake_turns *turns)
{
    (void)pthread_mutex_destroy(&turns->lock);
    (void)pthread_cond_destroy(&turns->wake);
    (void)pthread_cond_destroy(&turns->enough);
}

uint64_t
intake_foresee(struct intake_turns *turns)
{
    uint64_t foreseen = 0;
    if (turns != NULL) {
        (void)pthread_mutex_lock(&turns->lock);
        if (turns->calm == INTAKE_CALM) {
            turns->ahead++;
            foreseen = ++turns->foreseen;
        }
        (void)pthread_mutex_unlock(&turns->lock);
    }
    return foreseen;
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
    turns->waiting++;
    if (turns->is_gathering && turns->waiting >= turns->crowd) {
        (void)pthread_cond_signal(&turns->enough);
    }
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
