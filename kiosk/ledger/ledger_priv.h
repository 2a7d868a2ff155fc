/* ledger/ledger_priv.h - what the backends of this room share: the operations that each of them
 * brings. ledger.c has checked the arguments before it calls one; everything else that ledger.h
 * promises is the backend's. */
#ifndef LEDGER_LEDGER_PRIV_H
#define LEDGER_LEDGER_PRIV_H

#include "ledger/ask_priv.h"
#include "ledger/ledger.h"

typedef int ledger_each(
    const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx);

/* The columns of an entry, in this order; behind them its envelope. */
#define LEDGER_COLUMNS                                                                             \
    "id, kiosk, epoch, sequence, hash, received_at, position, state, state_at, state_by, holder"
enum {
    COLUMN_ID,
    COLUMN_KIOSK,
    COLUMN_EPOCH,
    COLUMN_SEQUENCE,
    COLUMN_HASH,
    COLUMN_RECEIVED_AT,
    COLUMN_POSITION,
    COLUMN_STATE,
    COLUMN_STATE_AT,
    COLUMN_STATE_BY,
    COLUMN_HOLDER,
    COLUMN_ENVELOPE
};

/* Which entries a list gives; both NULL: all. */
struct ledger_filter {
    const char *state, *holder;
};
/* Of a list: entries that one person holds and that are still to be worked on; entry_held is the index of the same words. */
#define LEDGER_HELD(HOLDER)                                                                        \
    "holder = " HOLDER " AND holder <> '' AND state IN ('new', 'work', 'papers')"
/* The counts in the order of enum ledger_state, and how many this holder has. One text for both storages. */
#define LEDGER_COUNTS(HOLDER)                                                                      \
    "SELECT " LEDGER_COUNT("new") ", " LEDGER_COUNT("work") ", " LEDGER_COUNT(                     \
        "papers") ", " LEDGER_COUNT("done") ", " LEDGER_COUNT("back") ", (SELECT count(*) FROM "   \
                                                                      "entry WHERE " LEDGER_HELD(  \
                                                                          HOLDER) ")"
#define LEDGER_COUNT(STATE) "(SELECT count FROM state_count WHERE state = '" STATE "')"

/* Sequences first..last of an epoch that came without a gap, or how many conflicts there were (first and
 * last are 0 then). */
struct ledger_run {
    char kiosk[LEDGER_NAME_MAX];
    uint64_t epoch, first, last, conflicts;
    int64_t last_at;
};
typedef int ledger_each_run(const struct ledger_run *run, void *ctx);
/* The statement that gives them, by kiosk, epoch and first, the columns in this order; half 1 stands for the
 * upper half of the 64 bits, whose numbers are kept as negative ones. The same words for both. */
enum { RUN_KIOSK, RUN_EPOCH, RUN_HALF, RUN_FIRST, RUN_LAST, RUN_LAST_AT, RUN_CONFLICTS };
#define LEDGER_RUNS(NUMBER)                                                                        \
    "SELECT kiosk, epoch, half, first, last,"                                                      \
    " coalesce((SELECT received_at FROM entry WHERE position = newest),"                           \
    "  (SELECT received_at FROM gone WHERE position = newest)) AS last_at," NUMBER(                \
        "0") " AS conflicts FROM (SELECT kiosk, epoch, half, min(place) AS first, max(place) AS "  \
             "last,"                                                                               \
             "  max(position) AS newest FROM (SELECT kiosk, epoch, position,"                      \
             "   CASE WHEN sequence < 0 THEN " NUMBER("1") " ELSE " NUMBER(                        \
                 "0") " END AS half,"                                                              \
                      "   sequence & 9223372036854775807 AS place,"                                \
                      "   (sequence & 9223372036854775807) - row_number()"                         \
                      "    OVER (PARTITION BY kiosk, epoch, sequence < 0 ORDER BY sequence) AS "   \
                      "island FROM (SELECT kiosk, epoch, sequence, position FROM entry UNION ALL " \
                      "SELECT kiosk, epoch, sequence, position FROM gone) e) p"                    \
                      "  GROUP BY kiosk, epoch, half, island) r"                                   \
                      " UNION ALL SELECT kiosk, epoch, " NUMBER("0") ", " NUMBER("0") ", " NUMBER( \
                          "0") ","                                                                 \
                               "  max(received_at), count(*) FROM quarantine GROUP BY kiosk, "     \
                               "epoch"                                                             \
                               " ORDER BY kiosk, epoch, half, first"

typedef int ledger_each_chain(const struct ledger_chain *chain, void *ctx);
typedef int ledger_each_report(const struct ledger_report *report, void *ctx);
typedef int ledger_each_call(const struct ledger_call *call, void *ctx);
/* The columns of a chain and of a report, in this order. */
#define LEDGER_CHAIN                                                                               \
    "kiosk, epoch, size, head, seen_at, alarms, alarm_at, bytes, alarm_bytes FROM chain"
enum {
    CHAIN_KIOSK,
    CHAIN_EPOCH,
    CHAIN_SIZE,
    CHAIN_HEAD,
    CHAIN_SEEN_AT,
    CHAIN_ALARMS,
    CHAIN_ALARM_AT,
    CHAIN_BYTES,
    CHAIN_ALARM_BYTES
};
enum { REPORT_KIOSK, REPORT_AT, REPORT_BYTES };
/* The columns of a call, in this order. */
#define LEDGER_CALL                                                                                \
    "kiosk, id, state, said_at, page, reason, began_at, heard_at, answered_at, answered_by FROM "  \
    "kiosk_call"
enum {
    CALL_KIOSK,
    CALL_ID,
    CALL_STATE,
    CALL_SAID_AT,
    CALL_PAGE,
    CALL_REASON,
    CALL_BEGAN_AT,
    CALL_HEARD_AT,
    CALL_ANSWERED_AT,
    CALL_ANSWERED_BY
};
/* The point of the last alarm becomes the largest; one text for both storages but for the two arguments. */
#define LEDGER_SETTLE(KIOSK, NOW)                                                                  \
    "UPDATE chain SET size = alarm_size, head = alarm_head, bytes = alarm_bytes, seen_at = " NOW   \
    ", alarms = 0, alarm_bytes = NULL WHERE kiosk = " KIOSK " AND alarms > 0"

/* Handing over: the columns of a batch, and the statements that both storages have in common. */
#define LEDGER_BATCH "number, asked, made_at, made_by, records, written FROM batch"
enum { BATCH_NUMBER, BATCH_ASKED, BATCH_AT, BATCH_BY, BATCH_RECORDS, BATCH_WRITTEN };
#define LEDGER_BATCH_UPTO(CLIENT, NUMBER)                                                          \
    "SELECT " LEDGER_BATCH " WHERE client = " CLIENT " AND number <= " NUMBER                      \
    " ORDER BY number DESC LIMIT 1"
#define LEDGER_BATCH_OPEN(CLIENT)                                                                  \
    "SELECT " LEDGER_BATCH " WHERE client = " CLIENT " AND written = 0 ORDER BY number LIMIT 1"
#define LEDGER_HANDED_BATCH(CLIENT, ID)                                                            \
    "SELECT batch FROM handed WHERE client = " CLIENT " AND id = " ID
/* The entries that ledger_hand_next looks for. */
#define LEDGER_NOT_HANDED(CLIENT, AFTER, STATE)                                                    \
    "SELECT id FROM entry WHERE state = " STATE " AND position > " AFTER                           \
    " AND NOT EXISTS (SELECT 1 FROM handed h WHERE h.client = " CLIENT                             \
    " AND h.position = entry.position) ORDER BY position LIMIT 1"
#define LEDGER_OF_BATCH(CLIENT, AFTER, NUMBER)                                                     \
    "SELECT id FROM entry WHERE position = (SELECT h.position FROM handed h WHERE h.client "       \
    "= " CLIENT " AND h.batch = " NUMBER " AND h.position > " AFTER                                \
    " AND EXISTS (SELECT 1 FROM entry e WHERE e.position = h.position)"                            \
    " ORDER BY h.position LIMIT 1)"

/* As the functions of the same name in ledger.h. */
struct ledger_backend {
    void (*close)(struct ledger *ledger);
    int (*put)(
        struct ledger *ledger, struct ledger_entry *entry, const uint8_t *envelope, size_t len);
    /* Several with one commit. Arguments are checked. */
    void (*work)(struct ledger *ledger, struct ledger_work *const *works, size_t count);
    int (*receipt)(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], struct buf *ret_receipt);
    int (*receipt_keep)(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN],
        const uint8_t *receipt, size_t len, struct buf *ret_receipt);
    int (*list)(struct ledger *ledger, const struct ledger_filter *filter, uint64_t before,
        size_t limit, ledger_each *each, void *ctx);
    int (*get)(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN],
        struct ledger_entry *ret_entry, struct buf *ret_envelope);
    int (*newest)(struct ledger *ledger, uint64_t *ret_position, uint64_t *ret_changes);
    int (*change)(struct ledger *ledger, const struct ledger_change *change, uint64_t seen);
    /* The newest act of a record whose number is below one. KERR_NOT_FOUND. */
    int (*acted)(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], uint64_t below,
        struct ledger_act *ret_act);
    int (*counts)(struct ledger *ledger, const char *holder, struct ledger_counts *ret_counts);
    int (*quarantined)(struct ledger *ledger, uint64_t *ret_count);
    int (*decide)(
        struct ledger *ledger, struct ledger_decision *decision, uint64_t seen, int32_t places);
    /* The newest decision of a record whose number is below one. KERR_NOT_FOUND. */
    int (*decided)(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], uint64_t below,
        struct ledger_decision *ret_decision);
    int (*booked)(struct ledger *ledger, const char *slot, int64_t until, uint64_t *ret_all,
        uint64_t *ret_until);
    int (*runs)(struct ledger *ledger, ledger_each_run *each, void *ctx);
    int (*chains)(struct ledger *ledger, ledger_each_chain *each, void *ctx);
    int (*alarms)(struct ledger *ledger, uint64_t *ret_chains);
    int (*settle)(struct ledger *ledger, const char *kiosk, int64_t now);
    int (*reports)(struct ledger *ledger, ledger_each_report *each, void *ctx);
    int (*ask)(struct ledger *ledger, const struct ledger_question *questions, size_t count,
        ledger_each_row *each, void *ctx);
    int (*tidy)(struct ledger *ledger);
    int (*call_answer)(
        struct ledger *ledger, const char *kiosk, uint64_t id, const char *by, int64_t now);
    /* That began after a moment. */
    int (*calls)(struct ledger *ledger, int64_t after, ledger_each_call *each, void *ctx);
    int (*hand)(struct ledger *ledger, struct ledger_batch *batch,
        const uint8_t (*ids)[LEDGER_ID_LEN], size_t count);
    /* number 0: the oldest that is not written. */
    int (*batch)(
        struct ledger *ledger, const char *client, uint64_t number, struct ledger_batch *ret_batch);
    int (*batch_written)(struct ledger *ledger, const char *client, uint64_t number);
    int (*handed)(struct ledger *ledger, const char *client, const uint8_t id[LEDGER_ID_LEN],
        uint64_t *ret_number);
    int (*hand_next)(struct ledger *ledger, const char *client, uint64_t number, const char *state,
        uint64_t after, uint8_t ret_id[LEDGER_ID_LEN]);
};

/* A handle of a backend begins with this. */
struct ledger {
    const struct ledger_backend *backend;
};

/* The receipt of a put that is about to be committed at this position, in work->made; false: it has none. The backend sets
 * is_signed when it has stored it; without a commit the bytes go nowhere. work->sign is not NULL. */
bool ledger_make_receipt(struct ledger_work *work, uint64_t position);

int ledger_sqlite_open(const char *path, struct ledger **ret_ledger);
int ledger_postgres_open(const char *uri, struct ledger **ret_ledger);

#endif
