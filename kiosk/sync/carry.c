/* sync/carry.c - the way without a network: sealed rows onto a stick, receipts from it. What takes a row out of the
 * queue is the same proof as of an answer (judge.c); how a receipt came is no part of the trust. */
#include "sync.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/pack.h"
#include "sync/sync_priv.h"

enum { AT_ONCE = 64 }; /* rows that are deleted in one transaction */

/* The queue's epoch is in the names: a queue that was lost and began anew never writes over the packs that may be all
 * that is left of the older one. */
static int
write_pack(const char *folder, uint64_t epoch, struct buf *pack, struct sync_carried_out *carried)
{
    char stem[PACK_STEM_MAX];
    (void)snprintf(stem, sizeof(stem), "%" PRIu64 "-%06" PRIu64, epoch, carried->packs + 1);
    int r = pack_write(folder, stem, PACK_RECORDS, pack);
    carried->packs += r >= 0;
    carried->kept += r > 0;
    buf_clear(pack);
    return r < 0 ? r : 0;
}

/* Every row into packs of at most PACK_MAX bytes. */
static int
write_rows(const struct sync_stick *stick, const char *folder, struct sync_carried_out *carried)
{
    AUTO_BUF pack;
    AUTO_BUF envelope;
    buf_init(&pack, PACK_MAX);
    buf_init(&envelope, STORE_ENVELOPE_MAX);
    struct store_counts counts;
    struct store_row row = {0};
    int r = store_counts(stick->store, &counts);
    while (r == 0) {
        buf_clear(&envelope);
        r = store_next(stick->store, row.place, &row, &envelope);
        if (r < 0) {
            break;
        }
        r = pack_add(&pack, envelope.data, envelope.len);
        if (r == KERR_TOO_BIG) { /* full */
            r = write_pack(folder, counts.epoch, &pack, carried);
            r = r == 0 ? pack_add(&pack, envelope.data, envelope.len) : r;
        }
        carried->records += r == 0;
    }
    if (r == KERR_NOT_FOUND) {
        r = pack.len > 0 ? write_pack(folder, counts.epoch, &pack, carried) : 0;
    }
    return r;
}

int
sync_carry_out(const struct sync_stick *stick, struct sync_carried_out *ret_carried)
{
    *ret_carried = (struct sync_carried_out){0};
    char *folder = NULL;
    int r = pack_folder(stick->folder, stick->kiosk, &folder);
    if (r == 0) {
        r = write_rows(stick, folder, ret_carried);
        free(folder);
    }
    return r;
}

struct carry {
    const struct sync_stick *stick;
    struct sync_carried_in *carried;
    const char *folder;
    char own_name[SEAL_NAME_MAX]; /* of the envelopes; "" until one was read */
    struct store_receipt proven[AT_ONCE]; /* not deleted yet */
    size_t proven_count;
};

static int
flush(struct carry *carry)
{
    const struct sync_stick *stick = carry->stick;
    if (carry->proven_count == 0) {
        return 0;
    }
    int r = store_sent_all(
        stick->store, carry->proven, carry->proven_count, clock_wall_s(stick->clock));
    if (r == 0) {
        carry->carried->removed += carry->proven_count;
        carry->proven_count = 0;
    }
    return r;
}

/* One receipt; 1 when it is one of the city's, ret_hash then says of which envelope; 0 when it isn't. */
static int
take_receipt(struct carry *carry, const uint8_t *bytes, size_t len, uint8_t ret_hash[SEAL_HASH_LEN])
{
    const struct sync_stick *stick = carry->stick;
    struct seal_receipt receipt;
    struct store_row row;
    AUTO_BUF envelope;
    buf_init(&envelope, STORE_ENVELOPE_MAX);
    if (seal_receipt_verify(stick->receipts, bytes, len, &receipt) < 0) {
        carry->carried->refused++;
        return 0;
    }
    memcpy(ret_hash, receipt.envelope_hash, SEAL_HASH_LEN);
    int r = store_find(stick->store, receipt.header.id, &row, &envelope);
    if (r < 0) {
        carry->carried->gone += r == KERR_NOT_FOUND;
        return r == KERR_NOT_FOUND ? 1 : r;
    }
    const struct sync_proof proof = {.receipts = stick->receipts,
        .kiosks = stick->kiosks,
        .row = &row,
        .envelope = &envelope,
        .own_name = carry->own_name};
    if (!sync_has_receipt(&proof, bytes, len)) {
        carry->carried->refused++;
        return 0;
    }
    struct store_receipt *proven = &carry->proven[carry->proven_count++];
    proven->place = row.place;
    seal_hash(bytes, len, proven->hash);
    r = carry->proven_count == AT_ONCE ? flush(carry) : 0;
    return r < 0 ? r : 1;
}

/* The hash of the next record of a pack; false at its end, or where it is broken. */
static bool
next_hash(const struct buf *records, size_t *at, uint8_t ret_hash[SEAL_HASH_LEN])
{
    const uint8_t *bytes = NULL;
    size_t len = 0;
    if (pack_next(records, at, &bytes, &len) <= 0) {
        return false;
    }
    seal_hash(bytes, len, ret_hash);
    return true;
}

/* Takes the receipts of one pack. *ret_finished: they are of all the records in the pack that they belong to. */
static int
take_receipts(
    struct carry *carry, const struct buf *receipts, const struct buf *records, bool *ret_finished)
{
    const uint8_t *bytes = NULL;
    size_t len = 0, at = 0, records_at = 0;
    uint8_t of[SEAL_HASH_LEN], hash[SEAL_HASH_LEN];
    bool is_whole = true; /* so far, one for each record, in their order */
    int next = 0;
    while ((next = pack_next(receipts, &at, &bytes, &len)) > 0) {
        int r = take_receipt(carry, bytes, len, of);
        if (r < 0) {
            return r;
        }
        is_whole = is_whole && r > 0 && next_hash(records, &records_at, hash) &&
                   memcmp(of, hash, sizeof(hash)) == 0;
    }
    carry->carried->broken += next < 0;
    *ret_finished = is_whole && next == 0 && records->len > 0 && records_at == records->len;
    return flush(carry);
}

static int
take_pack(const char *stem, void *ctx)
{
    struct carry *carry = ctx;
    AUTO_BUF receipts;
    AUTO_BUF records;
    buf_init(&receipts, PACK_MAX);
    buf_init(&records, PACK_MAX);
    if (pack_read(carry->folder, stem, PACK_RECEIPTS, &receipts) < 0) {
        carry->carried->broken++; /* too large, a link, or unreadable: the others may be well */
        return 0;
    }
    (void)pack_read(
        carry->folder, stem, PACK_RECORDS, &records); /* not there or cut: not finished */
    bool is_finished = false;
    int r = take_receipts(carry, &receipts, &records, &is_finished);
    if (r < 0 || !is_finished) {
        return r;
    }
    r = pack_remove(
        carry->folder, stem, PACK_RECORDS); /* cut in between, receipts tell nobody anything */
    r = r == 0 ? pack_remove(carry->folder, stem, PACK_RECEIPTS) : r;
    carry->carried->finished += r == 0;
    return r;
}

int
sync_carry_in(const struct sync_stick *stick, struct sync_carried_in *ret_carried)
{
    *ret_carried = (struct sync_carried_in){0};
    char *all = fs_join(stick->folder, PACK_FOLDER);
    char *folder = fs_join(all, stick->kiosk);
    struct carry carry = {.stick = stick, .carried = ret_carried, .folder = folder};
    int r =
        fs_is_folder(all) ? pack_each(folder, PACK_RECEIPTS, take_pack, &carry) : KERR_NOT_FOUND;
    free(folder);
    free(all);
    return r;
}
