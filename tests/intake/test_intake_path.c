/* Paths that exist, and many that only look like them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/attr.h"
#include "base/rng.h"
#include "intake/intake_priv.h"

#define ID "00112233445566778899aabbccddeeff"
#include "../fuzz/fuzz_intake_path.c"

static void
test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum intake_route route;
    } rows[] = {
        {"/v1/health", INTAKE_ROUTE_HEALTH},
        {"/v1/enrolment", INTAKE_ROUTE_ENROLMENT},
        {"/v1/report", INTAKE_ROUTE_REPORT},
        {"/v1/reports", INTAKE_ROUTE_NONE},
        {"/v1/call", INTAKE_ROUTE_CALL},
        {"/v1/call/", INTAKE_ROUTE_NONE},
        {"/v1/records/" ID, INTAKE_ROUTE_RECORD},
        {"/v1/bundles/content", INTAKE_ROUTE_BUNDLE},
        {"/v1/bundles/answers/" ID ID, INTAKE_ROUTE_BUNDLE},
        {"/v1/bundles/answers/" ID, INTAKE_ROUTE_NONE},
        {"/v1/bundles/answers/" ID ID "0", INTAKE_ROUTE_NONE},
        {"/v1/bundles/answers/" ID ID "/", INTAKE_ROUTE_NONE},
        {"/v1/bundles/", INTAKE_ROUTE_NONE},
        {"/v1/records/" ID "/receipt", INTAKE_ROUTE_RECEIPT},
        {"", INTAKE_ROUTE_NONE},
        {"/", INTAKE_ROUTE_NONE},
        {"/v1", INTAKE_ROUTE_NONE},
        {"/v1/health/", INTAKE_ROUTE_NONE},
        {"/v1/enrolment/", INTAKE_ROUTE_NONE},
        {"/v1/enrolment/kiosk-001", INTAKE_ROUTE_NONE},
        {"/v1/healthy", INTAKE_ROUTE_NONE},
        {"/v2/records/" ID, INTAKE_ROUTE_NONE},
        {"//v1/records/" ID, INTAKE_ROUTE_NONE},
        {"/v1/records", INTAKE_ROUTE_NONE},
        {"/v1/records/", INTAKE_ROUTE_NONE},
        {"/v1/records/" ID "/", INTAKE_ROUTE_NONE},
        {"/v1/records/" ID "0", INTAKE_ROUTE_NONE},
        {"/v1/records/" ID "/receipts", INTAKE_ROUTE_NONE},
        {"/v1/records/" ID "/receipt/", INTAKE_ROUTE_NONE},
        {"/v1/records/" ID "//receipt", INTAKE_ROUTE_NONE},
        {"/v1/records/0011223344556677", INTAKE_ROUTE_NONE},
        {"/v1/records/00112233445566778899AABBCCDDEEFF", INTAKE_ROUTE_NONE},
        {"/v1/records/00112233445566778899aabbccddeefg", INTAKE_ROUTE_NONE},
        {"/v1/records/../records/" ID, INTAKE_ROUTE_NONE},
        {"/V1/RECORDS/" ID, INTAKE_ROUTE_NONE},
        {" /v1/health", INTAKE_ROUTE_NONE},
    };
    static const uint8_t expect[] = {0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa,
        0xbb, 0xcc, 0xdd, 0xee, 0xff};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t id[SEAL_ID_LEN] = {0};
        enum intake_route route = intake_route(rows[i].path, id);
        if (route != rows[i].route) {
            fail_msg("%s: route %d", rows[i].path, (int)route);
        }
        if (route == INTAKE_ROUTE_RECORD || route == INTAKE_ROUTE_RECEIPT) {
            assert_memory_equal(expect, id, sizeof(id));
        }
    }
}

/* Every truncation and every single changed byte of both long paths, through the fuzz target. */
static void
test_damaged_paths(void **state)
{
    (void)state;
    static const char *const seeds[] = {
        "/v1/health", "/v1/records/" ID, "/v1/records/" ID "/receipt"};
    for (size_t s = 0; s < ARRAY_LEN(seeds); s++) {
        char bytes[80];
        size_t len = strlen(seeds[s]);
        memcpy(bytes, seeds[s], len);
        for (size_t i = 0; i <= len; i++) {
            (void)LLVMFuzzerTestOneInput((const uint8_t *)bytes, i);
        }
        for (size_t i = 0; i < len; i++) {
            for (unsigned value = 0; value < 256; value++) {
                bytes[i] = (char)value;
                (void)LLVMFuzzerTestOneInput((const uint8_t *)bytes, len);
            }
            bytes[i] = seeds[s][i];
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_damaged_paths),
    };
    return cmocka_run_group_tests_name("intake path", tests, NULL, NULL);
}
