/* app/speak_priv.h - a page for the ear: what is said of each element, and in which order. It is made
 * from the element list that is drawn, so nothing can be seen that isn't said, or said of another page.
 * utter.c makes the list, speak.c speaks it; play scripts, the audit and the ears-only agent read it. */
#ifndef APP_SPEAK_PRIV_H
#define APP_SPEAK_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "app/app_priv.h"
#include "base/buf.h"

enum { UTTER_POOL = 128 * 1024 };

/* What is said of one element. */
struct utterance {
    char id[UI_ID_MAX]; /* the element's; "" for what can't be touched */
    size_t element; /* its place in ui_at() */
    const char *language; /* code of the language it is said in: "ja", "en"; static or i18n's */
    size_t words; /* where in the pool what it is called or says begins */
    size_t state; /* what follows when it is reached: "button", "chosen" */
    bool act; /* it can be pressed */
    bool key; /* one key of a keypad: named when the focus is on it, not when the page is read */
    bool personal; /* holds something of the visitor */
    bool live; /* said when it changes while the page stays: field, dots, notice, choice */
};

struct utterances {
    size_t count;
    struct utterance all[UI_ELEMENTS_MAX];
    struct buf pool; /* texts of the list, NUL after each; wiped when released */
};

void utterances_init(struct utterances *list);
void utterances_release(struct utterances *list);
/* The page that is shown, in reading order: title, texts and acts, keys, main button, back, place,
 * top bar. Replaces what list held. */
void utterances_take(struct app *app, struct utterances *list);
const char *utterance_words(const struct utterances *list, const struct utterance *utterance);
const char *utterance_state(const struct utterances *list, const struct utterance *utterance);
/* Words and state as one text, as they are said. Appended. */
void utterance_text(
    const struct utterances *list, const struct utterance *utterance, struct buf *out);
/* The list as JSON: [{"id", "language", "text", "act", "key", "personal"}, ...]. KERR_TOO_BIG. */
int utterances_dump(const struct utterances *list, struct buf *ret_json);
/* Text as it is said: ruby gives way to its reading (Japanese) or its base, a line's end to a space,
 * "3 / 9" to "3 of 9", long numbers to their digits. Appended. */
void spoken_text(struct app *app, const char *language, const char *text, struct buf *out);

#endif
