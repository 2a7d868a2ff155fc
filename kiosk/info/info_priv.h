/* info/info_priv.h - what the files of this room share: the loaded form, tables of tab-separated words, and
 * how mistakes are told. */
#ifndef INFO_INFO_PRIV_H
#define INFO_INFO_PRIV_H

#include "base/attr.h"
#include "info.h"

enum {
    FILE_MAX = 512 * 1024,
    WORDS_MAX = 2000, /* bytes of one text */
    COLUMNS_MAX = 24,
    CLOSED_MAX = 60,
    KINDS_MAX = COLUMNS_MAX - 3
};

/* load.c: the state of one load. */
struct info_load {
    struct info *info;
    const struct procedure_set *services;
    procedure_report *report;
    void *ctx;
    const char *file; /* the one being read; owned by info */
    int mistakes;
};
void info_mistake(struct info_load *load, int line, int column, const char *fmt, ...)
    ATTR_PRINTF(4, 5);
/* A copy that lives as long as the info. */
const char *info_keep(struct info *info, const char *text, size_t len);
/* Registers a source string for the catalogs. source lives as long as the info. */
struct procedure_words info_words(struct info_load *load, int line, const char *source,
    const char *context_fmt, ...) ATTR_PRINTF(4, 5);
bool info_id_ok(const char *text);
bool info_day_ok(const char *text, int64_t *ret_days); /* YYYY-MM-DD that exists */
/* The next line of a text without its end, NULL behind the last: *at moves behind it. Writes into the text. */
char *info_line(char **at);

/* page.c */
void info_read_pages(struct info_load *load, const char *folder);
/* A page's text into an entry that has its id; data is written into. */
struct info_entry;
void info_parse_page(struct info_load *load, struct info_entry *entry, struct buf *data);
/* After everything is read: links that lead nowhere. */
void info_check_pages(struct info_load *load);

/* table.c: lines of words with a tab between; the first line names the columns. */
struct info_row {
    int line;
    const char *cells[COLUMNS_MAX]; /* "" when empty; live as long as the info */
};
struct info_table {
    size_t column_count, count;
    const char *columns[COLUMNS_MAX];
    struct info_row *rows; /* owned */
};
/* columns: the names that must stand first, in this order; more: others may follow. Mistakes are reported. data is
 * written into; its texts are kept. */
void info_parse_table(struct info_load *load, struct buf *data, const char *const *columns,
    size_t count, bool more, struct info_table *ret_table);
/* The same of a file; an absent one is an empty table. */
void info_read_table(struct info_load *load, const char *folder, const char *name,
    const char *const *columns, size_t count, bool more, struct info_table *ret_table);
void info_table_release(struct info_table *table);

void info_read_waste(struct info_load *load, const char *folder);
void info_read_phrases(struct info_load *load, const char *folder);

struct info_chunk;
struct info_entry { /* a page and where it came from */
    struct info_page page;
    struct info_block *blocks; /* owned */
    int *lines; /* of its blocks; owned */
    const char *file;
};
struct info_source {
    struct procedure_words words;
    const char *file;
    int line;
};
struct info {
    struct info_chunk *chunks; /* texts */
    struct info_source *sources;
    size_t source_count, source_cap;
    struct info_entry *pages; /* sorted by id once all are read */
    size_t page_count, page_cap;
    struct info_kind *kinds;
    struct info_district *districts;
    struct info_days *days; /* district by district */
    struct info_thing *things;
    struct info_group *groups;
    struct info_phrase *phrases;
    size_t kind_count, district_count, thing_count, group_count, phrase_count;
    int64_t closed[CLOSED_MAX];
    size_t closed_count;
};

#endif
