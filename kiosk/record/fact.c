/* record/fact.c - the fact set: an insertion-ordered list with unique keys. Linear search: a visit
 * holds some dozen facts, FACT_SET_MAX bounds the worst. */
#include "record.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"

struct fact_set {
    struct fact *facts; /* key and value strings are owned */
    size_t count;
    size_t cap;
};

static void
wipe_string(const char *s)
{
    char *mine = (char *)(uintptr_t)s; /* the set's own heap string, shown const to others */
    explicit_bzero(mine, strlen(mine));
    free(mine);
}

static void
fact_release(struct fact *fact)
{
    wipe_string(fact->key);
    wipe_string(fact->value);
}

static bool
key_ok(const char *key)
{
    size_t len = strnlen(key, FACT_KEY_MAX);
    return len > 0 && len < FACT_KEY_MAX &&
           strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789.-_[]") == len;
}

struct fact_set *
fact_set_new(void)
{
    return xcalloc(1, sizeof(struct fact_set));
}

void
fact_set_clear(struct fact_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        fact_release(&set->facts[i]);
    }
    if (set->facts != NULL) {
        explicit_bzero(set->facts, set->cap * sizeof(*set->facts));
    }
    set->count = 0;
}

void
fact_set_free(struct fact_set *set)
{
    if (set == NULL) {
        return;
    }
    fact_set_clear(set);
    free(set->facts);
    free(set);
}

static size_t
find(const struct fact_set *set, const char *key)
{
    size_t i = 0;
    while (i < set->count && strcmp(set->facts[i].key, key) != 0) {
        i++;
    }
    return i;
}

int
fact_set_put(
    struct fact_set *set, const char *key, const char *value, enum fact_origin origin, int64_t at)
{
    size_t len = strnlen(value, FACT_VALUE_MAX);
    if (len >= FACT_VALUE_MAX) {
        return KERR_TOO_BIG;
    }
    if (!key_ok(key) || !utf8_valid(value, len) || (int)origin < 0 || origin >= FACT_ORIGIN_COUNT) {
        return KERR_INVALID;
    }
    size_t i = find(set, key);
    if (i == set->count) {
        if (set->count >= FACT_SET_MAX) {
            return KERR_TOO_BIG;
        }
        set->facts = xgrow(set->facts, set->count, &set->cap, sizeof(*set->facts));
        set->facts[set->count++].key = xstrdup(key);
        set->facts[i].value = xstrdup(value);
    } else {
        char *copy = xstrdup(value); /* before the old one goes: value may point into it */
        wipe_string(set->facts[i].value);
        set->facts[i].value = copy;
    }
    set->facts[i].origin = origin;
    set->facts[i].at = at;
    return 0;
}

void
fact_set_remove(struct fact_set *set, const char *key)
{
    size_t i = find(set, key);
    if (i == set->count) {
        return;
    }
    fact_release(&set->facts[i]);
    memmove(&set->facts[i], &set->facts[i + 1], (set->count - i - 1) * sizeof(*set->facts));
    set->count--;
}

const struct fact *
fact_set_get(const struct fact_set *set, const char *key)
{
    size_t i = find(set, key);
    return i < set->count ? &set->facts[i] : NULL;
}

const char *
fact_set_value(const struct fact_set *set, const char *key)
{
    const struct fact *fact = fact_set_get(set, key);
    return fact != NULL ? fact->value : NULL;
}

size_t
fact_set_count(const struct fact_set *set)
{
    return set->count;
}

const struct fact *
fact_set_at(const struct fact_set *set, size_t index)
{
    return index < set->count ? &set->facts[index] : NULL;
}

const char *
fact_origin_name(enum fact_origin origin)
{
    static const char *const names[FACT_ORIGIN_COUNT] = {
        "card", "person", "staff", "derived", "pre-entry"};
    return (int)origin >= 0 && origin < FACT_ORIGIN_COUNT ? names[origin] : "?";
}
