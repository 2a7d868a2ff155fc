/* base/report.h - what a terminal says of itself to the city: one line of text, as a header of a request. Numbers and a
 * version only: nothing of a record, no name. Each value has one spelling; a reader refuses anything else, since the line
 * comes from outside. Plain functions, any thread. */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
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
    /* End of the city's sealing key that this terminal seals with; 0: not said, as by terminals before there was this
     * part of the line, which is left out then. */
    int64_t key_until;
    int64_t
        full; /* 1: no room for the queue; left out when there is, so that older intakes read the others' lines */
};
/* Did that key end, by the city's clock now or by the terminal's when it said so? Either counts, so that one mad clock hides
 * nothing. Such a terminal goes on, and somebody must bring it a newer list of keys, or set its clock. False when it is not said. */
bool report_key_is_late(const struct report *report, int64_t now);
/* Appends the line, without its end. KERR_INVALID for a value out of its bounds, KERR_TOO_BIG. */
int report_write(const struct report *report, struct buf *ret_text);
/* KERR_INVALID for anything that report_write would not have written. */
int report_read(const char *text, struct report *ret_report);
/* The same for a line without an end, as it was kept. */
int report_read_bytes(const uint8_t *bytes, size_t len, struct report *ret_report);

#endif
