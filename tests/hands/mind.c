/* hands/mind.c - what a person does about a page. Knows words only: the page by its title, a button by
 * what stands on it. Reads again after each act, as people do: a wrong choice is chosen anew, a wrong key
 * deleted, a page that nobody asked for left by "back". */
#include "hands/hands.h"

#include <stdio.h>
#include <string.h>

enum { MIDDLE = 500 };

static const char *const pin = "1234";

struct decision
press_it(const struct thing *thing)
{
    return thing != NULL ? (struct decision){ACT_PRESS, thing} : (struct decision){ACT_LOST, NULL};
}

const struct thing *
button(const struct person *person, const struct page *page, enum said said)
{
    return find_act(page, person->said[said]);
}

const struct thing *
first_of(const struct page *page, enum thing_kind kind)
{
    for (size_t i = 0; i < page->count; i++) {
        if (page->things[i].kind == kind) {
            return &page->things[i];
        }
    }
    return NULL;
}

bool
titled(const struct page *page, const char *title)
{
    for (size_t i = 0; i < page->count; i++) {
        if (page->things[i].kind == THING_TITLE && says(&page->things[i], title)) {
            return true;
        }
    }
    return false;
}

static bool
titled_one_of(
    const struct person *person, const struct page *page, const enum said *titles, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (titled(page, person->said[titles[i]])) {
            return true;
        }
    }
    return false;
}

bool
shows(const struct page *page, const char *words)
{
    for (size_t i = 0; i < page->count; i++) {
        bool words_only =
            page->things[i].kind == THING_WORDS || page->things[i].kind == THING_TITLE;
        if (words_only && says(&page->things[i], words)) {
            return true;
        }
    }
    return false;
}

/* What isn't on this page of the column may be on the next one, or on one before. */
struct decision
turn_page(struct person *person, const struct page *page)
{
    const struct thing *more = button(person, page, SAID_MORE);
    const struct thing *before = button(person, page, SAID_BEFORE);
    if (++person->turns > 24) {
        return (struct decision){ACT_LOST, NULL};
    }
    if (person->upwards && before == NULL) {
        person->upwards = false;
    } else if (!person->upwards && more == NULL) {
        person->upwards = true;
    }
    return press_it(person->upwards ? before : more);
}

/* A page that the person did not ask for. */
static struct decision
lost(struct person *person, const struct page *page)
{
    static const enum said ways[] = {
        SAID_STILL_HERE, SAID_GO_ON, SAID_BACK, SAID_CARD_AGAIN, SAID_START, SAID_NEXT};
    const struct thing *own = find_act(page, person->own_name);
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        const struct thing *thing = button(person, page, ways[i]);
        if (thing != NULL) {
            return press_it(thing);
        }
    }
    if (own != NULL) {
        return press_it(own);
    }
    for (size_t i = 0; i < page->count;
         i++) { /* a page in letters nobody here can read: the globe */
        if (strcmp(page->things[i].picture, "globe") == 0) {
            return press_it(&page->things[i]);
        }
    }
    return (struct decision){ACT_BACK, NULL};
}

static struct decision
enter_pin(struct person *person, const struct page *page)
{
    const struct thing *dots = first_of(page, THING_DOTS);
    int count = dots != NULL ? dots->value : 0;
    int have = (int)strlen(person->entered);
    if (count < have) {
        person->entered[count] = 0; /* the last press did not count */
        have = count;
    }
    bool right = count == have && strncmp(person->entered, pin, strlen(person->entered)) == 0;
    if (!right) {
        return press_it(button(person, page, SAID_DELETE));
    }
    if (count == (int)strlen(pin)) {
        return press_it(button(person, page, SAID_NEXT));
    }
    char digit[2] = {pin[count], 0};
    char words[WORDS_MAX];
    person_take(person, digit, words);
    return press_it(find_act(page, words));
}

/* Names are said as they are read. */
static bool
is_reading(const struct person *person, const char *words)
{
    for (size_t i = 0; person->hands == HANDS_EARS && i < person->known_count; i++) {
        if (person->known[i].type == QUESTION_KANA && strcmp(words, person->known[i].shown) == 0) {
            return true;
        }
    }
    return false;
}

/* The ear can't tell how a word is written: what was changed just now and is said so still is how it is said.
 * The eye sees that it is still wrong. */
static bool
is_settled(const struct person *person, const struct known *known)
{
    return person->hands == HANDS_EARS && strcmp(person->changed, known->row) == 0;
}

/* Is this what was meant in the row of this name? */
static bool
is_meant(const struct person *person, const char *row, const char *value)
{
    for (size_t i = 0; i < person->known_count; i++) {
        const struct known *known = &person->known[i];
        if (strcmp(known->row, row) == 0 &&
            (strcmp(known->shown, value) == 0 || strcmp(known->shown_too, value) == 0)) {
            return true;
        }
    }
    return false;
}

static const struct known *
known_row(const struct person *person, const char *name)
{
    for (size_t i = 0; i < person->known_count; i++) {
        if (strcmp(person->known[i].row, name) == 0) {
            return &person->known[i];
        }
    }
    return NULL;
}

/* A row of the page with all answers whose answer isn't what was meant: where its name stands. An answer may be
 * called as another row is ("wife or husband"), so what follows a name is an answer and nothing else. */
static const struct thing *
wrong_row(const struct person *person, const struct page *page)
{
    for (size_t i = 0; i + 1 < page->count; i++) {
        const struct thing *name = &page->things[i];
        const struct thing *value = &page->things[i + 1];
        const struct known *known =
            name->kind == THING_WORDS ? known_row(person, name->words) : NULL;
        if (known == NULL || value->kind != THING_WORDS) {
            continue;
        }
        if (!is_meant(person, known->row, value->words) && !is_reading(person, value->words) &&
            !is_settled(person, known)) {
            return name;
        }
        i++;
    }
    return NULL;
}

/* The row of an answer is its name and, after it, the answer; a button to change it follows. */
static struct decision
check(struct person *person, const struct page *page)
{
    const struct thing *wrong = wrong_row(person, page);
    for (const struct thing *at = wrong; at != NULL && at < page->things + page->count; at++) {
        if (at->kind == THING_ACT && strstr(at->words, person->said[SAID_CHANGE]) != NULL) {
            person->mistakes++;
            person->changing = true;
            return press_it(at);
        }
    }
    const struct thing *on = button(person, page, SAID_READ_ON);
    return press_it(on != NULL ? on : button(person, page, SAID_SUBMIT));
}

static struct decision
card_page(struct person *person, const struct page *page)
{
    if (!person->card) {
        return press_it(button(person, page, SAID_WITHOUT_CARD));
    }
    return (struct decision){person->stage->card_there ? ACT_WAIT : ACT_CARD, NULL};
}

/* All that the answers have to lead to is looked for, on each page of the column. */
static struct decision
results(struct person *person, const struct page *page)
{
    bool all = true;
    for (size_t r = 0; r < person->result_count; r++) {
        for (size_t i = 0; i < page->count; i++) {
            person->seen[r] = person->seen[r] || says(&page->things[i], person->results[r]);
        }
        all = all && person->seen[r];
    }
    return all ? (struct decision){ACT_DONE, NULL} : turn_page(person, page);
}

/* Where a visit without a record ends; an end that isn't meant comes from a wrong answer. */
static bool
ends_of(struct person *person, const struct page *page, struct decision *ret_decision)
{
    static const enum said ends[] = {TITLE_RESULTS, TITLE_RESULTS_SELF, TITLE_NO_RESULTS};
    if (titled_one_of(person, page, ends, ARRAY_LEN(ends))) {
        *ret_decision = person->ending == END_RESULTS ? results(person, page)
                                                      : press_it(button(person, page, SAID_BACK));
    } else if (titled(page, person->said[TITLE_NOT_HERE])) {
        *ret_decision = person->ending == END_NOT_HERE ? (struct decision){ACT_DONE, NULL}
                                                       : press_it(button(person, page, SAID_BACK));
    } else {
        return false;
    }
    return true;
}

/* Pages with a name that everybody knows. ret_decision is set when it was one. */
static bool
plain_pages(struct person *person, const struct page *page, struct decision *ret_decision)
{
    static const enum said done[] = {
        TITLE_ACCEPTED, TITLE_BOOKED, TITLE_REPORTED, TITLE_TOLD, TITLE_CHECKED_IN};
    static const struct {
        enum said title, does;
    } pages[] = {
        {TITLE_PIN_WRONG, SAID_PIN_AGAIN},
        {TITLE_PIN_LAST, SAID_LAST_TRY},
        {TITLE_STILL_THERE, SAID_STILL_HERE},
    };
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        if (titled(page, person->said[pages[i].title])) {
            const struct thing *thing = button(person, page, pages[i].does);
            *ret_decision =
                press_it(thing != NULL ? thing : button(person, page, SAID_PIN_ONCE_MORE));
            return true;
        }
    }
    if (titled(page, person->said[TITLE_READING]) || titled(page, person->said[TITLE_SUBMITTING])) {
        *ret_decision = (struct decision){ACT_WAIT, NULL};
    } else if (titled(page, person->said[TITLE_CHECK_IN])) {
        *ret_decision = press_it(button(person, page, SAID_WITHOUT_TAP));
    } else if (titled_one_of(person, page, done, ARRAY_LEN(done))) {
        *ret_decision = (struct decision){ACT_DONE, NULL};
    } else if (titled(page, person->said[TITLE_TAKE_CARD])) {
        *ret_decision = (struct decision){ACT_TAKE_CARD, NULL};
    } else {
        return false;
    }
    return true;
}

/* Another page, or another question, is begun afresh in mind. */
static void
notice_page(struct person *person, const struct page *page)
{
    char title[WORDS_MAX] = "";
    bool later = button(person, page, SAID_BEFORE) != NULL;
    for (size_t i = later ? page->count - 1 : 0; i < page->count; i++) {
        if (page->things[i].kind == THING_TITLE) {
            (void)snprintf(title, sizeof(title), "%s", page->things[i].words);
            break;
        }
    }
    const struct known *known = question_of(person, page);
    person->question = known;
    if (known != NULL && person->changing) { /* another row's button may have been struck */
        (void)snprintf(person->changed, sizeof(person->changed), "%s", known->row);
        person->changing = false;
    }
    if (known != NULL && known->who[0] != 0) {
        (void)snprintf(title, sizeof(title), "%.300s %.300s", known->label, known->who);
    }
    if (strcmp(title, person->page) != 0) {
        (void)snprintf(person->page, sizeof(person->page), "%s", title);
        person->entered[0] = 0;
        person->heard[0] = 0;
        person->turns = 0;
        person->upwards = false;
        person->pin_set = false;
    }
}

/* The second page of a column bears no title: one knows where one is from having turned to it. */
static void
keep_title(const struct person *person, struct page *page)
{
    if (button(person, page, SAID_BEFORE) != NULL && page->count < THINGS_MAX) {
        struct thing *title = &page->things[page->count++];
        *title = (struct thing){.kind = THING_TITLE};
        (void)snprintf(title->words, sizeof(title->words), "%s", person->page);
    }
}

struct decision
decide(struct person *person, struct page *page)
{
    struct decision decision;
    person->aim_x = MIDDLE;
    person->aim_y = MIDDLE;
    keep_title(person, page);
    notice_page(person, page);
    if (plain_pages(person, page, &decision) || ends_of(person, page, &decision)) {
        return decision;
    }
    if (titled(page, person->said[TITLE_HOME])) {
        const struct thing *door =
            person->unsure ? button(person, page, SAID_UNSURE) : find_act(page, person->door);
        return door != NULL ? press_it(door) : turn_page(person, page);
    }
    if (titled(page, person->door)) {
        const struct thing *service = find_act(page, person->service);
        return service != NULL ? press_it(service) : turn_page(person, page);
    }
    const struct known *known = person->question;
    if (titled(page, person->said[TITLE_CARD])) {
        decision = card_page(person, page);
    } else if (titled(page, person->said[TITLE_PIN])) {
        decision = enter_pin(person, page);
    } else if (titled(page, person->said[TITLE_CHECK])) {
        decision = check(person, page);
    } else if (known != NULL) {
        decision = answer(person, page, known);
    } else if (titled(page, person->service)) {
        decision = press_it(button(person, page, SAID_START));
    } else {
        return lost(person, page);
    }
    return decision.act == ACT_LOST && person->turns <= 24 ? turn_page(person, page) : decision;
}
