/* What browsers send, and what others send in their name: form bodies, cookies, Host, numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/utf8.h"
#include "desk/desk_priv.h"

#define TOKEN "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void
test_fields(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        size_t len;
        const char *value; /* NULL: no field */
    } table[] = {
#define BODY(s) s, sizeof(s) - 1
        {BODY("name=hanako"), "hanako"},
        {BODY("a=1&name=hanako&b=2"), "hanako"},
        {BODY("name="), ""},
        {BODY("name=a+b%20c"), "a b c"},
        {BODY("name=%E8%8A%B1"), "花"},
        {BODY("name=%e8%8a%b1&"), "花"},
        {BODY("&&name=x&&"), "x"},
        {BODY("name=a=b"), "a=b"},
        {BODY(""), NULL},
        {BODY("name"), NULL},
        {BODY("nam=x"), NULL},
        {BODY("names=x"), NULL},
        {BODY("xname=x"), NULL},
        {BODY("name=x&name=y"), NULL}, /* which one? neither */
        {BODY("name=%"), NULL},
        {BODY("name=%4"), NULL},
        {BODY("name=%zz"), NULL},
        {BODY("name=%+1"), NULL},
        {BODY("name=a%00b"), NULL},
        {BODY("name=a\0b"), NULL},
        {BODY("name=%ff"), NULL},
        {BODY("name=%c0%bc"), NULL},
        {BODY("Name=x"), NULL},
#undef BODY
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        AUTO_BUF out;
        buf_init(&out, DESK_FIELD_MAX);
        bool got = desk_form_field((const uint8_t *)table[i].body, table[i].len, "name", &out);
        assert_int_equal(got, table[i].value != NULL);
        assert_string_equal(buf_str(&out), got ? table[i].value : "");
    }
}

static void
test_field_too_long(void **state)
{
    (void)state;
    char body[5 + DESK_FIELD_MAX + 1];
    memset(body, 'a', sizeof(body));
    memcpy(body, "name=", 5);
    AUTO_BUF out;
    buf_init(&out, 4 * DESK_FIELD_MAX);
    assert_true(desk_form_field((const uint8_t *)body, 5 + DESK_FIELD_MAX, "name", &out));
    buf_clear(&out);
    assert_false(desk_form_field((const uint8_t *)body, 5 + DESK_FIELD_MAX + 1, "name", &out));
}

/* Every truncation in memory of exactly that size (ASan sees a byte too far), and byte flips. */
static void
test_fields_hostile(void **state)
{
    (void)state;
    static const char body[] = "token=" TOKEN "&name=%E8%8A%B1+%25&password=a%26b&show=new";
    struct rng_seeded rng = {.state = 7};
    for (size_t len = 0; len < sizeof(body); len++) {
        uint8_t *cut = malloc(len > 0 ? len : 1);
        assert_non_null(cut);
        for (int flips = 0; flips < 40; flips++) {
            static const char *const names[] = {"token", "name", "password", "show", ""};
            memcpy(cut, body, len);
            for (int i = 0; i < flips % 4 && len > 0; i++) {
                cut[rng_seeded_below(&rng, (uint32_t)len)] = (uint8_t)rng_seeded_below(&rng, 256);
            }
            for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                AUTO_BUF out;
                buf_init(&out, DESK_FIELD_MAX);
                if (desk_form_field(cut, len, names[i], &out)) {
                    assert_true(utf8_valid(buf_str(&out), out.len));
                }
            }
        }
        free(cut);
    }
}

static void
test_cookies(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        bool found;
    } table[] = {
        {"desk=" TOKEN, true},
        {"a=b; desk=" TOKEN, true},
        {"a=b;desk=" TOKEN ";c=d", true},
        {"  ;; desk=" TOKEN, true},
        {"desk-form=" TOKEN "; desk=" TOKEN, true},
        {NULL, false},
        {"", false},
        {";", false},
        {"desk", false},
        {"desk=", false},
        {"desk-form=" TOKEN, false},
        {"xdesk=" TOKEN, false},
        {"desk=" TOKEN "0", false},
        {"desk=" TOKEN " ", false},
        {"desk=\"" TOKEN "\"", false},
        {"desk=zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", false},
        {"Desk=" TOKEN, false},
        {"desk =" TOKEN, false},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char token[DESK_TOKEN_LEN] = "untouched";
        assert_int_equal(desk_cookie_token(table[i].header, "desk", token), table[i].found);
        assert_string_equal(token, table[i].found ? TOKEN : "untouched");
    }
}

static void
test_hosts(void **state)
{
    (void)state;
    static const struct {
        const char *host, *address, *public_name;
        uint16_t port;
        bool fits;
    } table[] = {
        {"127.0.0.1:8480", "127.0.0.1", NULL, 8480, true},
        {"localhost:8480", "127.0.0.1", NULL, 8480, true},
        {"LOCALHOST:8480", "127.0.0.1", NULL, 8480, true},
        {"[::1]:8480", "::1", NULL, 8480, true},
        {"desk.city.example", "127.0.0.1", "desk.city.example", 8480, true},
        {NULL, "127.0.0.1", NULL, 8480, false},
        {"", "127.0.0.1", NULL, 8480, false},
        {"127.0.0.1", "127.0.0.1", NULL, 8480, false},
        {"127.0.0.1:8481", "127.0.0.1", NULL, 8480, false},
        {"127.0.0.1:84800", "127.0.0.1", NULL, 8480, false},
        {"127.0.0.1:0", "127.0.0.1", NULL, 0, false},
        {"evil.example:8480", "127.0.0.1", NULL, 8480, false},
        {"127.0.0.1:8480.evil.example", "127.0.0.1", NULL, 8480, false},
        {"desk.city.example.evil.example", "127.0.0.1", "desk.city.example", 8480, false},
        {"user@127.0.0.1:8480", "127.0.0.1", NULL, 8480, false},
        {"::1:8480", "::1", NULL, 8480, false},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        assert_int_equal(
            desk_host_fits(table[i].host, table[i].address, table[i].port, table[i].public_name),
            table[i].fits);
    }
}

static void
test_query_numbers(void **state)
{
    (void)state;
    assert_int_equal(desk_query_number("0", 7), 0);
    assert_int_equal(desk_query_number("120", 7), 120);
    assert_true(desk_query_number("9999999999999999999", 7) == 9999999999999999999U);
    static const char *const bad[] = {NULL, "", "-1", "+1", " 1", "1 ", "0x10", "1e3",
        "10000000000000000000", "99999999999999999999999999", "１"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(desk_query_number(bad[i], 7), 7);
    }
}

static void
test_receipt_numbers(void **state)
{
    (void)state;
    char made[RECORD_NUMBER_LEN], read[RECORD_NUMBER_LEN], typed[64];
    record_number_make(12, 345, made);
    assert_true(desk_number_read(made, read));
    assert_string_equal(read, made);
    (void)snprintf(typed, sizeof(typed), " %.4s %s\t", made, made + 4);
    assert_true(desk_number_read(typed, read));
    assert_string_equal(read, made);
    (void)snprintf(typed, sizeof(typed), "%.4sー%s", made, made + 4);
    assert_true(desk_number_read(typed, read));
    size_t at = 0;
    for (size_t i = 0; i < 8; i++) { /* the same in full-width digits */
        at += utf8_encode(0xff10 + (uint32_t)(made[i] - '0'), typed + at);
    }
    typed[at] = 0;
    assert_true(desk_number_read(typed, read));
    assert_string_equal(read, made);
    for (size_t i = 0; i < 8; i++) { /* any one wrong digit is noticed */
        char wrong[RECORD_NUMBER_LEN];
        memcpy(wrong, made, sizeof(wrong));
        wrong[i] = (char)('0' + (wrong[i] - '0' + 1) % 10);
        assert_false(desk_number_read(wrong, read));
    }
    static const char *const bad[] = {"", "1", "abcdefgh", "123456789", "\xff", "1234567\xe6"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(desk_number_read(bad[i], read));
    }
    (void)snprintf(typed, sizeof(typed), "%s0", made);
    assert_false(desk_number_read(typed, read));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_field_too_long),
        cmocka_unit_test(test_fields_hostile),
        cmocka_unit_test(test_cookies),
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_query_numbers),
        cmocka_unit_test(test_receipt_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
