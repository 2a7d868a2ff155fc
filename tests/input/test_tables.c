/* The built tables against their sources, the compiler on small ones, and files that are no tables. */
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "harness/harness.h"
#include "input/input_priv.h"

enum { SOURCE_MAX = 16 * 1024 * 1024, SAMPLE = 2000, LOOKUP_NS = 50000 };

static char *
built(const char *name)
{
    char *tables = fs_join(getenv("BUILD") != NULL ? getenv("BUILD") : "build", "tables");
    char *path = fs_join(tables, name);
    free(tables);
    return path;
}

/* The source dictionary in UTF-8, lines of "0010000 /address/". */
static char *
source_codes(void)
{
    struct buf raw;
    buf_init(&raw, SOURCE_MAX);
    assert_int_equal(fs_read("/usr/share/skk/SKK-JISYO.zipcode", &raw), 0);
    size_t room = 2 * raw.len;
    char *text = xcalloc(1, room + 1);
    iconv_t to_utf8 = iconv_open("UTF-8", "EUC-JISX0213");
    assert_true(to_utf8 != (iconv_t)-1);
    char *in = (char *)raw.data;
    char *out = text;
    size_t left = raw.len;
    assert_int_equal(iconv(to_utf8, &in, &left, &out, &room), 0);
    (void)iconv_close(to_utf8);
    buf_release(&raw);
    return text;
}

static struct input_postal *
open_postal(void)
{
    char *path = built("postal.table");
    struct input_postal *postal;
    assert_int_equal(input_postal_open(path, &postal), 0);
    free(path);
    return postal;
}

/* The address as the source has it, without the brackets of its notes. */
static void
expect(const struct input_postal *postal, const char *code, size_t index, const char *address)
{
    struct input_address found;
    assert_true(input_postal_find(postal, code, index, &found) > index);
    char have[512];
    char want[512] = "";
    (void)snprintf(have, sizeof(have), "%s%s", found.place, found.town);
    size_t len = strlen(address);
    for (size_t pos = 0; pos < len;) {
        size_t start = pos;
        uint32_t letter = utf8_next(address, len, &pos);
        if (letter != 0xff08 && letter != 0xff09) {
            (void)strncat(want, address + start, pos - start);
        }
    }
    assert_string_equal(have, want);
    assert_true(found.place[0] != 0 && found.reading[0] != 0);
}

static void
sampled_codes_give_their_addresses(void **state)
{
    (void)state;
    struct input_postal *postal = open_postal();
    char *codes = source_codes();
    struct rng_seeded rng = {.state = 3170065};
    size_t len = strlen(codes);
    int64_t spent = 0;
    for (int tried = 0; tried < SAMPLE;) {
        char *line = codes + rng_seeded_next(&rng) % len;
        line = strchr(line, '\n');
        if (line == NULL || line[1] < '0' || line[1] > '9') {
            continue;
        }
        char text[4096] = "";
        (void)sscanf(line + 1, "%4000[^\n]", text);
        text[7] = 0;
        size_t index = 0;
        char *rest = NULL;
        for (char *part = strtok_r(text + 9, "/", &rest); part != NULL;
             part = strtok_r(NULL, "/", &rest)) {
            expect(postal, text, index++, part);
        }
        struct timespec from;
        struct timespec to;
        (void)clock_gettime(CLOCK_MONOTONIC, &from);
        size_t count = input_postal_find(postal, text, 0, NULL);
        (void)clock_gettime(CLOCK_MONOTONIC, &to);
        spent += (to.tv_sec - from.tv_sec) * 1000000000 + to.tv_nsec - from.tv_nsec;
        assert_int_equal(count, index);
        tried++;
    }
    print_message("a lookup took %lld ns\n", (long long)(spent / SAMPLE));
    assert_true(spent / SAMPLE < LOOKUP_NS);
    free(codes);
    input_postal_close(postal);
}

static void
known_places(void **state)
{
    (void)state;
    struct input_postal *postal = open_postal();
    struct input_address found;
    assert_int_equal(input_postal_find(postal, "3170065", 0, &found), 1);
    assert_string_equal(found.place, "茨城県日立市");
    assert_string_equal(found.reading, "いばらきけんひたちし");
    assert_string_equal(found.town, "助川町");
    assert_int_equal(input_postal_find(postal, "4980000", 1, &found), 2); /* two cities, one code */
    assert_string_equal(found.place, "三重県桑名郡木曽岬町");
    assert_int_equal(input_postal_find(postal, "4506201", 0, &found), 1); /* a note in the source */
    assert_string_equal(found.town, "名駅ミッドランドスクエア高層棟１階");
    static const char *const none[] = {
        "", "317006", "31700651", "317-0065", "0000000", "9999999", "３１７００６５"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_int_equal(input_postal_find(postal, none[i], 0, &found), 0);
    }
    input_postal_close(postal);
}

static void
kanji_have_their_forms(void **state)
{
    (void)state;
    char *path = built("variants.table");
    struct input_variants *variants;
    assert_int_equal(input_variants_open(path, &variants), 0);
    uint32_t selectors[4];
    assert_int_equal(input_variants_find(variants, 0x8fbb, selectors, 4), 6); /* 辻 */
    assert_int_equal(selectors[0], 0xe0100);
    assert_int_equal(selectors[3], 0xe0103);
    assert_int_equal(input_variants_find(variants, 0x9089, selectors, 4), 32); /* 邉 */
    assert_int_equal(input_variants_find(variants, 'a', selectors, 4), 0);
    input_variants_close(variants);
    free(path);
}

static int
compile(const char *codes, const char *places, struct buf *table)
{
    return input_postal_compile(codes, strlen(codes), places, strlen(places), table);
}

static void
sources_of_another_form_are_refused(void **state)
{
    (void)state;
    struct buf table;
    buf_init(&table, 4096);
    assert_int_equal(compile("; nothing\n", "", &table), KERR_INVALID);
    assert_int_equal(compile("0000002 /b/\n0000001 /a/\n", "", &table), KERR_INVALID); /* order */
    assert_int_equal(compile("0000001 /a/\n", "no tab\n", &table), KERR_INVALID);
    assert_int_equal(compile("0000001 /\xff/\n", "", &table), KERR_INVALID);
    assert_int_equal(input_variants_compile("; x\n", 4, &table), KERR_INVALID);
    assert_int_equal(table.len, 0);
    struct buf small;
    buf_init(&small, 16);
    assert_int_equal(compile("0000001 /a/\n", "", &small), KERR_TOO_BIG);
    buf_release(&small);
    buf_release(&table);
}

/* Every lookup over whatever the file says must stay inside of it. */
static void
look_up(const char *path)
{
    struct input_postal *postal;
    if (input_postal_open(path, &postal) == 0) {
        struct input_address found;
        size_t count = input_postal_find(postal, "0000001", 0, &found);
        for (size_t i = 0; i < count; i++) {
            (void)input_postal_find(postal, "0000001", i, &found);
            assert_true(strlen(found.place) + strlen(found.reading) + strlen(found.town) < 4096);
        }
        input_postal_close(postal);
    }
}

static void
hostile_files(void **state)
{
    (void)state;
    char folder[HARNESS_FOLDER_LEN];
    harness_folder_make(folder);
    char *path = fs_join(folder, "table");
    struct buf table;
    buf_init(&table, 4096);
    assert_int_equal(
        compile("0000001 /県市町/県市村/\n0000002 /県市里/\n", "県市\tけんし\n", &table), 0);
    struct input_postal *postal;
    for (size_t len = 0; len < table.len; len++) { /* cut anywhere */
        assert_int_equal(fs_write_atomic(path, table.data, len, 0600), 0);
        assert_int_equal(input_postal_open(path, &postal), KERR_INVALID);
    }
    for (size_t at = 0; at < table.len; at++) { /* one byte altered anywhere */
        uint8_t was = table.data[at];
        static const uint8_t values[] = {0x00, 0x7f, 0xff};
        for (size_t i = 0; i < sizeof(values); i++) {
            table.data[at] = values[i];
            assert_int_equal(fs_write_atomic(path, table.data, table.len, 0600), 0);
            look_up(path);
        }
        table.data[at] = was;
    }
    assert_int_equal(fs_write_atomic(path, table.data, table.len, 0600), 0);
    assert_int_equal(input_postal_open(path, &postal), 0);
    input_postal_close(postal);
    struct input_variants *variants; /* the other kind of table */
    assert_int_equal(input_variants_open(path, &variants), KERR_INVALID);
    assert_int_equal(input_postal_open(folder, &postal), KERR_IO); /* a folder */
    assert_int_equal(input_postal_open("/nonexistent", &postal), KERR_NOT_FOUND);
    buf_release(&table);
    free(path);
    assert_int_equal(harness_folder_remove(folder), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sampled_codes_give_their_addresses),
        cmocka_unit_test(known_places),
        cmocka_unit_test(kanji_have_their_forms),
        cmocka_unit_test(sources_of_another_form_are_refused),
        cmocka_unit_test(hostile_files),
    };
    return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
