/* desk/index.c - the index in memory: records are put on shelves, forgotten there, and looked up by position and id
 * (index_priv.h says how it lies, index_find.c searches). Nothing that was put moves, but for what is left on a shelf of which half
 * is gone. */
#include "index_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"

struct desk_rows *
desk_rows_new(void)
{
    return xcalloc(1, sizeof(struct desk_rows));
}

/* Memory of a piece, counted. */
static void *
take(struct desk_rows *rows, size_t count, size_t size)
{
    rows->bytes += count * size;
    return xcalloc(count, size);
}

static void
give_back(struct desk_rows *rows, void *piece, size_t size)
{
    if (piece != NULL) {
        explicit_bzero(piece, size);
        rows->bytes -= size;
        free(piece);
    }
}

static void
free_shelf(struct desk_rows *rows, size_t which)
{
    struct shelf *shelf = rows->shelves[which];
    if (shelf == NULL) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(shelf->blocks); i++) {
        give_back(rows, shelf->blocks[i], BLOCKS_PIECE * sizeof(struct block));
    }
    for (size_t i = 0; i < ARRAY_LEN(shelf->terms); i++) {
        give_back(rows, shelf->terms[i], TERMS_PIECE * sizeof(uint32_t));
    }
    for (size_t i = 0; i < ARRAY_LEN(shelf->texts); i++) {
        give_back(rows, shelf->texts[i], TEXT_PIECE);
    }
    rows->row_count -= shelf->row_count;
    rows->term_count -= shelf->term_count;
    rows->text_len -= shelf->text_len;
    give_back(rows, shelf, sizeof(*shelf));
    rows->shelves[which] = NULL;
}

void
desk_rows_free(struct desk_rows *rows)
{
    if (rows == NULL) {
        return;
    }
    for (size_t i = 0; i < SHELVES; i++) {
        free_shelf(rows, i);
    }
    for (size_t i = 0; i < MAP_PIECES; i++) {
        free(rows->map[i]);
    }
    free(rows);
}

uint32_t
first_four(const uint8_t *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

/* ---- letters ---- */

struct three
rows_three(const struct desk_rows *rows, const char *text)
{
    struct three three = {.is_all = true};
    size_t at = 0;
    size_t len = strlen(text);
    for (size_t i = 0; i < ARRAY_LEN(three.letters) && at < len; i++) {
        three.letters[i] = rows->letters[utf8_next(text, len, &at) % LETTER_CODES];
        three.is_unknown = three.is_unknown || three.letters[i] == 0;
        three.is_all = three.is_all && three.letters[i] != LETTER_OTHER;
    }
    three.is_all = three.is_all && at >= len;
    return three;
}

/* Numbers the first letters of a text. */
static void
note_letters(struct desk_rows *rows, const char *text)
{
    size_t at = 0;
    size_t len = strlen(text);
    for (size_t i = 0; i < 3 && at < len; i++) {
        uint16_t *letter = &rows->letters[utf8_next(text, len, &at) % LETTER_CODES];
        if (*letter == 0) {
            *letter = rows->letter_count < LETTER_OTHER ? ++rows->letter_count : LETTER_OTHER;
        }
    }
}

uint32_t
rows_lead_of_day(uint32_t day)
{
    return LEAD_YEAR + day / 512 % LEAD_YEARS;
}

/* ---- growing ---- */

static uint32_t *
map_place(struct desk_rows *rows, uint64_t position, bool make)
{
    uint64_t piece = position / MAP_PIECE;
    if (piece >= MAP_PIECES || (rows->map[piece] == NULL && !make)) {
        return NULL;
    }
    if (rows->map[piece] == NULL) {
        rows->map[piece] = take(rows, MAP_PIECE, sizeof(uint32_t));
    }
    return &rows->map[piece][position % MAP_PIECE];
}

/* The number of a name that is kept once; NAMES_MAX when there are too many. */
static size_t
name_of(struct desk_rows *rows, const char *name)
{
    size_t i = 0;
    while (i < rows->name_count && strcmp(rows->names[i], name) != 0) {
        i++;
    }
    if (i == rows->name_count && i < NAMES_MAX) {
        (void)snprintf(rows->names[i], RECORD_NAME_MAX, "%s", name);
        rows->name_count++;
    }
    return i;
}

/* A place for a text, which may be the end of the one before it. */
static uint32_t
put_text(struct shelf *shelf, const char *text, const char *before, uint32_t before_at)
{
    size_t len = strlen(text);
    size_t before_len = before != NULL ? strlen(before) : 0;
    if (before != NULL && before_len >= len && strcmp(before + before_len - len, text) == 0) {
        return before_at + (uint32_t)(before_len - len);
    }
    uint32_t at = (uint32_t)shelf->text_len;
    memcpy(shelf->texts[at / TEXT_PIECE] + at % TEXT_PIECE, text, len + 1);
    shelf->text_len += len + 1;
    return at;
}

/* A block more for a lead: as many as it has, and A_RUN at most, are set apart for it in one piece. */
static void
put_block(struct desk_rows *rows, struct shelf *shelf, struct bucket *bucket)
{
    uint32_t which = bucket->head; /* behind it */
    if (bucket->spare > 0) {
        bucket->spare--;
    } else {
        const size_t has = bucket->count / A_FEW;
        const size_t run = has < 1 ? 1 : has < A_RUN ? has : A_RUN;
        const size_t left = BLOCKS_PIECE - shelf->block_count % BLOCKS_PIECE;
        which = (uint32_t)(shelf->block_count + (left < run ? left : 0));
        shelf->block_count = which + run;
        bucket->spare = (uint32_t)run - 1;
        struct block **piece = &shelf->blocks[which / BLOCKS_PIECE];
        *piece = *piece == NULL ? take(rows, BLOCKS_PIECE, sizeof(**piece)) : *piece;
    }
    shelf_block(shelf, which)->next = bucket->head;
    bucket->head = which + 1;
}

static void
put_term(struct desk_rows *rows, struct shelf *shelf, uint32_t lead, uint32_t key, uint32_t text)
{
    struct bucket *bucket = &shelf->buckets[lead];
    const size_t at = bucket->count % A_FEW;
    if (at == 0) {
        put_block(rows, shelf, bucket);
    }
    bucket->count++;
    struct block *block = shelf_block(shelf, bucket->head - 1);
    block->keys[at] = key;
    block->texts[at] = text;
    block->rows[at] = (uint16_t)shelf->row_count;
    uint32_t **terms = &shelf->terms[shelf->term_count / TERMS_PIECE];
    *terms = *terms == NULL ? take(rows, TERMS_PIECE, sizeof(**terms)) : *terms;
    (*terms)[shelf->term_count % TERMS_PIECE] = (bucket->head - 1) * A_FEW + (uint32_t)at;
    shelf->term_count++;
}

static void
put_terms(struct desk_rows *rows, struct shelf *shelf, const struct desk_row_terms *terms)
{
    const char *at = buf_str(&terms->texts);
    const char *before = NULL;
    uint32_t before_at = 0;
    for (size_t i = 0; i < terms->text_count; i++) {
        uint32_t place = put_text(shelf, at, before, before_at);
        note_letters(rows, at);
        struct three three = rows_three(rows, at);
        put_term(rows, shelf, three.letters[0], (uint32_t)three.letters[1] << 16 | three.letters[2],
            place);
        before = at;
        before_at = place;
        at += strlen(at) + 1;
    }
    for (size_t i = 0; i < terms->day_count; i++) {
        put_term(rows, shelf, rows_lead_of_day(terms->days[i]), terms->days[i], 0);
    }
}

/* Texts of one row stand in one piece: what is left of a piece before it may be lost. */
static size_t
text_begin(const struct shelf *shelf, size_t len)
{
    size_t left = TEXT_PIECE - shelf->text_len % TEXT_PIECE;
    return left < len ? shelf->text_len + left : shelf->text_len;
}

static bool
shelf_has_room(const struct shelf *shelf, const struct desk_row_terms *terms)
{
    size_t count = terms->text_count + terms->day_count;
    return shelf->row_count < SHELF_ROWS && shelf->term_count + count <= SHELF_TERMS &&
           shelf->block_count + 2 * count * A_RUN <= SHELF_BLOCKS &&
           text_begin(shelf, terms->texts.len) + terms->texts.len < SHELF_BYTES;
}

/* The shelf that takes a row with these terms; NULL when there is no place for one more. */
static struct shelf *
open_shelf(struct desk_rows *rows, const struct desk_row_terms *terms)
{
    struct shelf *shelf = rows->shelves[rows->open];
    if (shelf != NULL && shelf_has_room(shelf, terms)) {
        return shelf;
    }
    size_t which = 0;
    while (which < SHELVES && rows->shelves[which] != NULL) {
        which++;
    }
    if (which == SHELVES) {
        return NULL;
    }
    rows->open = which;
    rows->shelves[which] = take(rows, 1, sizeof(struct shelf));
    return rows->shelves[which];
}

static bool
has_room(const struct desk_rows *rows, const struct desk_row_terms *terms)
{
    return rows->row_count < DESK_INDEX_ROWS &&
           rows->term_count + terms->text_count + terms->day_count <= DESK_INDEX_TERMS &&
           rows->text_len + terms->texts.len + TEXT_PIECE <= DESK_INDEX_BYTES;
}

/* Puts a row on the open shelf; known is its place in the map. */
static int
put_row(struct desk_rows *rows, const struct desk_row *row, const struct desk_row_terms *terms,
    uint32_t place, uint32_t *known)
{
    size_t procedure = name_of(rows, row->procedure);
    size_t language = name_of(rows, row->language);
    struct shelf *shelf =
        procedure < NAMES_MAX && language < NAMES_MAX ? open_shelf(rows, terms) : NULL;
    if (shelf == NULL) {
        return KERR_TOO_BIG;
    }
    size_t at = shelf->row_count;
    size_t text_before = shelf->text_len;
    size_t terms_before = shelf->term_count;
    shelf->text_len = text_begin(shelf, terms->texts.len);
    uint32_t text = (uint32_t)shelf->text_len;
    char **piece = &shelf->texts[text / TEXT_PIECE];
    *piece = *piece == NULL ? take(rows, 1, TEXT_PIECE) : *piece;
    put_terms(rows, shelf, terms);
    shelf->rows[at] = (struct row){.hash = row->hash,
        .person = row->person,
        .submitted_at = row->submitted_at,
        .place = place,
        .first_term = (uint32_t)terms_before,
        .text = text,
        .text_len = (uint16_t)(shelf->text_len - text),
        .text_count = (uint8_t)terms->text_count,
        .day_count = (uint8_t)terms->day_count,
        .procedure = (uint16_t)procedure,
        .language = (uint16_t)language};
    memcpy(shelf->rows[at].id, row->id, LEDGER_ID_LEN);
    memcpy(shelf->rows[at].visit, row->visit, RECORD_VISIT_LEN);
    shelf->ids[at] = first_four(row->id);
    shelf->visits[at] = first_four(row->visit);
    shelf->persons[at] = (uint32_t)row->person;
    shelf->numbers[at] = (uint32_t)strtoul(row->number, NULL, 10);
    shelf->positions[at] = (uint32_t)row->position;
    shelf->newest = shelf->positions[at] > shelf->newest ? shelf->positions[at] : shelf->newest;
    shelf->living[at / BITS] |= (uint64_t)1 << at % BITS;
    shelf->row_count++;
    shelf->living_count++;
    rows->row_count++;
    rows->living_count++;
    rows->term_count += shelf->term_count - terms_before;
    rows->text_len += shelf->text_len - text_before;
    *known = (uint32_t)(rows->open * SHELF_ROWS + at + 1);
    return 0;
}

int
desk_rows_add(struct desk_rows *rows, const struct desk_row *row,
    const struct desk_row_terms *terms, uint32_t place)
{
    uint32_t *known = map_place(rows, row->position, true);
    if (known != NULL && *known != 0) {
        return KERR_EXISTS;
    }
    return known != NULL && has_room(rows, terms) ? put_row(rows, row, terms, place, known)
                                                  : KERR_TOO_BIG;
}

/* ---- forgetting ---- */

size_t
shelf_next(const struct shelf *shelf, const uint32_t *values, size_t from, uint32_t value)
{
    size_t at = from;
    for (; at + A_FEW <= shelf->row_count; at += A_FEW) { /* without a branch: several at once */
        uint32_t same = 0;
        for (size_t i = 0; i < A_FEW; i++) {
            same |= values[at + i] == value ? 1U : 0U;
        }
        if (same != 0) {
            break;
        }
    }
    while (at < shelf->row_count && values[at] != value) {
        at++;
    }
    return at;
}

static uint32_t *
place_of_term(const struct shelf *shelf, size_t term)
{
    return &shelf->terms[term / TERMS_PIECE][term % TERMS_PIECE];
}

/* The last term of a lead comes to the place of one that goes, so that nothing tells that there was one. */
static void
drop_term(struct shelf *shelf, uint32_t lead, uint32_t place)
{
    struct bucket *bucket = &shelf->buckets[lead];
    struct block *head = shelf_block(shelf, bucket->head - 1);
    struct block *hole = shelf_block(shelf, place / A_FEW);
    const size_t from = --bucket->count % A_FEW;
    const size_t to = place % A_FEW;
    const uint32_t last = (bucket->head - 1) * A_FEW + (uint32_t)from;
    const struct row *row = &shelf->rows[head->rows[from]];
    for (size_t i = 0; last != place && i < (size_t)row->text_count + row->day_count; i++) {
        uint32_t *moved = place_of_term(shelf, row->first_term + i);
        *moved = *moved == last ? place : *moved;
    }
    hole->keys[to] = head->keys[from];
    hole->texts[to] = head->texts[from];
    hole->rows[to] = head->rows[from];
    head->keys[from] = head->texts[from] = head->rows[from] = 0;
    if (from == 0) {
        bucket->spare = head->next + 1 == bucket->head ? bucket->spare + 1 : 0;
        bucket->head = head->next;
    }
}

/* Wipes a row where it stands. */
static void
wipe_row(struct desk_rows *rows, struct shelf *shelf, size_t at)
{
    struct row *row = &shelf->rows[at];
    for (size_t i = 0; i < (size_t)row->text_count + row->day_count; i++) {
        const uint32_t place = *place_of_term(shelf, row->first_term + i);
        const struct block *block = shelf_block(shelf, place / A_FEW);
        const char *text = shelf_text(shelf, block->texts[place % A_FEW]);
        drop_term(shelf,
            i < row->text_count ? rows_three(rows, text).letters[0]
                                : rows_lead_of_day(block->keys[place % A_FEW]),
            place);
        *place_of_term(shelf, row->first_term + i) = 0;
    }
    explicit_bzero(shelf->texts[row->text / TEXT_PIECE] + row->text % TEXT_PIECE, row->text_len);
    explicit_bzero(row, sizeof(*row));
    shelf->ids[at] = shelf->visits[at] = shelf->persons[at] = shelf->numbers[at] = 0;
    shelf->positions[at] = 0;
    shelf->living[at / BITS] &= ~((uint64_t)1 << at % BITS);
    shelf->living_count--;
    rows->living_count--;
}

int
desk_rows_forget(struct desk_rows *rows, const uint8_t id[LEDGER_ID_LEN], uint32_t *ret_place)
{
    uint32_t head = first_four(id);
    for (size_t i = 0; i < SHELVES; i++) {
        struct shelf *shelf = rows->shelves[i];
        for (size_t at = 0;
             shelf != NULL && (at = shelf_next(shelf, shelf->ids, at, head)) < shelf->row_count;
             at++) {
            if (shelf_lives(shelf, at) && memcmp(shelf->rows[at].id, id, LEDGER_ID_LEN) == 0) {
                *ret_place = shelf->rows[at].place;
                *map_place(rows, shelf->positions[at], true) = 0;
                wipe_row(rows, shelf, at);
                return 0;
            }
        }
    }
    return KERR_NOT_FOUND;
}

/* ---- looking up ---- */

static void
give_row(
    const struct desk_rows *rows, const struct shelf *shelf, size_t at, struct desk_row *ret_row)
{
    const struct row *row = &shelf->rows[at];
    *ret_row = (struct desk_row){.position = shelf->positions[at],
        .hash = row->hash,
        .person = row->person,
        .submitted_at = row->submitted_at};
    memcpy(ret_row->id, row->id, LEDGER_ID_LEN);
    memcpy(ret_row->visit, row->visit, RECORD_VISIT_LEN);
    (void)snprintf(
        ret_row->number, sizeof(ret_row->number), "%08u", shelf->numbers[at] % 100000000U);
    (void)snprintf(
        ret_row->procedure, sizeof(ret_row->procedure), "%s", rows->names[row->procedure]);
    (void)snprintf(ret_row->language, sizeof(ret_row->language), "%s", rows->names[row->language]);
}

bool
desk_rows_knows(const struct desk_rows *rows, uint64_t position)
{
    uint64_t piece = position / MAP_PIECE;
    return piece < MAP_PIECES && rows->map[piece] != NULL &&
           rows->map[piece][position % MAP_PIECE] != 0;
}

bool
desk_rows_at(const struct desk_rows *rows, uint64_t position, struct desk_row *ret_row)
{
    if (!desk_rows_knows(rows, position)) {
        return false;
    }
    size_t at = rows->map[position / MAP_PIECE][position % MAP_PIECE] - 1;
    give_row(rows, rows->shelves[at / SHELF_ROWS], at % SHELF_ROWS, ret_row);
    return true;
}

bool
desk_rows_place(const struct desk_rows *rows, uint64_t position, uint32_t *ret_place)
{
    if (!desk_rows_knows(rows, position)) {
        return false;
    }
    size_t at = rows->map[position / MAP_PIECE][position % MAP_PIECE] - 1;
    *ret_place = rows->shelves[at / SHELF_ROWS]->rows[at % SHELF_ROWS].place;
    return true;
}

size_t
desk_rows_count(const struct desk_rows *rows)
{
    return rows->living_count;
}

bool
desk_rows_next(const struct desk_rows *rows, size_t *at, struct desk_row *ret_row)
{
    for (size_t looked = 0; looked <= SHELVES && rows->living_count > 0;) {
        size_t which = *at / SHELF_ROWS % SHELVES;
        size_t row = *at % SHELF_ROWS;
        const struct shelf *shelf = rows->shelves[which];
        if (shelf == NULL || row >= shelf->row_count) {
            *at = (which + 1) % SHELVES * SHELF_ROWS;
            looked++;
            continue;
        }
        *at = which * SHELF_ROWS + row + 1;
        looked += row + 1 == SHELF_ROWS ? 1 : 0;
        if (shelf_lives(shelf, row)) {
            give_row(rows, shelf, row, ret_row);
            return true;
        }
    }
    return false;
}

size_t
desk_rows_bytes(const struct desk_rows *rows)
{
    return sizeof(*rows) + rows->bytes;
}

/* ---- giving memory back ---- */

/* Terms of a row as they came. */
static void
give_terms(const struct shelf *shelf, const struct row *row, struct desk_row_terms *ret_terms)
{
    buf_clear(&ret_terms->texts);
    ret_terms->text_count = row->text_count;
    ret_terms->day_count = row->day_count;
    for (size_t i = 0; i < (size_t)row->text_count + row->day_count; i++) {
        uint32_t term = *place_of_term(shelf, row->first_term + i);
        const struct block *block = shelf_block(shelf, term / A_FEW);
        if (i < row->text_count) { /* it fitted before, so it fits */
            const char *text = shelf_text(shelf, block->texts[term % A_FEW]);
            (void)buf_add(&ret_terms->texts, text, strlen(text) + 1);
        } else {
            ret_terms->days[i - row->text_count] = block->keys[term % A_FEW];
        }
    }
}

/* A shelf that takes no more rows and has lost half of them; SHELVES when there is none. */
static size_t
sparse_shelf(const struct desk_rows *rows)
{
    size_t which = 0;
    while (which < SHELVES &&
           (rows->shelves[which] == NULL || which == rows->open ||
               2 * rows->shelves[which]->living_count > rows->shelves[which]->row_count)) {
        which++;
    }
    return which;
}

enum desk_tidied
desk_rows_tidy(struct desk_rows *rows, size_t most)
{
    size_t which = sparse_shelf(rows);
    if (which == SHELVES) {
        return DESK_TIDY;
    }
    struct shelf *shelf = rows->shelves[which];
    struct desk_row row;
    struct desk_row_terms terms;
    desk_row_terms_init(&terms);
    size_t at = 0;
    for (size_t moved = 0; moved < most && shelf->living_count > 0; at++) {
        if (!shelf_lives(shelf, at)) {
            continue;
        }
        give_row(rows, shelf, at, &row);
        give_terms(shelf, &shelf->rows[at], &terms);
        if (put_row(rows, &row, &terms, shelf->rows[at].place,
                map_place(rows, row.position, true)) < 0) {
            break; /* it stays where it is */
        }
        wipe_row(rows, shelf, at);
        moved++;
    }
    bool is_empty = shelf->living_count == 0;
    if (is_empty) {
        free_shelf(rows, which);
    }
    explicit_bzero(&row, sizeof(row));
    desk_row_terms_release(&terms);
    return is_empty ? DESK_SHELF_FREED : DESK_ROWS_MOVED;
}
