/* app/tally.c - how many records of each procedure this terminal took, by day in Japan: counts and nothing else, for the
 * staff's page. A small file beside the queue, written after each commit; a power cut between the two costs one count,
 * never a record (the ledger holds the truth). Days older than a month are dropped. */
#include "app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fs.h"

enum { TALLY_BYTES_MAX = 512 * 1024, TALLY_DAYS = 31 };

/* "2026-11-22\tshelter-check-in\t512" */
struct line {
    char day[CLOCK_DAY_LEN];
    char procedure[RECORD_NAME_MAX];
    unsigned long count;
};

/* The next line of the text; false at the end or at the first that is none. */
static bool
next_line(const char **at, struct line *ret)
{
    int len = 0;
    *ret = (struct line){.count = 0};
    if (sscanf(*at, "%10[0-9-]\t%63[a-z0-9-]\t%9lu%n", ret->day, ret->procedure, &ret->count,
            &len) != 3 ||
        (*at)[len] != '\n') {
        return false;
    }
    *at += len + 1;
    return true;
}

int
tally_add(const char *path, const char *procedure, int64_t wall_s)
{
    char today[CLOCK_DAY_LEN];
    char oldest[CLOCK_DAY_LEN];
    AUTO_BUF old;
    AUTO_BUF new;
    buf_init(&old, TALLY_BYTES_MAX);
    buf_init(&new, TALLY_BYTES_MAX);
    clock_day_text(clock_japan_day(wall_s), today);
    clock_day_text(clock_japan_day(wall_s) - TALLY_DAYS, oldest);
    int r = fs_read(path, &old);
    if (r < 0 && r != KERR_NOT_FOUND) {
        return r;
    }
    unsigned long count = 1;
    struct line line;
    for (const char *at = buf_str(&old); next_line(&at, &line);) {
        if (strcmp(line.day, today) == 0 && strcmp(line.procedure, procedure) == 0) {
            count = line.count + 1;
        } else if (strcmp(line.day, oldest) > 0) {
            (void)buf_printf(&new, "%s\t%s\t%lu\n", line.day, line.procedure, line.count);
        }
    }
    r = buf_printf(&new, "%s\t%s\t%lu\n", today, procedure, count);
    return r < 0 ? r : fs_write_atomic(path, new.data, new.len, 0600);
}

struct tally_counts
tally_read(const char *path, const char *procedure, int64_t wall_s)
{
    struct tally_counts tally = {0};
    char today[CLOCK_DAY_LEN];
    AUTO_BUF text;
    buf_init(&text, TALLY_BYTES_MAX);
    clock_day_text(clock_japan_day(wall_s), today);
    if (fs_read(path, &text) < 0) {
        return tally; /* nobody came yet */
    }
    struct line line;
    for (const char *at = buf_str(&text); next_line(&at, &line);) {
        if (strcmp(line.procedure, procedure) == 0) {
            tally.month += line.count;
            tally.today += strcmp(line.day, today) == 0 ? line.count : 0;
        }
    }
    return tally;
}
