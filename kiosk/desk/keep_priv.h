/* desk/keep_priv.h - what is deleted by rule, and what stays of it: the parts that retain.c, trust.c, counts.c and their pages share. */
#ifndef DESK_KEEP_PRIV_H
#define DESK_KEEP_PRIV_H

#include "desk_priv.h"

#define DESK_SWEEP_HELD "held" /* the word of a run that did not believe the clock */

/* ---- trust.c: how far the clock is believed ---- */

struct desk_trust {
    int64_t now; /* the city's clock */
    int64_t fleet; /* what the terminals' clocks say; INT64_MIN when none said anything */
    int64_t trusted; /* at most now; INT64_MIN when fleet is */
    bool
        is_held; /* the rule ran too long ago: nothing goes until somebody says that the clock is right */
};
/* KERR_STORE, KERR_BUSY. */
int desk_trust(const struct desk_config *config, struct ledger *ledger, bool clock_is_right,
    struct desk_trust *ret_trust);

/* ---- retain.c ---- */

struct desk_rule {
    int days;
    bool is_legal; /* longer than the general rule, by the service's file */
    int64_t due_at;
    char name[LEDGER_NAME_MAX]; /* as the line of proof has it: "retain-days 90" */
};
/* When an entry that is done goes. record: NULL when it can't be opened. */
void desk_retain_rule(const struct desk_config *config, const struct ledger_entry *entry,
    const struct record *record, struct desk_rule *ret_rule);

/* ---- counts.c ---- */

/* What a record is in the counts; record: NULL when it can't be opened. KERR_STORE, KERR_BUSY. */
int desk_tally_of(struct ledger *ledger, const struct ledger_entry *entry,
    const struct record *record, struct ledger_tally *ret_tally);

/* ---- statistics.c: the table as a page, and to keep ---- */

void desk_get_statistics(struct desk_ask *ask);
void desk_get_statistics_csv(struct desk_ask *ask);

/* ---- access.c: who looked at what ---- */

/* Writes a line of the log. KERR_STORE, KERR_BUSY. */
int desk_access_add(struct ledger *ledger, const struct clock *clock, const char *by,
    const char *act, const uint8_t id[LEDGER_ID_LEN], unsigned status);
/* The same of a request that was just answered; when it can't be written the answer becomes an error. */
void desk_access_note(struct desk_ask *ask, const char *act);
/* As desk_verify_access, of a ledger that is open. */
int desk_access_verify(struct ledger *ledger, uint64_t *ret_lines, uint64_t *ret_line);
void desk_get_access(struct desk_ask *ask);

/* ---- retention.c: the page, and what is told of a record that went ---- */

void desk_get_retention(struct desk_ask *ask);
/* Answers that a record of this number, or this id, was deleted by rule, when and by which. False: it was not, and nothing is
 * answered. */
bool desk_reply_gone_number(struct desk_ask *ask, const char *number);
bool desk_reply_gone(struct desk_ask *ask, const uint8_t id[LEDGER_ID_LEN]);
/* Forgets what the desk has in memory of records that went since it looked last. */
void desk_forget_gone(struct desk *desk);

#endif
