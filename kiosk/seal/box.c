/* seal/box.c - a box: many small pieces under one random key, which lies sealed to the desk's own sealing keys before them. For
 * what the desk keeps beside the ledger and can make again (its index). AES-256-GCM (NIST SP 800-38D) with random nonces:
 * equal pieces never look alike. Only the desk's programs contain this file, as open.c. */
#include "seal_priv.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/rng.h"
#include "base/secret.h"

enum { KEY_LEN = 32, NONCE_LEN = 12, TAG_LEN = 16 };

struct seal_box {
    uint8_t key[KEY_LEN];
};

_Static_assert(SEAL_BOX_OVER == NONCE_LEN + TAG_LEN, "seal.h tells how much longer a piece gets");

static int
seal_key(const struct seal_box *box, X509 *cert, struct buf *ret_head)
{
    STACK_OF(X509) *own = sk_X509_new_null();
    int r = own != NULL && sk_X509_push(own, cert) > 0
                ? seal_inner(own, box->key, sizeof(box->key), ret_head)
                : KERR_SEAL_CRYPTO;
    sk_X509_free(own); /* the certificate is the opener's */
    ERR_clear_error();
    secret_wipe_stack();
    return r;
}

int
seal_box_new(
    const struct seal_opener *opener, int64_t now, struct buf *ret_head, struct seal_box **ret_box)
{
    struct seal_box *box = xcalloc(1, sizeof(*box));
    rng_fill(box->key, sizeof(box->key));
    int r = seal_key(box, seal_opener_cert(opener, now), ret_head);
    if (r < 0) {
        seal_box_free(box);
        return r;
    }
    *ret_box = box;
    return 0;
}

/* Whether this certificate is the one that the head was sealed to. */
static bool
is_for(const uint8_t *head, size_t len, X509 *cert)
{
    CMS_ContentInfo *cms = seal_parse_exact(head, len);
    STACK_OF(CMS_RecipientInfo) *infos = cms != NULL ? CMS_get0_RecipientInfos(cms) : NULL;
    bool found = false;
    for (int i = 0; i < sk_CMS_RecipientInfo_num(infos); i++) {
        CMS_RecipientInfo *info = sk_CMS_RecipientInfo_value(infos, i);
        STACK_OF(CMS_RecipientEncryptedKey) *keys =
            CMS_RecipientInfo_type(info) == CMS_RECIPINFO_AGREE
                ? CMS_RecipientInfo_kari_get0_reks(info)
                : NULL;
        for (int k = 0; k < sk_CMS_RecipientEncryptedKey_num(keys); k++) {
            CMS_RecipientEncryptedKey *key = sk_CMS_RecipientEncryptedKey_value(keys, k);
            found = found || CMS_RecipientEncryptedKey_cert_cmp(key, cert) == 0;
        }
    }
    CMS_ContentInfo_free(cms);
    ERR_clear_error();
    return found;
}

int
seal_box_open(const struct seal_opener *opener, int64_t now, const uint8_t *head, size_t len,
    struct seal_box **ret_box, bool *ret_old)
{
    AUTO_BUF key;
    buf_init(&key, SEAL_PAD_FIRST);
    int r = seal_open(opener, head, len, &key);
    if (r < 0) {
        return r;
    }
    if (key.len < KEY_LEN) {
        return KERR_SEAL_FORM;
    }
    struct seal_box *box = xcalloc(1, sizeof(*box));
    memcpy(box->key, key.data, sizeof(box->key)); /* spaces behind it are the seal's padding */
    *ret_old = !is_for(head, len, seal_opener_cert(opener, now));
    *ret_box = box;
    return 0;
}

void
seal_box_free(struct seal_box *box)
{
    if (box != NULL) {
        explicit_bzero(box, sizeof(*box));
        free(box);
    }
}

int
seal_box_put(const struct seal_box *box, const struct seal_piece *piece, uint8_t *out)
{
    uint8_t *nonce = out;
    uint8_t *text = out + NONCE_LEN;
    int len = 0;
    int end = 0;
    rng_fill(nonce, NONCE_LEN);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool ok = ctx != NULL && piece->len <= SEAL_PIECE_MAX &&
              EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, box->key, nonce) == 1 &&
              EVP_EncryptUpdate(ctx, NULL, &len, piece->place, (int)piece->place_len) == 1 &&
              EVP_EncryptUpdate(ctx, text, &len, piece->bytes, (int)piece->len) == 1 &&
              EVP_EncryptFinal_ex(ctx, text + len, &end) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_LEN, text + piece->len) == 1;
    EVP_CIPHER_CTX_free(ctx);
    ERR_clear_error();
    return ok ? 0 : KERR_SEAL_CRYPTO;
}

int
seal_box_get(const struct seal_box *box, const struct seal_piece *piece, uint8_t *out)
{
    if (piece->len < SEAL_BOX_OVER || piece->len > SEAL_PIECE_MAX + SEAL_BOX_OVER) {
        return KERR_SEAL_FORM;
    }
    uint8_t tag[TAG_LEN]; /* OpenSSL wants it writable */
    size_t len = piece->len - SEAL_BOX_OVER;
    const uint8_t *text = piece->bytes + NONCE_LEN;
    int got = 0;
    int end = 0;
    memcpy(tag, text + len, sizeof(tag));
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool ok = ctx != NULL &&
              EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, box->key, piece->bytes) == 1 &&
              EVP_DecryptUpdate(ctx, NULL, &got, piece->place, (int)piece->place_len) == 1 &&
              EVP_DecryptUpdate(ctx, out, &got, text, (int)len) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag) == 1 &&
              EVP_DecryptFinal_ex(ctx, out + got, &end) == 1;
    EVP_CIPHER_CTX_free(ctx);
    ERR_clear_error();
    if (!ok) {
        explicit_bzero(out, len);
        return KERR_SEAL_OPEN;
    }
    return 0;
}
