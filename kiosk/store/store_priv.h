/* store/store_priv.h - what the files of this room share: the handle, the prepared statements, and the
 * one place where SQLite's codes become ours. */
#ifndef STORE_STORE_PRIV_H
#define STORE_STORE_PRIV_H

#include <stdbool.h>

#include <sqlite3.h>

#include "store/store.h"

/* "Mado" in the header of the file, so that no other database is taken for a queue. */
enum { STORE_APPLICATION_ID = 0x4d61646f, STORE_SCHEMA_VERSION = 2 };

/* All files have pages of this size, so that a broken header can't hide it. */
enum { STORE_PAGE = 4096, STORE_CHECK_AT_ONCE = 1024 /* pages */ };

enum store_statement {
    STORE_BEGIN,
    STORE_COMMIT,
    STORE_ROLLBACK,
    STORE_READ_HEAD,
    STORE_WRITE_HEAD,
    STORE_INSERT,
    STORE_NEXT_DUE,
    STORE_NEXT,
    STORE_FIND,
    STORE_READ_ROW,
    STORE_INSERT_SENT,
    STORE_READ_SENT,
    STORE_DELETE,
    STORE_SET_TRY,
    STORE_SET_ASIDE,
    STORE_READ_EVENT,
    STORE_INSERT_EVENT,
    STORE_COUNT_QUEUE,
    STORE_COUNT_SENT,
    STORE_OLDEST,
    STORE_STATEMENT_COUNT
};

struct store {
    sqlite3 *db; /* NULL after a reopening that went wrong */
    char *path; /* owned */
    sqlite3_stmt *statements[STORE_STATEMENT_COUNT];
    bool slot_open; /* between store_begin and store_put or store_abandon */
};

/* The KERR_ code of what SQLite just answered on this connection. db may be NULL. */
int store_error(sqlite3 *db, int code);

/* schema.c: settings of the connection, integrity, tables. As store_open. */
int store_prepare_file(sqlite3 *db, const char *path);
/* Opens the file anew when the path no longer names the one that is open (a recovery moved it aside).
 * Outside a transaction. As store_open. */
int store_follow(struct store *store);
/* store.c: starts a transaction on the file that the path names now. */
int store_begin_write(struct store *store);
/* reserve.c: does work; when the disk is full once more in the room of the reserve, which is laid again at once. */
int store_with_reserve(
    struct store *store, int (*work)(struct store *store, const void *ctx), const void *ctx);
/* audit.c: adds an event, inside a transaction. */
int store_add_event(struct store *store, enum store_event kind, int64_t a, int64_t b);
/* Steps a statement that gives no row, and resets it. */
int store_run(struct store *store, enum store_statement which);
/* Rolls back whatever is open; a failure leaves it to the next opening, which does the same. */
void store_roll_back(struct store *store);

/* raw.c: the file of a damaged queue, held exclusively, as pages. */
struct store_raw {
    sqlite3_vfs *vfs;
    sqlite3_file *file; /* owned */
    const char *name; /* owned, made by SQLite */
    uint32_t pages;
    int moved; /* not what the path names any more */
};
/* KERR_BUSY when the other process doesn't let go; KERR_IO, KERR_STORE. */
int store_raw_open(const char *path, struct store_raw *ret_raw);
void store_raw_close(struct store_raw *raw);
/* Is there a file whose header can't be one of ours? Takes no lock. */
bool store_raw_is_damaged(const char *path);
/* Page 1.. into out. Not 0 when it can't be read; out is zeros then. */
int store_raw_page(const struct store_raw *raw, uint32_t number, uint8_t out[STORE_PAGE]);

/* salvage.c. An envelope that proved itself, and what its cell says beside; pointers hold during the
 * call. */
struct store_found {
    struct store_claim claim; /* proven */
    const uint8_t *envelope;
    size_t len;
    uint8_t hash[STORE_HASH_LEN];
    bool has_hints; /* the rest was there */
    uint64_t place;
    uint8_t previous[STORE_HASH_LEN];
    int64_t status; /* not 0: it was set aside */
    int64_t queued_at;
};
/* Calls each for every envelope in the file, some twice, in no order. A negative answer ends it and
 * is returned. */
int store_salvage(const struct store_raw *raw, const struct store_judge *judge,
    int (*each)(void *ctx, const struct store_found *found), void *ctx);
/* The rows of sent that can be read; nothing proves them. */
struct store_gone {
    uint64_t place;
    int64_t epoch, sequence, sent_at;
    const uint8_t *id, *hash, *previous, *receipt_hash;
};
int store_salvage_sent(
    const struct store_raw *raw, int (*each)(void *ctx, const struct store_gone *gone), void *ctx);

/* hash.c: SHA-256 of an envelope. */
void store_hash(const uint8_t *bytes, size_t len, uint8_t out[STORE_HASH_LEN]);

#endif
