/* seal/pem.c - certificates and keys from PEM files. Every key of the project is EC P-256; a file with
 * another kind is as useless as a missing one, and is refused here once. */
#include "seal_priv.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/err.h"
#include "base/fs.h"

enum { PASSPHRASE_FILE_MAX = 1024 };

/* Without this OpenSSL would ask on the terminal; nobody sits there, and a certificate needs none. */
static int
no_passphrase(char *out, int size, int writing, void *ctx)
{
    (void)out;
    (void)size;
    (void)writing;
    (void)ctx;
    return -1;
}

int
seal_credential(const char *name, struct buf *ret_word)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (folder == NULL || folder[0] != '/') {
        return KERR_NOT_FOUND;
    }
    char *path = fs_join(folder, name);
    int r = fs_read(path, ret_word);
    free(path);
    if (r == 0 && ret_word->len > 0 && ret_word->data[ret_word->len - 1] == '\n') {
        ret_word->data[--ret_word->len] = 0;
    }
    return r == 0 && ret_word->len == 0 ? KERR_NOT_FOUND : r;
}

/* For an encrypted key. */
static int
passphrase(char *out, int size, int writing, void *ctx)
{
    (void)ctx;
    AUTO_BUF word;
    buf_init(&word, PASSPHRASE_FILE_MAX);
    if (writing != 0 || seal_credential("key-passphrase", &word) < 0 || size < 0 ||
        word.len > (size_t)size) {
        return -1;
    }
    memcpy(out, word.data, word.len); /* OpenSSL wipes its copy */
    return (int)word.len;
}

bool
seal_is_p256(const EVP_PKEY *key)
{
    char group[32] = "";
    return key != NULL && EVP_PKEY_is_a(key, "EC") == 1 &&
           EVP_PKEY_get_utf8_string_param(
               key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group), NULL) == 1 &&
           strcmp(group, "prime256v1") == 0;
}

int
seal_read_certs(const uint8_t *text, size_t len, STACK_OF(X509) * *ret_certs)
{
    if (len == 0 || len > SEAL_PEM_MAX) {
        return KERR_SEAL_KEY;
    }
    STACK_OF(X509) *certs = sk_X509_new_null();
    BIO *bio = BIO_new_mem_buf(text, (int)len);
    bool ok = certs != NULL && bio != NULL;
    while (ok) {
        X509 *cert = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
        if (cert == NULL) {
            /* no further PEM block is the regular end; a block that is broken is an error */
            ok = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
            break;
        }
        if (!seal_is_p256(X509_get0_pubkey(cert)) || sk_X509_push(certs, cert) <= 0) {
            X509_free(cert);
            ok = false;
        }
    }
    ERR_clear_error();
    BIO_free(bio);
    if (!ok || sk_X509_num(certs) == 0) {
        sk_X509_pop_free(certs, X509_free);
        return KERR_SEAL_KEY;
    }
    *ret_certs = certs;
    return 0;
}

int
seal_load_certs(const char *path, STACK_OF(X509) * *ret_certs)
{
    AUTO_BUF file;
    buf_init(&file, SEAL_PEM_MAX);
    int r = fs_read(path, &file);
    return r < 0 ? KERR_SEAL_KEY : seal_read_certs(file.data, file.len, ret_certs);
}

int
seal_load_cert(const char *path, X509 **ret_cert)
{
    STACK_OF(X509) *certs = NULL;
    int r = seal_load_certs(path, &certs);
    if (r < 0) {
        return r;
    }
    *ret_cert = sk_X509_shift(certs);
    sk_X509_pop_free(certs, X509_free);
    return 0;
}

static EVP_PKEY *
load_pem_key(const char *path)
{
    AUTO_BUF file;
    buf_init(&file, SEAL_PEM_MAX);
    if (fs_read(path, &file) < 0 || file.len == 0) {
        return NULL;
    }
    BIO *bio = BIO_new_mem_buf(file.data, (int)file.len);
    EVP_PKEY *key = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, passphrase, NULL) : NULL;
    BIO_free(bio);
    ERR_clear_error();
    return key;
}

int
seal_load_key(const char *path, EVP_PKEY **ret_key)
{
    EVP_PKEY *key = seal_is_in_token(path) ? seal_token_key_load(path) : load_pem_key(path);
    if (!seal_is_p256(key)) {
        EVP_PKEY_free(key);
        return KERR_SEAL_KEY;
    }
    *ret_key = key;
    return 0;
}

static int
load_pair(const char *cert_path, const char *key_path, X509 **ret_cert, EVP_PKEY **ret_key)
{
    X509 *cert = NULL;
    EVP_PKEY *key = NULL;
    int r = seal_load_cert(cert_path, &cert);
    if (r == 0) {
        r = seal_load_key(key_path, &key);
    }
    if (r == 0 && X509_check_private_key(cert, key) != 1) {
        ERR_clear_error();
        r = KERR_SEAL_KEY;
    }
    if (r < 0) {
        X509_free(cert);
        EVP_PKEY_free(key);
        return r;
    }
    *ret_cert = cert;
    *ret_key = key;
    return 0;
}

int
seal_load_pair(const char *cert_path, const char *key_path, X509 **ret_cert, EVP_PKEY **ret_key)
{
    /* between reading one and the other a new set may have come (own.c) */
    int r = load_pair(cert_path, key_path, ret_cert, ret_key);
    bool again = r < 0 && !seal_is_in_token(key_path); /* a token counts wrong PINs */
    return again ? load_pair(cert_path, key_path, ret_cert, ret_key) : r;
}

int
seal_load_trust(const char *ca_path, X509_STORE **ret_store)
{
    STACK_OF(X509) *certs = NULL;
    int r = seal_load_certs(ca_path, &certs);
    if (r < 0) {
        return r;
    }
    X509_STORE *store = X509_STORE_new();
    bool ok = store != NULL && seal_known_begin(store);
    for (int i = 0; ok && i < sk_X509_num(certs); i++) {
        X509 *ca = sk_X509_value(certs, i);
        ok = X509_check_ca(ca) == 1 && X509_STORE_add_cert(store, ca) == 1;
    }
    sk_X509_pop_free(certs, X509_free);
    ERR_clear_error();
    if (!ok) {
        X509_STORE_free(store);
        return KERR_SEAL_KEY;
    }
    *ret_store = store;
    return 0;
}
