/* tests/seal/test_lean.c - the lean form: the very same envelope comes back, every changed bit and digit is refused, and
 * parts come together in any order. Prints what of an envelope goes into a code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/rng.h"
#include "seal/homes.h"
#include "seal/seal.h"

enum { SIZES = 9 };

static struct seal_sealer *sealer;
static struct seal_verifier *verifier;

static int
begin(void **state)
{
    assert_int_equal(homes_make(state), 0);
    assert_int_equal(seal_sealer_new(in(ours, "kiosk.crt"), in(ours, "kiosk.key"),
                         in(ours, "recipients.pem"), &sealer),
        0);
    assert_int_equal(seal_verifier_new(in(ours, "kiosk-ca.crt"), &verifier), 0);
    return 0;
}

static int
end(void **state)
{
    seal_sealer_free(sealer);
    seal_verifier_free(verifier);
    return homes_remove(state);
}

static struct seal_restorer *
restorer_of(const char *city, const char *kiosks)
{
    struct seal_restorer *restorer = NULL;
    assert_int_equal(seal_restorer_new(verifier, in(city, "receipt.crt"), &restorer), 0);
    if (kiosks != NULL) {
        assert_int_equal(seal_restorer_add_folder(restorer, kiosks), 0);
    }
    return restorer;
}

static void
seal_some(size_t len, struct buf *ret_envelope)
{
    struct seal_header header = {
        .kiosk = "kiosk-001", .epoch = 9007199254740991u, .sequence = 4294967295u};
    rng_fill(header.id, sizeof(header.id));
    uint8_t *plain = malloc(len + 1);
    assert_non_null(plain);
    rng_fill(plain, len);
    buf_init(ret_envelope, SEAL_ENVELOPE_MAX);
    assert_int_equal(seal_envelope(sealer, &header, plain, len, ret_envelope), 0);
    free(plain);
}

static void
test_same_bytes(void **state)
{
    (void)state;
    static const size_t sizes[SIZES] = {0, 1, 300, 672, 673, 1184, 1185, 4096, 8000};
    static const unsigned codes[SIZES] = {1, 1, 1, 1, 2, 2, 3, 5, 9};
    struct seal_restorer *restorer = restorer_of(ours, ours);
    for (size_t i = 0; i < SIZES; i++) {
        for (int again = 0; again < 10; again++) { /* keys and signatures of all lengths */
            AUTO_BUF envelope;
            AUTO_BUF lean;
            AUTO_BUF back;
            seal_some(sizes[i], &envelope);
            buf_init(&lean, SEAL_LEAN_MAX);
            buf_init(&back, SEAL_ENVELOPE_MAX);
            assert_int_equal(seal_lean_write(envelope.data, envelope.len, &lean), 0);
            assert_int_equal(seal_restore(restorer, lean.data, lean.len, &back), 0);
            assert_int_equal(back.len, envelope.len);
            assert_memory_equal(back.data, envelope.data, envelope.len);
            assert_int_equal(seal_code_count(lean.len), codes[i]);
            if (again == 0 && sizes[i] == 672) {
                assert_int_equal(lean.len, SEAL_CODE_BYTES); /* one step is one code */
                printf("an envelope of %zu bytes is %zu in its lean form: 672 sealed, 28 nonce and "
                       "tag, 178 to open it with two keys, 64 signature, 35 head\n",
                    envelope.len, lean.len);
            }
        }
    }
    seal_restorer_free(restorer);
}

static void
test_too_long(void **state)
{
    (void)state;
    AUTO_BUF envelope;
    AUTO_BUF lean;
    seal_some(9000, &envelope);
    buf_init(&lean, SEAL_LEAN_MAX);
    assert_int_equal(seal_lean_write(envelope.data, envelope.len, &lean), KERR_TOO_BIG);
    assert_int_equal(lean.len, 0);
}

/* A bit of the lean form, one behind its end, one that is missing. */
static void
test_every_bit(void **state)
{
    (void)state;
    struct seal_restorer *restorer = restorer_of(ours, ours);
    AUTO_BUF envelope;
    AUTO_BUF lean;
    AUTO_BUF back;
    seal_some(20, &envelope);
    buf_init(&lean, SEAL_LEAN_MAX);
    buf_init(&back, SEAL_ENVELOPE_MAX);
    assert_int_equal(seal_lean_write(envelope.data, envelope.len, &lean), 0);
    for (size_t i = 0; i < lean.len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            if (i > 310 && bit != i % 8) {
                continue; /* of the sealed words one of each byte */
            }
            lean.data[i] ^= (uint8_t)(1u << bit);
            assert_true(seal_restore(restorer, lean.data, lean.len, &back) < 0);
            lean.data[i] ^= (uint8_t)(1u << bit);
        }
    }
    for (size_t len = 0; len < lean.len; len += 1 + len / 50) {
        assert_true(seal_restore(restorer, lean.data, len, &back) < 0);
    }
    assert_int_equal(buf_add_byte(&lean, ' '), 0);
    assert_true(seal_restore(restorer, lean.data, lean.len, &back) < 0);
    assert_int_equal(seal_restore(restorer, lean.data, lean.len - 1, &back), 0);
    assert_int_equal(back.len, envelope.len);
    seal_restorer_free(restorer);
}

/* Who is known, and of which city. */
static void
test_whose(void **state)
{
    (void)state;
    AUTO_BUF envelope;
    AUTO_BUF other;
    AUTO_BUF lean;
    AUTO_BUF back;
    seal_some(20, &envelope);
    seal_some(600, &other);
    buf_init(&lean, SEAL_LEAN_MAX);
    buf_init(&back, SEAL_ENVELOPE_MAX);
    assert_int_equal(seal_lean_write(envelope.data, envelope.len, &lean), 0);
    struct seal_restorer *restorer = restorer_of(ours, NULL);
    assert_int_equal(seal_restore(restorer, lean.data, lean.len, &back), KERR_NOT_FOUND);
    assert_int_equal(seal_restorer_add_folder(restorer, in(home, "none")), KERR_NOT_FOUND);
    assert_int_equal(seal_restorer_add_folder(restorer, theirs), 0);
    assert_int_equal(seal_restore(restorer, lean.data, lean.len, &back), KERR_NOT_FOUND);
    assert_int_equal(
        seal_restorer_add_envelope(restorer, other.data, other.len - 1), KERR_SEAL_FORM);
    assert_int_equal(seal_restorer_add_envelope(restorer, other.data, other.len), 0);
    assert_int_equal(seal_restorer_add_envelope(restorer, other.data, other.len), 0);
    assert_int_equal(seal_restore(restorer, lean.data, lean.len, &back), 0);
    seal_restorer_free(restorer);

    /* a stranger's envelope comes back as it was, and nobody takes it */
    struct seal_sealer *stranger = NULL;
    struct seal_header header = {.kiosk = "kiosk-001", .epoch = 1, .sequence = 1};
    assert_int_equal(seal_sealer_new(in(theirs, "kiosk.crt"), in(theirs, "kiosk.key"),
                         in(theirs, "recipients.pem"), &stranger),
        0);
    buf_clear(&envelope);
    buf_clear(&lean);
    buf_clear(&back);
    assert_int_equal(seal_envelope(stranger, &header, (const uint8_t *)"{}", 2, &envelope), 0);
    assert_int_equal(seal_lean_write(envelope.data, envelope.len, &lean), 0);
    restorer = restorer_of(theirs, theirs);
    assert_int_equal(seal_restore(restorer, lean.data, lean.len, &back), KERR_SEAL_SIGNATURE);
    assert_int_equal(back.len, 0);
    seal_restorer_free(restorer);
    seal_sealer_free(stranger);
}

/* What is no envelope has no lean form: receipts, other bytes, an envelope with a changed bit. */
static void
test_no_envelope(void **state)
{
    (void)state;
    AUTO_BUF envelope;
    AUTO_BUF lean;
    seal_some(20, &envelope);
    buf_init(&lean, SEAL_LEAN_MAX);
    size_t odd = 0;
    for (size_t i = 0; i < envelope.len; i++) {
        envelope.data[i] ^= 0x10;
        buf_clear(&lean);
        /* what is told as it stands (the sealed words, the signature) goes through; the city refuses it */
        odd += seal_lean_write(envelope.data, envelope.len, &lean) < 0;
        envelope.data[i] ^= 0x10;
    }
    assert_true(odd > 300);
    envelope.data[36] ^= 1; /* in the name of a digest, which nothing of the lean form says */
    buf_clear(&lean);
    assert_int_equal(seal_lean_write(envelope.data, envelope.len, &lean), KERR_SEAL_FORM);
    envelope.data[36] ^= 1;
    struct seal_point point = {.kiosk = "kiosk-001", .epoch = 1, .size = 2};
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_POINT_MAX);
    assert_int_equal(seal_point_make(sealer, &point, &bytes), 0);
    assert_int_equal(seal_lean_write(bytes.data, bytes.len, &lean), KERR_SEAL_FORM);
    assert_int_equal(seal_lean_write(NULL, 0, &lean), KERR_SEAL_FORM);
}

/* --- digits --- */

static void
write_parts(const uint8_t *bytes, size_t len, struct buf *parts, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        buf_init(&parts[i], SEAL_CODE_DIGITS);
        assert_int_equal(seal_code_write(bytes, len, i, &parts[i]), 0);
        assert_true(parts[i].len <= SEAL_CODE_DIGITS);
        assert_int_equal(strspn(buf_str(&parts[i]), "0123456789"), parts[i].len);
    }
}

static int
take(struct seal_codes *codes, const char *text, struct buf *ret)
{
    return seal_codes_take(codes, &text, ret);
}

static void
test_digits_of_all_lengths(void **state)
{
    (void)state;
    static uint8_t bytes[SEAL_CODE_BYTES];
    struct seal_codes *codes = seal_codes_new();
    for (size_t len = 1; len <= sizeof(bytes); len++) {
        rng_fill(bytes, len);
        memset(bytes, len % 3 == 0 ? 0xff : bytes[0], len % 3 == 0 ? len : 1);
        AUTO_BUF digits;
        AUTO_BUF back;
        buf_init(&digits, SEAL_CODE_DIGITS);
        buf_init(&back, SEAL_LEAN_MAX);
        assert_int_equal(seal_code_write(bytes, len, 0, &digits), 0);
        assert_int_equal(take(codes, buf_str(&digits), &back), SEAL_CODE_WHOLE);
        assert_int_equal(back.len, len);
        assert_memory_equal(back.data, bytes, len);
    }
    AUTO_BUF none;
    buf_init(&none, SEAL_CODE_DIGITS);
    assert_int_equal(seal_code_write(bytes, 0, 0, &none), KERR_INVALID);
    assert_int_equal(seal_code_write(bytes, 5, 1, &none), KERR_INVALID);
    assert_int_equal(seal_code_count(SEAL_LEAN_MAX), SEAL_CODE_PARTS);
    assert_int_equal(seal_code_count(SEAL_LEAN_MAX + 1), 0);
    seal_codes_free(codes);
}

static void
test_every_digit(void **state)
{
    (void)state;
    static uint8_t bytes[SEAL_CODE_BYTES];
    struct seal_codes *codes = seal_codes_new();
    rng_fill(bytes, sizeof(bytes));
    AUTO_BUF digits;
    AUTO_BUF back;
    buf_init(&digits, SEAL_CODE_DIGITS);
    buf_init(&back, SEAL_LEAN_MAX);
    assert_int_equal(seal_code_write(bytes, sizeof(bytes), 0, &digits), 0);
    for (size_t i = 0; i < digits.len; i++) {
        uint8_t was = digits.data[i];
        digits.data[i] = (uint8_t)('0' + ((size_t)(was - (unsigned)0x30) + 1 + i % 9) % 10);
        int r = take(codes, buf_str(&digits), &back);
        assert_true(r < 0);
        digits.data[i] = was;
        char kept[SEAL_CODE_DIGITS + 1]; /* a scanner that swallows one */
        memcpy(kept, digits.data, i);
        memcpy(kept + i, digits.data + i + 1, digits.len - i);
        assert_true(take(codes, kept, &back) < 0);
    }
    assert_int_equal(back.len, 0);
    assert_int_equal(take(codes, buf_str(&digits), &back), SEAL_CODE_WHOLE);
    assert_int_equal(take(codes, "hello", &back), KERR_INVALID);
    assert_int_equal(take(codes, " \r\n", &back), SEAL_CODE_END);
    seal_codes_free(codes);
}

struct missing {
    unsigned calls, which, number, count;
};

static void
miss(unsigned which, unsigned number, unsigned count, void *ctx)
{
    struct missing *missing = ctx;
    *missing = (struct missing){missing->calls + 1, which, number, count};
}

static void
test_parts(void **state)
{
    (void)state;
    static uint8_t one[3 * SEAL_CODE_BYTES - 5], two[2 * SEAL_CODE_BYTES];
    rng_fill(one, sizeof(one));
    rng_fill(two, sizeof(two));
    struct buf a[3], b[2];
    write_parts(one, sizeof(one), a, 3);
    write_parts(two, sizeof(two), b, 2);
    struct seal_codes *codes = seal_codes_new();
    struct missing missing = {0};
    AUTO_BUF back;
    buf_init(&back, SEAL_LEAN_MAX);
    assert_int_equal(take(codes, buf_str(&a[2]), &back), SEAL_CODE_PART);
    assert_int_equal(take(codes, buf_str(&b[0]), &back), SEAL_CODE_PART);
    assert_int_equal(take(codes, buf_str(&a[2]), &back), SEAL_CODE_AGAIN);
    assert_int_equal(take(codes, buf_str(&a[0]), &back), SEAL_CODE_PART);
    seal_codes_missing(codes, miss, &missing);
    assert_int_equal(missing.calls, 2);
    assert_int_equal(missing.which, 1);
    assert_int_equal(missing.number, 2);
    assert_int_equal(missing.count, 2);
    assert_int_equal(take(codes, buf_str(&a[1]), &back), SEAL_CODE_WHOLE);
    assert_int_equal(back.len, sizeof(one));
    assert_memory_equal(back.data, one, sizeof(one));
    assert_int_equal(take(codes, buf_str(&a[1]), &back), SEAL_CODE_AGAIN);
    buf_clear(&back);
    /* as zbarimg writes it, and several behind each other without a break */
    AUTO_BUF line;
    buf_init(&line, SEAL_LEAN_MAX);
    (void)buf_printf(&line, "QR-Code:%s%s\r\n", buf_str(&b[0]), buf_str(&b[1]));
    const char *at = buf_str(&line);
    assert_int_equal(seal_codes_take(codes, &at, &back), SEAL_CODE_AGAIN);
    assert_int_equal(seal_codes_take(codes, &at, &back), SEAL_CODE_WHOLE);
    assert_int_equal(seal_codes_take(codes, &at, &back), SEAL_CODE_END);
    assert_memory_equal(back.data, two, sizeof(two));
    missing.calls = 0;
    seal_codes_missing(codes, miss, &missing);
    assert_int_equal(missing.calls, 0);
    for (size_t i = 0; i < 3; i++) {
        buf_release(&a[i]);
    }
    buf_release(&b[0]);
    buf_release(&b[1]);
    seal_codes_free(codes);
}

/* More records than there are places: those that wait are kept, those that were whole make room. */
static void
test_many(void **state)
{
    (void)state;
    static uint8_t bytes[SEAL_CODE_BYTES + 1];
    struct seal_codes *codes = seal_codes_new();
    int r = 0;
    unsigned waiting = 0;
    AUTO_BUF first;
    buf_init(&first, SEAL_CODE_DIGITS);
    for (; r == 0 && waiting < 1000; waiting++) {
        rng_fill(bytes, sizeof(bytes));
        AUTO_BUF digits;
        AUTO_BUF other;
        AUTO_BUF back;
        buf_init(&digits, SEAL_CODE_DIGITS);
        buf_init(&other, SEAL_CODE_DIGITS);
        buf_init(&back, SEAL_LEAN_MAX);
        assert_int_equal(seal_code_write(bytes, sizeof(bytes), 0, &digits), 0);
        assert_int_equal(seal_code_write(bytes, sizeof(bytes), 1, &other), 0);
        if (waiting == 0) {
            assert_int_equal(buf_add(&first, other.data, other.len), 0);
        }
        int taken = take(codes, buf_str(&digits), &back);
        r = taken < 0 ? taken : 0;
        if (taken >= 0 && waiting % 2 == 1) {
            assert_int_equal(take(codes, buf_str(&other), &back), SEAL_CODE_WHOLE);
        }
    }
    assert_int_equal(r, KERR_TOO_BIG);
    assert_true(waiting > 120 && waiting < 135);
    AUTO_BUF back;
    buf_init(&back, SEAL_LEAN_MAX);
    assert_int_equal(take(codes, buf_str(&first), &back), SEAL_CODE_WHOLE);
    seal_codes_free(codes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_whose),
        cmocka_unit_test(test_no_envelope),
        cmocka_unit_test(test_digits_of_all_lengths),
        cmocka_unit_test(test_every_digit),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
