/* ledger/ledger_priv.h - what the backends of this room share: the operations that each of them
 * brings. ledger.c has checked the arguments before it calls one; everything else that ledger.h
 * promises is the backend's. */
#ifndef LEDGER_LEDGER_PRIV_H
#define LEDGER_LEDGER_PRIV_H

#include "ledger/ledger.h"

typedef int ledger_each(
    const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx);

/* As the functions of the same name in ledger.h. */
struct ledger_backend {
    void (*close)(struct ledger *ledger);
    int (*put)(
        struct ledger *ledger, struct ledger_entry *entry, const uint8_t *envelope, size_t len);
    int (*receipt)(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], struct buf *ret_receipt);
    int (*receipt_keep)(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN],
        const uint8_t *receipt, size_t len, struct buf *ret_receipt);
    int (*list)(struct ledger *ledger, uint64_t before, size_t limit, ledger_each *each, void *ctx);
    int (*get)(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN],
        struct ledger_entry *ret_entry, struct buf *ret_envelope);
    int (*newest)(struct ledger *ledger, uint64_t *ret_position, uint64_t *ret_changes);
    int (*mark)(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], const char *state,
        const char *by, int64_t now);
    int (*quarantined)(struct ledger *ledger, uint64_t *ret_count);
    int (*decide)(
        struct ledger *ledger, struct ledger_decision *decision, uint64_t seen, int32_t places);
    /* The newest decision of a record whose number is below one. KERR_NOT_FOUND. */
    int (*decided)(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], uint64_t below,
        struct ledger_decision *ret_decision);
    int (*booked)(struct ledger *ledger, const char *slot, int64_t until, uint64_t *ret_all,
        uint64_t *ret_until);
    /* Writers of one program had better take turns: the file lock is polled, not queued for. */
    bool takes_turns;
};

/* A handle of a backend begins with this. */
struct ledger {
    const struct ledger_backend *backend;
};

int ledger_sqlite_open(const char *path, struct ledger **ret_ledger);
int ledger_postgres_open(const char *uri, struct ledger **ret_ledger);

#endif
