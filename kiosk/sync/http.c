/* sync/http.c - HTTPS to the intake, a few requests at once, by libcurl; nothing else includes curl.h.
 * Trusts one CA file and nothing that the machine may have besides, follows nothing, reads little,
 * gives up in time, and translates curl's codes. */
#include "sync/sync_priv.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"

enum {
    HTTP_SLOW_BYTES_S = 32, /* slower than this ... */
    HTTP_SLOW_S =
        15, /* ... for so long is a dead line; the intake itself is silent for 10 s at most */
    HTTP_UPLOAD_BYTES = 16 * 1024, /* a record has about 2 */
    HTTP_URL_MAX = 512,
    HTTP_HEADER_MAX = SYNC_POINT_TEXT + 64
};

/* One request at a time, with a connection of its own that is kept between requests. */
struct lane {
    CURL *easy; /* owned */
    CURLSH *own; /* owned; the pool that only this lane's connection is in */
    curl_socket_t socket; /* of the kept connection, or CURL_SOCKET_BAD */
    bool is_busy;
    struct sync_answer *answer; /* of the request under way */
    struct curl_slist *headers; /* owned; of the last request */
    const struct sync_get *get; /* when it is one; borrowed */
    uint64_t skip; /* bytes of its answer that are there already */
    char error[CURL_ERROR_SIZE];
};

struct sync_http {
    CURLM *multi; /* owned */
    struct lane lanes[SYNC_LANES_MAX];
    unsigned count;
    char *url; /* owned; without a trailing slash */
    const struct clock *clock; /* borrowed */
    const volatile sig_atomic_t *stop;
};

void
sync_answer_init(struct sync_answer *answer)
{
    *answer = (struct sync_answer){.error = 0};
    buf_init(&answer->body, SYNC_ANSWER_MAX);
}

void
sync_answer_release(struct sync_answer *answer)
{
    buf_release(&answer->body);
}

/* Gives a piece of a good answer to whoever asked; a server that knows no ranges sends what we have, too. */
static bool
take_piece(struct lane *lane, long status, const char *data, size_t len)
{
    const struct sync_get *get = lane->get;
    if (status == 200 && lane->skip > 0) {
        size_t known = lane->skip < len ? (size_t)lane->skip : len;
        lane->skip -= known;
        data += known;
        len -= known;
    }
    return len == 0 || get->take(get->ctx, (const uint8_t *)data, len) == 0;
}

static size_t
on_body(char *data, size_t size, size_t count, void *ctx)
{
    struct lane *lane = ctx;
    long status = 0;
    if (lane->get != NULL &&
        curl_easy_getinfo(lane->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
        (status == 200 || status == 206)) {
        return take_piece(lane, status, data, size * count) ? size * count : 0;
    }
    /* Any other number than what was given ends the transfer: the answer is too large. */
    return buf_add(&lane->answer->body, data, size * count) == 0 ? size * count : 0;
}

/* Options that can only fail by a libcurl without TLS or without memory. */
static CURLcode
set_trust(CURL *easy, const struct sync_config *config)
{
    const struct {
        CURLoption option;
        const char *value;
    } texts[] = {
        {CURLOPT_PROTOCOLS_STR, "https"},
        {CURLOPT_PROXY, ""}, /* no proxy of the environment */
        {CURLOPT_CAINFO, config->ca},
        {CURLOPT_CAPATH, NULL}, /* libcurl would trust /etc/ssl/certs besides CAINFO */
        {CURLOPT_SSLCERT, config->client_cert},
        {CURLOPT_SSLKEY, config->client_key},
    };
    CURLcode code = CURLE_OK;
    for (size_t i = 0; i < ARRAY_LEN(texts) && code == CURLE_OK; i++) {
        code = curl_easy_setopt(easy, texts[i].option, texts[i].value);
    }
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
        {CURLOPT_CONNECTTIMEOUT, SYNC_CONNECT_TIMEOUT_S},
        {CURLOPT_TIMEOUT, config->timeout_s > 0 ? config->timeout_s : SYNC_TIMEOUT_S},
        {CURLOPT_LOW_SPEED_LIMIT, HTTP_SLOW_BYTES_S},
        {CURLOPT_LOW_SPEED_TIME, HTTP_SLOW_S},
        {CURLOPT_SSL_SESSIONID_CACHE, 0}, /* every connection proves both sides anew */
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_UPLOAD_BUFFERSIZE, HTTP_UPLOAD_BYTES}, /* made anew for each request */
        {CURLOPT_TCP_KEEPALIVE, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(numbers) && code == CURLE_OK; i++) {
        code = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
    }
    return code;
}

static CURLcode
set_callbacks(struct lane *lane)
{
    CURLcode code = curl_easy_setopt(lane->easy, CURLOPT_WRITEFUNCTION, on_body);
    if (code == CURLE_OK) {
        code = curl_easy_setopt(lane->easy, CURLOPT_WRITEDATA, (void *)lane);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(lane->easy, CURLOPT_PRIVATE, (void *)lane);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(lane->easy, CURLOPT_ERRORBUFFER, lane->error);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(lane->easy, CURLOPT_SHARE, lane->own);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(lane->easy, CURLOPT_CUSTOMREQUEST, "PUT");
    }
    return code;
}

/* "https://host[:port]", perhaps with a slash at the end; no path, user or query. */
static bool
is_origin(const char *url)
{
    static const char scheme[] = "https://";
    if (strncmp(url, scheme, sizeof(scheme) - 1) != 0 || strlen(url) > HTTP_URL_MAX / 2) {
        return false;
    }
    const char *host = url + sizeof(scheme) - 1;
    size_t len = strcspn(host, "/?#@ \\");
    return len > 0 && (host[len] == 0 || (host[len] == '/' && host[len + 1] == 0));
}

static int
append_header(struct lane *lane, const char *name, const char *value)
{
    AUTO_BUF line;
    buf_init(&line, HTTP_HEADER_MAX);
    (void)buf_printf(&line, "%s%s", name, value);
    struct curl_slist *longer =
        buf_error(&line) == 0 ? curl_slist_append(lane->headers, buf_str(&line)) : NULL;
    if (longer == NULL) {
        return KERR_NO_MEMORY;
    }
    lane->headers = longer;
    return 0;
}

/* The headers of one request; those of the lane's last one go. */
static int
set_headers(struct lane *lane, const struct sync_request *request)
{
    curl_slist_free_all(lane->headers);
    lane->headers = NULL;
    int r = append_header(lane, "Content-Type: ", "application/cms");
    r = r == 0 ? append_header(lane, "Accept: ", "application/cms, application/problem+json") : r;
    r = r == 0 ? append_header(lane, "Expect:", "") : r; /* no extra round trip for a small body */
    if (r == 0 && request->point != NULL) {
        r = append_header(lane, "Madoguchi-Point: ", request->point);
    }
    if (r == 0 && request->report != NULL) {
        r = append_header(lane, "Madoguchi-Report: ", request->report);
    }
    if (r == 0 && request->call != NULL) {
        r = append_header(lane, "Madoguchi-Call: ", request->call);
    }
    bool is_set =
        r == 0 && curl_easy_setopt(lane->easy, CURLOPT_HTTPHEADER, lane->headers) == CURLE_OK;
    return is_set ? 0 : KERR_NO_MEMORY;
}

static int
open_lane(struct lane *lane, const struct sync_config *config)
{
    lane->socket = CURL_SOCKET_BAD;
    lane->easy = curl_easy_init();
    lane->own = curl_share_init();
    bool ok = lane->easy != NULL && lane->own != NULL &&
              curl_share_setopt(lane->own, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT) == CURLSHE_OK &&
              set_trust(lane->easy, config) == CURLE_OK && set_callbacks(lane) == CURLE_OK;
    return ok ? 0 : KERR_NO_MEMORY;
}

int
sync_http_new(const struct sync_config *config, struct sync_http **ret_http)
{
    if (!is_origin(config->url)) {
        return KERR_INVALID;
    }
    if (!fs_exists(config->ca) || !fs_exists(config->client_cert) ||
        !fs_exists(config->client_key)) {
        return KERR_NOT_FOUND;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return KERR_NO_MEMORY;
    }
    struct sync_http *http = xcalloc(1, sizeof(*http));
    size_t len = strlen(config->url);
    http->url = xstrndup(config->url, config->url[len - 1] == '/' ? len - 1 : len);
    http->clock = config->clock;
    http->stop = config->stop;
    http->multi = curl_multi_init();
    int r = http->multi != NULL ? 0 : KERR_NO_MEMORY;
    http->count = config->at_once > 1 ? config->at_once : 1;
    http->count = http->count < SYNC_LANES_MAX ? http->count : SYNC_LANES_MAX;
    for (unsigned i = 0; i < http->count && r == 0; i++) {
        r = open_lane(&http->lanes[i], config);
    }
    if (r < 0) {
        sync_http_free(http);
        return r;
    }
    *ret_http = http;
    return 0;
}

void
sync_http_free(struct sync_http *http)
{
    if (http == NULL) {
        return;
    }
    sync_http_cancel(http);
    for (unsigned i = 0; i < SYNC_LANES_MAX; i++) {
        curl_easy_cleanup(http->lanes[i].easy); /* NULL is accepted, as in the next */
        curl_slist_free_all(http->lanes[i].headers);
        if (http->lanes[i].own != NULL) {
            (void)curl_share_cleanup(http->lanes[i].own); /* nobody uses it any more */
        }
    }
    (void)curl_multi_cleanup(http->multi); /* empty; NULL is accepted */
    curl_global_cleanup();
    free(http->url);
    free(http);
}

/* Did TLS itself refuse, or did the line break during TLS? curl has one code for both and tells
 * OpenSSL's reason in the text only ("error:0A000086:SSL routines::certificate verify failed").
 * A refusal of our certificate in TLS 1.3 comes as an alert after the handshake (RFC 8446
 * section 4.4.2.4). */
static bool
is_tls_refusal(CURLcode code, const char *text)
{
    switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_USE_SSL_FAILED:
        return true;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return strstr(text, "error:") != NULL && strstr(text, "unexpected eof") == NULL;
    default:
        return false;
    }
}

static int
translate(CURLcode code, const char *text)
{
    if (is_tls_refusal(code, text)) {
        return KERR_NET_TLS;
    }
    switch (code) {
    case CURLE_OK:
        return 0;
    case CURLE_WRITE_ERROR: /* on_body had enough */
    case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9 */
    case CURLE_WEIRD_SERVER_REPLY:
        return KERR_NET_ANSWER;
    case CURLE_OUT_OF_MEMORY:
        return KERR_NO_MEMORY;
    default:
        return KERR_NET;
    }
}

/* A header of the last answer; NULL when it is not there. */
static const char *
header(CURL *easy, const char *name)
{
    struct curl_header *found = NULL;
    return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value
                                                                                  : NULL;
}

/* Seconds or a date (RFC 9110 section 10.2.3). A date counts from the answer's own Date, so that it
 * means the same under a mad clock of ours; from ours only when that is missing. */
static int64_t
read_retry_after(CURL *easy, int64_t now)
{
    const char *value = header(easy, "Retry-After"), *date = header(easy, "Date");
    if (value == NULL || value[0] == 0) {
        return 0;
    }
    int64_t seconds = 0;
    if (strspn(value, "0123456789") == strlen(value)) {
        for (const char *at = value; *at != 0 && seconds < SYNC_RETRY_AFTER_MAX_S; at++) {
            seconds = seconds * 10 + (*at - '0');
        }
    } else {
        time_t until = curl_getdate(value, NULL),
               from = date != NULL ? curl_getdate(date, NULL) : -1;
        seconds = until < 0 ? 0 : (int64_t)until - (from < 0 ? now : (int64_t)from);
    }
    if (seconds < 0) {
        return 0;
    }
    return seconds < SYNC_RETRY_AFTER_MAX_S ? seconds : SYNC_RETRY_AFTER_MAX_S;
}

/* A small number; anything else is as if it were not said. */
static unsigned
read_room(CURL *easy)
{
    const char *value = header(easy, "Madoguchi-Connections");
    size_t digits = value != NULL ? strspn(value, "0123456789") : 0;
    return digits > 0 && digits < 5 && value[digits] == 0 ? (unsigned)strtoul(value, NULL, 10) : 0;
}

/* Told by the moment at which the request could go out. */
static bool
has_joined(CURL *easy)
{
    curl_off_t moment_us = 0;
    return curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &moment_us) == CURLE_OK &&
           moment_us > 0;
}

static void
read_head(CURL *easy, int64_t now, struct sync_answer *answer)
{
    static const char *const html[] = {"text/html", "application/xhtml+xml"};
    long status = 0;
    const char *type = NULL;
    if (curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK) {
        answer->status = (int)status;
    }
    if (curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK && type != NULL) {
        for (size_t i = 0; i < ARRAY_LEN(html); i++) {
            answer->is_html |= strncasecmp(type, html[i], strlen(html[i])) == 0;
        }
    }
    answer->retry_after_s = read_retry_after(easy, now);
    answer->room = read_room(easy);
    const char *date = header(easy, "Date");
    time_t moment = date != NULL ? curl_getdate(date, NULL) : -1;
    answer->date = moment > 0 ? (int64_t)moment : 0;
}

/* HTTP/1.1 has nothing that ties an answer to its request but the order. So a connection that has
 * something to read before anything was asked is out of step, or closed, and is not used again. */
static void
drop_unclean(struct lane *lane)
{
    struct pollfd ready = {.fd = lane->socket, .events = POLLIN};
    if (lane->socket != CURL_SOCKET_BAD && poll(&ready, 1, 0) != 0) {
        (void)shutdown(lane->socket, SHUT_RDWR); /* curl finds it dead and opens another */
    }
    lane->socket = CURL_SOCKET_BAD;
}

bool
sync_http_is_joining(const struct sync_http *http)
{
    for (unsigned i = 0; i < http->count; i++) {
        if (http->lanes[i].is_busy && !has_joined(http->lanes[i].easy)) {
            return true;
        }
    }
    return false;
}

void
sync_http_hang_up(struct sync_http *http, unsigned from)
{
    for (unsigned i = from; i < http->count; i++) {
        struct lane *lane = &http->lanes[i];
        if (!lane->is_busy && lane->socket != CURL_SOCKET_BAD) {
            (void)shutdown(lane->socket, SHUT_RDWR); /* curl finds it dead and opens another */
            lane->socket = CURL_SOCKET_BAD;
        }
    }
}

int
sync_http_put(struct sync_http *http, unsigned number, const struct sync_request *request,
    struct sync_answer *answer)
{
    struct lane *lane = &http->lanes[number];
    char name[2 * STORE_ID_LEN + 1];
    hex_encode(request->id, STORE_ID_LEN, name);
    AUTO_BUF url;
    buf_init(&url, HTTP_URL_MAX);
    if (request->path != NULL) {
        (void)buf_printf(&url, "%s%s", http->url, request->path);
    } else if (request->bytes != NULL) {
        (void)buf_printf(&url, "%s/v1/records/%s", http->url, name); /* sticky error, asked below */
    } else {
        (void)buf_printf(&url, "%s/v1/report", http->url);
    }
    drop_unclean(lane);
    buf_clear(&answer->body);
    *answer = (struct sync_answer){.body = answer->body};
    lane->answer = answer;
    lane->error[0] = 0;
    if (buf_error(&url) != 0 || set_headers(lane, request) < 0 ||
        curl_easy_setopt(lane->easy, CURLOPT_URL, buf_str(&url)) != CURLE_OK ||
        curl_easy_setopt(lane->easy, CURLOPT_POSTFIELDS,
            request->bytes != NULL ? (const char *)request->bytes : "") != CURLE_OK ||
        curl_easy_setopt(lane->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->len) !=
            CURLE_OK ||
        curl_multi_add_handle(http->multi, lane->easy) != CURLM_OK) {
        return KERR_NO_MEMORY;
    }
    lane->is_busy = true;
    return 0;
}

static void
release(struct sync_http *http, struct lane *lane)
{
    (void)curl_multi_remove_handle(http->multi, lane->easy); /* it is in it */
    (void)curl_easy_setopt(lane->easy, CURLOPT_POSTFIELDS, NULL); /* the caller's bytes again */
    lane->get = NULL;
    lane->is_busy = false;
    lane->answer = NULL;
}

static CURLcode
set_get(const struct lane *lane, const char *url, const char *range)
{
    CURLcode code = curl_easy_setopt(lane->easy, CURLOPT_URL, url);
    code = code == CURLE_OK ? curl_easy_setopt(lane->easy, CURLOPT_HTTPGET, 1L) : code;
    code = code == CURLE_OK ? curl_easy_setopt(lane->easy, CURLOPT_CUSTOMREQUEST, NULL) : code;
    code = code == CURLE_OK ? curl_easy_setopt(lane->easy, CURLOPT_RANGE, range) : code;
    return code == CURLE_OK ? curl_easy_setopt(lane->easy, CURLOPT_HTTPHEADER, lane->headers)
                            : code;
}

int
sync_http_get(struct sync_http *http, const struct sync_get *get, struct sync_answer *answer)
{
    struct lane *lane = &http->lanes[0];
    char range[32];
    char tag[128];
    AUTO_BUF url;
    buf_init(&url, HTTP_URL_MAX);
    (void)buf_printf(&url, "%s%s", http->url, get->path); /* sticky error, asked below */
    (void)snprintf(range, sizeof(range), "%llu-", (unsigned long long)get->from);
    (void)snprintf(tag, sizeof(tag), "If-None-Match: \"%s\"", get->tag);
    drop_unclean(lane);
    buf_clear(&answer->body);
    *answer = (struct sync_answer){.body = answer->body};
    lane->answer = answer;
    lane->error[0] = 0;
    lane->skip = get->from;
    lane->get = get;
    curl_slist_free_all(lane->headers);
    lane->headers = curl_slist_append(NULL, get->tag[0] != 0 ? tag : "Accept: */*");
    if (buf_error(&url) != 0 || lane->headers == NULL ||
        set_get(lane, buf_str(&url), get->from > 0 ? range : NULL) != CURLE_OK ||
        curl_multi_add_handle(http->multi, lane->easy) != CURLM_OK) {
        release(http, lane);
        return KERR_NO_MEMORY;
    }
    lane->is_busy = true;
    return 0;
}

void
sync_http_cancel(struct sync_http *http)
{
    for (unsigned i = 0; i < http->count; i++) {
        if (http->lanes[i].is_busy) {
            release(http, &http->lanes[i]);
        }
    }
}

/* One that is through: 1 with its lane, 0 when none is. */
static int
take_finished(struct sync_http *http, unsigned *ret_number)
{
    int more;
    const CURLMsg *message = curl_multi_info_read(http->multi, &more);
    struct lane *lane = NULL;
    if (message == NULL || message->msg != CURLMSG_DONE ||
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&lane) != CURLE_OK) {
        return 0;
    }
    int error = translate(message->data.result, lane->error);
    if (curl_easy_getinfo(lane->easy, CURLINFO_ACTIVESOCKET, &lane->socket) != CURLE_OK) {
        lane->socket = CURL_SOCKET_BAD;
    }
    *ret_number = (unsigned)(lane - http->lanes);
    lane->answer->error = error;
    lane->answer->has_joined = has_joined(lane->easy);
    read_head(lane->easy, clock_wall_s(http->clock), lane->answer);
    release(http, lane);
    return error == KERR_NO_MEMORY ? error : 1;
}

void
sync_http_push(struct sync_http *http)
{
    int running;
    (void)curl_multi_perform(
        http->multi, &running); /* the next sync_http_wait says what is wrong */
}

int
sync_http_wait(struct sync_http *http, int64_t wait_ms, unsigned *ret_number)
{
    if (http->stop != NULL && *http->stop != 0) {
        sync_http_cancel(http);
        return KERR_CANCELLED;
    }
    int running;
    int r = take_finished(http, ret_number);
    for (int turn = 0; r == 0 && turn < 2; turn++) {
        if (turn > 0) {
            if (wait_ms <= 0) {
                break;
            }
            (void)curl_multi_poll(http->multi, NULL, 0, (int)wait_ms, NULL); /* a signal ends it */
            if (http->stop != NULL && *http->stop != 0) {
                sync_http_cancel(http);
                return KERR_CANCELLED;
            }
        }
        if (curl_multi_perform(http->multi, &running) != CURLM_OK) {
            return KERR_NO_MEMORY;
        }
        r = take_finished(http, ret_number);
    }
    return r;
}
