/* desk/index_find.c - searching the index in memory: on each shelf one walk along the terms that begin as a condition does gives the
 * rows that have it, as bits; what all conditions have is counted, and the newest are kept. A text is only read where three letters
 * don't tell. */
#include "index_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* ---- the newest ---- */

/* The newest few of all that were found, as a heap with the oldest on top: what is shown on the first pages. */
struct newest {
    size_t room, count;
    uint64_t *positions;
};

static void
sink(struct newest *newest, size_t at)
{
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < newest->count; child++) {
            least = newest->positions[child] < newest->positions[least] ? child : least;
        }
        if (least == at) {
            return;
        }
        uint64_t other = newest->positions[at];
        newest->positions[at] = newest->positions[least];
        newest->positions[least] = other;
        at = least;
    }
}

static void
offer(struct newest *newest, uint64_t position)
{
    if (newest->count < newest->room) {
        size_t at = newest->count++;
        newest->positions[at] = position;
        while (at > 0 && newest->positions[(at - 1) / 2] > newest->positions[at]) {
            uint64_t other = newest->positions[at];
            newest->positions[at] = newest->positions[(at - 1) / 2];
            newest->positions[(at - 1) / 2] = other;
            at = (at - 1) / 2;
        }
    } else if (newest->room > 0 && position > newest->positions[0]) {
        newest->positions[0] = position;
        sink(newest, 0);
    }
}

static int
newer_first(const void *a, const void *b)
{
    const uint64_t *one = a;
    const uint64_t *other = b;
    return (*one < *other) - (*one > *other);
}

static void
give_hits(struct newest *newest, size_t count, size_t skip, struct desk_hits *ret_hits)
{
    *ret_hits = (struct desk_hits){.count = count};
    qsort(newest->positions, newest->count, sizeof(*newest->positions), newer_first);
    for (size_t i = skip; i < newest->count && ret_hits->shown < DESK_HITS; i++) {
        ret_hits->positions[ret_hits->shown++] = newest->positions[i];
    }
}

struct standing {
    const struct shelf *shelf;
};

static int
newer_shelf_first(const void *a, const void *b)
{
    const struct standing *one = a;
    const struct standing *other = b;
    return (one->shelf->newest < other->shelf->newest) -
           (one->shelf->newest > other->shelf->newest);
}

/* All shelves, those with the newest records first: then few rows are put into the heap that do not stay. */
static size_t
order_shelves(const struct desk_rows *rows, struct standing all[SHELVES])
{
    size_t count = 0;
    for (size_t i = 0; i < SHELVES; i++) {
        if (rows->shelves[i] != NULL) {
            all[count++].shelf = rows->shelves[i];
        }
    }
    qsort(all, count, sizeof(*all), newer_shelf_first);
    return count;
}

/* ---- conditions ---- */

/* One condition of a query: keys under a mask among the terms of one lead, and for a text its beginning. */
struct wanted {
    uint32_t lead, mask, key;
    bool is_told; /* by lead and key alone */
    const char *text;
    size_t len;
};

/* False when no record has it. */
static bool
wanted_word(const struct desk_rows *rows, const char *word, struct wanted *ret_wanted)
{
    struct three three = rows_three(rows, word);
    uint32_t mask = three.letters[1] == 0 ? 0 : three.letters[2] == 0 ? 0xffff0000U : 0xffffffffU;
    *ret_wanted = (struct wanted){.lead = three.letters[0],
        .mask = mask,
        .key = (uint32_t)three.letters[1] << 16 | three.letters[2],
        .is_told = three.is_all,
        .text = word,
        .len = strlen(word)};
    return !three.is_unknown;
}

static struct wanted
wanted_birth(const struct desk_birth *birth)
{
    uint32_t day = (uint32_t)birth->year * 512 + (uint32_t)birth->month * 32 + (uint32_t)birth->day;
    uint32_t unsaid = birth->month == 0 ? 511 : birth->day == 0 ? 31 : 0;
    return (struct wanted){
        .lead = rows_lead_of_day(day), .mask = ~unsaid, .key = day & ~unsaid, .is_told = true};
}

/* Those that need no text come first: then few texts are read. False when nothing can be found. */
static bool
conditions(const struct desk_rows *rows, const struct desk_query *query,
    struct wanted all[2 * DESK_TERMS], size_t *ret_count)
{
    struct wanted later[DESK_TERMS] = {0};
    size_t count = 0;
    size_t later_count = 0;
    for (size_t i = 0; i < query->birth_count; i++) {
        all[count++] = wanted_birth(&query->births[i]);
    }
    for (size_t i = 0; i < query->words.count; i++) {
        struct wanted wanted;
        if (!wanted_word(rows, query->words.terms[i], &wanted)) {
            return false;
        }
        if (wanted.is_told) {
            all[count++] = wanted;
        } else {
            later[later_count++] = wanted;
        }
    }
    memcpy(all + count, later, later_count * sizeof(*later));
    *ret_count = count + later_count;
    return *ret_count > 0;
}

/* ---- walking ---- */

/* Marks the rows of a block whose keys fit, without a branch. */
static void
mark_told(const struct wanted *wanted, const struct block *block, size_t count,
    uint64_t found[SHELF_WORDS])
{
    for (size_t i = 0; i < count; i++) {
        const size_t row = block->rows[i];
        const uint64_t fits = (block->keys[i] & wanted->mask) == wanted->key ? 1 : 0;
        found[row / BITS] |= fits << row % BITS;
    }
}

/* The same where the text decides; it is read of those alone that are among these. */
static void
mark_read(const struct shelf *shelf, const struct wanted *wanted, const struct block *block,
    size_t count, const uint64_t among[SHELF_WORDS], uint64_t found[SHELF_WORDS])
{
    for (size_t i = 0; i < count; i++) {
        const size_t row = block->rows[i];
        if ((block->keys[i] & wanted->mask) == wanted->key &&
            (among[row / BITS] >> row % BITS & 1) != 0 &&
            strncmp(shelf_text(shelf, block->texts[i]), wanted->text, wanted->len) == 0) {
            found[row / BITS] |= (uint64_t)1 << row % BITS;
        }
    }
}

/* Leaves among the rows of a shelf those that have it. Whether there are any. */
static bool
narrow(const struct shelf *shelf, const struct wanted *wanted, uint64_t among[SHELF_WORDS])
{
    uint64_t found[SHELF_WORDS] = {0};
    uint64_t any = 0;
    const struct bucket *bucket = &shelf->buckets[wanted->lead];
    size_t count = bucket->count % A_FEW == 0 ? A_FEW : bucket->count % A_FEW;
    for (uint32_t at = bucket->head; at != 0;) {
        const struct block *block = shelf_block(shelf, at - 1);
        at = block->next;
        if (at != 0) { /* blocks of a lead stand apart: the next one is fetched meanwhile */
            __builtin_prefetch(shelf_block(shelf, at - 1));
            __builtin_prefetch(shelf_block(shelf, at - 1)->keys + A_FEW / 2);
        }
        if (wanted->is_told) {
            mark_told(wanted, block, count, found);
        } else {
            mark_read(shelf, wanted, block, count, among, found);
        }
        count = A_FEW;
    }
    for (size_t i = 0; i < SHELF_WORDS; i++) {
        among[i] &= found[i];
        any |= among[i];
    }
    return any != 0;
}

/* The rows of a shelf that have all. */
static size_t
find_on(const struct shelf *shelf, const struct wanted *all, size_t count, struct newest *newest)
{
    uint64_t among[SHELF_WORDS];
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (shelf->buckets[all[i].lead].count == 0) {
            return 0;
        }
    }
    memcpy(among, shelf->living, sizeof(among));
    for (size_t i = 0; i < count; i++) {
        if (!narrow(shelf, &all[i], among)) {
            return 0;
        }
    }
    const bool may_stay =
        newest->count < newest->room || (newest->room > 0 && shelf->newest > newest->positions[0]);
    for (size_t i = 0; i < SHELF_WORDS; i++) {
        found += (size_t)__builtin_popcountll(among[i]);
        for (uint64_t left = may_stay ? among[i] : 0; left != 0; left &= left - 1) {
            offer(newest, shelf->positions[i * BITS + (size_t)__builtin_ctzll(left)]);
        }
    }
    return found;
}

void
desk_rows_find(const struct desk_rows *rows, const struct desk_query *query, size_t skip,
    struct desk_hits *ret_hits)
{
    struct wanted all[2 * DESK_TERMS] = {0};
    struct standing shelves[SHELVES];
    size_t room = skip + DESK_HITS;
    size_t count = 0;
    *ret_hits = (struct desk_hits){0};
    if (!conditions(rows, query, all, &count)) {
        return;
    }
    struct newest newest = {.room = room, .positions = xcalloc(room, sizeof(uint64_t))};
    size_t found = 0;
    size_t shelf_count = order_shelves(rows, shelves);
    for (size_t i = 0; i < shelf_count; i++) {
        found += find_on(shelves[i].shelf, all, count, &newest);
    }
    give_hits(&newest, found, skip, ret_hits);
    free(newest.positions);
}

bool
desk_rows_number(
    const struct desk_rows *rows, const char number[RECORD_NUMBER_LEN], struct desk_row *ret_row)
{
    const uint32_t wanted = (uint32_t)strtoul(number, NULL, 10);
    uint32_t newest = 0;
    bool found = false;
    for (size_t i = 0; i < SHELVES; i++) {
        const struct shelf *shelf = rows->shelves[i];
        for (size_t at = 0; shelf != NULL &&
                            (at = shelf_next(shelf, shelf->numbers, at, wanted)) < shelf->row_count;
             at++) {
            if (shelf_lives(shelf, at) && (!found || shelf->positions[at] > newest)) {
                newest = shelf->positions[at];
                found = true;
            }
        }
    }
    return found && desk_rows_at(rows, newest, ret_row);
}

/* ---- beside a record ---- */

/* What is looked for among the neighbours of one. */
struct beside {
    const struct desk_rows *rows;
    const struct desk_row *of;
    size_t count;
    struct newest newest;
};

static bool
is_other(const struct shelf *shelf, size_t at, const struct beside *beside)
{
    return shelf_lives(shelf, at) && memcmp(shelf->rows[at].id, beside->of->id, LEDGER_ID_LEN) != 0;
}

static bool
is_of_visit(const struct row *row, const struct desk_row *of)
{
    return memcmp(row->visit, of->visit, RECORD_VISIT_LEN) == 0;
}

/* Whether a row is of the same person and procedure, and of those days. */
static bool
is_twin(const struct desk_rows *rows, const struct row *row, const struct desk_row *of)
{
    int64_t apart = row->submitted_at - of->submitted_at;
    return row->person == of->person && apart <= DESK_TWIN_S && -apart <= DESK_TWIN_S &&
           strcmp(rows->names[row->procedure], of->procedure) == 0;
}

static void
add_visit(const struct shelf *shelf, struct beside *beside)
{
    const uint32_t head = first_four(beside->of->visit);
    for (size_t at = 0; (at = shelf_next(shelf, shelf->visits, at, head)) < shelf->row_count;
         at++) {
        if (is_other(shelf, at, beside) && is_of_visit(&shelf->rows[at], beside->of)) {
            beside->count++;
            offer(&beside->newest, shelf->positions[at]);
        }
    }
}

/* Those of the same visit stand there already. */
static void
add_twins(const struct shelf *shelf, struct beside *beside, bool has_visit)
{
    const uint32_t person = (uint32_t)beside->of->person;
    for (size_t at = 0; (at = shelf_next(shelf, shelf->persons, at, person)) < shelf->row_count;
         at++) {
        const struct row *row = &shelf->rows[at];
        if (is_other(shelf, at, beside) && is_twin(beside->rows, row, beside->of) &&
            !(has_visit && is_of_visit(row, beside->of))) {
            beside->count++;
            offer(&beside->newest, shelf->positions[at]);
        }
    }
}

void
desk_rows_beside(const struct desk_rows *rows, const struct desk_row *row,
    struct desk_hits *ret_visit, struct desk_hits *ret_twins)
{
    static const uint8_t none[RECORD_VISIT_LEN];
    const bool has_visit = memcmp(row->visit, none, sizeof(none)) != 0;
    uint64_t visits[DESK_HITS], twins[DESK_HITS];
    struct beside visit = {rows, row, 0, {.room = DESK_HITS, .positions = visits}};
    struct beside twin = {rows, row, 0, {.room = DESK_HITS, .positions = twins}};
    for (size_t i = 0; i < SHELVES; i++) {
        const struct shelf *shelf = rows->shelves[i];
        if (shelf != NULL && has_visit) {
            add_visit(shelf, &visit);
        }
        if (shelf != NULL && row->person != 0) {
            add_twins(shelf, &twin, has_visit);
        }
    }
    give_hits(&visit.newest, visit.count, 0, ret_visit);
    give_hits(&twin.newest, twin.count, 0, ret_twins);
}
