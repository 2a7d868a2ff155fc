/* Records on a stick, from the queue to the ledger and back as receipts: pulled out at any time, filled by strangers,
 * beside the network. With LEDGER_AT=postgresql://... the ledger is there (ledger/test_postgres.sh). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/pack.h"
#include "base/rng.h"
#include "harness/harness.h"
#include "intake/intake.h"
#include "ledger/ledger.h"
#include "ledger/reset.h"
#include "store/store.h"
#include "sync/sync.h"

enum { BIG = 300 * 1024 };

struct scene {
    char folder[HARNESS_FOLDER_LEN];
    char ledger_path[256];
    struct seal_sealer *sealer;
    struct seal_verifier *verifier;
    struct seal_signer *signer, *other_signer;
    struct seal_receipts *receipts;
    struct store *store;
    struct ledger *ledger;
    struct intake_door door;
    struct sync_stick stick;
};

static struct scene scene;

static const char *
file(const char *name)
{
    return harness_file(scene.folder, name);
}

/* A file of the kiosk's folder on the stick: "000001.records" of the queue's epoch. */
static const char *
on_stick(const char *name)
{
    struct store_counts counts;
    char place[120];
    assert_int_equal(0, store_counts(scene.store, &counts));
    snprintf(place, sizeof(place), "stick/madoguchi/kiosk-001/%llu-%s",
        (unsigned long long)counts.epoch, name);
    return file(place);
}

static int
group_set_up(void **state)
{
    *state = &scene;
    harness_folder_make(scene.folder);
    assert_int_equal(0, seal_keys_make(file("keys"), "kiosk-001", "127.0.0.1"));
    assert_int_equal(0, seal_keys_make(file("other"), "kiosk-001", "127.0.0.1"));
    assert_int_equal(0, seal_sealer_new(file("keys/kiosk.crt"), file("keys/kiosk.key"),
                            file("keys/recipients.pem"), &scene.sealer));
    assert_int_equal(0, seal_verifier_new(file("keys/kiosk-ca.crt"), &scene.verifier));
    assert_int_equal(
        0, seal_signer_new(file("keys/receipt.crt"), file("keys/receipt.key"), &scene.signer));
    assert_int_equal(0,
        seal_signer_new(file("other/receipt.crt"), file("other/receipt.key"), &scene.other_signer));
    assert_int_equal(0, seal_receipts_new(file("keys/city-ca.crt"), &scene.receipts));
    return 0;
}

static int
group_tear_down(void **state)
{
    (void)state;
    seal_sealer_free(scene.sealer);
    seal_verifier_free(scene.verifier);
    seal_signer_free(scene.signer);
    seal_signer_free(scene.other_signer);
    seal_receipts_free(scene.receipts);
    return harness_folder_remove(scene.folder);
}

static int
set_up(void **state)
{
    (void)state;
    const char *given = getenv("LEDGER_AT");
    snprintf(scene.ledger_path, sizeof(scene.ledger_path), "%s",
        given != NULL ? given : file("ledger.db"));
    ledger_reset(scene.ledger_path);
    assert_int_equal(0, ledger_open(scene.ledger_path, &scene.ledger));
    assert_int_equal(0, store_open(file("queue.db"), &scene.store));
    assert_int_equal(0, mkdir(file("stick"), 0700));
    scene.door = (struct intake_door){.verifier = scene.verifier,
        .signer = scene.signer,
        .clock = clock_system(),
        .ledger = scene.ledger};
    scene.stick = (struct sync_stick){.kiosk = "kiosk-001",
        .store = scene.store,
        .receipts = scene.receipts,
        .kiosks = scene.verifier,
        .clock = clock_system()};
    static char path[200];
    snprintf(path, sizeof(path), "%s", file("stick"));
    scene.stick.folder = path;
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    store_close(scene.store);
    ledger_close(scene.ledger);
    unlink(file("queue.db"));
    if (harness_folder_remove(file("stick")) != 0) {
        return -1;
    }
    return unlink(file("ledger.db")) == 0 || getenv("LEDGER_AT") != NULL ? 0 : -1;
}

/* Seals and queues a record of so many bytes. */
static void
enqueue(unsigned count, size_t len)
{
    static uint8_t plain[BIG];
    memset(plain, ' ', sizeof(plain));
    AUTO_BUF envelope;
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    for (unsigned i = 0; i < count; i++) {
        struct store_slot slot;
        assert_int_equal(0, store_begin(scene.store, &slot));
        struct seal_header header = {
            .kiosk = "kiosk-001", .epoch = slot.epoch, .sequence = slot.sequence};
        rng_fill(header.id, sizeof(header.id));
        buf_clear(&envelope);
        assert_int_equal(0, seal_envelope(scene.sealer, &header, plain, len, &envelope));
        assert_int_equal(0, store_put(scene.store, &slot, header.id, envelope.data, envelope.len,
                                clock_wall_s(clock_system())));
    }
}

static uint64_t
queued(void)
{
    struct store_counts counts;
    assert_int_equal(0, store_counts(scene.store, &counts));
    return counts.queued + counts.quarantined;
}

static int
count_entry(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx)
{
    uint8_t hash[SEAL_HASH_LEN];
    seal_hash(envelope, len, hash);
    assert_memory_equal(hash, entry->hash, sizeof(hash));
    ++*(uint64_t *)ctx;
    return 0;
}

static uint64_t
kept(void)
{
    uint64_t count = 0;
    assert_int_equal(0, ledger_list(scene.ledger, 0, SIZE_MAX, count_entry, &count));
    return count;
}

static struct sync_carried_out
carry_out(void)
{
    struct sync_carried_out carried;
    assert_int_equal(0, sync_carry_out(&scene.stick, &carried));
    return carried;
}

static struct intake_carried
to_city(void)
{
    struct intake_carried carried;
    assert_int_equal(0, intake_carry_in(&scene.door, scene.stick.folder, &carried));
    return carried;
}

static struct sync_carried_in
back(void)
{
    struct sync_carried_in carried;
    assert_int_equal(0, sync_carry_in(&scene.stick, &carried));
    return carried;
}

static void
test_there_and_back(void **state)
{
    (void)state;
    enqueue(30, 500);
    struct store_row row;
    AUTO_BUF envelope;
    buf_init(&envelope, STORE_ENVELOPE_MAX);
    assert_int_equal(0, store_next(scene.store, 3, &row, &envelope));
    assert_int_equal(4, row.place);
    assert_int_equal(0, store_quarantine(scene.store, row.place, 422)); /* goes along, too */
    assert_int_equal(0, store_delay(scene.store, 6, INT64_MAX)); /* and what is not due */

    struct sync_carried_out out = carry_out();
    assert_int_equal(30, out.records);
    assert_int_equal(1, out.packs);
    assert_int_equal(0, out.kept);
    out = carry_out();
    assert_int_equal(1, out.kept);
    assert_int_equal(30, queued()); /* nothing leaves before its receipt */

    struct intake_carried in = to_city();
    assert_int_equal(30, in.fresh);
    assert_int_equal(0, in.same + in.conflicts + in.refused + in.broken);
    in = to_city();
    assert_int_equal(30, in.same);
    assert_int_equal(30, kept());

    struct sync_carried_in home = back();
    assert_int_equal(30, home.removed);
    assert_int_equal(1, home.finished);
    assert_int_equal(0, home.gone + home.refused + home.broken);
    assert_int_equal(0, queued());
    assert_false(fs_exists(on_stick("000001.records")) || fs_exists(on_stick("000001.receipts")));
    assert_int_equal(0, carry_out().packs); /* an empty queue makes no pack */
    home = back();
    assert_int_equal(0, home.removed + home.gone);
}

/* A row whose bytes lost their hash stays at home, and holds nobody up; no receipt takes it. */
static void
test_lost_envelope(void **state)
{
    (void)state;
    enqueue(3, 500);
    carry_out();
    assert_int_equal(3, to_city().fresh);
    ask(file("queue.db"), "UPDATE queue SET envelope = zeroblob(3000) WHERE place = 2");
    assert_int_equal(2, carry_out().records);
    struct sync_carried_in home = back();
    assert_int_equal(2, home.removed);
    assert_int_equal(1, home.gone);
    assert_int_equal(1, queued());
}

/* The same record by the line and on the stick: one entry, one receipt, whichever came first. */
static void
test_two_ways(void **state)
{
    (void)state;
    enqueue(2, 500);
    struct store_row row;
    AUTO_BUF envelope;
    AUTO_BUF by_line;
    AUTO_BUF again;
    AUTO_BUF pack;
    buf_init(&envelope, STORE_ENVELOPE_MAX);
    buf_init(&by_line, SEAL_RECEIPT_MAX);
    buf_init(&again, SEAL_RECEIPT_MAX);
    buf_init(&pack, PACK_MAX);
    carry_out();
    assert_int_equal(0, store_next(scene.store, 0, &row, &envelope));
    struct intake_claim claim = {.kiosk = "kiosk-001"};
    memcpy(claim.id, row.id, sizeof(claim.id));
    struct intake_arrived arrived;
    assert_int_equal(INTAKE_NEW,
        intake_arrive(&scene.door, &claim, envelope.data, envelope.len, &arrived, &by_line));
    struct intake_carried in = to_city();
    assert_int_equal(1, in.same);
    assert_int_equal(1, in.fresh);
    assert_int_equal(INTAKE_SAME,
        intake_arrive(&scene.door, &claim, envelope.data, envelope.len, &arrived, &again));
    assert_int_equal(2, kept());
    /* the very receipt of the line is the first of the pack */
    char stem[PACK_STEM_MAX];
    snprintf(stem, sizeof(stem), "%llu-000001", (unsigned long long)row.epoch);
    assert_int_equal(0, pack_read(file("stick/madoguchi/kiosk-001"), stem, PACK_RECEIPTS, &pack));
    const uint8_t *bytes;
    size_t at = 0, len;
    assert_int_equal(1, pack_next(&pack, &at, &bytes, &len));
    assert_int_equal(by_line.len, len);
    assert_memory_equal(by_line.data, bytes, len);
    assert_int_equal(again.len, len);
    assert_memory_equal(again.data, bytes, len);
    /* the line was quicker: the row is gone when the stick comes back */
    uint8_t hash[STORE_HASH_LEN];
    seal_hash(by_line.data, by_line.len, hash);
    assert_int_equal(0, store_sent(scene.store, row.place, hash, 1));
    struct sync_carried_in home = back();
    assert_int_equal(1, home.gone);
    assert_int_equal(1, home.removed);
    assert_int_equal(1, home.finished);
    assert_int_equal(0, queued());
    /* what a line claims is held against the record */
    claim.kiosk = "kiosk-002";
    assert_int_equal(INTAKE_FOREIGN,
        intake_arrive(&scene.door, &claim, envelope.data, envelope.len, &arrived, &again));
    claim.kiosk = "kiosk-001";
    claim.id[0] ^= 1;
    assert_int_equal(INTAKE_OTHER_ID,
        intake_arrive(&scene.door, &claim, envelope.data, envelope.len, &arrived, &again));
}

static void
write_file(const char *path, const void *bytes, size_t len)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(len, fwrite(bytes, 1, len, f));
    assert_int_equal(0, fclose(f));
}

/* How many things of a pack are whole before this length; *ret_end: where the last of them ends. */
static unsigned
whole_things(const struct buf *pack, size_t cut, size_t *ret_end)
{
    const uint8_t *bytes;
    size_t at = 0, len;
    unsigned count = 0;
    *ret_end = 0;
    while (pack_next(pack, &at, &bytes, &len) > 0 && at <= cut) {
        count++;
        *ret_end = at;
    }
    return count;
}

/* Whatever is left of a file when the stick was pulled out: what can be read goes on, the rest stays where it is,
 * and the next round finishes it. */
static void
test_pulled_out(void **state)
{
    (void)state;
    enum { ROWS = 4, CUTS = 24 };
    unsigned removed = 0;
    AUTO_BUF pack;
    buf_init(&pack, PACK_MAX);
    for (unsigned cut = 0; cut <= CUTS; cut++) {
        bool is_of_receipts = cut % 2 == 1;
        enqueue(ROWS, 500);
        carry_out();
        if (is_of_receipts) {
            assert_int_equal(ROWS, to_city().fresh);
        }
        const char *path = on_stick(is_of_receipts ? "000001.receipts" : "000001.records");
        buf_clear(&pack);
        assert_int_equal(0, fs_read(path, &pack));
        size_t at = pack.len * cut / CUTS;
        size_t end;
        unsigned whole = whole_things(&pack, at, &end);
        assert_int_equal(0, truncate(path, (off_t)at));
        write_file(
            on_stick("000001.records.new-Ab12Cd"), pack.data, at); /* and what it was made of */
        if (!is_of_receipts) {
            struct intake_carried in = to_city();
            assert_int_equal(whole, in.fresh);
            assert_int_equal(0, in.refused);
        }
        uint64_t before = kept();
        struct sync_carried_in home = back();
        assert_int_equal(whole, home.removed);
        assert_int_equal(0, home.refused);
        assert_int_equal(ROWS - whole, queued());
        /* cut between two records, it is a whole pack of fewer */
        bool is_finished = is_of_receipts ? whole == ROWS : whole > 0 && at == end;
        assert_int_equal(is_finished, home.finished);
        /* once more, with nothing in between */
        carry_out();
        to_city();
        removed += (unsigned)(home.removed + back().removed);
        assert_int_equal(0, queued());
        assert_int_equal(before + (is_of_receipts ? 0 : ROWS - whole), kept());
        assert_int_equal(0, unlink(on_stick("000001.records.new-Ab12Cd")));
        (void)unlink(on_stick("000001.records"));
        (void)unlink(on_stick("000001.receipts"));
    }
    assert_int_equal((CUTS + 1) * ROWS, removed);
    assert_int_equal((CUTS + 1) * ROWS, kept());
}

/* A pack whose records have not all their receipts stays on the stick. */
static void
test_unfinished_stays(void **state)
{
    (void)state;
    enqueue(3, 500);
    carry_out();
    assert_int_equal(3, to_city().fresh);
    AUTO_BUF receipts;
    AUTO_BUF two;
    buf_init(&receipts, PACK_MAX);
    buf_init(&two, PACK_MAX);
    assert_int_equal(0, fs_read(on_stick("000001.receipts"), &receipts));
    const uint8_t *bytes;
    size_t at = 0, len;
    for (int i = 0; i < 3; i++) { /* the one in the middle is missing */
        assert_int_equal(1, pack_next(&receipts, &at, &bytes, &len));
        assert_int_equal(0, i == 1 ? 0 : pack_add(&two, bytes, len));
    }
    write_file(on_stick("000001.receipts"), two.data, two.len);
    struct sync_carried_in home = back();
    assert_int_equal(2, home.removed);
    assert_int_equal(0, home.finished);
    assert_true(fs_exists(on_stick("000001.records")));
    assert_int_equal(1, queued());
}

/* No bit of a receipt can be changed, and no receipt of somebody else takes a row. */
static void
test_wrong_receipts(void **state)
{
    (void)state;
    enqueue(1, 500);
    carry_out();
    assert_int_equal(1, to_city().fresh);
    AUTO_BUF good;
    AUTO_BUF pack;
    AUTO_BUF receipt;
    AUTO_BUF envelope;
    buf_init(&good, PACK_MAX);
    buf_init(&pack, PACK_MAX);
    buf_init(&receipt, SEAL_RECEIPT_MAX);
    buf_init(&envelope, STORE_ENVELOPE_MAX);
    assert_int_equal(0, fs_read(on_stick("000001.receipts"), &good));
    for (size_t i = 0; i < good.len; i += 11) {
        good.data[i] ^= (uint8_t)(1u << (i % 8));
        write_file(on_stick("000001.receipts"), good.data, good.len);
        good.data[i] ^= (uint8_t)(1u << (i % 8));
        struct sync_carried_in home = back();
        assert_int_equal(0, home.removed + home.finished);
        assert_int_equal(1, home.refused + home.broken > 0);
        assert_int_equal(1, queued());
    }
    /* the right city, but for other bytes; another city, for these; none of the record's places */
    struct store_row row;
    assert_int_equal(0, store_next(scene.store, 0, &row, &envelope));
    struct seal_receipt says = {
        .header = {.kiosk = "kiosk-001", .epoch = row.epoch, .sequence = row.sequence},
        .received_at = 1000,
        .position = 1};
    memcpy(says.header.id, row.id, sizeof(row.id));
    memcpy(says.envelope_hash, row.hash, sizeof(row.hash));
    for (int i = 0; i < 4; i++) {
        struct seal_receipt lie = says;
        lie.envelope_hash[5] ^= i == 0;
        lie.header.sequence += i == 1;
        lie.header.epoch += i == 2;
        buf_clear(&receipt);
        buf_clear(&pack);
        assert_int_equal(
            0, seal_receipt_make(i == 3 ? scene.other_signer : scene.signer, &lie, &receipt));
        assert_int_equal(0, pack_add(&pack, receipt.data, receipt.len));
        write_file(on_stick("000001.receipts"), pack.data, pack.len);
        struct sync_carried_in home = back();
        assert_int_equal(1, home.refused);
        assert_int_equal(0, home.removed + home.finished);
    }
    write_file(on_stick("000001.receipts"), good.data, good.len);
    assert_int_equal(1, back().removed);
}

/* Records that are none, changed ones, another city's, a kiosk's clone: refused, and the good ones beside go in. */
static void
test_wrong_records(void **state)
{
    (void)state;
    struct seal_sealer *other = NULL;
    assert_int_equal(0, seal_sealer_new(file("other/kiosk.crt"), file("other/kiosk.key"),
                            file("other/recipients.pem"), &other));
    enqueue(1, 500);
    struct store_row row;
    AUTO_BUF good;
    AUTO_BUF bad;
    AUTO_BUF pack;
    buf_init(&good, STORE_ENVELOPE_MAX);
    buf_init(&bad, STORE_ENVELOPE_MAX);
    buf_init(&pack, PACK_MAX);
    assert_int_equal(0, store_next(scene.store, 0, &row, &good));
    assert_int_equal(0, pack_add(&pack, (const uint8_t *)"no envelope", 11));
    struct seal_header header = {.kiosk = "kiosk-001", .epoch = row.epoch, .sequence = 9};
    assert_int_equal(0, seal_envelope(other, &header, (const uint8_t *)"{}", 2, &bad));
    assert_int_equal(0, pack_add(&pack, bad.data, bad.len));
    good.data[good.len / 2] ^= 1;
    assert_int_equal(0, pack_add(&pack, good.data, good.len));
    good.data[good.len / 2] ^= 1;
    assert_int_equal(0, pack_add(&pack, good.data, good.len));
    header.sequence = row.sequence; /* the place of the good one */
    buf_clear(&bad);
    assert_int_equal(0, seal_envelope(scene.sealer, &header, (const uint8_t *)"{}", 2, &bad));
    assert_int_equal(0, pack_add(&pack, bad.data, bad.len));
    carry_out();
    write_file(on_stick("000001.records"), pack.data, pack.len);
    struct intake_carried in = to_city();
    assert_int_equal(1, in.fresh);
    assert_int_equal(3, in.refused);
    assert_int_equal(1, in.conflicts);
    assert_int_equal(1, kept());
    struct sync_carried_in home = back();
    assert_int_equal(1, home.removed);
    assert_int_equal(0, home.finished); /* somebody should look at it */
    seal_sealer_free(other);
}

/* Everything that may lie on a stick under our names without being ours. */
static void
test_strange_sticks(void **state)
{
    (void)state;
    struct sync_carried_out out;
    struct sync_carried_in home;
    struct intake_carried in;
    enqueue(1, 500);
    assert_int_equal(KERR_NOT_FOUND, intake_carry_in(&scene.door, scene.stick.folder, &in));
    assert_int_equal(KERR_NOT_FOUND, sync_carry_in(&scene.stick, &home));
    /* links lead nowhere: a folder elsewhere stays empty */
    assert_int_equal(0, mkdir(file("elsewhere"), 0700));
    assert_int_equal(0, symlink(file("elsewhere"), file("stick/madoguchi")));
    assert_int_equal(KERR_INVALID, sync_carry_out(&scene.stick, &out));
    assert_int_equal(KERR_NOT_FOUND, intake_carry_in(&scene.door, scene.stick.folder, &in));
    assert_int_equal(KERR_NOT_FOUND, sync_carry_in(&scene.stick, &home));
    assert_int_equal(0, unlink(file("stick/madoguchi")));
    assert_int_equal(0, mkdir(file("stick/madoguchi"), 0700));
    assert_int_equal(0, symlink(file("elsewhere"), file("stick/madoguchi/kiosk-001")));
    assert_int_equal(KERR_INVALID, sync_carry_out(&scene.stick, &out));
    write_file(file("elsewhere/7-000001.records"), "", 0);
    assert_int_equal(0, to_city().packs);
    assert_int_equal(KERR_NOT_FOUND, sync_carry_in(&scene.stick, &home));
    assert_int_equal(0, unlink(file("elsewhere/7-000001.records")));
    assert_int_equal(0, rmdir(file("elsewhere"))); /* nothing was written there */
    assert_int_equal(0, unlink(file("stick/madoguchi/kiosk-001")));
    /* files under our names: a link, a pipe, a folder, one of a GiB; and other names */
    assert_int_equal(1, carry_out().records);
    write_file(file("secret"), "x", 1);
    assert_int_equal(0, symlink(on_stick("000001.records"), on_stick("000002.records")));
    assert_int_equal(0, mkfifo(on_stick("000003.records"), 0600));
    assert_int_equal(0, mkdir(on_stick("000004.records"), 0700));
    write_file(on_stick("000005.records"), "", 0);
    assert_int_equal(0, truncate(on_stick("000005.records"), 1 << 30));
    static const char *const others[] = {"7-1.record", "7-1.recordsx", ".records", "a-1.records",
        "7_1.records", "000000000000000000000000000000001.records", "README.txt"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        char name[80];
        snprintf(name, sizeof(name), "stick/madoguchi/kiosk-001/%s", others[i]);
        write_file(file(name), "\377\377\377\377", 4);
    }
    in = to_city();
    assert_int_equal(5, in.packs); /* without the other names */
    assert_int_equal(4, in.broken);
    assert_int_equal(0, in.same); /* nor by the link */
    assert_int_equal(1, in.fresh);
    assert_int_equal(0, symlink(file("secret"), on_stick("000002.receipts")));
    assert_int_equal(0, mkfifo(on_stick("000003.receipts"), 0600));
    home = back();
    assert_int_equal(2, home.broken);
    assert_int_equal(1, home.removed);
    assert_int_equal(0, unlink(file("secret")));
    /* names that are no folder's */
    static const char *const names[] = {"", ".", "..", ".x", "a/b"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        scene.stick.kiosk = names[i];
        assert_int_equal(KERR_INVALID, sync_carry_out(&scene.stick, &out));
    }
    scene.stick.kiosk = "kiosk-001";
    scene.stick.folder = "/nowhere";
    assert_int_equal(KERR_NOT_FOUND, sync_carry_out(&scene.stick, &out));
}

/* A link where a pack would be written is replaced, not followed. */
static void
test_link_in_the_way(void **state)
{
    (void)state;
    enqueue(1, 500);
    carry_out();
    write_file(file("secret"), "x", 1);
    assert_int_equal(0, unlink(on_stick("000001.records")));
    assert_int_equal(0, symlink(file("secret"), on_stick("000001.records")));
    assert_int_equal(0, carry_out().kept);
    assert_int_equal(1, to_city().fresh);
    AUTO_BUF secret;
    buf_init(&secret, 100);
    assert_int_equal(0, fs_read(file("secret"), &secret));
    assert_string_equal("x", buf_str(&secret));
    assert_int_equal(0, unlink(file("secret")));
}

/* A folder with names without end is left. */
static void
test_too_many_names(void **state)
{
    (void)state;
    enqueue(1, 500);
    carry_out();
    int folder = open(file("stick/madoguchi/kiosk-001"), O_RDONLY | O_DIRECTORY);
    assert_true(folder >= 0);
    for (unsigned i = 0; i <= PACK_NAMES_MAX; i++) {
        char name[32];
        snprintf(name, sizeof(name), "n%u", i);
        int fd = openat(folder, name, O_WRONLY | O_CREAT, 0600);
        assert_true(fd >= 0);
        close(fd);
    }
    close(folder);
    struct intake_carried in;
    assert_int_equal(KERR_TOO_BIG, intake_carry_in(&scene.door, scene.stick.folder, &in));
    struct sync_carried_in home;
    assert_int_equal(KERR_TOO_BIG, sync_carry_in(&scene.stick, &home));
}

/* More than a pack holds; a stick that takes no more; then again. A new queue leaves the older one's packs alone. */
static void
test_several_packs(void **state)
{
    (void)state;
    enqueue(20, BIG);
    struct rlimit before, small = {.rlim_cur = 3 * 1024 * 1024};
    assert_int_equal(0, getrlimit(RLIMIT_FSIZE, &before));
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &small));
    struct sync_carried_out out;
    assert_int_equal(KERR_IO, sync_carry_out(&scene.stick, &out));
    assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &before));
    assert_false(fs_exists(on_stick("000001.records"))); /* nothing half */
    assert_int_equal(20, queued());
    out = carry_out();
    assert_int_equal(20, out.records);
    assert_int_equal(2, out.packs);
    assert_int_equal(0, unlink(on_stick("000002.records")));
    out = carry_out();
    assert_int_equal(2, out.packs);
    assert_int_equal(1, out.kept);
    /* the terminal's disk is lost, a new queue begins */
    char older[200];
    snprintf(older, sizeof(older), "%s", on_stick("000001.records"));
    store_close(scene.store);
    assert_int_equal(0, unlink(file("queue.db")));
    assert_int_equal(0, store_open(file("queue.db"), &scene.store));
    scene.stick.store = scene.store;
    enqueue(1, 500);
    assert_int_equal(0, carry_out().kept);
    assert_true(fs_exists(older));
    struct intake_carried in = to_city();
    assert_int_equal(3, in.packs);
    assert_int_equal(21, in.fresh);
    struct sync_carried_in home = back();
    assert_int_equal(1, home.removed);
    assert_int_equal(20, home.gone);
    assert_int_equal(3, home.finished);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_there_and_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lost_envelope, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_two_ways, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pulled_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unfinished_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_receipts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_records, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_strange_sticks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_link_in_the_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_many_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_several_packs, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}
