/* Unicode 15.0's own test files, run through the room as a text goes through it: LineBreakTest and
 * GraphemeBreakTest through the clusters and the places where a line may end, BidiCharacterTest through whole
 * layouts, whose runs must stand in the order that the file asks for. Where the room differs it does so
 * on purpose; each such line is counted and the count is asserted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unicode/uchar.h>
#include <unicode/ubidi.h>
#include <unicode/utf8.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "text/text.h"
#include "text/text_priv.h"

#define FOLDER "/usr/share/unicode/" /* package unicode-data */

enum { CODES_MAX = 256, LINE_MAX_BYTES = 8192 };

/* One font that has everything; a letter is 10 pixels wide. */
static bool
all_covers(void *ctx ATTR_UNUSED, int font ATTR_UNUSED, uint32_t code ATTR_UNUSED,
    uint32_t selector ATTR_UNUSED)
{
    return true;
}

static int
all_width(void *ctx ATTR_UNUSED, int font ATTR_UNUSED, bool bold ATTR_UNUSED, int size ATTR_UNUSED,
    const char *text, size_t len, const char *script ATTR_UNUSED, bool rtl ATTR_UNUSED)
{
    int width = 0;
    for (size_t pos = 0; pos < len; width += 10) {
        (void)utf8_next(text, len, &pos);
    }
    return width;
}

static int
all_ascent(void *ctx ATTR_UNUSED, int font ATTR_UNUSED, bool bold ATTR_UNUSED, int size)
{
    return size * 88 / 100;
}

static const struct text_font_ops FONTS = {
    .covers = all_covers, .width = all_width, .ascent = all_ascent, .count = 1};

/* A test's characters, with the bytes where each begins. */
struct sample {
    char text[4 * CODES_MAX + 1];
    size_t len;
    uint32_t codes[CODES_MAX];
    size_t starts[CODES_MAX + 1];
    bool may[CODES_MAX + 1]; /* ÷ before this character */
    size_t count;
};

static void
sample_add(struct sample *sample, uint32_t code)
{
    int32_t at = (int32_t)sample->len;

    assert_true(sample->count < CODES_MAX);
    sample->starts[sample->count] = sample->len;
    sample->codes[sample->count++] = code;
    U8_APPEND_UNSAFE((uint8_t *)sample->text, at, code);
    sample->len = (size_t)at;
    sample->starts[sample->count] = sample->len;
}

/* "÷ 0020 × 0308 ÷": breaks and characters. false for a comment. */
static bool
sample_read(struct sample *sample, char *line)
{
    bool may = false;

    memset(sample, 0, sizeof *sample);
    line[strcspn(line, "#\n")] = '\0';
    for (char *rest = line, *word; (word = strsep(&rest, " \t")) != NULL;) {
        if (strcmp(word, "\u00f7") == 0 || strcmp(word, "\u00d7") == 0) {
            may = strcmp(word, "\u00f7") == 0;
            sample->may[sample->count] = may;
        } else if (word[0] != '\0') {
            sample_add(sample, (uint32_t)strtoul(word, NULL, 16));
        }
    }
    return sample->count > 0;
}

/* The clusters of a paragraph of the sample, as text.c makes them. */
static void
clusters(struct text_para *para, const struct text_style *style, const char *text, size_t len)
{
    static const struct text_source none;

    *para = (struct text_para){.style = style, .fonts = &FONTS, .source = &none};
    para->language = text_language(style->language);
    para->text = text;
    para->len = len;
    assert_int_equal(text_para_init(para, len), 0);
    assert_int_equal(text_items_make(para), 0);
    assert_int_equal(text_wrap_mark(para), 0);
}

static FILE *
open_file(const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof path, FOLDER "%s", name);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fail_msg("no %s (package unicode-data)", path);
    }
    return file;
}

static void
complain(int *bad, const char *what, const struct sample *sample, size_t at)
{
    if ((*bad)++ < 30) {
        print_error("%s: before character %zu of", what, at);
        for (size_t i = 0; i < sample->count; i++) {
            print_error(" %04X", sample->codes[i]);
        }
        print_error("\n");
    }
}

enum { BORDER = 1, BREAK = 2 }; /* a cluster begins here; a line may end before it */

static void
read_breaks(const struct text_para *para, size_t offset, uint8_t *ret_by_byte)
{
    for (size_t i = 0; i < para->count; i++) {
        bool may = para->clusters[i].before >= TEXT_BREAK_STRICT;
        ret_by_byte[offset + para->clusters[i].start] |= may ? BORDER | BREAK : BORDER;
    }
}

static void
test_graphemes(void **state ATTR_UNUSED)
{
    static const struct text_style style = {.size_px = 20, .language = "en"};
    FILE *file = open_file("auxiliary/GraphemeBreakTest.txt");
    char line[LINE_MAX_BYTES];
    int bad = 0;
    int cases = 0;

    while (fgets(line, sizeof line, file) != NULL) {
        struct sample sample;
        struct text_para para;
        uint8_t got[4 * CODES_MAX + 1] = {0};
        if (!sample_read(&sample, line)) {
            continue;
        }
        cases++;
        clusters(&para, &style, sample.text, sample.len);
        read_breaks(&para, 0, got);
        text_para_release(&para);
        for (size_t i = 1; i < sample.count; i++) {
            if ((got[sample.starts[i]] != 0) != sample.may[i]) {
                complain(&bad, "grapheme", &sample, i);
            }
        }
    }
    (void)fclose(file); /* only read */
    assert_int_equal(cases, 602);
    assert_int_equal(bad, 0);
}

/* A paragraph at a time, as the room takes a text apart; a break after a line end is the next paragraph. */
static void
line_breaks(const struct sample *sample, uint8_t *ret_by_byte)
{
    static const struct text_style style = {.size_px = 20, .language = "en"};
    size_t start = 0;

    for (size_t pos = 0; pos <= sample->len;) {
        size_t newline = text_newline(sample->text + pos, sample->len - pos);
        if (newline == 0 && pos < sample->len) {
            pos++;
            continue;
        }
        struct text_para para;
        clusters(&para, &style, sample->text + start, pos - start);
        read_breaks(&para, start, ret_by_byte);
        text_para_release(&para);
        if (newline == 0) {
            break;
        }
        pos += newline;
        start = pos;
        ret_by_byte[start] = BORDER | BREAK;
    }
}

/* What ICU says without the room: 23 places of the file are not those of ICU 72, which keeps a hyphen at a
 * word's start with the word (its rule LB 20.09) and a sign with the number behind it (.35, a.2; later
 * UAX 14 as well, LB 15c). */
static bool
icu_breaks(const struct sample *sample, size_t at)
{
    UChar units[2 * CODES_MAX];
    UErrorCode status = U_ZERO_ERROR;
    int32_t count = 0;
    int32_t here = 0;

    for (size_t i = 0; i < sample->count; i++) {
        here = i == at ? count : here;
        U16_APPEND_UNSAFE(units, count, sample->codes[i]);
    }
    UBreakIterator *it = ubrk_open(UBRK_LINE, "en", units, count, &status);
    assert_true(U_SUCCESS(status));
    bool breaks = ubrk_isBoundary(it, here) != 0;
    ubrk_close(it);
    return breaks;
}

static void
test_lines(void **state ATTR_UNUSED)
{
    FILE *file = open_file("auxiliary/LineBreakTest.txt");
    char line[LINE_MAX_BYTES];
    int bad = 0;
    int cases = 0;
    int inside = 0;
    int icu = 0;

    while (fgets(line, sizeof line, file) != NULL) {
        struct sample sample;
        uint8_t got[4 * CODES_MAX + 1] = {0};
        if (!sample_read(&sample, line)) {
            continue;
        }
        cases++;
        line_breaks(&sample, got);
        for (size_t i = 1; i < sample.count; i++) {
            bool breaks = (got[sample.starts[i]] & BREAK) != 0;
            if (breaks == sample.may[i]) {
                continue;
            }
            if (sample.may[i] && (got[sample.starts[i]] & BORDER) == 0) {
                inside++; /* no line ends inside a grapheme: before a skin tone, a joiner */
            } else if (icu_breaks(&sample, i) == breaks) {
                icu++;
            } else {
                complain(&bad, "line", &sample, i);
            }
        }
    }
    (void)fclose(file); /* only read */
    assert_int_equal(bad, 0);
    assert_int_equal(cases, 7654);
    assert_int_equal(inside, 318);
    assert_int_equal(icu, 23);
}

/* ---- bidi ---- */

/* Joiners shape their neighbours and have no place of their own (UAX 9, X9 drops them). */
static void
add_visible(struct buf *out, const char *text, size_t len)
{
    if (len != 3 || (memcmp(text, "\u200c", 3) != 0 && memcmp(text, "\u200d", 3) != 0)) {
        (void)buf_add(out, text, len);
    }
}

/* The characters of a layout from left to right. */
static void
visual(const struct text_layout *layout, struct buf *out)
{
    int x = 0;

    for (size_t done = 0; done < text_layout_run_count(layout); done++) {
        const struct text_run *run = text_layout_run(layout, done);
        assert_int_equal(run->x_px, x); /* runs are given from left to right, without gaps */
        x += run->width_px;
        size_t at = run->rtl ? run->len : 0;
        while (run->rtl ? at > 0 : at < run->len) {
            size_t from = at;
            if (run->rtl) {
                do {
                    from--;
                } while ((run->text[from] & 0xc0) == 0x80);
                add_visible(out, run->text + from, at - from);
                at = from;
            } else {
                (void)utf8_next(run->text, run->len, &at);
                add_visible(out, run->text + from, at - from);
            }
        }
    }
}

/* What is drawn of a character: nothing for controls, a space for every space. */
static void
add_drawn(struct buf *out, uint32_t code)
{
    struct sample one = {.len = 0};
    struct text_style style = {.size_px = 20, .language = "en"};
    struct text_para para;

    sample_add(&one, code);
    clusters(&para, &style, one.text, one.len);
    AUTO_BUF drawn;
    buf_init(&drawn, 64);
    assert_int_equal(text_items_write(&para, 0, para.count, false, &drawn), 0);
    add_visible(out, (const char *)drawn.data, drawn.len - 1);
    text_para_release(&para);
}

/* The order by ICU alone: 4 cases of the file are not those of ICU 72 (isolates beside an override, a mark
 * behind controls behind a bracket, brackets nested deeper than 63). */
static void
icu_order(const struct sample *sample, bool rtl, struct buf *out)
{
    UChar units[2 * CODES_MAX];
    int32_t order[2 * CODES_MAX];
    UErrorCode status = U_ZERO_ERROR;
    UBiDi *bidi = ubidi_open();
    int32_t count = 0;

    for (size_t i = 0; i < sample->count; i++) {
        U16_APPEND_UNSAFE(units, count, sample->codes[i]);
    }
    assert_true((size_t)count == sample->count); /* nothing outside the first plane in those */
    ubidi_setPara(bidi, units, count, rtl ? UBIDI_RTL : UBIDI_LTR, NULL, &status);
    ubidi_getVisualMap(bidi, order, &status);
    assert_true(U_SUCCESS(status));
    for (int32_t i = 0; i < count; i++) {
        add_drawn(out, sample->codes[order[i]]);
    }
    ubidi_close(bidi);
}

struct bidi_case {
    struct sample sample;
    int direction; /* 0 left to right, 1 right to left, 2 by the text */
    char *order; /* places, from the left */
};

/* "codes;direction;paragraph level;levels;order": the levels say what the order says as a visitor sees it. */
static bool
bidi_read(struct bidi_case *ret_case, char *line)
{
    char *rest = line;

    line[strcspn(line, "#\n")] = '\0';
    char *codes = strsep(&rest, ";");
    if (codes[0] == '\0' || rest == NULL) {
        return false;
    }
    memset(ret_case, 0, sizeof *ret_case);
    ret_case->direction = (int)strtol(strsep(&rest, ";"), NULL, 10);
    (void)strsep(&rest, ";");
    (void)strsep(&rest, ";");
    ret_case->order = rest;
    for (char *word; (word = strsep(&codes, " ")) != NULL;) {
        sample_add(&ret_case->sample, (uint32_t)strtoul(word, NULL, 16));
    }
    return true;
}

/* 0: as the file says; 1: as ICU says; -1: neither. */
static int
bidi_judge(struct bidi_case *c)
{
    bool rtl = c->direction == 1;
    struct text_style style = {.size_px = 20, .language = rtl ? "ar" : "en"};
    struct text_layout *layout;
    AUTO_BUF want, got, icu;

    buf_init(&want, 4096);
    buf_init(&got, 4096);
    buf_init(&icu, 4096);
    for (char *word; (word = strsep(&c->order, " ")) != NULL;) {
        if (word[0] != '\0') {
            add_drawn(&want, c->sample.codes[strtoul(word, NULL, 10)]);
        }
    }
    assert_int_equal(text_layout_new(c->sample.text, c->sample.len, &style, &FONTS, &layout), 0);
    visual(layout, &got);
    text_layout_free(layout);
    if (strcmp(buf_str(&want), buf_str(&got)) == 0) {
        return 0;
    }
    icu_order(&c->sample, rtl, &icu);
    return strcmp(buf_str(&icu), buf_str(&got)) == 0 ? 1 : -1;
}

static void
test_bidi(void **state ATTR_UNUSED)
{
    FILE *file = open_file("BidiCharacterTest.txt");
    char line[LINE_MAX_BYTES];
    int bad = 0;
    int cases = 0;
    int by_text = 0;
    int icu = 0;

    while (fgets(line, sizeof line, file) != NULL) {
        struct bidi_case c;
        if (!bidi_read(&c, line)) {
            continue;
        }
        if (c.direction == 2) { /* the room's direction is that of the language, never the text's */
            by_text++;
            continue;
        }
        cases++;
        int verdict = bidi_judge(&c);
        icu += verdict == 1;
        if (verdict < 0) {
            complain(&bad, "bidi", &c.sample, 0);
        }
    }
    (void)fclose(file); /* only read */
    assert_int_equal(bad, 0);
    assert_int_equal(cases, 91679);
    assert_int_equal(by_text, 28);
    assert_int_equal(icu, 4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_graphemes),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_bidi),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
