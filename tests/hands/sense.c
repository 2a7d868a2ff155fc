/* hands/sense.c - a page as a person meets it: by the eye, the elements with their words, marks and
 * pictures; by the ear, what is said of them, and nothing else. */
#include "hands/hands.h"

#include <stdio.h>
#include <string.h>

#include "text/text.h"

/* A map with the pin that stands on it, or a place to sign. */
static void
see_map(const struct ui *ui, size_t index, struct thing *thing)
{
    const struct ui_element *map = ui_at(ui, index);
    *thing = (struct thing){.element = index, .kind = THING_MAP};
    for (size_t i = 0; i < ui_count(ui); i++) {
        const struct ui_element *e = ui_at(ui, i);
        if (e->picture != NULL && strcmp(e->picture, "pin") == 0 && map->rect.w > 0 &&
            map->rect.h > 0) { /* its point is below in the middle */
            thing->value = 1;
            thing->pin_x = (e->rect.x + e->rect.w / 2 - map->rect.x) * 1000 / map->rect.w;
            thing->pin_y = (e->rect.y + e->rect.h - map->rect.y) * 1000 / map->rect.h;
        }
    }
}

static void
see(const struct person *person, struct page *page)
{
    const struct ui *ui = person->stage->app->ui;
    for (size_t i = 0; i < ui_count(ui); i++) {
        const struct ui_element *e = ui_at(ui, i);
        bool act = e->id != NULL && e->id[0] != 0;
        if (e->role == UI_ROLE_INK) {
            see_map(ui, i, &page->things[page->count++]);
            continue;
        }
        if (e->role == UI_ROLE_QR || (!act && e->text == NULL) || e->role == UI_ROLE_PANEL) {
            continue;
        }
        struct thing *thing = &page->things[page->count++];
        *thing = (struct thing){.element = i,
            .kind = e->role == UI_ROLE_TITLE   ? THING_TITLE
                    : e->role == UI_ROLE_FIELD ? THING_FIELD
                    : e->role == UI_ROLE_DOTS  ? THING_DOTS
                    : act                      ? THING_ACT
                                               : THING_WORDS,
            .chosen = (e->state & UI_STATE_CHOSEN) != 0,
            .waiting = (e->state & UI_STATE_WAITING) != 0,
            .value = e->value};
        bool drawn = e->role == UI_ROLE_KEY && (e->text == NULL || e->text[0] == 0);
        const char *words = drawn ? e->label : e->text; /* a label names a picture */
        (void)text_plain(words != NULL ? words : "", thing->words, sizeof(thing->words));
        (void)snprintf(
            thing->picture, sizeof(thing->picture), "%s", e->picture != NULL ? e->picture : "");
    }
}

/* Is a message part of what is said of a state? */
static bool
holds(const struct person *person, const char *state, const char *message)
{
    char words[WORDS_MAX];
    person_take(person, say(person->stage->app, message), words);
    return words[0] != 0 && strstr(state, words) != NULL;
}

/* "can be chosen" holds "chosen": what is still open is asked first. */
static bool
chosen(const struct person *person, const char *state)
{
    bool open = holds(person, state, "speech.choice") || holds(person, state, "speech.check");
    bool done = holds(person, state, "speech.chosen") || holds(person, state, "speech.checked");
    return done && !open;
}

/* What is said: a page begins with its title, or with whom of several it asks about, that person's name and then the
 * title; the word behind a thing says what it is and how it stands. */
enum { TITLE_LINES = 3 };
static void
hear(const struct person *person, struct page *page)
{
    static struct utterances list;
    struct app *app = person->stage->app;
    utterances_init(&list);
    utterances_take(app, &list);
    for (size_t i = 0; i < list.count; i++) {
        const struct utterance *u = &list.all[i];
        const char *state = utterance_state(&list, u);
        struct thing *thing = &page->things[page->count++];
        *thing = (struct thing){.element = u->element,
            .kind = u->act ? THING_ACT : THING_WORDS,
            .chosen = chosen(person, state),
            .waiting = holds(person, state, "speech.waiting")};
        (void)snprintf(thing->words, sizeof(thing->words), "%s", utterance_words(&list, u));
        if (i < TITLE_LINES && !u->act && (i == 0 || page->things[i - 1].kind == THING_TITLE)) {
            thing->kind = THING_TITLE;
        } else if (holds(person, state, "speech.field")) {
            thing->kind = THING_FIELD;
        } else if (thing->waiting) {
            thing->kind = THING_ACT;
        }
        for (int n = 0; n <= PIN_DIGITS; n++) {
            if (strcmp(thing->words, person->dots[n]) == 0) {
                thing->kind = THING_DOTS;
                thing->value = n;
            }
        }
    }
    utterances_release(&list);
}

void
sense(const struct person *person, struct page *page)
{
    page->count = 0;
    if (person->hands == HANDS_EARS) {
        hear(person, page);
    } else {
        see(person, page);
    }
}

/* Marks that end a thing said, so that what follows is another one. */
static bool
ends(const char *at)
{
    static const char *const marks[] = {
        "。", "、", ". ", ".", ",", "?", "!", "？", "！", "।", "။", ":"};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (strncmp(at, marks[i], strlen(marks[i])) == 0) {
            return true;
        }
    }
    return *at == 0;
}

bool
says(const struct thing *thing, const char *words)
{
    size_t len = strlen(words);
    if (len == 0 || strncmp(thing->words, words, len) != 0) {
        return false;
    }
    if (ends(thing->words + len)) {
        return true;
    }
    for (size_t back = 1; back <= 3 && back <= len;
         back++) { /* the words themselves end with one */
        if (ends(words + len - back) && thing->words[len - back] != 0) {
            return true;
        }
    }
    return false;
}

const struct thing *
find_act(const struct page *page, const char *words)
{
    const struct thing *found = NULL;
    for (size_t i = 0; i < page->count; i++) {
        const struct thing *thing = &page->things[i];
        if (thing->kind == THING_ACT && !thing->waiting && says(thing, words)) {
            /* exactly this, and not the globe in the bar, which has the page's language beside it */
            if (strcmp(thing->words, words) == 0 && strcmp(thing->picture, "globe") != 0) {
                return thing;
            }
            found = found != NULL ? found : thing;
        }
    }
    return found;
}
