/* card/test_rest.c - while the room rests, no card hears anything; a card that comes as a visit ends. */
#include "bench.inc"

/* A visit that is only practised: cards that come and lie there hear nothing at all. */
static void
resting_talks_to_no_card(void **state)
{
    (void)state;
    struct bench bench;
    bench_start(&bench);
    bench_expect(&bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
    struct vcard *card = bench_card(&bench, "hanako", "");
    vtransport_place(bench.vt, 0, card);
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
    card_release(bench.room);
    card_rest(bench.room, true);
    uint64_t apdus = card_stats(bench.room).apdus;
    vtransport_place(bench.vt, 0, NULL);
    bench_expect(&bench, CARD_EVENT_REMOVED, 0, CARD_TRIES_UNKNOWN);
    vtransport_place(bench.vt, 0, card);
    bench_no_event(&bench, 50);
    card_refresh(bench.room);
    bench_expect(&bench, CARD_EVENT_REMOVED, 0, CARD_TRIES_UNKNOWN);
    bench_read(&bench, "1234", false);
    bench_expect(&bench, CARD_EVENT_READ, KERR_STATE, CARD_TRIES_UNKNOWN);
    assert_int_equal(card_stats(bench.room).apdus, apdus);
    assert_false(vtransport_powered(bench.vt));
    card_rest(bench.room, false);
    card_refresh(bench.room);
    bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
    bench_stop(&bench);
}

/* A card that comes in the moment of a release, before the caller has heard of it, is the next visit's. */
static void
release_keeps_who_comes(void **state)
{
    (void)state;
    struct bench bench;
    bench_start(&bench);
    bench_expect(&bench, CARD_EVENT_READERS, 0, CARD_TRIES_UNKNOWN);
    struct card *room = bench.room;
    struct vcard *card = bench_card(&bench, "hanako", "");
    for (int looked_at = 0; looked_at <= 1; looked_at++) {
        vtransport_hang(bench.vt, looked_at ? 0 : 1);
        vtransport_place(bench.vt, 0, card);
        pthread_mutex_lock(&room->lock);
        while (looked_at ? room->queue_count == 0 : room->look_deadline == 0) {
            pthread_cond_wait(&room->changed, &room->lock);
        }
        pthread_mutex_unlock(&room->lock);
        card_release(room); /* the worker looks at the card; then: its event waits in the queue */
        vtransport_hang(bench.vt, 0);
        bench_expect(&bench, CARD_EVENT_INSERTED, 0, 3);
        bench_read(&bench, "1234", false);
        bench_expect(&bench, CARD_EVENT_READ, 0, CARD_TRIES_UNKNOWN);
        vtransport_place(bench.vt, 0, NULL);
        bench_expect(&bench, CARD_EVENT_REMOVED, 0, CARD_TRIES_UNKNOWN);
    }
    bench_stop(&bench);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resting_talks_to_no_card),
        cmocka_unit_test(release_keeps_who_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
