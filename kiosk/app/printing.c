/* app/printing.c - when a slip may go to the spool, and when the spool has to be swept. */
#include "app/printing_priv.h"

#include "base/err.h"

void
printing_init(struct printing *printing, struct owner *owner, int wait_ms, int64_t now_ms)
{
    *printing = (struct printing){
        .owner = owner, .state = PRINTING_UNSWEPT, .wait_ms = wait_ms, .since_ms = now_ms};
}

static bool
may(const struct printing *printing)
{
    return owner_lets_out(printing->owner, ARTEFACT_PAPER, printing->visit);
}

/* The slip is not to come, or not any more. */
static void
give_up(struct printing *printing, int64_t now_ms)
{
    printing->state = PRINTING_UNSWEPT;
    printing->since_ms = now_ms;
}

static void
tell(struct printing *printing, bool done)
{
    printing->told = true;
    printing->done = done;
}

int
printing_ask(struct printing *printing, uint64_t visit, int64_t now_ms)
{
    if (printing->state != PRINTING_EMPTY) {
        return KERR_BUSY; /* never two: the later one would take the place of the first */
    }
    printing->visit = visit;
    printing->told = false;
    if (!may(printing)) {
        return KERR_CANCELLED;
    }
    printing->state = PRINTING_ASKED;
    printing->since_ms = now_ms;
    return 0;
}

enum printing_step
printing_next(struct printing *printing, int64_t now_ms)
{
    switch (printing->state) {
    case PRINTING_UNSWEPT:
        return PRINTING_SWEEP;
    case PRINTING_ASKED:
        printing->state = may(printing) ? PRINTING_SENT : PRINTING_EMPTY;
        return printing->state == PRINTING_SENT ? PRINTING_SEND : PRINTING_REST;
    case PRINTING_SPOOLED:
        if (!may(printing)) {
            give_up(printing, now_ms);
            return PRINTING_SWEEP;
        }
        if (now_ms - printing->since_ms > printing->wait_ms) {
            tell(printing, false);
            give_up(printing, now_ms);
            return PRINTING_SWEEP;
        }
        return PRINTING_LOOK;
    case PRINTING_EMPTY:
    case PRINTING_SENT:
        break;
    }
    return PRINTING_REST;
}

void
printing_sent(struct printing *printing, int error, int64_t now_ms)
{
    if (error == 0) {
        printing->state = PRINTING_SPOOLED;
        return;
    }
    tell(printing, false);
    give_up(printing, now_ms); /* nobody knows how much of it the spool has */
}

void
printing_looked(struct printing *printing, enum printing_look look, int64_t now_ms)
{
    if (look == PRINTING_DONE) {
        tell(printing, true);
        printing->state = PRINTING_EMPTY;
    } else if (look == PRINTING_FAULT) {
        tell(printing, false);
        give_up(printing, now_ms);
    }
}

void
printing_swept(struct printing *printing, bool empty)
{
    if (empty) {
        printing->state = PRINTING_EMPTY;
    }
}

bool
printing_settled(const struct printing *printing, int64_t now_ms)
{
    return printing->state == PRINTING_EMPTY ||
           (printing->state == PRINTING_UNSWEPT &&
               now_ms - printing->since_ms >= PRINTING_SETTLE_MAX_MS);
}

bool
printing_news(struct printing *printing, bool *ret_done)
{
    bool told = printing->told && may(printing);
    printing->told = false;
    *ret_done = printing->done;
    return told;
}
