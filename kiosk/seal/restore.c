/* seal/restore.c - the city's side of the lean form: with the certificates that it knows, an envelope is put together
 * again, and given out only when it verifies. */
#include "seal_priv.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/fs.h"

enum { KNOWN_MAX = 4096 }; /* terminals, and what else lies in the folder */

struct seal_restorer {
    const struct seal_verifier *verifier; /* borrowed */
    struct buf issuer; /* of the recipients' certificates, DER */
    struct known {
        X509 *cert;
        uint8_t ref[SEAL_LEAN_REF];
    } * known;
    size_t count, cap;
};

int
seal_restorer_new(const struct seal_verifier *verifier, const char *city_cert,
    struct seal_restorer **ret_restorer)
{
    X509 *cert = NULL;
    int r = seal_load_cert(city_cert, &cert);
    if (r < 0) {
        return r;
    }
    struct seal_restorer *restorer = xcalloc(1, sizeof(*restorer));
    restorer->verifier = verifier;
    buf_init(&restorer->issuer, SEAL_RECEIPT_MAX);
    unsigned char *der = NULL;
    int len = i2d_X509_NAME(X509_get_issuer_name(cert), &der);
    r = len > 0 ? buf_add(&restorer->issuer, der, (size_t)len) : KERR_SEAL_KEY;
    OPENSSL_free(der);
    X509_free(cert);
    if (r < 0) {
        seal_restorer_free(restorer);
        return r;
    }
    *ret_restorer = restorer;
    return 0;
}

void
seal_restorer_free(struct seal_restorer *restorer)
{
    if (restorer == NULL) {
        return;
    }
    for (size_t i = 0; i < restorer->count; i++) {
        X509_free(restorer->known[i].cert);
    }
    free(restorer->known);
    buf_release(&restorer->issuer);
    free(restorer);
}

/* Takes the certificate over; one that is known already is freed. */
static int
keep(struct seal_restorer *restorer, X509 *cert)
{
    struct known known = {.cert = cert};
    if (!seal_lean_ref(cert, known.ref)) {
        X509_free(cert);
        return KERR_SEAL_CRYPTO;
    }
    for (size_t i = 0; i < restorer->count; i++) {
        if (X509_cmp(restorer->known[i].cert, cert) == 0) {
            X509_free(cert);
            return 0;
        }
    }
    if (restorer->count == KNOWN_MAX) {
        X509_free(cert);
        return KERR_TOO_BIG;
    }
    restorer->known =
        xgrow(restorer->known, restorer->count, &restorer->cap, sizeof(*restorer->known));
    restorer->known[restorer->count++] = known;
    return 0;
}

struct adding {
    struct seal_restorer *restorer;
    const char *folder;
};

static int
add_file(const char *name, void *ctx)
{
    const struct adding *adding = ctx;
    X509 *cert = NULL;
    char *path = fs_join(adding->folder, name);
    /* another one's may be broken */
    int r = seal_load_cert(path, &cert) == 0 ? keep(adding->restorer, cert) : 0;
    free(path);
    return r;
}

int
seal_restorer_add_folder(struct seal_restorer *restorer, const char *path)
{
    struct adding adding = {restorer, path};
    int r = fs_each(path, ".crt", add_file, &adding);
    ERR_clear_error();
    return r;
}

int
seal_restorer_add_envelope(struct seal_restorer *restorer, const uint8_t *envelope, size_t len)
{
    CMS_ContentInfo *cms = seal_parse_exact(envelope, len);
    STACK_OF(X509) *certs = cms != NULL ? CMS_get1_certs(cms) : NULL;
    int r = KERR_SEAL_FORM;
    if (sk_X509_num(certs) == 1) {
        r = keep(restorer, sk_X509_pop(certs));
    }
    sk_X509_pop_free(certs, X509_free);
    CMS_ContentInfo_free(cms);
    ERR_clear_error();
    return r;
}

/* The kiosk's name is not in the lean form: it is that of the certificate. */
static bool
take_name(X509 *cert, char out[SEAL_NAME_MAX])
{
    int len =
        X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName, out, SEAL_NAME_MAX);
    return len > 0 && len < SEAL_NAME_MAX && seal_name_ok(out);
}

int
seal_restore(const struct seal_restorer *restorer, const uint8_t *bytes, size_t len,
    struct buf *ret_envelope)
{
    struct seal_lean lean;
    int r = seal_lean_read(bytes, len, &lean);
    if (r < 0) {
        return r;
    }
    r = KERR_NOT_FOUND;
    for (size_t i = 0; i < restorer->count; i++) {
        const struct known *known = &restorer->known[i];
        if (memcmp(known->ref, lean.ref, SEAL_LEAN_REF) != 0) {
            continue;
        }
        AUTO_BUF envelope;
        buf_init(&envelope, SEAL_ENVELOPE_MAX);
        struct seal_header header;
        r = take_name(known->cert, lean.header.kiosk)
                ? seal_lean_build(&lean, known->cert, &restorer->issuer, &envelope)
                : KERR_SEAL_FORM;
        r = r == 0 ? seal_verify(restorer->verifier, envelope.data, envelope.len, &header, NULL)
                   : r;
        if (r == 0 ||
            r == KERR_SEAL_REVOKED) { /* references are short: another may have the same */
            return buf_add(ret_envelope, envelope.data, envelope.len);
        }
    }
    return r;
}
