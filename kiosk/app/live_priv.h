/* app/live_priv.h - the part of app_priv.h for what came with the last sync and for check-in. Included by app_priv.h,
 * after what it needs. */
#ifndef APP_LIVE_PRIV_H
#define APP_LIVE_PRIV_H

#include "app/app_priv.h"
#include "app/widgets_priv.h"

extern const struct screen screen_check_in, screen_checked_in, screen_staff_desk, screen_lookup;

/* screens/check_in.c: somebody is here */
/* The page at which nobody's terminal stands: the start page, or that of the check-in. Begins its procedure. */
const struct screen *check_in_start(struct app *app);
/* From now on the terminal begins at this check-in; "": at its start page. Kept over a restart. KERR_IO... */
int check_in_stand(struct app *app, const char *procedure);
void check_in_restore(struct app *app); /* at the program's start */
void check_in_card_came(struct app *app);
void check_in_serial(struct app *app, const struct card_event *event);
void check_in_again(struct app *app); /* the next person */

/* tally.c: how many records of each procedure were taken here */
struct tally_counts {
    unsigned long today, month; /* in Japan; the last 31 days */
};
/* Counts one more. KERR_IO, KERR_NO_SPACE. */
int tally_add(const char *path, const char *procedure, int64_t wall_s);
struct tally_counts tally_read(const char *path, const char *procedure, int64_t wall_s);

/* slot.c: a free time of what came with the last sync */
extern const struct widget widget_slot;
/* "RESOURCE/2026-12-01/09:00" for people; list names the places. */
void slot_words(struct app *app, const char *list, const char *value, struct buf *out);
/* When the city knew this: "11月22日（日） 8:00の時点です。" */
void live_moment(struct app *app, const struct live_table *table, struct buf *out);
void live_note(
    struct app *app, struct flow *flow, const struct live_table *table); /* into the column */

#endif
