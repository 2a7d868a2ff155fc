/* Fuzz target: a pack from a stick. What it gives, written again, is the pack up to where it is broken. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "base/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_BUF pack;
    AUTO_BUF again;
    buf_init(&pack, PACK_MAX);
    buf_init(&again, PACK_MAX);
    if (buf_add(&pack, data, size) < 0) {
        return 0;
    }
    const uint8_t *thing = NULL;
    size_t at = 0, len = 0;
    int r = 0;
    while ((r = pack_next(&pack, &at, &thing, &len)) > 0) {
        assert(len > 0 && len <= PACK_THING_MAX);
        assert(pack_add(&again, thing, len) == 0);
        assert(again.len == at);
    }
    assert(r == 0 || r == KERR_INVALID);
    assert((r == 0) == (at == size));
    assert(again.len == 0 || memcmp(again.data, data, again.len) == 0);
    return 0;
}
