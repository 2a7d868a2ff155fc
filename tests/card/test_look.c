/* card/test_look.c - what the card tells of how long it serves, without a PIN: its last day, the last day of the certificate
 * that is free to read, the tries left of its other secrets. Certificates are made here by OpenSSL. */
#include "bench.inc"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/hex.h"

enum { FIRST = 3, LAST = 10 }; /* commands of a look: 1 and 2 were sent when the card was placed */

static void
place_card(struct bench *bench, struct vcard *card)
{
    bench_start(bench);
    bench->cards[bench->card_count++] = card;
    bench_expect(bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
    vtransport_place(bench->vt, 0, card);
    struct card_event event = bench_event(bench, CARD_EVENT_INSERTED);
    assert_int_equal(event.error, 0);
}

static void
place(struct bench *bench, const char *name, const char *words)
{
    struct bench cards = {0}; /* makes it only */
    place_card(bench, bench_card(&cards, name, words));
}

static struct card_event
ask(struct bench *bench)
{
    assert_int_equal(card_look(bench->room, 7), 0);
    return bench_event(bench, CARD_EVENT_LOOK);
}

static void
expect_inside(
    const struct card_event *event, const char *until, int login, int sign, int registration)
{
    assert_int_equal(event->error, 0);
    assert_string_equal(event->inside.certificate_until, until);
    assert_int_equal(event->inside.login_tries, login);
    assert_int_equal(event->inside.sign_tries, sign);
    assert_int_equal(event->inside.register_tries, registration);
    assert_string_equal(event->serial, ""); /* it was read beside the last day, and stays inside */
    assert_null(event->facts);
}

/* Nothing of what the card said is left in the room's own memory. */
static void
expect_wiped(const struct bench *bench)
{
    for (size_t i = 0; i < CHANNEL_ANSWER_MAX; i++) {
        assert_int_equal(bench->room->myna.answer[i], 0);
    }
}

/* Byte for byte what goes to the card, and what comes of it. */
static void
tells_all_in_eight_commands(void **state)
{
    (void)state;
    static const char *const expected[] = {"00a4040c0ad3921000310001010408",
        "00200091", /* when it was placed */
        "00a4040c0ad3921000310001010100", "00b2010c00", "0020009c", /* the common application */
        "00a4040c0ad392f000260100000001", "00b08a00000000", "00200098", "00b0880000", "0020009b"};
    struct bench bench;
    place(&bench, "hanako", "");
    assert_int_equal(card_look(bench.room, 7), 0);
    assert_int_equal(card_look(bench.room, 7), KERR_STATE); /* one request at a time */
    assert_int_equal(card_serial(bench.room, 7), KERR_STATE);
    struct card_event event = bench_event(&bench, CARD_EVENT_LOOK);
    expect_inside(&event, "2031-03-05", 3, 5, 3);
    assert_string_equal(event.expiry, "2031-03-05");
    assert_int_equal(event.tries, 3); /* no try was touched */
    assert_false(vtransport_powered(bench.vt));
    expect_wiped(&bench);
    const struct vtransport_command *log;
    assert_int_equal(vtransport_log(bench.vt, &log), COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        char hex[2 * VTRANSPORT_COMMAND_MAX + 1];
        hex_encode(log[i].bytes, log[i].len, hex);
        assert_string_equal(hex, expected[i]);
    }
    card_event_release(&event);
    assert_string_equal(event.expiry, "");
    assert_string_equal(event.inside.certificate_until, "");
    /* the card can be read with its PIN afterwards, in the four commands of ever */
    bench_read(&bench, "1234", false);
    bench_expect(&bench, CARD_EVENT_READ, 0, CARD_TRIES_UNKNOWN);
    assert_int_equal(vtransport_log(bench.vt, &log), COUNT(expected) + 4);
    assert_int_equal(vtransport_verifies(bench.vt), 1);
    bench_stop(&bench);
}

static void
cards_differ(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words, *until;
        int login, sign, registration;
    } rows[] = {
        {"one-left", "", "2025-01-01", 1, 0, 2},
        {"sakura", "", "2027-06-20", 3, CARD_TRIES_UNKNOWN, 3}, /* no signature certificate */
        {"taro", "", "", CARD_TRIES_UNKNOWN, 5, 3}, /* no certificate to log in with */
        {"hanako", "no-extended", "2031-03-05", 3, 5, 3},
        {"hanako", "no-filler", "2031-03-05", 3, 5, 3},
        {"hanako", "first-6f00", "2031-03-05", 3, 5, 3},
        {"hanako", "no-extended drip", "", CARD_TRIES_UNKNOWN, 5, 3}, /* not heard out */
        {"hanako", "no-extended too-much", "", CARD_TRIES_UNKNOWN, 5, 3},
        /* what one command is not answered to */
        {"hanako", "status=5:6A88", "2031-03-05", 3, 5, CARD_TRIES_UNKNOWN},
        {"hanako", "status=5:9000", "2031-03-05", 3, 5, CARD_TRIES_UNKNOWN}, /* "verified" */
        {"hanako", "status=5:6984", "2031-03-05", 3, 5, 0},
        {"hanako", "status=6:6A82", "", CARD_TRIES_UNKNOWN, CARD_TRIES_UNKNOWN, 3},
        {"hanako", "status=7:6A82", "", CARD_TRIES_UNKNOWN, 5, 3},
        {"hanako", "status=7:6982", "", CARD_TRIES_UNKNOWN, 5, 3},
        {"hanako", "status=7:9000", "", CARD_TRIES_UNKNOWN, 5, 3}, /* an empty file */
        {"hanako", "status=7:6700", "2031-03-05", 3, 5, 3}, /* then the short form */
        {"hanako", "status=8:6D00", "2031-03-05", CARD_TRIES_UNKNOWN, 5, 3},
        {"hanako", "status=9:6A82", "2031-03-05", 3, 5, 3}, /* it does not say whether */
        {"hanako", "status=9:9000", "2031-03-05", 3, 5, 3},
        {"hanako", "truncate=9:4", "2031-03-05", 3, 5, 3},
        {"hanako", "status=10:63C1", "2031-03-05", 3, 1, 3},
        {"hanako", "status=10:6F00", "2031-03-05", 3, CARD_TRIES_UNKNOWN, 3},
        {"hanako", "lost-at=7", "2031-03-05", 3, 5, 3}, /* the short form, after a failed one */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bench bench;
        place(&bench, rows[i].name, rows[i].words);
        struct card_event event = ask(&bench);
        print_message("%s %s\n", rows[i].name, rows[i].words);
        expect_inside(&event, rows[i].until, rows[i].login, rows[i].sign, rows[i].registration);
        expect_wiped(&bench);
        assert_false(vtransport_powered(bench.vt));
        card_event_release(&event);
        bench_stop(&bench);
    }
}

/* A certificate of this last second ("YYYYMMDDHHMMSSZ", or two digits of the year less), by a key of the small kind. */
static size_t
certify(const char *until, uint8_t out[VCARD_CERTIFICATE_MAX])
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    assert_non_null(key);
    assert_int_equal(X509_set_version(cert, 2), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(cert), 20261122), 1);
    assert_int_equal(ASN1_TIME_set_string(X509_getm_notBefore(cert), "20200101000000Z"), 1);
    assert_int_equal(ASN1_TIME_set_string(X509_getm_notAfter(cert), until), 1);
    assert_int_equal(X509_set_pubkey(cert, key), 1);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    int len = i2d_X509(cert, NULL);
    assert_in_range(len, 1, VCARD_CERTIFICATE_MAX);
    uint8_t *end = out;
    (void)i2d_X509(cert, &end);
    X509_free(cert);
    EVP_PKEY_free(key);
    return (size_t)len;
}

static struct vcard *
card_with(const uint8_t *certificate, size_t len, const char *word)
{
    struct vcard_config config = {0};
    vcard_person_published(&config.person);
    memcpy(config.person.certificate, certificate, len);
    config.person.certificate_len = len;
    assert_true(word == NULL || vcard_config_mode(&config, word) == 0);
    return vcard_new(&config);
}

static void
days_of_certificates(void **state)
{
    (void)state;
    static const struct {
        const char *until, *day;
    } rows[] = {
        {"290216145959Z", "2029-02-16"}, /* midnight in Japan, as real ones end */
        {"290216150000Z", "2029-02-17"},
        {"20290216145959Z", "2029-02-16"}, /* the long form, which nobody needs before 2050 */
        {"20510302000000Z", "2051-03-02"},
        {"20280229145959Z", "2028-02-29"},
        {"141231145959Z", ""}, /* older than these cards */
        {"22010101000000Z", ""}, /* nobody's */
        {"99991231235959Z", ""},
    };
    uint8_t der[VCARD_CERTIFICATE_MAX];
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bench bench;
        place_card(&bench, card_with(der, certify(rows[i].until, der), NULL));
        struct card_event event = ask(&bench);
        print_message("%s\n", rows[i].until);
        bool told = rows[i].day[0] != 0;
        expect_inside(&event, rows[i].day, told ? 3 : CARD_TRIES_UNKNOWN, 5, 3);
        card_event_release(&event);
        bench_stop(&bench);
    }
}

/* Files that are no certificate: nothing is told of it, and the rest is. */
static void
no_certificates(void **state)
{
    (void)state;
    uint8_t good[VCARD_CERTIFICATE_MAX];
    size_t len = certify("20290216145959Z", good);
    for (int kind = 0; kind < 8; kind++) {
        uint8_t der[VCARD_CERTIFICATE_MAX] = {0};
        size_t size = len;
        memcpy(der, good, len);
        switch (kind) {
        case 0: /* the object ends before its length */
            size = len - 1;
            break;
        case 1: /* and says so much that no file could hold it */
            der[2] = 0x7F;
            break;
        case 2: /* more than is read at all */
            memcpy(der, "\x30\x84\xFF\xFF\xFF\xFF", 6);
            break;
        case 3: /* no length */
            der[1] = 0x80;
            break;
        case 4: /* filler alone */
            memset(der, 0xFF, len);
            break;
        case 5: /* another object */
            der[0] = 0x31;
            break;
        case 6: /* a hole in it: the version's tag */
            der[8] ^= 0x40;
            break;
        default: /* one byte */
            size = 1;
        }
        struct bench bench;
        place_card(&bench, card_with(der, size, "no-filler"));
        struct card_event event = ask(&bench);
        print_message("kind %d\n", kind);
        expect_inside(&event, "", CARD_TRIES_UNKNOWN, 5, 3);
        expect_wiped(&bench);
        card_event_release(&event);
        bench_stop(&bench);
    }
}

/* The exchange fails at each command, in each way: one error, nothing told, no power left, no try spent. */
static void
faults_at_each_command(void **state)
{
    (void)state;
    static const char *const ways[] = {"lost-at", "silent-at", "remove-at"};
    for (size_t way = 0; way < COUNT(ways); way++) {
        for (int at = FIRST; at <= LAST; at++) {
            struct bench bench;
            char word[32];
            bool first_read = at == 7 && way < 2; /* is repeated in the short form */
            (void)snprintf(word, sizeof(word), "%s=%d", ways[way], at);
            place(&bench, "hanako", word);
            struct card_event event = ask(&bench);
            print_message("%s\n", word);
            int expected = way == 2 ? KERR_CARD_REMOVED : KERR_CARD_COMM;
            assert_int_equal(event.error, first_read ? 0 : expected);
            assert_string_equal(event.expiry, first_read ? "2031-03-05" : "");
            assert_string_equal(event.inside.certificate_until, event.expiry);
            expect_wiped(&bench);
            card_event_release(&event);
            bench_stop(&bench);
        }
    }
}

/* Whatever a card answers: one event, a day that is one or none, few commands. */
static void
any_answers(void **state)
{
    (void)state;
    for (int seed = 1; seed <= 200; seed++) {
        struct bench bench;
        char word[32];
        (void)snprintf(word, sizeof(word), "random=%d:%d", FIRST + seed % (LAST - FIRST + 1), seed);
        place(&bench, "hanako", word);
        struct card_event event = ask(&bench);
        size_t day = strlen(event.inside.certificate_until);
        assert_true(day == 0 || (event.error == 0 && day == 10));
        assert_true(event.error <= 0 && card_stats(bench.room).apdus < 100);
        card_event_release(&event);
        bench_stop(&bench);
    }
}

/* No record, no look: a card that does not tell its last day is none that we know. */
static void
says_why_not(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        int error;
    } rows[] = {{"status=3:6A82", KERR_CARD_STATUS}, {"status=4:6A83", KERR_CARD_STATUS},
        {"status=4:9000", KERR_CARD_DATA}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bench bench;
        place(&bench, "hanako", rows[i].words);
        struct card_event event = ask(&bench);
        assert_int_equal(event.error, rows[i].error);
        assert_string_equal(event.expiry, "");
        card_event_release(&event);
        bench_stop(&bench);
    }
}

/* The next person gets nothing of an answer that came too late. */
static void
release_wipes_the_answer(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        struct bench bench;
        place(&bench, "hanako", late == 0 ? "delay=7:200" : "");
        assert_int_equal(card_look(bench.room, 7), 0);
        if (late == 1) { /* it lies in the queue already */
            while (vtransport_powered(bench.vt)) {
                nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
            }
        }
        card_release(bench.room);
        struct card_event event = bench_event(&bench, CARD_EVENT_LOOK);
        assert_int_equal(event.error, KERR_CANCELLED);
        assert_string_equal(event.expiry, "");
        assert_string_equal(event.inside.certificate_until, "");
        assert_int_equal(event.inside.sign_tries, 0);
        card_event_release(&event);
        bench_no_event(&bench, 20);
        bench_stop(&bench);
    }
}

static void
hanging_is_answered(void **state)
{
    (void)state;
    struct bench bench;
    bench_start_timed(&bench, &hang_times);
    bench_expect(&bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
    vtransport_place(bench.vt, 0, bench_card(&bench, "hanako", "delay=7:900"));
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
    assert_int_equal(card_look(bench.room, 7), 0);
    bench_expect(&bench, CARD_EVENT_LOOK, KERR_CARD_TIMEOUT, CARD_TRIES_UNKNOWN);
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3); /* the driver came back */
    bench_stop(&bench);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_all_in_eight_commands),
        cmocka_unit_test(cards_differ),
        cmocka_unit_test(days_of_certificates),
        cmocka_unit_test(no_certificates),
        cmocka_unit_test(faults_at_each_command),
        cmocka_unit_test(any_answers),
        cmocka_unit_test(says_why_not),
        cmocka_unit_test(release_wipes_the_answer),
        cmocka_unit_test(hanging_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
