/* tests/seal/tool_seal.c - one envelope and one receipt on files, for the shell tests.
 * tool_seal keys FOLDER | seal FOLDER IN OUT | receipt FOLDER OUT */
#include <stdio.h>
#include <string.h>

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

static int
seal_file(const char *folder, const char *from, const char *to)
{
    AUTO_BUF plain;
    AUTO_BUF envelope;
    buf_init(&plain, SEAL_ENVELOPE_MAX);
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    struct seal_sealer *sealer = NULL;
    struct seal_header head = header();
    int r = fs_read(from, &plain);
    if (r == 0) {
        r = seal_sealer_new(in(folder, "kiosk.crt"), in(folder, "kiosk.key"),
            in(folder, "recipients.pem"), &sealer);
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
        r = seal_file(argv[2], argv[3], argv[4]);
    } else if (argc == 4 && strcmp(argv[1], "receipt") == 0) {
        r = make_receipt(argv[2], argv[3]);
    }
    return r == 0 ? 0 : 1;
}
