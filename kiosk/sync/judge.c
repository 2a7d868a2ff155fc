/* sync/judge.c - what an answer means for the row that was sent, whether a receipt is one for it, and
 * how long to wait. Pure functions, so that every line of the table
 * (kiosk/decisions/0004-put-and-receipt.md) is tested. */
#include "sync/sync_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"

/* The name that our own envelopes carry. It is the same in nearly all of them, so an envelope is read
 * only when the name is not the last one that was found. */
static bool
is_our_name(const struct sync_proof *proof, const char *name)
{
    struct seal_header own;
    if (strcmp(name, proof->own_name) == 0) {
        return true;
    }
    if (proof->kiosks == NULL ||
        seal_verify(proof->kiosks, proof->envelope->data, proof->envelope->len, &own, NULL) < 0) {
        return true; /* the hash covers the header, too */
    }
    memcpy(proof->own_name, own.kiosk, sizeof(own.kiosk));
    return strcmp(name, own.kiosk) == 0;
}

bool
sync_has_receipt(const struct sync_proof *proof, const uint8_t *bytes, size_t len)
{
    struct seal_receipt receipt;
    uint8_t hash[SEAL_HASH_LEN];
    if (len == 0 || len > SEAL_RECEIPT_MAX ||
        seal_receipt_verify(proof->receipts, bytes, len, &receipt) < 0) {
        return false;
    }
    seal_hash(proof->envelope->data, proof->envelope->len, hash);
    if (memcmp(receipt.envelope_hash, hash, sizeof(hash)) != 0 ||
        memcmp(receipt.header.id, proof->row->id, sizeof(proof->row->id)) != 0 ||
        receipt.header.sequence != proof->row->sequence) {
        return false;
    }
    return receipt.header.epoch == proof->row->epoch && is_our_name(proof, receipt.header.kiosk);
}

/* Does the refusal name this very row (RFC 9457 section 3.1.5)? Pages that repeat the address do not
 * do it in this form, and an answer to another request names another row. */
static bool
names_row(const struct sync_proof *proof, const struct buf *body)
{
    char id[2 * STORE_ID_LEN + 1], member[96];
    hex_encode(proof->row->id, STORE_ID_LEN, id);
    (void)snprintf(member, sizeof(member), "\"instance\":\"/v1/records/%s\"", id);
    return body->len > 0 && strstr(buf_str(body), member) != NULL;
}

bool
sync_is_proven(const struct sync_proof *proof, const struct sync_answer *answer)
{
    if (answer->error != 0) {
        return false;
    }
    switch (answer->status) {
    case 200:
    case 201:
        return sync_has_receipt(proof, answer->body.data, answer->body.len);
    case 409:
    case 413:
    case 415:
    case 422:
        return !answer->is_html && names_row(proof, &answer->body);
    default:
        return false;
    }
}

enum sync_action
sync_judge(const struct sync_answer *answer, bool is_proven, int *ret_error)
{
    *ret_error = answer->error;
    if (answer->error == KERR_NET_TLS) {
        return SYNC_ACTION_SLOW;
    }
    if (answer->error != 0) {
        return SYNC_ACTION_RETRY;
    }
    switch (answer->status) {
    case 200:
    case 201:
        if (is_proven) {
            return SYNC_ACTION_DONE;
        }
        break;
    case 401:
    case 403:
        *ret_error = KERR_NET_REFUSED;
        return SYNC_ACTION_SLOW;
    case 409:
    case 413:
    case 415:
    case 422:
        /* Only the intake may take a record out of the line; a proxy may not. */
        if (is_proven) {
            *ret_error = KERR_NET_REFUSED;
            return SYNC_ACTION_SET_ASIDE;
        }
        break;
    case 408:
    case 425:
    case 429:
        *ret_error = KERR_NET;
        return SYNC_ACTION_RETRY;
    default:
        if (answer->status >= 500 && answer->status <= 599) {
            *ret_error = KERR_NET;
            return SYNC_ACTION_RETRY;
        }
        break;
    }
    /* A portal's page, a redirect, a receipt that is none, anything that the intake never says. */
    *ret_error = KERR_NET_ANSWER;
    return SYNC_ACTION_RETRY;
}

/* A uniform number in [0, below) from 32 random bits. */
static int64_t
scale(int64_t below, uint32_t chance)
{
    return (int64_t)(((uint64_t)chance * (uint64_t)below) >> 32);
}

int64_t
sync_backoff_s(unsigned tries, uint32_t chance)
{
    int64_t most = tries < 10 ? (int64_t)1 << tries : SYNC_BACKOFF_MAX_S; /* 2^10 is above it */
    return 1 + scale(most, chance);
}

int64_t
sync_rest_ms(unsigned failures, uint32_t chance)
{
    unsigned doublings = failures > 0 ? failures - 1 : 0;
    int64_t most = doublings < 10 ? (int64_t)1 << doublings : SYNC_BACKOFF_MAX_S;
    return scale(most * 1000, chance);
}
