/* program/ctl_usb.c - kioskctl usb: sealed records to a stick, from a stick into the city's ledger, and receipts back; the
 * city's bundles to a stick, and from it, for a terminal whose line is away. Ends with 1 when anything on the stick was refused, so that somebody looks. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "intake/intake.h"
#include "program/ctl.h"
#include "program/ctl_intake.h"
#include "seal/seal.h"
#include "store/store.h"
#include "sync/sync.h"

/* Beside the records' folder, in which every name is a kiosk's. */
#define BUNDLES "madoguchi-bundles"

static int
complain(const char *what, int error)
{
    (void)fprintf(stderr, "kioskctl usb: %s: %s\n", what, err_str(error));
    return 1;
}

static int
export_rows(const struct sync_stick *stick)
{
    struct sync_carried_out carried;
    int r = sync_carry_out(stick, &carried);
    if (r < 0) {
        return complain(
            "the stick does not have all of them; try again with this or another one", r);
    }
    (void)printf("%" PRIu64 " records in %" PRIu64 " packs (%" PRIu64
                 " stood there already). They stay in the queue until their receipts are here.\n",
        carried.records, carried.packs, carried.kept);
    return 0;
}

static int
take_receipts(const struct sync_stick *stick)
{
    struct sync_carried_in carried;
    int r = sync_carry_in(stick, &carried);
    (void)printf("%" PRIu64 " records left the queue, %" PRIu64 " had left before, %" PRIu64
                 " packs left the stick.\n",
        carried.removed, carried.gone, carried.finished);
    if (r < 0) {
        return complain("not all receipts could be read", r);
    }
    if (carried.refused + carried.broken > 0) {
        (void)fprintf(stderr,
            "kioskctl usb: %" PRIu64 " receipts are not the city's for these records, %" PRIu64
            " files can't be read: export again\n",
            carried.refused, carried.broken);
        return 1;
    }
    return 0;
}

/* The terminal's side: its queue, and what it trusts. */
static int
with_queue(const struct conf *conf, const char *folder, int (*work)(const struct sync_stick *stick))
{
    char *queue = conf_path(conf, "queue", "queue.db");
    char *city_ca = conf_path(conf, "city-ca", "keys/city-ca.crt");
    char *kiosk_ca = conf_path(conf, "kiosk-ca", "keys/kiosk-ca.crt");
    struct seal_receipts *receipts = NULL;
    struct seal_verifier *kiosks = NULL;
    struct store *store = NULL;
    int result = 1;
    int r = seal_receipts_new(city_ca, &receipts);
    r = r == 0 ? seal_verifier_new(kiosk_ca, &kiosks) : r;
    if (r < 0) {
        (void)complain("the set-up's certificates", r);
        goto out;
    }
    /* opening would make one: a missing queue is something to say, not to mend */
    r = fs_exists(queue) ? store_open(queue, &store) : KERR_NOT_FOUND;
    if (r < 0) {
        (void)complain(queue, r);
        goto out;
    }
    const struct sync_stick stick = {.folder = folder,
        .kiosk = conf_str(conf, "kiosk", "kiosk-001"),
        .store = store,
        .receipts = receipts,
        .kiosks = kiosks,
        .clock = clock_system()};
    result = work(&stick);
out:
    store_close(store);
    seal_verifier_free(kiosks);
    seal_receipts_free(receipts);
    free(kiosk_ca);
    free(city_ca);
    free(queue);
    return result;
}

static int
tell_import(const struct intake_carried *carried, int error)
{
    (void)printf("%" PRIu64 " packs: %" PRIu64 " records are new, %" PRIu64
                 " were there already; their receipts are on the stick.\n",
        carried->packs, carried->fresh, carried->same);
    if (error < 0) {
        return complain("not everything was taken; import again", error);
    }
    if (carried->apart > 0) {
        (void)fprintf(stderr,
            "kioskctl usb: %" PRIu64
            " records are of a terminal that was revoked; they lie apart\n",
            carried->apart);
    }
    if (carried->conflicts + carried->refused + carried->broken > 0) {
        (void)fprintf(stderr,
            "kioskctl usb: %" PRIu64 " records contradict others (kept aside), %" PRIu64
            " are not of a kiosk of this city, %" PRIu64 " packs can't be read to their end\n",
            carried->conflicts, carried->refused, carried->broken);
        return 1;
    }
    return carried->apart > 0 ? 1 : 0;
}

/* The city's side: what kiosk-intake has. */
static int
import_records(const struct conf *conf, const char *folder)
{
    struct ctl_intake intake;
    int result = 1;
    if (ctl_intake_open(conf, "usb", &intake) == 0) {
        struct intake_carried carried;
        int r = intake_carry_in(&intake.door, folder, &carried);
        result = tell_import(&carried, r);
    }
    ctl_intake_release(&intake);
    return result;
}

/* ---- bundles ---- */

static int
give_bundles(const struct conf *conf, const char *stick)
{
    char *publish = conf_path(conf, "publish", "publish");
    char *city_ca = conf_path(conf, "city-ca", "keys/city-ca.crt");
    char *to = fs_join(stick, BUNDLES);
    int r = fs_is_folder(stick) ? intake_publish_copy(publish, city_ca, to) : KERR_NOT_FOUND;
    if (r >= 0) {
        (void)printf("%d kinds of bundles are on the stick.\n", r);
    } else {
        (void)complain("the stick does not have all bundles", r);
    }
    free(to);
    free(city_ca);
    free(publish);
    return r < 0 ? 1 : 0;
}

static int
tell_bundle(enum seal_bundle kind, const struct sync_bundle *bundle)
{
    static const char *const words[] = {[SYNC_BUNDLE_SAME] = "is the newest",
        [SYNC_BUNDLE_TAKEN] = "was taken",
        [SYNC_BUNDLE_LATER] = "stays: what is on the stick can't be taken now",
        [SYNC_BUNDLE_REFUSED] = "stays: what is on the stick is older, or not this city's"};
    if (bundle->state.counter > 0 || bundle->error < 0) {
        (void)printf("%-8s %" PRIu64 " %s", seal_bundle_name(kind), bundle->state.counter,
            words[bundle->result]);
        (void)printf(bundle->error < 0 ? " (%s)\n" : "%s\n",
            bundle->error < 0 ? err_str(bundle->error) : "");
    }
    return bundle->error < 0 ? 1 : 0;
}

static int
take_bundles(const struct conf *conf, const char *stick)
{
    char *folder = conf_path(conf, "bundles", "bundles");
    char *city_ca = conf_path(conf, "city-ca", "keys/city-ca.crt");
    char *keyring = conf_path(conf, "keyring", "keyring.der");
    char *from = fs_join(stick, BUNDLES);
    struct sync_bundle bundles[SEAL_BUNDLE_COUNT];
    const struct sync_place place = {
        .folder = folder, .city_ca = city_ca, .keyring = keyring, .reserve = SYNC_RESERVE};
    int result = 0;
    if (fs_is_folder(from)) {
        sync_bundles_from(&place, from, bundles);
        for (enum seal_bundle kind = 0; kind < SEAL_BUNDLE_COUNT; kind++) {
            result |= tell_bundle(kind, &bundles[kind]);
        }
    } else {
        result = complain("there are no bundles on the stick", KERR_NOT_FOUND);
    }
    free(from);
    free(keyring);
    free(city_ca);
    free(folder);
    return result;
}

int
ctl_usb(int argc, char **argv)
{
    static const char *const words[] = {"export", "import", "receipts", "bundles", "take"};
    size_t word = 0;
    while (argc == 3 && word < ARRAY_LEN(words) && strcmp(argv[1], words[word]) != 0) {
        word++;
    }
    if (argc != 3 || word == ARRAY_LEN(words)) {
        (void)fprintf(
            stderr, "usage: kioskctl usb export | import | receipts | bundles | take FOLDER\n");
        return 2;
    }
    struct conf *conf = NULL;
    int r = conf_load_home(&conf, NULL);
    if (r < 0) {
        return complain("the settings can't be read", r);
    }
    if (word == 1) {
        r = import_records(conf, argv[2]);
    } else if (word == 3) {
        r = give_bundles(conf, argv[2]);
    } else if (word == 4) {
        r = take_bundles(conf, argv[2]);
    } else {
        r = with_queue(conf, argv[2], word == 0 ? export_rows : take_receipts);
    }
    conf_free(conf);
    return r;
}
