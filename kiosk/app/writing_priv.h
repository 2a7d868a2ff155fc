/* app/writing_priv.h - what the files of the written answer share: the field with the readings of its parts,
 * the keyboard's faces, the choice of kanji and of their forms, the postal code. All state is in struct
 * writing, a part of struct visit, so it goes with the visitor. */
#ifndef APP_WRITING_PRIV_H
#define APP_WRITING_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "input/input.h"
#include "procedure/procedure.h"
#include "ui/ui.h"

struct app;
struct flow;

enum keyboard_mode {
    KEYBOARD_HIRAGANA,
    KEYBOARD_KATAKANA,
    KEYBOARD_PHONE, /* twelve keys, each for a row of kana: tap again for the next one */
    KEYBOARD_LATIN,
    KEYBOARD_DIGITS,
    KEYBOARD_HAND, /* a kanji is drawn by finger */
    KEYBOARD_MODE_COUNT
};

/* What stands below the field. */
enum writing_face {
    WRITING_KEYS,
    WRITING_WORDS, /* which kanji? */
    WRITING_FORM_OF, /* the form of which kanji of the field? */
    WRITING_FORMS, /* which form? */
    WRITING_POSTAL, /* seven digits instead of an address */
    WRITING_HITS /* what was found of a list */
};

enum { WRITING_PARTS_MAX = 24, POSTAL_DIGITS = 7, KEYBOARD_KINDS = 2 };

/* A part of the field that came from kana, and how it is read. Bytes of the field. */
struct writing_part {
    size_t from, to;
    char reading[INPUT_TEXT_MAX];
};

struct writing {
    enum writing_face face;
    enum keyboard_mode mode;
    /* the mode a visitor chose, plus 1, for texts and for kana: kept from page to page */
    int chosen[KEYBOARD_KINDS];
    bool lower; /* Latin: small letters */
    bool marks; /* a low keyboard shows what the last letter becomes with a mark */
    int phone_key; /* key of the last tap, plus 1; 0: the next tap begins a new letter */
    int phone_turn;
    struct writing_part parts[WRITING_PARTS_MAX];
    size_t part_count;
    /* kanji */
    uint64_t ticket; /* of the conversion under way */
    uint64_t visit; /* that asked for it */
    bool looking; /* it has not answered yet */
    bool nothing; /* it had nothing to offer */
    size_t from, to; /* what is being converted */
    size_t kept; /* up to here kana stay kana */
    int clause; /* which clause is asked for; -1: the whole */
    char picked[INPUT_TEXT_MAX]; /* clauses so far */
    struct input_result result;
    /* drawn by finger: what it may be, and the area's width */
    int hand_count, hand_side;
    char hand_words[INPUT_CANDIDATES_MAX][INPUT_HAND_WORD];
    char entry[PROCEDURE_VALUE_MAX]; /* of a list: the one that is chosen */
    size_t form_at; /* byte of the field: the kanji whose form is asked for */
    char postal[POSTAL_DIGITS + 1];
};

/* field.c: the field and the readings of its parts */
/* The caret (ui.h) of digits whose open places are drawn as "_": before the first of them. */
int caret_at_open(const char *text);
void field_put(struct app *app, const char *text);
void field_erase(struct app *app);
void field_clear(struct app *app);
/* Puts word in place of bytes from..to; reading NULL: how it is read is not known. False when it would be too
 * long. */
bool field_replace(struct app *app, size_t from, size_t to, const char *word, const char *reading);
/* As it is shown: readings as ruby. */
void field_shown(const struct app *app, struct buf *out);
/* How the whole is read, in kana; false when part of it is not known. */
bool field_reading(const struct app *app, struct buf *out);
/* Replaces the last kana by its partner in pairs of two kana, either way. */
void field_turn_last(struct app *app, const char *pairs);

/* keyboard.c */
void keyboard_begin(struct app *app, const struct question *question); /* the page came */
/* Field and whatever stands below it. */
void writing_build(struct app *app, struct flow *flow, const struct question *question);
int writing_field_height(struct app *app); /* of the field alone */
/* What field and keys need at least below the question, 0.1 mm. */
int writing_height(struct app *app);
/* Where heading and field have to end, 0.1 mm: below it the keys need all there is. */
int writing_top(struct app *app, const struct flow *flow);
/* True when the tap was one of these pages'; field is changed. */
bool writing_tap(struct app *app, const struct question *question, const char *id);
/* One step back inside the page; false when the page itself is to be left. */
bool writing_back(struct app *app);

/* kanji.c: kana to kanji */
void kanji_start(struct app *app);
bool kanji_possible(const struct app *app); /* is there hiragana left to convert? */
void kanji_build(struct app *app, struct flow *flow);
bool kanji_tap(struct app *app, const char *id);
/* "2 / 5": the label of one of several answers, for who hears them. */
enum { PLACE_TEXT = 24 };
void place_among(size_t index, size_t count, char out[PLACE_TEXT]);
void kanji_poll(struct app *app); /* takes an answer of the converter */

/* forms.c: forms of a kanji */
bool forms_possible(const struct app *app);
void forms_start(struct app *app);
void forms_build(struct app *app, struct flow *flow);
bool forms_tap(struct app *app, const char *id);

/* hand.c: a kanji drawn by finger */
bool hand_possible(const struct app *app, const struct question *question);
void hand_drawn(struct app *app); /* a stroke has ended */
void hand_build(struct app *app, struct ui_rect keys, int gap);
bool hand_tap(struct app *app, const char *id);

/* postal.c */
bool postal_possible(const struct app *app, const struct question *question);
void postal_build(struct app *app, struct flow *flow);
bool postal_tap(struct app *app, const char *id);
bool postal_ready(const struct app *app); /* the main button takes the one address */

#endif
