/* seal/tag.c - tags: names for things that are not told themselves. HMAC-SHA-256 (RFC 2104, FIPS 198-1), cut to 128
 * bits, under a key that the city's terminals share. */
#include "seal_priv.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/hmac.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "base/rng.h"

enum { KEY_LEN = 32, KEY_TEXT_LEN = 2 * KEY_LEN, TAG_BYTES = (SEAL_TAG_LEN - 1) / 2 };

int
seal_tag_key_make(const char *path)
{
    uint8_t key[KEY_LEN];
    char line[KEY_TEXT_LEN + 2];
    if (fs_exists(path)) {
        return KERR_EXISTS;
    }
    rng_fill(key, sizeof(key));
    hex_encode(key, sizeof(key), line);
    line[KEY_TEXT_LEN] = '\n';
    int r = fs_write_atomic(path, line, KEY_TEXT_LEN + 1, 0600);
    explicit_bzero(key, sizeof(key));
    explicit_bzero(line, sizeof(line));
    return r;
}

static int
load_key(const char *path, uint8_t ret_key[KEY_LEN])
{
    AUTO_BUF line;
    buf_init(&line, KEY_TEXT_LEN + 1);
    if (fs_read(path, &line) < 0 || line.len < KEY_TEXT_LEN ||
        (line.len > KEY_TEXT_LEN && line.data[KEY_TEXT_LEN] != '\n')) {
        return KERR_SEAL_KEY;
    }
    line.data[KEY_TEXT_LEN] = 0;
    return hex_decode(buf_str(&line), ret_key, KEY_LEN) < 0 ? KERR_SEAL_KEY : 0;
}

int
seal_tag(const char *key_path, const char *text, char out[SEAL_TAG_LEN])
{
    uint8_t key[KEY_LEN];
    uint8_t mac[SEAL_HASH_LEN];
    unsigned len = 0;
    int r = load_key(key_path, key);
    if (r == 0 && HMAC(EVP_sha256(), key, KEY_LEN, (const unsigned char *)text, strlen(text), mac,
                      &len) == NULL) {
        r = KERR_SEAL_CRYPTO;
    }
    if (r == 0) {
        hex_encode(mac, TAG_BYTES, out);
    }
    explicit_bzero(key, sizeof(key));
    explicit_bzero(mac, sizeof(mac));
    return r;
}
