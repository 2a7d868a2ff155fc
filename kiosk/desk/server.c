/* desk/server.c - HTTP by libmicrohttpd, the only file that knows it. One thread; plain values go to
 * routes.c and come back. Bodies of requests and replies are wiped when they are done with. */
#include "desk_priv.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

enum {
    CONNECTIONS_MAX = 128,
    TIMEOUT_S = 30, /* of a connection that says nothing */
    MEMORY_MAX = 64 * 1024 /* headers of one connection */
};

struct exchange {
    struct buf body;
    bool too_big;
};

/* Nothing from elsewhere, nothing inline, no frames around us; nothing stays in a cache or travels in
 * a referrer (OWASP Secure Headers). same-origin, since no-referrer would blank Origin on our forms. */
static const char *const headers[][2] = {
    {"Content-Security-Policy",
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
        "frame-ancestors 'none'"},
    {"X-Frame-Options", "DENY"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

static void
free_body(void *ctx)
{
    struct buf *body = ctx;
    buf_release(body);
    free(body);
}

static struct MHD_Response *
make_response(struct desk_reply *reply)
{
    struct buf *body = xcalloc(1, sizeof(*body));
    *body = reply->body; /* now owned by the response */
    buf_init(&reply->body, DESK_PAGE_MAX);
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        body->len, body->data, free_body, body);
    if (response == NULL) {
        free_body(body);
        return NULL;
    }
    /* A header that can't be added for want of memory must not be left out silently */
    bool good = true;
    for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
        good = MHD_add_response_header(response, headers[i][0], headers[i][1]) == MHD_YES && good;
    }
    if (reply->type != NULL) {
        good = MHD_add_response_header(response, "Content-Type", reply->type) == MHD_YES && good;
    }
    if (reply->location[0] != 0) {
        good = MHD_add_response_header(response, "Location", reply->location) == MHD_YES && good;
    }
    if (reply->table) {
        good = MHD_add_response_header(response, "Content-Disposition", "attachment") == MHD_YES &&
               good;
    }
    if (reply->wait_s > 0) {
        char seconds[16];
        (void)snprintf(seconds, sizeof(seconds), "%d", reply->wait_s);
        good = MHD_add_response_header(response, "Retry-After", seconds) == MHD_YES && good;
    }
    for (size_t i = 0; i < ARRAY_LEN(reply->cookies); i++) {
        if (reply->cookies[i][0] != 0) {
            good = MHD_add_response_header(response, "Set-Cookie", reply->cookies[i]) == MHD_YES &&
                   good;
        }
    }
    if (!good) {
        MHD_destroy_response(response);
        return NULL;
    }
    return response;
}

static enum MHD_Result
answer(struct desk *desk, struct MHD_Connection *connection, const char *path, const char *method,
    const struct exchange *exchange)
{
    struct desk_request request = {
        .method = method,
        .path = path,
        .host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host"),
        .cookie = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Cookie"),
        .origin = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Origin"),
        .fetch_site = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Sec-Fetch-Site"),
        .type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type"),
        .show = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "show"),
        .before = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "before"),
        .open = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "open"),
        .since = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "since"),
        .after = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "after"),
        .limit = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "limit"),
        .authorization = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization"),
        .why = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "why"),
        .body = exchange->body.data,
        .body_len = exchange->body.len,
    };
    struct desk_reply reply = {0};
    buf_init(&reply.body, DESK_PAGE_MAX);
    if (exchange->too_big) {
        reply.status = MHD_HTTP_CONTENT_TOO_LARGE;
    } else {
        desk_answer(desk, &request, &reply);
    }
    struct MHD_Response *response = make_response(&reply);
    explicit_bzero(reply.cookies, sizeof(reply.cookies));
    if (response == NULL) {
        return MHD_NO;
    }
    enum MHD_Result result = MHD_queue_response(connection, reply.status, response);
    MHD_destroy_response(response);
    return result;
}

/* MHD calls this once for the headers, once a piece of the body, once at its end. */
static enum MHD_Result
on_request(void *ctx, struct MHD_Connection *connection, const char *path, const char *method,
    const char *version, const char *upload, size_t *upload_len, void **exchange_place)
{
    (void)version; /* both 1.0 and 1.1 are answered alike */
    struct exchange *exchange = *exchange_place;
    if (exchange == NULL) {
        exchange = xcalloc(1, sizeof(*exchange));
        bool api = strncmp(path, "/api/", strlen("/api/")) == 0;
        buf_init(&exchange->body, api ? DESK_API_BODY_MAX : DESK_BODY_MAX);
        *exchange_place = exchange;
        return MHD_YES;
    }
    if (*upload_len > 0) {
        if (exchange->too_big || buf_add(&exchange->body, upload, *upload_len) < 0) {
            exchange->too_big = true;
        }
        *upload_len = 0;
        return MHD_YES;
    }
    return answer(ctx, connection, path, method, exchange);
}

static void
on_completed(void *ctx, struct MHD_Connection *connection, void **exchange_place,
    enum MHD_RequestTerminationCode why)
{
    (void)ctx; /* the exchange holds all that is ours */
    (void)connection;
    (void)why;
    struct exchange *exchange = *exchange_place;
    if (exchange != NULL) {
        buf_release(&exchange->body);
        free(exchange);
        *exchange_place = NULL;
    }
}

static int
read_address(const char *text, uint16_t port, struct sockaddr_storage *ret_address)
{
    struct sockaddr_in *four = (struct sockaddr_in *)ret_address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)ret_address;
    memset(ret_address, 0, sizeof(*ret_address));
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        return 0;
    }
    if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        return 0;
    }
    return KERR_INVALID;
}

int
desk_server_start(struct desk *desk)
{
    struct sockaddr_storage address;
    int r = read_address(desk->config.address, desk->config.port, &address);
    if (r < 0) {
        return r;
    }
    desk->port = desk->config.port; /* before the first request can ask */
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO | MHD_USE_ITC;
    flags |= address.ss_family == AF_INET6 ? (unsigned)MHD_USE_IPv6 : 0;
    struct MHD_Daemon *daemon = MHD_start_daemon(flags, desk->config.port, NULL, NULL, on_request,
        desk, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_MAX, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, NULL, MHD_OPTION_END);
    if (daemon == NULL) {
        return KERR_NET;
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    if (desk->port == 0 && info != NULL) {
        desk->port = info->port; /* nobody knows it before us */
    }
    desk->server = daemon;
    return 0;
}

void
desk_server_stop(struct desk *desk)
{
    if (desk->server != NULL) {
        MHD_stop_daemon(desk->server);
        desk->server = NULL;
    }
}
