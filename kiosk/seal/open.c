/* seal/open.c - the desk's side: the private keys and the only call that opens sealed content. Nothing
 * else of this room refers to this file, so a program that does not open does not contain it
 * (tests/seal/test_no_opener.sh looks into the binaries). */
#include "seal_priv.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/secret.h"

enum { KEYS_MAX = 64 }; /* one a year outlasts the building */

struct seal_opener {
    struct {
        X509 *cert;
        EVP_PKEY *key;
    } pairs[KEYS_MAX];
    size_t count;
};

int
seal_opener_add(struct seal_opener *opener, const char *cert, const char *key)
{
    if (opener->count == KEYS_MAX) {
        return KERR_TOO_BIG;
    }
    int r = seal_load_pair(
        cert, key, &opener->pairs[opener->count].cert, &opener->pairs[opener->count].key);
    if (r == 0) {
        opener->count++;
    }
    return r;
}

int
seal_opener_new(const char *city_cert, const char *city_key, struct seal_opener **ret_opener)
{
    struct seal_opener *opener = xcalloc(1, sizeof(*opener));
    int r = seal_opener_add(opener, city_cert, city_key);
    if (r < 0) {
        seal_opener_free(opener);
        return r;
    }
    *ret_opener = opener;
    return 0;
}

void
seal_opener_free(struct seal_opener *opener)
{
    if (opener == NULL) {
        return;
    }
    for (size_t i = 0; i < opener->count; i++) {
        X509_free(opener->pairs[i].cert);
        EVP_PKEY_free(opener->pairs[i].key);
    }
    free(opener);
}

struct folder {
    struct seal_opener *opener;
    const char *path;
};

/* One NAME.crt of a folder, with its NAME.key. */
static int
add_from_folder(const char *name, void *ctx)
{
    const struct folder *folder = ctx;
    char *cert = fs_join(folder->path, name);
    char *key = fs_join(folder->path, name);
    memcpy(key + strlen(key) - strlen(".crt"), ".key", sizeof(".key"));
    /* a certificate alone opens nothing and harms nothing: its key may be in another place */
    int r = fs_exists(key) ? seal_opener_add(folder->opener, cert, key) : 0;
    free(key);
    free(cert);
    return r;
}

int
seal_opener_add_folder(struct seal_opener *opener, const char *path)
{
    struct folder folder = {opener, path};
    int r = fs_each(path, ".crt", add_from_folder, &folder);
    return r == KERR_NOT_FOUND ? 0 : r;
}

X509 *
seal_opener_cert(const struct seal_opener *opener, int64_t now)
{
    X509 *newest = NULL;
    time_t moment = (time_t)now;
    for (size_t i = 0; i < opener->count; i++) {
        X509 *cert = opener->pairs[i].cert;
        bool begun = X509_cmp_time(X509_get0_notBefore(cert), &moment) < 0;
        if (begun && (newest == NULL || ASN1_TIME_compare(X509_get0_notBefore(cert),
                                            X509_get0_notBefore(newest)) > 0)) {
            newest = cert;
        }
    }
    return newest != NULL ? newest : opener->pairs[0].cert;
}

/* Finds the key that one of the message's parts is for. */
static bool
find_key(const struct seal_opener *opener, CMS_ContentInfo *cms)
{
    for (size_t i = 0; i < opener->count; i++) {
        if (CMS_decrypt_set1_pkey(cms, opener->pairs[i].key, opener->pairs[i].cert) == 1) {
            return true;
        }
    }
    return false;
}

/* Reads the decrypted content into plain; the caller must not look at it before this returns 0,
 * because the tag is checked at the end. */
static int
decrypt(CMS_ContentInfo *cms, struct buf *plain)
{
    BIO *chain = CMS_dataInit(cms, NULL);
    if (chain == NULL) {
        return KERR_SEAL_OPEN;
    }
    uint8_t chunk[4096];
    int r = 0;
    int got;
    while (r == 0 && (got = BIO_read(chain, chunk, sizeof(chunk))) > 0) {
        r = buf_add(plain, chunk, (size_t)got);
    }
    explicit_bzero(chunk, sizeof(chunk));
    if (r == 0 &&
        (BIO_method_type(chain) != BIO_TYPE_CIPHER || BIO_get_cipher_status(chain) != 1)) {
        r = KERR_SEAL_OPEN;
    }
    BIO_free_all(chain);
    return r;
}

int
seal_open(
    const struct seal_opener *opener, const uint8_t *sealed, size_t len, struct buf *ret_plain)
{
    CMS_ContentInfo *cms = seal_parse_exact(sealed, len);
    AUTO_BUF plain;
    buf_init(&plain, SEAL_ENVELOPE_MAX);
    int r = 0;
    if (cms == NULL || OBJ_obj2nid(CMS_get0_type(cms)) != NID_id_smime_ct_authEnvelopedData ||
        !seal_kdf_is_sha256(cms) || CMS_is_detached(cms) != 0) {
        r = KERR_SEAL_FORM;
    } else if (!find_key(opener, cms)) {
        r = KERR_SEAL_OPEN;
    } else {
        r = decrypt(cms, &plain);
    }
    if (r == 0) {
        r = buf_add(ret_plain, plain.data, plain.len);
    }
    CMS_ContentInfo_free(cms);
    ERR_clear_error();
    secret_wipe_stack();
    return r;
}
