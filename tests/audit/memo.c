/* audit/memo.c - what is known already, by a 64-bit sum over all that decides it: a table that grows. Among
 * ten million sums two are the same by chance in one run of 350,000. */
#include <stdlib.h>

#include "audit/audit.h"
#include "base/alloc.h"

enum { MEMO_LEAST = 4096, FULL_PERCENT = 70 };

/* The place of this key, or the free one where it belongs. */
static struct known *
place(const struct memo *memo, uint64_t key)
{
    size_t at = (size_t)(key ^ key >> 29) & (memo->cap - 1);
    while (memo->slots[at].key != 0 && memo->slots[at].key != key) {
        at = (at + 1) & (memo->cap - 1);
    }
    return &memo->slots[at];
}

static void
grow(struct memo *memo)
{
    struct memo larger = {.cap = memo->cap == 0 ? MEMO_LEAST : memo->cap * 2, .count = memo->count};
    larger.slots = xcalloc(larger.cap, sizeof(larger.slots[0]));
    for (size_t i = 0; i < memo->cap; i++) {
        if (memo->slots[i].key != 0) {
            *place(&larger, memo->slots[i].key) = memo->slots[i];
        }
    }
    free(memo->slots);
    *memo = larger;
}

const struct known *
memo_get(const struct memo *memo, uint64_t key)
{
    const struct known *known = memo->cap > 0 ? place(memo, key + (key == 0)) : NULL;
    return known != NULL && known->key != 0 ? known : NULL;
}

struct known *
memo_put(struct memo *memo, uint64_t key)
{
    if (memo->count * 100 >= memo->cap * FULL_PERCENT) {
        grow(memo);
    }
    struct known *known = place(memo, key + (key == 0));
    memo->count += known->key == 0 ? 1 : 0;
    known->key = key + (key == 0);
    return known;
}

void
memo_release(struct memo *memo)
{
    free(memo->slots);
    *memo = (struct memo){0};
}
