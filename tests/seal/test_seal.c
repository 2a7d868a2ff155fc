/* tests/seal/test_seal.c - envelopes and receipts from both ends, with everything that may come in
 * between: each byte flipped, foreign keys, other headers, cut messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/rng.h"
#include "seal/homes.h"
#include "seal/seal.h"

static struct seal_sealer *
sealer_of(const char *folder)
{
    struct seal_sealer *sealer = NULL;
    assert_int_equal(seal_sealer_new(in(folder, "kiosk.crt"), in(folder, "kiosk.key"),
                         in(folder, "recipients.pem"), &sealer),
        0);
    return sealer;
}

static struct seal_verifier *
verifier_of(const char *folder)
{
    struct seal_verifier *verifier = NULL;
    assert_int_equal(seal_verifier_new(in(folder, "kiosk-ca.crt"), &verifier), 0);
    return verifier;
}

static struct seal_opener *
opener_of(const char *folder, const char *name)
{
    char cert[64];
    char key[64];
    (void)snprintf(cert, sizeof(cert), "%s.crt", name);
    (void)snprintf(key, sizeof(key), "%s.key", name);
    struct seal_opener *opener = NULL;
    assert_int_equal(seal_opener_new(in(folder, cert), in(folder, key), &opener), 0);
    return opener;
}

static struct seal_header
some_header(void)
{
    struct seal_header header = {.kiosk = KIOSK, .epoch = 9007199254740991u, .sequence = 17};
    for (size_t i = 0; i < SEAL_ID_LEN; i++) {
        header.id[i] = (uint8_t)(i * 17);
    }
    return header;
}

static void
seal_text(const char *folder, const struct seal_header *header, const char *text, struct buf *out)
{
    struct seal_sealer *sealer = sealer_of(folder);
    buf_init(out, SEAL_ENVELOPE_MAX);
    assert_int_equal(seal_envelope(sealer, header, (const uint8_t *)text, strlen(text), out), 0);
    seal_sealer_free(sealer);
}

/* The first place of needle in hay, or NULL. */
static uint8_t *
find_bytes(uint8_t *hay, size_t len, const void *needle, size_t needle_len)
{
    for (size_t i = 0; i + needle_len <= len; i++) {
        if (memcmp(hay + i, needle, needle_len) == 0) {
            return hay + i;
        }
    }
    return NULL;
}

static void
assert_header(const struct seal_header *a, const struct seal_header *b)
{
    assert_string_equal(a->kiosk, b->kiosk);
    assert_true(a->epoch == b->epoch);
    assert_true(a->sequence == b->sequence);
    assert_memory_equal(a->id, b->id, SEAL_ID_LEN);
}

static void
test_round_trip_sizes(void **state)
{
    (void)state;
    static const size_t sizes[] = {
        0, 1, 671, 672, 673, 1184, 1185, 4096, 65535, 65536, 262143, 262144};
    struct seal_sealer *sealer = sealer_of(ours);
    struct seal_verifier *verifier = verifier_of(ours);
    struct seal_opener *city = opener_of(ours, "city");
    struct seal_opener *recovery = opener_of(ours, "recovery");
    struct seal_header header = some_header();
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        size_t len = sizes[i];
        size_t padded = len <= 672 ? 672 : 672 + (len - 672 + 511) / 512 * 512;
        uint8_t *plain = malloc(len + 1);
        assert_non_null(plain);
        rng_fill(plain, len);
        AUTO_BUF envelope;
        AUTO_BUF sealed;
        buf_init(&envelope, SEAL_ENVELOPE_MAX);
        buf_init(&sealed, SEAL_ENVELOPE_MAX);
        assert_int_equal(seal_envelope(sealer, &header, plain, len, &envelope), 0);
        struct seal_header got;
        assert_int_equal(seal_verify(verifier, envelope.data, envelope.len, &got, &sealed), 0);
        assert_header(&got, &header);
        assert_int_equal(seal_verify(verifier, envelope.data, envelope.len, &got, NULL), 0);
        struct seal_opener *openers[] = {city, recovery};
        for (size_t k = 0; k < 2; k++) {
            AUTO_BUF open;
            buf_init(&open, SEAL_ENVELOPE_MAX);
            assert_int_equal(seal_open(openers[k], sealed.data, sealed.len, &open), 0);
            assert_int_equal(open.len, padded);
            assert_memory_equal(open.data, plain, len);
            for (size_t at = len; at < padded; at++) {
                assert_int_equal(open.data[at], ' ');
            }
        }
        free(plain);
    }
    seal_sealer_free(sealer);
    seal_verifier_free(verifier);
    seal_opener_free(city);
    seal_opener_free(recovery);
}

static void
test_too_big(void **state)
{
    (void)state;
    struct seal_sealer *sealer = sealer_of(ours);
    struct seal_header header = some_header();
    static uint8_t plain[SEAL_ENVELOPE_MAX + 1];
    AUTO_BUF envelope;
    buf_init(&envelope, 2 * SEAL_ENVELOPE_MAX);
    assert_int_equal(
        seal_envelope(sealer, &header, plain, SEAL_ENVELOPE_MAX + 1, &envelope), KERR_TOO_BIG);
    assert_int_equal(
        seal_envelope(sealer, &header, plain, SEAL_ENVELOPE_MAX, &envelope), KERR_TOO_BIG);
    assert_int_equal(envelope.len, 0);
    AUTO_BUF small;
    buf_init(&small, 100);
    assert_int_equal(seal_envelope(sealer, &header, plain, 10, &small), KERR_TOO_BIG);
    seal_sealer_free(sealer);
}

/* Padding hides lengths inside one step: same size of the ciphertext. */
static void
test_length_is_hidden(void **state)
{
    (void)state;
    struct seal_header header = some_header();
    struct seal_verifier *verifier = verifier_of(ours);
    AUTO_BUF a;
    AUTO_BUF b;
    seal_text(ours, &header, "", &a);
    seal_text(
        ours, &header, "{\"name\":\"\xe6\x97\xa5\xe7\xab\x8b \xe8\x8a\xb1\xe5\xad\x90\"}", &b);
    AUTO_BUF sealed_a;
    AUTO_BUF sealed_b;
    buf_init(&sealed_a, SEAL_ENVELOPE_MAX);
    buf_init(&sealed_b, SEAL_ENVELOPE_MAX);
    assert_int_equal(seal_verify(verifier, a.data, a.len, &header, &sealed_a), 0);
    assert_int_equal(seal_verify(verifier, b.data, b.len, &header, &sealed_b), 0);
    assert_int_equal(sealed_a.len, sealed_b.len);
    seal_verifier_free(verifier);
}

/* RFC 5753 section 7.1.4: the key derivation of SHA-256 stands in the message, the SHA-1 one doesn't;
 * so does AES-256-GCM, and nothing of the plaintext. */
static void
test_algorithms_in_der(void **state)
{
    (void)state;
    static const uint8_t sha256kdf[] = {0x06, 0x06, 0x2b, 0x81, 0x04, 0x01, 0x0b, 0x01};
    static const uint8_t sha1kdf[] = {
        0x06, 0x09, 0x2b, 0x81, 0x05, 0x10, 0x86, 0x48, 0x3f, 0x00, 0x02};
    static const uint8_t aes256gcm[] = {
        0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2e};
    static const uint8_t aes256wrap[] = {
        0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2d};
    static const uint8_t sha1[] = {0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a};
    struct seal_header header = some_header();
    AUTO_BUF envelope;
    seal_text(ours, &header, "canary-8f2c", &envelope);
    assert_non_null(find_bytes(envelope.data, envelope.len, sha256kdf, sizeof(sha256kdf)));
    assert_non_null(find_bytes(envelope.data, envelope.len, aes256gcm, sizeof(aes256gcm)));
    assert_non_null(find_bytes(envelope.data, envelope.len, aes256wrap, sizeof(aes256wrap)));
    assert_null(find_bytes(envelope.data, envelope.len, sha1kdf, sizeof(sha1kdf)));
    assert_null(find_bytes(envelope.data, envelope.len, sha1, sizeof(sha1)));
    assert_null(find_bytes(envelope.data, envelope.len, "canary", 6));
}

/* The same plaintext twice gives unlike envelopes: resending must send the stored bytes. */
static void
test_sealing_is_randomised(void **state)
{
    (void)state;
    struct seal_header header = some_header();
    AUTO_BUF a;
    AUTO_BUF b;
    seal_text(ours, &header, "same", &a);
    seal_text(ours, &header, "same", &b);
    assert_false(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
}

static void
refused(int r)
{
    assert_true(r == KERR_SEAL_FORM || r == KERR_SEAL_SIGNATURE);
}

/* Every byte of an envelope: one bit of it, its letter case, all of it. */
static void
test_envelope_flips(void **state)
{
    (void)state;
    struct seal_header header = some_header();
    struct seal_verifier *verifier = verifier_of(ours);
    AUTO_BUF envelope;
    seal_text(ours, &header, "{\"v\":1}", &envelope);
    /* its certificate is known from here on */
    assert_int_equal(seal_verify(verifier, envelope.data, envelope.len, &header, NULL), 0);
    for (size_t i = 0; i < envelope.len; i++) {
        for (unsigned k = 0; k < 3; k++) {
            uint8_t flip = (uint8_t)(k == 0 ? 1u << i % 8 : k == 1 ? 0x20u : 0xffu);
            envelope.data[i] ^= flip;
            struct seal_header got = {.kiosk = "untouched"};
            AUTO_BUF sealed;
            buf_init(&sealed, SEAL_ENVELOPE_MAX);
            int r = seal_verify(verifier, envelope.data, envelope.len, &got, &sealed);
            if (r == 0) {
                fail_msg("byte %zu, flip %02x passed", i, flip);
            }
            refused(r);
            assert_string_equal(got.kiosk, "untouched");
            assert_int_equal(sealed.len, 0);
            envelope.data[i] ^= flip;
        }
    }
    assert_int_equal(seal_verify(verifier, envelope.data, envelope.len, &header, NULL), 0);
    seal_verifier_free(verifier);
}

static void
test_envelope_cuts_and_tails(void **state)
{
    (void)state;
    struct seal_header header = some_header();
    struct seal_verifier *verifier = verifier_of(ours);
    AUTO_BUF envelope;
    seal_text(ours, &header, "{\"v\":1}", &envelope);
    for (size_t len = 0; len < envelope.len; len++) {
        uint8_t *cut = malloc(len + 1); /* a block of its own, so that ASan sees a read too far */
        assert_non_null(cut);
        memcpy(cut, envelope.data, len);
        refused(seal_verify(verifier, cut, len, &header, NULL));
        free(cut);
    }
    assert_int_equal(buf_add_byte(&envelope, 0), 0);
    refused(seal_verify(verifier, envelope.data, envelope.len, &header, NULL));
    static uint8_t big[SEAL_ENVELOPE_MAX + 1] = {0x30};
    refused(seal_verify(verifier, big, sizeof(big), &header, NULL));
    seal_verifier_free(verifier);
}

static void
test_foreign_ca(void **state)
{
    (void)state;
    struct seal_header header = some_header();
    struct seal_verifier *verifier = verifier_of(ours);
    AUTO_BUF envelope;
    AUTO_BUF good;
    seal_text(theirs, &header, "forged", &envelope);
    seal_text(ours, &header, "good", &good);
    for (int round = 0; round < 3; round++) { /* also once a certificate of ours is known */
        assert_int_equal(
            seal_verify(verifier, envelope.data, envelope.len, &header, NULL), KERR_SEAL_SIGNATURE);
        assert_int_equal(seal_verify(verifier, good.data, good.len, &header, NULL), 0);
    }
    seal_verifier_free(verifier);
}

/* A key of ours that was made for something else must not sign envelopes: TLS by its extended usage,
 * the receipt key by its CA. */
static void
test_wrong_purpose(void **state)
{
    (void)state;
    struct seal_sealer *sealer = NULL;
    assert_int_equal(seal_sealer_new(in(ours, "kiosk-tls.crt"), in(ours, "kiosk-tls.key"),
                         in(ours, "recipients.pem"), &sealer),
        0);
    struct seal_header header = some_header();
    AUTO_BUF envelope;
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    assert_int_equal(seal_envelope(sealer, &header, (const uint8_t *)"x", 1, &envelope), 0);
    struct seal_verifier *verifier = verifier_of(ours);
    assert_int_equal(
        seal_verify(verifier, envelope.data, envelope.len, &header, NULL), KERR_SEAL_SIGNATURE);
    seal_verifier_free(verifier);
    seal_sealer_free(sealer);
}

/* The header is the certificate's own kiosk, and a name that no certificate can carry is refused. */
static void
test_other_kiosk(void **state)
{
    (void)state;
    struct seal_sealer *sealer = sealer_of(ours);
    static const char *const names[] = {"kiosk-002", "kiosk-00", "kiosk-0011", "", "KIOSK-001",
        "kiosk 001", "kiosk-001\n", "\xe7\xaa\x93\xe5\x8f\xa3"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct seal_header header = some_header();
        (void)snprintf(header.kiosk, sizeof(header.kiosk), "%s", names[i]);
        AUTO_BUF envelope;
        buf_init(&envelope, SEAL_ENVELOPE_MAX);
        assert_true(seal_envelope(sealer, &header, (const uint8_t *)"x", 1, &envelope) < 0);
        assert_int_equal(envelope.len, 0);
    }
    seal_sealer_free(sealer);
}

/* The inner layer of one envelope signed under another record's id by somebody else: refused. The
 * kiosk's own key could do it; then both envelopes verify and the ledger sees two hashes. */
static void
test_replay_under_another_id(void **state)
{
    (void)state;
    struct seal_header header = some_header();
    AUTO_BUF envelope;
    seal_text(ours, &header, "once", &envelope);
    char id_text[2 * SEAL_ID_LEN + 1] = "00112233445566778899aabbccddeeff";
    uint8_t *at = find_bytes(envelope.data, envelope.len, id_text, 2 * SEAL_ID_LEN);
    assert_non_null(at);
    memcpy(at, "ffeeddccbbaa99887766554433221100", 2 * SEAL_ID_LEN);
    struct seal_verifier *verifier = verifier_of(ours);
    assert_int_equal(
        seal_verify(verifier, envelope.data, envelope.len, &header, NULL), KERR_SEAL_SIGNATURE);
    seal_verifier_free(verifier);
}

/* What lies inside is authenticated too: flips either don't open, or hit the part that is for the
 * other recipient and leave the text as it was. */
static void
test_sealed_flips(void **state)
{
    (void)state;
    static const char text[] = "{\"v\":1}";
    struct seal_header header = some_header();
    struct seal_verifier *verifier = verifier_of(ours);
    struct seal_opener *city = opener_of(ours, "city");
    AUTO_BUF envelope;
    AUTO_BUF sealed;
    seal_text(ours, &header, text, &envelope);
    buf_init(&sealed, SEAL_ENVELOPE_MAX);
    assert_int_equal(seal_verify(verifier, envelope.data, envelope.len, &header, &sealed), 0);
    size_t opened = 0;
    for (size_t i = 0; i < sealed.len; i++) {
        sealed.data[i] ^= 1;
        AUTO_BUF plain;
        buf_init(&plain, SEAL_ENVELOPE_MAX);
        int r = seal_open(city, sealed.data, sealed.len, &plain);
        if (r == 0) {
            opened++;
            assert_int_equal(plain.len, 672);
            assert_memory_equal(plain.data, text, sizeof(text) - 1);
        } else {
            assert_true(r == KERR_SEAL_FORM || r == KERR_SEAL_OPEN);
            assert_int_equal(plain.len, 0);
        }
        sealed.data[i] ^= 1;
    }
    assert_true(opened < sealed.len / 2);
    assert_int_equal(buf_add_byte(&sealed, 0), 0); /* a tail */
    AUTO_BUF tail;
    buf_init(&tail, SEAL_ENVELOPE_MAX);
    assert_int_equal(seal_open(city, sealed.data, sealed.len, &tail), KERR_SEAL_FORM);
    sealed.len--;
    for (size_t len = 0; len < sealed.len; len += 7) {
        AUTO_BUF plain;
        buf_init(&plain, SEAL_ENVELOPE_MAX);
        assert_true(seal_open(city, sealed.data, len, &plain) < 0);
        assert_int_equal(plain.len, 0);
    }
    seal_opener_free(city);
    seal_verifier_free(verifier);
}

static void
test_wrong_opener(void **state)
{
    (void)state;
    struct seal_header header = some_header();
    struct seal_verifier *verifier = verifier_of(ours);
    struct seal_opener *stranger = opener_of(theirs, "city");
    AUTO_BUF envelope;
    AUTO_BUF sealed;
    AUTO_BUF plain;
    seal_text(ours, &header, "secret", &envelope);
    buf_init(&sealed, SEAL_ENVELOPE_MAX);
    buf_init(&plain, SEAL_ENVELOPE_MAX);
    assert_int_equal(seal_verify(verifier, envelope.data, envelope.len, &header, &sealed), 0);
    assert_int_equal(seal_open(stranger, sealed.data, sealed.len, &plain), KERR_SEAL_OPEN);
    assert_int_equal(plain.len, 0);
    /* the outer layer is no sealed content */
    assert_int_equal(seal_open(stranger, envelope.data, envelope.len, &plain), KERR_SEAL_FORM);
    seal_opener_free(stranger);
    seal_verifier_free(verifier);
}

static struct seal_receipt
some_receipt(void)
{
    struct seal_receipt receipt = {
        .header = some_header(), .received_at = 1795312800, .position = 42};
    seal_hash((const uint8_t *)"abc", 3, receipt.envelope_hash);
    return receipt;
}

static void
make_receipt(const char *folder, const struct seal_receipt *receipt, struct buf *out)
{
    struct seal_signer *signer = NULL;
    assert_int_equal(
        seal_signer_new(in(folder, "receipt.crt"), in(folder, "receipt.key"), &signer), 0);
    buf_init(out, SEAL_RECEIPT_MAX);
    assert_int_equal(seal_receipt_make(signer, receipt, out), 0);
    seal_signer_free(signer);
}

static struct seal_receipts *
receipts_of(const char *folder)
{
    struct seal_receipts *receipts = NULL;
    assert_int_equal(seal_receipts_new(in(folder, "city-ca.crt"), &receipts), 0);
    return receipts;
}

static void
test_receipt(void **state)
{
    (void)state;
    struct seal_receipt receipt = some_receipt();
    struct seal_receipt limits = {
        .header = {.kiosk = KIOSK, .epoch = UINT64_MAX, .sequence = UINT64_MAX},
        .received_at = INT64_MAX,
        .position = UINT64_MAX};
    const struct seal_receipt *cases[] = {&receipt, &limits};
    struct seal_receipts *receipts = receipts_of(ours);
    for (size_t i = 0; i < 2; i++) {
        AUTO_BUF bytes;
        make_receipt(ours, cases[i], &bytes);
        struct seal_receipt got;
        assert_int_equal(seal_receipt_verify(receipts, bytes.data, bytes.len, &got), 0);
        assert_header(&got.header, &cases[i]->header);
        assert_memory_equal(got.envelope_hash, cases[i]->envelope_hash, SEAL_HASH_LEN);
        assert_true(got.received_at == cases[i]->received_at);
        assert_true(got.position == cases[i]->position);
        assert_true(bytes.len < 2048); /* an answer's body stays small */
    }
    seal_receipts_free(receipts);
}

static void
test_receipt_flips_and_cuts(void **state)
{
    (void)state;
    struct seal_receipt receipt = some_receipt();
    struct seal_receipts *receipts = receipts_of(ours);
    AUTO_BUF bytes;
    make_receipt(ours, &receipt, &bytes);
    for (size_t i = 0; i < bytes.len; i++) {
        for (unsigned bit = 0; bit < 9; bit++) {
            uint8_t flip = (uint8_t)(bit < 8 ? 1u << bit : 0xffu);
            bytes.data[i] ^= flip;
            int r = seal_receipt_verify(receipts, bytes.data, bytes.len, &receipt);
            if (r == 0) {
                fail_msg("byte %zu, flip %02x passed", i, flip);
            }
            refused(r);
            bytes.data[i] ^= flip;
        }
    }
    for (size_t len = 0; len < bytes.len; len++) {
        refused(seal_receipt_verify(receipts, bytes.data, len, &receipt));
    }
    assert_int_equal(seal_receipt_verify(receipts, bytes.data, bytes.len, &receipt), 0);
    seal_receipts_free(receipts);
}

static void
test_foreign_receipts(void **state)
{
    (void)state;
    struct seal_receipt receipt = some_receipt();
    struct seal_receipts *receipts = receipts_of(ours);
    AUTO_BUF bytes;
    make_receipt(theirs, &receipt, &bytes);
    assert_int_equal(
        seal_receipt_verify(receipts, bytes.data, bytes.len, &receipt), KERR_SEAL_SIGNATURE);
    /* a kiosk's envelope is no receipt, nor the other way round */
    struct seal_header header = some_header();
    AUTO_BUF envelope;
    seal_text(ours, &header, "x", &envelope);
    assert_int_equal(
        seal_receipt_verify(receipts, envelope.data, envelope.len, &receipt), KERR_SEAL_SIGNATURE);
    struct seal_verifier *verifier = verifier_of(ours);
    AUTO_BUF mine;
    make_receipt(ours, &receipt, &mine);
    assert_int_equal(
        seal_verify(verifier, mine.data, mine.len, &header, NULL), KERR_SEAL_SIGNATURE);
    seal_verifier_free(verifier);
    /* only the key named "receipt" makes one */
    static const char *const others[] = {"city", "intake-tls", "city-ca", "kiosk", "recovery"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        char cert[64];
        char key[64];
        (void)snprintf(cert, sizeof(cert), "%s.crt", others[i]);
        (void)snprintf(key, sizeof(key), "%s.key", others[i]);
        struct seal_signer *signer = NULL;
        assert_int_equal(seal_signer_new(in(ours, cert), in(ours, key), &signer), KERR_SEAL_KEY);
        assert_null(signer);
    }
    seal_receipts_free(receipts);
}

/* NIST FIPS 180-4 examples. */
static void
test_hash(void **state)
{
    (void)state;
    static const uint8_t abc[SEAL_HASH_LEN] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41,
        0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
        0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    uint8_t got[SEAL_HASH_LEN];
    seal_hash((const uint8_t *)"abc", 3, got);
    assert_memory_equal(got, abc, SEAL_HASH_LEN);
}

/* A point of the queue's chain: comes back as it was; no byte of it can be changed; none is taken for an
 * envelope, none is made for another kiosk; and an envelope's length is told by its first bytes. */
static void
test_point(void **state)
{
    (void)state;
    struct seal_point point = {.kiosk = KIOSK, .epoch = 9007199254740991u, .size = 417};
    memset(point.head, 0x5c, sizeof(point.head));
    struct seal_sealer *sealer = sealer_of(ours);
    struct seal_verifier *verifier = verifier_of(ours);
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_POINT_MAX);
    assert_int_equal(seal_point_make(sealer, &point, &bytes), 0);
    struct seal_point got = {0};
    assert_int_equal(seal_point_verify(verifier, bytes.data, bytes.len, &got), 0);
    assert_memory_equal(&got, &point, sizeof(got));
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t flip = (uint8_t)(1u << i % 8);
        bytes.data[i] ^= flip;
        refused(seal_point_verify(verifier, bytes.data, bytes.len, &got));
        bytes.data[i] ^= flip;
    }
    struct seal_header header = some_header();
    assert_int_equal(seal_verify(verifier, bytes.data, bytes.len, &header, NULL), KERR_SEAL_FORM);
    AUTO_BUF envelope;
    seal_text(ours, &header, "x", &envelope);
    assert_int_equal(
        seal_point_verify(verifier, envelope.data, envelope.len, &got), KERR_SEAL_FORM);
    assert_int_equal(seal_envelope_length(envelope.data, envelope.len), envelope.len);
    assert_int_equal(seal_envelope_length(envelope.data, 40), envelope.len);
    for (size_t len = 0; len < 15; len++) {
        assert_int_equal(seal_envelope_length(envelope.data, len), 0);
    }
    assert_int_equal(seal_envelope_length(envelope.data + 1, envelope.len - 1), 0);
    struct seal_verifier *foreign = verifier_of(theirs);
    assert_int_equal(seal_point_verify(foreign, bytes.data, bytes.len, &got), KERR_SEAL_SIGNATURE);
    (void)snprintf(point.kiosk, sizeof(point.kiosk), "kiosk-002");
    assert_int_equal(seal_point_make(sealer, &point, &bytes), KERR_SEAL_KEY);
    seal_verifier_free(foreign);
    seal_verifier_free(verifier);
    seal_sealer_free(sealer);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip_sizes),
        cmocka_unit_test(test_point),
        cmocka_unit_test(test_too_big),
        cmocka_unit_test(test_length_is_hidden),
        cmocka_unit_test(test_algorithms_in_der),
        cmocka_unit_test(test_sealing_is_randomised),
        cmocka_unit_test(test_envelope_flips),
        cmocka_unit_test(test_envelope_cuts_and_tails),
        cmocka_unit_test(test_foreign_ca),
        cmocka_unit_test(test_wrong_purpose),
        cmocka_unit_test(test_other_kiosk),
        cmocka_unit_test(test_replay_under_another_id),
        cmocka_unit_test(test_sealed_flips),
        cmocka_unit_test(test_wrong_opener),
        cmocka_unit_test(test_receipt),
        cmocka_unit_test(test_receipt_flips_and_cuts),
        cmocka_unit_test(test_foreign_receipts),
        cmocka_unit_test(test_hash),
    };
    return cmocka_run_group_tests(tests, homes_make, homes_remove);
}
