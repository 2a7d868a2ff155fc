/* base/rng.c - chance from the kernel, and a seeded generator for tests. */
#include "rng.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

void
rng_fill(void *out, size_t len)
{
    uint8_t *p = out;
    while (len > 0) {
        ssize_t got = getrandom(p, len, 0);
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            abort();
        }
        p += got;
        len -= (size_t)got;
    }
}

uint64_t
rng_seeded_next(struct rng_seeded *rng)
{
    rng->state += 0x9e3779b97f4a7c15u;
    uint64_t z = rng->state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint32_t
rng_seeded_below(struct rng_seeded *rng, uint32_t below)
{
    return (uint32_t)((rng_seeded_next(rng) >> 32) * below >> 32);
}
