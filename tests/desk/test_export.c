/* The JSON lines: every record once, oldest first, values as the visitor gave them, read back by
 * another parser. What can't be opened is a line too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cJSON.h>
#include <cmocka.h>

#include "base/hex.h"
#include "base/err.h"
#include "desk/desk.h"
#include "desk/filled.h"
#include "harness/harness.h"
#include "live/live.h"

enum { NOW = 1795312800 };

struct fixture {
    char home[HARNESS_FOLDER_LEN];
    char *ledger;
    struct filled filled;
    struct seal_verifier *verifier;
    struct seal_opener *opener;
    struct desk_config config;
    struct procedure_set *procedures;
};

static int
setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    harness_folder_make(f->home);
    filled_open(&f->filled, f->home);
    char *ca = fs_join(f->filled.keys, "kiosk-ca.crt");
    char *cert = fs_join(f->filled.keys, "city.crt");
    char *key = fs_join(f->filled.keys, "city.key");
    assert_int_equal(seal_verifier_new(ca, &f->verifier), 0);
    assert_int_equal(seal_opener_new(cert, key, &f->opener), 0);
    f->ledger = fs_join(f->home, "ledger.db");
    f->config = (struct desk_config){
        .ledger = f->ledger, .verifier = f->verifier, .opener = f->opener, .clock = clock_system()};
    assert_int_equal(procedure_load("assets", NULL, NULL, &f->procedures), 0);
    f->config.procedures = f->procedures;
    free(key);
    free(cert);
    free(ca);
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    struct fixture *f = *state;
    procedure_set_free(f->procedures);
    seal_opener_free(f->opener);
    seal_verifier_free(f->verifier);
    filled_close(&f->filled);
    assert_int_equal(harness_folder_remove(f->home), 0);
    free(f->ledger);
    free(f);
    return 0;
}

static struct filled_visit
visit(enum filled_harm harm)
{
    return (struct filled_visit){.procedure = "resident-record",
        .language = "ja-easy",
        .fee = 300,
        .at = NOW,
        .facts = filled_resident,
        .count = ARRAY_LEN(filled_resident),
        .harm = harm};
}

/* The export's text; the caller frees. */
static char *
run(struct fixture *f, int expected)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    assert_int_equal(desk_export_json(&f->config, out), expected);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* Line number index of text as JSON; NULL behind the last. */
static cJSON *
line(const char *text, size_t index)
{
    for (; index > 0 && text != NULL; index--) {
        text = strchr(text, '\n');
        text = text != NULL ? text + 1 : NULL;
    }
    return text != NULL && *text != 0 ? cJSON_Parse(text) : NULL;
}

static const char *
member(const cJSON *json, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));
}

static const struct desk_answers_room all = {.rows = LIVE_ROWS_MAX, .bytes = LIVE_BYTES_MAX};

/* What terminals tell whoever asks with a number: states alone, in the form that they read. */
static void
test_answers(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    char asked[RECORD_NUMBER_LEN];
    char done[RECORD_NUMBER_LEN];
    char *text = NULL;
    size_t len = 0, left_out = 0;
    struct filled_visit one = visit(FILLED_WHOLE);
    filled_put(&f->filled, &one, id, asked);
    filled_put(&f->filled, &one, id, done);
    assert_int_equal(filled_mark(&f->filled, id, "done", "sato", NOW + 5), 0);
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    assert_int_equal(desk_export_answers(&f->config, &all, out, &left_out), 0);
    assert_int_equal(fclose(out), 0);
    struct live_table *table = NULL;
    int bad = 0;
    size_t row = 0;
    assert_int_equal(live_parse(text, len, &table, &bad), 0);
    assert_int_equal(live_form(table), LIVE_ANSWERS);
    assert_int_equal(live_count(table), 2);
    assert_int_equal(live_find(table, asked, &row), 0);
    assert_string_equal(live_field(table, row, 1), "asked");
    assert_int_equal(live_find(table, done, &row), 0);
    assert_string_equal(live_field(table, row, 1), "done");
    assert_null(strstr(text, "resident"));
    live_table_free(table);
    free(text);
    /* the same number once more, 10,000 records later: the newer one counts, since the older one is done */
    char again[RECORD_NUMBER_LEN];
    struct filled_visit later = visit(FILLED_WHOLE);
    later.skip = 10000 - 1; /* the one that was done has the place before */
    filled_put(&f->filled, &later, id, again);
    assert_string_equal(again, done);
    out = open_memstream(&text, &len);
    assert_int_equal(desk_export_answers(&f->config, &all, out, &left_out), 0);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(live_parse(text, len, &table, &bad), 0);
    assert_int_equal(live_find(table, done, &row), 0);
    assert_string_equal(live_field(table, row, 1), "asked");
    live_table_free(table);
    free(text);
    /* and once more, while the one before is not done: nobody knows whose request is meant, so both come to the counter */
    later.skip = 20000 - 2; /* behind three others */
    filled_put(&f->filled, &later, id, again);
    assert_string_equal(again, done);
    assert_int_equal(filled_mark(&f->filled, id, "done", "sato", NOW + 6), 0);
    out = open_memstream(&text, &len);
    assert_int_equal(desk_export_answers(&f->config, &all, out, &left_out), 0);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(live_parse(text, len, &table, &bad), 0);
    assert_int_equal(live_find(table, done, &row), 0);
    assert_string_equal(live_field(table, row, 1), "come");
    assert_null(live_field(table, row, 2));
    live_table_free(table);
    free(text);
    /* a record that can't be opened has no number; the others are told all the same */
    struct filled_visit closed = visit(FILLED_ALTERED);
    filled_put(&f->filled, &closed, id, NULL);
    out = open_memstream(&text, &len);
    assert_int_equal(desk_export_answers(&f->config, &all, out, &left_out), KERR_SEAL_OPEN);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, done));
    free(text);
}

static void
decide(struct fixture *f, const uint8_t id[RECORD_ID_LEN], const char *state, uint64_t seen)
{
    struct ledger_decision decision = {
        .slot = "mihon-meeting/2026-12-01/09:00", .decided_by = "sato", .decided_at = NOW};
    memcpy(decision.id, id, sizeof(decision.id));
    (void)snprintf(decision.state, sizeof(decision.state), "%s", state);
    assert_int_equal(
        ledger_decide(f->filled.ledger, &decision, seen, LEDGER_PLACES_MAX), LEDGER_DECIDED);
}

/* As many rows and bytes as terminals read: the oldest go, those that nobody waits for first. */
static void
test_room_for_answers(void **state)
{
    static const char *const states[] = {"papers", "done", "new", "done", "new"};
    static const struct {
        size_t rows;
        const char *left; /* of these, oldest first */
    } rows[] = {{5, "12345"}, {4, "1345"}, {3, "135"}, {2, "15"}, {1, "1"}, {0, ""}};
    struct fixture *f = *state;
    char numbers[ARRAY_LEN(states)][RECORD_NUMBER_LEN];
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        uint8_t id[RECORD_ID_LEN];
        struct filled_visit one = visit(FILLED_WHOLE);
        filled_put(&f->filled, &one, id, numbers[i]);
        if (strcmp(states[i], "new") != 0) {
            assert_int_equal(filled_mark(&f->filled, id, states[i], "sato", NOW), 0);
        }
    }
    size_t bytes = LIVE_BYTES_MAX;
    for (size_t by_bytes = 0; by_bytes < 2; by_bytes++) {
        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
            char *text = NULL;
            size_t len = 0, left_out = 0;
            const struct desk_answers_room room = {
                .rows = by_bytes > 0 ? LIVE_ROWS_MAX : rows[i].rows, .bytes = bytes};
            FILE *out = open_memstream(&text, &len);
            assert_non_null(out);
            assert_int_equal(desk_export_answers(&f->config, &room, out, &left_out), 0);
            assert_int_equal(fclose(out), 0);
            assert_int_equal(ARRAY_LEN(states) - strlen(rows[i].left), left_out);
            assert_true(len <= bytes);
            for (size_t k = 0; k < ARRAY_LEN(states); k++) {
                bool is_there = strchr(rows[i].left, '1' + (char)k) != NULL;
                assert_int_equal(is_there, strstr(text, numbers[k]) != NULL);
            }
            bytes = by_bytes > 0 ? len - 1 : bytes; /* one too few for the next turn */
            free(text);
        }
        char *text = NULL;
        size_t len = 0, left_out = 0;
        FILE *out = open_memstream(&text, &len);
        assert_int_equal(desk_export_answers(&f->config, &all, out, &left_out), 0);
        assert_int_equal(fclose(out), 0);
        bytes = len; /* exactly room for all */
        free(text);
    }
}

/* What was decided about a slot is told with it, before what else was done with the record. */
static void
test_decided_answers(void **state)
{
    static const struct {
        const char *first, *then; /* decisions, or NULL */
        const char *state, *told, *slot;
    } rows[] = {
        {NULL, NULL, NULL, "asked", NULL},
        {NULL, NULL, "done", "done", NULL},
        {"booked", NULL, NULL, "booked", "mihon-meeting/2026-12-01/09:00"},
        {"booked", NULL, "done", "booked", "mihon-meeting/2026-12-01/09:00"},
        {"taken", NULL, NULL, "taken", "mihon-meeting/2026-12-01/09:00"},
        {"booked", "taken", NULL, "taken", "mihon-meeting/2026-12-01/09:00"},
        {"taken", "booked", "done", "booked", "mihon-meeting/2026-12-01/09:00"},
        {"booked", "open", NULL, "asked", NULL},
        {"taken", "open", "done", "done", NULL},
        {NULL, NULL, "work", "asked", NULL},
        {NULL, NULL, "papers", "papers", NULL},
        {NULL, NULL, "back", "back", NULL},
        {"booked", NULL, "work", "booked", "mihon-meeting/2026-12-01/09:00"},
        {"booked", NULL, "papers", "papers", "mihon-meeting/2026-12-01/09:00"},
        {"taken", NULL, "papers", "papers", NULL},
        {"booked", NULL, "back", "back", NULL},
    };
    struct fixture *f = *state;
    char numbers[ARRAY_LEN(rows)][RECORD_NUMBER_LEN];
    uint64_t number = 0;
    char *text = NULL;
    size_t len = 0, left_out = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t id[RECORD_ID_LEN];
        struct filled_visit one = visit(FILLED_WHOLE);
        filled_put(&f->filled, &one, id, numbers[i]);
        if (rows[i].first != NULL) {
            decide(f, id, rows[i].first, 0);
            number++;
        }
        if (rows[i].then != NULL) {
            decide(f, id, rows[i].then, number);
            number++;
        }
        if (rows[i].state != NULL) {
            assert_int_equal(filled_mark(&f->filled, id, rows[i].state, "sato", NOW), 0);
        }
    }
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    assert_int_equal(desk_export_answers(&f->config, &all, out, &left_out), 0);
    assert_int_equal(fclose(out), 0);
    struct live_table *table = NULL;
    int bad = 0;
    assert_int_equal(live_parse(text, len, &table, &bad), 0);
    assert_int_equal(live_count(table), ARRAY_LEN(rows));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        size_t row = 0;
        assert_int_equal(live_find(table, numbers[i], &row), 0);
        assert_string_equal(live_field(table, row, 1), rows[i].told);
        if (rows[i].slot == NULL) {
            assert_null(live_field(table, row, 2));
        } else {
            assert_string_equal(live_field(table, row, 2), rows[i].slot);
        }
    }
    assert_null(strstr(text, "sato"));
    live_table_free(table);
    free(text);
}

static void
test_empty(void **state)
{
    char *text = run(*state, 0);
    assert_string_equal(text, "");
    free(text);
}

static void
test_members(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    char number[RECORD_NUMBER_LEN];
    struct filled_visit one = visit(FILLED_WHOLE);
    filled_put(&f->filled, &one, id, number);
    assert_int_equal(filled_mark(&f->filled, id, "done", "sato", NOW + 5), 0);
    char *text = run(f, 0);
    cJSON *json = line(text, 0);
    assert_non_null(json);
    assert_int_equal(cJSON_GetArraySize(json), 9);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(json, "own")), 0);
    assert_string_equal(member(json, "number"), number);
    assert_int_equal(strlen(number), 8);
    assert_string_equal(member(json, "procedure"), "resident-record");
    assert_string_equal(member(json, "kiosk"), "kiosk-001");
    assert_string_equal(member(json, "language"), "ja-easy");
    char first[2 * RECORD_VISIT_LEN + 1]; /* the first of its visit is what further ones name */
    hex_encode(id, RECORD_VISIT_LEN, first);
    assert_string_equal(member(json, "visit"), first);
    assert_string_equal(member(json, "received_at"), "2026-11-22T02:00:00Z");
    assert_string_equal(member(json, "state"), "done");
    const cJSON *facts = cJSON_GetObjectItemCaseSensitive(json, "facts");
    assert_int_equal(cJSON_GetArraySize(facts), ARRAY_LEN(filled_resident));
    for (size_t i = 0; i < ARRAY_LEN(filled_resident); i++) {
        assert_string_equal(member(facts, filled_resident[i].key), filled_resident[i].value);
    }
    assert_null(line(text, 1));
    cJSON_Delete(json);
    free(text);
}

/* A character that staff corrected: the value that counts, and beside it what the visitor gave, as other systems get them. */
static void
test_corrected(void **state)
{
    static const char own[] = "日立　花子", mended[] = "日立　花\U000E0100子";
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    struct filled_visit one = visit(FILLED_WHOLE);
    struct ledger_correction fix = {
        .fact = "applicant.name", .reason = "x", .by = "sato", .at = NOW + 5};
    filled_put(&f->filled, &one, id, NULL);
    (void)snprintf(fix.before, sizeof(fix.before), "%s", own);
    (void)snprintf(fix.after, sizeof(fix.after), "%s", mended);
    assert_int_equal(ledger_correct(f->filled.ledger, id, &fix, 0), LEDGER_CHANGED);
    char *text = run(f, 0);
    cJSON *json = line(text, 0);
    const cJSON *facts = cJSON_GetObjectItemCaseSensitive(json, "facts");
    const cJSON *came = cJSON_GetObjectItemCaseSensitive(json, "own");
    assert_int_equal(cJSON_GetArraySize(facts), ARRAY_LEN(filled_resident));
    assert_string_equal(member(facts, "applicant.name"), mended);
    assert_int_equal(cJSON_GetArraySize(came), 1);
    assert_string_equal(member(came, "applicant.name"), own);
    cJSON_Delete(json);
    free(text);
}

/* Values that would break a line or a string come back as they were. */
static void
test_hostile(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    struct filled_visit one = visit(FILLED_WHOLE);
    static const struct filled_fact facts[] = {
        {"a.one", "line\nline\r\"quoted\" \\back\\ \x01", FACT_ORIGIN_PERSON},
        {"a.two", "</script>\xe2\x80\xa8\xe2\x80\xae葛\xf3\xa0\x84\x80", FACT_ORIGIN_PERSON},
        {"a.three", "", FACT_ORIGIN_PERSON},
    };
    one.facts = facts;
    one.count = ARRAY_LEN(facts);
    filled_put(&f->filled, &one, id, NULL);
    char *text = run(f, 0);
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1); /* one line */
    cJSON *json = line(text, 0);
    const cJSON *got = cJSON_GetObjectItemCaseSensitive(json, "facts");
    for (size_t i = 0; i < ARRAY_LEN(facts); i++) {
        assert_string_equal(member(got, facts[i].key), facts[i].value);
    }
    cJSON_Delete(json);
    free(text);
}

static void
test_order_and_unread(void **state)
{
    struct fixture *f = *state;
    static const enum filled_harm harms[] = {FILLED_WHOLE, FILLED_NO_ENVELOPE, FILLED_WHOLE,
        FILLED_NO_RECORD, FILLED_MIXED, FILLED_ALTERED, FILLED_WHOLE};
    char numbers[ARRAY_LEN(harms)][RECORD_NUMBER_LEN];
    for (size_t i = 0; i < ARRAY_LEN(harms); i++) {
        uint8_t id[RECORD_ID_LEN];
        struct filled_visit one = visit(harms[i]);
        filled_put(&f->filled, &one, id, numbers[i]);
    }
    char *text = run(f, KERR_SEAL_OPEN);
    for (size_t i = 0; i < ARRAY_LEN(harms); i++) {
        cJSON *json = line(text, i);
        assert_non_null(json);
        bool whole = harms[i] == FILLED_WHOLE;
        assert_string_equal(member(json, "state"), whole ? "new" : "unread");
        assert_string_equal(member(json, "number"), whole ? numbers[i] : "");
        assert_string_equal(member(json, "kiosk"), "kiosk-001");
        const cJSON *facts = cJSON_GetObjectItemCaseSensitive(json, "facts");
        assert_int_equal(cJSON_GetArraySize(facts), whole ? ARRAY_LEN(filled_resident) : 0);
        cJSON_Delete(json);
    }
    assert_null(line(text, ARRAY_LEN(harms)));
    free(text);
}

static void
test_full_disk(void **state)
{
    struct fixture *f = *state;
    uint8_t id[RECORD_ID_LEN];
    struct filled_visit one = visit(FILLED_WHOLE);
    filled_put(&f->filled, &one, id, NULL);
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    assert_int_equal(desk_export_json(&f->config, full), KERR_IO);
    (void)fclose(full);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_answers),
        TEST(test_room_for_answers),
        TEST(test_decided_answers),
        TEST(test_empty),
        TEST(test_members),
        TEST(test_corrected),
        TEST(test_hostile),
        TEST(test_order_and_unread),
        TEST(test_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
