/* seal/make.c - new keys and their certificates, and how they lie on disk. */
#include "seal_priv.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "base/rng.h"

enum { CA_DAYS = 20 * 365, LEAF_DAYS = 10 * 365, SERIAL_LEN = 16 };
enum { PUBLIC_MODE = 0644, PRIVATE_MODE = 0600 };

/* What a key is for decides its usage bits (RFC 5280 section 4.2.1.3). */
static const struct plan {
    const char *file; /* file.crt, file.key */
    const char *usage;
    const char *extended; /* NULL: none */
    enum seal_kind issuer;
} plans[SEAL_KIND_COUNT] = {
    [SEAL_CITY_CA] = {"city-ca", "critical,keyCertSign,cRLSign", NULL, SEAL_CITY_CA},
    [SEAL_CITY] = {"city", "critical,keyAgreement", NULL, SEAL_CITY_CA},
    [SEAL_RECOVERY] = {"recovery", "critical,keyAgreement", NULL, SEAL_CITY_CA},
    [SEAL_RECEIPT] = {"receipt", "critical,digitalSignature", NULL, SEAL_CITY_CA},
    [SEAL_KEYRING] = {"keyring", "critical,digitalSignature", NULL, SEAL_CITY_CA},
    [SEAL_CONTENT] = {"content", "critical,digitalSignature", NULL, SEAL_CITY_CA},
    [SEAL_LIVE] = {"live", "critical,digitalSignature", NULL, SEAL_CITY_CA},
    [SEAL_INTAKE_TLS] = {"intake-tls", "critical,digitalSignature", "serverAuth", SEAL_CITY_CA},
    [SEAL_KIOSK_CA] = {"kiosk-ca", "critical,keyCertSign,cRLSign", NULL, SEAL_KIOSK_CA},
    [SEAL_KIOSK] = {"kiosk", "critical,digitalSignature", NULL, SEAL_KIOSK_CA},
    [SEAL_KIOSK_TLS] = {"kiosk-tls", "critical,digitalSignature", "clientAuth", SEAL_KIOSK_CA},
};

const char *
seal_kind_file(enum seal_kind kind)
{
    return plans[kind].file;
}

enum seal_kind
seal_kind_issuer(enum seal_kind kind)
{
    return plans[kind].issuer;
}

int
seal_kind_days(enum seal_kind kind)
{
    return plans[kind].issuer == kind ? CA_DAYS : LEAF_DAYS;
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
add_extensions(X509 *cert, X509 *issuer, enum seal_kind kind, const char *name)
{
    const struct plan *plan = &plans[kind];
    bool is_ca = plan->issuer == kind;
    bool ok = add_extension(cert, issuer, NID_basic_constraints,
                  is_ca ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE") &&
              add_extension(cert, issuer, NID_key_usage, plan->usage) &&
              add_extension(cert, issuer, NID_subject_key_identifier, "hash") &&
              add_extension(cert, issuer, NID_authority_key_identifier, "keyid:always");
    if (ok && plan->extended != NULL) {
        ok = add_extension(cert, issuer, NID_ext_key_usage, plan->extended);
    }
    if (ok && kind == SEAL_INTAKE_TLS) {
        struct in6_addr address;
        bool numeric =
            inet_pton(AF_INET, name, &address) == 1 || inet_pton(AF_INET6, name, &address) == 1;
        char value[SEAL_NAME_MAX + 8];
        (void)snprintf(value, sizeof(value), "%s:%s", numeric ? "IP" : "DNS", name);
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

static bool
set_times(X509 *cert, int64_t from, int days)
{
    time_t moment = (time_t)from;
    return X509_time_adj_ex(X509_getm_notBefore(cert), 0, 0, &moment) != NULL &&
           X509_time_adj_ex(X509_getm_notAfter(cert), days, 0, &moment) != NULL;
}

bool
seal_subject_set(X509_NAME *subject, const char *name)
{
    return X509_NAME_add_entry_by_txt(
               subject, "O", MBSTRING_ASC, (const unsigned char *)"Madoguchi", -1, -1, 0) == 1 &&
           X509_NAME_add_entry_by_txt(
               subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0) == 1;
}

/* issuer->cert may be cert itself, and then gets its subject first. */
static int
fill_cert(
    X509 *cert, const struct seal_pair *issuer, const struct seal_wanted *wanted, EVP_PKEY *key)
{
    bool ok = X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) &&
              set_times(cert, wanted->from, wanted->days) &&
              seal_subject_set(X509_get_subject_name(cert), wanted->name) &&
              X509_set_issuer_name(cert, X509_get_subject_name(issuer->cert)) == 1 &&
              X509_set_pubkey(cert, key) == 1 &&
              add_extensions(cert, issuer->cert, wanted->kind, wanted->name) &&
              X509_sign(cert, issuer->key, EVP_sha256()) > 0;
    ERR_clear_error();
    return ok ? 0 : KERR_SEAL_CRYPTO;
}

int
seal_cert_make(const struct seal_pair *issuer, const struct seal_wanted *wanted, EVP_PKEY *key,
    X509 **ret_cert)
{
    *ret_cert = X509_new();
    return *ret_cert != NULL ? fill_cert(*ret_cert, issuer, wanted, key) : KERR_SEAL_CRYPTO;
}

int
seal_pair_make(const struct seal_pair *issuer, enum seal_kind kind, const char *name, int64_t from,
    int days, struct seal_pair *ret_pair)
{
    const struct seal_wanted wanted = {.kind = kind, .name = name, .from = from, .days = days};
    *ret_pair = (struct seal_pair){.key = EVP_EC_gen("P-256"), .cert = X509_new()};
    if (ret_pair->key == NULL || ret_pair->cert == NULL) {
        return KERR_SEAL_CRYPTO;
    }
    return fill_cert(ret_pair->cert, issuer != NULL ? issuer : ret_pair, &wanted, ret_pair->key);
}

bool
seal_serial(const X509 *cert, uint8_t ret_serial[SEAL_SERIAL_MAX], size_t *ret_len)
{
    const ASN1_INTEGER *number = X509_get0_serialNumber(cert);
    int len = number != NULL ? ASN1_STRING_length(number) : 0;
    if (len <= 0 || len > SEAL_SERIAL_MAX || ASN1_STRING_type(number) != V_ASN1_INTEGER) {
        return false;
    }
    memcpy(ret_serial, ASN1_STRING_get0_data(number), (size_t)len);
    *ret_len = (size_t)len;
    return true;
}

bool
seal_serial_text(const X509 *cert, char *out, size_t size)
{
    uint8_t serial[SEAL_SERIAL_MAX];
    size_t len = 0;
    if (!seal_serial(cert, serial, &len) || size < 2 * len + 1) {
        return false;
    }
    hex_encode(serial, len, out);
    return true;
}

void
seal_pair_release(struct seal_pair *pair)
{
    X509_free(pair->cert);
    EVP_PKEY_free(pair->key);
    *pair = (struct seal_pair){0};
}

int
seal_bio_write(const char *path, BIO *bio, mode_t mode)
{
    char *data = NULL;
    long len = BIO_get_mem_data(bio, &data);
    int r = len > 0 ? fs_write_atomic(path, data, (size_t)len, mode) : KERR_SEAL_CRYPTO;
    if (len > 0) {
        OPENSSL_cleanse(data, (size_t)len);
    }
    return r;
}

static int
write_part(const char *folder, const char *name, const char *ending, BIO *bio, mode_t mode)
{
    char file[SEAL_NAME_MAX + 8];
    (void)snprintf(file, sizeof(file), "%s%s", name, ending);
    char *path = fs_join(folder, file);
    int r = seal_bio_write(path, bio, mode);
    free(path);
    return r;
}

int
seal_pair_write(const char *folder, const char *name, const struct seal_pair *pair)
{
    BIO *cert = BIO_new(BIO_s_mem());
    BIO *key = BIO_new(BIO_s_mem());
    int r = KERR_SEAL_CRYPTO;
    if (cert != NULL && key != NULL && PEM_write_bio_X509(cert, pair->cert) == 1 &&
        PEM_write_bio_PKCS8PrivateKey(key, pair->key, NULL, NULL, 0, NULL, NULL) == 1) {
        r = write_part(folder, name, ".key", key, PRIVATE_MODE);
        if (r == 0) {
            r = write_part(folder, name, ".crt", cert, PUBLIC_MODE);
        }
    }
    BIO_free(cert);
    BIO_free(key);
    ERR_clear_error();
    return r;
}
