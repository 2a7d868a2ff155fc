/* The desk's answers, request by request, over a real ledger of really sealed records: guards in
 * their order, records of every kind, search, paging, marks. The clock is moved by hand. */
#include <inttypes.h>

#include "base/conf.h"
#include "base/err.h"
#include "desk/fixture.h"

static struct filled_visit
resident(void)
{
    return (struct filled_visit){.procedure = "resident-record",
        .language = "en",
        .fee = 600,
        .at = NOW - 60,
        .facts = filled_resident,
        .count = ARRAY_LEN(filled_resident)};
}

static const char *
state_of(struct fixture *f, const uint8_t id[RECORD_ID_LEN], struct ledger_entry *entry)
{
    assert_int_equal(ledger_get(f->filled.ledger, id, entry, NULL), 0);
    return entry->state;
}

static void
test_host_guard(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {"evil.example:8480", "127.0.0.1", "127.0.0.1:80", ""};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct desk_reply reply =
            ask(f, (struct desk_request){.method = "GET", .path = "/", .host = bad[i]});
        assert_int_equal(reply.status, 421);
        assert_int_equal(reply.body.len, 0);
        buf_release(&reply.body);
    }
    assert_int_equal(get(f, "/", NULL), 200);
}

static void
test_without_session(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *method, *path;
        unsigned status;
    } table[] = {
        {"GET", "/", 303},
        {"GET", "/record/00112233445566778899aabbccddeeff", 303},
        {"GET", "/anything", 303},
        {"GET", "/events", 401},
        {"GET", "/list", 401},
        {"GET", "/login", 200},
        {"GET", "/static/desk.css", 200},
        {"GET", "/static/words.conf", 404},
        {"GET", "/static/login.html", 404},
        {"GET", "/static/../desk.css", 404},
        {"GET", "/static/", 404},
        {"POST", "/search", 415},
        {"PUT", "/", 405},
        {"DELETE", "/record/00112233445566778899aabbccddeeff", 405},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct desk_reply reply =
            ask(f, (struct desk_request){
                       .method = table[i].method, .path = table[i].path, .cookie = "x=y"});
        assert_int_equal(reply.status, table[i].status);
        if (reply.status == 303) {
            assert_string_equal(reply.location, "/login");
        }
        buf_release(&reply.body);
    }
    f->cookie[0] = 0;
    struct desk_reply reply = post(f, "/search", "token=x&number=1");
    assert_int_equal(reply.status, 303);
    assert_string_equal(reply.location, "/login?why=ended");
    buf_release(&reply.body);
}

static void
test_login(void **state)
{
    struct fixture *f = *state;
    f->cookie[0] = 0;
    struct desk_reply reply = ask(f, (struct desk_request){.method = "GET", .path = "/login"});
    assert_int_equal(reply.status, 200);
    char token[DESK_TOKEN_LEN], form_token[DESK_TOKEN_LEN], body[512];
    assert_true(desk_cookie_token(reply.cookies[0], "desk-form", token));
    assert_non_null(strstr(reply.cookies[0], "; HttpOnly; SameSite=Strict"));
    assert_null(strstr(reply.cookies[0], "Secure"));
    desk_form_token(f->desk.sessions, token, form_token);
    assert_non_null(strstr(buf_str(&reply.body), form_token));
    buf_release(&reply.body);

    (void)snprintf(f->cookie, sizeof(f->cookie), "desk-form=%s", token);
    (void)snprintf(body, sizeof(body), "token=%s&name=sato&password=wrong", form_token);
    reply = post(f, "/login", body);
    assert_int_equal(reply.status, 403);
    assert_string_equal(reply.cookies[0], "");
    assert_null(strstr(buf_str(&reply.body), "wrong"));
    buf_release(&reply.body);

    /* the right password without the page's token: nothing happens */
    reply = post(f, "/login", "name=sato&password=naka-machi+5");
    assert_string_equal(reply.location, "/login?why=again");
    buf_release(&reply.body);

    (void)snprintf(body, sizeof(body), "token=%s&name=sato&password=naka-machi+5", form_token);
    reply = post(f, "/login", body);
    assert_int_equal(reply.status, 303);
    assert_string_equal(reply.location, "/");
    char session[DESK_TOKEN_LEN];
    assert_true(desk_cookie_token(reply.cookies[0], "desk", session));
    assert_string_not_equal(session, token); /* what one had before login is no session */
    assert_non_null(strstr(reply.cookies[1], "Max-Age=0"));
    struct desk_who who;
    assert_true(desk_session_who(f->desk.sessions, session, false, &who));
    assert_string_equal(who.name, "sato");
    assert_int_equal(who.role, DESK_CLERK); /* a line without a role */
    buf_release(&reply.body);

    reply =
        ask(f, (struct desk_request){
                   .method = "GET", .path = "/login", .cookie = "", .host = "desk.city.example"});
    assert_non_null(strstr(reply.cookies[0], "; Secure"));
    buf_release(&reply.body);
}

/* Whoever is taken out of the staff file, gets another role or another password is out at the next touch. */
static void
test_staff_changes(void **state)
{
    struct fixture *f = *state;
    char *staff = fs_join(f->home, "staff");
    AUTO_BUF body;
    buf_init(&body, DESK_PAGE_MAX);
    for (int what = 0; what < 3; what++) {
        log_in(f, "小野");
        assert_int_equal(get(f, "/list", &body), 200);
        assert_int_equal(desk_staff_add(staff, "other", "clerk", "x"), what == 0 ? 0 : KERR_EXISTS);
        assert_int_equal(get(f, "/list", &body), 200); /* it is another's line */
        int r = what == 0   ? desk_staff_remove(staff, "小野")
                : what == 1 ? desk_staff_renew(staff, "小野", "y")
                            : desk_staff_remove(staff, "小野");
        r = what == 2 && r == 0 ? desk_staff_add(staff, "小野", "lead", "x") : r;
        assert_int_equal(r, 0);
        assert_int_equal(get(f, "/list", &body), 401);
    }
    free(staff);
    log_in(f, "佐藤");
}

static void
test_login_wait(void **state)
{
    struct fixture *f = *state;
    char token[DESK_TOKEN_LEN], form_token[DESK_TOKEN_LEN], body[512];
    desk_token_make(token);
    desk_form_token(f->desk.sessions, token, form_token);
    (void)snprintf(f->cookie, sizeof(f->cookie), "desk-form=%s", token);
    (void)snprintf(body, sizeof(body), "token=%s&name=sato&password=x", form_token);
    for (int i = 0; i < 5; i++) {
        struct desk_reply reply = post(f, "/login", body);
        assert_int_equal(reply.status, 403);
        buf_release(&reply.body);
    }
    struct desk_reply reply = post(f, "/login", body);
    assert_int_equal(reply.status, 429);
    assert_int_equal(reply.wait_s, 15);
    assert_non_null(strstr(buf_str(&reply.body), "15秒"));
    buf_release(&reply.body);
}

static void
test_marks(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    char path[64], body[256];
    struct ledger_entry entry;
    struct filled_visit visit = resident();
    filled_put(&f->filled, &visit, id, NULL);
    record_path(id, "/done", path);
    assert_int_equal(get(f, path, NULL), 404); /* a link changes nothing */
    (void)snprintf(body, sizeof(body), "token=%s", f->token);
    char wrong[sizeof(body)];
    memcpy(wrong, body, sizeof(body));
    wrong[10] = wrong[10] == '0' ? '1' : '0';
    static const char *const bodies[] = {"", "token=", "token=x", NULL};
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct desk_reply reply = post(f, path, bodies[i] != NULL ? bodies[i] : wrong);
        assert_int_equal(reply.status, 403);
        buf_release(&reply.body);
        assert_string_equal(state_of(f, id, &entry), "new");
    }
    const struct desk_request foreign[] = {
        {.origin = "https://evil.example"},
        {.origin = "null"},
        {.origin = "http://" HOST ".evil.example"},
        {.fetch_site = "cross-site"},
        {.fetch_site = "same-site"},
    };
    for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
        struct desk_request request = foreign[i];
        request.method = "POST";
        request.path = path;
        request.type = "application/x-www-form-urlencoded";
        request.body = (const uint8_t *)body;
        request.body_len = strlen(body);
        struct desk_reply reply = ask(f, request);
        assert_int_equal(reply.status, 403);
        buf_release(&reply.body);
        assert_string_equal(state_of(f, id, &entry), "new");
    }
    struct desk_reply reply = post(f, path, body);
    assert_int_equal(reply.status, 303);
    buf_release(&reply.body);
    assert_string_equal(state_of(f, id, &entry), "done");
    assert_string_equal(entry.state_by, "佐藤");
    assert_int_equal(entry.state_at, NOW);

    /* a second one changes neither who nor when */
    fake_clock_pass(&f->clock, 100);
    log_in(f, "鈴木");
    (void)snprintf(body, sizeof(body), "token=%s", f->token);
    reply = post(f, path, body);
    assert_int_equal(reply.status, 303);
    buf_release(&reply.body);
    assert_string_equal(state_of(f, id, &entry), "done");
    assert_string_equal(entry.state_by, "佐藤");
    assert_int_equal(entry.state_at, NOW);

    record_path(id, "/new", path);
    reply = post(f, path, body);
    assert_int_equal(
        reply.status, 200); /* one that says nothing of what it saw: told, nothing changed */
    buf_release(&reply.body);
    assert_string_equal(state_of(f, id, &entry), "done");
    (void)snprintf(body, sizeof(body), "token=%s&seen=1", f->token);
    reply = post(f, path, body);
    assert_int_equal(reply.status, 303);
    buf_release(&reply.body);
    assert_string_equal(state_of(f, id, &entry), "new");
    assert_string_equal(entry.state_by, "鈴木");
}

static void
test_record_page(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    char path[64];
    AUTO_BUF body;
    buf_init(&body, DESK_PAGE_MAX);
    struct filled_visit visit = resident();
    filled_put(&f->filled, &visit, id, NULL);
    record_path(id, "", path);
    assert_int_equal(get(f, path, &body), 200);
    static const char *const expected[] = {"住民票の写し", "日立　花子", "カードから", "昭和16年",
        "600円", "英語", "勤め先", "id=\"fact-applicant.name\"", "data-value=\"1941-03-05\"",
        "処理ずみにする"};
    expect_all(&body, expected, ARRAY_LEN(expected));
    assert_null(strstr(buf_str(&body), "職員が同席"));
    visit.assisted = true;
    filled_put(&f->filled, &visit, id, NULL);
    record_path(id, "", path);
    buf_clear(&body);
    assert_int_equal(get(f, path, &body), 200);
    assert_non_null(strstr(buf_str(&body), "職員が同席"));
    path[strlen(path) - 1] ^= 1;
    assert_int_equal(get(f, path, NULL), 404);
    assert_int_equal(get(f, "/record/", NULL), 404);
    assert_int_equal(get(f, "/record/0", NULL), 404);
    assert_int_equal(get(f, "/record/00112233445566778899AABBCCDDEEFF", NULL), 404);
    assert_int_equal(get(f, "/record/00112233445566778899aabbccddeeff00", NULL), 404);
}

/* Under each label stands how the visitor read it, unless that was Japanese; easy Japanese without its readings. */
static void
test_own_labels(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *language, *lang, *label; /* what stands there; NULL: nothing */
    } rows[] = {
        {"en", "lang=\"en\"", "Name"},
        {"vi", "lang=\"vi\"", "Họ tên"},
        {"ja", NULL, NULL},
        {"x-none", NULL, NULL},
    };
    AUTO_BUF body;
    buf_init(&body, DESK_PAGE_MAX);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t id[RECORD_ID_LEN];
        char path[64];
        struct filled_visit visit = resident();
        visit.language = rows[i].language;
        filled_put(&f->filled, &visit, id, NULL);
        record_path(id, "", path);
        assert_int_equal(get(f, path, &body), 200);
        assert_non_null(strstr(buf_str(&body), "<span id=\"label-applicant.name\">名前</span>"));
        assert_non_null(strstr(buf_str(&body), "昭和16年")); /* values stay the staff's */
        const char *own = strstr(buf_str(&body), "id=\"own-applicant.name\"");
        if (rows[i].label == NULL) {
            assert_null(strstr(buf_str(&body), "id=\"own-"));
            continue;
        }
        assert_non_null(own);
        const char *end = strstr(own, "</span>");
        if (strstr(own, rows[i].lang) > end || strstr(own, rows[i].label) == NULL ||
            strstr(own, rows[i].label) > end) {
            fail_msg("%s: %.*s", rows[i].language, (int)(end - own), own);
        }
    }
    uint8_t id[RECORD_ID_LEN];
    char path[64];
    struct filled_visit visit = resident();
    visit.language = "ja-easy";
    filled_put(&f->filled, &visit, id, NULL);
    record_path(id, "", path);
    assert_int_equal(get(f, path, &body), 200);
    assert_null(
        strstr(buf_str(&body), "id=\"own-applicant.name\"")); /* {名前|なまえ} is 名前 again */
    assert_non_null(strstr(buf_str(&body), "id=\"own-resident-record.copies\" lang=\"ja\""));
    assert_null(strchr(strstr(buf_str(&body), "id=\"own-"), '{'));
}

static void
test_hostile_values(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    char path[64];
    AUTO_BUF body;
    buf_init(&body, DESK_PAGE_MAX);
    struct filled_visit visit = {.procedure = "resident-record",
        .language = "x\"><script>",
        .fee = -1,
        .at = NOW,
        .facts = filled_hostile,
        .count = ARRAY_LEN(filled_hostile)};
    filled_put(&f->filled, &visit, id, NULL);
    record_path(id, "", path);
    assert_int_equal(get(f, path, &body), 200);
    static const char *const absent[] = {
        "<script>d", "<b>", "<img", "<i>", "\xe2\x80\xae", "x\"><script>"};
    for (size_t i = 0; i < ARRAY_LEN(absent); i++) {
        assert_null(strstr(buf_str(&body), absent[i]));
    }
    assert_non_null(strstr(buf_str(&body), "&lt;b&gt;太郎"));
    assert_non_null(strstr(buf_str(&body), "[U+202E]"));
    assert_non_null(strstr(buf_str(&body), "not a date"));
    assert_non_null(strstr(buf_str(&body), "nobody.knows")); /* shown under its key */
}

/* The largest values that a record can hold still make a page. */
static void
test_big_values(void **state)
{
    struct fixture *f = *state;
    enum { VALUES = 40 };
    uint8_t id[RECORD_ID_LEN];
    char path[64], keys[VALUES][32];
    static char value[FACT_VALUE_MAX];
    struct filled_fact facts[VALUES];
    memset(value, '<', sizeof(value) - 1);
    for (int i = 0; i < VALUES; i++) {
        (void)snprintf(keys[i], sizeof(keys[i]), "x.value-%d", i);
        facts[i] = (struct filled_fact){keys[i], value, FACT_ORIGIN_PERSON};
    }
    struct filled_visit visit = {.procedure = "no-such-procedure",
        .language = "ja",
        .fee = -1,
        .at = NOW,
        .facts = facts,
        .count = VALUES};
    filled_put(&f->filled, &visit, id, NULL);
    record_path(id, "", path);
    AUTO_BUF body;
    buf_init(&body, DESK_PAGE_MAX);
    assert_int_equal(get(f, path, &body), 200);
    assert_true(body.len > (size_t)VALUES * 4 * sizeof(value));
}

static void
test_unread(void **state)
{
    struct fixture *f = *state;
    static const struct {
        enum filled_harm harm;
        const char *reason;
    } table[] = {
        {FILLED_ALTERED, NULL}, /* which of the checks notices depends on the byte */
        {FILLED_NO_ENVELOPE, "unread.altered"},
        {FILLED_NO_RECORD, "unread.form"},
        {FILLED_MIXED, "unread.mixed"},
        {FILLED_MISPLACED, "unread.mixed"},
        {FILLED_HASH, "unread.altered"},
    };
    AUTO_BUF body;
    buf_init(&body, DESK_PAGE_MAX);
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        uint8_t id[RECORD_ID_LEN];
        char path[64];
        struct filled_visit visit = resident();
        visit.harm = table[i].harm;
        filled_put(&f->filled, &visit, id, NULL);
        record_path(id, "", path);
        assert_int_equal(get(f, path, &body), 200);
        assert_non_null(strstr(buf_str(&body), "id=\"record-reason\""));
        assert_null(strstr(buf_str(&body), "日立　花子"));
        if (table[i].reason != NULL) {
            assert_non_null(strstr(buf_str(&body), desk_word(f->desk.assets, table[i].reason)));
        }
    }
    assert_int_equal(get(f, "/", &body), 200); /* all of them stand in the list */
    int rows = 0;
    for (const char *at = buf_str(&body); (at = strstr(at, "class=\"state unread\"")) != NULL;
         at++) {
        rows++;
    }
    assert_int_equal(rows, ARRAY_LEN(table));
}

/* Another city's key can't open what is sealed for this one; it is said, not hidden. */
static void
test_foreign_key(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    char path[64];
    AUTO_BUF body;
    buf_init(&body, DESK_PAGE_MAX);
    struct filled_visit visit = resident();
    filled_put(&f->filled, &visit, id, NULL);
    char *cert = fs_join(f->filled.keys, "receipt.crt");
    char *key = fs_join(f->filled.keys, "receipt.key");
    struct seal_opener *other = NULL;
    assert_int_equal(seal_opener_new(cert, key, &other), 0);
    f->desk.config.opener = other;
    record_path(id, "", path);
    assert_int_equal(get(f, path, &body), 200);
    assert_non_null(strstr(buf_str(&body), desk_word(f->desk.assets, "unread.key")));
    f->desk.config.opener = f->opener;
    seal_opener_free(other);
    free(key);
    free(cert);
}

static void
test_search(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN], other[RECORD_ID_LEN];
    char number[RECORD_NUMBER_LEN], absent[RECORD_NUMBER_LEN], path[64], body[256];
    struct filled_visit visit = resident();
    filled_put(&f->filled, &visit, other, NULL);
    filled_put(&f->filled, &visit, id, number);
    filled_put(&f->filled, &visit, other, NULL);
    (void)snprintf(
        body, sizeof(body), "token=%s&show=all&number=%.4s+%s", f->token, number, number + 4);
    struct desk_reply reply = post(f, "/search", body);
    record_path(id, "?show=all&before=0", path);
    assert_int_equal(reply.status, 303);
    assert_string_equal(reply.location, path);
    buf_release(&reply.body);
    record_number_make(2, 2, absent); /* another kiosk's, same sequence */
    (void)snprintf(body, sizeof(body), "token=%s&number=%s", f->token, absent);
    reply = post(f, "/search", body);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(buf_str(&reply.body), desk_word(f->desk.assets, "search.absent")));
    buf_release(&reply.body);
    (void)snprintf(body, sizeof(body), "token=%s&number=12345678901", f->token);
    reply = post(f, "/search", body);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(buf_str(&reply.body), desk_word(f->desk.assets, "search.no-number")));
    buf_release(&reply.body);
}

static void
test_paging(void **state)
{
    struct fixture *f = *state;
    enum { VISITS = 2 * DESK_ROWS + 3 };
    char seen[VISITS][DESK_ID_LEN];
    size_t count = 0;
    char before[24] = "0";
    for (int i = 0; i < VISITS; i++) {
        uint8_t id[RECORD_ID_LEN];
        struct filled_visit visit = resident();
        filled_put(&f->filled, &visit, id, NULL);
    }
    for (int page = 0; page < 4; page++) {
        struct desk_reply reply =
            ask(f, (struct desk_request){
                       .method = "GET", .path = "/list", .show = "all", .before = before});
        assert_int_equal(reply.status, 200);
        for (const char *at = buf_str(&reply.body); (at = strstr(at, "id=\"row-")) != NULL; at++) {
            assert_true(count < VISITS);
            memcpy(seen[count], at + strlen("id=\"row-"), DESK_ID_LEN - 1);
            seen[count][DESK_ID_LEN - 1] = 0;
            for (size_t i = 0; i < count; i++) {
                assert_string_not_equal(seen[i], seen[count]);
            }
            count++;
        }
        const char *more = strstr(buf_str(&reply.body), "id=\"page-older\"");
        bool ends = more == NULL;
        if (!ends) {
            const char *value = strstr(more, "before=") + strlen("before=");
            (void)snprintf(before, sizeof(before), "%.*s", (int)strspn(value, "0123456789"), value);
        }
        buf_release(&reply.body);
        if (ends) {
            break;
        }
    }
    assert_int_equal(count, VISITS);
}

/* Above the list stand the terminals whose chain of events went back, each once, until that is settled; also one whose name is the end of
 * another's. */
static void
test_alarm(void **state)
{
    struct fixture *f = *state;
    static const char *const kiosks[] = {
        "kiosk-001", "kiosk-001", "kiosk-002", "kiosk-003", "branch-kiosk-001"};
    for (size_t i = 0; i < ARRAY_LEN(kiosks); i++) {
        struct ledger_point point = {.epoch = i, .size = 9, .at = 1000};
        (void)snprintf(point.kiosk, sizeof(point.kiosk), "%s", kiosks[i]);
        assert_int_equal(LEDGER_POINT_NEWER,
            ledger_point_note(f->filled.ledger, &point, (const uint8_t *)"new", 3));
        point.size = i == 2 ? 9 : 8;
        point.at = 9000;
        assert_int_equal(i == 2 ? LEDGER_POINT_SAME : LEDGER_POINT_BACK,
            ledger_point_note(f->filled.ledger, &point, (const uint8_t *)"old", 3));
    }
    struct desk_request request = {.method = "GET", .path = "/list", .show = "new"};
    struct desk_reply reply = ask(f, request);
    assert_int_equal(reply.status, 200);
    assert_non_null(
        strstr(buf_str(&reply.body), "<bdi>branch-kiosk-001, kiosk-001, kiosk-003</bdi>"));
    buf_release(&reply.body);
    for (size_t i = 0; i < ARRAY_LEN(kiosks); i++) {
        int r = ledger_settle(f->filled.ledger, kiosks[i], 9000);
        assert_int_equal(
            r, i == 1 || i == 2 ? KERR_NOT_FOUND : 0); /* settled just now; nothing to settle */
    }
    reply = ask(f, request);
    assert_null(strstr(buf_str(&reply.body), "id=\"alarm\""));
    buf_release(&reply.body);
}

/* The page without a record says how many translations wait for a native reader. */
static void
test_translations(void **state)
{
    struct fixture *f = *state;
    size_t languages = 0;
    size_t texts = i18n_unread(f->words, &languages);
    char expected[256];
    (void)snprintf(
        expected, sizeof(expected), "<strong>%zu件</strong>（%zu言語）", texts, languages);
    assert_true(languages > 0); /* while a catalog says "X-Review: none" */
    struct desk_reply reply = ask(f, (struct desk_request){.method = "GET", .path = "/"});
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(buf_str(&reply.body), "id=\"unread\""));
    assert_non_null(strstr(buf_str(&reply.body), expected));
    buf_release(&reply.body);
}

static void
test_filter(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *state, *holder, *shown;
    } rows[] = {
        {"new", "", "new"},
        {"work", "佐藤", "work mine"},
        {"work", "鈴木", "work"},
        {"papers", "佐藤", "papers mine"},
        {"done", "佐藤", "done"},
        {"back", "", "back"},
    };
    static const char *const shows[] = {"new", "work", "papers", "done", "back", "mine", "all"};
    char hex[ARRAY_LEN(rows)][DESK_ID_LEN];
    struct filled_visit visit = resident();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t id[RECORD_ID_LEN];
        filled_put(&f->filled, &visit, id, NULL);
        hex_encode(id, sizeof(id), hex[i]);
        const struct ledger_change change = {
            .id = id, .state = rows[i].state, .holder = rows[i].holder, .by = "佐藤", .at = NOW};
        assert_true(ledger_change(f->filled.ledger, &change, 0) >= 0);
    }
    for (size_t show = 0; show < ARRAY_LEN(shows); show++) {
        struct desk_reply reply =
            ask(f, (struct desk_request){.method = "GET", .path = "/list", .show = shows[show]});
        assert_int_equal(reply.status, 200);
        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
            bool expected =
                strcmp(shows[show], "all") == 0 || strstr(rows[i].shown, shows[show]) != NULL;
            assert_int_equal(strstr(buf_str(&reply.body), hex[i]) != NULL, expected);
        }
        assert_non_null(strstr(buf_str(&reply.body),
            "data-counts=\"new 1 work 2 papers 1 done 1 back 1 mine 2 all 6\""));
        buf_release(&reply.body);
        char wanted[64];
        (void)snprintf(wanted, sizeof(wanted), "id=\"show-%s\" aria-current=\"true\"", shows[show]);
        reply = ask(f, (struct desk_request){.method = "GET", .path = "/", .show = shows[show]});
        assert_non_null(strstr(buf_str(&reply.body), wanted));
        assert_non_null(strstr(buf_str(&reply.body), "id=\"count-work\">2<"));
        assert_non_null(strstr(buf_str(&reply.body), "id=\"count-all\">6<"));
        buf_release(&reply.body);
    }
    static const char *const strange[] = {"nonsense", "unread", "", NULL};
    for (size_t i = 0; i < ARRAY_LEN(strange); i++) {
        struct desk_reply reply =
            ask(f, (struct desk_request){.method = "GET", .path = "/list", .show = strange[i]});
        assert_non_null(strstr(buf_str(&reply.body), hex[0]));
        assert_null(strstr(buf_str(&reply.body), hex[1]));
        buf_release(&reply.body);
    }
}

static void
test_events(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    uint64_t newest = 0, changes = 0;
    char since[24];
    struct filled_visit visit = resident();
    for (int i = 0; i < 2; i++) {
        filled_put(&f->filled, &visit, id, NULL);
        (void)snprintf(since, sizeof(since), "%" PRIu64, changes);
        struct desk_reply reply =
            ask(f, (struct desk_request){.method = "GET", .path = "/events", .since = since});
        assert_int_equal(reply.status, 200);
        assert_int_equal(ledger_newest(f->filled.ledger, &newest, &changes), 0);
        char expected[80];
        (void)snprintf(expected, sizeof(expected),
            "{\"changes\":%" PRIu64 ",\"newest\":%" PRIu64 "}", changes, newest);
        assert_string_equal(buf_str(&reply.body), expected);
        buf_release(&reply.body);
        (void)snprintf(since, sizeof(since), "%" PRIu64, changes);
        reply = ask(f, (struct desk_request){.method = "GET", .path = "/events", .since = since});
        assert_int_equal(reply.status, 204);
        buf_release(&reply.body);
    }
    /* an unattended page polls, and still the session ends */
    for (int i = 0; i < 30; i++) {
        fake_clock_pass(&f->clock, 60);
        unsigned status = get(f, "/events", NULL);
        assert_int_equal(status, i < 29 ? 200 : 401);
    }
}

static void
test_logout(void **state)
{
    struct fixture *f = *state;
    char body[128];
    struct desk_reply reply = post(f, "/logout", "token=x");
    assert_int_equal(reply.status, 403);
    buf_release(&reply.body);
    assert_int_equal(get(f, "/", NULL), 200);
    (void)snprintf(body, sizeof(body), "token=%s", f->token);
    reply = post(f, "/logout", body);
    assert_int_equal(reply.status, 303);
    assert_non_null(strstr(reply.cookies[0], "desk=; "));
    buf_release(&reply.body);
    assert_int_equal(get(f, "/", NULL), 303);
    assert_int_equal(get(f, "/events", NULL), 401);
}

static void
arrive(struct fixture *f, const char *tag, const char *name, int64_t at)
{
    const struct filled_fact facts[] = {
        {"card.tag", tag, FACT_ORIGIN_CARD}, {"applicant.name", name, FACT_ORIGIN_PERSON}};
    struct filled_visit visit = {.procedure = "shelter-check-in",
        .language = "ja",
        .fee = -1,
        .at = at,
        .facts = tag != NULL ? facts : facts + 1,
        .count = 1};
    uint8_t id[RECORD_ID_LEN];
    filled_put(&f->filled, &visit, id, NULL);
}

/* Who checked in: everybody once, whoever laid a card down twice too; as a page and as a table. */
static void
test_arrivals(void **state)
{
    struct fixture *f = *state;
    struct filled_visit other = resident();
    uint8_t id[RECORD_ID_LEN];
    AUTO_BUF body;
    buf_init(&body, DESK_PAGE_MAX);
    arrive(f, "0123456789abcdef0123456789abcdef", NULL, NOW - 500);
    arrive(f, NULL, "＝見本　太郎", NOW - 400);
    arrive(f, "fedcba9876543210fedcba9876543210", NULL, NOW - 300);
    arrive(f, "0123456789abcdef0123456789abcdef", NULL, NOW - 200);
    arrive(f, NULL, "=HYPERLINK(\"x\"),1", NOW - 100);
    filled_put(&f->filled, &other, id, NULL);

    assert_int_equal(get(f, "/check-in/shelter-check-in", &body), 200);
    assert_non_null(strstr(buf_str(&body), "id=\"arrivals-count\" data-value=\"4\""));
    assert_int_equal(times_in(buf_str(&body), "<td>01234567</td>"), 1);
    assert_int_equal(times_in(buf_str(&body), "<td>01234567</td><td>2</td>"), 1);
    assert_non_null(strstr(buf_str(&body), "見本　太郎"));
    assert_null(
        strstr(buf_str(&body), "0123456789abcdef0123")); /* the whole tag is nobody's to copy */
    assert_null(strstr(buf_str(&body), "日立　花子")); /* another procedure's */

    assert_int_equal(get(f, "/check-in/shelter-check-in.csv", &body), 200);
    assert_int_equal(memcmp(buf_str(&body), "\xEF\xBB\xBF\"", 4), 0);
    assert_int_equal(times_in(buf_str(&body), "\r\n"), 5);
    assert_non_null(strstr(buf_str(&body), "\"'=HYPERLINK(\"\"x\"\"),1\""));
    assert_non_null(strstr(buf_str(&body), "\"'＝見本　太郎\"")); /* the wide one too */
    struct desk_reply reply =
        ask(f, (struct desk_request){.method = "GET", .path = "/check-in/shelter-check-in.csv"});
    assert_true(reply.table);
    buf_release(&reply.body);

    /* the way there, and what is none */
    assert_int_equal(get(f, "/", &body), 200);
    assert_non_null(strstr(buf_str(&body), "href=\"/check-in/shelter-check-in\""));
    static const char *const none[] = {"/check-in/resident-record", "/check-in/resident-record.csv",
        "/check-in/", "/check-in/.csv", "/check-in/shelter-check-in/x"};
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        assert_int_equal(get(f, none[i], NULL), 404);
    }
    reply = ask(f, (struct desk_request){
                       .method = "GET", .path = "/check-in/shelter-check-in.csv", .cookie = "x=y"});
    assert_int_equal(reply.status, 303);
    assert_null(strstr(buf_str(&reply.body), "太郎"));
    buf_release(&reply.body);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_host_guard),
        TEST(test_without_session),
        TEST(test_login),
        TEST(test_login_wait),
        TEST(test_staff_changes),
        TEST(test_marks),
        TEST(test_record_page),
        TEST(test_own_labels),
        TEST(test_hostile_values),
        TEST(test_big_values),
        TEST(test_unread),
        TEST(test_foreign_key),
        TEST(test_search),
        TEST(test_paging),
        TEST(test_alarm),
        TEST(test_filter),
        TEST(test_translations),
        TEST(test_events),
        TEST(test_logout),
        TEST(test_arrivals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
