/* seal/sealer.c - the kiosk's side: plaintext in, signed envelope out. The inner layer is CMS
 * AuthEnvelopedData (RFC 5083, AES-256-GCM by RFC 5084) to every recipient by key agreement
 * (RFC 5753); the outer one is the kiosk's signature (signed.c). The private keys that open it are
 * nowhere in this program. */
#include "seal_priv.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/secret.h"

struct seal_sealer {
    X509 *cert;
    EVP_PKEY *key;
    STACK_OF(X509) * recipients;
};

static bool
same_key_before(const STACK_OF(X509) * certs, int which)
{
    const EVP_PKEY *key = X509_get0_pubkey(sk_X509_value(certs, which));
    for (int i = 0; i < which; i++) {
        if (EVP_PKEY_eq(key, X509_get0_pubkey(sk_X509_value(certs, i))) == 1) {
            return true;
        }
    }
    return false;
}

/* A certificate for signing or TLS among the recipients is a mistake of the set-up; so is one key alone,
 * or one twice: lost once, it would take every record along. */
static bool
may_receive(const STACK_OF(X509) * certs)
{
    for (int i = 0; i < sk_X509_num(certs); i++) {
        if ((X509_get_key_usage(sk_X509_value(certs, i)) & X509v3_KU_KEY_AGREEMENT) == 0 ||
            same_key_before(certs, i)) {
            return false;
        }
    }
    return sk_X509_num(certs) >= 2;
}

/* Takes the recipients over. */
static int
make_sealer(const char *kiosk_cert, const char *kiosk_key, STACK_OF(X509) * recipients,
    struct seal_sealer **ret_sealer)
{
    struct seal_sealer *sealer = xcalloc(1, sizeof(*sealer));
    sealer->recipients = recipients;
    int r = seal_load_pair(kiosk_cert, kiosk_key, &sealer->cert, &sealer->key);
    if (r == 0 && !may_receive(sealer->recipients)) {
        r = KERR_SEAL_KEY;
    }
    if (r < 0) {
        seal_sealer_free(sealer);
        return r;
    }
    *ret_sealer = sealer;
    return 0;
}

int
seal_sealer_new(const char *kiosk_cert, const char *kiosk_key, const char *recipients,
    struct seal_sealer **ret_sealer)
{
    STACK_OF(X509) *certs = NULL;
    int r = seal_load_certs(recipients, &certs);
    return r < 0 ? r : make_sealer(kiosk_cert, kiosk_key, certs, ret_sealer);
}

int
seal_sealer_new_from(const char *kiosk_cert, const char *kiosk_key, const struct seal_keyring *ring,
    int64_t now, struct seal_sealer **ret_sealer)
{
    struct seal_keyring_use use = seal_keyring_use(ring, now);
    STACK_OF(X509) *certs = X509_chain_up_ref(ring->always);
    X509 *key = sk_X509_value(ring->keys, (int)use.which);
    if (certs == NULL || X509_up_ref(key) != 1) {
        sk_X509_pop_free(certs, X509_free);
        return KERR_SEAL_KEY;
    }
    if (sk_X509_unshift(certs, key) <= 0) {
        X509_free(key);
        sk_X509_pop_free(certs, X509_free);
        return KERR_SEAL_KEY;
    }
    return make_sealer(kiosk_cert, kiosk_key, certs, ret_sealer);
}

void
seal_sealer_free(struct seal_sealer *sealer)
{
    if (sealer == NULL) {
        return;
    }
    X509_free(sealer->cert);
    EVP_PKEY_free(sealer->key);
    sk_X509_pop_free(sealer->recipients, X509_free);
    free(sealer);
}

static bool
add_recipient(CMS_ContentInfo *cms, X509 *cert)
{
    CMS_RecipientInfo *info = CMS_add1_recipient_cert(cms, cert, 0);
    EVP_PKEY_CTX *ctx = info != NULL ? CMS_RecipientInfo_get0_pkey_ctx(info) : NULL;
    /* the X9.63 KDF is the only one that OpenSSL takes here, but its default digest is SHA-1 */
    return ctx != NULL && EVP_PKEY_CTX_set_ecdh_kdf_md(ctx, EVP_sha256()) == 1;
}

/* Plaintext and padding go straight into the cipher: no copy of them is left in between. */
static bool
encrypt(CMS_ContentInfo *cms, const uint8_t *plain, size_t len)
{
    uint8_t spaces[SEAL_PAD_FIRST];
    memset(spaces, ' ', sizeof(spaces));
    size_t over = len > SEAL_PAD_FIRST ? len - SEAL_PAD_FIRST : 0;
    size_t pad = SEAL_PAD_FIRST + (over + SEAL_PAD - 1) / SEAL_PAD * SEAL_PAD - len;
    BIO *chain = CMS_dataInit(cms, NULL);
    if (chain == NULL) {
        return false;
    }
    bool ok = (len == 0 || BIO_write(chain, plain, (int)len) == (int)len) &&
              (pad == 0 || BIO_write(chain, spaces, (int)pad) == (int)pad) &&
              BIO_flush(chain) == 1 && CMS_dataFinal(cms, chain) == 1;
    BIO_free_all(chain);
    return ok;
}

int
seal_inner(const STACK_OF(X509) * recipients, const uint8_t *plain, size_t len, struct buf *ret_der)
{
    CMS_ContentInfo *cms = CMS_AuthEnvelopedData_create(EVP_aes_256_gcm());
    bool ok = cms != NULL && CMS_set_detached(cms, 0) == 1;
    for (int i = 0; ok && i < sk_X509_num(recipients); i++) {
        ok = add_recipient(cms, sk_X509_value(recipients, i));
    }
    ok = ok && encrypt(cms, plain, len) && seal_kdf_is_sha256(cms);
    unsigned char *der = NULL;
    int der_len = ok ? i2d_CMS_ContentInfo(cms, &der) : -1;
    int r = der_len > 0 ? buf_add(ret_der, der, (size_t)der_len) : KERR_SEAL_CRYPTO;
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    return r;
}

int
seal_envelope(const struct seal_sealer *sealer, const struct seal_header *header,
    const uint8_t *plain, size_t len, struct buf *ret_envelope)
{
    AUTO_BUF text;
    AUTO_BUF sealed;
    AUTO_BUF envelope;
    buf_init(&text, SEAL_TEXT_MAX);
    buf_init(&sealed, SEAL_ENVELOPE_MAX);
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    int r = len <= SEAL_ENVELOPE_MAX ? seal_header_write(header, &text) : KERR_TOO_BIG;
    if (r == 0 && !seal_common_name_is(sealer->cert, header->kiosk)) {
        r = KERR_SEAL_KEY; /* the receiver would refuse it */
    }
    if (r == 0) {
        r = seal_inner(sealer->recipients, plain, len, &sealed);
    }
    if (r == 0) {
        r = seal_sign(sealer->cert, sealer->key, &text, sealed.data, sealed.len, &envelope);
    }
    if (r == 0) {
        r = buf_add(ret_envelope, envelope.data, envelope.len);
    }
    ERR_clear_error();
    secret_wipe_stack();
    return r;
}

int
seal_point_make(
    const struct seal_sealer *sealer, const struct seal_point *point, struct buf *ret_bytes)
{
    AUTO_BUF text;
    buf_init(&text, SEAL_TEXT_MAX);
    int r = seal_point_write(point, &text);
    if (r == 0 && !seal_common_name_is(sealer->cert, point->kiosk)) {
        r = KERR_SEAL_KEY;
    }
    return r == 0 ? seal_sign(sealer->cert, sealer->key, NULL, text.data, text.len, ret_bytes) : r;
}
