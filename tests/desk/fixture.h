/* tests/desk/fixture.h - a desk over a real ledger of really sealed records, asked request by request without a listener. The clock
 * is moved by hand. */
#ifndef DESK_FIXTURE_H
#define DESK_FIXTURE_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
/* clang-format on */

#include "base/conf.h"
#include "base/hex.h"
#include "desk/find_priv.h"
#include "desk/fake_clock.h"
#include "desk/filled.h"
#include "desk/hand_priv.h"
#include "harness/harness.h"

#define PASSWORD "naka-machi 5"
#define HOST "127.0.0.1:8480"
enum { NOW = 1795312800 };

struct fixture {
    char home[HARNESS_FOLDER_LEN];
    struct filled filled;
    struct fake_clock clock;
    struct seal_verifier *verifier;
    struct seal_opener *opener;
    struct i18n *words;
    struct procedure_set *procedures;
    struct desk desk;
    const char *index; /* of the search; NULL: in memory */
    char cookie[160]; /* of a session that is logged in */
    char token[DESK_TOKEN_LEN]; /* its form token */
};

/* $BUILD/asan/tests/desk/test_pages -> $BUILD/locale */
static inline char *
locale_folder(void)
{
    char path[4096];
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
    assert_true(len > 0);
    path[len] = 0;
    char *asan = strstr(path, "/asan/");
    assert_non_null(asan);
    *asan = 0;
    return fs_join(path, "locale");
}

static inline void
start_desk(struct fixture *f)
{
    struct desk *desk = &f->desk;
    char *staff = fs_join(f->home, "staff");
    char *ledger = fs_join(f->home, "ledger.db");
    memset(desk, 0, sizeof(*desk));
    desk->port = 8480;
    desk->config = (struct desk_config){.address = "127.0.0.1",
        .public_name = "desk.city.example",
        .pages = "assets/desk",
        .index = f->index,
        .verifier = f->verifier,
        .opener = f->opener,
        .words = f->words,
        .procedures = f->procedures,
        .clock = &f->clock.clock};
    char *live = fs_join(f->home, "live");
    desk->live = live_open(live);
    desk->rates = desk_rates_new(&f->clock.clock);
    assert_int_equal(desk_hand_load("assets/handover", f->procedures, &desk->hand), 0);
    desk->wishes = desk_wishes_new();
    free(live);
    desk->sessions = desk_sessions_new(&f->clock.clock);
    char *fonts = conf_share(NULL, "fonts");
    char *list = fs_join(fonts, "paper.list");
    assert_int_equal(print_new(list, &desk->print), 0);
    free(list);
    free(fonts);
    assert_int_equal(desk_assets_load("assets/desk", &desk->assets), 0);
    assert_int_equal(desk_staff_new(staff, seal_password_check, &f->clock.clock, &desk->staff), 0);
    assert_int_equal(ledger_open(ledger, &desk->ledger), 0);
    assert_int_equal(desk_index_new(&desk->config, &desk->index), 0);
    free(ledger);
    free(staff);
}

static inline void
log_in_as(struct fixture *f, const char *name, enum desk_role role)
{
    char token[DESK_TOKEN_LEN];
    static const char *const roles[] = {"clerk", "lead", "operator"};
    struct desk_who who;
    char *staff = fs_join(f->home, "staff");
    (void)desk_staff_remove(staff, name); /* it may have had another role */
    assert_int_equal(desk_staff_add(staff, name, roles[role], "x"), 0);
    assert_true(desk_staff_who(f->desk.staff, name, &who));
    free(staff);
    desk_session_begin(f->desk.sessions, &who, token);
    (void)snprintf(f->cookie, sizeof(f->cookie), "desk=%s", token);
    desk_form_token(f->desk.sessions, token, f->token);
}

static inline void
log_in(struct fixture *f, const char *name)
{
    log_in_as(f, name, DESK_CLERK);
}

static inline int
setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    char hash[SEAL_PASSWORD_HASH_MAX], line[SEAL_PASSWORD_HASH_MAX + 16];
    assert_non_null(f);
    harness_folder_make(f->home);
    filled_open(&f->filled, f->home);
    assert_int_equal(seal_password_hash(PASSWORD, hash), 0);
    int len = snprintf(line, sizeof(line), "sato:%s\n", hash);
    char *staff = fs_join(f->home, "staff");
    assert_int_equal(fs_write_atomic(staff, line, (size_t)len, 0600), 0);
    char *ca = fs_join(f->filled.keys, "kiosk-ca.crt");
    char *cert = fs_join(f->filled.keys, "city.crt");
    char *key = fs_join(f->filled.keys, "city.key");
    assert_int_equal(seal_verifier_new(ca, &f->verifier), 0);
    assert_int_equal(seal_opener_new(cert, key, &f->opener), 0);
    char *locale = locale_folder();
    assert_int_equal(i18n_new(locale, &f->words), 0);
    assert_int_equal(procedure_load("assets", NULL, NULL, &f->procedures), 0);
    fake_clock_init(&f->clock, NOW);
    start_desk(f);
    log_in(f, "佐藤");
    free(locale);
    free(key);
    free(cert);
    free(ca);
    free(staff);
    *state = f;
    return 0;
}

static inline int
teardown(void **state)
{
    struct fixture *f = *state;
    desk_index_free(f->desk.index);
    ledger_close(f->desk.ledger);
    live_close(f->desk.live);
    desk_wishes_free(f->desk.wishes);
    desk_rates_free(f->desk.rates);
    desk_hand_free(f->desk.hand);
    print_free(f->desk.print);
    desk_staff_free(f->desk.staff);
    desk_assets_free(f->desk.assets);
    desk_sessions_free(f->desk.sessions);
    procedure_set_free(f->procedures);
    i18n_free(f->words);
    seal_opener_free(f->opener);
    seal_verifier_free(f->verifier);
    filled_close(&f->filled);
    assert_int_equal(harness_folder_remove(f->home), 0);
    free(f);
    return 0;
}

/* One request; the reply's body must be released. */
static inline struct desk_reply
ask(struct fixture *f, struct desk_request request)
{
    struct desk_reply reply = {0};
    buf_init(&reply.body, DESK_PAGE_MAX);
    request.host = request.host != NULL ? request.host : HOST;
    request.cookie = request.cookie != NULL ? request.cookie : f->cookie;
    desk_answer(&f->desk, &request, &reply);
    assert_null(strstr(buf_str(&reply.body), "{{"));
    return reply;
}

static inline unsigned
get(struct fixture *f, const char *path, struct buf *body)
{
    struct desk_reply reply = ask(f, (struct desk_request){.method = "GET", .path = path});
    if (body != NULL) {
        buf_clear(body);
        assert_int_equal(buf_add(body, buf_str(&reply.body), reply.body.len), 0);
    }
    buf_release(&reply.body);
    return reply.status;
}

/* Each of these stands on the page. */
static inline void
expect_all(const struct buf *body, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strstr(buf_str(body), words[i]) == NULL) {
            fail_msg("the page lacks %s", words[i]);
        }
    }
}

static inline struct desk_reply
post(struct fixture *f, const char *path, const char *body)
{
    return ask(f, (struct desk_request){.method = "POST",
                      .path = path,
                      .type = "application/x-www-form-urlencoded",
                      .body = (const uint8_t *)body,
                      .body_len = strlen(body)});
}

static inline void
record_path(const uint8_t id[RECORD_ID_LEN], const char *rest, char out[64])
{
    char hex[DESK_ID_LEN];
    hex_encode(id, RECORD_ID_LEN, hex);
    (void)snprintf(out, 64, "/record/%s%s", hex, rest);
}

static inline unsigned
times_in(const char *text, const char *part)
{
    unsigned count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part)) {
        count++;
    }
    return count;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
