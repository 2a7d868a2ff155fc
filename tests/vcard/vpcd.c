/* vcard/vpcd.c - the line to the virtual reader: two bytes of length, then a control byte or a
 * command (cards 4.1). Debian's driver writes length and body apart, so without TCP_QUICKACK every
 * exchange waits 44 ms for a delayed acknowledgement (cards 4.2). */
#include "vpcd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"

enum { POWER_OFF = 0, POWER_ON = 1, RESET = 2, GET_ATR = 4, MESSAGE_MAX = 65535, STEP_MS = 20 };

struct line {
    int socket;
    const volatile sig_atomic_t *stop;
    uint8_t message[MESSAGE_MAX];
    uint8_t reply[2 + VCARD_ANSWER_MAX];
};

void
vpcd_sleep(unsigned ms, const volatile sig_atomic_t *stop)
{
    for (unsigned done = 0; done < ms && !*stop; done += STEP_MS) {
        unsigned step = ms - done < STEP_MS ? ms - done : STEP_MS;
        nanosleep(&(struct timespec){.tv_nsec = (long)step * 1000000}, NULL);
    }
}

int
vpcd_connect(uint16_t port, const volatile sig_atomic_t *stop)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    while (!*stop) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0) {
            return KERR_IO;
        }
        if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
            int on = 1;
            /* best effort: without it only the answers' timing changes */
            (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
            return fd;
        }
        close(fd);
        vpcd_sleep(200, stop);
    }
    return KERR_CANCELLED;
}

static void
quick_ack(int fd)
{
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on)); /* the kernel forgets it */
}

static bool
receive(struct line *line, uint8_t *out, size_t len)
{
    size_t have = 0;
    while (have < len) {
        quick_ack(line->socket);
        ssize_t n = recv(line->socket, out + have, len - have, 0);
        quick_ack(line->socket);
        if (n < 0 && errno == EINTR && !*line->stop) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        have += (size_t)n;
    }
    return true;
}

/* Sends the reply whose body already lies behind the two bytes of its length. */
static bool
reply(struct line *line, size_t len)
{
    if (len > MESSAGE_MAX) {
        return false;
    }
    line->reply[0] = (uint8_t)(len >> 8);
    line->reply[1] = (uint8_t)len;
    size_t sent = 0;
    while (sent < len + 2) {
        ssize_t n = send(line->socket, line->reply + sent, len + 2 - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR && !*line->stop) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        sent += (size_t)n;
    }
    return true;
}

static bool
control(struct line *line, struct vcard *card, uint8_t byte)
{
    size_t len;
    const uint8_t *atr;
    switch (byte) {
    case POWER_OFF:
        vcard_power_off(card);
        return true;
    case POWER_ON:
        vcard_power_on(card);
        return true;
    case RESET:
        vcard_reset(card);
        return true;
    case GET_ATR:
        atr = vcard_atr(card, &len);
        memcpy(line->reply + 2, atr, len);
        return reply(line, len);
    default:
        return true;
    }
}

/* One message; false when the line is over, *ret_end then says why. */
static bool
serve_message(struct line *line, struct vcard *card, size_t len, enum vpcd_end *ret_end)
{
    if (len == 1) {
        return control(line, card, line->message[0]);
    }
    struct vcard_result result = vcard_transmit(card, line->message, len, line->reply + 2);
    vpcd_sleep(result.delay_ms, line->stop);
    bool leaving = result.leave || result.swap;
    /* An empty reply makes the driver eject the card: the nearest thing to a failed exchange. */
    bool alive = (result.silent && leaving) || reply(line, result.silent ? 0 : result.len);
    if (leaving) {
        *ret_end = result.leave ? VPCD_END_LEFT : VPCD_END_SWAPPED;
    }
    return alive && !leaving;
}

enum vpcd_end
vpcd_serve(int take_socket, struct vcard *card, const volatile sig_atomic_t *stop,
    void (*on_seen)(void *), void *ctx)
{
    struct line *line = xcalloc(1, sizeof(*line));
    line->socket = take_socket;
    line->stop = stop;
    enum vpcd_end end = VPCD_END_LOST;
    uint8_t header[2];
    bool seen = false;
    while (!*stop && receive(line, header, sizeof(header))) {
        size_t len = (size_t)header[0] << 8 | header[1];
        if (len == 0 || !receive(line, line->message, len) ||
            !serve_message(line, card, len, &end)) {
            break;
        }
        if (!seen && on_seen != NULL && vcard_powered(card)) {
            on_seen(ctx);
            seen = true;
        }
    }
    close(line->socket);
    vcard_power_off(card);
    explicit_bzero(line, sizeof(*line));
    free(line);
    return *stop ? VPCD_END_STOPPED : end;
}
