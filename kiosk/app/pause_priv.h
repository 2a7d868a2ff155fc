/* app/pause_priv.h - visits that pause (kiosk/decisions/0056-pause.md): pause.c keeps what is sealed, draft.c makes
 * bytes of a visit and a visit of bytes, screens/pause.c shows the number and asks for it. */
#ifndef APP_PAUSE_PRIV_H
#define APP_PAUSE_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/secret.h"
#include "procedure/procedure.h"
#include "record/record.h"
#include "seal/seal.h"

struct app;

enum { PAUSE_DRAFTS_MAX = 16, PAUSE_CODE_MAX = 32 };

/* A visit that waits. Sealed; in memory alone, and wiped when it is taken up, when its time is over, and at the end. */
struct draft {
    uint8_t name[SEAL_DRAFT_NAME_LEN];
    struct buf bytes; /* max 0: no draft */
    int64_t until_ms; /* monotonic */
    int64_t until_s; /* the same by the clock on the wall, for a machine that slept */
};
struct pause {
    struct secret *salt; /* NULL: there is no locked memory, and no pausing */
    struct draft drafts[PAUSE_DRAFTS_MAX];
    int wrong; /* numbers that were not found, by whomever, and not forgiven yet */
    int64_t wrong_ms; /* monotonic: when one of them was forgiven last, or the first came */
    int64_t locked_until_ms;
    int64_t last_ms; /* when somebody paused last; 0: nobody did */
    int closes_min; /* minutes of the day at which all of them end; -1: never */
    int keep_s;
};

/* What of a visit is under way again, until its place was found: wiped then. */
struct resumed {
    struct fact_set *asked; /* NULL: nothing; keys that were answered on a page */
    char at[FACT_KEY_MAX]; /* the question, "" the check page */
};

void pause_open(struct app *app);
void pause_close(struct app *app);
void pause_watch(struct app *app); /* lets go whose time is over */
bool pause_any(const struct app
        *app); /* does a visit wait, or did one so lately that somebody may look for it? */
/* Can this visit pause now: has it anything to be kept, and is there time before closing? */
bool pause_offered(const struct app *app);
/* Is this fact kept? Not what a card told, nor what follows from others. */
bool pause_keeps(const struct fact *fact);
/* Seals the visit under a new number and forgets it: afterwards visit.number and visit.until are all there is. Errors
 * leave the visit as it is. KERR_STATE, KERR_TOO_BIG, KERR_BUSY (so many wait), and those of seal_draft_close. */
int pause_visit(struct app *app);
/* The visit of this number, which is gone from here then. KERR_NOT_FOUND, KERR_BUSY (too many wrong ones; for a while),
 * KERR_INVALID (what it was about is not offered any more). */
int pause_take_up(struct app *app, const char *number);
/* Seconds until numbers are taken again; 0: they are. */
int64_t pause_locked_s(const struct app *app);
/* Tries left before that. */
int pause_tries(const struct app *app);
/* What a scanner reads on the page: the number behind its word. False for any other text. */
bool pause_code_read(const char *text, char number[SEAL_DRAFT_NUMBER_LEN]);
void pause_code_write(const char *number, char out[PAUSE_CODE_MAX]);
/* A card came, or will not: the place where the visit paused, with all that is known now. */
void pause_find_place(struct app *app);
void resumed_clear(struct resumed *resumed);

/* draft.c */
int draft_write(struct app *app, struct buf *ret_bytes);
/* Into a visit that has just begun. KERR_INVALID: nothing was taken. */
int draft_read(struct app *app, const struct buf *bytes);

#endif
