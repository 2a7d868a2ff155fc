/* seal/keys.c - makes a whole set of keys for one machine. Everything is built in a folder beside the
 * wanted one and renamed into place at the end: a set is there as a whole or not at all. */
#include "seal_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fs.h"

enum { SECONDS_A_DAY = 86400, PUBLIC_MODE = 0644 };

static const char *
common_name(enum seal_kind kind, const char *kiosk, const char *host)
{
    switch (kind) {
    case SEAL_INTAKE_TLS:
        return host;
    case SEAL_KIOSK:
    case SEAL_KIOSK_TLS:
        return kiosk;
    default:
        return seal_kind_file(kind);
    }
}

/* A host name or a numeric address; nothing that the extension's own syntax could read otherwise. */
static bool
host_ok(const char *host)
{
    size_t len = strnlen(host, SEAL_NAME_MAX);
    return len > 0 && len < SEAL_NAME_MAX &&
           strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:") == len;
}

static int
write_recipients(const char *folder, const struct seal_pair *all)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *path = fs_join(folder, "recipients.pem");
    int r = KERR_SEAL_CRYPTO;
    if (bio != NULL && PEM_write_bio_X509(bio, all[SEAL_CITY].cert) == 1 &&
        PEM_write_bio_X509(bio, all[SEAL_RECOVERY].cert) == 1) {
        r = seal_bio_write(path, bio, PUBLIC_MODE);
    }
    free(path);
    BIO_free(bio);
    return r;
}

static int
make_all(const char *folder, const char *kiosk, const char *host)
{
    struct seal_pair all[SEAL_KIND_COUNT] = {0};
    int64_t from = clock_wall_s(clock_system()) - SECONDS_A_DAY; /* clocks differ a little */
    int r = 0;
    for (enum seal_kind i = 0; r == 0 && i < SEAL_KIND_COUNT; i++) {
        enum seal_kind by = seal_kind_issuer(i);
        r = seal_pair_make(by == i ? NULL : &all[by], i, common_name(i, kiosk, host), from,
            seal_kind_days(i), &all[i]);
        if (r == 0) {
            r = seal_pair_write(folder, seal_kind_file(i), &all[i]);
        }
    }
    if (r == 0) {
        r = write_recipients(folder, all);
    }
    for (int i = 0; i < SEAL_KIND_COUNT; i++) {
        seal_pair_release(&all[i]);
    }
    ERR_clear_error();
    return r;
}

static int
remove_entry(const char *name, void *ctx)
{
    char *path = fs_join(ctx, name);
    (void)unlink(path); /* rmdir finds out when something stays */
    free(path);
    return 0;
}

/* Removes what an interrupted run left of its own part folder. */
static int
remove_part(char *part)
{
    if (!fs_exists(part)) {
        return 0;
    }
    int r = fs_each(part, NULL, remove_entry, part);
    return r == 0 && rmdir(part) == 0 ? 0 : KERR_IO;
}

static int
sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = fd >= 0 && fsync(fd) == 0 ? 0 : KERR_IO;
    if (fd >= 0) {
        (void)close(fd);
    }
    return r;
}

/* Renames the finished folder into place; an empty one there is replaced, any other is kept. */
static int
put_in_place(const char *part, const char *folder)
{
    if (rename(part, folder) != 0) {
        return errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR ? KERR_EXISTS : KERR_IO;
    }
    char *parent = fs_join(folder, "..");
    int r = sync_folder(parent);
    free(parent);
    return r;
}

static int
folder_has_entry(const char *name, void *ctx)
{
    (void)name;
    (void)ctx;
    return KERR_EXISTS;
}

int
seal_keys_make(const char *folder, const char *kiosk, const char *host)
{
    if (!seal_name_ok(kiosk) || !host_ok(host)) {
        return KERR_INVALID;
    }
    int r = fs_each(folder, NULL, folder_has_entry, NULL);
    if (r == KERR_EXISTS) {
        return r;
    }
    size_t len = strlen(folder) + sizeof(".part");
    char *part = xcalloc(len, 1);
    (void)snprintf(part, len, "%s.part", folder);
    r = remove_part(part);
    if (r == 0) {
        r = fs_make_dirs(part);
    }
    if (r == 0) {
        r = make_all(part, kiosk, host);
    }
    if (r == 0) {
        r = put_in_place(part, folder);
    }
    if (r < 0) {
        (void)remove_part(part); /* the first error is the one to tell */
    }
    free(part);
    return r;
}
