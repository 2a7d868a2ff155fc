/* seal/verify.c - the city's edge: whose envelope is this, and is it whole? Opens nothing. */
#include "seal_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

struct seal_verifier {
    X509_STORE *trust;
    struct seal_revoked *revoked; /* NULL: no list is honoured; has its own lock */
};

int
seal_verifier_new(const char *kiosk_ca, struct seal_verifier **ret_verifier)
{
    X509_STORE *trust = NULL;
    int r = seal_load_trust(kiosk_ca, &trust);
    if (r < 0) {
        return r;
    }
    struct seal_verifier *verifier = xcalloc(1, sizeof(*verifier));
    verifier->trust = trust;
    *ret_verifier = verifier;
    return 0;
}

void
seal_verifier_free(struct seal_verifier *verifier)
{
    if (verifier == NULL) {
        return;
    }
    seal_revoked_free(verifier->revoked);
    X509_STORE_free(verifier->trust);
    free(verifier);
}

int
seal_verifier_honour(struct seal_verifier *verifier, const char *path)
{
    return seal_revoked_new(verifier->trust, path, &verifier->revoked);
}

bool
seal_verifier_revokes(const struct seal_verifier *verifier, const uint8_t *serial, size_t len)
{
    return seal_revoked_has(verifier->revoked, serial, len);
}

struct seal_revocations
seal_verifier_revocations(const struct seal_verifier *verifier)
{
    return seal_revoked_state(verifier->revoked);
}

static bool
is_revoked(const struct seal_verifier *verifier, const X509 *cert)
{
    uint8_t serial[SEAL_SERIAL_MAX];
    size_t len = 0;
    return verifier->revoked != NULL &&
           (!seal_serial(cert, serial, &len) || seal_verifier_revokes(verifier, serial, len));
}

size_t
seal_envelope_length(const uint8_t *bytes, size_t len)
{
    /* SEQUENCE { OID signedData ...: lengths of two or three bytes, as all envelopes have */
    static const uint8_t mark[] = {
        0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
    if (len < 5 + sizeof(mark) || bytes[0] != 0x30 || (bytes[1] != 0x82 && bytes[1] != 0x83)) {
        return 0;
    }
    size_t head = bytes[1] == 0x82 ? 4 : 5;
    size_t told = 0;
    for (size_t i = 2; i < head; i++) {
        told = told << 8 | bytes[i];
    }
    return memcmp(bytes + head, mark, sizeof(mark)) == 0 ? head + told : 0;
}

int
seal_verify(const struct seal_verifier *verifier, const uint8_t *envelope, size_t len,
    struct seal_header *ret_header, struct buf *ret_sealed)
{
    struct seal_signed parts;
    int r = seal_check_signed(verifier->trust, envelope, len, &parts);
    if (r < 0) {
        return r;
    }
    struct seal_header header = {0};
    r = KERR_SEAL_FORM;
    if (parts.header != NULL) {
        r = seal_header_read(parts.header, parts.header_len, &header);
    }
    if (r == 0 && !seal_common_name_is(parts.signer, header.kiosk)) {
        r = KERR_SEAL_SIGNATURE;
    }
    if (r == 0 && ret_sealed != NULL) {
        r = buf_add(ret_sealed, parts.content, parts.content_len);
    }
    if (r == 0) {
        *ret_header = header;
        r = is_revoked(verifier, parts.signer) ? KERR_SEAL_REVOKED : 0;
    }
    seal_signed_release(&parts);
    return r;
}

int
seal_point_verify(const struct seal_verifier *verifier, const uint8_t *bytes, size_t len,
    struct seal_point *ret_point)
{
    if (len > SEAL_POINT_MAX) {
        return KERR_SEAL_FORM;
    }
    struct seal_signed parts;
    int r = seal_check_signed(verifier->trust, bytes, len, &parts);
    if (r < 0) {
        return r;
    }
    struct seal_point point;
    r = parts.header != NULL ? KERR_SEAL_FORM
                             : seal_point_read(parts.content, parts.content_len, &point);
    if (r == 0 && !seal_common_name_is(parts.signer, point.kiosk)) {
        r = KERR_SEAL_SIGNATURE;
    }
    if (r == 0) {
        *ret_point = point;
    }
    seal_signed_release(&parts);
    return r;
}

int
seal_asked_check(const struct seal_verifier *kiosks, const uint8_t *bytes, size_t len,
    struct seal_asked_parts *ret_parts)
{
    int r = seal_asked_parse(kiosks->trust, bytes, len, ret_parts);
    if (r == 0 && ret_parts->asked.is_again &&
        seal_verifier_revokes(kiosks, ret_parts->signer_serial, ret_parts->signer_serial_len)) {
        seal_asked_release(ret_parts);
        r = KERR_SEAL_REVOKED;
    }
    return r;
}

int
seal_asked_read(const struct seal_verifier *kiosks, const uint8_t *bytes, size_t len,
    struct seal_asked *ret_asked)
{
    struct seal_asked_parts parts;
    int r = seal_asked_check(kiosks, bytes, len, &parts);
    if (r == 0) {
        *ret_asked = parts.asked;
        seal_asked_release(&parts);
    }
    return r;
}
