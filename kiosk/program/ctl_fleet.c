/* program/ctl_fleet.c - kioskctl fleet: what came to the city's ledger from each kiosk, what did not, whether its chain of
 * events still tells the story that it told, and how it said that it is. Ends with 1 when a record is missing, a place was taken
 * twice, a chain went back or has two stories, or a kiosk needs somebody, so that a watcher notices. */
#include "program/ctl_fleet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "program/ctl.h"

enum {
    SILENT_S = 60 * 60, /* a kiosk says how it is each ten minutes */
    SKEW_S = 60, /* a clock that is further away than this is told */
    END_SOON_S = 30 * 86400 /* a certificate that ends so soon, too */
};

/* What is amiss with records and chains. */
#define WORD_MISSING "missing"
#define WORD_CONFLICTS "conflicts"
#define WORD_BACK "set back or cloned"

/* ---- what the ledger has ---- */

static int
keep_chain(const struct ledger_chain *chain, void *ctx)
{
    struct fleet *fleet = ctx;
    fleet->chains =
        xgrow(fleet->chains, fleet->chain_count, &fleet->chain_room, sizeof(*fleet->chains));
    struct fleet_chain *kept = &fleet->chains[fleet->chain_count++];
    *kept = (struct fleet_chain){.epoch = chain->largest.epoch,
        .size = chain->largest.size,
        .alarms = chain->alarms,
        .alarm_at = chain->alarm_at};
    memcpy(kept->kiosk, chain->largest.kiosk, sizeof(kept->kiosk));
    return 0;
}

static int
keep_span(const struct ledger_span *span, void *ctx)
{
    struct fleet *fleet = ctx;
    fleet->spans = xgrow(fleet->spans, fleet->span_count, &fleet->span_room, sizeof(*fleet->spans));
    struct fleet_span *kept = &fleet->spans[fleet->span_count++];
    *kept = (struct fleet_span){
        .span = *span, .gaps = xcalloc(span->gap_count + 1, sizeof(*kept->gaps))};
    if (span->gap_count > 0) {
        memcpy(kept->gaps, span->gaps, span->gap_count * sizeof(*kept->gaps));
    }
    kept->span.gaps = kept->gaps;
    struct fleet_chain *chain = ctl_fleet_chain(fleet, span);
    if (chain != NULL) {
        chain->is_told = true;
    }
    return 0;
}

static int
keep_report(const struct ledger_report *report, void *ctx)
{
    struct fleet *fleet = ctx;
    fleet->said = xgrow(fleet->said, fleet->said_count, &fleet->said_room, sizeof(*fleet->said));
    struct fleet_said *said = &fleet->said[fleet->said_count++];
    *said = (struct fleet_said){.at = report->at};
    memcpy(said->kiosk, report->kiosk, sizeof(said->kiosk));
    said->is_read = report_read_bytes(report->bytes, report->len, &said->report) == 0;
    return 0;
}

static int
collect(struct ledger *ledger, struct fleet *fleet)
{
    int r = ledger_chains(ledger, keep_chain, fleet);
    r = r == 0 ? ledger_fleet(ledger, keep_span, fleet) : r;
    return r == 0 ? ledger_reports(ledger, keep_report, fleet) : r;
}

static void
release(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->span_count; i++) {
        free(fleet->spans[i].gaps);
    }
    free(fleet->spans);
    free(fleet->chains);
    free(fleet->said);
}

/* ---- what somebody must look at ---- */

struct fleet_chain *
ctl_fleet_chain(const struct fleet *fleet, const struct ledger_span *span)
{
    for (size_t i = 0; i < fleet->chain_count; i++) {
        struct fleet_chain *chain = &fleet->chains[i];
        if (chain->epoch == span->epoch && strcmp(chain->kiosk, span->kiosk) == 0) {
            return chain;
        }
    }
    return NULL;
}

/* Ends of certificates are judged by the city's clock, since the kiosk's may be mad. */
size_t
ctl_fleet_needs(
    const struct fleet *fleet, const struct fleet_said *said, const char *ret_needs[FLEET_NEEDS])
{
    const struct report *report = &said->report;
    int64_t skew = report->at - said->at;
    int64_t soon = fleet->now + END_SOON_S;
    bool is_read = said->is_read;
    const struct {
        bool is_so;
        const char *what;
    } needs[FLEET_NEEDS] = {
        {!is_read, "can't be read"}, /* a newer intake kept it */
        {is_read && fleet->now - said->at > SILENT_S, "silent"},
        {is_read && (skew > SKEW_S || skew < -SKEW_S), "clock"},
        {is_read && (report->tls_until < soon || report->kiosk_until < soon), "certificate"},
        {is_read && report_key_is_late(report, fleet->now), "city key"},
        {is_read && report->aside > 0, "set aside"},
        {is_read && report->full != 0, "disk full"},
    };
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(needs); i++) {
        if (needs[i].is_so) {
            ret_needs[count++] = needs[i].what;
        }
    }
    return count;
}

/* Is there something amiss of this kind anywhere? NULL: of any. */
static bool
occurs(const struct fleet *fleet, const char *word)
{
    const char *needs[FLEET_NEEDS];
    bool found = false;
    for (size_t i = 0; i < fleet->chain_count; i++) {
        found |= fleet->chains[i].alarms > 0 && (word == NULL || strcmp(word, WORD_BACK) == 0);
    }
    for (size_t i = 0; i < fleet->span_count; i++) {
        const struct ledger_span *span = &fleet->spans[i].span;
        found |= span->missing > 0 && (word == NULL || strcmp(word, WORD_MISSING) == 0);
        found |= span->conflicts > 0 && (word == NULL || strcmp(word, WORD_CONFLICTS) == 0);
    }
    for (size_t i = 0; i < fleet->said_count; i++) {
        size_t count = ctl_fleet_needs(fleet, &fleet->said[i], needs);
        for (size_t k = 0; k < count; k++) {
            found |= word == NULL || strcmp(word, needs[k]) == 0;
        }
    }
    return found;
}

/* ---- as tables ---- */

/* The last two columns of a line. */
static void
print_chain(const struct fleet_chain *chain)
{
    if (chain == NULL) {
        (void)printf("\t-\t-\n");
        return;
    }
    (void)printf("\t%" PRIu64, chain->size);
    if (chain->alarms == 0) {
        (void)printf("\twhole\n");
        return;
    }
    char when[CLOCK_RFC3339_LEN];
    clock_rfc3339(chain->alarm_at, when);
    (void)printf("\t" WORD_BACK ", %" PRIu64 " times, last %s\n", chain->alarms, when);
}

static void
print_span(const struct fleet *fleet, const struct ledger_span *span)
{
    char when[CLOCK_RFC3339_LEN];
    clock_rfc3339(span->last_at, when);
    (void)printf("%s\t%" PRIu64 "\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t", span->kiosk,
        span->epoch, when, span->highest, span->missing, span->conflicts);
    for (size_t i = 0; i < span->gap_count; i++) {
        const struct ledger_gap *gap = &span->gaps[i];
        (void)printf("%s%" PRIu64, i > 0 ? " " : "", gap->first);
        if (gap->last > gap->first) {
            (void)printf("-%" PRIu64, gap->last);
        }
    }
    (void)printf("%s", span->gap_count == 0 ? "-" : "");
    print_chain(ctl_fleet_chain(fleet, span));
}

static void
print_time(int64_t at)
{
    char when[CLOCK_RFC3339_LEN] = "-";
    if (at != 0) {
        clock_rfc3339(at, when);
    }
    (void)printf("\t%s", when);
}

static void
print_counter(int64_t counter)
{
    if (counter == 0) {
        (void)printf("\t-");
    } else {
        (void)printf("\t%" PRId64, counter);
    }
}

static void
print_said(const struct fleet *fleet, const struct fleet_said *said)
{
    const struct report *report = &said->report;
    const char *needs[FLEET_NEEDS];
    size_t count = ctl_fleet_needs(fleet, said, needs);
    (void)printf("%s", said->kiosk);
    print_time(said->at);
    if (said->is_read) {
        (void)printf("\t%s\t%" PRId64, report->version, report->waiting);
        print_time(report->oldest_at);
        (void)printf("\t%" PRId64 "\t%" PRId64 "\t%+" PRId64, report->aside, report->had,
            report->at - said->at);
        print_time(report->tls_until);
        print_time(report->kiosk_until);
        print_time(report->key_until);
        print_counter(report->content);
        print_counter(report->keys);
        print_counter(report->live);
        print_counter(report->answers);
    } else {
        (void)printf("\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-");
    }
    (void)printf("\t%s", count == 0 ? "-" : "");
    for (size_t i = 0; i < count; i++) {
        (void)printf("%s%s", i > 0 ? ", " : "", needs[i]);
    }
    (void)printf("\n");
}

static void
print_tables(const struct fleet *fleet)
{
    (void)printf("kiosk\tepoch\tlast record\thighest\tmissing\tconflicts\tgaps\tevents\tchain\n");
    for (size_t i = 0; i < fleet->span_count; i++) {
        print_span(fleet, &fleet->spans[i].span);
    }
    for (size_t i = 0; i < fleet->chain_count; i++) { /* those of whose records none came */
        const struct fleet_chain *chain = &fleet->chains[i];
        if (!chain->is_told) {
            (void)printf("%s\t%" PRIu64 "\t-\t-\t-\t-\t-", chain->kiosk, chain->epoch);
            print_chain(chain);
        }
    }
    (void)printf("\nkiosk\theard\tversion\twaiting\toldest\tset aside\tdelivered\tclock"
                 "\tcert. TLS\tcert. kiosk\tcity key\tcontent\tkeys\tlive\tanswers\tneeds\n");
    for (size_t i = 0; i < fleet->said_count; i++) {
        print_said(fleet, &fleet->said[i]);
    }
}

/* What to do about each word, for those that occur. */
static void
print_hints(const struct fleet *fleet)
{
    static const struct {
        const char *word, *hint;
    } hints[] = {
        {WORD_MISSING, "accepted at the terminal and not here: do they wait there (kioskctl "
                       "status)? Else look there for"
                       " damaged files beside the queue, and for codes that visitors took along "
                       "(kioskctl qr import)"},
        {WORD_CONFLICTS, "two records claim one number: the terminal's disk was copied or set "
                         "back. Look at that terminal;"
                         " what came second is kept apart"},
        {WORD_BACK, "look at that terminal: kioskctl fleet points FOLDER, kioskctl audit verify "
                    "FOLDER/* there;"
                    " then kioskctl fleet settle KIOSK"},
        {"can't be read", "the terminal is newer than this program"},
        {"silent", "no word for an hour: is it switched on, is its line up? kioskctl status there "
                   "says more."
                   " One that is revoked stays silent"},
        {"clock", "more than a minute from ours: set it there"},
        {"certificate",
            "ends within 30 days, or has ended: kioskctl enrol list tells what waits to be signed"},
        {"city key", "seals with a key past its end: kioskctl keys next, kioskctl bundle make "
                     "keys; without a line"
                     " kioskctl keys take there"},
        {"set aside", "the city refused records, or they are damaged: they stay there, and "
                      "kioskctl status tells what to do"},
        {"disk full", "takes no new applications until there is room: make some on its disk"},
    };
    bool is_first = true;
    for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
        if (occurs(fleet, hints[i].word)) {
            (void)printf("%s%s: %s\n", is_first ? "\n" : "", hints[i].word, hints[i].hint);
            is_first = false;
        }
    }
}

/* ---- */

static int
tell(struct ledger *ledger, bool is_json, int64_t now)
{
    struct fleet fleet = {.now = now};
    int r = collect(ledger, &fleet);
    if (r == 0 && is_json) {
        r = ctl_fleet_json(&fleet);
    } else if (r == 0) {
        print_tables(&fleet);
        print_hints(&fleet);
    }
    r = r == 0 ? occurs(&fleet, NULL) : r;
    release(&fleet);
    return r;
}

static int
show(struct ledger *ledger, const char *argument, int64_t now)
{
    (void)argument;
    return tell(ledger, false, now);
}

static int
show_json(struct ledger *ledger, const char *argument, int64_t now)
{
    (void)argument;
    return tell(ledger, true, now);
}

/* Somebody looked at the kiosk: what it shows now counts. */
static int
settle(struct ledger *ledger, const char *kiosk, int64_t now)
{
    return ledger_settle(ledger, kiosk, now);
}

static int
write_point(const char *folder, const struct ledger_point *point, const char *ending,
    const uint8_t *bytes, size_t len)
{
    char name[LEDGER_NAME_MAX + 48];
    (void)snprintf(name, sizeof(name), "%s-%" PRIu64 ".%s", point->kiosk, point->epoch, ending);
    if (strchr(point->kiosk, '/') != NULL) {
        return KERR_INVALID; /* no name that a certificate of ours has */
    }
    char *path = fs_join(folder, name);
    int r = fs_write_atomic(path, bytes, len, 0644);
    free(path);
    return r;
}

/* ledger_chains' each: the signed points as files, for kioskctl audit verify at the kiosk. */
static int
write_chain(const struct ledger_chain *chain, void *ctx)
{
    const char *folder = ctx;
    int r = write_point(folder, &chain->largest, "point", chain->bytes, chain->len);
    return r == 0 && chain->alarm_bytes != NULL
               ? write_point(folder, &chain->largest, "alarm", chain->alarm_bytes, chain->alarm_len)
               : r;
}

static int
write_points(struct ledger *ledger, const char *folder, int64_t now)
{
    (void)now;
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s", folder);
    return fs_is_folder(folder) ? ledger_chains(ledger, write_chain, path) : KERR_NOT_FOUND;
}

/* Does one work with the ledger; what it answers above 0 is the exit status. */
static int
with_ledger(const char *where,
    int (*work)(struct ledger *ledger, const char *argument, int64_t now), const char *argument)
{
    struct ledger *ledger = NULL;
    /* opening would make one: a missing file is something to say, not to mend */
    bool is_file = strstr(where, "://") == NULL;
    int r = is_file && !fs_exists(where) ? KERR_NOT_FOUND : ledger_open(where, &ledger);
    if (r < 0) { /* where may hold a password */
        (void)fprintf(
            stderr, "kioskctl fleet: %s: %s\n", is_file ? where : "the server", err_str(r));
        return 1;
    }
    r = work(ledger, argument, clock_wall_s(clock_system()));
    ledger_close(ledger);
    if (r < 0) {
        (void)fprintf(
            stderr, "kioskctl fleet: %s%s%s\n", argument, argument[0] != 0 ? ": " : "", err_str(r));
        return 1;
    }
    return r;
}

int
ctl_fleet(int argc, char **argv)
{
    int (*work)(struct ledger * ledger, const char *argument, int64_t now) =
        argc == 1                                     ? show
        : argc == 2 && strcmp(argv[1], "--json") == 0 ? show_json
        : argc == 3 && strcmp(argv[1], "settle") == 0 ? settle
        : argc == 3 && strcmp(argv[1], "points") == 0 ? write_points
                                                      : NULL;
    if (work == NULL) {
        (void)fprintf(stderr, "usage: kioskctl fleet [--json | settle KIOSK | points FOLDER]\n");
        return 2;
    }
    struct conf *conf = NULL;
    int line = 0;
    int r = conf_load_home(&conf, &line);
    if (r < 0) {
        (void)fprintf(stderr, "kioskctl fleet: the settings can't be read: %s\n", err_str(r));
        return 1;
    }
    char *where = ledger_where(conf_str(conf, "ledger", "ledger.db"), conf_folder(conf));
    r = with_ledger(where, work, argc == 3 ? argv[2] : "");
    free(where);
    conf_free(conf);
    return r;
}
