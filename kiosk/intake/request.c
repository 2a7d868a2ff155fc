/* intake/request.c - HTTP as libmicrohttpd gives it: once with the head, then with pieces of the
 * body, then once more at the end. What is wrong is known early but told at the end, after the
 * body was swallowed, so that the kiosk reads the answer instead of a reset connection. */
#include "intake/intake_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/hex.h"

struct request {
    enum intake_route route;
    struct intake_wanted wanted; /* of INTAKE_ROUTE_BUNDLE */
    bool is_put;
    enum intake_problem problem; /* found so far */
    int error;
    size_t swallowed;
    int64_t begun_ms; /* monotonic */
    uint8_t id[SEAL_ID_LEN];
    char peer[SEAL_NAME_MAX]; /* "" until the certificate is read */
    bool is_revoked; /* that certificate; what it sends is still looked at, to be laid apart */
    struct buf body;
};

static const char *
header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static bool
is_cms(const char *type)
{
    static const char cms[] = "application/cms";
    size_t len = sizeof(cms) - 1;
    return type != NULL && strncasecmp(type, cms, len) == 0 &&
           (type[len] == 0 || type[len] == ';' || type[len] == ' ');
}

/* A length that is declared and too large; what is not declared is counted as it comes. */
static bool
is_declared_too_large(const char *length)
{
    if (length == NULL) {
        return false;
    }
    char *end;
    unsigned long long value = strtoull(length, &end, 10);
    return *end == 0 && value > SEAL_ENVELOPE_MAX;
}

static bool
takes_put(enum intake_route route)
{
    return route == INTAKE_ROUTE_RECORD || route == INTAKE_ROUTE_REPORT ||
           route == INTAKE_ROUTE_CALL || route == INTAKE_ROUTE_ENROLMENT;
}

static enum intake_problem
check_head(struct intake *intake, struct request *request, struct MHD_Connection *connection,
    const char *method)
{
    int r = intake_peer_name(intake, connection, request->peer, &request->is_revoked);
    if (r < 0) {
        request->error = r;
        return INTAKE_PROBLEM_PEER;
    }
    if (request->route == INTAKE_ROUTE_NONE) {
        request->error = KERR_NOT_FOUND;
        return INTAKE_PROBLEM_PATH;
    }
    request->is_put = strcmp(method, MHD_HTTP_METHOD_PUT) == 0;
    bool is_get = strcmp(method, MHD_HTTP_METHOD_GET) == 0;
    request->error = KERR_INVALID;
    if (takes_put(request->route) ? !request->is_put : !is_get) {
        return INTAKE_PROBLEM_METHOD;
    }
    if (request->is_revoked && request->route != INTAKE_ROUTE_RECORD) {
        request->error = KERR_SEAL_REVOKED;
        return INTAKE_PROBLEM_REVOKED;
    }
    if (!request->is_put) {
        return INTAKE_PROBLEM_NONE;
    }
    if (!is_cms(header(connection, MHD_HTTP_HEADER_CONTENT_TYPE)) ||
        header(connection, MHD_HTTP_HEADER_CONTENT_ENCODING) != NULL) {
        return INTAKE_PROBLEM_TYPE;
    }
    if (is_declared_too_large(header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH))) {
        request->error = KERR_TOO_BIG;
        return INTAKE_PROBLEM_TOO_LARGE;
    }
    return INTAKE_PROBLEM_NONE;
}

static enum MHD_Result
start(struct intake *intake, struct MHD_Connection *connection, const char *url, const char *method,
    void **ctx)
{
    struct request *request = calloc(1, sizeof(*request));
    if (request == NULL) {
        return MHD_NO;
    }
    buf_init(&request->body, SEAL_ENVELOPE_MAX);
    request->begun_ms = clock_mono_ms(intake->clock);
    request->route = intake_route(url, request->id);
    (void)intake_bundle_path(url, &request->wanted); /* its route says whether it is one */
    request->problem = check_head(intake, request, connection, method);
    *ctx = request;
    return MHD_YES;
}

/* Keeps a piece of the body, or only counts it when the answer is clear already. */
static enum MHD_Result
take_piece(struct request *request, const char *piece, size_t len)
{
    request->swallowed += len;
    if (request->swallowed > INTAKE_SWALLOW_MAX) {
        return MHD_NO;
    }
    if (request->problem == INTAKE_PROBLEM_NONE && request->is_put) {
        request->error = buf_add(&request->body, piece, len);
        if (request->error < 0) {
            request->problem =
                request->error == KERR_TOO_BIG ? INTAKE_PROBLEM_TOO_LARGE : INTAKE_PROBLEM_LEDGER;
            buf_release(&request->body);
        }
    }
    return MHD_YES;
}

static void
answer(struct intake *intake, struct MHD_Connection *connection, struct request *request,
    struct intake_reply *reply)
{
    if (request->problem != INTAKE_PROBLEM_NONE) {
        intake_reply_problem(reply, request->problem, request->error);
        return;
    }
    switch (request->route) {
    case INTAKE_ROUTE_RECORD: {
        struct intake_claim claim = {.kiosk = request->peer, .is_revoked = request->is_revoked};
        memcpy(claim.id, request->id, sizeof(claim.id));
        intake_put_record(intake, &claim, request->body.data, request->body.len, reply);
        break;
    }
    case INTAKE_ROUTE_ENROLMENT: {
        const struct intake_asking asking = {
            .peer = request->peer, .bytes = request->body.data, .len = request->body.len};
        intake_put_enrolment(intake, &asking, reply);
        break;
    }
    case INTAKE_ROUTE_RECEIPT:
        intake_get_receipt(intake, request->peer, request->id, reply);
        break;
    case INTAKE_ROUTE_BUNDLE: {
        const struct intake_ask ask = {.wanted = request->wanted,
            .if_none_match = header(connection, MHD_HTTP_HEADER_IF_NONE_MATCH),
            .range = header(connection, MHD_HTTP_HEADER_RANGE),
            .if_range = header(connection, MHD_HTTP_HEADER_IF_RANGE)};
        intake_get_bundle(intake, &ask, reply);
        break;
    }
    case INTAKE_ROUTE_CALL:
        intake_put_call(intake, request->peer, header(connection, INTAKE_CALL_HEADER), reply);
        break;
    case INTAKE_ROUTE_REPORT:
        reply->status = 204; /* what it brings is in its headers: take_word */
        break;
    case INTAKE_ROUTE_HEALTH:
    case INTAKE_ROUTE_NONE: /* check_head made it a problem */
        intake_get_health(intake, reply);
        break;
    }
}

/* What says which bytes of what these are. */
static bool
add_part_headers(struct MHD_Response *response, const struct intake_reply *reply)
{
    const struct intake_part *part = &reply->part;
    bool ok =
        part->etag[0] == 0 ||
        (MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, part->etag) == MHD_YES &&
            MHD_add_response_header(response, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes") == MHD_YES);
    char range[96] = "";
    if (reply->status == 206) {
        (void)snprintf(range, sizeof(range), "bytes %llu-%llu/%llu", (unsigned long long)part->from,
            (unsigned long long)(part->from + part->len - 1), (unsigned long long)part->size);
    } else if (reply->status == 416) {
        (void)snprintf(range, sizeof(range), "bytes */%llu", (unsigned long long)part->size);
    }
    return ok && (range[0] == 0 || MHD_add_response_header(
                                       response, MHD_HTTP_HEADER_CONTENT_RANGE, range) == MHD_YES);
}

static bool
add_headers(
    struct MHD_Response *response, const struct request *request, const struct intake_reply *reply)
{
    bool ok =
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->type) == MHD_YES &&
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store") == MHD_YES;
    if (ok && reply->retry_after_s > 0) {
        char seconds[16];
        (void)snprintf(seconds, sizeof(seconds), "%d", reply->retry_after_s);
        ok = MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds) == MHD_YES;
    }
    if (ok && reply->share > 0) {
        char number[16];
        (void)snprintf(number, sizeof(number), "%u", reply->share);
        ok = MHD_add_response_header(response, INTAKE_SHARE_HEADER, number) == MHD_YES;
    }
    if (ok && request->problem == INTAKE_PROBLEM_METHOD) {
        ok = MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
                 takes_put(request->route) ? "PUT" : "GET") == MHD_YES;
    }
    return ok && add_part_headers(response, reply);
}

/* A file's bytes, or the body; the descriptor is libmicrohttpd's then. */
static struct MHD_Response *
make_response(struct intake_reply *reply)
{
    struct intake_part *part = &reply->part;
    if (part->fd < 0) {
        return MHD_create_response_from_buffer(
            reply->body.len, reply->body.data, MHD_RESPMEM_MUST_COPY);
    }
    struct MHD_Response *response =
        MHD_create_response_from_fd_at_offset64(part->len, part->fd, part->from);
    if (response != NULL) {
        part->fd = -1;
    }
    return response;
}

static enum MHD_Result
queue(struct MHD_Connection *connection, const struct request *request, struct intake_reply *reply)
{
    struct MHD_Response *response = make_response(reply);
    enum MHD_Result result = MHD_NO;
    if (response != NULL) {
        if (add_headers(response, request, reply)) {
            result = MHD_queue_response(connection, (unsigned)reply->status, response);
        }
        MHD_destroy_response(response);
    }
    return result;
}

/* What the kiosk says of itself in the headers of a PUT; it changes nothing for a record. Not when the ledger has just
 * shown that it takes nothing. */
static void
take_word(struct intake *intake, struct MHD_Connection *connection, const struct request *request,
    struct intake_reply *reply, struct intake_event *event)
{
    if (!request->is_put || request->problem != INTAKE_PROBLEM_NONE || reply->status >= 500 ||
        reply->problem == INTAKE_PROBLEM_REVOKED) {
        return;
    }
    event->point = intake_note_point(intake, intake_session_of(connection), request->peer,
        header(connection, INTAKE_POINT_HEADER));
    event->report =
        intake_note_report(intake, request->peer, header(connection, INTAKE_REPORT_HEADER));
    if (request->route == INTAKE_ROUTE_REPORT && event->report == KERR_INVALID) {
        intake_reply_problem(reply, INTAKE_PROBLEM_REPORT, event->report);
    } else if (request->route == INTAKE_ROUTE_REPORT && event->report < 0) {
        intake_reply_ledger(reply, event->report);
    }
}

/* Counts the answer, and tells the program what it logs. */
static void
tell(struct intake *intake, const struct request *request, const struct intake_reply *reply,
    struct intake_event *event)
{
    bool is_record = request->is_put && request->route == INTAKE_ROUTE_RECORD;
    struct intake_measure measure = {.is_put = is_record,
        .is_new = reply->status == 201,
        .problem = reply->problem,
        .took_ms = clock_mono_ms(intake->clock) - request->begun_ms,
        .kiosk = request->peer};
    intake_metrics_note(&intake->metrics, &measure, clock_wall_s(intake->clock));
    bool is_amiss = event->point < 0 || event->point > LEDGER_POINT_LATE || event->report < 0;
    bool is_asked = reply->status == 202; /* staff are to sign something */
    if (intake->answered != NULL && (is_record || is_asked || reply->status >= 400 || is_amiss)) {
        event->status = reply->status;
        event->error = reply->error;
        event->position = reply->position;
        intake->answered(intake->ctx, event);
    }
}

enum MHD_Result
intake_on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *upload, size_t *upload_len, void **ctx)
{
    (void)version; /* 1.0 and 1.1 are answered alike */
    struct intake *intake = cls;
    if (*ctx == NULL) {
        return start(intake, connection, url, method, ctx);
    }
    struct request *request = *ctx;
    if (*upload_len > 0) {
        size_t len = *upload_len;
        *upload_len = 0;
        return take_piece(request, upload, len);
    }
    struct intake_reply reply;
    intake_reply_init(&reply);
    if (request->route == INTAKE_ROUTE_RECORD) {
        hex_encode(request->id, sizeof(request->id), reply.record);
        reply.share = intake_session_share(intake);
    }
    answer(intake, connection, request, &reply);
    struct intake_event event = {.kiosk = request->peer, .point = LEDGER_POINT_SAME};
    take_word(intake, connection, request, &reply, &event);
    tell(intake, request, &reply, &event);
    enum MHD_Result result = queue(connection, request, &reply);
    intake_reply_release(&reply);
    return result;
}

void
intake_on_completed(
    void *cls, struct MHD_Connection *connection, void **ctx, enum MHD_RequestTerminationCode code)
{
    (void)code; /* however it ended, the memory goes */
    struct request *request = *ctx;
    *ctx = NULL;
    if (request != NULL) {
        buf_release(&request->body);
        free(request);
    }
    intake_session_renew(cls, connection);
}
