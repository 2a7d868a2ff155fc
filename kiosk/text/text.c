/* Layouts: the public side of the room. Takes a text apart into paragraphs, has each one set, and keeps
 * the runs with the text they draw. */
#include "text/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"
#include "text/text_priv.h"

enum {
    RUBY_PERCENT = 50, /* of the base's size */
    RUBY_LINE_MIN = 155, /* base, ruby and a little air: no less, whatever the style asks for */
    POOL_MAX = 16 * TEXT_BYTES_MAX /* "U+0001" and a NUL for each byte, with room to spare */
};

struct line {
    int width;
    bool rtl;
};

struct text_layout {
    struct text_run *runs;
    size_t *offsets; /* of each run's text in the pool, as long as the pool grows */
    size_t run_count, run_cap;
    struct line *lines;
    size_t line_count, line_cap;
    struct buf pool; /* every run's text, each with a NUL */
    int width;
    int line_height;
    int ruby_size;
    int first_baseline, first_ruby_baseline; /* from the top of a line */
    bool missing, variant_lost, torn;
};

static int
grow_runs(struct text_layout *layout)
{
    size_t cap = layout->run_cap == 0 ? 8 : 2 * layout->run_cap;
    struct text_run *runs = realloc(layout->runs, cap * sizeof(*runs));

    if (runs == NULL) {
        return KERR_NO_MEMORY;
    }
    layout->runs = runs;
    size_t *offsets = realloc(layout->offsets, cap * sizeof(*offsets));
    if (offsets == NULL) {
        return KERR_NO_MEMORY;
    }
    layout->offsets = offsets;
    layout->run_cap = cap;
    return 0;
}

int
text_layout_add_run(struct text_layout *layout, const struct text_run *run, const void *text)
{
    if (layout->run_count == layout->run_cap && grow_runs(layout) < 0) {
        return KERR_NO_MEMORY;
    }
    struct text_run *mine = &layout->runs[layout->run_count];
    *mine = *run;
    mine->line = layout->line_count;
    layout->offsets[layout->run_count++] = layout->pool.len;
    (void)buf_add(&layout->pool, text, run->len); /* the pool remembers its first error */
    return buf_add_byte(&layout->pool, '\0');
}

int
text_layout_end_line(struct text_layout *layout, int width, bool rtl)
{
    if (layout->line_count == layout->line_cap) {
        size_t cap = layout->line_cap == 0 ? 4 : 2 * layout->line_cap;
        struct line *lines = realloc(layout->lines, cap * sizeof(*lines));
        if (lines == NULL) {
            return KERR_NO_MEMORY;
        }
        layout->lines = lines;
        layout->line_cap = cap;
    }
    layout->lines[layout->line_count++] = (struct line){.width = width, .rtl = rtl};
    layout->width = width > layout->width ? width : layout->width;
    return 0;
}

int
text_layout_baseline(const struct text_layout *layout)
{
    return (int)layout->line_count * layout->line_height + layout->first_baseline;
}

int
text_layout_ruby_baseline(const struct text_layout *layout)
{
    return (int)layout->line_count * layout->line_height + layout->first_ruby_baseline;
}

int
text_layout_ruby_size(const struct text_layout *layout)
{
    return layout->ruby_size;
}

/* How far a font's letters rise above the baseline; a font whose box is taller than its size keeps the
 * rest for marks, which the line height of its language has room for. */
static int
rise(const struct text_font_ops *fonts, const struct text_style *style, int size)
{
    int first = text_font_order(fonts, style)[0];
    int ascent = fonts->ascent(fonts->ctx, first, style->bold, size);

    return ascent < size ? ascent : size * 88 / 100;
}

/* The em box, with the ruby's above it, stands in the middle of the line. */
static void
set_heights(struct text_layout *layout, const struct text_style *style,
    const struct text_font_ops *fonts, bool ruby)
{
    const struct text_language *language = text_language(style->language);
    int size = style->size_px;
    int percent = ruby ? language->ruby_percent : language->line_percent;

    if (style->line_height_percent > 0) {
        percent = style->line_height_percent;
    }
    if (ruby && percent < RUBY_LINE_MIN) {
        percent = RUBY_LINE_MIN;
    }
    layout->ruby_size = (size * RUBY_PERCENT + 50) / 100;
    if (layout->ruby_size < 1) {
        layout->ruby_size = 1;
    }
    layout->line_height = size * percent / 100;
    int above = ruby ? layout->ruby_size : 0;
    int top = (layout->line_height - size - above) / 2;
    layout->first_baseline = top + above + rise(fonts, style, size);
    layout->first_ruby_baseline = top + rise(fonts, style, layout->ruby_size);
}

/* Sets one paragraph: bytes start..end of the plain text. */
static int
set_paragraph(struct text_lines *lines, struct text_para *para, size_t start, size_t end)
{
    const struct text_source *source = lines->source;

    para->text = source->plain + start;
    para->len = end - start;
    para->offset = start;
    para->group_first = para->group_end;
    while (para->group_end < source->group_count && source->groups[para->group_end].end <= end) {
        para->group_end++;
    }
    int rc = text_items_make(para);
    return rc < 0 ? rc : text_lines_make(lines, para);
}

static int
set_paragraphs(struct text_lines *lines, struct text_para *para)
{
    const struct text_source *source = lines->source;
    size_t start = 0;

    para->group_end = 0;
    for (size_t pos = 0; pos <= source->len;) {
        size_t newline = text_newline(source->plain + pos, source->len - pos);
        if (newline == 0 && pos < source->len) {
            pos++;
            continue;
        }
        int rc = set_paragraph(lines, para, start, pos);
        if (rc < 0 || newline == 0) {
            return rc;
        }
        pos += newline;
        start = pos;
    }
    return 0;
}

static void
layout_clear(struct text_layout *layout)
{
    layout->run_count = 0;
    layout->line_count = 0;
    layout->width = 0;
    buf_clear(&layout->pool);
}

/* Points the runs at their text, which no longer moves, and puts lines that read from the right at the
 * right edge. */
static void
finish(struct text_layout *layout)
{
    for (size_t i = 0; i < layout->run_count; i++) {
        struct text_run *run = &layout->runs[i];
        run->text = (const char *)layout->pool.data + layout->offsets[i];
        run->x_px += text_layout_line_left(layout, run->line);
    }
}

/* Everything but the checks; the work's memory is released by the caller. */
static int
set_text(const char *text, size_t len, struct text_lines *lines, struct text_para *para)
{
    struct text_layout *layout = lines->layout;
    int rc = 0;

    /* A second pass is needed when a group is wider than a line, a third never: what was too wide is
     * text by then. */
    do {
        lines->retry = false;
        para->torn = false;
        text_source_parse(lines->source, text, len);
        layout_clear(layout);
        set_heights(layout, lines->style, lines->fonts, lines->source->group_count > 0);
        rc = set_paragraphs(lines, para);
    } while (rc == 0 && lines->retry);
    layout->missing = para->missing;
    layout->variant_lost = para->variant_lost;
    layout->torn = para->torn;
    finish(layout);
    return rc;
}

int
text_layout_new(const char *text, size_t len, const struct text_style *style,
    const struct text_font_ops *fonts, struct text_layout **ret_layout)
{
    struct text_source source = {0};
    struct text_para para = {.style = style, .fonts = fonts};
    struct text_lines lines = {.style = style, .fonts = fonts, .source = &source};

    if (len > TEXT_BYTES_MAX || style->size_px > TEXT_SIZE_MAX) {
        return KERR_TOO_BIG;
    }
    if (!utf8_valid(text, len) || style->size_px < 1 || fonts->count < 1 ||
        fonts->count > TEXT_FONTS_MAX) {
        return KERR_INVALID;
    }
    struct text_layout *layout = calloc(1, sizeof(*layout));
    if (layout == NULL) {
        return KERR_NO_MEMORY;
    }
    buf_init(&layout->pool, POOL_MAX);
    lines.layout = layout;
    para.source = &source;
    para.language = text_language(style->language);
    para.rtl = para.language->rtl;
    size_t room = 2 * len; /* a group that is written flat grows by 3 bytes of at least 5 */
    int rc = text_source_init(&source, len);
    if (rc == 0) {
        rc = text_para_init(&para, room);
    }
    if (rc == 0) {
        rc = text_lines_init(&lines, room);
    }
    if (rc == 0) {
        rc = set_text(text, len, &lines, &para);
    }
    text_lines_release(&lines);
    text_para_release(&para);
    text_source_release(&source);
    if (rc < 0) {
        text_layout_free(layout);
        return rc;
    }
    *ret_layout = layout;
    return 0;
}

void
text_layout_free(struct text_layout *layout)
{
    if (layout == NULL) {
        return;
    }
    buf_release(&layout->pool);
    if (layout->runs != NULL) { /* widths say something about the words too */
        explicit_bzero(layout->runs, layout->run_cap * sizeof(*layout->runs));
    }
    free(layout->runs);
    free(layout->offsets);
    if (layout->lines != NULL) {
        explicit_bzero(layout->lines, layout->line_cap * sizeof(*layout->lines));
    }
    free(layout->lines);
    free(layout);
}

int
text_layout_width(const struct text_layout *layout)
{
    return layout->width;
}

int
text_layout_height(const struct text_layout *layout)
{
    return (int)layout->line_count * layout->line_height;
}

size_t
text_layout_lines(const struct text_layout *layout)
{
    return layout->line_count;
}

int
text_layout_line_width(const struct text_layout *layout, size_t line)
{
    return layout->lines[line].width;
}

int
text_layout_line_left(const struct text_layout *layout, size_t line)
{
    const struct line *l = &layout->lines[line];

    return l->rtl ? layout->width - l->width : 0;
}

size_t
text_layout_run_count(const struct text_layout *layout)
{
    return layout->run_count;
}

const struct text_run *
text_layout_run(const struct text_layout *layout, size_t index)
{
    return &layout->runs[index];
}

bool
text_layout_missing(const struct text_layout *layout)
{
    return layout->missing;
}

bool
text_layout_variant_lost(const struct text_layout *layout)
{
    return layout->variant_lost;
}

bool
text_layout_torn(const struct text_layout *layout)
{
    return layout->torn;
}
