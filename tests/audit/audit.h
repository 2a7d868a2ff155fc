/* audit/audit.h - the audit of all pages: a walk that reaches every page (walk.c), the looks in which
 * each is laid out (look.c), rules over the element list (list.c), over what is drawn (ink.c) and over the
 * pixels (pixels.c), and the account of it (report.c). Units: 0.1 mm, or pixels where px is said.
 *
 * Threads: one; a process an orientation. */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

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
    RULE_MAIN, /* the main button at least 60 x 25 mm, one a page */
    RULE_GAP, /* 5 mm between targets; 2.5 mm between the keys of a keyboard */
    RULE_OPPOSITE, /* 10 mm between opposite acts */
    RULE_CONTRAST, /* words against their ground, from the pixels */
    RULE_EDGE, /* the border or ground of a target against what is around it: 3:1, from the pixels */
    RULE_PLACE, /* help, home, language, text size, contrast, sound, back, main: one place each */
    RULE_BAR, /* the buttons of the top bar are on every page of a visit */
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

/* One drawn run of text, as draw.c told it. */
struct ink {
    struct text_run run; /* its text lies in the audit's pool */
    size_t item; /* of the frame */
    struct px_rect em; /* the em boxes of its characters */
    int x, baseline;
    bool bold;
    uint32_t colour;
};

struct place {
    char id[UI_ID_MAX];
    bool wheelchair;
    struct ui_rect rect;
    char first[AUDIT_NAME_MAX];
};

/* What a run is limited to; NULL and 0: all. */
struct only {
    const char *page; /* in the state's name */
    const char *language;
    int size; /* 1 to 4 */
};

/* Pages of one screen that differ by their words alone. */
enum { KINDS_MAX = 256, KIND_NAME_MAX = 64, KIND_WHOLE = 3 };
struct kind {
    char name[KIND_NAME_MAX];
    int pages;
};

struct audit {
    struct stage stage;
    char kind[KIND_NAME_MAX]; /* of the page that is shown */
    struct kind kinds[KINDS_MAX];
    size_t kind_count;
    const char *orientation; /* "landscape", "portrait" */
    struct only only;
    bool sample; /* a rotating few of the looks instead of all */
    struct look look; /* the one shown */
    char state[AUDIT_NAME_MAX]; /* name of the page in its situation */
    int page, pages; /* of the column */
    size_t states, looks, pixel_looks;
    size_t inks;
    struct ink ink[AUDIT_INKS_MAX];
    char pool[AUDIT_POOL];
    size_t pool_used;
    struct place places[AUDIT_PLACES_MAX];
    size_t place_count;
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
/* Notes how many pages and looks there were. */
void report_seen(struct audit *audit);
/* Adds what another process wrote with report_save. 0, or -1. */
int report_save(const struct report *report, const char *path);
int report_merge(struct report *report, const char *path);
/* The table on stdout, every finding in folder/report.txt. */
void report_print(const struct report *report, const char *path);

/* ---- look.c ---- */

/* Lays the page that is shown out in every look and applies all rules; afterwards it is as before. */
void audit_state(struct audit *audit, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* In one look; leaves it so. */
void audit_look(struct audit *audit, const struct look *look);
struct frame *audit_frame(struct audit *audit);
/* Id of an item, else its role, for the report. */
const char *audit_name(const struct item *item);

/* ---- rules ---- */

void list_rules(struct audit *audit); /* list.c */
void ink_take(struct audit *audit); /* ink.c: fills audit->ink */
void ink_rules(struct audit *audit);
void ink_glyphs(struct audit *audit);
void ink_body(struct audit *audit);
void pixel_rules(struct audit *audit); /* pixels.c */

/* ---- walk.c, planted.c ---- */

/* Leads through all pages; calls audit_state on each. */
void walk_all(struct audit *audit);
/* What is told of a program of which no page was met. */
void walk_unvisited(struct audit *audit);
/* A page that breaks one rule on purpose; the rule's name, or "none" for the sound page. */
void planted_show(struct audit *audit, const char *rule);

#endif
