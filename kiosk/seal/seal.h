/* seal/seal.h - CMS (RFC 5652, RFC 5083) by OpenSSL: seal, sign, verify, open, receipts.
 *
 * An envelope is CMS SignedData by the kiosk (ECDSA P-256, SHA-256), whose content is CMS
 * AuthEnvelopedData (AES-256-GCM; ECDH P-256 with the X9.63 KDF on SHA-256, RFC 5753) to the city's
 * sealing key and to its recovery key. Kiosk id, epoch, sequence and record id travel as one signed
 * attribute, so the receiver knows them without opening anything. `openssl cms` opens both layers.
 * A receipt is CMS SignedData by the city's receipt key over a short JSON text.
 * A private key's file may be encrypted; its passphrase is then $CREDENTIALS_DIRECTORY/key-passphrase.
 *
 * Who links what: seal_opener_* lives in open.c, which only kiosk-desk and kioskctl pull in; a test
 * proves it on the binaries. Objects are immutable after loading: any thread may use them. */
#ifndef SEAL_SEAL_H
#define SEAL_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    SEAL_ID_LEN = 16,
    SEAL_HASH_LEN = 32, /* SHA-256 */
    SEAL_NAME_MAX = 64,
    SEAL_ENVELOPE_MAX = 512 * 1024,
    SEAL_RECEIPT_MAX = 8 * 1024,
    SEAL_CERTIFICATE_MAX = 4 * 1024,
    SEAL_SERIAL_MAX = 20 /* bytes of a certificate's serial number (RFC 5280 section 4.1.2.2) */
};

/* What is told outside the seal, signed by the kiosk. Plain value. */
struct seal_header {
    char kiosk[SEAL_NAME_MAX];
    uint64_t epoch; /* a new random number each time the queue starts anew */
    uint64_t sequence; /* 1, 2, 3, ... without gaps in one epoch */
    uint8_t id[SEAL_ID_LEN];
};

struct seal_sealer; /* the kiosk's: its signing key and the city's certificates */
struct seal_verifier; /* the city's edge: trust in kiosks */
struct seal_opener; /* the desk's: the private keys */
struct seal_signer; /* the city's receipt key */
struct seal_receipts; /* the kiosk's trust in receipts */

/* PEM files: the kiosk's certificate and key; recipients is a file of two certificates or more, of unlike
 * keys (sealing key in use first, then recovery): any one of them opens what is sealed. KERR_SEAL_KEY, also
 * for one alone, with which a lost key would be lost records. */
int seal_sealer_new(const char *kiosk_cert, const char *kiosk_key, const char *recipients,
    struct seal_sealer **ret_sealer);
void seal_sealer_free(struct seal_sealer *sealer);
/* Seals and signs plain; appends the DER envelope. Plaintext is padded inside the seal with spaces to 672
 * bytes, or to so many and a multiple of 512, so that length tells little (a JSON reader ignores
 * them; seal_open leaves them in place). The header's kiosk must be the certificate's common name.
 * KERR_SEAL_CRYPTO, KERR_TOO_BIG; KERR_INVALID or KERR_SEAL_KEY for a header that can't be. */
int seal_envelope(const struct seal_sealer *sealer, const struct seal_header *header,
    const uint8_t *plain, size_t len, struct buf *ret_envelope);

/* The key list: which sealing keys the city uses, now and next, and its recovery key. Signed by the city's keyring
 * key; each has a counter, and a terminal never goes back to a lower one. Format, files and whose clock decides:
 * kiosk/decisions/0041-key-list.md. Immutable. */
enum { SEAL_KEYRING_MAX = 32 * 1024, SEAL_KEYRING_KEYS = 8 };
struct seal_keyring;
/* Checks form and signature, and the chain of every certificate in it, against the city's CA file.
 * KERR_SEAL_KEY (the CA file), KERR_SEAL_FORM, KERR_SEAL_SIGNATURE. */
int seal_keyring_read(
    const char *city_ca, const uint8_t *bytes, size_t len, struct seal_keyring **ret_ring);
/* What a terminal begins with: recipients.pem as a list of counter 0. KERR_SEAL_KEY. */
int seal_keyring_first(const char *recipients, struct seal_keyring **ret_ring);
void seal_keyring_free(struct seal_keyring *ring);
/* The key in use at a moment: the newest that has begun; the first when none has. Past its end it is still in use,
 * since nobody is refused because of a date, and is_late says that somebody must act. */
struct seal_keyring_use {
    uint64_t counter;
    size_t which, count; /* the key's place in the list, from 0, and how many there are */
    int64_t from, until; /* seconds since 1970, of its certificate */
    int64_t next_from; /* of the one behind it; 0: there is none */
    bool is_late;
};
struct seal_keyring_use seal_keyring_use(const struct seal_keyring *ring, int64_t now);
/* A terminal's list at path is replaced by these bytes when they verify and their counter is higher; the same bytes
 * once more are 0. KERR_CONFLICT for a lower counter, or other bytes under the same one. Else errors of
 * seal_keyring_read and fs_write_atomic. A power cut leaves the old list or the new one. */
int seal_keyring_install(const char *city_ca, const char *path, const uint8_t *bytes, size_t len);
/* A sealer to the key in use at a moment and the recovery key. KERR_SEAL_KEY. */
int seal_sealer_new_from(const char *kiosk_cert, const char *kiosk_key,
    const struct seal_keyring *ring, int64_t now, struct seal_sealer **ret_sealer);
/* At the city: makes the next sealing key, valid from a moment for so many days, and the list that names it, with
 * the counter after that of the list at path. keys is the folder of seal_keys_make with the city CA's private key; the new pair goes
 * into the folder opens under a name that was never used, and is there before the list is. KERR_INVALID when an
 * earlier key begins later, KERR_TOO_BIG for more than SEAL_KEYRING_KEYS that have not begun; KERR_SEAL_KEY,
 * KERR_SEAL_CRYPTO, KERR_IO, KERR_NO_SPACE, and those of seal_keyring_read. */
struct seal_next {
    const char *keys, *opens, *path;
    int64_t now, from;
    int days;
};
int seal_keyring_next(const struct seal_next *next);

/* Bundles: what the city sends down to its terminals, as files and one signed manifest that names them. Kinds, files and
 * who signs: kiosk/decisions/0043-bundles.md. */
enum seal_bundle {
    SEAL_BUNDLE_CONTENT, /* services, pages, words */
    SEAL_BUNDLE_KEYS, /* the key list, which has its own signature besides */
    SEAL_BUNDLE_LIVE, /* free places, balances, lists */
    SEAL_BUNDLE_ANSWERS, /* answers to requests by their number */
    SEAL_BUNDLE_COUNT
};
enum {
    SEAL_MANIFEST_MAX = 256 * 1024,
    SEAL_MANIFEST_FILES = 1024,
    SEAL_MANIFEST_NAME_MAX = 160 /* with NUL */
};
const char *seal_bundle_name(enum seal_bundle kind);
/* KERR_NOT_FOUND. */
int seal_bundle_find(const char *name, enum seal_bundle *ret_kind);
/* May a bundle of this kind hold a file of this name? Such a name never leaves the folder it is put into. */
bool seal_bundle_holds(enum seal_bundle kind, const char *name);
struct seal_file {
    char name[SEAL_MANIFEST_NAME_MAX]; /* "assets/pages/parking.yaml" */
    uint8_t hash[SEAL_HASH_LEN]; /* SHA-256 */
    uint64_t size;
};
struct seal_manifest {
    enum seal_bundle kind;
    uint64_t counter; /* from 1; a terminal never goes back to a lower one */
    int64_t made_at; /* seconds since 1970, the city's clock */
    struct seal_file *files; /* owned; by name, each once */
    size_t count, cap;
    uint64_t total; /* bytes of all files */
};
struct seal_manifest *seal_manifest_new(enum seal_bundle kind, uint64_t counter, int64_t made_at);
void seal_manifest_free(struct seal_manifest *manifest); /* NULL is accepted */
/* Files come in the order of their names. KERR_INVALID for a name or an order that can't be, KERR_TOO_BIG for more or
 * larger ones than the kind may have (content 1,024 files and 32 MiB; live 16 MiB; answers 4 MiB). */
int seal_manifest_add(struct seal_manifest *manifest, const struct seal_file *file);
/* NULL when it is not there. */
const struct seal_file *seal_manifest_find(const struct seal_manifest *manifest, const char *name);
/* The first file with these contents. A manifest that is NULL has none. */
const struct seal_file *seal_manifest_find_hash(
    const struct seal_manifest *manifest, const uint8_t hash[SEAL_HASH_LEN]);
/* Checks form, limits and signature against the city's CA file, as terminals do. KERR_SEAL_KEY (the CA file),
 * KERR_SEAL_FORM, KERR_SEAL_SIGNATURE. */
int seal_manifest_read(
    const char *city_ca, const uint8_t *bytes, size_t len, struct seal_manifest **ret_manifest);
/* At the city: signs it with the kind's key in the folder of seal_keys_make. A set from before there was such a key gets
 * one when the city CA's private key is there. KERR_SEAL_KEY, KERR_SEAL_CRYPTO, KERR_INVALID, KERR_TOO_BIG, KERR_IO. */
int seal_manifest_make(
    const char *keys, const struct seal_manifest *manifest, int64_t now, struct buf *ret_bytes);

/* Trusts kiosk certificates that chain to this CA file. KERR_SEAL_KEY. */
int seal_verifier_new(const char *kiosk_ca, struct seal_verifier **ret_verifier);
void seal_verifier_free(struct seal_verifier *verifier);
/* From now on honours the city's list of revoked certificates at path: a CRL as PEM, signed by a CA of the verifier's
 * file, with a number. The file is looked at again at each check, and a newer list counts at once; one that is older,
 * forged or broken is never used, and the last good one stays, also after a restart (a copy at PATH.good). No file is no
 * list. KERR_SEAL_FORM, KERR_SEAL_SIGNATURE, KERR_IO: there is a file, and none that may be used. Before other threads
 * use the verifier. */
int seal_verifier_honour(struct seal_verifier *verifier, const char *path);
/* Whether the certificate with this serial number (big-endian) was revoked. Any thread. */
bool seal_verifier_revokes(const struct seal_verifier *verifier, const uint8_t *serial, size_t len);
/* The list in use. Plain value. */
struct seal_revocations {
    uint64_t number; /* 0: none */
    size_t count; /* certificates */
    int error; /* why the file that lies there now isn't used, or has no copy; 0 */
};
struct seal_revocations seal_verifier_revocations(const struct seal_verifier *verifier);
/* Checks form, signature, chain, and that the header's kiosk is the certificate's common name. Dates
 * of certificates are not looked at (kiosk/decisions/0002-cms-envelope.md). Each message has one
 * spelling: a bit changed anywhere is refused. The sealed content is appended to ret_sealed when that
 * is not NULL. KERR_SEAL_FORM, KERR_SEAL_SIGNATURE; KERR_SEAL_REVOKED: all is as it should be, *ret_header tells, and
 * the certificate was revoked. */
int seal_verify(const struct seal_verifier *verifier, const uint8_t *envelope, size_t len,
    struct seal_header *ret_header, struct buf *ret_sealed);
/* The lean form of an envelope, for a code on a screen: what the city can't put back (kiosk/decisions/0044-record-as-code.md).
 * KERR_SEAL_FORM for what is no envelope, or could not be put together again byte by byte; KERR_TOO_BIG above
 * SEAL_LEAN_MAX. */
enum { SEAL_LEAN_MAX = 9 * 977 };
int seal_lean_write(const uint8_t *envelope, size_t len, struct buf *ret_lean);
/* The city's side. city_cert: a certificate that the city's CA signed, as it did those of the sealing keys. The verifier is
 * borrowed. KERR_SEAL_KEY. Belongs to one thread. */
struct seal_restorer;
int seal_restorer_new(const struct seal_verifier *verifier, const char *city_cert,
    struct seal_restorer **ret_restorer);
void seal_restorer_free(struct seal_restorer *restorer);
/* Learns terminals' certificates: each NAME.crt of a folder (KERR_NOT_FOUND without one), that of an envelope which came
 * another way (KERR_SEAL_FORM). Trusts none of them. KERR_TOO_BIG when there are too many. */
int seal_restorer_add_folder(struct seal_restorer *restorer, const char *path);
int seal_restorer_add_envelope(struct seal_restorer *restorer, const uint8_t *envelope, size_t len);
/* Appends the very envelope that the lean form was made of, which verifies. KERR_NOT_FOUND: the terminal's certificate is
 * not known. KERR_SEAL_FORM, KERR_SEAL_SIGNATURE: a bit was changed, or it is not of a kiosk of this city. */
int seal_restore(const struct seal_restorer *restorer, const uint8_t *bytes, size_t len,
    struct buf *ret_envelope);

/* Bytes as digits, in parts that each fill one code at most (version 25, level M, numeric mode). code.c */
enum {
    SEAL_CODE_PARTS = 9,
    SEAL_CODE_BYTES = 977, /* of a part */
    SEAL_CODE_DIGITS = 2395 /* of a part, with its head */
};
/* How many parts; 0 for none or too many bytes. */
unsigned seal_code_count(size_t len);
/* Appends the digits of this part, from 0. KERR_INVALID. */
int seal_code_write(const uint8_t *bytes, size_t len, unsigned number, struct buf *ret_digits);
/* Puts together what was read: parts in any order, any number of times, of several records at once. */
struct seal_codes;
struct seal_codes *seal_codes_new(void);
void seal_codes_free(struct seal_codes *codes); /* NULL is accepted */
enum seal_code {
    SEAL_CODE_END, /* nothing is left of the text */
    SEAL_CODE_PART, /* a new part; others are missing */
    SEAL_CODE_AGAIN, /* was there already */
    SEAL_CODE_WHOLE /* that was the last part: the bytes are appended */
};
/* The next part of a text (a line of a scanner); *at moves behind it. An enum seal_code; KERR_INVALID for what is none, or
 * was not read to its end (then *at is at the end of the text), KERR_TOO_BIG when too many records wait for parts. */
int seal_codes_take(struct seal_codes *codes, const char **at, struct buf *ret_bytes);
/* Calls each for every part that is missing: of the which-th incomplete record, from 0; number from 1. */
void seal_codes_missing(const struct seal_codes *codes,
    void (*each)(unsigned which, unsigned number, unsigned count, void *ctx), void *ctx);

/* Pre-entries: answers that somebody gave at home, sealed by the page to the city's terminals (kiosk/decisions/0057-pre-entry.md). The
 * keys lie in a folder that all terminals of the city have, each named after its day: 2026-11-22.key. They open
 * pre-entries and nothing else; a key that is older than SEAL_PRE_KEY_DAYS opens nothing. pre_entry.c */
enum { SEAL_PRE_MARK = 0xd1, SEAL_PRE_POINT = 65, SEAL_PRE_KEY_DAYS = 90 };
struct seal_pre_keys;
/* No folder is one without keys. KERR_SEAL_KEY, and then nothing is given. */
int seal_pre_keys_new(const char *folder, int64_t now, struct seal_pre_keys **ret_keys);
void seal_pre_keys_free(struct seal_pre_keys *keys); /* NULL is accepted */
/* KERR_SEAL_FORM (no pre-entry), KERR_NOT_FOUND (of a key that isn't here: too old, or another city's), KERR_SEAL_OPEN. */
int seal_pre_open(
    const struct seal_pre_keys *keys, const uint8_t *bytes, size_t len, struct buf *ret_plain);
/* At the city: makes today's key, the folder too. KERR_EXISTS, KERR_IO, KERR_NO_SPACE, KERR_SEAL_CRYPTO. */
int seal_pre_key_make(const char *folder, int64_t now);
/* The public point of the newest key, which pages are made with: 4, x, y. KERR_NOT_FOUND, KERR_SEAL_KEY. */
int seal_pre_point(const char *folder, int64_t now, uint8_t out[SEAL_PRE_POINT]);
/* Removes keys that open nothing any more. KERR_IO. */
int seal_pre_keys_tidy(const char *folder, int64_t now, size_t *ret_removed);

/* For finding envelopes in a damaged file: how long the one that begins here says to be, 0 when none can
 * begin here. Proves nothing. */
size_t seal_envelope_length(const uint8_t *bytes, size_t len);

/* Desk only. A sealing certificate and its private key: the city's, or the recovery one. KERR_SEAL_KEY. */
int seal_opener_new(const char *city_cert, const char *city_key, struct seal_opener **ret_opener);
/* Takes a further pair: an earlier key, the next one. Before other threads use it. KERR_SEAL_KEY, KERR_TOO_BIG
 * (more than 64). */
int seal_opener_add(struct seal_opener *opener, const char *cert, const char *key);
/* Takes each NAME.crt of a folder that has its NAME.key beside it; no folder is none. Errors as above, KERR_IO. */
int seal_opener_add_folder(struct seal_opener *opener, const char *path);
void seal_opener_free(struct seal_opener *opener);
/* Opens sealed content (the inner layer, from seal_verify) with whichever of the keys it is for. KERR_SEAL_FORM,
 * KERR_SEAL_OPEN. */
int seal_open(
    const struct seal_opener *opener, const uint8_t *sealed, size_t len, struct buf *ret_plain);

/* A box: pieces that the desk alone can read again, under one random key that is sealed to its own newest key (the head). For
 * what it keeps beside the ledger and could make again. A box may be used by one thread at a time. */
struct seal_box;
enum { SEAL_BOX_OVER = 28, SEAL_PIECE_MAX = 1024 * 1024 };
/* A new box; its head is appended. KERR_SEAL_CRYPTO. */
int seal_box_new(
    const struct seal_opener *opener, int64_t now, struct buf *ret_head, struct seal_box **ret_box);
/* *ret_old: it is sealed to an earlier key than the one in use now, so it should be made anew. KERR_SEAL_FORM,
 * KERR_SEAL_OPEN (no key of ours opens it). */
int seal_box_open(const struct seal_opener *opener, int64_t now, const uint8_t *head, size_t len,
    struct seal_box **ret_box, bool *ret_old);
void seal_box_free(struct seal_box *box); /* wipes; NULL is accepted */
struct seal_piece {
    const uint8_t *bytes; /* SEAL_PIECE_MAX at most, and SEAL_BOX_OVER when it is closed */
    size_t len;
    const uint8_t *place; /* what the piece is bound to: in another place it does not open */
    size_t place_len;
};
/* Closes a piece into out, SEAL_BOX_OVER bytes longer. KERR_SEAL_CRYPTO. */
int seal_box_put(const struct seal_box *box, const struct seal_piece *piece, uint8_t *out);
/* Opens one into out, SEAL_BOX_OVER bytes shorter; all zero after KERR_SEAL_OPEN (altered, elsewhere, another box).
 * KERR_SEAL_FORM. */
int seal_box_get(const struct seal_box *box, const struct seal_piece *piece, uint8_t *out);

/* What a receipt says. Plain value. */
struct seal_receipt {
    struct seal_header header;
    uint8_t envelope_hash[SEAL_HASH_LEN]; /* SHA-256 of the envelope's bytes */
    int64_t received_at; /* seconds since 1970, the city's clock */
    uint64_t position; /* in the city's ledger */
};
int seal_signer_new(const char *cert, const char *key, struct seal_signer **ret_signer);
void seal_signer_free(struct seal_signer *signer);
int seal_receipt_make(
    const struct seal_signer *signer, const struct seal_receipt *receipt, struct buf *ret_bytes);
/* Trusts receipts whose signer chains to this CA file and has the purpose "receipt" (common name
 * "receipt"). KERR_SEAL_KEY. */
int seal_receipts_new(const char *city_ca, struct seal_receipts **ret_receipts);
void seal_receipts_free(struct seal_receipts *receipts);
int seal_receipt_verify(const struct seal_receipts *receipts, const uint8_t *bytes, size_t len,
    struct seal_receipt *ret_receipt);

/* The last second in which one certificate (X.509, DER, nothing behind it) says that it holds, in seconds since 1970. The
 * bytes may come from anybody; who signed it is not looked at. KERR_SEAL_FORM, also above SEAL_CERTIFICATE_MAX. */
int seal_certificate_until(const uint8_t *der, size_t len, int64_t *ret_at);

/* The same of the first certificate in a PEM file of ours. KERR_SEAL_KEY, KERR_SEAL_FORM. */
int seal_file_until(const char *path, int64_t *ret_at);
/* The same, and its first second. */
int seal_file_dates(const char *path, int64_t *ret_from, int64_t *ret_until);

/* A point of a kiosk's chain of events (kiosk/store), signed by the kiosk: three lines of text, in the
 * manner of C2SP's checkpoints, in SignedData. Plain value. */
struct seal_point {
    char kiosk[SEAL_NAME_MAX];
    uint64_t epoch, size;
    uint8_t head[SEAL_HASH_LEN];
};
enum { SEAL_POINT_MAX = 4 * 1024 };
int seal_point_make(
    const struct seal_sealer *sealer, const struct seal_point *point, struct buf *ret_bytes);
/* As seal_verify. An envelope is no point, and a point no envelope. */
int seal_point_verify(const struct seal_verifier *verifier, const uint8_t *bytes, size_t len,
    struct seal_point *ret_point);

/* --- a terminal's certificates: kiosk/decisions/0046-enrolment.md --- */

enum {
    SEAL_ASKED_MAX = 8 * 1024,
    SEAL_GRANT_MAX = 8 * 1024,
    SEAL_GRANT_NAME_MAX = SEAL_NAME_MAX + 24,
    SEAL_TOKEN_LEN = 30, /* with NUL */
    SEAL_TOKEN_TRIES = 5
};
/* What a terminal asks for. Plain value. */
struct seal_asked {
    char kiosk[SEAL_NAME_MAX]; /* only said, until a token or a signature was checked */
    bool is_again; /* signed by the certificate in use; else a token's */
    uint8_t hash[SEAL_HASH_LEN]; /* of the request's bytes */
};
/* Checks all but a token: form, that whoever asks has the keys, and of a further request signature, chain and that it
 * was not revoked. KERR_SEAL_FORM, KERR_SEAL_SIGNATURE, KERR_SEAL_REVOKED. */
int seal_asked_read(const struct seal_verifier *kiosks, const uint8_t *bytes, size_t len,
    struct seal_asked *ret_asked);
/* The name of the file with the answer to it: KIOSK-HASH.pem. KERR_TOO_BIG. */
int seal_grant_name(const struct seal_asked *asked, char out[SEAL_GRANT_NAME_MAX]);

/* The terminal's: its own files, as the settings name them. All lie in one folder, but for a signing key in a token. */
struct seal_own {
    const char *cert, *key; /* for signing records */
    const char *tls_cert, *tls_key;
};
/* Makes new keys unless some wait for certificates, and asks for those: with a token (a new request each time), or
 * signed by the certificate in use (token NULL; the same bytes each time until the answer is taken). The keys never
 * leave the folder. KERR_INVALID (name, or files in several folders), KERR_SEAL_KEY, KERR_SEAL_CRYPTO, KERR_IO,
 * KERR_NO_SPACE. */
int seal_own_ask(
    const struct seal_own *own, const char *kiosk, const char *token, struct buf *ret_request);
/* When it was asked, by the machine's clock. KERR_NOT_FOUND: nothing waits. */
int seal_own_asked_at(const struct seal_own *own, int64_t *ret_at);
/* Takes the city's answer: two certificates for the keys that wait, of the CA in kiosk_ca, for this terminal, begun and
 * not ended at a moment. Then all files change at once; a power cut leaves the old set or the new one.
 * KERR_NOT_FOUND (nothing was asked), KERR_SEAL_FORM, KERR_SEAL_SIGNATURE, and as above; the old set is then untouched. */
struct seal_own_grant {
    const char *kiosk_ca, *kiosk;
    int64_t now;
    const uint8_t *bytes;
    size_t len;
};
int seal_own_take(const struct seal_own *own, const struct seal_own_grant *grant);
/* Whose the certificates in use are, and when the first of them ends. KERR_SEAL_KEY. */
int seal_own_name(const struct seal_own *own, char ret_kiosk[SEAL_NAME_MAX], int64_t *ret_until);

/* The city's, where the key of the kiosks' CA is; folder has tokens/, issued/KIOSK/ and granted/. */
struct seal_office {
    const char *ca_cert, *ca_key, *folder;
    const struct seal_verifier *kiosks; /* borrowed */
    int64_t now;
    int days; /* for which certificates are made */
};
/* A new token for a terminal, in place of its earlier one. KERR_INVALID (name), KERR_IO, KERR_NO_SPACE. */
int seal_token_make(
    const struct seal_office *office, const char *kiosk, int64_t until, char out[SEAL_TOKEN_LEN]);
/* Appends the answer as PEM, and keeps it: the same request has the same answer. A token is used up by one request, ends
 * at its time, and after SEAL_TOKEN_TRIES requests that it does not fit. As seal_asked_read; KERR_NOT_FOUND (no token
 * that may still be used), KERR_SEAL_SIGNATURE (also: it does not fit, or the certificate that signed has ended),
 * KERR_SEAL_KEY, KERR_SEAL_CRYPTO, KERR_IO, KERR_NO_SPACE. */
int seal_grant(const struct seal_office *office, const uint8_t *bytes, size_t len,
    struct seal_asked *ret_asked, struct buf *ret_certs);

/* Writes the list of revoked certificates at path anew, with all certificates of a terminal: those on file at the office,
 * and those of the named files that are of it; is_lifted: without them. KERR_NOT_FOUND (nothing is known of the
 * terminal), KERR_INVALID (name), KERR_SEAL_FORM and KERR_SEAL_SIGNATURE (the list before can't be used), KERR_SEAL_KEY,
 * KERR_SEAL_CRYPTO, KERR_IO, KERR_NO_SPACE. */
struct seal_revoking {
    const char *path, *kiosk;
    const char *const *certs; /* files; one that isn't there is passed over */
    size_t cert_count;
    bool is_lifted;
};
int seal_revoke(const struct seal_office *office, const struct seal_revoking *revoking);

/* SHA-256. */
void seal_hash(const uint8_t *bytes, size_t len, uint8_t out[SEAL_HASH_LEN]);

/* A whole one-machine set of keys under folder (kioskctl init): city CA, sealing key, recovery key,
 * receipt key, TLS server key for host, kiosk CA, one kiosk's signing and TLS client key. All P-256, PEM,
 * private keys 0600. File names are in kiosk/seal/README.md. The folder appears as a whole or not at
 * all. KERR_EXISTS when it has anything in it, KERR_INVALID for a name that can't stand in a
 * certificate, KERR_IO, KERR_NO_SPACE, KERR_SEAL_CRYPTO. */
int seal_keys_make(const char *folder, const char *kiosk, const char *host);

/* A tag: a name for something that is not told itself (a card's serial number). HMAC-SHA-256 under the key in a file,
 * 128 bits in hexadecimal: the same text has the same tag on every terminal with this key, and whoever lacks the key can
 * not try out which text has a tag. KERR_SEAL_KEY, KERR_SEAL_CRYPTO. */
enum { SEAL_TAG_LEN = 33 }; /* with NUL */
int seal_tag(const char *key_path, const char *text, char out[SEAL_TAG_LEN]);
/* Makes such a key, 0600. KERR_EXISTS, KERR_IO, KERR_NO_SPACE, KERR_NOT_FOUND. */
int seal_tag_key_make(const char *path);

/* Drafts: a visit that pauses, sealed under eight digits that only the visitor takes along. The digits alone open nothing:
 * the salt is chance that lives in the terminal's memory as long as it runs (kiosk/decisions/0056-pause.md). One
 * scrypt (a tenth of a second) gives the name under which a draft is found, and its key. */
enum {
    SEAL_DRAFT_NUMBER_LEN = 9, /* with NUL */
    SEAL_DRAFT_SALT_LEN = 32,
    SEAL_DRAFT_NAME_LEN = 16,
    SEAL_DRAFT_MAX = 128 * 1024 /* bytes of a draft */
};
struct seal_draft_key { /* wipe it after use */
    uint8_t name[SEAL_DRAFT_NAME_LEN];
    uint8_t key[32];
};
/* KERR_SEAL_CRYPTO. */
int seal_draft_key(const char number[SEAL_DRAFT_NUMBER_LEN],
    const uint8_t salt[SEAL_DRAFT_SALT_LEN], struct seal_draft_key *ret_key);
/* AES-256-GCM; the length is padded to a multiple of 4 KiB. A key is used once. KERR_TOO_BIG, KERR_SEAL_CRYPTO,
 * KERR_NO_MEMORY. */
int seal_draft_close(
    const struct seal_draft_key *key, const uint8_t *plain, size_t len, struct buf *ret_bytes);
/* Appends what was sealed. KERR_SEAL_OPEN: another key, or a bit was changed. */
int seal_draft_open(
    const struct seal_draft_key *key, const uint8_t *bytes, size_t len, struct buf *ret_plain);

/* Staff passwords: scrypt (RFC 7914) with a random salt, as one line of text. */
enum { SEAL_PASSWORD_HASH_MAX = 160 };
int seal_password_hash(const char *password, char out[SEAL_PASSWORD_HASH_MAX]);
/* 0 when it fits, KERR_SEAL_SIGNATURE when not, KERR_SEAL_FORM for a broken line. hash NULL does the
 * same work and refuses: use it for a name that is not there, so that time tells nothing. */
int seal_password_check(const char *password, const char *hash);

#endif
