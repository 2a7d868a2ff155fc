/* seal/revoke.c - at the city: the next list of revoked certificates, from the one before. What is known of a terminal's
 * certificates are those on file (grant.c) and those that are named. */
#include "seal_priv.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "base/fs.h"

enum { LIST_MODE = 0644, LIST_DAYS = 20 * 365 };

struct work {
    const struct seal_revoking *revoking;
    char *folder; /* of the terminal's certificates on file */
    STACK_OF(X509) * certs; /* of the terminal */
};

/* Takes a file's certificate when it is of the terminal. */
static int
add_cert(struct work *work, const char *path)
{
    X509 *cert = NULL;
    int r = seal_load_cert(path, &cert);
    if (r == 0 && seal_common_name_is(cert, work->revoking->kiosk)) {
        r = sk_X509_push(work->certs, cert) > 0 ? 0 : KERR_NO_MEMORY;
        cert = r == 0 ? NULL : cert;
    }
    X509_free(cert);
    return r;
}

static int
add_file(const char *name, void *ctx)
{
    struct work *work = ctx;
    char *path = fs_join(work->folder, name);
    int r = add_cert(work, path);
    free(path);
    return r;
}

/* KERR_NOT_FOUND when nothing is known of the terminal. */
static int
gather(const struct seal_office *office, struct work *work)
{
    char *issued = fs_join(office->folder, "issued");
    work->folder = fs_join(issued, work->revoking->kiosk);
    free(issued);
    int r = fs_each(work->folder, ".crt", add_file, work);
    r = r == KERR_NOT_FOUND ? 0 : r;
    for (size_t i = 0; r == 0 && i < work->revoking->cert_count; i++) {
        if (fs_exists(work->revoking->certs[i])) {
            r = add_cert(work, work->revoking->certs[i]);
        }
    }
    return r == 0 && sk_X509_num(work->certs) == 0 ? KERR_NOT_FOUND : r;
}

static bool
is_of(const struct work *work, const ASN1_INTEGER *serial)
{
    bool found = false;
    for (int i = 0; !found && i < sk_X509_num(work->certs); i++) {
        found =
            ASN1_INTEGER_cmp(X509_get0_serialNumber(sk_X509_value(work->certs, i)), serial) == 0;
    }
    return found;
}

/* What the list before has, but for this terminal's. */
static int
copy_others(const struct work *work, X509_CRL *before, X509_CRL *list)
{
    STACK_OF(X509_REVOKED) *entries = before != NULL ? X509_CRL_get_REVOKED(before) : NULL;
    for (int i = 0; entries != NULL && i < sk_X509_REVOKED_num(entries); i++) {
        X509_REVOKED *entry = sk_X509_REVOKED_value(entries, i);
        if (is_of(work, X509_REVOKED_get0_serialNumber(entry))) {
            continue;
        }
        X509_REVOKED *copy = X509_REVOKED_dup(entry);
        if (copy == NULL || X509_CRL_add0_revoked(list, copy) != 1) {
            X509_REVOKED_free(copy);
            return KERR_SEAL_CRYPTO;
        }
    }
    return 0;
}

static int
add_all(const struct work *work, const ASN1_TIME *now, X509_CRL *list)
{
    for (int i = 0; i < sk_X509_num(work->certs); i++) {
        X509_REVOKED *entry = X509_REVOKED_new();
        /* neither call writes; their older declarations have no const */
        ASN1_INTEGER *serial = X509_get_serialNumber(sk_X509_value(work->certs, i));
        if (entry == NULL || X509_REVOKED_set_serialNumber(entry, serial) != 1 ||
            X509_REVOKED_set_revocationDate(entry, (ASN1_TIME *)(uintptr_t)now) != 1 ||
            X509_CRL_add0_revoked(list, entry) != 1) {
            X509_REVOKED_free(entry);
            return KERR_SEAL_CRYPTO;
        }
    }
    return 0;
}

static bool
set_head(X509_CRL *list, X509 *ca, uint64_t number, const ASN1_TIME *now, const ASN1_TIME *next)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, ca, NULL, NULL, list, 0);
    X509_EXTENSION *key =
        X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid:always");
    ASN1_INTEGER *count = ASN1_INTEGER_new();
    bool ok = key != NULL && count != NULL && X509_CRL_set_version(list, X509_CRL_VERSION_2) == 1 &&
              X509_CRL_set_issuer_name(list, X509_get_subject_name(ca)) == 1 &&
              X509_CRL_set1_lastUpdate(list, now) == 1 &&
              X509_CRL_set1_nextUpdate(list, next) == 1 && X509_CRL_add_ext(list, key, -1) == 1 &&
              ASN1_INTEGER_set_uint64(count, number) == 1 &&
              X509_CRL_add1_ext_i2d(list, NID_crl_number, count, 0, 0) == 1;
    ASN1_INTEGER_free(count);
    X509_EXTENSION_free(key);
    return ok;
}

static int
build(const struct seal_office *office, const struct work *work, const struct seal_pair *ca,
    X509_CRL *before, uint64_t number, X509_CRL *list)
{
    ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)office->now);
    ASN1_TIME *next = ASN1_TIME_adj(NULL, (time_t)office->now, LIST_DAYS, 0);
    int r = now != NULL && next != NULL && set_head(list, ca->cert, number, now, next)
                ? 0
                : KERR_SEAL_CRYPTO;
    r = r == 0 ? copy_others(work, before, list) : r;
    r = r == 0 && !work->revoking->is_lifted ? add_all(work, now, list) : r;
    if (r == 0 && (X509_CRL_sort(list) != 1 || X509_CRL_sign(list, ca->key, EVP_sha256()) <= 0)) {
        r = KERR_SEAL_CRYPTO;
    }
    ASN1_TIME_free(now);
    ASN1_TIME_free(next);
    return r;
}

/* The list so far; NULL with number 0 for none. One that can't be used is an error: somebody must look. */
static int
load_before(X509_STORE *trust, const char *path, X509_CRL **ret_list, uint64_t *ret_number)
{
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_REVOKED_MAX);
    *ret_list = NULL;
    *ret_number = 0;
    int r = fs_read(path, &bytes);
    r = r == 0 ? seal_crl_read(trust, &bytes, ret_list, ret_number) : r;
    return r == KERR_NOT_FOUND ? 0 : r;
}

static int
write_list(const char *path, X509_CRL *list)
{
    BIO *bio = BIO_new(BIO_s_mem());
    int r = bio != NULL && PEM_write_bio_X509_CRL(bio, list) == 1
                ? seal_bio_write(path, bio, LIST_MODE)
                : KERR_SEAL_CRYPTO;
    BIO_free(bio);
    return r;
}

static int
revoke(const struct seal_office *office, struct work *work)
{
    struct seal_pair ca = {0};
    X509_STORE *trust = NULL;
    X509_CRL *before = NULL;
    X509_CRL *list = X509_CRL_new();
    uint64_t number = 0;
    int r = seal_load_pair(office->ca_cert, office->ca_key, &ca.cert, &ca.key);
    r = r == 0 ? seal_load_trust(office->ca_cert, &trust) : r;
    r = r == 0 ? load_before(trust, work->revoking->path, &before, &number) : r;
    r = r == 0 && (list == NULL || number == UINT64_MAX) ? KERR_SEAL_CRYPTO : r;
    r = r == 0 ? build(office, work, &ca, before, number + 1, list) : r;
    r = r == 0 ? write_list(work->revoking->path, list) : r;
    X509_CRL_free(list);
    X509_CRL_free(before);
    X509_STORE_free(trust);
    seal_pair_release(&ca);
    return r;
}

int
seal_revoke(const struct seal_office *office, const struct seal_revoking *revoking)
{
    struct work work = {.revoking = revoking, .certs = sk_X509_new_null()};
    int r = !seal_name_ok(revoking->kiosk) ? KERR_INVALID
            : work.certs == NULL           ? KERR_NO_MEMORY
                                           : gather(office, &work);
    r = r == 0 ? revoke(office, &work) : r;
    sk_X509_pop_free(work.certs, X509_free);
    free(work.folder);
    ERR_clear_error();
    return r;
}
