/* base/alloc.c - allocation that aborts instead of failing; see the header for where it is allowed. */
#include "alloc.h"

#include <stdlib.h>
#include <string.h>

void *
xcalloc(size_t count, size_t size)
{
    void *p = calloc(count > 0 ? count : 1, size > 0 ? size : 1);
    if (p == NULL) {
        abort();
    }
    return p;
}

char *
xstrndup(const char *s, size_t len)
{
    size_t n = strnlen(s, len);
    char *copy = xcalloc(n + 1, 1);
    memcpy(copy, s, n);
    return copy;
}

char *
xstrdup(const char *s)
{
    return xstrndup(s, strlen(s));
}

void *
xgrow(void *array, size_t count, size_t *cap, size_t size)
{
    enum { FIRST_CAP = 32 };
    if (count < *cap) {
        return array;
    }
    *cap = *cap > 0 ? *cap * 2 : FIRST_CAP;
    void *larger = xcalloc(*cap, size);
    if (count > 0) {
        memcpy(larger, array, count * size);
    }
    free(array);
    return larger;
}
