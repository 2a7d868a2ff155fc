/* app/queue_priv.h - the queue as the terminal keeps it: opened, mended after damage, looked over while
 * nobody waits. Belongs to the submitter's thread (submit.c). */
#ifndef APP_QUEUE_PRIV_H
#define APP_QUEUE_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/conf.h"
#include "app/sealing_priv.h"
#include "store/store.h"

struct queue;

/* Opens the queue of the settings; a damaged one is mended by the first queue_look or queue_mend, whichever comes first. stop is asked during long looks: true
 * ends them, since somebody waits. Errors of store_open. Borrows clock and sealing, whose
 * thread it is, too. */
int queue_new(const struct conf *conf, const struct clock *clock, struct sealing *sealing,
    bool (*stop)(void *ctx), void *ctx, struct queue **ret_queue);
void queue_free(struct queue *queue);
/* Borrowed; another one after queue_mend and queue_look. Errors of store_open. */
int queue_store(struct queue *queue, struct store **ret_store);
/* After an error of the store: true when the queue was damaged and is whole again, or was full and the
 * reserve made room, so that the same may be asked for once more. */
bool queue_mend(struct queue *queue, int error);
/* 0, or why nothing can be stored now: then no new application begins. Heals in queue_look. */
int queue_closed(const struct queue *queue);
/* Does a little of what idle time is for. Milliseconds until it is worth calling again. */
int64_t queue_look(struct queue *queue);

#endif
