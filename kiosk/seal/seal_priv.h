/* seal/seal_priv.h - what the files of this room share: loading PEM files, the text of headers and
 * receipts, and the signed outer layer that envelopes and receipts have in common. */
#ifndef SEAL_SEAL_PRIV_H
#define SEAL_SEAL_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "seal/seal.h"

/* The signed attribute that carries the header: an arc under 2.25 (Rec. ITU-T X.667) made from the
 * UUID 0a959cd6-260c-4d21-8711-836fc1f198e4, which this project drew once for it. */
#define SEAL_HEADER_OID "2.25.14069113212271097482584423687940839652"

enum {
    SEAL_PAD = 512, /* step of the padded plaintext */
    SEAL_TEXT_MAX = 512, /* bytes of a header's or a receipt's text */
    SEAL_PEM_MAX = 64 * 1024
};

/* pem.c: files. All KERR_SEAL_KEY. */
/* One or more certificates; the caller frees with sk_X509_pop_free(.., X509_free). */
int seal_load_certs(const char *path, STACK_OF(X509) * *ret_certs);
/* The first certificate of a file, whose key is P-256. The caller frees. */
int seal_load_cert(const char *path, X509 **ret_cert);
/* The certificate and its private key, which must belong together. The caller frees both. */
int seal_load_pair(
    const char *cert_path, const char *key_path, X509 **ret_cert, EVP_PKEY **ret_key);
/* A store that trusts exactly the CA certificates of a file. The caller frees. */
int seal_load_trust(const char *ca_path, X509_STORE **ret_store);
bool seal_is_p256(const EVP_PKEY *key);

/* text.c: the two texts that are signed. */
/* A name that may stand in a header: a-z 0-9 . _ -, 1 to SEAL_NAME_MAX - 1 bytes. */
bool seal_name_ok(const char *name);
int seal_header_write(const struct seal_header *header, struct buf *ret_text);
int seal_header_read(const uint8_t *text, size_t len, struct seal_header *ret_header);
int seal_receipt_write(const struct seal_receipt *receipt, struct buf *ret_text);
int seal_receipt_read(const uint8_t *text, size_t len, struct seal_receipt *ret_receipt);

/* signed.c: the outer layer. */
/* Appends SignedData over content; header_text may be NULL for no header attribute. */
int seal_sign(X509 *cert, EVP_PKEY *key, const struct buf *header_text, const uint8_t *content,
    size_t len, struct buf *ret_signed);
struct seal_signed {
    CMS_ContentInfo *cms; /* owned */
    X509 *signer; /* lives in cms */
    const ASN1_OCTET_STRING *content; /* lives in cms */
    const ASN1_STRING *header_text; /* lives in cms; NULL when there is none */
};
/* Parses and checks form, signature and chain; fills *ret_signed on success only. Release it with
 * seal_signed_release. KERR_SEAL_FORM, KERR_SEAL_SIGNATURE. */
int seal_check_signed(
    X509_STORE *trust, const uint8_t *bytes, size_t len, struct seal_signed *ret_signed);
void seal_signed_release(struct seal_signed *s);
/* True when the certificate's only common name is exactly name. */
bool seal_common_name_is(const X509 *cert, const char *name);

/* cms.c: small CMS helpers. */
/* Parses DER that is nothing but one CMS ContentInfo in its one canonical encoding. NULL if not. */
CMS_ContentInfo *seal_parse_exact(const uint8_t *bytes, size_t len);
/* True when every recipient of AuthEnvelopedData uses ECDH with the X9.63 KDF on SHA-256. */
bool seal_kdf_is_sha256(CMS_ContentInfo *cms);

#endif
