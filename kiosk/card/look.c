/* card/look.c - what a My Number card tells anybody, without a PIN (1.11, 1.12): its serial number and last day; until when
 * its user authentication certificate holds; the tries left of the secrets that this terminal never asks for. What names
 * the card or its holder for ever (serial number, certificate) is wiped here. */
#include "card.h"

#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "card/card_priv.h"
#include "seal/seal.h"

enum {
    PRESENCE_LEN = 3, /* EF 0008: signature, user authentication, unknown */
    PRESENT = 0x8F, /* what a card with the certificate says there; one source (1.11) */
    YEAR_MIN = 2015, /* the first of these cards */
    YEAR_MAX = 2200
};

/* A status word that has no meaning here, or bytes that can't be understood: then this one thing isn't told. Everything
 * else is an exchange that went wrong. */
static bool
untold(int r)
{
    return r == KERR_CARD_STATUS || r == KERR_CARD_DATA;
}

int
myna_serial(struct myna *myna, char ret_serial[CARD_SERIAL_LEN + 1], char ret_expiry[CLOCK_DAY_LEN])
{
    struct sw sw;
    size_t len = 0;
    myna->channel.serial_granted = true;
    int r = apdu_select_common(&myna->channel, myna->answer, &sw);
    myna->channel.serial_granted = false;
    if (r == 0 && sw.class == SW_OK) {
        r = apdu_read_record(&myna->channel, myna->answer, &len, &sw);
    }
    if (r < 0) {
        return r;
    }
    return sw.class == SW_OK ? serial_parse(myna->answer, len, ret_serial, ret_expiry)
                             : KERR_CARD_STATUS;
}

/* The tries of a secret of the application that is selected; none is told of one that the card calls verified. */
static int
tries_of(struct myna *myna, enum card_secret secret, int *ret_tries)
{
    int tries = CARD_TRIES_UNKNOWN;
    int r = myna_tries(myna, secret, &tries);
    *ret_tries = r == 0 ? tries : CARD_TRIES_UNKNOWN;
    return r < 0 && !untold(r) ? r : 0;
}

/* The last day in Japan of the certificate in these bytes; "" when it names none that can be. */
static void
last_day(const struct buf *certificate, char ret_day[CLOCK_DAY_LEN])
{
    int64_t until = 0;
    if (seal_certificate_until(certificate->data, certificate->len, &until) < 0) {
        return;
    }
    int64_t day = clock_japan_day(until);
    if (day >= clock_days_from_civil(YEAR_MIN, 1, 1) &&
        day <= clock_days_from_civil(YEAR_MAX, 12, 31)) {
        clock_day_text(day, ret_day);
    }
}

static int
read_certificate(struct myna *myna, char ret_day[CLOCK_DAY_LEN])
{
    AUTO_BUF certificate; /* wiped when it is released */
    buf_init(&certificate, TLV_OBJECT_MAX);
    int r = myna_read_file(myna, CARD_FILE_CERTIFICATE, &certificate);
    if (r == 0) {
        last_day(&certificate, ret_day);
    }
    return r < 0 && !untold(r) ? r : 0;
}

/* A card that says that it has no signature certificate (a child's, say) has a password that nobody ever chose: its tries
 * would mislead. A card that doesn't say so is believed to have one. */
static int
has_signature(struct myna *myna, bool *ret_has)
{
    struct sw sw;
    size_t len = 0;
    int r = apdu_read_presence(&myna->channel, myna->answer, &len, &sw);
    *ret_has = !(r == 0 && sw.class == SW_OK && len == PRESENCE_LEN && myna->answer[0] != PRESENT);
    return r < 0 && !untold(r) ? r : 0;
}

/* The application of the keys; a card without it tells nothing of it. */
static int
look_at_keys(struct myna *myna, struct card_inside *ret_inside)
{
    struct sw sw;
    bool signature = false;
    int r = apdu_select_keys(&myna->channel, myna->answer, &sw);
    if (r < 0 || sw.class != SW_OK) {
        return r;
    }
    r = read_certificate(myna, ret_inside->certificate_until);
    if (r == 0 && ret_inside->certificate_until[0] != 0) {
        r = tries_of(myna, CARD_SECRET_LOGIN, &ret_inside->login_tries);
    }
    if (r == 0) {
        r = has_signature(myna, &signature);
    }
    return r == 0 && signature ? tries_of(myna, CARD_SECRET_SIGN, &ret_inside->sign_tries) : r;
}

int
myna_look(struct myna *myna, char ret_expiry[CLOCK_DAY_LEN], struct card_inside *ret_inside)
{
    *ret_inside = (struct card_inside){.login_tries = CARD_TRIES_UNKNOWN,
        .sign_tries = CARD_TRIES_UNKNOWN,
        .register_tries = CARD_TRIES_UNKNOWN};
    myna->channel.look_granted = true;
    int r = myna_serial(myna, NULL, ret_expiry);
    if (r == 0) {
        r = tries_of(myna, CARD_SECRET_REGISTER, &ret_inside->register_tries);
    }
    if (r == 0) {
        r = look_at_keys(myna, ret_inside);
    }
    myna->channel.look_granted = false;
    if (r < 0) {
        explicit_bzero(ret_expiry, CLOCK_DAY_LEN);
        explicit_bzero(ret_inside, sizeof(*ret_inside));
    }
    return r;
}
