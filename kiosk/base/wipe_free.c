/* base/wipe_free.c - free() that wipes. Linked into programs that hold a visitor's data in the
 * clear: whatever any library (text shaping, YAML, JSON, crypto) leaves on the heap is overwritten
 * the moment it is given back. It replaces the C library's functions by the interposition that glibc
 * documents ("Replacing malloc"); sanitizer builds leave it out because they bring their own. */
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* glibc's own names behind the public ones. */
extern void __libc_free(void *p);
extern void *__libc_malloc(size_t size);

void free(void *p);
void *realloc(void *p, size_t size);

void
free(void *p)
{
    if (p != NULL) {
        explicit_bzero(p, malloc_usable_size(p));
        __libc_free(p);
    }
}

void *
realloc(void *p, size_t size)
{
    if (p == NULL) {
        return __libc_malloc(size);
    }
    if (size == 0) {
        free(p);
        return NULL;
    }
    size_t have = malloc_usable_size(p);
    if (size <= have && size >= have / 2) {
        return p;
    }
    void *moved = __libc_malloc(size);
    if (moved == NULL) {
        return NULL;
    }
    memcpy(moved, p, size < have ? size : have);
    free(p);
    return moved;
}
