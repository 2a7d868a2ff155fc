/* Variation sequences of real fonts, and of every broken one: truncated at each length of a small font, and
 * with bytes flipped. Known sequences are those that the fonts were measured to have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fs.h"
#include "ui/ui_priv.h"

#define BIZ "/usr/share/fonts/truetype/bizud-gothic/BIZUDPGothic-Regular.ttf"
#define CJK "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"

static void
test_real_fonts(void **state ATTR_UNUSED)
{
    static const struct {
        const char *path;
        int face;
        uint32_t code, selector;
        bool covered;
    } cases[] = {
        {BIZ, 0, 0x845b, 0xe0100, true}, /* 葛 */
        {BIZ, 0, 0x8fbb, 0xe0100, true}, /* 辻 */
        {BIZ, 0, 0x8fbb, 0xe0102, false}, /* of the Moji_Joho collection */
        {BIZ, 0, 0x3042, 0xe0100, false}, /* あ has none */
        {BIZ, 0, 0x845b, 0xe01ef, false}, {BIZ, 0, 0x845b, 0xfe00, false},
        {CJK, 0, 0x845b, 0xe0100, true}, {CJK, 0, 0x9089, 0xe0100, true}, /* 邉 is U+9089 */
        {CJK, 0, 0x3042, 0xe0100, false}, {CJK, 99, 0x845b, 0xe0100, false}, /* no such face */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF font;
        buf_init(&font, 64 << 20);
        assert_int_equal(fs_read(cases[i].path, &font), 0);
        bool got =
            variant_covered(font.data, font.len, cases[i].face, cases[i].code, cases[i].selector);
        if (got != cases[i].covered) {
            fail_msg("case %zu: U+%04X U+%05X is %d", i, cases[i].code, cases[i].selector, got);
        }
    }
}

/* A font of nothing but sequences: 葛 E0100 usual, 葛 E0101 and 辻 E0101 of their own. */
static const uint8_t small[] = {
    0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, /* one table */
    'c', 'm', 'a', 'p', 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 0, /* at 28 */
    0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 12, /* one subtable, 12 further */
    0, 14, 0, 0, 0, 0, 0, 0, 0, 2, /* format 14, two selectors */
    0x0e, 0x01, 0x00, 0, 0, 0, 32, 0, 0, 0, 0, /* E0100: default at 32 */
    0x0e, 0x01, 0x01, 0, 0, 0, 0, 0, 0, 0, 40, /* E0101: others at 40 */
    0, 0, 0, 1, 0x00, 0x84, 0x5a, 2, /* 845A..845C */
    0, 0, 0, 2, 0x00, 0x84, 0x5b, 0, 7, 0x00, 0x8f, 0xbb, 0, 8, /* two */
};

static void
test_small(void **state ATTR_UNUSED)
{
    static const struct {
        uint32_t code, selector;
        bool covered;
    } cases[] = {
        {0x8459, 0xe0100, false},
        {0x845a, 0xe0100, true},
        {0x845b, 0xe0100, true},
        {0x845c, 0xe0100, true},
        {0x845d, 0xe0100, false},
        {0x845b, 0xe0101, true},
        {0x8fbb, 0xe0101, true},
        {0x8fba, 0xe0101, false},
        {0x845b, 0xe0102, false},
        {0x845b, 0xe00ff, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        bool got = variant_covered(small, sizeof small, 0, cases[i].code, cases[i].selector);
        if (got != cases[i].covered) {
            fail_msg("U+%04X U+%05X is %d", cases[i].code, cases[i].selector, got);
        }
    }
}

/* Copies on the heap of the exact length, so that a read behind the end is seen. */
static void
try_bytes(const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    memcpy(copy, data, len);
    (void)variant_covered(copy, len, 0, 0x845b, 0xe0100);
    (void)variant_covered(copy, len, 1, 0x8fbb, 0xe0101);
    free(copy);
}

static void
test_broken(void **state ATTR_UNUSED)
{
    for (size_t len = 0; len <= sizeof small; len++) {
        try_bytes(small, len);
        assert_true(len == sizeof small || !variant_covered(small, len, 0, 0x8fbb, 0xe0101));
    }
    uint8_t bad[sizeof small];
    for (size_t at = 0; at < sizeof small; at++) {
        for (int bit = 0; bit < 8; bit++) {
            memcpy(bad, small, sizeof small);
            bad[at] = (uint8_t)(bad[at] ^ 1U << bit);
            try_bytes(bad, sizeof bad);
        }
        memcpy(bad, small, sizeof small);
        bad[at] = 0xff;
        try_bytes(bad, sizeof bad);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_fonts),
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
