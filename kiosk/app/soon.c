/* app/soon.c - what may be said in a moment: the first words of the pages that one press leads to, the nearest first, and the
 * rest of this page, for who moves the ring over it. It is made while nothing else is to be made, and no more than the
 * cache of sounds holds: three minutes. */
#include "speak_priv.h"

#include <stdio.h>
#include <string.h>

#include "speech/speech.h"

enum { SOON_MAX = 96, QUESTIONS_AFTER = 4, QUESTIONS_BEFORE = 2 };

/* A list that grows. */
struct soon {
    size_t count;
    const char *language[SOON_MAX];
    size_t at[SOON_MAX];
    struct buf pool;
};

static void
add_line(struct soon *soon, const char *language)
{
    soon->language[soon->count] = language;
    soon->at[soon->count] = soon->pool.len;
}

static void
add_words(struct app *app, struct soon *soon, const char *text)
{
    const char *language = i18n_current(app->i18n)->code;
    if (soon->count < SOON_MAX && text[0] != 0) {
        add_line(soon, language);
        spoken_text(app, language, text, &soon->pool);
        (void)buf_add_byte(&soon->pool, 0);
        soon->count++;
    }
}

/* Nothing of the visitor: that is made when it is said. */
static void
add_page(struct soon *soon, const struct utterances *page)
{
    for (size_t i = 0; i < page->count && soon->count < SOON_MAX; i++) {
        const struct utterance *u = &page->all[i];
        if (!u->personal && !u->key) {
            add_line(soon, u->language);
            utterance_text(page, u, &soon->pool);
            (void)buf_add_byte(&soon->pool, 0);
            soon->count++;
        }
    }
}

/* As the page begins: whom it asks about, then the question. */
static void
add_question(struct app *app, struct soon *soon, const struct question *question)
{
    if (question->repeat_index > 0) {
        AUTO_BUF who;
        buf_init(&who, 512);
        person_words(app, question, &who);
        add_words(app, soon, buf_str(&who));
    }
    add_words(app, soon, words(app, &question->label));
}

/* The questions that "next" and "back" lead to. */
static void
add_questions(struct app *app, struct soon *soon, const struct interview *interview)
{
    struct question now;
    struct interview_row row;
    size_t count = interview_row_count(interview);
    bool asked = app->screen == &screen_question && interview_question(interview, &now) == 0;
    size_t at = app->screen == &screen_check ? count : 0;
    for (size_t i = 0; asked && i < count; i++) {
        if (interview_row(interview, i, &row) == 0 && strcmp(row.question.key, now.key) == 0) {
            at = i;
        }
    }
    for (size_t i = at; i < count && i <= at + QUESTIONS_AFTER; i++) {
        if (interview_row(interview, i, &row) == 0) {
            add_question(app, soon, &row.question);
        }
    }
    for (size_t i = at; i > 0 && i + QUESTIONS_BEFORE > at; i--) {
        if (interview_row(interview, i - 1, &row) == 0) {
            add_question(app, soon, &row.question);
        }
    }
}

/* Home, and what stands there: a press leads to the same words as the title of the next page. */
static void
add_services(struct app *app, struct soon *soon)
{
    add_words(app, soon, say(app, "home.title"));
    for (size_t i = 0; i < procedure_count(app->procedures); i++) {
        struct procedure_info info = procedure_info(procedure_at(app->procedures, i));
        add_words(app, soon, words(app, &info.title));
    }
}

void
speak_soon(struct app *app, struct speech *speech, const struct utterances *page)
{
    static const char *const titles[] = {"home.title", "card.title", "pin.title", "reading.title",
        "check.title", "submitting.title", "accepted.title", "help.title", "language.title",
        "access.title", "sound.title", "still-there.title", "take-card.title", "leave.title",
        "fault-pin-wrong.title", "speech.button", "speech.choice", "speech.chosen", "bar.next",
        "bar.back", "bar.finish"};
    struct soon soon = {0};
    struct speech_line lines[SOON_MAX];
    if (speech == NULL) {
        return;
    }
    buf_init(&soon.pool, UTTER_POOL);
    if (app->visit.interview != NULL) {
        add_questions(app, &soon, app->visit.interview);
    } else {
        add_services(app, &soon);
    }
    for (size_t i = 0; i < ARRAY_LEN(titles); i++) {
        add_words(app, &soon, say(app, titles[i]));
    }
    add_page(&soon, page);
    for (size_t i = 0; i < soon.count; i++) {
        lines[i] = (struct speech_line){
            .language = soon.language[i], .text = (const char *)soon.pool.data + soon.at[i]};
    }
    speech_prepare(speech, lines, buf_error(&soon.pool) == 0 ? soon.count : 0);
    buf_release(&soon.pool);
}
