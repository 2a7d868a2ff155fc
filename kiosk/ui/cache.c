/* ui/cache.c - finished masks (runs of text, pictograms, corners) by key, within a bound of bytes and
 * entries; the least recently used goes first. What belongs to a visitor is marked and goes at once
 * when the visit ends. Keys and pixels are overwritten before their memory is given back. */
#include "ui/ui_priv.h"

#include <string.h>

#include "base/alloc.h"

struct entry {
    uint64_t hash, used;
    uint8_t *key; /* owned; NULL: free place */
    size_t len;
    struct mask mask;
    bool personal;
};
struct cache {
    struct entry entries[CACHE_ENTRIES];
    uint64_t now;
    size_t bytes;
};

uint64_t
hash_add(uint64_t hash, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ at[i]) * 0x100000001b3U;
    }
    return hash;
}

static size_t
size_of(const struct entry *entry)
{
    return entry->len + (size_t)entry->mask.w * (size_t)entry->mask.h;
}

static void
drop(struct cache *cache, struct entry *entry)
{
    if (entry->key == NULL) {
        return;
    }
    cache->bytes -= size_of(entry);
    explicit_bzero(entry->key, entry->len);
    free(entry->key);
    mask_release(&entry->mask);
    *entry = (struct entry){0};
}

struct cache *
cache_new(void)
{
    return xcalloc(1, sizeof(struct cache));
}

void
cache_free(struct cache *cache)
{
    if (cache == NULL) {
        return;
    }
    for (size_t i = 0; i < CACHE_ENTRIES; i++) {
        drop(cache, &cache->entries[i]);
    }
    free(cache);
}

const struct mask *
cache_get(struct cache *cache, const void *key, size_t len)
{
    uint64_t hash = hash_add(HASH_START, key, len);
    for (size_t i = 0; i < CACHE_ENTRIES; i++) {
        struct entry *entry = &cache->entries[i];
        if (entry->key != NULL && entry->hash == hash && entry->len == len &&
            memcmp(entry->key, key, len) == 0) {
            entry->used = ++cache->now;
            return &entry->mask;
        }
    }
    return NULL;
}

static struct entry *
oldest(struct cache *cache)
{
    struct entry *old = NULL;
    for (size_t i = 0; i < CACHE_ENTRIES; i++) {
        struct entry *entry = &cache->entries[i];
        if (entry->key != NULL && (old == NULL || entry->used < old->used)) {
            old = entry;
        }
    }
    return old;
}

static struct entry *
free_place(struct cache *cache)
{
    for (size_t i = 0; i < CACHE_ENTRIES; i++) {
        if (cache->entries[i].key == NULL) {
            return &cache->entries[i];
        }
    }
    struct entry *old = oldest(cache);
    drop(cache, old);
    return old;
}

const struct mask *
cache_put(struct cache *cache, const void *key, size_t len, bool personal, struct mask *take_mask)
{
    size_t size = len + (size_t)take_mask->w * (size_t)take_mask->h;
    while (cache->bytes > 0 && cache->bytes + size > CACHE_BYTES) {
        drop(cache, oldest(cache));
    }
    struct entry *entry = free_place(cache);
    *entry = (struct entry){
        .hash = hash_add(HASH_START, key, len),
        .used = ++cache->now,
        .key = xcalloc(1, len + 1),
        .len = len,
        .mask = *take_mask,
        .personal = personal,
    };
    memcpy(entry->key, key, len);
    *take_mask = (struct mask){0};
    cache->bytes += size;
    return &entry->mask;
}

void
cache_wipe_personal(struct cache *cache)
{
    for (size_t i = 0; i < CACHE_ENTRIES; i++) {
        if (cache->entries[i].personal) {
            drop(cache, &cache->entries[i]);
        }
    }
}

size_t
cache_bytes(const struct cache *cache)
{
    return cache->bytes;
}

size_t
cache_personal(const struct cache *cache)
{
    size_t count = 0;
    for (size_t i = 0; i < CACHE_ENTRIES; i++) {
        count += cache->entries[i].key != NULL && cache->entries[i].personal;
    }
    return count;
}

bool
cache_holds(const struct cache *cache, const void *needle, size_t len)
{
    for (size_t i = 0; i < CACHE_ENTRIES; i++) {
        const struct entry *entry = &cache->entries[i];
        for (size_t at = 0; entry->key != NULL && at + len <= entry->len; at++) {
            if (memcmp(entry->key + at, needle, len) == 0) {
                return true;
            }
        }
    }
    return false;
}
