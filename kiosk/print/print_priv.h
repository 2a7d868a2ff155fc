/* print/print_priv.h - what the files of the room print share. */
#ifndef PRINT_PRINT_PRIV_H
#define PRINT_PRINT_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "print/print.h"
#include "text/text.h"

/* The room text counts in whole pixels; here a pixel is 0.01 mm. */
enum {
    PX = 10, /* in 0.1 mm */
    PAGE_W = 2100, /* A4, ISO 216 */
    PAGE_H = 2970,
    MARGIN_LEFT = 200, /* room to punch */
    MARGIN_RIGHT = 150,
    MARGIN_TOP = 120,
    MARGIN_BOTTOM = 120,
    BODY_W = PAGE_W - MARGIN_LEFT - MARGIN_RIGHT
};

/* Points as pixels of the room text: 1 pt is 127/360 mm. */
static inline int
points(int tenths) /* of a point */
{
    return tenths * 12700 / 3600;
}

/* ---- letters.c: the fonts, and the letters of a run on a page; the only file that knows FreeType and HarfBuzz ---- */

struct letters;
int letters_new(const char *list, struct letters **ret_letters);
void letters_free(struct letters *letters);
struct text_font_ops letters_ops(struct letters *letters);
/* Draws a run with its baseline's left end at x, y (pixels); surface: a cairo_t. Then what its ink covers. */
int letters_draw(
    struct letters *letters, void *surface, const struct text_run *run, int x_px, int y_px);
bool letters_ink(struct letters *letters, const struct text_run *run, int x_px, int y_px,
    struct print_rect *ret_px);

/* Appends what letters_draw would draw as the data of an SVG path. KERR_NOT_FOUND: the font lacks a form that a selector asks
 * for. */
int letters_path(
    struct letters *letters, const struct text_run *run, int x_px, int y_px, struct buf *ret_path);

/* ---- pdf.c: the document ---- */

struct print {
    struct letters *letters;
    struct text_font_ops ops;
    print_told *told; /* a test's, or NULL */
    void *told_ctx;
};

enum align { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT };
struct words { /* how words are written */
    const char *language;
    int size; /* tenths of a point */
    int least; /* so small it may get before it is wrapped */
    bool bold;
    enum align align;
};

/* A new page; the ones before are done. */
void pdf_page(struct print_document *document);
/* An outline (width in 0.01 mm) or a filled box. grey: 0 black to 100 white. */
void pdf_box(struct print_document *document, struct print_rect where, int width);
void pdf_fill(struct print_document *document, struct print_rect where, int grey);
void pdf_line(struct print_document *document, int x, int y, int to_x, int to_y, int width);
/* How high the words are in this width, and at which size (tenths of a point) they are written. */
int words_height(struct print_document *document, const char *text, const struct words *words,
    int width, int *ret_size);
/* How wide they are in one line. */
int words_width(struct print_document *document, const char *text, const struct words *words);
/* Writes them in the middle of the height of a box. */
void pdf_words(struct print_document *document, const char *text, const struct words *words,
    struct print_rect where);
/* A code of this text, as large as the square; digits alone make a denser one when many. */
void pdf_code(struct print_document *document, const char *text, int x, int y, int side);
/* Structure for readers of PDF: "H1", "P", "Table", "TR", "TH", "TD" (ISO 32000-1, 14.8.4). */
void pdf_tag(struct print_document *document, const char *tag);
void pdf_untag(struct print_document *document, const char *tag);
/* Remembers the first error. */
void pdf_fail(struct print_document *document, int error);
int pdf_error(const struct print_document *document);

/* ---- code.c: the only file that knows libqrencode ---- */

/* Calls for each dark square. False when the text is too long. */
bool code_each(const char *text, void (*dark)(void *ctx, int x, int y, int side), void *ctx);

/* ---- lp.c: what the programs of CUPS answer ---- */

/* The job's name, "slip-12" of the queue "slip", from what lp said. KERR_IO. */
int lp_read_job(const char *queue_name, const char *answer, char ret_job[PRINT_JOB_MAX]);
/* How a job is by lpstat's list of what waits, and the queue; PRINT_LP_ENDED when it isn't in it. KERR_IO without the queue. */
int lp_read_state(
    const char *queue_name, const char *job, const char *answer, enum print_lp_state *ret_state);
/* Was it taken back, by lpstat's list of what ended? */
bool lp_read_dropped(const char *job, const char *answer);

#endif
