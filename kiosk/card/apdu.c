/* card/apdu.c - the commands the kiosk knows, byte by byte (1.5, 7.1). Files are named by their
 * short ids, which saves selecting them. */
#include "card.h"

#include <assert.h>

#include "base/err.h"
#include "card/card_priv.h"

int
apdu_select_text(struct channel *channel, uint8_t *answer, struct sw *ret_sw)
{
    /* The whole ten bytes: a partial name may select a sister application (1.2). */
    static const uint8_t command[] = {
        0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08};
    size_t len;
    return channel_transmit(channel, command, sizeof(command), answer, &len, ret_sw);
}

int
apdu_select_common(struct channel *channel, uint8_t *answer, struct sw *ret_sw)
{
    static const uint8_t command[] = {
        0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00};
    size_t len;
    return channel_transmit(channel, command, sizeof(command), answer, &len, ret_sw);
}

int
apdu_read_record(struct channel *channel, uint8_t *answer, size_t *ret_len, struct sw *ret_sw)
{
    static const uint8_t command[] = {0x00, 0xB2, 0x01, 0x0C, 0x00};
    return channel_transmit(channel, command, sizeof(command), answer, ret_len, ret_sw);
}

int
apdu_select_keys(struct channel *channel, uint8_t *answer, struct sw *ret_sw)
{
    static const uint8_t command[] = {
        0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};
    size_t len;
    return channel_transmit(channel, command, sizeof(command), answer, &len, ret_sw);
}

int
apdu_query_tries(
    struct channel *channel, enum card_secret secret, uint8_t *answer, struct sw *ret_sw)
{
    const uint8_t command[] = {0x00, 0x20, 0x00, (uint8_t)(0x80 | secret)}; /* costs no try */
    size_t len;
    return channel_transmit(channel, command, sizeof(command), answer, &len, ret_sw);
}

int
apdu_verify(struct channel *channel, struct secret *pin, struct secret *scratch, uint8_t *answer,
    struct sw *ret_sw)
{
    static const uint8_t head[] = {0x00, 0x20, 0x00, 0x91, CARD_PIN_LEN};
    int r = 0;
    secret_clear(scratch);
    for (size_t i = 0; i < sizeof(head) && r == 0; i++) {
        r = secret_push(scratch, head[i]);
    }
    for (size_t i = 0; i < secret_len(pin) && r == 0; i++) {
        r = secret_push(scratch, secret_bytes(pin)[i]);
    }
    secret_clear(pin); /* a driver that hangs in the exchange leaves one copy, not two */
    size_t len;
    if (r == 0) {
        r = channel_transmit(
            channel, secret_bytes(scratch), secret_len(scratch), answer, &len, ret_sw);
    }
    secret_clear(scratch);
    return r;
}

/* A card that answers with more than was asked for is no card that we know. */
static int
read_command(struct channel *channel, const uint8_t *command, size_t command_len, size_t most,
    uint8_t *answer, size_t *ret_len, struct sw *ret_sw)
{
    int r = channel_transmit(channel, command, command_len, answer, ret_len, ret_sw);
    return r == 0 && *ret_len > most ? KERR_CARD_DATA : r;
}

static size_t
most_of(uint8_t le)
{
    return le == 0 ? 256 : le;
}

int
apdu_read_presence(struct channel *channel, uint8_t *answer, size_t *ret_len, struct sw *ret_sw)
{
    static const uint8_t command[] = {0x00, 0xB0, 0x88, 0x00, 0x00};
    return read_command(channel, command, sizeof(command), 256, answer, ret_len, ret_sw);
}

int
apdu_read_first(struct channel *channel, enum card_file file, bool extended, uint8_t le,
    uint8_t *answer, size_t *ret_len, struct sw *ret_sw)
{
    const uint8_t id = (uint8_t)(0x80 | file);
    const uint8_t whole[] = {0x00, 0xB0, id, 0x00, 0x00, 0x00, 0x00};
    const uint8_t part[] = {0x00, 0xB0, id, 0x00, le};
    return extended
               ? read_command(channel, whole, sizeof(whole), 65536, answer, ret_len, ret_sw)
               : read_command(channel, part, sizeof(part), most_of(le), answer, ret_len, ret_sw);
}

int
apdu_read_more(struct channel *channel, size_t offset, uint8_t le, uint8_t *answer, size_t *ret_len,
    struct sw *ret_sw)
{
    assert(offset < TLV_OBJECT_MAX);
    const uint8_t command[] = {0x00, 0xB0, (uint8_t)(offset >> 8), (uint8_t)offset, le};
    return read_command(channel, command, sizeof(command), most_of(le), answer, ret_len, ret_sw);
}
