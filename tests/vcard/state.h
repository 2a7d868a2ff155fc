/* vcard/state.h - what outlives a virtual card's program: the tries left of each person's card, as
 * a real chip keeps them, and the list of attempts on the number. */
#ifndef VCARD_STATE_H
#define VCARD_STATE_H

#include "vcard/vcard.h"

/* Puts the counters of path into card; a missing file leaves them fresh. KERR_INVALID. */
int vcard_state_load(const char *path, struct vcard *card);
/* KERR_IO, KERR_NO_SPACE. */
int vcard_state_save(const char *path, const struct vcard_counters *counters);
/* Adds a line to the watch file. KERR_IO. */
int vcard_watch_note(const char *path, const char *what);

#endif
