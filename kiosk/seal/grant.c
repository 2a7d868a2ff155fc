/* seal/grant.c - at the city, where the key of the kiosks' CA is: one-time tokens, and certificates for terminals that
 * ask. A token is kept as a hash with its end, its terminal and the tries left; it is used up before the first
 * certificate is made. Nothing here asks a network. */
#include "seal_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "base/rng.h"

enum {
    SECONDS_A_DAY = 86400,
    GROUPS = 6,
    GROUP_LEN = 4,
    TOKEN_FILE_MAX = 256,
    PRIVATE_MODE = 0600,
    PUBLIC_MODE = 0644,
    FIELDS = 3 /* of a token's file */
};

_Static_assert(GROUPS *(GROUP_LEN + 1) == SEAL_TOKEN_LEN, "the last hyphen's place is the NUL's");

static char *
token_path(const struct seal_office *office, const char *kiosk)
{
    char *folder = fs_join(office->folder, "tokens");
    char *path = fs_join(folder, kiosk);
    free(folder);
    return path;
}

struct token {
    int64_t until;
    int tries;
    uint8_t key[SEAL_HASH_LEN];
};

static int
write_token(const char *path, const struct token *token)
{
    char digits[2 * SEAL_HASH_LEN + 1];
    AUTO_BUF line;
    buf_init(&line, TOKEN_FILE_MAX);
    hex_encode(token->key, SEAL_HASH_LEN, digits);
    int r = buf_printf(&line, "%" PRId64 " %d %s\n", token->until, token->tries, digits);
    OPENSSL_cleanse(digits, sizeof(digits));
    return r == 0 ? fs_write_atomic(path, line.data, line.len, PRIVATE_MODE) : r;
}

static int
read_token(const char *path, struct token *ret_token)
{
    AUTO_BUF line;
    buf_init(&line, TOKEN_FILE_MAX);
    char digits[2 * SEAL_HASH_LEN + 1] = "";
    int r = fs_read(path, &line);
    if (r < 0) {
        return r == KERR_NOT_FOUND ? r : KERR_IO;
    }
    if (sscanf(buf_str(&line), "%" SCNd64 " %d %64[0-9a-f]", &ret_token->until, &ret_token->tries,
            digits) != FIELDS ||
        hex_decode(digits, ret_token->key, SEAL_HASH_LEN) < 0) {
        return KERR_INVALID;
    }
    return 0;
}

int
seal_token_make(
    const struct seal_office *office, const char *kiosk, int64_t until, char out[SEAL_TOKEN_LEN])
{
    /* thirty-two letters and digits that nobody takes for another: 120 bits */
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
    uint8_t bytes[SEAL_TOKEN_LEN];
    struct token token = {.until = until, .tries = SEAL_TOKEN_TRIES};
    if (!seal_name_ok(kiosk)) {
        return KERR_INVALID;
    }
    rng_fill(bytes, sizeof(bytes));
    for (size_t i = 0; i < SEAL_TOKEN_LEN; i++) {
        out[i] = i % (GROUP_LEN + 1) == GROUP_LEN ? '-' : letters[bytes[i] % 32];
    }
    out[SEAL_TOKEN_LEN - 1] = 0;
    seal_token_key(kiosk, out, token.key);
    char *path = token_path(office, kiosk);
    char *folder = fs_join(office->folder, "tokens");
    int r = fs_make_dirs(folder);
    r = r == 0 ? write_token(path, &token) : r;
    free(folder);
    free(path);
    OPENSSL_cleanse(bytes, sizeof(bytes));
    OPENSSL_cleanse(&token, sizeof(token));
    if (r < 0) {
        OPENSSL_cleanse(out, SEAL_TOKEN_LEN);
    }
    return r;
}

/* Takes a try off, and only then compares; a token that fits is gone before anything is signed. */
static int
use_token(const struct seal_office *office, const struct seal_asked_parts *parts)
{
    char *path = token_path(office, parts->asked.kiosk);
    struct token token = {0};
    uint8_t mac[SEAL_HASH_LEN];
    int r = read_token(path, &token);
    if (r == 0 && (token.tries < 1 || office->now >= token.until)) {
        r = KERR_NOT_FOUND;
    }
    if (r == 0) {
        token.tries--;
        r = write_token(path, &token);
    }
    r = r == 0 ? seal_token_mac(token.key, &parts->text, mac) : r;
    if (r == 0 && CRYPTO_memcmp(mac, parts->mac, sizeof(mac)) != 0) {
        r = KERR_SEAL_SIGNATURE;
    }
    r = r == 0 ? fs_remove(path) : r;
    free(path);
    OPENSSL_cleanse(&token, sizeof(token));
    OPENSSL_cleanse(mac, sizeof(mac));
    return r;
}

/* Each certificate is on file before anybody gets it: what is not known can't be revoked. */
static int
note_issued(const struct seal_office *office, const char *kiosk, X509 *cert)
{
    char name[2 * SEAL_SERIAL_MAX + sizeof(".crt")];
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL || !seal_serial_text(cert, name, sizeof(name) - sizeof(".crt") + 1) ||
        PEM_write_bio_X509(bio, cert) != 1) {
        BIO_free(bio);
        return KERR_SEAL_CRYPTO;
    }
    size_t len = strlen(name);
    (void)snprintf(name + len, sizeof(name) - len, ".crt");
    char *issued = fs_join(office->folder, "issued");
    char *folder = fs_join(issued, kiosk);
    char *path = fs_join(folder, name);
    int r = fs_make_dirs(folder);
    r = r == 0 ? seal_bio_write(path, bio, PUBLIC_MODE) : r;
    free(path);
    free(folder);
    free(issued);
    BIO_free(bio);
    return r;
}

static int
sign_both(const struct seal_office *office, const struct seal_pair *ca,
    const struct seal_asked_parts *parts, struct buf *ret_certs)
{
    static const enum seal_kind kinds[SEAL_ASKED_KEYS] = {SEAL_KIOSK, SEAL_KIOSK_TLS};
    int r = 0;
    for (size_t i = 0; r == 0 && i < SEAL_ASKED_KEYS; i++) {
        const struct seal_wanted wanted = {.kind = kinds[i],
            .name = parts->asked.kiosk,
            .from = office->now - SECONDS_A_DAY, /* clocks differ a little */
            .days = office->days + 1};
        X509 *cert = NULL;
        BIO *bio = BIO_new(BIO_s_mem());
        char *data = NULL;
        r = seal_cert_make(ca, &wanted, X509_REQ_get0_pubkey(parts->requests[i]), &cert);
        r = r == 0 ? note_issued(office, parts->asked.kiosk, cert) : r;
        r = r == 0 && (bio == NULL || PEM_write_bio_X509(bio, cert) != 1) ? KERR_SEAL_CRYPTO : r;
        long len = r == 0 ? BIO_get_mem_data(bio, &data) : 0;
        r = r == 0 ? buf_add(ret_certs, data, (size_t)len) : r;
        BIO_free(bio);
        X509_free(cert);
    }
    return r;
}

int
seal_grant_name(const struct seal_asked *asked, char out[SEAL_GRANT_NAME_MAX])
{
    char digits[2 * SEAL_HASH_LEN + 1];
    hex_encode(asked->hash, SEAL_HASH_LEN, digits);
    int len = snprintf(out, SEAL_GRANT_NAME_MAX, "%s-%.16s.pem", asked->kiosk, digits);
    return len > 0 && len < SEAL_GRANT_NAME_MAX ? 0 : KERR_TOO_BIG;
}

/* The answer that was given to this very request before. KERR_NOT_FOUND. */
static int
granted_path(const struct seal_office *office, const struct seal_asked *asked, char **ret_path)
{
    char name[SEAL_GRANT_NAME_MAX];
    int r = seal_grant_name(asked, name);
    if (r == 0) {
        char *folder = fs_join(office->folder, "granted");
        *ret_path = fs_join(folder, name);
        r = fs_make_dirs(folder);
        free(folder);
    }
    return r;
}

static int
grant_new(const struct seal_office *office, const struct seal_asked_parts *parts, const char *path,
    struct buf *ret_certs)
{
    struct seal_pair ca = {0};
    int r = seal_load_pair(office->ca_cert, office->ca_key, &ca.cert, &ca.key);
    if (r == 0 && parts->asked.is_again) { /* past its end it proves nothing: a token is needed */
        r = parts->signer_until > office->now ? 0 : KERR_SEAL_SIGNATURE;
    } else if (r == 0) {
        r = use_token(office, parts);
    }
    r = r == 0 ? sign_both(office, &ca, parts, ret_certs) : r;
    r = r == 0 ? fs_write_atomic(path, ret_certs->data, ret_certs->len, PUBLIC_MODE) : r;
    seal_pair_release(&ca);
    return r;
}

int
seal_grant(const struct seal_office *office, const uint8_t *bytes, size_t len,
    struct seal_asked *ret_asked, struct buf *ret_certs)
{
    struct seal_asked_parts parts;
    char *path = NULL;
    int r = seal_asked_check(office->kiosks, bytes, len, &parts);
    if (r < 0) {
        return r;
    }
    r = granted_path(office, &parts.asked, &path);
    if (r == 0) {
        *ret_asked = parts.asked;
        r = fs_read(path, ret_certs);
        r = r == KERR_NOT_FOUND ? grant_new(office, &parts, path, ret_certs) : r;
    }
    free(path);
    seal_asked_release(&parts);
    ERR_clear_error();
    return r;
}
