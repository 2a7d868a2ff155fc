/* program/ctl_po.h - catalogs in their source form (.po), as far as the content check needs them: what is
 * translated, where it stands. Fuzzy and obsolete entries count as absent, as msgfmt sees them. */
#ifndef PROGRAM_CTL_PO_H
#define PROGRAM_CTL_PO_H

#include <stddef.h>

struct po_entry {
    char *context; /* "" without one */
    char *id;
    char *text;
    int line;
};
struct po {
    struct po_entry *entries;
    size_t count, cap;
    char *path; /* of the file */
    char *head; /* "Language: en\n...", NULL when the file has none */
};

/* Reads a file into an empty catalog. KERR_NOT_FOUND, KERR_IO, KERR_TOO_BIG; KERR_INVALID with *ret_line. */
int po_read(struct po *po, const char *path, int *ret_line);
/* One more entry, copied; unsorted. */
void po_add(struct po *po, const char *context, const char *id, const char *text, int line);
/* Sorts; before po_find. */
void po_sort(struct po *po);
/* The entry with words, or NULL. */
const struct po_entry *po_find(const struct po *po, const char *context, const char *id);
void po_release(struct po *po);

#endif
