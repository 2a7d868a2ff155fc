/* ledger/look.c - who looked at what: lines that follow each other by their hashes, cut off at the old end by rule. The words
 * of the questions are in asks.c, the same for both storages. */
#include "ledger.h"

#include <string.h>

#include "base/err.h"
#include "ledger/ledger_priv.h"

static const uint8_t none[LEDGER_HASH_LEN];

struct end {
    uint64_t line;
    uint8_t hash[LEDGER_HASH_LEN];
};

static int
read_end(const struct ledger_field *fields, void *ctx)
{
    struct end *end = ctx;
    return ledger_field_bytes(&fields[0], end->hash, sizeof(end->hash));
}

static int
read_first(const struct ledger_field *fields, void *ctx)
{
    struct end *end = ctx;
    end->line = (uint64_t)fields[1].number;
    return read_end(fields, ctx);
}

int
ledger_look_end(struct ledger *ledger, uint8_t ret_hash[LEDGER_HASH_LEN])
{
    struct end end = {.line = 0};
    const struct ledger_question question =
        LEDGER_QUESTION(LEDGER_ASK_LOOK_END, LEDGER_BYTES(none, sizeof(none)));
    int r = ledger->backend->ask(ledger, &question, 1, read_end, &end);
    memcpy(ret_hash, end.hash, sizeof(end.hash));
    return r;
}

int
ledger_look_first(struct ledger *ledger, uint64_t *ret_line, uint8_t ret_hash[LEDGER_HASH_LEN])
{
    struct end end = {.line = 0};
    const struct ledger_question question = {.which = LEDGER_ASK_LOOK_FIRST};
    int r = ledger->backend->ask(ledger, &question, 1, read_first, &end);
    *ret_line = end.line;
    memcpy(ret_hash, end.hash, sizeof(end.hash));
    return r;
}

static int
read_count(const struct ledger_field *fields, void *ctx)
{
    *(int64_t *)ctx = fields[0].number;
    return 0;
}

int
ledger_look_add(struct ledger *ledger, const struct ledger_look *look)
{
    int64_t there = 0;
    if (strnlen(look->by, sizeof(look->by)) == sizeof(look->by) ||
        strnlen(look->act, sizeof(look->act)) == sizeof(look->act) || look->act[0] == 0) {
        return KERR_INVALID;
    }
    const struct ledger_arg hash = LEDGER_BYTES(look->hash, sizeof(look->hash));
    const struct ledger_question questions[] = {
        LEDGER_QUESTION(LEDGER_ASK_LOOK_ADD, LEDGER_NUMBER(look->at), LEDGER_TEXT(look->by),
            LEDGER_TEXT(look->act), LEDGER_BYTES(look->id, sizeof(look->id)),
            LEDGER_NUMBER(look->status), LEDGER_BYTES(look->previous, sizeof(look->previous)), hash,
            LEDGER_BYTES(none, sizeof(none))),
        LEDGER_QUESTION(LEDGER_ASK_LOOK_THERE, hash)};
    int r = ledger->backend->ask(ledger, questions, 2, read_count, &there);
    return r == 0 && there == 0 ? KERR_CONFLICT : r;
}

struct walk {
    ledger_each_look *each;
    void *ctx;
};

static int
give_look(const struct ledger_field *fields, void *ctx)
{
    enum { LINE, AT, BY, ACT, ID, STATUS, PREVIOUS, HASH };
    struct walk *walk = ctx;
    struct ledger_look look = {.line = (uint64_t)fields[LINE].number,
        .at = fields[AT].number,
        .status = fields[STATUS].number};
    int r = ledger_field_text(&fields[BY], look.by, sizeof(look.by));
    r = r == 0 ? ledger_field_text(&fields[ACT], look.act, sizeof(look.act)) : r;
    r = r == 0 ? ledger_field_bytes(&fields[ID], look.id, sizeof(look.id)) : r;
    r = r == 0 ? ledger_field_bytes(&fields[PREVIOUS], look.previous, sizeof(look.previous)) : r;
    r = r == 0 ? ledger_field_bytes(&fields[HASH], look.hash, sizeof(look.hash)) : r;
    return r == 0 ? walk->each(&look, walk->ctx) : r;
}

int
ledger_look_before(
    struct ledger *ledger, uint64_t line, size_t limit, ledger_each_look *each, void *ctx)
{
    struct walk walk = {.each = each, .ctx = ctx};
    int64_t below = line == 0 || line > INT64_MAX ? INT64_MAX : (int64_t)line;
    const struct ledger_question question = LEDGER_QUESTION(
        LEDGER_ASK_LOOK_BEFORE, LEDGER_NUMBER(below), LEDGER_NUMBER((int64_t)limit));
    return ledger->backend->ask(ledger, &question, 1, give_look, &walk);
}

int
ledger_look_after(
    struct ledger *ledger, uint64_t line, size_t limit, ledger_each_look *each, void *ctx)
{
    struct walk walk = {.each = each, .ctx = ctx};
    const struct ledger_question question = LEDGER_QUESTION(
        LEDGER_ASK_LOOK_AFTER, LEDGER_NUMBER((int64_t)line), LEDGER_NUMBER((int64_t)limit));
    return ledger->backend->ask(ledger, &question, 1, give_look, &walk);
}

int
ledger_look_trim(struct ledger *ledger, int64_t before, int64_t now)
{
    const struct ledger_question questions[] = {
        LEDGER_QUESTION(LEDGER_ASK_LOOK_CUT, LEDGER_NUMBER(before), LEDGER_NUMBER(now)),
        {.which = LEDGER_ASK_LOOK_TRIM}};
    return ledger->backend->ask(ledger, questions, 2, NULL, NULL);
}
