/* card/tlv.c - BER-TLV by the byte. Not DER: lengths on these cards may be longer than need be
 * (FF40 82 00 9F), and files end in FF filler (0.3 item 9). */
#include "card.h"

#include "base/err.h"
#include "card/card_priv.h"

enum { LENGTH_BYTES_MAX = 4 };

/* Tag: one byte, or two when the low five bits are all set (1.7: second bytes are below 80). */
static int
tag_at(const uint8_t *data, size_t len, unsigned *ret_tag, size_t *ret_used)
{
    if (len == 0 || (data[0] == 0xFF && (len == 1 || data[1] == 0xFF))) {
        return KERR_NOT_FOUND;
    }
    if ((data[0] & 0x1F) != 0x1F) {
        *ret_tag = data[0];
        *ret_used = 1;
        return 0;
    }
    if (len < 2 || data[1] >= 0x80) {
        return KERR_INVALID;
    }
    *ret_tag = (unsigned)data[0] << 8 | data[1];
    *ret_used = 2;
    return 0;
}

static int
length_at(const uint8_t *data, size_t len, size_t *ret_length, size_t *ret_used)
{
    if (len == 0) {
        return KERR_INVALID;
    }
    size_t bytes = data[0] < 0x80 ? 0 : data[0] & 0x7FU;
    if (data[0] == 0x80 || bytes > LENGTH_BYTES_MAX || len < 1 + bytes) {
        return KERR_INVALID; /* 80, the indefinite form, is not used */
    }
    size_t length = bytes == 0 ? data[0] : 0;
    for (size_t i = 1; i <= bytes; i++) {
        length = length << 8 | data[i];
    }
    *ret_length = length;
    *ret_used = 1 + bytes;
    return 0;
}

int
tlv_next(const uint8_t *data, size_t len, struct tlv *ret_tlv, size_t *ret_missing)
{
    unsigned tag;
    size_t tag_len;
    int r = tag_at(data, len, &tag, &tag_len);
    if (r < 0) {
        return r;
    }
    size_t length;
    size_t length_len;
    r = length_at(data + tag_len, len - tag_len, &length, &length_len);
    if (r < 0) {
        return r;
    }
    size_t head = tag_len + length_len;
    if (length > TLV_OBJECT_MAX - head) {
        return KERR_TOO_BIG;
    }
    size_t missing = length > len - head ? length - (len - head) : 0;
    if (missing > 0 && ret_missing == NULL) {
        return KERR_INVALID;
    }
    if (ret_missing != NULL) {
        *ret_missing = missing;
    }
    *ret_tlv = (struct tlv){.tag = tag, .value = data + head, .len = length, .head = head};
    return 0;
}
