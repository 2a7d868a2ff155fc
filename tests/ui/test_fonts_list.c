/* The list of fonts as outside bytes: what is taken, what is refused, and every truncation of a good list
 * without a crash. The fonts themselves are measured as the room text will ask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "ui/ui_priv.h"

#define REGULAR "/usr/share/fonts/truetype/bizud-gothic/BIZUDPGothic-Regular.ttf"
#define BOLD "/usr/share/fonts/truetype/bizud-gothic/BIZUDPGothic-Bold.ttf"
#define CJK "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
#define FONT(name, files) "font " name " " files

static char path[128];

static int
load(const char *text, size_t len, struct faces **ret_faces)
{
    assert_int_equal(fs_write_atomic(path, text, len, 0600), 0);
    return faces_new(path, ret_faces);
}

static void
test_lists(void **state ATTR_UNUSED)
{
    static const struct {
        const char *text;
        int error, count;
    } cases[] = {
        {FONT("a", REGULAR) "\n", 0, 1},
        {FONT("a", REGULAR " " BOLD), 0, 1},
        {"# words\n\n  font a " REGULAR "\t" BOLD "\t # more\n" FONT("b", CJK "#2 -") "\n", 0, 2},
        {FONT("a", REGULAR) "\r\n", 0, 1},
        {FONT("a", "/no/such/font.ttf|no-such.ttf|" REGULAR), 0, 1},
        {FONT("a", CJK "#255"), 0, 1},
        {FONT("a", REGULAR) "\norder ko,zh-Hant a\n", 0, 1},
        {FONT("abcdefghijklmnopqrstuvw", REGULAR), 0, 1},
        {"", KERR_UI_FONT, 0},
        {"# nothing\n", KERR_UI_FONT, 0},
        {REGULAR "\n", KERR_UI_FONT, 0},
        {"font a\n", KERR_UI_FONT, 0},
        {FONT("abcdefghijklmnopqrstuvwx", REGULAR), KERR_UI_FONT, 0},
        {FONT("a", REGULAR " - more"), KERR_UI_FONT, 0},
        {FONT("a", REGULAR) "\n" FONT("a", CJK), KERR_UI_FONT, 0},
        {FONT("a", "/no/such/font.ttf"), KERR_UI_FONT, 0},
        {FONT("a", "/no/such/font.ttf|no-such.ttf"), KERR_UI_FONT, 0},
        {FONT("a", REGULAR " /no/such/bold.ttf"), KERR_UI_FONT, 0},
        {FONT("a", CJK "#x"), KERR_UI_FONT, 0},
        {FONT("a", CJK "#"), KERR_UI_FONT, 0},
        {FONT("a", CJK "#-1"), KERR_UI_FONT, 0},
        {FONT("a", CJK "#256"), KERR_UI_FONT, 0},
        {FONT("a", CJK "#99999999999"), KERR_UI_FONT, 0},
        {"order ko a\n", KERR_UI_FONT, 0},
        {FONT("a", REGULAR) "\norder ko\n", KERR_UI_FONT, 0},
        {FONT("a", REGULAR) "\norder ko b\n", KERR_UI_FONT, 0},
        {FONT("a", REGULAR) "\norder ko a a\n", KERR_UI_FONT, 0},
        {FONT("a", REGULAR) "\norder ko,,ja a\n", KERR_UI_FONT, 0},
        {FONT("a", REGULAR) "\norder ko-Hang-KR-x-long a\n", KERR_UI_FONT, 0},
        {FONT("a", REGULAR) "\norder ko a\n" FONT("b", CJK), KERR_UI_FONT, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct faces *faces = NULL;
        int error = load(cases[i].text, strlen(cases[i].text), &faces);
        if (error != cases[i].error) {
            fail_msg("case %zu: %d, expected %d", i, error, cases[i].error);
        }
        assert_int_equal(error == 0 ? faces_ops(faces).count : 0, cases[i].count);
        faces_free(faces);
    }
}

static void
test_too_many(void **state ATTR_UNUSED)
{
    AUTO_BUF text;
    struct faces *faces = NULL;
    buf_init(&text, 1 << 16);
    for (int i = 0; i < TEXT_FONTS_MAX; i++) {
        (void)buf_printf(&text, FONT("f%d", REGULAR) "\n", i);
    }
    assert_int_equal(load(buf_str(&text), text.len, &faces), 0);
    faces_free(faces);
    faces = NULL;
    size_t full = text.len;
    (void)buf_add_str(&text, FONT("more", REGULAR) "\n");
    assert_int_equal(load(buf_str(&text), text.len, &faces), KERR_UI_FONT);
    assert_null(faces);
    text.len = full;
    for (int i = 0; i < TEXT_FONT_ORDERS_MAX; i++) {
        (void)buf_printf(&text, "order x%d f3\n", i);
    }
    assert_int_equal(load(buf_str(&text), text.len, &faces), 0);
    faces_free(faces);
    faces = NULL;
    (void)buf_add_str(&text, "order more f3\n");
    assert_int_equal(load(buf_str(&text), text.len, &faces), KERR_UI_FONT);
    assert_null(faces);
}

/* A tag is asked for as it is, then shorter; every order holds every font once. */
static void
test_orders(void **state ATTR_UNUSED)
{
    static const char list[] = FONT("a", REGULAR) "\n" FONT("b", CJK) "\n" FONT(
        "c", BOLD) "\n"
                   "order zh c\norder zh-Hant,vi b c\n";
    static const struct {
        const char *tag;
        uint8_t order[3];
    } cases[] = {
        {"ja", {0, 1, 2}},
        {"", {0, 1, 2}},
        {"z", {0, 1, 2}},
        {"zh", {2, 0, 1}},
        {"zh-Hans", {2, 0, 1}},
        {"zh_CN", {2, 0, 1}},
        {"zh-Hant", {1, 2, 0}},
        {"zh-Hant-TW", {1, 2, 0}},
        {"zh-Hantx", {2, 0, 1}},
        {"zhx", {0, 1, 2}},
        {"vi", {1, 2, 0}},
    };
    struct faces *faces = NULL;
    assert_int_equal(load(list, sizeof list - 1, &faces), 0);
    struct text_font_ops ops = faces_ops(faces);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_memory_equal(ops.order(ops.ctx, cases[i].tag), cases[i].order, 3);
    }
    faces_free(faces);
}

static void
test_truncated_and_flipped(void **state ATTR_UNUSED)
{
    static const char good[] = "# a list\n" FONT("a", REGULAR " " BOLD) "\n" FONT(
        "b", "none|" CJK "#1") "\norder ko,zh b a\n";
    char bad[sizeof good];
    for (size_t len = 0; len < sizeof good; len++) {
        struct faces *faces = NULL;
        int error = load(good, len, &faces);
        assert_true(error == 0 || error == KERR_UI_FONT);
        assert_true((error == 0) == (faces != NULL));
        faces_free(faces);
    }
    for (size_t at = 0; at + 1 < sizeof good; at++) {
        struct faces *faces = NULL;
        memcpy(bad, good, sizeof good);
        bad[at] = (char)(bad[at] ^ 0x80);
        (void)load(bad, sizeof bad - 1, &faces);
        faces_free(faces);
    }
}

/* A file that is no font covers nothing and draws nothing; nothing crashes. */
static void
test_no_font_inside(void **state ATTR_UNUSED)
{
    struct faces *faces = NULL;
    assert_int_equal(
        load("font a /etc/passwd\n", 19, &faces), 0); /* readable; opened when needed */
    struct text_font_ops ops = faces_ops(faces);
    assert_false(ops.covers(ops.ctx, 0, 'a', 0));
    assert_int_equal(ops.width(ops.ctx, 0, false, 32, "a", 1, "Latn", false), 0);
    assert_int_equal(ops.ascent(ops.ctx, 0, false, 32), 0);
    struct text_run run = {.text = "a", .len = 1, .script = "Latn", .size_px = 32};
    struct mask mask;
    int ascent;
    assert_int_equal(faces_render(faces, &run, false, &mask, &ascent), KERR_UI_FONT);
    faces_free(faces);
}

static void
test_measures(void **state ATTR_UNUSED)
{
    struct faces *faces = NULL;
    static const char list[] = FONT("a", REGULAR " " BOLD) "\n" FONT("b", CJK) "\n";
    assert_int_equal(load(list, sizeof list - 1, &faces), 0);
    struct text_font_ops ops = faces_ops(faces);
    assert_true(ops.covers(ops.ctx, 0, 0x5bb6, 0)); /* 家 */
    assert_false(ops.covers(ops.ctx, 0, 0x20bb7, 0)); /* not in BIZ UD */
    assert_true(ops.covers(ops.ctx, 1, 0x20bb7, 0));
    assert_int_equal(ops.width(ops.ctx, 0, false, 40, "家族", 6, "Hani", false), 80);
    int narrow = ops.width(ops.ctx, 0, false, 40, "abc", 3, "Latn", false);
    int wide = ops.width(ops.ctx, 0, true, 40, "abc", 3, "Latn", false);
    assert_true(narrow > 0 && wide > narrow);
    assert_int_equal(ops.width(ops.ctx, 0, false, 40, "abcdef", 3, "Latn", false), narrow);
    /* A run is as wide as it was measured to be, and its coverage ends where its ink ends. */
    struct text_run run = {.text = "家族xyz", .len = 6, .script = "Hani", .size_px = 40};
    struct mask mask;
    int ascent = 0;
    assert_int_equal(faces_render(faces, &run, false, &mask, &ascent), 0);
    assert_true(mask.w >= 76 && mask.w <= 84);
    assert_true(ascent > 30 && ascent < 45);
    mask_release(&mask);
    faces_wipe(faces);
    assert_int_equal(ops.width(ops.ctx, 0, false, 40, "家族", 6, "Hani", false), 80);
    faces_free(faces);
}

int
main(void)
{
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(
        path, sizeof path, "%s/fonts-list-%d", tmp != NULL ? tmp : "/tmp", (int)getpid());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_truncated_and_flipped),
        cmocka_unit_test(test_no_font_inside),
        cmocka_unit_test(test_measures),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)unlink(path);
    return failed;
}
