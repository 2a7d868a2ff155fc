/* info/info.h - what people come to read: information pages (a small Markdown), the waste calendar of each
 * district and where each thing goes, phrases for an emergency, and a search over all of it and the services.
 * Formats: assets/README.md. All words are Japanese with a context for the catalogs (procedure_words).
 *
 * Threads: a loaded info is immutable and may be read from any thread; a search, like i18n, belongs to one. */
#ifndef INFO_INFO_H
#define INFO_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "i18n/i18n.h"
#include "procedure/procedure.h"

struct info;

/* Bounds of our own. */
enum {
    INFO_ID_MAX = 40, /* bytes of an id */
    INFO_TARGET_MAX = 96, /* bytes of a target, see below, NUL included */
    INFO_PAGES_MAX = 2000,
    INFO_BLOCKS_MAX = 400, /* of one page */
    INFO_ROWS_MAX = 4000, /* of one table of ours */
    INFO_RULES_MAX = 8 /* collection days of one kind in one district */
};

/* Reads assets/pages, assets/city/waste and assets/phrases; a folder that is not there is empty. services, when
 * not NULL, must know every service that a page leads to. Every mistake is reported (report may be NULL); an
 * info with any mistake is not given: KERR_PROCEDURE_FILE. */
int info_load(const char *assets, const struct procedure_set *services, procedure_report *report,
    void *ctx, struct info **ret_info);
void info_free(struct info *info);
/* Every source string, in file order. */
void info_words_each(const struct info *info, procedure_each_words *each, void *ctx);

/* ---- targets: where a link, a hit or a door leads ----
 *   page:ID  service:ID  waste:days  waste:days/DISTRICT  waste:things  thing:ID
 *   phrases:  phrases:GROUP  phrase:ID  search:  map:ID  map:ID/PLACE  notices:
 *   fees:  (in a page: not a way, the list of what services cost stands there) */

/* ---- pages ---- */

enum info_block_kind {
    INFO_HEADING,
    INFO_PARAGRAPH,
    INFO_ITEM, /* of a list */
    INFO_STEP, /* of a numbered list: number */
    INFO_ROW, /* of a table of two columns: words and more */
    INFO_PICTURE, /* a pictogram: target is its name */
    INFO_LINK /* words lead to target */
};
struct info_block {
    enum info_block_kind kind;
    bool bold; /* PARAGRAPH, ITEM; ROW: the table's head */
    int number;
    struct procedure_words words, more;
    const char *target;
};
/* Plain value; points into the info. */
struct info_page {
    const char *id;
    struct procedure_words title;
    struct procedure_words about; /* one sentence; source NULL: none */
    const char *picture; /* pictogram */
    const char *valid_until; /* YYYY-MM-DD, the last day; NULL: no end */
    const char *source; /* where its facts come from; not shown */
    const char *url; /* more of it on the visitor's own device; NULL: none */
    size_t block_count;
    const struct info_block *blocks;
};
size_t info_page_count(const struct info *info);
const struct info_page *info_page_at(const struct info *info, size_t index); /* sorted by id */
const struct info_page *info_page_find(const struct info *info, const char *id); /* or NULL */
/* Is the page past its last day? today: days since 1970. */
bool info_page_over(const struct info_page *page, int64_t today);

/* ---- waste ---- */

struct info_kind { /* of waste */
    const char *id, *picture;
    struct procedure_words name, how;
};
struct info_district {
    const char *id;
    struct procedure_words name;
};
struct info_thing {
    const char *id;
    const char *kana; /* how its name is read: what it is sorted and found by */
    struct procedure_words name, note; /* note.source NULL: none */
    size_t kind; /* index */
};
size_t info_kind_count(const struct info *info);
const struct info_kind *info_kind_at(const struct info *info, size_t index);
size_t info_district_count(const struct info *info);
const struct info_district *info_district_at(const struct info *info, size_t index);
const struct info_district *info_district_find(const struct info *info, const char *id);
size_t info_thing_count(const struct info *info);
const struct info_thing *info_thing_at(const struct info *info, size_t index);
const struct info_thing *info_thing_find(const struct info *info, const char *id);

/* Days on which a kind is collected in a district. */
struct info_rule {
    int weekday; /* 0 Sunday .. 6 Saturday */
    int nth; /* 1..5: the nth of the month; 0: every week */
};
struct info_days {
    bool asked; /* collected when one asks for it by telephone */
    size_t count; /* 0 and not asked: not collected */
    struct info_rule rules[INFO_RULES_MAX];
};
const struct info_days *info_days(const struct info *info, size_t district, size_t kind);
size_t info_district_index(const struct info *info, const struct info_district *district);
/* The first day of collection from this one on (days since 1970), closed days left out; false when there is
 * none within 70 days. */
bool info_next_day(
    const struct info *info, const struct info_days *days, int64_t from, int64_t *ret_day);
/* 0 Sunday .. 6 Saturday. */
int info_weekday(int64_t day);

/* ---- phrases for an emergency ---- */

struct info_group {
    const char *id, *picture;
    struct procedure_words name;
};
struct info_phrase {
    const char *id, *picture;
    struct procedure_words words;
    size_t group; /* index */
};
size_t info_group_count(const struct info *info);
const struct info_group *info_group_at(const struct info *info, size_t index);
size_t info_phrase_count(const struct info *info);
const struct info_phrase *info_phrase_at(const struct info *info, size_t index);
const struct info_phrase *info_phrase_find(const struct info *info, const char *id);

/* ---- words without marks ---- */

/* Text with {漢字|かんじ} as its kanji (reading false) or its kana (true). Appended; errors stick in out. */
void info_plain(const char *text, bool reading, struct buf *out);

/* ---- search: over services, pages, things and phrases, in one language at a time ---- */

struct info_search;
enum { INFO_HITS_MAX = 60, INFO_QUERY_MAX = 240 /* bytes */ };
struct info_hit {
    char target[INFO_TARGET_MAX];
};
/* Starts empty: an index lives in memory, one a language, made when it is first searched. Borrows info
 * and services. KERR_STORE when SQLite has no full-text search. */
int info_search_new(
    const struct info *info, const struct procedure_set *services, struct info_search **ret_search);
void info_search_free(struct info_search *search);
/* Makes the index of the current language, unless it is there. KERR_STORE. */
int info_search_prepare(struct info_search *search, struct i18n *i18n);
/* The best hits first, at most INFO_HITS_MAX. scope: "" for all, or the beginning of a target ("thing:"). Pages that
 * are over on that day (days since 1970) are left out. Words of the query are not kept. KERR_STORE; an empty
 * query has no hits. */
int info_search_find(struct info_search *search, struct i18n *i18n, const char *scope,
    const char *query, int64_t today, struct info_hit hits[INFO_HITS_MAX], size_t *ret_count);

#endif
