/* info/test_search.c - the search over everything in assets, in every language: what is found, in which order, how long
 * it takes, and that nothing of a query stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "i18n/i18n.h"
#include "info/info.h"

static struct i18n *i18n;
static struct procedure_set *services;
static struct info *info;
static struct info_search *search;
static const int64_t today = 20779; /* 2026-11-22 */

static void
tell(const struct procedure_mistake *mistake, void *ctx)
{
    (void)ctx;
    print_error("%s:%d:%d: %s\n", mistake->file, mistake->line, mistake->column, mistake->reason);
}

static int
set_up(void **state)
{
    (void)state;
    char locale[4096];
    (void)snprintf(locale, sizeof(locale), "%s/locale", getenv("BUILD"));
    assert_int_equal(i18n_new(locale, &i18n), 0);
    assert_int_equal(procedure_load("assets", tell, NULL, &services), 0);
    assert_int_equal(info_load("assets", services, tell, NULL, &info), 0);
    assert_int_equal(info_search_new(info, services, &search), 0);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    info_search_free(search);
    info_free(info);
    procedure_set_free(services);
    i18n_free(i18n);
    return 0;
}

static size_t
find(const char *scope, const char *query, struct info_hit hits[INFO_HITS_MAX])
{
    size_t count = 999;
    assert_int_equal(info_search_find(search, i18n, scope, query, today, hits, &count), 0);
    assert_true(count <= INFO_HITS_MAX);
    return count;
}

/* Is it among the first so many? */
static bool
among(const char *query, const char *target, size_t most)
{
    struct info_hit hits[INFO_HITS_MAX];
    size_t count = find("", query, hits);
    for (size_t i = 0; i < count && i < most; i++) {
        if (strcmp(hits[i].target, target) == 0) {
            return true;
        }
    }
    return false;
}

static void
test_found(void **state)
{
    static const struct {
        const char *language, *query, *target;
    } rows[] = {
        {"ja", "乾電池", "thing:battery"}, {"ja", "電池", "thing:battery"}, /* two letters */
        {"ja", "鏡", "thing:mirror"}, /* one */
        {"ja", "かがみ", "thing:mirror"}, /* by its kana */
        {"ja", "カガミ", "thing:mirror"}, {"ja", "ｶｶﾞﾐ", "thing:mirror"},
        {"ja", "ごみの出し方", "page:waste"}, {"ja", "住民票", "service:resident-record"},
        {"ja", "じゅうみんひょう", "service:resident-record"}, /* the reading is easy Japanese's */
        {"ja", "津波　高いところ", "phrase:tsunami-high"}, /* two terms, a wide space */
        {"ja", "ごみを出す日はいつ",
            "page:waste"}, /* not there as a whole: most of its parts are */
        {"ja-easy", "じしん", "page:disaster"}, {"ja-easy", "地震", "page:disaster"},
        {"en", "mirror", "thing:mirror"}, {"en", "MIRROR", "thing:mirror"},
        {"en", "resident record", "service:resident-record"},
        {"en", "住民票", "service:resident-record"}, /* what stands on a Japanese letter */
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(i18n_use(i18n, rows[i].language), 0);
        if (!among(rows[i].query, rows[i].target, 5)) {
            struct info_hit hits[INFO_HITS_MAX];
            size_t count = find("", rows[i].query, hits);
            for (size_t k = 0; k < count && k < 8; k++) {
                print_error("  %s\n", hits[k].target);
            }
            fail_msg(
                "%s: '%s' does not lead to %s", rows[i].language, rows[i].query, rows[i].target);
        }
    }
}

/* The first two and four letters of every title and name of a language find it, in every language. */
static void
test_every_language(void **state)
{
    (void)state;
    for (size_t l = 0; l < i18n_language_count(i18n); l++) {
        const char *code = i18n_language_at(i18n, l)->code;
        assert_int_equal(i18n_use(i18n, code), 0);
        size_t found = 0;
        for (size_t i = 0; i < info_thing_count(info); i++) {
            const struct info_thing *thing = info_thing_at(info, i);
            struct info_hit hits[INFO_HITS_MAX];
            AUTO_BUF plain;
            buf_init(&plain, 4096);
            info_plain(i18n_content(i18n, thing->name.context, thing->name.source), false, &plain);
            size_t count = find("thing:", buf_str(&plain), hits);
            char target[INFO_TARGET_MAX];
            (void)snprintf(target, sizeof(target), "thing:%s", thing->id);
            for (size_t k = 0; k < count; k++) {
                assert_memory_equal(hits[k].target, "thing:", 6);
                found += strcmp(hits[k].target, target) == 0;
            }
        }
        if (found != info_thing_count(info)) {
            fail_msg("%s: %zu of %zu things are found by their names", code, found,
                info_thing_count(info));
        }
    }
}

static void
test_nothing(void **state)
{
    static const char *const queries[] = {"", " ", "　", "\"", "\"\"\"", "'", "%", "_", "*",
        "NEAR(", "a OR b AND", "title:", "ぬぬぬぬぬぬ", "-", "^", "\xe3\x81"};
    struct info_hit hits[INFO_HITS_MAX];
    char longest[INFO_QUERY_MAX * 2];
    (void)state;
    assert_int_equal(i18n_use(i18n, "ja"), 0);
    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        (void)find("", queries[i], hits); /* each is taken as letters, none is a command */
    }
    assert_int_equal(find("", "", hits), 0);
    assert_int_equal(find("", "ペットボトル　ふた", hits), 1); /* both terms, the short one too */
    assert_string_equal(hits[0].target, "thing:bottle-cap");
    assert_int_equal(find("", "ぬぬぬぬぬぬ", hits), 0);
    longest[0] = 0;
    for (size_t i = 0; i < 40; i++) { /* each of its words would be found */
        (void)strcat(longest, "ごみ ");
    }
    assert_int_equal(find("", longest, hits), 0);
    assert_int_equal(find("nowhere:", "ごみ", hits), 0);
}

static bool
at_a_door(const struct procedure_set *set, const char *id)
{
    for (size_t i = 0; i < procedure_door_count(set); i++) {
        struct procedure_door door = procedure_door_at(set, i);
        for (size_t k = 0; k < door.hold_count; k++) {
            if (!door.holds[k].page && strcmp(door.holds[k].id, id) == 0) {
                return true;
            }
        }
    }
    return false;
}

static void
offered(const struct procedure_set *set)
{
    struct info *none;
    struct info_search *other;
    struct info_hit hits[INFO_HITS_MAX];
    assert_int_equal(info_load("tests/procedure/assets", NULL, tell, NULL, &none), 0);
    assert_int_equal(info_search_new(none, set, &other), 0);
    assert_int_equal(i18n_use(i18n, "ja"), 0);
    for (size_t i = 0; i < procedure_count(set); i++) {
        struct procedure_info service = procedure_info(procedure_at(set, i));
        char target[INFO_TARGET_MAX];
        size_t count = 0;
        bool found = false;
        (void)snprintf(target, sizeof(target), "service:%s", service.id);
        assert_int_equal(
            info_search_find(other, i18n, "service:", service.title.source, today, hits, &count),
            0);
        for (size_t k = 0; k < count; k++) {
            found = found || strcmp(hits[k].target, target) == 0;
        }
        assert_int_equal(found, at_a_door(set, service.id));
    }
    info_search_free(other);
    info_free(none);
}

/* A page that is over is not found from the day after its last; what is hidden or at no door isn't either. */
static void
test_over(void **state)
{
    char folder[HARNESS_FOLDER_LEN];
    char path[128];
    struct info *little;
    struct info_search *other;
    struct info_hit hits[INFO_HITS_MAX];
    size_t count = 0;
    (void)state;
    harness_folder_make(folder);
    (void)snprintf(path, sizeof(path), "%s/pages", folder);
    assert_int_equal(fs_make_dirs(path), 0);
    (void)snprintf(path, sizeof(path), "%s/pages/one.md", folder);
    static const char text[] =
        "---\ntitle: 盆おどり\npicture: bell\nvalid-until: 2026-11-22\n---\n来てください。\n";
    assert_int_equal(fs_write_atomic(path, text, sizeof(text) - 1, 0600), 0);
    assert_int_equal(info_load(folder, NULL, tell, NULL, &little), 0);
    assert_int_equal(info_search_new(little, NULL, &other), 0);
    assert_int_equal(i18n_use(i18n, "ja"), 0);
    static const char *const queries[] = {"盆おどり", "盆", "来て踊る盆おどり"};
    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        assert_int_equal(info_search_find(other, i18n, "", queries[i], today, hits, &count), 0);
        assert_int_equal(count, 1);
        assert_string_equal(hits[0].target, "page:one");
        assert_int_equal(info_search_find(other, i18n, "", queries[i], today + 1, hits, &count), 0);
        assert_int_equal(count, 0);
        assert_int_equal(
            info_search_find(other, i18n, "thing:", queries[i], today, hits, &count), 0);
        assert_int_equal(count, 0);
    }
    info_search_free(other);
    info_free(little);
    assert_int_equal(harness_folder_remove(folder), 0);
    offered(services);
    struct procedure_set *test_set = NULL; /* it has some at no door */
    assert_int_equal(procedure_load("tests/procedure/assets", tell, NULL, &test_set), 0);
    offered(test_set);
    procedure_set_free(test_set);
}

static int64_t
now_us(void)
{
    struct timespec now;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* The issue asks for 20 ms; with sanitizers on a busy machine ten times that is granted here, and the plain program
 * is measured by tests/bench. */
static void
test_time(void **state)
{
    static const char *const queries[] = {
        "ごみ", "鏡", "ごみを出す日はいつですか", "passport", "救急車"};
    (void)state;
    int64_t worst = 0;
    int64_t build = 0;
    for (size_t l = 0; l < i18n_language_count(i18n); l++) {
        assert_int_equal(i18n_use(i18n, i18n_language_at(i18n, l)->code), 0);
        int64_t start = now_us();
        assert_int_equal(info_search_prepare(search, i18n), 0);
        build = now_us() - start > build ? now_us() - start : build;
        for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
            struct info_hit hits[INFO_HITS_MAX];
            start = now_us();
            (void)find("", queries[i], hits);
            int64_t took = now_us() - start;
            worst = took > worst ? took : worst;
        }
    }
    print_message(
        "slowest search %lld us, slowest index %lld us\n", (long long)worst, (long long)build);
    assert_true(worst < 200000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_every_language),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_over),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
