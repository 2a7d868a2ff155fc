/* Sessions begin, are found by their token alone, and end: by use, by time, by logout. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "base/hex.h"
#include "desk/desk_priv.h"
#include "desk/fake_clock.h"

enum { MINUTE = 60, HOUR = 60 * MINUTE };

struct fixture {
    struct fake_clock clock;
    struct desk_sessions *sessions;
    char token[DESK_TOKEN_LEN];
};

static const char *
name_of(struct desk_sessions *sessions, const char *token, bool used)
{
    static struct desk_who who;
    return desk_session_who(sessions, token, used, &who) ? who.name : NULL;
}

static int
setup(void **state)
{
    static struct fixture fixture;
    fake_clock_init(&fixture.clock, 1800000000);
    fixture.sessions = desk_sessions_new(&fixture.clock.clock);
    desk_session_begin(fixture.sessions, &(struct desk_who){"sato", DESK_LEAD, {0}}, fixture.token);
    *state = &fixture;
    return 0;
}

static int
teardown(void **state)
{
    desk_sessions_free(((struct fixture *)*state)->sessions);
    return 0;
}

static void
test_found(void **state)
{
    struct fixture *f = *state;
    char other[DESK_TOKEN_LEN];
    assert_int_equal(strlen(f->token), 64);
    assert_string_equal(name_of(f->sessions, f->token, true), "sato");
    struct desk_who who;
    assert_true(desk_session_who(f->sessions, f->token, true, &who));
    assert_int_equal(who.role, DESK_LEAD);
    desk_token_make(other);
    assert_string_not_equal(other, f->token);
    assert_null(name_of(f->sessions, other, true));
    assert_null(name_of(f->sessions, NULL, true));
    assert_null(name_of(f->sessions, "", true));
    memcpy(other, f->token, sizeof(other));
    other[63] = other[63] == '0' ? '1' : '0';
    assert_null(name_of(f->sessions, other, true));
}

static void
test_logout(void **state)
{
    struct fixture *f = *state;
    desk_session_end(f->sessions, "nonsense");
    assert_non_null(name_of(f->sessions, f->token, true));
    desk_session_end(f->sessions, f->token);
    assert_null(name_of(f->sessions, f->token, true));
}

static void
test_idle(void **state)
{
    struct fixture *f = *state;
    fake_clock_pass(&f->clock, 30 * MINUTE - 1);
    assert_non_null(name_of(f->sessions, f->token, true)); /* used: begins anew */
    fake_clock_pass(&f->clock, 30 * MINUTE - 1);
    assert_non_null(name_of(f->sessions, f->token, false)); /* a poll is no use */
    fake_clock_pass(&f->clock, 1);
    assert_null(name_of(f->sessions, f->token, true));
    fake_clock_pass(&f->clock, -HOUR);
    assert_null(name_of(f->sessions, f->token, true)); /* ended for good */
}

static void
test_limit(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 12 * 4 - 1; i++) {
        fake_clock_pass(&f->clock, 15 * MINUTE);
        assert_non_null(name_of(f->sessions, f->token, true));
    }
    fake_clock_pass(&f->clock, 15 * MINUTE);
    assert_null(name_of(f->sessions, f->token, true));
}

static void
test_many(void **state)
{
    struct fixture *f = *state;
    char last[DESK_TOKEN_LEN];
    for (int i = 0; i < DESK_SESSIONS_MAX - 1; i++) {
        fake_clock_pass(&f->clock, 1);
        desk_session_begin(f->sessions, &(struct desk_who){"suzuki", DESK_CLERK, {0}}, last);
    }
    assert_string_equal(name_of(f->sessions, f->token, false), "sato");
    fake_clock_pass(&f->clock, 1);
    desk_session_begin(f->sessions, &(struct desk_who){"suzuki", DESK_CLERK, {0}},
        last); /* one too many: the oldest ends */
    assert_null(name_of(f->sessions, f->token, false));
    assert_string_equal(name_of(f->sessions, last, false), "suzuki");
}

static void
test_form_tokens(void **state)
{
    struct fixture *f = *state;
    char good[DESK_TOKEN_LEN], other_cookie[DESK_TOKEN_LEN], other[DESK_TOKEN_LEN];
    desk_form_token(f->sessions, f->token, good);
    assert_true(desk_form_token_fits(f->sessions, f->token, good));
    assert_string_not_equal(good, f->token); /* a page that leaks gives no session */
    desk_token_make(other_cookie);
    desk_form_token(f->sessions, other_cookie, other);
    assert_false(desk_form_token_fits(f->sessions, f->token, other));
    assert_false(desk_form_token_fits(f->sessions, f->token, ""));
    for (size_t len = 0; len < strlen(good); len++) {
        char cut[DESK_TOKEN_LEN] = {0};
        memcpy(cut, good, len);
        assert_false(desk_form_token_fits(f->sessions, f->token, cut));
        memcpy(cut, good, sizeof(cut));
        cut[len] = cut[len] == 'a' ? 'b' : 'a';
        assert_false(desk_form_token_fits(f->sessions, f->token, cut));
    }
    struct desk_sessions *restarted = desk_sessions_new(&f->clock.clock);
    assert_false(desk_form_token_fits(restarted, f->token, good));
    desk_sessions_free(restarted);
}

/* How long it goes on: by use half an hour more each time, up to the twelve hours. */
static void
test_left(void **state)
{
    struct fixture *f = *state;
    int64_t left = 0;
    bool stays = false;
    assert_true(desk_session_left(f->sessions, f->token, &left, &stays));
    assert_true(left == 30 * MINUTE && stays);
    fake_clock_pass(&f->clock, 10 * MINUTE);
    assert_true(desk_session_left(f->sessions, f->token, &left, &stays));
    assert_true(left == 20 * MINUTE && stays); /* asking is no use */
    for (int i = 0; i < 34; i++) {
        assert_non_null(name_of(f->sessions, f->token, true));
        assert_true(desk_session_left(f->sessions, f->token, &left, &stays));
        assert_true(left == 30 * MINUTE && stays);
        fake_clock_pass(&f->clock, 20 * MINUTE);
    }
    assert_non_null(name_of(f->sessions, f->token, true)); /* 11:30 */
    fake_clock_pass(&f->clock, 20 * MINUTE);
    assert_non_null(name_of(f->sessions, f->token, true));
    assert_true(desk_session_left(f->sessions, f->token, &left, &stays));
    assert_true(left == 10 * MINUTE && !stays);
    fake_clock_pass(&f->clock, 10 * MINUTE);
    assert_false(desk_session_left(f->sessions, f->token, &left, &stays));
    assert_false(desk_session_left(f->sessions, NULL, &left, &stays));
}

/* The key for what was typed: the same for the same clerk, whatever session; another's is another, and so is that of another desk. No
 * form token is one, though whoever chooses a cookie gets its token. */
static void
test_draft_key(void **state)
{
    struct fixture *f = *state;
    struct desk_sessions *later = desk_sessions_new(&f->clock.clock);
    char key[DESK_TOKEN_LEN], again[DESK_TOKEN_LEN], other[DESK_TOKEN_LEN], cookie[DESK_TOKEN_LEN];
    uint8_t hash[SEAL_HASH_LEN];
    desk_draft_key(f->sessions, "sato", key);
    desk_session_end(f->sessions, f->token);
    desk_draft_key(f->sessions, "sato", again);
    assert_int_equal(strlen(key), DESK_TOKEN_LEN - 1);
    assert_string_equal(key, again);
    desk_draft_key(f->sessions, "suzuki", other);
    assert_string_not_equal(key, other);
    desk_draft_key(later, "sato", other);
    assert_string_not_equal(key, other);
    seal_hash((const uint8_t *)"sato", 4, hash);
    hex_encode(hash, sizeof(hash), cookie);
    desk_form_token(f->sessions, cookie, other);
    assert_string_not_equal(key, other);
    desk_sessions_free(later);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_logout, setup, teardown),
        cmocka_unit_test_setup_teardown(test_idle, setup, teardown),
        cmocka_unit_test_setup_teardown(test_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_left, setup, teardown),
        cmocka_unit_test_setup_teardown(test_draft_key, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many, setup, teardown),
        cmocka_unit_test_setup_teardown(test_form_tokens, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
