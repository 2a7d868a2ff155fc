/* ledger/ledger_priv.h - what the two files of this room share: the handle and its statements. */
#ifndef LEDGER_LEDGER_PRIV_H
#define LEDGER_LEDGER_PRIV_H

#include <sqlite3.h>

enum ledger_query {
    LEDGER_Q_BEGIN,
    LEDGER_Q_COMMIT,
    LEDGER_Q_ROLLBACK,
    LEDGER_Q_INSERT,
    LEDGER_Q_SAME,
    LEDGER_Q_SET_ASIDE,
    LEDGER_Q_BUMP,
    LEDGER_Q_RECEIPT,
    LEDGER_Q_RECEIPT_KEEP,
    LEDGER_Q_GET,
    LEDGER_Q_BEFORE,
    LEDGER_Q_NEWEST,
    LEDGER_Q_MARK,
    LEDGER_Q_QUARANTINED,
    LEDGER_Q_COUNT
};

struct ledger {
    sqlite3 *db; /* owned */
    sqlite3_stmt *queries[LEDGER_Q_COUNT]; /* owned; prepared at opening, reset after each use */
};

/* A KERR_ code for a SQLite result; 0 for SQLITE_OK, SQLITE_ROW and SQLITE_DONE. */
int ledger_error(int code);

#endif
