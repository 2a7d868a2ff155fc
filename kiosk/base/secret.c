/* base/secret.c - one locked page a secret. mmap, not malloc: the page must be lockable by itself
 * and must vanish from dumps and forks as a whole. */
#include "secret.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/err.h"

struct secret {
    size_t len;
    size_t map_len;
    uint8_t bytes[SECRET_MAX];
};

enum { STACK_WIPE_BYTES = 64 * 1024 };

int
secret_new(struct secret **ret_secret)
{
    long page = sysconf(_SC_PAGESIZE);
    size_t map_len = page > 0 ? (size_t)page : 4096;
    void *map = mmap(NULL, map_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) {
        return KERR_NO_MEMORY;
    }
    if (mlock(map, map_len) != 0) {
        (void)munmap(map, map_len); /* nothing was written to it */
        return KERR_LOCKED_MEMORY;
    }
    (void)madvise(map, map_len, MADV_DONTDUMP); /* dumps are off anyway: a second fence */
    (void)madvise(map, map_len, MADV_WIPEONFORK); /* a child gets zeros */
    struct secret *secret = map;
    secret->map_len = map_len;
    *ret_secret = secret;
    return 0;
}

void
secret_free(struct secret *secret)
{
    if (secret == NULL) {
        return;
    }
    size_t map_len = secret->map_len;
    explicit_bzero(secret, map_len);
    (void)munlock(secret, map_len); /* unmapping follows */
    (void)munmap(secret, map_len);
}

int
secret_push(struct secret *secret, uint8_t byte)
{
    if (secret->len >= SECRET_MAX) {
        return KERR_TOO_BIG;
    }
    secret->bytes[secret->len++] = byte;
    return 0;
}

void
secret_pop(struct secret *secret)
{
    if (secret->len > 0) {
        secret->len--;
        explicit_bzero(secret->bytes + secret->len, 1);
    }
}

void
secret_clear(struct secret *secret)
{
    explicit_bzero(secret->bytes, sizeof(secret->bytes));
    secret->len = 0;
}

size_t
secret_len(const struct secret *secret)
{
    return secret->len;
}

const uint8_t *
secret_bytes(const struct secret *secret)
{
    return secret->bytes;
}

void
secret_harden_process(void)
{
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none); /* lowering a limit can't fail in a way we could mend */
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

ATTR_NOINLINE void
secret_wipe_stack(void)
{
    uint8_t below[STACK_WIPE_BYTES];
    explicit_bzero(below, sizeof(below));
}
