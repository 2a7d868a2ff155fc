/* fuzz/fuzz_card_talk.c - the whole talk with a card that answers anything. The input is a row of
 * blocks, each two bytes of length (big endian) and an answer; an answer of no bytes is a failed
 * exchange. So a log of real answers makes a seed: placed, read with a PIN, then looked at without one. However the card
 * behaves: few commands, one VERIFY, nothing off the list. */
#include <assert.h>
#include <string.h>

#include "base/err.h"
#include "card/card_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct script {
    const uint8_t *data;
    size_t size;
    unsigned verifies;
    bool powered;
};

static int
script_connect(void *ctx, const char *reader)
{
    struct script *script = ctx;
    (void)reader;
    script->powered = true;
    return 0;
}

static int
script_transmit(
    void *ctx, const uint8_t *command, size_t len, uint8_t *ret_answer, size_t cap, size_t *ret_len)
{
    struct script *script = ctx;
    assert(script->powered);
    assert(len >= 4 && command[0] == 0x00);
    assert(
        command[1] != 0x20 || len == 4 || command[3] == 0x91); /* no secret to another reference */
    assert(!(command[1] == 0xB0 && command[2] == 0x81)); /* the file with the number */
    script->verifies += len == 9;
    if (script->size < 2) {
        return KERR_CARD_REMOVED;
    }
    size_t answer_len = (size_t)script->data[0] << 8 | script->data[1];
    script->data += 2;
    script->size -= 2;
    answer_len = answer_len < script->size ? answer_len : script->size;
    if (answer_len == 0 || answer_len > cap) {
        return KERR_CARD_COMM;
    }
    memcpy(ret_answer, script->data, answer_len);
    *ret_len = answer_len;
    script->data += answer_len;
    script->size -= answer_len;
    return 0;
}

static void
script_disconnect(void *ctx)
{
    struct script *script = ctx;
    script->powered = false;
}

static const struct card_transport_ops script_ops = {
    .connect = script_connect, .transmit = script_transmit, .disconnect = script_disconnect};

static void
read_card(struct myna *myna)
{
    struct secret *pin;
    int tries;
    bool unknown;
    int r = secret_new(&pin);
    assert(r == 0);
    for (int i = 0; i < CARD_PIN_LEN; i++) {
        r = secret_push(pin, '0');
        assert(r == 0);
    }
    AUTO_BUF file;
    buf_init(&file, TLV_OBJECT_MAX);
    r = myna_read(myna, pin, &file, &tries, &unknown);
    assert(secret_len(pin) == 0 && secret_len(myna->scratch) == 0);
    if (r == 0) {
        bool questionable = false;
        struct fact_set *facts = fact_set_new();
        (void)attributes_parse(file.data, file.len, facts, 0, &questionable); /* any verdict */
        fact_set_free(facts);
    }
    secret_free(pin);
}

static void
look_at_card(struct myna *myna)
{
    char expiry[11] = "";
    struct card_inside inside;
    int r = myna_look(myna, expiry, &inside);
    assert((r == 0) == (expiry[0] != 0));
    assert(r == 0 || inside.certificate_until[0] == 0);
    assert(inside.certificate_until[0] == 0 || strlen(inside.certificate_until) == 10);
    assert(inside.login_tries <= 15 && inside.sign_tries <= 15 && inside.register_tries <= 15);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct script script = {.data = data, .size = size};
    struct myna myna;
    enum card_kind kind;
    int tries;
    int r = myna_init(&myna, &script_ops, &script);
    assert(r == 0);
    if (myna_identify(&myna, "reader", &kind, &tries) == 0) {
        assert(kind == CARD_KIND_MY_NUMBER && tries >= CARD_TRIES_UNKNOWN && tries <= 15);
        read_card(&myna);
        look_at_card(&myna);
    }
    assert(script.verifies <= 1);
    assert(atomic_load(&myna.channel.refused) == 0);
    /* Two approaches of three commands, VERIFY, seven of the look, and twice a bounded number of reads. */
    assert(atomic_load(&myna.channel.apdus) < 160);
    myna_release(&myna);
    assert(!script.powered);
    return 0;
}
