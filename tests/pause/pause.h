/* pause/pause.h - what the files of this program share. */
#ifndef TESTS_PAUSE_PAUSE_H
#define TESTS_PAUSE_PAUSE_H

#include "stage/stage.h"

enum { MINUTE_MS = 60 * 1000 };

extern struct stage stage;

/* Ends the program with these words when something isn't so. */
void must(bool good, const char *what);
void tap(const char *id);
/* A visit in which somebody has written a name; with or without a card before. */
void write_name(bool card);
void type_pin(void); /* of the card that lies there, on its page */
void pause_by_hand(void);
/* A number that is not this one. */
void another(const char *number, char out[SEAL_DRAFT_NUMBER_LEN]);
size_t waiting(void); /* drafts */

/* guess.c */
void guessing(void);
/* brought.c: a card and answers from home that differ. */
void brought_and_card(void);

#endif
