/* program/ctl_status.c - kioskctl status: the queue's counts for a person. Ends with 1 when records
 * were set aside or a damaged file was, so that a watcher notices. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "program/ctl.h"
#include "store/store.h"

static void
print_counts(const char *path, const struct store_counts *counts)
{
    char when[CLOCK_RFC3339_LEN];
    (void)printf("queue        %s\n", path);
    (void)printf("waiting      %" PRIu64, counts->queued);
    if (counts->queued > 0) {
        clock_rfc3339(counts->oldest_queued_at, when);
        (void)printf(", the oldest since %s", when);
    }
    (void)printf("\n");
    if (counts->queued > 0) {
        clock_rfc3339(counts->next_try, when);
        (void)printf("next try     %s\n", when);
    }
    (void)printf("set aside    %" PRIu64 "\n", counts->quarantined);
    (void)printf("sent         %" PRIu64 "\n", counts->sent);
    (void)printf(
        "next number  %" PRIu64 " of epoch %" PRIu64 "\n", counts->next_sequence, counts->epoch);
}

static int
show(const char *path)
{
    struct store *store = NULL;
    struct store_counts counts = {0};
    /* opening would make one: a missing queue is something to say, not to mend */
    int r = fs_exists(path) ? store_open(path, &store) : KERR_NOT_FOUND;
    if (r == 0) {
        r = store_counts(store, &counts);
    }
    store_close(store);
    if (r < 0) {
        (void)fprintf(stderr, "kioskctl status: %s: %s\n", path, err_str(r));
        return 1;
    }
    print_counts(path, &counts);
    unsigned damaged = store_damaged_files(path);
    if (damaged > 0) {
        (void)printf(
            "damaged      %u older files beside the queue (.damaged-N): hand them over, then"
            " remove them\n",
            damaged);
    }
    return counts.quarantined > 0 || damaged > 0 ? 1 : 0;
}

int
ctl_status(int argc, char **argv)
{
    (void)argv;
    if (argc != 1) {
        (void)fprintf(stderr, "usage: kioskctl status\n");
        return 2;
    }
    struct conf *conf = NULL;
    int line = 0;
    int r = conf_load_home(&conf, &line);
    if (r < 0) {
        char *home = conf_home();
        if (r == KERR_NOT_FOUND) {
            (void)fprintf(
                stderr, "kioskctl status: nothing is set up in %s: kioskctl init\n", home);
        } else {
            (void)fprintf(stderr,
                "kioskctl status: %s/madoguchi.conf: line %d can't be read (%s)\n", home, line,
                err_str(r));
        }
        free(home);
        return 1;
    }
    char *path = conf_path(conf, "queue", "queue.db");
    r = show(path);
    free(path);
    conf_free(conf);
    return r;
}
