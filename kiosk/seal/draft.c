/* seal/draft.c - drafts: a visit that pauses, sealed under a number of eight digits that only the visitor has. scrypt
 * (RFC 7914) makes a name and a key of it, AES-256-GCM (NIST SP 800-38D) seals. Nothing here remembers the number. */
#include "seal_priv.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "base/err.h"
#include "base/rng.h"

enum {
    COST =
        1
        << 15, /* N; with r = 8 and p = 1 32 MiB and about a tenth of a second, as for passwords */
    BLOCK = 8,
    LANES = 1,
    MEMORY_MAX = 33 * 1024 * 1024 + 1024 * 1024,
    NONCE_LEN = 12,
    TAG_LEN = 16,
    LENGTH_LEN = 4,
    STEP = 4096 /* lengths tell little */
};

int
seal_draft_key(const char number[SEAL_DRAFT_NUMBER_LEN], const uint8_t salt[SEAL_DRAFT_SALT_LEN],
    struct seal_draft_key *ret_key)
{
    uint8_t made[SEAL_DRAFT_NAME_LEN + sizeof(ret_key->key)];
    int ok = EVP_PBE_scrypt(number, strnlen(number, SEAL_DRAFT_NUMBER_LEN), salt,
        SEAL_DRAFT_SALT_LEN, COST, BLOCK, LANES, MEMORY_MAX, made, sizeof(made));
    ERR_clear_error();
    if (ok == 1) {
        memcpy(ret_key->name, made, sizeof(ret_key->name));
        memcpy(ret_key->key, made + sizeof(ret_key->name), sizeof(ret_key->key));
    }
    OPENSSL_cleanse(made, sizeof(made));
    return ok == 1 ? 0 : KERR_SEAL_CRYPTO;
}

/* The length, the bytes, and zeros up to a whole step. */
static int
pad(const uint8_t *plain, size_t len, struct buf *ret_padded)
{
    static const uint8_t zeros[STEP];
    const uint8_t length[LENGTH_LEN] = {
        (uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len};
    (void)buf_add(ret_padded, length, sizeof(length)); /* errors stick */
    (void)buf_add(ret_padded, plain, len);
    (void)buf_add(ret_padded, zeros, (STEP - ret_padded->len % STEP) % STEP);
    return buf_error(ret_padded);
}

int
seal_draft_close(
    const struct seal_draft_key *key, const uint8_t *plain, size_t len, struct buf *ret_bytes)
{
    if (len > SEAL_DRAFT_MAX) {
        return KERR_TOO_BIG;
    }
    AUTO_BUF padded;
    buf_init(&padded, SEAL_DRAFT_MAX + LENGTH_LEN + STEP);
    AUTO_BUF sealed;
    buf_init(&sealed, SEAL_DRAFT_MAX + LENGTH_LEN + STEP);
    int r = pad(plain, len, &padded);
    r = r == 0 ? buf_add(&sealed, padded.data, padded.len) : r; /* room for as much */
    if (r < 0) {
        return r;
    }
    uint8_t nonce[NONCE_LEN];
    uint8_t tag[TAG_LEN];
    int out = 0;
    int rest = 0;
    rng_fill(nonce, sizeof(nonce));
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool ok = ctx != NULL &&
              EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key->key, nonce) == 1 &&
              EVP_EncryptUpdate(ctx, NULL, &out, key->name, sizeof(key->name)) == 1 &&
              EVP_EncryptUpdate(ctx, sealed.data, &out, padded.data, (int)padded.len) == 1 &&
              EVP_EncryptFinal_ex(ctx, sealed.data + out, &rest) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_LEN, tag) == 1;
    EVP_CIPHER_CTX_free(ctx);
    ERR_clear_error();
    if (!ok) {
        return KERR_SEAL_CRYPTO;
    }
    (void)buf_add(ret_bytes, nonce, sizeof(nonce)); /* errors stick */
    (void)buf_add(ret_bytes, sealed.data, sealed.len);
    (void)buf_add(ret_bytes, tag, sizeof(tag));
    return buf_error(ret_bytes);
}

int
seal_draft_open(
    const struct seal_draft_key *key, const uint8_t *bytes, size_t len, struct buf *ret_plain)
{
    if (len < NONCE_LEN + STEP + TAG_LEN ||
        len > NONCE_LEN + SEAL_DRAFT_MAX + LENGTH_LEN + STEP + TAG_LEN) {
        return KERR_SEAL_OPEN;
    }
    size_t inner = len - NONCE_LEN - TAG_LEN;
    uint8_t tag[TAG_LEN];
    memcpy(tag, bytes + len - TAG_LEN, TAG_LEN);
    AUTO_BUF padded;
    buf_init(&padded, inner);
    int r = buf_add(&padded, bytes + NONCE_LEN, inner); /* room for as much */
    if (r < 0) {
        return r;
    }
    int out = 0;
    int rest = 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool ok = ctx != NULL &&
              EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key->key, bytes) == 1 &&
              EVP_DecryptUpdate(ctx, NULL, &out, key->name, sizeof(key->name)) == 1 &&
              EVP_DecryptUpdate(ctx, padded.data, &out, bytes + NONCE_LEN, (int)inner) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag) == 1 &&
              EVP_DecryptFinal_ex(ctx, padded.data + out, &rest) == 1;
    EVP_CIPHER_CTX_free(ctx);
    ERR_clear_error();
    if (!ok) {
        return KERR_SEAL_OPEN;
    }
    const uint8_t *p = padded.data;
    size_t plain = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
    return plain <= inner - LENGTH_LEN ? buf_add(ret_plain, p + LENGTH_LEN, plain) : KERR_SEAL_OPEN;
}
