/* 100,000 answers of every wrong kind against the judge, one in fifty of them right: a row is done with
 * a receipt that the city signed for it, and with nothing else. SEED and
 * ANSWERS by the environment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/rng.h"
#include "harness/harness.h"
#include "sync/sync_priv.h"

enum { ROWS = 8, ANSWERS = 100000 };

/* What a receipt can be wrong in; the last kinds need no signature of anybody. */
enum wrong {
    WRONG_HASH,
    WRONG_ID,
    WRONG_KIOSK,
    WRONG_EPOCH,
    WRONG_SEQUENCE,
    WRONG_SIGNER, /* another city's receipt key */
    WRONG_ROW, /* the good receipt of another row */
    WRONG_PURPOSE, /* the envelope itself, signed by the kiosk */
    WRONG_BIT,
    WRONG_LENGTH,
    WRONG_PAGE,
    WRONG_NOISE,
    WRONG_REFUSAL, /* names another row */
    WRONG_NOTHING,
    WRONG_COUNT
};

struct line {
    char folder[HARNESS_FOLDER_LEN];
    struct seal_sealer *sealer;
    struct seal_verifier *kiosks;
    struct seal_signer *signer, *stranger;
    struct seal_receipts *receipts;
    char own_name[SEAL_NAME_MAX];
    struct store_row rows[ROWS];
    struct seal_header headers[ROWS];
    struct buf envelopes[ROWS];
    struct buf good[ROWS]; /* receipts */
    struct buf bad[ROWS][WRONG_SIGNER + 1]; /* signed, and about something else */
};
static struct line line;

static const char *
file(const char *name)
{
    return harness_file(line.folder, name);
}

static void
make_receipt(size_t row, enum wrong wrong, struct buf *ret)
{
    struct seal_receipt receipt = {
        .header = line.headers[row], .received_at = 1800000000, .position = row + 1};
    seal_hash(line.envelopes[row].data, line.envelopes[row].len, receipt.envelope_hash);
    switch (wrong) {
    case WRONG_HASH:
        receipt.envelope_hash[row] ^= 0x10;
        break;
    case WRONG_ID:
        receipt.header.id[row] ^= 0x10;
        break;
    case WRONG_KIOSK:
        snprintf(receipt.header.kiosk, sizeof(receipt.header.kiosk), "kiosk-002");
        break;
    case WRONG_EPOCH:
        receipt.header.epoch ^= 1;
        break;
    case WRONG_SEQUENCE:
        receipt.header.sequence++;
        break;
    default:
        break;
    }
    buf_init(ret, SEAL_RECEIPT_MAX);
    const struct seal_signer *signer = wrong == WRONG_SIGNER ? line.stranger : line.signer;
    assert_int_equal(0, seal_receipt_make(signer, &receipt, ret));
}

static void
make_row(size_t row)
{
    struct seal_header *header = &line.headers[row];
    *header = (struct seal_header){.epoch = 7, .sequence = row + 1};
    snprintf(header->kiosk, sizeof(header->kiosk), "kiosk-001");
    rng_fill(header->id, sizeof(header->id));
    buf_init(&line.envelopes[row], SEAL_ENVELOPE_MAX);
    assert_int_equal(
        0, seal_envelope(line.sealer, header, (const uint8_t *)"{}", 2, &line.envelopes[row]));
    line.rows[row].sequence = header->sequence;
    line.rows[row].epoch = header->epoch;
    memcpy(line.rows[row].id, header->id, sizeof(header->id));
    make_receipt(row, WRONG_COUNT, &line.good[row]);
    for (int wrong = 0; wrong <= WRONG_SIGNER; wrong++) {
        make_receipt(row, (enum wrong)wrong, &line.bad[row][wrong]);
    }
}

static int
set_up(void **state)
{
    *state = &line;
    harness_folder_make(line.folder);
    assert_int_equal(0, seal_keys_make(file("keys"), "kiosk-001", "127.0.0.1"));
    assert_int_equal(0, seal_keys_make(file("other"), "kiosk-001", "127.0.0.1"));
    assert_int_equal(0, seal_sealer_new(file("keys/kiosk.crt"), file("keys/kiosk.key"),
                            file("keys/recipients.pem"), &line.sealer));
    assert_int_equal(0, seal_verifier_new(file("keys/kiosk-ca.crt"), &line.kiosks));
    assert_int_equal(
        0, seal_signer_new(file("keys/receipt.crt"), file("keys/receipt.key"), &line.signer));
    assert_int_equal(
        0, seal_signer_new(file("other/receipt.crt"), file("other/receipt.key"), &line.stranger));
    assert_int_equal(0, seal_receipts_new(file("keys/city-ca.crt"), &line.receipts));
    for (size_t row = 0; row < ROWS; row++) {
        make_row(row);
    }
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    for (size_t row = 0; row < ROWS; row++) {
        buf_release(&line.envelopes[row]);
        buf_release(&line.good[row]);
        for (int wrong = 0; wrong <= WRONG_SIGNER; wrong++) {
            buf_release(&line.bad[row][wrong]);
        }
    }
    seal_sealer_free(line.sealer);
    seal_verifier_free(line.kiosks);
    seal_signer_free(line.signer);
    seal_signer_free(line.stranger);
    seal_receipts_free(line.receipts);
    return harness_folder_remove(line.folder);
}

static void
copy(struct buf *to, const struct buf *from)
{
    (void)buf_add(to, from->data, from->len); /* to has room for an answer */
}

/* The body of a wrong answer for this row. */
static void
make_body(struct rng_seeded *rng, size_t row, enum wrong wrong, struct buf *ret)
{
    char name[2 * STORE_ID_LEN + 1];
    static const char page[] = "<!DOCTYPE html><html><body>Please log in</body></html>";
    if (wrong <= WRONG_SIGNER) {
        copy(ret, &line.bad[row][wrong]);
        return;
    }
    switch (wrong) {
    case WRONG_ROW:
        copy(ret, &line.good[(row + 1 + rng_seeded_below(rng, ROWS - 1)) % ROWS]);
        break;
    case WRONG_PURPOSE:
        copy(ret, &line.envelopes[row]);
        break;
    case WRONG_BIT:
        copy(ret, &line.good[row]);
        ret->data[rng_seeded_below(rng, (uint32_t)ret->len)] ^=
            (uint8_t)(1U << rng_seeded_below(rng, 8));
        break;
    case WRONG_LENGTH:
        copy(ret, &line.good[row]);
        if (rng_seeded_below(rng, 2) == 0) {
            ret->len = rng_seeded_below(rng, (uint32_t)ret->len);
        } else {
            copy(ret, &line.good[row]);
        }
        break;
    case WRONG_PAGE:
        (void)buf_add_str(ret, page);
        break;
    case WRONG_NOISE:
        for (uint32_t left = rng_seeded_below(rng, 2000); left > 0; left--) {
            (void)buf_add_byte(ret, (uint8_t)rng_seeded_next(rng));
        }
        break;
    case WRONG_REFUSAL:
        hex_encode(line.rows[(row + 1) % ROWS].id, STORE_ID_LEN, name);
        (void)buf_printf(ret, "{\"instance\":\"/v1/records/%s\"}", name);
        break;
    default:
        break;
    }
}

static int
pick(struct rng_seeded *rng, const int *list, size_t count)
{
    return list[rng_seeded_below(rng, (uint32_t)count)];
}

/* One in four costs a check of signatures, which takes most of this test's time. */
static enum wrong
pick_wrong(struct rng_seeded *rng)
{
    return (enum wrong)(rng_seeded_below(rng, 4) == 0
                            ? rng_seeded_below(rng, WRONG_BIT + 1)
                            : WRONG_LENGTH + rng_seeded_below(rng, WRONG_COUNT - WRONG_LENGTH));
}

/* What the loop does with an answer, in the same two calls. */
static enum sync_action
judge(const struct sync_answer *answer, size_t row)
{
    const struct sync_proof proof = {.receipts = line.receipts,
        .kiosks = line.kiosks,
        .row = &line.rows[row],
        .envelope = &line.envelopes[row],
        .own_name = line.own_name};
    int error;
    return sync_judge(answer, sync_is_proven(&proof, answer), &error);
}

static unsigned long
number(const char *name, unsigned long otherwise)
{
    const char *value = getenv(name);
    return value != NULL ? strtoul(value, NULL, 10) : otherwise;
}

static void
test_hostile_answers(void **state)
{
    (void)state;
    static const int statuses[] = {200, 200, 200, 200, 201, 201, 201, 202, 204, 301, 302, 307, 400,
        401, 403, 404, 408, 409, 413, 415, 422, 425, 429, 500, 502, 503, 504, 100, 299, 999, 0};
    static const int errors[] = {
        0, 0, 0, 0, 0, 0, 0, KERR_NET, KERR_NET_TLS, KERR_NET_ANSWER, KERR_NET_REFUSED};
    unsigned long seed = number("SEED", (unsigned long)time(NULL)), done = 0, right = 0;
    unsigned long count = number("ANSWERS", ANSWERS) * (getenv("SOAK") != NULL ? 10 : 1);
    struct rng_seeded rng = {.state = seed};
    for (unsigned long i = 0; i < count; i++) {
        size_t row = rng_seeded_below(&rng, ROWS);
        struct sync_answer answer;
        sync_answer_init(&answer);
        bool is_right = rng_seeded_below(&rng, 50) == 0;
        enum wrong wrong = pick_wrong(&rng);
        if (is_right) {
            answer.status = 200 + (int)rng_seeded_below(&rng, 2);
            copy(&answer.body, &line.good[row]);
            right++;
        } else {
            answer.error = pick(&rng, errors, ARRAY_LEN(errors));
            answer.status = pick(&rng, statuses, ARRAY_LEN(statuses));
            answer.is_html = rng_seeded_below(&rng, 4) == 0;
            make_body(&rng, row, wrong, &answer.body);
        }
        enum sync_action action = judge(&answer, row);
        if ((action == SYNC_ACTION_DONE) != is_right) {
            fail_msg("answer %lu of seed %lu: %s, kind %d, status %d", i, seed,
                is_right ? "refused" : "row deleted", (int)wrong, answer.status);
        }
        if (action == SYNC_ACTION_SET_ASIDE) {
            fail_msg("answer %lu of seed %lu set a row aside, kind %d", i, seed, (int)wrong);
        }
        done += action == SYNC_ACTION_DONE;
        sync_answer_release(&answer);
    }
    assert_int_equal(right, done);
    printf("%lu answers, %lu with a receipt, %lu rows done, the others kept; seed %lu\n", count,
        right, done, seed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_answers),
    };
    return cmocka_run_group_tests_name("sync hostile", tests, set_up, tear_down);
}
