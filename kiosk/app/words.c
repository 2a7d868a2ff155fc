/* app/words.c - from message ids, content strings and answers to what is shown in the visitor's
 * language. */
#include "app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
say(struct app *app, const char *id)
{
    return i18n_text(app->i18n, id);
}

const char *
words(struct app *app, const struct procedure_words *content)
{
    if (content->source == NULL || content->source[0] == 0) {
        return "";
    }
    return i18n_content(app->i18n, content->context, content->source);
}

int
sayf(struct app *app, struct buf *out, const char *id, const char *name, const char *value)
{
    return i18n_format(app->i18n, out, id, name, value, NULL);
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
                (void)buf_add_str(out, words(app, &choice->label));
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
    } else if (question->type == QUESTION_YES_NO) {
        (void)buf_add_str(out, say(app, strcmp(value, "yes") == 0 ? "answer.yes" : "answer.no"));
    } else {
        (void)buf_add_str(out, value);
        if (question->type == QUESTION_NUMBER) {
            (void)buf_add_str(out, words(app, &question->unit));
        }
    }
}
