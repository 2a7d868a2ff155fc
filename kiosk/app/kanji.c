/* app/kanji.c - kana to kanji: the hiragana of the field, one run after the other, each with up to ten large
 * answers to "which kanji?". Whole first; clause by clause for who asks for it. */
#include "app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum {
    WORD_H = 205,
    WORD_W_MIN = 500,
    WORD_COLUMNS_MAX = 5,
    READING_BYTES = 3 * INPUT_READING_MAX
};

static bool
hiragana(uint32_t code)
{
    return (code >= 0x3041 && code <= 0x3096) || code == 0x30fc;
}

/* The first run of hiragana from kept on that no part covers. False when there is none. */
static bool
next_run(const struct app *app, size_t *ret_from, size_t *ret_to)
{
    const struct writing *writing = &app->visit.writing;
    const char *field = app->visit.field;
    size_t len = strlen(field);
    size_t from = 0;
    size_t to = 0;
    for (size_t pos = 0; pos < len;) {
        size_t at = pos;
        uint32_t code = utf8_next(field, len, &pos);
        bool free = at >= writing->kept && hiragana(code) && at - from < READING_BYTES;
        for (size_t i = 0; i < writing->part_count; i++) {
            free = free && !(at >= writing->parts[i].from && at < writing->parts[i].to);
        }
        bool begins = to == 0 && code != 0x30fc; /* the long mark begins no word */
        if (free && (begins || to == at)) {
            from = begins ? at : from;
            to = pos;
        } else if (to > 0) {
            break;
        } else {
            from = pos;
        }
    }
    *ret_from = from;
    *ret_to = to;
    return to > from;
}

bool
kanji_possible(const struct app *app)
{
    size_t from;
    size_t to;
    return next_run(app, &from, &to);
}

/* Asks for the next run; back to the keys when all is done. */
static void
ask_next(struct app *app)
{
    struct writing *writing = &app->visit.writing;
    char reading[READING_BYTES + 4] = "";
    explicit_bzero(&writing->result, sizeof(writing->result));
    explicit_bzero(writing->picked, sizeof(writing->picked));
    writing->picked[0] = 0;
    writing->clause = -1;
    writing->face = WRITING_KEYS;
    if (!next_run(app, &writing->from, &writing->to)) {
        return;
    }
    memcpy(reading, app->visit.field + writing->from, writing->to - writing->from);
    writing->ticket = input_convert(app->input, reading);
    writing->visit = app->visit.serial;
    explicit_bzero(reading, sizeof(reading));
    writing->looking = writing->ticket != 0;
    writing->face = writing->looking ? WRITING_WORDS : WRITING_KEYS;
    app->visit.page = 0;
}

void
kanji_start(struct app *app)
{
    app->visit.writing.kept = 0;
    app->visit.writing.nothing = false;
    ask_next(app);
}

/* Who is asked for a name means Satō, not sugar. */
static void
names_first(struct app *app)
{
    struct writing *writing = &app->visit.writing;
    struct question question;
    char reading[READING_BYTES + 4] = "";
    if (app->names == NULL || interview_at(app->visit.interview) != INTERVIEW_QUESTION ||
        interview_question(app->visit.interview, &question) < 0 ||
        question.input != QUESTION_INPUT_NAME) {
        return;
    }
    memcpy(reading, app->visit.field + writing->from, writing->to - writing->from);
    input_names_first(app->names, reading, &writing->result);
    explicit_bzero(reading, sizeof(reading));
}

void
kanji_poll(struct app *app)
{
    struct writing *writing = &app->visit.writing;
    if (!writing->looking || !input_poll(app->input, &writing->result) ||
        writing->result.ticket != writing->ticket) {
        return;
    }
    if (!owner_lets_out(&app->owner, ARTEFACT_WORDS, writing->visit)) {
        explicit_bzero(&writing->result, sizeof(writing->result));
        return;
    }
    writing->looking = false;
    names_first(app);
    if (writing->result.count == 0) {
        writing->nothing = true;
        writing->face = writing->face == WRITING_WORDS ? WRITING_KEYS : writing->face;
    }
}

/* The words that are offered now. */
static int
offered(const struct writing *writing, const char (**ret_words)[INPUT_TEXT_MAX])
{
    if (writing->clause < 0) {
        *ret_words = writing->result.words;
        return writing->result.count;
    }
    *ret_words = writing->result.clauses[writing->clause].words;
    return writing->result.clauses[writing->clause].count;
}

static struct ui_element
word_key(const char *id, const char *word, struct ui_rect where)
{
    return (struct ui_element){.id = id,
        .role = UI_ROLE_KEY,
        .rect = where,
        .text = word,
        .lang = "ja",
        .size = UI_SIZE_VALUE,
        .bold = true,
        .tone = UI_TONE_SURFACE,
        .state = UI_STATE_PERSONAL,
        .align = UI_ALIGN_CENTRE};
}

void
place_among(size_t index, size_t count, char out[PLACE_TEXT])
{
    (void)snprintf(out, PLACE_TEXT, "%zu / %zu", index + 1, count);
}

static void
place_word(struct app *app, size_t index, struct ui_rect where, void *ctx)
{
    (void)ctx;
    const char(*list)[INPUT_TEXT_MAX];
    int count = offered(&app->visit.writing, &list);
    char id[UI_ID_MAX];
    (void)snprintf(id, sizeof(id), "word:%zu", index);
    struct ui_element key = word_key(id, list[index], where);
    char place[PLACE_TEXT];
    place_among(index, (size_t)count, place);
    key.label = place;
    ui_add(app->ui, &key);
}

/* As many columns as the longest word leaves room for. */
static int
columns_for(struct app *app, const struct flow *flow, const char (*list)[INPUT_TEXT_MAX], int count)
{
    int widest = WORD_W_MIN;
    for (int i = 0; i < count; i++) {
        struct ui_element key = word_key("word", list[i], rect(0, 0, 0, WORD_H));
        int width;
        int height;
        ui_natural(app->ui, &key, &width, &height);
        widest = width > widest ? width : widest;
    }
    int columns = (flow->w + COLUMN_GAP) / (widest + COLUMN_GAP);
    return columns < 1 ? 1 : columns > WORD_COLUMNS_MAX ? WORD_COLUMNS_MAX : columns;
}

/* "「さいとう」は、どの漢字ですか。" */
static void
ask(struct app *app, struct flow *flow, const struct writing *writing)
{
    char reading[READING_BYTES + 4] = "";
    memcpy(reading, app->visit.field + writing->from, writing->to - writing->from);
    AUTO_BUF text;
    buf_init(&text, 1024);
    (void)sayf(app, &text, "write.which", "reading",
        writing->clause < 0 ? reading : writing->result.clauses[writing->clause].reading);
    explicit_bzero(reading, sizeof(reading));
    struct ui_element element = {.role = UI_ROLE_TEXT,
        .rect = rect(flow->x, flow->y, flow->w, 0),
        .text = buf_str(&text),
        .size = UI_SIZE_BODY,
        .bold = true,
        .state = UI_STATE_PERSONAL,
        .tone = UI_TONE_PAPER};
    int width;
    ui_natural(app->ui, &element, &width, &element.rect.h);
    ui_add(app->ui, &element);
    flow->y += element.rect.h + GAP_MIN;
}

/* The row below the words, at the bottom, always the same three. */
static void
other_ways(struct app *app, struct flow *flow, bool parts)
{
    static const char *const ids[] = {"word:keep", "word:parts", "word:keys"};
    static const char *const names[] = {"write.keep", "write.parts", "write.keys"};
    int width = (flow->w - 2 * COLUMN_GAP) / 3;
    flow->bottom -= WORD_H;
    for (int i = 0; i < 3; i++) {
        ui_add(app->ui,
            &(struct ui_element){.id = ids[i],
                .role = UI_ROLE_BUTTON,
                .rect = rect(flow->x + i * (width + COLUMN_GAP), flow->bottom, width, WORD_H),
                .text = say(app, names[i]),
                .tone = UI_TONE_QUIET,
                .state = i == 1 && !parts ? UI_STATE_WAITING : 0,
                .size = UI_SIZE_BAR,
                .bold = true,
                .align = UI_ALIGN_CENTRE});
    }
    flow->bottom -= GAP_MIN;
}

void
kanji_build(struct app *app, struct flow *flow)
{
    const struct writing *writing = &app->visit.writing;
    ask(app, flow, writing);
    other_ways(app, flow, writing->clause < 0 && writing->result.clause_count > 1);
    if (writing->looking) {
        flow_text(app, flow, say(app, "write.looking"), UI_ROLE_TEXT, UI_SIZE_BODY, UI_TONE_PAPER,
            false, 0);
        return;
    }
    const char(*list)[INPUT_TEXT_MAX];
    int count = offered(writing, &list);
    int columns = columns_for(app, flow, list, count);
    struct grid grid = {.count = (size_t)count, .columns = columns, .height = WORD_H};
    flow_grid(app, flow, &grid, place_word, NULL);
}

/* A word for the clause that is asked for; the whole is put in when it was the last one. */
static void
pick_clause(struct app *app, const char *word)
{
    struct writing *writing = &app->visit.writing;
    size_t have = strlen(writing->picked);
    (void)snprintf(writing->picked + have, sizeof(writing->picked) - have, "%s", word);
    app->visit.page = 0;
    if (++writing->clause < writing->result.clause_count) {
        return;
    }
    char whole[INPUT_TEXT_MAX];
    memcpy(whole, writing->picked, sizeof(whole));
    writing->clause = -1;
    char reading[READING_BYTES + 4] = "";
    memcpy(reading, app->visit.field + writing->from, writing->to - writing->from);
    if (field_replace(app, writing->from, writing->to, whole, reading)) {
        writing->kept = writing->from + strlen(whole);
    }
    explicit_bzero(whole, sizeof(whole));
    explicit_bzero(reading, sizeof(reading));
    ask_next(app);
}

static void
pick(struct app *app, const char *word)
{
    struct writing *writing = &app->visit.writing;
    if (writing->clause < 0) {
        writing->clause = writing->result.clause_count - 1; /* all at once */
        writing->picked[0] = 0;
    }
    pick_clause(app, word);
}

bool
kanji_tap(struct app *app, const char *id)
{
    struct writing *writing = &app->visit.writing;
    if (strncmp(id, "word:", 5) != 0) {
        return false;
    }
    const char *what = id + 5;
    const char(*list)[INPUT_TEXT_MAX] = NULL;
    int count = writing->looking ? 0 : offered(writing, &list);
    if (strcmp(what, "keys") == 0) {
        writing->face = WRITING_KEYS;
    } else if (strcmp(what, "keep") == 0 && writing->clause >= 0) {
        pick_clause(app, writing->result.clauses[writing->clause].reading);
    } else if (strcmp(what, "keep") == 0) {
        writing->kept = writing->to;
        ask_next(app);
    } else if (strcmp(what, "parts") == 0 && writing->result.clause_count > 1) {
        writing->clause = 0;
        writing->picked[0] = 0;
        app->visit.page = 0;
    } else {
        int index = (int)strtol(what, NULL, 10);
        if (index >= 0 && index < count) {
            pick(app, list[index]);
        }
    }
    return true;
}
