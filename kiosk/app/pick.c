/* app/pick.c - one entry of a long list: a few are shown at once, more are found by some letters of the name or its
 * reading, then chosen among large rows. Nothing scrolls. What is sought stands in the field, what is chosen in
 * struct writing. */
#include "app_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum {
    SHOWN_AT_ONCE = 12, /* so many entries need no search */
    ROW_H = 230,
    COUNT_TEXT = 24,
    DETAIL_MAX = 1024
};

/* Entries that fit what is sought, those that begin with it first. */
struct hits {
    const struct question *question;
    const struct procedure_entry *entries[PAGE_ITEMS_MAX];
    size_t count; /* of entries */
    size_t all; /* how many there are */
};

static bool
in_scope(const struct question *question, const struct procedure_entry *entry)
{
    return !question->within ||
           (entry->within != NULL && strcmp(entry->within, question->within_value) == 0);
}

static enum find
fits(struct app *app, const struct procedure_entry *entry, const char *sought)
{
    enum find own = find_in(entry->name.source, entry->kana, sought);
    if (own == FIND_BEGINS || entry->name.context == NULL) {
        return own;
    }
    enum find translated = find_in(words(app, &entry->name), NULL, sought);
    return translated > own ? translated : own;
}

static void
gather(struct app *app, const struct question *question, const char *sought, struct hits *ret)
{
    *ret = (struct hits){.question = question};
    for (enum find want = FIND_BEGINS; want > FIND_NOT; want--) {
        for (size_t i = 0; i < question->list->count; i++) {
            const struct procedure_entry *entry = &question->list->entries[i];
            if (!in_scope(question, entry) || fits(app, entry, sought) != want) {
                continue;
            }
            if (ret->count < ARRAY_LEN(ret->entries)) {
                ret->entries[ret->count++] = entry;
            }
            ret->all++;
        }
    }
}

static size_t
scope_size(const struct question *question)
{
    size_t count = 0;
    for (size_t i = 0; i < question->list->count; i++) {
        count += in_scope(question, &question->list->entries[i]);
    }
    return count;
}

static bool
searched(const struct question *question)
{
    return scope_size(question) > SHOWN_AT_ONCE;
}

/* The kept answer is what is sought and chosen. */
static void
pick_begin(struct app *app, const struct question *question)
{
    const struct procedure_entry *entry = procedure_entry(question->list, app->visit.field);
    field_clear(app);
    keyboard_begin(app, question);
    struct writing *writing = &app->visit.writing;
    writing->face = searched(question) ? WRITING_KEYS : WRITING_HITS;
    if (entry == NULL) {
        return;
    }
    (void)snprintf(writing->entry, sizeof(writing->entry), "%s", entry->id);
    if (searched(question)) {
        field_put(app, entry->kana != NULL ? entry->kana : entry->name.source);
        writing->face = WRITING_HITS;
    }
}

/* How a proper name is read; a translated one needs no reading. */
static void
add_reading(struct app *app, const struct procedure_entry *entry, struct buf *out)
{
    char latin[FIND_LATIN_MAX];
    if (entry->kana == NULL || entry->name.context != NULL) {
        return;
    }
    if (strcmp(i18n_current(app->i18n)->tag, "ja") == 0) {
        (void)buf_add_str(out, entry->kana);
        return;
    }
    find_latin(entry->kana, latin);
    latin[0] = latin[0] >= 'a' && latin[0] <= 'z' ? (char)(latin[0] - 'a' + 'A') : latin[0];
    (void)buf_add_str(out, latin);
}

/* The entry to which this one belongs, where that isn't asked by itself. */
static const struct procedure_entry *
above(const struct question *question, const struct procedure_entry *entry)
{
    return question->list->above != NULL && !question->within
               ? procedure_entry(question->list->above, entry->within)
               : NULL;
}

void
pick_words(struct app *app, const struct question *question, const char *value, struct buf *out)
{
    const struct procedure_entry *entry = procedure_entry(question->list, value);
    const struct procedure_entry *over = entry != NULL ? above(question, entry) : NULL;
    if (over != NULL) {
        (void)buf_printf(out, "%s　", words(app, &over->name));
    }
    (void)buf_add_str(out, entry != NULL ? words(app, &entry->name) : value);
}

/* The second line: what the list says, else to what it belongs where that isn't asked, and how it is read. */
static void
add_detail(struct app *app, const struct question *question, const struct procedure_entry *entry,
    struct buf *out)
{
    if (entry->detail.source != NULL) {
        (void)buf_add_str(out, words(app, &entry->detail));
        return;
    }
    const struct procedure_entry *over = above(question, entry);
    if (over != NULL) {
        (void)buf_printf(out, "%s　", words(app, &over->name));
    }
    add_reading(app, entry, out);
}

static struct ui_element
row_of(struct app *app, const struct hits *hits, size_t index, struct buf *detail)
{
    const struct procedure_entry *entry = hits->entries[index];
    add_detail(app, hits->question, entry, detail);
    bool chosen = strcmp(app->visit.writing.entry, entry->id) == 0;
    return (struct ui_element){.role = UI_ROLE_CHOICE,
        .text = words(app, &entry->name),
        .lang = entry->name.context == NULL ? "ja" : NULL,
        .detail = detail->len > 0 ? buf_str(detail) : NULL,
        .size = UI_SIZE_BODY,
        .bold = true,
        .tone = chosen ? UI_TONE_SOFT : UI_TONE_SURFACE,
        .state = chosen ? UI_STATE_CHOSEN : 0};
}

static void
place_row(struct app *app, size_t index, struct ui_rect where, void *ctx)
{
    const struct hits *hits = ctx;
    char id[UI_ID_MAX];
    AUTO_BUF detail;
    buf_init(&detail, DETAIL_MAX);
    (void)snprintf(id, sizeof(id), "choice:%s", hits->entries[index]->id);
    struct ui_element row = row_of(app, hits, index, &detail);
    row.id = id;
    row.rect = where;
    ui_add(app->ui, &row);
}

static void
build_hits(struct app *app, struct flow *flow, struct hits *hits)
{
    bool wide = flow->w >= TWO_COLUMNS_W && ui_text_size(app->ui) <= UI_TEXT_LARGE;
    int columns = wide && hits->count > 3 ? 2 : 1;
    int heights[PAGE_ITEMS_MAX] = {0};
    for (size_t i = 0; i < hits->count; i++) {
        AUTO_BUF detail;
        buf_init(&detail, DETAIL_MAX);
        struct ui_element row = row_of(app, hits, i, &detail);
        int width;
        row.rect.w = (flow->w - (columns - 1) * COLUMN_GAP) / columns;
        ui_natural(app->ui, &row, &width, &heights[i]);
    }
    struct grid grid = {
        .count = hits->count, .columns = columns, .height = ROW_H, .heights = heights};
    flow_grid(app, flow, &grid, place_row, hits);
}

/* What is found so far, in words above the keys: how many, and the first names. */
static void
found_words(struct app *app, const struct hits *hits, struct buf *out)
{
    if (hits->all == 0) {
        (void)buf_add_str(out, say(app, "pick.none"));
        return;
    }
    char count[COUNT_TEXT];
    (void)snprintf(count, sizeof(count), "%zu", hits->all);
    (void)sayf(app, out, "pick.found", "n", count);
}

static void
pick_build(struct app *app, struct flow *flow, const struct question *question)
{
    struct hits hits;
    gather(app, question, app->visit.field, &hits);
    if (app->visit.writing.face == WRITING_HITS) {
        build_hits(app, flow, &hits);
        return;
    }
    AUTO_BUF text;
    buf_init(&text, 1024);
    found_words(app, &hits, &text);
    int room = flow->bottom - flow->y - writing_height(app);
    int height = ui_text_height(app->ui, buf_str(&text), flow->w, UI_SIZE_HINT, true);
    if (height + GAP_MIN <= room) {
        flow_text(app, flow, buf_str(&text), UI_ROLE_TEXT, UI_SIZE_HINT,
            hits.all == 0 ? UI_TONE_CARE : UI_TONE_PAPER, true, 20);
    }
    writing_build(app, flow, question);
}

static bool
pick_ready(struct app *app, const struct question *question)
{
    if (app->visit.writing.face == WRITING_HITS) {
        return app->visit.writing.entry[0] != 0 || !question->required;
    }
    struct hits hits;
    gather(app, question, app->visit.field, &hits);
    return hits.count > 0;
}

static const char *
pick_main(struct app *app, const struct question *question)
{
    (void)question;
    return app->visit.writing.face == WRITING_HITS ? NULL : say(app, "pick.show");
}

static bool
pick_tap(struct app *app, const struct question *question, const char *id)
{
    struct writing *writing = &app->visit.writing;
    if (strncmp(id, "choice:", 7) == 0) {
        if (procedure_entry(question->list, id + 7) != NULL) {
            (void)snprintf(writing->entry, sizeof(writing->entry), "%s", id + 7);
            app->visit.verdict_shown = false;
        }
        return true;
    }
    if (writing->face == WRITING_HITS) {
        if (strcmp(id, "back") != 0 || !searched(question)) {
            return false;
        }
        writing->face = WRITING_KEYS;
        app->visit.page = 0;
        return true;
    }
    if (strcmp(id, "next") == 0) {
        struct hits hits;
        gather(app, question, app->visit.field, &hits);
        writing->face = hits.count > 0 ? WRITING_HITS : WRITING_KEYS;
        explicit_bzero(writing->entry, sizeof(writing->entry));
        if (hits.count == 1) {
            (void)snprintf(writing->entry, sizeof(writing->entry), "%s", hits.entries[0]->id);
        }
        app->visit.page = 0;
        return true;
    }
    return writing_tap(app, question, id);
}

static void
pick_type(struct app *app, const struct question *question, const char *text)
{
    if (searched(question)) {
        app->visit.writing.face = WRITING_KEYS;
        field_put(app, text);
    }
}

static const char *
pick_value(const struct app *app)
{
    return app->visit.writing.entry;
}

const struct widget widget_pick = {.begin = pick_begin,
    .build = pick_build,
    .tap = pick_tap,
    .type = pick_type,
    .ready = pick_ready,
    .main = pick_main,
    .value = pick_value,
    .keyboard = true};
