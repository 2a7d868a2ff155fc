/* desk/counts.c - figures without persons: what a record is in them. */
#include "keep_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

enum { MINUTE_S = 60 };

/* Staff stood beside the visitor when an answer is theirs. */
static bool
is_assisted(const struct record *record)
{
    const struct fact_set *facts = record_facts(record);
    for (size_t i = 0; i < fact_set_count(facts); i++) {
        if (fact_set_at(facts, i)->origin == FACT_ORIGIN_STAFF) {
            return true;
        }
    }
    return false;
}

int
desk_tally_of(struct ledger *ledger, const struct ledger_entry *entry, const struct record *record,
    struct ledger_tally *ret_tally)
{
    struct ledger_decision decision = {.state = "open"};
    *ret_tally = (struct ledger_tally){.records = 1};
    int r = ledger_decided(ledger, entry->id, &decision);
    if (r < 0 && r != KERR_NOT_FOUND) {
        return r;
    }
    bool is_decided = strcmp(decision.state, "open") != 0;
    clock_day_text(clock_japan_day(entry->received_at), ret_tally->day);
    (void)snprintf(ret_tally->kiosk, sizeof(ret_tally->kiosk), "%s", entry->kiosk);
    (void)snprintf(ret_tally->outcome, sizeof(ret_tally->outcome), "%s",
        is_decided ? decision.state : entry->state);
    if (record != NULL) {
        const struct record_head *head = record_head(record);
        (void)snprintf(ret_tally->procedure, sizeof(ret_tally->procedure), "%s", head->procedure);
        (void)snprintf(ret_tally->language, sizeof(ret_tally->language), "%s", head->language);
    }
    (void)snprintf(ret_tally->assisted, sizeof(ret_tally->assisted), "%s",
        record == NULL        ? ""
        : is_assisted(record) ? "yes"
                              : "no");
    int64_t took = strcmp(entry->state, "done") == 0 ? entry->state_at - entry->received_at : 0;
    ret_tally->minutes = took > 0 ? took / MINUTE_S : 0;
    return 0;
}
