/* text/text.h - from a message to lines of glyph runs: font fallback by coverage, script runs, bidi,
 * line breaking (ICU 72: kinsoku and phrases for Japanese), ruby {漢字|かんじ}. Knows neither SDL nor
 * FreeType: a font is three functions. Sizes are in pixels here (the caller knows the panel). */
#ifndef TEXT_TEXT_H
#define TEXT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TEXT_FONTS_MAX = 24,
    TEXT_BYTES_MAX = 16 * 1024, /* in one layout */
    TEXT_SIZE_MAX = 4096 /* pixels */
};

/* What the fonts can do; implemented by ui/ttf.c, and by a table in tests. Fonts are numbers from 0. */
struct text_font_ops {
    /* All font numbers in the order in which they are tried for this language (a tag, never NULL): count
     * of them, valid as long as ctx is. NULL instead of the function: always as numbered. */
    const uint8_t *(*order)(void *ctx, const char *language);
    /* Does the font have this character (with this variation selector, 0 for none)? */
    bool (*covers)(void *ctx, int font, uint32_t code, uint32_t selector);
    /* Width in pixels of len bytes at this size; text[len] is NUL. script is an ISO 15924 tag ("Latn";
     * kana and kanji are one script here, "Hani"). rtl: shaped from its end, which in Arabic is not as
     * wide as from its start. */
    int (*width)(void *ctx, int font, bool bold, int size_px, const char *text, size_t len,
        const char *script, bool rtl);
    /* Baseline below the top of the font's own box, pixels. */
    int (*ascent)(void *ctx, int font, bool bold, int size_px);
    int count; /* fonts */
    void *ctx;
};

struct text_style {
    int size_px;
    bool bold;
    const char *language; /* "ja", "en": line breaking, line height, font order */
    int max_width_px; /* lines are broken to fit; 0: one line */
    int line_height_percent; /* of size_px; 0: the language's own (ja 150, with ruby 190) */
};

/* One run: one font, one script, one direction; in logical order, so an rtl run is shaped from its end.
 * Text points into the layout and is followed by a NUL. */
struct text_run {
    const char *text;
    size_t len;
    int font;
    const char *script;
    bool rtl;
    bool bold; /* ruby is never bold */
    bool ruby;
    int size_px; /* ruby runs are smaller */
    int x_px, baseline_px; /* from the layout's top left */
    int width_px;
    size_t line; /* runs of a line are neighbours; lines count from 0 */
};

struct text_layout; /* opaque; owns its text, wiped when freed */

/* Lays text out. Never cuts: a word wider than the line is broken between characters.
 * KERR_INVALID for text that is no UTF-8, KERR_TOO_BIG. */
int text_layout_new(const char *text, size_t len, const struct text_style *style,
    const struct text_font_ops *fonts, struct text_layout **ret_layout);
void text_layout_free(struct text_layout *layout);
int text_layout_width(const struct text_layout *layout); /* widest line, pixels */
int text_layout_height(const struct text_layout *layout); /* all lines, pixels */
size_t text_layout_lines(const struct text_layout *layout);
/* Width of one line, pixels; 0 for an empty line. */
int text_layout_line_width(const struct text_layout *layout, size_t line);
/* Left edge of one line in the layout, pixels: 0, or more for a short line of a language that reads from
 * the right (it ends at text_layout_width). To centre a line in a box, move its runs by
 * (box - width) / 2 - left. */
int text_layout_line_left(const struct text_layout *layout, size_t line);
size_t text_layout_run_count(const struct text_layout *layout);
const struct text_run *text_layout_run(const struct text_layout *layout, size_t index);
/* True when some character had no font at all (it is drawn as its code point, U+XXXX). */
bool text_layout_missing(const struct text_layout *layout);
/* True when some kanji asked for a variant (a variation selector) that no font has; its usual form is
 * drawn. A name may then look different from how its owner writes it. */
bool text_layout_variant_lost(const struct text_layout *layout);

/* True when some line ended inside a word or a phrase: it was longer than a line, or would have left it
 * half empty. */
bool text_layout_torn(const struct text_layout *layout);

/* The message without its ruby: "{漢字|かんじ}です" -> "漢字です". Appends at most cap-1 bytes and a NUL;
 * returns the length that the whole text needs. */
size_t text_plain(const char *text, char *out, size_t cap);

/* ---- fonts.c: the list of fonts, fonts/fonts.list ---- */

enum { TEXT_FONT_ORDERS_MAX = 64, TEXT_FONT_NAME_MAX = 24, TEXT_LANGUAGE_MAX = 16 };
struct text_font_file {
    char *path; /* owned; NULL: none */
    int face; /* inside a collection */
};
struct text_font_entry {
    char name[TEXT_FONT_NAME_MAX];
    struct text_font_file regular, bold; /* regular: of body text; no bold: that one is thickened */
};
struct text_font_order {
    char tag[TEXT_LANGUAGE_MAX];
    uint8_t fonts[TEXT_FONTS_MAX];
};
/* Which files, and for each language in which order they are tried. */
struct text_fonts {
    struct text_font_entry fonts[TEXT_FONTS_MAX];
    int count;
    struct text_font_order orders[TEXT_FONT_ORDERS_MAX];
    int order_count;
    struct text_font_order general; /* as numbered */
};
/* Reads a list and finds its files. KERR_UI_FONT: it has another form, or a font has no file. */
int text_fonts_read(const char *list, struct text_fonts **ret_fonts);
void text_fonts_free(struct text_fonts *fonts);
/* All font numbers, in the order for this language; never NULL. */
const uint8_t *text_fonts_order(const struct text_fonts *fonts, const char *language);

#endif
