/* intake/path.c - the paths that exist. Exact: no trailing slash, no dot segments, 32 lower-case
 * hexadecimal digits for an id, so that a record has one name only. */
#include "intake/intake_priv.h"

#include <string.h>

#include "base/hex.h"

enum intake_route
intake_route(const char *path, uint8_t ret_id[SEAL_ID_LEN])
{
    static const char records[] = "/v1/records/";
    enum { DIGITS = 2 * SEAL_ID_LEN };
    if (strcmp(path, "/v1/report") == 0) {
        return INTAKE_ROUTE_REPORT;
    }
    if (strcmp(path, "/v1/call") == 0) {
        return INTAKE_ROUTE_CALL;
    }
    if (strcmp(path, "/v1/health") == 0) {
        return INTAKE_ROUTE_HEALTH;
    }
    if (strcmp(path, "/v1/enrolment") == 0) {
        return INTAKE_ROUTE_ENROLMENT;
    }
    struct intake_wanted wanted;
    if (intake_bundle_path(path, &wanted)) {
        return INTAKE_ROUTE_BUNDLE;
    }
    if (strncmp(path, records, sizeof(records) - 1) != 0) {
        return INTAKE_ROUTE_NONE;
    }
    const char *name = path + sizeof(records) - 1;
    if (strspn(name, "0123456789abcdef") != DIGITS) {
        return INTAKE_ROUTE_NONE;
    }
    const char *rest = name + DIGITS;
    enum intake_route route = *rest == 0                      ? INTAKE_ROUTE_RECORD
                              : strcmp(rest, "/receipt") == 0 ? INTAKE_ROUTE_RECEIPT
                                                              : INTAKE_ROUTE_NONE;
    char digits[DIGITS + 1];
    memcpy(digits, name, DIGITS);
    digits[DIGITS] = 0;
    if (route == INTAKE_ROUTE_NONE || hex_decode(digits, ret_id, SEAL_ID_LEN) < 0) {
        return INTAKE_ROUTE_NONE;
    }
    return route;
}
