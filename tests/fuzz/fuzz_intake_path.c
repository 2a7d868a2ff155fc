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
    }
    free(path);
    return 0;
}
