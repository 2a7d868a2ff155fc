/* ledger/sqlite_priv.h - what the files about SQLite share: the handle and its statements. */
#ifndef LEDGER_SQLITE_PRIV_H
#define LEDGER_SQLITE_PRIV_H

#include <sqlite3.h>

#include "ledger/ledger_priv.h"

enum ledger_query {
    LEDGER_Q_BEGIN,
    LEDGER_Q_COMMIT,
    LEDGER_Q_ROLLBACK,
    LEDGER_Q_MARK_HERE,
    LEDGER_Q_BACK_TO_MARK,
    LEDGER_Q_FORGET_MARK,
    LEDGER_Q_INSERT,
    LEDGER_Q_SAME,
    LEDGER_Q_SET_ASIDE,
    LEDGER_Q_BUMP,
    LEDGER_Q_RECEIPT,
    LEDGER_Q_RECEIPT_KEEP,
    LEDGER_Q_GET,
    LEDGER_Q_BEFORE,
    LEDGER_Q_BEFORE_STATE,
    LEDGER_Q_BEFORE_HELD,
    LEDGER_Q_NEWEST,
    LEDGER_Q_ACT,
    LEDGER_Q_ACT_NOTE,
    LEDGER_Q_ACT_ADD,
    LEDGER_Q_SET_STATE,
    LEDGER_Q_SET_HOLDER,
    LEDGER_Q_COUNTS,
    LEDGER_Q_IS_GONE,
    LEDGER_Q_QUARANTINED,
    LEDGER_Q_DECISION,
    LEDGER_Q_DECISION_REST,
    LEDGER_Q_DECISION_INSERT,
    LEDGER_Q_BOOKED,
    LEDGER_Q_RUNS,
    LEDGER_Q_CHAIN,
    LEDGER_Q_CHAINS,
    LEDGER_Q_CHAIN_KEEP,
    LEDGER_Q_CHAIN_ALARM,
    LEDGER_Q_ALARMS,
    LEDGER_Q_SETTLE,
    LEDGER_Q_REPORT,
    LEDGER_Q_REPORTS,
    LEDGER_Q_CALL,
    LEDGER_Q_CALL_KEEP,
    LEDGER_Q_CALL_HEARD,
    LEDGER_Q_CALL_ANSWER,
    LEDGER_Q_CALLS,
    LEDGER_Q_BATCH_MAKE,
    LEDGER_Q_BATCH_COUNT,
    LEDGER_Q_BATCH_UPTO,
    LEDGER_Q_BATCH_OPEN,
    LEDGER_Q_BATCH_WRITTEN,
    LEDGER_Q_HAND,
    LEDGER_Q_HANDED,
    LEDGER_Q_NOT_HANDED,
    LEDGER_Q_OF_BATCH,
    LEDGER_Q_COUNT
};

struct sqlite_ledger {
    struct ledger ledger; /* first: what ledger.h hands around is the address of this */
    sqlite3 *db; /* owned */
    sqlite3_stmt *queries[LEDGER_Q_COUNT]; /* owned; prepared at opening, reset after each use */
    sqlite3_stmt *asks[LEDGER_ASK_COUNT]; /* owned; prepared at their first use */
};

/* A KERR_ code for a SQLite result; 0 for SQLITE_OK, SQLITE_ROW and SQLITE_DONE. */
int ledger_error(int code);
/* Finalizes, closes, frees; also a handle that was only half opened. */
void ledger_sqlite_close(struct ledger *ledger);

/* sqlite_ask.c: deleted rows are overwritten as they go (secure_delete): nothing is left to do. */
int ledger_sqlite_tidy(struct ledger *ledger);
/* sqlite_calls.c: calls for staff. The first inside a transaction. */
int sqlite_write_call(struct sqlite_ledger *ledger, struct ledger_work *work);
int sqlite_call_answer(
    struct ledger *ledger, const char *kiosk, uint64_t id, const char *by, int64_t now);
int sqlite_calls(struct ledger *ledger, int64_t after, ledger_each_call *each, void *ctx);
/* sqlite_hand.c */
int sqlite_hand(struct ledger *ledger, struct ledger_batch *batch,
    const uint8_t (*ids)[LEDGER_ID_LEN], size_t count);
int sqlite_batch(
    struct ledger *ledger, const char *client, uint64_t number, struct ledger_batch *ret_batch);
int sqlite_batch_written(struct ledger *ledger, const char *client, uint64_t number);
int sqlite_handed(struct ledger *ledger, const char *client, const uint8_t id[LEDGER_ID_LEN],
    uint64_t *ret_number);
int sqlite_hand_next(struct ledger *ledger, const char *client, uint64_t number, const char *state,
    uint64_t after, uint8_t ret_id[LEDGER_ID_LEN]);
/* The operations, sqlite_ops.c. */
extern const struct ledger_backend ledger_sqlite;
/* sqlite_acts.c */
int sqlite_change(struct ledger *ledger, const struct ledger_change *change, uint64_t seen);
int sqlite_acted(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], uint64_t below,
    struct ledger_act *ret_act);
int sqlite_counts(struct ledger *ledger, const char *holder, struct ledger_counts *ret_counts);

#endif
