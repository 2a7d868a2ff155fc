/* text/fake_fonts.h - four fonts that are tables, so that every width in a test can be worked out by
 * hand: one em for what is wide, half an em for the rest, nothing for marks. Between them they have the
 * holes of the real ones: font 0 lacks U+20BB7 and Vietnamese, font 1 has these, 2 is Arabic, 3 Thai. */
#ifndef TEST_TEXT_FAKE_FONTS_H
#define TEST_TEXT_FAKE_FONTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/utf8.h"
#include "text/text.h"

struct fake_fonts {
    int widths; /* how often a width was asked for */
    bool unterminated; /* some text had no NUL behind it */
};

static bool
fake_in(uint32_t code, uint32_t first, uint32_t last)
{
    return code >= first && code <= last;
}

static bool
fake_covers(void *ctx, int font, uint32_t code, uint32_t selector)
{
    (void)ctx;
    switch (font) {
    case 0:
        if (selector != 0) { /* 葛 with its first variant */
            return code == 0x845b && selector == 0xe0100;
        }
        return fake_in(code, 0x20, 0xff) || fake_in(code, 0x2010, 0x203f) ||
               fake_in(code, 0x3000, 0x30ff) || fake_in(code, 0x3400, 0x9fff) ||
               fake_in(code, 0xff01, 0xff9f);
    case 1:
        if (selector != 0) { /* 邉 with a variant of its own */
            return code == 0x9089 && selector == 0xe0101;
        }
        return fake_in(code, 0x20, 0x2ff) || fake_in(code, 0x1e00, 0x1eff) ||
               fake_in(code, 0x3000, 0x30ff) || fake_in(code, 0x3400, 0x9fff) ||
               fake_in(code, 0xac00, 0xd7a3) || fake_in(code, 0x20000, 0x2a6df);
    case 2:
        return selector == 0 && (fake_in(code, 0x5d0, 0x6ff) || code == ' ');
    case 3:
        return selector == 0 && (fake_in(code, 0xe00, 0xe7f) || fake_in(code, 0x1000, 0x109f));
    default:
        return false;
    }
}

/* In half ems. */
static int
fake_halves(uint32_t code)
{
    if (fake_in(code, 0x300, 0x36f) || fake_in(code, 0x3099, 0x309a) || code == 0x200c ||
        code == 0x200d || fake_in(code, 0xfe00, 0xfe0f) || fake_in(code, 0xe0100, 0xe01ef)) {
        return 0;
    }
    return fake_in(code, 0x2e80, 0xff60) || code >= 0x20000 ? 2 : 1;
}

static int
fake_width(void *ctx, int font, bool bold, int size, const char *text, size_t len,
    const char *script, bool rtl)
{
    struct fake_fonts *fake = ctx;
    int halves = 0;

    (void)font;
    (void)bold;
    (void)script;
    (void)rtl;
    fake->widths++;
    fake->unterminated = fake->unterminated || text[len] != '\0';
    for (size_t pos = 0; pos < len;) {
        halves += fake_halves(utf8_next(text, len, &pos));
    }
    return halves * size / 2;
}

static int
fake_ascent(void *ctx, int font, bool bold, int size)
{
    (void)ctx;
    (void)bold;
    return font == 0 ? size * 88 / 100 : size * 116 / 100;
}

static inline struct text_font_ops
fake_fonts_ops(struct fake_fonts *fake)
{
    return (struct text_font_ops){
        .covers = fake_covers, .width = fake_width, .ascent = fake_ascent, .count = 4, .ctx = fake};
}

#endif
