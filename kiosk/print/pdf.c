/* print/pdf.c - one PDF: pages, boxes, words, codes; the file that knows Cairo's side of it. */
#include "print_priv.h"

#include <cairo-pdf.h>
#include <cairo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/err.h"

enum { PDF_MAX = 64 * 1024 * 1024 };

struct print_document {
    struct print *print;
    struct buf pdf;
    cairo_surface_t *surface;
    cairo_t *cairo;
    int pages;
    int error;
};

int
print_new(const char *fonts, struct print **ret_print)
{
    struct print *print = xcalloc(1, sizeof(*print));
    int r = letters_new(fonts, &print->letters);
    if (r < 0) {
        free(print);
        return r;
    }
    print->ops = letters_ops(print->letters);
    *ret_print = print;
    return 0;
}

void
print_free(struct print *print)
{
    if (print != NULL) {
        letters_free(print->letters);
        free(print);
    }
}

static cairo_status_t
take(void *ctx, const unsigned char *bytes, unsigned len)
{
    struct print_document *document = ctx;
    return buf_add(&document->pdf, bytes, len) == 0 ? CAIRO_STATUS_SUCCESS
                                                    : CAIRO_STATUS_WRITE_ERROR;
}

int
print_begin(
    struct print *print, const char *title, int64_t made, struct print_document **ret_document)
{
    struct print_document *document = xcalloc(1, sizeof(*document));
    char when[32] = "";
    struct tm utc;
    time_t at = (time_t)made;
    document->print = print;
    buf_init(&document->pdf, PDF_MAX);
    document->surface = cairo_pdf_surface_create_for_stream(
        take, document, PAGE_W * 72.0 / 254, PAGE_H * 72.0 / 254);
    cairo_pdf_surface_restrict_to_version(document->surface, CAIRO_PDF_VERSION_1_5);
    cairo_pdf_surface_set_metadata(document->surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(document->surface, CAIRO_PDF_METADATA_CREATOR, "Madoguchi");
    if (gmtime_r(&at, &utc) != NULL) {
        (void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
    }
    cairo_pdf_surface_set_metadata(document->surface, CAIRO_PDF_METADATA_CREATE_DATE, when);
    document->cairo = cairo_create(document->surface);
    /* from here on a unit is a pixel of the room text: 0.01 mm */
    cairo_scale(document->cairo, 72.0 / 254 / PX, 72.0 / 254 / PX);
    *ret_document = document;
    return 0;
}

int
print_end(struct print_document *document, struct buf *ret_pdf)
{
    cairo_destroy(document->cairo);
    cairo_surface_finish(document->surface);
    if (cairo_surface_status(document->surface) != CAIRO_STATUS_SUCCESS) {
        pdf_fail(document, KERR_NO_MEMORY);
    }
    cairo_surface_destroy(document->surface);
    pdf_fail(document, buf_error(&document->pdf));
    int r = document->error;
    if (r == 0) {
        r = buf_add(ret_pdf, document->pdf.data, document->pdf.len);
    }
    buf_release(&document->pdf);
    free(document);
    return r;
}

void
print_tell(struct print *print, print_told *told, void *ctx)
{
    print->told = told;
    print->told_ctx = ctx;
}

void
pdf_fail(struct print_document *document, int error)
{
    document->error = document->error == 0 ? error : document->error;
}

int
pdf_error(const struct print_document *document)
{
    return document->error;
}

void
pdf_page(struct print_document *document)
{
    if (document->pages > 0) {
        cairo_show_page(document->cairo);
    }
    document->pages++;
}

static void
tell_box(struct print_document *document, struct print_rect where)
{
    if (document->print->told != NULL) {
        document->print->told(document->print->told_ctx, document->pages, NULL, &where, &where);
    }
}

static void
path(const struct print_document *document, struct print_rect where)
{
    cairo_rectangle(document->cairo, where.x * PX, where.y * PX, where.w * PX, where.h * PX);
}

void
pdf_box(struct print_document *document, struct print_rect where, int width)
{
    path(document, where);
    cairo_set_source_rgb(document->cairo, 0, 0, 0);
    cairo_set_line_width(document->cairo, width);
    cairo_stroke(document->cairo);
    tell_box(document, where);
}

void
pdf_fill(struct print_document *document, struct print_rect where, int grey)
{
    path(document, where);
    cairo_set_source_rgb(document->cairo, grey / 100.0, grey / 100.0, grey / 100.0);
    cairo_fill(document->cairo);
}

void
pdf_line(struct print_document *document, int x, int y, int to_x, int to_y, int width)
{
    cairo_move_to(document->cairo, x * PX, y * PX);
    cairo_line_to(document->cairo, to_x * PX, to_y * PX);
    cairo_set_source_rgb(document->cairo, 0, 0, 0);
    cairo_set_line_width(document->cairo, width);
    cairo_set_line_cap(document->cairo, CAIRO_LINE_CAP_ROUND);
    cairo_stroke(document->cairo);
    tell_box(document, (struct print_rect){.x = x < to_x ? x : to_x,
                           .y = y < to_y ? y : to_y,
                           .w = abs(to_x - x),
                           .h = abs(to_y - y)});
}

/* NULL after an error. */
static struct text_layout *
laid_out(struct print_document *document, const char *text, const struct words *words, int size,
    int max_width)
{
    struct text_style style = {.size_px = points(size),
        .bold = words->bold,
        .language = words->language,
        .max_width_px = max_width * PX,
        .line_height_percent = 0};
    struct text_layout *layout = NULL;
    int r = text_layout_new(text, strlen(text), &style, &document->print->ops, &layout);
    pdf_fail(document, r);
    return r == 0 ? layout : NULL;
}

int
words_width(struct print_document *document, const char *text, const struct words *words)
{
    struct text_layout *layout = laid_out(document, text, words, words->size, 0);
    int width = layout != NULL ? (text_layout_width(layout) + PX - 1) / PX : 0;
    text_layout_free(layout);
    return width;
}

/* The words in this width: as large as they stand in one line, else as small as may be and in several. */
static struct text_layout *
fitted(struct print_document *document, const char *text, const struct words *words, int width,
    int *ret_size)
{
    for (int size = words->size;; size -= 5) {
        struct text_layout *layout = laid_out(document, text, words, size, width);
        bool done = layout == NULL || text_layout_lines(layout) <= 1 || size - 5 < words->least;
        if (done) {
            *ret_size = size;
            return layout;
        }
        text_layout_free(layout);
    }
}

int
words_height(struct print_document *document, const char *text, const struct words *words,
    int width, int *ret_size)
{
    int size = 0;
    struct text_layout *layout = fitted(document, text, words, width, &size);
    int height = layout != NULL ? (text_layout_height(layout) + PX - 1) / PX : 0;
    text_layout_free(layout);
    if (ret_size != NULL) {
        *ret_size = size;
    }
    return height;
}

static int
indent(const struct text_layout *layout, const struct text_run *run, enum align align, int width_px)
{
    int room = width_px - text_layout_line_width(layout, run->line) -
               text_layout_line_left(layout, run->line);
    return align == ALIGN_LEFT ? 0 : align == ALIGN_CENTRE ? room / 2 : room;
}

static void
draw_run(struct print_document *document, const struct text_run *run, int x_px, int y_px,
    const struct print_rect *where)
{
    struct print_rect ink;
    pdf_fail(document, letters_draw(document->print->letters, document->cairo, run, x_px, y_px));
    if (document->print->told != NULL &&
        letters_ink(document->print->letters, run, x_px, y_px, &ink)) {
        ink.w = (ink.x + ink.w + PX - 1) / PX - ink.x / PX;
        ink.h = (ink.y + ink.h + PX - 1) / PX - ink.y / PX;
        ink.x /= PX;
        ink.y /= PX;
        char *text = xstrndup(run->text, run->len);
        document->print->told(document->print->told_ctx, document->pages, text, &ink, where);
        explicit_bzero(text, run->len);
        free(text);
    }
}

void
pdf_words(struct print_document *document, const char *text, const struct words *words,
    struct print_rect where)
{
    int size = 0;
    if (text == NULL || text[0] == 0) {
        return;
    }
    struct text_layout *layout = fitted(document, text, words, where.w, &size);
    if (layout == NULL) {
        return;
    }
    int top = where.y * PX + (where.h * PX - text_layout_height(layout)) / 2;
    cairo_set_source_rgb(document->cairo, 0, 0, 0);
    for (size_t i = 0; i < text_layout_run_count(layout); i++) {
        const struct text_run *run = text_layout_run(layout, i);
        int x = where.x * PX + run->x_px + indent(layout, run, words->align, where.w * PX);
        draw_run(document, run, x, top + run->baseline_px, &where);
    }
    text_layout_free(layout);
}

struct square {
    struct print_document *document;
    int x, y, side;
};

static void
dark(void *ctx, int x, int y, int side)
{
    const struct square *square = ctx;
    double dot = (double)square->side * PX / side;
    cairo_rectangle(
        square->document->cairo, square->x * PX + x * dot, square->y * PX + y * dot, dot, dot);
}

void
pdf_code(struct print_document *document, const char *text, int x, int y, int side)
{
    struct square square = {document, x, y, side};
    cairo_set_source_rgb(document->cairo, 0, 0, 0);
    if (!code_each(text, dark, &square)) {
        pdf_fail(document, KERR_TOO_BIG);
    }
    cairo_fill(document->cairo);
}

void
pdf_tag(struct print_document *document, const char *tag)
{
    cairo_tag_begin(document->cairo, tag, NULL);
}

void
pdf_untag(struct print_document *document, const char *tag)
{
    cairo_tag_end(document->cairo, tag);
}
