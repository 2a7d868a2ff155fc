/* card/test_parse.c - what the room makes of bytes from a card: lengths and tags, status words, the
 * attributes file. Hostile input: every truncation, every single-byte change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "card/card_priv.h"
#include "vcard/vcard.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
tlv_table(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        int expected;
        unsigned tag;
        size_t len, head, missing;
    } table[] = {
        {"df250131", 0, 0xDF25, 1, 3, 0},
        {"5a0100", 0, 0x5A, 1, 2, 0},
        {"ff2000", 0, 0xFF20, 0, 3, 0},
        {"ff40820002aabb", 0, 0xFF40, 2, 5, 0}, /* longer than need be: real cards do that */
        {"df2281020102", 0, 0xDF22, 2, 4, 0},
        {"df228300000141", 0, 0xDF22, 1, 6, 0},
        {"df22840000000141", 0, 0xDF22, 1, 7, 0},
        {"df220501", 0, 0xDF22, 5, 3, 4}, /* some bytes still to come */
        {"df22820ffa", 0, 0xDF22, 0xFFA, 5, 0xFFA},
        {"df22820ffb", 0, 0xDF22, 0xFFB, 5, 0xFFB}, /* head and value are 4096 bytes */
        {"df22820ffc", KERR_TOO_BIG, 0, 0, 0, 0},
        {"df2284ffffffff", KERR_TOO_BIG, 0, 0, 0, 0},
        {"df22850000000001", KERR_INVALID, 0, 0, 0, 0}, /* five bytes of length */
        {"df2280", KERR_INVALID, 0, 0, 0, 0}, /* indefinite */
        {"df2282", KERR_INVALID, 0, 0, 0, 0},
        {"df228201", KERR_INVALID, 0, 0, 0, 0},
        {"df22", KERR_INVALID, 0, 0, 0, 0},
        {"df", KERR_INVALID, 0, 0, 0, 0},
        {"df8101", KERR_INVALID, 0, 0, 0, 0}, /* a tag of three bytes */
        {"ffff", KERR_NOT_FOUND, 0, 0, 0, 0}, /* filler */
        {"ff", KERR_NOT_FOUND, 0, 0, 0, 0},
        {"", KERR_NOT_FOUND, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        uint8_t bytes[16];
        size_t len = strlen(table[i].hex) / 2;
        assert_int_equal(hex_decode(table[i].hex, bytes, len), 0);
        uint8_t *exact = malloc(len > 0 ? len : 1); /* so that ASan sees one byte too many */
        memcpy(exact, bytes, len);
        struct tlv tlv = {0};
        size_t missing = 0;
        int r = tlv_next(exact, len, &tlv, &missing);
        if (r != table[i].expected || tlv.tag != table[i].tag || tlv.len != table[i].len ||
            tlv.head != table[i].head || missing != table[i].missing) {
            fail_msg("%s: %s tag %x len %zu head %zu missing %zu", table[i].hex, err_str(r),
                tlv.tag, tlv.len, tlv.head, missing);
        }
        r = tlv_next(exact, len, &tlv, NULL);
        assert_int_equal(r, table[i].missing > 0 ? KERR_INVALID : table[i].expected);
        free(exact);
    }
}

static void
status_words(void **state)
{
    (void)state;
    static const struct {
        unsigned sw;
        enum sw_class class;
        unsigned number;
        int verify; /* error when this answers a VERIFY */
        int tries;
    } table[] = {
        {0x9000, SW_OK, 0, 0, CARD_TRIES_UNKNOWN},
        {0x63C3, SW_TRIES, 3, KERR_CARD_PIN_WRONG, 3},
        {0x63C1, SW_TRIES, 1, KERR_CARD_PIN_WRONG, 1},
        {0x63C0, SW_TRIES, 0, KERR_CARD_PIN_BLOCKED, 0},
        {0x63CF, SW_TRIES, 15, KERR_CARD_PIN_WRONG, 15},
        {0x6300, SW_WRONG, 0, KERR_CARD_PIN_WRONG, CARD_TRIES_UNKNOWN},
        {0x6984, SW_BLOCKED, 0, KERR_CARD_PIN_BLOCKED, 0},
        {0x6983, SW_BLOCKED, 0, KERR_CARD_PIN_BLOCKED, 0},
        {0x6982, SW_SECURITY, 0, KERR_CARD_STATUS, CARD_TRIES_UNKNOWN},
        {0x6700, SW_LENGTH, 0, KERR_CARD_STATUS, CARD_TRIES_UNKNOWN},
        {0x6C10, SW_LE_HINT, 16, KERR_CARD_STATUS, CARD_TRIES_UNKNOWN},
        {0x6C00, SW_LE_HINT, 256, KERR_CARD_STATUS, CARD_TRIES_UNKNOWN},
        {0x6282, SW_END, 0, KERR_CARD_STATUS, CARD_TRIES_UNKNOWN},
        {0x6B00, SW_OUTSIDE, 0, KERR_CARD_STATUS, CARD_TRIES_UNKNOWN},
        {0x6F00, SW_NO_DIAGNOSIS, 0, KERR_CARD_STATUS, CARD_TRIES_UNKNOWN},
        {0x6A82, SW_ABSENT, 0, KERR_CARD_STATUS, CARD_TRIES_UNKNOWN},
        {0x6D00, SW_ABSENT, 0, KERR_CARD_STATUS, CARD_TRIES_UNKNOWN},
        {0x6110, SW_OTHER, 0, KERR_CARD_STATUS, CARD_TRIES_UNKNOWN},
        {0x0000, SW_OTHER, 0, KERR_CARD_STATUS, CARD_TRIES_UNKNOWN},
        {0xFFFF, SW_OTHER, 0, KERR_CARD_STATUS, CARD_TRIES_UNKNOWN},
        {0x9001, SW_OTHER, 0, KERR_CARD_STATUS, CARD_TRIES_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct sw sw = sw_decode(table[i].sw);
        int tries = 99;
        assert_int_equal(sw.class, table[i].class);
        assert_int_equal(sw.number, table[i].number);
        assert_int_equal(sw_of_verify(sw, &tries), table[i].verify);
        assert_int_equal(tries, table[i].tries);
    }
}

/* Bytes of a person's file without filler, in memory of exactly that size. */
static uint8_t *
file_of(const struct vcard_person *person, size_t *ret_len)
{
    struct vcard_person bare = *person;
    bare.layout |= VCARD_LAYOUT_NO_FILLER;
    AUTO_BUF file;
    buf_init(&file, VCARD_FILE_MAX);
    assert_int_equal(vcard_file_attributes(&bare, &file), 0);
    uint8_t *copy = malloc(file.len);
    memcpy(copy, file.data, file.len);
    *ret_len = file.len;
    return copy;
}

/* Every sample person comes out as the file says, byte for byte. */
static void
sample_people(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        const char *birth;
        const char *sex;
        bool questionable;
    } table[] = {
        {"hanako", "1941-03-05", "female", false},
        {"taro", "1938-11-20", "male", false},
        {"long-name", "1970-12-31", "male", false},
        {"variation", "1965-04-01", "male", false},
        {"misaki", "1992-07-14", "female", false},
        {"yoshino", "1958-02-28", "male", false},
        {"nguyen", "1998-09-09", "female", false},
        {"sakura", "2011-06-20", "female", false},
        {"long-address", "1985-05-05", "not-applicable", false},
        {"non-minimal", "1988-08-08", "male", false},
        {"questionable", "1900-00-00", "unknown", true},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        char path[128];
        struct vcard_person person;
        (void)snprintf(path, sizeof(path), "assets/samples/%s.card", table[i].file);
        assert_int_equal(vcard_person_load(path, &person), 0);
        size_t len;
        uint8_t *file = file_of(&person, &len);
        struct fact_set *facts = fact_set_new();
        bool questionable = !table[i].questionable;
        assert_int_equal(attributes_parse(file, len, facts, 1700000000, &questionable), 0);
        assert_string_equal(fact_set_value(facts, "applicant.name"), person.name);
        if (person.address[0] != 0) {
            assert_string_equal(fact_set_value(facts, "applicant.address"), person.address);
        } else {
            assert_null(fact_set_value(facts, "applicant.address"));
        }
        assert_string_equal(fact_set_value(facts, "applicant.birth"), table[i].birth);
        assert_string_equal(fact_set_value(facts, "applicant.sex"), table[i].sex);
        assert_int_equal(fact_set_get(facts, "applicant.name")->origin, FACT_ORIGIN_CARD);
        assert_int_equal(fact_set_get(facts, "applicant.name")->at, 1700000000);
        assert_int_equal(questionable, table[i].questionable);
        fact_set_free(facts);
        free(file);
    }
}

static void
variants(void **state)
{
    (void)state;
    static const struct {
        const char *name, *address, *birth, *sex;
        unsigned layout;
        int expected;
        bool questionable;
        const char *birth_out, *sex_out;
    } table[] = {
        {"a", "b", "19800217", "1", 0, 0, false, "1980-02-17", "male"},
        {"a", "b", "19800217", "1", VCARD_LAYOUT_NON_MINIMAL, 0, false, "1980-02-17", "male"},
        {"a", "b", "19800217", "1", VCARD_LAYOUT_WRONG_OFFSETS, 0, true, "1980-02-17", "male"},
        {"a", "", "19800217", "1", 0, 0, true, "1980-02-17", "male"},
        {"a", "b", "20000229", "0", 0, 0, false, "2000-02-29", "unknown"},
        {"a", "b", "19000229", "9", 0, 0, true, "1900-02-29", "not-applicable"},
        {"a", "b", "19000000", "2", 0, 0, true, "1900-00-00", "female"},
        {"a", "b", "20231301", "2", 0, 0, true, "2023-13-01", "female"},
        {"a", "b", "00000000", "2", 0, 0, true, "0000-00-00", "female"},
        {"a", "b", "1980021", "1", 0, KERR_CARD_DATA, false, NULL, NULL},
        {"a", "b", "1980-217", "1", 0, KERR_CARD_DATA, false, NULL, NULL},
        {"a", "b", "19800217", "3", 0, 0, true, "1980-02-17", "unknown"},
        {"a", "b", "19800217", "", 0, 0, true, "1980-02-17", "unknown"},
        {"■沢", "b", "19800217", "1", 0, 0, true, "1980-02-17", "male"},
        {"〓沢", "b", "19800217", "1", 0, 0, true, "1980-02-17", "male"},
        {"\xEF\xBF\xBD沢", "b", "19800217", "1", 0, 0, true, "1980-02-17", "male"}, /* U+FFFD */
        {"\xEE\x80\x80沢", "b", "19800217", "1", 0, 0, true, "1980-02-17", "male"}, /* U+E000 */
        {"\xF3\xB0\x80\x80", "b", "19800217", "1", 0, 0, true, "1980-02-17", "male"}, /* U+F0000 */
        {"a\nb", "b", "19800217", "1", 0, 0, true, "1980-02-17", "male"},
        {"　a", "b", "19800217", "1", 0, 0, true, "1980-02-17", "male"},
        {"a　", "b", "19800217", "1", 0, 0, true, "1980-02-17", "male"},
        {"葛\xF3\xA0\x84\x80城", "b", "19800217", "1", 0, 0, false, "1980-02-17", "male"}, /* IVS */
        {"\xF0\xA0\xAE\xB7野", "b", "19800217", "1", 0, 0, false, "1980-02-17", "male"}, /* 𠮷 */
        {"\xC0\xAF", "b", "19800217", "1", 0, KERR_CARD_DATA, false, NULL, NULL}, /* overlong */
        {"\xED\xA0\x80", "b", "19800217", "1", 0, KERR_CARD_DATA, false, NULL, NULL},
        {"a", "\xE3\x81", "19800217", "1", 0, KERR_CARD_DATA, false, NULL, NULL}, /* cut */
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct vcard_person person = {.layout = table[i].layout};
        (void)snprintf(person.name, sizeof(person.name), "%s", table[i].name);
        (void)snprintf(person.address, sizeof(person.address), "%s", table[i].address);
        (void)snprintf(person.birth, sizeof(person.birth), "%s", table[i].birth);
        (void)snprintf(person.sex, sizeof(person.sex), "%s", table[i].sex);
        size_t len;
        uint8_t *file = file_of(&person, &len);
        struct fact_set *facts = fact_set_new();
        bool questionable = false;
        int r = attributes_parse(file, len, facts, 0, &questionable);
        if (r != table[i].expected || questionable != table[i].questionable) {
            fail_msg("line %zu (%s, %s): %s, questionable %d", i, table[i].name, table[i].birth,
                err_str(r), questionable);
        }
        if (r == 0) {
            assert_string_equal(fact_set_value(facts, "applicant.name"), table[i].name);
            assert_string_equal(fact_set_value(facts, "applicant.birth"), table[i].birth_out);
            assert_string_equal(fact_set_value(facts, "applicant.sex"), table[i].sex_out);
        } else {
            assert_int_equal(fact_set_count(facts), 0); /* all or nothing */
        }
        fact_set_free(facts);
        free(file);
    }
}

/* Objects that no card wrote: missing and doubled attributes, strange tables, foreign tags. */
static void
forged(void **state)
{
    (void)state;
#define NAME "df220141"
#define ADDRESS "df230142"
#define BIRTH "df24083139383030323137"
#define SEX "df250131"
    static const struct {
        const char *hex;
        int expected;
        bool questionable;
    } table[] = {
        {"ff2017" NAME ADDRESS BIRTH SEX, 0, true}, /* no offset table */
        {"ff2017" SEX BIRTH ADDRESS NAME, 0, true}, /* another order */
        {"ff2022df2108000e00120016"
         "0021" NAME ADDRESS BIRTH SEX,
            0, false},
        {"ff2026df2108000e00120016"
         "0021" NAME ADDRESS BIRTH SEX "df2f0158",
            0, false},
        {"ff2026df2108000e00120016"
         "0021" NAME ADDRESS BIRTH SEX "ffffffff",
            0, false},
        {"ff201bdf21020000" NAME ADDRESS BIRTH SEX "00", KERR_CARD_DATA, false},
        {"ff201bdf2101"
         "00" NAME ADDRESS BIRTH SEX,
            0, true},
        {"ff2013" ADDRESS BIRTH SEX, KERR_CARD_DATA, false},
        {"ff2013" NAME ADDRESS BIRTH, KERR_CARD_DATA, false},
        {"ff201b" NAME NAME ADDRESS BIRTH SEX, KERR_CARD_DATA, false},
        {"ff1017" NAME ADDRESS BIRTH SEX, KERR_CARD_DATA, false}, /* another file */
        {"ff2018" NAME ADDRESS BIRTH SEX, KERR_CARD_DATA, false}, /* one byte short */
        {"ff2016" NAME ADDRESS BIRTH SEX, KERR_CARD_DATA, false}, /* cuts the last value */
        {"ff2000", KERR_CARD_DATA, false},
        {"ffffffff", KERR_CARD_DATA, false},
        {"ff20820ffc", KERR_CARD_DATA, false},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        size_t len = strlen(table[i].hex) / 2;
        uint8_t *bytes = malloc(len);
        assert_int_equal(hex_decode(table[i].hex, bytes, len), 0);
        struct fact_set *facts = fact_set_new();
        bool questionable = false;
        int r = attributes_parse(bytes, len, facts, 0, &questionable);
        if (r != table[i].expected || questionable != table[i].questionable) {
            fail_msg("%s: %s, questionable %d", table[i].hex, err_str(r), questionable);
        }
        fact_set_free(facts);
        free(bytes);
    }
}

/* No truncation and no changed byte does more than fail or give valid text. */
static void
hostile(void **state)
{
    (void)state;
    struct vcard_person person;
    assert_int_equal(vcard_person_load("assets/samples/variation.card", &person), 0);
    size_t len;
    uint8_t *file = file_of(&person, &len);
    struct fact_set *facts = fact_set_new();
    bool questionable;
    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *part = malloc(cut > 0 ? cut : 1);
        memcpy(part, file, cut);
        assert_int_equal(attributes_parse(part, cut, facts, 0, &questionable), KERR_CARD_DATA);
        free(part);
    }
    for (size_t at = 0; at < len; at++) {
        for (int value = 0; value < 256; value++) {
            uint8_t *changed = malloc(len);
            memcpy(changed, file, len);
            changed[at] = (uint8_t)value;
            fact_set_clear(facts);
            int r = attributes_parse(changed, len, facts, 0, &questionable);
            assert_true(r == 0 || r == KERR_CARD_DATA);
            for (size_t i = 0; i < fact_set_count(facts); i++) {
                const char *text = fact_set_at(facts, i)->value;
                assert_true(utf8_valid(text, strlen(text)));
            }
            free(changed);
        }
    }
    fact_set_free(facts);
    free(file);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tlv_table),
        cmocka_unit_test(status_words),
        cmocka_unit_test(sample_people),
        cmocka_unit_test(variants),
        cmocka_unit_test(forged),
        cmocka_unit_test(hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
