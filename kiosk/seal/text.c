/* seal/text.c - the header's line and the receipt's JSON. Both have exactly one spelling a value: the
 * readers take the parts, write them again and compare, so there is no second way to say the same.
 * Formats: kiosk/seal/README.md. */
#include "seal_priv.h"

#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"

static const char name_letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";

bool
seal_name_ok(const char *name)
{
    size_t len = strnlen(name, SEAL_NAME_MAX);
    return len > 0 && len < SEAL_NAME_MAX && strspn(name, name_letters) == len;
}

/* What is left of a text that is being taken apart. After a mismatch it stays at NULL. */
struct rest {
    const char *at;
    const char *end;
};

static void
take_literal(struct rest *rest, const char *literal)
{
    size_t len = strlen(literal);
    if (rest->at == NULL || (size_t)(rest->end - rest->at) < len ||
        memcmp(rest->at, literal, len) != 0) {
        rest->at = NULL;
        return;
    }
    rest->at += len;
}

static void
take_number(struct rest *rest, uint64_t *ret_number)
{
    uint64_t number = 0;
    const char *p = rest->at;
    while (p != NULL && p < rest->end && *p >= '0' && *p <= '9') {
        unsigned digit = (unsigned)(*p - '0');
        if (number > (UINT64_MAX - digit) / 10) {
            p = NULL;
            break;
        }
        number = number * 10 + digit;
        p++;
    }
    rest->at = p == rest->at ? NULL : p;
    *ret_number = number;
}

static void
take_name(struct rest *rest, char out[SEAL_NAME_MAX])
{
    size_t len = 0;
    while (rest->at != NULL && rest->at + len < rest->end && rest->at[len] != 0 &&
           strchr(name_letters, rest->at[len]) != NULL) {
        len++;
    }
    if (len == 0 || len >= SEAL_NAME_MAX) {
        rest->at = NULL;
        return;
    }
    memcpy(out, rest->at, len);
    out[len] = 0;
    rest->at += len;
}

static void
take_hex(struct rest *rest, uint8_t *out, size_t len)
{
    char digits[2 * SEAL_HASH_LEN + 1];
    if (rest->at == NULL || (size_t)(rest->end - rest->at) < 2 * len) {
        rest->at = NULL;
        return;
    }
    memcpy(digits, rest->at, 2 * len);
    digits[2 * len] = 0;
    rest->at = hex_decode(digits, out, len) == 0 ? rest->at + 2 * len : NULL;
}

static bool
header_ok(const struct seal_header *header)
{
    return seal_name_ok(header->kiosk) && header->sequence > 0;
}

int
seal_header_write(const struct seal_header *header, struct buf *ret_text)
{
    if (!header_ok(header)) {
        return KERR_INVALID;
    }
    char id[2 * SEAL_ID_LEN + 1];
    hex_encode(header->id, SEAL_ID_LEN, id);
    return buf_printf(ret_text, "1 %s %" PRIu64 " %" PRIu64 " %s", header->kiosk, header->epoch,
        header->sequence, id);
}

/* True when writing gave the bytes that were read. */
static bool
same_text(const struct buf *again, const uint8_t *text, size_t len)
{
    return again->len == len && memcmp(again->data, text, len) == 0;
}

int
seal_header_read(const uint8_t *text, size_t len, struct seal_header *ret_header)
{
    struct seal_header header = {0};
    struct rest rest = {(const char *)text, (const char *)text + len};
    take_literal(&rest, "1 ");
    take_name(&rest, header.kiosk);
    take_literal(&rest, " ");
    take_number(&rest, &header.epoch);
    take_literal(&rest, " ");
    take_number(&rest, &header.sequence);
    take_literal(&rest, " ");
    take_hex(&rest, header.id, SEAL_ID_LEN);
    AUTO_BUF again;
    buf_init(&again, SEAL_TEXT_MAX);
    if (rest.at != rest.end || seal_header_write(&header, &again) < 0 ||
        !same_text(&again, text, len)) {
        return KERR_SEAL_FORM;
    }
    *ret_header = header;
    return 0;
}

int
seal_point_write(const struct seal_point *point, struct buf *ret_text)
{
    if (!seal_name_ok(point->kiosk)) {
        return KERR_INVALID;
    }
    char head[2 * SEAL_HASH_LEN + 1];
    hex_encode(point->head, SEAL_HASH_LEN, head);
    return buf_printf(ret_text, "madoguchi %s %" PRIu64 "\n%" PRIu64 "\n%s\n", point->kiosk,
        point->epoch, point->size, head);
}

int
seal_point_read(const uint8_t *text, size_t len, struct seal_point *ret_point)
{
    struct seal_point point = {0};
    struct rest rest = {(const char *)text, (const char *)text + len};
    take_literal(&rest, "madoguchi ");
    take_name(&rest, point.kiosk);
    take_literal(&rest, " ");
    take_number(&rest, &point.epoch);
    take_literal(&rest, "\n");
    take_number(&rest, &point.size);
    take_literal(&rest, "\n");
    take_hex(&rest, point.head, SEAL_HASH_LEN);
    take_literal(&rest, "\n");
    AUTO_BUF again;
    buf_init(&again, SEAL_TEXT_MAX);
    if (rest.at != rest.end || seal_point_write(&point, &again) < 0 ||
        !same_text(&again, text, len)) {
        return KERR_SEAL_FORM;
    }
    *ret_point = point;
    return 0;
}

int
seal_receipt_write(const struct seal_receipt *receipt, struct buf *ret_text)
{
    if (!header_ok(&receipt->header) || receipt->received_at < 0) {
        return KERR_INVALID;
    }
    char id[2 * SEAL_ID_LEN + 1];
    char hash[2 * SEAL_HASH_LEN + 1];
    hex_encode(receipt->header.id, SEAL_ID_LEN, id);
    hex_encode(receipt->envelope_hash, SEAL_HASH_LEN, hash);
    return buf_printf(ret_text,
        "{\"v\":1,\"kiosk\":\"%s\",\"epoch\":%" PRIu64 ",\"sequence\":%" PRIu64
        ",\"id\":\"%s\",\"sha256\":\"%s\",\"received_at\":%" PRId64 ",\"position\":%" PRIu64 "}",
        receipt->header.kiosk, receipt->header.epoch, receipt->header.sequence, id, hash,
        receipt->received_at, receipt->position);
}

int
seal_receipt_read(const uint8_t *text, size_t len, struct seal_receipt *ret_receipt)
{
    struct seal_receipt receipt = {0};
    uint64_t received_at = 0;
    struct rest rest = {(const char *)text, (const char *)text + len};
    take_literal(&rest, "{\"v\":1,\"kiosk\":\"");
    take_name(&rest, receipt.header.kiosk);
    take_literal(&rest, "\",\"epoch\":");
    take_number(&rest, &receipt.header.epoch);
    take_literal(&rest, ",\"sequence\":");
    take_number(&rest, &receipt.header.sequence);
    take_literal(&rest, ",\"id\":\"");
    take_hex(&rest, receipt.header.id, SEAL_ID_LEN);
    take_literal(&rest, "\",\"sha256\":\"");
    take_hex(&rest, receipt.envelope_hash, SEAL_HASH_LEN);
    take_literal(&rest, "\",\"received_at\":");
    take_number(&rest, &received_at);
    take_literal(&rest, ",\"position\":");
    take_number(&rest, &receipt.position);
    take_literal(&rest, "}");
    if (rest.at != rest.end || received_at > INT64_MAX) {
        return KERR_SEAL_FORM;
    }
    receipt.received_at = (int64_t)received_at;
    AUTO_BUF again;
    buf_init(&again, SEAL_TEXT_MAX);
    if (seal_receipt_write(&receipt, &again) < 0 || !same_text(&again, text, len)) {
        return KERR_SEAL_FORM;
    }
    *ret_receipt = receipt;
    return 0;
}
