/* info/search.c - full-text search in memory by SQLite's FTS5 with its trigram tokenizer, which needs no words between
 * spaces: Japanese, Thai and Burmese are found as they are written. A trigram has three letters; shorter terms
 * are looked for letter by letter in the same rows (a city's pages are a few hundred kilobytes). Japanese is
 * found by its kana too: the readings come from the furigana of easy Japanese. What a visitor looks for is bound
 * to a statement and freed with it (kiosk/decisions/0021-search-in-memory.md). */
#include "info_priv.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/utf8.h"

enum {
    LANGUAGES_MAX = 32,
    TEXT_MAX = 256 * 1024, /* of one page */
    TERMS_MAX = 8,
    PARTS_MAX = 24,
    GRAM = 3, /* letters of a trigram */
    SQL_MAX = 8192
};

struct info_search {
    const struct info *info;
    const struct procedure_set *services;
    sqlite3 *db;
    char languages[LANGUAGES_MAX][I18N_CODE_MAX]; /* that have an index: table t0, t1 ... */
    size_t language_count;
};

/* Easy Japanese is found by the same index as Japanese. */
static const char *
index_code(const struct i18n *i18n)
{
    const struct i18n_language *language = i18n_current(i18n);
    return strcmp(language->tag, "ja") == 0 ? "ja" : language->code;
}

int
info_search_new(
    const struct info *info, const struct procedure_set *services, struct info_search **ret_search)
{
    struct info_search *search = xcalloc(1, sizeof(*search));
    search->info = info;
    search->services = services;
    int r = sqlite3_open_v2(":memory:", &search->db,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY, NULL);
    if (r == SQLITE_OK) {
        r = sqlite3_exec(search->db, "CREATE VIRTUAL TABLE probe USING fts5(a, tokenize='trigram')",
            NULL, NULL, NULL);
    }
    if (r != SQLITE_OK) {
        info_search_free(search);
        return KERR_STORE;
    }
    *ret_search = search;
    return 0;
}

void
info_search_free(struct info_search *search)
{
    if (search != NULL) {
        (void)sqlite3_close(search->db); /* every statement is finalised where it is made */
        free(search);
    }
}

/* ---- the index of a language ---- */

/* What is known of one document, in three tongues: the language's own, Japanese, and how Japanese is read. */
struct document {
    struct buf title, body;
};

struct filling {
    struct info_search *search;
    struct i18n *i18n;
    char code[I18N_CODE_MAX]; /* the language that the visitor reads */
    bool japanese;
    sqlite3_stmt *insert;
    struct document document;
    int error;
};

static void
add_folded(struct buf *out, const char *text, bool reading)
{
    AUTO_BUF plain;
    buf_init(&plain, WORDS_MAX * 2);
    info_plain(text, reading, &plain);
    (void)i18n_fold(out, buf_str(&plain)); /* errors stick in out; other texts are ours and whole */
    (void)buf_add_byte(out, '\n');
}

/* A text as it may be looked for: in the visitor's language, in Japanese, and by its kana. */
static void
add_words(struct filling *filling, struct buf *out, const struct procedure_words *words)
{
    if (words->source == NULL) {
        return;
    }
    if (words->context == NULL) { /* a name that is the same in every language */
        add_folded(out, words->source, false);
        return;
    }
    if (!filling->japanese) {
        add_folded(out, i18n_content(filling->i18n, words->context, words->source), false);
        add_folded(out, words->source, false);
        return;
    }
    add_folded(out, words->source, false);
    (void)i18n_use(filling->i18n, "ja-easy"); /* not there: Japanese stays, and is found as it is */
    const char *easy = i18n_content(filling->i18n, words->context, words->source);
    add_folded(out, easy, false);
    add_folded(out, easy, true);
    (void)i18n_use(filling->i18n, filling->code); /* it was in use */
}

/* Of two that are as good, a service or a page comes before one of many things or phrases. */
static int
rank_of(const char *kind)
{
    static const char *const kinds[] = {"service", "page", "map", "thing", "phrase"};
    int rank = 0;
    while (rank < (int)ARRAY_LEN(kinds) && strcmp(kinds[rank], kind) != 0) {
        rank++;
    }
    return rank;
}

static void
put(struct filling *filling, const char *kind, const char *id, const char *until)
{
    char target[INFO_TARGET_MAX];
    struct document *document = &filling->document;
    (void)snprintf(target, sizeof(target), "%s:%s", kind, id);
    sqlite3_stmt *insert = filling->insert;
    bool ok = buf_error(&document->title) == 0 && buf_error(&document->body) == 0;
    ok = ok &&
         sqlite3_bind_text(insert, 1, buf_str(&document->title), -1, SQLITE_TRANSIENT) == SQLITE_OK;
    ok = ok &&
         sqlite3_bind_text(insert, 2, buf_str(&document->body), -1, SQLITE_TRANSIENT) == SQLITE_OK;
    ok = ok && sqlite3_bind_text(insert, 3, target, -1, SQLITE_TRANSIENT) == SQLITE_OK;
    ok = ok && sqlite3_bind_text(insert, 4, until, -1, SQLITE_TRANSIENT) == SQLITE_OK;
    ok = ok && sqlite3_bind_int(insert, 5, rank_of(kind)) == SQLITE_OK;
    ok = ok && sqlite3_step(insert) == SQLITE_DONE;
    (void)sqlite3_reset(insert); /* repeats what step answered */
    filling->error = ok ? filling->error : KERR_STORE;
    buf_clear(&document->title);
    buf_clear(&document->body);
}

static void
fill_pages(struct filling *filling)
{
    const struct info *info = filling->search->info;
    for (size_t i = 0; i < info_page_count(info); i++) {
        const struct info_page *page = info_page_at(info, i);
        add_words(filling, &filling->document.title, &page->title);
        add_words(filling, &filling->document.body, &page->about);
        for (size_t k = 0; k < page->block_count; k++) {
            add_words(filling, &filling->document.body, &page->blocks[k].words);
            add_words(filling, &filling->document.body, &page->blocks[k].more);
        }
        put(filling, "page", page->id, page->valid_until != NULL ? page->valid_until : "");
    }
}

/* Does it stand at a door? A city without doors offers everything that isn't hidden. */
static bool
offered(const struct procedure_set *services, const struct procedure_info *service)
{
    size_t doors = procedure_door_count(services);
    for (size_t i = 0; i < doors; i++) {
        struct procedure_door door = procedure_door_at(services, i);
        for (size_t k = 0; k < door.hold_count; k++) {
            if (!door.holds[k].page && strcmp(door.holds[k].id, service->id) == 0) {
                return true;
            }
        }
    }
    return doors == 0 && !service->hidden;
}

static void
fill_rest(struct filling *filling)
{
    const struct info *info = filling->search->info;
    struct document *document = &filling->document;
    const struct procedure_set *services = filling->search->services;
    for (size_t i = 0; services != NULL && i < procedure_count(services); i++) {
        struct procedure_info service = procedure_info(procedure_at(services, i));
        if (!offered(services, &service)) {
            continue;
        }
        add_words(filling, &document->title, &service.title);
        add_words(filling, &document->body, &service.about);
        put(filling, "service", service.id, service.until != NULL ? service.until : "");
    }
    for (size_t i = 0; i < info_thing_count(info); i++) {
        const struct info_thing *thing = info_thing_at(info, i);
        add_words(filling, &document->title, &thing->name);
        add_folded(&document->title, thing->kana, false);
        add_words(filling, &document->body, &thing->note);
        add_words(filling, &document->body, &info_kind_at(info, thing->kind)->name);
        put(filling, "thing", thing->id, "");
    }
    for (size_t i = 0; i < info_phrase_count(info); i++) {
        const struct info_phrase *phrase = info_phrase_at(info, i);
        add_words(filling, &document->title, &phrase->words);
        add_words(filling, &document->body, &info_group_at(info, phrase->group)->name);
        put(filling, "phrase", phrase->id, "");
    }
}

static void
fill_maps(struct filling *filling)
{
    const struct procedure_set *services = filling->search->services;
    struct document *document = &filling->document;
    for (size_t i = 0; services != NULL && i < procedure_map_count(services); i++) {
        const struct procedure_map *map = procedure_map_at(services, i);
        for (size_t k = 0; k < map->count; k++) {
            char id[INFO_TARGET_MAX];
            (void)snprintf(id, sizeof(id), "%s/%s", map->id, map->places[k].id);
            add_words(filling, &document->title, &map->places[k].name);
            add_words(filling, &document->body, &map->title);
            put(filling, "map", id, "");
        }
    }
}

static int
fill(struct filling *filling, size_t table)
{
    sqlite3 *db = filling->search->db;
    char sql[256];
    (void)snprintf(sql, sizeof(sql),
        "BEGIN; CREATE VIRTUAL TABLE t%zu USING fts5(title, body, target UNINDEXED, until "
        "UNINDEXED, kind UNINDEXED, tokenize='trigram')",
        table);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        return KERR_STORE;
    }
    (void)snprintf(sql, sizeof(sql), "INSERT INTO t%zu VALUES (?1, ?2, ?3, ?4, ?5)", table);
    if (sqlite3_prepare_v2(db, sql, -1, &filling->insert, NULL) != SQLITE_OK) {
        return KERR_STORE;
    }
    fill_pages(filling);
    fill_rest(filling);
    fill_maps(filling);
    (void)sqlite3_finalize(filling->insert); /* repeats what the last step answered */
    return filling->error;
}

int
info_search_prepare(struct info_search *search, struct i18n *i18n)
{
    const char *code = index_code(i18n);
    for (size_t i = 0; i < search->language_count; i++) {
        if (strcmp(search->languages[i], code) == 0) {
            return 0;
        }
    }
    if (search->language_count == LANGUAGES_MAX) {
        return KERR_STORE;
    }
    struct filling filling = {.search = search, .i18n = i18n, .japanese = strcmp(code, "ja") == 0};
    (void)snprintf(filling.code, sizeof(filling.code), "%s", i18n_current(i18n)->code);
    buf_init(&filling.document.title, TEXT_MAX);
    buf_init(&filling.document.body, TEXT_MAX);
    int r = fill(&filling, search->language_count);
    buf_release(&filling.document.title);
    buf_release(&filling.document.body);
    if (sqlite3_exec(search->db, r == 0 ? "COMMIT" : "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK) {
        r = KERR_STORE;
    }
    if (r == 0) {
        (void)snprintf(search->languages[search->language_count++], I18N_CODE_MAX, "%s", code);
    }
    return r;
}

/* ---- looking for something ---- */

struct piece {
    const char *text; /* in the folded query */
    size_t len, letters;
};

/* Terms between spaces. */
static size_t
terms_of(const char *query, struct piece *terms)
{
    size_t count = 0;
    for (const char *at = query; *at != 0 && count < TERMS_MAX;) {
        size_t len = strcspn(at, " ");
        if (len > 0) {
            terms[count++] = (struct piece){at, len, utf8_count(at, len)};
        }
        at += len + (at[len] == ' ' ? 1 : 0);
    }
    return count;
}

/* Letters of a part of a term when the whole is nowhere: two of kana and kanji, four of the scripts of South-East
 * Asia that write without spaces; 0: a word is a word. */
static size_t
part_letters(const struct piece *term)
{
    size_t pos = 0;
    uint32_t first = utf8_next(term->text, term->len, &pos);
    bool south_east = (first >= 0xe00 && first <= 0xeff) || (first >= 0x1000 && first <= 0x109f) ||
                      (first >= 0x1780 && first <= 0x17ff);
    return south_east ? 4 : first >= 0x2e80 ? 2 : 0;
}

static size_t
parts_of(const struct piece *terms, size_t count, struct piece *parts)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        size_t letters = part_letters(&terms[i]);
        if (letters == 0 || terms[i].letters <= letters) {
            if (found < PARTS_MAX) {
                parts[found++] = terms[i];
            }
            continue;
        }
        size_t end = 0;
        for (size_t k = 0; k < letters; k++) {
            (void)utf8_next(terms[i].text, terms[i].len, &end);
        }
        for (size_t from = 0; found < PARTS_MAX;
             (void)utf8_next(terms[i].text, terms[i].len, &from)) {
            parts[found++] = (struct piece){terms[i].text + from, end - from, letters};
            if (utf8_next(terms[i].text, terms[i].len, &end) == 0) {
                break;
            }
        }
    }
    return found;
}

/* "term" "term": each as one phrase of FTS5; its own sign is doubled. */
static void
match_of(const struct piece *terms, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        if (terms[i].letters < GRAM) {
            continue;
        }
        (void)buf_add_byte(out, '"'); /* errors stick in out */
        for (size_t k = 0; k < terms[i].len; k++) {
            if (terms[i].text[k] == '"') {
                (void)buf_add_byte(out, '"');
            }
            (void)buf_add_byte(out, (uint8_t)terms[i].text[k]);
        }
        (void)buf_add_str(out, "\" ");
    }
}

/* Where all terms stand: those in a title first. Parameters 1 scope, 2 day, 3 match, 10... terms. */
static void
whole_sql(struct buf *sql, size_t table, const struct piece *terms, size_t count, bool match)
{
    (void)buf_printf(sql,
        "SELECT target FROM t%zu WHERE substr(target, 1, length(?1)) = ?1 AND (until = '' OR until "
        ">= ?2)",
        table);
    if (match) {
        (void)buf_printf(sql, " AND t%zu MATCH ?3", table);
    }
    for (size_t i = 0; i < count; i++) {
        if (terms[i].letters < GRAM) {
            (void)buf_printf(
                sql, " AND (instr(title, ?%zu) > 0 OR instr(body, ?%zu) > 0)", 10 + i, 10 + i);
        }
    }
    (void)buf_add_str(sql, " ORDER BY (instr(title, ?10) > 0) DESC, kind");
    if (match) {
        (void)buf_printf(sql, ", bm25(t%zu, 10.0, 1.0)", table);
    }
    (void)buf_printf(sql, ", length(title) LIMIT %d", INFO_HITS_MAX);
}

/* Where at least a third of the parts stand: the most parts first. */
static void
parts_sql(struct buf *sql, size_t table, size_t count)
{
    (void)buf_add_str(sql, "SELECT target FROM (SELECT target, kind, length(title) AS size, 0");
    for (size_t i = 0; i < count; i++) {
        (void)buf_printf(sql, "+(instr(title,?%zu)>0)", 10 + i);
    }
    (void)buf_add_str(sql, " AS named, 0");
    for (size_t i = 0; i < count; i++) {
        (void)buf_printf(sql, "+(instr(title,?%zu)>0 OR instr(body,?%zu)>0)", 10 + i, 10 + i);
    }
    (void)buf_printf(sql,
        " AS found FROM t%zu WHERE substr(target, 1, length(?1)) = ?1 AND (until = '' OR until >= "
        "?2)) WHERE found * 3 >= %zu AND found > 0 ORDER BY found + named DESC, kind, size LIMIT "
        "%d",
        table, count, INFO_HITS_MAX);
}

struct request {
    const char *scope, *match;
    char day[CLOCK_DAY_LEN];
    const struct piece *pieces;
    size_t piece_count;
};

static int
run(struct info_search *search, const struct buf *sql, const struct request *request,
    struct info_hit *hits, size_t *ret_count)
{
    sqlite3_stmt *statement = NULL;
    if (buf_error(sql) < 0 ||
        sqlite3_prepare_v2(search->db, buf_str(sql), -1, &statement, NULL) != SQLITE_OK) {
        return KERR_STORE;
    }
    bool ok = sqlite3_bind_text(statement, 1, request->scope, -1, SQLITE_TRANSIENT) == SQLITE_OK &&
              sqlite3_bind_text(statement, 2, request->day, -1, SQLITE_TRANSIENT) == SQLITE_OK;
    if (ok && request->match != NULL) {
        ok = sqlite3_bind_text(statement, 3, request->match, -1, SQLITE_TRANSIENT) == SQLITE_OK;
    }
    for (size_t i = 0; ok && i < request->piece_count; i++) {
        int at = sqlite3_bind_parameter_count(statement) < 10 + (int)i ? 0 : 10 + (int)i;
        ok = at == 0 || sqlite3_bind_text(statement, at, request->pieces[i].text,
                            (int)request->pieces[i].len, SQLITE_TRANSIENT) == SQLITE_OK;
    }
    int r = ok ? SQLITE_ROW : SQLITE_ERROR;
    size_t count = 0;
    while (
        r == SQLITE_ROW && (r = sqlite3_step(statement)) == SQLITE_ROW && count < INFO_HITS_MAX) {
        (void)snprintf(hits[count++].target, INFO_TARGET_MAX, "%s",
            (const char *)sqlite3_column_text(statement, 0));
    }
    (void)sqlite3_finalize(statement); /* repeats what the last step answered */
    if (r != SQLITE_DONE) {
        return KERR_STORE;
    }
    *ret_count = count;
    return 0;
}

static int
find(struct info_search *search, size_t table, const char *query, struct request *request,
    struct info_hit *hits, size_t *ret_count)
{
    struct piece terms[TERMS_MAX];
    struct piece parts[PARTS_MAX];
    AUTO_BUF sql;
    buf_init(&sql, SQL_MAX);
    AUTO_BUF match;
    buf_init(&match, 4 * INFO_QUERY_MAX * 2);
    size_t count = terms_of(query, terms);
    size_t found = 0;
    if (count == 0) {
        *ret_count = 0;
        return 0;
    }
    match_of(terms, count, &match);
    request->match = match.len > 0 ? buf_str(&match) : NULL;
    request->pieces = terms;
    request->piece_count = count;
    whole_sql(&sql, table, terms, count, request->match != NULL);
    int r = run(search, &sql, request, hits, &found);
    if (r == 0 && found == 0) { /* nowhere all of it: then much of it */
        request->match = NULL;
        request->pieces = parts;
        request->piece_count = parts_of(terms, count, parts);
        buf_clear(&sql);
        parts_sql(&sql, table, request->piece_count);
        r = run(search, &sql, request, hits, &found);
    }
    request->pieces = NULL; /* they end here */
    request->match = NULL;
    *ret_count = r == 0 ? found : *ret_count;
    return r;
}

int
info_search_find(struct info_search *search, struct i18n *i18n, const char *scope,
    const char *query, int64_t today, struct info_hit hits[INFO_HITS_MAX], size_t *ret_count)
{
    int r = info_search_prepare(search, i18n);
    if (r < 0) {
        return r;
    }
    const char *code = index_code(i18n);
    size_t table = 0;
    while (strcmp(search->languages[table], code) != 0) { /* prepared above */
        table++;
    }
    AUTO_BUF folded;
    buf_init(&folded, 4 * INFO_QUERY_MAX);
    if (strlen(query) > INFO_QUERY_MAX || i18n_fold(&folded, query) < 0) {
        *ret_count = 0;
        return 0; /* nothing has so long a name */
    }
    struct request request = {.scope = scope};
    clock_day_text(today, request.day);
    return find(search, table, buf_str(&folded), &request, hits, ret_count);
}
