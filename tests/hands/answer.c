/* hands/answer.c - how a person answers a question: what is chosen, found or drawn; written answers are in
 * write.c. Knows words only, as mind.c does. */
#include "hands/hands.h"

#include <string.h>

static bool
is_wanted(const struct known *known, const struct thing *thing)
{
    for (size_t i = 0; i < CHOICES_MAX && known->choices[i][0] != 0; i++) {
        if (says(thing, known->choices[i])) {
            return true;
        }
    }
    return false;
}

/* All pages of the list are gone through: what is wanted is ticked, what isn't is taken back. */
static struct decision
choose_several(struct person *person, const struct page *page, const struct known *known)
{
    for (size_t i = 0; i < page->count; i++) {
        const struct thing *thing = &page->things[i];
        if (thing->kind == THING_ACT && thing->chosen && !is_wanted(known, thing)) {
            return press_it(thing);
        }
    }
    for (size_t i = 0; i < CHOICES_MAX && known->choices[i][0] != 0; i++) {
        const struct thing *option = find_act(page, known->choices[i]);
        if (option != NULL && !option->chosen) {
            return press_it(option);
        }
    }
    const struct thing *on = button(person, page, SAID_READ_ON);
    on = on != NULL ? on : button(person, page, SAID_MORE);
    on = on != NULL ? on : button(person, page, SAID_NEXT);
    return on != NULL ? press_it(on) : turn_page(person, page);
}

static struct decision
choose(struct person *person, const struct page *page, const struct known *known)
{
    const struct thing *option = find_act(page, known->choices[0]);
    if (known->type == QUESTION_SEVERAL) {
        return choose_several(person, page, known);
    }
    if (option != NULL && strcmp(option->picture, "globe") != 0) {
        return press_it(option->chosen ? button(person, page, SAID_NEXT) : option);
    }
    return turn_page(person, page);
}

/* One of a long list: some letters, then the name. */
static struct decision
pick(struct person *person, const struct page *page, const struct known *known)
{
    enum { LOOKED_ENOUGH = 10 };
    if (first_of(page, THING_FIELD) != NULL) {
        return write_on(person, page, known->written, false, SAID_SHOW);
    }
    if (known->choices[0][0] == 0) { /* left open */
        return press_it(button(person, page, SAID_NEXT));
    }
    if (find_act(page, known->choices[0]) == NULL && person->turns > LOOKED_ENOUGH) {
        person->turns = 0;
        return press_it(button(person, page, SAID_BACK)); /* the letters were other ones */
    }
    return choose(person, page, known);
}

/* Do the words above the list tell this? */
static bool
tells(const struct page *page, const char *first, const char *second)
{
    for (size_t i = 0; i < page->count; i++) {
        const struct thing *thing = &page->things[i];
        if (thing->kind != THING_ACT && strstr(thing->words, first) != NULL &&
            strstr(thing->words, second) != NULL) {
            return true;
        }
    }
    return false;
}

/* A free time: the place, then the day, then the time of day. */
static struct decision
pick_slot(struct person *person, const struct page *page, const struct known *known)
{
    const char *place = known->choices[0];
    const char *day = known->choices[1];
    const struct thing *on = NULL;
    if (button(person, page, SAID_BEFORE) != NULL) { /* further down: of the same place and day */
        for (size_t i = 3; i > 0 && on == NULL; i--) {
            on = find_act(page, known->choices[i - 1]);
        }
        on = on != NULL && on->chosen ? button(person, page, SAID_NEXT) : on;
    } else if (tells(page, place, day)) {
        on = find_act(page, known->choices[2]);
        on = on != NULL && on->chosen ? button(person, page, SAID_NEXT) : on;
    } else if (tells(page, place, place)) {
        on = find_act(page, day);
    } else {
        on = find_act(page, place);
    }
    if (on != NULL) {
        return press_it(on);
    }
    if (button(person, page, SAID_MORE) != NULL) {
        return press_it(button(person, page, SAID_MORE));
    }
    return press_it(button(person, page, SAID_BACK)); /* another place or day was struck */
}

/* Where the pin is: seen, or counted from the keys. At the landmark that is told when the count can't be right. */
static void
where_is_pin(struct person *person, const struct page *page, const struct landmark *goal)
{
    enum { CLOSE = 13 };
    const struct thing *map = first_of(page, THING_MAP);
    if (map != NULL) {
        person->pin_set = map->value != 0;
        person->pin_x = map->pin_x;
        person->pin_y = map->pin_y;
        return;
    }
    int dx = goal->x - person->pin_x;
    int dy = goal->y - person->pin_y;
    if (dx > CLOSE || dx < -CLOSE || dy > CLOSE || dy < -CLOSE) {
        return;
    }
    for (size_t i = 0; i < person->landmark_count; i++) {
        const struct landmark *landmark = &person->town[i];
        if (landmark->map == goal->map &&
            (shows(page, landmark->at) || shows(page, landmark->near))) {
            person->pin_x = landmark->x;
            person->pin_y = landmark->y;
        }
    }
}

static struct decision
find_place(struct person *person, const struct page *page, const struct known *known)
{
    const struct landmark *goal = known->landmark;
    const struct thing *map = first_of(page, THING_MAP);
    if (shows(page, known->shown) || shows(page, known->shown_too)) {
        return press_it(button(person, page, SAID_NEXT));
    }
    if (person->hands == HANDS_TREMOR && map != NULL) {
        person->aim_x = goal->x;
        person->aim_y = goal->y;
        return press_it(map);
    }
    where_is_pin(person, page, goal);
    int dx = goal->x - person->pin_x;
    int dy = goal->y - person->pin_y;
    bool sideways = dx * dx > dy * dy;
    return press_it(button(person, page,
        !person->pin_set ? SAID_UP
        : sideways       ? (dx > 0 ? SAID_RIGHT : SAID_LEFT)
        : dy > 0         ? SAID_DOWN
                         : SAID_UP));
}

static struct decision
sign(struct person *person, const struct page *page)
{
    const struct thing *area = first_of(page, THING_MAP);
    if (button(person, page, SAID_CLEAR) != NULL) { /* there is something to wipe out */
        return press_it(button(person, page, SAID_NEXT));
    }
    return area != NULL ? (struct decision){ACT_DRAW, area} : turn_page(person, page);
}

struct decision
answer(struct person *person, const struct page *page, const struct known *known)
{
    bool keys = first_of(page, THING_FIELD) != NULL;
    switch (known->type) {
    case QUESTION_PICK:
        return pick(person, page, known);
    case QUESTION_SLOT:
        return pick_slot(person, page, known);
    case QUESTION_PLACE:
        return known->landmark != NULL ? find_place(person, page, known)
                                       : choose(person, page, known);
    case QUESTION_SIGNATURE:
        return known->choices[0][0] != 0 ? choose(person, page, known) : sign(person, page);
    default:
        break;
    }
    bool unsure = find_act(page, known->choices[0]) != NULL; /* "I don't know" beside the keys */
    if (known->choices[0][0] != 0 && (!keys || unsure)) {
        return choose(person, page, known);
    }
    if (known->written[0] == 0) { /* left open */
        return press_it(button(person, page, SAID_NEXT));
    }
    if (known->type == QUESTION_DATE) {
        const struct thing *western = button(person, page, SAID_WESTERN);
        if (western != NULL && !western->chosen) {
            return press_it(western);
        }
    }
    /* an address can come from its postal code; here it is written */
    const struct thing *by_hand = button(person, page, SAID_WRITE_ADDRESS);
    if (by_hand != NULL) {
        return press_it(by_hand);
    }
    bool digits = known->digits || known->type == QUESTION_DATE || known->type == QUESTION_NUMBER ||
                  known->type == QUESTION_MONEY || known->type == QUESTION_TIME;
    return write_on(person, page, known->written, digits, SAID_NEXT);
}
