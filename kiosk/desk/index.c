/* desk/index.c - the index in memory. A term (a folded name or the rest of one from a further word on, a day of birth, a number) is
 * a key of 32 bits in one long array, and a search is one walk along it: some milliseconds for millions. What the key can't
 * tell is compared with the term's text; the row of what was found is read when it is shown. Pieces are of a fixed size and never move, so that growing copies nothing. */
#include "find_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"

enum {
    ROWS_PIECE = 16 * 1024,
    TERMS_PIECE = 64 * 1024,
    TEXT_PIECE = 1024 * 1024,
    MAP_PIECE = 64 * 1024,
    ROW_PIECES = DESK_INDEX_ROWS / ROWS_PIECE,
    TERM_PIECES = DESK_INDEX_TERMS / TERMS_PIECE,
    TEXT_PIECES = DESK_INDEX_BYTES / TEXT_PIECE,
    MAP_PIECES = 4096, /* positions up to 268 million */
    A_FEW = 16, /* keys that are compared at once; pieces are a multiple */
    NAMES_MAX = 512, /* procedures and languages that ever were */
    MONTH_BITS = 4,
    DAY_BITS = 5
};

/* Keys. A text's: its first two letters, so other texts may have the same. */
#define KEY_DAY 0x80000000U
#define KEY_NUMBER 0xc0000000U
#define KEY_GONE 0xffffffffU
#define KEY_FIRST 0x7fff0000U /* the bits of the first letter */

struct row {
    uint8_t id[LEDGER_ID_LEN];
    uint64_t position, hash, person;
    int64_t submitted_at;
    uint8_t visit[RECORD_VISIT_LEN];
    uint32_t number, place;
    uint32_t first_term;
    uint16_t term_count;
    uint16_t procedure, language; /* in names */
    bool gone;
};

/* Parts of a row that are looked for, and where it stands, are by themselves: a walk along them reads nothing else. */
struct row_piece {
    uint32_t ids[ROWS_PIECE], visits[ROWS_PIECE], persons[ROWS_PIECE];
    uint32_t positions[ROWS_PIECE]; /* below MAP_PIECES * MAP_PIECE */
    struct row rows[ROWS_PIECE];
};

struct term_piece {
    uint32_t keys[TERMS_PIECE], rows[TERMS_PIECE], texts[TERMS_PIECE];
};

/* A key has the low bits of two letters. Of which letter, as long as it was one alone: then the key of a word of one or two
 * letters tells all, and no text is read. */
enum { FIRSTS = 0x8000, SECONDS = 0x10000 };
#define LETTER_MANY 0xffffffffU
struct letters {
    uint32_t firsts[FIRSTS], seconds[SECONDS]; /* 0: none yet; the letter + 1; LETTER_MANY */
};

struct desk_rows {
    struct letters letters;
    size_t row_count, gone_count, term_count;
    size_t text_len; /* of all text pieces together */
    size_t map_count;
    size_t name_count;
    struct row_piece *rows[ROW_PIECES];
    struct term_piece *terms[TERM_PIECES];
    char *texts[TEXT_PIECES];
    uint32_t *map[MAP_PIECES]; /* position to row + 1 */
    char names[NAMES_MAX][RECORD_NAME_MAX];
};

struct desk_rows *
desk_rows_new(void)
{
    return xcalloc(1, sizeof(struct desk_rows));
}

void
desk_rows_free(struct desk_rows *rows)
{
    if (rows == NULL) {
        return;
    }
    for (size_t i = 0; i < ROW_PIECES; i++) {
        free(rows->rows[i]);
    }
    for (size_t i = 0; i < TERM_PIECES; i++) {
        free(rows->terms[i]);
    }
    for (size_t i = 0; i < TEXT_PIECES && rows->texts[i] != NULL; i++) {
        explicit_bzero(rows->texts[i], TEXT_PIECE);
        free(rows->texts[i]);
    }
    for (size_t i = 0; i < MAP_PIECES; i++) {
        free(rows->map[i]);
    }
    free(rows);
}

static struct row *
row_at(const struct desk_rows *rows, size_t index)
{
    return &rows->rows[index / ROWS_PIECE]->rows[index % ROWS_PIECE];
}

static const char *
text_at(const struct desk_rows *rows, uint32_t at)
{
    return rows->texts[at / TEXT_PIECE] + at % TEXT_PIECE;
}

static uint32_t
first_four(const uint8_t *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

/* ---- growing ---- */

/* A text's first two letters; the second is 0 where there is none. */
struct two {
    uint32_t first, second;
    bool is_all; /* there is no third */
};

static struct two
two_of(const char *text)
{
    size_t at = 0;
    size_t len = strlen(text);
    struct two two = {.first = utf8_next(text, len, &at)};
    two.second = utf8_next(text, len, &at);
    two.is_all = at >= len;
    return two;
}

static uint32_t
key_of(struct two two)
{
    return (two.first % FIRSTS) << 16 | two.second % SECONDS;
}

static void
note_letter(uint32_t *known, uint32_t letter)
{
    *known = *known == 0 || *known == letter + 1 ? letter + 1 : LETTER_MANY;
}

static uint32_t *
map_place(struct desk_rows *rows, uint64_t position, bool make)
{
    uint64_t piece = position / MAP_PIECE;
    if (piece >= MAP_PIECES || (rows->map[piece] == NULL && !make)) {
        return NULL;
    }
    if (rows->map[piece] == NULL) {
        rows->map[piece] = xcalloc(MAP_PIECE, sizeof(uint32_t));
        rows->map_count++;
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
put_text(struct desk_rows *rows, const char *text, const char *before, uint32_t before_at)
{
    size_t len = strlen(text);
    size_t before_len = before != NULL ? strlen(before) : 0;
    if (before != NULL && before_len >= len && strcmp(before + before_len - len, text) == 0) {
        return before_at + (uint32_t)(before_len - len);
    }
    if (rows->text_len % TEXT_PIECE + len + 1 > TEXT_PIECE ||
        rows->texts[rows->text_len / TEXT_PIECE] == NULL) {
        size_t piece = (rows->text_len + TEXT_PIECE - 1) / TEXT_PIECE;
        rows->texts[piece] = xcalloc(1, TEXT_PIECE);
        rows->text_len = piece * TEXT_PIECE;
    }
    uint32_t at = (uint32_t)rows->text_len;
    memcpy(rows->texts[at / TEXT_PIECE] + at % TEXT_PIECE, text, len + 1);
    rows->text_len += len + 1;
    return at;
}

static void
put_term(struct desk_rows *rows, uint32_t key, uint32_t text)
{
    struct term_piece **piece = &rows->terms[rows->term_count / TERMS_PIECE];
    size_t at = rows->term_count % TERMS_PIECE;
    if (*piece == NULL) {
        *piece = xcalloc(1, sizeof(**piece));
    }
    (*piece)->keys[at] = key;
    (*piece)->rows[at] = (uint32_t)rows->row_count;
    (*piece)->texts[at] = text;
    rows->term_count++;
}

static void
put_terms(struct desk_rows *rows, const struct desk_row_terms *terms)
{
    const char *at = buf_str(&terms->texts);
    const char *before = NULL;
    uint32_t before_at = 0;
    for (size_t i = 0; i < terms->text_count; i++) {
        uint32_t place = put_text(rows, at, before, before_at);
        struct two two = two_of(at);
        note_letter(&rows->letters.firsts[two.first % FIRSTS], two.first);
        note_letter(&rows->letters.seconds[two.second % SECONDS], two.second);
        put_term(rows, key_of(two), place);
        before = at;
        before_at = place;
        at += strlen(at) + 1;
    }
    for (size_t i = 0; i < terms->day_count; i++) {
        put_term(rows, KEY_DAY | terms->days[i], 0);
    }
}

static bool
has_room(const struct desk_rows *rows, const struct desk_row_terms *terms)
{
    return rows->row_count < DESK_INDEX_ROWS &&
           rows->term_count + terms->text_count + terms->day_count + 1 <= DESK_INDEX_TERMS &&
           rows->text_len + terms->texts.len + TEXT_PIECE <= DESK_INDEX_BYTES;
}

int
desk_rows_add(struct desk_rows *rows, const struct desk_row *row,
    const struct desk_row_terms *terms, uint32_t place)
{
    uint32_t *known = map_place(rows, row->position, true);
    size_t procedure = name_of(rows, row->procedure);
    size_t language = name_of(rows, row->language);
    if (known != NULL && *known != 0) {
        return KERR_EXISTS;
    }
    if (known == NULL || !has_room(rows, terms) || procedure == NAMES_MAX ||
        language == NAMES_MAX) {
        return KERR_TOO_BIG;
    }
    struct row_piece **piece = &rows->rows[rows->row_count / ROWS_PIECE];
    size_t at = rows->row_count % ROWS_PIECE;
    if (*piece == NULL) {
        *piece = xcalloc(1, sizeof(**piece));
    }
    (*piece)->rows[at] = (struct row){.position = row->position,
        .hash = row->hash,
        .person = row->person,
        .submitted_at = row->submitted_at,
        .number = (uint32_t)strtoul(row->number, NULL, 10),
        .place = place,
        .first_term = (uint32_t)rows->term_count,
        .term_count = (uint16_t)(terms->text_count + terms->day_count + 1),
        .procedure = (uint16_t)procedure,
        .language = (uint16_t)language};
    memcpy((*piece)->rows[at].id, row->id, LEDGER_ID_LEN);
    memcpy((*piece)->rows[at].visit, row->visit, RECORD_VISIT_LEN);
    (*piece)->ids[at] = first_four(row->id);
    (*piece)->visits[at] = first_four(row->visit);
    (*piece)->persons[at] = (uint32_t)row->person;
    (*piece)->positions[at] = (uint32_t)row->position;
    put_terms(rows, terms);
    put_term(rows, KEY_NUMBER | (*piece)->rows[at].number, 0);
    rows->row_count++;
    *known = (uint32_t)rows->row_count;
    return 0;
}

/* ---- forgetting ---- */

/* The index of an id's row; the count of rows when there is none. */
static size_t
index_of(const struct desk_rows *rows, const uint8_t id[LEDGER_ID_LEN])
{
    uint32_t head = first_four(id);
    for (size_t i = 0; i < rows->row_count; i++) {
        if (rows->rows[i / ROWS_PIECE]->ids[i % ROWS_PIECE] == head) {
            const struct row *row = row_at(rows, i);
            if (!row->gone && memcmp(row->id, id, LEDGER_ID_LEN) == 0) {
                return i;
            }
        }
    }
    return rows->row_count;
}

int
desk_rows_forget(struct desk_rows *rows, const uint8_t id[LEDGER_ID_LEN], uint32_t *ret_place)
{
    size_t index = index_of(rows, id);
    if (index == rows->row_count) {
        return KERR_NOT_FOUND;
    }
    struct row *row = row_at(rows, index);
    for (size_t i = row->first_term; i < (size_t)row->first_term + row->term_count; i++) {
        struct term_piece *piece = rows->terms[i / TERMS_PIECE];
        if ((piece->keys[i % TERMS_PIECE] & KEY_DAY) == 0) {
            char *text = rows->texts[piece->texts[i % TERMS_PIECE] / TEXT_PIECE] +
                         piece->texts[i % TERMS_PIECE] % TEXT_PIECE;
            explicit_bzero(text, strlen(text)); /* it is this record's alone */
        }
        piece->keys[i % TERMS_PIECE] = KEY_GONE;
    }
    *map_place(rows, row->position, true) = 0;
    *ret_place = row->place;
    explicit_bzero(row, sizeof(*row));
    row->gone = true;
    struct row_piece *piece = rows->rows[index / ROWS_PIECE];
    piece->ids[index % ROWS_PIECE] = 0;
    piece->visits[index % ROWS_PIECE] = 0;
    piece->persons[index % ROWS_PIECE] = 0;
    piece->positions[index % ROWS_PIECE] = 0;
    rows->gone_count++;
    return 0;
}

/* ---- looking up ---- */

static void
give_row(const struct desk_rows *rows, const struct row *row, struct desk_row *ret_row)
{
    *ret_row = (struct desk_row){.position = row->position,
        .hash = row->hash,
        .person = row->person,
        .submitted_at = row->submitted_at};
    memcpy(ret_row->id, row->id, LEDGER_ID_LEN);
    memcpy(ret_row->visit, row->visit, RECORD_VISIT_LEN);
    (void)snprintf(ret_row->number, sizeof(ret_row->number), "%08u", row->number % 100000000U);
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
    give_row(
        rows, row_at(rows, rows->map[position / MAP_PIECE][position % MAP_PIECE] - 1), ret_row);
    return true;
}

size_t
desk_rows_count(const struct desk_rows *rows)
{
    return rows->row_count - rows->gone_count;
}

bool
desk_rows_next(const struct desk_rows *rows, size_t *at, struct desk_row *ret_row)
{
    for (size_t i = 0; i < rows->row_count; i++) {
        size_t index = *at % rows->row_count;
        *at = index + 1;
        if (!row_at(rows, index)->gone) {
            give_row(rows, row_at(rows, index), ret_row);
            return true;
        }
    }
    return false;
}

static size_t
pieces_of(size_t count, size_t piece)
{
    return (count + piece - 1) / piece;
}

size_t
desk_rows_bytes(const struct desk_rows *rows)
{
    return sizeof(*rows) + pieces_of(rows->row_count, ROWS_PIECE) * sizeof(struct row_piece) +
           pieces_of(rows->term_count, TERMS_PIECE) * sizeof(struct term_piece) +
           pieces_of(rows->text_len, TEXT_PIECE) * TEXT_PIECE +
           rows->map_count * MAP_PIECE * sizeof(uint32_t);
}

/* ---- searching ---- */

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

/* One condition of a query: keys under a mask, and for a text its beginning. */
struct wanted {
    uint32_t mask, key;
    bool is_told; /* by the key alone */
    bool is_day; /* a whole one */
    const char *text;
    size_t len;
};

static struct wanted
wanted_word(const struct desk_rows *rows, const char *word)
{
    struct two two = two_of(word);
    bool is_one = two.second == 0;
    uint32_t first = rows->letters.firsts[two.first % FIRSTS];
    uint32_t second = rows->letters.seconds[two.second % SECONDS];
    struct wanted wanted = {.text = word,
        .len = strlen(word),
        .mask = KEY_DAY | (is_one ? KEY_FIRST : ~KEY_DAY),
        .is_told = two.is_all && first == two.first + 1 && (is_one || second == two.second + 1)};
    wanted.key = key_of(two) & wanted.mask;
    return wanted;
}

static struct wanted
wanted_birth(const struct desk_birth *birth)
{
    uint32_t mask = ~0U;
    mask = birth->day == 0 ? mask << DAY_BITS : mask;
    mask = birth->month == 0 ? mask << MONTH_BITS : mask;
    uint32_t day = (uint32_t)birth->year << (MONTH_BITS + DAY_BITS) |
                   (uint32_t)birth->month << DAY_BITS | (uint32_t)birth->day;
    return (struct wanted){
        .mask = mask, .key = (KEY_DAY | day) & mask, .is_told = true, .is_day = mask == ~0U};
}

static bool
is_wanted(const struct desk_rows *rows, const struct wanted *wanted, size_t term)
{
    const struct term_piece *piece = rows->terms[term / TERMS_PIECE];
    size_t at = term % TERMS_PIECE;
    return (piece->keys[at] & wanted->mask) == wanted->key && piece->keys[at] != KEY_GONE &&
           (wanted->is_told ||
               strncmp(text_at(rows, piece->texts[at]), wanted->text, wanted->len) == 0);
}

static uint32_t
row_of_term(const struct desk_rows *rows, size_t term)
{
    return rows->terms[term / TERMS_PIECE]->rows[term % TERMS_PIECE];
}

/* Whether the record of a term has one for each further condition. Its terms stand together, so its row isn't read. */
static bool
has_all(const struct desk_rows *rows, size_t term, const struct wanted *all, size_t count)
{
    const uint32_t row = row_of_term(rows, term);
    size_t begin = term;
    while (count > 0 && begin > 0 && row_of_term(rows, begin - 1) == row) {
        begin--;
    }
    for (size_t i = 0; i < count; i++) {
        size_t at = begin;
        bool found = false;
        while (!found && at < rows->term_count && row_of_term(rows, at) == row) {
            found = is_wanted(rows, &all[i], at++);
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

/* Whether one of a few keys may be wanted: without a branch, so that the processor compares several at once. */
static bool
may_have(const uint32_t keys[A_FEW], uint32_t mask, uint32_t key)
{
    uint32_t found = 0;
    for (size_t i = 0; i < A_FEW; i++) {
        found |= (keys[i] & mask) == key ? 1U : 0U;
    }
    return found != 0;
}

struct walk {
    const struct wanted *all;
    size_t count; /* of them */
    struct newest *newest;
    uint32_t last; /* row that was looked at */
    size_t found;
};

/* A term whose key is the first condition's. */
static void
look_at(const struct desk_rows *rows, struct walk *walk, size_t term)
{
    const uint32_t row = row_of_term(rows, term);
    if (row != walk->last && is_wanted(rows, &walk->all[0], term)) {
        walk->last = row;
        if (has_all(rows, term, walk->all + 1, walk->count - 1)) {
            walk->found++;
            offer(walk->newest, rows->rows[row / ROWS_PIECE]->positions[row % ROWS_PIECE]);
        }
    }
}

/* Walks along all keys for the first condition, from the end where the newer ones stand: then few are put into the heap that
 * do not stay. A record's terms stand together, so each is looked at once. */
static size_t
walk(const struct desk_rows *rows, const struct wanted *all, size_t count, struct newest *newest)
{
    struct walk walk = {.all = all, .count = count, .newest = newest, .last = UINT32_MAX};
    const uint32_t mask = all[0].mask;
    const uint32_t key = all[0].key;
    const size_t blocks = pieces_of(rows->term_count, A_FEW);
    const size_t last = rows->row_count > 0 ? rows->row_count - 1 : 0;
    const bool back = blocks > 0 && rows->rows[0]->positions[0] <
                                        rows->rows[last / ROWS_PIECE]->positions[last % ROWS_PIECE];
    for (size_t n = 0; n < blocks; n++) {
        const size_t base = (back ? blocks - 1 - n : n) * A_FEW;
        const uint32_t *keys = &rows->terms[base / TERMS_PIECE]->keys[base % TERMS_PIECE];
        const size_t len = rows->term_count - base < A_FEW ? rows->term_count - base : A_FEW;
        if (!may_have(keys, mask, key)) {
            continue;
        }
        for (size_t i = 0; i < len; i++) {
            const size_t at = back ? len - 1 - i : i;
            if ((keys[at] & mask) == key) {
                look_at(rows, &walk, base + at);
            }
        }
    }
    return walk.found;
}

/* What few records have comes first: a whole day, then the longest word. */
static size_t
conditions(
    const struct desk_rows *rows, const struct desk_query *query, struct wanted all[2 * DESK_TERMS])
{
    size_t count = 0;
    for (size_t i = 0; i < query->birth_count; i++) {
        all[count++] = wanted_birth(&query->births[i]);
    }
    for (size_t i = 0; i < query->words.count; i++) {
        all[count++] = wanted_word(rows, query->words.terms[i]);
    }
    size_t best = 0;
    for (size_t i = 1; i < count; i++) {
        size_t worth = all[i].is_day ? DESK_TERM_MAX : all[i].len;
        size_t had = all[best].is_day ? DESK_TERM_MAX : all[best].len;
        best = worth > had ? i : best;
    }
    struct wanted first = all[0];
    all[0] = all[best];
    all[best] = first;
    return count;
}

void
desk_rows_find(const struct desk_rows *rows, const struct desk_query *query, size_t skip,
    struct desk_hits *ret_hits)
{
    struct wanted all[2 * DESK_TERMS] = {0};
    size_t room = skip + DESK_HITS;
    size_t count = conditions(rows, query, all);
    *ret_hits = (struct desk_hits){0};
    if (count > 0) {
        struct newest newest = {.room = room, .positions = xcalloc(room, sizeof(uint64_t))};
        size_t found = walk(rows, all, count, &newest);
        give_hits(&newest, found, skip, ret_hits);
        free(newest.positions);
    }
}

bool
desk_rows_number(
    const struct desk_rows *rows, const char number[RECORD_NUMBER_LEN], struct desk_row *ret_row)
{
    uint64_t position = 0;
    struct newest newest = {.room = 1, .positions = &position};
    const struct wanted wanted = {
        .mask = ~0U, .is_told = true, .key = KEY_NUMBER | (uint32_t)strtoul(number, NULL, 10)};
    return walk(rows, &wanted, 1, &newest) > 0 && desk_rows_at(rows, position, ret_row);
}

/* Whether a row is of the same person and procedure, and of those days. */
static bool
is_twin(const struct desk_rows *rows, const struct row *row, const struct desk_row *of)
{
    int64_t apart = row->submitted_at - of->submitted_at;
    return row->person == of->person && apart <= DESK_TWIN_S && -apart <= DESK_TWIN_S &&
           strcmp(rows->names[row->procedure], of->procedure) == 0;
}

void
desk_rows_beside(const struct desk_rows *rows, const struct desk_row *row,
    struct desk_hits *ret_visit, struct desk_hits *ret_twins)
{
    static const uint8_t none[RECORD_VISIT_LEN];
    uint64_t visits[DESK_HITS], twins[DESK_HITS];
    struct newest visit = {.room = DESK_HITS, .positions = visits};
    struct newest twin = {.room = DESK_HITS, .positions = twins};
    size_t visit_count = 0;
    size_t twin_count = 0;
    bool has_visit = memcmp(row->visit, none, sizeof(none)) != 0;
    uint32_t visit_head = first_four(row->visit);
    for (size_t i = 0; i < rows->row_count; i++) {
        const struct row_piece *piece = rows->rows[i / ROWS_PIECE];
        size_t at = i % ROWS_PIECE;
        bool may_visit = has_visit && piece->visits[at] == visit_head;
        bool may_twin = row->person != 0 && piece->persons[at] == (uint32_t)row->person;
        const struct row *other = &piece->rows[at];
        if ((!may_visit && !may_twin) || other->gone ||
            memcmp(other->id, row->id, LEDGER_ID_LEN) == 0) {
            continue;
        }
        if (may_visit && memcmp(other->visit, row->visit, RECORD_VISIT_LEN) == 0) {
            visit_count++;
            offer(&visit, other->position);
        } else if (may_twin && is_twin(rows, other, row)) {
            twin_count++;
            offer(&twin, other->position);
        }
    }
    give_hits(&visit, visit_count, 0, ret_visit);
    give_hits(&twin, twin_count, 0, ret_twins);
}
