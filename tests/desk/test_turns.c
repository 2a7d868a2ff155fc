/* How far a record is: each button as each state finds it, who has it, notes, and who did what; two clerks at once, on the
 * page and between its polls. */
#include <inttypes.h>

#include "base/err.h"
#include "desk/fixture.h"

static void
put_one(struct fixture *f, uint8_t id[RECORD_ID_LEN])
{
    struct filled_visit visit = filled_visit_of_resident(NOW - 60);
    filled_put(&f->filled, &visit, id, NULL);
}

static int
newest(const struct ledger_act *act, void *ctx)
{
    *(uint64_t *)ctx = act->number;
    return 1;
}

static uint64_t
seen_of(struct fixture *f, const uint8_t id[RECORD_ID_LEN])
{
    uint64_t number = 0;
    (void)ledger_acts(f->filled.ledger, id, newest, &number);
    return number;
}

static struct desk_reply
press(struct fixture *f, const uint8_t id[RECORD_ID_LEN], const char *button, uint64_t seen,
    const char *more)
{
    char path[64], rest[24], body[4096];
    (void)snprintf(rest, sizeof(rest), "/%s", button);
    record_path(id, rest, path);
    (void)snprintf(
        body, sizeof(body), "token=%s&show=all&seen=%" PRIu64 "%s", f->token, seen, more);
    return post(f, path, body);
}

static void
press_well(struct fixture *f, const uint8_t id[RECORD_ID_LEN], const char *button, const char *more)
{
    struct desk_reply reply = press(f, id, button, seen_of(f, id), more);
    assert_int_equal(reply.status, 303);
    assert_non_null(strstr(reply.location, "?show=all&before=0"));
    buf_release(&reply.body);
}

static void
assert_stands(
    struct fixture *f, const uint8_t id[RECORD_ID_LEN], const char *state, const char *holder)
{
    struct ledger_entry entry;
    assert_int_equal(ledger_get(f->filled.ledger, id, &entry, NULL), 0);
    assert_string_equal(entry.state, state);
    assert_string_equal(entry.holder, holder);
}

/* One after the other on one record: what each button leaves. */
static void
test_buttons(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *who, *button, *state, *holder;
    } rows[] = {
        {"佐藤", "work", "work", "佐藤"}, /* who begins has it */
        {"鈴木", "papers", "papers", "佐藤"},
        {"鈴木", "work", "work", "佐藤"}, /* somebody has it already */
        {"鈴木", "take", "work", "鈴木"}, {"鈴木", "done", "done", "鈴木"},
        {"佐藤", "work", "work", "鈴木"},
        {"鈴木", "release", "new", ""}, /* begun, and nobody at it */
        {"佐藤", "take", "work", "佐藤"}, {"佐藤", "papers", "papers", "佐藤"},
        {"佐藤", "release", "papers", ""}, {"鈴木", "take", "papers", "鈴木"},
        {"鈴木", "back", "back", "鈴木"},
        {"佐藤", "new", "new", ""}, /* among those that nobody has begun */
    };
    uint8_t id[RECORD_ID_LEN];
    put_one(f, id);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        log_in(f, rows[i].who);
        bool is_back = strcmp(rows[i].button, "back") == 0;
        press_well(f, id, rows[i].button, is_back ? "&note=why" : "");
        assert_stands(f, id, rows[i].state, rows[i].holder);
    }
    id[0] ^= 1;
    static const char *const all[] = {
        "new", "work", "papers", "done", "back", "take", "release", "note", "standing"};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct desk_reply reply = press(f, id, all[i], 0, "&note=x");
        assert_int_equal(reply.status, 404);
        buf_release(&reply.body);
    }
}

/* The page names the state, whose it is and who did it; the button of the state that stands is none. */
static void
test_page(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    char path[64];
    AUTO_BUF body;
    buf_init(&body, DESK_PAGE_MAX);
    put_one(f, id);
    record_path(id, "", path);
    assert_int_equal(get(f, path, &body), 200);
    static const char *const fresh[] = {"<span class=\"state new\">処理まえ</span>", "まだいません",
        "id=\"done\"", "id=\"work\"", "id=\"papers\"", "id=\"back\"", "id=\"take\"",
        "まだ何もしていません", "name=\"seen\" id=\"seen\" value=\"0\"", "aria-keyshortcuts=\"w\"",
        "処理ずみにする"};
    expect_all(&body, fresh, ARRAY_LEN(fresh));
    assert_null(strstr(buf_str(&body), "id=\"undo\""));
    assert_null(strstr(buf_str(&body), "id=\"record-by\""));
    assert_null(strstr(buf_str(&body), "id=\"assign\""));
    press_well(f, id, "work", "&note=%E9%9B%BB%E8%A9%B1%0D%0A%3Cb%3E%0D%0A+");
    assert_int_equal(get(f, path, &body), 200);
    static const char *const after[] = {"<span class=\"state work\">処理中</span>",
        "<bdi id=\"record-holder\">佐藤</bdi>", "<bdi id=\"record-by\">佐藤</bdi>", "id=\"undo\"",
        "id=\"release\"", "処理中にした", "自分の担当にした", "電話\n&lt;b&gt;</span>",
        "name=\"seen\" id=\"seen\" value=\"3\""};
    expect_all(&body, after, ARRAY_LEN(after));
    assert_null(strstr(buf_str(&body), "id=\"work\""));
    assert_null(strstr(buf_str(&body), "id=\"take\""));
    assert_null(strstr(buf_str(&body), "id=\"told-text\""));
    assert_non_null(
        strstr(buf_str(&body), "maxlength=\"600\" aria-keyshortcuts=\"m\"></textarea>"));
}

/* The second clerk is told what happened and by whom; nothing is changed, and what was typed stands in the page. */
static void
test_second_is_told(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    put_one(f, id);
    press_well(f, id, "papers", "&note=lease");
    uint64_t stands = seen_of(f, id);
    log_in(f, "鈴木");
    struct desk_reply reply = press(f, id, "done", 0, "&note=%E5%95%8F%E9%A1%8C%3C%2Ftextarea%3E");
    assert_int_equal(reply.status, 200);
    const char *told = strstr(buf_str(&reply.body), "id=\"told-text\"");
    assert_non_null(told);
    const char *end = strstr(told, "</div>");
    const char *who = strstr(told, "佐藤"), *what = strstr(told, "書類まちにした");
    assert_true(who != NULL && who < end && what != NULL && what < end);
    assert_true(strstr(told, "lease") != NULL && strstr(told, "lease") < end);
    assert_null(strstr(buf_str(&reply.body), "id=\"told-ok\"")); /* the next press counts */
    assert_non_null(strstr(buf_str(&reply.body), "id=\"notice\""));
    assert_non_null(strstr(buf_str(&reply.body), "問題&lt;/textarea&gt;</textarea>"));
    assert_int_equal(seen_of(f, id), stands);
    assert_stands(f, id, "papers", "");
    char seen[64];
    (void)snprintf(seen, sizeof(seen), "id=\"seen\" value=\"%" PRIu64 "\"", stands);
    assert_non_null(strstr(buf_str(&reply.body), seen));
    buf_release(&reply.body);
    press_well(f, id, "done", "&note=x"); /* having read it */
    assert_stands(f, id, "done", "");
    /* the form sent twice: nothing more, and no reproach */
    stands = seen_of(f, id);
    reply = press(f, id, "done", 2, "&note=x");
    assert_int_equal(reply.status, 303);
    buf_release(&reply.body);
    assert_int_equal(seen_of(f, id), stands);
    /* a note alone overwrites nothing */
    reply = press(f, id, "note", 0, "&note=late");
    assert_int_equal(reply.status, 303);
    buf_release(&reply.body);
    assert_int_equal(seen_of(f, id), stands + 1);
}

/* Sent back: the visitor will ask why. Nothing is changed without a note, and the page asks for it. */
static void
test_why(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    put_one(f, id);
    press_well(f, id, "work", "");
    static const char *const none[] = {"", "&note=", "&note=+%0D%0A+"};
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        struct desk_reply reply = press(f, id, "back", 2, none[i]);
        assert_int_equal(reply.status, 200);
        assert_non_null(strstr(buf_str(&reply.body), desk_word(f->desk.assets, "turn.why")));
        assert_non_null(strstr(buf_str(&reply.body),
            "aria-keyshortcuts=\"m\" autofocus aria-describedby=\"notice\" data-then=\"back\">"));
        assert_null(strstr(buf_str(&reply.body), "id=\"told-text\"")); /* nobody else was at it */
        buf_release(&reply.body);
        assert_stands(f, id, "work", "佐藤");
    }
    /* what a colleague did meanwhile is told along with it */
    log_in(f, "鈴木");
    press_well(f, id, "take", "");
    log_in(f, "佐藤");
    struct desk_reply reply = press(f, id, "back", 2, "");
    const char *told = strstr(buf_str(&reply.body), "id=\"told-text\"");
    assert_true(told != NULL && strstr(told, "鈴木") < strstr(told, "</div>"));
    buf_release(&reply.body);
    /* another's note, or one before something else was done, is no answer */
    log_in(f, "鈴木");
    press_well(f, id, "note", "&note=mine");
    log_in(f, "佐藤");
    reply = press(f, id, "back", seen_of(f, id), "");
    assert_int_equal(reply.status, 200);
    buf_release(&reply.body);
    press_well(f, id, "note", "&note=mine+too");
    press_well(f, id, "papers", "");
    reply = press(f, id, "back", seen_of(f, id), "");
    assert_int_equal(reply.status, 200);
    buf_release(&reply.body);
    assert_stands(f, id, "papers", "鈴木");
    /* one that was kept just before is */
    press_well(f, id, "note", "&note=three");
    press_well(f, id, "back", "");
    assert_stands(f, id, "back", "鈴木");
    press_well(f, id, "back", ""); /* twice the same asks for nothing */
    press_well(f, id, "work", "");
    press_well(f, id, "back", "&note=again");
    assert_stands(f, id, "back", "鈴木");
}

/* What the page asks for while it stands open: what came since, and only that. */
static void
test_standing(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    char path[64];
    put_one(f, id);
    press_well(f, id, "work", "");
    record_path(id, "/standing", path);
    struct desk_request request = {.method = "GET", .path = path, .since = "2"};
    struct desk_reply reply = ask(f, request);
    assert_int_equal(reply.status, 200);
    assert_null(strstr(buf_str(&reply.body), "id=\"told-text\""));
    assert_null(strstr(buf_str(&reply.body), "日立　花子"));
    buf_release(&reply.body);
    log_in(f, "鈴木");
    press_well(f, id, "done", "");
    log_in(f, "佐藤");
    reply = ask(f, request);
    const char *told = strstr(buf_str(&reply.body), "id=\"told-text\"");
    assert_non_null(told);
    const char *end = strstr(told, "</div>");
    assert_true(strstr(told, "鈴木") < end && strstr(told, "処理ずみにした") < end);
    assert_true(strstr(told, "処理中にした") > end);
    assert_non_null(strstr(buf_str(&reply.body), "id=\"told-ok\""));
    assert_non_null(strstr(buf_str(&reply.body), "id=\"seen\" value=\"3\""));
    buf_release(&reply.body);
    for (int i = 0; i < 30; i++) { /* it is no use that keeps a session alive */
        fake_clock_pass(&f->clock, 60);
        assert_int_equal(get(f, path, NULL), i < 29 ? 200 : 401);
    }
}

static void
seal_of(struct fixture *f, char out[DESK_TOKEN_LEN])
{
    static const char mark[] = "data-seal=\"";
    AUTO_BUF page;
    buf_init(&page, DESK_PAGE_MAX);
    assert_int_equal(get(f, "/", &page), 200);
    const char *at = strstr(buf_str(&page), mark);
    assert_non_null(at);
    (void)snprintf(out, DESK_TOKEN_LEN, "%s", at + strlen(mark));
}

/* Looking at how long a session lasts is no use of it, "I'm here" is. The key for what is typed is each clerk's own. */
static void
test_stay(void **state)
{
    struct fixture *f = *state;
    char body[128], own[DESK_TOKEN_LEN], again[DESK_TOKEN_LEN], other[DESK_TOKEN_LEN];
    AUTO_BUF page;
    buf_init(&page, DESK_PAGE_MAX);
    seal_of(f, own);
    for (int minute = 0; minute < 29; minute++) {
        fake_clock_pass(&f->clock, 60);
        assert_int_equal(get(f, "/session", &page), 200);
    }
    assert_string_equal(buf_str(&page), "{\"left\":60,\"stays\":true}");
    (void)snprintf(body, sizeof(body), "token=%s", f->token);
    struct desk_reply reply = post(f, "/stay", body);
    assert_int_equal(reply.status, 204);
    buf_release(&reply.body);
    fake_clock_pass(&f->clock, 29 * 60);
    assert_int_equal(get(f, "/session", &page), 200);
    fake_clock_pass(&f->clock, 60);
    assert_int_equal(get(f, "/session", &page), 401);
    assert_int_equal(page.len, 0);
    log_in(f, "佐藤");
    seal_of(f, again);
    assert_string_equal(own, again);
    log_in(f, "鈴木");
    seal_of(f, other);
    assert_string_not_equal(own, other);
}

static void
write_staff(struct fixture *f)
{
    static const char text[] = "佐藤:clerk:x\n鈴木:x\n森:lead:x\n小野:operator:x\n誤:leed:x\n";
    char *path = fs_join(f->home, "staff");
    assert_int_equal(fs_write_atomic(path, text, sizeof(text) - 1, 0600), 0);
    free(path);
}

/* A lead gives work to whoever works on records, as the staff file names them. */
static void
test_assign(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    char path[64];
    AUTO_BUF body;
    buf_init(&body, DESK_PAGE_MAX);
    write_staff(f);
    put_one(f, id);
    log_in_as(f, "森", DESK_LEAD);
    press_well(f, id, "assign", "&holder=%E9%88%B4%E6%9C%A8");
    assert_stands(f, id, "new", "鈴木");
    record_path(id, "", path);
    assert_int_equal(get(f, path, &body), 200);
    assert_non_null(strstr(buf_str(&body), "<option value=\"鈴木\" selected>"));
    assert_non_null(strstr(buf_str(&body), "<option value=\"森\">"));
    assert_null(strstr(buf_str(&body), "小野"));
    assert_null(strstr(buf_str(&body), "誤"));
    assert_non_null(strstr(buf_str(&body), "担当を<bdi>鈴木</bdi>にした"));
    static const char *const bad[] = {"", "&holder=%E5%B0%8F%E9%87%8E", "&holder=nobody"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct desk_reply reply = press(f, id, "assign", seen_of(f, id), bad[i]);
        assert_int_equal(reply.status, 403);
        buf_release(&reply.body);
        assert_stands(f, id, "new", "鈴木");
    }
    press_well(f, id, "assign", "&holder=");
    assert_stands(f, id, "new", "");
    log_in(f, "佐藤"); /* a clerk takes for herself alone */
    struct desk_reply reply = press(f, id, "assign", seen_of(f, id), "&holder=%E9%88%B4%E6%9C%A8");
    assert_int_equal(reply.status, 403);
    buf_release(&reply.body);
    assert_stands(f, id, "new", "");
}

/* Notes as long as the page lets them be, and the longest history that a page shows. */
static void
test_bounds(void **state)
{
    struct fixture *f = *state;
    enum { LONG = 600 };
    uint8_t id[RECORD_ID_LEN];
    char more[16 + 9 * LONG] = "&note=";
    char path[64];
    AUTO_BUF body;
    buf_init(&body, DESK_PAGE_MAX);
    put_one(f, id);
    for (int i = 0; i < LONG; i++) {
        memcpy(more + strlen("&note=") + (size_t)i * 9, "%E3%81%82", 10);
    }
    char whole[16 + 9 * LONG + 128];
    (void)snprintf(whole, sizeof(whole), "token=%s&seen=0%s", f->token, more);
    assert_true(strlen(whole) < DESK_BODY_MAX);
    record_path(id, "/note", path);
    struct desk_reply reply = post(f, path, whole);
    assert_int_equal(reply.status, 303);
    buf_release(&reply.body);
    assert_int_equal(seen_of(f, id), 1);
    for (int i = 0; i < 200; i++) {
        const struct ledger_change change = {
            .id = id, .note = "again", .by = "佐藤", .at = NOW + i};
        assert_int_equal(ledger_change(f->filled.ledger, &change, LEDGER_SEEN_ANY), 0);
    }
    record_path(id, "", path);
    assert_int_equal(get(f, path, &body), 200);
    assert_int_equal(times_in(buf_str(&body), "<span class=\"what note\">again"), 200);
    assert_non_null(strstr(buf_str(&body), desk_word(f->desk.assets, "acts.more")));
    assert_null(strstr(buf_str(&body), "ああああ"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_buttons),
        TEST(test_page),
        TEST(test_second_is_told),
        TEST(test_why),
        TEST(test_standing),
        TEST(test_stay),
        TEST(test_assign),
        TEST(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
