/* tests/i18n/test_i18n.c - catalogs, languages and formats over real .mo files made by msgfmt. */
#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "i18n/i18n.h"

extern char **environ;

static char folder[HARNESS_FOLDER_LEN];

static const char head[] = "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n"
                           "\"Plural-Forms: nplurals=2; plural=(n != 1);\\n\"\n";

static const struct {
    const char *code;
    const char *messages;
} catalogs[] = {
    {"ja", "msgid \"language.name\"\nmsgstr \"日本語\"\n"
           "msgid \"pin.title\"\nmsgstr \"暗証番号\"\n"
           "msgid \"only.ja\"\nmsgstr \"日本語だけ\"\n"
           "msgid \"tries\"\nmsgstr \"あと{n}回です。{n}回\"\n"
           "msgid \"date.meiji\"\nmsgstr \"明治\"\nmsgid \"date.taisho\"\nmsgstr \"大正\"\n"
           "msgid \"date.showa\"\nmsgstr \"昭和\"\nmsgid \"date.heisei\"\nmsgstr \"平成\"\n"
           "msgid \"date.reiwa\"\nmsgstr \"令和\"\nmsgid \"format.first-year\"\nmsgstr \"元\"\n"
           "msgid \"format.date\"\nmsgstr \"{era}{era-year}年（{year}年）{month}月{day}日\"\n"
           "msgid \"format.date-western\"\nmsgstr \"{year}年{month}月{day}日\"\n"
           "msgid \"format.day\"\nmsgstr \"{month}月{day}日（{weekday}）\"\n"
           "msgid \"format.weekdays\"\nmsgstr \"日 月 火 水 木 金 土\"\n"
           "msgid \"format.money\"\nmsgstr \"{amount}円\"\n"},
    {"ja-easy",
        "msgid \"language.name\"\nmsgstr \"やさしい日本語\"\n"
        "msgid \"pin.title\"\nmsgstr \"{番号|ばんごう}\"\n"
        "msgid \"tries\"\nmsgstr \"あと {n}{回|かい}です\"\n"
        "msgctxt \"p/q/label\"\nmsgid \"家\"\nmsgstr \"{家|いえ}\"\n"
        "msgid \"date.showa\"\nmsgstr \"{昭和|しょうわ}\"\n"
        "msgid \"format.date\"\n"
        "msgstr \"{era}{era-year}{年|ねん}（{year}{年|ねん}）{month}{月|がつ}{day}{日|にち}\"\n"},
    {"en", "msgid \"language.name\"\nmsgstr \"English\"\n"
           "msgid \"pin.title\"\nmsgstr \"PIN\"\n"
           "msgctxt \"p/q/label\"\nmsgid \"家\"\nmsgstr \"House\"\n"
           "msgctxt \"p/other/label\"\nmsgid \"家\"\nmsgstr \"Home\"\n"
           "msgid \"left\"\nmsgid_plural \"left\"\n"
           "msgstr[0] \"{n} try left\"\nmsgstr[1] \"{n} tries left\"\n"
           "msgctxt \"unit\"\nmsgid \"枚\"\nmsgid_plural \"枚\"\n"
           "msgstr[0] \" copy\"\nmsgstr[1] \" copies\"\n"
           "msgctxt \"p/photos/unit\"\nmsgid \"枚\"\nmsgid_plural \"枚\"\n"
           "msgstr[0] \" photo\"\nmsgstr[1] \" photos\"\n"
           "msgid \"名前\"\nmsgstr \"Name\"\n"
           "msgctxt \"p/own/label\"\nmsgid \"名前\"\nmsgstr \"Its name\"\n"
           "msgid \"date.showa\"\nmsgstr \"Showa\"\nmsgid \"date.reiwa\"\nmsgstr \"Reiwa\"\n"
           "msgid \"format.first-year\"\nmsgstr \"1\"\n"
           "msgid \"format.date\"\nmsgstr \"{day} {month-name} {year} ({era} {era-year})\"\n"
           "msgid \"format.date-western\"\nmsgstr \"{day} {month-name} {year}\"\n"
           "msgid \"format.money\"\nmsgstr \"{amount} yen\"\n"},
    {"zh-Hant", "msgid \"language.name\"\nmsgstr \"繁體中文\"\n"},
    {"fil", "msgid \"format.date\"\nmsgstr \"{month-name} {day}, {year}\"\n"},
    {"ne", "msgid \"format.date\"\nmsgstr \"{year} {month-name} {day}\"\n"
           "msgid \"format.money\"\nmsgstr \"{amount} येन\"\n"},
    {"pt-BR", "msgid \"format.date\"\nmsgstr \"{day} de {month-name} de {year}\"\n"
              "msgid \"format.money\"\nmsgstr \"{amount} ienes\"\n"},
    {"my", "msgid \"format.date\"\nmsgstr \"{year} {month-name} {day}\"\n"
           "msgid \"format.money\"\nmsgstr \"{amount} ယန်း\"\n"},
    {"th", "msgid \"format.date\"\nmsgstr \"{day} {month-name} {year}\"\n"
           "msgid \"format.money\"\nmsgstr \"{amount} เยน\"\n"},
    {"es", "msgid \"format.money\"\nmsgstr \"{amount} yenes\"\n"},
    {"ar", "msgid \"format.money\"\nmsgstr \"{amount} ين\"\n"},
};

static void
run(const char *const argv[])
{
    pid_t pid;
    int status;
    assert_int_equal(
        posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)(uintptr_t)argv, environ), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static int
make_catalogs(void **state)
{
    (void)state;
    harness_folder_make(folder);
    for (size_t i = 0; i < sizeof(catalogs) / sizeof(catalogs[0]); i++) {
        char path[256];
        char po[256];
        char mo[512];
        (void)snprintf(path, sizeof(path), "%s/%s/LC_MESSAGES", folder, catalogs[i].code);
        assert_int_equal(fs_make_dirs(path), 0);
        (void)snprintf(po, sizeof(po), "%s/%s.po", folder, catalogs[i].code);
        (void)snprintf(mo, sizeof(mo), "%s/madoguchi.mo", path);
        FILE *file = fopen(po, "w");
        assert_non_null(file);
        (void)fprintf(file, "%s\n%s", head, catalogs[i].messages);
        assert_int_equal(fclose(file), 0);
        run((const char *const[]){"msgfmt", "-o", mo, po, NULL});
    }
    return 0;
}

static int
remove_catalogs(void **state)
{
    (void)state;
    return harness_folder_remove(folder);
}

static struct i18n *
fresh(void)
{
    struct i18n *i18n = NULL;
    assert_int_equal(i18n_new(folder, &i18n), 0);
    return i18n;
}

static void
test_languages_in_order(void **state)
{
    (void)state;
    struct i18n *i18n = fresh();
    static const char *const order[] = {
        "ja", "ja-easy", "en", "zh-Hant", "fil", "ne", "pt-BR", "my", "th", "es", "ar"};
    assert_int_equal(i18n_language_count(i18n), sizeof(order) / sizeof(order[0]));
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        assert_string_equal(i18n_language_at(i18n, i)->code, order[i]);
    }
    assert_true(i18n_language_at(i18n, 10)->rtl);
    assert_string_equal(i18n_language_at(i18n, 0)->code, "ja");
    assert_string_equal(i18n_language_at(i18n, 0)->name, "日本語");
    assert_string_equal(i18n_language_at(i18n, 1)->code, "ja-easy");
    assert_string_equal(i18n_language_at(i18n, 1)->name, "やさしい日本語");
    assert_string_equal(i18n_language_at(i18n, 1)->tag, "ja");
    assert_string_equal(i18n_language_at(i18n, 2)->name, "English");
    assert_false(i18n_language_at(i18n, 2)->rtl);
    assert_string_equal(i18n_language_at(i18n, 3)->name, "繁體中文");
    assert_string_equal(i18n_language_at(i18n, 4)->name, "fil"); /* a catalog without its name */
    assert_null(i18n_language_at(i18n, 11));
    assert_string_equal(i18n_current(i18n)->code, "ja");
    i18n_free(i18n);
    i18n_free(NULL);
}

static void
test_other_spellings(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        const char *found; /* NULL: refused */
    } cases[] = {{"ja", "ja"}, {"JA", "ja"}, {"ja_JP.UTF-8", "ja"}, {"ja-easy", "ja-easy"},
        {"ja_easy", "ja-easy"}, {"easy", "ja-easy"}, {"JA-Easy", "ja-easy"}, {"en-US", "en"},
        {"en_GB", "en"}, {"zh-TW", "zh-Hant"}, {"zh_TW.UTF-8", "zh-Hant"}, {"zh-HK", "zh-Hant"},
        {"zh-Hant-TW", "zh-Hant"}, {"zh-hant-hk", "zh-Hant"}, {"tl", "fil"}, {"tl-PH", "fil"},
        {"fil_PH", "fil"}, {"pt", "pt-BR"}, {"pt_BR", "pt-BR"}, {"pt-PT", "pt-BR"},
        {"es-419", "es"}, {"ES_pe", "es"}, {"my_MM.UTF-8@x", "my"}, {"ne-NP", "ne"}, {"th", "th"},
        {"fr", NULL}, {"", NULL}, {"zh-CN", NULL}, {"zh", NULL}, {"in", NULL}, {"-", NULL},
        {"-en", NULL}, {"ja-easy-but-much-longer-than-any", NULL}};
    struct i18n *i18n = fresh();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int expected = cases[i].found != NULL ? 0 : KERR_NOT_FOUND;
        assert_int_equal(i18n_use(i18n, cases[i].code), expected);
        if (cases[i].found != NULL) {
            assert_string_equal(i18n_current(i18n)->code, cases[i].found);
        }
    }
    i18n_free(i18n);
}

static void
test_switch_at_any_time(void **state)
{
    (void)state;
    struct i18n *i18n = fresh();
    const char *before = i18n_text(i18n, "pin.title");
    for (int i = 0; i < 20; i++) {
        assert_int_equal(i18n_use(i18n, "en"), 0);
        assert_string_equal(i18n_text(i18n, "pin.title"), "PIN");
        assert_int_equal(i18n_use(i18n, "ja-easy"), 0);
        assert_string_equal(i18n_text(i18n, "pin.title"), "{番号|ばんごう}");
        assert_int_equal(i18n_use(i18n, "ja"), 0);
        assert_string_equal(i18n_text(i18n, "pin.title"), "暗証番号");
    }
    assert_string_equal(before, "暗証番号"); /* texts live on */
    i18n_free(i18n);
}

static void
test_fallbacks(void **state)
{
    (void)state;
    struct i18n *i18n = fresh();
    assert_int_equal(i18n_use(i18n, "en"), 0);
    assert_string_equal(i18n_text(i18n, "only.ja"), "日本語だけ");
    assert_string_equal(i18n_text(i18n, "no.such"), "no.such");
    assert_string_equal(i18n_text(i18n, ""), "");
    assert_string_equal(i18n_text_in(i18n, "ja", "pin.title"), "暗証番号");
    assert_string_equal(i18n_text_in(i18n, "fr", "pin.title"), "PIN");
    assert_string_equal(i18n_text(i18n, "pin.title"), "PIN");
    i18n_free(i18n);
}

static void
test_content_by_context(void **state)
{
    (void)state;
    struct i18n *i18n = fresh();
    static const char source[] = "家";
    assert_ptr_equal(i18n_content(i18n, "p/q/label", source), source); /* Japanese is the source */
    assert_int_equal(i18n_use(i18n, "en"), 0);
    assert_string_equal(i18n_content(i18n, "p/q/label", source), "House");
    assert_string_equal(i18n_content(i18n, "p/other/label", source), "Home");
    assert_ptr_equal(i18n_content(i18n, "p/none/label", source), source);
    /* one translation for all places, unless a place has its own */
    assert_string_equal(i18n_content(i18n, "p/none/label", "名前"), "Name");
    assert_string_equal(i18n_content(i18n, "p/own/label", "名前"), "Its name");
    assert_string_equal(i18n_content(i18n, "p/none/label", ""), "");
    assert_int_equal(i18n_use(i18n, "ja-easy"), 0);
    assert_string_equal(i18n_content(i18n, "p/q/label", source), "{家|いえ}");
    char huge[6000];
    memset(huge, 'x', sizeof(huge) - 1);
    huge[sizeof(huge) - 1] = 0;
    assert_ptr_equal(i18n_content(i18n, "p/q/label", huge), huge);
    i18n_free(i18n);
}

static void
test_format(void **state)
{
    (void)state;
    struct i18n *i18n = fresh();
    struct buf out;
    buf_init(&out, 200);
    assert_int_equal(i18n_format(i18n, &out, "tries", "n", "2", NULL), 0);
    assert_string_equal(buf_str(&out), "あと2回です。2回");
    buf_clear(&out);
    assert_int_equal(i18n_format(i18n, &out, "tries", "other", "2", NULL), 0);
    assert_string_equal(buf_str(&out), "あと{n}回です。{n}回");
    assert_int_equal(i18n_use(i18n, "ja-easy"), 0);
    buf_clear(&out);
    assert_int_equal(i18n_format(i18n, &out, "tries", "n", "{二|に}", NULL), 0);
    assert_string_equal(buf_str(&out), "あと {二|に}{回|かい}です");
    buf_clear(&out);
    assert_int_equal(i18n_format(i18n, &out, "a {b", "b", "2", NULL), 0);
    assert_string_equal(buf_str(&out), "a {b");
    buf_release(&out);
    buf_init(&out, 5);
    assert_int_equal(i18n_format(i18n, &out, "tries", "n", "2", NULL), KERR_TOO_BIG);
    buf_release(&out);
    i18n_free(i18n);
}

/* {n} chooses the form, a unit stands apart from other words of the same letters. */
static void
test_numbers_choose_forms(void **state)
{
    (void)state;
    static const struct {
        const char *n, *left, *copies, *photos;
    } cases[] = {{"0", "0 tries left", " copies", " photos"},
        {"1", "1 try left", " copy", " photo"}, {"2", "2 tries left", " copies", " photos"},
        {"1000000", "1000000 tries left", " copies", " photos"},
        {"", " tries left", " copies", " photos"}};
    struct i18n *i18n = fresh();
    struct buf out;
    buf_init(&out, 200);
    assert_int_equal(i18n_use(i18n, "en"), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t count = strtoull(cases[i].n, NULL, 10);
        buf_clear(&out);
        assert_int_equal(i18n_format(i18n, &out, "left", "n", cases[i].n, NULL), 0);
        assert_string_equal(buf_str(&out), cases[i].left);
        assert_string_equal(i18n_unit(i18n, "p/q/unit", "枚", count), cases[i].copies);
        assert_string_equal(i18n_unit(i18n, "p/photos/unit", "枚", count), cases[i].photos);
    }
    assert_string_equal(i18n_content(i18n, "p/q/label", "枚"), "枚");
    buf_clear(&out);
    assert_int_equal(i18n_format(i18n, &out, "no.such", "n", "2", NULL), 0);
    assert_string_equal(buf_str(&out), "no.such");
    assert_int_equal(i18n_use(i18n, "ja"), 0);
    assert_string_equal(i18n_unit(i18n, "p/q/unit", "枚", 1), "枚");
    buf_release(&out);
    i18n_free(i18n);
}

/* Texts that nobody has gone over, as the build counted them; a language without a catalog here does not count. */
static void
test_unread_texts(void **state)
{
    (void)state;
    size_t languages = 9;
    struct i18n *i18n = fresh();
    assert_int_equal(i18n_unread(i18n, &languages), 0);
    assert_int_equal(languages, 0);
    i18n_free(i18n);
    static const char counts[] = "ja.texts = 9\nja.unread = 0\nen.texts = 30\nen.unread = 20\n"
                                 "zh-Hant.texts = 5\nzh-Hant.unread = 5\nko.unread = 7\n"
                                 "th.texts = 3\nth.unread = many\n";
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/reviews.conf", folder);
    assert_int_equal(fs_write_atomic(path, counts, strlen(counts), 0600), 0);
    i18n = fresh();
    assert_int_equal(i18n_unread(i18n, &languages), 25);
    assert_int_equal(languages, 2);
    assert_int_equal(i18n_language_at(i18n, 2)->texts, 30);
    assert_int_equal(i18n_language_at(i18n, 2)->unread, 20);
    i18n_free(i18n);
    assert_int_equal(remove(path), 0);
}

/* A day to choose, with its day of the week. */
static void
test_days(void **state)
{
    (void)state;
    static const struct {
        const char *iso, *shown;
    } cases[] = {
        {"2026-11-22", "11月22日（日）"},
        {"2026-11-23", "11月23日（月）"},
        {"2026-11-28", "11月28日（土）"},
        {"2024-02-29", "2月29日（木）"},
        {"1970-01-01", "1月1日（木）"},
        {"1969-12-31", "12月31日（水）"},
        {"2023-02-29", "2023-02-29"},
        {"", ""},
    };
    struct i18n *i18n = fresh();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        AUTO_BUF out;
        buf_init(&out, 256);
        assert_int_equal(i18n_day(i18n, &out, cases[i].iso), 0);
        assert_string_equal(buf_str(&out), cases[i].shown);
    }
    i18n_free(i18n);
}

static void
test_dates(void **state)
{
    (void)state;
    static const struct {
        const char *code, *iso, *shown;
    } cases[] = {
        {"ja", "1941-03-05", "昭和16年（1941年）3月5日"},
        {"ja", "1989-01-07", "昭和64年（1989年）1月7日"},
        {"ja", "1989-01-08", "平成元年（1989年）1月8日"},
        {"ja", "2019-04-30", "平成31年（2019年）4月30日"},
        {"ja", "2019-05-01", "令和元年（2019年）5月1日"},
        {"ja", "1926-12-24", "大正15年（1926年）12月24日"},
        {"ja", "1926-12-25", "昭和元年（1926年）12月25日"},
        {"ja", "1912-07-29", "明治45年（1912年）7月29日"},
        {"ja", "1912-07-30", "大正元年（1912年）7月30日"},
        {"ja", "1860-01-02", "1860年1月2日"},
        {"ja", "2024-02-29", "令和6年（2024年）2月29日"},
        {"ja-easy", "1941-03-05",
            "{昭和|しょうわ}16{年|ねん}（1941{年|ねん}）3{月|がつ}5{日|にち}"},
        {"en", "1941-03-05", "5 March 1941 (Showa 16)"},
        {"en", "2019-05-01", "1 May 2019 (Reiwa 1)"},
        {"en", "1860-01-02", "2 January 1860"},
        /* the months' own names, digits as on the form, the western year in Thai and Nepali too */
        {"fil", "1941-03-05", "Marso 5, 1941"},
        {"ne", "1941-03-05", "1941 मार्च 5"},
        {"pt-BR", "1941-03-05", "5 de março de 1941"},
        {"my", "1941-03-05", "1941 မတ် 5"},
        {"th", "1941-03-05", "5 มีนาคม 1941"},
        /* what is no date stays as it is */
        {"ja", "2023-02-29", "2023-02-29"},
        {"ja", "unknown", "unknown"},
        {"ja", "1941-3-5", "1941-3-5"},
        {"ja", "1941/03/05", "1941/03/05"},
        {"ja", "1941-00-05", "1941-00-05"},
        {"ja", "", ""},
    };
    struct i18n *i18n = fresh();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf out;
        buf_init(&out, 200);
        assert_int_equal(i18n_use(i18n, cases[i].code), 0);
        assert_int_equal(i18n_date(i18n, &out, cases[i].iso), 0);
        assert_string_equal(buf_str(&out), cases[i].shown);
        buf_release(&out);
    }
    i18n_free(i18n);
}

static void
test_money_and_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        int64_t yen;
        const char *shown;
    } cases[] = {{"ja", 300, "300円"}, {"ja", 0, "0円"}, {"ja", 1234567, "1,234,567円"},
        {"en", 300, "300 yen"}, {"en", 3000, "3,000 yen"}, {"ne", 1234567, "12,34,567 येन"},
        {"pt-BR", 3000, "3.000 ienes"}, {"my", 3000, "3,000 ယန်း"}, {"th", 3000, "3,000 เยน"},
        {"es", 3000, "3,000 yenes"}, {"ar", 300, "300 ين"}};
    struct i18n *i18n = fresh();
    struct buf out;
    buf_init(&out, 100);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        buf_clear(&out);
        assert_int_equal(i18n_use(i18n, cases[i].code), 0);
        assert_int_equal(i18n_money(i18n, &out, cases[i].yen), 0);
        assert_string_equal(buf_str(&out), cases[i].shown);
    }
    buf_clear(&out);
    assert_int_equal(i18n_receipt_number(&out, "00100017"), 0);
    assert_string_equal(buf_str(&out), "0010 0017");
    buf_release(&out);
    i18n_free(i18n);
}

static void
test_no_catalog(void **state)
{
    (void)state;
    struct i18n *i18n = NULL;
    assert_int_equal(i18n_new("/nonexistent", &i18n), KERR_NOT_FOUND);
    assert_null(i18n);
}

/* What looks or sounds the same to who looks for it. */
static void
test_fold(void **state)
{
    static const struct {
        const char *text, *folded;
    } rows[] = {
        {"ゴミ", "ごみ"},
        {"ｺﾞﾐ", "ごみ"},
        {"ヴ", "ゔ"},
        {"パン", "ぱん"},
        {"コーヒー", "こーひー"},
        {"ＡＢＣ１２３", "abc123"},
        {"Tiếng Việt", "tieng viet"},
        {"Đà Nẵng", "da nang"},
        {"AÇÃO", "acao"},
        {"Straße", "strasse"},
        {"\xe3\x80\x80 a\t\n b", " a b"},
        {"한국어", "한국어"},
        {"မြန်မာ", "မြန်မာ"},
        {"ไทย", "ไทย"},
        {"नेपाली", "नेपाली"},
        {"𠮷野", "𠮷野"},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_BUF out;
        buf_init(&out, 256);
        assert_int_equal(i18n_fold(&out, rows[i].text), 0);
        assert_string_equal(buf_str(&out), rows[i].folded);
    }
    AUTO_BUF small;
    buf_init(&small, 3);
    assert_int_equal(i18n_fold(&small, "abcd"), KERR_TOO_BIG);
    AUTO_BUF bad;
    buf_init(&bad, 64);
    assert_int_equal(i18n_fold(&bad, "a\xff"), KERR_INVALID);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_languages_in_order),
        cmocka_unit_test(test_fold),
        cmocka_unit_test(test_other_spellings),
        cmocka_unit_test(test_switch_at_any_time),
        cmocka_unit_test(test_fallbacks),
        cmocka_unit_test(test_content_by_context),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_numbers_choose_forms),
        cmocka_unit_test(test_unread_texts),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_money_and_numbers),
        cmocka_unit_test(test_no_catalog),
    };
    return cmocka_run_group_tests(tests, make_catalogs, remove_catalogs);
}
