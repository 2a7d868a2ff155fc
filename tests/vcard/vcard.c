/* vcard/vcard.c - the card's behaviour: power, selection, counters, rights, faults. Section numbers
 * are those of the research sheet "cards". */
#include "vcard.h"

#include <string.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/rng.h"

enum { AID_LEN = 10, DRIP = 5 };
enum application { APP_NONE, APP_TEXT, APP_COMMON, APP_KEYS, APP_OTHER, APP_LICENCE };
enum { VERIFIED_PIN = 1 << 0, VERIFIED_A = 1 << 1, VERIFIED_B = 1 << 2 };

struct vcard {
    struct vcard_config config;
    struct vcard_counters counters;
    struct buf attributes; /* EF 0002 */
    struct buf number; /* EF 0001 */
    struct buf certificate; /* EF 000A of the keys' application */
    bool powered;
    bool first; /* no command since power-on */
    enum application application;
    unsigned current; /* EF id, 0 for none */
    unsigned verified;
    unsigned commands;
    unsigned watched;
    struct rng_seeded rng;
};

/* A command taken apart (ISO 7816-3, the four cases, short and extended Le). */
struct command {
    uint8_t ins, p1, p2;
    const uint8_t *data;
    size_t lc;
    size_t le; /* 0: none */
    bool extended;
};

/* 1.2; the kiosk uses the first three only */
static const uint8_t text_aid[AID_LEN] = {
    0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08};
static const uint8_t common_aid[AID_LEN] = {
    0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00};
static const uint8_t keys_aid[AID_LEN] = {
    0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};
static const uint8_t other_aids[][AID_LEN] = {
    {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02},
    {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01},
};
/* 2.1: DF1 of a driver's licence */
static const uint8_t licence_aid[16] = {0xA0, 0x00, 0x00, 0x02, 0x31, 0x01};

struct vcard *
vcard_new(const struct vcard_config *config)
{
    struct vcard *card = xcalloc(1, sizeof(*card));
    card->config = *config;
    const struct vcard_person *p = &config->person;
    card->counters = (struct vcard_counters){
        p->tries, VCARD_AB_TRIES, VCARD_AB_TRIES, p->login_tries, p->sign_tries, p->register_tries};
    buf_init(&card->attributes, VCARD_FILE_MAX);
    buf_init(&card->number, 17);
    buf_init(&card->certificate, VCARD_FILE_MAX);
    if (vcard_file_attributes(p, &card->attributes) < 0 ||
        vcard_file_number(p, &card->number) < 0 ||
        vcard_file_certificate(p, &card->certificate) < 0) {
        abort(); /* a sample person that is too long is a mistake of ours */
    }
    return card;
}

void
vcard_free(struct vcard *card)
{
    if (card == NULL) {
        return;
    }
    buf_release(&card->attributes);
    buf_release(&card->number);
    buf_release(&card->certificate);
    free(card);
}

struct vcard_counters
vcard_counters(const struct vcard *card)
{
    return card->counters;
}

void
vcard_set_counters(struct vcard *card, const struct vcard_counters *counters)
{
    card->counters = *counters;
}

unsigned
vcard_watched(const struct vcard *card)
{
    return card->watched;
}

unsigned
vcard_commands(const struct vcard *card)
{
    return card->commands;
}

bool
vcard_powered(const struct vcard *card)
{
    return card->powered;
}

void
vcard_power_on(struct vcard *card)
{
    card->first = !card->powered || card->first;
    card->powered = true;
}

void
vcard_power_off(struct vcard *card)
{
    card->powered = false;
    card->application = APP_NONE;
    card->current = 0;
    if ((card->config.modes & VCARD_MODE_POWER_KEEPS) == 0) {
        card->verified = 0;
    }
}

void
vcard_reset(struct vcard *card)
{
    /* 0.3 item 5: a warm reset does not clear a verified PIN; one source, hence the switch */
    card->application = APP_NONE;
    card->current = 0;
    if ((card->config.modes & VCARD_MODE_RESET_CLEARS) != 0) {
        card->verified = 0;
    }
}

const uint8_t *
vcard_atr(const struct vcard *card, size_t *ret_len)
{
    /* 1.1: a Type B card through a contactless reader; the second tells nothing at all */
    static const uint8_t type_b[] = {
        0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x41, 0xE0, 0xB3, 0x81, 0xA1, 0x00, 0x3B};
    static const uint8_t plain[] = {0x3B, 0x80, 0x80, 0x01, 0x01};
    bool unknown = card->config.kind == VCARD_KIND_UNKNOWN;
    *ret_len = unknown ? sizeof(plain) : sizeof(type_b);
    return unknown ? plain : type_b;
}

static void
watch(struct vcard *card, const char *what)
{
    card->watched++;
    if (card->config.on_watch != NULL) {
        card->config.on_watch(card->config.ctx, what);
    }
}

static bool
parse(const uint8_t *bytes, size_t len, struct command *ret)
{
    if (len < 4) {
        return false;
    }
    *ret = (struct command){.ins = bytes[1], .p1 = bytes[2], .p2 = bytes[3]};
    if (len == 4) {
        return true;
    }
    if (len == 5) {
        ret->le = bytes[4] == 0 ? 256 : bytes[4];
        return true;
    }
    if (bytes[4] != 0) {
        ret->lc = bytes[4];
        ret->data = bytes + 5;
        if (len == 5 + ret->lc + 1) {
            ret->le = bytes[len - 1] == 0 ? 256 : bytes[len - 1];
            return true;
        }
        return len == 5 + ret->lc;
    }
    ret->extended = true;
    if (len == 7) {
        ret->le = (size_t)bytes[5] << 8 | bytes[6];
        ret->le = ret->le == 0 ? 65536 : ret->le;
        return true;
    }
    return false; /* extended Lc: nothing on this card needs it */
}

static bool
same(const struct command *c, const uint8_t *aid, size_t len)
{
    return c->lc == len && memcmp(c->data, aid, len) == 0;
}

static void
application_enter(struct vcard *card, enum application application)
{
    card->application = application;
    card->current = 0;
}

static unsigned
select_application(struct vcard *card, const struct command *c)
{
    if (card->config.kind == VCARD_KIND_LICENCE && same(c, licence_aid, sizeof(licence_aid))) {
        application_enter(card, APP_LICENCE);
        return 0x9000;
    }
    if (card->config.kind != VCARD_KIND_MY_NUMBER) {
        return 0x6A82;
    }
    if (same(c, text_aid, AID_LEN)) {
        application_enter(card, APP_TEXT);
        return 0x9000;
    }
    if (same(c, common_aid, AID_LEN)) {
        application_enter(card, APP_COMMON);
        return 0x9000;
    }
    if (same(c, keys_aid, AID_LEN)) {
        application_enter(card, APP_KEYS);
        return 0x9000;
    }
    for (size_t i = 0; i < ARRAY_LEN(other_aids); i++) {
        if (same(c, other_aids[i], AID_LEN)) {
            application_enter(card, APP_OTHER);
            return 0x9000;
        }
    }
    return 0x6A82; /* a partial name selects nothing here: 4.4 item 4 */
}

static unsigned
select_file(struct vcard *card, const struct command *c)
{
    if (c->lc != 2) {
        return 0x6700;
    }
    unsigned id = (unsigned)c->data[0] << 8 | c->data[1];
    static const unsigned known[] = {
        0x0001, 0x0002, 0x0003, 0x0005, 0x0011, 0x0012, 0x0014, 0x0015};
    if (card->application == APP_TEXT && (id == 0x0001 || id == 0x0003)) {
        watch(card, "select of the number's file");
    }
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (card->application == APP_TEXT && known[i] == id) {
            card->current = id;
            return 0x9000;
        }
    }
    return 0x6A82;
}

static unsigned
do_select(struct vcard *card, const struct command *c)
{
    if (c->p1 == 0x04 && c->p2 == 0x0C) {
        return select_application(card, c);
    }
    if (c->p1 == 0x02 && c->p2 == 0x0C) {
        return select_file(card, c);
    }
    if (c->p1 == 0x00 && c->p2 == 0x00) {
        /* 1.3: the throw-away command changes nothing */
        return c->lc > 0 ? 0x6A82 : card->application == APP_NONE ? 0x6A86 : 0x9000;
    }
    return 0x6A86;
}

/* A reference: where its counter is, what opens it. */
struct reference {
    int *tries;
    int full;
    const char *secret;
    size_t secret_len;
    unsigned flag;
};

static bool
reference_find(struct vcard *card, unsigned id, struct reference *ret)
{
    struct vcard_person *p = &card->config.person;
    switch (id) {
    case 0x0011:
        *ret = (struct reference){&card->counters.pin, VCARD_PIN_TRIES, p->pin, 4, VERIFIED_PIN};
        return true;
    case 0x0014:
        *ret = (struct reference){&card->counters.a, VCARD_AB_TRIES, p->number, 12, VERIFIED_A};
        return true;
    case 0x0015:
        *ret = (struct reference){&card->counters.b, VCARD_AB_TRIES, p->number_b, 14, VERIFIED_B};
        return true;
    default:
        return false;
    }
}

static void
count(struct vcard *card, const struct reference *ref, int tries)
{
    *ref->tries = tries;
    if (card->config.on_counters != NULL) {
        card->config.on_counters(card->config.ctx, &card->counters);
    }
}

/* 1.4: the secrets of the other two applications. Their tries may be asked for; nobody here may present one. */
static unsigned
verify_elsewhere(struct vcard *card, const struct command *c)
{
    unsigned id = c->p1 == 0 && (c->p2 & 0xE0) == 0x80 ? c->p2 & 0x1FU : 0;
    bool keys = card->application == APP_KEYS;
    int *tries = keys && id == 0x18    ? &card->counters.login
                 : keys && id == 0x1B  ? &card->counters.sign
                 : !keys && id == 0x1C ? &card->counters.registration
                                       : NULL;
    if (tries == NULL) {
        return 0x6A88;
    }
    card->current = id;
    if (c->lc > 0) {
        watch(card, "use of a secret that is not asked for");
        *tries -= *tries > 0;
    }
    return 0x63C0U | (unsigned)*tries;
}

static unsigned
do_verify(struct vcard *card, const struct command *c)
{
    if (card->application == APP_KEYS || card->application == APP_COMMON) {
        return verify_elsewhere(card, c);
    }
    if (card->application != APP_TEXT || c->p1 != 0 || (c->p2 & 0xE0) != 0x80) {
        return card->application != APP_TEXT ? 0x6A82 : 0x6A86;
    }
    unsigned sfi = c->p2 & 0x1FU;
    unsigned id = sfi == 0 ? card->current : sfi;
    if (id == 0x0014) {
        watch(card, "use of the number as a key");
    }
    if (id == 0x0012) {
        return c->lc == 0 ? 0x63C0 : 0x6984; /* 1.4: blocked from the factory */
    }
    struct reference ref;
    if (!reference_find(card, id, &ref)) {
        return 0x6A88;
    }
    card->current = id;
    if (c->lc == 0) {
        bool tell = (card->config.modes & VCARD_MODE_QUERY_COUNTS) != 0;
        return (card->verified & ref.flag) != 0 && !tell ? 0x9000 : 0x63C0U | (unsigned)*ref.tries;
    }
    if (*ref.tries == 0) {
        return 0x6984;
    }
    if (c->lc != ref.secret_len || memcmp(c->data, ref.secret, ref.secret_len) != 0) {
        card->verified &= ~ref.flag;
        count(card, &ref, *ref.tries - 1);
        return 0x63C0U | (unsigned)*ref.tries;
    }
    count(card, &ref, ref.full);
    card->verified |= ref.flag;
    return 0x9000;
}

/* Bytes of an EF and whether they may be read now (1.4). */
static unsigned
readable(const struct vcard *card, unsigned id, const uint8_t **ret_data, size_t *ret_len)
{
    /* FF40 with DF41: version, extended length supported (03), vendor (1.5) */
    static const uint8_t basic[] = {
        0xFF, 0x40, 0x82, 0x00, 0x07, 0xDF, 0x41, 0x04, 0x01, 0x03, 0x0E, 0x01};
    static const uint8_t integrity[336] = {0xFF, 0x30, 0x82, 0x01, 0x4B};
    const struct {
        unsigned id, rights;
        const uint8_t *data;
        size_t len;
    } files[] = {
        {0x0001, VERIFIED_PIN | VERIFIED_A, card->number.data, card->number.len},
        {0x0002, VERIFIED_PIN | VERIFIED_B, card->attributes.data, card->attributes.len},
        {0x0003, VERIFIED_PIN | VERIFIED_A | VERIFIED_B, integrity, sizeof(integrity)},
        {0x0005, 0, basic, sizeof(basic)},
    };
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        if (files[i].id == id) {
            *ret_data = files[i].data;
            *ret_len = files[i].len;
            bool free_file = files[i].rights == 0;
            return free_file || (card->verified & files[i].rights) != 0 ? 0x9000 : 0x6982;
        }
    }
    return id >= 0x0011 && id <= 0x0015 ? 0x6981 : 0x6A82;
}

/* The same of the keys' application (1.11): of its certificates one is free, the other needs the password. */
static unsigned
readable_keys(const struct vcard *card, unsigned id, uint8_t presence[3], const uint8_t **ret_data,
    size_t *ret_len)
{
    switch (id) {
    case 0x0001:
        return 0x6982;
    case 0x0008:
        presence[0] = card->config.person.no_signature ? 0 : 0x8F;
        presence[1] = card->certificate.len > 0 ? 0x8F : 0;
        presence[2] = 0;
        *ret_data = presence;
        *ret_len = 3;
        return 0x9000;
    case 0x000A:
        *ret_data = card->certificate.data;
        *ret_len = card->certificate.len;
        return card->certificate.len > 0 ? 0x9000 : 0x6A82;
    default:
        return id == 0x0017 || id == 0x001A ? 0x6981 : 0x6A82;
    }
}

static unsigned
do_read(struct vcard *card, const struct command *c, uint8_t *answer, size_t *ret_len)
{
    static const uint8_t pin_setting[] = {0x05, 0x01, 0x00}; /* 2.1: a licence with a PIN set */
    bool by_sfi = (c->p1 & 0x80) != 0;
    if (card->config.kind == VCARD_KIND_LICENCE && c->p1 == 0x8A) {
        memcpy(answer, pin_setting, sizeof(pin_setting));
        *ret_len = sizeof(pin_setting);
        return 0x9000;
    }
    bool keys = card->application == APP_KEYS;
    if (card->application != APP_TEXT && !keys) {
        return 0x6A82;
    }
    unsigned id = by_sfi ? c->p1 & 0x1FU : card->current;
    size_t offset = by_sfi ? c->p2 : (size_t)c->p1 << 8 | c->p2;
    if (id == 0x0001 || (!keys && id == 0x0003)) {
        watch(card, keys ? "read of the signature certificate" : "read of the number's file");
    }
    if (id == 0) {
        return 0x6986;
    }
    if (c->extended && (card->config.modes & VCARD_MODE_NO_EXTENDED) != 0) {
        return 0x6700;
    }
    const uint8_t *data = NULL;
    size_t len = 0;
    uint8_t presence[3];
    unsigned sw =
        keys ? readable_keys(card, id, presence, &data, &len) : readable(card, id, &data, &len);
    if (sw == 0x9000) {
        card->current = id; /* 1.3: a read by SFI makes that file current */
        if (c->le == 0) {
            return 0x6700;
        }
        if (offset >= len) {
            return 0x6B00;
        }
        size_t most = c->le;
        if ((card->config.modes & VCARD_MODE_DRIP) != 0 && most > DRIP) {
            most = DRIP;
        }
        if ((card->config.modes & VCARD_MODE_TOO_MUCH) != 0) {
            most = len;
        }
        *ret_len = len - offset < most ? len - offset : most;
        memcpy(answer, data + offset, *ret_len);
    }
    return sw;
}

/* 1.12: record 1 of the common application, open to everybody: 01 1C, serial, municipality, last day. */
static unsigned
do_record(const struct vcard *card, const struct command *c, uint8_t *answer, size_t *ret_len)
{
    if (card->application != APP_COMMON) {
        return card->application == APP_NONE ? 0x6A82 : 0x6981;
    }
    if (c->p1 != 0x01 || c->p2 != 0x0C) {
        return 0x6A83;
    }
    const struct vcard_person *p = &card->config.person;
    memcpy(answer, "\x01\x1C", 2);
    memcpy(answer + 2, p->serial, 15);
    memcpy(answer + 17, "13221", 5); /* the published test card's municipality */
    memcpy(answer + 22, p->expiry, 8);
    *ret_len = 30;
    return 0x9000;
}

static unsigned
execute(struct vcard *card, const uint8_t *bytes, size_t len, uint8_t *answer, size_t *ret_len)
{
    struct command c;
    bool first = card->first;
    card->first = false;
    if ((first && (card->config.modes & VCARD_MODE_FIRST_6F00) != 0) ||
        (card->config.modes & VCARD_MODE_ALWAYS_6F00) != 0) {
        return 0x6F00;
    }
    if (!parse(bytes, len, &c)) {
        return 0x6700;
    }
    if (bytes[0] != 0x00) {
        return 0x6882;
    }
    switch (c.ins) {
    case 0xA4:
        return do_select(card, &c);
    case 0x20:
        return do_verify(card, &c);
    case 0xB0:
        return do_read(card, &c, answer, ret_len);
    case 0xB2:
        return do_record(card, &c, answer, ret_len);
    default:
        return 0x6D00;
    }
}

static void
random_answer(struct vcard *card, uint8_t *answer, struct vcard_result *result)
{
    result->len = rng_seeded_below(&card->rng, 300);
    for (size_t i = 0; i < result->len; i++) {
        answer[i] = (uint8_t)rng_seeded_next(&card->rng);
    }
    if (result->len >= 2 && rng_seeded_below(&card->rng, 2) == 0) {
        answer[result->len - 2] = 0x90; /* half of them look good, so that parsers see them */
        answer[result->len - 1] = 0x00;
    }
}

/* What a fault changes before the command runs; true when it must not run. */
static bool
fault_before(struct vcard *card, const struct vcard_fault *fault, uint8_t *answer,
    struct vcard_result *result)
{
    switch (fault->kind) {
    case VCARD_FAULT_LOST_AT:
        result->silent = true;
        return true;
    case VCARD_FAULT_STATUS:
        answer[0] = (uint8_t)(fault->arg >> 8);
        answer[1] = (uint8_t)fault->arg;
        result->len = 2;
        return true;
    case VCARD_FAULT_ENDLESS_61:
        memcpy(answer, "\x00\x61\xFF", 3);
        result->len = 3;
        return true;
    case VCARD_FAULT_RANDOM:
        if (card->rng.state == 0) {
            card->rng.state = fault->arg + 1;
        }
        random_answer(card, answer, result);
        return true;
    default:
        return false;
    }
}

static void
fault_after(const struct vcard_fault *fault, struct vcard_result *result)
{
    switch (fault->kind) {
    case VCARD_FAULT_REMOVE_AFTER:
        result->leave = true;
        break;
    case VCARD_FAULT_REMOVE_AT:
        result->leave = true;
        result->silent = true;
        break;
    case VCARD_FAULT_SILENT_AT:
        result->silent = true;
        break;
    case VCARD_FAULT_DELAY:
        result->delay_ms = fault->arg;
        break;
    case VCARD_FAULT_TRUNCATE:
        result->len = fault->arg < result->len ? fault->arg : result->len;
        break;
    case VCARD_FAULT_SWAP_AFTER:
        result->swap = true;
        break;
    default:
        break;
    }
}

static bool
fault_applies(const struct vcard *card, const struct vcard_fault *fault)
{
    bool lasting = fault->kind == VCARD_FAULT_ENDLESS_61 || fault->kind == VCARD_FAULT_RANDOM;
    return lasting ? card->commands >= fault->at : card->commands == fault->at;
}

struct vcard_result
vcard_transmit(
    struct vcard *card, const uint8_t *command, size_t len, uint8_t answer[VCARD_ANSWER_MAX])
{
    struct vcard_result result = {0};
    if (!card->powered) {
        result.silent = true;
        return result;
    }
    card->commands++;
    bool done = false;
    for (size_t i = 0; i < card->config.fault_count && !done; i++) {
        const struct vcard_fault *fault = &card->config.faults[i];
        done = fault_applies(card, fault) && fault_before(card, fault, answer, &result);
    }
    if (!done) {
        unsigned sw = execute(card, command, len, answer, &result.len);
        answer[result.len++] = (uint8_t)(sw >> 8);
        answer[result.len++] = (uint8_t)sw;
    }
    for (size_t i = 0; i < card->config.fault_count; i++) {
        if (fault_applies(card, &card->config.faults[i])) {
            fault_after(&card->config.faults[i], &result);
        }
    }
    return result;
}
