/* hands/mind.c - what a person does about a page. Knows words only: the page by its title, a button by
 * what stands on it. Reads again after each act, as people do: a wrong choice is chosen anew, a wrong key
 * deleted, a page that nobody asked for left by "back". */
#include "hands/hands.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum { MIDDLE = 500, PIN_STEP = 25, EDGE = 1000 };

static const char *const pin = "1234";

static struct decision
press(const struct thing *thing)
{
    return thing != NULL ? (struct decision){ACT_PRESS, thing} : (struct decision){ACT_LOST, NULL};
}

const struct thing *
button(const struct person *person, const struct page *page, enum said said)
{
    return find_act(page, person->said[said]);
}

static const struct thing *
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

static bool
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
static struct decision
turn(struct person *person, const struct page *page)
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
    return press(person->upwards ? before : more);
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
            return press(thing);
        }
    }
    if (own != NULL) {
        return press(own);
    }
    for (size_t i = 0; i < page->count;
         i++) { /* a page in letters nobody here can read: the globe */
        if (strcmp(page->things[i].picture, "globe") == 0) {
            return press(&page->things[i]);
        }
    }
    return (struct decision){ACT_BACK, NULL};
}

/* ---- writing ---- */

static const char *const voiced =
    "かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼ"
    "カガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボ";

static const char *const small =
    "あぁいぃうぅえぇおぉつっやゃゆゅよょアァイィウゥエェオォツッヤャユュヨョ";

/* The kana of which a mark makes this one, and the mark; NULL when there is none. */
static const char *
unmarked(const char *one, char out[8])
{
    static const struct {
        const char *const *pairs, *mark;
    } marks[] = {{&voiced, "゛"}, {&small, "小"}};
    for (size_t k = 0; k < ARRAY_LEN(marks) && one[0] != 0; k++) {
        const char *pairs = *marks[k].pairs;
        for (size_t i = 0; pairs[i] != 0; i += 6) {
            if (strncmp(pairs + i + 3, one, 3) == 0) {
                (void)snprintf(out, 8, "%.3s", pairs + i);
                return marks[k].mark;
            }
        }
    }
    return NULL;
}

static void
digits_only(const char *text, char out[ENTERED_MAX])
{
    size_t n = 0;
    for (; *text != 0 && n + 1 < ENTERED_MAX; text++) {
        if (*text >= '0' && *text <= '9') {
            out[n++] = *text;
        }
    }
    out[n] = 0;
}

/* What is said of a field is its name and, after a stop, what stands in it. */
static void
heard_value(const struct person *person, const char *words, char out[ENTERED_MAX])
{
    static const char *const stops[] = {"。", ". "};
    const char *value = "";
    for (size_t i = 0; i < ARRAY_LEN(stops); i++) {
        const char *at = strstr(words, stops[i]);
        value = value[0] == 0 && at != NULL ? at + strlen(stops[i]) : value;
    }
    bool empty = strcmp(value, person->said[SAID_EMPTY]) == 0;
    (void)snprintf(out, ENTERED_MAX, "%.*s", ENTERED_MAX - 1, empty ? "" : value);
}

/* What stands in the field: read from it, or heard; digits, which are said as words, are remembered. */
static void
standing(const struct person *person, const struct page *page, bool digits, char out[ENTERED_MAX])
{
    const struct thing *field = first_of(page, THING_FIELD);
    bool ears = person->hands == HANDS_EARS;
    if (digits) {
        digits_only(ears || field == NULL ? person->entered : field->words, out);
    } else if (ears && field != NULL) {
        heard_value(person, field->words, out);
    } else {
        (void)snprintf(out, ENTERED_MAX, "%.*s", ENTERED_MAX - 1,
            field != NULL ? field->words : person->entered);
    }
}

static struct decision
key_for(struct person *person, const struct page *page, const char *one)
{
    char base[8];
    char words[WORDS_MAX];
    if (strcmp(one, " ") == 0 || strcmp(one, "　") == 0) {
        const struct thing *space = button(person, page, SAID_SPACE);
        if (space != NULL) {
            return press(space);
        }
    }
    person_take(person, one, words);
    const struct thing *key = find_act(page, words);
    if (key == NULL && unmarked(one, base) != NULL) {
        person_take(person, base, words);
        key = find_act(page, words);
    }
    if (key != NULL) {
        return press(key);
    }
    bool letter = ((unsigned char)one[0] | 0x20) >= 'a' && ((unsigned char)one[0] | 0x20) <= 'z';
    bool digit = one[0] >= '0' && one[0] <= '9';
    bool katakana = strncmp(one, "\xe3\x82\xa1", 3) >= 0 && strncmp(one, "\xe3\x83\xbf", 3) <= 0;
    return press(button(person, page,
        letter     ? SAID_LATIN
        : digit    ? SAID_DIGITS
        : katakana ? SAID_KATAKANA
                   : SAID_HIRAGANA));
}

/* When the field is still said as before the last key, that key did not count. */
static void
listen_again(struct person *person, const struct page *page)
{
    const struct thing *field = first_of(page, THING_FIELD);
    const char *words = field != NULL ? field->words : "";
    if (words[0] != 0 && strcmp(words, person->heard) == 0) {
        memcpy(person->entered, person->entered_then, sizeof(person->entered));
    }
    (void)snprintf(person->heard, sizeof(person->heard), "%s", words);
    memcpy(person->entered_then, person->entered, sizeof(person->entered_then));
}

static struct decision
write_on(
    struct person *person, const struct page *page, const char *wanted, bool digits, enum said then)
{
    char now[ENTERED_MAX];
    if (person->hands == HANDS_EARS) {
        listen_again(person, page);
    }
    standing(person, page, digits, now);
    size_t have = strlen(now);
    if (strcmp(now, wanted) == 0) {
        return press(button(person, page, then));
    }
    if (strncmp(now, wanted, have) != 0) {
        /* "は" where "ば" is to be: the mark is still to come */
        char base[8];
        char next[8] = "";
        size_t at = have >= 3 ? have - 3 : 0;
        (void)snprintf(next, sizeof(next), "%.3s", wanted + at);
        const char *missing = unmarked(next, base);
        bool half = missing != NULL && have >= 3 && strncmp(now, wanted, at) == 0 &&
                    strcmp(now + at, base) == 0;
        const struct thing *mark = half ? find_act(page, missing) : NULL;
        if (half && mark == NULL) { /* the ear knows it by name */
            mark = find_act(page, strcmp(missing, "小") == 0 ? "ちいさい字" : "だくてん");
        }
        return press(mark != NULL ? mark : button(person, page, SAID_DELETE));
    }
    char one[8] = "";
    size_t pos = have;
    (void)utf8_next(wanted, strlen(wanted), &pos);
    memcpy(one, wanted + have, pos - have);
    return key_for(person, page, one);
}

/* ---- pages ---- */

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
            return press(thing);
        }
    }
    for (size_t i = 0; i < CHOICES_MAX && known->choices[i][0] != 0; i++) {
        const struct thing *option = find_act(page, known->choices[i]);
        if (option != NULL && !option->chosen) {
            return press(option);
        }
    }
    const struct thing *on = button(person, page, SAID_READ_ON);
    on = on != NULL ? on : button(person, page, SAID_MORE);
    on = on != NULL ? on : button(person, page, SAID_NEXT);
    return on != NULL ? press(on) : turn(person, page);
}

static struct decision
choose(struct person *person, const struct page *page, const struct known *known)
{
    const struct thing *option = find_act(page, known->choices[0]);
    if (known->type == QUESTION_SEVERAL) {
        return choose_several(person, page, known);
    }
    if (option != NULL && strcmp(option->picture, "globe") != 0) {
        return press(option->chosen ? button(person, page, SAID_NEXT) : option);
    }
    return turn(person, page);
}

/* One of a long list: some letters, then the name. */
static struct decision
pick(struct person *person, const struct page *page, const struct known *known)
{
    enum { LOOKED_ENOUGH = 10 };
    if (first_of(page, THING_FIELD) != NULL) {
        return write_on(person, page, known->written, false, SAID_SHOW);
    }
    if (find_act(page, known->choices[0]) == NULL && person->turns > LOOKED_ENOUGH) {
        person->turns = 0;
        return press(button(person, page, SAID_BACK)); /* the letters were other ones */
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
        return press(on);
    }
    if (button(person, page, SAID_MORE) != NULL) {
        return press(button(person, page, SAID_MORE));
    }
    return press(button(person, page, SAID_BACK)); /* another place or day was struck */
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
        return press(button(person, page, SAID_NEXT));
    }
    if (person->hands == HANDS_TREMOR && map != NULL) {
        person->aim_x = goal->x;
        person->aim_y = goal->y;
        return press(map);
    }
    where_is_pin(person, page, goal);
    int dx = goal->x - person->pin_x;
    int dy = goal->y - person->pin_y;
    bool sideways = dx * dx > dy * dy;
    return press(button(person, page,
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
        return press(button(person, page, SAID_NEXT));
    }
    return area != NULL ? (struct decision){ACT_DRAW, area} : turn(person, page);
}

static struct decision
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
        return press(button(person, page, SAID_NEXT));
    }
    if (known->type == QUESTION_DATE) {
        const struct thing *western = button(person, page, SAID_WESTERN);
        if (western != NULL && !western->chosen) {
            return press(western);
        }
    }
    /* an address can come from its postal code; here it is written */
    const struct thing *by_hand = button(person, page, SAID_WRITE_ADDRESS);
    if (by_hand != NULL) {
        return press(by_hand);
    }
    bool digits = known->digits || known->type == QUESTION_DATE || known->type == QUESTION_NUMBER ||
                  known->type == QUESTION_MONEY || known->type == QUESTION_TIME;
    return write_on(person, page, known->written, digits, SAID_NEXT);
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
        return press(button(person, page, SAID_DELETE));
    }
    if (count == (int)strlen(pin)) {
        return press(button(person, page, SAID_NEXT));
    }
    char digit[2] = {pin[count], 0};
    char words[WORDS_MAX];
    person_take(person, digit, words);
    return press(find_act(page, words));
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
            return press(at);
        }
    }
    const struct thing *on = button(person, page, SAID_READ_ON);
    return press(on != NULL ? on : button(person, page, SAID_SUBMIT));
}

static struct decision
card_page(struct person *person, const struct page *page)
{
    if (!person->card) {
        return press(button(person, page, SAID_WITHOUT_CARD));
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
    return all ? (struct decision){ACT_DONE, NULL} : turn(person, page);
}

/* Where a visit without a record ends; an end that isn't meant comes from a wrong answer. */
static bool
ends_of(struct person *person, const struct page *page, struct decision *ret_decision)
{
    static const enum said ends[] = {TITLE_RESULTS, TITLE_RESULTS_SELF, TITLE_NO_RESULTS};
    if (titled_one_of(person, page, ends, ARRAY_LEN(ends))) {
        *ret_decision = person->ending == END_RESULTS ? results(person, page)
                                                      : press(button(person, page, SAID_BACK));
    } else if (titled(page, person->said[TITLE_NOT_HERE])) {
        *ret_decision = person->ending == END_NOT_HERE ? (struct decision){ACT_DONE, NULL}
                                                       : press(button(person, page, SAID_BACK));
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
            *ret_decision = press(thing != NULL ? thing : button(person, page, SAID_PIN_ONCE_MORE));
            return true;
        }
    }
    if (titled(page, person->said[TITLE_READING]) || titled(page, person->said[TITLE_SUBMITTING])) {
        *ret_decision = (struct decision){ACT_WAIT, NULL};
    } else if (titled(page, person->said[TITLE_CHECK_IN])) {
        *ret_decision = press(button(person, page, SAID_WITHOUT_TAP));
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
        return door != NULL ? press(door) : turn(person, page);
    }
    if (titled(page, person->door)) {
        const struct thing *service = find_act(page, person->service);
        return service != NULL ? press(service) : turn(person, page);
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
        decision = press(button(person, page, SAID_START));
    } else {
        return lost(person, page);
    }
    return decision.act == ACT_LOST && person->turns <= 24 ? turn(person, page) : decision;
}

/* ---- what was done ---- */

static void
drop_last(char *text)
{
    size_t len = strlen(text);
    while (len > 0 && ((unsigned char)text[len - 1] & 0xc0) == 0x80) {
        text[--len] = 0;
    }
    if (len > 0) {
        text[len - 1] = 0;
    }
}

/* A mark turns the last kana into its partner. */
static void
turn_last(char *text, const char *pairs)
{
    size_t len = strlen(text);
    for (size_t i = 0; len >= 3 && pairs[i] != 0; i += 6) {
        if (strncmp(text + len - 3, pairs + i, 3) == 0) {
            memcpy(text + len - 3, pairs + i + 3, 3);
            return;
        }
    }
}

static void
add(struct person *person, const char *one)
{
    size_t len = strlen(person->entered);
    if (len + strlen(one) < ENTERED_MAX) {
        memcpy(person->entered + len, one, strlen(one) + 1);
    }
}

/* A key of the map: the first one only shows the pin, in the middle. */
static void
move_pin(struct person *person, int dx, int dy)
{
    int x = person->pin_set ? person->pin_x + dx * PIN_STEP : MIDDLE;
    int y = person->pin_set ? person->pin_y + dy * PIN_STEP : MIDDLE;
    person->pin_x = x < 0 ? 0 : x > EDGE ? EDGE : x;
    person->pin_y = y < 0 ? 0 : y > EDGE ? EDGE : y;
    person->pin_set = true;
}

void
felt(struct person *person, const char *words)
{
    static const struct {
        enum said said;
        int dx, dy;
    } moves[] = {{SAID_UP, 0, -1}, {SAID_DOWN, 0, 1}, {SAID_LEFT, -1, 0}, {SAID_RIGHT, 1, 0}};
    for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
        if (strcmp(words, person->said[moves[i].said]) == 0) {
            move_pin(person, moves[i].dx, moves[i].dy);
        }
    }
    if (strcmp(words, person->said[SAID_DELETE]) == 0) {
        drop_last(person->entered);
    } else if (strcmp(words, person->said[SAID_SPACE]) == 0) {
        add(person, strncmp(person->language, "ja", 2) == 0 ? "　" : " ");
    } else if (strcmp(words, "゛") == 0 || strcmp(words, "だくてん") == 0) {
        turn_last(person->entered, voiced);
    } else if (strcmp(words, "小") == 0 || strcmp(words, "ちいさい字") == 0) {
        turn_last(person->entered, small);
    } else if (utf8_count(words, strlen(words)) == 1) {
        add(person, words);
    }
}
