/* card/test_serial.c - what the card tells without a PIN: its serial number and last day. */
#include "bench.inc"

static void
place(struct bench *bench, const char *words)
{
    bench_start(bench);
    bench_expect(bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
    vtransport_place(bench->vt, 0, bench_card(bench, "hanako", words));
    bench_expect(bench, CARD_EVENT_INSERTED, 0, 3);
}

static void
tells_serial_and_last_day(void **state)
{
    (void)state;
    struct bench bench;
    place(&bench, "");
    assert_int_equal(card_serial(bench.room, 7), 0);
    assert_int_equal(card_serial(bench.room, 7), KERR_STATE); /* one request at a time */
    struct card_event event = bench_event(&bench, CARD_EVENT_SERIAL);
    assert_int_equal(event.error, 0);
    assert_string_equal(event.serial, "400000520311111");
    assert_string_equal(event.expiry, "2031-03-05");
    assert_null(event.facts);
    assert_int_equal(event.tries, 3); /* no try was touched */
    card_event_release(&event);
    assert_string_equal(event.serial, "");
    assert_false(vtransport_powered(bench.vt));
    /* and the card can be read with its PIN afterwards */
    bench_read(&bench, "1234", false);
    bench_expect(&bench, CARD_EVENT_READ, 0, CARD_TRIES_UNKNOWN);
    bench_stop(&bench);
}

static void
says_why_not(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        int error;
    } rows[] = {
        {"status=3:6A82", KERR_CARD_STATUS}, /* no common application */
        {"status=4:6A83", KERR_CARD_STATUS}, /* no record */
        {"truncate=4:20", KERR_CARD_STATUS}, /* its last two bytes are no status word */
        {"lost-at=4", KERR_CARD_COMM},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bench bench;
        place(&bench, rows[i].words);
        assert_int_equal(card_serial(bench.room, 7), 0);
        struct card_event event = bench_event(&bench, CARD_EVENT_SERIAL);
        if (event.error != rows[i].error) {
            fail_msg("%s: %s", rows[i].words, err_str(event.error));
        }
        assert_string_equal(event.serial, "");
        card_event_release(&event);
        bench_stop(&bench);
    }
}

static void
no_card(void **state)
{
    (void)state;
    struct bench bench;
    bench_start(&bench);
    bench_expect(&bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
    assert_int_equal(card_serial(bench.room, 7), 0);
    bench_expect(&bench, CARD_EVENT_SERIAL, KERR_CARD_REMOVED, CARD_TRIES_UNKNOWN);
    bench_stop(&bench);
}

/* The next person gets nothing of an answer that came too late. */
static void
release_wipes_the_answer(void **state)
{
    (void)state;
    struct bench bench;
    place(&bench, "delay=4:200");
    assert_int_equal(card_serial(bench.room, 7), 0);
    card_release(bench.room);
    struct card_event event = bench_event(&bench, CARD_EVENT_SERIAL);
    assert_int_equal(event.error, KERR_CANCELLED);
    assert_string_equal(event.serial, "");
    card_event_release(&event);
    bench_no_event(&bench, 50);
    bench_stop(&bench);
}

/* The driver hangs: the watchdog answers. */
static void
hanging_is_answered(void **state)
{
    (void)state;
    struct bench bench;
    bench_start_timed(&bench, &hang_times);
    bench_expect(&bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
    vtransport_place(bench.vt, 0, bench_card(&bench, "hanako", "delay=4:900"));
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
    assert_int_equal(card_serial(bench.room, 7), 0);
    bench_expect(&bench, CARD_EVENT_SERIAL, KERR_CARD_TIMEOUT, CARD_TRIES_UNKNOWN);
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3); /* the driver came back */
    bench_stop(&bench);
}

static void
records(void **state)
{
    (void)state;
    static const struct {
        const char *record;
        int expected;
    } rows[] = {
        {"\x01\x1c"
         "4000000127198431322120350217",
            0},
        {"\x01\x1c"
         "400000012719843132212035021",
            KERR_CARD_DATA},
        {"\x01\x1c"
         "4000000127198431322120350230",
            KERR_CARD_DATA},
        {"\x01\x1c"
         "40000001271984x1322120350217",
            KERR_CARD_DATA},
        {"\x02\x1c"
         "4000000127198431322120350217",
            KERR_CARD_DATA},
        {"\x01\x1d"
         "4000000127198431322120350217",
            KERR_CARD_DATA},
        {"", KERR_CARD_DATA},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char serial_number[CARD_SERIAL_LEN + 1] = "";
        char expiry[11] = "";
        size_t len = strlen(rows[i].record);
        uint8_t *record = malloc(len > 0 ? len : 1); /* exact, so that ASan sees a look too far */
        memcpy(record, rows[i].record, len);
        assert_int_equal(serial_parse(record, len, serial_number, expiry), rows[i].expected);
        assert_string_equal(serial_number, rows[i].expected == 0 ? "400000012719843" : "");
        assert_string_equal(expiry, rows[i].expected == 0 ? "2035-02-17" : "");
        free(record);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_serial_and_last_day),
        cmocka_unit_test(says_why_not),
        cmocka_unit_test(no_card),
        cmocka_unit_test(release_wipes_the_answer),
        cmocka_unit_test(hanging_is_answered),
        cmocka_unit_test(records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
