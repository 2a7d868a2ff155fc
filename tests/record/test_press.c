/* tests/record/test_press.c - records pressed before they are sealed: old dictionaries for ever, hostile streams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/err.h"
#include "record/record.h"
#include "record/record_priv.h"

static const char text[] =
    "{\"v\":1,\"id\":\"fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0\",\"number\":\"00100174\",\"procedure\""
    ":\"resident-record\",\"in_force\":\"2026-04-01\",\"kiosk\":\"kiosk-001\",\"language\":\"ja"
    "\",\"submitted_at\":1795312800,\"fee\":300,\"facts\":[{\"k\":\"applicant.name\",\"v\":\"日立"
    " 花子\",\"o\":\"card\",\"t\":1795312700},{\"k\":\"applicant.birth\",\"v\":\"1980-04-01\",\"o"
    "\":\"card\",\"t\":1795312700},{\"k\":\"applicant.sex\",\"v\":\"unknown\",\"o\":\"person\","
    "\"t\":1795312790}]}";

/* That text as it was pressed with the first dictionary: it must be read for as long as records are kept. */
static const uint8_t golden[] = {0x78, 0xf9, 0x50, 0x40, 0x43, 0x83, 0x43, 0x69, 0xcf, 0xa7, 0xa5,
    0xa5, 0xa5, 0xa6, 0xa5, 0xa4, 0x25, 0xa7, 0x25, 0xa5, 0x25, 0xa6, 0x59, 0xa6, 0x59, 0xa4, 0x99,
    0xa7, 0x99, 0xa5, 0x99, 0xa6, 0x99, 0xa4, 0x19, 0xa7, 0x19, 0xa5, 0x19, 0xa6, 0x19, 0xa0, 0xb5,
    0xf7, 0x81, 0xc8, 0xdc, 0x04, 0xad, 0xd1, 0x8f, 0x39, 0xc4, 0x4a, 0x66, 0x1f, 0x00, 0x6b, 0xb3,
    0xdd, 0xd2, 0xd4, 0xd8, 0xd0, 0xc8, 0xc2, 0xc0, 0x00, 0xda, 0x7c, 0x37, 0x06, 0xb3, 0xa0, 0xed,
    0x77, 0x3c, 0xc1, 0xf6, 0x6c, 0xfa, 0xd2, 0xe7, 0xab, 0xbb, 0x15, 0x5e, 0x74, 0x6d, 0x7c, 0xba,
    0x76, 0x02, 0x96, 0x90, 0x01, 0x1b, 0x6b, 0x6e, 0x60, 0x80, 0x3f, 0x66, 0x0c, 0x2d, 0x2d, 0x0c,
    0xe0, 0xae, 0x27, 0xde, 0x08, 0x44, 0xc2, 0xc0, 0xd7, 0xe7, 0x84, 0xe8, 0xb7, 0x34, 0xa8, 0x8d,
    0xad, 0x05, 0x00, 0x08, 0x84, 0x79, 0xa8};
static const unsigned long first_sum = 0x50404383UL;

static struct record *
some_record(void)
{
    struct record *record = NULL;
    assert_int_equal(record_decode((const uint8_t *)text, strlen(text), &record), 0);
    return record;
}

static void
test_there_and_back(void **state)
{
    (void)state;
    struct record *record = some_record();
    struct record *back = NULL;
    AUTO_BUF pressed;
    AUTO_BUF again;
    buf_init(&pressed, RECORD_ENCODED_MAX);
    buf_init(&again, RECORD_ENCODED_MAX);
    assert_int_equal(record_press(record, &pressed), 0);
    assert_true(pressed.len < strlen(text) / 3);
    for (int spaces = 0; spaces < 600; spaces += 299) {
        buf_clear(&again);
        assert_int_equal(record_expand(pressed.data, pressed.len, &again), 0);
        assert_string_equal(buf_str(&again), text);
        assert_int_equal(record_decode(pressed.data, pressed.len, &back), 0);
        assert_string_equal(fact_set_value(record_facts(back), "applicant.name"), "日立 花子");
        record_free(back);
        for (int i = 0; i < 299; i++) {
            assert_int_equal(buf_add_byte(&pressed, ' '), 0);
        }
    }
    assert_int_equal(buf_add_byte(&pressed, 'x'), 0); /* nothing may hide behind it */
    assert_int_equal(record_decode(pressed.data, pressed.len, &back), KERR_INVALID);
    record_free(record);
}

/* What was sealed before, and the dictionaries as they were released. */
static void
test_old_records(void **state)
{
    (void)state;
    AUTO_BUF expanded;
    buf_init(&expanded, RECORD_ENCODED_MAX);
    assert_int_equal(record_expand(golden, sizeof(golden), &expanded), 0);
    assert_string_equal(buf_str(&expanded), text);
    buf_clear(&expanded);
    assert_int_equal(record_expand((const uint8_t *)text, strlen(text), &expanded), 0);
    assert_string_equal(buf_str(&expanded), text);

    const struct record_words *words = record_words_of(first_sum);
    assert_non_null(words);
    AUTO_BUF joined;
    buf_init(&joined, RECORD_WORDS_MAX);
    assert_int_equal(record_words_join(words, &joined), 0);
    assert_int_equal(adler32(adler32(0, NULL, 0), joined.data, (uInt)joined.len), first_sum);
    assert_null(record_words_of(first_sum + 1));
}

static void
test_cuts_and_flips(void **state)
{
    (void)state;
    struct record *record = NULL;
    for (size_t cut = 0; cut < sizeof(golden); cut++) {
        uint8_t *bytes = malloc(cut + 1); /* of exactly this size but one, for ASan */
        assert_non_null(bytes);
        memcpy(bytes, golden, cut);
        assert_int_equal(record_decode(bytes, cut, &record), KERR_INVALID);
        free(bytes);
    }
    for (size_t i = 0; i < 8 * sizeof(golden); i++) {
        uint8_t bytes[sizeof(golden)];
        memcpy(bytes, golden, sizeof(golden));
        bytes[i / 8] ^= (uint8_t)(1u << (i % 8));
        AUTO_BUF same;
        buf_init(&same, RECORD_ENCODED_MAX);
        /* the text has a check sum; the bits that fill the byte before it say nothing */
        if (bytes[0] == golden[0] && record_expand(bytes, sizeof(bytes), &same) == 0) {
            assert_string_equal(buf_str(&same), text);
        } else {
            assert_int_equal(record_decode(bytes, sizeof(bytes), &record), KERR_INVALID);
        }
    }
    assert_null(record);
}

/* Presses any bytes; words may be NULL. */
static size_t
press_with(const void *bytes, size_t len, const char *words, uint8_t *out, size_t room)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit(&stream, 9), Z_OK);
    if (words != NULL) {
        assert_int_equal(
            deflateSetDictionary(&stream, (const Bytef *)words, (uInt)strlen(words)), Z_OK);
    }
    stream.next_in = (Bytef *)(uintptr_t)bytes;
    stream.avail_in = (uInt)len;
    stream.next_out = out;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return room - stream.avail_out;
}

static void
test_hostile_streams(void **state)
{
    (void)state;
    static char big[8 * RECORD_ENCODED_MAX];
    static uint8_t out[64 * 1024];
    struct record *record = NULL;
    AUTO_BUF expanded;
    buf_init(&expanded, 16 * RECORD_ENCODED_MAX);
    memset(big, '[', sizeof(big)); /* 2 MiB out of some thousand bytes */
    size_t len = press_with(big, sizeof(big), NULL, out, sizeof(out));
    assert_true(len < 4096);
    assert_int_equal(record_expand(out, len, &expanded), KERR_TOO_BIG);
    assert_true(expanded.len <= RECORD_ENCODED_MAX);
    assert_int_equal(record_decode(out, len, &record), KERR_TOO_BIG);
    len = press_with(text, strlen(text), "another dictionary", out, sizeof(out));
    assert_int_equal(record_decode(out, len, &record), KERR_INVALID);
    len = press_with("{}", 2, NULL, out, sizeof(out));
    assert_int_equal(record_decode(out, len, &record), KERR_INVALID);
    len = press_with("", 0, NULL, out, sizeof(out));
    assert_int_equal(record_decode(out, len, &record), KERR_INVALID);
    len = press_with(golden, sizeof(golden), NULL, out, sizeof(out)); /* twice */
    assert_int_equal(record_decode(out, len, &record), KERR_INVALID);
    assert_int_equal(
        record_expand((const uint8_t *)big, 2 * RECORD_ENCODED_MAX + 1, &expanded), KERR_TOO_BIG);
    assert_null(record);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_old_records),
        cmocka_unit_test(test_cuts_and_flips),
        cmocka_unit_test(test_hostile_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
