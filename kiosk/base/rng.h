/* base/rng.h - the only source of chance. The kernel's for everything that must not be guessed; a
 * seeded one for tests and played visits, which repeat exactly. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* Fills with bytes from the kernel (getrandom); aborts when it has none, since no key or id may be
 * made without them. Any thread. */
void rng_fill(void *out, size_t len);

/* Repeatable numbers (SplitMix64, Steele et al. 2014); never for keys or ids. */
struct rng_seeded {
    uint64_t state;
};
uint64_t rng_seeded_next(struct rng_seeded *rng);
/* 0 .. below-1; below must not be 0. */
uint32_t rng_seeded_below(struct rng_seeded *rng, uint32_t below);

#endif
