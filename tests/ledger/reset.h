/* ledger/reset.h - SQL past a ledger, and a database that is empty again. */
#ifndef TESTS_LEDGER_RESET_H
#define TESTS_LEDGER_RESET_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <libpq-fe.h>
#include <sqlite3.h>
#include <string.h>

#include "base/attr.h"

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

/* A database of PostgreSQL without any tables; a file is left as it is. */
ATTR_UNUSED static void
ledger_reset(const char *path)
{
    if (strncmp(path, "postgres", 8) == 0) {
        ask(path, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    }
}

#endif
