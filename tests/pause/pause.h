/* pause/pause.h - what the files of this program share. */
#ifndef TESTS_PAUSE_PAUSE_H
#define TESTS_PAUSE_PAUSE_H

#include "stage/stage.h"

/* brought.c: a card and answers from home that differ. Ends the program when something isn't so. */
void brought_and_card(struct stage *stage);

#endif
