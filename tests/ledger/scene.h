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

#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "harness/harness.h"
#include "ledger/ledger.h"

struct scene {
    char folder[HARNESS_FOLDER_LEN];
    char path[256]; /* as ledger_open takes it */
    bool is_postgres;
    struct ledger *ledger;
};

ATTR_UNUSED static void
drop_notice(void *ctx, const char *text)
{
    (void)ctx, (void)text;
}

/* SQL past the ledger, to look at it or to harm it. Answers the one number that comes, or 0. */
ATTR_UNUSED static int64_t
postgres(const char *path, const char *sql)
{
    PGconn *line = PQconnectdb(path);
    PQsetNoticeProcessor(line, drop_notice, NULL);
    PGresult *result = PQexec(line, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        fail_msg("%s: %s", sql, PQerrorMessage(line));
    }
    int64_t number = PQntuples(result) == 1 ? strtoll(PQgetvalue(result, 0, 0), NULL, 10) : 0;
    PQclear(result);
    PQfinish(line);
    return number;
}

ATTR_UNUSED static int64_t
ask(const char *path, const char *sql)
{
    if (strncmp(path, "postgres", 8) == 0) {
        return postgres(path, sql);
    }
    sqlite3 *db;
    sqlite3_stmt *query;
    assert_int_equal(SQLITE_OK, sqlite3_open(path, &db));
    assert_int_equal(SQLITE_OK, sqlite3_prepare_v2(db, sql, -1, &query, NULL));
    int code = sqlite3_step(query);
    assert_true(code == SQLITE_ROW || code == SQLITE_DONE);
    int64_t number = code == SQLITE_ROW ? sqlite3_column_int64(query, 0) : 0;
    sqlite3_finalize(query);
    sqlite3_close(db);
    return number;
}

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
        ask(scene->path, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
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

#endif
