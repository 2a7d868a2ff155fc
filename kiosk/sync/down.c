/* sync/down.c - bundles over the line: asks the intake for each kind's manifest and for the files that are missing, with
 * the trust of the records' way. A thread of its own may run it: it shares nothing with the outbox loop. */
#include "sync/sync_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/rng.h"

enum { WAIT_MS = 250, PATH_MAX_LEN = 128, BEGINNINGS_MAX = 1000 };

struct sync_down {
    struct sync_http *http; /* owned */
    struct sync_place place;
    char *folder, *city_ca, *keyring; /* owned */
    bool is_whole[SEAL_BUNDLE_COUNT]; /* every file was looked at since the start */
    int64_t retry_after_s; /* the longest that this pass heard */
    unsigned failures; /* passes in a row that the line broke */
};

int
sync_down_new(
    const struct sync_config *line, const struct sync_place *place, struct sync_down **ret_down)
{
    struct sync_config config = *line;
    struct sync_http *http;
    config.at_once = 1;
    config.timeout_s = line->timeout_s > 0 ? line->timeout_s : SYNC_DOWN_TIMEOUT_S;
    int r = sync_http_new(&config, &http);
    if (r < 0) {
        return r;
    }
    struct sync_down *down = xcalloc(1, sizeof(*down));
    down->http = http;
    down->folder = xstrdup(place->folder);
    down->city_ca = xstrdup(place->city_ca);
    down->keyring = xstrdup(place->keyring);
    down->place = (struct sync_place){down->folder, down->city_ca, down->keyring, place->reserve};
    *ret_down = down;
    return 0;
}

void
sync_down_free(struct sync_down *down)
{
    if (down == NULL) {
        return;
    }
    sync_http_free(down->http);
    free(down->folder);
    free(down->city_ca);
    free(down->keyring);
    free(down);
}

/* One request, to its end. 0 with the status, or KERR_. */
static int
ask(struct sync_down *down, const struct sync_get *get, int *ret_status)
{
    struct sync_answer answer;
    unsigned lane = 0;
    sync_answer_init(&answer);
    int r = sync_http_get(down->http, get, &answer);
    int done = 0;
    while (r == 0 && done == 0) {
        done = sync_http_wait(down->http, WAIT_MS, &lane);
        r = done < 0 ? done : 0;
    }
    r = r == 0 ? answer.error : r;
    *ret_status = answer.status;
    if (answer.retry_after_s > down->retry_after_s) {
        down->retry_after_s = answer.retry_after_s;
    }
    if (r == 0 && answer.is_html) {
        r = KERR_NET_ANSWER; /* a portal's */
    }
    sync_answer_release(&answer);
    return r;
}

static int
take_manifest(void *ctx, const uint8_t *bytes, size_t len)
{
    return buf_add(ctx, bytes, len);
}

static int
line_manifest(void *ctx, enum seal_bundle kind, const char *tag, struct buf *ret_bytes)
{
    char path[PATH_MAX_LEN];
    int status = 0;
    (void)snprintf(path, sizeof(path), "/v1/bundles/%s", seal_bundle_name(kind));
    const struct sync_get get = {.path = path, .tag = tag, .take = take_manifest, .ctx = ret_bytes};
    int r = ask(ctx, &get, &status);
    if (r < 0) {
        return r;
    }
    return status == 200                  ? 0
           : status == 304 && tag[0] != 0 ? 1
           : status == 404                ? KERR_NOT_FOUND
                                          : KERR_NET_ANSWER;
}

struct filling {
    int fd;
    uint64_t left;
};

static int
take_piece(void *ctx, const uint8_t *bytes, size_t len)
{
    struct filling *filling = ctx;
    if (len > filling->left) {
        return KERR_TOO_BIG;
    }
    filling->left -= len;
    return sync_bundle_append(filling->fd, bytes, len);
}

/* A line that breaks again and again still brings the whole file, as long as each time brings something. */
static int
line_file(void *ctx, const struct sync_wanted *wanted)
{
    char path[PATH_MAX_LEN];
    struct filling filling = {wanted->fd, wanted->len};
    int r = 0;
    (void)snprintf(
        path, sizeof(path), "/v1/bundles/%s/%s", seal_bundle_name(wanted->kind), wanted->hash);
    for (int i = 0; i < BEGINNINGS_MAX && filling.left > 0; i++) {
        uint64_t before = filling.left;
        int status = 0;
        const struct sync_get get = {.path = path,
            .tag = "",
            .from = wanted->from + wanted->len - filling.left,
            .take = take_piece,
            .ctx = &filling};
        r = ask(ctx, &get, &status);
        if (r == 0 && status != 200 && status != 206) {
            return KERR_NET_ANSWER;
        }
        if (r != KERR_NET && r != 0) {
            return r;
        }
        if (filling.left == before) {
            return r < 0 ? r : KERR_NET_ANSWER;
        }
    }
    return filling.left == 0 ? 0 : KERR_NET;
}

bool
sync_down_pass(struct sync_down *down, struct sync_bundle ret_bundles[SEAL_BUNDLE_COUNT])
{
    const struct sync_source source = {line_manifest, line_file, down};
    bool good = true;
    down->retry_after_s = 0;
    for (enum seal_bundle kind = 0; kind < SEAL_BUNDLE_COUNT; kind++) {
        struct sync_bundle *bundle = &ret_bundles[kind];
        *bundle = (struct sync_bundle){.is_whole = down->is_whole[kind]};
        sync_bundle_take(&down->place, &source, kind, bundle);
        down->is_whole[kind] = bundle->is_whole;
        good &= bundle->result != SYNC_BUNDLE_LATER;
    }
    sync_http_hang_up(down->http, 0);
    down->failures = good ? 0 : down->failures + 1;
    return good;
}

int64_t
sync_down_wait_s(const struct sync_down *down, int64_t look_s)
{
    uint32_t chance;
    rng_fill(&chance, sizeof(chance));
    /* a tenth more or less, so that terminals that began together part */
    int64_t wait = down->failures > 0 ? sync_backoff_s(down->failures, chance)
                                      : look_s - look_s / 10 + chance % (look_s / 5 + 1);
    return wait > down->retry_after_s ? wait : down->retry_after_s;
}
