/* Deciding who gets a slot: what the page shows of it, who else asks, how many places are left, and that nothing is decided
 * twice, over a colleague's decision, or beyond the places without being asked again. */

#include "base/alloc.h"
#include "base/err.h"
#include "desk/fixture.h"

#define ROOM "mihon-meeting/2026-12-01/09:00"
#define ROOM_ROW_1 "mihon-meeting\t2026-12-01\t09:00\t1\n"
#define ROOM_ROW_2 "mihon-meeting\t2026-12-01\t09:00\t2\n"
#define LATER "mihon-meeting/2026-12-01/13:00"

/* A visit that asks for a slot; submitted `ago` seconds before NOW. */
static void
wish(struct fixture *f, const char *procedure, const char *slot, int64_t ago, int64_t late,
    uint8_t id[RECORD_ID_LEN], char number[RECORD_NUMBER_LEN])
{
    char key[64];
    (void)snprintf(key, sizeof(key), "%s.slot", procedure);
    const struct filled_fact facts[] = {
        {"applicant.name", "見本　太郎", FACT_ORIGIN_PERSON}, {key, slot, FACT_ORIGIN_PERSON}};
    struct filled_visit visit = {.procedure = procedure,
        .language = "ja",
        .fee = -1,
        .at = NOW - ago + 30 + late,
        .late = late,
        .facts = facts,
        .count = ARRAY_LEN(facts)};
    filled_put(&f->filled, &visit, id, number);
}

/* A list as the city knew it so many seconds before NOW. */
static void
list(struct fixture *f, int64_t ago, const char *rows)
{
    char when[CLOCK_RFC3339_LEN];
    AUTO_BUF text;
    buf_init(&text, 4096);
    char *folder = fs_join(f->home, "live");
    char *path = fs_join(folder, "community-rooms.tsv");
    assert_int_equal(fs_make_dirs(folder), 0);
    clock_rfc3339(NOW - ago, when);
    (void)buf_printf(&text, "# as-of %s\n# form slots\n%s", when, rows);
    assert_int_equal(fs_write_atomic(path, text.data, text.len, 0600), 0);
    free(path);
    free(folder);
}

/* Presses a button of the page that showed decision number `seen`. The page that comes is in body. */
static unsigned
press(struct fixture *f, const uint8_t id[RECORD_ID_LEN], const char *act, const char *slot,
    uint64_t seen, bool anyway, struct buf *body)
{
    char path[64], form[512];
    record_path(id, act, path);
    (void)snprintf(form, sizeof(form), "token=%s&show=new&before=0&slot=%s&seen=%llu%s", f->token,
        slot, (unsigned long long)seen, anyway ? "&anyway=yes" : "");
    struct desk_reply reply = post(f, path, form);
    buf_clear(body);
    assert_int_equal(buf_add(body, buf_str(&reply.body), reply.body.len), 0);
    buf_release(&reply.body);
    return reply.status;
}

static void
assert_stands(struct fixture *f, const uint8_t id[RECORD_ID_LEN], const char *state, const char *by,
    uint64_t number)
{
    struct ledger_decision decision = {.state = "open"};
    int r = ledger_decided(f->filled.ledger, id, &decision);
    assert_int_equal(r, number == 0 ? KERR_NOT_FOUND : 0);
    assert_string_equal(decision.state, state);
    assert_string_equal(decision.decided_by, by);
    assert_int_equal(decision.number, number);
}

static void
assert_has(const struct buf *body, const char *part)
{
    if (strstr(buf_str(body), part) == NULL) {
        fail_msg("the page lacks %s", part);
    }
}

static void
assert_lacks(const struct buf *body, const char *part)
{
    if (strstr(buf_str(body), part) != NULL) {
        fail_msg("the page has %s", part);
    }
}

static void
read_page(struct fixture *f, const uint8_t id[RECORD_ID_LEN], struct buf *body)
{
    char path[64];
    record_path(id, "", path);
    assert_int_equal(get(f, path, body), 200);
}

#define BODY                                                                                       \
    AUTO_BUF body;                                                                                 \
    buf_init(&body, DESK_PAGE_MAX)

static void
test_who_asks(void **state)
{
    struct fixture *f = *state;
    uint8_t first[RECORD_ID_LEN], second[RECORD_ID_LEN], other[RECORD_ID_LEN];
    char first_number[RECORD_NUMBER_LEN], second_number[RECORD_NUMBER_LEN], expected[128];
    BODY;
    list(f, 3600, ROOM_ROW_1 "mihon-meeting\t2026-12-01\t13:00\t2\n");
    wish(f, "community-room", ROOM, 500, 0, second, second_number);
    read_page(f, second, &body);
    assert_has(&body, "id=\"wishes-1\" data-count=\"1\"");
    assert_has(&body, "見本交流センター　会議室　12月1日（火） 9:00");
    assert_has(&body, "id=\"places-1\" data-value=\"1\"");
    /* asked before the other, but its terminal had no line until now: it is the first */
    wish(f, "community-room", ROOM, 900, 600, first, first_number);
    wish(f, "community-room", LATER, 800, 0, other, NULL);
    wish(f, "health-checkup", "bus/2026-12-01/09:00", 800, 0, other, NULL);
    read_page(f, second, &body);
    assert_has(&body, "id=\"wishes-1\" data-count=\"2\"");
    assert_int_equal(times_in(buf_str(&body), "<tr id=\"wish-1-"), 2);
    (void)snprintf(
        expected, sizeof(expected), "?show=all\">%.4s %s</a>", first_number, first_number + 4);
    const char *link = strstr(buf_str(&body), expected);
    (void)snprintf(expected, sizeof(expected), "<strong>%.4s %s</strong>（この申請）",
        second_number, second_number + 4);
    const char *itself = strstr(buf_str(&body), expected);
    assert_non_null(link);
    assert_non_null(itself);
    assert_true(link < itself);
    /* a record that asks for nothing has none of this; a broken slot is shown as it came, no more */
    struct filled_visit plain = {.procedure = "resident-record",
        .language = "ja",
        .fee = 600,
        .at = NOW,
        .facts = filled_resident,
        .count = ARRAY_LEN(filled_resident)};
    filled_put(&f->filled, &plain, other, NULL);
    read_page(f, other, &body);
    assert_lacks(&body, "id=\"booking\"");
    wish(f, "community-room", "mihon-meeting/tomorrow", 800, 0, other, NULL);
    read_page(f, other, &body);
    assert_lacks(&body, "id=\"booking\"");
    assert_has(&body, "mihon-meeting/tomorrow");
}

static void
say_mistake(const struct procedure_mistake *mistake, void *ctx)
{
    (void)ctx;
    fprintf(
        stderr, "%s:%d:%d: %s\n", mistake->file, mistake->line, mistake->column, mistake->reason);
}

/* Of our procedures none asks for two slots; a city's may. */
static void
load_two_slots(struct fixture *f)
{
    static const char *const files[][2] = {{"city/counters.yaml", "counters:\n  a: い\n"},
        {"city/things.yaml", "things:\n  a: い\n"}, {"city/doors.yaml", "doors: {}\n"},
        {"dictionary/facts.yaml", "facts: {}\n"},
        {"procedures/halls.yaml",
            "procedure: halls\nkind: book\nhidden: yes\nin-force: 2026-01-01\nfollows: "
            "い\npicture: heart\n"
            "counter: a\ntitle: い\nabout: い\nnext:\n  - い\nquestions:\n"
            "  - ask: first\n    type: slot\n    from: halls\n    label: い\n    name: い\n"
            "  - ask: second\n    type: slot\n    from: halls\n    label: い\n    name: い\n"}};
    char *folder = fs_join(f->home, "assets");
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char *path = fs_join(folder, files[i][0]);
        char *in = xstrndup(path, (size_t)(strrchr(path, '/') - path));
        assert_int_equal(fs_make_dirs(in), 0);
        assert_int_equal(fs_write_atomic(path, files[i][1], strlen(files[i][1]), 0600), 0);
        free(in);
        free(path);
    }
    procedure_set_free(f->procedures);
    assert_int_equal(procedure_load(folder, say_mistake, NULL, &f->procedures), 0);
    f->desk.config.procedures = f->procedures;
    free(folder);
}

/* A record that asks for two: each has its own places and buttons, and one decision stands for the record. Asked for twice, a
 * slot counts once. */
static void
test_two_slots(void **state)
{
    static const struct filled_fact facts[] = {
        {"halls.first", ROOM, FACT_ORIGIN_PERSON}, {"halls.second", LATER, FACT_ORIGIN_PERSON}};
    static const struct filled_fact twice[] = {
        {"halls.first", ROOM, FACT_ORIGIN_PERSON}, {"halls.second", ROOM, FACT_ORIGIN_PERSON}};
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN], other[RECORD_ID_LEN];
    struct filled_visit visit = {.procedure = "halls",
        .language = "ja",
        .fee = -1,
        .at = NOW,
        .facts = facts,
        .count = ARRAY_LEN(facts)};
    BODY;
    load_two_slots(f);
    filled_put(&f->filled, &visit, id, NULL);
    visit.facts = twice;
    filled_put(&f->filled, &visit, other, NULL);
    read_page(f, id, &body);
    assert_has(&body, "id=\"slot-1\" data-value=\"" ROOM "\"");
    assert_has(&body, "id=\"slot-2\" data-value=\"" LATER "\"");
    assert_has(&body, "id=\"wishes-1\" data-count=\"2\"");
    assert_has(&body, "id=\"wishes-2\" data-count=\"1\"");
    assert_int_equal(press(f, id, "/booked", LATER, 0, false, &body), 303);
    read_page(f, id, &body);
    assert_has(&body, "id=\"booked-1\"");
    assert_lacks(&body, "id=\"booked-2\"");
    assert_has(&body, "id=\"places-1\" data-value=\"1\"");
    assert_has(&body, "id=\"places-2\" data-value=\"0\"");
    assert_has(&body, desk_word(f->desk.assets, "decide.other-slot"));
    assert_int_equal(press(f, id, "/booked", ROOM, 1, false, &body), 303);
    read_page(f, id, &body);
    assert_has(&body, "id=\"places-1\" data-value=\"0\"");
    assert_has(&body, "id=\"places-2\" data-value=\"1\"");
}

/* What is known of a slot only by polls is what a page would have read. */
static void
test_read_by_polls(void **state)
{
    struct fixture *f = *state;
    struct desk_wish *wishes = NULL;
    uint8_t id[RECORD_ID_LEN];
    for (int i = 0; i < 60; i++) {
        wish(f, "community-room", i % 2 == 0 ? ROOM : LATER, 100 + i, 0, id, NULL);
    }
    assert_int_equal(get(f, "/events", NULL), 200);
    assert_int_equal(desk_wishes_for(&f->desk, ROOM, &wishes), 25); /* of fifty */
    free(wishes);
    assert_int_equal(get(f, "/events", NULL), 200);
    assert_int_equal(desk_wishes_for(&f->desk, ROOM, &wishes), 30);
    for (int i = 1; i < 30; i++) {
        assert_true(wishes[i - 1].asked_at < wishes[i].asked_at);
    }
    free(wishes);
    /* a month after its day nobody is kept in mind for it, and the page still opens */
    fake_clock_pass(&f->clock, 41L * 86400);
    log_in(f, "佐藤");
    BODY;
    read_page(f, id, &body);
    assert_has(&body, "id=\"past-1\"");
    wish(f, "community-room", "mihon-meeting/2027-01-08/09:00", 0, 0, id, NULL);
    assert_int_equal(desk_wishes_read(&f->desk, 99), 0);
    assert_int_equal(desk_wishes_for(&f->desk, ROOM, &wishes), 0);
    free(wishes);
}

static void
test_decide(void **state)
{
    struct fixture *f = *state;
    uint8_t first[RECORD_ID_LEN], second[RECORD_ID_LEN];
    BODY;
    list(f, 3600, ROOM_ROW_1);
    wish(f, "community-room", ROOM, 900, 0, first, NULL);
    wish(f, "community-room", ROOM, 500, 0, second, NULL);
    assert_int_equal(press(f, first, "/booked", ROOM, 0, false, &body), 303);
    assert_stands(f, first, "booked", "佐藤", 1);
    /* again: neither who nor when changes */
    fake_clock_pass(&f->clock, 60);
    log_in(f, "鈴木");
    assert_int_equal(press(f, first, "/booked", ROOM, 1, false, &body), 303);
    assert_stands(f, first, "booked", "佐藤", 1);
    read_page(f, first, &body);
    assert_has(&body, "id=\"booking\" data-decision=\"booked\"");
    assert_lacks(&body, "id=\"booked-1\"");
    assert_has(&body, "id=\"taken-1\"");
    assert_has(&body, "id=\"open-1\"");
    assert_has(&body, "<bdi>佐藤</bdi>");

    /* the second: the page says that it is full before anything is pressed, and again when it is */
    read_page(f, second, &body);
    assert_has(&body, "id=\"places-1\" data-value=\"0\"");
    assert_has(&body, "id=\"booked-1\"");
    assert_lacks(&body, "id=\"booked-anyway-1\"");
    assert_int_equal(press(f, second, "/booked", ROOM, 0, false, &body), 200);
    assert_has(&body, desk_word(f->desk.assets, "decide.full"));
    assert_has(&body, "id=\"booked-anyway-1\"");
    assert_lacks(&body, "id=\"booked-1\"");
    assert_stands(f, second, "open", "", 0);
    assert_int_equal(press(f, second, "/taken", ROOM, 0, false, &body), 303);
    assert_stands(f, second, "taken", "鈴木", 2);

    /* who still sees the page from before changes nothing */
    assert_int_equal(press(f, second, "/booked", ROOM, 0, true, &body), 200);
    assert_has(&body, desk_word(f->desk.assets, "decide.else"));
    assert_stands(f, second, "taken", "鈴木", 2);
    assert_int_equal(press(f, second, "/booked", ROOM, 2, true, &body), 303);
    assert_stands(f, second, "booked", "鈴木", 3);
    assert_int_equal(press(f, second, "/open", ROOM, 3, false, &body), 303);
    assert_stands(f, second, "open", "鈴木", 4);
    read_page(f, second, &body);
    assert_has(&body, "id=\"booking\" data-decision=\"open\"");
    assert_int_equal(times_in(buf_str(&body), "<bdi>鈴木</bdi>"), 3); /* every step of it */

    /* the list of all records says it too */
    assert_int_equal(get(f, "/list", &body), 200);
    assert_int_equal(times_in(buf_str(&body), "予約ずみ"), 1);
}

/* How many places are left: the list's, less what was decided since the list. */
static void
test_places(void **state)
{
    static const struct {
        int64_t ago; /* the list's, before the moment of the decision; < 0: after it */
        const char *rows;
        int decided;
        const char *left;
        bool full;
    } table[] = {
        {3600, ROOM_ROW_1, 0, "1", false},
        {3600, ROOM_ROW_1, 1, "0", true},
        {3600, ROOM_ROW_2, 1, "1", false},
        {-60, ROOM_ROW_1, 1, "1", false}, /* the list knows of the one: there is one more */
        {3600, "mihon-meeting\t2026-12-01\t09:00\t0\n", 0, "0", true},
        {3600, "mihon-meeting\t2026-12-01\t13:00\t5\n", 0, "1", false}, /* not in the list: one */
        {3600, "mihon-meeting\t2026-12-01\t13:00\t5\n", 1, "0", true},
        {3600, "not a list\n", 1, "0", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        uint8_t ids[2][RECORD_ID_LEN];
        char expected[64];
        BODY;
        assert_int_equal(setup(state), 0);
        struct fixture *f = *state;
        list(f, table[i].ago, table[i].rows);
        wish(f, "community-room", ROOM, 900, 0, ids[0], NULL);
        wish(f, "community-room", ROOM, 800, 0, ids[1], NULL);
        if (table[i].decided > 0) {
            assert_int_equal(press(f, ids[0], "/booked", ROOM, 0, true, &body), 303);
        }
        read_page(f, ids[1], &body);
        (void)snprintf(
            expected, sizeof(expected), "id=\"places-1\" data-value=\"%s\"", table[i].left);
        assert_has(&body, expected);
        assert_int_equal(
            press(f, ids[1], "/booked", ROOM, 0, false, &body), table[i].full ? 200 : 303);
        assert_stands(f, ids[1], table[i].full ? "open" : "booked", table[i].full ? "" : "佐藤",
            table[i].full ? 0 : (uint64_t)table[i].decided + 1);
        assert_int_equal(teardown(state), 0);
    }
}

/* Nobody decides about what a record does not ask for, without a session, or by a link. */
static void
test_refused(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN], absent[RECORD_ID_LEN] = {1};
    char path[64], form[256];
    BODY;
    wish(f, "community-room", ROOM, 900, 0, id, NULL);
    assert_int_equal(press(f, id, "/booked", LATER, 0, false, &body), 403);
    assert_int_equal(press(f, id, "/booked", "", 0, false, &body), 403);
    assert_int_equal(press(f, id, "/gone", ROOM, 0, false, &body), 404);
    assert_int_equal(press(f, absent, "/booked", ROOM, 0, false, &body), 404);
    record_path(id, "/booked", path);
    assert_int_equal(get(f, path, NULL), 404);
    (void)snprintf(form, sizeof(form), "token=x&slot=%s&seen=0", ROOM);
    struct desk_reply reply = post(f, path, form);
    assert_int_equal(reply.status, 403);
    buf_release(&reply.body);
    /* a form that does not tell what it saw decides nothing */
    (void)snprintf(form, sizeof(form), "token=%s&slot=%s", f->token, ROOM);
    reply = post(f, path, form);
    assert_int_equal(reply.status, 200);
    buf_release(&reply.body);
    assert_stands(f, id, "open", "", 0);
    assert_int_equal(press(f, id, "/taken", ROOM, 0, false, &body), 303);
    (void)snprintf(form, sizeof(form), "token=%s&slot=%s", f->token, ROOM);
    reply = post(f, path, form);
    assert_int_equal(reply.status, 200);
    assert_has(&reply.body, desk_word(f->desk.assets, "decide.else"));
    buf_release(&reply.body);
    assert_stands(f, id, "taken", "佐藤", 1);
    f->cookie[0] = 0;
    assert_int_equal(press(f, id, "/booked", ROOM, 1, false, &body), 303); /* to the login */
    assert_stands(f, id, "taken", "佐藤", 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_who_asks),
        TEST(test_two_slots),
        TEST(test_read_by_polls),
        TEST(test_decide),
        cmocka_unit_test(test_places),
        TEST(test_refused),
    };
    return cmocka_run_group_tests_name("bookings", tests, NULL, NULL);
}
