/* intake/watch.c - the port for watchers: GET /metrics and /health, plain HTTP, on this machine's own
 * address only. A thread and a ledger handle of its own, so that it answers when the others are busy. */
#include "intake/intake_priv.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/err.h"

enum { WATCH_CONNECTIONS_MAX = 16, WATCH_TIMEOUT_S = 10, WATCH_REPLY_MAX = 1024 * 1024 };

static struct intake_ledger_state
look(struct intake *intake)
{
    struct intake_ledger_state state = intake_ledger_look(intake->watch_ledger);
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(intake->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    state.connections = info != NULL ? info->num_connections : 0;
    return state;
}

static enum MHD_Result
answer(struct MHD_Connection *connection, int status, const char *type, const struct buf *body)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body->len, body->data, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result = MHD_NO;
    if (response != NULL) {
        if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type) == MHD_YES &&
            MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store") ==
                MHD_YES) {
            result = MHD_queue_response(connection, (unsigned)status, response);
        }
        MHD_destroy_response(response);
    }
    return result;
}

static enum MHD_Result
send_problem(struct MHD_Connection *connection, enum intake_problem problem)
{
    struct intake_reply reply;
    intake_reply_init(&reply);
    intake_reply_problem(&reply, problem, KERR_INVALID);
    enum MHD_Result result = answer(connection, reply.status, reply.type, &reply.body);
    intake_reply_release(&reply);
    return result;
}

static enum MHD_Result
send_metrics(struct intake *intake, struct MHD_Connection *connection)
{
    struct intake_ledger_state state = look(intake);
    AUTO_BUF text;
    buf_init(&text, WATCH_REPLY_MAX);
    int r = intake_metrics_write(&intake->metrics, &state, &text);
    if (r == 0 && state.error == 0) { /* a ledger that is busy now is told by the next scrape */
        (void)intake_metrics_keys(intake->watch_ledger, clock_wall_s(intake->clock), &text);
        r = buf_error(&text);
    }
    if (r < 0) {
        return send_problem(connection, INTAKE_PROBLEM_NO_SPACE);
    }
    return answer(connection, 200, "text/plain; version=0.0.4; charset=utf-8", &text);
}

static enum MHD_Result
send_health(struct intake *intake, struct MHD_Connection *connection)
{
    struct intake_ledger_state state = look(intake);
    if (state.error < 0) {
        return send_problem(connection, INTAKE_PROBLEM_LEDGER);
    }
    AUTO_BUF text;
    buf_init(&text, INTAKE_REPLY_MAX);
    intake_write_health(&text, &state);
    return answer(connection, 200, "application/json", &text);
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *upload, size_t *upload_len, void **ctx)
{
    (void)version, (void)upload;
    static int seen; /* its address marks a request whose head has come */
    if (*ctx == NULL) {
        *ctx = &seen;
        return MHD_YES;
    }
    if (*upload_len > 0) {
        return MHD_NO; /* nobody sends anything here */
    }
    bool is_metrics = strcmp(url, "/metrics") == 0;
    if (!is_metrics && strcmp(url, "/health") != 0) {
        return send_problem(connection, INTAKE_PROBLEM_PATH);
    }
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        return send_problem(connection, INTAKE_PROBLEM_METHOD);
    }
    return is_metrics ? send_metrics(cls, connection) : send_health(cls, connection);
}

int
intake_watch_start(struct intake *intake, const char *ledger, uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int r = ledger_open(ledger, &intake->watch_ledger);
    if (r < 0) {
        return r;
    }
    intake->watch = MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG, 0, NULL,
        NULL, on_request, intake, /* */
        MHD_OPTION_EXTERNAL_LOGGER, intake_drop_message, NULL, /* */
        MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)&address, /* */
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)WATCH_CONNECTIONS_MAX, /* */
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)WATCH_TIMEOUT_S, /* */
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    return intake->watch != NULL ? 0 : KERR_NET;
}

void
intake_watch_stop(struct intake *intake)
{
    if (intake->watch != NULL) {
        MHD_stop_daemon(intake->watch);
        intake->watch = NULL;
    }
    ledger_close(intake->watch_ledger);
    intake->watch_ledger = NULL;
}
