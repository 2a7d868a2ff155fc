/* Who looked at what: each request that opens, searches, prints or changes leaves one line, refused ones too; what is changed in
 * the log by hand shows; and what can't be logged is not shown. */
#include <sqlite3.h>

#include "base/err.h"
#include "desk/fixture.h"
#include "desk/keep_priv.h"

enum { LINES = 16 };
struct lines {
    struct ledger_look all[LINES];
    size_t count;
};

static int
keep_line(const struct ledger_look *look, void *ctx)
{
    struct lines *lines = ctx;
    assert_true(lines->count < LINES);
    lines->all[lines->count++] = *look;
    return 0;
}

static void
sql(const char *path, const char *words)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, words, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void
test_lines(void **state)
{
    struct fixture *f = *state;
    struct filled_visit visit = filled_visit_of_resident(NOW - 600);
    static const struct {
        const char *by, *act;
        bool of_record;
        int status;
    } expected[] = {
        {"佐藤", "open", true, 200},
        {"佐藤", "search", true, 303},
        {"佐藤", "search", false, 200},
        {"佐藤", "print", true, 200},
        {"佐藤", "state", true, 303},
        {"佐藤", "retention", false, 403},
        {"保守", "open", true, 403},
        {"保守", "access", false, 200},
    };
    uint8_t id[RECORD_ID_LEN];
    char number[RECORD_NUMBER_LEN], path[64], form[256];
    struct lines lines = {.count = 0};
    AUTO_BUF body;
    buf_init(&body, DESK_PAGE_MAX);
    filled_put(&f->filled, &visit, id, number);
    record_path(id, "", path);
    assert_int_equal(get(f, path, NULL), 200);
    assert_int_equal(get(f, "/list", NULL), 200); /* the page itself asks for it: no line */
    (void)snprintf(form, sizeof(form), "token=%s&number=%s", f->token, number);
    struct desk_reply reply = post(f, "/search", form);
    buf_release(&reply.body);
    (void)snprintf(form, sizeof(form), "token=%s&number=what", f->token);
    reply = post(f, "/search", form);
    buf_release(&reply.body);
    record_path(id, "/slip.pdf", path);
    reply = ask(f, (struct desk_request){.method = "GET", .path = path});
    assert_int_equal(reply.status, 200);
    buf_release(&reply.body);
    record_path(id, "/done", path);
    (void)snprintf(form, sizeof(form), "token=%s", f->token);
    reply = post(f, path, form);
    buf_release(&reply.body);
    assert_int_equal(get(f, "/retention", NULL), 403);
    log_in_as(f, "保守", DESK_OPERATOR);
    record_path(id, "", path);
    assert_int_equal(get(f, path, NULL), 403);
    assert_int_equal(get(f, "/access", &body), 200);
    assert_null(strstr(buf_str(&body), "日立　花子"));
    assert_non_null(strstr(buf_str(&body), "<td><bdi>佐藤</bdi></td><td>印刷した</td>"));
    assert_int_equal(ledger_look_after(f->filled.ledger, 0, LINES, keep_line, &lines), 0);
    assert_int_equal(lines.count, ARRAY_LEN(expected));
    for (size_t i = 0; i < lines.count; i++) {
        const struct ledger_look *look = &lines.all[i];
        assert_string_equal(look->by, expected[i].by);
        assert_string_equal(look->act, expected[i].act);
        assert_int_equal(look->status, expected[i].status);
        assert_int_equal(memcmp(look->id, id, sizeof(id)) == 0, expected[i].of_record);
        assert_int_equal(look->at, NOW);
    }
}

/* Whoever holds the file can change it; the next who checks sees it. */
static void
test_changed(void **state)
{
    static const char *const harms[] = {
        "UPDATE look SET by_whom = 'ito' WHERE line = 3",
        "UPDATE look SET at = at + 1 WHERE line = 2",
        "UPDATE look SET id = randomblob(16) WHERE line = 4",
        "DELETE FROM look WHERE line = 3",
        "DELETE FROM look WHERE line = 1",
        "UPDATE look SET hash = randomblob(32) WHERE line = 6",
    };
    struct fixture *f = *state;
    static const uint8_t id[LEDGER_ID_LEN] = {1};
    char *ledger = fs_join(f->home, "ledger.db");
    char copy[3 * HARNESS_FOLDER_LEN], path[2 * HARNESS_FOLDER_LEN];
    uint64_t count = 0, line = 0;
    for (int i = 0; i < 6; i++) {
        assert_int_equal(
            desk_access_add(f->filled.ledger, &f->clock.clock, "佐藤", "open", id, 200), 0);
    }
    assert_int_equal(desk_access_verify(f->filled.ledger, &count, &line), 0);
    assert_int_equal(count, 6);
    (void)snprintf(path, sizeof(path), "%s/changed.db", f->home);
    (void)snprintf(copy, sizeof(copy), "cp %s %s", ledger, path);
    f->desk.config.ledger = path;
    for (size_t i = 0; i < ARRAY_LEN(harms); i++) {
        assert_int_equal(system(copy), 0);
        sql(path, "DROP TRIGGER look_unchanged; DROP TRIGGER look_kept");
        sql(path, harms[i]);
        if (desk_verify_access(&f->desk.config, &count, &line) != KERR_STORE_CORRUPT) {
            fail_msg("not seen: %s", harms[i]);
        }
    }
    /* the old end goes by rule, and the rest is whole */
    assert_int_equal(ledger_look_trim(f->filled.ledger, NOW + 1, NOW), 0);
    assert_int_equal(
        desk_access_add(f->filled.ledger, &f->clock.clock, "佐藤", "open", id, 200), 0);
    assert_int_equal(desk_access_verify(f->filled.ledger, &count, &line), 0);
    assert_int_equal(count, 2);
    f->desk.config.ledger = ledger;
    assert_int_equal(desk_note_access(&f->desk.config, "export-json"), 0);
    assert_int_equal(desk_verify_access(&f->desk.config, &count, &line), 0);
    assert_int_equal(count, 3);
    f->desk.config.ledger = NULL;
    free(ledger);
}

/* A log that takes no line: no record is shown. */
static void
test_no_log(void **state)
{
    struct fixture *f = *state;
    struct filled_visit visit = filled_visit_of_resident(NOW - 600);
    uint8_t id[RECORD_ID_LEN];
    char path[64];
    char *ledger = fs_join(f->home, "ledger.db");
    AUTO_BUF body;
    buf_init(&body, DESK_PAGE_MAX);
    filled_put(&f->filled, &visit, id, NULL);
    record_path(id, "", path);
    assert_int_equal(get(f, path, &body), 200);
    assert_non_null(strstr(buf_str(&body), "日立　花子"));
    sql(ledger, "CREATE TRIGGER stop BEFORE INSERT ON look BEGIN SELECT RAISE(ABORT, 'no'); END");
    assert_int_equal(get(f, path, &body), 500);
    assert_null(strstr(buf_str(&body), "日立　花子"));
    free(ledger);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_lines),
        TEST(test_changed),
        TEST(test_no_log),
    };
    return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
