/* program/ctl_import.h - a spreadsheet on its way to a definition file: what ctl_import.c (files) and
 * ctl_import_form.c (the form itself) share. */
#ifndef PROGRAM_CTL_IMPORT_H
#define PROGRAM_CTL_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "ctl_table_file.h"

enum { IMPORT_ID_MAX = 40 };

/* Where a line of the made file comes from; row 0: from nowhere. */
struct import_line {
    const char *sheet;
    int row;
    const char *column; /* points into the sheet's head */
};

struct import {
    const char *source; /* path as it was given */
    char *target; /* owned: the file that is made */
    struct table survey, choices, settings;
    char id[IMPORT_ID_MAX + 1]; /* of the procedure */
    const char *door; /* settings: the door of the home screen; "" when it has none */
    struct buf out;
    struct import_line *lines; /* owned: one a line of out */
    size_t line_count, line_cap;
    size_t questions;
    int mistakes;
};

/* The next line of out comes from this cell. */
void import_note_line(struct import *import, const char *sheet, int row, const char *column);
/* Writes the definition file into out. KERR_INVALID after a message on stdout; KERR_TOO_BIG. */
int import_convert(struct import *import);

#endif
