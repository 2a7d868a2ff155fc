/* audit/audit.h - the audit of all pages: a walk that reaches every page (walk.c), the looks in which
 * each is laid out (look.c), what it is drawn with (strokes.c), rules over the element list (list.c), over
 * what is drawn (ink.c) and over the pixels (pixels.c), what is known already (memo.c), and the account of
 * it (report.c). Units: 0.1 mm, or pixels where px is said.
 *
 * Threads: one; each worker is a process. */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "stage/stage.h"
#include "ui/ui_priv.h"

enum rule {
    RULE_OVERFLOW, /* words do not fit even at the smallest size, or the list was cut */
    RULE_OVERLAP, /* two things that must stand apart lie over each other, or over a bar's edge */
    RULE_CUT, /* ink outside of its element or of the panel */
    RULE_GLYPH, /* a character that no font has */
    RULE_TARGET, /* touch targets of at least 20 mm; keys of a keyboard 16 mm */
    RULE_AREA, /* drawing areas and maps of at least 40 mm */
    RULE_MAIN, /* the main button at least 60 x 25 mm, one a page */
    RULE_GAP, /* 5 mm between targets; 2.5 mm between the keys of a keyboard */
    RULE_OPPOSITE, /* 10 mm between opposite acts */
    RULE_CONTRAST, /* words against their ground, from the pixels */
    RULE_EDGE, /* the border or ground of a target against what is around it: 3:1, from the pixels */
    RULE_PLACE, /* help, home, language, text size, contrast, sound, back, main: one place each */
    RULE_BAR, /* the buttons of the top bar are on every page of a visit */
    RULE_BESIDE, /* buttons that go on from words stand beside them, not below */
    RULE_LOW, /* wheelchair: all targets in the lower 60 % */
    RULE_KEYS, /* every target can be reached by the arrow keys */
    RULE_SCAN, /* every target can be reached by two switches */
    RULE_SPEECH, /* every target and title has words for the ear */
    RULE_LINE, /* at most 22 Japanese characters (44 half ones) in a line of reading matter */
    RULE_BODY, /* body kanji of 6.0, 7.3, 9.0, 12.0 mm; nothing to be read is drawn smaller */
    RULE_LANGUAGE, /* words of another language than the page's */
    RULE_VISITED, /* a page of the program that the walk never came to */
    RULE_COUNT
};

struct look {
    const char *language;
    enum ui_text_size size;
    enum ui_theme theme;
    bool wheelchair;
};

enum {
    AUDIT_NAME_MAX = 128,
    AUDIT_PLACES_MAX = 16,
    AUDIT_INKS_MAX = 512,
    AUDIT_POOL = UI_TEXT_POOL
};

/* ---- memo.c ---- */

enum { KNOWN_VALUES = 12 };
struct known {
    uint64_t key; /* 0: a free place */
    int16_t v[KNOWN_VALUES];
};
struct memo {
    struct known *slots;
    size_t cap, count;
};
/* NULL when the key isn't known; borrowed until the next put. */
const struct known *memo_get(const struct memo *memo, uint64_t key);
/* Its place, with zeros when it is new. */
struct known *memo_put(struct memo *memo, uint64_t key);
void memo_release(struct memo *memo);

/* ---- strokes.c ---- */

enum stroke_kind { STROKE_FILL, STROKE_BOX, STROKE_RUN, STROKE_PICTURE };
struct stroke {
    enum stroke_kind kind;
    struct px_rect rect; /* of a run: the box of its ink */
    int radius, border;
    bool dashed;
    uint32_t ground, edge; /* ground: also the one colour of a fill, a run, a pictogram */
    uint64_t what; /* sum of words and their style, or of a name */
};
struct strokes {
    struct stroke *all;
    size_t count, cap;
    struct {
        struct px_rect clip;
        size_t first, end;
    } items[UI_ELEMENTS_MAX]; /* as in the frame */
    size_t item; /* being taken */
    uint32_t paper;
};

/* One drawn run of text, as draw.c told it. */
struct ink {
    struct text_run run; /* its text lies in the audit's pool */
    size_t item; /* of the frame */
    size_t stroke;
    struct px_rect em; /* the em boxes of its characters */
    struct px_rect solid; /* what its ink really covers; w 0: nothing */
    int most; /* its strongest coverage in the em boxes, of 255 */
    int baseline;
    uint32_t colour;
};

struct place {
    char id[UI_ID_MAX];
    bool wheelchair;
    struct ui_rect rect;
    char first[AUDIT_NAME_MAX];
};

/* What a run is limited to; NULL and 0: all. */
enum { ONLY_PAGES_MAX = 32 };
struct only {
    const char *pages[ONLY_PAGES_MAX]; /* one of them in the state's name */
    size_t page_count;
    const char *language;
    unsigned size; /* 1 to 4 */
    unsigned theme; /* 1 to 4 */
};

/* Of one orientation, in memory that its workers share: each page of the walk, by the sum of its name, is looked at by
 * the one that claimed it first; and the places of what never moves, as the first of them met it. */
enum { CLAIMS_MAX = 8192 };
struct claims {
    _Atomic uint64_t names[CLAIMS_MAX];
    atomic_flag busy; /* the places are being read or written */
    struct place places[AUDIT_PLACES_MAX];
    size_t place_count;
};
struct shared {
    struct claims claims[2];
};

/* How often each rule was applied on a page. */
struct tally {
    uint16_t checked[RULE_COUNT];
};

/* What was looked at, and how. */
struct seen {
    size_t states, looks; /* pages of the walk; laid out, each in its look */
    size_t theme, twin; /* of the looks: the list of another theme's look; all of another page's */
    size_t painted, known; /* areas whose pixels were measured; that were drawn alike before */
    size_t proofs, broken; /* known answers that were sought again; that were others */
};

struct audit {
    struct stage stage;
    const char *orientation; /* "landscape", "portrait" */
    struct only only;
    bool sample; /* a rotating few of the looks instead of all */
    const char *pictures; /* folder for a picture of each look; NULL: none */
    struct look look; /* the one shown */
    char state[AUDIT_NAME_MAX]; /* name of the page in its situation */
    int page, pages; /* of the column */
    size_t states;
    struct strokes strokes; /* of the look */
    struct memo masks; /* known: what a run covers, */
    struct memo areas; /* what an area measures, */
    struct memo whole; /* looks without a finding */
    struct tally *tallies; /* of the known pages */
    size_t tally_count, tally_cap;
    unsigned proof_every; /* one of so many known answers is sought again, and must be the same */
    unsigned proof_turn;
    bool blunt; /* planted fault: sums leave out the colours */
    size_t inks;
    bool ink_lost; /* more than there is room for */
    struct ink ink[AUDIT_INKS_MAX];
    char pool[AUDIT_POOL];
    size_t pool_used;
    struct claims *claims;
    bool helps; /* another worker applies what is asked once an orientation */
    struct memo names; /* how often a page of this name came */
    struct seen seen;
    struct report *report;
};

/* ---- report.c ---- */

struct report *report_new(const char *folder);
void report_free(struct report *report);
const char *rule_name(enum rule rule);
/* The rule was applied to one thing. */
void report_checked(struct audit *audit, enum rule rule);
/* It does not hold for this element ("" for the page). Each is kept once a state and element, with the
 * look in which it was seen first and how many looks have it; the first of a rule gets a picture. */
void report_finding(struct audit *audit, enum rule rule, const char *element, const char *format,
    ...) __attribute__((format(printf, 4, 5)));
size_t report_findings(const struct report *report);
/* What report_checked counted so far; and that it is added again, for what is known. */
size_t report_count(const struct audit *audit, enum rule rule);
void report_known(struct audit *audit, enum rule rule, size_t times);
/* Notes what was looked at. */
void report_seen(struct audit *audit);
/* Known answers that turned out to be others. */
size_t report_broken(const struct report *report);
size_t report_found(const struct report *report, enum rule rule);
/* Findings of a rule on the sound page, and on the one with its fault. */
void report_planted(struct report *report, enum rule rule, size_t sound, size_t planted);
/* A line a rule on stdout; false when a rule does not see its own fault, or sees one on the sound page. */
bool report_print_planted(const struct report *report);
/* Adds what another process wrote with report_save. 0, or -1. */
int report_save(const struct report *report, const char *path);
int report_merge(struct report *report, const char *path);
/* The table on stdout, every finding in folder/report.txt. */
void report_print(const struct report *report, const char *path);

/* ---- look.c ---- */

/* Lays the page that is shown out in every look and applies all rules; afterwards it is as before. */
void audit_state(struct audit *audit, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct frame *audit_frame(struct audit *audit);
/* Id of an item, else its role, for the report. */
const char *audit_name(const struct item *item);

/* ---- strokes.c ---- */

/* What the page that is shown is drawn with; fills audit->strokes and audit->ink, and finds what overflows. */
void strokes_take(struct audit *audit);
/* What decides the pixels of an area. */
struct area_sum {
    uint64_t exact;
    bool alone; /* nothing but one run of words on a ground of one colour */
    uint32_t ground;
};
struct area_sum strokes_sum(const struct audit *audit, struct px_rect area, const struct ink *own);
/* Adds the places, or the colours, of all strokes to a sum. */
uint64_t strokes_places(const struct audit *audit, uint64_t sum);
uint64_t strokes_colours(const struct audit *audit, uint64_t sum);

/* ---- fonts.c ---- */

/* Between these the ui asks faces that keep their glyphs. folder: of fonts.list. */
void fonts_begin(struct audit *audit, const char *folder);
void fonts_end(struct audit *audit);
/* Faces that are asked for this size alone. */
struct faces *fonts_of_size(struct audit *audit, int size_px);

/* ---- rules ---- */

/* list.c: what depends on where things are, and a sum over all that decides it; the rest. */
void list_places(struct audit *audit);
uint64_t list_places_sum(const struct audit *audit);
void list_words(struct audit *audit);
void ink_rules(struct audit *audit); /* ink.c, after strokes_take */
void ink_body(struct audit *audit);
void pixel_rules(struct audit *audit); /* pixels.c, after strokes_take */
/* Nothing is drawn but what is asked for by this: all of the page that is shown. */
void pixels_paint(struct audit *audit);
/* Is it this known answer's turn to be sought again? */
bool audit_proof(struct audit *audit);

/* ---- walk.c, planted.c ---- */

/* Leads through all pages; calls audit_state on each. */
void walk_all(struct audit *audit);
/* What is told of a program of which no page was met. */
void walk_unvisited(struct audit *audit);
/* A page that breaks one rule on purpose; the rule's name, or "none" for the sound page. */
void planted_show(struct audit *audit, const char *rule);
/* The sound page, and then one page for each rule; told by report_print_planted. */
void planted_all(struct audit *audit);

/* situations.c: pages in situations to which no walk through a service leads. */
void situations(struct audit *audit);

#endif
