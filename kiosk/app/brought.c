/* app/brought.c - answers that a visitor gave at home and brings as a code, read by a scanner that types. Nothing of them is
 * believed: each goes through the interview as if it had been typed, what does not hold is dropped and asked, and what a card
 * says counts more (kiosk/decisions/0057-pre-entry.md). */
#include "app/app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"

enum { VALID_S = 30 * 86400 };

/* Pages at which a code is read: those on which nothing was answered yet. Elsewhere a scan is passed over. */
static bool
reads_here(const struct app *app)
{
    static const struct screen *const pages[] = {
        &screen_attract, &screen_home, &screen_door, &screen_explain, &screen_brought};
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        if (app->screen == pages[i]) {
            return !app->prefs.practice;
        }
    }
    return false;
}

static enum brought
open_code(struct app *app, const struct buf *sealed, struct buf *plain)
{
    char *folder = conf_path(app->conf, "pre-entry-keys", "keys/pre-entry");
    struct seal_pre_keys *keys = NULL;
    int r = seal_pre_keys_new(folder, clock_wall_s(app->clock), &keys);
    if (r < 0) {
        LOG(LOG_ERROR, "brought.keys", LOG_ERR(r)); /* somebody must look at the folder */
    } else {
        r = seal_pre_open(keys, sealed->data, sealed->len, plain);
    }
    seal_pre_keys_free(keys);
    free(folder);
    return r < 0 ? BROUGHT_OTHER : BROUGHT_READ;
}

/* What can be begun with what was brought. */
static enum brought
judge(struct app *app, const struct pre_entry *pre)
{
    const struct procedure *procedure = procedure_find(app->procedures, pre_entry_procedure(pre));
    if (procedure == NULL || !procedure_in_force(procedure, app->clock)) {
        return BROUGHT_OTHER;
    }
    struct procedure_info info = procedure_info(procedure);
    if (!info.keeps || info.anonymous || info.hidden || info.kind == PROCEDURE_CHECK_IN) {
        return BROUGHT_OTHER;
    }
    return clock_wall_s(app->clock) - pre_entry_at(pre) > VALID_S ? BROUGHT_OLD : BROUGHT_READ;
}

static enum brought
take(struct app *app, const struct buf *sealed)
{
    AUTO_BUF plain;
    buf_init(&plain, SEAL_LEAN_MAX);
    struct pre_entry *pre = NULL;
    enum brought word = open_code(app, sealed, &plain);
    if (word == BROUGHT_READ && pre_entry_read(plain.data, plain.len, &pre) < 0) {
        word = BROUGHT_OTHER;
    }
    if (word == BROUGHT_READ) {
        word = judge(app, pre);
    }
    if (word != BROUGHT_READ) {
        pre_entry_free(pre);
        return word;
    }
    if (app->screen == &screen_attract) { /* nobody has chosen a language here */
        (void)i18n_use(app->i18n, pre_entry_language(pre)); /* one that isn't here: Japanese */
    }
    pre_entry_free(app->visit.brought);
    app->visit.brought = pre;
    return word;
}

void
brought_scan(struct app *app, const char *text)
{
    if (!reads_here(app)) {
        return;
    }
    if (!app->visit.open) {
        visit_start(app);
    }
    struct visit *visit = &app->visit;
    AUTO_BUF sealed;
    buf_init(&sealed, SEAL_LEAN_MAX);
    if (visit->codes == NULL) {
        visit->codes = seal_codes_new();
    }
    int r = seal_codes_take(visit->codes, &text, &sealed);
    visit->brought_word = r == SEAL_CODE_WHOLE                          ? take(app, &sealed)
                          : r == SEAL_CODE_PART || r == SEAL_CODE_AGAIN ? BROUGHT_MORE
                                                                        : BROUGHT_OTHER;
    LOG(LOG_INFO, "brought", LOG_INT("word", visit->brought_word));
    app_go(app, &screen_brought);
}

void
brought_forget(struct visit *visit)
{
    pre_entry_free(visit->brought);
    seal_codes_free(visit->codes);
    visit->brought = NULL;
    visit->codes = NULL;
}

/* What only the visitor's hand, or this terminal's own lists, can give. */
static bool
is_asked_here(enum question_type type)
{
    return type == QUESTION_SIGNATURE || type == QUESTION_SLOT || type == QUESTION_PLACE;
}

/* Questions as they come. False at the first that isn't answered by what was brought. */
static bool
answer_questions(struct app *app)
{
    struct interview *interview = app->visit.interview;
    struct question question;
    struct interview_verdict verdict;
    while (interview_question(interview, &question) == 0) {
        const char *value =
            is_asked_here(question.type) ? NULL : pre_entry_take(app->visit.brought, question.key);
        if (value == NULL ||
            interview_answer(interview, value, FACT_ORIGIN_PRE_ENTRY, &verdict) < 0) {
            return false;
        }
    }
    return true;
}

/* At home something was changed that follows by itself otherwise. True when an answer was tried. */
static bool
change_one(struct app *app)
{
    struct interview *interview = app->visit.interview;
    struct interview_row row;
    struct interview_verdict verdict;
    for (size_t i = 0; i < interview_row_count(interview); i++) {
        const char *value = interview_row(interview, i, &row) == 0 &&
                                    row.origin == FACT_ORIGIN_DERIVED &&
                                    !is_asked_here(row.question.type)
                                ? pre_entry_take(app->visit.brought, row.question.key)
                                : NULL;
        if (value != NULL && interview_change(interview, row.question.key) == 0) {
            if (interview_answer(interview, value, FACT_ORIGIN_PRE_ENTRY, &verdict) < 0) {
                (void)interview_back(interview);
            }
            return true;
        }
    }
    return false;
}

/* Width, kana and spaces make no other answer. */
static bool
says_the_same(const char *home, const char *card)
{
    AUTO_BUF a;
    AUTO_BUF b;
    buf_init(&a, 4 * FACT_VALUE_MAX);
    buf_init(&b, 4 * FACT_VALUE_MAX);
    bool same = i18n_fold(&a, home) == 0 && i18n_fold(&b, card) == 0 &&
                strcmp(buf_str(&a), buf_str(&b)) == 0;
    return same || strcmp(home, card) == 0;
}

bool
brought_otherwise(const struct app *app, const char *key)
{
    for (size_t i = 0; i < app->visit.otherwise_count; i++) {
        if (strcmp(app->visit.otherwise[i], key) == 0) {
            return true;
        }
    }
    return false;
}

static void
compare(struct app *app, const char *key, const char *home, const char *card)
{
    struct visit *visit = &app->visit;
    if (card[0] != 0 && !says_the_same(home, card) && !brought_otherwise(app, key) &&
        visit->otherwise_count < BROUGHT_OTHERWISE_MAX) {
        char *place = visit->otherwise[visit->otherwise_count++];
        (void)snprintf(place, FACT_KEY_MAX, "%s", key);
    }
}

void
brought_meets_card(struct app *app, const char *key, const char *card)
{
    const struct fact *fact = fact_set_get(app->visit.facts, key);
    if (fact != NULL && fact->origin == FACT_ORIGIN_PRE_ENTRY) {
        compare(app, key, fact->value, card);
    }
}

/* What a card told already isn't asked: whether home said the same. */
static void
compare_with_card(struct app *app)
{
    struct interview_row row;
    for (size_t i = 0; i < interview_row_count(app->visit.interview); i++) {
        if (interview_row(app->visit.interview, i, &row) == 0 && row.origin == FACT_ORIGIN_CARD) {
            const char *home = pre_entry_take(app->visit.brought, row.question.key);
            if (home != NULL) {
                compare(app, row.question.key, home, row.value);
            }
        }
    }
}

void
brought_answer(struct app *app)
{
    struct visit *visit = &app->visit;
    if (visit->brought == NULL || visit->procedure == NULL ||
        strcmp(procedure_info(visit->procedure).id, pre_entry_procedure(visit->brought)) != 0) {
        return;
    }
    while (answer_questions(app) && change_one(app)) { /* each is tried once: it ends */
    }
    compare_with_card(app);
}

const char *
brought_procedure(const struct app *app)
{
    return app->visit.brought != NULL ? pre_entry_procedure(app->visit.brought) : NULL;
}
