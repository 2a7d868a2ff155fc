/* ledger/ledger.h - the city's side of storage: which sealed envelopes arrived, with their
 * receipts, and what the staff did with them. One set of operations on
 * SQLite or PostgreSQL. Knows neither HTTP nor plaintext. A ledger handle belongs to one thread;
 * programs may share the file, or the database. */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    LEDGER_ID_LEN = 16,
    LEDGER_HASH_LEN = 32,
    LEDGER_NAME_MAX = 64,
    LEDGER_SLOT_MAX = 96,
    LEDGER_POINT_MAX = 4096,
    LEDGER_RECEIPT_MAX = 8 * 1024,
    LEDGER_REPORT_MAX = 2048,
    LEDGER_ENVELOPE_MAX = 512 * 1024
};

struct ledger;

/* The setting "ledger" as ledger_open takes it: "sqlite:PATH" or PATH, relative ones joined to
 * folder; "postgresql://..." as it is. It may hold a password: never log it. Heap; the caller frees. */
char *ledger_where(const char *setting, const char *folder);
/* Opens or makes the ledger; where is the path of a SQLite file, "sqlite:" before it or not, or a URI
 * of PostgreSQL (libpq's, several hosts allowed). An older ledger is carried on to this version.
 * Waits up to 5 s for other handles, 3 s for each host. KERR_STORE (not ours, can't be opened),
 * KERR_STORE_VERSION (made by a newer program), KERR_NET (no server that takes us), KERR_BUSY.
 *
 * A handle on PostgreSQL that loses its server connects anew by itself: meanwhile each operation
 * answers KERR_BUSY within 8 s. The same when an answer is lost after the question was sent: the server
 * may have done it or not, and the operation is put again. */
int ledger_open(const char *where, struct ledger **ret_ledger);
/* NULL is accepted. */
void ledger_close(struct ledger *ledger);

struct ledger_entry {
    uint8_t id[LEDGER_ID_LEN];
    char kiosk[LEDGER_NAME_MAX];
    uint64_t epoch, sequence;
    uint8_t hash[LEDGER_HASH_LEN];
    int64_t received_at;
    uint64_t position; /* 1, 2, ...; given by ledger_put */
    char state[LEDGER_NAME_MAX]; /* of enum ledger_state, by its name */
    int64_t state_at;
    char state_by[LEDGER_NAME_MAX];
    char holder[LEDGER_NAME_MAX]; /* whose work it is; "" nobody's */
};

/* How far the staff are with a record. */
enum ledger_state {
    LEDGER_STATE_NEW, /* "new" */
    LEDGER_STATE_WORK, /* "work": somebody is at it */
    LEDGER_STATE_PAPERS, /* "papers": the visitor is to bring something */
    LEDGER_STATE_DONE, /* "done" */
    LEDGER_STATE_BACK, /* "back": sent back, it can't go on as it is */
    LEDGER_STATE_COUNT
};
const char *ledger_state_name(enum ledger_state state);
/* LEDGER_STATE_COUNT for a name that is none. */
enum ledger_state ledger_state_read(const char *name);

enum ledger_verdict {
    LEDGER_NEW, /* stored now, committed */
    LEDGER_SAME, /* the same bytes were there already; *entry is what is stored */
    LEDGER_CONFLICT /* same id or same (kiosk, epoch, sequence), other bytes: kept in quarantine */
};
/* Commits before it answers. Uniqueness is by constraint: id, and (kiosk, epoch, sequence). In:
 * id, kiosk, epoch, sequence, hash, received_at (the city's clock, now). Out, for LEDGER_NEW and
 * LEDGER_SAME: position, received_at and the state as stored; for LEDGER_CONFLICT entry is
 * untouched. The same conflicting bytes are kept once, however often they come. Returns an enum
 * ledger_verdict, or KERR_INVALID (an argument out of its bounds), KERR_NO_SPACE, KERR_BUSY
 * (nobody let go for 5 s; the server is away, or its answer lost), KERR_IO, KERR_STORE. After an error the entry is there as a whole or not
 * at all (a disk that fails in the last step of a commit leaves that open); putting it again tells. */
int ledger_put(
    struct ledger *ledger, struct ledger_entry *entry, const uint8_t *envelope, size_t len);
/* The receipt stored for an entry. KERR_NOT_FOUND when there is none yet. */
int ledger_receipt(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], struct buf *ret_receipt);
/* Stores the receipt unless one is stored; ret_receipt gets the stored one (first writer wins).
 * KERR_NOT_FOUND when no such entry is there, KERR_NO_SPACE, KERR_BUSY, KERR_STORE. */
int ledger_receipt_keep(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN],
    const uint8_t *receipt, size_t len, struct buf *ret_receipt);

/* A signed point of a kiosk's chain of events (seal_point): how many there were, and the last one's hash. The largest of
 * each kiosk and epoch is kept, with the bytes that prove it. */
struct ledger_point {
    char kiosk[LEDGER_NAME_MAX];
    uint64_t epoch;
    uint64_t size; /* at most INT64_MAX */
    uint8_t head[LEDGER_HASH_LEN];
    int64_t at; /* when it came, the city's clock */
};
/* What a point is beside the largest that came. A queue that was set back to a copy shows an older one; a cloned terminal
 * another one of the same size, or an older one. Requests overtake each other on the line, so an
 * older one counts only when the newer is known for LEDGER_POINT_LATE_S. */
enum ledger_point_verdict {
    LEDGER_POINT_NEWER, /* kept, committed */
    LEDGER_POINT_SAME, /* is the largest */
    LEDGER_POINT_LATE, /* older, a moment after the newer one: says nothing */
    LEDGER_POINT_BACK, /* older: rolled back, or a clone. The alarm is kept, with the bytes */
    LEDGER_POINT_FORK /* another story of the same events. As before */
};
enum {
    LEDGER_POINT_LATE_S = 120
}; /* a request takes 60 s at most at the intake, 30 at the kiosk */
/* In: point, and the signed bytes. An enum ledger_point_verdict; KERR_INVALID, errors of ledger_put. */
int ledger_point_note(
    struct ledger *ledger, const struct ledger_point *point, const uint8_t *bytes, size_t len);
/* What is known of a chain. Lives during the call. */
struct ledger_chain {
    struct ledger_point largest;
    uint64_t alarms; /* unlike points that did not fit since somebody settled it; 0: all is well */
    int64_t alarm_at; /* the last of them */
    const uint8_t *bytes, *alarm_bytes; /* the signed points; alarm_bytes is NULL without one */
    size_t len, alarm_len;
};
/* Each chain, by kiosk and epoch. A non-zero answer of each stops and is returned. */
int ledger_chains(
    struct ledger *ledger, int (*each)(const struct ledger_chain *chain, void *ctx), void *ctx);
/* How many chains have alarms. */
int ledger_alarms(struct ledger *ledger, uint64_t *ret_chains);
/* Somebody looked: the point that raised the last alarm of each of the kiosk's chains counts from now on. KERR_NOT_FOUND
 * when there was no alarm. */
int ledger_settle(struct ledger *ledger, const char *kiosk, int64_t now);
/* What a kiosk says of itself, in bytes that this room does not read: the newest is kept. KERR_INVALID, errors of
 * ledger_put. */
struct ledger_report {
    char kiosk[LEDGER_NAME_MAX];
    int64_t at; /* when it came, the city's clock */
    const uint8_t *bytes; /* at most LEDGER_REPORT_MAX */
    size_t len;
};
int ledger_report_keep(struct ledger *ledger, const struct ledger_report *report);
/* Each kiosk's, by name; bytes live during the call. As ledger_chains. */
int ledger_reports(
    struct ledger *ledger, int (*each)(const struct ledger_report *report, void *ctx), void *ctx);

/* A call for staff from a kiosk (base/call.h), of each kiosk the newest. */
struct ledger_call {
    char kiosk[LEDGER_NAME_MAX];
    uint64_t id; /* by chance; 1 to INT64_MAX */
    char state[LEDGER_NAME_MAX]; /* "rings", "coming" (somebody said so), "over" */
    int64_t said_at; /* when it was made, by the kiosk's clock */
    char page[LEDGER_NAME_MAX], reason[LEDGER_NAME_MAX];
    int64_t began_at, heard_at; /* when it came and was last heard of, the city's clock */
    int64_t answered_at; /* 0: nobody did */
    char answered_by[LEDGER_NAME_MAX];
};
enum {
    LEDGER_CALL_S = 30 * 60, /* after which it is over by itself */
    LEDGER_CALL_HEARD_S = 5, /* how old heard_at may grow while the kiosk asks again and again */
    LEDGER_CALL_LATE_S = 60 /* a call made before the newest is a request that was overtaken */
};
/* Keeps what a kiosk says of its call, and tells how it stands. In: kiosk, id, state ("rings" or "over"), said_at, page,
 * reason, heard_at (the city's clock, now). Out: state. Safe to repeat: what is over stays over, what somebody answered
 * stays answered, and only what staff see anew counts as a change. KERR_INVALID, errors of ledger_put. */
int ledger_call_note(struct ledger *ledger, struct ledger_call *call);
/* Somebody comes: of several who say so the first stays. KERR_NOT_FOUND when that call is over, or another one was made since. */
int ledger_call_answer(
    struct ledger *ledger, const char *kiosk, uint64_t id, const char *by, int64_t now);
/* Each call that is not over, oldest first. As ledger_chains. */
int ledger_calls(struct ledger *ledger, int64_t now,
    int (*each)(const struct ledger_call *call, void *ctx), void *ctx);

/* Makes the receipt of a new entry, its position filled in; appends it. An error: it is stored without one. Called while other
 * writers wait (2 s are too long), and must not write to this handle. What it made says something that is not true yet. */
typedef int ledger_sign(const void *ctx, const struct ledger_entry *entry, struct buf *ret_receipt);

/* A put, a keep, or a kiosk's word of itself, as one of several in one commit. */
struct ledger_work {
    const struct ledger_point *point; /* not NULL: as ledger_point_note, its bytes in envelope */
    const struct ledger_report *report; /* not NULL: as ledger_report_keep */
    struct ledger_call *call; /* not NULL: as ledger_call_note */
    bool is_keep; /* of a receipt; else a put */
    /* In, for a put: as ledger_put. */
    struct ledger_entry *entry;
    const uint8_t *envelope;
    size_t len;
    /* In, for a put; may be NULL. The receipt goes into the same commit as its entry, and to ret_receipt after that: is_signed
     * says so. Without it (a put that is no LEDGER_NEW, or that had to be done alone) ledger_receipt and a keep follow. */
    ledger_sign *sign;
    const void *sign_ctx;
    bool is_signed; /* out */
    /* In, for a put with sign: the position that the entry probably gets, and its receipt there, made ahead where nobody waits
     * for it. At any other position `sign` makes another one, and this goes nowhere. 0: none. Works are done in this order. */
    uint64_t foreseen;
    const uint8_t *ahead;
    size_t ahead_len;
    /* In, for a keep: as ledger_receipt_keep. */
    const uint8_t *id; /* LEDGER_ID_LEN bytes */
    const uint8_t *receipt;
    size_t receipt_len;
    struct buf *ret_receipt; /* also of a put with sign */
    int result; /* out: what the function of the same work answers */
    /* Between commit and answer; the backend's own. */
    bool is_written;
    uint64_t position;
    struct buf *made; /* the receipt, which nobody gets before the commit */
};
enum { LEDGER_WORKS_MAX = 16 };
/* Does 1..LEDGER_WORKS_MAX works with one commit for all, which costs what one costs. Each has its own
 * result: what is wrong with one harms no other. When the commit itself fails, all get its error and none is done. */
void ledger_work(struct ledger *ledger, struct ledger_work *const *works, size_t count);

/* Entries newest first with position < before (0: from the newest), at most limit; calls each with
 * entry and envelope. A non-zero answer of each stops and is returned. No lock is held while each
 * runs, so it may take its time and may call this ledger; the bytes are valid during the call. */
int ledger_list(struct ledger *ledger, uint64_t before, size_t limit,
    int (*each)(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx),
    void *ctx);
/* As ledger_list, but only entries of one state, or (state LEDGER_STATE_COUNT) those that one person holds and that
 * are neither done nor sent back. KERR_INVALID. */
int ledger_list_of(struct ledger *ledger, enum ledger_state state, const char *holder,
    uint64_t before, size_t limit,
    int (*each)(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *ctx),
    void *ctx);
/* How many entries each state has, and how many ledger_list_of gives for this holder. Cheap: kept, not counted. */
struct ledger_counts {
    uint64_t states[LEDGER_STATE_COUNT], held;
};
int ledger_counts(struct ledger *ledger, const char *holder, struct ledger_counts *ret_counts);
/* One entry; ret_envelope (may be NULL) gets its bytes appended. KERR_NOT_FOUND. */
int ledger_get(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN],
    struct ledger_entry *ret_entry, struct buf *ret_envelope);
/* Highest position, 0 when empty; cheap, for "anything new?". changes counts state changes too. */
int ledger_newest(struct ledger *ledger, uint64_t *ret_position, uint64_t *ret_changes);

/* What the staff did with a record: a state, a holder or a note that somebody gave it. Acts are only added, and the state
 * and the holder of an entry are what the newest act says, both by constraint; they go when the entry goes. */
enum { LEDGER_NOTE_MAX = 2048 };
struct ledger_act {
    uint64_t number; /* 1, 2, ...; grows with each act of this ledger */
    char kind[LEDGER_NAME_MAX]; /* "state", "holder", "note" */
    char value[LEDGER_NOTE_MAX];
    int64_t at;
    char by[LEDGER_NAME_MAX];
};
struct ledger_change {
    const uint8_t *id; /* LEDGER_ID_LEN bytes, of the record */
    const char *state, *holder; /* NULL: stays; holder "": nobody's */
    const char *note; /* NULL or "": none */
    const char *by; /* not "" */
    int64_t at;
};
enum ledger_changed {
    LEDGER_CHANGED, /* stored now, committed */
    LEDGER_CHANGED_SO, /* state and holder were so, and the note was the last one, by the same; nothing changed */
    LEDGER_CHANGED_ELSE /* somebody did something since `seen`; nothing changed, no note either */
};
/* Does all of it or nothing. seen: the number of the record's newest act that the asker knows of, 0 for none;
 * LEDGER_SEEN_ANY whatever stands there. A note alone is added to whatever stands there too: it overwrites
 * nothing. An enum ledger_changed; KERR_INVALID, KERR_NOT_FOUND, errors of ledger_put. */
#define LEDGER_SEEN_ANY ((uint64_t)INT64_MAX)
int ledger_change(struct ledger *ledger, const struct ledger_change *change, uint64_t seen);
/* A record's acts, newest first, as ledger_list does it. */
int ledger_acts(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN],
    int (*each)(const struct ledger_act *act, void *ctx), void *ctx);
/* The form of characters in one fact of a record, as staff corrected it. The record stays as it came: a correction stands beside
 * it, is never changed, and goes when the record goes. The newest of a fact counts; taking it back is a further one. This room
 * does not know whether one text is the other in other forms: whoever asks and whoever reads looks at that. */
enum { LEDGER_FACT_MAX = 96, LEDGER_GLYPHS_MAX = 1024, LEDGER_REASON_MAX = 512 };
struct ledger_correction {
    uint64_t number; /* 1, 2, ...; grows with each correction of this ledger; out only */
    char fact[LEDGER_FACT_MAX]; /* its key */
    char before[LEDGER_GLYPHS_MAX], after[LEDGER_GLYPHS_MAX]; /* the whole value; not "" */
    char reason[LEDGER_REASON_MAX]; /* not "" */
    int64_t at;
    char by[LEDGER_NAME_MAX]; /* not "" */
};
/* Adds one. seen: the number of the record's newest correction that the asker knows of, 0 for none. LEDGER_CHANGED, also when this
 * very one was added since; LEDGER_CHANGED_ELSE: another one was, nothing changed. KERR_INVALID, KERR_NOT_FOUND, errors of
 * ledger_put. */
int ledger_correct(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN],
    const struct ledger_correction *correction, uint64_t seen);
/* A record's corrections, oldest first, each during its call; each must not ask this ledger. A non-zero answer of each stops and is
 * returned. */
typedef int ledger_each_correction(const struct ledger_correction *correction, void *ctx);
int ledger_corrections(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN],
    ledger_each_correction *each, void *ctx);
/* What the staff decided about a slot (a place at a time, "hall/2026-12-01/09:00") that a record asks
 * for. The newest decision of a record stands, the older ones are its history. The slot is the one
 * thing in a ledger that is not sealed: terminals tell it to whoever has the number. */
struct ledger_decision {
    uint64_t number; /* 1, 2, ...; grows with each decision of this ledger */
    uint8_t id[LEDGER_ID_LEN]; /* of the record */
    char state[LEDGER_NAME_MAX]; /* "booked", "taken" (somebody else has it), "open" (taken back) */
    char slot[LEDGER_SLOT_MAX];
    int64_t decided_at;
    char decided_by[LEDGER_NAME_MAX];
};
enum ledger_ruling {
    LEDGER_DECIDED, /* stored now, committed */
    LEDGER_DECIDED_SO, /* stood so already; nothing changed, not even its time and author */
    LEDGER_DECIDED_ELSE, /* somebody decided since `seen`; nothing changed */
    LEDGER_FULL /* places records are booked for this slot already; nothing changed */
};
/* Decides, whoever decides at once: one decision of a record stands, and no two records have the same
 * seat of a slot, both by constraint. In: id, state, slot, decided_at, decided_by. seen: the number of
 * the decision that the asker knows of, 0 for none. places: how many records may be booked for the slot
 * (0..LEDGER_PLACES_MAX); LEDGER_PLACES_ANY books whatever stands there. Out: the decision that stands, but for
 * LEDGER_FULL. Returns an enum ledger_ruling, KERR_INVALID, KERR_NOT_FOUND (no such record), errors of ledger_put. */
enum { LEDGER_PLACES_MAX = 999, LEDGER_PLACES_ANY = INT32_MAX };
int ledger_decide(
    struct ledger *ledger, struct ledger_decision *decision, uint64_t seen, int32_t places);
/* The decision that stands for a record. KERR_NOT_FOUND when nobody decided. */
int ledger_decided(
    struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], struct ledger_decision *ret_decision);
/* A record's decisions, newest first, as ledger_list does it. */
int ledger_decisions(struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN],
    int (*each)(const struct ledger_decision *decision, void *ctx), void *ctx);
/* How many records are booked for a slot, and how many of them were before or at a moment. */
int ledger_booked(
    struct ledger *ledger, const char *slot, int64_t until, uint64_t *ret_all, uint64_t *ret_until);
/* Records are handed over to other systems in batches. A system, called client here, gets each record in one batch at most,
 * by constraint, whoever asks at once; so asking again changes nothing. */
struct ledger_batch {
    char client[LEDGER_NAME_MAX];
    uint64_t number; /* from 1: the client's own numbers, or the next one (ledger_hand) */
    uint8_t asked
        [LEDGER_HASH_LEN]; /* hash of what was asked for: tells the same question from another one */
    int64_t at;
    char by[LEDGER_NAME_MAX]; /* who asked; "" the client itself */
    uint64_t count; /* records that it took, those that were deleted since too */
    bool is_written; /* what is made of it lies where it belongs */
};
enum ledger_handing {
    LEDGER_HANDED, /* stored now, committed */
    LEDGER_HANDED_SO, /* there was this batch, asked for alike; nothing changed */
    LEDGER_HANDED_ELSE, /* there was a batch of this number with another question; nothing changed */
    LEDGER_HANDED_NONE /* number 0, and the client has all of them already; nothing changed */
};
enum { LEDGER_BATCH_MAX = 1000 };
/* Makes a batch of the records that the client does not have yet. In: client, number (0: the next one), asked, at, by, is_written.
 * Out, but for LEDGER_HANDED_NONE: the batch as it is stored. An enum ledger_handing; KERR_INVALID (more than LEDGER_BATCH_MAX
 * among others), KERR_NOT_FOUND when one of the records is not there (nothing changed then), errors of ledger_put. */
int ledger_hand(struct ledger *ledger, struct ledger_batch *batch,
    const uint8_t (*ids)[LEDGER_ID_LEN], size_t count);
/* The newest batch of a client with this number or a lower one. KERR_NOT_FOUND. */
int ledger_batch_upto(
    struct ledger *ledger, const char *client, uint64_t number, struct ledger_batch *ret_batch);
/* The oldest that is not written. KERR_NOT_FOUND. */
int ledger_batch_open(struct ledger *ledger, const char *client, struct ledger_batch *ret_batch);
/* KERR_NOT_FOUND when there is no such batch. */
int ledger_batch_written(struct ledger *ledger, const char *client, uint64_t number);
/* The number of the batch in which a client got a record. KERR_NOT_FOUND. */
int ledger_handed(struct ledger *ledger, const char *client, const uint8_t id[LEDGER_ID_LEN],
    uint64_t *ret_number);
/* The first entry behind a position that is in this batch (state NULL), or that is of this state and that the client does not have
 * (number 0). ret_envelope gets its bytes appended. KERR_NOT_FOUND when there is none. */
int ledger_hand_next(struct ledger *ledger, const char *client, uint64_t number, const char *state,
    uint64_t after, struct ledger_entry *ret_entry, struct buf *ret_envelope);
/* Envelopes in quarantine: each is a sign of a cloned or rolled-back kiosk. */
int ledger_quarantined(struct ledger *ledger, uint64_t *ret_count);

/* ---- what is deleted by rule, and what stays of it ---- */

enum { LEDGER_NUMBER_LEN = 9, LEDGER_DAY_LEN = 11 };
/* The proof of a deletion: which record it was, by the hash of its envelope, and by which rule it went. Only added, by
 * constraint. A record that comes again (a stick, a code, a late terminal) is known by it: ledger_put answers LEDGER_SAME with
 * the state "deleted" and stores nothing, ledger_receipt_keep gives the receipt that it was handed. */
struct ledger_gone {
    uint64_t line; /* 1, 2, ...; grows with each */
    uint64_t position; /* that of the entry */
    uint8_t id[LEDGER_ID_LEN];
    char kiosk[LEDGER_NAME_MAX];
    uint64_t epoch, sequence;
    uint8_t hash[LEDGER_HASH_LEN];
    int64_t received_at, done_at, deleted_at;
    char rule[LEDGER_NAME_MAX];
    char number[LEDGER_NUMBER_LEN]; /* what the visitor was told; "" when nobody could open it */
};
/* A row of counts without persons: what a deleted record was. Times: minutes from arrival to "done", summed up. */
struct ledger_tally {
    char day[LEDGER_DAY_LEN]; /* YYYY-MM-DD */
    char procedure[LEDGER_NAME_MAX], language[LEDGER_NAME_MAX], kiosk[LEDGER_NAME_MAX];
    char assisted[LEDGER_NAME_MAX], outcome[LEDGER_NAME_MAX];
    uint64_t records;
    int64_t minutes;
};
/* Entries that are "done" or "back" since `until` or before, those that are longest so first, behind an entry (NULL: from the
 * first; state_at and position count), at most limit, which is at most LEDGER_DUE_MAX: how many in
 * *ret_count. Only id, state_at and position are filled. */
enum { LEDGER_DUE_MAX = 100 };
int ledger_due(struct ledger *ledger, int64_t until, const struct ledger_entry *behind,
    size_t limit, struct ledger_entry ret_entries[LEDGER_DUE_MAX], size_t *ret_count);
/* Deletes the envelope, receipt, acts, corrections and decisions of a record that is "done" or "back" since done_until or before, empties envelopes of the same
 * id in quarantine, writes the line of proof and adds one to the counts: all or nothing. In: id,
 * deleted_at, rule, number. tally may be NULL; its records is not read. KERR_STATE: it isn't done for so long (somebody took it
 * back meanwhile); KERR_NOT_FOUND; KERR_INVALID; errors of ledger_put. 0 also when it went before. */
int ledger_forget(struct ledger *ledger, const struct ledger_gone *gone, int64_t done_until,
    const struct ledger_tally *tally);
/* After deletions: lets the storage write over what was there. Nothing on SQLite, which overwrites at once (secure_delete);
 * VACUUM on PostgreSQL, which takes minutes for a large ledger. */
int ledger_tidy(struct ledger *ledger);
/* The proof for an id. KERR_NOT_FOUND. */
int ledger_gone(
    struct ledger *ledger, const uint8_t id[LEDGER_ID_LEN], struct ledger_gone *ret_gone);
/* Proofs, each during its call: for a number, newest first (a kiosk gives a number again after 10,000); those behind a
 * line, oldest first; those before a line (0: all), newest first. At most limit. A non-zero answer of each stops
 * and is returned; each must not ask this ledger. */
typedef int ledger_each_gone(const struct ledger_gone *gone, void *ctx);
int ledger_gone_number(
    struct ledger *ledger, const char *number, size_t limit, ledger_each_gone *each, void *ctx);
int ledger_gone_after(
    struct ledger *ledger, uint64_t line, size_t limit, ledger_each_gone *each, void *ctx);
int ledger_gone_before(
    struct ledger *ledger, uint64_t line, size_t limit, ledger_each_gone *each, void *ctx);
/* A run of the rule: when, by the city's clock; up to which moment that clock was believed; how many records went; a word
 * about it. Only added. */
struct ledger_sweep {
    int64_t at, trusted_at;
    uint64_t deleted;
    char word[LEDGER_NAME_MAX];
};
int ledger_sweep_add(struct ledger *ledger, const struct ledger_sweep *sweep);
/* The newest first, as above. */
int ledger_sweeps(struct ledger *ledger, size_t limit,
    int (*each)(const struct ledger_sweep *sweep, void *ctx), void *ctx);
/* Counts of days from..to (both in), by day and the rest, as above. */
int ledger_tallies(struct ledger *ledger, const char *from, const char *to,
    int (*each)(const struct ledger_tally *tally, void *ctx), void *ctx);

/* ---- who looked at what ---- */

/* A line of the log of access: ids, no names of visitors. Each follows the one before by its hash, which the caller makes (this
 * room knows no hashes) of the line's words and `previous`: what was changed, taken out or put between shows. */
struct ledger_look {
    uint64_t line; /* grows with each; out only */
    int64_t at;
    char by[LEDGER_NAME_MAX]; /* of staff; a program's name */
    char act[LEDGER_NAME_MAX]; /* "open", "search", ... */
    uint8_t id[LEDGER_ID_LEN]; /* of the record; zeros: of none, or of many */
    int64_t status; /* what was answered, as HTTP says it */
    uint8_t previous[LEDGER_HASH_LEN], hash[LEDGER_HASH_LEN];
};
/* The hash that the next line follows; zeros before the first. */
int ledger_look_end(struct ledger *ledger, uint8_t ret_hash[LEDGER_HASH_LEN]);
/* Adds a line whose `previous` is that hash. KERR_CONFLICT: another line was added meanwhile, nothing was done. 0 also
 * when this very line is there.
 * KERR_INVALID, errors of ledger_put. */
int ledger_look_add(struct ledger *ledger, const struct ledger_look *look);
/* Lines before one (0: all), newest first; behind one, oldest first. As ledger_gone_before. */
typedef int ledger_each_look(const struct ledger_look *look, void *ctx);
int ledger_look_before(
    struct ledger *ledger, uint64_t line, size_t limit, ledger_each_look *each, void *ctx);
int ledger_look_after(
    struct ledger *ledger, uint64_t line, size_t limit, ledger_each_look *each, void *ctx);
/* Cuts off the lines before the first that is not older than `before`, but for the newest; the cut keeps the hash that the rest follows. */
int ledger_look_trim(struct ledger *ledger, int64_t before, int64_t now);
/* Where the chain begins: the last cut's line and hash, or 0 and zeros. */
int ledger_look_first(struct ledger *ledger, uint64_t *ret_line, uint8_t ret_hash[LEDGER_HASH_LEN]);

/* Sequences that did not come though a later one did. */
struct ledger_gap {
    uint64_t first, last;
};
/* What came of one epoch of a kiosk. A kiosk numbers its records 1, 2, ... and begins a new epoch with each new
 * queue file; several epochs of a kiosk that get records in turn are two machines. What it lost after
 * the highest can't be seen from here. */
struct ledger_span {
    char kiosk[LEDGER_NAME_MAX];
    uint64_t epoch;
    uint64_t highest; /* 0 when only conflicts came */
    uint64_t missing; /* how many of 1..highest did not come */
    uint64_t conflicts; /* in quarantine: a place or an id was taken by other bytes */
    int64_t last_at; /* when the newest came, be it a conflict */
    const struct ledger_gap *gaps; /* ascending; NULL when nothing is missing */
    size_t gap_count;
};
/* Every epoch of every kiosk, by name and epoch. Reads the whole index of places once (a second for some hundred
 * thousand entries), before the first call of each; spans live during the call. A non-zero answer of each stops and is
 * returned. */
int ledger_fleet(
    struct ledger *ledger, int (*each)(const struct ledger_span *span, void *ctx), void *ctx);

#endif
