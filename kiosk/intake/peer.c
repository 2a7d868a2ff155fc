/* intake/peer.c - who is at the other end of a TLS connection. libmicrohttpd asks for a client
 * certificate but would let a client without one in; here the handshake itself fails, so that a
 * stranger never reaches the HTTP parser. A connection may stay for days, so its certificate is looked at
 * again while it does; at every request that would be a third of what a record costs. */
#include "intake/intake_priv.h"

#include <string.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/err.h"

static gnutls_session_t
session_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info != NULL ? (gnutls_session_t)info->tls_session : NULL;
}

/* A certificate with extended key usage must have client authentication in it (RFC 5280 section
 * 4.2.1.12), so that a key made to sign records can't open a connection. GnuTLS keeps the
 * pointer for as long as the session lives and only reads; its types have no const. */
static const gnutls_typed_vdata_st client_purpose = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
    .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT};

static gnutls_typed_vdata_st *
purpose(void)
{
    return (gnutls_typed_vdata_st *)(uintptr_t)&client_purpose;
}

void
intake_peer_require(struct MHD_Connection *connection)
{
    gnutls_session_t session = session_of(connection);
    if (session != NULL) {
        gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
        gnutls_session_set_verify_cert2(session, purpose(), 1, 0);
    }
}

static bool
is_trusted(gnutls_session_t session)
{
    unsigned status = 0;
    return gnutls_certificate_type_get2(session, GNUTLS_CTYPE_PEERS) == GNUTLS_CRT_X509 &&
           gnutls_certificate_verify_peers(session, purpose(), 1, &status) == 0 && status == 0;
}

/* The only common name of the subject, and the serial number; no name or two are refused. */
static int
read_cert(const gnutls_datum_t *der, struct intake_peer *ret_peer)
{
    gnutls_x509_crt_t cert;
    if (gnutls_x509_crt_init(&cert) < 0) {
        return KERR_NO_MEMORY;
    }
    char name[SEAL_NAME_MAX], second[SEAL_NAME_MAX];
    size_t len = sizeof(name), second_len = sizeof(second);
    ret_peer->serial_len = sizeof(ret_peer->serial);
    int r = KERR_SEAL_SIGNATURE;
    if (gnutls_x509_crt_import(cert, der, GNUTLS_X509_FMT_DER) == 0 &&
        gnutls_x509_crt_get_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &len) == 0 &&
        gnutls_x509_crt_get_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 1, 0, second,
            &second_len) == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE &&
        gnutls_x509_crt_get_serial(cert, ret_peer->serial, &ret_peer->serial_len) == 0 && len > 0 &&
        len < sizeof(name) && strnlen(name, len) == len) {
        memcpy(ret_peer->name, name, len);
        ret_peer->name[len] = 0;
        r = 0;
    }
    gnutls_x509_crt_deinit(cert);
    return r;
}

static int
read_peer(struct MHD_Connection *connection, struct intake_peer *ret_peer)
{
    gnutls_session_t session = session_of(connection);
    if (session == NULL || !is_trusted(session)) {
        return KERR_SEAL_SIGNATURE;
    }
    unsigned count = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    return chain != NULL && count > 0 ? read_cert(&chain[0], ret_peer) : KERR_SEAL_SIGNATURE;
}

/* Who it is, from the session when that was verified a short while ago. */
static int
find_peer(struct intake *intake, struct MHD_Connection *connection, struct intake_peer *ret_peer)
{
    struct intake_session *session = intake_session_of(connection);
    int64_t now = clock_mono_ms(intake->clock);
    if (session != NULL && now < session->peer_until_ms) {
        *ret_peer = session->peer;
        return 0;
    }
    int r = read_peer(connection, ret_peer);
    if (session != NULL) {
        session->peer_until_ms = r == 0 ? now + (int64_t)INTAKE_PEER_S * 1000 : 0;
        session->peer = *ret_peer;
        if (r == 0) {
            intake_session_name(intake, session, ret_peer->name);
        }
    }
    return r;
}

int
intake_peer_name(struct intake *intake, struct MHD_Connection *connection,
    char ret_name[SEAL_NAME_MAX], bool *ret_revoked)
{
    struct intake_peer peer = {.serial_len = 0};
    int r = find_peer(intake, connection, &peer);
    if (r == 0) {
        memcpy(ret_name, peer.name, sizeof(peer.name));
        *ret_revoked = seal_verifier_revokes(intake->verifier, peer.serial, peer.serial_len);
    }
    return r;
}
