/* desk/calls.c - calls for staff from the terminals (kiosk/decisions/0058-calls.md): what stands at the top of the work page and
 * rings there, and a clerk's "I'm coming", which the visitor sees. Nothing of the visitor is in them. */
#include "desk_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/log.h"

enum { CALLS_SHOWN = 50, SILENT_S = 30 /* the terminal asks each second */ };

struct calls {
    struct desk_ask *ask;
    struct buf *rows;
    int64_t now;
    size_t count, ringing;
};

/* The page on which it was made, in words; one that has none is told by its name. */
static const char *
page_words(const struct desk *desk, const char *page)
{
    bool is_fault = strncmp(page, "fault", strlen("fault")) == 0;
    const char *word = desk_word_of(desk->assets, "call.page.", page, NULL);
    return word != NULL ? word : is_fault ? desk_word(desk->assets, "call.page.fault") : page;
}

static int
add_row(const struct ledger_call *call, void *ctx)
{
    struct calls *calls = ctx;
    struct desk_ask *ask = calls->ask;
    const struct desk_assets *assets = ask->desk->assets;
    bool is_coming = strcmp(call->state, "coming") == 0;
    calls->count++;
    calls->ringing += is_coming ? 0 : 1;
    if (calls->count > CALLS_SHOWN) {
        return 0;
    }
    char id[24], before[24];
    AUTO_BUF when;
    AUTO_BUF silent;
    AUTO_BUF answer;
    buf_init(&when, 1024);
    buf_init(&silent, 1024);
    buf_init(&answer, 4096);
    (void)snprintf(id, sizeof(id), "%" PRIu64, call->id);
    (void)snprintf(before, sizeof(before), "%" PRIu64, ask->view.before);
    desk_when(ask->desk, &when, false, call->began_at);
    if (calls->now - call->heard_at > SILENT_S) {
        DESK_PART(assets, &silent, "call-silent", FILL("text", desk_word(assets, "call.silent")));
    }
    if (is_coming) {
        DESK_PART(assets, &answer, "call-coming", FILL("by", call->answered_by));
    } else {
        DESK_PART(assets, &answer, "call-answer", FILL("kiosk", call->kiosk), FILL("call", id),
            FILL("token", ask->form_token), FILL("show", desk_show_name(ask->view.show)),
            FILL("before", before), FILL("open", ask->view.open));
    }
    const char *from = strcmp(call->reason, "help") == 0 ? "call.from.help" : "call.from.page";
    DESK_PART(assets, calls->rows, "call", FILL("kiosk", call->kiosk), FILL("call", id),
        FILL("state", call->state), FILL("page", page_words(ask->desk, call->page)),
        FILL("from", desk_word(assets, from)), FILL_HTML("when", &when),
        FILL_HTML("silent", &silent), FILL_HTML("answer", &answer));
    return 0;
}

int
desk_calls_html(struct desk_ask *ask, struct buf *out)
{
    char ringing[24];
    AUTO_BUF rows;
    buf_init(&rows, DESK_PAGE_MAX);
    struct calls calls = {.ask = ask, .rows = &rows, .now = clock_wall_s(ask->desk->config.clock)};
    int r = ledger_calls(ask->desk->ledger, calls.now, add_row, &calls);
    (void)snprintf(ringing, sizeof(ringing), "%zu", calls.ringing);
    if (r == 0) {
        DESK_PART(
            ask->desk->assets, out, "calls", FILL("ringing", ringing), FILL_HTML("rows", &rows));
    }
    return r;
}

static void
read_open(struct desk_ask *ask, const char *open)
{
    if (open != NULL && hex_decode(open, ask->id, sizeof(ask->id)) == 0) {
        hex_encode(ask->id, sizeof(ask->id), ask->view.open);
    }
}

void
desk_get_calls(struct desk_ask *ask)
{
    struct desk_reply *reply = ask->reply;
    read_open(ask, ask->request->open);
    reply->status = HTTP_OK;
    reply->type = desk_type_html;
    if (desk_calls_html(ask, &reply->body) < 0 || buf_error(&reply->body) != 0) {
        desk_reply_empty(ask, HTTP_ERROR);
    }
}

/* Of two who say so the first stays; a call that is over, or another one since, is not answered: the page that comes shows
 * what stands. */
void
desk_post_coming(struct desk_ask *ask)
{
    struct desk *desk = ask->desk;
    AUTO_BUF kiosk;
    AUTO_BUF call;
    AUTO_BUF open;
    buf_init(&kiosk, DESK_FIELD_MAX);
    buf_init(&call, DESK_FIELD_MAX);
    buf_init(&open, DESK_FIELD_MAX);
    int r = KERR_INVALID;
    if (desk_ask_field(ask, "kiosk", &kiosk) && desk_ask_field(ask, "call", &call)) {
        r = ledger_call_answer(desk->ledger, buf_str(&kiosk), desk_query_number(buf_str(&call), 0),
            ask->who.name, clock_wall_s(desk->config.clock));
    }
    LOG(LOG_INFO, "desk.coming", LOG_ERR(r));
    if (r == KERR_INVALID) {
        desk_reply_message(ask, HTTP_FORBIDDEN, "foreign");
    } else if (r < 0 && r != KERR_NOT_FOUND) {
        desk_reply_error(ask, r);
    } else {
        if (desk_ask_field(ask, "open", &open)) {
            read_open(ask, buf_str(&open));
        }
        desk_reply_view(ask);
    }
}
