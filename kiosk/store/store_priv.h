/* store/store_priv.h - what the files of this room share: the handle, the prepared statements, and the
 * one place where SQLite's codes become ours. */
#ifndef STORE_STORE_PRIV_H
#define STORE_STORE_PRIV_H

#include <stdbool.h>

#include <sqlite3.h>

#include "store/store.h"

/* "Mado" in the header of the file, so that no other database is taken for a queue. */
enum { STORE_APPLICATION_ID = 0x4d61646f, STORE_SCHEMA_VERSION = 1 };

enum store_statement {
    STORE_BEGIN,
    STORE_COMMIT,
    STORE_ROLLBACK,
    STORE_READ_HEAD,
    STORE_WRITE_HEAD,
    STORE_INSERT,
    STORE_NEXT_DUE,
    STORE_READ_ROW,
    STORE_INSERT_SENT,
    STORE_READ_SENT,
    STORE_DELETE,
    STORE_SET_TRY,
    STORE_SET_ASIDE,
    STORE_COUNT_QUEUE,
    STORE_COUNT_SENT,
    STORE_STATEMENT_COUNT
};

struct store {
    sqlite3 *db;
    sqlite3_stmt *statements[STORE_STATEMENT_COUNT];
    bool slot_open; /* between store_begin and store_put or store_abandon */
};

/* The KERR_ code of what SQLite just answered on this connection. db may be NULL. */
int store_error(sqlite3 *db, int code);

/* schema.c: settings of the connection, integrity, tables. As store_open. */
int store_prepare_file(struct store *store, const char *path);
/* Steps a statement that gives no row, and resets it. */
int store_run(struct store *store, enum store_statement which);
/* Rolls back whatever is open; a failure leaves it to the next opening, which does the same. */
void store_roll_back(struct store *store);

/* hash.c: SHA-256 of an envelope. */
void store_hash(const uint8_t *bytes, size_t len, uint8_t out[STORE_HASH_LEN]);

#endif
