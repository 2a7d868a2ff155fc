/* ledger/corrections.c - forms of characters that staff corrected: only added to, beside the record, which stays as it came.
 * The words of the questions are in asks.c, the same for both storages. */
#include "ledger.h"

#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "ledger/ledger_priv.h"

struct standing {
    int64_t entries, since, same;
};

static int
read_standing(const struct ledger_field *fields, void *ctx)
{
    struct standing *standing = ctx;
    *standing = (struct standing){fields[0].number, fields[1].number, fields[2].number};
    return 0;
}

static bool
is_filled(const char *text, size_t size)
{
    return text[0] != 0 && strnlen(text, size) < size;
}

int
ledger_correct(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN],
    const struct ledger_correction *correction, uint64_t seen)
{
    struct standing standing = {0};
    if (!is_filled(correction->fact, sizeof(correction->fact)) ||
        !is_filled(correction->before, sizeof(correction->before)) ||
        !is_filled(correction->after, sizeof(correction->after)) ||
        !is_filled(correction->reason, sizeof(correction->reason)) ||
        !is_filled(correction->by, sizeof(correction->by)) || seen > INT64_MAX) {
        return KERR_INVALID;
    }
    const struct ledger_arg who = LEDGER_BYTES(id, LEDGER_ID_LEN);
    const struct ledger_arg known = LEDGER_NUMBER((int64_t)seen);
    const struct ledger_question questions[] = {
        LEDGER_QUESTION(LEDGER_ASK_CORRECTION_BUMP, who, known),
        LEDGER_QUESTION(LEDGER_ASK_CORRECTION_ADD, who, known, LEDGER_TEXT(correction->fact),
            LEDGER_TEXT(correction->before), LEDGER_TEXT(correction->after),
            LEDGER_TEXT(correction->reason), LEDGER_NUMBER(correction->at),
            LEDGER_TEXT(correction->by)),
        LEDGER_QUESTION(LEDGER_ASK_CORRECTION_STANDS, who, known, LEDGER_TEXT(correction->fact),
            LEDGER_TEXT(correction->after), LEDGER_TEXT(correction->reason),
            LEDGER_TEXT(correction->by))};
    int r = ledger->backend->ask(ledger, questions, ARRAY_LEN(questions), read_standing, &standing);
    if (r < 0) {
        return r;
    }
    if (standing.entries == 0) {
        return KERR_NOT_FOUND;
    }
    return standing.since == 1 && standing.same == 1 ? LEDGER_CHANGED : LEDGER_CHANGED_ELSE;
}

struct walk {
    ledger_each_correction *each;
    void *ctx;
};

static int
give_correction(const struct ledger_field *fields, void *ctx)
{
    enum { NUMBER, FACT, BEFORE, AFTER, REASON, AT, BY };
    struct walk *walk = ctx;
    struct ledger_correction is = {
        .number = (uint64_t)fields[NUMBER].number, .at = fields[AT].number};
    int r = ledger_field_text(&fields[FACT], is.fact, sizeof(is.fact));
    r = r == 0 ? ledger_field_text(&fields[BEFORE], is.before, sizeof(is.before)) : r;
    r = r == 0 ? ledger_field_text(&fields[AFTER], is.after, sizeof(is.after)) : r;
    r = r == 0 ? ledger_field_text(&fields[REASON], is.reason, sizeof(is.reason)) : r;
    r = r == 0 ? ledger_field_text(&fields[BY], is.by, sizeof(is.by)) : r;
    r = r == 0 ? walk->each(&is, walk->ctx) : r;
    explicit_bzero(&is, sizeof(is));
    return r;
}

int
ledger_corrections(
    struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], ledger_each_correction *each, void *ctx)
{
    struct walk walk = {.each = each, .ctx = ctx};
    const struct ledger_question question =
        LEDGER_QUESTION(LEDGER_ASK_CORRECTIONS, LEDGER_BYTES(id, LEDGER_ID_LEN));
    return ledger->backend->ask(ledger, &question, 1, give_correction, &walk);
}
