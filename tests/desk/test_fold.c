/* tests/desk/test_fold.c - what a search compares: words, however they are written, and days. */
#include "desk/fixture.h"
#include "desk/kanji.h"

/* Whether typed words find a name. */
static bool
finds(const char *typed, const char *name)
{
    struct desk_terms words, terms;
    desk_terms_of_words(kanji, typed, &words);
    desk_terms_of_name(kanji, name, &terms);
    for (size_t i = 0; i < words.count; i++) {
        bool found = false;
        for (size_t j = 0; j < terms.count; j++) {
            found = found || strncmp(terms.terms[j], words.terms[i], strlen(words.terms[i])) == 0;
        }
        if (!found) {
            return false;
        }
    }
    return words.count > 0;
}

static void
test_words(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *name;
        bool found;
    } cases[] = {
        {"日立", "日立　花子", true},
        {"花子", "日立　花子", true},
        {"日立花子", "日立　花子", true},
        {"日立 花", "日立　花子", true},
        {"花子　日立", "日立　花子", true},
        {"立花", "日立　花子", false}, /* not from the middle of a word */
        {"日立 太郎", "日立　花子", false},
        {"高橋", "髙橋　一郎", true},
        {"髙橋", "高𣘺　一郎", true},
        {"渡辺", "渡邉　葉子", true},
        {"渡邊", "渡辺　葉子", true},
        {"斉藤", "齋藤　健", true},
        {"吉田", "𠮷田　健", true},
        {"崎", "﨑　健", true},
        {"弘", "広　健", false}, /* names of their own */
        {"葛\xf3\xa0\x84\x81城", "葛城　健", true}, /* a variation selector */
        {"佐々木", "佐佐木　健", true},
        {"佐佐木", "佐々木　健", true},
        {"さとう", "サトウ　ハナ", true},
        {"ｻﾄｳ ﾊﾅ", "さとう　はな", true},
        {"サトー", "さとう　はな", true},
        {"ｻﾄ-", "さとう　はな", true},
        {"おおの", "オオノ　ケン", true},
        {"オーノ", "おおの　けん", true},
        {"おうの", "オーノ　ケン", true},
        {"おおのけん", "おおの　けん", true},
        {"まつもとおさむ", "マツモト　オサム", true}, /* a long vowel only where the words meet */
        {"おさむ", "マツモト　オサム", true},
        {"まつもと おさむ", "マツモト　オサム", true},
        {"けーこ", "ケイコ", true},
        {"しょうた", "シヨウタ", true},
        {"いっせい", "イツセイ", true},
        {"みづき", "ミズキ", true},
        {"ばん", "グエン　ヴァン　アン", true},
        {"ヴァン・アン", "グエン　ヴァン　アン", true},
        {"ぶい", "ヴイ", true},
        {"nguyen", "NGUYỄN THỊ MAI", true},
        {"Mai", "NGUYEN THI MAI", true},
        {"ＭＡＩ ｎｇｕｙｅｎ", "NGUYEN THI MAI", true},
        {"oneil", "O'NEIL SEAN", true},
        {"さ", "サトウ　ハナ", true},
        {"し", "サトウ　ハナ", false},
        {"・", "日立　花子", false}, /* nothing is no word */
        {"", "日立　花子", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (finds(cases[i].typed, cases[i].name) != cases[i].found) {
            fail_msg("%s in %s", cases[i].typed, cases[i].name);
        }
    }
}

/* Whatever is typed fits: bounds of words and letters. */
static void
test_long_words(void **state)
{
    (void)state;
    char text[4000];
    struct desk_terms terms;
    for (size_t step = 1; step < 4; step++) {
        for (size_t i = 0; i < sizeof(text) - 1; i++) {
            text[i] = i % (step * 7) == 0 ? ' ' : 'a';
        }
        text[sizeof(text) - 1] = 0;
        desk_terms_of_name(kanji, text, &terms);
        assert_int_equal(terms.count, DESK_TERMS);
        assert_int_equal(strlen(terms.terms[0]), DESK_TERM_LETTERS);
        desk_terms_of_words(kanji, text, &terms);
        assert_int_equal(terms.count, DESK_TERMS);
    }
    for (size_t i = 0; i + 4 < sizeof(text); i += 4) {
        memcpy(text + i, "\xf0\xa0\xae\xb7", 5);
    }
    desk_terms_of_name(kanji, text, &terms);
    assert_int_equal(terms.count, 1);
    desk_terms_of_name(kanji, "\xff\xfe", &terms);
    assert_int_equal(terms.count, 0);
}

static void
test_births(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        struct desk_birth birth;
    } good[] = {
        {"1941-03-05", {1941, 3, 5}},
        {"1941-3-5", {1941, 3, 5}},
        {"1941/3/5", {1941, 3, 5}},
        {"1941.3.5", {1941, 3, 5}},
        {"19410305", {1941, 3, 5}},
        {"1941年3月5日", {1941, 3, 5}},
        {"１９４１年３月５日", {1941, 3, 5}},
        {"1941年 3月 5日", {1941, 3, 5}},
        {"S16.3.5", {1941, 3, 5}},
        {"s16/3/5", {1941, 3, 5}},
        {"S160305", {1941, 3, 5}},
        {"昭和16年3月5日", {1941, 3, 5}},
        {"昭16.3.5", {1941, 3, 5}},
        {"3160305", {1941, 3, 5}},
        {"令和元年5月1日", {2019, 5, 1}},
        {"R元.5.1", {2019, 5, 1}},
        {"5010501", {2019, 5, 1}},
        {"平成31年4月30日", {2019, 4, 30}},
        {"大正15年12月24日", {1926, 12, 24}},
        {"明治45年7月29日", {1912, 7, 29}},
        {"1941年", {1941, 0, 0}},
        {"1941", {1941, 0, 0}},
        {"1941年3月", {1941, 3, 0}},
        {"1941-3", {1941, 3, 0}},
        {"昭和16年", {1941, 0, 0}},
        {"S16", {1941, 0, 0}},
        {"㍼16年3月5日", {1941, 3, 5}},
    };
    static const char *const bad[] = {"", "日立", "1941-13-05", "1941-3-32", "19411305",
        "194103055", "S65.1.1", "昭和0年1月1日", "令和", "1941-3-5-7", "3.5", "0294221111",
        "16年3月5日", "1941--5", "6010101", "1600年1月1日", "1941年3月5日x", "S", "元年"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct desk_birth birth = {0};
        if (!desk_birth_read(good[i].typed, &birth) ||
            memcmp(&birth, &good[i].birth, sizeof(birth)) != 0) {
            fail_msg("%s: %d-%d-%d", good[i].typed, birth.year, birth.month, birth.day);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct desk_birth birth;
        if (desk_birth_read(bad[i], &birth)) {
            fail_msg("%s is a day", bad[i]);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_births),
    };
    return cmocka_run_group_tests(tests, load_kanji, free_kanji);
}
