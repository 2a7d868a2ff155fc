/* Layouts: the public side of the room. A first, simple version: left to right, ruby left out. */
#include "text/text.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ubrk.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"
#include "text/text_priv.h"

struct text_layout {
    struct text_run *runs;
    size_t count, cap;
    size_t lines;
    int width, height;
    bool missing;
    int *line_widths;
    char *plain;
    size_t plain_len;
    char *pool;
    size_t pool_len;
};

static int
font_of(const struct text_font_ops *fonts, uint32_t code)
{
    for (int i = 0; i < fonts->count; i++) {
        if (fonts->covers(fonts->ctx, i, code, 0)) {
            return i;
        }
    }
    return -1;
}

/* Measures from..to, and adds its runs to the layout when emit is set. */
static int
line_runs(struct text_layout *layout, size_t from, size_t to, const struct text_style *style,
    const struct text_font_ops *fonts, bool emit, int baseline)
{
    int x = 0;

    while (from < to) {
        size_t pos = from;
        size_t end = from;
        int font = -2;
        while (pos < to) {
            uint32_t code = utf8_next(layout->plain, to, &pos);
            int f = code < ' ' ? (font == -2 ? 0 : font) : font_of(fonts, code);
            if (f < 0) {
                layout->missing = true;
                f = 0;
            }
            if (font != -2 && f != font) {
                break;
            }
            font = f;
            end = pos;
        }
        size_t len = end - from;
        char *text = layout->pool + layout->pool_len;
        memcpy(text, layout->plain + from, len);
        while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r')) {
            len--;
        }
        text[len] = '\0';
        int width = len == 0 ? 0
                             : fonts->width(fonts->ctx, font, style->bold, style->size_px, text,
                                   len, "Hani");
        if (emit && len > 0) {
            layout->pool_len += len + 1;
            layout->runs[layout->count++] = (struct text_run){.text = text,
                .len = len,
                .font = font,
                .script = "Hani",
                .bold = style->bold,
                .size_px = style->size_px,
                .x_px = x,
                .baseline_px = baseline,
                .width_px = width,
                .line = layout->lines};
        }
        x += width;
        from = end;
    }
    return x;
}

int
text_layout_new(const char *text, size_t len, const struct text_style *style,
    const struct text_font_ops *fonts, struct text_layout **ret_layout)
{
    if (len > TEXT_BYTES_MAX) {
        return KERR_TOO_BIG;
    }
    if (!utf8_valid(text, len) || fonts->count < 1) {
        return KERR_INVALID;
    }
    struct text_layout *layout = calloc(1, sizeof(*layout));
    if (layout == NULL) {
        return KERR_NO_MEMORY;
    }
    layout->plain = calloc(1, len + 1);
    layout->pool = calloc(3, len + 8);
    layout->runs = calloc(len + 1, sizeof(*layout->runs));
    layout->line_widths = calloc(len + 1, sizeof(int));
    char *copy = calloc(1, len + 1);
    memcpy(copy, text, len);
    layout->plain_len = text_plain(copy, layout->plain, len + 1);
    free(copy);
    UErrorCode status = U_ZERO_ERROR;
    UText *ut = utext_openUTF8(NULL, layout->plain, (int64_t)layout->plain_len, &status);
    UBreakIterator *it = ubrk_open(UBRK_LINE,
        strncmp(style->language, "ja", 2) == 0 ? "ja@lb=strict" : style->language, NULL, 0,
        &status);
    ubrk_setUText(it, ut, &status);
    int percent = style->line_height_percent > 0           ? style->line_height_percent
                  : strncmp(style->language, "ja", 2) == 0 ? 150
                                                           : 135;
    int high = style->size_px * percent / 100;
    size_t start = 0;
    size_t last = 0;
    while (start < layout->plain_len) {
        int baseline =
            (int)layout->lines * high + (high - style->size_px) / 2 + style->size_px * 88 / 100;
        size_t end = start;
        while ((last = (size_t)ubrk_following(it, (int32_t)end)) <= layout->plain_len) {
            int width = line_runs(layout, start, last, style, fonts, false, 0);
            if (style->max_width_px > 0 && width > style->max_width_px && end > start) {
                break;
            }
            end = last;
            int kind = ubrk_getRuleStatus(it);
            if (end == layout->plain_len ||
                (kind >= UBRK_LINE_HARD && kind < UBRK_LINE_HARD_LIMIT)) {
                break;
            }
        }
        int width = line_runs(layout, start, end, style, fonts, true, baseline);
        layout->line_widths[layout->lines++] = width;
        layout->width = width > layout->width ? width : layout->width;
        start = end;
    }
    layout->height = (int)layout->lines * high;
    ubrk_close(it);
    utext_close(ut);
    *ret_layout = layout;
    return 0;
}

void
text_layout_free(struct text_layout *layout)
{
    if (layout == NULL) {
        return;
    }
    free(layout->line_widths);
    free(layout->plain);
    free(layout->pool);
    free(layout->runs);
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
    return layout->height;
}

size_t
text_layout_lines(const struct text_layout *layout)
{
    return layout->lines;
}

int
text_layout_line_width(const struct text_layout *layout, size_t line)
{
    return layout->line_widths[line];
}

size_t
text_layout_run_count(const struct text_layout *layout)
{
    return layout->count;
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
