/* card/myna.c - the talk with a My Number card (7.1): SELECT and the tries query as soon as it lies
 * there, VERIFY and READ once the PIN is typed. Four commands for a card that answers an extended
 * Le. SELECT and READ may be repeated once; VERIFY never is. */
#include "card.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "card/card_priv.h"

enum { READS_MAX = 64 }; /* four times what 4 KB need */

int
myna_init(struct myna *myna, const struct card_transport_ops *ops, void *ctx)
{
    *myna = (struct myna){.channel = {.ops = ops, .ctx = ctx}};
    myna->answer = malloc(CHANNEL_ANSWER_MAX);
    if (myna->answer == NULL) {
        return KERR_NO_MEMORY;
    }
    int r = secret_new(&myna->scratch);
    if (r < 0) {
        free(myna->answer);
        myna->answer = NULL;
    }
    return r;
}

void
myna_release(struct myna *myna)
{
    myna_end(myna);
    secret_free(myna->scratch);
    free(myna->answer);
}

void
myna_end(struct myna *myna)
{
    if (myna->connected) {
        channel_disconnect(&myna->channel);
        myna->connected = false;
    }
    if (myna->answer != NULL) {
        explicit_bzero(myna->answer, CHANNEL_ANSWER_MAX);
    }
}

static int
connect_card(struct myna *myna, const char *reader)
{
    int r = channel_connect(&myna->channel, reader);
    myna->connected = r == 0;
    return r;
}

/* SELECT; a card may answer its first command after power-on with 6F00 once (0.3 item 6). */
static int
select_text(struct myna *myna)
{
    struct sw sw;
    int r = apdu_select_text(&myna->channel, myna->answer, &sw);
    if (r == 0 && sw.class == SW_NO_DIAGNOSIS) {
        r = apdu_select_text(&myna->channel, myna->answer, &sw);
    }
    if (r < 0) {
        return r;
    }
    return sw.class == SW_OK ? 0 : KERR_CARD_UNKNOWN;
}

int
myna_tries(struct myna *myna, enum card_secret secret, int *ret_tries)
{
    struct sw sw;
    int r = apdu_query_tries(&myna->channel, secret, myna->answer, &sw);
    if (r < 0) {
        return r;
    }
    switch (sw.class) {
    case SW_TRIES:
        *ret_tries = (int)sw.number;
        return 0;
    case SW_BLOCKED:
        *ret_tries = 0;
        return 0;
    case SW_WRONG:
        *ret_tries = CARD_TRIES_UNKNOWN;
        return 0;
    case SW_OK:
        return 1;
    default:
        return KERR_CARD_STATUS;
    }
}

/* From no connection to the tries. 1 when the card says that the PIN is verified already: somebody's session was left
 * open, and whoever stands here now must not profit from it. */
static int
approach(struct myna *myna, const char *reader, int *ret_tries)
{
    int r = connect_card(myna, reader);
    if (r < 0) {
        return r;
    }
    r = select_text(myna);
    return r < 0 ? r : myna_tries(myna, CARD_SECRET_TEXT, ret_tries);
}

int
myna_identify(struct myna *myna, const char *reader, enum card_kind *ret_kind, int *ret_tries)
{
    int tries = CARD_TRIES_UNKNOWN;
    myna_end(myna);
    int r = approach(myna, reader, &tries);
    if (r == 1) { /* only loss of power ends a session (0.3 item 5) */
        myna_end(myna);
        r = approach(myna, reader, &tries);
        r = r == 1 ? KERR_CARD_STATUS : r;
    } else if (r == KERR_CARD_COMM) {
        myna_end(myna);
        r = approach(myna, reader, &tries);
        r = r == 1 ? KERR_CARD_STATUS : r;
    }
    if (r < 0) {
        myna_end(myna);
        *ret_kind = r == KERR_CARD_UNKNOWN ? CARD_KIND_UNKNOWN : CARD_KIND_NONE;
        *ret_tries = CARD_TRIES_UNKNOWN;
        return r;
    }
    *ret_kind = CARD_KIND_MY_NUMBER;
    *ret_tries = tries;
    return 0;
}

/* 6982 for what the PIN has opened: the card lost power. */
static int
read_error(struct sw sw, enum card_file file)
{
    return sw.class == SW_SECURITY && file == CARD_FILE_ATTRIBUTES ? KERR_CARD_COMM
                                                                   : KERR_CARD_STATUS;
}

static bool
good(struct sw sw)
{
    return sw.class == SW_OK || sw.class == SW_END;
}

/* The start of the file in the short form; follows one hint of Le, repeats one failed exchange. */
static int
read_short(struct myna *myna, enum card_file file, size_t *ret_len)
{
    struct sw sw;
    uint8_t le = 0;
    int r = KERR_CARD_COMM;
    for (int attempt = 0; attempt < 2; attempt++) {
        r = apdu_read_first(&myna->channel, file, false, le, myna->answer, ret_len, &sw);
        if (r == 0 && sw.class == SW_LE_HINT) {
            le = (uint8_t)sw.number;
        } else if (r != KERR_CARD_COMM) {
            break;
        }
    }
    return r < 0 ? r : good(sw) ? 0 : read_error(sw, file);
}

/* The start of the file; the whole of it where card and reader know extended lengths (1.5). */
static int
read_start(struct myna *myna, enum card_file file, size_t *ret_len)
{
    struct sw sw;
    int r = apdu_read_first(&myna->channel, file, true, 0, myna->answer, ret_len, &sw);
    if (r == 0 && good(sw)) {
        return 0;
    }
    /* An unknown length or a reader that can't: the short form. */
    if (r == KERR_CARD_COMM || (r == 0 && (sw.class == SW_LENGTH || sw.class == SW_LE_HINT))) {
        return read_short(myna, file, ret_len);
    }
    return r < 0 ? r : read_error(sw, file);
}

/* Reads on until the object is whole. A reader that passes on less than 256 bytes (5.3) is heard out;
 * a card that gives a byte at a time is not. */
static int
read_rest(struct myna *myna, enum card_file file, struct buf *object, size_t missing)
{
    bool repeated = false;
    for (int reads = 0; missing > 0; reads++) {
        if (reads >= READS_MAX) {
            return KERR_CARD_DATA;
        }
        struct sw sw;
        size_t len = 0;
        uint8_t le = missing >= 256 ? 0 : (uint8_t)missing;
        int r = apdu_read_more(&myna->channel, object->len, le, myna->answer, &len, &sw);
        if (r == KERR_CARD_COMM && !repeated) {
            /* The guard forgot which file is current: name it again, then go on. */
            repeated = true;
            r = read_short(myna, file, &len);
            if (r == 0) {
                continue;
            }
        }
        if (r < 0) {
            return r;
        }
        if (!good(sw) || len == 0) {
            return good(sw) || sw.class == SW_OUTSIDE ? KERR_CARD_DATA : read_error(sw, file);
        }
        r = buf_add(object, myna->answer, len);
        if (r < 0) {
            return r;
        }
        missing -= len;
    }
    return 0;
}

int
myna_read_file(struct myna *myna, enum card_file file, struct buf *ret_object)
{
    size_t len = 0;
    int r = read_start(myna, file, &len);
    if (r < 0) {
        return r;
    }
    struct tlv outer;
    size_t missing;
    r = tlv_next(myna->answer, len, &outer, &missing);
    if (r < 0) {
        return KERR_CARD_DATA;
    }
    r = buf_add(ret_object, myna->answer, outer.head + outer.len - missing);
    return r < 0 ? r : read_rest(myna, file, ret_object, missing);
}

int
myna_read(
    struct myna *myna, struct secret *pin, struct buf *ret_file, int *ret_tries, bool *ret_unknown)
{
    struct sw sw;
    *ret_unknown = false;
    *ret_tries = CARD_TRIES_UNKNOWN;
    myna->channel.verify_granted = true;
    int r = apdu_verify(&myna->channel, pin, myna->scratch, myna->answer, &sw);
    myna->channel.verify_granted = false;
    if (r < 0) {
        *ret_unknown = r != KERR_CARD_REFUSED;
        return r;
    }
    r = sw_of_verify(sw, ret_tries);
    if (r < 0) {
        *ret_unknown = r == KERR_CARD_STATUS;
        return r;
    }
    return myna_read_file(myna, CARD_FILE_ATTRIBUTES, ret_file);
}
