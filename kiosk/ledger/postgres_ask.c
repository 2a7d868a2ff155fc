/* ledger/postgres_ask.c - questions in words that both storages understand (ask_priv.h), on PostgreSQL: one statement, or
 * several in one transaction and one way to the server and back. */
#include "ledger/postgres_priv.h"

#include <string.h>

enum { TOGETHER_MAX = 12 };

static void
add_args(struct pg_args *args, const struct ledger_question *question)
{
    for (int i = 0; i < question->count; i++) {
        const struct ledger_arg *arg = &question->args[i];
        if (arg->kind == LEDGER_ARG_NUMBER) {
            pg_add_number(args, arg->number);
        } else if (arg->kind == LEDGER_ARG_TEXT) {
            pg_add_text(args, arg->bytes);
        } else {
            pg_add_bytes(args, arg->bytes, arg->len);
        }
    }
}

/* A number of 64 bits and a text of eight bytes look alike: whoever asked knows which it is. */
static int
give_rows(const struct pg_rows *rows, ledger_each_row *each, void *ctx)
{
    int r = 0;
    for (int row = 0; row < pg_rows_count(rows) && r == 0; row++) {
        struct ledger_field fields[LEDGER_FIELDS_MAX] = {0};
        for (int i = 0; i < pg_rows_width(rows) && i < LEDGER_FIELDS_MAX; i++) {
            fields[i].bytes = pg_bytes(rows, row, i, &fields[i].len);
            fields[i].number = pg_number(rows, row, i);
        }
        r = each(fields, ctx);
    }
    return r;
}

int
ledger_postgres_ask(struct ledger *ledger, const struct ledger_question *questions, size_t count,
    ledger_each_row *each, void *ctx)
{
    struct pg_ledger *pg = (struct pg_ledger *)ledger; /* its first member */
    struct pg_asked asked[TOGETHER_MAX] = {0};
    struct pg_rows *rows[TOGETHER_MAX] = {NULL};
    for (size_t i = 0; i < count; i++) {
        asked[i].which = PG_QUERY_COUNT + (int)questions[i].which;
        add_args(&asked[i].args, &questions[i]);
    }
    int r = count == 1 ? pg_ask(pg, asked[0].which, &asked[0].args, &rows[0])
                       : pg_ask_all(pg, asked, count, rows);
    if (r == 0 && each != NULL) {
        r = give_rows(rows[count - 1], each, ctx);
    }
    for (size_t i = 0; i < count; i++) {
        pg_rows_free(rows[i]);
    }
    return r;
}
