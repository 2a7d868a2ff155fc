/* desk/retain.c - personal data go by rule: so many days after a record was marked done, longer where the service's file names
 * a legal period (keep-days), and never before its slot has passed by as much. What stays is a line of proof in the ledger, and
 * counts without persons. */
#include "keep_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"

enum { DAY_S = 86400, JAPAN_S = 9 * 3600 };

static int
days_of(const struct procedure *procedure, int general)
{
    int legal = procedure != NULL ? procedure_info(procedure).keep_days : 0;
    return legal > general ? legal : general;
}

/* Nobody can tell what a record is that can't be opened: the longest period of all is its own. */
static int
longest_days(const struct desk_config *config)
{
    int longest = config->retain_days;
    for (size_t i = 0; i < procedure_count(config->procedures); i++) {
        int days = days_of(procedure_at(config->procedures, i), config->retain_days);
        longest = days > longest ? days : longest;
    }
    return longest;
}

/* The end of the last day on which a slot of the record is; INT64_MIN without one. */
static int64_t
slots_end(const struct desk_config *config, const struct record *record)
{
    int64_t end = INT64_MIN;
    struct question question;
    const char *slot = NULL;
    for (size_t i = 0; desk_wish_at(config, record, i, &question, &slot); i++) {
        struct live_slot_name name;
        int64_t day = 0;
        if (live_slot_name(slot, &name) && clock_day_parse(name.date, strlen(name.date), &day)) {
            int64_t day_end = (day + 1) * DAY_S - JAPAN_S;
            end = day_end > end ? day_end : end;
        }
    }
    return end;
}

void
desk_retain_rule(const struct desk_config *config, const struct ledger_entry *entry,
    const struct record *record, struct desk_rule *ret_rule)
{
    const struct procedure *procedure =
        record != NULL ? procedure_find(config->procedures, record_head(record)->procedure) : NULL;
    ret_rule->days =
        procedure != NULL ? days_of(procedure, config->retain_days) : longest_days(config);
    ret_rule->is_legal = ret_rule->days > config->retain_days;
    int64_t from = record != NULL ? slots_end(config, record) : INT64_MIN;
    from = from > entry->state_at ? from : entry->state_at;
    ret_rule->due_at = from + (int64_t)ret_rule->days * DAY_S;
    (void)snprintf(ret_rule->name, sizeof(ret_rule->name), "%s %d",
        ret_rule->is_legal ? "keep-days" : "retain-days", ret_rule->days);
}

struct sweep {
    const struct desk_config *config;
    struct ledger *ledger;
    struct desk_trust trust;
    struct desk_retained *done;
};

/* Deletes one entry when its own rule says so. KERR_STATE: somebody took it back meanwhile. */
static int
sweep_one(struct sweep *sweep, const struct ledger_entry *due)
{
    const struct desk_config *config = sweep->config;
    struct ledger_entry entry;
    struct desk_rule rule;
    struct ledger_gone gone = {.deleted_at = sweep->trust.now};
    struct ledger_tally tally;
    const char *reason = NULL;
    AUTO_BUF envelope;
    buf_init(&envelope, LEDGER_ENVELOPE_MAX);
    int r = ledger_get(sweep->ledger, due->id, &entry, &envelope);
    if (r < 0) {
        return r == KERR_NOT_FOUND ? KERR_STATE : r;
    }
    struct record *record = desk_open_record(config, &entry, envelope.data, envelope.len, &reason);
    desk_retain_rule(config, &entry, record, &rule);
    if (rule.due_at > sweep->trust.trusted) {
        record_free(record);
        sweep->done->kept++;
        return 0;
    }
    memcpy(gone.id, entry.id, sizeof(gone.id));
    (void)snprintf(gone.rule, sizeof(gone.rule), "%s", rule.name);
    if (record != NULL) {
        _Static_assert((int)LEDGER_NUMBER_LEN == (int)RECORD_NUMBER_LEN, "one kind of number");
        memcpy(gone.number, record_head(record)->number, sizeof(gone.number));
    }
    r = desk_tally_of(sweep->ledger, &entry, record, &tally);
    record_free(record);
    r = r == 0 ? ledger_forget(sweep->ledger, &gone, due->state_at, &tally) : r;
    sweep->done->deleted += r == 0 ? 1 : 0;
    return r;
}

static int
sweep_all(struct sweep *sweep)
{
    struct ledger_entry due[LEDGER_DUE_MAX];
    struct ledger_entry behind;
    size_t count = LEDGER_DUE_MAX;
    int64_t until = sweep->trust.trusted - (int64_t)sweep->config->retain_days * DAY_S;
    int r = 0;
    for (bool first = true; r == 0 && count == LEDGER_DUE_MAX; first = false) {
        r = ledger_due(sweep->ledger, until, first ? NULL : &behind, LEDGER_DUE_MAX, due, &count);
        for (size_t i = 0; r == 0 && i < count; i++) {
            r = sweep_one(sweep, &due[i]);
            r = r == KERR_STATE ? 0 : r;
            behind = due[i];
        }
    }
    return r;
}

int
desk_retain(
    const struct desk_config *config, bool clock_is_right, struct desk_retained *ret_retained)
{
    struct sweep sweep = {.config = config, .done = ret_retained};
    *ret_retained = (struct desk_retained){.deleted = 0};
    int r = ledger_open(config->ledger, &sweep.ledger);
    if (r < 0) {
        return r;
    }
    r = desk_trust(config, sweep.ledger, clock_is_right, &sweep.trust);
    bool held = r == 0 && (sweep.trust.is_held || sweep.trust.trusted == INT64_MIN);
    if (r == 0 && !held) {
        r = sweep_all(&sweep);
    }
    if (r == 0 && !held) { /* the log of who looked at what has a rule of its own */
        r = ledger_look_trim(sweep.ledger,
            sweep.trust.trusted - (int64_t)config->access_days * DAY_S, sweep.trust.now);
    }
    struct ledger_sweep line = {.at = sweep.trust.now,
        .trusted_at = held ? 0 : sweep.trust.trusted,
        .deleted = ret_retained->deleted};
    (void)snprintf(line.word, sizeof(line.word), "%s", held ? DESK_SWEEP_HELD : "done");
    int told = ledger_sweep_add(sweep.ledger, &line); /* also of a run that broke off */
    r = r < 0 ? r : told;
    if (ret_retained->deleted > 0) {
        int tidied = ledger_tidy(sweep.ledger);
        r = r < 0 ? r : tidied;
    }
    LOG(LOG_INFO, "desk.retain", LOG_INT("deleted", (int64_t)ret_retained->deleted),
        LOG_INT("kept", (int64_t)ret_retained->kept), LOG_INT("held", held), LOG_ERR(r));
    ledger_close(sweep.ledger);
    return r == 0 && held ? KERR_STATE : r;
}
