/* ledger/sqlite_ask.c - questions in words that both storages understand (ask_priv.h), on SQLite: prepared at their first
 * use, several in one transaction. */
#include "ledger/sqlite_priv.h"

#include <stdio.h>

#include "base/err.h"

/* $1 is a name to SQLite, whose own number depends on where it stands first. */
static int
bind(sqlite3_stmt *ask, const struct ledger_question *question)
{
    int code = SQLITE_OK;
    for (int i = 0; i < question->count && code == SQLITE_OK; i++) {
        const struct ledger_arg *arg = &question->args[i];
        char name[16];
        (void)snprintf(name, sizeof(name), "$%d", i + 1);
        int at = sqlite3_bind_parameter_index(ask, name);
        code = arg->kind == LEDGER_ARG_NUMBER ? sqlite3_bind_int64(ask, at, arg->number)
               : arg->kind == LEDGER_ARG_TEXT
                   ? sqlite3_bind_text(ask, at, arg->bytes, -1, SQLITE_STATIC)
                   : sqlite3_bind_blob64(ask, at, arg->bytes, arg->len, SQLITE_STATIC);
    }
    return ledger_error(code);
}

static int
give_row(sqlite3_stmt *ask, ledger_each_row *each, void *ctx)
{
    struct ledger_field fields[LEDGER_FIELDS_MAX] = {0};
    int count = sqlite3_column_count(ask);
    for (int i = 0; i < count && i < LEDGER_FIELDS_MAX; i++) {
        if (sqlite3_column_type(ask, i) == SQLITE_INTEGER) {
            fields[i].number = sqlite3_column_int64(ask, i);
        } else {
            fields[i].bytes = sqlite3_column_blob(ask, i);
            fields[i].len = (size_t)sqlite3_column_bytes(ask, i);
        }
    }
    return each(fields, ctx);
}

static int
ask_one(struct sqlite_ledger *ledger, const struct ledger_question *question, ledger_each_row *each,
    void *ctx)
{
    sqlite3_stmt **ask = &ledger->asks[question->which];
    int r = 0;
    if (*ask == NULL) {
        r = ledger_error(sqlite3_prepare_v3(
            ledger->db, ledger_asks[question->which], -1, SQLITE_PREPARE_PERSISTENT, ask, NULL));
    }
    r = r == 0 ? bind(*ask, question) : r;
    int code = r == 0 ? sqlite3_step(*ask) : SQLITE_DONE;
    while (r == 0 && code == SQLITE_ROW) {
        r = each != NULL ? give_row(*ask, each, ctx) : 0;
        code = r == 0 ? sqlite3_step(*ask) : code;
    }
    (void)sqlite3_reset(*ask); /* repeats the error of the step */
    (void)sqlite3_clear_bindings(*ask);
    return r == 0 ? ledger_error(code) : r;
}

static int
run(struct sqlite_ledger *ledger, const char *sql)
{
    return ledger_error(sqlite3_exec(ledger->db, sql, NULL, NULL, NULL));
}

int
ledger_sqlite_ask(struct ledger *any, const struct ledger_question *questions, size_t count,
    ledger_each_row *each, void *ctx)
{
    struct sqlite_ledger *ledger = (struct sqlite_ledger *)any; /* its first member */
    if (count == 1) {
        return ask_one(ledger, &questions[0], each, ctx);
    }
    int r = run(ledger, "BEGIN IMMEDIATE");
    if (r < 0) {
        return r;
    }
    for (size_t i = 0; i < count && r == 0; i++) {
        r = ask_one(ledger, &questions[i], i + 1 == count ? each : NULL, ctx);
    }
    r = r == 0 ? run(ledger, "COMMIT") : r;
    if (r != 0 && sqlite3_get_autocommit(ledger->db) == 0) {
        (void)run(ledger, "ROLLBACK"); /* the error before it is what counts */
    }
    return r;
}

int
ledger_sqlite_tidy(struct ledger *ledger)
{
    (void)ledger;
    return 0;
}
