/* seal/revoked.c - which certificates the city revoked: a CRL (RFC 5280 section 5) by the kiosks' CA, in a file that may
 * change while the program runs. A list is used when a CA of the store signed it and its number is higher; any other
 * file is passed over and the list before goes on. A copy of the list in use lies beside it, so that a broken file and a
 * restart do not let anybody in again. */
#include "seal_priv.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"

enum { LIST_MODE = 0644 };

struct seal_revoked {
    pthread_mutex_t lock; /* for all that follows */
    X509_STORE *trust; /* borrowed */
    char *path, *good;
    struct stat seen; /* the file that was judged last; all zero: none */
    X509_CRL *list; /* NULL: none yet */
    struct seal_revocations state;
};

/* A CA of the store that signed it. Without partial lists: a critical extension would be one (section 5.2). */
static bool
is_signed(X509_STORE *trust, X509_CRL *list)
{
    bool found = false;
    STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(trust);
    for (int i = 0; !found && i < sk_X509_OBJECT_num(objects); i++) {
        X509 *ca = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
        found = ca != NULL &&
                X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(ca)) == 0 &&
                X509_CRL_verify(list, X509_get0_pubkey(ca)) == 1;
    }
    return found && X509_CRL_get_ext_by_critical(list, 1, -1) < 0;
}

static bool
number_of(X509_CRL *list, uint64_t *ret_number)
{
    ASN1_INTEGER *number = X509_CRL_get_ext_d2i(list, NID_crl_number, NULL, NULL);
    bool ok = number != NULL && ASN1_INTEGER_get_uint64(ret_number, number) == 1;
    ASN1_INTEGER_free(number);
    return ok;
}

int
seal_crl_read(X509_STORE *trust, const struct buf *bytes, X509_CRL **ret_list, uint64_t *ret_number)
{
    BIO *bio = BIO_new_mem_buf(bytes->data, (int)bytes->len);
    X509_CRL *list =
        bio != NULL && bytes->len > 0 ? PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL) : NULL;
    int r = list != NULL && number_of(list, ret_number) ? 0 : KERR_SEAL_FORM;
    if (r == 0 && !is_signed(trust, list)) {
        r = KERR_SEAL_SIGNATURE;
    }
    BIO_free(bio);
    ERR_clear_error();
    if (r < 0) {
        X509_CRL_free(list);
        return r;
    }
    *ret_list = list;
    return 0;
}

/* Takes a file's list when it is newer; the same list once more is 0. Under the lock. */
static int
take(struct seal_revoked *revoked, const char *path, struct buf *ret_bytes)
{
    X509_CRL *list = NULL;
    uint64_t number = 0;
    buf_clear(ret_bytes);
    int r = fs_read(path, ret_bytes);
    r = r == 0 ? seal_crl_read(revoked->trust, ret_bytes, &list, &number) : r;
    if (r < 0) {
        return r;
    }
    if (revoked->list != NULL && number <= revoked->state.number) {
        r = number == revoked->state.number && X509_CRL_match(list, revoked->list) == 0
                ? 0
                : KERR_CONFLICT;
        X509_CRL_free(list);
        return r;
    }
    X509_CRL_free(revoked->list);
    revoked->list = list;
    revoked->state.number = number;
    revoked->state.count = (size_t)sk_X509_REVOKED_num(X509_CRL_get_REVOKED(list));
    revoked->state.count = X509_CRL_get_REVOKED(list) == NULL ? 0 : revoked->state.count;
    return 0;
}

/* Takes the file that lies there, if it is another than at the last look. Under the lock. */
static void
look(struct seal_revoked *revoked, const struct stat *st)
{
    const struct stat *seen = &revoked->seen;
    if (st->st_ino == seen->st_ino && st->st_dev == seen->st_dev && st->st_size == seen->st_size &&
        st->st_mtim.tv_sec == seen->st_mtim.tv_sec &&
        st->st_mtim.tv_nsec == seen->st_mtim.tv_nsec) {
        return;
    }
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_REVOKED_MAX);
    uint64_t before = revoked->state.number;
    bool had = revoked->list != NULL;
    revoked->seen = *st;
    revoked->state.error = take(revoked, revoked->path, &bytes);
    if (revoked->state.error == 0 && (!had || revoked->state.number != before)) {
        /* without the copy it is used all the same, until this program ends */
        revoked->state.error = fs_write_atomic(revoked->good, bytes.data, bytes.len, LIST_MODE);
    }
}

/* Locks, with the list of the file that lies there now; none, or none that can be reached: the one in memory goes on. The disk
 * is asked before: each request of each terminal comes by here. */
static void
look_and_lock(struct seal_revoked *revoked)
{
    struct stat st;
    bool is_there = stat(revoked->path, &st) == 0;
    (void)pthread_mutex_lock(&revoked->lock);
    if (is_there) {
        look(revoked, &st);
    }
}

int
seal_revoked_new(X509_STORE *trust, const char *path, struct seal_revoked **ret_revoked)
{
    struct seal_revoked *revoked = xcalloc(1, sizeof(*revoked));
    size_t len = strlen(path) + sizeof(".good");
    revoked->trust = trust;
    revoked->path = xstrdup(path);
    revoked->good = xcalloc(len, 1);
    (void)snprintf(revoked->good, len, "%s.good", path);
    (void)pthread_mutex_init(&revoked->lock, NULL); /* can't fail on Linux */
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_REVOKED_MAX);
    int r = take(revoked, revoked->good, &bytes);
    look_and_lock(revoked);
    (void)pthread_mutex_unlock(&revoked->lock); /* nobody else has it yet */
    if (revoked->list ==
        NULL) { /* a file there, and none that may be used: nobody knows who is out */
        r = revoked->state.error != 0 ? revoked->state.error : r == KERR_NOT_FOUND ? 0 : r;
    } else {
        r = 0;
    }
    if (r < 0) {
        seal_revoked_free(revoked);
        return r;
    }
    *ret_revoked = revoked;
    return 0;
}

void
seal_revoked_free(struct seal_revoked *revoked)
{
    if (revoked == NULL) {
        return;
    }
    (void)pthread_mutex_destroy(&revoked->lock);
    X509_CRL_free(revoked->list);
    free(revoked->good);
    free(revoked->path);
    free(revoked);
}

bool
seal_revoked_has(struct seal_revoked *revoked, const uint8_t *serial, size_t len)
{
    bool found = false;
    if (revoked == NULL) {
        return false;
    }
    while (len > 0 && serial[0] == 0) { /* some libraries keep the sign's byte */
        serial++;
        len--;
    }
    look_and_lock(revoked);
    ASN1_INTEGER *number = revoked->list != NULL ? ASN1_INTEGER_new() : NULL;
    if (number != NULL && len <= SEAL_SERIAL_MAX &&
        ASN1_STRING_set(number, serial, (int)len) == 1) {
        X509_REVOKED *entry = NULL;
        found = X509_CRL_get0_by_serial(revoked->list, &entry, number) == 1;
    } else {
        found = revoked->list != NULL; /* what can't be looked up isn't let in */
    }
    ASN1_INTEGER_free(number);
    (void)pthread_mutex_unlock(&revoked->lock);
    return found;
}

struct seal_revocations
seal_revoked_state(struct seal_revoked *revoked)
{
    struct seal_revocations state = {.error = 0};
    if (revoked != NULL) {
        look_and_lock(revoked);
        state = revoked->state;
        (void)pthread_mutex_unlock(&revoked->lock);
    }
    return state;
}
