/* harness/harness.h - what the test programs share: a folder of their own. Every test program and fuzz
 * target links it (Makefile). */
#ifndef HARNESS_HARNESS_H
#define HARNESS_HARNESS_H

#include <stdbool.h>
#include <stddef.h>

enum { HARNESS_FOLDER_LEN = 64 };

/* Makes a new empty folder under $TMPDIR, else /tmp, and writes its path; aborts when it can't. Remove it
 * with harness_folder_remove; what a crash leaves goes with tests/run's folder. */
void harness_folder_make(char out[HARNESS_FOLDER_LEN]);

/* A path in a folder, for a call or two: the sixteenth after it takes its place. Not for several threads. */
const char *harness_file(const char *folder, const char *name);

/* Whether bytes hold a text anywhere (memmem is not POSIX). */
bool harness_holds(const void *bytes, size_t len, const char *text);

/* Removes the folder with everything in it; follows no links. 0, or -1 when something stayed. */
int harness_folder_remove(const char *folder);

#endif
