/* seal/manifest.c - what the city sends down: the signed list of a bundle's files. Inside the signature stands
 *
 *     madoguchi bundle 1
 *     kind content
 *     counter 3
 *     made 1795312800
 *     SHA-256 SIZE NAME          a line for each file, by name
 *
 * and nothing else, in one spelling. Who signs depends on the kind, so that whoever may tell today's free places can not
 * write pages. */
#include "seal_priv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/hex.h"

#define HEAD "madoguchi bundle 1\nkind "
#define SEGMENT "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

enum { DEPTH_MAX = 6, MIB = 1024 * 1024 };

static const struct plan {
    const char *name;
    enum seal_kind signer;
    size_t files; /* at most, as the next two */
    uint64_t file, total; /* bytes */
} plans[SEAL_BUNDLE_COUNT] = {
    [SEAL_BUNDLE_CONTENT] = {"content", SEAL_CONTENT, SEAL_MANIFEST_FILES, 4 * MIB, 32 * MIB},
    [SEAL_BUNDLE_KEYS] = {"keys", SEAL_CONTENT, 1, SEAL_KEYRING_MAX, SEAL_KEYRING_MAX},
    /* files of kiosk/live, which has room for 32 */
    [SEAL_BUNDLE_LIVE] = {"live", SEAL_LIVE, 31, 4 * MIB, 16 * MIB},
    [SEAL_BUNDLE_ANSWERS] = {"answers", SEAL_LIVE, 1, 4 * MIB, 4 * MIB},
};

const char *
seal_bundle_name(enum seal_bundle kind)
{
    return plans[kind].name;
}

int
seal_bundle_find(const char *name, enum seal_bundle *ret_kind)
{
    for (enum seal_bundle i = 0; i < SEAL_BUNDLE_COUNT; i++) {
        if (strcmp(plans[i].name, name) == 0) {
            *ret_kind = i;
            return 0;
        }
    }
    return KERR_NOT_FOUND;
}

/* ---- names ---- */

/* Parts of letters that need no care anywhere, none of which is hidden, "." or "..". */
static bool
is_path(const char *name)
{
    size_t len = strnlen(name, SEAL_MANIFEST_NAME_MAX);
    unsigned depth = 1;
    bool ok = len > 0 && len < SEAL_MANIFEST_NAME_MAX;
    for (const char *part = name; ok; part++) {
        size_t n = strspn(part, SEGMENT);
        ok = n > 0 && part[0] != '.' && (part[n] == '/' || part[n] == 0);
        part += n;
        if (*part == 0) {
            break;
        }
        ok = ok && ++depth <= DEPTH_MAX;
    }
    return ok;
}

static bool
begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* The folders of kiosk/assets whose files are content, and compiled catalogs. Pictures of the theme, sounds and fonts
 * belong to the program. */
static bool
is_content(const char *name)
{
    static const char *const folders[] = {"assets/dictionary/", "assets/city/",
        "assets/procedures/", "assets/forms/", "assets/pages/", "assets/phrases/", "locale/"};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        if (begins(name, folders[i])) {
            return true;
        }
    }
    return false;
}

/* A file that kiosk/live asks for by name. */
static bool
is_table(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return len > 0 && len < 64 && strcmp(name + len, ".tsv") == 0 &&
           strcmp(name, "answers.tsv") != 0;
}

bool
seal_bundle_holds(enum seal_bundle kind, const char *name)
{
    switch (kind) {
    case SEAL_BUNDLE_CONTENT:
        return is_path(name) && is_content(name);
    case SEAL_BUNDLE_KEYS:
        return strcmp(name, "keyring.der") == 0;
    case SEAL_BUNDLE_LIVE:
        return is_table(name);
    case SEAL_BUNDLE_ANSWERS:
        return strcmp(name, "answers.tsv") == 0;
    case SEAL_BUNDLE_COUNT:
        break;
    }
    return false;
}

/* ---- a manifest in memory ---- */

struct seal_manifest *
seal_manifest_new(enum seal_bundle kind, uint64_t counter, int64_t made_at)
{
    struct seal_manifest *manifest = xcalloc(1, sizeof(*manifest));
    manifest->kind = kind;
    manifest->counter = counter;
    manifest->made_at = made_at;
    return manifest;
}

void
seal_manifest_free(struct seal_manifest *manifest)
{
    if (manifest != NULL) {
        free(manifest->files);
        free(manifest);
    }
}

int
seal_manifest_add(struct seal_manifest *manifest, const struct seal_file *file)
{
    const struct plan *plan = &plans[manifest->kind];
    const struct seal_file *last =
        manifest->count > 0 ? &manifest->files[manifest->count - 1] : NULL;
    if (manifest->count >= plan->files || file->size > plan->file ||
        manifest->total + file->size > plan->total) {
        return KERR_TOO_BIG;
    }
    if (!seal_bundle_holds(manifest->kind, file->name) ||
        (last != NULL && strcmp(last->name, file->name) >= 0)) {
        return KERR_INVALID;
    }
    manifest->files = xgrow(manifest->files, manifest->count, &manifest->cap, sizeof(*file));
    manifest->files[manifest->count++] = *file;
    manifest->total += file->size;
    return 0;
}

static int
by_name(const void *name, const void *file)
{
    return strcmp(name, ((const struct seal_file *)file)->name);
}

const struct seal_file *
seal_manifest_find(const struct seal_manifest *manifest, const char *name)
{
    return manifest->count == 0 ? NULL
                                : bsearch(name, manifest->files, manifest->count,
                                      sizeof(manifest->files[0]), by_name);
}

const struct seal_file *
seal_manifest_find_hash(const struct seal_manifest *manifest, const uint8_t hash[SEAL_HASH_LEN])
{
    for (size_t i = 0; manifest != NULL && i < manifest->count; i++) {
        if (memcmp(manifest->files[i].hash, hash, SEAL_HASH_LEN) == 0) {
            return &manifest->files[i];
        }
    }
    return NULL;
}

/* Is a file named where another one needs a folder? */
static bool
has_file_as_folder(const struct seal_manifest *manifest)
{
    for (size_t i = 0; i < manifest->count; i++) {
        char name[SEAL_MANIFEST_NAME_MAX];
        memcpy(name, manifest->files[i].name, sizeof(name));
        for (char *slash = strrchr(name, '/'); slash != NULL; slash = strrchr(name, '/')) {
            *slash = 0;
            if (seal_manifest_find(manifest, name) != NULL) {
                return true;
            }
        }
    }
    return false;
}

/* ---- the text ---- */

int
seal_manifest_write(const struct seal_manifest *manifest, struct buf *ret_text)
{
    if (manifest->counter == 0 || manifest->made_at < 0 || manifest->count == 0 ||
        has_file_as_folder(manifest)) {
        return KERR_INVALID;
    }
    (void)buf_printf(ret_text, HEAD "%s\ncounter %" PRIu64 "\nmade %" PRId64 "\n",
        plans[manifest->kind].name, manifest->counter, manifest->made_at);
    for (size_t i = 0; i < manifest->count; i++) {
        const struct seal_file *file = &manifest->files[i];
        char hex[2 * SEAL_HASH_LEN + 1];
        hex_encode(file->hash, SEAL_HASH_LEN, hex);
        (void)buf_printf(ret_text, "%s %" PRIu64 " %s\n", hex, file->size, file->name);
    }
    return buf_error(ret_text);
}

/* What is left of the text. After a mismatch at is NULL. */
struct rest {
    const char *at, *end;
};

static void
take(struct rest *rest, const char *literal)
{
    size_t len = strlen(literal);
    bool ok = rest->at != NULL && (size_t)(rest->end - rest->at) >= len &&
              memcmp(rest->at, literal, len) == 0;
    rest->at = ok ? rest->at + len : NULL;
}

static uint64_t
take_number(struct rest *rest)
{
    uint64_t number = 0;
    const char *at = rest->at;
    for (; at != NULL && at < rest->end && *at >= '0' && *at <= '9'; at++) {
        unsigned digit = (unsigned)(*at - '0');
        if (number > (UINT64_MAX - digit) / 10) {
            rest->at = NULL;
            return 0;
        }
        number = number * 10 + digit;
    }
    rest->at = at == rest->at ? NULL : at;
    return number;
}

/* Up to the end of the line, which is taken too. */
static void
take_word(struct rest *rest, char *out, size_t size)
{
    const char *end =
        rest->at != NULL ? memchr(rest->at, '\n', (size_t)(rest->end - rest->at)) : NULL;
    if (end == NULL || end == rest->at || (size_t)(end - rest->at) >= size) {
        rest->at = NULL;
        return;
    }
    memcpy(out, rest->at, (size_t)(end - rest->at));
    out[end - rest->at] = 0;
    rest->at = end + 1;
}

static bool
take_file(struct rest *rest, struct seal_manifest *manifest)
{
    enum { DIGITS = 2 * SEAL_HASH_LEN };
    struct seal_file file = {.size = 0};
    char hex[DIGITS + 1];
    if (rest->end - rest->at < DIGITS) {
        return false;
    }
    memcpy(hex, rest->at, DIGITS);
    hex[DIGITS] = 0;
    rest->at = hex_decode(hex, file.hash, SEAL_HASH_LEN) == 0 ? rest->at + DIGITS : NULL;
    take(rest, " ");
    file.size = take_number(rest);
    take(rest, " ");
    take_word(rest, file.name, sizeof(file.name));
    return rest->at != NULL && seal_manifest_add(manifest, &file) == 0;
}

int
seal_manifest_read_text(const uint8_t *text, size_t len, struct seal_manifest **ret_manifest)
{
    struct rest rest = {(const char *)text, (const char *)text + len};
    char word[SEAL_NAME_MAX];
    struct seal_manifest *manifest = seal_manifest_new(SEAL_BUNDLE_CONTENT, 0, 0);
    take(&rest, HEAD);
    take_word(&rest, word, sizeof(word));
    bool ok = rest.at != NULL && seal_bundle_find(word, &manifest->kind) == 0;
    take(&rest, "counter ");
    manifest->counter = take_number(&rest);
    take(&rest, "\nmade ");
    uint64_t made = take_number(&rest);
    take(&rest, "\n");
    ok = ok && rest.at != NULL && made <= INT64_MAX;
    manifest->made_at = ok ? (int64_t)made : 0;
    while (ok && rest.at < rest.end) {
        ok = take_file(&rest, manifest);
    }
    /* written again it must be the same: one spelling */
    AUTO_BUF again;
    buf_init(&again, SEAL_MANIFEST_MAX);
    if (!ok || seal_manifest_write(manifest, &again) < 0 || again.len != len ||
        memcmp(again.data, text, len) != 0) {
        seal_manifest_free(manifest);
        return KERR_SEAL_FORM;
    }
    *ret_manifest = manifest;
    return 0;
}

/* ---- signed ---- */

static int
read_signed(
    X509_STORE *trust, const uint8_t *bytes, size_t len, struct seal_manifest **ret_manifest)
{
    struct seal_signed parts;
    struct seal_manifest *manifest = NULL;
    int r =
        len <= SEAL_MANIFEST_MAX ? seal_check_signed(trust, bytes, len, &parts) : KERR_SEAL_FORM;
    if (r < 0) {
        return r;
    }
    r = parts.header != NULL ? KERR_SEAL_FORM
                             : seal_manifest_read_text(parts.content, parts.content_len, &manifest);
    if (r == 0 &&
        !seal_common_name_is(parts.signer, seal_kind_file(plans[manifest->kind].signer))) {
        r = KERR_SEAL_SIGNATURE;
    }
    seal_signed_release(&parts);
    if (r < 0) {
        seal_manifest_free(manifest);
        return r;
    }
    *ret_manifest = manifest;
    return 0;
}

int
seal_manifest_read(
    const char *city_ca, const uint8_t *bytes, size_t len, struct seal_manifest **ret_manifest)
{
    X509_STORE *trust = NULL;
    int r = seal_load_trust(city_ca, &trust);
    if (r < 0) {
        return r;
    }
    r = read_signed(trust, bytes, len, ret_manifest);
    X509_STORE_free(trust);
    return r;
}

int
seal_manifest_make(
    const char *keys, const struct seal_manifest *manifest, int64_t now, struct buf *ret_bytes)
{
    struct seal_pair signer = {0};
    AUTO_BUF text;
    buf_init(&text, SEAL_MANIFEST_MAX);
    int r = seal_manifest_write(manifest, &text);
    r = r == 0 ? seal_pair_of(keys, plans[manifest->kind].signer, now, &signer) : r;
    if (r == 0) {
        r = seal_sign(signer.cert, signer.key, NULL, text.data, text.len, ret_bytes);
    }
    r = r == 0 && ret_bytes->len > SEAL_MANIFEST_MAX ? KERR_TOO_BIG : r;
    seal_pair_release(&signer);
    ERR_clear_error();
    return r;
}
