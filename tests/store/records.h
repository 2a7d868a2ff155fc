/* tests/store/records.h - sample envelopes that prove themselves, and the judge that knows them. Fast,
 * so that thousands of files can be damaged: a mark, length, epoch, sequence, id, chance, and a keyed
 * SHA-256 in the place of the signature. The real ones are judged in tests/app/test_submit.c.
 *
 * Included by test programs; everything is static. */
#ifndef TESTS_STORE_RECORDS_H
#define TESTS_STORE_RECORDS_H

#include <openssl/sha.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/rng.h"
#include "store/store.h"

enum { RECORD_HEAD = 16 + 16 + STORE_ID_LEN, RECORD_MIN = RECORD_HEAD + STORE_HASH_LEN };

static const char record_mark[] = "ENVELOPE";

static void
record_id(uint64_t number, uint8_t id[STORE_ID_LEN])
{
    struct rng_seeded rng = {number + 1};
    for (size_t i = 0; i < STORE_ID_LEN; i++) {
        id[i] = (uint8_t)rng_seeded_next(&rng);
    }
}

static void
record_sign(const uint8_t *bytes, size_t len, uint8_t out[STORE_HASH_LEN])
{
    static const char key[] = "only this terminal";
    uint8_t *keyed = malloc(sizeof(key) + len);
    if (keyed == NULL) {
        abort();
    }
    memcpy(keyed, key, sizeof(key));
    memcpy(keyed + sizeof(key), bytes, len);
    (void)SHA256(keyed, sizeof(key) + len, out);
    free(keyed);
}

/* The envelope of a number, whole with len bytes; the caller frees. */
static uint8_t *
record_make(uint64_t number, uint64_t epoch, uint64_t sequence, size_t len)
{
    uint8_t *bytes = calloc(len, 1);
    if (bytes == NULL || len < RECORD_MIN) {
        abort();
    }
    uint64_t len64 = len;
    memcpy(bytes, record_mark, 8);
    memcpy(bytes + 8, &len64, 8);
    memcpy(bytes + 16, &epoch, 8);
    memcpy(bytes + 24, &sequence, 8);
    record_id(number, bytes + 32);
    struct rng_seeded rng = {number * 7919};
    for (size_t i = RECORD_HEAD; i < len - STORE_HASH_LEN; i++) {
        bytes[i] = (uint8_t)rng_seeded_next(&rng);
    }
    record_sign(bytes, len - STORE_HASH_LEN, bytes + len - STORE_HASH_LEN);
    return bytes;
}

static size_t
record_length(const uint8_t *bytes, size_t len)
{
    uint64_t told = 0;
    if (len < 16 || bytes[0] != 'E' || memcmp(bytes, record_mark, 8) != 0) {
        return 0;
    }
    memcpy(&told, bytes + 8, sizeof(told));
    return told >= RECORD_MIN && told <= STORE_ENVELOPE_MAX ? (size_t)told : 0;
}

static int
record_verify(void *ctx, const uint8_t *bytes, size_t len, struct store_claim *ret_claim)
{
    (void)ctx;
    uint8_t hash[STORE_HASH_LEN];
    if (record_length(bytes, len) != len) {
        return -1;
    }
    record_sign(bytes, len - STORE_HASH_LEN, hash);
    if (memcmp(hash, bytes + len - STORE_HASH_LEN, sizeof(hash)) != 0) {
        return -1;
    }
    memcpy(&ret_claim->epoch, bytes + 16, 8);
    memcpy(&ret_claim->sequence, bytes + 24, 8);
    memcpy(ret_claim->id, bytes + 32, STORE_ID_LEN);
    return 0;
}

ATTR_UNUSED static const struct store_judge record_judge = {
    .length = record_length, .verify = record_verify};

/* Takes a slot and puts the record of this number. */
ATTR_UNUSED static int
record_put(struct store *store, uint64_t number, size_t len, int64_t now)
{
    struct store_slot slot;
    int r = store_begin(store, &slot);
    if (r < 0) {
        return r;
    }
    uint8_t *bytes = record_make(number, slot.epoch, slot.sequence, len);
    uint8_t id[STORE_ID_LEN];
    record_id(number, id);
    r = store_put(store, &slot, id, bytes, len, now);
    free(bytes);
    return r;
}

#endif
