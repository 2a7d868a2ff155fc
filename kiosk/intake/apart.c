/* intake/apart.c - records of a terminal that was revoked: whole and signed, and maybe made by a thief. They are laid
 * apart, a file each, where staff open them by hand; the ledger has none of them, and the terminal gets no receipt, so
 * it keeps them too. */
#include "intake/intake_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"

enum { HASH_BYTES = 8, NAME_MAX_LEN = 96, FILE_MODE = 0600 };

static int
count_entry(const char *name, void *ctx)
{
    (void)name;
    ++*(size_t *)ctx;
    return 0;
}

/* A thief with the key may make as many as he likes: what one terminal may fill is bounded. */
static int
has_room(const char *folder)
{
    size_t count = 0;
    int r = fs_each(folder, NULL, count_entry, &count);
    return r < 0 ? r : count < INTAKE_APART_MAX ? 0 : KERR_NO_SPACE;
}

int
intake_set_apart(
    const char *folder, const struct seal_header *header, const uint8_t *bytes, size_t len)
{
    uint8_t hash[SEAL_HASH_LEN];
    char digits[2 * HASH_BYTES + 1];
    char name[NAME_MAX_LEN];
    seal_hash(bytes, len, hash);
    hex_encode(hash, HASH_BYTES, digits);
    (void)snprintf(name, sizeof(name), "%" PRIu64 "-%" PRIu64 "-%s.der", header->epoch,
        header->sequence, digits); /* fits by far */
    char *own =
        fs_join(folder, header->kiosk); /* a name that seal_verify let through has no slash */
    char *path = fs_join(own, name);
    int r = 0;
    if (!fs_exists(path)) {
        r = fs_make_dirs(own);
        r = r == 0 ? has_room(own) : r;
        r = r == 0 ? fs_write_atomic(path, bytes, len, FILE_MODE) : r;
    }
    free(path);
    free(own);
    return r;
}
