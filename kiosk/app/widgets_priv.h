/* app/widgets_priv.h - answers with a page of their own kind: a time of day, an entry of a long list, a place on a map, a
 * signature, something that is only told. What is chosen stands in visit.field and struct writing, so it goes with
 * the visitor. */
#ifndef APP_WIDGETS_PRIV_H
#define APP_WIDGETS_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "procedure/procedure.h"

struct app;
struct flow;

/* What is NULL is as for all questions. */
struct widget {
    /* the page appears: the kept answer stands in visit.field */
    void (*begin)(struct app *app, const struct question *question);
    void (*build)(struct app *app, struct flow *flow, const struct question *question);
    /* true when the tap was the widget's; asked first */
    bool (*tap)(struct app *app, const struct question *question, const char *id);
    void (*type)(struct app *app, const struct question *question, const char *text);
    void (*drawn)(struct app *app, const struct question *question);
    /* the height that it needs at least, for which the heading gives way; NULL: it turns pages */
    int (*least)(struct app *app);
    bool (*ready)(struct app *app, const struct question *question);
    /* the main button's words; NULL: go on */
    const char *(*main)(struct app *app, const struct question *question);
    const char *(*value)(const struct app *app); /* the answer; NULL: what stands in the field */
    bool keypad; /* stands beside the number pad */
    bool keyboard; /* a keyboard needs most of the page */
};
extern const struct widget widget_time, widget_pick, widget_place, widget_signature, widget_note;
const struct widget *widget_of(const struct question *question); /* NULL: none of these */

/* A question for a time with few answers shows them all. */
enum { TIME_CHOICES_MAX = 24, TIME_TEXT = 6 };
bool time_as_choices(const struct question *question);
size_t time_choices(const struct question *question);
void time_choice(const struct question *question, size_t index, char out[TIME_TEXT]);

/* pick.c: an entry's name, after that of the entry above it where that isn't asked. */
void pick_words(
    struct app *app, const struct question *question, const char *value, struct buf *out);
/* spot.c: a point of a map by its nearest landmark, for people. */
void spot_words(struct app *app, const char *value, struct buf *out);

/* find.c */
enum { FIND_LATIN_MAX = 256 };
enum find { FIND_NOT, FIND_HOLDS, FIND_BEGINS };
/* Does the name, or its reading in katakana (NULL: none), hold these letters? */
enum find find_in(const char *name, const char *kana, const char *words);
/* Katakana in Latin letters, as far as they fit. */
void find_latin(const char *kana, char out[FIND_LATIN_MAX]);

#endif
