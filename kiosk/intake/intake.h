/* intake/intake.h - the city's listener: PUT /v1/records/{id}, GET /v1/records/{id}/receipt, GET
 * /v1/bundles/..., PUT /v1/enrolment and GET /v1/health over HTTPS with client certificates; numbers for watchers on a port of loopback. Checks the kiosk's signature, commits the record and
 * its receipt to the ledger, then answers. Has no key that opens a record. Answers are in
 * kiosk/decisions/0004-put-and-receipt.md; errors are problem details (RFC 9457). */
#ifndef INTAKE_INTAKE_H
#define INTAKE_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "ledger/ledger.h"
#include "seal/seal.h"

/* Each connection has a thread of its own; a handle of the ledger is taken for the time of one work. */
enum { INTAKE_LEDGERS = 8, INTAKE_CONNECTIONS_MAX = 768, INTAKE_TIMEOUT_S = 30 };

/* One answered request, for the program's log: each record's, what is refused, and a kiosk's word that is amiss. kiosk is the client certificate's common name and
 * lives during the call; "" when it is not known. */
struct intake_event {
    int status; /* HTTP */
    int error; /* why, when it is no success: KERR_... */
    const char *kiosk;
    uint64_t position; /* in the ledger, 0 when none is meant */
    /* What became of the point of the kiosk's chain of events that came along: an enum ledger_point_verdict, or KERR_... */
    int point;
    int report; /* and of what the kiosk says of itself: 0, or KERR_... */
};

/* Strings are copied, files are read at the start; everything else is borrowed. */
struct intake_config {
    const char *address; /* numeric, "127.0.0.1" */
    uint16_t port; /* 0: any; ask intake_port */
    const char *tls_cert, *tls_key; /* PEM of the server */
    const char *client_ca; /* PEM: which kiosks may connect */
    const char *ledger; /* where; INTAKE_LEDGERS handles are opened */
    /* Folder where records of revoked terminals are laid apart, KIOSK/EPOCH-SEQUENCE-HASH.der; NULL: they are
     * refused only. */
    const char *apart;
    /* Folder where terminals' requests for certificates wait and answers lie (kiosk/decisions/0046-enrolment.md);
     * NULL: none are taken. */
    const char *enrolment;
    const char *bundles; /* folder of intake_publish, which terminals may fetch; NULL: none */
    /* Prometheus' text at http://127.0.0.1:watch_port/metrics, and /health; no client certificate, so
     * on loopback only. 0: any port; ask intake_watch_port. */
    bool is_watched;
    uint16_t watch_port;
    const struct seal_verifier *verifier; /* borrowed */
    const struct seal_signer *signer; /* borrowed */
    const struct clock *clock; /* borrowed */
    /* Called as struct intake_event tells; from several threads
     * at once. May be NULL. */
    void (*answered)(void *ctx, const struct intake_event *event);
    void *ctx;
};

/* --- what arrives, by whatever way --- */

struct intake_turns;
/* The city's side of one thread that takes records; all borrowed. */
struct intake_door {
    const struct seal_verifier *verifier;
    const struct seal_signer *signer;
    const struct clock *clock;
    struct ledger *ledger;
    const char *apart; /* as in intake_config */
    struct intake_turns *turns; /* of the writers of one program; NULL: there is one only */
};
enum intake_arrival {
    INTAKE_NEW, /* stored now, committed together with its receipt */
    INTAKE_SAME, /* was there already; the receipt is the first one */
    INTAKE_CONFLICT, /* other bytes under this id or place; kept in quarantine, no receipt */
    INTAKE_NO_FORM, /* no envelope */
    INTAKE_NO_SIGNATURE, /* not of a kiosk of this city */
    INTAKE_FOREIGN, /* of another kiosk than the line says */
    INTAKE_REVOKED, /* of a terminal that the city revoked; laid apart, no receipt */
    INTAKE_OTHER_ID, /* another record than the line says */
    INTAKE_LEDGER /* the ledger's error, or that of laying apart: the record may be stored; put it again */
};
/* What the line says about a record; NULL when it came without one, as by a stick: the signature is what counts. */
struct intake_claim {
    const char *kiosk; /* whose certificate the line has */
    uint8_t id[SEAL_ID_LEN];
    bool is_revoked; /* the line's certificate was revoked */
};
struct intake_arrived {
    int error; /* KERR_..., 0 for the first two */
    uint64_t position; /* in the ledger */
};
/* The one way into the ledger: verifies, commits, and only then gives the receipt away, which is appended for INTAKE_NEW and
 * INTAKE_SAME. The same bytes get the same receipt whichever way and however often they come. */
enum intake_arrival intake_arrive(const struct intake_door *door, const struct intake_claim *claim,
    const uint8_t *bytes, size_t len, struct intake_arrived *ret_arrived, struct buf *ret_receipt);
/* The receipt of an entry that is committed: the stored one, or one signed and stored now. Errors of the ledger. */
int intake_receipt(
    const struct intake_door *door, const struct ledger_entry *entry, struct buf *ret_receipt);

/* Takes every record of every pack on a stick (base/pack.h) and lays the receipts beside each pack. Safe to repeat. */
struct intake_carried {
    uint64_t packs, fresh, same, conflicts;
    uint64_t refused; /* records that are none, or none of this city's kiosks */
    uint64_t apart; /* records of revoked terminals, laid apart */
    uint64_t broken; /* packs that can't be read to their end */
};
/* 0 also when something was refused; errors of the ledger, of the stick (KERR_NOT_FOUND: nothing of ours on it;
 * KERR_IO, KERR_NO_SPACE), KERR_TOO_BIG. What was counted till then is stored. */
int intake_carry_in(
    const struct intake_door *door, const char *stick, struct intake_carried *ret_carried);

/* --- what goes down to terminals: signed bundles (kiosk/decisions/0043-bundles.md) --- */

#define INTAKE_MANIFEST "manifest" /* FOLDER/KIND/manifest, beside FOLDER/KIND/SHA256 */
/* A file of a bundle, and where it lies. Borrowed. */
struct intake_source {
    const char *name, *path;
};
struct intake_publish {
    const char *folder; /* of what is published; made when it isn't there */
    const char *keys; /* seal_manifest_make */
    enum seal_bundle kind;
    uint64_t counter; /* 0: the one after that of what is published */
    int64_t now;
    const struct intake_source *sources; /* by name, each once */
    size_t count;
};
/* Puts the files there under their hashes, then the manifest in one step; a terminal that fetches meanwhile finds what it began with: files go when
 * the second manifest after theirs comes. *ret_counter and *ret_at (index of the source that is meant, or count) may be
 * NULL. KERR_CONFLICT (a counter not above the published one), errors of seal_manifest_add and seal_manifest_make, KERR_NOT_FOUND,
 * KERR_BUSY (another one is at work), KERR_IO, KERR_NO_SPACE. */
int intake_publish(const struct intake_publish *publish, uint64_t *ret_counter, size_t *ret_at);
/* Copies what is published of all kinds to another folder of this form, on a stick; manifests last. Only what verifies against the
 * city's CA file, whole. Returns how many kinds there are; errors as above. */
int intake_publish_copy(const char *folder, const char *city_ca, const char *to);

struct intake;

/* Starts listening on threads of its own. KERR_INVALID (address), KERR_NET (address in use),
 * KERR_SEAL_KEY (a PEM file), KERR_STORE and its kin (the ledger). */
int intake_start(const struct intake_config *config, struct intake **ret_intake);
/* Stops, waits for requests under way, frees. NULL is accepted. */
void intake_stop(struct intake *intake);
uint16_t intake_port(const struct intake *intake);
/* 0 when it is not watched. */
uint16_t intake_watch_port(const struct intake *intake);

#endif
