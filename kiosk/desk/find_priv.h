/* desk/find_priv.h - finding records: how words are compared (fold.c), the index in memory (index.c) and in its file
 * (index_file.c), its thread (index_grow.c), the page (find.c). kiosk/decisions/0052-search-index.md. */
#ifndef DESK_FIND_PRIV_H
#define DESK_FIND_PRIV_H

#include "desk_priv.h"

/* ---- fold.c ---- */

/* struct desk_kanji: which kanji are taken for one (desk.h) */

/* Whether two kanji are the same character in other forms, or one; NULL: only one. */
bool desk_kanji_same(const struct desk_kanji *kanji, uint32_t one, uint32_t other);
/* The other kanji that are the same character, at most max; NULL: none. Returns how many. */
size_t desk_kanji_others(
    const struct desk_kanji *kanji, uint32_t code, uint32_t *ret_others, size_t max);

enum {
    DESK_TERMS = 8, /* of one text */
    DESK_TERM_LETTERS = 64, /* that count of each */
    DESK_TERM_MAX = 4 * DESK_TERM_LETTERS + 1
};
/* Texts as they are compared: letters without case, width and marks, one of the forms of a kanji, hiragana of full size
 * with one spelling of long vowels. */
struct desk_terms {
    size_t count;
    char terms[DESK_TERMS][DESK_TERM_MAX];
};
/* Of a name that is to be found: the whole, and what begins at each of its further words. */
void desk_terms_of_name(
    const struct desk_kanji *kanji, const char *text, struct desk_terms *ret_terms);
/* Of what somebody typed: each word. */
void desk_terms_of_words(
    const struct desk_kanji *kanji, const char *text, struct desk_terms *ret_terms);

/* A day, or with 0 for month or day a part of one. */
struct desk_birth {
    int year, month, day;
};
/* 1941-03-05, 1941/3/5, 1941.3.5, 19410305, 1941年3月5日, S16.3.5, s160305, 昭和16年3月5日, 昭16.3.5, 3160305 (the era as the
 * forms of the state number it), 元年; year alone (1941年, 1941, S16), year and month; any width. False for no date. */
bool desk_birth_read(const char *text, struct desk_birth *ret_birth);

/* ---- index.c, index_find.c: what is known of each record, in memory ---- */

enum {
    DESK_INDEX_ROWS =
        2 * 1024 * 1024, /* records; further ones are not found by words, which is told */
    DESK_INDEX_TERMS = 16 * 1024 * 1024,
    DESK_INDEX_BYTES = 512 * 1024 * 1024, /* of their texts */
    DESK_ROW_TERMS = 255, /* of one record: 30 people */
    DESK_HITS = 50 /* on one page */
};
/* Of one record. Plain value. */
struct desk_row {
    uint8_t id[LEDGER_ID_LEN];
    uint64_t position;
    uint64_t
        hash; /* the first bytes of the ledger's hash: a record whose bytes changed is opened anew */
    int64_t submitted_at;
    uint64_t person; /* the same for the same applicant and subject, by name and birth; 0: nobody */
    uint8_t visit[RECORD_VISIT_LEN]; /* as in the record's head */
    char number[RECORD_NUMBER_LEN];
    char procedure[RECORD_NAME_MAX], language[RECORD_NAME_MAX];
};
/* What a list of what was found shows of a record: name and day of birth of who applies, and of whom it is for, as the visitor gave
 * them. DESK_SHOWN texts, each with NUL, empty where there is none; a row with longer ones than DESK_SHOWN_MAX keeps none. */
enum { DESK_SHOWN = 4, DESK_SHOWN_MAX = 2 * 1024 };
void desk_shown_of(const struct record *record, struct buf *ret_shown);

/* Terms of a record while it is put together or read: texts, each with NUL, and days as year * 512 + month * 32 + day. In memory the
 * index has these; what is shown lies in the file alone. */
struct desk_row_terms {
    struct buf texts;
    struct buf shown;
    size_t text_count, day_count;
    uint32_t days[DESK_ROW_TERMS];
};
void desk_row_terms_init(struct desk_row_terms *terms);
void desk_row_terms_release(struct desk_row_terms *terms);
/* All of a record that can be found. */
void desk_row_of(const struct desk_kanji *kanji, const struct ledger_entry *entry,
    const struct record *record, struct desk_row *ret_row, struct desk_row_terms *ret_terms);

struct desk_rows; /* no lock of its own: see struct desk_index */
struct desk_rows *desk_rows_new(void);
void desk_rows_free(struct desk_rows *rows); /* NULL is accepted */
/* KERR_EXISTS (its position is known), KERR_TOO_BIG (full). place: where the file has it. */
int desk_rows_add(struct desk_rows *rows, const struct desk_row *row,
    const struct desk_row_terms *terms, uint32_t place);
/* Wipes what is known of an id; its place. KERR_NOT_FOUND. */
int desk_rows_forget(struct desk_rows *rows, const uint8_t id[LEDGER_ID_LEN], uint32_t *ret_place);
bool desk_rows_knows(const struct desk_rows *rows, uint64_t position);
/* The row of a position. False when it isn't known. */
bool desk_rows_at(const struct desk_rows *rows, uint64_t position, struct desk_row *ret_row);
/* Where the file has the row of a position. False when it isn't known. */
bool desk_rows_place(const struct desk_rows *rows, uint64_t position, uint32_t *ret_place);
size_t desk_rows_count(const struct desk_rows *rows);
/* The count-th row that there is, going round: for looking after them one by one. False without any. */
bool desk_rows_next(const struct desk_rows *rows, size_t *at, struct desk_row *ret_row);
/* Bytes of memory taken. */
size_t desk_rows_bytes(const struct desk_rows *rows);
/* Gives back the memory of what was forgotten, a little at a time: moves no more than `most` rows from where half is gone to where
 * new ones are put. Their places in the file stay. */
enum desk_tidied {
    DESK_TIDY, /* nothing is to be done */
    DESK_ROWS_MOVED,
    DESK_SHELF_FREED /* there is room again */
};
enum desk_tidied desk_rows_tidy(struct desk_rows *rows, size_t most);

/* What is asked: each word and each day must be found, in whatever order and of whomever in the record. */
struct desk_query {
    struct desk_terms words;
    size_t birth_count;
    struct desk_birth births[DESK_TERMS];
};
struct desk_hits {
    size_t count; /* how many there are */
    size_t shown;
    uint64_t positions[DESK_HITS]; /* the newest of them behind the first `skip` */
};
void desk_rows_find(const struct desk_rows *rows, const struct desk_query *query, size_t skip,
    struct desk_hits *ret_hits);
/* The newest record of a number. False when there is none. */
bool desk_rows_number(
    const struct desk_rows *rows, const char number[RECORD_NUMBER_LEN], struct desk_row *ret_row);
/* Records that belong to one: of its visit, and of the same person and procedure within DESK_TWIN_S. Without itself; the
 * newest DESK_HITS of each. */
enum { DESK_TWIN_S = 14 * 86400 };
void desk_rows_beside(const struct desk_rows *rows, const struct desk_row *row,
    struct desk_hits *ret_visit, struct desk_hits *ret_twins);

/* ---- index_file.c: the index on disk ---- */

/* A head (the key of all, sealed to the desk's own newest key) and frames of one size, each closed by itself (seal_box): whoever
 * has the file sees how large it is, and nothing of what is in it. Rows are put into the last frame, or into one that has become
 * empty; a row that goes is written over where it stood. What is damaged is left out, and read again from the ledger. */
struct desk_index_file;
struct desk_index_told {
    size_t rows, frames;
    size_t damaged; /* frames that did not open */
    bool anew; /* there was none, or its key is not ours any more */
    bool newer_key; /* written again under a newer key */
};
/* each is called for every row that is read; KERR_EXISTS from it takes that row out of the file. KERR_BUSY (another program has
 * it), KERR_IO, KERR_NO_SPACE, KERR_SEAL_CRYPTO. */
typedef int desk_index_each(
    const struct desk_row *row, const struct desk_row_terms *terms, uint32_t place, void *ctx);
int desk_index_file_open(const char *path, const struct seal_opener *opener, int64_t now,
    desk_index_each *each, void *ctx, struct desk_index_file **ret_file,
    struct desk_index_told *ret_told);
void desk_index_file_close(
    struct desk_index_file *file); /* writes what is left; NULL is accepted */
/* Puts a row; it is on disk after a flush, or when its frame is full. */
int desk_index_file_put(struct desk_index_file *file, const struct desk_row *row,
    const struct desk_row_terms *terms, uint32_t *ret_place);
int desk_index_file_flush(struct desk_index_file *file);
/* What is shown of a row: read from its frame. KERR_NOT_FOUND (it keeps none, or isn't there), KERR_IO, KERR_SEAL_OPEN. */
int desk_index_file_shown(struct desk_index_file *file, uint32_t place,
    const uint8_t id[LEDGER_ID_LEN], struct buf *ret_shown);
/* Writes over a row. */
int desk_index_file_forget(
    struct desk_index_file *file, uint32_t place, const uint8_t id[LEDGER_ID_LEN]);

/* ---- index_grow.c: the index as the desk has it ---- */

/* A thread of its own reads the ledger, newest first, opens what the index lacks and puts it in; the listener's thread asks. Any
 * thread may call these. */
/* KERR_NOT_FOUND, KERR_INVALID: kanji.txt. The config is borrowed. */
int desk_index_new(const struct desk_config *config, struct desk_index **ret_index);
/* Stops the thread, writes, wipes. NULL is accepted. */
void desk_index_free(struct desk_index *index);
/* KERR_NO_MEMORY: no thread; then nothing is found by words. */
int desk_index_start(struct desk_index *index);
/* What the thread does, for whoever has none: reads the file first, then looks at no more than `most` records of the ledger. How
 * many there were. Errors of the ledger; those of the file are logged, the index is then in memory alone. */
int desk_index_step(struct desk_index *index, struct ledger *ledger, size_t most, size_t *ret_done);

/* The two halves of putting one record: whether it is wanted; and with it opened. What is forgotten between them stays forgotten. */
bool desk_index_begin(struct desk_index *index, const struct ledger_entry *entry);
void desk_index_end(
    struct desk_index *index, const struct ledger_entry *entry, const struct record *record);

void desk_index_find(struct desk_index *index, const struct desk_query *query, size_t skip,
    struct desk_hits *ret_hits);
/* As desk_rows_number, desk_rows_at, desk_rows_beside. */
bool desk_index_number(
    struct desk_index *index, const char number[RECORD_NUMBER_LEN], struct desk_row *ret_row);
bool desk_index_at(struct desk_index *index, uint64_t position, struct desk_row *ret_row);
void desk_index_beside(struct desk_index *index, const struct desk_row *row,
    struct desk_hits *ret_visit, struct desk_hits *ret_twins);
/* The row of an entry, and what is shown of it. False when it isn't known, is another record's by its hash, or the file does not
 * have it: then the record is opened. */
bool desk_index_shown(struct desk_index *index, const struct ledger_entry *entry,
    struct desk_row *ret_row, struct buf *ret_shown);
const struct desk_kanji *desk_index_kanji(const struct desk_index *index);
struct desk_index_state {
    size_t rows, bytes;
    uint64_t top; /* all positions above are still to be read */
    uint64_t left; /* and those up to this one; 0: none */
    bool full; /* the index takes no more */
};
void desk_index_state(struct desk_index *index, struct desk_index_state *ret_state);

#endif
