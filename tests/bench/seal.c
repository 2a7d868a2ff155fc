/* bench/seal.c - one accepted application: seal and sign it, and commit it to the queue; against a bare SQLite
 * that inserts bytes of the same length with the same pragmas. One after the other, so that both see the same disk.
 * Prints "BYTES length", then "seal MS", "commit MS" and "bare MS" a record.
 * usage: seal KIOSK_HOME FOLDER COUNT (FOLDER on the disk that is asked about, empty). */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/rng.h"
#include "seal/seal.h"
#include "store/store.h"

enum {
    PLAIN_LEN = 900,
    PATH_LEN = 4096
}; /* a record of a resident with a card has about 900 bytes */

static double
now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void
die(const char *what)
{
    fprintf(stderr, "bench seal: %s\n", what);
    exit(1);
}

static struct seal_sealer *
open_sealer(const char *home)
{
    struct seal_sealer *sealer;
    char *cert = fs_join(home, "keys/kiosk.crt");
    char *key = fs_join(home, "keys/kiosk.key");
    char *recipients = fs_join(home, "keys/recipients.pem");
    if (seal_sealer_new(cert, key, recipients, &sealer) < 0) {
        die("no keys: kioskctl init");
    }
    free(cert);
    free(key);
    free(recipients);
    return sealer;
}

/* The pragmas of kiosk/store, and a table as plain as it gets. */
static sqlite3 *
open_bare(const char *folder, sqlite3_stmt **ret_insert)
{
    char *path = fs_join(folder, "bare.db");
    sqlite3 *db;
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_exec(db,
            "PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF;"
            "PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON; PRAGMA auto_vacuum=NONE;"
            "PRAGMA synchronous=EXTRA; PRAGMA journal_mode=DELETE;"
            "CREATE TABLE envelopes (sequence INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;",
            NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, "INSERT INTO envelopes (bytes) VALUES (?)", -1, ret_insert, NULL) !=
            SQLITE_OK) {
        die("bare.db");
    }
    free(path);
    return db;
}

static void
accept_one(const struct seal_sealer *sealer, struct store *store, struct buf *envelope, int quiet)
{
    static const char name[] = "kiosk-001";
    static char plain[PLAIN_LEN];
    struct seal_header header = {0};
    struct store_slot slot;
    memset(plain, 'x', sizeof plain);
    double begin = now_ms();
    if (store_begin(store, &slot) < 0) {
        die("store_begin");
    }
    double begun = now_ms();
    memcpy(header.kiosk, name, sizeof name);
    header.epoch = slot.epoch;
    header.sequence = slot.sequence;
    rng_fill(header.id, sizeof header.id);
    if (seal_envelope(sealer, &header, (const uint8_t *)plain, sizeof plain, envelope) < 0) {
        die("seal_envelope");
    }
    double sealed = now_ms();
    if (store_put(store, &slot, header.id, envelope->data, envelope->len, time(NULL)) < 0) {
        die("store_put");
    }
    if (!quiet) {
        printf("seal %.3f\ncommit %.3f\n", sealed - begun, now_ms() - sealed + begun - begin);
    }
}

static void
insert_one(sqlite3_stmt *insert, const struct buf *envelope, int quiet)
{
    double begin = now_ms();
    sqlite3_bind_blob(insert, 1, envelope->data, (int)envelope->len, SQLITE_STATIC);
    if (sqlite3_step(insert) != SQLITE_DONE || sqlite3_reset(insert) != SQLITE_OK) {
        die("insert");
    }
    if (!quiet) {
        printf("bare %.3f\n", now_ms() - begin);
    }
}

int
main(int argc, char **argv)
{
    if (argc != 4) {
        return 2;
    }
    struct seal_sealer *sealer = open_sealer(argv[1]);
    char *path = fs_join(argv[2], "queue.db");
    struct store *store;
    sqlite3_stmt *insert;
    sqlite3 *db = open_bare(argv[2], &insert);
    if (store_open(path, &store) < 0) {
        die("queue.db");
    }
    size_t bytes = 0;
    for (long i = 0, count = strtol(argv[3], NULL, 10); i <= count; i++) {
        struct buf envelope;
        buf_init(&envelope, SEAL_ENVELOPE_MAX);
        accept_one(sealer, store, &envelope, i == 0); /* the first of each is not counted */
        insert_one(insert, &envelope, i == 0);
        bytes = envelope.len;
        buf_release(&envelope);
    }
    printf("BYTES %zu\n", bytes);
    sqlite3_finalize(insert);
    sqlite3_close(db);
    store_close(store);
    seal_sealer_free(sealer);
    free(path);
    return 0;
}
