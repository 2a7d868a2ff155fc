/* hands/hands.h - simulated people who play whole visits on the real terminal: what a person knows
 * (knows.c), what is seen or heard of a page (sense.c), what is done about it (mind.c, answer.c, write.c), and with
 * which hands (body.c). A person gets nothing of the program but the element list, as the eye has it, or what is said
 * of the page, as the ear has it. Sizes in 0.1 mm, times in ms of the stage's clock.
 *
 * Threads: one. */
#ifndef HANDS_HANDS_H
#define HANDS_HANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/speak_priv.h"
#include "base/rng.h"
#include "stage/stage.h"

enum hands {
    HANDS_TREMOR, /* a finger that trembles, strikes twice, drags; a palm beside it; pauses */
    HANDS_KEYS, /* four arrows and select */
    HANDS_SWITCHES, /* two switches, a ring that moves by steps */
    HANDS_EARS, /* the keys again, and no sight: only what is said */
    HANDS_COUNT
};

enum {
    WORDS_MAX = 768,
    KNOWN_MAX = 160,
    CHOICES_MAX = 16,
    RESULTS_MAX = 24,
    TOWN_MAX = 64,
    SAID_MAX = 64,
    THINGS_MAX = UI_ELEMENTS_MAX + 1,
    ENTERED_MAX = 128
};

/* Words that everybody who reads the language understands. */
enum said {
    SAID_NEXT, /* the first words of the program: see knows.c */
    SAID_BACK,
    SAID_GO_ON,
    SAID_START,
    SAID_WITHOUT_CARD,
    SAID_PIN_AGAIN,
    SAID_PIN_ONCE_MORE,
    SAID_LAST_TRY,
    SAID_CARD_AGAIN,
    SAID_SUBMIT,
    SAID_READ_ON,
    SAID_MORE,
    SAID_BEFORE,
    SAID_DELETE,
    SAID_SPACE,
    SAID_HIRAGANA,
    SAID_KATAKANA,
    SAID_LATIN,
    SAID_DIGITS,
    SAID_WESTERN,
    SAID_FINISH,
    SAID_EMPTY,
    SAID_WRITE_ADDRESS,
    SAID_STILL_HERE,
    SAID_CHANGE,
    SAID_SHOW, /* what was found by letters */
    SAID_UP,
    SAID_DOWN,
    SAID_LEFT,
    SAID_RIGHT,
    SAID_AT_COUNTER,
    SAID_CLEAR, /* what was drawn */
    SAID_WITHOUT_TAP,
    SAID_UNSURE,
    TITLE_HOME,
    TITLE_CARD,
    TITLE_PIN,
    TITLE_PIN_WRONG,
    TITLE_PIN_LAST,
    TITLE_CHECK,
    TITLE_ACCEPTED,
    TITLE_TAKE_CARD,
    TITLE_STILL_THERE,
    TITLE_READING,
    TITLE_SUBMITTING,
    TITLE_ATTRACT,
    TITLE_CHECK_IN,
    TITLE_CHECKED_IN,
    TITLE_BOOKED,
    TITLE_REPORTED,
    TITLE_TOLD,
    TITLE_RESULTS,
    TITLE_RESULTS_SELF,
    TITLE_NO_RESULTS,
    TITLE_NOT_HERE,
    SAID_COUNT
};

/* A landmark, as somebody who lives here knows the town. */
struct landmark {
    char at[WORDS_MAX], near[WORDS_MAX]; /* how a pin there is told */
    const struct procedure_map *map;
    int x, y; /* thousandths */
};

/* An answer that the person has in mind, for a question known by its words. */
struct known {
    char label[WORDS_MAX]; /* the question */
    char key[FACT_KEY_MAX]; /* in the record */
    char who[WORDS_MAX]; /* "person 1 / 2" above it; "" when it is asked once */
    char heard[WORDS_MAX]; /* the same as the ear hears it */
    char row[WORDS_MAX]; /* its name on the page that shows all answers */
    char shown[WORDS_MAX]; /* the answer there */
    char shown_too[WORDS_MAX]; /* or this: near the place instead of at it */
    /* answers to choose, "" ends; a free time is a place, a day and a time, one after the other */
    char choices[CHOICES_MAX][WORDS_MAX];
    char written[ENTERED_MAX]; /* or to write; dates as 19410305 */
    const struct landmark *landmark; /* a place: the one it is at */
    enum question_type type;
    bool tasks;
    bool digits; /* written on a number pad */
};

/* How a visit has to end. */
enum ending { END_RECORD, END_RESULTS, END_NOT_HERE };

struct person {
    struct stage *stage;
    enum hands hands;
    struct rng_seeded rng;
    char language[I18N_CODE_MAX];
    bool card;
    char own_name[64]; /* of the language */
    char service[WORDS_MAX]; /* what the person came for */
    char door[WORDS_MAX]; /* of home, where it stands */
    char service_id[64];
    char said[SAID_COUNT][WORDS_MAX];
    char dots[5][WORDS_MAX]; /* what is said of none to four digits */
    struct known known[KNOWN_MAX];
    size_t known_count;
    struct fact_set *expected; /* what the record must hold; owned */
    enum ending ending;
    bool card_offered; /* the service has a card page */
    bool unsure; /* comes in by "I don't know" on home */
    char results[RESULTS_MAX][WORDS_MAX]; /* what the answers lead to */
    bool seen[RESULTS_MAX];
    size_t result_count;
    struct landmark town[TOWN_MAX];
    size_t landmark_count;
    int pin_x, pin_y; /* where the pin must be by now, counted by keys */
    bool pin_set;
    int aim_x, aim_y; /* where in the thing to press, in thousandths of it */
    char slots[64]; /* the list of free times that is asked for now */
    unsigned names; /* how many were thought of: each is another one */
    char entered[ENTERED_MAX]; /* what the person remembers to have pressed on this page */
    char heard[WORDS_MAX], entered_then[ENTERED_MAX]; /* the field before the last key (ears) */
    char page[WORDS_MAX]; /* whose title it has */
    const struct known *question; /* the one that is asked there; NULL: none */
    char changed[WORDS_MAX]; /* the row that was changed last */
    bool changing; /* a button to change a row was pressed: its question is expected */
    bool upwards; /* the column's pages are being turned back */
    int turns;
    unsigned acts, strokes, mistakes; /* strokes: keys and switches */
    double bias_x, bias_y;
};

enum thing_kind { THING_TITLE, THING_WORDS, THING_ACT, THING_FIELD, THING_DOTS, THING_MAP };
struct thing {
    enum thing_kind kind;
    char words[WORDS_MAX];
    char picture[32]; /* sight only */
    size_t element;
    bool chosen, waiting;
    int value; /* dots; a map: has it a pin? */
    int pin_x, pin_y; /* of a map, in thousandths of its width and height */
};
struct page {
    struct thing things[THINGS_MAX];
    size_t count;
};

enum { STROKES_MAX = 16000 };
enum act { ACT_PRESS, ACT_DRAW, ACT_CARD, ACT_TAKE_CARD, ACT_WAIT, ACT_BACK, ACT_DONE, ACT_LOST };
struct decision {
    enum act act;
    const struct thing *thing; /* PRESS, DRAW: borrowed from the page */
};

/* The door of home behind which a service stands; false when it stands at none. */
bool person_door(const struct app *app, const char *service, struct procedure_door *ret_door);
/* knows.c: thinks of answers until the service is done. facts: what the card will tell, NULL without. */
bool person_think(struct person *person, const struct fact_set *card_facts);
/* Is this what the person meant, where more than one value is right? */
bool person_meant(const struct person *person, const char *key, const char *value);
void person_forget(struct person *person);
/* A text of the program as this person meets it: without its ruby, or as it is said. */
void person_take(const struct person *person, const char *text, char out[WORDS_MAX]);

/* sense.c */
void sense(const struct person *person, struct page *page);
/* Does a thing say this? All of it, or as the first of what it says. */
bool says(const struct thing *thing, const char *words);
const struct thing *find_act(const struct page *page, const char *words);

/* mind.c */
/* LOST when the thing isn't there. */
struct decision press_it(const struct thing *thing);
const struct thing *first_of(const struct page *page, enum thing_kind kind);
/* Do the words of the page, or its title, say this? */
bool shows(const struct page *page, const char *words);
/* On to the next page of the column, or back. */
struct decision turn_page(struct person *person, const struct page *page);
/* May add to the page what the person remembers of it. */
struct decision decide(struct person *person, struct page *page);

/* answer.c: the question of the page */
struct decision answer(struct person *person, const struct page *page, const struct known *known);

/* write.c */
/* The next key of what is wanted; then, when it stands there. */
struct decision write_on(struct person *person, const struct page *page, const char *wanted,
    bool digits, enum said then);
/* What was pressed, as far as the person could notice. */
void felt(struct person *person, const char *words);

/* body.c: tries to press it; whether it worked is seen on the next page. */
void body_press(struct person *person, const struct thing *thing);
/* One stroke across a place to sign. */
void body_draw(struct person *person, const struct thing *thing);
void body_back(struct person *person);
void body_settle(struct person *person, int64_t least, int64_t most);

/* mind.c, knows.c: what is on a page, as a person sees or hears it. */
bool titled(const struct page *page, const char *title);
const struct thing *button(const struct person *person, const struct page *page, enum said said);
/* The question that the page asks, as far as the person knows it; or NULL. */
const struct known *question_of(const struct person *person, const struct page *page);

#endif
