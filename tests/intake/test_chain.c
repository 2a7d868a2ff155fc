/* A queue that was set back to a copy of yesterday, and a cloned terminal, are both named: real queues, kiosk-sync's line and
 * an intake; only the city's clock is the test's. The records are taken all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "base/report.h"
#include "base/rng.h"
#include "harness/harness.h"
#include "intake/city.h"
#include "intake/intake.h"
#include "intake/intake_priv.h"
#include "ledger/ledger.h"
#include "store/store.h"
#include "sync/sync.h"

enum { DAY_S = 86400 };

struct scene {
    char folder[HARNESS_FOLDER_LEN];
    struct city city;
    struct intake *intake;
    atomic_long ahead_s; /* of the city's clock */
    atomic_int last_report, last_status;
    atomic_int point; /* of the first answer; -1: none yet */
};

static struct scene scene;

static int64_t
city_mono(void *ctx)
{
    (void)ctx;
    return clock_mono_ms(clock_system());
}

static int64_t
city_wall(void *ctx)
{
    (void)ctx;
    return clock_wall_s(clock_system()) + atomic_load(&scene.ahead_s);
}

static const struct clock city_clock = {city_mono, city_wall, NULL};

static const char *
file(const char *name)
{
    return harness_file(scene.folder, name);
}

static void
on_answered(void *ctx, const struct intake_event *event)
{
    (void)ctx;
    int none = -1;
    atomic_store(&scene.last_report, event->report);
    atomic_store(&scene.last_status, event->status);
    (void)atomic_compare_exchange_strong(&scene.point, &none, event->point);
}

static int
set_up(void **state)
{
    *state = &scene;
    memset(&scene, 0, sizeof(scene));
    harness_folder_make(scene.folder);
    city_make(&scene.city, file);
    struct intake_config config = city_listens(&scene.city, file);
    config.clock = &city_clock;
    config.answered = on_answered;
    assert_int_equal(0, intake_start(&config, &scene.intake));
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    intake_stop(scene.intake);
    city_free(&scene.city);
    assert_int_equal(0, harness_folder_remove(scene.folder));
    return 0;
}

/* A visitor finishes. */
static void
enqueue(struct store *store)
{
    struct store_slot slot;
    struct seal_header header = {.kiosk = "kiosk-001"};
    AUTO_BUF envelope;
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    assert_int_equal(0, store_begin(store, &slot));
    header.epoch = slot.epoch;
    header.sequence = slot.sequence;
    rng_fill(header.id, sizeof(header.id));
    assert_int_equal(
        0, seal_envelope(scene.city.sealer, &header, (const uint8_t *)"{}", 2, &envelope));
    assert_int_equal(
        0, store_put(store, &slot, header.id, envelope.data, envelope.len, 1800000000));
}

/* The terminal signs the end of its chain, as app/queue.c does. */
static void
sign(struct store *store)
{
    struct store_point end;
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_POINT_MAX);
    assert_int_equal(0, store_point_due(store, INT64_MAX / 2, &end));
    struct seal_point point = {.kiosk = "kiosk-001", .epoch = end.epoch, .size = end.size};
    memcpy(point.head, end.head, sizeof(point.head));
    assert_int_equal(0, seal_point_make(scene.city.sealer, &point, &bytes));
    assert_int_equal(0, store_point_keep(store, &end, bytes.data, bytes.len, 1800000000));
}

static struct sync *
new_sync(struct store *store, const struct clock *clock)
{
    char url[64];
    struct sync *sync;
    snprintf(url, sizeof(url), "https://127.0.0.1:%u", intake_port(scene.intake));
    struct sync_config config = {.url = url,
        .ca = file("keys/city-ca.crt"),
        .client_cert = file("keys/kiosk-tls.crt"),
        .client_key = file("keys/kiosk-tls.key"),
        .receipts = scene.city.receipts,
        .kiosks = scene.city.verifier,
        .store = store,
        .clock = clock};
    assert_int_equal(0, sync_new(&config, &sync));
    return sync;
}

/* A kiosk-sync sends what is there: what was said of its point. */
static int
send_all(const char *queue, uint64_t *ret_aside)
{
    struct store *store;
    struct store_counts counts;
    assert_int_equal(0, store_open(file(queue), &store));
    struct sync *sync = new_sync(store, clock_system());
    atomic_store(&scene.point, -1);
    assert_int_equal(0, sync_pass(sync));
    assert_int_equal(0, store_counts(store, &counts));
    assert_int_equal(0, counts.queued);
    *ret_aside = counts.quarantined;
    sync_free(sync);
    store_close(store);
    return atomic_load(&scene.point);
}

static void
copy(const char *from, const char *to)
{
    AUTO_BUF bytes;
    buf_init(&bytes, 64 * 1024 * 1024);
    assert_int_equal(0, fs_read(file(from), &bytes));
    assert_int_equal(0, fs_write_atomic(file(to), bytes.data, bytes.len, 0600));
}

/* One more record and a point over it, as if a day went by at the terminal with this queue. */
static void
live(const char *queue)
{
    struct store *store;
    assert_int_equal(0, store_open(file(queue), &store));
    enqueue(store);
    sign(store);
    store_close(store);
}

static uint64_t
alarms(void)
{
    struct ledger *ledger;
    uint64_t count = 99;
    assert_int_equal(0, ledger_open(file("ledger.db"), &ledger));
    assert_int_equal(0, ledger_alarms(ledger, &count));
    ledger_close(ledger);
    return count;
}

static void
test_set_back(void **state)
{
    (void)state;
    uint64_t aside;
    live("queue.db");
    assert_int_equal(LEDGER_POINT_NEWER, send_all("queue.db", &aside));
    live("queue.db"); /* in the queue when the copy is made */
    copy("queue.db", "yesterday.db");
    assert_int_equal(LEDGER_POINT_NEWER, send_all("queue.db", &aside));
    live("queue.db");
    assert_int_equal(LEDGER_POINT_NEWER, send_all("queue.db", &aside));
    assert_int_equal(0, alarms());
    /* the disk of yesterday comes back a day later: its record is sent again, which says nothing, its point does */
    atomic_store(&scene.ahead_s, DAY_S);
    assert_int_equal(LEDGER_POINT_BACK, send_all("yesterday.db", &aside));
    assert_int_equal(0, aside);
    assert_int_equal(1, alarms());
}

static void
test_clone(void **state)
{
    (void)state;
    uint64_t aside;
    live("queue.db");
    assert_int_equal(LEDGER_POINT_NEWER, send_all("queue.db", &aside));
    copy("queue.db", "clone.db");
    struct store *clone;
    assert_int_equal(0, store_open(file("clone.db"), &clone));
    assert_int_equal(0, store_note(clone, STORE_EVENT_OPENED, 0, 0)); /* its day is another one */
    store_close(clone);
    live("clone.db");
    live("queue.db");
    live("queue.db");
    assert_int_equal(LEDGER_POINT_NEWER, send_all("queue.db", &aside));
    assert_int_equal(0, alarms());
    /* as many events, another story: at once, whatever the clock says; its record claims a taken place */
    assert_int_equal(LEDGER_POINT_FORK, send_all("clone.db", &aside));
    assert_int_equal(1, aside);
    assert_int_equal(1, alarms());
}

/* One that goes on normally for a while is never named, also when the city's clock jumps. */
static void
test_honest(void **state)
{
    (void)state;
    static const long clocks[] = {0, DAY_S, -10L * 365 * DAY_S, 10L * 365 * DAY_S, 0};
    uint64_t aside;
    for (size_t i = 0; i < ARRAY_LEN(clocks); i++) {
        atomic_store(&scene.ahead_s, clocks[i]);
        live("queue.db");
        assert_int_equal(LEDGER_POINT_NEWER, send_all("queue.db", &aside));
        assert_int_equal(0, aside);
    }
    assert_int_equal(0, alarms());
}

static void
make_point(const struct seal_sealer *sealer, const char *kiosk, char *out, size_t size)
{
    struct seal_point point = {.epoch = 5, .size = 6};
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_POINT_MAX);
    snprintf(point.kiosk, sizeof(point.kiosk), "%s", kiosk);
    assert_int_equal(0, seal_point_make(sealer, &point, &bytes));
    assert_true(2 * bytes.len < size);
    hex_encode(bytes.data, bytes.len, out);
}

/* What can stand in the header, by whoever. */
static void
test_hostile(void **state)
{
    (void)state;
    static char good[16384], foreign[16384], text[16384];
    struct intake_session session = {.fd = -1};
    make_point(scene.city.sealer, "kiosk-001", good, sizeof(good));
    make_point(scene.city.other_sealer, "kiosk-001", foreign, sizeof(foreign));
    assert_int_equal(
        LEDGER_POINT_SAME, intake_note_point(scene.intake, &session, "kiosk-001", NULL));
    assert_int_equal(KERR_SEAL_FORM, intake_note_point(scene.intake, &session, "kiosk-001", ""));
    assert_int_equal(KERR_SEAL_FORM, intake_note_point(scene.intake, &session, "kiosk-001", "0"));
    assert_int_equal(KERR_SEAL_FORM, intake_note_point(scene.intake, &session, "kiosk-001", "zz"));
    memset(text, '0', 2 * SEAL_POINT_MAX + 2);
    assert_int_equal(KERR_SEAL_FORM, intake_note_point(scene.intake, &session, "kiosk-001", text));
    text[2 * SEAL_POINT_MAX] = 0;
    assert_int_equal(KERR_SEAL_FORM, intake_note_point(scene.intake, &session, "kiosk-001", text));
    assert_int_equal(
        KERR_SEAL_SIGNATURE, intake_note_point(scene.intake, &session, "kiosk-001", foreign));
    assert_int_equal(
        KERR_SEAL_SIGNATURE, intake_note_point(scene.intake, &session, "kiosk-002", good));
    snprintf(text, sizeof(text), "%s", good);
    text[strlen(text) - 1] = text[strlen(text) - 1] == '0' ? '1' : '0';
    assert_true(intake_note_point(scene.intake, &session, "kiosk-001", text) < 0);
    assert_false(session.has_point);
    struct ledger *ledger;
    uint64_t count = 0;
    assert_int_equal(0, ledger_open(file("ledger.db"), &ledger));
    assert_int_equal(0, ledger_alarms(ledger, &count));
    assert_int_equal(0, count);
    assert_int_equal(
        LEDGER_POINT_NEWER, intake_note_point(scene.intake, &session, "kiosk-001", good));
    assert_true(session.has_point); /* and is not verified again on this line */
    assert_int_equal(/* else it would not be this one's */
        LEDGER_POINT_SAME, intake_note_point(scene.intake, &session, "kiosk-002", good));
    assert_int_equal(LEDGER_POINT_SAME, intake_note_point(scene.intake, NULL, "kiosk-001", good));
    ledger_close(ledger);
}

static int
see_report(const struct ledger_report *report, void *ctx)
{
    char *text = ctx;
    snprintf(text, 2048, "%s|%.*s", report->kiosk, (int)report->len, (const char *)report->bytes);
    return 0;
}

static const char *
kept(void)
{
    static char text[2048];
    struct ledger *ledger;
    text[0] = 0;
    assert_int_equal(0, ledger_open(file("ledger.db"), &ledger));
    assert_int_equal(0, ledger_reports(ledger, see_report, text));
    ledger_close(ledger);
    return text;
}

static int64_t kiosk_ms = 1000000;
static int64_t
kiosk_mono(void *ctx)
{
    (void)ctx;
    return kiosk_ms;
}
static const struct clock kiosk_clock = {kiosk_mono, city_wall, NULL};

static char *
report_of(int64_t waiting)
{
    static char text[REPORT_MAX];
    struct report report = {.version = "0.1.0", .waiting = waiting};
    AUTO_BUF line;
    buf_init(&line, REPORT_MAX);
    assert_int_equal(0, report_write(&report, &line));
    snprintf(text, sizeof(text), "%s", buf_str(&line));
    return text;
}

/* A kiosk that nobody uses is heard all the same, each ten minutes or so; what it says goes along with records; a line that is
 * none is refused, and the record beside it taken. */
static void
test_reports(void **state)
{
    (void)state;
    char expected[2048];
    struct store *store;
    struct sync_health health;
    assert_int_equal(0, store_open(file("queue.db"), &store));
    struct sync *sync = new_sync(store, &kiosk_clock);
    assert_int_equal(SYNC_IDLE, sync_step(sync)); /* has nothing to say yet */
    assert_string_equal("", kept());
    sync_say(sync, report_of(1));
    assert_int_equal(SYNC_IDLE, sync_step(sync));
    snprintf(expected, sizeof(expected), "kiosk-001|%s", report_of(1));
    assert_string_equal(expected, kept());
    assert_int_equal(0, sync_health(sync, &health));
    assert_true(health.contact_at > 0); /* that was the city */
    sync_say(sync, report_of(2));
    kiosk_ms += (SYNC_REPORT_S * 8 / 10 - 1) * 1000L;
    assert_int_equal(SYNC_IDLE, sync_step(sync));
    assert_string_equal(expected, kept()); /* not yet */
    kiosk_ms += (SYNC_REPORT_S * 2 / 10 + 1) * 1000L;
    assert_int_equal(SYNC_IDLE, sync_step(sync));
    snprintf(expected, sizeof(expected), "kiosk-001|%s", report_of(2));
    assert_string_equal(expected, kept());
    /* along with a record */
    kiosk_ms += SYNC_REPORT_S * 1000L;
    sync_say(sync, report_of(3));
    enqueue(store);
    assert_int_equal(SYNC_SENT, sync_step(sync));
    snprintf(expected, sizeof(expected), "kiosk-001|%s", report_of(3));
    assert_string_equal(expected, kept());
    assert_int_equal(0, atomic_load(&scene.last_report));
    /* something else than a report */
    kiosk_ms += SYNC_REPORT_S * 1000L;
    sync_say(sync, "madoguchi-report 1; version=0.1.0; at=1");
    enqueue(store);
    assert_int_equal(SYNC_SENT, sync_step(sync));
    assert_int_equal(KERR_INVALID, atomic_load(&scene.last_report));
    kiosk_ms += SYNC_REPORT_S * 1000L;
    assert_int_equal(SYNC_IDLE, sync_step(sync));
    assert_int_equal(422, atomic_load(&scene.last_status));
    assert_string_equal(expected, kept());
    /* and again within a minute, since nobody took it */
    sync_say(sync, report_of(5));
    kiosk_ms += 60 * 1000L;
    assert_int_equal(SYNC_IDLE, sync_step(sync));
    snprintf(expected, sizeof(expected), "kiosk-001|%s", report_of(5));
    assert_string_equal(expected, kept());
    sync_free(sync);
    store_close(store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_set_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_clone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_honest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reports, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hostile, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
