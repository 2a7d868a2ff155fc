/* Layouts by rule: line breaking tables, kinsoku over thousands of made-up texts, ruby that never
 * collides, fonts by grapheme, hostile bytes. What a rule can't say is in test_golden.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <time.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "text/fake_fonts.h"
#include "text/text.h"
#include "text/text_priv.h"

enum { SIZE = 20 };

static struct text_layout *
lay(const char *text, size_t len, const char *language, int width)
{
    struct fake_fonts fake = {0};
    struct text_font_ops ops = fake_fonts_ops(&fake);
    struct text_style style = {.size_px = SIZE, .language = language, .max_width_px = width};
    struct text_layout *layout = NULL;

    assert_int_equal(text_layout_new(text, len, &style, &ops, &layout), 0);
    assert_false(fake.unterminated);
    return layout;
}

/* The lines of a left-to-right layout, ruby left out, with | between. */
static void
join(const struct text_layout *layout, struct buf *out)
{
    size_t line = 0;

    for (size_t i = 0; i < text_layout_run_count(layout); i++) {
        const struct text_run *run = text_layout_run(layout, i);
        assert_true(run->line >= line);
        for (; line < run->line; line++) {
            buf_add_byte(out, '|');
        }
        if (!run->ruby) {
            buf_add(out, run->text, run->len);
        }
    }
    for (; line + 1 < text_layout_lines(layout); line++) {
        buf_add_byte(out, '|');
    }
    assert_int_equal(buf_error(out), 0);
}

struct line_case {
    const char *language;
    int ems; /* width of a line */
    const char *text, *lines;
};

static void
check_lines(const struct line_case *cases, size_t count)
{
    int failed = 0;

    for (size_t i = 0; i < count; i++) {
        struct text_layout *layout =
            lay(cases[i].text, strlen(cases[i].text), cases[i].language, cases[i].ems * SIZE);
        AUTO_BUF got;
        buf_init(&got, 4096);
        join(layout, &got);
        if (strcmp(buf_str(&got), cases[i].lines) != 0) {
            failed++;
            print_error("%s in %d: wanted %s, got %s\n", cases[i].text, cases[i].ems,
                cases[i].lines, buf_str(&got));
        }
        text_layout_free(layout);
    }
    assert_int_equal(failed, 0);
}

static void
test_lines(void **state)
{
    static const struct line_case cases[] = {
        {"ja", 5, "これはペンです。", "これは|ペンです。"},
        /* Kinsoku: nothing but ICU's strict rules stands between these and a wrong line start. */
        {"ja", 4, "あいうえ。おか", "あい|うえ。|おか"},
        {"ja", 3, "ラーーーメン", "ラーー|ーメン"}, /* no legal end within reach */
        {"ja", 5, "カタカナラーメン", "カタカナ|ラーメン"},
        {"ja", 4, "佐々木佐々木", "佐々木|佐々木"},
        {"ja", 5, "書いて「あいう」", "書いて|「あいう」"},
        /* Known bad phrases of ICU 72. */
        {"ja", 6, "ここを押してください", "ここを押して|ください"},
        {"ja", 7, "このまどぐちできます", "このまどぐち|できます"},
        {"ja", 8, "そのまま続けられます。", "そのまま|続けられます。"},
        {"ja", 8, "次に、お急ぎのときは", "次に、お急ぎの|ときは"},
        {"ja", 8, "窓口で番号を決め直せます", "窓口で番号を|決め直せます"},
        {"ja", 12, "この機械がいっぱいになりました", "この機械が|いっぱいになりました"},
        {"ja", 6, "次に、お急ぎ", "次に、お急ぎ"},
        {"ja", 5, "次に、お急ぎ", "次に、|お急ぎ"},
        {"ja", 10, "読み取れませんでした。", "読み取れません|でした。"},
        {"ja", 10, "送信していません。", "送信していません。"},
        /* A phrase end that leaves the line under 60 % full is not taken when it needn't be. */
        {"ja", 10, "まず、国民健康保険資格喪失届出書を", "まず、国民健康保険|資格喪失届出書を"},
        {"ja", 10, "番号の国民健康保険資格喪失届出書", "番号の国民健康保険|資格喪失届出書"},
        {"ja", 10, "今、国民健康保険資格喪失届出書", "今、国民健康保険資格|喪失届出書"},
        {"ja", 10, "ください。大丈夫です。", "ください。|大丈夫です。"},
        {"ja", 7, "番号は4827\u00a01936です", "番号は|4827 1936です"},
        {"ja", 3, "4827\u00a01936", "4827 1|936"},
        {"ja", 4, "あと10月10日", "あと|10月10日"},
        {"ja", 0, "一行の長い長い長い長い文です。", "一行の長い長い長い長い文です。"},
        {"ja", 5, "一\r\n二\n\n三", "一|二||三"},
        {"ja", 5, "一\xe2\x80\xa8二\xc2\x85三\v四", "一|二|三|四"},
        {"ja", 5, "終わり\n", "終わり|"},
        {"ja", 5, "", ""},
        {"ja", 4, "漢字　　　かな", "漢字|かな"}, /* U+3000 hangs */
        {"ja", 1, "あ", "あ"},
        {"en", 4, "to be or not", "to be or|not"},
        {"en", 4, "to be or    not", "to be or|not"},
        {"en", 4, "unbreakable", "unbreaka|ble"},
        {"en", 4, "abcdefg hi   ", "abcdefg|hi   "}, /* spaces that fit are seen */
        {"en", 3, "semi\xc2\xadnar", "semi-|nar"},
        {"en", 9, "semi\xc2\xadnar", "seminar"},
        {"en", 4, "a\tb", "a b"},
        {"fr", 4, "a b c d e", "a b c d|e"}, /* a language without a row of its own */
        {"ko", 6, "주민등록 등본을", "주민등록|등본을"},
        {"th", 5, "กรุณาแตะหน้าจอ", "กรุณาแตะ|หน้าจอ"},
        {"zh-Hans", 5, "请将您的卡片。放在", "请将您的卡|片。放在"},
        /* Broken markup is text. */
        {"ja", 0, "{漢字|かんじ}です", "漢字です"},
        {"ja", 0, "{漢字}{|}{|か}{漢|}{漢", "{漢字}{|}{|か}{漢|}{漢"},
        {"ja", 0, "{{漢|か}", "{漢"},
        {"ja", 0, "{漢|か|ん}", "{漢|か|ん}"},
        {"ja", 0, "{漢\n|か}", "{漢||か}"},
        /* No break inside a group; wider than a line, it becomes text. */
        {"ja", 4, "あい{手続|てつづ}う", "あい|手続う"},
        {"ja", 2, "{手続|てつづきのしかた}", "手続|（て|つづ|きの|しか|た）"},
    };

    (void)state;
    check_lines(cases, ARRAY_LEN(cases));
}

/* Words that stay whole, and phrases that say themselves where they end. */
static void
test_words_stay_whole(void **state)
{
    static const struct line_case cases[] = {
        {"ja", 10, "手続きありがとうございました", "手続きありがとう|ございました"},
        {"ja", 9, "カードを、もう一度置いてください。", "カードを、もう一度|置いてください。"},
        {"ja", 12, "この画面はマイナンバーカードで", "この画面は|マイナンバーカードで"},
        {"ja", 2, "ください", "くだ|さい"}, /* wider than the line */
        /* Easy Japanese says itself where its phrases are. */
        {"ja-easy", 9, "おかねを はらいます。", "おかねを|はらいます。"},
        {"ja-easy", 10, "いっしょに すんでいる ひとは", "いっしょに|すんでいる ひとは"},
        /* So does Burmese, for its endings; and an official term stays whole in another language. */
        {"my", 13, "ဒီနံပါတ်ဖြင့် ဆက်လုပ်နိုင်ပါသည်။", "ဒီနံပါတ်ဖြင့်|ဆက်လုပ်နိုင်ပါသည်။"},
        /* Thai words that ICU would cut, or cut into. */
        {"th", 6, "เขียนบัตรไซริว", "เขียนบัตร|ไซริว"},
        {"th", 7, "บัตรมายนัมเบอร์", "บัตร|มายนัมเบอร์"},
        {"th", 3, "ขอบริจาค", "ขอบริจ|าค"}, /* wider than the line: not ขอบ */
        {"en", 8, "register (住民票) now", "register|(住民票) now"},
    };

    (void)state;
    check_lines(cases, ARRAY_LEN(cases));
}

/* A small generator of our own, so that a failure can be repeated. */
static uint32_t
next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static const char *const NO_LINE_START =
    "、。，．・：；？！ーゝゞ々ヽヾ）」』】〉》〕ぁぃぅぇぉっゃゅょァィゥェォッャュョ％";
static const char *const NO_LINE_END = "（「『【〈《〔";

static bool
has_char(const char *set, const char *text, size_t len)
{
    size_t pos = 0;
    uint32_t code = utf8_next(text, len, &pos);

    for (size_t at = 0; at < strlen(set);) {
        if (utf8_next(set, strlen(set), &at) == code) {
            return true;
        }
    }
    return false;
}

static size_t
last_char(const char *text, size_t len)
{
    size_t at = len - 1;

    while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80) {
        at--;
    }
    return at;
}

/* Texts of words, each at most once followed by a mark that may not start a line or preceded by one that
 * may not end one: some legal break is always within reach of ten ems, so there is no excuse. */
static void
test_kinsoku(void **state)
{
    static const char *const words[] = {"手", "続", "き", "を", "し", "ま", "す", "カ", "ド", "市",
        "AB", "の", "は", "届", "転出", "ください", "メ", "ン"};
    uint32_t seed = 1;
    int breaks = 0;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        AUTO_BUF text;
        buf_init(&text, 4096);
        for (int i = 0; i < 40; i++) {
            uint32_t dice = next_random(&seed) % 8;
            const char *set = dice == 0 ? NO_LINE_END : dice <= 2 ? NO_LINE_START : NULL;
            size_t pick = set == NULL ? 0 : 3 * (next_random(&seed) % (strlen(set) / 3));
            const char *word = words[next_random(&seed) % ARRAY_LEN(words)];
            if (dice == 0) {
                buf_add(&text, set + pick, 3);
            }
            buf_add_str(&text, word);
            if (dice == 1 || dice == 2) {
                buf_add(&text, set + pick, 3);
            }
        }
        int max = (int)(10 + next_random(&seed) % 12) * SIZE;
        struct text_layout *layout = lay(buf_str(&text), text.len, "ja", max);
        assert_true(text_layout_width(layout) <= max);
        for (size_t i = 0; i < text_layout_run_count(layout); i++) {
            const struct text_run *run = text_layout_run(layout, i);
            bool first = i > 0 && text_layout_run(layout, i - 1)->line != run->line;
            bool last = i + 1 < text_layout_run_count(layout) &&
                        text_layout_run(layout, i + 1)->line != run->line;
            breaks += first;
            if (first && has_char(NO_LINE_START, run->text, run->len)) {
                fail_msg("line starts with %s in %s", run->text, buf_str(&text));
            }
            size_t tail = last_char(run->text, run->len);
            if (last && has_char(NO_LINE_END, run->text + tail, run->len - tail)) {
                fail_msg("line ends with %s in %s", run->text, buf_str(&text));
            }
        }
        text_layout_free(layout);
    }
    assert_true(breaks > 5000);
}

/* Whatever the width: all of the text is there, in order, and no line is too wide. */
static void
test_nothing_is_lost(void **state)
{
    static const char *const parts[] = {"手", "続き", "カード", "を", "。", "「", "」", "AB",
        "word", "𠮷", "葛\U000e0100", "{漢字|かんじ}", "{承|うけたまわ}", "か\u3099", "12", "ー"};
    uint32_t seed = 7;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        AUTO_BUF text;
        AUTO_BUF got;
        char plain[4096];
        buf_init(&text, 2048);
        buf_init(&got, 4096);
        for (uint32_t i = next_random(&seed) % 30; i < 30; i++) {
            buf_add_str(&text, parts[next_random(&seed) % ARRAY_LEN(parts)]);
        }
        int max = (int)(60 + next_random(&seed) % 300);
        struct text_layout *layout = lay(buf_str(&text), text.len, "ja", max);
        for (size_t i = 0; i < text_layout_run_count(layout); i++) {
            const struct text_run *run = text_layout_run(layout, i);
            assert_true(run->x_px >= 0 && run->x_px + run->width_px <= max);
            if (!run->ruby) {
                buf_add(&got, run->text, run->len);
            }
        }
        (void)text_plain(buf_str(&text), plain, sizeof(plain)); /* fits: parts are short */
        assert_string_equal(buf_str(&got), plain);
        text_layout_free(layout);
    }
}

/* Rubies of one line never touch each other, and stay over their base or kana without ruby. */
static void
test_ruby_never_collides(void **state)
{
    static const char *const parts[] = {"{志|こころざし}", "{県|けん}", "{承|うけたまわ}",
        "{手続|てつづ}", "{市|し}", "の", "に", "漢", "ア", "ー", "。"};
    uint32_t seed = 3;
    int overhangs = 0;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        AUTO_BUF text;
        buf_init(&text, 2048);
        for (int i = 0; i < 12; i++) {
            buf_add_str(&text, parts[next_random(&seed) % ARRAY_LEN(parts)]);
        }
        struct text_layout *layout =
            lay(buf_str(&text), text.len, "ja", (int)(80 + next_random(&seed) % 200));
        int base_end = 0;
        int ruby_end = 0;
        size_t line = SIZE_MAX;
        for (size_t i = 0; i < text_layout_run_count(layout); i++) {
            const struct text_run *run = text_layout_run(layout, i);
            if (run->line != line) {
                line = run->line;
                base_end = ruby_end = 0;
            }
            int *end = run->ruby ? &ruby_end : &base_end;
            if (run->x_px < *end) {
                fail_msg("%s at %d, before %d, in %s", run->text, run->x_px, *end, buf_str(&text));
            }
            *end = run->x_px + run->width_px;
            /* A run of base text that starts under the ruby before it must be kana, and lends no
             * more than half a ruby em. */
            if (!run->ruby && run->x_px < ruby_end && i > 0 &&
                text_layout_run(layout, i - 1)->ruby &&
                text_layout_run(layout, i - 1)->line == line) {
                bool kana = has_char("のにアー", run->text, run->len);
                assert_true(kana && ruby_end - run->x_px <= SIZE / 4);
                overhangs++;
            }
        }
        text_layout_free(layout);
    }
    assert_true(overhangs > 500);
}

static void
test_ruby_places(void **state)
{
    /* Ruby em 10. x of each run, ruby marked by being smaller. */
    static const struct {
        const char *text;
        int x[8], count, width;
    } cases[] = {
        {"{手続|てつづ}", {0, 1, 15, 28}, 4, 40}, /* 10 left over: 1:2:2:1 */
        {"{方|かた}", {0, 0}, 2, 20},
        {"{志|こころざし}", {15, 0}, 2, 50}, /* alone: padded on both sides */
        {"の{志|こころざし}の", {0, 30, 15, 60}, 4, 80}, /* 5 over each kana */
        {"漢{志|こころざし}漢", {0, 35, 20, 70}, 4, 90}, /* none over kanji */
        {"の{志|ここ}の", {0, 20, 20, 40}, 4, 60},
        {"{志|こころざし}{承|うけたまわ}", {15, 0, 67, 52}, 4, 102}, /* a gap of 2 between */
        {"ｱ{志|こころざし}", {0, 25, 10}, 3, 60}, /* half-width kana lend nothing */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct text_layout *layout = lay(cases[i].text, strlen(cases[i].text), "ja", 0);
        assert_int_equal(text_layout_run_count(layout), cases[i].count);
        assert_int_equal(text_layout_width(layout), cases[i].width);
        for (int j = 0; j < cases[i].count; j++) {
            const struct text_run *run = text_layout_run(layout, (size_t)j);
            if (run->x_px != cases[i].x[j]) {
                fail_msg("%s: run %d at %d, wanted %d", cases[i].text, j, run->x_px, cases[i].x[j]);
            }
            assert_int_equal(run->size_px, run->ruby ? SIZE / 2 : SIZE);
            assert_true(run->ruby ? run->baseline_px < 22 : run->baseline_px > 22);
        }
        text_layout_free(layout);
    }
}

static void
test_heights(void **state)
{
    static const struct {
        const char *language, *text;
        int percent, height;
    } cases[] = {
        {"ja", "漢字", 0, 30},
        {"ja-easy", "{漢|か}", 0, 38},
        {"ja", "{漢|か}\n漢字", 0, 76}, /* a line without ruby is as high as its neighbour */
        {"en", "text", 0, 27},
        {"my", "text", 0, 37},
        {"xx", "text", 0, 28},
        {"", "text", 0, 28},
        {"jav", "text", 0, 28}, /* not Japanese */
        {"ja", "漢字", 120, 24},
        {"ja", "{漢|か}", 120, 31}, /* never so low that ruby runs into the line above */
        {"ja", "", 0, 30},
        {"ja", "\n", 0, 60},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fake_fonts fake = {0};
        struct text_font_ops ops = fake_fonts_ops(&fake);
        struct text_style style = {.size_px = SIZE,
            .language = cases[i].language,
            .line_height_percent = cases[i].percent};
        struct text_layout *layout = NULL;
        assert_int_equal(
            text_layout_new(cases[i].text, strlen(cases[i].text), &style, &ops, &layout), 0);
        assert_int_equal(text_layout_height(layout), cases[i].height);
        text_layout_free(layout);
    }
}

static void
test_fonts(void **state)
{
    static const struct {
        const char *text, *runs; /* font:text, separated by blanks */
        bool missing, lost;
    } cases[] = {
        {"𠮷田", "1:𠮷 0:田", false, false},
        {"葛\U000e0100", "0:葛\U000e0100", false, false},
        {"邉\U000e0101", "1:邉\U000e0101", false, false}, /* base is in font 0, variant is not */
        {"邉\U000e0105", "0:邉\U000e0105", false, true},
        {"邉", "0:邉", false, false},
        {"一\ufe0f", "0:一\ufe0f", false, false}, /* asks for a style, not for a letter */
        {"か\u3099", "0:か\u3099", false, false},
        {"e\u0301", "0:e\u0301", false, false}, /* composed, font 0 has it */
        {"Nguy\u1ec5n An", "1:Nguy\u1ec5n_An", false, false}, /* one font for a name */
        {"e\u0302\u0323", "1:e\u0302\u0323", false, false}, /* marks in the other order */
        {"q\u0301", "0:q 0:U+0301", true, false},
        {"😀", "0:U+1F600", true, false},
        {"\x01", "0:U+0001", true, false},
        {"\U0010fffd", "0:U+10FFFD", true, false},
        {"あ\u200b\u2060\u202aい\u202c\ufeff", "0:あい", false, false},
        {"\ufe0f", "0:\ufe0f", false, false},
        {"\u2003a", "0:_a", false, false}, /* a space that no font has is a space */
        {"محمد", "2:محمد", false, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct text_layout *layout = lay(cases[i].text, strlen(cases[i].text), "ja", 0);
        AUTO_BUF got;
        buf_init(&got, 1024);
        for (size_t j = 0; j < text_layout_run_count(layout); j++) {
            const struct text_run *run = text_layout_run(layout, j);
            buf_printf(&got, "%s%d:", j == 0 ? "" : " ", run->font);
            for (size_t k = 0; k < run->len; k++) {
                buf_add_byte(&got, run->text[k] == ' ' ? '_' : (uint8_t)run->text[k]);
            }
        }
        assert_string_equal(buf_str(&got), cases[i].runs);
        assert_int_equal(text_layout_missing(layout), cases[i].missing);
        assert_int_equal(text_layout_variant_lost(layout), cases[i].lost);
        text_layout_free(layout);
    }
}

static void
test_plain(void **state)
{
    static const struct {
        const char *text;
        size_t cap;
        const char *plain;
        size_t need;
    } cases[] = {
        {"{漢字|かんじ}です", 64, "漢字です", 12},
        {"{漢字|かんじ}です", 13, "漢字です", 12},
        {"{漢字|かんじ}です", 12, "漢字で", 12},
        {"{漢字|かんじ}です", 8, "漢字", 12},
        {"{漢字|かんじ}です", 3, "", 12},
        {"{漢字|かんじ}です", 1, "", 12},
        {"a{b|}c", 64, "a{b|}c", 6},
        {"", 64, "", 0},
        {"{{{{{a|b}", 64, "{{{{a", 5},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char out[64];
        memset(out, 'x', sizeof(out));
        assert_int_equal(text_plain(cases[i].text, out, cases[i].cap), cases[i].need);
        assert_string_equal(out, cases[i].plain);
    }
    assert_int_equal(text_plain("abc", NULL, 0), 3);
}

static void
test_bounds(void **state)
{
    static char big[TEXT_BYTES_MAX + 1];
    struct fake_fonts fake = {0};
    struct text_font_ops ops = fake_fonts_ops(&fake);
    struct text_style style = {.size_px = SIZE, .language = "ja", .max_width_px = 100};
    struct text_layout *layout = NULL;

    (void)state;
    memset(big, 'a', sizeof(big));
    assert_int_equal(text_layout_new(big, sizeof(big), &style, &ops, &layout), KERR_TOO_BIG);
    assert_int_equal(text_layout_new("\xff", 1, &style, &ops, &layout), KERR_INVALID);
    assert_int_equal(text_layout_new("a\0b", 3, &style, &ops, &layout), KERR_INVALID);
    style.size_px = 0;
    assert_int_equal(text_layout_new("a", 1, &style, &ops, &layout), KERR_INVALID);
    style.size_px = TEXT_SIZE_MAX + 1;
    assert_int_equal(text_layout_new("a", 1, &style, &ops, &layout), KERR_TOO_BIG);
    style.size_px = SIZE;
    ops.count = 0;
    assert_int_equal(text_layout_new("a", 1, &style, &ops, &layout), KERR_INVALID);
    assert_null(layout); /* untouched on failure */
    text_layout_free(NULL);
}

/* Lays text out at several widths; it must end, and soon. */
static void
survive(const char *text, size_t len)
{
    static const int widths[] = {0, 1, 37, 400};
    static const char *const languages[] = {"ja", "en", "ar", "th", "ko"};

    for (size_t i = 0; i < ARRAY_LEN(widths) * ARRAY_LEN(languages); i++) {
        struct fake_fonts fake = {0};
        struct text_font_ops ops = fake_fonts_ops(&fake);
        struct text_style style = {.size_px = SIZE,
            .language = languages[i % ARRAY_LEN(languages)],
            .max_width_px = widths[i / ARRAY_LEN(languages)]};
        struct text_layout *layout = NULL;
        int rc = text_layout_new(text, len, &style, &ops, &layout);
        assert_int_equal(rc, utf8_valid(text, len) ? 0 : KERR_INVALID);
        text_layout_free(layout);
    }
}

static void
test_truncations_and_flips(void **state)
{
    static const char text[] =
        "{日立|ひたち}市の𠮷田さん\U000e0100、محمد علي (300)。\nกรุณา {志|こころざし}e\u0301\u202e!";
    char copy[sizeof(text)];

    (void)state;
    for (size_t len = 0; len < sizeof(text); len++) {
        survive(text, len);
    }
    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        for (int bit = 0; bit < 8; bit++) {
            memcpy(copy, text, sizeof(text));
            copy[i] = (char)(copy[i] ^ (1 << bit));
            survive(copy, sizeof(text) - 1);
        }
    }
}

static void
repeat(const char *unit, size_t max, struct buf *out)
{
    size_t len = strlen(unit);

    buf_init(out, TEXT_BYTES_MAX);
    while (out->len + len <= max) {
        assert_int_equal(buf_add(out, unit, len), 0);
    }
}

static void
test_hostile(void **state)
{
    static const struct {
        const char *unit;
        size_t max;
    } cases[] = {
        {"漢", TEXT_BYTES_MAX},
        {"a", TEXT_BYTES_MAX},
        {" ", TEXT_BYTES_MAX},
        {"\u3000", TEXT_BYTES_MAX},
        {"。", TEXT_BYTES_MAX},
        {"\u0301", 2000}, /* a thousand marks on nothing */
        {"\U000e0100", 4000}, /* selectors of nothing */
        {"\ufe0f", 3000},
        {"{", TEXT_BYTES_MAX},
        {"{a|", TEXT_BYTES_MAX},
        {"{a|b}", TEXT_BYTES_MAX},
        {"{a|bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb}", 6000},
        {"{a|b}\n", 6000},
        {"{漢字漢字漢字漢字|か}\n", 6000},
        {"\u202e\u2066", 6000}, /* deeper than bidi allows */
        {"ا(", 6000},
        {"\x01", 6000}, /* each drawn as its code point */
        {"\n", TEXT_BYTES_MAX},
        {"\u200d", 6000},
        {"か\u3099", 6000},
        {"พ", 6000}, /* one endless word for the dictionary */
        {"ー", 6000},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct timespec start;
        struct timespec end;
        AUTO_BUF text;
        repeat(cases[i].unit, cases[i].max, &text);
        (void)clock_gettime(CLOCK_MONOTONIC, &start); /* has no way to fail */
        survive((const char *)text.data, text.len);
        (void)clock_gettime(CLOCK_MONOTONIC, &end);
        double seconds =
            (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
        if (seconds > 20) { /* 20 layouts, sanitizers on */
            fail_msg("%zu bytes of %s took %.1f s", text.len, cases[i].unit, seconds);
        }
    }
    AUTO_BUF marks;
    repeat("\u0301", 2000, &marks);
    AUTO_BUF letter;
    buf_init(&letter, 4000);
    buf_add_str(&letter, "e");
    buf_add(&letter, marks.data, marks.len);
    survive((const char *)letter.data, letter.len);
}

/* The number of measurements grows with the text, not with its square. */
static void
test_measurements_are_few(void **state)
{
    AUTO_BUF text;
    struct fake_fonts fake = {0};
    struct text_font_ops ops = fake_fonts_ops(&fake);
    struct text_style style = {.size_px = SIZE, .language = "ja", .max_width_px = 20 * SIZE};
    struct text_layout *layout = NULL;

    (void)state;
    repeat("手続きを選んで、ください。", 12000, &text);
    assert_int_equal(text_layout_new((const char *)text.data, text.len, &style, &ops, &layout), 0);
    assert_true((size_t)fake.widths < 10 * text_layout_lines(layout));
    text_layout_free(layout);
}

/* free() of what was never wiped shows here: this stands in for the C library's. */
static const char *watched;
static bool watched_wiped;

void
explicit_bzero(void *memory, size_t len)
{
    volatile unsigned char *bytes = memory;
    const char *first = memory;

    if (watched != NULL && watched >= first && watched < first + len) {
        watched_wiped = true;
    }
    while (len > 0) {
        bytes[--len] = 0;
    }
}

static void
test_free_wipes(void **state)
{
    struct text_layout *layout = lay("花子", strlen("花子"), "ja", 0);

    (void)state;
    watched = text_layout_run(layout, 0)->text;
    watched_wiped = false;
    assert_memory_equal(watched, "花子", strlen("花子"));
    text_layout_free(layout);
    assert_true(watched_wiped);
    watched = NULL;
}

/* The iterators live as long as the thread; the text they saw must not. */
static void
test_iterators_forget(void **state)
{
    struct text_layout *layout = lay("花子さんの手続きです。", 33, "ja", 5 * SIZE);

    (void)state;
    text_layout_free(layout);
    for (int rules = 0; rules < TEXT_RULES_COUNT; rules++) {
        UBreakIterator *it = NULL;
        assert_int_equal(text_iterator((enum text_rules)rules, &it), 0);
        assert_int_equal(ubrk_last(it), 0);
    }
}

static void
test_bidi(void **state)
{
    /* Runs from left to right; the Arabic one is shaped from its right end. */
    static const struct {
        const char *language, *text, *runs;
    } cases[] = {
        {"ja", "氏名محمد علي様", "氏名 <محمد_علي 様"},
        {"ja", "محمد 300円", "300 <_ <محمد 円"}, /* the number follows the name: to its left */
        {"ar", "محمد 様", "様 <محمد_"},
        {"ja", "\u202eab\u202c", "<ab"},
        {"ja", "ab", "ab"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct text_layout *layout =
            lay(cases[i].text, strlen(cases[i].text), cases[i].language, 0);
        int x = 0;
        AUTO_BUF got;
        buf_init(&got, 1024);
        for (size_t j = 0; j < text_layout_run_count(layout); j++) {
            const struct text_run *run = text_layout_run(layout, j);
            assert_int_equal(run->x_px, x);
            x += run->width_px;
            buf_printf(&got, "%s%s", j == 0 ? "" : " ", run->rtl ? "<" : "");
            for (size_t k = 0; k < run->len; k++) {
                buf_add_byte(&got, run->text[k] == ' ' ? '_' : (uint8_t)run->text[k]);
            }
        }
        assert_string_equal(buf_str(&got), cases[i].runs);
        text_layout_free(layout);
    }
    /* A language that reads from the right stands at the right. */
    struct text_layout *layout = lay("محمد علي\nعلي", strlen("محمد علي\nعلي"), "ar", 0);
    assert_int_equal(text_layout_line_width(layout, 1), 30);
    assert_int_equal(text_layout_line_left(layout, 0), 0);
    assert_int_equal(text_layout_line_left(layout, 1), text_layout_width(layout) - 30);
    assert_int_equal(text_layout_run(layout, 1)->x_px, text_layout_width(layout) - 30);
    text_layout_free(layout);
}

static void *
thread_main(void *arg)
{
    for (int i = 0; i < 50; i++) {
        struct text_layout *layout = lay("カードを読み取り機の上に置いてください。", 60, "ja", 120);
        AUTO_BUF got;
        buf_init(&got, 1024);
        join(layout, &got);
        assert_string_equal(buf_str(&got), "カードを|読み取り機の|上に置いて|ください。");
        text_layout_free(layout);
    }
    return arg;
}

static void
test_threads(void **state)
{
    pthread_t threads[3];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, thread_main, NULL), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
}

/* A line that was measured last is not measured again to be placed (without that: 6). */
static void
test_measured_once(void **state)
{
    static const char text[] = "请将您的个人编号卡放在读卡器上，手续费";
    struct fake_fonts fake = {0};
    struct text_font_ops ops = fake_fonts_ops(&fake);
    struct text_style style = {.size_px = SIZE, .language = "zh-Hans", .max_width_px = 10 * SIZE};
    struct text_layout *layout = NULL;

    (void)state;
    assert_int_equal(text_layout_new(text, sizeof(text) - 1, &style, &ops, &layout), 0);
    assert_int_equal(text_layout_lines(layout), 2);
    text_layout_free(layout);
    assert_in_range(fake.widths, 2, 4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_words_stay_whole),
        cmocka_unit_test(test_kinsoku),
        cmocka_unit_test(test_nothing_is_lost),
        cmocka_unit_test(test_ruby_never_collides),
        cmocka_unit_test(test_ruby_places),
        cmocka_unit_test(test_heights),
        cmocka_unit_test(test_fonts),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_truncations_and_flips),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_measurements_are_few),
        cmocka_unit_test(test_free_wipes),
        cmocka_unit_test(test_iterators_forget),
        cmocka_unit_test(test_bidi),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_measured_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
