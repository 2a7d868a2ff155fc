/* What the tests of bundles share: a city that publishes, a terminal that takes. */
#ifndef TESTS_SYNC_BUNDLE_SCENE_H
#define TESTS_SYNC_BUNDLE_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "base/rng.h"
#include "harness/harness.h"
#include "intake/intake.h"
#include "sync/sync.h"
#include "sync/sync_priv.h"

enum { MADE_AT = 1795312800 };

static char scene_folder[HARNESS_FOLDER_LEN];

/* A path in the scene's folder; it stays. */
static inline const char *
file(const char *name)
{
    static char paths[512][300];
    static unsigned count;
    char path[300];
    snprintf(path, sizeof(path), "%s/%s", scene_folder, name);
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(paths[i], path) == 0) {
            return paths[i];
        }
    }
    if (count == ARRAY_LEN(paths)) {
        abort();
    }
    memcpy(paths[count], path, sizeof(path));
    return paths[count++];
}

static inline void
write_bytes(const char *name, const void *bytes, size_t len)
{
    FILE *out = fopen(file(name), "w"); /* not synced: there are many of these */
    assert_non_null(out);
    assert_int_equal(len, fwrite(bytes, 1, len, out));
    assert_int_equal(0, fclose(out));
}

/* Bytes by chance, the same for a seed. */
static inline void
fill_random(const char *name, size_t len, uint64_t seed)
{
    struct rng_seeded rng = {seed};
    uint8_t *bytes = malloc(len + 1);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)rng_seeded_next(&rng);
    }
    write_bytes(name, bytes, len);
    free(bytes);
}

struct part_of {
    const char *name, *from;
};

/* The city publishes files of the scene as a bundle; the counter that it got. */
static inline uint64_t
publish(const char *folder, enum seal_bundle kind, uint64_t counter, const struct part_of *parts,
    size_t count)
{
    struct intake_source sources[16];
    uint64_t got = 0;
    assert_true(count <= ARRAY_LEN(sources));
    for (size_t i = 0; i < count; i++) {
        sources[i] = (struct intake_source){parts[i].name, file(parts[i].from)};
    }
    const struct intake_publish what = {.folder = file(folder),
        .keys = file("keys"),
        .kind = kind,
        .counter = counter,
        .now = MADE_AT,
        .sources = sources,
        .count = count};
    assert_int_equal(0, intake_publish(&what, &got, NULL));
    return got;
}

static inline uint64_t
publish_text(const char *folder, enum seal_bundle kind, const char *name, const char *text)
{
    write_bytes("text", text, strlen(text));
    return publish(folder, kind, 0, (struct part_of[]){{name, "text"}}, 1);
}

static inline struct sync_place
place_of(const char *terminal)
{
    return (struct sync_place){
        .folder = terminal, .city_ca = file("keys/city-ca.crt"), .keyring = file("keyring.der")};
}

/* What a terminal reads; NULL when it isn't there. Freed by the caller. */
static inline char *
reads(const char *terminal, const char *name)
{
    char path[400];
    AUTO_BUF bytes;
    buf_init(&bytes, 8 * 1024 * 1024);
    snprintf(path, sizeof(path), "%s/%s", terminal, name);
    return fs_read(path, &bytes) == 0 ? strdup(buf_str(&bytes)) : NULL;
}

static inline void
assert_reads(const char *terminal, const char *name, const char *text)
{
    char *got = reads(terminal, name);
    if (got == NULL || strcmp(got, text) != 0) {
        fail_msg("%s: %s, not %s", name, got != NULL ? got : "nothing", text);
    }
    free(got);
}

static inline int
count_entry(const char *name, void *ctx)
{
    (void)name;
    ++*(unsigned *)ctx;
    return 0;
}

static inline unsigned
entries(const char *terminal, const char *name)
{
    char path[400];
    unsigned count = 0;
    snprintf(path, sizeof(path), "%s/%s", terminal, name);
    (void)fs_each(path, NULL, count_entry, &count);
    return count;
}

#endif
