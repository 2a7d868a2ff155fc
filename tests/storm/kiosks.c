/* The kiosks of the storm: keys, settings, and the process that seals and queues their records. It may be
 * killed anywhere; the next one goes on where the queue is. */
#define _GNU_SOURCE
#include "storm/storm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rng.h"
#include "store/store.h"
#include "sync/certs.h"

enum { SIGN_TURNS = 50 }; /* records between two looks whether a point is due */

void
storm_die(const char *what)
{
    fprintf(stderr, "storm: %s (%s)\n", what, strerror(errno));
    exit(3);
}

void
storm_path(const struct storm *storm, char out[STORM_PATH], const char *format, ...)
{
    char rest[STORM_PATH / 2];
    va_list args;
    va_start(args, format);
    vsnprintf(rest, sizeof(rest), format, args);
    va_end(args);
    if (snprintf(out, STORM_PATH, "%s/%s", storm->folder, rest) >= STORM_PATH) {
        storm_die("a long path");
    }
}

int
storm_append(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) {
        storm_die(path);
    }
    return fd;
}

void
storm_note(int fd, const struct storm_note *note)
{
    if (write(fd, note, sizeof(*note)) != (ssize_t)sizeof(*note)) {
        storm_die("a note");
    }
}

static void
write_text(const char *path, const char *format, ...)
{
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        storm_die(path);
    }
    va_list args;
    va_start(args, format);
    vfprintf(file, format, args);
    va_end(args);
    if (fclose(file) != 0) {
        storm_die(path);
    }
}

static void
make_kiosk(const struct storm *storm, unsigned kiosk)
{
    char folder[STORM_PATH], conf[STORM_PATH], ca[STORM_PATH], ca_key[STORM_PATH];
    char cert[STORM_PATH], key[STORM_PATH], tls_cert[STORM_PATH], tls_key[STORM_PATH], name[32];
    storm_path(storm, folder, "kiosk-%03u", kiosk);
    storm_path(storm, conf, "kiosk-%03u/madoguchi.conf", kiosk);
    storm_path(storm, ca, "city/keys/kiosk-ca.crt");
    storm_path(storm, ca_key, "city/keys/kiosk-ca.key");
    storm_path(storm, cert, "kiosk-%03u/kiosk.crt", kiosk);
    storm_path(storm, key, "kiosk-%03u/kiosk.key", kiosk);
    storm_path(storm, tls_cert, "kiosk-%03u/tls.crt", kiosk);
    storm_path(storm, tls_key, "kiosk-%03u/tls.key", kiosk);
    snprintf(name, sizeof(name), "kiosk-%03u", kiosk);
    if (mkdir(folder, 0700) != 0) {
        storm_die(folder);
    }
    struct cert_wish wish = {.ca_cert = ca,
        .ca_key = ca_key,
        .name = name,
        .usage = "critical,digitalSignature",
        .from_day = -1,
        .to_day = 30,
        .cert = cert,
        .key = key};
    bool ok = cert_make(&wish) == 1;
    wish.purpose = "clientAuth";
    wish.cert = tls_cert;
    wish.key = tls_key;
    if (!ok || cert_make(&wish) != 1) {
        storm_die("certificates");
    }
    write_text(conf,
        "kiosk = %s\nintake-url = https://127.0.0.1:%u\nqueue = queue.db\n"
        "city-ca = %s/city/keys/city-ca.crt\nkiosk-ca = %s\n"
        "kiosk-tls-cert = tls.crt\nkiosk-tls-key = tls.key\n",
        name, storm->proxy_port, storm->folder, ca);
}

void
storm_set_up(const struct storm *storm)
{
    char path[STORM_PATH];
    storm_path(storm, path, "city");
    if (mkdir(path, 0700) != 0) {
        storm_die(path);
    }
    storm_path(storm, path, "city/keys");
    if (seal_keys_make(path, "kiosk-city", "127.0.0.1") < 0) {
        storm_die("the city's keys");
    }
    storm_path(storm, path, "city/madoguchi.conf");
    write_text(path, "intake-address = 127.0.0.1\nintake-port = %u\nledger = %s\n",
        storm->intake_port, storm->ledger);
    for (unsigned i = 0; i < storm->kiosks; i++) {
        make_kiosk(storm, i);
    }
}

/* Seals one record and queues it, with a note before and after. False when the queue is full enough. */
static bool
fill_one(const struct storm *storm, unsigned kiosk, struct store *store,
    const struct seal_sealer *sealer, const int notes[2])
{
    struct store_slot slot;
    int r = store_begin(store, &slot);
    if (r < 0) {
        return true; /* busy: again */
    }
    if (slot.sequence > storm->each) {
        store_abandon(store);
        return false;
    }
    struct seal_header header = {.epoch = slot.epoch, .sequence = slot.sequence};
    snprintf(header.kiosk, sizeof(header.kiosk), "kiosk-%03u", kiosk);
    rng_fill(header.id, sizeof(header.id));
    AUTO_BUF envelope;
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    static const uint8_t plain[] = "{}";
    if (seal_envelope(sealer, &header, plain, sizeof(plain) - 1, &envelope) < 0) {
        storm_die("seal");
    }
    struct storm_note note = {.sequence = slot.sequence};
    memcpy(note.id, header.id, sizeof(note.id));
    seal_hash(envelope.data, envelope.len, note.hash);
    storm_note(notes[0], &note);
    r = store_put(
        store, &slot, header.id, envelope.data, envelope.len, clock_wall_s(clock_system()));
    if (r == 0) {
        storm_note(notes[1], &note);
    }
    return true;
}

/* Signs the end of the chain of events when it is due, as the terminal does (app/queue.c). */
static void
sign_point(unsigned kiosk, struct store *store, const struct seal_sealer *sealer)
{
    struct store_point end;
    int64_t now = clock_wall_s(clock_system());
    if (store_point_due(store, now, &end) < 0) {
        return; /* not due, or busy */
    }
    struct seal_point point = {.epoch = end.epoch, .size = end.size};
    snprintf(point.kiosk, sizeof(point.kiosk), "kiosk-%03u", kiosk);
    memcpy(point.head, end.head, sizeof(point.head));
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_POINT_MAX);
    if (seal_point_make(sealer, &point, &bytes) < 0) {
        storm_die("sign a point");
    }
    (void)store_point_keep(store, &end, bytes.data, bytes.len, now); /* busy: the next one */
}

void
storm_fill(const struct storm *storm, unsigned kiosk)
{
    char cert[STORM_PATH], key[STORM_PATH], recipients[STORM_PATH], queue[STORM_PATH];
    char submitted[STORM_PATH], accepted[STORM_PATH];
    storm_path(storm, cert, "kiosk-%03u/kiosk.crt", kiosk);
    storm_path(storm, key, "kiosk-%03u/kiosk.key", kiosk);
    storm_path(storm, queue, "kiosk-%03u/queue.db", kiosk);
    storm_path(storm, submitted, "kiosk-%03u/submitted", kiosk);
    storm_path(storm, accepted, "kiosk-%03u/accepted", kiosk);
    storm_path(storm, recipients, "city/keys/recipients.pem");
    const int notes[2] = {storm_append(submitted), storm_append(accepted)};
    struct seal_sealer *sealer;
    struct store *store;
    if (seal_sealer_new(cert, key, recipients, &sealer) < 0) {
        storm_die("a kiosk's keys");
    }
    if (store_open(queue, &store) < 0) {
        exit(4); /* busy: the parent starts another */
    }
    for (unsigned turn = 1; fill_one(storm, kiosk, store, sealer, notes); turn++) {
        if (turn % SIGN_TURNS == 0) {
            sign_point(kiosk, store, sealer);
        }
        uint8_t chance; /* a breath, so that the queue fills while it drains */
        rng_fill(&chance, sizeof(chance));
        struct timespec pause = {.tv_nsec = chance * 40000L};
        (void)nanosleep(&pause, NULL);
    }
    sign_point(kiosk, store, sealer);
    store_close(store);
    seal_sealer_free(sealer);
    exit(0);
}
