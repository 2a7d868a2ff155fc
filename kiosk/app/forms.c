/* app/forms.c - the form of a kanji in a name: which kanji of the field, then which of its forms that a font of
 * ours can draw. The record keeps the variation sequence. */
#include "app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { FORM_H = 300, FORMS_MAX = 48, FORM_TEXT = 12 };

/* The kanji at a byte with a selector, as text. */
static void
form_text(const char *field, size_t at, uint32_t selector, char out[FORM_TEXT])
{
    size_t pos = at;
    (void)utf8_next(field, strlen(field), &pos);
    size_t len = pos - at;
    memcpy(out, field + at, len);
    len += selector != 0 ? utf8_encode(selector, out + len) : 0;
    out[len] = 0;
}

/* The forms of the kanji at a byte of the field that can be drawn. */
static size_t
forms_at(const struct app *app, size_t at, uint32_t selectors[FORMS_MAX])
{
    const char *field = app->visit.field;
    size_t pos = at;
    uint32_t kanji = utf8_next(field, strlen(field), &pos);
    uint32_t all[FORMS_MAX];
    size_t count = input_variants_find(app->variants, kanji, all, FORMS_MAX);
    count = count < FORMS_MAX ? count : FORMS_MAX;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        char text[FORM_TEXT];
        form_text(field, at, all[i], text);
        if (ui_draws(app->ui, text, "ja")) {
            selectors[kept++] = all[i];
        }
    }
    return kept;
}

/* The index-th kanji of the field that has several forms; false when there are not so many. */
static bool
kanji_with_forms(const struct app *app, size_t index, size_t *ret_at)
{
    const char *field = app->visit.field;
    size_t len = strlen(field);
    for (size_t pos = 0; app->variants != NULL && pos < len;) {
        size_t at = pos;
        uint32_t kanji = utf8_next(field, len, &pos);
        if (input_variants_find(app->variants, kanji, NULL, 0) > 1 && index-- == 0) {
            *ret_at = at;
            return true;
        }
    }
    return false;
}

bool
forms_possible(const struct app *app)
{
    size_t at;
    return kanji_with_forms(app, 0, &at);
}

void
forms_start(struct app *app)
{
    struct writing *writing = &app->visit.writing;
    size_t second;
    if (!kanji_with_forms(app, 0, &writing->form_at)) {
        return;
    }
    writing->face = kanji_with_forms(app, 1, &second) ? WRITING_FORM_OF : WRITING_FORMS;
    app->visit.page = 0;
}

/* What is offered: kanji of the field, or forms of one. */
struct forms {
    uint32_t selectors[FORMS_MAX];
    size_t count;
};

static void
place_form(struct app *app, size_t index, struct ui_rect where, void *ctx)
{
    const struct writing *writing = &app->visit.writing;
    const struct forms *forms = ctx;
    char text[FORM_TEXT];
    char id[UI_ID_MAX];
    size_t at = writing->form_at;
    if (writing->face == WRITING_FORM_OF) {
        (void)kanji_with_forms(app, index, &at);
        (void)snprintf(id, sizeof(id), "form-of:%zu", index);
        form_text(app->visit.field, at, 0, text);
    } else {
        (void)snprintf(id, sizeof(id), index == 0 ? "form:usual" : "form:%zu", index);
        form_text(app->visit.field, at, index == 0 ? 0 : forms->selectors[index - 1], text);
    }
    char place[PLACE_TEXT];
    place_among(index, forms->count, place);
    ui_add(app->ui, &(struct ui_element){.id = id,
                        .role = UI_ROLE_KEY,
                        .rect = where,
                        .text = text,
                        .label = place,
                        .lang = "ja",
                        .size = UI_SIZE_KEY,
                        .tone = UI_TONE_SURFACE,
                        .state = UI_STATE_PERSONAL,
                        .align = UI_ALIGN_CENTRE});
    explicit_bzero(text, sizeof(text));
}

void
forms_build(struct app *app, struct flow *flow)
{
    const struct writing *writing = &app->visit.writing;
    bool which = writing->face == WRITING_FORM_OF;
    struct forms forms = {0};
    size_t at;
    if (which) {
        while (kanji_with_forms(app, forms.count, &at)) {
            forms.count++;
        }
    } else {
        forms.count =
            forms_at(app, writing->form_at, forms.selectors) + 1; /* and without a selector */
    }
    flow_text(app, flow, say(app, which ? "write.form-of" : "write.form"), UI_ROLE_TEXT,
        UI_SIZE_BODY, UI_TONE_PAPER, true, GAP_MIN);
    bool portrait = app->places.portrait;
    struct grid grid = {.count = forms.count, .columns = portrait ? 4 : 8, .height = FORM_H};
    flow_grid(app, flow, &grid, place_form, &forms);
}

/* Puts the form in place of the kanji and what selector it had; a reading stays what it was. */
static void
take_form(struct app *app, uint32_t selector)
{
    struct writing *writing = &app->visit.writing;
    const char *field = app->visit.field;
    size_t len = strlen(field);
    size_t to = writing->form_at;
    (void)utf8_next(field, len, &to);
    size_t after = to;
    uint32_t old = utf8_next(field, len, &after);
    to = old >= 0xe0100 && old <= 0xe01ef ? after : to;
    char text[FORM_TEXT];
    form_text(field, writing->form_at, selector, text);
    for (size_t i = 0; i < writing->part_count; i++) {
        struct writing_part part = writing->parts[i];
        if (part.from <= writing->form_at && part.to >= to && strlen(text) < INPUT_TEXT_MAX) {
            /* the whole part anew, so that its reading goes on holding */
            char word[INPUT_TEXT_MAX + FORM_TEXT];
            (void)snprintf(word, sizeof(word), "%.*s%s%.*s", (int)(writing->form_at - part.from),
                field + part.from, text, (int)(part.to - to), field + to);
            (void)field_replace(app, part.from, part.to, word, part.reading);
            explicit_bzero(word, sizeof(word));
            explicit_bzero(&part, sizeof(part));
            return;
        }
    }
    (void)field_replace(app, writing->form_at, to, text, NULL);
}

bool
forms_tap(struct app *app, const char *id)
{
    struct writing *writing = &app->visit.writing;
    if (strncmp(id, "form-of:", 8) == 0) {
        if (kanji_with_forms(app, (size_t)strtoul(id + 8, NULL, 10), &writing->form_at)) {
            writing->face = WRITING_FORMS;
            app->visit.page = 0;
        }
        return true;
    }
    if (strncmp(id, "form:", 5) != 0 || writing->face != WRITING_FORMS) {
        return false;
    }
    uint32_t selectors[FORMS_MAX];
    size_t count = forms_at(app, writing->form_at, selectors);
    size_t index = (size_t)strtoul(id + 5, NULL, 10); /* 0: the usual one */
    if (index <= count) {
        take_form(app, index == 0 ? 0 : selectors[index - 1]);
    }
    writing->face = WRITING_KEYS;
    return true;
}
