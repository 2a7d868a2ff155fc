/* live/live.h - what came with the last sync: free places, answers of the desk, balances, lists. A folder of
 * files NAME.tsv ($KIOSK_HOME/live), each put there whole by whoever syncs (rename), read here and never
 * written by the terminal. A terminal without a line shows what it has, always with its date.
 *
 * A file is UTF-8, lines end with LF, fields are parted by one TAB, at most 4 MiB:
 *
 *   # as-of 2026-11-22T08:00:00+09:00     first line: when the city knew this (RFC 3339)
 *   # form slots                          second line: what the rows are
 *   # anything else after # is a note
 *   taga-hall   2026-12-01   09:00   3
 *
 * form      a row
 * slots     resource (an id of the city's list of the same name), date, time, places that are free (0..999)
 * answers   number of a record (8 digits), state (an id), and, where it is about a place, its slot
 *           (resource/date/time)
 * balances  number of a points card (4..11 digits), points (0..999999999)
 * rows      1..8 fields, the reader's own
 *
 * Nobody's name stands in these files; who writes one in has to answer for it. Threads: an object belongs to one
 * thread at a time. */
#ifndef LIVE_LIVE_H
#define LIVE_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LIVE_BYTES_MAX = 4 * 1024 * 1024,
    LIVE_ROWS_MAX = 64 * 1024,
    LIVE_FIELDS_MAX = 8,
    LIVE_NAME_MAX = 64, /* of a file, an id or a state, with NUL: [a-z0-9-], begins with a letter */
    LIVE_SLOT_MAX = LIVE_NAME_MAX + 20 /* "resource/2026-12-01/09:00" with NUL */
};

enum live_form { LIVE_SLOTS, LIVE_ANSWERS, LIVE_BALANCES, LIVE_ROWS, LIVE_FORM_COUNT };

struct live_table; /* opaque, immutable; rows sorted by their fields, each key once */

/* Reads one file. KERR_NOT_FOUND, KERR_IO, KERR_TOO_BIG; KERR_INVALID with the line (from 1) that is none. */
int live_read(const char *path, struct live_table **ret_table, int *ret_line);
/* The same of bytes in memory. */
int live_parse(const char *text, size_t len, struct live_table **ret_table, int *ret_line);
void live_table_free(struct live_table *table); /* NULL is accepted */

/* When the city knew this: seconds since 1970. */
int64_t live_as_of(const struct live_table *table);
enum live_form live_form(const struct live_table *table);
size_t live_count(const struct live_table *table);
/* Field of a row; NULL when the row has fewer. */
const char *live_field(const struct live_table *table, size_t row, size_t field);

/* A row of slots. Strings belong to the table. */
struct live_slot {
    const char *resource;
    const char *date; /* YYYY-MM-DD */
    const char *time; /* HH:MM */
    int free;
    int64_t starts_at; /* seconds since 1970; the time is Japan's */
};
/* KERR_NOT_FOUND behind the end, KERR_STATE for a table of another form. */
int live_slot_at(const struct live_table *table, size_t row, struct live_slot *ret_slot);
/* Takes "resource/date/time" apart; false when it is none. out strings share text's copy in ret. */
struct live_slot_name {
    char resource[LIVE_NAME_MAX], date[11], time[6];
};
bool live_slot_name(const char *text, struct live_slot_name *ret_name);

/* The row whose first field is key, in answers and balances. KERR_NOT_FOUND. */
int live_find(const struct live_table *table, const char *key, size_t *ret_row);

/* The folder: reads a file when it is first asked for, again when it changed. */
struct live;
struct live *live_open(const char *folder); /* copies the name; the folder need not be there */
/* Files of a kind's bundle (its folder, kiosk/decisions/0043-bundles.md) lie over those of the folder from the next live_refresh
 * on; a visit sees one bundle. At most two kinds. */
void live_over(struct live *live, const char *bundle);
void live_close(struct live *live);
/* The table of this name, or NULL: not there, or can't be read (the last good one stays then).
 * Valid until live_refresh or live_close. */
const struct live_table *live_table(struct live *live, const char *name);
/* Between two visits: files that changed since are read anew when they are next asked for. Returns how many
 * could not be read at their last reading, for the log. */
size_t live_refresh(struct live *live);

#endif
