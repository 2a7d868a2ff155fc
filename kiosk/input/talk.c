/* input/talk.c - lines from a child, with a bound, a time and a way to be stopped. */
#include "input_priv.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"

/* Drops the line that was answered, keeps what came after it. */
static void
drop_line(struct buf *line)
{
    const uint8_t *end = line->len > 0 ? memchr(line->data, '\n', line->len) : NULL;
    if (end == NULL) {
        buf_clear(line);
        return;
    }
    size_t used = (size_t)(end - line->data) + 1;
    size_t left = line->len - used;
    memmove(line->data, line->data + used, left);
    explicit_bzero(line->data + left, used);
    line->len = left;
}

static int
read_some(struct talk *talk)
{
    char chunk[4096];
    ssize_t n = read(talk->child.out, chunk, sizeof(chunk));
    int r = n > 0 ? buf_add(&talk->line, chunk, (size_t)n) : 0;
    explicit_bzero(chunk, sizeof(chunk));
    if (n == 0) {
        return KERR_IO;
    }
    return n < 0 && errno != EAGAIN && errno != EINTR ? KERR_IO : r;
}

int
talk_line(struct talk *talk, int timeout_ms)
{
    drop_line(&talk->line);
    int64_t end = clock_mono_ms(clock_system()) + timeout_ms;
    while (talk->line.len == 0 || memchr(talk->line.data, '\n', talk->line.len) == NULL) {
        int64_t left = end - clock_mono_ms(clock_system());
        if (left <= 0) {
            return KERR_BUSY;
        }
        struct pollfd fds[2] = {
            {.fd = talk->stop, .events = POLLIN}, {.fd = talk->child.out, .events = POLLIN}};
        if (poll(fds, 2, (int)left) < 0 && errno != EINTR) {
            return KERR_IO;
        }
        if (fds[0].revents != 0) {
            return KERR_CANCELLED;
        }
        int r = fds[1].revents != 0 ? read_some(talk) : 0;
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

void
talk_end(struct talk *talk)
{
    child_kill(&talk->child);
    child_kill(&talk->server);
    buf_release(&talk->line);
}
