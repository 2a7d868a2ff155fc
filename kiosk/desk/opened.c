/* desk/opened.c - opens one sealed record. Whatever is wrong with it becomes a reason that the page
 * can show beside its row: a record is never hidden because it can't be read. */
#include "desk_priv.h"

#include <string.h>

#include "base/err.h"

enum { PADDING_MAX = 512 }; /* seal pads the text inside (seal.h) */

/* The signed header, the ledger's row and the record inside must tell of the same thing. */
static bool
belongs(const struct ledger_entry *entry, const struct seal_header *header)
{
    return memcmp(entry->id, header->id, LEDGER_ID_LEN) == 0 && entry->epoch == header->epoch &&
           entry->sequence == header->sequence && strcmp(entry->kiosk, header->kiosk) == 0;
}

struct record *
desk_open_record(const struct desk_config *config, const struct ledger_entry *entry,
    const uint8_t *envelope, size_t len, const char **ret_reason)
{
    uint8_t hash[SEAL_HASH_LEN];
    struct seal_header header;
    struct record *record = NULL;
    AUTO_BUF sealed;
    AUTO_BUF plain;
    buf_init(&sealed, SEAL_ENVELOPE_MAX);
    buf_init(&plain, RECORD_ENCODED_MAX + PADDING_MAX);

    seal_hash(envelope, len, hash);
    if (memcmp(hash, entry->hash, sizeof(hash)) != 0) {
        *ret_reason = "altered";
        return NULL;
    }
    int r = seal_verify(config->verifier, envelope, len, &header, &sealed);
    if (r < 0) {
        *ret_reason = r == KERR_SEAL_FORM ? "altered" : "signature";
        return NULL;
    }
    if (!belongs(entry, &header)) {
        *ret_reason = "mixed";
        return NULL;
    }
    if (seal_open(config->opener, sealed.data, sealed.len, &plain) < 0) {
        *ret_reason = "key";
        return NULL;
    }
    if (record_decode(plain.data, plain.len, &record) < 0) {
        *ret_reason = "form";
        return NULL;
    }
    const struct record_head *head = record_head(record);
    if (memcmp(head->id, entry->id, RECORD_ID_LEN) != 0 || strcmp(head->kiosk, entry->kiosk) != 0) {
        record_free(record);
        *ret_reason = "mixed";
        return NULL;
    }
    return record;
}
