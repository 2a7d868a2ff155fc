/* procedure/arena.c - memory of a loaded set: many small strings that live and die together. */
#include "procedure_priv.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { CHUNK_BYTES = 32 * 1024 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, size;
    max_align_t data[];
};

void
arena_release(struct arena *arena)
{
    while (arena->chunks != NULL) {
        struct arena_chunk *next = arena->chunks->next;
        free(arena->chunks);
        arena->chunks = next;
    }
}

void *
arena_alloc(struct arena *arena, size_t size)
{
    size_t need = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    struct arena_chunk *chunk = arena->chunks;
    if (chunk == NULL || chunk->size - chunk->used < need) {
        size_t bytes = need > CHUNK_BYTES ? need : CHUNK_BYTES;
        chunk = xcalloc(1, sizeof(*chunk) + bytes);
        chunk->size = bytes;
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    void *out = (char *)chunk->data + chunk->used;
    chunk->used += need;
    return out;
}

char *
arena_strndup(struct arena *arena, const char *text, size_t len)
{
    char *out = arena_alloc(arena, len + 1);
    memcpy(out, text, len);
    return out;
}

char *
arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *
arena_printf(struct arena *arena, const char *fmt, ...)
{
    char text[1024]; /* paths, contexts and reasons: cut beyond, which only shortens a message */
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    return arena_strdup(arena, text);
}
