/* app/words.c - from message ids, content strings and answers to what is shown in the visitor's
 * language. */
#include "app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
two_languages(const struct app *app)
{
    return app->prefs.two_languages && strcmp(i18n_current(app->i18n)->tag, "ja") != 0;
}

/* The latest comes first: two messages may read the same in one language and not in the other. */
static const char *
find_gloss(void *ctx, const char *text)
{
    const struct glosses *glosses = &((const struct app *)ctx)->glosses;
    for (size_t i = glosses->count; i > 0; i--) {
        if (strcmp(glosses->pairs[i - 1].own, text) == 0) {
            return glosses->pairs[i - 1].japanese;
        }
    }
    return NULL;
}

void
words_begin(struct app *app)
{
    explicit_bzero(app->glosses.pool, app->glosses.used);
    app->glosses.count = app->glosses.used = 0;
    ui_set_gloss(app->ui, two_languages(app) ? find_gloss : NULL, app);
}

/* Names of things and numbers that are the same in both languages stand once. */
static void
remember(struct app *app, const char *own, const char *japanese)
{
    struct glosses *glosses = &app->glosses;
    if (glosses->count < GLOSS_PAIRS_MAX && strcmp(own, japanese) != 0) {
        glosses->pairs[glosses->count].own = own;
        glosses->pairs[glosses->count++].japanese = japanese;
    }
}

/* A copy that lives as long as the page; NULL when the pool is full: the gloss then lacks. */
static const char *
keep(struct app *app, const char *text)
{
    struct glosses *glosses = &app->glosses;
    size_t len = strlen(text) + 1;
    if (len > sizeof(glosses->pool) - glosses->used) {
        return NULL;
    }
    char *copy = glosses->pool + glosses->used;
    memcpy(copy, text, len);
    glosses->used += len;
    return copy;
}

void
words_pair(struct app *app, const char *own, const char *japanese)
{
    const char *kept = two_languages(app) ? keep(app, own) : NULL;
    const char *gloss = kept != NULL ? keep(app, japanese) : NULL;
    if (gloss != NULL) {
        remember(app, kept, gloss);
    }
}

const char *
say(struct app *app, const char *id)
{
    const char *own = i18n_text(app->i18n, id);
    if (two_languages(app)) {
        remember(app, own, i18n_text_in(app->i18n, "ja", id));
    }
    return own;
}

const char *
words(struct app *app, const struct procedure_words *content)
{
    if (content->source == NULL || content->source[0] == 0) {
        return "";
    }
    const char *own = i18n_content(app->i18n, content->context, content->source);
    if (two_languages(app)) {
        remember(app, own, content->source);
    }
    return own;
}

const char *
unit_words(struct app *app, const struct procedure_words *unit, const char *number)
{
    if (unit->source == NULL) {
        return "";
    }
    enum { DECIMAL = 10 };
    return i18n_unit(app->i18n, unit->context, unit->source, strtoull(number, NULL, DECIMAL));
}

int
sayf(struct app *app, struct buf *out, const char *id, const char *name, const char *value)
{
    size_t before = out->len;
    int r = i18n_format(app->i18n, out, id, name, value, NULL);
    if (r == 0 && two_languages(app)) {
        char code[I18N_CODE_MAX];
        AUTO_BUF japanese;
        buf_init(&japanese, GLOSS_POOL);
        (void)snprintf(code, sizeof(code), "%s", i18n_current(app->i18n)->code);
        (void)i18n_use(app->i18n, "ja"); /* always there: i18n_new checked it */
        (void)i18n_format(app->i18n, &japanese, id, name, value, NULL);
        (void)i18n_use(app->i18n, code); /* it was in use */
        words_pair(app, buf_str(out) + before, buf_str(&japanese));
    }
    return r;
}

void
person_words(struct app *app, const struct question *question, struct buf *out)
{
    if (question->repeat_index > 0) {
        (void)buf_printf(out, "%s  %d / %d", words(app, &question->repeat_label),
            question->repeat_index, question->repeat_count);
    }
}

void
row_words(struct app *app, const struct question *question, struct buf *out)
{
    if (question->repeat_index > 0) { /* a name is asked of family and children alike */
        (void)buf_printf(
            out, "%s %d  ", words(app, &question->repeat_label), question->repeat_index);
    }
    (void)buf_add_str(
        out, words(app, question->name.source != NULL ? &question->name : &question->label));
}

static void
choice_words(struct app *app, const struct question *question, const char *value, struct buf *out)
{
    /* several answers are joined by one space; choice values hold none */
    for (const char *at = value; *at != 0;) {
        size_t len = strcspn(at, " ");
        for (size_t i = 0; i < question->choice_count; i++) {
            const struct question_choice *choice = &question->choices[i];
            if (strlen(choice->value) == len && strncmp(choice->value, at, len) == 0) {
                (void)buf_add_str(out, out->len > 0 ? say(app, "list.and") : "");
                (void)buf_add_str(
                    out, choice->text != NULL ? choice->text : words(app, &choice->label));
            }
        }
        at += len + (at[len] == ' ' ? 1 : 0);
    }
}

void
answer_words(struct app *app, const struct question *question, const char *value, struct buf *out)
{
    if (value[0] == 0) {
        (void)buf_add_str(out, say(app, "answer.skipped"));
    } else if (question->dont_know && strcmp(value, "unknown") == 0) {
        (void)buf_add_str(out, say(app, "answer.unknown"));
    } else if (question->choice_count > 0) {
        choice_words(app, question, value, out);
    } else if (question->type == QUESTION_DATE) {
        (void)i18n_date(app->i18n, out, value);
    } else if (question->type == QUESTION_MONEY) {
        (void)i18n_money(app->i18n, out, strtoll(value, NULL, 10));
    } else if (question->type == QUESTION_TIME) {
        (void)buf_add_str(out, value[0] == '0' ? value + 1 : value);
    } else if (question->type == QUESTION_PICK) {
        pick_words(app, question, value, out);
    } else if (question->type == QUESTION_PLACE) {
        spot_words(app, value, out);
    } else if (question->type == QUESTION_SIGNATURE) {
        bool later = strcmp(value, "counter") == 0;
        (void)buf_add_str(out, say(app, later ? "sign.at-counter" : "sign.done"));
    } else if (question->type == QUESTION_NOTE) {
        (void)buf_add_str(out, say(app, "note.at-counter"));
    } else if (question->type == QUESTION_SLOT) {
        slot_words(app, question->live, value, out);
    } else if (question->type == QUESTION_YES_NO) {
        (void)buf_add_str(out, say(app, strcmp(value, "yes") == 0 ? "answer.yes" : "answer.no"));
    } else {
        (void)buf_add_str(out, value);
        if (question->type == QUESTION_NUMBER) {
            (void)buf_add_str(out, unit_words(app, &question->unit, value));
        }
    }
}

bool
payment_means(struct app *app, struct buf *out)
{
    const struct procedure_list *list = procedure_list(app->procedures, "payment");
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        (void)buf_printf(out, "%s%s", i > 0 ? " / " : "", words(app, &list->entries[i].name));
    }
    return out->len > 0;
}
