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

static bool
is_select_keys(const uint8_t *command, size_t len)
{
    return IS("\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01");
}

/* READ BINARY of a file by its short id from an offset that may stand beside it; it also makes the file the current
 * one. EF 0002 of the text application, EF 000A of that of the keys. */
static bool
is_read(const uint8_t *command, size_t len, enum card_file file)
{
    return file != CARD_FILE_NONE && len >= 5 && command[0] == 0x00 && command[1] == 0xB0 &&
           command[2] == (0x80 | file) &&
           (len == 5 || (len == 7 && memcmp(command + 3, "\x00\x00\x00\x00", 4) == 0));
}

/* The file that may be read while this application is selected. */
static enum card_file
file_of(enum card_application application)
{
    return application == CARD_APPLICATION_TEXT   ? CARD_FILE_ATTRIBUTES
           : application == CARD_APPLICATION_KEYS ? CARD_FILE_CERTIFICATE
                                                  : CARD_FILE_NONE;
}

/* From the first read of the application's one file on, by its short id; then below 4 KB while it is current. */
static bool
allow_read(const struct channel *channel, const uint8_t *command, size_t len)
{
    enum card_file file = file_of(channel->selected);
    return is_read(command, len, file) ||
           (channel->current == file && len == 5 && memcmp(command, "\x00\xB0", 2) == 0 &&
               command[2] <= READ_HIGH_MAX);
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
    if (is_select_keys(command, len)) {
        return channel->look_granted;
    }
    /* the same short ids mean other files in other applications */
    switch (channel->selected) {
    case CARD_APPLICATION_TEXT:
        return IS("\x00\x20\x00\x91") || allow_read(channel, command, len) ||
               (is_verify(command, len) && channel->verify_granted);
    case CARD_APPLICATION_COMMON:
        /* the one record: serial number, municipality, last day; in a look the tries as well */
        return IS("\x00\xB2\x01\x0C\x00") || (IS("\x00\x20\x00\x9C") && channel->look_granted);
    case CARD_APPLICATION_KEYS:
        /* tries of the two secrets; which certificates there are; the one that is free to read */
        return IS("\x00\x20\x00\x98") || IS("\x00\x20\x00\x9B") || IS("\x00\xB0\x88\x00\x00") ||
               allow_read(channel, command, len);
    default:
        return false;
    }
}

/* Keeps what is selected in step with what the card was told. */
static void
note(struct channel *channel, const uint8_t *command, size_t len, struct sw sw)
{
    bool good = sw.class == SW_OK || sw.class == SW_END;
    enum card_file file = file_of(channel->selected);
    if (command[1] == 0xA4) {
        enum card_application named = is_select_text(command, len)     ? CARD_APPLICATION_TEXT
                                      : is_select_common(command, len) ? CARD_APPLICATION_COMMON
                                                                       : CARD_APPLICATION_KEYS;
        channel->selected = good ? named : CARD_APPLICATION_NONE;
        channel->current = CARD_FILE_NONE;
    } else if (is_read(command, len, file)) {
        channel->current = good ? file : CARD_FILE_NONE;
    } else if (command[1] == 0x20 || command[2] >= 0x80) {
        channel->current =
            CARD_FILE_NONE; /* a short id of anything else may move the current file */
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
    if (is_select_keys(command, len)) {
        channel->look_granted = false;
    }
    atomic_fetch_add(&channel->apdus, 1);
    size_t got = 0;
    int r = channel->ops->transmit(channel->ctx, command, len, answer, CHANNEL_ANSWER_MAX, &got);
    if (r == 0 && (got < 2 || got > CHANNEL_ANSWER_MAX)) {
        r = KERR_CARD_COMM; /* no status word: the exchange was cut */
    }
    if (r < 0) {
        channel->current = CARD_FILE_NONE;
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
    channel->selected = CARD_APPLICATION_NONE;
    channel->current = CARD_FILE_NONE;
    return channel->ops->connect(channel->ctx, reader);
}

void
channel_disconnect(struct channel *channel)
{
    channel->selected = CARD_APPLICATION_NONE;
    channel->current = CARD_FILE_NONE;
    channel->verify_granted = false;
    channel->serial_granted = false;
    channel->look_granted = false;
    channel->ops->disconnect(channel->ctx);
}
