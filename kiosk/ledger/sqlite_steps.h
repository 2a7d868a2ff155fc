/* ledger/sqlite_steps.h - how the operations on SQLite bind, step and read: what their files (sqlite_ops.c, sqlite_acts.c, sqlite_calls.c) share. */
#ifndef LEDGER_SQLITE_STEPS_H
#define LEDGER_SQLITE_STEPS_H

#include <string.h>

#include "base/err.h"
#include "ledger/sqlite_priv.h"

static inline struct sqlite_ledger *
of(struct ledger *ledger)
{
    return (struct sqlite_ledger *)ledger; /* its first member */
}

/* One step of a statement without rows to read: does it, forgets its arguments. */
static inline int
run(struct sqlite_ledger *ledger, enum ledger_query which)
{
    sqlite3_stmt *query = ledger->queries[which];
    int code = sqlite3_step(query);
    (void)sqlite3_reset(query); /* repeats the error of the step */
    (void)sqlite3_clear_bindings(query);
    return ledger_error(code);
}

/* One step towards a row; the caller calls done(). 0, KERR_NOT_FOUND or an error. */
static inline int
fetch(struct sqlite_ledger *ledger, enum ledger_query which)
{
    int code = sqlite3_step(ledger->queries[which]);
    return code == SQLITE_ROW ? 0 : code == SQLITE_DONE ? KERR_NOT_FOUND : ledger_error(code);
}

static inline void
done(struct sqlite_ledger *ledger, enum ledger_query which)
{
    (void)sqlite3_reset(ledger->queries[which]); /* repeats the error of the step */
    (void)sqlite3_clear_bindings(ledger->queries[which]);
}

static inline int
begin(struct sqlite_ledger *ledger)
{
    return run(ledger, LEDGER_Q_BEGIN);
}

/* Ends the transaction: commits when r is 0, else undoes. Returns the first error. */
static inline int
finish(struct sqlite_ledger *ledger, int r)
{
    if (r == 0) {
        r = run(ledger, LEDGER_Q_COMMIT);
    }
    if (r < 0 && sqlite3_get_autocommit(ledger->db) == 0) {
        (void)run(ledger, LEDGER_Q_ROLLBACK); /* the error before it is what counts */
    }
    return r;
}

/* Binding fails only without memory or on a wrong index; both end in the step's error. */
static inline int
bind_blob(
    struct sqlite_ledger *ledger, enum ledger_query which, int at, const void *bytes, size_t len)
{
    return ledger_error(sqlite3_bind_blob64(ledger->queries[which], at, bytes, len, SQLITE_STATIC));
}

static inline int
bind_text(struct sqlite_ledger *ledger, enum ledger_query which, int at, const char *text)
{
    return ledger_error(sqlite3_bind_text(ledger->queries[which], at, text, -1, SQLITE_STATIC));
}

static inline int
bind_number(struct sqlite_ledger *ledger, enum ledger_query which, int at, int64_t number)
{
    return ledger_error(sqlite3_bind_int64(ledger->queries[which], at, number));
}

/* The arguments ?1 to ?7 that insert, comparison and quarantine have in common. */
static inline int
bind_entry(struct sqlite_ledger *ledger, enum ledger_query which, const struct ledger_entry *entry,
    const uint8_t *envelope, size_t len)
{
    int r = bind_blob(ledger, which, 1, entry->id, sizeof(entry->id));
    r = r == 0 ? bind_text(ledger, which, 2, entry->kiosk) : r;
    r = r == 0 ? bind_number(ledger, which, 3, (int64_t)entry->epoch) : r;
    r = r == 0 ? bind_number(ledger, which, 4, (int64_t)entry->sequence) : r;
    r = r == 0 ? bind_blob(ledger, which, 5, entry->hash, sizeof(entry->hash)) : r;
    if (r == 0 && which != LEDGER_Q_SAME) {
        r = bind_number(ledger, which, 6, entry->received_at);
    }
    return r == 0 ? bind_blob(ledger, which, 7, envelope, len) : r;
}

static inline int
read_text(sqlite3_stmt *query, int column, char *out, size_t size)
{
    const unsigned char *text = sqlite3_column_text(query, column);
    int len = sqlite3_column_bytes(query, column);
    if (text == NULL || (size_t)len >= size) {
        return KERR_STORE_CORRUPT;
    }
    memcpy(out, text, (size_t)len + 1);
    return 0;
}

static inline int
read_blob(sqlite3_stmt *query, int column, void *out, size_t len)
{
    const void *bytes = sqlite3_column_blob(query, column);
    if (bytes == NULL || (size_t)sqlite3_column_bytes(query, column) != len) {
        return KERR_STORE_CORRUPT;
    }
    memcpy(out, bytes, len);
    return 0;
}

static inline int
read_entry(sqlite3_stmt *query, struct ledger_entry *ret_entry)
{
    struct ledger_entry entry = {
        .epoch = (uint64_t)sqlite3_column_int64(query, COLUMN_EPOCH),
        .sequence = (uint64_t)sqlite3_column_int64(query, COLUMN_SEQUENCE),
        .received_at = sqlite3_column_int64(query, COLUMN_RECEIVED_AT),
        .position = (uint64_t)sqlite3_column_int64(query, COLUMN_POSITION),
        .state_at = sqlite3_column_int64(query, COLUMN_STATE_AT),
    };
    int r = read_blob(query, COLUMN_ID, entry.id, sizeof(entry.id));
    r = r == 0 ? read_text(query, COLUMN_KIOSK, entry.kiosk, sizeof(entry.kiosk)) : r;
    r = r == 0 ? read_blob(query, COLUMN_HASH, entry.hash, sizeof(entry.hash)) : r;
    r = r == 0 ? read_text(query, COLUMN_STATE, entry.state, sizeof(entry.state)) : r;
    r = r == 0 ? read_text(query, COLUMN_STATE_BY, entry.state_by, sizeof(entry.state_by)) : r;
    r = r == 0 ? read_text(query, COLUMN_HOLDER, entry.holder, sizeof(entry.holder)) : r;
    if (r == 0) {
        *ret_entry = entry;
    }
    return r;
}

static inline int
append_blob(sqlite3_stmt *query, int column, struct buf *ret_bytes)
{
    const void *bytes = sqlite3_column_blob(query, column);
    size_t len = (size_t)sqlite3_column_bytes(query, column);
    return bytes == NULL && len > 0 ? KERR_NO_MEMORY : buf_add(ret_bytes, bytes, len);
}

#endif
