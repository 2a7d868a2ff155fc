/* program/ctl_fleet.h - what kioskctl fleet found in the ledger, for its two ways to tell it. */
#ifndef PROGRAM_CTL_FLEET_H
#define PROGRAM_CTL_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/report.h"
#include "ledger/ledger.h"

/* A chain of events as far as a line needs it. */
struct fleet_chain {
    char kiosk[LEDGER_NAME_MAX];
    uint64_t epoch, size, alarms;
    int64_t alarm_at;
    bool is_told; /* belongs to a span */
};
struct fleet_span {
    struct ledger_span span; /* its gaps are owned by this */
    struct ledger_gap *gaps;
};
struct fleet_said {
    char kiosk[LEDGER_NAME_MAX];
    int64_t at; /* when it was heard, the city's clock */
    bool is_read; /* false: a line that only a newer program reads */
    struct report report;
};
struct fleet {
    struct fleet_chain *chains; /* owned, like the next two */
    struct fleet_span *spans;
    struct fleet_said *said;
    size_t chain_count, chain_room, span_count, span_room, said_count, said_room;
    int64_t now;
};

enum { FLEET_NEEDS = 7 };
/* Why somebody must look at a kiosk, as words. How many. */
size_t ctl_fleet_needs(
    const struct fleet *fleet, const struct fleet_said *said, const char *ret_needs[FLEET_NEEDS]);
/* The chain that belongs to a span; NULL without one. */
struct fleet_chain *ctl_fleet_chain(const struct fleet *fleet, const struct ledger_span *span);
/* The whole as one JSON object on standard output. KERR_NO_MEMORY. */
int ctl_fleet_json(const struct fleet *fleet);

#endif
