/* ledger/ledger.c - which storage a ledger is in, and the bounds of the arguments; what is done
 * with them is the backend's (sqlite_ops.c, postgres_ops.c). */
#include "ledger.h"

#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "ledger/ledger_priv.h"

static const char SQLITE_PREFIX[] = "sqlite:";

static bool
starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The two schemes that libpq takes for a URI. */
static bool
is_postgres(const char *where)
{
    return starts_with(where, "postgresql://") || starts_with(where, "postgres://");
}

char *
ledger_where(const char *setting, const char *folder)
{
    if (is_postgres(setting)) {
        return xstrdup(setting);
    }
    const char *path =
        starts_with(setting, SQLITE_PREFIX) ? setting + strlen(SQLITE_PREFIX) : setting;
    return path[0] == '/' ? xstrdup(path) : fs_join(folder, path);
}

int
ledger_open(const char *where, struct ledger **ret_ledger)
{
    if (is_postgres(where)) {
        return ledger_postgres_open(where, ret_ledger);
    }
    const char *path = starts_with(where, SQLITE_PREFIX) ? where + strlen(SQLITE_PREFIX) : where;
    return ledger_sqlite_open(path, ret_ledger);
}

void
ledger_close(struct ledger *ledger)
{
    if (ledger != NULL) {
        ledger->backend->close(ledger);
    }
}

static bool
is_name(const char *name)
{
    return name[0] != 0 && strnlen(name, LEDGER_NAME_MAX) < LEDGER_NAME_MAX;
}

static bool
can_be_put(const struct ledger_entry *entry, size_t len)
{
    return len > 0 && len <= LEDGER_ENVELOPE_MAX && is_name(entry->kiosk);
}

static bool
can_be_noted(const struct ledger_point *point, size_t len)
{
    return is_name(point->kiosk) && point->size <= INT64_MAX && len > 0 && len <= LEDGER_POINT_MAX;
}

static bool
can_be_reported(const struct ledger_report *report)
{
    return is_name(report->kiosk) && report->len > 0 && report->len <= LEDGER_REPORT_MAX;
}

static bool
can_be_called(const struct ledger_call *call)
{
    bool is_state = strcmp(call->state, "rings") == 0 || strcmp(call->state, "over") == 0;
    return is_state && is_name(call->kiosk) && is_name(call->page) && is_name(call->reason) &&
           call->id > 0 && call->id <= INT64_MAX;
}

static bool
can_be_done(const struct ledger_work *work)
{
    return work->point != NULL    ? can_be_noted(work->point, work->len)
           : work->report != NULL ? can_be_reported(work->report)
           : work->call != NULL   ? can_be_called(work->call)
           : work->is_keep        ? work->receipt_len > 0
                                  : work->entry != NULL && can_be_put(work->entry, work->len);
}

int
ledger_put(struct ledger *ledger, struct ledger_entry *entry, const uint8_t *envelope, size_t len)
{
    return can_be_put(entry, len) ? ledger->backend->put(ledger, entry, envelope, len)
                                  : KERR_INVALID;
}

bool
ledger_make_receipt(struct ledger_work *work, uint64_t position)
{
    struct ledger_entry entry = *work->entry;
    entry.position = position;
    buf_clear(work->made);
    if (work->foreseen == position && work->ahead_len > 0) {
        return buf_add(work->made, work->ahead, work->ahead_len) == 0;
    }
    return work->sign(work->sign_ctx, &entry, work->made) == 0 && work->made->len > 0;
}

/* A receipt is in nobody's hands but ours until its entry is committed. */
static void
work_and_hand_out(struct ledger *ledger, struct ledger_work *const *works, size_t count)
{
    struct buf made[LEDGER_WORKS_MAX];
    for (size_t i = 0; i < count; i++) {
        buf_init(&made[i], LEDGER_RECEIPT_MAX);
        works[i]->made = &made[i];
    }
    ledger->backend->work(ledger, works, count);
    for (size_t i = 0; i < count; i++) {
        struct ledger_work *work = works[i];
        work->is_signed = work->is_signed && work->result == LEDGER_NEW &&
                          buf_add(work->ret_receipt, made[i].data, made[i].len) == 0;
        work->made = NULL;
        buf_release(&made[i]);
    }
}

/* By the position that was foreseen, so that each gets it; the others first, as they came. */
static void
in_places(struct ledger_work **works, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct ledger_work *work = works[i];
        size_t at = i;
        for (; at > 0 && works[at - 1]->foreseen > work->foreseen; at--) {
            works[at] = works[at - 1];
        }
        works[at] = work;
    }
}

void
ledger_work(struct ledger *ledger, struct ledger_work *const *works, size_t count)
{
    struct ledger_work *good[LEDGER_WORKS_MAX];
    size_t good_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct ledger_work *work = works[i];
        work->is_signed = false;
        if (!can_be_done(work)) {
            work->result = KERR_INVALID;
        } else if (good_count == LEDGER_WORKS_MAX) {
            work->result = KERR_BUSY;
        } else {
            good[good_count++] = work;
        }
    }
    in_places(good, good_count);
    if (good_count > 0) {
        work_and_hand_out(ledger, good, good_count);
    }
}

int
ledger_receipt(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], struct buf *ret_receipt)
{
    return ledger->backend->receipt(ledger, id, ret_receipt);
}

int
ledger_receipt_keep(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], const uint8_t *receipt,
    size_t len, struct buf *ret_receipt)
{
    return len > 0 ? ledger->backend->receipt_keep(ledger, id, receipt, len, ret_receipt)
                   : KERR_INVALID;
}

int
ledger_list(struct ledger *ledger, uint64_t before, size_t limit,
    int (*each)(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx),
    void *ctx)
{
    const struct ledger_filter all = {NULL, NULL};
    return ledger->backend->list(ledger, &all, before, limit, each, ctx);
}

int
ledger_list_of(struct ledger *ledger, enum ledger_state state, const char *holder, uint64_t before,
    size_t limit,
    int (*each)(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx),
    void *ctx)
{
    bool of_state = state < LEDGER_STATE_COUNT;
    if (!of_state && !is_name(holder)) {
        return KERR_INVALID;
    }
    const struct ledger_filter filter = {
        .state = of_state ? ledger_state_name(state) : NULL, .holder = of_state ? NULL : holder};
    return ledger->backend->list(ledger, &filter, before, limit, each, ctx);
}

int
ledger_get(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], struct ledger_entry *ret_entry,
    struct buf *ret_envelope)
{
    return ledger->backend->get(ledger, id, ret_entry, ret_envelope);
}

int
ledger_newest(struct ledger *ledger, uint64_t *ret_position, uint64_t *ret_changes)
{
    return ledger->backend->newest(ledger, ret_position, ret_changes);
}

int
ledger_quarantined(struct ledger *ledger, uint64_t *ret_count)
{
    return ledger->backend->quarantined(ledger, ret_count);
}

/* ---- what the staff do ---- */

static const char *const entry_states[LEDGER_STATE_COUNT] = {
    "new", "work", "papers", "done", "back"};

const char *
ledger_state_name(enum ledger_state state)
{
    return entry_states[state];
}

enum ledger_state
ledger_state_read(const char *name)
{
    int state = 0;
    while (state < LEDGER_STATE_COUNT && strcmp(entry_states[state], name) != 0) {
        state++;
    }
    return (enum ledger_state)state;
}

int
ledger_change(struct ledger *ledger, const struct ledger_change *change, uint64_t seen)
{
    struct ledger_change good = *change;
    bool is_state = change->state == NULL || ledger_state_read(change->state) != LEDGER_STATE_COUNT;
    bool is_holder =
        change->holder == NULL || strnlen(change->holder, LEDGER_NAME_MAX) < LEDGER_NAME_MAX;
    bool is_note = change->note == NULL || strnlen(change->note, LEDGER_NOTE_MAX) < LEDGER_NOTE_MAX;
    if (!is_state || !is_holder || !is_note || !is_name(change->by) || seen > LEDGER_SEEN_ANY) {
        return KERR_INVALID;
    }
    good.note = change->note == NULL || change->note[0] == 0 ? NULL : change->note;
    return ledger->backend->change(ledger, &good, seen);
}

int
ledger_acts(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN],
    int (*each)(const struct ledger_act *act, void *ctx), void *ctx)
{
    struct ledger_act act;
    int r = ledger->backend->acted(ledger, id, INT64_MAX, &act);
    while (r == 0) {
        r = each(&act, ctx);
        r = r == 0 ? ledger->backend->acted(ledger, id, act.number, &act) : r;
    }
    return r == KERR_NOT_FOUND ? 0 : r;
}

int
ledger_counts(struct ledger *ledger, const char *holder, struct ledger_counts *ret_counts)
{
    return strnlen(holder, LEDGER_NAME_MAX) < LEDGER_NAME_MAX
               ? ledger->backend->counts(ledger, holder, ret_counts)
               : KERR_INVALID;
}

/* ---- what kiosks say of themselves ---- */

int
ledger_point_note(
    struct ledger *ledger, const struct ledger_point *point, const uint8_t *bytes, size_t len)
{
    struct ledger_work work = {.point = point, .envelope = bytes, .len = len};
    struct ledger_work *const works[] = {&work};
    ledger_work(ledger, works, 1);
    return work.result;
}

int
ledger_chains(
    struct ledger *ledger, int (*each)(const struct ledger_chain *chain, void *ctx), void *ctx)
{
    return ledger->backend->chains(ledger, each, ctx);
}

int
ledger_alarms(struct ledger *ledger, uint64_t *ret_chains)
{
    return ledger->backend->alarms(ledger, ret_chains);
}

int
ledger_settle(struct ledger *ledger, const char *kiosk, int64_t now)
{
    return is_name(kiosk) ? ledger->backend->settle(ledger, kiosk, now) : KERR_INVALID;
}

int
ledger_report_keep(struct ledger *ledger, const struct ledger_report *report)
{
    struct ledger_work work = {.report = report};
    struct ledger_work *const works[] = {&work};
    ledger_work(ledger, works, 1);
    return work.result;
}

int
ledger_reports(
    struct ledger *ledger, int (*each)(const struct ledger_report *report, void *ctx), void *ctx)
{
    return ledger->backend->reports(ledger, each, ctx);
}

int
ledger_call_note(struct ledger *ledger, struct ledger_call *call)
{
    struct ledger_work work = {.call = call};
    struct ledger_work *const works[] = {&work};
    ledger_work(ledger, works, 1);
    return work.result;
}

int
ledger_call_answer(
    struct ledger *ledger, const char *kiosk, uint64_t id, const char *by, int64_t now)
{
    bool is_good = is_name(kiosk) && is_name(by) && id > 0 && id <= INT64_MAX;
    return is_good ? ledger->backend->call_answer(ledger, kiosk, id, by, now) : KERR_INVALID;
}

int
ledger_calls(struct ledger *ledger, int64_t now,
    int (*each)(const struct ledger_call *call, void *ctx), void *ctx)
{
    return ledger->backend->calls(ledger, now - LEDGER_CALL_S, each, ctx);
}

/* ---- decisions about slots ---- */

static bool
can_be_decided(const struct ledger_decision *decision, int32_t places)
{
    static const char *const states[] = {"booked", "taken", "open"};
    bool is_state = false;
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        is_state = is_state || strcmp(decision->state, states[i]) == 0;
    }
    size_t len = strnlen(decision->slot, LEDGER_SLOT_MAX);
    return is_state && len > 0 && len < LEDGER_SLOT_MAX &&
           strnlen(decision->decided_by, LEDGER_NAME_MAX) < LEDGER_NAME_MAX && places >= 0 &&
           (places <= LEDGER_PLACES_MAX || places == LEDGER_PLACES_ANY);
}

int
ledger_decide(
    struct ledger *ledger, struct ledger_decision *decision, uint64_t seen, int32_t places)
{
    return can_be_decided(decision, places)
               ? ledger->backend->decide(ledger, decision, seen, places)
               : KERR_INVALID;
}

int
ledger_decided(
    struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], struct ledger_decision *ret_decision)
{
    return ledger->backend->decided(ledger, id, INT64_MAX, ret_decision);
}

int
ledger_decisions(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN],
    int (*each)(const struct ledger_decision *decision, void *ctx), void *ctx)
{
    struct ledger_decision decision;
    int r = ledger->backend->decided(ledger, id, INT64_MAX, &decision);
    while (r == 0) {
        r = each(&decision, ctx);
        r = r == 0 ? ledger->backend->decided(ledger, id, decision.number, &decision) : r;
    }
    return r == KERR_NOT_FOUND ? 0 : r;
}

int
ledger_booked(
    struct ledger *ledger, const char *slot, int64_t until, uint64_t *ret_all, uint64_t *ret_until)
{
    return ledger->backend->booked(ledger, slot, until, ret_all, ret_until);
}

/* ---- handing over ---- */

int
ledger_hand(struct ledger *ledger, struct ledger_batch *batch, const uint8_t (*ids)[LEDGER_ID_LEN],
    size_t count)
{
    if (!is_name(batch->client) || batch->number > INT64_MAX || count > LEDGER_BATCH_MAX ||
        strnlen(batch->by, LEDGER_NAME_MAX) == LEDGER_NAME_MAX) {
        return KERR_INVALID;
    }
    return ledger->backend->hand(ledger, batch, ids, count);
}

int
ledger_batch_upto(
    struct ledger *ledger, const char *client, uint64_t number, struct ledger_batch *ret_batch)
{
    number = number > INT64_MAX ? INT64_MAX : number;
    return number == 0 ? KERR_NOT_FOUND : ledger->backend->batch(ledger, client, number, ret_batch);
}

int
ledger_batch_open(struct ledger *ledger, const char *client, struct ledger_batch *ret_batch)
{
    return ledger->backend->batch(ledger, client, 0, ret_batch);
}

int
ledger_batch_written(struct ledger *ledger, const char *client, uint64_t number)
{
    struct ledger_batch batch;
    int r = ledger_batch_upto(ledger, client, number, &batch);
    if (r < 0 || batch.number != number) {
        return r < 0 ? r : KERR_NOT_FOUND;
    }
    return batch.is_written ? 0 : ledger->backend->batch_written(ledger, client, number);
}

int
ledger_handed(struct ledger *ledger, const char *client, const uint8_t id[LEDGER_ID_LEN],
    uint64_t *ret_number)
{
    return ledger->backend->handed(ledger, client, id, ret_number);
}

int
ledger_hand_next(struct ledger *ledger, const char *client, uint64_t number, const char *state,
    uint64_t after, struct ledger_entry *ret_entry, struct buf *ret_envelope)
{
    if ((number == 0) != (state != NULL) || number > INT64_MAX || after > INT64_MAX) {
        return KERR_INVALID;
    }
    uint8_t id[LEDGER_ID_LEN];
    int r;
    do { /* again when it was deleted meanwhile */
        r = ledger->backend->hand_next(ledger, client, number, state, after, id);
    } while (r == 0 &&
             (r = ledger->backend->get(ledger, id, ret_entry, ret_envelope)) == KERR_NOT_FOUND);
    return r;
}
