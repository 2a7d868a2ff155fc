/* app/draft.c - a visit that pauses as bytes: a record that is never sent (record.h has the well-worn encoding), whose
 * facts are those of the visit behind a letter, the pages that were answered, and how the visitor wants the terminal.
 *
 * What a card told is left out, and asked of the card again: whoever finds the number must not have a record that
 * says "read from the card" without the card. So is what follows from other answers, and all of the PIN. */
#include "app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"

enum { LOOKS_MAX = 12 };

/* The parts of a draft; a fact's key is the letter, a point, and the key. */
enum part {
    PART_FACT = 'f',
    PART_APART = 'a',
    PART_READING = 'r',
    PART_ASKED = 'q', /* by the procedure */
    PART_GUIDE = 'g', /* by the guide that led to it */
    PART_DONE = 'd', /* received already */
    PART_OF = 'o' /* one thing each */
};

static int
put(struct fact_set *draft, enum part part, const char *key, const char *value,
    enum fact_origin origin, int64_t at)
{
    char name[FACT_KEY_MAX + 2];
    (void)snprintf(name, sizeof(name), "%c.%s", part, key);
    return strlen(name) < FACT_KEY_MAX ? fact_set_put(draft, name, value, origin, at)
                                       : KERR_TOO_BIG;
}

static int
put_set(struct fact_set *draft, enum part part, const struct fact_set *from)
{
    int r = 0;
    for (size_t i = 0; i < fact_set_count(from) && r == 0; i++) {
        const struct fact *fact = fact_set_at(from, i);
        r = pause_keeps(fact) ? put(draft, part, fact->key, fact->value, fact->origin, fact->at)
                              : 0;
    }
    return r;
}

static int
put_asked(struct fact_set *draft, enum part part, const struct interview *interview)
{
    int r = 0;
    for (size_t i = 0; interview != NULL && i < interview_asked_count(interview) && r == 0; i++) {
        r = put(draft, part, interview_asked(interview, i), "", FACT_ORIGIN_PERSON, 0);
    }
    return r;
}

/* How the visitor wants the terminal: numbers in this order, and back. Speech stays as it is at the terminal where the
 * visit goes on; whether personal words are read aloud is asked anew. */
static size_t
looks(struct preferences *prefs, int values[LOOKS_MAX], bool take)
{
    int *const ints[] = {&prefs->hands.repeat_ms, &prefs->hands.hold_ms, &prefs->hands.scan_ms};
    bool *const bools[] = {&prefs->two_languages, &prefs->slow, &prefs->wheelchair};
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(ints); i++, n++) {
        values[n] = take ? (*ints[i] = values[n]) : *ints[i];
    }
    for (size_t i = 0; i < ARRAY_LEN(bools); i++, n++) {
        values[n] = take ? (*bools[i] = values[n] != 0) : *bools[i];
    }
    if (take) {
        prefs->theme = (enum ui_theme)values[n];
        prefs->text_size = (enum ui_text_size)values[n + 1];
    }
    values[n++] = (int)prefs->theme;
    values[n++] = (int)prefs->text_size;
    return n;
}

static int
put_looks(struct fact_set *draft, const struct app *app)
{
    int values[LOOKS_MAX] = {0};
    char text[LOOKS_MAX * 12] = "";
    struct preferences prefs = app->prefs;
    size_t count = looks(&prefs, values, false);
    for (size_t i = 0, at = 0; i < count; i++) {
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%d ", values[i]);
    }
    return put(draft, PART_OF, "looks", text, FACT_ORIGIN_DERIVED, 0);
}

static int
put_done(struct fact_set *draft, const struct visit *visit)
{
    int r = 0;
    for (size_t i = 0; i < visit->done_count && r == 0; i++) {
        r = put(draft, PART_DONE, procedure_info(visit->done[i]).id, "", FACT_ORIGIN_DERIVED, 0);
    }
    return r;
}

/* The question where the visitor is, and whether the card was read. */
static int
put_place(struct fact_set *draft, const struct visit *visit)
{
    struct question question = {.key = ""};
    (void)interview_question(visit->interview, &question); /* none: the check page */
    int r = put(draft, PART_OF, "at", question.key, FACT_ORIGIN_DERIVED, 0);
    if (r == 0 && visit->card_declined) {
        r = put(draft, PART_OF, "no-card", "", FACT_ORIGIN_DERIVED, 0);
    }
    if (r == 0) {
        char id[2 * RECORD_VISIT_LEN + 1];
        hex_encode(visit->id, sizeof(visit->id), id);
        r = put(draft, PART_OF, "visit", id, FACT_ORIGIN_DERIVED, 0);
    }
    if (r == 0 && visit->assisted) {
        r = put(draft, PART_OF, "assisted", "", FACT_ORIGIN_DERIVED, 0);
    }
    if (r == 0 && visit->guide != NULL) {
        r = put(draft, PART_OF, "guide", procedure_info(interview_procedure(visit->guide)).id,
            FACT_ORIGIN_DERIVED, 0);
    }
    return r;
}

int
draft_write(struct app *app, struct buf *ret_bytes)
{
    const struct visit *visit = &app->visit;
    struct fact_set *draft = fact_set_new();
    int r = put_set(draft, PART_FACT, visit->facts);
    r = r == 0 ? put_set(draft, PART_APART, visit->apart) : r;
    r = r == 0 ? put_set(draft, PART_READING, visit->readings) : r;
    r = r == 0 ? put_asked(draft, PART_ASKED, visit->interview) : r;
    r = r == 0 ? put_asked(draft, PART_GUIDE, visit->guide) : r;
    r = r == 0 ? put_done(draft, visit) : r;
    r = r == 0 ? put_place(draft, visit) : r;
    r = r == 0 ? put_looks(draft, app) : r;
    struct record_head head = {.fee = -1};
    (void)snprintf(
        head.procedure, sizeof(head.procedure), "%s", procedure_info(visit->procedure).id);
    (void)snprintf(head.language, sizeof(head.language), "%s", i18n_current(app->i18n)->code);
    if (r == 0) {
        struct record *record = record_new(&head, draft);
        r = record_press(record, ret_bytes);
        record_free(record);
    }
    fact_set_free(draft);
    return r;
}

/* Facts of one part, under their own keys. */
static int
take_set(const struct fact_set *draft, enum part part, struct fact_set *into)
{
    int r = 0;
    for (size_t i = 0; i < fact_set_count(draft) && r == 0; i++) {
        const struct fact *fact = fact_set_at(draft, i);
        if (fact->key[0] == (char)part) {
            r = fact_set_put(into, fact->key + 2, fact->value, fact->origin, fact->at);
        }
    }
    return r;
}

static void
take_looks(struct app *app, const char *text)
{
    struct preferences prefs = app->prefs;
    int values[LOOKS_MAX] = {0};
    for (size_t i = 0; i < LOOKS_MAX && *text != 0; i++) {
        char *end;
        values[i] = (int)strtol(text, &end, 10); /* of our own making, sealed */
        text = *end == ' ' ? end + 1 : end;
    }
    (void)looks(&prefs, values, true);
    prefs.hands.switches = app->prefs.hands.switches;
    app->prefs = prefs;
    app_apply_preferences(app);
}

static void
take_done(struct app *app, const struct fact_set *draft)
{
    for (size_t i = 0; i < fact_set_count(draft); i++) {
        const char *key = fact_set_at(draft, i)->key;
        const struct procedure *done =
            key[0] == (char)PART_DONE ? procedure_find(app->procedures, key + 2) : NULL;
        if (done != NULL && app->visit.done_count < DONE_MAX) {
            app->visit.done[app->visit.done_count++] = done;
        }
    }
}

/* The guide whose results led here; one that is gone is done without. */
static int
take_guide(struct app *app, const struct fact_set *draft)
{
    const char *id = fact_set_value(draft, "o.guide");
    const struct procedure *guide = id != NULL ? procedure_find(app->procedures, id) : NULL;
    if (guide == NULL) {
        return 0;
    }
    struct fact_set *asked = fact_set_new();
    int r = take_set(draft, PART_GUIDE, asked);
    app->visit.guide = interview_new(guide, app->visit.facts, app->clock);
    interview_resume(app->visit.guide, asked);
    fact_set_free(asked);
    return r;
}

static int
take(struct app *app, const struct record_head *head, const struct fact_set *draft)
{
    struct visit *visit = &app->visit;
    const struct procedure *procedure = procedure_find(app->procedures, head->procedure);
    if (procedure == NULL) {
        return KERR_INVALID;
    }
    const char *at = fact_set_value(draft, "o.at");
    const char *text = fact_set_value(draft, "o.looks");
    int r = take_set(draft, PART_FACT, visit->facts);
    r = r == 0 ? take_set(draft, PART_APART, visit->apart) : r;
    r = r == 0 ? take_set(draft, PART_READING, visit->readings) : r;
    r = r == 0 ? take_guide(app, draft) : r;
    visit->resumed.asked = fact_set_new();
    r = r == 0 ? take_set(draft, PART_ASKED, visit->resumed.asked) : r;
    if (r < 0) {
        return r;
    }
    take_done(app, draft);
    (void)snprintf(visit->resumed.at, sizeof(visit->resumed.at), "%s", at != NULL ? at : "");
    const char *id = fact_set_value(draft, "o.visit");
    if (id != NULL) {
        (void)hex_decode(id, visit->id, sizeof(visit->id)); /* of our own making, sealed */
    }
    visit->assisted = fact_set_value(draft, "o.assisted") != NULL;
    visit->card_declined = fact_set_value(draft, "o.no-card") != NULL;
    visit->procedure = procedure;
    struct procedure_info info = procedure_info(procedure);
    visit->interview =
        interview_new(procedure, info.anonymous ? visit->apart : visit->facts, app->clock);
    visit->from = visit->guide != NULL ? &screen_results : &screen_home;
    (void)i18n_use(app->i18n, head->language); /* a language that is gone: as it is now */
    take_looks(app, text != NULL ? text : "");
    return 0;
}

int
draft_read(struct app *app, const struct buf *bytes)
{
    struct record *record = NULL;
    int r = record_decode(bytes->data, bytes->len, &record);
    if (r == 0) {
        r = take(app, record_head(record), record_facts(record));
        record_free(record);
    }
    return r;
}
