/* app/printer_priv.h - the visitor's slip on its way to a printer. A thread lays it out and does what printing_priv.h says; the
 * visit hears what became of it.
 *
 * Threads: all functions from the app's. */
#ifndef APP_PRINTER_PRIV_H
#define APP_PRINTER_PRIV_H

#include <stdbool.h>

#include "app/owner_priv.h"
#include "base/clock.h"
#include "base/conf.h"
#include "slip/slip.h"

struct printer;

/* From the settings printer, printer-server, printer-wait-s; *ret NULL when there is no printer. Sweeps its queue. KERR_NO_MEMORY. Borrows
 * clock and owner. wakeup as for cards. */
int printer_new(const struct conf *conf, const struct clock *clock, struct owner *owner,
    void (*wakeup)(void *), void *wakeup_ctx, struct printer **ret);
/* Cancels what is under way; waits for its sweep. NULL is accepted, here and below. */
void printer_free(struct printer *printer);
/* Takes the slip over. KERR_BUSY while something may be in the queue, KERR_CANCELLED for a visit that is over. */
int printer_start(struct printer *printer, struct slip *take_slip, uint64_t visit);
/* News of the slip of the visit that stands there: *ret_done, printed or not. */
bool printer_poll(struct printer *printer, bool *ret_done);
/* The visit is over (owner_next came first): its slip does not come any more. */
void printer_forget(struct printer *printer);
/* May another visit begin? */
bool printer_settled(struct printer *printer);

#endif
