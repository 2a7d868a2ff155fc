/* desk/pages.c - which answer a request gets. Order of the guards: Host, then (for a POST) where it
 * comes from and its form, then who asks, then the form token; only then anything is looked up. */
#include "desk_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/log.h"

enum {
    HTTP_OK = 200,
    HTTP_NO_CONTENT = 204,
    HTTP_SEE_OTHER = 303,
    HTTP_BAD_REQUEST = 400,
    HTTP_UNAUTHORIZED = 401,
    HTTP_FORBIDDEN = 403,
    HTTP_NOT_FOUND = 404,
    HTTP_METHOD = 405,
    HTTP_TYPE = 415,
    HTTP_MISDIRECTED = 421,
    HTTP_TOO_MANY = 429,
    HTTP_ERROR = 500
};
enum { WISHES_A_POLL = 50 }; /* records that a poll may open, 0.6 ms each */

static const char cookie_session[] = "desk";
static const char cookie_login[] = "desk-form";
static const char type_html[] = "text/html; charset=utf-8";
static const char type_form[] = "application/x-www-form-urlencoded";

/* The cookie's attributes: RFC 6265bis section 4.1.2. Secure only where a TLS proxy is before us:
 * a browser would drop it otherwise. value "" takes the cookie away. */
static void
set_cookie(const struct desk *desk, const struct desk_request *request, struct desk_reply *reply,
    const char *name, const char *value)
{
    char *place = reply->cookies[0][0] == 0 ? reply->cookies[0] : reply->cookies[1];
    bool secure = desk->config.public_name != NULL && request->host != NULL &&
                  strcasecmp(request->host, desk->config.public_name) == 0;
    (void)snprintf(place, DESK_COOKIE_MAX, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", name,
        value, *value == 0 ? "; Max-Age=0" : "", secure ? "; Secure" : "");
}

/* A whole page around content. A page that could not be made whole becomes a plain 500. */
static void
reply_page(const struct desk *desk, struct desk_reply *reply, unsigned status, const char *name,
    const char *title, const struct buf *content)
{
    buf_clear(&reply->body);
    DESK_PART(desk->assets, &reply->body, "frame", FILL("page", name),
        FILL("title", desk_word(desk->assets, title)), FILL_HTML("content", content));
    reply->type = type_html;
    reply->status = status;
    if (buf_error(&reply->body) != 0) {
        LOG(LOG_ERROR, "desk.page", LOG_ERR(buf_error(&reply->body)));
        buf_release(&reply->body);
        buf_init(&reply->body, DESK_PAGE_MAX);
        reply->status = HTTP_ERROR;
    }
}

/* A page that says one thing and shows the way back. */
static void
reply_message(const struct desk *desk, struct desk_reply *reply, unsigned status, const char *what)
{
    AUTO_BUF content;
    buf_init(&content, DESK_PAGE_MAX);
    DESK_PART(desk->assets, &content, "message",
        FILL("title", desk_word_of(desk->assets, "message.title.", what, what)),
        FILL("text", desk_word_of(desk->assets, "message.text.", what, what)));
    reply_page(desk, reply, status, "message-page", "page.message", &content);
}

static void
reply_go(struct desk_reply *reply, const char *where)
{
    reply->status = HTTP_SEE_OTHER;
    (void)snprintf(reply->location, sizeof(reply->location), "%s", where);
}

static void
reply_view(struct desk_reply *reply, const struct desk_view *view)
{
    char where[DESK_LOCATION_MAX];
    (void)snprintf(where, sizeof(where), "/%s%s?show=%s&before=%" PRIu64,
        view->open[0] != 0 ? "record/" : "", view->open, desk_show_name(view->show), view->before);
    reply_go(reply, where);
}

static bool
field(const struct desk_request *request, const char *name, struct buf *out)
{
    return desk_form_field(request->body, request->body_len, name, out);
}

/* Whether a form comes from our own page as far as the browser tells (Fetch, section 3.2; Fetch
 * Metadata). The form token decides; this is a second fence. */
static bool
from_here(const struct desk_request *request)
{
    if (request->fetch_site != NULL && strcmp(request->fetch_site, "same-origin") != 0 &&
        strcmp(request->fetch_site, "none") != 0) {
        return false;
    }
    if (request->origin == NULL) {
        return true;
    }
    const char *host = strstr(request->origin, "://");
    return host != NULL && request->host != NULL && strcasecmp(host + 3, request->host) == 0;
}

static bool
form_token_fits(
    const struct desk *desk, const struct desk_request *request, const char *cookie_token)
{
    AUTO_BUF given;
    buf_init(&given, DESK_FIELD_MAX);
    return field(request, "token", &given) &&
           desk_form_token_fits(desk->sessions, cookie_token, buf_str(&given));
}

/* ---- login ---- */

static void
login_page(struct desk *desk, const struct desk_request *request, struct desk_reply *reply,
    unsigned status, const struct buf *notice)
{
    char token[DESK_TOKEN_LEN], form_token[DESK_TOKEN_LEN];
    AUTO_BUF content;
    buf_init(&content, DESK_PAGE_MAX);
    if (!desk_cookie_token(request->cookie, cookie_login, token)) {
        desk_token_make(token);
        set_cookie(desk, request, reply, cookie_login, token);
    }
    desk_form_token(desk->sessions, token, form_token);
    DESK_PART(
        desk->assets, &content, "login", FILL("token", form_token), FILL_HTML("notice", notice));
    reply_page(desk, reply, status, "login-page", "page.login", &content);
}

static void
get_login(struct desk *desk, const struct desk_request *request, struct desk_reply *reply)
{
    AUTO_BUF notice;
    buf_init(&notice, 4096);
    const char *text =
        request->why != NULL ? desk_word_of(desk->assets, "login.", request->why, NULL) : NULL;
    if (text != NULL) {
        DESK_PART(desk->assets, &notice, "notice", FILL("text", text));
    }
    login_page(desk, request, reply, HTTP_OK, &notice);
}

/* The page again, with why it did not work. */
static void
login_refused(struct desk *desk, const struct desk_request *request, struct desk_reply *reply,
    enum desk_login result, int wait_s)
{
    AUTO_BUF notice;
    buf_init(&notice, 4096);
    if (result == DESK_LOGIN_WAIT) {
        char seconds[16];
        (void)snprintf(seconds, sizeof(seconds), "%d", wait_s);
        DESK_PART(desk->assets, &notice, "notice-wait", FILL("seconds", seconds));
        reply->wait_s = wait_s;
        login_page(desk, request, reply, HTTP_TOO_MANY, &notice);
        return;
    }
    const char *word = result == DESK_LOGIN_LOCKED ? "refused.locked" : "refused.wrong";
    DESK_PART(desk->assets, &notice, "notice-care", FILL("text", desk_word(desk->assets, word)));
    login_page(desk, request, reply, HTTP_FORBIDDEN, &notice);
}

static void
post_login(struct desk *desk, const struct desk_request *request, struct desk_reply *reply)
{
    char token[DESK_TOKEN_LEN];
    AUTO_BUF name;
    AUTO_BUF password;
    buf_init(&name, DESK_FIELD_MAX);
    buf_init(&password, DESK_FIELD_MAX);
    if (!desk_cookie_token(request->cookie, cookie_login, token) ||
        !form_token_fits(desk, request, token)) {
        reply_go(reply, "/login?why=again");
        return;
    }
    enum desk_login result = DESK_LOGIN_WRONG;
    int wait_s = 0;
    if (field(request, "name", &name) && field(request, "password", &password)) {
        result = desk_staff_login(desk->staff, buf_str(&name), buf_str(&password), &wait_s);
    }
    LOG(LOG_INFO, "desk.login", LOG_INT("result", result));
    if (result != DESK_LOGIN_OK) {
        login_refused(desk, request, reply, result, wait_s);
        return;
    }
    if (desk_cookie_token(request->cookie, cookie_session, token)) {
        desk_session_end(desk->sessions, token);
    }
    desk_session_begin(desk->sessions, buf_str(&name), token);
    set_cookie(desk, request, reply, cookie_session, token);
    set_cookie(desk, request, reply, cookie_login, "");
    explicit_bzero(token, sizeof(token));
    reply_go(reply, "/");
}

static void
post_logout(struct desk *desk, const struct desk_request *request, struct desk_reply *reply,
    const char *token)
{
    desk_session_end(desk->sessions, token);
    set_cookie(desk, request, reply, cookie_session, "");
    reply_go(reply, "/login?why=out");
}

/* ---- work ---- */

/* No record is open: how to work here, and which words of the terminal nobody has gone over. */
static void
sheet_none(struct desk *desk, struct buf *out)
{
    char texts[24], languages[24];
    size_t count = 0;
    (void)snprintf(texts, sizeof(texts), "%zu", i18n_unread(desk->config.words, &count));
    (void)snprintf(languages, sizeof(languages), "%zu", count);
    AUTO_BUF unread;
    buf_init(&unread, 1024);
    if (count > 0) {
        DESK_PART(
            desk->assets, &unread, "unread", FILL("texts", texts), FILL("languages", languages));
    }
    DESK_PART(desk->assets, out, "sheet-none", FILL_HTML("unread", &unread));
}

/* "/record/" and 32 hexadecimal digits; *ret_rest is what follows them. */
static bool
record_path(const char *path, char id[DESK_ID_LEN], const char **ret_rest)
{
    static const char prefix[] = "/record/";
    size_t prefix_len = sizeof(prefix) - 1;
    if (strncmp(path, prefix, prefix_len) != 0) {
        return false;
    }
    const char *at = path + prefix_len;
    if (strspn(at, "0123456789abcdef") != DESK_ID_LEN - 1) {
        return false;
    }
    memcpy(id, at, DESK_ID_LEN - 1);
    id[DESK_ID_LEN - 1] = 0;
    *ret_rest = at + DESK_ID_LEN - 1;
    return true;
}

static void
work_page(struct desk *desk, const struct desk_view *view, const char *name, const char *token,
    const char *notice_word, struct desk_reply *reply)
{
    char form_token[DESK_TOKEN_LEN], before[24];
    AUTO_BUF list;
    AUTO_BUF sheet;
    AUTO_BUF notice;
    AUTO_BUF content;
    buf_init(&list, DESK_PAGE_MAX);
    buf_init(&sheet, DESK_PAGE_MAX);
    buf_init(&notice, 4096);
    buf_init(&content, DESK_PAGE_MAX);
    desk_form_token(desk->sessions, token, form_token);
    int r = desk_list_html(desk, view, &list);
    if (r == 0 && view->open[0] != 0) {
        r = desk_sheet_html(desk, view, form_token, &sheet);
    } else if (r == 0) {
        sheet_none(desk, &sheet);
    }
    if (r < 0) {
        LOG(LOG_WARN, "desk.work", LOG_ERR(r));
        bool absent = r == KERR_NOT_FOUND;
        reply_message(
            desk, reply, absent ? HTTP_NOT_FOUND : HTTP_ERROR, absent ? "not-found" : "ledger");
        return;
    }
    if (notice_word != NULL) {
        DESK_PART(desk->assets, &notice, "notice-care",
            FILL("text", desk_word(desk->assets, notice_word)));
    }
    (void)snprintf(before, sizeof(before), "%" PRIu64, view->before);
    AUTO_BUF tabs;
    buf_init(&tabs, 4096);
    for (int show = 0; show < DESK_SHOW_COUNT; show++) {
        const char *tab = desk_show_name((enum desk_show)show);
        DESK_PART(desk->assets, &tabs, show == (int)view->show ? "tab-current" : "tab",
            FILL("show", tab), FILL("text", desk_word_of(desk->assets, "show.", tab, tab)));
    }
    desk_arrivals_tabs(desk, &tabs);
    DESK_PART(desk->assets, &content, "work", FILL("name", name), FILL("token", form_token),
        FILL("show", desk_show_name(view->show)), FILL("before", before), FILL("open", view->open),
        FILL_HTML("tabs", &tabs), FILL_HTML("notice", &notice), FILL_HTML("list", &list),
        FILL_HTML("sheet", &sheet));
    reply_page(desk, reply, HTTP_OK, "work-page", "page.work", &content);
}

static void
post_search(struct desk *desk, const struct desk_request *request, struct desk_view *view,
    const char *name, const char *token, struct desk_reply *reply)
{
    char number[RECORD_NUMBER_LEN];
    uint8_t id[LEDGER_ID_LEN];
    AUTO_BUF typed;
    buf_init(&typed, DESK_FIELD_MAX);
    view->open[0] = 0;
    if (!field(request, "number", &typed) || !desk_number_read(buf_str(&typed), number)) {
        work_page(desk, view, name, token, "search.no-number", reply);
        return;
    }
    int r = desk_list_find(desk, number, id);
    if (r == KERR_NOT_FOUND) {
        work_page(desk, view, name, token, "search.absent", reply);
        return;
    }
    if (r < 0) {
        reply_message(desk, reply, HTTP_ERROR, "ledger");
        return;
    }
    hex_encode(id, sizeof(id), view->open);
    reply_view(reply, view);
}

/* Marks a record. Asking for the state that it has changes nothing: who and when of the first stay. */
static void
post_mark(struct desk *desk, const struct desk_view *view, const char *name, const char *state,
    struct desk_reply *reply)
{
    uint8_t id[LEDGER_ID_LEN];
    (void)hex_decode(view->open, id, sizeof(id)); /* record_path checked it */
    int r = ledger_mark(desk->ledger, id, state, name, clock_wall_s(desk->config.clock));
    LOG(LOG_INFO, "desk.mark", LOG_HEX("id", id, sizeof(id)), LOG_ID("state", state), LOG_ERR(r));
    if (r < 0) {
        bool absent = r == KERR_NOT_FOUND;
        reply_message(
            desk, reply, absent ? HTTP_NOT_FOUND : HTTP_ERROR, absent ? "not-found" : "ledger");
        return;
    }
    reply_view(reply, view);
}

/* Decides about a slot that the record asks for. A full slot, or one that a colleague decided meanwhile, changes nothing:
 * the page comes again and says so. */
static void
post_decide(struct desk *desk, const struct desk_request *request, struct desk_view *view,
    const char *name, const char *token, const char *state, struct desk_reply *reply)
{
    uint8_t id[LEDGER_ID_LEN];
    AUTO_BUF slot;
    AUTO_BUF seen;
    AUTO_BUF anyway;
    buf_init(&slot, DESK_FIELD_MAX);
    buf_init(&seen, DESK_FIELD_MAX);
    buf_init(&anyway, DESK_FIELD_MAX);
    (void)hex_decode(view->open, id, sizeof(id)); /* record_path checked it */
    bool has_slot = field(request, "slot", &slot);
    bool has_seen = field(request, "seen", &seen);
    bool has_anyway = field(request, "anyway", &anyway);
    const struct desk_act act = {.state = state,
        .slot = has_slot ? buf_str(&slot) : "",
        .by = name,
        .seen = desk_query_number(has_seen ? buf_str(&seen) : NULL, UINT64_MAX),
        .anyway = has_anyway && strcmp(buf_str(&anyway), "yes") == 0};
    int r = desk_decide(desk, &act, id);
    LOG(LOG_INFO, "desk.decide", LOG_HEX("id", id, sizeof(id)), LOG_ID("state", state),
        LOG_INT("result", r), LOG_INT("anyway", act.anyway));
    if (r == LEDGER_FULL || r == LEDGER_DECIDED_ELSE) {
        if (r == LEDGER_FULL) {
            (void)snprintf(view->full, sizeof(view->full), "%s", act.slot);
        }
        const char *word = r == LEDGER_FULL ? "decide.full" : "decide.else";
        work_page(desk, view, name, token, word, reply);
    } else if (r == KERR_INVALID) {
        reply_message(desk, reply, HTTP_FORBIDDEN, "foreign");
    } else if (r < 0) {
        bool absent = r == KERR_NOT_FOUND;
        reply_message(
            desk, reply, absent ? HTTP_NOT_FOUND : HTTP_ERROR, absent ? "not-found" : "ledger");
    } else {
        reply_view(reply, view);
    }
}

/* The act that a path behind a record's id names, or NULL. */
static const char *
act_of(const char *rest)
{
    static const char *const acts[] = {"/booked", "/taken", "/open"};
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
        if (strcmp(rest, acts[i]) == 0) {
            return acts[i] + 1;
        }
    }
    return NULL;
}

/* {"changes":N,"newest":N}, or 204 when nothing changed since. */
static void
get_events(struct desk *desk, const struct desk_request *request, struct desk_reply *reply)
{
    uint64_t newest = 0, changes = 0;
    if (ledger_newest(desk->ledger, &newest, &changes) < 0) {
        reply->status = HTTP_ERROR;
        return;
    }
    (void)desk_wishes_read(
        desk, WISHES_A_POLL); /* what does not go now is tried again where it is needed */
    if (desk_query_number(request->since, UINT64_MAX) == changes) {
        reply->status = HTTP_NO_CONTENT;
        return;
    }
    reply->status = HTTP_OK;
    reply->type = "application/json";
    (void)buf_printf(
        &reply->body, "{\"changes\":%" PRIu64 ",\"newest\":%" PRIu64 "}", changes, newest);
}

static void
get_list(struct desk *desk, const struct desk_view *view, struct desk_reply *reply)
{
    reply->status = HTTP_OK;
    reply->type = type_html;
    if (desk_list_html(desk, view, &reply->body) < 0 || buf_error(&reply->body) != 0) {
        buf_release(&reply->body);
        buf_init(&reply->body, DESK_PAGE_MAX);
        reply->status = HTTP_ERROR;
    }
}

static void
get_static(const struct desk *desk, const char *name, struct desk_reply *reply)
{
    const struct buf *file = desk_file(desk->assets, name, &reply->type);
    reply->status = file != NULL ? HTTP_OK : HTTP_NOT_FOUND;
    if (file != NULL) {
        (void)buf_add(&reply->body, buf_str(file), file->len);
    }
}

/* What the machine of the page asks for; it is no use by a person, so it keeps no session alive. */
static bool
answer_machine(struct desk *desk, const struct desk_request *request, const struct desk_view *view,
    const char *token, struct desk_reply *reply)
{
    bool events = strcmp(request->path, "/events") == 0;
    bool list = strcmp(request->path, "/list") == 0;
    if (!events && !list) {
        return false;
    }
    if (desk_session_name(desk->sessions, token, false) == NULL) {
        reply->status = HTTP_UNAUTHORIZED;
    } else if (events) {
        get_events(desk, request, reply);
    } else {
        get_list(desk, view, reply);
    }
    return true;
}

/* /check-in/ID and /check-in/ID.csv */
static void
get_arrivals(struct desk *desk, const char *what, struct desk_reply *reply)
{
    static const char ending[] = ".csv";
    char procedure[RECORD_NAME_MAX];
    size_t len = strlen(what);
    bool table = len > sizeof(ending) - 1 && strcmp(what + len - (sizeof(ending) - 1), ending) == 0;
    len -= table ? sizeof(ending) - 1 : 0;
    (void)snprintf(procedure, sizeof(procedure), "%.*s", (int)len, what);
    AUTO_BUF content;
    buf_init(&content, DESK_PAGE_MAX);
    int r = table ? desk_arrivals_csv(desk, procedure, &reply->body)
                  : desk_arrivals_html(desk, procedure, &content);
    if (r < 0) {
        LOG(LOG_WARN, "desk.arrivals", LOG_ERR(r));
        buf_release(&reply->body);
        buf_init(&reply->body, DESK_PAGE_MAX);
        bool absent = r == KERR_NOT_FOUND;
        reply_message(
            desk, reply, absent ? HTTP_NOT_FOUND : HTTP_ERROR, absent ? "not-found" : "ledger");
    } else if (table) {
        reply->status = HTTP_OK;
        reply->type = "text/csv; charset=utf-8";
        reply->table = true;
    } else {
        reply_page(desk, reply, HTTP_OK, "arrivals-page", "page.arrivals", &content);
    }
}

/* /record/ID/forms.pdf, /record/ID/slip.pdf */
static void
get_paper(struct desk *desk, const struct desk_view *view, enum desk_paper paper,
    struct desk_reply *reply)
{
    uint8_t id[LEDGER_ID_LEN];
    (void)hex_decode(view->open, id, sizeof(id)); /* record_path checked it */
    reply->body.max = DESK_PAPER_MAX;
    int r = desk_paper_of(desk, paper, id, &reply->body);
    LOG(LOG_INFO, "desk.print", LOG_HEX("id", id, sizeof(id)), LOG_ERR(r));
    if (r < 0) {
        buf_release(&reply->body);
        buf_init(&reply->body, DESK_PAGE_MAX);
        bool absent = r == KERR_NOT_FOUND;
        reply_message(
            desk, reply, absent ? HTTP_NOT_FOUND : HTTP_ERROR, absent ? "not-found" : "ledger");
        return;
    }
    reply->status = HTTP_OK;
    reply->type = "application/pdf";
}

static struct desk_view
view_of_query(const struct desk_request *request)
{
    struct desk_view view = {
        .show = desk_show_read(request->show), .before = desk_query_number(request->before, 0)};
    uint8_t id[LEDGER_ID_LEN];
    if (request->open != NULL && hex_decode(request->open, id, sizeof(id)) == 0) {
        hex_encode(id, sizeof(id), view.open);
    }
    return view;
}

static void
answer_get(struct desk *desk, const struct desk_request *request, const char *token,
    struct desk_reply *reply)
{
    struct desk_view view = view_of_query(request);
    const char *rest = "";
    if (strncmp(request->path, "/static/", strlen("/static/")) == 0) {
        get_static(desk, request->path + strlen("/static/"), reply);
        return;
    }
    if (strcmp(request->path, "/login") == 0) {
        get_login(desk, request, reply);
        return;
    }
    if (answer_machine(desk, request, &view, token, reply)) {
        return;
    }
    const char *name = desk_session_name(desk->sessions, token, true);
    if (name == NULL) {
        reply_go(reply, token != NULL ? "/login?why=ended" : "/login");
        return;
    }
    if (strncmp(request->path, "/check-in/", strlen("/check-in/")) == 0) {
        get_arrivals(desk, request->path + strlen("/check-in/"), reply);
        return;
    }
    bool record = record_path(request->path, view.open, &rest);
    bool slip = strcmp(rest, "/slip.pdf") == 0;
    if (record && (slip || strcmp(rest, "/forms.pdf") == 0)) {
        get_paper(desk, &view, slip ? DESK_PAPER_SLIP : DESK_PAPER_FORMS, reply);
        return;
    }
    if (*rest != 0 || (!record && strcmp(request->path, "/") != 0)) {
        reply_message(desk, reply, HTTP_NOT_FOUND, "not-found");
        return;
    }
    if (!record) {
        view.open[0] = 0;
    }
    work_page(desk, &view, name, token, NULL, reply);
}

static struct desk_view
view_of_form(const struct desk_request *request)
{
    AUTO_BUF show;
    AUTO_BUF before;
    buf_init(&show, DESK_FIELD_MAX);
    buf_init(&before, DESK_FIELD_MAX);
    bool has_show = field(request, "show", &show);
    bool has_before = field(request, "before", &before);
    return (struct desk_view){.show = desk_show_read(has_show ? buf_str(&show) : NULL),
        .before = desk_query_number(has_before ? buf_str(&before) : NULL, 0)};
}

static void
answer_post(struct desk *desk, const struct desk_request *request, const char *token,
    struct desk_reply *reply)
{
    if (!from_here(request)) {
        reply_message(desk, reply, HTTP_FORBIDDEN, "foreign");
        return;
    }
    if (request->type == NULL ||
        strncasecmp(request->type, type_form, sizeof(type_form) - 1) != 0) {
        reply->status = HTTP_TYPE;
        return;
    }
    if (strcmp(request->path, "/login") == 0) {
        post_login(desk, request, reply);
        return;
    }
    const char *name = desk_session_name(desk->sessions, token, true);
    if (name == NULL) {
        reply_go(reply, "/login?why=ended");
        return;
    }
    if (!form_token_fits(desk, request, token)) {
        reply_message(desk, reply, HTTP_FORBIDDEN, "foreign");
        return;
    }
    struct desk_view view = view_of_form(request);
    const char *rest = "";
    if (strcmp(request->path, "/logout") == 0) {
        post_logout(desk, request, reply, token);
    } else if (strcmp(request->path, "/search") == 0) {
        post_search(desk, request, &view, name, token, reply);
    } else if (record_path(request->path, view.open, &rest) && strcmp(rest, "/done") == 0) {
        post_mark(desk, &view, name, "done", reply);
    } else if (record_path(request->path, view.open, &rest) && strcmp(rest, "/new") == 0) {
        post_mark(desk, &view, name, "new", reply);
    } else if (record_path(request->path, view.open, &rest) && act_of(rest) != NULL) {
        post_decide(desk, request, &view, name, token, act_of(rest), reply);
    } else {
        reply_message(desk, reply, HTTP_NOT_FOUND, "not-found");
    }
}

void
desk_answer(struct desk *desk, const struct desk_request *request, struct desk_reply *reply)
{
    char token[DESK_TOKEN_LEN];
    reply->status = HTTP_BAD_REQUEST;
    if (!desk_host_fits(
            request->host, desk->config.address, desk->port, desk->config.public_name)) {
        reply->status = HTTP_MISDIRECTED;
        return;
    }
    bool known = desk_cookie_token(request->cookie, cookie_session, token);
    if (strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0) {
        answer_get(desk, request, known ? token : NULL, reply);
    } else if (strcmp(request->method, "POST") == 0) {
        answer_post(desk, request, known ? token : NULL, reply);
    } else {
        reply->status = HTTP_METHOD;
    }
    explicit_bzero(token, sizeof(token));
}
