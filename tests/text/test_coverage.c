/* No character without a font: every word of every catalog, the Japanese of every content file, and CLDR's
 * exemplar sets (letters, auxiliary, marks, digits) of 21 languages, through the fonts that were built; and
 * the letters of a language come from the face that is meant for it. */
#include <dirent.h>
#include <stdio.h>
#include <unicode/ulocdata.h>
#include <unicode/uset.h>
#include <unicode/ustring.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "text/real_fonts.h"

static struct faces *faces;
static struct text_font_ops real;

/* Only coverage counts here: no glyph is measured. */
static int
no_width(void *ctx ATTR_UNUSED, int font ATTR_UNUSED, bool bold ATTR_UNUSED, int size ATTR_UNUSED,
    const char *text ATTR_UNUSED, size_t len, const char *script ATTR_UNUSED, bool rtl ATTR_UNUSED)
{
    return (int)len;
}

static struct text_layout *
lay(const char *text, size_t len, const char *language)
{
    struct text_font_ops ops = real;
    struct text_style style = {.size_px = 32, .language = language};
    struct text_layout *layout = NULL;

    ops.width = no_width;
    assert_int_equal(text_layout_new(text, len, &style, &ops, &layout), 0);
    return layout;
}

/* Text that may be longer than a layout, in pieces that end at a line's end. Returns the pieces in which
 * something is missing and names it. */
static int
look(const char *what, const char *language, const char *text, size_t len)
{
    int bad = 0;

    for (size_t from = 0, to; from < len; from = to) {
        to = len - from > 4000 ? from + 4000 : len;
        while (to < len && to > from && text[to - 1] != '\n') {
            to--;
        }
        assert_true(to > from);
        struct text_layout *layout = lay(text + from, to - from, language);
        if (text_layout_missing(layout) || text_layout_variant_lost(layout)) {
            bad++;
            for (size_t i = 0; i < text_layout_run_count(layout); i++) {
                const struct text_run *run = text_layout_run(layout, i);
                if (strncmp(run->text, "U+", 2) == 0) {
                    print_error("%s: no font has %s\n", what, run->text);
                }
            }
        }
        text_layout_free(layout);
    }
    return bad;
}

/* The words of a catalog: what stands in quotes behind msgstr, a line each; \n and \" as in C. */
static void
read_catalog(const char *path, struct buf *out)
{
    char line[8192];
    FILE *file = fopen(path, "r");
    bool inside = false;

    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        inside = strncmp(line, "msgstr", 6) == 0 || (inside && line[0] == '"');
        const char *at = inside ? strchr(line, '"') : NULL;
        for (at = at != NULL ? at + 1 : ""; at[0] != '\0' && !(at[0] == '"' && at[1] == '\n');
             at++) {
            if (at[0] == '\\' && at[1] != '\0') {
                at++;
                (void)buf_add_byte(out, at[0] == 'n' ? '\n' : (uint8_t)at[0]);
            } else {
                (void)buf_add_byte(out, (uint8_t)at[0]);
            }
        }
        if (inside) {
            (void)buf_add_byte(out, '\n');
        }
    }
    (void)fclose(file); /* only read */
    assert_int_equal(buf_error(out), 0);
}

static void
test_catalogs(void **state ATTR_UNUSED)
{
    DIR *folder = opendir("assets/po");
    int catalogs = 0;
    int bad = 0;

    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[512];
        char language[32];
        const char *dot = strstr(entry->d_name, ".po");
        if (dot == NULL || dot[3] != '\0') {
            continue;
        }
        (void)snprintf(path, sizeof path, "assets/po/%s", entry->d_name);
        (void)snprintf(
            language, sizeof language, "%.*s", (int)(dot - entry->d_name), entry->d_name);
        AUTO_BUF words;
        buf_init(&words, 4 << 20);
        read_catalog(path, &words);
        assert_true(words.len > 500);
        bad += look(path, language, buf_str(&words), words.len);
        catalogs++;
    }
    (void)closedir(folder);
    assert_int_equal(bad, 0);
    assert_true(catalogs >= 3);
}

static void
test_content(void **state ATTR_UNUSED)
{
    static const char *const folders[] = {
        "assets/procedures", "assets/dictionary", "assets/city", "assets/samples"};
    int files = 0;
    int bad = 0;

    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        DIR *folder = opendir(folders[i]);
        assert_non_null(folder);
        for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
            char path[512];
            AUTO_BUF text;
            (void)snprintf(path, sizeof path, "%s/%s", folders[i], entry->d_name);
            buf_init(&text, 1 << 20);
            if (entry->d_name[0] == '.' || fs_read(path, &text) < 0 ||
                !utf8_valid((const char *)text.data, text.len)) {
                continue;
            }
            bad += look(path, "ja", (const char *)text.data, text.len);
            files++;
        }
        (void)closedir(folder);
    }
    assert_int_equal(bad, 0);
    assert_true(files >= 5);
}

/* ---- CLDR ---- */

struct language {
    const char *locale, *tag, *font; /* font: what the standard letters come from; NULL: several */
};

static const struct language LANGUAGES[] = {
    {"ja", "ja", "biz"},
    {"zh_Hans", "zh-Hans", "sc"},
    {"zh_Hant", "zh-Hant", "tc"},
    {"ko", "ko", "kr"},
    {"vi", "vi", "noto"},
    {"fil", "fil", "noto"},
    {"ne", "ne", "devanagari"},
    {"pt", "pt-BR", "noto"},
    {"id", "id", "noto"},
    {"my", "my", "myanmar"},
    {"th", "th", "thai"},
    {"es", "es", "noto"},
    {"en", "en", "biz"},
    {"km", "km", "khmer"},
    {"mn", "mn", "noto"},
    {"si", "si", "sinhala"},
    {"bn", "bn", "bengali"},
    {"uk", "uk", "noto"},
    {"ru", "ru", "noto"},
    {"fr", "fr", "noto"},
    {"ur", "ur", "arabic"},
    {"lo", "lo", "lao"},
};

static void
add_units(struct buf *out, const UChar *units, int32_t count)
{
    char text[256];
    int32_t len = 0;
    UErrorCode status = U_ZERO_ERROR;

    u_strToUTF8(text, sizeof text, &len, units, count, &status);
    assert_true(U_SUCCESS(status));
    (void)buf_add(out, text, (size_t)len);
    assert_int_equal(buf_add_byte(out, '\n'), 0);
}

/* Every character and string of a set, a line each. */
static int
exemplars(ULocaleData *data, ULocaleDataExemplarSetType type, struct buf *out)
{
    UErrorCode status = U_ZERO_ERROR;
    USet *set = ulocdata_getExemplarSet(data, NULL, 0, type, &status);
    int count = 0;

    assert_true(U_SUCCESS(status));
    for (int32_t i = 0; i < uset_getItemCount(set); i++) {
        UChar units[64];
        UChar32 first;
        UChar32 last;
        UErrorCode item = U_ZERO_ERROR;
        int32_t len = uset_getItem(set, i, &first, &last, units, ARRAY_LEN(units), &item);
        assert_true(U_SUCCESS(item));
        if (len >= 2) {
            add_units(out, units, len);
            count++;
        }
        for (UChar32 code = first; len < 2 && code <= last; code++) {
            int32_t at = 0;
            U16_APPEND_UNSAFE(units, at, code);
            add_units(out, units, at);
            count++;
        }
    }
    uset_close(set);
    return count;
}

static void
test_exemplars(void **state ATTR_UNUSED)
{
    int bad = 0;
    int total = 0;

    for (size_t i = 0; i < ARRAY_LEN(LANGUAGES); i++) {
        const struct language *language = &LANGUAGES[i];
        UErrorCode status = U_ZERO_ERROR;
        ULocaleData *data = ulocdata_open(language->locale, &status);
        assert_true(U_SUCCESS(status));
        for (int type = ULOCDATA_ES_STANDARD; type < ULOCDATA_ES_COUNT; type++) {
            AUTO_BUF text;
            buf_init(&text, 1 << 20);
            total += exemplars(data, (ULocaleDataExemplarSetType)type, &text);
            if (text.len > 0) {
                bad += look(language->locale, language->tag, buf_str(&text), text.len);
            }
        }
        ulocdata_close(data);
    }
    assert_int_equal(bad, 0);
    assert_true(total > 20000); /* the sets were not empty */
}

/* A language's own letters come from its own face, each of them: no word is a patchwork. */
static void
test_own_face(void **state ATTR_UNUSED)
{
    int bad = 0;

    for (size_t i = 0; i < ARRAY_LEN(LANGUAGES); i++) {
        const struct language *language = &LANGUAGES[i];
        int font = real_fonts_number(language->font);
        UErrorCode status = U_ZERO_ERROR;
        ULocaleData *data = ulocdata_open(language->locale, &status);
        AUTO_BUF text;
        buf_init(&text, 1 << 20);
        assert_true(exemplars(data, ULOCDATA_ES_STANDARD, &text) > 20);
        ulocdata_close(data);
        const char *at = buf_str(&text);
        for (const char *end; *at != '\0'; at = end + 1) {
            end = strchr(at, '\n');
            struct text_layout *layout = lay(at, (size_t)(end - at), language->tag);
            for (size_t run = 0; run < text_layout_run_count(layout); run++) {
                const struct text_run *r = text_layout_run(layout, run);
                /* a mark alone, or a joiner, has no face of its own */
                if (r->font != font && strcmp(r->script, "Zyyy") != 0 && bad++ < 20) {
                    print_error("%s: %s comes from font %d\n", language->tag, r->text, r->font);
                }
            }
            text_layout_free(layout);
        }
    }
    assert_int_equal(bad, 0);
}

/* What has no font is noticed, by the same look. */
static void
test_control(void **state ATTR_UNUSED)
{
    static const char cuneiform[] = "\xf0\x92\x80\x80";
    struct text_layout *layout = lay(cuneiform, 4, "ja");

    assert_true(text_layout_missing(layout));
    assert_string_equal(text_layout_run(layout, 0)->text, "U+12000");
    text_layout_free(layout);
    static const char variant[] = "\xe3\x81\x82\xf3\xa0\x84\x80"; /* あ with U+E0100 */
    layout = lay(variant, sizeof variant - 1, "ja");
    assert_true(text_layout_variant_lost(layout));
    text_layout_free(layout);
}

/* Names: outside the first plane, by Adobe-Japan1, by Moji_Joho, in pieces and whole. */
static void
test_names(void **state ATTR_UNUSED)
{
    static const struct {
        const char *text, *font;
    } cases[] = {
        {"\u9ad9\u5d0e", "biz"}, /* 髙崎 */
        {"\U00020bb7", "jp"}, /* 𠮷 */
        {"\u845b\U000e0100", "biz"}, /* 葛, Adobe-Japan1 */
        {"\u8fbb\U000e0100", "biz"}, {"\u8fbb\U000e0102", "ipamj"}, /* 辻, Moji_Joho */
        {"\u9089\U000e010f", "ipamj"}, /* 邉 */
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct text_layout *layout = lay(cases[i].text, strlen(cases[i].text), "ja");
        assert_false(text_layout_missing(layout) || text_layout_variant_lost(layout));
        int font = text_layout_run(layout, 0)->font;
        if (font != real_fonts_number(cases[i].font)) {
            fail_msg("%s comes from font %d, not %s", cases[i].text, font, cases[i].font);
        }
        text_layout_free(layout);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_control),
        cmocka_unit_test(test_catalogs),
        cmocka_unit_test(test_content),
        cmocka_unit_test(test_exemplars),
        cmocka_unit_test(test_own_face),
        cmocka_unit_test(test_names),
    };

    faces = real_fonts();
    real = faces_ops(faces);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    faces_free(faces);
    return failed;
}
