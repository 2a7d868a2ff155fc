/* base/banned.h - functions nobody calls. The Makefile includes this header before every file of
 * ours, so that a use stops the build. Reasons: no bound (strcpy, strcat, sprintf, gets), hidden
 * state (strtok, gmtime, localtime), no errors (atoi), a shell (system, popen). */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

/* These headers declare the names, so they come first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok atoi atol gmtime          \
    localtime gets system popen

#endif
