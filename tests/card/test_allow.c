/* card/test_allow.c - the guard in front of the card (cards 1.13). Each forbidden command is sent to
 * a card that would answer it, with the PIN verified: were the guard taken out, the card's watch and
 * the transport's log would show it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "card/card_priv.h"
#include "vcard/transport.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define SELECT_TEXT "00a4040c0ad3921000310001010408"
#define VERIFY_1234 "002000910431323334"

struct bench {
    struct vcard *card;
    struct vtransport *vt;
    struct channel channel;
    const struct card_transport_ops *ops;
    uint8_t *answer;
};

static void
bench_open(struct bench *bench)
{
    struct vcard_config config = {0};
    vcard_person_published(&config.person);
    config.person.certificate_len = 600; /* there, whatever it says */
    bench->card = vcard_new(&config);
    bench->vt = vtransport_new(&bench->ops);
    bench->channel = (struct channel){.ops = bench->ops, .ctx = bench->vt};
    bench->answer = malloc(CHANNEL_ANSWER_MAX);
    vtransport_place(bench->vt, 0, bench->card);
    assert_int_equal(channel_connect(&bench->channel, "Test Reader 00 00"), 0);
}

static void
bench_close(struct bench *bench)
{
    bench->ops->close(bench->vt);
    vcard_free(bench->card);
    free(bench->answer);
}

static int
send_hex(struct bench *bench, const char *hex)
{
    size_t len = strlen(hex) / 2;
    uint8_t *command = malloc(len > 0 ? len : 1); /* exact, so that ASan sees a look too far */
    assert_int_equal(hex_decode(hex, command, len), 0);
    struct sw sw;
    size_t got;
    int r = channel_transmit(&bench->channel, command, len, bench->answer, &got, &sw);
    free(command);
    return r;
}

static const char *const forbidden[] = {
    /* the number and what can be turned into it */
    "00b0810000",
    "00b08100000000",
    "00b0810011",
    "00a4020c020001",
    "00a40204020001",
    "00b0830000",
    "00b08300000000",
    "00a4020c020003",
    "00200094",
    "002000940c353337363836363737313838",
    "002000930c353337363836363737313838",
    /* other applications */
    "00a4040c0ad3921000310001010402",
    "00a4040c0ad392f000260100000001",
    "00200098",
    "0020009b",
    "0020009c",
    "00b08a0000",
    "00b08a00000000",
    "00b0880000",
    "002000980431323334",
    "0020009b06414243313233",
    "0020009c0431323334",
    "00a4040c0ad3921000310001010100",
    "00a4040c08d392100031000101",
    "00a4040c0ad392100031000101040800",
    "00a404000ad3921000310001010408",
    "01a4040c0ad3921000310001010408",
    "00a4040c0bd392100031000101040800",
    /* changes on the card */
    "002401800431323334",
    "803200800431323334",
    "00d6820001ff",
    "00e2820001ff",
    "002c00800431323334",
    /* VERIFY in another form or of another reference */
    "002000800431323334",
    "002000950e3535303231373230333532323835",
    "00200080",
    "00200095",
    "00200092",
    "0020009103313233",
    "00200091053132333435",
    "00200091043132333a",
    "002000910431323300",
    "0020009104ffffffff",
    "002001910431323334",
    "00200091043132333400",
    /* reads of another file, too far, in another form */
    "00b0840000",
    "00b0850000",
    "00b0860000",
    "00b0870000",
    "00b0910000",
    "00b0800000",
    "00b0000000",
    "00b0100000",
    "00b07fff00",
    "00b08200000001",
    "00b0820000000000",
    "00b08200",
    "00b1000000",
    "00b2010c00",
    "00c0000000",
    "00ca00f000",
    "0084000008",
    "802a00000100",
    "00a40000",
    "00a40004023f00",
    "00",
    "0020",
    "002000",
    "",
    "ffffffffff",
};

static void
forbidden_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    assert_int_equal(send_hex(&bench, SELECT_TEXT), 0);
    bench.channel.verify_granted = true;
    assert_int_equal(send_hex(&bench, VERIFY_1234), 0); /* now the card would give the number */
    size_t sent = 2;
    for (size_t i = 0; i < COUNT(forbidden); i++) {
        bench.channel.verify_granted = true;
        int r = send_hex(&bench, forbidden[i]);
        const struct vtransport_command *log;
        if (r != KERR_CARD_REFUSED || vtransport_log(bench.vt, &log) != sent) {
            fail_msg("%s went through: %s", forbidden[i], err_str(r));
        }
        assert_int_equal(atomic_load(&bench.channel.refused), i + 1);
    }
    assert_int_equal(atomic_load(&bench.channel.apdus), sent);
    assert_int_equal(vcard_watched(bench.card), 0);
    bench_close(&bench);
}

/* The control: the same commands straight to the card do raise its watch, so the test above tests. */
static void
without_the_guard(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    assert_int_equal(send_hex(&bench, SELECT_TEXT), 0);
    bench.channel.verify_granted = true;
    assert_int_equal(send_hex(&bench, VERIFY_1234), 0);
    for (size_t i = 0; i < COUNT(forbidden); i++) {
        uint8_t command[64];
        size_t len = strlen(forbidden[i]) / 2;
        size_t got;
        assert_int_equal(hex_decode(forbidden[i], command, len), 0);
        (void)bench.ops->transmit(bench.vt, command, len, bench.answer, CHANNEL_ANSWER_MAX, &got);
    }
    assert_true(vcard_watched(bench.card) >= 5);
    bench_close(&bench);
}

struct step {
    const char *
        command; /* NULL: power cycle; "grant": one VERIFY may go out; "serial", "look": that may be asked */
    int expected;
};

static void
walk(struct bench *bench, const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (steps[i].command == NULL) {
            channel_disconnect(&bench->channel);
            assert_int_equal(channel_connect(&bench->channel, "Test Reader 00 00"), 0);
        } else if (strcmp(steps[i].command, "grant") == 0) {
            bench->channel.verify_granted = true;
        } else if (strcmp(steps[i].command, "serial") == 0) {
            bench->channel.serial_granted = true;
        } else if (strcmp(steps[i].command, "look") == 0) {
            bench->channel.look_granted = true;
        } else {
            int r = send_hex(bench, steps[i].command);
            if (r != steps[i].expected) {
                fail_msg("step %zu, %s: %s", i, steps[i].command, err_str(r));
            }
        }
    }
}

/* What is allowed depends on what was done before. */
static void
order(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"00200091", KERR_CARD_REFUSED}, /* nothing selected */
        {"00b0820000", KERR_CARD_REFUSED},
        {VERIFY_1234, KERR_CARD_REFUSED},
        {SELECT_TEXT, 0},
        {"00200091", 0},
        {VERIFY_1234, KERR_CARD_REFUSED}, /* nobody asked for a read */
        {"00b0010000", KERR_CARD_REFUSED}, /* no current file known */
        {"00b0820000", 0}, /* the card says 6982 */
        {"00b0010000", KERR_CARD_REFUSED},
        {"grant", 0},
        {VERIFY_1234, 0},
        {VERIFY_1234, KERR_CARD_REFUSED}, /* never twice */
        {"00b0820000", 0},
        {"00b0010000", 0},
        {"00b00f0000", 0}, /* up to 4 KB */
        {"00b0100000", KERR_CARD_REFUSED},
        {"00200091", 0}, /* may move the current file */
        {"00b0010000", KERR_CARD_REFUSED},
        {"00b08200000000", 0},
        {"00b00000ff", 0},
        {SELECT_TEXT, 0},
        {"00b0000000", KERR_CARD_REFUSED},
        {NULL, 0},
        {"00200091", KERR_CARD_REFUSED},
        {"00b0820000", KERR_CARD_REFUSED},
    };
    struct bench bench;
    bench_open(&bench);
    walk(&bench, steps, COUNT(steps));
    assert_int_equal(vcard_watched(bench.card), 0);
    bench_close(&bench);
}

/* The serial number: only after card_serial asked for it, only that record, and nothing else while its application is
 * selected. */
static void
serial(void **state)
{
    (void)state;
#define SELECT_COMMON "00a4040c0ad3921000310001010100"
    static const struct step steps[] = {
        {SELECT_COMMON, KERR_CARD_REFUSED}, {"serial", 0}, {"00b2010c00", KERR_CARD_REFUSED},
        {SELECT_COMMON, 0}, {SELECT_COMMON, KERR_CARD_REFUSED}, /* never twice */
        {"00b2010c00", 0}, {"00b2020c00", KERR_CARD_REFUSED}, {"00b2011400", KERR_CARD_REFUSED},
        {"00b2010d00", KERR_CARD_REFUSED}, {"00b2010c1e", KERR_CARD_REFUSED},
        {"00b0820000", KERR_CARD_REFUSED}, {"00b0810000", KERR_CARD_REFUSED},
        {"00200091", KERR_CARD_REFUSED}, {VERIFY_1234, KERR_CARD_REFUSED}, {SELECT_TEXT, 0},
        {"00b2010c00", KERR_CARD_REFUSED}, {"00200091", 0}, {"serial", 0}, {NULL, 0},
        {SELECT_COMMON, KERR_CARD_REFUSED}, /* an unused permission ends with the power */
    };
    struct bench bench;
    bench_open(&bench);
    walk(&bench, steps, COUNT(steps));
    assert_int_equal(vcard_watched(bench.card), 0);
    bench_close(&bench);
}

/* The certificate and the other tries: only after card_look asked for them, only these, and nothing else while their
 * application is selected. */
static void
look(void **state)
{
    (void)state;
#define SELECT_KEYS "00a4040c0ad392f000260100000001"
#define REFUSED KERR_CARD_REFUSED
    static const struct step steps[] = {
        {SELECT_KEYS, REFUSED},
        /* a serial read opens neither the tries beside it nor the keys */
        {"serial", 0}, {SELECT_COMMON, 0}, {"0020009c", REFUSED}, {SELECT_KEYS, REFUSED}, {NULL, 0},
        {"serial", 0}, {"look", 0}, {"0020009c", REFUSED}, /* nothing selected */
        {SELECT_COMMON, 0}, {"0020009c", 0}, {"0020009c0431323334", REFUSED}, {"00200098", REFUSED},
        {"00b08a0000", REFUSED}, {SELECT_KEYS, 0}, {SELECT_KEYS, REFUSED}, /* never twice */
        {SELECT_COMMON, REFUSED}, {"0020009c", REFUSED}, {"00200091", REFUSED},
        {VERIFY_1234, REFUSED}, {"00200098", 0}, {"0020009b", 0}, {"00b0880000", 0},
        {"00b0880003", REFUSED}, {"00b08800000000", REFUSED}, {"00b0880300", REFUSED},
        {"00b0010000", REFUSED}, /* the three bytes are no file to read on in */
        {"00b08a0000", 0}, {"00b0010000", 0}, {"00b00f00ff", 0}, {"00b0100000", REFUSED},
        {"0020009b", 0}, {"00b0010000", REFUSED}, /* may have moved the current file */
        {"00b08a00000000", 0}, {"00b0010000", 0}, {"00b0880000", 0},
        {"00b0010000", REFUSED}, /* that has moved it */
        /* what else that application has: the other certificate, CA certificates, keys, secrets, changes */
        {"00b0810000", REFUSED}, {"00b08100000000", REFUSED}, {"00b0820000", REFUSED},
        {"00b0860000", REFUSED}, {"00b0890000", REFUSED}, {"00b08b0000", REFUSED},
        {"00b0970000", REFUSED}, {"00b09a0000", REFUSED}, {"00b2010c00", REFUSED},
        {"00a4020c020001", REFUSED}, {"00a4020c02000a", REFUSED}, {"00200080", REFUSED},
        {"002000980431323334", REFUSED}, {"0020009b06414243313233", REFUSED}, {"0020009a", REFUSED},
        {"802a00970102", REFUSED}, {"802a009a0102", REFUSED}, {"002a00970102", REFUSED},
        {"0088000008", REFUSED}, {"002401800431323334", REFUSED}, {"80a20000", REFUSED},
        {"01200098", REFUSED},
        /* back to the attributes: the certificate's state is no permission there */
        {"00b08a0000", 0}, {SELECT_TEXT, 0}, {"00b0010000", REFUSED}, {"00b08a0000", REFUSED},
        {"00200098", REFUSED}, {"0020009b", REFUSED}, {"00b0880000", REFUSED}, {"00200091", 0},
        {"look", 0}, {NULL, 0},
        {SELECT_KEYS, REFUSED}, /* an unused permission ends with the power */
    };
    struct bench bench;
    bench_open(&bench);
    walk(&bench, steps, COUNT(steps));
    assert_int_equal(vcard_watched(bench.card), 0);
    bench_close(&bench);
}

/* A disconnect takes an unused permission back. */
static void
grant_ends_with_the_power(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.channel.verify_granted = true;
    channel_disconnect(&bench.channel);
    assert_int_equal(channel_connect(&bench.channel, "Test Reader 00 00"), 0);
    assert_int_equal(send_hex(&bench, SELECT_TEXT), 0);
    assert_int_equal(send_hex(&bench, VERIFY_1234), KERR_CARD_REFUSED);
    bench_close(&bench);
}

/* A VERIFY that goes wrong on the way has used the permission up all the same. */
static void
grant_is_used_by_a_failure(void **state)
{
    (void)state;
    struct vcard_config config = {0};
    vcard_person_published(&config.person);
    assert_int_equal(vcard_config_mode(&config, "lost-at=2"), 0);
    struct bench bench;
    bench_open(&bench);
    struct vcard *flaky = vcard_new(&config);
    vtransport_place(bench.vt, 0, flaky);
    assert_int_equal(channel_connect(&bench.channel, "Test Reader 00 00"), 0);
    assert_int_equal(send_hex(&bench, SELECT_TEXT), 0);
    bench.channel.verify_granted = true;
    assert_int_equal(send_hex(&bench, VERIFY_1234), KERR_CARD_COMM);
    assert_int_equal(send_hex(&bench, VERIFY_1234), KERR_CARD_REFUSED);
    assert_int_equal(vtransport_verifies(bench.vt), 1);
    bench_close(&bench);
    vcard_free(flaky);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forbidden_is_refused),
        cmocka_unit_test(without_the_guard),
        cmocka_unit_test(order),
        cmocka_unit_test(serial),
        cmocka_unit_test(look),
        cmocka_unit_test(grant_ends_with_the_power),
        cmocka_unit_test(grant_is_used_by_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
