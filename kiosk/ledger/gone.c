/* ledger/gone.c - what is deleted by rule, and what stays of it: a line of proof, and counts without persons. The words
 * of the questions are in asks.c, the same for both storages. */
#include "ledger.h"

#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "ledger/ledger_priv.h"

/* Columns of a proof (asks.c). */
enum {
    GONE_LINE,
    GONE_POSITION,
    GONE_ID,
    GONE_KIOSK,
    GONE_EPOCH,
    GONE_SEQUENCE,
    GONE_HASH,
    GONE_RECEIVED_AT,
    GONE_DONE_AT,
    GONE_DELETED_AT,
    GONE_RULE,
    GONE_NUMBER
};

int
ledger_field_text(const struct ledger_field *field, char *out, size_t size)
{
    if (field->len >= size || (field->bytes == NULL && field->len > 0)) {
        return KERR_STORE_CORRUPT;
    }
    if (field->len > 0) { /* SQLite gives NULL for a text without letters */
        memcpy(out, field->bytes, field->len);
    }
    out[field->len] = 0;
    return 0;
}

int
ledger_field_bytes(const struct ledger_field *field, void *out, size_t len)
{
    if (field->bytes == NULL || field->len != len) {
        return KERR_STORE_CORRUPT;
    }
    memcpy(out, field->bytes, len);
    return 0;
}

/* A text that fits into one of our arrays and is one. */
static bool
is_bounded(const char *text, size_t size, bool may_be_empty)
{
    return (may_be_empty || text[0] != 0) && strnlen(text, size) < size;
}

struct due {
    struct ledger_entry *entries;
    size_t count;
};

static int
add_due(const struct ledger_field *fields, void *ctx)
{
    struct due *due = ctx;
    struct ledger_entry *entry = &due->entries[due->count++]; /* LIMIT bounds it */
    *entry =
        (struct ledger_entry){.state_at = fields[1].number, .position = (uint64_t)fields[2].number};
    return ledger_field_bytes(&fields[0], entry->id, sizeof(entry->id));
}

int
ledger_due(struct ledger *ledger, int64_t until, const struct ledger_entry *behind, size_t limit,
    struct ledger_entry ret_entries[LEDGER_DUE_MAX], size_t *ret_count)
{
    struct due due = {.entries = ret_entries};
    if (limit > LEDGER_DUE_MAX) {
        return KERR_INVALID;
    }
    const struct ledger_question question = LEDGER_QUESTION(LEDGER_ASK_DUE, LEDGER_NUMBER(until),
        LEDGER_NUMBER(behind != NULL ? behind->state_at : INT64_MIN),
        LEDGER_NUMBER(behind != NULL ? (int64_t)behind->position : 0),
        LEDGER_NUMBER((int64_t)limit));
    int r = ledger->backend->ask(ledger, &question, 1, add_due, &due);
    *ret_count = r == 0 ? due.count : 0;
    return r;
}

static int
read_forgotten(const struct ledger_field *fields, void *ctx)
{
    int *result = ctx;
    *result = fields[0].number > 0 ? 0 : fields[1].number > 0 ? KERR_STATE : KERR_NOT_FOUND;
    return 0;
}

static bool
can_be_forgotten(const struct ledger_gone *gone, const struct ledger_tally *tally)
{
    return is_bounded(gone->rule, sizeof(gone->rule), false) &&
           is_bounded(gone->number, sizeof(gone->number), true) &&
           (tally == NULL || (strnlen(tally->day, sizeof(tally->day)) == sizeof(tally->day) - 1 &&
                                 is_bounded(tally->procedure, sizeof(tally->procedure), true) &&
                                 is_bounded(tally->language, sizeof(tally->language), true) &&
                                 is_bounded(tally->kiosk, sizeof(tally->kiosk), true) &&
                                 is_bounded(tally->assisted, sizeof(tally->assisted), true) &&
                                 is_bounded(tally->outcome, sizeof(tally->outcome), true)));
}

int
ledger_forget(struct ledger *ledger, const struct ledger_gone *gone, int64_t done_until,
    const struct ledger_tally *tally)
{
    enum { MOST = 10 };
    struct ledger_question questions[MOST];
    size_t asked = 0;
    if (!can_be_forgotten(gone, tally)) {
        return KERR_INVALID;
    }
    const struct ledger_arg id = LEDGER_BYTES(gone->id, sizeof(gone->id));
    questions[asked++] = LEDGER_QUESTION(LEDGER_ASK_GONE_ADD, id, LEDGER_NUMBER(done_until),
        LEDGER_NUMBER(gone->deleted_at), LEDGER_TEXT(gone->rule), LEDGER_TEXT(gone->number));
    if (tally != NULL) {
        questions[asked++] = LEDGER_QUESTION(LEDGER_ASK_TALLY_ADD, id, LEDGER_TEXT(tally->day),
            LEDGER_TEXT(tally->procedure), LEDGER_TEXT(tally->language), LEDGER_TEXT(tally->kiosk),
            LEDGER_TEXT(tally->assisted), LEDGER_TEXT(tally->outcome),
            LEDGER_NUMBER(tally->minutes));
    }
    questions[asked++] = LEDGER_QUESTION(LEDGER_ASK_FORGET_DECISION, id);
    questions[asked++] = LEDGER_QUESTION(LEDGER_ASK_FORGET_QUARANTINE, id, LEDGER_BYTES("", 0));
    questions[asked++] = LEDGER_QUESTION(LEDGER_ASK_FORGET_BUMP, id);
    questions[asked++] = LEDGER_QUESTION(LEDGER_ASK_FORGET_ENTRY, id);
    questions[asked++] = LEDGER_QUESTION(LEDGER_ASK_FORGET_ACTS, id);
    questions[asked++] = LEDGER_QUESTION(LEDGER_ASK_FORGET_CORRECTIONS, id);
    questions[asked++] = LEDGER_QUESTION(LEDGER_ASK_FORGOTTEN, id);
    int result = KERR_STORE;
    int r = ledger->backend->ask(ledger, questions, asked, read_forgotten, &result);
    return r < 0 ? r : result;
}

int
ledger_tidy(struct ledger *ledger)
{
    return ledger->backend->tidy(ledger);
}

static int
read_gone(const struct ledger_field *fields, struct ledger_gone *ret_gone)
{
    *ret_gone = (struct ledger_gone){.line = (uint64_t)fields[GONE_LINE].number,
        .position = (uint64_t)fields[GONE_POSITION].number,
        .epoch = (uint64_t)fields[GONE_EPOCH].number,
        .sequence = (uint64_t)fields[GONE_SEQUENCE].number,
        .received_at = fields[GONE_RECEIVED_AT].number,
        .done_at = fields[GONE_DONE_AT].number,
        .deleted_at = fields[GONE_DELETED_AT].number};
    int r = ledger_field_bytes(&fields[GONE_ID], ret_gone->id, sizeof(ret_gone->id));
    r = r == 0 ? ledger_field_bytes(&fields[GONE_HASH], ret_gone->hash, sizeof(ret_gone->hash)) : r;
    r = r == 0 ? ledger_field_text(&fields[GONE_KIOSK], ret_gone->kiosk, sizeof(ret_gone->kiosk))
               : r;
    r = r == 0 ? ledger_field_text(&fields[GONE_RULE], ret_gone->rule, sizeof(ret_gone->rule)) : r;
    return r == 0
               ? ledger_field_text(&fields[GONE_NUMBER], ret_gone->number, sizeof(ret_gone->number))
               : r;
}

struct walk {
    ledger_each_gone *each;
    void *ctx;
};

static int
give_gone(const struct ledger_field *fields, void *ctx)
{
    struct walk *walk = ctx;
    struct ledger_gone gone;
    int r = read_gone(fields, &gone);
    return r == 0 ? walk->each(&gone, walk->ctx) : r;
}

static int
ask_gone(struct ledger *ledger, const struct ledger_question *question, ledger_each_gone *each,
    void *ctx)
{
    struct walk walk = {.each = each, .ctx = ctx};
    return ledger->backend->ask(ledger, question, 1, give_gone, &walk);
}

static int
keep_gone(const struct ledger_gone *gone, void *ctx)
{
    *(struct ledger_gone *)ctx = *gone;
    return 0;
}

int
ledger_gone(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], struct ledger_gone *ret_gone)
{
    struct ledger_gone gone = {.line = 0};
    const struct ledger_question question =
        LEDGER_QUESTION(LEDGER_ASK_GONE, LEDGER_BYTES(id, LEDGER_ID_LEN));
    int r = ask_gone(ledger, &question, keep_gone, &gone);
    r = r == 0 && gone.line == 0 ? KERR_NOT_FOUND : r;
    if (r == 0) {
        *ret_gone = gone;
    }
    return r;
}

int
ledger_gone_number(
    struct ledger *ledger, const char *number, size_t limit, ledger_each_gone *each, void *ctx)
{
    const struct ledger_question question =
        LEDGER_QUESTION(LEDGER_ASK_GONE_NUMBER, LEDGER_TEXT(number), LEDGER_NUMBER((int64_t)limit));
    return number[0] != 0 ? ask_gone(ledger, &question, each, ctx) : 0;
}

int
ledger_gone_after(
    struct ledger *ledger, uint64_t line, size_t limit, ledger_each_gone *each, void *ctx)
{
    const struct ledger_question question = LEDGER_QUESTION(
        LEDGER_ASK_GONE_AFTER, LEDGER_NUMBER((int64_t)line), LEDGER_NUMBER((int64_t)limit));
    return ask_gone(ledger, &question, each, ctx);
}

int
ledger_gone_before(
    struct ledger *ledger, uint64_t line, size_t limit, ledger_each_gone *each, void *ctx)
{
    int64_t below = line == 0 || line > INT64_MAX ? INT64_MAX : (int64_t)line;
    const struct ledger_question question = LEDGER_QUESTION(
        LEDGER_ASK_GONE_BEFORE, LEDGER_NUMBER(below), LEDGER_NUMBER((int64_t)limit));
    return ask_gone(ledger, &question, each, ctx);
}

int
ledger_sweep_add(struct ledger *ledger, const struct ledger_sweep *sweep)
{
    if (!is_bounded(sweep->word, sizeof(sweep->word), false)) {
        return KERR_INVALID;
    }
    const struct ledger_question question = LEDGER_QUESTION(LEDGER_ASK_SWEEP_ADD,
        LEDGER_NUMBER(sweep->at), LEDGER_NUMBER(sweep->trusted_at),
        LEDGER_NUMBER((int64_t)sweep->deleted), LEDGER_TEXT(sweep->word));
    return ledger->backend->ask(ledger, &question, 1, NULL, NULL);
}

struct sweeps {
    int (*each)(const struct ledger_sweep *sweep, void *ctx);
    void *ctx;
};

static int
give_sweep(const struct ledger_field *fields, void *ctx)
{
    struct sweeps *sweeps = ctx;
    struct ledger_sweep sweep = {.at = fields[0].number,
        .trusted_at = fields[1].number,
        .deleted = (uint64_t)fields[2].number};
    int r = ledger_field_text(&fields[3], sweep.word, sizeof(sweep.word));
    return r == 0 ? sweeps->each(&sweep, sweeps->ctx) : r;
}

int
ledger_sweeps(struct ledger *ledger, size_t limit,
    int (*each)(const struct ledger_sweep *sweep, void *ctx), void *ctx)
{
    struct sweeps sweeps = {.each = each, .ctx = ctx};
    const struct ledger_question question =
        LEDGER_QUESTION(LEDGER_ASK_SWEEPS, LEDGER_NUMBER((int64_t)limit));
    return ledger->backend->ask(ledger, &question, 1, give_sweep, &sweeps);
}

struct tallies {
    int (*each)(const struct ledger_tally *tally, void *ctx);
    void *ctx;
};

static int
give_tally(const struct ledger_field *fields, void *ctx)
{
    struct tallies *tallies = ctx;
    struct ledger_tally tally;
    const struct {
        char *out;
        size_t size;
    } texts[] = {{tally.day, sizeof(tally.day)}, {tally.procedure, sizeof(tally.procedure)},
        {tally.language, sizeof(tally.language)}, {tally.kiosk, sizeof(tally.kiosk)},
        {tally.assisted, sizeof(tally.assisted)}, {tally.outcome, sizeof(tally.outcome)}};
    int r = 0;
    for (size_t i = 0; i < ARRAY_LEN(texts) && r == 0; i++) {
        r = ledger_field_text(&fields[i], texts[i].out, texts[i].size);
    }
    tally.records = (uint64_t)fields[ARRAY_LEN(texts)].number;
    tally.minutes = fields[ARRAY_LEN(texts) + 1].number;
    return r == 0 ? tallies->each(&tally, tallies->ctx) : r;
}

int
ledger_tallies(struct ledger *ledger, const char *from, const char *to,
    int (*each)(const struct ledger_tally *tally, void *ctx), void *ctx)
{
    struct tallies tallies = {.each = each, .ctx = ctx};
    const struct ledger_question question =
        LEDGER_QUESTION(LEDGER_ASK_TALLIES, LEDGER_TEXT(from), LEDGER_TEXT(to));
    return ledger->backend->ask(ledger, &question, 1, give_tally, &tallies);
}
