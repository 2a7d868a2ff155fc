/* tests/seal/test_enrol.c - how a terminal gets its certificates: tokens and who may not use them, requests and answers
 * of forgers, and a swap of keys that is cut off at each of its steps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "base/clock.h"
#include "base/err.h"
#include "seal/homes.h"
#include "seal/seal.h"
#include "seal/seal_priv.h"

enum { DAY = 86400 };

/* --- a power cut: the process ends before its n-th step that shows --- */

static int steps_left; /* 0: none ends it */

static void
step(void)
{
    if (steps_left > 0 && --steps_left == 0) {
        _exit(77);
    }
}

int
rename(const char *from, const char *to)
{
    step();
    return (int)syscall(SYS_rename, from, to);
}

int
symlink(const char *target, const char *path)
{
    step();
    return (int)syscall(SYS_symlink, target, path);
}

/* A process that ends loses nothing that was written; waiting for the disk here would only cost time. */
int
fsync(int fd)
{
    (void)fd;
    return 0;
}

/* --- a city and a terminal --- */

static struct seal_verifier *kiosks; /* ours */
static int64_t now;

static struct seal_office
office_of(const char *folder)
{
    static char paths[3][512]; /* one office at a time */
    (void)snprintf(paths[0], sizeof(paths[0]), "%s/kiosk-ca.crt", ours);
    (void)snprintf(paths[1], sizeof(paths[1]), "%s/kiosk-ca.key", ours);
    (void)snprintf(paths[2], sizeof(paths[2]), "%s/%s", home, folder);
    return (struct seal_office){.ca_cert = paths[0],
        .ca_key = paths[1],
        .folder = paths[2],
        .kiosks = kiosks,
        .now = now,
        .days = 100};
}

static struct seal_own
own_of(const char *folder)
{
    return (struct seal_own){.cert = in(folder, "kiosk.crt"),
        .key = in(folder, "kiosk.key"),
        .tls_cert = in(folder, "kiosk-tls.crt"),
        .tls_key = in(folder, "kiosk-tls.key")};
}

static char *
new_folder(const char *name)
{
    char *folder = in(home, name);
    assert_int_equal(mkdir(folder, 0700), 0);
    return fs_join(home, name); /* the caller frees */
}

static int
ask(const char *folder, const char *kiosk, const char *token, struct buf *ret_request)
{
    struct seal_own own = own_of(folder);
    buf_release(ret_request);
    buf_init(ret_request, SEAL_ASKED_MAX);
    return seal_own_ask(&own, kiosk, token, ret_request);
}

static int
grant(const struct seal_office *office, const struct buf *request, struct buf *ret_certs)
{
    struct seal_asked asked;
    buf_release(ret_certs);
    buf_init(ret_certs, SEAL_GRANT_MAX);
    return seal_grant(office, request->data, request->len, &asked, ret_certs);
}

static int
take(const char *folder, const char *kiosk, const struct buf *certs)
{
    struct seal_own own = own_of(folder);
    struct seal_own_grant answer = {.kiosk_ca = in(ours, "kiosk-ca.crt"),
        .kiosk = kiosk,
        .now = now,
        .bytes = certs->data,
        .len = certs->len};
    return seal_own_take(&own, &answer);
}

/* The four files of a terminal are two pairs that belong together, and what it seals is taken by the city. */
static void
assert_works(const char *folder, const char *kiosk, struct buf *ret_envelope)
{
    struct seal_sealer *sealer = NULL;
    X509 *cert = NULL;
    EVP_PKEY *key = NULL;
    struct seal_header header = {.epoch = 1, .sequence = 2};
    struct seal_header got;
    (void)snprintf(header.kiosk, sizeof(header.kiosk), "%s", kiosk);
    assert_int_equal(seal_sealer_new(in(folder, "kiosk.crt"), in(folder, "kiosk.key"),
                         in(ours, "recipients.pem"), &sealer),
        0);
    buf_init(ret_envelope, SEAL_ENVELOPE_MAX);
    assert_int_equal(seal_envelope(sealer, &header, (const uint8_t *)"{}", 2, ret_envelope), 0);
    seal_sealer_free(sealer);
    assert_int_equal(seal_verify(kiosks, ret_envelope->data, ret_envelope->len, &got, NULL), 0);
    assert_int_equal(
        seal_load_pair(in(folder, "kiosk-tls.crt"), in(folder, "kiosk-tls.key"), &cert, &key), 0);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static void
assert_runs(const char *folder, const char *kiosk)
{
    AUTO_BUF envelope;
    assert_works(folder, kiosk, &envelope);
}

/* Two certificates of one kiosk behind each other, as an answer is. */
static void
two(const char *folder, const char *first, const char *second, struct buf *ret_certs)
{
    buf_init(ret_certs, SEAL_GRANT_MAX);
    assert_int_equal(fs_read(in(folder, first), ret_certs), 0);
    if (second != NULL) {
        assert_int_equal(fs_read(in(folder, second), ret_certs), 0);
    }
}

static int
begin(void **state)
{
    assert_int_equal(homes_make(state), 0);
    assert_int_equal(seal_verifier_new(in(ours, "kiosk-ca.crt"), &kiosks), 0);
    now = clock_wall_s(clock_system());
    return 0;
}

static int
end(void **state)
{
    seal_verifier_free(kiosks);
    return homes_remove(state);
}

/* --- tests --- */

static void
test_new_terminal(void **state)
{
    (void)state;
    char *folder = new_folder("new");
    struct seal_office office = office_of("office-new");
    char token[SEAL_TOKEN_LEN];
    assert_int_equal(seal_token_make(&office, "kiosk-007", now + 100, token), 0);
    AUTO_BUF request = {0};
    AUTO_BUF certs = {0};
    AUTO_BUF again = {0};
    AUTO_BUF kept;
    assert_int_equal(ask(folder, "kiosk-007", token, &request), 0);
    /* the token is neither in the request nor at the city */
    assert_null(strstr(buf_str(&request), token));
    read_file(in(in(home, "office-new"), "tokens/kiosk-007"), &kept);
    assert_null(strstr(buf_str(&kept), token));
    assert_int_equal(grant(&office, &request, &certs), 0);
    assert_int_equal(grant(&office, &request, &again), 0); /* one answer, also when it is lost */
    assert_true(again.len == certs.len && memcmp(again.data, certs.data, certs.len) == 0);
    assert_int_equal(take(folder, "kiosk-007", &certs), 0);
    assert_runs(folder, "kiosk-007");
    struct stat st;
    assert_int_equal(stat(in(folder, "kiosk.key"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(take(folder, "kiosk-007", &certs), KERR_NOT_FOUND); /* nothing is asked */
    struct seal_own own = own_of(folder);
    char name[SEAL_NAME_MAX];
    int64_t until = 0;
    int64_t at = 0;
    assert_int_equal(seal_own_name(&own, name, &until), 0);
    assert_string_equal(name, "kiosk-007");
    assert_true(until > now + 99 * DAY && until <= now + 100 * DAY);
    assert_int_equal(seal_own_asked_at(&own, &at), KERR_NOT_FOUND);
    free(folder);
}

/* A token is for one terminal, one request, some hours and five tries. */
static void
test_tokens(void **state)
{
    (void)state;
    char *folder = new_folder("tokens");
    struct seal_office office = office_of("office-tokens");
    char token[SEAL_TOKEN_LEN];
    char other[SEAL_TOKEN_LEN];
    AUTO_BUF request = {0};
    AUTO_BUF certs = {0};
    assert_int_equal(ask(folder, "kiosk-1", "abc", &request), 0);
    assert_int_equal(grant(&office, &request, &certs), KERR_NOT_FOUND); /* no token was made */
    assert_int_equal(seal_token_make(&office, "../kiosk", now + 100, token), KERR_INVALID);
    assert_int_equal(seal_token_make(&office, "kiosk-1", now + 100, token), 0);
    assert_int_equal(seal_token_make(&office, "kiosk-2", now + 100, other), 0);
    assert_int_equal(ask(folder, "kiosk-1", other, &request), 0);
    assert_int_equal(grant(&office, &request, &certs), KERR_SEAL_SIGNATURE);
    /* written down in capitals and blanks it is the same token */
    char loud[SEAL_TOKEN_LEN];
    for (size_t i = 0; i < SEAL_TOKEN_LEN; i++) {
        char c = token[i];
        loud[i] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c == '-' ? ' ' : c);
    }
    assert_int_equal(ask(folder, "kiosk-1", loud, &request), 0);
    assert_int_equal(grant(&office, &request, &certs), 0);
    /* used once: another request, even of the same keys, is another use */
    assert_int_equal(ask(folder, "kiosk-1", token, &request), 0);
    assert_int_equal(grant(&office, &request, &certs), KERR_NOT_FOUND);
    /* its end */
    assert_int_equal(seal_token_make(&office, "kiosk-1", now, token), 0);
    assert_int_equal(ask(folder, "kiosk-1", token, &request), 0);
    assert_int_equal(grant(&office, &request, &certs), KERR_NOT_FOUND);
    /* bounded tries */
    assert_int_equal(seal_token_make(&office, "kiosk-1", now + 100, token), 0);
    for (int i = 0; i < SEAL_TOKEN_TRIES; i++) {
        assert_int_equal(ask(folder, "kiosk-1", "wrong", &request), 0);
        assert_int_equal(grant(&office, &request, &certs), KERR_SEAL_SIGNATURE);
    }
    assert_int_equal(ask(folder, "kiosk-1", token, &request), 0);
    assert_int_equal(grant(&office, &request, &certs), KERR_NOT_FOUND);
    free(folder);
}

/* Each byte of both kinds of request: nobody on the way puts a key or a name of his own into one. */
static void
test_request_flips(void **state)
{
    (void)state;
    char *folder = new_folder("flips");
    uint8_t key[SEAL_HASH_LEN];
    uint8_t mac[SEAL_HASH_LEN];
    AUTO_BUF first = {0};
    AUTO_BUF further;
    assert_int_equal(ask(folder, "kiosk-001", "token", &first), 0);
    seal_token_key("kiosk-001", "token", key);
    for (size_t i = 0; i < first.len; i++) {
        struct seal_asked_parts parts;
        first.data[i] ^= 1;
        if (seal_asked_check(kiosks, first.data, first.len, &parts) == 0) {
            assert_int_equal(seal_token_mac(key, &parts.text, mac), 0);
            assert_memory_not_equal(mac, parts.mac, sizeof(mac));
            seal_asked_release(&parts);
        }
        first.data[i] ^= 1;
    }
    struct seal_own own = own_of(ours);
    buf_init(&further, SEAL_ASKED_MAX);
    assert_int_equal(seal_own_ask(&own, KIOSK, NULL, &further), 0);
    struct seal_asked asked;
    assert_int_equal(seal_asked_read(kiosks, further.data, further.len, &asked), 0);
    assert_true(asked.is_again);
    for (size_t i = 0; i < further.len; i++) {
        further.data[i] ^= 1;
        assert_true(seal_asked_read(kiosks, further.data, further.len, &asked) < 0);
        further.data[i] ^= 1;
    }
    for (size_t len = 0; len < further.len; len += 11) {
        assert_true(seal_asked_read(kiosks, further.data, len, &asked) < 0);
    }
    free(folder);
}

/* What a forger may sign: another city's terminal, or one of ours in another's name. */
static void
test_foreign_requests(void **state)
{
    (void)state;
    struct seal_asked asked;
    AUTO_BUF foreign;
    AUTO_BUF named;
    buf_init(&foreign, SEAL_ASKED_MAX);
    buf_init(&named, SEAL_ASKED_MAX);
    struct seal_own stranger = own_of(theirs);
    assert_int_equal(seal_own_ask(&stranger, KIOSK, NULL, &foreign), 0);
    assert_int_equal(
        seal_asked_read(kiosks, foreign.data, foreign.len, &asked), KERR_SEAL_SIGNATURE);
    char *folder = new_folder("other-name");
    struct seal_own own = own_of(ours);
    struct seal_own other = own_of(folder); /* asks with our certificate for kiosk-002 */
    other.cert = in(folder, "kiosk.crt");
    AUTO_BUF bytes;
    read_file(own.cert, &bytes);
    assert_int_equal(fs_write_atomic(other.cert, bytes.data, bytes.len, 0600), 0);
    buf_clear(&bytes);
    assert_int_equal(fs_read(own.key, &bytes), 0);
    assert_int_equal(fs_write_atomic(other.key, bytes.data, bytes.len, 0600), 0);
    assert_int_equal(seal_own_ask(&other, "kiosk-002", NULL, &named), 0);
    assert_int_equal(seal_asked_read(kiosks, named.data, named.len, &asked), KERR_SEAL_SIGNATURE);
    assert_int_equal(seal_own_ask(&other, "KIOSK", NULL, &named), KERR_INVALID);
    other.tls_key = in(home, "kiosk-tls.key");
    assert_int_equal(seal_own_ask(&other, "kiosk-002", NULL, &named), KERR_INVALID);
    free(folder);
}

/* Answers that are not for these keys, this name, this purpose, this city or this time leave all as it is. */
static void
test_wrong_answers(void **state)
{
    (void)state;
    char *folder = new_folder("answers");
    struct seal_office office = office_of("office-answers");
    char token[SEAL_TOKEN_LEN];
    AUTO_BUF request = {0};
    AUTO_BUF good = {0};
    assert_int_equal(seal_token_make(&office, KIOSK, now + 100, token), 0);
    assert_int_equal(ask(folder, KIOSK, token, &request), 0);
    assert_int_equal(grant(&office, &request, &good), 0);
    assert_int_equal(fs_write_atomic(in(folder, "good.pem"), good.data, good.len, 0600), 0);
    static const struct {
        bool is_foreign;
        const char *first, *second;
    } wrong[] = {{false, "kiosk.crt", "kiosk-tls.crt"}, {false, "kiosk.crt", NULL},
        {false, "kiosk-ca.key", NULL}, {true, "kiosk.crt", "kiosk-tls.crt"}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        AUTO_BUF certs = {0};
        two(wrong[i].is_foreign ? theirs : ours, wrong[i].first, wrong[i].second, &certs);
        assert_true(take(folder, KIOSK, &certs) < 0);
    }
    /* the right ones in the other order, one of them twice, or with a third */
    AUTO_BUF text;
    AUTO_BUF turned;
    buf_init(&turned, SEAL_GRANT_MAX);
    read_file(in(folder, "good.pem"), &text);
    size_t middle = (size_t)(strstr(buf_str(&text) + 1, "-----BEGIN") - buf_str(&text));
    assert_int_equal(buf_add(&turned, text.data + middle, text.len - middle), 0);
    assert_int_equal(buf_add(&turned, text.data, middle), 0);
    assert_int_equal(take(folder, KIOSK, &turned), KERR_SEAL_SIGNATURE);
    assert_int_equal(buf_add(&turned, text.data, middle), 0);
    assert_int_equal(take(folder, KIOSK, &turned), KERR_SEAL_FORM);
    assert_int_equal(take(folder, "kiosk-002", &good), KERR_SEAL_SIGNATURE);
    int64_t today = now;
    now = today - 2 * DAY;
    assert_int_equal(take(folder, KIOSK, &good), KERR_SEAL_SIGNATURE);
    now = today + 100 * DAY;
    assert_int_equal(take(folder, KIOSK, &good), KERR_SEAL_SIGNATURE);
    now = today;
    assert_false(fs_exists(in(folder, "kiosk.crt")));
    assert_int_equal(take(folder, KIOSK, &good), 0);
    assert_runs(folder, KIOSK);
    free(folder);
}

/* Made by the CA for the right keys and names, and for another purpose: the keys would sign what they may not. */
static void
test_wrong_purpose(void **state)
{
    (void)state;
    static const enum seal_kind kinds[] = {SEAL_KIOSK_TLS, SEAL_KIOSK_TLS};
    char *folder = new_folder("purpose");
    struct seal_asked_parts parts;
    struct seal_pair ca = {0};
    AUTO_BUF request = {0};
    AUTO_BUF certs;
    buf_init(&certs, SEAL_GRANT_MAX);
    assert_int_equal(ask(folder, KIOSK, "token", &request), 0);
    assert_int_equal(seal_asked_check(kiosks, request.data, request.len, &parts), 0);
    assert_int_equal(
        seal_load_pair(in(ours, "kiosk-ca.crt"), in(ours, "kiosk-ca.key"), &ca.cert, &ca.key), 0);
    for (size_t i = 0; i < SEAL_ASKED_KEYS; i++) {
        struct seal_wanted wanted = {.kind = kinds[i], .name = KIOSK, .from = now - DAY, .days = 9};
        X509 *cert = NULL;
        char *data = NULL;
        BIO *bio = BIO_new(BIO_s_mem());
        EVP_PKEY *key = X509_REQ_get0_pubkey(parts.requests[i]);
        assert_int_equal(seal_cert_make(&ca, &wanted, key, &cert), 0);
        assert_int_equal(PEM_write_bio_X509(bio, cert), 1);
        long len = BIO_get_mem_data(bio, &data);
        assert_int_equal(buf_add(&certs, data, (size_t)len), 0);
        BIO_free(bio);
        X509_free(cert);
    }
    assert_int_equal(take(folder, KIOSK, &certs), KERR_SEAL_SIGNATURE);
    seal_pair_release(&ca);
    seal_asked_release(&parts);
    free(folder);
}

/* A copy of our terminal's four files, as a set-up from before has them. */
static char *
copy_of_ours(const char *name)
{
    static const char *const files[] = {"kiosk.crt", "kiosk.key", "kiosk-tls.crt", "kiosk-tls.key"};
    char *folder = new_folder(name);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        AUTO_BUF bytes;
        read_file(in(ours, files[i]), &bytes);
        assert_int_equal(fs_write_atomic(in(folder, files[i]), bytes.data, bytes.len, 0600), 0);
    }
    return folder;
}

static int
count_entry(const char *name, void *ctx)
{
    (void)name;
    ++*(int *)ctx;
    return 0;
}

static void
test_renewal(void **state)
{
    (void)state;
    char *folder = copy_of_ours("renewal");
    struct seal_office office = office_of("office-renewal");
    struct seal_header header;
    struct seal_own own = own_of(folder);
    int64_t at = 0;
    AUTO_BUF old;
    assert_works(folder, KIOSK, &old);
    for (int round = 0; round < 3; round++) {
        AUTO_BUF request = {0};
        AUTO_BUF same = {0};
        AUTO_BUF certs = {0};
        assert_int_equal(ask(folder, KIOSK, NULL, &request), 0);
        assert_int_equal(ask(folder, KIOSK, NULL, &same), 0);
        assert_true(same.len == request.len && memcmp(same.data, request.data, same.len) == 0);
        assert_int_equal(seal_own_asked_at(&own, &at), 0);
        office.now = now + 200 * DAY * round; /* the certificate of the round before has ended */
        assert_int_equal(grant(&office, &request, &certs), round == 0 ? 0 : KERR_SEAL_SIGNATURE);
        office.now = now;
        assert_int_equal(grant(&office, &request, &certs), 0);
        assert_int_equal(take(folder, KIOSK, &certs), 0);
        assert_runs(folder, KIOSK);
        int sets = 0; /* the set in use and the link to it; no key from before */
        assert_int_equal(fs_each(in(folder, "own"), NULL, count_entry, &sets), 0);
        assert_int_equal(sets, 2);
    }
    /* what was sealed before is taken as ever */
    assert_int_equal(seal_verify(kiosks, old.data, old.len, &header, NULL), 0);
    free(folder);
}

/* At each step that shows, the process ends: the terminal seals as before or with the new set, and the next try gets
 * through. The first round makes links of plain files, the second changes one link. */
static void
test_cut_off(void **state)
{
    (void)state;
    int cuts = 0;
    for (int round = 0; round < 2; round++) {
        int status = 1;
        for (int n = 1; status != 0; n++) {
            char name[32];
            (void)snprintf(name, sizeof(name), "cut-%d-%d", round, n);
            char *folder = copy_of_ours(name);
            struct seal_office office = office_of("office-cut");
            for (int turn = 0; turn <= round; turn++) {
                AUTO_BUF request = {0};
                AUTO_BUF certs = {0};
                assert_int_equal(ask(folder, KIOSK, NULL, &request), 0);
                assert_int_equal(grant(&office, &request, &certs), 0);
                if (turn < round) {
                    assert_int_equal(take(folder, KIOSK, &certs), 0);
                    continue;
                }
                pid_t child = fork();
                if (child == 0) {
                    steps_left = n;
                    _exit(take(folder, KIOSK, &certs) == 0 ? 0 : 1);
                }
                assert_int_equal(waitpid(child, &status, 0), child);
            }
            assert_true(status == 0 || WEXITSTATUS(status) == 77);
            cuts += status != 0;
            assert_runs(folder, KIOSK);
            AUTO_BUF request = {0};
            AUTO_BUF certs = {0};
            assert_int_equal(ask(folder, KIOSK, NULL, &request), 0);
            assert_int_equal(grant(&office, &request, &certs), 0);
            assert_int_equal(take(folder, KIOSK, &certs), 0);
            assert_runs(folder, KIOSK);
            free(folder);
        }
    }
    assert_in_range(cuts, 15, 40);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_terminal),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_request_flips),
        cmocka_unit_test(test_foreign_requests),
        cmocka_unit_test(test_wrong_answers),
        cmocka_unit_test(test_wrong_purpose),
        cmocka_unit_test(test_renewal),
        cmocka_unit_test(test_cut_off),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
