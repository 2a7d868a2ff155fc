/* every/every.h - what the files of this folder share: what was answered, told from outside the terminal's pages. */
#ifndef EVERY_EVERY_H
#define EVERY_EVERY_H

#include "stage/stage.h"

enum { WHY_MAX = 240 };

/* One visit to a procedure, as it went. */
struct given {
    struct fact_set *answers; /* by key: the last answer to each page, "" when it was passed over */
    struct fact_set *rows; /* what stood on the check page when it was sent */
    int64_t fee; /* that was told then */
    unsigned pages; /* questions answered */
    unsigned once; /* of these: asked once, not for each of several people */
    unsigned parent; /* of those: about one grown-up all the same, the visitor or the spouse */
    unsigned backs; /* steps back: answers that came to nothing may be among the others */
    char why[WHY_MAX]; /* a page took another answer than was given; "" */
};
extern struct given given;
void given_begin(void); /* forgets the visit before */
void given_end(void);

/* What a visit costs, since it was last set anew. A PIN's digits are touches, no characters. */
struct effort {
    const struct app *app; /* NULL: nothing is counted */
    unsigned touches, characters;
    unsigned pages; /* on which something was touched or done */
    unsigned parts; /* the same, and each part of a page that is read in parts */
    unsigned pages_before; /* of these before the service's explanation */
    unsigned own; /* answers up to the list of what is done together; 0: there was none */
    uint64_t entered; /* the page that was counted last */
    int page;
};
extern struct effort effort;
void effort_page(const struct app *app); /* counts the page that is shown, once */

/* A terminal whose clock goes by itself. home: an enrolled terminal's folder, or NULL for one of its own. */
void every_open(struct stage *stage, const char *top, const char *build, const char *home);
/* Plays a visit to its end with answers by chance; given then holds what was answered, until given_end. */
enum every_end { EVERY_DONE, EVERY_NOT_HERE, EVERY_LOST };
enum every_end every_complete(
    struct stage *stage, const char *procedure, const char *language, bool card, unsigned seed);
/* May a visit with this seed come with a card? */
bool every_card(const struct procedure_info *info, unsigned seed);
/* Plays these steps (kiosk/app/README.md); false after a message on stderr. */
bool every_play(struct stage *stage, const char *steps);
/* Is every form of this record filled, none without what it needs? Adds to *forms; else why says what lacks. */
bool every_forms(const struct app *app, const struct record *record,
    const struct procedure *procedure, unsigned *forms, char why[WHY_MAX]);
/* The commonest visits: prints what each costs; false when one costs more than it may. */
bool every_visits(const char *top, const char *build);
/* Visits FIRST to FIRST + COUNT - 1 of a day, of all kinds and languages in turn, at the terminal of this home; their records stay
 * in its queue. A line each on standard output (day.c); false when one did not come to its end. */
bool every_day(
    const char *top, const char *build, const char *home, unsigned first, unsigned count);

#endif
