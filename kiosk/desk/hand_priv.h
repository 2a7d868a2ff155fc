/* desk/hand_priv.h - what the files about handing over share: what facts are called elsewhere (assets/handover), which
 * characters old systems can't hold, tables of records. */
#ifndef DESK_HAND_PRIV_H
#define DESK_HAND_PRIV_H

#include "desk_priv.h"

/* ---- lines.c: files that people edit ---- */

/* A line, without its end; may be cut into pieces. What is not 0 ends the walk and is returned. */
typedef int desk_each_line(char *line, int number, void *ctx);
/* Reads the file (its maximum is file's) and gives each line but empty ones and those that begin with "#". Lines point into file. *ret_line:
 * the last that was looked at, from 1; 0 for an error of the whole file. KERR_NOT_FOUND, KERR_TOO_BIG, KERR_IO, KERR_INVALID (NUL). */
int desk_lines_each(
    const char *path, struct buf *file, desk_each_line *each, void *ctx, int *ret_line);

/* ---- fields.c: the field map ---- */

enum { DESK_COLUMN_MAX = 256 }; /* bytes of a name with NUL */

struct desk_fields;
/* KERR_NOT_FOUND, KERR_INVALID (*ret_line: where, from 1). */
int desk_fields_load(const char *path, struct desk_fields **ret_fields, int *ret_line);
void desk_fields_free(struct desk_fields *fields); /* NULL is accepted */

/* One fact that a record of a procedure may hold, as others call it. Points into the map and the set. */
struct desk_column {
    char key[FACT_KEY_MAX]; /* "household[2].name" */
    char name[DESK_COLUMN_MAX]; /* 世帯員2_氏名 */
    char english[DESK_COLUMN_MAX]; /* householdMember2.fullName */
    const char *codes; /* "male=1 female=2", or "" */
    struct question question;
};
struct desk_layout {
    size_t count;
    struct desk_column *columns; /* in the order of the questions, each person's together */
};
/* The same columns for every record of a procedure, whatever was answered. The caller frees. */
void desk_layout_make(const struct desk_fields *fields, const struct procedure_set *set,
    const struct procedure *procedure, struct desk_layout *ret_layout);
void desk_layout_free(struct desk_layout *layout);
/* The column of a fact, or NULL. */
const struct desk_column *desk_layout_find(const struct desk_layout *layout, const char *key);
/* An answer as it is handed over: its code, else the words of a choice, else as it is kept (dates YYYY-MM-DD), as
 * always without a column. */
void desk_column_value(
    struct desk *desk, const struct desk_column *column, const char *value, struct buf *out);

/* ---- fit.c: characters that a system on CP932 can't hold ---- */

struct desk_substitutes;
/* KERR_NOT_FOUND, KERR_INVALID (*ret_line: where, from 1). */
int desk_substitutes_load(const char *path, struct desk_substitutes **ret, int *ret_line);
void desk_substitutes_free(struct desk_substitutes *substitutes); /* NULL is accepted */

struct desk_fit; /* a conversion that is open; it belongs to one thread */
struct desk_fit *desk_fit_new(const struct desk_substitutes *substitutes); /* borrowed */
void desk_fit_free(struct desk_fit *fit); /* NULL is accepted */
enum desk_fits {
    DESK_FITS, /* there and back it is the same */
    DESK_FITS_TWIN, /* the same sign of JIS X 0208 with another code there */
    DESK_FITS_NOT
};
enum { DESK_INSTEAD_MAX = 32 };
/* How one character fits, a kanji together with the selector of its form. Appends its bytes of CP932 to out (nothing
 * when it fits not); ret_instead gets what the table proposes for one that does not, "" without. */
enum desk_fits desk_fit_character(struct desk_fit *fit, const char *text, size_t len,
    struct buf *out, char ret_instead[DESK_INSTEAD_MAX]);
/* Length of the character at text with the selectors behind it. */
size_t desk_character_len(const char *text, size_t len);

/* ---- table.c: CSV ---- */

/* RFC 4180 with CRLF, every cell in quotes. In UTF-8 a mark stands first by which spreadsheets know it. In CP932 a
 * character that does not fit is written as 〓, or as what the city's table says where substitute is set. What is not
 * written as it came is told in the report, itself a table in UTF-8: nothing is replaced silently. */
struct desk_table {
    struct desk *desk; /* its words */
    struct desk_fit *fit; /* CP932; NULL: UTF-8 */
    bool substitute;
    struct buf *out, *report; /* report may be NULL */
    const char *number, *field; /* of the cell that is written, for the report */
    bool inside; /* a row has begun */
};
void desk_table_begin(struct desk_table *table); /* the mark, and the head of the report */
void desk_table_cell(struct desk_table *table, const char *text);
void desk_table_end_row(struct desk_table *table);
/* A line of the report about the present number: field, what (a word's id), the character or key, what was proposed. */
void desk_table_tell(struct desk_table *table, const char *field, const char *what,
    const char *character, size_t len, const char *instead);

/* A moment as RFC 3339 in Japan's time. */
enum { DESK_TIME_LEN = 32 }; /* "2026-11-22T19:00:00+09:00" and NUL */
void desk_japan_time(int64_t at, char out[DESK_TIME_LEN]);
/* The head of a table of this procedure's records, and a row of it. */
void desk_hand_head(struct desk_table *table, const struct desk_layout *layout);
void desk_hand_row(struct desk_table *table, const struct desk_layout *layout,
    const struct ledger_entry *entry, const struct record *record);

/* ---- clients.c: the systems that get records ---- */

enum desk_right {
    DESK_RIGHT_READ = 1, /* asks for records by the API */
    DESK_RIGHT_MARK = 2, /* marks them there as handed over */
    DESK_RIGHT_FILE = 4, /* gets batch files */
    DESK_RIGHT_CP932 = 8, /* these in CP932 too */
    DESK_RIGHT_PAGE = 16, /* staff make its batches on the page */
    DESK_RIGHT_REVOKED = 32 /* is nobody any more; the name stays taken */
};
enum { DESK_RATE_MAX = 6000, DESK_CLIENTS_MAX = 64 };
struct desk_client {
    char name[LEDGER_NAME_MAX]; /* a-z 0-9 - */
    uint8_t key[LEDGER_HASH_LEN]; /* SHA-256 of its key */
    bool has_key;
    int rate; /* questions a minute */
    unsigned rights;
    char states[128], procedures[1024]; /* "done,back"; "*" all procedures */
};
bool desk_client_takes(const struct desk_client *client, const char *procedure);
bool desk_client_sees(const struct desk_client *client, const char *state);
/* KERR_NOT_FOUND: nobody, or revoked, or no file; KERR_INVALID: a line of the file is wrong, so nobody is let in. */
int desk_client_named(const char *path, const char *name, struct desk_client *ret_client);
int desk_client_with_key(const char *path, const char *key, struct desk_client *ret_client);
/* Each line, revoked ones too. KERR_INVALID with its number; KERR_NOT_FOUND. */
int desk_clients_each(const char *path, int (*each)(const struct desk_client *client, void *ctx),
    void *ctx, int *ret_line);
struct desk_rates;
struct desk_rates *desk_rates_new(const struct clock *clock);
void desk_rates_free(struct desk_rates *rates); /* NULL is accepted */
/* 0, or how many seconds it has to wait. */
int desk_rate_take(struct desk_rates *rates, const struct desk_client *client);

/* ---- hand.c: which records, in which batch ---- */

struct desk_hand; /* what lies in assets/handover */
/* KERR_NOT_FOUND, KERR_INVALID. set is borrowed for as long as it lives. */
int desk_hand_load(
    const char *folder, const struct procedure_set *set, struct desk_hand **ret_hand);
void desk_hand_free(struct desk_hand *hand); /* NULL is accepted */
const struct buf *desk_hand_openapi(const struct desk_hand *hand);
/* The columns of a procedure; none for one that is gone. Lives as long as the desk. */
const struct desk_layout *desk_hand_layout(struct desk *desk, const char *procedure);
/* The first record behind *after that the client may have and does not have yet; the caller frees. *after becomes the position of
 * what was looked at last. *looks: what it may cost to look at others' records, of which it is taken; one that must be opened
 * costs DESK_LOOK_OPENED, one that the index knows 1. KERR_NOT_FOUND, KERR_TOO_BIG (that much was looked at; there may be more). */
enum {
    DESK_LOOK_OPENED = 20,
    DESK_LOOKS_MAX = 20000 /* in one request: all others wait so long, half a second */
};
int desk_hand_next(struct desk *desk, const struct desk_client *client, uint64_t *after,
    size_t *looks, struct ledger_entry *ret_entry, struct record **ret_record);
/* One that it may have, or has. KERR_NOT_FOUND. */
int desk_hand_get(struct desk *desk, const struct desk_client *client,
    const uint8_t id[LEDGER_ID_LEN], struct ledger_entry *ret_entry, struct record **ret_record);
/* May the client mark it? One of its procedures that is, or ever was, in one of its states (it may have been taken then), or that it
 * has. KERR_NOT_FOUND for any other one. */
int desk_hand_may_mark(
    struct desk *desk, const struct desk_client *client, const uint8_t id[LEDGER_ID_LEN]);
/* Marks these as handed over; as ledger_hand, which see. In: number, by, is_written. */
int desk_hand_mark(struct desk *desk, const struct desk_client *client, struct ledger_batch *batch,
    const uint8_t (*ids)[LEDGER_ID_LEN], size_t count);
/* The same with all behind *after that it may have and does not have, LEDGER_BATCH_MAX at most. In: by, is_written. looks and
 * KERR_TOO_BIG (nothing was found up to *after) as in desk_hand_next. */
int desk_hand_make(struct desk *desk, const struct desk_client *client, uint64_t *after,
    size_t looks, struct ledger_batch *batch);
/* record is NULL for one that can't be opened any more. */
typedef int desk_each_handed(
    const struct ledger_entry *entry, const struct record *record, void *ctx);
struct desk_batch_walk {
    const char *client;
    uint64_t number;
    /* others' records may be left out, as far as the index knows them; NULL: none is */
    const char *procedure;
    bool stay_closed; /* none is opened: each gets NULL */
};
int desk_batch_each(
    struct desk *desk, const struct desk_batch_walk *walk, desk_each_handed *each, void *ctx);
enum { DESK_BATCH_PROCEDURES_MAX = 128 };
struct desk_batch_content {
    size_t count;
    char procedures[DESK_BATCH_PROCEDURES_MAX][RECORD_NAME_MAX];
    size_t records[DESK_BATCH_PROCEDURES_MAX];
};
/* Which procedures a batch holds. KERR_SEAL_OPEN, KERR_TOO_BIG. */
int desk_batch_look(
    struct desk *desk, const char *client, uint64_t number, struct desk_batch_content *ret_content);
struct desk_batch_table {
    const char *client, *procedure;
    uint64_t number;
    bool cp932;
};
/* The same batch gives the same bytes. The report's lines are appended (its head when it is empty); it may be NULL.
 * KERR_TOO_BIG, KERR_SEAL_OPEN, errors of the ledger. */
int desk_batch_csv(
    struct desk *desk, const struct desk_batch_table *which, struct buf *out, struct buf *report);
/* One record as a JSON object (assets/handover/openapi.json). */
void desk_hand_json(struct desk *desk, const struct ledger_entry *entry,
    const struct record *record, struct buf *out);

/* ---- api.c ---- */

void desk_api_openapi(struct desk_ask *ask);
void desk_api_records(struct desk_ask *ask);
void desk_api_record(struct desk_ask *ask);
void desk_api_batch(struct desk_ask *ask);
void desk_api_mark(struct desk_ask *ask);
void desk_api_not_found(struct desk_ask *ask);
/* The ids in the body of a request to mark; LEDGER_BATCH_MAX at most. The caller frees; NULL for another body. */
uint8_t (*desk_api_ids(const struct desk_request *request, size_t *ret_count))[LEDGER_ID_LEN];

/* ---- hand_pages.c ---- */

void desk_get_hand_over(struct desk_ask *ask);
void desk_get_hand_client(struct desk_ask *ask);
void desk_post_hand_client(struct desk_ask *ask);
void desk_get_hand_record(struct desk_ask *ask);
void desk_post_hand_record(struct desk_ask *ask);

#endif
