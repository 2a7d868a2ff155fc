/* info/test_load.c - pages, tables of waste and phrases: what a good folder gives, one broken file per kind of mistake,
 * and the arithmetic of collection days. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "info/info.h"

enum { TEXT_ROOM = 4096 };

struct heard {
    int count;
    char all[TEXT_ROOM]; /* "LINE: reason\n" each */
};

static void
hear(const struct procedure_mistake *mistake, void *ctx)
{
    struct heard *heard = ctx;
    size_t len = strlen(heard->all);
    assert_non_null(mistake->file);
    assert_true(mistake->line >= 0 && mistake->reason[0] != 0);
    heard->count++;
    (void)snprintf(
        heard->all + len, sizeof(heard->all) - len, "%d: %s\n", mistake->line, mistake->reason);
}

static void
write_file(const char *folder, const char *name, const char *text)
{
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    char *slash = strrchr(path, '/');
    *slash = 0;
    assert_int_equal(fs_make_dirs(path), 0);
    *slash = '/';
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

/* A small folder without a mistake. */
static void
good(const char *folder)
{
    write_file(folder, "city/waste/kinds.tsv",
        "id\tpicture\tname\thow\nburn\tpile\t燃える\t袋\nmetal\tpile\t金\t箱\n");
    write_file(folder, "city/waste/days.tsv",
        "# a note\nid\tname\tburn\tmetal\r\nnorth\t北\tmon thu\twed1 "
        "wed3\r\nsouth\t南\tsun\task\n");
    write_file(folder, "city/waste/closed.tsv", "day\n2026-11-23\n");
    write_file(folder, "city/waste/things.tsv",
        "id\tkana\tkind\tname\tnote\npan\tふらいぱん\tmetal\tフライパン\t\nash\tはい\tburn\t灰\tぬ"
        "らす\n");
    write_file(folder, "phrases/groups.tsv", "id\tpicture\tname\nill\theart\t病気\n");
    write_file(
        folder, "phrases/phrases.tsv", "id\tgroup\tpicture\twords\nhelp\till\tbell\t助けて\n");
    write_file(folder, "pages/one.md",
        "---\ntitle: 一\nabout: 何か\npicture: trash\nvalid-until: 2026-11-22\nurl: "
        "https://example.jp/\n---\n"
        "はじめの行\n次の行\n\n## 見出し\n\n- **太い**\n- 二つ目\n\n1. 一番\n12. 十二番\n\n"
        "| {左|ひだり} | 右 |\n|---|---|\n| a | b "
        "|\n\n![](bell)\n\n[行く](waste:days/north)\n\none\ntwo\n");
}

static int
load(const char *folder, struct heard *heard, struct info **ret)
{
    *heard = (struct heard){0};
    *ret = NULL;
    return info_load(folder, NULL, hear, heard, ret);
}

static void
test_good(void **state)
{
    char folder[HARNESS_FOLDER_LEN];
    struct heard heard;
    struct info *info;
    (void)state;
    harness_folder_make(folder);
    good(folder);
    int r = load(folder, &heard, &info);
    if (r != 0) {
        fail_msg("%s", heard.all);
    }
    const struct info_page *page = info_page_find(info, "one");
    assert_non_null(page);
    assert_int_equal(page->block_count, 11);
    static const struct {
        enum info_block_kind kind;
        const char *words;
        bool bold;
        int number;
    } expected[] = {{INFO_PARAGRAPH, "はじめの行次の行", false, 0},
        {INFO_HEADING, "見出し", false, 0}, {INFO_ITEM, "太い", true, 0},
        {INFO_ITEM, "二つ目", false, 0}, {INFO_STEP, "一番", false, 1},
        {INFO_STEP, "十二番", false, 12}, {INFO_ROW, "{左|ひだり}", true, 0},
        {INFO_ROW, "a", false, 0}, {INFO_PICTURE, NULL, false, 0}, {INFO_LINK, "行く", false, 0},
        {INFO_PARAGRAPH, "one two", false, 0}};
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        const struct info_block *block = &page->blocks[i];
        assert_int_equal(block->kind, expected[i].kind);
        assert_int_equal(block->bold, expected[i].bold);
        assert_int_equal(block->number, expected[i].number);
        if (expected[i].words != NULL) {
            assert_string_equal(block->words.source, expected[i].words);
        }
    }
    assert_string_equal(page->blocks[6].more.source, "右");
    assert_string_equal(page->blocks[8].target, "bell");
    assert_string_equal(page->blocks[9].target, "waste:days/north");
    assert_string_equal(page->url, "https://example.jp/");
    /* its last day still counts */
    assert_false(info_page_over(page, clock_days_from_civil(2026, 11, 22)));
    assert_true(info_page_over(page, clock_days_from_civil(2026, 11, 23)));
    /* sorted by kana, not by file: は before ふ */
    assert_string_equal(info_thing_at(info, 0)->id, "ash");
    assert_null(info_thing_find(info, "nothing"));
    assert_null(info_page_find(info, "nothing"));
    assert_null(info_phrase_find(info, "nothing"));
    assert_null(info_district_find(info, "nothing"));
    info_free(info);
    assert_int_equal(harness_folder_remove(folder), 0);
}

static void
test_days(void **state)
{
    char folder[HARNESS_FOLDER_LEN];
    struct heard heard;
    struct info *info;
    int64_t day;
    (void)state;
    harness_folder_make(folder);
    good(folder);
    assert_int_equal(load(folder, &heard, &info), 0);
    /* 2026-11-22 is a Sunday; Monday the 23rd is closed, so Thursday the 26th */
    int64_t sunday = clock_days_from_civil(2026, 11, 22);
    assert_int_equal(info_weekday(sunday), 0);
    assert_true(info_next_day(info, info_days(info, 0, 0), sunday, &day));
    assert_int_equal(day, clock_days_from_civil(2026, 11, 26));
    /* the day itself counts: Sunday in the south */
    assert_true(info_next_day(info, info_days(info, 1, 0), sunday, &day));
    assert_int_equal(day, sunday);
    /* first and third Wednesdays: 2 and 16 December */
    assert_true(info_next_day(info, info_days(info, 0, 1), sunday, &day));
    assert_int_equal(day, clock_days_from_civil(2026, 12, 2));
    assert_true(info_next_day(info, info_days(info, 0, 1), day + 1, &day));
    assert_int_equal(day, clock_days_from_civil(2026, 12, 16));
    assert_true(info_days(info, 1, 1)->asked);
    assert_false(info_next_day(info, info_days(info, 1, 1), sunday, &day));
    info_free(info);
    assert_int_equal(harness_folder_remove(folder), 0);
}

#define PAGE "---\ntitle: 一\npicture: trash\n---\n"

static void
test_broken(void **state)
{
    static const struct {
        const char *file, *text, *heard;
    } rows[] = {
        {"pages/one.md", "title: 一\n", "1: the first line is ---"},
        {"pages/one.md", "---\ntitle: 一\n---\nx\n", "1: the head needs a title and a picture"},
        {"pages/one.md", "---\nnonsense\n---\nx\n", "2: the head has lines of 'key: value'"},
        {"pages/one.md", "---\ntitel: 一\n---\nx\n", "2: 'titel' can't be used"},
        {"pages/one.md", "---\nvalid-until: 2026-02-30\n---\nx\n",
            "2: 'valid-until' can't be used"},
        {"pages/one.md", "---\nurl: http://example.jp\n---\nx\n", "2: 'url' can't be used"},
        {"pages/one.md", PAGE, "the page has no words"},
        {"pages/one.md", PAGE "# one\n", "5: '# one' has no meaning here"},
        {"pages/one.md", PAGE "> one\n", "5: '> one' has no meaning here"},
        {"pages/one.md", PAGE "<b>one</b>\n", "5: '<b>one</b>' has no meaning here"},
        {"pages/one.md", PAGE "![words](bell)\n", "has no meaning here"},
        {"pages/one.md", PAGE "some **bold** words\n", "5: bold (**)"},
        {"pages/one.md", PAGE "see [this](page:one)\n", "5: a link stands alone"},
        {"pages/one.md", PAGE "| one |\n", "5: a table has two columns"},
        {"pages/one.md", PAGE "| one | two | three |\n", "5: a table has two columns"},
        {"pages/one.md", PAGE "| | two |\n", "5: there are no words here"},
        {"pages/one.md", PAGE "[words](page:nowhere)\n",
            "5: this link leads nowhere: page:nowhere"},
        {"pages/one.md", PAGE "[words](thing:nowhere)\n", "5: this link leads nowhere"},
        {"pages/one.md", PAGE "[words](waste:days/nowhere)\n", "5: this link leads nowhere"},
        {"pages/one.md", PAGE "[words](https://example.jp)\n", "5: this link leads nowhere"},
        {"pages/one.md", "\xff\xfe", "0: the file is not UTF-8"},
        {"pages/One.md", PAGE "x\n", "0: 'One' is no id"},
        {"city/waste/kinds.tsv", "id\tname\n", "1: the first line names 4 columns"},
        {"city/waste/kinds.tsv", "id\tname\tpicture\thow\n", "1: column 2 is 'name'"},
        {"city/waste/kinds.tsv", "id\tpicture\tname\thow\na\tb\tc\td\te\n",
            "2: this line has more cells than there are columns (4)"},
        {"city/waste/kinds.tsv", "id\tpicture\tname\thow\nburn\tpile\t\t袋\n",
            "2: this line has no name"},
        {"city/waste/days.tsv", "id\tname\tgold\nnorth\t北\tmon\n", "kinds.tsv has no kind 'gold'"},
        {"city/waste/days.tsv", "id\tname\tburn\nnorth\t北\tmonday\n",
            "2: 'monday': days are written like"},
        {"city/waste/days.tsv", "id\tname\tburn\nnorth\t北\tmon6\n",
            "2: 'mon6': days are written like"},
        {"city/waste/days.tsv", "id\tname\tburn\nNorth\t北\tmon\n", "2: 'North' is no id"},
        {"city/waste/closed.tsv", "day\n2026-13-01\n", "2: a day that exists"},
        {"city/waste/things.tsv", "id\tkana\tkind\tname\tnote\npan\tぱん\tgold\tパン\t\n",
            "2: kinds.tsv has no kind 'gold'"},
        {"city/waste/things.tsv", "id\tkana\tkind\tname\tnote\npan\t\tburn\tパン\t\n",
            "2: this line has no kana"},
        {"city/waste/things.tsv",
            "id\tkana\tkind\tname\tnote\npan\tぱん\tburn\tパン\t\npan\tぱん\tburn\tパン\t\n",
            "3: 'pan' stands here twice"},
        {"phrases/phrases.tsv", "id\tgroup\tpicture\twords\nhelp\tlost\tbell\t助けて\n",
            "2: groups.tsv has no group 'lost'"},
        {"phrases/phrases.tsv", "id\tgroup\tpicture\twords\nhelp\till\tbell\t\n",
            "2: this line has no words"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char folder[HARNESS_FOLDER_LEN];
        struct heard heard;
        struct info *info;
        harness_folder_make(folder);
        good(folder);
        write_file(folder, rows[i].file, rows[i].text);
        if (load(folder, &heard, &info) != KERR_PROCEDURE_FILE || info != NULL ||
            strstr(heard.all, rows[i].heard) == NULL) {
            fail_msg("%s: expected '%s', heard '%s'", rows[i].text, rows[i].heard, heard.all);
        }
        assert_int_equal(harness_folder_remove(folder), 0);
    }
}

/* More than there is room for is a mistake, not a crash. */
static void
test_bounds(void **state)
{
    char folder[HARNESS_FOLDER_LEN];
    struct heard heard;
    struct info *info;
    AUTO_BUF text;
    buf_init(&text, 1 << 20);
    (void)state;
    harness_folder_make(folder);
    write_file(folder, "city/waste/kinds.tsv", "id\tpicture\tname\thow\nburn\tpile\t燃える\t袋\n");
    (void)buf_add_str(&text, PAGE);
    for (int i = 0; i <= INFO_BLOCKS_MAX; i++) {
        (void)buf_add_str(&text, "- x\n");
    }
    write_file(folder, "pages/many.md", buf_str(&text));
    assert_int_equal(load(folder, &heard, &info), KERR_PROCEDURE_FILE);
    assert_non_null(strstr(heard.all, "more than 400 parts"));
    buf_clear(&text);
    (void)buf_add_str(&text, PAGE);
    for (int i = 0; i < 2100; i++) {
        (void)buf_add_byte(&text, 'x');
    }
    write_file(folder, "pages/many.md", buf_str(&text));
    assert_int_equal(load(folder, &heard, &info), KERR_PROCEDURE_FILE);
    assert_non_null(strstr(heard.all, "longer than 2000 bytes"));
    buf_clear(&text);
    (void)buf_add_str(&text, "id\tkana\tkind\tname\tnote\n");
    for (int i = 0; i <= INFO_ROWS_MAX; i++) {
        (void)buf_printf(&text, "a%d\tあ\tburn\tあ\t\n", i);
    }
    write_file(folder, "pages/many.md", PAGE "x\n");
    write_file(folder, "city/waste/things.tsv", buf_str(&text));
    assert_int_equal(load(folder, &heard, &info), KERR_PROCEDURE_FILE);
    assert_non_null(strstr(heard.all, "more than 4000 lines"));
    /* a heading is one line and never gathered: its own bound */
    buf_clear(&text);
    (void)buf_add_str(&text, PAGE "## ");
    for (int i = 0; i < 2100; i++) {
        (void)buf_add_byte(&text, 'x');
    }
    write_file(folder, "pages/many.md", buf_str(&text));
    assert_int_equal(load(folder, &heard, &info), KERR_PROCEDURE_FILE);
    assert_non_null(strstr(heard.all, "5: a text is longer than 2000 bytes"));
    assert_int_equal(harness_folder_remove(folder), 0);
}

static void
test_empty(void **state)
{
    char folder[HARNESS_FOLDER_LEN];
    struct heard heard;
    struct info *info;
    (void)state;
    harness_folder_make(folder);
    assert_int_equal(load(folder, &heard, &info), 0); /* a city without pages */
    assert_int_equal(info_page_count(info), 0);
    assert_int_equal(info_thing_count(info), 0);
    assert_null(info_page_at(info, 0));
    info_free(info);
    info_free(NULL);
    assert_int_equal(harness_folder_remove(folder), 0);
}

static void
test_plain(void **state)
{
    static const struct {
        const char *text, *kanji, *kana;
    } rows[] = {{"{漢字|かんじ}を", "漢字を", "かんじを"}, {"なし", "なし", "なし"},
        {"{name}は", "{name}は", "{name}は"}, {"{開|ひら", "{開|ひら", "{開|ひら"}, {"", "", ""}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_BUF out;
        buf_init(&out, 256);
        info_plain(rows[i].text, false, &out);
        assert_string_equal(buf_str(&out), rows[i].kanji);
        buf_clear(&out);
        info_plain(rows[i].text, true, &out);
        assert_string_equal(buf_str(&out), rows[i].kana);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
