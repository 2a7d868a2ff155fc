/* tests/seal/tool_seal.c - one envelope and one receipt on files, for the shell tests.
 * tool_seal keys FOLDER | seal FOLDER IN OUT | seal-by FOLDER LIST IN OUT | late FOLDER LIST | receipt FOLDER OUT */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fs.h"
#include "seal/seal.h"

static const char *
in(const char *folder, const char *name)
{
    static char ring[4][512];
    static unsigned next;
    char *path = ring[next++ % 4];
    (void)snprintf(path, sizeof(ring[0]), "%s/%s", folder, name);
    return path;
}

static struct seal_header
header(void)
{
    return (struct seal_header){.kiosk = "kiosk-001", .epoch = 7, .sequence = 3, .id = {1, 2, 3}};
}

/* To the key in use of a list, or without one to recipients.pem. */
static int
make_sealer(const char *folder, const char *list, struct seal_sealer **ret_sealer)
{
    const char *cert = in(folder, "kiosk.crt");
    const char *key = in(folder, "kiosk.key");
    if (list == NULL) {
        return seal_sealer_new(cert, key, in(folder, "recipients.pem"), ret_sealer);
    }
    struct seal_keyring *ring = NULL;
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_KEYRING_MAX);
    int r = fs_read(list, &bytes);
    if (r == 0) {
        r = seal_keyring_read(in(folder, "city-ca.crt"), bytes.data, bytes.len, &ring);
    }
    if (r == 0) {
        r = seal_sealer_new_from(cert, key, ring, clock_wall_s(clock_system()), ret_sealer);
    }
    seal_keyring_free(ring);
    return r;
}

/* A list whose newest key ended an hour ago. */
static int
make_late(const char *folder, const char *list)
{
    int64_t now = clock_wall_s(clock_system());
    struct seal_next next = {
        .keys = folder, .opens = in(folder, "late"), .path = list, .now = now, .from = now - 3600};
    return seal_keyring_next(&next);
}

static int
seal_file(const char *folder, const char *list, const char *from, const char *to)
{
    AUTO_BUF plain;
    AUTO_BUF envelope;
    buf_init(&plain, SEAL_ENVELOPE_MAX);
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    struct seal_sealer *sealer = NULL;
    struct seal_header head = header();
    int r = fs_read(from, &plain);
    if (r == 0) {
        r = make_sealer(folder, list, &sealer);
    }
    if (r == 0) {
        r = seal_envelope(sealer, &head, plain.data, plain.len, &envelope);
    }
    seal_sealer_free(sealer);
    return r == 0 ? fs_write_atomic(to, envelope.data, envelope.len, 0600) : r;
}

static int
make_receipt(const char *folder, const char *to)
{
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_RECEIPT_MAX);
    struct seal_signer *signer = NULL;
    struct seal_receipt receipt = {.header = header(), .received_at = 1795312800, .position = 1};
    int r = seal_signer_new(in(folder, "receipt.crt"), in(folder, "receipt.key"), &signer);
    if (r == 0) {
        r = seal_receipt_make(signer, &receipt, &bytes);
    }
    seal_signer_free(signer);
    return r == 0 ? fs_write_atomic(to, bytes.data, bytes.len, 0600) : r;
}

int
main(int argc, char **argv)
{
    int r = 1;
    if (argc == 3 && strcmp(argv[1], "keys") == 0) {
        r = seal_keys_make(argv[2], "kiosk-001", "127.0.0.1");
    } else if (argc == 5 && strcmp(argv[1], "seal") == 0) {
        r = seal_file(argv[2], NULL, argv[3], argv[4]);
    } else if (argc == 6 && strcmp(argv[1], "seal-by") == 0) {
        r = seal_file(argv[2], argv[3], argv[4], argv[5]);
    } else if (argc == 4 && strcmp(argv[1], "late") == 0) {
        r = make_late(argv[2], argv[3]);
    } else if (argc == 4 && strcmp(argv[1], "receipt") == 0) {
        r = make_receipt(argv[2], argv[3]);
    }
    return r == 0 ? 0 : 1;
}
