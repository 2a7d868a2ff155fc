/* What a scanner gives as answers from home, before it is opened: nothing that was not sealed to this city's key comes out. The
 * bytes are also tried under the name of a key that is here, so that they reach the decryption. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fs.h"
#include "harness/harness.h"
#include "seal/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct seal_pre_keys *keys;
static uint8_t mark[5]; /* SEAL_PRE_MARK and the key's name */

static void
make_keys(void)
{
    enum { NOW = 1795305600 };
    char folder[HARNESS_FOLDER_LEN];
    uint8_t point[SEAL_PRE_POINT];
    uint8_t hash[SEAL_HASH_LEN];
    harness_folder_make(folder);
    char *path = fs_join(folder, "pre-entry");
    if (seal_pre_key_make(path, NOW) < 0 || seal_pre_keys_new(path, NOW, &keys) < 0 ||
        seal_pre_point(path, NOW, point) < 0) {
        abort();
    }
    seal_hash(point, sizeof(point), hash);
    mark[0] = SEAL_PRE_MARK;
    memcpy(mark + 1, hash, sizeof(mark) - 1);
    free(path);
    (void)harness_folder_remove(folder); /* only needed once */
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (keys == NULL) {
        make_keys();
    }
    AUTO_BUF bytes;
    AUTO_BUF plain;
    buf_init(&bytes, SEAL_LEAN_MAX);
    buf_init(&plain, SEAL_LEAN_MAX);
    if (buf_add(&bytes, data, size) < 0) {
        return 0;
    }
    assert(seal_pre_open(keys, bytes.data, bytes.len, &plain) < 0 && plain.len == 0);
    if (size >= sizeof(mark)) {
        memcpy(bytes.data, mark, sizeof(mark));
        int r = seal_pre_open(keys, bytes.data, bytes.len, &plain);
        assert((r == KERR_SEAL_FORM || r == KERR_SEAL_OPEN) && plain.len == 0);
    }
    return 0;
}
