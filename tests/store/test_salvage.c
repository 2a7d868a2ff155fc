/* tests/store/test_salvage.c - queues with damaged bytes: every envelope whose own bytes are whole comes
 * up again and is due, none that was altered, none that was deleted; the old file stays. In memory
 * (disk.h), with one bit flipped at a random place of four kinds of files, and with whole pages lost.
 *
 * # timeout: 300
 * FLIPS=n in the environment: flips a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/disk.h"
#include "store/memory.h"
#include "store/records.h"
#include "store/store.h"

extern void *memmem(const void *, size_t, const void *, size_t); /* GNU, BSD */

enum { NOW = 1795312800, FLIPS = 1025, ROWS_MAX = 64, PAGE = 4096, LINK = 4 };

/* What a file was made of. */
struct sample {
    const char *name;
    unsigned puts;
    size_t len_min, len_max;
    unsigned sent_each; /* every n-th was sent; 0: none */
    unsigned aside_each;
};

static const struct sample samples[] = {
    {"one page each", 24, 200, 900, 3, 0},
    {"as in service", 12, 2400, 3600, 4, 5},
    {"long chains", 8, 9000, 40000, 3, 0},
    {"all sizes, much deleted", 40, 150, 9000, 2, 7},
};

struct file {
    uint64_t epoch;
    size_t lens[ROWS_MAX + 1];
    bool is_sent[ROWS_MAX + 1];
    bool is_aside[ROWS_MAX + 1];
    uint8_t *envelopes[ROWS_MAX + 1];
    uint8_t ids[ROWS_MAX + 1][STORE_ID_LEN];
    struct disk_bytes good;
    uint8_t *owner; /* of each byte: the number whose envelope it belongs to, 0 for none */
};

static void
make_file(const struct sample *sample, struct file *file)
{
    *file = (struct file){0};
    struct rng_seeded rng = {sample->puts};
    struct disk *disk = disk_new("make");
    disk_mount(disk);
    struct store *store = NULL;
    assert_int_equal(store_open("queue.db", &store), 0);
    for (unsigned n = 1; n <= sample->puts; n++) {
        uint32_t span = (uint32_t)(sample->len_max - sample->len_min);
        file->lens[n] = sample->len_min + rng_seeded_below(&rng, span);
        assert_int_equal(record_put(store, n, file->lens[n], NOW), 0);
        unsigned old = n > 2 ? n - 2 : 0;
        uint8_t receipt[STORE_HASH_LEN] = {(uint8_t)n};
        if (old > 0 && sample->sent_each > 0 && old % sample->sent_each == 0) {
            assert_int_equal(store_sent(store, old, receipt, NOW), 0);
            file->is_sent[old] = true;
        } else if (old > 0 && sample->aside_each > 0 && old % sample->aside_each == 0) {
            assert_int_equal(store_quarantine(store, old, 422), 0);
            file->is_aside[old] = true;
        }
    }
    struct store_counts counts;
    assert_int_equal(store_counts(store, &counts), 0);
    file->epoch = counts.epoch;
    store_close(store);
    file->good = disk_copy(disk_bytes_of(disk, "queue.db"));
    for (unsigned n = 1; n <= sample->puts; n++) {
        file->envelopes[n] = record_make(n, file->epoch, n, file->lens[n]);
        record_id(n, file->ids[n]);
    }
    disk_free(disk);
}

/* Marks the bytes from at on, up to the page's end, as far as they are the envelope's from from on. */
static size_t
mark_run(struct file *file, unsigned n, size_t at, size_t from)
{
    size_t end = (at / PAGE + 1) * PAGE;
    for (; at < end && from < file->lens[n] && file->good.data[at] == file->envelopes[n][from];
         at++, from++) {
        file->owner[at] = (uint8_t)n;
    }
    return from;
}

/* The overflow page that goes on with the envelope at from, or a few bytes before: the run may have
 * gone on into a link by chance. 0 when there is none. */
static size_t
find_overflow(const struct file *file, unsigned n, size_t *from)
{
    enum { PIECE = 16, BACK = 8 };
    for (size_t back = 0; back < BACK; back++) {
        size_t start = *from - back;
        size_t len = file->lens[n] - start < PIECE ? file->lens[n] - start : PIECE;
        for (size_t page = PAGE; page < file->good.len; page += PAGE) {
            const uint8_t *at = file->good.data + page + LINK;
            bool fits = memcmp(at, file->envelopes[n] + start, len) == 0;
            /* a tail shorter than chance allows is also the end of a chain */
            if (fits && (len == PIECE || memcmp(at - LINK, "\0\0\0", LINK) == 0)) {
                *from = start;
                return page + LINK;
            }
        }
    }
    return 0;
}

/* Which bytes of the file hold which envelope? A run in the leaf, then one in each overflow page. */
static void
map_owners(const struct sample *sample, struct file *file)
{
    file->owner = disk_alloc(file->good.len);
    for (unsigned n = 1; n <= sample->puts; n++) {
        if (file->is_sent[n]) {
            continue;
        }
        uint8_t *leaf =
            memmem(file->good.data, file->good.len, file->envelopes[n], RECORD_HEAD + LINK);
        assert_non_null(leaf);
        size_t from = mark_run(file, n, (size_t)(leaf - file->good.data), 0);
        while (from < file->lens[n]) {
            size_t told = from;
            size_t at = find_overflow(file, n, &from);
            assert_true(at > 0);
            for (size_t i = 0; i < file->good.len && told > from; i++) {
                bool is_end = file->owner[i] == n && (i + 1) % PAGE != 0 && file->owner[i + 1] != n;
                for (size_t k = 0; is_end && k < told - from; k++) {
                    file->owner[i - k] = 0; /* was part of a link */
                }
                told = is_end ? from : told;
            }
            from = mark_run(file, n, at, from);
        }
    }
}

static void
release_file(struct file *file)
{
    for (unsigned n = 1; n <= ROWS_MAX; n++) {
        free(file->envelopes[n]);
    }
    free(file->good.data);
    free(file->owner);
}

/* What the terminal does with a queue that it finds: open, recover, look at all of it. Says how often
 * it had to recover. */
static unsigned
bring_up(struct store **ret_store)
{
    for (unsigned recoveries = 0; recoveries < 3; recoveries++) {
        struct store *store = NULL;
        struct store_check check = {0};
        int r = store_open("queue.db", &store);
        while (r == 0 && (r = store_check(store, &record_judge, &check, 8)) == 1) {
            r = 0;
        }
        if (r == 0) {
            *ret_store = store;
            return recoveries;
        }
        store_close(store);
        assert_int_equal(r, KERR_STORE_CORRUPT);
        struct store_recovery recovery;
        assert_int_equal(store_recover("queue.db", &record_judge, &recovery), 0);
        assert_true(recovery.damaged_number > 0);
    }
    fail_msg("a file that was just made is damaged again");
    return 0;
}

/* Is this the envelope that was stored? Marks its number. */
static void
compare(const struct sample *sample, const struct file *file, const struct store_row *row,
    const uint8_t *envelope, size_t len, bool *came)
{
    unsigned number = 0;
    for (unsigned n = 1; n <= sample->puts && number == 0; n++) {
        number = memcmp(file->ids[n], row->id, STORE_ID_LEN) == 0 ? n : 0;
    }
    assert_true(number > 0 && !came[number] && !file->is_sent[number]);
    assert_int_equal(len, file->lens[number]);
    assert_memory_equal(envelope, file->envelopes[number], len);
    assert_true(row->epoch == file->epoch && row->sequence == number);
    came[number] = true;
}

/* Takes everything that is due, as kiosk-sync does. */
static void
drain(struct store *store, const struct sample *sample, const struct file *file, bool *came)
{
    for (;;) {
        AUTO_BUF envelope;
        buf_init(&envelope, STORE_ENVELOPE_MAX);
        struct store_row row;
        int r = store_next_due(store, INT64_MAX, &row, &envelope);
        if (r == KERR_NOT_FOUND) {
            return;
        }
        assert_int_equal(r, 0);
        compare(sample, file, &row, envelope.data, envelope.len, came);
        assert_int_equal(store_sent(store, row.place, row.hash, NOW), 0);
    }
}

/* The same by looking only: a commit a row would be most of this test's time. */
static void
look(const struct sample *sample, const struct file *file, bool *came)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open("queue.db", &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                         "SELECT id, epoch, sequence, envelope FROM queue INDEXED BY queue_due"
                         " WHERE state = 0",
                         -1, &statement, NULL),
        SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        struct store_row row = {.epoch = (uint64_t)sqlite3_column_int64(statement, 1),
            .sequence = (uint64_t)sqlite3_column_int64(statement, 2)};
        assert_int_equal(sqlite3_column_bytes(statement, 0), STORE_ID_LEN);
        memcpy(row.id, sqlite3_column_blob(statement, 0), STORE_ID_LEN);
        compare(sample, file, &row, sqlite3_column_blob(statement, 3),
            (size_t)sqlite3_column_bytes(statement, 3), came);
    }
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

struct tally {
    unsigned flips, recoveries, lost_envelopes;
};

/* Brings the file up and holds what came against the damage. damaged: by number. */
static void
check_file(const struct sample *sample, const struct file *file, const struct disk_bytes *bytes,
    const bool *damaged, const char *what, size_t at, struct tally *tally)
{
    struct disk *disk = disk_new("flipped");
    disk_lay(disk, "queue.db", bytes);
    disk_mount(disk);
    struct store *store = NULL;
    unsigned recoveries = bring_up(&store);
    tally->recoveries += recoveries > 0 ? 1 : 0;
    bool came[ROWS_MAX + 1] = {false};
    if (tally->flips % 16 == 0) {
        drain(store, sample, file, came);
    } else {
        look(sample, file, came);
    }
    for (unsigned n = 1; n <= sample->puts; n++) {
        bool is_due = !file->is_sent[n] && !file->is_aside[n];
        if (is_due && !came[n] && !damaged[n]) {
            fail_msg(
                "%s: %s at %zu: envelope %u is whole and didn't come", sample->name, what, at, n);
        }
        tally->lost_envelopes += is_due && !came[n] ? 1 : 0;
    }
    /* it goes on serving: with a new epoch and the first sequence after a recovery */
    struct store_counts counts;
    assert_int_equal(store_counts(store, &counts), 0);
    assert_true((counts.epoch == file->epoch) == (recoveries == 0));
    assert_true(counts.next_sequence == (recoveries == 0 ? sample->puts + 1 : 1));
    assert_int_equal(record_put(store, ROWS_MAX + 1, 700, NOW), 0);
    store_close(store);
    assert_int_equal(store_damaged_files("queue.db"), recoveries > 0 ? 1 : 0);
    if (recoveries > 0) { /* the old file is as it was found, but for what SQLite rolled back */
        const struct disk_bytes *kept = disk_bytes_of(disk, "queue.db.damaged-1");
        assert_int_equal(kept->len, bytes->len);
    }
    disk_free(disk);
}

static unsigned
flips_a_file(void)
{
    const char *text = getenv("FLIPS");
    long flips = text != NULL ? strtol(text, NULL, 10) : 0;
    return flips > 0 ? (unsigned)flips : FLIPS;
}

/* One bit anywhere. */
static void
test_flips(void **state)
{
    (void)state;
    struct tally tally = {0};
    struct rng_seeded rng = {20261122};
    for (size_t k = 0; k < sizeof(samples) / sizeof(samples[0]); k++) {
        struct file file;
        make_file(&samples[k], &file);
        map_owners(&samples[k], &file);
        for (unsigned i = 0; i < flips_a_file(); i++) {
            struct disk_bytes bytes = disk_copy(&file.good);
            size_t at = rng_seeded_below(&rng, (uint32_t)bytes.len);
            /* half of them where the structure is: outside of envelopes and of room that is free */
            while (i % 2 == 0 && (file.owner[at] > 0 || bytes.data[at] == 0)) {
                at = rng_seeded_below(&rng, (uint32_t)bytes.len);
            }
            bytes.data[at] ^= (uint8_t)(1u << rng_seeded_below(&rng, 8));
            bool damaged[ROWS_MAX + 1] = {false};
            damaged[file.owner[at]] = file.owner[at] > 0;
            check_file(&samples[k], &file, &bytes, damaged, "flip", at, &tally);
            tally.flips++;
            free(bytes.data);
        }
        release_file(&file);
    }
    print_message("%u flips: %u recoveries, %u envelopes lost with their own bytes, 0 others\n",
        tally.flips, tally.recoveries, tally.lost_envelopes);
    assert_true(tally.recoveries > tally.flips / 10 && tally.lost_envelopes > tally.flips / 10);
}

/* Each page lost as a whole, in turn, the first with the header and the tables too. */
static void
test_lost_pages(void **state)
{
    (void)state;
    struct tally tally = {0};
    for (size_t k = 0; k < sizeof(samples) / sizeof(samples[0]); k++) {
        struct file file;
        make_file(&samples[k], &file);
        map_owners(&samples[k], &file);
        for (size_t at = 0; at < file.good.len; at += PAGE) {
            struct disk_bytes bytes = disk_copy(&file.good);
            bool damaged[ROWS_MAX + 1] = {false};
            memset(bytes.data + at, 0xff, PAGE);
            for (size_t i = at; i < at + PAGE; i++) {
                damaged[file.owner[i]] = file.owner[i] > 0;
            }
            check_file(&samples[k], &file, &bytes, damaged, "lost page", at, &tally);
            tally.flips++;
            free(bytes.data);
        }
        release_file(&file);
    }
    print_message("%u pages: %u recoveries\n", tally.flips, tally.recoveries);
    assert_true(tally.recoveries > tally.flips * 9 / 10); /* all but pages that are free */
}

/* Every bit of the file's header. */
static void
test_header(void **state)
{
    (void)state;
    enum { HEADER = 100 };
    struct tally tally = {0};
    struct file file;
    make_file(&samples[0], &file);
    map_owners(&samples[0], &file);
    for (size_t bit = 0; bit < 8 * (size_t)HEADER; bit++) {
        static const bool damaged[ROWS_MAX + 1];
        struct disk_bytes bytes = disk_copy(&file.good);
        bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        check_file(&samples[0], &file, &bytes, damaged, "header", bit / 8, &tally);
        tally.flips++;
        free(bytes.data);
    }
    release_file(&file);
    print_message("%u bits: %u recoveries\n", tally.flips, tally.recoveries);
    assert_true(tally.recoveries > 200);
}

/* Is at the link between two pieces of an envelope: the first bytes of an overflow page, or what stands
 * behind a piece in its leaf? */
static bool
is_link(const struct file *file, size_t at)
{
    size_t start = at - at % PAGE;
    if (at < start + LINK && file->owner[start + LINK] > 0) {
        return true;
    }
    for (size_t i = 0; i < LINK && at > start + i; i++) {
        if (file->owner[at] == 0 && file->owner[at - i - 1] > 0 && at - i - 1 >= start) {
            return true;
        }
    }
    return false;
}

/* A bit of every byte of every link. */
static void
test_broken_links(void **state)
{
    (void)state;
    struct tally tally = {0};
    struct rng_seeded rng = {20261122};
    for (size_t k = 0; k < sizeof(samples) / sizeof(samples[0]); k++) {
        struct file file;
        make_file(&samples[k], &file);
        map_owners(&samples[k], &file);
        for (size_t at = 0; at < file.good.len; at++) {
            if (!is_link(&file, at)) {
                continue;
            }
            static const bool damaged[ROWS_MAX + 1];
            struct disk_bytes bytes = disk_copy(&file.good);
            bytes.data[at] ^= (uint8_t)(1u << rng_seeded_below(&rng, 8));
            check_file(&samples[k], &file, &bytes, damaged, "link", at, &tally);
            tally.flips++;
            free(bytes.data);
        }
        release_file(&file);
    }
    print_message("%u links: %u recoveries\n", tally.flips, tally.recoveries);
    assert_true(tally.recoveries > 200);
}

/* A set of eight-byte words. */
struct words {
    uint64_t *slots;
    size_t mask;
};

static bool
find_word(struct words *words, const uint8_t *at, bool add)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    size_t i = (size_t)(word * 0x9e3779b97f4a7c15u >> 20) & words->mask;
    while (words->slots[i] != 0 && words->slots[i] != word) {
        i = (i + 1) & words->mask;
    }
    bool there = words->slots[i] == word;
    words->slots[i] = add ? word : words->slots[i];
    return there;
}

enum { PUTS = 400 };

/* Puts, delays and takes of all sizes by chance. */
static uint64_t
live(struct rng_seeded *rng, size_t *lens, bool *is_gone)
{
    struct store *store = NULL;
    struct store_counts counts;
    uint8_t receipt[STORE_HASH_LEN] = {1};
    assert_int_equal(store_open("queue.db", &store), 0);
    for (unsigned n = 1; n <= PUTS; n++) {
        lens[n] = 150 + rng_seeded_below(rng, rng_seeded_below(rng, 4) == 0 ? 30000 : 1500);
        assert_int_equal(record_put(store, n, lens[n], NOW), 0);
        unsigned put_off = 1 + rng_seeded_below(rng, n);
        assert_int_equal(
            store_delay(store, put_off, NOW + n), is_gone[put_off] ? KERR_NOT_FOUND : 0);
        while (rng_seeded_below(rng, 3) > 0) {
            unsigned sent = 1 + rng_seeded_below(rng, n);
            assert_int_equal(store_sent(store, sent, receipt, NOW), 0);
            is_gone[sent] = true;
        }
    }
    assert_int_equal(store_counts(store, &counts), 0);
    store_close(store);
    return counts.epoch;
}

/* Nothing of any row that was sent is in the file, not eight bytes, so that no salvage brings it back:
 * also not when the list of the sent ones is lost. */
static void
test_deleted_stay_deleted(void **state)
{
    (void)state;
    struct rng_seeded rng = {20261122};
    size_t lens[PUTS + 1] = {0};
    bool is_gone[PUTS + 1] = {false};
    struct disk *disk = disk_new("deleted");
    disk_mount(disk);
    uint64_t epoch = live(&rng, lens, is_gone);
    struct words words = {disk_alloc(sizeof(uint64_t) << 22), ((size_t)1 << 22) - 1};
    unsigned gone = 0;
    for (unsigned n = 1; n <= PUTS; n++) {
        gone += is_gone[n] ? 1 : 0;
        uint8_t *bytes = record_make(n, epoch, n, lens[n]);
        for (size_t i = RECORD_HEAD; is_gone[n] && i + sizeof(uint64_t) <= lens[n]; i++) {
            (void)find_word(&words, bytes + i, true);
        }
        free(bytes);
    }
    assert_true(gone > PUTS / 3 && gone < PUTS - PUTS / 10);
    const struct disk_bytes *file = disk_bytes_of(disk, "queue.db");
    for (size_t i = 0; i + sizeof(uint64_t) <= file->len; i++) {
        static const uint8_t zeros[sizeof(uint64_t)];
        if (memcmp(file->data + i, zeros, sizeof(zeros)) != 0 &&
            find_word(&words, file->data + i, false)) {
            fail_msg("a piece of a sent envelope is at %zu, page %zu", i, i / 4096 + 1);
        }
    }
    free(words.slots);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open("queue.db", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DELETE FROM sent", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    struct store_recovery recovery;
    assert_int_equal(store_recover("queue.db", &record_judge, &recovery), 0);
    assert_true(recovery.queued == PUTS - gone && recovery.set_aside == 0);
    disk_free(disk);
}

/* An envelope that was sent and yet stands in a page (as a copy that a disk kept might) stays gone. */
static void
test_sent_is_not_salvaged(void **state)
{
    (void)state;
    struct disk *disk = disk_new("copies");
    disk_mount(disk);
    struct store *store = NULL;
    uint8_t receipt[STORE_HASH_LEN] = {1};
    assert_int_equal(store_open("queue.db", &store), 0);
    for (uint64_t n = 1; n <= 6; n++) {
        assert_int_equal(record_put(store, n, 3000, NOW), 0);
    }
    struct disk_bytes before = disk_copy(disk_bytes_of(disk, "queue.db"));
    assert_int_equal(store_sent(store, 2, receipt, NOW), 0);
    assert_int_equal(store_sent(store, 5, receipt, NOW), 0);
    store_close(store);
    struct disk_bytes after = disk_copy(disk_bytes_of(disk, "queue.db"));
    disk_set_len(&after, after.len + before.len); /* the old file behind the new one */
    memcpy(after.data + after.len - before.len, before.data, before.len);
    disk_lay(disk, "queue.db", &after);
    struct store_recovery recovery;
    assert_int_equal(store_recover("queue.db", &record_judge, &recovery), 0);
    assert_true(recovery.queued == 4 && recovery.sent == 2);
    free(before.data);
    free(after.data);
    disk_free(disk);
}

/* Nine damages: eight old files stay, the oldest of them went; rows come through all of them in their
 * order and keep what was decided about them. */
static void
test_many_recoveries(void **state)
{
    (void)state;
    enum { TIMES = STORE_DAMAGED_MAX + 1 };
    struct disk *disk = disk_new("many");
    disk_mount(disk);
    struct store *store = NULL;
    uint8_t receipt[STORE_HASH_LEN] = {1};
    uint64_t epochs[TIMES + 2] = {0};
    for (unsigned i = 1; i <= TIMES; i++) {
        struct store_counts counts;
        assert_int_equal(store_open("queue.db", &store), 0);
        assert_int_equal(store_counts(store, &counts), 0);
        assert_true(counts.epoch != epochs[i - 1]);
        epochs[i] = counts.epoch;
        assert_int_equal(record_put(store, i, 500 * i, NOW), 0);
        if (i == 1) {
            assert_int_equal(store_quarantine(store, 1, 422), 0);
        }
        store_close(store);
        struct disk_bytes bytes = disk_copy(disk_bytes_of(disk, "queue.db"));
        memset(bytes.data, 0xff, 100);
        bytes.data[99] = (uint8_t)i;
        disk_lay(disk, "queue.db", &bytes);
        free(bytes.data);
        assert_int_equal(store_open("queue.db", &store), KERR_STORE_CORRUPT);
        struct store_recovery recovery;
        assert_int_equal(store_recover("queue.db", &record_judge, &recovery), 0);
        assert_true(recovery.queued == i - 1 && recovery.set_aside == 1);
        assert_int_equal(recovery.damaged_number, i < TIMES ? i : TIMES - 1);
    }
    assert_int_equal(store_damaged_files("queue.db"), STORE_DAMAGED_MAX);
    for (unsigned i = 1; i <= STORE_DAMAGED_MAX; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "queue.db.damaged-%u", i);
        assert_int_equal(disk_bytes_of(disk, name)->data[99], i + 1);
    }
    assert_int_equal(store_open("queue.db", &store), 0);
    for (unsigned i = 2; i <= TIMES; i++) {
        AUTO_BUF envelope;
        buf_init(&envelope, STORE_ENVELOPE_MAX);
        struct store_row row;
        assert_int_equal(store_next_due(store, NOW, &row, &envelope), 0);
        assert_true(row.epoch == epochs[i] && row.sequence == 1 && envelope.len == 500 * i);
        assert_int_equal(store_sent(store, row.place, receipt, NOW), 0);
    }
    store_close(store);
    disk_free(disk);
}

/* What the judge refuses stays behind, and the row that hides is found by the slow look alone. */
static void
test_slow_look(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        int expected;
    } cases[] = {
        {"UPDATE queue SET tries = 7", 0},
        {"UPDATE queue SET state = 1, status = 422 WHERE place = 1", 0},
        {"UPDATE queue SET state = 1 WHERE place = 1", KERR_STORE_CORRUPT},
        {"UPDATE queue SET id = zeroblob(16) WHERE place = 4", KERR_STORE_CORRUPT},
        {"UPDATE queue SET hash = zeroblob(32) WHERE place = 2", KERR_STORE_CORRUPT},
        {"UPDATE queue SET epoch = 5 WHERE place = 2", KERR_STORE_CORRUPT},
        {"UPDATE queue SET sequence = 5 WHERE place = 2", KERR_STORE_CORRUPT},
        /* lost: noticed, set aside, and the round goes on */
        {"UPDATE queue SET envelope = zeroblob(300) WHERE place = 2", 0},
        /* not signed by this terminal, but what was stored: the city is the judge of that */
        {"UPDATE queue SET envelope = x'00',"
         " hash = x'6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'"
         " WHERE place = 2",
            0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct disk *disk = disk_new("slow");
        disk_mount(disk);
        struct store *store = NULL;
        assert_int_equal(store_open("queue.db", &store), 0);
        for (uint64_t n = 1; n <= 5; n++) {
            assert_int_equal(record_put(store, n, 300, NOW), 0);
        }
        sqlite3 *db = NULL;
        assert_int_equal(sqlite3_open("queue.db", &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, cases[i].sql, NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        struct store_check check = {0};
        int r = 1;
        int slices = 0;
        for (; r == 1; slices++) {
            r = store_check(store, &record_judge, &check, 2);
        }
        assert_int_equal(r, cases[i].expected);
        assert_true(slices > 1 && (r < 0 || slices == 4));
        struct store_counts counts;
        assert_int_equal(store_counts(store, &counts), 0);
        bool is_lost = strstr(cases[i].sql, "zeroblob(300)") != NULL;
        bool is_aside = strstr(cases[i].sql, "state = 1") != NULL;
        assert_int_equal(counts.quarantined, is_lost || is_aside ? 1 : 0);
        store_close(store);
        disk_free(disk);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flips),
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_broken_links),
        cmocka_unit_test(test_lost_pages),
        cmocka_unit_test(test_deleted_stay_deleted),
        cmocka_unit_test(test_sent_is_not_salvaged),
        cmocka_unit_test(test_many_recoveries),
        cmocka_unit_test(test_slow_look),
    };
    memory_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
