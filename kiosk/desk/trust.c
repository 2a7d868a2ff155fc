/* desk/trust.c - up to which moment the city's clock is believed where something is deleted by it. A clock that jumped forward
 * would make every finished record look old. Two things are asked that such a jump does not move: what the terminals' own
 * clocks say, and how long ago the rule ran last. */
#include "keep_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/report.h"

enum {
    DAY_S = 86400,
    KIOSKS_MAX = 256,
    ENTRIES = 64, /* newest records that are opened for their time */
    AHEAD_S =
        DAY_S, /* how far past the terminals' time the clock is believed: a day without reports is none to wonder at */
    SILENT_S =
        30 * DAY_S, /* a terminal that is silent for so long longer than the others is no witness */
    QUIET_S = 7 * DAY_S /* a longer time without a run is a jump until somebody says otherwise */
};

struct witness {
    char kiosk[LEDGER_NAME_MAX];
    int64_t at; /* by its own clock */
    int64_t heard_at; /* by the city's, when that came */
};

struct witnesses {
    const struct desk_config *config;
    struct witness all[KIOSKS_MAX];
    size_t count;
    int64_t newest; /* heard_at of the last */
};

static void
hear(struct witnesses *witnesses, const char *kiosk, int64_t at, int64_t heard_at)
{
    size_t i = 0;
    while (i < witnesses->count && strcmp(witnesses->all[i].kiosk, kiosk) != 0) {
        i++;
    }
    if (i == KIOSKS_MAX) {
        return; /* as many as that are enough */
    }
    struct witness *witness = &witnesses->all[i];
    if (i == witnesses->count) {
        witnesses->count++;
        *witness = (struct witness){.at = INT64_MIN, .heard_at = INT64_MIN};
        (void)snprintf(witness->kiosk, sizeof(witness->kiosk), "%s", kiosk);
    }
    witness->at = at > witness->at ? at : witness->at;
    witness->heard_at = heard_at > witness->heard_at ? heard_at : witness->heard_at;
    witnesses->newest = heard_at > witnesses->newest ? heard_at : witnesses->newest;
}

static int
each_report(const struct ledger_report *said, void *ctx)
{
    struct report report;
    if (report_read_bytes(said->bytes, said->len, &report) == 0) {
        hear(ctx, said->kiosk, report.at, said->at);
    }
    return 0;
}

static int
each_entry(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx)
{
    struct witnesses *witnesses = ctx;
    const char *reason = NULL;
    struct record *record = desk_open_record(witnesses->config, entry, envelope, len, &reason);
    if (record != NULL) {
        hear(witnesses, entry->kiosk, record_head(record)->submitted_at, entry->received_at);
    }
    record_free(record);
    return 0;
}

/* What two of the terminals agree on: the second largest of their times, so that one mad clock moves nothing; that of the only
 * one when there is but one. INT64_MIN: nobody said anything. */
static int64_t
time_of(const struct witnesses *witnesses)
{
    int64_t largest = INT64_MIN;
    int64_t second = INT64_MIN;
    for (size_t i = 0; i < witnesses->count; i++) {
        const struct witness *witness = &witnesses->all[i];
        if (witnesses->newest - witness->heard_at > SILENT_S) {
            continue;
        }
        if (witness->at > largest) {
            second = largest;
            largest = witness->at;
        } else if (witness->at > second) {
            second = witness->at;
        }
    }
    return second != INT64_MIN ? second : largest;
}

static int
each_sweep(const struct ledger_sweep *sweep, void *ctx)
{
    int64_t *last = ctx;
    if (strcmp(sweep->word, DESK_SWEEP_HELD) == 0) {
        return 0; /* its time is the one that nobody believed */
    }
    *last = sweep->at;
    return 1;
}

static int
newest_arrival(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx)
{
    (void)envelope, (void)len;
    *(int64_t *)ctx = entry->received_at;
    return 0;
}

int
desk_trust(const struct desk_config *config, struct ledger *ledger, bool clock_is_right,
    struct desk_trust *ret_trust)
{
    enum { SWEEPS = 1000 };
    struct witnesses witnesses = {.config = config, .newest = INT64_MIN};
    int64_t now = clock_wall_s(config->clock);
    int64_t last = INT64_MIN;
    int r = ledger_reports(ledger, each_report, &witnesses);
    r = r == 0 ? ledger_list(ledger, 0, ENTRIES, each_entry, &witnesses) : r;
    r = r == 0 ? ledger_sweeps(ledger, SWEEPS, each_sweep, &last) : r;
    if (r >= 0 && last == INT64_MIN) {
        r = ledger_list(ledger, 0, 1, newest_arrival, &last);
    }
    if (r < 0) {
        return r;
    }
    int64_t fleet = time_of(&witnesses);
    *ret_trust = (struct desk_trust){.now = now, .fleet = fleet, .trusted = now};
    if (fleet == INT64_MIN) {
        ret_trust->trusted = INT64_MIN;
    } else if (fleet + AHEAD_S < now) {
        ret_trust->trusted = fleet + AHEAD_S;
    }
    ret_trust->is_held = !clock_is_right && last != INT64_MIN && now - last > QUIET_S;
    return 0;
}
