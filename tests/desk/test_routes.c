/* Who may what: each line of the desk's table of routes has its row here, and each row is asked as every role and as nobody. A
 * new route without a row, or a row without a route, is red. */
#include "desk/fixture.h"

/* Who gets in: c clerk, l lead, o operator, - nobody needs to be logged in, and k another
 * system with its key: a session is none. */
static const struct row {
    const char *method, *pattern, *who, *path; /* path: with %s for a record's id */
} rows[] = {
    {"GET", "/static/{any}", "-", "/static/desk.css"},
    {"GET", "/login", "-", "/login"},
    {"POST", "/login", "-", "/login"},
    {"POST", "/logout", "clo", "/logout"},
    {"GET", "/events", "cl", "/events"},
    {"GET", "/list", "cl", "/list"},
    {"GET", "/calls", "cl", "/calls"},
    {"GET", "/", "clo", "/"},
    {"POST", "/search", "cl", "/search"},
    {"GET", "/record/{id}", "cl", "/record/%s"},
    {"GET", "/record/{id}/forms.pdf", "cl", "/record/%s/forms.pdf"},
    {"GET", "/record/{id}/slip.pdf", "cl", "/record/%s/slip.pdf"},
    {"GET", "/record/{id}/standing", "cl", "/record/%s/standing"},
    {"POST", "/record/{id}/new", "cl", "/record/%s/new"},
    {"POST", "/record/{id}/work", "cl", "/record/%s/work"},
    {"POST", "/record/{id}/papers", "cl", "/record/%s/papers"},
    {"POST", "/record/{id}/done", "cl", "/record/%s/done"},
    {"POST", "/record/{id}/back", "cl", "/record/%s/back"},
    {"POST", "/record/{id}/take", "cl", "/record/%s/take"},
    {"POST", "/record/{id}/release", "cl", "/record/%s/release"},
    {"POST", "/record/{id}/assign", "l", "/record/%s/assign"},
    {"POST", "/record/{id}/note", "cl", "/record/%s/note"},
    {"POST", "/record/{id}/booked", "cl", "/record/%s/booked"},
    {"POST", "/record/{id}/taken", "cl", "/record/%s/taken"},
    {"POST", "/record/{id}/open", "cl", "/record/%s/open"},
    {"GET", "/record/{id}/glyph/{name}", "cl", "/record/%s/glyph/applicant.name"},
    {"POST", "/record/{id}/glyph/{name}", "cl", "/record/%s/glyph/applicant.name"},
    {"POST", "/calls/coming", "cl", "/calls/coming"},
    {"GET", "/session", "cl", "/session"},
    {"POST", "/stay", "cl", "/stay"},
    {"GET", "/check-in/{name}", "cl", "/check-in/shelter-check-in"},
    {"GET", "/retention", "l", "/retention"},
    {"GET", "/access", "lo", "/access"},
    {"GET", "/statistics", "l", "/statistics"},
    {"GET", "/statistics.csv", "l", "/statistics.csv"},
    {"GET", "/hand-over", "cl", "/hand-over"},
    {"GET", "/hand-over/{any}", "cl", "/hand-over/core"},
    {"POST", "/hand-over/{name}", "cl", "/hand-over/core"},
    {"GET", "/record/{id}/hand", "cl", "/record/%s/hand"},
    {"POST", "/record/{id}/hand", "cl", "/record/%s/hand"},
    {"GET", "/api/v1/openapi.json", "-", "/api/v1/openapi.json"},
    {"GET", "/api/v1/records", "k", "/api/v1/records"},
    {"GET", "/api/v1/records/{id}", "k", "/api/v1/records/%s"},
    {"GET", "/api/v1/batches/{name}", "k", "/api/v1/batches/1"},
    {"PUT", "/api/v1/batches/{name}", "k", "/api/v1/batches/1"},
    {"GET", "/api/{any}", "k", "/api/nothing"},
    {"PUT", "/api/{any}", "k", "/api/nothing"},
    {"GET", "{any}", "clo", "/nothing-here"},
    {"POST", "{any}", "clo", "/nothing-here"},
};

static const struct row *
row_of(const struct desk_route *route)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (strcmp(rows[i].method, route->method) == 0 &&
            strcmp(rows[i].pattern, route->path) == 0) {
            return &rows[i];
        }
    }
    fail_msg("%s %s: no row says who may", route->method, route->path);
    return NULL;
}

static struct desk_reply
ask_row(struct fixture *f, const struct row *row, const char *hex, const char *body)
{
    char path[128];
    bool has_id = strstr(row->path, "%s") != NULL;
    const char *rest = has_id ? strstr(row->path, "%s") + 2 : "";
    (void)snprintf(path, sizeof(path), "%.*s%s%s",
        (int)(has_id ? rest - 2 - row->path : (ptrdiff_t)strlen(row->path)), row->path,
        has_id ? hex : "", rest);
    if (strcmp(row->method, "GET") == 0) {
        return ask(f, (struct desk_request){.method = "GET", .path = path});
    }
    return post(f, path, body);
}

static bool
says(const struct fixture *f, const struct desk_reply *reply, const char *what)
{
    const char *title = desk_word_of(f->desk.assets, "message.title.", what, NULL);
    assert_non_null(title);
    return strstr(buf_str(&reply->body), title) != NULL;
}

/* A whole request of somebody with this role: let through, or told whose it is and nothing changed. */
static void
try_as(struct fixture *f, const struct desk_route *route, const struct row *row, const char *hex,
    enum desk_role role)
{
    static const char letters[] = "clo";
    char body[128];
    log_in_as(f, "佐藤", role);
    bool may = strchr(row->who, '-') != NULL || strchr(row->who, letters[role]) != NULL;
    if (route->kind == DESK_FORM && route->roles != 0) {
        struct desk_reply reply = ask_row(f, row, hex, "token=x");
        assert_int_equal(reply.status, 403);
        assert_true(says(f, &reply, "foreign")); /* the token is looked at for every role */
        buf_release(&reply.body);
    }
    (void)snprintf(body, sizeof(body), "token=%s&number=1&slot=x", f->token);
    struct desk_reply reply = ask_row(f, row, hex, body);
    bool told = reply.status == 403 && says(f, &reply, "role");
    if (told == may) {
        fail_msg(
            "%s %s as role %c: status %u", row->method, row->pattern, letters[role], reply.status);
    }
    assert_int_not_equal(reply.status, 401);
    assert_true(reply.status != 303 || strncmp(reply.location, "/login", 6) != 0 ||
                strstr(row->path, "/log") != NULL);
    buf_release(&reply.body);
}

/* Somebody's session is no key, and a page that uses it gets nothing. */
static void
try_without_key(struct fixture *f, const struct row *row, const char *hex)
{
    char path[128];
    const char *id = strstr(row->path, "%s");
    (void)snprintf(path, sizeof(path), "%.*s%s",
        (int)(id != NULL ? id - row->path : (ptrdiff_t)strlen(row->path)), row->path,
        id != NULL ? hex : "");
    for (int role = -1; role < DESK_ROLE_COUNT; role++) {
        f->cookie[0] = 0;
        if (role >= 0) {
            log_in_as(f, "佐藤", (enum desk_role)role);
        }
        struct desk_reply reply =
            ask(f, (struct desk_request){.method = row->method, .path = path});
        assert_int_equal(reply.status, 401);
        assert_null(strstr(buf_str(&reply.body), "日立"));
        buf_release(&reply.body);
    }
}

static void
test_each_route_and_role(void **state)
{
    struct fixture *f = *state;
    struct filled_visit visit = filled_visit_of_resident(NOW);
    uint8_t id[RECORD_ID_LEN];
    char hex[DESK_ID_LEN];
    filled_put(&f->filled, &visit, id, NULL);
    hex_encode(id, sizeof(id), hex);
    assert_int_equal(desk_route_count, ARRAY_LEN(rows));
    for (size_t i = 0; i < desk_route_count; i++) {
        const struct desk_route *route = &desk_routes[i];
        const struct row *row = row_of(route);
        if (strcmp(row->who, "k") == 0) {
            try_without_key(f, row, hex);
            continue;
        }
        assert_true((strcmp(route->method, "POST") == 0) == (route->kind == DESK_FORM) ||
                    route->kind == DESK_OPEN);
        for (int role = 0; role < DESK_ROLE_COUNT; role++) {
            try_as(f, route, row, hex, (enum desk_role)role);
        }
        f->cookie[0] = 0;
        struct desk_reply reply = ask_row(f, row, hex, "token=x");
        bool free = strcmp(row->who, "-") == 0;
        bool sent = reply.status == 303 && strncmp(reply.location, "/login", 6) == 0;
        bool refused = route->kind == DESK_POLL ? reply.status == 401 : sent;
        assert_true(free || refused);
        assert_true(!free || reply.status == 200 || strcmp(row->path, "/login") == 0);
        buf_release(&reply.body);
    }
}

/* A role that may not changes nothing: the record stands as it did. */
static void
test_operator_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct filled_visit visit = filled_visit_of_resident(NOW);
    uint8_t id[RECORD_ID_LEN];
    char path[64], body[128];
    struct ledger_entry entry;
    AUTO_BUF page;
    buf_init(&page, DESK_PAGE_MAX);
    filled_put(&f->filled, &visit, id, NULL);
    record_path(id, "/done", path);
    log_in_as(f, "小野", DESK_OPERATOR);
    (void)snprintf(body, sizeof(body), "token=%s", f->token);
    struct desk_reply reply = post(f, path, body);
    assert_int_equal(reply.status, 403);
    buf_release(&reply.body);
    assert_int_equal(ledger_get(f->filled.ledger, id, &entry, NULL), 0);
    assert_string_equal(entry.state, "new");
    assert_int_equal(get(f, "/", &page), 200); /* a page of their own, without anybody's record */
    assert_non_null(strstr(buf_str(&page), "id=\"operator-title\""));
    assert_null(strstr(buf_str(&page), "id=\"row-"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_route_and_role),
        TEST(test_operator_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
