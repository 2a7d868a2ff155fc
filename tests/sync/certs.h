/* Certificates that seal_keys_make does not make: of another name, another purpose, out of date. */
#ifndef TESTS_SYNC_CERTS_H
#define TESTS_SYNC_CERTS_H

#include <stdio.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/attr.h"

struct cert_wish {
    const char *ca_cert, *ca_key; /* files of the issuer */
    const char *name; /* common name */
    const char *alt; /* "IP:127.0.0.1", or NULL */
    const char *purpose; /* "serverAuth", "clientAuth", or NULL */
    const char *usage; /* "critical,digitalSignature", or NULL */
    int from_day, to_day; /* relative to today */
    const char *cert, *key; /* files to write */
};

static int
cert_extend(X509 *cert, X509 *ca, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, ca, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    int ok = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

/* 1 when both files were written. */
ATTR_UNUSED static int
cert_make(const struct cert_wish *wish)
{
    FILE *ca_cert_file = fopen(wish->ca_cert, "r"), *ca_key_file = fopen(wish->ca_key, "r");
    FILE *cert_file = fopen(wish->cert, "w"), *key_file = fopen(wish->key, "w");
    int ok = 0;
    if (ca_cert_file != NULL && ca_key_file != NULL && cert_file != NULL && key_file != NULL) {
        X509 *ca = PEM_read_X509(ca_cert_file, NULL, NULL, NULL);
        EVP_PKEY *ca_key = PEM_read_PrivateKey(ca_key_file, NULL, NULL, NULL);
        EVP_PKEY *key = EVP_EC_gen("P-256");
        X509 *cert = X509_new();
        X509_NAME *name = X509_get_subject_name(cert);
        ok = ca != NULL && ca_key != NULL && key != NULL &&
             X509_set_version(cert, X509_VERSION_3) == 1 &&
             ASN1_INTEGER_set(X509_get_serialNumber(cert), 4711 + wish->to_day * wish->to_day) &&
             X509_time_adj_ex(X509_getm_notBefore(cert), wish->from_day, 0, NULL) != NULL &&
             X509_time_adj_ex(X509_getm_notAfter(cert), wish->to_day, 0, NULL) != NULL &&
             X509_NAME_add_entry_by_txt(
                 name, "CN", MBSTRING_ASC, (const unsigned char *)wish->name, -1, -1, 0) == 1 &&
             X509_set_issuer_name(cert, X509_get_subject_name(ca)) == 1 &&
             X509_set_pubkey(cert, key) == 1 &&
             (wish->alt == NULL || cert_extend(cert, ca, NID_subject_alt_name, wish->alt)) &&
             (wish->purpose == NULL || cert_extend(cert, ca, NID_ext_key_usage, wish->purpose)) &&
             (wish->usage == NULL || cert_extend(cert, ca, NID_key_usage, wish->usage)) &&
             cert_extend(cert, ca, NID_subject_key_identifier, "hash") &&
             cert_extend(cert, ca, NID_authority_key_identifier, "keyid:always") &&
             cert_extend(cert, ca, NID_basic_constraints, "critical,CA:FALSE") &&
             X509_sign(cert, ca_key, EVP_sha256()) > 0 && PEM_write_X509(cert_file, cert) == 1 &&
             PEM_write_PrivateKey(key_file, key, NULL, NULL, 0, NULL, NULL) == 1;
        X509_free(cert);
        EVP_PKEY_free(key);
        EVP_PKEY_free(ca_key);
        X509_free(ca);
    }
    FILE *files[] = {ca_cert_file, ca_key_file, cert_file, key_file};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        if (files[i] != NULL && fclose(files[i]) != 0) {
            ok = 0;
        }
    }
    return ok;
}

#endif
