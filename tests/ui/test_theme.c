/* Contrasts of all four themes, computed from the palette by the formula of WCAG 2.2 (relative luminance),
 * against the goals of the look; and the sizes of type. A colour that is changed by feeling fails here. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "ui/ui_priv.h"

static double
channel(uint32_t colour, int shift)
{
    double c = (double)(colour >> shift & 0xff) / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double
contrast(uint32_t a, uint32_t b)
{
    double la = 0.2126 * channel(a, 16) + 0.7152 * channel(a, 8) + 0.0722 * channel(a, 0);
    double lb = 0.2126 * channel(b, 16) + 0.7152 * channel(b, 8) + 0.0722 * channel(b, 0);
    return la > lb ? (la + 0.05) / (lb + 0.05) : (lb + 0.05) / (la + 0.05);
}

static int failed;

static void
check(const char *theme, const char *what, uint32_t a, uint32_t b, double least, double most)
{
    double c = contrast(a, b);
    if (c < least - 0.005 || c > most + 0.005) {
        print_error("%s: %s %06x on %06x is %.2f, not %.1f to %.1f\n", theme, what, (unsigned)a,
            (unsigned)b, c, least, most);
        failed++;
    }
}

struct goal {
    const char *name;
    double text, coloured, waiting, most; /* text on its ground */
};
static const struct goal goals[UI_THEME_COUNT] = {
    [UI_THEME_DEFAULT] = {"default", 12, 10, 7, 21},
    [UI_THEME_BLACK] = {"black", 21, 13, 12, 21}, /* yellow parts and the chosen tint: 13 */
    [UI_THEME_WHITE] = {"white", 21, 21, 10, 21},
    [UI_THEME_LOW_GLARE] = {"low-glare", 4.6, 4.6, 4.6, 8},
};

static void
test_contrast(void **state ATTR_UNUSED)
{
    static const char *const tones[UI_TONE_COUNT] = {
        "paper", "surface", "primary", "soft", "care", "done", "quiet", "band"};
    failed = 0;
    for (int theme = 0; theme < UI_THEME_COUNT; theme++) {
        const struct palette *p = theme_palette((enum ui_theme)theme);
        const struct goal *g = &goals[theme];
        const uint32_t grounds[] = {p->paper, p->surface};
        for (size_t i = 0; i < ARRAY_LEN(grounds); i++) {
            check(g->name, "ink", p->ink, grounds[i], g->text, g->most);
            check(g->name, "hint", p->hint, grounds[i], g->text < 12 ? g->text : 12, g->most);
            check(g->name, "accent", p->accent, grounds[i], g->coloured, g->most);
            check(g->name, "waiting", p->waiting, grounds[i], g->waiting, g->most);
            check(g->name, "rule", p->rule, grounds[i], 3, 21);
            check(g->name, "care words", p->tones[UI_TONE_CARE].ink, grounds[i],
                g->coloured < 10 ? g->coloured : 10, g->most);
            check(g->name, "done words", p->tones[UI_TONE_DONE].ink, grounds[i],
                g->coloured < 10 ? g->coloured : 10, g->most);
        }
        for (int tone = 0; tone < UI_TONE_COUNT; tone++) {
            const struct colours *c = &p->tones[tone];
            check(g->name, tones[tone], c->ink, c->ground, g->coloured, g->most);
        }
        check(
            g->name, "ink on chosen", p->ink, p->tones[UI_TONE_SOFT].ground, g->coloured, g->most);
        check(g->name, "ink on care", p->ink, p->tones[UI_TONE_CARE].ground, g->coloured, g->most);
        check(g->name, "words of a pressed button", p->accent_ink, p->accent, g->coloured, g->most);
        check(g->name, "words of a pressed main button", p->paper, p->ink, g->coloured, 21);
        check(g->name, "focus and its edge", p->focus, p->focus_edge, 3, 21);
        check(g->name, "focus edge and paper",
            contrast(p->focus_edge, p->paper) > contrast(p->focus, p->paper) ? p->focus_edge
                                                                             : p->focus,
            p->paper, 3, 21);
    }
    assert_int_equal(failed, 0);
}

/* 0.1 mm: kanji of body size 6.0, 7.3, 9.0 and 12.0 mm; nothing below the top bar's size. */
static void
test_sizes(void **state ATTR_UNUSED)
{
    const int small[UI_TEXT_SIZE_COUNT] = {60, 73, 90, 120};
    for (int text = 0; text < UI_TEXT_SIZE_COUNT; text++) {
        assert_int_equal(theme_size(UI_SIZE_SMALL, (enum ui_text_size)text), small[text]);
        for (int size = 0; size < UI_SIZE_COUNT; size++) {
            /* Keys stay as they are: 7.3 mm at least, in every text size. */
            bool fixed = theme_size((enum ui_size)size, UI_TEXT_HUGE) ==
                         theme_size((enum ui_size)size, UI_TEXT_SMALL);
            int least = fixed ? small[UI_TEXT_NORMAL] : small[text];
            assert_true(theme_size((enum ui_size)size, (enum ui_text_size)text) >= least);
        }
        assert_int_equal(theme_size(UI_SIZE_BAR, (enum ui_text_size)text), small[text]);
        assert_int_equal(theme_size(UI_SIZE_KEY, (enum ui_text_size)text), 160);
    }
    /* JIS S 0032: P = 27 S / V with V 0.4 at 60 cm is 17 points, 6.0 mm, for S = 1.5 mm: the least. */
    assert_true(small[0] * 72 / 254 >= 17);
    assert_int_equal(theme_size(UI_SIZE_TITLE, UI_TEXT_NORMAL), 139);
    assert_int_equal(theme_size(UI_SIZE_CHOICE, UI_TEXT_NORMAL), 99);
    assert_int_equal(theme_size(UI_SIZE_VALUE, UI_TEXT_NORMAL), 104);
    assert_int_equal(theme_size(UI_SIZE_HINT, UI_TEXT_NORMAL), 79);
}

/* A Burmese line is nearly twice as high as its type; a digit on a key needs no such line and would not fit. */
static void
test_line_heights(void **state)
{
    (void)state;
    assert_int_equal(theme_line_percent(UI_SIZE_KEYBOARD, "A", "my", false), 135);
    assert_int_equal(theme_line_percent(UI_SIZE_CHOICE, "2 / 5", "th", false), 135);
    assert_int_equal(theme_line_percent(UI_SIZE_CHOICE, "ရပ်ရန်", "my", false), 0);
    assert_int_equal(theme_line_percent(UI_SIZE_CHOICE, "1 ကြိမ်", "my", false), 0);
    assert_int_equal(theme_line_percent(UI_SIZE_CHOICE, "Không", "vi", false), 0);
    assert_int_equal(theme_line_percent(UI_SIZE_CHOICE, "", "my", false), 0);
    assert_int_equal(theme_line_percent(UI_SIZE_CHOICE, NULL, "my", false), 0);
    assert_int_equal(theme_line_percent(UI_SIZE_CHOICE, "2 / 5", "en", false), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contrast),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_line_heights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
