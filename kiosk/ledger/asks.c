/* ledger/asks.c - the words of the questions that both storages understand (ask_priv.h). Numbers are cast where
 * PostgreSQL could not tell their type. */
#include "ledger/ask_priv.h"

#define GONE_COLUMNS                                                                               \
    "line, position, id, kiosk, epoch, sequence, hash, received_at, done_at, deleted_at, rule, "   \
    "number FROM gone"
/* Both are there in one moment only: inside the transaction that just wrote the line. */
#define IS_GONE "EXISTS (SELECT 1 FROM gone WHERE id = $1)"

#define LOOK_COLUMNS "line, at, by_whom, act, id, status, previous, hash FROM look"
/* The hash that the next line follows: that of the newest, else of the newest that was cut off, else of none. */
#define LOOK_END(NONE)                                                                             \
    "coalesce((SELECT hash FROM look ORDER BY line DESC LIMIT 1),"                                 \
    " (SELECT hash FROM look_cut ORDER BY line DESC LIMIT 1), " NONE ")"

/* The record is there, and the newest correction of it that the asker knows of is the newest. */
#define KNOWN_SO                                                                                   \
    "EXISTS (SELECT 1 FROM entry WHERE id = $1)"                                                   \
    " AND coalesce((SELECT max(number) FROM correction WHERE id = $1), 0) = $2"

const char *const ledger_asks[LEDGER_ASK_COUNT] = {
    [LEDGER_ASK_DUE] = "SELECT id, state_at, position FROM entry WHERE state IN ('done', 'back') "
                       "AND state_at <= $1"
                       " AND (state_at > $2 OR (state_at = $2 AND position > $3))"
                       " ORDER BY state_at, position LIMIT $4",
    [LEDGER_ASK_GONE_ADD] =
        "INSERT INTO gone(position, id, kiosk, epoch, sequence, hash, received_at, done_at,"
        " deleted_at, rule, number) SELECT position, id, kiosk, epoch, sequence, hash, received_at,"
        " state_at, CAST($3 AS bigint), CAST($4 AS text), CAST($5 AS text) FROM entry"
        " WHERE id = $1 AND state IN ('done', 'back') AND state_at <= $2",
    [LEDGER_ASK_TALLY_ADD] =
        "INSERT INTO tally(day, procedure, language, kiosk, assisted, outcome, records, minutes)"
        " SELECT CAST($2 AS text), CAST($3 AS text), CAST($4 AS text), CAST($5 AS text),"
        " CAST($6 AS text), CAST($7 AS text), 1, CAST($8 AS bigint)"
        " FROM entry WHERE id = $1 AND " IS_GONE
        " ON CONFLICT(day, procedure, language, kiosk, assisted, outcome)"
        " DO UPDATE SET records = tally.records + 1, minutes = tally.minutes + excluded.minutes",
    [LEDGER_ASK_FORGET_DECISION] = "DELETE FROM decision WHERE id = $1 AND " IS_GONE,
    [LEDGER_ASK_FORGET_QUARANTINE] =
        "UPDATE quarantine SET envelope = $2 WHERE id = $1 AND " IS_GONE,
    [LEDGER_ASK_FORGET_BUMP] = "UPDATE change_count SET count = count + 1"
                               " WHERE EXISTS (SELECT 1 FROM entry WHERE id = $1) AND " IS_GONE,
    /* behind the entry: while that is there its acts can't be deleted */
    [LEDGER_ASK_FORGET_ACTS] = "DELETE FROM act WHERE id = $1 AND " IS_GONE,
    [LEDGER_ASK_FORGET_CORRECTIONS] = "DELETE FROM correction WHERE id = $1 AND " IS_GONE,
    [LEDGER_ASK_FORGET_ENTRY] = "DELETE FROM entry WHERE id = $1 AND " IS_GONE,
    [LEDGER_ASK_FORGOTTEN] = "SELECT (SELECT count(*) FROM gone WHERE id = $1),"
                             " (SELECT count(*) FROM entry WHERE id = $1)",
    [LEDGER_ASK_GONE] = "SELECT " GONE_COLUMNS " WHERE id = $1",
    [LEDGER_ASK_GONE_NUMBER] =
        "SELECT " GONE_COLUMNS " WHERE number = $1 ORDER BY line DESC LIMIT $2",
    [LEDGER_ASK_GONE_AFTER] = "SELECT " GONE_COLUMNS " WHERE line > $1 ORDER BY line LIMIT $2",
    [LEDGER_ASK_GONE_BEFORE] =
        "SELECT " GONE_COLUMNS " WHERE line < $1 ORDER BY line DESC LIMIT $2",
    [LEDGER_ASK_SWEEP_ADD] = "INSERT INTO sweep(at, trusted_at, deleted, word)"
                             " VALUES($1, $2, $3, $4)",
    [LEDGER_ASK_SWEEPS] = "SELECT at, trusted_at, deleted, word FROM sweep"
                          " ORDER BY line DESC LIMIT $1",
    [LEDGER_ASK_TALLIES] =
        "SELECT day, procedure, language, kiosk, assisted, outcome, records, minutes FROM tally"
        " WHERE day >= $1 AND day <= $2"
        " ORDER BY day, procedure, language, kiosk, assisted, outcome",
    [LEDGER_ASK_LOOK_ADD] =
        "INSERT INTO look(at, by_whom, act, id, status, previous, hash)"
        " SELECT CAST($1 AS bigint), CAST($2 AS text), CAST($3 AS text), $4, CAST($5 AS bigint),"
        " $6, $7 WHERE $6 = " LOOK_END("$8"),
    [LEDGER_ASK_LOOK_THERE] = "SELECT count(*) FROM look WHERE hash = $1",
    [LEDGER_ASK_LOOK_END] = "SELECT " LOOK_END("$1"),
    [LEDGER_ASK_LOOK_BEFORE] =
        "SELECT " LOOK_COLUMNS " WHERE line < $1 ORDER BY line DESC LIMIT $2",
    [LEDGER_ASK_LOOK_AFTER] = "SELECT " LOOK_COLUMNS " WHERE line > $1 ORDER BY line LIMIT $2",
    /* All before the first that is young enough; the newest stays, whatever its time. */
    [LEDGER_ASK_LOOK_CUT] =
        "INSERT INTO look_cut(upto, hash, at) SELECT line, hash, CAST($2 AS bigint) FROM look"
        " WHERE line = (SELECT max(line) FROM look WHERE line < coalesce("
        "(SELECT min(line) FROM look WHERE at >= $1), (SELECT max(line) FROM look)))",
    [LEDGER_ASK_LOOK_TRIM] = "DELETE FROM look WHERE line <= (SELECT max(upto) FROM look_cut)",
    /* The row that counts changes is written first: on PostgreSQL whoever comes at once waits there, and the next question sees
     * what was committed meanwhile. */
    [LEDGER_ASK_CORRECTION_BUMP] = "UPDATE change_count SET count = count + 1 WHERE " KNOWN_SO,
    [LEDGER_ASK_CORRECTION_ADD] =
        "INSERT INTO correction(id, fact, old_value, new_value, reason, corrected_at, corrected_by)"
        " SELECT $1, CAST($3 AS text), CAST($4 AS text), CAST($5 AS text), CAST($6 AS text),"
        " CAST($7 AS bigint), CAST($8 AS text) WHERE " KNOWN_SO,
    [LEDGER_ASK_CORRECTION_STANDS] =
        "SELECT (SELECT count(*) FROM entry WHERE id = $1),"
        " (SELECT count(*) FROM correction WHERE id = $1 AND number > $2),"
        " (SELECT count(*) FROM correction WHERE id = $1 AND number > $2 AND fact = $3"
        "  AND new_value = $4 AND reason = $5 AND corrected_by = $6)",
    [LEDGER_ASK_CORRECTIONS] =
        "SELECT number, fact, old_value, new_value, reason, corrected_at, corrected_by"
        " FROM correction WHERE id = $1 ORDER BY number",
    [LEDGER_ASK_LOOK_FIRST] = "SELECT hash, upto FROM look_cut ORDER BY line DESC LIMIT 1",
};
