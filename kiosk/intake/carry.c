/* intake/carry.c - records that came on a stick: each goes through intake_arrive, and its receipt into a pack beside
 * the one that it came in. */
#include "intake.h"

#include "base/err.h"
#include "base/pack.h"

struct carry {
    const struct intake_door *door;
    struct intake_carried *carried;
    const char *folder; /* of the kiosk whose packs are read */
};

/* One record; its receipt is added to the pack. */
static int
take_record(struct carry *carry, const uint8_t *bytes, size_t len, struct buf *receipts)
{
    AUTO_BUF receipt;
    buf_init(&receipt, SEAL_RECEIPT_MAX);
    struct intake_arrived arrived;
    switch (intake_arrive(carry->door, NULL, bytes, len, &arrived, &receipt)) {
    case INTAKE_NEW:
        carry->carried->fresh++;
        return pack_add(receipts, receipt.data, receipt.len);
    case INTAKE_SAME:
        carry->carried->same++;
        return pack_add(receipts, receipt.data, receipt.len);
    case INTAKE_CONFLICT:
        carry->carried->conflicts++;
        return 0;
    case INTAKE_REVOKED:
        carry->carried->apart++;
        return 0;
    case INTAKE_LEDGER:
        return arrived.error;
    default:
        carry->carried->refused++;
        return 0;
    }
}

/* Takes what a pack holds up to its end, or up to where it is broken; the receipts till then are laid beside it, also
 * when the ledger gives up. */
static int
take_pack(const char *stem, void *ctx)
{
    struct carry *carry = ctx;
    AUTO_BUF pack;
    AUTO_BUF receipts;
    buf_init(&pack, PACK_MAX);
    buf_init(&receipts, PACK_MAX);
    carry->carried->packs++;
    if (pack_read(carry->folder, stem, PACK_RECORDS, &pack) < 0) {
        carry->carried->broken++; /* too large, a link, or unreadable: the others may be well */
        return 0;
    }
    const uint8_t *bytes = NULL;
    size_t len = 0, at = 0;
    int next = 0, r = 0;
    while (r == 0 && (next = pack_next(&pack, &at, &bytes, &len)) > 0) {
        r = take_record(carry, bytes, len, &receipts);
    }
    carry->carried->broken += next < 0;
    if (receipts.len == 0) {
        return r;
    }
    int written = pack_write(carry->folder, stem, PACK_RECEIPTS, &receipts);
    return r < 0 ? r : written < 0 ? written : 0;
}

static int
take_folder(const char *folder, void *ctx)
{
    struct carry *carry = ctx;
    carry->folder = folder;
    return pack_each(folder, PACK_RECORDS, take_pack, carry);
}

int
intake_carry_in(
    const struct intake_door *door, const char *stick, struct intake_carried *ret_carried)
{
    *ret_carried = (struct intake_carried){0};
    struct carry carry = {.door = door, .carried = ret_carried};
    return pack_each_folder(stick, take_folder, &carry);
}
