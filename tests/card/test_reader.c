/* card/test_reader.c - the room as its caller sees it: events in order, four commands for a read,
 * every fault of a card at every command, and never a PIN sent twice.
 * waits */
#include "bench.inc"

/* Starts a room with this card on its reader, up to the INSERTED event. */
static struct vcard *
begin(struct bench *bench, const char *name, const char *words, int tries)
{
    bench_start(bench);
    bench_expect(bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
    struct vcard *card = bench_card(bench, name, words);
    vtransport_place(bench->vt, 0, card);
    struct card_event event = bench_event(bench, CARD_EVENT_INSERTED);
    assert_int_equal(event.error, 0);
    assert_int_equal(event.kind, CARD_KIND_MY_NUMBER);
    assert_int_equal(event.tries, tries);
    return card;
}

/* The floor of cards 7.1: these four commands and no other. */
static void
four_commands(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "\x00\xA4\x04\x0C\x0A\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x08",
        "\x00\x20\x00\x91",
        "\x00\x20\x00\x91\x04\x31\x32\x33\x34",
        "\x00\xB0\x82\x00\x00\x00\x00",
    };
    static const size_t lengths[] = {15, 4, 9, 7};
    struct bench bench;
    begin(&bench, "hanako", "", 3);
    assert_int_equal(card_stats(bench.room).apdus, 2); /* before the PIN is typed */
    assert_true(vtransport_powered(bench.vt));
    bench_read(&bench, "1234", false);
    struct card_event event = bench_event(&bench, CARD_EVENT_READ);
    assert_int_equal(event.error, 0);
    assert_int_equal(event.kind, CARD_KIND_MY_NUMBER);
    assert_false(event.data_questionable);
    assert_int_equal(fact_set_count(event.facts), 4);
    assert_string_equal(fact_set_value(event.facts, "applicant.name"), "日立　花子");
    assert_string_equal(
        fact_set_value(event.facts, "applicant.address"), "茨城県日立市助川町１丁目１番１号");
    assert_string_equal(fact_set_value(event.facts, "applicant.birth"), "1941-03-05");
    assert_string_equal(fact_set_value(event.facts, "applicant.sex"), "female");
    card_event_release(&event);
    assert_false(vtransport_powered(bench.vt)); /* no session is left open */
    assert_int_equal(card_stats(bench.room).apdus, 4);
    const struct vtransport_command *log;
    assert_int_equal(vtransport_log(bench.vt, &log), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(log[i].len, lengths[i]);
        assert_memory_equal(log[i].bytes, expected[i], lengths[i]);
    }
    bench_stop(&bench);
}

/* The command with the PIN stood in locked memory that is empty again. */
static void
pin_is_wiped(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, "hanako", "", 3);
    bench_read(&bench, "1234", false);
    bench_expect(&bench, CARD_EVENT_READ, 0, CARD_TRIES_UNKNOWN);
    const struct vtransport_command *log;
    assert_int_equal(vtransport_log(bench.vt, &log), 4);
    static const uint8_t zeros[9];
    assert_memory_equal(log[2].bytes + 5, "1234", 4);
    assert_ptr_equal(log[2].where, secret_bytes(bench.room->myna.scratch));
    assert_memory_equal(log[2].where, zeros, sizeof(zeros));
    assert_int_equal(secret_len(bench.room->myna.scratch), 0);
    assert_null(bench.room->pin);
    for (size_t i = 0; i < CHANNEL_ANSWER_MAX; i++) {
        assert_int_equal(bench.room->myna.answer[i], 0);
    }
    bench_stop(&bench);
}

/* Cards that need more than four commands, and how many. */
static void
detours(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words;
        bool short_reader;
        uint64_t apdus;
        int error;
    } table[] = {
        {"hanako", "", false, 4, 0}, {"hanako", "no-extended", false, 5, 0},
        {"hanako", "first-6f00", false, 5, 0}, /* one repeat of the first command */
        {"hanako", "first-6f00 no-extended", false, 6, 0},
        {"hanako", "", true, 5, 0}, /* the reader refuses, the short form works */
        {"hanako", "no-filler", false, 4, 0}, {"long-address", "", false, 4, 0},
        {"long-address", "no-extended", false, 6, 0}, /* more than 256 bytes: one read more */
        {"long-address", "no-extended no-filler", false, 6, 0}, {"non-minimal", "", false, 4, 0},
        {"questionable", "", false, 4, 0}, {"hanako", "status=4:6c80", false, 5, 0},
        {"hanako", "status=4:6282", false, 4, KERR_CARD_DATA},
        {"hanako", "status=4:6985", false, 4, KERR_CARD_STATUS},
        {"hanako", "status=4:6982", false, 4, KERR_CARD_COMM}, /* it lost power in between */
        {"hanako", "status=4:9000", false, 4, KERR_CARD_DATA}, /* good, but empty */
        {"hanako", "endless-61=4", false, 4, KERR_CARD_STATUS},
        {"hanako", "lost-at=4", false, 5, 0}, /* READ may be repeated */
        {"hanako", "silent-at=4", false, 5, 0}, {"hanako", "lost-at=4 lost-at=5", false, 6, 0},
        {"hanako", "lost-at=4 lost-at=5 lost-at=6", false, 6, KERR_CARD_COMM},
        {"long-address", "no-extended lost-at=6", false, 8, 0}, /* in the middle of the file */
        {"long-address", "no-extended lost-at=6 lost-at=7", false, 9, 0},
        {"long-address", "no-extended status=6:6b00", false, 6, KERR_CARD_DATA},
        {"long-address", "no-extended status=6:9000", false, 6, KERR_CARD_DATA},
        {"hanako", "no-extended too-much", false, 5, KERR_CARD_DATA}, /* more than was asked for */
        {"hanako", "drip", false, 23, 0}, /* five bytes a read */
        {"long-address", "drip", false, 4 + 64, KERR_CARD_DATA}, /* that is enough */
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct bench bench;
        begin(&bench, table[i].name, table[i].words, 3);
        vtransport_short_only(bench.vt, table[i].short_reader);
        bench_read(&bench, "1234", false);
        struct card_event event = bench_event(&bench, CARD_EVENT_READ);
        uint64_t used = card_stats(bench.room).apdus;
        if (event.error != table[i].error || used != table[i].apdus) {
            fail_msg("%s, %s: %s after %llu commands", table[i].name, table[i].words,
                err_str(event.error), (unsigned long long)used);
        }
        if (event.error == 0) {
            assert_non_null(fact_set_value(event.facts, "applicant.name"));
            assert_non_null(fact_set_value(event.facts, "applicant.sex"));
        }
        card_event_release(&event);
        assert_int_equal(vtransport_verifies(bench.vt), 1);
        assert_false(vtransport_powered(bench.vt));
        bench_stop(&bench);
    }
}

/* Every length that an answer can be cut to, for each command: an error or the true facts. */
static void
cut_answers(void **state)
{
    (void)state;
    static const struct {
        unsigned command;
        unsigned full;
    } table[] = {{1, 2}, {2, 2}, {3, 2}, {4, 514}};
    for (size_t i = 0; i < COUNT(table); i++) {
        for (unsigned len = 0; len < table[i].full; len += len < 130 ? 1 : 37) {
            char words[64];
            struct bench bench;
            (void)snprintf(words, sizeof(words), "truncate=%u:%u", table[i].command, len);
            bench_start(&bench);
            bench_expect(&bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
            vtransport_place(bench.vt, 0, bench_card(&bench, "hanako", words));
            struct card_event event = bench_event(&bench, CARD_EVENT_INSERTED);
            if (event.error == 0) {
                bench_read(&bench, "1234", false);
                event = bench_event(&bench, CARD_EVENT_READ);
                if (event.error == 0) {
                    assert_string_equal(
                        fact_set_value(event.facts, "applicant.name"), "日立　花子");
                    assert_int_equal(fact_set_count(event.facts), 4);
                }
            }
            card_event_release(&event);
            assert_true(vtransport_verifies(bench.vt) <= 1);
            assert_false(event.error != 0 && vtransport_powered(bench.vt));
            bench_stop(&bench);
        }
    }
}

/* The card is lifted at each command, before and after its answer; then it is placed again. */
static void
lifted_anywhere(void **state)
{
    (void)state;
    static const char *const faults[] = {"remove-at", "remove-after"};
    for (size_t f = 0; f < COUNT(faults); f++) {
        for (unsigned at = 1; at <= 6; at++) {
            char words[64];
            struct bench bench;
            (void)snprintf(words, sizeof(words), "no-extended %s=%u", faults[f], at);
            bench_start(&bench);
            bench_expect(&bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
            struct vcard *card = bench_card(&bench, "long-address", words);
            vtransport_place(bench.vt, 0, card);
            bool seen = at > 2 || (f == 1 && at == 2);
            if (seen) {
                bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
                bool early = f == 1 && at == 2; /* gone before the PIN */
                if (!early) {
                    bench_read(&bench, "1234", false);
                    bool whole = f == 1 && at == 6; /* the last answer was there */
                    bench_expect(
                        &bench, CARD_EVENT_READ, whole ? 0 : KERR_CARD_REMOVED, CARD_TRIES_UNKNOWN);
                }
                bench_expect(&bench, CARD_EVENT_REMOVED, 0, CARD_TRIES_UNKNOWN);
            }
            bench_no_event(&bench, 20);
            assert_int_equal(vtransport_verifies(bench.vt), at > 3 || (at == 3) ? 1 : 0);
            /* A card that saw a right PIN has its three tries; nothing else was spent. */
            assert_int_equal(vcard_counters(card).pin, 3);
            vtransport_place(bench.vt, 0, bench_card(&bench, "taro", ""));
            bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
            bench_stop(&bench);
        }
    }
}

/* Real drivers often say "failed" first and "removed" later: the visitor is told the latter. */
static void
lifted_and_noticed_late(void **state)
{
    (void)state;
    for (unsigned at = 1; at <= 4; at++) {
        char words[64];
        struct bench bench;
        (void)snprintf(words, sizeof(words), "remove-at=%u", at);
        bench_start(&bench);
        bench_expect(&bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
        vtransport_late_removal(bench.vt, true);
        vtransport_place(bench.vt, 0, bench_card(&bench, "hanako", words));
        if (at > 2) {
            bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
            bench_read(&bench, "1234", false);
            bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_REMOVED, CARD_TRIES_UNKNOWN);
            bench_expect(&bench, CARD_EVENT_REMOVED, 0, CARD_TRIES_UNKNOWN);
        }
        bench_no_event(&bench, 50);
        assert_true(vtransport_verifies(bench.vt) <= 1);
        bench_stop(&bench);
    }
}

/* Wrong PINs: the tries are told each time, the card loses power, the last try needs a yes. */
static void
wrong_pins(void **state)
{
    (void)state;
    struct bench bench;
    struct vcard *card = begin(&bench, "hanako", "", 3);
    bench_read(&bench, "9999", false);
    bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_PIN_WRONG, 2);
    assert_false(vtransport_powered(bench.vt));
    bench_read(&bench, "9999", false);
    bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_PIN_WRONG, 1);
    assert_int_equal(vtransport_verifies(bench.vt), 2);
    bench_read(&bench, "1234", false); /* nobody said yes: nothing is sent */
    bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_PIN_LAST_TRY, 1);
    assert_int_equal(vtransport_verifies(bench.vt), 2);
    bench_read(&bench, "9999", true);
    bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_PIN_BLOCKED, 0);
    assert_int_equal(vtransport_verifies(bench.vt), 3);
    bench_read(&bench, "1234", true); /* blocked: nothing is sent any more */
    bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_PIN_BLOCKED, 0);
    assert_int_equal(vtransport_verifies(bench.vt), 3);
    assert_int_equal(vcard_counters(card).pin, 0);
    bench_stop(&bench);
}

static void
wrong_then_right(void **state)
{
    (void)state;
    struct bench bench;
    struct vcard *card = begin(&bench, "hanako", "", 3);
    bench_read(&bench, "9999", false);
    bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_PIN_WRONG, 2);
    bench_read(&bench, "1234", false);
    bench_expect(&bench, CARD_EVENT_READ, 0, CARD_TRIES_UNKNOWN);
    assert_int_equal(vcard_counters(card).pin, 3);
    bench_stop(&bench);
}

static void
few_tries_from_the_start(void **state)
{
    (void)state;
    struct bench bench;
    struct vcard *card = begin(&bench, "one-left", "", 1);
    bench_read(&bench, "1234", false);
    bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_PIN_LAST_TRY, 1);
    assert_int_equal(vtransport_verifies(bench.vt), 0);
    bench_read(&bench, "1234", true);
    bench_expect(&bench, CARD_EVENT_READ, 0, CARD_TRIES_UNKNOWN);
    assert_int_equal(vcard_counters(card).pin, 3);
    bench_stop(&bench);

    begin(&bench, "blocked", "", 0);
    bench_read(&bench, "1234", true);
    bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_PIN_BLOCKED, 0);
    assert_int_equal(vtransport_verifies(bench.vt), 0);
    bench_stop(&bench);
}

static void
pin_forms(void **state)
{
    (void)state;
    static const char *const forms[] = {"", "123", "12345", "12a4", "1 34", "ABCD"};
    struct bench bench;
    begin(&bench, "hanako", "", 3);
    for (size_t i = 0; i < COUNT(forms); i++) {
        bench_read(&bench, forms[i], true);
        bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_PIN_FORM, 3);
    }
    assert_int_equal(vtransport_verifies(bench.vt), 0);
    assert_int_equal(card_stats(bench.room).apdus, 2);
    bench_read(&bench, "1234", false); /* the connection is still there: two commands more */
    bench_expect(&bench, CARD_EVENT_READ, 0, CARD_TRIES_UNKNOWN);
    assert_int_equal(card_stats(bench.room).apdus, 4);
    bench_stop(&bench);
}

/* Nobody knows whether VERIFY arrived: the card is asked, the PIN is not sent again (cards 5.4). */
static void
unknown_outcome(void **state)
{
    (void)state;
    static const struct {
        const char *words, *pin;
        int error, tries, left;
    } table[] = {
        {"lost-at=3", "1234", KERR_CARD_COMM, 3, 3}, /* it never arrived */
        {"silent-at=3", "1234", KERR_CARD_COMM, 3, 3}, /* it arrived and was right */
        {"silent-at=3", "9999", KERR_CARD_COMM, 2, 2}, /* it arrived and cost a try */
        {"lost-at=3", "9999", KERR_CARD_COMM, 3, 3},
        {"truncate=3:1", "9999", KERR_CARD_COMM, 2, 2},
        {"truncate=3:0", "9999", KERR_CARD_COMM, 2, 2},
        {"status=3:6f00", "1234", KERR_CARD_STATUS, 3, 3},
        {"status=3:6300", "1234", KERR_CARD_PIN_WRONG, CARD_TRIES_UNKNOWN, 3},
        {"status=3:6983", "1234", KERR_CARD_PIN_BLOCKED, 0, 3},
        {"status=3:6a88", "1234", KERR_CARD_STATUS, 3, 3},
        {"endless-61=3", "1234", KERR_CARD_STATUS, CARD_TRIES_UNKNOWN, 3},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct bench bench;
        struct vcard *card = begin(&bench, "hanako", table[i].words, 3);
        bench_read(&bench, table[i].pin, false);
        bench_expect(&bench, CARD_EVENT_READ, table[i].error, table[i].tries);
        assert_int_equal(vtransport_verifies(bench.vt), 1);
        assert_int_equal(vcard_counters(card).pin, table[i].left);
        bench_check(&bench);
        bench_stop(&bench);
    }
}

/* Somebody's PIN is still verified in the card: it is switched off and on before anything else. */
static void
session_left_open(void **state)
{
    (void)state;
    struct bench bench;
    bench_start(&bench);
    bench_expect(&bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
    struct vcard *card = bench_card(&bench, "hanako", "");
    uint8_t answer[VCARD_ANSWER_MAX];
    vcard_power_on(card);
    vcard_transmit(card,
        (const uint8_t *)"\x00\xA4\x04\x0C\x0A\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x08", 15,
        answer);
    vcard_transmit(card, (const uint8_t *)"\x00\x20\x00\x91\x04\x31\x32\x33\x34", 9, answer);
    vcard_reset(card); /* does not forget the PIN */
    vtransport_place(bench.vt, 0, card);
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
    assert_int_equal(card_stats(bench.room).apdus, 4); /* SELECT and query, twice */
    bench_read(&bench, "9999", false); /* the old session helps nobody */
    bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_PIN_WRONG, 2);
    bench_stop(&bench);
}

/* A card that stays verified without power is out of order; no PIN is asked for it. */
static void
session_that_never_ends(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, "hanako", "power-keeps", 3);
    bench_read(&bench, "1234", false);
    bench_expect(&bench, CARD_EVENT_READ, 0, CARD_TRIES_UNKNOWN);
    card_refresh(bench.room);
    bench_expect(&bench, CARD_EVENT_INSERTED, KERR_CARD_STATUS, CARD_TRIES_UNKNOWN);
    bench_stop(&bench);
}

static void
other_cards(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        int error;
        enum card_kind kind;
    } table[] = {
        {"licence", KERR_CARD_UNKNOWN, CARD_KIND_UNKNOWN},
        {"unknown", KERR_CARD_UNKNOWN, CARD_KIND_UNKNOWN},
        {"always-6f00", KERR_CARD_UNKNOWN, CARD_KIND_UNKNOWN},
        {"endless-61=1", KERR_CARD_UNKNOWN, CARD_KIND_UNKNOWN},
        {"status=2:6a88", KERR_CARD_STATUS, CARD_KIND_NONE},
        {"truncate=1:1 truncate=2:1", KERR_CARD_COMM, CARD_KIND_NONE},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct bench bench;
        bench_start(&bench);
        bench_expect(&bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
        vtransport_place(bench.vt, 0, bench_card(&bench, "hanako", table[i].words));
        struct card_event event = bench_event(&bench, CARD_EVENT_INSERTED);
        assert_int_equal(event.error, table[i].error);
        assert_int_equal(event.kind, table[i].kind);
        assert_int_equal(event.tries, CARD_TRIES_UNKNOWN);
        assert_false(vtransport_powered(bench.vt));
        assert_true(card_stats(bench.room).apdus <= 4);
        bench_read(&bench, "1234", true); /* no PIN ever leaves for it */
        bench_expect(&bench, CARD_EVENT_READ, table[i].error, CARD_TRIES_UNKNOWN);
        assert_int_equal(vtransport_verifies(bench.vt), 0);
        bench_stop(&bench);
    }
}

/* One bad exchange at insertion is repeated once (cards 5.4). */
static void
shaky_insertion(void **state)
{
    (void)state;
    static const char *const words[] = {"lost-at=1", "lost-at=2", "silent-at=1", "truncate=2:1"};
    for (size_t i = 0; i < COUNT(words); i++) {
        struct bench bench;
        begin(&bench, "hanako", words[i], 3);
        assert_true(card_stats(bench.room).apdus <= 4);
        bench_stop(&bench);
    }
}

/* Another card lies there than the one whose tries were shown: its PIN is not tried. */
static void
swapped(void **state)
{
    (void)state;
    struct bench bench;
    bench_start(&bench);
    bench_expect(&bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
    struct vcard *other = bench_card(&bench, "one-left", "");
    vtransport_other(bench.vt, other);
    vtransport_place(bench.vt, 0, bench_card(&bench, "hanako", "swap-after=2"));
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
    bench_expect(&bench, CARD_EVENT_REMOVED, 0, CARD_TRIES_UNKNOWN);
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 1);
    bench_read(&bench, "1234", false);
    bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_PIN_LAST_TRY, 1);
    assert_int_equal(vcard_counters(other).pin, 1);
    assert_int_equal(vtransport_verifies(bench.vt), 0);
    bench_stop(&bench);
}

/* The exchange happens after the room's last look and before VERIFY. */
static void
swapped_unseen(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, "hanako", "", 3);
    struct vcard *other = bench_card(&bench, "taro", "");
    vtransport_swap_at_look(bench.vt, other);
    bench_read(&bench, "9999", true);
    bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_CHANGED, CARD_TRIES_UNKNOWN);
    assert_int_equal(vtransport_verifies(bench.vt), 0);
    bench_expect(&bench, CARD_EVENT_REMOVED, 0, CARD_TRIES_UNKNOWN);
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
    assert_int_equal(vcard_counters(other).pin, 3);
    bench_read(&bench, "1234", false);
    bench_expect(&bench, CARD_EVENT_READ, 0, CARD_TRIES_UNKNOWN);
    bench_stop(&bench);
}

/* After a wrong PIN the card is without power; another one with other tries takes its place and the
 * reader's counter tells nothing. */
static void
swapped_without_power(void **state)
{
    (void)state;
    struct bench bench;
    struct vcard *card = begin(&bench, "hanako", "", 3);
    bench_read(&bench, "9999", false);
    bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_PIN_WRONG, 2);
    vcard_set_counters(card, &(struct vcard_counters){.pin = 3, .a = 10, .b = 10});
    bench_read(&bench, "1234", true);
    bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_CHANGED, 3);
    bench_expect(&bench, CARD_EVENT_REMOVED, 0, CARD_TRIES_UNKNOWN);
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
    assert_int_equal(vtransport_verifies(bench.vt), 1);
    bench_read(&bench, "1234", true);
    bench_expect(&bench, CARD_EVENT_READ, 0, CARD_TRIES_UNKNOWN);
    bench_stop(&bench);
}

static void
readers_and_service(void **state)
{
    (void)state;
    struct bench bench;
    bench_start(&bench);
    bench_expect(&bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
    vtransport_readers(bench.vt, 0);
    bench_expect(&bench, CARD_EVENT_READERS, KERR_CARD_NO_READER, CARD_TRIES_UNKNOWN);
    bench_read(&bench, "1234", false);
    bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_NO_READER, CARD_TRIES_UNKNOWN);
    vtransport_readers(bench.vt, 3);
    struct card_event event = bench_event(&bench, CARD_EVENT_READERS);
    assert_int_equal(event.readers, 3);
    bench_read(&bench, "1234", false);
    bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_REMOVED, CARD_TRIES_UNKNOWN);

    vtransport_place(bench.vt, 2, bench_card(&bench, "hanako", "")); /* the one with a card */
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
    vtransport_place(bench.vt, 0, bench_card(&bench, "taro", "")); /* a second one has to wait */
    bench_no_event(&bench, 20);
    bench_read(&bench, "1234", false);
    event = bench_event(&bench, CARD_EVENT_READ);
    assert_string_equal(fact_set_value(event.facts, "applicant.name"), "日立　花子");
    card_event_release(&event);
    vtransport_place(bench.vt, 2, NULL);
    bench_expect(&bench, CARD_EVENT_REMOVED, 0, CARD_TRIES_UNKNOWN);
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3); /* now taro's */

    vtransport_service(bench.vt, false); /* pcscd ends */
    bench_expect(&bench, CARD_EVENT_REMOVED, KERR_CARD_NO_SERVICE, CARD_TRIES_UNKNOWN);
    bench_expect(&bench, CARD_EVENT_READERS, KERR_CARD_NO_SERVICE, CARD_TRIES_UNKNOWN);
    bench_read(&bench, "1234", false);
    bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_NO_SERVICE, CARD_TRIES_UNKNOWN);
    bench_no_event(&bench, 60); /* told once */
    vtransport_service(bench.vt, true);
    bench_expect(&bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
    vtransport_readers(bench.vt, 0); /* the reader is pulled with its card */
    bench_expect(&bench, CARD_EVENT_READERS, KERR_CARD_NO_READER, CARD_TRIES_UNKNOWN);
    bench_expect(&bench, CARD_EVENT_REMOVED, KERR_CARD_NO_READER, CARD_TRIES_UNKNOWN);
    bench_stop(&bench);
}

static void
mute_and_busy(void **state)
{
    (void)state;
    struct bench bench;
    bench_start(&bench);
    bench_expect(&bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
    vtransport_mute(bench.vt, 0, true);
    struct vcard *card = bench_card(&bench, "hanako", "");
    vtransport_place(bench.vt, 0, card);
    bench_expect(&bench, CARD_EVENT_INSERTED, KERR_CARD_UNRESPONSIVE, CARD_TRIES_UNKNOWN);
    bench_read(&bench, "1234", false);
    bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_UNRESPONSIVE, CARD_TRIES_UNKNOWN);
    vtransport_mute(bench.vt, 0, false); /* placed better */
    bench_expect(&bench, CARD_EVENT_REMOVED, 0, CARD_TRIES_UNKNOWN);
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
    vtransport_fail_connect(bench.vt, KERR_CARD_BUSY, 1);
    card_refresh(bench.room);
    bench_expect(&bench, CARD_EVENT_INSERTED, KERR_CARD_BUSY, CARD_TRIES_UNKNOWN);
    card_refresh(bench.room);
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
    bench_stop(&bench);
}

/* The end of a visit: no session, no facts, no event until the card is placed again. */
static void
release_and_refresh(void **state)
{
    (void)state;
    struct bench bench;
    struct vcard *card = begin(&bench, "hanako", "", 3);
    card_release(bench.room);
    bench_read(&bench, "1234", false);
    bench_expect(&bench, CARD_EVENT_READ, KERR_STATE, CARD_TRIES_UNKNOWN);
    assert_false(vtransport_powered(bench.vt));
    bench_no_event(&bench, 20);
    card_refresh(bench.room);
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
    bench_read(&bench, "1234", false);
    bench_expect(&bench, CARD_EVENT_READ, 0, CARD_TRIES_UNKNOWN);
    card_release(bench.room);
    vtransport_place(bench.vt, 0, NULL);
    bench_expect(&bench, CARD_EVENT_REMOVED, 0, CARD_TRIES_UNKNOWN);
    card_refresh(bench.room); /* nothing there: said all the same */
    bench_expect(&bench, CARD_EVENT_REMOVED, 0, CARD_TRIES_UNKNOWN);
    vtransport_place(bench.vt, 0, card);
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
    bench_stop(&bench);
}

/* Facts of a visit that has ended reach nobody, wherever they are on their way. */
static void
late_facts_are_dropped(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, "hanako", "delay=4:60", 3);
    bench_read(&bench, "1234", false);
    bench_no_event(&bench, 20); /* the card is at its work */
    card_release(bench.room);
    bench_expect(&bench, CARD_EVENT_READ, KERR_CANCELLED, CARD_TRIES_UNKNOWN);
    card_refresh(bench.room);
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
    bench_read(&bench, "1234", false);
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL); /* the event waits in the queue */
    card_release(bench.room);
    bench_expect(&bench, CARD_EVENT_READ, KERR_CANCELLED, CARD_TRIES_UNKNOWN);
    bench_stop(&bench);
}

static void
one_read_at_a_time(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench, "hanako", "delay=4:30", 3);
    bench_read(&bench, "1234", false);
    assert_int_equal(card_read(bench.room, bench_pin("1234"), false, 7), KERR_STATE);
    bench_expect(&bench, CARD_EVENT_READ, 0, CARD_TRIES_UNKNOWN);
    bench_no_event(&bench, 20);
    assert_int_equal(vtransport_verifies(bench.vt), 1);
    bench_stop(&bench);
}

/* A driver that does not come back: the caller hears of it and may go on asking. */
static void
watchdog_answers(void **state)
{
    (void)state;
    for (unsigned at = 1; at <= 4; at++) {
        struct bench bench;
        bench_start_timed(&bench, &hang_times);
        bench_expect(&bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
        struct vcard *card = bench_card(&bench, "hanako", "");
        vtransport_hang(bench.vt, at);
        int64_t start = clock_mono_ms(clock_system());
        vtransport_place(bench.vt, 0, card);
        if (at > 2) {
            bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
            start = clock_mono_ms(clock_system());
            bench_read(&bench, "1234", false);
            assert_true(
                clock_mono_ms(clock_system()) - start < HANG_WATCHDOG_MS / 2); /* nobody waited */
            bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_TIMEOUT, CARD_TRIES_UNKNOWN);
        } else {
            bench_expect(&bench, CARD_EVENT_INSERTED, KERR_CARD_TIMEOUT, CARD_TRIES_UNKNOWN);
        }
        int64_t took = clock_mono_ms(clock_system()) - start;
        assert_in_range(took, HANG_WATCHDOG_MS - 20, HANG_WATCHDOG_MS + 2000);
        bench_read(&bench, "1234", false); /* while it still hangs */
        bench_expect(&bench, CARD_EVENT_READ, KERR_CARD_TIMEOUT, CARD_TRIES_UNKNOWN);
        card_refresh(bench.room);
        bench_expect(&bench, CARD_EVENT_INSERTED, KERR_CARD_TIMEOUT, CARD_TRIES_UNKNOWN);
        vtransport_hang(bench.vt, 0);
        bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3); /* it came back: the card is news */
        assert_int_equal(vtransport_verifies(bench.vt), at > 2 ? 1 : 0);
        bench_read(&bench, "1234", false);
        bench_expect(&bench, CARD_EVENT_READ, 0, CARD_TRIES_UNKNOWN);
        bench_stop(&bench);
    }
}

/* card_stop does not wait for ever either. The room is freed when the driver comes back. */
static void
stop_with_a_hanging_driver(void **state)
{
    (void)state;
    struct bench bench;
    atomic_bool closed = false;
    bench_start_timed(&bench, &hang_times);
    vtransport_tell_close(bench.vt, &closed);
    bench_expect(&bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
    vtransport_place(bench.vt, 0, bench_card(&bench, "hanako", ""));
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
    vtransport_hang(bench.vt, 3);
    bench_read(&bench, "1234", false);
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    int64_t start = clock_mono_ms(clock_system());
    card_stop(bench.room);
    int64_t took = clock_mono_ms(clock_system()) - start;
    assert_in_range(took, HANG_STOP_MS - 20, HANG_STOP_MS + 2000);
    vtransport_hang(bench.vt, 0);
    for (int i = 0; i < 1000 && !atomic_load(&closed); i++) {
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    assert_true(atomic_load(&closed)); /* the worker has freed everything */
    assert_int_equal(vcard_watched(bench.cards[0]), 0);
    vcard_free(bench.cards[0]);
}

/* A card that answers anything: an error, soon, and nothing else happens. */
static void
random_answers(void **state)
{
    (void)state;
    for (unsigned seed = 0; seed < 150; seed++) {
        char words[64];
        struct bench bench;
        (void)snprintf(words, sizeof(words), "random=%u:%u", seed % 4 + 1, seed);
        bench_start(&bench);
        bench_expect(&bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
        vtransport_place(bench.vt, 0, bench_card(&bench, "hanako", words));
        struct card_event event = bench_event(&bench, CARD_EVENT_INSERTED);
        bench_read(&bench, "1234", true);
        event = bench_event(&bench, CARD_EVENT_READ);
        card_event_release(&event);
        assert_true(vtransport_verifies(bench.vt) <= 1);
        assert_true(card_stats(bench.room).apdus < 40);
        bench_stop(&bench);
    }
}

/* Many comings and goings while nobody polls: the newest news is kept, nothing leaks. */
static void
nobody_polls(void **state)
{
    (void)state;
    struct bench bench;
    struct vcard *card = begin(&bench, "hanako", "", 3);
    bench_read(&bench, "1234", false);
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    for (int i = 0; i < 60; i++) {
        vtransport_place(bench.vt, 0, NULL);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        vtransport_place(bench.vt, 0, card);
        nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
    }
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    struct card_event event;
    enum card_event_type last = CARD_EVENT_COUNT;
    unsigned count = 0;
    unsigned reads = 0;
    while (card_poll(bench.room, &event)) {
        last = event.type;
        count++;
        reads += event.type == CARD_EVENT_READ;
        card_event_release(&event);
    }
    assert_int_equal(count, CARD_QUEUE_MAX);
    assert_int_equal(reads, 1); /* the answer to card_read is never dropped */
    assert_int_equal(last, CARD_EVENT_INSERTED);
    bench_stop(&bench);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_commands),
        cmocka_unit_test(pin_is_wiped),
        cmocka_unit_test(detours),
        cmocka_unit_test(cut_answers),
        cmocka_unit_test(lifted_anywhere),
        cmocka_unit_test(lifted_and_noticed_late),
        cmocka_unit_test(wrong_pins),
        cmocka_unit_test(wrong_then_right),
        cmocka_unit_test(few_tries_from_the_start),
        cmocka_unit_test(pin_forms),
        cmocka_unit_test(unknown_outcome),
        cmocka_unit_test(session_left_open),
        cmocka_unit_test(session_that_never_ends),
        cmocka_unit_test(other_cards),
        cmocka_unit_test(shaky_insertion),
        cmocka_unit_test(swapped),
        cmocka_unit_test(swapped_unseen),
        cmocka_unit_test(swapped_without_power),
        cmocka_unit_test(readers_and_service),
        cmocka_unit_test(mute_and_busy),
        cmocka_unit_test(release_and_refresh),
        cmocka_unit_test(late_facts_are_dropped),
        cmocka_unit_test(one_read_at_a_time),
        cmocka_unit_test(watchdog_answers),
        cmocka_unit_test(stop_with_a_hanging_driver),
        cmocka_unit_test(random_answers),
        cmocka_unit_test(nobody_polls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
