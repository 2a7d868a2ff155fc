/* desk/wishes.c - who asks for which slot. The records are sealed, so each is opened once to see whether it asks for one;
 * what stays in memory is the slot, the number and when it was asked for, of slots from a month ago on. New arrivals are
 * read before each use, and some of what is left whenever a page polls. Nothing of it is written anywhere. */
#include "desk_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

enum {
    DAY_S = 86400,
    OLD_RECORD_S = 400 * DAY_S, /* nobody asks for a slot further ahead */
    OLD_SLOT_DAYS = 31,
    FIRST_ROOM = 64
};

struct desk_wishes {
    struct desk_wish *all; /* in the order of arrival */
    size_t count, room;
    uint64_t read; /* the highest position that was looked at */
};

struct desk_wishes *
desk_wishes_new(void)
{
    return xcalloc(1, sizeof(struct desk_wishes));
}

void
desk_wishes_free(struct desk_wishes *wishes)
{
    if (wishes != NULL) {
        free(wishes->all);
        free(wishes);
    }
}

bool
desk_wish_at(const struct desk_config *config, const struct record *record, size_t index,
    struct question *ret_question, const char **ret_slot)
{
    const struct fact_set *facts = record_facts(record);
    size_t found = 0;
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        const struct fact *fact = fact_set_at(facts, i);
        struct live_slot_name name;
        bool asks = procedure_fact_words(config->procedures, record_head(record)->procedure,
                        fact->key, ret_question) &&
                    ret_question->type == QUESTION_SLOT && live_slot_name(fact->value, &name);
        if (asks && found++ == index) {
            *ret_slot = fact->value;
            return true;
        }
    }
    return false;
}

/* The first day whose slots are kept, as their dates are written. */
static void
first_day(const struct desk_config *config, char out[CLOCK_DAY_LEN])
{
    clock_day_text(clock_japan_day(clock_wall_s(config->clock)) - OLD_SLOT_DAYS, out);
}

/* A record that asks for one slot twice counts once. */
static bool
is_last(const struct desk_wishes *wishes, const uint8_t id[LEDGER_ID_LEN], const char *slot)
{
    const struct desk_wish *last = wishes->count > 0 ? &wishes->all[wishes->count - 1] : NULL;
    return last != NULL && memcmp(last->id, id, LEDGER_ID_LEN) == 0 &&
           strcmp(last->slot, slot) == 0;
}

static bool
is_kept(const char *slot, const char *first)
{
    struct live_slot_name name;
    return live_slot_name(slot, &name) && strcmp(name.date, first) >= 0;
}

static void
add(struct desk_wishes *wishes, const struct ledger_entry *entry, const struct record *record,
    const char *slot)
{
    if (wishes->all == NULL || wishes->count == wishes->room) {
        size_t room = wishes->room == 0 ? FIRST_ROOM : 2 * wishes->room;
        struct desk_wish *all = xcalloc(room, sizeof(*all));
        if (wishes->all != NULL) {
            memcpy(all, wishes->all, wishes->count * sizeof(*all));
        }
        free(wishes->all);
        wishes->all = all;
        wishes->room = room;
    }
    struct desk_wish *wish = &wishes->all[wishes->count++];
    memcpy(wish->id, entry->id, sizeof(wish->id));
    memcpy(wish->number, record_head(record)->number, sizeof(wish->number));
    (void)snprintf(wish->slot, sizeof(wish->slot), "%s", slot); /* live_slot_name: it fits */
    wish->asked_at = record_head(record)->submitted_at;
}

struct walk {
    struct desk *desk;
    uint64_t position; /* the one that is wanted */
    int64_t since;
    char first[CLOCK_DAY_LEN];
};

/* Gets the newest entry up to the wanted position: that one, unless the ledger has a gap there. */
static int
each_entry(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx)
{
    struct walk *walk = ctx;
    const char *reason = NULL;
    const char *slot = NULL;
    struct question question;
    if (entry->position != walk->position || entry->received_at < walk->since) {
        return 0;
    }
    struct record *record = desk_open_record(&walk->desk->config, entry, envelope, len, &reason);
    for (size_t i = 0;
         record != NULL && desk_wish_at(&walk->desk->config, record, i, &question, &slot); i++) {
        if (is_kept(slot, walk->first) && !is_last(walk->desk->wishes, entry->id, slot)) {
            add(walk->desk->wishes, entry, record, slot);
        }
    }
    record_free(record);
    return 0;
}

static void
forget_old(struct desk_wishes *wishes, const char *first)
{
    size_t kept = 0;
    for (size_t i = 0; i < wishes->count; i++) {
        if (is_kept(wishes->all[i].slot, first)) {
            wishes->all[kept++] = wishes->all[i];
        }
    }
    wishes->count = kept;
}

void
desk_wishes_forget(struct desk_wishes *wishes, const uint8_t id[LEDGER_ID_LEN])
{
    size_t kept = 0;
    for (size_t i = 0; i < wishes->count; i++) {
        if (memcmp(wishes->all[i].id, id, LEDGER_ID_LEN) != 0) {
            wishes->all[kept++] = wishes->all[i];
        }
    }
    if (kept < wishes->count) { /* without any there is no memory for them either */
        explicit_bzero(wishes->all + kept, (wishes->count - kept) * sizeof(*wishes->all));
    }
    wishes->count = kept;
}

int
desk_wishes_read(struct desk *desk, uint64_t most)
{
    struct desk_wishes *wishes = desk->wishes;
    struct walk walk = {.desk = desk, .since = clock_wall_s(desk->config.clock) - OLD_RECORD_S};
    uint64_t newest = 0;
    uint64_t changes = 0;
    int r = ledger_newest(desk->ledger, &newest, &changes);
    first_day(&desk->config, walk.first);
    if (r == 0 && wishes->read < newest) {
        forget_old(wishes, walk.first);
    }
    for (; r == 0 && wishes->read < newest && most > 0; most--) {
        walk.position = wishes->read + 1;
        r = ledger_list(desk->ledger, walk.position + 1, 1, each_entry, &walk);
        wishes->read += r == 0 ? 1 : 0;
    }
    return r;
}

static int
compare_wishes(const void *a, const void *b)
{
    const struct desk_wish *one = a;
    const struct desk_wish *other = b;
    int order = (one->asked_at > other->asked_at) - (one->asked_at < other->asked_at);
    return order != 0 ? order : strcmp(one->number, other->number);
}

size_t
desk_wishes_for(const struct desk *desk, const char *slot, struct desk_wish **ret_wishes)
{
    const struct desk_wishes *wishes = desk->wishes;
    struct desk_wish *found = xcalloc(wishes->count + 1, sizeof(*found));
    size_t count = 0;
    for (size_t i = 0; i < wishes->count; i++) {
        if (strcmp(wishes->all[i].slot, slot) == 0) {
            found[count++] = wishes->all[i];
        }
    }
    qsort(found, count, sizeof(*found), compare_wishes);
    *ret_wishes = found;
    return count;
}
