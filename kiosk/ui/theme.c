/* ui/theme.c - colours by meaning for the four themes, and the four text sizes. Numbers are facts to be
 * measured: tests/ui/test_theme.c computes every contrast (WCAG 2.2, relative luminance) against the
 * goals: default 12:1 for text and 10:1 for coloured parts, black and white 21:1, low glare 4.6 to 8:1. */
#include "ui/ui_priv.h"

#include <string.h>

#include "base/attr.h"

enum { LINE_CHARACTERS = 22 };
/* percent of the size */
enum { LINE_LABEL = 125, LINE_LABEL_RUBY = 155, LINE_LARGE = 140, LINE_ASCII = 135 };

static const struct palette
    palettes[UI_THEME_COUNT] =
        {
            [UI_THEME_DEFAULT] =
                {
                    .paper = 0xfbfaf7,
                    .surface = 0xffffff,
                    .ink = 0x16161a,
                    .hint = 0x333338,
                    .rule = 0x76767e,
                    .waiting = 0x55555c,
                    .accent = 0x00118f,
                    .accent_ink = 0xffffff,
                    .focus = 0xffd43d,
                    .focus_edge = 0x000000,
                    .tones =
                        {
                            [UI_TONE_PAPER] = {0xfbfaf7, 0x16161a, 0x16161a},
                            [UI_TONE_SURFACE] = {0xffffff, 0x16161a, 0x16161a},
                            [UI_TONE_PRIMARY] = {0x00118f, 0xffffff, 0x00118f},
                            [UI_TONE_SOFT] = {0xe8edff, 0x00118f, 0x00118f},
                            [UI_TONE_CARE] = {0xfff1e0, 0x642b00, 0x642b00},
                            [UI_TONE_DONE] = {0xe3f4ea, 0x0b4227, 0x0b4227},
                            [UI_TONE_QUIET] = {0xecebe4, 0x16161a, 0x16161a},
                            [UI_TONE_BAND] = {0xffd43d, 0x16161a, 0xffd43d},
                        },
                },
            [UI_THEME_BLACK] =
                {
                    .paper = 0x000000,
                    .surface = 0x000000,
                    .ink = 0xffffff,
                    .hint = 0xffffff,
                    .rule = 0xffffff,
                    .waiting = 0xd0d0d0,
                    .accent = 0xffd43d,
                    .accent_ink = 0x000000,
                    .focus = 0xffd43d,
                    .focus_edge = 0x000000,
                    .tones =
                        {
                            [UI_TONE_PAPER] = {0x000000, 0xffffff, 0xffffff},
                            [UI_TONE_SURFACE] = {0x000000, 0xffffff, 0xffffff},
                            [UI_TONE_PRIMARY] = {0xffd43d, 0x000000, 0xffd43d},
                            [UI_TONE_SOFT] = {0x3a2f00, 0xffffff, 0xffd43d},
                            [UI_TONE_CARE] = {0x000000, 0xffffff, 0xffd43d},
                            [UI_TONE_DONE] = {0x000000, 0xffffff, 0xffffff},
                            [UI_TONE_QUIET] = {0x000000, 0xffffff, 0xffffff},
                            [UI_TONE_BAND] = {0xffd43d, 0x000000, 0xffd43d},
                        },
                },
            [UI_THEME_WHITE] =
                {
                    .paper = 0xffffff,
                    .surface = 0xffffff,
                    .ink = 0x000000,
                    .hint = 0x000000,
                    .rule = 0x000000,
                    .waiting = 0x404040,
                    .accent = 0x000000,
                    .accent_ink = 0xffffff,
                    .focus = 0xffd43d,
                    .focus_edge = 0x000000,
                    .tones =
                        {
                            [UI_TONE_PAPER] = {0xffffff, 0x000000, 0x000000},
                            [UI_TONE_SURFACE] = {0xffffff, 0x000000, 0x000000},
                            [UI_TONE_PRIMARY] = {0x000000, 0xffffff, 0x000000},
                            [UI_TONE_SOFT] = {0xffffff, 0x000000, 0x000000},
                            [UI_TONE_CARE] = {0xffffff, 0x000000, 0x000000},
                            [UI_TONE_DONE] = {0xffffff, 0x000000, 0x000000},
                            [UI_TONE_QUIET] = {0xffffff, 0x000000, 0x000000},
                            [UI_TONE_BAND] = {0x000000, 0xffffff, 0x000000},
                        },
                },
            [UI_THEME_LOW_GLARE] =
                {
                    .paper = 0xbdbcb6,
                    .surface = 0xc6c5bf,
                    .ink = 0x333336,
                    .hint = 0x3a3a3d,
                    .rule = 0x55555a,
                    .waiting = 0x404044,
                    .accent = 0x333c66,
                    .accent_ink = 0xd2d2cc,
                    .focus = 0xe0c465,
                    .focus_edge = 0x222222,
                    .tones =
                        {
                            [UI_TONE_PAPER] = {0xbdbcb6, 0x333336, 0x333336},
                            [UI_TONE_SURFACE] = {0xc6c5bf, 0x333336, 0x333336},
                            [UI_TONE_PRIMARY] = {0x333c66, 0xd2d2cc, 0x333c66},
                            [UI_TONE_SOFT] = {0xb7bac9, 0x2c3560, 0x2c3560},
                            [UI_TONE_CARE] = {0xc9baa8, 0x4f2600, 0x4f2600},
                            [UI_TONE_DONE] = {0xb0c2b6, 0x0f3c25, 0x0f3c25},
                            [UI_TONE_QUIET] = {0xb4b3ad, 0x333336, 0x333336},
                            [UI_TONE_BAND] = {0xd9c070, 0x333336, 0xd9c070},
                        },
                },
};

const struct palette *
theme_palette(enum ui_theme theme)
{
    return &palettes[theme];
}

/* Body heights of kanji 6.0, 7.3, 9.0 and 12.0 mm, thousandths of the default. */
static const int scales[UI_TEXT_SIZE_COUNT] = {822, 1000, 1233, 1644};

static const int sizes[UI_SIZE_COUNT] = {
    [UI_SIZE_HINT] = 79,
    [UI_SIZE_BODY] = 86,
    [UI_SIZE_CHOICE] = 99,
    [UI_SIZE_VALUE] = 104,
    [UI_SIZE_TITLE] = 139,
    [UI_SIZE_KEY] = 160,
    [UI_SIZE_NUMBER] = 270,
    [UI_SIZE_PROMISE] = 300,
    [UI_SIZE_SMALL] = 73,
    [UI_SIZE_BAR] = 73,
    [UI_SIZE_KEYBOARD] = 104,
};

int
theme_scaled(int tenths, enum ui_text_size text_size)
{
    return (tenths * scales[text_size] + 500) / 1000;
}

int
theme_size(enum ui_size size, enum ui_text_size text_size)
{
    switch (size) {
    case UI_SIZE_KEY:
    case UI_SIZE_KEYBOARD:
    case UI_SIZE_NUMBER:
    case UI_SIZE_PROMISE:
        return sizes[size];
    case UI_SIZE_TITLE:
        return theme_scaled(sizes[size], text_size > UI_TEXT_LARGE ? UI_TEXT_LARGE : text_size);
    default:
        return theme_scaled(sizes[size], text_size);
    }
}

/* Scripts whose lines may stand close: nothing is stacked above or below a letter. */
static bool
compact(const char *language)
{
    static const char *const tags[] = {"ja", "en", "zh", "ko", "fil", "pt", "id", "es"};
    for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
        if (strncmp(language, tags[i], strlen(tags[i])) == 0) {
            return true;
        }
    }
    return false;
}

int
theme_line_characters(void)
{
    return LINE_CHARACTERS;
}

/* Digits, Latin letters and signs without marks: a key, a page number. */
static bool
plain_ascii(const char *text)
{
    const char *at = text;
    while (*at != 0 && (unsigned char)*at < 0x80) {
        at++;
    }
    return at > text && *at == 0;
}

int
theme_line_percent(enum ui_size size, const char *text, const char *language, bool label)
{
    bool large = size == UI_SIZE_TITLE || size == UI_SIZE_PROMISE || size == UI_SIZE_NUMBER;
    if (!compact(language)) {
        return text != NULL && plain_ascii(text) ? LINE_ASCII : 0;
    }
    if (text != NULL && strchr(text, '{') != NULL) {
        return label ? LINE_LABEL_RUBY : 0;
    }
    return label ? LINE_LABEL : large && strncmp(language, "ja", 2) == 0 ? LINE_LARGE : 0;
}
