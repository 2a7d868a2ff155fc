/* card/allow.c - the guard in front of the card (1.13). The PIN that opens the four attributes also
 * opens the file with the 12-digit number, and nothing in the card stops a program from reading it
 * (0.3 item 3). So this file holds the only call of transmit, and sends exactly the commands listed
 * here; anything else is refused and counted. The list is shorter than 1.13 allows: what the kiosk
 * does not use is not on it. */
#include "card.h"

#include <string.h>

#include "base/err.h"
#include "card/card_priv.h"

enum {
    VERIFY_LEN = 5 + CARD_PIN_LEN,
    READ_HIGH_MAX = TLV_OBJECT_MAX / 256 - 1 /* the high byte of an offset below 4 KB */
};

static bool
is(const uint8_t *command, size_t len, const char *bytes, size_t bytes_len)
{
    return len == bytes_len && memcmp(command, bytes, bytes_len) == 0;
}
#define IS(bytes) is(command, len, bytes, sizeof(bytes) - 1)

/* 00 20 00 91 04 and four ASCII digits */
static bool
is_verify(const uint8_t *command, size_t len)
{
    if (len != VERIFY_LEN || memcmp(command, "\x00\x20\x00\x91\x04", 5) != 0) {
        return false;
    }
    for (size_t i = 5; i < len; i++) {
        if (command[i] < '0' || command[i] > '9') {
            return false;
        }
    }
    return true;
}

static bool
is_select_text(const uint8_t *command, size_t len)
{
    return IS("\x00\xA4\x04\x0C\x0A\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x08");
}

static bool
is_select_common(const uint8_t *command, size_t len)
{
    return IS("\x00\xA4\x04\x0C\x0A\xD3\x92\x10\x00\x31\x00\x01\x01\x01\x00");
}

/* READ BINARY of EF 0002 by its short id, which also makes it the current file. */
static bool
is_read_attributes(const uint8_t *command, size_t len)
{
    return (len == 5 && memcmp(command, "\x00\xB0\x82", 3) == 0) ||
           IS("\x00\xB0\x82\x00\x00\x00\x00");
}

bool
allow_command(const struct channel *channel, const uint8_t *command, size_t len)
{
    if (is_select_text(command, len)) {
        return true;
    }
    if (is_select_common(command, len)) {
        return channel->serial_granted;
    }
    if (channel->common_selected) {
        return IS(
            "\x00\xB2\x01\x0C\x00"); /* the one record: serial number, municipality, last day */
    }
    if (!channel->text_selected) {
        return false; /* the same short ids mean other files in other applications */
    }
    if (IS("\x00\x20\x00\x91") || is_read_attributes(command, len)) {
        return true;
    }
    if (is_verify(command, len)) {
        return channel->verify_granted;
    }
    return len == 5 && memcmp(command, "\x00\xB0", 2) == 0 && command[2] <= READ_HIGH_MAX &&
           channel->attributes_current;
}

/* Keeps what is selected in step with what the card was told. */
static void
note(struct channel *channel, const uint8_t *command, size_t len, struct sw sw)
{
    bool good = sw.class == SW_OK || sw.class == SW_END;
    if (is_select_text(command, len)) {
        channel->text_selected = good;
        channel->common_selected = false;
        channel->attributes_current = false;
    } else if (is_select_common(command, len)) {
        channel->text_selected = false;
        channel->common_selected = good;
        channel->attributes_current = false;
    } else if (is_read_attributes(command, len)) {
        channel->attributes_current = good;
    } else if (command[1] == 0x20) {
        channel->attributes_current = false; /* VERIFY by short id may move the current file */
    }
}

int
channel_transmit(struct channel *channel, const uint8_t *command, size_t len, uint8_t *answer,
    size_t *ret_data_len, struct sw *ret_sw)
{
    if (!allow_command(channel, command, len)) {
        atomic_fetch_add(&channel->refused, 1);
        return KERR_CARD_REFUSED;
    }
    if (is_verify(command, len)) {
        channel->verify_granted = false; /* before it leaves: never twice, whatever happens */
    }
    if (is_select_common(command, len)) {
        channel->serial_granted = false;
    }
    atomic_fetch_add(&channel->apdus, 1);
    size_t got = 0;
    int r = channel->ops->transmit(channel->ctx, command, len, answer, CHANNEL_ANSWER_MAX, &got);
    if (r == 0 && (got < 2 || got > CHANNEL_ANSWER_MAX)) {
        r = KERR_CARD_COMM; /* no status word: the exchange was cut */
    }
    if (r < 0) {
        channel->attributes_current = false;
        return r;
    }
    *ret_sw = sw_decode((unsigned)answer[got - 2] << 8 | answer[got - 1]);
    *ret_data_len = got - 2;
    note(channel, command, len, *ret_sw);
    return 0;
}

int
channel_connect(struct channel *channel, const char *reader)
{
    channel->text_selected = false;
    channel->common_selected = false;
    channel->attributes_current = false;
    return channel->ops->connect(channel->ctx, reader);
}

void
channel_disconnect(struct channel *channel)
{
    channel->text_selected = false;
    channel->common_selected = false;
    channel->attributes_current = false;
    channel->verify_granted = false;
    channel->serial_granted = false;
    channel->ops->disconnect(channel->ctx);
}
