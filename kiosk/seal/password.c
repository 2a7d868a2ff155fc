/* seal/password.c - staff passwords as scrypt lines: "scrypt$15$8$1$SALT$HASH" (log2 of N, r, p, both
 * values in hex). RFC 7914; N = 2^15, r = 8, p = 1 is 32 MiB and about a tenth of a second. */
#include "seal_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/rng.h"

enum {
    COST_LOG2 = 15,
    COST_LOG2_MAX = 17, /* a line from a file must not take the machine's memory: 128 MiB */
    BLOCK = 8,
    LANES = 1,
    SALT_LEN = 16,
    HASH_LEN = 32,
    PASSWORD_MAX = 1024
};

struct line {
    unsigned cost_log2;
    uint8_t salt[SALT_LEN];
    uint8_t hash[HASH_LEN];
};

static int
derive(const char *password, const struct line *line, uint8_t out[HASH_LEN])
{
    uint64_t n = (uint64_t)1 << line->cost_log2;
    uint64_t memory =
        128 * BLOCK * n + 1024 * 1024; /* RFC 7914 section 6: 128 * r * N and little */
    int ok = EVP_PBE_scrypt(
        password, strlen(password), line->salt, SALT_LEN, n, BLOCK, LANES, memory, out, HASH_LEN);
    ERR_clear_error();
    return ok == 1 ? 0 : KERR_SEAL_CRYPTO;
}

static void
write_line(const struct line *line, char out[SEAL_PASSWORD_HASH_MAX])
{
    char salt[2 * SALT_LEN + 1];
    char hash[2 * HASH_LEN + 1];
    hex_encode(line->salt, SALT_LEN, salt);
    hex_encode(line->hash, HASH_LEN, hash);
    (void)snprintf(out, SEAL_PASSWORD_HASH_MAX, "scrypt$%u$%d$%d$%s$%s", line->cost_log2, BLOCK,
        LANES, salt, hash);
}

int
seal_password_hash(const char *password, char out[SEAL_PASSWORD_HASH_MAX])
{
    size_t len = strnlen(password, PASSWORD_MAX + 1);
    if (len == 0 || len > PASSWORD_MAX) {
        return KERR_INVALID;
    }
    struct line line = {.cost_log2 = COST_LOG2};
    rng_fill(line.salt, SALT_LEN);
    int r = derive(password, &line, line.hash);
    if (r == 0) {
        write_line(&line, out);
    }
    return r;
}

/* The line's parts; r and p have one value only. */
static int
read_line(const char *text, struct line *ret_line)
{
    static const char start[] = "scrypt$";
    enum { TAIL = sizeof("$8$1$") - 1 + 2 * SALT_LEN + 1 + 2 * HASH_LEN };
    size_t len = strnlen(text, SEAL_PASSWORD_HASH_MAX);
    if (len != sizeof(start) - 1 + 2 + TAIL || memcmp(text, start, sizeof(start) - 1) != 0) {
        return KERR_SEAL_FORM;
    }
    const char *p = text + sizeof(start) - 1;
    if (p[0] != '1' || p[1] < '0' || p[1] > '9') {
        return KERR_SEAL_FORM;
    }
    struct line line = {.cost_log2 = 10 + (unsigned)(p[1] - '0')};
    if (line.cost_log2 > COST_LOG2_MAX) {
        return KERR_SEAL_FORM;
    }
    char salt[2 * SALT_LEN + 1] = "";
    memcpy(salt, p + 2 + sizeof("$8$1$") - 1, 2 * SALT_LEN);
    if (hex_decode(salt, line.salt, SALT_LEN) < 0 ||
        hex_decode(text + len - 2 * HASH_LEN, line.hash, HASH_LEN) < 0) {
        return KERR_SEAL_FORM;
    }
    char again[SEAL_PASSWORD_HASH_MAX];
    write_line(&line, again);
    if (strcmp(again, text) != 0) {
        return KERR_SEAL_FORM;
    }
    *ret_line = line;
    return 0;
}

int
seal_password_check(const char *password, const char *hash)
{
    /* the same work for an account that isn't there, so that time does not tell which names are */
    struct line line = {.cost_log2 = COST_LOG2};
    if (hash != NULL) {
        int r = read_line(hash, &line);
        if (r < 0) {
            return r;
        }
    }
    if (strnlen(password, PASSWORD_MAX + 1) > PASSWORD_MAX) {
        return KERR_SEAL_SIGNATURE;
    }
    uint8_t made[HASH_LEN];
    int r = derive(password, &line, made);
    if (r == 0 && (CRYPTO_memcmp(made, line.hash, HASH_LEN) != 0 || hash == NULL)) {
        r = KERR_SEAL_SIGNATURE;
    }
    OPENSSL_cleanse(made, sizeof(made));
    return r;
}
