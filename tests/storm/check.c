/* After the storm: receipts within the ledger, the ledger without doubles and within what was submitted, no
 * gap in any kiosk's numbers, every queue empty. The kiosks' notes and the proxy's are held against the
 * city's ledger and the kiosks' queues. */
#define _GNU_SOURCE
#include "storm/storm.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "ledger/ledger.h"

struct notes {
    struct storm_note *list;
    size_t count;
};

/* What is known of one kiosk. */
struct side {
    struct notes submitted, accepted;
    uint8_t (*kept)[SEAL_HASH_LEN]; /* by sequence: the ledger's envelope; zeros: none */
    uint8_t (*receipts)[SEAL_HASH_LEN]; /* by sequence: hash of the ledger's receipt */
    uint8_t (*ids)[SEAL_ID_LEN];
    uint64_t epoch;
};

struct check {
    const struct storm *storm;
    struct ledger *ledger;
    struct seal_receipts *trust;
    struct side *sides;
    uint64_t rows, broken;
};

static bool
broken(struct check *check, const char *what, unsigned kiosk, uint64_t sequence)
{
    static struct {
        const char *what;
        unsigned count;
    } told[24]; /* as many as there are promises */
    unsigned kind = 0;
    while (told[kind].what != NULL && strcmp(told[kind].what, what) != 0) {
        kind++;
    }
    told[kind].what = what;
    check->broken++;
    if (told[kind].count++ < 2) {
        fprintf(stderr, "storm: broken promise: %s (kiosk-%03u, record %" PRIu64 ")\n", what, kiosk,
            sequence);
    }
    return false;
}

static struct notes
read_notes(const char *path)
{
    struct notes notes = {0};
    struct stat state;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return notes; /* nothing was noted */
    }
    if (fstat(fileno(file), &state) != 0) {
        storm_die(path);
    }
    notes.list = xcalloc((size_t)state.st_size / sizeof(*notes.list) + 1, sizeof(*notes.list));
    notes.count =
        fread(notes.list, sizeof(*notes.list), (size_t)state.st_size / sizeof(*notes.list), file);
    fclose(file);
    return notes;
}

static bool
is_zero(const uint8_t hash[SEAL_HASH_LEN])
{
    static const uint8_t zeros[SEAL_HASH_LEN];
    return memcmp(hash, zeros, sizeof(zeros)) == 0;
}

/* One row of the ledger. */
static int
take_row(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx)
{
    struct check *check = ctx;
    unsigned kiosk;
    check->rows++;
    if (sscanf(entry->kiosk, "kiosk-%u", &kiosk) != 1 || kiosk >= check->storm->kiosks ||
        entry->sequence < 1 || entry->sequence > check->storm->each) {
        broken(check, "the ledger has what nobody submitted", 999, entry->sequence);
        return 0;
    }
    struct side *side = &check->sides[kiosk];
    uint8_t hash[SEAL_HASH_LEN];
    seal_hash(envelope, len, hash);
    if (memcmp(hash, entry->hash, sizeof(hash)) != 0) {
        broken(check, "bytes in the ledger changed", kiosk, entry->sequence);
    }
    if (!is_zero(side->kept[entry->sequence])) {
        broken(check, "doubled in the ledger", kiosk, entry->sequence);
    }
    side->epoch = side->epoch == 0 ? entry->epoch : side->epoch;
    if (side->epoch != entry->epoch) {
        broken(check, "another epoch", kiosk, entry->sequence);
    }
    memcpy(side->kept[entry->sequence], hash, sizeof(hash));
    memcpy(side->ids[entry->sequence], entry->id, SEAL_ID_LEN);
    AUTO_BUF receipt;
    buf_init(&receipt, SEAL_RECEIPT_MAX);
    if (ledger_receipt(check->ledger, entry->id, &receipt) != 0) {
        broken(check, "no receipt in the ledger", kiosk, entry->sequence);
        return 0;
    }
    seal_hash(receipt.data, receipt.len, side->receipts[entry->sequence]);
    struct seal_receipt says;
    if (entry->position % 50 == 0 && /* each was verified by kiosk-sync, too */
        (seal_receipt_verify(check->trust, receipt.data, receipt.len, &says) < 0 ||
            memcmp(says.envelope_hash, hash, sizeof(hash)) != 0 ||
            says.position != entry->position)) {
        broken(check, "the ledger's receipt is none", kiosk, entry->sequence);
    }
    return 0;
}

/* The ledger within what was submitted; what was accepted within the ledger; no gaps. */
static void
check_notes(struct check *check, unsigned kiosk)
{
    struct side *side = &check->sides[kiosk];
    bool *known = xcalloc(check->storm->each + 1, sizeof(*known));
    for (size_t i = 0; i < side->submitted.count; i++) {
        const struct storm_note *note = &side->submitted.list[i];
        known[note->sequence] |= memcmp(note->hash, side->kept[note->sequence], SEAL_HASH_LEN) == 0;
    }
    for (uint64_t sequence = 1; sequence <= check->storm->each; sequence++) {
        if (is_zero(side->kept[sequence])) {
            broken(check, "lost: a gap in the ledger", kiosk, sequence);
        } else if (!known[sequence]) {
            broken(check, "the ledger has what nobody submitted", kiosk, sequence);
        }
    }
    for (size_t i = 0; i < side->accepted.count; i++) {
        const struct storm_note *note = &side->accepted.list[i];
        if (memcmp(note->hash, side->kept[note->sequence], SEAL_HASH_LEN) != 0) {
            broken(check, "accepted, and not in the ledger", kiosk, note->sequence);
        }
    }
    free(known);
}

static sqlite3 *
open_queue(const struct storm *storm, unsigned kiosk)
{
    char path[STORM_PATH];
    sqlite3 *db = NULL;
    storm_path(storm, path, "kiosk-%03u/queue.db", kiosk);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
        sqlite3_close(db);
        return NULL;
    }
    sqlite3_busy_timeout(db, 1000);
    return db;
}

uint64_t
storm_queued(const struct storm *storm, unsigned kiosk)
{
    uint64_t count = UINT64_MAX;
    sqlite3_stmt *query = NULL;
    sqlite3 *db = open_queue(storm, kiosk);
    if (db != NULL &&
        sqlite3_prepare_v2(db, "SELECT count(*) FROM queue", -1, &query, NULL) == SQLITE_OK &&
        sqlite3_step(query) == SQLITE_ROW) {
        count = (uint64_t)sqlite3_column_int64(query, 0);
    }
    sqlite3_finalize(query);
    sqlite3_close(db);
    return count;
}

/* The kiosk's memory of what the city has. */
static void
check_queue(struct check *check, unsigned kiosk)
{
    struct side *side = &check->sides[kiosk];
    sqlite3_stmt *query = NULL;
    sqlite3 *db = open_queue(check->storm, kiosk);
    uint64_t count = 0, left = storm_queued(check->storm, kiosk);
    if (left != 0) {
        broken(check, "the queue is not empty", kiosk, left);
    }
    if (db == NULL || sqlite3_prepare_v2(db, "SELECT sequence, id, hash, receipt_hash FROM sent",
                          -1, &query, NULL) != SQLITE_OK) {
        storm_die("a queue");
    }
    while (sqlite3_step(query) == SQLITE_ROW) {
        uint64_t sequence = (uint64_t)sqlite3_column_int64(query, 0);
        count++;
        if (sequence < 1 || sequence > check->storm->each ||
            memcmp(sqlite3_column_blob(query, 1), side->ids[sequence], SEAL_ID_LEN) != 0 ||
            memcmp(sqlite3_column_blob(query, 2), side->kept[sequence], SEAL_HASH_LEN) != 0) {
            broken(check, "sent, and not in the ledger", kiosk, sequence);
        } else if (memcmp(sqlite3_column_blob(query, 3), side->receipts[sequence], SEAL_HASH_LEN) !=
                   0) {
            broken(check, "the kiosk holds another receipt than the city", kiosk, sequence);
        }
    }
    sqlite3_finalize(query);
    sqlite3_close(db);
    if (count != check->storm->each) {
        broken(check, "the kiosk did not send every record once", kiosk, count);
    }
}

/* Every receipt that left the city, also when it never came through. The note's sequence is the kiosk. */
static uint64_t
check_receipts(struct check *check)
{
    char path[STORM_PATH];
    storm_path(check->storm, path, "receipts");
    struct notes seen = read_notes(path);
    struct seen {
        const uint8_t *id, *hash;
    };
    /* ids are random: their first bytes index a table of rows of the ledger */
    size_t slots = 1;
    while (slots < 4 * check->rows + 4) {
        slots *= 2;
    }
    struct seen *table = xcalloc(slots, sizeof(*table));
    for (unsigned kiosk = 0; kiosk < check->storm->kiosks; kiosk++) {
        for (uint64_t sequence = 1; sequence <= check->storm->each; sequence++) {
            uint64_t at;
            memcpy(&at, check->sides[kiosk].ids[sequence], sizeof(at));
            while (table[at & (slots - 1)].id != NULL) {
                at++;
            }
            table[at & (slots - 1)] = (struct seen){
                check->sides[kiosk].ids[sequence], check->sides[kiosk].receipts[sequence]};
        }
    }
    for (size_t i = 0; i < seen.count; i++) {
        uint64_t at;
        memcpy(&at, seen.list[i].id, sizeof(at));
        while (table[at & (slots - 1)].id != NULL &&
               memcmp(table[at & (slots - 1)].id, seen.list[i].id, SEAL_ID_LEN) != 0) {
            at++;
        }
        const struct seen *row = &table[at & (slots - 1)];
        if (row->id == NULL) {
            broken(check, "a receipt for what the ledger does not have",
                (unsigned)seen.list[i].sequence, i);
        } else if (memcmp(row->hash, seen.list[i].hash, SEAL_HASH_LEN) != 0) {
            broken(check, "two receipts for one record", (unsigned)seen.list[i].sequence, i);
        }
    }
    uint64_t count = seen.count;
    free(seen.list);
    free(table);
    return count;
}

static void
open_side(const struct storm *storm, unsigned kiosk, struct side *side)
{
    char path[STORM_PATH];
    storm_path(storm, path, "kiosk-%03u/submitted", kiosk);
    side->submitted = read_notes(path);
    storm_path(storm, path, "kiosk-%03u/accepted", kiosk);
    side->accepted = read_notes(path);
    side->kept = xcalloc(storm->each + 1, sizeof(*side->kept));
    side->receipts = xcalloc(storm->each + 1, sizeof(*side->receipts));
    side->ids = xcalloc(storm->each + 1, sizeof(*side->ids));
}

static void
close_side(struct side *side)
{
    free(side->submitted.list);
    free(side->accepted.list);
    free(side->kept);
    free(side->receipts);
    free(side->ids);
}

bool
storm_check(const struct storm *storm)
{
    char ca[STORM_PATH];
    struct check check = {.storm = storm, .sides = xcalloc(storm->kiosks, sizeof(struct side))};
    storm_path(storm, ca, "city/keys/city-ca.crt");
    uint64_t quarantined = 0, receipts, submitted = 0;
    for (unsigned i = 0; i < storm->kiosks; i++) {
        open_side(storm, i, &check.sides[i]);
        submitted += check.sides[i].submitted.count;
    }
    if (ledger_open(storm->ledger, &check.ledger) < 0 || seal_receipts_new(ca, &check.trust) < 0 ||
        ledger_list(check.ledger, 0, SIZE_MAX, take_row, &check) < 0 ||
        ledger_quarantined(check.ledger, &quarantined) < 0) {
        storm_die("the ledger");
    }
    if (quarantined != 0) {
        broken(&check, "the city set records aside", 999, quarantined);
    }
    for (unsigned i = 0; i < storm->kiosks; i++) {
        check_notes(&check, i);
        check_queue(&check, i);
    }
    receipts = check_receipts(&check);
    check.broken += storm_check_chains(storm, check.ledger) ? 0 : 1;
    printf("storm: %" PRIu64 " records in the ledger; %" PRIu64 " were submitted, %" PRIu64
           " receipts left the city\n",
        check.rows, submitted, receipts);
    ledger_close(check.ledger);
    seal_receipts_free(check.trust);
    for (unsigned i = 0; i < storm->kiosks; i++) {
        close_side(&check.sides[i]);
    }
    free(check.sides);
    return check.broken == 0;
}
