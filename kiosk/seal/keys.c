/* seal/keys.c - makes a whole set of keys for one machine. Everything is built in a folder beside the
 * wanted one and renamed into place at the end: a set is there as a whole or not at all. */
#include "seal_priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/rng.h"

enum { CITY_CA, CITY, RECOVERY, RECEIPT, INTAKE_TLS, KIOSK_CA, KIOSK, KIOSK_TLS, PLAN_COUNT };
enum { CA_DAYS = 20 * 365, LEAF_DAYS = 10 * 365, SECONDS_A_DAY = 86400, SERIAL_LEN = 16 };
enum { PUBLIC_MODE = 0644, PRIVATE_MODE = 0600 };

/* What a key is for decides its usage bits (RFC 5280 section 4.2.1.3); a key has one purpose. */
static const struct plan {
    const char *file; /* file.crt, file.key */
    const char *usage;
    const char *extended; /* NULL: none */
    int issuer;
} plans[PLAN_COUNT] = {
    [CITY_CA] = {"city-ca", "critical,keyCertSign,cRLSign", NULL, CITY_CA},
    [CITY] = {"city", "critical,keyAgreement", NULL, CITY_CA},
    [RECOVERY] = {"recovery", "critical,keyAgreement", NULL, CITY_CA},
    [RECEIPT] = {"receipt", "critical,digitalSignature", NULL, CITY_CA},
    [INTAKE_TLS] = {"intake-tls", "critical,digitalSignature", "serverAuth", CITY_CA},
    [KIOSK_CA] = {"kiosk-ca", "critical,keyCertSign,cRLSign", NULL, KIOSK_CA},
    [KIOSK] = {"kiosk", "critical,digitalSignature", NULL, KIOSK_CA},
    [KIOSK_TLS] = {"kiosk-tls", "critical,digitalSignature", "clientAuth", KIOSK_CA},
};

struct made {
    EVP_PKEY *key;
    X509 *cert;
};

static const char *
common_name(int which, const char *kiosk, const char *host)
{
    switch (which) {
    case INTAKE_TLS:
        return host;
    case KIOSK:
    case KIOSK_TLS:
        return kiosk;
    default:
        return plans[which].file;
    }
}

/* A host name or a numeric address; nothing that the extension's own syntax could read otherwise. */
static bool
host_ok(const char *host)
{
    size_t len = strnlen(host, SEAL_NAME_MAX);
    return len > 0 && len < SEAL_NAME_MAX &&
           strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:") == len;
}

static bool
add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool ok = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

static bool
add_extensions(X509 *cert, X509 *issuer, int which, const char *host)
{
    const struct plan *plan = &plans[which];
    bool is_ca = plan->issuer == which;
    bool ok = add_extension(cert, issuer, NID_basic_constraints,
                  is_ca ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE") &&
              add_extension(cert, issuer, NID_key_usage, plan->usage) &&
              add_extension(cert, issuer, NID_subject_key_identifier, "hash") &&
              add_extension(cert, issuer, NID_authority_key_identifier, "keyid:always");
    if (ok && plan->extended != NULL) {
        ok = add_extension(cert, issuer, NID_ext_key_usage, plan->extended);
    }
    if (ok && which == INTAKE_TLS) {
        struct in6_addr address;
        bool numeric =
            inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
        char value[SEAL_NAME_MAX + 8];
        (void)snprintf(value, sizeof(value), "%s:%s", numeric ? "IP" : "DNS", host);
        ok = add_extension(cert, issuer, NID_subject_alt_name, value);
    }
    return ok;
}

static bool
set_serial(X509 *cert)
{
    uint8_t bytes[SERIAL_LEN];
    rng_fill(bytes, sizeof(bytes));
    bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40); /* positive, and always of one length */
    BIGNUM *number = BN_bin2bn(bytes, sizeof(bytes), NULL);
    bool ok = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL;
    BN_free(number);
    return ok;
}

/* One day back, for clocks that differ a little. */
static bool
set_times(X509 *cert, int days)
{
    time_t now = (time_t)clock_wall_s(clock_system());
    return X509_time_adj_ex(X509_getm_notBefore(cert), -1, 0, &now) != NULL &&
           X509_time_adj_ex(X509_getm_notAfter(cert), days, 0, &now) != NULL;
}

static bool
make_cert(struct made *all, int which, const char *kiosk, const char *host)
{
    struct made *mine = &all[which];
    mine->key = EVP_EC_gen("P-256");
    mine->cert = X509_new();
    if (mine->key == NULL || mine->cert == NULL) {
        return false;
    }
    const struct made *issuer = &all[plans[which].issuer];
    X509_NAME *subject = X509_get_subject_name(mine->cert);
    const char *cn = common_name(which, kiosk, host);
    return X509_set_version(mine->cert, X509_VERSION_3) == 1 && set_serial(mine->cert) &&
           set_times(mine->cert, plans[which].issuer == which ? CA_DAYS : LEAF_DAYS) &&
           X509_NAME_add_entry_by_txt(
               subject, "O", MBSTRING_ASC, (const unsigned char *)"Madoguchi", -1, -1, 0) == 1 &&
           X509_NAME_add_entry_by_txt(
               subject, "CN", MBSTRING_ASC, (const unsigned char *)cn, -1, -1, 0) == 1 &&
           X509_set_issuer_name(mine->cert, X509_get_subject_name(issuer->cert)) == 1 &&
           X509_set_pubkey(mine->cert, mine->key) == 1 &&
           add_extensions(mine->cert, issuer->cert, which, host) &&
           X509_sign(mine->cert, issuer->key, EVP_sha256()) > 0;
}

/* Writes what a memory BIO holds and wipes it there. */
static int
write_bio(const char *folder, const char *name, const char *ending, BIO *bio, mode_t mode)
{
    char *data = NULL;
    long len = BIO_get_mem_data(bio, &data);
    char file[64];
    (void)snprintf(file, sizeof(file), "%s%s", name, ending);
    char *path = fs_join(folder, file);
    int r = len > 0 ? fs_write_atomic(path, data, (size_t)len, mode) : KERR_SEAL_CRYPTO;
    if (len > 0) {
        OPENSSL_cleanse(data, (size_t)len);
    }
    free(path);
    return r;
}

static int
write_made(const char *folder, const char *name, const struct made *made)
{
    BIO *cert = BIO_new(BIO_s_mem());
    BIO *key = BIO_new(BIO_s_mem());
    int r = KERR_SEAL_CRYPTO;
    if (cert != NULL && key != NULL && PEM_write_bio_X509(cert, made->cert) == 1 &&
        PEM_write_bio_PKCS8PrivateKey(key, made->key, NULL, NULL, 0, NULL, NULL) == 1) {
        r = write_bio(folder, name, ".crt", cert, PUBLIC_MODE);
        if (r == 0) {
            r = write_bio(folder, name, ".key", key, PRIVATE_MODE);
        }
    }
    BIO_free(cert);
    BIO_free(key);
    return r;
}

static int
write_recipients(const char *folder, const struct made *all)
{
    BIO *bio = BIO_new(BIO_s_mem());
    int r = KERR_SEAL_CRYPTO;
    if (bio != NULL && PEM_write_bio_X509(bio, all[CITY].cert) == 1 &&
        PEM_write_bio_X509(bio, all[RECOVERY].cert) == 1) {
        r = write_bio(folder, "recipients", ".pem", bio, PUBLIC_MODE);
    }
    BIO_free(bio);
    return r;
}

static int
make_all(const char *folder, const char *kiosk, const char *host)
{
    struct made all[PLAN_COUNT] = {0};
    int r = 0;
    for (int i = 0; r == 0 && i < PLAN_COUNT; i++) {
        r = make_cert(all, i, kiosk, host) ? write_made(folder, plans[i].file, &all[i])
                                           : KERR_SEAL_CRYPTO;
    }
    if (r == 0) {
        r = write_recipients(folder, all);
    }
    for (int i = 0; i < PLAN_COUNT; i++) {
        X509_free(all[i].cert);
        EVP_PKEY_free(all[i].key);
    }
    ERR_clear_error();
    return r;
}

static int
remove_entry(const char *name, void *ctx)
{
    char *path = fs_join(ctx, name);
    (void)unlink(path); /* rmdir finds out when something stays */
    free(path);
    return 0;
}

/* Removes what an interrupted run left of its own part folder. */
static int
remove_part(char *part)
{
    if (!fs_exists(part)) {
        return 0;
    }
    int r = fs_each(part, NULL, remove_entry, part);
    return r == 0 && rmdir(part) == 0 ? 0 : KERR_IO;
}

static int
sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = fd >= 0 && fsync(fd) == 0 ? 0 : KERR_IO;
    if (fd >= 0) {
        (void)close(fd);
    }
    return r;
}

/* Renames the finished folder into place; an empty one there is replaced, any other is kept. */
static int
put_in_place(const char *part, const char *folder)
{
    if (rename(part, folder) != 0) {
        return errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR ? KERR_EXISTS : KERR_IO;
    }
    char *parent = fs_join(folder, "..");
    int r = sync_folder(parent);
    free(parent);
    return r;
}

static int
folder_has_entry(const char *name, void *ctx)
{
    (void)name;
    (void)ctx;
    return KERR_EXISTS;
}

int
seal_keys_make(const char *folder, const char *kiosk, const char *host)
{
    if (!seal_name_ok(kiosk) || !host_ok(host)) {
        return KERR_INVALID;
    }
    int r = fs_each(folder, NULL, folder_has_entry, NULL);
    if (r == KERR_EXISTS) {
        return r;
    }
    size_t len = strlen(folder) + sizeof(".part");
    char *part = xcalloc(len, 1);
    (void)snprintf(part, len, "%s.part", folder);
    r = remove_part(part);
    if (r == 0) {
        r = fs_make_dirs(part);
    }
    if (r == 0) {
        r = make_all(part, kiosk, host);
    }
    if (r == 0) {
        r = put_in_place(part, folder);
    }
    if (r < 0) {
        (void)remove_part(part); /* the first error is the one to tell */
    }
    free(part);
    return r;
}
