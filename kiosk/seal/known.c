/* seal/known.c - which certificates were found good under a trust store. A city signs all receipts with one certificate,
 * and a terminal thousands of records with one: the chain of the same bytes under the same store has the same answer
 * each time, since dates are not looked at. Kept with the store, by the certificate's SHA-256, with what was decoded of it;
 * any thread may ask. */
#include "seal_priv.h"

#include <pthread.h>
#include <string.h>

#include <openssl/sha.h>

#include "base/alloc.h"
#include "base/attr.h"

enum { PLACES = 512 }; /* more certificates than that take turns */

struct known {
    pthread_mutex_t lock;
    struct place {
        uint8_t hash[SHA256_DIGEST_LENGTH]; /* of the certificate */
        X509 *cert; /* owned; NULL: free */
    } places[PLACES];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int place = -1; /* in a store's extra data */

static void
release(void *parent ATTR_UNUSED, void *known_, CRYPTO_EX_DATA *data ATTR_UNUSED,
    int index ATTR_UNUSED, long number ATTR_UNUSED, void *pointer ATTR_UNUSED)
{
    struct known *known = known_;
    if (known != NULL) {
        for (size_t i = 0; i < PLACES; i++) {
            X509_free(known->places[i].cert);
        }
        (void)pthread_mutex_destroy(&known->lock);
        free(known);
    }
}

static void
reserve(void)
{
    place = X509_STORE_get_ex_new_index(0, NULL, NULL, NULL, release);
}

bool
seal_known_begin(X509_STORE *trust)
{
    (void)pthread_once(&once, reserve);
    struct known *known = xcalloc(1, sizeof(*known));
    if (pthread_mutex_init(&known->lock, NULL) != 0) {
        free(known);
        return false;
    }
    if (place < 0 || X509_STORE_set_ex_data(trust, place, known) != 1) {
        release(NULL, known, NULL, 0, 0, NULL);
        return false;
    }
    return true;
}

static struct place *
place_of(struct known *known, const uint8_t hash[SHA256_DIGEST_LENGTH])
{
    return &known->places[(hash[0] << 8 | hash[1]) % PLACES];
}

/* The certificate that stands there under this hash, for the caller to free. */
static X509 *
get(struct known *known, const uint8_t hash[SHA256_DIGEST_LENGTH])
{
    struct place *at = place_of(known, hash);
    (void)pthread_mutex_lock(&known->lock);
    bool is_here = at->cert != NULL && memcmp(at->hash, hash, sizeof(at->hash)) == 0;
    X509 *cert = is_here && X509_up_ref(at->cert) == 1 ? at->cert : NULL;
    (void)pthread_mutex_unlock(&known->lock);
    return cert;
}

static void
put(struct known *known, const uint8_t hash[SHA256_DIGEST_LENGTH], X509 *cert)
{
    struct place *at = place_of(known, hash);
    if (X509_up_ref(cert) != 1) {
        return;
    }
    (void)pthread_mutex_lock(&known->lock);
    X509 *old = at->cert;
    at->cert = cert;
    memcpy(at->hash, hash, sizeof(at->hash));
    (void)pthread_mutex_unlock(&known->lock);
    X509_free(old);
}

X509 *
seal_known_cert(X509_STORE *trust, const uint8_t *der, size_t len)
{
    struct known *known = X509_STORE_get_ex_data(trust, place);
    uint8_t hash[SHA256_DIGEST_LENGTH];
    seal_hash(der, len, hash);
    return get(known, hash);
}

bool
seal_known(X509_STORE *trust, X509 *cert, seal_judge *judge)
{
    struct known *known = X509_STORE_get_ex_data(trust, place);
    uint8_t hash[SHA256_DIGEST_LENGTH];
    unsigned len = 0;
    if (X509_digest(cert, EVP_sha256(), hash, &len) != 1 || len != sizeof(hash)) {
        return false;
    }
    X509 *kept = get(known, hash);
    bool good = kept != NULL;
    X509_free(kept);
    if (!good && judge(trust, cert)) {
        put(known, hash, cert);
        good = true;
    }
    return good;
}
