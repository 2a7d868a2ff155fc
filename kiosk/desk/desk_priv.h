/* desk/desk_priv.h - what the files of the desk share. A request comes in as plain values (server.c
 * alone knows HTTP's library), routes.c decides who gets it, the other files each do one thing. Everything runs
 * in the listener's one thread. */
#ifndef DESK_DESK_PRIV_H
#define DESK_DESK_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/clock.h"
#include "ledger/ledger.h"
#include "live/live.h"
#include "print/print.h"
#include "record/record.h"

#include "desk.h"

enum {
    DESK_PAGE_MAX = 4 * 1024 * 1024, /* the largest record (256 KiB) with every byte escaped */
    DESK_PAPER_MAX = 32 * 1024 * 1024, /* the forms of one record as PDF */
    DESK_API_BODY_MAX = 64 * 1024, /* of a question of the API: 1,000 ids */
    DESK_BODY_MAX = 8 * 1024, /* of a POST: the largest form is name, password and token */
    DESK_FIELD_MAX = LEDGER_NOTE_MAX, /* one field of a form: the longest is a note */
    DESK_ROWS = 50, /* records on one page of the list */
    DESK_TOKEN_BYTES = 32,
    DESK_TOKEN_LEN = 2 * DESK_TOKEN_BYTES + 1, /* as hexadecimal text with NUL */
    DESK_ID_LEN = 2 * LEDGER_ID_LEN + 1,
    DESK_ASSETS_MAX = 256, /* parts of pages, and files */
    DESK_SESSIONS_MAX = 64
};

/* ---- html.c: text into pages ---- */

/* Appends text so that it is text wherever HTML allows text or a quoted attribute. NUL, other control
 * characters, bytes that are no UTF-8 and the invisible marks that turn text around are shown, not
 * passed on. */
void desk_html_text(struct buf *out, const char *text, size_t len);
/* Appends a JSON string with its quotes (RFC 8259 section 7). */
void desk_json_text(struct buf *out, const char *text);

/* ---- form.c: what browsers send ---- */

/* The decoded field of an application/x-www-form-urlencoded body, appended. False when it is absent,
 * there twice, badly encoded, longer than DESK_FIELD_MAX, holds NUL or is no UTF-8. */
bool desk_form_field(const uint8_t *body, size_t len, const char *name, struct buf *ret_value);
/* The token (64 hexadecimal digits) in the Cookie header; false when absent or of another form. */
bool desk_cookie_token(const char *header, const char *name, char out[DESK_TOKEN_LEN]);
/* A decimal number of a query; fallback when it is absent or anything else. */
uint64_t desk_query_number(const char *text, uint64_t fallback);
/* Whether a Host header names this server: address, localhost or the public name. port 0 is never
 * right. public_name may be NULL. */
bool desk_host_fits(const char *host, const char *address, uint16_t port, const char *public_name);
/* Eight digits out of what a person or a scanner typed: full-width digits, spaces and hyphens are
 * understood. False when they are no number of ours (check digit). */
bool desk_number_read(const char *text, char out[RECORD_NUMBER_LEN]);

/* ---- session.c: who is logged in ---- */

struct desk_sessions;
struct desk_sessions *desk_sessions_new(const struct clock *clock);
void desk_sessions_free(struct desk_sessions *sessions); /* wipes; NULL is accepted */
/* A random token that belongs to nobody yet (the login page's). */
void desk_token_make(char out[DESK_TOKEN_LEN]);
/* What somebody may do: routes.c says which pages are whose, and nothing else does. */
enum desk_role { DESK_CLERK, DESK_LEAD, DESK_OPERATOR, DESK_ROLE_COUNT };
struct desk_who {
    char name[LEDGER_NAME_MAX];
    enum desk_role role;
    uint8_t line
        [SEAL_HASH_LEN]; /* of the staff file, hashed: another one ends the session (routes.c) */
};
/* Starts a session; when all places are taken the longest unused one ends. */
void desk_session_begin(
    struct desk_sessions *sessions, const struct desk_who *who, char ret_token[DESK_TOKEN_LEN]);
/* Who holds this token (NULL: nobody's); false when nobody does. Ends what is over (30 minutes unused, 12 hours in
 * all). used: a person did something, the 30 minutes begin anew. */
bool desk_session_who(
    struct desk_sessions *sessions, const char *token, bool used, struct desk_who *ret_who);
void desk_session_end(struct desk_sessions *sessions, const char *token);
/* How long a session goes on without use, and whether use makes that longer (else its 12 hours end before). False: there is none. */
bool desk_session_left(
    struct desk_sessions *sessions, const char *token, int64_t *ret_seconds, bool *ret_stays);
/* The key for what this person types and did not keep yet; only to be given to a session of this name. The browser keeps what it
 * sealed with it, never the key; it is another one whenever the desk starts. */
void desk_draft_key(
    const struct desk_sessions *sessions, const char *name, char out[DESK_TOKEN_LEN]);
/* The form token that belongs to a cookie's token: keyed hash, so that only our pages have it. */
void desk_form_token(
    const struct desk_sessions *sessions, const char *token, char out[DESK_TOKEN_LEN]);
bool desk_form_token_fits(
    const struct desk_sessions *sessions, const char *token, const char *given);

/* ---- staff.c: names, passwords, the lock-out ladder ---- */

struct desk_staff;
/* check: seal_password_check, or a test's. KERR_NOT_FOUND without a file. */
int desk_staff_new(const char *path, int (*check)(const char *password, const char *hash),
    const struct clock *clock, struct desk_staff **ret_staff);
void desk_staff_free(struct desk_staff *staff);
/* "clerk", "lead", "operator"; false for another word. */
bool desk_role_read(const char *text, size_t len, enum desk_role *ret_role);
/* Everybody in the staff file, in its order, but for lines that let nobody in. */
void desk_staff_each(const struct desk_staff *staff,
    void (*each)(const char *name, enum desk_role role, void *ctx), void *ctx);
enum desk_login { DESK_LOGIN_OK, DESK_LOGIN_WRONG, DESK_LOGIN_WAIT, DESK_LOGIN_LOCKED };
/* Who that is as the staff file has it now; false when no line of it is this name's. */
bool desk_staff_who(const struct desk_staff *staff, const char *name, struct desk_who *ret_who);
/* One try. WAIT: nothing was checked, *ret_wait_s seconds are left. LOCKED: until the next day in
 * Japan or a restart. A name that nobody has is answered alike. */
enum desk_login desk_staff_login(struct desk_staff *staff, const char *name, const char *password,
    struct desk_who *ret_who, int *ret_wait_s);

/* ---- assets.c: pages, words and files under assets/desk ---- */

struct desk_assets;
/* KERR_NOT_FOUND, KERR_INVALID (a broken or doubled part), KERR_TOO_BIG. */
int desk_assets_load(const char *folder, struct desk_assets **ret_assets);
void desk_assets_free(struct desk_assets *assets);
/* A word of words.conf; the id itself when it lacks. */
const char *desk_word(const struct desk_assets *assets, const char *id);
/* The word of "prefix" + "name", or fallback when there is none. */
const char *desk_word_of(
    const struct desk_assets *assets, const char *prefix, const char *name, const char *fallback);
/* A file for /static/: its bytes and type; NULL when there is none. */
const struct buf *desk_file(
    const struct desk_assets *assets, const char *name, const char **ret_type);

/* A value for a {{name}} of a part: text is escaped, html is what other parts made. */
struct desk_fill {
    const char *name;
    const char *text;
    const struct buf *html;
};
#define FILL(n, t) ((struct desk_fill){.name = "" n, .text = (t)})
#define FILL_HTML(n, b) ((struct desk_fill){.name = "" n, .html = (b)})
/* Appends a part with its places filled. A part or value that lacks makes out fail: a page is whole
 * or it is not shown. */
void desk_part(const struct desk_assets *assets, struct buf *out, const char *part,
    const struct desk_fill *fills, size_t count);
#define DESK_PART(assets, out, part, ...)                                                          \
    desk_part((assets), (out), (part), (const struct desk_fill[]){__VA_ARGS__},                    \
        sizeof((const struct desk_fill[]){__VA_ARGS__}) / sizeof(struct desk_fill))
/* pages.c: what stay.js tells: the end of a session, and what was being typed; both begun here, the caller frees them. */
void desk_stay_html(struct desk *desk, struct buf *stay, struct buf *draft);

/* ---- opened.c: from a row of the ledger to a record ---- */

/* Opens one envelope. Gives the record (the caller frees) or, with NULL, why not: "altered",
 * "signature", "key", "form", "mixed". Never fails otherwise. */
struct record *desk_open_record(const struct desk_config *config, const struct ledger_entry *entry,
    const uint8_t *envelope, size_t len, const char **ret_reason);

/* ---- find.c, index*.c: finding records (find_priv.h) ---- */

struct desk_index;
/* A record went from the ledger: what is known of it goes from the index, in memory and on disk, before this returns. Call it after the
 * deletion was committed. Nothing happens when the index does not know it, or the desk has none. */
void desk_index_forget(struct desk *desk, const uint8_t id[LEDGER_ID_LEN]);

/* ---- the desk itself ---- */

enum { DESK_ALARM_NAMES_MAX = 8 * 1024 };
struct desk {
    struct desk_config config; /* its texts are copies of ours */
    struct desk_assets *assets;
    struct desk_sessions *sessions;
    struct desk_staff *staff;
    struct ledger *ledger; /* the listener's thread only, once it runs */
    struct live *live; /* free places; the same */
    struct desk_wishes *wishes;
    uint64_t
        gone; /* the line of proof up to which what is in memory was forgotten, and one more; 0: not looked yet */
    struct desk_index *index;
    struct print *print; /* the listener's thread only */
    struct desk_hand *hand; /* hand_priv.h */
    struct desk_rates *rates;
    int64_t content_ms; /* monotonic; not before it is another bundle looked for */
    char late_keys[DESK_ALARM_NAMES_MAX]; /* terminals that are told on each list; list.c */
    int64_t late_keys_ms; /* monotonic; before it the reports are not read again */
    void *server; /* server.c's */
    uint16_t port;
};

/* content.c: takes the newest bundle when another one came, at most each DESK_CONTENT_LOOK_MS. The listener's thread, between two
 * requests. */
enum { DESK_CONTENT_LOOK_MS = 10 * 1000 };
void desk_content_look(struct desk *desk);

/* Which part of the ledger a page shows: those of a state (as enum ledger_state), one's own, or all. */
enum desk_show {
    DESK_SHOW_STATES = LEDGER_STATE_COUNT,
    DESK_SHOW_MINE = DESK_SHOW_STATES,
    DESK_SHOW_ALL,
    DESK_SHOW_COUNT
};
struct desk_view {
    enum desk_show show;
    uint64_t before; /* position; 0: from the newest */
    char open[DESK_ID_LEN]; /* the record beside the list, or "" */
    const char *me; /* who looks */
    bool told; /* acts after `since` are told above the buttons */
    uint64_t since;
    const char *note; /* what was typed and could not be kept yet, or NULL */
    const char *why; /* the button that waits for a note, or NULL */
    char full
        [LIVE_SLOT_MAX]; /* its slot that was just found to be full, to be booked all the same; or "" */
};
const char *desk_show_name(enum desk_show show);
enum desk_show desk_show_read(const char *name); /* NULL or unknown: those that nobody has begun */

struct desk_request {
    const char *method, *path;
    /* headers; NULL when absent */
    const char *host, *cookie, *origin, *fetch_site, *type, *authorization;
    /* of the query; NULL when absent */
    const char *show, *before, *open, *since, *why, *after, *limit;
    const uint8_t *body;
    size_t body_len;
};
enum { DESK_LOCATION_MAX = 256, DESK_COOKIE_MAX = 256 };
struct desk_reply {
    unsigned status;
    const char *type;
    struct buf body; /* owned by whoever made the reply */
    bool table; /* a file to keep, not a page to show */
    int wait_s; /* Retry-After, 0 for none */
    char location[DESK_LOCATION_MAX]; /* "" for none */
    char cookies[2][DESK_COOKIE_MAX]; /* Set-Cookie values, "" for none */
};

/* ---- routes.c: which handler a request gets, and who may have it ---- */

enum {
    HTTP_OK = 200,
    HTTP_NO_CONTENT = 204,
    HTTP_SEE_OTHER = 303,
    HTTP_BAD_REQUEST = 400,
    HTTP_UNAUTHORIZED = 401,
    HTTP_FORBIDDEN = 403,
    HTTP_NOT_FOUND = 404,
    HTTP_METHOD = 405,
    HTTP_GONE = 410,
    HTTP_TYPE = 415,
    HTTP_MISDIRECTED = 421,
    HTTP_TOO_MANY = 429,
    HTTP_ERROR = 500
};
#define DESK_COOKIE_SESSION "desk"

/* A request that passed the guards of its route, on its way through a handler. */
struct desk_ask {
    struct desk *desk;
    const struct desk_request *request;
    struct desk_reply *reply;
    const char *token; /* of the session's cookie; NULL without one */
    char form_token[DESK_TOKEN_LEN]; /* for the forms of the page to come */
    struct desk_who who; /* nobody where the route asks for nobody */
    uint8_t id[LEDGER_ID_LEN]; /* {id} of the path; a handler that looks one up sets it */
    const char *name; /* {name} or {any} of the path, or "" */
    struct desk_view view; /* of the query, or of the form; open is {id} */
};
enum desk_guard {
    DESK_OPEN, /* GET without a session, or with guards of its own */
    DESK_PAGE, /* GET by a person; without a session it leads to the login */
    DESK_POLL, /* GET by the page's own script: no use that keeps a session alive; 401 without one */
    DESK_FORM /* POST: our page, a form's type, and with roles the session's form token in "token" */
};
struct desk_route {
    const char *method, *path; /* {id}, {name}, {any}: routes.c */
    enum desk_guard kind;
    unsigned roles; /* 1 << enum desk_role each; 0: nobody needs to be logged in */
    const char *act; /* what is logged that it was done, with the record's id; NULL: nothing */
    void (*handler)(struct desk_ask *ask);
};
extern const struct desk_route desk_routes[];
extern const size_t desk_route_count;

/* The answer to any request. The body of reply must be initialised. */
void desk_answer(struct desk *desk, const struct desk_request *request, struct desk_reply *reply);
void desk_not_found(struct desk_ask *ask);

/* ---- reply.c: answers that all handlers give ---- */

extern const char desk_type_html[];
/* A whole page around content; a page that could not be made whole becomes a plain 500. */
void desk_reply_page(struct desk_ask *ask, unsigned status, const char *name, const char *title,
    const struct buf *content);
/* A page that says one thing (message.title.WHAT, message.text.WHAT) and shows the way back. */
void desk_reply_message(struct desk_ask *ask, unsigned status, const char *what);
/* KERR_NOT_FOUND: there is no such thing; anything else: the records can't be read now. */
void desk_reply_error(struct desk_ask *ask, int r);
void desk_reply_empty(struct desk_ask *ask, unsigned status);
void desk_reply_go(struct desk_ask *ask, const char *where);
/* To the list as it was, with the record that ask->view.open names. */
void desk_reply_view(struct desk_ask *ask);
/* Two cookies an answer at most; value "" takes one away. */
void desk_reply_cookie(struct desk_ask *ask, const char *name, const char *value);
/* desk_form_field of the request's body. */
bool desk_ask_field(const struct desk_ask *ask, const char *name, struct buf *out);

/* ---- handlers: login.c, pages.c ---- */

void desk_get_login(struct desk_ask *ask);
void desk_post_login(struct desk_ask *ask);
void desk_post_logout(struct desk_ask *ask);
void desk_get_session(struct desk_ask *ask);
void desk_post_stay(struct desk_ask *ask);
void desk_get_static(struct desk_ask *ask);
void desk_get_events(struct desk_ask *ask);
void desk_get_list(struct desk_ask *ask);
void desk_get_home(struct desk_ask *ask);
void desk_post_search(struct desk_ask *ask);
void desk_get_record(struct desk_ask *ask);
void desk_get_forms(struct desk_ask *ask);
void desk_get_slip(struct desk_ask *ask);
void desk_post_booked(struct desk_ask *ask);
void desk_post_taken(struct desk_ask *ask);
void desk_post_open(struct desk_ask *ask);
void desk_get_calls(struct desk_ask *ask);
void desk_post_coming(struct desk_ask *ask);
/* calls.c: the calls from terminals as they are now; errors of ledger_calls. */
int desk_calls_html(struct desk_ask *ask, struct buf *out);
void desk_get_arrivals(struct desk_ask *ask);

/* pages.c: the list with the record that ask->view.open names beside it, and a word of words.conf above (NULL: none). */
void desk_work_page(struct desk_ask *ask, const char *notice);

/* ---- turns.c: how far a record is, and who did what ---- */

void desk_get_standing(struct desk_ask *ask);
void desk_post_new(struct desk_ask *ask);
void desk_post_work(struct desk_ask *ask);
void desk_post_papers(struct desk_ask *ask);
void desk_post_done(struct desk_ask *ask);
void desk_post_back(struct desk_ask *ask);
void desk_post_take(struct desk_ask *ask);
void desk_post_release(struct desk_ask *ask);
void desk_post_assign(struct desk_ask *ask);
void desk_post_note(struct desk_ask *ask);
/* The panel of an entry: state, holder, buttons, note, history. KERR_STORE. */
int desk_standing_html(
    const struct desk_ask *ask, const struct ledger_entry *entry, struct buf *out);
/* A state as a mark: words and a shape, never colour alone. */
void desk_state_mark(struct desk *desk, struct buf *out, const char *state);

/* ---- shapes.c: the forms in which a character may be written ---- */

enum {
    DESK_SHAPE_TEXT = 12, /* bytes of a character with its selector and NUL */
    DESK_SHAPE_NAME = 24,
    DESK_SHAPES_MAX = 300
};
/* A character and the selector behind it, 0 for none. */
struct desk_shape {
    uint32_t kanji, selector;
};
struct desk_shapes {
    size_t count; /* 0: it has no forms to choose from */
    struct desk_shape list[DESK_SHAPES_MAX];
};
/* Reads the next character at *pos and moves behind it; false at the end. */
bool desk_shape_next(const char *text, size_t len, size_t *pos, struct desk_shape *ret_shape);
void desk_shape_text(const struct desk_shape *shape, char out[DESK_SHAPE_TEXT]);
/* How a form of `own` is called in forms and ids: its selector in hexadecimal digits ("e0101", "0"), and the code point before it where that
 * is another one ("9ad9-0"). */
void desk_shape_name(
    const struct desk_shape *shape, const struct desk_shape *own, char out[DESK_SHAPE_NAME]);
/* What a character of a value may become: itself without a selector, its forms by the table, what it came with; then the other code
 * points that are the same character, each with its forms. */
void desk_shapes_find(
    const struct desk_config *config, const struct desk_shape *own, struct desk_shapes *ret_shapes);
/* Whether two texts are the same characters, in whatever forms. */
bool desk_glyphs_alike(const struct desk_kanji *kanji, const char *one, const char *other);

/* The text as a picture that needs no font of the browser; in letters, marked so, where the fonts of paper lack one of its forms. */
void desk_drawn(struct desk *desk, const char *text, struct buf *out);

/* ---- corrections.c: forms of characters in names and addresses, corrected by staff ---- */

void desk_get_glyph(struct desk_ask *ask);
void desk_post_glyph(struct desk_ask *ask);
/* A record's corrections, oldest first. */
struct desk_fixes {
    const struct desk_kanji *kanji; /* the desk's */
    char record[DESK_ID_LEN];
    size_t count;
    struct ledger_correction *list;
};
/* Errors of ledger_corrections. Whoever read them frees them, which wipes. */
int desk_fixes_read(const struct desk_config *config, struct ledger *ledger,
    const uint8_t id[LEDGER_ID_LEN], struct desk_fixes *ret_fixes);
void desk_fixes_free(struct desk_fixes *fixes);
/* A fact's value with the forms that staff chose; the visitor's own without a correction, or when that says other characters. */
const char *desk_fixed(const struct desk_fixes *fixes, const struct fact *fact);
/* Puts a record with the corrected values in place of this one, for paper. */
int desk_corrected(struct desk *desk, const uint8_t id[LEDGER_ID_LEN], struct record **record);
/* What the sheet says of a fact's corrections, and the way to correct it; nothing for most facts. question may be NULL. */
void desk_fixes_html(struct desk *desk, const struct desk_fixes *fixes, const struct fact *fact,
    const struct question *question, struct buf *out);

/* ---- list.c, sheet.c ---- */

/* list.c: the list as it is now; KERR_STORE. */
int desk_list_html(struct desk *desk, const struct desk_view *view, struct buf *out);
/* list.c: terminals whose events went back, or nothing. KERR_STORE. */
int desk_alarms_html(struct desk *desk, struct buf *out);
/* list.c: the ways to what can be shown, each with how many there are; empty when the ledger can't be read. */
void desk_tabs_html(struct desk *desk, const struct desk_view *view, struct buf *out);
/* pages.c: the work page with something else in place of the record. */
void desk_work_page_of(struct desk_ask *ask, const struct buf *instead);
/* find.c: number, procedure, language and moment of a record that the index knows; else it must be opened. */
bool desk_find_head(
    struct desk *desk, const struct ledger_entry *entry, struct record_head *ret_head);
/* find.c: the records of the same visit, and those of the same person and procedure within two weeks. KERR_STORE. */
int desk_beside_html(struct desk *desk, const struct desk_view *view,
    const struct ledger_entry *entry, const struct record *record, struct buf *out);
/* list.c: a moment in Japan as the pages write it; full: with year and era. */
void desk_when(struct desk *desk, struct buf *out, bool full, int64_t wall_s);
/* sheet.c: one record with all that it holds. KERR_NOT_FOUND, KERR_STORE. */
int desk_sheet_html(const struct desk_ask *ask, struct buf *out);

/* sheet.c: an answer in Japanese as staff read it. */
void desk_value_text(
    struct desk *desk, struct buf *out, const struct question *question, const char *value);

/* csv.c: a cell of a table; first: of its row. What would be a formula in a spreadsheet gets a ' before it. Errors are the buffer's. */
void desk_csv_cell(struct buf *out, const char *text, bool first);
/* The same of the first len bytes of a text. */
void desk_csv_cell_of(struct buf *out, const char *text, size_t len, bool first);
bool desk_csv_is_formula(const char *text);

/* arrivals.c: who checked in, as a page's content and as a table. KERR_NOT_FOUND for a procedure that is no check-in,
 * KERR_STORE, KERR_TOO_BIG. */
int desk_arrivals_html(struct desk *desk, const char *procedure, struct buf *out);
int desk_arrivals_csv(struct desk *desk, const char *procedure, struct buf *out);
void desk_arrivals_tabs(struct desk *desk, struct buf *out); /* the ways to them */

/* ---- wishes.c: who asks for which slot ---- */

struct desk_wish {
    uint8_t id[LEDGER_ID_LEN];
    char number[RECORD_NUMBER_LEN];
    char slot[LIVE_SLOT_MAX];
    int64_t asked_at; /* when the visitor submitted it, however late it arrived */
};
struct desk_wishes *desk_wishes_new(void);
void desk_wishes_free(struct desk_wishes *wishes); /* NULL is accepted */
/* Reads at most so many positions of the ledger that nobody read yet. Errors of ledger_list. */
int desk_wishes_read(struct desk *desk, uint64_t most);
/* Who asks for this slot, as far as was read, in the order in which they asked. The caller frees. */
size_t desk_wishes_for(const struct desk *desk, const char *slot, struct desk_wish **ret_wishes);
void desk_wishes_forget(struct desk_wishes *wishes, const uint8_t id[LEDGER_ID_LEN]);
/* The slot number index (from 0) that a record asks for, with its question; false when there are fewer. */
bool desk_wish_at(const struct desk_config *config, const struct record *record, size_t index,
    struct question *ret_question, const char **ret_slot);

/* ---- bookings.c: deciding who gets it ---- */

/* What a record asks for, how many places are left, who else asks, and the buttons; nothing for a record that asks for no
 * slot. KERR_STORE. */
int desk_bookings_html(struct desk *desk, const struct desk_view *view,
    const struct ledger_entry *entry, const struct record *record, const char *form_token,
    struct buf *out);
struct desk_act {
    const char *state; /* of struct ledger_decision */
    const char *slot, *by;
    uint64_t seen;
    bool anyway; /* though no place is left */
};
/* An enum ledger_ruling; KERR_NOT_FOUND; KERR_INVALID: the record does not ask for this slot. */
int desk_decide(struct desk *desk, const struct desk_act *act, const uint8_t id[LEDGER_ID_LEN]);
/* A decision as a mark: words and a shape. */
void desk_decision_mark(struct desk *desk, struct buf *out, const char *state);
/* A slot in words: house, room, day, time. */
void desk_slot_text(
    struct desk *desk, struct buf *out, const struct question *question, const char *value);

/* paper.c: the forms of a record as one PDF, appended. KERR_NOT_FOUND when it has none, KERR_TOO_BIG. */
int desk_forms(struct desk *desk, const struct record *record, struct buf *ret_pdf);

/* slip.c: what the visitor takes along, as a PDF. The same errors. */
int desk_slip(struct desk *desk, const struct record *record, struct buf *ret_pdf);
/* The forms, or the slip, of one record of the ledger. Also KERR_STORE, and KERR_SEAL_OPEN for one that can't be opened. */
enum desk_paper { DESK_PAPER_FORMS, DESK_PAPER_SLIP };
int desk_paper_of(
    struct desk *desk, enum desk_paper paper, const uint8_t id[LEDGER_ID_LEN], struct buf *ret_pdf);

/* server.c */
int desk_server_start(struct desk *desk);
void desk_server_stop(struct desk *desk);

#endif
