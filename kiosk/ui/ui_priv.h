/* ui/ui_priv.h - what the files of the room ui share. Pixels are ints, colours 0xRRGGBB, sizes of
 * elements 0.1 mm. Only sdl.c and ttf.c know SDL; nothing here names a type of it. */
#ifndef UI_UI_PRIV_H
#define UI_UI_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/text.h"
#include "ui/ui.h"

enum { UI_LANGUAGE_MAX = 16, UI_QUEUE_MAX = 64 };

struct px_rect {
    int x, y, w, h;
};
bool px_meet(struct px_rect a, struct px_rect b, struct px_rect *ret_both);
struct px_rect px_grow(struct px_rect rect, int by);

/* ---- frame.c: the element list ---- */

struct item {
    struct ui_element e; /* texts point into the frame's pool; e.state as shown */
    unsigned asked; /* state as the screen gave it */
    char language[UI_LANGUAGE_MAX];
    bool overflow; /* found when drawn */
};
struct frame {
    char screen[UI_ID_MAX];
    uint64_t part;
    size_t count;
    bool truncated; /* more elements or text than the bounds allow */
    struct item items[UI_ELEMENTS_MAX];
    char *pool; /* UI_TEXT_POOL bytes, owned */
    size_t used;
};
void frame_init(struct frame *frame);
void frame_release(struct frame *frame);
void frame_begin(struct frame *frame, const char *screen);
void frame_add(struct frame *frame, const struct ui_element *element, const char *language);
void frame_wipe(struct frame *frame);
bool frame_same(const struct item *a, const struct item *b);
/* Can a finger press it? */
bool frame_touchable(const struct item *item);
/* Topmost touchable item with this id; NULL. */
const struct item *frame_find(const struct frame *frame, const char *id);
/* Topmost touchable item that holds this point, 0.1 mm; NULL. */
const struct item *frame_hit(const struct frame *frame, int x, int y);

/* Can it be read, touchable or not? */
bool frame_readable(const struct item *item);

/* ---- touch.c: the judgement of fingers ---- */

/* 0.1 mm and milliseconds; sources: research table of touch, rows 15 to 20. */
enum {
    TOUCH_SLIP = 120, /* end points of old hands scatter by 3.4 mm */
    TOUCH_HELP_NEAR = 40,
    TOUCH_HELP_FAR = 80,
    TOUCH_HALF_GAP = 25, /* half the least gap belongs to the drawing beside it */
    TOUCH_REPEAT_MS = 700,
    TOUCH_REPEAT_MIN_MS = 300,
    TOUCH_REPEAT_MAX_MS = 1500,
    TOUCH_COMMIT_MS = 1000,
    TOUCH_PAGE_MS = 300,
    TOUCH_PALM_MS = 60, /* contacts that land together are a palm */
    TOUCH_PALM_NEAR = 800,
    TOUCH_HEEL = 400, /* the heel of a hand lies at least so far below its fingertip */
    TOUCH_HOLD_MIN_MS = 100,
    TOUCH_HOLD_MAX_MS = 1000,
    TOUCH_BREAK_MS = 150, /* a trembling finger may leave the glass for so long while it holds */
    TOUCH_REST_MS = 3000, /* after this a contact no longer keeps others away */
    TOUCH_THING_MS = 60000,
    TOUCH_STEP_MS = 33, /* between two pictures of a hold */
    TOUCH_CONTACTS = 16
};
struct contact {
    bool down, palm;
    int64_t finger, since;
    int x, y; /* where it came down */
};
struct touch {
    int repeat_ms, hold_ms; /* 0: TOUCH_REPEAT_MS; on release */
    bool down, ignored; /* a contact is judged; it came during a lock or has done its work */
    int64_t finger;
    char id[UI_ID_MAX]; /* what it pressed; "" for nothing */
    bool inside; /* releasing now would count */
    int x0, y0;
    int64_t since; /* when it came down */
    int64_t held_since; /* since when it lies inside without a break */
    char broken_id[UI_ID_MAX]; /* a hold that was broken off, and when */
    int64_t broken_at, broken_since;
    struct contact contacts[TOUCH_CONTACTS];
    int64_t page_until;
    char last_id[UI_ID_MAX]; /* last tap, locked until last_until */
    bool last_main; /* and with it every main act */
    int64_t last_until;
    int64_t skipped_ms; /* what scripts waited for without sleeping */
};
enum touch_verdict { TOUCH_NONE, TOUCH_TAP, TOUCH_NOWHERE };
void touch_down(
    struct touch *touch, const struct frame *frame, int64_t finger, int x, int y, int64_t now);
void touch_move(
    struct touch *touch, const struct frame *frame, int64_t finger, int x, int y, int64_t now);
/* TOUCH_TAP: ret_id is what was tapped. TOUCH_NOWHERE: what it began on, or "". */
enum touch_verdict touch_up(struct touch *touch, const struct frame *frame, int64_t finger, int x,
    int y, int64_t now, char ret_id[UI_ID_MAX]);
/* Time went by: a hold that is long enough is a TOUCH_TAP. */
enum touch_verdict touch_tick(
    struct touch *touch, const struct frame *frame, int64_t now, char ret_id[UI_ID_MAX]);
/* When touch_tick or the picture of the hold is next due; -1: not. */
int64_t touch_due(const struct touch *touch, int64_t now);
/* How much of the hold is done, in thousandths and steps of the picture; -1: nothing is held. */
int touch_hold(const struct touch *touch, int64_t now);
void touch_cancel(struct touch *touch);
/* The list changed under the finger: another page cancels and locks. */
void touch_frame(struct touch *touch, const struct frame *frame, bool page_changed, int64_t now);
/* A key selects: false while a lock holds. */
bool touch_select(struct touch *touch, const struct item *item, int64_t now);
/* Is it the finger that is judged, not set aside by a lock or as a palm? */
bool touch_free(const struct touch *touch, int64_t finger);
bool touch_is_palm(const struct touch *touch, int64_t finger);
/* When nothing would swallow a tap on this, not before now. */
int64_t touch_free_at(const struct touch *touch, const struct item *item, int64_t now);

/* ---- order.c: the order in which the eye goes over a page ---- */

enum order_zone { ORDER_CONTENT, ORDER_KEYS, ORDER_ASIDE, ORDER_BOTTOM, ORDER_TOP };
struct order {
    size_t count;
    uint16_t at[UI_ELEMENTS_MAX]; /* indices into the frame */
    uint16_t row[UI_ELEMENTS_MAX]; /* of at[i]; rows of different zones differ */
    uint8_t zone[UI_ELEMENTS_MAX]; /* of at[i] */
};
/* Rows from the top, each from the left; bars last. readable: also what can only be read. */
void order_make(const struct frame *frame, bool readable, struct order *ret_order);

/* ---- focus.c ---- */

enum focus_way { FOCUS_UP, FOCUS_DOWN, FOCUS_LEFT, FOCUS_RIGHT, FOCUS_NEXT, FOCUS_PREVIOUS };
struct focus {
    bool shown;
    bool reading; /* goes over readable things as well */
    char id[UI_ID_MAX];
    uint64_t words; /* of a thing without id: its role and words, told apart by a number; 0: none */
    size_t near; /* where it was in the list: of several with the same words the nearest */
};
/* Moves to the nearest touchable item that way; the first key only shows the focus. */
void focus_move(struct focus *focus, const struct frame *frame, enum focus_way way);
/* Another list: on another page, or when the focused item is gone, the focus goes to the page's first. */
void focus_frame(struct focus *focus, const struct frame *frame, bool page_changed);
/* The item that has the focus; NULL when it is not on this list. */
const struct item *focus_item(const struct focus *focus, const struct frame *frame);
void focus_set(struct focus *focus, const struct frame *frame, const struct item *item);

/* ---- scan.c: two switches ---- */

enum {
    SCAN_MS = 1500,
    SCAN_MIN_MS = 500,
    SCAN_MAX_MS = 5000,
    SCAN_STRIKE_MS = 500, /* the same switch twice within this is once (EN 301 549 clause 5.8) */
    SCAN_GROUP_LEAST = 3 /* a shorter row is no group: its things come one by one */
};
struct scan {
    bool shown; /* the ring lies on the page */
    bool inside; /* a group was opened: item counts within it */
    size_t group, item;
    char id[UI_ID_MAX]; /* first thing of the group: finds it again in a list that was made anew */
    int64_t due; /* when the automatic ring moves */
    int last; /* switch that was closed last */
    int64_t strike_until;
};
/* What the ring goes over on this page. */
struct scan_groups {
    struct order order;
    size_t count;
    uint16_t first[UI_ELEMENTS_MAX], len[UI_ELEMENTS_MAX]; /* into order.at */
};
void scan_groups(const struct frame *frame, struct scan_groups *ret_groups);
/* Shows the ring on the first group. */
void scan_start(struct scan *scan, const struct frame *frame);
void scan_move(struct scan *scan, const struct frame *frame);
/* What a selection means here: an item to tap; NULL when a group was opened instead. */
const struct item *scan_select(struct scan *scan, const struct frame *frame);
/* After a tap the ring goes back to the group level: to the start after a key, else where it was. */
void scan_tapped(struct scan *scan, const struct frame *frame, enum ui_role role);
void scan_frame(struct scan *scan, const struct frame *frame, bool page_changed);
/* The things in the ring: how many, the first one's place in order.at. */
size_t scan_ring(const struct scan *scan, const struct scan_groups *groups, size_t *ret_first);
/* False when this closing is the bounce of the last. */
bool scan_strike(struct scan *scan, int number, int64_t now);
/* Moves of the longest way round: every group, and once through the longest. */
size_t scan_round(const struct frame *frame);

/* ---- theme.c ---- */

struct colours {
    uint32_t ground, ink, edge;
};
struct palette {
    uint32_t paper, surface, ink, hint, rule, waiting, accent, accent_ink, focus, focus_edge;
    struct colours tones[UI_TONE_COUNT];
};
const struct palette *theme_palette(enum ui_theme theme);
/* Size in 0.1 mm of this text size. */
int theme_size(enum ui_size size, enum ui_text_size text_size);
/* Longest line of reading, in full-width characters: 22 (research "ux" section 8 row 10), about as wide as
 * 44 letters of other scripts. */
int theme_line_characters(void);
/* Large Japanese type, and the two lines of a button's label, stand closer than the language's own line
 * height; so does plain ASCII (a key, "2 / 5") where a script's own letters need more. 0: that one. */
int theme_line_percent(enum ui_size size, const char *text, const char *language, bool label);
int theme_scaled(int tenths, enum ui_text_size text_size);

/* ---- canvas.c: pixels ---- */

/* Coverage 0..255, w bytes a row. */
struct mask {
    int w, h;
    uint8_t *coverage; /* owned */
};
struct canvas {
    uint32_t *pixels; /* XRGB8888, borrowed */
    int w, h, stride; /* stride in pixels */
    struct px_rect clip;
};
void canvas_fill(struct canvas *canvas, struct px_rect rect, uint32_t colour);
/* flip: 1 mirrors left-right, 2 upside down. */
void canvas_mask(
    struct canvas *canvas, const struct mask *mask, int x, int y, unsigned flip, uint32_t colour);
/* A quarter disc, its centre at the lower right; hollow keeps only the outermost border pixels, dash
 * leaves out its two ends. */
int mask_corner(int radius, int hollow, bool dash, struct mask *ret_mask);
void mask_release(struct mask *mask);

/* ---- cache.c: masks by key, least recently used goes first, all memory is wiped ---- */

/* FNV-1a, 64 bits: begin with HASH_START. */
#define HASH_START UINT64_C(0xcbf29ce484222325)
uint64_t hash_add(uint64_t hash, const void *bytes, size_t len);

enum { CACHE_ENTRIES = 384, CACHE_BYTES = 6 * 1024 * 1024, CACHE_KEY_MAX = 1024 };
struct cache;
struct cache *cache_new(void);
void cache_free(struct cache *cache);
const struct mask *cache_get(struct cache *cache, const void *key, size_t len);
/* Takes the mask over; the answer is valid until the next put. */
const struct mask *cache_put(
    struct cache *cache, const void *key, size_t len, bool personal, struct mask *take_mask);
void cache_wipe_personal(struct cache *cache);
size_t cache_bytes(const struct cache *cache);
size_t cache_personal(const struct cache *cache);
/* True when these bytes occur in some key: for tests of forgetting. */
bool cache_holds(const struct cache *cache, const void *needle, size_t len);

/* ---- layout.c: words in a rectangle ---- */

struct words {
    const char *text, *gloss, *detail;
    int size_px, gloss_px, detail_px, min_px, gap_px;
    int line_percent; /* of the text; 0: the language's own */
    int line_characters; /* longest line, in full-width characters; 0: as the rect is wide */
    bool bold;
    bool label; /* rather smaller on one line than broken */
    const char *language;
};
struct words_fit {
    const struct text_layout *main, *gloss, *detail; /* borrowed from the layout cache */
    int main_h, gloss_h, detail_h, gap, w, h;
    bool overflow;
};
struct layouts;
struct layouts *layouts_new(void);
void layouts_free(struct layouts *layouts);
void layouts_wipe(struct layouts *layouts);
bool layouts_hold(const struct layouts *layouts, const void *needle, size_t len);
/* One layout, from the cache or new; NULL for text that can't be laid out. Borrowed; at least the
 * eight latest stay valid. */
const struct text_layout *layouts_get(struct layouts *layouts, const struct text_font_ops *fonts,
    const char *text, const struct text_style *style);
/* Wraps, then shrinks in steps down to min_px; then goes without the gloss. max_h 0: any height; max_w 0: one line. */
void words_fit(struct layouts *layouts, const struct text_font_ops *fonts,
    const struct words *words, int max_w, int max_h, struct words_fit *ret_fit);

/* Where the words go on after so many bytes, pixels from their left: of one line that is read from
 * the left; bytes as they are drawn, without marks of ruby. */
int words_before(const struct text_font_ops *fonts, const struct text_layout *layout, size_t bytes);

/* ---- draw.c: an element becomes a few strokes ---- */

struct draw_box {
    struct px_rect rect;
    int radius, border;
    bool dashed;
    uint32_t ground, edge;
};
struct draw_ops {
    void (*fill)(void *ctx, struct px_rect rect, uint32_t colour);
    void (*box)(void *ctx, const struct draw_box *box);
    void (*run)(void *ctx, const struct text_run *run, int x, int y, bool bold, uint32_t colour,
        bool personal);
    /* Height and width as wished; false when there is no such pictogram. */
    bool (*picture)(void *ctx, const char *name, struct px_rect rect, uint32_t colour);
    void *ctx;
};
struct drawing {
    const struct draw_ops *ops;
    struct layouts *layouts;
    const struct text_font_ops *fonts;
    const struct palette *palette;
    enum ui_text_size text_size;
    int px_per_m;
    struct px_rect panel;
    const struct ui_ink *ink; /* what a finger drew; NULL: nothing */
    bool lone_field; /* no field of the page is chosen: the only one has the caret */
};
int draw_px(const struct drawing *drawing, int tenths);
/* The least that so wide a rect has in pixels, wherever it stands: what is measured for it then fits it. */
int draw_room_px(const struct drawing *drawing, int tenths);
struct px_rect draw_rect(const struct drawing *drawing, struct ui_rect rect);
/* Everything that drawing it may touch, focus ring included. */
struct px_rect draw_bounds(const struct drawing *drawing, const struct item *item);
/* What it may touch in its present state: words that do not fit end here. */
struct px_rect draw_clip(const struct drawing *drawing, const struct item *item);
/* True for a square ground that hides all below it in ret_whole. */
bool draw_ground(const struct drawing *drawing, const struct item *item, struct px_rect *ret_whole);
void draw_item(const struct drawing *drawing, struct item *item);
/* shapes.c */
void draw_qr(const struct drawing *d, const struct item *item, struct px_rect rect);
void draw_line(const struct drawing *d, const struct item *item, struct px_rect rect);
void draw_natural(const struct drawing *drawing, const struct ui_element *e, const char *language,
    int *ret_w, int *ret_h);

/* ---- ring.c ---- */

/* 0.1 mm: the whole ring, and each of its two dark edges */
enum { RING_WIDTH = 40, RING_EDGE = 10 };
/* Below a box with these corners. */
void draw_focus_ring(const struct drawing *d, struct px_rect rect, int radius);
/* A ring of 4 mm on top of everything: around a group of the scan, or how much of a hold is done. */
struct ring {
    bool shown;
    struct ui_rect rect; /* what it lies around */
    bool hold; /* fills in the accent, on paper */
    int permille; /* how much of it is filled, clockwise from the middle of the top */
};
struct px_rect draw_ring_bounds(const struct drawing *drawing, const struct ring *ring);
void draw_ring(const struct drawing *drawing, const struct ring *ring);

/* ---- ink.c: the drawing area ---- */

struct drawn {
    struct ui_rect area; /* of the shown page; w 0: none */
    struct ui_ink strokes;
    bool drawing; /* the last stroke is being drawn by this finger */
    int64_t finger, since;
};
bool ink_inside(const struct frame *frame, int x, int y);
/* After touch.c judged them. */
void ink_down(struct ui *ui, int64_t finger, int x, int y);
void ink_move(struct ui *ui, int64_t finger, int x, int y);
void ink_up(struct ui *ui, int64_t finger, int x, int y);
/* A new list: without this area the strokes are forgotten. */
void ink_frame(struct ui *ui, const struct frame *frame);
void draw_ink(const struct drawing *d, const struct item *item, struct px_rect rect);

/* ---- dump.c ---- */
const char *dump_role(enum ui_role role);
/* The text without ruby; false when it does not fit cap. */
bool dump_plain(const char *text, char *out, size_t cap);
void dump_item(const struct item *item, struct buf *out);

/* ---- variant.c: variation sequences of a font file ---- */

/* True when the font (bytes of a file, any bytes) has a glyph for code with this selector. */
bool variant_covered(const uint8_t *font, size_t len, int face, uint32_t code, uint32_t selector);

/* ---- ttf.c: what the fonts can do ---- */

struct faces;
/* Reads the list of fonts (fonts/fonts.list); opens none yet. KERR_UI_FONT. */
int faces_new(const char *list, struct faces **ret_faces);
void faces_free(struct faces *faces);
struct text_font_ops faces_ops(struct faces *faces);
/* Coverage of one run; its top is *ret_ascent above the baseline. KERR_UI_FONT. */
int faces_render(struct faces *faces, const struct text_run *run, bool bold, struct mask *ret_mask,
    int *ret_ascent);
/* Forgets rendered glyphs. */
void faces_wipe(struct faces *faces);

/* ---- sdl.c: window, events, pictograms, PNG ---- */

enum window_event_type {
    WINDOW_NONE,
    WINDOW_DOWN,
    WINDOW_MOVE,
    WINDOW_UP,
    WINDOW_KEY,
    WINDOW_TEXT,
    WINDOW_EXPOSED,
    WINDOW_RESIZED,
    WINDOW_WAKE,
    WINDOW_QUIT
};
struct window_event {
    enum window_event_type type;
    int64_t finger;
    float x, y; /* 0..1 of the window */
    const char *key; /* as ui_key names them; NULL for a switch that means nothing else */
    int number; /* 1 or 2: it is also the key of this switch */
    bool prints; /* its character comes as text too */
    bool repeat;
    char text[32];
};
struct window;
int window_new(const struct ui_config *config, struct window **ret_window);
void window_free(struct window *window);
size_t window_bad_keys(const struct window *window);
/* Where to draw; valid until the next wait. false: there is no surface now. */
bool window_canvas(struct window *window, struct canvas *ret_canvas);
/* The window's memory was replaced: all of it must be drawn. Asking resets. */
bool window_lost(struct window *window);
void window_present(struct window *window, const struct px_rect *rects, size_t count);
/* One event, waiting for it at most timeout_ms (-1 for ever); false when none came. An event that
 * means nothing here is WINDOW_NONE. */
bool window_wait(struct window *window, int timeout_ms, struct window_event *ret_event);
void window_wake(struct window *window);
/* Overwrites events that have passed: typed characters stay in the queue's memory. */
void window_wipe(struct window *window);
int window_save_png(const struct canvas *canvas, const char *path);
/* An SVG file as coverage, as large as fits w x h. KERR_NOT_FOUND, KERR_INVALID. */
int window_svg(const char *path, int w, int h, struct mask *ret_mask);

/* ---- paint.c: elements become pixels; only what changed is drawn again ---- */

enum { DAMAGE_MAX = 16 };
struct damage {
    struct px_rect rects[DAMAGE_MAX];
    size_t count;
    bool all;
};

/* ---- ui.c, paint.c, script.c ---- */

/* wedge.c: a scanner that types */
enum { WEDGE_MAX = 4096 };
struct wedge {
    char text[WEDGE_MAX];
    size_t len; /* held back; 0 when the text is a scan that was given */
    bool scanned;
    int64_t last_ms;
};

struct ui {
    struct window *window;
    struct faces *faces;
    struct text_font_ops fonts;
    struct cache *cache;
    struct layouts *layouts;
    const struct clock *clock;
    char *theme_folder; /* owned */
    int width_px, height_px, px_per_m; /* as configured */
    struct draw_ops ops; /* paint.c's, with this ui as ctx */
    struct canvas canvas; /* of the last drawing */
    struct px_rect panel; /* pixels */
    int scale; /* px a metre, as shown */
    enum ui_theme theme;
    enum ui_text_size text_size;
    char language[UI_LANGUAGE_MAX];
    const char *(*gloss)(void *ctx, const char *text); /* NULL: one language */
    void *gloss_ctx;
    struct frame frames[2];
    int shown; /* index of the frame on the screen */
    struct damage damage;
    bool restyled; /* theme or text size changed: the next frame is drawn in full */
    bool black; /* nothing is shown */
    bool black_shown; /* and that is what the screen holds */
    int full_left; /* frames still to draw in full after a wipe */
    uint64_t presented;
    struct touch touch;
    struct focus focus;
    struct scan scan;
    struct drawn drawn;
    struct ui_hands hands;
    struct ring ring; /* as drawn */
    bool scanner;
    struct wedge wedge;
    bool trial; /* keys only tell what they are for */
    bool text_dropped; /* the character of a switch's key is still to come */
    struct ui_input queue[UI_QUEUE_MAX];
    size_t queue_at, queue_count;
};

struct draw_ops paint_ops(struct ui *ui);
struct drawing paint_drawing(struct ui *ui);
/* This rect must be drawn again at the next paint. */
void paint_damage(struct ui *ui, struct px_rect rect);
/* Damages where the two lists differ. */
void paint_compare(struct ui *ui, const struct frame *old, struct frame *new);
/* Draws what is damaged and presents it; counts one frame unless nothing is. */
void paint(struct ui *ui);
/* Presents the pixels as they are: a window that was covered. No new frame. */
void paint_again(struct ui *ui);

struct frame *ui_shown(struct ui *ui);
int64_t ui_now(const struct ui *ui);
/* Puts pressed and focused on the items, draws what that changes. */
void ui_remark(struct ui *ui);
/* Puts them on the items of a list that is not shown yet; damages where the ring changes. */
void ui_mark(struct ui *ui, struct frame *frame);
int ui_push(struct ui *ui, enum ui_input_type type, const char *id, const char *text, size_t len);

/* ---- hands.c ---- */
/* Is this the name of an act, as ui_key takes it? */
bool hands_act(const char *name);
/* What the window saw of touches, keys and text. */
void hands_event(struct ui *ui, const struct window_event *event);
/* Is this part of a scan, or may it become one? Then it is taken. */
bool wedge_event(struct ui *ui, const struct window_event *event);
void wedge_tick(struct ui *ui);
int wedge_due(const struct ui *ui); /* as hands_due */
/* A new list of elements is about to be shown. */
void hands_frame(struct ui *ui, const struct frame *frame, bool page_changed);
/* What time brings: a hold that is long enough, the automatic scan. */
void hands_tick(struct ui *ui);
/* Milliseconds until hands_tick has something to do; -1: never. */
int hands_due(const struct ui *ui);
/* The ring that lies on this list now. */
struct ring hands_ring(const struct ui *ui, const struct frame *frame);

#endif
