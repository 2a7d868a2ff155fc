/* Ten screens as goldens in text: the element list as a play script dumps it, and the strokes into which
 * draw.c turns it (boxes, words, pictograms with their pixels and colours). Pictures are saved beside the
 * program for people to look at, and must be the same bytes when drawn twice. A missing golden fails;
 * after looking at what changed, `test_look --update` writes them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/fs.h"
#include "ui/scenes.h"
#include "ui/ui_priv.h"

static bool update;
static char pictures[512]; /* folder for the pictures */

/* ---- strokes as text ---- */

static void
write_fill(void *ctx, struct px_rect r, uint32_t colour)
{
    (void)buf_printf(ctx, "fill %d,%d %dx%d %06x\n", r.x, r.y, r.w, r.h, (unsigned)colour);
}

static void
write_box(void *ctx, const struct draw_box *b)
{
    (void)buf_printf(ctx, "box %d,%d %dx%d corner %d border %d%s %06x %06x\n", b->rect.x, b->rect.y,
        b->rect.w, b->rect.h, b->radius, b->border, b->dashed ? " dashed" : "", (unsigned)b->ground,
        (unsigned)b->edge);
}

static void
write_run(
    void *ctx, const struct text_run *run, int x, int y, bool bold, uint32_t colour, bool personal)
{
    (void)buf_printf(ctx, "text %d,%d %d%s %06x%s [%.*s]\n", x, y, run->size_px, bold ? "b" : "",
        (unsigned)colour, personal ? " personal" : "", (int)run->len, run->text);
}

static bool
write_picture(void *ctx, const char *name, struct px_rect r, uint32_t colour)
{
    (void)buf_printf(
        ctx, "picture %d,%d %dx%d %06x %s\n", r.x, r.y, r.w, r.h, (unsigned)colour, name);
    return true;
}

static void
write_strokes(struct ui *ui, struct buf *out)
{
    const struct draw_ops ops = {.fill = write_fill,
        .box = write_box,
        .run = write_run,
        .picture = write_picture,
        .ctx = out};
    struct drawing drawing = paint_drawing(ui);
    drawing.ops = &ops;
    for (size_t i = 0; i < ui_shown(ui)->count; i++) {
        draw_item(&drawing, &ui_shown(ui)->items[i]);
    }
}

/* ---- goldens ---- */

static void
path_of(const char *name, const char *suffix, char *out, size_t cap)
{
    const char *slash = strrchr(__FILE__, '/');
    int dir = slash == NULL ? 0 : (int)(slash - __FILE__ + 1);
    int len = snprintf(out, cap, "%.*sgolden/%s%s", dir, __FILE__, name, suffix);
    assert_true(len > 0 && (size_t)len < cap);
}

static void
compare(const char *name, const char *suffix, const struct buf *got)
{
    char path[512];
    AUTO_BUF want;
    buf_init(&want, 1 << 20);
    path_of(name, suffix, path, sizeof path);
    assert_int_equal(buf_error(got), 0);
    if (update) {
        assert_int_equal(fs_write_atomic(path, got->data, got->len, 0644), 0);
        return;
    }
    if (fs_read(path, &want) < 0) {
        fail_msg("%s is missing", path);
    }
    if (strcmp(buf_str(&want), buf_str(got)) != 0) {
        const char *a = buf_str(&want), *b = buf_str(got);
        int line = 1;
        while (*a == *b) {
            line += *a == '\n';
            a++;
            b++;
        }
        fail_msg("%s differs in line %d", path, line);
    }
}

static void
test_goldens(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(NULL);
    for (size_t i = 0; i < SCENE_COUNT; i++) {
        AUTO_BUF json, strokes;
        buf_init(&json, 1 << 20);
        buf_init(&strokes, 1 << 20);
        scene_show(ui, i);
        assert_int_equal(ui_dump(ui, &json), 0);
        compare(scenes[i].name, ".json", &json);
        write_strokes(ui, &strokes);
        compare(scenes[i].name, ".strokes", &strokes);
    }
    ui_free(ui);
}

/* Lines of different lengths in a language that reads from the right are centred one by one, too. */
struct seen {
    int left[8], right[8]; /* by line: edges of what was drawn */
    size_t lines;
    int last_y;
};

static void
see_run(void *ctx, const struct text_run *run, int x, int y, bool bold ATTR_UNUSED,
    uint32_t colour ATTR_UNUSED, bool personal ATTR_UNUSED)
{
    struct seen *seen = ctx;
    if (seen->lines == 0 || y != seen->last_y) {
        assert_true(seen->lines < ARRAY_LEN(seen->left));
        seen->left[seen->lines] = x;
        seen->right[seen->lines++] = x;
        seen->last_y = y;
    }
    size_t line = seen->lines - 1;
    seen->left[line] = x < seen->left[line] ? x : seen->left[line];
    int right = x + run->width_px;
    seen->right[line] = right > seen->right[line] ? right : seen->right[line];
}

static void
test_right_to_left_is_centred(void **state ATTR_UNUSED)
{
    static const char *const texts[] = {"\u0631\u06c1\u0627\u0626\u0634 \u06a9\u0627 "
                                        "\u0633\u0631\u0679\u06cc\u0641\u06a9\u06cc\u0679\n"
                                        "300 \u06cc\u0646",
        "\u4f4f\u6c11\u7968\u306e\u5199\u3057\n300\u5186"};
    static const char *const langs[] = {"ur", "ja"};
    struct ui *ui = scene_ui(NULL);
    for (int i = 0; i < 4; i++) {
        bool end = i >= 2;
        ui_begin(ui, "right-to-left");
        ui_add(ui, &(struct ui_element){.role = UI_ROLE_TEXT,
                       .rect = {0, 0, SCENE_W, 800},
                       .text = texts[i % 2],
                       .lang = langs[i % 2],
                       .align = end ? UI_ALIGN_END : UI_ALIGN_CENTRE,
                       .size = UI_SIZE_BODY});
        ui_end(ui);
        struct seen seen = {.lines = 0};
        struct drawing drawing = paint_drawing(ui);
        struct draw_ops ops = *drawing.ops;
        ops.run = see_run;
        ops.ctx = &seen;
        drawing.ops = &ops;
        struct px_rect area = draw_rect(&drawing, ui_shown(ui)->items[0].e.rect);
        draw_item(&drawing, &ui_shown(ui)->items[0]);
        assert_int_equal(seen.lines, 2);
        for (size_t line = 0; line < 2; line++) {
            int before = seen.left[line] - area.x;
            int behind = area.x + area.w - seen.right[line];
            assert_in_range(before, 50, 1919);
            assert_true(end ? behind == 0 : abs(before - behind) <= 2);
        }
    }
    ui_free(ui);
}

static void
see_caret(void *ctx, struct px_rect r, uint32_t colour ATTR_UNUSED)
{
    int *left = ctx;
    assert_int_equal(*left, 0); /* one */
    *left = r.x;
}

static void
no_run(void *ctx ATTR_UNUSED, const struct text_run *run ATTR_UNUSED, int x ATTR_UNUSED,
    int y ATTR_UNUSED, bool bold ATTR_UNUSED, uint32_t colour ATTR_UNUSED,
    bool personal ATTR_UNUSED)
{
}

static void
no_box(void *ctx ATTR_UNUSED, const struct draw_box *box ATTR_UNUSED)
{
}

/* Left edge of the caret of a field with this text. */
static int
caret_at(struct ui *ui, const char *text, const char *lang, int caret)
{
    int left = 0;
    ui_begin(ui, "page");
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_FIELD,
                   .rect = {500, 500, 3000, 400}, /* ruby has its room */
                   .text = text,
                   .lang = lang,
                   .size = UI_SIZE_KEY,
                   .bold = true,
                   .caret = caret});
    ui_end(ui);
    struct draw_ops ops = {.fill = see_caret, .box = no_box, .run = no_run, .ctx = &left};
    struct drawing drawing = paint_drawing(ui);
    drawing.ops = &ops;
    draw_item(&drawing, &ui_shown(ui)->items[0]);
    return left;
}

/* What is written goes on before its unit, where the caret is; with nothing written yet, too. */
static void
test_caret_before_the_unit(void **state ATTR_UNUSED)
{
    static const struct {
        const char *lang, *digits, *with_unit, *none;
    } cases[] = {{"ja", "12", "12\u5186", " \u5186"}, {"ja", "1,200", "1,200 \u5186", " \u5186"},
        {"ja-easy", "12", "12{\u5186|\u3048\u3093}", " {\u5186|\u3048\u3093}"},
        {"my", "12", "12 \u101a\u1014\u103a\u1038", "  \u101a\u1014\u103a\u1038"},
        {"en", "7", "7 yen", "  yen"}};
    struct ui *ui = scene_ui(NULL);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int empty = caret_at(ui, "", cases[i].lang, 0);
        int digits = caret_at(ui, cases[i].digits, cases[i].lang, 0);
        int after = (int)strlen(cases[i].digits) + 1;
        assert_true(digits > empty);
        assert_int_equal(caret_at(ui, cases[i].with_unit, cases[i].lang, after), digits);
        assert_int_equal(caret_at(ui, cases[i].none, cases[i].lang, 1), empty);
        assert_true(caret_at(ui, cases[i].with_unit, cases[i].lang, 0) > digits + 10);
    }
    ui_free(ui);
}

/* Every state of every role that can be touched, in each theme: strokes must differ between states by
 * more than colour. */
static void
strip_colours(struct buf *buf)
{
    char *text = (char *)buf->data;
    for (size_t i = 0; i + 6 <= buf->len; i++) {
        if ((i == 0 || text[i - 1] == ' ') && strspn(text + i, "0123456789abcdef") == 6) {
            memset(text + i, '-', 6);
        }
    }
}

static void
test_state_is_more_than_colour(void **state ATTR_UNUSED)
{
    static const enum ui_role roles[] = {UI_ROLE_BUTTON, UI_ROLE_MAIN, UI_ROLE_CHOICE,
        UI_ROLE_CHECK, UI_ROLE_DOOR, UI_ROLE_KEY, UI_ROLE_FIELD};
    static const unsigned states[] = {UI_STATE_CHOSEN, UI_STATE_WAITING, UI_STATE_FOCUSED};
    struct ui *ui = scene_ui(NULL);
    for (size_t r = 0; r < ARRAY_LEN(roles); r++) {
        AUTO_BUF plain;
        buf_init(&plain, 1 << 16);
        for (size_t s = 0; s <= ARRAY_LEN(states); s++) {
            AUTO_BUF with;
            buf_init(&with, 1 << 16);
            ui_begin(ui, "page");
            ui_add(ui, &(struct ui_element){.id = "x",
                           .role = roles[r],
                           .text = "つぎへ",
                           .size = UI_SIZE_VALUE,
                           .rect = {500, 500, 1200, 300},
                           .state = s == 0 ? 0 : states[s - 1]});
            ui_end(ui);
            write_strokes(ui, s == 0 ? &plain : &with);
            strip_colours(s == 0 ? &plain : &with);
            if (s > 0 && strcmp(buf_str(&plain), buf_str(&with)) == 0) {
                fail_msg(
                    "role %s: state %u shows in colour alone", dump_role(roles[r]), states[s - 1]);
            }
        }
    }
    ui_free(ui);
}

static void
shoot(struct ui *ui, const char *name, const char *suffix, struct buf *ret_png)
{
    char path[768];
    (void)snprintf(path, sizeof path, "%s/%s%s.png", pictures, name, suffix);
    assert_int_equal(ui_shot(ui, path), 0);
    buf_init(ret_png, 16 << 20);
    assert_int_equal(fs_read(path, ret_png), 0);
}

static void
test_pictures_repeat(void **state ATTR_UNUSED)
{
    struct ui *one = scene_ui(NULL);
    for (size_t i = 0; i < SCENE_COUNT; i++) {
        AUTO_BUF a;
        scene_show(one, i);
        shoot(one, scenes[i].name, "", &a);
        if (i % 3 == 0) { /* the same from nothing, with cold caches */
            AUTO_BUF b;
            struct ui *two = scene_ui(NULL);
            scene_show(two, i);
            shoot(two, scenes[i].name, "-again", &b);
            assert_int_equal(a.len, b.len);
            assert_memory_equal(a.data, b.data, a.len);
            ui_free(two);
        }
    }
    ui_free(one);
}

static const char *const theme_names[UI_THEME_COUNT] = {"default", "black", "white", "low-glare"};

/* Every theme and text size draws; pictures of the question page for people. */
static void
test_themes_and_sizes(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(NULL);
    for (int theme = 0; theme < UI_THEME_COUNT; theme++) {
        for (int size = 0; size < UI_TEXT_SIZE_COUNT; size++) {
            char suffix[64];
            AUTO_BUF png;
            ui_set_language(ui, "ja");
            ui_set_theme(ui, (enum ui_theme)theme);
            ui_set_text_size(ui, (enum ui_text_size)size);
            ui_begin(ui, "question");
            scene_question(ui);
            ui_end(ui);
            (void)ui_key(ui, "down");
            (void)snprintf(suffix, sizeof suffix, "-%s-%d", theme_names[theme], size + 1);
            shoot(ui, "question", suffix, &png);
        }
    }
    ui_free(ui);
}

/* Every pictogram of the family is drawn by the SVG reader, and has ink. */
static int
try_pictogram(const char *name, void *ctx)
{
    char path[512];
    struct mask mask;
    int *count = ctx;
    (void)snprintf(path, sizeof path, "assets/theme/%s", name);
    if (window_svg(path, 92, 92, &mask) < 0) {
        print_error("%s is not drawn\n", name);
        return -1;
    }
    size_t ink = 0;
    for (int i = 0; i < mask.w * mask.h; i++) {
        ink += mask.coverage[i] > 128;
    }
    mask_release(&mask);
    if (ink < 40) {
        print_error("%s is nearly empty: %zu pixels\n", name, ink);
        return -1;
    }
    ++*count;
    return 0;
}

static void
test_pictograms(void **state ATTR_UNUSED)
{
    static const char *const needed[] = {"help", "globe", "contrast", "speaker", "house",
        "document", "baby", "heart", "people", "trash", "shield", "question", "card", "card-down",
        "card-round", "arrow-left", "arrow-right", "check", "phone", "clock", "counter", "staff",
        "bell", "pen", "lock", "reader", "printer", "wait", "number-keypad", "yen"};
    int count = 0;
    assert_int_equal(fs_each("assets/theme", ".svg", try_pictogram, &count), 0);
    for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "assets/theme/%s.svg", needed[i]);
        if (!fs_exists(path)) {
            fail_msg("%s is missing", path);
        }
    }
    assert_true(count >= (int)ARRAY_LEN(needed));
}

/* A word on a key becomes smaller before it is broken: "わからない", not "わからな" and "い". */
static void
test_whole_words(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(NULL);
    struct words words = {.text = "わからない",
        .size_px = 40,
        .min_px = 20,
        .line_percent = 125,
        .bold = true,
        .label = true,
        .language = "ja"};
    struct words_fit fit;
    words_fit(ui->layouts, &ui->fonts, &words, 125, 200, &fit);
    assert_false(fit.overflow);
    assert_int_equal(text_layout_lines(fit.main), 1);
    assert_false(text_layout_torn(fit.main));
    words.min_px = 40; /* nothing smaller is allowed: it is broken, and says so */
    words_fit(ui->layouts, &ui->fonts, &words, 125, 200, &fit);
    assert_int_equal(text_layout_lines(fit.main), 2);
    assert_true(text_layout_torn(fit.main));
    ui_free(ui);
}

/* So narrow a key leaves its word more than its usual air. */
static void
test_word_on_a_narrow_key(void **state ATTR_UNUSED)
{
    struct ui *ui = scene_ui(NULL);
    ui_begin(ui, "key");
    ui_add(ui, &(struct ui_element){.role = UI_ROLE_KEY,
                   .id = "key:abc",
                   .rect = {500, 500, 178, 180},
                   .text = "abc",
                   .lang = "ja",
                   .size = UI_SIZE_BAR,
                   .align = UI_ALIGN_CENTRE});
    ui_end(ui);
    struct seen seen = {.lines = 0};
    struct drawing drawing = paint_drawing(ui);
    struct draw_ops ops = *drawing.ops;
    ops.box = no_box;
    ops.run = see_run;
    ops.ctx = &seen;
    drawing.ops = &ops;
    draw_item(&drawing, &ui_shown(ui)->items[0]);
    assert_int_equal(seen.lines, 1);
    ui_free(ui);
}

/* However wide the place, a line of reading ends after 22 kanji, in any script. */
static void
test_line_length(void **state ATTR_UNUSED)
{
    static const struct {
        const char *tag, *letter;
        int most;
    } cases[] = {{"ja", "\u56fd", 22}, {"zh-Hant", "\u56fd", 22}, {"ko", "\u56fd", 22},
        {"th", "\u56fd", 22}};
    struct ui *ui = scene_ui(NULL);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ui_set_language(ui, cases[i].tag);
        AUTO_BUF text;
        buf_init(&text, 1024);
        for (int n = 0; n < cases[i].most; n++) {
            (void)buf_add_str(&text, cases[i].letter);
        }
        int one = ui_text_height(ui, buf_str(&text), 4700, UI_SIZE_SMALL, false);
        (void)buf_add_str(&text, cases[i].letter);
        int two = ui_text_height(ui, buf_str(&text), 4700, UI_SIZE_SMALL, false);
        assert_true(two > one * 3 / 2);
        struct ui_element element = {.role = UI_ROLE_TEXT,
            .rect = {.w = 4700},
            .text = buf_str(&text),
            .size = UI_SIZE_SMALL};
        int w;
        int h;
        ui_natural(ui, &element, &w, &h);
        assert_true(h > one * 3 / 2);
    }
    ui_free(ui);
}

int
main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    int dir = slash == NULL ? 0 : (int)(slash - argv[0] + 1);
    update = argc > 1 && strcmp(argv[1], "--update") == 0;
    (void)snprintf(pictures, sizeof pictures, "%.*spictures", dir, argv[0]);
    if (mkdir(pictures, 0755) != 0 && errno != EEXIST) {
        (void)fprintf(stderr, "%s can't be made\n", pictures);
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goldens),
        cmocka_unit_test(test_line_length),
        cmocka_unit_test(test_whole_words),
        cmocka_unit_test(test_word_on_a_narrow_key),
        cmocka_unit_test(test_right_to_left_is_centred),
        cmocka_unit_test(test_caret_before_the_unit),
        cmocka_unit_test(test_state_is_more_than_colour),
        cmocka_unit_test(test_pictures_repeat),
        cmocka_unit_test(test_themes_and_sizes),
        cmocka_unit_test(test_pictograms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
