/* Fuzz target: a request's path. Whatever comes, a route with an id has exactly one spelling. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "intake/intake_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *path = malloc(size + 1);
    if (path == NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(path, data, size);
    }
    path[size] = 0;
    uint8_t id[SEAL_ID_LEN];
    char digits[2 * SEAL_ID_LEN + 1], expect[80] = "";
    enum intake_route route = intake_route(path, id);
    if (route == INTAKE_ROUTE_RECORD || route == INTAKE_ROUTE_RECEIPT) {
        hex_encode(id, sizeof(id), digits);
        snprintf(expect, sizeof(expect), "/v1/records/%s%s", digits,
            route == INTAKE_ROUTE_RECEIPT ? "/receipt" : "");
        assert(strcmp(expect, path) == 0);
    } else if (route == INTAKE_ROUTE_HEALTH) {
        assert(strcmp(path, "/v1/health") == 0);
    } else if (route == INTAKE_ROUTE_BUNDLE) {
        struct intake_wanted wanted;
        char hash[2 * SEAL_HASH_LEN + 1], again[128];
        uint8_t bytes[SEAL_HASH_LEN];
        assert(intake_bundle_path(path, &wanted));
        snprintf(again, sizeof(again), "/v1/bundles/%s%s%s", seal_bundle_name(wanted.kind),
            wanted.hash[0] != 0 ? "/" : "", wanted.hash);
        assert(strcmp(again, path) == 0);
        if (wanted.hash[0] != 0) {
            assert(hex_decode(wanted.hash, bytes, sizeof(bytes)) == 0);
            hex_encode(bytes, sizeof(bytes), hash);
            assert(strcmp(hash, wanted.hash) == 0);
        }
    }
    free(path);
    return 0;
}
