/* sync/judge.c - what an answer means for the row that was sent, and how long to wait. Pure
 * functions, so that every line of the table (kiosk/decisions/0004-put-and-receipt.md) is
 * tested. */
#include "sync/sync_priv.h"

#include "base/err.h"

enum sync_action
sync_judge(const struct sync_answer *answer, bool has_receipt, int *ret_error)
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
        if (has_receipt) {
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
        /* Only the intake may take a record out of the line; a page of a proxy may not. */
        if (!answer->is_html) {
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
