/* stage/stage.h - the real terminal in this process, for programs that look at all of its pages or play
 * whole visits: a folder of its own with fresh keys, a virtual card, and a clock that stands still until
 * it is moved. Used by tests/audit, tests/every and tests/hands.
 *
 * Threads: one stage belongs to one thread; a stage a process (SDL, locale). */
#ifndef STAGE_STAGE_H
#define STAGE_STAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "app/app_priv.h"
#include "harness/harness.h"
#include "seal/seal.h"
#include "store/store.h"
#include "vcard/transport.h"

struct stage_options {
    const char *top, *build; /* the project's root and its build folder, absolute */
    const char *home; /* an enrolled terminal's folder, which stays; NULL: one of its own */
    int width_px, height_px, px_per_m; /* of the panel */
};
struct stage {
    char folder[HARNESS_FOLDER_LEN]; /* $KIOSK_HOME and queue */
    bool own_folder; /* removed at the end */
    struct conf *conf;
    struct clock clock; /* the app's: moved by stage_pass only */
    int64_t now_ms, wall_s;
    struct app *app;
    struct vtransport *vt;
    struct vcard *card; /* hanako's, PIN 1234; on the reader when card_there */
    bool card_there;
};

/* Ends the program with a message when something can't be set up. */
void stage_open(struct stage *stage, const struct stage_options *options);
void stage_close(struct stage *stage);
/* Time passes for the app; nothing is waited for. */
void stage_pass(struct stage *stage, int64_t ms);
/* Lets pending inputs and events be handled. */
void stage_settle(struct stage *stage);
/* Waits, for at most 20 real seconds, until the app shows another page than this one. */
bool stage_leave(struct stage *stage, const struct screen *screen);
/* Puts hanako's card on the reader and waits until the app knows it; takes it away likewise. */
void stage_card(struct stage *stage, bool there);
/* A card as new: all tries. */
void stage_renew_card(struct stage *stage);
/* Presses and releases in the middle of an element and settles; false when it isn't there. */
bool stage_tap(struct stage *stage, const char *id);
/* Is an element with this id on the screen? */
bool stage_shows(const struct stage *stage, const char *id);
/* The visit ends and everything is as at the start; the card is taken away. */
void stage_reset(struct stage *stage);

/* ---- args.c ---- */

/* The value of "NAME VALUE" when argv[*i] is that name; *i is the value's then. NULL when it is another word. */
const char *stage_value(int argc, char **argv, int *i, const char *name);
bool stage_number(int argc, char **argv, int *i, const char *name, unsigned *ret_number);
/* A process of its own that does work(ctx, which), ends with what that answers, and at the latest with this one;
 * -1 when there can't be one. */
pid_t stage_worker(int (*work)(void *ctx, unsigned which), void *ctx, unsigned which);

/* ---- city.c ---- */

/* The city's side: opens what the terminal stored, with the desk's key. */
struct stage_city {
    struct stage *stage;
    struct seal_verifier *verifier;
    struct seal_opener *opener;
    struct store *store;
    unsigned codes; /* of the record that was taken last, on the screen; 0: too long */
};
bool stage_city_open(struct stage *stage, struct stage_city *ret_city);
void stage_city_close(struct stage_city *city);
/* The oldest record of the queue, taken out of it, opened; the caller frees it. KERR_NOT_FOUND when there is none; what can't
 * be opened gives the error, and is out of the queue too. */
int stage_city_take(struct stage_city *city, struct record **ret_record);

#endif
