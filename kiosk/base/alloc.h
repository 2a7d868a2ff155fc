/* base/alloc.h - small allocations that may abort. Sizes that come from a card, a file or the
 * network never go through here: those are bounded and can fail. */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

/* Zeroed memory for count objects of size bytes; aborts when there is none (the supervisor restarts). */
void *xcalloc(size_t count, size_t size);
/* A heap copy of s, at most len bytes of it; aborts when there is no memory. Free with free(). */
char *xstrndup(const char *s, size_t len);
char *xstrdup(const char *s);
/* Room for one more in a growing array of count objects with room for *cap: the array, or a larger one in its place,
 * twice as long, zeroed behind them. */
void *xgrow(void *array, size_t count, size_t *cap, size_t size);

#endif
