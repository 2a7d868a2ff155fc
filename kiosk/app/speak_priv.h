/* app/speak_priv.h - a page for the ear: what is said of each element, in which order, and when. It is made
 * from the element list that is drawn, so nothing can be seen that isn't said, or said of another page.
 * utter.c makes the list, speak.c speaks it, soon.c has it made ahead; play scripts, the audit and the ears-only agent read it. */
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
    size_t
        name; /* of a personal field or key: what may be told to a whole room, its label; "" for none */
    size_t value; /* of a field: what is written in it, alone */
    size_t state; /* what follows when it is reached: "button", "chosen" */
    bool act; /* it can be pressed */
    bool key; /* one key of a keypad: named when the focus is on it, not when the page is read */
    bool personal; /* holds something of the visitor */
    bool
        told; /* and may be told to a whole room all the same: a town to choose, of the city's list */
    bool field; /* something is written in it */
    bool live; /* said when it changes while the page stays: field, dots, notice */
};

struct utterances {
    size_t count;
    struct utterance all[UI_ELEMENTS_MAX];
    struct buf pool; /* texts of the list, NUL after each; wiped when released */
};

void utterances_init(struct utterances *list);
void utterances_release(struct utterances *list);
/* The page that is shown, in the ui's reading order. Replaces what list held. */
void utterances_take(struct app *app, struct utterances *list);
const char *utterance_words(const struct utterances *list, const struct utterance *utterance);
const char *utterance_name(const struct utterances *list, const struct utterance *utterance);
const char *utterance_value(const struct utterances *list, const struct utterance *utterance);
const char *utterance_state(const struct utterances *list, const struct utterance *utterance);
/* Words and state as one text, as they are said. Appended. */
void utterance_text(
    const struct utterances *list, const struct utterance *utterance, struct buf *out);
/* A personal one where others listen: what it is called, and that the rest is kept quiet. Appended. */
void utterance_quiet(struct app *app, const struct utterances *list,
    const struct utterance *utterance, struct buf *out);
/* The list as JSON: [{"id", "language", "text", "act", "key", "personal"}, ...]. KERR_TOO_BIG. */
int utterances_dump(const struct utterances *list, struct buf *ret_json);
/* Appends text as a JSON string (RFC 8259 section 7); text must be UTF-8. */
void utterance_json(struct buf *out, const char *text);
/* Text as it is said: ruby gives way to its reading (Japanese) or its base, "3 / 9" to "3 of 9", long
 * numbers to their digits. Appended. */
void spoken_text(struct app *app, const char *language, const char *text, struct buf *out);

/* ---- soon.c: what may be said next ---- */

struct speech;
/* Lets the room speech make it while nothing is to be said. speech NULL: nothing. */
void speak_soon(struct app *app, struct speech *speech, const struct utterances *page);

/* ---- speak.c: when it is said ---- */

enum speak_engine {
    SPEAK_OFF, /* this machine has no sound: the button leads to words that say so */
    SPEAK_VOICES,
    SPEAK_LIST /* nothing sounds; what would be heard is kept for a script */
};
enum speak_clicks { CLICKS_NEVER, CLICKS_WITH_SPEECH, CLICKS_ALWAYS };

/* From the settings; wakeup as for cards. Never fails: without sound the kiosk works, and says so. */
void speak_open(struct app *app, void (*wakeup)(void *), void *wakeup_ctx);
void speak_close(struct app *app);
/* After each frame: headphones, the page's words, the ring on what is heard. */
void speak_step(struct app *app);
/* What the visitor did, before a screen hears of it. True when it was meant for speech alone. */
bool speak_input(struct app *app, const struct ui_input *input);
/* Acts by id: speak, speech, volume:up, volume:down, rate:up, rate:down, speech:repeat, speech:pause,
 * black-screen, personal-aloud. True when it was one of them. */
bool speak_tap(struct app *app, const char *id);
/* Two notes, louder the second time; also when nothing is read aloud. */
void speak_chime(struct app *app, bool louder);
/* Says a phrase in Japanese, also when nothing is read aloud; instead of what is being said. */
void speak_phrase(struct app *app, const char *japanese);
/* Is something being read? The visitor's clock stands still meanwhile. */
bool speak_busy(const struct app *app);
/* Can the language that is shown be spoken here? */
bool speak_can(const struct app *app);
bool speak_can_say(const struct app *app, const char *language);
bool speak_has_voice(const struct app *app, const char *language);
/* The loop may sleep this long before speech wants to be asked; -1: for ever. */
int speak_sleep_ms(const struct app *app);
/* The visit ends: silence; what was the visitor's is wiped; the device is closed. */
void speak_forget(struct app *app);
/* A visit begins: with headphones in, it is spoken from the start. */
void speak_begin(struct app *app);
/* For scripts: keep what is heard from now on; it as JSON lines; headphones in or out. */
void speak_record(struct app *app);
int speak_heard(const struct app *app, struct buf *ret_json);
void speak_plug(struct app *app, bool plugged);
/* And: would these words, in the language that is shown, be heard at once? */
bool speak_at_hand(struct app *app, const char *words);
/* What the settings of this visitor are, for the page that changes them. */
int speak_volume(const struct app *app); /* 0..SPEECH_VOLUME_MAX */
int speak_rate_percent(const struct app *app);

#endif
