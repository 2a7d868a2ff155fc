/* intake/arrive.c - a record arrives, by the network, on a stick or as a code: verify the envelope, commit it to
 * the ledger together with its receipt, and only then give the receipt away. Safe to repeat at any point: a record that is
 * there already answers with the receipt that was stored first. */
#include "intake.h"

#include <string.h>

#include "base/err.h"
#include "intake/intake_priv.h"

/* A ledger_sign: the receipt of an entry. */
static int
sign(const void *ctx, const struct ledger_entry *entry, struct buf *ret_receipt)
{
    const struct intake_door *door = ctx;
    struct seal_receipt receipt = {.received_at = entry->received_at,
        .position = entry->position,
        .header = {.epoch = entry->epoch, .sequence = entry->sequence}};
    _Static_assert(sizeof(receipt.header.kiosk) == sizeof(entry->kiosk), "one bound for names");
    memcpy(receipt.header.kiosk, entry->kiosk, sizeof(entry->kiosk));
    memcpy(receipt.header.id, entry->id, sizeof(entry->id));
    memcpy(receipt.envelope_hash, entry->hash, sizeof(entry->hash));
    return seal_receipt_make(door->signer, &receipt, ret_receipt);
}

/* Signs a receipt for an entry that is committed, and stores it unless one is stored; that one counts. */
static int
make_receipt(
    const struct intake_door *door, const struct ledger_entry *entry, struct buf *ret_receipt)
{
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_RECEIPT_MAX);
    int r = sign(door, entry, &bytes);
    if (r < 0) {
        return r;
    }
    struct ledger_work keep = {.is_keep = true,
        .id = entry->id,
        .receipt = bytes.data,
        .receipt_len = bytes.len,
        .ret_receipt = ret_receipt};
    return intake_work(door, &keep);
}

int
intake_receipt(
    const struct intake_door *door, const struct ledger_entry *entry, struct buf *ret_receipt)
{
    int r = ledger_receipt(door->ledger, entry->id, ret_receipt);
    return r == KERR_NOT_FOUND ? make_receipt(door, entry, ret_receipt) : r;
}

/* Commits the entry and its receipt; where that could not be one commit, the receipt follows. */
static enum intake_arrival
commit(const struct intake_door *door, struct ledger_entry *entry, const uint8_t *bytes, size_t len,
    struct intake_arrived *arrived, struct buf *ret_receipt)
{
    AUTO_BUF ahead;
    buf_init(&ahead, SEAL_RECEIPT_MAX);
    struct ledger_entry expected = *entry;
    expected.position = intake_foresee(door->turns);
    if (expected.position > 0 && sign(door, &expected, &ahead) < 0) {
        buf_clear(&ahead); /* then the ledger has it made */
    }
    struct ledger_work put = {.entry = entry,
        .envelope = bytes,
        .len = len,
        .sign = sign,
        .sign_ctx = door,
        .foreseen = expected.position,
        .ahead = ahead.data,
        .ahead_len = ahead.len,
        .ret_receipt = ret_receipt};
    int verdict = intake_work(door, &put);
    if (verdict == LEDGER_CONFLICT) {
        arrived->error = KERR_CONFLICT;
        return INTAKE_CONFLICT;
    }
    int r = verdict < 0 ? verdict : 0;
    if (r == 0) {
        arrived->position = entry->position;
        r = put.is_signed           ? 0
            : verdict == LEDGER_NEW ? make_receipt(door, entry, ret_receipt)
                                    : intake_receipt(door, entry, ret_receipt);
    }
    if (r < 0) { /* maybe committed without a receipt: the next try gets one */
        arrived->error = r;
        return INTAKE_LEDGER;
    }
    return verdict == LEDGER_NEW ? INTAKE_NEW : INTAKE_SAME;
}

enum intake_arrival
intake_arrive(const struct intake_door *door, const struct intake_claim *claim,
    const uint8_t *bytes, size_t len, struct intake_arrived *ret_arrived, struct buf *ret_receipt)
{
    struct seal_header header;
    *ret_arrived =
        (struct intake_arrived){.error = seal_verify(door->verifier, bytes, len, &header, NULL)};
    bool is_revoked =
        ret_arrived->error == KERR_SEAL_REVOKED || (claim != NULL && claim->is_revoked);
    if (ret_arrived->error < 0 && ret_arrived->error != KERR_SEAL_REVOKED) {
        return ret_arrived->error == KERR_SEAL_SIGNATURE ? INTAKE_NO_SIGNATURE : INTAKE_NO_FORM;
    }
    if (claim != NULL && strcmp(header.kiosk, claim->kiosk) != 0) {
        ret_arrived->error = KERR_SEAL_SIGNATURE;
        return INTAKE_FOREIGN;
    }
    if (claim != NULL && memcmp(header.id, claim->id, sizeof(header.id)) != 0) {
        ret_arrived->error = KERR_INVALID;
        return INTAKE_OTHER_ID;
    }
    if (is_revoked) {
        int r = door->apart != NULL ? intake_set_apart(door->apart, &header, bytes, len) : 0;
        ret_arrived->error = r < 0 ? r : KERR_SEAL_REVOKED;
        return r < 0 ? INTAKE_LEDGER : INTAKE_REVOKED;
    }
    struct ledger_entry entry = {.epoch = header.epoch,
        .sequence = header.sequence,
        .received_at = clock_wall_s(door->clock)};
    memcpy(entry.kiosk, header.kiosk, sizeof(entry.kiosk));
    memcpy(entry.id, header.id, sizeof(entry.id));
    seal_hash(bytes, len, entry.hash);
    return commit(door, &entry, bytes, len, ret_arrived, ret_receipt);
}
