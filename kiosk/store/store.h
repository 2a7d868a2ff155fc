/* store/store.h - the terminal's queue: one SQLite file of sealed rows, shared by kiosk (adds) and
 * kiosk-sync (takes away). Knows opaque bytes, no records, no network. Rollback journal,
 * synchronous=EXTRA, secure_delete (kiosk/decisions). A store belongs to one thread. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { STORE_ID_LEN = 16, STORE_HASH_LEN = 32, STORE_ENVELOPE_MAX = 512 * 1024 };

struct store;

/* Opens or makes the file, rolls back what a power cut left half, checks the whole file. The folder
 * must be there and writable. A damaged file is left as it is. KERR_STORE, KERR_STORE_CORRUPT,
 * KERR_STORE_READ_ONLY, KERR_STORE_VERSION; KERR_BUSY when the other process holds it for seconds,
 * KERR_NO_SPACE, KERR_IO. */
int store_open(const char *path, struct store **ret_store);
void store_close(struct store *store);

/* The place that the next record takes: epoch and gap-free sequence. Starts the one transaction;
 * exactly one of store_put and store_abandon must follow, soon: the other process waits meanwhile.
 * KERR_STATE when a slot is open already. KERR_BUSY, KERR_IO, KERR_STORE. */
struct store_slot {
    uint64_t epoch; /* random, under 2^53; a new one for each new file */
    uint64_t sequence;
    uint8_t previous[STORE_HASH_LEN]; /* hash of the envelope before, zeros for the first */
};
int store_begin(struct store *store, struct store_slot *ret_slot);
/* Adds the envelope and commits. After 0 the row survives a power cut; after an error nothing was
 * stored and the sequence is not used up (when the disk fails in the last step of a commit and goes
 * on failing, that can't be proven: kiosk/store/README.md). Ends the slot in any case. KERR_CONFLICT
 * for an id that was queued or sent before; KERR_NO_SPACE, KERR_BUSY, KERR_IO, KERR_TOO_BIG,
 * KERR_STORE; KERR_STATE without a slot. */
int store_put(struct store *store, const struct store_slot *slot, const uint8_t id[STORE_ID_LEN],
    const uint8_t *envelope, size_t len, int64_t now);
/* Gives the slot back; nothing happens when there is none. */
void store_abandon(struct store *store);

/* The oldest row that is due at now (wall seconds), its bytes appended to ret_envelope. KERR_NOT_FOUND
 * when none is. A row whose bytes no longer have their hash is set aside with STORE_STATUS_DAMAGED and
 * passed over, so that it stops nobody. KERR_TOO_BIG when the buffer is too small for it. */
enum { STORE_STATUS_DAMAGED = 0 };
struct store_row {
    uint64_t place; /* names the row in the calls below, also after a recovery */
    uint64_t epoch, sequence; /* as in its slot */
    uint8_t id[STORE_ID_LEN];
    uint8_t hash[STORE_HASH_LEN];
    unsigned tries; /* attempts so far */
};
int store_next_due(
    struct store *store, int64_t now, struct store_row *ret_row, struct buf *ret_envelope);
/* The same among the rows behind this one, so that several can be on their way at once; 0: all. */
int store_next_due_after(struct store *store, int64_t now, uint64_t after,
    struct store_row *ret_row, struct buf *ret_envelope);
/* Up to so many of them in one go, which costs little more than one: each gets a row and its bytes, which hold during the
 * call; a negative answer ends it and is returned. How many, or an error, also after some. */
int store_due_rows(struct store *store, int64_t now, uint64_t after, unsigned most,
    int (*each)(void *ctx, const struct store_row *row, const uint8_t *envelope, size_t len),
    void *ctx);
/* The next row behind this place (0: the first) whatever its next try, also one that was set aside: for handing over by
 * hand. Rows whose bytes no longer have their hash are passed over. KERR_NOT_FOUND at the end, KERR_TOO_BIG as above. */
int store_next(
    struct store *store, uint64_t after, struct store_row *ret_row, struct buf *ret_envelope);
/* The row with this id, waiting or set aside. KERR_NOT_FOUND, also when its bytes lost their hash. */
int store_find(struct store *store, const uint8_t id[STORE_ID_LEN], struct store_row *ret_row,
    struct buf *ret_envelope);
/* Removes the row for good, after a receipt that verified; keeps sequence, id and both hashes. Saying
 * so again is no error. KERR_NOT_FOUND, KERR_CONFLICT (gone with another receipt), and as store_put. */
int store_sent(
    struct store *store, uint64_t place, const uint8_t receipt_hash[STORE_HASH_LEN], int64_t now);
/* store_sent for each of these, in one transaction; rows that are gone already are passed over. After an
 * error none is gone. On a full disk this and the next two use the room of the reserve for a moment, so that rows go on leaving. */
struct store_receipt {
    uint64_t place;
    uint8_t hash[STORE_HASH_LEN]; /* of the receipt */
};
int store_sent_all(
    struct store *store, const struct store_receipt *receipts, size_t count, int64_t now);
/* Not before next_try; counts one attempt. KERR_NOT_FOUND. */
int store_delay(struct store *store, uint64_t place, int64_t next_try);
/* Sets the row aside: it stays on the disk, is not sent again, and raises the alarm. status is the
 * HTTP status that refused it. KERR_NOT_FOUND. */
int store_quarantine(struct store *store, uint64_t place, int status);

/* Commits a transaction that changes nothing: 0 when the disk takes and keeps what is written. As
 * store_put. */
int store_probe(struct store *store);
/* A file PATH.reserve of this size, so that a disk that fills up has room for the visit under way. Does
 * nothing when it is there. KERR_NO_SPACE, KERR_STORE_READ_ONLY, KERR_IO. */
int store_reserve_keep(const char *path, size_t bytes);
/* Gives it up; false when there was none. */
bool store_reserve_release(const char *path);
/* How much room there is for the queue at path, where a reserve of wanted bytes is to be kept (0: none). KERR_IO. */
enum {
    STORE_ROOM_LEAST = 1024 * 1024,
    /* Of the setting queue-reserve-mb: what it is unless it is set, and its most. */
    STORE_RESERVE_MB = 64,
    STORE_RESERVE_MB_MAX = 4096
};
struct store_room {
    uint64_t free, kept; /* bytes: of the disk, and of the reserve that is there */
    bool
        is_full; /* no room for the reserve, or nothing beside it: no new application can be taken for long */
};
int store_room(const char *path, uint64_t wanted, struct store_room *ret_room);

/* --- after damage --- */

/* The store holds opaque bytes; whoever recovers it says whose they are. */
struct store_claim {
    uint64_t epoch, sequence;
    uint8_t id[STORE_ID_LEN];
};
struct store_judge {
    /* Length of the envelope that begins at bytes, as its own first bytes tell; 0: none begins. Is
     * asked for every byte of a file. */
    size_t (*length)(const uint8_t *bytes, size_t len);
    /* 0 when these bytes are whole and this terminal signed them. */
    int (*verify)(void *ctx, const uint8_t *bytes, size_t len, struct store_claim *ret_claim);
    void *ctx;
};

/* Mends a queue that store_open refused with KERR_STORE_CORRUPT. Every envelope that can still be read
 * and that the judge accepts goes into a new file with a new epoch, unless it is among the sent ones
 * of the old file; rows keep their place, those that were set aside stay so. The old file and what
 * is left of its journal are moved beside it as PATH.damaged-1 to -8 (a ninth pushes the first out).
 * A power cut leaves the old or the new file under the path. No store of this thread may be open on
 * it; the other process follows by itself. KERR_BUSY, KERR_NO_SPACE, KERR_IO, KERR_STORE; the old file
 * is then as it was. */
enum { STORE_DAMAGED_MAX = 8 };
struct store_recovery {
    uint64_t queued, set_aside, sent; /* rows of the new file */
    unsigned damaged_number; /* the N of the old file; 0: there was nothing to mend any more */
};
int store_recover(
    const char *path, const struct store_judge *judge, struct store_recovery *ret_recovery);
/* The slow look at a whole queue, for idle moments: all pages and indexes first, then rows. Start with
 * one of zeros, but for stop. A row whose envelope is lost is set aside; anything that hides a good
 * envelope is KERR_STORE_CORRUPT: recover. 1: there is more, 0: the round is through. KERR_CANCELLED when
 * stop said so during the pages, which are then looked at anew. KERR_BUSY and its kin. */
struct store_check {
    bool (*stop)(void *ctx); /* asked now and then; may be NULL */
    void *ctx;
    uint64_t place; /* looked at up to here */
    bool has_pages;
};
int store_check(
    struct store *store, const struct store_judge *judge, struct store_check *check, unsigned rows);
/* How many files PATH.damaged-N wait for somebody to look at them. */
unsigned store_damaged_files(const char *path);

/* --- what happened, for whoever checks later --- */

/* Each commit of the calls above adds its event to a chain of hashes in the same transaction. */
enum store_event {
    STORE_EVENT_QUEUED = 1, /* place, sequence */
    STORE_EVENT_SENT = 2, /* place */
    STORE_EVENT_ASIDE = 3, /* place, status */
    STORE_EVENT_MENDED = 4, /* rows that were queued and set aside; the first event of its file */
    STORE_EVENT_OPENED = 5, /* applications are taken again; the KERR_ code of what stopped them */
    STORE_EVENT_TRIMMED =
        6 /* how many rows of what was sent, and how many events, were let go so far */
};
/* An event of its own. As store_put. */
int store_note(struct store *store, enum store_event kind, int64_t a, int64_t b);

/* The chain up to an event: who knows this can't be told another story of what was before. Plain value. */
struct store_point {
    uint64_t epoch;
    uint64_t size; /* events */
    uint8_t head[STORE_HASH_LEN]; /* hash of the last of them */
};
/* The end of the chain, when it ought to be signed: after a receipt, 100 events, or ten minutes with any
 * event. KERR_NOT_FOUND when not. */
int store_point_due(struct store *store, int64_t now, struct store_point *ret_point);
/* Keeps a signed point; the newest eight stay, and one of each thousand events, from which store_trim can start the rest
 * of the chain. KERR_STATE when the file was mended meanwhile. */
int store_point_keep(struct store *store, const struct store_point *point, const uint8_t *bytes,
    size_t len, int64_t now);
/* The signed points, newest first, until each answers other than 0, which is returned. */
int store_points(
    struct store *store, int (*each)(void *ctx, const uint8_t *bytes, size_t len), void *ctx);
/* Lets go what nobody needs any more, for idle moments: of what was sent all but the newest sent_most, and of those behind
 * the newest sent_least what is older than sent_age_s (a mad clock alone takes no more than that); of the events all but the
 * newest ones, at a signed point that stays and proves where the rest begins. Nothing that waits or was set aside is
 * touched. A little over each bound may stand, so that it is seldom done. One transaction, a few thousand rows at most of what
 * was sent. KERR_NOT_FOUND when there was nothing to do; as store_put. */
struct store_keep {
    uint64_t sent_least, sent_most; /* rows */
    int64_t sent_age_s;
    uint64_t events;
};
int store_trim(struct store *store, int64_t now, const struct store_keep *keep);
/* Computes the whole chain again, from its start or the point behind which store_trim left it, which must be among the known
 * ones, and holds it against points that somebody kept. KERR_CONFLICT when an
 * event was changed, dropped, moved or taken back; *ret_end is then the last one that holds. */
int store_audit(struct store *store, const struct store_point *known, size_t count,
    struct store_point *ret_end);

struct store_counts {
    uint64_t queued, quarantined;
    uint64_t sent; /* also those that store_trim let go */
    uint64_t epoch, next_sequence;
    int64_t oldest_queued_at; /* 0 when none */
    int64_t next_try; /* earliest next attempt, 0 when none is queued */
};
int store_counts(struct store *store, struct store_counts *ret_counts);
/* When the first of the rows that wait was queued, without counting them. KERR_NOT_FOUND when none waits. */
int store_oldest(struct store *store, int64_t *ret_queued_at);

#endif
