/* app/field.c - what is being written, and how its parts are read: a part that came from kana keeps them
 * as its reading until it is changed. */
#include "app_priv.h"

#include <string.h>

#include "base/utf8.h"

enum { SEARCH_LETTERS = INFO_QUERY_MAX / 4 /* four bytes of UTF-8 each at most */ };

static size_t
field_max(const struct app *app)
{
    struct question question;
    if (app->screen == &screen_search) {
        return SEARCH_LETTERS;
    }
    if (app->screen == &screen_question &&
        interview_at(app->visit.interview) == INTERVIEW_QUESTION &&
        interview_question(app->visit.interview, &question) == 0 && question.max_length > 0) {
        return question.max_length;
    }
    return 100;
}

/* Is there room for more characters in place of what is given up? */
static bool
fits(const struct app *app, size_t gone, const char *text)
{
    const char *field = app->visit.field;
    size_t have = strlen(field);
    size_t more = strlen(text);
    return have - gone + more < sizeof(app->visit.field) && utf8_valid(text, more) &&
           utf8_count(field, have) + utf8_count(text, more) <= field_max(app) + gone;
}

/* Parts that reach over at and beyond lose their reading; those behind move by delta. */
static void
shift_parts(struct writing *writing, size_t from, size_t to, size_t added)
{
    size_t kept = 0;
    for (size_t i = 0; i < writing->part_count; i++) {
        struct writing_part part = writing->parts[i];
        if (part.from >= to && to > from) {
            part.from = part.from - (to - from) + added;
            part.to = part.to - (to - from) + added;
        }
        bool touched = writing->parts[i].from < to && writing->parts[i].to > from;
        if (!touched) {
            writing->parts[kept++] = part;
        }
        explicit_bzero(&part, sizeof(part));
    }
    size_t gone = writing->part_count - kept;
    explicit_bzero(writing->parts + kept, gone * sizeof(*writing->parts));
    writing->part_count = kept;
}

void
field_put(struct app *app, const char *text)
{
    char *field = app->visit.field;
    size_t have = strlen(field);
    /* braces and bars write ruby in texts that are shown: a name has none */
    if (fits(app, 0, text) && strpbrk(text, "{|}") == NULL) {
        memcpy(field + have, text, strlen(text) + 1);
        app->visit.verdict_shown = false;
        app->visit.writing.nothing = false;
    }
}

int
caret_at_open(const char *text)
{
    const char *open = strchr(text, '_');
    return open != NULL ? 1 + (int)(open - text) : 0;
}

/* Start of the last letter, a variation selector counted to its kanji. */
static size_t
last_letter(const char *field)
{
    size_t len = strlen(field);
    size_t start = 0;
    for (size_t pos = 0; pos < len;) {
        size_t at = pos;
        uint32_t code = utf8_next(field, len, &pos);
        if (code < 0xe0100 || code > 0xe01ef) {
            start = at;
        }
    }
    return start;
}

void
field_erase(struct app *app)
{
    char *field = app->visit.field;
    size_t len = strlen(field);
    size_t start = last_letter(field);
    shift_parts(&app->visit.writing, start, len, 0);
    explicit_bzero(field + start, len - start);
    field[start] = 0;
    app->visit.verdict_shown = false;
    app->visit.writing.nothing = false;
}

void
field_clear(struct app *app)
{
    explicit_bzero(app->visit.field, sizeof(app->visit.field));
    app->visit.field[0] = 0;
    explicit_bzero(app->visit.writing.parts, sizeof(app->visit.writing.parts));
    app->visit.writing.part_count = 0;
}

bool
field_replace(struct app *app, size_t from, size_t to, const char *word, const char *reading)
{
    struct writing *writing = &app->visit.writing;
    char *field = app->visit.field;
    size_t len = strlen(field);
    size_t size = strlen(word);
    if (!fits(app, to - from, word)) {
        return false;
    }
    shift_parts(writing, from, to, size);
    memmove(field + from + size, field + to, len - to + 1);
    memcpy(field + from, word, size);
    len = strlen(field);
    explicit_bzero(field + len, sizeof(app->visit.field) - len);
    if (reading != NULL && strlen(reading) < INPUT_TEXT_MAX &&
        writing->part_count < WRITING_PARTS_MAX) {
        size_t at = writing->part_count;
        while (at > 0 && writing->parts[at - 1].from > from) { /* in the order of the field */
            writing->parts[at] = writing->parts[at - 1];
            at--;
        }
        writing->parts[at].from = from;
        writing->parts[at].to = from + size;
        memcpy(writing->parts[at].reading, reading, strlen(reading) + 1);
        writing->part_count++;
    }
    app->visit.verdict_shown = false;
    return true;
}

void
field_shown(const struct app *app, struct buf *out)
{
    const struct writing *writing = &app->visit.writing;
    const char *field = app->visit.field;
    size_t at = 0;
    for (size_t i = 0; i < writing->part_count; i++) {
        const struct writing_part *part = &writing->parts[i];
        (void)buf_add(out, field + at, part->from - at); /* errors stick in out */
        (void)buf_printf(
            out, "{%.*s|%s}", (int)(part->to - part->from), field + part->from, part->reading);
        at = part->to;
    }
    (void)buf_add_str(out, field + at);
}

/* Kana, marks and spaces read as they are written. */
static bool
reads_itself(const char *text, size_t len)
{
    for (size_t pos = 0; pos < len;) {
        uint32_t code = utf8_next(text, len, &pos);
        if (!(code >= 0x3041 && code <= 0x30fe) && code != ' ' && code != 0x3000) {
            return false;
        }
    }
    return true;
}

bool
field_reading(const struct app *app, struct buf *out)
{
    const struct writing *writing = &app->visit.writing;
    const char *field = app->visit.field;
    size_t at = 0;
    bool known = true;
    for (size_t i = 0; i < writing->part_count; i++) {
        const struct writing_part *part = &writing->parts[i];
        known = known && reads_itself(field + at, part->from - at);
        (void)buf_add(out, field + at, part->from - at);
        (void)buf_add_str(out, part->reading);
        at = part->to;
    }
    known = known && reads_itself(field + at, strlen(field + at));
    (void)buf_add_str(out, field + at);
    return known && out->len > 0 && buf_error(out) == 0;
}

void
field_turn_last(struct app *app, const char *pairs)
{
    char *field = app->visit.field;
    size_t len = strlen(field);
    if (len < 3) {
        return;
    }
    const char *last = field + len - 3; /* kana are three bytes in UTF-8 */
    for (size_t i = 0; pairs[i] != 0; i += 3) {
        if (strncmp(pairs + i, last, 3) == 0) {
            size_t partner = i / 3 % 2 == 0 ? i + 3 : i - 3;
            memcpy(field + len - 3, pairs + partner, 3);
            return;
        }
    }
}
