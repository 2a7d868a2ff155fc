/* Text stays text: whatever a visitor or a card gives, the page and the JSON line hold it as such. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cJSON.h>
#include <cmocka.h>
#include <string.h>

#include "base/rng.h"
#include "base/utf8.h"
#include "desk/desk_priv.h"

static void
html_is(const char *in, size_t len, const char *expected)
{
    AUTO_BUF out;
    buf_init(&out, 64 * 1024);
    desk_html_text(&out, in, len);
    assert_int_equal(buf_error(&out), 0);
    assert_string_equal(buf_str(&out), expected);
}

static void
test_table(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        size_t len;
        const char *out;
    } table[] = {
#define TEXT(s) s, sizeof(s) - 1
        {TEXT(""), ""},
        {TEXT("日立 花子"), "日立 花子"},
        {TEXT("<script>alert(1)</script>"), "&lt;script&gt;alert(1)&lt;/script&gt;"},
        {TEXT("\" onmouseover='x' a=\""), "&quot; onmouseover=&#39;x&#39; a=&quot;"},
        {TEXT("a & b &lt;"), "a &amp; b &amp;lt;"},
        {TEXT("a\0b"), "a[0x00]b"},
        {TEXT("a\nb\tc"), "a\nb\tc"},
        {TEXT("a\rb\x1b[2J"), "a[U+000D]b[U+001B][2J"},
        {TEXT("\x7f"), "[U+007F]"},
        {TEXT("\xc2\x85"), "[U+0085]"},
        {TEXT("花\xe2\x80\xae子"), "花[U+202E]子"},
        {TEXT("\xe2\x81\xa6x\xe2\x81\xa9"), "[U+2066]x[U+2069]"},
        {TEXT("\xd8\x9c\xe2\x80\x8e"), "[U+061C][U+200E]"},
        {TEXT("\xef\xbb\xbfx"), "[U+FEFF]x"},
        {TEXT("葛\xf3\xa0\x84\x80城"), "葛\xf3\xa0\x84\x80城"}, /* an IVS is part of the name */
        {TEXT("𠮷野"), "𠮷野"},
        {TEXT("\xff"), "[0xFF]"},
        {TEXT("\xc0\xbc"), "[0xC0][0xBC]"}, /* overlong < */
        {TEXT("\xed\xa0\x80"), "[0xED][0xA0][0x80]"}, /* a surrogate */
        {TEXT("\xe6\x97"), "[0xE6][0x97]"}, /* cut short */
        {TEXT("\xf0<"), "[0xF0]&lt;"},
#undef TEXT
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        html_is(table[i].in, table[i].len, table[i].out);
    }
}

static void
test_any_bytes(void **state)
{
    (void)state;
    struct rng_seeded rng = {.state = 42};
    for (int round = 0; round < 20000; round++) {
        char in[48];
        AUTO_BUF out;
        buf_init(&out, 4096);
        size_t len = rng_seeded_below(&rng, sizeof(in));
        for (size_t i = 0; i < len; i++) {
            in[i] = (char)rng_seeded_below(&rng, 256);
        }
        desk_html_text(&out, in, len);
        assert_int_equal(buf_error(&out), 0);
        assert_null(strpbrk(buf_str(&out), "<>\"'"));
        assert_true(utf8_valid(buf_str(&out), out.len));
    }
}

static void
test_four_kilobytes(void **state)
{
    (void)state;
    char in[4096];
    AUTO_BUF out;
    buf_init(&out, sizeof(in) * 6);
    memset(in, '"', sizeof(in));
    desk_html_text(&out, in, sizeof(in));
    assert_int_equal(buf_error(&out), 0);
    assert_int_equal(out.len, sizeof(in) * 6);
    AUTO_BUF small;
    buf_init(&small, 100);
    desk_html_text(&small, in, sizeof(in));
    assert_true(buf_error(&small) != 0); /* a bound is an error, not a cut page */
}

static void
test_json(void **state)
{
    (void)state;
    static const char *const table[] = {"", "日立 花子", "a\"b\\c", "\x01\x1f\x7f", "a\nb",
        "</script>", "𠮷", "葛\xf3\xa0\x84\x80"};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        AUTO_BUF out;
        buf_init(&out, 4096);
        desk_json_text(&out, table[i]);
        cJSON *json = cJSON_Parse(buf_str(&out));
        assert_non_null(json);
        assert_string_equal(cJSON_GetStringValue(json), table[i]);
        cJSON_Delete(json);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_four_kilobytes),
        cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
