/* program/ctl_open.c - kioskctl open: one sealed record from a file, opened by the city's keys or by a pair
 * that is named, such as the recovery key from its safe. Standard output gets what is inside and nothing
 * else. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/conf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "program/ctl.h"
#include "record/record.h"
#include "seal/seal.h"

static int
complain(const char *path, const char *what, int error)
{
    (void)fprintf(stderr, "kioskctl open: %s: %s (%s)\n", path, what, err_str(error));
    return error;
}

/* The desk's keys, as the desk loads them. */
static int
load_keys(const struct conf *conf, struct seal_opener **ret_opener)
{
    char *cert = conf_path(conf, "city-cert", "keys/city.crt");
    char *key = conf_path(conf, "city-key", "keys/city.key");
    char *more = conf_path(conf, "city-keys", "keys/city");
    int r = seal_opener_new(cert, key, ret_opener);
    if (r < 0) {
        (void)complain(key, "can't be used", r);
    } else {
        r = seal_opener_add_folder(*ret_opener, more);
        r = r < 0 ? complain(more, "a key in it can't be used", r) : 0;
    }
    free(more);
    free(key);
    free(cert);
    return r;
}

/* Whose record it is, and what is sealed in it. */
static int
verify(const struct conf *conf, const char *file, struct buf *ret_sealed)
{
    char *ca = conf_path(conf, "kiosk-ca", "keys/kiosk-ca.crt");
    struct seal_verifier *verifier = NULL;
    struct seal_header header = {0};
    char id[2 * SEAL_ID_LEN + 1];
    AUTO_BUF envelope;
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    int r = seal_verifier_new(ca, &verifier);
    if (r < 0) {
        (void)complain(ca, "can't be used", r);
    } else if ((r = fs_read(file, &envelope)) < 0) {
        (void)complain(file, "can't be read", r);
    } else if ((r = seal_verify(verifier, envelope.data, envelope.len, &header, ret_sealed)) < 0) {
        (void)complain(file, "is no record of a kiosk of this city", r);
    } else {
        hex_encode(header.id, SEAL_ID_LEN, id);
        (void)fprintf(stderr, "%s, epoch %" PRIu64 ", number %" PRIu64 ", id %s\n", header.kiosk,
            header.epoch, header.sequence, id);
    }
    seal_verifier_free(verifier);
    free(ca);
    return r;
}

static int
print(const char *path, const struct buf *plain)
{
    AUTO_BUF text;
    buf_init(&text, RECORD_ENCODED_MAX);
    int r = record_expand(plain->data, plain->len, &text);
    if (r < 0) {
        return complain(path, "holds no record", r);
    }
    bool done = fwrite(text.data, 1, text.len, stdout) == text.len && putchar('\n') != EOF &&
                fflush(stdout) == 0;
    return done ? 0 : complain("standard output", "can't be written", KERR_IO);
}

static int
open_file(const struct conf *conf, const char *file, const char *cert, const char *key)
{
    struct seal_opener *opener = NULL;
    AUTO_BUF sealed;
    AUTO_BUF plain;
    buf_init(&sealed, SEAL_ENVELOPE_MAX);
    buf_init(&plain, SEAL_ENVELOPE_MAX);
    int r = verify(conf, file, &sealed);
    if (r == 0 && cert != NULL) {
        r = seal_opener_new(cert, key, &opener);
        r = r < 0 ? complain(key, "can't be used with this certificate", r) : 0;
    } else if (r == 0) {
        r = load_keys(conf, &opener);
    }
    if (r == 0) {
        r = seal_open(opener, sealed.data, sealed.len, &plain);
        r = r < 0 ? complain(file, "is not for this key, or was altered", r) : print(file, &plain);
    }
    seal_opener_free(opener);
    return r;
}

int
ctl_open(int argc, char **argv)
{
    if (argc != 2 && argc != 4) {
        (void)fprintf(stderr, "usage: kioskctl open FILE [CERT KEY]\n");
        return 2;
    }
    struct conf *conf = NULL;
    int r = conf_load_home(&conf, NULL);
    if (r < 0) {
        (void)complain("the settings", "can't be read", r);
        return 1;
    }
    r = open_file(conf, argv[1], argc == 4 ? argv[2] : NULL, argc == 4 ? argv[3] : NULL);
    conf_free(conf);
    return r < 0 ? 1 : 0;
}
