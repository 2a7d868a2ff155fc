/* Whole layouts as text dumps: every line of tests/text/golden/cases.tsv with fonts that are tables, and of
 * languages.tsv (sentences in 22 languages) with the built fonts, is set and compared with NAME.txt beside
 * them. A missing file fails. After looking at what changed: `test_golden --update` writes them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buf.h"
#include "text/fake_fonts.h"
#include "text/real_fonts.h"
#include "text/text.h"

static bool update;

/* Beside this source file, wherever the program was built. */
static void
path_of(const char *name, const char *suffix, char *out, size_t cap)
{
    const char *slash = strrchr(__FILE__, '/');
    int dir = slash == NULL ? 0 : (int)(slash - __FILE__ + 1);

    int len = snprintf(out, cap, "%.*sgolden/%s%s", dir, __FILE__, name, suffix);
    assert_true(len > 0 && (size_t)len < cap);
}

static void
dump(const struct text_layout *layout, struct buf *out)
{
    buf_printf(out, "%d x %d, lines %zu%s%s\n", text_layout_width(layout),
        text_layout_height(layout), text_layout_lines(layout),
        text_layout_missing(layout) ? ", missing" : "",
        text_layout_variant_lost(layout) ? ", variant lost" : "");
    size_t line = SIZE_MAX;
    for (size_t i = 0; i < text_layout_run_count(layout); i++) {
        const struct text_run *run = text_layout_run(layout, i);
        if (run->line != line) {
            line = run->line;
            buf_printf(out, "line %zu, width %d\n", line, text_layout_line_width(layout, line));
        }
        buf_printf(out, "  %4d,%-4d w%-4d font %d %s %2d%s%s [%s]\n", run->x_px, run->baseline_px,
            run->width_px, run->font, run->script, run->size_px, run->rtl ? " rtl" : "",
            run->ruby ? " ruby" : "", run->text);
    }
    assert_int_equal(buf_error(out), 0);
}

static void
compare(const char *name, const struct buf *got)
{
    char path[512];
    AUTO_BUF want;

    buf_init(&want, 1 << 20);
    path_of(name, ".txt", path, sizeof(path));
    if (update) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(got->data, 1, got->len, file), got->len);
        assert_int_equal(fclose(file), 0);
        return;
    }
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fail_msg("no golden %s (%s); look at it, then --update:\n%s", path, strerror(errno),
            buf_str(got));
    }
    for (int c; (c = getc(file)) != EOF;) {
        assert_int_equal(buf_add_byte(&want, (uint8_t)c), 0);
    }
    (void)fclose(file); /* only read */
    if (strcmp(buf_str(&want), buf_str(got)) != 0) {
        fail_msg("%s differs: wanted\n%sgot\n%s", name, buf_str(&want), buf_str(got));
    }
}

/* "\n" in the case file is a line end of the text. */
static size_t
unescape(char *text)
{
    size_t out = 0;

    for (size_t in = 0; text[in] != '\0'; in++) {
        if (text[in] == '\\' && text[in + 1] == 'n') {
            text[out++] = '\n';
            in++;
        } else {
            text[out++] = text[in];
        }
    }
    text[out] = '\0';
    return out;
}

struct golden {
    char name[64], language[16];
    int size, width;
    struct text_layout *layout;
};

/* One line of a case file, set and compared. */
static void
set_case(struct golden *golden, char *line, const struct text_font_ops *ops)
{
    int text_at = 0;

    line[strcspn(line, "\n")] = '\0';
    assert_int_equal(sscanf(line, "%63s %15s %d %d %n", golden->name, golden->language,
                         &golden->size, &golden->width, &text_at),
        4);
    assert_true(text_at > 0);
    char *text = line + text_at;
    size_t len = unescape(text);
    struct text_style style = {
        .size_px = golden->size, .language = golden->language, .max_width_px = golden->width};
    assert_int_equal(text_layout_new(text, len, &style, ops, &golden->layout), 0);
    AUTO_BUF got;
    buf_init(&got, 1 << 20);
    buf_printf(&got, "%s, %d px in %d: %s\n", golden->language, golden->size, golden->width, text);
    dump(golden->layout, &got);
    compare(golden->name, &got);
}

/* Sets every case of a file and shows each layout to look. */
static int
set_cases(const char *file_name, const struct text_font_ops *ops,
    void (*look)(const struct golden *golden, void *ctx), void *ctx)
{
    char path[512];
    char line[4096];
    int cases = 0;

    path_of(file_name, ".tsv", path, sizeof(path));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        struct golden golden;
        if (line[0] == '#' || line[0] == '\n') {
            continue;
        }
        set_case(&golden, line, ops);
        if (look != NULL) {
            look(&golden, ctx);
        }
        text_layout_free(golden.layout);
        cases++;
    }
    (void)fclose(file); /* only read */
    return cases;
}

static void
test_cases(void **state)
{
    struct fake_fonts fake = {0};
    struct text_font_ops ops = fake_fonts_ops(&fake);

    (void)state;
    assert_true(set_cases("cases", &ops, NULL, NULL) >= 20);
}

static void
count_lines(const struct golden *golden, void *ctx)
{
    int *lines = ctx;

    *lines += (int)text_layout_lines(golden->layout);
}

/* A run is drawn as wide as it was measured, give or take the ink that leans out of it; a line's runs stand
 * side by side; and nothing is missing. */
static void
look_at_runs(const struct golden *golden, void *ctx)
{
    struct faces *faces = ctx;
    int x = 0;
    size_t line = SIZE_MAX;

    assert_false(text_layout_missing(golden->layout));
    assert_false(text_layout_variant_lost(golden->layout));
    for (size_t i = 0; i < text_layout_run_count(golden->layout); i++) {
        const struct text_run *run = text_layout_run(golden->layout, i);
        struct mask mask;
        int ascent;
        if (faces_render(faces, run, false, &mask, &ascent) == 0) {
            int drawn = mask.w;
            mask_release(&mask);
            if (abs(drawn - run->width_px) > golden->size / 10) {
                fail_msg(
                    "%s: measured %d, drawn %d: %s", golden->name, run->width_px, drawn, run->text);
            }
        }
        if (run->ruby) {
            continue;
        }
        if (run->line != line) {
            line = run->line;
            x = text_layout_line_left(golden->layout, line);
        }
        assert_true(run->x_px >= x);
        x = run->x_px + run->width_px;
        assert_true(x <= golden->width);
    }
}

/* A warm line takes 0.2 ms at most in any script when it is laid out anew (README: Time); here, with
 * sanitizers and whatever else the machine does, not 5 ms of processor time. */
static void
test_warm_line(void **state)
{
    enum { ROUNDS = 5 };
    struct faces *faces = real_fonts();
    struct text_font_ops ops = faces_ops(faces);

    (void)state;
    (void)set_cases("languages", &ops, NULL, NULL); /* opens, loads dictionaries */
    clock_t before = clock();
    int lines = 0;
    for (int i = 0; i < ROUNDS; i++) {
        (void)set_cases("languages", &ops, count_lines, &lines);
    }
    double ms = 1000.0 * (double)(clock() - before) / CLOCKS_PER_SEC / lines;
    assert_true(lines >= ROUNDS * 40);
    if (ms > 5) {
        fail_msg("%.2f ms a line", ms);
    }
    faces_free(faces);
}

static void
test_languages(void **state)
{
    struct faces *faces = real_fonts();
    struct text_font_ops ops = faces_ops(faces);

    (void)state;
    assert_int_equal(set_cases("languages", &ops, look_at_runs, faces), 23);
    faces_free(faces);
}

static void
test_missing_golden_is_noticed(void **state)
{
    char path[512];

    (void)state;
    path_of("there-is-no-such-case", ".txt", path, sizeof(path));
    FILE *file = fopen(path, "r");
    assert_null(file); /* nothing may have made one by itself */
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_warm_line),
        cmocka_unit_test(test_missing_golden_is_noticed),
    };

    update = argc > 1 && strcmp(argv[1], "--update") == 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
