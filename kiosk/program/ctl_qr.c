/* program/ctl_qr.c - kioskctl qr import: records that a terminal showed as codes, from a scanner that types or from
 * zbarimg, into the city's ledger. A record is taken as soon as its last part was read, so that whoever scans sees it. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "ledger/ledger.h"
#include "program/ctl.h"
#include "program/ctl_intake.h"
#include "seal/seal.h"

enum {
    LINE_BYTES = (SEAL_CODE_PARTS + 1) * SEAL_CODE_DIGITS, /* all codes of a record in one line */
    LOOK_BACK = 5000 /* entries of the ledger among which a terminal's certificate is looked for */
};

struct import {
    struct ctl_intake intake;
    struct seal_restorer *restorer;
    struct seal_codes *codes;
    char *certs; /* folder */
    bool looked_back;
    uint64_t fresh, same, refused, unread;
    int broken; /* the ledger's error, which ends it */
};

static int
learn(const struct ledger_entry *entry, const uint8_t *envelope, size_t len, void *restorer)
{
    (void)entry;
    return seal_restorer_add_envelope(restorer, envelope, len) == KERR_TOO_BIG;
}

/* The envelope; a terminal that is not known may be among those whose records came before. */
static int
restore(struct import *import, const struct buf *lean, struct buf *envelope)
{
    int r = seal_restore(import->restorer, lean->data, lean->len, envelope);
    if (r == KERR_NOT_FOUND && !import->looked_back) {
        import->looked_back = true;
        r = ledger_list(import->intake.ledger, 0, LOOK_BACK, learn, import->restorer);
        r = r < 0 ? r : seal_restore(import->restorer, lean->data, lean->len, envelope);
    }
    return r;
}

/* Says which record it is; the name of its terminal and its number there are told outside the seal. */
static void
tell(const struct import *import, const struct buf *envelope, uint64_t position, const char *what)
{
    struct seal_header header;
    if (seal_verify(import->intake.verifier, envelope->data, envelope->len, &header, NULL) == 0) {
        char id[2 * SEAL_ID_LEN + 1];
        hex_encode(header.id, SEAL_ID_LEN, id);
        (void)printf("%s, record %" PRIu64 " (%s): %s, entry %" PRIu64 ", its receipt is stored\n",
            header.kiosk, header.sequence, id, what, position);
    }
}

static void
refuse(struct import *import, int error)
{
    import->refused++;
    if (error == KERR_NOT_FOUND) {
        (void)fprintf(stderr,
            "kioskctl qr: the certificate of this terminal is not known here: lay its "
            "keys/kiosk.crt "
            "under a name of its own, ending in .crt, into %s\n",
            import->certs);
    } else {
        (void)fprintf(
            stderr, "kioskctl qr: not a record of a kiosk of this city: %s\n", err_str(error));
    }
}

static void
take_record(struct import *import, const struct buf *lean)
{
    AUTO_BUF envelope;
    AUTO_BUF receipt;
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    buf_init(&receipt, SEAL_RECEIPT_MAX);
    int r = restore(import, lean, &envelope);
    if (r < 0) {
        refuse(import, r);
        return;
    }
    struct intake_arrived arrived;
    switch (intake_arrive(
        &import->intake.door, NULL, envelope.data, envelope.len, &arrived, &receipt)) {
    case INTAKE_NEW:
        import->fresh++;
        tell(import, &envelope, arrived.position, "new");
        return;
    case INTAKE_SAME:
        import->same++;
        tell(import, &envelope, arrived.position, "was there already");
        return;
    case INTAKE_CONFLICT:
        import->refused++;
        (void)fprintf(stderr, "kioskctl qr: it contradicts a record that is there; kept aside\n");
        return;
    case INTAKE_REVOKED:
        import->refused++;
        (void)fprintf(stderr, "kioskctl qr: of a terminal that was revoked; it lies apart\n");
        return;
    case INTAKE_LEDGER:
        import->broken = arrived.error;
        return;
    default:
        refuse(import, arrived.error);
        return;
    }
}

/* One line: a part, several, or none. */
static void
take_line(struct import *import, const char *line)
{
    const char *at = line;
    int code = SEAL_CODE_PART;
    while (code > SEAL_CODE_END && import->broken == 0) {
        AUTO_BUF lean;
        buf_init(&lean, SEAL_LEAN_MAX);
        code = seal_codes_take(import->codes, &at, &lean);
        if (code == SEAL_CODE_WHOLE) {
            take_record(import, &lean);
        } else if (code == SEAL_CODE_PART) {
            (void)puts("a part; the record has more");
        } else if (code == SEAL_CODE_AGAIN) {
            (void)puts("this part was read before");
        }
    }
    if (code == KERR_TOO_BIG) {
        import->unread++;
        (void)fprintf(stderr, "kioskctl qr: too many records wait for their other parts\n");
    } else if (code < 0) {
        import->unread++;
        (void)fprintf(
            stderr, "kioskctl qr: this is no code of a record, or was not read whole: again\n");
    }
    (void)fflush(stdout); /* somebody looks while scanning */
}

static void
tell_missing(unsigned which, unsigned number, unsigned count, void *import_)
{
    struct import *import = import_;
    import->unread++;
    (void)fprintf(stderr,
        "kioskctl qr: of a record that was not taken (%u) part %u of %u is missing: scan all its "
        "parts again\n",
        which + 1, number, count);
}

static int
read_all(struct import *import, FILE *in)
{
    static char line[LINE_BYTES + 1];
    while (import->broken == 0 && fgets(line, sizeof(line), in) != NULL) {
        take_line(import, line);
    }
    seal_codes_missing(import->codes, tell_missing, import);
    (void)printf("%" PRIu64 " records are new, %" PRIu64 " were there already.\n", import->fresh,
        import->same);
    if (import->broken < 0) {
        (void)fprintf(
            stderr, "kioskctl qr: the ledger: %s: import again\n", err_str(import->broken));
    }
    bool good = import->broken == 0 && import->refused == 0 && import->unread == 0 && !ferror(in);
    return good ? 0 : 1;
}

struct issued {
    struct import *import;
    const char *folder;
};

static int
add_issued(const char *kiosk, void *ctx)
{
    const struct issued *issued = ctx;
    char *path = fs_join(issued->folder, kiosk);
    int r = seal_restorer_add_folder(issued->import->restorer, path);
    free(path);
    return r == KERR_TOO_BIG ? r : 0; /* what is no folder has none */
}

/* Terminals' certificates: what was laid there by hand, and what enrolment issued here. Neither need be there: they may all be in
 * the ledger. */
static int
add_certificates(struct import *import, const struct conf *conf)
{
    char *enrolment = conf_path(conf, "enrolment", "enrol");
    char *folder = fs_join(enrolment, "issued");
    struct issued issued = {import, folder};
    int r = seal_restorer_add_folder(import->restorer, import->certs);
    if (r == 0 || r == KERR_NOT_FOUND) {
        r = fs_each(folder, NULL, add_issued, &issued);
    }
    free(folder);
    free(enrolment);
    return r == KERR_NOT_FOUND ? 0 : r;
}

/* The city's side: what kiosk-intake has, and terminals' certificates. */
static int
import_codes(const struct conf *conf, FILE *in)
{
    struct import import = {.certs = conf_path(conf, "kiosk-certs", "keys")};
    char *city = conf_path(conf, "receipt-cert", "keys/receipt.crt");
    int result = 1;
    int r = ctl_intake_open(conf, "qr", &import.intake);
    if (r == 0) {
        r = seal_restorer_new(import.intake.verifier, city, &import.restorer);
        if (r == 0) {
            r = add_certificates(&import, conf);
        }
        if (r < 0) {
            (void)fprintf(stderr, "kioskctl qr: certificates: %s\n", err_str(r));
        } else {
            import.codes = seal_codes_new();
            result = read_all(&import, in);
        }
    }
    seal_codes_free(import.codes);
    seal_restorer_free(import.restorer);
    ctl_intake_release(&import.intake);
    free(city);
    free(import.certs);
    return result;
}

int
ctl_qr(int argc, char **argv)
{
    if (argc < 2 || argc > 3 || strcmp(argv[1], "import") != 0) {
        (void)fprintf(stderr, "usage: kioskctl qr import [FILE]\n");
        return 2;
    }
    struct conf *conf = NULL;
    int r = conf_load_home(&conf, NULL);
    if (r < 0) {
        (void)fprintf(stderr, "kioskctl qr: the settings can't be read: %s\n", err_str(r));
        return 1;
    }
    FILE *in = argc == 3 ? fopen(argv[2], "re") : stdin;
    if (in == NULL) {
        perror(argv[2]);
        conf_free(conf);
        return 1;
    }
    r = import_codes(conf, in);
    if (in != stdin) {
        (void)fclose(in); /* was only read */
    }
    conf_free(conf);
    return r;
}
