/* speech/cache.c - finished sounds by language and sentence. The least recently used goes first; personal
 * ones go with their visitor. */
#include "speech/speech_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct entry {
    char *language, *text; /* owned */
    struct sound *sound; /* one user; NULL: free slot */
    uint64_t used;
};
struct sound_cache {
    struct entry all[CACHE_SOUNDS];
    size_t bytes;
    uint64_t clock;
};

struct sound_cache *
sound_cache_new(void)
{
    return xcalloc(1, sizeof(struct sound_cache));
}

static size_t
size_of(const struct sound *sound)
{
    return sound->count * sizeof(int16_t);
}

static void
drop(struct sound_cache *cache, struct entry *entry)
{
    cache->bytes -= size_of(entry->sound);
    explicit_bzero(entry->text, strlen(entry->text));
    free(entry->text);
    free(entry->language);
    sound_free(entry->sound);
    *entry = (struct entry){0};
}

void
sound_cache_free(struct sound_cache *cache)
{
    if (cache == NULL) {
        return;
    }
    for (size_t i = 0; i < CACHE_SOUNDS; i++) {
        if (cache->all[i].sound != NULL) {
            drop(cache, &cache->all[i]);
        }
    }
    free(cache);
}

struct sound *
sound_cache_get(struct sound_cache *cache, const char *language, const char *text)
{
    for (size_t i = 0; i < CACHE_SOUNDS; i++) {
        struct entry *entry = &cache->all[i];
        if (entry->sound != NULL && strcmp(entry->text, text) == 0 &&
            strcmp(entry->language, language) == 0) {
            entry->used = ++cache->clock;
            entry->sound->users++;
            return entry->sound;
        }
    }
    return NULL;
}

/* A free slot, or the one that was used longest ago; NULL: all are free. */
static struct entry *
oldest(struct sound_cache *cache)
{
    struct entry *found = NULL;
    for (size_t i = 0; i < CACHE_SOUNDS; i++) {
        struct entry *entry = &cache->all[i];
        if (entry->sound != NULL && (found == NULL || entry->used < found->used)) {
            found = entry;
        }
    }
    return found;
}

static struct entry *
free_slot(struct sound_cache *cache)
{
    for (size_t i = 0; i < CACHE_SOUNDS; i++) {
        if (cache->all[i].sound == NULL) {
            return &cache->all[i];
        }
    }
    return NULL;
}

void
sound_cache_put(
    struct sound_cache *cache, const char *language, const char *text, struct sound *sound)
{
    if (size_of(sound) > CACHE_BYTES / 4) {
        return;
    }
    while (cache->bytes + size_of(sound) > CACHE_BYTES || free_slot(cache) == NULL) {
        drop(cache, oldest(cache)); /* something is held whenever there is no room */
    }
    struct entry *entry = free_slot(cache);
    sound->users++;
    *entry = (struct entry){.language = xstrdup(language),
        .text = xstrdup(text),
        .sound = sound,
        .used = ++cache->clock};
    cache->bytes += size_of(sound);
}

void
sound_cache_wipe_personal(struct sound_cache *cache)
{
    for (size_t i = 0; i < CACHE_SOUNDS; i++) {
        if (cache->all[i].sound != NULL && cache->all[i].sound->personal) {
            drop(cache, &cache->all[i]);
        }
    }
}

size_t
sound_cache_bytes(const struct sound_cache *cache)
{
    return cache->bytes;
}
