/* tests/desk/fake_clock.h - a clock that a test moves by hand. */
#ifndef DESK_FAKE_CLOCK_H
#define DESK_FAKE_CLOCK_H

#include "base/clock.h"

struct fake_clock {
    struct clock clock;
    int64_t mono_ms, wall_s;
};

static int64_t
fake_mono(void *ctx)
{
    return ((struct fake_clock *)ctx)->mono_ms;
}

static int64_t
fake_wall(void *ctx)
{
    return ((struct fake_clock *)ctx)->wall_s;
}

static inline void
fake_clock_init(struct fake_clock *fake, int64_t wall_s)
{
    fake->clock = (struct clock){fake_mono, fake_wall, fake};
    fake->mono_ms = 1000;
    fake->wall_s = wall_s;
}

static inline void
fake_clock_pass(struct fake_clock *fake, int64_t seconds)
{
    fake->mono_ms += seconds * 1000;
    fake->wall_s += seconds;
}

#endif
