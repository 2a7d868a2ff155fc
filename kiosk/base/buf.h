/* base/buf.h - the only growing array of bytes or text. Its maximum is set when it is made, so
 * that nothing from outside can grow memory without bound. Every buffer is wiped when it grows out
 * of its memory and when it is released, since most of them hold something of a visitor. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct buf {
    uint8_t *data; /* owned; always followed by a NUL byte when not NULL */
    size_t len; /* bytes in use, without that NUL */
    size_t cap;
    size_t max; /* largest len that is allowed */
    int failed; /* first error; sticky, so that a row of appends is checked once */
};

/* An empty buffer for at most max bytes. Owns nothing yet. */
void buf_init(struct buf *buf, size_t max);
/* Wipes and frees; the buffer may be used again with the same maximum. NULL is accepted. */
void buf_release(struct buf *buf);
/* Wipes and empties, keeps the memory. */
void buf_clear(struct buf *buf);
/* Appends bytes that lie outside the buffer. 0, KERR_TOO_BIG or KERR_NO_MEMORY; after an error the
 * contents are unchanged and every further append answers the same error until buf_clear. */
int buf_add(struct buf *buf, const void *data, size_t len);
int buf_add_str(struct buf *buf, const char *s);
int buf_add_byte(struct buf *buf, uint8_t byte);
int buf_printf(struct buf *buf, const char *fmt, ...) ATTR_PRINTF(2, 3);
/* The text so far, NUL-terminated; "" for an empty buffer. Valid until the next change. */
const char *buf_str(const struct buf *buf);
/* The first error of any append, or 0. */
int buf_error(const struct buf *buf);

#define AUTO_BUF ATTR_CLEANUP(buf_release) struct buf

#endif
