/* program/ctl_fleet.c - kioskctl fleet: what came to the city's ledger from each kiosk, and what did not.
 * Ends with 1 when a record is missing or a place was taken twice, so that a watcher notices. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "ledger/ledger.h"
#include "program/ctl.h"

static int
print_span(const struct ledger_span *span, void *ctx)
{
    bool *is_wrong = ctx;
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
    (void)printf("%s\n", span->gap_count == 0 ? "-" : "");
    *is_wrong = *is_wrong || span->missing > 0 || span->conflicts > 0;
    return 0;
}

static int
show(const char *where)
{
    struct ledger *ledger = NULL;
    bool is_wrong = false;
    /* opening would make one: a missing file is something to say, not to mend */
    bool is_file = strstr(where, "://") == NULL;
    int r = is_file && !fs_exists(where) ? KERR_NOT_FOUND : ledger_open(where, &ledger);
    if (r == 0) {
        (void)printf("kiosk\tepoch\tlast record\thighest\tmissing\tconflicts\tgaps\n");
        r = ledger_fleet(ledger, print_span, &is_wrong);
    }
    ledger_close(ledger);
    if (r < 0) { /* where may hold a password */
        (void)fprintf(
            stderr, "kioskctl fleet: %s: %s\n", is_file ? where : "the server", err_str(r));
        return 1;
    }
    return is_wrong ? 1 : 0;
}

int
ctl_fleet(int argc, char **argv)
{
    (void)argv;
    if (argc != 1) {
        (void)fprintf(stderr, "usage: kioskctl fleet\n");
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
    r = show(where);
    free(where);
    conf_free(conf);
    return r;
}
