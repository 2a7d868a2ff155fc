/* seal/seal_priv.h - what the files of this room share: loading PEM files, the text of headers and
 * receipts, and the signed outer layer that envelopes and receipts have in common. */
#ifndef SEAL_SEAL_PRIV_H
#define SEAL_SEAL_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "seal/seal.h"

/* The signed attribute that carries the header: an arc under 2.25 (Rec. ITU-T X.667) made from the
 * UUID 0a959cd6-260c-4d21-8711-836fc1f198e4, which this project drew once for it. */
#define SEAL_HEADER_OID "2.25.14069113212271097482584423687940839652"

enum {
    /* Steps of the padded plaintext: 672, 1184, 1696 ... The first is what leaves an envelope's lean form room in one code
     * (seal.h: SEAL_CODE_BYTES), and nearly every record is one step. */
    SEAL_PAD_FIRST = 672,
    SEAL_PAD = 512,
    SEAL_TEXT_MAX = 512, /* bytes of a header's or a receipt's text */
    SEAL_HEADER_MIN = 40, /* bytes of a header's text */
    SEAL_PEM_MAX = 64 * 1024
};

/* make.c: new keys and certificates. What a key is for decides its certificate; a key has one purpose. */
enum seal_kind {
    SEAL_CITY_CA,
    SEAL_CITY,
    SEAL_RECOVERY,
    SEAL_RECEIPT,
    SEAL_KEYRING,
    SEAL_CONTENT,
    SEAL_LIVE,
    SEAL_INTAKE_TLS,
    SEAL_KIOSK_CA,
    SEAL_KIOSK,
    SEAL_KIOSK_TLS,
    SEAL_KIND_COUNT
};
struct seal_pair {
    EVP_PKEY *key;
    X509 *cert;
};
/* The usual name of the kind's files, without ending; for CAs and the city's keys the common name too. */
const char *seal_kind_file(enum seal_kind kind);
/* Who signs certificates of this kind; itself for a CA. */
enum seal_kind seal_kind_issuer(enum seal_kind kind);
/* A new key and its certificate under name, from this moment (seconds since 1970) for so many days; issuer is
 * NULL for a CA, which signs itself. Fills *ret_pair in any case; the caller releases it. KERR_SEAL_CRYPTO. */
int seal_pair_make(const struct seal_pair *issuer, enum seal_kind kind, const char *name,
    int64_t from, int days, struct seal_pair *ret_pair);
/* A certificate for a key that somebody else made: a kind's, valid from a moment for so many days. */
struct seal_wanted {
    enum seal_kind kind;
    const char *name;
    int64_t from;
    int days;
};
/* Fills *ret_cert in any case; the caller frees it. KERR_SEAL_CRYPTO. */
int seal_cert_make(const struct seal_pair *issuer, const struct seal_wanted *wanted, EVP_PKEY *key,
    X509 **ret_cert);
/* Organization and common name. */
bool seal_subject_set(X509_NAME *subject, const char *name);
/* A certificate's serial number: big-endian bytes, and as lower-case hexadecimal. False for none that can be. */
bool seal_serial(const X509 *cert, uint8_t ret_serial[SEAL_SERIAL_MAX], size_t *ret_len);
bool seal_serial_text(const X509 *cert, char *out, size_t size);
/* Days for which the kind's first certificate holds. */
int seal_kind_days(enum seal_kind kind);
void seal_pair_release(struct seal_pair *pair);
/* A leaf of the city CA's from the folder of seal_keys_make. A set of keys from before there was this kind gets it,
 * which needs the CA's private key. KERR_SEAL_KEY and errors of making. */
int seal_pair_of(const char *keys, enum seal_kind kind, int64_t now, struct seal_pair *ret_pair);
/* Writes NAME.key (0600) and then NAME.crt. KERR_IO, KERR_NO_SPACE, KERR_SEAL_CRYPTO. */
int seal_pair_write(const char *folder, const char *name, const struct seal_pair *pair);
/* Writes what a memory BIO holds and wipes it there. Errors as above. */
int seal_bio_write(const char *path, BIO *bio, mode_t mode);

/* pem.c: files. All KERR_SEAL_KEY. */
/* The certificates of a text, which may hold other lines between them. The caller frees. */
int seal_read_certs(const uint8_t *text, size_t len, STACK_OF(X509) * *ret_certs);
/* One or more certificates; the caller frees with sk_X509_pop_free(.., X509_free). */
int seal_load_certs(const char *path, STACK_OF(X509) * *ret_certs);
/* The first certificate of a file, whose key is P-256. The caller frees. */
int seal_load_cert(const char *path, X509 **ret_cert);
/* The certificate and its private key, which must belong together. The caller frees both. */
int seal_load_pair(
    const char *cert_path, const char *key_path, X509 **ret_cert, EVP_PKEY **ret_key);
int seal_load_key(const char *path, EVP_PKEY **ret_key);
/* A word that the service manager hands over in memory (systemd.exec(5)), without the line's end. KERR_NOT_FOUND and
 * those of fs_read. */
int seal_credential(const char *name, struct buf *ret_word);
/* token.c: whether what stands where a key's path could is a key in a PKCS #11 token; and that key, NULL without one. */
bool seal_is_in_token(const char *path);
EVP_PKEY *seal_token_key_load(const char *uri);
/* pre_entry.c: HPKE (RFC 9180), base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM: the first message to a key. enc
 * is a point, compressed or not; bytes end with the tag. KERR_SEAL_FORM, KERR_SEAL_OPEN. */
struct seal_hpke {
    const uint8_t *enc;
    size_t enc_len;
    const uint8_t *info;
    size_t info_len;
    const uint8_t *aad;
    size_t aad_len;
    const uint8_t *bytes;
    size_t len;
};
int seal_hpke_open(EVP_PKEY *key, const struct seal_hpke *sealed, struct buf *ret_plain);
/* A store that trusts exactly the CA certificates of a file. The caller frees. */
int seal_load_trust(const char *ca_path, X509_STORE **ret_store);
bool seal_is_p256(const EVP_PKEY *key);

/* text.c: the texts that are signed. */
/* A name that may stand in a header: a-z 0-9 . _ -, 1 to SEAL_NAME_MAX - 1 bytes. */
bool seal_name_ok(const char *name);
int seal_header_write(const struct seal_header *header, struct buf *ret_text);
int seal_header_read(const uint8_t *text, size_t len, struct seal_header *ret_header);
int seal_receipt_write(const struct seal_receipt *receipt, struct buf *ret_text);
int seal_receipt_read(const uint8_t *text, size_t len, struct seal_receipt *ret_receipt);

/* keyring.c: what the signed list says. */
struct seal_keyring {
    uint64_t counter;
    STACK_OF(X509) * keys; /* by their begin */
    STACK_OF(X509) * always; /* the recovery key */
};
/* The text that is signed. KERR_TOO_BIG, KERR_SEAL_CRYPTO. */
int seal_keyring_write(const struct seal_keyring *ring, struct buf *ret_text);
/* And back, from verified content; each certificate must chain to trust. KERR_SEAL_FORM. */
int seal_keyring_read_text(
    X509_STORE *trust, const uint8_t *text, size_t len, struct seal_keyring **ret_ring);
/* manifest.c: the text that is signed, and back, from verified content. KERR_INVALID, KERR_TOO_BIG; KERR_SEAL_FORM. */
int seal_manifest_write(const struct seal_manifest *manifest, struct buf *ret_text);
int seal_manifest_read_text(const uint8_t *text, size_t len, struct seal_manifest **ret_manifest);
#define SEAL_KEYRING_NAME "keyring" /* the signer's common name */
int seal_point_write(const struct seal_point *point, struct buf *ret_text);
int seal_point_read(const uint8_t *text, size_t len, struct seal_point *ret_point);

/* asked.c: what a terminal asks for, read strictly. */
enum { SEAL_ASKED_KEYS = 2 }; /* the signing key, that of TLS */
struct seal_asked_parts {
    struct seal_asked asked;
    struct buf text; /* without the proof */
    X509_REQ *requests[SEAL_ASKED_KEYS];
    uint8_t mac[SEAL_HASH_LEN]; /* of a first one */
    int64_t signer_until; /* of a further one: the end of the certificate that signed it */
    uint8_t signer_serial[SEAL_SERIAL_MAX];
    size_t signer_serial_len;
};
/* Of a first one nothing is proven but that whoever asks has the keys. The caller releases after 0. KERR_SEAL_FORM,
 * KERR_SEAL_SIGNATURE. */
int seal_asked_parse(
    X509_STORE *trust, const uint8_t *bytes, size_t len, struct seal_asked_parts *ret_parts);
/* verify.c: the same, by a verifier, and KERR_SEAL_REVOKED. */
int seal_asked_check(const struct seal_verifier *kiosks, const uint8_t *bytes, size_t len,
    struct seal_asked_parts *ret_parts);
void seal_asked_release(struct seal_asked_parts *parts);
int seal_asked_write(
    const char *kiosk, X509_REQ *const requests[SEAL_ASKED_KEYS], struct buf *ret_text);
/* Adds the line that proves a token. */
int seal_asked_sign_by_token(const char *kiosk, const char *token, struct buf *text);
/* What the city keeps of a token. */
void seal_token_key(const char *kiosk, const char *token, uint8_t ret_key[SEAL_HASH_LEN]);
int seal_token_mac(
    const uint8_t key[SEAL_HASH_LEN], const struct buf *text, uint8_t ret_mac[SEAL_HASH_LEN]);

/* revoked.c: who is out. */
enum { SEAL_REVOKED_MAX = 1024 * 1024 };
struct seal_revoked;
/* As seal_verifier_honour; borrows the store. */
int seal_revoked_new(X509_STORE *trust, const char *path, struct seal_revoked **ret_revoked);
/* NULL is accepted, as by the next two, and is no list. */
void seal_revoked_free(struct seal_revoked *revoked);
bool seal_revoked_has(struct seal_revoked *revoked, const uint8_t *serial, size_t len);
struct seal_revocations seal_revoked_state(struct seal_revoked *revoked);
/* A list that a CA of the store signed, and its number. The caller frees. KERR_SEAL_FORM, KERR_SEAL_SIGNATURE. */
int seal_crl_read(
    X509_STORE *trust, const struct buf *bytes, X509_CRL **ret_list, uint64_t *ret_number);

/* own.c: names in a set. */
#define SEAL_OWN_CERT "kiosk.crt"
#define SEAL_OWN_KEY "kiosk.key"
#define SEAL_OWN_TLS_CERT "kiosk-tls.crt"
#define SEAL_OWN_TLS_KEY "kiosk-tls.key"

/* signed.c: the outer layer. */
/* Appends SignedData over content; header_text may be NULL for no header attribute. */
int seal_sign(X509 *cert, EVP_PKEY *key, const struct buf *header_text, const uint8_t *content,
    size_t len, struct buf *ret_signed);
struct seal_signed {
    CMS_ContentInfo *cms; /* owned; NULL for what quick.c found good */
    X509 *signer; /* owned */
    const uint8_t *content; /* lives in cms, or in the bytes that were checked */
    size_t content_len;
    const uint8_t *header; /* as content; NULL when there is none */
    size_t header_len;
};
/* Checks form, signature and chain; fills *ret_signed on success only, and that is valid while bytes are. Release it
 * with seal_signed_release. KERR_SEAL_FORM, KERR_SEAL_SIGNATURE. */
int seal_check_signed(
    X509_STORE *trust, const uint8_t *bytes, size_t len, struct seal_signed *ret_signed);
void seal_signed_release(struct seal_signed *s);
/* True when the chain of a certificate ends at trust, whatever its dates. purpose: X509_PURPOSE_ or 0 for any. */
bool seal_chain_ok(X509_STORE *trust, X509 *cert, int purpose);
/* True when the certificate's only common name is exactly name. */
bool seal_common_name_is(const X509 *cert, const char *name);

/* quick.c: a message of a signer whose certificate was found good under trust before, in its one spelling: what
 * seal_check_signed answers, in a tenth of the time. False says nothing about the message. */
bool seal_check_quick(
    X509_STORE *trust, const uint8_t *bytes, size_t len, struct seal_signed *ret_signed);

/* spell.c: a signed message in DER, written from its parts. */
/* Appends tag, length and inner. */
void seal_add_tlv(struct buf *out, uint8_t tag, const void *inner, size_t len);
/* Appends what an i2d function made, and frees it. */
void seal_add_made(struct buf *out, unsigned char *der, int len);
/* What is signed beside the type of the content. Borrowed. */
struct seal_attributes {
    const uint8_t *time; /* DER of the signing time */
    size_t time_len;
    const uint8_t *hash; /* SEAL_HASH_LEN, of the content */
    const uint8_t *header; /* the text, SEAL_HEADER_MIN bytes at least; NULL for none */
    size_t header_len;
};
/* Appends the signed attributes in DER's order, one behind the other: the longer stands behind the shorter one. */
void seal_spell_attributes(const struct seal_attributes *attributes, struct buf *ret_attributes);
/* What a message is made of; the rest is the same in all. Borrowed. */
struct seal_spelling {
    X509 *cert; /* the signer's */
    const uint8_t *content;
    size_t content_len;
    const struct buf *attributes; /* the signed ones in their order, one behind the other */
    const uint8_t *signature; /* DER */
    size_t signature_len;
};
/* Appends the one spelling of a message with these parts; ret_signed->failed tells of an error. */
void seal_spell(const struct seal_spelling *parts, struct buf *ret_signed);
/* And where things stand: whoever reads so writes again what was read and compares. */
struct seal_der {
    const uint8_t *at, *end;
};
/* The next element, which must have this tag; its inside. */
bool seal_der_take(struct seal_der *from, uint8_t tag, struct seal_der *ret_inside);
/* The elements with these tags, one inside the other. */
bool seal_der_enter(
    struct seal_der *from, const char *tags, size_t count, struct seal_der *ret_inside);
#define SEAL_DER_ENTER(from, tags, ret_inside)                                                     \
    seal_der_enter(from, tags, sizeof(tags) - 1, ret_inside)
size_t seal_der_len(const struct seal_der *inside);

/* lean.c: an envelope taken apart, and put together again. */
enum {
    SEAL_LEAN_REF = 4, /* bytes of a certificate's SHA-256 */
    SEAL_LEAN_TO_MAX = 9, /* keys that it is sealed to */
    SEAL_POINT_LEN = 33 /* a compressed point of P-256 */
};
struct seal_lean {
    uint8_t ref[SEAL_LEAN_REF];
    unsigned day; /* of signing, since 1970 */
    struct seal_header header; /* its kiosk is that of the certificate */
    uint8_t signature[64]; /* r and s */
    size_t to_count, serial_len;
    struct {
        const uint8_t *serial; /* of the recipient's certificate; borrowed, as all pointers here */
        uint8_t point[SEAL_POINT_LEN];
        const uint8_t *wrapped; /* the content's key for this recipient */
    } to[SEAL_LEAN_TO_MAX];
    const uint8_t *nonce, *tag, *text;
    size_t text_len;
};
/* The parts out of the lean form. KERR_SEAL_FORM. */
int seal_lean_read(const uint8_t *bytes, size_t len, struct seal_lean *ret_lean);
/* The envelope out of its parts: cert is the signer's, issuer the DER name of who signed the recipients'
 * certificates. KERR_SEAL_FORM. */
int seal_lean_build(
    const struct seal_lean *lean, X509 *cert, const struct buf *issuer, struct buf *ret_envelope);
/* The reference of a certificate. */
bool seal_lean_ref(X509 *cert, uint8_t out[SEAL_LEAN_REF]);

/* known.c: a chain is checked once. */
/* Judges a certificate; the answer depends on store and certificate alone. */
typedef bool seal_judge(X509_STORE *trust, X509 *cert);
/* The judge's answer, remembered when it is yes. A store has one judge. */
bool seal_known(X509_STORE *trust, X509 *cert, seal_judge *judge);
/* The certificate with these bytes if its answer was yes; NULL if not, or forgotten. The caller frees. */
X509 *seal_known_cert(X509_STORE *trust, const uint8_t *der, size_t len);
/* For each new store. false: no memory. */
bool seal_known_begin(X509_STORE *trust);

/* date.c: a certificate's date in seconds since 1970, UTC. False for what is none, or before 1970. */
bool seal_moment(const ASN1_TIME *time, int64_t *ret_at);

/* sealer.c: the inner layer, to these recipients. Appended. KERR_SEAL_CRYPTO. */
int seal_inner(
    const STACK_OF(X509) * recipients, const uint8_t *plain, size_t len, struct buf *ret_der);
/* open.c: of the opener's pairs the newest that has begun at a moment, the first when none has. */
X509 *seal_opener_cert(const struct seal_opener *opener, int64_t now);

/* cms.c: small CMS helpers. */
/* Parses DER that is nothing but one CMS ContentInfo in its one canonical encoding. NULL if not. */
CMS_ContentInfo *seal_parse_exact(const uint8_t *bytes, size_t len);
/* True when every recipient of AuthEnvelopedData uses ECDH with the X9.63 KDF on SHA-256. */
bool seal_kdf_is_sha256(CMS_ContentInfo *cms);

#endif
