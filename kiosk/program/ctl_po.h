/* program/ctl_po.h - catalogs in their source form (.po), as far as the content check needs them: what is
 * translated, where it stands. Fuzzy and obsolete entries count as absent, as msgfmt sees them. */
#ifndef PROGRAM_CTL_PO_H
#define PROGRAM_CTL_PO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { PO_FORMS_MAX = 6 }; /* gettext knows no language with more */

struct po_entry {
    char *context; /* "" without one */
    char *id;
    char *text; /* the first of its forms */
    char *forms[PO_FORMS_MAX]; /* of a text that goes with a number; form 0 is text */
    size_t form_count; /* 0 without plural forms */
    int line;
    bool unread; /* has the translator's note "# not read yet" */
};
struct po {
    struct po_entry *entries;
    size_t count, cap;
    char *path; /* of the file */
    char *head; /* "Language: en\n...", NULL when the file has none */
};
/* How many texts no native reader went over: all unless the head says "X-Review: native", then those with the note. */
size_t po_unread(const struct po *po);

/* Reads a file into an empty catalog. KERR_NOT_FOUND, KERR_IO, KERR_TOO_BIG; KERR_INVALID with *ret_line (no line of
 * a catalog, or no UTF-8). */
int po_read(struct po *po, const char *path, int *ret_line);
/* The same with the bytes of a file. */
int po_parse(struct po *po, const char *path, const struct buf *data, int *ret_line);
/* How many forms the head says that this language has; 1 when it says nothing. */
size_t po_form_count(const struct po *po);
/* Sorts; before po_find. */
void po_sort(struct po *po);
/* The entry with words, or NULL. */
const struct po_entry *po_find(const struct po *po, const char *context, const char *id);
void po_release(struct po *po);

#endif
