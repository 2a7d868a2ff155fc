/* program/ctl_table_file.h - spreadsheets as rows of texts: one CSV file (RFC 4180, UTF-8) that holds one or several
 * sheets, or an .xlsx through the Debian program xlsx2csv in a process of its own. */
#ifndef PROGRAM_CTL_TABLE_FILE_H
#define PROGRAM_CTL_TABLE_FILE_H

#include <stddef.h>

#include "base/buf.h"

enum { TABLE_BYTES_MAX = 1024 * 1024, TABLE_ROWS_MAX = 5000, TABLE_CELLS_MAX = 64 };

struct table_row {
    char **cells; /* without spaces around */
    size_t count;
    int number; /* in the sheet, from 1 */
};
struct table {
    struct table_row *rows;
    size_t count, cap;
};

/* Reads CSV; every row counts, empty ones too. KERR_TOO_BIG, KERR_INVALID (not UTF-8, a quote never closed) with
 * *ret_row. An empty table is needed. */
int table_parse(struct table *table, const char *text, size_t len, int *ret_row);
void table_free(struct table *table);
/* The text of a cell, "" behind a row's end. */
const char *table_cell(const struct table_row *row, size_t column);

/* The rows of one sheet of a CSV file, one column to the left; all others go. KERR_NOT_FOUND. */
int table_keep_sheet(struct table *table, const char *sheet);
/* One sheet by its name. A CSV file names its sheets in the first column, with rows one column to the right
 * (XLSForm's CSV). KERR_NOT_FOUND: no such sheet, and an empty table; KERR_STATE: xlsx2csv is not installed;
 * KERR_IO; as table_parse. */
int table_read_sheet(const char *path, const char *sheet, struct table *ret_table, int *ret_row);

#endif
