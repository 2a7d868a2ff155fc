/* ledger/fleet.c - which records of which kiosk are missing: the runs that a backend finds, put
 * together to epochs with the gaps between them. */
#include "ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ledger/ledger_priv.h"

struct fleet {
    struct ledger_run *runs; /* owned */
    size_t count, room;
};

static int
keep(const struct ledger_run *run, void *ctx)
{
    struct fleet *fleet = ctx;
    if (fleet->count == fleet->room) {
        size_t room = fleet->room == 0 ? 64 : 2 * fleet->room;
        struct ledger_run *runs = realloc(fleet->runs, room * sizeof(*runs));
        if (runs == NULL) {
            return KERR_NO_MEMORY;
        }
        fleet->runs = runs;
        fleet->room = room;
    }
    fleet->runs[fleet->count++] = *run;
    return 0;
}

static bool
is_of(const struct ledger_span *span, const struct ledger_run *run)
{
    return span->epoch == run->epoch && strcmp(span->kiosk, run->kiosk) == 0;
}

/* Adds one run of the same epoch; gaps has room for it. */
static void
add(struct ledger_span *span, const struct ledger_run *run, struct ledger_gap *gaps)
{
    if (run->last_at > span->last_at) {
        span->last_at = run->last_at;
    }
    span->conflicts += run->conflicts;
    if (run->conflicts > 0) {
        return; /* a count, no sequences */
    }
    if (run->first >
        span->highest +
            1) { /* 0 is no kiosk's sequence; were it one, nothing is missing before it */
        gaps[span->gap_count++] =
            (struct ledger_gap){.first = span->highest + 1, .last = run->first - 1};
        span->missing += run->first - 1 - span->highest;
        span->gaps = gaps;
    }
    span->highest = run->last;
}

int
ledger_fleet(
    struct ledger *ledger, int (*each)(const struct ledger_span *span, void *ctx), void *ctx)
{
    struct fleet fleet = {0};
    int r = ledger->backend->runs(ledger, keep, &fleet);
    struct ledger_gap *gaps = r == 0 ? calloc(fleet.count + 1, sizeof(*gaps)) : NULL;
    r = r == 0 && gaps == NULL ? KERR_NO_MEMORY : r;
    size_t i = 0;
    while (r == 0 && i < fleet.count) {
        struct ledger_span span = {.epoch = fleet.runs[i].epoch, .last_at = INT64_MIN};
        memcpy(span.kiosk, fleet.runs[i].kiosk, sizeof(span.kiosk));
        while (i < fleet.count && is_of(&span, &fleet.runs[i])) {
            add(&span, &fleet.runs[i++], gaps);
        }
        r = each(&span, ctx);
    }
    free(gaps);
    free(fleet.runs);
    return r;
}
