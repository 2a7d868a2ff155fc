/* sync/sync.h - the outbox loop: takes due envelopes from the store, PUTs the stored bytes over
 * HTTPS with a client certificate, and removes a row only on a receipt that verifies. Sees
 * sealed bytes only. A sync belongs to one thread; in a long drain it has another one of its own (looker.c). */
#ifndef SYNC_SYNC_H
#define SYNC_SYNC_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "seal/seal.h"
#include "store/store.h"

enum {
    SYNC_TIMEOUT_S = 30, /* a whole request */
    SYNC_CONNECT_TIMEOUT_S = 10,
    SYNC_ANSWER_MAX = 64 * 1024, /* bytes of an answer's body; a receipt has about 1,500 */
    SYNC_AT_ONCE = 4, /* what kiosk-sync uses, when the intake has room for as many */
    SYNC_BACKOFF_MAX_S = 15 * 60,
    SYNC_RETRY_AFTER_MAX_S = 60 * 60, /* a longer Retry-After is taken for this */
    /* No row is put off further than this, so a next try beyond it was set by a mad clock. */
    SYNC_AHEAD_MAX_S = SYNC_BACKOFF_MAX_S + SYNC_RETRY_AFTER_MAX_S
};

/* Strings are copied; everything else is borrowed and outlives the sync. */
struct sync_config {
    const char *url; /* "https://host:port" of the intake, no path */
    const char *ca; /* PEM file: who may be the intake */
    const char *client_cert; /* PEM files of this kiosk for TLS */
    const char *client_key;
    const struct seal_receipts *receipts; /* borrowed */
    struct store *store; /* borrowed */
    const struct clock *clock; /* borrowed */
    /* Trust in kiosks, to read the header of our own envelopes, which a receipt must repeat; NULL:
     * a receipt is compared by id, hash, epoch and sequence only. */
    const struct seal_verifier *kiosks;
    /* When it becomes non-zero, a transfer under way ends within about a second; may be NULL. */
    const volatile sig_atomic_t *stop;
    int timeout_s; /* of a whole request; 0: SYNC_TIMEOUT_S */
    unsigned
        at_once; /* requests at once, at most 8; 0 or 1: one, and none while an answer is looked at */
};

struct sync;

/* KERR_INVALID (url is not https://host[:port]), KERR_NOT_FOUND (a PEM file is not there),
 * KERR_NO_MEMORY. */
int sync_new(const struct sync_config *config, struct sync **ret_sync);
/* NULL is accepted. */
void sync_free(struct sync *sync);

enum sync_result {
    SYNC_IDLE, /* nothing was due */
    SYNC_SENT, /* one row sent, receipt verified */
    SYNC_LATER, /* the row was put off */
    SYNC_QUARANTINE /* the city refused this row for good; it is set aside */
};
/* Sends due rows, oldest first, and returns with the first answer. One request is under way until
 * there is an answer, then up to at_once, as far as the city has room for them; one more for each second in
 * which nothing came back. While all goes well the next rows are sent before an answer is looked at (at_once
 * more than 1). When
 * all that were allowed at once fail in a row, the whole line rests for a while (the first time for
 * 1 s at most, so that one bad row never holds up the others): then SYNC_IDLE, too. Rows with a
 * receipt are removed together, at most a quarter of a second later. Once in SYNC_AHEAD_MAX_S it is
 * a sync_pass. An enum sync_result, or KERR_STORE and its kin, KERR_BUSY, KERR_NO_MEMORY,
 * KERR_CANCELLED (stop). */
int sync_step(struct sync *sync);
/* Tries every queued row once, oldest first, whatever its next try; ends early when the intake
 * can't be reached at all. 0 or an error of sync_step; store_counts says what is left. */
int sync_pass(struct sync *sync);

/* What the last attempt of sync_step or sync_pass met, for the program's log. Plain value. */
struct sync_report {
    enum sync_result result; /* SYNC_IDLE: there was no attempt yet */
    uint64_t sequence;
    int status; /* HTTP; 0 when there was no answer */
    /* 0; KERR_NET (no answer), KERR_NET_TLS, KERR_NET_ANSWER (no answer of the intake, or one
     * without a receipt that verifies and fits), KERR_NET_REFUSED (the intake says no) */
    int error;
    int64_t delay_s; /* until the row's next try; 0 unless SYNC_LATER */
};
struct sync_report sync_last(const struct sync *sync);
/* How the line is; times in wall seconds, 0: never. Plain value. */
struct sync_health {
    int64_t started_at, written_at; /* the program's to set, like the next two */
    int64_t certificate_until;
    int64_t key_until; /* of the city's sealing key in use here */
    int64_t waiting, oldest_at, aside, had; /* the queue: store_counts */
    int64_t sent, refused, unproven, unheard, tls; /* attempts since the start, by sync_report */
    int64_t answer_at, status, error; /* the last attempt */
    int64_t contact_at; /* the last word that is surely the city's */
    int64_t skew_s; /* the city's clock then less ours */
    /* of each kind of bundle that is there, 0: none; the program's to set, like started_at */
    int64_t content_counter, content_made_at, keys_counter, keys_made_at;
    int64_t live_counter, live_made_at, answers_counter, answers_made_at;
};
/* What this terminal says of itself from now on, a line as base/report.h writes it (copied). It goes along with a record
 * once in SYNC_REPORT_S, and on its own when no record goes, so that the city hears of a terminal that nobody uses. Only
 * sync_step says it on its own. */
enum { SYNC_REPORT_S = 10 * 60 };
void sync_say(struct sync *sync, const char *report);
/* Fills all but what the program sets. The errors of store_counts. */
int sync_health(const struct sync *sync, struct sync_health *ret_health);
/* Sets what is there of each kind of bundle. */
void sync_health_bundles(struct sync_health *health, const char *folder, const char *city_ca);
/* As a file in Prometheus' text format, and back. KERR_IO and its kin; KERR_NOT_FOUND, KERR_INVALID (not
 * such a file). */
int sync_health_write(const char *path, const struct sync_health *health);
int sync_health_read(const char *path, struct sync_health *ret_health);
/* Milliseconds until sync_step is worth calling again; at most 1,000, since kiosk adds rows. */
int64_t sync_wait_ms(struct sync *sync);

/* --- the terminal's next certificates (kiosk/decisions/0046-enrolment.md) --- */

struct sync_renewal {
    struct seal_own own; /* borrowed, like the next */
    const char *kiosk_ca;
    int64_t before_s; /* how long before their end they are asked for */
};
enum sync_renewed {
    SYNC_RENEWAL_EARLY, /* those in use hold for longer */
    SYNC_RENEWAL_WAITS, /* asked, and the city has not answered yet */
    SYNC_RENEWAL_DONE /* new ones are in use; sync_hang_up */
};
/* Looks, and asks by one request when it is time; safe to repeat, and nothing else depends on it. An enum sync_renewed,
 * errors of seal_own_name, seal_own_ask and seal_own_take, KERR_NET and its kin (KERR_NET_REFUSED: the city says no),
 * KERR_CANCELLED. */
int sync_renew(const struct sync_config *config, const struct sync_renewal *renewal);
/* Ends the connections on which nothing is under way: the next ones begin with the certificate in use then. */
void sync_hang_up(struct sync *sync);

/* --- calls for staff (kiosk/decisions/0058-calls.md) --- */

/* Files that the terminal shares with its sync, each one line (base/call.h). All borrowed. */
struct sync_call_files {
    const char *call; /* the terminal writes: its newest call */
    const char *answer; /* the sync writes: what the city says of it */
};
enum {
    SYNC_CALL_LOOK_MS = 250, /* how often the file is looked at */
    SYNC_CALL_ASK_MS = 1000, /* how often the city is asked whether somebody comes */
    SYNC_CALL_TIMEOUT_S = 5
};
struct sync_call;
/* Belongs to one thread, which may be another one than the sync's. As sync_down_new; timeout_s 0: SYNC_CALL_TIMEOUT_S. */
int sync_call_new(const struct sync_config *line, const struct sync_call_files *files,
    struct sync_call **ret_call);
void sync_call_free(struct sync_call *call);
/* Looks at the file, tells the city when there is something to tell, and lays its answer beside. A call is told until the city
 * says that it is over, at most CALL_MOST_S. Milliseconds until it is worth calling again. */
int64_t sync_call_step(struct sync_call *call);

/* --- without a network: a stick (base/pack.h) --- */

/* All borrowed. */
struct sync_stick {
    const char *folder; /* of the stick */
    const char *kiosk; /* this terminal's id */
    struct store *store;
    const struct seal_receipts *receipts;
    const struct seal_verifier *kiosks;
    const struct clock *clock;
};
/* Puts every sealed row onto the stick, also those that were set aside; none leaves the queue. Safe to repeat: packs
 * that stand there are not written again. A stick that is pulled out has whole packs. */
struct sync_carried_out {
    uint64_t records, packs;
    uint64_t kept; /* packs that stood there already */
};
/* KERR_NOT_FOUND (no stick there), KERR_NO_SPACE, KERR_INVALID (a link or file is in the way), KERR_IO, and errors of
 * the store. */
int sync_carry_out(const struct sync_stick *stick, struct sync_carried_out *ret_carried);
/* Takes the city's receipts from the stick: each is held against its row as that of an answer is, and the rows leave the
 * queue. A pack leaves the stick when each of its records has a receipt that verifies. */
struct sync_carried_in {
    uint64_t removed; /* rows */
    uint64_t gone; /* receipts that verify, whose rows had left before */
    uint64_t refused; /* receipts that don't verify or don't fit */
    uint64_t broken; /* packs that can't be read to their end */
    uint64_t finished; /* packs that left the stick */
};
/* 0 also when some were refused. KERR_NOT_FOUND (nothing of this terminal there), KERR_TOO_BIG (too many names), KERR_IO,
 * and errors of the store. */
int sync_carry_in(const struct sync_stick *stick, struct sync_carried_in *ret_carried);

/* --- down: signed bundles (kiosk/decisions/0043-bundles.md) --- */

/* Where bundles go. All borrowed. */
struct sync_place {
    const char *
        folder; /* of the bundles: FOLDER/KIND/now is what was taken last; made when it isn't there */
    const char *city_ca; /* who may sign */
    const char *keyring; /* where the terminal has its key list */
    uint64_t reserve; /* bytes of the disk that stay free for the queue */
};
enum { SYNC_RESERVE = 256 * 1024 * 1024 };
/* What a kind has. Plain value. */
struct sync_bundle_state {
    uint64_t counter;
    int64_t made_at; /* seconds since 1970, the city's clock */
};
/* Any thread or program. KERR_NOT_FOUND: nothing, or nothing that verifies. */
int sync_bundle_installed(const char *folder, const char *city_ca, enum seal_bundle kind,
    struct sync_bundle_state *ret_state);
enum sync_bundle_result {
    SYNC_BUNDLE_SAME, /* nothing newer */
    SYNC_BUNDLE_TAKEN, /* a newer one is in its place */
    SYNC_BUNDLE_LATER, /* the line broke, or the disk has no room; what was fetched stays for the next time */
    SYNC_BUNDLE_REFUSED /* not the city's, older, or the counter was used for another: somebody must look */
};
struct sync_bundle {
    enum sync_bundle_result result;
    int error; /* KERR_..., 0 for the first two */
    bool is_whole; /* every file of what is there was looked at */
    struct sync_bundle_state state; /* of what is there now; 0: nothing */
};
/* Takes what is newer from a folder as intake_publish makes it. A bundle is taken whole or not at all, whatever is cut when. */
void sync_bundles_from(const struct sync_place *place, const char *folder,
    struct sync_bundle ret_bundles[SEAL_BUNDLE_COUNT]);

/* The same over the line. Belongs to one thread, which may be another one than the sync's. */
struct sync_down;
/* Of the line's config url, ca, client_cert, client_key, clock, stop and timeout_s (of a request; 0: 55) are used; strings are
 * copied. Errors of sync_new. */
int sync_down_new(
    const struct sync_config *line, const struct sync_place *place, struct sync_down **ret_down);
void sync_down_free(struct sync_down *down);
/* Asks for each kind once and takes what is newer; goes on where a line broke. False when something is LATER. */
bool sync_down_pass(struct sync_down *down, struct sync_bundle ret_bundles[SEAL_BUNDLE_COUNT]);
/* Seconds until the next pass: about look_s, or by sync_backoff_s and Retry-After when this one broke. */
int64_t sync_down_wait_s(const struct sync_down *down, int64_t look_s);

/* Full jitter, exponential from 1 s to 15 min (M. Brooker, "Exponential Backoff and Jitter", 2015):
 * a uniform number of seconds in [1, min(900, 2^tries)]. chance is any 32 random bits. */
int64_t sync_backoff_s(unsigned tries, uint32_t chance);

#endif
