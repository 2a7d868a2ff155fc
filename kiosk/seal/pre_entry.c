/* seal/pre_entry.c - pre-entries: answers that somebody gave at home and carries to a terminal as a code. Not records: nothing that a
 * terminal makes can be opened by this (kiosk/decisions/0057-pre-entry.md). HPKE (RFC 9180) in base mode with DHKEM(P-256,
 * HKDF-SHA256), HKDF-SHA256 and AES-128-GCM, since OpenSSL 3.0 has none: the steps are named as in the standard.
 *
 *     1  SEAL_PRE_MARK      4  start of SHA-256 of the key's point      33  enc, compressed      ...  sealed words, tag */
#include "seal_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fs.h"

enum {
    ID_LEN = 4,
    LEAN_POINT_LEN = 33,
    HEAD_LEN = 1 + ID_LEN, /* what the tag covers beside the words */
    DH_LEN = 32,
    KEY_LEN = 16,
    NONCE_LEN = 12,
    TAG_LEN = 16,
    LABELED_MAX = 512,
    KEYS_MAX = 16,
    NAME_LEN = 10 /* 2026-11-22, the day on which a key was made */
};
#define INFO "madoguchi pre-entry 1"
#define ENDING ".key"

static const uint8_t kem_suite[] = {'K', 'E', 'M', 0x00, 0x10};
static const uint8_t suite[] = {'H', 'P', 'K', 'E', 0x00, 0x10, 0x00, 0x01, 0x00, 0x01};

struct bytes {
    const void *data;
    size_t len;
};
#define BYTES(array) ((struct bytes){(array), sizeof(array)})
#define LETTERS(text) ((struct bytes){(text), sizeof(text) - 1})

static bool
hmac(struct bytes key, const struct buf *text, uint8_t out[SEAL_HASH_LEN])
{
    unsigned len = 0;
    return buf_error(text) == 0 &&
           HMAC(EVP_sha256(), key.data, (int)key.len, text->data, text->len, out, &len) != NULL;
}

/* section 4: LabeledExtract. Without salt: zeros of the hash's length, which HMAC takes for none. */
static bool
labeled_extract(struct bytes id, struct bytes salt, struct bytes label, struct bytes ikm,
    uint8_t out[SEAL_HASH_LEN])
{
    AUTO_BUF text;
    buf_init(&text, LABELED_MAX);
    (void)buf_add_str(&text, "HPKE-v1");
    (void)buf_add(&text, id.data, id.len);
    (void)buf_add(&text, label.data, label.len);
    (void)buf_add(&text, ikm.data, ikm.len);
    return hmac(salt, &text, out);
}

/* section 4: LabeledExpand, of one block at most. */
static bool
labeled_expand(struct bytes id, const uint8_t prk[SEAL_HASH_LEN], struct bytes label,
    struct bytes info, uint8_t *out, size_t len)
{
    uint8_t block[SEAL_HASH_LEN];
    AUTO_BUF text;
    buf_init(&text, LABELED_MAX);
    (void)buf_add_byte(&text, 0);
    (void)buf_add_byte(&text, (uint8_t)len);
    (void)buf_add_str(&text, "HPKE-v1");
    (void)buf_add(&text, id.data, id.len);
    (void)buf_add(&text, label.data, label.len);
    (void)buf_add(&text, info.data, info.len);
    (void)buf_add_byte(&text, 1);
    bool done = hmac((struct bytes){prk, SEAL_HASH_LEN}, &text, block);
    memcpy(out, block, len);
    explicit_bzero(block, sizeof(block));
    return done;
}

/* A point of the curve as a key; NULL for one that is not on it. */
static EVP_PKEY *
point_key(const uint8_t *point, size_t len)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    bool ok =
        build != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, len) == 1;
    OSSL_PARAM *params = ok ? OSSL_PARAM_BLD_to_param(build) : NULL;
    if (ctx == NULL || params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        key = NULL;
    }
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(ctx);
    ERR_clear_error();
    return key;
}

/* A key's point as its coordinates say: 4, x, y. */
static bool
point_of(const EVP_PKEY *key, uint8_t out[SEAL_PRE_POINT])
{
    BIGNUM *x = NULL;
    BIGNUM *y = NULL;
    out[0] = POINT_CONVERSION_UNCOMPRESSED;
    bool ok = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
              EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1 &&
              BN_bn2binpad(x, out + 1, DH_LEN) == DH_LEN &&
              BN_bn2binpad(y, out + 1 + DH_LEN, DH_LEN) == DH_LEN;
    BN_free(x);
    BN_free(y);
    return ok;
}

static bool
agree(EVP_PKEY *key, EVP_PKEY *other, uint8_t ret_dh[DH_LEN])
{
    size_t len = DH_LEN;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    bool ok = ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
              EVP_PKEY_derive_set_peer(ctx, other) == 1 &&
              EVP_PKEY_derive(ctx, ret_dh, &len) == 1 && len == DH_LEN;
    EVP_PKEY_CTX_free(ctx);
    ERR_clear_error();
    return ok;
}

/* section 5.1: key and nonce out of a shared secret; mode base, no PSK. */
static bool
schedule(const uint8_t shared[SEAL_HASH_LEN], struct bytes info, uint8_t ret_key[KEY_LEN],
    uint8_t ret_nonce[NONCE_LEN])
{
    uint8_t context[1 + 2 * SEAL_HASH_LEN] = {0};
    uint8_t secret[SEAL_HASH_LEN];
    struct bytes id = BYTES(suite);
    struct bytes nothing = {"", 0};
    bool ok =
        labeled_extract(id, nothing, LETTERS("psk_id_hash"), nothing, context + 1) &&
        labeled_extract(id, nothing, LETTERS("info_hash"), info, context + 1 + SEAL_HASH_LEN) &&
        labeled_extract(
            id, (struct bytes){shared, SEAL_HASH_LEN}, LETTERS("secret"), nothing, secret) &&
        labeled_expand(id, secret, LETTERS("key"), BYTES(context), ret_key, KEY_LEN) &&
        labeled_expand(id, secret, LETTERS("base_nonce"), BYTES(context), ret_nonce, NONCE_LEN);
    explicit_bzero(secret, sizeof(secret));
    return ok;
}

static bool
open_gcm(const uint8_t key[KEY_LEN], const uint8_t nonce[NONCE_LEN], const struct seal_hpke *sealed,
    uint8_t *out)
{
    size_t len = sealed->len - TAG_LEN;
    uint8_t tag[TAG_LEN];
    memcpy(tag, sealed->bytes + len, TAG_LEN);
    int n = 0;
    int last = 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool ok = ctx != NULL && EVP_DecryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, key, nonce) == 1 &&
              EVP_DecryptUpdate(ctx, NULL, &n, sealed->aad, (int)sealed->aad_len) == 1 &&
              EVP_DecryptUpdate(ctx, out, &n, sealed->bytes, (int)len) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, tag) == 1 &&
              EVP_DecryptFinal_ex(ctx, out + n, &last) == 1;
    EVP_CIPHER_CTX_free(ctx);
    ERR_clear_error();
    return ok;
}

int
seal_hpke_open(EVP_PKEY *key, const struct seal_hpke *sealed, struct buf *ret_plain)
{
    uint8_t points[2 * SEAL_PRE_POINT]; /* enc, pkRm */
    uint8_t dh[DH_LEN];
    uint8_t prk[SEAL_HASH_LEN];
    uint8_t shared[SEAL_HASH_LEN];
    uint8_t aes[KEY_LEN];
    uint8_t nonce[NONCE_LEN];
    uint8_t plain[SEAL_LEAN_MAX];
    struct bytes nothing = {"", 0};
    struct bytes id = BYTES(kem_suite);
    if (sealed->len < TAG_LEN || sealed->len > sizeof(plain)) {
        return KERR_SEAL_FORM;
    }
    EVP_PKEY *other = point_key(sealed->enc, sealed->enc_len);
    if (other == NULL || !point_of(other, points)) {
        EVP_PKEY_free(other);
        return KERR_SEAL_FORM;
    }
    bool ok =
        point_of(key, points + SEAL_PRE_POINT) && agree(key, other, dh) &&
        labeled_extract(id, nothing, LETTERS("eae_prk"), BYTES(dh), prk) &&
        labeled_expand(id, prk, LETTERS("shared_secret"), BYTES(points), shared, sizeof(shared)) &&
        schedule(shared, (struct bytes){sealed->info, sealed->info_len}, aes, nonce) &&
        open_gcm(aes, nonce, sealed, plain);
    int r = ok ? buf_add(ret_plain, plain, sealed->len - TAG_LEN) : KERR_SEAL_OPEN;
    EVP_PKEY_free(other);
    explicit_bzero(dh, sizeof(dh));
    explicit_bzero(prk, sizeof(prk));
    explicit_bzero(shared, sizeof(shared));
    explicit_bzero(aes, sizeof(aes));
    explicit_bzero(plain, sizeof(plain));
    return r;
}

/* ---- the keys of a city's terminals ---- */

struct pre_key {
    EVP_PKEY *key;
    uint8_t id[ID_LEN];
};
struct seal_pre_keys {
    struct pre_key all[KEYS_MAX];
    size_t count;
};

/* The day that a key's name tells. */
static bool
key_day(const char *name, int64_t *ret_day)
{
    return strlen(name) == NAME_LEN + strlen(ENDING) && strcmp(name + NAME_LEN, ENDING) == 0 &&
           clock_day_parse(name, NAME_LEN, ret_day);
}

static bool
is_in_use(const char *name, int64_t today)
{
    int64_t day;
    return key_day(name, &day) && day > today - SEAL_PRE_KEY_DAYS;
}

struct loading {
    struct seal_pre_keys *keys;
    const char *folder;
    int64_t today;
};

static int
load_one(const char *name, void *ctx)
{
    struct loading *loading = ctx;
    struct seal_pre_keys *keys = loading->keys;
    uint8_t point[SEAL_PRE_POINT];
    uint8_t hash[SEAL_HASH_LEN];
    EVP_PKEY *key = NULL;
    if (!is_in_use(name, loading->today) || keys->count == KEYS_MAX) {
        return 0;
    }
    char *path = fs_join(loading->folder, name);
    int r = seal_load_key(path, &key);
    free(path);
    if (r < 0 || !point_of(key, point)) {
        EVP_PKEY_free(key);
        return KERR_SEAL_KEY;
    }
    seal_hash(point, sizeof(point), hash);
    struct pre_key *to = &keys->all[keys->count++];
    to->key = key;
    memcpy(to->id, hash, ID_LEN);
    return 0;
}

int
seal_pre_keys_new(const char *folder, int64_t now, struct seal_pre_keys **ret_keys)
{
    struct seal_pre_keys *keys = xcalloc(1, sizeof(*keys));
    struct loading loading = {keys, folder, clock_japan_day(now)};
    int r = fs_is_folder(folder) ? fs_each(folder, ENDING, load_one, &loading) : 0;
    if (r < 0) {
        seal_pre_keys_free(keys);
        return KERR_SEAL_KEY;
    }
    *ret_keys = keys;
    return 0;
}

void
seal_pre_keys_free(struct seal_pre_keys *keys)
{
    for (size_t i = 0; keys != NULL && i < keys->count; i++) {
        EVP_PKEY_free(keys->all[i].key);
    }
    free(keys);
}

int
seal_pre_open(
    const struct seal_pre_keys *keys, const uint8_t *bytes, size_t len, struct buf *ret_plain)
{
    if (len < HEAD_LEN + LEAN_POINT_LEN + TAG_LEN || bytes[0] != SEAL_PRE_MARK) {
        return KERR_SEAL_FORM;
    }
    for (size_t i = 0; i < keys->count; i++) {
        if (memcmp(keys->all[i].id, bytes + 1, ID_LEN) == 0) {
            size_t head = HEAD_LEN + LEAN_POINT_LEN;
            struct seal_hpke sealed = {bytes + HEAD_LEN, LEAN_POINT_LEN, (const uint8_t *)INFO,
                sizeof(INFO) - 1, bytes, HEAD_LEN, bytes + head, len - head};
            return seal_hpke_open(keys->all[i].key, &sealed, ret_plain);
        }
    }
    return KERR_NOT_FOUND;
}

/* ---- at the city ---- */

int
seal_pre_key_make(const char *folder, int64_t now)
{
    char name[CLOCK_DAY_LEN + sizeof(ENDING)];
    clock_day_text(clock_japan_day(now), name);
    (void)snprintf(name + NAME_LEN, sizeof(name) - NAME_LEN, ENDING);
    char *path = fs_join(folder, name);
    EVP_PKEY *key = NULL;
    BIO *bio = NULL;
    int r = fs_exists(path) ? KERR_EXISTS : fs_make_folder(folder, 0700);
    if (r == 0) {
        key = EVP_EC_gen("P-256");
        bio = BIO_new(BIO_s_mem());
        bool ok = key != NULL && bio != NULL &&
                  PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1;
        r = ok ? seal_bio_write(path, bio, 0600) : KERR_SEAL_CRYPTO;
    }
    ERR_clear_error();
    BIO_free(bio);
    EVP_PKEY_free(key);
    free(path);
    return r;
}

struct sorting {
    const char *folder;
    int64_t today;
    char newest[NAME_LEN + sizeof(ENDING)];
    size_t removed;
};

static int
keep_newest(const char *name, void *ctx)
{
    struct sorting *sorting = ctx;
    if (is_in_use(name, sorting->today) && strcmp(name, sorting->newest) > 0) {
        (void)snprintf(sorting->newest, sizeof(sorting->newest), "%s", name);
    }
    return 0;
}

int
seal_pre_point(const char *folder, int64_t now, uint8_t out[SEAL_PRE_POINT])
{
    struct sorting sorting = {.folder = folder, .today = clock_japan_day(now)};
    int r = fs_is_folder(folder) ? fs_each(folder, ENDING, keep_newest, &sorting) : KERR_NOT_FOUND;
    if (r < 0 || sorting.newest[0] == 0) {
        return r < 0 ? r : KERR_NOT_FOUND;
    }
    char *path = fs_join(folder, sorting.newest);
    EVP_PKEY *key = NULL;
    r = seal_load_key(path, &key);
    r = r == 0 && !point_of(key, out) ? KERR_SEAL_KEY : r;
    EVP_PKEY_free(key);
    free(path);
    return r;
}

static int
remove_old(const char *name, void *ctx)
{
    struct sorting *sorting = ctx;
    int64_t day;
    if (!key_day(name, &day) || is_in_use(name, sorting->today)) {
        return 0;
    }
    char *path = fs_join(sorting->folder, name);
    int r = fs_remove(path);
    free(path);
    sorting->removed += r == 0;
    return r;
}

int
seal_pre_keys_tidy(const char *folder, int64_t now, size_t *ret_removed)
{
    struct sorting sorting = {.folder = folder, .today = clock_japan_day(now)};
    int r = fs_is_folder(folder) ? fs_each(folder, ENDING, remove_old, &sorting) : 0;
    *ret_removed = sorting.removed;
    return r;
}
