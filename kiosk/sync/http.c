/* sync/http.c - the one HTTPS connection to the intake, by libcurl; nothing else includes curl.h.
 * Trusts one CA file and nothing that the machine may have besides, follows nothing, reads little,
 * gives up in time, and translates curl's codes. */
#include "sync/sync_priv.h"

#include <curl/curl.h>
#include <poll.h>
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
    HTTP_URL_MAX = 512
};

struct sync_http {
    CURL *easy; /* owned; keeps the connection between requests */
    struct curl_slist *headers; /* owned */
    char *url; /* owned; without a trailing slash */
    const struct clock *clock; /* borrowed */
    const volatile sig_atomic_t *stop;
    struct buf *body; /* of the request under way */
    char error[CURL_ERROR_SIZE];
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

static size_t
on_body(char *data, size_t size, size_t count, void *ctx)
{
    struct sync_http *http = ctx;
    /* Any other number than what was given ends the transfer: the answer is too large. */
    return buf_add(http->body, data, size * count) == 0 ? size * count : 0;
}

static int
on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d; /* only the moment matters */
    const struct sync_http *http = ctx;
    return http->stop != NULL && *http->stop != 0;
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
        {CURLOPT_NOPROGRESS, 0},
        {CURLOPT_TCP_KEEPALIVE, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(numbers) && code == CURLE_OK; i++) {
        code = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
    }
    return code;
}

static CURLcode
set_callbacks(struct sync_http *http)
{
    CURLcode code = curl_easy_setopt(http->easy, CURLOPT_WRITEFUNCTION, on_body);
    if (code == CURLE_OK) {
        code = curl_easy_setopt(http->easy, CURLOPT_WRITEDATA, (void *)http);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(http->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(http->easy, CURLOPT_XFERINFODATA, (void *)http);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(http->easy, CURLOPT_ERRORBUFFER, http->error);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(http->easy, CURLOPT_HTTPHEADER, http->headers);
    }
    if (code == CURLE_OK) {
        code = curl_easy_setopt(http->easy, CURLOPT_CUSTOMREQUEST, "PUT");
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
append_header(struct sync_http *http, const char *line)
{
    struct curl_slist *longer = curl_slist_append(http->headers, line);
    if (longer == NULL) {
        return KERR_NO_MEMORY;
    }
    http->headers = longer;
    return 0;
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
    http->easy = curl_easy_init();
    int r =
        http->easy != NULL ? append_header(http, "Content-Type: application/cms") : KERR_NO_MEMORY;
    r = r == 0 ? append_header(http, "Accept: application/cms, application/problem+json") : r;
    r = r == 0 ? append_header(http, "Expect:") : r; /* no extra round trip for a small body */
    if (r == 0 && (set_trust(http->easy, config) != CURLE_OK || set_callbacks(http) != CURLE_OK)) {
        r = KERR_NO_MEMORY;
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
    curl_easy_cleanup(http->easy);
    curl_slist_free_all(http->headers);
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
    case CURLE_ABORTED_BY_CALLBACK:
        return KERR_CANCELLED;
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
}

/* HTTP/1.1 has nothing that ties an answer to its request but the order. So a connection that has
 * something to read before anything was asked is out of step, or closed, and is not used again. */
static void
drop_unclean(CURL *easy)
{
    curl_socket_t socket = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket) != CURLE_OK ||
        socket == CURL_SOCKET_BAD) {
        return;
    }
    struct pollfd ready = {.fd = socket, .events = POLLIN};
    if (poll(&ready, 1, 0) != 0) {
        (void)shutdown(socket, SHUT_RDWR); /* curl finds it dead and opens another */
    }
}

int
sync_http_put(struct sync_http *http, const uint8_t id[STORE_ID_LEN], const uint8_t *bytes,
    size_t len, struct sync_answer *ret_answer)
{
    char name[2 * STORE_ID_LEN + 1];
    hex_encode(id, STORE_ID_LEN, name);
    AUTO_BUF url;
    buf_init(&url, HTTP_URL_MAX);
    (void)buf_printf(&url, "%s/v1/records/%s", http->url, name); /* sticky error, asked below */
    CURL *easy = http->easy;
    if (buf_error(&url) != 0 || curl_easy_setopt(easy, CURLOPT_URL, buf_str(&url)) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, bytes) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len) != CURLE_OK) {
        return KERR_NO_MEMORY;
    }
    drop_unclean(easy);
    buf_clear(&ret_answer->body);
    http->body = &ret_answer->body;
    http->error[0] = 0;
    CURLcode code = curl_easy_perform(easy);
    http->body = NULL;
    (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL); /* the bytes are the caller's again */
    int error = translate(code, http->error);
    if (error == KERR_CANCELLED || error == KERR_NO_MEMORY) {
        return error;
    }
    ret_answer->error = error;
    read_head(easy, clock_wall_s(http->clock), ret_answer);
    return 0;
}
