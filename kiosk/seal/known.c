/* seal/known.c - which certificates were found good under a trust store. A city signs all receipts with one certificate,
 * and a terminal thousands of records with one: the chain of the same bytes under the same store has the same answer
 * each time, since dates are not looked at. Kept with the store, by the certificate's SHA-256; any thread may ask. */
#include "seal_priv.h"

#include <pthread.h>
#include <string.h>

#include <openssl/sha.h>

#include "base/alloc.h"
#include "base/attr.h"

enum { PLACES = 512 }; /* more certificates than that take turns */

struct known {
    pthread_mutex_t lock;
    uint8_t hash[PLACES][SHA256_DIGEST_LENGTH]; /* all zero: free */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int place = -1; /* in a store's extra data */

static void
release(void *parent ATTR_UNUSED, void *known_, CRYPTO_EX_DATA *data ATTR_UNUSED,
    int index ATTR_UNUSED, long number ATTR_UNUSED, void *pointer ATTR_UNUSED)
{
    struct known *known = known_;
    if (known != NULL) {
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

bool
seal_known(X509_STORE *trust, X509 *cert, seal_judge *judge)
{
    struct known *known = X509_STORE_get_ex_data(trust, place);
    uint8_t hash[SHA256_DIGEST_LENGTH];
    unsigned len = 0;
    if (X509_digest(cert, EVP_sha256(), hash, &len) != 1 || len != sizeof(hash)) {
        return false;
    }
    uint8_t *kept = known->hash[(hash[0] << 8 | hash[1]) % PLACES];
    (void)pthread_mutex_lock(&known->lock);
    bool good = memcmp(kept, hash, sizeof(hash)) == 0;
    (void)pthread_mutex_unlock(&known->lock);
    if (!good && judge(trust, cert)) {
        (void)pthread_mutex_lock(&known->lock);
        memcpy(kept, hash, sizeof(hash));
        (void)pthread_mutex_unlock(&known->lock);
        good = true;
    }
    return good;
}
