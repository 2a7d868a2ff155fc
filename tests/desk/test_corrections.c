/* Forms of characters, corrected by staff: the sheet, the forms and what is handed over have the corrected one, the visitor's own
 * stands beside it; nothing but a form of the same character can come in, neither by a form nor past the page. */
#include "desk/fixture.h"

#define OWN "葛城　太郎"
#define MENDED "葛\U000E0101城　太郎"
#define KEY "applicant.name"

static struct desk_kanji *kanji; /* of the test that runs */

static struct input_variants *
open_variants(struct fixture *f)
{
    struct input_variants *variants = NULL;
    char *locale = locale_folder();
    char *path = fs_join(locale, "../tables/variants.table");
    assert_int_equal(input_variants_open(path, &variants), 0);
    f->desk.config.variants = variants;
    assert_int_equal(desk_kanji_load("assets/desk", &kanji), 0);
    f->desk.config.kanji = kanji;
    free(path);
    free(locale);
    return variants;
}

static void
close_variants(struct input_variants *variants)
{
    input_variants_close(variants);
    desk_kanji_free(kanji);
}

static void
put_record_of(struct fixture *f, const char *name, uint8_t id[RECORD_ID_LEN])
{
    struct filled_fact facts[ARRAY_LEN(filled_resident)];
    memcpy(facts, filled_resident, sizeof(facts));
    facts[0].value = name;
    struct filled_visit visit = {.procedure = "resident-record",
        .language = "ja",
        .fee = 300,
        .at = NOW,
        .facts = facts,
        .count = ARRAY_LEN(facts)};
    filled_put(&f->filled, &visit, id, NULL);
}

static void
put_record(struct fixture *f, uint8_t id[RECORD_ID_LEN])
{
    put_record_of(f, OWN, id);
}

static void
glyph_path(const uint8_t *id, const char *key, char out[128])
{
    char hex[DESK_ID_LEN];
    hex_encode(id, RECORD_ID_LEN, hex);
    (void)snprintf(out, 128, "/record/%s/glyph/%s", hex, key);
}

static unsigned
send(struct fixture *f, const char *path, const char *rest, struct buf *page)
{
    char body[512];
    (void)snprintf(body, sizeof(body), "token=%s&%s", f->token, rest);
    struct desk_reply reply = post(f, path, body);
    buf_clear(page);
    assert_int_equal(buf_add(page, buf_str(&reply.body), reply.body.len), 0);
    buf_release(&reply.body);
    return reply.status;
}

static int
count_fixes(const struct ledger_correction *correction, void *ctx)
{
    struct ledger_correction *newest = ctx;
    uint64_t count = newest->number + 1;
    *newest = *correction;
    newest->number = count; /* how many */
    return 0;
}

static struct ledger_correction
newest_fix(struct fixture *f, const uint8_t *id)
{
    struct ledger_correction newest = {.number = 0};
    assert_int_equal(ledger_corrections(f->desk.ledger, id, count_fixes, &newest), 0);
    return newest;
}

static void
assert_has(const struct buf *page, const char *text)
{
    if (strstr(buf_str(page), text) == NULL) {
        fail_msg("%s is not in\n%.6000s", text, buf_str(page));
    }
}

/* What goes out to other systems. */
static void
assert_handed(struct fixture *f, const uint8_t *id)
{
    struct ledger_entry entry;
    const char *reason = NULL;
    AUTO_BUF envelope;
    AUTO_BUF json;
    AUTO_BUF csv;
    AUTO_BUF report;
    buf_init(&envelope, LEDGER_ENVELOPE_MAX);
    buf_init(&json, DESK_PAGE_MAX);
    buf_init(&csv, DESK_PAGE_MAX);
    buf_init(&report, DESK_PAGE_MAX);
    assert_int_equal(ledger_get(f->desk.ledger, id, &entry, &envelope), 0);
    struct record *record =
        desk_open_record(&f->desk.config, &entry, envelope.data, envelope.len, &reason);
    assert_non_null(record);
    desk_hand_json(&f->desk, &entry, record, &json);
    assert_has(&json, "\"value\":\"" MENDED "\",\"own\":\"" OWN "\",\"text\":\"" MENDED "\"");
    assert_int_equal(times_in(buf_str(&json), "\"own\":"), 1);
    struct desk_table table = {.desk = &f->desk, .out = &csv, .report = &report};
    desk_table_begin(&table);
    desk_hand_row(&table, desk_hand_layout(&f->desk, "resident-record"), &entry, record);
    assert_has(&csv, ",\"" MENDED "\",");
    assert_null(strstr(buf_str(&csv), OWN));
    assert_has(&report, ",\"" OWN "\",");
    assert_has(&report, ",\"" MENDED "\"\r\n");
    assert_int_equal(desk_corrected(&f->desk, id, &record), 0); /* what forms are filled from */
    assert_string_equal(fact_set_value(record_facts(record), KEY), MENDED);
    assert_string_equal(fact_set_value(record_facts(record), "resident-record.copies"), "2");
    record_free(record);
}

static void
test_corrected(void **state)
{
    struct fixture *f = *state;
    struct input_variants *variants = open_variants(f);
    uint8_t id[RECORD_ID_LEN];
    char path[128], sheet[64], hand[64];
    AUTO_BUF page;
    buf_init(&page, DESK_PAGE_MAX);
    put_record(f, id);
    glyph_path(id, KEY, path);
    record_path(id, "", sheet);
    record_path(id, "/hand", hand);
    assert_int_equal(get(f, sheet, &page), 200);
    assert_has(&page, "id=\"fix-" KEY "\"");
    assert_null(strstr(buf_str(&page), "id=\"fix-resident-record.purpose\"")); /* no name */
    assert_int_equal(get(f, path, &page), 200);
    assert_has(&page, "value=\"e0101\"");
    assert_has(&page, "name=\"c0\" id=\"form-0-0\" value=\"0\" checked");

    assert_int_equal(send(f, path, "c0=e0101&seen=0&reason=+", &page), 200); /* no reason */
    assert_has(&page, desk_word(f->desk.assets, "glyph.reason"));
    assert_int_equal(send(f, path, "c0=0&seen=0&reason=x", &page), 200);
    assert_has(&page, desk_word(f->desk.assets, "glyph.same"));
    assert_int_equal(newest_fix(f, id).number, 0);
    assert_int_equal(send(f, path, "c0=e0101&seen=0&reason=koseki+no+ji", &page), 303);
    struct ledger_correction fix = newest_fix(f, id);
    assert_int_equal(fix.number, 1);
    assert_string_equal(fix.before, OWN);
    assert_string_equal(fix.after, MENDED);
    assert_string_equal(fix.by, "佐藤");

    assert_int_equal(get(f, sheet, &page), 200);
    assert_has(&page, "id=\"fact-" KEY "\" data-value=\"" MENDED "\">" MENDED "<");
    assert_has(&page, "id=\"came-" KEY "\" data-value=\"" OWN "\"");
    assert_has(&page, "koseki no ji");
    assert_int_equal(get(f, hand, &page), 200);
    assert_has(&page, "data-value=\"" MENDED "\"");
    assert_has(&page, "id=\"came-" KEY "\" data-value=\"" OWN "\"");
    assert_handed(f, id);

    /* a colleague who did not see it is told; the reason stays */
    log_in(f, "鈴木");
    assert_int_equal(send(f, path, "c0=e0102&seen=0&reason=mine", &page), 200);
    assert_has(&page, desk_word(f->desk.assets, "glyph.else"));
    assert_has(&page, "value=\"mine\"");
    assert_int_equal(newest_fix(f, id).number, 1);
    const char *seen = strstr(buf_str(&page), "name=\"seen\" value=\"");
    assert_non_null(seen);
    char rest[64];
    (void)snprintf(rest, sizeof(rest), "back=yes&reason=mine&seen=%d", atoi(seen + 19));
    assert_int_equal(send(f, path, rest, &page), 303); /* taken back: a further one */
    assert_int_equal(newest_fix(f, id).number, 2);
    assert_int_equal(get(f, sheet, &page), 200);
    assert_has(&page, "id=\"fact-" KEY "\" data-value=\"" OWN "\"");
    assert_null(strstr(buf_str(&page), "id=\"fixed-" KEY "\""));
    assert_has(&page, "koseki no ji"); /* the story stays */
    close_variants(variants);
}

/* Another character is no form, whoever says so. */
static void
test_only_forms(void **state)
{
    struct fixture *f = *state;
    struct input_variants *variants = open_variants(f);
    static const char *const foreign[] = {"c0=e01ef&seen=0&reason=x", "c0=5927&seen=0&reason=x",
        "c0=E0101&seen=0&reason=x", "c2=e0100&seen=0&reason=x"};
    uint8_t id[RECORD_ID_LEN];
    char path[128], sheet[64];
    AUTO_BUF page;
    buf_init(&page, DESK_PAGE_MAX);
    put_record(f, id);
    glyph_path(id, KEY, path);
    record_path(id, "", sheet);
    for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
        assert_int_equal(send(f, path, foreign[i], &page), 403);
    }
    glyph_path(id, "resident-record.purpose", path);
    assert_int_equal(send(f, path, "c0=e0101&seen=0&reason=x", &page), 404);
    assert_int_equal(newest_fix(f, id).number, 0);

    struct ledger_correction other = {.fact = KEY,
        .before = OWN,
        .after = "鈴木　一郎",
        .reason = "x",
        .at = NOW,
        .by = "x"}; /* past the page */
    assert_int_equal(ledger_correct(f->desk.ledger, id, &other, 0), LEDGER_CHANGED);
    assert_int_equal(get(f, sheet, &page), 200);
    assert_has(&page, "id=\"fact-" KEY "\" data-value=\"" OWN "\"");
    assert_null(strstr(buf_str(&page), "data-value=\"鈴木　一郎\""));

    static const struct {
        const char *one, *other;
        bool alike;
    } pairs[] = {{"葛城", "葛\U000E0101城", true}, {"葛\U000E0100城", "葛\U000E0101城", true},
        {"葛城", "葛", false}, {"葛", "葛城", false}, {"", "", true}, {"葛", "蔦", false},
        {"葛", "葛\U000E0101\U000E0101", false}, {"高", "髙", true}, {"髙", "高", true},
        {"渡辺", "渡邉\U000E0105", true}, {"山崎", "山﨑", true}, {"吉", "𠮷", true},
        {"斉藤", "齊藤", true}, {"斎藤", "齋藤", true}, {"斉藤", "斎藤", false},
        {"崎", "埼", false}, {"坂", "阪", false}, {"恵", "慧", false}, {"圭", "珪", false},
        {"高 ", "高", false}, {" ", "、", false}};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        assert_int_equal(
            desk_glyphs_alike(f->desk.config.kanji, pairs[i].one, pairs[i].other), pairs[i].alike);
        bool same = strncmp(pairs[i].one, "葛", 3) == 0;
        assert_int_equal(desk_glyphs_alike(NULL, pairs[i].one, pairs[i].other),
            same || pairs[i].one[0] == 0 ? pairs[i].alike : false); /* without the table */
    }
    close_variants(variants);
}

/* What the visitor could not type, and the card had not: 髙 for 高, by the table of what is the same character. */
static void
test_other_codes(void **state)
{
    struct fixture *f = *state;
    struct input_variants *variants = open_variants(f);
    static const char *const foreign[] = {"c0=57fc-0&seen=0&reason=x", "c0=9ad9&seen=0&reason=x",
        "c0=9ad8-0&seen=0&reason=x", "c0=5d0e-0&seen=0&reason=x", "c0=9AD9-0&seen=0&reason=x",
        "c0=9ad9-e01ef&seen=0&reason=x", "c1=9ad9-0&seen=0&reason=x"};
    uint8_t id[RECORD_ID_LEN];
    char path[128], sheet[64];
    AUTO_BUF page;
    buf_init(&page, DESK_PAGE_MAX);
    put_record_of(f, "高橋　花子", id);
    glyph_path(id, KEY, path);
    record_path(id, "", sheet);
    assert_int_equal(get(f, path, &page), 200);
    assert_has(&page, "value=\"9ad9-0\"");
    assert_has(&page, "value=\"69d7-0\""); /* 槗, for 橋 */
    assert_has(&page, desk_word(f->desk.assets, "glyph.others"));
    assert_null(strstr(buf_str(&page), "value=\"5d0e"));
    for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
        assert_int_equal(send(f, path, foreign[i], &page), 403);
    }
    assert_int_equal(newest_fix(f, id).number, 0);
    assert_int_equal(send(f, path, "c0=9ad9-0&seen=0&reason=koseki", &page), 303);
    struct ledger_correction fix = newest_fix(f, id);
    assert_string_equal(fix.before, "高橋　花子");
    assert_string_equal(fix.after, "髙橋　花子");
    assert_int_equal(get(f, sheet, &page), 200);
    assert_has(&page, "id=\"fact-" KEY "\" data-value=\"髙橋　花子\"");
    assert_has(&page, "id=\"came-" KEY "\" data-value=\"高橋　花子\"");
    /* the forms stay those of what came, and the way back is one of them */
    assert_int_equal(get(f, path, &page), 200);
    assert_has(&page, "id=\"form-0-9ad9-0\" value=\"9ad9-0\" checked");
    f->desk.config.kanji = NULL; /* a table that says less later: what came counts again */
    assert_int_equal(get(f, sheet, &page), 200);
    assert_has(&page, "id=\"fact-" KEY "\" data-value=\"高橋　花子\"");
    f->desk.config.kanji = kanji;
    char rest[64];
    (void)snprintf(rest, sizeof(rest), "c0=0&seen=%d&reason=koseki+2", (int)fix.number);
    assert_int_equal(send(f, path, rest, &page), 303);
    assert_string_equal(newest_fix(f, id).after, "高橋　花子");
    close_variants(variants);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_corrected),
        TEST(test_only_forms),
        TEST(test_other_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
