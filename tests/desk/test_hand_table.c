/* What others call a fact, and tables for them: the field map over every procedure, characters that CP932 can't hold, cells
 * that would be formulas; nothing is replaced or left out without a line in the report. Other parsers read the tables in
 * test_handover.sh. */
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "desk/fixture.h"
#include "desk/hand_priv.h"

struct maker {
    struct fixture *f;
    struct desk_fields *fields;
    struct desk_substitutes *substitutes;
    struct buf out, report;
};

static void
open_maker(struct maker *maker, struct fixture *f)
{
    int line = 0;
    *maker = (struct maker){.f = f};
    assert_int_equal(desk_fields_load("assets/handover/fields.tsv", &maker->fields, &line), 0);
    assert_int_equal(
        desk_substitutes_load("assets/handover/substitutes.tsv", &maker->substitutes, &line), 0);
    buf_init(&maker->out, DESK_PAGE_MAX);
    buf_init(&maker->report, DESK_PAGE_MAX);
}

static void
close_maker(struct maker *maker)
{
    desk_fields_free(maker->fields);
    desk_substitutes_free(maker->substitutes);
    buf_release(&maker->out);
    buf_release(&maker->report);
}

/* One cell alone; what the report says of it lies in maker->report. */
static const char *
cell(struct maker *maker, const char *text, bool cp932, bool substitute)
{
    struct desk_fit *fit = cp932 ? desk_fit_new(maker->substitutes) : NULL;
    struct desk_table table = {.desk = &maker->f->desk,
        .fit = fit,
        .substitute = substitute,
        .out = &maker->out,
        .report = &maker->report,
        .number = "12345678",
        .field = "申請者_氏名"};
    buf_clear(&maker->out);
    buf_clear(&maker->report);
    desk_table_begin(&table);
    desk_table_cell(&table, text);
    desk_fit_free(fit);
    assert_int_equal(buf_error(&maker->out), 0);
    return buf_str(&maker->out);
}

#define MARK "\xEF\xBB\xBF"
#define LINE(what, character, code, instead)                                                       \
    "\r\n\"12345678\",\"申請者_氏名\",\"" what "\",\"" character "\",\"" code "\",\"" instead      \
    "\"\r\n"

static void
test_characters(void **state)
{
#define UNFIT "この文字は入らないので「〓」にした"
    static const struct {
        const char *text, *bytes, *report; /* report "": nothing but its head */
    } rows[] = {
        {"日立", "\"\x93\xfa\x97\xa7\"", ""},
        {"髙﨑", "\"\xfb\xfc\xfa\xb1\"", ""}, /* IBM's characters are in CP932 */
        {"𠮷", "\"\x81\xac\"", LINE(UNFIT, "𠮷", "U+20BB7", "吉")},
        {"é", "\"\x81\xac\"", LINE(UNFIT, "é", "U+00E9", "e")},
        {"辻󠄁", "\"\x81\xac\"", LINE(UNFIT, "辻󠄁", "U+8FBB U+E0101", "辻")},
        {"剝󠄀", "\"\x81\xac\"", LINE(UNFIT, "剝󠄀", "U+525D U+E0100", "剥")},
        {"🐱", "\"\x81\xac\"", LINE(UNFIT, "🐱", "U+1F431", "")},
        /* iconv makes a backslash of it, and a tilde of the other */
        {"¥", "\"\x81\xac\"", LINE(UNFIT, "¥", "U+00A5", "")},
        {"‾", "\"\x81\xac\"", LINE(UNFIT, "‾", "U+203E", "")},
        {"〜", "\"\x81\x60\"", LINE("同じ記号の、別の符号で書いた", "〜", "U+301C", "")},
        {"～", "\"\x81\x60\"", ""},
        {"\\~", "\"\\~\"", ""},
        /* 表: its second byte is a backslash, and no quote of ours comes between */
        {"表\"表", "\"\x95\x5c\"\"\x95\x5c\"", ""},
    };
    struct maker maker;
    open_maker(&maker, *state);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_string_equal(cell(&maker, rows[i].text, true, false), rows[i].bytes);
        const char *head = "\r\n";
        const char *report = strstr(buf_str(&maker.report), head);
        assert_non_null(report);
        assert_string_equal(report, *rows[i].report != 0 ? rows[i].report : head);
    }
    /* the city's table is followed where the settings say so, and that is told */
    assert_string_equal(cell(&maker, "𠮷", true, true), "\"\x8b\x67\"");
    assert_non_null(strstr(buf_str(&maker.report),
        LINE("この文字は入らないので、市の表のとおりに書いた", "𠮷", "U+20BB7", "吉")));
    assert_string_equal(cell(&maker, "🐱", true, true), "\"\x81\xac\"");
    /* a whole address is told with each of its codes */
    const char *address =
        "茨城県日立市助川町一丁目一番一号　見本団地第二住宅第十五号棟三百二十一号室";
    struct desk_table table = {
        .desk = &maker.f->desk, .report = &maker.report, .number = "1", .field = "x"};
    buf_clear(&maker.report);
    desk_table_tell(&table, "x", "hand.report.glyph", address, strlen(address), address);
    assert_int_equal(times_in(buf_str(&maker.report), "U+"), strlen(address) / 3);
    close_maker(&maker);
}

static void
test_formulas(void **state)
{
    static const char *const bad[] = {
        "=1+1", "+81", "-1", "@x", "\tx", "\rx", "\n=x", "＝1", "＋1", "－1", "−1", "＠x"};
    static const char *const good[] = {"1=1", "'=1", " -1", "ー", "日立", ""};
    struct maker maker;
    open_maker(&maker, *state);
    for (int cp932 = 0; cp932 < 2; cp932++) {
        for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
            const char *text = cell(&maker, bad[i], cp932 == 1, false);
            assert_memory_equal(text + (cp932 == 1 ? 0 : strlen(MARK)), "\"'", 2);
            assert_non_null(strstr(buf_str(&maker.report), "表計算で式にならないよう"));
        }
        for (size_t i = 0; i < ARRAY_LEN(good); i++) {
            (void)cell(&maker, good[i], cp932 == 1, false);
            assert_null(strstr(buf_str(&maker.report), "表計算で式にならないよう"));
        }
    }
    /* the report's own cells are no formulas either */
    (void)cell(&maker, "=x", false, false);
    assert_non_null(strstr(buf_str(&maker.report), ",\"'=\","));
    assert_string_equal(cell(&maker, "a\"b\r\nc,d", false, false), MARK "\"a\"\"b\r\nc,d\"");
    close_maker(&maker);
}

static void
test_layout(void **state)
{
    struct fixture *f = *state;
    struct maker maker;
    struct desk_layout layout;
    open_maker(&maker, f);
    desk_layout_make(
        maker.fields, f->procedures, procedure_find(f->procedures, "move-in"), &layout);
    const struct desk_column *column = desk_layout_find(&layout, "household[9].birth");
    assert_non_null(column);
    assert_string_equal(column->name, "世帯員9_生年月日");
    assert_string_equal(column->english, "householdMember9.dateOfBirth");
    assert_null(desk_layout_find(&layout, "household[10].birth"));
    column = desk_layout_find(&layout, "move-in.transfer");
    assert_non_null(column);
    assert_memory_equal(
        column->name, "引っ越し", strlen("引っ越し")); /* by the title of its procedure */
    assert_non_null(desk_layout_find(&layout, "nhi-join.reason")); /* done together */
    const struct desk_column *first = desk_layout_find(&layout, "household[1].name");
    const struct desk_column *kana = desk_layout_find(&layout, "household[1].kana");
    const struct desk_column *second = desk_layout_find(&layout, "household[2].name");
    assert_true(first < kana && kana < second); /* each person's together */
    static const char *const sexes[][2] = {
        {"male", "1"}, {"female", "2"}, {"unknown", "0"}, {"not-applicable", "9"}, {"m", "m"}};
    for (size_t i = 0; i < ARRAY_LEN(sexes); i++) {
        AUTO_BUF text;
        buf_init(&text, 100);
        desk_column_value(&f->desk, desk_layout_find(&layout, "applicant.sex"), sexes[i][0], &text);
        assert_string_equal(buf_str(&text), sexes[i][1]);
    }
    desk_layout_free(&layout);
    close_maker(&maker);
}

/* A row has its fact under each name, and a fact without a column is told. */
static void
test_rows(void **state)
{
    struct fixture *f = *state;
    static const struct filled_fact facts[] = {
        {"applicant.name", "日立　花子", FACT_ORIGIN_CARD},
        {"applicant.sex", "female", FACT_ORIGIN_CARD},
        {"resident-record.domicile", "no", FACT_ORIGIN_DERIVED},
        {"nobody.knows", "x", FACT_ORIGIN_DERIVED},
    };
    struct filled_visit visit = {.procedure = "resident-record",
        .language = "en",
        .fee = 300,
        .at = NOW,
        .facts = facts,
        .count = ARRAY_LEN(facts)};
    uint8_t id[RECORD_ID_LEN];
    struct ledger_entry entry;
    struct maker maker;
    struct desk_layout layout;
    const char *reason = NULL;
    AUTO_BUF envelope;
    buf_init(&envelope, SEAL_ENVELOPE_MAX);
    filled_put(&f->filled, &visit, id, NULL);
    open_maker(&maker, f);
    assert_int_equal(ledger_get(f->desk.ledger, id, &entry, &envelope), 0);
    struct record *record =
        desk_open_record(&f->desk.config, &entry, envelope.data, envelope.len, &reason);
    assert_non_null(record);
    desk_layout_make(
        maker.fields, f->procedures, procedure_find(f->procedures, "resident-record"), &layout);
    struct desk_table table = {.desk = &f->desk, .out = &maker.out, .report = &maker.report};
    desk_table_begin(&table);
    desk_hand_head(&table, &layout);
    desk_hand_row(&table, &layout, &entry, record);
    const char *text = buf_str(&maker.out);
    assert_int_equal(buf_error(&maker.out), 0);
    assert_int_equal(times_in(text, "\r\n"), 2);
    const char *second = strstr(text, "\r\n");
    size_t cells = times_in(text, "\",\"");
    assert_int_equal(cells, 2 * (8 + layout.count - 1));
    assert_non_null(strstr(second, "\"日立　花子\""));
    assert_non_null(strstr(second, "\"いいえ\""));
    assert_non_null(strstr(second, "\"2026-11-22T10:59:30+09:00\",\"2026-11-22T11:00:00+09:00\""));
    assert_null(strstr(text, "nobody.knows"));
    assert_non_null(strstr(buf_str(&maker.report), "\"nobody.knows\",\"この項目には列がない"));
    record_free(record);
    desk_layout_free(&layout);
    close_maker(&maker);
}

static void
read_list(struct fixture *f, const char *key, const char *after, struct buf *out)
{
    struct desk_reply reply = ask(f, (struct desk_request){.method = "GET",
                                         .path = "/api/v1/records",
                                         .after = after,
                                         .limit = "1",
                                         .authorization = key});
    assert_int_equal(reply.status, 200);
    buf_clear(out);
    assert_int_equal(buf_add(out, reply.body.data, reply.body.len), 0);
    buf_release(&reply.body);
}

/* A system of one procedure: what is others' is passed over by the index; without it a question opens no more records than staff
 * can wait for, and the next one goes on behind them. */
static void
test_long_way(void **state)
{
    enum { OTHERS = 30, OPENED = 25 }; /* for one record that is asked for */
    struct fixture *f = *state;
    struct filled_visit visit = {
        .procedure = "resident-record", .language = "ja", .fee = 300, .at = NOW};
    const struct desk_client_terms terms = {
        .name = "one", .rights = "read", .rate = 60, .states = "new", .procedures = "move-in"};
    char key[DESK_KEY_LEN], bearer[DESK_KEY_LEN + 8], position[24], expected[96];
    uint8_t id[RECORD_ID_LEN];
    uint64_t newest = 0, changes = 0;
    size_t done = 0;
    AUTO_BUF list;
    buf_init(&list, DESK_PAGE_MAX);
    assert_int_equal(ledger_newest(f->desk.ledger, &newest, &changes), 0);
    (void)snprintf(position, sizeof(position), "%" PRIu64, newest);
    for (int i = 0; i < OTHERS; i++) {
        filled_put(&f->filled, &visit, id, NULL);
    }
    visit.procedure = "move-in";
    filled_put(&f->filled, &visit, id, NULL);
    char *clients = fs_join(f->home, "clients");
    f->desk.config.clients = clients;
    uid_t service = geteuid() == 0 ? 4321 : geteuid(); /* root adds, the desk reads */
    struct stat st;
    assert_int_equal(chown(f->home, service, getegid()), 0);
    assert_int_equal(desk_client_add(clients, &terms, key), 0);
    assert_int_equal(stat(clients, &st), 0);
    assert_int_equal(st.st_uid, service);
    (void)snprintf(bearer, sizeof(bearer), "Bearer %s", key);
    read_list(f, bearer, position, &list);
    (void)snprintf(expected, sizeof(expected),
        "{\"records\":[],\"next\":%" PRIu64 ",\"more\":true}\n", newest + OPENED);
    assert_string_equal(buf_str(&list), expected);
    (void)snprintf(position, sizeof(position), "%" PRIu64, newest + OPENED);
    read_list(f, bearer, position, &list);
    assert_non_null(strstr(buf_str(&list), "\"procedure\":\"move-in\""));

    do {
        assert_int_equal(desk_index_step(f->desk.index, f->desk.ledger, 100, &done), 0);
    } while (done > 0);
    (void)snprintf(position, sizeof(position), "%" PRIu64, newest);
    read_list(f, bearer, position, &list);
    assert_non_null(strstr(buf_str(&list), "\"procedure\":\"move-in\""));
    f->desk.config.clients = NULL;
    free(clients);
}

static void
keep_reason(const char *file, int line, const char *reason, const char *detail, void *ctx)
{
    (void)buf_printf(ctx, "%s:%d %s: %s\n", file, line, reason, detail);
}

/* What a city's table writes instead is no formula and ends no cell either. */
static void
test_instead(void **state)
{
    static const char table[] = "🐱\t-1\tsign\n🐶\t\"\tquote\n";
    static const struct {
        const char *text, *bytes;
        bool is_told; /* as a formula */
    } rows[] = {{"🐱", "\"'-1\"", true}, {"a🐱", "\"a-1\"", false}, {"🐶,", "\"\"\",\"", false},
        {"=🐱", "\"'=-1\"", true}};
    struct fixture *f = *state;
    struct maker maker;
    int line = 0;
    open_maker(&maker, f);
    char *path = fs_join(f->home, "own.tsv");
    assert_int_equal(fs_write_atomic(path, table, sizeof(table) - 1, 0600), 0);
    desk_substitutes_free(maker.substitutes);
    assert_int_equal(desk_substitutes_load(path, &maker.substitutes, &line), 0);
    free(path);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_string_equal(cell(&maker, rows[i].text, true, true), rows[i].bytes);
        assert_int_equal(
            times_in(buf_str(&maker.report), desk_word(f->desk.assets, "hand.report.formula")),
            rows[i].is_told ? 1 : 0);
    }
    close_maker(&maker);
}

/* What `kioskctl check` says of a file of ours with one thing changed; from: NULL adds a line. */
static void
check_changed(struct fixture *f, bool fields, const char *from, const char *to, struct buf *said)
{
    AUTO_BUF file;
    AUTO_BUF changed;
    buf_init(&file, 1 << 20);
    buf_init(&changed, 1 << 20);
    assert_int_equal(
        fs_read(fields ? "assets/handover/fields.tsv" : "assets/handover/substitutes.tsv", &file),
        0);
    const char *at = from != NULL ? strstr(buf_str(&file), from) : buf_str(&file) + file.len;
    assert_non_null(at);
    assert_int_equal(buf_add(&changed, file.data, (size_t)(at - buf_str(&file))), 0);
    assert_int_equal(buf_add_str(&changed, to), 0);
    assert_int_equal(buf_add_str(&changed, at + (from != NULL ? strlen(from) : 0)), 0);
    char *path = fs_join(f->home, "changed.tsv");
    assert_int_equal(fs_write_atomic(path, changed.data, changed.len, 0600), 0);
    buf_clear(said);
    if (fields) {
        desk_fields_check(path, f->procedures, keep_reason, said);
    } else {
        desk_substitutes_check(path, keep_reason, said);
    }
    free(path);
}

static void
test_check(void **state)
{
    static const struct {
        bool fields;
        const char *from, *to, *says; /* says NULL: all is well */
    } rows[] = {
        {true, NULL, "", NULL},
        {false, NULL, "", NULL},
        {true, "\ncare.level\t", "\n#\t",
            "no line: other systems would not know its name: care.level"},
        {true, "世帯員#_性別", "世帯員_性別", "a # stands in the name"},
        {true, "申請者_性別", "申請者#_性別", "a # stands in the name"},
        {true, "申請者_生年月日", "申請者_氏名",
            "called alike; give one of them a line: applicant.name, applicant.birth"},
        {true, "male=1", "man=1", "codes are answer=code"},
        {true, "female=2 ", "female= ", "codes are answer=code"},
        {true, "\t431-8\n", "\t431\n", "where the name is from: 431-8, or -: 431"},
        {true, NULL, "dog.name\tx\ty\t-\n", "nobody asks for this fact: dog.name"},
        {true, NULL, "care.level\tx\ty\t-\n", "has a line already: care.level"},
        {true, NULL, "care.level\tx\ty\n", "tab, where it is from"},
        {true, NULL, "a\tb\tc\t-\te\tf\n", "tab, where it is from"},
        {false, NULL, "A\tB\tx\n", "needs no other in CP932: A"},
        {false, NULL, "〜\t～\tx\n", "needs no other in CP932: 〜"},
        {false, NULL, "🐱\t🐈\tx\n", "does not fit CP932 either: 🐈"},
        {false, NULL, "𠮷\t吉\tx\n", "has a line already: 𠮷"},
        {false, NULL, "🐱🐱\t猫\tx\n", "one character, tab"},
        {false, NULL, "🐱\t猫\n", "one character, tab"},
    };
    AUTO_BUF said;
    buf_init(&said, 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        check_changed(*state, rows[i].fields, rows[i].from, rows[i].to, &said);
        if (rows[i].says == NULL) {
            assert_string_equal(buf_str(&said), "");
        } else if (strstr(buf_str(&said), rows[i].says) == NULL) {
            fail_msg("row %zu: \"%s\" instead of \"%s\"", i, buf_str(&said), rows[i].says);
        }
    }
    desk_fields_check("no/such/file", ((struct fixture *)*state)->procedures, keep_reason, &said);
    assert_non_null(strstr(buf_str(&said), "the field map can't be read"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_characters),
        cmocka_unit_test(test_instead),
        cmocka_unit_test(test_formulas),
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_long_way),
        cmocka_unit_test(test_check),
    };
    return cmocka_run_group_tests_name("hand_table", tests, setup, teardown);
}
