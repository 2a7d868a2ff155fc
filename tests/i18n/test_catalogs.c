/* tests/i18n/test_catalogs.c - the real catalogs, as they were built: 14 languages in order, each with words of its
 * own, values written its way; and what 14 of them cost. Completeness is `kioskctl check`'s (procedure/test_check). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "i18n/i18n.h"

static const struct {
    const char *code;
    const char *name;
    const char *next; /* the main button */
    const char *date; /* 1941-03-05 */
    const char *first; /* 2019-05-01, the first day of an era */
    const char *before; /* 1860-01-02, an era without words */
    const char *yen; /* 12345 */
} languages[] = {
    {"ja", "日本語", "つぎへ", "昭和16年（1941年）3月5日", "令和元年（2019年）5月1日",
        "1860年1月2日", "12,345円"},
    {"ja-easy", "やさしい日本語", "つぎへ",
        "{昭和|しょうわ}16{年|ねん}（1941{年|ねん}）3{月|がつ}5{日|にち}",
        "{令和|れいわ}{元|がん}{年|ねん}（2019{年|ねん}）5{月|がつ}1{日|にち}",
        "1860{年|ねん}1{月|がつ}2{日|にち}", "12,345{円|えん}"},
    {"en", "English", "Continue", "5 March 1941 (Showa 16)", "1 May 2019 (Reiwa 1)",
        "2 January 1860", "12,345 yen"},
    {"zh-Hans", "简体中文", "继续", "1941年3月5日（昭和16年）", "2019年5月1日（令和元年）",
        "1860年1月2日", "12,345日元"},
    {"zh-Hant", "繁體中文", "繼續", "1941年3月5日（昭和16年）", "2019年5月1日（令和元年）",
        "1860年1月2日", "12,345日圓"},
    {"ko", "한국어", "다음", "1941년 3월 5일(쇼와 16년)", "2019년 5월 1일(레이와 1년)",
        "1860년 1월 2일", "12,345엔"},
    {"vi", "Tiếng Việt", "Tiếp tục", "ngày 5 tháng 3 năm 1941 (Showa 16)",
        "ngày 1 tháng 5 năm 2019 (Reiwa 1)", "ngày 2 tháng 1 năm 1860", "12.345 yên"},
    {"fil", "Filipino", "Magpatuloy", "Marso 5, 1941 (Showa 16)", "Mayo 1, 2019 (Reiwa 1)",
        "Enero 2, 1860", "12,345 yen"},
    {"ne", "नेपाली", "अगाडि", "सन् 1941 मार्च 5 (शोवा 16)", "सन् 2019 मे 1 (रेइवा 1)", "सन् 1860 जनवरी 2",
        "12,345 येन"},
    {"pt-BR", "Português", "Continuar", "5 de março de 1941 (Showa 16)",
        "1 de maio de 2019 (Reiwa 1)", "2 de janeiro de 1860", "12.345 ienes"},
    {"id", "Indonesia", "Lanjut", "5 Maret 1941 (Showa 16)", "1 Mei 2019 (Reiwa 1)",
        "2 Januari 1860", "12.345 yen"},
    {"my", "မြန်မာ", "ရှေ့ဆက်", "1941 ခုနှစ် မတ်လ 5 ရက် (ရှိုဝ 16)", "2019 ခုနှစ် မေလ 1 ရက် (ရေးဝ 1)",
        "1860 ခုနှစ် ဇန်နဝါရီလ 2 ရက်", "12,345 ယန်း"},
    {"th", "ไทย", "ต่อไป", "5 มีนาคม ค.ศ. 1941 (โชวะ 16)", "1 พฤษภาคม ค.ศ. 2019 (เรวะ 1)",
        "2 มกราคม ค.ศ. 1860", "12,345 เยน"},
    {"es", "Español", "Continuar", "5 de marzo de 1941 (Showa 16)", "1 de mayo de 2019 (Reiwa 1)",
        "2 de enero de 1860", "12,345 yenes"},
};
enum { LANGUAGE_COUNT = sizeof(languages) / sizeof(languages[0]) };

static char folder[4096];
static struct i18n *i18n;

static long
resident_kb(void)
{
    long total = 0;
    long resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld", &total, &resident), 2);
    (void)fclose(file);
    return resident * 4;
}

/* Loading all and going through them must stay far under the time of a page (issue: a page in 100 ms). */
static int
load(void **state)
{
    (void)state;
    const char *build = getenv("BUILD");
    (void)snprintf(folder, sizeof(folder), "%s/locale", build != NULL ? build : "build");
    long before = resident_kb();
    int64_t start = clock_mono_ms(clock_system());
    assert_int_equal(i18n_new(folder, &i18n), 0);
    int64_t loaded = clock_mono_ms(clock_system()) - start;
    start = clock_mono_ms(clock_system());
    enum { ROUNDS = 200 };
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < LANGUAGE_COUNT; i++) {
            assert_int_equal(i18n_use(i18n, languages[i].code), 0);
            assert_string_equal(i18n_text(i18n, "bar.next"), languages[i].next);
        }
    }
    int64_t switched = clock_mono_ms(clock_system()) - start;
    long grown = resident_kb() - before;
    print_message("%d catalogs: loaded in %d ms, %d switches in %d ms, %ld KB\n", LANGUAGE_COUNT,
        (int)loaded, ROUNDS * LANGUAGE_COUNT, (int)switched, grown);
    assert_true(loaded < 500);
    assert_true(switched < 2000);
    assert_true(grown < 16 * 1024);
    return 0;
}

static int
unload(void **state)
{
    (void)state;
    i18n_free(i18n);
    return 0;
}

static void
test_order_and_names(void **state)
{
    (void)state;
    assert_int_equal(i18n_language_count(i18n), LANGUAGE_COUNT);
    for (size_t i = 0; i < LANGUAGE_COUNT; i++) {
        assert_string_equal(i18n_language_at(i18n, i)->code, languages[i].code);
        assert_string_equal(i18n_language_at(i18n, i)->name, languages[i].name);
        assert_false(i18n_language_at(i18n, i)->rtl);
    }
}

static void
assert_date(const char *iso, const char *shown)
{
    struct buf out;
    buf_init(&out, 300);
    assert_int_equal(i18n_date(i18n, &out, iso), 0);
    assert_string_equal(buf_str(&out), shown);
    buf_release(&out);
}

static void
test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < LANGUAGE_COUNT; i++) {
        assert_int_equal(i18n_use(i18n, languages[i].code), 0);
        assert_date("1941-03-05", languages[i].date);
        assert_date("2019-05-01", languages[i].first);
        assert_date("1860-01-02", languages[i].before);
        struct buf out;
        buf_init(&out, 100);
        assert_int_equal(i18n_money(i18n, &out, 12345), 0);
        assert_string_equal(buf_str(&out), languages[i].yen);
        buf_release(&out);
    }
}

/* A language that fell back would speak Japanese here. */
static void
test_own_words(void **state)
{
    (void)state;
    static const char *const ids[] = {"home.title", "pin.title", "check.submit", "help.title",
        "accepted.title", "fault-card-removed.text", "answer.required"};
    for (size_t k = 0; k < sizeof(ids) / sizeof(ids[0]); k++) {
        assert_int_equal(i18n_use(i18n, "ja"), 0);
        const char *japanese = i18n_text(i18n, ids[k]);
        const char *content =
            i18n_content(i18n, "dictionary/move.on/label", "いつ引っ越しましたか。");
        for (size_t i = 2; i < LANGUAGE_COUNT; i++) {
            assert_int_equal(i18n_use(i18n, languages[i].code), 0);
            assert_string_not_equal(i18n_text(i18n, ids[k]), japanese);
            assert_string_equal(i18n_text_in(i18n, "ja", ids[k]), japanese);
            assert_string_not_equal(
                i18n_content(i18n, "dictionary/move.on/label", "いつ引っ越しましたか。"), content);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_names),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_own_words),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
