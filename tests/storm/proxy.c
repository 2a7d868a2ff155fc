/* The line of the storm: ends TLS on both sides, so that it sees whole requests and answers, and does to
 * them what lines do. It keeps a note of every receipt that leaves the city. A thread a connection; the
 * process may be killed anywhere. */
#define _GNU_SOURCE
#include "storm/storm.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/hex.h"
#include "base/rng.h"

enum fault {
    FAULT_NO_ROUTE, /* before TLS: closed; the first three come per connection */
    FAULT_MUTE, /* before TLS: silence, then a reset */
    FAULT_NO_CITY, /* the way from here to the city is cut */
    FAULT_DROP_REQUEST,
    FAULT_RESET_REQUEST,
    FAULT_CUT_REQUEST, /* half of it reaches the city */
    FAULT_DOUBLE_REQUEST, /* one after the other */
    FAULT_TWICE_AT_ONCE, /* on two connections, at the same time */
    FAULT_LATE_REPEAT, /* once more after everybody forgot it */
    FAULT_DROP_ANSWER,
    FAULT_RESET_ANSWER,
    FAULT_CUT_ANSWER,
    FAULT_DOUBLE_ANSWER,
    FAULT_SWAP_ANSWER, /* somebody else's good receipt */
    FAULT_FLIP_ANSWER, /* a bit of the receipt */
    FAULT_DELAY,
    FAULT_STALL, /* silence, then a reset */
    FAULT_HTML,
    FAULT_EMPTY_200,
    FAULT_REDIRECT,
    FAULT_500,
    FAULT_502_HTML,
    FAULT_503,
    FAULT_413, /* of a proxy: does not name the record */
    FAULT_COUNT
};

static const char *const names[FAULT_COUNT] = {"no route", "mute", "no city", "request dropped",
    "request reset", "request cut", "request doubled", "request twice at once", "request repeated",
    "answer dropped", "answer reset", "answer cut", "answer doubled", "answer swapped",
    "answer flipped", "delayed", "stalled", "HTML 200", "empty 200", "redirect", "500", "502 HTML",
    "503", "413"};

/* Answers that the city never gave. */
static const char *const answers[FAULT_COUNT] = {
    [FAULT_HTML] = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: "
                   "27\r\n\r\n<html>Please log in</html>\n",
    [FAULT_EMPTY_200] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    [FAULT_REDIRECT] =
        "HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/login\r\nContent-Length: 0\r\n\r\n",
    [FAULT_500] = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
    [FAULT_502_HTML] = "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: "
                       "13\r\n\r\n<html></html>",
    [FAULT_503] = "HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n",
    [FAULT_413] = "HTTP/1.1 413 Too Large\r\nContent-Type: text/plain\r\nContent-Length: "
                  "4\r\n\r\nbig\n",
};

const char *
storm_fault_name(unsigned kind)
{
    return kind < FAULT_COUNT ? names[kind] : NULL;
}

static const struct storm *storm;
static SSL_CTX *server, *clients[STORM_KIOSKS_MAX];
static int receipts; /* notes */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct buf last_good; /* under lock: an answer with a receipt, for FAULT_SWAP_ANSWER */

/* One TLS connection with what was read and not used yet. */
struct end {
    int fd;
    SSL *ssl;
    struct buf in;
};

struct link {
    int fd; /* of the kiosk */
    uint64_t number;
    unsigned kiosk;
    struct end kiosk_end, city_end;
    struct rng_seeded rng;
};

static void
end_close(struct end *end)
{
    SSL_free(end->ssl);
    end->ssl = NULL;
    if (end->fd >= 0) {
        close(end->fd);
    }
    end->fd = -1;
    buf_release(&end->in);
    ERR_clear_error();
}

static void
reset(int fd)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

static bool
send_all(struct end *end, const void *bytes, size_t len)
{
    return len == 0 || SSL_write(end->ssl, bytes, (int)len) == (int)len;
}

/* Moves one whole message from the connection into *ret. */
static bool
read_message(struct end *end, struct buf *ret)
{
    char piece[16384];
    for (;;) {
        const char *text = buf_str(&end->in), *stop = strstr(text, "\r\n\r\n");
        if (stop != NULL) {
            const char *at = strcasestr(text, "\r\ncontent-length:");
            size_t head = (size_t)(stop - text) + 4;
            size_t whole = head + (at != NULL && at < stop ? strtoul(at + 17, NULL, 10) : 0);
            if (end->in.len >= whole) {
                (void)buf_add(ret, end->in.data, whole);
                memmove(end->in.data, end->in.data + whole, end->in.len - whole);
                end->in.len -= whole;
                return buf_error(ret) == 0;
            }
        }
        int n = SSL_read(end->ssl, piece, sizeof(piece));
        if (n <= 0 || buf_add(&end->in, piece, (size_t)n) != 0) {
            return false;
        }
    }
}

static void
end_init(struct end *end, int fd)
{
    struct timeval patience = {.tv_sec = 10};
    *end = (struct end){.fd = fd};
    buf_init(&end->in, 1024 * 1024);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

static bool
city_open(unsigned kiosk, struct end *end)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(storm->intake_port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    end_init(end, fd);
    end->ssl = SSL_new(clients[kiosk]);
    SSL_set_fd(end->ssl, fd);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
        SSL_connect(end->ssl) == 1) {
        return true;
    }
    end_close(end);
    return false;
}

/* Notes the receipt in an answer of the city, before anybody else sees it. */
static void
note_answer(unsigned kiosk, const struct buf *request, const struct buf *answer)
{
    const char *text = buf_str(answer);
    if (strncmp(text, "HTTP/1.1 200", 12) != 0 && strncmp(text, "HTTP/1.1 201", 12) != 0) {
        return;
    }
    static const char path[] = "PUT /v1/records/";
    const char *asked = buf_str(request), *body = strstr(text, "\r\n\r\n") + 4;
    struct storm_note note = {.sequence = kiosk};
    char id[2 * SEAL_ID_LEN + 1];
    if (strncmp(asked, path, sizeof(path) - 1) != 0) {
        storm_die("a request that is none of ours");
    }
    memcpy(id, asked + sizeof(path) - 1, sizeof(id) - 1);
    id[sizeof(id) - 1] = 0;
    if (hex_decode(id, note.id, sizeof(note.id)) < 0) {
        storm_die("an id");
    }
    seal_hash((const uint8_t *)body, answer->len - (size_t)(body - text), note.hash);
    storm_note(receipts, &note);
    pthread_mutex_lock(&lock);
    buf_clear(&last_good);
    (void)buf_add(&last_good, answer->data, answer->len);
    pthread_mutex_unlock(&lock);
}

static bool
city_ask(unsigned kiosk, struct end *end, const struct buf *request, struct buf *ret_answer)
{
    buf_clear(ret_answer);
    if ((end->ssl == NULL && !city_open(kiosk, end)) ||
        !send_all(end, request->data, request->len) || !read_message(end, ret_answer)) {
        end_close(end);
        return false;
    }
    note_answer(kiosk, request, ret_answer);
    return true;
}

static void
sleep_ms(uint32_t ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    (void)nanosleep(&time, NULL);
}

/* A request on its own way to the city, later. */
struct repeat {
    unsigned kiosk;
    uint32_t wait_ms;
    struct buf request;
};

static void *
repeat_run(void *arg)
{
    struct repeat *repeat = arg;
    struct end end = {.fd = -1};
    AUTO_BUF answer;
    buf_init(&answer, 128 * 1024);
    sleep_ms(repeat->wait_ms);
    (void)city_ask(repeat->kiosk, &end, &repeat->request, &answer);
    if (end.ssl != NULL) {
        end_close(&end);
    }
    buf_release(&repeat->request);
    free(repeat);
    return NULL;
}

static void
repeat_start(unsigned kiosk, uint32_t wait_ms, const struct buf *request)
{
    struct repeat *repeat = xcalloc(1, sizeof(*repeat));
    repeat->kiosk = kiosk;
    repeat->wait_ms = wait_ms;
    buf_init(&repeat->request, 1024 * 1024);
    (void)buf_add(&repeat->request, request->data, request->len);
    pthread_t thread;
    if (pthread_create(&thread, NULL, repeat_run, repeat) != 0) {
        storm_die("a thread");
    }
    pthread_detach(thread);
}

static bool
has_fault(struct link *link)
{
    return !atomic_load(&storm->weather->is_calm) &&
           rng_seeded_below(&link->rng, 1000) < storm->faults;
}

static enum fault
count(enum fault fault)
{
    atomic_fetch_add(&storm->weather->faults, 1);
    atomic_fetch_add(&storm->weather->kinds[fault], 1);
    return fault;
}

/* What is done to an answer on its way back. False when the connection is over. */
static bool
give_answer(struct link *link, enum fault fault, struct buf *answer)
{
    struct end *kiosk = &link->kiosk_end;
    switch (fault) {
    case FAULT_DROP_ANSWER:
        return false;
    case FAULT_RESET_ANSWER:
        reset(kiosk->fd);
        return false;
    case FAULT_CUT_ANSWER:
        (void)send_all(
            kiosk, answer->data, 1 + rng_seeded_below(&link->rng, (uint32_t)answer->len - 1));
        return false;
    case FAULT_DOUBLE_ANSWER:
        return send_all(kiosk, answer->data, answer->len) &&
               send_all(kiosk, answer->data, answer->len);
    case FAULT_SWAP_ANSWER:
        pthread_mutex_lock(&lock);
        buf_clear(answer);
        (void)buf_add(answer, last_good.data, last_good.len);
        pthread_mutex_unlock(&lock);
        break;
    case FAULT_FLIP_ANSWER: { /* never in the head */
        const char *body = strstr(buf_str(answer), "\r\n\r\n") + 4;
        size_t head = (size_t)(body - (const char *)answer->data);
        if (answer->len > head) {
            answer->data[head + rng_seeded_below(&link->rng, (uint32_t)(answer->len - head))] ^=
                (uint8_t)(1U << rng_seeded_below(&link->rng, 8));
        }
        break;
    }
    case FAULT_DELAY:
        sleep_ms(5 + rng_seeded_below(&link->rng, 200));
        break;
    default:
        break;
    }
    return send_all(kiosk, answer->data, answer->len);
}

/* The way there. False when the connection is over without an answer. */
static bool
carry(struct link *link, enum fault fault, const struct buf *request, struct buf *answer)
{
    struct end *city = &link->city_end;
    switch (fault) {
    case FAULT_DROP_REQUEST:
        return false;
    case FAULT_RESET_REQUEST:
        reset(link->kiosk_end.fd);
        return false;
    case FAULT_STALL:
        sleep_ms(200 + rng_seeded_below(&link->rng, 1000));
        reset(link->kiosk_end.fd);
        return false;
    case FAULT_CUT_REQUEST:
        if (city->ssl != NULL || city_open(link->kiosk, city)) {
            (void)send_all(
                city, request->data, 1 + rng_seeded_below(&link->rng, (uint32_t)request->len - 1));
            end_close(city);
        }
        return false;
    case FAULT_DOUBLE_REQUEST:
        return city_ask(link->kiosk, city, request, answer) &&
               city_ask(link->kiosk, city, request, answer);
    case FAULT_TWICE_AT_ONCE:
        repeat_start(link->kiosk, 0, request);
        break;
    case FAULT_LATE_REPEAT:
        repeat_start(link->kiosk, 100 + rng_seeded_below(&link->rng, 1500), request);
        break;
    default:
        break;
    }
    return city_ask(link->kiosk, city, request, answer);
}

static bool
serve(struct link *link)
{
    AUTO_BUF request;
    AUTO_BUF answer;
    buf_init(&request, 1024 * 1024);
    buf_init(&answer, 128 * 1024);
    if (!read_message(&link->kiosk_end, &request)) {
        return false;
    }
    atomic_fetch_add(&storm->weather->requests, 1);
    enum fault fault = FAULT_COUNT;
    if (has_fault(link)) {
        fault = count((enum fault)(
            FAULT_DROP_REQUEST + rng_seeded_below(&link->rng, FAULT_COUNT - FAULT_DROP_REQUEST)));
    }
    if (fault < FAULT_COUNT && answers[fault] != NULL) {
        return send_all(&link->kiosk_end, answers[fault], strlen(answers[fault]));
    }
    return carry(link, fault, &request, &answer) && give_answer(link, fault, &answer);
}

static void *
link_run(void *arg)
{
    struct link *link = arg;
    char name[32] = "";
    link->rng.state = storm->seed + link->number * 0x9e3779b97f4a7c15ULL;
    link->city_end.fd = -1;
    end_init(&link->kiosk_end, link->fd);
    enum fault early = has_fault(link) ? (enum fault)rng_seeded_below(&link->rng, 3) : FAULT_COUNT;
    if (early != FAULT_COUNT) {
        count(early);
    }
    if (early == FAULT_MUTE) {
        sleep_ms(100 + rng_seeded_below(&link->rng, 900));
        reset(link->fd);
    }
    if (early != FAULT_MUTE && early != FAULT_NO_ROUTE) {
        link->kiosk_end.ssl = SSL_new(server);
        SSL_set_fd(link->kiosk_end.ssl, link->fd);
        X509 *peer = NULL;
        if (SSL_accept(link->kiosk_end.ssl) == 1) {
            peer = SSL_get0_peer_certificate(link->kiosk_end.ssl);
            X509_NAME_get_text_by_NID(
                X509_get_subject_name(peer), NID_commonName, name, sizeof(name));
        }
        if (sscanf(name, "kiosk-%u", &link->kiosk) == 1 && link->kiosk < storm->kiosks &&
            early != FAULT_NO_CITY) {
            while (serve(link)) {
            }
        }
    }
    end_close(&link->kiosk_end);
    if (link->city_end.ssl != NULL) {
        end_close(&link->city_end);
    }
    free(link);
    return NULL;
}

static SSL_CTX *
context(const SSL_METHOD *method, const char *cert, const char *key, const char *ca)
{
    SSL_CTX *made = SSL_CTX_new(method);
    if (made == NULL || SSL_CTX_use_certificate_file(made, cert, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(made, key, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_load_verify_file(made, ca) != 1) {
        storm_die("a certificate");
    }
    SSL_CTX_set_verify(made, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
    return made;
}

static void
load(void)
{
    char cert[STORM_PATH], key[STORM_PATH], ca[STORM_PATH], notes[STORM_PATH];
    storm_path(storm, cert, "city/keys/intake-tls.crt");
    storm_path(storm, key, "city/keys/intake-tls.key");
    storm_path(storm, ca, "city/keys/kiosk-ca.crt");
    server = context(TLS_server_method(), cert, key, ca);
    storm_path(storm, ca, "city/keys/city-ca.crt");
    for (unsigned i = 0; i < storm->kiosks; i++) {
        storm_path(storm, cert, "kiosk-%03u/tls.crt", i);
        storm_path(storm, key, "kiosk-%03u/tls.key", i);
        clients[i] = context(TLS_client_method(), cert, key, ca);
    }
    storm_path(storm, notes, "receipts");
    receipts = storm_append(notes);
    buf_init(&last_good, 128 * 1024);
}

void
storm_proxy(const struct storm *the_storm)
{
    storm = the_storm;
    signal(SIGPIPE, SIG_IGN);
    load();
    struct rng_seeded rng = {.state = storm->seed ^ (uint64_t)getpid()};
    for (;;) {
        int fd = accept4(storm->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) {
            continue;
        }
        struct link *link = xcalloc(1, sizeof(*link));
        link->fd = fd;
        link->number = rng_seeded_next(&rng);
        pthread_t thread;
        if (pthread_create(&thread, NULL, link_run, link) != 0) {
            storm_die("a thread");
        }
        pthread_detach(thread);
    }
}
