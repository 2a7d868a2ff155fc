/* desk/find.c - one box for everything: a number opens its record at once, names, kana and days of birth give a list. What was
 * typed comes in a form's body and stands in the page alone: in no address, no log. Beside an open record stand those of the same
 * visit, and those that look as if somebody had applied twice. */
#include "find_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keep_priv.h"

#include "base/err.h"
#include "base/hex.h"
#include "base/log.h"
#include "seal/seal.h"

enum {
    FOUND_ROWS = 20, /* on a page */
    PAGES_MAX = 500,
    WALK_MOST = 2000, /* records that the index does not know yet, looked at for a number */
    WALK_STOP = 1,
    BESIDE_ROWS = 8,
    CELL_MAX = 64 * 1024
};

/* ---- by number ---- */

struct search {
    const struct desk *desk;
    const char *number;
    unsigned place; /* its place in the queue, as the number tells it (record_number_place) */
    uint64_t until; /* further down the index knows all */
    uint8_t id[LEDGER_ID_LEN];
};

static int
each_candidate(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx)
{
    struct search *search = ctx;
    const char *reason = NULL;
    if (entry->position <= search->until) {
        return KERR_NOT_FOUND;
    }
    if (record_number_place(entry->epoch, entry->sequence) != search->place) {
        return 0;
    }
    struct record *record = desk_open_record(&search->desk->config, entry, envelope, len, &reason);
    bool found = record != NULL && strcmp(record_head(record)->number, search->number) == 0;
    record_free(record);
    if (!found) {
        return 0;
    }
    memcpy(search->id, entry->id, LEDGER_ID_LEN);
    return WALK_STOP;
}

/* The newest record of a number. A record that came this second is not in the index yet, nor is one that the thread has not come to. */
static int
find_number(struct desk *desk, const char number[RECORD_NUMBER_LEN], uint8_t ret_id[LEDGER_ID_LEN])
{
    char digits[5] = {0};
    struct desk_index_state state;
    struct desk_row row;
    struct ledger_entry entry;
    memcpy(digits, number + 3, 4); /* kiosk 3, place 4, check digit 1 */
    desk_index_state(desk->index, &state);
    struct search search = {.desk = desk,
        .number = number,
        .place = (unsigned)desk_query_number(digits, 0),
        .until = state.top};
    int r = ledger_list(desk->ledger, 0, WALK_MOST, each_candidate, &search);
    r = r == 0 ? KERR_NOT_FOUND : r;
    if (r == KERR_NOT_FOUND && desk_index_number(desk->index, number, &row)) {
        memcpy(search.id, row.id, sizeof(search.id));
        r = ledger_get(desk->ledger, row.id, &entry, NULL);
    }
    if (r == KERR_NOT_FOUND && state.left > 0) {
        search.until = 0;
        r = ledger_list(desk->ledger, state.left + 1, WALK_MOST, each_candidate, &search);
        r = r == 0 ? KERR_NOT_FOUND : r;
    }
    if (r >= 0) {
        memcpy(ret_id, search.id, LEDGER_ID_LEN);
    }
    return r < 0 ? r : 0;
}

/* ---- by words ---- */

/* A query out of what was typed: days where a word or the whole is one, the rest are words. */
static void
read_query(const struct desk_kanji *kanji, const char *typed, struct desk_query *query)
{
    AUTO_BUF folded;
    AUTO_BUF rest;
    buf_init(&folded, DESK_FIELD_MAX * 6);
    buf_init(&rest, DESK_FIELD_MAX * 6);
    memset(query, 0, sizeof(*query));
    if (i18n_fold(&folded, typed) < 0) {
        return;
    }
    if (desk_birth_read(buf_str(&folded), &query->births[0])) {
        query->birth_count = 1;
        return;
    }
    for (const char *at = buf_str(&folded); *at != 0;) {
        char word[DESK_FIELD_MAX];
        size_t len = strcspn(at, " ");
        (void)snprintf(word, sizeof(word), "%.*s", (int)len, at);
        bool is_day = query->birth_count < DESK_TERMS &&
                      desk_birth_read(word, &query->births[query->birth_count]);
        query->birth_count += is_day ? 1 : 0;
        (void)(is_day ? 0 : buf_printf(&rest, "%s ", word)); /* sticky; a word less finds more */
        at += len + (at[len] == ' ' ? 1 : 0);
        explicit_bzero(word, sizeof(word));
    }
    desk_terms_of_words(kanji, buf_str(&rest), &query->words);
}

/* As much of a record's head as the index knows. */
static struct record_head
head_of(const struct desk_row *row)
{
    struct record_head head = {.submitted_at = row->submitted_at};
    memcpy(head.number, row->number, sizeof(row->number));
    memcpy(head.procedure, row->procedure, sizeof(row->procedure));
    memcpy(head.language, row->language, sizeof(row->language));
    return head;
}

bool
desk_find_head(struct desk *desk, const struct ledger_entry *entry, struct record_head *ret_head)
{
    struct desk_row row;
    if (desk->index == NULL || !desk_index_at(desk->index, entry->position, &row) ||
        memcmp(&row.hash, entry->hash, sizeof(row.hash)) != 0) {
        return false;
    }
    *ret_head = head_of(&row);
    return true;
}

static const char *
title_of(const struct desk *desk, const char *procedure)
{
    const struct procedure *known = procedure_find(desk->config.procedures, procedure);
    return known != NULL ? procedure_info(known).title.source : procedure;
}

static void
add_number(const struct desk *desk, struct buf *out, const char *number)
{
    (void)(number != NULL ? i18n_receipt_number(out, number)
                          : buf_add_str(out, desk_word(desk->assets, "number.unread")));
}

/* Who it is: the one who applied, and for whom. */
static void
add_person(struct desk *desk, const struct buf *shown, struct buf *name, struct buf *birth)
{
    const char *before = "";
    const char *at = buf_str(shown);
    const char *end = at + shown->len;
    while (at < end) {
        const char *value = at;
        const char *day = value + strlen(value) + 1;
        at = day + strlen(day) + 1;
        if (strcmp(value, before) == 0) {
            continue;
        }
        DESK_PART(
            desk->assets, name, *before == 0 ? "found-name" : "found-for", FILL("name", value));
        if (*day != 0) {
            (void)buf_add_str(birth, birth->len > 0 ? "、" : ""); /* errors are sticky */
            (void)i18n_date(desk->config.words, birth, day);
        }
        before = value;
    }
}

struct found {
    struct desk *desk;
    const struct desk_view *view;
    uint64_t position;
    struct buf rows;
    size_t count;
};

/* What is shown of a record: as the index has it of these very bytes, else the record is opened. False: nobody can read it. */
static bool
read_shown(struct desk *desk, const struct ledger_entry *entry, const uint8_t *envelope, size_t len,
    struct record_head *ret_head, struct buf *ret_shown)
{
    uint8_t hash[SEAL_HASH_LEN];
    struct desk_row row;
    seal_hash(envelope, len, hash);
    if (memcmp(hash, entry->hash, sizeof(hash)) == 0 &&
        desk_index_shown(desk->index, entry, &row, ret_shown)) {
        *ret_head = head_of(&row);
        return true;
    }
    const char *reason = NULL;
    struct record *record = desk_open_record(&desk->config, entry, envelope, len, &reason);
    if (record == NULL) {
        return false;
    }
    *ret_head = *record_head(record);
    buf_clear(ret_shown);
    desk_shown_of(record, ret_shown);
    record_free(record);
    return true;
}

/* ledger_list's each, for one position. */
static int
each_found(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx)
{
    struct found *found = ctx;
    struct desk *desk = found->desk;
    struct record_head head;
    char id[DESK_ID_LEN];
    AUTO_BUF number;
    AUTO_BUF shown;
    AUTO_BUF name;
    AUTO_BUF birth;
    AUTO_BUF when;
    AUTO_BUF state;
    if (entry->position != found->position) {
        return 0; /* it went meanwhile */
    }
    buf_init(&number, 64);
    buf_init(&shown, CELL_MAX);
    buf_init(&name, CELL_MAX);
    buf_init(&birth, CELL_MAX);
    buf_init(&when, 512);
    buf_init(&state, 512);
    bool is_read = read_shown(desk, entry, envelope, len, &head, &shown);
    hex_encode(entry->id, LEDGER_ID_LEN, id);
    add_number(desk, &number, is_read ? head.number : NULL);
    add_person(desk, &shown, &name, &birth);
    desk_when(desk, &when, false, entry->received_at);
    desk_state_mark(desk, &state, is_read ? entry->state : "unread");
    DESK_PART(desk->assets, &found->rows, "found-row", FILL("id", id),
        FILL("show", desk_show_name(found->view->show)), FILL("number", buf_str(&number)),
        FILL("title",
            is_read ? title_of(desk, head.procedure) : desk_word(desk->assets, "title.unread")),
        FILL_HTML("name", &name), FILL("birth", buf_str(&birth)), FILL_HTML("when", &when),
        FILL_HTML("state", &state));
    found->count++;
    return 0;
}

/* How far the index is, when it isn't all. */
static int
add_state(struct desk *desk, struct buf *out)
{
    struct desk_index_state state;
    uint64_t newest = 0;
    uint64_t changes = 0;
    char left[24];
    int r = ledger_newest(desk->ledger, &newest, &changes);
    desk_index_state(desk->index, &state);
    uint64_t behind = state.left + (newest > state.top ? newest - state.top : 0);
    (void)snprintf(left, sizeof(left), "%" PRIu64, behind);
    if (state.full) {
        DESK_PART(desk->assets, out, "found-full", FILL("left", left));
    } else if (behind > 0) {
        DESK_PART(desk->assets, out, "found-behind", FILL("left", left));
    }
    return r;
}

/* A button to a further page of the same search. */
static void
add_turn(const struct desk_ask *ask, struct buf *out, const char *part, const char *typed,
    size_t page, size_t left)
{
    char page_text[24], left_text[24];
    (void)snprintf(page_text, sizeof(page_text), "%zu", page);
    (void)snprintf(left_text, sizeof(left_text), "%zu", left);
    AUTO_BUF button;
    buf_init(&button, 1024);
    DESK_PART(ask->desk->assets, &button, part, FILL("left", left_text));
    DESK_PART(ask->desk->assets, out, "found-turn", FILL("token", ask->form_token),
        FILL("show", desk_show_name(ask->view.show)), FILL("typed", typed), FILL("page", page_text),
        FILL_HTML("button", &button));
}

static int
found_html(struct desk_ask *ask, const struct desk_hits *hits, const char *typed, size_t page,
    struct buf *out)
{
    struct desk *desk = ask->desk;
    struct found found = {.desk = desk, .view = &ask->view};
    char count[24];
    AUTO_BUF state;
    AUTO_BUF turns;
    buf_init(&state, 1024);
    buf_init(&turns, 16 * 1024);
    buf_init(&found.rows, DESK_PAGE_MAX);
    int r = 0;
    for (size_t i = 0; r == 0 && i < hits->shown && i < FOUND_ROWS; i++) {
        found.position = hits->positions[i];
        r = ledger_list(desk->ledger, found.position + 1, 1, each_found, &found);
    }
    r = r == 0 ? add_state(desk, &state) : r;
    size_t end = (page + 1) * FOUND_ROWS;
    if (page > 0) {
        add_turn(ask, &turns, "found-before", typed, page - 1, 0);
    }
    if (hits->count > end && page + 1 < PAGES_MAX) {
        add_turn(ask, &turns, "found-more", typed, page + 1, hits->count - end);
    }
    (void)snprintf(count, sizeof(count), "%zu", hits->count);
    if (r == 0) {
        DESK_PART(desk->assets, out, hits->count > 0 ? "found" : "found-none", FILL("count", count),
            FILL_HTML("state", &state), FILL_HTML("rows", &found.rows), FILL_HTML("turns", &turns));
    }
    buf_release(&found.rows);
    return r;
}

/* Digits and what may stand between them: then a number was meant. */
static bool
is_number_like(const char *typed)
{
    AUTO_BUF folded;
    buf_init(&folded, DESK_FIELD_MAX * 6);
    return i18n_fold(&folded, typed) == 0 && strspn(buf_str(&folded), "0123456789 -") == folded.len;
}

static void
post_words(struct desk_ask *ask, const char *typed)
{
    struct desk *desk = ask->desk;
    struct desk_query query;
    struct desk_hits hits;
    AUTO_BUF page_text;
    AUTO_BUF sheet;
    buf_init(&page_text, DESK_FIELD_MAX);
    buf_init(&sheet, DESK_PAGE_MAX);
    read_query(desk_index_kanji(desk->index), typed, &query);
    if (query.birth_count == 0 && (query.words.count == 0 || is_number_like(typed))) {
        desk_work_page(ask, query.words.count == 0 ? "search.empty" : "search.no-number");
        return;
    }
    bool has_page = desk_ask_field(ask, "page", &page_text);
    size_t page = (size_t)desk_query_number(has_page ? buf_str(&page_text) : NULL, 0);
    page = page < PAGES_MAX ? page : PAGES_MAX - 1;
    desk_index_find(desk->index, &query, page * FOUND_ROWS, &hits);
    explicit_bzero(&query, sizeof(query));
    int r = found_html(ask, &hits, typed, page, &sheet);
    if (r < 0) {
        desk_reply_error(ask, r);
        return;
    }
    desk_work_page_of(ask, &sheet);
}

void
desk_post_search(struct desk_ask *ask)
{
    char number[RECORD_NUMBER_LEN];
    AUTO_BUF typed;
    buf_init(&typed, DESK_FIELD_MAX);
    if (!desk_ask_field(ask, "number", &typed)) {
        desk_work_page(ask, "search.empty");
        return;
    }
    bool is_number = desk_number_read(buf_str(&typed), number);
    int r = is_number ? find_number(ask->desk, number, ask->id) : KERR_NOT_FOUND;
    struct desk_birth birth;
    if (r == 0) {
        hex_encode(ask->id, sizeof(ask->id), ask->view.open);
        desk_reply_view(ask);
    } else if (r != KERR_NOT_FOUND) {
        desk_reply_error(ask, r);
    } else if (is_number && !desk_birth_read(buf_str(&typed), &birth)) {
        struct desk_index_state state;
        if (desk_reply_gone_number(ask, number)) {
            return;
        }
        desk_index_state(ask->desk->index, &state);
        desk_work_page(ask, state.left > 0 ? "search.not-yet" : "search.absent");
    } else {
        post_words(ask, buf_str(&typed));
    }
}

/* ---- beside a record ---- */

static int
add_beside(struct desk *desk, const struct desk_view *view, const struct desk_hits *hits,
    const char *part, struct buf *out)
{
    AUTO_BUF rows;
    char more[24];
    buf_init(&rows, CELL_MAX);
    size_t shown = 0;
    for (size_t i = 0; i < hits->shown && shown < BESIDE_ROWS; i++) {
        struct desk_row row;
        struct ledger_entry entry;
        char id[DESK_ID_LEN];
        AUTO_BUF number;
        AUTO_BUF when;
        AUTO_BUF state;
        int r = desk_index_at(desk->index, hits->positions[i], &row)
                    ? ledger_get(desk->ledger, row.id, &entry, NULL)
                    : KERR_NOT_FOUND;
        if (r == KERR_NOT_FOUND) {
            continue; /* it went meanwhile */
        }
        if (r < 0) {
            return r;
        }
        buf_init(&number, 64);
        buf_init(&when, 512);
        buf_init(&state, 512);
        hex_encode(row.id, LEDGER_ID_LEN, id);
        add_number(desk, &number, row.number);
        desk_when(desk, &when, false, entry.received_at);
        desk_state_mark(desk, &state, entry.state);
        DESK_PART(desk->assets, &rows, "beside-row", FILL("id", id),
            FILL("show", desk_show_name(view->show)), FILL("number", buf_str(&number)),
            FILL("title", title_of(desk, row.procedure)), FILL_HTML("when", &when),
            FILL_HTML("state", &state));
        shown++;
    }
    (void)snprintf(more, sizeof(more), "%zu", hits->count);
    if (shown > 0) {
        DESK_PART(desk->assets, out, part, FILL_HTML("rows", &rows), FILL("count", more));
    }
    return 0;
}

int
desk_beside_html(struct desk *desk, const struct desk_view *view, const struct ledger_entry *entry,
    const struct record *record, struct buf *out)
{
    struct desk_row row;
    struct desk_row_terms terms;
    struct desk_hits visit, twins;
    if (desk->index == NULL) {
        return 0;
    }
    desk_row_terms_init(&terms);
    desk_row_of(desk_index_kanji(desk->index), entry, record, &row, &terms);
    desk_row_terms_release(&terms);
    desk_index_beside(desk->index, &row, &visit, &twins);
    int r = add_beside(desk, view, &visit, "beside-visit", out);
    return r == 0 ? add_beside(desk, view, &twins, "beside-twins", out) : r;
}
