/* tests/sync/test_bundles.c - a terminal takes signed bundles: from a folder as a stick has it, and from a real intake over
 * TLS on a line that is cut at every place. What is forged, older, of another kind or half there is never shown.
 * waits */
#include "sync/bundle_scene.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/socket.h>

#include "intake/city.h"

enum { LARGE = 300 * 1000 };

static struct {
    struct city city;
    struct intake *intake;
    /* the line: cuts each connection after so many bytes of the city's */
    pthread_t thread;
    int listener;
    uint16_t port;
    atomic_bool stopping;
    atomic_ulong cut, bytes, connections;
} line;

/* ---- the line ---- */

static bool
carry(int from, int to, unsigned long *left)
{
    char piece[8192];
    size_t most = *left < sizeof(piece) ? *left : sizeof(piece);
    ssize_t got = recv(from, piece, most, 0);
    if (got <= 0 || send(to, piece, (size_t)got, MSG_NOSIGNAL) != got) {
        return false;
    }
    *left -= (unsigned long)got;
    return *left > 0;
}

static void
forward(int client)
{
    struct sockaddr_in city = {.sin_family = AF_INET, .sin_port = htons(intake_port(line.intake))};
    city.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    unsigned long down = atomic_load(&line.cut);
    unsigned long up = ~0UL;
    unsigned long at_first = down;
    bool ok = connect(server, (struct sockaddr *)&city, sizeof(city)) == 0;
    while (ok && !atomic_load(&line.stopping)) {
        struct pollfd ends[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
        ok = poll(ends, 2, 50) >= 0;
        if (ok && ends[0].revents != 0) {
            ok = carry(client, server, &up);
        }
        if (ok && ends[1].revents != 0) {
            ok = carry(server, client, &down);
        }
    }
    atomic_fetch_add(&line.bytes, at_first - down);
    close(server);
    close(client);
}

static void *
lead(void *arg)
{
    (void)arg;
    while (!atomic_load(&line.stopping)) {
        struct pollfd ready = {line.listener, POLLIN, 0};
        if (poll(&ready, 1, 50) > 0) {
            int client = accept(line.listener, NULL, NULL);
            atomic_fetch_add(&line.connections, 1);
            forward(client); /* a terminal has one connection at a time here */
        }
    }
    return NULL;
}

static int
set_up(void **state)
{
    (void)state;
    harness_folder_make(scene_folder);
    city_make(&line.city, file);
    struct intake_config config = city_listens(&line.city, file);
    config.bundles = file("publish");
    assert_int_equal(0, intake_start(&config, &line.intake));
    struct sockaddr_in here = {.sin_family = AF_INET};
    socklen_t len = sizeof(here);
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    line.listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(0, bind(line.listener, (struct sockaddr *)&here, sizeof(here)));
    assert_int_equal(0, listen(line.listener, 8));
    assert_int_equal(0, getsockname(line.listener, (struct sockaddr *)&here, &len));
    line.port = ntohs(here.sin_port);
    atomic_store(&line.cut, ~0UL);
    assert_int_equal(0, pthread_create(&line.thread, NULL, lead, NULL));
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    atomic_store(&line.stopping, true);
    pthread_join(line.thread, NULL);
    close(line.listener);
    intake_stop(line.intake);
    city_free(&line.city);
    return harness_folder_remove(scene_folder);
}

static struct sync_down *
new_down(const char *terminal)
{
    char url[64];
    struct sync_down *down = NULL;
    snprintf(url, sizeof(url), "https://127.0.0.1:%u", line.port);
    const struct sync_config config = {.url = url,
        .ca = file("keys/city-ca.crt"),
        .client_cert = file("keys/kiosk-tls.crt"),
        .client_key = file("keys/kiosk-tls.key"),
        .clock = clock_system()};
    const struct sync_place place = place_of(terminal);
    assert_int_equal(0, sync_down_new(&config, &place, &down));
    return down;
}

/* ---- from a folder ---- */

static struct sync_bundle
take(const char *terminal, const char *from, enum seal_bundle kind)
{
    struct sync_bundle bundles[SEAL_BUNDLE_COUNT];
    const struct sync_place place = place_of(terminal);
    sync_bundles_from(&place, from, bundles);
    return bundles[kind];
}

static void
assert_taken(struct sync_bundle bundle, enum sync_bundle_result result, int error, uint64_t counter)
{
    if (bundle.result != result || bundle.error != error || bundle.state.counter != counter) {
        fail_msg("result %d, %s, counter %llu", (int)bundle.result, err_str(bundle.error),
            (unsigned long long)bundle.state.counter);
    }
}

static const char *
blob(const char *folder, const char *text)
{
    static char name[200];
    char hex[2 * SEAL_HASH_LEN + 1];
    uint8_t hash[SEAL_HASH_LEN];
    seal_hash((const uint8_t *)text, strlen(text), hash);
    hex_encode(hash, sizeof(hash), hex);
    snprintf(name, sizeof(name), "%s/%s", folder, hex);
    return name;
}

static void
test_newer_only(void **state)
{
    (void)state;
    const char *here = file("newer");
    const char *stick = file("stick-1");
    assert_taken(take(here, stick, SEAL_BUNDLE_LIVE), SYNC_BUNDLE_SAME, 0, 0); /* no stick */
    assert_int_equal(1, publish_text("stick-1", SEAL_BUNDLE_LIVE, "a.tsv", "one"));
    assert_taken(take(here, stick, SEAL_BUNDLE_LIVE), SYNC_BUNDLE_TAKEN, 0, 1);
    assert_taken(take(here, stick, SEAL_BUNDLE_LIVE), SYNC_BUNDLE_SAME, 0, 1);
    assert_reads(here, "live/now/a.tsv", "one");
    assert_int_equal(2, publish_text("stick-1", SEAL_BUNDLE_LIVE, "b.tsv", "two"));
    assert_taken(take(here, stick, SEAL_BUNDLE_LIVE), SYNC_BUNDLE_TAKEN, 0, 2);
    assert_null(reads(here, "live/now/a.tsv")); /* a bundle is a whole */
    assert_reads(here, "live/now/b.tsv", "two");
    assert_reads(here, "live/before/a.tsv", "one"); /* for whoever still reads it */
    /* a city whose disk was set back: older, and the same counter for other bytes */
    const char *back = file("stick-2");
    publish_text("stick-2", SEAL_BUNDLE_LIVE, "a.tsv", "old");
    assert_taken(take(here, back, SEAL_BUNDLE_LIVE), SYNC_BUNDLE_REFUSED, KERR_CONFLICT, 2);
    publish_text("stick-2", SEAL_BUNDLE_LIVE, "a.tsv", "other");
    assert_taken(take(here, back, SEAL_BUNDLE_LIVE), SYNC_BUNDLE_REFUSED, KERR_CONFLICT, 2);
    assert_reads(here, "live/now/b.tsv", "two");
    struct sync_bundle_state installed = {0};
    assert_int_equal(
        0, sync_bundle_installed(here, file("keys/city-ca.crt"), SEAL_BUNDLE_LIVE, &installed));
    assert_true(installed.counter == 2 && installed.made_at == MADE_AT);
    assert_int_equal(KERR_NOT_FOUND,
        sync_bundle_installed(here, file("keys/city-ca.crt"), SEAL_BUNDLE_KEYS, &installed));
    assert_int_equal(KERR_NOT_FOUND,
        sync_bundle_installed(here, file("other/city-ca.crt"), SEAL_BUNDLE_LIVE, &installed));
    /* one at a time: a stick while the line brings the same */
    int other = open(file("newer/live"), O_RDONLY | O_DIRECTORY);
    assert_int_equal(0, flock(other, LOCK_EX));
    assert_taken(take(here, stick, SEAL_BUNDLE_LIVE), SYNC_BUNDLE_LATER, KERR_BUSY, 2);
    close(other);
    /* what lies there as a part and is none: as long, longer */
    static const char *const no_parts[] = {"Part", "longer"};
    for (size_t i = 0; i < ARRAY_LEN(no_parts); i++) {
        publish_text("stick-1", SEAL_BUNDLE_LIVE, "a.tsv", i == 0 ? "part" : "short");
        write_bytes(
            blob("newer/live/part", i == 0 ? "part" : "short"), no_parts[i], strlen(no_parts[i]));
        assert_int_equal(SYNC_BUNDLE_TAKEN, take(here, stick, SEAL_BUNDLE_LIVE).result);
    }
    /* the disk is bounded: two trees, nothing of what was fetched */
    for (unsigned i = 0; i < 5; i++) {
        char text[16];
        snprintf(text, sizeof(text), "%u", i);
        publish_text("stick-1", SEAL_BUNDLE_LIVE, "a.tsv", text);
        assert_int_equal(SYNC_BUNDLE_TAKEN, take(here, stick, SEAL_BUNDLE_LIVE).result);
    }
    assert_int_equal(5, entries(here, "live")); /* now, before, two trees, part */
    assert_int_equal(0, entries(here, "live/part"));
}

static void
copy(const char *from, const char *to)
{
    AUTO_BUF bytes;
    buf_init(&bytes, 8 * 1024 * 1024);
    assert_int_equal(0, fs_read(file(from), &bytes));
    write_bytes(to, bytes.data, bytes.len);
}

static void
test_forged(void **state)
{
    (void)state;
    const char *here = file("forged");
    const char *stick = file("stick-3");
    publish_text("stick-3", SEAL_BUNDLE_ANSWERS, "answers.tsv", "good");
    assert_taken(take(here, stick, SEAL_BUNDLE_ANSWERS), SYNC_BUNDLE_TAKEN, 0, 1);
    publish_text("stick-3", SEAL_BUNDLE_ANSWERS, "answers.tsv", "newer");
    copy("stick-3/answers/manifest", "kept");
    AUTO_BUF bytes;
    buf_init(&bytes, SEAL_MANIFEST_MAX);
    assert_int_equal(0, fs_read(file("kept"), &bytes));
    for (size_t i = 0; i < bytes.len; i += 41) { /* every byte of it: seal/test_manifest */
        bytes.data[i] ^= 1;
        write_bytes("stick-3/answers/manifest", bytes.data, bytes.len);
        bytes.data[i] ^= 1;
        struct sync_bundle got = take(here, stick, SEAL_BUNDLE_ANSWERS);
        assert_true(got.result == SYNC_BUNDLE_REFUSED && got.state.counter == 1);
    }
    /* a page of a portal, nothing, and another kind's manifest */
    write_bytes("stick-3/answers/manifest", "<html>", 6);
    assert_taken(take(here, stick, SEAL_BUNDLE_ANSWERS), SYNC_BUNDLE_REFUSED, KERR_SEAL_FORM, 1);
    write_bytes("stick-3/answers/manifest", "", 0);
    assert_taken(take(here, stick, SEAL_BUNDLE_ANSWERS), SYNC_BUNDLE_REFUSED, KERR_SEAL_FORM, 1);
    publish_text("stick-3", SEAL_BUNDLE_LIVE, "a.tsv", "x");
    copy("stick-3/live/manifest", "stick-3/answers/manifest");
    assert_taken(take(here, stick, SEAL_BUNDLE_ANSWERS), SYNC_BUNDLE_REFUSED, KERR_INVALID, 1);
    copy("kept", "stick-3/answers/manifest");
    /* files that are not what the manifest names: other bytes, shorter, longer, a link, none */
    char path[200];
    snprintf(path, sizeof(path), "%s", blob("stick-3/answers", "newer"));
    static const char *const wrong[] = {"newEr", "newe", "newerr", ""};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        write_bytes(path, wrong[i], strlen(wrong[i]));
        struct sync_bundle got = take(here, stick, SEAL_BUNDLE_ANSWERS);
        assert_true(got.result == SYNC_BUNDLE_LATER && got.state.counter == 1);
    }
    write_bytes("secret", "newer", 5);
    assert_int_equal(0, remove(file(path)));
    assert_int_equal(SYNC_BUNDLE_LATER, take(here, stick, SEAL_BUNDLE_ANSWERS).result);
    assert_int_equal(0, symlink(file("secret"), file(path)));
    assert_int_equal(SYNC_BUNDLE_REFUSED, take(here, stick, SEAL_BUNDLE_ANSWERS).result);
    assert_int_equal(0, remove(file(path)));
    assert_reads(here, "answers/now/answers.tsv", "good");
    write_bytes(path, "newer", 5);
    assert_taken(take(here, stick, SEAL_BUNDLE_ANSWERS), SYNC_BUNDLE_TAKEN, 0, 2);
    assert_reads(here, "answers/now/answers.tsv", "newer");
}

/* What lies on our own disk may be damaged, too. */
static void
test_mended(void **state)
{
    (void)state;
    const char *here = file("mended");
    const char *stick = file("stick-4");
    write_bytes("one", "one", 3);
    write_bytes("two", "two", 3);
    const struct part_of parts[] = {
        {"assets/pages/a.yaml", "one"}, {"assets/pages/b.yaml", "two"}, {"locale/x", "one"}};
    assert_int_equal(1, publish("stick-4", SEAL_BUNDLE_CONTENT, 0, parts, 2));
    assert_int_equal(2, publish("stick-4", SEAL_BUNDLE_CONTENT, 0, parts, 3));
    assert_taken(take(here, stick, SEAL_BUNDLE_CONTENT), SYNC_BUNDLE_TAKEN, 0, 2);
    /* a flipped bit in a file: the same bundle is taken once more, with what is good of it */
    write_bytes("mended/content/now/assets/pages/b.yaml", "twO", 3);
    assert_taken(take(here, stick, SEAL_BUNDLE_CONTENT), SYNC_BUNDLE_TAKEN, 0, 2);
    assert_reads(here, "content/now/assets/pages/b.yaml", "two");
    assert_taken(take(here, stick, SEAL_BUNDLE_CONTENT), SYNC_BUNDLE_SAME, 0, 2);
    /* in the manifest: the counter in the tree's name still holds */
    write_bytes("mended/content/now/manifest", "?", 1);
    assert_int_equal(1, publish("stick-5", SEAL_BUNDLE_CONTENT, 0, parts, 3));
    struct sync_bundle got = take(here, file("stick-5"), SEAL_BUNDLE_CONTENT);
    assert_true(got.result == SYNC_BUNDLE_REFUSED && got.error == KERR_CONFLICT);
    assert_taken(take(here, stick, SEAL_BUNDLE_CONTENT), SYNC_BUNDLE_TAKEN, 0, 2);
    /* a part that is a damaged tree's file: fetched anew, since nobody writes into a tree */
    char path[200];
    snprintf(path, sizeof(path), "%s", blob("mended/content/part", "two"));
    write_bytes("mended/content/now/assets/pages/b.yaml", "t", 1);
    assert_int_equal(0, link(file("mended/content/now/assets/pages/b.yaml"), file(path)));
    assert_taken(take(here, stick, SEAL_BUNDLE_CONTENT), SYNC_BUNDLE_TAKEN, 0, 2);
    assert_reads(here, "content/before/assets/pages/b.yaml", "t");
    assert_reads(here, "content/now/assets/pages/b.yaml", "two");
    /* trees and parts that a cut left go with the next one */
    assert_int_equal(0, fs_make_dirs(file("mended/content/t-9-00000000/deep/er")));
    write_bytes("mended/content/t-9-00000000/deep/er/x", "x", 1);
    write_bytes("mended/content/part/left", "x", 1);
    assert_int_equal(3, publish("stick-4", SEAL_BUNDLE_CONTENT, 0, parts, 3));
    assert_taken(take(here, stick, SEAL_BUNDLE_CONTENT), SYNC_BUNDLE_TAKEN, 0, 3);
    assert_int_equal(5, entries(here, "content"));
    assert_int_equal(0, entries(here, "content/part"));
    /* nothing is begun that would take the queue's place */
    struct sync_bundle bundles[SEAL_BUNDLE_COUNT];
    struct sync_place place = place_of(here);
    place.reserve = UINT64_MAX / 2;
    assert_int_equal(4, publish("stick-4", SEAL_BUNDLE_CONTENT, 0, parts, 3));
    sync_bundles_from(&place, stick, bundles);
    assert_taken(bundles[SEAL_BUNDLE_CONTENT], SYNC_BUNDLE_LATER, KERR_NO_SPACE, 3);
    assert_reads(here, "content/now/assets/pages/b.yaml", "two");
}

static void
next_keys(const char *path, unsigned times)
{
    struct seal_keyring *first = NULL;
    assert_int_equal(0, seal_keyring_first(file("keys/recipients.pem"), &first));
    int64_t from = seal_keyring_use(first, 0).from + 2 * 86400;
    seal_keyring_free(first);
    const struct seal_next next = {.keys = file("keys"),
        .opens = file("keys/city"),
        .path = file(path),
        .now = from,
        .from = from,
        .days = 9};
    for (unsigned i = 0; i < times; i++) {
        assert_int_equal(0, seal_keyring_next(&next));
    }
}

static void
test_keys(void **state)
{
    (void)state;
    const char *here = file("keyed");
    const char *stick = file("stick-6");
    next_keys("list", 2);
    publish("stick-6", SEAL_BUNDLE_KEYS, 0, (struct part_of[]){{"keyring.der", "list"}}, 1);
    assert_taken(take(here, stick, SEAL_BUNDLE_KEYS), SYNC_BUNDLE_TAKEN, 0, 1);
    AUTO_BUF list;
    AUTO_BUF taken;
    buf_init(&list, SEAL_KEYRING_MAX);
    buf_init(&taken, SEAL_KEYRING_MAX);
    assert_int_equal(0, fs_read(file("list"), &list));
    assert_int_equal(0, fs_read(file("keyring.der"), &taken));
    assert_int_equal(list.len, taken.len);
    assert_memory_equal(list.data, taken.data, list.len);
    /* a newer bundle with an older list, or with none: whoever signs pages names no key */
    next_keys("older", 1);
    publish("stick-6", SEAL_BUNDLE_KEYS, 0, (struct part_of[]){{"keyring.der", "older"}}, 1);
    assert_taken(take(here, stick, SEAL_BUNDLE_KEYS), SYNC_BUNDLE_REFUSED, KERR_CONFLICT, 1);
    write_bytes("none", "none", 4);
    publish("stick-6", SEAL_BUNDLE_KEYS, 0, (struct part_of[]){{"keyring.der", "none"}}, 1);
    assert_taken(take(here, stick, SEAL_BUNDLE_KEYS), SYNC_BUNDLE_REFUSED, KERR_SEAL_FORM, 1);
    buf_clear(&taken);
    assert_int_equal(0, fs_read(file("keyring.der"), &taken));
    assert_memory_equal(list.data, taken.data, list.len);
}

/* ---- over the line ---- */

static void
test_line(void **state)
{
    (void)state;
    struct sync_bundle bundles[SEAL_BUNDLE_COUNT];
    const char *here = file("lined");
    struct sync_down *down = new_down(here);
    assert_true(sync_down_pass(down, bundles)); /* nothing is published */
    assert_int_equal(SYNC_BUNDLE_SAME, bundles[SEAL_BUNDLE_LIVE].result);
    publish_text("publish", SEAL_BUNDLE_LIVE, "a.tsv", "one");
    publish_text("publish", SEAL_BUNDLE_ANSWERS, "answers.tsv", "two");
    assert_true(sync_down_pass(down, bundles));
    assert_taken(bundles[SEAL_BUNDLE_LIVE], SYNC_BUNDLE_TAKEN, 0, 1);
    assert_taken(bundles[SEAL_BUNDLE_ANSWERS], SYNC_BUNDLE_TAKEN, 0, 1);
    assert_taken(bundles[SEAL_BUNDLE_CONTENT], SYNC_BUNDLE_SAME, 0, 0);
    assert_reads(here, "answers/now/answers.tsv", "two");
    atomic_store(&line.bytes, 0);
    assert_true(sync_down_pass(down, bundles));
    assert_taken(bundles[SEAL_BUNDLE_LIVE], SYNC_BUNDLE_SAME, 0, 1);
    assert_in_range(sync_down_wait_s(down, 300), 270, 330);
    /* not half of what a city sends is taken while it can't send the rest */
    publish_text("publish", SEAL_BUNDLE_LIVE, "a.tsv", "three");
    assert_int_equal(0, remove(file(blob("publish/live", "three"))));
    assert_false(sync_down_pass(down, bundles));
    assert_taken(bundles[SEAL_BUNDLE_LIVE], SYNC_BUNDLE_LATER, KERR_NET_ANSWER, 1);
    assert_in_range(sync_down_wait_s(down, 300), 1, 2);
    assert_reads(here, "live/now/a.tsv", "one");
    publish_text("publish", SEAL_BUNDLE_LIVE, "a.tsv", "three");
    assert_true(sync_down_pass(down, bundles));
    assert_taken(bundles[SEAL_BUNDLE_LIVE], SYNC_BUNDLE_TAKEN, 0, 3);
    /* nor more than it said: the disk is the queue's */
    struct stat st;
    publish_text("publish", SEAL_BUNDLE_LIVE, "a.tsv", "four");
    fill_random(blob("publish/live", "four"), LARGE, 1);
    assert_false(sync_down_pass(down, bundles));
    assert_int_equal(SYNC_BUNDLE_LATER, bundles[SEAL_BUNDLE_LIVE].result);
    assert_true(stat(file(blob("lined/live/part", "four")), &st) != 0 || st.st_size <= 4);
    publish_text("publish", SEAL_BUNDLE_LIVE, "a.tsv", "four");
    assert_true(sync_down_pass(down, bundles));
    sync_down_free(down);
}

/* Cut on after so many bytes of each connection. The pieces join: hardly more comes than the file has. */
static void
test_resumed(void **state)
{
    (void)state;
    static const unsigned long cuts[] = {26000, 33333, 70001, 150000, 299999};
    struct sync_bundle bundles[SEAL_BUNDLE_COUNT];
    const char *here = file("resumed");
    for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
        fill_random("large", LARGE, i + 1);
        write_bytes("small", "small", 5);
        publish("publish", SEAL_BUNDLE_CONTENT, 0,
            (struct part_of[]){{"assets/pages/large", "large"}, {"assets/pages/small", "small"}},
            2);
        struct sync_down *down = new_down(here);
        atomic_store(&line.cut, cuts[i]);
        atomic_store(&line.bytes, 0);
        atomic_store(&line.connections, 0);
        bool good = false;
        for (int pass = 0; !good && pass < 4; pass++) {
            good = sync_down_pass(down, bundles);
        }
        assert_true(good);
        sync_down_free(down);
        assert_taken(bundles[SEAL_BUNDLE_CONTENT], SYNC_BUNDLE_TAKEN, 0, i + 1);
        char *got = reads(here, "content/now/assets/pages/large");
        assert_non_null(got);
        free(got);
        struct seal_file large = {.size = LARGE};
        char path[400];
        AUTO_BUF bytes;
        buf_init(&bytes, LARGE);
        assert_int_equal(0, fs_read(file("large"), &bytes));
        seal_hash(bytes.data, bytes.len, large.hash);
        snprintf(path, sizeof(path), "%s/content/now/assets/pages/large", here);
        assert_true(sync_tree_is_file(path, &large));
        unsigned long connections = atomic_load(&line.connections);
        assert_true(connections > LARGE / cuts[i]);
        /* each connection costs a handshake and a head of some 4 KB, and a record of TLS that was cut, 16 KB */
        assert_true(atomic_load(&line.bytes) < LARGE + connections * 26000);
    }
    atomic_store(&line.cut, ~0UL);
}

/* Cut in the handshake, in heads, in the manifest, in files: at 24 places. The old or the new one is there, and the next
 * pass brings the new one. */
static void
test_cut_anywhere(void **state)
{
    (void)state;
    struct sync_bundle bundles[SEAL_BUNDLE_COUNT];
    const char *here = file("cut");
    unsigned held = 0;
    atomic_store(&line.cut, ~0UL);
    struct sync_down *down = new_down(here);
    for (unsigned i = 0; i < 24; i++) {
        char text[32];
        char before[32];
        snprintf(text, sizeof(text), "text %u", i);
        snprintf(before, sizeof(before), "text %u", i - 1);
        publish_text("publish", SEAL_BUNDLE_ANSWERS, "answers.tsv", text);
        atomic_store(&line.cut, 1 + i * 331);
        (void)sync_down_pass(down, bundles);
        if (i > 0) {
            char *now = reads(here, "answers/now/answers.tsv");
            bool is_new = strcmp(now, text) == 0;
            held += is_new ? 0 : 1;
            assert_true(is_new || strcmp(now, before) == 0);
            free(now);
        }
        atomic_store(&line.cut, ~0UL);
        (void)sync_down_pass(down, bundles);
        assert_reads(here, "answers/now/answers.tsv", text);
    }
    assert_true(held > 5);
    sync_down_free(down);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_newer_only),
        cmocka_unit_test(test_forged),
        cmocka_unit_test(test_mended),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_resumed),
        cmocka_unit_test(test_cut_anywhere),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
