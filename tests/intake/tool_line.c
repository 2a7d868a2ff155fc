/* Helper of test_line.sh and test_rotation.sh: makes a set-up, fills the queue, checks both ends of the line.
 *
 *   tool_line init                       keys and settings in $KIOSK_HOME, intake on any port
 *   tool_line port PORT                  settings with this port
 *   tool_line enqueue COUNT [LETTERS]    seals and queues records, with so long a note
 *   tool_line codes                      the digits of the codes of all that waits, a part a line
 *   tool_line seal FILE ID SEQUENCE TEXT an envelope that is not queued
 *   tool_line queued                     prints how many wait
 *   tool_line check COUNT                every promise of the line, after everything was sent
 *   tool_line receipt FILE               does a receipt verify? */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/sealing_priv.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "base/rng.h"
#include "ledger/ledger.h"
#include "record/record.h"
#include "seal/seal.h"
#include "store/store.h"

static char *
path(const char *name)
{
    char *home = conf_home();
    char *joined = fs_join(home, name);
    free(home);
    return joined; /* leaks until the end of this short program on purpose */
}

static void
need(int r, const char *what)
{
    if (r < 0) {
        fprintf(stderr, "tool_line: %s: %s\n", what, err_str(r));
        exit(1);
    }
}

static void
hold(int is_true, const char *what)
{
    if (!is_true) {
        fprintf(stderr, "tool_line: broken promise: %s\n", what);
        exit(1);
    }
}

/* The ledger: beside the queue, or with LEDGER_AT where it says. */
static const char *
ledger_at(void)
{
    const char *given = getenv("LEDGER_AT");
    return given != NULL ? given : path("ledger.db");
}

static void
write_settings(unsigned port)
{
    AUTO_BUF text;
    buf_init(&text, 4096);
    (void)buf_printf(&text,
        "kiosk = kiosk-001\nintake-address = 127.0.0.1\nintake-port = %u\n"
        "intake-url = https://127.0.0.1:%u\nledger = %s\n",
        port, port, ledger_at());
    need(fs_write_atomic(path("madoguchi.conf"), text.data, text.len, 0600), "settings");
}

/* For whom the terminal would seal now. */
static struct sealing *
sealing(void)
{
    struct conf *conf;
    struct sealing *made;
    need(conf_load_home(&conf, NULL), "settings");
    need(sealing_new(conf, clock_system(), &made), "sealing");
    conf_free(conf);
    return made;
}

/* A record that the desk can read; it tells its sequence. */
static void
make_record(const struct store_slot *slot, const uint8_t id[SEAL_ID_LEN], unsigned letters,
    struct buf *ret_text)
{
    struct record_head head = {.procedure = "resident-record",
        .in_force = "2026-04-01",
        .kiosk = "kiosk-001",
        .language = "ja",
        .submitted_at = clock_wall_s(clock_system()),
        .fee = -1};
    char sequence[24];
    memcpy(head.id, id, sizeof(head.id));
    record_number_make(1, record_number_place(slot->epoch, slot->sequence), head.number);
    snprintf(sequence, sizeof(sequence), "%" PRIu64, slot->sequence);
    struct fact_set *facts = fact_set_new();
    need(fact_set_put(facts, "line.sequence", sequence, FACT_ORIGIN_PERSON, head.submitted_at),
        "fact");
    char note[FACT_VALUE_MAX] = "";
    for (unsigned i = 0; i < letters && i + 1 < sizeof(note); i++) {
        uint8_t chance;
        rng_fill(&chance, sizeof(chance));
        note[i] = (char)('a' + chance % 26);
    }
    if (letters > 0) {
        need(fact_set_put(facts, "line.note", note, FACT_ORIGIN_PERSON, head.submitted_at), "note");
    }
    struct record *record = record_new(&head, facts);
    need(record_encode(record, ret_text), "record");
    record_free(record);
    fact_set_free(facts);
}

static void
enqueue(unsigned count, unsigned letters)
{
    struct store *store;
    struct sealing *with = sealing();
    need(store_open(path("queue.db"), &store), "queue");
    for (unsigned i = 0; i < count; i++) {
        struct store_slot slot;
        need(store_begin(store, &slot), "begin");
        struct seal_header header = {
            .kiosk = "kiosk-001", .epoch = slot.epoch, .sequence = slot.sequence};
        rng_fill(header.id, sizeof(header.id));
        AUTO_BUF envelope;
        AUTO_BUF text;
        buf_init(&envelope, SEAL_ENVELOPE_MAX);
        buf_init(&text, RECORD_ENCODED_MAX);
        make_record(&slot, header.id, letters, &text);
        need(seal_envelope(sealing_now(with), &header, text.data, text.len, &envelope), "seal");
        need(store_put(store, &slot, header.id, envelope.data, envelope.len,
                 clock_wall_s(clock_system())),
            "put");
    }
    store_close(store);
    sealing_free(with);
}

static void
print_codes(void)
{
    struct store *store;
    struct store_row row = {0};
    need(store_open(path("queue.db"), &store), "queue");
    for (;;) {
        AUTO_BUF envelope;
        AUTO_BUF lean;
        buf_init(&envelope, SEAL_ENVELOPE_MAX);
        buf_init(&lean, SEAL_LEAN_MAX);
        if (store_next(store, row.place, &row, &envelope) < 0) {
            break;
        }
        need(seal_lean_write(envelope.data, envelope.len, &lean), "lean form");
        for (unsigned i = 0; i < seal_code_count(lean.len); i++) {
            AUTO_BUF digits;
            buf_init(&digits, SEAL_CODE_DIGITS);
            need(seal_code_write(lean.data, lean.len, i, &digits), "digits");
            puts(buf_str(&digits));
        }
    }
    store_close(store);
}

static void
seal_one(const char *file, const char *id, const char *sequence, const char *text)
{
    struct sealing *with = sealing();
    struct seal_header header = {
        .kiosk = "kiosk-001", .epoch = 1, .sequence = strtoull(sequence, NULL, 10)};
    need(hex_decode(id, header.id, sizeof(header.id)), "id");
    AUTO_BUF envelope;
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    need(seal_envelope(sealing_now(with), &header, (const uint8_t *)text, strlen(text), &envelope),
        "seal");
    need(fs_write_atomic(file, envelope.data, envelope.len, 0600), "write");
    sealing_free(with);
}

static struct store_counts
counts(void)
{
    struct store *store;
    struct store_counts now;
    need(store_open(path("queue.db"), &store), "queue");
    need(store_counts(store, &now), "counts");
    store_close(store);
    return now;
}

struct check {
    struct ledger *ledger;
    struct seal_receipts *receipts;
    struct seal_verifier *kiosks;
    sqlite3_stmt *sent; /* what the kiosk believes */
    uint64_t rows, count, epoch;
    uint8_t *seen; /* by sequence */
};

/* One row of the ledger against the kiosk's memory of it. */
static int
check_row(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx)
{
    struct check *check = ctx;
    struct seal_header header;
    struct seal_receipt receipt;
    uint8_t hash[SEAL_HASH_LEN];
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_RECEIPT_MAX);
    check->rows++;
    hold(seal_verify(check->kiosks, envelope, len, &header, NULL) == 0, "envelope verifies");
    seal_hash(envelope, len, hash);
    hold(memcmp(hash, entry->hash, sizeof(hash)) == 0, "hash of the ledger");
    hold(entry->epoch == check->epoch, "one epoch");
    hold(entry->sequence >= 1 && entry->sequence <= check->count, "ledger within submitted");
    hold(check->seen[entry->sequence] == 0, "nothing is doubled");
    check->seen[entry->sequence] = 1;
    need(ledger_receipt(check->ledger, entry->id, &bytes), "receipt");
    hold(seal_receipt_verify(check->receipts, bytes.data, bytes.len, &receipt) == 0 &&
             memcmp(receipt.envelope_hash, hash, sizeof(hash)) == 0 &&
             memcmp(receipt.header.id, entry->id, sizeof(entry->id)) == 0 &&
             receipt.header.sequence == entry->sequence && receipt.position == entry->position,
        "receipt says what the ledger holds");
    seal_hash(bytes.data, bytes.len, hash);
    sqlite3_bind_int64(check->sent, 1, (int64_t)entry->sequence);
    hold(sqlite3_step(check->sent) == SQLITE_ROW &&
             memcmp(sqlite3_column_blob(check->sent, 0), entry->id, sizeof(entry->id)) == 0 &&
             memcmp(sqlite3_column_blob(check->sent, 1), hash, sizeof(hash)) == 0,
        "the kiosk holds the same receipt");
    sqlite3_reset(check->sent);
    return 0;
}

static void
check(uint64_t count)
{
    struct store_counts now = counts();
    hold(now.queued == 0, "queue is empty");
    hold(now.quarantined == 0, "nothing in the kiosk's quarantine");
    hold(now.sent == count, "every record was sent");
    struct check check = {.count = count, .epoch = now.epoch, .seen = xcalloc(count + 1, 1)};
    sqlite3 *queue;
    hold(sqlite3_open_v2(path("queue.db"), &queue, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
             sqlite3_prepare_v2(queue, "SELECT id, receipt_hash FROM sent WHERE place = ?1", -1,
                 &check.sent, NULL) == SQLITE_OK,
        "queue can be read");
    need(ledger_open(ledger_at(), &check.ledger), "ledger");
    need(seal_receipts_new(path("keys/city-ca.crt"), &check.receipts), "city CA");
    need(seal_verifier_new(path("keys/kiosk-ca.crt"), &check.kiosks), "kiosk CA");
    need(ledger_list(check.ledger, 0, SIZE_MAX, check_row, &check), "ledger");
    uint64_t quarantined;
    need(ledger_quarantined(check.ledger, &quarantined), "quarantine");
    hold(quarantined == 0, "nothing in the city's quarantine");
    hold(check.rows == count, "ledger has every record, once"); /* 1..count, none twice: no gap */
    sqlite3_finalize(check.sent);
    sqlite3_close(queue);
    ledger_close(check.ledger);
    seal_receipts_free(check.receipts);
    seal_verifier_free(check.kiosks);
    free(check.seen);
}

static void
check_receipt(const char *file)
{
    struct seal_receipts *receipts;
    struct seal_receipt receipt;
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_RECEIPT_MAX);
    need(fs_read(file, &bytes), "receipt file");
    need(seal_receipts_new(path("keys/city-ca.crt"), &receipts), "city CA");
    need(seal_receipt_verify(receipts, bytes.data, bytes.len, &receipt), "receipt");
    seal_receipts_free(receipts);
}

int
main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "init") == 0) {
        need(seal_keys_make(path("keys"), "kiosk-001", "127.0.0.1"), "keys");
        write_settings(0);
    } else if (strcmp(verb, "port") == 0 && argc == 3) {
        write_settings((unsigned)strtoul(argv[2], NULL, 10));
    } else if (strcmp(verb, "enqueue") == 0 && argc >= 3) {
        enqueue((unsigned)strtoul(argv[2], NULL, 10),
            argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 0);
    } else if (strcmp(verb, "codes") == 0) {
        print_codes();
    } else if (strcmp(verb, "seal") == 0 && argc == 6) {
        seal_one(argv[2], argv[3], argv[4], argv[5]);
    } else if (strcmp(verb, "queued") == 0) {
        printf("%" PRIu64 "\n", counts().queued);
    } else if (strcmp(verb, "check") == 0 && argc == 3) {
        check(strtoull(argv[2], NULL, 10));
    } else if (strcmp(verb, "receipt") == 0 && argc == 3) {
        check_receipt(argv[2]);
    } else {
        fprintf(stderr, "tool_line: see the head of tool_line.c\n");
        return 2;
    }
    return 0;
}
