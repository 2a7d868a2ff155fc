/* tests/record/test_pre_entry.c - answers from home as bytes: what the page writes, every truncation, bounds, each given once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/hex.h"
#include "record/record.h"

enum { TEXT_MAX = 8 * 1024, HEAD = 24 };

/* As assets/pre-entry/page.js writes it: applicant.name, and the name of the second person who moves. */
#define WRITTEN                                                                                    \
    "016b0230800f7265736964656e742d7265636f7264026a61bc233e00000fe697a5e7ab8be38080e88ab1e5ad90f5" \
    "213202000178"

static size_t
written(uint8_t out[TEXT_MAX])
{
    size_t len = strlen(WRITTEN) / 2;
    assert_int_equal(hex_decode(WRITTEN, out, len), 0);
    return len;
}

static void
test_what_the_page_writes(void **state)
{
    (void)state;
    uint8_t bytes[TEXT_MAX];
    struct pre_entry *pre = NULL;
    assert_int_equal(pre_entry_read(bytes, written(bytes), &pre), 0);
    assert_string_equal(pre_entry_procedure(pre), "resident-record");
    assert_string_equal(pre_entry_language(pre), "ja");
    assert_int_equal(pre_entry_at(pre), 1795305600);
    assert_null(pre_entry_take(pre, "move-in.members[1].name"));
    assert_null(pre_entry_take(pre, "move-in.members[].name"));
    assert_string_equal(pre_entry_take(pre, "move-in.members[2].name"), "x");
    assert_null(pre_entry_take(pre, "move-in.members[2].name")); /* tried once */
    assert_string_equal(pre_entry_take(pre, "applicant.name"), "日立　花子");
    assert_null(pre_entry_take(pre, "applicant.name"));
    pre_entry_free(pre);
    pre_entry_free(NULL);
}

static void
test_cut_anywhere(void **state)
{
    (void)state;
    uint8_t bytes[TEXT_MAX];
    size_t len = written(bytes);
    for (size_t cut = 0; cut < len; cut++) {
        struct pre_entry *pre = NULL;
        int r = pre_entry_read(bytes, cut, &pre);
        bool between = cut == HEAD || cut == HEAD + 21; /* whole answers alone */
        assert_int_equal(r, between ? 0 : KERR_INVALID);
        pre_entry_free(pre);
    }
    struct pre_entry *pre = NULL;
    bytes[0] = 2; /* another version */
    assert_int_equal(pre_entry_read(bytes, len, &pre), KERR_INVALID);
    bytes[0] = 1;
    bytes[len - 1] = 0; /* a text that ends early */
    assert_int_equal(pre_entry_read(bytes, len, &pre), KERR_INVALID);
    bytes[len - 1] = 'x';
    assert_int_equal(pre_entry_read(bytes, len, &pre), 0);
    pre_entry_free(pre);
    bytes[HEAD + 6] = 0xff; /* no UTF-8 */
    assert_int_equal(pre_entry_read(bytes, len, &pre), KERR_INVALID);
}

/* The most answers, and one more. */
static void
test_bounds(void **state)
{
    (void)state;
    static uint8_t bytes[HEAD + (PRE_ENTRY_ANSWERS_MAX + 1) * 7];
    uint8_t head[TEXT_MAX];
    (void)written(head);
    memcpy(bytes, head, HEAD);
    for (size_t i = 0; i <= PRE_ENTRY_ANSWERS_MAX; i++) {
        memcpy(bytes + HEAD + i * 7, "\1\2\3\0\0\1y", 7);
    }
    struct pre_entry *pre = NULL;
    assert_int_equal(pre_entry_read(bytes, sizeof(bytes), &pre), KERR_INVALID);
    assert_int_equal(pre_entry_read(bytes, sizeof(bytes) - 7, &pre), 0);
    pre_entry_free(pre);
    static uint8_t longer[HEAD + 6 + FACT_VALUE_MAX];
    memset(longer, 'z', sizeof(longer));
    memcpy(longer, head, HEAD);
    memcpy(longer + HEAD, "\1\2\3\0\x10\0", 6); /* 4,096: no room for the NUL */
    assert_int_equal(pre_entry_read(longer, sizeof(longer), &pre), KERR_INVALID);
    memcpy(longer + HEAD, "\1\2\3\0\x0f\xff", 6);
    assert_int_equal(pre_entry_read(longer, sizeof(longer) - 1, &pre), 0);
    pre_entry_free(pre);
}

/* FNV-1a, 24 bits (its reference: "a" has 0xe40c292c in 32), the index apart. */
static void
test_hash(void **state)
{
    (void)state;
    unsigned entry;
    assert_int_equal(pre_entry_key_hash("a", &entry), 0x0c292c);
    assert_int_equal(entry, 0);
    assert_int_equal(
        pre_entry_key_hash("x[17].y2", &entry), pre_entry_key_hash("x[].y2", &(unsigned){0}));
    assert_int_equal(entry, 17);
}

/* The origin of such an answer comes back out of a record. */
static void
test_origin(void **state)
{
    (void)state;
    struct fact_set *facts = fact_set_new();
    struct record_head head = {.number = "00100017", .procedure = "p", .in_force = "2026-04-01"};
    assert_int_equal(fact_set_put(facts, "a", "b", FACT_ORIGIN_PRE_ENTRY, 5), 0);
    memcpy(head.kiosk, "k", 2);
    memcpy(head.language, "ja", 3);
    struct record *record = record_new(&head, facts);
    struct record *back = NULL;
    AUTO_BUF bytes;
    buf_init(&bytes, RECORD_ENCODED_MAX);
    assert_int_equal(record_encode(record, &bytes), 0);
    assert_non_null(strstr((const char *)bytes.data, "\"o\":\"pre-entry\""));
    assert_int_equal(record_decode(bytes.data, bytes.len, &back), 0);
    assert_int_equal(fact_set_get(record_facts(back), "a")->origin, FACT_ORIGIN_PRE_ENTRY);
    record_free(back);
    record_free(record);
    fact_set_free(facts);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_page_writes),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_origin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
