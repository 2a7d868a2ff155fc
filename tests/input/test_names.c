/* The list of names: the one that is delivered, lines that are none, and where names stand among other words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "input/input_priv.h"

static struct input_names *
delivered(void)
{
    struct input_names *names;
    size_t line;
    char *path = fs_join(getenv("TOP"), "assets/names.tsv");
    assert_int_equal(input_names_open(path, &names, &line), 0);
    assert_true(line > 500);
    free(path);
    return names;
}

/* A result as the conversion programs give it: clauses "reading word word", one after the other. */
static struct input_result
answer(const char *const clauses[], int count)
{
    struct input_result result = {.clause_count = count};
    for (int i = 0; i < count; i++) {
        struct input_clause *clause = &result.clauses[i];
        char text[256], *rest = text;
        strcpy(text, clauses[i]);
        strcpy(clause->reading, strsep(&rest, " "));
        for (char *word; (word = strsep(&rest, " ")) != NULL;) {
            candidates_add(clause->words, &clause->count, word, clause->reading);
        }
    }
    return result;
}

static void
test_names_come_first(void **state ATTR_UNUSED)
{
    struct input_names *names = delivered();
    static const char *const sugar[] = {"さとう 砂糖 左党 佐藤"};
    struct input_result result = answer(sugar, 1);
    candidates_whole(&result, "さとう");
    assert_string_equal(result.words[0], "砂糖");
    input_names_first(names, "さとう", &result);
    assert_string_equal(result.words[0], "佐藤");
    assert_string_equal(result.words[1], "砂糖");
    assert_string_equal(result.words[2], "左党");
    assert_int_equal(result.count, 3);
    assert_string_equal(result.clauses[0].words[0], "佐藤");
    assert_int_equal(result.clauses[0].count, 3);
    static const char *const both[] = {"さとう 砂糖", "はなこ 花粉"};
    result = answer(both, 2);
    candidates_whole(&result, "さとうはなこ");
    input_names_first(names, "さとうはなこ", &result);
    assert_string_equal(result.words[0], "佐藤花子");
    assert_int_equal(result.clause_count, 2);
    input_names_close(names);
}

static void
test_other_words_stay(void **state ATTR_UNUSED)
{
    struct input_names *names = delivered();
    static const char *const rare[] = {"ほげ 補下 歩下"};
    struct input_result result = answer(rare, 1);
    candidates_whole(&result, "ほげ");
    struct input_result before = result;
    input_names_first(names, "ほげ", &result);
    assert_memory_equal(&result, &before, sizeof(result));
    memset(&result, 0, sizeof(result)); /* no conversion program answers: the list alone */
    input_names_first(names, "たなか", &result);
    assert_int_equal(result.count, 1);
    assert_string_equal(result.words[0], "田中");
    /* never more than there is room for */
    static const char *const many[] = {"ゆうき 一 二 三 四 五 六 七 八 九 十"};
    result = answer(many, 1);
    candidates_whole(&result, "ゆうき");
    input_names_first(names, "ゆうき", &result);
    assert_int_equal(result.count, INPUT_CANDIDATES_MAX);
    assert_string_equal(result.words[0], "優希");
    assert_string_equal(result.words[INPUT_CANDIDATES_MAX - 1], "五");
    input_names_close(names);
}

static void
test_lines_that_are_none(void **state ATTR_UNUSED)
{
    static const struct {
        const char *text;
        int error;
        size_t line;
    } cases[] = {
        {"", 0, 0},
        {"# only a remark\n", 0, 0},
        {"たなか\t田中", 0, 0},
        {"# one\nたなか\t田中\n\nもり\t森 毛利\n", 0, 0},
        {"たなか\t田中\nもり 森\n", KERR_INVALID, 2},
        {"タナカ\t田中\n", KERR_INVALID, 1},
        {"\t田中\n", KERR_INVALID, 1},
        {"たなか\t\n", KERR_INVALID, 1},
        {"たなか\tたなか\n", KERR_INVALID, 1},
        {"たなか\tTanaka\n", KERR_INVALID, 1},
        {"たなか\t田中  多中\n", KERR_INVALID, 1},
        {"たなか\t田中 田中\n", KERR_INVALID, 1},
        {"たなか\t一 二 三 四 五 六 七 八 九 十 百\n", KERR_INVALID, 1},
        {"たなか\t田\xe4\n", KERR_INVALID, 0},
    };
    char folder[HARNESS_FOLDER_LEN];
    harness_folder_make(folder);
    char *path = fs_join(folder, "names.tsv");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct input_names *names = NULL;
        size_t line;
        assert_int_equal(fs_write_atomic(path, cases[i].text, strlen(cases[i].text), 0600), 0);
        assert_int_equal(input_names_open(path, &names, &line), cases[i].error);
        if (cases[i].error < 0) {
            assert_int_equal(line, cases[i].line);
            assert_null(names);
        }
        input_names_close(names);
    }
    free(path);
    assert_int_equal(harness_folder_remove(folder), 0);
    size_t line;
    struct input_names *names = NULL;
    assert_int_equal(input_names_open("/nonexistent", &names, &line), KERR_NOT_FOUND);
    assert_null(names);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_come_first),
        cmocka_unit_test(test_other_words_stay),
        cmocka_unit_test(test_lines_that_are_none),
    };
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
