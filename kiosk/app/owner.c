/* app/owner.c - the one place that decides whether something may come out: only to the visit that it was made for. */
#include "app/owner_priv.h"

void
owner_init(struct owner *owner)
{
    atomic_init(&owner->visit, 1);
    for (int i = 0; i < ARTEFACT_COUNT; i++) {
        atomic_init(&owner->refused[i], 0);
    }
}

uint64_t
owner_next(struct owner *owner)
{
    return atomic_fetch_add(&owner->visit, 1) + 1;
}

uint64_t
owner_now(const struct owner *owner)
{
    return atomic_load(&owner->visit);
}

bool
owner_lets_out(struct owner *owner, enum artefact what, uint64_t visit)
{
    bool whose = visit == atomic_load(&owner->visit);
    if (!whose) {
        (void)atomic_fetch_add(&owner->refused[what], 1);
    }
    return whose;
}
