/* ui/ui.h - the screen: a flat list of elements a frame, in 0.1 mm. A screen of the app builds the
 * list; this room draws it, hit-tests it, moves the focus by keys, and dumps it for tests. There is no
 * second description of a screen. A frame is drawn only when its list differs from the one shown.
 *
 * Threads: all from one thread, except ui_wake. Nothing here waits but ui_wait. */
#ifndef UI_UI_H
#define UI_UI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"

enum {
    UI_ELEMENTS_MAX = 256,
    UI_ID_MAX = 112,
    UI_TOOL_BESIDE = 480, /* a tool this wide, in 0.1 mm, has its word beside the pictogram */
    UI_LABEL_LEAST =
        85, /* percent of its size: so small a label may get before a line of it is broken */
    UI_TEXT_POOL = 64 * 1024 /* bytes of text in one frame */
};

struct ui;

/* Units of 0.1 mm, from the top left of the panel. w or h 0: as much as the words need. */
struct ui_rect {
    int x, y, w, h;
};

enum ui_role {
    UI_ROLE_PANEL, /* coloured ground, no text: a bar when it reaches the edge, else a box */
    UI_ROLE_TITLE, /* the question of the page */
    UI_ROLE_TEXT, /* reading matter */
    UI_ROLE_BUTTON, /* an ordinary act; with detail a row like a door */
    UI_ROLE_TOOL, /* a button of the bars: word beside its pictogram, or below when it is narrow */
    UI_ROLE_MAIN, /* the one main act, bottom right; picture NULL: arrow at its right, "": none */
    UI_ROLE_CHOICE, /* one of several answers: ring, filled when chosen; centred: no ring */
    UI_ROLE_CHECK, /* one of several answers that may go together: tick box */
    UI_ROLE_DOOR, /* home page: pictogram, word, what is behind */
    UI_ROLE_KEY, /* a key of a keypad or keyboard */
    UI_ROLE_FIELD, /* what was typed so far; caret when CHOSEN, or when none is; detail: hint */
    UI_ROLE_DOTS, /* PIN: value = entered, count = boxes */
    UI_ROLE_NOTICE, /* framed words of care or success */
    UI_ROLE_PICTURE, /* pictogram alone; on a disc when its tone is SURFACE or DONE */
    UI_ROLE_LINE, /* thin rule */
    UI_ROLE_QR, /* text is encoded by the app as rows of '0'/'1' separated by \n */
    /* a finger draws here (ui_ink), one a page, no id: touches in it are never taps. picture NULL: a cross
     * that helps to place a kanji; "": a line to write on; else a map that fills it, on which one points:
     * nothing is drawn. strokes: what was drawn before */
    UI_ROLE_INK,
    UI_ROLE_COUNT
};

enum ui_state {
    UI_STATE_CHOSEN = 1 << 0,
    UI_STATE_WAITING = 1 << 1, /* can't be used yet: dashed border, no touch */
    UI_STATE_PRESSED = 1 << 2,
    UI_STATE_FOCUSED = 1 << 3,
    UI_STATE_PERSONAL =
        1 << 4, /* holds something of the visitor: never in a log, wiped from caches */
    UI_STATE_GROUP = 1 << 5, /* in the group around which the scan's ring lies */
    UI_STATE_FOLLOWS =
        1 << 6 /* read right after the element before it in the list, wherever it stands */
};

/* Colours by meaning; the theme gives the values. */
enum ui_tone {
    UI_TONE_PAPER, /* ink on paper */
    UI_TONE_SURFACE, /* ink on white, bordered */
    UI_TONE_PRIMARY, /* white on blue */
    UI_TONE_SOFT, /* blue on soft blue: illustration, chosen */
    UI_TONE_CARE, /* brown on warm: counts, warnings, "I don't know" */
    UI_TONE_DONE, /* green */
    UI_TONE_QUIET, /* grey keys, hints */
    UI_TONE_BAND, /* yellow rule */
    UI_TONE_COUNT
};

/* Text sizes by meaning, 0.1 mm at the default of the four sizes (look: Type). All of them grow with the
 * text size, but for those that would move a button or tear a number in two: KEY, KEYBOARD,
 * NUMBER, PROMISE and the words of TOOL stay, TITLE stops at the third size. BAR grows as far as its
 * place allows: down to 6.0 mm it is made smaller until it fits. */
enum ui_size {
    UI_SIZE_HINT, /* 7.9 mm */
    UI_SIZE_BODY, /* 8.6 mm */
    UI_SIZE_CHOICE, /* 9.9 mm */
    UI_SIZE_VALUE, /* 10.4 mm */
    UI_SIZE_TITLE, /* 13.9 mm */
    UI_SIZE_KEY, /* 16 mm */
    UI_SIZE_NUMBER, /* 27 mm: the visitor's number */
    UI_SIZE_PROMISE, /* 30 mm: attract */
    UI_SIZE_SMALL, /* 7.3 mm; nothing is smaller */
    UI_SIZE_BAR, /* 7.3 mm: the bars' own buttons */
    UI_SIZE_KEYBOARD, /* 10.4 mm: keys of a keyboard */
    UI_SIZE_COUNT
};

enum ui_align { UI_ALIGN_START, UI_ALIGN_CENTRE, UI_ALIGN_END };

/* Plain value that a screen fills; ui_add copies it, texts included. */
struct ui_element {
    const char *id; /* "next", "choice:work"; NULL or "" for what can't be touched */
    enum ui_role role;
    struct ui_rect rect;
    /* Language of text and detail when it is not the page's: a language's name in its own script, what a
     * visitor wrote ("ja"). NULL: as ui_set_language said. Fonts, line breaks and heights follow it. */
    const char *lang;
    const char *text; /* UTF-8, may hold ruby; NULL for none */
    const char *detail; /* second, smaller line; NULL for none */
    /* The same as text in Japanese, smaller, under it: for who stands beside the visitor. NULL: none, or
     * what ui_set_gloss finds. Gives way when there is no room for both. */
    const char *gloss;
    const char *picture; /* pictogram name in assets/theme, NULL for none */
    unsigned state; /* enum ui_state */
    enum ui_tone tone;
    enum ui_size size;
    enum ui_align align;
    enum ui_align valign; /* TITLE, TEXT: START is the top of rect; buttons are always centred */
    bool bold;
    int value, count; /* DOTS: entered of how many */
    int caret; /* FIELD: 1 + how many bytes of text stand before the caret; 0: all, it stands behind them */
    /* INK: strokes kept by the page, "x,y x,y;x,y ..." in thousandths of the area's width; NULL: none */
    const char *strokes;
    int sample_size; /* 1 + enum ui_text_size: drawn in that size whatever is chosen; 0: as chosen */
    int sample_theme; /* 1 + enum ui_theme, the same for colours */
    /* What a play script or a reader of the screen would call it when text is not enough. */
    const char *label;
    /* What the ear hears when it differs from text and label; "" is silent, NULL says these. */
    const char *speech;
};

struct ui_config {
    const char *fonts; /* file with one font path a line: fonts/fonts.list */
    const char *theme; /* folder of pictograms: assets/theme */
    int width_px, height_px; /* of the window when there is no full screen (dummy, tests) */
    int px_per_m; /* pixels per metre of the panel: 4030 at 21.5 inch full HD */
    bool fullscreen; /* ignored where there is no screen (dummy, offscreen) */
    const struct clock *clock; /* for the locks; NULL: the machine's. Must outlive the ui. */
    /* Keys besides the usual ones: "KEY ACT, KEY ACT", KEY as SDL names it ("F13", "Keypad 5"), ACT a
     * word of ui_key. NULL: none. Borrowed while ui_new runs, like the next. */
    const char *keys;
    bool scanner; /* keys that come faster than fingers type are a scan (UI_INPUT_SCAN) */
    const char
        *switch_keys; /* "MOVE, SELECT": keys that ability switches send; NULL: "Space, Return" */
};

/* What two switches do. STEP: the first moves the ring, the second selects. AUTO: the ring moves by
 * itself and either switch selects. */
enum ui_switches { UI_SWITCHES_OFF, UI_SWITCHES_STEP, UI_SWITCHES_AUTO, UI_SWITCHES_COUNT };

/* How the hands of this visitor are understood; all 0: as everybody's. Values outside their range are
 * brought into it. */
struct ui_hands {
    int repeat_ms; /* the same target again counts after 300..1500; 0: 700. The main act at least 1000, also the next page's */
    int hold_ms; /* a press counts once it was held for 100..1000; 0: when the finger is lifted */
    enum ui_switches switches; /* what holds now; a switch's key turns OFF into first_switches */
    enum ui_switches first_switches; /* OFF means STEP */
    int scan_ms; /* the ring rests 500..5000 on each place; 0: 1500 */
};

enum ui_theme {
    UI_THEME_DEFAULT,
    UI_THEME_BLACK,
    UI_THEME_WHITE,
    UI_THEME_LOW_GLARE,
    UI_THEME_COUNT
};
enum ui_text_size {
    UI_TEXT_SMALL,
    UI_TEXT_NORMAL,
    UI_TEXT_LARGE,
    UI_TEXT_HUGE,
    UI_TEXT_SIZE_COUNT
};

/* KERR_UI_DISPLAY, KERR_UI_FONT. */
int ui_new(const struct ui_config *config, struct ui **ret_ui);
void ui_free(struct ui *ui);

/* Panel size in 0.1 mm. When the window is not width_px x height_px (a laptop instead of the panel),
 * millimetres shrink or grow so that the smaller side still shows the whole layout. */
struct ui_rect ui_panel(const struct ui *ui);
void ui_set_theme(struct ui *ui, enum ui_theme theme);
void ui_set_text_size(struct ui *ui, enum ui_text_size size);
enum ui_text_size ui_text_size(const struct ui *ui);
/* Language of the texts to come ("ja", "en"): line breaking and fonts. */
void ui_set_language(struct ui *ui, const char *tag);

/* Two languages side by side: finds the Japanese of a text that is shown, NULL for none. Asked for titles,
 * reading matter, buttons and answers, never for bars and keys, whose pictures and digits speak for
 * themselves; what it finds is counted by ui_text_height and ui_natural. find NULL: one language.
 * The answer must live until ui_end. */
void ui_set_gloss(struct ui *ui, const char *(*find)(void *ctx, const char *text), void *ctx);

/* Height in 0.1 mm that text needs in this width, size and weight; for laying a screen out. */
int ui_text_height(struct ui *ui, const char *text, int width, enum ui_size size, bool bold);
/* Width in 0.1 mm of the text on one line. */
int ui_text_width(struct ui *ui, const char *text, enum ui_size size, bool bold);

/* True when some font draws every character of this text in this language, forms of kanji (variation
 * selectors) included. */
bool ui_draws(struct ui *ui, const char *text, const char *language);

/* What this element wants to be, 0.1 mm: with rect.w 0 the width of its words, picture and paddings
 * on one line, else the given width; and the height for that width. For bars and rows that are laid
 * out by their words. */
void ui_natural(struct ui *ui, const struct ui_element *element, int *ret_w, int *ret_h);

/* One frame: begin, add in drawing order, end. end draws and presents only when something changed. */
void ui_begin(struct ui *ui, const char *screen);
/* Which part of the screen this is (its question, its page of a column), any number. Another part is
 * another page to the hands: locks, focus and scan begin anew. Without it each screen is one part. */
void ui_part(struct ui *ui, uint64_t part);
void ui_add(struct ui *ui, const struct ui_element *element);
void ui_end(struct ui *ui);

/* What the visitor did, already judged: press inside and release inside with 12 mm slip, repeat lock,
 * page-change lock. */
enum ui_input_type {
    UI_INPUT_NONE,
    UI_INPUT_TAP, /* id is the element's; also select on the focused element */
    /* A touch that chose nothing: wakes, keeps the visit alive. id: what it began on and slid off or
     * held too briefly; "" for nothing. */
    UI_INPUT_TOUCH,
    UI_INPUT_PRESS, /* something was pressed and shows it: the moment to click. No id: a PIN is pressed too */
    UI_INPUT_FOCUS, /* a key or the scan moved the ring on this page: ui_focus says where */
    UI_INPUT_BACK, /* the back key */
    UI_INPUT_TEXT, /* committed text of a real keyboard: one character */
    UI_INPUT_DELETE, /* its backspace */
    UI_INPUT_VOLUME_UP, /* keys of an audio pad */
    UI_INPUT_VOLUME_DOWN,
    UI_INPUT_RATE_UP,
    UI_INPUT_RATE_DOWN,
    UI_INPUT_PAUSE, /* pauses speech, or goes on */
    UI_INPUT_INK, /* a stroke in the drawing area has ended: ui_ink */
    UI_INPUT_LIGHT, /* a touch on the black screen, or the key "light": show the picture again */
    UI_INPUT_SCAN, /* a scanner that types has read something: ui_scanned */
    UI_INPUT_KEY, /* while keys are tried (ui_set_trial): id is the act's name, which was not done */
    UI_INPUT_REPEAT, /* says it again; also select on something that is only read */
    UI_INPUT_WAKE, /* ui_wake was called, or the window has another size: lay out again */
    UI_INPUT_QUIT /* window closed, or SIGINT/SIGTERM */
};
struct ui_input {
    enum ui_input_type type;
    char id[UI_ID_MAX];
    char text[8];
    bool by_itself; /* FOCUS: the automatic scan moved, which is no sign of life */
};
/* Waits at most timeout_ms (-1: for ever) and gives one input; UI_INPUT_NONE on time-out. Pressed and
 * focus changes redraw inside. */
void ui_wait(struct ui *ui, int timeout_ms, struct ui_input *ret_input);
/* What a scanner read last: one line of printable ASCII; "" for one that was too long. Valid until the next ui_wait;
 * wiped by ui_wipe. */
const char *ui_scanned(const struct ui *ui);
/* As a scanner would. KERR_INVALID for what is too short or too long to be a scan. */
int ui_scan_text(struct ui *ui, const char *text);
/* From any thread, and from a signal handler: makes ui_wait return UI_INPUT_WAKE. */
void ui_wake(struct ui *ui);

/* Play scripts and tests speak to the list, through the same judgement as a finger: a tap presses and
 * releases in the middle of the element. KERR_NOT_FOUND when no such element is on the screen (by id,
 * or by its text without ruby), KERR_STATE when it is waiting or another one lies over its middle. A
 * lock that would swallow the tap is waited for on the ui's own account of time, so a script neither
 * loses a tap nor sleeps. The input comes out of ui_wait. KERR_TOO_BIG: 64 inputs wait already. */
int ui_tap(struct ui *ui, const char *id_or_text);
/* Index of the element that ui_tap would mean, waiting or not; -1. */
int ui_find(const struct ui *ui, const char *id_or_text);
/* A finger of a test, in 0.1 mm, at the clock's time: down, move, up. Nothing is waited for. */
enum ui_phase { UI_PHASE_DOWN, UI_PHASE_MOVE, UI_PHASE_UP };
void ui_touch(struct ui *ui, enum ui_phase phase, int64_t finger, int x, int y);
/* As a real keyboard would: one UI_INPUT_TEXT a character. KERR_INVALID, KERR_TOO_BIG. */
int ui_type(struct ui *ui, const char *text);
/* A key by the name of its act; KERR_INVALID. The first arrow only shows where the focus is; select
 * without a visible focus does the same.
 *   up down left right   move the focus; next previous: in reading order
 *   select back delete   as their inputs say; main: taps the page's main act, else selects
 *   volume-up volume-down rate-up rate-down pause repeat light   the inputs of these names
 *   tap:ID               taps this element where the page has it, else nothing
 *   switch-1 switch-2    an ability switch, as ui_switch */
int ui_key(struct ui *ui, const char *key);
/* An ability switch was closed: 1 moves the ring, 2 selects (struct ui_hands). The first one after a
 * touch, an arrow or the start only shows the ring. The ring goes over groups: single things, and rows of three or more,
 * which a selection opens and whose last step leads out again; what is asked first, the main act next,
 * the bars last. A switch that is closed again within 0.5 s counts once. */
void ui_switch(struct ui *ui, int number);
/* True when some element's text, gloss, detail or label (without ruby) contains this text. */
bool ui_shows(const struct ui *ui, const char *text);
const char *ui_screen(const struct ui *ui);
size_t ui_count(const struct ui *ui);
const struct ui_element *ui_at(const struct ui *ui, size_t index);
/* The element list as JSON: screen, language, panel, elements with id, role, rect, text, state, and
 * "overflow" where words do not fit their rect even at the smallest size. */
int ui_dump(const struct ui *ui, struct buf *ret_json);
/* The pixels shown, as PNG. KERR_IO. */
int ui_shot(struct ui *ui, const char *path);

/* Touches, locks and scanning of this visitor. Turning switches on shows the scan's ring. */
void ui_set_hands(struct ui *ui, const struct ui_hands *hands);
/* As they are now: a switch's key may have turned scanning on. */
const struct ui_hands *ui_hands(const struct ui *ui);
/* Trying the keys: a key or switch does nothing but tell its act (UI_INPUT_KEY). Touch stays as it is. */
void ui_set_trial(struct ui *ui, bool trial);
/* How long the automatic ring needs for its longest way round the page; 0 when nothing moves by itself. */
int ui_scan_round_ms(const struct ui *ui);
/* True while a hand is on the glass: what rests there longer than a minute is a thing. */
bool ui_touching(const struct ui *ui);
/* Reading: the focus also goes over what can only be read (titles, texts, what waits), a new page puts
 * it on its title, right and left go on and back in reading order, and so do down and up but on keyboards. */
void ui_set_reading(struct ui *ui, bool reading);
/* Black: nothing of the page is to be seen, keys work as always, and a touch does nothing but
 * UI_INPUT_LIGHT. Ends with ui_wipe too. */
void ui_set_black(struct ui *ui, bool black);
/* Index of the element in the ring (of a group: its first), -1 when no ring is shown. */
int ui_focus(const struct ui *ui);
/* Puts the ring there, for example on what is being spoken; no input comes of it. -1 hides it. */
void ui_set_focus(struct ui *ui, int index);
/* The list in reading order: what is asked from the top, the bottom bar, the top bar. Elements that can be
 * touched or read; at most cap indices, how many there are is returned. */
size_t ui_reading_order(const struct ui *ui, size_t *ret_indices, size_t cap);
/* How many entries of keys and switch_keys were no key or no act: for a line in the log. */
size_t ui_bad_keys(const struct ui *ui);

/* What was drawn in the page's drawing area: strokes one after the other, their points in 0.1 mm from the
 * area's top left. Gathered and drawn while the finger moves. More strokes or points than fit are not
 * taken. Forgotten by ui_ink_clear, ui_wipe, and when the area is gone or another. Borrowed until the
 * next call. */
enum { UI_INK_STROKES_MAX = 40, UI_INK_POINTS_MAX = 768 };
struct ui_ink {
    size_t stroke_count, point_count;
    uint16_t ends[UI_INK_STROKES_MAX]; /* one past the last point of each stroke */
    struct ui_ink_point {
        int16_t x, y;
    } points[UI_INK_POINTS_MAX];
};
const struct ui_ink *ui_ink(const struct ui *ui);
/* Takes the last stroke away; nothing happens without one. */
void ui_ink_undo(struct ui *ui);
void ui_ink_clear(struct ui *ui);

/* Forgets everything personal: text and picture caches, element list, text input; draws the next two
 * frames in full so that no buffer keeps the old ones. */
void ui_wipe(struct ui *ui);

/* Frames presented so far: idle must not count up. */
uint64_t ui_frames(const struct ui *ui);

#endif
