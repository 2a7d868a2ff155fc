/* program/ctl_fleet.c - kioskctl fleet: what came to the city's ledger from each kiosk, what did not, whether its chain of
 * events still tells the story that it told, and how it said that it is. Ends with 1 when a record is missing, a place was taken
 * twice, a chain went back or has two stories, or a kiosk needs somebody, so that a watcher notices. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/report.h"
#include "ledger/ledger.h"
#include "program/ctl.h"

enum {
    SILENT_S = 60 * 60, /* a kiosk says how it is each ten minutes */
    SKEW_S = 60, /* a clock that is further away than this is told */
    END_SOON_S = 30 * 86400 /* a certificate that ends so soon, too */
};

/* A chain as far as a line of the table needs it. */
struct chain {
    char kiosk[LEDGER_NAME_MAX];
    uint64_t epoch, size, alarms;
    int64_t alarm_at;
    bool is_told;
};

struct fleet {
    struct chain *chains; /* owned */
    size_t count, room;
    bool is_wrong;
    int64_t now;
};

static int
keep_chain(const struct ledger_chain *chain, void *ctx)
{
    struct fleet *fleet = ctx;
    fleet->chains = xgrow(fleet->chains, fleet->count, &fleet->room, sizeof(*fleet->chains));
    struct chain *kept = &fleet->chains[fleet->count++];
    *kept = (struct chain){.epoch = chain->largest.epoch,
        .size = chain->largest.size,
        .alarms = chain->alarms,
        .alarm_at = chain->alarm_at};
    memcpy(kept->kiosk, chain->largest.kiosk, sizeof(kept->kiosk));
    return 0;
}

/* The last two columns of a line. */
static void
print_chain(struct fleet *fleet, struct chain *chain)
{
    if (chain == NULL) {
        (void)printf("\t-\t-\n");
        return;
    }
    chain->is_told = true;
    (void)printf("\t%" PRIu64, chain->size);
    if (chain->alarms == 0) {
        (void)printf("\twhole\n");
        return;
    }
    char when[CLOCK_RFC3339_LEN];
    clock_rfc3339(chain->alarm_at, when);
    (void)printf("\tset back or cloned, %" PRIu64 " times, last %s\n", chain->alarms, when);
    fleet->is_wrong = true;
}

static int
print_span(const struct ledger_span *span, void *ctx)
{
    struct fleet *fleet = ctx;
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
    fleet->is_wrong = fleet->is_wrong || span->missing > 0 || span->conflicts > 0;
    struct chain *chain = NULL;
    for (size_t i = 0; i < fleet->count && chain == NULL; i++) {
        bool is_it = fleet->chains[i].epoch == span->epoch &&
                     strcmp(fleet->chains[i].kiosk, span->kiosk) == 0;
        chain = is_it ? &fleet->chains[i] : NULL;
    }
    print_chain(fleet, chain);
    return 0;
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

/* The last column: what somebody must look at. The certificates' ends are told by the city's clock, since the kiosk's may
 * be mad. */
static void
print_needs(struct fleet *fleet, const struct ledger_report *said, const struct report *report)
{
    int64_t skew = report->at - said->at, soon = fleet->now + END_SOON_S;
    const struct {
        bool is_so;
        const char *what;
    } needs[] = {
        {fleet->now - said->at > SILENT_S, "silent"},
        {skew > SKEW_S || skew < -SKEW_S, "clock"},
        {report->tls_until < soon || report->kiosk_until < soon, "certificate"},
        {report->aside > 0, "set aside"},
    };
    const char *before = "\t";
    for (size_t i = 0; i < ARRAY_LEN(needs); i++) {
        if (needs[i].is_so) {
            (void)printf("%s%s", before, needs[i].what);
            before = ", ";
            fleet->is_wrong = true;
        }
    }
    (void)printf("%s\n", before[0] == '\t' ? "\t-" : "");
}

/* ledger_reports' each. */
static int
print_report(const struct ledger_report *said, void *ctx)
{
    struct fleet *fleet = ctx;
    struct report report;
    char line[LEDGER_REPORT_MAX + 1];
    (void)snprintf(line, sizeof(line), "%.*s", (int)said->len, (const char *)said->bytes);
    (void)printf("%s", said->kiosk);
    print_time(said->at);
    if (report_read(line, &report) < 0) { /* a newer intake kept it */
        (void)printf("\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\tcan't be read\n");
        fleet->is_wrong = true;
        return 0;
    }
    (void)printf("\t%s\t%" PRId64, report.version, report.waiting);
    print_time(report.oldest_at);
    (void)printf(
        "\t%" PRId64 "\t%" PRId64 "\t%+" PRId64, report.aside, report.had, report.at - said->at);
    print_time(report.tls_until);
    print_time(report.kiosk_until);
    print_counter(report.content);
    print_counter(report.keys);
    print_counter(report.live);
    print_counter(report.answers);
    print_needs(fleet, said, &report);
    return 0;
}

static int
show(struct ledger *ledger, const char *argument, int64_t now)
{
    (void)argument;
    struct fleet fleet = {.now = now};
    int r = ledger_chains(ledger, keep_chain, &fleet);
    if (r == 0) {
        (void)printf(
            "kiosk\tepoch\tlast record\thighest\tmissing\tconflicts\tgaps\tevents\tchain\n");
        r = ledger_fleet(ledger, print_span, &fleet);
    }
    for (size_t i = 0; r == 0 && i < fleet.count; i++) { /* those of whose records none came */
        struct chain *chain = &fleet.chains[i];
        if (!chain->is_told) {
            (void)printf("%s\t%" PRIu64 "\t-\t-\t-\t-\t-", chain->kiosk, chain->epoch);
            print_chain(&fleet, chain);
        }
    }
    if (r == 0) {
        (void)printf("\nkiosk\theard\tversion\twaiting\toldest\tset aside\tdelivered\tclock"
                     "\tcert. TLS\tcert. kiosk\tcontent\tkeys\tlive\tanswers\tneeds\n");
        r = ledger_reports(ledger, print_report, &fleet);
    }
    free(fleet.chains);
    return r < 0 ? r : fleet.is_wrong;
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
        : argc == 3 && strcmp(argv[1], "settle") == 0 ? settle
        : argc == 3 && strcmp(argv[1], "points") == 0 ? write_points
                                                      : NULL;
    if (work == NULL) {
        (void)fprintf(stderr, "usage: kioskctl fleet [settle KIOSK | points FOLDER]\n");
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
