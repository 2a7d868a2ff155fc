/* What an intake in a test is made of: two cities' keys in the test's folder, and a listener on a free port of loopback with
 * those of ours. */
#ifndef TESTS_INTAKE_CITY_H
#define TESTS_INTAKE_CITY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "intake/intake.h"
#include "seal/seal.h"

/* A file of the test's folder, by its name; good for a few calls. */
typedef const char *city_file(const char *name);

struct city {
    struct seal_sealer *sealer;
    struct seal_sealer *other_sealer; /* a kiosk of another city, of the same name */
    struct seal_verifier *verifier;
    struct seal_signer *signer;
    struct seal_receipts *receipts;
};

/* Keys in "keys", the other city's in "other". */
static inline void
city_make(struct city *city, city_file *at)
{
    assert_int_equal(0, seal_keys_make(at("keys"), "kiosk-001", "127.0.0.1"));
    assert_int_equal(0, seal_keys_make(at("other"), "kiosk-001", "127.0.0.1"));
    assert_int_equal(0, seal_sealer_new(at("keys/kiosk.crt"), at("keys/kiosk.key"),
                            at("keys/recipients.pem"), &city->sealer));
    assert_int_equal(0, seal_sealer_new(at("other/kiosk.crt"), at("other/kiosk.key"),
                            at("other/recipients.pem"), &city->other_sealer));
    assert_int_equal(0, seal_verifier_new(at("keys/kiosk-ca.crt"), &city->verifier));
    assert_int_equal(
        0, seal_signer_new(at("keys/receipt.crt"), at("keys/receipt.key"), &city->signer));
    assert_int_equal(0, seal_receipts_new(at("keys/city-ca.crt"), &city->receipts));
}

/* For intake_start, at once: with the machine's clock and a ledger in a file. */
static inline struct intake_config
city_listens(const struct city *city, city_file *at)
{
    return (struct intake_config){.address = "127.0.0.1",
        .tls_cert = at("keys/intake-tls.crt"),
        .tls_key = at("keys/intake-tls.key"),
        .client_ca = at("keys/kiosk-ca.crt"),
        .ledger = at("ledger.db"),
        .verifier = city->verifier,
        .signer = city->signer,
        .clock = clock_system()};
}

static inline void
city_free(struct city *city)
{
    seal_sealer_free(city->sealer);
    seal_sealer_free(city->other_sealer);
    seal_verifier_free(city->verifier);
    seal_signer_free(city->signer);
    seal_receipts_free(city->receipts);
}

#endif
