/* desk/export.c - records as JSON lines for other systems, and as answers for the terminals. One record is open at a time; its
 * plaintext is wiped before the next. */
#include "desk_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/hex.h"

enum { LINE_BYTES_MAX = 2 * 1024 * 1024 }; /* a record of 256 KiB with every byte escaped */

struct export_walk {
    const struct desk_config *config;
    struct ledger *ledger;
    FILE *out;
    uint64_t position; /* the one that is wanted */
    bool unread; /* there was one that can't be opened */
};

static void
add_pair(struct buf *line, bool first, const char *key, const char *value)
{
    (void)buf_add_str(line, first ? "" : ",");
    desk_json_text(line, key);
    (void)buf_add_str(line, ":");
    desk_json_text(line, value);
}

/* The values that count, with characters as staff corrected them; then what the visitor gave of those. */
static void
add_facts(struct buf *line, const struct fact_set *facts, const struct desk_fixes *fixes)
{
    size_t count = facts != NULL ? fact_set_count(facts) : 0;
    bool first = true;
    (void)buf_add_str(line, ",\"facts\":{");
    for (size_t i = 0; i < count; i++) {
        const struct fact *fact = fact_set_at(facts, i);
        add_pair(line, i == 0, fact->key, desk_fixed(fixes, fact));
    }
    (void)buf_add_str(line, "},\"own\":{");
    for (size_t i = 0; i < count; i++) {
        const struct fact *fact = fact_set_at(facts, i);
        if (strcmp(desk_fixed(fixes, fact), fact->value) != 0) {
            add_pair(line, first, fact->key, fact->value);
            first = false;
        }
    }
    (void)buf_add_str(line, "}");
}

/* Which visit a record is of, as hexadecimal digits; "" for one that nobody is to be known by. */
static void
visit_text(const struct desk_config *config, const struct record_head *head,
    char out[2 * RECORD_VISIT_LEN + 1])
{
    const struct procedure *procedure = procedure_find(config->procedures, head->procedure);
    uint8_t visit[RECORD_VISIT_LEN];
    out[0] = 0;
    if (procedure != NULL && !procedure_info(procedure).anonymous) {
        record_visit(head, visit);
        hex_encode(visit, RECORD_VISIT_LEN, out);
    }
}

static int
write_line(struct export_walk *walk, const struct ledger_entry *entry, const struct record *record)
{
    struct desk_fixes fixes;
    int r = desk_fixes_read(walk->config, walk->ledger, entry->id, &fixes);
    if (r < 0) {
        return r;
    }
    static const struct record_head nothing;
    const struct record_head *head = record != NULL ? record_head(record) : &nothing;
    char received[CLOCK_RFC3339_LEN];
    clock_rfc3339(entry->received_at, received);
    char visit[2 * RECORD_VISIT_LEN + 1];
    visit_text(walk->config, head, visit);
    const char *const members[][2] = {
        {"number", head->number},
        {"procedure", head->procedure},
        {"kiosk", entry->kiosk},
        {"language", head->language},
        {"visit", visit},
        {"received_at", received},
        {"state", record != NULL ? entry->state : "unread"},
    };
    AUTO_BUF line;
    buf_init(&line, LINE_BYTES_MAX);
    (void)buf_add_str(&line, "{");
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        add_pair(&line, i == 0, members[i][0], members[i][1]);
    }
    add_facts(&line, record != NULL ? record_facts(record) : NULL, &fixes);
    (void)buf_add_str(&line, "}\n");
    desk_fixes_free(&fixes);
    if (buf_error(&line) != 0) {
        return buf_error(&line);
    }
    return fwrite(line.data, 1, line.len, walk->out) == line.len ? 0 : KERR_IO;
}

/* Gets the newest entry up to the wanted position: that one, unless the ledger has a gap there. */
static int
each_entry(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx)
{
    struct export_walk *walk = ctx;
    const char *reason = NULL;
    if (entry->position != walk->position) {
        return 0;
    }
    struct record *record = desk_open_record(walk->config, entry, envelope, len, &reason);
    walk->unread = walk->unread || record == NULL;
    int r = write_line(walk, entry, record);
    record_free(record);
    return r;
}

int
desk_export_json(const struct desk_config *config, FILE *out)
{
    struct export_walk walk = {.config = config, .out = out};
    struct ledger *ledger = NULL;
    uint64_t newest = 0, changes = 0;
    int r = ledger_open(config->ledger, &ledger);
    if (r < 0) {
        return r;
    }
    walk.ledger = ledger;
    r = ledger_newest(ledger, &newest, &changes);
    for (uint64_t position = 1; r == 0 && position <= newest; position++) {
        walk.position = position;
        r = ledger_list(ledger, position + 1, 1, each_entry, &walk);
    }
    ledger_close(ledger);
    if (r == 0 && fflush(out) != 0) {
        r = KERR_IO;
    }
    return r == 0 && walk.unread ? KERR_SEAL_OPEN : r;
}

enum { PLACES = 10000000 /* kiosk and place of a number: seven digits, the eighth checks them */ };

/* What is told about a number. */
struct answer {
    char number[RECORD_NUMBER_LEN], state[LEDGER_NAME_MAX], slot[LEDGER_SLOT_MAX];
    bool is_left_out; /* there is no room for it */
};

struct answers {
    const struct desk_config *config;
    struct ledger *ledger;
    struct answer *list; /* newest record first */
    size_t count, room;
    uint32_t *told; /* for each number its place in the list, from 1 */
    bool unread;
};

/* What the visitor is to do goes first; what was decided goes before what is done, since the visitor asks for the slot. A slot
 * that is booked stands beside papers that are still to come. */
static int
make_answer(
    const struct answers *answers, const struct ledger_entry *entry, struct answer *ret_answer)
{
    struct ledger_decision decision = {.state = "open"};
    int r = ledger_decided(answers->ledger, entry->id, &decision);
    if (r < 0 && r != KERR_NOT_FOUND) {
        return r;
    }
    bool decided = strcmp(decision.state, "open") != 0;
    bool papers = strcmp(entry->state, "papers") == 0;
    bool back = strcmp(entry->state, "back") == 0;
    const char *state = papers || back                      ? entry->state
                        : decided                           ? decision.state
                        : strcmp(entry->state, "done") == 0 ? "done"
                                                            : "asked";
    decided = decided && !back && (!papers || strcmp(decision.state, "booked") == 0);
    (void)snprintf(ret_answer->state, sizeof(ret_answer->state), "%s", state);
    (void)snprintf(ret_answer->slot, sizeof(ret_answer->slot), "%s", decided ? decision.slot : "");
    return 0;
}

/* A number and its state, newest first: a number that a kiosk gave again is the newer record's, once the older one is done. As
 * long as somebody waits for the older one nobody knows who asks, and both are led to the counter. */
static int
each_answer(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx)
{
    struct answers *answers = ctx;
    const char *reason = NULL;
    struct record *record = desk_open_record(answers->config, entry, envelope, len, &reason);
    char number[RECORD_NUMBER_LEN] = "";
    if (record != NULL) {
        memcpy(number, record_head(record)->number, sizeof(number));
    }
    record_free(record);
    if (record_number_check(number) < 0) {
        answers->unread = true;
        return 0;
    }
    unsigned long place = strtoul(number, NULL, 10) / 10;
    assert(place < PLACES); /* eight digits, checked above */
    if (answers->told[place] != 0) {
        struct answer *newer = &answers->list[answers->told[place] - 1];
        if (strcmp(entry->state, "done") != 0) {
            (void)snprintf(newer->state, sizeof(newer->state), "come");
            newer->slot[0] = 0;
        }
        return 0;
    }
    answers->list = xgrow(answers->list, answers->count, &answers->room, sizeof(answers->list[0]));
    struct answer *answer = &answers->list[answers->count++];
    answers->told[place] = (uint32_t)answers->count; /* fewer than there are numbers */
    *answer = (struct answer){.state = ""};
    memcpy(answer->number, number, sizeof(number));
    return make_answer(answers, entry, answer);
}

/* A line as write_answers writes it. */
static size_t
line_len(const struct answer *answer)
{
    size_t slot = strlen(answer->slot);
    return strlen(answer->number) + 1 + strlen(answer->state) + (slot > 0 ? 1 + slot : 0) + 1;
}

/* Leaves out what there is no room for: the oldest first, and of all first what nobody waits for. Returns how many. */
static size_t
leave_out(struct answers *answers, const struct desk_answers_room *room, size_t head)
{
    static const char *const turns[] = {"done", "asked", NULL};
    size_t rows = answers->count, bytes = head;
    for (size_t i = 0; i < answers->count; i++) {
        bytes += line_len(&answers->list[i]);
    }
    for (size_t turn = 0; turn < ARRAY_LEN(turns); turn++) {
        for (size_t i = answers->count; i > 0 && (rows > room->rows || bytes > room->bytes); i--) {
            struct answer *answer = &answers->list[i - 1];
            bool is_next = turns[turn] == NULL || strcmp(answer->state, turns[turn]) == 0;
            if (is_next && !answer->is_left_out) {
                answer->is_left_out = true;
                bytes -= line_len(answer);
                rows--;
            }
        }
    }
    return answers->count - rows;
}

static int
write_answers(
    struct answers *answers, const struct desk_answers_room *room, FILE *out, size_t *ret_left_out)
{
    char now[CLOCK_RFC3339_LEN], head[64];
    clock_rfc3339(clock_wall_s(answers->config->clock), now);
    (void)snprintf(head, sizeof(head), "# as-of %s\n# form answers\n", now);
    *ret_left_out = leave_out(answers, room, strlen(head));
    bool ok = fputs(head, out) >= 0;
    for (size_t i = 0; ok && i < answers->count; i++) {
        const struct answer *answer = &answers->list[i];
        ok = answer->is_left_out || fprintf(out, "%s\t%s%s%s\n", answer->number, answer->state,
                                        answer->slot[0] != 0 ? "\t" : "", answer->slot) > 0;
    }
    return ok && fflush(out) == 0 ? 0 : KERR_IO;
}

int
desk_export_answers(const struct desk_config *config, const struct desk_answers_room *room,
    FILE *out, size_t *ret_left_out)
{
    struct answers answers = {.config = config};
    struct ledger *ledger = NULL;
    *ret_left_out = 0;
    int r = ledger_open(config->ledger, &ledger);
    if (r < 0) {
        return r;
    }
    answers.ledger = ledger;
    answers.told = xcalloc(PLACES, sizeof(answers.told[0]));
    r = ledger_list(ledger, 0, INT32_MAX, each_answer, &answers);
    r = r < 0 ? r : write_answers(&answers, room, out, ret_left_out);
    free(answers.told);
    free(answers.list);
    ledger_close(ledger);
    return r == 0 && answers.unread ? KERR_SEAL_OPEN : r;
}
