/* tests/seal/test_quick.c - the quick way through a signed message says yes to what the long way says yes to, with the
 * same parts, and to nothing else; here nothing falls back on the long way. */
#include <openssl/evp.h>
#include <string.h>

#include "base/err.h"
#include "seal/homes.h"
#include "seal/seal_priv.h"

#define HEADER "1 kiosk-001 7 3 00112233445566778899aabbccddeeff"
#define CONTENT "what is sealed"
#define TIME                                                                                       \
    "\x17\x0d"                                                                                     \
    "261122000000Z"

static X509_STORE *
trust_of(const char *folder)
{
    X509_STORE *trust = NULL;
    assert_int_equal(seal_load_trust(in(folder, "kiosk-ca.crt"), &trust), 0);
    return trust;
}

/* The kiosk's own hand, where seal_sign would spell otherwise. */
struct hand {
    X509 *cert;
    EVP_PKEY *key;
};

static struct hand
hand_of(const char *folder)
{
    struct hand hand;
    assert_int_equal(
        seal_load_pair(in(folder, "kiosk.crt"), in(folder, "kiosk.key"), &hand.cert, &hand.key), 0);
    return hand;
}

static void
hand_release(struct hand *hand)
{
    X509_free(hand->cert);
    EVP_PKEY_free(hand->key);
}

/* A message with these parts, signed as it is. hash_of: the content whose digest is signed. */
static void
write_message(const struct hand *hand, const char *time, const char *hash_of, const char *header,
    struct buf *out)
{
    uint8_t hash[SEAL_HASH_LEN], signature[144];
    AUTO_BUF attributes;
    AUTO_BUF set;
    buf_init(out, SEAL_ENVELOPE_MAX);
    buf_init(&attributes, SEAL_RECEIPT_MAX);
    buf_init(&set, SEAL_RECEIPT_MAX);
    seal_hash((const uint8_t *)hash_of, strlen(hash_of), hash);
    const struct seal_attributes signs = {.time = (const uint8_t *)time,
        .time_len = strlen(time),
        .hash = hash,
        .header = (const uint8_t *)header,
        .header_len = header != NULL ? strlen(header) : 0};
    seal_spell_attributes(&signs, &attributes);
    seal_add_tlv(&set, 0x31, attributes.data, attributes.len);
    struct seal_spelling parts = {.cert = hand->cert,
        .content = (const uint8_t *)CONTENT,
        .content_len = strlen(CONTENT),
        .attributes = &attributes,
        .signature = signature,
        .signature_len = sizeof(signature)};
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, hand->key), 1);
    assert_int_equal(EVP_DigestSign(ctx, signature, &parts.signature_len, set.data, set.len), 1);
    EVP_MD_CTX_free(ctx);
    seal_spell(&parts, out);
    assert_int_equal(out->failed, 0);
}

static bool
is_quick(X509_STORE *trust, const struct buf *message)
{
    struct seal_signed parts;
    if (!seal_check_quick(trust, message->data, message->len, &parts)) {
        return false;
    }
    seal_signed_release(&parts);
    return true;
}

/* The long way, by a store that knows nobody. */
static int
long_way(const struct buf *message, struct seal_signed *ret_parts)
{
    X509_STORE *trust = trust_of(ours);
    int r = seal_check_signed(trust, message->data, message->len, ret_parts);
    X509_STORE_free(trust);
    return r;
}

static void
test_known_signer(void **state)
{
    (void)state;
    static const char *const headers[] = {HEADER, NULL};
    for (size_t i = 0; i < 2; i++) {
        X509_STORE *trust = trust_of(ours);
        struct hand hand = hand_of(ours);
        AUTO_BUF message;
        write_message(&hand, TIME, CONTENT, headers[i], &message);
        assert_false(is_quick(trust, &message)); /* nobody is known yet */
        struct seal_signed slow, quick;
        assert_int_equal(seal_check_signed(trust, message.data, message.len, &slow), 0);
        assert_non_null(slow.cms);
        assert_true(seal_check_quick(trust, message.data, message.len, &quick));
        assert_null(quick.cms);
        assert_int_equal(X509_cmp(slow.signer, quick.signer), 0);
        assert_int_equal(quick.content_len, slow.content_len);
        assert_memory_equal(quick.content, slow.content, slow.content_len);
        assert_int_equal(quick.header_len, slow.header_len);
        assert_true((quick.header != NULL) == (headers[i] != NULL));
        assert_true((slow.header != NULL) == (headers[i] != NULL));
        if (headers[i] != NULL) {
            assert_memory_equal(quick.header, slow.header, slow.header_len);
        }
        seal_signed_release(&slow);
        seal_signed_release(&quick);
        hand_release(&hand);
        X509_STORE_free(trust);
    }
}

static void
test_every_byte_counts(void **state)
{
    (void)state;
    X509_STORE *trust = trust_of(ours);
    struct hand hand = hand_of(ours);
    AUTO_BUF message;
    struct seal_signed parts;
    write_message(&hand, TIME, CONTENT, HEADER, &message);
    assert_int_equal(seal_check_signed(trust, message.data, message.len, &parts), 0);
    seal_signed_release(&parts);
    for (size_t i = 0; i < message.len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            message.data[i] ^= (uint8_t)(1u << bit);
            if (is_quick(trust, &message)) {
                fail_msg("byte %zu, bit %u passed", i, bit);
            }
            message.data[i] ^= (uint8_t)(1u << bit);
        }
    }
    assert_true(is_quick(trust, &message));
    size_t whole = message.len;
    for (message.len = 0; message.len < whole; message.len++) {
        assert_false(is_quick(trust, &message)); /* cut */
    }
    assert_int_equal(buf_add_byte(&message, 0), 0);
    assert_false(is_quick(trust, &message)); /* a tail */
    hand_release(&hand);
    X509_STORE_free(trust);
}

/* What the key itself could sign. */
static void
test_signed_but_not_right(void **state)
{
    (void)state;
    X509_STORE *trust = trust_of(ours);
    struct hand hand = hand_of(ours), foreign = hand_of(theirs);
    AUTO_BUF good;
    struct seal_signed parts;
    write_message(&hand, TIME, CONTENT, HEADER, &good);
    assert_int_equal(seal_check_signed(trust, good.data, good.len, &parts), 0);
    seal_signed_release(&parts);
    static const struct {
        const char *time, *hash_of, *header;
    } cases[] = {
        {TIME, "something else", HEADER},
        {"\x17\x0d"
         "2611220000-9Z",
            CONTENT, HEADER},
        {"\x17\x0d"
         "2611220000000",
            CONTENT, HEADER},
        {"\x17\x0e"
         "261122000000Z0",
            CONTENT, HEADER},
        {"\x13\x0d"
         "261122000000Z",
            CONTENT, HEADER},
        {TIME, CONTENT, "1 k 7 3 short"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        AUTO_BUF message;
        write_message(&hand, cases[i].time, cases[i].hash_of, cases[i].header, &message);
        if (is_quick(trust, &message)) {
            fail_msg("case %zu passed", i);
        }
        if (i == 0) {
            assert_int_equal(long_way(&message, &parts), KERR_SEAL_SIGNATURE);
        }
    }
    /* a stranger's certificate of the same name; the right certificate over a stranger's signature */
    AUTO_BUF strange;
    write_message(&foreign, TIME, CONTENT, HEADER, &strange);
    assert_false(is_quick(trust, &strange));
    assert_int_equal(
        seal_check_signed(trust, strange.data, strange.len, &parts), KERR_SEAL_SIGNATURE);
    assert_false(is_quick(trust, &strange)); /* nor is it known now */
    struct hand mixed = {.cert = hand.cert, .key = foreign.key};
    AUTO_BUF stolen;
    write_message(&mixed, TIME, CONTENT, HEADER, &stolen);
    assert_false(is_quick(trust, &stolen));
    assert_int_equal(
        seal_check_signed(trust, stolen.data, stolen.len, &parts), KERR_SEAL_SIGNATURE);
    hand_release(&hand);
    hand_release(&foreign);
    X509_STORE_free(trust);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_signer),
        cmocka_unit_test(test_every_byte_counts),
        cmocka_unit_test(test_signed_but_not_right),
    };
    return cmocka_run_group_tests(tests, homes_make, homes_remove);
}
