/* tests/desk/test_replay.c - what a thief of a kiosk, or somebody who writes into the ledger, may try with a record
 * of another kiosk: the desk never shows it as a visitor's. Envelopes and keys are the real code's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/err.h"
#include "desk/desk_priv.h"
#include "desk/filled.h"
#include "harness/harness.h"
#include "seal/seal_priv.h"

enum { NOW = 1795312800 };

static char home[HARNESS_FOLDER_LEN];
static char *keys;
static struct seal_verifier *verifier;
static struct seal_opener *opener;
static struct desk_config config;
/* The visitor's record: of kiosk-001, epoch 7, sequence 1. */
static struct ledger_entry entry;
static struct buf envelope;
static struct buf sealed; /* its inner layer */

static const char *
in(const char *name)
{
    static char ring[8][256];
    static unsigned next;
    char *path = ring[next++ % 8];
    (void)snprintf(path, sizeof(ring[0]), "%s/%s", keys, name);
    return path;
}

static int
keep(const struct ledger_entry *row, const uint8_t *bytes, size_t len, void *ctx)
{
    (void)ctx;
    entry = *row;
    return buf_add(&envelope, bytes, len);
}

static int
setup(void **state)
{
    (void)state;
    struct filled filled;
    harness_folder_make(home);
    filled_open(&filled, home);
    static const struct filled_fact facts[] = {
        {"person.name", "\xe6\x97\xa5\xe7\xab\x8b \xe8\x8a\xb1\xe5\xad\x90", FACT_ORIGIN_PERSON}};
    struct filled_visit visit = {
        .procedure = "resident-record", .language = "ja", .at = NOW, .facts = facts, .count = 1};
    uint8_t id[RECORD_ID_LEN];
    filled_put(&filled, &visit, id, NULL);
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    buf_init(&sealed, SEAL_ENVELOPE_MAX);
    assert_int_equal(ledger_list(filled.ledger, 0, 1, keep, NULL), 0);
    filled_close(&filled);
    keys = fs_join(home, "keys");
    assert_int_equal(seal_verifier_new(in("kiosk-ca.crt"), &verifier), 0);
    assert_int_equal(seal_opener_new(in("city.crt"), in("city.key"), &opener), 0);
    config = (struct desk_config){.verifier = verifier, .opener = opener};
    struct seal_header header;
    return seal_verify(verifier, envelope.data, envelope.len, &header, &sealed);
}

static int
teardown(void **state)
{
    (void)state;
    seal_verifier_free(verifier);
    seal_opener_free(opener);
    buf_release(&envelope);
    buf_release(&sealed);
    free(keys);
    return harness_folder_remove(home);
}

/* The reason why a row with these bytes shows no record; "" when it shows one. The row's hash is theirs: whoever
 * writes into the ledger would see to that. */
static const char *
shown(struct ledger_entry row, const uint8_t *bytes, size_t len)
{
    const char *reason = "";
    seal_hash(bytes, len, row.hash);
    struct record *record = desk_open_record(&config, &row, bytes, len, &reason);
    assert_true((record != NULL) == (reason[0] == 0));
    record_free(record);
    return reason;
}

/* The visitor's sealed content in an envelope of this kiosk's, whose certificate the kiosk CA signed. */
static void
sign_as(const char *kiosk, const struct seal_header *header, struct buf *ret_envelope)
{
    struct seal_pair ca = {0};
    struct seal_pair pair = {0};
    AUTO_BUF text;
    buf_init(&text, SEAL_TEXT_MAX);
    buf_init(ret_envelope, SEAL_ENVELOPE_MAX);
    assert_int_equal(seal_load_pair(in("kiosk-ca.crt"), in("kiosk-ca.key"), &ca.cert, &ca.key), 0);
    assert_int_equal(seal_pair_make(&ca, SEAL_KIOSK, kiosk, NOW, 9, &pair), 0);
    assert_int_equal(seal_header_write(header, &text), 0);
    assert_int_equal(
        seal_sign(pair.cert, pair.key, &text, sealed.data, sealed.len, ret_envelope), 0);
    seal_pair_release(&pair);
    seal_pair_release(&ca);
}

/* Another kiosk of the city sends a visitor's sealed content as its own: its signature is good, so the city's
 * edge takes it, and so is the seal; what is inside tells. */
static void
test_content_under_other_signatures(void **state)
{
    (void)state;
    static const struct {
        const char *kiosk;
        uint64_t sequence;
        uint8_t id_flip;
        const char *reason;
    } cases[] = {
        {"kiosk-001", 1, 0, ""}, /* the control: the kiosk itself, once more */
        {"kiosk-002", 1, 0, "mixed"}, {"kiosk-002", 9, 1, "mixed"},
        {"kiosk-001", 1, 1, "mixed"}, /* its own earlier record under another id */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct seal_header header = {.epoch = entry.epoch, .sequence = cases[i].sequence};
        struct ledger_entry row = entry;
        memcpy(header.id, entry.id, sizeof(header.id));
        header.id[3] ^= cases[i].id_flip;
        (void)snprintf(header.kiosk, sizeof(header.kiosk), "%s", cases[i].kiosk);
        (void)snprintf(row.kiosk, sizeof(row.kiosk), "%s", cases[i].kiosk);
        memcpy(row.id, header.id, sizeof(row.id));
        row.sequence = header.sequence;
        AUTO_BUF forged;
        sign_as(cases[i].kiosk, &header, &forged);
        struct seal_header got;
        assert_int_equal(seal_verify(verifier, forged.data, forged.len, &got, NULL), 0);
        assert_string_equal(shown(row, forged.data, forged.len), cases[i].reason);
    }
}

/* The whole envelope in another row: another kiosk's, epoch, sequence or id. */
static void
test_envelope_in_other_rows(void **state)
{
    (void)state;
    assert_string_equal(shown(entry, envelope.data, envelope.len), "");
    struct ledger_entry rows[4] = {entry, entry, entry, entry};
    (void)snprintf(rows[0].kiosk, sizeof(rows[0].kiosk), "kiosk-002");
    rows[1].epoch++;
    rows[2].sequence++;
    rows[3].id[15] ^= 1;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_string_equal(shown(rows[i], envelope.data, envelope.len), "mixed");
    }
}

/* Every byte of the stored envelope, one bit of it and all of them: nothing is shown. */
static void
test_every_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * envelope.len; i++) {
        size_t at = i / 2;
        uint8_t flip = (uint8_t)(i % 2 == 0 ? 1u << at % 8 : 0xffu);
        envelope.data[at] ^= flip;
        const char *reason = shown(entry, envelope.data, envelope.len);
        if (strcmp(reason, "altered") != 0 && strcmp(reason, "signature") != 0) {
            fail_msg("byte %zu, flip %02x: \"%s\"", at, flip, reason);
        }
        envelope.data[at] ^= flip;
    }
    assert_string_equal(shown(entry, envelope.data, envelope.len), "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_content_under_other_signatures),
        cmocka_unit_test(test_envelope_in_other_rows),
        cmocka_unit_test(test_every_byte),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
