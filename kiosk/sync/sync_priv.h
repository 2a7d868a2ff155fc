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
    struct buf body;
};
void sync_answer_init(struct sync_answer *answer);
void sync_answer_release(struct sync_answer *answer);
enum { SYNC_LANES_MAX = 8 }; /* requests at once; the intake takes 512 connections of all kiosks */

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

/* Milliseconds that the whole line rests after so many failures in a row (1, 2, ...): uniform in
 * [0, min(15 min, 2^(failures-1) s)). chance is any 32 random bits. */
int64_t sync_rest_ms(unsigned failures, uint32_t chance);

struct sync_http;
int sync_http_new(const struct sync_config *config, struct sync_http **ret_http);
/* Cancels what is under way. NULL is accepted. */
void sync_http_free(struct sync_http *http);
struct sync_request {
    uint8_t id[STORE_ID_LEN];
    const uint8_t *bytes; /* borrowed until the answer is there; NULL: no record, to /v1/report */
    size_t len;
    const char *report; /* a line for the header of the same name; copied; NULL: none */
    const char *point; /* hexadecimal digits, for the header of the same name; copied; NULL: none */
};
/* Room for a signed point in hexadecimal digits, with the NUL. */
enum { SYNC_POINT_TEXT = 2 * SEAL_POINT_MAX + 1 };
/* Starts a PUT to /v1/records/{id}, or /v1/report, on a lane (0 to config's at_once - 1) that has none under way; the
 * answer, borrowed and initialised, is filled when sync_http_wait names the lane. KERR_NO_MEMORY. */
int sync_http_put(struct sync_http *http, unsigned lane, const struct sync_request *request,
    struct sync_answer *answer);
/* Waits at most so long for one of them. 1 with *ret_lane, whatever came; 0 when none came yet;
 * KERR_CANCELLED (stop: nothing is under way any more), KERR_NO_MEMORY. */
int sync_http_wait(struct sync_http *http, int64_t wait_ms, unsigned *ret_lane);
/* Ends the connections on which nothing is under way. */
void sync_http_hang_up(struct sync_http *http);
/* Ends all without an answer. */
void sync_http_cancel(struct sync_http *http);

#endif
