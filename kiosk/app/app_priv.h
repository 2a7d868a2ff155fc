/* app/app_priv.h - what the files of the room app share: the app, the visit, the screens' table and
 * the layout helpers. Nothing outside app includes it. */
#ifndef APP_APP_PRIV_H
#define APP_APP_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/app.h"
#include "app/owner_priv.h"
#include "base/call.h"
#include "app/pause_priv.h"
#include "base/secret.h"
#include "app/widgets_priv.h"
#include "app/writing_priv.h"
#include "card/card.h"
#include "i18n/i18n.h"
#include "info/info.h"
#include "input/input.h"
#include "live/live.h"
#include "procedure/procedure.h"
#include "record/record.h"
#include "seal/seal.h"
#include "ui/ui.h"

struct app;
struct speak;
struct submitter;
struct printer;

/* A screen is one file in screens/: it builds an element list and answers to taps. It keeps nothing of
 * its own; all state is in struct app, so that leaving a screen can't leave anything behind. */
struct screen {
    const char *name; /* stays for ever: play scripts, logs and dumps use it */
    void (*build)(struct app *app);
    void (*tap)(struct app *app, const char *id);
    void (*enter)(struct app *app); /* NULL: nothing to prepare */
    void (*type)(
        struct app *app, const char *text); /* one character of a keyboard; NULL: ignored */
    void (*erase)(struct app *app); /* NULL: ignored */
    void (*drawn)(struct app *app); /* a stroke has ended in the drawing area; NULL: ignored */
    void (*key)(struct app *app, const char *act); /* keys are tried here, not used; NULL: used */
    const char *back; /* id that the back key stands for; NULL: "back" */
    bool idle_held; /* the machine is working: the visitor's clock stands still */
    bool no_visit; /* belongs to nobody: no idle warning */
};

extern const struct screen screen_attract, screen_language, screen_home, screen_explain,
    screen_card, screen_reading, screen_pin, screen_pin_last, screen_question, screen_check,
    screen_submitting, screen_accepted, screen_still_there, screen_help, screen_take_card,
    screen_staff, screen_leave, screen_sound, screen_access, screen_practice, screen_call,
    screen_text_size, screen_contrast, screen_keys, screen_door, screen_results,
    screen_take_results, screen_not_here, screen_code, screen_paused, screen_not_kept,
    screen_resume, screen_slip, screen_settling, screen_brought, screen_together;
extern const struct screen screen_page, screen_take, screen_waste, screen_waste_days, screen_thing,
    screen_search, screen_hits, screen_phrases, screen_phrase_group, screen_phrase, screen_map,
    screen_place, screen_notices;
/* The fault pages are one table: see screens/fault.c. */
const struct screen *fault_screen(int error);

enum { FIELD_MAX = PROCEDURE_ANSWER_MAX, PIN_DIGITS = 4, PAGE_ITEMS_MAX = 64, DONE_MAX = 32 };

enum calendar {
    CALENDAR_WESTERN,
    CALENDAR_REIWA,
    CALENDAR_HEISEI,
    CALENDAR_SHOWA,
    CALENDAR_TAISHO,
    CALENDAR_MEIJI,
    CALENDAR_COUNT
};

/* What of a free time is chosen so far: the place, then the day (slot.c). */
struct slot_choice {
    char resource[LIVE_NAME_MAX];
    char date[11];
    bool alone; /* there is one place only, nobody was asked */
};

/* What is being read, and the pages that led there (trail.c). */
enum { TRAIL_MAX = 12 };
struct trail {
    size_t depth;
    const struct screen *from; /* where it began, and the page of that column; NULL: home */
    int from_page;
    const struct interview *of; /* that was under way there; only compared */
    char targets[TRAIL_MAX][INFO_TARGET_MAX]; /* info.h; also take:PAGE, hits:SCOPE */
    int pages[TRAIL_MAX]; /* of the column, where one left it */
    char query[INFO_QUERY_MAX + 1];
    size_t hit_count;
    struct info_hit hits[INFO_HITS_MAX];
};

/* What became of a code from home (brought.c). */
enum { BROUGHT_OTHERWISE_MAX = 16 };
enum brought { BROUGHT_READ, BROUGHT_MORE, BROUGHT_OLD, BROUGHT_OTHER };

/* What became of the slip, or of the ticket of a visit that pauses. */
enum paper {
    PAPER_NONE,
    PAPER_COMES,
    PAPER_THERE,
    PAPER_PHOTO /* it does not come */
};

/* Everything of one visitor. visit_end wipes all of it. */
struct visit {
    bool open;
    uint64_t serial; /* whose this is: what it asks for carries it (owner_priv.h) */
    uint8_t id[RECORD_VISIT_LEN]; /* of its first record, which further ones name */
    struct fact_set *facts; /* shared by all procedures of the visit: once only */
    const struct procedure *procedure;
    struct interview *interview;
    size_t door; /* of home, that was opened last */
    const struct screen *from; /* where the procedure was chosen: back from it leads there */
    int from_page;
    struct interview *guide; /* whose results led to this procedure; NULL: none */
    struct fact_set
        *apart; /* answers of an anonymous procedure: nothing of the visitor is among them */
    const struct procedure *done[DONE_MAX]; /* received in this visit */
    size_t done_count;
    struct secret *pin; /* digits so far; NULL outside the PIN pages */
    bool last_try_confirmed;
    bool card_used; /* facts of a card were taken */
    bool card_looked; /* what it tells without a PIN was taken */
    bool card_declined; /* the visitor goes on without a card */
    int tries_before; /* tries that were shown before the PIN was asked */
    int fault; /* error that the fault page speaks of */
    bool tapping; /* the card is telling its serial number (check_in.c) */
    char field[FIELD_MAX]; /* what is being typed or chosen on the question page */
    char field_key[FACT_KEY_MAX]; /* of which question */
    struct interview_verdict verdict; /* why the last answer was not taken */
    bool verdict_shown;
    struct writing writing; /* a written answer: keyboard, kanji, postal code */
    struct fact_set *readings; /* how names were typed, for the questions that ask it */
    enum calendar calendar;
    struct slot_choice slot;
    int page; /* page of the column that is shown, from 0 */
    int pages;
    char number[RECORD_NUMBER_LEN]; /* after submitting */
    uint8_t code[SEAL_LEAN_MAX]; /* the same record to be carried by hand */
    size_t code_len; /* 0: nothing to show */
    enum paper paper;
    int64_t fee;
    char tried[UI_ID_MAX]; /* the key that was tried last on the page keys */
    struct trail trail;
    int64_t until_s; /* screen_paused: when the visit that waits is over */
    bool card_again; /* and whether its card has to be read again */
    char typed[SEAL_DRAFT_NUMBER_LEN]; /* screen_resume: digits so far */
    int resume_error; /* why the last number led nowhere; 0 */
    size_t group_first; /* screen_together: its first page */
    bool beside; /* staff stand beside the visitor (screens/together.c) */
    bool assisted; /* and did so at some time: the record says it */
    bool confirmed; /* the visitor ticked that what the check page shows was read */
    struct resumed resumed; /* the place of a visit that was taken up */
    struct pre_entry *brought; /* answers given at home that are still to be tried; NULL none */
    struct seal_codes *codes; /* its parts, as they are read */
    enum brought brought_word;
    char otherwise[BROUGHT_OTHERWISE_MAX][FACT_KEY_MAX]; /* what a card tells otherwise than it */
    size_t otherwise_count;
};

/* How the visitor wants the terminal to be. Belongs to a visit: visit_end sets the machine's own. */
struct preferences {
    enum ui_theme theme;
    enum ui_text_size text_size;
    bool speech; /* pages are read aloud */
    int volume, rate; /* steps from the usual ones, either way */
    bool black_screen; /* while speech is on: nothing to be seen by others */
    bool personal_aloud; /* the visitor's own words also by the loudspeaker */
    bool two_languages; /* the visitor's own and Japanese under it */
    struct ui_hands hands; /* touches, holding, two switches */
    bool wheelchair; /* all targets in the lower 60 % of the panel */
    bool practice; /* nothing is real: no card, no PIN, no record (practice.c) */
    bool slow; /* all times doubled, no countdown before its last seconds */
};

/* A column that fills from the top, over as many pages as it needs; 0.1 mm. */
struct flow {
    int x, y, w, bottom;
    int top; /* where the column begins on each page */
};
/* app->flow_page while a column is only measured: nothing of it is shown. */
enum { FLOW_PAGE_MEASURED = -1000 };

/* Words of the page that is being built and the same in Japanese, for two languages side by side. */
enum { GLOSS_PAIRS_MAX = 256, GLOSS_POOL = 8 * 1024 };
struct glosses {
    struct {
        const char *own, *japanese; /* of a catalog, or in pool */
    } pairs[GLOSS_PAIRS_MAX];
    size_t count, used;
    char pool[GLOSS_POOL]; /* messages with a place filled; wiped with the visit */
};

/* places.c: where things stand, from the panel alone: the same on every page, in every language, text
 * size and theme. 0.1 mm. */
enum tool {
    TOOL_HELP,
    TOOL_HOME,
    TOOL_LANGUAGE,
    TOOL_TEXT_SIZE,
    TOOL_CONTRAST,
    TOOL_SPEAK,
    TOOL_COUNT
};
struct places {
    struct ui_rect panel;
    bool portrait;
    bool low; /* for a seated visitor: every target at or below targets */
    bool small; /* a 15.6 inch panel: lower bars, closer keys */
    int text_sizes; /* how many are offered: the largest needs 220 mm of a panel's shorter side */
    int targets;
    struct ui_rect top_bar, bottom_bar; /* top_bar.h is 0 in the low layout */
    struct ui_rect tools[TOOL_COUNT];
    struct ui_rect where; /* what place this is */
    struct ui_rect left, main; /* the bottom bar's two buttons */
    struct ui_rect foot; /* words between them; w 0: no room */
    struct ui_rect turn; /* the buttons that turn the column's pages */
    struct ui_rect column;
};
void places_of(struct ui_rect panel, bool low, struct places *ret_places);

/* What the files of content and words were when they were last read. */
struct content_stamp {
    uint64_t content, words;
    uint64_t bundle; /* the newest that came down */
    int64_t newest; /* seconds since 1970 */
};

/* calling.c: the call for staff that is under way, or the last one. */
struct calling {
    char *path, *answer_path; /* owned */
    struct call call;
    uint64_t visit; /* that called: the answer is for it alone */
    bool is_open; /* the page "call" stands, and nobody only practises */
    bool is_coming; /* the city said that somebody comes */
    int64_t look_ms; /* monotonic; then the answer is looked for */
};

struct app {
    struct owner owner; /* who stands there */
    const struct conf *conf;
    const struct clock *clock;
    struct ui *ui;
    struct i18n *i18n;
    struct procedure_set *procedures;
    struct live *live; /* what came with the last sync */
    struct info *info;
    struct info_search *search; /* NULL: this machine can't search */
    struct content_stamp content;
    bool words_behind; /* content.c: the catalogs in use are not those of the content */
    int content_rank; /* content.c: 0 the newest bundle, then the one before, then what was shipped */
    int64_t content_looked_ms;
    int content_look_ms; /* how often it is looked whether content changed, while nobody is there */
    struct speak *speak; /* speak.c; NULL while the app starts */
    struct card *card; /* NULL: no reader is looked for */
    struct input *input; /* kana to kanji */
    struct input_postal *postal; /* NULL: no table */
    struct input_variants *variants; /* NULL: no table */
    struct input_names *names; /* NULL: no list */
    struct input_hand *hand; /* NULL: no model */
    struct submitter *submitter; /* NULL: no applications can be taken */
    int submitter_error; /* why not */
    struct printer *printer; /* NULL: none here */
    uint64_t practice_apdus; /* how many commands cards had been sent when practising began */
    const struct screen *screen;
    const struct screen *under; /* where an overlay (help, language, still there) goes back to */
    int under_page;
    const struct screen *left; /* the page that app_over left last */
    const struct screen *beneath; /* the overlay that language or still-there interrupted */
    /* while a screen is built: the column's page so far, whether the turning buttons need room */
    int flow_page;
    bool flow_reserve;
    struct ui_rect field_beside; /* of a written answer, beside its heading; w 0: below it */
    /* what stands beside the lowest keys of a keyboard: w as wished (0: nothing) becomes its place */
    struct ui_rect keys_beside;
    unsigned keypad_waits; /* bit d: the digit d of the keypad to come can't be used now */
    struct visit visit;
    struct preferences prefs;
    struct glosses glosses;
    /* the reader, as last told */
    int readers;
    int reader_error;
    enum card_kind card_kind;
    int card_tries;
    int card_error;
    bool card_fresh; /* what was told of the card is still so: it needn't be looked at again */
    /* time */
    struct preferences prefs_of_machine; /* as its settings say */
    struct places places; /* of the frame that is built */
    int64_t touched_ms; /* last sign of life, monotonic */
    int64_t spoken_ms; /* when speech was last seen under way; 0: it was not */
    int64_t entered_ms; /* when this screen came */
    uint64_t entered; /* counts pages that came */
    int chimes; /* how often this page has chimed */
    int64_t last_second; /* countdown last shown */
    int idle_warn_ms, idle_warn_speech_ms, idle_end_ms, accepted_ms, call_ms;
    int checked_in_ms; /* how long the page of a check-in stays */
    bool card_counted; /* the card that lies there has checked in already */
    char stand[RECORD_NAME_MAX]; /* check-in at which this terminal begins; "": at its start page */
    /* staff exit */
    char staff_hash[SEAL_PASSWORD_HASH_MAX]; /* "" when this machine has no staff PIN */
    char staff_digits[16];
    int staff_wrong;
    int64_t staff_locked_until_ms;
    struct calling calling;
    struct pause pause; /* visits that wait */
    bool scanner; /* a scanner types here: what it reads is told of */
    bool codes; /* the staff asked for every record as a code */
    bool quit;
    int frame_error;
    bool trace;
    int64_t tap_ns;
    uint64_t frames_seen;
};

/* shell.c: the loop */
void app_go(struct app *app, const struct screen *screen); /* to a page; an overlay is forgotten */
void app_over(struct app *app, const struct screen *screen); /* an overlay: back returns here */
void app_return(struct app *app); /* from an overlay */
/* The page on which news matter: the one shown, or the one under an overlay. */
const struct screen *app_page(const struct app *app);
/* Changes that page without closing the overlay. */
void app_turn(struct app *app, const struct screen *screen);
void app_step(struct app *app, int timeout_ms); /* waits for one thing and handles it */
void app_rebuild(struct app *app);
int64_t app_idle_left_ms(const struct app *app); /* until the visit ends by itself */
bool app_is_overlay(const struct screen *screen);
int app_time_ms(const struct app *app, int ms); /* a time limit as this visitor's pace wants it */
/* Is a countdown near enough its end to be told in seconds? */
bool app_tells_seconds(const struct app *app, int64_t seconds);
/* Puts the preferences to work after a change. */
void app_apply_preferences(struct app *app);

/* visit.c */
void visit_start(struct app *app);
/* Wipes all that was the visitor's, resets language, size and contrast, powers the card down. */
void visit_end(struct app *app);
/* The visitor is done: everything is wiped now; a card that still lies there is given back first. */
void visit_finish(struct app *app);
/* Wipes all that was the visitor's but the preferences, and lets the card go; visit_end does more. */
void visit_forget(struct app *app);
/* Chooses a procedure and goes to its first page. KERR_NOT_FOUND. */
int visit_choose(struct app *app, const char *procedure);
/* Back out of the procedure: to the door, the page or the results where it was chosen. */
void visit_leave_procedure(struct app *app);
/* Back to the results that led to this procedure. */
void visit_results(struct app *app);
/* This procedure, and what is done together with it, was received. */
void visit_done(struct app *app);
bool visit_has_done(const struct app *app, const struct procedure *procedure);
/* From the explanation on: the page that comes next (card, question, check). */
void visit_go_on(struct app *app);
void visit_show_interview(struct app *app); /* question or check, wherever the interview stands */
/* One question back, or from a change back to the answers; false at the first one. */
bool visit_back(struct app *app);
void visit_drop_pin(struct app *app);
void visit_card_event(struct app *app, struct card_event *event);
/* The card page appeared: goes on at once when the card that lies there is known, else looks at it. */
void visit_want_card(struct app *app);

/* brought.c: answers that were given at home */
/* A scanner has read this: the page that tells what became of it, where codes are read. */
void brought_scan(struct app *app, const char *text);
/* Gives the interview what was brought for the questions that come next, up to the first without. */
void brought_answer(struct app *app);
/* A card tells this. Where an answer from home says something else, the visitor is told on the page of all answers: the card counts. */
void brought_meets_card(struct app *app, const char *key, const char *card);
/* Was it so with this key? */
bool brought_otherwise(const struct app *app, const char *key);
const char *brought_procedure(const struct app *app); /* NULL when nothing was brought */
void brought_forget(struct visit *visit);

/* trail.c: pages to read, one leading to the next, and the way back. Targets: info/info.h. */
/* KERR_NOT_FOUND for what leads nowhere. */
int trail_open(struct app *app, const char *target);
/* The same as the first step: back from it leads to the page that is shown now. */
void trail_start(struct app *app, const char *target);
void trail_back(struct app *app); /* at the first one: where the trail began */
void trail_again(struct app *app); /* to where the trail is; home without one */
bool trail_is(const struct screen *screen); /* does it show a target? */
const char *trail_at(const struct app *app); /* what is being read; "" */
const char *trail_id(const struct app *app); /* the same behind its ':' */
/* A target as a row: title, second line ("" none), pictogram. False for what leads nowhere. The strings live as
 * long as the page is built. */
struct trail_words {
    const char *title, *detail, *picture;
};
bool trail_words(struct app *app, const char *target, struct trail_words *ret_words);
/* Rows that lead to targets, ids prefix0, prefix1 ...; a tap on one gives its target, else NULL. */
void trail_row(
    struct app *app, struct flow *flow, const char *id, const char *target, const char *title);
int64_t app_today(const struct app *app); /* days since 1970 in Japan */

/* screens/together.c: staff beside the visitor, until the visit ends: both languages, several questions on a page. */
void beside_begin(struct app *app);
/* Is the page one that the visitor confirms himself? */
bool beside_own(const struct app *app);
/* Who gives the answer to this question. */
enum fact_origin beside_origin(const struct app *app, const struct question *question);

/* screens/pause.c: the visit pauses, and its number is shown; or it can't be kept. */
void pause_tap(struct app *app);
/* A scanner read something: the code of a visit that waits goes on where nobody's answers would be lost. False when it is
 * no such code. */
bool pause_scan(struct app *app, const char *text);

/* content.c: services, pages and words, read anew when they changed */
/* Folder "assets" or "locale" of the set that is shown. Heap. */
char *content_share(const struct app *app, const char *what);
/* Words that can't be read: from now on what was shipped is shown. False when it is already. */
bool content_drop_bundles(struct app *app);
int content_open(struct app *app); /* KERR_PROCEDURE_FILE, KERR_NOT_FOUND */
bool content_changed(struct app *app);
/* Between two visits: what changed is read. Content with a mistake isn't: the old stays. */
void content_renew(struct app *app);
void content_watch(struct app *app); /* while nobody is there */
int64_t content_wait_ms(
    const struct app *app); /* until the next look; -1 while somebody is there */

/* qr.c */
/* Text as rows of '0' and '1' for UI_ROLE_QR; more than 2,300 bytes: none. */
void qr_rows(const char *text, struct buf *rows);
/* The same for digits, up to SEAL_CODE_DIGITS of them: version 25 at most. */
void qr_digits(const char *digits, struct buf *rows);
/* A box for a code of at most this side beside the column, or below it in portrait: takes its room from the column. */
struct ui_rect qr_place(const struct app *app, struct flow *flow, int side);
/* The code in its box. */
void qr_add(
    struct app *app, struct ui_rect box, const struct buf *rows, const char *label, unsigned state);
enum { TAKE_MAX = 16 * 1024 }; /* bytes of a text to take away */
/* A line of such a text: the words, as plain ones, behind a sign. Nothing when there are none. */
void take_line(const char *words, const char *before, struct buf *out);
/* The column of a page with a text to take away as a QR code; of a longer one as several, a page each. state: that of the
 * codes. */
struct qr_words {
    const char *title, *text; /* message ids */
    const char *number; /* written large between the two; NULL: none */
};
void qr_page(struct app *app, struct flow *flow, const char *text, const char *label,
    unsigned state, const struct qr_words *said);

/* screens/slip.c */
/* Makes the slip of what was accepted just now and asks for it; its page. */
void slip_print(struct app *app);
void slip_poll(struct app *app); /* what the printer has to tell */
/* Nobody's visit begins while paper of the one before may still come: true, and the page says so. */
bool slip_settles(struct app *app);
void slip_wait(struct app *app); /* until it may: for scripts */

/* Hands the facts over to the submitter and shows that the machine works; a fault's page when it can't. */
void visit_submit(struct app *app, struct fact_set *take_facts);

/* practice.c: a visit of a sample person in which nothing is real */
/* Wipes the visit so far and begins to practise, at home. */
void practice_start(struct app *app);
void practice_stop(struct app *app); /* part of visit_end */
/* The sample person's facts, as if a card had given them. */
void practice_read(struct app *app);
/* The words on every page; nothing when the visit is real. */
void practice_ribbon(struct app *app);
bool practice_has_ribbon(const struct app *app); /* also while staff are beside */
void practice_places(struct app *app); /* makes room for them */

/* submit.c: the only place with the sequence encode, seal and sign, commit. Runs in a thread. */
struct submit_code { /* the record as a code on the screen: its lean form (seal.h) */
    uint8_t bytes[SEAL_LEAN_MAX];
    size_t len; /* 0: too long for codes */
    bool line_away; /* records wait for longer than the setting code-after-s */
};
struct submit_result {
    int error;
    struct submit_code code;
    char number[RECORD_NUMBER_LEN];
    uint64_t visit; /* serial of the visit that asked */
};
/* Opens queue and keys. KERR_SEAL_KEY, KERR_STORE... */
int submitter_new(const struct conf *conf, const struct clock *clock, void (*wakeup)(void *),
    void *wakeup_ctx, struct submitter **ret_submitter);
void submitter_free(struct submitter *submitter); /* waits for the job under way */
/* Takes the facts over. The head's number and time are filled by the job. KERR_BUSY. */
int submitter_start(struct submitter *submitter, const struct record_head *head,
    struct fact_set *take_facts, uint64_t visit);
bool submitter_poll(struct submitter *submitter, struct submit_result *ret_result);
/* 0, or why nothing can be stored at present (a full disk); heals by itself. */
int submitter_closed(struct submitter *submitter);
/* shell.c: shows what became of it, to the visit that asked. */
void app_submitted(struct app *app, const struct submit_result *result);

/* layout.c: the grid of the look, in 0.1 mm */
enum {
    MARGIN = 240,
    GAP = 120, /* between rows of choices at the default size */
    GAP_MIN = 50,
    COLUMN_GAP = 70,
    GAP_OPPOSITE = 100,
    PAGE_TURN_H = 220,
    TWO_COLUMNS_W = 3000 /* a column as wide as this has room for two things side by side */
};
/* Ground, tools, bottom bar with a back button (back: message id, NULL none). where: what is said of
 * the place, NULL none. */
struct flow page_begin(struct app *app, const char *where, const char *back);
/* The same with the place that belongs to most pages: the procedure's title and "3 / 9". */
struct flow page_begin_visit(struct app *app);
/* A button at the left of the bottom bar, where back stands; picture NULL: none. */
void page_left_button(struct app *app, const char *id, const char *text, const char *picture);
/* The same at the right, on pages without a main button. */
void page_right_button(struct app *app, const char *id, const char *text, const char *picture);
/* The main button. picture NULL: arrow right. state UI_STATE_WAITING when it can't be used yet. */
void page_main(struct app *app, const char *id, const char *text, unsigned state);
/* Words between the two buttons of the bottom bar; at the column's end where there is no room. */
void page_foot(struct app *app, struct flow *flow, const char *text);
/* Room for a block of this height: turns to the next page of the column when this one is full. True
 * when the block is on the page that is shown; the caller then adds it at flow->y. In any case it moves
 * flow->y on afterwards. */
bool flow_room(struct app *app, struct flow *flow, int height);
/* The same for a block with something to touch: a seated visitor finds it within reach. */
bool flow_target(struct app *app, struct flow *flow, int height);
/* Moves the column on to where a seated visitor reaches; for pages that place targets themselves. */
void flow_within_reach(struct app *app, struct flow *flow);
/* The buttons that turn the column's pages, when it has several. */
void page_turn_buttons(struct app *app);
/* Begins the column higher up where room is short; not under the ribbon of practising. */
void flow_tighten(struct app *app, struct flow *flow, int by);
/* An element with x and w into the column: its height is what its words need, at least least; moves
 * the column on by it. */
void flow_element(struct app *app, struct flow *flow, struct ui_element *element, int least);
/* Text into the column; moves the column on by its height and gap after it. */
void flow_text(struct app *app, struct flow *flow, const char *text, enum ui_role role,
    enum ui_size size, enum ui_tone tone, bool bold, int gap_after);
/* A step of several, its number beside it; moves the column on, with a gap. */
void flow_step(struct app *app, struct flow *flow, int number, const char *text);
/* How high it is, without the gap. */
int flow_step_height(struct app *app, const struct flow *flow, const char *text);
/* The largest size, from this one down, in which the text is no higher than a page of the column. */
enum ui_size flow_size(
    struct app *app, const struct flow *flow, const char *text, enum ui_size size, bool bold);
/* How high something to touch may be on a page of the column. */
int flow_reach(const struct app *app, const struct flow *flow);
void page_title(struct app *app, struct flow *flow, const char *text);
struct ui_rect rect(int x, int y, int w, int h);
/* An illustration panel with one large pictogram, at the right or above; returns the column beside
 * it. */
struct flow page_picture(struct app *app, struct flow flow, const char *picture, enum ui_tone tone);
/* A wide button with pictogram, words and a second line, as on card and fault pages. */
void flow_door(struct app *app, struct flow *flow, const char *id, const char *picture,
    const char *text, const char *detail);
/* Items of equal width in columns; each row is a block of the column. Calls place for each item of the
 * page that is shown. */
struct grid {
    size_t count;
    int columns;
    int height; /* of one item */
    int gap; /* at least; 0: GAP_MIN */
    const int
        *heights; /* of each, at least height: a row is as high as its highest; NULL: all height */
};
void flow_grid(struct app *app, struct flow *flow, const struct grid *grid,
    void (*place)(struct app *app, size_t index, struct ui_rect where, void *ctx), void *ctx);
/* The same for elements that are all known, each row as high as its words need and grid->height at least. The
 * places are filled in; grid->heights is not looked at. */
enum { FLOW_ELEMENTS_MAX = PROCEDURE_HOLDS_MAX };
void flow_elements(
    struct app *app, struct flow *flow, struct grid grid, struct ui_element *elements);
/* One line of a name that the visitor gave, cut to what stands in this width; its natural height. out keeps the
 * words. */
void name_in_width(struct app *app, struct ui_element *name, int most, struct buf *out);
/* The column beside the keypad, or above it. */
struct flow page_beside_keypad(struct app *app, struct flow flow);
/* What is touched goes to the left of a low upright keypad; elsewhere the column stays as it is. */
void flow_left_of_keypad(struct app *app, struct flow *flow);
/* The ten digits in phone order, at one place; ids prefix0..9, prefix"delete"; last is the id of the key
 * bottom right ("" none) with its words. */
void page_keypad(struct app *app, const char *prefix, const char *last_id, const char *last_text);

/* words: while two languages are shown, each remembers the Japanese of what it gives, and the ui finds it by the
 * text; so a screen needs to know nothing of it. */
bool two_languages(const struct app *app); /* wished, and the language is another than Japanese */
void words_begin(struct app *app); /* a page is built anew */
/* For words that a page puts together itself: these and the same in Japanese. Copied. */
void words_pair(struct app *app, const char *own, const char *japanese);
const char *say(struct app *app, const char *id);
const char *words(struct app *app, const struct procedure_words *words); /* "" for none */
/* The unit behind a number: " copies"; "" for none. */
const char *unit_words(struct app *app, const struct procedure_words *unit, const char *number);
/* Of whom of several it asks: "Family  1 / 3"; nothing where it is asked once. */
void person_words(struct app *app, const struct question *question, struct buf *out);
/* The name of an answer on the page that shows all: "Family 1  date of birth". */
void row_words(struct app *app, const struct question *question, struct buf *out);
/* Appends a message with one place filled. */
int sayf(struct app *app, struct buf *out, const char *id, const char *name, const char *value);
/* How the city takes money: the names of its list "payment", a separator between. False when it has none. */
bool payment_means(struct app *app, struct buf *out);
/* An answer as people read it. */
void answer_words(
    struct app *app, const struct question *question, const char *value, struct buf *out);
/* What was written is Japanese, or a name in Latin letters, whatever the page's language: its kanji keep
 * their Japanese forms. NULL for what the program words itself. screens/check.c. */
const char *answer_language(const struct question *question, const char *value);

/* calling.c: calls for staff that the city hears of */
void calling_open(struct app *app);
void calling_close(struct app *app);
/* The page "call" appeared: the page below it, and what led to it there. */
void calling_begin(struct app *app, const char *page, const char *reason);
void calling_watch(struct app *app); /* each step of the loop */
int calling_sleep_ms(const struct app *app); /* until the next look; -1: none */

/* heading.c: of whom is asked, the question, why, and why an answer was not taken. below: height of what stands
 * below it, for which words become smaller and fewer; 0: it turns pages. field: what stands below is a field and
 * its keys, and the field may stand beside the heading (field_beside), what is counted beyond both below the field. */
void heading_build(
    struct app *app, struct flow *flow, const struct question *question, int below, bool field);

/* date_entry.c: digits of a date in western years or eras */
void date_build(struct app *app, struct flow *flow);
bool date_tap(struct app *app, const char *id);
/* The typed digits as YYYY-MM-DD; false while incomplete or impossible. */
bool date_value(const struct app *app, char out[11]);

/* play_hands.c: how play scripts press */
enum play_hands { PLAY_FINGER, PLAY_KEYS, PLAY_SWITCHES };
/* Presses the element by these hands. KERR_NOT_FOUND, KERR_STATE as ui_tap; KERR_TOO_BIG when keys or switches
 * do not lead there. */
int play_tap(struct app *app, enum play_hands hands, const char *id_or_text);
/* A scanner reads what stands in the first line of this file. KERR_NOT_FOUND, KERR_TOO_BIG, KERR_INVALID. */
int play_scan(struct app *app, const char *path);
void play_print_screen(const struct app *app); /* to standard error */
/* A finger comes down on one element, slides to the other and is lifted there. KERR_NOT_FOUND. */
int play_drag(struct app *app, const char *from, const char *to);
/* One stroke in the drawing area, corner to corner: x and y of each in thousandths of it. KERR_NOT_FOUND. */
int play_draw(struct app *app, const int *thousandths, int corners);
/* Draws the first stroke of a signature, or touches a place; waits until the page takes touches. KERR_INVALID,
 * KERR_NOT_FOUND, KERR_STATE. */
int play_draw_answer(struct app *app, const char *answer);
/* The first place, day and time that are free; this answer where nothing has come from the city (a visitor ends
 * there, a script goes on). */
void play_slot_answer(struct app *app, const char *answer);

#include "app/live_priv.h"

#endif
