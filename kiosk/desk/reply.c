/* desk/reply.c - the kinds of answers that all handlers give: a page around content, a page that says one thing, "go there". */
#include "desk_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"

const char desk_type_html[] = "text/html; charset=utf-8";

/* The cookie's attributes: RFC 6265bis section 4.1.2. Secure only where a TLS proxy is before us:
 * a browser would drop it otherwise. */
void
desk_reply_cookie(struct desk_ask *ask, const char *name, const char *value)
{
    struct desk_reply *reply = ask->reply;
    const struct desk_config *config = &ask->desk->config;
    const char *host = ask->request->host;
    char *place = reply->cookies[0][0] == 0 ? reply->cookies[0] : reply->cookies[1];
    bool secure =
        config->public_name != NULL && host != NULL && strcasecmp(host, config->public_name) == 0;
    (void)snprintf(place, DESK_COOKIE_MAX, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", name,
        value, *value == 0 ? "; Max-Age=0" : "", secure ? "; Secure" : "");
}

void
desk_reply_empty(struct desk_ask *ask, unsigned status)
{
    buf_release(&ask->reply->body);
    buf_init(&ask->reply->body, DESK_PAGE_MAX);
    ask->reply->status = status;
}

void
desk_reply_page(struct desk_ask *ask, unsigned status, const char *name, const char *title,
    const struct buf *content)
{
    const struct desk_assets *assets = ask->desk->assets;
    struct desk_reply *reply = ask->reply;
    buf_clear(&reply->body);
    DESK_PART(assets, &reply->body, "frame", FILL("page", name),
        FILL("title", desk_word(assets, title)), FILL_HTML("content", content));
    reply->type = desk_type_html;
    reply->status = status;
    if (buf_error(&reply->body) != 0) {
        LOG(LOG_ERROR, "desk.page", LOG_ERR(buf_error(&reply->body)));
        desk_reply_empty(ask, HTTP_ERROR);
    }
}

void
desk_reply_message(struct desk_ask *ask, unsigned status, const char *what)
{
    const struct desk_assets *assets = ask->desk->assets;
    AUTO_BUF content;
    buf_init(&content, DESK_PAGE_MAX);
    DESK_PART(assets, &content, "message",
        FILL("title", desk_word_of(assets, "message.title.", what, what)),
        FILL("text", desk_word_of(assets, "message.text.", what, what)));
    desk_reply_page(ask, status, "message-page", "page.message", &content);
}

void
desk_reply_error(struct desk_ask *ask, int r)
{
    bool absent = r == KERR_NOT_FOUND;
    desk_reply_empty(ask, HTTP_ERROR); /* what was begun of another answer goes */
    desk_reply_message(ask, absent ? HTTP_NOT_FOUND : HTTP_ERROR, absent ? "not-found" : "ledger");
}

void
desk_reply_go(struct desk_ask *ask, const char *where)
{
    ask->reply->status = HTTP_SEE_OTHER;
    (void)snprintf(ask->reply->location, sizeof(ask->reply->location), "%s", where);
}

void
desk_reply_view(struct desk_ask *ask)
{
    const struct desk_view *view = &ask->view;
    char where[DESK_LOCATION_MAX];
    (void)snprintf(where, sizeof(where), "/%s%s?show=%s&before=%" PRIu64,
        view->open[0] != 0 ? "record/" : "", view->open, desk_show_name(view->show), view->before);
    desk_reply_go(ask, where);
}

bool
desk_ask_field(const struct desk_ask *ask, const char *name, struct buf *out)
{
    return desk_form_field(ask->request->body, ask->request->body_len, name, out);
}
