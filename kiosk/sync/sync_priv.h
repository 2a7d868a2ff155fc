/* sync/sync_priv.h - what the files of this room share: an answer of the far end, what it means,
 * and the one HTTPS connection. */
#ifndef SYNC_SYNC_PRIV_H
#define SYNC_SYNC_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "sync/sync.h"

/* What came back for one PUT. */
struct sync_answer {
    int error; /* 0: a whole HTTP answer; else KERR_NET, KERR_NET_TLS, KERR_NET_ANSWER */
    int status; /* 0 without an answer */
    bool is_html; /* the intake never speaks HTML; portals and proxies do */
    int64_t retry_after_s; /* 0 when it was not said */
    int64_t date; /* the far end's clock, wall seconds; 0 when it was not said */
    unsigned room; /* connections that the intake has for us; 0 when it was not said */
    bool has_joined; /* there was a connection, its handshake through */
    struct buf body;
};
void sync_answer_init(struct sync_answer *answer);
void sync_answer_release(struct sync_answer *answer);
enum { SYNC_LANES_MAX = 8 }; /* requests at once; the intake takes 768 connections of all kiosks */

enum sync_action {
    SYNC_ACTION_DONE, /* delete the row */
    SYNC_ACTION_RETRY, /* with jitter, for ever */
    SYNC_ACTION_SLOW, /* in 15 minutes */
    SYNC_ACTION_SET_ASIDE /* quarantine, go on with the next */
};
/* The table of answers. is_proven: sync_is_proven of the same answer. *ret_error: why it is not done (KERR_NET...), 0 when it is. */
enum sync_action sync_judge(const struct sync_answer *answer, bool is_proven, int *ret_error);

/* What an answer is held against; all borrowed. */
struct sync_proof {
    const struct seal_receipts *receipts;
    const struct seal_verifier *kiosks; /* may be NULL: sync_config */
    const struct store_row *row;
    const struct buf *envelope; /* the bytes that were sent */
    char *own_name; /* SEAL_NAME_MAX; "" at first: what the envelopes before carried */
};
/* Are these bytes a receipt that the city signed for this very row, however they came? */
bool sync_has_receipt(const struct sync_proof *proof, const uint8_t *bytes, size_t len);
/* Whatever takes a row out of the line needs proof that it is the city's word about this very row: a
 * success needs a receipt that it signed, a refusal for good must name the row. False for every other
 * answer. */
bool sync_is_proven(const struct sync_proof *proof, const struct sync_answer *answer);

/* --- looker.c: answers are looked at while the transfers go on --- */

struct sync_look {
    struct sync_proof proof;
    const struct sync_answer *answer; /* borrowed */
    bool is_given; /* the caller's to know: to a looker */
    bool is_done, is_proven; /* the looker's, like next */
    struct sync_look *next;
};
struct sync_looker;
/* NULL when there is no thread to be had. */
struct sync_looker *sync_looker_new(void);
/* What was given and is not done stays so. NULL is accepted. */
void sync_looker_free(struct sync_looker *looker);
/* sync_is_proven, later; one at a time, in their order. Borrowed until it is done. */
void sync_looker_give(struct sync_looker *looker, struct sync_look *look);
/* Is it done? */
bool sync_looker_has(struct sync_looker *looker, const struct sync_look *look);
/* Waits until it is done: what sync_is_proven said. */
bool sync_looker_wait(struct sync_looker *looker, const struct sync_look *look);

/* Milliseconds that the whole line rests after so many failures in a row (1, 2, ...): uniform in
 * [0, min(15 min, 2^(failures-1) s)). chance is any 32 random bits. */
int64_t sync_rest_ms(unsigned failures, uint32_t chance);

/* places.c: how many requests are on their way at once. Plain value; moments are monotonic. */
struct sync_places {
    unsigned lanes; /* the most that we take */
    unsigned room; /* the most that the city has for us, by its last word; at most lanes */
    unsigned allowed; /* 1 until there was a success */
    int64_t heard_ms; /* the caller's: the last answer, or when the first was asked for */
    int64_t joining_ms; /* when a connection was last seen that was still being made */
    int64_t crowded_ms; /* before it nothing is added to what is allowed */
};
void sync_places_init(struct sync_places *places, unsigned lanes);
/* What an answer says about places: more than the city has for us are given back. others: of ours, on their way or answered. False when
 * this one got no connection while others stand: that is nothing against the line. chance is any 32 random bits. */
bool sync_places_heed(struct sync_places *places, const struct sync_answer *answer, unsigned others,
    int64_t now, uint32_t chance);
/* After a success twice as many, as far as there is room. */
void sync_places_add(struct sync_places *places, int64_t now);
/* How many may be on their way now: what is allowed, and one more for each period of silence, so that a row to which the city says
 * nothing holds nobody up. A crowded city gets longer periods, and so does a connection that is still being made: another
 * would most often wait beside it. */
unsigned sync_places_now(struct sync_places *places, bool is_busy, bool is_joining, int64_t now);

struct sync_http;
int sync_http_new(const struct sync_config *config, struct sync_http **ret_http);
/* Cancels what is under way. NULL is accepted. */
void sync_http_free(struct sync_http *http);
struct sync_request {
    const char *path; /* NULL: that of the record id */
    uint8_t id[STORE_ID_LEN];
    const uint8_t *bytes; /* borrowed until the answer is there; NULL: no record, to /v1/report */
    size_t len;
    const char *report; /* a line for the header of the same name; copied; NULL: none */
    const char *point; /* hexadecimal digits, for the header of the same name; copied; NULL: none */
    const char *call; /* a line for the header of the same name; copied; NULL: none */
};
/* Room for a signed point in hexadecimal digits, with the NUL. */
enum { SYNC_POINT_TEXT = 2 * SEAL_POINT_MAX + 1 };
/* Starts a PUT to /v1/records/{id}, or /v1/report, on a lane (0 to config's at_once - 1) that has none under way; the
 * answer, borrowed and initialised, is filled when sync_http_wait names the lane. KERR_NO_MEMORY. */
int sync_http_put(struct sync_http *http, unsigned lane, const struct sync_request *request,
    struct sync_answer *answer);
/* Sends what was started, as far as the line takes it now. */
void sync_http_push(struct sync_http *http);
/* Waits at most so long for one of them. 1 with *ret_lane, whatever came; 0 when none came yet;
 * KERR_CANCELLED (stop: nothing is under way any more), KERR_NO_MEMORY. */
int sync_http_wait(struct sync_http *http, int64_t wait_ms, unsigned *ret_lane);
/* A GET. take gets the pieces of a good answer's body, in order: of a 200 or 206 only, from the byte that was asked for
 * on; an error of it ends the transfer. */
struct sync_get {
    const char *path;
    const char *tag; /* hash of what is there already; "": none */
    uint64_t from; /* byte at which it goes on */
    int (*take)(void *ctx, const uint8_t *bytes, size_t len);
    void *ctx;
};
/* Starts it on lane 0, of a sync_http that sends no records; get and answer are borrowed until sync_http_wait names the
 * lane. KERR_NO_MEMORY. */
int sync_http_get(struct sync_http *http, const struct sync_get *get, struct sync_answer *answer);
/* Ends the connections on which nothing is under way, of this lane and those above it. */
void sync_http_hang_up(struct sync_http *http, unsigned from);
/* Is there a request whose connection isn't there yet? */
bool sync_http_is_joining(const struct sync_http *http);
/* Ends all without an answer. */
void sync_http_cancel(struct sync_http *http);

/* --- bundle.c, tree.c: bundles, whatever way they come --- */

#define SYNC_MANIFEST "manifest"
enum { SYNC_TREE_MAX = 64, SYNC_DOWN_TIMEOUT_S = 55 /* the intake cuts a request after 60 s */ };

/* A file's rest. */
struct sync_wanted {
    enum seal_bundle kind;
    const char *hash; /* hexadecimal */
    uint64_t from, len;
    int fd; /* to which it is appended */
};
/* Where bundles come from. */
struct sync_source {
    /* The kind's manifest; tag: the hash of the one that is there, or "". 0; 1 when it is that one; KERR_NOT_FOUND when
     * none is published; other errors when it can't be had. */
    int (*manifest)(void *ctx, enum seal_bundle kind, const char *tag, struct buf *ret_bytes);
    int (*file)(void *ctx, const struct sync_wanted *wanted);
    void *ctx;
};
/* Takes the kind's bundle when it is newer. bundle->is_whole says on the way in whether every file of the one that is there was
 * looked at before. */
void sync_bundle_take(const struct sync_place *place, const struct sync_source *source,
    enum seal_bundle kind, struct sync_bundle *bundle);
/* Writes all. KERR_NO_SPACE. */
int sync_bundle_append(int fd, const uint8_t *bytes, size_t len);

/* The tree that the link "now" or "before" leads to; false without one. */
bool sync_tree_of(const char *folder, const char *link, char ret_name[SYNC_TREE_MAX]);
/* Makes "now" lead to a tree, and "before" to where it led. KERR_IO, KERR_NO_SPACE. */
int sync_tree_show(const char *folder, const char *name);
/* Removes trees that neither leads to, and parts that the manifest doesn't name. */
void sync_tree_tidy(const char *folder, const struct seal_manifest *manifest);
bool sync_tree_has_room(const char *folder, uint64_t bytes);
bool sync_tree_is_file(const char *path, const struct seal_file *file);
/* Path of the file's part; heap. */
char *sync_tree_part(const char *folder, const struct seal_file *file);
/* Builds a tree of whole parts, synced. KERR_IO, KERR_NO_SPACE. */
int sync_tree_build(const char *folder, const struct seal_manifest *manifest,
    const struct buf *bytes, char ret_name[SYNC_TREE_MAX]);

#endif
