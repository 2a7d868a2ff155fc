/* desk/routes.c - which handler a request gets, and who may have it. One table says all of it; the guards stand here alone,
 * in their order: Host, method, then (for a form) where it comes from and what it is, then who asks, then the form token,
 * then the role; only then a handler looks anything up. */
#include "hand_priv.h"
#include "keep_priv.h"

#include <string.h>

#include "base/hex.h"
#include "base/log.h"

enum {
    NOBODY = 0, /* asks for no session */
    CLERK = 1 << DESK_CLERK,
    LEAD = 1 << DESK_LEAD,
    OPERATOR = 1 << DESK_OPERATOR,
    RECORDS = CLERK | LEAD, /* whoever works on records; operators see none */
    ALL = CLERK | LEAD | OPERATOR
};

static const char type_form[] = "application/x-www-form-urlencoded";

/* The first line that fits counts, so the last ones take what is left. Each line has its row in tests/desk/test_routes.c. */
const struct desk_route desk_routes[] = {
    /* nobody needs to be logged in */
    {"GET", "/static/{any}", DESK_OPEN, NOBODY, NULL, desk_get_static},
    {"GET", "/login", DESK_OPEN, NOBODY, NULL, desk_get_login},
    {"POST", "/login", DESK_FORM, NOBODY, NULL, desk_post_login},
    {"POST", "/logout", DESK_FORM, ALL, NULL, desk_post_logout},
    /* what the page itself asks for */
    {"GET", "/events", DESK_POLL, RECORDS, NULL, desk_get_events},
    {"GET", "/list", DESK_POLL, RECORDS, NULL, desk_get_list},
    {"GET", "/calls", DESK_POLL, RECORDS, NULL, desk_get_calls},
    {"GET", "/session", DESK_POLL, RECORDS, NULL, desk_get_session},
    {"POST", "/stay", DESK_FORM, RECORDS, NULL, desk_post_stay},
    /* work */
    {"GET", "/", DESK_PAGE, ALL, NULL, desk_get_home},
    {"POST", "/search", DESK_FORM, RECORDS, "search", desk_post_search},
    {"GET", "/record/{id}", DESK_PAGE, RECORDS, "open", desk_get_record},
    {"GET", "/record/{id}/forms.pdf", DESK_PAGE, RECORDS, "print", desk_get_forms},
    {"GET", "/record/{id}/slip.pdf", DESK_PAGE, RECORDS, "print", desk_get_slip},
    {"GET", "/record/{id}/standing", DESK_POLL, RECORDS, NULL, desk_get_standing},
    {"POST", "/record/{id}/new", DESK_FORM, RECORDS, "state", desk_post_new},
    {"POST", "/record/{id}/work", DESK_FORM, RECORDS, "state", desk_post_work},
    {"POST", "/record/{id}/papers", DESK_FORM, RECORDS, "state", desk_post_papers},
    {"POST", "/record/{id}/done", DESK_FORM, RECORDS, "state", desk_post_done},
    {"POST", "/record/{id}/back", DESK_FORM, RECORDS, "state", desk_post_back},
    {"POST", "/record/{id}/take", DESK_FORM, RECORDS, "holder", desk_post_take},
    {"POST", "/record/{id}/release", DESK_FORM, RECORDS, "holder", desk_post_release},
    {"POST", "/record/{id}/assign", DESK_FORM, LEAD, "holder", desk_post_assign},
    {"POST", "/record/{id}/note", DESK_FORM, RECORDS, "note", desk_post_note},
    {"POST", "/record/{id}/booked", DESK_FORM, RECORDS, "decide", desk_post_booked},
    {"POST", "/record/{id}/taken", DESK_FORM, RECORDS, "decide", desk_post_taken},
    {"POST", "/record/{id}/open", DESK_FORM, RECORDS, "decide", desk_post_open},
    {"GET", "/record/{id}/glyph/{name}", DESK_PAGE, RECORDS, "open", desk_get_glyph},
    {"POST", "/record/{id}/glyph/{name}", DESK_FORM, RECORDS, "glyph", desk_post_glyph},
    {"POST", "/calls/coming", DESK_FORM, RECORDS, "coming", desk_post_coming},
    {"GET", "/check-in/{name}", DESK_PAGE, RECORDS, "arrivals", desk_get_arrivals},
    /* what the lead looks after */
    {"GET", "/retention", DESK_PAGE, LEAD, "retention", desk_get_retention},
    {"GET", "/access", DESK_PAGE, LEAD | OPERATOR, "access", desk_get_access},
    {"GET", "/statistics", DESK_PAGE, LEAD, NULL, desk_get_statistics},
    {"GET", "/statistics.csv", DESK_PAGE, LEAD, "statistics", desk_get_statistics_csv},
    /* handing over */
    {"GET", "/hand-over", DESK_PAGE, RECORDS, NULL, desk_get_hand_over},
    {"GET", "/hand-over/{any}", DESK_PAGE, RECORDS, "hand-over", desk_get_hand_client},
    {"POST", "/hand-over/{name}", DESK_FORM, RECORDS, "hand-over", desk_post_hand_client},
    {"GET", "/record/{id}/hand", DESK_PAGE, RECORDS, "copy", desk_get_hand_record},
    {"POST", "/record/{id}/hand", DESK_FORM, RECORDS, "hand-over", desk_post_hand_record},
    /* other systems: no session, a key; the guards are api.c's */
    {"GET", "/api/v1/openapi.json", DESK_OPEN, NOBODY, NULL, desk_api_openapi},
    {"GET", "/api/v1/records", DESK_OPEN, NOBODY, "api-records", desk_api_records},
    {"GET", "/api/v1/records/{id}", DESK_OPEN, NOBODY, "api-record", desk_api_record},
    {"GET", "/api/v1/batches/{name}", DESK_OPEN, NOBODY, NULL, desk_api_batch},
    {"PUT", "/api/v1/batches/{name}", DESK_OPEN, NOBODY, "api-mark", desk_api_mark},
    {"GET", "/api/{any}", DESK_OPEN, NOBODY, NULL, desk_api_not_found},
    {"PUT", "/api/{any}", DESK_OPEN, NOBODY, NULL, desk_api_not_found},
    /* what is left */
    {"GET", "{any}", DESK_PAGE, ALL, NULL, desk_not_found},
    {"POST", "{any}", DESK_FORM, ALL, NULL, desk_not_found},
};
const size_t desk_route_count = ARRAY_LEN(desk_routes);

void
desk_not_found(struct desk_ask *ask)
{
    desk_reply_message(ask, HTTP_NOT_FOUND, "not-found");
}

/* {id}: 32 hexadecimal digits, small ones. {name}: what follows, without another "/"; {any}: whatever follows. Either
 * may be empty. */
static bool
path_fits(const char *pattern, const char *path, struct desk_ask *ask)
{
    for (; *pattern != 0; pattern++) {
        bool any = strcmp(pattern, "{any}") == 0;
        if (any || strcmp(pattern, "{name}") == 0) {
            ask->name = path;
            return any || strchr(path, '/') == NULL;
        }
        if (strncmp(pattern, "{id}", 4) == 0) {
            if (strspn(path, "0123456789abcdef") != DESK_ID_LEN - 1) {
                return false;
            }
            memcpy(ask->view.open, path, DESK_ID_LEN - 1);
            ask->view.open[DESK_ID_LEN - 1] = 0;
            (void)hex_decode(ask->view.open, ask->id, sizeof(ask->id)); /* looked at above */
            path += DESK_ID_LEN - 1;
            pattern += 3;
        } else if (*path++ != *pattern) {
            return false;
        }
    }
    return *path == 0;
}

/* NULL for a method that nobody knows. */
static const struct desk_route *
find_route(struct desk_ask *ask)
{
    const char *method = ask->request->method;
    method = strcmp(method, "HEAD") == 0 ? "GET" : method;
    for (size_t i = 0; i < desk_route_count; i++) {
        const struct desk_route *route = &desk_routes[i];
        if (strcmp(route->method, method) != 0) {
            continue;
        }
        if (path_fits(route->path, ask->request->path, ask)) {
            return route;
        }
        ask->view.open[0] = 0;
        ask->name = "";
    }
    return NULL;
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

/* Of a form. False: the answer is made. */
static bool
form_passes(struct desk_ask *ask)
{
    const struct desk_request *request = ask->request;
    if (!from_here(request)) {
        desk_reply_message(ask, HTTP_FORBIDDEN, "foreign");
        return false;
    }
    if (request->type == NULL ||
        strncasecmp(request->type, type_form, sizeof(type_form) - 1) != 0) {
        ask->reply->status = HTTP_TYPE;
        return false;
    }
    return true;
}

/* Whose session it is. One whose line of the staff file was taken out or is another one now (role, password) ends here. */
static bool
knows_person(struct desk_ask *ask, const struct desk_route *route)
{
    struct desk *desk = ask->desk;
    struct desk_who now;
    if (!desk_session_who(desk->sessions, ask->token, route->kind != DESK_POLL, &ask->who)) {
        return false;
    }
    if (!desk_staff_who(desk->staff, ask->who.name, &now) ||
        memcmp(now.line, ask->who.line, sizeof(now.line)) != 0) {
        LOG(LOG_INFO, "desk.staff-changed", LOG_INT("role", ask->who.role));
        desk_session_end(desk->sessions, ask->token);
        ask->who = (struct desk_who){0};
        return false;
    }
    return true;
}

/* Who asks, and whether that one may. False: the answer is made. */
static bool
person_passes(struct desk_ask *ask, const struct desk_route *route)
{
    struct desk *desk = ask->desk;
    if (!knows_person(ask, route)) {
        if (route->kind == DESK_POLL) {
            ask->reply->status = HTTP_UNAUTHORIZED;
        } else {
            bool had = route->kind == DESK_FORM || ask->token != NULL;
            desk_reply_go(ask, had ? "/login?why=ended" : "/login");
        }
        return false;
    }
    desk_form_token(desk->sessions, ask->token, ask->form_token);
    if (route->kind == DESK_FORM) {
        AUTO_BUF given;
        buf_init(&given, DESK_FIELD_MAX);
        if (!desk_ask_field(ask, "token", &given) ||
            !desk_form_token_fits(desk->sessions, ask->token, buf_str(&given))) {
            desk_reply_message(ask, HTTP_FORBIDDEN, "foreign");
            return false;
        }
    }
    if ((route->roles & 1U << ask->who.role) == 0) {
        LOG(LOG_WARN, "desk.role", LOG_INT("role", ask->who.role));
        desk_reply_message(ask, HTTP_FORBIDDEN, "role");
        return false;
    }
    return true;
}

static void
read_view(struct desk_ask *ask, bool form)
{
    const struct desk_request *request = ask->request;
    AUTO_BUF show;
    AUTO_BUF before;
    buf_init(&show, DESK_FIELD_MAX);
    buf_init(&before, DESK_FIELD_MAX);
    bool has_show = form && desk_ask_field(ask, "show", &show);
    bool has_before = form && desk_ask_field(ask, "before", &before);
    ask->view.show = desk_show_read(has_show ? buf_str(&show) : form ? NULL : request->show);
    ask->view.before = desk_query_number(has_before ? buf_str(&before)
                                         : form     ? NULL
                                                    : request->before,
        0);
}

static void
answer(struct desk_ask *ask)
{
    const struct desk_route *route = find_route(ask);
    if (route == NULL) {
        ask->reply->status = HTTP_METHOD;
        return;
    }
    if (route->kind == DESK_FORM && !form_passes(ask)) {
        return;
    }
    if (route->roles == NOBODY || person_passes(ask, route)) {
        read_view(ask, route->kind == DESK_FORM);
        ask->view.me = ask->who.name;
        route->handler(ask);
    }
    if (route->act != NULL && ask->who.name[0] != 0) { /* also what a role was refused */
        desk_access_note(ask, route->act);
    }
}

void
desk_answer(struct desk *desk, const struct desk_request *request, struct desk_reply *reply)
{
    char token[DESK_TOKEN_LEN];
    struct desk_ask ask = {.desk = desk, .request = request, .reply = reply, .name = ""};
    desk_content_look(desk);
    reply->status = HTTP_BAD_REQUEST;
    if (!desk_host_fits(
            request->host, desk->config.address, desk->port, desk->config.public_name)) {
        reply->status = HTTP_MISDIRECTED;
        return;
    }
    if (desk_cookie_token(request->cookie, DESK_COOKIE_SESSION, token)) {
        ask.token = token;
    }
    answer(&ask);
    explicit_bzero(token, sizeof(token));
    explicit_bzero(ask.form_token, sizeof(ask.form_token));
}
