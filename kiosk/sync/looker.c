/* sync/looker.c - a thread that looks at answers while the transfers go on. What it finds depends on nothing but the
 * answer and the row that was sent, so it knows no queue, no clock and no line. It gives way to whatever else the machine
 * has to do: a visitor waits for the other threads, nobody for this one. */
#include "sync/sync_priv.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/alloc.h"

enum { NICE = 10 };

struct sync_looker {
    pthread_t thread;
    pthread_mutex_t lock; /* for all below */
    pthread_cond_t given, done;
    struct sync_look *first, *last; /* not looked at yet; borrowed */
    bool is_ending;
};

static void *
work(void *arg)
{
    struct sync_looker *looker = arg;
    (void)setpriority(PRIO_PROCESS, 0, NICE); /* on Linux this thread's alone */
    (void)pthread_mutex_lock(&looker->lock);
    while (!looker->is_ending) {
        struct sync_look *look = looker->first;
        if (look == NULL) {
            (void)pthread_cond_wait(&looker->given, &looker->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&looker->lock);
        bool is_proven = sync_is_proven(&look->proof, look->answer);
        (void)pthread_mutex_lock(&looker->lock);
        look->is_proven = is_proven;
        look->is_done = true;
        looker->first = look->next;
        (void)pthread_cond_signal(&looker->done);
    }
    (void)pthread_mutex_unlock(&looker->lock);
    return NULL;
}

struct sync_looker *
sync_looker_new(void)
{
    struct sync_looker *looker = xcalloc(1, sizeof(*looker));
    (void)pthread_mutex_init(&looker->lock, NULL); /* these can't fail on Linux with these values */
    (void)pthread_cond_init(&looker->given, NULL);
    (void)pthread_cond_init(&looker->done, NULL);
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all); /* signals are the caller's */
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    bool ok = pthread_create(&looker->thread, NULL, work, looker) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!ok) {
        free(looker);
        return NULL;
    }
    return looker;
}

void
sync_looker_free(struct sync_looker *looker)
{
    if (looker == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&looker->lock);
    looker->is_ending = true;
    (void)pthread_cond_signal(&looker->given);
    (void)pthread_mutex_unlock(&looker->lock);
    (void)pthread_join(looker->thread, NULL); /* it was started and is joined once */
    (void)pthread_cond_destroy(&looker->given);
    (void)pthread_cond_destroy(&looker->done);
    (void)pthread_mutex_destroy(&looker->lock);
    free(looker);
}

void
sync_looker_give(struct sync_looker *looker, struct sync_look *look)
{
    look->is_done = look->is_proven = false;
    look->next = NULL;
    (void)pthread_mutex_lock(&looker->lock);
    if (looker->first == NULL) {
        looker->first = look;
        (void)pthread_cond_signal(&looker->given);
    } else {
        looker->last->next = look;
    }
    looker->last = look;
    (void)pthread_mutex_unlock(&looker->lock);
}

bool
sync_looker_has(struct sync_looker *looker, const struct sync_look *look)
{
    (void)pthread_mutex_lock(&looker->lock);
    bool is_done = look->is_done;
    (void)pthread_mutex_unlock(&looker->lock);
    return is_done;
}

bool
sync_looker_wait(struct sync_looker *looker, const struct sync_look *look)
{
    (void)pthread_mutex_lock(&looker->lock);
    while (!look->is_done) {
        (void)pthread_cond_wait(&looker->done, &looker->lock);
    }
    bool is_proven = look->is_proven;
    (void)pthread_mutex_unlock(&looker->lock);
    return is_proven;
}
