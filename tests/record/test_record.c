/* tests/record/test_record.c - facts, the record's one encoding, hostile bytes, the visitor's number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/rng.h"
#include "record/record.h"

static struct record_head
some_head(void)
{
    struct record_head head = {.number = "00100174",
        .procedure = "resident-record",
        .in_force = "2026-04-01",
        .kiosk = "kiosk-001",
        .language = "ja-easy",
        .submitted_at = 1795312800,
        .fee = 300};
    for (size_t i = 0; i < RECORD_ID_LEN; i++) {
        head.id[i] = (uint8_t)(255 - i);
    }
    return head;
}

static struct fact_set *
some_facts(void)
{
    struct fact_set *facts = fact_set_new();
    assert_int_equal(fact_set_put(facts, "applicant.name", "日立 花子", FACT_ORIGIN_CARD, 10), 0);
    assert_int_equal(fact_set_put(facts, "members[2].relation", "a\"\\\n\x1f\x7f", /* escapes */
                         FACT_ORIGIN_PERSON, -5),
        0);
    assert_int_equal(fact_set_put(facts, "empty", "", FACT_ORIGIN_STAFF, 0), 0);
    assert_int_equal(
        fact_set_put(facts, "fee", "\xf0\xa0\xae\xb7\xf3\xa0\x84\x80", FACT_ORIGIN_DERIVED, 1), 0);
    return facts;
}

static const char encoded[] =
    "{\"v\":1,\"id\":\"fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0\",\"number\":\"00100174\","
    "\"procedure\":\"resident-record\",\"in_force\":\"2026-04-01\",\"kiosk\":\"kiosk-001\","
    "\"language\":\"ja-easy\",\"submitted_at\":1795312800,\"fee\":300,\"facts\":["
    "{\"k\":\"applicant.name\",\"v\":\"日立 花子\",\"o\":\"card\",\"t\":10},"
    "{\"k\":\"members[2].relation\",\"v\":\"a\\\"\\\\\\u000a\\u001f\x7f\",\"o\":\"person\",\"t\":-"
    "5},"
    "{\"k\":\"empty\",\"v\":\"\",\"o\":\"staff\",\"t\":0},"
    "{\"k\":\"fee\",\"v\":\"\xf0\xa0\xae\xb7\xf3\xa0\x84\x80\",\"o\":\"derived\",\"t\":1}]}";

/* The golden bytes of version 1: a change here makes old records unreadable. */
static void
test_encoding_is_fixed(void **state)
{
    (void)state;
    struct record_head head = some_head();
    struct fact_set *facts = some_facts();
    struct record *record = record_new(&head, facts);
    AUTO_BUF bytes;
    buf_init(&bytes, RECORD_ENCODED_MAX);
    assert_int_equal(record_encode(record, &bytes), 0);
    assert_string_equal(buf_str(&bytes), encoded);
    fact_set_free(facts); /* the record has copies */
    AUTO_BUF again;
    buf_init(&again, RECORD_ENCODED_MAX);
    assert_int_equal(record_encode(record, &again), 0);
    assert_string_equal(buf_str(&again), encoded);
    record_free(record);
    record_free(NULL);
}

static void
test_decode(void **state)
{
    (void)state;
    struct record_head head = some_head();
    AUTO_BUF padded;
    buf_init(&padded, RECORD_ENCODED_MAX);
    assert_int_equal(buf_add_str(&padded, encoded), 0);
    for (int spaces = 0; spaces < 3; spaces++) {
        struct record *record = NULL;
        assert_int_equal(record_decode(padded.data, padded.len, &record), 0);
        const struct record_head *got = record_head(record);
        assert_memory_equal(got->id, head.id, RECORD_ID_LEN);
        assert_string_equal(got->number, head.number);
        assert_string_equal(got->procedure, head.procedure);
        assert_string_equal(got->in_force, head.in_force);
        assert_string_equal(got->kiosk, head.kiosk);
        assert_string_equal(got->language, head.language);
        assert_true(got->submitted_at == head.submitted_at && got->fee == head.fee);
        const struct fact_set *facts = record_facts(record);
        assert_int_equal(fact_set_count(facts), 4);
        assert_string_equal(fact_set_value(facts, "applicant.name"), "日立 花子");
        assert_string_equal(fact_set_value(facts, "members[2].relation"), "a\"\\\n\x1f\x7f");
        assert_int_equal(fact_set_at(facts, 1)->origin, FACT_ORIGIN_PERSON);
        assert_true(fact_set_at(facts, 1)->at == -5);
        record_free(record);
        assert_int_equal(buf_add_byte(&padded, ' '), 0);
    }
}

/* The records of one visit share a number, which is absent in what was sealed before there was one. */
static void
test_visit(void **state)
{
    (void)state;
    struct record_head head = some_head();
    struct fact_set *facts = some_facts();
    memcpy(head.visit, "\x00\x1f\x02\x03\x04\x05\x06\xff", RECORD_VISIT_LEN);
    struct record *record = record_new(&head, facts);
    AUTO_BUF bytes;
    buf_init(&bytes, RECORD_ENCODED_MAX);
    assert_int_equal(record_encode(record, &bytes), 0);
    assert_non_null(
        strstr(buf_str(&bytes), ",\"fee\":300,\"visit\":\"001f0203040506ff\",\"facts\":["));
    record_free(record);
    assert_int_equal(record_decode(bytes.data, bytes.len, &record), 0);
    assert_memory_equal(record_head(record)->visit, head.visit, RECORD_VISIT_LEN);
    assert_false(record_head(record)->assisted);
    record_free(record);
    head.assisted = true;
    record = record_new(&head, facts);
    buf_clear(&bytes);
    assert_int_equal(record_encode(record, &bytes), 0);
    assert_non_null(strstr(buf_str(&bytes), "ff\",\"assisted\":true,\"facts\":["));
    record_free(record);
    assert_int_equal(record_decode(bytes.data, bytes.len, &record), 0);
    assert_true(record_head(record)->assisted);
    record_free(record);
    assert_int_equal(record_decode((const uint8_t *)encoded, strlen(encoded), &record), 0);
    assert_memory_equal(record_head(record)->visit, "\0\0\0\0\0\0\0", RECORD_VISIT_LEN);
    record_free(record);
    fact_set_free(facts);
}

/* Replaces the first "from" in the good encoding; the result must be refused. */
static void
refuse_replaced(const char *from, const char *to)
{
    const char *at = strstr(encoded, from);
    assert_non_null(at);
    AUTO_BUF bytes;
    buf_init(&bytes, RECORD_ENCODED_MAX);
    assert_int_equal(buf_add(&bytes, encoded, (size_t)(at - encoded)), 0);
    assert_int_equal(buf_add_str(&bytes, to), 0);
    assert_int_equal(buf_add_str(&bytes, at + strlen(from)), 0);
    struct record *record = NULL;
    int r = record_decode(bytes.data, bytes.len, &record);
    if (r == 0) {
        fail_msg("accepted with %s", to);
    }
    assert_int_equal(r, KERR_INVALID);
    assert_null(record);
}

static void
test_other_spellings(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"\"v\":1", "\"v\":2"},
        {"\"v\":1", "\"v\":1.0"},
        {"\"v\":1,", "\"v\":\"1\","},
        {"\"v\":1,", ""},
        {"{\"v\"", "{ \"v\""},
        {"{\"v\"", "\xef\xbb\xbf{\"v\""}, /* byte order mark */
        {"\"v\":1,", "\"v\":1,\"v\":1,"},
        {"\"v\":1,", "\"v\":1,\"x\":[[[[]]]],"},
        {"fffe", "FFFE"},
        {"f1f0", "f1"},
        {"\"kiosk-001\"", "\"kiosk-001\\u0000x\""}, /* a text that ends before its end */
        {"\"kiosk-001\"", "null"},
        {"\"kiosk-001\"", "[\"kiosk-001\"]"},
        {"2026-04-01", "2026-04-01T"},
        {"1795312800", "1795312800.5"},
        {"1795312800", "17953128e2"},
        {"1795312800", "1e30"},
        {"1795312800", "-0"},
        {"\"fee\":300", "\"fee\":3e2"},
        {"\"fee\":300", "\"fee\":true"},
        {"\"facts\":[", "\"visit\":\"0000000000000000\",\"facts\":["},
        {"\"facts\":[", "\"visit\":\"001F020304050607\",\"facts\":["},
        {"\"facts\":[", "\"visit\":\"001f0203040506\",\"facts\":["},
        {"\"facts\":[", "\"visit\":\"001f02030405060700\",\"facts\":["},
        {"\"facts\":[", "\"assisted\":false,\"facts\":["},
        {"\"facts\":[", "\"assisted\":1,\"facts\":["},
        {"\"facts\":[", "\"visit\":7,\"facts\":["},
        {"\"facts\":[", "\"visit\":null,\"facts\":["},
        {"\"fee\":300", "\"visit\":\"001f020304050607\",\"fee\":300"},
        {"\"facts\":[", "\"facts\":[null,"},
        {"\"facts\":[", "\"facts\":[{},"},
        {"\"facts\":[", "\"fact\":["},
        {"\"k\":\"applicant.name\"", "\"k\":\"Applicant\""},
        {"\"k\":\"applicant.name\"", "\"k\":\"\""},
        {"\"k\":\"empty\"", "\"k\":\"applicant.name\""}, /* the same key twice */
        {"\"o\":\"card\"", "\"o\":\"guess\""},
        {"\"o\":\"card\"", "\"o\":0"},
        {"\"t\":10", "\"t\":\"10\""},
        {"日立", "\\u65e5\\u7acb"},
        {"日立", "\xed\xa0\x80"}, /* half a surrogate pair */
        {"日立", "\xff"},
        {"\\u000a", "\\n"},
        {"\\\"", "\\u0022"},
        {"]}", "]}x"},
        {"]}", "],\"z\":1}"},
        {"]}", "]}\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        refuse_replaced(cases[i][0], cases[i][1]);
    }
}

static void
test_cuts_and_flips(void **state)
{
    (void)state;
    size_t len = sizeof(encoded) - 1;
    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *bytes = malloc(cut + 1); /* of exactly this size but one, for ASan */
        assert_non_null(bytes);
        memcpy(bytes, encoded, cut);
        struct record *record = NULL;
        assert_int_equal(record_decode(bytes, cut, &record), KERR_INVALID);
        free(bytes);
    }
    uint8_t bytes[sizeof(encoded)];
    for (size_t i = 0; i < len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            memcpy(bytes, encoded, len);
            bytes[i] ^= (uint8_t)(1u << bit);
            struct record *record = NULL;
            if (record_decode(bytes, len, &record) == 0) {
                /* another value, but again in the one spelling */
                AUTO_BUF again;
                buf_init(&again, RECORD_ENCODED_MAX);
                assert_int_equal(record_encode(record, &again), 0);
                assert_int_equal(again.len, len);
                assert_memory_equal(again.data, bytes, len);
                record_free(record);
            } else {
                assert_null(record);
            }
        }
    }
}

static void
test_hostile_sizes(void **state)
{
    (void)state;
    struct record *record = NULL;
    static uint8_t big[RECORD_ENCODED_MAX + 1];
    memset(big, '[', sizeof(big));
    assert_int_equal(record_decode(big, sizeof(big), &record), KERR_TOO_BIG);
    assert_int_equal(record_decode(big, RECORD_ENCODED_MAX, &record), KERR_INVALID); /* depth */
    memset(big, ' ', sizeof(big));
    assert_int_equal(record_decode(big, sizeof(big), &record), KERR_INVALID);
    static const char *const texts[] = {
        "", "null", "1", "\"x\"", "[]", "{}", "{\"v\":1}", "\\", "{", "{\"v\":1e999}"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(
            record_decode((const uint8_t *)texts[i], strlen(texts[i]), &record), KERR_INVALID);
    }
    assert_null(record);
}

/* What is over the bound can't be encoded, whatever the buffer would hold. */
static void
test_too_big_to_encode(void **state)
{
    (void)state;
    static char value[FACT_VALUE_MAX];
    memset(value, 'x', FACT_VALUE_MAX - 1);
    struct fact_set *facts = fact_set_new();
    for (int i = 0; i < 70; i++) {
        char key[32];
        (void)snprintf(key, sizeof(key), "k%d", i);
        assert_int_equal(fact_set_put(facts, key, value, FACT_ORIGIN_PERSON, 0), 0);
    }
    struct record_head head = some_head();
    struct record *record = record_new(&head, facts);
    AUTO_BUF bytes;
    buf_init(&bytes, 4 * RECORD_ENCODED_MAX);
    assert_int_equal(record_encode(record, &bytes), KERR_TOO_BIG);
    AUTO_BUF small;
    buf_init(&small, 100);
    assert_int_equal(record_encode(record, &small), KERR_TOO_BIG);
    record_free(record);
    fact_set_free(facts);
}

static void
test_fact_set(void **state)
{
    (void)state;
    struct fact_set *set = fact_set_new();
    static const struct {
        const char *key;
        const char *value;
        int expected;
    } cases[] = {
        {"a", "1", 0},
        {"a.b-c_d[0]", "2", 0},
        {"", "x", KERR_INVALID},
        {"A", "x", KERR_INVALID},
        {"a b", "x", KERR_INVALID},
        {"é", "x", KERR_INVALID},
        {"v", "\xc0\x80", KERR_INVALID},
        {"v", "\xff", KERR_INVALID},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(fact_set_put(set, cases[i].key, cases[i].value, FACT_ORIGIN_PERSON, 1),
            cases[i].expected);
    }
    assert_int_equal(fact_set_count(set), 2);
    assert_int_equal(fact_set_put(set, "x", "y", FACT_ORIGIN_COUNT, 1), KERR_INVALID);
    char key[FACT_KEY_MAX + 1];
    memset(key, 'k', FACT_KEY_MAX);
    key[FACT_KEY_MAX] = 0;
    assert_int_equal(fact_set_put(set, key, "", FACT_ORIGIN_CARD, 1), KERR_INVALID);
    key[FACT_KEY_MAX - 1] = 0;
    assert_int_equal(fact_set_put(set, key, "", FACT_ORIGIN_CARD, 1), 0);
    static char value[FACT_VALUE_MAX + 1];
    memset(value, 'v', FACT_VALUE_MAX);
    assert_int_equal(fact_set_put(set, "big", value, FACT_ORIGIN_CARD, 1), KERR_TOO_BIG);
    value[FACT_VALUE_MAX - 1] = 0;
    assert_int_equal(fact_set_put(set, "big", value, FACT_ORIGIN_CARD, 1), 0);
    /* replacing keeps the place; the value may be the set's own */
    assert_int_equal(
        fact_set_put(set, "a", fact_set_value(set, "a.b-c_d[0]"), FACT_ORIGIN_CARD, 9), 0);
    assert_int_equal(fact_set_put(set, "a", fact_set_value(set, "a"), FACT_ORIGIN_STAFF, 9), 0);
    assert_string_equal(fact_set_at(set, 0)->key, "a");
    assert_string_equal(fact_set_at(set, 0)->value, "2");
    assert_int_equal(fact_set_at(set, 0)->origin, FACT_ORIGIN_STAFF);
    fact_set_remove(set, "nobody");
    fact_set_remove(set, fact_set_at(set, 0)->key); /* the set's own key */
    assert_null(fact_set_get(set, "a"));
    assert_string_equal(fact_set_at(set, 0)->key, "a.b-c_d[0]");
    assert_null(fact_set_at(set, 99));
    fact_set_clear(set);
    assert_int_equal(fact_set_count(set), 0);
    for (int i = 0; i < FACT_SET_MAX; i++) {
        (void)snprintf(key, sizeof(key), "k%d", i);
        assert_int_equal(fact_set_put(set, key, "", FACT_ORIGIN_DERIVED, i), 0);
    }
    assert_int_equal(fact_set_put(set, "more", "", FACT_ORIGIN_DERIVED, 0), KERR_TOO_BIG);
    assert_int_equal(fact_set_put(set, "k5", "new", FACT_ORIGIN_DERIVED, 0), 0);
    fact_set_free(set);
    fact_set_free(NULL);
}

static void
test_number(void **state)
{
    (void)state;
    static const struct {
        unsigned kiosk;
        uint64_t sequence;
        const char *starts;
    } cases[] = {{1, 17, "0010017"}, {0, 0, "0000000"}, {999, 9999, "9999999"},
        {1000, 10000, "0000000"}, {7, UINT64_MAX, "0071615"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char number[RECORD_NUMBER_LEN];
        record_number_make(cases[i].kiosk, cases[i].sequence, number);
        assert_int_equal(strlen(number), 8);
        assert_memory_equal(number, cases[i].starts, 7);
        assert_int_equal(record_number_check(number), 0);
    }
    /* H. M. Damm 2004: the check digit of 572 is 4, so that 5724 gives 0 */
    assert_int_equal(record_number_check("00005724"), 0);
    assert_int_equal(record_number_check("0000-5724"), 0);
    assert_int_equal(record_number_check(" 0000 5724 "), 0);
    static const char *const bad[] = {
        "", "0000572", "000005724", "00005725", "0000572a", "００００５７２４", "00005724\n", "-"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(record_number_check(bad[i]), KERR_INVALID);
    }
}

/* Every slip of one digit and every swap of unlike neighbours is found, over many numbers. */
static void
test_number_slips(void **state)
{
    (void)state;
    struct rng_seeded rng = {20261122};
    for (int round = 0; round < 5000; round++) {
        char number[RECORD_NUMBER_LEN];
        record_number_make(rng_seeded_below(&rng, 1000), rng_seeded_next(&rng), number);
        for (size_t i = 0; i < 8; i++) {
            char right = number[i];
            for (char wrong = '0'; wrong <= '9'; wrong++) {
                number[i] = wrong;
                assert_int_equal(record_number_check(number), wrong == right ? 0 : KERR_INVALID);
            }
            number[i] = right;
            if (i > 0 && number[i - 1] != right) {
                number[i] = number[i - 1];
                number[i - 1] = right;
                assert_int_equal(record_number_check(number), KERR_INVALID);
                number[i - 1] = number[i];
                number[i] = right;
            }
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encoding_is_fixed),
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_visit),
        cmocka_unit_test(test_other_spellings),
        cmocka_unit_test(test_cuts_and_flips),
        cmocka_unit_test(test_hostile_sizes),
        cmocka_unit_test(test_too_big_to_encode),
        cmocka_unit_test(test_fact_set),
        cmocka_unit_test(test_number),
        cmocka_unit_test(test_number_slips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
