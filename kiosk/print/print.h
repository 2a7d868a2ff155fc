/* print/print.h - forms and guide slips on A4 as PDF. Lines are broken and fonts chosen by the room text, as on the
 * screen; letters are shaped by HarfBuzz, the file is written by Cairo. Fonts are embedded, what is used of them; the
 * same document gives the same bytes. Knows no procedures: who prints says what stands in which cell.
 *
 * Lengths are 0.1 mm, sizes of letters points (1/72 inch). Strings are UTF-8; ruby {漢字|かんじ} is drawn above its base.
 * One thread. What was laid out is wiped when a document ends. */
#ifndef PRINT_PRINT_H
#define PRINT_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    PRINT_SLIP_LIFE_S = 60, /* the spool drops a visitor's slip by itself */
    PRINT_CELLS_MAX = 2000, /* of one form */
    PRINT_TICKS_MAX = 24, /* of one cell */
    PRINT_COLUMNS_MAX = 8, /* of a table; entries with more are told below each other */
    PRINT_PAGES_MAX = 60, /* of one form */
    PRINT_SHARES = 12 /* parts of a line's width */
};

struct print; /* fonts, opened when a character first needs them */
struct print_document;

/* fonts: the list fonts/paper.list. KERR_UI_FONT, KERR_NO_MEMORY. */
int print_new(const char *fonts, struct print **ret_print);
void print_free(struct print *print); /* NULL is accepted */

/* title: of the document, for readers of PDF. made: seconds since 1970, a record's own moment and not the clock's, so that
 * the file is the same whenever it is made. */
int print_begin(
    struct print *print, const char *title, int64_t made, struct print_document **ret_document);
/* Ends the document and frees it, in any case. Appends the PDF. The first error of anything before. */
int print_end(struct print_document *document, struct buf *ret_pdf);

struct print_tick {
    const char *words;
    bool ticked;
};
/* One field of a form. Neighbours of one section stand under its heading, neighbours of one table and row beside each
 * other as its columns. */
struct print_cell {
    const char *section; /* "" for none */
    const char *label;
    const char *value; /* "" stays empty, for the pen */
    const struct print_tick *ticks; /* boxes instead of a value */
    size_t tick_count;
    int comb; /* digits, each in a box of its own; 0: a text */
    bool seal; /* an empty square to be stamped */
    const char *
        strokes; /* a signature instead of a value: "x,y x,y;x,y ..." in thousandths of the width of its place,
                          * which is three times as wide as high; NULL: none. Drawn as far as it is well formed */
    int share; /* of PRINT_SHARES; a line's cells are widened until it is full */
    int table, row; /* table 0: none; row from 1 */
};
struct print_form {
    const char *title;
    const char *follows; /* the law or rule whose form it is */
    const char *to; /* addressee */
    const char *number; /* receipt number: eight digits, "" for none; as text and as a QR code */
    const char *number_words; /* the same for people: "0010 0737" */
    const char *received; /* when */
    const char *const *office; /* boxes at the foot of the first page, for the staff's pens */
    size_t office_count;
    const struct print_cell *cells;
    size_t cell_count;
};
/* Appends a form, on as many pages as it needs. KERR_TOO_BIG, KERR_INVALID (no UTF-8). Nothing is cut: a value gets smaller
 * down to 8 pt, then it is wrapped and its line grows. */
int print_add_form(struct print_document *document, const struct print_form *form);

/* A line of a guide slip: in the visitor's language, and the same in Japanese. */
enum print_slip_kind { PRINT_SLIP_HEADING, PRINT_SLIP_TEXT, PRINT_SLIP_ITEM };
struct print_slip_line {
    enum print_slip_kind kind;
    const char *own, *japanese; /* japanese "" or the same: told once */
};
struct print_slip {
    const char *language; /* a tag: "en", "my"; "ja" */
    const char *title, *title_japanese;
    const char *code; /* beside the title, as a QR code; NULL: none */
    const char *number_words; /* as above */
    bool
        ticket; /* a slip whose number is all that counts: that is larger, and a line ends the few words */
    const struct print_slip_line *lines;
    size_t line_count;
    /* The record to be carried by hand: digits, a code each (level M, numeric: version 25 at most), behind the lines and under
     * these words. None: 0. */
    const char *const *codes;
    size_t code_count;
    const struct print_slip_line *above_codes;
    size_t above_count;
};
/* Appends a guide slip for the visitor: body 12 pt and more, the Japanese beside it for staff. Errors as above. */
int print_add_slip(struct print_document *document, const struct print_slip *slip);

/* ---- outline.c: words as a drawing, for a page whose reader may lack the font ---- */

enum { PRINT_OUTLINE_EM = 1000 };
/* Appends one line of text as the data of an SVG path (SVG 1.1, 8.3), letters PRINT_OUTLINE_EM high in a box as wide as *ret_width and as
 * high, from the top left. language: a tag of the list of fonts. KERR_NOT_FOUND: no font has one of its forms of characters (a selector), so
 * the drawing would show another; KERR_TOO_BIG; KERR_INVALID (no UTF-8). */
int print_outline(struct print *print, const char *language, const char *text, struct buf *ret_path,
    int *ret_width);

/* ---- lp.c: a printer of CUPS, by lp, lpstat and cancel of Debian's cups-client; from one thread. The queue is the caller's
 * alone. What is printed goes by a pipe; no file of ours holds it. cancel_fd: readable when nobody waits any more (-1: none); then
 * KERR_CANCELLED. Else KERR_NOT_FOUND (no such program), KERR_IO (it told that it could not), KERR_BUSY (no answer). ---- */

struct print_lp {
    const char *queue;
    const char *server; /* host or socket; NULL: CUPS's own */
};
/* Gives the PDF to the spool, which drops it by itself after PRINT_SLIP_LIFE_S. ret_job: its name, "slip-12". */
enum { PRINT_JOB_MAX = 160 };
int print_lp_send(
    const struct print_lp *lp, const struct buf *pdf, int cancel_fd, char ret_job[PRINT_JOB_MAX]);
enum print_lp_state {
    PRINT_LP_GOES_ON,
    PRINT_LP_WAITS, /* for somebody: paper, a cover; may be told of what was mended a moment ago */
    PRINT_LP_STANDS, /* the queue is stopped: nothing will come */
    PRINT_LP_ENDED, /* it is not in the spool any more */
    PRINT_LP_DROPPED /* nor was it printed: somebody cancelled it */
};
int print_lp_look(
    const struct print_lp *lp, const char *job, int cancel_fd, enum print_lp_state *ret_state);
/* Cancels all that is in the queue, and its files; *ret_empty: nothing is there any more. */
int print_lp_sweep(const struct print_lp *lp, bool *ret_empty);

/* What pages hold, for tests: from now on told for each thing that is drawn, in the order of reading. text is NULL for boxes. ink:
 * where its letters stand; cell: what they must stay in. */
struct print_rect {
    int x, y, w, h;
};
typedef void print_told(void *ctx, int page, const char *text, const struct print_rect *ink,
    const struct print_rect *cell);
void print_tell(struct print *print, print_told *told, void *ctx);

#endif
