/* app/printing_priv.h - the way of one slip to the printer, as a machine without thread, child or clock: printer.c does what it
 * says, and tests/app/test_owner.c leads it through a million schedules.
 *
 * There is never more than one slip in the spool. It goes there only while its visit lasts; when the visit ends, the printer has a
 * fault or it takes too long, the spool is swept, and until it is known to be empty no slip is taken and nobody's visit
 * begins. The spool's own limit for a job (PRINT_SLIP_LIFE_S of print/print.h) is shorter than SETTLE_MAX_MS, after which a visit may begin
 * whatever a spool says that does not answer.
 *
 * Times are milliseconds of the monotonic clock. Threads: the caller's lock. */
#ifndef APP_PRINTING_PRIV_H
#define APP_PRINTING_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "app/owner_priv.h"

enum { PRINTING_SETTLE_MAX_MS = 90 * 1000 };

enum printing_state {
    PRINTING_UNSWEPT, /* what lies in the spool may be anybody's */
    PRINTING_EMPTY,
    PRINTING_ASKED,
    PRINTING_SENT, /* its bytes are on their way to the spool */
    PRINTING_SPOOLED /* the spool has it */
};
enum printing_step { PRINTING_REST, PRINTING_SEND, PRINTING_LOOK, PRINTING_SWEEP };
enum printing_look { PRINTING_GOES_ON, PRINTING_DONE, PRINTING_FAULT };

struct printing {
    struct owner *owner;
    enum printing_state state;
    uint64_t visit; /* whose slip */
    int64_t since_ms; /* asked, or unswept */
    int wait_ms; /* how long a slip may take */
    bool told; /* there is news for the visit */
    bool done; /* the news: printed, or not */
};

/* Begins unswept: a killed terminal may have left a slip behind. */
void printing_init(struct printing *printing, struct owner *owner, int wait_ms, int64_t now_ms);
/* A slip for this visit. KERR_BUSY until the spool is known to be empty, KERR_CANCELLED for a visit that is over. */
int printing_ask(struct printing *printing, uint64_t visit, int64_t now_ms);
/* What is to be done now; each but REST is answered by its function below before the next is asked for. */
enum printing_step printing_next(struct printing *printing, int64_t now_ms);
void printing_sent(struct printing *printing, int error, int64_t now_ms);
void printing_looked(struct printing *printing, enum printing_look look, int64_t now_ms);
void printing_swept(struct printing *printing, bool empty);
/* May another person's visit begin? */
bool printing_settled(const struct printing *printing, int64_t now_ms);
/* What became of the slip of the visit that stands there; false: no news for it. */
bool printing_news(struct printing *printing, bool *ret_done);

#endif
