/* vcard/test_vcard.c - the virtual card itself: were it wrong, every test of the card room would
 * prove nothing. Bytes against the published test card (cards 1.7, 1.8), behaviour against 4.4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "vcard/vcard.h"

static uint8_t answer[VCARD_ANSWER_MAX];

/* Sends hex, returns the answer as hex in a static buffer; "silent" for none. */
static const char *
send_hex(struct vcard *card, const char *command)
{
    static char text[2 * 5000 + 1];
    uint8_t bytes[300];
    size_t len = strlen(command) / 2;
    assert_int_equal(hex_decode(command, bytes, len), 0);
    struct vcard_result result = vcard_transmit(card, bytes, len, answer);
    if (result.silent) {
        return "silent";
    }
    assert_true(result.len <= 5000);
    hex_encode(answer, result.len, text);
    return text;
}

static struct vcard *
make(unsigned modes)
{
    struct vcard_config config = {.modes = modes};
    vcard_person_published(&config.person);
    struct vcard *card = vcard_new(&config);
    vcard_power_on(card);
    return card;
}

#define SELECT_TEXT "00a4040c0ad3921000310001010408"

static void
published_bytes(void **state)
{
    (void)state;
    /* The 104 bytes as printed in cards 1.7. */
    static const char expected[] = "ff2065df2108000e002000590064df220fe9bb92e6a190e38080e5b9b9e4b99"
                                   "fdf2336e69db1e4baace983bde6b885"
                                   "e780ace5b882e8a6b3e5b883e5ad90e58d97efbc91efbc92efbc8defbc97efb"
                                   "c8defbc92efbc90efbc92df24083139"
                                   "383030323137df250131";
    static const char sha[] = "b9e0d09427b23b1d4beda2848512b4103752dc2667e51f9712872d65f472cb3b";
    struct vcard_person person;
    vcard_person_published(&person);
    AUTO_BUF file;
    buf_init(&file, VCARD_FILE_MAX);
    assert_int_equal(vcard_file_attributes(&person, &file), 0);
    char text[2 * 104 + 1];
    hex_encode(file.data, 104, text);
    assert_string_equal(text, expected);
    assert_true(file.len > 104);
    for (size_t i = 104; i < file.len; i++) {
        assert_int_equal(file.data[i], 0xFF);
    }
    /* From DF22 to the end of the object: the value that DF32 holds on that card (1.9). */
    uint8_t digest[SHA256_DIGEST_LENGTH];
    char digest_text[2 * SHA256_DIGEST_LENGTH + 1];
    SHA256(file.data + 0x0E, 104 - 0x0E, digest);
    hex_encode(digest, sizeof(digest), digest_text);
    assert_string_equal(digest_text, sha);

    AUTO_BUF number;
    buf_init(&number, 32);
    assert_int_equal(vcard_file_number(&person, &number), 0);
    char number_text[2 * 17 + 1];
    assert_int_equal(number.len, 17);
    hex_encode(number.data, 17, number_text);
    assert_string_equal(number_text, "ff100c353337363836363737313838ffff");
    assert_int_equal(vcard_number_check_digit(person.number), '8');
}

/* The transcript of cards 4.3 and the rules of 4.4, step by step on one card. */
static void
behaviour(void **state)
{
    (void)state;
    static const struct {
        const char *command;
        const char *expected; /* start of the answer */
    } steps[] = {
        {"00a40000", "6a86"},
        {"00200091", "6a82"}, /* nothing selected */
        {"00a4040c08d392100031000101", "6a82"}, /* a partial name */
        {"00a4040c10a0000002310100000000000000000000", "6a82"}, /* not a licence */
        {SELECT_TEXT, "9000"},
        {"00a40000", "9000"},
        {"00200091", "63c3"},
        {"00b08200000000", "6982"}, /* before the PIN */
        {"00b0850000", "ff408200"}, /* EF 0005 is free */
        {"002000910439393939", "63c2"},
        {"00b0820000", "6982"},
        {"00200091", "63c2"},
        {"002000910431323334", "9000"},
        {"00200091", "9000"},
        {"00b0820004", "ff2065df9000"},
        {"00b0000e04", "df220fe99000"}, /* goes on in the current file */
        {"00b0820e04", "df220fe99000"}, /* offset beside the short id */
        {"00a4020c020011", "9000"},
        {"00200080", "9000"},
        {"00b0000000", "6981"}, /* an internal file */
        {"00a4020c020002", "9000"},
        {"00b0000003", "ff20659000"},
        {"00b07fff00", "6b00"},
        {"002000920431323334", "6984"}, /* EF 0012, blocked from the factory */
        {"00200092", "63c0"},
        {"00200095", "63ca"},
        {"002000950e3535303231373230333532323835", "9000"},
        {"00a4040c0ad3921000310001010402", "9000"}, /* a sister application */
        {"00200091", "6a82"},
        {"002401800431323334", "6d00"},
        {"80320080", "6882"},
        {"00ca004500", "6d00"},
    };
    struct vcard *card = make(0);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        const char *got = send_hex(card, steps[i].command);
        if (strncmp(got, steps[i].expected, strlen(steps[i].expected)) != 0) {
            fail_msg("%s: got %.40s, expected %s", steps[i].command, got, steps[i].expected);
        }
    }
    assert_int_equal(vcard_watched(card), 0);
    vcard_free(card);
}

static void
blocking(void **state)
{
    (void)state;
    struct vcard *card = make(0);
    send_hex(card, SELECT_TEXT);
    assert_string_equal(send_hex(card, "002000910439393939"), "63c2");
    assert_string_equal(send_hex(card, "002000910439393939"), "63c1");
    assert_string_equal(send_hex(card, "002000910439393939"), "63c0");
    assert_string_equal(send_hex(card, "00200091"), "63c0");
    assert_string_equal(send_hex(card, "002000910431323334"), "6984");
    vcard_power_off(card);
    assert_string_equal(send_hex(card, "00200091"), "silent");
    vcard_power_on(card);
    send_hex(card, SELECT_TEXT);
    assert_string_equal(send_hex(card, "002000910431323334"), "6984");
    vcard_free(card);
}

/* 4.4 item 2: power clears, a reset does not, unless the switch says so. */
static void
power_and_reset(void **state)
{
    (void)state;
    for (int clears = 0; clears <= 1; clears++) {
        struct vcard *card = make(clears != 0 ? VCARD_MODE_RESET_CLEARS : 0);
        send_hex(card, SELECT_TEXT);
        send_hex(card, "002000910431323334");
        vcard_reset(card);
        assert_string_equal(send_hex(card, "00200091"), "6a82"); /* selection is lost */
        send_hex(card, SELECT_TEXT);
        assert_string_equal(send_hex(card, "00200091"), clears != 0 ? "63c3" : "9000");
        vcard_power_off(card);
        vcard_power_on(card);
        send_hex(card, SELECT_TEXT);
        assert_string_equal(send_hex(card, "00200091"), "63c3");
        vcard_free(card);
    }
}

static void
modes(void **state)
{
    (void)state;
    struct vcard *card =
        make(VCARD_MODE_FIRST_6F00 | VCARD_MODE_NO_EXTENDED | VCARD_MODE_QUERY_COUNTS);
    assert_string_equal(send_hex(card, SELECT_TEXT), "6f00");
    assert_string_equal(send_hex(card, SELECT_TEXT), "9000");
    send_hex(card, "002000910431323334");
    assert_string_equal(send_hex(card, "00200091"), "63c3");
    assert_string_equal(send_hex(card, "00b08200000000"), "6700");
    assert_int_equal(strlen(send_hex(card, "00b0820000")), 2 * 258);
    vcard_free(card);
}

/* 4.4 item 8: every way to the number is seen, also with the PIN verified. */
static void
the_number_is_watched(void **state)
{
    (void)state;
    static const char *const attempts[] = {"00b0810000", "00b08100000000", "00a4020c020001",
        "00b0830000", "00a4020c020003", "00200094", "002000940c353337363836363737313838"};
    struct vcard *card = make(0);
    send_hex(card, SELECT_TEXT);
    send_hex(card, "002000910431323334");
    for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
        unsigned before = vcard_watched(card);
        send_hex(card, attempts[i]);
        assert_true(vcard_watched(card) > before);
    }
    assert_string_equal(send_hex(card, "00b0810000"), "ff100c353337363836363737313838ffff9000");
    vcard_free(card);
}

/* 1.4, 1.11: what the other applications tell everybody, and that a use of their secrets is seen. */
static void
keys_and_common(void **state)
{
    (void)state;
#define SELECT_KEYS "00a4040c0ad392f000260100000001"
#define SELECT_COMMON "00a4040c0ad3921000310001010100"
    static const struct {
        const char *command;
        const char *expected; /* start of the answer */
        unsigned watched; /* so far */
    } steps[] = {
        {"00b08a0000", "6a82", 0}, /* nothing selected */
        {SELECT_KEYS, "9000", 0}, {"00200098", "63c3", 0}, {"0020009b", "63c4", 0},
        {"00200099", "6a88", 0}, {"00200091", "6a88", 0}, {"00b08a0004", "308203", 0},
        {"00b003f004", "ffffffff9000", 0}, /* goes on in it; filler behind the object */
        {"00b0880000", "8f8f009000", 0}, {"00b0970000", "6981", 0}, /* a key */
        {"00b0820000", "6a82", 0}, /* the issuer's certificate: not on this card */
        {"00b0810000", "6982", 1}, /* the signature certificate */
        {"002000980431323334", "63c2", 2}, {"00200098", "63c2", 2},
        {"0020009b06414243444546", "63c3", 3}, {SELECT_COMMON, "9000", 3}, {"0020009c", "63c3", 3},
        {"00200098", "6a88", 3}, {"0020009c0431323334", "63c2", 4}, {"00b08a0000", "6a82", 4},
        {SELECT_TEXT, "9000", 4}, {"0020009c", "6a88", 4},
        {"00200091", "63c3", 4}, /* a counter of its own */
    };
    struct vcard_config config = {0};
    assert_int_equal(vcard_person_load("assets/samples/hanako.card", &config.person), 0);
    config.person.sign_tries = 4;
    struct vcard *card = vcard_new(&config);
    vcard_power_on(card);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        const char *got = send_hex(card, steps[i].command);
        if (strncmp(got, steps[i].expected, strlen(steps[i].expected)) != 0 ||
            vcard_watched(card) != steps[i].watched) {
            fail_msg("%s: got %.40s, expected %s", steps[i].command, got, steps[i].expected);
        }
    }
    vcard_free(card);
    /* a child's, and one without any certificate */
    config.person.no_signature = true;
    config.person.certificate_len = 0;
    card = vcard_new(&config);
    vcard_power_on(card);
    send_hex(card, SELECT_KEYS);
    assert_string_equal(send_hex(card, "00b0880000"), "0000009000");
    assert_string_equal(send_hex(card, "00b08a0000"), "6a82");
    vcard_free(card);
}

static void
words(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        int expected;
    } table[] = {{"first-6f00", 0}, {"licence", 0}, {"remove-after=3", 0}, {"delay=1:500", 0},
        {"status=2:6a82", 0}, {"remove-after=", KERR_INVALID}, {"remove-after=0", KERR_INVALID},
        {"remove-after=3:4", KERR_INVALID}, {"delay=3", KERR_INVALID}, {"nonsense", KERR_INVALID},
        {"", KERR_INVALID}, {"delay=3:-1", KERR_INVALID}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct vcard_config config = {0};
        assert_int_equal(vcard_config_mode(&config, table[i].word), table[i].expected);
    }
}

static int
load_sample(const char *name, void *ctx)
{
    unsigned *count = ctx;
    char path[256];
    struct vcard_person person;
    (void)snprintf(path, sizeof(path), "assets/samples/%s", name);
    if (vcard_person_load(path, &person) < 0) {
        print_message("%s is no sample\n", path);
        return KERR_INVALID;
    }
    ++*count;
    return 0;
}

static void
samples_load(void **state)
{
    (void)state;
    unsigned count = 0;
    assert_int_equal(fs_each("assets/samples", ".card", load_sample, &count), 0);
    assert_true(count >= 10);
    struct vcard_person hanako;
    assert_int_equal(vcard_person_load("assets/samples/hanako.card", &hanako), 0);
    assert_string_equal(hanako.name, "日立　花子");
    assert_string_equal(hanako.address, "茨城県日立市助川町１丁目１番１号");
    assert_string_equal(hanako.birth, "19410305");
    assert_string_equal(hanako.sex, "2");
    assert_string_equal(hanako.pin, "1234");
    assert_int_equal(hanako.tries, 3);
    assert_int_equal(hanako.sign_tries, 5);
    assert_int_equal(hanako.certificate[0], 0x30);
    assert_int_equal(vcard_person_load("assets/samples/nobody.card", &hanako), KERR_NOT_FOUND);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_bytes),
        cmocka_unit_test(behaviour),
        cmocka_unit_test(blocking),
        cmocka_unit_test(power_and_reset),
        cmocka_unit_test(modes),
        cmocka_unit_test(the_number_is_watched),
        cmocka_unit_test(keys_and_common),
        cmocka_unit_test(words),
        cmocka_unit_test(samples_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
