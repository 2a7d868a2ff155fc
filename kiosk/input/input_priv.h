/* input/input_priv.h - what the files of the room input share: children, the talk with each conversion
 * program, candidates, the form of the tables. */
#ifndef INPUT_INPUT_PRIV_H
#define INPUT_INPUT_PRIV_H

#include <sys/types.h>

#include "base/buf.h"
#include "input/input.h"

enum {
    ANSWER_MAX = 64 * 1024, /* bytes of one answer; real ones have 2 to 6 KB */
    START_MS = 3000, /* the first start on a slow disk took 0.2 s */
    ANSWER_MS = 700 /* real ones take 1 to 4 ms; a person waits no longer than this */
};

/* child.c: a program with two pipes, which dies with this process and with child_kill. */
struct child {
    pid_t pid; /* 0: not there */
    int in, out; /* its standard input and output; -1 when not piped */
};
#define CHILD_NONE ((struct child){.in = -1, .out = -1})
struct child_start {
    const char *path;
    const char *const *arguments; /* NULL-terminated, the first one is the name */
    const char *home; /* HOME; every other variable is fixed */
    bool piped;
    bool single; /* may not start processes or threads of its own */
};
/* KERR_NOT_FOUND when there is no such program, KERR_IO. */
int child_start(const struct child_start *start, struct child *ret_child);
/* Kills and waits for it; pipes are closed. Nothing happens when it isn't there. */
void child_kill(struct child *child);
/* Sends all of it; KERR_IO. The calling thread has SIGPIPE blocked. */
int child_send(const struct child *child, const char *text);

/* home.c: the private folder of the children. */
/* Makes parent/madoguchi-input-PID-XXXXXX/ with .config/mozc in it, for the user the children run as. Heap;
 * NULL when it can't be made. */
char *home_make(const char *parent);
void home_remove(const char *home);
/* Removes those of processes that are gone. */
void home_sweep(const char *parent);
/* The user the children run as when this process is root. */
enum { CHILD_UID = 65534, CHILD_GID = 65534 };

/* What a talk may wait on: the child's answer, a stop from outside, the time. */
struct talk {
    struct child child;
    struct child server; /* Mozc's second half */
    int stop; /* descriptor that becomes readable when the talk must end */
    struct buf line; /* what was read so far, wiped */
};
/* Reads up to and with the next line feed into talk->line (cleared first, but for what follows the line
 * before). KERR_CANCELLED stop, KERR_BUSY time is over, KERR_TOO_BIG, KERR_IO the child is gone. */
int talk_line(struct talk *talk, int timeout_ms);
void talk_end(struct talk *talk);

/* mozc.c, anthy.c: start to be ready, and one conversion. Same errors as talk_line, KERR_NOT_FOUND,
 * KERR_INVALID for an answer that makes no sense. */
int mozc_start(struct talk *talk, const char *helper, const char *server, const char *home);
int mozc_convert(struct talk *talk, const char *reading, struct input_result *result);
int anthy_start(struct talk *talk, const char *agent, const char *home);
int anthy_convert(struct talk *talk, const char *reading, struct input_result *result);
/* The clauses and their candidates from one answer of the helper. first: the clauses are taken as well,
 * else only candidates for clause at. KERR_INVALID. For tests. */
int mozc_read(const char *answer, size_t len, int at, bool first, struct input_result *result);

/* candidates.c */
/* Adds a word when it is fit to be shown (kana, kanji, digits; no Latin, no half width, no pictures) and
 * not there yet. */
void candidates_add(char words[INPUT_CANDIDATES_MAX][INPUT_TEXT_MAX], int *count, const char *word,
    const char *reading);
/* The reading in different ways from what its clauses can be. None when the clauses are not the reading (more
 * of them than there is room for): nothing of what was typed may get lost. */
void candidates_whole(struct input_result *result, const char *reading);

/* table.c: a file of sorted numbers and texts, mapped read-only. */
struct table {
    const uint8_t *bytes;
    size_t len;
    const uint32_t *rows; /* row_count x row_words, sorted by the first word */
    size_t row_count;
    const uint32_t *places; /* place_count x 2: offsets of name and reading */
    size_t place_count;
    const char *text;
    size_t text_len;
};
enum { TABLE_MAGIC_LEN = 8, TABLE_HEADER_WORDS = 4 };
extern const char table_postal_magic[TABLE_MAGIC_LEN + 1];
extern const char table_variants_magic[TABLE_MAGIC_LEN + 1];
int table_open(const char *path, const char *magic, size_t row_words, struct table *ret_table);
/* The same over bytes (for the fuzz target); they must be aligned for uint32_t. KERR_INVALID. */
int table_read(
    const void *bytes, size_t len, const char *magic, size_t row_words, struct table *ret_table);
void table_close(struct table *table);
/* The first row with this key, or row_count. */
size_t table_find(const struct table *table, size_t row_words, uint32_t key);
/* The text at an offset; "" outside. */
const char *table_text(const struct table *table, uint32_t offset);

#endif
