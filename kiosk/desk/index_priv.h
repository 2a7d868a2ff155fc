/* desk/index_priv.h - how the index lies in memory: index.c makes it and looks rows up, index_find.c searches.
 *
 * Records stand on shelves, in the order in which they came. On a shelf the terms with the same first letter (or days of the same
 * year) are a chain of small blocks, so a search walks along what may fit and nothing else, and marks rows as bits: "and" is one
 * operation for 64 of them. A shelf that has lost half of its records gives the rest to another one, and its memory back. */
#ifndef DESK_INDEX_PRIV_H
#define DESK_INDEX_PRIV_H

#include "find_priv.h"

enum {
    SHELF_ROWS = 8 * 1024,
    SHELF_TERMS = 512 * 1024, /* a shelf with larger records is full earlier */
    SHELF_BYTES = 16 * 1024 * 1024,
    SHELF_BLOCKS = 128 * 1024,
    SHELVES = 1024, /* all of DESK_INDEX_ROWS, _TERMS and _BYTES, each shelf half full */
    A_FEW = 16, /* terms in a block; values that are compared at once */
    BLOCKS_PIECE = 512,
    A_RUN = 32, /* blocks of one lead that stand together, at most: the processor reads ahead */
    TERMS_PIECE = 16 * 1024,
    TEXT_PIECE = 128 * 1024,
    MAP_PIECE = 64 * 1024,
    MAP_PIECES = 4096, /* positions up to 268 million */
    NAMES_MAX = 512, /* procedures and languages that ever were */
    BITS = 64, /* rows in a word of bits */
    SHELF_WORDS = SHELF_ROWS / BITS
};

/* Letters are numbered as they come. 0: none; the last number is that of all that come after so many. */
enum { LETTER_CODES = 0x110000, LETTER_OTHER = 0xffff };

/* What leads a term: its first letter, or the year of a day. */
enum { LEAD_YEAR = LETTER_OTHER + 1, LEAD_YEARS = 10 * 1024, LEADS = LEAD_YEAR + LEAD_YEARS };

/* Terms of one lead. A text's key has the numbers of its second and third letter, a day's is the day. */
struct block {
    uint32_t next; /* block + 1; 0: none */
    uint16_t rows[A_FEW];
    uint32_t keys[A_FEW];
    uint32_t texts[A_FEW]; /* where on the shelf the text is; of a day 0 */
};
struct bucket {
    uint32_t head; /* block + 1, the one that may have room; 0: none */
    uint32_t count; /* of terms */
    uint32_t spare; /* blocks right behind the head that are this lead's, too */
};

struct row {
    uint8_t id[LEDGER_ID_LEN];
    uint64_t hash, person;
    int64_t submitted_at;
    uint8_t visit[RECORD_VISIT_LEN];
    uint32_t place;
    uint32_t first_term; /* on the shelf; texts, then days */
    uint32_t text; /* all of its texts stand together */
    uint16_t text_len;
    uint8_t text_count, day_count;
    uint16_t procedure, language; /* in names */
};

/* Parts of rows that are looked for are by themselves: a walk along them reads nothing else. */
struct shelf {
    size_t row_count, living_count, term_count, block_count;
    size_t text_len; /* of all text pieces together */
    uint32_t newest; /* position */
    uint64_t living[SHELF_WORDS]; /* as bits */
    uint32_t ids[SHELF_ROWS], visits[SHELF_ROWS], persons[SHELF_ROWS], numbers[SHELF_ROWS];
    uint32_t positions[SHELF_ROWS]; /* below MAP_PIECES * MAP_PIECE */
    struct row rows[SHELF_ROWS];
    struct block *blocks[SHELF_BLOCKS / BLOCKS_PIECE];
    uint32_t *terms[SHELF_TERMS / TERMS_PIECE]; /* where each is: block * A_FEW + which */
    char *texts[SHELF_BYTES / TEXT_PIECE];
    struct bucket buckets[LEADS];
};

struct desk_rows {
    size_t row_count, term_count, text_len; /* on all shelves, with those of what is gone */
    size_t living_count;
    size_t bytes; /* taken for shelves and map */
    size_t open; /* the shelf that takes rows; there may be none yet */
    struct shelf *shelves[SHELVES];
    uint32_t *map[MAP_PIECES]; /* position to shelf * SHELF_ROWS + row + 1 */
    size_t name_count;
    char names[NAMES_MAX][RECORD_NAME_MAX];
    uint16_t letter_count;
    uint16_t letters[LETTER_CODES]; /* their numbers */
};

static inline bool
shelf_lives(const struct shelf *shelf, size_t row)
{
    return (shelf->living[row / BITS] >> row % BITS & 1) != 0;
}

static inline const char *
shelf_text(const struct shelf *shelf, uint32_t at)
{
    return shelf->texts[at / TEXT_PIECE] + at % TEXT_PIECE;
}

static inline struct block *
shelf_block(const struct shelf *shelf, size_t block)
{
    return &shelf->blocks[block / BLOCKS_PIECE][block % BLOCKS_PIECE];
}

/* The first row from here on whose value is this one; the count of rows when there is none. It may be gone. */
size_t shelf_next(const struct shelf *shelf, const uint32_t *values, size_t from, uint32_t value);
uint32_t first_four(const uint8_t *bytes);

/* A text's first three letters by their numbers (0 where there is none) and whether there is a fourth. */
struct three {
    uint16_t letters[3];
    bool is_all; /* there is no fourth, and each letter has a number of its own */
    bool is_unknown; /* a letter that no term has */
};
struct three rows_three(const struct desk_rows *rows, const char *text);
uint32_t rows_lead_of_day(uint32_t day);

#endif
