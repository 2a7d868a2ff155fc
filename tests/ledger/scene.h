/* ledger/scene.h - a ledger of its own for each test: a SQLite file, or with LEDGER_AT=postgresql://... an empty
 * database there (test_postgres.sh starts one). */
#ifndef TESTS_LEDGER_SCENE_H
#define TESTS_LEDGER_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/harness.h"
#include "ledger/ledger.h"
#include "ledger/reset.h"

struct scene {
    char folder[HARNESS_FOLDER_LEN];
    char path[256]; /* as ledger_open takes it */
    bool is_postgres;
    struct ledger *ledger;
};

ATTR_UNUSED static int
set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    assert_non_null(scene);
    harness_folder_make(scene->folder);
    const char *given = getenv("LEDGER_AT");
    if (given != NULL) {
        scene->is_postgres = true;
        snprintf(scene->path, sizeof(scene->path), "%s", given);
        ledger_reset(scene->path);
    } else {
        snprintf(scene->path, sizeof(scene->path), "%s/ledger.db", scene->folder);
    }
    assert_int_equal(0, ledger_open(scene->path, &scene->ledger));
    *state = scene;
    return 0;
}

ATTR_UNUSED static int
tear_down(void **state)
{
    struct scene *scene = *state;
    ledger_close(scene->ledger);
    unlink(scene->path);
    assert_int_equal(0, rmdir(scene->folder)); /* no journal is left over either */
    free(scene);
    return 0;
}

/* An entry whose id and hash are made of one byte each. */
ATTR_UNUSED static struct ledger_entry
entry_of(uint8_t id, const char *kiosk, uint64_t epoch, uint64_t sequence, uint8_t hash)
{
    struct ledger_entry entry = {.epoch = epoch, .sequence = sequence, .received_at = 1000};
    memset(entry.id, id, sizeof(entry.id));
    memset(entry.hash, hash, sizeof(entry.hash));
    snprintf(entry.kiosk, sizeof(entry.kiosk), "%s", kiosk);
    return entry;
}

ATTR_UNUSED static int
put(struct ledger *ledger, struct ledger_entry *entry, const char *bytes)
{
    return ledger_put(ledger, entry, (const uint8_t *)bytes, strlen(bytes));
}

/* A state, whatever stood there; 0 or an error. */
ATTR_UNUSED static int
mark(struct ledger *ledger, const uint8_t *id, const char *state, const char *by, int64_t at)
{
    const struct ledger_change change = {.id = id, .state = state, .by = by, .at = at};
    int r = ledger_change(ledger, &change, LEDGER_SEEN_ANY);
    return r < 0 ? r : 0;
}

#endif
