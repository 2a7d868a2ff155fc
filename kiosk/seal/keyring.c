/* seal/keyring.c - the city's list of sealing keys: reading it, which key is in use, and putting a newer list
 * in place of an older one. Inside the signature stands
 *
 *     madoguchi keyring 1
 *     counter 3
 *     (certificates as PEM: the recovery key, then the sealing keys by their begin)
 *
 * and nothing else; the dates are those of the certificates. */
#include "seal_priv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"

#define HEAD "madoguchi keyring 1\ncounter "

enum { LIST_MODE = 0644 };

static int
add_pem(const STACK_OF(X509) * certs, struct buf *ret_text)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = bio != NULL;
    for (int i = 0; ok && i < sk_X509_num(certs); i++) {
        ok = PEM_write_bio_X509(bio, sk_X509_value(certs, i)) == 1;
    }
    char *data = NULL;
    long len = ok ? BIO_get_mem_data(bio, &data) : -1;
    int r = len >= 0 ? buf_add(ret_text, data, (size_t)len) : KERR_SEAL_CRYPTO;
    BIO_free(bio);
    return r;
}

int
seal_keyring_write(const struct seal_keyring *ring, struct buf *ret_text)
{
    int r = buf_printf(ret_text, HEAD "%" PRIu64 "\n", ring->counter);
    r = r == 0 ? add_pem(ring->always, ret_text) : r;
    return r == 0 ? add_pem(ring->keys, ret_text) : r;
}

/* The counter behind the head; 0 for none, which no list has. Spelling is checked by writing it again. */
static uint64_t
read_counter(const char *text, size_t len)
{
    size_t at = sizeof(HEAD) - 1;
    uint64_t counter = 0;
    if (len < at || memcmp(text, HEAD, at) != 0) {
        return 0;
    }
    for (; at < len && text[at] >= '0' && text[at] <= '9'; at++) {
        unsigned digit = (unsigned)(text[at] - '0');
        if (counter > (UINT64_MAX - digit) / 10) {
            return 0;
        }
        counter = counter * 10 + digit;
    }
    return counter;
}

static bool
dates_of(const X509 *cert, int64_t *ret_from, int64_t *ret_until)
{
    return seal_moment(X509_get0_notBefore(cert), ret_from) &&
           seal_moment(X509_get0_notAfter(cert), ret_until);
}

/* Whoever got hold of the keyring key alone can't name a sealing key of his own: the city's CA signs each. */
static bool
may_be_listed(X509_STORE *trust, X509 *cert, const char *name)
{
    int64_t from = 0;
    int64_t until = 0;
    return seal_chain_ok(trust, cert, 0) && seal_common_name_is(cert, name) &&
           (X509_get_key_usage(cert) & X509v3_KU_KEY_AGREEMENT) != 0 &&
           dates_of(cert, &from, &until);
}

static bool
ring_ok(const struct seal_keyring *ring, X509_STORE *trust)
{
    int count = sk_X509_num(ring->keys);
    bool ok = ring->counter > 0 && count > 0 && count <= SEAL_KEYRING_KEYS &&
              sk_X509_num(ring->always) == 1 &&
              may_be_listed(trust, sk_X509_value(ring->always, 0), "recovery");
    int64_t last = 0;
    for (int i = 0; ok && i < count; i++) {
        X509 *cert = sk_X509_value(ring->keys, i);
        int64_t from = 0;
        int64_t until = 0;
        ok = may_be_listed(trust, cert, "city") && dates_of(cert, &from, &until) && from >= last;
        last = from;
    }
    return ok;
}

static int
read_text(X509_STORE *trust, const uint8_t *text, size_t len, struct seal_keyring *ring)
{
    AUTO_BUF again;
    buf_init(&again, SEAL_KEYRING_MAX);
    ring->counter = read_counter((const char *)text, len);
    if (seal_read_certs(text, len, &ring->keys) < 0) {
        return KERR_SEAL_FORM;
    }
    X509 *first = sk_X509_shift(ring->keys);
    ring->always = sk_X509_new_null();
    if (ring->always == NULL || sk_X509_push(ring->always, first) <= 0) {
        X509_free(first);
        return KERR_SEAL_FORM;
    }
    bool ok = ring_ok(ring, trust) && seal_keyring_write(ring, &again) == 0 && again.len == len &&
              memcmp(again.data, text, len) == 0;
    return ok ? 0 : KERR_SEAL_FORM;
}

int
seal_keyring_read_text(
    X509_STORE *trust, const uint8_t *text, size_t len, struct seal_keyring **ret_ring)
{
    struct seal_keyring *ring = xcalloc(1, sizeof(*ring));
    int r = read_text(trust, text, len, ring);
    ERR_clear_error();
    if (r < 0) {
        seal_keyring_free(ring);
        return r;
    }
    *ret_ring = ring;
    return 0;
}

static int
read_signed(X509_STORE *trust, const uint8_t *bytes, size_t len, struct seal_keyring **ret_ring)
{
    struct seal_signed parts;
    int r = len <= SEAL_KEYRING_MAX ? seal_check_signed(trust, bytes, len, &parts) : KERR_SEAL_FORM;
    if (r < 0) {
        return r;
    }
    if (!seal_common_name_is(parts.signer, SEAL_KEYRING_NAME)) {
        r = KERR_SEAL_SIGNATURE;
    } else if (parts.header != NULL) {
        r = KERR_SEAL_FORM;
    } else {
        r = seal_keyring_read_text(trust, parts.content, parts.content_len, ret_ring);
    }
    seal_signed_release(&parts);
    return r;
}

int
seal_keyring_read(
    const char *city_ca, const uint8_t *bytes, size_t len, struct seal_keyring **ret_ring)
{
    X509_STORE *trust = NULL;
    int r = seal_load_trust(city_ca, &trust);
    if (r < 0) {
        return r;
    }
    r = read_signed(trust, bytes, len, ret_ring);
    X509_STORE_free(trust);
    return r;
}

int
seal_keyring_first(const char *recipients, struct seal_keyring **ret_ring)
{
    struct seal_keyring *ring = xcalloc(1, sizeof(*ring));
    int r = seal_load_certs(recipients, &ring->always);
    X509 *first = r == 0 ? sk_X509_shift(ring->always) : NULL;
    int64_t from = 0;
    int64_t until = 0;
    ring->keys = sk_X509_new_null();
    if (first == NULL || ring->keys == NULL || !dates_of(first, &from, &until) ||
        sk_X509_push(ring->keys, first) <= 0) {
        X509_free(first);
        seal_keyring_free(ring);
        return KERR_SEAL_KEY;
    }
    *ret_ring = ring;
    return 0;
}

void
seal_keyring_free(struct seal_keyring *ring)
{
    if (ring == NULL) {
        return;
    }
    sk_X509_pop_free(ring->keys, X509_free);
    sk_X509_pop_free(ring->always, X509_free);
    free(ring);
}

struct seal_keyring_use
seal_keyring_use(const struct seal_keyring *ring, int64_t now)
{
    struct seal_keyring_use use = {
        .counter = ring->counter, .count = (size_t)sk_X509_num(ring->keys)};
    for (size_t i = 0; i < use.count; i++) {
        int64_t from = 0;
        int64_t until = 0;
        (void)dates_of(sk_X509_value(ring->keys, (int)i), &from, &until); /* looked at when read */
        if (i == 0 || from <= now) {
            use.which = i;
            use.from = from;
            use.until = until;
            use.next_from = 0;
        } else if (use.next_from == 0) {
            use.next_from = from;
        }
    }
    use.is_late = now > use.until;
    return use;
}

/* What is at path now: its counter, 0 for no list or for one that does not verify. */
static int
installed(const char *city_ca, const char *path, struct buf *bytes, uint64_t *ret_counter)
{
    struct seal_keyring *ring = NULL;
    int r = fs_read(path, bytes);
    *ret_counter = 0;
    if (r < 0 && r != KERR_NOT_FOUND && r != KERR_TOO_BIG) {
        return r;
    }
    if (r == 0 && seal_keyring_read(city_ca, bytes->data, bytes->len, &ring) == 0) {
        *ret_counter = ring->counter;
    }
    seal_keyring_free(ring);
    return 0;
}

int
seal_keyring_install(const char *city_ca, const char *path, const uint8_t *bytes, size_t len)
{
    struct seal_keyring *ring = NULL;
    AUTO_BUF old;
    buf_init(&old, SEAL_KEYRING_MAX);
    uint64_t counter = 0;
    int r = seal_keyring_read(city_ca, bytes, len, &ring);
    if (r == 0) {
        r = installed(city_ca, path, &old, &counter);
    }
    if (r == 0 && old.len == len && memcmp(old.data, bytes, len) == 0) {
        seal_keyring_free(ring);
        return 0;
    }
    if (r == 0) {
        r = ring->counter > counter ? fs_write_atomic(path, bytes, len, LIST_MODE) : KERR_CONFLICT;
    }
    seal_keyring_free(ring);
    return r;
}
