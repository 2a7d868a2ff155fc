/* sync/call.c - somebody at the terminal waits for staff: tells the city so at once, and again and again until it hears that
 * the call is over. One request asks and tells: the answer says whether somebody comes. What is lost or doubled on the line
 * is asked once more; the city keeps one call of a terminal. */
#include "sync/sync_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/call.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/rng.h"

enum {
    AGAIN_MOST_MS = 4 * 1000, /* between two tries on a broken line; a visitor waits */
    REFUSED_MS = 30 * 1000, /* after a no: an older intake, a revoked terminal */
    ANSWER_MODE = 0600,
    NOBODY = -1 /* no answer was written yet */
};

struct sync_call {
    struct sync_http *http; /* owned */
    const struct clock *clock; /* borrowed */
    char *path, *answer_path; /* owned */
    struct call call; /* the newest that was read; id 0: none */
    char line[CALL_TEXT_MAX]; /* as it is sent */
    int64_t began_ms, due_ms; /* monotonic */
    unsigned failures; /* in a row */
    bool is_settled; /* nothing more to be told of it */
    int answered; /* enum call_state as it stands in the answer's file, or NOBODY */
};

int
sync_call_new(const struct sync_config *line, const struct sync_call_files *files,
    struct sync_call **ret_call)
{
    struct sync_config config = *line;
    struct sync_http *http;
    config.at_once = 1;
    config.timeout_s = line->timeout_s > 0 ? line->timeout_s : SYNC_CALL_TIMEOUT_S;
    int r = sync_http_new(&config, &http);
    if (r < 0) {
        return r;
    }
    struct sync_call *call = xcalloc(1, sizeof(*call));
    call->http = http;
    call->clock = line->clock;
    call->path = xstrdup(files->call);
    call->answer_path = xstrdup(files->answer);
    *ret_call = call;
    return 0;
}

void
sync_call_free(struct sync_call *call)
{
    if (call == NULL) {
        return;
    }
    sync_http_free(call->http);
    free(call->path);
    free(call->answer_path);
    free(call);
}

/* A call that was not seen before, or the end of one, is told at once. */
static void
look(struct sync_call *call, int64_t now)
{
    struct call read;
    AUTO_BUF text;
    buf_init(&text, CALL_TEXT_MAX - 1);
    if (fs_read_regular(call->path, &text) < 0 || call_read(buf_str(&text), &read) < 0 ||
        (read.id == call->call.id && read.state == call->call.state)) {
        return;
    }
    if (read.id != call->call.id) {
        call->began_ms = now;
        call->answered = NOBODY;
    }
    call->call = read;
    memcpy(call->line, buf_str(&text), text.len + 1);
    call->due_ms = now;
    call->failures = 0;
    call->is_settled = false;
}

/* The city's word about this very call, or KERR_NET and its kin. */
static int
ask(struct sync_call *call, enum call_state *ret_state, int64_t *ret_wait_ms)
{
    struct sync_answer answer;
    unsigned lane = 0;
    uint64_t id = 0;
    sync_answer_init(&answer);
    const struct sync_request request = {.path = "/v1/call", .call = call->line};
    int r = sync_http_put(call->http, 0, &request, &answer);
    int done = 0;
    while (r == 0 && done == 0) {
        done = sync_http_wait(call->http, SYNC_CALL_LOOK_MS, &lane);
        r = done < 0 ? done : 0;
    }
    r = r == 0 ? answer.error : r;
    if (r == 0 &&
        (answer.status != 200 || answer.is_html ||
            call_answer_read(buf_str(&answer.body), &id, ret_state) < 0 || id != call->call.id)) {
        r = answer.status >= 400 && answer.status < 500 ? KERR_NET_REFUSED : KERR_NET_ANSWER;
    }
    *ret_wait_ms = answer.retry_after_s * 1000;
    sync_answer_release(&answer);
    return r;
}

static int64_t
pause_ms(unsigned failures)
{
    uint32_t chance;
    rng_fill(&chance, sizeof(chance));
    int64_t most = failures < 3 ? INT64_C(1000) << failures : AGAIN_MOST_MS;
    return SYNC_CALL_LOOK_MS + (int64_t)(chance % (uint64_t)most);
}

/* Lays the answer where the terminal looks for it. One that can't be written is written with the next. */
static void
tell(struct sync_call *call, enum call_state state)
{
    AUTO_BUF text;
    buf_init(&text, CALL_TEXT_MAX);
    if (call->answered != (int)state && call_answer_write(call->call.id, state, &text) == 0 &&
        fs_write_quick(call->answer_path, text.data, text.len, ANSWER_MODE) == 0) {
        call->answered = (int)state;
    }
}

int64_t
sync_call_step(struct sync_call *call)
{
    int64_t now = clock_mono_ms(call->clock);
    look(call, now);
    if (call->call.id == 0 || call->is_settled) {
        return SYNC_CALL_LOOK_MS;
    }
    if (now - call->began_ms >= (int64_t)CALL_MOST_S * 1000) {
        call->is_settled = true; /* the city has ended it by itself */
        sync_http_hang_up(call->http, 0);
        return SYNC_CALL_LOOK_MS;
    }
    if (now >= call->due_ms) {
        enum call_state state = CALL_OVER;
        int64_t wait = 0;
        int r = ask(call, &state, &wait);
        now = clock_mono_ms(call->clock);
        if (r == 0) {
            call->failures = 0;
            call->is_settled = state == CALL_OVER;
            tell(call, state);
            wait = SYNC_CALL_ASK_MS;
        } else {
            int64_t pause =
                r == KERR_NET_REFUSED || r == KERR_NET_TLS ? REFUSED_MS : pause_ms(call->failures);
            call->failures += call->failures < UINT32_MAX;
            wait = wait > pause ? wait : pause;
        }
        call->due_ms = now + wait;
        if (call->is_settled) {
            sync_http_hang_up(call->http, 0);
        }
    }
    int64_t left = call->due_ms - now;
    return left < SYNC_CALL_LOOK_MS ? left : SYNC_CALL_LOOK_MS;
}
