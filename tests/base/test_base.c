/* tests/base/test_base.c - the ground: buffers, UTF-8, hex, calendar, settings, files, chance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "harness/harness.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char folder[HARNESS_FOLDER_LEN];

static int
make_folder(void **state)
{
    (void)state;
    harness_folder_make(folder);
    return 0;
}

static int
remove_folder(void **state)
{
    (void)state;
    return harness_folder_remove(folder);
}

static const char *
in(const char *name)
{
    static char ring[8][160];
    static unsigned next;
    char *path = ring[next++ % 8];
    (void)snprintf(path, sizeof(ring[0]), "%s/%s", folder, name);
    return path;
}

static void
write_text(const char *path, const char *text)
{
    assert_int_equal(fs_write_atomic(path, text, strlen(text), 0600), 0);
}

static void
test_buf_bounds(void **state)
{
    (void)state;
    AUTO_BUF buf;
    buf_init(&buf, 10);
    assert_string_equal(buf_str(&buf), "");
    assert_int_equal(buf_add(&buf, NULL, 0), 0);
    assert_int_equal(buf_add_str(&buf, "12345678"), 0);
    assert_int_equal(buf_printf(&buf, "%d", 99), 0);
    assert_string_equal(buf_str(&buf), "1234567899");
    assert_int_equal(buf_add_byte(&buf, 'x'), KERR_TOO_BIG);
    assert_string_equal(buf_str(&buf), "1234567899"); /* unchanged */
    assert_int_equal(buf_add(&buf, NULL, 0), KERR_TOO_BIG); /* sticky */
    assert_int_equal(buf_error(&buf), KERR_TOO_BIG);
    buf_clear(&buf);
    assert_int_equal(buf_error(&buf), 0);
    assert_int_equal(buf.len, 0);
    assert_int_equal(buf_printf(&buf, "%s", "0123456789"), 0);
    assert_int_equal(buf_printf(&buf, "%s", "a"), KERR_TOO_BIG);
    buf_release(&buf);
    assert_int_equal(buf_add_str(&buf, "again"), 0);
    buf_release(NULL);
    AUTO_BUF nothing;
    buf_init(&nothing, 0);
    assert_int_equal(buf_add_byte(&nothing, 1), KERR_TOO_BIG);
    AUTO_BUF endless; /* a maximum that adding to would overflow */
    buf_init(&endless, SIZE_MAX);
    assert_int_equal(buf_add_str(&endless, "abc"), 0);
    assert_int_equal(buf_add(&endless, "", SIZE_MAX), KERR_TOO_BIG);
    buf_clear(&endless);
    assert_int_equal(buf_add(&endless, "", SIZE_MAX - 1), KERR_TOO_BIG);
    assert_int_equal(endless.len, 0);
}

/* Growing over many sizes keeps the bytes and the NUL behind them. */
static void
test_buf_growth(void **state)
{
    (void)state;
    AUTO_BUF buf;
    buf_init(&buf, 100000);
    for (size_t i = 0; i < 100000; i++) {
        assert_int_equal(buf_add_byte(&buf, (uint8_t)(i * 31)), 0);
        assert_int_equal(buf.data[buf.len], 0);
    }
    for (size_t i = 0; i < buf.len; i++) {
        assert_int_equal(buf.data[i], (uint8_t)(i * 31));
    }
    buf_clear(&buf); /* wiped in place */
    for (size_t i = 0; i < 100000; i++) {
        assert_int_equal(buf.data[i], 0);
    }
}

static void
test_utf8_validity(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        bool valid;
    } cases[] = {
        {"", 0, true},
        {"abc", 3, true},
        {"a\0b", 3, false},
        {"\x7f", 1, true},
        {"\x80", 1, false},
        {"\xbf", 1, false},
        {"\xc0\x80", 2, false}, /* NUL, overlong */
        {"\xc1\xbf", 2, false},
        {"\xc2\x80", 2, true}, /* U+0080 */
        {"\xc2", 1, false},
        {"\xc2\x20", 2, false},
        {"\xdf\xbf", 2, true}, /* U+07FF */
        {"\xe0\x80\x80", 3, false},
        {"\xe0\x9f\xbf", 3, false},
        {"\xe0\xa0\x80", 3, true}, /* U+0800 */
        {"\xe6\x97\xa5", 3, true},
        {"\xe6\x97", 2, false},
        {"\xed\x9f\xbf", 3, true}, /* U+D7FF */
        {"\xed\xa0\x80", 3, false}, /* U+D800 */
        {"\xed\xbf\xbf", 3, false}, /* U+DFFF */
        {"\xee\x80\x80", 3, true}, /* U+E000 */
        {"\xef\xbf\xbf", 3, true}, /* U+FFFF */
        {"\xf0\x80\x80\x80", 4, false},
        {"\xf0\x8f\xbf\xbf", 4, false},
        {"\xf0\x90\x80\x80", 4, true}, /* U+10000 */
        {"\xf0\xa0\xae\xb7", 4, true}, /* U+20BB7 */
        {"\xf3\xa0\x84\x80", 4, true}, /* U+E0100, a variation selector */
        {"\xf4\x8f\xbf\xbf", 4, true}, /* U+10FFFF */
        {"\xf4\x90\x80\x80", 4, false},
        {"\xf5\x80\x80\x80", 4, false},
        {"\xf8\x88\x80\x80\x80", 5, false},
        {"\xfe", 1, false},
        {"\xff", 1, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *copy = malloc(cases[i].len + 1); /* of its own, for ASan */
        assert_non_null(copy);
        memcpy(copy, cases[i].text, cases[i].len);
        if (utf8_valid(copy, cases[i].len) != cases[i].valid) {
            fail_msg("case %zu", i);
        }
        free(copy);
    }
}

/* Every scalar value goes out and comes back; what is none gives nothing. */
static void
test_utf8_every_code_point(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x120000; code++) {
        char text[4];
        size_t len = utf8_encode(code, text);
        bool scalar = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
        if (!scalar) {
            assert_int_equal(len, 0);
            continue;
        }
        size_t pos = 0;
        if (code == 0) {
            continue; /* NUL is no text */
        }
        if (!utf8_valid(text, len) || utf8_next(text, len, &pos) != code || pos != len) {
            fail_msg("U+%04X", code);
        }
    }
    static const char text[] = "日立 \xf0\xa0\xae\xb7!";
    assert_int_equal(utf8_count(text, sizeof(text) - 1), 5);
    assert_int_equal(utf8_count("", 0), 0);
    size_t pos = 0;
    assert_int_equal(utf8_next("", 0, &pos), 0);
    assert_int_equal(utf8_next("\xe6", 1, &pos), 0xfffd); /* not valid: still moves on */
    assert_int_equal(pos, 1);
}

static void
test_hex(void **state)
{
    (void)state;
    uint8_t all[256];
    char text[513];
    uint8_t back[256];
    for (size_t i = 0; i < 256; i++) {
        all[i] = (uint8_t)i;
    }
    hex_encode(all, 256, text);
    assert_int_equal(strlen(text), 512);
    assert_memory_equal(text, "000102", 6);
    assert_string_equal(text + 506, "fdfeff");
    assert_int_equal(hex_decode(text, back, 256), 0);
    assert_memory_equal(all, back, 256);
    assert_int_equal(hex_decode("aBcD", back, 2), 0);
    assert_true(back[0] == 0xab && back[1] == 0xcd);
    static const char *const bad[] = {"", "a", "abc", "abcde", "abc ", "abcg", "0x12", "ab-d"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        memset(back, 7, 2);
        assert_int_equal(hex_decode(bad[i], back, 2), KERR_INVALID);
        assert_true(back[0] == 7 && back[1] == 7); /* untouched */
    }
    assert_int_equal(hex_decode("", back, 0), 0);
}

static void
test_calendar(void **state)
{
    (void)state;
    static const struct {
        int year, month, day;
        int64_t days;
    } cases[] = {
        {1970, 1, 1, 0},
        {1969, 12, 31, -1},
        {2000, 2, 29, 11016},
        {2000, 3, 1, 11017},
        {1900, 2, 28, -25509},
        {1900, 3, 1, -25508}, /* no leap day */
        {2026, 11, 22, 20779},
        {1868, 10, 23, -36959}, /* Meiji begins */
        {1, 1, 1, -719162},
        {0, 3, 1, -719468},
        {-1, 1, 1, -719893},
        {9999, 12, 31, 2932896},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int year, month, day;
        assert_true(
            clock_days_from_civil(cases[i].year, cases[i].month, cases[i].day) == cases[i].days);
        clock_civil_from_days(cases[i].days, &year, &month, &day);
        assert_true(year == cases[i].year && month == cases[i].month && day == cases[i].day);
    }
    /* a walk over 800 years, day by day */
    int last_day = 31;
    for (int64_t days = clock_days_from_civil(1600, 1, 1); days < clock_days_from_civil(2400, 1, 1);
         days++) {
        int year, month, day;
        clock_civil_from_days(days, &year, &month, &day);
        assert_true(clock_days_from_civil(year, month, day) == days);
        assert_true(day == last_day + 1 || (day == 1 && last_day >= 28));
        last_day = day;
    }
}

static void
test_grow(void **state)
{
    (void)state;
    enum { MANY = 1000 };
    int *numbers = NULL;
    size_t cap = 0;
    for (int i = 0; i < MANY; i++) {
        numbers = xgrow(numbers, (size_t)i, &cap, sizeof(*numbers));
        assert_true(cap > (size_t)i);
        assert_int_equal(numbers[i], 0); /* zeroed, and inside */
        numbers[i] = i + 1;
    }
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(numbers[i], i + 1);
    }
    const int *same = xgrow(numbers, cap - 1, &cap, sizeof(*numbers));
    assert_ptr_equal(same, numbers); /* there is room for one more */
    free(numbers);
}

static void
test_days_as_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool exists;
        int64_t days;
    } cases[] = {
        {"1970-01-01", true, 0},
        {"2026-11-22", true, 20779},
        {"0000-03-01", true, -719468},
        {"9999-12-31", true, 2932896},
        {"2024-02-29", true, 19782},
        {"2000-02-29", true, 11016},
        {"2026-02-29", false, 0},
        {"1900-02-29", false, 0},
        {"2026-04-31", false, 0},
        {"2026-00-10", false, 0},
        {"2026-13-01", false, 0},
        {"2026-12-00", false, 0},
        {"2026-12-32", false, 0},
        {"2026-11-2", false, 0},
        {"2026-11-222", false, 0},
        {"2026/11/22", false, 0},
        {"2026-11-2x", false, 0},
        {"+026-11-22", false, 0},
        {"", false, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t days = -1;
        char back[CLOCK_DAY_LEN];
        bool exists = clock_day_parse(cases[i].text, strlen(cases[i].text), &days);
        if (exists != cases[i].exists || days != (exists ? cases[i].days : -1)) {
            fail_msg("%s: %lld", cases[i].text, (long long)days);
        }
        clock_day_text(cases[i].days, back);
        assert_true(!exists || strcmp(back, cases[i].text) == 0);
    }
    /* every day that a month can have exists, and no other */
    for (int64_t days = clock_days_from_civil(1890, 1, 1); days < clock_days_from_civil(2110, 1, 1);
         days++) {
        int year, month, day;
        int64_t same = 0;
        clock_civil_from_days(days, &year, &month, &day);
        assert_true(clock_day_of(year, month, day, &same) && same == days);
        int next_year, next_month, next_day;
        clock_civil_from_days(days + 1, &next_year, &next_month, &next_day);
        if (next_day == 1) { /* the last of its month */
            assert_false(clock_day_of(year, month, day + 1, &same));
        }
    }
    char text[CLOCK_DAY_LEN];
    clock_day_text(2932897, text); /* the year 10000 */
    assert_string_equal(text, "9999-01-01");
    assert_int_equal(clock_japan_day(1798729199), 20818); /* 2026-12-31T14:59:59Z */
    assert_int_equal(clock_japan_day(1798729200), 20819);
    assert_int_equal(clock_japan_day(-9 * 3600 - 1), -1);
}

static void
test_rfc3339(void **state)
{
    (void)state;
    static const struct {
        int64_t at;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00Z"},
        {-1, "1969-12-31T23:59:59Z"},
        {1795312922, "2026-11-22T02:02:02Z"},
        {951782400, "2000-02-29T00:00:00Z"},
        {2147483648, "2038-01-19T03:14:08Z"},
        {253402300799, "9999-12-31T23:59:59Z"},
        {-62167219200, "0000-01-01T00:00:00Z"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[CLOCK_RFC3339_LEN];
        clock_rfc3339(cases[i].at, text);
        assert_string_equal(text, cases[i].text);
    }
    /* a mad clock still gives a text of the right form */
    static const int64_t mad[] = {INT64_MAX / 2, INT64_MIN / 2, 253402300800, -62167219201};
    for (size_t i = 0; i < COUNT(mad); i++) {
        char text[CLOCK_RFC3339_LEN];
        clock_rfc3339(mad[i], text);
        assert_int_equal(strlen(text), 20);
        assert_int_equal(text[19], 'Z');
    }
    struct clock_date date = clock_japan(1795312799 - 9 * 3600 + 1);
    assert_true(date.year == 2026 && date.month == 11 && date.day == 22);
    date = clock_japan(-1);
    assert_true(date.year == 1970 && date.month == 1 && date.day == 1 && date.hour == 8 &&
                date.minute == 59);
    date = clock_japan(1798729200); /* 2026-12-31T15:00Z: a new year in Japan */
    assert_true(date.year == 2027 && date.month == 1 && date.day == 1 && date.hour == 0);
    int64_t before = clock_mono_ms(clock_system());
    assert_true(clock_mono_ms(clock_system()) >= before);
    assert_true(clock_wall_s(clock_system()) > 1700000000);
}

static void
test_settings(void **state)
{
    (void)state;
    write_text(in("a.conf"), "# comment\n"
                             "\n"
                             "  kiosk = kiosk-001  \r\n"
                             "url=https://127.0.0.1:9443/a=b\n"
                             "empty =\n"
                             "path = keys/x.crt\n"
                             "abs = /etc/x\n"
                             "number = 42\n"
                             "negative=-7\n"
                             "big = 99999999999999999999\n"
                             "word = 12x\n"
                             "kiosk = second\n"
                             "last = no newline");
    struct conf *conf = NULL;
    assert_int_equal(conf_load(in("a.conf"), &conf, NULL), 0);
    static const struct {
        const char *key;
        const char *value;
    } texts[] = {{"kiosk", "kiosk-001"}, {"url", "https://127.0.0.1:9443/a=b"}, {"empty", ""},
        {"last", "no newline"}, {"missing", NULL}, {"# comment", NULL}};
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *got = conf_str(conf, texts[i].key, NULL);
        assert_true((got == NULL) == (texts[i].value == NULL));
        if (got != NULL) {
            assert_string_equal(got, texts[i].value);
        }
    }
    assert_string_equal(conf_str(conf, "missing", "fallback"), "fallback");
    static const struct {
        const char *key;
        int64_t min, max, expected;
    } numbers[] = {{"number", 0, 100, 42}, {"number", 43, 100, -1}, {"number", 0, 41, -1},
        {"negative", -10, 0, -7}, {"big", 0, INT64_MAX, -1}, {"word", 0, 100, -1},
        {"empty", 0, 100, -1}, {"missing", 0, 100, -1}};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        assert_true(conf_int(conf, numbers[i].key, numbers[i].min, numbers[i].max, -1) ==
                    numbers[i].expected);
    }
    static const struct {
        const char *key;
        const char *fallback;
        const char *expected; /* after the folder when it has no slash in front */
    } paths[] = {{"path", NULL, "keys/x.crt"}, {"abs", NULL, "/etc/x"}, {"missing", "y", "y"}};
    for (size_t i = 0; i < COUNT(paths); i++) {
        char *got = conf_path(conf, paths[i].key, paths[i].fallback);
        assert_string_equal(
            got, paths[i].expected[0] == '/' ? paths[i].expected : in(paths[i].expected));
        free(got);
    }
    assert_null(conf_path(conf, "missing", NULL));
    conf_free(conf);
    conf_free(NULL);
}

static void
test_broken_settings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len; /* 0: a string */
        int expected, line;
    } cases[] = {
        {"a = 1\nno equals\n", 0, KERR_INVALID, 2},
        {"= value\n", 0, KERR_INVALID, 1},
        {"a = 1\n\n  = x", 0, KERR_INVALID, 3},
        {"a = 1\0b = 2", 11, KERR_INVALID, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len = cases[i].len > 0 ? cases[i].len : strlen(cases[i].text);
        assert_int_equal(fs_write_atomic(in("b.conf"), cases[i].text, len, 0600), 0);
        struct conf *conf = NULL;
        int line = -1;
        assert_int_equal(conf_load(in("b.conf"), &conf, &line), cases[i].expected);
        assert_int_equal(line, cases[i].line);
        assert_null(conf);
    }
    struct conf *conf = NULL;
    assert_int_equal(conf_load(in("missing.conf"), &conf, NULL), KERR_NOT_FOUND);
    AUTO_BUF many;
    buf_init(&many, 100000);
    for (int i = 0; i < 1025; i++) {
        assert_int_equal(buf_printf(&many, "key%d = x\n", i), 0);
    }
    write_text(in("many.conf"), buf_str(&many));
    assert_int_equal(conf_load(in("many.conf"), &conf, NULL), KERR_INVALID);
    while (buf_add_str(&many, "# a comment that makes it longer\n") == 0) {
    }
    write_text(in("long.conf"), buf_str(&many));
    assert_int_equal(conf_load(in("long.conf"), &conf, NULL), KERR_TOO_BIG);
    assert_null(conf);
    write_text(in("empty.conf"), "");
    assert_int_equal(conf_load(in("empty.conf"), &conf, NULL), 0);
    assert_null(conf_str(conf, "a", NULL));
    conf_free(conf);
}

static void
test_home(void **state)
{
    (void)state;
    static const struct {
        const char *kiosk, *data, *user, *expected;
    } cases[] = {
        {"/srv/kiosk", "/data", "/home/u", "/srv/kiosk"},
        {"", "/data", "/home/u", "/data/madoguchi"},
        {NULL, "relative", "/home/u", "/home/u/.local/share/madoguchi"},
        {NULL, NULL, "/home/u", "/home/u/.local/share/madoguchi"},
    };
    static const char *const names[] = {"KIOSK_HOME", "XDG_DATA_HOME", "HOME"};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *values[] = {cases[i].kiosk, cases[i].data, cases[i].user};
        for (size_t k = 0; k < 3; k++) {
            assert_int_equal(
                values[k] != NULL ? setenv(names[k], values[k], 1) : unsetenv(names[k]), 0);
        }
        char *home = conf_home();
        assert_string_equal(home, cases[i].expected);
        free(home);
    }
}

static int
collect(const char *name, void *ctx)
{
    return buf_printf(ctx, "%s ", name);
}

static int
stop_at_b(const char *name, void *ctx)
{
    (void)ctx;
    return name[0] == 'b' ? 7 : 0;
}

/* Whose a file is: root gives it to another here, anybody else has only their own. */
static uid_t
owner_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_uid;
}

/* What root writes for a service is the service's: a file that was there, and a new one in its folder. */
static void
test_whose_file(void **state)
{
    (void)state;
    uid_t service = geteuid() == 0 ? 4321 : geteuid();
    write_text(in("staff"), "old");
    assert_int_equal(chown(in("staff"), service, getegid()), 0);
    assert_int_equal(fs_write_shared(in("staff"), "new", 3, 0600), 0);
    assert_int_equal(owner_of(in("staff")), service);
    assert_int_equal(fs_write_shared(in("clients"), "new", 3, 0600), 0);
    assert_int_equal(owner_of(in("clients")), geteuid());
    assert_int_equal(chown(folder, service, getegid()), 0);
    assert_int_equal(fs_write_shared(in("keys"), "new", 3, 0600), 0);
    assert_int_equal(owner_of(in("keys")), service);
    /* the other way to write asks nobody */
    assert_int_equal(fs_write_atomic(in("staff"), "new", 3, 0600), 0);
    assert_int_equal(owner_of(in("staff")), geteuid());
}

static void
test_files(void **state)
{
    (void)state;
    AUTO_BUF data;
    buf_init(&data, 20);
    assert_int_equal(fs_read(in("none"), &data), KERR_NOT_FOUND);
    assert_int_equal(fs_read(folder, &data), KERR_IO);
    write_text(in("b.txt"), "old");
    write_text(in("b.txt"), "new text");
    assert_int_equal(fs_read(in("b.txt"), &data), 0);
    assert_string_equal(buf_str(&data), "new text");
    struct stat st;
    assert_int_equal(stat(in("b.txt"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(fs_write_atomic(in("a.txt"), "123456789012345678901", 21, 0644), 0);
    buf_clear(&data);
    assert_int_equal(fs_read(in("a.txt"), &data), KERR_TOO_BIG);
    assert_int_equal(fs_write_atomic(in("zero"), NULL, 0, 0644), 0);
    assert_int_equal(fs_write_atomic(in("no/such/folder"), "x", 1, 0644), KERR_NOT_FOUND);
    /* a folder in the way: an error, and no temporary file stays */
    assert_int_equal(fs_make_dirs(in("c.txt/inner")), 0);
    assert_int_equal(fs_write_atomic(in("c.txt"), "x", 1, 0644), KERR_IO);
    AUTO_BUF names;
    buf_init(&names, 1000);
    assert_int_equal(fs_each(folder, NULL, collect, &names), 0);
    assert_string_equal(buf_str(&names), "a.txt b.txt c.txt zero ");
    buf_clear(&names);
    assert_int_equal(fs_each(folder, ".txt", collect, &names), 0);
    assert_string_equal(buf_str(&names), "a.txt b.txt c.txt ");
    assert_int_equal(fs_each(folder, NULL, stop_at_b, NULL), 7);
    assert_int_equal(fs_each(in("none"), NULL, collect, &names), KERR_NOT_FOUND);
    assert_int_equal(fs_each(in("a.txt"), NULL, collect, &names), KERR_NOT_FOUND);
    assert_true(fs_exists(in("zero")) && !fs_exists(in("none")));
}

static void
test_make_dirs(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int expected;
    } cases[] = {{"x/y/z", 0}, {"x/y/z", 0}, {"x//w/", 0}, {"file", KERR_IO}, {"file/x", KERR_IO}};
    write_text(in("file"), "x");
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(fs_make_dirs(in(cases[i].name)), cases[i].expected);
    }
    struct stat st;
    assert_int_equal(stat(in("x/w"), &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(fs_make_dirs(""), KERR_IO);
    assert_int_equal(fs_make_dirs("/"), 0);
}

/* A link is there at once or as it was; what a cut left of an earlier one is in nobody's way. */
static void
test_links(void **state)
{
    (void)state;
    struct stat st;
    struct buf data;
    buf_init(&data, 20);
    write_text(in("one"), "1");
    write_text(in("two"), "2");
    write_text(in("now"), "a file of before");
    assert_int_equal(symlink("nowhere", in("now.link")), 0);
    assert_int_equal(fs_link("one", in("now")), 0);
    assert_int_equal(fs_read(in("now"), &data), 0);
    assert_int_equal(fs_link("two", in("now")), 0);
    assert_int_equal(fs_read(in("now"), &data), 0);
    assert_string_equal(buf_str(&data), "12");
    assert_int_equal(fs_link("one", in("none/now")), KERR_NOT_FOUND);
    assert_int_equal(mkdir(in("folder"), 0700), 0);
    assert_int_equal(fs_link("one", in("folder")), KERR_IO);
    assert_true(fs_is_folder(in("folder")));
    assert_int_equal(lstat(in("folder.link"), &st), -1);
    buf_release(&data);
}

static void
test_chance(void **state)
{
    (void)state;
    /* SplitMix64 from seed 1234567: the reference implementation's first numbers */
    struct rng_seeded rng = {1234567};
    assert_true(rng_seeded_next(&rng) == 6457827717110365317u);
    assert_true(rng_seeded_next(&rng) == 3203168211198807973u);
    unsigned hits[10] = {0};
    for (int i = 0; i < 10000; i++) {
        uint32_t n = rng_seeded_below(&rng, 10);
        assert_true(n < 10);
        hits[n]++;
    }
    for (size_t i = 0; i < 10; i++) {
        assert_true(hits[i] > 850 && hits[i] < 1150);
    }
    assert_int_equal(rng_seeded_below(&rng, 1), 0);
    uint8_t a[64] = {0};
    uint8_t b[64] = {0};
    rng_fill(a, sizeof(a));
    rng_fill(b, sizeof(b));
    assert_memory_not_equal(a, b, sizeof(a));
    rng_fill(NULL, 0);
}

static void
test_alloc_and_errors(void **state)
{
    (void)state;
    char *p = xstrndup("abcdef", 3);
    assert_string_equal(p, "abc");
    free(p);
    p = xstrndup("ab", 99);
    assert_string_equal(p, "ab");
    free(p);
    p = xcalloc(0, 0);
    assert_non_null(p);
    free(p);
    /* every code of the list has a name of its own */
    static const int bands[][2] = {
        {0, 11}, {100, 115}, {200, 204}, {300, 304}, {400, 402}, {500, 501}, {600, 603}};
    for (size_t i = 0; i < COUNT(bands); i++) {
        for (int code = bands[i][0]; code <= bands[i][1]; code++) {
            if (strcmp(err_str(-code), "KERR_?") == 0) {
                fail_msg("%d has no name", -code);
            }
        }
    }
    assert_string_equal(err_str(0), "KERR_OK");
    assert_string_equal(err_str(1), "KERR_?");
    assert_string_equal(err_str(-99), "KERR_?");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buf_bounds),
        cmocka_unit_test(test_buf_growth),
        cmocka_unit_test(test_utf8_validity),
        cmocka_unit_test(test_utf8_every_code_point),
        cmocka_unit_test(test_hex),
        cmocka_unit_test(test_calendar),
        cmocka_unit_test(test_grow),
        cmocka_unit_test(test_days_as_text),
        cmocka_unit_test(test_rfc3339),
        cmocka_unit_test_setup_teardown(test_settings, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_broken_settings, make_folder, remove_folder),
        cmocka_unit_test(test_home),
        cmocka_unit_test_setup_teardown(test_files, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_whose_file, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_make_dirs, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_links, make_folder, remove_folder),
        cmocka_unit_test(test_chance),
        cmocka_unit_test(test_alloc_and_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
