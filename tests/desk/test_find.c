/* tests/desk/test_find.c - searching by number, name, kana and day over really sealed records; what stands beside a record; the
 * index as it grows, forgets and is looked after, by its thread too. */
#include "desk/fixture.h"

#include <sqlite3.h>
#include <unistd.h>

#include "base/err.h"

static const struct filled_fact hanako[] = {
    {"applicant.name", "髙橋　花子", FACT_ORIGIN_CARD},
    {"applicant.kana", "タカハシ　ハナコ", FACT_ORIGIN_PERSON},
    {"applicant.birth", "1941-03-05", FACT_ORIGIN_CARD},
    {"household[1].name", "髙橋　一郎", FACT_ORIGIN_PERSON},
    {"household[1].kana", "タカハシ　イチロー", FACT_ORIGIN_PERSON},
    {"household[1].birth", "1971-12-31", FACT_ORIGIN_PERSON},
    {"resident-record.copies", "1", FACT_ORIGIN_PERSON},
};
static const struct filled_fact hanako_again[] = {
    {"applicant.name", "高橋 花子", FACT_ORIGIN_PERSON},
    {"applicant.birth", "1941-03-05", FACT_ORIGIN_PERSON},
};
static const struct filled_fact for_child[] = {
    {"applicant.name", "高橋 花子", FACT_ORIGIN_PERSON},
    {"applicant.birth", "1941-03-05", FACT_ORIGIN_PERSON},
    {"subject.name", "高橋　みのり", FACT_ORIGIN_PERSON},
    {"subject.birth", "2020-01-02", FACT_ORIGIN_PERSON},
};
static const struct filled_fact mai[] = {
    {"applicant.name", "NGUYEN THI MAI <b>", FACT_ORIGIN_CARD},
    {"applicant.kana", "グエン　ティ　マイ", FACT_ORIGIN_PERSON},
    {"applicant.birth", "1996-11-02", FACT_ORIGIN_CARD},
};

enum { DAY = 86400 };
#define VISIT(p, f, t)                                                                             \
    {                                                                                              \
        .procedure = (p), .language = "ja", .fee = 300, .facts = (f), .count = ARRAY_LEN(f),       \
        .at = (t)                                                                                  \
    }

static void
put(struct fixture *f, struct filled_visit visit, uint8_t ret_id[RECORD_ID_LEN],
    char ret_number[RECORD_NUMBER_LEN])
{
    filled_put(&f->filled, &visit, ret_id, ret_number);
}

/* The index comes to know all that is in the ledger. */
static void
grow(struct fixture *f)
{
    size_t done = 1;
    while (done > 0) {
        assert_int_equal(desk_index_step(f->desk.index, f->desk.ledger, 7, &done), 0);
    }
}

static void
add_encoded(struct buf *out, const char *text)
{
    for (const char *at = text; *at != 0; at++) {
        assert_int_equal(buf_printf(out, "%%%02x", (unsigned char)*at), 0);
    }
}

static struct desk_reply
search_page(struct fixture *f, const char *typed, const char *rest)
{
    AUTO_BUF body;
    buf_init(&body, 8192);
    assert_int_equal(buf_printf(&body, "token=%s&show=all%s&number=", f->token, rest), 0);
    add_encoded(&body, typed);
    return post(f, "/search", buf_str(&body));
}

static bool
has(const struct desk_reply *reply, const char *text)
{
    return strstr(buf_str(&reply->body), text) != NULL;
}

/* How many records a search finds; -1 for another answer. */
static int
found(struct fixture *f, const char *typed)
{
    static const char mark[] = "id=\"found\" data-count=\"";
    struct desk_reply reply = search_page(f, typed, "");
    const char *at = strstr(buf_str(&reply.body), mark);
    int count = at != NULL && reply.status == 200 ? atoi(at + strlen(mark)) : -1;
    buf_release(&reply.body);
    return count;
}

static void
test_search(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN], other[RECORD_ID_LEN];
    char number[RECORD_NUMBER_LEN], hex[DESK_ID_LEN], row[80];
    put(f, (struct filled_visit)VISIT("resident-record", hanako, NOW - DAY), id, number);
    put(f, (struct filled_visit)VISIT("resident-record", mai, NOW - 60), other, NULL);
    grow(f);
    hex_encode(id, RECORD_ID_LEN, hex);
    (void)snprintf(row, sizeof(row), "id=\"found-%s\"", hex);
    static const char *const ways[] = {"髙橋", "高橋", "高橋花子", "花子", "たかはし", "ﾀｶﾊｼ",
        "タカハシ ハナコ", "一郎", "いちろう", "1941-03-05", "昭和16年3月5日", "S16.3.5",
        "1971年12月", "高橋 S16.3.5", "1941-03-05 たかはし", "昭和46年12月31日　一郎"};
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        struct desk_reply reply = search_page(f, ways[i], "");
        if (reply.status != 200 || !has(&reply, row) || !has(&reply, "data-count=\"1\"")) {
            fail_msg("%s", ways[i]);
        }
        assert_int_equal(reply.location[0], 0); /* nothing of it in an address */
        buf_release(&reply.body);
    }
    struct desk_reply reply = search_page(f, "高橋", "");
    assert_true(has(&reply, "髙橋　花子"));
    assert_true(has(&reply, "昭和16年（1941年）3月5日"));
    assert_true(has(&reply, "住民票の写し"));
    assert_true(has(&reply, "処理まえ"));
    buf_release(&reply.body);
    reply = search_page(f, "mai", "");
    assert_true(has(&reply, "NGUYEN THI MAI &lt;b&gt;"));
    buf_release(&reply.body);
    assert_int_equal(found(f, "高橋 1942"), 0);
    assert_int_equal(found(f, "橋"), 0);
    assert_int_equal(found(f, "<script>"), 0);
    assert_int_equal(found(f, "2026年"), 0);
    /* nothing, or digits that are no number and no day */
    static const char *const none[] = {"", "   ", "・", "1234567", "0294221111"};
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        assert_int_equal(found(f, none[i]), -1);
    }
    /* a number opens its record at once */
    reply = search_page(f, number, "");
    assert_int_equal(reply.status, 303);
    assert_non_null(strstr(reply.location, hex));
    buf_release(&reply.body);
}

/* A number is found before the index knows its record, when it knows it, and no more when it went. */
static void
test_number(void **state)
{
    struct fixture *f = *state;
    uint8_t ids[3][RECORD_ID_LEN];
    char numbers[3][RECORD_NUMBER_LEN];
    for (int i = 0; i < 3; i++) {
        put(f, (struct filled_visit)VISIT("resident-record", hanako, NOW - 60), ids[i], numbers[i]);
    }
    size_t done;
    for (int steps = 0; steps < 4; steps++) {
        for (int i = 0; i < 3; i++) {
            char hex[DESK_ID_LEN];
            struct desk_reply reply = search_page(f, numbers[i], "");
            hex_encode(ids[i], RECORD_ID_LEN, hex);
            assert_int_equal(reply.status, 303);
            assert_non_null(strstr(reply.location, hex));
            buf_release(&reply.body);
        }
        assert_int_equal(desk_index_step(f->desk.index, f->desk.ledger, 1, &done), 0);
    }
    struct desk_reply reply = search_page(f, "00109994", "");
    assert_int_equal(reply.status, 200);
    assert_true(has(&reply, "notice"));
    buf_release(&reply.body);
}

/* Twenty on a page, newest first, and buttons to the others that carry what was typed. */
static void
test_pages(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    char newest[RECORD_NUMBER_LEN], shown[16];
    for (int i = 0; i < 45; i++) {
        put(f, (struct filled_visit)VISIT("resident-record", mai, NOW - 60), id, newest);
    }
    grow(f);
    (void)snprintf(shown, sizeof(shown), "%.4s %.4s", newest, newest + 4);
    struct desk_reply reply = search_page(f, "mai \"<x>", "");
    assert_true(has(&reply, "data-count=\"0\"")); /* a word more is a condition more */
    buf_release(&reply.body);
    reply = search_page(f, "\"<mai>", "");
    const char *rows = strstr(buf_str(&reply.body), "id=\"found-rows\"");
    assert_non_null(rows);
    assert_true(has(&reply, "data-count=\"45\""));
    assert_int_equal(times_in(rows, "<tr id=\"found-"), 20);
    assert_non_null(strstr(rows, shown));
    assert_true(has(&reply, "value=\"&quot;&lt;mai&gt;\""));
    assert_true(has(&reply, "あと25件"));
    assert_false(has(&reply, "found-before"));
    buf_release(&reply.body);
    reply = search_page(f, "mai", "&page=2");
    rows = strstr(buf_str(&reply.body), "id=\"found-rows\"");
    assert_int_equal(times_in(rows, "<tr id=\"found-"), 5);
    assert_true(has(&reply, "found-before"));
    assert_false(has(&reply, "found-more"));
    buf_release(&reply.body);
    reply = search_page(f, "mai", "&page=99999999999");
    assert_int_equal(reply.status, 200);
    buf_release(&reply.body);
}

/* The page says how far the index is. */
static void
test_behind(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    size_t done;
    for (int i = 0; i < 5; i++) {
        put(f, (struct filled_visit)VISIT("resident-record", mai, NOW - 60), id, NULL);
    }
    assert_int_equal(desk_index_step(f->desk.index, f->desk.ledger, 2, &done), 0);
    assert_int_equal(done, 2);
    struct desk_reply reply = search_page(f, "mai", "");
    assert_true(has(&reply, "data-count=\"2\""));
    assert_true(has(&reply, "id=\"found-behind\" data-value=\"3\""));
    buf_release(&reply.body);
    put(f, (struct filled_visit)VISIT("resident-record", mai, NOW), id, NULL); /* comes first */
    reply = search_page(f, "mai", "");
    assert_true(has(&reply, "id=\"found-behind\" data-value=\"4\""));
    buf_release(&reply.body);
    assert_int_equal(desk_index_step(f->desk.index, f->desk.ledger, 1, &done), 0);
    struct desk_row row;
    assert_true(desk_index_at(f->desk.index, 6, &row));
    grow(f);
    reply = search_page(f, "mai", "");
    assert_true(has(&reply, "data-count=\"6\""));
    assert_false(has(&reply, "found-behind"));
    buf_release(&reply.body);
}

/* What can't be opened is passed over, once. */
static void
test_unread(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    struct filled_visit visit = VISIT("resident-record", mai, NOW - 60);
    put(f, visit, id, NULL);
    visit.harm = FILLED_NO_ENVELOPE;
    put(f, visit, id, NULL);
    visit.harm = FILLED_WHOLE;
    put(f, visit, id, NULL);
    grow(f);
    assert_int_equal(found(f, "mai"), 2);
}

static unsigned
sheet(struct fixture *f, const uint8_t id[RECORD_ID_LEN], struct buf *body)
{
    char path[64];
    record_path(id, "", path);
    buf_init(body, DESK_PAGE_MAX);
    return get(f, path, body);
}

static bool
names(const struct buf *page, const char *section, const uint8_t id[RECORD_ID_LEN])
{
    char hex[DESK_ID_LEN], row[80];
    hex_encode(id, RECORD_ID_LEN, hex);
    (void)snprintf(row, sizeof(row), "id=\"beside-%s\"", hex);
    const char *at = strstr(buf_str(page), section);
    const char *end = at != NULL ? strstr(at, "</section>") : NULL;
    const char *place = at != NULL ? strstr(at, row) : NULL;
    return place != NULL && place < end;
}

static void
test_beside(void **state)
{
    struct fixture *f = *state;
    uint8_t one[RECORD_ID_LEN], with[RECORD_ID_LEN], twin[RECORD_ID_LEN], late[RECORD_ID_LEN];
    uint8_t child[RECORD_ID_LEN], other[RECORD_ID_LEN], stranger[RECORD_ID_LEN];
    struct filled_visit visit = VISIT("resident-record", hanako, NOW - 20 * DAY);
    visit.visit[3] = 9;
    put(f, visit, one, NULL);
    visit = (struct filled_visit)VISIT("move-in", hanako_again, NOW - 20 * DAY);
    visit.visit[3] = 9;
    put(f, visit, with, NULL); /* the same visit, another procedure */
    put(f, (struct filled_visit)VISIT("resident-record", hanako_again, NOW - 6 * DAY), twin, NULL);
    put(f, (struct filled_visit)VISIT("resident-record", hanako_again, NOW - 5 * DAY), late, NULL);
    put(f, (struct filled_visit)VISIT("resident-record", for_child, NOW - 20 * DAY), child, NULL);
    put(f, (struct filled_visit)VISIT("tax-certificate", hanako_again, NOW - 20 * DAY), other,
        NULL);
    put(f, (struct filled_visit)VISIT("resident-record", mai, NOW - 20 * DAY), stranger, NULL);
    grow(f);
    AUTO_BUF page;
    assert_int_equal(sheet(f, one, &page), 200);
    assert_true(names(&page, "id=\"beside-visit\"", with));
    assert_true(names(&page, "id=\"beside-twins\"", twin)); /* fourteen days to the second */
    const uint8_t *const none[] = {late, child, other, stranger, one};
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        assert_false(names(&page, "id=\"beside-visit\"", none[i]));
        assert_false(names(&page, "id=\"beside-twins\"", none[i]));
    }
    AUTO_BUF alone;
    assert_int_equal(sheet(f, stranger, &alone), 200);
    assert_null(strstr(buf_str(&alone), "id=\"beside-"));
}

/* The list shows what the index knows, without opening; a row whose bytes changed since is opened. */
static void
test_list_by_index(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    char number[RECORD_NUMBER_LEN], shown[16];
    AUTO_BUF before;
    AUTO_BUF after;
    struct record_head head;
    struct ledger_entry entry;
    buf_init(&before, DESK_PAGE_MAX);
    buf_init(&after, DESK_PAGE_MAX);
    put(f, (struct filled_visit)VISIT("resident-record", hanako, NOW - 60), id, number);
    assert_int_equal(ledger_get(f->desk.ledger, id, &entry, NULL), 0);
    assert_false(desk_find_head(&f->desk, &entry, &head));
    assert_int_equal(get(f, "/list", &before), 200);
    grow(f);
    assert_true(desk_find_head(&f->desk, &entry, &head));
    assert_string_equal(head.number, number);
    assert_int_equal(get(f, "/list", &after), 200);
    assert_string_equal(buf_str(&before), buf_str(&after));
    (void)snprintf(shown, sizeof(shown), "%.4s %.4s", number, number + 4);
    assert_non_null(strstr(buf_str(&after), shown));
    entry.hash[0] ^= 1;
    assert_false(desk_find_head(&f->desk, &entry, &head));
}

static void
change_ledger(struct fixture *f, const char *words)
{
    char *path = fs_join(f->home, "ledger.db");
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, words, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    free(path);
}

/* What was found is shown out of the index's file, as if each record were opened; bytes that changed since are opened, and so seen. */
static void
test_shown(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    static char longer[DESK_SHOWN_MAX];
    memset(longer, 'a', sizeof(longer) - 1);
    const struct filled_fact long_name[] = {{"applicant.name", "aaa", FACT_ORIGIN_PERSON},
        {"subject.name", longer, FACT_ORIGIN_PERSON}};
    put(f, (struct filled_visit)VISIT("resident-record", hanako, NOW - DAY), id, NULL);
    put(f, (struct filled_visit)VISIT("resident-record", for_child, NOW - 60), id, NULL);
    put(f, (struct filled_visit)VISIT("move-in", hanako_again, NOW - 50), id, NULL);
    put(f, (struct filled_visit)VISIT("move-in", long_name, NOW - 50), id, NULL);
    grow(f);
    struct desk_reply opened = search_page(f, "高橋", "");
    assert_true(has(&opened, "data-count=\"3\"") && has(&opened, "高橋　みのり"));
    char *path = fs_join(f->home, "desk-index");
    char *strangers = fs_join(f->home, "strangers");
    char *cert = fs_join(strangers, "city.crt");
    char *key = fs_join(strangers, "city.key");
    f->desk.config.index = path;
    desk_index_free(f->desk.index);
    assert_int_equal(desk_index_new(&f->desk.config, &f->desk.index), 0);
    grow(f);
    const struct seal_opener *own = f->desk.config.opener;
    struct seal_opener *stranger = NULL;
    assert_int_equal(seal_keys_make(strangers, "kiosk-001", "127.0.0.1"), 0);
    assert_int_equal(seal_opener_new(cert, key, &stranger), 0);
    f->desk.config.opener = stranger; /* from here on nothing can be opened */
    struct desk_reply shown = search_page(f, "高橋", "");
    assert_string_equal(buf_str(&shown.body), buf_str(&opened.body));
    buf_release(&shown.body);
    shown = search_page(f, "aaa", "");
    assert_true(has(&shown, "data-count=\"1\""));
    assert_true(has(&shown, "開けない申請")); /* it is too long to be kept */
    buf_release(&shown.body);
    f->desk.config.opener = own;
    desk_index_free(f->desk.index); /* what keeps none is well on disk */
    assert_int_equal(desk_index_new(&f->desk.config, &f->desk.index), 0);
    size_t done = 0;
    assert_int_equal(desk_index_step(f->desk.index, f->desk.ledger, 100, &done), 0);
    assert_int_equal(done, 0);
    /* other bytes than the ledger's hash says; bytes and hash of another record than the index has there */
    change_ledger(f,
        "UPDATE entry SET envelope = CAST(envelope || x'00' AS BLOB) WHERE position = 1;"
        "UPDATE entry SET hash = (SELECT hash FROM entry WHERE position = 3),"
        " envelope = (SELECT envelope FROM entry WHERE position = 3)"
        " WHERE position = 2;");
    shown = search_page(f, "高橋", "");
    assert_true(has(&shown, "data-count=\"3\""));
    assert_int_equal(times_in(buf_str(&shown.body), "<td>開けない申請</td>"), 2);
    assert_false(has(&shown, "高橋　みのり"));
    assert_false(has(&shown, "髙橋　花子"));
    buf_release(&shown.body);
    buf_release(&opened.body);
    seal_opener_free(stranger);
    f->desk.config.index = NULL;
    free(key);
    free(cert);
    free(strangers);
    free(path);
}

/* ---- forgetting ---- */

static void
test_forget(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN], gone[RECORD_ID_LEN];
    struct ledger_entry entry;
    AUTO_BUF envelope;
    buf_init(&envelope, LEDGER_ENVELOPE_MAX);
    put(f, (struct filled_visit)VISIT("resident-record", mai, NOW - 60), id, NULL);
    put(f, (struct filled_visit)VISIT("resident-record", mai, NOW - 60), gone, NULL);
    grow(f);
    desk_index_forget(&f->desk, gone);
    desk_index_forget(&f->desk, gone);
    assert_int_equal(found(f, "mai"), 1);
    /* one that is being opened just then does not come back */
    desk_index_forget(&f->desk, id);
    assert_int_equal(ledger_get(f->desk.ledger, id, &entry, &envelope), 0);
    const char *reason = NULL;
    struct record *record =
        desk_open_record(&f->desk.config, &entry, envelope.data, envelope.len, &reason);
    assert_true(desk_index_begin(f->desk.index, &entry));
    desk_index_forget(&f->desk, id);
    desk_index_end(f->desk.index, &entry, record);
    assert_int_equal(found(f, "mai"), 0);
    assert_true(desk_index_begin(f->desk.index, &entry));
    desk_index_end(f->desk.index, &entry, record);
    assert_int_equal(found(f, "mai"), 1);
    assert_false(desk_index_begin(f->desk.index, &entry)); /* it is there */
    record_free(record);
}

/* The index on disk: a restart opens nothing again; what is forgotten before the file was read goes all the same, and what another
 * program deleted is found out. */
static void
test_file(void **state)
{
    struct fixture *f = *state;
    uint8_t ids[3][RECORD_ID_LEN];
    size_t done;
    char *path = fs_join(f->home, "desk-index");
    f->desk.config.index = path;
    for (int i = 0; i < 3; i++) {
        put(f, (struct filled_visit)VISIT("resident-record", mai, NOW - 60), ids[i], NULL);
    }
    grow(f);
    for (int turn = 0; turn < 2; turn++) {
        desk_index_free(f->desk.index);
        assert_int_equal(desk_index_new(&f->desk.config, &f->desk.index), 0);
        if (turn == 1) {
            desk_index_forget(&f->desk, ids[1]);
        }
        assert_int_equal(
            desk_index_step(f->desk.index, f->desk.ledger, turn == 0 ? 100 : 0, &done), 0);
        assert_int_equal(done, 0); /* all is known */
        assert_int_equal(found(f, "mai"), turn == 0 ? 3 : 2);
    }
    /* the ledger of another day: none of its records is there */
    struct ledger *empty = NULL;
    char *other = fs_join(f->home, "other.db");
    assert_int_equal(ledger_open(other, &empty), 0);
    desk_index_free(f->desk.index);
    assert_int_equal(desk_index_new(&f->desk.config, &f->desk.index), 0);
    assert_int_equal(desk_index_step(f->desk.index, empty, 100, &done), 0);
    assert_int_equal(found(f, "mai"), 0);
    desk_index_free(f->desk.index);
    assert_int_equal(desk_index_new(&f->desk.config, &f->desk.index), 0);
    assert_int_equal(desk_index_step(f->desk.index, empty, 100, &done), 0);
    struct desk_index_state after;
    desk_index_state(f->desk.index, &after);
    assert_int_equal(after.rows, 0);
    ledger_close(empty);
    free(other);
    free(path);
}

static int
each_none(const struct desk_row *row, const struct desk_row_terms *terms, uint32_t place, void *ctx)
{
    (void)row;
    (void)terms;
    (void)place;
    (void)ctx;
    return 0;
}

/* Rows of records that the ledger does not have, the last of them each of a procedure of its own. */
static void
put_strangers(struct fixture *f, uint64_t count, uint64_t procedures)
{
    struct desk_index_file *file = NULL;
    struct desk_index_told told;
    struct desk_row_terms terms;
    uint32_t place = 0;
    desk_row_terms_init(&terms);
    assert_int_equal(buf_add(&terms.texts, "mai", 4), 0);
    terms.text_count = 1;
    assert_int_equal(
        desk_index_file_open(f->desk.config.index, f->opener, NOW, each_none, NULL, &file, &told),
        0);
    for (uint64_t i = 1; i <= count; i++) {
        struct desk_row row = {.position = i, .number = "00100737", .language = "ja"};
        memcpy(row.id, &i, sizeof(i));
        (void)snprintf(
            row.procedure, sizeof(row.procedure), "p%d", (int)(i + procedures > count ? i : 0));
        assert_int_equal(desk_index_file_put(file, &row, &terms, &place), 0);
    }
    desk_row_terms_release(&terms);
    desk_index_file_close(file);
}

/* Memory of what was forgotten goes back, and then an index that was full takes records again. */
static void
test_memory(void **state)
{
    enum { ONE_SHELF = 8192, NAMES = 512 };
    struct fixture *f = *state;
    struct desk_index_state before, after;
    size_t done = 0;
    char *path = fs_join(f->home, "desk-index");
    f->desk.config.index = path;
    put_strangers(f, ONE_SHELF + NAMES, NAMES);
    assert_int_equal(desk_index_step(f->desk.index, f->desk.ledger, 0, &done), 0);
    desk_index_state(f->desk.index, &before);
    assert_true(before.full); /* of names of procedures */
    assert_in_range(before.rows, ONE_SHELF + 1, ONE_SHELF + NAMES);
    do { /* nothing of it is in the ledger */
        assert_int_equal(desk_index_step(f->desk.index, f->desk.ledger, 0, &done), 0);
        desk_index_state(f->desk.index, &after);
    } while (after.rows > 0 || done > 0);
    assert_false(after.full);
    assert_true(after.bytes + 1024 * 1024 < before.bytes);
    f->desk.config.index = NULL;
    free(path);
}

/* The thread finds what is there and what comes, while the page asks. */
static void
test_thread(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    char *path = fs_join(f->home, "desk-index");
    char *ledger = fs_join(f->home, "ledger.db");
    f->desk.config.index = path;
    f->desk.config.ledger = ledger;
    put(f, (struct filled_visit)VISIT("resident-record", mai, NOW - 60), id, NULL);
    assert_int_equal(desk_index_start(f->desk.index), 0);
    for (int count = 1; count <= 3; count++) {
        for (int tries = 0; tries < 600 && found(f, "mai") < count; tries++) {
            (void)usleep(10000); /* until the thread came by */
        }
        assert_int_equal(found(f, "mai"), count);
        put(f, (struct filled_visit)VISIT("resident-record", mai, NOW - 60), id, NULL);
    }
    desk_index_free(f->desk.index);
    f->desk.index = NULL;
    free(ledger);
    free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_search), TEST(test_number), TEST(test_pages),
        TEST(test_behind), TEST(test_unread), TEST(test_beside), TEST(test_list_by_index),
        TEST(test_shown), TEST(test_forget), TEST(test_file), TEST(test_memory), TEST(test_thread)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
