/* tests/store/memory.h - SQLite's memory in these tests: lists of free pieces by size, so that thousands
 * of openings cost little under the sanitizers (which watch our code, not SQLite's), and an allocation
 * that fails, counted. One thread. Included by test programs; everything is static. */
#ifndef TESTS_STORE_MEMORY_H
#define TESTS_STORE_MEMORY_H

#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

enum { MEMORY_SIZES = 28, MEMORY_CHUNK = 1 << 20, MEMORY_HEAD = 16 };

static struct {
    void *free[MEMORY_SIZES]; /* pieces of 2^n bytes, linked by their first word */
    uint8_t *chunk;
    size_t left;
    long calls; /* counted while fail_at is not 0 */
    long fail_at;
    int fail_on; /* all from fail_at on */
    int has_failed;
} memory;

ATTR_NO_SANITIZE static unsigned
memory_size(int bytes)
{
    unsigned n = 5;
    while (((size_t)1 << n) < (size_t)bytes + MEMORY_HEAD) {
        n++;
    }
    return n;
}

ATTR_NO_SANITIZE static int
memory_room(void *piece)
{
    uint64_t n;
    memcpy(&n, (uint8_t *)piece - MEMORY_HEAD, sizeof(n));
    return (int)(((size_t)1 << n) - MEMORY_HEAD);
}

ATTR_NO_SANITIZE static void *
memory_get(int bytes)
{
    if (memory.fail_at != 0) {
        memory.calls++;
        if (memory.calls == memory.fail_at || (memory.fail_on && memory.calls > memory.fail_at)) {
            memory.has_failed = 1;
            return NULL;
        }
    }
    uint64_t n = memory_size(bytes);
    size_t size = (size_t)1 << n;
    uint8_t *piece = memory.free[n];
    if (piece != NULL) {
        memcpy(&memory.free[n], piece + MEMORY_HEAD, sizeof(void *));
    } else {
        if (memory.left < size) {
            memory.left = size > MEMORY_CHUNK ? size : MEMORY_CHUNK;
            memory.chunk = malloc(memory.left); /* stays until the program ends */
            if (memory.chunk == NULL) {
                abort();
            }
        }
        piece = memory.chunk;
        memory.chunk += size;
        memory.left -= size;
    }
    memcpy(piece, &n, sizeof(n));
    return piece + MEMORY_HEAD;
}

ATTR_NO_SANITIZE static void
memory_put(void *p)
{
    uint8_t *piece = (uint8_t *)p - MEMORY_HEAD;
    uint64_t n;
    memcpy(&n, piece, sizeof(n));
    memcpy(piece + MEMORY_HEAD, &memory.free[n], sizeof(void *));
    memory.free[n] = piece;
}

ATTR_NO_SANITIZE static void *
memory_resize(void *p, int bytes)
{
    if (bytes <= memory_room(p)) {
        return p;
    }
    void *bigger = memory_get(bytes);
    if (bigger != NULL) {
        memcpy(bigger, p, (size_t)memory_room(p));
        memory_put(p);
    }
    return bigger;
}

static int
memory_round(int bytes)
{
    return (bytes + 7) & ~7;
}

static int
memory_start(void *ctx)
{
    (void)ctx;
    return SQLITE_OK;
}

static void
memory_end(void *ctx)
{
    (void)ctx;
}

/* Before SQLite is used at all. */
static void
memory_install(void)
{
    static sqlite3_mem_methods methods = {memory_get, memory_put, memory_resize, memory_room,
        memory_round, memory_start, memory_end, NULL};
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK ||
        sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) != SQLITE_OK) {
        abort();
    }
}

#endif
