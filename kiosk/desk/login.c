/* desk/login.c - the login and the end of a session. The login's form has a token of its own, which belongs to a cookie of its
 * own: nobody is logged in yet. */
#include "desk_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

static const char cookie_login[] = "desk-form";

static void
login_page(struct desk_ask *ask, unsigned status, const struct buf *notice)
{
    struct desk *desk = ask->desk;
    char token[DESK_TOKEN_LEN], form_token[DESK_TOKEN_LEN];
    AUTO_BUF content;
    buf_init(&content, DESK_PAGE_MAX);
    if (!desk_cookie_token(ask->request->cookie, cookie_login, token)) {
        desk_token_make(token);
        desk_reply_cookie(ask, cookie_login, token);
    }
    desk_form_token(desk->sessions, token, form_token);
    DESK_PART(
        desk->assets, &content, "login", FILL("token", form_token), FILL_HTML("notice", notice));
    desk_reply_page(ask, status, "login-page", "page.login", &content);
}

void
desk_get_login(struct desk_ask *ask)
{
    const struct desk_assets *assets = ask->desk->assets;
    const char *why = ask->request->why;
    AUTO_BUF notice;
    buf_init(&notice, 4096);
    const char *text = why != NULL ? desk_word_of(assets, "login.", why, NULL) : NULL;
    if (text != NULL) {
        DESK_PART(assets, &notice, "notice", FILL("text", text));
    }
    login_page(ask, HTTP_OK, &notice);
}

/* The page again, with why it did not work. */
static void
login_refused(struct desk_ask *ask, enum desk_login result, int wait_s)
{
    const struct desk_assets *assets = ask->desk->assets;
    AUTO_BUF notice;
    buf_init(&notice, 4096);
    if (result == DESK_LOGIN_WAIT) {
        char seconds[16];
        (void)snprintf(seconds, sizeof(seconds), "%d", wait_s);
        DESK_PART(assets, &notice, "notice-wait", FILL("seconds", seconds));
        ask->reply->wait_s = wait_s;
        login_page(ask, HTTP_TOO_MANY, &notice);
        return;
    }
    const char *word = result == DESK_LOGIN_LOCKED ? "refused.locked" : "refused.wrong";
    DESK_PART(assets, &notice, "notice-care", FILL("text", desk_word(assets, word)));
    login_page(ask, HTTP_FORBIDDEN, &notice);
}

void
desk_post_login(struct desk_ask *ask)
{
    struct desk *desk = ask->desk;
    char token[DESK_TOKEN_LEN];
    AUTO_BUF given;
    AUTO_BUF name;
    AUTO_BUF password;
    buf_init(&given, DESK_FIELD_MAX);
    buf_init(&name, DESK_FIELD_MAX);
    buf_init(&password, DESK_FIELD_MAX);
    if (!desk_cookie_token(ask->request->cookie, cookie_login, token) ||
        !desk_ask_field(ask, "token", &given) ||
        !desk_form_token_fits(desk->sessions, token, buf_str(&given))) {
        desk_reply_go(ask, "/login?why=again");
        return;
    }
    enum desk_login result = DESK_LOGIN_WRONG;
    struct desk_who who;
    int wait_s = 0;
    if (desk_ask_field(ask, "name", &name) && desk_ask_field(ask, "password", &password)) {
        result = desk_staff_login(desk->staff, buf_str(&name), buf_str(&password), &who, &wait_s);
    }
    LOG(LOG_INFO, "desk.login", LOG_INT("result", result));
    if (result != DESK_LOGIN_OK) {
        login_refused(ask, result, wait_s);
        return;
    }
    if (desk_cookie_token(ask->request->cookie, DESK_COOKIE_SESSION, token)) {
        desk_session_end(desk->sessions, token);
    }
    desk_session_begin(desk->sessions, &who, token);
    desk_reply_cookie(ask, DESK_COOKIE_SESSION, token);
    desk_reply_cookie(ask, cookie_login, "");
    explicit_bzero(token, sizeof(token));
    desk_reply_go(ask, "/");
}

void
desk_post_logout(struct desk_ask *ask)
{
    desk_session_end(ask->desk->sessions, ask->token);
    desk_reply_cookie(ask, DESK_COOKIE_SESSION, "");
    desk_reply_go(ask, "/login?why=out");
}

/* {"left":N,"stays":true}: seconds until the session ends without use, and whether use puts that off. */
void
desk_get_session(struct desk_ask *ask)
{
    struct desk_reply *reply = ask->reply;
    int64_t seconds = 0;
    bool stays = false;
    if (!desk_session_left(ask->desk->sessions, ask->token, &seconds, &stays)) {
        reply->status = HTTP_UNAUTHORIZED;
        return;
    }
    reply->status = HTTP_OK;
    reply->type = "application/json";
    (void)buf_printf(
        &reply->body, "{\"left\":%" PRId64 ",\"stays\":%s}", seconds, stays ? "true" : "false");
}

/* That somebody is there: the guards of its route have counted it as use. */
void
desk_post_stay(struct desk_ask *ask)
{
    ask->reply->status = HTTP_NO_CONTENT;
}
