/* intake/bundle.c - what goes down to terminals, as files of the folder that intake_publish fills: a kind's manifest, and
 * each of its files under its SHA-256. A file never changes under its name, so a terminal continues what it began at any
 * byte. Nothing here is read or trusted: terminals check signatures. */
#include "intake/intake_priv.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"

bool
intake_bundle_path(const char *path, struct intake_wanted *ret_wanted)
{
    static const char bundles[] = "/v1/bundles/";
    if (strncmp(path, bundles, sizeof(bundles) - 1) != 0) {
        return false;
    }
    struct intake_wanted wanted = {.hash = ""};
    const char *name = path + sizeof(bundles) - 1;
    size_t len = strcspn(name, "/");
    char kind[16];
    if (len >= sizeof(kind)) {
        return false;
    }
    memcpy(kind, name, len);
    kind[len] = 0;
    bool ok = seal_bundle_find(kind, &wanted.kind) == 0;
    if (ok && name[len] == '/') {
        const char *hash = name + len + 1;
        ok = strspn(hash, "0123456789abcdef") == sizeof(wanted.hash) - 1 &&
             hash[sizeof(wanted.hash) - 1] == 0;
        if (ok) {
            memcpy(wanted.hash, hash, sizeof(wanted.hash));
        }
    }
    if (ok) {
        *ret_wanted = wanted;
    }
    return ok;
}

/* Opens what is wanted; -1 when it isn't there. */
static int
open_wanted(const char *folder, const struct intake_wanted *wanted, uint64_t *ret_size)
{
    char *kind = fs_join(folder, seal_bundle_name(wanted->kind));
    char *path = fs_join(kind, wanted->hash[0] != 0 ? wanted->hash : INTAKE_MANIFEST);
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
        (void)close(fd); /* only opened */
        fd = -1;
    }
    *ret_size = fd >= 0 ? (uint64_t)st.st_size : 0;
    free(path);
    free(kind);
    return fd;
}

/* A manifest's entity tag is its hash, as a file's is. */
static bool
hash_manifest(int fd, uint64_t size, char ret_hex[2 * SEAL_HASH_LEN + 1])
{
    uint8_t hash[SEAL_HASH_LEN];
    uint8_t *bytes = size > 0 && size <= SEAL_MANIFEST_MAX ? malloc(size) : NULL;
    bool ok = bytes != NULL && pread(fd, bytes, size, 0) == (ssize_t)size;
    if (ok) {
        seal_hash(bytes, size, hash);
        hex_encode(hash, sizeof(hash), ret_hex);
    }
    free(bytes);
    return ok;
}

/* Digits at *at, which moves behind them. */
static bool
digits(const char **at, uint64_t *ret_number)
{
    uint64_t number = 0;
    const char *from = *at;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        if (number > UINT64_MAX / 10 - 1) {
            return false;
        }
        number = number * 10 + (uint64_t)(**at - '0');
    }
    *ret_number = number;
    return *at != from;
}

/* "bytes=N-" or "bytes=N-M" (RFC 9110 section 14.1.2). Other forms are answered with the whole, as section 14.2 lets us. */
static bool
is_range(const char *text, uint64_t size, uint64_t *ret_from, uint64_t *ret_behind)
{
    static const char bytes[] = "bytes=";
    uint64_t last = 0;
    if (text == NULL || strncmp(text, bytes, sizeof(bytes) - 1) != 0) {
        return false;
    }
    text += sizeof(bytes) - 1;
    if (!digits(&text, ret_from) || *text++ != '-') {
        return false;
    }
    *ret_behind = size;
    if (*text != 0) {
        if (!digits(&text, &last) || *text != 0 || last < *ret_from) {
            return false;
        }
        *ret_behind = last < size ? last + 1 : size;
    }
    return true;
}

static void
reply_file(const struct intake_ask *ask, int fd, uint64_t size, struct intake_reply *ret_reply)
{
    struct intake_part *part = &ret_reply->part;
    uint64_t from = 0;
    uint64_t behind = size;
    bool is_same = ask->if_range == NULL || strcmp(ask->if_range, part->etag) == 0;
    part->size = size;
    if (ask->if_none_match != NULL && strstr(ask->if_none_match, part->etag) != NULL) {
        ret_reply->status = 304;
    } else if (is_same && is_range(ask->range, size, &from, &behind)) {
        if (from >= size) {
            intake_reply_problem(ret_reply, INTAKE_PROBLEM_RANGE, KERR_INVALID);
            return;
        }
        ret_reply->status = 206;
    } else {
        from = 0;
        behind = size;
        ret_reply->status = 200;
    }
    if (ret_reply->status != 304) {
        part->fd = fd;
        part->from = from;
        part->len = behind - from;
    }
}

void
intake_get_bundle(
    struct intake *intake, const struct intake_ask *ask, struct intake_reply *ret_reply)
{
    uint64_t size = 0;
    char hex[2 * SEAL_HASH_LEN + 1] = "";
    int fd = intake->bundles != NULL ? open_wanted(intake->bundles, &ask->wanted, &size) : -1;
    bool is_manifest = ask->wanted.hash[0] == 0;
    if (fd < 0) {
        intake_reply_problem(ret_reply, INTAKE_PROBLEM_NO_BUNDLE, KERR_NOT_FOUND);
        return;
    }
    if (is_manifest && !hash_manifest(fd, size, hex)) {
        intake_reply_problem(ret_reply, INTAKE_PROBLEM_NO_BUNDLE, KERR_IO);
    } else {
        (void)snprintf(ret_reply->part.etag, sizeof(ret_reply->part.etag), "\"%s\"",
            is_manifest ? hex : ask->wanted.hash);
        ret_reply->type = is_manifest ? "application/cms" : "application/octet-stream";
        reply_file(ask, fd, size, ret_reply);
    }
    if (ret_reply->part.fd < 0) {
        (void)close(fd); /* only read */
    }
}
