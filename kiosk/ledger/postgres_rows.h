/* ledger/postgres_rows.h - how the operations on PostgreSQL read their rows: what their files (postgres_ops.c, postgres_acts.c)
 * share. */
#ifndef LEDGER_POSTGRES_ROWS_H
#define LEDGER_POSTGRES_ROWS_H

#include <string.h>

#include "base/err.h"
#include "ledger/postgres_priv.h"

static inline struct pg_ledger *
of(struct ledger *ledger)
{
    return (struct pg_ledger *)ledger; /* its first member */
}

static inline int
read_text(const struct pg_rows *rows, int row, int column, char *out, size_t size)
{
    size_t len;
    const char *text = pg_bytes(rows, row, column, &len);
    if (text == NULL || len >= size) {
        return KERR_STORE_CORRUPT;
    }
    memcpy(out, text, len);
    out[len] = 0;
    return 0;
}

static inline int
read_blob(const struct pg_rows *rows, int row, int column, void *out, size_t len)
{
    size_t got;
    const void *bytes = pg_bytes(rows, row, column, &got);
    if (bytes == NULL || got != len) {
        return KERR_STORE_CORRUPT;
    }
    memcpy(out, bytes, len);
    return 0;
}

/* Appends the one field of the one row. */
static inline int
append_field(const struct pg_rows *rows, int row, int column, struct buf *ret_bytes)
{
    size_t len = 0;
    const void *bytes = pg_rows_count(rows) > row ? pg_bytes(rows, row, column, &len) : NULL;
    return bytes != NULL ? buf_add(ret_bytes, bytes, len) : KERR_NOT_FOUND;
}

#endif
