/* seal/next.c - at the city: the next sealing key, and the signed list that tells terminals of it. The private
 * key is on the disk before the list names it, and under a name that was never used: no key that may have
 * sealed something is ever written over. */
#include "seal_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "base/rng.h"

enum { SECONDS_A_DAY = 86400, LIST_MODE = 0644, CHANCE_LEN = 4 };

static int
load_pair(const char *keys, enum seal_kind kind, struct seal_pair *ret_pair)
{
    char file[SEAL_NAME_MAX];
    (void)snprintf(file, sizeof(file), "%s.crt", seal_kind_file(kind));
    char *cert = fs_join(keys, file);
    (void)snprintf(file, sizeof(file), "%s.key", seal_kind_file(kind));
    char *key = fs_join(keys, file);
    int r = seal_load_pair(cert, key, &ret_pair->cert, &ret_pair->key);
    free(key);
    free(cert);
    return r;
}

int
seal_pair_of(const char *keys, enum seal_kind kind, int64_t now, struct seal_pair *ret_pair)
{
    char file[SEAL_NAME_MAX];
    (void)snprintf(file, sizeof(file), "%s.key", seal_kind_file(kind));
    char *key = fs_join(keys, file);
    struct seal_pair ca = {0};
    int r = 0;
    if (fs_exists(key)) {
        r = load_pair(keys, kind, ret_pair);
    } else {
        r = load_pair(keys, SEAL_CITY_CA, &ca);
        r = r == 0 ? seal_pair_make(&ca, kind, seal_kind_file(kind), now - SECONDS_A_DAY,
                         seal_kind_days(kind), ret_pair)
                   : r;
        r = r == 0 ? seal_pair_write(keys, seal_kind_file(kind), ret_pair) : r;
    }
    seal_pair_release(&ca);
    free(key);
    return r;
}

/* The list so far: at path, or what terminals begin with. */
static int
load_ring(const struct seal_next *next, struct seal_keyring **ret_ring)
{
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_KEYRING_MAX);
    char *ca = fs_join(next->keys, "city-ca.crt");
    char *recipients = fs_join(next->keys, "recipients.pem");
    int r = fs_read(next->path, &bytes);
    r = r == 0                ? seal_keyring_read(ca, bytes.data, bytes.len, ret_ring)
        : r == KERR_NOT_FOUND ? seal_keyring_first(recipients, ret_ring)
                              : r;
    free(recipients);
    free(ca);
    return r;
}

/* Keys before the one in use leave the list (the desk keeps them), the new one stands at its end. */
static int
renew(struct seal_keyring *ring, const struct seal_next *next, X509 *cert)
{
    for (size_t i = seal_keyring_use(ring, next->now).which; i > 0; i--) {
        X509_free(sk_X509_shift(ring->keys));
    }
    int count = sk_X509_num(ring->keys);
    int64_t last = 0;
    if (count >= SEAL_KEYRING_KEYS || ring->counter == UINT64_MAX) {
        return KERR_TOO_BIG;
    }
    if (!seal_moment(X509_get0_notBefore(sk_X509_value(ring->keys, count - 1)), &last) ||
        last > next->from) {
        return KERR_INVALID; /* it would never be the newest that has begun */
    }
    ring->counter++;
    if (X509_up_ref(cert) != 1 || sk_X509_push(ring->keys, cert) <= 0) {
        return KERR_SEAL_CRYPTO;
    }
    return 0;
}

/* Signs the list, and reads it as a terminal will before anybody gets it. */
static int
sign_list(const struct seal_next *next, const struct seal_keyring *ring,
    const struct seal_pair *signer, struct buf *ret_bytes)
{
    AUTO_BUF text;
    buf_init(&text, SEAL_KEYRING_MAX);
    struct seal_keyring *again = NULL;
    int r = seal_keyring_write(ring, &text);
    if (r == 0) {
        r = seal_sign(signer->cert, signer->key, NULL, text.data, text.len, ret_bytes);
    }
    if (r == 0) {
        char *ca = fs_join(next->keys, "city-ca.crt");
        r = seal_keyring_read(ca, ret_bytes->data, ret_bytes->len, &again);
        free(ca);
    }
    seal_keyring_free(again);
    return r;
}

static int
write_pair(const struct seal_next *next, const struct seal_pair *pair)
{
    char day[CLOCK_DAY_LEN];
    uint8_t chance[CHANCE_LEN];
    char hex[2 * CHANCE_LEN + 1];
    char name[SEAL_NAME_MAX];
    clock_day_text(clock_japan_day(next->from), day);
    rng_fill(chance, sizeof(chance));
    hex_encode(chance, sizeof(chance), hex);
    (void)snprintf(name, sizeof(name), "%s-%s", day, hex);
    int r = fs_make_dirs(next->opens);
    return r == 0 ? seal_pair_write(next->opens, name, pair) : r;
}

int
seal_keyring_next(const struct seal_next *next)
{
    struct seal_pair ca = {0};
    struct seal_pair signer = {0};
    struct seal_pair made = {0};
    struct seal_keyring *ring = NULL;
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_KEYRING_MAX);
    int r = load_pair(next->keys, SEAL_CITY_CA, &ca);
    r = r == 0 ? load_ring(next, &ring) : r;
    r = r == 0 ? seal_pair_of(next->keys, SEAL_KEYRING, next->now, &signer) : r;
    if (r == 0) {
        r = seal_pair_make(
            &ca, SEAL_CITY, seal_kind_file(SEAL_CITY), next->from, next->days, &made);
    }
    r = r == 0 ? renew(ring, next, made.cert) : r;
    r = r == 0 ? sign_list(next, ring, &signer, &bytes) : r;
    r = r == 0 ? write_pair(next, &made) : r;
    r = r == 0 ? fs_write_atomic(next->path, bytes.data, bytes.len, LIST_MODE) : r;
    seal_keyring_free(ring);
    seal_pair_release(&made);
    seal_pair_release(&signer);
    seal_pair_release(&ca);
    ERR_clear_error();
    return r;
}
