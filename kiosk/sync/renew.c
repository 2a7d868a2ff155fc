/* sync/renew.c - the terminal's next certificates, asked for before the ones in use end. The same request goes out until
 * the city's answer is there, however long staff take; until then the ones in use are used, and nothing that waits or
 * is handed in depends on it. */
#include "sync.h"

#include <stdlib.h>

#include "base/err.h"
#include "sync/sync_priv.h"

enum { WAIT_MS = 1000 };

/* One PUT on a connection of its own. */
static int
put(const struct sync_config *config, const struct buf *request, struct sync_answer *answer)
{
    struct sync_config alone = *config;
    struct sync_http *http = NULL;
    unsigned lane = 0;
    alone.at_once = 1;
    int r = sync_http_new(&alone, &http);
    if (r < 0) {
        return r;
    }
    const struct sync_request what = {
        .path = "/v1/enrolment", .bytes = request->data, .len = request->len};
    r = sync_http_put(http, 0, &what, answer);
    while (r == 0) {
        r = sync_http_wait(http, WAIT_MS, &lane); /* the request's own time-outs end it */
    }
    sync_http_free(http);
    return r < 0 ? r : answer->error;
}

int
sync_renew(const struct sync_config *config, const struct sync_renewal *renewal)
{
    char kiosk[SEAL_NAME_MAX];
    int64_t until = 0;
    int64_t now = clock_wall_s(config->clock);
    int r = seal_own_name(&renewal->own, kiosk, &until);
    if (r < 0) {
        return r;
    }
    if (until - now > renewal->before_s) {
        return SYNC_RENEWAL_EARLY;
    }
    AUTO_BUF request;
    struct sync_answer answer;
    buf_init(&request, SEAL_ASKED_MAX);
    sync_answer_init(&answer);
    r = seal_own_ask(&renewal->own, kiosk, NULL, &request);
    r = r == 0 ? put(config, &request, &answer) : r;
    if (r == 0 && answer.status == 200) {
        const struct seal_own_grant grant = {.kiosk_ca = renewal->kiosk_ca,
            .kiosk = kiosk,
            .now = now,
            .bytes = answer.body.data,
            .len = answer.body.len};
        r = seal_own_take(&renewal->own, &grant);
        r = r == 0 ? SYNC_RENEWAL_DONE : r;
    } else if (r == 0) {
        r = answer.status == 202 ? SYNC_RENEWAL_WAITS : KERR_NET_REFUSED;
    }
    sync_answer_release(&answer);
    return r;
}
