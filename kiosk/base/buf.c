/* base/buf.c - bounded growing buffer; growth copies by hand and wipes the old memory, because
 * realloc() may leave a copy behind. */
#include "buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum { BUF_FIRST_CAP = 64 };

void
buf_init(struct buf *buf, size_t max)
{
    *buf = (struct buf){.max = max};
}

void
buf_release(struct buf *buf)
{
    if (buf == NULL) {
        return;
    }
    if (buf->data != NULL) {
        explicit_bzero(buf->data, buf->cap);
        free(buf->data);
    }
    *buf = (struct buf){.max = buf->max};
}

void
buf_clear(struct buf *buf)
{
    if (buf->data != NULL) {
        explicit_bzero(buf->data, buf->cap);
    }
    buf->len = 0;
    buf->failed = 0;
}

static int
buf_reserve(struct buf *buf, size_t extra)
{
    if (buf->failed != 0) {
        return buf->failed;
    }
    if (extra > buf->max || buf->len > buf->max - extra) {
        return buf->failed = KERR_TOO_BIG;
    }
    if (extra >= SIZE_MAX / 2 - buf->len) {
        return buf->failed = KERR_TOO_BIG; /* doubling would not end */
    }
    size_t need = buf->len + extra + 1;
    if (need <= buf->cap) {
        return 0;
    }
    size_t cap = buf->cap > 0 ? buf->cap : BUF_FIRST_CAP;
    while (cap < need) {
        cap *= 2;
    }
    uint8_t *data = malloc(cap);
    if (data == NULL) {
        return buf->failed = KERR_NO_MEMORY;
    }
    if (buf->data != NULL) {
        memcpy(data, buf->data, buf->len + 1);
        explicit_bzero(buf->data, buf->cap);
        free(buf->data);
    } else {
        data[0] = 0;
    }
    buf->data = data;
    buf->cap = cap;
    return 0;
}

int
buf_add(struct buf *buf, const void *data, size_t len)
{
    int r = buf_reserve(buf, len);
    if (r < 0) {
        return r;
    }
    if (len > 0) {
        memcpy(buf->data + buf->len, data, len);
    }
    buf->len += len;
    buf->data[buf->len] = 0;
    return 0;
}

int
buf_add_str(struct buf *buf, const char *s)
{
    return buf_add(buf, s, strlen(s));
}

int
buf_add_byte(struct buf *buf, uint8_t byte)
{
    return buf_add(buf, &byte, 1);
}

int
buf_printf(struct buf *buf, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int need = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (need < 0) {
        return buf->failed = KERR_INVALID;
    }
    int r = buf_reserve(buf, (size_t)need);
    if (r < 0) {
        return r;
    }
    va_start(args, fmt);
    (void)vsnprintf((char *)buf->data + buf->len, (size_t)need + 1, fmt, args); /* measured above */
    va_end(args);
    buf->len += (size_t)need;
    return 0;
}

const char *
buf_str(const struct buf *buf)
{
    return buf->data != NULL ? (const char *)buf->data : "";
}

int
buf_error(const struct buf *buf)
{
    return buf->failed;
}
