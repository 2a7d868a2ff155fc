/* tests/intake/test_bundles.c - bundles at the city: published, served by a real intake to libcurl, copied to a stick. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hex.h"
#include "harness/harness.h"
#include "intake/city.h"
#include "intake/intake.h"
#include "intake/intake_priv.h"

static struct {
    char folder[HARNESS_FOLDER_LEN];
    struct city city;
    struct intake *intake;
} scene;

static const char *
file(const char *name)
{
    return harness_file(scene.folder, name);
}

static int
set_up(void **state)
{
    *state = &scene;
    harness_folder_make(scene.folder);
    city_make(&scene.city, file);
    struct intake_config config = city_listens(&scene.city, file);
    config.bundles = file("publish");
    assert_int_equal(0, intake_start(&config, &scene.intake));
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    intake_stop(scene.intake);
    city_free(&scene.city);
    return harness_folder_remove(scene.folder);
}

static void
write_file(const char *name, const char *text)
{
    assert_int_equal(0, fs_write_atomic(file(name), text, strlen(text), 0644));
}

/* Publishes the sample files a and b as live data. */
static int
publish_as(const char *a, const char *b, uint64_t counter, uint64_t *ret_counter)
{
    write_file("a.tsv", a);
    write_file("b.tsv", b);
    const struct intake_source sources[] = {{"a.tsv", file("a.tsv")}, {"b.tsv", file("b.tsv")}};
    const struct intake_publish publish = {.folder = file("publish"),
        .keys = file("keys"),
        .kind = SEAL_BUNDLE_LIVE,
        .counter = counter,
        .now = 1795312800,
        .sources = sources,
        .count = 2};
    return intake_publish(&publish, ret_counter, NULL);
}

static const char *
hash_of(const char *text)
{
    static char hex[2 * SEAL_HASH_LEN + 1];
    uint8_t hash[SEAL_HASH_LEN];
    seal_hash((const uint8_t *)text, strlen(text), hash);
    hex_encode(hash, sizeof(hash), hex);
    return hex;
}

static bool
is_published(const char *folder, const char *text)
{
    char name[160];
    snprintf(name, sizeof(name), "%s/live/%s", folder, hash_of(text));
    return fs_exists(file(name));
}

struct talk {
    const char *path, *header; /* header: one more, or NULL */
    const char *method; /* NULL: GET */
    bool is_stranger; /* no client certificate */
    int code; /* curl's */
    long status;
    char etag[80], range[80], type[64];
    struct buf got;
};

static size_t
on_body(char *data, size_t size, size_t count, void *ctx)
{
    return buf_add(ctx, data, size * count) == 0 ? size * count : 0;
}

static void
copy_header(CURL *easy, const char *name, char *out, size_t size)
{
    struct curl_header *found = NULL;
    bool has = curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK;
    snprintf(out, size, "%s", has ? found->value : "");
}

static void
ask(struct talk *talk)
{
    char url[300];
    snprintf(url, sizeof(url), "https://127.0.0.1:%u%s", intake_port(scene.intake), talk->path);
    CURL *easy = curl_easy_init();
    struct curl_slist *headers =
        talk->header != NULL ? curl_slist_append(NULL, talk->header) : NULL;
    buf_init(&talk->got, 1024 * 1024);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_CAINFO, file("keys/city-ca.crt"));
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, talk->method);
    if (!talk->is_stranger) {
        curl_easy_setopt(easy, CURLOPT_SSLCERT, file("keys/kiosk-tls.crt"));
        curl_easy_setopt(easy, CURLOPT_SSLKEY, file("keys/kiosk-tls.key"));
    }
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, 20L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &talk->got);
    talk->code = (int)curl_easy_perform(easy);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &talk->status);
    copy_header(easy, "ETag", talk->etag, sizeof(talk->etag));
    copy_header(easy, "Content-Range", talk->range, sizeof(talk->range));
    copy_header(easy, "Content-Type", talk->type, sizeof(talk->type));
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
}

static void
test_published(void **state)
{
    (void)state;
    uint64_t counter = 0;
    assert_int_equal(0, publish_as("one", "two", 0, &counter));
    assert_int_equal(1, counter);
    assert_true(is_published("publish", "one") && is_published("publish", "two"));
    assert_int_equal(0, publish_as("three", "two", 0, &counter));
    assert_int_equal(2, counter);
    assert_true(is_published("publish", "one")); /* somebody may be fetching it */
    assert_int_equal(0, publish_as("four", "two", 0, &counter));
    assert_false(is_published("publish", "one"));
    assert_true(is_published("publish", "three"));
    /* the counter only grows */
    assert_int_equal(KERR_CONFLICT, publish_as("five", "two", 3, NULL));
    assert_int_equal(KERR_CONFLICT, publish_as("five", "two", 2, NULL));
    assert_int_equal(0, publish_as("five", "two", 40, &counter));
    assert_int_equal(40, counter);
    /* one at a time */
    int other = open(file("publish/live"), O_RDONLY | O_DIRECTORY);
    assert_int_equal(0, flock(other, LOCK_EX));
    assert_int_equal(KERR_BUSY, publish_as("six", "two", 0, NULL));
    close(other);
    /* what can't be a part of it is named, and nothing is published */
    const struct intake_source bad[] = {{"a.tsv", file("a.tsv")}, {"answers.tsv", file("a.tsv")}};
    struct intake_publish publish = {.folder = file("publish"),
        .keys = file("keys"),
        .kind = SEAL_BUNDLE_LIVE,
        .now = 1,
        .sources = bad,
        .count = 2};
    size_t at = 0;
    assert_int_equal(KERR_INVALID, intake_publish(&publish, NULL, &at));
    assert_int_equal(1, at);
    struct seal_manifest *manifest = NULL;
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_MANIFEST_MAX);
    assert_int_equal(0, fs_read(file("publish/live/manifest"), &bytes));
    assert_int_equal(
        0, seal_manifest_read(file("keys/city-ca.crt"), bytes.data, bytes.len, &manifest));
    assert_int_equal(40, manifest->counter);
    seal_manifest_free(manifest);
}

static void
expect(const char *path, const char *header, long status, const char *range, const char *body)
{
    struct talk talk = {.path = path, .header = header};
    ask(&talk);
    if (talk.code != CURLE_OK || talk.status != status || strcmp(talk.range, range) != 0 ||
        (body != NULL && strcmp(buf_str(&talk.got), body) != 0)) {
        fail_msg("%s %s: curl %d, status %ld, %s, %s", path, header != NULL ? header : "",
            talk.code, talk.status, talk.range, buf_str(&talk.got));
    }
    buf_release(&talk.got);
}

static void
test_served(void **state)
{
    (void)state;
    assert_int_equal(0, publish_as("0123456789", "two", 50, NULL));
    struct talk talk = {.path = "/v1/bundles/live"};
    ask(&talk);
    assert_int_equal(200, talk.status);
    assert_string_equal("application/cms", talk.type);
    struct seal_manifest *manifest = NULL;
    assert_int_equal(
        0, seal_manifest_read(file("keys/city-ca.crt"), talk.got.data, talk.got.len, &manifest));
    seal_manifest_free(manifest);
    char same[128], path[128], partly[128], tagged[128];
    snprintf(same, sizeof(same), "If-None-Match: %s", talk.etag);
    snprintf(path, sizeof(path), "/v1/bundles/live/%s", hash_of("0123456789"));
    snprintf(tagged, sizeof(tagged), "If-None-Match: \"%s\"", hash_of("0123456789"));
    expect("/v1/bundles/live", same, 304, "", "");
    expect("/v1/bundles/live", tagged, 200, "", NULL);
    expect(path, NULL, 200, "", "0123456789");
    expect(path, tagged, 304, "", "");
    for (unsigned k = 0; k < 10; k++) { /* from every byte to the end */
        char range[40], told[40];
        snprintf(range, sizeof(range), "Range: bytes=%u-", k);
        snprintf(told, sizeof(told), "bytes %u-9/10", k);
        expect(path, range, 206, told, &"0123456789"[k]);
    }
    expect(path, "Range: bytes=2-4", 206, "bytes 2-4/10", "234");
    expect(path, "Range: bytes=2-400", 206, "bytes 2-9/10", "23456789");
    char ranged[160];
    snprintf(ranged, sizeof(ranged), "Range: bytes=2-\r\nIf-Range: \"%s\"", hash_of("0123456789"));
    expect(path, ranged, 206, "bytes 2-9/10", "23456789");
    snprintf(ranged, sizeof(ranged), "Range: bytes=2-\r\nIf-Range: \"%s\"", hash_of("other"));
    expect(path, ranged, 200, "", "0123456789"); /* the rest of something else */
    expect(path, "Range: bytes=10-", 416, "bytes */10", NULL);
    expect(path, "Range: bytes=18446744073709551616-", 200, "", "0123456789");
    expect(path, "Range: bytes=-3", 200, "", "0123456789");
    expect(path, "Range: bytes=5-2", 200, "", "0123456789");
    expect(path, "Range: bytes=1-2,4-5", 200, "", "0123456789");
    expect(path, "Range: lines=1-", 200, "", "0123456789");
    snprintf(partly, sizeof(partly), "/v1/bundles/content/%s", hash_of("0123456789"));
    expect(partly, NULL, 404, "", NULL); /* of another kind */
    static const char *const none[] = {"/v1/bundles", "/v1/bundles/", "/v1/bundles/live/",
        "/v1/bundles/live/manifest", "/v1/bundles/keys", "/v1/bundles/lives",
        "/v1/bundles/live/../live", "/v1/bundles/live/..%2f..%2fkeys%2fcity.key",
        "/v1/bundles/"
        "livelivelivelivelivelive"};
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        expect(none[i], NULL, 404, "", NULL);
    }
    /* what is no file of ours: a folder, a pipe; a link leads nowhere */
    snprintf(partly, sizeof(partly), "publish/live/%s", hash_of("folder"));
    assert_int_equal(0, mkdir(file(partly), 0755));
    snprintf(path, sizeof(path), "/v1/bundles/live/%s", hash_of("folder"));
    expect(path, NULL, 404, "", NULL);
    snprintf(partly, sizeof(partly), "publish/live/%s", hash_of("pipe"));
    assert_int_equal(0, mkfifo(file(partly), 0644));
    snprintf(path, sizeof(path), "/v1/bundles/live/%s", hash_of("pipe"));
    expect(path, NULL, 404, "", NULL);
    snprintf(partly, sizeof(partly), "publish/live/%s", hash_of("city.key"));
    assert_int_equal(0, symlink(file("keys/city.key"), file(partly)));
    snprintf(path, sizeof(path), "/v1/bundles/live/%s", hash_of("city.key"));
    expect(path, NULL, 404, "", NULL);
    struct talk put = {.path = "/v1/bundles/live", .method = "PUT"};
    ask(&put);
    assert_int_equal(405, put.status);
    buf_release(&put.got);
    struct talk stranger = {.path = "/v1/bundles/live", .is_stranger = true};
    ask(&stranger);
    assert_int_not_equal(CURLE_OK, stranger.code);
    assert_int_equal(0, stranger.got.len);
    buf_release(&stranger.got);
    buf_release(&talk.got);
}

static void
test_copied(void **state)
{
    (void)state;
    assert_int_equal(0, publish_as("stick one", "two", 60, NULL));
    assert_int_equal(0, mkdir(file("stick"), 0755));
    assert_int_equal(
        1, intake_publish_copy(file("publish"), file("keys/city-ca.crt"), file("stick/b")));
    assert_true(is_published("stick/b", "stick one"));
    assert_int_equal(0, publish_as("stick two", "two", 61, NULL));
    assert_int_equal(
        1, intake_publish_copy(file("publish"), file("keys/city-ca.crt"), file("stick/b")));
    assert_true(is_published("stick/b", "stick two"));
    assert_false(is_published("stick/b", "stick one")); /* a stick is small */
    /* a file that was damaged at the city goes nowhere */
    char name[160];
    snprintf(name, sizeof(name), "publish/live/%s", hash_of("two"));
    write_file(name, "twa");
    assert_int_equal(KERR_INVALID,
        intake_publish_copy(file("publish"), file("keys/city-ca.crt"), file("stick/b")));
    assert_int_equal(0, publish_as("stick two", "two", 62, NULL)); /* which mends it */
    assert_int_equal(
        1, intake_publish_copy(file("publish"), file("keys/city-ca.crt"), file("stick/b")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),
        cmocka_unit_test(test_served),
        cmocka_unit_test(test_copied),
    };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
