/* sync/places.c - how many requests are on their way at once. The intake's places are for all terminals of a city: it says
 * how many it has for us, and whoever is turned away has too many. */
#include "sync/sync_priv.h"

#include "base/err.h"

enum {
    SILENCE_MS = 1000, /* after which one more is let on its way */
    SILENCE_CROWDED_MS = 5000, /* the same while the city has little room */
    CROWDED_MS = 5000 /* how long nothing is added then; up to twice that, by chance */
};

void
sync_places_init(struct sync_places *places, unsigned lanes)
{
    *places = (struct sync_places){.lanes = lanes, .room = lanes, .allowed = 1};
}

/* No more than that for a while; not all terminals of a city come back together. */
static void
leave(struct sync_places *places, unsigned at_once, int64_t now, uint32_t chance)
{
    if (places->allowed > at_once) {
        places->allowed = at_once;
        places->crowded_ms = now + CROWDED_MS + (int64_t)(chance % CROWDED_MS);
    }
}

bool
sync_places_heed(struct sync_places *places, const struct sync_answer *answer, unsigned others,
    int64_t now, uint32_t chance)
{
    if (answer->room > 0) {
        places->room = answer->room < places->lanes ? answer->room : places->lanes;
        leave(places, places->room, now, chance);
    }
    bool is_turned_away = answer->error == KERR_NET && !answer->has_joined && others > 0;
    if (is_turned_away) {
        leave(places, others, now, chance);
    }
    return !is_turned_away;
}

void
sync_places_add(struct sync_places *places, int64_t now)
{
    if (now >= places->crowded_ms) {
        places->allowed = 2 * places->allowed < places->room ? 2 * places->allowed : places->room;
    }
}

/* How many periods of silence there were since a moment. */
static uint64_t
silences(int64_t now, int64_t since, int64_t period_ms)
{
    return now > since ? (uint64_t)(now - since) / (uint64_t)period_ms : 0;
}

unsigned
sync_places_now(struct sync_places *places, bool is_busy, bool is_joining, int64_t now)
{
    if (is_joining) {
        places->joining_ms = now;
    }
    bool is_crowded = places->room < places->lanes || now < places->crowded_ms;
    int64_t asked_ms =
        places->heard_ms > places->joining_ms ? places->heard_ms : places->joining_ms;
    uint64_t most = places->allowed;
    if (is_busy) {
        uint64_t slow = silences(now, places->heard_ms, SILENCE_CROWDED_MS);
        uint64_t quick = is_crowded ? 0 : silences(now, asked_ms, SILENCE_MS);
        most += slow > quick ? slow : quick;
    }
    return most < places->lanes ? (unsigned)most : places->lanes;
}
