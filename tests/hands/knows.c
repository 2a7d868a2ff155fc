/* hands/knows.c - what a person brings along: the language, the number of the card, and an answer to
 * every question that the service will ask. Thought out beforehand with the program's own interview on
 * facts of its own, so a new service is known without a change here. */
#include "hands/hands.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "text/text.h"

static const char *const messages[SAID_COUNT] = {
    [SAID_NEXT] = "bar.next",
    [SAID_BACK] = "bar.back",
    [SAID_GO_ON] = "leave.go-on",
    [SAID_START] = "explain.start",
    [SAID_WITHOUT_CARD] = "card.without",
    [SAID_PIN_AGAIN] = "fault.pin-again",
    [SAID_PIN_ONCE_MORE] = "fault.pin-once-more",
    [SAID_LAST_TRY] = "pin-last.go",
    [SAID_CARD_AGAIN] = "fault.card-again",
    [SAID_SUBMIT] = "check.submit",
    [SAID_READ_ON] = "check.read-on",
    [SAID_MORE] = "list.more",
    [SAID_BEFORE] = "list.before",
    [SAID_DELETE] = "key.delete",
    [SAID_SPACE] = "key.space",
    [SAID_HIRAGANA] = "key.hiragana",
    [SAID_KATAKANA] = "key.katakana",
    [SAID_LATIN] = "key.latin",
    [SAID_DIGITS] = "key.digits",
    [SAID_WESTERN] = "date.western",
    [SAID_FINISH] = "bar.finish",
    [SAID_EMPTY] = "speech.empty",
    [SAID_WRITE_ADDRESS] = "postal.skip",
    [SAID_STILL_HERE] = "still-there.go-on",
    [SAID_CHANGE] = "check.change",
    [TITLE_HOME] = "home.title",
    [TITLE_CARD] = "card.title",
    [TITLE_PIN] = "pin.title",
    [TITLE_PIN_WRONG] = "fault-pin-wrong.title",
    [TITLE_PIN_LAST] = "pin-last.title",
    [TITLE_CHECK] = "check.title",
    [TITLE_ACCEPTED] = "accepted.title",
    [TITLE_TAKE_CARD] = "take-card.title",
    [TITLE_STILL_THERE] = "still-there.title",
    [TITLE_READING] = "reading.title",
    [TITLE_SUBMITTING] = "submitting.title",
    [TITLE_ATTRACT] = "attract.promise",
};

void
person_take(const struct person *person, const char *text, char out[WORDS_MAX])
{
    if (person->hands != HANDS_EARS) {
        (void)text_plain(text, out, WORDS_MAX);
        return;
    }
    /* a title is broken into lines only to look well: the ear has none */
    const char *code = i18n_current(person->stage->app->i18n)->code;
    const char *between = strncmp(code, "ja", 2) == 0 ? "" : " ";
    AUTO_BUF line;
    AUTO_BUF spoken;
    buf_init(&line, 16 * 1024);
    buf_init(&spoken, 16 * 1024);
    for (const char *at = text; *at != 0; at++) {
        (void)(*at == '\n' ? buf_add_str(&line, between) : buf_add(&line, at, 1));
    }
    spoken_text(person->stage->app, code, buf_str(&line), &spoken);
    (void)snprintf(out, WORDS_MAX, "%.*s", WORDS_MAX - 1, buf_str(&spoken));
}

static bool
has_value(const char *list, const char *value)
{
    size_t len = strlen(value);
    for (const char *at = list; *at != 0;) {
        size_t n = strcspn(at, " ");
        if (n == len && strncmp(at, value, n) == 0) {
            return true;
        }
        at += n + (at[n] == ' ' ? 1 : 0);
    }
    return false;
}

/* The words of the options that an answer chooses. */
static void
choose(struct person *person, struct known *known, const struct question *q, const char *answer)
{
    struct app *app = person->stage->app;
    size_t count = 0;
    if (strcmp(answer, "unknown") == 0 && q->dont_know) {
        person_take(person, say(app, "answer.unknown"), known->choices[count++]);
    } else if (q->type == QUESTION_YES_NO) {
        person_take(person, say(app, strcmp(answer, "yes") == 0 ? "answer.yes" : "answer.no"),
            known->choices[count++]);
    } else if (q->type == QUESTION_NUMBER) {
        char number[WORDS_MAX];
        (void)snprintf(number, sizeof(number), "%s%s", answer, words(app, &q->unit));
        person_take(person, number, known->choices[count++]);
    }
    for (size_t i = 0; count < 8 && i < q->choice_count; i++) {
        if (has_value(answer, q->choices[i].value)) {
            person_take(person, words(app, &q->choices[i].label), known->choices[count++]);
        }
    }
}

static void
remember(struct person *person, const struct question *q, const char *answer)
{
    struct app *app = person->stage->app;
    if (person->known_count == KNOWN_MAX) {
        return;
    }
    struct known *known = &person->known[person->known_count++];
    char text[WORDS_MAX];
    AUTO_BUF shown;
    buf_init(&shown, 4096);
    *known = (struct known){.type = q->type, .digits = q->digits};
    person_take(person, words(app, &q->label), known->label);
    const char *name = words(app, q->name.source != NULL ? &q->name : &q->label);
    if (q->repeat_index > 0) {
        (void)snprintf(text, sizeof(text), "%.500s  %d / %d", words(app, &q->repeat_label),
            q->repeat_index, q->repeat_count);
        person_take(person, text, known->who);
        (void)snprintf(text, sizeof(text), "%.500s %d", name, q->repeat_index);
        person_take(person, text, known->row);
    } else {
        person_take(person, name, known->row);
    }
    answer_words(app, q, answer, &shown);
    person_take(person, buf_str(&shown), known->shown);
    choose(person, known, q, answer);
    for (const char *at = answer; *at != 0 && strlen(known->written) + 1 < ENTERED_MAX; at++) {
        bool kept = q->type != QUESTION_DATE || *at != '-';
        known->written[strlen(known->written)] = kept ? *at : 0;
    }
}

/* An answer that can be written with the keys of the page: plain kana or Latin letters. */
static int
write_answer(struct person *person, struct interview *interview, const struct question *q,
    struct interview_verdict *verdict, char out[ENTERED_MAX])
{
    static const char *const japanese[] = {
        "ひたち　はなこ", "すけがわちょう", "さくら", "みぎ　ひだり"};
    static const char *const latin[] = {"ANN BELL", "MARIA LOPEZ", "SUKEGAWA", "NGUYEN VAN AN"};
    static const char *const katakana[] = {"ヒタチ　ハナコ", "サクラ"};
    bool ja = strncmp(person->language, "ja", 2) == 0;
    uint32_t turn = rng_seeded_below(&person->rng, 4);
    for (uint32_t i = 0; i < 4; i++) {
        const char *text = ja ? japanese[(turn + i) % 4] : latin[(turn + i) % 4];
        text = q->type == QUESTION_KANA ? katakana[(turn + i) % 2] : text;
        (void)snprintf(out, ENTERED_MAX, "%s", text);
        if (interview_answer(interview, text, FACT_ORIGIN_PERSON, verdict) == 0) {
            return 0;
        }
    }
    return -1;
}

static bool
answer_one(struct person *person, struct interview *interview)
{
    struct question q;
    struct interview_verdict verdict;
    char written[ENTERED_MAX] = "";
    AUTO_BUF answer;
    buf_init(&answer, PROCEDURE_ANSWER_MAX);
    if (interview_question(interview, &q) < 0) {
        return false;
    }
    struct question asked = q; /* the words stay, the rest may move with the answer */
    bool by_hand = (q.type == QUESTION_TEXT || q.type == QUESTION_KANA) && !q.digits;
    if (by_hand && write_answer(person, interview, &q, &verdict, written) == 0) {
        remember(person, &asked, written);
        return true;
    }
    char few[2] = {(char)('1' + (int)rng_seeded_below(&person->rng, 2)), 0};
    if (q.type == QUESTION_NUMBER && q.min <= 1 && q.max >= 2 &&
        interview_answer(interview, few, FACT_ORIGIN_PERSON, &verdict) == 0) {
        remember(person, &asked, few); /* a family of nine is no other visit, only a longer one */
        return true;
    }
    if (interview_random_answer(interview, &person->rng, &answer) < 0 ||
        interview_answer(interview, buf_str(&answer), FACT_ORIGIN_PERSON, &verdict) < 0) {
        return false;
    }
    remember(person, &asked, buf_str(&answer));
    return true;
}

static void
learn_language(struct person *person)
{
    struct app *app = person->stage->app;
    for (int i = 0; i < SAID_COUNT; i++) {
        person_take(person, say(app, messages[i]), person->said[i]);
    }
    for (int n = 0; n <= PIN_DIGITS; n++) {
        char digit[2] = {(char)('0' + n), 0};
        AUTO_BUF text;
        buf_init(&text, 256);
        (void)i18n_format(app->i18n, &text, n > 0 ? "speech.digits" : "speech.no-digits", "n",
            digit, "total", "4", NULL);
        person_take(person, buf_str(&text), person->dots[n]);
    }
    (void)snprintf(person->own_name, sizeof(person->own_name), "%s", i18n_current(app->i18n)->name);
}

bool
person_door(const struct app *app, const char *service, struct procedure_door *ret_door)
{
    for (size_t i = 0; i < procedure_door_count(app->procedures); i++) {
        *ret_door = procedure_door_at(app->procedures, i);
        for (size_t j = 0; j < ret_door->hold_count; j++) {
            if (!ret_door->holds[j].page && strcmp(ret_door->holds[j].id, service) == 0) {
                return true;
            }
        }
    }
    return false;
}

bool
person_think(struct person *person, const struct fact_set *card_facts)
{
    enum { ANSWERS_MAX = 90 };
    struct app *app = person->stage->app;
    const struct procedure *procedure = procedure_find(app->procedures, person->service_id);
    struct procedure_info info = procedure_info(procedure);
    struct fact_set *facts = fact_set_new();
    for (size_t i = 0; card_facts != NULL && i < fact_set_count(card_facts); i++) {
        const struct fact *fact = fact_set_at(card_facts, i);
        (void)fact_set_put(facts, fact->key, fact->value, FACT_ORIGIN_CARD, fact->at);
    }
    (void)i18n_use(app->i18n, person->language); /* from the list of languages */
    learn_language(person);
    person_take(person, words(app, &info.title), person->service);
    struct procedure_door door;
    if (person_door(app, person->service_id, &door)) {
        person_take(person, words(app, &door.title), person->door);
    }
    struct interview *interview = interview_new(procedure, facts, &person->stage->clock);
    interview_refresh(interview);
    bool good = true;
    for (int i = 0; good && i < ANSWERS_MAX && interview_at(interview) != INTERVIEW_CHECK; i++) {
        good = answer_one(person, interview);
    }
    person->expected = fact_set_new();
    good = good && interview_finish(interview, person->expected) == 0;
    interview_free(interview);
    fact_set_free(facts);
    (void)i18n_use(app->i18n, "ja");
    return good;
}

void
person_forget(struct person *person)
{
    fact_set_free(person->expected);
    person->expected = NULL;
}
