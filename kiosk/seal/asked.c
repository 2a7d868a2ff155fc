/* seal/asked.c - what a terminal asks the city for: certificates for two keys of its own. Inside stands
 *
 *     madoguchi enrolment 1
 *     kiosk kiosk-007
 *     (two PKCS #10 requests as PEM: the signing key's, then that of TLS)
 *
 * and nothing else. A new terminal proves who it is by a token, which never travels: a last line "token" has the
 * text's HMAC under what the city kept of it. One that has certificates signs the text with the key in use. */
#include "seal_priv.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include "base/err.h"
#include "base/hex.h"

#define HEAD "madoguchi enrolment 1\nkiosk "
#define MAC "token "

enum { MAC_DIGITS = 2 * SEAL_HASH_LEN };

void
seal_asked_release(struct seal_asked_parts *parts)
{
    for (size_t i = 0; i < SEAL_ASKED_KEYS; i++) {
        X509_REQ_free(parts->requests[i]);
    }
    buf_release(&parts->text);
    *parts = (struct seal_asked_parts){0};
    buf_init(&parts->text, SEAL_ASKED_MAX);
}

int
seal_asked_write(const char *kiosk, X509_REQ *const requests[SEAL_ASKED_KEYS], struct buf *ret_text)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = bio != NULL && seal_name_ok(kiosk) && buf_printf(ret_text, HEAD "%s\n", kiosk) == 0;
    for (size_t i = 0; ok && i < SEAL_ASKED_KEYS; i++) {
        ok = PEM_write_bio_X509_REQ(bio, requests[i]) == 1;
    }
    char *data = NULL;
    long len = ok ? BIO_get_mem_data(bio, &data) : -1;
    int r = len > 0 ? buf_add(ret_text, data, (size_t)len) : KERR_SEAL_CRYPTO;
    BIO_free(bio);
    return r;
}

/* Whoever asks has the key: the request is signed with it. */
static bool
request_ok(X509_REQ *request)
{
    return seal_is_p256(X509_REQ_get0_pubkey(request)) &&
           X509_REQ_verify(request, X509_REQ_get0_pubkey(request)) == 1;
}

static bool
read_requests(const char *at, size_t len, struct seal_asked_parts *parts)
{
    BIO *bio = BIO_new_mem_buf(at, (int)len);
    bool ok = bio != NULL;
    for (size_t i = 0; ok && i < SEAL_ASKED_KEYS; i++) {
        parts->requests[i] = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
        ok = parts->requests[i] != NULL && request_ok(parts->requests[i]);
    }
    BIO_free(bio);
    return ok && EVP_PKEY_eq(X509_REQ_get0_pubkey(parts->requests[0]),
                     X509_REQ_get0_pubkey(parts->requests[1])) != 1; /* a key has one purpose */
}

/* The text alone; spelling is checked by writing it again. */
static int
read_text(const char *text, size_t len, struct seal_asked_parts *parts)
{
    size_t at = sizeof(HEAD) - 1;
    const char *end = len > at ? memchr(text + at, '\n', len - at) : NULL;
    size_t name_len = end != NULL ? (size_t)(end - text) - at : 0;
    if (name_len == 0 || name_len >= SEAL_NAME_MAX || memcmp(text, HEAD, at) != 0) {
        return KERR_SEAL_FORM;
    }
    memcpy(parts->asked.kiosk, text + at, name_len);
    AUTO_BUF again;
    buf_init(&again, SEAL_ASKED_MAX);
    bool ok = seal_name_ok(parts->asked.kiosk) &&
              read_requests(end + 1, len - (size_t)(end + 1 - text), parts) &&
              seal_asked_write(parts->asked.kiosk, parts->requests, &again) == 0 &&
              again.len == len && memcmp(again.data, text, len) == 0;
    return ok && buf_add(&parts->text, text, len) == 0 ? 0 : KERR_SEAL_FORM;
}

/* The request of a new terminal: the text, and behind it the line with its HMAC. */
static int
read_first(const uint8_t *bytes, size_t len, struct seal_asked_parts *parts)
{
    const size_t tail = sizeof(MAC) - 1 + MAC_DIGITS + 1;
    const char *line = len > tail ? (const char *)bytes + len - tail : NULL;
    char digits[MAC_DIGITS + 1] = "";
    char again[MAC_DIGITS + 1] = "";
    if (line == NULL || memcmp(line, MAC, sizeof(MAC) - 1) != 0 || bytes[len - 1] != '\n') {
        return KERR_SEAL_FORM;
    }
    memcpy(digits, line + sizeof(MAC) - 1, MAC_DIGITS);
    if (hex_decode(digits, parts->mac, SEAL_HASH_LEN) < 0) {
        return KERR_SEAL_FORM;
    }
    hex_encode(parts->mac, SEAL_HASH_LEN, again); /* one spelling */
    return strcmp(digits, again) == 0 ? read_text((const char *)bytes, len - tail, parts)
                                      : KERR_SEAL_FORM;
}

/* The request of a terminal that has certificates: signed by the one in use. */
static int
read_again(X509_STORE *trust, const uint8_t *bytes, size_t len, struct seal_asked_parts *parts)
{
    struct seal_signed outer;
    int r = seal_check_signed(trust, bytes, len, &outer);
    if (r < 0) {
        return r;
    }
    r = outer.header != NULL ? KERR_SEAL_FORM
                             : read_text((const char *)outer.content, outer.content_len, parts);
    if (r == 0 &&
        (!seal_common_name_is(outer.signer, parts->asked.kiosk) ||
            !seal_moment(X509_get0_notAfter(outer.signer), &parts->signer_until) ||
            !seal_serial(outer.signer, parts->signer_serial, &parts->signer_serial_len))) {
        r = KERR_SEAL_SIGNATURE;
    }
    seal_signed_release(&outer);
    return r;
}

int
seal_asked_parse(
    X509_STORE *trust, const uint8_t *bytes, size_t len, struct seal_asked_parts *ret_parts)
{
    *ret_parts = (struct seal_asked_parts){0};
    buf_init(&ret_parts->text, SEAL_ASKED_MAX);
    if (len == 0 || len > SEAL_ASKED_MAX) {
        return KERR_SEAL_FORM;
    }
    ret_parts->asked.is_again = bytes[0] == 0x30;
    int r = ret_parts->asked.is_again ? read_again(trust, bytes, len, ret_parts)
                                      : read_first(bytes, len, ret_parts);
    ERR_clear_error();
    if (r < 0) {
        seal_asked_release(ret_parts);
        return r;
    }
    seal_hash(bytes, len, ret_parts->asked.hash);
    return 0;
}

/* Letters and digits count, however the token was written down. */
void
seal_token_key(const char *kiosk, const char *token, uint8_t ret_key[SEAL_HASH_LEN])
{
    AUTO_BUF text;
    buf_init(&text, 4 * (size_t)SEAL_NAME_MAX);
    (void)buf_printf(&text, "madoguchi enrolment token 1\n%s\n", kiosk);
    for (const char *at = token; *at != 0; at++) {
        char letter = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
        if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9')) {
            (void)buf_add_byte(&text, (uint8_t)letter); /* a token too long fits no key */
        }
    }
    seal_hash(text.data, text.len, ret_key);
}

int
seal_token_mac(
    const uint8_t key[SEAL_HASH_LEN], const struct buf *text, uint8_t ret_mac[SEAL_HASH_LEN])
{
    unsigned len = 0;
    return HMAC(EVP_sha256(), key, SEAL_HASH_LEN, text->data, text->len, ret_mac, &len) != NULL &&
                   len == SEAL_HASH_LEN
               ? 0
               : KERR_SEAL_CRYPTO;
}

int
seal_asked_sign_by_token(const char *kiosk, const char *token, struct buf *text)
{
    uint8_t key[SEAL_HASH_LEN];
    uint8_t mac[SEAL_HASH_LEN];
    char digits[MAC_DIGITS + 1];
    seal_token_key(kiosk, token, key);
    int r = seal_token_mac(key, text, mac);
    if (r == 0) {
        hex_encode(mac, SEAL_HASH_LEN, digits);
        r = buf_printf(text, MAC "%s\n", digits);
    }
    OPENSSL_cleanse(key, sizeof(key));
    return r;
}
