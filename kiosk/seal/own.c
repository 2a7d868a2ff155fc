/* seal/own.c - a terminal's own keys and certificates: asking for new ones, and putting them in place all at once.
 *
 * The folder of the settings' files has a folder "own": "next" is what was asked for, "now" a link to the set in use.
 * The settings' files are links through "now", so that renaming one link changes all four; a power cut leaves the old
 * set or the new one, never a key with another's certificate. Files of a set-up from before become such links with the
 * same contents first. */
#include "seal_priv.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "base/rng.h"

enum { FILES = 4, FILE_MAX = 64 * 1024, PRIVATE_MODE = 0600, PUBLIC_MODE = 0644, NAME_BYTES = 8 };

/* One file of the set: where the settings have it, and its name in a set's folder. */
struct place {
    const char *path; /* NULL: a key in a token, which is no file */
    const char *name;
    bool is_key;
};
struct places {
    struct place at[FILES];
    char *folder; /* of the settings' files */
    char *own, *next, *now;
};

static void
release(struct places *places)
{
    free(places->now);
    free(places->next);
    free(places->own);
    free(places->folder);
}

static char *
folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? xstrdup(".")
                         : xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* The caller releases in any case. KERR_INVALID when the files don't lie in one folder. */
static int
find(const struct seal_own *own, struct places *ret_places)
{
    *ret_places = (struct places){
        .at = {{own->cert, SEAL_OWN_CERT, false}, {own->key, SEAL_OWN_KEY, true},
            {own->tls_cert, SEAL_OWN_TLS_CERT, false}, {own->tls_key, SEAL_OWN_TLS_KEY, true}}};
    struct places *places = ret_places;
    places->folder = folder_of(own->cert);
    places->own = fs_join(places->folder, "own");
    places->next = fs_join(places->own, "next");
    places->now = fs_join(places->own, "now");
    int r = 0;
    for (size_t i = 0; i < FILES; i++) {
        if (places->at[i].is_key && seal_is_in_token(places->at[i].path)) {
            places->at[i].path = NULL;
            continue;
        }
        char *folder = folder_of(places->at[i].path);
        r = strcmp(folder, places->folder) == 0 ? r : KERR_INVALID;
        free(folder);
    }
    return r;
}

/* --- asking --- */

/* The key of that name in the folder: the one that was made before, or a new one. */
static int
pending_key(const struct places *places, const char *name, EVP_PKEY **ret_key)
{
    char *path = fs_join(places->next, name);
    BIO *bio = NULL;
    int r = 0;
    if (fs_exists(path)) {
        r = seal_load_key(path, ret_key);
    } else {
        *ret_key = EVP_EC_gen("P-256");
        bio = BIO_new(BIO_s_mem());
        r = *ret_key != NULL && bio != NULL &&
                    PEM_write_bio_PKCS8PrivateKey(bio, *ret_key, NULL, NULL, 0, NULL, NULL) == 1
                ? seal_bio_write(path, bio, PRIVATE_MODE)
                : KERR_SEAL_CRYPTO;
    }
    BIO_free(bio);
    free(path);
    return r;
}

/* The keys that certificates are asked for; the caller frees them in any case. */
static int
pending_keys(
    const struct seal_own *own, const struct places *places, EVP_PKEY *ret_keys[SEAL_ASKED_KEYS])
{
    ret_keys[0] = NULL;
    ret_keys[1] = NULL;
    int r = fs_make_dirs(places->next);
    if (r == 0) { /* a token keeps its key; it gets another certificate */
        r = seal_is_in_token(own->key) ? seal_load_key(own->key, &ret_keys[0])
                                       : pending_key(places, SEAL_OWN_KEY, &ret_keys[0]);
    }
    return r == 0 ? pending_key(places, SEAL_OWN_TLS_KEY, &ret_keys[1]) : r;
}

static X509_REQ *
make_request(const char *kiosk, EVP_PKEY *key)
{
    X509_REQ *request = X509_REQ_new();
    X509_NAME *name = request != NULL ? X509_REQ_get_subject_name(request) : NULL;
    if (name == NULL || X509_REQ_set_version(request, X509_REQ_VERSION_1) != 1 ||
        !seal_subject_set(name, kiosk) || X509_REQ_set_pubkey(request, key) != 1 ||
        X509_REQ_sign(request, key, EVP_sha256()) <= 0) {
        X509_REQ_free(request);
        return NULL;
    }
    return request;
}

static int
write_text(const char *kiosk, EVP_PKEY *const keys[SEAL_ASKED_KEYS], struct buf *ret_text)
{
    X509_REQ *requests[SEAL_ASKED_KEYS] = {
        make_request(kiosk, keys[0]), make_request(kiosk, keys[1])};
    int r = requests[0] != NULL && requests[1] != NULL ? seal_asked_write(kiosk, requests, ret_text)
                                                       : KERR_SEAL_CRYPTO;
    X509_REQ_free(requests[0]);
    X509_REQ_free(requests[1]);
    return r;
}

static int
sign_by_cert(const struct seal_own *own, const struct buf *text, struct buf *ret_request)
{
    X509 *cert = NULL;
    EVP_PKEY *key = NULL;
    int r = seal_load_pair(own->cert, own->key, &cert, &key);
    r = r == 0 ? seal_sign(cert, key, NULL, text->data, text->len, ret_request) : r;
    X509_free(cert);
    EVP_PKEY_free(key);
    return r;
}

static int
make_asking(const struct seal_own *own, const struct places *places, const char *kiosk,
    const char *token, struct buf *ret_request)
{
    EVP_PKEY *keys[SEAL_ASKED_KEYS];
    AUTO_BUF text;
    buf_init(&text, SEAL_ASKED_MAX);
    int r = pending_keys(own, places, keys);
    r = r == 0 ? write_text(kiosk, keys, &text) : r;
    if (r == 0 && token != NULL) {
        r = seal_asked_sign_by_token(kiosk, token, &text);
        r = r == 0 ? buf_add(ret_request, text.data, text.len) : r;
    } else if (r == 0) {
        r = sign_by_cert(own, &text, ret_request);
    }
    EVP_PKEY_free(keys[0]);
    EVP_PKEY_free(keys[1]);
    return r;
}

int
seal_own_ask(
    const struct seal_own *own, const char *kiosk, const char *token, struct buf *ret_request)
{
    struct places places;
    if (!seal_name_ok(kiosk)) {
        return KERR_INVALID;
    }
    int r = find(own, &places);
    char *path = fs_join(places.next, "request");
    /* what was asked is asked again in the same bytes: the city has one answer to it */
    int found = token == NULL && r == 0 ? fs_read(path, ret_request) : KERR_NOT_FOUND;
    if (r == 0 && found == KERR_NOT_FOUND) {
        r = make_asking(own, &places, kiosk, token, ret_request);
        r = r == 0 ? fs_write_atomic(path, ret_request->data, ret_request->len, PRIVATE_MODE) : r;
    } else if (r == 0) {
        r = found;
    }
    free(path);
    release(&places);
    ERR_clear_error();
    return r;
}

int
seal_own_asked_at(const struct seal_own *own, int64_t *ret_at)
{
    struct places places;
    struct stat st;
    int r = find(own, &places);
    if (r == 0) {
        char *path = fs_join(places.next, "request");
        r = stat(path, &st) == 0 ? 0 : KERR_NOT_FOUND;
        *ret_at = r == 0 ? (int64_t)st.st_mtime : 0;
        free(path);
    }
    release(&places);
    return r;
}

/* --- taking --- */

static bool
is_link(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

static int
link_files(const struct places *places)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < FILES; i++) {
        if (places->at[i].path != NULL && !is_link(places->at[i].path)) {
            char *target = fs_join("own/now", places->at[i].name);
            r = fs_link(target, places->at[i].path);
            free(target);
        }
    }
    return r == 0 ? fs_sync(places->folder) : r;
}

/* Makes a set in use: one rename. */
static int
use_set(const struct places *places, const char *name)
{
    int r = fs_link(name, places->now);
    return r == 0 ? fs_sync(places->own) : r;
}

static int
copy_to(const struct place *place, const char *folder)
{
    AUTO_BUF bytes;
    buf_init(&bytes, FILE_MAX);
    char *path = fs_join(folder, place->name);
    int r = fs_read(place->path, &bytes);
    r = r == 0 ? fs_write_atomic(
                     path, bytes.data, bytes.len, place->is_key ? PRIVATE_MODE : PUBLIC_MODE)
               : r;
    free(path);
    return r;
}

/* Files that are none of our links yet become such, with the same contents all the time. */
static int
adopt_files(const struct places *places)
{
    uint8_t chance[NAME_BYTES];
    char name[2 * NAME_BYTES + 1];
    bool needed = false;
    for (size_t i = 0; i < FILES; i++) {
        const char *path = places->at[i].path;
        needed |= path != NULL && fs_exists(path) && !is_link(path);
    }
    if (!needed) {
        return 0;
    }
    rng_fill(chance, sizeof(chance));
    hex_encode(chance, sizeof(chance), name);
    char *set = fs_join(places->own, name);
    int r = fs_make_dirs(set);
    for (size_t i = 0; r == 0 && i < FILES; i++) {
        r = places->at[i].path != NULL ? copy_to(&places->at[i], set) : 0;
    }
    r = r == 0 ? use_set(places, name) : r;
    free(set);
    return r == 0 ? link_files(places) : r;
}

struct sweep {
    const struct places *places;
    const char *keep;
};

static int
remove_file(const char *name, void *ctx)
{
    char *path = fs_join(ctx, name);
    (void)unlink(path); /* rmdir finds out when something stays */
    free(path);
    return 0;
}

/* Sets that are not in use any more; what they were for is signed and sealed, and their keys are of no use. */
static int
remove_set(const char *name, void *ctx)
{
    const struct sweep *sweep = ctx;
    char *path = fs_join(sweep->places->own, name);
    if (strcmp(name, sweep->keep) != 0 && strcmp(name, "now") != 0 && fs_is_folder(path)) {
        (void)fs_each(path, NULL, remove_file, path);
        (void)rmdir(path); /* the next swap tries again */
    }
    free(path);
    return 0;
}

/* The new set gets a name of its own, is made the one in use, and the others go. */
static int
swap(const struct places *places, X509 *cert)
{
    char name[2 * SEAL_SERIAL_MAX + 1];
    if (!seal_serial_text(cert, name, sizeof(name))) {
        return KERR_SEAL_FORM;
    }
    int r = adopt_files(places);
    char *set = fs_join(places->own, name);
    if (r == 0 && rename(places->next, set) != 0) {
        r = KERR_IO;
    }
    r = r == 0 ? fs_sync(places->own) : r;
    r = r == 0 ? use_set(places, name) : r;
    r = r == 0 ? link_files(places) : r;
    if (r == 0) {
        struct sweep sweep = {places, name};
        (void)fs_each(places->own, NULL, remove_set, &sweep); /* left-overs do no harm */
    }
    free(set);
    return r;
}

/* A certificate is for the key that was made here, for this terminal and purpose, of this city, and begun. */
static bool
is_wanted(X509_STORE *trust, X509 *cert, const char *kiosk, int purpose, EVP_PKEY *key, int64_t now)
{
    int64_t from = 0;
    int64_t until = 0;
    return EVP_PKEY_eq(X509_get0_pubkey(cert), key) == 1 && seal_chain_ok(trust, cert, purpose) &&
           seal_common_name_is(cert, kiosk) && X509_check_ca(cert) == 0 &&
           seal_moment(X509_get0_notBefore(cert), &from) &&
           seal_moment(X509_get0_notAfter(cert), &until) && from <= now && now < until;
}

static int
write_cert(const struct places *places, const char *name, X509 *cert)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *path = fs_join(places->next, name);
    int r = bio != NULL && PEM_write_bio_X509(bio, cert) == 1
                ? seal_bio_write(path, bio, PUBLIC_MODE)
                : KERR_SEAL_CRYPTO;
    free(path);
    BIO_free(bio);
    return r;
}

static int
check_and_write(const struct seal_own *own, const struct places *places,
    const struct seal_own_grant *grant, STACK_OF(X509) * certs)
{
    static const int purposes[SEAL_ASKED_KEYS] = {X509_PURPOSE_SMIME_SIGN, X509_PURPOSE_SSL_CLIENT};
    static const char *const names[SEAL_ASKED_KEYS] = {SEAL_OWN_CERT, SEAL_OWN_TLS_CERT};
    EVP_PKEY *keys[SEAL_ASKED_KEYS];
    X509_STORE *trust = NULL;
    int r = sk_X509_num(certs) == SEAL_ASKED_KEYS ? 0 : KERR_SEAL_FORM;
    r = r == 0 ? seal_load_trust(grant->kiosk_ca, &trust) : r;
    int k = pending_keys(own, places, keys);
    r = r == 0 ? k : r;
    for (int i = 0; r == 0 && i < SEAL_ASKED_KEYS; i++) {
        r = is_wanted(
                trust, sk_X509_value(certs, i), grant->kiosk, purposes[i], keys[i], grant->now)
                ? 0
                : KERR_SEAL_SIGNATURE;
    }
    for (int i = 0; r == 0 && i < SEAL_ASKED_KEYS; i++) {
        r = write_cert(places, names[i], sk_X509_value(certs, i));
    }
    EVP_PKEY_free(keys[0]);
    EVP_PKEY_free(keys[1]);
    X509_STORE_free(trust);
    return r;
}

int
seal_own_take(const struct seal_own *own, const struct seal_own_grant *grant)
{
    struct places places;
    STACK_OF(X509) *certs = NULL;
    int r = find(own, &places);
    char *asked = fs_join(places.next, "request");
    r = r == 0 && !fs_exists(asked) ? KERR_NOT_FOUND : r;
    if (r == 0 && seal_read_certs(grant->bytes, grant->len, &certs) < 0) {
        r = KERR_SEAL_FORM;
    }
    r = r == 0 ? check_and_write(own, &places, grant, certs) : r;
    if (r == 0) {
        (void)fs_remove(asked); /* of no use in the set; one that stays does no harm */
        r = swap(&places, sk_X509_value(certs, 0));
    }
    sk_X509_pop_free(certs, X509_free);
    free(asked);
    release(&places);
    ERR_clear_error();
    return r;
}

int
seal_own_name(const struct seal_own *own, char ret_kiosk[SEAL_NAME_MAX], int64_t *ret_until)
{
    X509 *cert = NULL;
    int64_t until = 0;
    int r = seal_load_cert(own->cert, &cert);
    if (r < 0) {
        return r;
    }
    int len = X509_NAME_get_text_by_NID(
        X509_get_subject_name(cert), NID_commonName, ret_kiosk, SEAL_NAME_MAX);
    r = len > 0 && seal_name_ok(ret_kiosk) && seal_common_name_is(cert, ret_kiosk) &&
                seal_moment(X509_get0_notAfter(cert), ret_until) &&
                seal_file_until(own->tls_cert, &until) == 0
            ? 0
            : KERR_SEAL_KEY;
    *ret_until = r == 0 && until < *ret_until ? until : *ret_until;
    X509_free(cert);
    ERR_clear_error();
    return r;
}
