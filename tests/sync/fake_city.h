/* A small HTTPS server on loopback that answers as a script says: well, wrongly, in pieces, not at
 * all. A thread a connection; everything that it saw is kept for the test. */
#ifndef TESTS_SYNC_FAKE_CITY_H
#define TESTS_SYNC_FAKE_CITY_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/hex.h"
#include "seal/seal.h"

/* What the body of an answer is made of. */
enum fake_body {
    FAKE_NOTHING,
    FAKE_TEXT, /* answer.text */
    FAKE_RECEIPT, /* a good one, then altered by fake_twist */
    FAKE_HUGE, /* 100 KB */
    FAKE_CUT, /* a receipt, the connection closed before its last byte */
    FAKE_REPLAY, /* the good receipt of the request before */
    FAKE_DOUBLED, /* a good one, the whole answer twice */
    FAKE_PROBLEM, /* a refusal as the intake words it; TWIST_ID: of another record */
};
/* How the receipt is wrong. */
enum fake_twist {
    TWIST_NONE,
    TWIST_KEY, /* signed by another city */
    TWIST_HASH,
    TWIST_ID,
    TWIST_KIOSK,
    TWIST_EPOCH,
    TWIST_SEQUENCE,
    TWIST_BIT, /* one bit of the signature */
    TWIST_SHORT /* its last byte is missing, the length says so honestly */
};
/* What happens instead of an answer. */
enum fake_fault {
    FAULT_NONE,
    FAULT_CLOSE, /* TCP is closed at once, before TLS */
    FAULT_CLOSE_LATE, /* the request is read, then TCP is closed */
    FAULT_RESET, /* the same with a RST */
    FAULT_SILENT, /* the request is read, then nothing */
    FAULT_GARBAGE, /* TLS carries something that is no HTTP */
    FAULT_PLAIN, /* HTTP without TLS */
    FAULT_MUTE, /* TCP is accepted, and that is all: a half-open socket */
    FAULT_DRIP, /* a good head, then a byte each tenth of a second, for ever */
    FAULT_LATE /* a good answer when nobody waits for it any more */
};
struct fake_answer {
    int status;
    const char *headers; /* "Name: value\r\n..." or NULL */
    enum fake_body body;
    enum fake_twist twist;
    enum fake_fault fault;
    const char *text;
};

enum { FAKE_SCRIPT_MAX = 16 };

struct fake_city {
    pthread_t thread;
    int listener;
    uint16_t port;
    atomic_bool stopping;
    SSL_CTX *tls;
    const struct seal_signer *signer, *other_signer; /* borrowed */
    const struct seal_verifier *verifier; /* borrowed */
    /* Set before a step, read by the thread: answers in turn, the last one for ever. */
    pthread_mutex_t lock;
    const struct fake_answer *script;
    size_t script_len, turn;
    unsigned connections, requests; /* under lock */
    struct buf last_request; /* under lock: the body of the newest */
    struct buf before_last; /* under lock: the one before, for FAKE_REPLAY */
    bool same_bytes; /* under lock: every body was like the one before */
    /* Records with these sequences get this answer, or 500, whatever the script says. */
    atomic_uint poison, poison_last; /* 0: no last one, so just one */
    const struct fake_answer *poison_answer;
    atomic_uint open; /* connections, each with a thread */
    atomic_uint places; /* not 0: who comes beyond is turned away, as libmicrohttpd does it */
    atomic_uint turned_away;
    unsigned open_most;
};

struct fake_connection {
    struct fake_city *city;
    int fd;
};

static inline bool
fake_read_request(SSL *ssl, struct buf *head, struct buf *body)
{
    char byte;
    size_t length = 0;
    buf_init(head, 16 * 1024);
    buf_init(body, SEAL_ENVELOPE_MAX);
    while (strstr(buf_str(head), "\r\n\r\n") == NULL) {
        if (SSL_read(ssl, &byte, 1) != 1 || buf_add_byte(head, (uint8_t)byte) != 0) {
            return false;
        }
    }
    const char *at = strcasestr(buf_str(head), "content-length:");
    length = at != NULL ? strtoul(at + 15, NULL, 10) : 0;
    while (body->len < length) {
        char piece[4096];
        size_t want = length - body->len < sizeof(piece) ? length - body->len : sizeof(piece);
        int n = SSL_read(ssl, piece, (int)want);
        if (n <= 0 || buf_add(body, piece, (size_t)n) != 0) {
            return false;
        }
    }
    return true;
}

/* A receipt for the envelope, with the twist. */
static inline void
fake_receipt(struct fake_city *city, const struct buf *envelope, enum fake_twist twist,
    struct buf *ret_receipt)
{
    struct seal_receipt receipt = {.received_at = 1000, .position = 1};
    if (seal_verify(city->verifier, envelope->data, envelope->len, &receipt.header, NULL) < 0) {
        return;
    }
    seal_hash(envelope->data, envelope->len, receipt.envelope_hash);
    switch (twist) {
    case TWIST_HASH:
        receipt.envelope_hash[31] ^= 1;
        break;
    case TWIST_ID:
        receipt.header.id[0] ^= 1;
        break;
    case TWIST_KIOSK:
        snprintf(receipt.header.kiosk, sizeof(receipt.header.kiosk), "kiosk-002");
        break;
    case TWIST_EPOCH:
        receipt.header.epoch++;
        break;
    case TWIST_SEQUENCE:
        receipt.header.sequence++;
        break;
    default:
        break;
    }
    const struct seal_signer *signer = twist == TWIST_KEY ? city->other_signer : city->signer;
    if (seal_receipt_make(signer, &receipt, ret_receipt) < 0) {
        abort(); /* the test's own keys */
    }
    if (twist == TWIST_BIT) {
        ret_receipt->data[ret_receipt->len - 1] ^= 1;
    } else if (twist == TWIST_SHORT) {
        ret_receipt->len--;
    }
}

static inline void
fake_problem(
    struct fake_city *city, const struct buf *envelope, enum fake_twist twist, struct buf *ret_body)
{
    struct seal_header header = {.epoch = 0};
    char id[2 * SEAL_ID_LEN + 1];
    (void)seal_verify(city->verifier, envelope->data, envelope->len, &header, NULL);
    header.id[0] ^= twist == TWIST_ID;
    hex_encode(header.id, sizeof(header.id), id);
    (void)buf_printf(ret_body, "{\"type\":\"about:blank\",\"instance\":\"/v1/records/%s\"}", id);
}

static inline void
fake_send(
    struct fake_city *city, SSL *ssl, const struct fake_answer *answer, const struct buf *envelope)
{
    AUTO_BUF body;
    AUTO_BUF head;
    buf_init(&body, 256 * 1024);
    buf_init(&head, 4096);
    if (answer->body == FAKE_TEXT) {
        (void)buf_add_str(&body, answer->text);
    } else if (answer->body == FAKE_RECEIPT || answer->body == FAKE_CUT ||
               answer->body == FAKE_DOUBLED) {
        fake_receipt(city, envelope, answer->twist, &body);
    } else if (answer->body == FAKE_REPLAY) {
        AUTO_BUF before;
        buf_init(&before, SEAL_ENVELOPE_MAX);
        pthread_mutex_lock(&city->lock);
        (void)buf_add(&before, city->before_last.data, city->before_last.len);
        pthread_mutex_unlock(&city->lock);
        fake_receipt(city, &before, TWIST_NONE, &body);
    } else if (answer->body == FAKE_PROBLEM) {
        fake_problem(city, envelope, answer->twist, &body);
    } else if (answer->body == FAKE_HUGE) {
        for (int i = 0; i < 100 * 1024; i++) {
            (void)buf_add_byte(&body, ' ');
        }
    }
    (void)buf_printf(&head, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n%s\r\n", answer->status,
        body.len, answer->headers != NULL ? answer->headers : "");
    size_t len = answer->body == FAKE_CUT ? body.len - 1 : body.len;
    for (int i = 0; i < (answer->body == FAKE_DOUBLED ? 2 : 1); i++) {
        (void)SSL_write(ssl, head.data, (int)head.len);
        if (len > 0) {
            (void)SSL_write(ssl, body.data, (int)len);
        }
    }
}

/* Bytes that keep a time-out by silence from coming. */
static inline void
fake_drip(struct fake_city *city, SSL *ssl)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n";
    (void)SSL_write(ssl, head, (int)sizeof(head) - 1);
    while (!atomic_load(&city->stopping) && SSL_write(ssl, " ", 1) == 1) {
        usleep(100 * 1000);
    }
}

/* Until the far end has had enough. */
static inline void
fake_wait_for_end(struct fake_city *city, int fd)
{
    while (!atomic_load(&city->stopping) && recv(fd, (char[4096]){0}, 4096, MSG_DONTWAIT) != 0) {
        usleep(10 * 1000);
    }
}

static inline const struct fake_answer *
fake_next(struct fake_city *city, bool take)
{
    pthread_mutex_lock(&city->lock);
    const struct fake_answer *answer = &city->script[city->turn];
    if (take && city->turn + 1 < city->script_len) {
        city->turn++;
    }
    pthread_mutex_unlock(&city->lock);
    return answer;
}

static inline void
fake_remember(struct fake_city *city, const struct buf *body)
{
    pthread_mutex_lock(&city->lock);
    if (city->requests > 0 &&
        (body->len != city->last_request.len ||
            (body->len > 0 && /* a GET has none */
                memcmp(body->data, city->last_request.data, body->len) != 0))) {
        city->same_bytes = false;
    }
    city->requests++;
    buf_clear(&city->before_last);
    (void)buf_add(&city->before_last, city->last_request.data, city->last_request.len);
    buf_clear(&city->last_request);
    (void)buf_add(&city->last_request, body->data, body->len);
    pthread_mutex_unlock(&city->lock);
}

static inline bool
fake_is_poison(struct fake_city *city, const struct buf *body)
{
    struct seal_header header;
    unsigned poison = atomic_load(&city->poison), last = atomic_load(&city->poison_last);
    return poison != 0 && seal_verify(city->verifier, body->data, body->len, &header, NULL) == 0 &&
           header.sequence >= poison && header.sequence <= (last > poison ? last : poison);
}

/* One request on an open connection; false when the connection is over. */
static inline bool
fake_serve(struct fake_city *city, SSL *ssl, int fd)
{
    struct buf head, body;
    bool goes_on = fake_read_request(ssl, &head, &body);
    if (goes_on) {
        fake_remember(city, &body);
        static const struct fake_answer trouble = {.status = 500};
        const struct fake_answer *answer = !fake_is_poison(city, &body)  ? fake_next(city, true)
                                           : city->poison_answer != NULL ? city->poison_answer
                                                                         : &trouble;
        struct linger at_once = {.l_onoff = 1, .l_linger = 0};
        switch (answer->fault) {
        case FAULT_NONE:
            fake_send(city, ssl, answer, &body);
            goes_on = answer->body != FAKE_CUT;
            break;
        case FAULT_GARBAGE:
            (void)SSL_write(ssl, "\x01\x02 no http\r\n\r\n", 14);
            goes_on = false;
            break;
        case FAULT_SILENT:
            fake_wait_for_end(city, fd);
            goes_on = false;
            break;
        case FAULT_DRIP:
            fake_drip(city, ssl);
            goes_on = false;
            break;
        case FAULT_LATE:
            fake_wait_for_end(city, fd);
            fake_send(city, ssl, answer, &body);
            goes_on = false;
            break;
        case FAULT_RESET:
            (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
            goes_on = false;
            break;
        default:
            goes_on = false;
            break;
        }
    }
    buf_release(&head);
    buf_release(&body);
    return goes_on;
}

static inline void
fake_connection(struct fake_city *city, int fd)
{
    struct timeval patience = {.tv_sec = 5};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    pthread_mutex_lock(&city->lock);
    city->connections++;
    pthread_mutex_unlock(&city->lock);
    enum fake_fault fault = fake_next(city, false)->fault;
    if (fault == FAULT_CLOSE || fault == FAULT_PLAIN || fault == FAULT_MUTE) {
        (void)fake_next(city, true);
        if (fault == FAULT_MUTE) {
            fake_wait_for_end(city, fd);
        } else if (fault == FAULT_PLAIN) {
            (void)recv(fd, (char[4096]){0}, 4096, 0); /* else close() would become a reset */
            (void)send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 38, MSG_NOSIGNAL);
        }
        return;
    }
    SSL *ssl = SSL_new(city->tls);
    SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) == 1) {
        while (fake_serve(city, ssl, fd)) {
        }
    } else { /* read on to the end, else the alert that was sent would be lost in a reset */
        (void)shutdown(fd, SHUT_WR);
        while (recv(fd, (char[4096]){0}, 4096, 0) > 0) {
        }
    }
    ERR_clear_error();
    SSL_free(ssl);
}

static inline void *
fake_thread(void *arg)
{
    struct fake_connection *connection = arg;
    struct fake_city *city = connection->city;
    fake_connection(city, connection->fd);
    close(connection->fd);
    free(connection);
    atomic_fetch_sub(&city->open, 1);
    return NULL;
}

static inline void
fake_serve_beside(struct fake_city *city, int fd)
{
    struct fake_connection *connection = calloc(1, sizeof(*connection));
    pthread_t thread;
    if (connection == NULL) {
        abort();
    }
    *connection = (struct fake_connection){.city = city, .fd = fd};
    unsigned places = atomic_load(&city->places);
    if (places != 0 && atomic_load(&city->open) >= places) {
        atomic_fetch_add(&city->turned_away, 1);
        close(fd);
        free(connection);
        return;
    }
    unsigned open = atomic_fetch_add(&city->open, 1) + 1;
    city->open_most = open > city->open_most ? open : city->open_most;
    if (pthread_create(&thread, NULL, fake_thread, connection) != 0) {
        abort();
    }
    pthread_detach(thread);
}

static inline void *
fake_run(void *arg)
{
    struct fake_city *city = arg;
    while (!atomic_load(&city->stopping)) {
        struct pollfd wait = {.fd = city->listener, .events = POLLIN};
        if (poll(&wait, 1, 20) == 1) {
            int fd = accept(city->listener, NULL, NULL);
            if (fd >= 0) {
                fake_serve_beside(city, fd);
            }
        }
    }
    while (atomic_load(&city->open) > 0) {
        usleep(1000);
    }
    return NULL;
}

/* Starts with this server certificate; client_ca not NULL: asks for a client certificate of it. */
static inline bool
fake_start(struct fake_city *city, const char *cert, const char *key, const char *client_ca)
{
    city->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    city->tls = SSL_CTX_new(TLS_server_method());
    if (city->tls == NULL || SSL_CTX_use_certificate_file(city->tls, cert, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(city->tls, key, SSL_FILETYPE_PEM) != 1 ||
        (client_ca != NULL && SSL_CTX_load_verify_file(city->tls, client_ca) != 1) ||
        bind(city->listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(city->listener, 16) != 0 ||
        getsockname(city->listener, (struct sockaddr *)&address, &len) != 0) {
        return false;
    }
    SSL_CTX_set_verify(city->tls,
        client_ca != NULL ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_NONE,
        NULL);
    SSL_CTX_set_session_cache_mode(city->tls, SSL_SESS_CACHE_OFF);
    city->port = ntohs(address.sin_port);
    city->same_bytes = true;
    buf_init(&city->last_request, SEAL_ENVELOPE_MAX);
    buf_init(&city->before_last, SEAL_ENVELOPE_MAX);
    pthread_mutex_init(&city->lock, NULL);
    atomic_store(&city->stopping, false);
    return pthread_create(&city->thread, NULL, fake_run, city) == 0;
}

static inline void
fake_script(struct fake_city *city, const struct fake_answer *script, size_t len)
{
    pthread_mutex_lock(&city->lock);
    city->script = script;
    city->script_len = len;
    city->turn = 0;
    city->connections = city->requests = 0;
    city->same_bytes = true;
    pthread_mutex_unlock(&city->lock);
}

static inline unsigned
fake_requests(struct fake_city *city)
{
    pthread_mutex_lock(&city->lock);
    unsigned count = city->requests;
    pthread_mutex_unlock(&city->lock);
    return count;
}

/* Did anybody come, or ask, since the script began? */
static inline bool
fake_was_met(struct fake_city *city)
{
    pthread_mutex_lock(&city->lock);
    bool was_met = city->connections + city->requests > 0;
    pthread_mutex_unlock(&city->lock);
    return was_met;
}

static inline void
fake_stop(struct fake_city *city)
{
    atomic_store(&city->stopping, true);
    pthread_join(city->thread, NULL);
    close(city->listener);
    SSL_CTX_free(city->tls);
    buf_release(&city->last_request);
    buf_release(&city->before_last);
    pthread_mutex_destroy(&city->lock);
}

#endif
