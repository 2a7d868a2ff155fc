/* base/report.h - what a terminal says of itself to the city: one line of text, as a header of a request. Numbers and a
 * version only: nothing of a record, no name. Each value has one spelling; a reader refuses anything else, since the line
 * comes from outside. Plain functions, any thread. */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H

#include <stdint.h>

#include "base/buf.h"

enum { REPORT_MAX = 1024, REPORT_VERSION_MAX = 24 };

/* Times are seconds since 1970 by the terminal's clock. */
struct report {
    char version[REPORT_VERSION_MAX]; /* letters, digits, ".", "-", "_", "+"; at least one */
    int64_t at; /* when it was said */
    int64_t waiting, oldest_at, aside, had; /* the queue: kiosk/store; oldest_at 0: none waits */
    int64_t epoch, next_sequence;
    int64_t tls_until, kiosk_until; /* ends of the two certificates; 0: can't be read */
    int64_t content, keys, live, answers; /* counters of the bundles that are there; 0: none */
};
/* Appends the line, without its end. KERR_INVALID for a value out of its bounds, KERR_TOO_BIG. */
int report_write(const struct report *report, struct buf *ret_text);
/* KERR_INVALID for anything that report_write would not have written. */
int report_read(const char *text, struct report *ret_report);

#endif
