/* record/press.c - a record's encoding, pressed before it is sealed: what is sealed does not shrink any more. The zlib
 * format (RFC 1950) with a preset dictionary, whose check sum in the stream says which one it is. What zlib's own
 * memory holds is wiped when it is freed, as everything is in programs that hold words of visitors (base/wipe_free.c). */
#include "record.h"

#include <string.h>

#define ZLIB_CONST /* what is read stays as it is */
#include <zlib.h>

#include "base/err.h"
#include "record/record_priv.h"

/* The first byte of a stream with a window of 32 KiB (RFC 1950 section 2.2); JSON begins with a brace. */
enum { PRESSED_FIRST = 0x78, WINDOW_BITS = 15, MEMORY_LEVEL = 9 };

static int
put_out(struct buf *out, const uint8_t *chunk, size_t len, size_t *left)
{
    if (len > *left) {
        return KERR_TOO_BIG;
    }
    *left -= len;
    return len > 0 ? buf_add(out, chunk, len) : 0;
}

int
record_press(const struct record *record, struct buf *ret_bytes)
{
    AUTO_BUF plain;
    buf_init(&plain, RECORD_ENCODED_MAX);
    int r = record_encode(record, &plain);
    if (r < 0) {
        return r;
    }
    AUTO_BUF words;
    buf_init(&words, RECORD_WORDS_MAX);
    r = record_words_join(record_words_newest(), &words);
    if (r < 0) {
        return r;
    }
    z_stream stream = {0};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL,
            Z_DEFAULT_STRATEGY) != Z_OK) {
        return KERR_NO_MEMORY;
    }
    /* can't fail on a fresh stream */
    (void)deflateSetDictionary(&stream, words.data, (uInt)words.len);
    uint8_t chunk[4096];
    size_t left = RECORD_ENCODED_MAX;
    stream.next_in = plain.data;
    stream.avail_in = (uInt)plain.len;
    int code = Z_OK;
    while (r == 0 && code == Z_OK) {
        stream.next_out = chunk;
        stream.avail_out = sizeof(chunk);
        code = deflate(&stream, Z_FINISH);
        r = put_out(ret_bytes, chunk, sizeof(chunk) - stream.avail_out, &left);
    }
    (void)deflateEnd(&stream); /* frees */
    explicit_bzero(chunk, sizeof(chunk));
    return r < 0 ? r : code == Z_STREAM_END ? 0 : KERR_INVALID;
}

/* One step of inflate, the dictionary given when it asks for it. */
static int
inflate_step(z_stream *stream)
{
    int code = inflate(stream, Z_NO_FLUSH);
    if (code == Z_NEED_DICT) {
        const struct record_words *words = record_words_of(stream->adler);
        AUTO_BUF text;
        buf_init(&text, RECORD_WORDS_MAX);
        code = words != NULL && record_words_join(words, &text) == 0
                   ? inflateSetDictionary(stream, text.data, (uInt)text.len)
                   : Z_DATA_ERROR;
    }
    return code;
}

static int
expand(const uint8_t *bytes, size_t len, struct buf *ret_text)
{
    z_stream stream = {0};
    stream.next_in = bytes;
    stream.avail_in = (uInt)len;
    if (inflateInit2(&stream, WINDOW_BITS) != Z_OK) {
        return KERR_NO_MEMORY;
    }
    uint8_t chunk[4096];
    size_t left = RECORD_ENCODED_MAX;
    int code = Z_OK, r = 0;
    while (r == 0 && code == Z_OK) {
        stream.next_out = chunk;
        stream.avail_out = sizeof(chunk);
        code = inflate_step(&stream); /* Z_BUF_ERROR when the stream is cut */
        r = put_out(ret_text, chunk, sizeof(chunk) - stream.avail_out, &left);
    }
    for (size_t i = 0; r == 0 && i < stream.avail_in; i++) {
        r = stream.next_in[i] == ' ' ? 0 : KERR_INVALID; /* the seal's padding, and nothing else */
    }
    (void)inflateEnd(&stream); /* frees */
    explicit_bzero(chunk, sizeof(chunk));
    return r < 0 ? r : code == Z_STREAM_END ? 0 : KERR_INVALID;
}

int
record_expand(const uint8_t *bytes, size_t len, struct buf *ret_text)
{
    /* a pressed record is shorter than its text, but for some bytes, and padding is one step of a seal */
    if (len > 2 * RECORD_ENCODED_MAX) {
        return KERR_TOO_BIG;
    }
    if (len > 0 && bytes[0] == PRESSED_FIRST) {
        return expand(bytes, len, ret_text);
    }
    while (len > 0 && bytes[len - 1] == ' ') {
        len--;
    }
    if (len > RECORD_ENCODED_MAX) {
        return KERR_TOO_BIG;
    }
    return len > 0 ? buf_add(ret_text, bytes, len) : KERR_INVALID;
}
