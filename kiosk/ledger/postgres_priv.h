/* ledger/postgres_priv.h - PostgreSQL as the operations see it: a handle that is connected when it is
 * asked, numbered statements, arguments and rows. libpq stays in postgres.c. */
#ifndef LEDGER_POSTGRES_PRIV_H
#define LEDGER_POSTGRES_PRIV_H

#include "ledger/ledger_priv.h"

enum pg_query {
    PG_BEGIN,
    PG_COMMIT,
    PG_PLACES, /* the same row, and the next positions */
    PG_PLACES_BEHIND, /* the same, refused (KERR_STATE) unless they are those behind this one */
    PG_FRESH, /* entries at these positions, with their receipts; refused unless all are new */
    PG_TURN, /* takes the row that all writers take first */
    PG_PUT,
    PG_RECEIPT,
    PG_RECEIPT_KEEP,
    PG_GET,
    PG_BEFORE,
    PG_BEFORE_STATE,
    PG_BEFORE_HELD,
    PG_NEWEST,
    PG_CHANGE,
    PG_ACT,
    PG_COUNTS,
    PG_QUARANTINED,
    PG_DECIDE,
    PG_DECIDED,
    PG_BOOKED,
    PG_RUNS,
    PG_POINT,
    PG_CHAINS,
    PG_ALARMS,
    PG_SETTLE,
    PG_REPORT,
    PG_REPORTS,
    PG_CALL,
    PG_CALL_ANSWER,
    PG_CALLS,
    PG_HAND,
    PG_BATCH_UPTO,
    PG_BATCH_OPEN,
    PG_BATCH_WRITTEN,
    PG_HANDED,
    PG_NOT_HANDED,
    PG_OF_BATCH,
    PG_QUERY_COUNT
};
extern const char *const pg_queries[PG_QUERY_COUNT]; /* postgres_ops.c */

struct pg_ledger; /* begins with a struct ledger */
struct pg_rows; /* an answer; libpq's PGresult */

enum { PG_ARGS_MAX = LEDGER_ARGS_MAX };
/* $1, $2, ... in the order in which they are added. Bytes and texts are borrowed until the statement
 * has been asked. */
struct pg_args {
    int count;
    const char *values[PG_ARGS_MAX];
    int lengths[PG_ARGS_MAX], formats[PG_ARGS_MAX];
    uint8_t numbers[PG_ARGS_MAX][sizeof(int64_t)];
};
void pg_add_bytes(struct pg_args *args, const void *bytes, size_t len);
void pg_add_text(struct pg_args *args, const char *text); /* NULL: SQL's NULL */
void pg_add_number(struct pg_args *args, int64_t number);

/* Asks a numbered statement, in a transaction of its own. 0 and *ret_rows (the caller frees), or an
 * error as in ledger.h; KERR_BUSY when it is not known whether the server did it. */
int pg_ask(struct pg_ledger *pg, int which, const struct pg_args *args, struct pg_rows **ret_rows);
struct pg_asked {
    int which; /* an enum pg_query, or PG_QUERY_COUNT and an enum ledger_ask */
    struct pg_args args;
};
/* A part of a transaction: several in one way to the server and back. PG_BEGIN is the first of the first part, PG_COMMIT the
 * last of the last; nothing else is asked of this handle between the parts, and no part is left out, within 2 s. 0 and all of ret_rows (the caller frees each), or
 * an error: then none of all is done, and there is no further part; KERR_BUSY when that is not known. */
int pg_ask_part(
    struct pg_ledger *pg, const struct pg_asked *asked, size_t count, struct pg_rows **ret_rows);
/* Undoes what was begun, after an error of the caller's own; answers that, or KERR_BUSY. */
int pg_give_up(struct pg_ledger *pg, int error);
/* Asks several in one transaction and one way to the server and back, after PG_TURN, so that nobody else's locks cross
 * theirs. 0 and all of ret_rows (the caller frees each), or an error: then none is done; KERR_BUSY when that is not
 * known. At most LEDGER_WORKS_MAX. */
int pg_ask_all(
    struct pg_ledger *pg, const struct pg_asked *asked, size_t count, struct pg_rows **ret_rows);
/* Runs SQL as it stands, one or many statements; ret_rows (may be NULL) gets the last answer. For the schema. */
int pg_run(struct pg_ledger *pg, const char *sql, struct pg_rows **ret_rows);
/* The same, without rows, for what takes long in a large ledger: waits an hour. */
int pg_run_long(struct pg_ledger *pg, const char *sql);

/* Gives the space of deleted rows back (VACUUM), so that new ones are written over them. Takes its time. */
int ledger_postgres_tidy(struct ledger *ledger);

/* NULL is accepted. */
void pg_rows_free(struct pg_rows *rows);
int pg_rows_count(const struct pg_rows *rows);
int pg_rows_width(const struct pg_rows *rows);
/* A field of type bigint; 0 when it is none. */
int64_t pg_number(const struct pg_rows *rows, int row, int column);
/* A field's bytes, as long as the rows live; NULL for SQL's NULL. */
const void *pg_bytes(const struct pg_rows *rows, int row, int column, size_t *ret_len);

/* postgres_schema.c: brings the tables to this program's version. KERR_STORE_VERSION when they are of
 * a newer one. */
int pg_schema(struct pg_ledger *pg);

/* postgres_work.c: what an intake writes */
void pg_work(struct ledger *ledger, struct ledger_work *const *works, size_t count);
void pg_work_alone(struct ledger *ledger, struct ledger_work *work);

/* postgres_hand.c */
int pg_hand(struct ledger *ledger, struct ledger_batch *batch, const uint8_t (*ids)[LEDGER_ID_LEN],
    size_t count);
int pg_batch(
    struct ledger *ledger, const char *client, uint64_t number, struct ledger_batch *ret_batch);
int pg_batch_written(struct ledger *ledger, const char *client, uint64_t number);
int pg_handed(struct ledger *ledger, const char *client, const uint8_t id[LEDGER_ID_LEN],
    uint64_t *ret_number);
int pg_hand_next(struct ledger *ledger, const char *client, uint64_t number, const char *state,
    uint64_t after, uint8_t ret_id[LEDGER_ID_LEN]);
/* The operations, postgres_ops.c; closing is in postgres.c. */
extern const struct ledger_backend ledger_postgres;
/* postgres_acts.c */
int pg_change(struct ledger *ledger, const struct ledger_change *change, uint64_t seen);
int pg_acted(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], uint64_t below,
    struct ledger_act *ret_act);
int pg_counts(struct ledger *ledger, const char *holder, struct ledger_counts *ret_counts);
void ledger_postgres_close(struct ledger *ledger);

#endif
